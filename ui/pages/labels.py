"""The labels page: the print queue with its states and ages, and what can be done about a label."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QVBoxLayout

from app.domain.barcode import group
from app.domain.errors import Refusal
from app.domain.states import JobState
from ui.commands import commands_of
from ui.dialogs import Option
from ui.models.paged import Column
from ui.pages.label_detail import LabelDetailView
from ui.pages.list_page import ListPage, ListWords
from ui.pages.page import Empty
from ui.pages.reprinting import reprint_label
from ui.signs import JOB_SIGNS, ink, job_reason, job_word, loud, reason_text
from ui.theme import Pair
from ui.widgets.text import Elided
from ui.workspace import Workspace

if TYPE_CHECKING:
    from app.queries.label_queue import JobDetail, JobFilter, JobRow, QueueHead

GROUPS = (
    ("all", "labels_all"),
    ("waiting", "labels_waiting"),
    ("uncertain", "labels_state_uncertain"),
    ("failed", "labels_state_failed"),
)
PICKED_MS = 60  # who holds an arrow key down sees the last label, not all of them


@dataclass(frozen=True, slots=True)
class Seen:
    """What the page shows: jobs by group, rows of the list, the heads of the queues, and the job that is chosen."""

    counts: Mapping[str, int]
    total: int
    heads: Sequence[QueueHead]
    job: JobDetail | None


class LabelsPage(ListPage):
    """The queue at the left, the chosen label at the right. What is uncertain stands out until a person settles it."""

    name = "labels"
    topics = frozenset({"labels", "orders"})

    def __init__(self, work: Workspace) -> None:
        super().__init__(work)
        self._job: int | None = None
        self._looking: asyncio.Task[None] | None = None
        words = ListWords(
            table="labels_table", tabs="labels_groups", find="labels_find_hint", none_match="labels_none_match",
            none_match_hint="labels_none_match_hint", total="labels_total",
            empty=Empty("labels_empty", "labels_empty_hint"),
        )
        whole = self.make_list(
            words, GROUPS, self._columns(), self._load, self._count, sort="created", descending=True,
            key=lambda row: row.job_id, loud=("uncertain", "failed"),
        )
        self.table.picked.connect(self._pick)
        self.table.opened.connect(self._show_order)
        self.detail = LabelDetailView(work)
        self.detail.hide()
        self.middle.setStretch(0, 11)
        self.middle.addWidget(self.detail, 10)
        self._heads = Elided("secondary")
        self._heads.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.line.addWidget(self._heads, 3)
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(whole, 1)
        column.addWidget(self.foot)
        self._soon = QTimer(self, singleShot=True, interval=PICKED_MS)
        self._soon.timeout.connect(lambda: work.spawn(self._guarded(self._show_picked())))
        self.commands |= {
            "labels_reprint": self._reprint, "labels_printed": self._came_out, "labels_not_out": self._did_not,
        }

    # reading

    async def fetch(self) -> Seen:
        """Counts by group, the rows that are seen, the queues, and the job that is chosen."""
        from app.queries.desk_view import job_totals

        counts, heads = await self.work.feed.read(job_totals, {name: self._filter_of(name) for name, _ in GROUPS})
        total = await self.model.reload()
        return Seen(counts, total, heads, None if self._job is None else await self._read(self._job))

    async def _read(self, job_id: int) -> JobDetail:
        from app.queries.label_queue import job_detail

        return await self.work.feed.read(job_detail, job_id)

    async def _load(self, sort: str, descending: bool, offset: int, limit: int) -> Sequence[JobRow]:
        from app.queries.label_queue import job_page

        return await self.work.feed.read(
            job_page, filter=self._filter_of(self.group), sort=sort, descending=descending, offset=offset, limit=limit
        )

    async def _count(self) -> int:
        from app.queries.label_queue import job_total

        return await self.work.feed.read(job_total, self._filter_of(self.group))

    def _filter_of(self, name: str) -> JobFilter:
        from app.queries.label_queue import JobFilter, JobGroup

        return JobFilter(group=JobGroup(name), text=self.text)

    def _columns(self) -> tuple[Column[JobRow], ...]:
        work, words = self.work, self.work.words

        def state(row: JobRow) -> str:
            word = job_word(words, row.state)
            return f"{JOB_SIGNS[row.state][0]} {word}" if chip(row) else word

        def chip(row: JobRow) -> Pair | None:
            return loud(work.theme, JOB_SIGNS[row.state][1])

        def order(row: JobRow) -> str:
            return row.order or words.say("labels_file")

        def why(row: JobRow) -> str:
            return words.say("labels_void") if row.voided else job_reason(words, row.reason, order=row.order)

        def age(row: JobRow) -> str:
            return words.age((datetime.now(UTC) - row.created_at).total_seconds())

        return (
            Column("orders_number", order, mono=True, width=14, stretch=True),
            Column("labels_tracking", _tracking, mono=True, width=20, stretch=True, spare=1),
            Column("labels_copy_heading", lambda row: str(row.copy), right=True, width=5, spare=3),
            Column(
                "orders_state", state, "state", width=14, chip=chip, sign=lambda row: JOB_SIGNS[row.state][0],
                ink=lambda row: ink(work.theme, JOB_SIGNS[row.state][1]),
            ),
            Column("labels_why", why, width=20, stretch=True, spare=5),
            Column("labels_printer", lambda row: row.queue, "queue", width=10, spare=4),
            Column(
                "labels_reprint_heading", lambda row: reason_text(words, row.reprint_reason), width=14, stretch=True,
                spare=6,
            ),
            Column("labels_age", age, "created", right=True, width=8, spare=2),
        )

    # painting

    @property
    def at_rest(self) -> bool:
        """Whether the page shows the newest, the chosen label and its picture."""
        seen = self.detail.job
        shown = seen is None or self._job is None or seen.job.job_id == self._job
        found = self._looking is None or self._looking.done()
        return super().at_rest and found and not self._soon.isActive() and shown and self.detail.preview.at_rest

    def show_data(self, data: Seen) -> None:
        """Paint counts, rows, queues and the label that is chosen."""
        self.show_list(data.counts, data.total)
        if self.text and not data.total:
            self._job = None  # nothing was found: F6 must not act on the label of an earlier search
        self._heads.setText(" · ".join(self._head(head) for head in data.heads))
        detail = self.detail.job if data.job is None or data.job.job.job_id != self._job else data.job
        if detail is not None:
            self.detail.show_job(detail)
        self.detail.setVisible(detail is not None and self._job is not None)

    def _head(self, head: QueueHead) -> str:
        why = job_reason(self.work.words, head.reason) or None
        code = "labels_head" if why is None else "labels_head_why"
        return self.work.words.say(code, queue=head.queue, count=head.waiting, why=why)

    def prompt(self) -> str:
        """What a scan does here."""
        return self.work.words.say("labels_prompt")

    def _pick(self, job_id: int | None) -> None:
        if job_id is not None:
            self._job = job_id
            self._soon.start()

    async def _show_picked(self) -> None:
        wanted = self._job
        if wanted is None:
            return
        detail = await self._read(wanted)
        if wanted == self._job:
            self.detail.show_job(detail)
            self.detail.show()

    def _show_order(self) -> None:
        row: JobRow | None = self.table.current
        if row is not None and row.order_id is not None:
            self.work.found.emit(row.order_id)

    # scans

    def scan(self, code: str) -> None:
        """A command does what its key does; any other code finds its label."""
        for command in commands_of(self.name):
            if command.barcode is not None and command.barcode == code.strip().upper():
                self.run(command.name)
                return
        self._looking = self.work.spawn(self._guarded(self._find_scanned(code.strip())))

    async def _find_scanned(self, code: str) -> None:
        from app.queries.desk_view import find_label

        text, job_id = await self.work.feed.read(find_label, code)
        if job_id is None:
            self.work.sounds.play("attention")
            self.work.dialogs.tell("frame_found_nothing", text=code)
            return
        self.tabs.choose("all")
        self.box.setText(text)
        self.box.finish()
        self._job = job_id
        self.table.look_for(job_id)
        self.refresh()
        self.focus_first()

    # doing

    async def _wanted(self) -> JobDetail:
        if self._job is None:
            raise Refusal("labels_choose_one")
        return await self._read(self._job)

    async def _reprint(self) -> None:
        detail = await self._wanted()
        job = detail.job
        if job.parcel_id is None or job.tracking is None or job.order is None:
            raise Refusal("labels_no_label_here")
        await reprint_label(self.work, job.parcel_id, group(job.tracking), job.order, detail.copies)

    async def _uncertain(self) -> tuple[int, int, str, str]:
        """Job, copy, order and queue of the copy that nobody knows about."""
        detail = await self._wanted()
        order = detail.job.order or self.work.words.say("labels_file")
        for copy in detail.copies:
            own = copy.job_id == detail.job.job_id
            if copy.state is JobState.UNCERTAIN and (own or detail.job.state is not JobState.UNCERTAIN):
                return copy.job_id, copy.copy, order, copy.queue
        raise Refusal("nothing_uncertain")

    async def _came_out(self) -> None:
        from app.operations.labels import settle

        job_id, copy, order, _ = await self._uncertain()
        await self.work.feed.write(settle, self.work.place.person, job_id, came_out=True)
        self.work.dialogs.tell("labels_settled_printed", copy=copy, order=order)

    async def _did_not(self) -> None:
        from app.operations.labels import settle

        job_id, copy, order, queue = await self._uncertain()
        say = self.work.words.say
        answer = await self.work.dialogs.ask(
            say("labels_not_out_title", copy=copy, order=order),
            say("labels_not_out_detail", copy=copy, queue=queue),
            [Option("look", say("labels_not_out_look")), Option("next", say("labels_not_out_go"), "danger")],
        )
        if answer is None or answer.option != "next":
            return
        following = await self.work.feed.write(settle, self.work.place.person, job_id, came_out=False)
        if following is None:
            self.work.dialogs.tell("labels_settled_file")
        else:
            self.work.dialogs.tell("labels_settled_not_out", copy=following, order=order, queue=queue)


def _tracking(row: JobRow) -> str:
    return group(row.tracking) if row.tracking else ""
