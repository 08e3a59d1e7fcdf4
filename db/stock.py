"""Stock by location, SKU and lot, the moves that made it, and what of it is promised."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, new_uuid, words


class MoveKind(StrEnum):
    """Why stock moved."""

    RECEIVE = "receive"
    ALLOCATE = "allocate"
    PICK = "pick"
    SHORT = "short"
    CANCEL = "cancel"
    SHIP = "ship"
    ADJUST = "adjust"
    RETURN = "return"


class AllocationState(StrEnum):
    """A promise of stock: open, taken by the picker, or given back."""

    OPEN = "open"
    PICKED = "picked"
    FREED = "freed"


class Stock(Base):
    """Pieces on hand and promised at (location, SKU, lot or none); always the sum of its moves.

    The constraints are the last guard against overselling: a transaction that promises more than there is fails.
    """

    __tablename__ = "stock"
    __table_args__ = (
        Index("uq_stock_place", "location_id", "sku_id", text("coalesce(lot_id, 0)"), unique=True),
        Index("ix_stock_sku_id", "sku_id"),
        CheckConstraint("on_hand >= 0", name="on_hand"),
        CheckConstraint("allocated >= 0 and allocated <= on_hand", name="allocated"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id"))
    sku_id: Mapped[int] = mapped_column(ForeignKey("skus.id"))
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("lots.id"))
    on_hand: Mapped[int] = mapped_column(default=0)
    allocated: Mapped[int] = mapped_column(default=0)


class StockMove(Base):
    """One append-only change of stock; the sums of the two deltas are the stock row."""

    __tablename__ = "stock_moves"
    __table_args__ = (Index("ix_stock_moves_stock_id", "stock_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[UUID] = mapped_column(default=new_uuid)
    stock_id: Mapped[int] = mapped_column(ForeignKey("stock.id"))
    kind: Mapped[MoveKind] = mapped_column(words(MoveKind))
    on_hand_delta: Mapped[int] = mapped_column(default=0)
    allocated_delta: Mapped[int] = mapped_column(default=0)
    order_line_id: Mapped[int | None] = mapped_column(ForeignKey("order_lines.id"))
    at: Mapped[datetime]


class Allocation(Base):
    """Pieces of one stock row promised to one order line."""

    __tablename__ = "allocations"
    __table_args__ = (
        Index("ix_allocations_order_line_id", "order_line_id"),
        Index("ix_allocations_stock_id", "stock_id"),
        CheckConstraint("quantity > 0", name="quantity"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_line_id: Mapped[int] = mapped_column(ForeignKey("order_lines.id"))
    stock_id: Mapped[int] = mapped_column(ForeignKey("stock.id"))
    quantity: Mapped[int]
    state: Mapped[AllocationState] = mapped_column(words(AllocationState), default=AllocationState.OPEN)
