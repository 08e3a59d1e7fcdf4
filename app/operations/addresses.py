"""A recipient's address changed by a person, until the carrier has the parcel."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from sqlalchemy import select

from app.change import NOTHING, Change, changed
from app.domain import incoming
from app.domain.errors import Refusal
from app.domain.orders import ADDRESS, NEEDED, counts_as_new_address
from app.domain.people import Actor
from app.domain.states import LabelState, OrderState
from app.operations.importing_review import review_orders
from app.operations.importing_rows import portions
from app.operations.orders import has_left
from db.journal import JournalEntry, record
from db.orders import Order
from db.parcels import Label, Parcel
from db.store import Tx


def change_address(
    tx: Tx, actor: Actor, order_id: int, fields: Mapping[str, str], reason: str
) -> tuple[int, Change]:
    """Give an order these fields of ADDRESS; returns the version of its address, which the gates compare.

    Of an order in work, or with a label, the version goes up with each change: a label that bears the old address is
    stopped. Orders that send its rest follow. What a source says of the address afterwards is left out, and told. The
    journal has the names of the fields alone. Raises Refusal `order_unknown`, `address_shipped`, `order_is_cancelled`
    (fact `order`), `address_needs_reason`, `address_lacks` (facts `order`, `fields`: what a label needs), and of a
    value `text_too_long`, `country_unknown`.
    """
    order = tx.session.get(Order, order_id)
    if order is None:
        raise Refusal("order_unknown", order=order_id)
    if order.state is OrderState.SHIPPED and has_left(tx, order_id):
        raise Refusal("address_shipped", order=order.source_id)
    if order.state is OrderState.CANCELLED or order.cancel_requested_at is not None:
        raise Refusal("order_is_cancelled", order=order.source_id)
    if not reason.strip():
        raise Refusal("address_needs_reason", order=order.source_id)
    said = {name: read_address_field(name, value) for name, value in fields.items()}
    news = tuple(name for name in ADDRESS if name in said and said[name] != getattr(order, name))
    if not news:
        return order.address_version, NOTHING
    empty = [name for name in NEEDED if name in news and not said[name]]
    if empty:
        raise Refusal("address_lacks", order=order.source_id, fields=", ".join(empty))
    valid = select(Label.id).join(Parcel, Parcel.id == Label.parcel_id)
    labelled = tx.session.scalar(
        valid.where(Parcel.order_id == order_id, Label.state == LabelState.VALID).limit(1)
    ) is not None
    for name in news:
        setattr(order, name, said[name])
    order.address_version += counts_as_new_address(order.state, labelled=labelled, fields=news)
    order.version += 1
    order.updated_at = tx.at
    tx.session.flush()
    review_orders(tx, [order_id, *follow_address(tx, [order_id])], count=False)
    tx.session.expire(order)
    ids = {"order": order_id, "fields": ", ".join(news), "address_version": order.address_version}
    record(tx, actor, "change_address", ids, reason=reason.strip())
    return order.address_version, changed("orders", ids=[("order", order_id)])


def follow_address(tx: Tx, order_ids: Iterable[int]) -> list[int]:
    """Give the address of these orders to those that send their rests and are not shipped; returns the latter."""
    touched: list[int] = []
    for portion in portions(order_ids):
        splits = select(JournalEntry.order_id, JournalEntry.ids)
        splits = splits.where(JournalEntry.order_id.in_(portion), JournalEntry.name == "split_off")
        for order_id, ids in tx.session.execute(splits).all():
            order, later = tx.session.get_one(Order, order_id), tx.session.get_one(Order, json.loads(ids)["later"])
            news = [name for name in ADDRESS if getattr(later, name) != getattr(order, name)]
            if not news or later.state in (OrderState.SHIPPED, OrderState.CANCELLED):
                continue
            for name in news:
                setattr(later, name, getattr(order, name))
            later.address_version += 1
            later.version += 1
            later.updated_at = tx.at
            touched.append(later.id)
    if touched:
        tx.session.flush()
        touched += follow_address(tx, touched)
    return touched


def read_address_field(name: str, value: str) -> str:
    """A field of ADDRESS as it is kept; raises Refusal `text_too_long`, `country_unknown`, and KeyError for others."""
    if name not in ADDRESS:
        raise KeyError(name)
    return incoming.country(value) if name == "country" else incoming.text(value, name, lines=name == "street")
