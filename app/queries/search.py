"""The one search box: what a text may mean, from a whole code down to the last digits of a number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from app.domain.barcode import read_label_code, same_gtin
from app.domain.folding import spellings
from db.orders import Order, OrderLine, Sku, SkuBarcode
from db.parcels import Label, Parcel
from db.waves import BatchOrder, Tote, Wave

PART = 3  # signs of a number from which on it is looked for inside numbers too: fewer are in almost all


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that a text may mean.

    `title` is its number or code, never a name of a person; `order_id` the only order it leads to, None when it leads
    to several or none; `state` the value of its state, None for what has none. `who` tells orders that a name has found
    apart, by name and town: for whoever has typed the name, and for no log.
    """

    kind: Literal["order", "parcel", "tote", "sku", "wave"]
    id: int
    order_id: int | None
    title: str
    state: str | None
    who: str = field(default="", repr=False)


def search(session: Session, text: str, limit: int = 20, *, typed: bool = False) -> list[Hit]:
    """What an order, tracking or parcel number, a label, tote, SKU or barcode may mean, the likeliest first.

    Whole codes come first, and where one is found nothing else is looked for; a SKU and a tote bring their orders
    along, the newest first. Else numbers and SKUs that begin with the text, and the wave of that number. Where a
    person has `typed` it, then the orders of buyers each of whose names begins with one of the words, and at last
    those with the text inside their number, the newest first: a scanned code means none of these.
    """
    text = text.strip()
    if not text:
        return []
    found: dict[tuple[str, int], Hit] = {}
    for hit in _whole(session, text, limit) or _likely(session, text, limit, typed):
        found.setdefault((hit.kind, hit.id), hit)
        if len(found) == limit:
            break
    return list(found.values())


def _whole(session: Session, text: str, limit: int) -> list[Hit]:
    code = text.upper()
    label_code = read_label_code(code)
    hits = _orders(session, Order.source_id.in_({text, code}), limit)
    hits += _parcels(session, Parcel.code == (label_code[0] if label_code else code), limit)
    hits += _parcels(session, Label.tracking == _unspaced(code), limit)
    for tote_id, tote in session.execute(select(Tote.id, Tote.code).where(Tote.code == code)):
        inside = select(BatchOrder.order_id).where(BatchOrder.tote_id == tote_id, BatchOrder.emptied_at.is_(None))
        orders = _orders(session, Order.id.in_(inside), limit)
        hits += [Hit("tote", tote_id, orders[0].order_id if len(orders) == 1 else None, tote, None), *orders]
    barcodes = {text, same_gtin(text) or text}
    of_barcode = select(SkuBarcode.sku_id).where(SkuBarcode.barcode.in_(barcodes))
    skus = _skus(session, Sku.code.in_({text, code}), limit) or _skus(session, Sku.id.in_(of_barcode), limit)
    for sku in skus:
        # lines are numbered as they come: the newest are found at once, however many orders want the SKU
        newest = select(OrderLine.order_id).where(OrderLine.sku_id == sku.id).order_by(OrderLine.id.desc()).limit(limit)
        hits += [sku, *_orders(session, Order.id.in_(newest), limit)]
    return hits


def _likely(session: Session, text: str, limit: int, typed: bool) -> Iterator[Hit]:
    yield from _orders(session, begins(Order.source_id.expression, text), limit, by=Order.source_id.expression)
    yield from _parcels(session, begins(Label.tracking.expression, _unspaced(text.upper())), limit)
    yield from _skus(session, begins(Sku.code.expression, text), limit)
    if text.isascii() and text.isdecimal() and len(text) < 10:
        waves = session.execute(select(Wave.id, Wave.state).where(Wave.id == int(text)))
        yield from (Hit("wave", wave_id, None, str(wave_id), state) for wave_id, state in waves)
    if typed:
        named, inside = is_named(text), has_inside(session, text)
        if named is not None:
            yield from _orders(session, named, limit, who=True)
        if inside is not None:
            yield from _orders(session, inside, limit)


def begins(column: ColumnElement[str], text: str) -> ColumnElement[bool]:
    """Whether a column begins with the text, in a form that an index serves."""
    return (column >= text) & (column < text + "\U0010ffff")


def is_named(text: str) -> ColumnElement[bool] | None:
    """Whether each word of the text begins one of the buyer's names, however either has spelled it; None for a number.

    Accents do not count, and `ue` is as good as `ü`. Walks the index of folded names: some 10 ms for 100,000 orders.
    """
    words = spellings(text)
    if not words or any(sign.isdigit() for sign in text):
        return None
    return and_(*(or_(*(Order.folded_name.like(f"% {word}%") for word in ways)) for ways in words))


def has_inside(session: Session, text: str) -> ColumnElement[bool] | None:
    """Whether the order's number has the text inside it; None for a text too short to tell anything."""
    if len(text) < PART:
        return None
    # SQLite's LIKE knows no case anyway, and is three times as fast without lower()
    number = Order.source_id.expression
    plain = session.get_bind().dialect.name == "sqlite"
    return number.contains(text, autoescape=True) if plain else number.icontains(text, autoescape=True)


def _unspaced(code: str) -> str:
    return code.replace(" ", "")  # tracking numbers are printed in groups


def _orders(
    session: Session, condition: ColumnElement[bool], limit: int, by: ColumnElement[str] | None = None,
    *, who: bool = False,
) -> list[Hit]:
    """Orders, the newest first unless sorted otherwise; the sum keeps SQLite from walking the rows by their ids."""
    newest = (Order.id + 0).desc()
    ids = session.scalars(select(Order.id).where(condition).order_by(newest if by is None else by).limit(limit)).all()
    rows = session.execute(
        select(Order.id, Order.source_id, Order.state, Order.recipient_name, Order.city).where(Order.id.in_(ids))
    )
    found = {
        order_id: Hit("order", order_id, order_id, number, state, ", ".join(filter(None, (name, city))) if who else "")
        for order_id, number, state, name, city in rows
    }
    return [found[order_id] for order_id in ids]


def _parcels(session: Session, condition: ColumnElement[bool], limit: int) -> list[Hit]:
    rows = session.execute(
        select(Parcel.id, Parcel.order_id, Label.tracking, Parcel.code, Parcel.state)
        .outerjoin(Label, Label.parcel_id == Parcel.id)
        .where(condition)
        .order_by(Label.tracking)
        .limit(limit)
    )
    return [
        Hit("parcel", parcel_id, order_id, tracking or code, state)
        for parcel_id, order_id, tracking, code, state in rows
    ]


def _skus(session: Session, condition: ColumnElement[bool], limit: int) -> list[Hit]:
    rows = session.execute(select(Sku.id, Sku.code, Sku.name).where(condition).order_by(Sku.code).limit(limit))
    return [Hit("sku", sku_id, None, f"{code}  {name}".rstrip(), None) for sku_id, code, name in rows]
