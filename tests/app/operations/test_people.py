"""People: who they are, and the badge by which a bench knows them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from app.domain.barcode import Kind, check_character, make_code
from app.domain.documents import Document
from app.domain.errors import Refusal
from app.domain.people import Role
from app.operations.people import add_operator, badge_of, save_operator
from app.operations.stations import ensure_station
from app.queries.documents import codes_of
from app.queries.people import Person, Wearer, badge, operators, wearer
from db.journal import JournalEntry
from db.places import Operator, Station
from tests.factories import LEAD, House

ADA = Person("Ada Byron", Role.LEAD, "night", "zh", True)


def refused(code: str, step: Callable[[], object]) -> None:
    with pytest.raises(Refusal) as caught:
        step()
    assert caught.value.code == code


def add(house: House, person: Person = ADA) -> int:
    return house.store.write(add_operator, LEAD, person)


def people(house: House) -> dict[int, Person]:
    return {row.operator_id: row.person for row in house.store.read(operators)}


def test_somebody_is_read_as_said(house: House) -> None:
    key = add(house)
    assert people(house)[key] == ADA
    assert "add_operator" in house.all(select(JournalEntry.name))


def test_somebody_is_changed_only_by_who_has_seen_what_is_said(house: House) -> None:
    key = add(house)
    house.store.write(save_operator, LEAD, key, replace(ADA, large_text=None), ADA)
    assert people(house)[key] == replace(ADA, large_text=None)
    refused("bench_rules_newer", lambda: house.store.write(save_operator, LEAD, key, replace(ADA, group=""), ADA))
    refused("people_unknown", lambda: house.store.write(save_operator, LEAD, key + 9, ADA, ADA))


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (Person(" "), "people_name_wrong"),
        (Person("x" * 41), "people_name_wrong"),
        (Person("ada  BYRON"), "people_name_taken"),
        (Person("Bob", Role.SYSTEM), "people_role_wrong"),
        (Person("Bob", group="*"), "people_group_wrong"),
        (Person("Bob", group="x" * 41), "people_group_wrong"),
        (Person("Bob", group="Lead"), "people_group_is_role"),
        (Person("Bob", language="fr"), "people_language_wrong"),
    ],
)
def test_somebody_who_cannot_be_is_refused(house: House, wrong: Person, code: str) -> None:
    add(house)
    before = house.count(Operator)
    refused(code, lambda: add(house, wrong))
    assert house.count(Operator) == before


def test_a_name_may_stay_and_a_group_is_spelled_as_it_was_first(house: House) -> None:
    key = add(house)
    house.store.write(save_operator, LEAD, key, replace(ADA, name="Ada BYRON"), ADA)
    other = add(house, Person("Bob", group=" Night "))
    assert people(house)[other].group == "night"
    same = add(house, Person("Cleo", Role.PICKER, group="picker"))
    assert people(house)[same].group == ""


# badges


def known(house: House, code: str) -> int | None:
    return house.write(lambda tx: badge_of(tx, code))


def test_the_badge_that_is_printed_names_its_operator(house: House) -> None:
    key = add(house)
    printed = {row.person.name: row.badge for row in house.store.read(operators)}
    sheet = {label.code for label in house.store.read(codes_of, Document.BADGES, house.warehouse, 1, 0)}
    assert set(printed.values()) == sheet
    for code in (printed["Ada Byron"], printed["Ada Byron"].lower(), f"\x02{printed['Ada Byron']}\r"):
        assert known(house, code) == key


def test_what_is_nobodys_badge_names_nobody(house: House) -> None:
    key = add(house)
    wrong = [badge(key + 1), make_code(Kind.TOTE, key), badge(key)[:-1] + "0", "", "PE", badge(2**40), "MUG-EAN"]
    assert [known(house, code) for code in wrong] == [None] * len(wrong)


@given(st.integers(1, 2**31 - 1))
def test_a_badge_has_a_check_character(number: int) -> None:
    assert check_character(badge(number)[:-1]) == badge(number)[-1]


def test_who_works_at_a_station_brings_language_and_size(house: House) -> None:
    add(house)
    station = house.store.write(ensure_station, "BENCH-1").station
    assert station is not None
    assert house.store.read(wearer, station) == Wearer(None)
    house.store.write(ensure_station, "BENCH-1", "Ada Byron")
    found = house.store.read(wearer, station)
    assert (found.language, found.large_text) == ("zh", True)
    assert found.operator_id == house.one(select(Station.operator_id).where(Station.id == station))
    assert house.store.read(wearer, 99) == Wearer(None)
