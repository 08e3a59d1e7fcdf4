"""Scans arrive whole and touch nothing, whatever they are made of and however they are timed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.ui.wedge_station import CONTROL, GS, PATIENT, START, Station, station, timing, untouched
from ui.keys import Stroke, deliver, press_key, strokes, type_scan, type_text
from ui.wedge import LONGEST, WedgeTiming

__all__ = ["station", "timing"]  # fixtures


@pytest.mark.parametrize("focused", ["edit", "button"])
def test_200_of_200_scans_arrive_and_touch_nothing(station: Station, focused: str) -> None:
    getattr(station.bench, focused).setFocus()
    codes = [f"69 01234{number:03d} aZ7" for number in range(200)]
    at = START
    for code in codes:
        at = type_scan(station.window, code, start_ms=at) + 100
    assert station.scans == codes
    assert station.refused == []
    assert station.typed == []
    assert untouched(station)


@pytest.mark.parametrize("timing", [PATIENT])
def test_keys_that_come_the_way_of_the_platform_set_nothing_off(station: Station) -> None:
    station.bench.button.setFocus()
    for number in range(200):
        for character in f"7A {number}":
            for stroke in strokes(character, 0):
                QTest.simulateEvent(station.window, stroke.down, stroke.key, stroke.modifiers, stroke.text, False)
        QTest.keyClick(station.window, Qt.Key.Key_Q, CONTROL)
        QTest.keyClick(station.window, Qt.Key.Key_F5)
        QTest.keyClick(station.window, Qt.Key.Key_Escape)
        QTest.keyClick(station.window, Qt.Key.Key_F, Qt.KeyboardModifier.AltModifier)
        QTest.keyClick(station.window, Qt.Key.Key_Return)
    assert station.scans == [f"7A {number}\x11" for number in range(200)]
    assert untouched(station)


def test_the_bench_does_what_the_keys_say_without_a_filter(station: Station) -> None:
    # else the tests around this one would prove nothing
    station.wedge.uninstall()
    station.bench.button.setFocus()
    type_text(station.window, " 7\x11")
    press_key(station.window, Qt.Key.Key_F5)
    assert station.bench.fired == ["button", "7", "Ctrl+Q", "F5"]


@pytest.mark.parametrize(
    ("suffix", "key", "text"),
    [
        ("CR", Qt.Key.Key_Return, "\r"),
        ("keypad", Qt.Key.Key_Enter, "\r"),
        ("TAB", Qt.Key.Key_Tab, "\t"),
    ],
)
def test_every_suffix_ends_a_scan(station: Station, suffix: str, key: Qt.Key, text: str) -> None:
    at = type_text(station.window, "PB00000042", gap_ms=2, start_ms=START)
    station.key(key, at, text)
    assert station.scans == ["PB00000042"]
    assert untouched(station)


@pytest.mark.parametrize("character", ["\n", "\r", "\t"])
def test_a_suffix_may_be_a_control_character(station: Station, character: str) -> None:
    at = type_text(station.window, "PB00000042", gap_ms=2, start_ms=START)
    station.key(ord(character) + 0x40, at, character, CONTROL)
    assert station.scans == ["PB00000042"]
    assert untouched(station)


def test_a_line_feed_after_the_return_presses_nothing(station: Station) -> None:
    station.bench.button.setFocus()
    at = type_scan(station.window, "PB00000042", start_ms=START)
    station.key(Qt.Key.Key_Control, at, "", CONTROL)
    station.key(Qt.Key.Key_J, at, "\n", CONTROL)
    at = type_scan(station.window, "PB00000043", start_ms=at)
    station.key(Qt.Key.Key_Enter, at, "\r")
    assert station.scans == ["PB00000042", "PB00000043"]
    assert station.bench.fired == []


def test_a_person_presses_enter_after_a_scan(station: Station) -> None:
    station.bench.button.setFocus()
    at = type_scan(station.window, "PB00000042", start_ms=START)
    station.key(Qt.Key.Key_Return, at, "\r")
    station.clock.seconds += 0.061
    station.key(Qt.Key.Key_Enter, at + 61, "\r")
    assert station.bench.fired == ["button"] * 2


def test_gs_is_kept_wherever_it_stands(station: Station) -> None:
    code = GS + "0109501101530003" + GS + "17250101" + "\x1e\x04"
    type_scan(station.window, code, start_ms=START)
    assert station.scans == [code]
    assert untouched(station)


def test_gs_is_kept_where_the_platform_gives_ctrl_no_text(station: Station) -> None:
    at = type_text(station.window, "0109", gap_ms=2, start_ms=START)
    station.key(Qt.Key.Key_BracketRight, at, "", CONTROL)
    type_scan(station.window, "17", start_ms=at + 2)
    assert station.scans == [f"0109{GS}17"]


@pytest.mark.parametrize("code", ["Größe 42 ß", "ЖУК-7", "箱0001", "😀😁😂😃", "a€@µ", "    "])
def test_codes_of_any_script(station: Station, code: str) -> None:
    type_scan(station.window, code, start_ms=START)
    assert station.scans == [code]
    assert untouched(station)


def test_altgr_types_a_part_of_a_code(station: Station) -> None:
    at = type_text(station.window, "a", gap_ms=2, start_ms=START)
    station.key(Qt.Key.Key_Q, at, "@", CONTROL | Qt.KeyboardModifier.AltModifier)
    type_scan(station.window, "bc", start_ms=at + 2)
    assert station.scans == ["a@bc"]


def test_keys_that_type_nothing_are_no_part_of_a_code_and_go_nowhere(station: Station) -> None:
    at = type_text(station.window, "7123", gap_ms=2, start_ms=START)
    for key in (Qt.Key.Key_F5, Qt.Key.Key_Escape, Qt.Key.Key_Left, Qt.Key.Key_Alt, Qt.Key.Key_Delete):
        station.key(key, at)
    station.key(Qt.Key.Key_F, at, "f", Qt.KeyboardModifier.AltModifier)
    type_scan(station.window, "4", start_ms=at)
    assert station.scans == ["71234"]
    assert untouched(station)


def test_10000_characters_a_second_and_no_pause_between_scans(station: Station) -> None:
    codes = [f"LX{number:09d}CN" for number in range(100)]
    tenths = START * 10
    for code in codes:
        for character in code + "\r":
            for stroke in strokes(character, tenths // 10):
                deliver(station.window, stroke)
            tenths += 1
    assert station.scans == codes
    assert untouched(station)


def test_the_releases_of_a_scan_may_come_late(station: Station) -> None:
    for offset, character in enumerate("12345"):
        deliver(station.window, Stroke(True, ord(character), text=character, at_ms=START + offset))
    deliver(station.window, Stroke(True, Qt.Key.Key_Return, text="\r", at_ms=START + 6))
    assert station.scans == ["12345"]
    for character in "12345":
        deliver(station.window, Stroke(False, ord(character), text=character, at_ms=START + 200))
    deliver(station.window, Stroke(False, Qt.Key.Key_Return, text="\r", at_ms=START + 200))
    assert untouched(station)


def test_a_key_that_went_down_before_the_scan_comes_up_after_it(station: Station) -> None:
    deliver(station.window, Stroke(True, Qt.Key.Key_Shift, at_ms=START, native=(50, 0, 0)))
    deliver(station.window, Stroke(True, Qt.Key.Key_A, text="A", at_ms=START + 1, native=(38, 0, 0)))
    deliver(station.window, Stroke(False, Qt.Key.Key_Shift, at_ms=START + 2, native=(50, 0, 0)))
    deliver(station.window, Stroke(False, Qt.Key.Key_A, text="a", at_ms=START + 2, native=(38, 0, 0)))
    type_scan(station.window, "123", start_ms=START + 3)
    assert station.scans == ["A123"]
    assert [(down, key) for down, key, *_ in station.bench.log.seen] == [
        (True, Qt.Key.Key_Shift),
        (False, Qt.Key.Key_Shift),
    ]


@pytest.mark.parametrize("timing", [WedgeTiming(), WedgeTiming(prefix="F9")])
def test_a_double_character_that_the_platform_takes_for_a_repetition(station: Station) -> None:
    if station.wedge.timing.prefix:
        deliver(station.window, Stroke(True, Qt.Key.Key_F9, at_ms=START))
        deliver(station.window, Stroke(True, Qt.Key.Key_F9, at_ms=START + 1, repeat=True))
        deliver(station.window, Stroke(False, Qt.Key.Key_F9, at_ms=START + 1))
    for down, repeat in ((True, False), (False, True), (True, True), (False, True), (True, True), (False, False)):
        deliver(station.window, Stroke(down, Qt.Key.Key_0, text="0", at_ms=START + 1, repeat=repeat))
    type_scan(station.window, "123", start_ms=START + 2)
    assert station.scans == ["000123"]
    assert station.refused == []
    assert untouched(station)


def test_a_release_that_never_came_keeps_no_later_one_away(station: Station) -> None:
    at = START
    for character in "1234\r":
        deliver(station.window, next(strokes(character, at)))
    station.wedge.settle()
    at = type_text(station.window, "4", start_ms=START + 1000)
    station.key(Qt.Key.Key_Return, at, "\r")
    assert [down for down, *_ in station.bench.log.seen] == [True, False, True, False]


def test_a_release_is_known_by_the_place_of_its_key(station: Station) -> None:
    deliver(station.window, Stroke(True, Qt.Key.Key_Exclam, text="!", at_ms=START, native=(10, 0, 0)))
    type_scan(station.window, "234", start_ms=START + 1)
    deliver(station.window, Stroke(False, Qt.Key.Key_1, text="1", at_ms=START + 9, native=(10, 0, 0)))
    assert station.scans == ["!234"]
    assert untouched(station)


def test_a_slow_scanner_that_is_quick_enough(station: Station) -> None:
    type_scan(station.window, "1234567890", gap_ms=60, start_ms=START)
    assert station.scans == ["1234567890"]
    assert untouched(station)


# ── time ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("stamp", [0, 777])
def test_where_the_platform_has_no_time_the_clock_is_asked(station: Station, stamp: int) -> None:
    for character in "abcd\r":
        station.clock.seconds += 0.100
        for stroke in strokes(character, stamp):
            deliver(station.window, stroke)
    assert (station.scans, station.bench.edit.text()) == ([], "abcd")
    station.clock.seconds += 1
    for character in "1234\r":
        station.clock.seconds += 0.010
        for stroke in strokes(character, stamp):
            deliver(station.window, stroke)
    assert (station.scans, station.bench.edit.text()) == (["1234"], "abcd")


def test_a_time_that_jumps_back_is_not_believed(station: Station) -> None:
    at = type_text(station.window, "12", gap_ms=2, start_ms=0xFFFFFFFE)
    assert at > 0xFFFFFFFF
    type_scan(station.window, "3456", gap_ms=2, start_ms=1)
    assert station.scans == ["123456"]


def test_a_busy_window_does_not_cut_a_scan(station: Station) -> None:
    type_text(station.window, "1234", gap_ms=2, start_ms=START)
    # the window was busy for two seconds: the timer is due before the keys that wait are seen
    (timer,) = station.wedge.findChildren(QTimer)
    station.clock.seconds += 2
    timer.timeout.emit()
    type_scan(station.window, "5678", gap_ms=2, start_ms=START + 8)
    assert station.scans == ["12345678"]
    assert untouched(station)


def test_keys_of_one_millisecond_belong_together_though_the_window_was_busy_between_them(station: Station) -> None:
    for character, at in (("1", 0), ("2", 1), ("3", 1), ("4", 1), ("5", 2), ("\r", 2)):
        station.clock.seconds += 0.5
        for stroke in strokes(character, START + at):
            deliver(station.window, stroke)
    assert station.scans == ["12345"]


@pytest.mark.parametrize("timing", [WedgeTiming(gap_ms=1)])
def test_silence_makes_half_a_code_typing(station: Station, qtbot: QtBot) -> None:
    with qtbot.waitSignal(station.wedge.typed):
        type_text(station.window, "PB0000", gap_ms=0, start_ms=START)
        assert station.bench.edit.text() == ""
    assert station.bench.edit.text() == "PB0000"
    assert station.scans == []


# ── what has no end ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_longest_code_is_a_scan(station: Station) -> None:
    code = "x" * LONGEST
    type_scan(station.window, code, gap_ms=0, start_ms=START)
    assert station.scans == [code]


def test_a_code_that_is_too_long_is_refused_whole_and_the_next_one_is_read(station: Station) -> None:
    at = type_scan(station.window, "x" * (LONGEST + 200), gap_ms=1, start_ms=START)
    assert station.scans == []
    assert station.refused == ["devices_scan_long"]
    type_scan(station.window, "PB00000042", start_ms=at)
    assert station.scans == ["PB00000042"]
    assert len(station.refused) == 1
    assert untouched(station)


def test_of_a_code_that_takes_too_long_no_part_is_taken_for_a_code(station: Station) -> None:
    at = type_scan(station.window, "0123456789" * 4, gap_ms=50, start_ms=START)
    assert station.scans == []
    assert station.refused == ["devices_scan_slow"]
    assert untouched(station)
    type_text(station.window, "a", start_ms=at + 100)
    station.wedge.settle()
    assert station.bench.edit.text() == "a"


def test_keys_that_type_nothing_are_not_held_without_end(station: Station) -> None:
    type_text(station.window, "a", start_ms=START)
    for _ in range(4 * LONGEST):
        station.key(Qt.Key.Key_Left, START)
    assert station.refused == ["devices_scan_long"]
