"""Pools of tracking numbers that a carrier has given out, and every number that was taken from one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.numbers import NumberForm
from db.base import Base, words


class NumberPool(Base):
    """A range of serial numbers of one form, `first` to `last`, and the next of them that is free.

    `prefix` is the service indicator of an S10 number, extension digit and company prefix of an SSCC, or what stands in
    front of a plain one; `country` ends an S10 number. Nobody deletes a pool: its range is used for ever.
    """

    __tablename__ = "number_pools"
    __table_args__ = (Index("ix_number_pools_carrier", "carrier", "service"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    carrier: Mapped[str] = mapped_column(default="")
    service: Mapped[str] = mapped_column(default="")  # "": all services of the carrier
    form: Mapped[NumberForm] = mapped_column(words(NumberForm))
    prefix: Mapped[str] = mapped_column(default="")
    country: Mapped[str] = mapped_column(default="")
    first: Mapped[int] = mapped_column(BigInteger)
    last: Mapped[int] = mapped_column(BigInteger)
    next: Mapped[int] = mapped_column(BigInteger)
    low_water: Mapped[int]  # so few left: somebody must ask the carrier for more
    closed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class IssuedNumber(Base):
    """A number that was taken from a pool; it is never taken again, whatever becomes of its label."""

    __tablename__ = "issued_numbers"
    __table_args__ = (Index("ix_issued_numbers_pool_id", "pool_id", "issued_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    pool_id: Mapped[int] = mapped_column(ForeignKey("number_pools.id"))
    issued_at: Mapped[datetime]
