"""What a bench does while it is latched: the acknowledgement, what a lead accepts all the same, and the right scan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from app.domain import capturing
from app.domain.barcode import Command
from app.domain.bench import NOTHING_PENDING, Bench, Found
from app.domain.policy import Act
from app.domain.verdict import Code, Effect, Outcome, Verdict, fail, passed

# failures that somebody may accept, and what he must be allowed to do for it
OVERRIDABLE: Mapping[str, Act] = {
    Code.EXPIRED: Act.ACCEPT_EXPIRY,
    Code.SHELF_LIFE_SHORT: Act.ACCEPT_EXPIRY,
    Code.WEIGHT_OFF: Act.ACCEPT_WEIGHT,
}
# what the right thing may do where the rules let it acknowledge the failure too
_RELEASING = frozenset({Effect.COUNT, Effect.CLOSE})

Rule = Callable[[Bench, str, Found], Verdict]


def latched(bench: Bench, scan: str, found: Found, judge: Rule) -> Verdict:
    """What a scan means while a failure waits; `judge` is asked what it would mean without one."""
    was = bench.latch
    assert was is not None
    if found is Command.OK:
        seen = was == Code.ADDRESS_CHANGED and bench.parcel is not None
        return passed(Code.ACKNOWLEDGED, Effect.TAKE_ADDRESS if seen else Effect.NONE, was=was)
    if found is Command.OVERRIDE and was in OVERRIDABLE and bench.parcel is not None:
        return _override(bench, was)
    if was in bench.rules.release_by_scan and not isinstance(found, Command):
        right = judge(replace(bench, latch=None, question=None, pending=NOTHING_PENDING), scan, found)
        if right.outcome is Outcome.PASS and right.effect in _RELEASING:
            return right
    return fail(Code.LATCHED, was=was)


def _override(bench: Bench, was: str) -> Verdict:
    act = OVERRIDABLE[was]
    assert bench.parcel is not None
    stopped = capturing.gate(bench.parcel)
    if stopped is not None:
        return stopped
    if act is Act.ACCEPT_EXPIRY:
        return capturing.accept_expiry(bench, was)
    classes = {line.handling_class for line in bench.parcel.lines if line.packed}
    if not all(bench.may(act, each) for each in classes):
        return fail(Code.NOT_ALLOWED, act=act)
    return replace(passed(Code.OVERRIDDEN, Effect.OVERRIDE), reason=was)
