"""What the frame around the pages shows: the status bar, the devices of a station, the one search box."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, bindparam, func, or_, select
from sqlalchemy.orm import Session

from app.domain.barcode import read_label_code, same_gtin
from app.domain.states import JobState
from app.queries.board import OPEN
from app.queries.board_benches import printers
from app.queries.order_list import begins
from db.journal import JournalEntry, ScanEvent
from db.orders import Order, OrderLine, Sku, SkuBarcode
from db.parcels import Label, Parcel, PrintAttempt, PrintJob
from db.places import Operator, Station
from db.waves import BatchOrder, Tote, Wave


@dataclass(frozen=True, slots=True)
class Due:
    """The next moment by which open orders are to be shipped, and how many of them."""

    at: datetime
    orders: int


@dataclass(frozen=True, slots=True)
class StationStatus:
    """A station as the status bar shows it.

    Of its print queue: jobs `queued` and `sending`, those that a person must look at (`uncertain`, `failed`), since
    when the oldest of the first two waits, and the code of what the head waits for. `last_import_at` is when orders
    came in or were changed by their backend; `late` are open orders whose ship-by moment has passed.
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
    )


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


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that a text may mean.

    `title` is its number or code, never a name of a person; `order_id` the only order it leads to, None when it leads
    to several or none; `state` the value of its state, None for what has none.
    """

    kind: Literal["order", "parcel", "tote", "sku", "wave"]
    id: int
    order_id: int | None
    title: str
    state: str | None


def search(session: Session, text: str, limit: int = 20, *, names: bool = True) -> list[Hit]:
    """What an order, tracking or parcel number, a label, tote, SKU or barcode may mean, the likeliest first.

    Whole codes come first, and where one is found nothing else is looked for; a SKU and a tote bring their orders
    along, the newest first. Else numbers and SKUs that begin with the text, the wave of that number and, unless
    `names` is off, the orders of buyers whose name begins with it.
    """
    text = text.strip()
    if not text:
        return []
    found: dict[tuple[str, int], Hit] = {}
    for hit in _whole(session, text, limit) or _beginning(session, text, limit, names):
        found.setdefault((hit.kind, hit.id), hit)
    return list(found.values())[:limit]


def _whole(session: Session, text: str, limit: int) -> list[Hit]:
    code = text.upper()
    label_code = read_label_code(code)
    hits = _orders(session, Order.source_id.in_({text, code}), limit)
    hits += _parcels(session, Parcel.code == (label_code[0] if label_code else code), limit)
    hits += _parcels(session, Label.tracking == _unspaced(code), limit)
    for tote_id, tote in session.execute(select(Tote.id, Tote.code).where(Tote.code == code)):
        inside = select(BatchOrder.order_id).where(BatchOrder.tote_id == tote_id, BatchOrder.emptied_at.is_(None))
        orders = _orders(session, Order.id.in_(inside), limit)
        hits += [Hit("tote", tote_id, orders[0].order_id if len(orders) == 1 else None, tote, None), *orders]
    barcodes = {text, same_gtin(text) or text}
    of_barcode = select(SkuBarcode.sku_id).where(SkuBarcode.barcode.in_(barcodes))
    skus = _skus(session, Sku.code.in_({text, code}), limit) or _skus(session, Sku.id.in_(of_barcode), limit)
    for sku in skus:
        # lines are numbered as they come: the newest are found at once, however many orders want the SKU
        newest = select(OrderLine.order_id).where(OrderLine.sku_id == sku.id).order_by(OrderLine.id.desc()).limit(limit)
        hits += [sku, *_orders(session, Order.id.in_(newest), limit)]
    return hits


def _beginning(session: Session, text: str, limit: int, names: bool) -> list[Hit]:
    hits = _orders(session, begins(Order.source_id.expression, text), limit, by=Order.source_id.expression)
    hits += _parcels(session, begins(Label.tracking.expression, _unspaced(text.upper())), limit)
    hits += _skus(session, begins(Sku.code.expression, text), limit)
    if text.isascii() and text.isdecimal() and len(text) < 10:
        waves = session.execute(select(Wave.id, Wave.state).where(Wave.id == int(text)))
        hits += [Hit("wave", wave_id, None, str(wave_id), state) for wave_id, state in waves]
    if names and len(hits) < limit:
        name = func.lower(Order.recipient_name)
        # SQLite folds the letters of ASCII alone, PostgreSQL all of them
        folded = {text.lower(), "".join(letter.lower() if letter.isascii() else letter for letter in text)}
        hits += _orders(session, or_(*(begins(name, typed) for typed in sorted(folded))), limit)
    return hits


def _unspaced(code: str) -> str:
    return code.replace(" ", "")  # tracking numbers are printed in groups


def _orders(
    session: Session, condition: ColumnElement[bool], limit: int, by: ColumnElement[str] | None = None
) -> list[Hit]:
    """Orders, the newest first unless sorted otherwise."""
    rows = session.execute(
        select(Order.id, Order.source_id, Order.state)
        .where(condition)
        .order_by(Order.id.desc() if by is None else by)
        .limit(limit)
    )
    return [Hit("order", order_id, order_id, number, state) for order_id, number, state in rows]


def _parcels(session: Session, condition: ColumnElement[bool], limit: int) -> list[Hit]:
    rows = session.execute(
        select(Parcel.id, Parcel.order_id, Label.tracking, Parcel.code, Parcel.state)
        .outerjoin(Label, Label.parcel_id == Parcel.id)
        .where(condition)
        .order_by(Label.tracking)
        .limit(limit)
    )
    return [
        Hit("parcel", parcel_id, order_id, tracking or code, state)
        for parcel_id, order_id, tracking, code, state in rows
    ]


def _skus(session: Session, condition: ColumnElement[bool], limit: int) -> list[Hit]:
    rows = session.execute(select(Sku.id, Sku.code, Sku.name).where(condition).order_by(Sku.code).limit(limit))
    return [Hit("sku", sku_id, None, f"{code}  {name}".rstrip(), None) for sku_id, code, name in rows]
