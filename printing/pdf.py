"""Labels as PDF, a page each, on the same dots as in ZPL; fonts embedded, symbols and shaped text as vectors."""

from __future__ import annotations

import io
from collections.abc import Iterable
from functools import cache
from typing import Final

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject

from printing import fonts, symbols
from printing.label import Label
from printing.layout import Layout, PlacedSymbol, PlacedText, lay_out

_POINTS_PER_MM = 72 / 25.4
_FILL_AND_STROKE: Final = 2  # text rendering mode
_NON_ZERO = 1  # fill rule of glyphs, whose outlines may overlap


def to_pdf(labels: Iterable[Label], dpi: int = 203) -> bytes:
    """The labels in order, one page each of the label's size; equal labels give equal bytes.

    Raises what `printing.layout.lay_out` refuses.
    """
    written = io.BytesIO()
    canvas = Canvas(written, invariant=1, pageCompression=1)
    for label in labels:
        placed = lay_out(label, dpi)
        canvas.setPageSize((label.width_mm * _POINTS_PER_MM, label.height_mm * _POINTS_PER_MM))
        _page(canvas, placed, label.height_mm * _POINTS_PER_MM)
        canvas.showPage()
    canvas.save()
    return written.getvalue()


def _page(canvas: Canvas, placed: Layout, height: float) -> None:
    dot = _POINTS_PER_MM / placed.dots_per_mm
    for item in placed.items:
        if isinstance(item, PlacedText):
            _text(canvas, item, dot, height)
        elif isinstance(item, PlacedSymbol):
            _symbol(canvas, item, dot, height)
        else:
            for left, top, right, bottom in item.strokes:
                canvas.rect(left * dot, height - bottom * dot, (right - left) * dot, (bottom - top) * dot, 0, 1)


def _text(canvas: Canvas, line: PlacedText, dot: float, height: float) -> None:
    cell = line.size * dot
    x, y = line.x * dot, height - line.y * dot
    shaped = line.shaped
    if shaped is None:
        _string(canvas, fonts.face(0), x, y, cell, line.text)
        return
    x -= min(0.0, shaped.left) * cell
    for run in shaped.runs:
        if run.plain:
            _string(canvas, run.face, x + run.x * cell, y, cell, run.text)
        else:  # reportlab shapes by rewriting its fonts while it runs, which makes the bytes depend on earlier pages
            _outlines(canvas, run, x, y, cell)


def _string(canvas: Canvas, face: fonts.Face, x: float, y: float, cell: float, text: str) -> None:
    canvas.setFont(_registered(face.name, str(face.path)), cell * fonts.EM)
    bold = face.boldness * cell * fonts.EM
    canvas.setLineWidth(bold)
    # HarfBuzz makes a glyph bolder upwards from the baseline
    canvas.drawString(x, y + bold / 2, text, mode=_FILL_AND_STROKE if bold else None)


@cache
def _registered(name: str, path: str) -> str:
    pdfmetrics.registerFont(TTFont(name, path, shapable=False))
    return name


class _Outline:
    """A pen in the manner of HarfBuzz that writes a glyph's outline into a PDF path."""

    def __init__(self, path: PDFPathObject, x: float, y: float, scale: float) -> None:
        self._path, self._x, self._y, self._scale = path, x, y, scale
        self._at = (0.0, 0.0)

    def _place(self, point: tuple[float, float]) -> tuple[float, float]:
        self._at = (self._x + point[0] * self._scale, self._y + point[1] * self._scale)
        return self._at

    def moveTo(self, point: tuple[float, float]) -> None:
        self._path.moveTo(*self._place(point))

    def lineTo(self, point: tuple[float, float]) -> None:
        self._path.lineTo(*self._place(point))

    def qCurveTo(self, control: tuple[float, float], end: tuple[float, float]) -> None:
        """A quadratic curve as the cubic with the same points (each control two thirds of the way)."""
        start, middle, stop = self._at, self._place(control), self._place(end)
        first = [a + 2 / 3 * (b - a) for a, b in zip(start, middle, strict=True)]
        second = [a + 2 / 3 * (b - a) for a, b in zip(stop, middle, strict=True)]
        self._path.curveTo(first[0], first[1], second[0], second[1], *stop)

    def curveTo(self, first: tuple[float, float], second: tuple[float, float], end: tuple[float, float]) -> None:
        self._path.curveTo(*self._place(first), *self._place(second), *self._place(end))

    def closePath(self) -> None:
        self._path.close()


def _outlines(canvas: Canvas, run: fonts.Run, x: float, y: float, cell: float) -> None:
    path = canvas.beginPath()
    for glyph in run.glyphs:
        pen = _Outline(path, x + glyph.x * cell, y + glyph.y * cell, run.face.scale * cell)
        run.face.font.draw_glyph_with_pen(glyph.number, pen)
    canvas.drawPath(path, stroke=0, fill=1, fillMode=_NON_ZERO)


def _symbol(canvas: Canvas, symbol: PlacedSymbol, dot: float, height: float) -> None:
    """The black modules of each row, joined, as one path, so that no seam shows between them."""
    rows = symbols.modules(symbol.kind, symbol.data)
    path = canvas.beginPath()
    deep = symbol.row_height * dot
    x = (symbol.x + (symbol.columns - len(rows[0])) * symbol.module / 2) * dot
    for number, row in enumerate(rows):
        y = height - symbol.y * dot - (number + 1) * deep
        at = row.find(1)
        while at >= 0:
            stop = row.find(0, at)
            stop = len(row) if stop < 0 else stop
            path.rect(x + at * symbol.module * dot, y, (stop - at) * symbol.module * dot, deep)
            at = row.find(1, stop)
    canvas.drawPath(path, stroke=0, fill=1, fillMode=_NON_ZERO)
