"""The columns of the queue of labels: what a row says of a print job."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app.domain.barcode import group
from ui.models.paged import Column
from ui.pages.label_detail import job_name, state_sign, state_word
from ui.signs import JOB_SIGNS, ink, job_reason, loud, reason_text
from ui.theme import Pair
from ui.words import Words
from ui.workspace import Workspace

if TYPE_CHECKING:
    from app.queries.label_queue import JobRow

# what is too long for a row even so
_SHORT = {
    "queue_paused": "labels_short_paused", "too_many_unsettled": "labels_short_unsettled",
    "no_proof": "labels_short_no_proof", "no_counter": "labels_short_no_counter",
    "odometer_ahead": "labels_short_ahead", "odometer_behind": "labels_short_behind",
    "not_counted": "labels_short_not_counted", "printer_silent": "labels_short_silent",
    "stopped": "labels_short_stopped", "interrupted": "labels_short_interrupted", "head_open": "labels_short_open",
    "head_element": "labels_short_damaged", "settled_by_last": "labels_short_settled",
    "other_language": "labels_short_language",
}  # fmt: skip


def label_columns(work: Workspace) -> tuple[Column[JobRow], ...]:
    """What is said of each job, and what of it goes where there is no room."""
    words = work.words

    def state(row: JobRow) -> str:
        word = state_word(words, row)
        return f"{JOB_SIGNS[row.state][0]} {word}" if chip(row) else word

    def chip(row: JobRow) -> Pair | None:
        return loud(work.theme, JOB_SIGNS[row.state][1])

    def wanted(row: JobRow) -> str:
        return reason_text(words, row.reprint_reason) if row.of_label else ""

    def age(row: JobRow) -> str:
        return words.age((datetime.now(UTC) - row.created_at).total_seconds())

    return (
        # the longest numbers of the large channels have 19 signs
        Column("orders_number", lambda row: job_name(words, row), mono=True, width=22),
        Column("labels_tracking", _tracking, mono=True, width=20, spare=3),
        Column("labels_copy_heading", lambda row: str(row.copy), right=True, width=5),
        Column(
            "orders_state", state, "state", width=17, chip=chip, sign=lambda row: state_sign(row)[0],
            ink=lambda row: ink(work.theme, state_sign(row)[1]),
        ),
        Column("labels_why", lambda row: _why(words, row), width=20, stretch=True, spare=1),
        Column("labels_printer", lambda row: row.queue, "queue", width=10, spare=2),
        Column("labels_reprint_heading", wanted, width=14, spare=4),
        Column("labels_age", age, "age", right=True, width=8),
    )


def _why(words: Words, row: JobRow) -> str:
    """What is the matter, without what is to be done about it: the label itself says that, and has the room."""
    if row.voided:
        return words.say("labels_void")
    if row.document and row.order:
        return " · ".join(filter(None, (words.say(f"papers_{row.document}"), _held_by(words, row))))
    return _held_by(words, row)


def _held_by(words: Words, row: JobRow) -> str:
    if row.reason in _SHORT:
        return words.say(_SHORT[row.reason])
    said = job_reason(words, row.reason, order=row.order)
    for sign in (",", "，", ":", "："):
        said = said.partition(sign)[0]
    return said


def _tracking(row: JobRow) -> str:
    return group(row.tracking) if row.tracking else ""
