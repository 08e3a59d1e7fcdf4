"""What makes a bench of the pictures complete: pictures of goods, cartons, rules, and orders that ask for something."""

from __future__ import annotations

import hashlib
import io
import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from PIL import Image, ImageDraw
from sqlalchemy import select, update

from app.change import NOTHING, Change, changed
from app.domain.states import OrderState
from app.operations.bench_rules import save_rules
from app.queries.bench_rules import versioned_rules
from db.bench import Carton, InsertRule
from db.orders import Order, OrderLine, Sku, SkuBarcode, SkuPicture
from db.places import Location, LocationKind, Operator, Station
from db.store import Store, Tx
from db.waves import BatchOrder

_CARTONS = (
    ("S1", "Mailer S", 200, 150, 60, 40), ("S2", "Box S", 200, 150, 100, 78), ("M1", "Box M", 300, 200, 150, 130),
    ("L1", "Box L", 400, 300, 200, 240),
)  # fmt: skip
_SIDE = 320


def complete(store: Store, warehouse: int, **rules: Any) -> None:
    """Cartons, pictures of most goods, a problem shelf, and these rules."""
    store.write(_add_goods, warehouse)
    set_rules(store, warehouse, **rules)


def set_rules(store: Store, warehouse: int, **rules: Any) -> None:
    """Change these rules of the warehouse."""

    def change(tx: Tx) -> tuple[None, Change]:
        from app.domain.people import SYSTEM

        now, version = versioned_rules(tx.connection, warehouse)
        save_rules(tx, SYSTEM, warehouse, replace(now, **rules), version)
        return None, changed("stations")

    store.write(change)


def _add_goods(tx: Tx, warehouse: int) -> tuple[None, Change]:
    session = tx.session
    for code, name, length, width, height, weight in _CARTONS:
        session.add(
            Carton(
                warehouse_id=warehouse, code=code, name=name, length_mm=length, width_mm=width, height_mm=height,
                weight_g=weight, cost_minor=weight,
            )
        )
    for number in range(1, 13):
        session.add(Location(warehouse_id=warehouse, code=f"PS-{number:02d}", kind=LocationKind.PROBLEM))
    for sku in session.scalars(select(Sku).order_by(Sku.id).limit(24)):
        if sku.id % 6 == 5:
            continue  # some have none
        content = _drawn(sku.id)
        digest = hashlib.sha256(content).hexdigest()
        session.add(SkuPicture(sku_id=sku.id, media="jpeg", content=content, sha256=digest))
    session.flush()
    return None, NOTHING


def _drawn(number: int) -> bytes:
    """Something that could be an item on a white table."""
    chance = random.Random(number)
    image = Image.new("RGB", (_SIDE, _SIDE), "white")
    pen = ImageDraw.Draw(image)
    hue = chance.randrange(360)
    body, dark, light = (f"hsl({hue}, 45%, {tone}%)" for tone in (45, 28, 72))
    pen.ellipse((60, 262, 260, 292), fill="#e9edf1")
    shape = number % 3
    if shape == 0:  # a flask
        pen.rounded_rectangle((112, 74, 208, 278), 26, fill=body)
        pen.rectangle((132, 40, 188, 78), fill=dark)
        pen.rounded_rectangle((126, 100, 140, 252), 7, fill=light)
    elif shape == 1:  # a box
        pen.polygon(((60, 130), (160, 90), (262, 130), (160, 172)), fill=light)
        pen.polygon(((60, 130), (160, 172), (160, 282), (60, 238)), fill=body)
        pen.polygon(((262, 130), (160, 172), (160, 282), (262, 238)), fill=dark)
    else:  # a pair of buds in their case
        pen.rounded_rectangle((70, 130, 250, 276), 60, fill=body)
        pen.rounded_rectangle((84, 144, 236, 200), 40, fill=dark)
        pen.ellipse((104, 96, 152, 190), fill=light)
        pen.ellipse((168, 96, 216, 190), fill=light)
    written = io.BytesIO()
    image.save(written, "JPEG", quality=88)
    return written.getvalue()


def change_order(store: Store, order: int, **values: Any) -> None:
    """Set columns of an order."""

    def change(tx: Tx) -> tuple[None, Change]:
        tx.session.execute(update(Order).where(Order.id == order).values(**values))
        return None, changed("orders")

    store.write(change)


def change_lines(store: Store, order: int, values: Mapping[int, Mapping[str, Any]]) -> None:
    """Set columns of an order's lines, by their place from 0."""

    def change(tx: Tx) -> tuple[None, Change]:
        lines = tx.session.scalars(select(OrderLine).where(OrderLine.order_id == order).order_by(OrderLine.position))
        for at, line in enumerate(list(lines)):
            for name, value in values.get(at, {}).items():
                setattr(line, name, value)
        return None, changed("orders")

    store.write(change)


def make_kit(store: Store, order: int, name: str, mode: str, pieces: int) -> None:
    """The first two lines of an order become a kit, of one of the first and so many of the second."""

    def change(tx: Tx) -> tuple[None, Change]:
        kit = Sku(code="KIT-0001", name=name, kit_mode=mode)
        tx.session.add(kit)
        tx.session.flush()
        tx.session.add(SkuBarcode(barcode="6900079999994", sku_id=kit.id))
        lines = tx.session.scalars(select(OrderLine).where(OrderLine.order_id == order).order_by(OrderLine.position))
        for line, each in zip(list(lines)[:2], (1, pieces), strict=True):
            line.kit_sku_id, line.kit_number, line.per_kit = kit.id, 1, each
        return None, changed("orders")

    store.write(change)


def change_sku(store: Store, code: str, **values: Any) -> None:
    """Set columns of a SKU."""

    def change(tx: Tx) -> tuple[None, Change]:
        tx.session.execute(update(Sku).where(Sku.code == code).values(**values))
        return None, changed("orders")

    store.write(change)


def add_insert(store: Store, warehouse: int, name: str, barcode: str = "") -> None:
    """Something that goes into every parcel."""

    def change(tx: Tx) -> tuple[None, Change]:
        tx.session.add(InsertRule(warehouse_id=warehouse, name=name, barcode=barcode))
        return None, changed("orders")

    store.write(change)


def beside(store: Store, order: int) -> int | None:
    """A SKU of another order that waits on the same cart, None where there is none."""

    def find(session: Any) -> int | None:
        here = select(BatchOrder.batch_id).where(BatchOrder.order_id == order).scalar_subquery()
        own = select(OrderLine.sku_id).where(OrderLine.order_id == order)
        found: int | None = (
            session.execute(
                select(OrderLine.sku_id)
                .join(BatchOrder, BatchOrder.order_id == OrderLine.order_id)
                .join(Order, Order.id == OrderLine.order_id)
                .where(
                    BatchOrder.batch_id == here, Order.state == OrderState.PICKED, OrderLine.sku_id.not_in(own),
                    OrderLine.order_id != order,
                )
                .limit(1)
            ).scalar()
        )
        return found

    return store.read(find)


def awake(store: Store, station: str) -> None:
    """Somebody works at a station now: what lies on its table is not free."""

    def change(tx: Tx) -> tuple[None, Change]:
        tx.session.execute(update(Station).where(Station.name == station).values(active_at=tx.at))
        return None, changed("stations")

    store.write(change)


def operator(store: Store, name: str, group: str = "") -> int:
    """The id of an operator, made when new."""

    def find(tx: Tx) -> tuple[int, Change]:
        found = tx.session.scalars(select(Operator).where(Operator.name == name)).first()
        if found is None:
            from app.domain.people import Role

            found = Operator(name=name, role=Role.LEAD)
            tx.session.add(found)
        found.group = group
        tx.session.flush()
        return found.id, NOTHING

    return store.write(find)

