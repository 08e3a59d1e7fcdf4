"""Several conditions at once: which one a printer is said to be in."""

from __future__ import annotations

from collections.abc import Iterable

from hardware.printer import Condition

# what a person mends first stands first
SEVERITY = (
    Condition.HEAD_OPEN,
    Condition.PAPER_OUT,
    Condition.RIBBON_OUT,
    Condition.OVERHEATED,
    Condition.FAULT,
    Condition.PAUSED,
    Condition.BUFFER_FULL,
    Condition.LABEL_WAITING,
)


def worst(conditions: Iterable[Condition], words: Iterable[str] = ()) -> tuple[Condition, str]:
    """The condition that is mended first (READY where there is none) and the reason.

    The reason: `words` (what a FAULT is, and what else was said) and the other conditions, joined by blanks.
    """
    held = set(conditions)
    first, *rest = [condition for condition in SEVERITY if condition in held] or [Condition.READY]
    names = [*words, *(condition.value for condition in rest if condition is not Condition.FAULT)]
    return first, " ".join(names)
