"""Another copy of a label: why it is wanted, and how it is confirmed from its box."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from app.domain.barcode import group, make_label_code
from app.domain.states import JobState
from app.operations.orders import request_cancel
from tests.factories import LEAD
from tests.ui.pages.label_desk import Desk, tracking_of

Key = Qt.Key
PAGES = ("labels",)


@pytest.fixture
def second_copy(desk: Desk) -> str:
    """A closed parcel whose label was reprinted and has come out; its code."""
    order = desk.house.picked("MUG", source_id="ORD-1")
    desk.hands.scan(desk.house.tote_of(order), "MUG-EAN")
    desk.house.printed()
    code = desk.hands.parcel.code
    assert desk.hands.scan(desk.hands.square) == "closed"
    desk.open()
    assert desk.rows()[0][3] == "On the box"
    desk.ask(Key.Key_F6)
    desk.told(Key.Key_3)
    desk.house.printed()
    desk.person.wait(lambda: desk.rows()[0][3] == "Printed, scan it")
    assert desk.rows()[1][3] == "Replaced"
    return code


def test_a_reprint_for_a_closed_box_is_confirmed_by_its_scan(desk: Desk, second_copy: str) -> None:
    heard: list[str] = []
    desk.work.sounds.played.connect(heard.append)
    desk.scan(make_label_code(second_copy, 2))
    desk.person.wait(lambda: desk.rows()[0][3] == "On the box")
    assert desk.work.dialogs.notice == "Copy 2 of order ORD-1 is on its box"
    assert heard == ["complete"]
    assert desk.shown == ("ORD-1", 2)
    assert desk.page.detail.situation == "Printed and scanned back from its box"


def test_the_page_says_that_it_waits_for_the_scan(desk: Desk, second_copy: str) -> None:
    desk.press(Key.Key_Up)
    assert desk.shown == ("ORD-1", 2)
    assert desk.page.detail.situation == (
        "Printed: put copy 2 on its box and scan its square code here to confirm it"
    )
    assert desk.page.asks_for == ("scan", make_label_code(second_copy, 2))


def test_what_does_not_tell_copies_apart_confirms_none(desk: Desk, second_copy: str) -> None:
    desk.scan(desk.house.one(tracking_of("ORD-1")))
    assert desk.work.dialogs.notice == "Two copies exist: scan the square code, it must say copy 2"
    desk.scan(make_label_code(second_copy, 1))
    assert desk.work.dialogs.notice == "Old label: copy 1 was replaced by copy 2, throw it away"
    assert desk.rows()[0][3] == "Printed, scan it"


def test_a_label_of_an_open_parcel_is_the_benchs(desk: Desk) -> None:
    order = desk.label(number="ORD-1")
    desk.open()
    desk.scan(make_label_code(desk.code, 1))
    assert desk.page.detail.situation == "Printed: scan it at the bench to close its parcel"
    assert desk.jobs(order) == [(1, JobState.PRINTED, None)]


def test_all_copies_and_attempts_are_told(desk: Desk) -> None:
    order = desk.label(JobState.UNCERTAIN, "not_counted", number="ORD-1")
    desk.open()
    desk.told(Key.Key_F7)
    desk.ask(Key.Key_F6)
    desk.told(Key.Key_3)
    desk.house.printed()
    desk.person.wait(lambda: any("Copy 2  ■  Printed" in text for text in desk.page.detail.texts()))
    texts = desk.page.detail.texts()
    assert "Copy 1  –  Replaced" in texts
    assert "Replaces copy 1: lost" in texts
    assert "lost" not in texts
    assert "settled by a person" in texts
    assert "!  Uncertain" in texts  # the attempt stays what it was
    assert "it did not count the label, look whether it came out" in texts
    assert desk.page.detail.situation == "Copy 2 has replaced this one: throw it away"
    assert [row[3] for row in desk.rows()] == ["Printed, scan it", "Replaced"]
    assert order


def test_a_reprint_has_a_reason_and_the_label_stays_chosen(desk: Desk) -> None:
    desk.label(number="ORD-1")
    order = desk.label(number="ORD-2")
    desk.label(number="ORD-3")
    desk.open()
    desk.press(Key.Key_Down)
    assert desk.shown == ("ORD-2", 1)
    assert group(desk.house.one(tracking_of("ORD-2"))) in desk.ask(Key.Key_F6)
    desk.told(Key.Key_1)
    assert desk.jobs(order) == [(1, JobState.PRINTED, None), (2, JobState.QUEUED, "torn")]
    assert desk.house.jobs(order)[1].queue == "BENCH-1"
    desk.person.wait(lambda: len(desk.rows()) == 4)
    assert desk.rows()[0][0] == "ORD-2"
    assert desk.rows()[0][6] == "torn"
    assert desk.shown == ("ORD-2", 1)
    assert desk.page.table.current.order == "ORD-2"


def test_a_reason_may_be_scanned_or_typed_and_none_is_no_reprint(desk: Desk) -> None:
    order = desk.label()
    desk.open()
    desk.person.scan("XXREPRINT")
    desk.person.wait(lambda: desk.work.dialogs.is_open)
    desk.person.scan("XXBLURRED")
    desk.person.wait(lambda: len(desk.jobs(order)) == 2)
    assert desk.jobs(order)[1] == (2, JobState.QUEUED, "blurred")
    desk.house.printed()
    desk.person.wait(desk.person.settled)
    desk.ask(Key.Key_F6)
    desk.ask(Key.Key_4)
    desk.person.wait(lambda: "Reason in your own words" in desk.ask())
    desk.person.type("wet")
    desk.press(Key.Key_Return)
    desk.person.wait(lambda: len(desk.jobs(order)) == 3)
    assert desk.jobs(order)[2] == (3, JobState.QUEUED, "wet")
    desk.house.printed()
    desk.person.wait(desk.person.settled)
    desk.ask(Key.Key_F6)
    desk.press(Key.Key_Escape)
    desk.person.wait(lambda: not desk.work.dialogs.is_open)
    assert len(desk.jobs(order)) == 3


def test_enter_takes_no_reason_that_nobody_has_read(desk: Desk) -> None:
    order = desk.label()
    desk.open()
    desk.ask(Key.Key_F6)
    desk.person.press(Key.Key_Return)
    assert "Choose by its digit" in desk.ask()
    assert len(desk.jobs(order)) == 1
    desk.told(Key.Key_2)
    assert desk.jobs(order)[1][2] == "blurred"


def test_a_void_label_is_told_and_not_reprinted(desk: Desk) -> None:
    order = desk.label(number="ORD-1")
    desk.house.store.write(request_cancel, LEAD, order, "")
    desk.hands.scan("ORD-1")
    desk.open()
    assert "⊘  Void" in desk.page.detail.texts()
    desk.ask(Key.Key_F6)
    assert desk.told(Key.Key_1).startswith("The label of parcel")
