"""The window speaks and is as large as whoever badged in wants it, and is the station's own again afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication

from app.change import changed
from app.domain.barcode import Kind, make_code
from app.domain.errors import KnownError
from app.operations.people import add_operator, save_operator
from app.queries.people import Person as Somebody
from db.places import Station
from tests.factories import LEAD, House
from tests.ui.conftest import Person
from ui.theme import px

CHEN = Somebody("Chen", language="zh", large_text=True)
PAGES = ("settings",)


@pytest.fixture
def page_names() -> Sequence[str]:
    return PAGES


def badge(person: Person, house: House, operator: int | None) -> None:
    """Somebody badges in at the station, or out."""
    station = person.work.place.station
    assert station is not None
    key = station.actor.station

    def step(tx: object) -> tuple[None, object]:
        tx.session.get_one(Station, key).operator_id = operator  # type: ignore[attr-defined]
        return None, changed("stations", ids=[("station", key or 0)])

    house.store.write(step)  # type: ignore[arg-type]


def look(person: Person) -> tuple[str, float]:
    return person.work.words.language, person.work.scale


@pytest.fixture
def chen(house: House) -> int:
    return house.store.write(add_operator, LEAD, CHEN)


def test_language_and_size_come_with_the_badge_and_go_with_it(
    person: Person, house: House, chen: int, qapp: QApplication
) -> None:
    assert look(person) == ("en", 1.0)
    badge(person, house, chen)
    person.wait(lambda: look(person) == ("zh", 1.5))
    assert person.window._title.text() == "设置"
    assert qapp.font().pixelSize() == px("body", 1.5)
    station = person.work.place.station
    assert station is not None
    assert station.language == "zh"
    badge(person, house, None)
    person.wait(lambda: look(person) == ("en", 1.0))
    assert person.window._title.text() == "Settings"
    assert qapp.font().pixelSize() == px("body", 1.0)
    assert station.language == "en"


def test_the_next_person_does_not_inherit_it(person: Person, house: House, chen: int) -> None:
    other = house.store.write(add_operator, LEAD, Somebody("Ada", large_text=False))
    badge(person, house, chen)
    person.wait(lambda: look(person) == ("zh", 1.5))
    badge(person, house, other)
    person.wait(lambda: look(person) == ("en", 1.0))


def test_usual_text_holds_at_a_station_with_large_text_too(person: Person, house: House) -> None:
    other = house.store.write(add_operator, LEAD, Somebody("Ada", large_text=False))
    person.work.use_settings(replace(person.work.settings, text_scale=1.5))
    badge(person, house, other)
    person.wait(lambda: look(person) == ("en", 1.0))
    badge(person, house, None)
    person.wait(lambda: look(person) == ("en", 1.5))


def test_who_has_said_nothing_finds_the_station_as_it_is(person: Person, house: House) -> None:
    other = house.store.write(add_operator, LEAD, Somebody("Ada"))
    drawn: list[None] = []
    person.work.look_changed.connect(lambda: drawn.append(None))
    badge(person, house, other)
    person.wait(lambda: person.work._wearing.operator == other)
    assert look(person) == ("en", 1.0)
    assert drawn == []


def test_what_a_lead_changes_of_a_person_is_seen_at_once(person: Person, house: House, chen: int) -> None:
    badge(person, house, chen)
    person.wait(lambda: look(person) == ("zh", 1.5))
    house.store.write(save_operator, LEAD, chen, replace(CHEN, language="en"), CHEN)
    person.wait(lambda: look(person) == ("en", 1.5))


def test_the_stations_own_language_may_be_changed_meanwhile(person: Person, house: House, chen: int) -> None:
    badge(person, house, chen)
    person.wait(lambda: look(person) == ("zh", 1.5))
    person.work.use_settings(replace(person.work.settings, language="en", text_scale=1.25))
    assert look(person) == ("en", 1.25)  # who chooses it wants to see it
    house.store.write(lambda tx: (None, changed("stations")))
    person.wait(person.settled)
    assert look(person) == ("en", 1.25)  # nobody else has come
    badge(person, house, None)
    person.wait(lambda: person.work._wearing.operator is None)
    assert look(person) == ("en", 1.25)


def test_a_database_that_is_gone_changes_nothing(
    person: Person, house: House, chen: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    badge(person, house, chen)
    person.wait(lambda: look(person) == ("zh", 1.5))

    async def gone(*_: object, **__: object) -> object:
        raise KnownError("database_unreachable")

    with monkeypatch.context() as broken:
        broken.setattr(person.work.feed, "read", gone)
        person.window.personal.look()
        person.wait(lambda: person.window.personal._looking is None)
    assert look(person) == ("zh", 1.5)


def test_who_is_there_when_the_window_opens_finds_it_so(person: Person, house: House, chen: int) -> None:
    station = person.work.place.station
    assert station is not None
    house.write(
        lambda tx: setattr(tx.session.get_one(Station, station.actor.station), "operator_id", chen)
    )
    person.work.settled.emit()
    person.wait(lambda: look(person) == ("zh", 1.5))


def test_a_scan_of_the_badge_at_the_bench_switches_the_window(person: Person, house: House, chen: int) -> None:
    station = person.work.place.station
    assert station is not None
    assert station.scan(make_code(Kind.PERSON, chen)).code == "badged_in"
    person.wait(lambda: look(person) == ("zh", 1.5))
    assert person.work.place.person.operator == chen  # what is done on the pages is that person's doing
    assert station.scan("XXLOGOUT").code == "badged_out"
    person.wait(lambda: look(person) == ("en", 1.0))
    assert person.work.place.person.operator is None
