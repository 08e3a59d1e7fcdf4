from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QInputMethodEvent, QKeyEvent, QKeySequence, QShortcut, QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMainWindow, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.domain.errors import Refusal
from ui.keys import Stroke, deliver, press_key, strokes, type_scan, type_text
from ui.wedge import LONGEST, Wedge, WedgeTiming

GS = "\x1d"
START = 1_000_000
NONE = Qt.KeyboardModifier.NoModifier
CONTROL = Qt.KeyboardModifier.ControlModifier
LONE = (Qt.Key.Key_Shift, Qt.Key.Key_Control)
# real keys come as quickly as the machine that runs the tests can: a slow one must not make two scans of one
PATIENT = WedgeTiming(gap_ms=60_000, total_ms=600_000)


class HeldClock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 50.0

    def __call__(self) -> float:
        return self.seconds


class KeyLog(QObject):
    """What a widget gets to see of the keyboard."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.seen: list[tuple[bool, int, str, Qt.KeyboardModifier, bool, int]] = []
        parent.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            down = event.type() == QEvent.Type.KeyPress
            code = event.nativeScanCode()
            self.seen.append((down, event.key(), event.text(), event.modifiers(), event.isAutoRepeat(), code))
        return False


class Bench(QMainWindow):
    """A window with everything that a stray key can set off."""

    def __init__(self) -> None:
        super().__init__()
        self.fired: list[str] = []
        self.edit = QLineEdit()
        self.button = QPushButton("Cancel order")
        self.button.setAutoDefault(True)
        self.button.clicked.connect(lambda: self.fired.append("button"))
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.addWidget(self.edit)
        column.addWidget(self.button)
        self.setCentralWidget(middle)
        self.menuBar().addMenu("&File").addAction("&Quit", lambda: self.fired.append("menu"))
        for sequence in ("Ctrl+Q", "Ctrl+J", "F5", "7", "Esc"):
            QShortcut(QKeySequence(sequence), self).activated.connect(partial(self.fired.append, sequence))
        self.log = KeyLog(self.edit)
        self.setFixedSize(400, 200)

    @property
    def keyboard(self) -> QWindow:
        window = self.windowHandle()
        assert window is not None
        return window


@dataclass
class Station:
    """A bench, a filter, and all that came of it."""

    bench: Bench
    wedge: Wedge
    clock: HeldClock
    scans: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    typed: list[None] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.wedge.scanned.connect(self.scans.append)
        self.wedge.refused.connect(self.refused.append)
        self.wedge.typed.connect(lambda: self.typed.append(None))

    @property
    def window(self) -> QWindow:
        return self.bench.keyboard

    def key(self, key: int, at: int, text: str = "", modifiers: Qt.KeyboardModifier = NONE, scan_code: int = 0) -> None:
        for down in (True, False):
            deliver(self.window, Stroke(down, key, modifiers, text, at, native=(scan_code, 0, 0)))


def open_station(timing: WedgeTiming | None = None) -> Station:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    clock = HeldClock()
    bench = Bench()
    station = Station(bench, Wedge(timing, bench, clock), clock)
    bench.show()
    bench.edit.setFocus()
    station.wedge.install(application)
    return station


def close(station: Station) -> None:
    station.wedge.uninstall()
    station.bench.close()
    station.bench.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def timing() -> WedgeTiming | None:
    return None


@pytest.fixture
def station(qapp: QApplication, timing: WedgeTiming | None) -> Iterator[Station]:
    station = open_station(timing)
    yield station
    close(station)


def untouched(station: Station) -> bool:
    """Whether nothing of what came reached a widget, and nothing is waiting to.

    A lone Shift or Ctrl with which a code begins does: it types nothing and fires nothing.
    """
    station.wedge.settle()
    seen = [key for key in station.bench.log.seen if key[1] not in LONE]
    return station.bench.fired == [] and station.bench.edit.text() == "" and seen == []


# ── scans ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


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


# ── a person ──────────────────────────────────────────────────────────────────────────────────────────────────────────


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


# ── with a prefix ─────────────────────────────────────────────────────────────────────────────────────────────────────


def with_prefix(prefix: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("timing", [WedgeTiming(prefix=prefix)])


def open_code(station: Station, at: int) -> int:
    prefix = station.wedge.timing.prefix
    if prefix == "F9":
        station.key(Qt.Key.Key_F9, at)
        return at + 2
    return type_text(station.window, "\x02" if prefix == "STX" else str(prefix), gap_ms=2, start_ms=at)


@pytest.mark.parametrize("timing", [WedgeTiming(prefix=prefix) for prefix in ("F9", "STX", "\x02", "~", "]")])
def test_with_a_prefix_nothing_is_guessed_or_held_back(station: Station) -> None:
    type_text(station.window, "7abcd", gap_ms=1, start_ms=START)
    assert station.bench.edit.text() == "7abcd"
    station.bench.button.setFocus()
    at = open_code(station, START + 1000)
    at = type_scan(station.window, "a 7 \x11b", gap_ms=190, start_ms=at)
    type_scan(station.window, "wxyz", gap_ms=1, start_ms=at + 1000)
    assert station.scans == ["a 7 \x11b"]
    # the shortest code is a matter of guessing, and so is speed: the Enter after wxyz is a person's
    assert station.bench.fired == ["button"]


@with_prefix("F9")
def test_with_a_prefix_a_code_may_be_short_but_not_empty(station: Station) -> None:
    type_scan(station.window, "7", start_ms=open_code(station, START))
    type_scan(station.window, "", start_ms=open_code(station, START + 100))
    assert station.scans == ["7"]
    assert untouched(station)


@with_prefix("F9")
@pytest.mark.parametrize("told_by", ["timer", "next key"])
def test_with_a_prefix_and_no_suffix_the_code_is_given_up(station: Station, told_by: str) -> None:
    type_text(station.window, "7890", gap_ms=2, start_ms=open_code(station, START))
    if told_by == "timer":
        station.wedge.settle()
        assert station.refused == ["devices_scan_slow"]
    type_text(station.window, "b", start_ms=START + 1600)
    assert station.refused == ["devices_scan_slow"]
    assert station.bench.edit.text() == "b"
    assert station.bench.fired == []
    assert station.scans == []


@with_prefix("F9")
def test_a_new_prefix_begins_a_new_code(station: Station) -> None:
    at = type_text(station.window, "7890", gap_ms=2, start_ms=open_code(station, START))
    type_scan(station.window, "1234", start_ms=open_code(station, at))
    assert station.scans == ["1234"]
    assert station.refused == ["devices_scan_slow"]


@with_prefix("F9")
def test_with_a_prefix_too_the_length_is_bounded(station: Station) -> None:
    at = type_scan(station.window, "x" * (LONGEST + 50), gap_ms=1, start_ms=open_code(station, START))
    type_scan(station.window, "1234", start_ms=open_code(station, at))
    assert station.refused == ["devices_scan_long"]
    assert station.scans == ["1234"]
    assert untouched(station)


@pytest.mark.parametrize("prefix", ["F25", "AB", "stx"])
def test_a_prefix_that_is_no_key_is_refused(prefix: str) -> None:
    with pytest.raises(Refusal) as refused:
        WedgeTiming(prefix=prefix)
    assert refused.value.code == "devices_wedge_prefix"


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
