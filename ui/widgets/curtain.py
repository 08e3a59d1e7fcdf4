"""Covers what would be seen in part: a line of text is read whole, or it is not there."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QTableView, QWidget

from ui.workspace import Workspace


class Curtain(QWidget):
    """A ground in one of the theme's colours, before what lies below; presses go through it."""

    def __init__(self, work: Workspace, parent: QWidget, ground: str = "surface") -> None:
        """`ground` is the role of its colour."""
        super().__init__(parent)
        self._work, self._ground = work, ground
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def cover_cut_row(self, table: QTableView) -> None:
        """Cover the row that an edge of a table goes through; its rows are of one height.

        A child of the table: what is in its viewport is moved with the rows. At its end Qt shows the last row whole,
        and cuts the first.
        """
        room, row = table.viewport().geometry(), table.verticalHeader().defaultSectionSize()
        first, last = (table.rowViewportPosition(table.rowAt(edge)) for edge in (0, room.height() - 1))
        if table.rowAt(room.height() - 1) >= 0 and last + row > room.height():
            top, cut = last, room.height() - last
        else:
            top, cut = 0, first + row if first < 0 <= table.rowAt(0) else 0
        self.setGeometry(room.left(), room.top() + top, room.width(), cut)
        self.setVisible(0 < cut < row)
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Fill it."""
        QPainter(self).fillRect(self.rect(), QColor(getattr(self._work.theme, self._ground)))
