"""The rule of the bench: what a scan means, given what lies on the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from app.domain.barcode import Command
from app.domain.bench import (
    Bench,
    Found,
    Item,
    LabelFound,
    OpenParcel,
    OrderFound,
    OtherKind,
    SeveralOrders,
    Tote,
    Unknown,
)
from app.domain.errors import Fact
from app.domain.states import JobState, ParcelState


class Outcome(StrEnum):
    """How a scan is shown: a tick, a latched failure, or something to look at."""

    PASS = "pass"
    FAIL = "fail"
    ATTENTION = "attention"


class Code(StrEnum):
    """Why a scan was judged as it was; each has its sentence in `app.texts`."""

    # pass
    OPENED = "opened"
    OPENED_VERIFIED = "opened_verified"
    TOTE_OPENED = "tote_opened"
    ITEM = "item"
    COMPLETE = "complete"
    CLOSED = "closed"
    ACKNOWLEDGED = "acknowledged"
    UNDONE = "undone"
    HELD = "held"
    SETTLED_PRINTED = "settled_printed"
    SETTLED_NOT_OUT = "settled_not_out"
    REPRINTED = "reprinted"
    COPY_CONFIRMED = "copy_confirmed"
    # fail: the bench latches
    WRONG_ITEM = "wrong_item"
    OVER_SCAN = "over_scan"
    UNKNOWN_CODE = "unknown_code"
    MISREAD = "misread"
    WRONG_KIND = "wrong_kind"
    WRONG_LABEL = "wrong_label"
    SUPERSEDED_COPY = "superseded_copy"
    LABEL_VOIDED = "label_voided"
    ORDER_CANCELLED = "order_cancelled"
    NOT_PICKED = "not_picked"
    NO_ORDER_FOR_ITEM = "no_order_for_item"
    PARCEL_UNFINISHED = "parcel_unfinished"
    LABEL_NOT_SCANNED = "label_not_scanned"
    LABEL_REFUSED = "label_refused"
    LATCHED = "latched"
    # attention: look, nothing is stopped
    ALREADY_OPEN = "already_open"
    ALREADY_CLOSED = "already_closed"
    SEVERAL_ORDERS = "several_orders"
    TOTE_EMPTY = "tote_empty"
    TAKE_OVER = "take_over"
    LABEL_NOT_PRINTED = "label_not_printed"
    SCAN_SQUARE = "scan_square"
    REASON_NEEDED = "reason_needed"
    SETTLE_FIRST = "settle_first"
    STILL_PRINTING = "still_printing"
    NOTHING_TO_UNDO = "nothing_to_undo"
    NOTHING_UNCERTAIN = "nothing_uncertain"
    NO_PARCEL_OPEN = "no_parcel_open"
    UNDO_LABEL_PRINTED = "undo_label_printed"
    UNKNOWN_COMMAND = "unknown_command"
    # answers to "what next"
    NEXT_SCAN_TOTE = "next_scan_tote"
    NEXT_SCAN_BULK = "next_scan_bulk"
    NEXT_SCAN_ITEM = "next_scan_item"
    NEXT_WAIT_LABEL = "next_wait_label"
    NEXT_SCAN_LABEL = "next_scan_label"
    NEXT_SETTLE_LABEL = "next_settle_label"
    NEXT_NEEDS_LABEL = "next_needs_label"


# a label whose job is in one of these states can be in somebody's hand, so that its scan is proof
MAY_LIE_THERE = frozenset({JobState.SENDING, JobState.PRINTED, JobState.UNCERTAIN})
REPRINT_REASONS = {Command.TORN: "torn", Command.BLURRED: "blurred", Command.LOST: "lost"}


class Effect(StrEnum):
    """What the operation must do about a scan."""

    NONE = "none"
    OPEN = "open"
    OPEN_TOTE = "open_tote"
    OPEN_AND_COUNT = "open_and_count"
    COUNT = "count"
    CLOSE = "close"
    CONFIRM = "confirm"
    CANCEL = "cancel"
    ASK = "ask"
    UNDO = "undo"
    HOLD = "hold"
    SETTLE_PRINTED = "settle_printed"
    SETTLE_NOT_OUT = "settle_not_out"
    REPRINT = "reprint"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a scan was judged and what is to be done; `line_id` is the line it counted for."""

    outcome: Outcome
    code: Code
    effect: Effect = Effect.NONE
    facts: dict[str, Fact] = field(default_factory=dict)
    line_id: int | None = None
    sku: str | None = None
    order_id: int | None = None
    reason: str | None = None


def _fail(code: Code, effect: Effect = Effect.NONE, **facts: Fact) -> Verdict:
    return Verdict(Outcome.FAIL, code, effect, facts)


def _look(code: Code, effect: Effect = Effect.NONE, **facts: Fact) -> Verdict:
    return Verdict(Outcome.ATTENTION, code, effect, facts)


def _pass(code: Code, effect: Effect = Effect.NONE, **facts: Fact) -> Verdict:
    return Verdict(Outcome.PASS, code, effect, facts)


def judge(bench: Bench, scan: str, found: Found) -> Verdict:
    """What the scan means: the only place where the bench's rules stand."""
    if bench.latch is not None:
        if found is Command.OK:
            return _pass(Code.ACKNOWLEDGED, was=bench.latch)
        return _fail(Code.LATCHED, was=bench.latch)
    parcel = bench.parcel
    if parcel is None and bench.question == Code.TAKE_OVER and scan == bench.question_scan:
        order = _only_order(found)
        if order is not None:
            return _may_open(order, take_over=True)
    if isinstance(found, Command):
        # between question and answer the parcel may have been taken over, or the desk may have reprinted
        if parcel is not None and bench.question == Code.REASON_NEEDED and found in REPRINT_REASONS:
            facts: dict[str, Fact] = {"copy": parcel.copy + 1}
            pressed = Verdict(Outcome.PASS, Code.REPRINTED, Effect.REPRINT, facts, reason=REPRINT_REASONS[found])
            return _no_reprint(parcel) or pressed
        return _command(bench, found)
    if isinstance(found, Unknown):
        return _fail(Code.MISREAD, expected=found.expected) if found.expected else _fail(Code.UNKNOWN_CODE)
    if isinstance(found, OtherKind):
        return _fail(Code.WRONG_KIND, kind=found.kind)
    if parcel is None:
        return _open(found)
    if isinstance(found, LabelFound):
        return _scan_back(parcel, found)
    if isinstance(found, Item):
        return verify(parcel, found)
    if parcel.cancel_requested:
        # neither its items nor its label are wanted any more
        return _fail(Code.ORDER_CANCELLED, Effect.CANCEL, order=parcel.order)
    if parcel.state is ParcelState.LABELLING:
        return _fail(Code.LABEL_NOT_SCANNED, order=parcel.order)
    here = _only_order(found)
    if here is not None and here.order_id == parcel.order_id:
        return _look(Code.ALREADY_OPEN, order=parcel.order)
    return _fail(Code.PARCEL_UNFINISHED, order=parcel.order, remaining=parcel.remaining)


def verify(parcel: OpenParcel, item: Item) -> Verdict:
    """Whether an item belongs into the parcel: the right SKU, and not more pieces than are still open.

    Nothing belongs into the parcel of a cancelled order.
    """
    if parcel.cancel_requested:
        return _fail(Code.ORDER_CANCELLED, Effect.CANCEL, order=parcel.order)
    wanted = [line for line in parcel.lines if line.sku_id == item.sku_id]
    if not wanted:
        facts: dict[str, Fact] = {"sku": item.sku, "name": item.called, "order": parcel.order}
        return Verdict(Outcome.FAIL, Code.WRONG_ITEM, facts=facts, sku=item.sku)
    line = next((line for line in wanted if line.open >= item.quantity), None)
    if line is None:
        over = item.quantity - max(line.open for line in wanted)
        ordered = sum(line.ordered for line in wanted)
        facts = {"sku": item.sku, "name": item.called, "over": over, "ordered": ordered}
        return Verdict(Outcome.FAIL, Code.OVER_SCAN, facts=facts, sku=item.sku)
    left = parcel.remaining - item.quantity
    return Verdict(
        Outcome.PASS,
        Code.ITEM if left else Code.COMPLETE,
        Effect.COUNT,
        {"sku": item.sku, "name": item.called, "left": line.open - item.quantity, "remaining": left},
        line.line_id,
        item.sku,
    )


def as_opened(verdict: Verdict, parcel: OpenParcel) -> Verdict:
    """The verdict on an order that lies on the table now: how much of it is to be scanned, or that nothing is."""
    if not parcel.remaining:
        return replace(verdict, code=Code.OPENED_VERIFIED)
    return replace(verdict, facts={**verdict.facts, "pieces": parcel.remaining, "lines": len(parcel.lines)})


def choose_order(orders: Sequence[OrderFound]) -> OrderFound | None:
    """The order of a single-item lane that an item opens: the first that is picked and nobody else holds.

    `orders` come sorted by urgency.
    """
    return next((o for o in orders if o.pickable and not o.cancelled and o.held_by is None), None)


def _only_order(found: Found) -> OrderFound | None:
    if isinstance(found, OrderFound):
        return found
    if isinstance(found, LabelFound):
        return found.order
    if isinstance(found, Tote) and not found.bulk and len(found.orders) == 1:
        return found.orders[0]
    return None


def _open(found: Item | OrderFound | SeveralOrders | Tote | LabelFound) -> Verdict:
    if isinstance(found, Item):
        # the operation looks for an order of the single-item lane before it asks the rule
        facts: dict[str, Fact] = {"sku": found.sku, "name": found.called}
        return Verdict(Outcome.FAIL, Code.NO_ORDER_FOR_ITEM, facts=facts, sku=found.sku)
    if isinstance(found, LabelFound) and found.voided:
        return replace(_fail(Code.LABEL_VOIDED, order=found.order.order), order_id=found.order.order_id)
    if isinstance(found, LabelFound) and found.copy is not None and found.copy < found.newest:
        verdict = _fail(Code.SUPERSEDED_COPY, copy=found.copy, newest=found.newest)
        return replace(verdict, order_id=found.order.order_id)  # it belongs to the order's history
    if isinstance(found, Tote):
        if not found.orders:
            return _look(Code.TOTE_EMPTY, tote=found.code)
        if found.bulk:
            return _pass(Code.TOTE_OPENED, Effect.OPEN_TOTE, tote=found.code, orders=len(found.orders))
    order = _only_order(found)
    return _look(Code.SEVERAL_ORDERS) if order is None else _may_open(order)


def _may_open(order: OrderFound, *, take_over: bool = False) -> Verdict:
    if order.cancelled:
        facts: dict[str, Fact] = {"order": order.order}
        return Verdict(Outcome.FAIL, Code.ORDER_CANCELLED, Effect.CANCEL, facts, order_id=order.order_id)
    if order.shipped:
        return _look(Code.ALREADY_CLOSED, order=order.order)
    if not order.pickable:
        return _fail(Code.NOT_PICKED, order=order.order)
    if order.held_by is not None and not take_over:
        return _look(Code.TAKE_OVER, Effect.ASK, order=order.order, station=order.held_by)
    return Verdict(Outcome.PASS, Code.OPENED, Effect.OPEN, {"order": order.order}, order_id=order.order_id)


def _scan_back(parcel: OpenParcel, label: LabelFound) -> Verdict:
    if label.parcel_id != parcel.parcel_id:
        return _fail(Code.WRONG_LABEL, order=parcel.order, belongs_to=label.order.order)
    if label.voided:
        return _fail(Code.LABEL_VOIDED, order=parcel.order)
    if parcel.state is ParcelState.OPEN:
        return _fail(Code.PARCEL_UNFINISHED, order=parcel.order, remaining=parcel.remaining)
    if parcel.cancel_requested:
        return _fail(Code.ORDER_CANCELLED, Effect.CANCEL, order=parcel.order)
    if label.copy is not None and label.copy < parcel.copy:
        return _fail(Code.SUPERSEDED_COPY, copy=label.copy, newest=parcel.copy)
    if label.copy is not None and label.copy > parcel.copy:
        return _fail(Code.WRONG_LABEL, order=parcel.order, belongs_to=label.order.order)
    if parcel.job not in MAY_LIE_THERE:
        return _look(Code.LABEL_NOT_PRINTED, copy=parcel.copy)
    if label.copy is None and parcel.older_copies and parcel.marked:
        # both copies carry the same tracking number; only the square code tells them apart
        return _look(Code.SCAN_SQUARE, newest=parcel.copy)
    return _pass(Code.CLOSED, Effect.CLOSE, order=parcel.order)


def _command(bench: Bench, command: Command) -> Verdict:
    parcel = bench.parcel
    if command in (Command.NEXT, Command.OK):
        return _next(bench)
    if parcel is None:
        return _look(Code.NOTHING_TO_UNDO if command is Command.UNDO else Code.NO_PARCEL_OPEN)
    if command is Command.UNDO:
        if parcel.last_line_id is None:
            return _look(Code.NOTHING_TO_UNDO)
        untouched = parcel.job in (None, JobState.QUEUED) and not parcel.older_copies
        if parcel.state is ParcelState.LABELLING and not untouched and not parcel.ahead:
            return _look(Code.UNDO_LABEL_PRINTED, order=parcel.order)
        line = next(line for line in parcel.lines if line.line_id == parcel.last_line_id)
        facts: dict[str, Fact] = {"sku": line.sku, "name": line.called}
        return Verdict(Outcome.PASS, Code.UNDONE, Effect.UNDO, facts, line.line_id, line.sku)
    if command is Command.HOLD:
        return _pass(Code.HELD, Effect.HOLD, order=parcel.order)
    if command in (Command.PRINTED, Command.NOT_OUT):
        if parcel.job is not JobState.UNCERTAIN:
            return _look(Code.NOTHING_UNCERTAIN)
        if command is Command.PRINTED:
            return _pass(Code.SETTLED_PRINTED, Effect.SETTLE_PRINTED, order=parcel.order)
        return _pass(Code.SETTLED_NOT_OUT, Effect.SETTLE_NOT_OUT, copy=parcel.copy + 1)
    if command is Command.REPRINT:
        return _no_reprint(parcel) or _look(Code.REASON_NEEDED, Effect.ASK)
    return _look(Code.UNKNOWN_COMMAND, command=command.value)


def _no_reprint(parcel: OpenParcel) -> Verdict | None:
    if parcel.cancel_requested:
        return _fail(Code.ORDER_CANCELLED, Effect.CANCEL, order=parcel.order)
    if parcel.job is None:
        voided = parcel.state is ParcelState.LABELLING
        return _look(Code.NEXT_NEEDS_LABEL) if voided else _look(Code.LABEL_NOT_PRINTED, copy=0)
    if parcel.job is JobState.UNCERTAIN:
        return _look(Code.SETTLE_FIRST)
    if parcel.job in (JobState.QUEUED, JobState.SENDING):
        return _look(Code.STILL_PRINTING)
    return None


def _next(bench: Bench) -> Verdict:
    parcel = bench.parcel
    if parcel is None:
        return _look(Code.NEXT_SCAN_TOTE if bench.tote_id is None else Code.NEXT_SCAN_BULK)
    if parcel.cancel_requested:
        return _fail(Code.ORDER_CANCELLED, Effect.CANCEL, order=parcel.order)
    if parcel.state is ParcelState.OPEN:
        line = next(line for line in parcel.lines if line.open)
        facts: dict[str, Fact] = {"sku": line.sku, "name": line.called, "left": line.open}
        return Verdict(Outcome.ATTENTION, Code.NEXT_SCAN_ITEM, facts=facts, sku=line.sku)
    if parcel.job is None:
        return _look(Code.NEXT_NEEDS_LABEL)  # its label was voided
    if parcel.job in (JobState.QUEUED, JobState.SENDING):
        return _look(Code.NEXT_WAIT_LABEL)
    if parcel.job is JobState.UNCERTAIN:
        return _look(Code.NEXT_SETTLE_LABEL)
    return _look(Code.NEXT_SCAN_LABEL, copy=parcel.copy)
