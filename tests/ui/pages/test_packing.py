"""The packing page, driven by scans and keys alone, over a real database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QKeyEvent
from PySide6.QtWidgets import QPushButton, QWidget

from app.domain.barcode import make_label_code
from app.domain.errors import KnownError
from app.domain.packing import Code, Outcome
from app.domain.states import JobState
from app.operations.orders import request_cancel
from app.queries.packing_view import PackingView
from app.sentences import SENTENCES
from app.settings import Settings
from app.station import Shown, Station
from app.texts import say
from tests.factories import LEAD, House, make_sku, returning_id
from tests.ui.conftest import Person
from ui.keys import type_scan
from ui.pages.packing import PackingPage
from ui.widgets.painted import Painted
from ui.widgets.parcel import HeadText, IdleText
from ui.widgets.verdict import Flash

Key = Qt.Key


@pytest.fixture
def page(person: Person) -> PackingPage:
    page = person.window.pages["packing"]
    assert isinstance(page, PackingPage)
    person.work.printer.url = "tcp://printer-3:9100"
    return page


@pytest.fixture
def heard(page: PackingPage) -> list[str]:
    """The sounds that were due, in their order."""
    heard: list[str] = []
    page.work.sounds.played.connect(heard.append)
    return heard


def arriving(request: pytest.FixtureRequest) -> tuple[Person, PackingPage]:
    """Somebody opens the window only now."""
    person: Person = request.getfixturevalue("person")
    page = person.window.pages["packing"]
    assert isinstance(page, PackingPage)
    return person, page


def scans(house: House) -> list[tuple[str, str]]:
    """(raw, code) of every scan of BENCH-1, the oldest first."""
    return [(event.raw, event.code) for event in house.hands("BENCH-1").events()]


def shown(page: PackingPage) -> tuple[str, str]:
    """The banner: outcome and sentence."""
    return page.table.banner.outcome, page.table.banner.sentence


def square(house: House) -> str:
    """The square code of the newest label on the table."""
    return house.hands("BENCH-1").square


def label_of(person: Person, house: House, *lines: str) -> int:
    """An order whose items are all verified at BENCH-1 and whose label waits in the queue."""
    order = house.picked(*lines)
    person.scan(house.tote_of(order))
    for line in lines:
        person.scan(f"{line}-EAN")
    return order


def refetched(person: Person, page: PackingPage) -> None:
    """Wait until the page has seen what changed behind its back."""
    page.refresh()
    person.wait(person.settled)


# the job


def test_a_whole_order_by_scans_alone(person: Person, page: PackingPage, house: House, heard: list[str]) -> None:
    order = house.picked(("TEA", 2), "CUP", country="ES", ship_by=datetime.now(UTC) + timedelta(hours=1))
    number = house.source_id(order)
    refetched(person, page)
    assert not page.table.idle.isHidden()

    person.scan(house.tote_of(order))
    assert shown(page) == ("pass", f"Order {number}: 3 to scan")
    assert page.table.idle.isHidden()
    head, current = page.table.head.text, page.table.current.text
    assert head is not None
    assert current is not None
    assert (head.title, head.about, head.urgency, head.slot) == (f"Order {number}", "shop · Spain", "red", 1)
    assert head.due.endswith("min left")
    assert (current.title, current.number, current.count, current.place) == ("TEA", "2", "0 / 2", "P-0")

    person.scan("TEA-EAN")
    assert shown(page) == ("pass", "TEA: 1 to go")
    person.scan("TEA-EAN")
    assert shown(page) == ("pass", "TEA: complete")
    assert page.table.banner.next_step == "Scan CUP: 1 to go"
    assert [(row.name, row.count, row.done, row.current) for row in page.table.lines.rows] == [
        ("TEA", "2 / 2", True, False), ("CUP", "0 / 1", False, True),
    ]  # fmt: skip

    person.scan("CUP-EAN")
    assert shown(page)[0] == "pass"
    assert [row.done for row in page.table.lines.rows] == [True, True]
    house.printed()
    person.wait(lambda: shown(page) == ("pass", "Stick copy 1 on the box and scan it"))
    assert page.table.facts.text is not None
    assert page.table.facts.text.copy == "Copy 1"

    person.scan(square(house))
    assert shown(page) == ("pass", f"Order {number}: the parcel is closed")
    assert page.table.banner.next_step == "Nothing waits to be packed"
    assert not page.table.idle.isHidden()
    assert page.table.idle.text is not None
    assert number in page.table.idle.text.last
    assert page.table.facts.text.counts[0] == ("Closed today", "1")
    assert heard == ["pass", "pass", "pass", "complete", "complete"]
    assert house.state(order) == "shipped"


def test_ten_scans_at_once_are_ten_scans_in_their_order(person: Person, page: PackingPage, house: House) -> None:
    order = house.picked(("TEA", 10), "CUP")
    person.scan(house.tote_of(order))
    verdicts: list[Shown] = []
    page.judged.connect(verdicts.append)
    window = person.window.windowHandle()
    for _ in range(10):
        type_scan(window, "TEA-EAN")
    person.wait(person.settled)
    assert [verdict.code for verdict in verdicts] == ["item"] * 10
    assert [verdict.remaining for verdict in verdicts] == list(range(10, 0, -1))
    assert page.table.current.text is not None
    assert page.table.current.text.title == "CUP"
    assert [code for _, code in scans(house)] == ["opened", *["item"] * 10]


def test_a_verdict_is_painted_before_it_is_told(person: Person, page: PackingPage, house: House) -> None:
    order = house.picked("TEA", "CUP")
    seen: list[tuple[str, int]] = []

    class Brushes(QObject):
        painted = 0

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            self.painted += event.type() == QEvent.Type.Paint
            return False

    brushes = Brushes(page)
    page.table.banner.installEventFilter(brushes)

    def note(verdict: Shown) -> None:
        seen.append((page.table.banner.sentence, brushes.painted))

    page.judged.connect(note)
    before = brushes.painted
    person.scan(house.tote_of(order))
    assert seen == [(f"Order {house.source_id(order)}: 2 to scan", before + 1)]


def test_a_scan_does_not_wait_for_the_page_to_be_fetched(
    person: Person, page: PackingPage, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = house.picked("TEA", "CUP")
    fetched: list[int] = []
    real = page.fetch

    async def counted() -> object:
        fetched.append(1)
        return await real()

    monkeypatch.setattr(page, "fetch", counted)
    verdicts: list[str] = []
    page.judged.connect(lambda verdict: verdicts.append(verdict.code))
    for code in (house.tote_of(order), "TEA-EAN", "CUP-EAN"):
        page.scan(code)
    person.wait(lambda: len(verdicts) == 3)
    person.wait(person.settled)
    assert verdicts == ["opened", "item", "complete"]
    assert page.table.current.text is not None
    assert page.table.current.text.count == "2 / 2"
    assert 1 <= len(fetched) <= 5


def test_a_scan_that_did_not_come_through_the_page_is_seen_too(
    person: Person, page: PackingPage, house: House
) -> None:
    order = house.picked("TEA", "CUP")
    person.scan(house.tote_of(order))
    house.hands("BENCH-1").scan("TEA-EAN")
    person.wait(lambda: page.table.lines.rows[0].done)


# what stops the bench


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


# the label


def test_a_printer_that_waits_is_told_in_blue_with_what_to_do(
    person: Person, page: PackingPage, house: House, heard: list[str]
) -> None:
    label_of(person, house, "TEA", "CUP")
    heard.clear()
    house.write(lambda tx: tx.connection.exec_driver_sql("UPDATE print_jobs SET reason = 'paper_out'"))
    refetched(person, page)
    assert shown(page) == ("system", "Printer: paper is out, load a roll")
    assert page.table.facts.text is not None
    assert page.table.facts.text.tone == "system"
    assert heard == ["system"]
    refetched(person, page)
    assert heard == ["system"]  # told once


def test_a_station_without_a_printer_says_so(person: Person, page: PackingPage, house: House) -> None:
    person.work.printer.url = ""
    label_of(person, house, "TEA", "CUP")
    outcome, sentence = shown(page)
    assert outcome == "system"
    assert sentence.startswith("No printer is set up")


def test_an_uncertain_label_is_settled_by_its_key_and_the_next_copy_follows(
    person: Person, page: PackingPage, house: House, heard: list[str]
) -> None:
    order = label_of(person, house, "TEA", "CUP")
    heard.clear()
    house.printed(outcome=JobState.UNCERTAIN, reason="no_proof")
    refetched(person, page)
    asked = "Scan the label, or press F7: It came out, F8: It did not come out"
    assert shown(page) == ("attention", asked)
    facts = page.table.facts.text
    assert facts is not None
    assert (facts.tone, [key for key, _ in facts.keys]) == ("attention", ["F7", "F8"])
    assert heard == ["attention"]
    person.press(Key.Key_F8)
    person.wait(person.settled)
    assert [(job.copy, job.state) for job in house.jobs(order)] == [(1, "failed"), (2, "queued")]
    house.printed()
    refetched(person, page)
    assert shown(page)[1] == "Stick copy 2 on the box and scan it"
    assert page.table.facts.text is not None
    assert page.table.facts.text.warning == "Throw older copies away"


def test_an_uncertain_label_that_came_out_is_settled_too(person: Person, page: PackingPage, house: House) -> None:
    order = label_of(person, house, "TEA", "CUP")
    house.printed(outcome=JobState.UNCERTAIN, reason="no_proof")
    refetched(person, page)
    person.press(Key.Key_F7)
    person.wait(person.settled)
    assert [job.state for job in house.jobs(order)] == ["printed"]


@pytest.mark.parametrize(("how", "reason"), [("digit", "blurred"), ("scan", "torn"), ("button", "lost")])
def test_a_reprint_asks_why(how: str, reason: str, person: Person, page: PackingPage, house: House) -> None:
    order = label_of(person, house, "TEA", "CUP")
    house.printed()
    if how == "scan":
        person.scan("XXREPRINT")
    else:
        person.press(Key.Key_F6)
        person.wait(person.settled)
    stop = page.panel.stop
    assert stop is not None
    assert (stop.tone, stop.word) == ("attention", "WHY A NEW COPY?")
    assert [choice.key for choice in stop.choices] == ["1", "2", "3", "Esc"]
    assert not page.work.sounds.alarming
    if how == "digit":
        person.press(Key.Key_2)
    elif how == "scan":
        person.scan("XXTORN")
    else:
        page.panel.findChildren(QPushButton)[2].click()
    person.wait(lambda: person.settled() and page.panel.isHidden())
    assert [(job.copy, job.reprint_reason) for job in house.jobs(order)] == [(1, None), (2, reason)]


def test_esc_leaves_the_question_and_prints_nothing(person: Person, page: PackingPage, house: House) -> None:
    order = label_of(person, house, "TEA", "CUP")
    house.printed()
    person.press(Key.Key_F6)
    person.wait(person.settled)
    person.press(Key.Key_Return)  # Enter answers nothing here
    person.press(Key.Key_Escape)
    person.wait(lambda: person.settled() and page.panel.isHidden())
    person.press(Key.Key_1)
    person.wait(person.settled)
    assert len(house.jobs(order)) == 1
    assert [code for _, code in scans(house)][-2:] == ["reason_needed", "next_scan_label"]


def test_a_question_is_there_again_after_a_restart(house: House, request: pytest.FixtureRequest) -> None:
    order = house.picked("TEA", "CUP")
    hands = house.hands("BENCH-1")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    house.printed()
    hands.scan("XXREPRINT")
    person, page = arriving(request)
    assert page.panel.stop is not None
    person.press(Key.Key_3)
    person.wait(lambda: person.settled() and page.panel.isHidden())
    assert [job.copy for job in house.jobs(order)] == [1, 2]


def test_another_bench_has_the_order_and_enter_takes_it_over(
    person: Person, page: PackingPage, house: House, heard: list[str]
) -> None:
    order = house.picked("TEA", "CUP")
    there = house.hands("BENCH-2")
    there.scan(house.tote_of(order), "TEA-EAN")
    person.scan(house.tote_of(order))
    stop = page.panel.stop
    assert stop is not None
    assert stop.sentence.startswith("BENCH-2 has order")
    assert heard == ["attention"]
    person.press(Key.Key_Escape)
    person.wait(lambda: person.settled() and page.panel.isHidden())
    person.scan(house.tote_of(order))
    assert page.panel.stop is not None  # it is asked anew: nothing was taken over
    assert there.bench.parcel is not None
    person.press(Key.Key_Return)
    person.wait(lambda: person.settled() and page.panel.isHidden())
    assert there.bench.parcel is None
    assert page.table.current.text is not None
    assert page.table.current.text.title == "CUP"


def test_the_same_scan_again_takes_it_over(person: Person, page: PackingPage, house: House) -> None:
    order = house.picked("TEA", "CUP")
    house.hands("BENCH-2").scan(house.tote_of(order))
    person.scan(house.tote_of(order))
    person.scan(house.tote_of(order))
    assert page.panel.isHidden()
    assert shown(page)[0] == "pass"


def test_what_is_taken_away_by_another_bench_leaves_no_old_verdict(
    person: Person, page: PackingPage, house: House
) -> None:
    order = house.picked("TEA", "CUP")
    person.scan(house.tote_of(order))
    there = house.hands("BENCH-2")
    there.scan(house.tote_of(order), house.tote_of(order))
    person.wait(lambda: page.table.head.isHidden())
    assert shown(page) == ("", "Nothing waits to be packed")


# commands


def test_undo_and_hold_by_their_keys(person: Person, page: PackingPage, house: House) -> None:
    order = house.picked("TEA", "CUP")
    person.scan(house.tote_of(order))
    person.scan("TEA-EAN")
    person.press(Key.Key_F3)
    person.wait(person.settled)
    assert shown(page) == ("pass", "Taken back: take TEA out of the box")
    assert [row.count for row in page.table.lines.rows] == ["0 / 1", "0 / 1"]
    person.press(Key.Key_F4)
    person.wait(person.settled)
    assert shown(page)[1] == f"Order {house.source_id(order)} is put aside"
    assert page.table.banner.next_step == "Scan tote or order"
    assert not page.table.idle.isHidden()


def test_a_damaged_code_is_typed_and_judged_as_a_scan(person: Person, page: PackingPage, house: House) -> None:
    order = house.picked("TEA", "CUP")
    person.press(Key.Key_F9)
    person.wait(lambda: person.work.dialogs.is_open)
    person.type(house.tote_of(order))
    person.press(Key.Key_Return)
    person.wait(lambda: not person.work.dialogs.is_open and person.settled())
    assert shown(page)[0] == "pass"
    assert page.hasFocus()
    person.press(Key.Key_F9)
    person.wait(lambda: person.work.dialogs.is_open)
    type_scan(person.window.windowHandle(), "TEA-EAN")
    person.wait(lambda: not person.work.dialogs.is_open and person.settled())
    assert shown(page) == ("pass", "TEA: complete")
    person.press(Key.Key_F9)
    person.wait(lambda: person.work.dialogs.is_open)
    person.press(Key.Key_Escape)
    person.wait(lambda: not person.work.dialogs.is_open and person.settled())
    assert len(scans(house)) == 2


def test_what_next_changes_nothing(person: Person, page: PackingPage, heard: list[str]) -> None:
    person.press(Key.Key_F2)
    person.wait(person.settled)
    assert shown(page) == ("attention", "Nothing waits to be packed")
    assert heard == ["attention"]


def test_a_cancelled_order_is_seen_before_the_gate(
    person: Person, page: PackingPage, house: House, heard: list[str]
) -> None:
    order = house.picked("TEA", "CUP")
    person.scan(house.tote_of(order))
    heard.clear()
    house.store.write(request_cancel, LEAD, order, "buyer")
    person.wait(lambda: page.table.banner.outcome == "attention")
    assert page.table.head.text is not None
    assert page.table.head.text.stop == "CANCELLED"
    assert heard == ["attention"]
    person.press(Key.Key_F2)
    person.wait(person.settled)
    assert page.panel.stop is not None
    assert page.panel.stop.word == "CANCELLED"
    # nothing of that order is expected any more
    assert [side.caption for side in page.panel.stop.sides] == ["Scanned"]


def test_no_good_item_passes_once_the_order_is_cancelled(person: Person, page: PackingPage, house: House) -> None:
    order = house.picked(("TEA", 2), "CUP")
    person.scan(house.tote_of(order))
    person.scan("TEA-EAN")
    house.store.write(request_cancel, LEAD, order, "buyer")
    person.wait(lambda: page.table.banner.outcome == "attention")
    # nothing asks for another item, nor promises a label
    current, facts = page.table.current.text, page.table.facts.text
    assert current is not None
    assert facts is not None
    assert (current.title, current.number, current.count) == ("Put everything aside", "", "")
    assert facts.sentence == "None: the order is cancelled"
    assert not any(row.current for row in page.table.lines.rows)
    person.scan("TEA-EAN")
    assert page.panel.stop is not None
    assert page.panel.stop.word == "CANCELLED"
    assert page.panel.stop.how == "Once that is done, press Enter or scan XXOK"
    assert [code for _, code in scans(house)] == ["opened", "item", "order_cancelled"]
    person.press(Key.Key_Return)
    person.wait(lambda: page.panel.isHidden() and person.settled())
    assert not page.table.idle.isHidden()


@pytest.mark.parametrize(
    ("scanned", "how"),
    [
        ("CUP-EAN", "Put it right, then press Enter or scan XXOK"),
        ("whatever", "Press Enter or scan XXOK, then go on scanning"),
        ("TT99999X", "Press Enter or scan XXOK, then go on scanning"),
    ],
)
def test_how_a_failure_ends_fits_what_it_is(
    person: Person, page: PackingPage, house: House, scanned: str, how: str
) -> None:
    house.stock("CUP", 1)
    order = house.picked("TEA", "MUG")
    person.scan(house.tote_of(order))
    person.scan(scanned)
    assert page.panel.stop is not None
    assert page.panel.stop.how == how


def test_a_failure_without_an_order_says_first_what_to_do(person: Person, page: PackingPage, house: House) -> None:
    house.stock("CUP", 1)
    person.scan("CUP-EAN")
    assert page.panel.stop is not None
    assert page.panel.stop.how == "Once that is done, press Enter or scan XXOK"


def test_a_verified_order_that_is_opened_again_asks_for_its_label(
    person: Person, page: PackingPage, house: House
) -> None:
    order = label_of(person, house, "TEA", "CUP")
    house.printed()
    person.scan("XXHOLD")
    person.scan(house.tote_of(order))
    assert shown(page) == ("pass", f"Order {house.source_id(order)} again: all items are verified")
    assert page.table.banner.next_step == "Stick copy 1 on the box and scan it"
    assert page.prompt() == "Stick copy 1 on the box and scan it"


# the table


def test_head_middle_and_banner_say_the_same_of_an_empty_table(
    person: Person, page: PackingPage, house: House
) -> None:
    def said() -> set[str]:
        refetched(person, page)
        assert page.table.idle.text is not None
        return {page.prompt(), page.table.idle.text.title, page.table.banner.next_step or shown(page)[1]}

    assert said() == {"Nothing waits to be packed"}
    house.stock("TEA", 3)
    first, _, _ = house.order("TEA"), house.order("TEA"), house.order("TEA")
    house.release()
    house.pick_all()
    assert said() == {"Scan tote or order"}
    tote = house.tote_of(first)
    person.scan(tote)
    person.press(Key.Key_F2)
    person.wait(person.settled)
    assert scans(house)[-1] == ("XXNEXT", "next_scan_bulk")
    assert said() == {f"Tote {tote}: scan an item, 3 left"}
    # put aside and closed, the open tote goes on being asked for
    person.scan("TEA-EAN")
    person.scan("XXHOLD")
    assert said() == {f"Tote {tote}: scan an item, 3 left"}
    person.scan("TEA-EAN")
    for _ in range(2):
        house.printed()
    person.wait(lambda: shown(page) == ("pass", "Stick copy 1 on the box and scan it"))
    person.scan(square(house))
    assert said() == {f"Tote {tote}: scan an item, 2 left"}


def drawn(widget: Painted, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The lines that a widget paints, each as (text, more lines …)."""
    lines: list[tuple[str, ...]] = []
    draw_line, draw_fitted = widget.draw_line, widget.draw_fitted

    def line(painter: Any, room: QRectF, text: str, size: int, *more: Any, **how: Any) -> float:
        metrics = QFontMetricsF(widget.face(size, bold=how.get("bold", False), mono=how.get("mono", False)))
        lines.append((metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width()),))
        return draw_line(painter, room, text, size, *more, **how)

    def fitted(painter: Any, room: QRectF, text: Any, *more: Any, **how: Any) -> float:
        lines.append(text.lines)
        return draw_fitted(painter, room, text, *more, **how)

    monkeypatch.setattr(widget, "draw_line", line)
    monkeypatch.setattr(widget, "draw_fitted", fitted)
    widget.grab()
    return lines


def test_an_open_tote_is_said_on_one_line_where_a_smaller_size_allows_it(
    page: PackingPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    idle = page.table.idle
    idle.resize(800, 394)
    idle.show_text(IdleText("scan-barcode", "Tote TT00001I: scan an item, 4 left", "Waiting to be packed: 14"))
    assert ("Tote TT00001I: scan an item, 4 left",) in drawn(idle, monkeypatch)


@pytest.mark.parametrize(("wide", "about"), [(1100, "shop · Spain · 2 more"), (700, "shop · Spain"), (640, "shop")])
def test_the_head_shows_whole_parts_only(
    page: PackingPage, monkeypatch: pytest.MonkeyPatch, wide: int, about: str
) -> None:
    head = page.table.head
    head.resize(wide, 48)
    head.show_text(HeadText("Order AE-8140-2240", "shop · Spain", stop="CANCELLED", left="2 more"))
    assert (about,) in drawn(head, monkeypatch)


def test_nothing_to_do_orders_that_wait_and_an_open_tote(person: Person, page: PackingPage, house: House) -> None:
    assert page.table.idle.text is not None
    assert page.table.idle.text.title == "Nothing waits to be packed"
    assert page.table.idle.text.hint
    house.stock("TEA", 3)
    first, _ = house.order("TEA"), house.order("TEA")
    house.release()
    house.pick_all()
    refetched(person, page)
    assert (page.table.idle.text.title, page.table.idle.text.hint) == ("Scan tote or order", "Waiting to be packed: 2")
    tote = house.tote_of(first)
    person.scan(tote)
    assert page.table.idle.text.title == f"Tote {tote}: scan an item, 2 left"


def test_an_unknown_code_latches_an_empty_table_too(person: Person, page: PackingPage) -> None:
    person.scan("whatever")
    assert not page.panel.isHidden()
    assert page.panel.stop is not None
    assert [side.title for side in page.panel.stop.sides] == ["whatever", "A tote or an order"]
    assert page.panel.stop.sentence == "Unknown code: scan a tote or an order"


def test_the_current_line_of_a_long_order_is_always_to_be_seen(
    person: Person, page: PackingPage, house: House
) -> None:
    names = [f"S{number:02d}" for number in range(26)]
    order = house.picked(*names)
    person.scan(house.tote_of(order))
    lines = page.table.lines
    places = [row.key for row in lines.rows]
    for name in names[:-1]:
        person.scan(f"{name}-EAN")
        now = next(number for number, row in enumerate(lines.rows) if row.current)
        assert lines.rows[now].name == names[names.index(name) + 1]
        assert lines.viewport().rect().contains(lines.visualRect(lines.model().index(now, 0)))
    assert [row.key for row in lines.rows] == places  # no line has moved


def test_names_of_data_are_never_markup_and_may_be_long(person: Person, page: PackingPage, house: House) -> None:
    name = "<b>Light</b> & <img src=x>\n" + "very long " * 30
    house.skus["LAMP"] = house.store.write(returning_id(make_sku), "LAMP", name=name)
    order = house.picked("LAMP", "CUP")
    person.scan(house.tote_of(order))
    page.grab()
    assert page.table.current.text is not None
    assert page.table.current.text.title == name
    assert "<img" in page.table.current.accessibleName()


def test_the_head_of_the_window_shows_the_count_of_a_long_name(
    person: Person, page: PackingPage, house: House
) -> None:
    name = "Bike light, brushed steel, with a strap and two spare seals, large"
    house.skus["LAMP"] = house.store.write(returning_id(make_sku), "LAMP", name=name)
    order = house.picked("LAMP", "CUP")
    person.scan(house.tote_of(order))
    assert page.prompt() == "Scan Bike light, br…seals, large: 1 to go"


def test_places_stay_where_they_are(person: Person, page: PackingPage, house: House) -> None:
    order = house.picked(("TEA", 2), "CUP")
    parts: list[QWidget] = [page.table.banner, page.table.facts, page.table.current, page.table.lines, page.table.head]
    before = [part.geometry() for part in parts]
    for code in (house.tote_of(order), "TEA-EAN", "TEA-EAN", "nonsense", "XXOK", "CUP-EAN"):
        person.scan(code)
        assert [part.geometry() for part in parts] == before


def test_the_page_alone_holds_the_keyboard(person: Person, page: PackingPage) -> None:
    assert page.hasFocus()
    person.scan("whatever")
    assert page.hasFocus()
    for widget in page.findChildren(QWidget):
        assert widget.focusPolicy() == Qt.FocusPolicy.NoFocus or not widget.isVisible(), widget
    for button in page.findChildren(QPushButton):
        assert button.accessibleName() or not button.isVisible()
    assert page.panel.accessibleName().startswith("UNKNOWN CODE. Unknown code")


def test_a_held_enter_acknowledges_once(person: Person, page: PackingPage, house: House) -> None:
    person.scan("whatever")
    event = QKeyEvent(QEvent.Type.KeyPress, Key.Key_Return, Qt.KeyboardModifier.NoModifier, "\r", True)
    page.keyPressEvent(event)
    assert len(scans(house)) == 1


def test_arrows_scroll_a_long_order_and_a_key_that_has_no_name_does_nothing(
    person: Person, page: PackingPage, house: House
) -> None:
    order = house.picked(*(f"S{number:02d}" for number in range(26)))
    person.scan(house.tote_of(order))
    bar = page.table.lines.verticalScrollBar()
    person.press(Key.Key_PageDown)
    assert bar.value() == 5
    person.press(Key.Key_Up)
    assert bar.value() == 4
    page.keyPressEvent(QKeyEvent(QEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier))
    assert bar.value() == 4


def test_another_station_forgets_what_was_known_of_the_old_one(
    person: Person, page: PackingPage, house: House
) -> None:
    person.scan("whatever")
    assert page.latched
    person.work.place.station = Station(house.store, "BENCH-9", device="wedge")
    person.work.settled.emit()
    person.wait(person.settled)
    assert not page.latched
    assert page.panel.isHidden()
    assert not page.work.sounds.alarming
    person.scan("XXNEXT")
    assert shown(page) == ("attention", "Nothing waits to be packed")


def test_a_verdict_of_the_station_that_was_left_stops_nothing_here(
    person: Person, page: PackingPage, house: House
) -> None:
    page.scan("whatever")
    person.work.place.station = Station(house.store, "BENCH-9", device="wedge")
    person.work.settled.emit()
    person.wait(person.settled)
    assert [code for _, code in scans(house)] == ["unknown_code"]
    assert not page.latched
    assert page.panel.isHidden()


def test_a_latch_goes_on_sounding_while_another_page_is_in_front(person: Person, page: PackingPage) -> None:
    person.scan("whatever")
    person.go("settings")
    assert page.work.sounds.alarming


def test_every_verdict_that_stops_the_bench_has_its_word() -> None:
    fails = {
        Code.WRONG_ITEM, Code.OVER_SCAN, Code.UNKNOWN_CODE, Code.MISREAD, Code.WRONG_KIND, Code.WRONG_LABEL,
        Code.SUPERSEDED_COPY, Code.LABEL_VOIDED, Code.ORDER_CANCELLED, Code.NOT_PICKED, Code.NO_ORDER_FOR_ITEM,
        Code.PARCEL_UNFINISHED, Code.LABEL_NOT_SCANNED, Code.LABEL_REFUSED, Code.LATCHED,
    }  # fmt: skip
    names = [code.name for code in Code]
    between = names[names.index("WRONG_ITEM") : names.index("LATCHED") + 1]
    assert {code.name for code in fails} == set(between)
    wanted = {f"packing_word_{code}" for code in (*fails, "not_saved", Code.TAKE_OVER, Code.REASON_NEEDED)}
    assert wanted <= set(SENTENCES)


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
