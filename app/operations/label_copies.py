"""Copies of labels in people's hands: confirmed by a scan, settled, printed again."""

from __future__ import annotations

from sqlalchemy import bindparam, select, update

from app.change import Change, changed
from app.domain.errors import Refusal
from app.domain.people import Actor
from app.domain.states import JOB, PARCEL, JobState, LabelState, OrderState, ParcelState, advance
from app.domain.verdict import MAY_LIE_THERE
from app.operations.labels import copy_lost, newest_job, next_copy
from db.journal import record
from db.orders import Order
from db.parcels import Label, Parcel, PrintJob
from db.store import Tx

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


def confirm_newest(tx: Tx, parcel_id: int) -> None:
    """The newest copy of a parcel's label lies on the parcel: a person has scanned it."""
    job_id, state = tx.connection.execute(_NEWEST, {"parcel": parcel_id}).one()
    confirmed = advance(JOB, state, JobState.CONFIRMED)
    tx.connection.execute(_CONFIRM, {"job": job_id, "to": confirmed, "now": tx.at})


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

    A box that was closed before its label was voided is closed again by the scan of the new one. The first label of a
    parcel is confirmed at the bench, where its scan closes the parcel. Raises Refusal
    `no_label`, `label_voided`, `labels_close_at_bench`, `superseded_copy`, `label_not_printed`, and
    `labels_confirmed_before`.
    """
    parcel = tx.session.scalars(select(Parcel).where(Parcel.code == parcel_code)).first()
    job = None if parcel is None else newest_job(tx, parcel.id)
    if parcel is None or job is None or job.label_id is None:
        raise Refusal("no_label", parcel=parcel_code)
    scanned = tx.session.scalars(
        select(Label.state)
        .join(PrintJob, PrintJob.label_id == Label.id)
        .where(Label.parcel_id == parcel.id, PrintJob.copy == copy)
    ).first()
    newest = tx.session.get_one(Label, job.label_id).state
    if parcel.state is ParcelState.VOIDED or LabelState.VOIDED in (scanned, newest):
        raise Refusal("label_voided")
    if copy < job.copy:
        raise Refusal("superseded_copy", copy=copy, newest=job.copy)
    was_closed = tx.session.get_one(Order, parcel.order_id).state is OrderState.SHIPPED
    if parcel.state is not ParcelState.CLOSED and not (was_closed and parcel.state is ParcelState.LABELLING):
        raise Refusal("labels_close_at_bench", parcel=parcel_code)
    if job.state is JobState.CONFIRMED:
        raise Refusal("labels_confirmed_before", copy=copy)
    if copy > job.copy or job.state not in MAY_LIE_THERE:
        raise Refusal("label_not_printed", copy=job.copy)
    if parcel.state is ParcelState.LABELLING:
        parcel.state, parcel.closed_at = advance(PARCEL, parcel.state, ParcelState.CLOSED), tx.at
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
    by default to that of the first. A voided label has no next copy, nor one of which a later copy is made. Raises
    Refusal `nothing_uncertain` for a job in any other state.
    """
    job = tx.session.get_one(PrintJob, job_id)
    if job.state is not JobState.UNCERTAIN:
        raise Refusal("nothing_uncertain")
    job.state = advance(JOB, job.state, JobState.PRINTED if came_out else JobState.FAILED)
    job.reason = "settled_by_person"
    job.updated_at = tx.at
    record(tx, actor, "settle_label", {"job": job_id, "came_out": came_out})
    tx.session.flush()
    copy = None if came_out else copy_lost(tx, actor, job, "not_out", queue)
    return copy, changed("labels", ids=[("job", job_id)])
