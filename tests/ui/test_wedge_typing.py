"""What a person types comes as without the filter, also between scans."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QInputMethodEvent, QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.wedge_station import (
    CONTROL,
    LONE,
    NONE,
    START,
    Bench,
    Station,
    close,
    open_station,
    station,
    timing,
    untouched,
)
from ui.keys import Stroke, deliver, type_scan, type_text

__all__ = ["station", "timing"]  # fixtures


@pytest.mark.parametrize("gap_ms", [61, 90, 400])
def test_a_person_types_as_without_a_filter(station: Station, gap_ms: int) -> None:
    type_text(station.window, "Packed by 7, see note", gap_ms=gap_ms, start_ms=START)
    station.wedge.settle()
    assert station.bench.edit.text() == "Packed by 7, see note"
    assert station.scans == []


def test_rolling_over_two_keys_is_typing(station: Station) -> None:
    at = START
    for first, second in ("th", "er", "in", "AN"):
        for down, character, offset in ((1, first, 0), (1, second, 30), (0, first, 55), (0, second, 90)):
            deliver(station.window, Stroke(bool(down), ord(character.upper()), text=character, at_ms=at + offset))
        at += 200
    station.wedge.settle()
    assert station.bench.edit.text() == "therinAN"
    downs = [(down, text) for down, _, text, *_ in station.bench.log.seen]
    assert downs[:4] == [(True, "t"), (True, "h"), (False, "t"), (False, "h")]


def test_a_key_is_given_back_exactly_as_it_was_typed(station: Station) -> None:
    station.key(Qt.Key.Key_4, START, "$", Qt.KeyboardModifier.ShiftModifier, scan_code=13)
    assert station.bench.log.seen == []
    station.wedge.settle()
    seen = (Qt.Key.Key_4, "$", Qt.KeyboardModifier.ShiftModifier, False, 13)
    assert station.bench.log.seen == [(True, *seen), (False, *seen)]
    assert len(station.typed) == 1


def test_fewer_characters_than_the_shortest_code_are_typing_and_enter_is_enter(station: Station) -> None:
    station.bench.edit.returnPressed.connect(lambda: station.bench.fired.append(station.bench.edit.text()))
    type_scan(station.window, "PB0", start_ms=START)
    assert station.bench.fired == ["PB0"]
    assert station.scans == []


def test_enter_alone_presses_the_button_at_once(station: Station) -> None:
    station.bench.button.setFocus()
    station.key(Qt.Key.Key_Return, START, "\r")
    station.key(Qt.Key.Key_Enter, START + 100, "\r")
    assert station.bench.fired == ["button"] * 2


def test_a_blank_alone_presses_the_button_after_the_gap(station: Station) -> None:
    station.bench.button.setFocus()
    type_text(station.window, " ", start_ms=START)
    assert station.bench.fired == []
    station.wedge.settle()
    assert station.bench.fired == ["button"]


def test_a_digit_is_still_a_shortcut(station: Station) -> None:
    station.bench.button.setFocus()
    type_text(station.window, "7", start_ms=START)
    station.wedge.settle()
    assert station.bench.fired == ["7"]


@pytest.mark.parametrize(
    ("key", "text", "modifiers", "fired"),
    [
        (Qt.Key.Key_Q, "\x11", CONTROL, "Ctrl+Q"),
        (Qt.Key.Key_F5, "", NONE, "F5"),
        (Qt.Key.Key_Escape, "\x1b", NONE, "Esc"),
    ],
)
def test_what_begins_no_code_is_not_held_back(
    station: Station, key: Qt.Key, text: str, modifiers: Qt.KeyboardModifier, fired: str
) -> None:
    station.key(key, START, text, modifiers)
    assert station.bench.fired == [fired]


@pytest.mark.parametrize(
    "key", [Qt.Key.Key_Left, Qt.Key.Key_Backspace, Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Home]
)
def test_keys_of_the_line_are_not_held_back(station: Station, key: Qt.Key) -> None:
    station.key(key, START)
    assert [seen[:2] for seen in station.bench.log.seen] == [(True, key), (False, key)]


def test_alt_opens_its_menu_at_once(station: Station) -> None:
    QTest.keyClick(station.window, Qt.Key.Key_F, Qt.KeyboardModifier.AltModifier)
    popup = QApplication.activePopupWidget()
    assert popup is not None
    popup.close()


@pytest.mark.parametrize("told", [True, False])
def test_a_key_that_is_held_down_repeats(station: Station, told: bool) -> None:
    deliver(station.window, Stroke(True, Qt.Key.Key_A, text="a", at_ms=START))
    for number in range(40):
        at = START + 500 + 30 * number
        deliver(station.window, Stroke(False, Qt.Key.Key_A, text="a", at_ms=at, repeat=told))
        deliver(station.window, Stroke(True, Qt.Key.Key_A, text="a", at_ms=at, repeat=told))
        assert station.bench.edit.text() == "a" * (number + 2)
    deliver(station.window, Stroke(False, Qt.Key.Key_A, text="a", at_ms=START + 2000))
    station.key(Qt.Key.Key_Return, START + 2010, "\r")
    assert station.scans == []


def test_composed_text_comes_after_what_was_typed_before_it(station: Station) -> None:
    type_text(station.window, "a", start_ms=START)
    composed = QInputMethodEvent("", [])
    composed.setCommitString("é")
    QCoreApplication.sendEvent(station.bench.edit, composed)
    type_text(station.window, "b", start_ms=START + 30)
    station.wedge.settle()
    assert station.bench.edit.text() == "aéb"


def test_typing_just_before_a_scan_stays_typing(station: Station) -> None:
    at = type_text(station.window, "note", gap_ms=100, start_ms=START)
    type_scan(station.window, "PB00000042", start_ms=at)
    assert station.scans == ["PB00000042"]
    assert station.bench.edit.text() == "note"


def test_a_window_that_is_gone_gets_nothing_back(station: Station) -> None:
    other = Bench()
    other.show()
    type_text(other.keyboard, "x", start_ms=START)
    other.close()
    other.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    station.wedge.settle()
    assert untouched(station)


def test_a_window_that_opens_later_is_filtered_too(station: Station, qtbot: QtBot) -> None:
    other = Bench()
    other.show()
    other.activateWindow()
    qtbot.waitUntil(other.isActiveWindow)
    other.button.setFocus()
    type_scan(other.keyboard, "PB 0000042", start_ms=START)
    assert station.scans == ["PB 0000042"]
    assert other.fired == []
    # and composed text keeps its place in the field that has the focus there
    other.edit.setFocus()
    type_text(other.keyboard, "a", start_ms=START + 500)
    composed = QInputMethodEvent("", [])
    composed.setCommitString("é")
    QCoreApplication.sendEvent(other.edit, composed)
    assert other.edit.text() == "aé"
    other.close()
    other.deleteLater()


def test_what_reaches_a_widget_past_its_window_is_no_key_of_the_keyboard(station: Station) -> None:
    QTest.keyClicks(station.bench.edit, "1234")
    assert station.bench.edit.text() == "1234"


def test_without_the_filter_nothing_is_held_back(station: Station) -> None:
    type_text(station.window, "a", start_ms=START)
    station.wedge.uninstall()
    assert station.bench.edit.text() == "a"
    type_text(station.window, "bcde\r", gap_ms=1, start_ms=START + 10)
    assert station.bench.edit.text() == "abcde"
    assert station.scans == []


# ── all of it, in any order ───────────────────────────────────────────────────────────────────────────────────────────

_LETTERS = st.sampled_from("abcXYZ0189 äß#_")
_EDITING = st.sampled_from([Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Backspace, Qt.Key.Key_Home, Qt.Key.Key_F4])
_PERSON = st.one_of(
    st.tuples(st.just("letter"), _LETTERS, st.integers(61, 300)),
    st.tuples(st.just("roll"), st.tuples(_LETTERS, _LETTERS), st.integers(61, 300)),
    st.tuples(st.just("key"), _EDITING, st.integers(61, 300)),
    st.tuples(st.just("enter"), st.just(None), st.integers(61, 300)),
)
_SCAN = st.tuples(
    st.just("scan"), st.text(st.sampled_from("abZ019 /-\x1dé箱"), min_size=4, max_size=30), st.integers(0, 40)
)


def act(window: QWindow, kind: str, what: object, at: int) -> int:
    """One thing that a person or a scanner does; returns the time of its last press."""
    if kind == "scan":
        return type_scan(window, str(what), gap_ms=1, start_ms=at) - 1
    if kind == "letter":
        type_text(window, str(what), start_ms=at)
        return at
    if kind == "roll":
        assert isinstance(what, tuple)
        for down, character, offset in ((1, what[0], 0), (1, what[1], 30), (0, what[0], 40), (0, what[1], 55)):
            key = 0x100 + ord(character)
            deliver(window, Stroke(bool(down), key, text=character, at_ms=at + offset, native=(key, 0, 0)))
        return at + 30
    key = what if isinstance(what, Qt.Key) else Qt.Key.Key_Return
    text = "\r" if key == Qt.Key.Key_Return else ""
    for down in (True, False):
        deliver(window, Stroke(down, key, text=text, at_ms=at))
    return at


@given(doings=st.lists(st.one_of(_PERSON, _SCAN), max_size=12), before_scan=st.integers(61, 200))
def test_scans_and_typing_come_apart_exactly(
    qapp: QApplication, doings: list[tuple[str, object, int]], before_scan: int
) -> None:
    plain, filtered = open_station(), open_station()
    try:
        plain.wedge.uninstall()
        filtered.wedge.uninstall()
        for kind, what, _ in doings:
            if kind != "scan":
                act(plain.window, kind, what, 0)
        filtered.wedge.install(qapp)
        at, last = START, ""
        for kind, what, pause in doings:
            # a person is never that quick after a scan, nor a scan after a person
            at += pause if last == kind == "scan" else max(pause, before_scan)
            at = act(filtered.window, kind, what, at)
            last = kind
        filtered.wedge.settle()
        assert filtered.scans == [what for kind, what, _ in doings if kind == "scan"]
        assert filtered.refused == []
        assert filtered.bench.edit.text() == plain.bench.edit.text()
        assert [seen for seen in filtered.bench.log.seen if seen[1] not in LONE] == [
            seen for seen in plain.bench.log.seen if seen[1] not in LONE
        ]
        assert filtered.bench.fired == plain.bench.fired
    finally:
        close(plain)
        close(filtered)
