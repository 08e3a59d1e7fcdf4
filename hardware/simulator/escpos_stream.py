"""Cuts the byte stream that an ESC/POS printer receives into commands; no I/O.

Lengths of parameters: Epson, ESC/POS Command Reference.
"""

from __future__ import annotations

# bytes of parameters after the two bytes of the command; what is not listed has none
_ESC_PARAMETERS = {
    **dict.fromkeys(b" !%-3=?EGJKMRTUVadert{", 1),
    **dict.fromkeys(b"$\\Bc", 2),
    ord("p"): 3,
    ord("W"): 8,
}
_GS_PARAMETERS = {
    **dict.fromkeys(b"!/BEHITabfhrw", 1),
    **dict.fromkeys(b"$LPW\\", 2),
    ord("^"): 3,
}
_FS_PARAMETERS = {**dict.fromkeys(b"!-CW", 1), **dict.fromkeys(b"Sp", 2)}
_CUT_AND_FEED = frozenset((65, 66, 97, 98, 103, 104))


def command_length(data: bytes | bytearray) -> int | None:
    """How many bytes the command at the front takes, a printed character being one; None: more must come."""
    try:
        match data[0]:
            case 0x1B:
                return _esc(data)
            case 0x1D:
                return _gs(data)
            case 0x1C:
                return _counted(data) if data[1] == ord("(") else 2 + _FS_PARAMETERS.get(data[1], 0)
            case 0x10:
                return {0x04: 3, 0x05: 3, 0x14: 5}.get(data[1], 2)
            case _:
                return 1
    except IndexError:
        return None


def is_cut(command: bytes) -> bool:
    """Whether it ends a piece of paper: a cut, or FF."""
    return command[:2] == b"\x1dV" or command in (b"\x1bi", b"\x1bm", b"\x0c")


def is_printed(command: bytes) -> bool:
    """Whether it puts something on paper: a character, a picture, a barcode."""
    return (
        (len(command) == 1 and command[0] >= 0x20)
        or command[:2] in (b"\x1b*", b"\x1dk", b"\x1dv", b"\x1cp", b"\x1d8", b"\x1d/")
        or command[:3] in (b"\x1d(L", b"\x1d(k")
    )


def _esc(data: bytes | bytearray) -> int | None:
    code = data[1]
    if code == ord("*"):
        columns = data[3] | data[4] << 8
        return 5 + columns * (3 if data[2] in (32, 33) else 1)
    if code == ord("D"):
        end = data.find(b"\0", 2)
        return end + 1 if end >= 0 else None
    if code == ord("&"):
        at, wide = 5, data[2]
        for _ in range(data[4] - data[3] + 1):
            at += 1 + data[at] * wide
        return at
    if code == ord("("):
        return _counted(data)
    return 2 + _ESC_PARAMETERS.get(code, 0)


def _gs(data: bytes | bytearray) -> int | None:
    code = data[1]
    if code == ord("("):
        return _counted(data)
    if code == ord("V"):
        return 4 if data[2] in _CUT_AND_FEED else 3
    if code == ord("k"):
        if data[2] >= 65:
            return 4 + data[3]
        end = data.find(b"\0", 3)
        return end + 1 if end >= 0 else None
    if code == ord("v"):
        return 8 + (data[4] | data[5] << 8) * (data[6] | data[7] << 8)
    if code == ord("*"):
        return 4 + data[2] * data[3] * 8
    if code == ord("8"):
        return 7 + int.from_bytes(data[3:7], "little") if len(data) >= 7 else None
    if code == ord("g"):
        return 6 if data[2] == ord("2") else 5
    return 2 + _GS_PARAMETERS.get(code, 0)


def _counted(data: bytes | bytearray) -> int:
    """`( X pL pH` and as many bytes."""
    return 5 + (data[3] | data[4] << 8)
