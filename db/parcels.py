"""Shipments, parcels and what is verified in them; labels, print jobs and the attempts to print them."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, false, text, true
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.states import JobState, LabelState, ParcelState
from db.base import Base, new_uuid, words


class JobKind(StrEnum):
    """What a print job prints."""

    LABEL = "label"
    FILE = "file"
    DOCUMENT = "document"
    SEPARATOR = "separator"  # between the labels of a label batch


class Shipment(Base):
    """What one order sends."""

    __tablename__ = "shipments"
    __table_args__ = (Index("ix_shipments_order_id", "order_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[UUID] = mapped_column(default=new_uuid, unique=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    created_at: Mapped[datetime]


class Parcel(Base):
    """One box; `station_id` is the bench on whose table it lies (the claim), None when it lies on none."""

    __tablename__ = "parcels"
    __table_args__ = (
        Index("ix_parcels_order_id", "order_id"),
        Index("ix_parcels_state", "state"),
        Index("ix_parcels_series_of_id", "series_of_id"),
        Index("ix_parcels_packer_id", "packer_id", "state"),
        Index(
            "ix_parcels_papers_due", "papers_due", sqlite_where=text("papers_due is not null"),
            postgresql_where=text("papers_due is not null"),
        ),
        Index("uq_parcels_on_table", "station_id", unique=True),  # one parcel on a table at a time
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[UUID] = mapped_column(default=new_uuid, unique=True)
    code: Mapped[str] = mapped_column(unique=True)
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipments.id"))
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    state: Mapped[ParcelState] = mapped_column(words(ParcelState), default=ParcelState.OPEN)
    station_id: Mapped[int | None] = mapped_column(ForeignKey("stations.id"))
    weight_g: Mapped[int | None]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    number: Mapped[int] = mapped_column(default=1, server_default="1")  # counts the boxes of an order
    # a full box: what is in it is sent, the rest of the order goes into another one
    sealed: Mapped[bool] = mapped_column(default=False, server_default=false())
    carton_id: Mapped[int | None] = mapped_column(ForeignKey("cartons.id"))
    carton_skipped: Mapped[bool] = mapped_column(default=False, server_default=false())  # closed without naming one
    weighed_g: Mapped[int | None]  # what the scale said and the check accepted
    weighed_at: Mapped[datetime | None]
    weight_overridden: Mapped[bool] = mapped_column(default=False, server_default=false())
    note_confirmed_at: Mapped[datetime | None]
    check_needed: Mapped[bool | None]  # a second check; None until it is decided
    check_operator_id: Mapped[int | None] = mapped_column(ForeignKey("operators.id"))
    checked_at: Mapped[datetime | None]
    packer_id: Mapped[int | None] = mapped_column(ForeignKey("operators.id"))  # who verified its last piece
    # an identical order's parcel, verified with this one; its label's scan closes it
    series_of_id: Mapped[int | None] = mapped_column(ForeignKey("parcels.id"))
    address_version: Mapped[int] = mapped_column(default=1, server_default="1")  # the order's, when it was opened
    handed_over_at: Mapped[datetime | None]
    papers_due: Mapped[str | None]  # the station that still has to make the papers which come with its label


class ParcelItem(Base):
    """Pieces of one order line verified into a parcel."""

    __tablename__ = "parcel_items"
    __table_args__ = (CheckConstraint("quantity >= 0", name="quantity"),)

    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcels.id"), primary_key=True)
    order_line_id: Mapped[int] = mapped_column(ForeignKey("order_lines.id"), primary_key=True)
    quantity: Mapped[int]
    checked: Mapped[int] = mapped_column(default=0, server_default="0")  # by the second check


class Captured(Base):
    """A serial number, lot or expiry date of pieces in a parcel; released when the pieces leave it again.

    `sku_id` is what was scanned: for a substitute not that of the line.
    """

    __tablename__ = "captured"
    __table_args__ = (
        Index("ix_captured_parcel_id", "parcel_id"),
        Index(
            "uq_captured_serial", "sku_id", "serial", unique=True, sqlite_where=text("released_at is null"),
            postgresql_where=text("released_at is null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[UUID] = mapped_column(default=new_uuid, unique=True)
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcels.id"))
    order_line_id: Mapped[int] = mapped_column(ForeignKey("order_lines.id"))
    sku_id: Mapped[int] = mapped_column(ForeignKey("skus.id"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("scan_events.id"))  # the scan that counted the pieces
    quantity: Mapped[int]
    serial: Mapped[str | None]
    lot: Mapped[str | None]
    expires_on: Mapped[date | None]
    captured_at: Mapped[datetime]
    released_at: Mapped[datetime | None]


class ParcelInsert(Base):
    """Something to be put into a parcel besides its items, because a rule asks for it."""

    __tablename__ = "parcel_inserts"

    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcels.id"), primary_key=True)
    insert_rule_id: Mapped[int] = mapped_column(ForeignKey("insert_rules.id"), primary_key=True)
    done_at: Mapped[datetime | None]


class ParcelPhoto(Base):
    """What a parcel looked like when it was closed: a small JPEG."""

    __tablename__ = "parcel_photos"
    __table_args__ = (Index("ix_parcel_photos_parcel_id", "parcel_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[UUID] = mapped_column(default=new_uuid, unique=True)
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcels.id"))
    station_id: Mapped[int | None] = mapped_column(ForeignKey("stations.id"))
    taken_at: Mapped[datetime]
    width_px: Mapped[int]
    height_px: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str]


class Label(Base):
    """One tracking number; `fields` (JSON) is all that its template was filled with, without the copy number.

    A label that a carrier or a channel has made is printed from its file; its template is "".
    """

    __tablename__ = "labels"
    __table_args__ = (
        Index("ix_labels_parcel_id", "parcel_id"),
        Index("ix_labels_carrier", "carrier", "manifest_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[UUID] = mapped_column(default=new_uuid, unique=True)
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcels.id"))
    tracking: Mapped[str] = mapped_column(unique=True)
    service: Mapped[str]
    template: Mapped[str]
    fields: Mapped[str]
    state: Mapped[LabelState] = mapped_column(words(LabelState), default=LabelState.VALID)
    created_at: Mapped[datetime]
    carrier: Mapped[str] = mapped_column(default="", server_default="")  # "": Packbench's own numbers
    file_id: Mapped[int | None] = mapped_column(ForeignKey("label_files.id"))
    manifest_id: Mapped[int | None] = mapped_column(ForeignKey("manifests.id"))
    void_by: Mapped[datetime | None]  # until when the carrier takes it back
    voided_at: Mapped[datetime | None]
    void_reason: Mapped[str | None]
    address_version: Mapped[int] = mapped_column(default=1, server_default="1")  # the order's, when it was made


class PrintJob(Base):
    """One physical copy of a label, a document, or a file; `queue` is the name of the station whose printer takes it.

    The payload is self-contained. A reprint is a new job that names the old one (`reprint_of_id`), the person and the
    reason.
    """

    __tablename__ = "print_jobs"
    __table_args__ = (
        Index("ix_print_jobs_state", "state", "queue", "id", "label_id"),
        Index("ix_print_jobs_label_id", "label_id"),
        # the queue's lists are paged by these: between the rows themselves lie the payloads
        Index("ix_print_jobs_created_at", "created_at", "id", "state", "queue", "label_id"),
        Index("ix_print_jobs_updated_at", "updated_at", "id", "state", "queue", "label_id"),
        Index("ix_print_jobs_queue", "queue", "id", "state", "created_at", "label_id"),
        Index("ix_print_jobs_label_batch_id", "label_batch_id", "state"),
        Index("ix_print_jobs_order_id", "order_id"),
        UniqueConstraint("label_id", "copy"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[UUID] = mapped_column(default=new_uuid, unique=True)
    queue: Mapped[str]
    kind: Mapped[JobKind] = mapped_column(words(JobKind))
    label_id: Mapped[int | None] = mapped_column(ForeignKey("labels.id"))
    copy: Mapped[int] = mapped_column(default=1)
    labels: Mapped[int] = mapped_column(default=1)  # physical labels that the payload makes; a file may hold several
    language: Mapped[str] = mapped_column(default="zpl")
    dpi: Mapped[int] = mapped_column(default=203)
    marked: Mapped[bool] = mapped_column(default=True, server_default=true())  # a label bears its square code
    payload: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str]
    state: Mapped[JobState] = mapped_column(words(JobState), default=JobState.QUEUED)
    reason: Mapped[str | None]  # code of what holds it up or ended it
    reprint_of_id: Mapped[int | None] = mapped_column(ForeignKey("print_jobs.id"))
    reprint_reason: Mapped[str | None]
    operator_id: Mapped[int | None] = mapped_column(ForeignKey("operators.id"))
    document: Mapped[str | None]  # of a document: which (`packing_slip`)
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"))  # of a document, where it is of one order
    label_batch_id: Mapped[int | None] = mapped_column(ForeignKey("label_batches.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class PrintQueue(Base):
    """A queue of print jobs: what its printer takes, and whether a person has paused it.

    One without a row is not paused, and its printer speaks ZPL at 203 dpi. The size of the media in millimetres is
    None where nobody has said it.
    """

    __tablename__ = "print_queues"

    name: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(default="zpl", server_default="zpl")
    dpi: Mapped[int] = mapped_column(default=203, server_default="203")
    width_mm: Mapped[int | None]
    height_mm: Mapped[int | None]
    paused_at: Mapped[datetime | None]
    paused_by: Mapped[int | None] = mapped_column(ForeignKey("operators.id"))


class PrintAttempt(Base):
    """One sending of a job's bytes, durable before the first of them leaves."""

    __tablename__ = "print_attempts"
    __table_args__ = (Index("ix_print_attempts_job_id", "job_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[UUID] = mapped_column(default=new_uuid, unique=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("print_jobs.id"))
    printer: Mapped[str]
    sha256: Mapped[str]
    odometer_before: Mapped[int | None]
    odometer_after: Mapped[int | None]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[JobState | None] = mapped_column(words(JobState))
    reason: Mapped[str | None]
