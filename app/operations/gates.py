"""The gates that a parcel passes: a changed address taken over at the bench, and the hand-over to the carrier."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.change import Change, changed
from app.domain.barcode import read_label_code
from app.domain.errors import Refusal
from app.domain.people import Actor
from app.domain.states import ORDER, JobState, LabelState, OrderState, ParcelState, advance
from app.operations.boxes import unship
from app.operations.deeds import Deed
from app.operations.label_feed import note_taken_back
from app.operations.labels import make_label, newest_job, void_parcels
from app.operations.voiding import has_valid_label, void
from db.journal import record
from db.orders import Order
from db.parcels import Label, Parcel
from db.store import Tx


def take_address(deed: Deed) -> None:
    """The packer has seen that the address is another one: labels that bear the old one are void, a new one follows.

    A label that came from the carrier is waited for. Raises Refusal: what `void` and `make_label` raise.
    """
    tx, parcel = deed.tx, deed.parcel
    order = tx.session.get_one(Order, parcel.order_id, populate_existing=True)
    row = tx.session.get_one(Parcel, parcel.parcel_id, populate_existing=True)
    row.address_version = order.address_version
    record(tx, deed.actor, "take_address", {"order": order.id, "parcel": row.id})
    if has_valid_label(tx, row.id):
        old = tx.session.scalars(
            select(Label).where(Label.parcel_id == row.id, Label.state == LabelState.VALID)
        ).one()
        if old.address_version < order.address_version:
            received = old.file_id is not None
            void(tx, deed.actor, row.id, "address_changed")
            if row.state is ParcelState.LABELLING and not received:
                make_label(tx, deed.actor, row.id, weight_g=row.weight_g or 0, queue=deed.station)
    tx.session.flush()


@dataclass(frozen=True, slots=True)
class HandOver:
    """What became of a parcel at the hand-over: `code` is `handover_done`, or why it must not leave."""

    parcel_id: int
    order: str
    tracking: str
    code: str

    @property
    def passed(self) -> bool:
        """Whether the carrier may have it."""
        return self.code == "handover_done"


def hand_over(tx: Tx, actor: Actor, scanned: str) -> tuple[HandOver, Change]:
    """The last gate: the label of a parcel is scanned as it leaves for its carrier.

    It stays when its order was cancelled meanwhile (`handover_cancelled`: the order is cancelled now, its label void,
    its goods wait to be put back), when the address is not that of its label any more (`handover_address`), when its
    label is void or not the newest copy (`handover_voided`, `handover_superseded`), when its box is not closed
    (`handover_not_closed`) or was handed over before (`handover_before`). Raises Refusal `handover_unknown` for a code
    that is no label's.
    """
    label, copy = _label_of(tx, scanned)
    parcel = tx.session.get_one(Parcel, label.parcel_id, with_for_update=True, populate_existing=True)
    order = tx.session.get_one(Order, parcel.order_id, populate_existing=True)
    code = _judged(tx, order, parcel, label, copy)
    if code == "handover_cancelled" and order.state is not OrderState.CANCELLED:
        _take_out(tx, actor, order)
    elif code == "handover_done":
        parcel.handed_over_at = tx.at
    record(tx, actor, "hand_over", {"order": order.id, "parcel": parcel.id, "label": label.id}, reason=code)
    tx.session.flush()
    told = HandOver(parcel.id, order.source_id, label.tracking, code)
    return told, changed("parcels", "orders", "labels", ids=[("parcel", parcel.id), ("order", order.id)])


def _label_of(tx: Tx, scanned: str) -> tuple[Label, int | None]:
    """The label of a scanned code, and the number of the copy where the code says it."""
    square = read_label_code(scanned)
    if square is None:
        found = tx.session.scalars(select(Label).where(Label.tracking == scanned.upper())).first()
        if found is None:
            raise Refusal("handover_unknown")
        return found, None
    of_parcel = select(Label).join(Parcel, Parcel.id == Label.parcel_id).where(Parcel.code == square[0])
    found = tx.session.scalars(of_parcel.order_by(Label.state == LabelState.VOIDED, Label.id.desc())).first()
    if found is None:
        raise Refusal("handover_unknown")
    return found, square[1]


def _judged(tx: Tx, order: Order, parcel: Parcel, label: Label, copy: int | None) -> str:
    if order.state is OrderState.CANCELLED or order.cancel_requested_at is not None:
        return "handover_cancelled"
    if label.state is LabelState.VOIDED or parcel.state is ParcelState.VOIDED:
        return "handover_voided"
    job = newest_job(tx, parcel.id)
    if job is None or (copy is not None and copy < job.copy):
        return "handover_superseded"
    if label.address_version < order.address_version:
        return "handover_address"
    if parcel.state is not ParcelState.CLOSED or job.state is not JobState.CONFIRMED:
        return "handover_not_closed"
    return "handover_before" if parcel.handed_over_at is not None else "handover_done"


def _take_out(tx: Tx, actor: Actor, order: Order) -> None:
    """A cancelled order whose boxes the carrier has not: they are void, and its goods wait to be put back."""
    if order.state is OrderState.SHIPPED:
        unship(tx, order.id)  # before what was captured is free again: substitutes are known by that
    void_parcels(tx, order.id)
    note_taken_back(tx, order.id)
    order.state, order.updated_at = advance(ORDER, order.state, OrderState.CANCELLED), tx.at
    tx.session.flush()
    record(tx, actor, "cancel_order", {"order": order.id}, reason=order.reason)
