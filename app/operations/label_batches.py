"""What people do with label batches: make, start, pause, go on from the label in the hand, print again, cancel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, insert, select, update

from app.change import Change, changed
from app.domain.errors import Refusal
from app.domain.label_batches import LABEL_BATCH, Follows, LabelBatchState, Place, from_hand
from app.domain.label_batches import Sequence as LabelSequence
from app.domain.people import Actor
from app.domain.states import JOB, JobState, LabelState, ParcelState, advance
from app.operations.label_feed import AHEAD, end_if_done, keep_ahead, queue_separator
from app.operations.labels import next_copy
from app.queries.label_choices import Member, facts_of, why_not
from app.queries.label_hand import copies, in_hand
from db.journal import record
from db.label_batches import LabelBatch, LabelBatchOrder
from db.parcels import JobKind, Label, Parcel, PrintJob
from db.store import Tx

CHUNK = 10  # labels made in one transaction: a scan waits for no more
LAST, NOT_OUT, FAILED, SPOILT = "settled_by_last", "not_out", "batches_failed", "batches_spoilt"


def plan_labels(
    tx: Tx, actor: Actor, warehouse_id: int, members: Sequence[Member], *, queue: str, sequence: LabelSequence,
    separators: bool = True,
) -> tuple[int, Change]:
    """A label batch of orders that were checked (`app.queries.label_choices.checked`), not started; its id.

    Raises Refusal `batches_nothing` when none of them can be printed.
    """
    if all(member.reason is not None for member in members):
        raise Refusal("batches_nothing")
    newest = tx.session.execute(
        select(func.coalesce(func.max(LabelBatch.number), 0)).where(LabelBatch.warehouse_id == warehouse_id)
    ).scalar_one()
    batch = LabelBatch(
        warehouse_id=warehouse_id, number=newest + 1, queue=queue, sequence=sequence, separators=separators,
        state=LabelBatchState.CHECKED, operator_id=actor.operator, created_at=tx.at,
    )
    tx.session.add(batch)
    tx.session.flush()
    tx.connection.execute(
        insert(LabelBatchOrder),
        [
            {
                "label_batch_id": batch.id, "order_id": member.order_id, "position": number, "group": member.group,
                "reason": member.reason, "field": member.facts,
            }
            for number, member in enumerate(members, 1)
        ],
    )
    record(tx, actor, "plan_labels", {"label_batch": batch.id, "orders": len(members)})
    return batch.id, _change(batch)


def start_labels(tx: Tx, actor: Actor, batch_id: int) -> tuple[None, Change]:
    """Print a label batch that has been checked.

    Raises Refusal `batches_queue_busy` while another one prints at its queue, `batches_is_…` in another state.
    """
    batch = _batch(tx, batch_id, LabelBatchState.CHECKED)
    _print(tx, batch)
    batch.started_at = tx.at
    record(tx, actor, "start_labels", {"label_batch": batch_id})
    return None, _change(batch)


def pause_labels(tx: Tx, actor: Actor, batch_id: int) -> tuple[None, Change]:
    """Send no further label of a batch; what the printer has already comes out. Raises Refusal `batches_is_…`."""
    batch = _batch(tx, batch_id, LabelBatchState.PRINTING)
    _advance(batch, LabelBatchState.PAUSED)
    record(tx, actor, "pause_labels", {"label_batch": batch_id})
    return None, _change(batch)


def go_on(tx: Tx, actor: Actor, batch_id: int) -> tuple[int, Change]:
    """Let a paused label batch print on; what has failed is printed again. Returns how many that are.

    What is uncertain stays so. Raises Refusal `batches_queue_busy`, `batches_is_…`.
    """
    batch = _batch(tx, batch_id, LabelBatchState.PAUSED)
    _check_queue(tx, batch)
    failed = [copy.job_id for copy in copies(tx.session, batch_id) if copy.state is JobState.FAILED]
    again = sum(_again(tx, actor, batch, job_id, FAILED) for job_id in failed)
    _print(tx, batch)
    record(tx, actor, "go_on_labels", {"label_batch": batch_id, "again": again})
    return again, _change(batch)


@dataclass(frozen=True, slots=True)
class Resumed:
    """What followed from the label in the hand: `number` of it, how many have come out after all, how many are printed
    again by now, and how many still have to be (`left`): then the same has to be said once more.
    """

    batch_id: int
    number: int
    out: int
    again: int
    left: int


def resume_from(
    tx: Tx, actor: Actor, batch_id: int, code: str, *, again: bool = False
) -> tuple[Resumed, Change]:
    """A person holds the last good label of a batch and has scanned it: the batch goes on from there.

    What was uncertain up to it has come out, what was uncertain after it has not and is printed again, in its place;
    what was printed after it lies there, or is spoilt and printed `again`. At most CHUNK labels are made at once.
    Raises Refusal `batches_in_printer` (count) while labels are in the printer, `batches_other_batch` (number) for a
    label of another one, `batches_queue_busy`, `batches_is_…`, and what `app.queries.label_hand.in_hand` raises.
    """
    hand = in_hand(tx.session, code)
    batch = _batch(tx, batch_id, LabelBatchState.PRINTING, LabelBatchState.PAUSED, LabelBatchState.DONE)
    if hand.batch_id != batch_id:
        raise Refusal("batches_other_batch", number=hand.batch)
    found = copies(tx.session, batch_id)
    sending = sum(copy.state is JobState.SENDING for copy in found)
    if sending:
        raise Refusal("batches_in_printer", count=sending)
    _check_queue(tx, batch)
    follows = from_hand(found, Place(hand.number), again=again)
    _settle(tx, follows)
    lost, now = set(follows.lost), follows.again[:CHUNK]
    states = {copy.job_id: copy.state for copy in found}
    made = sum(
        _again(tx, actor, batch, job_id, NOT_OUT if job_id in lost else _why_again(states[job_id])) for job_id in now
    )
    left = len(follows.again) - len(now)
    if left:
        if batch.state is not LabelBatchState.PAUSED:
            _advance(batch, LabelBatchState.PAUSED)
    else:
        _print(tx, batch)
    done = Resumed(batch_id, hand.number, len(follows.out), made, left)
    record(tx, actor, "resume_labels", {"label_batch": batch_id, "number": hand.number, "again": made, "left": left})
    return done, _change(batch, *(copy.job_id for copy in found if copy.job_id in {*follows.out, *follows.lost}))


def _why_again(state: JobState) -> str:
    return SPOILT if state is JobState.PRINTED else FAILED


def _settle(tx: Tx, follows: Follows) -> None:
    for state, ids in ((JobState.PRINTED, follows.out), (JobState.FAILED, follows.lost)):
        for job_id in ids:
            job = tx.session.get_one(PrintJob, job_id)
            job.state = advance(JOB, job.state, state)
            job.reason, job.updated_at = LAST, tx.at
    tx.session.flush()


@dataclass(frozen=True, slots=True)
class Range:
    """Labels that were printed again: how many are queued, how many are on their boxes and stay, and the number from
    which on the rest has to be asked for, None when there is none.
    """

    made: int
    on_boxes: int
    next: int | None


def reprint_range(
    tx: Tx, actor: Actor, batch_id: int, first: int, last: int, reason: str
) -> tuple[Range, Change]:
    """Print the labels with these numbers again, each with its next copy number and in its place.

    What waits to be printed is left alone, and what was scanned on its box. At most CHUNK labels are made at once.
    Raises Refusal `reprint_reason_needed`, `batches_range` when it names no label of the batch, `batches_settle_first`
    (count), `batches_queue_busy`, `batches_is_…`.
    """
    if not reason.strip():
        raise Refusal("reprint_reason_needed")
    batch = _batch(tx, batch_id, LabelBatchState.PRINTING, LabelBatchState.PAUSED, LabelBatchState.DONE)
    found = sorted(copies(tx.session, batch_id), key=lambda copy: copy.place)
    wanted = [copy for copy in found if first <= copy.place.number <= last and copy.place.is_label]
    if not wanted:
        raise Refusal("batches_range", number=batch.number, first=first, last=last)
    uncertain = sum(copy.state is JobState.UNCERTAIN for copy in wanted)
    if uncertain:
        raise Refusal("batches_settle_first", count=uncertain)
    if batch.state is LabelBatchState.DONE:
        _check_queue(tx, batch)
    printed = [copy for copy in wanted if copy.state in (JobState.PRINTED, JobState.FAILED)]
    now = printed[:CHUNK]
    made = sum(_again(tx, actor, batch, copy.job_id, reason) for copy in now)
    if batch.state is LabelBatchState.DONE and made:
        _print(tx, batch)
    following = printed[CHUNK].place.number if len(printed) > CHUNK else None
    on_boxes = sum(copy.state is JobState.CONFIRMED for copy in wanted)
    record(tx, actor, "reprint_labels", {"label_batch": batch_id, "first": first, "last": last}, reason=reason)
    return Range(made, on_boxes, following), _change(batch, *(copy.job_id for copy in now))


def cancel_labels(tx: Tx, actor: Actor, batch_id: int) -> tuple[int, Change]:
    """Take back what was not printed; returns how many orders that are. Their labels are printed at the bench.

    Raises Refusal `batches_is_…` for one that has ended.
    """
    states = (LabelBatchState.CHECKED, LabelBatchState.PRINTING, LabelBatchState.PAUSED)
    batch = _batch(tx, batch_id, *states)
    packed = select(Label.id).join(Parcel, Parcel.id == Label.parcel_id).where(Parcel.state == ParcelState.LABELLING)
    tx.session.execute(  # their boxes wait for them
        update(PrintJob)
        .where(
            PrintJob.label_batch_id == batch_id, PrintJob.state == JobState.QUEUED, PrintJob.label_id.in_(packed)
        )
        .values(label_batch_id=None)
    )
    waiting = tx.session.scalars(
        update(PrintJob)
        .where(PrintJob.label_batch_id == batch_id, PrintJob.state == JobState.QUEUED)
        .values(state=JobState.CANCELLED, reason="taken_back", updated_at=tx.at)
        .returning(PrintJob.label_id)
    ).all()
    unmade = tx.session.execute(
        select(func.count()).where(
            LabelBatchOrder.label_batch_id == batch_id, LabelBatchOrder.job_id.is_(None),
            LabelBatchOrder.reason.is_(None),
        )
    ).scalar_one()
    _advance(batch, LabelBatchState.CANCELLED)
    batch.ended_at = tx.at
    record(tx, actor, "cancel_labels", {"label_batch": batch_id})
    return unmade + sum(label is not None for label in waiting), _change(batch)


def check_again(tx: Tx, actor: Actor, batch_id: int) -> tuple[int, Change]:
    """Look again at what was set aside: who was mended comes back, in its place; returns how many that are.

    A batch that is done goes on with them. Raises Refusal `batches_queue_busy`, `batches_is_cancelled`.
    """
    batch = _batch(tx, batch_id, *(state for state in LabelBatchState if state is not LabelBatchState.CANCELLED))
    out = list(
        tx.session.scalars(
            select(LabelBatchOrder.order_id)
            .where(
                LabelBatchOrder.label_batch_id == batch_id, LabelBatchOrder.reason.is_not(None),
                LabelBatchOrder.job_id.is_(None),
            )
            .order_by(LabelBatchOrder.position)
        )
    )
    bad = why_not(tx.session, out, batch.queue)
    back = [order_id for order_id in out if order_id not in bad]
    changes = [(order_id, None, "") for order_id in back] + [(order_id, *why) for order_id, why in bad.items()]
    for order_id, reason, facts in changes:
        tx.session.execute(
            update(LabelBatchOrder)
            .where(LabelBatchOrder.label_batch_id == batch_id, LabelBatchOrder.order_id == order_id)
            .values(reason=reason, field=facts)
        )
    if back and batch.state is LabelBatchState.DONE:
        _check_queue(tx, batch)
        _print(tx, batch)
    elif batch.state is LabelBatchState.PRINTING:
        keep_ahead(tx, batch)
    record(tx, actor, "check_labels", {"label_batch": batch_id, "back": len(back)})
    return len(back), _change(batch)


# what they have in common


def _batch(tx: Tx, batch_id: int, *states: LabelBatchState) -> LabelBatch:
    """The label batch, which must be in one of these states: `batches_is_…` says in which it is instead."""
    batch = tx.session.get(LabelBatch, batch_id, with_for_update=True)
    if batch is None:
        raise Refusal("batches_unknown", number=batch_id)
    if batch.state not in states:
        raise Refusal(f"batches_is_{batch.state}", number=batch.number)
    return batch


def _advance(batch: LabelBatch, to: LabelBatchState) -> None:
    batch.state = advance(LABEL_BATCH, batch.state, to)


def _check_queue(tx: Tx, batch: LabelBatch) -> None:
    """Labels of two batches must not lie among each other."""
    others = tx.session.scalars(
        select(LabelBatch).where(
            LabelBatch.queue == batch.queue, LabelBatch.state == LabelBatchState.PRINTING, LabelBatch.id != batch.id
        )
    ).all()
    for other in others:
        end_if_done(tx, other)  # its last label may have been settled elsewhere
        if other.state is LabelBatchState.PRINTING:
            raise Refusal("batches_queue_busy", queue=batch.queue, number=other.number)


def _print(tx: Tx, batch: LabelBatch) -> None:
    if batch.state is not LabelBatchState.PRINTING:
        _check_queue(tx, batch)
        _advance(batch, LabelBatchState.PRINTING)
    batch.ended_at = None
    tx.session.flush()
    keep_ahead(tx, batch, AHEAD)
    end_if_done(tx, batch)


def _again(tx: Tx, actor: Actor, batch: LabelBatch, job_id: int, reason: str) -> bool:
    """Queue the next copy of a label, or another separator; False for a label that is void or has one already.

    One that cannot be printed is set aside.
    """
    job = tx.session.get_one(PrintJob, job_id)
    if job.kind is JobKind.SEPARATOR:
        assert job.order_id is not None
        group = tx.session.execute(
            select(LabelBatchOrder.group).where(
                LabelBatchOrder.label_batch_id == batch.id, LabelBatchOrder.order_id == job.order_id
            )
        ).scalar_one()
        queue_separator(tx, batch, job.order_id, group)
        return True
    label = tx.session.get_one(Label, job.label_id)
    members = update(LabelBatchOrder).where(
        LabelBatchOrder.label_batch_id == batch.id, LabelBatchOrder.job_id == job_id
    )
    if label.state is LabelState.VOIDED:
        tx.session.execute(members.values(reason="batches_void", field=""))
        return False
    newest = tx.session.execute(
        select(PrintJob.id)
        .where(PrintJob.label_id == label.id, PrintJob.state != JobState.CANCELLED)
        .order_by(PrintJob.copy.desc())
        .limit(1)
    ).scalar_one()
    if newest != job_id:  # somebody has had it printed again meanwhile
        tx.session.execute(members.values(job_id=newest))
        return False
    try:
        with tx.session.begin_nested():
            tx.session.connection()  # only then is the savepoint set for what bypasses the session
            _, made = next_copy(tx, actor, label, job, reason=reason, queue=batch.queue)
    except Refusal as refusal:
        # of what has failed nothing lies anywhere: mended, it comes back like any other
        kept = None if job.state is JobState.FAILED else job_id
        tx.session.execute(members.values(reason=refusal.code, field=facts_of(refusal), job_id=kept))
        return False
    tx.session.execute(update(PrintJob).where(PrintJob.id == made).values(label_batch_id=batch.id))
    tx.session.execute(members.values(job_id=made))
    return True


def _change(batch: LabelBatch, *job_ids: int) -> Change:
    return changed("labels", ids=[("label_batch", batch.id), *(("job", job_id) for job_id in job_ids)])
