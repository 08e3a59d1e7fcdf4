"""What can go wrong with a simulated printer, as text such as `paper_out@137:2.5`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.domain.errors import Refusal


class Trouble(StrEnum):
    """The kinds of trouble; each strikes when label n is about to be printed, `cut` and `cut_after` when it arrives."""

    PAPER_OUT = "paper_out"
    RIBBON_OUT = "ribbon_out"
    HEAD_OPEN = "head_open"
    PAUSED = "paused"
    SILENT = "silent"  # prints on, answers nothing
    CUT = "cut"  # connection reset in the middle of the label; the printer has none of it
    CUT_AFTER = "cut_after"  # connection reset when the printer has all of it
    POWER_CYCLE = "power_cycle"  # buffer lost, connection reset, refused until it is back
    LATE = "late"  # stuck on its way where ~HS does not see it; comes out that much later


ON_ARRIVAL = frozenset({Trouble.CUT, Trouble.CUT_AFTER})


@dataclass(frozen=True, slots=True)
class Fault:
    """Trouble at one label: `label` is the odometer after it; `seconds` until it mends itself, None: not by itself."""

    trouble: Trouble
    label: int
    seconds: float | None = None


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
