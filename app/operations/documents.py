"""Documents: queued for a printer, and the manifests under which parcels are handed to a carrier."""

from __future__ import annotations

import hashlib

from sqlalchemy import func, select, update

from app.change import Change, changed
from app.domain.documents import Document
from app.domain.errors import Refusal
from app.domain.people import Actor
from app.domain.states import JobState
from app.queries.documents import waiting_parcels
from db.journal import record
from db.label_files import Manifest
from db.parcels import JobKind, Label, PrintJob
from db.places import Warehouse
from db.store import Tx


def queue_document(
    tx: Tx, actor: Actor, document: Document, payload: bytes, *, queue: str, order_id: int | None = None,
    language: str = "pdf", dpi: int = 203, pages: int = 1, copies: int = 1,
) -> tuple[int, Change]:
    """Jobs that print a document's bytes, which make so many labels of a label printer; the id of the last copy's."""
    job = None
    for _ in range(copies):
        job = PrintJob(
            queue=queue, kind=JobKind.DOCUMENT, document=document.value, order_id=order_id, language=language, dpi=dpi,
            labels=pages, payload=payload, sha256=hashlib.sha256(payload).hexdigest(), state=JobState.QUEUED,
            operator_id=actor.operator, created_at=tx.at, updated_at=tx.at,
        )
        tx.session.add(job)
    tx.session.flush()
    if job is None:
        raise ValueError(f"{copies} copies are none")
    ids = {"job": job.id, "document": document.value, "copies": copies}
    record(tx, actor, "print_document", ids if order_id is None else {**ids, "order": order_id})
    return job.id, changed("labels", ids=[("job", job.id)])


def print_again(tx: Tx, actor: Actor, job_id: int) -> tuple[int, Change]:
    """Print a document that came out, or did not, once more as it was; the new job's id.

    Raises Refusal `papers_under_way` while nobody knows what became of it.
    """
    job = tx.session.get_one(PrintJob, job_id, with_for_update=True)
    if job.document is None or job.state in (JobState.QUEUED, JobState.SENDING, JobState.UNCERTAIN):
        raise Refusal("papers_under_way")
    made = queue_document(
        tx, actor, Document(job.document), job.payload, queue=job.queue, order_id=job.order_id, language=job.language,
        dpi=job.dpi, pages=job.labels,
    )
    if job.state is JobState.FAILED:
        job.reason, job.updated_at = "settled_again", tx.at  # nobody has to look at it any more
    return made


def close_manifest(tx: Tx, actor: Actor, warehouse_id: int, carrier: str) -> tuple[int, Change]:
    """Put every closed parcel of a carrier that is on none yet onto a new manifest; the manifest's id.

    From then on their labels cannot be voided. Raises Refusal `papers_nothing_to_hand_over` (carrier).
    """
    # the row is held until the end, so that two manifests of one warehouse do not take the same number or parcel
    warehouse = tx.session.execute(
        select(Warehouse).where(Warehouse.id == warehouse_id).with_for_update()
    ).scalar_one()
    labels = list(tx.session.scalars(waiting_parcels(warehouse.id).where(Label.carrier == carrier)))
    if not labels:
        raise Refusal("papers_nothing_to_hand_over", carrier=carrier)
    newest = tx.session.scalar(select(func.max(Manifest.number)).where(Manifest.warehouse_id == warehouse_id))
    manifest = Manifest(
        warehouse_id=warehouse_id, number=(newest or 0) + 1, carrier=carrier, operator_id=actor.operator,
        created_at=tx.at,
    )
    tx.session.add(manifest)
    tx.session.flush()
    tx.session.execute(
        update(Label).where(Label.id.in_(waiting_parcels(warehouse_id).where(Label.carrier == carrier).order_by(None)))
        .values(manifest_id=manifest.id)
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    record(tx, actor, "close_manifest", {"manifest": manifest.id, "parcels": len(labels)})
    return manifest.id, changed("labels", "orders", ids=[("manifest", manifest.id)])
