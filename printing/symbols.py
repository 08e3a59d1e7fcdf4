"""1D and 2D symbols: validated before they are made, made and read back through zxing-cpp."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import zxingcpp
from PIL import Image, ImageOps

from app.domain.errors import Refusal
from printing.label import SymbolKind

# square ECC 200 symbols: modules a side, data codewords (ISO/IEC 16022, table 7)
_DATAMATRIX = (
    (10, 3), (12, 5), (14, 8), (16, 12), (18, 18), (20, 22), (22, 30), (24, 36), (26, 44), (32, 62), (36, 86),
    (40, 114), (44, 144), (48, 174), (52, 204),
)  # fmt: skip
_CODE128_LONGEST = 48  # GS1 General Specifications 5.4.1; a longer one does not fit on a label anyway
_READ_BACK_PAD = 40  # pixels of white around a cropped symbol; without it some symbols are missed

Rectangle = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Decoded:
    """A symbol that was read: its kind (as zxing-cpp names it), its text, and left, top, right, bottom in pixels."""

    format: str
    text: str
    box: Rectangle


def validate(kind: SymbolKind, data: str, name: str) -> None:
    """Raise Refusal `symbol_data_invalid` (field, reason) if the symbol cannot carry exactly this text."""
    if not data:
        raise Refusal("symbol_data_invalid", field=name, reason="it is empty")
    if not (data.isascii() and data.isprintable()):
        raise Refusal("symbol_data_invalid", field=name, reason="only printable ASCII characters are allowed")
    longest = _CODE128_LONGEST if kind is SymbolKind.CODE128 else _DATAMATRIX[-1][1]
    length = len(data) if kind is SymbolKind.CODE128 else _ascii_codewords(data)
    if length > longest:
        raise Refusal("symbol_data_invalid", field=name, reason=f"it is longer than {longest} characters")


@lru_cache(maxsize=256)
def code128_parts(data: str) -> tuple[tuple[str, str], ...]:
    """The data of a Code 128 cut into ("B" | "C", text): digits in pairs where that saves room (ISO/IEC 15417 E)."""
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
    return tuple(parts)


def _append(parts: list[tuple[str, str]], code_set: str, text: str) -> None:
    if parts and parts[-1][0] == code_set:
        parts[-1] = (code_set, parts[-1][1] + text)
    else:
        parts.append((code_set, text))


def size(kind: SymbolKind, data: str) -> tuple[int, int]:
    """(columns, rows) in modules without quiet zones, of validated data; a Code 128 has one row of any height.

    Code 128: eleven modules a symbol character, start and check character, thirteen for the stop. Data Matrix: the
    smallest square that holds the data in ASCII encodation, which every printer can do; others need no more.
    """
    if kind is SymbolKind.DATAMATRIX:
        needed = _ascii_codewords(data)
        side = next(modules for modules, words in _DATAMATRIX if words >= needed)
        return side, side
    parts = code128_parts(data)
    characters = sum(len(text) if code_set == "B" else len(text) // 2 for code_set, text in parts)
    return 11 * (characters + len(parts) + 1) + 13, 1


def quiet_modules(kind: SymbolKind) -> int:
    """The blank modules that a symbol needs at its sides: ten for Code 128; two for Data Matrix, which asks for one."""
    return 10 if kind is SymbolKind.CODE128 else 2


def _ascii_codewords(data: str) -> int:
    count = at = 0
    while at < len(data):
        at += 2 if data[at : at + 2].isdigit() and at + 1 < len(data) else 1
        count += 1
    return count


@lru_cache(maxsize=256)
def modules(kind: SymbolKind, data: str) -> tuple[bytes, ...]:
    """The rows of validated data's symbol: a byte a module, 1 is black; without quiet zones."""
    if kind is SymbolKind.DATAMATRIX:
        sides = [side for side, _ in _DATAMATRIX]
        # the encoder's numbers of square sizes count from 1, in this order
        version = str(sides.index(size(kind, data)[0]) + 1)
        made = zxingcpp.create_barcode(data, zxingcpp.BarcodeFormat.DataMatrix, version=version)
    else:
        made = zxingcpp.create_barcode(data, zxingcpp.BarcodeFormat.Code128)
    picture: Any = made.to_image(scale=1, add_quiet_zones=False)  # its stubs do not say that it is a buffer
    view = memoryview(picture)
    height, width = view.shape or (0, 0)
    black = bytes(view).translate(bytes([1]) + bytes(255))
    rows = tuple(black[row * width : (row + 1) * width] for row in range(height))
    return rows[:1] if kind is SymbolKind.CODE128 else rows


def decode(image: Image.Image, rectangles: Iterable[Rectangle] | None = None) -> list[Decoded]:
    """Every symbol in the picture, or in each of the rectangles (left, top, right, bottom in pixels).

    Each rectangle is cropped and padded, because reading a whole page misses symbols; boxes are in `image`'s pixels.
    """
    found: list[Decoded] = []
    page = image.convert("L")
    for left, top, right, bottom in rectangles or [(0, 0, page.width, page.height)]:
        cut = ImageOps.expand(page.crop((left, top, right, bottom)), _READ_BACK_PAD, 255)
        for symbol in zxingcpp.read_barcodes(cut):
            place = symbol.position
            corners = (place.top_left, place.top_right, place.bottom_left, place.bottom_right)
            across = [corner.x - _READ_BACK_PAD + left for corner in corners]
            down = [corner.y - _READ_BACK_PAD + top for corner in corners]
            box = (min(across), min(down), max(across), max(down))
            found.append(Decoded(str(symbol.format), symbol.text, box))
    return found
