"""Code 128 as ^BC writes it: code sets chosen by the data, by the printer, or by the rules of GS1."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

# bars and spaces of the symbol characters 0 to 106, ISO/IEC 15417 table 1
_PATTERNS = (
    "212222", "222122", "222221", "121223", "121322", "131222", "122213", "122312", "132212", "221213", "221312",
    "231212", "112232", "122132", "122231", "113222", "123122", "123221", "223211", "221132", "221231", "213212",
    "223112", "312131", "311222", "321122", "321221", "312212", "322112", "322211", "212123", "212321", "232121",
    "111323", "131123", "131321", "112313", "132113", "132311", "211313", "231113", "231311", "112133", "112331",
    "132131", "113123", "113321", "133121", "313121", "211331", "231131", "213113", "213311", "213131", "311123",
    "311321", "331121", "312113", "312311", "332111", "314111", "221411", "431111", "111224", "111422", "121124",
    "121421", "141122", "141221", "112214", "112412", "122114", "122411", "142112", "142211", "241211", "221114",
    "413111", "241112", "134111", "111242", "121142", "121241", "114212", "124112", "124211", "411212", "421112",
    "421211", "212141", "214121", "412121", "111143", "111341", "131141", "114113", "114311", "411113", "411311",
    "113141", "114131", "311141", "411131", "211412", "211214", "211232", "2331112",
)  # fmt: skip
_FNC1, _TO_A, _TO_B, _TO_C = 102, 101, 100, 99
_START = {"A": 103, "B": 104, "C": 105}
_SWITCH = {"A": _TO_A, "B": _TO_B, "C": _TO_C}
_INVOKED = {"<": 62, "0": 30, "=": 94, "1": 95, "2": 96, "3": 97, "4": 98, "5": 99, "6": 100, "7": 101, "8": 102}
_STARTING = {"9": "A", ":": "B", ";": "C"}
_LONGEST = 300  # characters; more fits on no label


class Code128(NamedTuple):
    """Widths of bars and spaces in modules, the data that a scanner reads, and the text for people."""

    widths: str
    data: str
    shown: str


def _finish(start: str, values: list[int], data: str, shown: str) -> Code128:
    codes = [_START[start], *values]
    check = (codes[0] + sum(place * value for place, value in enumerate(values, 1))) % 103
    return Code128("".join(_PATTERNS[value] for value in (*codes, check, 106)), data, shown)


@lru_cache(maxsize=256)
def encode(text: str, mode: str) -> Code128 | None:
    """The symbol of field data in mode N, U, A or D; None if there is nothing to encode."""
    text = text[:_LONGEST]
    if mode == "U":
        digits = "".join(sign for sign in text if sign.isdigit())[:19].ljust(19, "0")
        total = sum(int(sign) * (3 if place % 2 == 0 else 1) for place, sign in enumerate(digits))
        return _automatic("\x1d" + digits + str(-total % 10), digits + str(-total % 10))
    if mode == "D":
        bare = text.replace("(", "").replace(")", "").replace(" ", "").replace(">8", "\x1d")
        if bare[:1] != "\x1d":
            bare = "\x1d" + bare
        return _automatic(bare, text.replace(">8", ""))
    if mode == "A":
        return _automatic(text, text)
    return _told(text)


def _told(text: str) -> Code128 | None:
    """Mode N: > and a sign choose code sets and special characters; without them it is code set B."""
    current = "B"
    start = ""
    values: list[int] = []
    data: list[str] = []
    at = 0
    shifted = False
    while at < len(text):
        sign, following = text[at], text[at + 1 : at + 2]
        if sign == ">" and following in _STARTING and following:
            current = _STARTING[following]
            if values or start:
                values.append(_SWITCH[current])
            else:
                start = current
            at += 2
            continue
        if not start:
            start = current
        if sign == ">" and following in _INVOKED and following:
            value = _INVOKED[following]
            at += 2
            values.append(value)
            if value == _TO_C and current != "C":
                current = "C"
            elif value == _TO_B and current != "B":
                current = "B"
            elif value == _TO_A and current != "A":
                current = "A"
            elif value == 98 and current != "C":
                shifted = True
            elif value == _FNC1:
                if len(values) > 1:
                    data.append("\x1d")
            elif value < 96:
                data.append(_character(value, current))
            continue
        if current in "AC" and text[at : at + 2].isdigit() and len(text[at : at + 2]) == 2 and text[at:].isascii():
            value = int(text[at : at + 2])
            values.append(value)
            data.append(f"{value:02d}" if current == "C" else _character(value, "A"))
            at += 2
            continue
        if current == "C":
            if sign.isdigit() and sign.isascii():  # one digit is left over
                current = "B"
                values.append(_TO_B)
                values.append(ord(sign) - 32)
                data.append(sign)
            at += 1
            continue
        used = {"A": "B", "B": "A"}[current] if shifted else current
        shifted = False
        value_of = _value(sign, used)
        if value_of is None:
            other = "A" if used == "B" else "B"
            value_of = _value(sign, other)
            if value_of is not None:
                values.append(98)
        if value_of is not None:
            values.append(value_of)
            data.append(sign)
        at += 1
    shown = "".join(sign for sign in "".join(data) if sign >= " ")
    return _finish(start, values, "".join(data), shown) if values else None


def _character(value: int, code_set: str) -> str:
    if code_set == "A" and value >= 64:
        return chr(value - 64)
    return chr(value + 32)


def _value(sign: str, code_set: str) -> int | None:
    code = ord(sign)
    if 32 <= code < 96:
        return code - 32
    if code_set == "B" and 96 <= code < 128:
        return code - 32
    if code_set == "A" and code < 32:
        return code + 64
    return None


def _automatic(text: str, shown: str) -> Code128 | None:
    """The usual choice of code sets, digits in pairs where that saves room; \\x1d is FNC1."""
    parts = [sign for sign in text if sign < "\x80"]
    values: list[int] = []
    data: list[str] = []
    current = start = ""
    at = 0
    while at < len(parts):
        stop = at
        digits = 0
        while stop < len(parts) and (parts[stop].isdigit() or parts[stop] == "\x1d"):
            digits += parts[stop] != "\x1d"
            stop += 1
        if parts[at] == "\x1d":
            if not start:
                following = parts[at + 1 : at + 5]
                start = current = "C" if len(following) >= 2 and all(s.isdigit() for s in following) else "B"
            values.append(_FNC1)
            if at:
                data.append("\x1d")
            at += 1
            continue
        pair = parts[at].isdigit() and at + 1 < len(parts) and parts[at + 1].isdigit()
        enough = digits >= 4 or (current == "C" and digits >= 2) or (not start and digits == len(parts) == 2)
        wanted = "C" if pair and enough else ""
        if current != "C" and wanted and digits % 2 and start:
            wanted = "" if "\x1d" not in parts[at:stop] else wanted
        if wanted:
            if not start:
                start = "C"
            elif current != "C":
                values.append(_TO_C)
            current = "C"
            values.append(int(parts[at] + parts[at + 1]))
            data += parts[at : at + 2]
            at += 2
            continue
        sign = parts[at]
        own = "A" if sign < " " else "B" if sign >= "`" else (current if current in ("A", "B") else "B")
        if not start:
            start = own
        elif own != current:
            values.append(_SWITCH[own])
        current = own
        values.append(_value(sign, own) or 0)
        data.append(sign)
        at += 1
    return _finish(start, values, "".join(data), shown) if values else None
