"""The type of documents: which shipped font sets a text, how it is shaped, broken into lines and cut.

Documents are set in the window's fonts (Inter, JetBrains Mono for codes, Noto Sans SC) and, for other scripts, in those
of labels and their regular weight. All measures here are in ems, times the size of a style.
"""

from __future__ import annotations

import unicodedata
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path

import uharfbuzz

from printing.bidi import is_right_to_left, visual_runs
from printing.text import clean_line, clean_lines, clusters, pieces, wrap

_SCRIPTS = ("Arabic", "Hebrew", "Thai", "Devanagari", "Armenian", "Georgian", "Bengali", "Tamil", "Lao", "Khmer")
_ONE_WEIGHT = (
    "apache-2.0/DroidSansFallbackFull.ttf",
    "apache-2.0/DroidSansFallback-Hangul.ttf",
    "ofl-1.1/NotoSansSymbols2-Regular.ttf",
    "ofl-1.1/NotoEmoji-Bold.ttf",
)
_REGULAR, _BOLD = (
    (
        f"ofl-1.1/Inter-{weight}.ttf",
        f"ofl-1.1/NotoSansSC-{weight}.ttf",
        *(f"ofl-1.1/NotoSans{script}-{weight}.ttf" for script in _SCRIPTS),
        *_ONE_WEIGHT,
    )
    for weight in ("Regular", "Bold")
)
_STACKS = {
    (False, False): _REGULAR,
    (True, False): _BOLD,
    (False, True): ("ofl-1.1/JetBrainsMono-Regular.ttf", *_REGULAR),
    (True, True): ("ofl-1.1/JetBrainsMono-Bold.ttf", *_BOLD),
}
# figures of one width; no arrows out of "->" and no × out of an x between digits
_FEATURES = {"tnum": True, "calt": False, "liga": False, "clig": False}
_COMMON = frozenset({"Nd", "Zs", "Pd", "Po", "Ps", "Pe", "Sm"})
_WITHOUT_GLYPH = frozenset({"Cs", "Co"})  # lone surrogates; private use, where a font's glyph means nothing
_JOINERS = frozenset("\u200c\u200d")
_UNKNOWN = "□"  # drawn for what no font has: a document is not held up by a character
_EMOJI = "NotoEmoji-Bold"
_IDEOGRAPHS = frozenset({"NotoSansSC-Regular", "NotoSansSC-Bold", "DroidSansFallbackFull"})  # their digits are narrow
_BOLDER = {"DroidSansFallbackFull": 0.025, "DroidSansFallback-Hangul": 0.025}  # ems, in bold text

FILES = frozenset(file for stack in _STACKS.values() for file in stack)  # beneath resources/fonts
_MARKS = "\u200e\u200f"  # before a line that runs from the left, from the right, but does not begin so itself
ELLIPSIS = "…"
LEADING = 1.32  # ems from baseline to baseline
ASCENT, DESCENT = 0.97, 0.26  # ems that a line reserves; the marks of some scripts need more
SHRINK = 0.8  # of its size, the least that a line is shrunk to before it is cut


@dataclass(frozen=True, slots=True)
class Style:
    """How a text is set: size in points; `mono` for codes."""

    size: float
    bold: bool = False
    mono: bool = False

    def at(self, size: float) -> Style:
        return replace(self, size=size)


@dataclass(frozen=True, slots=True)
class Face:
    """One shipped font and HarfBuzz's view of it, which works in font units, `upem` to the em."""

    name: str
    path: Path
    font: uharfbuzz.Font
    upem: int

    def has(self, cluster: str) -> bool:
        return all(c in _JOINERS or self.font.get_nominal_glyph(ord(c)) is not None for c in cluster)


@dataclass(frozen=True, slots=True)
class Glyph:
    """A glyph of a face: its place in ems from the line's start and baseline, its advance, the text it stands for."""

    number: int
    x: float
    y: float
    advance: float
    text: str


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring glyphs of one face; `bolder` is the ems by which its strokes are thickened."""

    face: Face
    bolder: float
    glyphs: tuple[Glyph, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A shaped line in ems: `left` and `right` bound ink and pen, `ascent` and `descent` the ink."""

    runs: tuple[Run, ...]
    left: float
    right: float
    ascent: float
    descent: float

    @property
    def width(self) -> float:
        return self.right - self.left


_files = ExitStack()


@cache
def _face(file: str) -> Face:
    path = _files.enter_context(resources.as_file(resources.files("resources").joinpath("fonts", file)))
    opened = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(path)))
    return Face(path.stem, path, uharfbuzz.Font(opened), opened.upem)


@lru_cache(maxsize=16384)
def _face_of(cluster: str, bold: bool, mono: bool) -> Face | None:
    if any(unicodedata.category(c) in _WITHOUT_GLYPH for c in cluster):
        return None
    return next((face for face in map(_face, _STACKS[bold, mono]) if face.has(cluster)), None)


def _font_runs(text: str, bold: bool, mono: bool) -> list[tuple[Face, str]]:
    """The text cut by font; blanks, digits and punctuation stay in the one before them, digits not with ideographs."""
    runs: list[tuple[Face, str]] = []
    for cluster in clusters(text):
        found = _face_of(cluster, bold, mono)
        for part in [cluster] if found or len(cluster) == 1 else list(cluster):
            chosen = _face_of(part, bold, mono)
            if chosen is None:
                part, chosen = _UNKNOWN, _face_of(_UNKNOWN, bold, mono)
                assert chosen is not None  # a shipped font has it
            if runs and unicodedata.category(part[0]) in _COMMON:
                before = runs[-1][0]
                alone = before.name == _EMOJI or (before.name in _IDEOGRAPHS and part.isdigit())
                if not alone and before.has(part):
                    chosen = before
            if runs and runs[-1][0] is chosen:
                runs[-1] = (chosen, runs[-1][1] + part)
            else:
                runs.append((chosen, part))
    return runs


@lru_cache(maxsize=16384)
def _shape(text: str, bold: bool, mono: bool) -> Line:
    pen = left = right = ascent = descent = 0.0
    runs: list[Run] = []
    for run_text, backwards in visual_runs(text.lstrip(_MARKS), is_right_to_left(text)):
        by_font = _font_runs(run_text, bold, mono)
        for face, part in reversed(by_font) if backwards else by_font:
            buffer = uharfbuzz.Buffer()
            buffer.add_str(part)
            buffer.guess_segment_properties()
            buffer.direction = "rtl" if backwards else "ltr"
            uharfbuzz.shape(face.font, buffer, _FEATURES)
            infos = buffer.glyph_infos
            starts = sorted({info.cluster for info in infos})
            ends = dict(zip(starts, [*starts[1:], len(part)], strict=True))
            glyphs: list[Glyph] = []
            for info, position in zip(infos, buffer.glyph_positions, strict=True):
                end = ends.pop(info.cluster, None)  # the first glyph of a cluster stands for its text
                stands_for = part[info.cluster : end] if end is not None else ""
                x, y = pen + position.x_offset / face.upem, position.y_offset / face.upem
                advance = position.x_advance / face.upem
                glyphs.append(Glyph(info.codepoint, x, y, advance, stands_for))
                box = face.font.get_glyph_extents(info.codepoint)
                if box and box.width:
                    left = min(left, x + box.x_bearing / face.upem)
                    right = max(right, x + (box.x_bearing + box.width) / face.upem)
                    ascent = max(ascent, y + box.y_bearing / face.upem)
                    descent = max(descent, -y - (box.y_bearing + box.height) / face.upem)
                pen += advance
                right = max(right, pen)
            runs.append(Run(face, _BOLDER.get(face.name, 0.0) if bold else 0.0, tuple(glyphs)))
    return Line(tuple(runs), left, right, ascent, descent)


def shape(text: str, style: Style) -> Line:
    """A clean line, or one of `lines`, with fallback of fonts and mixed directions; what no font has becomes □."""
    return _shape(text, style.bold, style.mono)


def width(text: str, style: Style) -> float:
    """The width of a clean line in points."""
    return _shape(text, style.bold, style.mono).width * style.size


def widest(text: str, style: Style) -> float:
    """The width in points of the widest part of the text that no line may break."""
    parts = (piece for line in clean_lines(text) for piece in pieces(line, lambda part: width(part, style)))
    return max((piece.width for piece in parts), default=0.0)


def fit(text: str, style: Style, room: float) -> tuple[str, Style]:
    """The text as one line no wider than `room` points: as it is, else smaller, else cut with an ellipsis."""
    line = clean_line(text)
    needed = width(line, style)
    if needed <= room:
        return line, style
    if needed * SHRINK <= room:
        return line, style.at(style.size * room / needed * 0.9999)
    small = style.at(style.size * SHRINK)
    return _cut(line, small, room), small


def _cut(line: str, style: Style, room: float) -> str:
    """The longest beginning, between clusters, that fits with an ellipsis; "" if not even that does."""
    parts = clusters(line)
    low, high = -1, len(parts)
    while high - low > 1:
        middle = (low + high) // 2
        if width("".join(parts[:middle]).rstrip() + ELLIPSIS, style) <= room:
            low = middle
        else:
            high = middle
    return "".join(parts[:low]).rstrip() + ELLIPSIS if low >= 0 else ""


def lines(text: str, style: Style, room: float, most: int | None = None) -> list[str]:
    """The text wrapped to lines no wider than `room` points; what does not fit into `most` lines ends in "…".

    Each line of a paragraph runs as its first word does, whatever it begins with itself (Unicode Standard Annex 9, P1).
    """
    found: list[str] = []

    def measure(part: str) -> float:
        return width(part, style)

    blank = measure(" ")
    for source in clean_lines(text):
        if most is not None and len(found) > most:
            break
        if measure(source) <= room:
            found.append(source)
            continue
        from_right = is_right_to_left(source)
        for line in wrap(pieces(source, measure), room, blank, measure):
            if is_right_to_left(line) != from_right:
                line = _MARKS[from_right] + line
            found.append(line if measure(line) <= room else _cut(line, style, room))
    if most is None or len(found) <= most:
        return found
    last = found[most - 1]
    return [*found[: most - 1], last + ELLIPSIS if measure(last + ELLIPSIS) <= room else _cut(last, style, room)]
