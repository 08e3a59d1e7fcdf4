"""The lines of a packing slip: what lies in an order's parcels, components under their kits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session, aliased

from app.domain.states import ParcelState
from db.orders import OrderLine, Sku, SkuPicture
from db.parcels import Parcel, ParcelItem
from printing.documents.packing_slip import SlipKit, SlipLine


def slip_lines(session: Session, order_id: int, parcel_id: int | None = None) -> tuple[SlipLine, ...]:
    """What an order's parcels hold, or one of them alone, or all that was ordered where nothing is packed yet."""
    of_one = [] if parcel_id is None else [Parcel.id == parcel_id]
    packed = (
        select(func.sum(ParcelItem.quantity))
        .join(Parcel, Parcel.id == ParcelItem.parcel_id)
        .where(ParcelItem.order_line_id == OrderLine.id, Parcel.state != ParcelState.VOIDED, *of_one)
        .scalar_subquery()
    )
    kit = aliased(Sku)
    rows = session.execute(
        select(
            Sku.code, Sku.name, OrderLine.quantity, packed.label("packed"), OrderLine.price_minor, SkuPicture.content,
            OrderLine.kit_number, OrderLine.per_kit, kit.code.label("kit"), kit.name.label("kit_name"),
        )
        .join(Sku, Sku.id == OrderLine.sku_id)
        .outerjoin(SkuPicture, SkuPicture.sku_id == Sku.id)
        .outerjoin(kit, kit.id == OrderLine.kit_sku_id)
        .where(OrderLine.order_id == order_id)
        .order_by(OrderLine.position)
    ).all()
    begun = any(row.packed for row in rows)
    kits = {row.kit_number: _kit(rows, row.kit_number, begun=begun) for row in rows if row.kit is not None}
    return tuple(
        SlipLine(row.code, row.name, _pieces(row, begun), row.price_minor, row.content, kits.get(row.kit_number))
        for row in rows
        if _pieces(row, begun)
    )


def _pieces(row: Row[Any], begun: bool) -> int:
    pieces: int = (row.packed or 0) if begun else row.quantity
    return pieces


def _kit(rows: Sequence[Row[Any]], number: int, *, begun: bool) -> SlipKit:
    parts = [row for row in rows if row.kit_number == number]
    found = SlipKit(number, parts[0].kit, parts[0].kit_name)
    counts = {divmod(_pieces(row, begun), row.per_kit or 1) for row in parts}
    whole, rest = counts.pop()
    return found if counts or rest else replace(found, quantity=whole)
