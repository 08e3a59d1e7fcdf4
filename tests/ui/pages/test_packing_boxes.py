"""Kits, captures, boxes and exceptions on the packing page, by keys and scans."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt

from app.domain.people import Role
from tests.factories import House
from tests.ui.conftest import Person
from tests.ui.pages import bench_setup as setup
from tests.ui.pages.packer import Key, heard, label_of, page, refetched, scans, shown, square
from ui.pages.packing import PackingPage

__all__ = ["heard", "page"]  # fixtures

PAGES = ("packing",)
SHIFT = Qt.KeyboardModifier.ShiftModifier


def rows(page: PackingPage) -> list[tuple[str, str]]:
    return [(row.name, row.count) for row in page.table.lines.rows]


def press(person: Person, key: Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    person.press(key, modifier)
    person.wait(person.settled)


def test_a_kit_stands_above_its_components(person: Person, page: PackingPage, house: House) -> None:
    order = house.picked("CASE", ("MUG", 2))
    setup.kit(house, order, "Gift set")
    person.scan(house.tote_of(order))
    assert rows(page) == [("Gift set", "0 / 1"), ("CASE", "0 / 1"), ("MUG", "0 / 2")]
    assert [row.inside for row in page.table.lines.rows] == [False, True, True]
    assert page.table.current.text is not None
    assert page.table.current.text.kit == "Kit: Gift set"
    person.scan("CASE-EAN")
    person.scan("MUG-EAN")
    assert page.table.lines.rows[0].count == "0 / 1"
    person.scan("MUG-EAN")
    assert [row.done for row in page.table.lines.rows] == [True, True, True]


def test_a_kit_of_one_code_is_scanned_whole(person: Person, page: PackingPage, house: House) -> None:
    order = house.picked("CASE", ("MUG", 2))
    setup.kit(house, order, "Gift set", "parent")
    person.scan(house.tote_of(order))
    person.scan("MUG-EAN")
    assert page.panel.stop is not None
    assert page.panel.stop.word == "SCAN THE KIT"
    assert page.panel.stop.sides[-1].title == "Kit: Gift set"
    press(person, Key.Key_Return)
    person.scan("KIT-Gift set-EAN")
    assert rows(page) == [("Gift set", "1 / 1"), ("CASE", "1 / 1"), ("MUG", "2 / 2")]


def test_a_serial_number_is_asked_for_and_never_taken_twice(person: Person, page: PackingPage, house: House) -> None:
    order = house.picked(("CAM", 2), "CUP")
    setup.of_sku(house, "CAM", captures="serial")
    person.scan(house.tote_of(order))
    person.scan("CAM-EAN")
    current = page.table.current.text
    assert current is not None
    assert (current.ask, current.count) == ("Scan its serial number", "0 / 2")
    assert page.prompt() == "Scan its serial number"
    assert page.panel.isHidden()
    person.scan("SN-0001")
    assert page.table.current.text is not None
    assert (page.table.current.text.ask, page.table.current.text.count) == ("", "1 / 2")
    person.scan("CAM-EAN")
    person.scan("SN-0001")
    assert page.panel.stop is not None
    assert page.panel.stop.word == "SERIAL USED"
    person.scan("XXOK")
    person.scan("CAM-EAN")
    press(person, Key.Key_Escape)  # the item is not packed after all
    assert scans(house)[-1][0] == "XXUNDO"
    assert page.table.current.text.ask == ""
    assert rows(page)[0] == ("CAM", "1 / 2")


def test_what_has_expired_stops_and_a_lead_may_accept_it(person: Person, page: PackingPage, house: House) -> None:
    order = house.picked("CREAM", "CUP")
    setup.of_sku(house, "CREAM", captures="expiry")
    person.scan(setup.badge(house, "Lea", Role.LEAD))
    person.scan(house.tote_of(order))
    person.scan("CREAM-EAN")
    gone = datetime.now(UTC).date() - timedelta(days=40)
    press_type(person, gone.isoformat())
    assert page.panel.stop is not None
    assert page.panel.stop.word == "EXPIRED"
    press(person, Key.Key_F9, SHIFT)
    assert page.panel.isHidden()
    assert scans(house)[-1] == ("XXOVERRIDE", "overridden")
    assert rows(page)[0] == ("CREAM", "1 / 1")


def press_type(person: Person, text: str) -> None:
    """F9, a text, Enter."""
    person.press(Key.Key_F9)
    person.wait(lambda: person.work.dialogs.is_open)
    person.type(text)
    person.press(Key.Key_Return)
    person.wait(lambda: not person.work.dialogs.is_open and person.settled())


def test_a_number_that_is_typed_is_how_many(person: Person, page: PackingPage, house: House) -> None:
    order = house.picked(("TEA", 12), "CUP")
    person.scan(setup.badge(house, "Lea", Role.LEAD))
    person.scan(house.tote_of(order))
    press_type(person, "12")
    assert scans(house)[-1] == ("*12", "quantity_set")
    assert page.table.current.text is not None
    assert page.table.current.text.times == "× 12"
    person.scan("TEA-EAN")
    assert page.table.current.text.times == ""
    assert rows(page)[0] == ("TEA", "12 / 12")


def test_who_may_not_type_a_quantity_is_told_whom_to_ask(person: Person, page: PackingPage, house: House) -> None:
    order = house.picked(("TEA", 12), "CUP")
    person.scan(house.tote_of(order))
    press_type(person, "12")
    assert page.panel.stop is not None
    assert page.panel.stop.word == "NOT ALLOWED"
    assert page.panel.stop.tone == "fail"
    assert len(page.panel.stop.sides) == 1


def test_an_order_in_two_boxes_by_keys(person: Person, page: PackingPage, house: House) -> None:
    order = house.picked(("TEA", 2), "CUP")
    person.scan(house.tote_of(order))
    person.scan("TEA-EAN")
    press(person, Key.Key_F2, SHIFT)
    assert page.table.head.text is not None
    assert page.table.head.text.box == "Box 2 of 2"
    assert rows(page) == [("TEA", "1 / 2"), ("CUP", "0 / 1")]
    assert page.table.lines.rows[0].note == "1 in box 1"
    press(person, Key.Key_F5, SHIFT)
    assert page.prompt() == "What moves over? Scan the item"
    person.scan("TEA-EAN")
    assert page.table.lines.rows[0].note == ""
    press(person, Key.Key_F4, SHIFT)
    assert page.table.head.text.box == "Box 1 of 2"
    person.scan("CUP-EAN")
    press(person, Key.Key_F6, SHIFT)
    assert page.prompt() == "Wait for the label"
    house.printed()
    person.wait(lambda: page.prompt() == "Stick copy 1 on the box and scan it")
    person.scan(square(house))
    assert house.state(order) == "packing"
    assert page.table.head.text.box == "Box 2 of 2"
    person.scan("TEA-EAN")
    house.printed()
    person.wait(lambda: page.prompt() == "Stick copy 1 on the box and scan it")
    person.scan(square(house))
    assert house.state(order) == "shipped"


def test_a_line_and_a_whole_box_are_taken_back(person: Person, page: PackingPage, house: House) -> None:
    order = house.picked(("TEA", 3), "CUP")
    person.scan(house.tote_of(order))
    for _ in range(2):
        person.scan("TEA-EAN")
    press(person, Key.Key_F3, SHIFT)
    assert rows(page)[0] == ("TEA", "0 / 3")
    person.scan("TEA-EAN")
    person.scan("CUP-EAN")
    press(person, Key.Key_F8, SHIFT)
    assert page.panel.stop is not None
    assert [choice.word for choice in page.panel.stop.choices][:4] == [
        "Go on without", "Insert is in", "Identical orders", "Empty the box",
    ]  # fmt: skip
    press(person, Key.Key_4)
    assert scans(house)[-1][0] == "XXUNDOBOX"


@pytest.mark.parametrize(
    ("digit", "barcode"),
    [(Key.Key_1, "XXSHORT"), (Key.Key_2, "XXBROKEN"), (Key.Key_3, "XXNOCODE"), (Key.Key_4, "XXOTHER"),
     (Key.Key_5, "XXHELP")],
)  # fmt: skip
def test_a_problem_is_one_key_and_a_digit_and_the_bench_is_free(
    person: Person, page: PackingPage, house: House, digit: Key, barcode: str
) -> None:
    setup.shelf(house, "PS-01")
    order, after = house.picked("TEA", "CUP"), house.picked("POT", "PAN")
    person.scan(house.tote_of(order))
    person.press(Key.Key_F5)
    assert page.panel.isVisible()
    assert page.prompt() == "Choose by its digit, Esc leaves it"
    press(person, digit)
    assert scans(house)[-1] == (barcode, "shelved")
    assert page.panel.isHidden()
    assert house.state(order) == "problem"
    assert "PS-01" in shown(page)[1]
    assert page.table.idle.text is not None
    assert "On the problem shelf: 1" in page.table.idle.text.last
    person.scan(house.tote_of(after))
    assert shown(page)[0] == "pass"


def test_a_choice_is_left_with_esc_or_by_the_next_scan(person: Person, page: PackingPage, house: House) -> None:
    order = house.picked("TEA", "CUP")
    person.scan(house.tote_of(order))
    person.press(Key.Key_F5)
    press(person, Key.Key_Escape)
    assert page.panel.isHidden()
    person.press(Key.Key_F5)
    press(person, Key.Key_9)  # nothing stands there
    assert page.panel.isVisible()
    person.scan("TEA-EAN")  # judged like any other
    assert page.panel.isHidden()
    assert shown(page) == ("pass", "TEA: complete")


def test_a_short_is_asked_what_becomes_of_the_rest(person: Person, page: PackingPage, house: House) -> None:
    order = house.picked(("TEA", 2), "CUP")
    setup.of_order(house, order, allow_split=True)
    setup.rules(house, carton="required")
    person.scan(house.tote_of(order))
    person.scan("TEA-EAN")
    person.press(Key.Key_F5)
    press(person, Key.Key_1)
    assert page.panel.stop is not None
    assert page.panel.stop.word == "WHAT ABOUT THE REST?"
    press(person, Key.Key_1)
    assert scans(house)[-1] == ("XXSPLIT", "split_off")
    assert [(row.name, row.count, row.note, row.short) for row in page.table.lines.rows] == [
        ("TEA", "1 / 1", "1 later", True), ("CUP", "0 / 0", "1 later", True),
    ]  # fmt: skip


def test_shorts_sink_to_the_end_in_yellow(person: Person, page: PackingPage, house: House) -> None:
    order = house.picked(("TEA", 2), "CUP")
    setup.of_order(house, order, allow_split=True)
    setup.rules(house, carton="required")
    person.scan(house.tote_of(order))
    person.scan("CUP-EAN")
    person.scan("XXSHORT")
    person.scan("XXSPLIT")
    assert [(row.name, row.short) for row in page.table.lines.rows] == [("CUP", False), ("TEA", True)]


def test_another_address_stops_until_it_is_acknowledged(person: Person, page: PackingPage, house: House) -> None:
    order = house.picked("TEA", "CUP")
    person.scan(house.tote_of(order))
    setup.of_order(house, order, address_version=2)
    refetched(person, page)
    assert page.table.banner.outcome == "attention"
    person.scan("TEA-EAN")
    assert page.panel.stop is not None
    assert page.panel.stop.word == "NEW ADDRESS"
    press(person, Key.Key_Return)
    person.scan("TEA-EAN")
    assert shown(page) == ("pass", "TEA: complete")


def test_who_leaves_and_comes_back_finds_the_bench_as_it_was(person: Person, page: PackingPage, house: House) -> None:
    order = house.picked("TEA", "CUP")
    pia = setup.badge(house, "Pia")
    person.scan(pia)
    person.scan(house.tote_of(order))
    person.scan("TEA-EAN")
    person.press(Key.Key_F8, SHIFT)
    press(person, Key.Key_6)
    assert scans(house)[-1] == ("XXLOGOUT", "badged_out")
    assert page.table.idle.text is not None
    assert page.table.idle.text.title == "Scan your badge"
    assert page.prompt() == "Scan your badge"
    assert page.table.current.isHidden()
    person.scan(pia)
    assert page.table.current.isVisible()
    assert rows(page) == [("TEA", "1 / 1"), ("CUP", "0 / 1")]


def test_the_second_row_of_keys_is_shown_until_the_next_scan(person: Person, page: PackingPage, house: House) -> None:
    foot = person.window.foot
    assert any(text.startswith("F2") for text in foot.shown)
    person.press(Key.Key_F1, SHIFT)
    assert any("New box" in text for text in foot.shown)
    assert not any(text.startswith("F2") for text in foot.shown)
    person.scan("XXNEXT")
    assert any(text.startswith("F2") for text in foot.shown)


def test_counts_of_the_session_are_calm(person: Person, page: PackingPage, house: House) -> None:
    for number in range(3):
        order = house.picked("TEA", source_id=f"AE-81{number}")
        person.scan(f"AE-81{number}")
        person.scan("TEA-EAN")
        house.printed()
        person.wait(lambda: page.prompt() == "Stick copy 1 on the box and scan it")
        person.scan(square(house))
        assert house.state(order) == "shipped"
    counts = dict(page.table.counts.text.counts)
    assert (counts["Orders"], counts["Pieces"], counts["Waiting"]) == ("3", "3", "0")
    assert page.table.counts.isVisible()
    assert page.table.tally.isHidden()


def test_a_substitute_is_asked_for_with_both_pictures_and_taken_with_enter(
    person: Person, page: PackingPage, house: House
) -> None:
    order = house.picked(("TEA", 2), "CUP")
    house.stock("TISANE", 1)
    setup.substitute(house, "TEA", "TISANE")
    setup.of_order(house, order, allow_substitutes=True)
    person.scan(house.tote_of(order))
    person.scan("TISANE-EAN")
    stop = page.panel.stop
    assert stop is not None
    assert (stop.tone, stop.word) == ("attention", "SUBSTITUTE?")
    assert [side.sku for side in stop.sides] == ["TISANE", "TEA"]
    press(person, Key.Key_Escape)
    assert page.panel.isHidden()
    assert rows(page)[0] == ("TEA", "0 / 2")
    person.scan("TISANE-EAN")
    press(person, Key.Key_Return)
    assert scans(house)[-1][0] == "XXOK"
    assert rows(page)[0] == ("TEA", "1 / 2")


def test_a_closed_parcel_is_opened_again_by_its_label(person: Person, page: PackingPage, house: House) -> None:
    order = label_of(person, house, "TEA", "CUP")
    house.printed()
    person.wait(lambda: page.prompt() == "Stick copy 1 on the box and scan it")
    code = square(house)
    person.scan(code)
    press(person, Key.Key_F8, SHIFT)
    press(person, Key.Key_5)
    assert page.prompt() == "Which box is opened again? Scan its label"
    page.grab()
    press(person, Key.Key_Escape)
    assert page.prompt() == "Nothing waits to be packed"
    person.scan("XXREOPEN")
    person.scan(code)
    assert scans(house)[-1][1] == "reopened"
    assert house.state(order) == "packing"
    assert rows(page) == [("TEA", "1 / 1"), ("CUP", "1 / 1")]
