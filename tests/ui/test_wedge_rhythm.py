"""Scanner or hand: thousands of typings and scans with recorded-like times, none taken for the other, no key lost."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QWindow
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.domain.barcode import Command
from ui.keys import Stroke, strokes
from ui.rhythm import Rhythm, of_machine
from ui.wedge import Wedge, WedgeTiming

START = 1_000_000
WORDS = (
    "12", "300", "1234", "0412", "5012345", "A-07-21", "AE-8140-2217", "302-7711020-4418722", "TT000191", "torn",
    "lost", "late", "mug", "pen", "tape", "gift", "hello", "maria", "sanchez", "berlin", "spain", "abcd", "abcdef",
    "Packed", "by", "note", "see", "street", "parcel", "damaged",
)  # fmt: skip
SHORTEST = 4
FAST = {"100 words a minute": (120, 35), "120 words a minute": (100, 30), "150 words a minute": (80, 25)}


@dataclass
class Desk:
    """A filter, and what came of it: scans, complaints, and the keys that a window got to see."""

    wedge: Wedge
    window: QWindow
    widget: QWidget
    scans: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)

    def give(self, keys: Iterable[Stroke]) -> None:
        """The platform's events, without the waiting: the strokes carry their times."""
        for stroke in keys:
            if not stroke.down:
                self.wedge.eventFilter(self.window, stroke.event(QEvent.Type.KeyRelease))
                continue
            self.wedge.eventFilter(self.window, stroke.event(QEvent.Type.ShortcutOverride))
            if not self.wedge.eventFilter(self.window, stroke.event(QEvent.Type.KeyPress)):
                self.see(self.window, stroke)

    def see(self, _: QWindow, stroke: Stroke) -> None:
        if stroke.down and stroke.text:
            self.seen.append(stroke.text)

    def take(self) -> tuple[list[str], list[str], str]:
        """What came since the last time: scans, complaints, and what was typed."""
        self.wedge.settle()
        taken = list(self.scans), list(self.refused), "".join(self.seen)
        for each in (self.scans, self.refused, self.seen):
            each.clear()
        return taken


@pytest.fixture
def timing() -> WedgeTiming:
    return WedgeTiming()


@pytest.fixture
def desk(qapp: QApplication, qtbot: QtBot, timing: WedgeTiming, monkeypatch: pytest.MonkeyPatch) -> Desk:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    window = widget.windowHandle()
    assert window is not None
    desk = Desk(Wedge(timing, widget), window, widget)
    desk.wedge.scanned.connect(desk.scans.append)
    desk.wedge.refused.connect(desk.refused.append)
    monkeypatch.setattr("ui.wedge.deliver", desk.see)
    return desk


@dataclass
class Typist:
    """Somebody who types: unevenly, with bursts of two to four keys, each key down for longer than a roll's gap."""

    mean_ms: float
    deviation_ms: float
    chance: random.Random
    dwell_ms: float = 85
    rolls: float = 0.15
    at: int = START

    def keys(self, text: str) -> list[Stroke]:
        events: list[tuple[int, int, Stroke]] = []
        rolling = 0
        for number, character in enumerate(text):
            if number and rolling == 0 and self.chance.random() < self.rolls:
                rolling = self.chance.randint(1, 3)
            if rolling > 0 and number:
                gap = self.chance.uniform(20, 50)
                rolling = rolling - 1 or -1  # a slower key comes between two bursts
            else:
                gap = max(61.0 if rolling < 0 else 15.0, self.chance.gauss(self.mean_ms, self.deviation_ms))
                rolling = 0
            self.at += round(gap)
            down = max(45, round(self.chance.gauss(self.dwell_ms, 18))) if self.dwell_ms else 0
            key = {"\r": Qt.Key.Key_Return, "\t": Qt.Key.Key_Tab}.get(character, ord(character.upper()))
            for at, is_down in ((self.at, True), (self.at + down, False)):
                events.append((at, len(events), Stroke(is_down, key, text=character, at_ms=at)))
        self.at += 700
        if self.dwell_ms:
            events.sort(key=lambda event: event[:2])
        return [stroke for *_, stroke in events]


def texts(chance: random.Random) -> Iterator[str]:
    while True:
        words = " ".join(chance.choice(WORDS) for _ in range(chance.choice((1, 1, 1, 2, 3))))
        yield words + chance.choice("\r\r\r\t")


def scan(
    code: str, gap_ms: float, at: float, chance: random.Random | None = None, jitter_ms: float = 0
) -> list[Stroke]:
    keys: list[Stroke] = []
    for character in code + "\r":
        keys += strokes(character, round(at))
        at += gap_ms + (chance.gauss(0, jitter_ms) if chance is not None else 0)
    return keys


def codes(number: int) -> list[str]:
    """Of every length and kind that is scanned in a warehouse."""
    kinds = (
        "690123{:07d}", "TT{:05d}J", "A-{:02d}-21", "LX{:09d}CN", "P{:010d}C1K", "302-{:07d}-4418722", "AE-8140-{:04d}",
        "Bin {:03d} aZ",
    )
    commands = [command.value for command in Command]
    return [
        commands[each % len(commands)] if each % 9 == 0 else kinds[each % len(kinds)].format(each)
        for each in range(number)
    ]


# a person


@pytest.mark.parametrize("speed", FAST)
@pytest.mark.parametrize("dwell_ms", [0, 85])
def test_fast_typing_is_never_taken_for_a_scan(desk: Desk, speed: str, dwell_ms: float) -> None:
    chance = random.Random(f"{speed} {dwell_ms}")
    typist, source = Typist(*FAST[speed], chance, dwell_ms), texts(chance)
    for _ in range(700):
        text = next(source)
        desk.give(typist.keys(text))
        assert desk.take() == ([], [], text)


def test_a_virtuoso_who_rolls_over_every_key_is_no_scanner(desk: Desk) -> None:
    chance = random.Random(5)
    typist, source = Typist(45, 12, chance, rolls=0.5), texts(chance)
    for _ in range(500):
        text = next(source)
        desk.give(typist.keys(text))
        assert desk.take() == ([], [], text)


def test_a_long_text_typed_fast_is_not_thrown_away_as_a_scan_that_is_too_slow(desk: Desk) -> None:
    chance = random.Random(6)
    text = "put the broken mug on the problem shelf and tell the lead"
    typist = Typist(42, 9, chance, rolls=0)
    for _ in range(50):
        desk.give(typist.keys(text))
        assert desk.take() == ([], [], text)


def test_the_quick_end_of_a_word_is_a_part_of_it(desk: Desk) -> None:
    keys: list[Stroke] = []
    for character, at in zip("torned\r", (0, 130, 290, 331, 373, 415, 457), strict=True):
        keys += strokes(character, START + at)
    desk.give(keys)
    assert desk.take() == ([], [], "torned\r")


# a scanner


@pytest.mark.parametrize("gap_ms", [5, 20, 55])
@pytest.mark.parametrize("typed_before", [False, True])
def test_1000_of_1000_scans_are_recognised(desk: Desk, gap_ms: int, typed_before: bool) -> None:
    at, wanted = START, [code for code in codes(1_300) if not typed_before or len(code) >= 6][:1_000]
    for code in wanted:
        if typed_before:
            desk.give(strokes("7", at))
            at += 150
        desk.give(scan(code, gap_ms, at))
        assert desk.take() == ([code], [], "7" if typed_before else "")
        at += (len(code) + 1) * gap_ms + 700
    assert len(wanted) == 1_000


@pytest.mark.parametrize(("gap_ms", "jitter_ms"), [(5, 1), (20, 2), (20, 4), (40, 2), (50, 2)])
def test_a_scanner_whose_keys_come_a_little_unevenly_is_recognised(desk: Desk, gap_ms: int, jitter_ms: float) -> None:
    chance, at = random.Random(gap_ms), START
    for code in codes(500):
        desk.give(scan(code, gap_ms, at, chance, jitter_ms))
        assert desk.take() == ([code], [], "")
        at += 3_000


def test_a_known_scanner_may_falter(desk: Desk) -> None:
    keys = [key for number in range(10) for key in strokes(str(number), START + 55 * number)]
    keys += [key for number in range(3) for key in strokes(str(number), START + 495 + 75 + 55 * number)]
    desk.give([*keys, *strokes("\r", START + 495 + 75 + 165)])
    assert desk.take() == (["0123456789012"], [], "")


def test_shift_takes_a_scanner_a_key_of_its_own(desk: Desk) -> None:
    at, keys = START, list[Stroke]()
    for character in "aBcDeF12\r":
        if character.isupper():
            keys.append(Stroke(True, Qt.Key.Key_Shift, at_ms=at))
            at += 20
        keys += [stroke for stroke in strokes(character, at) if stroke.key != Qt.Key.Key_Shift]
        at += 20
        if character.isupper():
            keys.append(Stroke(False, Qt.Key.Key_Shift, at_ms=at))
    desk.give(keys)
    assert desk.take() == (["aBcDeF12"], [], "")


UNEVEN = (20, 58, 31, 55, 24, 49)


def uneven(code: str) -> list[Stroke]:
    at, keys = START, list[Stroke]()
    for number, character in enumerate(code + "\r"):
        keys += strokes(character, at)
        at += UNEVEN[number % len(UNEVEN)]
    return keys


@pytest.mark.parametrize(
    ("timing", "scanned"),
    [(WedgeTiming(), False), (WedgeTiming(jitter_ms=20), True), (WedgeTiming(jitter_ms=60), True)],
)
def test_how_uneven_a_scanner_may_be_is_a_setting(desk: Desk, scanned: bool) -> None:
    desk.give(uneven("TT000191"))
    assert desk.take() == ((["TT000191"], [], "") if scanned else ([], [], "TT000191\r"))


def test_where_nobody_types_whatever_is_quick_enough_is_a_scan(desk: Desk) -> None:
    desk.wedge.typing_expected = lambda: False
    desk.give(uneven("TT000191"))
    assert desk.take() == (["TT000191"], [], "")
    # a hand that falls on the keys rolls over them
    desk.give(Typist(40, 8, random.Random(1), rolls=0, at=START + 5_000).keys("TT000191\r"))
    assert desk.take() == ([], [], "TT000191\r")


# the rule itself


def rhythm(*gaps: float, **more: bool) -> Rhythm:
    return Rhythm(gaps, (False,) * len(gaps), **more)


@pytest.mark.parametrize(
    ("code", "beat", "machine"),
    [
        ("1234", rhythm(2, 2, 2, 2), True),
        ("1234", rhythm(2, 2, 2, 2, rolled=True, after_typing=True), True),  # no hand is so quick
        ("1234", rhythm(55, 55, 55, 55), True),
        ("1234", rhythm(55, 55, 55, 55, rolled=True), False),
        ("1234", rhythm(55, 55, 55, 55, after_typing=True), False),
        ("123456", rhythm(*(55,) * 6, after_typing=True), True),
        ("xxok", rhythm(50, 20, 58, 30), True),
        ("1234", rhythm(50, 20, 58, 30), False),
        ("123456", rhythm(0, 30, 0, 30, 0, 30), True),  # Bluetooth brings keys in bunches
        ("1234567890", rhythm(30, 45, 28, 55, 33, 60, 41, 29, 50, 38), False),
    ],
)
def test_speed_evenness_and_rolling_decide(code: str, beat: Rhythm, machine: bool) -> None:
    assert of_machine(code, beat) is machine


def test_the_words_of_the_typists_could_be_codes() -> None:
    assert sum(len(word) >= SHORTEST for word in WORDS) > len(WORDS) / 2


@pytest.mark.parametrize("even", [3, 5, 60])
def test_what_is_even_enough_follows_the_setting(even: float) -> None:
    beat = rhythm(*(40, 48) * 4)
    assert of_machine("12345678", beat, even) is (even > 4.3)
