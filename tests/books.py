"""What must hold of a database after every transaction, whoever did what before."""

from __future__ import annotations

import json
from collections import Counter

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.folding import folded
from app.domain.states import BatchState, JobState, LabelState, Lane, OrderState, ParcelState, TaskState, WaveState
from app.domain.verdict import Outcome
from db.journal import ScanEvent
from db.orders import Order, OrderLine
from db.parcels import Captured, Label, Parcel, ParcelItem, PrintAttempt, PrintJob
from db.places import Station
from db.stock import Allocation, AllocationState, Stock, StockMove
from db.waves import Batch, BatchOrder, PickTask, Wave


def check_books(session: Session) -> None:
    """What must hold after every transaction."""
    check_orders(session)
    check_stock(session)
    check_parcels(session)
    check_labels(session)
    check_waves(session)
    for station in session.scalars(select(Station)):
        seqs = list(session.scalars(select(ScanEvent.seq).where(ScanEvent.station_id == station.id)))
        assert sorted(seqs) == list(range(1, station.last_seq + 1)), "a scan is missing or doubled"


def check_orders(session: Session) -> None:
    """What is stored to sort and to find by says the same as lines and name."""
    lines = dict(
        session.execute(select(OrderLine.order_id, func.sum(OrderLine.quantity)).group_by(OrderLine.order_id)).all()
    )
    for order in session.scalars(select(Order)):
        assert order.pieces == lines.get(order.id, 0)
        assert order.folded_name == folded(order.recipient_name)


def check_stock(session: Session) -> None:
    """A row is the sum of its moves, and promises are what lies in open allocations."""
    moved = {
        stock: (on_hand, allocated)
        for stock, on_hand, allocated in session.execute(
            select(
                StockMove.stock_id, func.sum(StockMove.on_hand_delta), func.sum(StockMove.allocated_delta)
            ).group_by(StockMove.stock_id)
        )
    }
    promised = dict(
        session.execute(
            select(Allocation.stock_id, func.sum(Allocation.quantity))
            .where(Allocation.state == AllocationState.OPEN)
            .group_by(Allocation.stock_id)
        ).all()
    )
    for row in session.scalars(select(Stock)):
        assert (row.on_hand, row.allocated) == moved.get(row.id, (0, 0))
        assert 0 <= row.allocated <= row.on_hand
        assert row.allocated == promised.get(row.id, 0)


def check_parcels(session: Session) -> None:
    """What was scanned is in the boxes, and an order is shipped only with everything in them and a label on each."""
    ordered = dict(session.execute(select(OrderLine.id, OrderLine.quantity - OrderLine.backordered)).all())
    counted: Counter[tuple[int, int]] = Counter()
    events = session.scalars(
        select(ScanEvent).where(ScanEvent.parcel_id.is_not(None), ScanEvent.counted > 0, ScanEvent.undone_by.is_(None))
    )
    for event in events:
        assert event.outcome is Outcome.PASS
        assert event.parcel_id is not None
        for line, pieces in _pieces(event):
            counted[event.parcel_id, line] += pieces
    orders = {order.id: order for order in session.scalars(select(Order))}
    packed: Counter[int] = Counter()
    begun: Counter[int] = Counter()
    on_table: Counter[int] = Counter()
    waiting: Counter[int] = Counter()
    closed: set[int] = set()
    lines: dict[int, set[int]] = {}
    for line, order_id in session.execute(select(OrderLine.id, OrderLine.order_id)):
        lines.setdefault(order_id, set()).add(line)
    for parcel in session.scalars(select(Parcel)):
        items = dict(
            session.execute(
                select(ParcelItem.order_line_id, ParcelItem.quantity).where(ParcelItem.parcel_id == parcel.id)
            ).all()
        )
        order = orders[parcel.order_id]
        assert set(items) == lines[order.id]
        of_series = parcel.series_of_id is not None
        for line, pieces in items.items():
            assert pieces == counted[parcel.id, line] or of_series  # those are counted by the journal
            assert 0 <= pieces <= ordered[line] or parcel.state is ParcelState.VOIDED
            if parcel.state is not ParcelState.VOIDED:
                packed[line] += pieces
        if parcel.state in (ParcelState.OPEN, ParcelState.LABELLING):
            begun[order.id] += 1
            on_table[order.id] += parcel.station_id is not None
            shelved = order.state is OrderState.PROBLEM and order.problem_location_id is not None
            # the label of a closed box was voided: it waits for another one
            waits = parcel.state is ParcelState.LABELLING and order.state is OrderState.SHIPPED
            assert order.state is OrderState.PACKING or shelved or waits
            waiting[order.id] += waits
        else:
            assert parcel.station_id is None
        if parcel.state in (ParcelState.LABELLING, ParcelState.CLOSED):
            assert any(items.values()), "a label on an empty box"
        if parcel.state is ParcelState.CLOSED:
            closed.add(order.id)
            jobs = session.scalars(select(PrintJob.state).join(Label).where(Label.parcel_id == parcel.id)).all()
            assert JobState.CONFIRMED in jobs
    assert all(packed[line] <= ordered[line] for line in packed)
    assert set(on_table.values()) <= {0, 1}, "an order lies on two tables"
    for order in orders.values():
        if order.state is OrderState.SHIPPED:
            assert order.id in closed or waiting[order.id]
            assert begun[order.id] == waiting[order.id]
            assert all(packed[line] == ordered[line] for line in lines[order.id]), "something was left out"
    slots = [order.problem_location_id for order in orders.values() if order.problem_location_id is not None]
    assert len(slots) == len(set(slots)), "two orders in one slot of the problem shelf"


def _pieces(event: ScanEvent) -> list[tuple[int, int]]:
    """The lines and pieces that a scan counted; a kit's own code counts for several."""
    if event.order_line_id is not None:
        return [(event.order_line_id, event.counted)]
    counts = json.loads(event.facts)["counts"]
    return [(int(line), int(pieces)) for line, _, pieces in (part.partition(":") for part in counts.split(","))]


def check_labels(session: Session) -> None:
    """Every copy has its own number, and nothing is sent twice unless no byte of it had left."""
    copies = Counter(session.execute(select(PrintJob.label_id, PrintJob.copy)).all())
    assert set(copies.values()) <= {1}
    labels = Counter(session.scalars(select(Label.parcel_id).where(Label.state == LabelState.VALID)))
    assert set(labels.values()) <= {1}
    attempts: Counter[int] = Counter()
    returned: Counter[int] = Counter()
    for attempt in session.scalars(select(PrintAttempt)):
        attempts[attempt.job_id] += 1
        returned[attempt.job_id] += attempt.outcome is JobState.QUEUED
    for job in session.scalars(select(PrintJob)):
        assert attempts[job.id] <= 1 + returned[job.id]
        if job.state in (JobState.SENDING, JobState.PRINTED, JobState.UNCERTAIN):
            assert attempts[job.id] == 1 + returned[job.id]
        before = _copy_before(session, job)
        assert before is None or job.reprint_reason or not attempts[before]
    sending = Counter(session.scalars(select(PrintJob.queue).where(PrintJob.state == JobState.SENDING)))
    assert set(sending.values()) <= {1}


def _copy_before(session: Session, job: PrintJob) -> int | None:
    return session.scalars(
        select(PrintJob.id).where(PrintJob.label_id == job.label_id, PrintJob.copy == job.copy - 1)
    ).first()


def check_waves(session: Session) -> None:
    """Batches and waves are open as long as something is to be picked, and a tote holds one batch at a time."""
    open_tasks = Counter(session.scalars(select(PickTask.batch_id).where(PickTask.state == TaskState.OPEN)))
    batches: dict[int, set[BatchState]] = {}
    for batch in session.scalars(select(Batch)):
        batches.setdefault(batch.wave_id, set()).add(batch.state)
        assert (batch.state in (BatchState.PLANNED, BatchState.RELEASED)) is (open_tasks[batch.id] > 0)
    for wave in session.scalars(select(Wave)):
        if wave.state is WaveState.RELEASED:
            assert BatchState.RELEASED in batches[wave.id]
        elif wave.state is WaveState.PLANNED:
            assert BatchState.PLANNED in batches[wave.id]
        else:
            assert batches[wave.id] <= {BatchState.PICKED, BatchState.CANCELLED}
    totes: dict[int, set[tuple[int, int]]] = {}
    for place, batch in session.execute(
        select(BatchOrder, Batch)
        .join(Batch, Batch.id == BatchOrder.batch_id)
        .where(BatchOrder.tote_id.is_not(None), BatchOrder.emptied_at.is_(None))
    ):
        assert place.tote_id is not None
        totes.setdefault(place.tote_id, set()).add((batch.id, 0 if batch.lane is Lane.SINGLE else place.order_id))
    assert all(len(uses) == 1 for uses in totes.values()), "a tote is used twice"
    picked = dict(
        session.execute(
            select(Allocation.order_line_id, func.sum(Allocation.quantity))
            .where(Allocation.state == AllocationState.PICKED)
            .group_by(Allocation.order_line_id)
        ).all()
    )
    replaced = dict(
        session.execute(
            select(Captured.order_line_id, func.sum(Captured.quantity))
            .join(OrderLine, OrderLine.id == Captured.order_line_id)
            .where(Captured.released_at.is_(None), Captured.sku_id != OrderLine.sku_id)
            .group_by(Captured.order_line_id)
        ).all()
    )
    wanted = OrderLine.quantity - OrderLine.backordered
    for state, line, pieces in session.execute(select(Order.state, OrderLine.id, wanted).join(OrderLine)):
        if state in (OrderState.PICKED, OrderState.PACKING, OrderState.SHIPPED):
            # what was replaced by a substitute goes back to its shelf when the order is shipped
            assert pieces in (picked.get(line, 0), picked.get(line, 0) + replaced.get(line, 0))
        elif state in (OrderState.READY, OrderState.PLANNED, OrderState.INCOMPLETE):
            assert line not in picked
