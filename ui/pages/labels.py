"""The labels page: the print queue with its states and ages, and what can be done about a label."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from app.domain.barcode import group, make_label_code, read_label_code
from app.domain.errors import Refusal
from app.domain.states import JobState
from ui.commands import commands_of
from ui.pages import label_acts
from ui.pages.label_acts import Doubtful
from ui.pages.label_columns import label_columns
from ui.pages.label_detail import LabelDetailView, job_name
from ui.pages.label_queues import QueueLine
from ui.pages.list_page import ListPage, ListWords
from ui.pages.page import Empty
from ui.pages.reprinting import reprint_label
from ui.theme import SPACE
from ui.workspace import Workspace

if TYPE_CHECKING:
    from app.queries.label_queue import JobDetail, JobFilter, JobRow, QueueHead
    from app.queries.print_queues import Paused

GROUPS = (
    ("all", "labels_all"),
    ("waiting", "labels_waiting"),
    ("uncertain", "labels_state_uncertain"),
    ("failed", "labels_state_failed"),
)
PICKED_MS = 60  # who holds an arrow key down sees the last label, not all of them
LIST = 705, 530  # px at normal size that number, copy, state, the reason of it and age need; the same without reason
DETAIL = 480, 640  # px at normal size between which a label is shown beside its picture
NARROW = 400  # px at normal size that it needs above its picture


@dataclass(frozen=True, slots=True)
class Seen:
    """What the page shows: jobs by group, rows of the list, the queues, and the job that is chosen."""

    counts: Mapping[str, int]
    total: int
    heads: Sequence[QueueHead]
    paused: Sequence[Paused]
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
            words, GROUPS, label_columns(work), self._load, self._count, sort="age", key=lambda row: row.job_id,
            loud={"uncertain": "attention", "failed": "fail"},
        )
        self.table.picked.connect(self._pick)
        self.table.opened.connect(self._show_order)
        self.detail = LabelDetailView(work)
        self.detail.hide()
        self.middle.addWidget(self.detail)
        self.queues = QueueLine(work, self.foot, self.line, self.total)
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, SPACE[1], 0, SPACE[0])
        column.setSpacing(0)
        beside = QHBoxLayout()
        beside.setContentsMargins(SPACE[4], 0, SPACE[4], 0)
        beside.addWidget(self.queues)
        column.addLayout(beside)
        column.addWidget(whole, 1)
        self._soon = QTimer(self, singleShot=True, interval=PICKED_MS)
        self._soon.timeout.connect(lambda: work.spawn(self._show_picked_soon()))
        work.look_changed.connect(self._share)
        self.commands |= {
            "labels_pause": self._pause, "labels_reprint": self._reprint, "labels_printed": self._came_out,
            "labels_not_out": self._did_not, "labels_queue": self._change_queue,
        }

    # reading

    async def fetch(self) -> Seen:
        """Counts by group, the rows that are seen, the queues, and the job that is chosen."""
        from app.queries.desk_view import jobs_seen

        seen = await self.work.feed.read(jobs_seen, {name: self._filter_of(name) for name, _ in GROUPS})
        total = await self.model.reload()
        job = None if self._job is None else await self._read(self._job)
        return Seen(seen.counts, total, seen.heads, seen.paused, job)

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

    # painting

    @property
    def at_rest(self) -> bool:
        """Whether the page shows the newest, the chosen label and its picture."""
        seen = self.detail.job
        shown = seen is None or self._job is None or seen.job.job_id == self._job
        found = self._looking is None or self._looking.done() or self.work.dialogs.is_open  # it asks
        return super().at_rest and found and not self._soon.isActive() and shown and self.detail.preview.at_rest

    def show_data(self, data: Seen) -> None:
        """Paint counts, rows, queues and the label that is chosen."""
        self.show_list(data.counts, data.total)
        if not data.total:
            self._job = None  # nothing was found: F6 must not act on the label of an earlier search
        detail = self.detail.job if data.job is None or data.job.job.job_id != self._job else data.job
        if detail is not None:
            self.detail.show_job(detail)
        self.detail.setVisible(detail is not None and self._job is not None)
        self._show_queues(data)

    def _show_queues(self, data: Seen) -> None:
        self.queues.show_queues(data.heads, data.paused, self._queue)

    @property
    def _queue(self) -> str:
        """The queue that F4 and F9 mean: that of the chosen label, else this station's."""
        seen = self.detail.job if self._job is not None else None
        return self.work.settings.station if seen is None else seen.job.queue

    def prompt(self) -> str:
        """What a scan does here."""
        return self.work.words.say("labels_prompt")

    def tick(self) -> None:
        """What waits waits longer."""
        super().tick()
        if self.detail.isVisible() and self.detail.job is not None:
            self.detail.show_job(self.detail.job)

    @property
    def asks_for(self) -> tuple[str, str]:
        """What the chosen label waits for, `settle`, `scan` or `nothing`, and its square code; "" where it has none."""
        seen = self.detail.job if self._job is not None else None
        job = None if seen is None else seen.job
        if job is None or job.parcel is None:
            return "nothing", ""
        code = make_label_code(job.parcel, job.copy)
        if job.state is JobState.UNCERTAIN:
            return "settle", code
        return "scan" if job.to_scan and job.box_closed else "nothing", code

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the room between list and label."""
        super().resizeEvent(event)
        self._share()

    def _share(self) -> None:
        """The list has room for what has to be read of every label; its picture goes below where there is little."""
        scale, room = self.work.scale, self.width() - 2 * SPACE[4] - SPACE[3]
        whole, bare, least, most, narrow = (round(width * scale) for width in (*LIST, *DETAIL, NARROW))
        left = room - whole
        beside = left >= least
        self.detail.show_beside(beside)
        if beside:
            width = min(max(least, round(room * 0.4)), most)
        else:
            width = max(left if left >= narrow else room - bare, room // 4)
        self.detail.setFixedWidth(width)

    def _pick(self, job_id: int | None) -> None:
        if job_id is not None:
            self._job = job_id
            self._soon.start()

    async def _show_picked_soon(self) -> None:
        await self._guarded(self._show_picked())  # made here: a task that never begins leaves none behind

    async def _show_picked(self) -> None:
        wanted = self._job
        if wanted is None:
            return
        detail = await self._read(wanted)
        if wanted == self._job:
            self.detail.show_job(detail)
            self.detail.show()
            if isinstance(self.data, Seen):
                self._show_queues(self.data)

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
        await self._confirm(code, (await self._read(job_id)).job)

    async def _confirm(self, code: str, job: JobRow) -> None:
        """The square code of a copy that was printed for a closed box: it is on the box. An old one alarms.

        The square code of a copy that nobody knows about proves that it came out.
        """
        from app.operations.label_copies import confirm_copy

        square = read_label_code(code.upper())
        if job.voided:
            raise Refusal("label_voided")
        waits = job.to_scan and job.box_closed
        if square is not None and job.state is JobState.UNCERTAIN and job.newest_copy and not job.voided:
            label = Doubtful(job.job_id, job.copy, self._called(job, job.copy), job.queue)
            await label_acts.say_came_out(self.work, label)
            return
        if square is None:
            if waits and job.copy > 1:
                self.work.sounds.play("attention")
                self.work.dialogs.tell("scan_square", newest=job.copy)
        elif waits or (job.of_label and not job.newest_copy):
            await self.work.feed.write(confirm_copy, self.work.place.person, *square)
            self.work.sounds.play("complete")
            self.work.dialogs.tell("labels_confirmed", copy=job.copy, order=job.order)

    # doing

    async def _wanted(self) -> JobDetail:
        if self._job is None:
            raise Refusal("labels_choose_one")
        return await self._read(self._job)

    async def _reprint(self) -> None:
        detail = await self._wanted()
        job = detail.job
        if job.document is not None:
            called = self.work.words.say(f"papers_{job.document}")
            await label_acts.print_document_again(self.work, job.job_id, called)
            return
        if job.parcel_id is None or job.tracking is None or job.order is None:
            raise Refusal("labels_no_label_here")
        await reprint_label(self.work, job.parcel_id, group(job.tracking), job.order, detail.copies)

    async def _uncertain(self) -> Doubtful:
        detail = await self._wanted()
        for copy in detail.copies:
            own = copy.job_id == detail.job.job_id
            if copy.state is JobState.UNCERTAIN and (own or detail.job.state is not JobState.UNCERTAIN):
                return Doubtful(copy.job_id, copy.copy, self._called(detail.job, copy.copy), copy.queue)
        raise Refusal("nothing_uncertain")

    def _called(self, job: JobRow, copy: int) -> str:
        words = self.work.words
        of_label = job.order and not job.document
        return words.say("labels_called", copy=copy, order=job.order) if of_label else job_name(words, job)

    async def _came_out(self) -> None:
        await label_acts.say_came_out(self.work, await self._uncertain())

    async def _did_not(self) -> None:
        await label_acts.say_not_out(self.work, await self._uncertain())

    async def _pause(self) -> None:
        """What stands in the banner goes on; any other queue is paused."""
        paused = isinstance(self.data, Seen) and any(each.queue == self._queue for each in self.data.paused)
        await (label_acts.go_on if paused else label_acts.pause)(self.work, self._queue)

    async def _change_queue(self) -> None:
        detail = None if self._job is None else await self._read(self._job)
        job = None if detail is None or not _may_be_taken_back(detail) else detail.job
        queue = self.work.settings.station if detail is None else detail.job.queue
        await label_acts.change_queue(self.work, queue, job, "" if job is None else self._called(job, job.copy))


def _may_be_taken_back(detail: JobDetail) -> bool:
    """Whether it waits, and its label has another copy: a box must not wait for a label that never comes."""
    own = detail.job
    others = [copy for copy in detail.copies if copy.state is not JobState.CANCELLED and copy.job_id != own.job_id]
    return own.state is JobState.QUEUED and (bool(others) or not own.of_label)
