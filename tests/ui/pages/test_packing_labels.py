"""The label on the packing page: printing, settling, another copy; and orders that another bench has."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QPushButton

from app.domain.states import JobState
from tests.app.operations.label_roll import Roll
from tests.factories import House
from tests.ui.conftest import Person
from tests.ui.pages.packer import Key, arriving, heard, label_of, page, refetched, scans, shown
from ui.pages.packing import PackingPage

__all__ = ["heard", "page"]  # fixtures

PAGES = ("packing",)


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
    assert page.table.current.text is not None
    assert (page.table.current.text.count, page.table.current.text.done) == ("2 / 2", False)  # no tick beside trouble


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
    assert page.table.current.text is not None
    assert (page.table.current.text.title, page.table.current.text.done) == ("Did the label come out?", False)
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
    assert page.prompt() == "Say why first: 1 torn, 2 blurred, 3 lost"
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


def test_a_label_that_is_printed_ahead_is_not_promised_again(person: Person, page: PackingPage, house: House) -> None:
    order = house.picked("TEA", "CUP")
    roll = Roll(house)
    roll.start()
    assert roll.print_all() == [order]
    person.scan(house.tote_of(order))
    assert page.table.facts.text is not None
    assert page.table.facts.text.sentence == "Comes from a label batch: take it from the pile"
