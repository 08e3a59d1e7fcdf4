"""Finding a label by what is typed and by what is scanned."""

from __future__ import annotations

from PySide6.QtCore import Qt

from app.domain.barcode import make_label_code
from tests.ui.pages.label_desk import Desk

Key = Qt.Key
PAGES = ("labels",)


def test_f2_finds_by_order_tracking_and_parcel(desk: Desk) -> None:
    desk.label(number="ORD-1")
    code, tracking = desk.code, desk.tracking
    desk.label(number="ORD-2")
    desk.open()
    for text in ("ORD-1", tracking[:-3], code):
        desk.press(Key.Key_F2)
        desk.person.type(text[0])
        desk.page.box.setText(text)  # the rest of it at once
        desk.person.wait(lambda: [row[0] for row in desk.rows()] == ["ORD-1"])
        desk.press(Key.Key_Return)
        assert desk.shown == ("ORD-1", 1)


def test_when_nothing_is_found_nothing_can_be_reprinted(desk: Desk) -> None:
    desk.label(number="ORD-1")
    desk.open()
    desk.press(Key.Key_F2)
    desk.person.type("Z-9")
    desk.person.wait(lambda: desk.rows() == [])
    desk.person.wait(desk.person.settled)
    assert not desk.page.detail.isVisible()
    assert desk.told(Key.Key_F6) == "Choose a label in the list first"


def test_a_scan_finds_its_label(desk: Desk) -> None:
    desk.label(number="ORD-1")
    code, tracking = desk.code, desk.tracking
    desk.label(number="ORD-2")
    desk.open()
    desk.press(Key.Key_F3)  # a group in which it is not
    for scanned in (tracking, code, make_label_code(code, 1), "ORD-1"):
        desk.scan(scanned)
        assert desk.shown == ("ORD-1", 1)
        assert desk.page.tabs.current == "all"
        desk.scan("ORD-2")
        assert desk.shown == ("ORD-2", 1)


def test_a_square_code_finds_its_own_copy(desk: Desk) -> None:
    desk.label(number="ORD-1")
    code = desk.code
    desk.open()
    desk.ask(Key.Key_F6)
    desk.told(Key.Key_1)
    desk.scan(make_label_code(code, 2))
    assert desk.shown == ("ORD-1", 2)
    assert desk.page.table.current.copy == 2
    desk.scan(make_label_code(code, 1))
    assert desk.shown == ("ORD-1", 1)


def test_a_tote_finds_the_label_of_its_order(desk: Desk) -> None:
    desk.label(number="ORD-1")
    order = desk.house.picked("PEN", source_id="ORD-2")
    desk.label(number="ORD-3")
    desk.open()
    tote = desk.house.tote_of(order)
    desk.hands.scan(tote, "PEN-EAN")
    desk.scan(tote)
    assert desk.shown == ("ORD-2", 1)


def test_a_code_that_nobody_knows_changes_nothing(desk: Desk) -> None:
    desk.label(number="ORD-1")
    desk.open()
    desk.work.dialogs._notice.hide()
    desk.person.scan("NOBODY-KNOWS-THIS")
    desk.person.wait(lambda: desk.work.dialogs.notice)
    assert desk.work.dialogs.notice == "Nothing here has the code NOBODY-KNOWS-THIS"
    assert desk.shown == ("ORD-1", 1)
    assert len(desk.rows()) == 1
