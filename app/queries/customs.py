"""What customs papers are filled with, and what orders lack before they may cross a border."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from app.domain.customs import (
    CUSTOMS_FIELDS,
    SDR_RATES,
    CustomsLine,
    Goods,
    Lack,
    apportion,
    declared_currency,
    form_for,
    ioss_applies,
    missing_by_sku,
    needs_customs,
    unit_value,
)
from app.domain.declaration import Addressee, Declaration, DeclaredLine, DeclaredParcel
from app.domain.errors import Refusal
from app.domain.states import LabelState, ParcelState
from db.orders import Order, OrderLine, Sku
from db.parcels import Label, Parcel, ParcelItem
from db.places import Warehouse

_KEYS = 5_000  # parameters in one statement
_GOODS = (Sku.code, Sku.hs_code, Sku.origin, Sku.customs_description, Sku.value_minor, Sku.value_currency)


def _goods(row: Any) -> Goods:
    return Goods(row.code, row.hs_code, row.origin, row.customs_description, row.value_minor, row.value_currency)


def dispatch_country(connection: Connection, warehouse_id: int) -> str:
    """From where a warehouse sends, "" as long as its sender is not named."""
    row = connection.execute(select(Warehouse.sender, Warehouse.country).where(Warehouse.id == warehouse_id)).one()
    return row.country if row.sender else ""


def goods_of(connection: Connection, sku_ids: Iterable[int]) -> dict[int, Goods]:
    """What is known of these SKUs for customs."""
    found: dict[int, Goods] = {}
    for portion in _portions(sku_ids):
        rows = connection.execute(select(Sku.id, *_GOODS).where(Sku.id.in_(portion)))
        found.update({row.id: _goods(row) for row in rows})
    return found


def missing_customs_of(session: Session, order_ids: Iterable[int]) -> dict[int, tuple[Lack, ...]]:
    """What these orders lack for their customs borders, by SKU and field; those that lack nothing are not in it.

    A warehouse without a named sender sends from nowhere that is known: its orders lack nothing.
    """
    return lacks_of(session.connection(), order_ids)


def lacks_of(connection: Connection, order_ids: Iterable[int]) -> dict[int, tuple[Lack, ...]]:
    """`missing_customs_of`, for operations that write past their session."""
    found: dict[int, tuple[Lack, ...]] = {}
    for portion in _portions(order_ids):
        abroad = {
            row.id: row.currency
            for row in connection.execute(
                select(Order.id, Order.currency, Order.country, Order.postcode, Warehouse.country.label("sender"))
                .join(Warehouse, Warehouse.id == Order.warehouse_id)
                .where(Order.id.in_(portion), Warehouse.sender != "", Order.country != "")
            )
            if needs_customs(row.sender, row.country, row.postcode)
        }
        lines: dict[int, list[CustomsLine]] = {order_id: [] for order_id in abroad}
        if abroad:
            rows = connection.execute(
                select(OrderLine.order_id, OrderLine.price_minor, *_GOODS)
                .join(Sku, Sku.id == OrderLine.sku_id)
                .where(OrderLine.order_id.in_(list(abroad)))
                .order_by(OrderLine.order_id, OrderLine.position)
            )
            for row in rows:
                lines[row.order_id].append(CustomsLine(_goods(row), row.price_minor))
        for order_id, currency in abroad.items():
            lacks = missing_by_sku(lines[order_id], currency)
            if lacks:
                found[order_id] = lacks
    return found


def lacking_fields(lacks: Iterable[Lack]) -> tuple[str, ...]:
    """The fields of CUSTOMS_FIELDS that are lacking, in that order."""
    named = {lack.field for lack in lacks}
    return tuple(name for name in CUSTOMS_FIELDS if name in named)


def declaration(
    session: Session,
    *,
    order_id: int | None = None,
    parcel_id: int | None = None,
    rates: Mapping[str, Decimal] = SDR_RATES,
) -> Declaration:
    """The declaration of a whole order, or of what lies in one parcel of it (of the order, while that is empty).

    `rates` are units of a currency for one special drawing right. Raises Refusal `order_unknown`, `parcel_unknown`.
    """
    parcel = None if parcel_id is None else session.get(Parcel, parcel_id)
    if parcel_id is not None:
        if parcel is None:
            raise Refusal("parcel_unknown", parcel=parcel_id)
        order_id = parcel.order_id
    order = None if order_id is None else session.get(Order, order_id)
    if order is None:
        raise Refusal("order_unknown", order=order_id)
    warehouse = session.get_one(Warehouse, order.warehouse_id)
    whole = _contents(session, order.id)
    packed = _contents(session, order.id, parcel.id) if parcel is not None else whole
    contents = packed or whole
    # one currency for all papers of an order
    currency = declared_currency([each.line for each in whole], order.currency)
    parcels = _parcels(session, order.id, parcel)
    weights = [each.weight_g for each in parcels if each.weight_g is not None]
    nets = [each.quantity * each.weight_g for each in contents]
    gross = sum(weights) if weights and len(weights) == len(parcels) else sum(nets)
    lines = tuple(
        DeclaredLine(
            sku=each.line.goods.sku, description=each.line.goods.customs_description, quantity=each.quantity,
            net_weight_g=net, unit_value_minor=each.value(order.currency, currency), hs_code=each.line.goods.hs_code,
            origin=each.line.goods.origin, battery=each.battery,
        )
        for each, net in zip(contents, apportion(gross, nets), strict=True)
    )  # fmt: skip
    total = sum(line.value_minor for line in lines)
    order_total = sum(each.quantity * each.value(order.currency, currency) for each in whole)
    freight = order.freight_minor if order.currency == currency else None
    if freight is not None and order_total:
        freight = round(freight * Fraction(total, order_total))
    sent_from = warehouse.country if warehouse.sender else ""
    route = (sent_from, order.country, order.postcode)
    crosses = needs_customs(*route)
    return Declaration(
        order=order.source_id,
        placed_on=None if order.placed_at is None else order.placed_at.date(),
        service=order.service,
        carrier=order.carrier,
        sender=warehouse.sender,
        sender_country=sent_from,
        sender_phone=warehouse.phone,
        sender_eori=warehouse.eori,
        sender_vat=warehouse.vat,
        recipient=Addressee(
            order.recipient_name, order.street, order.postcode, order.city, order.region, order.country,
            order.recipient_phone,
        ),
        recipient_vat=order.recipient_vat,
        recipient_eori=order.recipient_eori,
        # what an order holds is one consignment, in however many parcels
        ioss=(order.ioss or warehouse.ioss) if ioss_applies(*route, order_total, currency, rates) else "",
        incoterm=order.incoterm,
        currency=currency,
        freight_minor=freight,
        lines=lines,
        parcels=parcels,
        gross_weight_g=gross,
        form=form_for(total, currency, gross, rates, lines=len(lines)),
        customs=crosses,
        missing=missing_by_sku([each.line for each in contents], order.currency) if crosses else (),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Content:
    """Pieces of an order line, with the weight of one of them (0: not known)."""

    line: CustomsLine
    quantity: int
    weight_g: int
    battery: str

    def value(self, order_currency: str, currency: str) -> int:
        """The value of one piece in minor units of the declared currency, 0 where nobody knows."""
        found = unit_value(self.line, order_currency)
        return found[0] if found is not None and found[1] == currency else 0


def _contents(session: Session, order_id: int, parcel_id: int | None = None) -> list[_Content]:
    """What the order has ordered, or what lies in one parcel of it."""
    pieces = OrderLine.quantity if parcel_id is None else ParcelItem.quantity
    wanted = (
        select(pieces.label("pieces"), OrderLine.price_minor, Sku.weight_g, Sku.battery, *_GOODS)
        .select_from(OrderLine)
        .join(Sku, Sku.id == OrderLine.sku_id)
        .where(OrderLine.order_id == order_id)
        .order_by(OrderLine.position)
    )
    if parcel_id is not None:
        wanted = wanted.join(ParcelItem, ParcelItem.order_line_id == OrderLine.id).where(
            ParcelItem.parcel_id == parcel_id, ParcelItem.quantity > 0
        )
    return [
        _Content(CustomsLine(_goods(row), row.price_minor), row.pieces, row.weight_g or 0, row.battery)
        for row in session.execute(wanted)
    ]


def _parcels(session: Session, order_id: int, parcel: Parcel | None) -> tuple[DeclaredParcel, ...]:
    """This parcel, or all of the order that are not voided, with their valid tracking numbers."""
    which = Parcel.order_id == order_id if parcel is None else Parcel.id == parcel.id
    rows = session.execute(
        select(Parcel.code, Label.tracking, Parcel.weight_g)
        .outerjoin(Label, (Label.parcel_id == Parcel.id) & (Label.state == LabelState.VALID))
        .where(which, Parcel.state != ParcelState.VOIDED)
        .order_by(Parcel.id)
    )
    return tuple(DeclaredParcel(code, tracking or "", weight) for code, tracking, weight in rows)


def _portions(keys: Iterable[int]) -> Iterator[list[int]]:
    left = iter(keys)
    while portion := list(islice(left, _KEYS)):
        yield portion
