"""Carrying newer records into orders that are there, as far as their states still allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Integer, bindparam, delete, exists, select, update

from app.domain.errors import Refusal
from app.domain.folding import folded
from app.domain.incoming import Problem
from app.domain.orders import (
    ABOUT,
    PAPERS,
    SHIPPING,
    SOURCE_CANCELLED,
    LineDraft,
    OrderDraft,
    check_update,
    differences,
)
from app.domain.people import Actor
from app.domain.states import LabelState, OrderState
from app.operations.importing_review import review_orders
from app.operations.importing_rows import RowInserter, portions
from app.operations.orders import request_cancel
from app.operations.parcels import add_lines, drop_lines
from db.orders import Order, OrderLine, Sku
from db.parcels import Label, Parcel
from db.stock import Allocation
from db.store import Tx


@dataclass(frozen=True, slots=True)
class OrderChange:
    """What a newer record changed of an order: names of fields, `lines`, `status`, or `record` when only the source's
    own text is another; never what they hold."""

    order_id: int
    order: str
    fields: tuple[str, ...]


@dataclass(slots=True)
class Updated:
    """What became of the newer records."""

    changes: list[OrderChange] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class _Line:
    """A stored line; `used` when it was once promised stock, so that its past hangs on it."""

    id: int
    sku: str
    quantity: int
    used: bool
    price_minor: int | None


@dataclass(frozen=True, slots=True)
class _Plan:
    """How stored lines become the wanted ones: (row or None, line) by position, and the rows that go."""

    places: tuple[tuple[_Line | None, LineDraft], ...]
    surplus: tuple[_Line, ...]


def update_orders(tx: Tx, actor: Actor, drafts: Mapping[int, OrderDraft], skus: Mapping[str, int]) -> Updated:
    """Take over the drafts (by order id) whose fingerprint is new; `skus` are the ids of all their SKUs.

    Problems, each of which leaves its order as it was: `order_in_work` (facts `order`, `state`, `fields`),
    `order_was_cancelled`, `order_shipped` (fact `order`).
    """
    updated = Updated()
    if not drafts:
        return updated
    names = (*SHIPPING, *PAPERS, *ABOUT)
    stored = {}
    lines: dict[int, list[_Line]] = {order_id: [] for order_id in drafts}
    labelled: set[int] = set()
    used = exists().where(Allocation.order_line_id == OrderLine.id)
    for portion in portions(drafts):
        columns = [getattr(Order, name) for name in names]
        statement = select(Order.id, Order.state, Order.cancel_requested_at, Order.pieces, *columns)
        statement = statement.where(Order.id.in_(portion))
        stored.update({row.id: row for row in tx.connection.execute(statement)})
        for order_id, line_id, sku, pieces, past, price in tx.connection.execute(
            select(OrderLine.order_id, OrderLine.id, Sku.code, OrderLine.quantity, used, OrderLine.price_minor)
            .join(Sku, Sku.id == OrderLine.sku_id)
            .where(OrderLine.order_id.in_(portion))
            .order_by(OrderLine.position)
        ):
            lines[order_id].append(_Line(line_id, sku, pieces, past, price))
        labels = (
            select(Parcel.order_id)
            .join(Label, Label.parcel_id == Parcel.id)
            .where(Parcel.order_id.in_(portion), Label.state == LabelState.VALID)
        )
        labelled.update(tx.connection.execute(labels).scalars())
    rows: list[dict[str, object]] = []
    plans: dict[int, _Plan] = {}
    for order_id, draft in drafts.items():
        old = stored[order_id]
        cancelled = old.state is OrderState.CANCELLED or old.cancel_requested_at is not None
        values = {name: getattr(old, name) for name in names}
        fields: tuple[str, ...]
        try:
            if draft.cancelled:
                if cancelled:
                    updated.unchanged += 1
                    continue
                request_cancel(tx, actor, order_id, SOURCE_CANCELLED)
                fields, step = ("status",), 0  # which the operation has counted
            else:
                there = lines[order_id]
                wanted, prices = [(line.sku, line.quantity) for line in there], [line.price_minor for line in there]
                fields, step = differences(draft, values, wanted, prices), 1
                labels_out = order_id in labelled
                check_update(draft, old.state, cancelled=cancelled, labelled=labels_out, fields=fields)
                if "lines" in fields or "prices" in fields:
                    plans[order_id] = _plan(draft, old.state, lines[order_id])
                values |= {name: getattr(draft, name) for name in fields if name not in ("lines", "prices")}
        except Refusal as refusal:
            updated.problems.append(Problem(draft.line, refusal.code, refusal.facts))
            continue
        pieces = sum(line.quantity for line in draft.lines) if order_id in plans else old.pieces
        said = {
            "payload": draft.payload, "fingerprint": draft.fingerprint, "pieces": pieces,
            "folded_name": folded(values["recipient_name"]), "step": step,
        }  # fmt: skip
        rows.append({"order": order_id, **{f"new_{name}": value for name, value in (values | said).items()}})
        updated.changes.append(OrderChange(order_id, draft.source_id, fields or ("record",)))
    # what the cancel operation has changed goes first; the rows below are written past the session
    tx.session.flush()
    if rows:
        said_now = (*names, "payload", "fingerprint", "pieces", "folded_name")
        sets: dict[str, Any] = {
            name: bindparam(f"new_{name}", type_=getattr(Order, name).type) for name in said_now
        }
        sets |= {"version": Order.version + bindparam("new_step", type_=Integer), "updated_at": tx.at}
        tx.connection.execute(update(Order).where(Order.id == bindparam("order")).values(sets), rows)
        tx.session.expire_all()
    _write_lines(tx, plans, skus)
    review_orders(tx, [change.order_id for change in updated.changes], count=False)
    return updated


def _plan(draft: OrderDraft, state: OrderState, lines: Sequence[_Line]) -> _Plan:
    """Rows stay with their SKU where they can; one that was once promised stock may neither go nor change its SKU."""
    free = list(lines)
    places: list[tuple[_Line | None, LineDraft]] = []
    for wanted in draft.lines:
        row = next((line for line in free if line.sku == wanted.sku), None)
        if row is not None:
            free.remove(row)
        places.append((row, wanted))
    spare = [line for line in free if not line.used]
    for at, (row, wanted) in enumerate(places):
        if row is None and spare:
            places[at] = (spare.pop(0), wanted)
    if any(line.used for line in free):
        raise Refusal("order_in_work", order=draft.source_id, state=state.value, fields="lines")
    return _Plan(tuple(places), tuple(spare))


def _write_lines(tx: Tx, plans: Mapping[int, _Plan], skus: Mapping[str, int]) -> None:
    moved: list[dict[str, object]] = []
    fresh: list[tuple[object, ...]] = []
    for order_id, plan in plans.items():
        for position, (row, wanted) in enumerate(plan.places, start=1):
            if row is None:
                fresh.append((order_id, position, skus[wanted.sku], wanted.quantity, wanted.price_minor))
            else:
                kept = row.price_minor if wanted.price_minor is None and row.sku == wanted.sku else wanted.price_minor
                moved.append(
                    {
                        "row": row.id, "place": position, "sku": skus[wanted.sku], "pieces": wanted.quantity,
                        "price": kept,
                    }
                )
    for portion in portions(line.id for plan in plans.values() for line in plan.surplus):
        drop_lines(tx, portion)
        tx.connection.execute(delete(OrderLine).where(OrderLine.id.in_(portion)))
    for portion in portions(plans):
        # positions are unique in an order: out of the way first
        aside = update(OrderLine).where(OrderLine.order_id.in_(portion)).values(position=-OrderLine.position)
        tx.connection.execute(aside)
    if moved:
        now: dict[str, Any] = {
            "position": bindparam("place"), "sku_id": bindparam("sku"), "quantity": bindparam("pieces"),
            "price_minor": bindparam("price"),
        }  # fmt: skip
        tx.connection.execute(update(OrderLine).where(OrderLine.id == bindparam("row")).values(now), moved)
    RowInserter(tx.connection, OrderLine, ("order_id", "position", "sku_id", "quantity", "price_minor")).insert(fresh)
    for portion in portions(plans):
        add_lines(tx, portion)
