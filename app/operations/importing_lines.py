"""How the lines of a newer record come into an order that is there: kits stay what they were when they came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import bindparam, delete, exists, select, update
from sqlalchemy.orm import aliased

from app.domain.errors import Refusal
from app.domain.kits import Component, Sold, StoredLine, as_sold, exploded
from app.domain.orders import LineDraft, OrderDraft
from app.domain.states import OrderState
from app.operations.importing_rows import RowInserter, portions
from app.operations.parcels import add_lines, drop_lines
from db.orders import OrderLine, Sku
from db.stock import Allocation
from db.store import Tx

NEW_LINE = ("order_id", "position", "sku_id", "quantity", "price_minor", "kit_sku_id", "kit_number", "per_kit")


@dataclass(frozen=True, slots=True)
class Plan:
    """How stored lines become the wanted ones: (row or None, line) by position, and the rows that go."""

    places: tuple[tuple[StoredLine | None, LineDraft], ...]
    surplus: tuple[StoredLine, ...]

    @property
    def pieces(self) -> int:
        """Pieces of all its lines."""
        return sum(line.quantity for _, line in self.places)


def new_line(order_id: int, position: int, line: LineDraft, skus: Mapping[str, int]) -> tuple[object, ...]:
    """A row of NEW_LINE."""
    kit = None if line.kit is None else skus[line.kit]
    return (
        order_id, position, skus[line.sku], line.quantity, line.price_minor, kit, line.kit_number, line.per_kit
    )  # fmt: skip


def stored_lines(tx: Tx, order_ids: Sequence[int], skus: dict[str, int]) -> dict[int, list[StoredLine]]:
    """The lines of these orders, by position; the ids of their SKUs and kits go into `skus`."""
    found: dict[int, list[StoredLine]] = {order_id: [] for order_id in order_ids}
    kit = aliased(Sku)
    rows = tx.connection.execute(
        select(
            OrderLine.order_id, OrderLine.id, OrderLine.quantity, OrderLine.price_minor, OrderLine.kit_number,
            OrderLine.per_kit, Sku.id.label("sku_id"), Sku.code.label("sku"), kit.id.label("kit_id"),
            kit.code.label("kit"), exists().where(Allocation.order_line_id == OrderLine.id).label("used"),
        )
        .join(Sku, Sku.id == OrderLine.sku_id)
        .outerjoin(kit, kit.id == OrderLine.kit_sku_id)
        .where(OrderLine.order_id.in_(order_ids))
        .order_by(OrderLine.position)
    )
    for row in rows:
        skus[row.sku] = row.sku_id
        if row.kit is not None:
            skus[row.kit] = row.kit_id
        found[row.order_id].append(
            StoredLine(row.id, row.sku, row.quantity, row.price_minor, row.used, row.kit_number, row.per_kit, row.kit)
        )
    return found


def plan_lines(
    draft: OrderDraft, state: OrderState, lines: Sequence[StoredLine], kits: Mapping[str, Sequence[Component]]
) -> Plan:
    """Rows stay with their SKU where they can; one that was once promised stock may neither go nor change its SKU.

    A SKU that the order has already stays what it was when it came, a kit of the same components or none; what is new
    in the order is taken apart by `kits`. Raises Refusal `order_in_work`.
    """
    sold = as_sold(lines)
    places: list[tuple[StoredLine | None, LineDraft]] = []
    for number, wanted in enumerate(draft.lines, start=1):
        there = next((one for one in sold if one.sku == wanted.sku), None)
        if there is not None:
            sold.remove(there)
            places += _kept(there, wanted, number)
        elif wanted.sku in kits:
            places += [(None, line) for line in exploded(wanted, number, kits[wanted.sku])]
        else:
            places.append((None, wanted))
    free = [line for one in sold for line in one.lines]
    for at, (row, line) in enumerate(places):
        if row is None:
            same = next((one for one in free if one.sku == line.sku), None)
            if same is not None:
                free.remove(same)
                places[at] = (same, line)
    spare = [line for line in free if not line.used]
    for at, (row, line) in enumerate(places):
        if row is None and spare:
            places[at] = (spare.pop(0), line)
    if any(line.used for line in free):
        raise Refusal("order_in_work", order=draft.source_id, state=state.value, fields="lines")
    return Plan(tuple(places), tuple(spare))


def _kept(there: Sold, wanted: LineDraft, number: int) -> list[tuple[StoredLine | None, LineDraft]]:
    if not there.kit:
        return [(there.lines[0], wanted)]
    return [
        (
            row,
            LineDraft(
                row.sku, wanted.quantity * (row.per_kit or 1), wanted.line, price, kit=there.sku, kit_number=number,
                per_kit=row.per_kit,
            ),
        )
        for row, price in zip(there.lines, there.prices(wanted.price_minor), strict=True)
    ]  # fmt: skip


def write_lines(tx: Tx, plans: Mapping[int, Plan], skus: Mapping[str, int]) -> None:
    """Carry out the plans (by order id); `skus` are the ids of all their SKUs and kits."""
    moved: list[dict[str, object]] = []
    fresh: list[tuple[object, ...]] = []
    for order_id, plan in plans.items():
        for position, (row, wanted) in enumerate(plan.places, start=1):
            if row is None:
                fresh.append(new_line(order_id, position, wanted, skus))
                continue
            if wanted.price_minor is None and row.sku == wanted.sku:
                wanted = replace(wanted, price_minor=row.price_minor)
            values = new_line(order_id, position, wanted, skus)
            moved.append({"row": row.id, **{f"new_{name}": v for name, v in zip(NEW_LINE, values, strict=True)}})
    for portion in portions(line.id for plan in plans.values() for line in plan.surplus):
        drop_lines(tx, portion)
        tx.connection.execute(delete(OrderLine).where(OrderLine.id.in_(portion)))
    for portion in portions(plans):
        # positions are unique in an order: out of the way first
        aside = update(OrderLine).where(OrderLine.order_id.in_(portion)).values(position=-OrderLine.position)
        tx.connection.execute(aside)
    if moved:
        now: dict[str, Any] = {name: bindparam(f"new_{name}") for name in NEW_LINE}
        tx.connection.execute(update(OrderLine).where(OrderLine.id == bindparam("row")).values(now), moved)
    RowInserter(tx.connection, OrderLine, NEW_LINE).insert(fresh)
    for portion in portions(plans):
        add_lines(tx, portion)
