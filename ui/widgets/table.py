"""The table of a packer: every part in a place that depends on the window's size alone."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from ui.widgets.box import BoxPanel, TallyCards, TallyLine
from ui.widgets.lines import LineList
from ui.widgets.note import NoteCard
from ui.widgets.parcel import Current, Facts, Head, Idle
from ui.widgets.pictures import Pictures
from ui.widgets.verdict import Banner
from ui.workspace import Workspace

BANNER = 200  # pixels at a scale of 1, where the window is high enough for it
BESIDE = 290  # the width of what stands beside the table, at a scale of 1
LABEL = 62  # the least height of the label's card, at a scale of 1


class Table(QWidget):
    """The order's head, the item in hand and the lines, or the empty table; the box beside, the banner below."""

    def __init__(self, work: Workspace) -> None:
        super().__init__()
        self._work = work
        self.pictures = Pictures(work, self)
        self.head = Head(work, self)
        self.current = Current(work, self)
        self.current.pictures = self.pictures
        self.lines = LineList(work, self)
        self.note = NoteCard(work, self)
        self.box = BoxPanel(work, self)
        self.facts = Facts(work, self)
        self.tally = TallyLine(work, self)
        self.idle = Idle(work, self)
        self.counts = TallyCards(work, self)
        self.banner = Banner(work, self)
        self._has_note = False
        self._parts: tuple[bool, bool] = (True, True)
        self.pictures.ready.connect(self.current.update)
        work.look_changed.connect(self._arrange)
        self.note.hide()
        self.show_parcel(False)

    def show_parcel(self, there: bool, *, note: bool = False) -> None:
        """Show the order that is there, or that there is none; before its items what the buyer has written."""
        shown = (
            (self.head, there), (self.current, there and not note), (self.lines, there and not note),
            (self.note, there and note), (self.box, there), (self.facts, there), (self.tally, there),
            (self.idle, not there), (self.counts, not there),
        )  # fmt: skip
        for widget, wanted in shown:
            if widget.isHidden() is wanted:
                widget.setVisible(wanted)
        parts = (self.box.text.cartons is None, self.box.text.weight is None)
        if parts != self._parts:
            self._parts = parts
            self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give every part its place."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        width, height, scale = self.width(), self.height(), self._work.scale
        gap = 12 if height < 700 else 16
        banner = round(min(BANNER * scale, height * 0.27))
        head = round(min(60 * scale, height * 0.11))
        beside = round(min(max(width * 0.2, BESIDE * scale), 400 * scale, width * 0.3))
        left = width - 3 * gap - beside
        above = height - 3 * gap - banner
        middle = above - head - 2 * gap
        item = round(min(352 * scale, middle * 0.58))
        top = gap + head + gap
        # large text in a low window: what is beside the table needs all of its height
        tall = above < 350 * scale
        self.head.setGeometry(gap, gap, left, head)
        self.current.setGeometry(gap, top, left, item)
        self.lines.setGeometry(gap, top + item + gap, left, max(0, middle - item))
        self.note.setGeometry(gap, top, left, middle + gap)
        self.idle.setGeometry(gap, gap, left, above)
        wide = left if tall else width - 2 * gap
        self.banner.setGeometry(QRect(gap, height - gap - banner, wide, banner))
        room = height - 2 * gap if tall else above
        at = 2 * gap + left
        self.counts.setGeometry(at, gap, beside, room)
        line = round(22 * scale)
        least = round(LABEL * scale)
        between = gap if room > 600 * scale else 8
        box = min(self.box.wanted(), room - line - least - between)
        spare = room - line - least - between - box
        if self.box.text.cartons is not None or self.box.text.weight is not None:
            box += round(min(spare * 0.4, 120 * scale))
        label = room - line - between - box
        bare = self.box.text.cartons is None and self.box.text.weight is None
        # a warehouse that asks for no carton and no weight has its label first
        self.box.setGeometry(at, gap + (label + between if bare else 0), beside, box)
        self.facts.setGeometry(at, gap + (0 if bare else box + between), beside, label)
        self.tally.setGeometry(at, gap + room - line, beside, line)
