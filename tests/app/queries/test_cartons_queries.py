"""The bench is offered cartons for what goes into the open parcel, and the desk sees all of them."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import event, select, update

from app.change import NOTHING, Change
from app.domain.barcode import Kind, make_code
from app.domain.cartons import CartonDraft, content_key
from app.domain.documents import Document
from app.domain.states import ParcelState
from app.operations.cartons import retire_carton, save_carton
from app.queries.cartons import cartons, suggestions
from app.queries.documents import codes_of
from db.bench import CartonUse
from db.orders import OrderLine, Sku
from db.parcels import Parcel, ParcelItem
from db.store import Tx
from tests.factories import LEAD, House

SMALL = CartonDraft("S", 210, 110, 100, "Small", 50, 3_000, 30)
LARGE = CartonDraft("L", 400, 300, 200, "", 200, None, 90)


def prepared(house: House) -> tuple[int, dict[str, int]]:
    """An open parcel of an order of three cubes of 10 cm, and the cartons by their codes."""
    kept = {each.code: house.store.write(save_carton, LEAD, house.warehouse, each) for each in (LARGE, SMALL)}
    order = house.picked(("TEA", 3))
    house.write(lambda tx: tx.session.execute(update(Sku).values(length_mm=100, width_mm=100, height_mm=100)))
    house.hands().scan(house.tote_of(order), "TEA-EAN")
    return house.one(select(Parcel.id).where(Parcel.order_id == order)), kept


def offered(house: House, parcel: int) -> list[tuple[str, bool | None, bool]]:
    return [(each.box.code, each.fits, each.learned) for each in house.store.read(suggestions, parcel)]


def other_box(house: House, parcel: int, pieces: int) -> int:
    """Another box of the same order with so many pieces of its first line in it."""

    def make(tx: Tx) -> tuple[int, Change]:
        row = tx.session.get_one(Parcel, parcel)
        other = Parcel(
            code="PB-OTHER", shipment_id=row.shipment_id, order_id=row.order_id, opened_at=tx.at, number=2,
            state=ParcelState.OPEN,
        )  # fmt: skip
        tx.session.add(other)
        tx.session.flush()
        line = tx.session.scalars(select(OrderLine.id).where(OrderLine.order_id == row.order_id)).one()
        tx.session.add(ParcelItem(parcel_id=other.id, order_line_id=line, quantity=pieces))
        return other.id, NOTHING

    return house.store.write(make)


def test_all_that_is_in_no_other_box_is_to_go_in(house: House) -> None:
    parcel, _ = prepared(house)
    assert offered(house, parcel) == [("L", True, False)]
    other = other_box(house, parcel, 1)
    assert offered(house, parcel) == [("S", True, False), ("L", True, False)]
    house.write(lambda tx: tx.session.execute(update(Parcel).where(Parcel.id == other).values(state="voided")))
    assert offered(house, parcel) == [("L", True, False)]
    house.write(lambda tx: tx.session.execute(update(OrderLine).values(backordered=2)))
    assert offered(house, parcel) == [("S", True, False), ("L", True, False)]
    house.write(lambda tx: tx.session.execute(update(OrderLine).values(backordered=3)))
    assert offered(house, parcel) == []
    assert offered(house, 999) == []


def test_a_sealed_box_holds_what_it_holds(house: House) -> None:
    parcel, _ = prepared(house)
    house.write(lambda tx: tx.session.execute(update(Parcel).where(Parcel.id == parcel).values(sealed=True)))
    assert offered(house, parcel) == [("S", True, False), ("L", True, False)]  # one piece was scanned


def test_custom_and_unknown_sizes_are_told(house: House) -> None:
    parcel, kept = prepared(house)
    content = content_key([(house.skus["TEA"], 3)])
    house.write(lambda tx: tx.session.add(CartonUse(content=content, carton_id=kept["S"], uses=2)))
    assert offered(house, parcel) == [("S", None, True), ("L", True, False)]
    house.write(lambda tx: tx.session.execute(update(Sku).values(height_mm=None)))
    assert offered(house, parcel) == [("S", None, True), ("L", None, False)]
    house.store.write(retire_carton, LEAD, kept["S"])
    assert offered(house, parcel) == [("L", None, False)]


def test_two_statements_are_enough(house: House) -> None:
    parcel, _ = prepared(house)
    said: list[str] = []

    def read(session: object) -> None:
        bind = session.get_bind()  # type: ignore[attr-defined]
        event.listen(bind, "before_cursor_execute", lambda *heard: said.append(heard[2]))
        suggestions(session, parcel)  # type: ignore[arg-type]

    house.store.read(read)
    assert [statement.split()[0] for statement in said if statement != "BEGIN"] == ["SELECT", "SELECT"]


def test_the_desk_sees_those_in_use_first_and_how_often_they_were(house: House) -> None:
    _, kept = prepared(house)
    flat = house.store.write(save_carton, LEAD, house.warehouse, replace(SMALL, code="F", height_mm=20))
    house.store.write(retire_carton, LEAD, flat)
    for content in ("a", "b"):
        used = CartonUse(content=content, carton_id=kept["L"], uses=2)
        house.write(lambda tx, used=used: tx.session.add(used))  # type: ignore[misc]
    rows = house.store.read(cartons, house.warehouse)
    assert [(row.box.code, row.active, row.uses) for row in rows] == [("S", True, 0), ("L", True, 4), ("F", False, 0)]
    assert rows[0].box.inside == (210, 110, 100)


def test_the_sheet_has_the_cartons_that_there_are(house: House) -> None:
    numbered = house.store.read(codes_of, Document.CARTONS, house.warehouse, 7, 2)
    assert [(each.code, each.text) for each in numbered] == [
        (make_code(Kind.CARTON, 7), "7"), (make_code(Kind.CARTON, 8), "8"),
    ]  # fmt: skip
    _, kept = prepared(house)
    found = house.store.read(codes_of, Document.CARTONS, house.warehouse, 7, 2)
    codes = [make_code(Kind.CARTON, kept[code]) for code in "SL"]
    assert [(each.code, each.text, each.detail) for each in found] == [
        (codes[0], "Small", f"{codes[0]} 210×110×100mm"), (codes[1], "L", f"{codes[1]} 400×300×200mm"),
    ]  # fmt: skip
    house.store.write(retire_carton, LEAD, kept["S"])
    assert [each.code for each in house.store.read(codes_of, Document.CARTONS, house.warehouse, 1, 24)] == codes[1:]
