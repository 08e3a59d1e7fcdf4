"""Cancelling orders and reprinting their labels, from the orders page."""

from __future__ import annotations

from PySide6.QtCore import Qt

from app.domain.states import JobState, OrderState
from db.orders import Order
from db.parcels import PrintJob
from tests.factories import House
from tests.ui.pages.support import Support, packed

Key = Qt.Key
PAGES = ("orders",)


def test_an_order_is_cancelled_at_once_with_a_reason(support: Support, shelf: House) -> None:
    order = shelf.order("MUG", source_id="A-1")
    support.open(order)
    assert "Why is it cancelled?" in support.ask(Key.Key_F8)
    support.ask(Key.Key_1)
    support.person.wait(lambda: "Reason: The buyer asked for it" in support.ask())
    assert "It is cancelled at once" in support.ask()
    assert support.told(Key.Key_2) == "Order A-1 is cancelled"
    assert shelf.state(order) is OrderState.CANCELLED
    assert shelf.get(Order, order).reason == "orders_why_buyer"
    assert support.view.situation == "Cancelled: The buyer asked for it"
    assert support.told(Key.Key_F8) == "Order A-1 is cancelled already"


def test_enter_never_cancels(support: Support, shelf: House) -> None:
    order = shelf.order("MUG")
    support.open(order)
    support.ask(Key.Key_F8)
    support.ask(Key.Key_4)
    support.person.wait(lambda: "Reason: Ordered twice" in support.ask())
    support.press(Key.Key_Return)
    support.person.wait(lambda: not support.work.dialogs.is_open)
    support.ask(Key.Key_F8)
    support.press(Key.Key_Escape)
    support.person.wait(lambda: not support.work.dialogs.is_open)
    assert shelf.state(order) is OrderState.READY


def test_a_reason_may_be_typed(support: Support, shelf: House) -> None:
    order = shelf.order("MUG")
    support.open(order)
    support.ask(Key.Key_F8)
    support.ask(Key.Key_5)
    support.person.wait(lambda: "Reason in your own words" in support.ask())
    support.press(Key.Key_Return)
    assert "Reason in your own words is needed" in support.ask()
    support.type("lost parcel before")
    support.press(Key.Key_Return)
    support.person.wait(lambda: "Reason: lost parcel before" in support.ask())
    support.told(Key.Key_2)
    assert shelf.get(Order, order).reason == "lost parcel before"


def test_an_order_in_work_is_stopped_at_the_next_gate(support: Support, shelf: House) -> None:
    order = shelf.picked(("MUG", 2), source_id="A-1")
    support.open(order)
    support.ask(Key.Key_F8)
    support.ask(Key.Key_2)
    support.person.wait(lambda: "the bench stops it when opened" in support.ask())
    assert support.told(Key.Key_2) == "Order A-1 is in work: the next gate stops it"
    assert shelf.state(order) is OrderState.PICKED
    assert support.view.situation == "A cancel was asked for, the next gate stops it: The address is wrong"
    assert "!  Cancel requested" in support.view.texts()
    support.press(Key.Key_Escape)
    assert support.row(0)[1] == "! Cancel requested"


def test_a_shipped_order_is_not_cancelled(support: Support, shelf: House) -> None:
    order, hands = packed(shelf, source_id="A-1")
    hands.scan(hands.square)
    support.open(order)
    assert support.told(Key.Key_F8) == "Order A-1 is packed and closed: it cannot be cancelled here any more"


def test_without_an_order_nothing_can_be_done(support: Support) -> None:
    assert support.told(Key.Key_F8) == "Choose an order in the list first"


def newest(house: House, order: int) -> PrintJob:
    return house.jobs(order)[-1]


def test_a_label_is_reprinted_at_this_station_with_a_reason(support: Support, shelf: House) -> None:
    order, _ = packed(shelf, source_id="A-1")
    support.open(order)
    assert "Reprint the label of order A-1" in support.ask(Key.Key_F6)
    assert support.told(Key.Key_2) == "Copy 2 waits: BENCH-1 has no printer, set one up"
    job = newest(shelf, order)
    assert (job.copy, job.queue, job.reprint_reason) == (2, "BENCH-1", "blurred")
    support.person.wait(lambda: "○  To print · replaces copy 1: blurred" in support.view.texts())
    assert support.told(Key.Key_F6).startswith("The last copy is still being printed")


def test_a_label_of_another_bench_is_reprinted_here(support: Support, shelf: House) -> None:
    order = shelf.picked("PEN", source_id="A-1")
    shelf.hands("BENCH-2").scan(shelf.tote_of(order), "PEN-EAN")
    shelf.printed("BENCH-2")
    support.open(order)
    assert "comes out at BENCH-1" in support.ask(Key.Key_F6)
    support.told(Key.Key_1)
    assert [job.queue for job in shelf.jobs(order)] == ["BENCH-2", "BENCH-1"]


def test_a_reason_for_a_reprint_may_be_scanned_or_typed(support: Support, shelf: House) -> None:
    order, _ = packed(shelf)
    support.page.refresh()
    support.person.wait(lambda: len(support.rows()) == 1)
    support.ask(Key.Key_F6)  # of the row that is chosen in the list
    support.person.scan("XXLOST")
    support.person.wait(lambda: len(shelf.jobs(order)) == 2)
    assert newest(shelf, order).reprint_reason == "lost"
    shelf.printed()
    support.person.wait(support.person.settled)
    support.ask(Key.Key_F6)
    support.ask(Key.Key_4)
    support.person.wait(lambda: "Reason in your own words" in support.ask())
    support.type("wet")
    support.press(Key.Key_Return)
    support.person.wait(lambda: len(shelf.jobs(order)) == 3)
    assert newest(shelf, order).reprint_reason == "wet"


def test_an_uncertain_label_is_settled_before_it_is_reprinted(support: Support, shelf: House) -> None:
    order, _ = packed(shelf, outcome=JobState.UNCERTAIN)
    support.open(order)
    assert support.told(Key.Key_F6).startswith("Did the last copy come out?")
    assert len(shelf.jobs(order)) == 1


def test_an_order_without_a_label_has_none_to_reprint(support: Support, shelf: House) -> None:
    support.open(shelf.order("MUG", source_id="A-1"))
    assert support.told(Key.Key_F6) == "Order A-1 has no label yet"
