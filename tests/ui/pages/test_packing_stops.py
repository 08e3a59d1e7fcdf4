"""What stops the bench on the packing page, and how it goes on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.domain.barcode import make_label_code
from app.domain.errors import KnownError
from app.domain.verdict import Code, Outcome
from app.queries.packing_view import PackingView
from app.sentences import SENTENCES
from app.settings import Settings
from app.texts import say
from tests.factories import House
from tests.ui.conftest import Person
from tests.ui.pages.packer import Key, arriving, heard, label_of, page, scans, shown, square
from ui.keys import type_scan
from ui.pages.packing import PackingPage
from ui.widgets.verdict import Flash

__all__ = ["heard", "page"]  # fixtures

PAGES = ("packing", "settings")


def test_a_wrong_item_latches_until_it_is_acknowledged_by_scan(
    person: Person, page: PackingPage, house: House, heard: list[str]
) -> None:
    order = house.picked("TEA", "CUP")
    house.stock("POT", 1)
    person.scan(house.tote_of(order))
    heard.clear()
    person.scan("POT-EAN")
    stop = page.panel.stop
    assert stop is not None
    assert not page.panel.isHidden()
    assert (stop.tone, stop.word, stop.count) == ("fail", "WRONG ITEM", "")
    assert stop.sentence == f"Wrong item: POT is not in order {house.source_id(order)}"
    assert [(side.caption, side.title, side.code) for side in stop.sides] == [
        ("Scanned", "POT", "POT-EAN"), ("Expected", "TEA", "TEA-EAN"),
    ]  # fmt: skip
    assert heard == ["fail"]
    assert page.work.sounds.alarming
    assert page.prompt() == "Acknowledge first: Enter"

    person.scan("TEA-EAN")
    person.scan("CUP-EAN")
    assert page.panel.stop is not None
    assert (page.panel.stop.word, page.panel.stop.count) == ("WRONG ITEM", "Scans refused since: 2")
    assert heard.count("fail") >= 3
    assert page.table.current.text is not None
    assert page.table.current.text.count == "0 / 1"

    person.scan("xxok")
    assert page.panel.isHidden()
    assert not page.work.sounds.alarming
    assert shown(page) == ("pass", "Go on")
    assert page.prompt() == "Scan TEA: 1 to go"
    assert [code for _, code in scans(house)] == ["opened", "wrong_item", "latched", "latched", "acknowledged"]


def test_enter_acknowledges_as_a_scan_does_and_only_a_latch(person: Person, page: PackingPage, house: House) -> None:
    person.press(Key.Key_Return)
    assert scans(house) == []
    person.scan("whatever")
    assert page.latched
    assert page.panel.stop is not None
    assert page.panel.stop.word == "UNKNOWN CODE"
    person.press(Key.Key_Return)
    person.wait(person.settled)
    assert not page.latched
    assert page.panel.isHidden()
    assert scans(house) == [("whatever", "unknown_code"), ("XXOK", "acknowledged")]


def test_nothing_but_an_acknowledgement_ends_a_latch(
    person: Person, page: PackingPage, house: House, heard: list[str]
) -> None:
    person.scan("whatever")
    heard.clear()
    for key in (Key.Key_Escape, Key.Key_F2, Key.Key_F3, Key.Key_F4, Key.Key_F6, Key.Key_F8, Key.Key_F9, Key.Key_1):
        person.press(key)
    person.wait(person.settled)
    assert page.latched
    assert not person.work.dialogs.is_open
    assert heard.count("attention") == 6
    assert len(scans(house)) == 1  # a key that is refused is no scan


def test_the_enter_of_a_code_too_short_for_a_scan_acknowledges_nothing(
    person: Person, page: PackingPage, house: House
) -> None:
    person.scan("whatever")
    type_scan(person.window.windowHandle(), "AB")
    person.wait(lambda: person.window.wedge.idle)
    person.wait(person.settled)
    assert page.latched
    assert len(scans(house)) == 1


def test_a_latch_is_there_again_after_a_restart(house: House, request: pytest.FixtureRequest) -> None:
    order = house.picked("TEA", "CUP")
    house.stock("POT", 1)
    hands = house.hands("BENCH-1")
    hands.scan(house.tote_of(order), "TEA-EAN", "POT-EAN", "CUP-EAN")
    person, page = arriving(request)
    assert page.latched
    assert page.work.sounds.alarming
    assert page.panel.stop is not None
    assert (page.panel.stop.word, page.panel.stop.count) == ("WRONG ITEM", "Scans refused since: 1")
    assert [side.title for side in page.panel.stop.sides] == ["POT", "CUP"]
    person.press(Key.Key_Return)
    person.wait(person.settled)
    assert not page.work.sounds.alarming
    assert page.table.current.text is not None
    assert page.table.current.text.title == "CUP"


def test_a_bench_resumes_where_it_was(house: House, request: pytest.FixtureRequest) -> None:
    order = house.picked("TEA", "CUP")
    house.hands("BENCH-1").scan(house.tote_of(order), "TEA-EAN")
    _, page = arriving(request)
    assert shown(page) == ("", "Scan CUP: 1 to go")
    assert [row.done for row in page.table.lines.rows] == [True, False]


def test_what_the_view_says_does_not_take_back_a_newer_verdict(
    person: Person, page: PackingPage, house: House
) -> None:
    before = page.data
    assert isinstance(before, PackingView)
    person.scan("whatever")
    page.show_data(before)
    assert page.latched
    assert not page.panel.isHidden()


def test_another_language_says_the_latch_anew(person: Person, page: PackingPage, house: House) -> None:
    order = house.picked("TEA", "CUP")
    person.scan(house.tote_of(order))
    person.scan("nonsense")
    person.work.words.switch("zh")
    stop = page.panel.stop
    assert stop is not None
    assert stop.word == "未知条码"
    assert stop.sentence == say("unknown_code", language="zh")
    assert stop.sides[0].title == "nonsense"
    assert page.table.head.text is not None
    assert page.table.head.text.title.startswith("订单")
    assert page.table.banner.sentence == stop.sentence
    assert page.latched
    person.work.words.switch("en")
    assert page.panel.stop is not None
    assert page.panel.stop.word == "UNKNOWN CODE"


def test_a_scan_that_is_not_saved_is_told_until_somebody_has_read_it(
    person: Person, page: PackingPage, house: House, heard: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    order = house.picked("TEA", "CUP")
    person.scan(house.tote_of(order))
    heard.clear()

    def full(*_: object) -> None:
        raise KnownError("database_full")

    with monkeypatch.context() as broken:
        broken.setattr("app.station.scan_item", full)
        person.scan("TEA-EAN")
        person.scan("CUP-EAN")
    stop = page.panel.stop
    assert stop is not None
    assert (stop.tone, stop.word, stop.count) == ("system", "NOT SAVED", "Scans not saved: 2")
    assert stop.sentence.startswith("The disk is full")
    assert stop.sides[0].title == "CUP-EAN"
    assert page.table.banner.outcome == "system"
    assert heard[0] == "fail"
    assert "pass" not in heard
    assert page.work.sounds.alarming
    assert page.table.current.text is not None
    assert page.table.current.text.count == "0 / 1"

    person.press(Key.Key_F3)
    assert heard[-1] == "attention"
    person.press(Key.Key_Return)
    assert page.panel.isHidden()
    assert not page.work.sounds.alarming
    assert [code for _, code in scans(house)] == ["opened"]
    person.scan("TEA-EAN")
    assert shown(page) == ("pass", "TEA: complete")


def test_what_is_not_saved_comes_before_a_latch_and_the_latch_stays(
    person: Person, page: PackingPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    person.scan("whatever")

    def full(*_: object) -> None:
        raise KnownError("database_full")

    with monkeypatch.context() as broken:
        broken.setattr("app.station.scan_item", full)
        person.press(Key.Key_Return)
        person.wait(lambda: page.panel.stop is not None and page.panel.stop.word == "NOT SAVED")
    person.press(Key.Key_Return)
    assert page.panel.stop is not None
    assert page.panel.stop.word == "UNKNOWN CODE"
    assert page.work.sounds.alarming
    person.scan("XXOK")
    assert page.panel.isHidden()


def test_a_latch_goes_on_sounding_while_another_page_is_in_front(person: Person, page: PackingPage) -> None:
    person.scan("whatever")
    person.go("settings")
    assert page.work.sounds.alarming


def test_every_verdict_that_stops_the_bench_has_its_word() -> None:
    codes = list(Code)
    fails = codes[codes.index(Code.WRONG_ITEM) : codes.index(Code.ALREADY_OPEN)]
    assert {Code.LATCHED, Code.WEIGHT_OFF, Code.CHECK_BY_ANOTHER} <= set(fails)
    asked = (Code.TAKE_OVER, Code.REASON_NEEDED, Code.SHORT_HOW, Code.SUBSTITUTE)
    wanted = {f"packing_word_{code}" for code in (*fails, "not_saved", *asked)}
    assert wanted - set(SENTENCES) == set()
    assert {f"packing_answer_{code}" for code in asked} - set(SENTENCES) == set()


Make = Callable[[House, Person], str]


def old_copy(house: House, person: Person) -> str:
    label_of(person, house, "TEA", "CUP")
    house.printed()
    code = square(house)
    person.scan("XXREPRINT")
    person.scan("XXTORN")
    house.printed()
    return code


def label_of_another(house: House, person: Person) -> str:
    other = house.hands("BENCH-2")
    order = house.picked("PEN", "INK")
    other.scan(house.tote_of(order), "PEN-EAN", "INK-EAN")
    house.printed("BENCH-2")
    code = make_label_code(other.parcel.code, 1)
    label_of(person, house, "TEA", "CUP")
    house.printed()
    return code


@pytest.mark.parametrize(
    ("make", "word", "scanned", "expected"),
    [
        (old_copy, "OLD LABEL", "Copy 1", "Copy 2"),
        (label_of_another, "WRONG LABEL", "Label of order", "Copy 1"),
    ],
)
def test_a_label_that_does_not_belong_here(
    make: Make, word: str, scanned: str, expected: str, person: Person, page: PackingPage, house: House
) -> None:
    person.scan(make(house, person))
    stop = page.panel.stop
    assert stop is not None
    assert stop.word == word
    came, wanted = stop.sides
    assert came.title.startswith(scanned)
    assert wanted.title.startswith("Label of order")
    assert wanted.detail == expected
    person.scan("XXOK")
    person.scan(square(house))
    assert shown(page)[0] == "pass"
    assert shown(page)[1].endswith(": the parcel is closed")


def test_a_failure_lights_the_frame_up_once_and_not_where_motion_is_unwanted(
    person: Person, page: PackingPage
) -> None:
    person.scan("whatever")
    assert all(flash.isHidden() for flash in person.window.findChildren(Flash))
    person.work.use_settings(Settings(station="BENCH-1", cart="CART-1", sound=False, language="en"))
    lit: list[bool] = []
    page.judged.connect(lambda _: lit.append(any(flash.isVisible() for flash in person.window.findChildren(Flash))))
    person.scan("again")
    assert lit == [True]
    person.wait(lambda: all(flash.isHidden() for flash in person.window.findChildren(Flash)))


def test_outcomes_have_their_tones(person: Person, page: PackingPage, house: House, heard: list[str]) -> None:
    told: list[tuple[str, str]] = []
    page.judged.connect(lambda verdict: told.append((verdict.verdict, heard[-1])))
    order = house.picked("TEA", "CUP")
    for code in (house.tote_of(order), "TEA-EAN", "XXNEXT", "nonsense", "XXOK", "CUP-EAN"):
        person.scan(code)
    assert told == [
        (Outcome.PASS, "pass"), (Outcome.PASS, "pass"), (Outcome.ATTENTION, "attention"), (Outcome.FAIL, "fail"),
        (Outcome.PASS, "pass"), (Outcome.PASS, "complete"),
    ]  # fmt: skip
    assert len(scans(house)) == len(told)
