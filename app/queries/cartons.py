"""Cartons for an open parcel, and the list of all."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from app.domain.barcode import Kind, make_code
from app.domain.cartons import Box, Piece, Suggestion, content_key, suggest
from app.domain.states import ParcelState
from db.bench import Carton, CartonUse
from db.orders import Order, OrderLine, Sku
from db.parcels import Parcel, ParcelItem

_other = Parcel.__table__.alias("other")
_ELSEWHERE = (
    select(func.coalesce(func.sum(ParcelItem.quantity), 0))
    .join(_other, _other.c.id == ParcelItem.parcel_id)
    .where(
        _other.c.order_id == OrderLine.order_id,
        _other.c.id != Parcel.id,
        _other.c.state != ParcelState.VOIDED,
        ParcelItem.order_line_id == OrderLine.id,
    )
    .correlate(OrderLine, Parcel)
    .scalar_subquery()
)
_HERE = (
    select(func.coalesce(func.sum(ParcelItem.quantity), 0))
    .where(ParcelItem.parcel_id == Parcel.id, ParcelItem.order_line_id == OrderLine.id)
    .correlate(OrderLine, Parcel)
    .scalar_subquery()
)
_PIECES = (
    select(
        Order.warehouse_id, Parcel.sealed, OrderLine.quantity - OrderLine.backordered - _ELSEWHERE, _HERE,
        Sku.id, Sku.length_mm, Sku.width_mm, Sku.height_mm, Sku.weight_g,
    )
    .join(Order, Order.id == Parcel.order_id)
    .join(OrderLine, OrderLine.order_id == Parcel.order_id)
    .join(Sku, Sku.id == OrderLine.sku_id)
    .where(Parcel.id == bindparam("parcel"))
)  # fmt: skip
_BOX = (
    Carton.id, Carton.code, Carton.name, Carton.length_mm, Carton.width_mm, Carton.height_mm, Carton.weight_g,
    Carton.max_weight_g, Carton.cost_minor,
)  # fmt: skip
_CARTONS = (
    select(CartonUse.uses, *_BOX)
    .outerjoin(CartonUse, (CartonUse.carton_id == Carton.id) & (CartonUse.content == bindparam("key")))
    .where(Carton.warehouse_id == bindparam("warehouse"), Carton.active)
    .order_by(Carton.id)
)


@dataclass(frozen=True, slots=True)
class CartonRow:
    """A carton of the warehouse: whether it is in use, and how many parcels were sent in it."""

    box: Box
    active: bool
    uses: int


def suggestions(session: Session, parcel_id: int, most: int = 4) -> tuple[Suggestion, ...]:
    """The cartons for a parcel, the best first; none for a parcel that does not exist or has nothing to go into it.

    What goes in is all of the order that is in no other parcel; of a sealed one what it holds.
    """
    connection = session.connection()
    pieces: list[Piece] = []
    content: list[tuple[int, int]] = []
    lines = connection.execute(_PIECES, {"parcel": parcel_id}).all()
    for _, sealed, still, here, sku, length, width, height, weight in lines:
        quantity = here if sealed else still
        if quantity > 0:
            pieces.append(Piece(length, width, height, weight, quantity))
            content.append((sku, quantity))
    if not pieces:
        return ()
    rows = connection.execute(_CARTONS, {"warehouse": lines[0].warehouse_id, "key": content_key(content)}).all()
    boxes = [Box(*box) for _, *box in rows]
    return suggest(boxes, pieces, used={row[1]: row[0] for row in rows if row[0]}, most=most)


def cartons(session: Session, warehouse_id: int) -> tuple[CartonRow, ...]:
    """All cartons of a warehouse: those in use first, the smallest before the larger."""
    uses = (
        select(func.coalesce(func.sum(CartonUse.uses), 0))
        .where(CartonUse.carton_id == Carton.id)
        .correlate(Carton)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Carton.active, uses, *_BOX)
        .where(Carton.warehouse_id == warehouse_id)
        .order_by(
            Carton.active.desc(), Carton.length_mm * Carton.width_mm * Carton.height_mm, Carton.code, Carton.id
        )
    ).all()  # fmt: skip
    return tuple(CartonRow(Box(*box), active, count) for active, count, *box in rows)


def carton_names(session: Session, warehouse_id: int) -> list[tuple[str, str, str]]:
    """(code to scan, name, inside sizes) of the cartons in use, the smallest first."""
    boxes = [row.box for row in cartons(session, warehouse_id) if row.active]
    return [
        (make_code(Kind.CARTON, box.carton_id), box.name or box.code, "×".join(map(str, box.inside)) + "mm")
        for box in boxes
    ]
