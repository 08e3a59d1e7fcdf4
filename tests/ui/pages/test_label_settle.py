"""What nobody knows until somebody looks: settled one by one, or by the last label that came out."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from app.domain.barcode import make_label_code
from app.domain.states import JobState
from app.operations.print_queue import queue_file
from tests.factories import LEAD
from tests.ui.pages.label_desk import Desk, states

Key = Qt.Key
PAGES = ("labels",)
PRINTED, UNCERTAIN, FAILED, QUEUED = JobState.PRINTED, JobState.UNCERTAIN, JobState.FAILED, JobState.QUEUED


def test_f7_says_that_it_came_out(desk: Desk) -> None:
    order = desk.label(JobState.UNCERTAIN, "not_counted", number="ORD-1")
    desk.label(number="ORD-2")
    desk.label(JobState.UNCERTAIN, "not_counted", number="ORD-3")
    desk.open()
    desk.press(Key.Key_F3, Key.Key_F3, Key.Key_Down)
    assert desk.shown == ("ORD-1", 1)
    assert desk.page.detail.situation == "Look at the printer: did copy 1 come out? F7\u00a0yes, F8\u00a0no"
    assert desk.told(Key.Key_F7) == "Copy 1 of order ORD-1 is noted as printed"
    assert desk.jobs(order) == [(1, JobState.PRINTED, None)]
    # it has left the group, and is shown all the same
    desk.person.wait(lambda: [row[0] for row in desk.rows()] == ["ORD-3"])
    assert desk.shown == ("ORD-1", 1)
    assert desk.told(Key.Key_F7) == "No label of this parcel is uncertain"


def test_f8_prints_the_next_copy_after_a_question(desk: Desk) -> None:
    order = desk.label(JobState.UNCERTAIN, "not_counted", number="ORD-1")
    desk.open()
    asked = desk.ask(Key.Key_F8)
    assert "Copy 1 of order ORD-1 did not come out?" in asked
    assert "The next copy is printed at BENCH-1 at once" in asked
    desk.press(Key.Key_Return)  # the first answer
    desk.person.wait(lambda: not desk.work.dialogs.is_open)
    assert desk.jobs(order) == [(1, JobState.UNCERTAIN, None)]
    desk.ask(Key.Key_F8)
    assert desk.told(Key.Key_2) == "Copy 1 of order ORD-1: copy 2 comes out at BENCH-1"
    assert desk.jobs(order) == [(1, JobState.FAILED, None), (2, JobState.QUEUED, "not_out")]
    assert desk.shown == ("ORD-1", 1)


def test_settling_by_scan(desk: Desk) -> None:
    first = desk.label(JobState.UNCERTAIN, number="ORD-1")
    desk.open()
    desk.person.scan("XXPRINTED")
    desk.person.wait(lambda: desk.jobs(first) == [(1, JobState.PRINTED, None)])
    second = desk.label(JobState.UNCERTAIN, number="ORD-2")
    desk.scan("ORD-2")
    desk.person.scan("xxnotout")
    desk.person.wait(lambda: desk.work.dialogs.is_open)
    desk.press(Key.Key_2)
    desk.person.wait(lambda: len(desk.jobs(second)) == 2)


def test_the_uncertain_copy_is_settled_whichever_copy_is_shown(desk: Desk) -> None:
    order = desk.label(number="ORD-1")
    desk.open()
    desk.ask(Key.Key_F6)
    desk.told(Key.Key_1)
    desk.house.printed(outcome=JobState.UNCERTAIN, reason="not_counted")
    desk.person.wait(lambda: desk.page.tabs.shown_count("uncertain") == "! 1")
    assert desk.shown == ("ORD-1", 1)
    assert desk.told(Key.Key_F7) == "Copy 2 of order ORD-1 is noted as printed"
    assert desk.jobs(order)[1][1] is JobState.PRINTED


@pytest.fixture
def doubtful(desk: Desk) -> list[int]:
    """Four orders whose labels are uncertain at one printer; the second is shown."""
    orders = [desk.label(UNCERTAIN, "no_proof", number=f"ORD-{n}") for n in (1, 2, 3, 4)]
    desk.open()
    desk.press(Key.Key_Down, Key.Key_Down)
    assert desk.shown == ("ORD-2", 1)
    return orders


def test_f7_asks_whether_it_was_the_last(desk: Desk, doubtful: list[int]) -> None:
    asked = desk.ask(Key.Key_F7)
    assert "Copy 1 of order ORD-2 came out. Was it the last?" in asked
    assert "4 labels of the printer of BENCH-1 are uncertain" in asked
    said = [button.accessibleName() for button in desk.person.window.findChildren(QPushButton) if button.isVisible()]
    assert "Only this one came out, as far as I know" in said
    assert "The last: 1 before it too, another copy for 2 after it" in said
    assert desk.told(Key.Key_2) == "Noted as printed: 2, another copy comes out: 2"
    assert states(desk, *doubtful) == [[PRINTED], [PRINTED], [FAILED, QUEUED], [FAILED, QUEUED]]


def test_the_stations_that_share_a_printer_are_named(desk: Desk) -> None:
    desk.house.store.write(queue_file, LEAD, "BENCH-2", b"^XA^FDx^XZ")
    desk.house.printed("BENCH-2", UNCERTAIN)
    desk.label(UNCERTAIN, number="ORD-1")
    desk.open()
    assert "BENCH-1 (1), BENCH-2 (1) share a printer: 2 labels are uncertain" in desk.ask(Key.Key_F7)


def test_enter_never_says_that_it_was_the_last(desk: Desk, doubtful: list[int]) -> None:
    desk.ask(Key.Key_F7)
    for _ in range(4):
        desk.person.press(Key.Key_Tab)
        focus = desk.person.window.focusWidget()
        assert focus is not None
        assert not focus.accessibleName().startswith("The last")
    desk.person.press(Key.Key_Escape)
    desk.person.wait(lambda: not desk.work.dialogs.is_open)
    desk.ask(Key.Key_F7)
    assert desk.told(Key.Key_Return) == "Copy 1 of order ORD-2 is noted as printed"
    assert states(desk, *doubtful) == [[UNCERTAIN], [PRINTED], [UNCERTAIN], [UNCERTAIN]]


def test_the_square_code_of_a_doubtful_label_asks_the_same(desk: Desk, doubtful: list[int]) -> None:
    code = desk.house.one(parcel_code("ORD-4"))
    desk.person.scan(make_label_code(code, 1))
    assert "Copy 1 of order ORD-4 came out" in desk.ask()
    desk.person.scan(make_label_code(code, 1))  # a trigger pulled twice answers nothing
    assert "Answer this question first" in desk.ask()
    desk.told(Key.Key_2)
    assert states(desk, *doubtful) == [[PRINTED]] * 4
    assert desk.shown == ("ORD-4", 1)


def test_the_barcode_says_that_this_one_came_out(desk: Desk, doubtful: list[int]) -> None:
    desk.person.scan("XXPRINTED")
    desk.ask()
    desk.person.scan("XXPRINTED")
    desk.person.wait(lambda: states(desk, *doubtful) == [[UNCERTAIN], [PRINTED], [UNCERTAIN], [UNCERTAIN]])


def test_the_scan_of_the_only_doubtful_label_proves_it(desk: Desk) -> None:
    order = desk.label(UNCERTAIN, "no_proof", number="ORD-1")
    code = desk.code
    desk.open()
    desk.scan(make_label_code(code, 1))
    assert states(desk, order) == [[PRINTED]]
    assert desk.work.dialogs.notice == "Copy 1 of order ORD-1 is noted as printed"
    assert desk.page.detail.situation == "Printed: scan it at the bench to close its parcel"


def test_files_are_told_apart_from_labels_that_are_copied(desk: Desk) -> None:
    order = desk.label(UNCERTAIN, number="ORD-1")
    desk.house.store.write(queue_file, LEAD, "BENCH-1", b"^XA^FDx^XZ")
    desk.house.printed(outcome=UNCERTAIN)
    desk.open()
    desk.press(Key.Key_Down)
    assert desk.shown == ("ORD-1", 1)
    desk.ask(Key.Key_F7)
    assert desk.told(Key.Key_2) == "Noted as printed: 1, another copy comes out: 0, files to print again: 1"
    assert states(desk, order) == [[PRINTED]]


def parcel_code(order: str) -> object:
    from sqlalchemy import select

    from db.orders import Order
    from db.parcels import Parcel

    return select(Parcel.code).join(Order, Order.id == Parcel.order_id).where(Order.source_id == order)
