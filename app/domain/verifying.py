"""Whether an item belongs into the parcel on the table."""

from __future__ import annotations

from dataclasses import replace

from app.domain import capturing, inserts
from app.domain.barcode import Command
from app.domain.bench import Bench, Found, Item, LabelFound, Line, OpenParcel, Pending, Quantity, StandIn
from app.domain.capture import Capture
from app.domain.capturing import gate, settle, what_waits
from app.domain.errors import Fact
from app.domain.kitting import kits_left, place, place_kits
from app.domain.policy import Act
from app.domain.verdict import Code, Effect, Outcome, Verdict, fail, look, passed


def verify(bench: Bench, parcel: OpenParcel, item: Item) -> Verdict:
    """Whether an item belongs into the parcel: the right SKU, and not more pieces than are still open.

    Nothing belongs into the parcel of a cancelled order, nor of one whose address has changed unseen.
    """
    stopped = gate(parcel)
    if stopped is not None:
        return stopped
    typed = bench.pending.quantity if bench.pending.sku_id is None else None
    pieces = item.quantity * (typed or 1)
    wanted = [line for line in parcel.lines if line.sku_id == item.sku_id]
    if not wanted:
        return _another(bench, parcel, item, pieces, typed=typed is not None)
    placed = place(parcel, wanted, pieces, item.sku, item.called)
    if isinstance(placed, Verdict):
        return placed
    refused = _together(bench, wanted[0], item, typed=typed is not None)
    pending = Pending(pieces, item.sku_id, item.said)
    return refused or settle(bench, parcel, wanted[0], placed, pending, plain=typed is None)


def answer(bench: Bench, scan: str, found: Found) -> Verdict | None:
    """What a scan means for the item before or after it; None when it stands for itself."""
    return _quantity(bench, found) if isinstance(found, Quantity) else capturing.answer(bench, scan, found)


def _quantity(bench: Bench, found: Quantity) -> Verdict | None:
    """A typed quantity, for the next item; None where no item is expected."""
    parcel = bench.parcel
    if parcel is None or not parcel.remaining:
        return None
    stopped = gate(parcel)
    if stopped is not None:
        return stopped
    # of which class the item will be is not known yet: it is asked again when it comes
    if not any(bench.may(Act.TYPE_QUANTITY, line.handling_class) for line in parcel.lines if line.open):
        return fail(Code.NOT_ALLOWED, act=Act.TYPE_QUANTITY)
    return replace(passed(Code.QUANTITY_SET, pieces=found.pieces), pending=Pending(found.pieces))


def typed_by_hand(bench: Bench, found: Found, scan: str = "") -> Verdict | None:
    """The failure of a code that was typed and should have been scanned; None where typing it is allowed.

    Whoever types an item, what is captured of it, an insert or a label can type what is not there. Orders, totes and
    commands are free.
    """
    refused = bench.latch is not None and bench.latch not in bench.rules.release_by_scan
    if refused or bench.pending.out or isinstance(found, Command):
        return None
    parcel = bench.parcel
    classes = {""}
    if parcel is not None and (waits := what_waits(parcel, bench.pending)) is not None:
        classes = {waits.handling_class}
    elif isinstance(found, Item):
        classes = _classes(parcel, found) or classes
    elif not isinstance(found, LabelFound) and (parcel is None or inserts.scanned(parcel, scan) is None):
        return None
    acts = [Act.TYPE_CODE]
    if isinstance(found, Item) and found.said.quantity > 1:
        acts.append(Act.TYPE_QUANTITY)
    for act in acts:
        if not all(bench.may(act, each) for each in classes):
            return fail(Code.NOT_ALLOWED, act=act)
    return None


def _classes(parcel: OpenParcel | None, item: Item) -> set[str]:
    """The handling classes of what an item's code stands for in a parcel: lines, a kit's parts, a substitute."""
    if parcel is None:
        return set()
    lines = [
        line.handling_class for line in parcel.lines
        if item.sku_id in (line.sku_id, line.kit.sku_id if line.kit is not None else None)
    ]
    return {*lines, *(other.handling_class for other in parcel.substitutes if other.sku_id == item.sku_id)}


def _another(bench: Bench, parcel: OpenParcel, item: Item, pieces: int, *, typed: bool) -> Verdict:
    """An item of which there is no line: a whole kit, or a substitute."""
    kits = place_kits(parcel, item, pieces)
    if isinstance(kits, Verdict):
        return kits
    if kits is not None:
        return _whole_kits(bench, parcel, item, pieces, kits, typed=typed)
    refused: Verdict | None = None
    for stand_in in parcel.substitutes:
        if stand_in.sku_id != item.sku_id:
            continue
        lines = [line for line in parcel.lines if line.sku_id == stand_in.instead_id]
        placed = place(parcel, lines, pieces, item.sku, item.called)
        if not isinstance(placed, Verdict):
            return _substitute(bench, parcel, stand_in, item, placed, typed=typed)
        refused = refused or placed
    if refused is not None:
        return refused
    facts: dict[str, Fact] = {"sku": item.sku, "name": item.called, "order": parcel.order}
    return Verdict(Outcome.FAIL, Code.WRONG_ITEM, facts=facts, sku=item.sku)


def _whole_kits(
    bench: Bench, parcel: OpenParcel, item: Item, kits: int, counts: tuple[tuple[int, int], ...], *, typed: bool
) -> Verdict:
    classes = {line.handling_class for line in parcel.lines if line.line_id in dict(counts)}
    if typed and not all(bench.may(Act.TYPE_QUANTITY, each) for each in classes):
        return fail(Code.NOT_ALLOWED, act=Act.TYPE_QUANTITY)
    left = parcel.remaining - sum(pieces for _, pieces in counts)
    facts: dict[str, Fact] = {
        "sku": item.sku, "name": item.called, "left": kits_left(parcel, item.sku_id) - kits, "remaining": left,
        "counts": ",".join(f"{line}:{pieces}" for line, pieces in counts),
    }
    code = Code.ITEM if left else Code.COMPLETE
    return Verdict(Outcome.PASS, code, Effect.COUNT, facts, sku=item.sku, counts=counts)


def _substitute(
    bench: Bench, parcel: OpenParcel, stand_in: StandIn, item: Item, counts: tuple[tuple[int, int], ...], *,
    typed: bool,
) -> Verdict:
    refused = _together(bench, stand_in, item, typed=typed)
    if refused is not None:
        return refused
    if not bench.may(Act.SUBSTITUTE, stand_in.handling_class):
        return fail(Code.NOT_ALLOWED, act=Act.SUBSTITUTE)
    pending = Pending(sum(pieces for _, pieces in counts), item.sku_id, item.said)
    if stand_in.used:
        return settle(bench, parcel, stand_in, counts, pending)
    line = next(line for line in parcel.lines if line.line_id == counts[0][0])
    asked = look(Code.SUBSTITUTE, Effect.ASK, sku=item.sku, name=item.called, instead=line.called)
    return replace(asked, sku=item.sku, pending=pending)


def _together(bench: Bench, what: Line | StandIn, item: Item, *, typed: bool) -> Verdict | None:
    """Why pieces do not count at one scan: nobody may type how many, or each has a serial number of its own."""
    if typed and not bench.may(Act.TYPE_QUANTITY, what.handling_class):
        return fail(Code.NOT_ALLOWED, act=Act.TYPE_QUANTITY)
    if Capture.SERIAL in what.captures and (typed or item.quantity > 1):
        return replace(fail(Code.SERIAL_EACH, sku=item.sku, name=item.called), sku=item.sku)
    return None
