"""The one box for search: one hit is shown, several are listed, and what leads nowhere cannot be chosen."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.domain.errors import KnownError
from app.queries import search as searching
from db.orders import Order
from tests.factories import House
from tests.ui.conftest import Person


@pytest.fixture
def page_names() -> Sequence[str]:
    return ("devices",)  # any page will do that takes no scans


class Searcher:
    """Somebody who looks for something; `found` are the ids of orders that the window was asked to show."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.box = person.window.search
        self.found: list[int] = []
        person.work.found.connect(self.found.append)

    def look_for(self, text: str) -> None:
        """Type it, and wait for what comes of it."""
        self.person.press(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
        self.person.type(text)
        self.person.press(Qt.Key.Key_Return)
        self.person.wait(self.person.settled)

    @property
    def hits(self) -> list[str]:
        """What is listed, "(…)" around what cannot be chosen; empty when nothing is."""
        shown = self.box._hits.list
        if not shown.isVisible():
            return []
        items = [shown.item(row) for row in range(shown.count())]
        return [item.text() if item.flags() else f"({item.text()})" for item in items]

    @property
    def chosen(self) -> str:
        item = self.box._hits.list.currentItem()
        return item.text() if item is not None else ""

    @property
    def told(self) -> str:
        return self.box._hits._nothing.text() if self.box._hits._nothing.isVisible() else ""


@pytest.fixture
def searcher(person: Person) -> Searcher:
    return Searcher(person)


@pytest.fixture
def orders(house: House) -> list[int]:
    """Two orders of a mug, one with a hat as well."""
    house.stock("MUG", 9)
    house.stock("HAT", 9)
    return [
        house.order("MUG", source_id="A-1001"), house.order("MUG", "HAT", source_id="A-1002"),
    ]  # fmt: skip


def test_one_order_is_shown_at_once(searcher: Searcher, orders: list[int]) -> None:
    searcher.look_for("A-1002")
    assert searcher.found == [orders[1]]
    assert searcher.box.text() == ""
    assert searcher.hits == []
    assert not searcher.box.hasFocus()


def test_several_are_listed_and_arrows_and_enter_choose(searcher: Searcher, orders: list[int]) -> None:
    searcher.look_for("A-10")
    assert sorted(searcher.hits) == ["Order A-1001", "Order A-1002"]
    assert searcher.chosen == searcher.hits[0]
    searcher.person.press(Qt.Key.Key_Down)
    assert searcher.chosen == searcher.hits[1]
    searcher.person.press(Qt.Key.Key_Down)
    assert searcher.chosen == searcher.hits[0]
    searcher.person.press(Qt.Key.Key_Up)
    wanted = searcher.chosen.removeprefix("Order ")
    searcher.person.press(Qt.Key.Key_Return)
    (found,) = searcher.found
    assert searcher.person.work.feed.store.read(lambda session: session.get_one(Order, found).source_id) == wanted


def test_a_click_chooses_once(searcher: Searcher, orders: list[int], qtbot: QtBot) -> None:
    searcher.look_for("A-10")
    shown = searcher.box._hits.list
    row = shown.visualItemRect(shown.item(0)).center()
    QTest.mouseClick(shown.viewport(), Qt.MouseButton.LeftButton, pos=row)
    assert len(searcher.found) == 1
    assert searcher.hits == []


def test_a_sku_heads_its_orders_and_is_passed_over(searcher: Searcher, orders: list[int]) -> None:
    searcher.look_for("MUG")
    assert searcher.hits[0] == "(SKU MUG)"
    assert sorted(searcher.hits[1:]) == ["Order A-1001", "Order A-1002"]
    assert searcher.chosen == searcher.hits[1]
    searcher.person.press(Qt.Key.Key_Up)
    assert searcher.chosen == searcher.hits[2]


def test_a_sku_of_one_order_leads_to_it(searcher: Searcher, orders: list[int]) -> None:
    searcher.look_for("HAT")
    assert searcher.hits[0] == "(SKU HAT)"
    searcher.person.press(Qt.Key.Key_Return)
    assert searcher.found == [orders[1]]


def test_the_beginning_of_skus_leads_to_one_and_that_to_its_orders(
    searcher: Searcher, house: House, orders: list[int]
) -> None:
    house.stock("HAT RED", 1)
    house.order("HAT RED", source_id="B-1")
    searcher.look_for("HA")
    assert searcher.hits == ["SKU HAT", "SKU HAT RED"]
    searcher.person.press(Qt.Key.Key_Down)
    searcher.person.press(Qt.Key.Key_Return)
    searcher.person.wait(lambda: searcher.hits[:1] == ["(SKU HAT RED)"])
    assert searcher.box.text() == "HAT RED"
    assert searcher.hits == ["(SKU HAT RED)", "Order B-1"]


def test_a_wave_leads_to_the_board(searcher: Searcher, house: House, orders: list[int]) -> None:
    wave = house.plan()
    went: list[str] = []
    searcher.box.wanted.connect(went.append)
    searcher.look_for(str(wave))
    assert searcher.hits == [f"Wave {wave}"]
    searcher.person.press(Qt.Key.Key_Return)
    assert went == ["board"]
    assert searcher.found == []


def test_nothing_is_said_with_what_to_do(searcher: Searcher, orders: list[int]) -> None:
    searcher.look_for("ZZZ")
    assert searcher.told.startswith("Nothing was found for ZZZ: check the number")
    searcher.person.type("Z")
    assert searcher.told == ""


def test_typing_on_takes_the_list_away(searcher: Searcher, orders: list[int]) -> None:
    searcher.look_for("A-10")
    searcher.person.type("0")
    assert searcher.hits == []
    searcher.person.press(Qt.Key.Key_Return)
    searcher.person.wait(lambda: len(searcher.hits) == 2)


def test_escape_forgets_and_goes_back_to_the_page(searcher: Searcher, orders: list[int]) -> None:
    searcher.look_for("A-10")
    searcher.person.press(Qt.Key.Key_Escape)
    assert searcher.hits == []
    assert searcher.box.text() == ""
    page = searcher.person.window.page
    assert page is not None
    assert page.hasFocus()


def test_an_empty_box_looks_for_nothing(searcher: Searcher, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(searching, "search", lambda *arguments, **_: asked.append(arguments))
    searcher.look_for("   ")
    assert asked == []


def test_an_answer_that_comes_after_escape_shows_nothing(
    searcher: Searcher, orders: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, search = threading.Event(), searching.search

    def late(*arguments: Any, **how: Any) -> Any:
        gate.wait(5)
        return search(*arguments, **how)

    monkeypatch.setattr(searching, "search", late)
    searcher.person.press(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    searcher.person.type("A-1001")
    searcher.person.press(Qt.Key.Key_Return)
    searcher.person.press(Qt.Key.Key_Escape)
    gate.set()
    searcher.person.wait(searcher.person.settled)
    assert searcher.found == []
    assert searcher.hits == []


def test_the_list_goes_with_the_keyboard_and_with_the_size(searcher: Searcher, orders: list[int]) -> None:
    searcher.look_for("A-10")
    searcher.person.window.resize(1500, 800)
    assert searcher.hits == []
    searcher.person.press(Qt.Key.Key_Escape)
    searcher.look_for("A-10")
    assert searcher.hits
    searcher.person.window.rail.setFocus()
    assert searcher.hits == []


def test_a_name_is_shown_as_it_is(searcher: Searcher, house: House) -> None:
    house.stock("<b>X</b>", 1)
    house.order("<b>X</b>", source_id="<img src='x'>1")
    house.order("<b>X</b>", source_id="<img src='x'>2")
    searcher.look_for("<img")
    assert sorted(searcher.hits) == ["Order <img src='x'>1", "Order <img src='x'>2"]


def test_namesakes_are_told_apart_by_number_and_town(searcher: Searcher, house: House) -> None:
    house.stock("MUG", 9)
    first = house.order("MUG", source_id="8140221798765432101", recipient_name="Jürgen Müller", city="Köln")
    house.order("MUG", source_id="8140221798765432102", recipient_name="Anna Muller", city="London")
    searcher.look_for("muller")
    assert searcher.hits == [
        "Order 8140221798765432102 · Anna Muller, London", "Order 8140221798765432101 · Jürgen Müller, Köln",
    ]  # fmt: skip
    shown = searcher.box._hits.list
    assert shown.sizeHintForColumn(0) <= shown.viewport().width()  # nothing of it is cut off
    searcher.person.press(Qt.Key.Key_Down)
    searcher.person.press(Qt.Key.Key_Return)
    assert searcher.found == [first]


def test_the_last_digits_of_a_number_are_enough(searcher: Searcher, orders: list[int]) -> None:
    searcher.look_for("002")
    assert searcher.found == [orders[1]]


def test_a_database_that_does_not_answer_is_told(searcher: Searcher, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise KnownError("database_locked")

    monkeypatch.setattr(searching, "search", fail)
    searcher.look_for("A-1")
    assert searcher.person.work.dialogs.notice == searcher.person.work.words.say("database_locked")
