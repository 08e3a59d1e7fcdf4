"""What a bench can be told to ask for, in one call each: rules, cartons, inserts, kits, people."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from app.domain.barcode import Kind, make_code
from app.domain.people import Role
from db.bench import Carton, InsertRule, PackingRules
from db.orders import Order, OrderLine, Sku, SkuBarcode, SkuPicture, Substitute
from db.places import Location, LocationKind, Operator
from db.store import Tx
from tests.factories import House


def rules(house: House, **values: Any) -> None:
    """The rules of the warehouse."""

    def write(tx: Tx) -> None:
        row = tx.session.get(PackingRules, house.warehouse)
        if row is None:
            row = PackingRules(warehouse_id=house.warehouse)
            tx.session.add(row)
        for name, value in values.items():
            setattr(row, name, value)

    house.write(write)


def carton(house: House, code: str, *size: int, grams: int = 50, cost: int = 0) -> str:
    """A carton; its barcode."""

    def write(tx: Tx) -> int:
        length, width, height = size
        row = Carton(
            warehouse_id=house.warehouse, code=code, name=f"Box {code}", length_mm=length, width_mm=width,
            height_mm=height, weight_g=grams, cost_minor=cost,
        )  # fmt: skip
        tx.session.add(row)
        tx.session.flush()
        return row.id

    return make_code(Kind.CARTON, house.write(write))


def sizes(house: House, *skus: str) -> None:
    """Small measures for SKUs, so that cartons can be suggested."""

    def write(tx: Tx) -> None:
        for sku in skus:
            row = tx.session.get_one(Sku, house.skus[sku])
            row.length_mm, row.width_mm, row.height_mm = 80, 60, 40

    house.write(write)


def insert(house: House, name: str, barcode: str = "", *, may_tick: bool = True) -> None:
    """Something that goes into every parcel."""
    house.write(
        lambda tx: tx.session.add(
            InsertRule(warehouse_id=house.warehouse, name=name, barcode=barcode, may_tick=may_tick)
        )
    )


def of_order(house: House, order: int, **values: Any) -> None:
    """Columns of an order."""

    def write(tx: Tx) -> None:
        tx.session.execute(update(Order).where(Order.id == order).values(**values))

    house.write(write)


def of_sku(house: House, sku: str, **values: Any) -> None:
    """Columns of a SKU."""

    def write(tx: Tx) -> None:
        tx.session.execute(update(Sku).where(Sku.id == house.skus[sku]).values(**values))

    house.write(write)


def kit(house: House, order: int, name: str, mode: str = "components") -> None:
    """All lines of an order become one kit, each with its pieces."""

    def write(tx: Tx) -> None:
        row = Sku(code=f"KIT-{name}", name=name, kit_mode=mode)
        tx.session.add(row)
        tx.session.flush()
        tx.session.add(SkuBarcode(barcode=f"KIT-{name}-EAN", sku_id=row.id))
        for line in tx.session.scalars(select(OrderLine).where(OrderLine.order_id == order)):
            line.kit_sku_id, line.kit_number, line.per_kit = row.id, 1, line.quantity

    house.write(write)


def picture(house: House, sku: str, content: bytes) -> None:
    """How a SKU looks."""
    house.write(
        lambda tx: tx.session.add(
            SkuPicture(sku_id=house.skus[sku], media="jpeg", content=content, sha256=str(hash(content)))
        )
    )


def badge(house: House, name: str, role: Role = Role.PACKER) -> str:
    """The badge of an operator, made when new."""

    def write(tx: Tx) -> int:
        row = tx.session.scalars(select(Operator).where(Operator.name == name)).first()
        if row is None:
            row = Operator(name=name, role=role)
            tx.session.add(row)
            tx.session.flush()
        return row.id

    return make_code(Kind.PERSON, house.write(write))


def shelf(house: House, *slots: str) -> None:
    """Slots of the problem shelf."""

    def write(tx: Tx) -> None:
        for slot in slots:
            tx.session.add(Location(warehouse_id=house.warehouse, code=slot, kind=LocationKind.PROBLEM))

    house.write(write)



def substitute(house: House, sku: str, other: str) -> None:
    """A SKU that may be sent in place of another."""
    house.write(
        lambda tx: tx.session.add(Substitute(sku_id=house.skus[sku], substitute_id=house.skus[other]))
    )
