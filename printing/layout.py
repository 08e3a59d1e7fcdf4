"""A label laid out in the dots of a resolution: texts fitted, symbols sized, and what cannot be printed refused."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from app.domain.errors import KnownError, Refusal
from printing import fonts, symbols
from printing.bidi import is_right_to_left
from printing.label import Align, Element, Label, Line, Paragraph, Symbol, SymbolKind, Text
from printing.text import Piece, clean_line, clean_lines, pieces, wrap

# Zebra's 203 dpi is 8 dots a millimetre, exactly
_DOTS_PER_MM = {203: 8.0, 300: 300 / 25.4, 600: 600 / 25.4}

_PITCH = 1.15  # cells from baseline to baseline
_LINE_GAP = 0.04  # cells of white between the ink of two lines, at least
_CAPTION_GAP_MM = 1.0  # of white between a symbol and its text
# native text, cells above and below the baseline: letters, digits and most signs; and what is taller
_NATIVE_ASCENT = 0.81
_NATIVE_ASCENT_TALL = 1.0
_NATIVE_DESCENT = 0.24
_TALL = frozenset("ÀÁÂÃÄÅÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝåð$()[]{}")


_Bounds: TypeAlias = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class PlacedText:
    """One line: `x` is where its ink or pen starts, `y` its baseline, `size` the cell's height, all in dots.

    `shaped` is None where the printer's own font shows the text; `width` is then a bound, not the exact width.
    """

    name: str
    text: str
    x: int
    y: int
    size: int
    width: float
    shaped: fonts.ShapedLine | None

    @property
    def bounds(self) -> _Bounds:
        """Left, top, right, bottom of the ink in dots."""
        ascent, descent = _extents(self.text, self.shaped)
        return (self.x, self.y - ascent * self.size, self.x + self.width, self.y + descent * self.size)


@dataclass(frozen=True, slots=True)
class PlacedRule:
    """A filled rectangle, or a frame if `border` is smaller than both sides; in dots."""

    x: int
    y: int
    width: int
    height: int
    border: int

    @property
    def strokes(self) -> list[_Bounds]:
        left, top, right, bottom = self.x, self.y, self.x + self.width, self.y + self.height
        if 2 * self.border >= min(self.width, self.height):
            return [(left, top, right, bottom)]
        return [
            (left, top, right, top + self.border),
            (left, bottom - self.border, right, bottom),
            (left, top, left + self.border, bottom),
            (right - self.border, top, right, bottom),
        ]


@dataclass(frozen=True, slots=True)
class PlacedSymbol:
    """A symbol without its quiet zones: upper left corner, module and height of a row, in dots; size in modules."""

    name: str
    kind: SymbolKind
    data: str
    x: int
    y: int
    module: int
    row_height: int
    columns: int
    rows: int

    @property
    def bounds(self) -> _Bounds:
        """Left, top, right, bottom in dots, with the quiet zones."""
        quiet = symbols.quiet_modules(self.kind) * self.module
        above = 0 if self.kind is SymbolKind.CODE128 else quiet  # bars need white at their ends only
        width, height = self.columns * self.module, self.rows * self.row_height
        return (self.x - quiet, self.y - above, self.x + width + quiet, self.y + height + above)


Placed: TypeAlias = PlacedText | PlacedRule | PlacedSymbol


@dataclass(frozen=True, slots=True)
class Layout:
    """What is printed where, in dots; items in the order of the label's elements."""

    dpi: int
    dots_per_mm: float
    width: int
    height: int
    items: tuple[Placed, ...]

    def symbol_boxes(self) -> list[tuple[int, int, int, int]]:
        """Left, top, right, bottom of every symbol with its quiet zones, in dots, for reading it back."""
        found = []
        for item in self.items:
            if isinstance(item, PlacedSymbol):
                left, top, right, bottom = map(int, item.bounds)
                found.append((max(0, left), max(0, top), right, bottom))
        return found


def dots_per_mm(dpi: int) -> float:
    """Raises KnownError `label_dpi_unknown` for anything but 203, 300 and 600."""
    if dpi not in _DOTS_PER_MM:
        raise KnownError("label_dpi_unknown", dpi=dpi)
    return _DOTS_PER_MM[dpi]


def check(label: Label, dpi: int = 203) -> None:
    """Refuse, naming the field, what would be clipped, overprinted or too dense to scan; see `lay_out`."""
    lay_out(label, dpi)


def lay_out(label: Label, dpi: int = 203) -> Layout:
    """Place every element of the label in dots of `dpi`.

    Raises Refusal `label_text_unprintable`, `label_text_too_long`, `symbol_data_invalid`, `label_symbol_too_dense`,
    `label_outside`, `label_overprint` (each with the field), KnownError `label_dpi_unknown`.
    """
    scale = dots_per_mm(dpi)
    groups = [_place(element, scale) for element in label.elements]
    width, height = int(label.width_mm * scale), int(label.height_mm * scale)
    _refuse_collisions(groups, width, height)
    return Layout(dpi, scale, width, height, tuple(item for group in groups for item in group))


def _place(element: Element, scale: float) -> list[Placed]:
    if isinstance(element, Text):
        line = clean_line(element.text)
        return [*_fit(element, (line,) if line else (), scale)]
    if isinstance(element, Paragraph):
        return [*_fit(element, tuple(clean_lines(element.text)), scale)]
    if isinstance(element, Symbol):
        return _place_symbol(element, scale)
    left, top = round(element.x_mm * scale), round(element.y_mm * scale)
    right, bottom = (element.x_mm + element.width_mm) * scale, (element.y_mm + element.height_mm) * scale
    width, height = max(1, round(right) - left), max(1, round(bottom) - top)
    border = min(width, height) if isinstance(element, Line) else max(1, round(element.border_mm * scale))
    return [PlacedRule(left, top, width, height, border)]


def _fit(element: Text | Paragraph, lines: tuple[str, ...], scale: float) -> list[PlacedText]:
    """The element's lines at the largest size, in whole dots, at which they all fit."""
    if not lines:
        return []
    for line in lines:
        missing = fonts.unprintable(line)
        if missing:
            raise Refusal("label_text_unprintable", field=element.name, characters=" ".join(missing[:5]))
    scales = (element.first_line_scale if isinstance(element, Paragraph) else 1.0, 1.0)
    width, height = element.width_mm * scale, element.height_mm * scale
    largest, smallest = int(element.size_mm * scale), -int(-element.min_size_mm * scale)
    wraps = isinstance(element, Paragraph)
    for size in range(largest, smallest - 1, -1):
        broken: list[tuple[str, bool, int]] = []  # text, right to left, size
        for number, source in enumerate(lines):
            own = int(size * scales[min(number, 1)])
            found = _pieces(source)
            if wraps:
                if size > smallest and any(piece.width * own > width for piece in found):
                    break  # a smaller size is better than a broken word
                parts = wrap(list(found), width / own, fonts.native_width(" "), fonts.measure)
            else:
                parts = [source]
            backwards = is_right_to_left(source)
            broken += [(part, backwards, own) for part in parts]
        else:
            placed = _stack(element, broken, scale, width, height)
            if placed is not None:
                return placed
    raise Refusal("label_text_too_long", field=element.name)


@lru_cache(maxsize=1024)
def _pieces(line: str) -> tuple[Piece, ...]:
    return tuple(pieces(line, fonts.measure))


def _stack(
    element: Text | Paragraph, lines: list[tuple[str, bool, int]], scale: float, width: float, height: float
) -> list[PlacedText] | None:
    """The lines beneath each other, or None if they are wider or higher than the element."""
    left, top = element.x_mm * scale, element.y_mm * scale
    placed: list[PlacedText] = []
    baseline, below = top, 0.0
    for number, (text, backwards, size) in enumerate(lines):
        shaped = None if fonts.is_native(text) else fonts.shape(text, backwards)
        ascent, descent = _extents(text, shaped)
        step = ascent * size if not number else max(_PITCH * size, below + (ascent + _LINE_GAP) * size)
        baseline, below = baseline + step, descent * size
        extent = (fonts.native_width(text) if shaped is None else shaped.width) * size
        if extent > width or baseline + below > top + height:
            return None
        spare = width - extent
        shift = {Align.LEFT: 0.0, Align.CENTER: spare / 2, Align.RIGHT: spare}[element.align]
        placed.append(PlacedText(element.name, text, int(left + shift), int(baseline), size, extent, shaped))
    return placed


def _extents(text: str, shaped: fonts.ShapedLine | None) -> tuple[float, float]:
    if shaped is not None:
        return shaped.ascent, shaped.descent
    return (_NATIVE_ASCENT if _TALL.isdisjoint(text) else _NATIVE_ASCENT_TALL), _NATIVE_DESCENT


def _place_symbol(element: Symbol, scale: float) -> list[Placed]:
    symbols.validate(element.kind, element.data, element.name)
    columns, rows = symbols.size(element.kind, element.data)
    quiet = 2 * symbols.quiet_modules(element.kind)
    height = element.height_mm * scale
    caption: list[PlacedText] = []
    if element.human_readable:
        room = 1.3 * element.size_mm
        beneath = Text(
            element.x_mm, element.y_mm + element.height_mm - room, element.width_mm, room, element.human_readable,
            element.size_mm, element.size_mm / 2, Align.CENTER, element.human_readable_name,
        )  # fmt: skip
        caption = _fit(beneath, (clean_line(element.human_readable),), scale)
        height -= (room + _CAPTION_GAP_MM) * scale
    module = min(int(element.width_mm * scale / (columns + quiet)), int(element.module_mm * scale + 0.01))
    if element.kind is SymbolKind.DATAMATRIX:
        module = min(module, int(height / (rows + quiet)))
    if module < max(1.0, element.min_module_mm * scale - 0.01) or height < 1:
        raise Refusal("label_symbol_too_dense", field=element.name)
    row_height = module if element.kind is SymbolKind.DATAMATRIX else int(height)
    x = element.x_mm * scale + (element.width_mm * scale - columns * module) / 2
    y = element.y_mm * scale + (height - rows * row_height) / 2
    symbol = PlacedSymbol(element.name, element.kind, element.data, int(x), int(y), module, row_height, columns, rows)
    return [symbol, *caption]


def _refuse_collisions(groups: list[list[Placed]], width: int, height: int) -> None:
    """Refuse what leaves the media, and texts and symbols that touch a rule or those of another element."""
    taken: list[tuple[int, str, _Bounds]] = []
    strokes: list[_Bounds] = []
    for number, group in enumerate(groups):
        for item in group:
            if isinstance(item, PlacedRule):
                strokes += item.strokes
            else:
                taken.append((number, item.name, item.bounds))
    for name, (left, top, right, bottom) in [*(entry[1:] for entry in taken), *(("", stroke) for stroke in strokes)]:
        if left < 0 or top < 0 or right > width + 1 or bottom > height + 1:
            raise Refusal("label_outside", field=name)
    for at, (number, name, (left, top, right, bottom)) in enumerate(taken):
        for other_number, other, box in taken[at + 1 :]:
            if left < box[2] and box[0] < right and top < box[3] and box[1] < bottom and number != other_number:
                raise Refusal("label_overprint", field=name, other=other)
        for box in strokes:
            if left < box[2] and box[0] < right and top < box[3] and box[1] < bottom:
                raise Refusal("label_overprint", field=name, other="")
