"""What a bench asks of an item before it counts: its serial number, its lot, its expiry; and how it is answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from app.domain.barcode import Command, kind_of, read_label_code
from app.domain.bench import (
    NOTHING_PENDING,
    Bench,
    Found,
    Item,
    LabelFound,
    Line,
    OpenParcel,
    Pending,
    Person,
    Quantity,
    StandIn,
    Unknown,
    Weight,
)
from app.domain.capture import Capture, Said, clean_lot, clean_serial, expiry_day
from app.domain.errors import Fact, Refusal
from app.domain.kitting import Counts, place
from app.domain.policy import Act
from app.domain.states import ParcelState
from app.domain.verdict import Code, Effect, Outcome, Verdict, fail, look, passed

_ASKED = {Capture.SERIAL: Code.SERIAL_NEEDED, Capture.LOT: Code.LOT_NEEDED, Capture.EXPIRY: Code.EXPIRY_NEEDED}
_SKIPPING = {Capture.SERIAL: Act.SKIP_SERIAL, Capture.LOT: Act.SKIP_LOT, Capture.EXPIRY: Act.SKIP_LOT}


def gate(parcel: OpenParcel) -> Verdict | None:
    """Why nothing belongs into a parcel: its order is cancelled, or its address has changed unseen."""
    if parcel.cancel_requested:
        return fail(Code.ORDER_CANCELLED, Effect.CANCEL, order=parcel.order)
    if parcel.address_changed:
        return fail(Code.ADDRESS_CHANGED, order=parcel.order)
    if parcel.state is not ParcelState.OPEN and parcel.remaining:
        return fail(Code.LABEL_NOT_SCANNED, order=parcel.order)  # a sealed box goes as it is
    return None


def what_waits(parcel: OpenParcel, pending: Pending) -> Line | StandIn | None:
    """The line or the substitute of the item that waits for what is captured of it, None when none does."""
    if pending.sku_id is None:
        return None
    there: tuple[Line | StandIn, ...] = (*parcel.lines, *parcel.substitutes)
    return next((what for what in there if what.sku_id == pending.sku_id), None)


def settle(
    bench: Bench, parcel: OpenParcel, what: Line | StandIn, counts: Counts, pending: Pending,
    accepted: str | None = None, *, plain: bool = False,
) -> Verdict:
    """The verdict on pieces for which there is room: counted, once all that is to be captured of them is known.

    `pending` is the item with what is known of it; `accepted` the failure of its expiry that somebody has accepted;
    `plain` when the scan itself says how many pieces they are.
    """
    said = pending.said
    missing = _missing(what, pending)
    if missing is not None:
        asked = look(_ASKED[missing], Effect.ASK, sku=what.sku, name=what.called)
        return replace(asked, sku=what.sku, pending=pending)
    if accepted is None and said.expires_on is not None and bench.today is not None:
        days = (said.expires_on - bench.today).days
        least = bench.rules.min_shelf_days if what.min_shelf_days is None else what.min_shelf_days
        if days < max(least, 0):
            stopped = fail(
                Code.EXPIRED if days < 0 else Code.SHELF_LIFE_SHORT, sku=what.sku, name=what.called,
                expires=said.expires_on.isoformat(), days=days, least=least,
            )
            return replace(stopped, sku=what.sku, pending=pending)
    return _counted(parcel, what, counts, pending, accepted, plain=plain)


def _counted(
    parcel: OpenParcel, what: Line | StandIn, counts: Counts, pending: Pending, accepted: str | None, *, plain: bool
) -> Verdict:
    pieces = sum(number for _, number in counts)
    taken = dict(counts)
    open_ = sum(line.open for line in parcel.lines if line.line_id in taken)
    left = parcel.remaining - pieces
    facts: dict[str, Fact] = {"sku": what.sku, "name": what.called, "left": open_ - pieces, "remaining": left}
    code = Code.ITEM if left else Code.COMPLETE
    noted: Said | None = None
    if what.captures or isinstance(what, StandIn):
        said = pending.said
        noted = Said(
            said.serial if Capture.SERIAL in what.captures else None,
            said.lot if Capture.LOT in what.captures else None,
            said.expires_on if Capture.EXPIRY in what.captures else None,
        )
    if pending.skipped:
        code = Code.SKIPPED
        facts["act"] = _SKIPPING[next(capture for capture in Capture if capture in pending.skipped)]
        facts["skipped"] = ",".join(capture for capture in Capture if capture in pending.skipped)
    if accepted is not None:
        code = Code.OVERRIDDEN
    line = counts[0][0] if len(counts) == 1 else None
    if line is None:
        facts["counts"] = ",".join(f"{line}:{number}" for line, number in counts)
    return Verdict(
        Outcome.PASS, code, Effect.COUNT, facts, line, what.sku,
        counts=() if plain and line is not None and noted is None else counts, said=noted, reason=accepted,
    )


def _missing(what: Line | StandIn, pending: Pending) -> Capture | None:
    """What is to be asked first."""
    said = pending.said
    known = {Capture.SERIAL: said.serial, Capture.LOT: said.lot, Capture.EXPIRY: said.expires_on}
    wanted = what.captures - pending.skipped
    return next((capture for capture in Capture if capture in wanted and known[capture] is None), None)


def answer(bench: Bench, scan: str, found: Found) -> Verdict | None:
    """What a scan says of the item that waits; None when none does, or when it is about something else."""
    parcel, pending = bench.parcel, bench.pending
    what = what_waits(parcel, pending) if parcel is not None else None
    if parcel is None or what is None or isinstance(found, (Quantity, Person)):
        return None
    stopped = gate(parcel)
    if stopped is not None:
        return stopped
    if bench.question == Code.SUBSTITUTE:
        return _settled(bench, parcel, what, pending) if found is Command.OK else _dropped(what, found)
    missing = _missing(what, pending)
    if missing is None or bench.question != _ASKED[missing]:
        return None
    if found is Command.SKIP:
        if not bench.may(_SKIPPING[missing], what.handling_class):
            return fail(Code.NOT_ALLOWED, act=_SKIPPING[missing])
        pending = replace(pending, skipped=pending.skipped | {missing})
    elif found in (Command.OK, Command.NEXT) or isinstance(found, Weight):
        pass  # asked once more
    elif isinstance(found, Command):
        return _dropped(what, found)
    else:
        pending = replace(pending, said=_told(parcel, what, pending.said, missing, scan, found))
    return _settled(bench, parcel, what, pending)


def accept_expiry(bench: Bench, was: str) -> Verdict:
    """Somebody takes it upon himself to send the item whose expiry has stopped the bench."""
    parcel, pending = bench.parcel, bench.pending
    what = what_waits(parcel, pending) if parcel is not None else None
    if parcel is None or what is None:
        return fail(Code.LATCHED, was=was)
    if not bench.may(Act.ACCEPT_EXPIRY, what.handling_class):
        return replace(fail(Code.NOT_ALLOWED, act=Act.ACCEPT_EXPIRY), pending=pending)
    return gate(parcel) or _settled(bench, parcel, what, pending, was)


def left_pending(bench: Bench, found: Found, verdict: Verdict) -> Pending:
    """What the bench remembers after a verdict: nothing that the next scan was about survives another one.

    What only looks or is refused while latched, and what the scale says by itself, is no other scan.
    """
    if verdict.pending is not None:
        return verdict.pending
    pending = bench.pending
    if pending is NOTHING_PENDING or pending.out:
        return pending
    kept = verdict.code is Code.LATCHED or isinstance(found, Weight)
    if found in (Command.OK, Command.NEXT):
        kept = bench.latch is None and verdict.effect in (Effect.NONE, Effect.ASK)
    return pending if kept else NOTHING_PENDING


def _settled(
    bench: Bench, parcel: OpenParcel, what: Line | StandIn, pending: Pending, accepted: str | None = None
) -> Verdict:
    """The item that waited, judged with what is known of it now."""
    of = what.instead_id if isinstance(what, StandIn) else what.sku_id
    lines = [line for line in parcel.lines if line.sku_id == of]
    placed = place(parcel, lines, pending.quantity or 1, what.sku, what.called)
    return placed if isinstance(placed, Verdict) else settle(bench, parcel, what, placed, pending, accepted)


def _dropped(what: Line | StandIn, found: Found) -> Verdict | None:
    """The item that waits is not to be packed after all; every other scan speaks for itself."""
    if found is not Command.UNDO:
        return None
    left_out = passed(Code.LEFT_OUT, sku=what.sku, name=what.called)
    return replace(left_out, sku=what.sku, pending=NOTHING_PENDING)


def _told(
    parcel: OpenParcel, what: Line | StandIn, said: Said, missing: Capture, scan: str, found: Found
) -> Said:
    """What is known with this scan; the same as before where it is no answer.

    Any code may be a serial number, only not what a packer scans by mistake here: an item of this order, a label, or
    one of our own codes.
    """
    if isinstance(found, Unknown) or (isinstance(found, Item) and found.sku_id == what.sku_id):
        more = found.said
        if more.serial or more.lot or more.expires_on:
            return Said(
                said.serial or more.serial, said.lot or more.lot, said.expires_on or more.expires_on, said.quantity
            )
    if isinstance(found, LabelFound) or kind_of(scan) is not None or read_label_code(scan) is not None:
        return said
    if isinstance(found, Item) and found.sku_id in _expected(parcel, what):
        return said
    try:
        return _READERS[missing](said, scan)
    except Refusal:
        return said


def _expected(parcel: OpenParcel, what: Line | StandIn) -> set[int]:
    kits = {line.kit.sku_id for line in parcel.lines if line.kit is not None}
    return {line.sku_id for line in parcel.lines} | kits | {what.sku_id}


_READERS: dict[Capture, Callable[[Said, str], Said]] = {
    Capture.SERIAL: lambda said, scan: replace(said, serial=clean_serial(scan)),
    Capture.LOT: lambda said, scan: replace(said, lot=clean_lot(scan)),
    Capture.EXPIRY: lambda said, scan: replace(said, expires_on=expiry_day(scan)),
}
