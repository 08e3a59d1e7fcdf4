"""One of N: a parcel verified by scan stands for the identical orders that wait."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from app.domain.barcode import Command
from app.domain.bench import Bench, Found, LabelFound, OpenParcel
from app.domain.bench_rules import Weigh
from app.domain.capturing import gate
from app.domain.policy import Act
from app.domain.states import ParcelState
from app.domain.verdict import Code, Effect, Verdict, fail, look, passed

MOST = 60  # labels of one scan: more would keep the next scan waiting, and nobody's table is larger

Content = frozenset[tuple[int, int | None, int]]


def content(lines: Iterable[tuple[int, int | None, int]]) -> Content:
    """What makes orders identical: SKU, the kit it is a part of (None for no kit) and pieces; of (SKU, kit, pieces)."""
    sums: dict[tuple[int, int | None], int] = {}
    for sku, kit, pieces in lines:
        sums[sku, kit] = sums.get((sku, kit), 0) + pieces
    return frozenset((sku, kit, pieces) for (sku, kit), pieces in sums.items() if pieces)


def answer(bench: Bench, _scan: str, found: Found) -> Verdict | None:
    """Whether a series begins with the parcel on the table; None for any other scan."""
    parcel = bench.parcel
    if found is not Command.SERIES or parcel is None:
        return None
    stopped = gate(parcel)
    if stopped is not None:
        return stopped
    if parcel.state is not ParcelState.LABELLING:
        return look(Code.NOT_YET)
    if not all(bench.may(Act.SERIES, line.handling_class) for line in parcel.lines):
        return fail(Code.NOT_ALLOWED, act=Act.SERIES)
    if bench.rules.weigh is not Weigh.OFF:
        return look(Code.SERIES_WEIGHED)
    if not stands_for_others(parcel):
        return look(Code.SERIES_ALONE, order=parcel.order)
    return passed(Code.SERIES_BEGUN, Effect.BEGIN_SERIES, order=parcel.order)


def stands_for_others(parcel: OpenParcel) -> bool:
    """Whether nothing of the parcel is its own: no serial numbers, notes, inserts, second check, or another box."""
    of_its_own = (
        parcel.has_note or parcel.inserts or parcel.check_needed or parcel.other_boxes or parcel.sealed
        or parcel.number > 1 or any(line.captures or line.elsewhere for line in parcel.lines)
        or any(stand_in.used for stand_in in parcel.substitutes)
    )
    return not of_its_own


def closing(verdict: Verdict, label: LabelFound) -> Verdict | None:
    """What a label's scan means for a parcel of a series, by what it would mean for that parcel on the table.

    None where the parcel must be on the table for it, as when its address has changed.
    """
    if verdict.effect is Effect.CLOSE:
        closed = passed(Code.SERIES_CLOSED, Effect.CLOSE_SERIES, order=label.order.order)
        return replace(closed, order_id=label.order.order_id)
    if verdict.code in (Code.ADDRESS_CHANGED, Code.LABEL_VOIDED):
        return None
    return replace(verdict, order_id=label.order.order_id)
