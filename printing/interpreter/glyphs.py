"""The printer's fonts as pixels: a line of text as an upright mask around its baseline.

The scalable font 0 is drawn in the shipped condensed bold; the bitmap fonts A to H, of which only the cell sizes are
public, in the shipped monospaced one, squeezed into their cells. What these lack is taken from the other shipped fonts.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import uharfbuzz
from PIL import Image

from printing import fonts
from printing.text import clean_line

# Advances of font 0 in 1/32 cell: midway between the strikes of a ZD621, which are rounded to whole steps (digits 15),
# and the reference pictures' outlines (digits 16), so that a line is within 2 % of both. Its hyphen is a long dash.
_ADVANCES: dict[str, float] = {}
for _steps, _signs in (
    (8.5, " 'ijl"), (9, "/:;Ift"), (10, "!(),.[]`"), (11, "r"), (12, "z"), (14, "Jcksvxy"), (15, '"?\\'),
    (15.5, "#$*0123456789Laeo"), (16, "EFTZ_bdghnpqu{|}"), (17.5, "CSV"), (18, "ABKPXY"), (19, "OQ"), (19.5, "DGR"),
    (20, "HNU"), (20.5, "&"), (21, "w"), (24.5, "Mm"), (26.5, "W"), (27, "-"), (28, "%@"), (29, "+="), (32, "<>"),
):  # fmt: skip
    _ADVANCES |= dict.fromkeys(_signs, _steps)
_MONO_ADVANCE, _MONO_CAPITAL = 0.6, 0.73  # of JetBrains Mono, in ems
_STRETCHED = frozenset("+-=<>")  # drawn as wide as their advance; other narrow signs stand in its middle

_INK = [255 if coverage > 112 else 0 for coverage in range(256)]  # like printing.fonts: a little more than half
_LONGEST = 3000  # characters in a line; more is wider than any label
_LARGEST = 3000  # dots of a cell's height or width
MOST_DOTS = 12_000_000  # of a mask; more is seen on no label
# dots of what is kept for the next label, so that memory stays small whatever is printed
_LARGEST_KEPT_GLYPH = 40_000
_LARGEST_KEPT_LINE = 200_000


class Cell(NamedTuple):
    """A bitmap font: cell height and width, gap to the next cell, baseline from the top, height of capitals."""

    height: int
    width: int
    gap: int
    baseline: int
    capital: int
    capitals_only: bool = False


# ZPL II Programming Guide, "Standard printer fonts", 8 dots a millimetre; E and H differ at 12
_CELLS = {
    "A": Cell(9, 5, 1, 7, 7), "B": Cell(11, 7, 2, 11, 11, True), "C": Cell(18, 10, 2, 14, 14),
    "D": Cell(18, 10, 2, 14, 14), "E": Cell(28, 15, 5, 23, 20), "F": Cell(26, 13, 3, 21, 21),
    "G": Cell(60, 40, 8, 48, 48), "H": Cell(21, 13, 6, 21, 21, True),
}  # fmt: skip
_CELLS_300 = {"E": Cell(42, 20, 10, 33, 30), "H": Cell(34, 22, 8, 34, 34, True)}
# cell height and width of the smooth fonts that come in one size each
_SMOOTH = {"P": (20, 18), "Q": (28, 24), "R": (35, 31), "S": (40, 35), "T": (48, 42), "U": (59, 53), "V": (80, 71)}


@dataclass(frozen=True, slots=True)
class Typeface:
    """A font at a size in dots: `cell` is set for a bitmap font, magnified `across` and `down` times."""

    height: float
    width: float
    ascent: float
    cell: Cell | None = None
    across: int = 1
    down: int = 1
    own: fonts.Face | None = None  # a downloaded font

    def measure(self, text: str) -> float:
        """The width of a line in dots, with the gap after the last cell."""
        if self.cell:
            return len(text) * (self.cell.width + self.cell.gap) * self.across
        return _measure(text, self.own) * self.width

    @property
    def descent(self) -> float:
        return self.height - self.ascent


def is_known(name: str) -> bool:
    """Whether a printer has a font of that letter or digit without any being sent to it."""
    return name == "0" or name in _CELLS or name in _SMOOTH


@lru_cache(maxsize=512)
def typeface(name: str, height: float, width: float, dpi: int) -> Typeface:
    """A font by its letter or digit at the size asked for; 0 means that the size was not given."""
    height, width = min(height, _LARGEST), min(width, _LARGEST)
    cell = (_CELLS_300.get(name) if dpi >= 300 else None) or _CELLS.get(name)
    if cell is None:
        if name in _SMOOTH and not (height or width):
            height, width = _SMOOTH[name]
        height = height or width or 15
        width = width or height
        height, width = max(4.0, height), max(4.0, width)
        return Typeface(height, width, height * fonts.CAP_HEIGHT)
    down = max(1, min(10, round(height / cell.height))) if height else 0
    across = max(1, min(10, round(width / cell.width))) if width else down or 1
    down = down or across
    return Typeface(cell.height * down, cell.width * across, cell.baseline * down, cell, across, down)


def downloaded(face: fonts.Face, height: float, width: float) -> Typeface:
    """A font that was sent to the printer; its cell is the em."""
    height, width = min(height, _LARGEST), min(width, _LARGEST)
    height = max(4.0, height or width or 15)
    return Typeface(height, max(4.0, width or height), height * fonts.CAP_HEIGHT, own=face)


class _Placed(NamedTuple):
    """A glyph of a line in cells: its place across and up, its advance, and how much it is stretched across."""

    face: fonts.Face
    number: int
    x: float
    y: float
    advance: float
    stretch: float = 1.0


@lru_cache(maxsize=2048)
def _measure(text: str, own: fonts.Face | None) -> float:
    return sum(glyph.advance for glyph in _placed(text, own))


@lru_cache(maxsize=1024)
def _glyph(sign: str, own: fonts.Face | None) -> tuple[int, float, float, float] | None:
    """Number, advance in cells, stretch, and blank before it, of a character's glyph; None if the font has none."""
    face = own or fonts.face(0)
    number = face.font.get_nominal_glyph(ord(sign))
    if number is None:
        return None
    advance = face.font.get_glyph_h_advance(number) * face.scale
    if own is None:
        steps = _ADVANCES.get(sign) or _ADVANCES.get(unicodedata.normalize("NFD", sign)[0])
        if steps and advance:
            stretch = steps / 32 / advance
            stretch = stretch if sign in _STRETCHED else min(1.1, stretch)
            return number, steps / 32, stretch, (steps / 32 - advance * stretch) / 2
    return number, advance, 1.0, 0.0


@lru_cache(maxsize=2048)
def _placed(text: str, own: fonts.Face | None) -> list[_Placed]:
    """The glyphs of a line; characters that no font has become a box."""
    face = own or fonts.face(0)
    known = [_glyph(sign, own) for sign in text]
    pen = 0.0
    found: list[_Placed] = []
    if own is not None or None not in known:
        for glyph in known:
            number, advance, stretch, before = glyph or (0, 0.5, 1.0, 0.0)
            found.append(_Placed(face, number, pen + before, 0.0, advance, stretch))
            pen += advance
        return found
    missing = {chr(int(code[2:], 16)) for code in fonts.unprintable(text)}
    shaped = fonts.shape("".join("\u25a1" if sign in missing else sign for sign in text))
    for run in shaped.runs:
        found += [_Placed(run.face, glyph.number, glyph.x, glyph.y, 0.0) for glyph in run.glyphs]
    if found:
        found[-1] = found[-1]._replace(advance=shaped.width)
    return found


def _pixels(face: fonts.Face, number: int, across: float, down: float) -> tuple[Image.Image, int, int] | None:
    """As `_drawn`, which keeps what it drew, if it is not large."""
    draw = _drawn if across * down <= _LARGEST_KEPT_GLYPH else _drawn.__wrapped__
    return draw(face, number, across, down)


@lru_cache(maxsize=4096)
def _drawn(face: fonts.Face, number: int, across: float, down: float) -> tuple[Image.Image, int, int] | None:
    """A glyph's mask and the place of its upper left corner from pen and baseline; None if it has no ink."""
    canvas = uharfbuzz.RasterDraw()
    canvas.transform = (face.scale * across, 0.0, 0.0, face.scale * down, 0.0, 0.0)
    canvas.draw_glyph(face.font, number)
    drawn = canvas.render()
    extents = drawn.extents
    if not extents.width or not extents.height:
        return None
    size = (extents.width, extents.height)
    mask = Image.frombytes("L", size, bytes(drawn.buffer), "raw", "L", extents.stride, -1).point(_INK)
    return mask, extents.x_origin, -extents.y_origin - extents.height


class LineMask(NamedTuple):
    """A drawn line: mask, the place of its corner from the start of the baseline, and its advance; all in dots."""

    image: Image.Image | None
    left: int
    top: int
    advance: float


def draw_line(text: str, face: Typeface) -> LineMask:
    """One line of text; control characters are dropped."""
    kept = face.height * face.width * len(text) <= _LARGEST_KEPT_LINE
    return _line(text, face) if kept else _line.__wrapped__(text, face)


@lru_cache(maxsize=512)
def _line(text: str, face: Typeface) -> LineMask:
    text = clean_line(text[:_LONGEST]) if not text.isprintable() else text[:_LONGEST]
    parts: list[tuple[Image.Image, int, int]] = []
    advance = face.measure(text)
    if face.cell:
        if face.cell.capitals_only:
            text = text.upper()
        step = (face.cell.width + face.cell.gap) * face.across
        for index, sign in enumerate(text):
            drawn = _in_cell(sign, face) if sign != " " else None
            if drawn:
                parts.append((drawn[0], index * step + drawn[1], drawn[2]))
    else:
        for used, number, x, y, _, stretch in _placed(text, face.own):
            drawn = _pixels(used, number, face.width * stretch, face.height)
            if drawn:
                parts.append((drawn[0], round(x * face.width) + drawn[1], drawn[2] - round(y * face.height)))
    if not parts:
        return LineMask(None, 0, 0, advance)
    left, top = min(part[1] for part in parts), min(part[2] for part in parts)
    right = max(part[1] + part[0].width for part in parts)
    bottom = max(part[2] + part[0].height for part in parts)
    image = Image.new("L", (min(right - left, MOST_DOTS // (bottom - top)), bottom - top), 0)
    for mask, x, y in parts:
        image.paste(255, (x - left, y - top), mask)
    return LineMask(image, left, top, advance)


@lru_cache(maxsize=2)
def _monospaced(weight: str) -> fonts.Face:
    """The shipped font whose letters are all of one width, as those of the bitmap fonts."""
    file = resources.files("resources").joinpath(f"fonts/ofl-1.1/JetBrainsMono-{weight}.ttf")
    opened = uharfbuzz.Face(uharfbuzz.Blob(file.read_bytes()))
    return fonts.Face(f"JetBrainsMono-{weight}", Path(), uharfbuzz.Font(opened), 1 / opened.upem, 0.0)


@lru_cache(maxsize=1024)
def _in_cell(sign: str, face: Typeface) -> tuple[Image.Image, int, int] | None:
    """A character of a bitmap font: as high as its capitals must be, and squeezed into its cell."""
    if face.cell is None:
        return None
    step = (face.cell.width + face.cell.gap) * face.across
    mono = _monospaced("Bold" if face.cell == _CELLS["B"] else "Regular")
    number = mono.font.get_nominal_glyph(ord(sign))
    if number:
        drawn = _pixels(mono, number, step / _MONO_ADVANCE, face.cell.capital * face.down / _MONO_CAPITAL)
        # the cell's blank is at its right, the glyph's half on either side
        return (drawn[0], max(0, drawn[1] - face.cell.gap * face.across // 2), drawn[2]) if drawn else None
    placed = _placed(sign, None)
    if not placed:
        return None
    used, number = placed[0][:2]
    advance = max(0.1, used.font.get_glyph_h_advance(number) * used.scale)
    across = face.cell.width * face.across / advance
    drawn = _pixels(used, number, across, face.cell.capital * face.down / fonts.CAP_HEIGHT)
    return (drawn[0], max(0, drawn[1]), drawn[2]) if drawn else None
