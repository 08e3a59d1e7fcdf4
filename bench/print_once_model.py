"""A printer as a model in virtual time, with every trouble of the list, and what lies in its tray as the truth."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.errors import KnownError
from hardware.printer import Condition, PrinterStatus, Progress, Proof

LABEL_SECONDS = 1.0
A_LATE_ONE = 30.0  # after so many seconds it is not delivered any more
TO_COUNT, OF_SILENCE = 5.0, 20.0  # the spooler's patience; what takes longer nobody could have known


class Trouble(StrEnum):
    """What may befall one label on its way."""

    HOLD = "paper, ribbon, head or pause, mended after a while"
    HALF_LABEL = "paper out in mid-label: half a label, then the whole one"
    HALF_COUNTED = "the same, and the half is counted too"
    BUFFER_FULL = "buffer full for a while"
    SILENT = "prints and answers nothing for a while"
    LIAR = "says ready and empty while the paper is out"
    SLOW_COUNT = "the odometer moves late"
    CUT_BEFORE = "connection reset, the printer has nothing of it"
    CUT_AFTER = "connection reset, the printer has all of it"
    HALF_OPEN = "the peer vanished without a word"
    POWER_CYCLE = "power off and on: the buffer is lost"
    STALL = "the line stops in the middle of the label"
    FEED = "somebody pressed FEED"
    LATE = "delivered late"
    KILLED = "the program dies"


@dataclass(slots=True)
class _Label:
    job: int
    at: float  # when it is in the printer


@dataclass
class ModelPrinter:
    """A `hardware.printer.Printer` of class `proof`; `payload` of a job is its number in decimal.

    `tray`: the jobs on paper, in order. `ambiguous`: the jobs of which nobody could have known at the moment when what
    is known of them was destroyed. `died` is called when the program is to be killed.
    """

    proof: Proof
    dice: random.Random
    share: float
    clock: Callable[[], float]
    died: Callable[[], None]
    troubles: tuple[Trouble, ...] = tuple(Trouble)
    mute_when_faulty: bool = False
    url: str = "model:"
    tray: list[int] = field(default_factory=list)
    ambiguous: set[int] = field(default_factory=set)
    struck: dict[Trouble, int] = field(default_factory=dict)
    _count: int = 0
    _shown_count: deque[tuple[float, int]] = field(default_factory=deque)
    _buffer: deque[_Label] = field(default_factory=deque)
    _way: list[_Label] = field(default_factory=list)
    _ends: float = 0.0  # when the label under the head is out
    _under_head: _Label | None = None
    _held_until: float = 0.0
    _lies_until: float = 0.0
    _full_until: float = 0.0
    _silent_until: float = 0.0
    _dead_until: float = 0.0
    _open: bool = False
    _handed: list[int] = field(default_factory=list)  # of this connection, for acknowledgements
    _done: int = 0
    _half_open: bool = False

    def open(self) -> None:
        """Connect, unless the power is off."""
        self._advance()
        if self.clock() < self._dead_until:
            raise KnownError("device_open_failed", url=self.url)
        self._open, self._half_open = True, False
        self._handed, self._done = [], 0

    def close(self) -> None:
        """Disconnect."""
        self._open = False

    def probe(self) -> Proof:
        """The class it is of."""
        self._answering()
        return self.proof

    def status(self) -> PrinterStatus:
        """Its state, as it tells it."""
        return self.progress().status

    def progress(self) -> Progress:
        """What it tells of this moment."""
        self._answering()
        now = self.clock()
        if self.proof is Proof.BLIND or self._half_open or now < self._silent_until:
            return Progress(PrinterStatus(Condition.SILENT))
        inside = len(self._buffer) if now >= self._lies_until else 0
        under = int(self._under_head is not None and now >= self._lies_until)
        condition = Condition.READY
        if now < self._held_until and now >= self._lies_until:
            if self.mute_when_faulty:
                return Progress(PrinterStatus(Condition.SILENT))
            condition = Condition.PAPER_OUT
        elif now < self._full_until:
            condition = Condition.BUFFER_FULL
        status = PrinterStatus(condition, inside, under)
        if self.proof is Proof.ACKNOWLEDGES:
            out = self.tray[-8:]
            while self._done < len(self._handed) and self._handed[self._done] in out:
                self._done += 1
            return Progress(PrinterStatus(condition), acknowledged=self._done)
        return Progress(status, self._told_count() if self.proof is Proof.COUNTS else None)

    def send(self, data: bytes, timeout: float) -> None:
        """Take a label, with whatever befalls it."""
        self._answering()
        job, now = int(data), self.clock()
        trouble = self.dice.choice(self.troubles) if self.dice.random() < self.share else None
        if trouble is not None:
            self.struck[trouble] = self.struck.get(trouble, 0) + 1
        span = self.dice.choice((0.3, 3.0, 30.0)) * self.dice.uniform(0.2, 1.0)
        self._handed.append(job)
        match trouble:
            case Trouble.CUT_BEFORE:
                self._unknown(job)
                self._cut(self.dice.choice((None, 1, 700)))
            case Trouble.STALL:
                self._unknown(job)
                raise KnownError("device_write_failed", url=self.url, written=self.dice.choice((None, 500)))
            case Trouble.CUT_AFTER:
                self._way.append(_Label(job, now))
                self._unknown(job)
                self._cut(None)
            case Trouble.HALF_OPEN:
                self._half_open = True
                self._unknown(job)
                return
            case Trouble.LATE:
                self._way.append(_Label(job, now + span))
                self._unknown_after(TO_COUNT, span, job)
                return
            case Trouble.POWER_CYCLE:
                self._way.append(_Label(job, now))
                self._advance()
                self._unknown(job)
                self._buffer.clear()
                self._way.clear()
                self._under_head = None
                self._dead_until = now + span
                self._cut(None)
        self._way.append(_Label(job, now + 0.01))
        self._befall(trouble, job, now, span)

    def _befall(self, trouble: Trouble | None, job: int, now: float, span: float) -> None:
        counts = self.proof is Proof.COUNTS
        match trouble:
            case Trouble.HOLD | Trouble.HALF_LABEL:
                self._held_until = now + span
                if self.proof is Proof.ACKNOWLEDGES:
                    self._unknown(job)  # it acknowledges a label in two halves too
            case Trouble.HALF_COUNTED:
                self._held_until = now + span
                self._foreign_count(job)
            case Trouble.LIAR:
                self._held_until = self._lies_until = now + span
                self._unknown_after(TO_COUNT, span, job)
            case Trouble.BUFFER_FULL:
                self._full_until = now + span
            case Trouble.SILENT:
                self._silent_until = now + span
                self._unknown_after(OF_SILENCE, span, job)
            case Trouble.SLOW_COUNT:
                self._shown_count.append((now + span, self._count))
                if counts:
                    self._unknown_after(TO_COUNT, span, job)
            case Trouble.FEED:
                self._foreign_count(job)
            case Trouble.KILLED:
                self._unknown(job)
                self.died()

    def _foreign_count(self, job: int) -> None:
        self._count += 1
        if self.proof is Proof.COUNTS:
            self._unknown(job)

    def _unknown_after(self, patience: float, span: float, job: int) -> None:
        if span >= (OF_SILENCE if self.proof is Proof.ACKNOWLEDGES else patience):
            self._unknown(job)

    @property
    def stands_still(self) -> bool:
        """Whether nothing comes out any more, as far as somebody who stands before it can see."""
        self._advance()
        return not (self._buffer or self._under_head)

    def look(self, jobs: set[int]) -> set[int]:
        """Which of these jobs lie in the tray now."""
        self._advance()
        return jobs.intersection(self.tray[-200:])

    def drain(self, seconds: float) -> None:
        """All that is still under way comes out: a day has passed."""
        self._held_until = self._lies_until = 0.0
        self._advance(self.clock() + seconds)

    def _unknown(self, job: int) -> None:
        """What is in the printer or on its way can no longer be known."""
        inside = [label.job for label in (*self._buffer, *self._way)]
        if self._under_head is not None:
            inside.append(self._under_head.job)
        self.ambiguous.update((job, *inside))

    def _answering(self) -> None:
        self._advance()
        if not self._open:
            raise KnownError("device_not_open", url=self.url)

    def _cut(self, written: int | None) -> None:
        self._open = False
        raise KnownError("device_gone", url=self.url, written=written)

    def _told_count(self) -> int:
        while self._shown_count and self._shown_count[0][0] <= self.clock():
            self._shown_count.popleft()
        return self._shown_count[0][1] if self._shown_count else self._count

    def _advance(self, to: float | None = None) -> None:
        """Print what was to be printed until now."""
        now = self.clock() if to is None else to
        while True:
            arrived = [label for label in self._way if label.at <= now]
            for label in arrived:
                self._way.remove(label)
                self._buffer.append(label)
            if self._under_head is None:
                if not self._buffer:
                    return
                self._under_head = self._buffer.popleft()
                begin = max(self._under_head.at, self._ends, self._held_until)
                self._ends = begin + LABEL_SECONDS
            self._ends = max(self._ends, self._held_until + 0.1 if self._held_until > now else 0.0)
            if self._ends > now:
                return
            self.tray.append(self._under_head.job)
            self._under_head = None
            self._count += 1
