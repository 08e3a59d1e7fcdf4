"""The packing page, driven by scans and keys alone, over a real database: the job and its commands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QEvent, QObject

from app.operations.orders import request_cancel
from app.station import Shown
from tests.factories import LEAD, House
from tests.ui.conftest import Person
from tests.ui.pages.packer import Key, heard, label_of, page, refetched, scans, shown, square
from ui.keys import type_scan
from ui.pages.packing import PackingPage

__all__ = ["heard", "page"]  # fixtures

PAGES = ("packing",)


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
    assert page.table.counts.text.counts[:2] == (("Orders", "1"), ("Pieces", "3"))
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


def test_another_tote_in_the_middle_of_an_order_is_called_a_tote(
    person: Person, page: PackingPage, house: House
) -> None:
    order, other = house.picked("TEA", "MUG"), house.picked("TEA", "CUP")
    person.scan(house.tote_of(order))
    person.scan(house.tote_of(other))
    assert page.panel.stop is not None
    assert (page.panel.stop.word, page.panel.stop.sides[0].title) == ("NOT FINISHED", "A tote")


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
