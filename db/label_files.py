"""Labels as carriers and channels send them, and the manifests under which parcels are handed to a carrier."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, new_uuid


class LabelFile(Base):
    """A label's file as it was received, byte for byte; sizes in millimetres, None where the file does not tell."""

    __tablename__ = "label_files"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[UUID] = mapped_column(default=new_uuid, unique=True)
    sha256: Mapped[str] = mapped_column(unique=True)
    media: Mapped[str]  # `zpl`, `pdf`, `png`
    content: Mapped[bytes] = mapped_column(LargeBinary)
    dpi: Mapped[int | None]
    width_mm: Mapped[int | None]
    height_mm: Mapped[int | None]
    source: Mapped[str] = mapped_column(default="")  # who sent it: a backend, a carrier, the name of a file
    received_at: Mapped[datetime]


class Manifest(Base):
    """What one carrier is handed at once; the labels name it. `number` counts the manifests of a warehouse."""

    __tablename__ = "manifests"
    __table_args__ = (UniqueConstraint("warehouse_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[UUID] = mapped_column(default=new_uuid, unique=True)
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouses.id"))
    number: Mapped[int]
    carrier: Mapped[str]
    operator_id: Mapped[int | None] = mapped_column(ForeignKey("operators.id"))
    created_at: Mapped[datetime]
