"""A label laid out in the dots of a resolution: texts fitted, symbols sized, and what cannot be printed refused."""

from __future__ import annotations

from functools import lru_cache

from app.domain.errors import KnownError, Refusal
from printing import fonts, linter, pictures, symbols
from printing.bidi import is_right_to_left
from printing.label import Align, Box, Element, Label, Line, Paragraph, Picture, Symbol, SymbolKind, Text
from printing.placed import (
    Bounds,
    Layout,
    Placed,
    PlacedPicture,
    PlacedRule,
    PlacedSymbol,
    PlacedText,
    extents,
)
from printing.text import Piece, clean_line, clean_lines, pieces, wrap

__all__ = [
    "Layout", "Placed", "PlacedPicture", "PlacedRule", "PlacedSymbol", "PlacedText", "check", "dots_per_mm", "lay_out",
]  # fmt: skip

# Zebra's 203 dpi is 8 dots a millimetre, exactly
_DOTS_PER_MM = {203: 8.0, 300: 300 / 25.4, 600: 600 / 25.4}

_PITCH = 1.15  # cells from baseline to baseline
_LINE_GAP = 0.04  # cells of white between the ink of two lines, at least
_CAPTION_GAP_MM = 1.0  # of white between a symbol and its text
_PDF417_ROW = 3  # modules, the least that ISO/IEC 15438 allows
_MOST_PLACES = 64  # sets of rectangles that are remembered for one fixed part
_BEARER = 2  # modules, GS1 General Specifications 5.3.2.4: the bars above and below an ITF-14


class _Frame:
    """An element's rectangle in dots, seen upright: `place` turns what is in it to where it is on the label."""

    def __init__(self, element: Text | Paragraph | Symbol | Picture, scale: float) -> None:
        self.left, self.top = element.x_mm * scale, element.y_mm * scale
        self.right, self.bottom = self.left + element.width_mm * scale, self.top + element.height_mm * scale
        self.rotation = element.rotation
        self.width, self.height = element.width_mm * scale, element.height_mm * scale
        if self.rotation in (90, 270):
            self.width, self.height = self.height, self.width

    def place(self, across: float, down: float, width: float = 0.0, height: float = 0.0) -> tuple[int, int]:
        """The upper left corner on the label of a rectangle in the upright frame; a point without a size."""
        if self.rotation == 90:
            return int(self.right - down - height), int(self.top + across)
        if self.rotation == 180:
            return int(self.right - across - width), int(self.bottom - down - height)
        if self.rotation == 270:
            return int(self.left + down), int(self.bottom - across - width)
        return int(self.left + across), int(self.top + down)


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

    Raises Refusal `label_text_unprintable`, `label_text_too_long`, `label_picture_invalid`, `symbol_data_invalid`,
    `label_symbol_too_dense`, `label_outside`, `label_overprint` (each with the field), KnownError `label_dpi_unknown`.
    """
    scale = dots_per_mm(dpi)
    width, height = int(label.width_mm * scale), int(label.height_mm * scale)
    fixed = _fixed(label.elements[: label.fixed], scale, width, height)
    rest = label.elements[label.fixed :]
    groups = [_place(element, scale) for element in rest]
    if not fixed.leaves_apart(rest, scale, width, height):
        linter.covered(groups, width, height, fixed.ground)
    items = fixed.items + tuple(item for group in groups for item in group)
    return Layout(dpi, scale, width, height, items, len(fixed.items))


class _Fixed:
    """What comes again on other labels, placed and checked once."""

    def __init__(self, groups: list[tuple[Placed, ...]], width: int, height: int) -> None:
        self.items = tuple(item for group in groups for item in group)
        self.ground = linter.covered(groups, width, height)
        self._apart: dict[tuple[Bounds, ...], bool] = {}

    def leaves_apart(self, elements: tuple[Element, ...], scale: float, width: int, height: int) -> bool:
        """Whether what fills these rectangles cannot touch anything, so that it need not be looked at on each label."""
        places = tuple([(e.x_mm, e.y_mm, e.width_mm, e.height_mm) for e in elements])
        found = self._apart.get(places)
        if found is None:
            rectangles = [(x * scale, y * scale, (x + w) * scale, (y + h) * scale) for x, y, w, h in places]
            found = not any(isinstance(element, Line | Box) for element in elements) and linter.apart(
                rectangles, width, height, self.ground
            )
            if len(self._apart) < _MOST_PLACES:
                self._apart[places] = found
        return found


@lru_cache(maxsize=64)
def _fixed(elements: tuple[Element, ...], scale: float, width: int, height: int) -> _Fixed:
    return _Fixed([_place(element, scale) for element in elements], width, height)


@lru_cache(maxsize=1024)
def _place(element: Element, scale: float) -> tuple[Placed, ...]:
    if isinstance(element, Text):
        line = clean_line(element.text)
        return _fit(element, (line,) if line else (), scale)
    if isinstance(element, Paragraph):
        return _fit(element, tuple(clean_lines(element.text)), scale)
    if isinstance(element, Symbol):
        return _place_symbol(element, scale)
    if isinstance(element, Picture):
        return _place_picture(element, scale)
    return (_place_rule(element, scale),)


def _place_rule(element: Line | Box, scale: float) -> PlacedRule:
    left, top = round(element.x_mm * scale), round(element.y_mm * scale)
    right, bottom = (element.x_mm + element.width_mm) * scale, (element.y_mm + element.height_mm) * scale
    width, height = max(1, round(right) - left), max(1, round(bottom) - top)
    border = min(width, height) if isinstance(element, Line) else max(1, round(element.border_mm * scale))
    return PlacedRule(left, top, width, height, border)


# texts


def _fit(element: Text | Paragraph, lines: tuple[str, ...], scale: float) -> tuple[PlacedText, ...]:
    """The element's lines at the largest size, in whole dots, at which they all fit."""
    if not lines:
        return ()
    for line in lines:
        missing = fonts.unprintable(line)
        if missing:
            raise Refusal("label_text_unprintable", field=element.name, characters=" ".join(missing[:5]))
    frame = _Frame(element, scale)
    largest, smallest = int(element.size_mm * scale), -int(-element.min_size_mm * scale)
    if isinstance(element, Text):
        return _fit_line(element, lines[0], frame, largest, smallest)
    scales = (element.first_line_scale, 1.0)
    if element.graphic_size_mm and not all(map(fonts.is_native, lines)):
        # all of them: a postcode that is larger than the name above it looks like a mistake
        largest = max(smallest, min(largest, int(element.graphic_size_mm * scale)))
    for size in range(largest, smallest - 1, -1):
        broken: list[tuple[str, bool, int]] = []  # text, right to left, size
        for number, source in enumerate(lines):
            own = int(size * scales[min(number, 1)])
            found = _pieces(source)
            if size > smallest and any(piece.width * own > frame.width for piece in found):
                break  # a smaller size is better than a broken word
            parts = wrap(list(found), frame.width / own, fonts.native_width(" "), fonts.measure)
            backwards = is_right_to_left(source)
            broken += [(part, backwards, own) for part in parts]
        else:
            placed = _stack(element, broken, frame)
            if placed is not None:
                return placed
    raise Refusal("label_text_too_long", field=element.name)


def _fit_line(element: Text, line: str, frame: _Frame, largest: int, smallest: int) -> tuple[PlacedText, ...]:
    """The line at the largest size that its width and its height allow."""
    backwards = is_right_to_left(line)
    shaped = None if fonts.is_native(line) else fonts.shape(line, backwards)
    width = fonts.native_width(line) if shaped is None else shaped.width
    size = min(largest, int(frame.width / width), int(frame.height / sum(extents(line, shaped)))) if width else largest
    placed = _stack(element, [(line, backwards, size)], frame) if size >= smallest else None
    if placed is None:
        raise Refusal("label_text_too_long", field=element.name)
    return placed


@lru_cache(maxsize=1024)
def _pieces(line: str) -> tuple[Piece, ...]:
    return tuple(pieces(line, fonts.measure))


def _stack(
    element: Text | Paragraph, lines: list[tuple[str, bool, int]], frame: _Frame
) -> tuple[PlacedText, ...] | None:
    """The lines beneath each other, or None if they are wider or higher than the element."""
    stacked: list[tuple[str, float, float, int, float, fonts.ShapedLine | None]] = []
    baseline = below = 0.0
    for number, (text, backwards, size) in enumerate(lines):
        shaped = None if fonts.is_native(text) else fonts.shape(text, backwards)
        ascent, descent = extents(text, shaped)
        step = ascent * size if not number else max(_PITCH * size, below + (ascent + _LINE_GAP) * size)
        baseline, below = baseline + step, descent * size
        extent = (fonts.native_width(text) if shaped is None else shaped.width) * size
        if extent > frame.width or baseline + below > frame.height:
            return None
        spare = frame.width - extent
        shift = 0.0 if element.align is Align.LEFT else spare / 2 if element.align is Align.CENTER else spare
        stacked.append((text, shift, baseline, size, extent, shaped))
    lower = (frame.height - baseline - below) / 2 if element.middle else 0.0
    placed = []
    for text, shift, down, size, extent, shaped in stacked:
        x, y = frame.place(shift, down + lower)
        placed.append(
            PlacedText(element.name, text, x, y, size, extent, shaped, element.rotation, element.align)
        )  # fmt: skip
    return tuple(placed)


# symbols and pictures


def _place_symbol(element: Symbol, scale: float) -> tuple[Placed, ...]:
    symbols.validate(element.kind, element.data, element.name)
    frame = _Frame(element, scale)
    height = frame.height
    caption: tuple[PlacedText, ...] = ()
    if element.human_readable:
        room = 1.3 * element.size_mm
        caption = _caption(element, room, scale)
        height -= (room + _CAPTION_GAP_MM) * scale
    linear, quiet = symbols.is_linear(element.kind), 2 * symbols.quiet_modules(element.kind)
    tallness = _PDF417_ROW if element.kind is SymbolKind.PDF417 else 1
    module, columns, rows = 0, 1, 1
    for across, down in symbols.sizes(element.kind, element.data):
        found = min(int(frame.width / (across + quiet)), int(element.module_mm * scale + 0.01))
        if not linear:
            found = min(found, int(height / (down * tallness + quiet)))
        if found > module or (found == module and across * down < columns * rows):
            module, columns, rows = found, across, down
    linter.refuse_too_dense(element.kind, element.name, module, element.min_module_mm * scale - 0.01, scale)
    bearer = _BEARER * module if element.kind is SymbolKind.ITF14 else 0
    guard = 0 if element.rotation else symbols.guard_modules(element.kind) * module
    row_height = int(height) - 2 * bearer - guard if linear else module * tallness
    if row_height < 1:
        raise Refusal("label_symbol_too_dense", field=element.name)
    size = (columns * module, rows * row_height)
    left, top = (frame.width - size[0]) / 2, (height - guard - size[1]) / 2
    x, y = frame.place(left, top, *size)
    # a square says the same in every direction, and printers turn not all of them
    rotation = 0 if columns == rows else element.rotation
    symbol = PlacedSymbol(
        element.name, element.kind, element.data, x, y, module, row_height, columns, rows, rotation
    )  # fmt: skip
    return (symbol, *(_bearers(symbol, bearer) if bearer else ()), *caption)


def _caption(element: Symbol, room: float, scale: float) -> tuple[PlacedText, ...]:
    """The text beneath the symbol, in the lowest `room` millimetres of the upright frame."""
    x, y, width, height = element.x_mm, element.y_mm, element.width_mm, element.height_mm
    if element.rotation in (90, 270):
        x, width = x + (width - room if element.rotation == 270 else 0.0), room
    else:
        y, height = y + (0.0 if element.rotation else height - room), room
    beneath = Text(
        x, y, width, height, element.human_readable, element.size_mm, element.size_mm / 2, Align.CENTER,
        element.human_readable_name, element.rotation,
    )  # fmt: skip
    line = clean_line(element.human_readable)
    return _fit(beneath, (line,) if line else (), scale)


def _bearers(symbol: PlacedSymbol, thickness: int) -> tuple[PlacedRule, PlacedRule]:
    """The bars along both long sides, over the quiet zones too, so that a slanting scan reads nothing."""
    left, top, right, bottom = (int(edge) for edge in symbol.bounds)
    width, height = right - left, bottom - top
    if symbol.rotation in (90, 270):
        return (
            PlacedRule(left - thickness, top, thickness, height, thickness),
            PlacedRule(right, top, thickness, height, thickness),
        )
    return (
        PlacedRule(left, top - thickness, width, thickness, thickness),
        PlacedRule(left, bottom, width, thickness, thickness),
    )


def _place_picture(element: Picture, scale: float) -> tuple[PlacedPicture, ...]:
    if not element.content:
        return ()
    frame = _Frame(element, scale)
    made = pictures.dots(
        element.content, int(frame.width), int(frame.height), element.rotation,
        None if element.dither else element.threshold,
    )  # fmt: skip
    if made is None:
        raise Refusal("label_picture_invalid", field=element.name)
    width, height = made.size if element.rotation in (0, 180) else made.size[::-1]
    spare = frame.width - width
    shift = {Align.LEFT: 0.0, Align.CENTER: spare / 2, Align.RIGHT: spare}[element.align]
    x, y = frame.place(shift, (frame.height - height) / 2, width, height)
    return (PlacedPicture(element.name, x, y, *made.size, made.tobytes()),)
