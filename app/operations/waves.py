"""Waves: made from a plan, released to the pickers, taken back; an order kicked out, goods put back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, delete, insert, or_, select, update

from app.change import Change, changed
from app.domain.barcode import Kind, make_code
from app.domain.errors import Refusal
from app.domain.people import Actor
from app.domain.states import (
    BATCH,
    ORDER,
    WAVE,
    BatchState,
    LabelState,
    Lane,
    OrderState,
    TaskState,
    WaveState,
    advance,
)
from app.operations.labels import void_parcels
from app.operations.stock import Move, apply_moves, staging_stock
from app.waves.proposal import Proposal
from db.journal import record, take_number
from db.orders import Order, OrderLine
from db.parcels import Label, Parcel
from db.stock import Allocation, AllocationState, MoveKind, Stock
from db.store import Tx
from db.waves import Batch, BatchOrder, PickTask, Tote, Wave


def create_wave(tx: Tx, actor: Actor, warehouse_id: int, proposal: Proposal) -> tuple[int | None, Change]:
    """Write a planned wave with its batches, promises of stock and pick tasks; None when the plan holds no order.

    Orders that the plan found unprintable or without customs data become incomplete, with what is missing. Raises
    Refusal `plan_outdated` when an order or the stock has changed since the plan was made: plan again.
    """
    for refused in proposal.refused:
        tx.session.execute(
            update(Order)
            .where(
                Order.id == refused.order_id, Order.version == refused.version, Order.state == OrderState.READY
            )
            .values(
                state=OrderState.INCOMPLETE, missing=",".join(refused.missing), reason=refused.reason,
                version=Order.version + 1, updated_at=tx.at,
            )
        )
    batches = proposal.batches
    if not batches:
        return None, changed("orders") if proposal.refused else Change()
    order_ids = [order for batch in batches for order in batch.orders]
    _check_plan(tx, proposal, order_ids)
    wave = Wave(warehouse_id=warehouse_id, state=WaveState.PLANNED, created_at=tx.at)
    tx.session.add(wave)
    tx.session.flush()
    tx.session.execute(
        update(Order)
        .where(Order.id.in_(bindparam("ids", expanding=True)))
        .values(state=OrderState.PLANNED, updated_at=tx.at),
        {"ids": order_ids},
        execution_options={"synchronize_session": False},
    )
    takes = [take for batch in batches for take in batch.takes]
    allocations = iter(
        tx.connection.execute(
            insert(Allocation).returning(Allocation.id, sort_by_parameter_order=True),
            [{"order_line_id": t.line_id, "stock_id": t.stock_id, "quantity": t.quantity} for t in takes],
        ).scalars().all()
    )
    apply_moves(tx, (Move(t.stock_id, MoveKind.ALLOCATE, 0, t.quantity, t.line_id) for t in takes))
    for number, planned in enumerate(batches, 1):
        batch = Batch(
            wave_id=wave.id, number=number, lane=planned.lane, state=BatchState.PLANNED, walk_mm=planned.walk_mm,
            file_walk_mm=planned.file_walk_mm,
        )
        tx.session.add(batch)
        tx.session.flush()
        tx.connection.execute(
            insert(BatchOrder),
            [{"order_id": o, "batch_id": batch.id, "slot": slot} for slot, o in enumerate(planned.orders, 1)],
        )
        tx.connection.execute(
            insert(PickTask),
            [
                {
                    "batch_id": batch.id, "order_line_id": t.line_id, "allocation_id": next(allocations),
                    "location_id": t.location_id, "sku_id": t.sku_id, "sequence": n + 1, "quantity": t.quantity,
                }
                for n, t in enumerate(planned.takes)
            ],
        )
    record(tx, actor, "create_wave", {"wave": wave.id, "orders": len(order_ids)})
    return wave.id, changed("waves", "orders", "stock", ids=[("wave", wave.id)], undo="cancel_wave")


def _check_plan(tx: Tx, proposal: Proposal, order_ids: Sequence[int]) -> None:
    versions = dict(
        tx.connection.execute(
            select(Order.id, Order.version)
            .where(Order.id.in_(bindparam("ids", expanding=True)), Order.state == OrderState.READY)
            .with_for_update(),
            {"ids": list(order_ids)},
        )
        .all()
    )
    if any(versions.get(order) != version for order, version in proposal.versions.items()):
        raise Refusal("plan_outdated")
    wanted: dict[int, int] = {}
    for batch in proposal.batches:
        for take in batch.takes:
            wanted[take.stock_id] = wanted.get(take.stock_id, 0) + take.quantity
    free = dict(
        tx.connection.execute(
            select(Stock.id, Stock.on_hand - Stock.allocated)
            .where(Stock.id.in_(bindparam("ids", expanding=True)))
            .with_for_update(),
            {"ids": list(wanted)},
        )
        .all()
    )
    if any(free.get(stock, 0) < quantity for stock, quantity in wanted.items()):
        raise Refusal("plan_outdated")


def release_wave(tx: Tx, actor: Actor, wave_id: int) -> tuple[None, Change]:
    """Hand a planned wave to the pickers; every order gets its tote (the orders of a single-item batch share one)."""
    wave = _wave(tx, wave_id)
    wave.state = advance(WAVE, wave.state, WaveState.RELEASED)
    wave.released_at = tx.at
    wave.version += 1
    free = list(
        tx.connection.execute(
            select(Tote.id)
            .where(
                Tote.warehouse_id == wave.warehouse_id,
                ~select(BatchOrder.order_id)
                .where(BatchOrder.tote_id == Tote.id, BatchOrder.emptied_at.is_(None))
                .exists(),
            )
            .order_by(Tote.number.desc())
        ).scalars()
    )

    def tote() -> int:
        if free:
            return free.pop()
        number = take_number(tx, "tote")
        made = Tote(warehouse_id=wave.warehouse_id, number=number, code=make_code(Kind.TOTE, number, 5))
        tx.session.add(made)
        tx.session.flush()
        return made.id

    for batch in _batches(tx, wave_id, BatchState.PLANNED):
        batch.state = advance(BATCH, batch.state, BatchState.RELEASED)
        shared = tote() if batch.lane is Lane.SINGLE else None
        for place in tx.session.scalars(
            select(BatchOrder).where(BatchOrder.batch_id == batch.id).order_by(BatchOrder.slot)
        ):
            place.tote_id = shared or tote()
    tx.session.flush()
    orders = select(BatchOrder.order_id).join(Batch, Batch.id == BatchOrder.batch_id).where(Batch.wave_id == wave_id)
    tx.session.execute(
        update(Order)
        .where(Order.id.in_(orders), Order.state == OrderState.PLANNED)
        .values(state=OrderState.RELEASED, updated_at=tx.at),
        execution_options={"synchronize_session": False},
    )
    record(tx, actor, "release_wave", {"wave": wave_id})
    return None, changed("waves", "orders", ids=[("wave", wave_id)])


def cancel_wave(tx: Tx, actor: Actor, wave_id: int, reason: str) -> tuple[None, Change]:
    """Take a wave back: its orders are ready again and its stock is free.

    Raises Refusal `wave_in_work` once something has been picked: kick single orders out instead; `wave_picked` once
    all of it is.
    """
    wave = _wave(tx, wave_id)
    started = tx.connection.execute(
        select(PickTask.id)
        .join(Batch, Batch.id == PickTask.batch_id)
        .where(Batch.wave_id == wave_id, PickTask.picked > 0)
        .limit(1)
    ).scalar()
    if started is not None:
        raise Refusal("wave_picked" if wave.state is WaveState.DONE else "wave_in_work", wave=wave_id)
    advance(WAVE, wave.state, WaveState.CANCELLED)
    for order_id in _orders_of(tx, wave_id):
        leave_batch(tx, order_id)
    wave.state = WaveState.CANCELLED
    wave.version += 1
    for batch in _batches(tx, wave_id, BatchState.PLANNED, BatchState.RELEASED):
        batch.state = BatchState.CANCELLED
    record(tx, actor, "cancel_wave", {"wave": wave_id}, reason=reason)
    return None, changed("waves", "orders", "stock", ids=[("wave", wave_id)])


def kick_out(tx: Tx, actor: Actor, order_id: int, reason: str) -> tuple[OrderState, Change]:
    """Take one order out of its wave; returns what it is now (ready, or a problem when goods of it are in a tote)."""
    state = leave_batch(tx, order_id, reason)
    record(tx, actor, "kick_out", {"order": order_id}, reason=reason)
    return state, changed("waves", "orders", "stock", ids=[("order", order_id)])


def leave_batch(tx: Tx, order_id: int, reason: str | None = None) -> OrderState:
    """Free what was promised to an order that is planned or being picked, and drop its open pick tasks.

    Without picked goods it leaves its place on the cart and is ready again; with them it becomes a problem and keeps
    its tote until the goods are put back. Raises Refusal `order_picked_already`, and `order_not_in_wave` for an order
    in any other state.
    """
    order = tx.session.get(Order, order_id)
    place = tx.session.get(BatchOrder, order_id)
    if order is not None and order.state in (OrderState.PICKED, OrderState.PACKING):
        raise Refusal("order_picked_already", order=order.source_id)
    if order is None or place is None or order.state not in (OrderState.PLANNED, OrderState.RELEASED):
        raise Refusal("order_not_in_wave", order=order.source_id if order else order_id)
    batch_id = place.batch_id
    free_open_tasks(tx, order_id)
    if picked_lots(tx, order_id):
        order.state = advance(ORDER, order.state, OrderState.PROBLEM)
        order.reason = reason
    else:
        order.state = advance(ORDER, order.state, OrderState.READY)
        tx.session.delete(place)
    order.version += 1
    order.updated_at = tx.at
    tx.session.flush()
    settle_batch(tx, batch_id)
    return order.state


def free_open_tasks(tx: Tx, order_id: int) -> None:
    """Cancel an order's open pick tasks and give their stock back."""
    rows = tx.connection.execute(
        select(PickTask.id, Allocation.id, Allocation.stock_id, Allocation.quantity, Allocation.order_line_id)
        .join(Allocation, Allocation.id == PickTask.allocation_id)
        .join(OrderLine, OrderLine.id == PickTask.order_line_id)
        .where(OrderLine.order_id == order_id, PickTask.state == TaskState.OPEN)
    ).all()
    tasks, allocations = [row[0] for row in rows], [row[1] for row in rows]
    tx.session.execute(update(PickTask).where(PickTask.id.in_(tasks)).values(state=TaskState.CANCELLED))
    tx.session.execute(update(Allocation).where(Allocation.id.in_(allocations)).values(state=AllocationState.FREED))
    apply_moves(tx, (Move(stock, MoveKind.CANCEL, 0, -quantity, line) for _, _, stock, quantity, line in rows))


_PICKED_LOTS = (
    select(Allocation.order_line_id, Stock.id, Stock.sku_id, Stock.lot_id, Allocation.quantity)
    .join(Stock, Stock.id == Allocation.stock_id)
    .join(OrderLine, OrderLine.id == Allocation.order_line_id)
    .where(OrderLine.order_id == bindparam("order"), Allocation.state == AllocationState.PICKED)
    .order_by(Allocation.id)
)


def picked_lots(tx: Tx, order_id: int) -> list[tuple[int, int, int, int | None, int]]:
    """What has been picked for an order and not put back: (line, stock row it came from, SKU, lot, pieces)."""
    return list(tx.connection.execute(_PICKED_LOTS, {"order": order_id}))


def settle_batch(tx: Tx, batch_id: int) -> None:
    """Close a batch whose last task is done, and its wave with the last batch."""
    batch = tx.session.get_one(Batch, batch_id)
    if batch.state not in (BatchState.PLANNED, BatchState.RELEASED):
        return
    left = tx.connection.execute(
        select(PickTask.id).where(PickTask.batch_id == batch_id, PickTask.state == TaskState.OPEN).limit(1)
    ).scalar()
    if left is not None:
        return
    anybody = tx.connection.execute(
        select(BatchOrder.order_id).where(BatchOrder.batch_id == batch_id).limit(1)
    ).scalar()
    batch.state = BatchState.PICKED if anybody is not None else BatchState.CANCELLED
    tx.session.flush()
    wave = _wave(tx, batch.wave_id)
    states = set(tx.connection.execute(select(Batch.state).where(Batch.wave_id == wave.id)).scalars())
    if states <= {BatchState.CANCELLED}:
        wave.state = advance(WAVE, wave.state, WaveState.CANCELLED)
    elif wave.state is WaveState.RELEASED and states <= {BatchState.PICKED, BatchState.CANCELLED}:
        wave.state = advance(WAVE, wave.state, WaveState.DONE)


_GONE = (
    select(Parcel.id)
    .outerjoin(Label, (Label.parcel_id == Parcel.id) & (Label.state == LabelState.VALID))
    .where(
        Parcel.order_id == bindparam("order"), or_(Parcel.handed_over_at.is_not(None), Label.manifest_id.is_not(None))
    )
    .limit(1)
)


def put_back(tx: Tx, actor: Actor, order_id: int) -> tuple[None, Change]:
    """The goods of a problem or cancelled order are back on their shelves: a problem order is ready again.

    Raises Refusal `nothing_to_put_back` (order), and `put_back_handed_over` (order) when its carrier has a box of it.
    """
    order = tx.session.get(Order, order_id)
    if order is None or order.state not in (OrderState.PROBLEM, OrderState.CANCELLED):
        raise Refusal("nothing_to_put_back", order=order.source_id if order else order_id)
    if tx.session.execute(_GONE, {"order": order_id}).first() is not None:
        raise Refusal("put_back_handed_over", order=order.source_id)
    moves = []
    for line, stock, sku, lot, quantity in picked_lots(tx, order_id):
        staging = staging_stock(tx, order.warehouse_id, sku, lot)
        moves += [
            Move(staging, MoveKind.RETURN, -quantity, 0, line),
            Move(stock, MoveKind.RETURN, quantity, 0, line),
        ]
    apply_moves(tx, moves)
    lines = select(OrderLine.id).where(OrderLine.order_id == order_id)
    tx.session.execute(
        update(Allocation)
        .where(Allocation.order_line_id.in_(lines), Allocation.state == AllocationState.PICKED)
        .values(state=AllocationState.FREED),
        execution_options={"synchronize_session": False},
    )
    tx.session.execute(delete(BatchOrder).where(BatchOrder.order_id == order_id))
    order.problem_location_id = None
    void_parcels(tx, order_id)  # what was verified of it is on the shelves again
    if order.state is OrderState.PROBLEM:
        order.state = advance(ORDER, order.state, OrderState.READY)
        order.reason = None
    order.version += 1
    order.updated_at = tx.at
    record(tx, actor, "put_back", {"order": order_id, "pieces": sum(m.on_hand for m in moves[1::2])})
    return None, changed("orders", "stock", ids=[("order", order_id)])


def _wave(tx: Tx, wave_id: int) -> Wave:
    wave = tx.session.get(Wave, wave_id)
    if wave is None:
        raise Refusal("wave_unknown", wave=wave_id)
    return wave


def _batches(tx: Tx, wave_id: int, *states: BatchState) -> Iterable[Batch]:
    return tx.session.scalars(
        select(Batch).where(Batch.wave_id == wave_id, Batch.state.in_(states)).order_by(Batch.number)
    ).all()


def _orders_of(tx: Tx, wave_id: int) -> list[int]:
    return list(
        tx.connection.execute(
            select(BatchOrder.order_id)
            .join(Batch, Batch.id == BatchOrder.batch_id)
            .join(Order, Order.id == BatchOrder.order_id)
            .where(Batch.wave_id == wave_id, Order.state.in_((OrderState.PLANNED, OrderState.RELEASED)))
        ).scalars()
    )
