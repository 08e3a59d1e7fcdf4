"""The board's waves: how far each is, and the orders in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from app.domain.states import BatchState, Lane, OrderState, TaskState, WaveState
from app.queries.board import STAGE_OF, StageName
from db.orders import Order, OrderLine
from db.waves import Batch, BatchOrder, PickTask, Tote, Wave

KICKABLE = (OrderState.PLANNED, OrderState.RELEASED)


@dataclass(frozen=True, slots=True)
class WaveProgress:
    """A wave on the board; walks in millimetres.

    `orders` are those that are in it now; `to_pick` of them are not picked, `picked` wait for a packer, `packing` are
    being packed, `shipped` are done, `problem` are stuck and `cancelled` wait to be put back. `done` of `tasks` picks
    are made, `shorts` of those found too little.
    """

    wave_id: int
    state: WaveState
    created_at: datetime
    released_at: datetime | None
    orders: int
    to_pick: int
    picked: int
    packing: int
    shipped: int
    problem: int
    cancelled: int
    batches: int
    batches_picked: int
    tasks: int
    done: int
    shorts: int
    walk_mm: int
    file_walk_mm: int


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def wave_rows(session: Session, warehouse_id: int, limit: int = 20) -> list[WaveProgress]:
    """The newest waves that were not taken back, the newest first."""
    waves = session.execute(
        select(Wave.id, Wave.state, Wave.created_at, Wave.released_at)
        .where(Wave.warehouse_id == warehouse_id, Wave.state != WaveState.CANCELLED)
        .order_by(Wave.id.desc())
        .limit(limit)
    ).all()
    wanted = Batch.wave_id.in_([wave_id for wave_id, *_ in waves])
    batches = {
        wave_id: counts
        for wave_id, *counts in session.execute(
            select(
                Batch.wave_id, func.count(), _count(Batch.state == BatchState.PICKED), func.sum(Batch.walk_mm),
                func.sum(Batch.file_walk_mm),
            )
            .where(wanted, Batch.state != BatchState.CANCELLED)
            .group_by(Batch.wave_id)
        )
    }
    tasks = {
        wave_id: counts
        for wave_id, *counts in session.execute(
            select(
                Batch.wave_id, func.count(), _count(PickTask.state != TaskState.OPEN),
                _count(PickTask.state == TaskState.SHORT),
            )
            .join(PickTask, PickTask.batch_id == Batch.id)
            .where(wanted, PickTask.state != TaskState.CANCELLED)
            .group_by(Batch.wave_id)
        )
    }
    orders: dict[int, dict[OrderState, int]] = {}
    for wave_id, state, count in session.execute(
        select(Batch.wave_id, Order.state, func.count())
        .join(BatchOrder, BatchOrder.batch_id == Batch.id)
        .join(Order, Order.id == BatchOrder.order_id)
        .where(wanted)
        .group_by(Batch.wave_id, Order.state)
    ):
        orders.setdefault(wave_id, {})[state] = count

    rows = []
    for wave_id, wave_state, created_at, released_at in waves:
        of = orders.get(wave_id, {})
        carts, carts_picked, walk, file_walk = batches.get(wave_id, (0, 0, 0, 0))
        all_tasks, done, short = tasks.get(wave_id, (0, 0, 0))
        rows.append(
            WaveProgress(
                wave_id, wave_state, created_at, released_at,
                orders=sum(of.values()),
                to_pick=of.get(OrderState.PLANNED, 0) + of.get(OrderState.RELEASED, 0),
                picked=of.get(OrderState.PICKED, 0),
                packing=of.get(OrderState.PACKING, 0),
                shipped=of.get(OrderState.SHIPPED, 0),
                problem=of.get(OrderState.PROBLEM, 0),
                cancelled=of.get(OrderState.CANCELLED, 0),
                batches=carts, batches_picked=carts_picked, tasks=all_tasks, done=done, shorts=short,
                walk_mm=walk, file_walk_mm=file_walk,
            )
        )
    return rows


class WaveOrderSort(StrEnum):
    """By what the orders of a wave are sorted."""

    SLOT = "slot"  # cart by cart
    NUMBER = "number"
    STATE = "state"  # in the order in which an order passes the stages


@dataclass(frozen=True, slots=True)
class WaveOrder:
    """An order in a wave: its place on the cart and how much of it is picked.

    `kickable` while it can be taken out of the wave; `short` when a pick of it found too little.
    """

    order_id: int
    order: str
    state: OrderState
    batch: int
    lane: Lane
    slot: int
    tote: str | None
    lines: int
    picked: int
    pieces: int
    short: bool
    kickable: bool
    cancel_requested: bool


_STAGES = list(StageName)
_RANK = case(
    {state: _STAGES.index(stage) for state, stage in STAGE_OF.items()}, value=Order.state, else_=len(_STAGES)
)


def wave_orders(
    session: Session, wave_id: int, *, sort: str = WaveOrderSort.SLOT, descending: bool = False, offset: int = 0,
    limit: int = 200,
) -> tuple[WaveOrder, ...]:
    """A page of a wave's orders; `sort` is one of `WaveOrderSort`."""
    firsts: dict[WaveOrderSort, list[ColumnElement[Any]]] = {
        WaveOrderSort.SLOT: [],
        WaveOrderSort.NUMBER: [Order.source_id.expression],
        WaveOrderSort.STATE: [_RANK],
    }
    order_by = [*firsts[WaveOrderSort(sort)], Batch.number, BatchOrder.slot, Order.id]
    of_order = select(func.count(), func.sum(OrderLine.quantity)).where(OrderLine.order_id == Order.id)
    tasks = PickTask.__table__.join(OrderLine.__table__, OrderLine.id == PickTask.order_line_id)
    picked = (
        select(func.coalesce(func.sum(PickTask.picked), 0))
        .select_from(tasks)
        .where(OrderLine.order_id == Order.id, PickTask.batch_id == Batch.id)
    )
    short = (
        select(PickTask.id)
        .select_from(tasks)
        .where(OrderLine.order_id == Order.id, PickTask.batch_id == Batch.id, PickTask.state == TaskState.SHORT)
    )
    rows = session.execute(
        select(
            Order.id, Order.source_id, Order.state, Batch.number, Batch.lane, BatchOrder.slot, Tote.code,
            of_order.with_only_columns(func.count()).scalar_subquery(), picked.scalar_subquery(),
            of_order.with_only_columns(func.sum(OrderLine.quantity)).scalar_subquery(), short.exists(),
            Order.state.in_(KICKABLE), Order.cancel_requested_at.is_not(None),
        )
        .join(BatchOrder, BatchOrder.order_id == Order.id)
        .join(Batch, Batch.id == BatchOrder.batch_id)
        .outerjoin(Tote, Tote.id == BatchOrder.tote_id)
        .where(Batch.wave_id == wave_id)
        .order_by(*(column.desc() if descending else column for column in order_by))
        .offset(offset)
        .limit(limit)
    )
    return tuple(WaveOrder(*row) for row in rows)


def wave_order_total(session: Session, wave_id: int) -> int:
    """How many orders are in a wave now."""
    return session.execute(
        select(func.count())
        .select_from(BatchOrder)
        .join(Batch, Batch.id == BatchOrder.batch_id)
        .where(Batch.wave_id == wave_id)
    ).scalar_one()
