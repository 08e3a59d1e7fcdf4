"""What lies on a bench, and what waits to be packed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import Connection, bindparam, func, select
from sqlalchemy.orm import Session

from app.domain.bench import Bench, Line, OpenParcel
from app.domain.states import JobState, LabelState, Lane, OrderState, ParcelState
from db.journal import ScanEvent
from db.orders import Order, OrderLine, Sku
from db.parcels import Label, Parcel, ParcelItem, PrintJob
from db.places import Station
from db.waves import Batch, BatchOrder, Tote

_BENCH = (
    select(
        Station.name, Station.latch, Station.question, Station.question_scan, Station.tote_id, Parcel.id, Parcel.code,
        Parcel.state, Order.id, Order.source_id, Order.cancel_requested_at, Order.state,
        # asked along: a statement of its own would cost every scan a tenth of a millisecond
        select(ScanEvent.id)
        .where(
            ScanEvent.device == bindparam("device"), ScanEvent.boot == bindparam("boot"),
            ScanEvent.device_seq == bindparam("device_seq"),
        )
        .scalar_subquery(),
    )
    .outerjoin(Parcel, Parcel.station_id == Station.id)
    .outerjoin(Order, Order.id == Parcel.order_id)
    .where(Station.id == bindparam("station"))
)
_LINES = (
    select(OrderLine.id, OrderLine.sku_id, Sku.code, OrderLine.quantity, ParcelItem.quantity, Sku.name)
    .join(Sku, Sku.id == OrderLine.sku_id)
    .join(ParcelItem, ParcelItem.order_line_id == OrderLine.id)
    .where(ParcelItem.parcel_id == bindparam("parcel"))
    .order_by(OrderLine.position)
)
_LABEL = (
    select(Label.tracking, PrintJob.copy, PrintJob.state, PrintJob.label_batch_id, PrintJob.marked)
    .join(PrintJob, PrintJob.label_id == Label.id)
    .where(Label.parcel_id == bindparam("parcel"), Label.state == LabelState.VALID)
    .order_by(PrintJob.copy.desc())
)

def see_bench(
    connection: Connection, station_id: int, scan: tuple[str, UUID, int] | None = None
) -> tuple[str, Bench, int | None]:
    """The station's name, all that lies on its table, and the id of the event if `scan` was delivered before.

    `scan` is its device, boot and number.
    """
    device, boot, device_seq = scan or (None, None, None)
    row = connection.execute(
        _BENCH, {"station": station_id, "device": device, "boot": boot, "device_seq": device_seq}
    ).one()
    name, latch, question, question_scan, tote_id, parcel_id, *on_table, seen = row
    if parcel_id is None:
        return name, Bench(latch, question, question_scan, tote_id), seen
    code, state, order_id, order, cancel_requested_at, order_state = on_table
    lines = tuple(Line(*line) for line in connection.execute(_LINES, {"parcel": parcel_id}))
    parcel = OpenParcel(
        parcel_id, code, state, order_id, order,
        cancel_requested_at is not None or order_state is OrderState.CANCELLED, lines,
    )
    if state is not ParcelState.OPEN:
        rows = connection.execute(_LABEL, {"parcel": parcel_id})
        copies = [row for row in rows if row[2] is not JobState.CANCELLED]
        if copies:
            tracking, copy, job, _, marked = copies[0]
            parcel = replace(
                parcel, tracking=tracking, copy=copy, job=job, older_copies=len(copies) > 1,
                ahead=any(row[3] is not None for row in copies), marked=marked,
            )
    return name, Bench(latch, question, question_scan, tote_id, parcel), seen


def bench(session: Session, station_id: int) -> Bench:
    """All that lies on a station's table."""
    return see_bench(session.connection(), station_id)[1]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A picked order that waits for a packer: its tote, and the SKU of its only line in the single-item lane.

    `started` when a packer has put it aside half done.
    """

    order_id: int
    order: str
    tote_id: int
    tote: str
    lane: Lane
    sku_id: int
    started: bool


def waiting_orders(session: Session, warehouse_id: int) -> list[Waiting]:
    """Picked orders that lie on no bench, in cart and slot order."""
    started = Order.state == OrderState.PACKING
    on_table = select(Parcel.id).where(Parcel.order_id == Order.id, Parcel.station_id.is_not(None)).exists()
    rows = session.execute(
        select(Order.id, Order.source_id, Tote.id, Tote.code, Batch.lane, func.min(OrderLine.sku_id), started)
        .join(BatchOrder, BatchOrder.order_id == Order.id)
        .join(Batch, Batch.id == BatchOrder.batch_id)
        .join(Tote, Tote.id == BatchOrder.tote_id)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .where(
            Order.warehouse_id == warehouse_id, Order.state.in_((OrderState.PICKED, OrderState.PACKING)), ~on_table
        )
        .group_by(Order.id, Order.source_id, Order.state, Tote.id, Tote.code, Batch.lane, Batch.id, BatchOrder.slot)
        .order_by(Batch.id, BatchOrder.slot)
    )
    return [Waiting(*row) for row in rows]


def counts(session: Session) -> dict[str, dict[str, int]]:
    """How many scans by verdict, parcels by state and label jobs by state there are."""
    return {
        "scans": {
            outcome.value: n
            for outcome, n in session.execute(select(ScanEvent.outcome, func.count()).group_by(ScanEvent.outcome))
        },
        "parcels": {
            state.value: n for state, n in session.execute(select(Parcel.state, func.count()).group_by(Parcel.state))
        },
        "labels": {
            state.value: n
            for state, n in session.execute(
                select(PrintJob.state, func.count()).where(PrintJob.label_id.is_not(None)).group_by(PrintJob.state)
            )
        },
    }
