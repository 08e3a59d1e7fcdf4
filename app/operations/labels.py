"""Labels and their print jobs: made with the last requirement or ahead of it, and claimed by the spooler."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Select, bindparam, func, insert, or_, select, update

from app.carriers.profiles import void_deadline
from app.domain.barcode import make_label_code, s10
from app.domain.errors import Refusal
from app.domain.people import SYSTEM, Actor
from app.domain.states import JOB, JobState, LabelState, OrderState, ParcelState, advance
from app.operations import captured
from app.operations.label_content import SERVICE, TEMPLATE, Sent, label_fields, lay_out, rendered, weight_text
from app.operations.numbers import is_used, take_tracking
from app.operations.parcels import begin_parcel
from db.journal import record, take_number
from db.label_batches import LabelBatchOrder
from db.label_files import LabelFile
from db.orders import Order, OrderLine, Sku
from db.parcels import JobKind, Label, Parcel, PrintJob, PrintQueue
from db.places import Warehouse
from db.store import Tx
from db.waves import BatchOrder

IN_WORK = (OrderState.RELEASED, OrderState.PICKED, OrderState.PACKING)  # whose labels may be printed ahead
# why a copy that waited is not sent
SUPERSEDED, LEFT_CART, OLD_ADDRESS = "labels_copy_superseded", "labels_left_cart", "labels_old_address"


_SENT = (
    Warehouse.sender, Warehouse.country, Order.source_id, Order.service, Order.recipient_name, Order.street,
    Order.postcode, Order.city, Order.region, Order.country, Order.carrier,
)  # fmt: skip
_TO_LABEL = (
    select(Parcel.code, BatchOrder.slot, BatchOrder.batch_id, Order.address_version, *_SENT)
    .join(Order, Order.id == Parcel.order_id)
    .join(Warehouse, Warehouse.id == Order.warehouse_id)
    .outerjoin(BatchOrder, BatchOrder.order_id == Order.id)
    .where(Parcel.id == bindparam("parcel"))
)
_VALID = (
    select(Label.id, Label.tracking, Label.fields, Label.file_id, Label.address_version)
    .where(Label.parcel_id == bindparam("parcel"), Label.state == LabelState.VALID)
    .limit(1)
)
_FILE = select(LabelFile.content).where(LabelFile.id == bindparam("file"))
_TAKES = select(PrintQueue.language, PrintQueue.dpi, PrintQueue.width_mm, PrintQueue.height_mm).where(
    PrintQueue.name == bindparam("queue")
)
_EXPECTED_WEIGHT = (
    select(func.coalesce(func.sum(func.coalesce(Sku.weight_g, 0) * OrderLine.quantity), 0))
    .select_from(OrderLine)
    .join(Sku, Sku.id == OrderLine.sku_id)
    .where(OrderLine.order_id == bindparam("order"))
)
_LABEL = insert(Label).returning(Label.id)
_FIELDS = update(Label).where(Label.id == bindparam("label")).values(fields=bindparam("fields"))
_JOB = insert(PrintJob).returning(PrintJob.id)
# by parcel, not by label: the square code names parcel and copy, and a new label must not repeat an old one's
_COPIES = (
    select(func.coalesce(func.max(PrintJob.copy), 0))
    .join(Label, Label.id == PrintJob.label_id)
    .where(Label.parcel_id == bindparam("parcel"))
)


def make_label(tx: Tx, actor: Actor, parcel_id: int, *, weight_g: int, queue: str) -> str:
    """The parcel's label and the job that prints it, in the transaction of the last requirement; its tracking number.

    A label that the parcel already has is used again. What was printed ahead of it, for the same place on the same
    cart, is not printed again; while it waits elsewhere it comes out here, whatever becomes of its label batch. Raises
    Refusal when the label cannot be printed as it is.
    """
    label_id, tracking, fields, file_id = _label(tx, parcel_id, weight_g)
    if _is_printed(newest_job(tx, parcel_id), label_id, fields):
        move_queued(tx, parcel_id, queue)
        if _is_printed(newest_job(tx, parcel_id), label_id, fields):
            return tracking
    _drop_queued(tx, parcel_id)
    if file_id is None and fields["weight"] != weight_text(weight_g):
        # something was taken out or put in since the label was made
        fields["weight"] = weight_text(weight_g)
        kept = {name: value for name, value in fields.items() if name != "place"}
        tx.connection.execute(_FIELDS, {"label": label_id, "fields": json.dumps(kept, ensure_ascii=False)})
    _queue(tx, actor, label_id, fields, _newest_copy(tx, parcel_id) + 1, queue=queue, file_id=file_id)
    return tracking


def print_ahead(tx: Tx, actor: Actor, order_id: int, *, queue: str, label_batch_id: int) -> int:
    """The job that prints an order's label before the order is packed; the bench then waits for its scan alone.

    Raises Refusal: `order_is_cancelled`, `labels_not_in_work` for an order that is on no cart or packed already,
    `labels_printed_before` when its label is printed or waits to be, and why the label cannot be printed as it is.
    """
    order = tx.session.get_one(Order, order_id)
    if order.state is OrderState.CANCELLED or order.cancel_requested_at is not None:
        raise Refusal("order_is_cancelled", order=order.source_id)
    if order.state not in IN_WORK:
        raise Refusal("labels_not_in_work", order=order.source_id)
    parcel_id = begin_parcel(tx, order_id)
    weight_g = tx.connection.execute(_EXPECTED_WEIGHT, {"order": order_id}).scalar_one()
    label_id, _, fields, file_id = _label(tx, parcel_id, weight_g)
    if _is_printed(newest_job(tx, parcel_id), label_id, fields):
        raise Refusal("labels_printed_before", order=order.source_id)
    _drop_queued(tx, parcel_id)
    copy = _newest_copy(tx, parcel_id) + 1
    return _queue(
        tx, actor, label_id, fields, copy, queue=queue, file_id=file_id, label_batch_id=label_batch_id
    )


def _is_printed(job: PrintJob | None, label_id: int, fields: Mapping[str, str]) -> bool:
    """Whether the newest copy is the right one: of the label that counts, and not for an earlier place of the order."""
    if job is None or job.label_id != label_id or job.state is JobState.FAILED:
        return False
    return fields.get("place") == fields.get("printed_for")


def _drop_queued(tx: Tx, parcel_id: int) -> None:
    """A copy that waits to be printed is not sent: the next one replaces it."""
    tx.session.execute(
        update(PrintJob)
        .where(PrintJob.label_id.in_(_labels_of(parcel_id)), PrintJob.state == JobState.QUEUED)
        .values(state=JobState.CANCELLED, reason=SUPERSEDED, updated_at=tx.at)
    )


def _labels_of(parcel_id: int) -> Select[int]:
    return select(Label.id).where(Label.parcel_id == parcel_id)


def unwanted(tx: Tx, job: PrintJob) -> str | None:
    """The last gate before paper: the code of why a label's copy must not be sent any more, None when it may.

    Its order was cancelled, its label was voided, a later copy counts, or it was to be printed ahead of its order and
    that has left its place on the cart.
    """
    if job.label_id is None:
        return None
    label = tx.session.get_one(Label, job.label_id)
    parcel = tx.session.get_one(Parcel, label.parcel_id)
    order = tx.session.get_one(Order, parcel.order_id)
    asked = order.cancel_requested_at is not None and order.state is not OrderState.SHIPPED
    if order.state is OrderState.CANCELLED or asked:
        return "order_cancelled"
    if label.state is LabelState.VOIDED:
        return "label_voided"
    if label.address_version < order.address_version:
        return OLD_ADDRESS
    if _has_later_copy(tx, job):
        return SUPERSEDED
    ahead = job.label_batch_id is not None and job.reprint_of_id is None and parcel.state is ParcelState.OPEN
    if ahead and (order.state not in IN_WORK or _place(tx, order.id) != json.loads(label.fields).get("printed_for")):
        return LEFT_CART
    return None


def _has_later_copy(tx: Tx, job: PrintJob) -> bool:
    later = select(PrintJob.id).where(
        PrintJob.label_id == job.label_id, PrintJob.copy > job.copy, PrintJob.state != JobState.CANCELLED
    )
    return tx.session.execute(later.limit(1)).first() is not None


def _place(tx: Tx, order_id: int) -> str:
    at = tx.session.get(BatchOrder, order_id)
    return "" if at is None else _place_name(at.batch_id, at.slot)


def _place_name(batch_id: int, slot: int | None) -> str:
    return f"{batch_id}/{slot}"


def _label(tx: Tx, parcel_id: int, weight_g: int) -> tuple[int, str, dict[str, str], int | None]:
    """The parcel's valid label, made where there is none: its id, tracking number, fields and received file.

    Of the fields `place` is the order's place now, `printed_for` the one that the last copy was made for.
    """
    code, slot, batch_id, address_version, *address = tx.connection.execute(_TO_LABEL, {"parcel": parcel_id}).one()
    sent = Sent(*address)
    place = "" if batch_id is None else _place_name(batch_id, slot)
    found = tx.connection.execute(_VALID, {"parcel": parcel_id}).first()
    if found is not None:
        label_id, tracking, stored, file_id, printed_address = found
        if printed_address < address_version:
            raise Refusal("label_old_address", order=sent.order)
        kept = {**json.loads(stored), "order": sent.order, "parcel": code, "slot": "" if slot is None else str(slot)}
        return label_id, str(tracking), {**kept, "place": place}, file_id
    if sent.missing:
        raise Refusal("label_field_missing", template=TEMPLATE, field=sent.missing[0])
    number = take_tracking(tx, sent.carrier, sent.service)
    tracking = number or _own_number(tx, sent.sender_country)
    filled = label_fields(sent, tracking=tracking, parcel_code=code, weight_g=weight_g, slot=slot)
    label_id = tx.connection.execute(
        _LABEL,
        {
            "parcel_id": parcel_id, "tracking": tracking, "service": filled["service"], "template": TEMPLATE,
            "carrier": sent.carrier, "void_by": void_deadline(sent.carrier, tx.at),
            "fields": json.dumps(filled, ensure_ascii=False), "created_at": tx.at, "address_version": address_version,
        },
    ).scalar_one()
    return label_id, tracking, {**filled, "place": place}, None


def _own_number(tx: Tx, country: str) -> str:
    """The next number of the house's own series; a carrier's pool may lie in it."""
    while is_used(tx, number := s10(SERVICE, take_number(tx, "tracking"), country)):
        pass
    return number


def _newest_copy(tx: Tx, parcel_id: int) -> int:
    newest: int = tx.connection.execute(_COPIES, {"parcel": parcel_id}).scalar_one()
    return newest


def next_copy(
    tx: Tx, actor: Actor, label: Label, job: PrintJob, *, reason: str, queue: str | None = None
) -> tuple[int, int]:
    """Queue a label's next copy, from the same data, where `job` was printed or in `queue`; its number and job.

    In a queue that is named it waits for no label batch; of the order it is what counts in that all the same.
    """
    copy = _newest_copy(tx, label.parcel_id) + 1
    made = _queue(
        tx, actor, label.id, {**_facts(tx, label), **json.loads(label.fields)}, copy,
        queue=queue or job.queue, file_id=label.file_id, label_batch_id=None if queue else job.label_batch_id,
        reprint_of=job.id, reason=reason,
    )
    if queue:
        tx.session.execute(update(LabelBatchOrder).where(LabelBatchOrder.job_id == job.id).values(job_id=made))
    return copy, made


def copy_lost(tx: Tx, actor: Actor, job: PrintJob, reason: str, queue: str | None = None) -> int | None:
    """The number of the next copy of a label, queued because this one did not come out.

    None where none is wanted: the label is void, or a later copy is made already.
    """
    if job.label_id is None:
        return None
    label = tx.session.get_one(Label, job.label_id)
    if label.state is LabelState.VOIDED or _has_later_copy(tx, job):
        return None
    return next_copy(tx, actor, label, job, reason=reason, queue=queue)[0]


def _queue(
    tx: Tx, actor: Actor, label_id: int, fields: Mapping[str, str], copy: int, *, queue: str, file_id: int | None,
    label_batch_id: int | None = None, reprint_of: int | None = None, reason: str | None = None,
) -> int:
    """The id of the job that prints this copy, in the language and at the resolution of the queue's printer."""
    made = _written(tx, file_id, fields, copy, _takes(tx, queue))
    job_id: int = tx.connection.execute(
        _JOB,
        {
            **made, "queue": queue, "kind": JobKind.LABEL, "label_id": label_id, "copy": copy,
            "state": JobState.QUEUED, "reprint_of_id": reprint_of, "reprint_reason": reason,
            "label_batch_id": label_batch_id, "operator_id": actor.operator, "created_at": tx.at, "updated_at": tx.at,
        },
    ).scalar_one()
    if "place" in fields and fields["place"] != fields.get("printed_for"):
        kept = {name: value for name, value in fields.items() if name != "place"}
        tx.connection.execute(
            update(Label)
            .where(Label.id == label_id)
            .values(fields=json.dumps({**kept, "printed_for": fields["place"]}, ensure_ascii=False))
        )
    return job_id


@dataclass(frozen=True, slots=True)
class Takes:
    """What the printer of a queue takes; the media in millimetres, None where nobody has told."""

    language: str
    dpi: int
    width_mm: int | None = None
    height_mm: int | None = None


def _takes(tx: Tx, queue: str) -> Takes:
    taken = tx.connection.execute(_TAKES, {"queue": queue}).first()
    return Takes("zpl", 203) if taken is None else Takes(*taken)


def _written(
    tx: Tx, file_id: int | None, fields: Mapping[str, str], copy: int, takes: Takes
) -> dict[str, object]:
    """A copy as a printer takes it: the columns of its job that say how it is written."""
    labels, marked = 1, True
    if file_id is None:
        payload = rendered(lay_out(fields, copy), takes.language, takes.dpi, takes.width_mm)
    else:
        from printing.received import compose_copy  # as above

        made = compose_copy(
            tx.connection.execute(_FILE, {"file": file_id}).scalar_one(), language=takes.language, dpi=takes.dpi,
            width_mm=takes.width_mm, height_mm=takes.height_mm, order=fields["order"], slot=fields.get("slot", ""),
            copy=copy, code=make_label_code(fields["parcel"], copy),
        )
        payload, labels, marked = made.payload, made.labels, made.marked
    return {
        "language": takes.language, "dpi": takes.dpi, "payload": payload, "labels": labels, "marked": marked,
        "sha256": hashlib.sha256(payload).hexdigest(),
    }


def write_anew(tx: Tx, job: PrintJob, takes: Takes) -> None:
    """A label that was written for another printer is written for this one, before it is sent; raises Refusal."""
    assert job.label_id is not None
    label = tx.session.get_one(Label, job.label_id)
    made = _written(tx, label.file_id, {**_facts(tx, label), **json.loads(label.fields)}, job.copy, takes)
    ids = {"job": job.id, "from": f"{job.language} {job.dpi}", "to": f"{takes.language} {takes.dpi}"}
    for column, value in made.items():
        setattr(job, column, value)
    job.updated_at = tx.at
    record(tx, SYSTEM, "write_label_anew", ids)


def _facts(tx: Tx, label: Label) -> dict[str, str]:
    """Parcel and order of a label: what a received one does not say of itself."""
    code, order = tx.session.execute(
        select(Parcel.code, Order.source_id)
        .join(Order, Order.id == Parcel.order_id)
        .where(Parcel.id == label.parcel_id)
    ).one()
    return {"parcel": code, "order": order}


def newest_job(tx: Tx, parcel_id: int) -> PrintJob | None:
    """The job of the newest copy of a parcel's label that was not taken back."""
    return tx.session.scalars(
        select(PrintJob)
        .join(Label, Label.id == PrintJob.label_id)
        .where(Label.parcel_id == parcel_id, PrintJob.state != JobState.CANCELLED)
        .order_by(PrintJob.copy.desc())
    ).first()


def move_queued(tx: Tx, parcel_id: int, queue: str) -> None:
    """A label that waits to be printed comes out where its parcel is, and waits for no label batch any more."""
    for job in tx.session.scalars(
        select(PrintJob).where(
            PrintJob.label_id.in_(_labels_of(parcel_id)), PrintJob.state == JobState.QUEUED,
            or_(PrintJob.queue != queue, PrintJob.label_batch_id.is_not(None)),
        )
    ).all():
        job.label_batch_id = None
        move_job(tx, job, queue)


def move_job(tx: Tx, job: PrintJob, queue: str) -> None:
    """A job that waits comes out in another queue.

    A received label is made anew for media of another size; one that does not fit there has failed. What language and
    resolution ask for is done when it is sent.
    """
    before, takes = _takes(tx, job.queue), _takes(tx, queue)
    job.queue, job.reason, job.updated_at = queue, None, tx.at
    resized = (before.width_mm, before.height_mm) != (takes.width_mm, takes.height_mm)
    if resized and job.label_id is not None and tx.session.get_one(Label, job.label_id).file_id is not None:
        try:
            write_anew(tx, job, takes)
        except Refusal as refusal:
            job.state, job.reason = advance(JOB, job.state, JobState.FAILED), refusal.code
    tx.session.flush()


def void_parcels(tx: Tx, order_id: int) -> None:
    """Nothing of an order is sent as it is: all its boxes are void, closed ones too unless the carrier has them."""
    on_manifest = select(Label.parcel_id).where(Label.state == LabelState.VALID, Label.manifest_id.is_not(None))
    for parcel in tx.session.scalars(
        select(Parcel).where(
            Parcel.order_id == order_id, Parcel.state != ParcelState.VOIDED, Parcel.handed_over_at.is_(None),
            ~on_manifest.where(Label.parcel_id == Parcel.id).exists(),
        )
    ).all():
        void_label(tx, parcel)


def void_label(tx: Tx, parcel: Parcel, why: str = "order_cancelled", job_why: str = "order_cancelled") -> None:
    """Void a parcel and its label; what has not been printed yet never is, and what was captured is free again."""
    captured.release(tx, parcel.id)
    parcel.state = ParcelState.VOIDED
    parcel.station_id = None
    labels = list(tx.session.scalars(select(Label.id).where(Label.parcel_id == parcel.id)))
    if labels:
        tx.session.execute(
            update(Label)
            .where(Label.id.in_(labels), Label.state == LabelState.VALID)
            .values(state=LabelState.VOIDED, voided_at=tx.at, void_reason=why)
        )
        tx.session.execute(
            update(PrintJob)
            .where(PrintJob.label_id.in_(labels), PrintJob.state == JobState.QUEUED)
            .values(state=JobState.CANCELLED, reason=job_why, updated_at=tx.at)
        )
