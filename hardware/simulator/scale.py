"""Scales in software: a pan that settles, a voice for each protocol, and every way to mislead."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from typing import Final

from app.domain.errors import Refusal
from hardware.simulator.cable import Cable
from hardware.simulator.hid import HidTwin

_SERVE_SECONDS: Final = 0.02
_STREAM_SECONDS: Final = 0.1


class ScaleFault(StrEnum):
    """Ways of a scale to mislead, switched on and off while it runs."""

    SILENT = "silent"
    GARBAGE = "garbage"  # bytes of no meaning instead of messages
    HALF = "half"  # the first half of each message
    MERGED = "merged"  # each message twice
    LYING = "lying"  # says that it is stable while it moves
    STUCK = "stuck"  # shows what it showed when it stuck


class Pan:
    """What lies on a scale and what it shows: grams, settling in a straight line over `settle` seconds."""

    def __init__(self, capacity: int = 30_000, settle: float = 0.0, now: float = 0.0) -> None:
        self.capacity = capacity
        self._settle = settle
        self._from = self._to = 0
        self._since = now - settle
        self._zero = 0
        self._stuck: tuple[int, bool] | None = None

    def load(self, grams: int, now: float) -> None:
        """Put so much on it, instead of what lay there."""
        self._from = self._gross(now)
        self._to, self._since = grams, now

    def shown(self, now: float) -> tuple[int, bool]:
        """Net grams and whether they are at rest."""
        if self._stuck is not None:
            return self._stuck
        return self._gross(now) - self._zero, now - self._since >= self._settle or self._from == self._to

    def stick(self, stuck: bool, now: float) -> None:
        """Show from now on what it shows now; or no longer."""
        self._stuck = self.shown(now) if stuck else None

    def set_zero(self, now: float) -> bool:
        """Make what lies there the zero, if it is at rest and not too much."""
        if not self.shown(now)[1] or not 0 <= self._gross(now) <= self.capacity:
            return False
        self._zero = self._gross(now)
        return True

    def over(self, now: float) -> bool:
        """Whether more lies there than it can carry."""
        return self._gross(now) > self.capacity

    def _gross(self, now: float) -> int:
        done = 1.0 if self._settle <= 0 else min((now - self._since) / self._settle, 1.0)
        return round(self._from + (self._to - self._from) * done)


def _kilograms(grams: int, width: int) -> str:
    return f"{Decimal(grams) / 1000:.3f}".rjust(width)


# Each voice was made from the manuals, not from the tables that the product reads with. `message` says a weight; `hear`
# gives the answers to commands, how many questions for the weight there were, and what is not yet whole.


class _Sics:
    streams = False

    def message(self, grams: int, still: bool, over: bool) -> bytes:
        if over:
            return b"S +\r\n"
        return f"S {'S' if still else 'D'} {_kilograms(grams, 10)} kg\r\n".encode()

    def hear(self, heard: bytes, pan: Pan, now: float) -> tuple[list[bytes], int, bytes]:
        answers, asked = [], 0
        *commands, rest = heard.split(b"\r\n")
        for command in commands:
            if command in (b"S", b"SI"):
                asked += 1
            elif command in (b"Z", b"ZI", b"T", b"TI"):
                before = pan.shown(now)[0]
                done = pan.set_zero(now)
                name = command[:1]
                ok = b"Z A\r\n" if name == b"Z" else f"T S {_kilograms(before, 10)} kg\r\n".encode()
                answers.append(ok if done else name + b" I\r\n")
            else:
                answers.append(b"ES\r\n")
        return answers, asked, rest


class _Toledo:
    streams = False

    def __init__(self, pounds: bool) -> None:
        self._pounds = pounds

    def message(self, grams: int, still: bool, over: bool) -> bytes:
        bits = 0x40 | (not still) | over << 1 | (grams < 0) << 2 | (grams == 0) << 4
        if not still or over or grams < 0:
            return b"\x02?" + bytes((bits,)) + b"\r"
        number = f"{Decimal(grams) / Decimal('453.59237'):05.2f}" if self._pounds else f"{Decimal(grams) / 1000:06.3f}"
        return b"\x02" + number.encode() + b"\r"

    def hear(self, heard: bytes, pan: Pan, now: float) -> tuple[list[bytes], int, bytes]:
        asked = 0
        for command in heard:
            if command == ord("W"):
                asked += 1
            elif command in b"ZT":
                pan.set_zero(now)
        return [], asked, b""


class _Stream:
    streams = True

    def __init__(self, status: bool) -> None:
        self._status = status

    def message(self, grams: int, still: bool, over: bool) -> bytes:
        if over:
            return b"OL,GS,+99999999\r\n"
        number = f"{'-' if grams < 0 else '+'}{_kilograms(abs(grams), 7)}kg\r\n"
        return (f"{'ST' if still else 'US'},GS,{number}" if self._status else number).encode()

    def hear(self, heard: bytes, pan: Pan, now: float) -> tuple[list[bytes], int, bytes]:
        *commands, rest = heard.split(b"\r\n")
        for command in commands:
            if command in (b"Z", b"T"):
                pan.set_zero(now)
        return [], 0, rest


class _Ohaus(_Stream):
    streams = False

    def message(self, grams: int, still: bool, over: bool) -> bytes:
        return f"{_kilograms(grams, 11)} kg{'' if still else '   ?'}\r\n".encode()

    def hear(self, heard: bytes, pan: Pan, now: float) -> tuple[list[bytes], int, bytes]:
        *commands, _ = heard.split(b"\r\n")
        answers, _, rest = super().hear(heard, pan, now)
        return answers, commands.count(b"IP"), rest


def _voice(protocol: str) -> _Sics | _Toledo | _Stream:
    voices: dict[str, Callable[[], _Sics | _Toledo | _Stream]] = {
        "mt_sics": _Sics, "toledo_8217": lambda: _Toledo(False), "toledo_8217_lb": lambda: _Toledo(True),
        "ascii": lambda: _Stream(True), "ascii_plain": lambda: _Stream(False), "ohaus": lambda: _Ohaus(True),
    }  # fmt: skip
    if protocol not in voices:
        raise Refusal("scale_protocol_unknown", protocol=protocol, known=", ".join(voices))
    return voices[protocol]()


def report(grams: int, still: bool, over: bool, unit: int = 2) -> bytes:
    """The HID 0x8D report 3 of a weight in grams (`unit` 2), kilograms (3) or hundredths of an ounce (11)."""
    status = 6 if over else 5 if grams < 0 else 3 if not still else 2 if grams == 0 else 4
    scaled, exponent = abs(grams), 0
    if unit == 3:
        exponent = -3
    elif unit == 11:
        scaled, exponent = round(Decimal(abs(grams)) / Decimal("28.349523125") * 100), -2
    return bytes((3, status, unit, exponent & 0xFF)) + min(scaled, 0xFFFF).to_bytes(2, "little")


class ScaleTwin:
    """A scale at a cable, or a HID scale.

    `settle`: seconds until a new load is at rest. `late`: seconds by which each message is late. `every`: seconds
    between two messages of a scale that sends by itself. `turn` does what is due at a time of the caller's; `start`
    runs it in a thread. Raises Refusal `scale_protocol_unknown`.
    """

    def __init__(
        self,
        line: Cable | HidTwin,
        protocol: str,
        *,
        capacity: int = 30_000,
        settle: float = 0.0,
        late: float = 0.0,
        every: float = _STREAM_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.line = line
        self.faults: set[ScaleFault] = set()
        self.late = late
        self._clock = clock
        self._pan = Pan(capacity, settle, clock())
        self._voice = None if isinstance(line, HidTwin) else _voice(protocol)
        self._every = every
        self._next = clock()
        self._heard = b""
        self._under_way: deque[tuple[float, bytes]] = deque()
        self._one = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def load(self, grams: int) -> None:
        """Put so much on the pan; more than its capacity is too much, less than nothing has been lifted off it."""
        with self._one:
            self._pan.load(grams, self._clock())

    def mislead(self, *faults: ScaleFault) -> None:
        """Have these faults from now on, and no others."""
        with self._one:
            self.faults = set(faults)
            self._pan.stick(ScaleFault.STUCK in self.faults, self._clock())

    def start(self) -> None:
        """Serve in a thread until `stop`."""
        self._thread = threading.Thread(target=self._serve, name="scale twin", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread and pull the cable."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
        if not isinstance(self.line, HidTwin):
            self.line.close()

    def turn(self, now: float) -> None:
        """Hear what came, answer, and say what is due by itself."""
        with self._one:
            for message in self._answers(now):
                self._under_way.append((now + self.late, self._spoilt(message)))
            while self._under_way and self._under_way[0][0] <= now:
                self._say(self._under_way.popleft()[1])

    def _answers(self, now: float) -> list[bytes]:
        if isinstance(self.line, HidTwin):
            while self.line.written:
                if self.line.written.pop(0)[:2] == b"\x02\x02":
                    self._pan.set_zero(now)
            return [report(*self._shown(now))] if self._due(now) else []
        assert self._voice is not None
        answers, asked, self._heard = self._voice.hear(self._heard + self.line.receive(), self._pan, now)
        if self._voice.streams and self._due(now):
            asked += 1
        return [*answers, *[self._voice.message(*self._shown(now))] * asked]

    def _due(self, now: float) -> bool:
        if now < self._next:
            return False
        self._next = max(self._next + self._every, now)
        return True

    def _shown(self, now: float) -> tuple[int, bool, bool]:
        grams, still = self._pan.shown(now)
        return grams, still or ScaleFault.LYING in self.faults, self._pan.over(now)

    def _spoilt(self, message: bytes) -> bytes:
        if ScaleFault.SILENT in self.faults:
            return b""
        if ScaleFault.GARBAGE in self.faults:
            return bytes(byte ^ 0x2A for byte in message[:-2]) + message[-2:]
        if ScaleFault.HALF in self.faults:
            return message[: len(message) // 2]
        return message * 2 if ScaleFault.MERGED in self.faults else message

    def _say(self, message: bytes) -> None:
        if not message:
            return
        if isinstance(self.line, HidTwin):
            self.line.report(message)
        else:
            self.line.send(message)

    def _serve(self) -> None:
        while not self._stopping.wait(_SERVE_SECONDS):
            self.turn(self._clock())
