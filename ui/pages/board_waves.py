"""The board's tables of waves and of the orders of one wave."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.states import Lane, OrderState, WaveState
from app.queries.board_waves import WaveOrder, WaveOrderSort, WaveProgress, wave_order_total, wave_orders
from ui.icons import icon
from ui.models.live import LiveModel, Sign
from ui.models.paged import Column, Index, PagedModel
from ui.theme import SPACE, px
from ui.widgets.board_table import BoardTable, SlotDelegate
from ui.widgets.text import Elided, text_label
from ui.workspace import Workspace

_STATES = ("planned", "released", "picked", "shipped")
_STATE, _SHIPPED, _BATCHES, _WALK, _AGE = 1, 5, 7, 8, 9
_WIDEST = ("302-7711020-4418722", "to be picked 000", "888", "X 24 0", "TT88888W", "88", "888 / 888")
_BATCH, _LINES, _NOTE = 2, 5, 7
_SIGNS = {
    OrderState.PLANNED: "clock", OrderState.RELEASED: "shopping-cart", OrderState.PICKED: "package",
    OrderState.PACKING: "package-check", OrderState.SHIPPED: "check",
}  # fmt: skip


def metres(walk_mm: int) -> str:
    """A walk in whole metres, grouped by thousands."""
    return f"{round(walk_mm / 1000):,}"


class WavesTable(BoardTable):
    """The newest waves; what is stuck in one is coloured, nothing else."""

    def __init__(self, work: Workspace, now: Callable[[], datetime]) -> None:
        """`now` is the moment that the board shows."""
        say = work.words.say
        columns: tuple[Column[WaveProgress], ...] = (
            Column("board_wave", lambda row: str(row.wave_id), right=True),
            Column("board_state", lambda row: wave_state(row, say), ink=self._state_ink),
            Column("board_orders", lambda row: str(row.orders), right=True),
            Column("board_picked", lambda row: _dash(row.picked), right=True),
            Column("board_packing", lambda row: _dash(row.packing), right=True),
            Column("board_shipped", lambda row: _dash(row.shipped), right=True),
            Column("board_problems", lambda row: f"! {_stuck(row)}" if _stuck(row) else _dash(0), right=True,
                   ink=self._stuck_ink),
            Column("board_batches", lambda row: f"{row.batches_picked} / {row.batches}", right=True),
            Column("board_walk", lambda row: f"{metres(row.walk_mm)} ({metres(row.file_walk_mm)})", right=True),
            Column("board_age", lambda row: work.words.age(
                (now() - (row.released_at or row.created_at)).total_seconds()), right=True),
        )  # fmt: skip
        self._look = work
        self.rows = LiveModel[WaveProgress](work, columns, lambda row: row.wave_id, sign=self._sign)
        super().__init__(work, self.rows, self._widest, wide=_WALK)
        self.drop_when_narrow(_BATCHES, _WALK, _AGE, _SHIPPED)
        work.words.show(self.setAccessibleName, "board_waves")

    def wave(self) -> WaveProgress | None:
        """The wave that is chosen."""
        number = self.number()
        return None if number is None else self.rows.row(number)

    def _widest(self) -> Sequence[str]:
        words = self._look.words
        state = max((words.say(f"board_wave_{state}") for state in _STATES), key=len) + "000"  # and its icon
        counts = ("8888", "8888", "8888", "8888", "! 88", "88 / 88")
        return ("8888", state, *counts, "8,888 (88,888)", words.age(59 * 60))

    def _sign(self, row: WaveProgress, column: int) -> Sign | None:
        theme = self._look.theme
        if column == _STATE:
            name = {WaveState.PLANNED: "clock", WaveState.RELEASED: "play", WaveState.DONE: "check"}[row.state]
            return name, theme.accent if row.state is WaveState.PLANNED else theme.secondary
        return None

    def _state_ink(self, row: WaveProgress) -> str | None:
        return self._look.theme.accent if row.state is WaveState.PLANNED else None

    def _stuck_ink(self, row: WaveProgress) -> str | None:
        return self._look.theme.attention.ink if _stuck(row) else None


def wave_state(row: WaveProgress, say: Callable[..., str]) -> str:
    """A wave's state in a word."""
    if row.state is WaveState.DONE:
        return say("board_wave_shipped") if row.shipped == row.orders else say("board_wave_picked")
    return say("board_wave_planned") if row.state is WaveState.PLANNED else say("board_wave_released")


def _stuck(row: WaveProgress) -> int:
    """Orders of which goods lie off their shelf and that do not go on."""
    return row.problem + row.cancelled


def _dash(count: int) -> str:
    return str(count) if count else "–"


class _OrdersModel(PagedModel[WaveOrder]):
    """A page of orders; what needs a person has a sign."""

    def __init__(self, work: Workspace, *rest: Any, **more: Any) -> None:
        super().__init__(work, *rest, **more)
        self._look = work

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """As every page of rows, and the sign of a state."""
        if role != Qt.ItemDataRole.DecorationRole:
            return super().data(index, role)
        row = self.row(index.row()) if index.column() == _STATE else None
        if row is None:
            return None
        stuck = row.state in (OrderState.PROBLEM, OrderState.CANCELLED)
        name = "triangle-alert" if stuck else _SIGNS.get(row.state, "circle-help")
        ink = self._look.theme.attention.ink if stuck else self._look.theme.secondary
        return icon(name, ink, px("title", self._look.scale) * 2)


class WaveOrders(QWidget):
    """The orders of one wave, cart by cart, under a line that says which and how far it is."""

    def __init__(self, work: Workspace) -> None:
        super().__init__()
        self._work = work
        self.wave: WaveProgress | None = None
        self._chosen: int | None = None  # stays chosen when the rows come anew
        self._title = Elided("title")
        self._hint = text_label("caption")
        columns: tuple[Column[WaveOrder], ...] = (
            Column("board_order", lambda row: row.order),
            Column("board_state", self._state, ink=self._state_ink),
            Column("board_batch", lambda row: str(row.batch), right=True),
            Column("board_slot", lambda row: str(row.slot) if row.lane is Lane.CART else self._say("board_single")),
            Column("board_tote", lambda row: row.tote or "–"),
            Column("board_lines", lambda row: str(row.lines), right=True),
            Column("board_pieces", lambda row: f"{row.picked} / {row.pieces}", right=True),
            Column("board_note", self._note, ink=lambda row: work.theme.attention.ink),
        )
        self.rows = _OrdersModel(
            work, columns, self._load, self._count, sort=WaveOrderSort.SLOT, key=lambda row: row.order_id
        )
        self.rows.loaded.connect(self._choose_again)
        self.table = BoardTable(work, self.rows, self._widest, wide=_NOTE)
        self.table.drop_when_narrow(_LINES, _BATCH)
        self.table.setItemDelegateForColumn(3, SlotDelegate(work, self.table))
        self.table.selectionModel().currentRowChanged.connect(lambda now, _: self._note_choice(now.row()))
        work.words.show(self.table.setAccessibleName, "command_board_orders")
        work.words.show(self._hint.setText, "board_orders_hint")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE[1])
        column.addWidget(self._title)
        column.addWidget(self._hint)
        column.addWidget(self.table, 1)

    def _widest(self) -> Sequence[str]:
        return (*_WIDEST, self._say("board_put_back_first"))

    async def open(self, wave: WaveProgress) -> None:
        """Read the orders of a wave, and choose the first."""
        self.wave, self._chosen = wave, None
        self.say_wave(wave)
        await self.rows.reload()
        self.table.choose(0 if self.rows.rowCount() else None)

    def say_wave(self, wave: WaveProgress) -> None:
        """Say how far the wave is by now."""
        self.wave = wave
        say = self._work.words.say
        self._title.setText(
            say(
                "board_wave_line", wave=wave.wave_id, how=wave_state(wave, say), orders=wave.orders, done=wave.done,
                tasks=wave.tasks, shorts=wave.shorts, batches=wave.batches,
            )
        )

    def order(self) -> WaveOrder | None:
        """The order that is chosen."""
        number = self.table.number()
        return None if number is None else self.rows.row(number)

    async def _load(self, sort: str, descending: bool, offset: int, limit: int) -> Sequence[WaveOrder]:
        assert self.wave is not None
        return await self._work.feed.read(
            wave_orders, self.wave.wave_id, sort=sort, descending=descending, offset=offset, limit=limit
        )

    async def _count(self) -> int:
        assert self.wave is not None
        return await self._work.feed.read(wave_order_total, self.wave.wave_id)

    def _note_choice(self, number: int) -> None:
        if number >= 0:
            self._chosen = self.rows.key_at(number)

    def _choose_again(self) -> None:
        """The order that was chosen stays chosen, wherever it is now."""
        number = self.table.number()
        if self._chosen is None and number is not None:  # chosen before it was here
            self._chosen = self.rows.key_at(number)
        if self._chosen is None or (number is not None and self.rows.key_at(number) == self._chosen):
            return
        at = self.rows.number_of(self._chosen)
        if at is None and number is not None:
            self._chosen = self.rows.key_at(number)
        self.table.choose(at if at is not None else number)

    def _say(self, code: str) -> str:
        return self._work.words.say(code)

    def _state(self, row: WaveOrder) -> str:
        return self._say(f"board_order_{row.state.value}")

    def _state_ink(self, row: WaveOrder) -> str | None:
        return self._work.theme.attention.ink if row.state in (OrderState.PROBLEM, OrderState.CANCELLED) else None

    def _note(self, row: WaveOrder) -> str:
        notes = [
            self._say(code)
            for code, wanted in (
                ("board_put_back_first", row.state in (OrderState.PROBLEM, OrderState.CANCELLED)),
                ("board_cancel_requested", row.cancel_requested),
                ("board_short", row.short),
            )
            if wanted
        ]
        return " · ".join(notes)
