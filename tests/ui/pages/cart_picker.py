"""A picker with a cart at the picking page: what the tests of that page have in common."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from sqlalchemy import select

from app.domain.people import Actor, Role
from app.domain.picking import PickCode
from app.operations.stations import ensure_station
from app.queries.picking_view import PickingView
from app.queries.waves import barcode_of
from db.journal import ScanEvent
from tests.factories import House
from tests.ui.conftest import Person
from ui.pages.picking import PickingPage, PickShown


class Picker:
    """Somebody with a cart, in front of the page; `heard` is every sound."""

    def __init__(self, person: Person, house: House) -> None:
        self.person, self.house = person, house
        page = person.window.pages["picking"]
        assert isinstance(page, PickingPage)
        self.page: PickingPage = page
        self.judged: list[PickShown] = []
        self.heard: list[str] = []
        self.page.judged.connect(self.judged.append)
        person.work.sounds.played.connect(self.heard.append)
        self.page.refresh()
        person.wait(person.settled)

    # what it does

    def press(self, key: Qt.Key) -> None:
        self.person.press(key)
        self.person.wait(self.person.settled)

    def scan(self, code: str) -> str:
        """The code of the verdict."""
        before = len(self.judged)
        self.person.scan(code)
        return self.judged[-1].code if len(self.judged) > before else ""

    def ask(self, key: Qt.Key) -> str:
        """Press a key that asks something; what is asked."""
        self.person.press(key)
        self.person.wait(lambda: self.person.work.dialogs.is_open)
        question = self.person.work.dialogs._question
        assert question is not None
        return question.accessibleName()

    def answer(self, text: str) -> None:
        self.person.type(text)
        self.press(Qt.Key.Key_Return)

    # what it sees

    @property
    def view(self) -> PickingView:
        assert isinstance(self.page.data, PickingView)
        return self.page.data

    @property
    def shows(self) -> str:
        """`carts`, `walk`, or what stands in their place."""
        if self.page._panel.isVisible():
            return self.page._panel._kind
        return "carts" if self.page._carts.isVisible() else "walk"

    @property
    def stop(self) -> str:
        """The word that covers the page, "" for none."""
        stop = self.page._stop.stop if self.page._stop.isVisible() else None
        return stop.word if stop is not None else ""

    @property
    def banner(self) -> tuple[str, str]:
        return self.page._banner.outcome, self.page._banner.sentence

    def item(self) -> str:
        """The barcode of what is to be taken next."""
        assert self.view.task is not None
        return self.house.store.read(barcode_of, self.view.task.sku_id)

    def location(self) -> str:
        assert self.view.task is not None
        return self.view.task.location

    def events(self) -> list[tuple[str, str]]:
        """(raw, code) of every scan of this cart's station, the oldest first."""
        station = self.person.work.place.picker.station
        wanted = select(ScanEvent).where(ScanEvent.station_id == station).order_by(ScanEvent.seq)
        return [(event.raw, event.code) for event in self.house.all(wanted)]

    def pick_one(self) -> None:
        assert self.view.task is not None
        if not self.view.task.at_location:
            assert self.scan(self.location()) == PickCode.AT_LOCATION
        assert self.scan(self.item()) in (PickCode.PICKED, PickCode.BATCH_PICKED)


@pytest.fixture
def wave(house: House) -> list[int]:
    """A released wave of two orders on one cart: a mug and a hat; two hats. The batches."""
    house.stock("MUG", 5, "A-01")
    house.stock("HAT", 5, "A-02")
    house.order("MUG", "HAT")
    house.order(("HAT", 2), ("MUG", 1))
    house.release()
    return house.batches()


@pytest.fixture
def picker(person: Person, house: House, wave: list[int]) -> Picker:
    return Picker(person, house)


@pytest.fixture
def walking(picker: Picker) -> Picker:
    """Has chosen the only cart."""
    picker.press(Qt.Key.Key_Return)
    assert picker.shows == "walk"
    return picker


def other(house: House) -> Actor:
    return house.store.write(ensure_station, "CART-2", None, Role.PICKER)
