"""The frame: keys find their page, scans find it too and never a field, and nothing moves from under a question."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from app.domain.errors import KnownError
from tests.factories import House
from tests.ui.conftest import WEDGE_MS, Person
from ui.dialogs import Answer, Option
from ui.keys import press_key, type_scan
from ui.main_window import MainWindow, pages_of
from ui.pages.page import Page
from ui.workspace import Workspace

PAGES = ("packing", "orders", "documents", "devices", "settings")
DEAREST = "bench_rules"  # to make: in the window only where a test is about it


@pytest.fixture
def page_names(request: pytest.FixtureRequest) -> Sequence[str]:
    return (*PAGES, DEAREST) if f"[{DEAREST}]" in request.node.name else PAGES


class Pressed:
    """Notes which commands and scans a page was given."""

    def __init__(self, page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
        self.commands: list[str] = []
        self.scans: list[str] = []
        page.commands = {name: partial(self.commands.append, name) for name in page.commands}
        monkeypatch.setattr(page, "scan", self.scans.append)


def ask(person: Person, *options: Option) -> asyncio.Task[Answer | None]:
    question = asyncio.get_event_loop().create_task(person.work.dialogs.ask("Really?", "", options))
    person.wait(lambda: person.work.dialogs.is_open)
    return question


@pytest.mark.parametrize("name", [*PAGES, DEAREST])
def test_f10_and_its_digit_bring_a_page(person: Person, name: str) -> None:
    person.go("settings" if name != "settings" else "packing")
    page = person.go(name)
    assert page.isVisible()
    assert person.window.rail._buttons[name].isChecked()
    assert not person.window.rail.hasFocus()
    assert page.hasFocus() or page.isAncestorOf(person.window.focusWidget())


def test_the_rail_shows_its_digits_while_it_has_the_keyboard(person: Person) -> None:
    rail = person.window.rail
    devices = [name for name, _ in pages_of("all")].index("devices") + 1
    assert rail._buttons["devices"].text() == "Devices"
    person.press(Qt.Key.Key_F10)
    assert rail._buttons["devices"].text() == f"{devices} Devices"
    person.press(Qt.Key.Key_Escape)
    assert rail._buttons["devices"].text() == "Devices"
    assert person.window.page is not None
    assert person.window.page.hasFocus()


def test_arrows_walk_the_rail_and_escape_leaves_it(person: Person) -> None:
    person.go("orders")
    person.press(Qt.Key.Key_F10)
    person.press(Qt.Key.Key_Down)
    assert person.window.page is person.window.pages["documents"]
    assert person.window.rail.hasFocus()
    person.press(Qt.Key.Key_Down)
    assert person.window.page is person.window.pages["devices"]
    person.press(Qt.Key.Key_Up)
    assert person.window.page is person.window.pages["documents"]
    person.press(Qt.Key.Key_Escape)
    assert not person.window.rail.hasFocus()


def test_a_letter_in_the_rail_goes_back_and_types_nothing(person: Person) -> None:
    settings = person.go("settings")
    person.press(Qt.Key.Key_F10)
    person.type("x")
    assert not person.window.rail.hasFocus()
    assert "BENCH-1" in {field.text() for field in settings.findChildren(QLineEdit)}


def test_ctrl_k_begins_the_search(person: Person) -> None:
    person.go("devices")
    person.press(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert person.window.search.hasFocus()


def test_a_scan_page_takes_no_ctrl_k_but_f10_and_k(person: Person) -> None:
    person.press(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert not person.window.search.hasFocus()
    person.press(Qt.Key.Key_F10)
    person.type("k")
    assert person.window.search.hasFocus()


def test_f11_fills_the_screen_and_gives_it_back(person: Person) -> None:
    person.press(Qt.Key.Key_F11)
    assert person.window.isFullScreen()
    person.press(Qt.Key.Key_F11)
    assert not person.window.isFullScreen()


def test_a_function_key_belongs_to_the_page_in_front(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    devices = Pressed(person.go("devices"), monkeypatch)
    settings = Pressed(person.go("settings"), monkeypatch)
    person.press(Qt.Key.Key_F2)
    assert (devices.commands, settings.commands) == ([], ["settings_save"])
    person.go("devices")
    person.press(Qt.Key.Key_F2)
    person.go("settings")
    person.press(Qt.Key.Key_F9)  # no command of this page
    assert (devices.commands, settings.commands) == (["devices_check"], ["settings_save"])


def test_a_question_keeps_every_key_of_the_window(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    devices = Pressed(person.go("devices"), monkeypatch)
    question = ask(person, Option("yes", "Yes"))
    for key in (Qt.Key.Key_F2, Qt.Key.Key_F1, Qt.Key.Key_F10, Qt.Key.Key_F11):
        person.press(key)
    person.press(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert devices.commands == []
    assert not person.window.help.isVisible()
    assert not person.window.isFullScreen()
    assert person.work.dialogs.is_open
    person.press(Qt.Key.Key_Escape)
    person.wait(question.done)
    person.press(Qt.Key.Key_F2)
    assert devices.commands == ["devices_check"]


def test_no_page_comes_from_behind_a_question(person: Person) -> None:
    devices = person.go("devices")
    question = ask(person, Option("yes", "Yes"))
    person.window.status.wanted.emit("settings")
    person.window.go("settings")
    assert person.window.page is devices
    person.press(Qt.Key.Key_Escape)
    person.wait(question.done)


def test_the_help_keeps_the_keys_of_the_page(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    devices = Pressed(person.go("devices"), monkeypatch)
    person.press(Qt.Key.Key_F1)
    assert person.window.help.isVisible()
    person.press(Qt.Key.Key_F2)
    assert devices.commands == []
    person.press(Qt.Key.Key_F1)
    assert not person.window.help.isVisible()
    person.press(Qt.Key.Key_F2)
    assert devices.commands == ["devices_check"]


@pytest.mark.parametrize("key", [Qt.Key.Key_F10, Qt.Key.Key_F11])
def test_what_belongs_to_the_window_closes_the_help(person: Person, key: Qt.Key) -> None:
    person.go("devices")
    person.press(Qt.Key.Key_F1)
    person.press(key)
    assert not person.window.help.isVisible()


def test_a_press_of_a_finger_at_the_foot_does_what_its_key_does(
    person: Person, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    devices = Pressed(person.go("devices"), monkeypatch)
    button = next(button for button in person.window.foot.findChildren(QPushButton) if button.text().startswith("F2"))
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert devices.commands == ["devices_check"]
    assert not button.hasFocus()


def test_a_scan_goes_to_the_page_in_front(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    devices = Pressed(person.go("devices"), monkeypatch)
    orders = Pressed(person.go("orders"), monkeypatch)
    person.scan("4006381333931")
    assert (devices.scans, orders.scans) == ([], ["4006381333931"])
    assert person.work.scanner.code == "4006381333931"


def test_a_scan_goes_to_no_field_and_presses_no_button(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    page = person.go("settings")
    settings = Pressed(page, monkeypatch)
    fields = {field: field.text() for field in page.findChildren(QLineEdit)}
    pressed: list[str] = []
    for button in page.findChildren(QPushButton):
        button.clicked.connect(lambda: pressed.append("some button"))
    first = next(iter(fields))
    first.setFocus()
    person.scan("WITH BLANK 1")
    button = page.findChildren(QPushButton)[0]
    button.setFocus()
    person.scan("  A B  ")
    assert settings.scans == ["WITH BLANK 1", "  A B  "]
    assert {field: field.text() for field in fields} == fields
    assert pressed == []


def test_a_scan_into_the_search_box_ends_the_search(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    page = person.go("packing")
    packing = Pressed(page, monkeypatch)
    person.press(Qt.Key.Key_F10)
    person.type("k")
    person.type("ab")
    assert person.window.search.text() == "ab"
    person.scan("TT000191")
    assert packing.scans == ["TT000191"]
    assert person.window.search.text() == ""
    assert page.hasFocus()  # Enter, which may be needed next, is not typed into a search


def test_a_scan_closes_the_help_and_is_taken(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    page = person.go("devices")
    devices = Pressed(page, monkeypatch)
    person.press(Qt.Key.Key_F1)
    person.scan("4006381333931")
    assert not person.window.help.isVisible()
    assert devices.scans == ["4006381333931"]
    assert page.hasFocus()


def test_a_scan_goes_to_the_question_and_not_to_the_page(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    devices = Pressed(person.go("devices"), monkeypatch)
    question = ask(person, Option("torn", "Torn", barcode="XXTORN"), Option("lost", "Lost", barcode="XXLOST"))
    type_scan(person.window.windowHandle(), "XXLOST")
    person.wait(question.done)
    assert question.result() == Answer("lost")
    assert devices.scans == []


def test_what_a_scanner_did_wrong_is_said_and_heard(person: Person) -> None:
    heard: list[str] = []
    person.work.sounds.played.connect(heard.append)
    type_scan(person.window.windowHandle(), "7" * 500)
    person.wait(lambda: person.work.dialogs.notice)
    assert person.work.dialogs.notice.startswith("The scanner sent a code that never ended")
    assert heard == ["attention"]


def test_a_scan_before_there_are_pages_is_refused(qtbot: QtBot, work: Workspace) -> None:
    window = MainWindow(work)
    qtbot.addWidget(window)
    window.show()
    heard: list[str] = []
    work.sounds.played.connect(heard.append)
    window.scan("4006381333931")
    assert work.dialogs.notice == work.words.say("frame_not_ready")
    assert heard == ["attention"]


def test_the_role_decides_the_pages() -> None:
    names = {role: [name for name, _ in pages_of(role)] for role in ("all", "packer", "picker", "lead", "support")}
    every = [
        "board", "picking", "packing", "labels", "batches", "orders", "documents", "devices", "settings", "bench_rules",
    ]  # fmt: skip
    assert names == {
        "all": every,
        "packer": ["packing", "labels", "devices", "settings"],
        "picker": ["picking", "devices", "settings"],
        "lead": every,
        "support": ["labels", "batches", "orders", "documents", "devices", "settings"],
    }


def test_the_rail_of_a_role_has_no_other_button(qtbot: QtBot, work: Workspace) -> None:
    work.settings = replace(work.settings, role="picker")
    window = MainWindow(work)
    qtbot.addWidget(window)
    buttons = [button.accessibleName() for button in window.rail.findChildren(QToolButton)]
    assert buttons == ["Picking", "Devices", "Settings"]


def test_a_crash_is_told(person: Person) -> None:
    heard: list[str] = []
    person.work.sounds.played.connect(heard.append)
    person.window.tell_crash("20260302T120000Z-1-001-task.txt")
    assert "20260302T120000Z-1-001-task.txt" in person.work.dialogs.notice
    assert heard == ["system"]


def test_a_change_of_the_prompt_is_shown_once_however_often_the_page_came(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("devices", "orders", "devices", "settings", "devices"):
        person.go(name)
    told: list[str] = []
    monkeypatch.setattr(person.window._prompt, "setText", told.append)
    person.window.pages["devices"].prompted.emit()
    assert len(told) == 1


def test_trouble_covers_the_pages_until_it_is_over(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    packing = Pressed(person.go("packing"), monkeypatch)
    tried: list[bool] = []
    trouble = KnownError("station_in_use", station="BENCH-2")
    person.window.show_trouble("offline", trouble, lambda: tried.append(True))
    panel = person.window.opening
    assert panel.isVisible()
    assert person.window.page is None
    person.press(Qt.Key.Key_F2)
    person.window.scan("4006381333931")
    assert (packing.commands, packing.scans) == ([], [])
    assert person.work.dialogs.notice == person.work.words.say("frame_not_ready")
    # the settings, where it can be mended, are reached; another page is not
    person.press(Qt.Key.Key_F10)
    person.type("9")
    assert person.window.page is person.window.pages["settings"]
    person.window.go("orders")
    assert person.window.page is None
    button = panel.findChild(QPushButton)
    assert button.text() == "Try now"
    button.click()
    assert tried == [True]
    person.work.settled.emit()
    assert person.window.page is person.window.pages["orders"]


def test_trouble_is_said_anew_in_another_language_and_its_button_has_the_keys(person: Person) -> None:
    person.go("packing")
    person.window.show_trouble("error", KnownError("station_in_use", station="BENCH-2"), lambda: None)
    button = person.window.opening.findChild(QPushButton)
    assert person.window.focusWidget() is button
    before = person.window.opening._title.text()
    person.work.words.switch("zh")
    assert button.text() == person.work.words.say("frame_try_now") != "Try now"
    told = person.window.opening._title.text()
    assert told == person.work.words.say("station_in_use", station="BENCH-2") != before


def test_trouble_that_is_over_leaves_the_settings_in_front(person: Person) -> None:
    person.go("settings")
    person.window.show_trouble("offline", KnownError("station_in_use", station="BENCH-2"), None)
    person.window.go("settings")
    person.work.settled.emit()
    assert person.window.page is person.window.pages["settings"]


def test_a_wrong_prefix_in_the_file_does_not_keep_the_window_shut(qtbot: QtBot, work: Workspace) -> None:
    work.settings = replace(work.settings, wedge_prefix="AB")
    window = MainWindow(work)
    qtbot.addWidget(window)
    window.show()
    assert window.wedge.timing.prefix is None
    assert window.wedge.timing.gap_ms == WEDGE_MS
    assert work.dialogs.notice.startswith("AB cannot be a scanner's prefix")


def test_the_scanner_follows_its_settings_at_once(person: Person) -> None:
    person.work.use_settings(replace(person.work.settings, wedge_prefix="F12", wedge_gap_ms=20))
    assert person.window.wedge.timing.prefix == "F12"
    assert person.window.wedge.timing.gap_ms == 20


def test_found_orders_come_to_the_front(person: Person, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[int] = []
    monkeypatch.setattr(person.window.pages["orders"], "show_order", shown.append)
    person.work.found.emit(7)
    assert person.window.page is person.window.pages["orders"]
    assert shown == [7]


def test_an_item_of_the_status_bar_brings_the_page_that_helps(person: Person, qtbot: QtBot) -> None:
    item = person.window.status._items["scanner"]
    QTest.mouseClick(item, Qt.MouseButton.LeftButton)
    assert person.window.page is person.window.pages["devices"]


def test_a_notice_stays_with_the_page_that_it_is_about(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    person.go("orders")
    dialogs = person.work.dialogs
    monkeypatch.setattr("ui.dialogs.SEEN_MS", 60_000)
    dialogs.tell("frame_found_nothing", text="8-4711")
    person.go("devices")
    assert "8-4711" in dialogs.notice, "told on the way"
    monkeypatch.setattr("ui.dialogs.SEEN_MS", -60_000)
    person.go("devices")
    assert "8-4711" in dialogs.notice
    person.go("orders")
    assert dialogs.notice == ""


def test_a_notice_has_a_row_of_its_own_and_lets_presses_through(person: Person) -> None:
    window, notice = person.window, person.work.dialogs._notice
    for size in ((1366, 768), (1920, 1080)):
        window.resize(*size)
        person.work.dialogs.tell("frame_crash", file="/home/bench/.local/state/packbench/crash-20260302-101500.txt")
        person.wait(lambda: notice.geometry() == window._strip.geometry())
        assert notice.y() > window._stack.geometry().bottom()
        assert notice.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)


def test_closing_is_told(person: Person, qtbot: QtBot) -> None:
    with qtbot.waitSignal(person.window.closed):
        person.window.close()


def test_f12_practises_and_shift_f12_something_wrong(person: Person) -> None:
    told: list[bool] = []
    person.window.practise.connect(told.append)
    person.press(Qt.Key.Key_F12)
    person.press(Qt.Key.Key_F12, Qt.KeyboardModifier.ShiftModifier)
    assert told == [True, False]


def test_a_key_that_is_kept_down_acts_once(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    devices = Pressed(person.go("devices"), monkeypatch)
    handle = person.window.windowHandle()
    QTest.keyPress(handle, Qt.Key.Key_F2)
    for _ in range(3):
        QTest.simulateEvent(handle, True, Qt.Key.Key_F2, Qt.KeyboardModifier.NoModifier, "", True)
    press_key(handle, Qt.Key.Key_F4)
    assert devices.commands == ["devices_check", "devices_test_sound"]


def corners(window: MainWindow) -> list[QRect]:
    """Where everything of the page and of the frame stands."""
    assert window.page is not None
    widgets = (window.page, window.page.content, window.foot, window.status, window.rail, window.search)
    return [QRect(widget.mapTo(window, QPoint(0, 0)), widget.size()) for widget in widgets]


def test_nothing_moves_when_what_is_seen_is_old(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    page = person.go("orders")
    window = person.window
    for size in ((1366, 768), (1920, 1080)):
        window.resize(*size)
        before = corners(window)

        async def lost() -> object:
            raise KnownError("database_locked")

        with monkeypatch.context() as broken:
            broken.setattr(page, "fetch", lost)
            page.refresh()
            person.wait(lambda: window._strip.text)
            assert window._strip.text.startswith("Not updated now · ")
            assert corners(window) == before
            # it has a row of its own, over nothing that can be read or pressed
            strip = window._strip.geometry()
            assert strip.top() > window._stack.geometry().bottom()
            assert strip.bottom() < window.foot.y()
            assert strip.left() == window.rail.width()
        page.refresh()
        person.wait(lambda: not window._strip.text and person.settled())
        assert corners(window) == before


def test_the_strip_belongs_to_the_page_in_front(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    page = person.go("orders")

    async def lost() -> object:
        raise KnownError("database_locked")

    monkeypatch.setattr(page, "fetch", lost)
    page.refresh()
    person.wait(lambda: person.window._strip.text)
    person.window.go("settings")
    person.wait(lambda: not person.window._strip.text)


def test_another_role_has_its_pages_at_once(person: Person) -> None:
    person.go("orders")
    person.work.use_settings(replace(person.work.settings, role="packer"))
    assert list(person.window.rail._buttons) == ["packing", "labels", "devices", "settings"]
    assert person.window.page is person.window.pages["settings"]  # the orders are no longer this person's
    person.window.go("orders")
    assert person.window.page is person.window.pages["settings"]
    person.press(Qt.Key.Key_F10)
    person.type("1")
    assert person.window.page is person.window.pages["packing"]
    person.work.use_settings(replace(person.work.settings, role="all"))
    assert len(person.window.rail._buttons) == len(pages_of("all"))
    person.go("orders")


def test_the_rail_follows_the_language_after_another_role(person: Person) -> None:
    person.work.use_settings(replace(person.work.settings, role="packer"))
    person.work.words.switch("zh")
    assert person.window.rail._buttons["packing"].accessibleName() == person.work.words.say("frame_page_packing")


def test_esc_in_an_order_leads_back_to_whoever_asked_for_it(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(person.window.pages["orders"], "show_order", lambda order: None)
    devices = person.go("devices")
    person.work.found.emit(7)
    assert person.work.came_from == "devices"
    person.work.found.emit(8)  # from the search, on the same page
    assert person.work.came_from == "devices"
    person.work.back.emit()
    assert person.window.page is devices
    # who goes there by himself has nowhere to go back to
    orders = person.go("orders")
    assert person.work.came_from == ""
    person.work.back.emit()
    assert person.window.page is orders


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_no_word_of_the_foot_is_cut_and_help_is_always_there(person: Person, scale: float) -> None:
    person.work.use_settings(replace(person.work.settings, text_scale=scale))
    window = person.window
    for width, language in ((1024, "en"), (1366, "en"), (1366, "zh"), (1920, "en")):
        person.work.words.switch(language)
        window.resize(width, 768)
        for name in ("packing", "orders"):
            window.go(name)
            person.wait(lambda: window.foot.width() <= window.width())
            shown = [button for button in window.foot.findChildren(QPushButton) if button.isVisible()]
            assert all(button.width() >= button.sizeHint().width() for button in shown)
            assert all(button.geometry().right() < window.foot.width() for button in shown)
            assert any(button.text().startswith("F1  ") for button in shown)
            assert len(shown) > 1


def test_what_the_foot_leaves_out_matters_least_and_its_key_goes_on_working(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    person.work.use_settings(replace(person.work.settings, text_scale=1.5))
    person.window.resize(1366, 768)
    packing = Pressed(person.go("packing"), monkeypatch)
    keys = [text.split()[0] for text in person.window.foot.shown]
    assert keys[:2] == ["F2", "F3"]
    assert keys[-1] == "F1"
    assert "F8" not in keys
    person.press(Qt.Key.Key_F8)
    assert packing.commands == ["packing_not_out"]


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_no_word_of_the_status_bar_is_cut(person: Person, scale: float) -> None:
    person.work.use_settings(
        replace(person.work.settings, text_scale=scale, operator="Maximiliane von Hohenberg-Sternfeld the Third")
    )
    window, bar = person.window, person.window.status
    bar.draw()
    for width in (1024, 1366, 1920):
        window.resize(width, 768)
        person.wait(lambda: bar.width() == window.width())
        right = 0
        for item in bar._items.values():
            assert item.width() >= item.sizeHint().width()
            assert item.x() >= right
            right = item.geometry().right()
            assert item.toolTip() == item.accessibleName() != ""
        assert right < bar.width()
        if width == 1366:
            assert bar._items["operator"].text().strip() == (bar.text("operator") if scale == 1.0 else "")


def test_a_fault_keeps_its_words_when_others_have_no_room(person: Person) -> None:
    window, bar = person.window, person.window.status
    person.work.use_settings(replace(person.work.settings, text_scale=2.0, operator="Maximiliane Sternfeld"))
    person.work.feed.offline = KnownError("database_locked")
    window.resize(1024, 768)
    bar.draw()
    person.wait(lambda: bar.width() == window.width())
    assert bar._items["data"].text().strip() == bar.text("data")
    assert bar._items["scale"].text() == ""
    person.work.feed.offline = None
    bar.draw()


@pytest.mark.parametrize("page_names", [(*PAGES, DEAREST)])
def test_the_tenth_page_is_reached_by_the_zero(person: Person) -> None:
    tenth, _ = pages_of("all")[9]
    person.press(Qt.Key.Key_F10)
    assert person.window.rail._buttons[tenth].text().startswith("0 ")
    person.press(Qt.Key.Key_0)
    assert person.window.page is person.window.pages[tenth]
