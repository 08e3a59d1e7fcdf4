"""Linear symbologies as bars and spaces: their check characters, and the text for people beside them.

Widths are a string that starts with a bar: digits are modules, n and w the narrow and wide elements of ^BY.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import zxingcpp

_LONGEST = 200  # characters; more fits on no label

# ISO/IEC 16388, table 1: nine elements a character, 1 is wide
_CODE39 = {
    "0": "000110100", "1": "100100001", "2": "001100001", "3": "101100000", "4": "000110001", "5": "100110000",
    "6": "001110000", "7": "000100101", "8": "100100100", "9": "001100100", "A": "100001001", "B": "001001001",
    "C": "101001000", "D": "000011001", "E": "100011000", "F": "001011000", "G": "000001101", "H": "100001100",
    "I": "001001100", "J": "000011100", "K": "100000011", "L": "001000011", "M": "101000010", "N": "000010011",
    "O": "100010010", "P": "001010010", "Q": "000000111", "R": "100000110", "S": "001000110", "T": "000010110",
    "U": "110000001", "V": "011000001", "W": "111000000", "X": "010010001", "Y": "110010000", "Z": "011010000",
    "-": "010000101", ".": "110000100", " ": "011000100", "$": "010101000", "/": "010100010", "+": "010001010",
    "%": "000101010", "*": "010010100",
}  # fmt: skip
_CODE39_ORDER = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%"
# ISO/IEC 16390, table 1
_TWO_OF_FIVE = ("00110", "10001", "01001", "11000", "00101", "10100", "01100", "00011", "10010", "01010")
# EN 798: seven elements a character
_CODABAR = {
    "0": "0000011", "1": "0000110", "2": "0001001", "3": "1100000", "4": "0010010", "5": "1000010", "6": "0100001",
    "7": "0100100", "8": "0110000", "9": "1001000", "-": "0001100", "$": "0011000", ":": "1000101", "/": "1010001",
    ".": "1010100", "+": "0010101", "A": "0011010", "B": "0101001", "C": "0001011", "D": "0001110",
}  # fmt: skip
_CODABAR_ENDS = {"T": "A", "N": "B", "*": "C", "E": "D"}
_CODE11 = {
    "0": "00001", "1": "10001", "2": "01001", "3": "11000", "4": "00101", "5": "10100", "6": "01100", "7": "00011",
    "8": "10010", "9": "10000", "-": "00100", "*": "00110",
}  # fmt: skip


class Linear(NamedTuple):
    """A linear symbol: its bars and spaces, the data that a scanner reads, and the text for people.

    `guards` are the ranges of modules whose bars reach down between the digits of EAN and UPC.
    """

    widths: str
    data: str
    shown: str
    guards: tuple[tuple[int, int], ...] = ()


def _elements(patterns: list[str], gap: str) -> str:
    return gap.join(pattern.translate({48: "n", 49: "w"}) for pattern in patterns)


def digits_of(text: str) -> str:
    return "".join(sign for sign in text if "0" <= sign <= "9")[:_LONGEST]


def gs1_check(digits: str) -> str:
    """The check digit of EAN, UPC, ITF-14 and SSCC: weights 3 and 1 from the right."""
    total = sum(int(sign) * (3 if place % 2 == 0 else 1) for place, sign in enumerate(reversed(digits)))
    return str(-total % 10)


@lru_cache(maxsize=128)
def code39(text: str, check: bool) -> Linear | None:
    text = "".join(sign for sign in text[:_LONGEST] if sign < "\x80")
    if len(text) > 2 and text[0] == text[-1] == "*":  # start and stop were sent with the data
        text = text[1:-1]
    data = text if all(sign in _CODE39_ORDER for sign in text) else "".join(map(_full_ascii, text))
    if not data:
        return None
    mark = _CODE39_ORDER[sum(map(_CODE39_ORDER.index, data)) % 43] if check else ""
    return Linear(_elements([_CODE39[sign] for sign in f"*{data}{mark}*"], "n"), text + mark, f"*{text}{mark}*")


def _full_ascii(sign: str) -> str:
    """A sign that Code 39 lacks as two that it has, ISO/IEC 16388 table 3."""
    code = ord(sign)
    if sign in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. ":
        return sign
    if 1 <= code <= 26:
        return f"${chr(code + 64)}"
    if "a" <= sign <= "z":
        return f"+{sign.upper()}"
    if "!" <= sign <= "," or sign in "/:":
        return f"/{chr(code + 32)}"
    if code == 0:
        return "%U"
    for first, last, letter in ((27, 31, "A"), (59, 63, "F"), (91, 95, "K"), (123, 127, "P")):
        if first <= code <= last:
            return f"%{chr(ord(letter) + code - first)}"
    return {"@": "%V", "`": "%W"}[sign]


@lru_cache(maxsize=128)
def interleaved(text: str, check: bool) -> Linear | None:
    """Interleaved 2 of 5; a zero goes before an odd number of digits."""
    data = digits_of(text)
    if not data:
        return None
    if check:
        if len(data) % 2 == 0:
            data = f"0{data}"
        data += gs1_check(data)
    elif len(data) % 2:
        data = f"0{data}"
    pairs = [
        "".join(bar + space for bar, space in zip(_TWO_OF_FIVE[int(a)], _TWO_OF_FIVE[int(b)], strict=True))
        for a, b in zip(data[::2], data[1::2], strict=True)
    ]
    return Linear(_elements(["0000", *pairs, "100"], ""), data, data)


def industrial(text: str, start: str = "110", stop: str = "101") -> Linear | None:
    """Industrial 2 of 5, or with other ends Standard 2 of 5: the bars carry the digits, every space is narrow."""
    data = digits_of(text)
    if not data:
        return None
    bars = start + "".join(_TWO_OF_FIVE[int(sign)] for sign in data) + stop
    return Linear(_elements(list(bars), "n"), data, data)


def codabar(text: str, start: str, stop: str) -> Linear | None:
    data = "".join(sign for sign in text.upper()[:_LONGEST] if sign in "0123456789-$:/.+")
    ends = [_CODABAR_ENDS.get(sign, sign) for sign in (start, stop)]
    if not data:
        return None
    whole = ends[0] + data + ends[1]
    return Linear(_elements([_CODABAR[sign] for sign in whole], "n"), data, whole)


def code11(text: str, checks: int) -> Linear | None:
    data = "".join(sign for sign in text[:_LONGEST] if sign in "0123456789-")
    if not data:
        return None
    order = "0123456789-"
    for limit in (10, 9)[:checks]:
        total = sum(order.index(sign) * (place % limit + 1) for place, sign in enumerate(reversed(data)))
        data += order[total % 11]
    return Linear(_elements([_CODE11[sign] for sign in f"*{data}*"], "n"), data, data)


def msi(text: str, check: str) -> Linear | None:
    """MSI; `check` A none, B modulo 10, C twice modulo 10, D modulo 11 and 10."""
    data = digits_of(text)
    if not data:
        return None
    shown = data
    if check == "D":
        total = sum(int(sign) * (place % 6 + 2) for place, sign in enumerate(reversed(data)))
        data += str(-total % 11)
    for _ in range({"B": 1, "C": 2, "D": 1}.get(check, 0)):
        doubled = str(int(data[::-2][::-1]) * 2)
        total = sum(map(int, doubled)) + sum(map(int, data[-2::-2]))
        data += str(-total % 10)
    bits = "".join(f"{int(sign):04b}" for sign in data)
    return Linear("wn" + "".join("wn" if bit == "1" else "nw" for bit in bits) + "nwn", data, shown)


def _encoded(data: str, form: zxingcpp.BarcodeFormat) -> str | None:
    """The widths of a symbol with fixed modules, from the encoder's first row of pixels."""
    try:
        made = zxingcpp.create_barcode(data, form)
    except (ValueError, RuntimeError):
        return None
    picture: Any = made.to_image(scale=1, add_quiet_zones=False)  # its stubs do not say that it is a buffer
    view = memoryview(picture)
    shape = view.shape or (1, 0)
    row = bytes(view)[: shape[1]]
    return "".join(str(len(run[0])) for run in re.finditer(rb"\x00+|\xff+", row.strip(b"\xff")))


@lru_cache(maxsize=128)
def code93(text: str) -> Linear | None:
    data = "".join(sign for sign in text[:_LONGEST] if sign < "\x80")
    widths = _encoded(data, zxingcpp.BarcodeFormat.Code93) if data else None
    return Linear(widths, data, data) if widths else None


_EAN_GUARDS = ((0, 3), (45, 50), (92, 95))


@lru_cache(maxsize=128)
def ean13(text: str) -> Linear | None:
    digits = digits_of(text)[:12].rjust(12, "0")
    digits += gs1_check(digits)
    widths = _encoded(digits, zxingcpp.BarcodeFormat.EAN13)
    return Linear(widths, digits, digits, _EAN_GUARDS) if widths else None


@lru_cache(maxsize=128)
def ean8(text: str) -> Linear | None:
    digits = digits_of(text)[:7].rjust(7, "0")
    digits += gs1_check(digits)
    widths = _encoded(digits, zxingcpp.BarcodeFormat.EAN8)
    return Linear(widths, digits, digits, ((0, 3), (31, 36), (64, 67))) if widths else None


@lru_cache(maxsize=128)
def upc_a(text: str) -> Linear | None:
    digits = digits_of(text)[:11].rjust(11, "0")
    digits += gs1_check(digits)
    widths = _encoded("0" + digits, zxingcpp.BarcodeFormat.EAN13)
    return Linear(widths, digits, digits, ((0, 10), (45, 50), (85, 95))) if widths else None


@lru_cache(maxsize=128)
def upc_e(text: str) -> Linear | None:
    """UPC-E of ten digits (maker and item, number system 0), eleven, or six to eight that are suppressed already."""
    digits = digits_of(text)
    if len(digits) >= 10:
        system, rest = ("0", digits[:10]) if len(digits) == 10 else (digits[0], digits[1:11])
        short = _suppressed(rest)
    else:
        system, short = ("0", digits.rjust(6, "0")) if len(digits) < 7 else (digits[0], digits[1:7])
    if short is None or system not in "01":
        return None
    whole = system + _expanded(short)
    data = system + short + gs1_check(whole)
    widths = _encoded(data, zxingcpp.BarcodeFormat.UPCE)
    return Linear(widths, data, data, ((0, 3), (45, 51))) if widths else None


def _suppressed(digits: str) -> str | None:
    """Five digits of the maker and five of the item without their zeros, GS1 General Specifications 5.2.2.4.2."""
    maker, item = digits[:5], digits[5:]
    if maker[2:] in ("000", "100", "200") and item[:2] == "00":
        return maker[:2] + item[2:] + maker[2]
    if maker[3:] == "00" and item[:3] == "000":
        return maker[:3] + item[3:] + "3"
    if maker[4] == "0" and item[:4] == "0000":
        return maker[:4] + item[4] + "4"
    if item[:4] == "0000" and item[4] >= "5":
        return maker + item[4]
    return None


def _expanded(short: str) -> str:
    last = short[5]
    if last in "012":
        return short[:2] + last + "0000" + short[2:5]
    if last == "3":
        return short[:3] + "00000" + short[3:5]
    if last == "4":
        return short[:4] + "00000" + short[4]
    return short[:5] + "0000" + last


# parity of the digits of an add-on of five by its check, and of one of two by its value; 1 is the even set
_PARITY_5 = ("11000", "10100", "10010", "10001", "01100", "00110", "00011", "01010", "01001", "00101")
_PARITY_2 = ("00", "01", "10", "11")
_EAN_ODD = ("3211", "2221", "2122", "1411", "1132", "1231", "1114", "1312", "1213", "3112")


def add_on(text: str) -> Linear | None:
    """The add-on of two or five digits beside an EAN or UPC symbol."""
    digits = digits_of(text)
    digits = digits.rjust(2, "0") if len(digits) <= 2 else digits[:5].rjust(5, "0")
    if len(digits) == 2:
        parity = _PARITY_2[int(digits) % 4]
    else:
        parity = _PARITY_5[sum(int(sign) * (3 if place % 2 == 0 else 9) for place, sign in enumerate(digits)) % 10]
    parts = [
        _EAN_ODD[int(sign)][::-1] if even == "1" else _EAN_ODD[int(sign)]
        for sign, even in zip(digits, parity, strict=True)
    ]
    # the sets start with a space; the bar before it is the start's or a delineator's
    return Linear("112" + "11".join(parts), digits, digits)


_POSTNET = ("11000", "00011", "00101", "00110", "01001", "01010", "01100", "10001", "10010", "10100")


def postal(text: str, planet: bool) -> str:
    """POSTNET or PLANET as tall (1) and short (0) bars with frame and check digit; empty without digits."""
    digits = digits_of(text)
    if not digits:
        return ""
    digits += str(-sum(map(int, digits)) % 10)
    bars = "".join(_POSTNET[int(sign)] for sign in digits)
    return f"1{bars.translate({48: '1', 49: '0'}) if planet else bars}1"


Encoder = Callable[[str], "Linear | None"]
