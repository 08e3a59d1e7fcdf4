"""The band over a window on which nothing is real: what it is, what to do next, and the code to be scanned for it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout

from ui.theme import SPACE, px
from ui.widgets.bars import Bars
from ui.widgets.text import text_label
from ui.workspace import Workspace

HEIGHT = 88  # px at a scale of 1
MOST = 1.2  # scale
_STRIPE = 22  # px of a slanting stripe at its left edge
_STRIPES = 5


class Band(QFrame):
    """Stays where it is on every page, in every theme and language; slanting stripes tell it apart without colour."""

    def __init__(self, work: Workspace) -> None:
        super().__init__()
        self._work = work
        self._word, self._lesson, self._todo = text_label(), text_label(wrap=True), text_label(wrap=True)
        self._bars, self._code = Bars(height=52), text_label()
        self._code.setAlignment(Qt.AlignmentFlag.AlignCenter)
        work.words.show(self._word.setText, "training_word")
        work.words.show(self._word.setAccessibleName, "training_word")
        work.words.show(self._bars.setAccessibleName, "training_code")
        self._paper = QFrame()
        sheet = QVBoxLayout(self._paper)
        sheet.setContentsMargins(SPACE[1], SPACE[0], SPACE[1], SPACE[0])
        sheet.setSpacing(0)
        sheet.addWidget(self._bars)
        sheet.addWidget(self._code)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch(1)
        words.addWidget(self._lesson)
        words.addWidget(self._todo)
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(_STRIPE * _STRIPES + SPACE[3], SPACE[0], SPACE[3], SPACE[0])
        row.setSpacing(SPACE[4])
        row.addWidget(self._word)
        row.addLayout(words, 1)
        row.addWidget(self._paper)
        self._paper.hide()
        work.look_changed.connect(self._dress)
        self._dress()

    def show_next(self, lesson: str, todo: str, code: str = "") -> None:
        """What the lesson is, what to do now, and the code to be scanned ("" for none); sentences said already."""
        self._lesson.setText(lesson)
        self._todo.setText(todo)
        self._bars.show_text(code)
        self._code.setText(code)
        self._paper.setVisible(bool(code))

    @property
    def texts(self) -> tuple[str, str, str, str]:
        """The word, the lesson, what to do, and the code."""
        return self._word.text(), self._lesson.text(), self._todo.text(), self._code.text()

    def paintEvent(self, event: QPaintEvent) -> None:
        pair = self._work.theme.attention
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(pair.ink))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(pair.paper))
        slant = self.height() * 0.5
        for number in range(_STRIPES):
            if number % 2 == 0:
                left = number * _STRIPE
                top, bottom = left + slant, self.height()
                corners = ((top, 0), (top + _STRIPE, 0), (left + _STRIPE, bottom), (left, bottom))
                painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in corners]))

    def _dress(self) -> None:
        # with large text it grows less than the rest, which is what is practised on
        scale, pair = min(self._work.scale, MOST), self._work.theme.attention
        self.setFixedHeight(round(HEIGHT * scale))
        left = round(_STRIPE * _STRIPES + self.height() * 0.5)
        self.layout().setContentsMargins(left, SPACE[0], SPACE[3], SPACE[0])  # type: ignore[union-attr]
        _ink(self._word, pair.paper, px("bench", scale), 800)
        _ink(self._lesson, pair.paper, px("body", scale), 600)
        _ink(self._todo, pair.paper, px("title", scale), 700)
        self._paper.setStyleSheet("QFrame { background: white; border-radius: 4px; }")
        _ink(self._code, "black", px("caption", scale), 600)
        self.update()


def _ink(label: QLabel, colour: str, size: int, weight: int) -> None:
    label.setStyleSheet(f"color: {colour}; background: transparent; font-size: {size}px; font-weight: {weight};")
