"""Pages of a document: what stands where on them, in millimetres from the upper left corner, whatever writes it.

Black on white, one weight of rule. A text never leaves the width it is given: it wraps, or shrinks a little and is then
cut with an ellipsis. A symbol is drawn only if it can carry exactly its data and be read at 203 dpi.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final, TypeAlias

import zxingcpp
from PIL import Image, ImageOps

from app.domain.errors import Refusal
from printing import symbols
from printing.documents import typeface
from printing.documents.typeface import Line, Style
from printing.label import Align, SymbolKind
from printing.text import clean_line

MM: Final = 72 / 25.4  # points in a millimetre
RULE_MM: Final = 0.15  # the one weight of rules and frames
# a dot of 203 dpi: bars that begin on one are as wide as each other
_DOT_MM = 0.125
# what is read at 203 dpi without fail: bars of two dots, squares of three
_LEAST_BAR_MM, _LEAST_SQUARE_MM = 2 * _DOT_MM, 3 * _DOT_MM
# what a scanner in the hand needs no larger
_LARGEST_BAR_MM, _LARGEST_SQUARE_MM = 0.5, 2.0
_PRINTED_DPI = (203, 300)
_LEAST_PT = 6.0  # the smallest size that is read
_BARS = (zxingcpp.BarcodeFormat.Code128,)
_BAR_ROWS = 24  # dots of height in which bars are read back
_DEEPEST_PICTURE = 360  # pixels: 30 mm at 300 dpi


@dataclass(frozen=True, slots=True)
class Paper:
    """A size of page and its margin on all sides, in millimetres."""

    width_mm: float
    height_mm: float
    margin_mm: float

    @property
    def inner_mm(self) -> float:
        return self.width_mm - 2 * self.margin_mm


A4 = Paper(210, 297, 15)
A5 = Paper(148, 210, 10)
LETTER = Paper(215.9, 279.4, 15)
LABEL = Paper(100, 150, 4)  # the label printer's


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A shaped line: where its ink or pen starts and its baseline, in millimetres; `white` on a filled box."""

    x: float
    y: float
    size: float  # points
    line: Line
    white: bool


@dataclass(frozen=True, slots=True)
class PlacedBox:
    """A filled rectangle in millimetres; `white` clears what is beneath."""

    x: float
    y: float
    width: float
    height: float
    white: bool = False


@dataclass(frozen=True, slots=True)
class PlacedSymbol:
    """A symbol without its quiet zones: corner, module and height of a row in millimetres."""

    x: float
    y: float
    module: float
    row: float
    kind: SymbolKind
    data: str

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom in millimetres with the quiet zones; bars need none above and below."""
        columns, rows = symbols.size(self.kind, self.data)
        quiet = symbols.quiet_modules(self.kind) * self.module
        above = 0.0 if self.kind is SymbolKind.CODE128 else quiet
        return self.x - quiet, self.y - above, self.x + columns * self.module + quiet, self.y + rows * self.row + above


@dataclass(frozen=True, slots=True)
class PlacedPicture:
    """A picture in its rectangle, in millimetres, with the proportions it has."""

    x: float
    y: float
    width: float
    height: float
    image: Image.Image


Placed: TypeAlias = PlacedLine | PlacedBox | PlacedSymbol | PlacedPicture


@dataclass(slots=True)
class Page:
    """One page, filled from the methods below; each returns the height in millimetres that it took."""

    paper: Paper
    placed: list[Placed] = field(default_factory=list)

    def text(
        self, x: float, y: float, width: float, text: str, style: Style, *, align: Align = Align.LEFT,
        most: int | None = 1, white: bool = False,
    ) -> float:  # fmt: skip
        """Lines whose first one's top is `y`: one that is fitted, or up to `most` that wrap (None: all)."""
        at, room = y, width * MM
        for line, own in lines_of(text, style, room, most):
            shaped = typeface.shape(line, own)
            above = line_above(shaped) * own.size
            spare = room - shaped.width * own.size
            shift = {Align.LEFT: 0.0, Align.CENTER: spare / 2, Align.RIGHT: spare}[align]
            start = x + (shift - min(0.0, shaped.left) * own.size) / MM
            self.placed.append(PlacedLine(start, at + above / MM, own.size, shaped, white))
            at += line_height(shaped, own.size)
        return at - y

    def big(
        self, x: float, y: float, width: float, height: float, text: str, style: Style, align: Align = Align.CENTER
    ) -> None:
        """Whole words at the style's size or the largest that fits, their ink in the middle of the height."""
        found = big_lines(text, style, width, height)
        at = y + (height - _ink_height(found)) / 2
        for number, (line, own) in enumerate(found):
            shaped = typeface.shape(line, own)
            if not number:
                at -= (line_above(shaped) - shaped.ascent) * own.size / MM
            at += self.text(x, at, width, line, own, align=align)

    def rule(self, x: float, y: float, width: float) -> None:
        """A horizontal rule whose top is `y`."""
        self.placed.append(PlacedBox(x, y, width, RULE_MM))

    def upright(self, x: float, y: float, height: float) -> None:
        """A vertical rule whose left side is `x`."""
        self.placed.append(PlacedBox(x, y, RULE_MM, height))

    def frame(self, x: float, y: float, width: float, height: float) -> None:
        """A frame whose rules lie inside of the rectangle."""
        self.rule(x, y, width)
        self.rule(x, y + height - RULE_MM, width)
        self.upright(x, y, height)
        self.upright(x + width - RULE_MM, y, height)

    def fill(self, x: float, y: float, width: float, height: float) -> None:
        """A black rectangle."""
        self.placed.append(PlacedBox(x, y, width, height))

    def tick_box(self, x: float, y: float, side: float, ticked: bool = False) -> None:
        """An empty square to tick by hand, or one that is crossed already."""
        self.frame(x, y, side, side)
        if ticked:
            self.text(x, y - 0.12 * side, side, "✕", Style(side * MM * 0.9), align=Align.CENTER)

    def picture(self, x: float, y: float, width: float, height: float, content: bytes | None) -> None:
        """A picture (PNG or JPEG) centred in its rectangle; an empty frame if there is none that can be read."""
        image = _image(content) if content else None
        if image is None:
            self.frame(x + width / 8, y + height / 8, width * 0.75, height * 0.75)
            return
        scale = min(width / image.width, height / image.height)
        wide, high = image.width * scale, image.height * scale
        self.placed.append(PlacedPicture(x + (width - wide) / 2, y + (height - high) / 2, wide, high, image))

    def symbol(
        self, x: float, y: float, width: float, height: float, kind: SymbolKind, data: str, name: str,
        align: Align = Align.CENTER, largest_module: float | None = None,
    ) -> None:  # fmt: skip
        """A symbol with its quiet zones in a rectangle; its module is the largest that fits, up to `largest_module`
        (None: what suits the hand).

        One that is aligned to the page's margin has its quiet zone in there, so that its bars stand where texts begin
        or end. Raises Refusal `symbol_data_invalid` (field, reason), `documents_symbol_too_dense` (field).
        """
        symbols.validate(kind, data, name)
        columns, rows = symbols.size(kind, data)
        quiet = symbols.quiet_modules(kind)
        margin = self.paper.margin_mm
        at_left = align is Align.LEFT and abs(x - margin) < 0.01
        at_right = align is Align.RIGHT and abs(x + width + margin - self.paper.width_mm) < 0.01
        sides = quiet * (1 if at_left or at_right else 2)
        largest = _LARGEST_BAR_MM if kind is SymbolKind.CODE128 else _LARGEST_SQUARE_MM
        module = min(largest_module or largest, width / (columns + sides))
        if at_left or at_right:
            module = min(module, margin / quiet)
        if kind is not SymbolKind.CODE128:
            module = min(module, height / (rows + 2 * quiet))
        module = _snapped(module)
        least = _LEAST_BAR_MM if kind is SymbolKind.CODE128 else _LEAST_SQUARE_MM
        while module >= least and not _reads_back(kind, data, module):
            module -= _DOT_MM  # readers miss a few squares at some sizes
        if module < least:
            raise Refusal("documents_symbol_too_dense", field=name)
        row = height if kind is SymbolKind.CODE128 else module
        spare = width - (columns + sides) * module
        shift = {Align.LEFT: 0.0, Align.CENTER: spare / 2, Align.RIGHT: spare}[align]
        left = _snapped(x + shift + (0.0 if at_left else quiet * module))
        self.placed.append(PlacedSymbol(left, _snapped(y + (height - rows * row) / 2), module, row, kind, data))

    def code(
        self, x: float, y: float, width: float, height: float, data: str, align: Align = Align.CENTER
    ) -> bool:
        """The data as Code 128, else as Data Matrix, else nothing; whether there is a symbol.

        For what stands on the page in words too: no symbol is better than one of other data.
        """
        for kind in (SymbolKind.CODE128, SymbolKind.DATAMATRIX):
            try:
                self.symbol(x, y, width, height, kind, data, "", align)
            except Refusal:
                continue
            return True
        return False

    @property
    def symbols(self) -> list[PlacedSymbol]:
        return [item for item in self.placed if isinstance(item, PlacedSymbol)]


def lines_of(text: str, style: Style, room: float, most: int | None) -> list[tuple[str, Style]]:
    """The lines of a text in `room` points, and the style of each; a word that is too long makes them smaller."""
    if most == 1:
        line, own = typeface.fit(text, style, room)
        return [(line, own)] if line else []
    longest = typeface.widest(text, style)
    if longest > room:
        style = style.at(style.size * max(typeface.SHRINK, 0.9999 * room / longest))
    return [(line, style) for line in typeface.lines(text, style, room, most)]


def big_lines(text: str, style: Style, width: float, height: float) -> list[tuple[str, Style]]:
    """The lines of `Page.big`: as large as no word is broken, up to the style's size; cut if 6 points are too large."""
    low, high = _LEAST_PT, max(style.size, _LEAST_PT)
    words = clean_line(text).split(" ")
    widest = max(typeface.width(word, style.at(1)) for word in words)
    if len(words) == 1 and widest:  # a line that is never broken grows evenly
        size = min(high, width * MM / (widest * 1.0001), height / _ink_height([(words[0], style.at(1))]))
        if size >= low:
            return [(words[0], style.at(size))]

    def fits(size: float) -> bool:
        found = lines_of(text, style.at(size), width * MM, None)
        return widest * size * 1.0001 <= width * MM and _ink_height(found) <= height

    if not fits(low):
        return lines_of(text, style.at(low), width * MM, max(1, int(height / (typeface.LEADING * low / MM))))
    if fits(high):
        low = high
    while high - low > 0.1:
        middle = (low + high) / 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return lines_of(text, style.at(low), width * MM, None)


def big_height(text: str, style: Style, width: float, height: float) -> float:
    """The millimetres from the top to the bottom of the ink of `Page.big`."""
    return _ink_height(big_lines(text, style, width, height))


def _ink_height(found: list[tuple[str, Style]]) -> float:
    """From the top of the first line's ink to the bottom of the last one's."""
    if not found:
        return 0.0
    shaped = [(typeface.shape(line, own), own.size) for line, own in found]
    (first, size), (last, _) = shaped[0], shaped[-1]
    lines = sum(line_height(line, own) for line, own in shaped)
    return lines - (line_above(first) - first.ascent) * size / MM - line_height(last, size) + (
        line_above(last) + last.descent
    ) * size / MM


def text_height(text: str, style: Style, width: float, most: int | None = None) -> float:
    """The height in millimetres that `Page.text` takes."""
    found = lines_of(text, style, width * MM, most)
    return sum(line_height(typeface.shape(line, own), own.size) for line, own in found)


def line_above(line: Line) -> float:
    """Ems from a line's top to its baseline."""
    return max(typeface.ASCENT, line.ascent)


def line_height(line: Line, size: float) -> float:
    """Millimetres from a line's top to the next one's."""
    least = max(typeface.LEADING, line_above(line) + max(typeface.DESCENT, line.descent))
    return least * size / MM


def _snapped(length: float) -> float:
    """The millimetres rounded down to whole dots."""
    return math.floor(length / _DOT_MM + 1e-6) * _DOT_MM


def mirrored(page: Page) -> Page:
    """The page with its left side at the right, each thing in itself as it was: for what is read from the right."""
    wide = page.paper.width_mm
    found: list[Placed] = []
    for item in page.placed:
        if isinstance(item, PlacedLine):
            em = item.size / MM
            found.append(replace(item, x=wide - item.x - (item.line.left + item.line.right) * em))
        elif isinstance(item, PlacedSymbol):
            columns, _ = symbols.size(item.kind, item.data)
            found.append(replace(item, x=_snapped(wide - item.x - columns * item.module)))
        else:
            found.append(replace(item, x=wide - item.x - item.width))
    return Page(page.paper, found)


@lru_cache(maxsize=256)
def _image(content: bytes) -> Image.Image | None:
    """The picture on white, no larger than print needs; None if it cannot be read."""
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as opened:
            opened.draft("RGB", (2 * _DEEPEST_PICTURE, 2 * _DEEPEST_PICTURE))
            opened.thumbnail((_DEEPEST_PICTURE, _DEEPEST_PICTURE))
            clear = opened.convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    white = Image.new("RGBA", clear.size, "white")
    return Image.alpha_composite(white, clear).convert("RGB")


@lru_cache(maxsize=16384)  # more than a sheet has codes: it asks once for the place and once for the page
def _reads_back(kind: SymbolKind, data: str, module: float) -> bool:
    """Whether the modules are read as the data, as a printer's dots show them."""
    rows = symbols.modules(kind, data)
    wide, high = len(rows[0]), len(rows)
    pixels = b"".join(rows).translate(bytes([255, 0]) + bytes(254))
    white = symbols.quiet_modules(kind)
    bars = kind is SymbolKind.CODE128
    margin = (white, 0) if bars else white
    drawn = ImageOps.expand(Image.frombytes("L", (wide, high), pixels), margin, 255)
    drawn = drawn.resize((drawn.width * 8, drawn.height * 8), Image.Resampling.NEAREST)
    for dpi in _PRINTED_DPI:
        dots = module * dpi / 25.4 / 8
        printed = drawn.resize((round(drawn.width * dots), max(1, round(drawn.height * dots))), Image.Resampling.BOX)
        if not bars:
            found = [one.text for one in symbols.decode(printed)]
        else:
            # a row is like the next, and lies as it was made: to look for more takes thirty times as long
            row = printed.resize((printed.width, _BAR_ROWS), Image.Resampling.NEAREST)
            bars_alone = zxingcpp.BarcodeFormats(_BARS)
            read = zxingcpp.read_barcodes(row, formats=bars_alone, try_rotate=False, try_downscale=False)
            found = [one.text for one in read]
        if found != [data]:
            return False
    return True
