"""What goes wrong with an order on the table: to the problem shelf by one scan, or sent without what is missing."""

from __future__ import annotations

from app.domain.barcode import Command
from app.domain.bench import Bench, Found, Line, OpenParcel
from app.domain.errors import Fact
from app.domain.states import ParcelState
from app.domain.verdict import Code, Effect, Outcome, Verdict, fail, look

REASONS = {
    Command.SHORT: "bench_short",
    Command.BROKEN: "bench_broken",
    Command.NO_CODE: "bench_no_code",
    Command.OTHER: "bench_other_item",
    Command.HELP: "bench_help",
}


def answer(bench: Bench, _scan: str, found: Found) -> Verdict | None:
    """What a scan means for an order that cannot go on; None when it is about something else."""
    parcel = bench.parcel
    if not isinstance(found, Command):
        return None
    if bench.question == Code.SHORT_HOW and parcel is not None and found in (Command.SPLIT, Command.HOLD):
        if parcel.cancel_requested:
            return fail(Code.ORDER_CANCELLED, Effect.CANCEL, order=parcel.order)
        if found is Command.HOLD:
            return _shelve(parcel, Command.SHORT)
        left = parcel.remaining
        facts: dict[str, Fact] = {"order": parcel.order, "pieces": left}
        if left and parcel.packed and parcel.state is ParcelState.OPEN:
            return Verdict(Outcome.PASS, Code.SPLIT_OFF, Effect.SPLIT_OFF, facts, reason=REASONS[Command.SHORT])
        return look(Code.NOTHING_TO_SPLIT)
    if found not in REASONS:
        return None
    if parcel is None:
        return None if found is not Command.HELP else look(Code.HELP_ASKED)
    if parcel.cancel_requested:
        return fail(Code.ORDER_CANCELLED, Effect.CANCEL, order=parcel.order)
    if found is Command.SHORT and parcel.state is ParcelState.OPEN:
        if not parcel.remaining:
            return look(Code.NOTHING_SHORT)
        if parcel.allow_split and parcel.packed:
            return look(Code.SHORT_HOW, Effect.ASK, pieces=parcel.remaining)
    return _shelve(parcel, found)


def _shelve(parcel: OpenParcel, command: Command) -> Verdict:
    facts: dict[str, Fact] = {"order": parcel.order, "why_code": REASONS[command]}
    line = _concerned(parcel)
    if line is not None:
        facts |= {"sku": line.sku, "name": line.called}
    return Verdict(
        Outcome.PASS, Code.SHELVED, Effect.SHELVE, facts, line.line_id if line else None, line.sku if line else None,
        reason=REASONS[command],
    )


def _concerned(parcel: OpenParcel) -> Line | None:
    """The line that the packer has before him: the one scanned last while it lacks pieces, else the first that does."""
    lacking = [line for line in parcel.lines if line.open]
    return next((line for line in lacking if line.line_id == parcel.last_line_id), lacking[0] if lacking else None)
