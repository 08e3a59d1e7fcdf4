"""The labels page: the print queue with its states and ages, and what can be done about a label."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout

from app.domain.barcode import group, make_label_code, read_label_code
from app.domain.errors import Refusal
from app.domain.states import JobState, ParcelState
from ui.commands import commands_of
from ui.icons import pixmap
from ui.models.paged import Column
from ui.pages import label_acts
from ui.pages.label_acts import Doubtful
from ui.pages.label_detail import LabelDetailView, job_name, state_sign, state_word
from ui.pages.list_page import ListPage, ListWords
from ui.pages.page import Empty
from ui.pages.reprinting import reprint_label
from ui.signs import JOB_SIGNS, ink, job_reason, loud, reason_text
from ui.theme import SPACE, Pair, px
from ui.widgets.text import Elided, text_label
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
LIST = 530  # px at normal size that number, copy, state and age need
DETAIL = 480, 720  # px at normal size between which a label is shown beside its picture


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
            words, GROUPS, self._columns(), self._load, self._count, sort="created", descending=True,
            key=lambda row: row.job_id, loud=("uncertain", "failed"),
        )
        self.table.picked.connect(self._pick)
        self.table.opened.connect(self._show_order)
        self.detail = LabelDetailView(work)
        self.detail.hide()
        self.middle.addWidget(self.detail)
        self._heads = Elided("secondary")
        self._heads.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.line.addWidget(self._heads, 3)
        self._banner = self._make_banner()
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, SPACE[1], 0, SPACE[0])
        column.setSpacing(0)
        beside = QHBoxLayout()
        beside.setContentsMargins(SPACE[4], 0, SPACE[4], 0)
        beside.addWidget(self._banner)
        column.addLayout(beside)
        column.addWidget(whole, 1)
        self._soon = QTimer(self, singleShot=True, interval=PICKED_MS)
        self._soon.timeout.connect(lambda: work.spawn(self._guarded(self._show_picked())))
        work.look_changed.connect(self._share)
        self.commands |= {
            "labels_pause": self._pause, "labels_reprint": self._reprint, "labels_printed": self._came_out,
            "labels_not_out": self._did_not, "labels_queue": self._change_queue,
        }

    def _make_banner(self) -> QFrame:
        """The line of the queues stands above the list: while one is paused it is loud, and nothing moves for it."""
        self._sign, self._paused = text_label(), Elided("strong")
        self.line.setContentsMargins(SPACE[1], 0, SPACE[1], 0)
        self.line.insertWidget(0, self._sign)
        self.line.insertWidget(1, self._paused, 5)
        banner = QFrame()
        inside = QVBoxLayout(banner)
        inside.setContentsMargins(0, 2, 0, 2)  # its frame is not painted over
        inside.addWidget(self.foot)
        return banner

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

    def _columns(self) -> tuple[Column[JobRow], ...]:
        work, words = self.work, self.work.words

        def state(row: JobRow) -> str:
            word = state_word(words, row)
            return f"{JOB_SIGNS[row.state][0]} {word}" if chip(row) else word

        def chip(row: JobRow) -> Pair | None:
            return loud(work.theme, JOB_SIGNS[row.state][1])

        def order(row: JobRow) -> str:
            return job_name(words, row)

        def why(row: JobRow) -> str:
            return words.say("labels_void") if row.voided else job_reason(words, row.reason, order=row.order)

        def wanted(row: JobRow) -> str:
            return reason_text(words, row.reprint_reason) if row.of_label else ""

        def age(row: JobRow) -> str:
            return words.age((datetime.now(UTC) - row.created_at).total_seconds())

        return (
            # the longest numbers of the large channels have 19 signs
            Column("orders_number", order, mono=True, width=22, stretch=True),
            Column("labels_tracking", _tracking, mono=True, width=20, spare=3),
            Column("labels_copy_heading", lambda row: str(row.copy), right=True, width=5),
            Column(
                "orders_state", state, "state", width=17, chip=chip, sign=lambda row: state_sign(row)[0],
                ink=lambda row: ink(work.theme, state_sign(row)[1]),
            ),
            Column("labels_why", why, width=20, stretch=True, spare=2),
            Column("labels_printer", lambda row: row.queue, "queue", width=10, spare=1),
            Column("labels_reprint_heading", wanted, width=14, stretch=True, spare=4),
            Column("labels_age", age, "created", right=True, width=8),
        )

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
        words, paused = self.work.words, {each.queue: each for each in data.paused}
        told = [head for head in data.heads if head.queue not in paused or head.state is JobState.SENDING]
        self._heads.setText(
            " · ".join(label_acts.head_text(words, head.queue, head.waiting, head.reason) for head in told)
        )
        self._heads.setVisible(bool(told))  # else it would take room from what is loud
        self._paused.setText(self._say_paused(data.paused))
        for label in (self._sign, self._paused):
            label.setVisible(bool(paused))
        self.total.setVisible(not paused)
        theme = self.work.theme
        self._sign.setPixmap(pixmap("pause", theme.attention.ink, px("title", self.work.scale)))
        role = "banner" if paused else ""
        if (self._banner.property("role") or "") != role:
            self._banner.setProperty("role", role)
            self._banner.setProperty("outcome", "attention" if paused else "")
            for widget in (self._banner, *self._banner.findChildren(QLabel)):
                widget.style().unpolish(widget)
                widget.style().polish(widget)

    def _say_paused(self, paused: Sequence[Paused]) -> str:
        """The paused queue that F4 lets go on comes first; of others than the first only the names are said."""
        if not paused:
            return ""
        words, here = self.work.words, self._queue
        first, *others = sorted(paused, key=lambda each: each.queue != here)
        since, today = first.since.astimezone(), datetime.now().astimezone().date()
        at = words.time(since) if since.date() == today else words.date(since)
        if first.by is None:
            told = words.say("labels_paused", queue=first.queue, since=at, count=first.waiting)
        else:
            told = words.say("labels_paused_by", queue=first.queue, since=at, count=first.waiting, who=first.by)
        if first.queue == here:
            told = words.say("labels_paused_key", told=told)
        also = ", ".join(each.queue for each in others)
        return f"{told} · {words.say('labels_paused_also', queues=also)}" if also else told

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
        return "scan" if job.to_scan and job.parcel_state is ParcelState.CLOSED else "nothing", code

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the room between list and label."""
        super().resizeEvent(event)
        self._share()

    def _share(self) -> None:
        """The list has room for what has to be read of every label; its picture goes below where there is little."""
        scale = self.work.scale
        room, wanted = self.width() - 2 * SPACE[4] - SPACE[3], round(LIST * scale)
        least, most = (round(width * scale) for width in DETAIL)
        beside = room - wanted >= least
        self.detail.show_beside(beside)
        width = min(max(least, round(room * 0.45)), most) if beside else max(room - wanted, room // 4)
        self.detail.setFixedWidth(width)

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
        from app.operations.labels import confirm_copy

        square = read_label_code(code.upper())
        waits = job.to_scan and job.parcel_state is ParcelState.CLOSED
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
        return words.say("labels_called", copy=copy, order=job.order) if job.order else job_name(words, job)

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


def _tracking(row: JobRow) -> str:
    return group(row.tracking) if row.tracking else ""
