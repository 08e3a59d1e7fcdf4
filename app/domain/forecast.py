"""Which orders will miss their cut-off at the present pace, while something can still be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

WINDOW = timedelta(hours=1)  # what has left in this long says how much will
SHIFT = timedelta(hours=4)  # who has closed nothing for so long begins anew
SHORTEST = timedelta(minutes=10)  # one parcel after a minute is no pace


@dataclass(frozen=True, slots=True)
class Pace:
    """Parcels that were closed in a span of time; the span is longer than nothing."""

    closed: int
    span: timedelta

    @property
    def per_hour(self) -> float:
        """Parcels an hour."""
        return self.closed * timedelta(hours=1) / self.span

    def closed_in(self, ahead: timedelta) -> int:
        """Whole parcels that will be closed in the time ahead, none in a time that is over."""
        return max(0, self.closed * ahead // self.span)


def pace(closed: int, first: datetime | None, now: datetime) -> Pace | None:
    """The pace at `now`: `closed` parcels in the last WINDOW, or in as much of it as the benches have been at work.

    `first` is the first parcel closed in the last SHIFT: a shift that began twenty minutes ago is not taken for a
    slow one, a break counts as what it is. None when nothing has been closed in the last SHIFT, for then nobody knows.
    """
    if first is None:
        return None
    return Pace(closed, min(WINDOW, max(SHORTEST, now - first)))


def will_miss(groups: Sequence[tuple[datetime, int]], now: datetime, at_pace: Pace | None) -> list[int | None]:
    """Of each group of open orders, given as (cut-off, orders) and the earliest first, how many will miss it.

    Orders are worked off in the order of their cut-offs, so that a group waits for all groups before it:
    `orders before and in the group - parcels closed until the cut-off`, at least 0 and at most the group. Of a cut-off
    that has passed all are missed; None where the pace is not known.
    """
    found: list[int | None] = []
    before_and_in = 0
    for cut_off, orders in groups:
        before_and_in += orders
        if cut_off <= now:
            found.append(orders)
        elif at_pace is None:
            found.append(None if orders else 0)
        else:
            found.append(min(orders, max(0, before_and_in - at_pace.closed_in(cut_off - now))))
    return found


def start_of_day(now: datetime, zone: str) -> datetime:
    """The moment, in UTC, at which the day of `now` began in a time zone (IANA name)."""
    local = now.astimezone(ZoneInfo(zone))
    return local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0).astimezone(UTC)
