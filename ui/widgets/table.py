"""The table of a packer: every part in a place that depends on the window's size alone."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from ui.widgets.lines import LineList
from ui.widgets.parcel import Current, Facts, Head, Idle
from ui.widgets.verdict import Banner
from ui.workspace import Workspace

BANNER = 200  # pixels at a scale of 1, where the window is high enough for it


class Table(QWidget):
    """The order's head, the item in hand and the lines, or the empty table; the facts beside, the banner below."""

    def __init__(self, work: Workspace) -> None:
        super().__init__()
        self._work = work
        self.head = Head(work, self)
        self.current = Current(work, self)
        self.lines = LineList(work, self)
        self.facts = Facts(work, self)
        self.idle = Idle(work, self)
        self.banner = Banner(work, self)
        work.look_changed.connect(self._arrange)
        self.show_parcel(False)

    def show_parcel(self, there: bool) -> None:
        """Show the order that is there, or that there is none."""
        for widget, wanted in ((self.head, there), (self.current, there), (self.lines, there), (self.idle, not there)):
            if widget.isHidden() is wanted:
                widget.setVisible(wanted)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give every part its place."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        width, height, scale = self.width(), self.height(), self._work.scale
        gap = 12 if height < 700 else 16
        banner = round(min(BANNER * scale, height * 0.27))
        head = round(min(60 * scale, height * 0.11))
        beside = round(min(max(width * 0.2, 240 * scale), 400 * scale, width * 0.3))
        left = width - 3 * gap - beside
        above = height - 3 * gap - banner
        middle = above - head - 2 * gap
        item = round(min(352 * scale, middle * 0.58))
        top = gap + head + gap
        self.head.setGeometry(gap, gap, left, head)
        self.current.setGeometry(gap, top, left, item)
        self.lines.setGeometry(gap, top + item + gap, left, max(0, middle - item))
        self.idle.setGeometry(gap, gap, left, above)
        self.facts.setGeometry(2 * gap + left, gap, beside, above)
        self.banner.setGeometry(QRect(gap, height - gap - banner, width - 2 * gap, banner))
