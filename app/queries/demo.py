"""What a demo's orders lack."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.domain.states import OrderState
from db.orders import Order, OrderLine, Shop, Sku, SkuBarcode
from db.places import Location, LocationKind
from db.stock import Stock, StockMove
from db.waves import BatchOrder, Tote


def skus_without_customs(session: Session) -> list[str]:
    """Codes of the SKUs that lack something for customs."""
    lacking = or_(Sku.hs_code == "", Sku.origin == "", Sku.customs_description == "", Sku.value_minor.is_(None))
    return list(session.scalars(select(Sku.code).where(lacking).order_by(Sku.id)))


def skus_without_weight(session: Session) -> list[str]:
    """Codes of the SKUs that nobody has weighed."""
    return list(session.scalars(select(Sku.code).where(Sku.weight_g.is_(None)).order_by(Sku.id)))


@dataclass(frozen=True, slots=True)
class Uncounted:
    """A stock row that has never been counted, and the pieces that all orders want of its SKU."""

    location: str
    sku: str
    wanted: int


def stock_never_counted(session: Session) -> list[Uncounted]:
    """Places of SKUs in pick locations whose stock nobody has told."""
    moved = select(StockMove.id).where(StockMove.stock_id == Stock.id).exists()
    wanted = (
        select(func.coalesce(func.sum(OrderLine.quantity), 0)).where(OrderLine.sku_id == Stock.sku_id).scalar_subquery()
    )
    rows = session.execute(
        select(Location.code, Sku.code, wanted)
        .select_from(Stock)
        .join(Location, Location.id == Stock.location_id)
        .join(Sku, Sku.id == Stock.sku_id)
        .where(Location.kind == LocationKind.PICK, Stock.on_hand == 0, ~moved)
        .order_by(Stock.id)
    )
    return [Uncounted(*row) for row in rows]


def skus_without_place(session: Session) -> list[tuple[str, int]]:
    """SKUs that orders want and that lie in no pick location, with the pieces wanted."""
    placed = (
        select(Stock.id)
        .join(Location, Location.id == Stock.location_id)
        .where(Stock.sku_id == Sku.id, Location.kind == LocationKind.PICK)
        .exists()
    )
    rows = session.execute(
        select(Sku.code, func.sum(OrderLine.quantity))
        .join(OrderLine, OrderLine.sku_id == Sku.id)
        .where(~placed)
        .group_by(Sku.id, Sku.code)
        .order_by(Sku.id)
    )
    return [(code, wanted) for code, wanted in rows]


@dataclass(frozen=True, slots=True)
class Incomplete:
    """An order without a recipient: its lines as (SKU, quantity)."""

    source_id: str
    shop: str
    lines: tuple[tuple[str, int], ...]


def incomplete_orders(session: Session) -> list[Incomplete]:
    """Orders that have no recipient, with their lines in the order of the source."""
    rows = session.execute(
        select(Order.id, Order.source_id, Shop.code, Sku.code, OrderLine.quantity)
        .join(Shop, Shop.id == Order.shop_id)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(Sku, Sku.id == OrderLine.sku_id)
        .where(Order.state == OrderState.INCOMPLETE, Order.recipient_name == "")
        .order_by(Order.id, OrderLine.position)
    )
    found: dict[int, tuple[str, str, list[tuple[str, int]]]] = {}
    for order_id, source_id, shop, sku, quantity in rows:
        found.setdefault(order_id, (source_id, shop, []))[2].append((sku, quantity))
    return [Incomplete(source_id, shop, tuple(lines)) for source_id, shop, lines in found.values()]


@dataclass(frozen=True, slots=True)
class Content:
    """Pieces of one order line in a tote."""

    tote: str
    order: str
    sku: str
    name: str
    barcode: str
    quantity: int


def tote_contents(session: Session) -> list[Content]:
    """What lies in the totes that wait for a packer, tote by tote."""
    barcode = (
        select(func.min(SkuBarcode.barcode))
        .where(SkuBarcode.sku_id == Sku.id, SkuBarcode.quantity == 1)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Tote.code, Order.source_id, Sku.code, Sku.name, func.coalesce(barcode, Sku.code), OrderLine.quantity)
        .join(BatchOrder, BatchOrder.tote_id == Tote.id)
        .join(Order, Order.id == BatchOrder.order_id)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(Sku, Sku.id == OrderLine.sku_id)
        .where(BatchOrder.emptied_at.is_(None), Order.state.in_((OrderState.PICKED, OrderState.PACKING)))
        .order_by(Tote.number, BatchOrder.slot, OrderLine.position)
    )
    return [Content(*row) for row in rows]
