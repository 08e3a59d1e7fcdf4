"""What a warehouse asks of a parcel before its label, and how strict its benches are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Weigh(StrEnum):
    """Whether a parcel is weighed."""

    OFF = "off"
    CHECKED = "checked"  # and compared with what is expected
    NOTED = "noted"  # any weight will do


class CartonRule(StrEnum):
    """Whether a parcel's carton is to be known."""

    OFF = "off"
    SUGGEST = "suggest"
    REQUIRED = "required"


class SlipRule(StrEnum):
    """Which paper comes by itself with the label."""

    OFF = "off"
    SLIP = "slip"
    ALL = "all"  # with what customs want


@dataclass(frozen=True, slots=True)
class BenchRules:
    """The rules of a warehouse; grams, percent, minutes and days, values in minor units.

    `release_by_scan` are the codes of failures that the right scan acknowledges too.
    """

    weigh: Weigh = Weigh.OFF
    tolerance_g: int = 10
    tolerance_percent: int = 3
    filler_g: int = 0
    carton: CartonRule = CartonRule.SUGGEST
    slip: SlipRule = SlipRule.OFF
    photo: bool = False
    claim_minutes: int = 5
    min_shelf_days: int = 0
    check_percent: int = 0
    check_value_minor: int | None = None
    check_new_orders: int = 0
    release_by_scan: frozenset[str] = frozenset()
