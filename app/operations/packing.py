"""The bench: one scan, judged by the rule, carried out and on disk, in one transaction."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from sqlalchemy import bindparam, func, select, update

from app.change import Change, changed
from app.domain.bench import Bench, Found, Item, LabelFound, OpenParcel, Tote
from app.domain.errors import Fact, Refusal
from app.domain.packing import MAY_LIE_THERE, Code, Effect, Outcome, Verdict, as_opened, choose_order, judge
from app.domain.people import Actor
from app.domain.states import JOB, ORDER, PARCEL, JobState, OrderState, ParcelState, advance
from app.operations import label_copies, labels
from app.operations.label_feed import go_on_without
from app.operations.orders import cancel_now
from app.operations.parcels import make_parcel
from app.operations.scans import Scan, order_found, orders_for_item, record_scan, what_is
from app.operations.stock import Move, apply_moves, staging_stock
from app.operations.waves import picked_lots
from app.queries.packing import see_bench
from db.journal import ScanEvent
from db.orders import Order, OrderLine, Sku
from db.parcels import Parcel, ParcelItem
from db.stock import MoveKind
from db.store import Tx
from db.waves import BatchOrder


@dataclass(frozen=True, slots=True)
class Judged:
    """A scan as it was judged, and how the bench stands after it.

    `remaining` are the pieces still to be verified in the open parcel, None when none is open; `order`, `parcel` and
    `label` (the tracking number) are those of the parcel the scan was about.
    """

    seq: int
    scan: str
    outcome: Outcome
    code: str
    facts: dict[str, Fact]
    order: str | None = None
    sku: str | None = None
    remaining: int | None = None
    parcel: str | None = None
    label: str | None = None


_LAST = (
    select(ScanEvent.id, ScanEvent.order_line_id, ScanEvent.counted)
    .where(ScanEvent.parcel_id == bindparam("parcel"), ScanEvent.counted > 0, ScanEvent.undone_by.is_(None))
    .order_by(ScanEvent.id.desc())
    .limit(1)
)
_COUNT = (
    update(ParcelItem)
    .where(ParcelItem.parcel_id == bindparam("parcel"), ParcelItem.order_line_id == bindparam("line"))
    .values(quantity=ParcelItem.quantity + bindparam("pieces"))
)
_BEGUN = (
    select(Order.state, Parcel.id, Parcel.state)
    .outerjoin(
        Parcel, (Parcel.order_id == Order.id) & Parcel.state.in_((ParcelState.OPEN, ParcelState.LABELLING))
    )
    .where(Order.id == bindparam("order"))
    .limit(1)
)
_ADVANCE = (
    update(Order)
    .where(Order.id == bindparam("order"))
    .values(state=bindparam("to"), updated_at=bindparam("now"))
    .returning(Order.warehouse_id)
)
_MOVE = update(Parcel).where(Parcel.id == bindparam("parcel")).values(station_id=bindparam("to"))
_WEIGH = (
    update(Parcel)
    .where(Parcel.id == bindparam("parcel"))
    .values(
        state=bindparam("to"),
        weight_g=select(func.sum(func.coalesce(Sku.weight_g, 0) * OrderLine.quantity))
        .select_from(OrderLine)
        .join(Sku, Sku.id == OrderLine.sku_id)
        .where(OrderLine.order_id == bindparam("order"))
        .scalar_subquery(),
    )
    .returning(Parcel.weight_g)
)
_CLOSE = (
    update(Parcel)
    .where(Parcel.id == bindparam("parcel"))
    .values(state=bindparam("to"), closed_at=bindparam("now"), station_id=None)
)
_EMPTY = update(BatchOrder).where(BatchOrder.order_id == bindparam("order")).values(emptied_at=bindparam("now"))


def scan_item(tx: Tx, actor: Actor, scan: Scan) -> tuple[Judged, Change]:
    """Judge whatever was scanned at a bench, carry it out and write it down; the actor names the station.

    A scan that was delivered before is not judged again: its first verdict comes back. Raises Refusal
    `station_unknown`.
    """
    if actor.station is None:
        raise Refusal("station_unknown")
    name, bench, seen = see_bench(tx.connection, actor.station, (scan.device, scan.boot, scan.seq))
    if seen is not None:
        return _again(tx, tx.session.get_one(ScanEvent, seen)), Change()
    parcel = bench.parcel
    found = what_is(tx, scan.code, item_first=parcel is not None, station_id=actor.station)
    if parcel is not None and scan.code == "XXUNDO":
        last = tx.connection.execute(_LAST, {"parcel": parcel.parcel_id}).first()
        parcel = replace(parcel, last_line_id=None if last is None else last[1])
        bench = replace(bench, parcel=parcel)
    verdict = _judge(tx, actor, bench, scan, found)
    tote_id = bench.tote_id
    if verdict.effect is Effect.COUNT and verdict.code is Code.ITEM and parcel is not None:
        # the plain good scan: nothing else can have changed, so nothing is read again
        tx.connection.execute(_COUNT, {"parcel": parcel.parcel_id, "line": verdict.line_id, "pieces": _pieces(found)})
        after: OpenParcel | None = parcel
        remaining = parcel.remaining - _pieces(found)
    else:
        verdict, after = _carry_out(tx, actor, name, bench, verdict, found, scan)
        if isinstance(found, Tote) and verdict.code in (Code.OPENED, Code.OPENED_VERIFIED, Code.TOTE_OPENED):
            tote_id = found.tote_id if found.bulk else None
        remaining = after.remaining if after else 0
    about = after or parcel
    counted = _pieces(found) if verdict.effect in (Effect.COUNT, Effect.OPEN_AND_COUNT) else 0
    refused = verdict.outcome is Outcome.FAIL
    seq = record_scan(
        tx, actor, scan, verdict.outcome, verdict.code, verdict.facts,
        order_id=about.order_id if about else verdict.order_id,
        parcel_id=about.parcel_id if about else None,
        line_id=verdict.line_id,
        counted=counted,
        remember={
            "new_latch": (bench.latch or verdict.code) if refused else None,
            "new_question": verdict.code if verdict.effect is Effect.ASK else None,
            "new_question_scan": scan.code if verdict.effect is Effect.ASK else None,
            "new_tote": tote_id,
        },
    )
    if verdict.effect is Effect.UNDO:
        _mark_undone(tx, actor, about, seq)
    judged = Judged(
        seq, scan.raw, verdict.outcome, verdict.code, verdict.facts,
        order=about.order if about else _text(verdict.facts.get("order")),
        sku=verdict.sku,
        remaining=remaining if after else None,
        parcel=about.code if about else None,
        label=about.tracking if about else None,
    )
    ids = [("station", actor.station)]
    if about is not None:
        ids += [("parcel", about.parcel_id), ("order", about.order_id)]
    topics = ["scans"]
    # a piece that opened its order and was then refused leaves the order on the table
    came_or_went = (after is None) is not (parcel is None)
    if verdict.effect is not Effect.NONE or came_or_went:
        topics += ["parcels"]
    if verdict.effect not in (Effect.NONE, Effect.COUNT, Effect.ASK) or verdict.code is Code.COMPLETE or came_or_went:
        topics += ["orders", "labels"]
    return judged, changed(*topics, ids=ids, undo="undo" if verdict.effect is Effect.COUNT else None)


def _text(fact: Fact) -> str | None:
    return fact if isinstance(fact, str) else None


def _pieces(found: Found) -> int:
    return found.quantity if isinstance(found, Item) else 0


def _judge(tx: Tx, actor: Actor, bench: Bench, scan: Scan, found: Found) -> Verdict:
    if isinstance(found, Item) and bench.parcel is None and bench.latch is None:
        orders = orders_for_item(tx, found, bench.tote_id, actor.station)
        chosen = choose_order(orders)
        if chosen is None:
            chosen = next((order for order in orders if order.cancelled), None)
        if chosen is not None:
            opened = judge(bench, scan.code, chosen)
            if opened.effect is Effect.OPEN:
                return replace(opened, effect=Effect.OPEN_AND_COUNT, sku=found.sku)
            return replace(opened, sku=found.sku)
    verdict = judge(bench, scan.code, found)
    if verdict.code is Code.ALREADY_CLOSED and isinstance(found, LabelFound):
        return _waits_for_scan(tx, found) or verdict
    return verdict


def _waits_for_scan(tx: Tx, label: LabelFound) -> Verdict | None:
    """The code of a copy that was printed after its box was closed: now it is on the box.

    The square code, or the carrier's where the copy bears that alone.
    """
    job = labels.newest_job(tx, label.parcel_id)
    if job is None or job.state not in MAY_LIE_THERE:
        return None
    if label.copy != job.copy and (label.copy is not None or job.marked):
        return None
    facts: dict[str, Fact] = {"order": label.order.order, "copy": job.copy}
    return Verdict(Outcome.PASS, Code.COPY_CONFIRMED, Effect.CONFIRM, facts, order_id=label.order.order_id)


def _carry_out(
    tx: Tx, actor: Actor, station: str, bench: Bench, verdict: Verdict, found: Found, scan: Scan
) -> tuple[Verdict, OpenParcel | None]:
    """Do what the verdict says; returns it, or what became of it when doing it was refused, and what lies there now."""
    parcel = bench.parcel
    if verdict.effect in (Effect.OPEN, Effect.OPEN_AND_COUNT):
        assert verdict.order_id is not None
        opened = _open(tx, actor, verdict.order_id, station)
        if verdict.effect is Effect.OPEN:
            return as_opened(verdict, opened), opened
        again = judge(replace(bench, parcel=opened, question=None), scan.code, found)
        if again.effect is not Effect.COUNT:
            return again, opened
        parcel, verdict = opened, replace(again, effect=Effect.OPEN_AND_COUNT)
    if parcel is not None and verdict.code is Code.COMPLETE:
        return _complete(tx, actor, station, parcel, verdict, found)
    if parcel is not None and verdict.effect in (Effect.REPRINT, Effect.SETTLE_NOT_OUT):
        try:
            with tx.session.begin_nested():
                tx.session.connection()  # only then is the savepoint set for what bypasses the session
                _act(tx, actor, station, parcel, verdict, found)
        except Refusal as refusal:
            return _label_refused(parcel, verdict, refusal), parcel
        assert actor.station is not None
        return verdict, see_bench(tx.connection, actor.station)[1].parcel
    _act(tx, actor, station, parcel, verdict, found)
    tx.session.flush()
    assert actor.station is not None
    return verdict, see_bench(tx.connection, actor.station)[1].parcel


def _act(tx: Tx, actor: Actor, station: str, parcel: OpenParcel | None, verdict: Verdict, found: Found) -> None:
    if verdict.effect is Effect.CANCEL:
        order_id = parcel.order_id if parcel else verdict.order_id
        assert order_id is not None
        cancel_now(tx, actor, order_id)
    elif verdict.effect is Effect.CONFIRM:
        copy = verdict.facts["copy"]
        assert isinstance(found, LabelFound)
        assert isinstance(copy, int)
        label_copies.confirm_copy(tx, actor, tx.session.get_one(Parcel, found.parcel_id).code, copy)
    elif parcel is None:
        return
    elif verdict.effect in (Effect.COUNT, Effect.OPEN_AND_COUNT):
        tx.connection.execute(_COUNT, {"parcel": parcel.parcel_id, "line": verdict.line_id, "pieces": _pieces(found)})
    elif verdict.effect is Effect.CLOSE:
        _close(tx, parcel)
    elif verdict.effect is Effect.HOLD:
        tx.connection.execute(_MOVE, {"parcel": parcel.parcel_id, "to": None})
    elif verdict.effect is Effect.UNDO:
        _undo(tx, parcel)
    elif verdict.effect in (Effect.SETTLE_PRINTED, Effect.SETTLE_NOT_OUT):
        job = labels.newest_job(tx, parcel.parcel_id)
        assert job is not None
        label_copies.settle(tx, actor, job.id, came_out=verdict.effect is Effect.SETTLE_PRINTED, queue=station)
    elif verdict.effect is Effect.REPRINT:
        assert verdict.reason is not None
        label_copies.reprint(tx, actor, parcel.parcel_id, verdict.reason, station)


def _open(tx: Tx, actor: Actor, order_id: int, station: str) -> OpenParcel:
    order_state, parcel_id, parcel_state = tx.connection.execute(_BEGUN, {"order": order_id}).one()
    if order_state is not OrderState.PACKING:
        packing = advance(ORDER, order_state, OrderState.PACKING)
        tx.connection.execute(_ADVANCE, {"order": order_id, "to": packing, "now": tx.at})
    if parcel_id is None:
        make_parcel(tx, order_id, actor.station)
    else:
        if parcel_state is ParcelState.LABELLING:
            labels.move_queued(tx, parcel_id, station)
            go_on_without(tx)
        tx.connection.execute(_MOVE, {"parcel": parcel_id, "to": actor.station})
    assert actor.station is not None
    opened = see_bench(tx.connection, actor.station)[1].parcel
    assert opened is not None
    return opened


def _complete(
    tx: Tx, actor: Actor, station: str, parcel: OpenParcel, verdict: Verdict, found: Found
) -> tuple[Verdict, OpenParcel]:
    """Count the last piece, and put the label's print job into the same transaction.

    When the label cannot be made the piece is not counted either: the savepoint takes all of it back, and the bench
    says why.
    """
    try:
        labelling = advance(PARCEL, parcel.state, ParcelState.LABELLING)
        with tx.connection.begin_nested():
            tx.connection.execute(
                _COUNT, {"parcel": parcel.parcel_id, "line": verdict.line_id, "pieces": _pieces(found)}
            )
            weight_g = tx.connection.execute(
                _WEIGH, {"parcel": parcel.parcel_id, "order": parcel.order_id, "to": labelling}
            ).scalar_one()
            tracking = labels.make_label(tx, actor, parcel.parcel_id, weight_g=weight_g or 0, queue=station)
    except Refusal as refusal:
        return _label_refused(parcel, verdict, refusal), parcel
    go_on_without(tx)
    lines = tuple(replace(line, packed=line.ordered) for line in parcel.lines)
    return verdict, replace(parcel, state=labelling, lines=lines, tracking=tracking)


def _label_refused(parcel: OpenParcel, verdict: Verdict, refusal: Refusal) -> Verdict:
    facts: dict[str, Fact] = {**refusal.facts, "order": parcel.order, "why_code": refusal.code}
    return Verdict(Outcome.FAIL, Code.LABEL_REFUSED, facts=facts, sku=verdict.sku)


def _close(tx: Tx, parcel: OpenParcel) -> None:
    label_copies.confirm_newest(tx, parcel.parcel_id)
    closed = advance(PARCEL, parcel.state, ParcelState.CLOSED)
    tx.connection.execute(_CLOSE, {"parcel": parcel.parcel_id, "to": closed, "now": tx.at})
    order_state = tx.connection.execute(_BEGUN, {"order": parcel.order_id}).scalars().one()
    shipped = advance(ORDER, order_state, OrderState.SHIPPED)
    warehouse: int = tx.connection.execute(
        _ADVANCE, {"order": parcel.order_id, "to": shipped, "now": tx.at}
    ).scalar_one()
    tx.connection.execute(_EMPTY, {"order": parcel.order_id, "now": tx.at})
    apply_moves(
        tx,
        [
            Move(staging_stock(tx, warehouse, sku, lot), MoveKind.SHIP, -quantity, 0, line)
            for line, _, sku, lot, quantity in picked_lots(tx, parcel.order_id)
        ],
    )


def _undo(tx: Tx, parcel: OpenParcel) -> None:
    _, line_id, counted = tx.connection.execute(_LAST, {"parcel": parcel.parcel_id}).one()
    tx.connection.execute(_COUNT, {"parcel": parcel.parcel_id, "line": line_id, "pieces": -counted})
    row = tx.session.get_one(Parcel, parcel.parcel_id)
    if row.state is ParcelState.LABELLING:
        row.state = advance(PARCEL, row.state, ParcelState.OPEN)
        job = labels.newest_job(tx, parcel.parcel_id)
        # what was printed ahead is waited for again, and what was printed of a voided label stays printed
        if job is not None and job.state is JobState.QUEUED and not parcel.ahead:
            job.state = advance(JOB, job.state, JobState.CANCELLED)
            job.reason = "undone"
            job.updated_at = tx.at


def _mark_undone(tx: Tx, actor: Actor, parcel: OpenParcel | None, seq: int) -> None:
    assert parcel is not None
    event = tx.connection.execute(
        select(ScanEvent.id).where(ScanEvent.station_id == actor.station, ScanEvent.seq == seq)
    ).scalar_one()
    last = tx.connection.execute(_LAST, {"parcel": parcel.parcel_id}).one()[0]
    tx.connection.execute(update(ScanEvent).where(ScanEvent.id == last).values(undone_by=event))


def _again(tx: Tx, event: ScanEvent) -> Judged:
    parcel = tx.session.get(Parcel, event.parcel_id) if event.parcel_id else None
    order = order_found(tx, event.order_id, event.station_id) if event.order_id else None
    facts: dict[str, Fact] = json.loads(event.facts)
    return Judged(
        event.seq, event.raw, event.outcome, event.code, facts,
        order=order.order if order else _text(facts.get("order")),
        sku=_text(facts.get("sku")),
        parcel=parcel.code if parcel else None,
    )
