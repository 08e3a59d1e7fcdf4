"""Stations and operators are made when their names are used for the first time."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.change import Change
from app.domain.errors import Refusal
from app.domain.people import Role
from app.operations.stations import ensure_station, ensure_warehouse, mark_demo
from db.journal import JournalEntry, Setting
from db.places import Operator, Station, Warehouse
from tests.factories import House
from tests.intake import fresh_store


def test_a_name_is_a_station_from_its_first_use_on(house: House) -> None:
    first = house.store.write(ensure_station, " BENCH-9 ")
    again = house.store.write(ensure_station, "BENCH-9")
    assert first == again
    station = house.get(Station, first.station)
    assert (station.name, station.warehouse_id) == ("BENCH-9", house.warehouse)
    assert house.all(select(JournalEntry.name)).count("new_station") == 2  # the cart's and this one


@pytest.mark.parametrize("name", ["", "  \t", "x" * 41])
def test_a_station_needs_a_name(house: House, name: str) -> None:
    with pytest.raises(Refusal) as refused:
        house.store.write(ensure_station, name)
    assert refused.value.code == "station_name"


def test_who_works_there_is_remembered_until_somebody_else_comes(house: House) -> None:
    ada = house.store.write(ensure_station, "B", "Ada", Role.PACKER)
    assert house.store.write(ensure_station, "B").operator == ada.operator
    bob = house.store.write(ensure_station, "B", "Bob", Role.PACKER)
    assert bob.operator != ada.operator
    assert house.store.write(ensure_station, "B").operator == bob.operator
    assert house.store.write(ensure_station, "C", "Ada").operator == ada.operator
    assert house.all(select(Operator.name).order_by(Operator.id)) == ["Pia", "Ada", "Bob"]


def test_only_what_is_new_is_published(house: House) -> None:
    seen: list[Change] = []
    house.store.listen(seen.append)
    for _ in range(3):
        house.store.write(ensure_station, "B", "Ada")
    house.store.write(lambda tx: (None, Change()))
    assert len(seen) == 1
    assert seen[0].topics == {"stations"}


def test_the_first_station_of_an_empty_database_stands_in_a_warehouse(tmp_path: object) -> None:
    with fresh_store(tmp_path) as store:  # type: ignore[arg-type]
        store.write(ensure_station, "B")
        assert store.read(lambda session: session.scalars(select(Warehouse.code)).all()) == ["MAIN"]


def test_a_warehouse_is_made_once(house: House) -> None:
    first = house.store.write(ensure_warehouse, "SECOND", "Second", "Sender", "DE")
    assert house.store.write(ensure_warehouse, "SECOND", "Other name") == first
    row = house.get(Warehouse, first)
    assert (row.name, row.sender, row.country) == ("Second", "Sender", "DE")


def test_a_demos_database_says_so(house: House) -> None:
    assert house.store.write(mark_demo, 40, 1) == (40, 1)
    assert house.store.write(mark_demo, 9, 2) == (40, 1)
    assert house.all(select(Setting.name)) == ["demo"]
