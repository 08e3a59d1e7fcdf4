"""A label of a label batch in somebody's hand: which it is, and what follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.orm import Session

from app.domain.barcode import read_label_code
from app.domain.errors import Refusal
from app.domain.label_batches import Copy, LabelBatchState, Place, from_hand
from app.domain.states import JobState, LabelState
from app.queries.labels import tracking_within
from db.label_batches import LabelBatch, LabelBatchOrder
from db.orders import Order
from db.parcels import JobKind, Label, Parcel, PrintJob


def copies(session: Session, batch_id: int) -> list[Copy]:
    """The newest copies of a label batch's labels and separators; what is set aside has none."""
    found = [
        Copy(Place(number), job_id, state)
        for number, job_id, state in session.execute(
            select(LabelBatchOrder.position, PrintJob.id, PrintJob.state)
            .join(PrintJob, PrintJob.id == LabelBatchOrder.job_id)
            .where(
                LabelBatchOrder.label_batch_id == batch_id, LabelBatchOrder.reason.is_(None),
                PrintJob.label_batch_id == batch_id,  # what a bench has taken over comes out elsewhere
            )
        )
    ]
    separators = {
        number: Copy(Place(number, False), job_id, state)
        for number, job_id, state in session.execute(
            select(LabelBatchOrder.position, PrintJob.id, PrintJob.state)
            .join(
                LabelBatchOrder,
                (LabelBatchOrder.label_batch_id == PrintJob.label_batch_id)
                & (LabelBatchOrder.order_id == PrintJob.order_id),
            )
            .where(
                PrintJob.label_batch_id == batch_id, PrintJob.kind == JobKind.SEPARATOR,
                PrintJob.state != JobState.CANCELLED,
            )
            .order_by(PrintJob.id)
        )
    }
    return [*found, *separators.values()]


@dataclass(frozen=True, slots=True)
class Hand:
    """A label that was scanned: its place in its label batch, and the job of its newest copy."""

    batch_id: int
    batch: int
    number: int
    order: str
    job_id: int
    state: JobState


def in_hand(session: Session, code: str) -> Hand:
    """The label whose square code or tracking number was scanned, in the newest label batch that it was printed for.

    Raises Refusal: `batches_no_label` for any other code, `label_voided`, `superseded_copy`, `scan_square` for the
    tracking number of a label with several copies that bear their square codes, and `label_not_printed`.
    """
    wanted = code.strip().upper()
    square = read_label_code(wanted)
    labels = _labels(session, Parcel.code == square[0] if square else Label.tracking == wanted.replace(" ", ""))
    if not labels and (number := tracking_within(session.connection(), wanted)) is not None:
        labels = _labels(session, Label.tracking == number)
    if not labels:
        raise Refusal("batches_no_label", text=code.strip())
    label_id, label_state, order_id = next((row for row in labels if row[1] is LabelState.VALID), labels[0])
    if label_state is LabelState.VOIDED:
        raise Refusal("label_voided")
    found = session.execute(
        select(LabelBatch.id, LabelBatch.number, LabelBatchOrder.position, Order.source_id)
        .join(LabelBatchOrder, LabelBatchOrder.label_batch_id == LabelBatch.id)
        .join(Order, Order.id == LabelBatchOrder.order_id)
        .where(
            LabelBatchOrder.order_id == order_id, LabelBatchOrder.job_id.is_not(None),
            LabelBatch.state != LabelBatchState.CANCELLED,
        )
        .order_by(LabelBatch.id.desc())
        .limit(1)
    ).first()
    if found is None:
        raise Refusal("batches_no_label", text=code.strip())
    jobs = session.execute(
        select(PrintJob.id, PrintJob.copy, PrintJob.state, PrintJob.marked)
        .where(PrintJob.label_id == label_id, PrintJob.state != JobState.CANCELLED)
        .order_by(PrintJob.copy.desc())
    ).all()
    if not jobs:
        raise Refusal("label_not_printed")
    job_id, copy, state, marked = jobs[0]
    if square is not None and square[1] < copy:
        raise Refusal("superseded_copy", copy=square[1], newest=copy)
    if square is None and len(jobs) > 1 and marked:
        raise Refusal("scan_square", newest=copy)
    if state is JobState.QUEUED or (square is not None and square[1] > copy):
        raise Refusal("label_not_printed")
    return Hand(*found, job_id, state)


def _labels(session: Session, of: ColumnElement[bool]) -> Sequence[Row[int, LabelState, int]]:
    return session.execute(
        select(Label.id, Label.state, Parcel.order_id)
        .join(Parcel, Parcel.id == Label.parcel_id)
        .where(of)
        .order_by(Label.id.desc())
    ).all()


@dataclass(frozen=True, slots=True)
class HandView:
    """What a label in the hand would mean: how many labels have come out after all, how many are printed anew because
    they have not, and how many are noted as printed after it; `sending` are in the printer still.
    """

    hand: Hand
    out: int
    lost: int
    after: int
    sending: int


def hand_view(session: Session, code: str) -> HandView:
    """The label in the hand and what follows from it; raises what `in_hand` raises."""
    hand = in_hand(session, code)
    found = copies(session, hand.batch_id)
    follows = from_hand(found, Place(hand.number), again=False)
    labels = {copy.job_id for copy in found if copy.place.is_label}
    out, again, good = (len(labels & set(ids)) for ids in (follows.out, follows.again, follows.good))
    return HandView(hand, out, again, good, sum(copy.state is JobState.SENDING for copy in found))
