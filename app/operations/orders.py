"""Orders: cancelled at once where nothing is at stake, else at the next gate."""

from __future__ import annotations

from sqlalchemy import or_, select

from app.change import Change, changed
from app.domain.errors import Refusal
from app.domain.people import Actor
from app.domain.states import ORDER, LabelState, OrderState, advance
from app.operations.label_feed import note_taken_back
from app.operations.labels import void_parcels
from app.operations.waves import free_open_tasks, leave_batch, picked_lots, settle_batch
from db.journal import record
from db.orders import Order
from db.parcels import Label, Parcel
from db.store import Tx
from db.waves import BatchOrder


def request_cancel(tx: Tx, actor: Actor, order_id: int, reason: str) -> tuple[OrderState, Change]:
    """Cancel an order, or mark it so that the next gate (opened, last item, label, hand-over) stops it; returns its
    state now.

    Raises Refusal `order_shipped` when its carrier has a parcel of it, `order_is_cancelled` when it was cancelled.
    """
    order = tx.session.get(Order, order_id)
    if order is None:
        raise Refusal("order_unknown", order=order_id)
    if order.state in (OrderState.SHIPPED, OrderState.PACKING, OrderState.PROBLEM) and has_left(tx, order_id):
        raise Refusal("order_shipped", order=order.source_id)
    if order.state is OrderState.CANCELLED:
        raise Refusal("order_is_cancelled", order=order.source_id)
    order.cancel_requested_at = order.cancel_requested_at or tx.at
    order.reason = reason
    order.version += 1
    order.updated_at = tx.at
    if order.state in (OrderState.INCOMPLETE, OrderState.READY):
        order.state = advance(ORDER, order.state, OrderState.CANCELLED)
    elif order.state in (OrderState.PLANNED, OrderState.RELEASED):
        if picked_lots(tx, order_id):
            # goods of it are on the cart: the rest is not picked, and the bench will put them aside
            batch_id = tx.session.get_one(BatchOrder, order_id).batch_id
            free_open_tasks(tx, order_id)
            order.state = advance(ORDER, order.state, OrderState.CANCELLED)
            tx.session.flush()
            settle_batch(tx, batch_id)
        else:
            leave_batch(tx, order_id)
            order.state = advance(ORDER, order.state, OrderState.CANCELLED)
    elif order.state is OrderState.PROBLEM:
        order.state = advance(ORDER, order.state, OrderState.CANCELLED)
    topics = ["orders", "waves", "stock"]
    if order.state is OrderState.CANCELLED:
        _void_labels(tx, order_id)  # a label may have come or been printed before anybody packed
        topics.append("labels")
    record(tx, actor, "request_cancel", {"order": order_id}, reason=reason)
    return order.state, changed(*topics, ids=[("order", order_id)])


def has_left(tx: Tx, order_id: int) -> bool:
    """Whether the carrier has a parcel of the order, or its manifest names one."""
    gone = (
        select(Parcel.id)
        .outerjoin(Label, (Label.parcel_id == Parcel.id) & (Label.state == LabelState.VALID))
        .where(Parcel.order_id == order_id, or_(Parcel.handed_over_at.is_not(None), Label.manifest_id.is_not(None)))
    )
    return tx.session.execute(gone.limit(1)).first() is not None


def cancel_now(tx: Tx, actor: Actor, order_id: int) -> None:
    """A gate has stopped a cancelled order: its parcel and label are void, its goods wait to be put back."""
    order = tx.session.get_one(Order, order_id)
    _void_labels(tx, order_id)
    if order.state is not OrderState.CANCELLED:
        order.state = advance(ORDER, order.state, OrderState.CANCELLED)
        order.updated_at = tx.at
        record(tx, actor, "cancel_order", {"order": order_id}, reason=order.reason)
    tx.session.flush()


def _void_labels(tx: Tx, order_id: int) -> None:
    void_parcels(tx, order_id)
    note_taken_back(tx, order_id)
