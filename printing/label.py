"""A label: its size and its elements, all in millimetres from the upper left corner. It knows no printer language.

The rectangle of an element is what it takes on the label. A `rotation` of 90, 180 or 270 degrees clockwise turns what
is inside of the rectangle: at 90 a line of text runs down, as wide as the rectangle is high.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

ROTATIONS = (0, 90, 180, 270)


class Align(StrEnum):
    """Where the lines of a text, or a picture, stand in their rectangle."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


class SymbolKind(StrEnum):
    """The symbologies a label may carry.

    The data of the two of GS1 is written with its application identifiers in brackets: `(01)09521234543213(10)A1`.
    """

    CODE128 = "code128"
    GS1_128 = "gs1_128"
    EAN13 = "ean13"
    EAN8 = "ean8"
    UPCA = "upca"
    ITF = "itf"
    ITF14 = "itf14"
    CODE39 = "code39"
    CODE93 = "code93"
    QRCODE = "qrcode"
    DATAMATRIX = "datamatrix"
    GS1_DATAMATRIX = "gs1_datamatrix"
    PDF417 = "pdf417"
    AZTEC = "aztec"


@dataclass(frozen=True, slots=True)
class Text:
    """One line in a rectangle: printed at `size_mm`, shrunk down to `min_size_mm`, then refused.

    A size is the height of the printer's character cell; capitals are three quarters of it. `name` is the field that
    a refusal names; empty for wording of the label itself. It stands at the top of the rectangle, or in its `middle`.
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
    rotation: int = 0
    middle: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines in a rectangle: wrapped at `size_mm`, shrunk as a whole down to `min_size_mm`, then refused.

    `first_line_scale` makes the first line of the text (a recipient's name) larger than the rest by this factor. Lines
    that a printer's own font lacks are sent as pictures: with one of them all are printed at `graphic_size_mm` at most,
    if told.
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
    rotation: int = 0
    middle: bool = False
    graphic_size_mm: float = 0.0


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
class Picture:
    """A PNG in a rectangle, as large as fits with its proportions, in the middle, or at a side by `align`.

    It is printed in black only: `dither` spreads the error of each dot (photographs), without it what is darker than
    `threshold` (0 to 1) is black (drawings). Empty `content` prints nothing.
    """

    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float
    content: bytes
    dither: bool = False
    threshold: float = 0.5
    align: Align = Align.CENTER
    name: str = ""
    rotation: int = 0


@dataclass(frozen=True, slots=True)
class Symbol:
    """A 1D or 2D symbol, centred with its quiet zones in a rectangle.

    The module is the largest whole number of dots up to `module_mm` that fits; below `min_module_mm`, and below what
    scanners read of this symbology, it is refused. `human_readable` is printed beneath the symbol at `size_mm`, inside
    the rectangle, unless it is empty; a refusal of it names `human_readable_name`.
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
    rotation: int = 0


Element: TypeAlias = Text | Paragraph | Line | Box | Picture | Symbol


@dataclass(frozen=True, slots=True)
class Label:
    """A label of `width_mm` by `height_mm` that is ready to be laid out for a resolution.

    The first `fixed` elements come again unchanged on other labels (the frame and the wording of a template), so that
    a printer may keep them.
    """

    width_mm: float
    height_mm: float
    elements: tuple[Element, ...]
    fixed: int = 0
