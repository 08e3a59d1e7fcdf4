"""Labels that are taken back: voided until their carrier's deadline, with or without another one for the same box."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, update

from app.change import Change, changed
from app.domain.errors import Refusal
from app.domain.people import Actor
from app.domain.states import PARCEL, JobState, LabelState, OrderState, ParcelState, advance
from app.operations.label_feed import note_taken_back
from app.operations.labels import make_label
from app.queries.numbers import local_time
from db.journal import record
from db.label_files import Manifest
from db.orders import Order, OrderLine, Sku
from db.parcels import Label, Parcel, PrintJob
from db.store import Tx


@dataclass(frozen=True, slots=True)
class Relabelled:
    """The label that a parcel has now: its tracking number, and the number of the copy to be put on the box."""

    tracking: str
    copy: int


def void(tx: Tx, actor: Actor, parcel_id: int, reason: str) -> tuple[str, Change]:
    """Take back a parcel's label; returns its tracking number, whose codes alarm from now on.

    What has not been printed of it never is. A box that was closed waits for another label; what it took from stock,
    and that its order is shipped, stays as it is. Raises Refusal: `void_reason_needed`, `no_label` (parcel),
    `label_is_voided` (parcel), `void_on_manifest` (tracking, manifest), `void_handed_over` (tracking), `void_too_late`
    (tracking, carrier, until) after the carrier's deadline.
    """
    if not reason.strip():
        raise Refusal("void_reason_needed")
    parcel = tx.session.get_one(Parcel, parcel_id, with_for_update=True)
    label = valid_label(tx, parcel)
    if label.manifest_id is not None:
        number = tx.session.get_one(Manifest, label.manifest_id).number
        raise Refusal("void_on_manifest", tracking=label.tracking, manifest=number)
    if parcel.handed_over_at is not None:
        raise Refusal("void_handed_over", tracking=label.tracking)
    if label.void_by is not None and tx.at >= label.void_by:
        until = local_time(tx.session, parcel.order_id, label.void_by)
        raise Refusal("void_too_late", tracking=label.tracking, carrier=label.carrier, until=until)
    label.state = LabelState.VOIDED
    label.voided_at, label.void_reason = tx.at, reason.strip()
    if parcel.state is ParcelState.CLOSED:
        parcel.state, parcel.closed_at = advance(PARCEL, parcel.state, ParcelState.LABELLING), None
    tx.session.flush()
    tx.session.execute(
        update(PrintJob)
        .where(PrintJob.label_id == label.id, PrintJob.state == JobState.QUEUED)
        .values(state=JobState.CANCELLED, reason="label_voided", updated_at=tx.at)
    )
    note_taken_back(tx, parcel.order_id)
    record(
        tx, actor, "void_label",
        {"order": parcel.order_id, "parcel": parcel_id, "label": label.id, "tracking": label.tracking},
        reason=reason.strip(),
    )
    return label.tracking, changed("labels", "parcels", "orders", ids=[("parcel", parcel_id)])


def relabel(tx: Tx, actor: Actor, parcel_id: int, reason: str, queue: str) -> tuple[Relabelled, Change]:
    """Void a parcel's label and print another one, with a tracking number of its own, in `queue`.

    A parcel whose label was voided before gets one too. Raises Refusal: what `void` and `make_label` raise, and then
    nothing has changed; `relabel_cancelled` (order) for an order that is not to be sent any more.
    """
    parcel = tx.session.get_one(Parcel, parcel_id, with_for_update=True)
    order = tx.session.get_one(Order, parcel.order_id)
    cancelled = order.cancel_requested_at is not None and order.state is not OrderState.SHIPPED
    if order.state is OrderState.CANCELLED or cancelled or parcel.state is ParcelState.VOIDED:
        raise Refusal("relabel_cancelled", order=order.source_id)
    if has_valid_label(tx, parcel_id):
        void(tx, actor, parcel_id, reason)
    elif not reason.strip():
        raise Refusal("void_reason_needed")
    elif not has_label(tx, parcel_id):
        raise Refusal("no_label", parcel=parcel.code)
    weight_g = parcel.weight_g
    if weight_g is None:
        weight_g = _expected_weight(tx, parcel.order_id)
    tracking = make_label(tx, actor, parcel_id, weight_g=weight_g, queue=queue)
    made = tx.session.execute(
        select(PrintJob.id, PrintJob.copy)
        .join(Label, Label.id == PrintJob.label_id)
        .where(Label.parcel_id == parcel_id, Label.state == LabelState.VALID)
        .order_by(PrintJob.copy.desc())
        .limit(1)
    ).one()
    record(tx, actor, "relabel", {"parcel": parcel_id, "tracking": tracking}, reason=reason.strip())
    ids = [("parcel", parcel_id), ("order", parcel.order_id), ("job", made.id)]
    return Relabelled(tracking, made.copy), changed("labels", "parcels", "orders", ids=ids)


def valid_label(tx: Tx, parcel: Parcel) -> Label:
    """The parcel's label that counts; raises Refusal `no_label`, `label_is_voided`."""
    found = tx.session.scalars(
        select(Label).where(Label.parcel_id == parcel.id, Label.state == LabelState.VALID).with_for_update()
    ).first()
    if found is None:
        raise Refusal("label_is_voided" if has_label(tx, parcel.id) else "no_label", parcel=parcel.code)
    return found


def has_label(tx: Tx, parcel_id: int) -> bool:
    """Whether a parcel ever had a label."""
    return tx.session.execute(select(Label.id).where(Label.parcel_id == parcel_id).limit(1)).first() is not None


def has_valid_label(tx: Tx, parcel_id: int) -> bool:
    """Whether a parcel has a label that counts."""
    wanted = select(Label.id).where(Label.parcel_id == parcel_id, Label.state == LabelState.VALID).limit(1)
    return tx.session.execute(wanted).first() is not None


def _expected_weight(tx: Tx, order_id: int) -> int:
    """What the order's items weigh, for a parcel that is not packed yet."""
    rows = tx.session.execute(
        select(Sku.weight_g, OrderLine.quantity)
        .join(Sku, Sku.id == OrderLine.sku_id)
        .where(OrderLine.order_id == order_id)
    )
    return sum((weight_g or 0) * quantity for weight_g, quantity in rows)
