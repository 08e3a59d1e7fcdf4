"""A wave as it would be planned now; nothing is written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from app.domain.allocation import Shelf
from app.domain.customs import Lack
from app.domain.errors import Refusal
from app.operations.label_content import check_label
from app.queries import waves
from app.queries.customs import lacking_fields, missing_customs_of
from app.waves.proposal import Proposal, Refused, propose
from db.orders import Order

_AT_ONCE = 500  # orders whose customs data are looked at together


def propose_wave(session: Session, warehouse_id: int, limit: int | None, today: date) -> Proposal:
    """A plan for at most `limit` ready orders that have stock and customs data and whose labels can be printed.

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
    lacks: dict[int, tuple[Lack, ...]] = {}
    for number, order in enumerate(orders):
        if room == 0:
            break
        if number % _AT_ONCE == 0:
            lacks = missing_customs_of(session, [each.order_id for each in orders[number : number + _AT_ONCE]])
        if order.order_id in lacks:
            # the sender may have been named after the order came
            missing = lacking_fields(lacks[order.order_id])
            refused.append(Refused(order.order_id, order.version, missing=missing))
            continue
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
