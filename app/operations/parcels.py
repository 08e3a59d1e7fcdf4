"""Parcels: begun when an order is opened at a bench, or before that when its label comes first."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Integer, bindparam, delete, insert, literal_column, select

from app.domain.barcode import Kind, make_code
from app.domain.states import ParcelState
from app.operations.parcel_inserts import add_inserts
from db.journal import take_number
from db.orders import Order, OrderLine
from db.parcels import Parcel, ParcelItem, Shipment
from db.store import Tx

_BEGUN = (
    select(Parcel.id)
    .where(
        Parcel.order_id == bindparam("order"), Parcel.state.in_((ParcelState.OPEN, ParcelState.LABELLING))
    )
    .limit(1)
)
_SHIPMENT = insert(Shipment).returning(Shipment.id)
_PARCEL = (
    insert(Parcel)
    .values(address_version=select(Order.address_version).where(Order.id == bindparam("order")).scalar_subquery())
    .returning(Parcel.id)
)
_NEWEST_BOX = (
    select(Parcel.shipment_id, Parcel.number)
    .where(Parcel.order_id == bindparam("order"), Parcel.state != ParcelState.VOIDED)
    .order_by(Parcel.number.desc())
    .limit(1)
)
_PARCEL_ITEMS = insert(ParcelItem).from_select(
    ["parcel_id", "order_line_id", "quantity"],
    select(bindparam("parcel", type_=Integer), OrderLine.id, literal_column("0")).where(
        OrderLine.order_id == bindparam("order")
    ),
)


_BEGUN_FOR_LINES = insert(ParcelItem).from_select(
    ["parcel_id", "order_line_id", "quantity"],
    select(Parcel.id, OrderLine.id, literal_column("0"))
    .join(OrderLine, OrderLine.order_id == Parcel.order_id)
    .outerjoin(ParcelItem, (ParcelItem.parcel_id == Parcel.id) & (ParcelItem.order_line_id == OrderLine.id))
    .where(
        Parcel.order_id.in_(bindparam("orders", expanding=True)),
        Parcel.state.in_((ParcelState.OPEN, ParcelState.LABELLING)), ParcelItem.parcel_id.is_(None),
    ),
)


def begun_parcel(tx: Tx, order_id: int) -> int | None:
    """The order's parcel that is not closed yet, None where there is none."""
    found: int | None = tx.connection.execute(_BEGUN, {"order": order_id}).scalar()
    return found


def begin_parcel(tx: Tx, order_id: int, station_id: int | None = None) -> int:
    """The order's parcel that is not closed yet, made when there is none; on the table of a station, or on none."""
    begun = begun_parcel(tx, order_id)
    return make_parcel(tx, order_id, station_id) if begun is None else begun


def make_parcel(tx: Tx, order_id: int, station_id: int | None) -> int:
    """A new shipment of the order and its parcel, in which nothing is verified yet; the parcel's id."""
    shipment = tx.connection.execute(_SHIPMENT, {"order_id": order_id, "created_at": tx.at}).scalar_one()
    parcel = _make(tx, order_id, station_id, shipment, 1)
    add_inserts(tx, order_id, parcel)
    return parcel


def add_box(tx: Tx, order_id: int, station_id: int) -> tuple[int, int]:
    """Another parcel of an order's shipment, on the table of a station; its id, and its number among the boxes."""
    shipment, number = tx.connection.execute(_NEWEST_BOX, {"order": order_id}).one()
    return _make(tx, order_id, station_id, shipment, number + 1), number + 1


def _make(tx: Tx, order_id: int, station_id: int | None, shipment: int, number: int) -> int:
    parcel: int = tx.connection.execute(
        _PARCEL,
        {
            "code": make_code(Kind.PARCEL, take_number(tx, "parcel")), "shipment_id": shipment, "order_id": order_id,
            "station_id": station_id, "opened_at": tx.at, "number": number, "order": order_id,
        },
    ).scalar_one()
    tx.connection.execute(_PARCEL_ITEMS, {"parcel": parcel, "order": order_id})
    return parcel


def drop_lines(tx: Tx, lines: Sequence[int]) -> None:
    """Order lines that are about to go, of which nothing is verified, go out of the parcels that were begun."""
    tx.connection.execute(delete(ParcelItem).where(ParcelItem.order_line_id.in_(lines), ParcelItem.quantity == 0))


def add_lines(tx: Tx, orders: Sequence[int]) -> None:
    """New lines of orders belong into their parcels that were begun, too: those of a label that came before packing."""
    tx.connection.execute(_BEGUN_FOR_LINES, {"orders": list(orders)})
