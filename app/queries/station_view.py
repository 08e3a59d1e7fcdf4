"""What the frame around the pages shows: the status bar, the devices of a station."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from app.domain.states import JobState
from app.queries.board import OPEN
from app.queries.board_benches import printers
from app.queries.print_queues import is_paused
from db.journal import JournalEntry, ScanEvent
from db.orders import Order
from db.parcels import PrintAttempt, PrintJob
from db.places import Operator, Station, Warehouse


@dataclass(frozen=True, slots=True)
class Due:
    """The next moment by which open orders are to be shipped, and how many of them."""

    at: datetime
    orders: int


@dataclass(frozen=True, slots=True)
class StationStatus:
    """A station as the status bar shows it.

    Of its print queue: jobs `queued` and `sending`, those that a person must look at (`uncertain`, `failed`), since
    when the oldest of the first two waits, the code of what the head waits for, and whether a person has `paused` it.
    `last_import_at` is when orders came in or were changed by their backend; `late` are open orders whose ship-by
    moment has passed.
    """

    station_id: int
    warehouse_id: int
    station: str
    operator: str | None
    queued: int
    sending: int
    uncertain: int
    failed: int
    waiting_since: datetime | None
    reason: str | None
    last_scan_at: datetime | None
    last_scan_device: str | None
    last_import_at: datetime | None
    next_due: Due | None
    late: int
    paused: bool = False


@dataclass(frozen=True, slots=True)
class PrinterSeen:
    """A printer that took jobs of a station's queue, with its last attempt.

    `at` is when that ended, or began while it goes on (`outcome` None); `odometer` is in the printer's own unit.
    """

    url: str
    attempts: int
    at: datetime
    outcome: JobState | None
    reason: str | None
    odometer: int | None


_STATION = (
    select(Station.warehouse_id, Station.name, Operator.name)
    .outerjoin(Operator, Operator.id == Station.operator_id)
    .where(Station.id == bindparam("station"))
)
_QUEUE = (
    select(PrintJob.state, func.count(), func.min(PrintJob.created_at))
    .where(PrintJob.queue == bindparam("queue"), PrintJob.state.in_((JobState.QUEUED, JobState.SENDING)))
    .group_by(PrintJob.state)
)
_LAST_SCAN = (
    select(ScanEvent.at, ScanEvent.device)
    .where(ScanEvent.station_id == bindparam("station"))
    .order_by(ScanEvent.seq.desc())
    .limit(1)
)
# an order's own moments change with every step of the work: imports alone are what the backend said
_LAST_IMPORT = (
    select(JournalEntry.at).where(JournalEntry.name == "import_orders").order_by(JournalEntry.at.desc()).limit(1)
)
# asked state by state, so that the index gives the first at once
_NEXT_DUE = select(
    *(
        select(Order.ship_by)
        .where(
            Order.state == state, Order.ship_by > bindparam("now"), Order.warehouse_id == bindparam("warehouse")
        )
        .order_by(Order.ship_by)
        .limit(1)
        .scalar_subquery()
        for state in OPEN
    )
)
_OPEN = select(func.count()).where(Order.warehouse_id == bindparam("warehouse"), Order.state.in_(OPEN))
_DUE = _OPEN.where(Order.ship_by == bindparam("at"))
_LATE = _OPEN.where(Order.ship_by <= bindparam("now"))


def station_view(session: Session, station_id: int, now: datetime) -> StationStatus:
    """All that the status bar shows of a station and its warehouse."""
    connection = session.connection()
    warehouse_id, station, operator = connection.execute(_STATION, {"station": station_id}).one()
    waiting = {state: (jobs, since) for state, jobs, since in connection.execute(_QUEUE, {"queue": station})}
    queue = next((row for row in printers(session, warehouse_id, now) if row.queue == station), None)
    scan = connection.execute(_LAST_SCAN, {"station": station_id}).first()
    return StationStatus(
        station_id,
        warehouse_id,
        station,
        operator,
        queued=waiting[JobState.QUEUED][0] if JobState.QUEUED in waiting else 0,
        sending=waiting[JobState.SENDING][0] if JobState.SENDING in waiting else 0,
        uncertain=queue.uncertain if queue else 0,
        failed=queue.failed if queue else 0,
        waiting_since=min((since for _, since in waiting.values()), default=None),
        reason=queue.reason if queue else None,
        last_scan_at=scan.at if scan else None,
        last_scan_device=scan.device if scan else None,
        last_import_at=connection.execute(_LAST_IMPORT).scalar(),
        next_due=next_due(session, warehouse_id, now),
        late=late(session, warehouse_id, now),
        paused=is_paused(session, station),
    )


def sender_of(session: Session, warehouse_id: int) -> str:
    """The sender as it stands on a warehouse's labels, in lines; "" when none has been named."""
    return session.execute(select(Warehouse.sender).where(Warehouse.id == warehouse_id)).scalar_one()


def without_sender(session: Session) -> list[str]:
    """The codes of the warehouses whose labels carry no sender."""
    return list(session.scalars(select(Warehouse.code).where(Warehouse.sender == "").order_by(Warehouse.id)))


def next_due(session: Session, warehouse_id: int, now: datetime) -> Due | None:
    """The next moment after `now` by which open orders of a warehouse are to be shipped, None when there is none."""
    connection = session.connection()
    moments = connection.execute(_NEXT_DUE, {"warehouse": warehouse_id, "now": now}).one()
    at: datetime | None = min((moment for moment in moments if moment is not None), default=None)
    if at is None:
        return None
    return Due(at, connection.execute(_DUE, {"warehouse": warehouse_id, "at": at}).scalar_one())


def late(session: Session, warehouse_id: int, now: datetime) -> int:
    """Open orders of a warehouse whose ship-by moment has passed."""
    return session.connection().execute(_LATE, {"warehouse": warehouse_id, "now": now}).scalar_one()


def devices_view(session: Session, station_id: int) -> list[PrinterSeen]:
    """Every printer that a station's labels were sent to, the one used last first."""
    queue = select(Station.name).where(Station.id == station_id).scalar_subquery()
    of_queue = (
        select(PrintAttempt.printer, func.count().label("attempts"), func.max(PrintAttempt.id).label("last"))
        .join(PrintJob, PrintJob.id == PrintAttempt.job_id)
        # every state is named, because the index by state, queue and number spares reading the payloads' rows
        .where(PrintJob.queue == queue, PrintJob.state.in_(tuple(JobState)))
        .group_by(PrintAttempt.printer)
        .subquery()
    )
    rows = session.execute(
        select(
            of_queue.c.printer, of_queue.c.attempts, func.coalesce(PrintAttempt.ended_at, PrintAttempt.started_at),
            PrintAttempt.outcome, PrintAttempt.reason,
            func.coalesce(PrintAttempt.odometer_after, PrintAttempt.odometer_before),
        )
        .join(PrintAttempt, PrintAttempt.id == of_queue.c.last)
        .order_by(PrintAttempt.id.desc())
    )
    return [PrinterSeen(*row) for row in rows]
