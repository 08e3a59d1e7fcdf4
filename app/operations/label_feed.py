"""A label batch at its printer's queue: a few labels are made ahead of the printer, in the sequence of the batch.

A batch of thousands is not queued at once. Whenever the spooler takes a label of it the next ones are made, so that a
batch can be paused, cancelled or continued elsewhere at any label, what is printed again comes out in its own place,
and a scan waits for one label at most. One bad order is set aside with its reason and stops no other.
"""

from __future__ import annotations

import hashlib
import logging

from sqlalchemy import Select, func, select, update
from sqlalchemy.exc import SQLAlchemyError

from app.domain.errors import Refusal
from app.domain.label_batches import LABEL_BATCH, LabelBatchState
from app.domain.people import Actor, Role
from app.domain.states import JobState, advance
from app.operations.labels import LEFT_CART, OLD_ADDRESS, SUPERSEDED, print_ahead
from app.queries.label_choices import facts_of
from db.label_batches import LabelBatch, LabelBatchOrder
from db.parcels import JobKind, Label, Parcel, PrintJob, PrintQueue
from db.store import Tx
from db.waves import BatchOrder, Tote
from printing.label import Label as LabelLayout
from printing.templates import load_template

AHEAD = 4  # labels that wait in the queue: what a bench prints at the same printer waits behind no more
AT_ONCE = 2  # labels made in one transaction once the batch is on its way
IN_A_ROW = 10  # orders that are refused one after the other: then something is wrong with more than orders
_OPEN_JOBS = (JobState.QUEUED, JobState.SENDING, JobState.UNCERTAIN)
SEPARATOR = "separator"
# label batches that print and of which nothing waits: made once, for it is asked at every last item of an order
_DRY = select(LabelBatch.id).where(
    LabelBatch.state == LabelBatchState.PRINTING,
    ~select(PrintJob.id)
    .where(PrintJob.label_batch_id == LabelBatch.id, PrintJob.state == JobState.QUEUED)
    .exists(),
)
log = logging.getLogger(__name__)


def in_turn(tx: Tx, job: PrintJob) -> PrintJob:
    """The job of the same label batch whose turn it is: the sequence of the labels counts, not that of the jobs.

    What is printed again comes so before what has not been printed yet; a separator before its labels.
    """
    if job.label_batch_id is None:
        return job
    number, of_order = LabelBatchOrder.position, func.coalesce(PrintJob.order_id, Parcel.order_id)
    first = tx.session.scalars(
        select(PrintJob)
        .outerjoin(Label, Label.id == PrintJob.label_id)
        .outerjoin(Parcel, Parcel.id == Label.parcel_id)
        .join(
            LabelBatchOrder,
            (LabelBatchOrder.label_batch_id == PrintJob.label_batch_id) & (LabelBatchOrder.order_id == of_order),
        )
        .where(
            PrintJob.label_batch_id == job.label_batch_id, PrintJob.state == JobState.QUEUED,
            PrintJob.queue == job.queue,
        )
        .order_by(number, PrintJob.kind != JobKind.SEPARATOR, PrintJob.id)
    ).first()
    return job if first is None else first


def note_claimed(tx: Tx, job: PrintJob) -> None:
    """A job is being sent: it is the newest copy of its order in its label batch, and the next labels are made."""
    if job.label_batch_id is None:
        return
    if job.reprint_of_id is not None and job.label_id is not None:
        follow_copy(tx, job)
    batch = tx.session.get_one(LabelBatch, job.label_batch_id)
    if batch.state is LabelBatchState.PRINTING:
        keep_ahead(tx, batch)


# why a copy is not sent any more, and what is said of its order in the label batch
_DROPPED = {
    "order_cancelled": "batches_cancelled", "label_voided": "batches_void", LEFT_CART: "labels_not_in_work",
    SUPERSEDED: "labels_printed_before", OLD_ADDRESS: "batches_old_address",
}  # fmt: skip


def note_dropped(tx: Tx, job: PrintJob) -> None:
    """A job was taken back before it was sent: its order is set aside."""
    if job.label_batch_id is None:
        return
    tx.session.flush()
    tx.session.execute(
        update(LabelBatchOrder)
        .where(LabelBatchOrder.label_batch_id == job.label_batch_id, LabelBatchOrder.job_id == job.id)
        .values(reason=_DROPPED[job.reason or ""], field="")
    )
    batch = tx.session.get_one(LabelBatch, job.label_batch_id)
    if batch.state is LabelBatchState.PRINTING:
        keep_ahead(tx, batch)


def note_failed(tx: Tx, job: PrintJob) -> None:
    """A job cannot be given to the printer that there is now: what comes after it need not wait for that."""
    if job.label_batch_id is None:
        return
    tx.session.flush()
    batch = tx.session.get_one(LabelBatch, job.label_batch_id)
    if batch.state is LabelBatchState.PRINTING:
        keep_ahead(tx, batch)


def go_on_without(tx: Tx) -> None:
    """Labels that waited in a label batch were taken back, or taken over by a bench: the batch goes on without them."""
    tx.session.flush()
    for batch_id in tx.connection.execute(_DRY).scalars().all():
        keep_ahead(tx, tx.session.get_one(LabelBatch, batch_id), 1)


def note_taken_back(tx: Tx, order_id: int) -> None:
    """Labels of an order that waited are not sent any more: it is set aside, and its label batch goes on without."""
    tx.session.flush()
    rows = tx.session.execute(
        select(LabelBatchOrder, PrintJob.reason)
        .join(PrintJob, PrintJob.id == LabelBatchOrder.job_id)
        .where(
            LabelBatchOrder.order_id == order_id, LabelBatchOrder.reason.is_(None),
            PrintJob.state == JobState.CANCELLED, PrintJob.reason.in_(_DROPPED),
        )
    ).all()
    for member, why in rows:
        member.reason, member.field = _DROPPED[why or ""], ""
    go_on_without(tx)


def note_finished(tx: Tx, job: PrintJob) -> None:
    """A job of a label batch has come to an end: perhaps the batch has."""
    if job.label_batch_id is not None:
        tx.session.flush()
        end_if_done(tx, tx.session.get_one(LabelBatch, job.label_batch_id))


def follow_copy(tx: Tx, job: PrintJob) -> None:
    """A label's later copy is what counts of its order in the label batch."""
    order = (
        select(Parcel.order_id)
        .join(Label, Label.parcel_id == Parcel.id)
        .where(Label.id == job.label_id)
        .scalar_subquery()
    )
    tx.session.execute(
        update(LabelBatchOrder)
        .where(LabelBatchOrder.label_batch_id == job.label_batch_id, LabelBatchOrder.order_id == order)
        .values(job_id=job.id)
    )


def keep_ahead(tx: Tx, batch: LabelBatch, most: int = AT_ONCE) -> None:
    """Make the next labels of a batch that is printing, `most` at once, until AHEAD of them wait.

    An order that is refused is set aside; after IN_A_ROW of them with nothing left to print the batch is paused. It is
    done when everything has come out.
    """
    waiting = tx.session.execute(
        select(func.count()).where(PrintJob.label_batch_id == batch.id, PrintJob.state == JobState.QUEUED)
    ).scalar_one()
    made = refused = 0
    while waiting + made < AHEAD and made < most:
        member = tx.session.scalars(_unmade(batch.id).limit(1)).first()
        if member is None:
            break
        if _make(tx, batch, member):
            made += 1
        elif (refused := refused + 1) >= IN_A_ROW:
            if not waiting + made:
                batch.state = advance(LABEL_BATCH, batch.state, LabelBatchState.PAUSED)
            return
    if not waiting + made:
        end_if_done(tx, batch)


def end_if_done(tx: Tx, batch: LabelBatch) -> None:
    """A batch is done when no label of it waits, is in the printer, or needs a person."""
    if batch.state is not LabelBatchState.PRINTING:
        return
    still = select(PrintJob.id).where(PrintJob.label_batch_id == batch.id, PrintJob.state.in_(_OPEN_JOBS)).limit(1)
    failed = (
        select(PrintJob.id)
        .join(LabelBatchOrder, LabelBatchOrder.job_id == PrintJob.id)
        .where(
            PrintJob.label_batch_id == batch.id, PrintJob.state == JobState.FAILED,
            LabelBatchOrder.label_batch_id == batch.id, LabelBatchOrder.reason.is_(None),
        )
        .limit(1)
    )
    for statement in (still, failed, _unmade(batch.id).limit(1)):
        if tx.session.execute(statement).first() is not None:
            return
    batch.state = advance(LABEL_BATCH, batch.state, LabelBatchState.DONE)
    batch.ended_at = tx.at


def _unmade(batch_id: int) -> Select[LabelBatchOrder]:
    return (
        select(LabelBatchOrder)
        .where(
            LabelBatchOrder.label_batch_id == batch_id, LabelBatchOrder.job_id.is_(None),
            LabelBatchOrder.reason.is_(None),
        )
        .order_by(LabelBatchOrder.position)
    )


def _make(tx: Tx, batch: LabelBatch, member: LabelBatchOrder) -> bool:
    """Queue an order's label, its separator before it where a group begins; False when the order is set aside."""
    order_id, batch_id = member.order_id, batch.id
    actor = Actor(batch.operator_id, None, Role.LEAD)
    try:
        with tx.session.begin_nested():
            tx.session.connection()  # only then is the savepoint set for what bypasses the session
            if batch.separators and not _begun(tx, batch_id, member.group):
                queue_separator(tx, batch, order_id, member.group)
            job_id = print_ahead(tx, actor, order_id, queue=batch.queue, label_batch_id=batch_id)
    except Refusal as refusal:
        code, facts = refusal.code, facts_of(refusal)
    except SQLAlchemyError:
        raise
    except Exception:
        # a mistake of ours with one order must not take the printer from the others
        log.exception("the label of order id %s was not made", order_id)
        code, facts = "internal_error", ""
    else:
        member.job_id = job_id
        tx.session.flush()
        return True
    member.reason, member.field = code, facts
    tx.session.flush()
    return False


def _begun(tx: Tx, batch_id: int, group: str) -> bool:
    """Whether a label of this group has been made before."""
    found = select(LabelBatchOrder.order_id).where(
        LabelBatchOrder.label_batch_id == batch_id, LabelBatchOrder.group == group,
        LabelBatchOrder.job_id.is_not(None),
    )
    return tx.session.execute(found.limit(1)).first() is not None


def queue_separator(tx: Tx, batch: LabelBatch, order_id: int, group: str) -> int:
    """The job that announces the labels of a group; the order is the one whose label comes next."""
    queue = tx.session.get(PrintQueue, batch.queue)
    language, dpi = ("zpl", 203) if queue is None else (queue.language, queue.dpi)
    payload = _separator(tx, batch, order_id, group, language, dpi)
    job = PrintJob(
        queue=batch.queue, kind=JobKind.SEPARATOR, copy=1, language=language, dpi=dpi, payload=payload,
        sha256=hashlib.sha256(payload).hexdigest(), state=JobState.QUEUED, operator_id=batch.operator_id,
        order_id=order_id, label_batch_id=batch.id, created_at=tx.at, updated_at=tx.at,
    )
    tx.session.add(job)
    tx.session.flush()
    return job.id


def _separator(tx: Tx, batch: LabelBatch, order_id: int, group: str, language: str, dpi: int) -> bytes:
    count = tx.session.execute(
        select(func.count()).where(
            LabelBatchOrder.label_batch_id == batch.id, LabelBatchOrder.group == group,
            LabelBatchOrder.reason.is_(None),
        )
    ).scalar_one()
    tote = tx.session.execute(
        select(Tote.code).join(BatchOrder, BatchOrder.tote_id == Tote.id).where(BatchOrder.order_id == order_id)
    ).scalar()
    from printing.render import render  # fonts and pictures: the window can be seen before they are loaded

    return render(separator(batch.number, group, count, tote or ""), language, dpi)


def write_separator(tx: Tx, job: PrintJob, language: str, dpi: int) -> None:
    """A separator that was written for another printer is written for this one, before it is sent."""
    assert job.order_id is not None
    batch = tx.session.get_one(LabelBatch, job.label_batch_id)
    group = tx.session.get_one(LabelBatchOrder, (batch.id, job.order_id)).group
    job.payload = _separator(tx, batch, job.order_id, group, language, dpi)
    job.sha256, job.language, job.dpi = hashlib.sha256(job.payload).hexdigest(), language, dpi
    job.updated_at = tx.at


def separator(number: int, group: str, count: int, code: str) -> LabelLayout:
    """What lies between the labels of two groups: the batch's number, the group, how many labels follow.

    `code` is that of a group's first tote, "" for none. Raises Refusal for what cannot be printed.
    """
    return load_template(SEPARATOR).fill({"title": f"# {number}", "group": group, "count": f"× {count}", "code": code})
