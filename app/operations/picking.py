"""Picking by scan: the location, then the item; a short pick takes another location or leaves the wave."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from sqlalchemy import func, insert, or_, select, update

from app.change import NOTHING, Change, changed
from app.domain.allocation import Need, Shelf, StockRow
from app.domain.bench import Found, Item
from app.domain.errors import Fact, Refusal
from app.domain.people import Actor
from app.domain.picking import Holder, LocationFound, PickCode, PickVerdict, Task, judge_pick
from app.domain.states import ORDER, TASK, BatchState, OrderState, TaskState, advance
from app.domain.verdict import Outcome
from app.operations.scans import Scan, record_scan, scan_event, what_is
from app.operations.stock import Move, apply_moves, staging_stock
from app.operations.waves import leave_batch, settle_batch
from app.queries.waves import next_task
from db.journal import record
from db.orders import Lot, Order, OrderLine, Sku
from db.places import Location, LocationKind, Station
from db.stock import Allocation, AllocationState, MoveKind, Stock
from db.store import Tx
from db.waves import Batch, BatchOrder, PickTask, Tote


@dataclass(frozen=True, slots=True)
class Pick:
    """A judged scan of a picker, and what is next."""

    seq: int
    verdict: PickVerdict
    task: Task | None


def scan_pick(tx: Tx, actor: Actor, batch_id: int, scan: Scan) -> tuple[Pick, Change]:
    """Judge a picker's scan on a released batch, carry it out and write it down.

    A scan that was delivered before is not judged again: its first verdict comes back. On a batch that another
    station picks nothing is done, but the scan is written down all the same. Raises Refusal `station_unknown`.
    """
    if actor.station is None:
        raise Refusal("station_unknown")
    task = next_task(tx.session, batch_id)
    seen = scan_event(tx, scan)
    if seen is not None:
        verdict = PickVerdict(seen.outcome, PickCode(seen.code), json.loads(seen.facts))
        return Pick(seen.seq, verdict, task), NOTHING
    found: Found | LocationFound = what_is(tx, scan.code)
    if task is not None:
        place = tx.connection.execute(
            select(Location.id, Location.code)
            .where(Location.code == scan.code, Location.kind == LocationKind.PICK)
            .order_by(Location.id != task.location_id)
        ).first()
        # a location's own label may look like anything; where the picker is expected at one, it is one
        elsewhere = task.at_location and scan.code != task.location
        if place is not None and not (elsewhere and isinstance(found, Item)):
            found = LocationFound(place[0], place[1])
    verdict = judge_pick(task, found, _holder(tx, actor, batch_id))
    topics: list[str] = []
    line_id = None
    counted = 0
    if task is not None:
        row = tx.session.get_one(PickTask, task.task_id)
        line_id = row.order_line_id
        if verdict.code is PickCode.AT_LOCATION:
            row.at_location = True
        elif verdict.code is PickCode.PICKED:
            counted = row.quantity
            _take(tx, row, counted)
            _carry_on(tx, batch_id, row)
            topics = ["waves", "stock", "orders"]
        elif verdict.code is PickCode.SHORT:
            verdict = _short(tx, actor, row, 0)
            topics = ["waves", "stock", "orders"]
    tx.session.flush()
    after = next_task(tx.session, batch_id)
    if counted and after is None:
        verdict = replace(verdict, code=PickCode.BATCH_PICKED)
    seq = record_scan(
        tx, actor, scan, verdict.outcome, verdict.code, verdict.facts, line_id=line_id, counted=counted
    )
    return Pick(seq, verdict, after), changed(*topics, "scans", ids=[("batch", batch_id)])


def short_pick(tx: Tx, actor: Actor, task_id: int, found: int) -> tuple[PickVerdict, Change]:
    """Only `found` pieces were at the location: take them, and the rest from elsewhere or not at all.

    The verdict says whether the order stays on its cart, and if not, where its tote goes. Nothing more of the SKU is
    promised from the location until it is counted. Raises Refusal `task_not_open`, `cart_taken` when another station
    picks the batch, or `found_too_many` unless 0 <= found < quantity.
    """
    task = tx.session.get(PickTask, task_id)
    if task is None or task.state is not TaskState.OPEN or not _released(tx, task.batch_id):
        raise Refusal("task_not_open")
    holder = _holder(tx, actor, task.batch_id)
    if holder is not None:
        raise Refusal("cart_taken", station=holder.station, wave=holder.wave, cart=holder.cart)
    if not 0 <= found < task.quantity:
        raise Refusal("found_too_many", found=found, quantity=task.quantity)
    verdict = _short(tx, actor, task, found)
    return verdict, changed("waves", "stock", "orders", ids=[("task", task_id)])


def claim_batch(tx: Tx, actor: Actor, batch_id: int, take_over: bool = False) -> tuple[None, Change]:
    """The actor's station picks this batch from now on, and gives back what else it was to pick: one cart, one walk.

    A claim that stands already is left as it is. Raises Refusal `station_unknown`, `batch_not_released`, or
    `batch_taken` when another station has it, unless the picker means to `take_over`.
    """
    if actor.station is None:
        raise Refusal("station_unknown")
    batch = tx.session.get(Batch, batch_id, with_for_update=True)
    if batch is None or batch.state is not BatchState.RELEASED:
        raise Refusal("batch_not_released")
    holder = batch.station_id
    if holder == actor.station:
        return None, NOTHING
    if holder is not None and not take_over:
        raise Refusal("batch_taken", station=tx.session.get_one(Station, holder).name)
    left = _give_back(tx, actor.station)
    batch.station_id = actor.station
    record(tx, actor, "claim_batch", {"batch": batch_id, "left": left, "taken_from": holder})
    return None, changed("waves", ids=[("batch", touched) for touched in (batch_id, *left)])


def leave_picking(tx: Tx, actor: Actor, batch_id: int) -> tuple[None, Change]:
    """The actor's station no longer picks this batch: somebody else may.

    Nothing happens when it does not hold it, or when the batch is finished. Raises Refusal `station_unknown`.
    """
    if actor.station is None:
        raise Refusal("station_unknown")
    left = _give_back(tx, actor.station, batch_id)
    if not left:
        return None, NOTHING
    record(tx, actor, "leave_picking", {"batch": batch_id})
    return None, changed("waves", ids=[("batch", batch_id)])


def _give_back(tx: Tx, station_id: int, batch_id: int | None = None) -> list[int]:
    """Take a station off the released batches that it holds, or off one; a finished one still tells who picked it."""
    held = select(Batch).where(Batch.station_id == station_id, Batch.state == BatchState.RELEASED)
    batches = list(tx.session.scalars(held if batch_id is None else held.where(Batch.id == batch_id)))
    for batch in batches:
        batch.station_id = None
    return [batch.id for batch in batches]


def _holder(tx: Tx, actor: Actor, batch_id: int) -> Holder | None:
    """Who else picks a released batch; nobody for an actor without a station, who may step in."""
    if actor.station is None:
        return None
    row = tx.connection.execute(
        select(Station.name, Batch.wave_id, Batch.number)
        .join(Station, Station.id == Batch.station_id)
        .where(Batch.id == batch_id, Batch.state == BatchState.RELEASED, Batch.station_id != actor.station)
    ).first()
    return None if row is None else Holder(*row)


def _released(tx: Tx, batch_id: int) -> bool:
    return tx.session.get_one(Batch, batch_id).state is BatchState.RELEASED


def _take(tx: Tx, task: PickTask, pieces: int) -> None:
    """Move pieces of a task from the shelf to the tote."""
    stock = tx.session.get_one(Stock, tx.session.get_one(Allocation, task.allocation_id).stock_id)
    warehouse = tx.session.get_one(Location, task.location_id).warehouse_id
    staging = staging_stock(tx, warehouse, task.sku_id, stock.lot_id)
    apply_moves(
        tx,
        [
            Move(stock.id, MoveKind.PICK, -pieces, -pieces, task.order_line_id),
            Move(staging, MoveKind.PICK, pieces, 0, task.order_line_id),
        ],
    )
    task.picked = pieces
    if pieces == task.quantity:
        task.state = advance(TASK, task.state, TaskState.PICKED)
        tx.session.execute(
            update(Allocation).where(Allocation.id == task.allocation_id).values(state=AllocationState.PICKED)
        )


def _carry_on(tx: Tx, batch_id: int, done: PickTask) -> None:
    """After a task is finished: its order may be picked, its batch too; the next one may be at the same location."""
    tx.session.flush()
    order_id = tx.session.get_one(OrderLine, done.order_line_id).order_id
    left = tx.connection.execute(
        select(PickTask.id)
        .join(OrderLine, OrderLine.id == PickTask.order_line_id)
        .where(OrderLine.order_id == order_id, PickTask.state == TaskState.OPEN)
        .limit(1)
    ).scalar()
    order = tx.session.get_one(Order, order_id)
    if left is None and order.state is OrderState.RELEASED:
        order.state = advance(ORDER, order.state, OrderState.PICKED)
        order.updated_at = tx.at
    task = next_task(tx.session, batch_id)
    if task is None:
        settle_batch(tx, batch_id)
    elif task.location_id == done.location_id:
        tx.session.execute(update(PickTask).where(PickTask.id == task.task_id).values(at_location=True))


def _short(tx: Tx, actor: Actor, task: PickTask, found: int) -> PickVerdict:
    allocation = tx.session.get_one(Allocation, task.allocation_id)
    missing = task.quantity - found
    if found:
        _take(tx, task, found)
        allocation.quantity = found
        allocation.state = AllocationState.PICKED
    else:
        allocation.state = AllocationState.FREED
    # the books say that the pieces are there, and they are not
    apply_moves(tx, [Move(allocation.stock_id, MoveKind.SHORT, -missing, -missing, task.order_line_id)])
    task.state = advance(TASK, task.state, TaskState.SHORT)
    tx.session.flush()
    order_id = tx.session.get_one(OrderLine, task.order_line_id).order_id
    order = tx.session.get_one(Order, order_id)
    sku, location = tx.session.get_one(Sku, task.sku_id), tx.session.get_one(Location, task.location_id)
    facts: dict[str, Fact] = {"sku": sku.code, "location": location.code, "order": order.source_id}
    facts["tote"] = tx.connection.execute(
        select(Tote.code).join(BatchOrder, BatchOrder.tote_id == Tote.id).where(BatchOrder.order_id == order_id)
    ).scalar()
    code = PickCode.SHORT
    if not _replace(tx, task, missing, order.warehouse_id):
        problem = leave_batch(tx, order_id, "short") is OrderState.PROBLEM
        code = PickCode.SHORT_LEAVES if problem else PickCode.SHORT_GONE
    # after the order has left: what it gives back at this location is not there either
    gone = _write_off(tx, task)
    record(
        tx, actor, "short_pick",
        {"task": task.id, "order": order_id, "found": found, "missing": missing, "written_off": gone},
    )
    _carry_on(tx, task.batch_id, task)
    return PickVerdict(Outcome.ATTENTION, code, facts)


def _write_off(tx: Tx, task: PickTask) -> int:
    """Take what nobody was promised of the SKU off the books of the location; returns the pieces.

    The picker has taken all there was, so nobody else is to be sent there before it is counted. What was promised to
    others stays promised: whoever comes for it says what is there.
    """
    rows = tx.connection.execute(
        select(Stock.id, Stock.on_hand - Stock.allocated).where(
            Stock.location_id == task.location_id, Stock.sku_id == task.sku_id, Stock.on_hand > Stock.allocated
        )
    ).all()
    apply_moves(tx, (Move(stock, MoveKind.SHORT, -free, 0, None) for stock, free in rows))
    return sum(free for _, free in rows)


def _replace(tx: Tx, task: PickTask, missing: int, warehouse_id: int) -> bool:
    """Promise the missing pieces from other locations and add their picks at the end of the walk."""
    rows = tx.connection.execute(
        select(Stock.id, Stock.location_id, Stock.sku_id, Stock.on_hand - Stock.allocated, Lot.expires_on)
        .join(Location, Location.id == Stock.location_id)
        .outerjoin(Lot, Lot.id == Stock.lot_id)
        .where(
            Stock.sku_id == task.sku_id, Stock.on_hand > Stock.allocated, Location.kind == LocationKind.PICK,
            Location.warehouse_id == warehouse_id, Location.id != task.location_id,
            or_(Lot.expires_on.is_(None), Lot.expires_on >= tx.at.date()),
        )
    )
    takes = Shelf(StockRow(*row) for row in rows).allocate(
        [Need(task.order_line_id, task.sku_id, missing)]
    )
    if takes is None:
        return False
    last = tx.connection.execute(
        select(func.max(PickTask.sequence)).where(PickTask.batch_id == task.batch_id)
    ).scalar_one()
    apply_moves(tx, (Move(t.stock_id, MoveKind.ALLOCATE, 0, t.quantity, t.line_id) for t in takes))
    for step, take in enumerate(takes, 1):
        allocation = tx.connection.execute(
            insert(Allocation)
            .values(order_line_id=take.line_id, stock_id=take.stock_id, quantity=take.quantity)
            .returning(Allocation.id)
        ).scalar_one()
        tx.connection.execute(
            insert(PickTask).values(
                batch_id=task.batch_id, order_line_id=take.line_id, allocation_id=allocation,
                location_id=take.location_id, sku_id=take.sku_id, sequence=last + step, quantity=take.quantity,
            )
        )
    return True
