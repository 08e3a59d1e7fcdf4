"""Carrying newer records into orders that are there, as far as their states still allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Integer, bindparam, select, update

from app.domain.errors import Fact, Refusal
from app.domain.folding import folded
from app.domain.incoming import Problem
from app.domain.kits import Component, StoredLine, as_sold
from app.domain.orders import (
    ABOUT,
    ADDRESS,
    BENCH,
    PAPERS,
    SHIPPING,
    SOURCE_CANCELLED,
    OrderDraft,
    check_update,
    counts_as_new_address,
    differences,
)
from app.domain.people import Actor
from app.domain.states import LabelState, OrderState
from app.operations.addresses import follow_address
from app.operations.importing_lines import Plan, plan_lines, stored_lines, write_lines
from app.operations.importing_review import review_orders
from app.operations.importing_rows import portions
from app.operations.orders import request_cancel
from db.journal import JournalEntry
from db.orders import Order
from db.parcels import Label, Parcel
from db.store import Tx

_NOTES = frozenset({"gift_message", "buyer_message"})


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
    told: list[Problem] = field(default_factory=list)
    unchanged: int = 0


def update_orders(
    tx: Tx, actor: Actor, drafts: Mapping[int, OrderDraft], skus: Mapping[str, int],
    kits: Mapping[str, Sequence[Component]],
) -> Updated:
    """Take over the drafts (by order id) whose fingerprint is new.

    `skus` are the ids of all their SKUs, `kits` what those that are kits are made of today: lines that came as kits
    before are compared, and stay, as they came.

    Problems, each of which leaves its order as it was: `order_in_work` (facts `order`, `state`, `fields`),
    `order_was_cancelled`, `order_shipped` (fact `order`). Told: `address_by_hand` (facts `order`, `fields`), which were
    left out because a person has changed the address since.
    """
    updated = Updated()
    if not drafts:
        return updated
    names = (*SHIPPING, *PAPERS, *BENCH, *ABOUT)
    ids = dict(skus)
    stored = {}
    lines: dict[int, list[StoredLine]] = {}
    labelled: set[int] = set()
    by_hand: set[int] = set()
    for portion in portions(drafts):
        columns = [getattr(Order, name) for name in names]
        statement = select(
            Order.id, Order.state, Order.cancel_requested_at, Order.pieces, Order.address_version, *columns
        )
        statement = statement.where(Order.id.in_(portion))
        stored.update({row.id: row for row in tx.connection.execute(statement)})
        lines |= stored_lines(tx, portion, ids)
        labels = (
            select(Parcel.order_id)
            .join(Label, Label.parcel_id == Parcel.id)
            .where(Parcel.order_id.in_(portion), Label.state == LabelState.VALID)
        )
        labelled.update(tx.connection.execute(labels).scalars())
        hands = select(JournalEntry.order_id).where(JournalEntry.order_id.in_(portion))
        changes = tx.connection.execute(hands.where(JournalEntry.name == "change_address")).scalars()
        by_hand.update(order_id for order_id in changes if order_id is not None)
    rows: list[dict[str, object]] = []
    plans: dict[int, Plan] = {}
    for order_id, draft in drafts.items():
        old = stored[order_id]
        cancelled = old.state is OrderState.CANCELLED or old.cancel_requested_at is not None
        values = {name: getattr(old, name) for name in names}
        fields: tuple[str, ...]
        labels_out = order_id in labelled
        try:
            if draft.cancelled:
                if cancelled:
                    updated.unchanged += 1
                    continue
                request_cancel(tx, actor, order_id, SOURCE_CANCELLED)
                fields, step = ("status",), 0  # which the operation has counted
            else:
                there = as_sold(lines[order_id])
                prices = [one.price(said) for one, said in zip(there, draft.prices, strict=False)]
                fields, step = differences(draft, values, [(one.sku, one.quantity) for one in there], prices), 1
                kept = tuple(name for name in fields if name in ADDRESS) if order_id in by_hand else ()
                fields = tuple(name for name in fields if name not in kept)
                check_update(draft, old.state, cancelled=cancelled, labelled=labels_out, fields=fields)
                if "lines" in fields or "prices" in fields:
                    plans[order_id] = plan_lines(draft, old.state, lines[order_id], kits)
                if kept:
                    facts: dict[str, Fact] = {"order": draft.source_id, "fields": ", ".join(kept)}
                    updated.told.append(Problem(draft.line, "address_by_hand", facts))
                values |= {name: getattr(draft, name) for name in fields if name not in ("lines", "prices")}
        except Refusal as refusal:
            updated.problems.append(Problem(draft.line, refusal.code, refusal.facts))
            continue
        pieces = plans[order_id].pieces if order_id in plans else old.pieces
        stale = counts_as_new_address(old.state, labelled=labels_out, fields=fields)
        said = {
            "address_version": old.address_version + stale,
            "payload": draft.payload, "fingerprint": draft.fingerprint, "pieces": pieces,
            "folded_name": folded(values["recipient_name"]), "step": step,
        }  # fmt: skip
        rows.append({"order": order_id, **{f"new_{name}": value for name, value in (values | said).items()}})
        updated.changes.append(OrderChange(order_id, draft.source_id, fields or ("record",)))
    # what the cancel operation has changed goes first; the rows below are written past the session
    tx.session.flush()
    if rows:
        said_now = (*names, "payload", "fingerprint", "pieces", "folded_name", "address_version")
        sets: dict[str, Any] = {
            name: bindparam(f"new_{name}", type_=getattr(Order, name).type) for name in said_now
        }
        sets |= {"version": Order.version + bindparam("new_step", type_=Integer), "updated_at": tx.at}
        tx.connection.execute(update(Order).where(Order.id == bindparam("order")).values(sets), rows)
        tx.session.expire_all()
    write_lines(tx, plans, ids)
    noted = [change.order_id for change in updated.changes if not _NOTES.isdisjoint(change.fields)]
    for portion in portions(noted):
        # another note was not read yet
        tx.session.execute(update(Parcel).where(Parcel.order_id.in_(portion)).values(note_confirmed_at=None))
    elsewhere = [change.order_id for change in updated.changes if not set(ADDRESS).isdisjoint(change.fields)]
    followers = follow_address(tx, elsewhere)
    review_orders(tx, [*(change.order_id for change in updated.changes), *followers], count=False)
    return updated

