"""The next deadlines beside each other, each with its open orders, the time left and how many will miss it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from ui.fonts import ui_font
from ui.theme import SPACE, Pair
from ui.widgets.painted_card import PaintedCard, paint_text
from ui.widgets.text import text_label
from ui.workspace import Workspace

SHOWN = 4
_HIGH, _FIRST, _SECOND = 88, 42, 28  # px of a card and of its two lines
_WORDS = 17  # px of the second line: four digits twice, and their words


@dataclass(frozen=True, slots=True)
class CutOffFace:
    """What a card shows, said already: the time, how long still, the orders, the forecast."""

    time: str
    left: str
    orders: str
    forecast: str
    fault: Pair | None = None


class CutOffCard(PaintedCard):
    """One deadline; without one it is an empty place."""

    def __init__(self, work: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(work, parent)
        self.face: CutOffFace | None = None
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_face(self, face: CutOffFace | None) -> None:
        """Show this; nothing is painted when it is what stands there."""
        if face != self.face:
            self.face = face
            said = () if face is None else (face.time, face.left, face.orders, face.forecast)
            self.setAccessibleName(", ".join(part for part in said if part))
            self.update()

    def sizeHint(self) -> QSize:
        """Two lines; the row gives the width."""
        return QSize(round(240 * self.unit), round(_HIGH * self.unit))

    def minimumSizeHint(self) -> QSize:
        """As high as it is meant to be."""
        return QSize(0, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Time and time left; orders and forecast."""
        face, theme = self.face, self.work.theme
        if face is None:
            return
        painter = QPainter(self)
        self.paint_ground(painter, face.fault)
        quiet = face.fault.ink if face.fault else theme.secondary
        loud = face.fault.ink if face.fault else theme.text
        inset, unit = SPACE[2] * self.unit, self.unit
        left, width = inset, self.width() - 2 * inset
        top = (self.height() - (_FIRST + _SECOND) * unit) / 2
        first = QRectF(left, top, width, _FIRST * unit)
        used = paint_text(painter, self.font_of("bench", bold=True), loud, first, face.time)
        beside = first.adjusted(used + inset / 2, 0, 0, 0)
        font = self.font_for(face.left, beside.width(), ("title", "body", "caption"))
        paint_text(painter, font, quiet, beside, face.left, right=True)
        second = QRectF(left, top + _FIRST * unit, width, _SECOND * unit)
        plain, bold = (ui_font(round(_WORDS * unit), bold) for bold in (False, True))
        if face.fault:
            side = 20 * unit
            needed = QFontMetricsF(bold).horizontalAdvance(face.forecast) + side * 4 / 3
            at = max(left, left + width - needed)
            at += self.paint_icon(painter, "circle-x", face.fault.ink, at, second.center().y(), side)
            paint_text(painter, bold, face.fault.ink, QRectF(at, second.top(), left + width - at, second.height()),
                       face.forecast)
            room = left + width - needed - inset - left
        else:
            needed = paint_text(painter, plain, quiet, second, face.forecast, right=True)
            room = width - needed - inset
        paint_text(painter, plain, quiet, QRectF(left, second.top(), max(0.0, room), second.height()), face.orders)
        painter.end()


class CutOffRow(QWidget):
    """As many places as there can be deadlines; a place without one stays empty, and the row as high as it is."""

    def __init__(self, work: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards = tuple(CutOffCard(work) for _ in range(SHOWN))
        self.nothing = text_label("secondary")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty = QFrame()
        self._empty.setProperty("role", "raised")
        QVBoxLayout(self._empty).addWidget(self.nothing)
        self._row.addWidget(self._empty, 1)
        for card in self.cards:
            self._row.addWidget(card, 1)
        self.set_unit(1.0)

    def show_faces(self, faces: Sequence[CutOffFace], nothing: str) -> None:
        """Show these, the earliest first, or say that there is none."""
        self.nothing.setText("" if faces else nothing)
        self._empty.setVisible(not faces)
        for number, card in enumerate(self.cards):
            card.setVisible(bool(faces))
            card.show_face(faces[number] if number < len(faces) else None)

    def set_unit(self, unit: float) -> None:
        """Paint larger or smaller."""
        self.setFixedHeight(round(_HIGH * unit))
        for card in self.cards:
            card.set_unit(unit)
        self._row.setSpacing(round(SPACE[1] * unit))

    def repaint_cards(self) -> None:
        """After another theme."""
        for card in self.cards:
            card.update()
