"""One order with all that hangs on it, for whoever is asked about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.customs import Lack
from app.domain.errors import Refusal
from app.domain.states import LabelState, OrderState, ParcelState, TaskState
from app.queries.customs import missing_customs_of
from app.queries.label_queue import CopyRow, copies_of
from db.orders import Backend, Order, OrderLine, Shop, Sku
from db.parcels import Label, Parcel, ParcelItem, PrintJob
from db.places import Station, Warehouse
from db.stock import Allocation, AllocationState
from db.waves import Batch, BatchOrder, PickTask, Tote


@dataclass(frozen=True, slots=True)
class Recipient:
    """To whom an order goes; for support alone, never for a bench, a log or a message."""

    name: str
    phone: str
    street: str  # lines as printed
    postcode: str
    city: str
    region: str
    country: str  # ISO 3166-1 alpha-2


@dataclass(frozen=True, slots=True)
class LineDetail:
    """A line: pieces ordered, picked and not put back, verified into a parcel; `short` when a pick found too few."""

    line_id: int
    sku_id: int
    sku: str
    name: str
    ordered: int
    picked: int
    packed: int
    short: bool


@dataclass(frozen=True, slots=True)
class LabelDetail:
    """A tracking number with its copies, the first copy first."""

    label_id: int
    tracking: str
    service: str
    state: LabelState
    created_at: datetime
    copies: tuple[CopyRow, ...]


@dataclass(frozen=True, slots=True)
class ParcelDetail:
    """A box; `station` is the bench on whose table it lies now."""

    parcel_id: int
    code: str
    state: ParcelState
    station: str | None
    weight_g: int | None
    opened_at: datetime
    closed_at: datetime | None
    labels: tuple[LabelDetail, ...]


@dataclass(frozen=True, slots=True)
class OrderDetail:
    """An order; `missing` lists, comma-separated, what keeps it from being planned, `lacks` what of it customs ask.

    `wave`, `batch`, `slot` are its place on a cart; `tote` is where its goods lie now. `cancel_requested_at` with a
    state other than cancelled: the next gate will stop it.
    """

    order_id: int
    source_id: str
    backend: str
    shop: str
    channel: str
    warehouse: str
    state: OrderState
    missing: str
    reason: str | None
    service: str
    placed_at: datetime | None
    ship_by: datetime | None
    created_at: datetime
    updated_at: datetime
    cancel_requested_at: datetime | None
    recipient: Recipient
    wave: int | None
    batch: int | None
    slot: int | None
    tote: str | None
    lines: tuple[LineDetail, ...]
    parcels: tuple[ParcelDetail, ...]
    lacks: tuple[Lack, ...] = ()

    @property
    def kickable(self) -> bool:
        """Whether it can be taken out of its wave."""
        return self.state in (OrderState.PLANNED, OrderState.RELEASED)

    @property
    def cancellable(self) -> bool:
        """Whether a cancel request would still be heard."""
        return self.state not in (OrderState.SHIPPED, OrderState.CANCELLED) and self.cancel_requested_at is None

    @property
    def to_put_back(self) -> bool:
        """Whether its goods wait to be put back on their shelves."""
        return self.state in (OrderState.PROBLEM, OrderState.CANCELLED) and any(line.picked for line in self.lines)


def order_detail(session: Session, order_id: int) -> OrderDetail:
    """All there is to say about an order; raises Refusal `order_unknown`."""
    row = session.execute(
        select(Order, Backend.code, Shop.code, Shop.channel, Warehouse.code)
        .join(Backend, Backend.id == Order.backend_id)
        .join(Shop, Shop.id == Order.shop_id)
        .join(Warehouse, Warehouse.id == Order.warehouse_id)
        .where(Order.id == order_id)
    ).first()
    if row is None:
        raise Refusal("order_unknown", order=order_id)
    order, backend, shop, channel, warehouse = row
    place = session.execute(
        select(Batch.wave_id, Batch.number, BatchOrder.slot, Tote.code)
        .join(Batch, Batch.id == BatchOrder.batch_id)
        .outerjoin(Tote, (Tote.id == BatchOrder.tote_id) & BatchOrder.emptied_at.is_(None))
        .where(BatchOrder.order_id == order_id)
    ).first()
    wave, batch, slot, tote = place or (None, None, None, None)
    return OrderDetail(
        order.id, order.source_id, backend, shop, channel, warehouse, order.state, order.missing, order.reason,
        order.service, order.placed_at, order.ship_by, order.created_at, order.updated_at, order.cancel_requested_at,
        Recipient(
            order.recipient_name, order.recipient_phone, order.street, order.postcode, order.city, order.region,
            order.country,
        ),
        wave, batch, slot, tote, _lines(session, order_id), _parcels(session, order_id),
        lacks=missing_customs_of(session, [order_id]).get(order_id, ()) if order.missing else (),
    )


def _lines(session: Session, order_id: int) -> tuple[LineDetail, ...]:
    picked = select(func.coalesce(func.sum(Allocation.quantity), 0)).where(
        Allocation.order_line_id == OrderLine.id, Allocation.state == AllocationState.PICKED
    )
    packed = (
        select(func.coalesce(func.sum(ParcelItem.quantity), 0))
        .join(Parcel, Parcel.id == ParcelItem.parcel_id)
        .where(
            Parcel.order_id == order_id, Parcel.state != ParcelState.VOIDED, ParcelItem.order_line_id == OrderLine.id
        )
    )
    short = select(PickTask.id).where(PickTask.order_line_id == OrderLine.id, PickTask.state == TaskState.SHORT)
    rows = session.execute(
        select(
            OrderLine.id, OrderLine.sku_id, Sku.code, Sku.name, OrderLine.quantity, picked.scalar_subquery(),
            packed.scalar_subquery(), short.exists(),
        )
        .join(Sku, Sku.id == OrderLine.sku_id)
        .where(OrderLine.order_id == order_id)
        .order_by(OrderLine.position)
    )
    return tuple(LineDetail(*row) for row in rows)


def _parcels(session: Session, order_id: int) -> tuple[ParcelDetail, ...]:
    labels: dict[int, list[LabelDetail]] = {}
    for parcel_id, label_id, tracking, service, state, created_at in session.execute(
        select(Label.parcel_id, Label.id, Label.tracking, Label.service, Label.state, Label.created_at)
        .join(Parcel, Parcel.id == Label.parcel_id)
        .where(Parcel.order_id == order_id)
        .order_by(Label.id)
    ):
        copies = copies_of(session, PrintJob.label_id == label_id)
        labels.setdefault(parcel_id, []).append(LabelDetail(label_id, tracking, service, state, created_at, copies))
    rows = session.execute(
        select(
            Parcel.id, Parcel.code, Parcel.state, Station.name, Parcel.weight_g, Parcel.opened_at, Parcel.closed_at
        )
        .outerjoin(Station, Station.id == Parcel.station_id)
        .where(Parcel.order_id == order_id)
        .order_by(Parcel.id)
    )
    return tuple(ParcelDetail(*row, tuple(labels.get(row[0], ()))) for row in rows)
