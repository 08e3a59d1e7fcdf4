"""A wave as it would be planned now; nothing is written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from app.domain.allocation import Shelf
from app.domain.errors import Refusal
from app.operations.labels import check_label
from app.queries import waves
from app.waves.proposal import Proposal, Refused, propose
from db.orders import Order


def propose_wave(session: Session, warehouse_id: int, limit: int | None, today: date) -> Proposal:
    """A plan for at most `limit` ready orders that have stock and whose labels can be printed.

    Orders without stock, and those that no cart can carry, do not count: however many of them come first, they stop
    nobody. `today` decides which lots have expired. Raises Refusal `no_orders_to_plan`.
    """
    orders = waves.open_orders(session, warehouse_id)
    if not orders:
        raise Refusal("no_orders_to_plan")
    stock = waves.free_stock(session, warehouse_id, today)
    shelf = Shelf(stock)
    cart = waves.cart(session, warehouse_id)
    room = limit
    printable, short, refused = [], [], []
    for order in orders:
        if room == 0:
            break
        if not shelf.can_allocate(order.needs):
            short.append(order.order_id)
            continue
        why = check_label(session, session.get_one(Order, order.order_id), order.weight_g)
        if why is None:
            shelf.allocate(order.needs)
            printable.append(order)
            if room is not None and order.weight_g <= cart.weight_g:
                room -= 1
        else:
            refused.append(Refused(order.order_id, order.version, why))
    proposal = propose(
        printable,
        stock,
        waves.warehouse_survey(session, warehouse_id),
        cart,
        refused,
    )
    return replace(proposal, short=(*proposal.short, *short))
