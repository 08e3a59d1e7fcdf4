"""The second check: which parcels another person verifies again, and what each scan of that is."""

from __future__ import annotations

import hashlib
from uuid import UUID

from app.domain.bench import Bench, Item, Line, OpenParcel
from app.domain.bench_rules import BenchRules
from app.domain.errors import Fact
from app.domain.kits import KitMode
from app.domain.verdict import Code, Effect, Outcome, Verdict, fail


def is_wanted(rules: BenchRules, order: UUID, value_minor: int, closed: int | None) -> bool:
    """Whether a parcel is verified again: by the value of its order, for a new operator, or by chance.

    `closed` counts the parcels of who packed it, None for nobody in particular. All parcels of an order have the same
    chance whenever it is asked: the draw is a hash of the order's id.
    """
    if rules.check_value_minor is not None and value_minor >= rules.check_value_minor:
        return True
    if closed is not None and closed < rules.check_new_orders:
        return True
    draw = int.from_bytes(hashlib.sha256(order.bytes).digest()[:4], "big")
    return draw * 100 < rules.check_percent * 2**32


def is_asked(rules: BenchRules) -> bool:
    """Whether any parcel of the warehouse is verified again."""
    return rules.check_value_minor is not None or rules.check_new_orders > 0 or rules.check_percent > 0


def may_check(bench: Bench, parcel: OpenParcel) -> bool:
    """Whether who stands there is another person than the one who packed it; nobody in particular is no other."""
    return bench.operator_id is not None and bench.operator_id != parcel.packer_id


def check(parcel: OpenParcel, item: Item) -> Verdict:
    """Whether the second check expects the item: pieces that are in the parcel, each once.

    A kit's own code stands for the pieces of one kit, where it may be scanned instead of its components.
    """
    counts, over = _counts(parcel, item)
    facts: dict[str, Fact] = {"sku": item.sku, "name": item.called}
    if not counts:
        if over is None:
            wrong = {**facts, "order": parcel.order}
            return Verdict(Outcome.FAIL, Code.WRONG_ITEM, facts=wrong, sku=item.sku)
        there = sum(line.packed for line in parcel.lines if line.sku_id == item.sku_id)
        return Verdict(Outcome.FAIL, Code.OVER_SCAN, facts={**facts, "over": over, "ordered": there}, sku=item.sku)
    left = parcel.unchecked - sum(pieces for _, pieces in counts)
    if not left:
        return Verdict(
            Outcome.PASS, Code.CHECKED, Effect.CHECK, {"order": parcel.order}, counts[0][0], item.sku, counts=counts
        )
    of_line = next(line for line in parcel.lines if line.line_id == counts[0][0])
    facts |= {"left": of_line.packed - of_line.checked - counts[0][1], "remaining": left}
    return Verdict(Outcome.PASS, Code.CHECKED_ITEM, Effect.CHECK, facts, counts[0][0], item.sku, counts=counts)


def _counts(parcel: OpenParcel, item: Item) -> tuple[tuple[tuple[int, int], ...], int | None]:
    """The lines and pieces that a scan is for, and where it is for none by how many it is too many (None: no line)."""
    stands_for = {other.instead_id for other in parcel.substitutes if other.used and other.sku_id == item.sku_id}
    lines = [line for line in parcel.lines if line.sku_id in {item.sku_id, *stands_for} and line.packed]
    line = next((line for line in lines if _unchecked(line) >= item.quantity), None)
    if line is not None:
        return ((line.line_id, item.quantity),), None
    kits: dict[int, list[Line]] = {}
    for each in parcel.lines:
        kit = each.kit
        if kit is not None and kit.sku_id == item.sku_id and kit.mode in (KitMode.EITHER, KitMode.PARENT):
            kits.setdefault(kit.number, []).append(each)
    for parts in kits.values():
        counts = [(part.line_id, part.kit.per_kit * item.quantity) for part in parts if part.kit is not None]
        if all(_unchecked(part) >= pieces for part, (_, pieces) in zip(parts, counts, strict=True)):
            return tuple(counts), None
    if lines:
        return (), item.quantity - max(map(_unchecked, lines))
    return (), item.quantity if kits else None


def _unchecked(line: Line) -> int:
    return line.packed - line.checked


def next_line(parcel: OpenParcel) -> Line:
    """The first line with pieces that the check has not seen."""
    return next(line for line in parcel.lines if _unchecked(line) > 0)


def by_another(parcel: OpenParcel) -> Verdict:
    """Who packed a parcel does not check it."""
    return fail(Code.CHECK_BY_ANOTHER, order=parcel.order)
