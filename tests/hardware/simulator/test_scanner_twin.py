"""The scanner twin sends what its faults say, at its speed; its wedge types like one."""

from __future__ import annotations

from itertools import pairwise

import pytest

from app.domain.errors import Refusal
from hardware.calibration import CALIBRATION, CapsLock, read_calibration
from hardware.simulator.scanner import ScanFault, ScannerTwin, keystrokes, parse_scan_faults


class Tape:
    """A cable that writes down."""

    url = "tape:"

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def plug(self) -> None:
        self.sent.append(b"<plug>")

    def unplug(self) -> None:
        self.sent.append(b"<unplug>")

    def send(self, data: bytes, timeout: float = 5.0) -> int:
        self.sent.append(data)
        return len(data)

    def receive(self, timeout: float = 0.0) -> bytes:
        return b""

    def drain(self, timeout: float) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


@pytest.mark.parametrize(
    ("fault", "sent"),
    [
        (None, [b"\x02ABCD\r"]),
        (ScanFault.HALF, [b"\x02AB"]),
        (ScanFault.NO_SUFFIX, [b"\x02ABCD"]),
        (ScanFault.DOUBLE_SUFFIX, [b"\x02ABCD\r\r"]),
        (ScanFault.TWICE, [b"\x02ABCD\r\x02ABCD\r"]),
        (ScanFault.NOISE, [b"\x00\xfe\x1b~\x02ABCD\r"]),
        (ScanFault.UNPLUG, [b"\x02AB", b"<unplug>", b"<plug>"]),
    ],
)
def test_faults(fault: ScanFault | None, sent: list[bytes]) -> None:
    tape = Tape()
    faults = {} if fault is None else {2: fault}
    twin = ScannerTwin(tape, prefix=b"\x02", faults=faults, sleep=lambda _: None)
    assert twin.scan("X") is None
    assert twin.scan("ABCD") is fault
    assert tape.sent == [b"\x02X\r", *sent]


def test_faults_are_written_as_text() -> None:
    assert parse_scan_faults(["half@3", " unplug@1 "]) == {3: ScanFault.HALF, 1: ScanFault.UNPLUG}
    for text in ("half", "half@0", "explode@1", "half@1:2"):
        with pytest.raises(Refusal) as refused:
            parse_scan_faults([text])
        assert refused.value.code == "twin_fault_unknown"


def test_a_slow_scanner_takes_its_time() -> None:
    tape, slept = Tape(), list[float]()
    ScannerTwin(tape, speed=500, sleep=slept.append).scan("123456789")
    assert tape.sent == [bytes((byte,)) for byte in b"123456789\r"]
    assert sum(slept) == pytest.approx(10 / 500)
    tape, slept = Tape(), []
    ScannerTwin(tape, speed=10_000, sleep=slept.append).scan("1" * 99)
    assert [len(piece) for piece in tape.sent] == [10] * 10
    assert sum(slept) == pytest.approx(0.01)


def test_a_wedge_presses_and_releases_every_key_in_time() -> None:
    strokes = list(keystrokes("A1", gap_ms=10, hold=0.5))
    assert [(stroke.at, stroke.text, stroke.down) for stroke in strokes] == [
        (0, "A", True), (5, "A", False), (10, "1", True), (15, "1", False), (20, "\r", True), (25, "\r", False),
    ]  # fmt: skip
    rolling = [stroke.text + ("+" if stroke.down else "-") for stroke in keystrokes("AB", hold=1.2)]
    assert rolling == ["A+", "B+", "A-", "\r+", "B-", "\r-"]


def test_the_jitter_of_a_wedge_comes_from_its_seed() -> None:
    first, again, other = (list(keystrokes("A" * 20, gap_ms=20, jitter_ms=8, seed=seed)) for seed in (1, 1, 2))
    assert first == again != other
    pressed = [stroke.at for stroke in first if stroke.down]
    assert all(12 <= late - early <= 28 for early, late in pairwise(pressed))


def test_a_wedge_types_on_the_computers_layout() -> None:
    strokes = keystrokes(CALIBRATION, layout="French", caps=CapsLock.OFF)
    received = "".join(stroke.text for stroke in strokes if stroke.down)
    assert read_calibration(received).layout == "French"
