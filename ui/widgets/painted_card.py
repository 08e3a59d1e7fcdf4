"""A raised card that paints its own few words, in sizes that follow the room it has."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QWidget

from ui.fonts import ui_font
from ui.icons import pixmap
from ui.theme import RADIUS, SIZES, Pair
from ui.workspace import Workspace

_SMALLEST = 12  # px of words that have no room


class PaintedCard(QWidget):
    """Its ground, and text that never runs over its neighbour; `unit` is how large one pixel of SIZES is here."""

    def __init__(self, work: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.work = work
        self.unit = 1.0

    def set_unit(self, unit: float) -> None:
        """Paint larger or smaller."""
        if unit != self.unit:
            self.unit = unit
            self.updateGeometry()
            self.update()

    def font_of(self, size: str, *, bold: bool = False) -> QFont:
        """The font of a size by its name in SIZES."""
        return ui_font(round(SIZES[size] * self.unit), bold)

    def font_for(self, text: str, room: float, sizes: Sequence[str], *, bold: bool = False) -> QFont:
        """The first of these sizes in which the words have room, else one below the last."""
        for size in sizes:
            font = self.font_of(size, bold=bold)
            if QFontMetricsF(font).horizontalAdvance(text) <= room:
                return font
        return ui_font(max(_SMALLEST, round(font.pixelSize() * 0.85)), bold)

    def paint_ground(self, painter: QPainter, fault: Pair | None = None) -> None:
        """The card itself; in the colours of a fault if it has one."""
        theme = self.work.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(fault.ink if fault else theme.line), 1))
        painter.setBrush(QColor(fault.paper if fault else theme.raised))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)

    def paint_icon(self, painter: QPainter, name: str, ink: str, left: float, middle: float, side: float) -> float:
        """An icon whose middle is at this height; returns the room that it took, gap included."""
        picture = pixmap(name, ink, round(side))
        painter.drawPixmap(round(left), round(middle - side / 2), picture)
        return side + side / 3


def paint_text(
    painter: QPainter, font: QFont, ink: str, area: QRectF, text: str, *, right: bool = False
) -> float:
    """One line in the middle of an area, ending in … where it is too long; returns its width."""
    metrics = QFontMetricsF(font)
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, area.width() + 0.5)
    painter.setFont(font)
    painter.setPen(QColor(ink))
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    flags = side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip | Qt.TextFlag.TextSingleLine
    painter.drawText(area, int(flags), shown)
    return metrics.horizontalAdvance(shown)
