"""The rule of the pick: the location first, then the item."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.domain.barcode import Command
from app.domain.bench import Found, Item, OtherKind
from app.domain.errors import Fact
from app.domain.verdict import Outcome


class PickCode(StrEnum):
    """Why a picker's scan was judged as it was."""

    AT_LOCATION = "at_location"
    PICKED = "picked"
    BATCH_PICKED = "batch_picked"
    ACKNOWLEDGED = "acknowledged"
    SHORT = "short"
    SHORT_LEAVES = "short_leaves"
    SHORT_GONE = "short_gone"
    WRONG_LOCATION = "wrong_location"
    WRONG_PICK = "wrong_pick"
    LOCATION_FIRST = "location_first"
    NOTHING_TO_PICK = "nothing_to_pick"
    PICK_UNKNOWN_CODE = "pick_unknown_code"
    CART_TAKEN = "cart_taken"


@dataclass(frozen=True, slots=True)
class Task:
    """The pick that is next: `quantity` pieces of a SKU at a location into a tote."""

    task_id: int
    location_id: int
    location: str
    sku_id: int
    sku: str
    quantity: int
    tote: str
    slot: int
    at_location: bool


@dataclass(frozen=True, slots=True)
class LocationFound:
    """A location's own code."""

    location_id: int
    code: str


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody else who picks the cart: the name of the station, the wave, and the cart's number in it."""

    station: str
    wave: int
    cart: int


@dataclass(frozen=True, slots=True)
class PickVerdict:
    """How a picker's scan was judged."""

    outcome: Outcome
    code: PickCode
    facts: dict[str, Fact]


def judge_pick(task: Task | None, found: Found | LocationFound, holder: Holder | None = None) -> PickVerdict:
    """What a picker's scan means for the task that is next; nothing but its acknowledgement where another picks."""
    if found is Command.OK:
        return PickVerdict(Outcome.PASS, PickCode.ACKNOWLEDGED, {})
    if holder is not None:
        facts: dict[str, Fact] = {"station": holder.station, "wave": holder.wave, "cart": holder.cart}
        return PickVerdict(Outcome.FAIL, PickCode.CART_TAKEN, facts)
    if task is None:
        return PickVerdict(Outcome.ATTENTION, PickCode.NOTHING_TO_PICK, {})
    if found is Command.SHORT:
        return PickVerdict(Outcome.ATTENTION, PickCode.SHORT, {"sku": task.sku, "location": task.location})
    if isinstance(found, LocationFound):
        if found.location_id == task.location_id:
            return PickVerdict(
                Outcome.PASS, PickCode.AT_LOCATION, {"sku": task.sku, "quantity": task.quantity, "tote": task.tote}
            )
        return PickVerdict(Outcome.FAIL, PickCode.WRONG_LOCATION, {"location": found.code, "expected": task.location})
    if isinstance(found, Item):
        if not task.at_location:
            return PickVerdict(Outcome.FAIL, PickCode.LOCATION_FIRST, {"expected": task.location})
        if found.sku_id == task.sku_id:
            return PickVerdict(
                Outcome.PASS, PickCode.PICKED, {"sku": task.sku, "quantity": task.quantity, "tote": task.tote}
            )
        scanned: dict[str, Fact] = {"sku": found.sku, "name": found.called, "expected": task.sku}
        return PickVerdict(Outcome.FAIL, PickCode.WRONG_PICK, scanned)
    kind = found.kind if isinstance(found, OtherKind) else "unknown"
    return PickVerdict(Outcome.FAIL, PickCode.PICK_UNKNOWN_CODE, {"kind": kind, "expected": task.location})
