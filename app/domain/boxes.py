"""The boxes of an order: split, taken in turn, closed as they are, opened again."""

from __future__ import annotations

from app.domain.barcode import Command
from app.domain.bench import Bench, Found, Item, LabelFound, OpenParcel
from app.domain.policy import Act
from app.domain.states import ParcelState
from app.domain.verdict import Code, Effect, Verdict, fail, look, passed

_OF_BOXES = frozenset({Command.SPLIT, Command.NEXT_BOX, Command.SHIFT, Command.CLOSE})


def answer(bench: Bench, _scan: str, found: Found) -> Verdict | None:
    """What a scan means for the boxes of the order; None when it is about something else."""
    parcel = bench.parcel
    if bench.question == Code.REOPEN_WHICH and parcel is None and isinstance(found, LabelFound):
        return _reopen(bench, found)
    if found is Command.REOPEN:
        return look(Code.REOPEN_WHICH, Effect.ASK) if parcel is None else look(Code.NOT_YET)
    if parcel is None:
        return None
    if bench.question == Code.MOVE_WHICH and isinstance(found, Item):
        return _move(parcel, found)
    if found not in _OF_BOXES or not isinstance(found, Command):
        return None
    if parcel.cancel_requested:
        return fail(Code.ORDER_CANCELLED, Effect.CANCEL, order=parcel.order)
    if parcel.state is not ParcelState.OPEN:
        return fail(Code.LABEL_NOT_SCANNED, order=parcel.order)
    if found is Command.NEXT_BOX:
        return passed(Code.BOX_TAKEN, Effect.TAKE_BOX) if parcel.other_boxes else look(Code.NO_OTHER_BOX)
    if found is Command.SHIFT:
        return look(Code.MOVE_WHICH, Effect.ASK) if parcel.other_boxes else look(Code.NO_OTHER_BOX)
    if not parcel.packed:
        return look(Code.BOX_EMPTY)
    if found is Command.SPLIT:
        return passed(Code.BOX_OPENED, Effect.OPEN_BOX)
    return passed(Code.BOX_SEALED, Effect.SEAL, box=parcel.number)


def _move(parcel: OpenParcel, item: Item) -> Verdict:
    """A piece comes over from another box; which one, and whether it is there, the operation finds out."""
    line = next((line for line in parcel.lines if line.sku_id == item.sku_id and line.elsewhere), None)
    if line is None or item.quantity > line.elsewhere:
        return look(Code.NOTHING_TO_MOVE, sku=item.sku, name=item.called)
    verdict = passed(Code.ITEM_MOVED, Effect.MOVE_ITEM, sku=item.sku, name=item.called)
    return Verdict(
        verdict.outcome, verdict.code, verdict.effect, verdict.facts, line_id=line.line_id, sku=item.sku
    )


def _reopen(bench: Bench, label: LabelFound) -> Verdict:
    if not bench.may(Act.REOPEN):
        return look(Code.REOPEN_NOT_ALLOWED)
    if label.voided:
        return fail(Code.LABEL_VOIDED, order=label.order.order)
    if label.copy is not None and label.copy < label.newest:
        return fail(Code.SUPERSEDED_COPY, copy=label.copy, newest=label.newest)
    verdict = passed(Code.REOPENED, Effect.REOPEN, order=label.order.order)
    return Verdict(verdict.outcome, verdict.code, verdict.effect, verdict.facts, order_id=label.order.order_id)
