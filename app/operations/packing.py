"""The bench: one scan, judged by the rule, carried out and on disk, in one transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import aliased

from app.change import Change, changed
from app.domain.barcode import Command
from app.domain.bench import NOTHING_PENDING, Bench, Found, Item, LabelFound, OpenParcel, Person, Weight, write_pending
from app.domain.bench import Tote as ToteFound
from app.domain.bench_rules import Weigh
from app.domain.capturing import left_pending
from app.domain.errors import Fact, Refusal
from app.domain.packing import as_opened, choose_order, judge
from app.domain.people import Actor
from app.domain.series import closing
from app.domain.states import ORDER, OrderState, ParcelState, advance
from app.domain.verdict import MAY_LIE_THERE, Code, Effect, Outcome, Verdict, fail
from app.domain.verifying import typed_by_hand
from app.operations import badges, boxes, captured, exceptions, gates, label_copies, labels, requirements, series
from app.operations.deeds import COUNTING, Deed, finish, is_plain, is_untouched
from app.operations.label_feed import go_on_without
from app.operations.orders import cancel_now
from app.operations.parcels import make_parcel
from app.operations.scans import Scan, order_found, orders_for_item, record_scan, what_a_bench_scanned
from app.operations.verifying import UNDOING, count, last_line, note_event, pieces_of, undo
from app.queries.bench_rules import read_policies
from app.queries.packing import see_bench, see_parcel, today
from db.journal import ScanEvent
from db.orders import Order, OrderLine
from db.parcels import Parcel
from db.store import Tx
from db.waves import BatchOrder, Tote


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


_BEGUN = (
    select(Order.state, Parcel.id, Parcel.state)
    .outerjoin(
        Parcel, (Parcel.order_id == Order.id) & Parcel.state.in_((ParcelState.OPEN, ParcelState.LABELLING))
    )
    .where(Order.id == bindparam("order"))
    .order_by(Parcel.station_id.is_(None), Parcel.number)
    .limit(1)
)
_ADVANCE = (
    update(Order)
    .where(Order.id == bindparam("order"))
    .values(state=bindparam("to"), updated_at=bindparam("now"))
    .returning(Order.warehouse_id)
)
_LEAVE = update(Parcel).where(Parcel.order_id == bindparam("order"), Parcel.station_id.is_not(None)).values(
    station_id=None
)
_MOVE = update(Parcel).where(Parcel.id == bindparam("parcel")).values(station_id=bindparam("to"))
_Here, _Beside = aliased(BatchOrder), aliased(BatchOrder)
_BESIDE = (
    select(Order.source_id, _Beside.slot, Tote.code)
    .join(_Beside, _Beside.order_id == Order.id)
    .join(_Here, (_Here.batch_id == _Beside.batch_id) & (_Here.order_id == bindparam("order")))
    .join(OrderLine, OrderLine.order_id == Order.id)
    .outerjoin(Tote, Tote.id == _Beside.tote_id)
    .where(
        _Beside.order_id != bindparam("order"), _Beside.emptied_at.is_(None), OrderLine.sku_id == bindparam("sku"),
        Order.state.in_((OrderState.PICKED, OrderState.PACKING)),
    )
    .order_by(_Beside.slot)
    .limit(1)
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
    actor = replace(actor, operator=bench.operator_id)  # not who was there when the program started
    assert actor.station is not None
    parcel = bench.parcel
    found = what_a_bench_scanned(tx, scan, item_first=parcel is not None, station_id=actor.station)
    bench = _informed(tx, actor, bench, scan, found)
    verdict = _judge(tx, actor, bench, scan, found)
    deed = Deed(tx, actor, name, bench, verdict, found, scan)
    if parcel is not None and is_plain(verdict) and is_untouched(parcel):
        # the plain good scan: nothing else can have changed, so nothing is read again
        count(deed, parcel)
        after: OpenParcel | None = parcel
        remaining = parcel.remaining - pieces_of(verdict, found)
    else:
        verdict, after = _carry_out(deed)
        remaining = after.remaining if after else 0
    tote_id = bench.tote_id
    if isinstance(found, ToteFound) and verdict.code in (Code.OPENED, Code.OPENED_VERIFIED, Code.TOTE_OPENED):
        tote_id = found.tote_id if found.bulk else None
    about = parcel if verdict.effect is Effect.CLOSE else after or parcel
    if about is not None and verdict.effect is Effect.CANCEL and verdict.order_id not in (None, about.order_id):
        about = None  # an order of a series, while the first lies on the table
    if verdict.effect is Effect.CLOSE_SERIES and isinstance(found, LabelFound):
        about = see_parcel(tx.connection, found.parcel_id)
    by = actor
    if verdict.effect in (Effect.BADGE_IN, Effect.BEGIN_CHECK) and isinstance(found, Person):
        by = replace(actor, operator=found.operator_id)
    refused = verdict.outcome is Outcome.FAIL
    asks = verdict.effect is Effect.ASK
    pending = left_pending(bench, found, verdict)
    seq = record_scan(
        tx, by, scan, verdict.outcome, verdict.code, verdict.facts,
        order_id=about.order_id if about else verdict.order_id,
        parcel_id=about.parcel_id if about else None,
        line_id=verdict.line_id,
        counted=_counted(verdict, found),
        remember={
            "new_latch": _latch(bench, found, verdict) if refused else None,
            "new_question": verdict.code if asks else None,
            "new_question_scan": scan.code if asks else None,
            "new_tote": tote_id,
            "new_pending": write_pending(pending),
        },
    )
    if verdict.effect is Effect.MOVE_ITEM:
        boxes.note_move(deed, seq)
    if verdict.effect in UNDOING or verdict.said is not None:
        note_event(replace(deed, verdict=verdict), about, seq)
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
    if verdict.effect in _BADGING:
        topics += ["stations"]
    if (verdict.effect not in (Effect.NONE, Effect.ASK) and not is_plain(verdict)) or came_or_went:
        topics += ["orders", "labels"]
    return judged, changed(*topics, ids=ids, undo="undo" if verdict.effect is Effect.COUNT else None)


def _informed(tx: Tx, actor: Actor, bench: Bench, scan: Scan, found: Found) -> Bench:
    """The bench with what only some scans are judged by: the line to be undone, what may be done, the day."""
    parcel = bench.parcel
    if parcel is not None and isinstance(found, Command):
        parcel = replace(parcel, last_line_id=last_line(tx, parcel.parcel_id))
        bench = replace(bench, parcel=parcel)
    item = isinstance(found, Item) and not scan.typed and not (parcel is not None and parcel.substitutes)
    if not item or bench.latch or bench.question or bench.pending is not NOTHING_PENDING:
        bench = replace(bench, policies=read_policies(tx.connection))
    dated = scan.said.expires_on is not None or (parcel is not None and any(line.captures for line in parcel.lines))
    if parcel is not None and (dated or parcel.substitutes):
        assert actor.station is not None
        bench = replace(bench, today=today(tx.session, actor.station, tx.at))
    if parcel is not None and isinstance(found, Weight) and bench.rules.weigh is Weigh.CHECKED:
        bench = replace(bench, expected_g=requirements.known_weight(tx, bench, parcel))
    return bench


def _latch(bench: Bench, found: Found, verdict: Verdict) -> str:
    """What has stopped the bench: the first failure, until it is acknowledged, though what that leads to is refused."""
    return verdict.code if bench.latch is None or found is Command.OK else bench.latch


def _counted(verdict: Verdict, found: Found) -> int:
    if verdict.effect is Effect.MOVE_ITEM:
        return int(verdict.facts["pieces"] or 0)
    return pieces_of(verdict, found) if verdict.effect in COUNTING else 0


def _text(fact: Fact) -> str | None:
    return fact if isinstance(fact, str) else None


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
    typed = typed_by_hand(bench, found, scan.code) if scan.typed else None
    if typed is not None:
        return typed
    if isinstance(found, LabelFound) and found.series_of is not None and bench.latch is None:
        of_series = _of_series(tx, actor, bench, scan, found)
        if of_series is not None:
            return of_series
    verdict = judge(bench, scan.code, found)
    if verdict.said is not None or verdict.pending is not None:
        verdict = captured.compared(tx, verdict)
    if verdict.code is Code.WRONG_ITEM and isinstance(found, Item) and bench.parcel is not None:
        return _belonging(tx, bench.parcel, found, verdict)
    if verdict.code is Code.ALREADY_CLOSED and isinstance(found, LabelFound):
        return _waits_for_scan(tx, found) or verdict
    return verdict


def _of_series(tx: Tx, actor: Actor, bench: Bench, scan: Scan, label: LabelFound) -> Verdict | None:
    """The verdict on the label of a parcel that was verified with another one; None where it is opened as any other."""
    assert actor.station is not None
    parcel = series.scanned_back(tx, bench, actor.station, label)
    if parcel is None:
        return None
    return closing(judge(replace(bench, parcel=parcel, question=None), scan.code, label), label)


def _belonging(tx: Tx, parcel: OpenParcel, item: Item, verdict: Verdict) -> Verdict:
    """The verdict on a wrong item, with the order of the same cart that lacks it: its number, tote and slot."""
    found = tx.connection.execute(_BESIDE, {"order": parcel.order_id, "sku": item.sku_id}).first()
    if found is None:
        return verdict
    facts: dict[str, Fact] = dict(zip(("belongs_order", "belongs_slot", "belongs_tote"), found, strict=True))
    return replace(verdict, facts={**verdict.facts, **facts})


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


def _carry_out(deed: Deed) -> tuple[Verdict, OpenParcel | None]:
    """Do what the verdict says; returns it, or what became of it when doing it was refused, and what lies there now.

    An effect is undone as a whole when it, or the label that it leads to, is refused: the bench says why.
    """
    tx, verdict, parcel = deed.tx, deed.verdict, deed.bench.parcel
    if verdict.effect in (Effect.OPEN, Effect.OPEN_AND_COUNT):
        assert verdict.order_id is not None
        opened = _open(tx, deed.actor, verdict.order_id, deed.station)
        if verdict.effect is Effect.OPEN:
            return as_opened(verdict, opened), opened
        bench = replace(deed.bench, parcel=opened, question=None)
        bench = _informed(tx, deed.actor, bench, deed.scan, deed.found)
        again = _judge(tx, deed.actor, bench, deed.scan, deed.found)
        if again.effect is not Effect.COUNT:
            return again, opened
        counted = replace(again, effect=Effect.OPEN_AND_COUNT)
        deed = replace(deed, bench=bench, verdict=counted)
        parcel, verdict = opened, counted
    if verdict.effect in (Effect.NONE, Effect.ASK, Effect.OPEN_TOTE):
        return verdict, parcel
    try:
        with tx.session.begin_nested():
            tx.session.connection()  # only then is the savepoint set for what bypasses the session
            verdict = _ACTS[verdict.effect](deed) or verdict
            tx.session.flush()
            return finish(deed, verdict)
    except Refusal as refusal:
        if refusal.code == "label_old_address" and parcel is not None:
            return fail(Code.ADDRESS_CHANGED, order=parcel.order), parcel
        facts: dict[str, Fact] = {**refusal.facts, "why_code": refusal.code}
        if parcel is not None:
            facts["order"] = parcel.order
        return Verdict(Outcome.FAIL, Code.LABEL_REFUSED, facts=facts, sku=verdict.sku), parcel


def _cancel(deed: Deed) -> None:
    parcel = deed.bench.parcel
    order_id = parcel.order_id if parcel and deed.verdict.order_id is None else deed.verdict.order_id
    assert order_id is not None
    cancel_now(deed.tx, deed.actor, order_id)


def _confirm(deed: Deed) -> None:
    copy, found = deed.verdict.facts["copy"], deed.found
    assert isinstance(found, LabelFound)
    assert isinstance(copy, int)
    label_copies.confirm_copy(deed.tx, deed.actor, deed.tx.session.get_one(Parcel, found.parcel_id).code, copy)


def _count(deed: Deed) -> None:
    parcel = deed.bench.parcel
    assert parcel is not None
    count(deed, parcel)


def _hold(deed: Deed) -> None:
    assert deed.bench.parcel is not None
    deed.tx.connection.execute(_MOVE, {"parcel": deed.bench.parcel.parcel_id, "to": None})


def _settle(deed: Deed) -> None:
    assert deed.bench.parcel is not None
    job = labels.newest_job(deed.tx, deed.bench.parcel.parcel_id)
    assert job is not None
    came_out = deed.verdict.effect is Effect.SETTLE_PRINTED
    label_copies.settle(deed.tx, deed.actor, job.id, came_out=came_out, queue=deed.station)


def _reprint(deed: Deed) -> None:
    assert deed.bench.parcel is not None
    assert deed.verdict.reason is not None
    label_copies.reprint(deed.tx, deed.actor, deed.bench.parcel.parcel_id, deed.verdict.reason, deed.station)


def _open(tx: Tx, actor: Actor, order_id: int, station: str) -> OpenParcel:
    order_state, parcel_id, parcel_state = tx.connection.execute(_BEGUN, {"order": order_id}).one()
    if order_state is not OrderState.PACKING:
        packing = advance(ORDER, order_state, OrderState.PACKING)
        tx.connection.execute(_ADVANCE, {"order": order_id, "to": packing, "now": tx.at})
        if order_state is OrderState.PROBLEM:
            exceptions.unshelve(tx, order_id)
    if parcel_id is None:
        make_parcel(tx, order_id, actor.station)
    else:
        if parcel_state is ParcelState.LABELLING:
            labels.move_queued(tx, parcel_id, station)
            go_on_without(tx)
        tx.connection.execute(_LEAVE, {"order": order_id})
        tx.connection.execute(_MOVE, {"parcel": parcel_id, "to": actor.station})
    assert actor.station is not None
    opened = see_bench(tx.connection, actor.station)[1].parcel
    assert opened is not None
    return opened


_ACTS: Mapping[Effect, Callable[[Deed], Verdict | None]] = {
    Effect.COUNT: _count,
    Effect.OPEN_AND_COUNT: _count,
    Effect.CLOSE: boxes.close,
    Effect.OPEN_BOX: boxes.open_box,
    Effect.TAKE_BOX: boxes.take_box,
    Effect.SEAL: boxes.seal,
    Effect.MOVE_ITEM: boxes.move_item,
    Effect.REOPEN: boxes.reopen,
    Effect.SHELVE: exceptions.shelve,
    Effect.SPLIT_OFF: exceptions.split_off,
    Effect.TAKE_ADDRESS: gates.take_address,
    Effect.CONFIRM: _confirm,
    Effect.CANCEL: _cancel,
    Effect.HOLD: _hold,
    Effect.UNDO: undo,
    Effect.UNDO_LINE: undo,
    Effect.UNDO_BOX: undo,
    Effect.BEGIN_SERIES: series.begin,
    Effect.CLOSE_SERIES: series.close,
    Effect.SETTLE_PRINTED: _settle,
    Effect.SETTLE_NOT_OUT: _settle,
    Effect.REPRINT: _reprint,
    Effect.CONFIRM_NOTE: requirements.confirm_note,
    Effect.TICK_INSERT: requirements.tick_insert,
    Effect.CHOOSE_CARTON: requirements.choose_carton,
    Effect.WEIGH: requirements.weigh,
    Effect.BEGIN_CHECK: requirements.begin_check,
    Effect.CHECK: requirements.check,
    Effect.SKIP: requirements.skip,
    Effect.OVERRIDE: requirements.override,
    Effect.BADGE_IN: badges.badge_in,
    Effect.BADGE_OUT: badges.badge_out,
}
_BADGING = frozenset({Effect.BADGE_IN, Effect.BADGE_OUT, Effect.BEGIN_CHECK, Effect.CHECK})


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
