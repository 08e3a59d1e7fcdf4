"""Label batches: labels of many orders, printed one after another in the order of their totes or picks."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.label_batches import LabelBatchState
from db.base import Base, new_uuid, words


class LabelBatch(Base):
    """Orders whose labels are printed together at one queue; `number` counts the label batches of a warehouse."""

    __tablename__ = "label_batches"
    __table_args__ = (UniqueConstraint("warehouse_id", "number"), Index("ix_label_batches_state", "state"))

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[UUID] = mapped_column(default=new_uuid, unique=True)
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouses.id"))
    number: Mapped[int]
    queue: Mapped[str]
    sequence: Mapped[str]  # `app.domain.label_batches.Sequence`: tote, pick
    separators: Mapped[bool]
    state: Mapped[LabelBatchState] = mapped_column(words(LabelBatchState))
    operator_id: Mapped[int | None] = mapped_column(ForeignKey("operators.id"))
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class LabelBatchOrder(Base):
    """An order in a label batch: its place, and the reason (a code) why it was set aside, None when it was not.

    `job_id` is the print job of its newest copy in this label batch; a set-aside order has none.
    """

    __tablename__ = "label_batch_orders"
    __table_args__ = (
        UniqueConstraint("label_batch_id", "position"),
        Index("ix_label_batch_orders_order_id", "order_id"),
        Index("ix_label_batch_orders_job_id", "job_id"),
    )

    label_batch_id: Mapped[int] = mapped_column(ForeignKey("label_batches.id"), primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    position: Mapped[int]
    group: Mapped[str] = mapped_column(default="")  # what a separator announces: the cart, the tote
    job_id: Mapped[int | None] = mapped_column(ForeignKey("print_jobs.id"))
    reason: Mapped[str | None]
    field: Mapped[str | None]  # what the reason is about
