"""Sentences with codes in them: the codes in the mono face, so that I, l and 1 are told apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QPainter,
    QPaintEvent,
    QPalette,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QLabel, QWidget

from app.domain.errors import Fact
from ui.fonts import mono_font, ui_font

_NAMES = ("tracking", "tote", "sku", "location", "expected")  # facts that are codes


def codes_of(facts: Mapping[str, Fact]) -> tuple[str, ...]:
    """Those of the facts of a sentence that are codes."""
    return tuple(str(facts[name]) for name in _NAMES if facts.get(name))


def laid_out(text: str, codes: Iterable[str], font: QFont, width: float) -> tuple[QTextLayout, float]:
    """A text broken into lines of `width` px, its codes in the mono face of the same size; and its height in px.

    The mono face asks for higher lines; they stay as far apart as those without a code.
    """
    layout = QTextLayout(text, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    face = QTextCharFormat()
    mono = mono_font(font.pixelSize(), font.bold())
    mono.setStrikeOut(font.strikeOut())
    face.setFont(mono)
    runs = []
    for code in codes:
        at = text.find(code)
        while at >= 0:
            run = QTextLayout.FormatRange()
            run.start, run.length, run.format = at, len(code), face
            runs.append(run)
            at = text.find(code, at + len(code))
    layout.setFormats(runs)
    metrics, low = QFontMetricsF(font), 0.0
    layout.beginLayout()
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        line.setPosition(QPointF(0, low + metrics.ascent() - line.ascent()))
        low += metrics.height()
    layout.endLayout()
    return layout, low


class CodedLabel(QLabel):
    """A label that breaks its lines, with its codes in the mono face; in the middle of its height."""

    def __init__(self, px: int, *, bold: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self._bold = bold
        self._codes: tuple[str, ...] = ()
        self.set_size(px)

    def set_size(self, px: int) -> None:
        """How high its letters are."""
        self._face = ui_font(px, self._bold)
        self.update()

    def show_text(self, text: str, codes: Iterable[str]) -> None:
        """Say this; `codes` are those that are in it."""
        self._codes = tuple(code for code in codes if code)
        self.setText(text)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the lines."""
        room: QRect = self.contentsRect()
        layout, high = laid_out(self.text(), self._codes, self._face, room.width())
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        layout.draw(painter, QPointF(room.left(), room.top() + (room.height() - high) / 2))
