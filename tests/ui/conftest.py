"""A window over a small warehouse, and somebody who types, presses and scans in it as people do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import monotonic

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.people import Role
from app.operations.stations import ensure_station
from app.settings import Settings
from app.station import Station
from tests.factories import House, open_house
from ui.application import dress, make_loop
from ui.keys import type_scan, type_text
from ui.main_window import MainWindow, pages_of
from ui.pages import make_pages
from ui.pages.page import Page
from ui.widgets.rail import DIGITS
from ui.workspace import Place, Workspace

WAIT_MS = 5_000
POLL_MS = 2
THROTTLE_MS = 5  # between two refetches
WEDGE_MS = 25  # a held key is given to the window after this; a scan in a test comes faster


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as house:
        yield house


@pytest.fixture
def loop(qapp: QApplication) -> Iterator[asyncio.AbstractEventLoop]:
    """The window's asyncio loop, turning whenever Qt's does (`qtbot.waitUntil`)."""
    loop = make_loop(qapp, running=True)
    try:
        yield loop
    finally:
        # not loop.stop(): it makes Qt refuse every event loop that the next test begins
        vars(loop)["_QEventLoop__is_running"] = False
        asyncio.events._set_running_loop(None)
        loop.close()


class Person:
    """Somebody in front of the window: every key and scan goes through it, as from a keyboard or scanner."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        self.window = window
        self.work = window.work
        self._qtbot = qtbot

    def wait(self, condition: Callable[[], object]) -> None:
        """Let the window work until something is so."""
        end = monotonic() + WAIT_MS / 1000
        while not condition():
            assert monotonic() < end, "never"
            self._qtbot.wait(POLL_MS)  # qtbot.waitUntil asks every 10 ms only

    def go(self, page: str) -> Page:
        """Bring a page to the front by F10 and its digit, and wait for its data."""
        names = [name for name, _ in pages_of(self.work.settings.role)]
        self.press(Qt.Key.Key_F10)
        self.press(getattr(Qt.Key, f"Key_{DIGITS[names.index(page)]}"))
        self.wait(lambda: self.window.page is self.window.pages[page] and self.settled())
        return self.window.pages[page]

    def settled(self) -> bool:
        """Whether the page in front shows what is in the database."""
        page = self.window.page
        if page is None or page.data is None or not page.at_rest:
            return False
        # what a page has begun is done, unless it waits for an answer
        return self.work.dialogs.is_open or not self.work._tasks

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press and release a key of the keyboard; the scanner's filter lets it through in the end."""
        QTest.keyClick(self.window.windowHandle(), key, modifier)
        self.wait(lambda: self.window.wedge.idle)

    def type(self, text: str) -> None:
        """Type as people do: by the time that each key tells, too slowly for a scanner."""
        type_text(self.window.windowHandle(), text)
        self.wait(lambda: self.window.wedge.idle)

    def scan(self, code: str) -> None:
        """Scan, and wait until the page is at rest again."""
        type_scan(self.window.windowHandle(), code)
        self.wait(self.settled)


@pytest.fixture
def work(qapp: QApplication, loop: asyncio.AbstractEventLoop, house: House) -> Workspace:
    """A workspace at BENCH-1 over the house, without a printer and without a sound."""
    work = Workspace(
        Settings(station="BENCH-1", cart="CART-1", sound=False, reduce_motion=True, wedge_gap_ms=WEDGE_MS), "en"
    )
    dress(qapp, work)
    work.feed.open(house.store)
    station = Station(house.store, "BENCH-1", device="wedge")
    picker = house.store.write(ensure_station, "CART-1", None, Role.PICKER)
    work.place = Place(house.warehouse, station, picker, station.actor)
    return work


@pytest.fixture
def page_names() -> Sequence[str]:
    """The pages of the window; a module that needs fewer says so, for a window with all takes half a second."""
    return [name for name, _ in pages_of("all")]


@pytest.fixture
def window(
    qapp: QApplication, qtbot: QtBot, loop: asyncio.AbstractEventLoop, work: Workspace, page_names: Sequence[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[MainWindow]:  # fmt: skip
    """The window with these pages, on the packing page, else on the first."""
    monkeypatch.setattr("ui.pages.page.THROTTLE_MS", THROTTLE_MS)
    # a widget that joins another costs twice as much under a style sheet, so it is put on the whole; the product's own
    # order is that of `opened_window`
    sheet = qapp.styleSheet()
    qapp.setStyleSheet("")
    window = MainWindow(work)  # not given to qtbot, which takes widgets away before a fixture can end what it began
    window.wedge.install(qapp)
    window.add_pages(make_pages(work, page_names), "packing")
    qapp.setStyleSheet(sheet)
    window.show()
    window.status.begin()
    mistakes: list[BaseException] = []
    work.on_mistake = mistakes.append
    try:
        yield window
    finally:
        window.wedge.uninstall()
        work.sounds.stop_alarm()
        window.close()
        ended = loop.create_task(work.end())
        qtbot.waitUntil(ended.done, timeout=WAIT_MS)
        window.deleteLater()
        QCoreApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)
    assert mistakes == []


@pytest.fixture
def person(window: MainWindow, qtbot: QtBot) -> Person:
    """Somebody in front of the window."""
    person = Person(window, qtbot)
    person.wait(person.settled)
    return person
