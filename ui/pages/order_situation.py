"""Where an order stands and what comes next, in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.barcode import group
from app.domain.customs import CUSTOMS_FIELDS
from app.domain.states import JobState, LabelState, OrderState, ParcelState
from ui.signs import label_is_void, reason_text
from ui.words import Words

if TYPE_CHECKING:
    from app.queries.order_detail import OrderDetail


def situation(words: Words, order: OrderDetail) -> tuple[str, str]:
    """Where an order stands and what comes next: the outcome that colours it, and the sentence."""
    say, state = words.say, order.state
    why = _short(words, order) or reason_text(words, order.reason, order=order.source_id) or None
    if order.cancel_requested_at is not None and state is not OrderState.CANCELLED:
        return "attention", say("orders_now_stopping", why=why)
    if state is OrderState.INCOMPLETE and order.reason:
        return "attention", say("orders_now_unprintable", why=why)
    if state is OrderState.INCOMPLETE and order.lacks and set(order.missing.split(",")) <= set(CUSTOMS_FIELDS):
        return "attention", say("customs_now_incomplete", lacks=_lacks(words, order))
    if state is OrderState.INCOMPLETE:
        return "attention", say("orders_now_incomplete", fields=order.missing.replace(",", ", "))
    if state in (OrderState.PROBLEM, OrderState.CANCELLED):
        back = "_put_back" if order.to_put_back else ""
        code = f"orders_now_{state.value}{back}" + ("_tote" if back and order.tote else "")
        return ("fail" if state is OrderState.PROBLEM else ""), say(code, why=why, tote=order.tote)
    if state is OrderState.PACKING and (copy := _uncertain(order)):
        return "attention", say("orders_now_uncertain", copy=copy)
    table = next((parcel.station for parcel in order.parcels if parcel.station), None)
    if state is OrderState.PACKING and table is None:
        return "", say("orders_now_waiting", tote=order.tote)
    if state is OrderState.SHIPPED and (said := _relabelled(words, order)):
        return "attention", said
    outcome = "pass" if state is OrderState.SHIPPED else ""
    return outcome, say(f"orders_now_{state.value}", wave=order.wave, tote=order.tote, station=table)


def _lacks(words: Words, order: OrderDetail) -> str:
    """What customs ask of which SKU: of the first three, for more than that nobody reads."""
    by_sku: dict[str, list[str]] = {}
    for lack in order.lacks:
        by_sku.setdefault(lack.sku, []).append(lack.field)
    told = [words.say("customs_lack", sku=sku, fields=", ".join(fields)) for sku, fields in list(by_sku.items())[:3]]
    return " · ".join([*told, f"+{len(by_sku) - 3}"] if len(by_sku) > 3 else told)


def _short(words: Words, order: OrderDetail) -> str:
    """What was not found, of an order that was put aside for it."""
    lines = [line for line in order.lines if line.short and line.picked < line.ordered]
    if order.reason != "short" or not lines:
        return ""
    say = words.say
    return " · ".join(say("orders_not_in_stock", missing=line.ordered - line.picked, sku=line.sku) for line in lines)


def _relabelled(words: Words, order: OrderDetail) -> str:
    """What a box waits for whose label was voided after it was closed, "" while none does."""
    for parcel in order.parcels:
        if parcel.state is ParcelState.LABELLING:
            valid = [label.tracking for label in parcel.labels if label.state is LabelState.VALID]
            return words.say("void_now_scan", tracking=group(valid[-1])) if valid else words.say("void_now_none")
    return ""


def _uncertain(order: OrderDetail) -> int | None:
    """The newest copy of a valid label of which nobody knows whether it came out."""
    for parcel in order.parcels:
        for label in parcel.labels:
            last = max(label.copies, key=lambda each: each.copy, default=None)
            if last and last.state is JobState.UNCERTAIN and not label_is_void(label.state, parcel.state):
                return last.copy
    return None
