"""Labels that were received as files."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.barcode import make_label_code
from app.domain.states import LabelState
from db.label_files import LabelFile
from db.orders import Order
from db.parcels import Label, Parcel, PrintJob, PrintQueue
from db.waves import BatchOrder


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A label's file as it came, and from where."""

    content: bytes
    media: str
    sha256: str
    source: str


def stored_file(session: Session, label_id: int) -> StoredFile | None:
    """The file of a label, None for one that Packbench has made itself."""
    row = session.execute(
        select(LabelFile.content, LabelFile.media, LabelFile.sha256, LabelFile.source)
        .join(Label, Label.file_id == LabelFile.id)
        .where(Label.id == label_id)
    ).first()
    return None if row is None else StoredFile(*row)


@dataclass(frozen=True, slots=True)
class Labelling:
    """What an order says of its label: carrier and service that it wants, and the tracking number it has, if any."""

    source_id: str
    carrier: str
    service: str
    tracking: str | None


def labelling(session: Session, order_id: int) -> Labelling:
    """How an order is labelled now."""
    order = session.get_one(Order, order_id)
    tracking = session.scalars(
        select(Label.tracking)
        .join(Parcel, Parcel.id == Label.parcel_id)
        .where(Parcel.order_id == order_id, Label.state == LabelState.VALID)
        .order_by(Label.id.desc())
    ).first()
    return Labelling(order.source_id, order.carrier or "", order.service or "", tracking)


@dataclass(frozen=True, slots=True)
class ToCompose:
    """A received label's next copy, with all that `printing.received.compose_copy` is told of it."""

    content: bytes
    language: str
    dpi: int
    width_mm: int | None
    height_mm: int | None
    order: str
    slot: str
    copy: int
    code: str


def to_compose(session: Session, parcel_code: str, queue: str) -> ToCompose | None:
    """What the next copy of a parcel's label is made of; None for a label that is not a file."""
    row = session.execute(
        select(Parcel.id, LabelFile.content, Order.source_id, BatchOrder.slot)
        .join(Label, (Label.parcel_id == Parcel.id) & (Label.state == LabelState.VALID))
        .join(LabelFile, LabelFile.id == Label.file_id)
        .join(Order, Order.id == Parcel.order_id)
        .outerjoin(BatchOrder, BatchOrder.order_id == Order.id)
        .where(Parcel.code == parcel_code)
    ).first()
    if row is None:
        return None
    parcel_id, content, order, slot = row
    jobs = select(func.max(PrintJob.copy)).join(Label, Label.id == PrintJob.label_id)
    copy = 1 + (session.scalar(jobs.where(Label.parcel_id == parcel_id)) or 0)
    takes = session.get(PrintQueue, queue)
    language, dpi = ("zpl", 203) if takes is None else (takes.language, takes.dpi)
    width, height = (None, None) if takes is None else (takes.width_mm, takes.height_mm)
    return ToCompose(
        content, language, dpi, width, height, order, "" if slot is None else str(slot), copy,
        make_label_code(parcel_code, copy),
    )
