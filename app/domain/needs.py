"""What a parcel still needs before its label."""

from __future__ import annotations

from enum import StrEnum

from app.domain.bench import OpenParcel
from app.domain.bench_rules import BenchRules, CartonRule, Weigh


class Need(StrEnum):
    """Something a parcel must have before its label is made, in the order in which the bench asks for it."""

    ITEMS = "items"
    NOTE = "note"
    INSERTS = "inserts"
    CHECK = "check"
    CARTON = "carton"
    WEIGHT = "weight"


def needs(parcel: OpenParcel, rules: BenchRules) -> tuple[Need, ...]:
    """All that the parcel still needs; its label is made once there is nothing."""
    held = {
        Need.ITEMS: not has_items(parcel),
        Need.NOTE: parcel.has_note and not parcel.note_confirmed,
        Need.INSERTS: any(not insert.done for insert in parcel.inserts),
        Need.CHECK: bool(parcel.check_needed) and not parcel.checked,
        Need.CARTON: rules.carton is CartonRule.REQUIRED and parcel.carton_id is None and not parcel.carton_skipped,
        Need.WEIGHT: rules.weigh is not Weigh.OFF and parcel.weighed_g is None and not parcel.weight_accepted,
    }
    return tuple(need for need, open_ in held.items() if open_)


def has_items(parcel: OpenParcel) -> bool:
    """Whether all that belongs into the parcel is in it."""
    return parcel.packed > 0 and (parcel.sealed or parcel.remaining == 0)
