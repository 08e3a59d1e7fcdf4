"""The help: every key and command barcode of the page in front, and the way back."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.sentences import SENTENCES
from tests.ui.conftest import Person
from ui.commands import PAGE_KEYS, commands_of, keys_of
from ui.main_window import MainWindow, pages_of
from ui.workspace import Workspace


@pytest.fixture
def page_names() -> Sequence[str]:
    return ("picking", "devices")


def shown(window: MainWindow) -> list[str]:
    return [label.text() for label in window.help.findChildren(QLabel) if label.isVisibleTo(window)]


@pytest.mark.parametrize("page", ["picking", "devices"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_shows_the_keys_words_and_barcodes_of_the_page(person: Person, page: str, language: str) -> None:
    person.go(page)
    person.work.words.switch(language)
    person.press(Qt.Key.Key_F1)
    texts = shown(person.window)
    for command in (*commands_of(page), *commands_of("")):
        assert person.work.words.say(f"command_{command.name}") in texts
        assert command.barcode is None or command.barcode.value in texts
        assert command.key in texts or command.key in ("Ctrl+K", "F10")
    for key in (*keys_of(page), *keys_of("")):
        assert person.work.words.say(key.code) in texts
        assert key.keys in texts
    assert {"Enter", "Esc", "F12", "Shift+F12", "1 – 9", "F10 0 – 9"} <= set(texts)
    other = "devices" if page == "picking" else "picking"
    assert not {person.work.words.say(f"command_{c.name}") for c in commands_of(other)} & set(texts)


def test_a_barcode_stands_beside_its_command_and_away_from_the_other_table(person: Person) -> None:
    person.window.resize(1366, 768)
    person.go("picking")
    person.press(Qt.Key.Key_F1)
    labels = {label.text(): label for label in person.window.help.findChildren(QLabel)}
    heads = [labels[person.work.words.say(f"frame_help_{code}")] for code in ("does", "barcode")]
    command = next(command for command in commands_of("picking") if command.barcode)
    barcode = labels[command.barcode.value if command.barcode else ""]
    does = labels[person.work.words.say(f"command_{command.name}")]
    assert barcode.x() - does.geometry().right() <= 24 + 1
    assert heads[1].isVisible()
    other = labels[person.work.words.say("frame_help_everywhere")]
    assert other.x() - (barcode.x() + barcode.sizeHint().width()) >= 48


def test_every_key_of_the_table_is_one_of_a_page_and_has_its_sentence() -> None:
    assert {key.page for key in PAGE_KEYS} <= {"", *(name for name, _ in pages_of("all"))}
    assert [key for key in PAGE_KEYS if key.code not in SENTENCES] == []
    assert len({(key.page, key.keys) for key in PAGE_KEYS}) == len(PAGE_KEYS)


def test_a_scan_page_is_not_told_of_ctrl_k(person: Person) -> None:
    person.go("picking")
    person.press(Qt.Key.Key_F1)
    assert "F10 K" in shown(person.window)
    person.press(Qt.Key.Key_Escape)
    person.go("devices")
    person.press(Qt.Key.Key_F1)
    assert "Ctrl+K, F10 K" in shown(person.window)


@pytest.mark.parametrize("key", [Qt.Key.Key_F1, Qt.Key.Key_Escape, Qt.Key.Key_Return])
def test_a_key_closes_it_and_the_keyboard_goes_back(person: Person, key: Qt.Key) -> None:
    page = person.go("picking")
    person.press(Qt.Key.Key_F1)
    assert person.window.help.isVisible()
    assert person.window.help.hasFocus()
    person.press(key)
    assert not person.window.help.isVisible()
    assert page.hasFocus()


def test_a_press_of_a_finger_closes_it(person: Person, qtbot: QtBot) -> None:
    page = person.go("devices")
    person.press(Qt.Key.Key_F1)
    QTest.mouseClick(person.window.help.findChildren(QPushButton)[0], Qt.MouseButton.LeftButton)
    assert not person.window.help.isVisible()
    assert page.hasFocus()


def test_other_keys_reach_nothing_behind_it(person: Person) -> None:
    person.go("devices")
    person.press(Qt.Key.Key_F1)
    for key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_X, Qt.Key.Key_1):
        person.press(key)
        assert person.window.help.hasFocus()


def test_the_keyboard_of_somebody_who_has_gone_goes_to_the_page(person: Person) -> None:
    page = person.go("devices")
    gone = QPushButton(page)
    gone.show()
    gone.setFocus()
    person.press(Qt.Key.Key_F1)
    gone.hide()
    person.press(Qt.Key.Key_Escape)
    assert page.hasFocus()


def test_it_follows_language_and_size(person: Person) -> None:
    person.go("devices")
    person.press(Qt.Key.Key_F1)
    person.work.words.switch("zh")
    assert "按键与指令" in shown(person.window)
    assert "Everywhere" not in shown(person.window)
    person.window.resize(1600, 900)
    around = person.window.help.parentWidget()
    assert around is not None
    assert person.window.help.geometry() == around.rect()


def test_arrows_scroll_where_it_is_longer_than_the_window(person: Person) -> None:
    person.window.resize(1024, 640)
    person.go("picking")
    person.press(Qt.Key.Key_F1)
    person.window.help.resize(600, 200)
    bar = person.window.help._area.verticalScrollBar()
    person.wait(lambda: bar.maximum() > 0)
    person.press(Qt.Key.Key_PageDown)
    below = bar.value()
    assert below > 0
    person.press(Qt.Key.Key_Up)
    assert 0 <= bar.value() < below
    person.press(Qt.Key.Key_Down)
    assert bar.value() == below


def test_it_is_there_before_the_database_is(qtbot: QtBot, work: Workspace) -> None:
    window = MainWindow(work)
    qtbot.addWidget(window)
    window.show()
    window.help.toggle()
    assert {"F1", "F10 0 – 9", "F11"} <= set(shown(window))
    window.help.leave()
    assert window.focusWidget() is window.opening
