from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.urgency import Urgency, urgency

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("left", "level"),
    [
        (timedelta(days=-3), Urgency.RED),
        (timedelta(0), Urgency.RED),
        (timedelta(hours=2) - SECOND, Urgency.RED),
        (timedelta(hours=2), Urgency.YELLOW),
        (timedelta(hours=8) - SECOND, Urgency.YELLOW),
        (timedelta(hours=8), Urgency.GREEN),
    ],
)
def test_the_time_that_is_left_decides(left: timedelta, level: Urgency) -> None:
    assert urgency(NOW + left, NOW) is level


def test_an_order_without_a_promise_has_no_urgency() -> None:
    assert urgency(None, NOW) is None


def test_each_level_has_a_letter_of_its_own() -> None:
    assert [level.letter for level in Urgency] == ["R", "Y", "G"]
