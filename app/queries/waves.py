"""What the planner and the board read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.domain.allocation import Need, StockRow
from app.domain.picking import Task
from app.domain.states import BatchState, Lane, OrderState, TaskState, WaveState
from app.waves.batching import Cart
from app.waves.layout import Place, Survey, survey
from app.waves.proposal import OpenOrder
from db.orders import Lot, Order, OrderLine, Sku, SkuBarcode
from db.places import Location, LocationKind, Warehouse
from db.stock import Stock
from db.waves import Batch, BatchOrder, PickTask, Tote, Wave


def open_orders(session: Session, warehouse_id: int) -> list[OpenOrder]:
    """Orders that are ready to be planned, earliest ship-by first, then in the order in which they came."""
    rows = session.execute(
        select(
            Order.id, Order.version, OrderLine.id, OrderLine.sku_id, OrderLine.quantity, Sku.weight_g,
            Sku.length_mm * Sku.width_mm * Sku.height_mm,
        )
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(Sku, Sku.id == OrderLine.sku_id)
        .where(Order.warehouse_id == warehouse_id, Order.state == OrderState.READY)
        .order_by(Order.ship_by.is_(None), Order.ship_by, Order.id, OrderLine.position)
    )
    found: dict[int, tuple[int, list[Need], list[int]]] = {}
    for order_id, version, line_id, sku_id, quantity, weight, volume in rows:
        _, needs, sums = found.setdefault(order_id, (version, [], [0, 0]))
        needs.append(Need(line_id, sku_id, quantity))
        sums[0] += (weight or 0) * quantity
        sums[1] += (volume or 0) * quantity
    return [
        OpenOrder(order_id, version, weight, volume, tuple(needs))
        for order_id, (version, needs, (weight, volume)) in found.items()
    ]


def free_stock(session: Session, warehouse_id: int, today: date) -> list[StockRow]:
    """Stock on pick locations that nobody has been promised and whose lot has not expired before `today`."""
    rows = session.execute(
        select(Stock.id, Stock.location_id, Stock.sku_id, Stock.on_hand - Stock.allocated, Lot.expires_on)
        .join(Location, Location.id == Stock.location_id)
        .outerjoin(Lot, Lot.id == Stock.lot_id)
        .where(
            Location.warehouse_id == warehouse_id, Location.kind == LocationKind.PICK, Stock.on_hand > Stock.allocated,
            or_(Lot.expires_on.is_(None), Lot.expires_on >= today),
        )
    )
    return [StockRow(*row) for row in rows]


def warehouse_survey(session: Session, warehouse_id: int) -> Survey:
    """The geometry of a warehouse's pick locations; raises Refusal when it has none."""
    warehouse = session.get_one(Warehouse, warehouse_id)
    rows = session.execute(
        select(Location.id, Location.aisle, Location.bay, Location.x_mm, Location.y_mm)
        .where(Location.warehouse_id == warehouse_id, Location.kind == LocationKind.PICK)
        .order_by(Location.id)
    )
    return survey(
        [Place(*row) for row in rows],
        aisle_pitch_mm=warehouse.aisle_pitch_mm,
        bay_pitch_mm=warehouse.bay_pitch_mm,
        cross_aisle_mm=warehouse.cross_aisle_mm,
    )


def cart(session: Session, warehouse_id: int) -> Cart:
    """What one cart of the warehouse holds."""
    warehouse = session.get_one(Warehouse, warehouse_id)
    return Cart(
        totes=warehouse.cart_totes,
        weight_g=warehouse.cart_weight_g,
        volume_mm3=None,
        pieces_per_tote=warehouse.tote_pieces,
    )


@dataclass(frozen=True, slots=True)
class WaveRow:
    """A wave on the board; walks in millimetres."""

    wave_id: int
    state: WaveState
    batches: int
    orders: int
    walk_mm: int
    file_walk_mm: int


def waves(session: Session, *states: WaveState) -> list[WaveRow]:
    """The waves in these states (none named: all), oldest first."""
    orders = (
        select(func.count())
        .select_from(BatchOrder)
        .join(Batch, Batch.id == BatchOrder.batch_id)
        .where(Batch.wave_id == Wave.id)
        .scalar_subquery()
    )
    query = (
        select(
            Wave.id, Wave.state, func.count(Batch.id), orders, func.coalesce(func.sum(Batch.walk_mm), 0),
            func.coalesce(func.sum(Batch.file_walk_mm), 0),
        )
        .outerjoin(Batch, (Batch.wave_id == Wave.id) & (Batch.state != BatchState.CANCELLED))
        .group_by(Wave.id, Wave.state)
        .order_by(Wave.id)
    )
    if states:
        query = query.where(Wave.state.in_(states))
    return [WaveRow(*row) for row in session.execute(query)]


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A cart that can be picked."""

    batch_id: int
    wave_id: int
    number: int
    lane: Lane
    open_tasks: int


def released_batches(session: Session, warehouse_id: int) -> list[BatchRow]:
    """Batches that wait for a picker, in wave order."""
    rows = session.execute(
        select(Batch.id, Batch.wave_id, Batch.number, Batch.lane, func.count(PickTask.id))
        .join(Wave, Wave.id == Batch.wave_id)
        .join(PickTask, (PickTask.batch_id == Batch.id) & (PickTask.state == TaskState.OPEN))
        .where(Batch.state == BatchState.RELEASED, Wave.warehouse_id == warehouse_id)
        .group_by(Batch.id, Batch.wave_id, Batch.number, Batch.lane)
        .order_by(Batch.wave_id, Batch.number)
    )
    return [BatchRow(*row) for row in rows]


def next_task(session: Session, batch_id: int) -> Task | None:
    """The pick that is next on a cart's walk, None when nothing is left or its wave is not released."""
    row = session.execute(
        select(
            PickTask.id, PickTask.location_id, Location.code, PickTask.sku_id, Sku.code, PickTask.quantity,
            func.coalesce(Tote.code, ""), BatchOrder.slot, PickTask.at_location,
        )
        .join(Batch, Batch.id == PickTask.batch_id)
        .join(Location, Location.id == PickTask.location_id)
        .join(Sku, Sku.id == PickTask.sku_id)
        .join(OrderLine, OrderLine.id == PickTask.order_line_id)
        .join(BatchOrder, BatchOrder.order_id == OrderLine.order_id)
        .outerjoin(Tote, Tote.id == BatchOrder.tote_id)
        .where(
            PickTask.batch_id == batch_id, PickTask.state == TaskState.OPEN, Batch.state == BatchState.RELEASED
        )
        .order_by(PickTask.sequence)
        .limit(1)
    ).first()
    return None if row is None else Task(*row)


def barcode_of(session: Session, sku_id: int) -> str:
    """A single-piece barcode of a SKU, as it stands on the goods."""
    found = session.execute(
        select(SkuBarcode.barcode).where(SkuBarcode.sku_id == sku_id, SkuBarcode.quantity == 1).order_by(SkuBarcode.id)
    ).scalars().first()
    return found if found is not None else session.get_one(Sku, sku_id).code


def warehouse_ids(session: Session) -> Sequence[int]:
    """All warehouses, oldest first."""
    return session.scalars(select(Warehouse.id).order_by(Warehouse.id)).all()
