"""Whether a hand or a scanner has typed: by the rhythm of the keys alone, without Qt."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, sqrt
from typing import Final

from app.domain.barcode import Command

# ms a key: so quick is no hand over four keys, and none over six
_QUICK, _QUICK_OVER_SIX = 15.0, 25.0
# of `jitter_ms`, how much of it the gaps of a short code may differ: the fewer they are, the easier a hand is even by
# chance
_EVEN: Final = {4: 0.4, 5: 0.65}
_EVEN_AFTER_TYPING: Final = 0.65  # and it must have six characters
ROLLED_MS: Final = 5.0  # a key that is still down so long after the next one

# command barcodes are short: nobody types one as quickly as that without meaning it
_KNOWN = frozenset(command.value for command in Command)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How the keys of what may be a code came.

    `gaps` are the milliseconds before each character but the first, and before the suffix; `shifted` says of each
    whether a modifier went down in it, which takes a scanner an extra key. `rolled` when a key was still down
    `ROLLED_MS` after the next one, `after_typing` when somebody typed just before.
    """

    gaps: tuple[float, ...]
    shifted: tuple[bool, ...]
    rolled: bool = False
    after_typing: bool = False


def of_machine(code: str, rhythm: Rhythm, jitter_ms: float = 6.0) -> bool:
    """Whether a scanner has sent this code, of at least one character: nobody types so quickly, or so evenly.

    Fast typists take some 120 ms a key, unevenly, and press most pairs of keys so that they overlap (Dhakal et al.
    2018, "Observations on Typing from 136 Million Keystrokes"): two to four keys come in 20 to 50 ms each, not six.
    """
    gaps, length = rhythm.gaps, len(code)
    mean = sum(gaps) / len(gaps)
    if mean <= _QUICK:
        return True
    if rhythm.rolled:
        return False
    if code.upper() in _KNOWN or (length >= 6 and mean <= _QUICK_OVER_SIX):
        return True
    share = _EVEN.get(length, 1.0)
    if rhythm.after_typing:
        share = _EVEN_AFTER_TYPING if length >= 6 else 0.0
    return share > 0 and deviation(rhythm) <= share * jitter_ms


def deviation(rhythm: Rhythm) -> float:
    """The standard deviation of the gaps in ms, those with a modifier and those without each around their own mean."""
    kinds = [
        [gap for gap, shifted in zip(rhythm.gaps, rhythm.shifted, strict=True) if shifted is kind]
        for kind in (False, True)
    ]
    squares = sum(sum((gap - sum(kind) / len(kind)) ** 2 for gap in kind) for kind in kinds if kind)
    free = len(rhythm.gaps) - sum(1 for kind in kinds if kind)
    return sqrt(squares / free) if free > 0 else inf


def was_rolled(after: int, at: float) -> bool:
    """Whether a key whose next one went down at `after` was still down at `at`, in ms; 0 where no time is known."""
    return 0 < after <= at - ROLLED_MS
