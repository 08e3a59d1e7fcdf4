"""Warehouses, their locations, and the people and stations in them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.people import Role
from db.base import Base, new_uuid, words


class Warehouse(Base):
    """A building: its time zone for cut-offs and days, its sender's address, the geometry of its one block."""

    __tablename__ = "warehouses"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    zone: Mapped[str] = mapped_column(default="UTC")
    sender: Mapped[str] = mapped_column(default="")  # lines as printed
    country: Mapped[str] = mapped_column(default="CN")  # ISO 3166-1 alpha-2; the end of an S10 tracking number
    # the sender's numbers for customs, and its telephone
    eori: Mapped[str] = mapped_column(default="", server_default="")
    vat: Mapped[str] = mapped_column(default="", server_default="")
    ioss: Mapped[str] = mapped_column(default="", server_default="")
    phone: Mapped[str] = mapped_column(default="", server_default="")
    aisle_pitch_mm: Mapped[int] = mapped_column(default=3250)
    bay_pitch_mm: Mapped[int] = mapped_column(default=1500)
    cross_aisle_mm: Mapped[int] = mapped_column(default=1500)  # from a cross aisle's middle to the first bay
    cart_totes: Mapped[int] = mapped_column(default=20)
    cart_weight_g: Mapped[int] = mapped_column(default=200_000)
    tote_pieces: Mapped[int] = mapped_column(default=40)  # single-item orders in one bulk tote


class LocationKind:
    """What a location is for."""

    PICK = "pick"
    STAGING = "staging"  # totes, carts and benches: picked and not yet shipped
    PROBLEM = "problem"  # a slot of the shelf for orders that cannot go on


class Location(Base):
    """A bin that goods are picked from, or the staging area between shelf and carrier."""

    __tablename__ = "locations"
    __table_args__ = (UniqueConstraint("warehouse_id", "code"), Index("ix_locations_code", "code"))

    id: Mapped[int] = mapped_column(primary_key=True)
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouses.id"))
    code: Mapped[str]
    kind: Mapped[str] = mapped_column(default=LocationKind.PICK)
    aisle: Mapped[str] = mapped_column(default="")
    bay: Mapped[int] = mapped_column(default=1)
    position: Mapped[str] = mapped_column(default="")
    x_mm: Mapped[int | None]
    y_mm: Mapped[int | None]


class Operator(Base):
    """A person who works here."""

    __tablename__ = "operators"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[UUID] = mapped_column(default=new_uuid, unique=True)
    name: Mapped[str] = mapped_column(unique=True)
    role: Mapped[Role] = mapped_column(words(Role))
    group: Mapped[str] = mapped_column(default="", server_default="")  # a column of the policy table; "": the role
    # what this person's window is like; "" for the station's own
    language: Mapped[str] = mapped_column(default="", server_default="")
    large_text: Mapped[bool | None]


class Station(Base):
    """A bench or a picker's terminal, and what it must remember over a power cut.

    `latch` is the code of the failure that waits for its acknowledgement, `question` the code of a question that the
    next scan answers and `question_scan` the scan that raised it. The parcel on its table is the one whose
    `station_id` names it.
    """

    __tablename__ = "stations"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[UUID] = mapped_column(default=new_uuid, unique=True)
    name: Mapped[str] = mapped_column(unique=True)
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouses.id"))
    operator_id: Mapped[int | None] = mapped_column(ForeignKey("operators.id"))
    last_seq: Mapped[int] = mapped_column(default=0)
    tote_id: Mapped[int | None] = mapped_column(ForeignKey("totes.id"))
    latch: Mapped[str | None]
    question: Mapped[str | None]
    question_scan: Mapped[str | None]
    # what the next scan is about besides: a typed quantity, an item whose serial number is awaited (JSON)
    pending: Mapped[str | None]
    active_at: Mapped[datetime | None]  # its last scan; what lies on its table is free some minutes later
    created_at: Mapped[datetime]
