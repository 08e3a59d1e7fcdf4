"""A wave as it would be planned now; nothing is written."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.domain.errors import Refusal
from app.operations.labels import check_label
from app.queries import waves
from app.waves.proposal import Proposal, Refused, propose
from db.orders import Order


def propose_wave(session: Session, warehouse_id: int, limit: int | None) -> Proposal:
    """A plan for at most `limit` ready orders whose labels can be printed; raises Refusal `no_orders_to_plan`."""
    orders = waves.open_orders(session, warehouse_id, limit)
    if not orders:
        raise Refusal("no_orders_to_plan")
    printable, refused = [], []
    for order in orders:
        why = check_label(session, session.get_one(Order, order.order_id))
        if why is None:
            printable.append(order)
        else:
            refused.append(Refused(order.order_id, why))
    return propose(
        printable,
        waves.free_stock(session, warehouse_id),
        waves.warehouse_survey(session, warehouse_id),
        waves.cart(session, warehouse_id),
        refused,
    )
