"""A row of tabs that say how many there are of each; one that a person must look at is a filled chip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QTabBar

from ui.fonts import ui_font
from ui.theme import RADIUS, SPACE, TOUCH, Pair, px
from ui.workspace import Workspace

BAR = 4  # px below the tab that is chosen
SIGNS = {"attention": "!", "fail": "✗"}  # as the rows have them


class CountTabs(QTabBar):
    """Groups of rows by their names; `chosen` carries the name of the one that a person wants to see."""

    chosen = Signal(str)

    def __init__(self, work: Workspace, groups: Sequence[tuple[str, str]], called: str) -> None:
        """`groups` are (name, code of its words), `called` is the code of what the row is called."""
        super().__init__()
        self._work = work
        self._names = [name for name, _ in groups]
        self._counts: dict[str, tuple[int, str]] = dict.fromkeys(self._names, (0, ""))
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setUsesScrollButtons(True)
        self.setElideMode(Qt.TextElideMode.ElideNone)
        self.setMouseTracking(True)
        work.words.show(self.setAccessibleName, called)
        for at, (_, code) in enumerate(groups):
            self.addTab("")
            work.words.show(partial(self.setTabText, at), code)
        work.look_changed.connect(self._fit)
        work.words.switched.connect(self._fit)
        self.currentChanged.connect(lambda at: self.chosen.emit(self._names[at]))

    @property
    def current(self) -> str:
        """The name of the group that is shown."""
        return self._names[self.currentIndex()]

    def choose(self, name: str) -> None:
        """Show another group."""
        self.setCurrentIndex(self._names.index(name))

    def turn(self) -> None:
        """Show the next group; after the last comes the first."""
        self.setCurrentIndex((self.currentIndex() + 1) % self.count())

    def shown_count(self, name: str) -> str:
        """The count of a group as it stands on its tab."""
        count, outcome = self._counts[name]
        return f"{SIGNS[outcome]} {count:,}" if outcome else f"{count:,}"

    def show_counts(self, counts: Mapping[str, int], loud: Mapping[str, str]) -> None:
        """Say how many there are; groups that are not empty are marked by the outcome that they are `loud` with.

        It is `attention` or `fail`, and shown by colour, frame and sign.
        """
        every = {name: counts.get(name, 0) for name in self._names}
        shown = {name: (count, loud.get(name, "") if count else "") for name, count in every.items()}
        if shown != self._counts:
            self._counts = shown
            self._fit()

    def tabSizeHint(self, index: int) -> QSize:
        """Room for the word and its count."""
        word, count = self._metrics()
        name = self._names[index]
        width = word.horizontalAdvance(self.tabText(index)) + count.horizontalAdvance(self.shown_count(name))
        return QSize(width + 2 * SPACE[2] + 3 * SPACE[1], round(TOUCH * self._work.scale))

    def minimumTabSizeHint(self, index: int) -> QSize:
        """Never less: what does not fit is scrolled to."""
        return self.tabSizeHint(index)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw words, counts, and the bar below the tab that is chosen."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._work.theme
        for at in range(self.count()):
            rect, here = self.tabRect(at), at == self.currentIndex()
            if not here and rect.contains(self.mapFromGlobal(self.cursor().pos())):
                painter.fillRect(rect, QColor(theme.hover))
            self._draw_tab(painter, at, rect, QColor(theme.text if here else theme.secondary))
            if here:
                bar = QRect(rect.left(), rect.bottom() - BAR + 1, rect.width(), BAR)
                painter.fillRect(bar, QColor(theme.accent))
                if self.hasFocus():
                    painter.setPen(QPen(QColor(theme.accent), 2))
                    painter.setBrush(Qt.BrushStyle.NoBrush)
                    painter.drawRect(rect.adjusted(1, 1, -1, -1))
        painter.end()

    def _draw_tab(self, painter: QPainter, at: int, rect: QRect, colour: QColor) -> None:
        word, small = self._metrics()
        scale, name = self._work.scale, self._names[at]
        painter.setPen(colour)
        painter.setFont(ui_font(px("body", scale), bold=True))
        width = word.horizontalAdvance(self.tabText(at))
        left = rect.left() + SPACE[2]
        middle = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(QRect(left, rect.top(), width + 2, rect.height()), middle, self.tabText(at))
        count = self.shown_count(name)
        height = small.height() + SPACE[0]
        chip = QRectF(
            left + width + SPACE[1] + 0.5, rect.center().y() - height // 2 + 0.5,
            small.horizontalAdvance(count) + 2 * SPACE[1], height,
        )
        outcome = self._counts[name][1]
        loud: Pair | None = self._work.theme.verdict(outcome) if outcome else None
        if loud is not None:
            painter.setPen(QColor(loud.ink))
            painter.setBrush(QColor(loud.paper))
            painter.drawRoundedRect(chip, RADIUS, RADIUS)
        painter.setFont(ui_font(px("caption", scale), bold=loud is not None))
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, count)

    def _metrics(self) -> tuple[QFontMetrics, QFontMetrics]:
        word, count = (ui_font(px(size, self._work.scale), bold=True) for size in ("body", "caption"))
        return QFontMetrics(word), QFontMetrics(count)

    def _fit(self) -> None:
        """Room anew, and what a screen reader says."""
        for at, name in enumerate(self._names):
            self.setAccessibleTabName(at, f"{self.tabText(at)} {self._counts[name][0]}")
            self.setTabText(at, self.tabText(at))  # asks for the tabs' sizes anew
        self.updateGeometry()
        self.update()
