"""A packer at the packing page: what the tests of that page have in common."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from tests.factories import House
from tests.ui.conftest import Person
from ui.pages.packing import PackingPage

Key = Qt.Key


@pytest.fixture
def page(person: Person) -> PackingPage:
    page = person.window.pages["packing"]
    assert isinstance(page, PackingPage)
    person.work.printer.url = "tcp://printer-3:9100"
    return page


@pytest.fixture
def heard(page: PackingPage) -> list[str]:
    """The sounds that were due, in their order."""
    heard: list[str] = []
    page.work.sounds.played.connect(heard.append)
    return heard


def arriving(request: pytest.FixtureRequest) -> tuple[Person, PackingPage]:
    """Somebody opens the window only now."""
    person: Person = request.getfixturevalue("person")
    page = person.window.pages["packing"]
    assert isinstance(page, PackingPage)
    return person, page


def scans(house: House) -> list[tuple[str, str]]:
    """(raw, code) of every scan of BENCH-1, the oldest first."""
    return [(event.raw, event.code) for event in house.hands("BENCH-1").events()]


def shown(page: PackingPage) -> tuple[str, str]:
    """The banner: outcome and sentence."""
    return page.table.banner.outcome, page.table.banner.sentence


def square(house: House) -> str:
    """The square code of the newest label on the table."""
    return house.hands("BENCH-1").square


def label_of(person: Person, house: House, *lines: str) -> int:
    """An order whose items are all verified at BENCH-1 and whose label waits in the queue."""
    order = house.picked(*lines)
    person.scan(house.tote_of(order))
    for line in lines:
        person.scan(f"{line}-EAN")
    return order


def refetched(person: Person, page: PackingPage) -> None:
    """Wait until the page has seen what changed behind its back."""
    page.refresh()
    person.wait(person.settled)
