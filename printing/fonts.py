"""The shipped fonts: which of them has a character, how its text is shaped, how wide it is, and its pixels.

Shaping and drawing are HarfBuzz's (uharfbuzz). Pillow's own shaping is not used: its wheel looks for the system's
FriBidi while it runs and silently stops joining Arabic letters on a machine without it.

All measures of text are in units of the *cell*, the height of a printer's character as ^A0 states it: capitals are
0.75 cell high, counted up from the baseline.
"""

from __future__ import annotations

import re
import unicodedata
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path

import uharfbuzz
from PIL import Image

from printing.bidi import visual_runs
from printing.text import clusters

# The first font that has a character is taken. Droid Sans Fallback knows Chinese (both forms) and kana; emoji come
# last, since their font also has digits.
_FILES = (
    "apache-2.0/RobotoCondensed-Bold.ttf",
    "ofl-1.1/NotoSansArabic-Bold.ttf",
    "ofl-1.1/NotoSansHebrew-Bold.ttf",
    "ofl-1.1/NotoSansThai-Bold.ttf",
    "ofl-1.1/NotoSansDevanagari-Bold.ttf",
    "ofl-1.1/NotoSansArmenian-Bold.ttf",
    "ofl-1.1/NotoSansGeorgian-Bold.ttf",
    "ofl-1.1/NotoSansBengali-Bold.ttf",
    "ofl-1.1/NotoSansTamil-Bold.ttf",
    "ofl-1.1/NotoSansLao-Bold.ttf",
    "ofl-1.1/NotoSansKhmer-Bold.ttf",
    "apache-2.0/DroidSansFallbackFull.ttf",
    "apache-2.0/DroidSansFallback-Hangul.ttf",
    "ofl-1.1/NotoSansSymbols2-Regular.ttf",
    "ofl-1.1/NotoEmoji-Bold.ttf",
)
_EMOJI = len(_FILES) - 1

# these come in one weight only, too thin beside bold Latin and for a thermal head
_BOLDER = {"DroidSansFallbackFull": 0.03, "DroidSansFallback-Hangul": 0.03}

CAP_HEIGHT = 0.75  # of a cell, in font 0 of Zebra printers: capitals of ^A0N,100,100 are 75 dots high
_ROBOTO_CAPS = 1456 / 2048
EM = CAP_HEIGHT / _ROBOTO_CAPS  # ems of the shipped fonts in a cell, so that their capitals are as high as font 0's

# kerning and optional ligatures would make a line's width other than the sum of its characters
_FEATURES = {"kern": False, "liga": False, "clig": False}
_INVISIBLE = frozenset("\u200c\u200d")
_WITHOUT_GLYPH = frozenset({"Cs", "Co"})  # lone surrogates; private use, where a font's glyph means nothing
_COMMON = frozenset({"Nd", "Zs", "Pd", "Po", "Ps", "Pe", "Sm"})
# signs of code page 850, which font 0 has too, with a generous width: "3º B", "N° 5", "¿"
_SIGNS = dict.fromkeys("ª°·º", 0.5) | dict.fromkeys("¡¢£§«»¿", 0.7)
_NATIVE = re.compile(f"[ -~À-ÖØ-öø-ÿ{''.join(_SIGNS)}]*")

# Font 0 is CG Triumvirate Bold Condensed, whose metrics are not published. Its advances were measured in the bitmap
# strikes of a ZD621 that the development dependency zplkit carries (steps of 1/32 cell). Roboto Condensed Bold at
# equal capital height is at least as wide for all letters and digits but those listed, with the measured advance.
_WIDER_IN_FONT_0 = {
    " ": 0.30, "!": 0.29, '"': 0.49, "%": 0.91, "&": 0.63, "'": 0.30, "+": 0.91, ",": 0.30, "-": 0.91, ":": 0.30,
    ";": 0.30, "<": 1.00, "=": 0.91, ">": 1.00, "@": 0.91, "R": 0.60, "U": 0.63, "W": 0.82, "[": 0.30, "\\": 0.49,
    "]": 0.30, "^": 0.50, "_": 0.50, "{": 0.50, "|": 0.50, "}": 0.50, "~": 1.00,
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """One shipped font: its file and HarfBuzz's view of it, which works in font units."""

    name: str
    path: Path
    font: uharfbuzz.Font
    scale: float  # cells in a font unit
    boldness: float  # ems added to its strokes

    def has(self, cluster: str) -> bool:
        return all(c in _INVISIBLE or self.font.get_nominal_glyph(ord(c)) is not None for c in cluster)


@dataclass(frozen=True, slots=True)
class Glyph:
    """A glyph of a face with its place on the line, in cells from the line's start and baseline."""

    number: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring glyphs of one face. `plain` says that drawing `text` character by character gives the same."""

    face: Face
    text: str
    x: float
    glyphs: tuple[Glyph, ...]
    plain: bool


@dataclass(frozen=True, slots=True, eq=False)
class ShapedLine:
    """A line as it is drawn, in cells: `left` and `right` bound ink and pen, `ascent` and `descent` the ink.

    It is equal to itself alone, so that what was drawn of it is found again without looking at each glyph.
    """

    runs: tuple[Run, ...]
    left: float
    right: float
    ascent: float
    descent: float

    @property
    def width(self) -> float:
        return self.right - self.left


# coverage to black or white; a little more ink than half, since thin strokes of a thermal head fade
_FAINT = 112
_DARK = [255 if coverage > _FAINT else 0 for coverage in range(256)]
_INK = [0 if coverage > _FAINT else 255 for coverage in range(256)]

_files = ExitStack()


@cache
def face(index: int) -> Face:
    """The shipped font with this place in the order of fallback."""
    resource = resources.files("resources").joinpath("fonts", _FILES[index])
    path = _files.enter_context(resources.as_file(resource))  # a copy on disk only if the package is zipped
    opened = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(path)))
    font = uharfbuzz.Font(opened)
    boldness = _BOLDER.get(path.stem, 0.0)
    if boldness:
        font.synthetic_bold = (boldness, boldness, True)  # in place: advances stay
    return Face(path.stem, path, font, EM / opened.upem, boldness)


def is_native(text: str) -> bool:
    """Whether a printer's own font 0 shows this under ^CI28: ASCII, the letters of Latin-1 and some of its signs."""
    return _NATIVE.fullmatch(text) is not None


def native_width(text: str) -> float:
    """A bound, in cells, on the width of native text, in font 0 and in the shipped condensed bold alike."""
    table = _native_widths()
    return sum(map(table.__getitem__, text))


@lru_cache(maxsize=1)
def _native_widths() -> dict[str, float]:
    condensed = face(0)
    widths: dict[str, float] = {}
    for code in (*range(0x20, 0x7F), *range(0xC0, 0x100), *map(ord, _SIGNS)):
        glyph = condensed.font.get_nominal_glyph(code)
        base = unicodedata.normalize("NFD", chr(code))[0]
        own = condensed.font.get_glyph_h_advance(glyph) * condensed.scale
        widths[chr(code)] = max(own, _WIDER_IN_FONT_0.get(base, 0.0), _SIGNS.get(chr(code), 0.0))
    return widths


def measure(text: str) -> float:
    """The width of a piece of clean text in cells."""
    return native_width(text) if is_native(text) else shape(text).width


def unprintable(text: str) -> list[str]:
    """The characters that no shipped font has, as U+XXXX, in the order of the text."""
    if is_native(text):
        return []
    found: dict[str, None] = {}
    for cluster in clusters(text):
        if _face_of(cluster) is None:
            for character in cluster:
                # where each has a glyph, but no font has them all, the cluster is shown apart
                if character not in _INVISIBLE and _face_of(character) is None:
                    found[f"U+{ord(character):04X}"] = None
    return list(found)


@lru_cache(maxsize=4096)
def _face_of(cluster: str) -> int | None:
    if any(unicodedata.category(c) in _WITHOUT_GLYPH for c in cluster):
        return None
    order = range(len(_FILES))
    return next((i for i in order if face(i).has(cluster)), None)


def _font_runs(text: str) -> list[tuple[int, str]]:
    """The text cut into (index of the face, text); blanks, digits and punctuation stay in the font before them."""
    runs: list[tuple[int, str]] = []
    for cluster in clusters(text):
        index = _face_of(cluster)
        apart = index is None and len(cluster) > 1
        for chosen, part in [(_face_of(c), c) for c in cluster] if apart else [(index, cluster)]:
            if chosen is None:  # refused before by `unprintable`; joiners alone are drawn by any font
                chosen = runs[-1][0] if runs else 0
            if runs and unicodedata.category(part[0]) in _COMMON:
                before = runs[-1][0]
                if before != _EMOJI and face(before).has(part):
                    chosen = before
            if runs and runs[-1][0] == chosen:
                runs[-1] = (chosen, runs[-1][1] + part)
            else:
                runs.append((chosen, part))
    return runs


@lru_cache(maxsize=4096)
def shape(text: str, right_to_left: bool = False) -> ShapedLine:
    """A clean line shaped with fallback of fonts and mixed directions; `right_to_left` is its paragraph's direction."""
    pen = left = ascent = descent = 0.0
    right = 0.0
    runs: list[Run] = []
    for run_text, backwards in visual_runs(text, right_to_left):
        by_font = _font_runs(run_text)
        for index, part in reversed(by_font) if backwards else by_font:
            used = face(index)
            start, glyphs, plain = pen, [], not backwards
            buffer = uharfbuzz.Buffer()
            buffer.add_str(part)
            buffer.guess_segment_properties()
            buffer.direction = "rtl" if backwards else "ltr"
            uharfbuzz.shape(used.font, buffer, _FEATURES)
            infos, positions = buffer.glyph_infos, buffer.glyph_positions
            plain = plain and len(infos) == len(part)
            for place, (info, position) in enumerate(zip(infos, positions, strict=True)):
                glyph = info.codepoint
                plain = plain and not (position.x_offset or position.y_offset)
                plain = plain and glyph == used.font.get_nominal_glyph(ord(part[place]))
                plain = plain and position.x_advance == used.font.get_glyph_h_advance(glyph)
                x, y = pen + position.x_offset * used.scale, position.y_offset * used.scale
                glyphs.append(Glyph(glyph, x, y))
                box = used.font.get_glyph_extents(glyph)
                if box and box.width:
                    left = min(left, x + box.x_bearing * used.scale)
                    right = max(right, x + (box.x_bearing + box.width) * used.scale)
                    ascent = max(ascent, y + box.y_bearing * used.scale)
                    descent = max(descent, -y - (box.y_bearing + box.height) * used.scale)
                pen += position.x_advance * used.scale
                right = max(right, pen)
            runs.append(Run(used, part, start, tuple(glyphs), plain))
    return ShapedLine(tuple(runs), left, right, ascent, descent)


@dataclass(frozen=True, slots=True)
class Bitmap:
    """A line's pixels (mode "1", black is 0) and where its upper left corner is, in dots from start and baseline."""

    image: Image.Image
    left: int
    top: int


def draw(line: ShapedLine, cell: float) -> Bitmap | None:
    """The line's ink at `cell` dots, thresholded; None if it has none (blanks only)."""
    canvas = uharfbuzz.RasterDraw()
    for run in line.runs:
        scale = run.face.scale * cell
        for glyph in run.glyphs:
            canvas.transform = (scale, 0.0, 0.0, scale, glyph.x * cell, glyph.y * cell)
            canvas.draw_glyph(run.face.font, glyph.number)
    drawn = canvas.render()
    extents = drawn.extents
    if not extents.width or not extents.height:
        return None
    size = (extents.width, extents.height)
    ink = Image.frombytes("L", size, bytes(drawn.buffer), "raw", "L", extents.stride, -1)  # rows come bottom up
    box = ink.point(_DARK).getbbox()
    if box is None:
        return None
    image = ink.crop(box).point(_INK, "1")
    return Bitmap(image, extents.x_origin + box[0], box[1] - extents.y_origin - extents.height)
