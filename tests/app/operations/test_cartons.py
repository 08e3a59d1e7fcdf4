"""Cartons are kept by their code, known by their barcode, and remembered for what was sent in them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from app.change import NOTHING, Change
from app.domain.barcode import Kind, make_code
from app.domain.cartons import CartonDraft, content_key
from app.domain.errors import Refusal
from app.operations.cartons import carton_by_code, import_cartons, note_carton, retire_carton, save_carton
from app.operations.importing_master import Taken
from db.bench import Carton, CartonUse
from db.journal import JournalEntry
from db.parcels import Parcel
from db.store import Tx
from tests.factories import LEAD, House, make_warehouse, returning_id

SMALL = CartonDraft("S", 200, 150, 100, "Small", 50, 3_000, 30)


def scanned(house: House, code: str, warehouse: int | None = None) -> str | None:
    def look(tx: Tx) -> tuple[str | None, Change]:
        found = carton_by_code(tx, warehouse or house.warehouse, code)
        return None if found is None else found.code, NOTHING

    return house.store.write(look)


def journal(house: House) -> list[str]:
    return [name for name in house.all(select(JournalEntry.name).order_by(JournalEntry.id)) if "carton" in name]


def uses(house: House) -> dict[tuple[str, int], int]:
    rows: list[CartonUse] = house.all(select(CartonUse))
    return {(row.content, row.carton_id): row.uses for row in rows}


def test_a_carton_is_kept_by_its_code(house: House) -> None:
    made = house.store.write(save_carton, LEAD, house.warehouse, SMALL)
    assert house.store.write(save_carton, LEAD, house.warehouse, replace(SMALL, cost_minor=35)) == made
    assert house.store.write(save_carton, LEAD, house.warehouse, replace(SMALL, cost_minor=35)) == made
    row = house.get(Carton, made)
    assert (row.code, row.name, row.length_mm, row.max_weight_g, row.cost_minor) == ("S", "Small", 200, 3_000, 35)
    assert house.count(Carton) == 1
    assert journal(house) == ["save_carton"] * 2  # the last changed nothing
    with pytest.raises(Refusal, match="carton_sizes"):
        house.store.write(save_carton, LEAD, house.warehouse, replace(SMALL, width_mm=0))


def test_a_carton_is_known_by_its_barcode_while_it_is_in_use(house: House) -> None:
    carton = house.store.write(save_carton, LEAD, house.warehouse, SMALL)
    elsewhere = house.store.write(returning_id(make_warehouse), code="EAST")
    code = make_code(Kind.CARTON, carton)
    assert scanned(house, code) == "S"
    assert scanned(house, code, elsewhere) is None
    assert scanned(house, make_code(Kind.CARTON, carton + 1)) is None
    assert scanned(house, code[:-1] + ("0" if code[-1] != "0" else "1")) is None  # misread
    assert scanned(house, make_code(Kind.CART, carton)) is None
    assert scanned(house, "S") is None
    assert house.store.write(retire_carton, LEAD, carton) == "S"
    assert house.store.write(retire_carton, LEAD, carton) == "S"
    assert scanned(house, code) is None
    house.store.write(save_carton, LEAD, house.warehouse, SMALL)  # in use again
    assert scanned(house, code) == "S"
    assert journal(house) == ["save_carton", "retire_carton", "save_carton"]
    with pytest.raises(Refusal, match="carton_unknown"):
        house.store.write(retire_carton, LEAD, 99)


def test_a_file_is_taken_line_by_line(house: House) -> None:
    house.store.write(save_carton, LEAD, house.warehouse, SMALL)
    drafts = [
        replace(SMALL, line=2), replace(SMALL, code="M", length_mm=300, line=3), replace(SMALL, code="M", line=4),
        replace(SMALL, code="X", height_mm=0, line=5), replace(SMALL, code="L", length_mm=400, line=6),
    ]  # fmt: skip
    taken: Taken = house.store.write(import_cartons, LEAD, house.warehouse, drafts)
    assert (taken.new, taken.changed, taken.unchanged) == (2, 0, 1)
    assert [(each.line, each.code, dict(each.facts)) for each in taken.problems] == [
        (4, "carton_twice", {"carton": "M", "first": 3}), (5, "carton_sizes", {"carton": "X"}),
    ]  # fmt: skip
    assert sorted(house.all(select(Carton.code))) == ["L", "M", "S"]
    cheaper = [replace(draft, cost_minor=1) for draft in drafts[:2]]
    taken = house.store.write(import_cartons, LEAD, house.warehouse, cheaper)
    assert (taken.new, taken.changed, taken.problems) == (0, 2, [])
    assert journal(house) == ["save_carton", "import_cartons", "import_cartons"]


def test_what_was_sent_in_a_carton_is_counted_by_content(house: House) -> None:
    cartons = [
        house.store.write(save_carton, LEAD, house.warehouse, replace(SMALL, code=code)) for code in ("S", "M")
    ]
    parcels = []
    for number in range(2):
        order = house.picked(("TEA", 2), "CUP")
        hands = house.hands(f"BENCH-{number + 1}")
        hands.scan(house.tote_of(order), "TEA-EAN", "TEA-EAN", "CUP-EAN")
        parcels.append(house.one(select(Parcel.id).where(Parcel.order_id == order)))

    def note(tx: Tx, parcel: int, carton: int) -> tuple[None, Change]:
        note_carton(tx, parcel, carton)
        return None, NOTHING

    for parcel, carton in ((0, 0), (1, 0), (1, 1)):
        house.store.write(note, parcels[parcel], cartons[carton])
    content = content_key([(house.skus["TEA"], 2), (house.skus["CUP"], 1)])
    assert uses(house) == {(content, cartons[0]): 2, (content, cartons[1]): 1}
    # a box of another size is another box
    house.store.write(save_carton, LEAD, house.warehouse, replace(SMALL, length_mm=150, width_mm=200))
    assert len(uses(house)) == 2
    house.store.write(save_carton, LEAD, house.warehouse, replace(SMALL, length_mm=201))
    assert uses(house) == {(content, cartons[1]): 1}
