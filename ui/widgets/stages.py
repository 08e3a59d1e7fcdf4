"""The stages of the work as columns: a number read from five metres, its share of the open work, the oldest age."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from ui.fonts import ui_font
from ui.theme import SPACE, Pair
from ui.widgets.painted_card import PaintedCard, paint_text
from ui.workspace import Workspace

LARGEST, SMALLEST = 150, 28  # px of a number
_TIGHT = 0.97  # between the digits of a number this large there is room to spare


@dataclass(frozen=True, slots=True)
class StageFace:
    """What a column shows, said already; `share` from 0 to 1. `fault` colours it, with the icon `sign`."""

    name: str
    title: str
    number: int
    detail: str
    share: float
    fault: Pair | None = None
    sign: str = ""


class StageCard(PaintedCard):
    """One column; the height of its number is given by the row, the same for all."""

    def __init__(self, work: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(work, parent)
        self.face: StageFace | None = None
        self.digit_px = SMALLEST
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)

    def show_face(self, face: StageFace) -> None:
        """Show this; nothing is painted when it is what stands there."""
        if face != self.face:
            self.face = face
            self.setAccessibleName(" ".join(part for part in (face.title, str(face.number), face.detail) if part))
            self.update()

    @property
    def inset(self) -> float:
        """Room between the card's edge and its words."""
        return SPACE[2] * self.unit

    def number_room(self) -> tuple[float, float]:
        """Width and height that a number may take."""
        line, bar = self._lines()
        return self.width() - 2 * self.inset, self.height() - 2 * self.inset - line * 2 - bar - SPACE[0] - 2 * self._gap

    def minimumSizeHint(self) -> QSize:
        """Its words, and the smallest number."""
        line, bar = self._lines()
        high = 2 * self.inset + line * 2 + bar + SPACE[0] + 2 * self._gap + 44 * self.unit
        return QSize(round(90 * self.unit), round(high))

    @property
    def _gap(self) -> float:
        """Room between a number and what is above and below it."""
        return SPACE[1] * self.unit

    def _lines(self) -> tuple[float, float]:
        return 26 * self.unit, 10 * self.unit

    def paintEvent(self, event: QPaintEvent) -> None:
        """Title, number, bar, age: each at its place, whatever they say."""
        face, theme = self.face, self.work.theme
        if face is None:
            return
        painter = QPainter(self)
        self.paint_ground(painter, face.fault)
        quiet = face.fault.ink if face.fault else theme.secondary
        loud = face.fault.ink if face.fault else (theme.text if face.number else theme.edge)
        inset, (line, bar) = self.inset, self._lines()
        left, width, top = inset, self.width() - 2 * inset, inset
        used = 0.0
        if face.sign:
            used = self.paint_icon(painter, face.sign, quiet, left, top + line / 2, 20 * self.unit)
        title = self.font_for(face.title, width - used, ("title", "body", "caption"), bold=True)
        paint_text(painter, title, quiet, QRectF(left + used, top, width - used, line), face.title)
        below = self.height() - inset
        detail = self.font_for(face.detail, width, ("body", "caption"))
        paint_text(painter, detail, quiet, QRectF(left, below - line, width, line), face.detail)
        bar_top = below - line - SPACE[0] - bar
        painter.setPen(QColor(0, 0, 0, 0))
        painter.setBrush(QColor(theme.line if face.fault is None else theme.raised))
        painter.drawRoundedRect(QRectF(left, bar_top, width, bar), bar / 2, bar / 2)
        if face.share > 0:
            # the least is no dot: that would look like a fault of the picture
            painter.setBrush(QColor(quiet))
            painter.drawRoundedRect(QRectF(left, bar_top, max(1.6 * bar, width * face.share), bar), bar / 2, bar / 2)
        font = number_font(self.digit_px)
        area = QRectF(left, top + line + self._gap, width, bar_top - top - line - 2 * self._gap)
        # digits have no descender: their middle is the middle of the capitals
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        painter.setPen(QColor(loud))
        painter.drawText(QPointF(area.left(), area.center().y() + metrics.capHeight() / 2), str(face.number))
        painter.end()


def number_font(px: int) -> QFont:
    """The font of a stage's number."""
    font = ui_font(px, True)
    font.setLetterSpacing(QFont.SpacingType.PercentageSpacing, _TIGHT * 100)
    return font


class StageRow(QWidget):
    """All columns beside each other; their numbers are as large as the longest of them lets them be."""

    def __init__(self, work: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._work = work
        self._unit = 1.0
        self._cards: list[StageCard] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(SPACE[1])

    @property
    def cards(self) -> Sequence[StageCard]:
        """The columns that are shown, in their order."""
        return [card for card in self._cards if not card.isHidden()]

    def show_faces(self, faces: Sequence[StageFace]) -> None:
        """Show these columns; a card belongs to its place, so that nothing flickers."""
        while len(self._cards) < len(faces):
            card = StageCard(self._work)
            card.set_unit(self._unit)
            self._cards.append(card)
            self._row.addWidget(card, 1)
        for card, face in zip(self._cards, faces, strict=False):
            card.show_face(face)
            card.setVisible(True)
        for card in self._cards[len(faces) :]:
            card.setVisible(False)
        self._fit()

    def set_unit(self, unit: float) -> None:
        """Paint larger or smaller."""
        self._unit = unit
        for card in self._cards:
            card.set_unit(unit)
        self._row.setSpacing(round(SPACE[1] * unit))
        self._fit()

    def repaint_cards(self) -> None:
        """After another theme."""
        for card in self._cards:
            card.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the numbers to the new room."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        cards = self.cards
        if not cards:
            return
        self._row.activate()
        digits = max(2, *(len(str(card.face.number)) for card in cards if card.face is not None), 2)
        widths, heights = zip(*(card.number_room() for card in cards), strict=True)
        metrics = QFontMetricsF(number_font(100))
        by_width = min(widths) / (metrics.horizontalAdvance("0" * digits) / 100)
        by_height = min(heights) / (metrics.capHeight() / 100)
        size = max(SMALLEST, min(LARGEST, int(min(by_width, by_height))))
        for card in cards:
            if card.digit_px != size:
                card.digit_px = size
                card.update()
