"""Order of mixed left-to-right and right-to-left text in one line (Unicode Standard Annex 9).

Left out: explicit embeddings, overrides and isolates, which `printing.text` drops from every field, since they could
disguise an address; and paired brackets (rule N0), whose direction follows their neighbours instead.
"""

from __future__ import annotations

import re
import unicodedata

_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_NEUTRAL = frozenset({"B", "S", "WS", "ON"})
_SURELY_LEFT_TO_RIGHT = re.compile(r"[\u0000-\u058f\u0900-\u1fff\u3000-\ud7ff\uf900-\ufaff]*")


def is_right_to_left(text: str) -> bool:
    """Whether the first letter with a direction runs from right to left (rules P2, P3)."""
    if _SURELY_LEFT_TO_RIGHT.fullmatch(text):
        return False
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind in ("L", "R", "AL"):
            return kind != "L"
    return False


def visual_runs(text: str, right_to_left: bool) -> list[tuple[str, bool]]:
    """The line cut into (run in logical order, whether the run is right-to-left), from left to right on paper."""
    if not right_to_left and _SURELY_LEFT_TO_RIGHT.fullmatch(text):
        return [(text, False)] if text else []
    levels = _levels(text, int(right_to_left))
    runs: list[tuple[str, int]] = []
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or levels[end] != levels[start]:
            runs.append((text[start:end], levels[start]))
            start = end
    for level in range(max(levels, default=0), 0, -1):  # rule L2
        at = 0
        while at < len(runs):
            stop = at
            while stop < len(runs) and runs[stop][1] >= level:
                stop += 1
            runs[at:stop] = runs[at:stop][::-1]
            at = stop + 1
    return [(run, level % 2 == 1) for run, level in runs]


def _levels(text: str, base: int) -> list[int]:
    """The embedding level of every character (rules W1 to W7, N1, N2, I1, I2, L1)."""
    edge = "R" if base else "L"
    kinds = [unicodedata.bidirectional(c) or "L" for c in text]
    strong = before = edge
    for i, kind in enumerate(kinds):
        if kind in ("NSM", "BN"):  # W1; a joiner goes with what it joins
            kind = before
        if kind in ("L", "R", "AL"):
            strong = kind
        if kind == "EN" and strong == "AL":  # W2
            kind = "AN"
        kinds[i] = before = kind
    for i, kind in enumerate(kinds):  # W4
        if kind in ("ES", "CS") and 0 < i < len(kinds) - 1 and kinds[i - 1] == kinds[i + 1]:
            neighbour = kinds[i - 1]
            if neighbour == "EN" or (neighbour == "AN" and kind == "CS"):
                kinds[i] = neighbour
    _join_terminators(kinds)
    strong = edge
    for i, kind in enumerate(kinds):
        if kind == "AL":  # W3
            kind = "R"
        elif kind in ("ES", "CS", "ET"):  # W6
            kind = "ON"
        elif kind == "EN" and strong == "L":  # W7
            kind = "L"
        if kind in ("L", "R"):
            strong = kind
        kinds[i] = kind
    at = 0
    while at < len(kinds):  # N1, N2
        stop = at
        while stop < len(kinds) and kinds[stop] in _NEUTRAL:
            stop += 1
        if stop > at:
            left = _side(kinds[at - 1]) if at else edge
            right = _side(kinds[stop]) if stop < len(kinds) else edge
            kinds[at:stop] = [left if left == right else edge] * (stop - at)
        at = stop + 1
    levels = [_level(kind, base) for kind in kinds]
    for i in range(len(text.rstrip()), len(text)):  # L1
        levels[i] = base
    return levels


def _join_terminators(kinds: list[str]) -> None:
    """Rule W5: signs such as % and € that touch a European number belong to it."""
    at = 0
    while at < len(kinds):
        stop = at
        while stop < len(kinds) and kinds[stop] == "ET":
            stop += 1
        touches = (at and kinds[at - 1] == "EN") or (stop < len(kinds) and kinds[stop] == "EN")
        if stop > at and touches:
            kinds[at:stop] = ["EN"] * (stop - at)
        at = stop + 1


def _side(kind: str) -> str:
    return "R" if kind in _RIGHT_TO_LEFT or kind == "EN" else "L"


def _level(kind: str, base: int) -> int:
    if base:
        return 1 if kind == "R" else 2
    return {"L": 0, "R": 1}.get(kind, 2)
