"""How urgent an order is, from the moment by which it is to be shipped."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

RED_WITHIN = timedelta(hours=2)
YELLOW_WITHIN = timedelta(hours=8)


class Urgency(StrEnum):
    """Red, yellow or green; its letter stands beside the colour everywhere."""

    RED = "red"
    YELLOW = "yellow"
    GREEN = "green"

    @property
    def letter(self) -> str:
        """R, Y or G."""
        return self.value[0].upper()


def urgency(ship_by: datetime | None, now: datetime) -> Urgency | None:
    """Red when less than two hours are left or none, yellow when less than eight; None when nothing is promised."""
    if ship_by is None:
        return None
    left = ship_by - now
    if left < RED_WITHIN:
        return Urgency.RED
    return Urgency.YELLOW if left < YELLOW_WITHIN else Urgency.GREEN
