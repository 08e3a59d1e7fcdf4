"""What is put into a new parcel besides its items, as the rules of its warehouse have it."""

from __future__ import annotations

from sqlalchemy import bindparam, func, insert, select, update

from app.domain.bench import OpenParcel
from app.domain.inserts import InsertCondition, OrderFacts, wanted
from app.domain.states import ParcelState
from db.bench import InsertRule
from db.orders import Order, OrderLine, Shop
from db.parcels import Parcel, ParcelInsert, ParcelItem
from db.store import Tx

_RULES = (
    select(
        InsertRule.id, InsertRule.first_order, InsertRule.channel, InsertRule.country, InsertRule.sku_id,
        InsertRule.vip, InsertRule.min_value_minor,
    )
    .join(Order, Order.warehouse_id == InsertRule.warehouse_id)
    .where(Order.id == bindparam("order"), InsertRule.active)
    .order_by(InsertRule.id)
)
_ORDER = (
    select(
        Order.first_order, Shop.channel, Order.country, Order.vip,
        select(func.coalesce(func.sum(OrderLine.price_minor * OrderLine.quantity), 0))
        .where(OrderLine.order_id == Order.id)
        .scalar_subquery(),
    )
    .join(Shop, Shop.id == Order.shop_id)
    .where(Order.id == bindparam("order"))
)
_SKUS = select(OrderLine.sku_id, OrderLine.kit_sku_id).where(OrderLine.order_id == bindparam("order"))
_INSERT = insert(ParcelInsert)
_TAKE = (
    update(ParcelInsert)
    .where(
        ParcelInsert.parcel_id.in_(
            select(Parcel.id).where(
                Parcel.order_id == bindparam("order"), Parcel.state == ParcelState.OPEN,
                Parcel.id != bindparam("parcel"),
                ~select(ParcelItem.parcel_id)
                .where(ParcelItem.parcel_id == Parcel.id, ParcelItem.quantity > 0)
                .exists(),
            )
        )
    )
    .values(parcel_id=bindparam("parcel"), done_at=None)
)


def add_inserts(tx: Tx, order_id: int, parcel_id: int) -> None:
    """Ask for the inserts of an order in its first parcel; one statement where the warehouse has no rules."""
    rules = [InsertCondition(*row) for row in tx.connection.execute(_RULES, {"order": order_id})]
    if not rules:
        return
    first_order, channel, country, vip, value = tx.connection.execute(_ORDER, {"order": order_id}).one()
    skus = {sku for row in tx.connection.execute(_SKUS, {"order": order_id}) for sku in row if sku is not None}
    facts = OrderFacts(first_order, channel, country, vip, value, frozenset(skus))
    rows = [{"parcel_id": parcel_id, "insert_rule_id": rule} for rule in wanted(rules, facts)]
    if rows:
        tx.connection.execute(_INSERT, rows)


def take_inserts(tx: Tx, parcel: OpenParcel) -> bool:
    """What was to be put into boxes of the order that stay empty belongs into this one; whether there was any."""
    at = {"order": parcel.order_id, "parcel": parcel.parcel_id}
    return tx.connection.execute(_TAKE, at).rowcount > 0
