"""Number pools and how long they last; labels that can be voided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.numbers import NumberForm, NumberRange, days_left
from app.domain.states import LabelState, ParcelState
from db.label_files import Manifest
from db.numbers import IssuedNumber, NumberPool
from db.orders import Order
from db.parcels import Label, Parcel
from db.places import Warehouse

PACE_DAYS = 7


@dataclass(frozen=True, slots=True)
class PoolRow:
    """A pool: its numbers as they are printed, how many are left, and how long all of its carrier and service last.

    `next` is None when none is left; `days` None when none went in the last seven days. `low` when the open pools that
    serve the carrier and service together have no more left than the warning says; `in_turn` when its next number is
    the next of its carrier and service.
    """

    pool_id: int
    carrier: str
    service: str
    form: NumberForm
    first: str
    last: str
    next: str | None
    count: int
    left: int
    low_water: int
    days: float | None
    low: bool
    in_turn: bool
    closed_at: datetime | None

    @property
    def used_up(self) -> bool:
        """Whether its last number is taken."""
        return self.left == 0


@dataclass(frozen=True, slots=True)
class LowNumbers:
    """A carrier and service that must be asked for numbers: how many are left, for how many days (None: not known)."""

    carrier: str
    service: str
    left: int
    days: float | None


def number_pools(session: Session, now: datetime) -> tuple[PoolRow, ...]:
    """Every pool: the open ones first, by carrier and service, in the order in which they are used."""
    pools = session.scalars(
        select(NumberPool).order_by(
            NumberPool.closed_at.is_not(None), func.lower(NumberPool.carrier), func.lower(NumberPool.service),
            NumberPool.id,
        )
    ).all()
    paces = {pool.id: pace for pool in pools if (pace := _pace(session, pool, now)) is not None}
    return tuple(_row(pool, [each for each in pools if _serves(each, pool)], paces) for pool in pools)


def low_numbers(session: Session, now: datetime) -> tuple[LowNumbers, ...]:
    """Which carriers and services must be asked for numbers now."""
    found: dict[tuple[str, str], LowNumbers] = {}
    for row in number_pools(session, now):
        if row.low:
            key = (row.carrier.lower(), row.service.lower())
            before = found.get(key)
            left = row.left + (before.left if before else 0)
            found[key] = LowNumbers(row.carrier, row.service, left, row.days)
    return tuple(found.values())


def _serves(pool: NumberPool, other: NumberPool) -> bool:
    """Whether a pool is taken from for the labels of another one: of the same service, or of all services."""
    return pool.carrier.lower() == other.carrier.lower() and pool.service.lower() in (other.service.lower(), "")


def _left(pool: NumberPool) -> int:
    return 0 if pool.closed_at is not None else pool.last - pool.next + 1


def _row(pool: NumberPool, series: list[NumberPool], paces: dict[int, tuple[int, float]]) -> PoolRow:
    made = _range(pool)
    left = pool.last - pool.next + 1
    together = sum(_left(each) for each in series)
    issued = sum(paces.get(each.id, (0, 0.0))[0] for each in series)
    days = max((paces[each.id][1] for each in series if each.id in paces), default=0.0)
    # the newest of its service says when to ask: numbers that an older one asked for have come since
    own = [each for each in series if each.closed_at is None and each.service.lower() == pool.service.lower()]
    low = pool.closed_at is None and together <= max(own, key=lambda each: each.id).low_water
    in_turn = next((each.id for each in sorted(own, key=lambda each: each.id) if _left(each)), None) == pool.id
    return PoolRow(
        pool.id, pool.carrier, pool.service, pool.form, made.number(pool.first), made.number(pool.last),
        made.number(pool.next) if left else None, made.count, left, pool.low_water,
        days_left(together, issued, days), low, in_turn, pool.closed_at,
    )


def _pace(session: Session, pool: NumberPool, now: datetime) -> tuple[int, float] | None:
    """How many numbers of a pool went in the last days, and in how many days: at least one, at most PACE_DAYS.

    Numbers go in their sequence: the first of those days tells how many there were, without counting a million.
    """
    first = session.execute(
        select(IssuedNumber.number, IssuedNumber.issued_at)
        .where(IssuedNumber.pool_id == pool.id, IssuedNumber.issued_at >= now - timedelta(days=PACE_DAYS))
        .order_by(IssuedNumber.issued_at, IssuedNumber.id)
        .limit(1)
    ).first()
    if first is None:
        return None
    days = max(1.0, (now - first.issued_at) / timedelta(days=1))
    return pool.next - _range(pool).serial(first.number), days


def _range(pool: NumberPool) -> NumberRange:
    return NumberRange(pool.form, pool.prefix, pool.country, pool.first, pool.last)


@dataclass(frozen=True, slots=True)
class LabelToVoid:
    """A parcel with its newest label: whether it is voided, until when it can be, the manifest that it is on."""

    parcel_id: int
    parcel: str
    order: str
    tracking: str
    carrier: str
    voided: bool
    void_by: datetime | None
    until: str | None  # `void_by` in the warehouse's time
    manifest: int | None
    received: bool = False  # from a carrier's file


def labels_to_void(session: Session, order_id: int) -> tuple[LabelToVoid, ...]:
    """The newest label of every parcel of an order that is not voided itself, the first parcel first."""
    newest = (
        select(func.max(Label.id)).where(Label.parcel_id == Parcel.id).correlate(Parcel).scalar_subquery()
    )
    rows = session.execute(
        select(
            Parcel.id, Parcel.code, Order.source_id, Label.tracking, Label.carrier,
            Label.state == LabelState.VOIDED, Label.void_by, Manifest.number,
            Label.file_id.is_not(None),
        )
        .join(Order, Order.id == Parcel.order_id)
        .join(Label, Label.id == newest)
        .outerjoin(Manifest, Manifest.id == Label.manifest_id)
        .where(Parcel.order_id == order_id, Parcel.state != ParcelState.VOIDED)
        .order_by(Parcel.id)
    )
    return tuple(
        LabelToVoid(
            parcel_id, parcel, order, tracking, carrier, voided, void_by,
            None if void_by is None else local_time(session, order_id, void_by), manifest,
            received,
        )
        for parcel_id, parcel, order, tracking, carrier, voided, void_by, manifest, received in rows
    )


def local_time(session: Session, order_id: int, at: datetime) -> str:
    """A moment as the clock of the order's warehouse shows it: `2026-11-24 16:20`."""
    zone = session.execute(
        select(Warehouse.zone).join(Order, Order.warehouse_id == Warehouse.id).where(Order.id == order_id)
    ).scalar_one()
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")
