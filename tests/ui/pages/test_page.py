"""What all pages are: fetched when a Change names them, and four states besides their content."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QVBoxLayout
from pytestqt.qtbot import QtBot

from app.change import changed
from app.domain.errors import KnownError, Refusal
from app.queries.search import Hit
from app.settings import Settings
from ui.application import dress
from ui.dialogs import Dialogs
from ui.pages import page as page_module
from ui.pages.page import Empty, Page
from ui.theme import load_theme
from ui.workspace import Workspace

FAST_MS = 5
NOTHING_THERE = Empty("picking_nothing", "picking_nothing_hint", "orders_import")


class Given(Page):
    """Shows what it is given: `coming` is answered by the next fetch, each fetch waits while `held`."""

    name = "orders"
    topics = frozenset({"orders"})

    def __init__(self, work: Workspace) -> None:
        super().__init__(work)
        self.coming: object = "first"
        self.held: asyncio.Event | None = None
        self.fetches = 0
        self.shown: list[tuple[object, str, str]] = []
        self.imported = 0
        self.commands = {"orders_import": self._import, "orders_find": self._refuse}
        self.label = QLabel()
        QVBoxLayout(self.content).addWidget(self.label)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    async def fetch(self) -> object:
        self.fetches += 1
        coming = self.coming
        if self.held is not None:
            await self.held.wait()
        if isinstance(coming, BaseException):
            raise coming
        return coming

    def show_data(self, data: Any) -> None:
        self.label.setText(str(data))
        self.shown.append((data, self.work.words.language, self.work.theme.name))

    def _import(self) -> None:
        self.imported += 1

    async def _refuse(self) -> None:
        raise Refusal("batch_taken", station="CART-2")


class Scanning(Given):
    """The same as a page that takes scans."""

    name = "picking"
    takes_scans = True


class Watcher:
    """Looks at a page from outside, as the window does."""

    def __init__(self, page: Given, loop: asyncio.AbstractEventLoop, qtbot: QtBot) -> None:
        self.page, self.work, self._loop, self._qtbot = page, page.work, loop, qtbot
        self.mistakes: list[BaseException] = []
        self.work.on_mistake = self.mistakes.append

    def wait(self, condition: Callable[[], object]) -> None:
        self._qtbot.waitUntil(lambda: bool(condition()), timeout=5_000)

    def pause(self, times: int = 4) -> None:
        """Long enough for a page that meant to do something."""
        self._qtbot.wait(FAST_MS * times)

    def show(self) -> None:
        self.page.show()
        self.wait(lambda: self.page.at_rest)

    def change(self, *topics: str) -> None:
        self.work.feed.changed.emit(changed(*topics))

    @property
    def state(self) -> str:
        """`content`, or the kind of state that stands in its place."""
        panel = self.page._panel
        return panel._kind if panel.isVisible() else "content"

    @property
    def said(self) -> list[str]:
        return [label.text() for label in self.page._panel.findChildren(QLabel) if label.isVisible() and label.text()]

    @property
    def button(self) -> QPushButton | None:
        return next((button for button in self.page._panel.findChildren(QPushButton) if button.isVisible()), None)

    @property
    def strip(self) -> str:
        """What the window says over the page's lower edge."""
        return self.page.unread


def watch(kind: type[Given], loop: asyncio.AbstractEventLoop, qapp: QApplication, qtbot: QtBot) -> Watcher:
    work = Workspace(Settings(sound=False), "en")
    dress(qapp, work)
    page = kind(work)
    qtbot.addWidget(page)
    work.dialogs = Dialogs(work, page)
    page.resize(800, 500)
    return Watcher(page, loop, qtbot)


@pytest.fixture
def watcher(
    qapp: QApplication, qtbot: QtBot, loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Iterator[Watcher]:  # fmt: skip
    for name in ("THROTTLE_MS", "SLOW_MS", "RETRY_MS", "TICK_MS"):
        monkeypatch.setattr(page_module, name, FAST_MS)
    watcher = watch(getattr(request, "param", Given), loop, qapp, qtbot)
    yield watcher
    watcher.page.hide()
    ended = loop.create_task(watcher.work.end())
    watcher.wait(ended.done)
    assert watcher.mistakes == []


def test_a_page_fetches_when_it_is_shown_and_not_before(watcher: Watcher) -> None:
    watcher.pause()
    assert watcher.page.fetches == 0
    watcher.show()
    assert watcher.page.fetches == 1
    assert watcher.page.shown == [("first", "en", "light")]
    assert watcher.state == "content"


def test_a_change_of_its_topics_is_fetched(watcher: Watcher) -> None:
    watcher.show()
    watcher.page.coming = "second"
    watcher.change("orders", "stock")
    watcher.wait(lambda: watcher.page.data == "second")
    assert watcher.page.fetches == 2


def test_a_change_of_others_is_not(watcher: Watcher) -> None:
    watcher.show()
    watcher.change("labels")
    watcher.change()
    watcher.pause()
    assert watcher.page.fetches == 1
    assert not watcher.page.stale


def test_many_changes_are_few_fetches(watcher: Watcher) -> None:
    watcher.show()
    for _ in range(100):
        watcher.change("orders")
    watcher.wait(lambda: watcher.page.at_rest)
    assert watcher.page.fetches == 2


def test_a_change_while_it_fetches_is_fetched_after(watcher: Watcher) -> None:
    watcher.show()
    watcher.page.held, watcher.page.coming = asyncio.Event(), "second"
    watcher.change("orders")
    watcher.wait(lambda: watcher.page.fetches == 2)
    watcher.page.coming = "third"
    for _ in range(10):
        watcher.change("orders")
        watcher.pause(1)
    assert watcher.page.fetches == 2
    watcher.page.held.set()
    watcher.wait(lambda: watcher.page.data == "third")
    assert watcher.page.fetches == 3
    assert watcher.page.at_rest


def test_a_hidden_page_becomes_stale_and_fetches_when_it_is_shown(watcher: Watcher) -> None:
    watcher.show()
    watcher.page.hide()
    watcher.page.coming = "second"
    watcher.change("orders")
    watcher.page.refresh()
    watcher.pause()
    assert watcher.page.fetches == 1
    assert watcher.page.stale
    watcher.page.show()
    watcher.wait(lambda: watcher.page.data == "second")
    watcher.page.hide()
    watcher.page.show()
    watcher.pause()
    assert watcher.page.fetches == 2  # nothing has changed since


def test_what_is_quick_is_never_called_loading(watcher: Watcher) -> None:
    watcher.page._slow.setInterval(2_000)
    kinds = []
    watcher.page._panel.show_state = lambda kind, *_, **__: kinds.append(kind)  # type: ignore[method-assign]
    watcher.show()
    assert kinds == []


def test_what_is_slow_says_that_it_loads(watcher: Watcher) -> None:
    watcher.page.held = asyncio.Event()
    watcher.page.show()
    watcher.wait(lambda: watcher.state == "loading")
    assert watcher.said == ["Loading"]
    assert watcher.button is None
    watcher.work.words.switch("zh")
    assert watcher.said != ["Loading"]
    watcher.page.held.set()
    watcher.wait(lambda: watcher.state == "content")


def test_old_content_stays_while_new_is_loading(watcher: Watcher) -> None:
    watcher.show()
    watcher.page.held = asyncio.Event()
    watcher.change("orders")
    watcher.wait(lambda: watcher.page.fetches == 2)
    watcher.pause()
    assert watcher.state == "content"
    watcher.page.held.set()


def test_an_empty_page_says_what_to_do_and_has_its_button(watcher: Watcher) -> None:
    watcher.page.coming = NOTHING_THERE
    watcher.show()
    assert watcher.state == "empty"
    say = watcher.work.words.say
    assert watcher.said == [say("picking_nothing"), say("picking_nothing_hint")]
    assert watcher.button is not None
    assert watcher.button.text() == watcher.button.accessibleName() == say("command_orders_import")
    watcher.button.click()
    assert watcher.page.imported == 1
    watcher.page.coming = "second"
    watcher.change("orders")
    watcher.wait(lambda: watcher.state == "content")


def test_an_empty_page_follows_the_language(watcher: Watcher) -> None:
    watcher.page.coming = NOTHING_THERE
    watcher.show()
    watcher.work.words.switch("zh")
    assert watcher.said == [watcher.work.words.say("picking_nothing"), watcher.work.words.say("picking_nothing_hint")]
    assert watcher.button is not None
    assert watcher.button.text() == watcher.work.words.say("command_orders_import")


def test_a_database_that_does_not_answer_is_said_and_tried_again(watcher: Watcher) -> None:
    watcher.page.coming = KnownError("database_locked")
    watcher.page.show()
    watcher.wait(lambda: watcher.state == "offline")
    assert watcher.said == [watcher.work.words.say("database_locked"), watcher.work.words.say("frame_tries_again")]
    assert not watcher.page.at_rest
    tried = watcher.page.fetches
    watcher.wait(lambda: watcher.page.fetches > tried)
    watcher.page.coming = "second"
    watcher.wait(lambda: watcher.state == "content")
    assert watcher.page.at_rest


def test_try_now_does_not_wait(watcher: Watcher) -> None:
    watcher.page._retry.setInterval(60_000)
    watcher.page.coming = KnownError("database_locked")
    watcher.page.show()
    watcher.wait(lambda: watcher.button is not None)
    watcher.page.coming = "second"
    assert watcher.button is not None
    watcher.button.click()
    watcher.wait(lambda: watcher.state == "content")


def test_a_refusal_is_an_error_with_its_sentence(watcher: Watcher) -> None:
    watcher.page.coming = Refusal("batch_not_released")
    watcher.page.show()
    watcher.wait(lambda: watcher.state == "error")
    assert watcher.said == [watcher.work.words.say("batch_not_released")]
    watcher.work.words.switch("zh")
    assert watcher.said == [watcher.work.words.say("batch_not_released")]


def test_a_mistake_is_said_and_reported_and_not_repeated(watcher: Watcher) -> None:
    watcher.page.coming = ZeroDivisionError()
    watcher.page.show()
    watcher.wait(lambda: watcher.state == "error")
    assert watcher.said == [watcher.work.words.say("internal_error")]
    watcher.pause()
    assert watcher.page.fetches == 1
    assert [type(mistake) for mistake in watcher.mistakes] == [ZeroDivisionError]
    watcher.mistakes.clear()
    assert watcher.button is not None
    watcher.page.coming = "second"
    watcher.button.click()
    watcher.wait(lambda: watcher.state == "content")


def test_old_content_stays_under_a_strip_when_the_database_is_gone(watcher: Watcher) -> None:
    watcher.show()
    watcher.page.coming = KnownError("database_locked")
    watcher.change("orders")
    watcher.wait(lambda: watcher.strip)
    assert watcher.state == "content"
    assert watcher.page.label.text() == "first"
    assert watcher.strip == "Not updated now · " + watcher.work.words.say("database_locked")
    watcher.work.words.switch("zh")
    assert watcher.work.words.say("database_locked") in watcher.strip
    watcher.page.coming = "second"
    watcher.wait(lambda: not watcher.strip)
    assert watcher.page.label.text() == "second"


def test_keys_do_nothing_before_there_is_something_to_be_seen(watcher: Watcher) -> None:
    watcher.page.coming = KnownError("database_locked")
    watcher.page.show()
    watcher.wait(lambda: watcher.state == "offline")
    assert not watcher.page.takes_keys
    watcher.page.coming = "first"
    watcher.page.refresh()
    watcher.wait(lambda: watcher.page.takes_keys)


def test_the_age_of_what_is_old_grows(watcher: Watcher, monkeypatch: pytest.MonkeyPatch) -> None:
    watcher.show()
    watcher.page.coming = KnownError("database_locked")
    watcher.page._retry.setInterval(60_000)
    watcher.change("orders")
    watcher.wait(lambda: watcher.strip)
    told: list[str] = []
    watcher.page.prompted.connect(lambda: told.append(watcher.strip))
    read = watcher.page._fetched_at
    assert read is not None
    monkeypatch.setattr(page_module, "monotonic", lambda: read + 65)
    watcher.wait(lambda: told)
    assert told[0].startswith("Not updated for 1 min · ")


def test_an_old_page_is_fetched_when_it_is_shown_though_nothing_has_changed(
    watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    watcher.show()
    watcher.page.hide()
    read = watcher.page._fetched_at
    assert read is not None
    monkeypatch.setattr(page_module, "monotonic", lambda: read + page_module.FRESH_S - 0.1)
    watcher.page.show()
    watcher.pause()
    assert watcher.page.fetches == 1
    watcher.page.hide()
    monkeypatch.setattr(page_module, "monotonic", lambda: read + page_module.FRESH_S + 0.1)
    watcher.page.show()
    watcher.wait(lambda: watcher.page.at_rest)
    assert watcher.page.fetches == 2


def test_an_empty_page_that_is_not_reached_says_so(watcher: Watcher) -> None:
    watcher.page.coming = NOTHING_THERE
    watcher.show()
    watcher.page.coming = KnownError("database_locked")
    watcher.change("orders")
    watcher.wait(lambda: watcher.state == "offline")
    watcher.work.words.switch("zh")
    assert watcher.state == "offline"
    watcher.page.coming = NOTHING_THERE
    watcher.wait(lambda: watcher.state == "empty")


def test_language_and_theme_paint_the_same_data_again(watcher: Watcher) -> None:
    watcher.show()
    watcher.work.words.switch("zh")
    watcher.work.theme = load_theme("dark")
    watcher.work.look_changed.emit()
    assert watcher.page.shown == [("first", "en", "light"), ("first", "zh", "light"), ("first", "zh", "dark")]
    assert watcher.page.fetches == 1


def test_a_command_that_is_refused_is_told(watcher: Watcher) -> None:
    watcher.show()
    heard: list[str] = []
    watcher.work.sounds.played.connect(heard.append)
    assert watcher.page.run("orders_find")
    watcher.wait(lambda: watcher.work.dialogs.notice)
    assert watcher.work.dialogs.notice.startswith("CART-2 is picking this cart")
    assert heard == ["attention"]


def test_a_command_of_another_page_is_none(watcher: Watcher) -> None:
    assert not watcher.page.run("board_plan")


@pytest.mark.parametrize("watcher", [Scanning], indirect=True)
def test_on_a_scan_page_no_button_takes_the_keyboard_and_enter_does_what_it_offers(watcher: Watcher) -> None:
    watcher.page._retry.setInterval(60_000)
    watcher.page.coming = KnownError("database_locked")
    watcher.page.show()
    watcher.page.setFocus()
    watcher.wait(lambda: watcher.state == "offline")
    assert watcher.button is not None
    assert watcher.button.focusPolicy() is Qt.FocusPolicy.NoFocus
    QTest.keyClick(watcher.page, Qt.Key.Key_Tab)
    assert watcher.page.focusWidget() in (None, watcher.page)
    watcher.page.coming = "second"
    QTest.keyClick(watcher.page, Qt.Key.Key_Return)
    watcher.wait(lambda: watcher.state == "content")


def test_on_another_page_tab_reaches_the_button(watcher: Watcher) -> None:
    watcher.page.coming = NOTHING_THERE
    watcher.show()
    watcher.page.setFocus()
    QTest.keyClick(watcher.page, Qt.Key.Key_Tab)
    assert watcher.page.focusWidget() is watcher.button
    QTest.keyClick(watcher.button, Qt.Key.Key_Space)
    assert watcher.page.imported == 1


def test_a_scan_looks_for_what_it_names(watcher: Watcher, monkeypatch: pytest.MonkeyPatch) -> None:
    watcher.show()
    hits: list[Hit] = []

    async def read(query: object, *arguments: object) -> list[Hit]:
        return hits

    monkeypatch.setattr(watcher.work.feed, "read", read)
    found: list[int] = []
    watcher.work.found.connect(found.append)
    watcher.page.scan("4006")
    watcher.wait(lambda: watcher.work.dialogs.notice.startswith("Nothing here has the code 4006"))
    hits += [Hit("order", 1, 1, "A", None), Hit("order", 2, 2, "B", None)]
    watcher.page.scan("4006")
    watcher.wait(lambda: watcher.work.dialogs.notice.startswith("Several orders have 4006"))
    assert found == []
    hits[:] = [Hit("order", 7, 7, "A", None)]
    watcher.page.scan("4006")
    watcher.wait(lambda: found == [7])

