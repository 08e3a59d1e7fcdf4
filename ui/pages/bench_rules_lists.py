"""A section that lists rows and changes them one at a time in a form over the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout, QWidget

from app.domain.errors import Refusal
from ui.models.live import LiveModel, Sign
from ui.models.paged import Column
from ui.pages.bench_rules_form import Form, Group
from ui.theme import SPACE
from ui.widgets.board_table import BoardTable
from ui.widgets.state import StatePanel
from ui.widgets.text import text_label
from ui.workspace import Workspace

T = TypeVar("T")


class ListSection(QStackedWidget, Generic[T]):
    """Rows told apart by `key`; subclasses say `columns`, `widest`, `values`, `write` and, where it can be, `retire`.

    `wanted` is the command that a press or Enter means, `changed` that there is another prompt. `prefix` begins the
    codes of its words: `<prefix>_empty`, `<prefix>_empty_hint`, `<prefix>_keys`, and those of the form.
    """

    wanted = Signal(str)
    changed = Signal()
    prefix: ClassVar[str]
    scanned: ClassVar[str] = ""  # the field that a scan fills
    retires: ClassVar[bool] = True
    wrong: ClassVar[Mapping[str, str]] = {}  # the field that a refusal is about, by its code

    def __init__(self, work: Workspace, groups: Sequence[Group], wide: int) -> None:
        super().__init__()
        self.work = work
        self._row: T | None = None  # what the form changes, None for something new
        self.rows: LiveModel[T] = LiveModel(work, self.columns(), self.key, sign=self.sign)
        self.table = BoardTable(work, self.rows, self.widest, wide=wide, gives_way=True)
        self.table.chosen.connect(lambda: self.wanted.emit("bench_rules_change"))
        work.words.show(self.table.setAccessibleName, f"{self.prefix}_table")
        self._panel = StatePanel(work)
        self._keys = text_label("caption", wrap=True)
        work.words.show(self._keys.setText, f"{self.prefix}_keys")
        card = QFrame()
        card.setProperty("role", "raised")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(*[SPACE[2]] * 4)
        self._views = QStackedWidget()
        self._views.addWidget(self.table)
        self._views.addWidget(self._panel)
        inside.addWidget(self._views)
        listed = QWidget()
        column = QVBoxLayout(listed)
        column.setContentsMargins(SPACE[4], SPACE[2], SPACE[4], SPACE[2])
        column.setSpacing(SPACE[1])
        column.addWidget(card, 1)
        column.addWidget(self._keys)
        self._listed = listed
        self.form = Form(work, self.prefix, groups, self.wrong)
        self.form.changed.connect(self.changed)
        self.form.sent.connect(lambda: self.wanted.emit("bench_rules_save"))
        self.addWidget(listed)
        self.addWidget(self.form)
        for signal in (work.words.switched, work.look_changed):
            signal.connect(self._draw)

    # what a subclass says

    def columns(self) -> tuple[Column[T], ...]:
        """The columns of the list."""
        raise NotImplementedError

    def widest(self) -> Sequence[str]:
        """The widest texts that the columns are made for."""
        raise NotImplementedError

    def key(self, row: T) -> object:
        """What tells a row apart."""
        raise NotImplementedError

    def sign(self, row: T, column: int) -> Sign | None:
        """The icon in a cell."""
        return None

    def values(self, row: T | None) -> Mapping[str, Any]:
        """What the form shows of a row, or of something new."""
        raise NotImplementedError

    async def write(self, values: Mapping[str, Any], row: T | None) -> object:
        """Write what was typed over a row, or as something new; its key. Raises what the operation raises."""
        raise NotImplementedError

    async def retire(self, row: T) -> None:
        """Use a row no more, or again."""
        raise NotImplementedError

    def called(self, row: T) -> str:
        """How a notice calls a row."""
        raise NotImplementedError

    def is_used(self, row: T) -> bool:
        """Whether it is not retired."""
        return True

    # what the page does with it

    @property
    def editing(self) -> bool:
        """Whether the form is in front."""
        return self.currentWidget() is self.form

    @property
    def row(self) -> T | None:
        """The row that is chosen in the list."""
        number = self.table.number()
        return None if number is None else self.rows.row(number)

    def show_rows(self, rows: Sequence[T]) -> None:
        """Show what is in the database; what is chosen stays chosen."""
        self.rows.set_rows(rows)
        self._draw()

    def prompt(self) -> str:
        """What is to be done now."""
        say = self.work.words.say
        if not self.editing:
            return ""
        if self.form.refused:
            return say("settings_correct")
        if self.form.dirty:
            return say("settings_unsaved")
        return say(f"{self.prefix}_new" if self._row is None else f"{self.prefix}_change")

    def focus_first(self) -> None:
        """What takes the keys."""
        if self.editing:
            self.form.focus_first()
        elif self.rows.rows:
            self.table.setFocus()
            if self.table.number() is None:
                self.table.choose(0)
        else:
            self._panel.setFocus()

    def begin(self, row: T | None) -> None:
        """The form, for a row or for something new."""
        self._row = row
        self.form.fill(self.values(row))
        self.setCurrentWidget(self.form)
        self.form.focus_first()
        self.changed.emit()

    def begin_change(self) -> None:
        """The form for the row that is chosen; raises Refusal `bench_rules_choose`."""
        if self.row is None:
            raise Refusal("bench_rules_choose")
        self.begin(self.row)

    def back(self) -> bool:
        """From the form back to the list; False when the list is in front."""
        if not self.editing:
            return False
        self.setCurrentWidget(self._listed)
        self.focus_first()
        self.changed.emit()
        return True

    async def save(self) -> object:
        """Save what was typed; the key of the row. What is wrong is said at its field."""
        try:
            return await self.write(self.form.read(), self._row)
        except Refusal as refusal:
            self.form.refuse(refusal)
            self.changed.emit()
            raise

    def take_newer(self, rows: Sequence[T]) -> None:
        """Somebody else has changed the row meanwhile: show that, and keep what was typed."""
        self.show_rows(rows)
        if self._row is None:
            return
        newer = self.rows.number_of(self.key(self._row))
        if newer is not None:
            self._row = self.rows.row(newer)
            self.form.rebase(self.values(self._row))

    def close_form(self, key: object) -> None:
        """After saving: the list, with the row chosen."""
        self.back()
        self.table.choose(self.rows.number_of(key))

    def scan(self, code: str) -> bool:
        """A scan while the form is in front fills a field; False when it means something else."""
        if not self.editing or not self.scanned:
            return False
        focused = self.form.focused
        self.form.scan(focused if focused in ("barcode", "sku") else self.scanned, code)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter does what an empty list proposes."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and not self.editing and self._views.currentWidget() is self._panel:
            self._panel.press()
        else:
            super().keyPressEvent(event)

    def _draw(self) -> None:
        say, rows = self.work.words.say, self.rows.rows
        self.table.fit(self.work.scale)
        if rows:
            self.rows.set_rows(tuple(rows))
            had_keys = self._panel.hasFocus()
            self._views.setCurrentWidget(self.table)
            if had_keys:
                self.focus_first()
            return
        self._panel.show_state(
            "empty", say(f"{self.prefix}_empty"), say(f"{self.prefix}_empty_hint"),
            action=say("command_bench_rules_add"), act=lambda: self.wanted.emit("bench_rules_add"),
        )
        self._views.setCurrentWidget(self._panel)
