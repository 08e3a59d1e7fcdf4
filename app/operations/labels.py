"""Labels and their print jobs: made with the last requirement, claimed by the spooler, settled by people."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from app.change import Change, changed
from app.domain.barcode import group, make_label_code, s10
from app.domain.errors import Refusal
from app.domain.people import Actor
from app.domain.shipping import UNSHIPPABLE, missing_for_label, recipient_lines
from app.domain.states import JOB, JobState, LabelState, OrderState, ParcelState, advance
from app.texts import country_name
from db.journal import record, take_number
from db.orders import Order
from db.parcels import JobKind, Label, Parcel, PrintAttempt, PrintJob
from db.places import Warehouse
from db.store import Tx
from printing.label import Label as LabelLayout
from printing.templates import load_template

TEMPLATE = "parcel_4x6"
SERVICE = "LX"  # UPU S10 service indicator of the built-in number series: LA-LZ, tracked packets
DEFAULT_SERVICE = "PACKET TRACKED"


def label_fields(
    warehouse: Warehouse, order: Order, *, tracking: str, parcel_code: str, weight_g: int, slot: int | None
) -> dict[str, str]:
    """Everything that the label's template is filled with, except for the copy number."""
    return {
        "sender": warehouse.sender,
        "recipient": "\n".join(
            recipient_lines(
                order.recipient_name, order.street, order.postcode, order.city, order.region,
                country_name(order.country),
            )
        ),
        "service": order.service or DEFAULT_SERVICE,
        "tracking": tracking,
        "tracking_text": group(tracking),
        "parcel": parcel_code,
        "weight": f"{weight_g / 1000:.3f} kg",
        "order": order.source_id,
        "slot": "" if slot is None else str(slot),
    }


def lay_out(fields: dict[str, str], copy: int) -> LabelLayout:
    """A copy of a label as elements in millimetres; raises Refusal for what cannot be printed."""
    return load_template(TEMPLATE).fill(
        {**fields, "copy": str(copy), "label_code": make_label_code(fields["parcel"], copy)}
    )


def _zpl(layout: LabelLayout, dpi: int) -> bytes:
    from printing.zpl import to_zpl  # fonts and pictures: the window can be seen before they are loaded

    return to_zpl(layout, dpi)


def check_label(session: Session, order: Order, weight_g: int) -> str | None:
    """The code and field of what would keep the order's label from being printed, None when nothing does."""
    warehouse = session.get_one(Warehouse, order.warehouse_id)
    missing = missing_for_label(order.recipient_name, order.street, order.city, order.country)
    if missing:
        return UNSHIPPABLE + missing[0]
    fields = label_fields(
        warehouse, order, tracking=s10(SERVICE, 0, warehouse.country), parcel_code="PB00000000P", weight_g=weight_g,
        slot=99,
    )
    try:
        _zpl(lay_out(fields, 1), 203)
    except Refusal as refusal:
        return f"{refusal.code}:{refusal.facts.get('field', '')}"
    return None


def make_label(tx: Tx, actor: Actor, parcel: Parcel, *, slot: int | None, queue: str, dpi: int = 203) -> PrintJob:
    """The parcel's label and the job that prints it, in the transaction of the last requirement.

    A label that the parcel already has is used again (its last item was undone before it was printed). Raises Refusal
    when the label cannot be printed as it is.
    """
    label = tx.session.scalars(
        select(Label).where(Label.parcel_id == parcel.id, Label.state == LabelState.VALID)
    ).first()
    if label is None:
        order = tx.session.get_one(Order, parcel.order_id)
        warehouse = tx.session.get_one(Warehouse, order.warehouse_id)
        missing = missing_for_label(order.recipient_name, order.street, order.city, order.country)
        if missing:
            raise Refusal("label_field_missing", template=TEMPLATE, field=missing[0])
        tracking = s10(SERVICE, take_number(tx, "tracking"), warehouse.country)
        fields = label_fields(
            warehouse, order, tracking=tracking, parcel_code=parcel.code, weight_g=parcel.weight_g or 0, slot=slot
        )
        label = Label(
            parcel_id=parcel.id, tracking=tracking, service=fields["service"], template=TEMPLATE,
            fields=json.dumps(fields, ensure_ascii=False), created_at=tx.at,
        )
        tx.session.add(label)
        tx.session.flush()
    return _queue(tx, actor, label, queue=queue, dpi=dpi)


def _queue(
    tx: Tx, actor: Actor, label: Label, *, queue: str, dpi: int, reprint_of: int | None = None,
    reason: str | None = None,
) -> PrintJob:
    copy = (tx.session.scalar(select(func.max(PrintJob.copy)).where(PrintJob.label_id == label.id)) or 0) + 1
    payload = _zpl(lay_out(json.loads(label.fields), copy), dpi)
    job = PrintJob(
        queue=queue, kind=JobKind.LABEL, label_id=label.id, copy=copy, dpi=dpi, payload=payload,
        sha256=hashlib.sha256(payload).hexdigest(), state=JobState.QUEUED, reprint_of_id=reprint_of,
        reprint_reason=reason, operator_id=actor.operator, created_at=tx.at, updated_at=tx.at,
    )
    tx.session.add(job)
    tx.session.flush()
    return job


def newest_job(tx: Tx, parcel_id: int) -> PrintJob | None:
    """The job of the newest copy of a parcel's label that was not taken back."""
    return tx.session.scalars(
        select(PrintJob)
        .join(Label, Label.id == PrintJob.label_id)
        .where(Label.parcel_id == parcel_id, PrintJob.state != JobState.CANCELLED)
        .order_by(PrintJob.copy.desc())
    ).first()


def reprint(tx: Tx, actor: Actor, parcel_id: int, reason: str, queue: str | None = None) -> tuple[int, Change]:
    """Another copy of a parcel's label with the next copy number, from the same data; returns the copy number.

    Raises Refusal: `reprint_reason_needed`, `no_label` when there is none yet, `label_is_voided`, `settle_first` while
    nobody knows whether the last copy came out, `still_printing` while it is on its way.
    """
    if not reason.strip():
        raise Refusal("reprint_reason_needed")
    parcel = tx.session.get_one(Parcel, parcel_id)
    job = newest_job(tx, parcel_id)
    if job is None or job.label_id is None:
        raise Refusal("no_label", parcel=parcel.code)
    label = tx.session.get_one(Label, job.label_id)
    if label.state is LabelState.VOIDED or parcel.state is ParcelState.VOIDED:
        raise Refusal("label_is_voided", parcel=parcel.code)
    if job.state is JobState.UNCERTAIN:
        raise Refusal("settle_first", parcel=parcel.code)
    if job.state in (JobState.QUEUED, JobState.SENDING):
        raise Refusal("still_printing", parcel=parcel.code)
    made = _queue(tx, actor, label, queue=queue or job.queue, dpi=job.dpi, reprint_of=job.id, reason=reason)
    record(
        tx, actor, "reprint", {"parcel": parcel_id, "job": made.id, "of": job.id, "copy": made.copy}, reason=reason
    )
    return made.copy, changed("labels", ids=[("job", made.id), ("parcel", parcel_id)])


def settle(
    tx: Tx, actor: Actor, job_id: int, *, came_out: bool, queue: str | None = None
) -> tuple[int | None, Change]:
    """A person says whether an uncertain label came out; if not, the next copy is queued (its number is returned).

    The next copy has its own number, so that both are told apart if the first one does appear; it goes to `queue`,
    by default to that of the first. Raises Refusal `nothing_uncertain` for a job in any other state.
    """
    job = tx.session.get_one(PrintJob, job_id)
    if job.state is not JobState.UNCERTAIN:
        raise Refusal("nothing_uncertain")
    job.state = advance(JOB, job.state, JobState.PRINTED if came_out else JobState.FAILED)
    job.reason = "settled_by_person"
    job.updated_at = tx.at
    record(tx, actor, "settle_label", {"job": job_id, "came_out": came_out})
    tx.session.flush()
    copy = None
    if not came_out and job.label_id is not None:
        label = tx.session.get_one(Label, job.label_id)
        copy = _queue(
            tx, actor, label, queue=queue or job.queue, dpi=job.dpi, reprint_of=job.id, reason="not_out"
        ).copy
    return copy, changed("labels", ids=[("job", job_id)])


def move_queued(tx: Tx, parcel_id: int, queue: str) -> None:
    """A label that waits to be printed comes out where its parcel is."""
    tx.session.execute(
        update(PrintJob)
        .where(
            PrintJob.label_id.in_(select(Label.id).where(Label.parcel_id == parcel_id)),
            PrintJob.state == JobState.QUEUED, PrintJob.queue != queue,
        )
        .values(queue=queue, reason=None, updated_at=tx.at)
    )


def void_label(tx: Tx, parcel: Parcel) -> None:
    """Void a parcel and its label; what has not been printed yet never is."""
    parcel.state = ParcelState.VOIDED
    parcel.station_id = None
    labels = list(tx.session.scalars(select(Label.id).where(Label.parcel_id == parcel.id)))
    if labels:
        tx.session.execute(update(Label).where(Label.id.in_(labels)).values(state=LabelState.VOIDED))
        tx.session.execute(
            update(PrintJob)
            .where(PrintJob.label_id.in_(labels), PrintJob.state == JobState.QUEUED)
            .values(state=JobState.CANCELLED, reason="order_cancelled", updated_at=tx.at)
        )


# What the spooler writes down; see `printing.spooler.Journal`.


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job that the spooler may send now, and only now."""

    job_id: int
    attempt_id: int
    payload: bytes
    labels: int


def claim_job(
    tx: Tx, queue: str, printer: str, odometer: int | None, unsettled_limit: int
) -> tuple[Claimed | None, Change]:
    """The next job of a queue, durably SENDING before its first byte leaves; None when nothing may be sent.

    The last gate before paper: the job of an order that was cancelled is taken back here. Nothing is sent while
    `unsettled_limit` jobs of the queue are uncertain.
    """
    # nobody will settle a label that is void: its parcel lies on no bench any more
    unsettled = tx.session.scalar(
        select(func.count())
        .select_from(PrintJob)
        .outerjoin(Label, Label.id == PrintJob.label_id)
        .where(
            PrintJob.state == JobState.UNCERTAIN, PrintJob.queue == queue,
            or_(Label.id.is_(None), Label.state != LabelState.VOIDED),
        )
    )
    if (unsettled or 0) >= unsettled_limit:
        return None, Change()
    touched: list[tuple[str, int]] = []
    while True:
        job = tx.session.scalars(
            select(PrintJob)
            .where(PrintJob.state == JobState.QUEUED, PrintJob.queue == queue)
            .order_by(PrintJob.id)
            .with_for_update(skip_locked=True)
        ).first()
        if job is None:
            return None, changed("labels", "orders", ids=touched) if touched else Change()
        if not _cancelled(tx, job):
            break
        touched.append(("job", job.id))
        tx.session.flush()
    attempt = PrintAttempt(
        job_id=job.id, printer=printer, sha256=job.sha256, odometer_before=odometer, started_at=tx.at
    )
    tx.session.add(attempt)
    job.state = advance(JOB, job.state, JobState.SENDING)
    job.reason = None
    job.updated_at = tx.at
    tx.session.flush()
    claimed = Claimed(job.id, attempt.id, job.payload, job.labels)
    return claimed, changed("labels", ids=[("job", job.id), *touched])


def _cancelled(tx: Tx, job: PrintJob) -> bool:
    if job.label_id is None:
        return False
    order = tx.session.scalars(
        select(Order)
        .join(Parcel, Parcel.order_id == Order.id)
        .join(Label, Label.parcel_id == Parcel.id)
        .where(Label.id == job.label_id)
    ).one()
    asked = order.cancel_requested_at is not None and order.state is not OrderState.SHIPPED
    if order.state is not OrderState.CANCELLED and not asked:
        return False
    job.state = advance(JOB, job.state, JobState.CANCELLED)
    job.reason = "order_cancelled"
    job.updated_at = tx.at
    return True


def finish_attempt(
    tx: Tx, attempt_id: int, outcome: JobState, odometer: int | None, reason: str | None
) -> tuple[JobState, Change]:
    """What became of an attempt; returns the job's state (the scan-back may have confirmed it already)."""
    attempt = tx.session.get_one(PrintAttempt, attempt_id)
    attempt.outcome, attempt.odometer_after, attempt.reason, attempt.ended_at = outcome, odometer, reason, tx.at
    job = tx.session.get_one(PrintJob, attempt.job_id)
    if job.state is JobState.SENDING:
        job.state = advance(JOB, job.state, outcome)
        job.reason = reason
        job.updated_at = tx.at
    return job.state, changed("labels", ids=[("job", job.id)])


def note_wait(tx: Tx, queue: str, reason: str | None) -> tuple[None, Change]:
    """Say at the head of a queue, or at the job being printed, what it waits for (`paper_out`, `device_gone` …)."""
    job = tx.session.scalars(
        select(PrintJob)
        .where(PrintJob.state.in_((JobState.QUEUED, JobState.SENDING)), PrintJob.queue == queue)
        .order_by(PrintJob.state != JobState.SENDING, PrintJob.id)
    ).first()
    if job is None or job.reason == reason:
        return None, Change()
    job.reason = reason
    job.updated_at = tx.at
    return None, changed("labels", ids=[("job", job.id)])


def recover_queue(tx: Tx, queue: str) -> tuple[int, Change]:
    """After a crash: what was being sent is uncertain, for nobody knows how far it got; returns how many."""
    jobs = tx.session.scalars(
        select(PrintJob).where(PrintJob.state == JobState.SENDING, PrintJob.queue == queue)
    ).all()
    for job in jobs:
        job.state = advance(JOB, job.state, JobState.UNCERTAIN)
        job.reason = "interrupted"
        job.updated_at = tx.at
    tx.session.execute(
        update(PrintAttempt)
        .where(PrintAttempt.job_id.in_([job.id for job in jobs]), PrintAttempt.ended_at.is_(None))
        .values(outcome=JobState.UNCERTAIN, reason="interrupted", ended_at=tx.at)
    )
    return len(jobs), changed("labels", ids=[("job", job.id) for job in jobs]) if jobs else Change()


def queue_file(
    tx: Tx, actor: Actor, queue: str, payload: bytes, labels: int = 1, dpi: int = 203
) -> tuple[int, Change]:
    """A job that prints a file's bytes as they are, which make so many labels; returns its id."""
    job = PrintJob(
        queue=queue, kind=JobKind.FILE, label_id=None, copy=1, labels=labels, dpi=dpi, payload=payload,
        sha256=hashlib.sha256(payload).hexdigest(), state=JobState.QUEUED, operator_id=actor.operator,
        created_at=tx.at, updated_at=tx.at,
    )
    tx.session.add(job)
    tx.session.flush()
    record(tx, actor, "print_file", {"job": job.id, "sha256": job.sha256})
    return job.id, changed("labels", ids=[("job", job.id)])


def cancel_job(tx: Tx, actor: Actor, job_id: int) -> tuple[JobState, Change]:
    """Take a job back that has not been sent yet; returns its state, unchanged for any other job."""
    job = tx.session.get_one(PrintJob, job_id)
    if job.state is not JobState.QUEUED:
        return job.state, Change()
    job.state = advance(JOB, job.state, JobState.CANCELLED)
    job.reason = "taken_back" if job.reason is None else job.reason
    job.updated_at = tx.at
    record(tx, actor, "cancel_job", {"job": job_id})
    return job.state, changed("labels", ids=[("job", job_id)])
