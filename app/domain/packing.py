"""The rule of the bench: what a scan means, given what lies on the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.domain import badges, boxes, exceptions, overrides, requirements, series, undoing, verifying
from app.domain.barcode import Command
from app.domain.bench import (
    Bench,
    CartonFound,
    Found,
    Item,
    LabelFound,
    OpenParcel,
    OrderFound,
    OtherKind,
    Person,
    Quantity,
    SeveralOrders,
    Tote,
    Unknown,
    Weight,
)
from app.domain.errors import Fact
from app.domain.needs import Need, needs
from app.domain.states import JobState, ParcelState
from app.domain.verdict import MAY_LIE_THERE, REPRINT_REASONS, Code, Effect, Outcome, Verdict, fail, look, passed


def judge(bench: Bench, scan: str, found: Found) -> Verdict:
    """What the scan means: the only place where the bench's rules stand together."""
    if bench.latch is not None:
        return overrides.latched(bench, scan, found, judge)
    for rule in _RULES:
        verdict = rule(bench, scan, found)
        if verdict is not None:
            return verdict
    parcel = bench.parcel
    if isinstance(found, Command):
        return _command(bench, found)
    if isinstance(found, Unknown):
        return fail(Code.MISREAD, expected=found.expected) if found.expected else fail(Code.UNKNOWN_CODE)
    if isinstance(found, OtherKind):
        return fail(Code.WRONG_KIND, kind=found.kind)
    if isinstance(found, (Quantity, Person, CartonFound, Weight)):
        return look(Code.NO_PARCEL_OPEN) if parcel is None else look(Code.NOT_NEEDED)
    if parcel is None:
        return _open(found)
    if isinstance(found, LabelFound):
        return _scan_back(bench, parcel, found)
    if isinstance(found, Item):
        return verifying.verify(bench, parcel, found)
    if parcel.cancel_requested:
        # neither its items nor its label are wanted any more
        return fail(Code.ORDER_CANCELLED, Effect.CANCEL, order=parcel.order)
    if parcel.state is ParcelState.LABELLING:
        return fail(Code.LABEL_NOT_SCANNED, order=parcel.order)
    here = _only_order(found)
    if here is not None and here.order_id == parcel.order_id:
        return look(Code.ALREADY_OPEN, order=parcel.order)
    return fail(Code.PARCEL_UNFINISHED, order=parcel.order, remaining=parcel.remaining)


def _take_over(bench: Bench, scan: str, found: Found) -> Verdict | None:
    if bench.parcel is None and bench.question == Code.TAKE_OVER and scan == bench.question_scan:
        order = _only_order(found)
        if order is not None:
            return _may_open(order, take_over=True)
    return None


def _reprint_reason(bench: Bench, _scan: str, found: Found) -> Verdict | None:
    parcel = bench.parcel
    # between question and answer the parcel may have been taken over, or the desk may have reprinted
    if parcel is None or bench.question != Code.REASON_NEEDED or not isinstance(found, Command):
        return None
    if found not in REPRINT_REASONS:
        return None
    facts: dict[str, Fact] = {"copy": parcel.copy + 1}
    pressed = Verdict(Outcome.PASS, Code.REPRINTED, Effect.REPRINT, facts, reason=REPRINT_REASONS[found])
    return _no_reprint(parcel) or pressed


# asked in turn before the plain meaning of a scan; the first that has an answer decides
_RULES = (
    badges.answer, _take_over, _reprint_reason, exceptions.answer, boxes.answer, verifying.answer, undoing.answer,
    series.answer, requirements.answer,
)  # fmt: skip


def as_opened(verdict: Verdict, parcel: OpenParcel) -> Verdict:
    """The verdict on an order that lies on the table now: how much of it is to be scanned, or that nothing is."""
    if parcel.address_changed:
        return fail(Code.ADDRESS_CHANGED, order=parcel.order)
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
        return replace(fail(Code.LABEL_VOIDED, order=found.order.order), order_id=found.order.order_id)
    if isinstance(found, LabelFound) and found.copy is not None and found.copy < found.newest:
        verdict = fail(Code.SUPERSEDED_COPY, copy=found.copy, newest=found.newest, order=found.order.order)
        return replace(verdict, order_id=found.order.order_id)  # it belongs to the order's history
    if isinstance(found, Tote):
        if not found.orders:
            return look(Code.TOTE_EMPTY, tote=found.code)
        if found.bulk:
            return passed(Code.TOTE_OPENED, Effect.OPEN_TOTE, tote=found.code, orders=len(found.orders))
    order = _only_order(found)
    return look(Code.SEVERAL_ORDERS) if order is None else _may_open(order)


def _may_open(order: OrderFound, *, take_over: bool = False) -> Verdict:
    if order.cancelled:
        facts: dict[str, Fact] = {"order": order.order}
        return Verdict(Outcome.FAIL, Code.ORDER_CANCELLED, Effect.CANCEL, facts, order_id=order.order_id)
    if order.shipped:
        return look(Code.ALREADY_CLOSED, order=order.order)
    if not order.pickable:
        return fail(Code.NOT_PICKED, order=order.order)
    if order.held_by is not None and not take_over:
        return look(Code.TAKE_OVER, Effect.ASK, order=order.order, station=order.held_by)
    return Verdict(Outcome.PASS, Code.OPENED, Effect.OPEN, {"order": order.order}, order_id=order.order_id)


def _scan_back(bench: Bench, parcel: OpenParcel, label: LabelFound) -> Verdict:
    if label.parcel_id != parcel.parcel_id:
        here, there = parcel.order, label.order.order
        if label.order.order_id == parcel.order_id:  # of another box
            here, there = f"{here} ({parcel.number})", f"{there} ({label.box})"
        return fail(Code.WRONG_LABEL, order=here, belongs_to=there)
    if label.voided:
        return fail(Code.LABEL_VOIDED, order=parcel.order)
    if parcel.state is ParcelState.OPEN and parcel.remaining:
        return fail(Code.PARCEL_UNFINISHED, order=parcel.order, remaining=parcel.remaining)
    if parcel.cancel_requested:
        return fail(Code.ORDER_CANCELLED, Effect.CANCEL, order=parcel.order)
    if parcel.address_changed:
        return fail(Code.ADDRESS_CHANGED, order=parcel.order)
    if parcel.state is ParcelState.OPEN:
        return _next(bench)  # its label came ahead, and something is still needed before it
    if label.copy is not None and label.copy < parcel.copy:
        return fail(Code.SUPERSEDED_COPY, copy=label.copy, newest=parcel.copy)
    if label.copy is not None and label.copy > parcel.copy:
        return fail(Code.WRONG_LABEL, order=parcel.order, belongs_to=label.order.order)
    if parcel.job not in MAY_LIE_THERE:
        return look(Code.LABEL_NOT_PRINTED, copy=parcel.copy)
    if label.copy is None and parcel.older_copies and parcel.marked:
        # both copies carry the same tracking number; only the square code tells them apart
        return look(Code.SCAN_SQUARE, newest=parcel.copy)
    return passed(Code.CLOSED, Effect.CLOSE, order=parcel.order)


_NOTHING = {Command.SKIP: Code.NOTHING_TO_SKIP, Command.OVERRIDE: Code.NOTHING_TO_OVERRIDE}


def _command(bench: Bench, command: Command) -> Verdict:
    parcel = bench.parcel
    if command in (Command.NEXT, Command.OK):
        return _next(bench)
    if parcel is None:
        return look(Code.NOTHING_TO_UNDO if command is Command.UNDO else Code.NO_PARCEL_OPEN)
    if command is Command.UNDO:
        return undoing.undo(parcel)
    if command in _NOTHING:
        return look(_NOTHING[command])
    if command is Command.HOLD:
        return passed(Code.HELD, Effect.HOLD, order=parcel.order)
    if command in (Command.PRINTED, Command.NOT_OUT):
        if parcel.job is not JobState.UNCERTAIN:
            return look(Code.NOTHING_UNCERTAIN)
        if command is Command.PRINTED:
            return passed(Code.SETTLED_PRINTED, Effect.SETTLE_PRINTED, order=parcel.order)
        return passed(Code.SETTLED_NOT_OUT, Effect.SETTLE_NOT_OUT, copy=parcel.copy + 1)
    if command is Command.REPRINT:
        return _no_reprint(parcel) or look(Code.REASON_NEEDED, Effect.ASK)
    return look(Code.UNKNOWN_COMMAND, command=command.value)


def _no_reprint(parcel: OpenParcel) -> Verdict | None:
    if parcel.cancel_requested:
        return fail(Code.ORDER_CANCELLED, Effect.CANCEL, order=parcel.order)
    if parcel.job is None:
        voided = parcel.state is ParcelState.LABELLING
        return look(Code.NEXT_NEEDS_LABEL) if voided else look(Code.LABEL_NOT_PRINTED, copy=0)
    if parcel.job is JobState.UNCERTAIN:
        return look(Code.SETTLE_FIRST)
    if parcel.job in (JobState.QUEUED, JobState.SENDING):
        return look(Code.STILL_PRINTING)
    return None


def _next(bench: Bench) -> Verdict:
    parcel = bench.parcel
    if parcel is None:
        return look(Code.NEXT_SCAN_TOTE if bench.tote_id is None else Code.NEXT_SCAN_BULK)
    if parcel.cancel_requested:
        return fail(Code.ORDER_CANCELLED, Effect.CANCEL, order=parcel.order)
    if parcel.address_changed:
        return fail(Code.ADDRESS_CHANGED, order=parcel.order)
    if parcel.state is ParcelState.OPEN:
        first = next(iter(needs(parcel, bench.rules)), None)
        if first is not Need.ITEMS:
            return look(Code.NEXT_CLOSE if first is None else Code(f"next_{first}"))
        line = next((line for line in parcel.lines if line.open), None)
        if line is None:
            return look(Code.BOX_EMPTY)
        facts: dict[str, Fact] = {"sku": line.sku, "name": line.called, "left": line.open}
        return Verdict(Outcome.ATTENTION, Code.NEXT_SCAN_ITEM, facts=facts, sku=line.sku)
    if parcel.job is None:
        return look(Code.NEXT_NEEDS_LABEL)  # its label was voided
    if parcel.job in (JobState.QUEUED, JobState.SENDING):
        return look(Code.NEXT_WAIT_LABEL)
    if parcel.job is JobState.UNCERTAIN:
        return look(Code.NEXT_SETTLE_LABEL)
    return look(Code.NEXT_SCAN_LABEL, copy=parcel.copy)
