"""One print job beside the queue: what it prints, all copies of its label, and every attempt to print it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.domain.barcode import group
from app.domain.states import JobState
from ui.signs import JOB_SIGNS, NOTHING, ink, job_reason, job_state, job_word, label_is_void, reason_text
from ui.theme import SPACE
from ui.widgets.preview import Preview
from ui.widgets.text import Elided, text_label
from ui.widgets.whole_lines import WholeLines
from ui.words import Words
from ui.workspace import Workspace

if TYPE_CHECKING:
    from app.queries.label_queue import AttemptRow, CopyRow, JobDetail, JobRow

WITH_COPY = 400  # px at normal size that chips and copy need beside each other; where there are fewer the list says it
PICTURE = 8  # tenths of what the text has: the longest order number is read beside it


class LabelDetailView(QFrame):
    """Shows a print job; it stays on it whatever happens to the list."""

    def __init__(self, work: Workspace) -> None:
        super().__init__()
        self._work = work
        self.job: JobDetail | None = None
        self._shown: object = None
        self.setProperty("role", "raised")
        work.words.show(self.setAccessibleName, "labels_detail")
        self._title = Elided("mono-title")
        self._state, self._void = text_label("chip"), text_label("chip")
        chips = QHBoxLayout()
        chips.setSpacing(SPACE[1])
        chips.addWidget(self._state)
        chips.addWidget(self._void)
        chips.addStretch(1)
        self._copy = text_label("title")
        chips.addWidget(self._copy)
        self._tracking = Elided("mono-title")
        self._about, self._service = Elided("secondary"), Elided("secondary")
        self._banner = QFrame()
        self._banner.setProperty("role", "banner")
        self._now = text_label("strong", wrap=True)
        inside = QHBoxLayout(self._banner)
        inside.setContentsMargins(SPACE[2], 0, SPACE[2], 0)
        inside.addWidget(self._now)
        self.preview = Preview(work)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(SPACE[0])
        inner = QWidget()
        under = QVBoxLayout(inner)
        under.setContentsMargins(0, 0, 0, 0)
        under.setSpacing(SPACE[1])
        for widget in (self._title, self._tracking, self._about, self._service, self._banner):
            under.addWidget(widget)
        under.addLayout(self._rows)
        self._below = QVBoxLayout()
        under.addLayout(self._below)
        under.addStretch(1)
        self._scroll = WholeLines(work, "raised")
        self._scroll.setWidget(inner)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.viewport().setAutoFillBackground(False)
        inner.setAutoFillBackground(False)
        work.words.show(self._scroll.setAccessibleName, "labels_copies")
        right = QVBoxLayout()
        right.setSpacing(SPACE[1])
        right.addLayout(chips)
        right.addWidget(self._scroll, 1)
        self._whole = QHBoxLayout(self)
        self._whole.setContentsMargins(SPACE[2], SPACE[2], SPACE[2], SPACE[2])
        self._whole.setSpacing(SPACE[3])
        self._whole.addWidget(self.preview, PICTURE)
        self._whole.addLayout(right, 10)
        self._beside = True
        work.look_changed.connect(self._fit)
        self._fit()

    def show_beside(self, beside: bool) -> None:
        """The picture stands at the left, or below everything else where the view is narrow."""
        if beside is self._beside:
            return
        self._beside = beside
        if beside:
            self._below.removeWidget(self.preview)
            self._whole.insertWidget(0, self.preview, PICTURE)
        else:
            self._whole.removeWidget(self.preview)
            self._below.addWidget(self.preview)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Below everything else the picture is as high as its width asks."""
        super().resizeEvent(event)
        self._fit()

    @property
    def situation(self) -> str:
        """What is the matter with the job, as it is said."""
        return self._now.text()

    def texts(self) -> list[str]:
        """Every text on the view, for whoever has to find one."""
        return [label.whole() if isinstance(label, Elided) else label.text() for label in self.findChildren(QLabel)]

    def show_job(self, detail: JobDetail) -> None:
        """Paint a print job."""
        self.job = detail
        job, words = detail.job, self._work.words
        void = label_is_void(detail.label_state, detail.parcel_state)
        self._title.setText(job_name(words, job))
        self._tracking.setText(group(job.tracking) if job.tracking else "")
        self._copy.setText(words.say("labels_copy", copy=job.copy))
        self._about.setText(
            words.say("labels_parcel", parcel=job.parcel) if job.parcel
            else words.say(f"papers_{job.document}") if job.document
            else words.say("labels_test_job" if job.reprint_reason == TEST else "labels_file_job")
        )
        self._service.setText(detail.service or "")
        sign, outcome = state_sign(job)
        _dress(self._state, f"{sign}  {state_word(words, job)}", outcome)
        _dress(self._void, "⊘  " + words.say("labels_void"), "attention")
        self._void.setVisible(void)
        outcome, text = _situation(self._work, detail)
        _dress_banner(self._banner, self._now, outcome)
        self._now.setText(text)
        self.preview.show_job(detail.sha256, detail.payload, detail.dpi, detail.language)
        key = (detail.copies, detail.attempts, words.language, self._work.theme.name, self._work.scale)
        if key != self._shown:
            self._shown = key
            self._fill(detail)

    def _fill(self, detail: JobDetail) -> None:
        while item := self._rows.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        words = self._work.words
        self._heading(words.say("labels_copies"))
        for copy in detail.copies:
            self._copy_row(copy, detail.job)
            self._rows.addSpacing(SPACE[1])
        self._heading(words.say("labels_attempts"))
        if not detail.attempts:
            self._line(words.say("labels_no_attempt"), "secondary")
        for attempt in detail.attempts:
            self._attempt(attempt, detail.job)

    def _copy_row(self, copy: CopyRow, job: JobRow) -> None:
        words = self._work.words
        shown = "strong" if copy.job_id == job.job_id else ""
        came_out = copy.state in (JobState.PRINTED, JobState.CONFIRMED)
        old = came_out and not copy.newest and job.of_label
        said = f"{OLD[0]}  {words.say('labels_state_replaced')}" if old else job_state(words, copy.state)
        outcome = OLD[1] if old else JOB_SIGNS[copy.state][1]
        self._line(f"{words.say('labels_copy', copy=copy.copy)}  {said}", shown, outcome)
        why = reason_text(words, copy.reprint_reason)
        if why and copy.replaces is not None:
            why = words.say("labels_replaces", copy=copy.replaces, why=why)
        for text in (why, job_reason(words, copy.reason, order=job.order)):
            if text:
                self._line(text, "caption")
        where = " · ".join(part for part in (copy.queue, copy.operator) if part)
        self._line(f"{where}\n{words.date(copy.updated_at)}", "caption")

    def _attempt(self, attempt: AttemptRow, job: JobRow) -> None:
        words = self._work.words
        time = words.date(attempt.ended_at or attempt.started_at)
        if attempt.outcome is None:
            self._line(f"↻  {words.say('labels_attempt_open')}", "", "system")
        else:
            sign = JOB_SIGNS[attempt.outcome]
            self._line(f"{sign[0]}  {job_word(words, attempt.outcome)}", "", sign[1])
        if attempt.reason:
            self._line(job_reason(words, attempt.reason, order=job.order), "caption")
        self._line(f"{attempt.printer} · {time}", "caption")
        if attempt.odometer_before is not None or attempt.odometer_after is not None:
            before, after = (
                NOTHING if value is None else f"{value:,}"
                for value in (attempt.odometer_before, attempt.odometer_after)
            )
            self._line(words.say("labels_counted", before=before, after=after), "caption")

    def _heading(self, text: str) -> None:
        self._line(text, "strong")

    def _line(self, text: str, role: str, outcome: str | None = None) -> None:
        label = text_label(role, wrap=True)
        if outcome is not None:
            label.setStyleSheet(f"color: {ink(self._work.theme, outcome)};")
        label.setText(text)
        self._rows.addWidget(label)

    def _fit(self) -> None:
        self._copy.setVisible(self._beside or self.width() >= WITH_COPY * self._work.scale)
        self._banner.setFixedHeight(round(88 * self._work.scale))
        # a label is half as high again as it is wide; its caption stands below
        self.preview.setMinimumHeight(0 if self._beside else self._scroll.viewport().width() * 8 // 5)


TEST = "labels_why_test"  # as `app.operations.labels` writes it
OLD = (NOTHING, "quiet")  # a copy that a later one has replaced


def job_name(words: Words, job: JobRow) -> str:
    """The number of the order that a job is for; what it is where it is for none."""
    if job.order:
        return job.order
    if job.document:
        return words.say(f"papers_{job.document}")
    return words.say("labels_test" if job.reprint_reason == TEST else "labels_file")


def state_sign(job: JobRow) -> tuple[str, str]:
    """Sign and outcome of a job's state."""
    return OLD if job.replaced else JOB_SIGNS[job.state]


def state_word(words: Words, job: JobRow) -> str:
    """A job's state as a word: what was replaced is no longer on a box, what came out is still to be scanned."""
    if job.replaced:
        return words.say("labels_state_replaced")
    return words.say("labels_state_to_scan") if job.to_scan else job_word(words, job.state)


def _dress(chip: QLabel, text: str, outcome: str) -> None:
    chip.setText(text)
    wanted = outcome if outcome != "quiet" else ""
    if (chip.property("outcome") or "") != wanted:
        chip.setProperty("outcome", wanted)
        chip.style().unpolish(chip)
        chip.style().polish(chip)


def _dress_banner(banner: QFrame, text: QLabel, outcome: str) -> None:
    if (banner.property("outcome") or "") != outcome:
        banner.setProperty("outcome", outcome)
        for widget in (banner, text):
            widget.style().unpolish(widget)
            widget.style().polish(widget)


def _situation(work: Workspace, detail: JobDetail) -> tuple[str, str]:
    """What is the matter with a job, and the outcome that colours it."""
    job, words = detail.job, work.words
    why = job_reason(words, job.reason, order=job.order)
    if job.state is JobState.UNCERTAIN:
        return "attention", words.say("labels_settle_hint", copy=job.copy)
    newest = max((copy.copy for copy in detail.copies if copy.state is not JobState.CANCELLED), default=job.copy)
    if job.kind == "label" and newest > job.copy:
        return "", words.say("labels_old_copy", newest=newest)
    if job.state in (JobState.QUEUED, JobState.SENDING):
        age = words.age((datetime.now(UTC) - job.created_at).total_seconds()).replace(" ", "\u00a0")
        if detail.paused:
            text = words.say("labels_now_paused")
            why = job_reason(words, detail.held_by, order=job.order)
            return "attention", f"{text}\n{words.say('printer_waits', why=why)}" if why else text
        text = words.say("labels_now_waiting", queue=job.queue, age=age)
        return ("system" if why else ""), _with_why(words, text, why)
    if label_is_void(detail.label_state, detail.parcel_state):
        return "attention", words.say("label_voided")
    if job.to_scan:
        return "", words.say("labels_now_scan" if job.box_closed else "labels_now_scan_bench", copy=job.copy)
    outcome = JOB_SIGNS[job.state][1]
    text = words.say(f"labels_now_{job.state.value}")
    return (outcome if outcome != "quiet" else ""), _with_why(words, text, why)


def _with_why(words: Words, now: str, why: str) -> str:
    return words.say("labels_now_why", now=now, why=why) if why else now
