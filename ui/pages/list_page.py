"""What the pages with a long list have in common: tabs with counts, a box to find, a table paged in SQL."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from app.domain.errors import Refusal
from ui.dialogs import Option
from ui.icons import pixmap
from ui.models.paged import Column, PagedModel
from ui.pages.page import Empty, Page
from ui.theme import SPACE, px
from ui.widgets.count_tabs import CountTabs
from ui.widgets.paged_table import PagedTable
from ui.widgets.state import StatePanel
from ui.widgets.text import Elided, text_label
from ui.workspace import Workspace

TYPED_MS = 180  # a pause in typing after which is looked for
AGES_MS = 20_000  # how often ages on the screen are said anew


@dataclass(frozen=True, slots=True)
class ListWords:
    """Codes of what a list is called, of its tabs, of the box, of "nothing matches", and of an empty list."""

    table: str
    tabs: str
    find: str
    none_match: str
    none_match_hint: str
    total: str
    empty: Empty


class ListPage(Page):
    """A list of rows with its tabs; F2 finds, F3 shows the next group, F5 sorts where its rows can be sorted.

    A subclass makes the list with `make_list` and shows counts and total with `show_list`. `group` and `text` are what
    is wanted now.
    """

    def __init__(self, work: Workspace) -> None:
        super().__init__(work)
        self.text = ""
        self._to_rows = False
        self._ages = QTimer(self, interval=AGES_MS)
        self._ages.timeout.connect(self._say_ages)
        self._ages.start()

    def make_list(
        self, words: ListWords, groups: Sequence[tuple[str, str]], columns: Sequence[Column[Any]],
        load: Callable[[str, bool, int, int], Awaitable[Sequence[Any]]], count: Callable[[], Awaitable[int]],
        *, sort: str, key: Callable[[Any], int], loud: Mapping[str, str],
    ) -> QWidget:
        """The list; `foot` is the line below it, `groups` are (name, code) of the tabs.

        `loud` are those that need a person, with the outcome that they are marked as.
        """
        work = self.work
        self._words, self._loud, self._first = words, loud, groups[0][0]
        self.model: PagedModel[Any] = PagedModel(
            work, columns, load, count, sort=sort, key=key, parent=self
        )
        self.model.failed.connect(self._load_failed)
        self.table = PagedTable(work, self.model, words.table)
        self.table.typed.connect(self._begin_typing)
        self.tabs = CountTabs(work, groups, words.tabs)
        self.tabs.chosen.connect(lambda _: self._filter())
        self.box = _Find(work, words.find)
        self.box.left.connect(self._leave_box)
        self.box.changed.connect(self._find)
        self._state = StatePanel(work)
        self.region = QStackedWidget()
        self.region.addWidget(self.table)
        self.region.addWidget(self._state)
        self.line = QHBoxLayout()
        self.line.setSpacing(SPACE[3])
        self.total = Elided("secondary")
        self.line.addWidget(self.total, 1)
        self.line.setContentsMargins(SPACE[4] + SPACE[0], 0, SPACE[4] + SPACE[0], SPACE[0])
        self.foot = QWidget()
        self.foot.setLayout(self.line)
        work.look_changed.connect(self._fit)
        self._fit()

        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 0, 0)
        top.setSpacing(SPACE[3])
        top.addWidget(self.tabs, 1)
        top.addWidget(self.box)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(SPACE[4], SPACE[1], SPACE[4], SPACE[0])
        column.setSpacing(SPACE[1])
        column.addLayout(top)
        self.middle = QHBoxLayout()
        self.middle.setSpacing(SPACE[3])
        self.middle.addWidget(self.region, 1)
        column.addLayout(self.middle, 1)
        self.commands |= {
            f"{self.name}_find": self.begin_find, f"{self.name}_filter": self.tabs.turn,
        }
        if any(column.sort for column in columns):
            self.commands[f"{self.name}_sort"] = self._ask_sort
        QWidget.setTabOrder(self.tabs, self.box)
        QWidget.setTabOrder(self.box, self.table)
        return whole

    # what is wanted

    @property
    def group(self) -> str:
        """The group whose tab is chosen."""
        return self.tabs.current

    @property
    def at_rest(self) -> bool:
        """Whether the page shows the newest, and every row that is seen."""
        return super().at_rest and self.model.at_rest and not self.box.waiting

    def show_list(self, counts: Mapping[str, int], total: int) -> None:
        """Show how many there are; `counts` by group, `total` rows of what is wanted now."""
        say = self.work.words.say
        self.tabs.show_counts(counts, self._loud)
        if total:
            self._show_rows()
            self.total.setText(say(self._words.total, count=f"{total:,}"))
            return
        self.total.setText("")
        if self.text or self.group != self._first:
            hint = self._words.none_match_hint if any(counts.values()) or not self.text else "orders_none_at_all"
            self._state.show_state(
                "empty", say(self._words.none_match), say(hint),
                action=say("orders_show_all"), act=self.show_all,
            )
        else:
            empty = self._words.empty
            self._state.show_state(
                "empty", say(empty.title), say(empty.hint) if empty.hint else "",
                action=say(f"command_{empty.action}") if empty.action else "", act=lambda: self.run(empty.action),
            )
        had_keys = self.table.hasFocus()
        self.region.setCurrentWidget(self._state)
        if had_keys:
            self.focus_first()

    def _show_rows(self) -> None:
        """The rows take the keys again if they had them, or if somebody who finds has gone to them."""
        came_back = self.region.currentWidget() is not self.table
        self.region.setCurrentWidget(self.table)
        focus = self.window().focusWidget()
        lost = came_back and (focus is None or focus is self._state or self._state.isAncestorOf(focus))
        if self.isVisible() and (lost or (self._to_rows and focus is self.box)):
            self.table.setFocus()
        self._to_rows = False

    def show_all(self) -> None:
        """Want everything again."""
        self.tabs.choose(self._first)
        self.box.clear()
        self.box.finish()
        self._leave_box()

    def begin_find(self) -> None:
        """Put the cursor into the box."""
        self._to_rows = False
        self.box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.box.selectAll()

    def focus_first(self) -> None:
        """The rows take the keys; where there are none, Enter does what is proposed."""
        (self.table if self.region.currentWidget() is self.table else self._state).setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter does what is proposed where there are no rows."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.region.currentWidget() is self._state:
            for button in self._state.findChildren(QPushButton):
                if button.isVisible():
                    button.click()
            return
        super().keyPressEvent(event)

    def _fit(self) -> None:
        self.foot.setFixedHeight(round(44 * self.work.scale))

    def _leave_box(self) -> None:
        self._to_rows = self.region.currentWidget() is not self.table  # they have yet to come
        if not self._to_rows:
            self.table.setFocus()

    def _begin_typing(self, letter: str) -> None:
        self.begin_find()
        self.box.setText(letter)

    def _find(self) -> None:
        text = self.box.text().strip()
        if text != self.text:
            self.text = text
            self._filter()

    def _filter(self) -> None:
        self.table.start_over()
        self.refresh()

    async def _ask_sort(self) -> None:
        say, columns = self.work.words.say, self.model.columns
        by, descending = self.model.order
        options = []
        for at, column in enumerate(columns):
            if column.sort:
                way = "" if column.sort != by else (" ▼" if descending else " ▲")
                options.append(Option(str(at), say(column.heading) + way, "primary" if column.sort == by else ""))
        answer = await self.work.dialogs.ask(say("orders_sort_by"), say("orders_sort_again"), options)
        if answer is not None:
            at = int(answer.option)
            self.table.sort_by(at, not descending if columns[at].sort == by else False)

    def _load_failed(self, refusal: Refusal) -> None:
        self.refresh()

    def _say_ages(self) -> None:
        if self.isVisible():
            self.model.say_again()


class _Find(QLineEdit):
    """The box above a list: `changed` after a pause in typing; Enter and arrow down go to the rows, Esc clears it."""

    changed = Signal()
    left = Signal()

    def __init__(self, work: Workspace, called: str) -> None:
        super().__init__()
        self._work = work
        self.setProperty("touch", "small")
        self.setMaxLength(200)
        work.words.show(self.setPlaceholderText, called)
        work.words.show(self.setAccessibleName, called)
        self._pause = QTimer(self, singleShot=True, interval=TYPED_MS)
        self._pause.timeout.connect(self.changed)
        self.textChanged.connect(lambda _: self._pause.start())
        self._symbol = text_label(parent=self)  # Qt's own place for an icon does not grow with the text
        work.look_changed.connect(self._draw)
        self._draw()

    @property
    def waiting(self) -> bool:
        """Whether something was typed that has not been looked for."""
        return self._pause.isActive()

    def finish(self) -> None:
        """Look for what is there at once."""
        self._pause.stop()
        self.changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave with what was typed, or without."""
        if event.key() == Qt.Key.Key_Escape:
            self.clear()
        elif event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down):
            super().keyPressEvent(event)
            return
        self.finish()
        self.left.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The sign stands in the middle of the box's height."""
        super().resizeEvent(event)
        self._symbol.move(SPACE[1], (self.height() - self._symbol.height()) // 2)

    def _draw(self) -> None:
        side = px("body", self._work.scale)
        self._symbol.setPixmap(pixmap("search", self._work.theme.secondary, side))
        self._symbol.adjustSize()
        self.setTextMargins(side + SPACE[0], 0, 0, 0)
        self.setFixedWidth(side * 15)
