"""Labels as PDF, a page each, on the same dots as in ZPL; fonts embedded, symbols and shaped text as vectors.

What labels have in common is a form that each page refers to. A page's own content is written in whole dots under one
transformation, as literal operators: reportlab's drawing calls format each number anew, which takes most of the time.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from functools import cache, lru_cache

from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from printing import fonts, symbols
from printing.label import Label
from printing.layout import Layout, Placed, PlacedPicture, PlacedRule, PlacedSymbol, PlacedText, lay_out
from printing.placed import turned

rl_config.useA85 = 0  # plain streams are a fifth smaller, and base 85 is written in Python

_POINTS_PER_MM = 72 / 25.4
_DIRECTIONS = {0: "1 0 0 1", 90: "0 -1 1 0", 180: "-1 0 0 -1", 270: "0 1 -1 0"}
_ESCAPED = {ord(sign): f"\\{sign}" for sign in "()\\"} | {
    code: f"\\{code:03o}" for code in (*range(0x20), *range(0x7F, 0x100))
}


def to_pdf(labels: Iterable[Label | Layout], dpi: int = 203) -> bytes:
    """The labels in order, one page each of the label's size; equal labels give equal bytes.

    A layout is drawn as it is, on a page of its whole dots. Raises what `printing.layout.lay_out` refuses.
    """
    written = io.BytesIO()
    canvas = Canvas(written, invariant=1, pageCompression=1)
    forms: dict[tuple[int, tuple[Placed, ...]], str] = {}
    for label in labels:
        placed = label if isinstance(label, Layout) else lay_out(label, dpi)
        dot = _POINTS_PER_MM / placed.dots_per_mm
        if isinstance(label, Layout):
            width, height = placed.width * dot, placed.height * dot
        else:
            width, height = label.width_mm * _POINTS_PER_MM, label.height_mm * _POINTS_PER_MM
        canvas.setPageSize((width, height))
        common = placed.items[: placed.fixed]
        key = (placed.height, common)
        if common and key not in forms:
            forms[key] = f"common{len(forms)}"
            canvas.beginForm(forms[key], 0, 0, placed.width, placed.height)
            _write(canvas, common, placed)
            canvas.endForm()
        # from the paper's upper edge on, in dots, y upwards
        canvas.addLiteral(f"{dot:.6f} 0 0 {dot:.6f} 0 {height - placed.height * dot:.6f} cm")
        if common:
            canvas.doForm(forms[key])
        _write(canvas, placed.items[placed.fixed :], placed)
        canvas.showPage()
    canvas.save()
    return written.getvalue()


def _write(canvas: Canvas, items: tuple[Placed, ...], placed: Layout) -> None:
    for item in items:
        y = placed.height - item.y
        if isinstance(item, PlacedText):
            canvas.addLiteral(_text(canvas, item, y))
        elif isinstance(item, PlacedSymbol):
            canvas.addLiteral(_symbol(item, placed.height))
        elif isinstance(item, PlacedRule):
            canvas.addLiteral(_rule(item, placed.height))
        else:
            canvas.addLiteral(_picture(item, y))


def _rule(rule: PlacedRule, height: int) -> str:
    strokes = (
        f"{left:g} {height - bottom:g} {right - left:g} {bottom - top:g} re"
        for left, top, right, bottom in rule.strokes
    )
    return f"{' '.join(strokes)} f"


# texts


def _text(canvas: Canvas, line: PlacedText, y: int) -> str:
    shaped = line.shaped
    if shaped is None:
        left, up, _, _ = turned(line.slack, 0, line.slack, 0, line.rotation)
        place = f"{_DIRECTIONS[line.rotation]} {line.x + left:g} {y - up:g}"
        return _string(canvas, fonts.face(0), place, line.size, line.text)
    cell = line.size
    start = -min(0.0, shaped.left) * cell
    parts = [f"q {_DIRECTIONS[line.rotation]} {line.x} {y} cm"]
    for run in shaped.runs:
        if run.plain:
            # HarfBuzz makes a glyph bolder upwards from the baseline
            raised = run.face.boldness * cell * fonts.EM / 2
            place = f"1 0 0 1 {start + run.x * cell:.2f} {raised:.2f}"
            parts.append(_string(canvas, run.face, place, cell, run.text))
            continue
        # reportlab shapes by rewriting its fonts while it runs, which makes the bytes depend on earlier pages
        scale = run.face.scale * cell
        for glyph in run.glyphs:
            path = _outline(run.face, glyph.number)
            if path:
                x, up = start + glyph.x * cell, glyph.y * cell
                parts.append(f"q {scale:.5f} 0 0 {scale:.5f} {x:.2f} {up:.2f} cm {path} f Q")
    return " ".join([*parts, "Q"])


def _string(canvas: Canvas, face: fonts.Face, place: str, cell: float, text: str) -> str:
    font = _registered(face.name, str(face.path))
    size = cell * fonts.EM
    bold = face.boldness * size
    look = f" {bold:.2f} w 2 Tr" if bold else ""
    document = canvas._doc  # type: ignore[attr-defined]  # fonts keep their subsets by it
    shown = " ".join(
        f"{font.getSubsetInternalName(subset, document)} {size:.2f} Tf ({_escaped(codes)}) Tj"
        for subset, codes in font.splitString(text, document)
    )
    return f"BT{look} {place} Tm {shown}{' 0 Tr' if bold else ''} ET"


def _escaped(codes: bytes) -> str:
    return codes.decode("latin-1").translate(_ESCAPED)


@cache
def _registered(name: str, path: str) -> TTFont:
    font = TTFont(name, path, shapable=False)
    pdfmetrics.registerFont(font)
    return font


class _Outline:
    """A pen in the manner of HarfBuzz that writes a glyph's outline as operators, in the font's units."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self._at = (0.0, 0.0)

    def moveTo(self, point: tuple[float, float]) -> None:
        self._to(point, "m")

    def lineTo(self, point: tuple[float, float]) -> None:
        self._to(point, "l")

    def qCurveTo(self, control: tuple[float, float], end: tuple[float, float]) -> None:
        """A quadratic curve as the cubic with the same points (each control two thirds of the way)."""
        first = [a + 2 / 3 * (b - a) for a, b in zip(self._at, control, strict=True)]
        second = [a + 2 / 3 * (b - a) for a, b in zip(end, control, strict=True)]
        self._to((*first, *second, *end), "c")

    def curveTo(self, first: tuple[float, float], second: tuple[float, float], end: tuple[float, float]) -> None:
        self._to((*first, *second, *end), "c")

    def closePath(self) -> None:
        self.written.append("h")

    def _to(self, points: tuple[float, ...], operator: str) -> None:
        self._at = (points[-2], points[-1])
        self.written.append(" ".join([*(f"{value:.0f}" for value in points), operator]))


@lru_cache(maxsize=4096)
def _outline(face: fonts.Face, number: int) -> str:
    pen = _Outline()
    face.font.draw_glyph_with_pen(number, pen)
    return " ".join(pen.written)


# symbols and pictures


def _symbol(symbol: PlacedSymbol, height: int) -> str:
    """The black modules of each row, joined, as one path, so that no seam shows between them."""
    rows = symbols.modules(symbol.kind, symbol.data, (symbol.columns, symbol.rows))
    module, deep = symbol.module, symbol.row_height
    left, top, right, bottom = symbol.box
    parts = []
    for number, row in enumerate(rows):
        down = number * deep
        at = row.find(1)
        while at >= 0:
            stop = row.find(0, at)
            stop = len(row) if stop < 0 else stop
            across, wide = at * module, (stop - at) * module
            if not symbol.rotation:
                parts.append(f"{left + across} {height - top - down - deep} {wide} {deep} re")
            elif symbol.rotation == 90:
                parts.append(f"{right - down - deep} {height - top - across - wide} {deep} {wide} re")
            elif symbol.rotation == 180:
                parts.append(f"{right - across - wide} {height - bottom + down} {wide} {deep} re")
            else:
                parts.append(f"{left + down} {height - bottom + across} {deep} {wide} re")
            at = row.find(1, stop)
    return f"{' '.join(parts)} f"


def _picture(picture: PlacedPicture, y: int) -> str:
    """The dots as a mask within the page: a set bit is ink."""
    size = f"{picture.width} 0 0 {picture.height} {picture.x} {y - picture.height}"
    head = f"BI /W {picture.width} /H {picture.height} /IM true /D [1 0] /F /AHx ID"
    return f"q {size} cm {head} {picture.bits.hex()}> EI Q"
