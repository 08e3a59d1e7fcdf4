"""What stands at the board's side, and how large everything is."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from sqlalchemy import select

from app.domain.states import JobState, TaskState
from app.operations.waves import kick_out
from db.waves import PickTask
from tests.factories import LEAD
from tests.ui.pages.lead import Lead
from ui.pages import page as page_module

Key = Qt.Key
PAGES = ("board",)
_SECTIONS = ("Benches and people", "Printers", "Problem shelf", "Shorts today")


def test_shorts_printers_and_problems_stand_at_the_side(lead: Lead) -> None:
    house = lead.house
    order = house.order("MUG", "PEN")
    house.release()
    batch = house.batches()[0]
    house.pick_one(batch)
    task = house.all(select(PickTask).where(PickTask.state == TaskState.OPEN))[0]
    location = next(code for code, key in house.locations.items() if key == task.location_id)
    house.pick(batch, location, "XXSHORT")
    hands = house.hands("BENCH-3")
    packed = house.picked("CAP")
    hands.scan(house.tote_of(packed), "CAP-EAN")
    house.printed("BENCH-3", JobState.UNCERTAIN, "connection_lost")
    hands.scan("nonsense")
    lead.person.wait(lambda: any("uncertain" in row for row in lead.side()) and lead.person.settled())
    side = lead.side()
    at = {title: next(number for number, row in enumerate(side) if row.startswith(title)) for title in _SECTIONS}
    assert list(at.values()) == sorted(at.values())
    assert any(re.fullmatch(r"BENCH-3 – 0 /h stopped \d+ s", row) for row in side)
    assert any(re.search(r"^BENCH-3 .*1 uncertain", row) for row in side[at["Printers"] :])
    assert any(row.startswith(house.source_id(order)) and "short pick" in row for row in side)
    assert any(re.search(r"1 missing · .* · 1 order · \d+ s$", row) for row in side[at["Shorts today"] :])
    assert lead.stages()["packing"] == 1  # its parcel waits for its label


def test_ages_grow_while_the_board_is_seen(lead: Lead, monkeypatch: pytest.MonkeyPatch) -> None:
    lead.house.order("MUG", updated_at=datetime.now(UTC) - timedelta(minutes=5, seconds=30))
    lead.page.refresh()
    lead.person.wait(lambda: lead.stages() and lead.stages()["ready"] == 1)
    card = lead.page.stages.cards[1]
    assert card.face is not None
    assert card.face.detail == "oldest 5 min"
    read = lead.page._fetched_at
    assert read is not None
    monkeypatch.setattr(page_module, "monotonic", lambda: read + 60)
    lead.page._tick.setInterval(5)
    lead.person.wait(lambda: card.face is not None and card.face.detail == "oldest 6 min")


def test_a_printer_for_which_nothing_waits_is_there_all_the_same(lead: Lead) -> None:
    lead.house.order("MUG")
    lead.page.refresh()
    lead.person.wait(lambda: "Printers: nothing waits" in lead.side())
    lead.work.printer.url, lead.work.printer.code = "sim:zpl", "ready"
    lead.page.repaint_data()
    side = lead.side()
    assert side[side.index("Printers") + 1] == "BENCH-1 ready · 0 waiting"
    lead.work.printer.code = "paper_out"
    lead.page.repaint_data()
    row = next(row for row in lead.page.side_rows.rows if row.key == "printer BENCH-1")
    assert row.outcome == "attention"


def test_no_number_at_the_side_is_cut_on_the_smallest_screen(lead: Lead) -> None:
    lead.person.window.resize(1366, 768)
    house = lead.house
    order = house.order("MUG", "PEN", source_id="302-7711020-4418722")
    house.release()
    house.pick_one(house.batches()[0])
    house.store.write(kick_out, LEAD, order, "torn")
    house.hands("BENCH-3").scan(house.tote_of(house.picked("CAP")), "CAP-EAN")
    lead.person.wait(lambda: any("torn" in row for row in lead.side()) and lead.person.settled())
    side, metrics = lead.page.side, QFontMetrics(lead.page.side.font())
    for language in ("en", "zh"):
        lead.work.words.switch(language)
        for row in lead.page.side_rows.rows:
            spans = dict(row.spans)
            for column, text in enumerate(row.cells):
                room = sum(side.columnWidth(column + more) for more in range(spans.get(column, 1)))
                icon = side.iconSize().width() + 6 if row.outcome and column == row.told_in else 0
                assert not text or metrics.horizontalAdvance(text) + icon + 10 <= room, text


def test_esc_lets_go_of_the_chosen_wave(lead: Lead) -> None:
    lead.house.order("MUG")
    lead.house.plan()
    lead.person.wait(lead.waves)
    lead.press(Key.Key_Down)
    assert lead.page.waves.number() == 0
    lead.press(Key.Key_Escape)
    assert lead.page.waves.number() is None


def test_numbers_are_as_large_as_the_screen_lets_them_be(lead: Lead) -> None:
    for _ in range(2):
        lead.house.order("MUG")
    lead.page.refresh()
    lead.person.wait(lambda: lead.stages() and lead.stages()["ready"] == 2)
    for width, height in ((1366, 768), (1920, 1080)):
        lead.person.window.resize(width, height)
        lead.press()
        sizes = {card.digit_px for card in lead.page.stages.cards}
        assert len(sizes) == 1
        assert sizes.pop() >= (60 if width == 1366 else 100)
        for card in lead.page.stages.cards:
            assert card.width() > 90


def test_every_part_has_a_name_for_those_who_hear_the_screen(lead: Lead) -> None:
    lead.house.order("MUG", ship_by=datetime.now(UTC) + timedelta(hours=3))
    lead.page.refresh()
    lead.person.wait(lambda: lead.cutoffs() and lead.stages())
    for table in (lead.page.waves, lead.page.side, lead.page.orders.table):
        assert table.accessibleName()
    assert "Ready 1 oldest" in lead.page.stages.cards[1].accessibleName()
