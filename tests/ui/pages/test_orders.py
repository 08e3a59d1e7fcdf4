"""The orders page as support uses it: the list, and what is found in it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.domain.states import OrderState
from app.operations.orders import request_cancel
from tests.factories import LEAD, House
from tests.ui.pages.support import Support, packed

Key = Qt.Key
PAGES = ("orders",)


def test_without_orders_it_says_what_to_do(support: Support) -> None:
    said = [label.text() for label in support.page.findChildren(QLabel) if label.isVisible()]
    assert "No orders yet" in said
    assert "Import a file of orders with F4, or drop it here" in said
    assert "Import a file" in support.ask(Key.Key_F4)


def test_a_row_says_state_pieces_country_and_how_much_time_is_left(support: Support, shelf: House) -> None:
    now = support.work.feed.store.clock.now()
    shelf.order(("MUG", 2), "PEN", source_id="A-1", ship_by=now + timedelta(minutes=30, seconds=30))
    support.page.refresh()
    support.person.wait(lambda: support.rows() == ["A-1"])
    number, state, pieces, country, shop, due, _, _ = support.row(0)
    assert (number, state, pieces, country, shop) == ("A-1", "Ready", "3", "GB  United Kingdom", "shop")
    assert due.startswith("R ")


def test_a_shipped_order_is_nowhere(support: Support, shelf: House) -> None:
    _, hands = packed(shelf)
    hands.scan(hands.square)
    support.page.refresh()
    support.person.wait(lambda: len(support.rows()) == 1 and support.person.settled())
    assert [text for text in support.row(0) if "Wave" in text] == []
    assert "Shipped" in " ".join(support.row(0))


def test_the_tabs_count_and_f3_goes_through_them(support: Support, shelf: House) -> None:
    ready = [shelf.order("MUG", source_id=f"R-{number}") for number in range(3)]
    shelf.order("PEN", source_id="I-1", state=OrderState.INCOMPLETE, missing="street,weight")
    shelf.store.write(request_cancel, LEAD, ready[2], "twice")
    tabs = support.page.tabs
    support.person.wait(lambda: tabs.shown_count("cancelled") == "1")
    counts = [tabs.shown_count(name) for name in ("all", "incomplete", "ready", "work", "shipped")]
    assert counts == ["4", "! 1", "2", "0", "0"]
    support.press(Key.Key_F3)
    assert (tabs.current, support.rows()) == ("incomplete", ["I-1"])
    support.press(Key.Key_F3)
    assert (tabs.current, support.rows()) == ("ready", ["R-0", "R-1"])
    for _ in range(5):
        support.press(Key.Key_F3)
    assert (tabs.current, len(support.rows())) == ("all", 4)


def test_an_order_is_found_by_number_name_and_tracking(support: Support, shelf: House) -> None:
    labelled, hands = packed(shelf, recipient_name="Grace Hopper", source_id="B-77")
    shelf.order("PEN", source_id="A-12")
    support.page.refresh()
    for text in ("B-7", "hopp", hands.parcel.tracking or "", hands.parcel.code):
        support.press(Key.Key_F2)
        assert support.has_focus(support.page.box)
        support.type(text)
        support.person.wait(lambda: support.rows() == ["B-77"])
        support.press(Key.Key_Return)
        assert support.has_focus(support.page.table)
    support.press(Key.Key_F2, Key.Key_Escape)
    assert sorted(support.rows()) == ["A-12", "B-77"]
    assert labelled


@pytest.fixture
def rows_come(support: Support, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Set while the list gets its rows; whoever clears it holds them back on their way."""
    gate, load = asyncio.Event(), support.page.model._load

    async def held(*wanted: Any) -> Any:
        await gate.wait()
        return await load(*wanted)

    gate.set()
    monkeypatch.setattr(support.page.model, "_load", held)
    return gate


@pytest.mark.parametrize("number", ["a-1", "b-1", "c-1"])
def test_what_is_found_is_what_is_chosen(
    support: Support, shelf: House, rows_come: asyncio.Event, number: str
) -> None:
    """F6 and F8 act on the chosen row: it must never be that of the list before the search."""
    orders = {number: shelf.order("MUG", source_id=number) for number in ("a-1", "b-1", "c-1")}
    support.page.refresh()
    support.person.wait(lambda: len(support.rows()) == 3 and support.person.settled())
    table = support.page.table
    rows_come.clear()
    support.person.press(Key.Key_F2)
    support.person.type(number)
    support.person.press(Key.Key_Return)
    # the keys are in the table, which still shows the old rows: none of them is chosen
    assert support.has_focus(table)
    assert len(support.rows()) == 3
    assert (table.key, table.current) == (None, None)
    rows_come.set()
    support.person.wait(lambda: support.rows() == [number] and support.person.settled())
    assert table.key == orders[number]
    assert table.current.source_id == number


def test_a_letter_typed_in_the_list_begins_to_find(support: Support, shelf: House) -> None:
    shelf.order("MUG", source_id="a-1")
    shelf.order("MUG", source_id="b-1")
    support.page.refresh()
    support.person.wait(lambda: len(support.rows()) == 2)
    support.page.focus_first()
    support.type("b-1")
    support.person.wait(lambda: support.rows() == ["b-1"])


def test_nothing_found_says_so_and_enter_shows_all(support: Support, shelf: House) -> None:
    shelf.order("MUG", source_id="A-1")
    support.page.refresh()
    support.press(Key.Key_F2)
    support.type("Z-9")
    support.person.wait(lambda: support.rows() == [])
    assert "No order matches" in [label.text() for label in support.page.findChildren(QLabel) if label.isVisible()]
    support.page.show_all()
    support.person.wait(lambda: support.rows() == ["A-1"])
    assert support.has_focus(support.page.table)


def test_f5_sorts_by_the_digit_of_a_column(support: Support, shelf: House) -> None:
    for number, pieces in (("A-2", 1), ("A-1", 3), ("A-3", 2)):
        shelf.order(("MUG", pieces), source_id=number)
    support.page.refresh()
    assert "Sort by" in support.ask(Key.Key_F5)
    support.press(Key.Key_1)
    support.person.wait(lambda: support.rows() == ["A-1", "A-2", "A-3"])
    support.ask(Key.Key_F5)
    support.press(Key.Key_1)
    support.person.wait(lambda: support.rows() == ["A-3", "A-2", "A-1"])
    support.ask(Key.Key_F5)
    support.press(Key.Key_3)
    support.person.wait(lambda: support.rows() == ["A-2", "A-3", "A-1"])


def test_the_keys_of_a_list_do_what_they_do_everywhere(support: Support, shelf: House) -> None:
    for number in range(60):
        shelf.order("MUG", source_id=f"A-{number:02}")
    support.page.refresh()
    support.person.wait(lambda: len(support.rows()) == 60 and support.person.settled())
    support.page.focus_first()
    table = support.page.table

    def after(*keys: Qt.Key) -> int:
        support.press(*keys)
        assert table.current.source_id == f"A-{table.currentIndex().row():02}"
        assert table.rect().contains(table.visualRect(table.currentIndex()).center())  # it can be seen
        return int(table.currentIndex().row())

    assert after() == 0
    assert after(Key.Key_Up) == 0
    assert after(Key.Key_Down, Key.Key_Down) == 2
    assert after(Key.Key_End) == 59
    assert after(Key.Key_Down) == 59
    page = 59 - after(Key.Key_PageUp)
    assert 5 < page < 30
    assert after(Key.Key_PageDown) == 59
    assert after(Key.Key_Home) == 0
    assert after(Key.Key_PageDown) == page
    assert after(Key.Key_Left, Key.Key_Right, Key.Key_Escape) == page  # nothing is open: nothing is left
    for enter in (Key.Key_Return, Key.Key_Enter):
        support.press(enter)
        support.person.wait(support.is_open)
        assert f"A-{page:02}" in support.view.texts()
        support.press(Key.Key_Home, Key.Key_End, Key.Key_PageUp, Key.Key_Escape)  # these go through its story
        assert not support.is_open()
        assert after() == page
        assert support.has_focus(table)


def test_an_order_of_a_file_without_shops_says_so(support: Support, shelf: House) -> None:
    shelf.order("MUG", source_id="A-1", shop="file")
    support.page.refresh()
    support.person.wait(lambda: support.rows() == ["A-1"])
    assert support.row(0)[4] == "File"
    support.work.words.switch("zh")
    assert support.row(0)[4] == "文件"


def test_a_part_of_a_number_and_a_name_without_accents_find(support: Support, shelf: House) -> None:
    shelf.order("MUG", source_id="AE-8140-2217", recipient_name="Jürgen Müßig")
    shelf.order("MUG", source_id="AE-8140-3318", recipient_name="Ada Lovelace")
    support.page.refresh()
    for text in ("2217", "mussig", "MÜSSIG JURGEN"):
        support.press(Key.Key_F2)
        support.type(text)
        support.person.wait(lambda: support.rows() == ["AE-8140-2217"])
