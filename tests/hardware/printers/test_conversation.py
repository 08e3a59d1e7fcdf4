"""How long a driver waits for an answer behind a label on a slow line."""

from __future__ import annotations

import pytest

from hardware.printers import conversation
from hardware.printers.conversation import Conversation
from hardware.transports.memory import MemoryTransport


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(conversation, "time", made)
    return made


def talk(rate: float | None) -> Conversation:
    made = Conversation(MemoryTransport([(b"x" * 960, []), (b"x" * 480, []), (b"?", [])]), silence=1.0, rate=rate)
    made.open()
    return made


def test_a_question_waits_behind_the_label(clock: Clock) -> None:
    made = talk(960.0)
    assert made.patience == 1.0
    made.write(b"x" * 960, 30.0)
    assert made.patience == pytest.approx(2.0)
    made.write(b"x" * 480, 30.0)
    assert made.patience == pytest.approx(2.5)
    clock.now += 1.25
    assert made.patience == pytest.approx(1.25)
    clock.now += 10
    assert made.patience == 1.0
    made.write(b"?", 30.0)
    assert made.patience == pytest.approx(1.0, abs=0.01)
    made.open()
    assert made.patience == 1.0


def test_a_fast_line_makes_nobody_wait(clock: Clock) -> None:
    made = talk(None)
    made.write(b"x" * 960, 30.0)
    assert made.patience == 1.0


def test_a_device_that_never_stops_is_not_listened_to(clock: Clock) -> None:
    made = talk(None)
    transport = made.transport
    assert isinstance(transport, MemoryTransport)
    transport.inject(*[b"x" * 4096] * 100)
    assert len(made.heard()) == 65536
