"""Who works at the pages; a module says in PAGES which of them its window has."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.factories import House
from tests.ui.conftest import Person
from tests.ui.pages.label_desk import Desk
from tests.ui.pages.lead import Lead
from tests.ui.pages.support import Support


@pytest.fixture
def page_names(request: pytest.FixtureRequest, page_names: Sequence[str]) -> Sequence[str]:
    """Only what is tested, for speed."""
    names: Sequence[str] = getattr(request.module, "PAGES", page_names)
    return names


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)  # a printer may be a file
    monkeypatch.setattr("ui.pages.board.THROTTLE_MS", 5)


@pytest.fixture
def shelf(house: House) -> House:
    """A house with stock."""
    for sku in ("MUG", "PEN", "CAP"):
        house.stock(sku, 50)
    return house


@pytest.fixture
def lead(person: Person, shelf: House) -> Lead:
    """A shift lead at the board."""
    return Lead(person, shelf)


@pytest.fixture
def support(person: Person, shelf: House) -> Support:
    """Somebody at the orders page."""
    return Support(person, shelf)


@pytest.fixture
def desk(person: Person, house: House) -> Desk:
    """Somebody at the labels page."""
    return Desk(person, house)
