"""The page of label batches: which there are, how far the chosen one is, what is set aside, and what to do."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout

from app.domain.errors import Refusal
from app.domain.label_batches import LabelBatchState
from ui.commands import commands_of
from ui.pages import batches_acts
from ui.pages.batches_detail import BatchDetail
from ui.pages.batches_list import BatchList
from ui.pages.page import Empty, Page
from ui.theme import SPACE
from ui.workspace import Workspace

if TYPE_CHECKING:
    from app.queries.label_batches import Aside, BatchRow, BatchView

THROTTLE_MS = 500  # labels come faster than anybody reads
LIST = 0.42  # of the page's width


@dataclass(frozen=True, slots=True)
class Seen:
    """What the page shows: the label batches, and the chosen one with what is set aside of it."""

    rows: Sequence[BatchRow]
    view: BatchView | None
    asides: Sequence[Aside]


class BatchesPage(Page):
    """The label batches at the left, the chosen one at the right. A scan is the label in the hand."""

    name = "batches"
    topics = frozenset({"labels"})

    def __init__(self, work: Workspace) -> None:
        super().__init__(work)
        self._throttle.setInterval(THROTTLE_MS)
        self._batch: int | None = None
        self._acting: asyncio.Task[None] | None = None
        self.list = BatchList(work)
        self.detail = BatchDetail(work)
        self.list.selectionModel().currentRowChanged.connect(lambda now, _: self._pick(now.row()))
        self.list.chosen.connect(self._enter)
        self.detail.table.chosen.connect(self._show_order)
        row = QHBoxLayout(self.content)
        row.setContentsMargins(*[SPACE[3]] * 4)
        row.setSpacing(SPACE[3])
        row.addWidget(self.list)
        row.addWidget(self.detail, 1)
        work.look_changed.connect(self._share)
        work.words.switched.connect(self._share)
        self.commands = {
            "batches_new": self._new, "batches_start": self._start, "batches_pause": self._pause,
            "batches_check": self._check, "batches_reprint": self._reprint, "batches_manifest": self._manifest,
            "batches_cancel": self._cancel, "batches_hand": self._type,
        }  # fmt: skip

    # reading

    async def fetch(self) -> Seen | Empty:
        """The label batches and the chosen one; the first where none is chosen."""
        from app.queries.label_batches import batches_seen

        wanted = self._batch
        rows, view, asides = await self.work.feed.read(batches_seen, self.work.place.warehouse, wanted)
        if not rows:
            return Empty("batches_empty", "batches_empty_hint", "batches_new")
        if wanted != self._batch:
            self._again = True  # another one was chosen meanwhile
        elif view is not None:
            self._batch = view.row.batch_id
        return Seen(rows, view, asides)

    # painting

    def show_data(self, data: Seen) -> None:
        """Paint the list and the chosen label batch."""
        self.list.rows.set_rows(data.rows)
        number = self.list.rows.number_of(self._batch)
        if number is not None and number != self.list.number():
            self.list.choose(number)
        if data.view is not None and data.view.row.batch_id == self._batch:
            self.detail.show_batch(data.view, data.asides)
        self.detail.setVisible(data.view is not None)

    @property
    def at_rest(self) -> bool:
        """Whether the page shows the newest, and what a scan has begun is done."""
        acting = self._acting is not None and not self._acting.done() and not self.work.dialogs.is_open
        view = self._view
        return super().at_rest and not acting and (view is None or view.row.batch_id == self._batch)

    def prompt(self) -> str:
        """What is to be done now."""
        view = self._view
        if view is None:
            return ""
        row, say = view.row, self.work.words.say
        if row.state is LabelBatchState.CHECKED:
            return say("batches_prompt_start", number=row.number)
        if row.state is LabelBatchState.DONE and row.aside:
            return say("batches_prompt_aside")
        if row.state in (LabelBatchState.DONE, LabelBatchState.CANCELLED):
            return say("batches_prompt_done")
        doubtful = row.state is LabelBatchState.PAUSED or row.uncertain or row.separators or row.failed
        return say("batches_prompt" if doubtful else "batches_prompt_printing")

    @property
    def _view(self) -> BatchView | None:
        return self.data.view if isinstance(self.data, Seen) else None

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the room between the list and the chosen one."""
        super().resizeEvent(event)
        self._share()

    def _share(self) -> None:
        scale = self.work.scale
        self.list.fit(scale)
        room = self.width() - 3 * SPACE[3]
        self.list.setFixedWidth(max(0, min(self.list.wanted(round(room * LIST)), round(room * LIST))))
        self.detail.fit(scale, self.height())

    def focus_first(self) -> None:
        """The list has the keys; the page itself while there is none."""
        (self.list if self.list.isVisible() else self).setFocus()

    def _pick(self, number: int) -> None:
        row = self.list.rows.row(number)
        if row is not None and row.batch_id != self._batch:
            self._batch = row.batch_id
            self.refresh()

    def choose(self, batch_id: int) -> None:
        """Show this label batch."""
        self._batch = batch_id
        self.refresh()

    # keys

    def _enter(self) -> None:
        """Enter starts what was checked, and goes to what is set aside of any other."""
        view = self._view
        if view is not None and view.row.state is LabelBatchState.CHECKED:
            self.run("batches_start")
        elif self.detail.rows.rows:
            self.detail.table.setFocus()
            if self.detail.table.number() is None:
                self.detail.table.choose(0)

    def _show_order(self) -> None:
        row = self.detail.aside
        if row is not None:
            self.work.found.emit(row.order_id)

    def _chosen(self) -> BatchView:
        view = self._view
        if view is None or view.row.batch_id != self._batch:
            raise Refusal("batches_choose_one")
        return view

    async def _new(self) -> None:
        made = await batches_acts.make(self.work)
        if made is not None:
            self.choose(made)

    async def _start(self) -> None:
        await batches_acts.start(self.work, self._chosen().row)
        self.refresh()

    async def _pause(self) -> None:
        await batches_acts.pause_or_go_on(self.work, self._chosen().row)
        self.refresh()

    async def _check(self) -> None:
        await batches_acts.check_again(self.work, self._chosen().row)
        self.refresh()

    async def _reprint(self) -> None:
        await batches_acts.print_again(self.work, self._chosen())
        self.refresh()

    async def _manifest(self) -> None:
        await batches_acts.save_manifest(self.work, self._chosen().row)

    async def _cancel(self) -> None:
        await batches_acts.cancel(self.work, self._chosen().row)
        self.refresh()

    async def _type(self) -> None:
        code = await batches_acts.ask_label(self.work)
        if code is not None:
            await self._hold(code)

    # scans

    def scan(self, code: str) -> None:
        """A command does what its key does; any other code is the label in the hand."""
        for command in commands_of(self.name):
            if command.barcode is not None and command.barcode == code.strip().upper():
                self.run(command.name)
                return
        self._acting = self.work.spawn(self._guarded(self._hold(code.strip())))

    async def _hold(self, code: str) -> None:
        batch_id = await batches_acts.resume(self.work, code, self._show_at_once)
        self.choose(batch_id)

    def _show_at_once(self, batch_id: int) -> None:
        if batch_id != self._batch:
            self.choose(batch_id)
