"""Labels and their print jobs, as the queue and the support desk see them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, or_, select
from sqlalchemy.orm import Session

from app.domain.barcode import gtin_check_digit, read_label_code
from app.domain.errors import Refusal
from app.domain.states import JobState
from app.queries.print_queues import WAITS_FOR
from db.orders import Order
from db.parcels import Label, Parcel, PrintAttempt, PrintJob

SHORTEST, LONGEST = 10, 60  # signs of a tracking number, and of the barcode that it is looked for in
_LONGEST_NUMBER = 40
_RECEIVED = select(Label.tracking).where(
    Label.file_id.is_not(None), Label.tracking.in_(bindparam("parts", expanding=True))
)


def tracking_within(connection: Connection, scanned: str) -> str | None:
    """The tracking number of a received label that a carrier's barcode holds: routing digits may stand around it.

    Of several the longest; None where two are as long, and for a trade item number, which is no carrier's.
    """
    code = "".join(scanned.split()).upper()  # GS too
    if not SHORTEST < len(code) <= LONGEST or not code.isascii():
        return None
    if code.isdecimal() and len(code) in (12, 13, 14) and gtin_check_digit(code[:-1]) == code[-1]:
        return None
    parts = {
        code[at : at + size]
        for size in range(SHORTEST, min(len(code), _LONGEST_NUMBER) + 1)
        for at in range(len(code) - size + 1)
    }
    found = sorted(connection.execute(_RECEIVED, {"parts": sorted(parts)}).scalars(), key=len, reverse=True)
    if not found or (len(found) > 1 and len(found[1]) == len(found[0])):
        return None
    number: str = found[0]
    return number


def has_proven(session: Session, printer: str) -> bool:
    """Whether an attempt on this printer began with a known odometer, or was proven by an acknowledgement."""
    found = select(PrintAttempt.id).where(
        PrintAttempt.printer == printer,
        or_(PrintAttempt.odometer_before.is_not(None), PrintAttempt.outcome == JobState.PRINTED),
    )
    return session.execute(found.limit(1)).first() is not None


@dataclass(frozen=True, slots=True)
class Job:
    """A label's print job."""

    job_id: int
    copy: int
    state: JobState
    reason: str | None


def newest_job_of(session: Session, parcel_id: int) -> Job | None:
    """The job of the newest copy of a parcel's label."""
    row = session.execute(
        select(PrintJob.id, PrintJob.copy, PrintJob.state, WAITS_FOR)
        .join(Label, Label.id == PrintJob.label_id)
        .where(Label.parcel_id == parcel_id, PrintJob.state != JobState.CANCELLED)
        .order_by(PrintJob.copy.desc())
        .limit(1)
    ).first()
    return None if row is None else Job(*row)


@dataclass(frozen=True, slots=True)
class Copy:
    """A printed copy of a label: what it was made from and the bytes that were sent."""

    parcel: str
    copy: int
    tracking: str
    state: JobState
    fields: str
    payload: bytes


def copies(session: Session) -> list[Copy]:
    """Every copy of every label that was not taken back before printing."""
    rows = session.execute(
        select(Parcel.code, PrintJob.copy, Label.tracking, PrintJob.state, Label.fields, PrintJob.payload)
        .join(Label, Label.id == PrintJob.label_id)
        .join(Parcel, Parcel.id == Label.parcel_id)
        .where(PrintJob.state != JobState.CANCELLED)
        .order_by(PrintJob.id)
    )
    return [Copy(*row) for row in rows]


def find_parcel(session: Session, code: str) -> int:
    """The parcel that an order number, tracking number, parcel code or label's square code names.

    Raises Refusal `nothing_to_reprint` when none does, `order_ambiguous` when several do.
    """
    label_code = read_label_code(code.upper())
    parcel_code = label_code[0] if label_code else code
    rows = session.execute(
        select(Parcel.id)
        .join(Order, Order.id == Parcel.order_id)
        .outerjoin(Label, Label.parcel_id == Parcel.id)
        .where(or_(Parcel.code == parcel_code, Label.tracking == code, Order.source_id == code))
        .distinct()
    ).scalars()
    found = list(rows)
    if not found:
        raise Refusal("nothing_to_reprint", number=code)
    if len(found) > 1:
        raise Refusal("order_ambiguous", order=code)
    return found[0]


def open_jobs(session: Session, queue: str) -> int:
    """Jobs of a queue that are not at rest: queued or being sent."""
    return session.execute(
        select(func.count())
        .select_from(PrintJob)
        .where(PrintJob.queue == queue, PrintJob.state.in_((JobState.QUEUED, JobState.SENDING)))
    ).scalar_one()


def job_state(session: Session, job_id: int) -> JobState:
    """The state of a print job."""
    return session.get_one(PrintJob, job_id).state
