"""What can go wrong with a simulated printer, as text such as `paper_out@137:2.5` or at random from a seed."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.domain.errors import Refusal


class Trouble(StrEnum):
    """The kinds of trouble.

    Each strikes when its label is about to be printed; those `ON_ARRIVAL` when it arrives, in the middle of it if it
    comes in pieces.
    """

    PAPER_OUT = "paper_out"
    PAPER_OUT_MID = "paper_out_mid"  # half a label is out; mended, it is printed whole again if the job asks for that
    RIBBON_OUT = "ribbon_out"
    HEAD_OPEN = "head_open"
    PAUSED = "paused"
    FEED = "feed"  # somebody presses FEED: a blank label, which the odometer counts
    POWER_CYCLE = "power_cycle"  # buffer lost, and the connection where power carries it
    LATE = "late"  # stuck on its way where no state shows it; comes out that much later
    BUFFER_FULL = "buffer_full"  # says so, and prints on
    SILENT = "silent"  # prints on, answers nothing
    SPLIT = "split"  # answers come byte by byte
    MERGED = "merged"  # every other answer waits for the next one, until it is late
    STALE = "stale"  # answers come late
    NOISE = "noise"  # other things are said before and after each answer
    HEX = "hex"  # answers are hex digits
    LIES = "lies"  # says that it is ready and empty
    COUNTS_LATE = "counts_late"  # its count stands still
    CUT = "cut"  # connection reset in the middle of the label; the printer has none of it
    CUT_AFTER = "cut_after"  # connection reset when the printer has all of it
    HALF_OPEN = "half_open"  # the connection is dead and nobody says so; the printer has none of the label
    UNPLUG = "unplug"  # the port vanishes in the middle of the label; the printer has none of it
    XOFF = "xoff"  # takes no more bytes


# the label is lost in the first three
ON_ARRIVAL = frozenset({Trouble.CUT, Trouble.HALF_OPEN, Trouble.UNPLUG, Trouble.CUT_AFTER, Trouble.XOFF})
# the host sees that its connection is lost
HANGS_UP = frozenset({Trouble.CUT, Trouble.CUT_AFTER, Trouble.UNPLUG, Trouble.POWER_CYCLE})
# nothing is printed while one of these stands
HOLDS = frozenset(
    {Trouble.PAPER_OUT, Trouble.RIBBON_OUT, Trouble.HEAD_OPEN, Trouble.PAUSED, Trouble.LATE, Trouble.POWER_CYCLE}
)


@dataclass(frozen=True, slots=True)
class Fault:
    """Trouble at one label: `label` is the odometer after it; `seconds` until it mends itself, None: not by itself."""

    trouble: Trouble
    label: int
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Chance:
    """Trouble at random: at which share of the labels, and from which seed everything is drawn.

    The fate of a label follows from seed and number alone. `seconds`: the range of how long trouble lasts.
    """

    share: float
    seed: int = 0
    kinds: Sequence[Trouble] = tuple(Trouble)
    seconds: tuple[float, float] = (0.5, 10.0)

    def fate(self, label: int) -> Fault | None:
        """What happens to a label, if anything."""
        dice = random.Random(f"{self.seed} {label}")
        if dice.random() >= self.share:
            return None
        return Fault(dice.choice(self.kinds), label, dice.uniform(*self.seconds))


class Schedule:
    """The faults that are still to come."""

    def __init__(self, faults: Iterable[Fault] = (), chance: Chance | None = None) -> None:
        self._faults = list(faults)
        self._chance = chance
        self._drawn = 0  # up to which label the dice have been thrown

    def forget(self, last: int) -> None:
        """Nothing more happens to labels up to this one."""
        self._faults = [fault for fault in self._faults if fault.label > last]
        self._drawn = max(self._drawn, last)

    def strike(self, label: int) -> list[Fault]:
        """Take the faults of the label that is about to be printed, and of earlier ones; not those on arrival."""
        self._draw(label)
        struck = [fault for fault in self._faults if fault.label <= label and fault.trouble not in ON_ARRIVAL]
        self._faults = [fault for fault in self._faults if fault not in struck]
        return struck

    def due(self, trouble: Trouble, last: int) -> Fault | None:
        """Take one fault of this kind planned for a label up to `last`; what is planned twice happens twice."""
        self._draw(last)
        for fault in self._faults:
            if fault.trouble is trouble and fault.label <= last:
                self._faults.remove(fault)
                return fault
        return None

    def _draw(self, last: int) -> None:
        if self._chance is None:
            return
        while self._drawn < last:
            self._drawn += 1
            if fault := self._chance.fate(self._drawn):
                self._faults.append(fault)


_FORM = re.compile(r"([a-z_]+)@([1-9]\d*)(?::(\d+(?:\.\d+)?))?", re.ASCII)


def parse_faults(texts: Iterable[str]) -> tuple[Fault, ...]:
    """`paper_out@137:2.5`, `cut@3`: trouble, label, seconds; raises Refusal `twin_fault_unknown` for anything else."""
    faults = []
    for text in texts:
        found = _FORM.fullmatch(text.strip())
        if not found or found[1] not in {trouble.value for trouble in Trouble}:
            raise Refusal("twin_fault_unknown", fault=text)
        faults.append(Fault(Trouble(found[1]), int(found[2]), float(found[3]) if found[3] else None))
    return tuple(faults)
