"""The board's people and printers: who works at which bench and how fast, and what the printers wait for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.domain.people import Role
from app.domain.picking import PickCode
from app.domain.states import JobState, LabelState, ParcelState
from app.queries.board import day_start
from app.queries.label_queue import queue_heads
from app.queries.packing_extras import PARCEL_ENDS
from db.journal import ScanEvent
from db.orders import Order
from db.parcels import Label, Parcel, PrintJob
from db.places import Operator, Station

_PICKED = (PickCode.PICKED.value, PickCode.BATCH_PICKED.value)


@dataclass(frozen=True, slots=True)
class BenchRow:
    """A station: who is there, what lies on the table since when, and the work of the last hour and of today.

    `closed_*` are parcels, `picks_*` pick tasks. `latch` is the code of a failure that waits for its acknowledgement.
    """

    station_id: int
    station: str
    operator: str | None
    role: Role | None
    order_id: int | None
    order: str | None
    parcel_state: ParcelState | None
    opened_at: datetime | None
    latch: str | None
    question: str | None
    last_scan_at: datetime | None
    closed_hour: int
    closed_today: int
    picks_hour: int
    picks_today: int


def benches(session: Session, warehouse_id: int, now: datetime) -> list[BenchRow]:
    """Every station of a warehouse, by name."""
    hour, day = now - timedelta(hours=1), day_start(session, warehouse_id, now)
    done: dict[tuple[int, bool], tuple[int, int]] = {}
    for station_id, code, last_hour, today in session.execute(
        select(
            ScanEvent.station_id, ScanEvent.code, func.sum(case((ScanEvent.at >= hour, 1), else_=0)),
            func.sum(case((ScanEvent.at >= day, 1), else_=0)),
        )
        .where(ScanEvent.code.in_((*PARCEL_ENDS, *_PICKED)), ScanEvent.at >= min(hour, day))
        .group_by(ScanEvent.station_id, ScanEvent.code)
    ):
        so_far = done.get((station_id, code in _PICKED), (0, 0))
        done[station_id, code in _PICKED] = (so_far[0] + last_hour, so_far[1] + today)
    last_scan = (
        select(ScanEvent.at)
        .where(ScanEvent.station_id == Station.id)
        .order_by(ScanEvent.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Station.id, Station.name, Operator.name, Operator.role, Order.id, Order.source_id, Parcel.state,
            Parcel.opened_at, Station.latch, Station.question, last_scan,
        )
        .outerjoin(Operator, Operator.id == Station.operator_id)
        .outerjoin(Parcel, Parcel.station_id == Station.id)
        .outerjoin(Order, Order.id == Parcel.order_id)
        .where(Station.warehouse_id == warehouse_id)
        .order_by(Station.name)
    )
    nothing = (0, 0)
    return [BenchRow(*row, *done.get((row[0], False), nothing), *done.get((row[0], True), nothing)) for row in rows]


@dataclass(frozen=True, slots=True)
class PrinterRow:
    """A queue of print jobs: how many wait (the one being sent too), how many a person must look at.

    `uncertain` and `failed` count what nobody has settled, reprinted or voided; of files those of today. `reason` is
    the code of what its head waits for.
    """

    queue: str
    queued: int
    uncertain: int
    failed: int
    reason: str | None
    since: datetime | None


def printers(session: Session, warehouse_id: int, now: datetime) -> list[PrinterRow]:
    """Every queue that has something to do or to settle, by name; those of another warehouse's stations apart."""
    later = aliased(PrintJob)
    replaced = (
        select(later.id)
        .where(later.label_id == PrintJob.label_id, later.copy > PrintJob.copy, later.state != JobState.CANCELLED)
        .exists()
    )
    of_label = (Label.state == LabelState.VALID) & (Parcel.state == ParcelState.LABELLING) & ~replaced
    failed_file = Label.id.is_(None) & (PrintJob.updated_at >= day_start(session, warehouse_id, now))
    counts: dict[str, dict[JobState, int]] = {}
    for queue, state, count in session.execute(
        select(PrintJob.queue, PrintJob.state, func.count())
        .outerjoin(Label, Label.id == PrintJob.label_id)
        .outerjoin(Parcel, Parcel.id == Label.parcel_id)
        .where(
            or_(
                (PrintJob.state == JobState.UNCERTAIN) & or_(Label.id.is_(None), Label.state == LabelState.VALID),
                (PrintJob.state == JobState.FAILED) & or_(of_label, failed_file),
            )
        )
        .group_by(PrintJob.queue, PrintJob.state)
    ):
        counts.setdefault(queue, {})[state] = count
    heads = {head.queue: head for head in queue_heads(session)}
    elsewhere = set(session.scalars(select(Station.name).where(Station.warehouse_id != warehouse_id)))
    rows = []
    for queue in sorted({*counts, *heads} - elsewhere):
        head, of = heads.get(queue), counts.get(queue, {})
        rows.append(
            PrinterRow(
                queue, head.waiting if head else 0, of.get(JobState.UNCERTAIN, 0), of.get(JobState.FAILED, 0),
                head.reason if head else None, head.since if head else None,
            )
        )
    return rows
