"""A label: its size and its elements, all in millimetres from the upper left corner. It knows no printer language."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class Align(StrEnum):
    """Where the lines of a text stand in their rectangle."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


class SymbolKind(StrEnum):
    """The symbologies a label may carry."""

    CODE128 = "code128"
    DATAMATRIX = "datamatrix"


@dataclass(frozen=True, slots=True)
class Text:
    """One line in a rectangle: printed at `size_mm`, shrunk down to `min_size_mm`, then refused.

    A size is the height of the printer's character cell; capitals are three quarters of it. `name` is the field that
    a refusal names; empty for wording of the label itself.
    """

    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float
    text: str
    size_mm: float
    min_size_mm: float
    align: Align = Align.LEFT
    name: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines in a rectangle: wrapped at `size_mm`, shrunk as a whole down to `min_size_mm`, then refused.

    `first_line_scale` makes the first line of the text (a recipient's name) larger than the rest by this factor.
    """

    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float
    text: str
    size_mm: float
    min_size_mm: float
    align: Align = Align.LEFT
    first_line_scale: float = 1.0
    name: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A horizontal or vertical rule: a filled rectangle."""

    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float


@dataclass(frozen=True, slots=True)
class Box:
    """A frame whose border of `border_mm` lies inside the rectangle."""

    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float
    border_mm: float


@dataclass(frozen=True, slots=True)
class Symbol:
    """A 1D or 2D symbol, centred with its quiet zones in a rectangle.

    The module is the largest whole number of dots up to `module_mm` that fits; below `min_module_mm` it is refused.
    `human_readable` is printed beneath the symbol at `size_mm`, inside the rectangle, unless it is empty;
    a refusal of it names `human_readable_name`.
    """

    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float
    kind: SymbolKind
    data: str
    module_mm: float
    min_module_mm: float
    human_readable: str = ""
    size_mm: float = 4.0
    name: str = ""
    human_readable_name: str = ""


Element: TypeAlias = Text | Paragraph | Line | Box | Symbol


@dataclass(frozen=True, slots=True)
class Label:
    """A label of `width_mm` by `height_mm` that is ready to be laid out for a resolution."""

    width_mm: float
    height_mm: float
    elements: tuple[Element, ...]
