"""What the picking page shows: the batches that can be picked, and the walk of one of them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, case, func, select
from sqlalchemy.orm import Session

from app.domain.states import BatchState, Lane, OrderState, TaskState
from db.orders import Order, OrderLine, Sku, SkuBarcode
from db.places import Location, Station
from db.waves import Batch, BatchOrder, PickTask, Tote, Wave

PREVIEW = 2  # tasks that are shown beside the one that is next


@dataclass(frozen=True, slots=True)
class BatchView:
    """A cart that waits for a picker or has one; tasks that were cancelled do not count.

    `station` is the name of the station that picks it, None when nobody does; `pieces_left` are still to be taken;
    `walk_mm` is the planned walk in millimetres.
    """

    batch_id: int
    wave_id: int
    number: int
    lane: Lane
    open_tasks: int
    tasks: int
    orders: int
    pieces_left: int
    station_id: int | None
    station: str | None
    walk_mm: int


@dataclass(frozen=True, slots=True)
class TaskView:
    """Take `quantity` pieces of a SKU at a location into a tote in a slot of the cart.

    `barcode` is one that stands on a single piece, None when none is known; `at_location` once the location has been
    scanned; `picked` are the pieces of a task that is finished.
    """

    task_id: int
    location_id: int
    location: str
    aisle: str
    sku_id: int
    sku: str
    name: str
    barcode: str | None
    quantity: int
    tote: str
    slot: int
    order: str
    at_location: bool
    picked: int

    @property
    def called(self) -> str:
        """What a picker calls the item: its name, else its SKU."""
        return self.name or self.sku

    @property
    def missing(self) -> int:
        """Pieces that were not found, once the task is short."""
        return self.quantity - self.picked


@dataclass(frozen=True, slots=True)
class PickingView:
    """One cart's walk.

    `task` is the pick that is next and `upcoming` the few after it, in walking order; both empty when nothing is left
    or the batch is not released. `done` of `tasks` are finished, the short ones too; `pieces_done` of `pieces` are in
    their totes. `shorts` are the tasks at whose location pieces were missing. Cancelled tasks do not count. `aside` are
    the totes of orders that have left the cart with goods in them, and belong on the problem shelf; `for_bench` counts
    the orders that stay on it.
    """

    batch_id: int
    wave_id: int
    number: int
    lane: Lane
    state: BatchState
    station_id: int | None
    station: str | None
    task: TaskView | None
    upcoming: tuple[TaskView, ...]
    done: int
    tasks: int
    pieces_done: int
    pieces: int
    shorts: tuple[TaskView, ...]
    aside: tuple[str, ...]
    for_bench: int

    @property
    def picked(self) -> int:
        """Tasks of which every piece was found: a short one is finished, but no pick."""
        return self.done - len(self.shorts)


# a task that came up short wants no more than was found: what was missing is a task of its own elsewhere, or nothing
_WANTED = case((PickTask.state == TaskState.OPEN, PickTask.quantity), else_=PickTask.picked)
_COUNTS = (
    func.coalesce(func.sum(case((PickTask.state == TaskState.OPEN, 1), else_=0)), 0),
    func.count(PickTask.id),
    func.coalesce(func.sum(_WANTED - PickTask.picked), 0),
    func.coalesce(func.sum(PickTask.picked), 0),
)
_TASKS = (
    select(
        PickTask.id, PickTask.location_id, Location.code, Location.aisle, PickTask.sku_id, Sku.code, Sku.name,
        select(SkuBarcode.barcode)
        .where(SkuBarcode.sku_id == PickTask.sku_id, SkuBarcode.quantity == 1)
        .order_by(SkuBarcode.id)
        .limit(1)
        .scalar_subquery(),
        PickTask.quantity, func.coalesce(Tote.code, ""), func.coalesce(BatchOrder.slot, 0), Order.source_id,
        PickTask.at_location, PickTask.picked,
    )
    .join(Location, Location.id == PickTask.location_id)
    .join(Sku, Sku.id == PickTask.sku_id)
    .join(OrderLine, OrderLine.id == PickTask.order_line_id)
    .join(Order, Order.id == OrderLine.order_id)
    # an order that was kicked out has left its slot, but its short tasks are still told
    .outerjoin(BatchOrder, (BatchOrder.order_id == Order.id) & (BatchOrder.batch_id == PickTask.batch_id))
    .outerjoin(Tote, Tote.id == BatchOrder.tote_id)
    .where(PickTask.batch_id == bindparam("batch"), PickTask.state == bindparam("state"))
    .order_by(PickTask.sequence)
    .limit(bindparam("most"))
)


_ON_CART = (
    select(Tote.code, Order.state)
    .join(BatchOrder, BatchOrder.order_id == Order.id)
    .outerjoin(Tote, Tote.id == BatchOrder.tote_id)
    .where(BatchOrder.batch_id == bindparam("batch"))
    .order_by(BatchOrder.slot)
)


def batches_to_pick(session: Session, warehouse_id: int) -> list[BatchView]:
    """Released batches of a warehouse, in wave order."""
    orders = select(func.count()).where(BatchOrder.batch_id == Batch.id).scalar_subquery()
    open_tasks, tasks, left, _ = _COUNTS
    rows = session.execute(
        select(
            Batch.id, Batch.wave_id, Batch.number, Batch.lane, open_tasks, tasks, orders, left, Batch.station_id,
            Station.name, Batch.walk_mm,
        )
        .join(Wave, Wave.id == Batch.wave_id)
        .outerjoin(Station, Station.id == Batch.station_id)
        .outerjoin(PickTask, (PickTask.batch_id == Batch.id) & (PickTask.state != TaskState.CANCELLED))
        .where(Batch.state == BatchState.RELEASED, Wave.warehouse_id == warehouse_id)
        .group_by(Batch.id, Batch.wave_id, Batch.number, Batch.lane, Batch.station_id, Station.name, Batch.walk_mm)
        .order_by(Batch.wave_id, Batch.number)
    )
    return [BatchView(*row) for row in rows]


def picking_view(session: Session, batch_id: int) -> PickingView:
    """All that the picking page shows of a batch, whatever its state."""
    wave_id, number, lane, state, station_id, station = session.execute(
        select(Batch.wave_id, Batch.number, Batch.lane, Batch.state, Batch.station_id, Station.name)
        .outerjoin(Station, Station.id == Batch.station_id)
        .where(Batch.id == batch_id)
    ).one()
    open_tasks, tasks, left, picked = session.execute(
        select(*_COUNTS).where(PickTask.batch_id == batch_id, PickTask.state != TaskState.CANCELLED)
    ).one()
    on_cart = session.execute(_ON_CART, {"batch": batch_id}).all()
    upcoming = _tasks(session, batch_id, TaskState.OPEN, 1 + PREVIEW) if state is BatchState.RELEASED else ()
    return PickingView(
        batch_id, wave_id, number, lane, state, station_id, station,
        task=upcoming[0] if upcoming else None,
        upcoming=upcoming[1:],
        done=tasks - open_tasks,
        tasks=tasks,
        pieces_done=picked,
        pieces=picked + left,
        shorts=_tasks(session, batch_id, TaskState.SHORT, tasks),
        aside=tuple(tote for tote, order in on_cart if order is OrderState.PROBLEM and tote is not None),
        for_bench=sum(order is not OrderState.PROBLEM for _, order in on_cart),
    )  # fmt: skip


def _tasks(session: Session, batch_id: int, state: TaskState, most: int) -> tuple[TaskView, ...]:
    rows = session.execute(_TASKS, {"batch": batch_id, "state": state, "most": most})
    return tuple(TaskView(*row) for row in rows)


def claimed_batch(session: Session, station_id: int) -> int | None:
    """The batch that a station was picking when it was last heard of, None when it has none."""
    return session.execute(
        select(Batch.id)
        .where(Batch.station_id == station_id, Batch.state == BatchState.RELEASED)
        .order_by(Batch.id)
        .limit(1)
    ).scalar()
