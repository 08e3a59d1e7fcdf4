"""Esc from an order leads back to where it was opened from."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from tests.factories import House
from tests.ui.conftest import Person
from tests.ui.pages.support import Support
from ui.pages.board import BoardPage

Key = Qt.Key
PAGES = ("board", "orders", "devices")


@pytest.fixture
def support(person: Person, house: House) -> Support:
    """At the orders page, with two orders of which one is in a wave."""
    house.stock("MUG", 9)
    house.order("MUG", source_id="W-1")
    house.release()
    house.order("MUG", source_id="R-2")
    support = Support(person, house)
    person.wait(lambda: len(support.rows()) == 2)
    return support


def open_from_board(support: Support) -> BoardPage:
    board = support.person.go("board")
    assert isinstance(board, BoardPage)
    support.person.press(Key.Key_F4)
    support.person.wait(lambda: board.orders.table.hasFocus())
    support.person.wait(support.person.settled)
    support.person.press(Key.Key_Return)
    support.person.wait(lambda: support.is_open() and support.person.settled())
    assert support.person.window.page is support.page
    return board


def test_from_the_board_to_the_board_and_to_the_same_row(support: Support) -> None:
    board = open_from_board(support)
    support.person.press(Key.Key_Escape)
    support.person.wait(lambda: support.person.window.page is board and support.person.settled())
    assert board.orders.table.hasFocus()
    # the orders page shows its list again, and Esc in it leads nowhere
    support.person.go("orders")
    assert support.page.table.isVisible()
    support.press(Key.Key_Escape)
    assert support.person.window.page is support.page


def test_the_button_leads_back_too(support: Support) -> None:
    board = open_from_board(support)
    support.view._back.click()
    support.person.wait(lambda: support.person.window.page is board)


def test_from_a_search_on_another_page_to_that_page(support: Support) -> None:
    devices = support.person.go("devices")
    support.person.press(Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    support.person.type("R-2")
    support.person.press(Key.Key_Return)
    support.person.wait(support.is_open)
    support.person.press(Key.Key_Escape)
    support.person.wait(lambda: support.person.window.page is devices)


def test_from_the_list_to_the_list(support: Support) -> None:
    open_from_board(support)
    support.person.press(Key.Key_F2)  # whoever looks for another order has gone on
    support.person.press(Key.Key_Escape)
    support.person.wait(lambda: support.page.table.hasFocus())
    support.person.press(Key.Key_Return)
    support.person.wait(support.is_open)
    support.person.press(Key.Key_Escape)
    support.person.wait(lambda: not support.is_open())
    assert support.person.window.page is support.page


def test_whoever_has_left_the_order_by_the_rail_is_not_led_back(support: Support) -> None:
    open_from_board(support)
    support.person.go("devices")
    support.person.go("orders")
    support.person.press(Key.Key_Escape)
    support.person.wait(lambda: support.page.table.isVisible())
    assert support.person.window.page is support.page


def test_a_report_covers_the_order_and_the_way_back_stays(support: Support, tmp_path: Path) -> None:
    board = open_from_board(support)
    path = tmp_path / "new.csv"
    path.write_text("order,sku,quantity\nN-1,MUG,1\n")
    support.person.work.spawn(support.page._ask_import(str(path)))
    support.ask()
    support.person.press(Key.Key_Return)
    assert "new.csv is imported" in support.report.text()
    support.person.press(Key.Key_Escape)
    support.person.wait(support.is_open)
    support.person.press(Key.Key_Escape)
    support.person.wait(lambda: support.person.window.page is board)
