"""Waves, their batches (one cart, one walk), totes and pick tasks."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.states import BatchState, Lane, TaskState, WaveState
from db.base import Base, new_uuid, words


class Wave(Base):
    """Orders that are released together."""

    __tablename__ = "waves"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[UUID] = mapped_column(default=new_uuid, unique=True)
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouses.id"))
    state: Mapped[WaveState] = mapped_column(words(WaveState))
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    released_at: Mapped[datetime | None]


class Batch(Base):
    """One cart and one walk; lengths in millimetres, `file_walk_mm` with the same picks in file order."""

    __tablename__ = "batches"
    __table_args__ = (UniqueConstraint("wave_id", "number"), Index("ix_batches_state", "state"))

    id: Mapped[int] = mapped_column(primary_key=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("waves.id"))
    number: Mapped[int]
    lane: Mapped[Lane] = mapped_column(words(Lane))
    state: Mapped[BatchState] = mapped_column(words(BatchState))
    walk_mm: Mapped[int]
    file_walk_mm: Mapped[int]
    station_id: Mapped[int | None] = mapped_column(ForeignKey("stations.id"))  # who picks it


class Tote(Base):
    """A box on a cart; its code is scanned at the bench."""

    __tablename__ = "totes"

    id: Mapped[int] = mapped_column(primary_key=True)
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouses.id"))
    code: Mapped[str] = mapped_column(unique=True)
    number: Mapped[int]


class BatchOrder(Base):
    """An order's place on a cart: slot number and tote; the row goes when the order is kicked out.

    `emptied_at` is set when nothing of the order is in the tote any more, which frees the tote for the next batch.
    """

    __tablename__ = "batch_orders"
    __table_args__ = (
        Index("ix_batch_orders_batch_id", "batch_id"),
        Index("ix_batch_orders_tote_id", "tote_id"),
    )

    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id"))
    slot: Mapped[int]
    tote_id: Mapped[int | None] = mapped_column(ForeignKey("totes.id"))
    emptied_at: Mapped[datetime | None]


class PickTask(Base):
    """Take `quantity` of a SKU at a location into an order's tote; `sequence` is the place in the walk."""

    __tablename__ = "pick_tasks"
    __table_args__ = (
        Index("ix_pick_tasks_batch_id", "batch_id", "state", "sequence"),
        Index("ix_pick_tasks_order_line_id", "order_line_id"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("picked >= 0 and picked <= quantity", name="picked"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id"))
    order_line_id: Mapped[int] = mapped_column(ForeignKey("order_lines.id"))
    allocation_id: Mapped[int] = mapped_column(ForeignKey("allocations.id"))
    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id"))
    sku_id: Mapped[int] = mapped_column(ForeignKey("skus.id"))
    sequence: Mapped[int]
    quantity: Mapped[int]
    picked: Mapped[int] = mapped_column(default=0)
    state: Mapped[TaskState] = mapped_column(words(TaskState), default=TaskState.OPEN)
    at_location: Mapped[bool] = mapped_column(default=False)  # the location's code has been scanned
