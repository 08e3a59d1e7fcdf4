"""What a parcel needs besides its items: a note that was read, inserts, a second check, a carton, a weight."""

from __future__ import annotations

from dataclasses import replace

from app.domain import inserts, second_check
from app.domain.barcode import Command
from app.domain.bench import Bench, CartonFound, Found, Insert, Item, OpenParcel, Weight
from app.domain.errors import Fact
from app.domain.needs import Need, needs
from app.domain.policy import Act
from app.domain.states import ParcelState
from app.domain.verdict import Code, Effect, Outcome, Verdict, fail, look, passed
from app.domain.weights import weigh

# who may go on without it
SKIPPING = {
    Need.INSERTS: Act.SKIP_INSERT, Need.CHECK: Act.SKIP_CHECK, Need.CARTON: Act.SKIP_CARTON,
    Need.WEIGHT: Act.ACCEPT_WEIGHT,
}  # fmt: skip


def answer(bench: Bench, scan: str, found: Found) -> Verdict | None:
    """What a scan means for what a parcel needs besides its items; None when it is about something else."""
    parcel = bench.parcel
    if parcel is None or parcel.cancel_requested:
        return None
    insert = inserts.scanned(parcel, scan)
    if insert is not None:
        return look(Code.NOT_NEEDED) if insert.done or parcel.state is not ParcelState.OPEN else _done(insert)
    if parcel.state is not ParcelState.OPEN:
        return None
    needed = needs(parcel, bench.rules)
    if isinstance(found, Weight):
        return _weight(bench, parcel, needed, found)
    if isinstance(found, CartonFound):
        return passed(Code.CARTON_CHOSEN, Effect.CHOOSE_CARTON, carton=found.name)
    if isinstance(found, Item):
        return _check(bench, parcel, needed, found)
    if isinstance(found, Command):
        return _command(bench, parcel, needed, found)
    return None


def next_step(bench: Bench, parcel: OpenParcel, need: Need) -> Verdict:
    """What the packer does next about a need that is not an item."""
    if need is Need.INSERTS:
        return look(Code.NEXT_INSERTS, insert=inserts.left(parcel)[0].name)
    if need is Need.CHECK and second_check.may_check(bench, parcel):
        line = second_check.next_line(parcel)
        facts: dict[str, Fact] = {"sku": line.sku, "name": line.called, "left": line.packed - line.checked}
        return Verdict(Outcome.ATTENTION, Code.NEXT_CHECK_ITEM, facts=facts, sku=line.sku)
    return look(Code(f"next_{need}"))


def _done(insert: Insert) -> Verdict:
    return passed(Code.INSERT_DONE, Effect.TICK_INSERT, insert=insert.name, rule=insert.rule_id)


def _weight(bench: Bench, parcel: OpenParcel, needed: tuple[Need, ...], found: Weight) -> Verdict:
    if Need.WEIGHT not in needed:
        return look(Code.NOT_NEEDED)
    if needed[0] is Need.ITEMS:
        return look(Code.NOT_NEEDED)
    if needed[0] is not Need.WEIGHT:
        return next_step(bench, parcel, needed[0])
    return weigh(bench.rules, bench.expected_g, found.grams)


def _check(bench: Bench, parcel: OpenParcel, needed: tuple[Need, ...], item: Item) -> Verdict | None:
    """A piece once all are verified: the second check's, if it is another person's."""
    if not needed or needed[0] is not Need.CHECK or not second_check.may_check(bench, parcel):
        return None
    return second_check.check(parcel, item)


def _command(bench: Bench, parcel: OpenParcel, needed: tuple[Need, ...], command: Command) -> Verdict | None:
    if command is Command.OK and bench.question is None and Need.NOTE in needed:
        return passed(Code.NOTE_CONFIRMED, Effect.CONFIRM_NOTE)
    if command is Command.INSERT:
        left = inserts.left(parcel)
        ticked = next((insert for insert in left if insert.may_tick), None)
        if ticked is None:
            return look(Code.NEXT_INSERTS, insert=left[0].name) if left else look(Code.NOT_NEEDED)
        return _done(ticked)
    if command is Command.BOXED:
        return passed(Code.CARTON_CHOSEN, Effect.CHOOSE_CARTON)  # which one, the operation finds out
    first = next(iter(needed), Need.ITEMS)
    if first is Need.ITEMS:
        return None
    if command in (Command.NEXT, Command.OK):
        return next_step(bench, parcel, first)
    if command is Command.UNDO and first is Need.CHECK and any(line.checked for line in parcel.lines):
        # a piece that was scanned twice: the check begins anew, what is packed stays
        return passed(Code.CHECK_AGAIN, Effect.BEGIN_CHECK, pieces=parcel.packed)
    if command is Command.SKIP:
        return _skip(bench, parcel, first)
    return None


def _skip(bench: Bench, parcel: OpenParcel, first: Need) -> Verdict:
    act = SKIPPING.get(first)
    if act is None:
        return look(Code.NOTHING_TO_SKIP)
    classes = {line.handling_class for line in parcel.lines if line.packed}
    if not all(bench.may(act, each) for each in classes):
        return fail(Code.NOT_ALLOWED, act=act)
    return replace(passed(Code.SKIPPED, Effect.SKIP, act=act), reason=act.value)
