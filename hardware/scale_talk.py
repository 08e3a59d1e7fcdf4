"""A conversation with a scale without a port or a clock: when to ask, what an answer weighs, when it is stable."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from app.domain.errors import Refusal
from hardware.framing import NO_PREFIX, Framer, Framing
from hardware.scale_protocols import Answer, Said, ScaleProtocol, ScaleState

_STEADY_READINGS: Final = 3
_STEADY_SECONDS: Final = 0.15
_GAP_SECONDS: Final = 1.5  # readings that are further apart say nothing of what was between them
_PATIENCE_SECONDS: Final = 2.0  # for an answer; a late one that comes within as long again is recognised as late
_SILENT_SECONDS: Final = 2.0
_UNREADABLE: Final = 5  # messages in a row


@dataclass(frozen=True, slots=True)
class Weight:
    """What lies on the scale: whole grams, None where the scale gives no weight.

    `stable`: the scale says so and several readings in a row were equal; no other may be used. `at`: when this was
    true at the latest, in seconds of the monotonic clock: for a scale that is asked, when it was asked.
    """

    grams: int | None
    stable: bool
    state: ScaleState
    at: float


class Steady:
    """Makes weights of readings: stable from the third equal one on, and over a time that tells something."""

    def __init__(self) -> None:
        self._said: Said | None = None
        self._count = 0
        self._since = self._last = -math.inf

    def take(self, readings: list[tuple[Said, float]]) -> Weight | None:
        """The weight after readings that arrived together, None if there were none.

        Of these only the newest counts: the others have waited somewhere, and say that it moved, but not for how long
        it has been still.
        """
        if not readings:
            return None
        *waited, (said, at) = readings
        for earlier, _ in waited:
            self._see(earlier, at, 0)
        self._see(said, at, 1)
        stable = (
            said.state in (ScaleState.STABLE, ScaleState.ZERO)
            and self._count >= _STEADY_READINGS
            and at - self._since >= _STEADY_SECONDS
        )
        return Weight(said.grams, stable, said.state, at)

    def forget(self) -> None:
        """Begin anew: the scale was away, or was told to zero or tare."""
        self._said, self._count = None, 0

    def _see(self, said: Said, at: float, counts: int) -> None:
        if said != self._said or at - self._last > _GAP_SECONDS:
            self._said, self._count, self._since = said, 0, at
        self._count += counts
        self._last = at


class ScaleTalk:
    """The messages of one connection; all times are seconds of one monotonic clock.

    Of a scale that is asked, one question at a time is open, and what answers it was true when it was asked: however
    late it comes, it is as old as the question. Answers that nobody waits for any more are passed over, and no new
    question is put before the late answer, or its absence, is certain.
    """

    def __init__(self, protocol: ScaleProtocol) -> None:
        self._protocol = protocol
        self._framer = Framer(Framing(protocol.ends, protocol.begins, give_up=0.5))
        self._steady = Steady()
        self._asked: float | None = None  # the open question
        self._late = False  # it has waited too long
        self._ask_at = -math.inf
        self._heard: float | None = None
        self._bad = 0
        self._unit: Refusal | None = None
        self.refused: ScaleState | None = None  # why the last command was not done

    def begin(self, now: float) -> None:
        """The connection begins at `now`."""
        self._framer.abandon()
        self._steady.forget()
        self._asked, self._late, self._ask_at, self._heard, self._bad = None, False, now, now, 0
        self._unit = None

    @property
    def deadline(self) -> float:
        """When `due` may have something to write or `trouble` something to tell."""
        silent = (self._heard if self._heard is not None else math.inf) + _SILENT_SECONDS
        if not self._protocol.ask:
            return silent
        if self._asked is None:
            return self._ask_at
        half = self._framer.deadline
        return min(self._asked + _PATIENCE_SECONDS, silent, math.inf if half is None else half)

    def due(self, now: float) -> bytes:
        """The question that it is time for, b"" if there is none."""
        if not self._protocol.ask:
            return b""
        if self._framer.expire(now):  # half an answer was all of it
            self._answered(now)
            self._bad += 1
        if self._asked is not None and now - self._asked >= _PATIENCE_SECONDS * (2 if self._late else 1):
            if not self._late:
                self._late = True
            else:
                self._asked, self._late = None, False
        if self._asked is not None or now < self._ask_at:
            return b""
        self._asked = now
        return self._protocol.ask

    def command(self, name: str) -> bytes:
        """The command `zero` or `tare`; raises Refusal `scale_cannot` if the protocol has none."""
        command = self._protocol.zero if name == "zero" else self._protocol.tare
        if not command:
            raise Refusal("scale_cannot", command=name, protocol=self._protocol.title)
        self._steady.forget()
        self.refused = None
        return command

    def feed(self, data: bytes, at: float) -> Weight | None:
        """Take bytes (of a HID scale one report); the weight that they tell, if any."""
        readings: list[tuple[Said, float]] = []
        for message in self._messages(data, at):
            try:
                said = self._protocol.read(message)
            except Refusal as refusal:
                self._unit, said = refusal, None
            if isinstance(said, Answer):
                self.refused, self._heard = said.refused, at
                continue
            true_at = self._answered(at)
            if said is None:
                self._bad += 1
                continue
            self._heard, self._bad, self._unit = at, 0, None
            if true_at is not None:
                readings.append((said, true_at))
        return self._steady.take(readings)

    def trouble(self, now: float) -> tuple[str, dict[str, str]] | None:
        """What a person should look at: a code `scale_…` with its facts, None while all is well."""
        if self._unit is not None:
            return self._unit.code, {"unit": str(self._unit.facts["unit"])}
        if self._bad >= _UNREADABLE:
            return "scale_unreadable", {"protocol": self._protocol.title}
        if self._heard is not None and now - self._heard >= _SILENT_SECONDS:
            return "scale_silent", {"protocol": self._protocol.title}
        return None

    def _messages(self, data: bytes, at: float) -> list[bytes]:
        if self._protocol.binary is not None:
            return [data] if data and data[0] == self._protocol.binary.report else []
        frames = [frame for frame in self._framer.feed(data, at) if frame.dropped != NO_PREFIX]
        return [b"" if frame.dropped else frame.code for frame in frames]  # cut short: no message, but it was one

    def _answered(self, at: float) -> float | None:
        """When a reading that has come at `at` was true; None if nobody waits for it any more."""
        if not self._protocol.ask:
            return at
        asked, late = self._asked, self._late
        if asked is None:
            return None
        self._asked, self._late = None, False
        self._ask_at = at if late else max(asked + self._protocol.every, at)
        return None if late else asked
