"""Labels and their print jobs: made with the last requirement, claimed by the spooler, settled by people."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from app.change import Change, changed
from app.domain.barcode import group, make_label_code, s10
from app.domain.errors import Refusal
from app.domain.incoming import country as country_code
from app.domain.packing import MAY_LIE_THERE
from app.domain.people import Actor
from app.domain.shipping import UNSHIPPABLE, missing_for_label, recipient_lines
from app.domain.states import JOB, JobState, LabelState, ParcelState, advance
from app.texts import country_name
from db.journal import record, take_number
from db.orders import Order
from db.parcels import JobKind, Label, Parcel, PrintJob
from db.places import Warehouse
from db.store import Tx
from db.waves import BatchOrder
from printing.label import Label as LabelLayout
from printing.templates import load_template

TEMPLATE = "parcel_4x6"
SERVICE = "LX"  # UPU S10 service indicator of the built-in number series: LA-LZ, tracked packets
DEFAULT_SERVICE = "PACKET TRACKED"


@dataclass(frozen=True, slots=True)
class Sent:
    """What a label says of its order: from where, to whom and how it is sent."""

    sender: str
    sender_country: str
    order: str
    service: str
    recipient_name: str
    street: str
    postcode: str
    city: str
    region: str
    country: str

    @property
    def missing(self) -> tuple[str, ...]:
        """The fields without which nothing can be sent."""
        return missing_for_label(self.recipient_name, self.street, self.city, self.country)


_SENT = (
    Warehouse.sender, Warehouse.country, Order.source_id, Order.service, Order.recipient_name, Order.street,
    Order.postcode, Order.city, Order.region, Order.country,
)  # fmt: skip
_TO_LABEL = (
    select(Parcel.code, BatchOrder.slot, *_SENT)
    .join(Order, Order.id == Parcel.order_id)
    .join(Warehouse, Warehouse.id == Order.warehouse_id)
    .outerjoin(BatchOrder, BatchOrder.order_id == Order.id)
    .where(Parcel.id == bindparam("parcel"))
)
_VALID = (
    select(Label.id, Label.tracking, Label.fields)
    .where(Label.parcel_id == bindparam("parcel"), Label.state == LabelState.VALID)
    .limit(1)
)
_LABEL = insert(Label).returning(Label.id)
_JOB = insert(PrintJob).returning(PrintJob.id)
_COPIES = select(func.coalesce(func.max(PrintJob.copy), 0)).where(PrintJob.label_id == bindparam("label"))
_NEWEST = (
    select(PrintJob.id, PrintJob.state)
    .join(Label, Label.id == PrintJob.label_id)
    .where(Label.parcel_id == bindparam("parcel"), PrintJob.state != JobState.CANCELLED)
    .order_by(PrintJob.copy.desc())
    .limit(1)
)
_CONFIRM = (
    update(PrintJob)
    .where(PrintJob.id == bindparam("job"))
    .values(state=bindparam("to"), reason=None, updated_at=bindparam("now"))
)


def label_fields(sent: Sent, *, tracking: str, parcel_code: str, weight_g: int, slot: int | None) -> dict[str, str]:
    """Everything that the label's template is filled with, except for the copy number."""
    return {
        "sender": sent.sender,
        "recipient": "\n".join(
            recipient_lines(
                sent.recipient_name, sent.street, sent.postcode, sent.city, sent.region, country_name(sent.country)
            )
        ),
        "service": sent.service or DEFAULT_SERVICE,
        "tracking": tracking,
        "tracking_text": group(tracking),
        "parcel": parcel_code,
        "weight": f"{weight_g / 1000:.3f} kg",
        "order": sent.order,
        "slot": "" if slot is None else str(slot),
    }


def sender_lines(name: str, street: str, postcode: str, city: str, country: str) -> str:
    """The sender's address as it is printed, "" when every part is empty.

    Raises Refusal `labels_sender_lacks` (field) for an incomplete one, `country_unknown`, and what keeps it from being
    printed (`label_text_too_long`, `label_text_unprintable`).
    """
    if not any((name, street, postcode, city, country)):
        return ""
    for field, value in (("name", name), ("street", street), ("city", city), ("country", country)):
        if not value:
            raise Refusal("labels_sender_lacks", field=field)
    text = "\n".join(recipient_lines(name, street, postcode, city, "", country_name(country_code(country))))
    fields = dict.fromkeys(("recipient", "service", "tracking_text", "parcel", "weight", "order", "slot"), "0")
    _zpl(lay_out({**fields, "sender": text, "tracking": "0", "parcel": "PB00000000P"}, 1), 203)
    return text


def name_sender(tx: Tx, actor: Actor, warehouse_id: int, sender: str, country: str) -> tuple[bool, Change]:
    """From now on new labels of a warehouse carry this sender (`sender_lines`); whether it is another one.

    Its tracking numbers end with the sender's country; without a sender they go on as before.
    """
    warehouse = tx.session.get_one(Warehouse, warehouse_id)
    country = country_code(country) or warehouse.country
    if (warehouse.sender, warehouse.country) == (sender, country):
        return False, Change()
    warehouse.sender, warehouse.country = sender, country
    record(tx, actor, "name_sender", {"warehouse": warehouse_id})
    return True, changed("stations")


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
    sent = Sent(
        warehouse.sender, warehouse.country, order.source_id, order.service, order.recipient_name, order.street,
        order.postcode, order.city, order.region, order.country,
    )
    if sent.missing:
        return UNSHIPPABLE + sent.missing[0]
    tracking = s10(SERVICE, 0, warehouse.country)
    fields = label_fields(sent, tracking=tracking, parcel_code="PB00000000P", weight_g=weight_g, slot=99)
    try:
        _zpl(lay_out(fields, 1), 203)
    except Refusal as refusal:
        return f"{refusal.code}:{refusal.facts.get('field', '')}"
    return None


def make_label(tx: Tx, actor: Actor, parcel_id: int, *, weight_g: int, queue: str, dpi: int = 203) -> str:
    """The parcel's label and the job that prints it, in the transaction of the last requirement; its tracking number.

    A label that the parcel already has is used again (its last item was undone before it was printed). Raises Refusal
    when the label cannot be printed as it is.
    """
    label = tx.connection.execute(_VALID, {"parcel": parcel_id}).first()
    if label is not None:
        label_id, tracking, fields = label
        _queue(tx, actor, label_id, json.loads(fields), _newest_copy(tx, label_id) + 1, queue=queue, dpi=dpi)
        return str(tracking)
    code, slot, *address = tx.connection.execute(_TO_LABEL, {"parcel": parcel_id}).one()
    sent = Sent(*address)
    if sent.missing:
        raise Refusal("label_field_missing", template=TEMPLATE, field=sent.missing[0])
    tracking = s10(SERVICE, take_number(tx, "tracking"), sent.sender_country)
    filled = label_fields(sent, tracking=tracking, parcel_code=code, weight_g=weight_g, slot=slot)
    label_id = tx.connection.execute(
        _LABEL,
        {
            "parcel_id": parcel_id, "tracking": tracking, "service": filled["service"], "template": TEMPLATE,
            "fields": json.dumps(filled, ensure_ascii=False), "created_at": tx.at,
        },
    ).scalar_one()
    _queue(tx, actor, label_id, filled, 1, queue=queue, dpi=dpi)
    return tracking


def _newest_copy(tx: Tx, label_id: int) -> int:
    newest: int = tx.connection.execute(_COPIES, {"label": label_id}).scalar_one()
    return newest


def next_copy(
    tx: Tx, actor: Actor, label: Label, job: PrintJob, *, reason: str, queue: str | None = None
) -> tuple[int, int]:
    """Queue a label's next copy, from the same data, where `job` was printed or in `queue`; its number and job."""
    copy = _newest_copy(tx, label.id) + 1
    made = _queue(
        tx, actor, label.id, json.loads(label.fields), copy, queue=queue or job.queue, dpi=job.dpi,
        reprint_of=job.id, reason=reason,
    )
    return copy, made


def _queue(
    tx: Tx, actor: Actor, label_id: int, fields: dict[str, str], copy: int, *, queue: str, dpi: int,
    reprint_of: int | None = None, reason: str | None = None,
) -> int:
    """The id of the job that prints this copy."""
    payload = _zpl(lay_out(fields, copy), dpi)
    job_id: int = tx.connection.execute(
        _JOB,
        {
            "queue": queue, "kind": JobKind.LABEL, "label_id": label_id, "copy": copy, "dpi": dpi, "payload": payload,
            "sha256": hashlib.sha256(payload).hexdigest(), "state": JobState.QUEUED, "reprint_of_id": reprint_of,
            "reprint_reason": reason, "operator_id": actor.operator, "created_at": tx.at, "updated_at": tx.at,
        },
    ).scalar_one()
    return job_id


def confirm_newest(tx: Tx, parcel_id: int) -> None:
    """The newest copy of a parcel's label lies on the parcel: a person has scanned it."""
    job_id, state = tx.connection.execute(_NEWEST, {"parcel": parcel_id}).one()
    confirmed = advance(JOB, state, JobState.CONFIRMED)
    tx.connection.execute(_CONFIRM, {"job": job_id, "to": confirmed, "now": tx.at})


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
    copy, made = next_copy(tx, actor, label, job, reason=reason, queue=queue)
    record(tx, actor, "reprint", {"parcel": parcel_id, "job": made, "of": job.id, "copy": copy}, reason=reason)
    return copy, changed("labels", ids=[("job", made), ("parcel", parcel_id)])


def confirm_copy(tx: Tx, actor: Actor, parcel_code: str, copy: int) -> tuple[int, Change]:
    """The square code of a reprint was scanned on its box, which is closed already; returns the job's id.

    The first label of a parcel is confirmed at the bench, where its scan closes the parcel. Raises Refusal
    `no_label`, `label_voided`, `labels_close_at_bench`, `superseded_copy`, `label_not_printed`, and
    `labels_confirmed_before`.
    """
    parcel = tx.session.scalars(select(Parcel).where(Parcel.code == parcel_code)).first()
    job = None if parcel is None else newest_job(tx, parcel.id)
    if parcel is None or job is None or job.label_id is None:
        raise Refusal("no_label", parcel=parcel_code)
    if parcel.state is ParcelState.VOIDED or tx.session.get_one(Label, job.label_id).state is LabelState.VOIDED:
        raise Refusal("label_voided")
    if copy < job.copy:
        raise Refusal("superseded_copy", copy=copy, newest=job.copy)
    if parcel.state is not ParcelState.CLOSED:
        raise Refusal("labels_close_at_bench", parcel=parcel_code)
    if job.state is JobState.CONFIRMED:
        raise Refusal("labels_confirmed_before", copy=copy)
    if copy > job.copy or job.state not in MAY_LIE_THERE:
        raise Refusal("label_not_printed", copy=job.copy)
    job.state = advance(JOB, job.state, JobState.CONFIRMED)
    job.reason = None
    job.updated_at = tx.at
    record(tx, actor, "confirm_copy", {"parcel": parcel.id, "job": job.id, "copy": copy})
    return job.id, changed("labels", "orders", ids=[("job", job.id), ("parcel", parcel.id), ("order", parcel.order_id)])


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
        copy, _ = next_copy(tx, actor, label, job, reason="not_out", queue=queue)
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
