"""What a label is made of once it is laid out: texts, rules, symbols and pictures in the dots of a resolution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from printing import fonts, symbols
from printing.label import Align, SymbolKind

Bounds: TypeAlias = tuple[float, float, float, float]

# native text, cells above and below the baseline: letters, digits and most signs; and what is taller
_NATIVE_ASCENT = 0.81
_NATIVE_ASCENT_TALL = 1.0
_NATIVE_DESCENT = 0.24
_TALL = frozenset("ÀÁÂÃÄÅÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝåð$()[]{}")


def extents(text: str, shaped: fonts.ShapedLine | None) -> tuple[float, float]:
    """The ink above and below the baseline, in cells; a bound where the printer's own font shows the text."""
    if shaped is not None:
        return shaped.ascent, shaped.descent
    return (_NATIVE_ASCENT if _TALL.isdisjoint(text) else _NATIVE_ASCENT_TALL), _NATIVE_DESCENT


def turned(left: float, top: float, right: float, bottom: float, rotation: int) -> Bounds:
    """A rectangle turned clockwise around the origin, y downwards."""
    if rotation == 90:
        return (-bottom, left, -top, right)
    if rotation == 180:
        return (-right, -bottom, -left, -top)
    if rotation == 270:
        return (top, -right, bottom, -left)
    return (left, top, right, bottom)


@dataclass(frozen=True, slots=True)
class PlacedText:
    """One line: its ink or pen starts at `x`, `y` on its baseline and runs in the direction of `rotation`; in dots.

    `size` is the cell's height. `shaped` is None where the printer's own font shows the text; `width` is then a bound,
    not the exact width, and who draws it with the shipped font leaves `slack` before it, so that it is centred.
    """

    name: str
    text: str
    x: int
    y: int
    size: int
    width: float
    shaped: fonts.ShapedLine | None
    rotation: int = 0
    align: Align = Align.LEFT

    @property
    def slack(self) -> float:
        """Dots from the pen's start that a line of the shipped font needs less than `width`, by its alignment."""
        if self.shaped is not None or self.align is Align.LEFT:
            return 0.0
        spare = self.width - fonts.shape(self.text).right * self.size
        return spare / 2 if self.align is Align.CENTER else spare

    @property
    def bounds(self) -> Bounds:
        """Left, top, right, bottom of the ink in dots."""
        ascent, descent = extents(self.text, self.shaped)
        box = (0.0, -ascent * self.size, self.width, descent * self.size)
        left, top, right, bottom = turned(*box, self.rotation) if self.rotation else box
        return (self.x + left, self.y + top, self.x + right, self.y + bottom)


@dataclass(frozen=True, slots=True)
class PlacedRule:
    """A filled rectangle, or a frame if `border` is smaller than both sides; in dots."""

    x: int
    y: int
    width: int
    height: int
    border: int

    @property
    def bounds(self) -> Bounds:
        return (self.x, self.y, self.x + self.width, self.y + self.height)

    @property
    def strokes(self) -> list[Bounds]:
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
    """A symbol without its quiet zones: `x`, `y` is its upper left corner on the label, after its rotation; in dots.

    `columns` and `rows` are its size in modules before the rotation, `module` a module's width, `row_height` a row's.
    """

    name: str
    kind: SymbolKind
    data: str
    x: int
    y: int
    module: int
    row_height: int
    columns: int
    rows: int
    rotation: int = 0

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom on the label in dots, without the quiet zones."""
        across, down = self.columns * self.module, self.rows * self.row_height
        if self.rotation in (90, 270):
            across, down = down, across
        return (self.x, self.y, self.x + across, self.y + down)

    @property
    def bounds(self) -> Bounds:
        """Left, top, right, bottom on the label in dots, with the quiet zones and what a printer may add."""
        left, top, right, bottom = self.box
        if not self.rotation:
            bottom += symbols.guard_modules(self.kind) * self.module
        beside = symbols.quiet_modules(self.kind) * self.module
        above = 0 if symbols.is_linear(self.kind) else beside  # bars need white at their ends only
        if self.rotation in (90, 270):
            beside, above = above, beside
        return (left - beside, top - above, right + beside, bottom + above)


@dataclass(frozen=True, slots=True)
class PlacedPicture:
    """A picture in dots, upright as it is printed: rows packed into bytes, a set bit is black."""

    name: str
    x: int
    y: int
    width: int
    height: int
    bits: bytes

    @property
    def bounds(self) -> Bounds:
        return (self.x, self.y, self.x + self.width, self.y + self.height)


Placed: TypeAlias = PlacedText | PlacedRule | PlacedSymbol | PlacedPicture


@dataclass(frozen=True, slots=True)
class Layout:
    """What is printed where, in dots; items in the order of the label's elements.

    The first `fixed` items come again on other labels of the same template.
    """

    dpi: int
    dots_per_mm: float
    width: int
    height: int
    items: tuple[Placed, ...]
    fixed: int = 0

    def symbols(self) -> list[PlacedSymbol]:
        return [item for item in self.items if isinstance(item, PlacedSymbol)]

    def symbol_boxes(self) -> list[tuple[int, int, int, int]]:
        """Left, top, right, bottom of every symbol with its quiet zones, in dots, for reading it back."""
        found = []
        for item in self.symbols():
            left, top, right, bottom = map(int, item.bounds)
            found.append((max(0, left), max(0, top), right, bottom))
        return found
