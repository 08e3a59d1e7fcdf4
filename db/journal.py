"""What happened: every scan with its verdict, every operation with its reason, and the number series."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, bindparam, insert, update
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.people import Actor
from app.domain.verdict import Outcome
from db.base import Base, new_uuid, words
from db.store import Tx


class ScanEvent(Base):
    """A scan as it came, and how it was judged; refused and unknown ones too.

    (device, boot, device_seq) is unique, so that a scan delivered twice is judged once; `seq` numbers the scans of a
    station without a gap. It is the journal row of the operation that the scan caused: `counted` pieces were added to
    `order_line_id`, and `undone_by` is the later event that took them back.
    """

    __tablename__ = "scan_events"
    __table_args__ = (
        UniqueConstraint("device", "boot", "device_seq"),
        UniqueConstraint("station_id", "seq"),
        Index("ix_scan_events_parcel_id", "parcel_id"),
        Index("ix_scan_events_order_id", "order_id"),
        Index("ix_scan_events_order_line_id", "order_line_id"),  # a pick knows its line alone
        Index("ix_scan_events_code", "code", "at", "station_id"),
        Index("ix_scan_events_station_id", "station_id", "code", "seq"),  # what a bench has closed today
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[UUID] = mapped_column(default=new_uuid)
    station_id: Mapped[int] = mapped_column(ForeignKey("stations.id"))
    seq: Mapped[int]
    device: Mapped[str]
    boot: Mapped[UUID]
    device_seq: Mapped[int]
    operator_id: Mapped[int | None] = mapped_column(ForeignKey("operators.id"))
    at: Mapped[datetime]
    raw: Mapped[str]
    outcome: Mapped[Outcome] = mapped_column(words(Outcome))
    code: Mapped[str]
    facts: Mapped[str]  # JSON; fills the code's sentence
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"))
    parcel_id: Mapped[int | None] = mapped_column(ForeignKey("parcels.id"))
    order_line_id: Mapped[int | None] = mapped_column(ForeignKey("order_lines.id"))
    counted: Mapped[int] = mapped_column(default=0)
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("scan_events.id"))


class JournalEntry(Base):
    """One operation that was not a scan: who, where, why, what it touched and how to take it back (JSON).

    The order, wave or print job that it is about stands in a column too, to be found by.
    """

    __tablename__ = "journal"
    __table_args__ = (
        Index("ix_journal_order_id", "order_id"),
        Index("ix_journal_wave_id", "wave_id"),
        Index("ix_journal_job_id", "job_id"),
        Index("ix_journal_name", "name", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[UUID] = mapped_column(default=new_uuid, unique=True)
    station_id: Mapped[int | None] = mapped_column(ForeignKey("stations.id"))
    operator_id: Mapped[int | None] = mapped_column(ForeignKey("operators.id"))
    role: Mapped[str]
    at: Mapped[datetime]
    name: Mapped[str]
    reason: Mapped[str | None]
    ids: Mapped[str]
    undo: Mapped[str | None]
    # no foreign keys: an entry outlives what it is about
    order_id: Mapped[int | None]
    wave_id: Mapped[int | None]
    job_id: Mapped[int | None]


class Counter(Base):
    """The next number of a series (tracking numbers, parcels, totes); taken inside the transaction that uses it."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(primary_key=True)
    next: Mapped[int]


class Setting(Base):
    """A fact about this database itself, such as that a demo made it."""

    __tablename__ = "settings"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


def record(
    tx: Tx, actor: Actor, name: str, ids: Mapping[str, object], *, reason: str | None = None,
    undo: Mapping[str, object] | None = None,
) -> None:
    """Write the journal row of an operation; `ids` names what it touched, by the keys `order`, `wave`, `job` …"""
    tx.session.add(
        JournalEntry(
            station_id=actor.station, operator_id=actor.operator, role=actor.role.value, at=tx.at, name=name,
            reason=reason, ids=json.dumps(ids, ensure_ascii=False), undo=None if undo is None else json.dumps(undo),
            order_id=ids.get("order"), wave_id=ids.get("wave"), job_id=ids.get("job"),
        )
    )


_TAKE = (
    update(Counter)
    .where(Counter.name == bindparam("series"))
    .values(next=Counter.next + bindparam("count"))
    .returning(Counter.next)
)


def take_number(tx: Tx, name: str, count: int = 1) -> int:
    """The first of `count` consecutive numbers of a series that nobody else will get; series start at 1."""
    connection = tx.session.connection()  # asked anew: only then does a session set the savepoint that it is in
    taken = connection.execute(_TAKE, {"series": name, "count": count}).scalar()
    if taken is None:
        connection.execute(insert(Counter), {"name": name, "next": 1 + count})
        taken = 1 + count
    return taken - count
