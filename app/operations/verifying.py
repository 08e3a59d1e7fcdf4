"""Pieces verified into a parcel, and taken back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import bindparam, select, update

from app.domain.bench import Found, Item, OpenParcel
from app.domain.errors import Fact
from app.domain.policy import Act
from app.domain.states import JOB, PARCEL, JobState, ParcelState, advance
from app.domain.verdict import Code, Effect, Verdict
from app.operations import captured, labels
from app.operations.deeds import Deed
from db.journal import ScanEvent, record
from db.parcels import Parcel, ParcelItem
from db.store import Tx

UNDOING = frozenset({Effect.UNDO, Effect.UNDO_LINE, Effect.UNDO_BOX})
_COUNTED = (
    select(ScanEvent.id, ScanEvent.order_line_id, ScanEvent.counted, ScanEvent.facts)
    .where(ScanEvent.parcel_id == bindparam("parcel"), ScanEvent.counted > 0, ScanEvent.undone_by.is_(None))
    .order_by(ScanEvent.id.desc())
)
_LAST = _COUNTED.limit(1)
_COUNT = (
    update(ParcelItem)
    .where(ParcelItem.parcel_id == bindparam("parcel"), ParcelItem.order_line_id == bindparam("line"))
    .values(quantity=ParcelItem.quantity + bindparam("pieces"))
)
_EVENT = select(ScanEvent.id).where(ScanEvent.station_id == bindparam("station"), ScanEvent.seq == bindparam("seq"))


@dataclass(frozen=True, slots=True)
class _Counted:
    """A scan that counts: its event, the lines and pieces, and what was scanned."""

    event_id: int
    counts: tuple[tuple[int, int], ...]
    facts: dict[str, Fact]


def pieces_of(verdict: Verdict, found: Found) -> int:
    """How many pieces a scan counts."""
    if verdict.counts:
        return sum(pieces for _, pieces in verdict.counts)
    return found.quantity if isinstance(found, Item) else 0


def count(deed: Deed, parcel: OpenParcel) -> None:
    """Put the pieces of the scan into the parcel."""
    tx, verdict = deed.tx, deed.verdict
    counts = verdict.counts or ((verdict.line_id, pieces_of(verdict, deed.found)),)
    for line, pieces in counts:
        tx.connection.execute(_COUNT, {"parcel": parcel.parcel_id, "line": line, "pieces": pieces})
    if "skipped" in verdict.facts:
        _record(deed, parcel, "skip", str(verdict.facts["act"]), {"skipped": verdict.facts["skipped"]})
    if verdict.code is Code.OVERRIDDEN:
        expires = deed.bench.pending.said.expires_on
        more = {"failure": verdict.reason, "expires": expires.isoformat() if expires else None}
        _record(deed, parcel, "override", Act.ACCEPT_EXPIRY.value, more)


def _record(deed: Deed, parcel: OpenParcel, name: str, reason: str, more: Mapping[str, object]) -> None:
    """What was left out or accepted of pieces, and by whom."""
    said = deed.bench.pending.said
    ids = {
        "order": parcel.order_id, "parcel": parcel.parcel_id, "sku": deed.verdict.sku,
        "pieces": pieces_of(deed.verdict, deed.found), "serial": said.serial, "lot": said.lot, **more,
    }
    record(deed.tx, deed.actor, name, ids, reason=reason)


def last_line(tx: Tx, parcel_id: int) -> int | None:
    """The line of the last verified piece that was not taken back; of a kit its first."""
    last = tx.connection.execute(_LAST, {"parcel": parcel_id}).first()
    return None if last is None else _counted(*last).counts[0][0]


def undo(deed: Deed) -> Verdict:
    """Take back the last verified scan of the parcel, all scans of a line, or all there are."""
    tx, parcel = deed.tx, deed.parcel
    taken = _taken_back(tx, parcel.parcel_id, deed.verdict)
    for scan in taken:
        for line, pieces in scan.counts:
            tx.connection.execute(_COUNT, {"parcel": parcel.parcel_id, "line": line, "pieces": -pieces})
    if deed.verdict.effect is Effect.UNDO_BOX:
        # a parcel of a series has pieces that nobody has scanned
        tx.connection.execute(update(ParcelItem).where(ParcelItem.parcel_id == parcel.parcel_id).values(quantity=0))
        captured.release(tx, parcel.parcel_id)
    else:
        captured.release(tx, parcel.parcel_id, [scan.event_id for scan in taken])
    _reopen(tx, parcel)
    if deed.verdict.effect is not Effect.UNDO:
        return deed.verdict
    said = {name: fact for name, fact in taken[0].facts.items() if name in ("sku", "name")}
    pieces = sum(pieces for _, pieces in taken[0].counts)
    return replace(deed.verdict, facts={**deed.verdict.facts, **said, "pieces": pieces})


def _reopen(tx: Tx, parcel: OpenParcel) -> None:
    """A parcel of which pieces were taken back is open and not sealed; a label that nobody has sent is not sent."""
    row = tx.session.get_one(Parcel, parcel.parcel_id, populate_existing=True)
    row.sealed = False
    if row.state is ParcelState.LABELLING:
        row.state = advance(PARCEL, row.state, ParcelState.OPEN)
        job = labels.newest_job(tx, parcel.parcel_id)
        # what was printed ahead is waited for again, and what was printed of a voided label stays printed
        if job is not None and job.state is JobState.QUEUED and not parcel.ahead:
            job.state = advance(JOB, job.state, JobState.CANCELLED)
            job.reason = "undone"
            job.updated_at = tx.at


def note_event(deed: Deed, parcel: OpenParcel | None, seq: int) -> None:
    """Write down what hangs on the scan's event, which is there now.

    That it has taken earlier scans back, and what was captured of the pieces that it counts.
    """
    assert parcel is not None
    tx = deed.tx
    event: int = tx.connection.execute(_EVENT, {"station": deed.actor.station, "seq": seq}).scalar_one()
    if deed.verdict.effect in UNDOING:
        taken = [scan.event_id for scan in _taken_back(tx, parcel.parcel_id, deed.verdict)]
        tx.connection.execute(update(ScanEvent).where(ScanEvent.id.in_(taken)).values(undone_by=event))
    else:
        captured.note(tx, parcel, deed.verdict, event)


def _taken_back(tx: Tx, parcel_id: int, verdict: Verdict) -> list[_Counted]:
    """The scans that a verdict takes back, the newest first."""
    every = [_counted(*row) for row in tx.connection.execute(_COUNTED, {"parcel": parcel_id})]
    if verdict.effect is Effect.UNDO:
        return every[:1]
    if verdict.effect is Effect.UNDO_LINE:
        return [scan for scan in every if any(line == verdict.line_id for line, _ in scan.counts)]
    return every


def _counted(event_id: int, line_id: int | None, counted: int, text: str) -> _Counted:
    facts: dict[str, Fact] = json.loads(text)
    if line_id is not None:
        return _Counted(event_id, ((line_id, counted),), facts)
    parts = (part.split(":") for part in str(facts["counts"]).split(","))
    return _Counted(event_id, tuple((int(line), int(pieces)) for line, pieces in parts), facts)
