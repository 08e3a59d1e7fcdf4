"""The status bar: what each item says, when it becomes loud, and which page mends it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.change import changed
from app.domain.errors import KnownError, Refusal
from app.domain.states import JobState
from app.queries import station_view
from app.queries.station_view import Due, StationStatus
from db.journal import record
from tests.factories import LEAD, House
from tests.ui.conftest import Person
from ui.theme import Pair
from ui.widgets.status import StatusBar

SEEN = StationStatus(1, 1, "BENCH-1", None, 0, 0, 0, 0, None, None, None, None, None, None, 0)
ITEMS = ("station", "operator", "printer", "scanner", "scale", "data", "due")


@pytest.fixture
def page_names() -> Sequence[str]:
    return ("devices",)


@pytest.fixture
def bar(person: Person) -> StatusBar:
    return person.window.status


def see(bar: StatusBar, **values: Any) -> None:
    """Let it have read this."""
    bar._seen = replace(SEEN, **values)
    bar.draw()


def loud(bar: StatusBar, name: str) -> Pair | None:
    """The pair of colours of an item that is a filled chip."""
    sheet = bar._items[name].styleSheet()
    theme = bar._work.theme
    pairs = (theme.system, theme.attention, theme.fail)
    return next((pair for pair in pairs if f"background: {pair.paper}" in sheet), None)


def test_at_rest_nothing_is_loud(bar: StatusBar) -> None:
    see(bar)
    texts = {name: bar.text(name) for name in ITEMS}
    assert texts == {
        "station": "Station BENCH-1", "operator": "No operator", "printer": "No printer", "scanner": "No scan yet",
        "scale": "No scale", "data": "No orders yet", "due": "Nothing due",
    }  # fmt: skip
    assert {name: loud(bar, name) for name in ITEMS if loud(bar, name)} == {}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_item_has_a_word_and_a_name(bar: StatusBar, language: str) -> None:
    bar._work.words.switch(language)
    for item in bar._items.values():
        assert item.text()
        assert item.accessibleName() == item.text().strip()
        assert item.focusPolicy() is Qt.FocusPolicy.NoFocus


def test_the_operator_is_named(bar: StatusBar) -> None:
    bar._work.use_settings(replace(bar._work.settings, operator="Pia"))
    bar._work.settled.emit()
    assert bar.text("operator") == "Pia"


def test_the_age_of_the_last_scan_is_said(bar: StatusBar) -> None:
    bar._work.scanner.at = monotonic() - 130
    bar.draw()
    assert bar.text("scanner") == "Last scan 2 min ago"


@pytest.mark.parametrize(
    ("code", "said", "is_loud"),
    [
        ("", "Printer: not asked yet (3)", False), ("ready", "Printer: ready (3)", False),
        ("printer_in_use", "Printer: still printing (3)", False),
        ("paper_out", "Printer: paper is out (3)", True), ("no_answer", "Printer: no answer (3)", True),
        ("device_open_failed", "Printer: no connection (3)", True),
    ],
)  # fmt: skip
def test_the_printer_says_how_it_is_and_how_many_wait(bar: StatusBar, code: str, said: str, is_loud: bool) -> None:
    bar._work.printer.url = "tcp://printer:9100"
    bar._work.printer.code = code
    see(bar, queued=2, sending=1)
    assert bar.text("printer") == said
    assert loud(bar, "printer") == (bar._work.theme.system if is_loud else None)


@pytest.mark.parametrize("code", ["device_url_unknown", "device_not_supported_yet"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_address_that_is_none_is_said_without_it(bar: StatusBar, code: str, language: str) -> None:
    bar._work.words.switch(language)
    bar._work.printer.url, bar._work.printer.code = "nonsense", code
    see(bar)
    said = {"en": "Printer: wrong address", "zh": "打印机 地址有误"}[language]
    assert bar.text("printer").replace(" ", "") == said.replace(" ", "")
    assert loud(bar, "printer") == bar._work.theme.system


def test_labels_that_wait_for_no_printer_are_loud(bar: StatusBar) -> None:
    see(bar, queued=1)
    assert bar.text("printer") == "No printer"
    assert loud(bar, "printer") == bar._work.theme.system


def test_what_keeps_the_printer_from_printing_comes_before_what_is_uncertain(bar: StatusBar) -> None:
    bar._work.printer.url, bar._work.printer.code = "tcp://printer:9100", "paper_out"
    see(bar, uncertain=2)
    assert "paper" in bar.text("printer")
    assert loud(bar, "printer") == bar._work.theme.system


def test_a_paused_queue_is_said(bar: StatusBar) -> None:
    bar._work.printer.url, bar._work.printer.code = "tcp://printer:9100", "ready"
    see(bar, queued=3, paused=True)
    assert bar.text("printer") == "Printer: queue paused (3)"
    see(bar, uncertain=1, paused=True)  # neither hides the other
    assert bar.text("printer") == "Printer: queue paused · Uncertain labels: 1"
    assert loud(bar, "printer") == bar._work.theme.attention


def test_before_anything_is_read_nothing_is_claimed(bar: StatusBar) -> None:
    bar._work.printer.url, bar._work.printer.code = "tcp://printer:9100", "ready"
    bar._seen = None
    bar.draw()
    # that it is ready it has said itself; how many wait for it nobody has
    assert [bar.text(name) for name in ("data", "due", "printer")] == ["Data not read yet", "", "Printer: ready"]
    assert bar._items["due"].isHidden()


def test_what_cannot_be_read_is_loud_until_it_can(
    person: Person, bar: StatusBar, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise Refusal("database_newer", revision="0042")

    with monkeypatch.context() as newer:
        newer.setattr(station_view, "station_view", fail)
        bar.refresh()
        person.wait(lambda: bar.text("data") == "Data cannot be read")
        assert loud(bar, "data") == bar._work.theme.system
    bar.refresh()
    person.wait(lambda: loud(bar, "data") is None)


def test_a_page_that_cannot_be_read_is_said_here_too(
    person: Person, bar: StatusBar, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = person.window.pages["devices"]

    async def newer() -> object:
        raise Refusal("database_newer", revision="0042")

    with monkeypatch.context() as broken:
        broken.setattr(page, "fetch", newer)
        page.refresh()
        person.wait(lambda: bar.text("data") == "Data cannot be read")
    page.refresh()
    person.wait(lambda: loud(bar, "data") is None)


def test_uncertain_labels_lead_to_the_labels(bar: StatusBar, qtbot: QtBot) -> None:
    bar._work.printer.url, bar._work.printer.code = "tcp://printer:9100", "ready"
    see(bar, uncertain=2)
    assert bar.text("printer") == "Uncertain labels: 2"
    assert loud(bar, "printer") == bar._work.theme.attention
    with qtbot.waitSignal(bar.wanted) as wanted:
        QTest.mouseClick(bar._items["printer"], Qt.MouseButton.LeftButton)
    assert wanted.args == ["labels"]


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("station", "settings"), ("operator", "settings"), ("printer", "devices"), ("scanner", "devices"),
        ("scale", "devices"), ("data", "orders"), ("due", "board"),
    ],
)  # fmt: skip
def test_a_press_leads_to_the_page_that_mends_it(bar: StatusBar, qtbot: QtBot, name: str, page: str) -> None:
    with qtbot.waitSignal(bar.wanted) as wanted:
        QTest.mouseClick(bar._items[name], Qt.MouseButton.LeftButton)
    assert wanted.args == [page]


def test_the_age_of_the_orders_is_said(bar: StatusBar) -> None:
    see(bar, last_import_at=datetime.now(UTC) - timedelta(minutes=5, seconds=1))
    assert bar.text("data") == "Last import 5 min ago"


def test_a_database_that_does_not_answer_is_loud_until_it_does(bar: StatusBar) -> None:
    see(bar, last_import_at=datetime.now(UTC))
    bar._work.feed.offline = KnownError("database_locked")
    bar._work.feed.reached.emit()
    assert bar.text("data") == "Database not reached"
    assert loud(bar, "data") == bar._work.theme.system
    bar._work.feed.offline = None
    bar._work.feed.reached.emit()
    assert bar.text("data").startswith("Last import")
    assert loud(bar, "data") is None


def test_the_next_deadline_is_counted_down_and_late_orders_are_loud(bar: StatusBar) -> None:
    at = datetime.now(UTC) + timedelta(minutes=42, seconds=30)
    see(bar, next_due=Due(at, 7))
    assert bar.text("due") == f"7 due {bar._work.words.time(at)}, in 42 min"
    assert loud(bar, "due") is None
    see(bar, next_due=Due(at, 7), late=3)
    assert bar.text("due") == "3 late"
    assert loud(bar, "due") == bar._work.theme.fail


def test_another_theme_colours_what_is_loud(bar: StatusBar) -> None:
    see(bar, late=3)
    bar._work.use_settings(replace(bar._work.settings, theme="dark"))
    assert loud(bar, "due") == bar._work.theme.fail
    bar._work.use_settings(replace(bar._work.settings, theme="light"))


def test_it_reads_what_is_in_the_database(person: Person, house: House, bar: StatusBar) -> None:
    house.stock("MUG", 1)
    house.order("MUG", ship_by=datetime.now(UTC) - timedelta(hours=1))
    house.write(lambda tx: record(tx, LEAD, "import_orders", {}))
    bar.refresh()
    person.wait(lambda: bar.text("due") == "1 late")
    assert bar.text("data").startswith("Last import")


def test_it_reads_anew_after_a_change_that_it_shows(
    person: Person, house: House, bar: StatusBar
) -> None:
    bar._throttle.setInterval(5)
    person.wait(person.settled)
    picked = house.picked("MUG")
    hands = house.hands()
    hands.scan(house.tote_of(picked), "MUG-EAN")
    person.wait(lambda: loud(bar, "printer") == bar._work.theme.system)
    house.printed(outcome=JobState.UNCERTAIN, reason="no_answer")
    person.wait(lambda: bar.text("printer") == "Uncertain labels: 1")


def test_many_changes_are_one_read(
    person: Person, house: House, bar: StatusBar, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[bool] = []
    whole = station_view.station_view

    def counted(*arguments: Any) -> StationStatus:
        reads.append(True)
        return whole(*arguments)

    monkeypatch.setattr(station_view, "station_view", counted)
    bar._throttle.setInterval(30)
    for _ in range(20):
        house.store.write(lambda tx: (None, changed("orders")))
    person.wait(lambda: reads and not bar._throttle.isActive() and person.settled())
    assert len(reads) <= 3


def test_before_the_engine_is_open_it_says_what_it_knows(qtbot: QtBot, person: Person) -> None:
    work = person.work
    place, work.place.station = work.place.station, None
    bar = StatusBar(work)
    qtbot.addWidget(bar)
    bar.begin()
    assert bar.text("station") == "Station BENCH-1"
    work.place.station = place


def test_a_read_that_fails_leaves_what_was_seen(
    person: Person, bar: StatusBar, monkeypatch: pytest.MonkeyPatch
) -> None:
    see(bar, late=3)

    def fail(*_: Any) -> None:
        raise KnownError("database_locked")

    monkeypatch.setattr(station_view, "station_view", fail)
    bar.refresh()
    person.wait(lambda: bar.text("data") == "Database not reached")
    assert bar.text("due") == "3 late"


def test_an_import_is_read_at_once(person: Person, house: House, bar: StatusBar) -> None:
    person.wait(lambda: bar.text("data") == "No orders yet")
    house.write(lambda tx: record(tx, LEAD, "import_orders", {}))
    person.work.imported.emit()
    person.wait(lambda: bar.text("data").startswith("Last import"))
