"""The forecast: whose cut-off is missed, at which pace, and when the day began."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.forecast import SHIFT, SHORTEST, WINDOW, Pace, pace, start_of_day, will_miss

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)

minutes = st.integers(-600, 600)
groups_of = st.lists(st.tuples(minutes, st.integers(0, 500)), max_size=8).map(
    lambda found: [(NOON + timedelta(minutes=at), orders) for at, orders in sorted(found)]
)
paces = st.builds(
    Pace, st.integers(0, 2_000), st.timedeltas(timedelta(minutes=1), timedelta(hours=1))
)


def test_what_the_pace_leaves_over_is_missed() -> None:
    an_hour = Pace(60, HOUR)
    assert will_miss([(NOON + HOUR, 100)], NOON, an_hour) == [40]
    assert will_miss([(NOON + HOUR, 60)], NOON, an_hour) == [0]
    assert will_miss([(NOON + timedelta(minutes=30), 100)], NOON, an_hour) == [70]


def test_a_later_group_waits_for_the_earlier_ones() -> None:
    groups = [(NOON + HOUR, 50), (NOON + 2 * HOUR, 100), (NOON + 10 * HOUR, 10)]
    # 60 leave in each hour: all of the first 50, 120 of the first 150
    assert will_miss(groups, NOON, Pace(60, HOUR)) == [0, 30, 0]
    # what is overdue already goes first, and is late all the same
    assert will_miss([(NOON - HOUR, 60), *groups], NOON, Pace(60, HOUR)) == [60, 50, 90, 0]


def test_without_a_pace_nobody_knows() -> None:
    groups = [(NOON - HOUR, 3), (NOON, 2), (NOON + HOUR, 5), (NOON + 2 * HOUR, 0)]
    assert will_miss(groups, NOON, None) == [3, 2, None, 0]


@given(groups_of, paces)
def test_never_less_than_none_never_more_than_all(groups: list[tuple[datetime, int]], at_pace: Pace) -> None:
    missed = will_miss(groups, NOON, at_pace)
    assert len(missed) == len(groups)
    for (cut_off, orders), late in zip(groups, missed, strict=True):
        assert late is not None
        assert 0 <= late <= orders
        assert cut_off > NOON or late == orders


@given(groups_of, paces, st.integers(0, 500))
def test_a_faster_pace_misses_no_more(groups: list[tuple[datetime, int]], at_pace: Pace, more: int) -> None:
    slow, fast = will_miss(groups, NOON, at_pace), will_miss(groups, NOON, Pace(at_pace.closed + more, at_pace.span))
    assert all(f is not None and s is not None and f <= s for f, s in zip(fast, slow, strict=True))


@given(groups_of, paces, st.integers(0, 7), st.integers(0, 100))
def test_one_more_order_never_helps_anybody(
    groups: list[tuple[datetime, int]], at_pace: Pace, which: int, more: int
) -> None:
    if not groups:
        return
    which %= len(groups)
    fuller = [(at, orders + more * (n == which)) for n, (at, orders) in enumerate(groups)]
    before, after = will_miss(groups, NOON, at_pace), will_miss(fuller, NOON, at_pace)
    assert all(a is not None and b is not None and b <= a for a, b in zip(after, before, strict=True))
    assert after[:which] == before[:which]  # nor does it hinder those before it


@given(groups_of, paces)
def test_all_that_is_not_missed_fits_into_the_time(groups: list[tuple[datetime, int]], at_pace: Pace) -> None:
    missed = will_miss(groups, NOON, at_pace)
    in_time = 0
    for (cut_off, orders), late in zip(groups, missed, strict=True):
        assert late is not None
        in_time += orders - late
        if orders > late:
            assert in_time <= at_pace.closed * (cut_off - NOON) / at_pace.span + 1e-6


@pytest.mark.parametrize(
    ("closed", "ago", "span"),
    [
        (30, timedelta(minutes=90), WINDOW),  # at work since long: the last hour counts
        (0, timedelta(hours=2), WINDOW),  # a break is a break
        (20, timedelta(minutes=20), timedelta(minutes=20)),  # a shift that has just begun is not a slow one
        (1, timedelta(0), SHORTEST),
    ],
)
def test_the_pace_is_that_of_the_time_at_work(closed: int, ago: timedelta, span: timedelta) -> None:
    found = pace(closed, NOON - ago, NOON)
    assert found == Pace(closed, span)
    assert found is not None
    assert found.per_hour == closed * 3600 / span.total_seconds()


def test_there_is_no_pace_before_the_first_parcel() -> None:
    assert pace(0, None, NOON) is None
    assert WINDOW < SHIFT


def test_nothing_is_closed_in_the_past() -> None:
    assert Pace(60, HOUR).closed_in(-HOUR) == 0
    assert Pace(60, HOUR).closed_in(timedelta(seconds=119)) == 1


@pytest.mark.parametrize(
    ("now", "zone", "began"),
    [
        (NOON, "UTC", datetime(2026, 3, 2, tzinfo=UTC)),
        (NOON, "Asia/Shanghai", datetime(2026, 3, 1, 16, tzinfo=UTC)),
        (NOON + timedelta(hours=5), "Asia/Shanghai", datetime(2026, 3, 2, 16, tzinfo=UTC)),
        # the clocks went forward in the night: the day is an hour shorter
        (datetime(2026, 3, 29, 12, tzinfo=UTC), "Europe/Berlin", datetime(2026, 3, 28, 23, tzinfo=UTC)),
    ],
)
def test_a_day_begins_at_midnight_of_its_place(now: datetime, zone: str, began: datetime) -> None:
    assert start_of_day(now, zone) == began


@given(st.integers(0, 26_000_000))
def test_today_has_begun(since_2000: int) -> None:
    now = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(minutes=since_2000)
    for zone in ("UTC", "Asia/Shanghai", "America/New_York", "Europe/Berlin"):
        began = start_of_day(now, zone)
        assert timedelta(0) <= now - began < timedelta(hours=25)
        assert start_of_day(began, zone) == began
