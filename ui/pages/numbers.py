"""Number pools: which numbers carriers have given, how many are left and for how long; added and closed by keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout, QWidget

from app.change import Change
from app.domain.errors import Refusal
from app.domain.numbers import NumberForm
from ui.dialogs import Option
from ui.models.live import LiveModel, Sign
from ui.models.paged import Column
from ui.pages.numbers_add import AddNumbers
from ui.theme import SPACE
from ui.widgets.board_table import BoardTable
from ui.widgets.state import StatePanel
from ui.widgets.text import text_label
from ui.workspace import Workspace

if TYPE_CHECKING:
    from app.queries.numbers import PoolRow

THROTTLE_MS = 1_000  # every label that is made takes a number
_YEAR = 365
_SIGNS = {"low": "triangle-alert", "used_up": "circle-x", "open": "check", "waits": "clock", "closed": "ban"}
_STATES = ("open", "waits", "low", "used_up", "closed")


class PoolTable(BoardTable):
    """A pool a row; those that need somebody are marked by a sign, a word and a colour."""

    def __init__(self, work: Workspace) -> None:
        say = work.words.say
        self._look = work
        columns: tuple[Column[PoolRow], ...] = (
            Column("numbers_state", lambda row: say(f"numbers_state_{pool_state(row)}"), ink=self._ink),
            Column("numbers_carrier", lambda row: row.carrier or say("numbers_own"), ink=self._quiet),
            Column("numbers_service", lambda row: row.service or say("numbers_all_services"), ink=self._quiet),
            Column("numbers_form", lambda row: say(f"numbers_form_{row.form}"), ink=self._quiet),
            Column("numbers_next", lambda row: row.next or "–", ink=self._quiet),
            Column("numbers_last", lambda row: row.last, ink=self._quiet),
            Column("numbers_left", lambda row: f"{row.left:,}", right=True, ink=self._ink),
            Column("numbers_lasts", self._lasts, right=True, ink=self._ink),
        )
        self.rows = LiveModel["PoolRow"](work, columns, lambda row: row.pool_id, sign=self._sign)
        super().__init__(work, self.rows, self._widest, wide=1, gives_way=True)
        self.drop_when_narrow(3, 5)
        work.words.show(self.setAccessibleName, "numbers_table")

    def pool(self) -> PoolRow | None:
        """The pool that is chosen."""
        number = self.number()
        return None if number is None else self.rows.row(number)

    def _lasts(self, row: PoolRow) -> str:
        if row.closed_at is not None or row.used_up:
            return "–"
        return lasts(self._look, row.days)

    def _widest(self) -> Sequence[str]:
        say = self._look.words.say
        state = max((say(f"numbers_state_{state}") for state in _STATES), key=len) + "0000"  # and its icon
        forms = max((say(f"numbers_form_{form}") for form in NumberForm), key=len)
        long = max((say(f"numbers_days_{what}") for what in ("long", "unknown")), key=len)
        return (state, "8" * 16, "8" * 12, forms, "8" * 18, "8" * 18, "8,888,888", long)

    def _sign(self, row: PoolRow, column: int) -> Sign | None:
        if column:
            return None
        theme, state = self._look.theme, pool_state(row)
        return _SIGNS[state], self._ink(row) or (theme.secondary if state != "open" else theme.text)

    def _ink(self, row: PoolRow) -> str | None:
        theme, state = self._look.theme, pool_state(row)
        if state == "used_up":
            return theme.verdict("fail").ink
        return theme.attention.ink if state == "low" else self._quiet(row)

    def _quiet(self, row: PoolRow) -> str | None:
        return self._look.theme.secondary if row.closed_at is not None else None


def pool_state(row: PoolRow) -> str:
    """How a pool stands: closed, used up (and nothing follows), low, waiting for those before it, or open.

    One that is used up while another follows has had its time: it counts as closed.
    """
    if row.closed_at is not None or (row.used_up and not row.low):
        return "closed"
    if row.used_up:
        return "used_up"
    if row.low:
        return "low"
    return "open" if row.in_turn else "waits"


def lasts(work: Workspace, days: float | None) -> str:
    """For how long numbers last, in words."""
    say = work.words.say
    if days is None:
        return say("numbers_days_unknown")
    return say("numbers_days_long") if days > _YEAR else work.words.age(days * 86_400)


class Numbers(QStackedWidget):
    """The list of pools, and over it the form that adds one; `wanted` is the command that a press or Enter means."""

    wanted = Signal(str)

    def __init__(self, work: Workspace) -> None:
        super().__init__()
        self._work = work
        self.loaded = False
        self.table = PoolTable(work)
        self.table.chosen.connect(lambda: self.wanted.emit("settings_pool_close"))
        self._title, self._keys = text_label("title"), text_label("secondary")
        work.words.show(self._title.setText, "numbers_title")
        work.words.show(self._keys.setText, "numbers_keys")
        self._panel = StatePanel(work)
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
        column.setContentsMargins(SPACE[4], SPACE[4], SPACE[4], SPACE[5])  # notices stand below
        column.setSpacing(SPACE[2])
        column.addWidget(self._title)
        column.addWidget(self._keys)
        column.addWidget(card, 1)
        self._list = listed
        self.form = AddNumbers(work)
        self.addWidget(listed)
        self.addWidget(self.form)
        self._soon = QTimer(self, singleShot=True, interval=THROTTLE_MS)
        self._soon.timeout.connect(self.refresh)
        work.feed.changed.connect(self._on_change)
        for signal in (work.words.switched, work.look_changed):
            signal.connect(self._draw)
        self.setTabOrder(self.table, self.form)
        self._draw()

    @property
    def adding(self) -> bool:
        """Whether the form is in front."""
        return self.currentWidget() is self.form

    def prompt(self) -> str:
        """What is to be done about the numbers."""
        if self.adding:
            return self._work.words.say("numbers_add_keys")
        low = next((row for row in self.table.rows.rows if row.low), None)
        if low is None:
            return ""
        return self._work.words.say("numbers_prompt", carrier=low.carrier or self._work.words.say("numbers_own"))

    def focus_first(self) -> None:
        """What takes the keys."""
        if self.adding:
            self.form.focus_first()
        elif self.table.rows.rows:
            self.table.setFocus()
            if self.table.number() is None:
                self.table.choose(0)
        else:
            self._panel.setFocus()

    def refresh(self) -> None:
        """Read the pools anew."""
        if self.isVisible():
            self._work.spawn(self.load())

    async def load(self) -> None:
        """Read the pools; what is chosen stays chosen."""
        from app.queries.numbers import number_pools

        try:
            rows = await self._work.feed.read(number_pools, self._work.feed.store.clock.now())
        except Refusal as refusal:
            self._work.dialogs.tell_refusal(refusal)
            return
        self.loaded = True
        self.table.rows.set_rows(rows)
        self._draw()

    def _draw(self) -> None:
        say, rows = self._work.words.say, self.table.rows.rows
        self.table.fit(self._work.scale)
        if rows:
            self.table.rows.set_rows(tuple(rows))
            self._views.setCurrentWidget(self.table)
            return
        if not self.loaded:
            self._panel.show_state("loading", say("frame_loading"))
        else:
            self._panel.show_state(
                "empty", say("numbers_empty"), say("numbers_empty_hint"), action=say("command_settings_pool_add"),
                act=lambda: self.wanted.emit("settings_pool_add"),
            )
        self._views.setCurrentWidget(self._panel)

    def _on_change(self, change: Change) -> None:
        if "labels" in change.topics and self.isVisible() and not self._soon.isActive():
            self._soon.start()

    def showEvent(self, event: QShowEvent) -> None:
        """What was taken meanwhile is gone."""
        super().showEvent(event)
        self.refresh()

    # what a person does

    def begin(self) -> None:
        """The empty form."""
        self.form.begin()
        self.setCurrentWidget(self.form)
        self.form.focus_first()

    def back(self) -> bool:
        """From the form back to the list; False when the list is in front."""
        if not self.adding:
            return False
        self.setCurrentWidget(self._list)
        self.focus_first()
        return True

    async def add(self) -> None:
        """Add what was typed; what is wrong is said at its field."""
        from app.operations.numbers import add_pool

        try:
            typed = self.form.read()
            made = typed.numbers
            pool = await self._work.feed.write(
                add_pool, self._work.place.person, carrier=typed.carrier, service=typed.service, form=made.form,
                prefix=made.prefix, country=made.country, first=made.first, last=made.last, low_water=typed.low_water,
            )
        except Refusal as refusal:
            self.form.refuse(refusal)
            raise
        await self.load()
        self.back()
        self.table.choose(self.table.rows.number_of(pool))
        self._work.dialogs.tell(
            "numbers_added", pool=pool, count=f"{made.count:,}", first=made.number(made.first),
            last=made.number(made.last),
        )

    async def close_chosen(self) -> None:
        """Close the pool that is chosen, when a person says so; raises Refusal `numbers_choose`."""
        from app.operations.numbers import close_pool

        say, row = self._work.words.say, self.table.pool()
        if row is None:
            raise Refusal("numbers_choose")
        if row.closed_at is not None:
            raise Refusal("numbers_pool_closed", pool=row.pool_id)
        answer = await self._work.dialogs.ask(
            say("numbers_close_title", pool=row.pool_id, carrier=row.carrier or say("numbers_own")),
            say("numbers_close_detail", left=f"{row.left:,}"),
            [Option("keep", say("numbers_close_keep")), Option("close", say("numbers_close_go"), "danger")],
        )
        if answer is None or answer.option != "close":
            return
        left = await self._work.feed.write(close_pool, self._work.place.person, row.pool_id)
        await self.load()
        self._work.dialogs.tell("numbers_closed", pool=row.pool_id, left=f"{left:,}")
