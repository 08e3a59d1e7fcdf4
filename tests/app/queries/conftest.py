"""Time that stands still, for what is counted by it."""

from __future__ import annotations

import pytest

from tests.factories import HeldClock, House


@pytest.fixture
def clock(house: House) -> HeldClock:
    clock = HeldClock()
    house.store.clock = clock
    return clock
