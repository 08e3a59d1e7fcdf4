"""Everything that happened to an order, from its import to the last copy of its label."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.domain.errors import Fact, Refusal
from app.domain.states import JobState
from app.domain.verdict import Outcome
from db.journal import JournalEntry, ScanEvent
from db.orders import Order, OrderLine, Shop, Sku
from db.parcels import Label, Parcel, PrintAttempt, PrintJob
from db.places import Location, Operator, Station
from db.waves import Batch, BatchOrder, PickTask, Wave

LOG = "orders_log_"  # begins the codes of all entries that are not scans


class EntryKind(StrEnum):
    """What kind of thing happened; of things that happened at once the earlier kind comes first."""

    ORDER = "order"
    WAVE = "wave"
    PICK = "pick"
    SCAN = "scan"  # at a bench
    PRINT = "print"


_KINDS = list(EntryKind)
_TOLD = ("found", "missing", "pieces", "tracking", "fields")  # of what an operation has noted


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing that happened: `say(code, facts)` words it.

    A scan has the code of its verdict and its outcome; `undone` when a later one took it back. `reason` is what the
    person gave, or a code. Nothing of the buyer is in it.
    """

    at: datetime
    kind: EntryKind
    code: str
    facts: Mapping[str, Fact]
    station: str | None = None
    operator: str | None = None
    outcome: Outcome | None = None
    reason: str | None = None
    undone: bool = False


# an entry with its place among those of the same moment and kind
_Placed = tuple[int, TimelineEntry]


def timeline(session: Session, order_id: int, limit: int = 500) -> tuple[TimelineEntry, ...]:
    """The newest `limit` entries of an order, the oldest first; raises Refusal `order_unknown`."""
    order = session.execute(
        select(Order.created_at, Order.updated_at, Shop.code).join(Shop).where(Order.id == order_id)
    ).first()
    if order is None:
        raise Refusal("order_unknown", order=order_id)
    created_at, updated_at, shop = order
    journal = _journal(session, JournalEntry.order_id == order_id)
    placed = [
        *_imports(session, order_id, created_at, updated_at, shop),
        *_waves(session, order_id, journal),
        *_scans(session, order_id, limit),
        *_noted(session, journal),
        *_prints(session, order_id),
    ]
    placed.sort(key=lambda each: (each[1].at, _KINDS.index(each[1].kind), each[0]))
    return tuple(entry for _, entry in placed)[-limit:]


@dataclass(frozen=True, slots=True)
class _Note:
    """A row of the journal; `text` is the JSON of what it touched."""

    note_id: int
    name: str
    at: datetime
    reason: str | None
    text: str
    station: str | None
    operator: str | None
    wave_id: int | None
    job_id: int | None

    @property
    def ids(self) -> Mapping[str, Any]:
        """What it touched."""
        found: dict[str, Any] = json.loads(self.text)
        return found

    def value(self, key: str) -> Any:
        """The value of the first key of that name, None when there is none.

        The row of an import names thousands of orders: this reads one of them.
        """
        named = f'"{key}": '
        at = self.text.find(named)
        return None if at < 0 else json.JSONDecoder().raw_decode(self.text, at + len(named))[0]


def _journal(session: Session, condition: ColumnElement[bool]) -> list[_Note]:
    rows = session.execute(
        select(
            JournalEntry.id, JournalEntry.name, JournalEntry.at, JournalEntry.reason, JournalEntry.ids, Station.name,
            Operator.name, JournalEntry.wave_id, JournalEntry.job_id,
        )
        .outerjoin(Station, Station.id == JournalEntry.station_id)
        .outerjoin(Operator, Operator.id == JournalEntry.operator_id)
        .where(condition)
        .order_by(JournalEntry.id)
    )
    return [_Note(*row) for row in rows]


def _imports(
    session: Session, order_id: int, created_at: datetime, updated_at: datetime, shop: str
) -> Iterator[_Placed]:
    """When its source sent it, and sent it again.

    An import of many orders is one row of the journal. The row of the order's first is of the same moment; those that
    changed it are looked for among the imports between then and the order's last change.
    """
    imports = JournalEntry.name == "import_orders"
    first = _journal(session, imports & (JournalEntry.at == created_at))
    by = first[0] if first else None
    yield 0, TimelineEntry(
        created_at, EntryKind.ORDER, LOG + "imported", {"file": by.value("file") if by else None, "shop": shop},
        by.station if by else None, by.operator if by else None,
    )
    key = str(order_id)
    between = imports & (JournalEntry.at >= created_at) & (JournalEntry.at <= updated_at)
    for note in _journal(session, between & JournalEntry.ids.contains(f'"{key}": [', autoescape=True)):
        facts: dict[str, Fact] = {"file": note.value("file"), "fields": ", ".join(note.value(key))}
        yield note.note_id, TimelineEntry(note.at, EntryKind.ORDER, LOG + "changed", facts, note.station, note.operator)


def _waves(session: Session, order_id: int, journal: Sequence[_Note]) -> Iterator[_Placed]:
    """The waves that it was in; its pick tasks remember them when its place on the cart is gone."""
    waves = session.execute(
        select(Wave.id, Wave.created_at, Wave.released_at, Batch.number, BatchOrder.slot)
        .distinct()
        .join(Batch, Batch.wave_id == Wave.id)
        .join(PickTask, PickTask.batch_id == Batch.id)
        .join(OrderLine, OrderLine.id == PickTask.order_line_id)
        .outerjoin(BatchOrder, (BatchOrder.order_id == OrderLine.order_id) & (BatchOrder.batch_id == Batch.id))
        .where(OrderLine.order_id == order_id)
        .order_by(Wave.id)
    ).all()
    notes = _journal(session, JournalEntry.wave_id.in_([wave_id for wave_id, *_ in waves])) if waves else []
    of_wave = {(note.wave_id, note.name): note for note in notes}
    for wave_id, created_at, released_at, batch, slot in waves:
        # what became of a wave after the order had left it is not the order's story
        left = min(
            (note.at for note in journal if note.name in ("kick_out", "request_cancel") and note.at >= created_at),
            default=None,
        )
        moments = (
            ("create_wave", "wave_planned", created_at),
            ("release_wave", "wave_released", released_at),
            ("cancel_wave", "wave_cancelled", None),
        )
        for name, code, moment in moments:
            note = of_wave.get((wave_id, name))
            at = note.at if note else moment
            if at is None or (left is not None and at > left):
                continue
            facts: dict[str, Fact] = {"wave": wave_id, "batch": batch, "slot": slot}
            if note and note.reason:
                facts["reason"] = note.reason
            yield wave_id, TimelineEntry(
                at, EntryKind.WAVE, LOG + code, facts, note.station if note else None, note.operator if note else None,
                reason=note.reason if note else None,
            )


def _scans(session: Session, order_id: int, limit: int) -> Iterator[_Placed]:
    """Scans at a bench know their order, those of a picker the line alone."""
    lines = select(OrderLine.id).where(OrderLine.order_id == order_id)
    # not "IS NULL": SQLite would look up all picks that there are by it, instead of those of the lines
    no_order = func.coalesce(ScanEvent.order_id, 0) == 0
    for kind, condition in (
        (EntryKind.SCAN, ScanEvent.order_id == order_id),
        (EntryKind.PICK, ScanEvent.order_line_id.in_(lines) & no_order),
    ):
        rows = session.execute(
            select(
                ScanEvent.id, ScanEvent.at, ScanEvent.code, ScanEvent.facts, Station.name, Operator.name,
                ScanEvent.outcome, ScanEvent.undone_by,
            )
            .join(Station, Station.id == ScanEvent.station_id)
            .outerjoin(Operator, Operator.id == ScanEvent.operator_id)
            .where(condition)
            .order_by(ScanEvent.id.desc())
            .limit(limit)
        )
        for event_id, at, code, facts, station, operator, outcome, undone_by in rows:
            yield event_id, TimelineEntry(
                at, kind, code, json.loads(facts), station, operator, outcome, undone=undone_by is not None
            )


def _noted(session: Session, journal: Sequence[_Note]) -> Iterator[_Placed]:
    """What people did with the order itself."""
    touched = [note.ids for note in journal]
    shorts = [ids["task"] for ids in touched if "task" in ids]
    tasks = {}
    if shorts:
        rows = session.execute(
            select(PickTask.id, Sku.code, Location.code)
            .join(Sku, Sku.id == PickTask.sku_id)
            .join(Location, Location.id == PickTask.location_id)
            .where(PickTask.id.in_(shorts))
        )
        tasks = {task_id: (sku, location) for task_id, sku, location in rows}
    for note, ids in zip(journal, touched, strict=True):
        facts: dict[str, Fact] = {name: value for name, value in ids.items() if name in _TOLD}
        if ids.get("task") in tasks:
            facts["sku"], facts["location"] = tasks[ids["task"]]
        if note.reason:
            facts["reason"] = note.reason
        kind = EntryKind.PICK if note.name == "short_pick" else EntryKind.ORDER
        yield note.note_id, TimelineEntry(
            note.at, kind, LOG + note.name, facts, note.station, note.operator, reason=note.reason
        )


def _prints(session: Session, order_id: int) -> Iterator[_Placed]:
    """The copies of its labels: wanted, sent, settled, scanned back or taken back."""
    jobs = session.execute(
        select(
            PrintJob.id, PrintJob.copy, Label.tracking, PrintJob.queue, PrintJob.state, PrintJob.reason,
            PrintJob.reprint_reason, Operator.name, PrintJob.created_at, PrintJob.updated_at,
        )
        .join(Label, Label.id == PrintJob.label_id)
        .join(Parcel, Parcel.id == Label.parcel_id)
        .outerjoin(Operator, Operator.id == PrintJob.operator_id)
        .where(Parcel.order_id == order_id)
        .order_by(PrintJob.id)
    ).all()
    if not jobs:
        return
    about: dict[int, dict[str, Fact]] = {}
    notes = _journal(session, JournalEntry.job_id.in_([job[0] for job in jobs]))
    of_job = {(note.job_id, note.name): note for note in notes}

    def entry(at: datetime, code: str, job_id: int, note: _Note | None = None, **more: Any) -> _Placed:
        reason = more.pop("reason", None)
        facts = {**about[job_id], **more, **({"reason": reason} if reason else {})}
        who = (note.station, note.operator) if note else (None, None)
        return job_id, TimelineEntry(at, EntryKind.PRINT, LOG + code, facts, *who, reason=reason)

    for job in jobs:
        job_id, copy, tracking, queue, state, ended, wanted, operator, created_at, updated_at = tuple(job)
        about[job_id] = {"tracking": tracking, "copy": copy, "queue": queue}
        by = of_job.get((job_id, "reprint"))
        facts = about[job_id] | ({"reason": wanted} if wanted else {})
        yield job_id, TimelineEntry(
            created_at, EntryKind.PRINT, LOG + ("reprint_wanted" if wanted else "label_wanted"), facts,
            by.station if by else None, operator, reason=wanted,
        )
        settled = of_job.get((job_id, "settle_label"))
        if settled:
            code = "settled_printed" if settled.ids.get("came_out") else "settled_not_out"
            yield entry(settled.at, code, job_id, settled)
        if state is JobState.CANCELLED:
            yield entry(updated_at, "label_taken_back", job_id, of_job.get((job_id, "cancel_job")), reason=ended)
        elif state is JobState.CONFIRMED:
            yield entry(updated_at, "label_confirmed", job_id)
    attempts = session.execute(
        select(
            PrintAttempt.job_id, PrintAttempt.printer, PrintAttempt.started_at, PrintAttempt.ended_at,
            PrintAttempt.outcome, PrintAttempt.reason,
        )
        .where(PrintAttempt.job_id.in_(list(about)))
        .order_by(PrintAttempt.id)
    )
    for job_id, printer, started_at, ended_at, outcome, reason in attempts:
        if outcome is None:
            yield entry(started_at, "label_sending", job_id, printer=printer)
        else:
            yield entry(ended_at or started_at, f"label_{outcome.value}", job_id, printer=printer, reason=reason)
