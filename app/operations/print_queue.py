"""Queues of print jobs: what the spooler writes down of them, and what people do with them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import func, or_, select, update

from app.change import Change, changed
from app.domain.errors import Refusal
from app.domain.label_batches import LABEL_BATCH, LabelBatchState
from app.domain.people import Actor
from app.domain.states import JOB, JobState, LabelState, advance
from app.operations import label_feed
from app.operations.labels import Takes, copy_lost, move_job, unwanted, write_anew
from app.queries.print_queues import BATCH_PAUSED, is_paused, queued, uncertain_beside, written_in
from db.journal import record
from db.label_batches import LabelBatch
from db.parcels import JobKind, Label, PrintAttempt, PrintJob, PrintQueue
from db.store import Tx

TEST = "labels_why_test"  # what a test label was printed for


# What the spooler writes down; see `printing.spooler.Journal`.


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job that the spooler may send now, and only now."""

    job_id: int
    attempt_id: int
    payload: bytes
    labels: int
    document: bool


def claim_job(
    tx: Tx, queue: str, printer: str, odometer: int | None, unsettled_limit: int, language: str | None = None,
    takes: Takes | None = None,
) -> tuple[Claimed | None, Change]:
    """The next job of a queue, durably SENDING before its first byte leaves; None when nothing may be sent.

    The last gate before paper: what is not wanted any more (`app.operations.labels.unwanted`) is taken back here.
    Nothing is sent while `unsettled_limit` jobs of the queue are uncertain or being sent, nothing from a paused queue,
    and to a printer that speaks one `language` no file that is written in another. A label or separator that was
    written for another printer than one that `takes` this is written anew; one that cannot be has failed.
    """
    if is_paused(tx.session, queue):
        return None, Change()
    # nobody will settle a label that is void: its parcel lies on no bench any more
    unsettled = tx.session.scalar(
        select(func.count())
        .select_from(PrintJob)
        .outerjoin(Label, Label.id == PrintJob.label_id)
        .where(
            PrintJob.state.in_((JobState.UNCERTAIN, JobState.SENDING)), PrintJob.queue == queue,
            or_(Label.id.is_(None), Label.state != LabelState.VOIDED),
        )
    )
    if (unsettled or 0) >= unsettled_limit:
        return None, Change()
    touched: list[tuple[str, int]] = []
    while True:
        job = tx.session.scalars(
            select(PrintJob)
            .where(PrintJob.state == JobState.QUEUED, PrintJob.queue == queue, ~BATCH_PAUSED, written_in(language))
            .order_by(PrintJob.id)
            .with_for_update(skip_locked=True)
        ).first()
        if job is None:
            return None, changed("labels", "orders", ids=touched) if touched else Change()
        job = label_feed.in_turn(tx, job)
        why = unwanted(tx, job)
        if why is not None:
            job.state, job.reason, job.updated_at = advance(JOB, job.state, JobState.CANCELLED), why, tx.at
            label_feed.note_dropped(tx, job)
        elif _is_written_for(tx, job, takes):
            break
        else:
            label_feed.note_failed(tx, job)
        touched.append(("job", job.id))
    attempt = PrintAttempt(
        job_id=job.id, printer=printer, sha256=job.sha256, odometer_before=odometer, started_at=tx.at
    )
    tx.session.add(attempt)
    job.state = advance(JOB, job.state, JobState.SENDING)
    job.reason = None
    job.updated_at = tx.at
    tx.session.flush()
    document = job.kind in (JobKind.DOCUMENT, JobKind.FILE) and job.language == "pdf"
    claimed = Claimed(job.id, attempt.id, job.payload, job.labels, document)
    label_feed.note_claimed(tx, job)
    return claimed, changed("labels", ids=[("job", job.id), *touched])


def _is_written_for(tx: Tx, job: PrintJob, takes: Takes | None) -> bool:
    """Whether the printer can be given a job as it is now; a label is written anew for it where that is needed."""
    own = job.label_id is not None or job.kind is JobKind.SEPARATOR
    if takes is None or not own or (job.language, job.dpi) == (takes.language, takes.dpi):
        return True
    try:
        if job.kind is JobKind.SEPARATOR:
            label_feed.write_separator(tx, job, takes.language, takes.dpi)
        else:
            write_anew(tx, job, takes)
    except Refusal as refusal:
        job.state = advance(JOB, job.state, JobState.FAILED)
        job.reason = refusal.code
        job.updated_at = tx.at
        tx.session.flush()
        return False
    return True


def finish_attempt(
    tx: Tx, attempt_id: int, outcome: JobState, odometer: int | None, reason: str | None
) -> tuple[JobState, Change]:
    """What became of an attempt; returns the job's state (the scan-back may have confirmed it already)."""
    attempt = tx.session.get_one(PrintAttempt, attempt_id)
    attempt.outcome, attempt.odometer_after, attempt.reason, attempt.ended_at = outcome, odometer, reason, tx.at
    job = tx.session.get_one(PrintJob, attempt.job_id)
    if job.state is JobState.SENDING:
        job.state = advance(JOB, job.state, outcome)
        job.reason = reason
        job.updated_at = tx.at
    label_feed.note_finished(tx, job)
    return job.state, changed("labels", ids=[("job", job.id)])


def note_wait(tx: Tx, queue: str, reason: str | None) -> tuple[None, Change]:
    """Say at the head of a queue, or at the job being printed, what it waits for (`paper_out`, `device_gone` …)."""
    job = tx.session.scalars(
        select(PrintJob)
        .where(
            PrintJob.state.in_((JobState.QUEUED, JobState.SENDING)), PrintJob.queue == queue,
            PrintJob.reason.is_distinct_from("other_language"),  # it waits for another printer
        )
        .order_by(PrintJob.state != JobState.SENDING, PrintJob.id)
    ).first()
    if job is None or job.reason == reason:
        return None, Change()
    job.reason = reason
    job.updated_at = tx.at
    return None, changed("labels", ids=[("job", job.id)])


def note_other_language(tx: Tx, queue: str, language: str) -> tuple[int, Change]:
    """Say of what waits in a queue that its printer does not speak its language; returns of how many it is new."""
    ids = tx.session.scalars(
        update(PrintJob)
        .where(
            PrintJob.state == JobState.QUEUED, PrintJob.queue == queue, ~written_in(language),
            PrintJob.reason.is_distinct_from("other_language"),
        )
        .values(reason="other_language", updated_at=tx.at)
        .returning(PrintJob.id)
    ).all()
    return len(ids), changed("labels", ids=[("job", job) for job in ids]) if ids else Change()


def recover_queue(tx: Tx, queue: str) -> tuple[int, Change]:
    """After a crash: what was being sent is uncertain, for nobody knows how far it got; returns how many."""
    jobs = tx.session.scalars(
        select(PrintJob).where(PrintJob.state == JobState.SENDING, PrintJob.queue == queue)
    ).all()
    for job in jobs:
        job.state = advance(JOB, job.state, JobState.UNCERTAIN)
        job.reason = "interrupted"
        job.updated_at = tx.at
    tx.session.execute(
        update(PrintAttempt)
        .where(PrintAttempt.job_id.in_([job.id for job in jobs]), PrintAttempt.ended_at.is_(None))
        .values(outcome=JobState.UNCERTAIN, reason="interrupted", ended_at=tx.at)
    )
    return len(jobs), changed("labels", ids=[("job", job.id) for job in jobs]) if jobs else Change()


def note_printer(
    tx: Tx, queue: str, language: str, dpi: int, width_mm: int | None, height_mm: int | None
) -> tuple[bool, Change]:
    """Write down what the printer of a queue takes, so that its labels are made for it; whether that is new.

    `width_mm` and `height_mm` are of the media in it, None where nobody has told.
    """
    row = tx.session.get(PrintQueue, queue)
    if row is None:
        row = PrintQueue(name=queue)
        tx.session.add(row)
    elif (row.language, row.dpi, row.width_mm, row.height_mm) == (language, dpi, width_mm, height_mm):
        return False, Change()
    row.language, row.dpi, row.width_mm, row.height_mm = language, dpi, width_mm, height_mm
    return True, changed("labels")


def queue_file(
    tx: Tx, actor: Actor, queue: str, payload: bytes, labels: int = 1, dpi: int = 203, what_for: str | None = None,
    language: str = "zpl",
) -> tuple[int, Change]:
    """A job that prints a file's bytes as they are, which make so many labels; returns its id.

    `language`: what they are written in. `what_for` is a code kept as the reason of the print: TEST for a test label.
    """
    job = PrintJob(
        queue=queue, kind=JobKind.FILE, label_id=None, copy=1, labels=labels, dpi=dpi, language=language,
        payload=payload, sha256=hashlib.sha256(payload).hexdigest(), state=JobState.QUEUED, reprint_reason=what_for,
        operator_id=actor.operator, created_at=tx.at, updated_at=tx.at,
    )
    tx.session.add(job)
    tx.session.flush()
    record(tx, actor, "print_file", {"job": job.id, "sha256": job.sha256})
    return job.id, changed("labels", ids=[("job", job.id)])


def cancel_job(tx: Tx, actor: Actor, job_id: int) -> tuple[JobState, Change]:
    """Take a job back of which no byte was sent yet; returns its state, unchanged for any other job.

    Raises Refusal `labels_only_copy` for the only copy of a label: its box would wait for it for ever.
    """
    job = tx.session.get_one(PrintJob, job_id, with_for_update=True)
    if job.state is not JobState.QUEUED:
        return job.state, Change()
    if job.label_id is not None:
        others = select(PrintJob.id).where(
            PrintJob.label_id == job.label_id, PrintJob.id != job_id, PrintJob.state != JobState.CANCELLED
        )
        if tx.session.execute(others.limit(1)).first() is None:
            raise Refusal("labels_only_copy")
    job.state = advance(JOB, job.state, JobState.CANCELLED)
    job.reason = "taken_back"  # what it waited for does not matter any more
    job.updated_at = tx.at
    record(tx, actor, "cancel_job", {"job": job_id})
    label_feed.go_on_without(tx)
    return job.state, changed("labels", ids=[("job", job_id)])


# What people do with a queue.


def pause_queue(tx: Tx, actor: Actor, queue: str) -> tuple[bool, Change]:
    """Send nothing more from a queue until `resume_queue`; what the printer has already is printed.

    Returns whether it was not paused before.
    """
    row = tx.session.get(PrintQueue, queue)
    if row is None:
        row = PrintQueue(name=queue)
        tx.session.add(row)
    if row.paused_at is not None:
        return False, Change()
    row.paused_at, row.paused_by = tx.at, actor.operator
    record(tx, actor, "pause_queue", {"queue": queue})
    return True, changed("labels")


def resume_queue(tx: Tx, actor: Actor, queue: str) -> tuple[bool, Change]:
    """Let a paused queue go on; returns whether it was paused."""
    row = tx.session.get(PrintQueue, queue)
    if row is None or row.paused_at is None:
        return False, Change()
    row.paused_at = row.paused_by = None
    record(tx, actor, "resume_queue", {"queue": queue})
    return True, changed("labels")


def move_queue(tx: Tx, actor: Actor, queue: str, to: str) -> tuple[int, Change]:
    """Let another queue print what waits in this one, in the same order; returns how many jobs.

    What is being sent or uncertain stays where it is: only there it can be settled. A label batch goes along; where
    another one prints already it is paused, so that their labels do not lie among each other. Raises Refusal
    `queue_same`.
    """
    if queue == to:
        raise Refusal("queue_same", queue=queue)
    count = queued(tx.session, queue)
    if not count:
        return 0, Change()
    _move_batches(tx, queue, to)
    received = (
        select(PrintJob)
        .join(Label, Label.id == PrintJob.label_id)
        .where(PrintJob.queue == queue, PrintJob.state == JobState.QUEUED, Label.file_id.is_not(None))
    )
    for job in tx.session.scalars(received).all():
        move_job(tx, job, to)
    tx.session.execute(
        update(PrintJob)
        .where(PrintJob.queue == queue, PrintJob.state == JobState.QUEUED)
        .values(queue=to, reason=None, updated_at=tx.at)
    )
    record(tx, actor, "move_queue", {"queue": queue, "to": to, "jobs": count})
    return count, changed("labels")


def _move_batches(tx: Tx, queue: str, to: str) -> None:
    def of(name: str, *states: LabelBatchState) -> list[LabelBatch]:
        wanted = select(LabelBatch).where(LabelBatch.queue == name, LabelBatch.state.in_(states))
        return list(tx.session.scalars(wanted.order_by(LabelBatch.id)))

    busy = bool(of(to, LabelBatchState.PRINTING))
    for batch in of(queue, LabelBatchState.PRINTING, LabelBatchState.PAUSED):
        batch.queue = to
        if busy and batch.state is LabelBatchState.PRINTING:
            batch.state = advance(LABEL_BATCH, batch.state, LabelBatchState.PAUSED)


@dataclass(frozen=True, slots=True)
class ByLast:
    """What followed from the last label that came out: how many came out, and how many that did not are copied.

    `files` did not come out either, and have no copy: they are printed again where they came from.
    """

    came_out: int
    copied: int
    files: int


def settle_by_last(tx: Tx, actor: Actor, job_id: int) -> tuple[ByLast, Change]:
    """A person holds the last label that came out: the uncertain ones sent before it came out too, the later did not.

    A printer prints in the order of sending. It counts for the jobs that were sent to the same printer and are still
    uncertain; of each label that did not come out the next copy is queued, in the same order, unless it is void or has
    a later copy. Raises Refusal `nothing_uncertain` when nothing depends on it, `labels_not_the_last` when one sent
    later has come out.
    """
    beside = uncertain_beside(tx.session, job_id)
    if not beside.out and not beside.lost:
        raise Refusal("nothing_uncertain")
    if beside.later is not None:
        raise Refusal("labels_not_the_last")
    for came_out, ids in ((JobState.PRINTED, beside.out), (JobState.FAILED, beside.lost)):
        for each in ids:
            job = tx.session.get_one(PrintJob, each, with_for_update=True)
            job.state = advance(JOB, job.state, came_out)
            job.reason, job.updated_at = "settled_by_last", tx.at
    tx.session.flush()
    copied = files = 0
    for each in beside.lost:
        job = tx.session.get_one(PrintJob, each)
        files += job.label_id is None
        copied += copy_lost(tx, actor, job, "not_out") is not None
    done = ByLast(len(beside.out), copied, files)
    record(tx, actor, "settle_by_last", {"job": job_id, "came_out": done.came_out, "copied": copied})
    return done, changed("labels", ids=[("job", each) for each in (*beside.out, *beside.lost)])
