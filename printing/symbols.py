"""1D and 2D symbols: validated before they are made, made and read back through zxing-cpp."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import zxingcpp
from PIL import Image, ImageOps

from app.domain.barcode import gtin_check_digit
from app.domain.errors import Refusal
from printing import gs1
from printing.interpreter import code128 as bars
from printing.label import SymbolKind

# square ECC 200 symbols: modules a side, data codewords (ISO/IEC 16022, table 7)
_DATAMATRIX = (
    (10, 3), (12, 5), (14, 8), (16, 12), (18, 18), (20, 22), (22, 30), (24, 36), (26, 44), (32, 62), (36, 86),
    (40, 114), (44, 144), (48, 174), (52, 204),
)  # fmt: skip
_READ_BACK_PAD = 40  # pixels of white around a cropped symbol; without it some symbols are missed
_PDF_ROW = 3  # pixels that the encoder gives to a row of PDF417

_FORMATS = {
    SymbolKind.CODE128: zxingcpp.BarcodeFormat.Code128,
    SymbolKind.GS1_128: zxingcpp.BarcodeFormat.Code128,
    SymbolKind.EAN13: zxingcpp.BarcodeFormat.EAN13,
    SymbolKind.EAN8: zxingcpp.BarcodeFormat.EAN8,
    SymbolKind.UPCA: zxingcpp.BarcodeFormat.UPCA,
    SymbolKind.ITF: zxingcpp.BarcodeFormat.ITF,
    SymbolKind.ITF14: zxingcpp.BarcodeFormat.ITF,
    SymbolKind.CODE39: zxingcpp.BarcodeFormat.Code39,
    SymbolKind.CODE93: zxingcpp.BarcodeFormat.Code93,
    SymbolKind.QRCODE: zxingcpp.BarcodeFormat.QRCode,
    SymbolKind.DATAMATRIX: zxingcpp.BarcodeFormat.DataMatrix,
    SymbolKind.GS1_DATAMATRIX: zxingcpp.BarcodeFormat.DataMatrix,
    SymbolKind.PDF417: zxingcpp.BarcodeFormat.PDF417,
    SymbolKind.AZTEC: zxingcpp.BarcodeFormat.Aztec,
}
# what is looked for: all but the readings of Code 39 as full ASCII or as a pharmacy's number, which are switched off in
# scanners; a list of names, since an object of the reader that lives until the end is told as a leak
_READ = (
    *dict.fromkeys(form for kind, form in _FORMATS.items() if kind is not SymbolKind.CODE39),
    zxingcpp.BarcodeFormat.Code39Std, zxingcpp.BarcodeFormat.Codabar, zxingcpp.BarcodeFormat.UPCE,
    zxingcpp.BarcodeFormat.DataBar, zxingcpp.BarcodeFormat.MaxiCode, zxingcpp.BarcodeFormat.MicroPDF417,
)  # fmt: skip
_GS1 = frozenset({SymbolKind.GS1_128, SymbolKind.GS1_DATAMATRIX})
_MATRIX = frozenset(
    {SymbolKind.QRCODE, SymbolKind.DATAMATRIX, SymbolKind.GS1_DATAMATRIX, SymbolKind.PDF417, SymbolKind.AZTEC}
)
_UNICODE = frozenset({SymbolKind.QRCODE, SymbolKind.PDF417, SymbolKind.AZTEC})
# digits with a check digit at the end
_CHECKED = {SymbolKind.EAN13: 13, SymbolKind.EAN8: 8, SymbolKind.UPCA: 12, SymbolKind.ITF14: 14}
# characters; a longer one fits on no label, and GS1 General Specifications 5.4.1 for the two of Code 128
_LONGEST = {
    SymbolKind.CODE128: 48, SymbolKind.GS1_128: 48, SymbolKind.ITF: 48, SymbolKind.CODE39: 40, SymbolKind.CODE93: 48,
    SymbolKind.QRCODE: 1000, SymbolKind.PDF417: 600, SymbolKind.AZTEC: 800, SymbolKind.GS1_DATAMATRIX: 200,
}  # fmt: skip
# blank modules at each side, by the standard of each symbology; Data Matrix and PDF417 with a little more, since a
# label moves beneath the head; Aztec asks for none
_QUIET = {
    SymbolKind.EAN13: 11, SymbolKind.EAN8: 7, SymbolKind.UPCA: 9, SymbolKind.QRCODE: 4, SymbolKind.DATAMATRIX: 2,
    SymbolKind.GS1_DATAMATRIX: 2, SymbolKind.PDF417: 2, SymbolKind.AZTEC: 1,
}  # fmt: skip
_QUIET_LINEAR = 10
# millimetres that a module must have for a hand scanner, and at least two dots, since one dot bleeds: 7.5 mil for
# what is scanned in the house, 10 mil (EAN at 80 % is 10.4) for what others scan and for matrices
_SMALLEST_MM = {SymbolKind.CODE128: 0.19, SymbolKind.CODE39: 0.19, SymbolKind.CODE93: 0.19}
_SMALLEST_OTHER_MM = 0.25
_LEAST_DOTS = 2

_CODE39 = re.compile(r"[0-9A-Z $%+\-./]*")
_CODE39_PAIR = re.compile(r"[$%+/][A-Z]")  # one sign of full ASCII to scanners that are set so
_WRONG_CHECK_DIGIT = "its check digit is wrong"
FNC1 = gs1.SEPARATOR  # in the data of symbols, function character 1

Rectangle = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Decoded:
    """A symbol that was read: its kind (as zxing-cpp names it), its text, and left, top, right, bottom in pixels."""

    format: str
    text: str
    box: Rectangle


def validate(kind: SymbolKind, data: str, name: str) -> None:
    """Raise Refusal if the symbol cannot carry exactly this text.

    `symbol_check_digit_wrong` (field), `symbol_data_invalid` (field, reason).
    """
    reason = _wrong(kind, data)
    if reason == _WRONG_CHECK_DIGIT:
        raise Refusal("symbol_check_digit_wrong", field=name)
    if reason:
        raise Refusal("symbol_data_invalid", field=name, reason=reason)


@lru_cache(maxsize=1024)
def _wrong(kind: SymbolKind, data: str) -> str:
    """Why the symbol cannot carry the text, "" if it can."""
    if not data:
        return "it is empty"
    if kind in _CHECKED:
        return _wrong_digits(data, _CHECKED[kind])
    if len(data) > _LONGEST.get(kind, 1000):
        return f"it is longer than {_LONGEST[kind]} characters" if kind in _LONGEST else "it is too long"
    if kind in _UNICODE:
        if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in data):
            return "control characters are not allowed"
        return "" if data.isascii() else _misread(kind, data)
    if not (data.isascii() and data.isprintable()):
        return "only printable ASCII characters are allowed"
    if kind in _GS1:
        try:
            written = gs1.joined(data)
        except gs1.WrongCheckDigit:
            return _WRONG_CHECK_DIGIT
        except ValueError as wrong:
            return str(wrong)
        if kind is SymbolKind.GS1_128 and len(written) > _LONGEST[kind]:
            return f"it is longer than {_LONGEST[kind]} characters"
    if kind is SymbolKind.ITF and not (data.isdigit() and len(data) >= 6 and len(data) % 2 == 0):
        return "it must be an even number of digits, at least six"
    if kind is SymbolKind.CODE39 and not _CODE39.fullmatch(data):
        return "only capitals, digits, blanks and $ % + - . / are allowed"
    if kind is SymbolKind.CODE39 and _CODE39_PAIR.search(data):
        return "$ % + / must not stand before a letter"
    if kind in (SymbolKind.CODE39, SymbolKind.CODE93) and data != data.strip():
        return "it must not start or end with a blank"
    if kind in (SymbolKind.DATAMATRIX, SymbolKind.GS1_DATAMATRIX) and _codewords(kind, data) > _DATAMATRIX[-1][1]:
        return f"it is longer than {_DATAMATRIX[-1][1]} characters"
    return ""


def _wrong_digits(data: str, length: int) -> str:
    if not (data.isascii() and data.isdigit() and len(data) == length):
        return f"it must be {length} digits"
    return "" if data[-1] == gtin_check_digit(data[:-1]) else _WRONG_CHECK_DIGIT


def _misread(kind: SymbolKind, data: str) -> str:
    """Readers guess the encoding of text that is not ASCII: it is tried once, before it is printed."""
    try:
        read = zxingcpp.read_barcodes(ImageOps.expand(_picture(_made(kind, data), scale=3), 24, 255))
    except ValueError:
        return "it is too long"
    return "" if [found.text for found in read] == [data] else "scanners would read other signs than were written"


def read_as(kind: SymbolKind, data: str) -> str:
    """The text that a reader gives for the symbol: a UPC-A is an EAN-13 that starts with 0."""
    return f"0{data}" if kind is SymbolKind.UPCA else data


def gs1_data(data: str) -> str:
    """What the symbol of an element string with brackets carries, with a function character 1 in front."""
    return FNC1 + gs1.joined(data)


def is_plain_code93(data: str) -> bool:
    """Whether each sign is one character of Code 93, which has the same 43 as Code 39."""
    return _CODE39.fullmatch(data) is not None


def is_linear(kind: SymbolKind) -> bool:
    """Whether it is made of bars of any height."""
    return kind not in _MATRIX


def quiet_modules(kind: SymbolKind) -> int:
    """The blank modules that a symbol needs at its sides, and a matrix above and below too."""
    return _QUIET.get(kind, _QUIET_LINEAR)


def guard_modules(kind: SymbolKind) -> int:
    """How far, in modules, printers let the guard bars of EAN and UPC reach down below the others."""
    return 5 if kind in (SymbolKind.EAN13, SymbolKind.EAN8, SymbolKind.UPCA) else 0


def least_module(kind: SymbolKind, dots_per_mm: float) -> int:
    """The dots of the smallest module that hand scanners read when it is printed at this resolution."""
    wanted = _SMALLEST_MM.get(kind, _SMALLEST_OTHER_MM) * dots_per_mm
    return max(_LEAST_DOTS, -int(-(wanted - 0.01) // 1))


# Code 128


@lru_cache(maxsize=512)
def code128_parts(data: str) -> tuple[tuple[str, str], ...]:
    """The data of a Code 128 cut into ("B" | "C", text): digits in pairs where that saves room (ISO/IEC 15417 E).

    A separator of `printing.gs1` stands for function character 1, which either set has.
    """
    parts: list[tuple[str, str]] = []
    mark = ""
    for number, segment in enumerate(data.split(FNC1)):
        mark += FNC1 if number else ""
        for code_set, text in _code_sets(segment):
            _append(parts, code_set, mark + text)
            mark = ""
    return tuple(parts)


def _code_sets(data: str) -> list[tuple[str, str]]:
    parts: list[tuple[str, str]] = []
    at = 0
    while at < len(data):
        stop = at
        while stop < len(data) and data[stop].isdigit():
            stop += 1
        digits = stop - at
        at_end = stop == len(data)
        if digits >= (4 if at == 0 or at_end else 6) or (digits == len(data) == 2):
            if digits % 2 and at == 0:
                stop -= 1
            elif digits % 2:
                _append(parts, "B", data[at])
                at += 1
            parts.append(("C", data[at:stop]))
            at = stop
        else:
            _append(parts, "B", data[at : max(stop, at + 1)])
            at = max(stop, at + 1)
    return parts


def _append(parts: list[tuple[str, str]], code_set: str, text: str) -> None:
    if parts and parts[-1][0] == code_set:
        parts[-1] = (code_set, parts[-1][1] + text)
    else:
        parts.append((code_set, text))


# ^BC, mode N: > introduces a change of code set, so that the sign itself is >0
_START = {"B": ">:", "C": ">;"}
_SWITCH = {"B": ">6", "C": ">5"}


@lru_cache(maxsize=512)
def code128_field(kind: SymbolKind, data: str) -> str:
    """The field data of ^BC in mode N with every code set stated, so that the width is equal on every printer."""
    written = ""
    for code_set, text in code128_parts(gs1_data(data) if kind in _GS1 else data):
        told = text.replace(">", ">0").replace(FNC1, ">8")
        written += (_SWITCH if written else _START)[code_set] + told
    return written


# sizes and modules


def size(kind: SymbolKind, data: str) -> tuple[int, int]:
    """(columns, rows) in modules without quiet zones, of validated data; a linear symbol has one row of any height.

    Code 128: eleven modules a symbol character, start and check character, thirteen for the stop. Data Matrix: the
    smallest square that holds the data in ASCII encodation, which every printer can do; others need no more. PDF417:
    see `sizes`.
    """
    if kind in (SymbolKind.DATAMATRIX, SymbolKind.GS1_DATAMATRIX):
        needed = _codewords(kind, data)
        side = next(modules for modules, words in _DATAMATRIX if words >= needed)
        return side, side
    if kind in (SymbolKind.CODE128, SymbolKind.GS1_128):
        parts = code128_parts(gs1_data(data) if kind in _GS1 else data)
        return 11 * (sum(map(_characters, parts)) + len(parts) + 1) + 13, 1
    made = modules(kind, data)
    return len(made[0]), len(made)


def _characters(part: tuple[str, str]) -> int:
    code_set, text = part
    marks = text.count(FNC1)
    return len(text) if code_set == "B" else (len(text) - marks) // 2 + marks


@lru_cache(maxsize=64)
def sizes(kind: SymbolKind, data: str) -> tuple[tuple[int, int], ...]:
    """Every (columns, rows) that the symbol may have, the narrowest first: several for PDF417, one for all others."""
    if kind is not SymbolKind.PDF417:
        return (size(kind, data),)
    found = []
    for columns in range(1, 31):
        try:
            made = modules(kind, data, (17 * columns + 69, 0))
        except ValueError:  # more rows than there may be
            continue
        if len(made[0]) == 17 * columns + 69 and 3 <= len(made) <= 90:
            found.append((len(made[0]), len(made)))
            if len(made) == 3:
                break
    return tuple(found)


def pdf417_level(data: str) -> int:
    """The level of error correction that ISO/IEC 15438, annex E, recommends for this much data."""
    length = len(data.encode()) if not data.isascii() else len(data)
    return 2 if length <= 60 else 3 if length <= 240 else 4 if length <= 480 else 5


def _codewords(kind: SymbolKind, data: str) -> int:
    """Codewords of ASCII encodation: a pair of digits, a sign and a function character are one each."""
    text = gs1_data(data) if kind in _GS1 else data
    count = at = 0
    while at < len(text):
        at += 2 if text[at : at + 2].isdigit() and at + 1 < len(text) else 1
        count += 1
    return count


@lru_cache(maxsize=512)
def modules(kind: SymbolKind, data: str, wanted: tuple[int, int] | None = None) -> tuple[bytes, ...]:
    """The rows of validated data's symbol: a byte a module, 1 is black; without quiet zones.

    `wanted` is one of `sizes`; it matters to PDF417 alone.
    """
    if kind in (SymbolKind.CODE128, SymbolKind.GS1_128):
        # the encoder may find a denser one; this one is as wide as what ^BC is told to print
        made = bars.encode(code128_field(kind, data), "N")
        widths = made.widths if made else ""
        return (b"".join(bytes([1 - at % 2]) * int(width) for at, width in enumerate(widths)),)
    picture = _picture(_made(kind, data, wanted))
    width, step = picture.width, _PDF_ROW if kind is SymbolKind.PDF417 else 1
    black = picture.tobytes().translate(bytes([1]) + bytes(255))
    rows = tuple(black[row * width : (row + 1) * width] for row in range(0, picture.height, step))
    return rows[:1] if is_linear(kind) else rows


def _made(kind: SymbolKind, data: str, wanted: tuple[int, int] | None = None) -> zxingcpp.Barcode:
    options: dict[str, object] = {}
    if kind in (SymbolKind.DATAMATRIX, SymbolKind.GS1_DATAMATRIX):
        # the encoder's numbers of square sizes count from 1, in this order
        options["version"] = str([side for side, _ in _DATAMATRIX].index(size(kind, data)[0]) + 1)
    elif kind is SymbolKind.QRCODE:
        options["ec_level"] = "M"
    elif kind is SymbolKind.PDF417:
        options["ec_level"] = str(pdf417_level(data))
        if wanted:
            options["columns"] = (wanted[0] - 69) // 17
            if wanted[1]:
                options["rows"] = wanted[1]
    elif kind is SymbolKind.UPCA:
        return zxingcpp.create_barcode(f"0{data}", zxingcpp.BarcodeFormat.EAN13)
    if kind in _GS1:
        return zxingcpp.create_barcode(gs1.bracketed(data), _FORMATS[kind], gs1=True, **options)
    return zxingcpp.create_barcode(data, _FORMATS[kind], **options)


def _picture(made: zxingcpp.Barcode, scale: int = 1) -> Image.Image:
    picture: Any = made.to_image(scale=scale, add_quiet_zones=False)  # its stubs do not say that it is a buffer
    view = memoryview(picture)
    height, width = view.shape or (0, 0)
    return Image.frombytes("L", (width, height), bytes(view))


# reading back


def decode(image: Image.Image, rectangles: Iterable[Rectangle] | None = None) -> list[Decoded]:
    """Every symbol in the picture, or in each of the rectangles (left, top, right, bottom in pixels).

    Each rectangle is cropped and padded, because reading a whole page misses symbols; boxes are in `image`'s pixels.
    """
    found: list[Decoded] = []
    page = image.convert("L")
    for left, top, right, bottom in rectangles or [(0, 0, page.width, page.height)]:
        cut = ImageOps.expand(page.crop((left, top, right, bottom)), _READ_BACK_PAD, 255)
        for symbol in zxingcpp.read_barcodes(cut, formats=zxingcpp.BarcodeFormats(_READ)):
            place = symbol.position
            corners = (place.top_left, place.top_right, place.bottom_left, place.bottom_right)
            across = [corner.x - _READ_BACK_PAD + left for corner in corners]
            down = [corner.y - _READ_BACK_PAD + top for corner in corners]
            box = (min(across), min(down), max(across), max(down))
            found.append(Decoded(str(symbol.format), symbol.text, box))
    return found
