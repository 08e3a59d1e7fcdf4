"""The bench: one scan, judged by the rule, carried out and on disk, in one transaction."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from sqlalchemy import bindparam, insert, select, update

from app.change import Change, changed
from app.domain.barcode import Kind, make_code
from app.domain.bench import Bench, Found, Item, OpenParcel, Tote
from app.domain.errors import Fact, Refusal
from app.domain.packing import Code, Effect, Outcome, Verdict, choose_order, judge
from app.domain.people import Actor
from app.domain.states import JOB, ORDER, PARCEL, JobState, OrderState, ParcelState, advance
from app.operations import labels
from app.operations.orders import cancel_now
from app.operations.scans import Scan, order_found, orders_for_item, record_scan, what_is
from app.operations.stock import Move, apply_moves, staging_stock
from app.operations.waves import picked_lots
from app.queries.packing import see_bench
from db.journal import ScanEvent, take_number
from db.orders import Order, OrderLine, Sku
from db.parcels import Parcel, ParcelItem, Shipment
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
        verdict = _carry_out(tx, actor, name, bench, verdict, found, scan)
        if isinstance(found, Tote) and verdict.code in (Code.OPENED, Code.TOTE_OPENED):
            tote_id = found.tote_id if found.bulk else None
        after = see_bench(tx.connection, actor.station)[1].parcel
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
    return judge(bench, scan.code, found)


def _carry_out(
    tx: Tx, actor: Actor, station: str, bench: Bench, verdict: Verdict, found: Found, scan: Scan
) -> Verdict:
    """Do what the verdict says; returns it, or what became of it when doing it was refused."""
    parcel = bench.parcel
    if verdict.effect in (Effect.OPEN, Effect.OPEN_AND_COUNT):
        assert verdict.order_id is not None
        opened = _open(tx, actor, verdict.order_id, station)
        if verdict.effect is Effect.OPEN:
            return replace(
                verdict, facts={**verdict.facts, "pieces": opened.remaining, "lines": len(opened.lines)}
            )
        again = judge(replace(bench, parcel=opened, question=None), scan.code, found)
        if again.code is Code.COMPLETE:
            return _complete(tx, actor, station, opened, replace(again, effect=Effect.OPEN_AND_COUNT), found)
        if again.effect is Effect.COUNT:
            tx.connection.execute(
                _COUNT, {"parcel": opened.parcel_id, "line": again.line_id, "pieces": _pieces(found)}
            )
            return replace(again, effect=Effect.OPEN_AND_COUNT)
        return again
    if verdict.effect is Effect.CANCEL:
        order_id = parcel.order_id if parcel else verdict.order_id
        assert order_id is not None
        cancel_now(tx, actor, order_id)
        return verdict
    if parcel is None:
        return verdict
    if verdict.effect is Effect.COUNT:
        return _complete(tx, actor, station, parcel, verdict, found)
    if verdict.effect is Effect.CLOSE:
        _close(tx, parcel)
    elif verdict.effect is Effect.HOLD:
        tx.session.get_one(Parcel, parcel.parcel_id).station_id = None
    elif verdict.effect is Effect.UNDO:
        _undo(tx, parcel)
    elif verdict.effect in (Effect.SETTLE_PRINTED, Effect.SETTLE_NOT_OUT):
        job = labels.newest_job(tx, parcel.parcel_id)
        assert job is not None
        labels.settle(tx, actor, job.id, came_out=verdict.effect is Effect.SETTLE_PRINTED, queue=station)
    elif verdict.effect is Effect.REPRINT:
        assert verdict.reason is not None
        labels.reprint(tx, actor, parcel.parcel_id, verdict.reason, station)
    tx.session.flush()
    return verdict


def _open(tx: Tx, actor: Actor, order_id: int, station: str) -> OpenParcel:
    order = tx.session.get_one(Order, order_id)
    if order.state is not OrderState.PACKING:
        order.state = advance(ORDER, order.state, OrderState.PACKING)
        order.updated_at = tx.at
    parcel = tx.session.scalars(
        select(Parcel).where(
            Parcel.order_id == order_id, Parcel.state.in_((ParcelState.OPEN, ParcelState.LABELLING))
        )
    ).first()
    if parcel is None:
        shipment = Shipment(order_id=order_id, created_at=tx.at)
        tx.session.add(shipment)
        tx.session.flush()
        parcel = Parcel(
            code=make_code(Kind.PARCEL, take_number(tx, "parcel")), shipment_id=shipment.id, order_id=order_id,
            opened_at=tx.at,
        )
        tx.session.add(parcel)
        tx.session.flush()
        lines = tx.connection.execute(select(OrderLine.id).where(OrderLine.order_id == order_id)).scalars()
        tx.connection.execute(
            insert(ParcelItem), [{"parcel_id": parcel.id, "order_line_id": line, "quantity": 0} for line in lines]
        )
    elif parcel.state is ParcelState.LABELLING:
        labels.move_queued(tx, parcel.id, station)
    parcel.station_id = actor.station
    tx.session.flush()
    assert actor.station is not None
    opened = see_bench(tx.connection, actor.station)[1].parcel
    assert opened is not None
    return opened


def _complete(tx: Tx, actor: Actor, station: str, parcel: OpenParcel, verdict: Verdict, found: Found) -> Verdict:
    """Count the last piece, and put the label's print job into the same transaction.

    When the label cannot be made the piece is not counted either: the savepoint takes all of it back, and the bench
    says why.
    """
    try:
        with tx.session.begin_nested():
            tx.session.connection()  # a session sets the savepoint only when it is next asked for its connection
            tx.connection.execute(
                _COUNT, {"parcel": parcel.parcel_id, "line": verdict.line_id, "pieces": _pieces(found)}
            )
            row = tx.session.get_one(Parcel, parcel.parcel_id)
            weights = tx.connection.execute(
                select(Sku.weight_g, OrderLine.quantity)
                .join(OrderLine, OrderLine.sku_id == Sku.id)
                .where(OrderLine.order_id == parcel.order_id)
            )
            row.weight_g = sum((weight or 0) * quantity for weight, quantity in weights)
            row.state = advance(PARCEL, row.state, ParcelState.LABELLING)
            slot = tx.connection.execute(
                select(BatchOrder.slot).where(BatchOrder.order_id == parcel.order_id)
            ).scalar()
            labels.make_label(tx, actor, row, slot=slot, queue=station)
            tx.session.flush()
    except Refusal as refusal:
        facts: dict[str, Fact] = {**refusal.facts, "order": parcel.order, "why_code": refusal.code}
        return Verdict(Outcome.FAIL, Code.LABEL_REFUSED, facts=facts, sku=verdict.sku)
    return verdict


def _close(tx: Tx, parcel: OpenParcel) -> None:
    job = labels.newest_job(tx, parcel.parcel_id)
    assert job is not None
    job.state = advance(JOB, job.state, JobState.CONFIRMED)
    job.reason = None
    job.updated_at = tx.at
    row = tx.session.get_one(Parcel, parcel.parcel_id)
    row.state = advance(PARCEL, row.state, ParcelState.CLOSED)
    row.closed_at = tx.at
    row.station_id = None
    order = tx.session.get_one(Order, parcel.order_id)
    order.state = advance(ORDER, order.state, OrderState.SHIPPED)
    order.updated_at = tx.at
    tx.session.execute(update(BatchOrder).where(BatchOrder.order_id == order.id).values(emptied_at=tx.at))
    apply_moves(
        tx,
        [
            Move(staging_stock(tx, order.warehouse_id, sku, lot), MoveKind.SHIP, -quantity, 0, line)
            for line, _, sku, lot, quantity in picked_lots(tx, order.id)
        ],
    )


def _undo(tx: Tx, parcel: OpenParcel) -> None:
    _, line_id, counted = tx.connection.execute(_LAST, {"parcel": parcel.parcel_id}).one()
    tx.connection.execute(_COUNT, {"parcel": parcel.parcel_id, "line": line_id, "pieces": -counted})
    row = tx.session.get_one(Parcel, parcel.parcel_id)
    if row.state is ParcelState.LABELLING:
        row.state = advance(PARCEL, row.state, ParcelState.OPEN)
        job = labels.newest_job(tx, parcel.parcel_id)
        if job is not None:
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
