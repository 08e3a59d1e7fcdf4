"""Who stands at the bench: badges, and a bench that somebody has left."""

from __future__ import annotations

from app.domain.barcode import Command
from app.domain.bench import NOTHING_PENDING, Bench, Found, OpenParcel, Pending, Person
from app.domain.needs import Need, needs
from app.domain.second_check import by_another
from app.domain.states import ParcelState
from app.domain.verdict import Code, Effect, Verdict, look, passed


def answer(bench: Bench, _scan: str, found: Found) -> Verdict | None:
    """What a badge or a log-out means; after a log-out nothing else means anything. None for all other scans."""
    if isinstance(found, Person):
        return _badge(bench, found)
    if is_left(bench):
        return look(Code.BADGE_NEEDED)
    if found is Command.LOG_OUT:
        if bench.operator_id is None:
            return look(Code.NOBODY_THERE)
        return _with(passed(Code.BADGED_OUT, Effect.BADGE_OUT), Pending(out=True))
    return None


def is_left(bench: Bench) -> bool:
    """Whether somebody has logged out and nobody has come since; a bench without badges never is."""
    return bench.pending.out and bench.operator_id is None


def _badge(bench: Bench, person: Person) -> Verdict:
    parcel = bench.parcel
    if parcel is not None and _awaits_check(bench, parcel):
        if person.operator_id != parcel.packer_id:
            return _with(
                passed(Code.CHECK_BEGUN, Effect.BEGIN_CHECK, operator=person.name, pieces=parcel.packed),
                NOTHING_PENDING,
            )
        if bench.operator_id == person.operator_id:
            return by_another(parcel)
    return _with(passed(Code.BADGED_IN, Effect.BADGE_IN, operator=person.name), NOTHING_PENDING)


def _awaits_check(bench: Bench, parcel: OpenParcel) -> bool:
    first = next(iter(needs(parcel, bench.rules)), None)
    return parcel.state is ParcelState.OPEN and not parcel.cancel_requested and first is Need.CHECK


def _with(verdict: Verdict, pending: Pending) -> Verdict:
    return Verdict(verdict.outcome, verdict.code, verdict.effect, verdict.facts, pending=pending)
