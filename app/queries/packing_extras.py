"""What the packing page shows besides the table, read after it: pictures of the goods, and how the session goes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from app.domain.states import OrderState
from app.domain.verdict import Code, Outcome
from db.journal import ScanEvent
from db.orders import Order, Sku, SkuPicture

PAUSE = timedelta(minutes=10)  # a longer gap between two scans is a break: nobody is slow for it
FEW = 3  # of fewer orders there is no pace to be told
_HOUR = timedelta(hours=1)
ENDS = (Code.CLOSED, Code.SERIES_CLOSED)  # with these an order has left its bench
PARCEL_ENDS = (*ENDS, Code.BOX_CLOSED)


@dataclass(frozen=True, slots=True)
class Tally:
    """How the session goes at a bench: since whoever works there has badged in today, else since midnight.

    `pace` are orders an hour without the breaks, None while there are too few; `best` the most in any sixty minutes,
    `streak` the pieces verified since something stopped the bench.
    """

    orders: int = 0
    pieces: int = 0
    pace: int | None = None
    best: int = 0
    streak: int = 0


_BADGE = select(func.max(ScanEvent.seq)).where(
    ScanEvent.station_id == bindparam("station"), ScanEvent.code == Code.BADGED_IN,
    ScanEvent.at >= bindparam("midnight"),
)
# found from the newest backwards: a day's scans are read, not all that there are
_YESTERDAY = (
    select(ScanEvent.seq)
    .where(ScanEvent.station_id == bindparam("station"), ScanEvent.at < bindparam("midnight"))
    .order_by(ScanEvent.seq.desc())
    .limit(1)
)
_OF_SESSION = (ScanEvent.station_id == bindparam("station"), ScanEvent.seq > bindparam("after"))
_PIECES = select(func.coalesce(func.sum(ScanEvent.counted), 0)).where(*_OF_SESSION, ScanEvent.undone_by.is_(None))
_STOPPED = select(func.max(ScanEvent.seq)).where(*_OF_SESSION, ScanEvent.outcome == Outcome.FAIL)
_FIRST = select(ScanEvent.at).where(*_OF_SESSION).order_by(ScanEvent.seq).limit(1)
_CLOSED = select(ScanEvent.at).where(*_OF_SESSION, ScanEvent.code.in_(ENDS)).order_by(ScanEvent.seq)
_SHELVED = select(func.count()).where(
    Order.warehouse_id == bindparam("warehouse"), Order.problem_location_id.is_not(None),
    Order.state == OrderState.PROBLEM,
)
_PICTURES = (
    select(Sku.code, SkuPicture.content)
    .join(SkuPicture, SkuPicture.sku_id == Sku.id)
    .where(Sku.code.in_(bindparam("skus", expanding=True)))
)


def tally(session: Session, station_id: int, midnight: datetime) -> Tally:
    """The counts of the session; `midnight` is when the day began here."""
    connection = session.connection()
    at = {"station": station_id, "midnight": midnight}
    after = connection.execute(_BADGE, at).scalar() or connection.execute(_YESTERDAY, at).scalar() or 0
    here = {"station": station_id, "after": after}
    pieces = connection.execute(_PIECES, here).scalar_one()
    closed = list(connection.execute(_CLOSED, here).scalars())
    first = connection.execute(_FIRST, here).scalar()
    stopped = connection.execute(_STOPPED, here).scalar() or after
    streak = connection.execute(_PIECES, {"station": station_id, "after": stopped}).scalar_one()
    return Tally(len(closed), pieces, None if first is None else _pace(first, closed), _best(closed), streak)


def _pace(first: datetime, closed: Sequence[datetime]) -> int | None:
    if len(closed) < FEW:
        return None
    moments = (first, *closed)
    worked = sum(min(later - before, PAUSE).total_seconds() for before, later in zip(moments, closed, strict=False))
    return round(len(closed) * 3600 / worked) if worked > 0 else None


def _best(closed: Sequence[datetime]) -> int:
    """The most in any sixty minutes."""
    most = begin = 0
    for end, moment in enumerate(closed):
        while moment - closed[begin] >= _HOUR:
            begin += 1
        most = max(most, end - begin + 1)
    return most


def shelved(session: Session, warehouse_id: int) -> int:
    """How many orders lie on the problem shelf."""
    return session.connection().execute(_SHELVED, {"warehouse": warehouse_id}).scalar_one()


def pictures(session: Session, skus: Collection[str]) -> dict[str, bytes]:
    """The small pictures of SKUs (by code), for those that have one."""
    found = session.connection().execute(_PICTURES, {"skus": list(skus)})
    return {code: content for code, content in found}  # noqa: C416 (a row is no pair to mypy)
