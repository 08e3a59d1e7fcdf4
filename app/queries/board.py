"""The board: where the orders stand, what will miss its cut-off, what is stuck."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVarTuple

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from app.domain import forecast
from app.domain.forecast import Pace
from app.domain.states import JobState, OrderState, ParcelState
from app.queries.packing_extras import ENDS
from db.journal import JournalEntry, ScanEvent
from db.orders import Order, Sku
from db.parcels import Label, Parcel, PrintJob
from db.places import Location, Station, Warehouse
from db.waves import BatchOrder, PickTask, Tote

Ts = TypeVarTuple("Ts")


class StageName(StrEnum):
    """A column of the board, in the order in which an order passes them; `problem` stands beside the way."""

    INCOMPLETE = "incomplete"
    READY = "ready"
    PLANNED = "planned"
    PICKING = "picking"  # its wave is released
    PICKED = "picked"  # in its tote or on the wall
    PACKING = "packing"
    LABELLING = "labelling"  # packed; its label is not scanned back yet
    PROBLEM = "problem"
    SHIPPED = "shipped"  # today


STAGE_OF: Mapping[OrderState, StageName] = {
    OrderState.INCOMPLETE: StageName.INCOMPLETE,
    OrderState.READY: StageName.READY,
    OrderState.PLANNED: StageName.PLANNED,
    OrderState.RELEASED: StageName.PICKING,
    OrderState.PICKED: StageName.PICKED,
    OrderState.PACKING: StageName.PACKING,
    OrderState.PROBLEM: StageName.PROBLEM,
}
OPEN = tuple(STAGE_OF)


def day_start(session: Session, warehouse_id: int, now: datetime) -> datetime:
    """The moment at which today began in a warehouse."""
    return forecast.start_of_day(now, session.get_one(Warehouse, warehouse_id).zone)


@dataclass(frozen=True, slots=True)
class Stage:
    """How many orders are in a stage, and since when the one that has been there longest (None when nobody is).

    Problems are all that waits on the problem shelf, see `problem_orders`; of shipped orders those of today count.
    """

    name: StageName
    orders: int
    since: datetime | None


def stages(session: Session, warehouse_id: int, now: datetime) -> list[Stage]:
    """Every stage, in the order of `StageName`."""
    found = {name: Stage(name, 0, None) for name in StageName}
    for state, orders, since in session.execute(
        select(Order.state, func.count(), func.min(Order.updated_at))
        .where(Order.warehouse_id == warehouse_id, Order.state.in_(OPEN))
        .group_by(Order.state)
    ):
        name = STAGE_OF[state]
        found[name] = Stage(name, orders, since)
    # a parcel that waits for its label is one of an order that is being packed
    label_asked = (
        select(func.min(PrintJob.created_at))
        .join(Label, Label.id == PrintJob.label_id)
        .where(Label.parcel_id == Parcel.id, PrintJob.state != JobState.CANCELLED)
        .scalar_subquery()
    )
    labelling = (
        select(Parcel.order_id, label_asked.label("since"))
        .join(Order, Order.id == Parcel.order_id)
        .where(
            Parcel.state == ParcelState.LABELLING, Order.warehouse_id == warehouse_id,
            Order.state == OrderState.PACKING,
        )
        .subquery()
    )
    orders, since = session.execute(
        select(func.count(labelling.c.order_id.distinct()), func.min(labelling.c.since))
    ).one()
    if orders:
        waiting = select(labelling.c.order_id)
        packing = session.execute(
            select(func.count(), func.min(Order.updated_at)).where(
                Order.warehouse_id == warehouse_id, Order.state == OrderState.PACKING, Order.id.not_in(waiting)
            )
        ).one()
        found[StageName.LABELLING] = Stage(StageName.LABELLING, orders, since)
        found[StageName.PACKING] = Stage(StageName.PACKING, *packing)
    problems = _stuck(select(func.count(), func.min(Order.updated_at)).select_from(Order), warehouse_id)
    found[StageName.PROBLEM] = Stage(StageName.PROBLEM, *session.execute(problems).one())
    closed, first = session.execute(_closings(warehouse_id, day_start(session, warehouse_id, now))).one()
    found[StageName.SHIPPED] = Stage(StageName.SHIPPED, closed, first)
    return list(found.values())


def _closings(warehouse_id: int, since: datetime) -> Select[int, datetime]:
    """Orders whose last box was closed since a moment, and when the first of them was."""
    return (
        select(func.count(), func.min(ScanEvent.at))
        .join(Station, Station.id == ScanEvent.station_id)
        .where(ScanEvent.code.in_(ENDS), ScanEvent.at >= since, Station.warehouse_id == warehouse_id)
    )


def current_pace(session: Session, warehouse_id: int, now: datetime) -> Pace | None:
    """How fast parcels leave a warehouse's benches, None when nobody has been at work lately."""
    _, first = session.execute(_closings(warehouse_id, now - forecast.SHIFT)).one()
    closed, _ = session.execute(_closings(warehouse_id, now - forecast.WINDOW)).one()
    return forecast.pace(closed, first, now)


@dataclass(frozen=True, slots=True)
class CutOff:
    """Open orders that are to be shipped by a moment, and how many of them will not be.

    `passed` collects all moments that are over, `at` is the earliest of them. `by_stage` holds the stages that have
    orders. `will_miss` counts as `app.domain.forecast.will_miss` does: None while nobody knows the pace.
    """

    at: datetime
    passed: bool
    orders: int
    by_stage: Mapping[StageName, int]
    will_miss: int | None


def cutoffs(session: Session, warehouse_id: int, now: datetime, limit: int = 4) -> list[CutOff]:
    """What has passed its cut-off, where there is any, and the next `limit` cut-offs that have open orders."""
    of_house = (Order.warehouse_id == warehouse_id, Order.state.in_(OPEN))
    groups: dict[tuple[datetime, bool], dict[StageName, int]] = {}
    passed = session.execute(
        select(Order.state, func.count(), func.min(Order.ship_by))
        .where(*of_house, Order.ship_by <= now)
        .group_by(Order.state)
    ).all()
    if passed:
        earliest = min(at for _, _, at in passed if at is not None)
        groups[earliest, True] = {STAGE_OF[state]: orders for state, orders, _ in passed}
    moments = (
        select(Order.ship_by)
        .where(*of_house, Order.ship_by > now)
        .group_by(Order.ship_by)
        .order_by(Order.ship_by)
        .limit(limit)
    )
    last = session.execute(select(func.max(moments.subquery().c.ship_by))).scalar()
    if last is not None:
        for at, state, orders in session.execute(
            select(Order.ship_by, Order.state, func.count())
            .where(*of_house, Order.ship_by > now, Order.ship_by <= last)
            .group_by(Order.ship_by, Order.state)
            .order_by(Order.ship_by)
        ):
            if at is not None:
                groups.setdefault((at, False), {})[STAGE_OF[state]] = orders
    missed = forecast.will_miss(
        [(at, sum(by_stage.values())) for (at, _), by_stage in groups.items()], now,
        current_pace(session, warehouse_id, now),
    )
    return [
        CutOff(at, over, sum(by_stage.values()), by_stage, late)
        for ((at, over), by_stage), late in zip(groups.items(), missed, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class ShortRow:
    """A SKU that was not where the books have it; `missing` pieces in `times` picks since the day began."""

    sku_id: int
    sku: str
    name: str
    location: str
    times: int
    missing: int
    orders: int
    last_at: datetime


def shorts(session: Session, warehouse_id: int, now: datetime, limit: int = 20) -> list[ShortRow]:
    """Today's short picks by SKU and location, the latest first."""
    noted = session.execute(
        select(JournalEntry.ids, JournalEntry.at)
        .where(JournalEntry.name == "short_pick", JournalEntry.at >= day_start(session, warehouse_id, now))
        .order_by(JournalEntry.id)
    ).all()
    picks = [(json.loads(ids), at) for ids, at in noted]
    tasks = {
        task_id: (sku_id, sku, name, location)
        for task_id, sku_id, sku, name, location in session.execute(
            select(PickTask.id, Sku.id, Sku.code, Sku.name, Location.code)
            .join(Sku, Sku.id == PickTask.sku_id)
            .join(Location, Location.id == PickTask.location_id)
            .where(PickTask.id.in_([pick["task"] for pick, _ in picks]), Location.warehouse_id == warehouse_id)
        )
    }
    found: dict[tuple[int, str, str, str], list[tuple[int, int, datetime]]] = {}
    for pick, at in picks:
        if pick["task"] in tasks:
            found.setdefault(tasks[pick["task"]], []).append((pick["missing"], pick["order"], at))
    rows = [
        ShortRow(
            *place, len(each), sum(missing for missing, _, _ in each), len({order for _, order, _ in each}),
            each[-1][2],
        )
        for place, each in found.items()
    ]
    return sorted(rows, key=lambda row: row.last_at, reverse=True)[:limit]


@dataclass(frozen=True, slots=True)
class ProblemOrder:
    """An order whose goods lie off their shelf and that cannot go on: a problem, or cancelled and to be put back."""

    order_id: int
    order: str
    state: OrderState
    reason: str | None
    tote: str | None
    since: datetime


def _stuck(of: Select[*Ts], warehouse_id: int) -> Select[*Ts]:
    """What waits on the problem shelf; an order cancelled before anything was picked has no place on a cart left."""
    to_put_back = (Order.state == OrderState.CANCELLED) & BatchOrder.order_id.is_not(None)
    return of.outerjoin(BatchOrder, (BatchOrder.order_id == Order.id) & BatchOrder.emptied_at.is_(None)).where(
        Order.warehouse_id == warehouse_id, Order.state.in_((OrderState.PROBLEM, OrderState.CANCELLED)),
        or_(Order.state == OrderState.PROBLEM, to_put_back),
    )


def problem_orders(session: Session, warehouse_id: int, limit: int = 50) -> list[ProblemOrder]:
    """What waits on the problem shelf, the longest first."""
    orders = select(Order.id, Order.source_id, Order.state, Order.reason, Tote.code, Order.updated_at)
    rows = session.execute(
        _stuck(orders, warehouse_id)
        .outerjoin(Tote, Tote.id == BatchOrder.tote_id)
        .order_by(Order.updated_at, Order.id)
        .limit(limit)
    )
    return [ProblemOrder(*row) for row in rows]
