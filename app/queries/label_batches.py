"""Label batches as people see them: how far each is, what is set aside, what was printed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from app.domain.errors import Fact, Refusal
from app.domain.label_batches import OPEN_BATCH, LabelBatchState, minutes_left
from app.domain.states import JobState
from app.queries.label_choices import facts_from
from db.label_batches import LabelBatch, LabelBatchOrder
from db.orders import Order
from db.parcels import JobKind, Label, PrintAttempt, PrintJob
from db.waves import BatchOrder, Tote

PACE = 30  # the last labels, from which the pace is told
SHOWN = 200  # orders that are set aside and shown at once
PACE_WALK = 400  # attempts that are looked through for them: other labels may have been printed meanwhile


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A label batch in the list; `orders` are those that can be printed, `aside` those that are set aside.

    `printed` have come out, `uncertain` and `failed` need a person, `sending` are in the printer, `left` are still to
    be sent; `separators` are those of which nobody knows whether they came out. `first` and `last` are the groups that
    it begins and ends with.
    """

    batch_id: int
    number: int
    state: LabelBatchState
    queue: str
    created_at: datetime
    orders: int
    aside: int
    printed: int
    uncertain: int
    failed: int
    sending: int
    separators: int
    first: str
    last: str

    @property
    def left(self) -> int:
        """Labels that are still to be sent."""
        return max(0, self.orders - self.printed - self.uncertain - self.failed - self.sending)


@dataclass(frozen=True, slots=True)
class NextLabel:
    """The label that comes next: its number in the batch, its order, and where that lies."""

    number: int
    order: str
    slot: int | None
    tote: str | None


@dataclass(frozen=True, slots=True)
class BatchView:
    """A label batch in full; `per_minute` and `minutes` (what is left) are None while there is no pace.

    `numbers` is the highest number that a label of it has, `reason` the code of what its queue waits for.
    """

    row: BatchRow
    warehouse_id: int
    sequence: str
    separators: bool
    started_at: datetime | None
    ended_at: datetime | None
    numbers: int
    next: NextLabel | None
    per_minute: float | None
    minutes: float | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Aside:
    """An order that is set aside: its number in the batch, and code and facts of the reason."""

    number: int
    order_id: int
    order: str
    reason: str
    facts: Mapping[str, Fact]


def batch_rows(session: Session, warehouse_id: int, limit: int = 30) -> list[BatchRow]:
    """The newest label batches of a warehouse, those that are not ended first."""
    ended = LabelBatch.state.not_in(OPEN_BATCH)
    found = session.scalars(
        select(LabelBatch)
        .where(LabelBatch.warehouse_id == warehouse_id)
        .order_by(ended, LabelBatch.id.desc())
        .limit(limit)
    ).all()
    return _rows(session, found)


def batch_number(session: Session, warehouse_id: int, number: int) -> int:
    """The id of the label batch with this number; raises Refusal `batches_unknown`."""
    found = session.execute(
        select(LabelBatch.id).where(LabelBatch.warehouse_id == warehouse_id, LabelBatch.number == number)
    ).scalar()
    if found is None:
        raise Refusal("batches_unknown", number=number)
    return found


def _rows(session: Session, batches: Sequence[LabelBatch]) -> list[BatchRow]:
    ids = [batch.id for batch in batches]
    member = LabelBatchOrder
    good: ColumnElement[Any] = case((member.reason.is_(None), 1), else_=0)
    sizes = {
        batch_id: counts
        for batch_id, *counts in session.execute(
            select(member.label_batch_id, func.sum(good), func.count() - func.sum(good), func.count(member.job_id))
            .where(member.label_batch_id.in_(ids))
            .group_by(member.label_batch_id)
        )
    }
    doubtful = Counter(
        session.scalars(
            select(PrintJob.label_batch_id).where(
                PrintJob.label_batch_id.in_(ids), PrintJob.state == JobState.UNCERTAIN,
                PrintJob.kind == JobKind.SEPARATOR,
            )
        )
    )
    lively = [batch.id for batch in batches if batch.state in OPEN_BATCH]
    tallies = _tallies(session, lively)
    rows = []
    for batch in batches:
        orders, aside, made = sizes.get(batch.id, (0, 0, 0))
        tally = tallies.get(batch.id, Counter())
        open_ = batch.state in OPEN_BATCH
        printed = tally[JobState.PRINTED] + tally[JobState.CONFIRMED] if open_ else min(made, orders)
        still = orders - printed + doubtful[batch.id]
        over = batch.state is LabelBatchState.PRINTING and not still  # its last label was settled by a person
        rows.append(
            BatchRow(
                batch.id, batch.number, LabelBatchState.DONE if over else batch.state, batch.queue,
                batch.created_at, orders, aside, printed,
                tally[JobState.UNCERTAIN], tally[JobState.FAILED], tally[JobState.SENDING],
                doubtful[batch.id], *_ends(session, batch.id),
            )
        )
    return rows


def _tallies(session: Session, ids: Sequence[int]) -> dict[int, Counter[JobState]]:
    """How many orders of each label batch have their newest copy in which state."""
    found: dict[int, Counter[JobState]] = {}
    for batch_id, state, count in session.execute(
        select(LabelBatchOrder.label_batch_id, PrintJob.state, func.count())
        .join(PrintJob, PrintJob.id == LabelBatchOrder.job_id)
        .where(LabelBatchOrder.label_batch_id.in_(ids), LabelBatchOrder.reason.is_(None))
        .group_by(LabelBatchOrder.label_batch_id, PrintJob.state)
    ):
        found.setdefault(batch_id, Counter())[state] = count
    return found


def _ends(session: Session, batch_id: int) -> tuple[str, str]:
    """The groups of the first and of the last label."""
    groups = select(LabelBatchOrder.group).where(
        LabelBatchOrder.label_batch_id == batch_id, LabelBatchOrder.reason.is_(None)
    )
    first = session.scalars(groups.order_by(LabelBatchOrder.position).limit(1)).first()
    last = session.scalars(groups.order_by(LabelBatchOrder.position.desc()).limit(1)).first()
    return first or "", last or ""


def batch_view(session: Session, batch_id: int) -> BatchView:
    """All that a page shows of one label batch."""
    batch = session.get_one(LabelBatch, batch_id)
    (row,) = _rows(session, [batch])
    numbers = session.execute(
        select(func.coalesce(func.max(LabelBatchOrder.position), 0)).where(LabelBatchOrder.label_batch_id == batch_id)
    ).scalar_one()
    per_minute = minutes = reason = None
    if batch.state is LabelBatchState.PRINTING:
        per_minute, minutes = _pace(session, batch_id, row.left + row.sending)
    if batch.state in OPEN_BATCH:
        reason = _waits_for(session, batch_id)
    return BatchView(
        row, batch.warehouse_id, batch.sequence, batch.separators, batch.started_at, batch.ended_at, numbers,
        _next(session, batch_id), per_minute, minutes, reason,
    )


def _pace(session: Session, batch_id: int, left: int) -> tuple[float | None, float | None]:
    newest = session.execute(select(func.coalesce(func.max(PrintAttempt.id), 0))).scalar_one()
    ends = list(
        session.scalars(
            select(PrintAttempt.ended_at)
            .join(PrintJob, PrintJob.id == PrintAttempt.job_id)
            .where(
                PrintAttempt.id > newest - PACE_WALK, PrintJob.label_batch_id == batch_id,
                PrintAttempt.outcome == JobState.PRINTED,
            )
            .order_by(PrintAttempt.id.desc())
            .limit(PACE)
        )
    )
    times = [at for at in ends if at is not None]
    seconds = (max(times) - min(times)).total_seconds() if times else 0.0
    minutes = minutes_left(left, seconds, len(times))
    return (None, None) if minutes is None else (60 * (len(times) - 1) / seconds, minutes)


def _waits_for(session: Session, batch_id: int) -> str | None:
    """What the label that is in the printer, or the next one, waits for."""
    return session.scalars(
        select(PrintJob.reason)
        .where(
            PrintJob.label_batch_id == batch_id, PrintJob.state.in_((JobState.QUEUED, JobState.SENDING)),
            PrintJob.reason.is_not(None),
        )
        .order_by(PrintJob.state != JobState.SENDING, PrintJob.id)
        .limit(1)
    ).first()


def _next(session: Session, batch_id: int) -> NextLabel | None:
    found = session.execute(
        select(LabelBatchOrder.position, Order.source_id, BatchOrder.slot, Tote.code)
        .join(Order, Order.id == LabelBatchOrder.order_id)
        .outerjoin(PrintJob, PrintJob.id == LabelBatchOrder.job_id)
        .outerjoin(BatchOrder, BatchOrder.order_id == Order.id)
        .outerjoin(Tote, Tote.id == BatchOrder.tote_id)
        .where(
            LabelBatchOrder.label_batch_id == batch_id, LabelBatchOrder.reason.is_(None),
            or_(LabelBatchOrder.job_id.is_(None), PrintJob.state == JobState.QUEUED),
        )
        .order_by(LabelBatchOrder.position)
        .limit(1)
    ).first()
    return None if found is None else NextLabel(*found)


def asides(session: Session, batch_id: int, limit: int = 1_000) -> list[Aside]:
    """The orders that are set aside, in the sequence of their labels."""
    rows = session.execute(
        select(
            LabelBatchOrder.position, Order.id, Order.source_id, LabelBatchOrder.reason, LabelBatchOrder.field
        )
        .join(Order, Order.id == LabelBatchOrder.order_id)
        .where(LabelBatchOrder.label_batch_id == batch_id, LabelBatchOrder.reason.is_not(None))
        .order_by(LabelBatchOrder.position)
        .limit(limit)
    )
    return [
        Aside(number, order_id, order, reason or "", {"order": order} | facts_from(facts or ""))
        for number, order_id, order, reason, facts in rows
    ]


# what was printed


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """A label of a label batch as it stands in the manifest of what was printed."""

    number: int
    group: str
    order: str
    tracking: str
    carrier: str
    service: str
    country: str
    copy: int
    state: JobState
    at: datetime


def manifest(session: Session, batch_id: int) -> list[ManifestRow]:
    """The newest copy of every label that was printed for a label batch, in the sequence of the labels."""
    rows = session.execute(
        select(
            LabelBatchOrder.position, LabelBatchOrder.group, Order.source_id, Label.tracking, Label.carrier,
            Label.service, Order.country, PrintJob.copy, PrintJob.state, PrintJob.updated_at,
        )
        .join(Order, Order.id == LabelBatchOrder.order_id)
        .join(PrintJob, PrintJob.id == LabelBatchOrder.job_id)
        .join(Label, Label.id == PrintJob.label_id)
        .where(
            LabelBatchOrder.label_batch_id == batch_id,
            PrintJob.state.in_((JobState.PRINTED, JobState.CONFIRMED)),
        )
        .order_by(LabelBatchOrder.position)
    )
    return [ManifestRow(*tuple(row)) for row in rows]


def batches_seen(
    session: Session, warehouse_id: int, batch_id: int | None
) -> tuple[list[BatchRow], BatchView | None, list[Aside]]:
    """The newest label batches, the one that is chosen (None: the first of them), and what is set aside of it."""
    rows = batch_rows(session, warehouse_id)
    if not rows:
        return [], None, []
    wanted = rows[0].batch_id if batch_id is None else batch_id
    return rows, batch_view(session, wanted), asides(session, wanted, SHOWN)
