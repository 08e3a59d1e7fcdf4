"""Orders, as leads and support look for them."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.errors import Refusal
from app.domain.states import OrderState
from db.orders import Order, OrderLine, Sku


def find_order(session: Session, number: str) -> int:
    """The id of the order with this source id; raises Refusal `order_unknown` or `order_ambiguous`."""
    found = session.scalars(select(Order.id).where(Order.source_id == number)).all()
    if not found:
        raise Refusal("order_unknown", order=number)
    if len(found) > 1:
        raise Refusal("order_ambiguous", order=number)
    return found[0]


def order_number(session: Session, order_id: int) -> str:
    """The number by which people know an order."""
    return session.get_one(Order, order_id).source_id


def address_version(session: Session, order_id: int) -> int:
    """How often the address of an order has changed while it was in work, from 1."""
    return session.get_one(Order, order_id).address_version


def order_counts(session: Session) -> dict[OrderState, int]:
    """How many orders are in each state."""
    return dict(session.execute(select(Order.state, func.count()).group_by(Order.state)).all())


def line_count(session: Session) -> int:
    """How many order lines there are."""
    return session.execute(select(func.count()).select_from(OrderLine)).scalar_one()


def sku_ids(session: Session) -> dict[str, int]:
    """Every SKU's id by its code."""
    return dict(session.execute(select(Sku.code, Sku.id)).all())
