"""A thousand scans at three speeds into every page and question, wherever the cursor is: each is a scan, no more."""

from __future__ import annotations

import random
import time
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLineEdit

from tests.factories import House
from tests.ui.conftest import Person
from ui.commands import commands_of
from ui.keys import type_scan
from ui.main_window import pages_of
from ui.wedge import WedgeTiming

SCANS = 1_000
GAPS_MS = (5, 20, 55)
PAUSE_MS = 400  # between two scans
# blanks press buttons, letters choose rows, digits answer questions, Ctrl+] is GS
CODES = ("ZZ-0001 99", "0104006381333931\x1d10AB 7", "q w e r t y", "1234567", "y n 1 2 3 x", "F6F7F8F9", "Ab-Cd_Ef@9")
# keys that end the page rather than ask something
LEFT_OUT = frozenset({"settings_sheet", "settings_save", "devices_test_sound", "devices_check", "devices_test_label"})
TYPED = ("_type", "_hand", "_pool_add")  # questions for a code


def test_a_thousand_scans_are_a_thousand_scans(person: Person, house: House) -> None:
    house.stock("MUG", 5)
    house.order("MUG", source_id="A-1")
    # the times between the keys are the product's own here, not those of the other tests
    person.window.wedge.timing = WedgeTiming()
    dice = random.Random(7)
    scanned: list[str] = []
    clicked: list[str] = []
    person.window.wedge.scanned.connect(scanned.append)
    places = [(page, command) for page, _ in pages_of(person.work.settings.role) for command in _ways(page)]
    each = -(-SCANS // len(places))
    sent: list[str] = []
    for page, command in places:
        person.go(page)
        _enter(person, page, command)
        fields = {field: field.text() for field in person.window.findChildren(QLineEdit)}
        for button in person.window.findChildren(QAbstractButton):
            button.clicked.connect(partial(_note, clicked, button.accessibleName()))
        asked = person.work.dialogs.is_open
        at = round(time.monotonic() * 1000)
        for _ in range(each):
            code = dice.choice(CODES)
            sent.append(code)
            gap = dice.choice(GAPS_MS)
            at = type_scan(person.window.windowHandle(), code, gap_ms=gap, start_ms=at + PAUSE_MS)
            assert scanned == sent, (page, command)
        person.wait(lambda: person.window.wedge.idle)
        # a question for a code takes a scan as its answer
        wrote = {field.text() for field, before in fields.items() if field.text() != before}
        assert wrote <= set(sent if command.endswith(TYPED) else ()), (page, command)
        assert person.work.dialogs.is_open is asked or command.endswith(TYPED), (page, command)
        assert clicked == [], (page, command)
        _leave(person)
    assert len(sent) >= SCANS


def _ways(page: str) -> list[str]:
    """The page as it is, with the search open, and with each of its questions."""
    asks = (command.name for command in commands_of(page) if command.key and command.name not in LEFT_OUT)
    return ["", "search", *asks]


def _note(clicked: list[str], name: str, *_: object) -> None:
    clicked.append(name)


def _enter(person: Person, page: str, command: str) -> None:
    if command == "search":
        person.press(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    elif command:
        key = next(one.key for one in commands_of(page) if one.name == command)
        *shift, name = key.split("+")
        modifier = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
        person.press(getattr(Qt.Key, f"Key_{name}"), modifier)
    person.wait(person.settled)


def _leave(person: Person) -> None:
    for _ in range(4):
        person.press(Qt.Key.Key_Escape)
    if person.work.dialogs.is_open:
        pytest.fail("a question that Esc does not close")
    person.wait(person.settled)
