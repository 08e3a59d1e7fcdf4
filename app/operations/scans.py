"""Scans on their way into the database: what a code stands for, and the event that remembers it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, insert, or_, select, update
from sqlalchemy.orm import aliased

from app.domain.barcode import Command, Kind, gtin_expected, kind_of, number_of, read_label_code, same_gtin, slot_of
from app.domain.bench import (
    DEFAULT_RULES,
    NOTHING_SAID,
    CartonFound,
    Found,
    Item,
    LabelFound,
    OrderFound,
    OtherKind,
    Person,
    Quantity,
    SeveralOrders,
    Tote,
    Unknown,
    Weight,
)
from app.domain.capture import Said
from app.domain.errors import Fact
from app.domain.people import Actor
from app.domain.states import JobState, LabelState, Lane, OrderState, ParcelState
from app.domain.verdict import Outcome
from app.queries.labels import tracking_within
from db.base import new_uuid
from db.bench import Carton, PackingRules
from db.journal import ScanEvent
from db.orders import Order, OrderLine, Sku, SkuBarcode
from db.parcels import Label, Parcel, ParcelItem, PrintJob
from db.places import Location, Operator, Station
from db.store import Tx
from db.waves import Batch, BatchOrder
from db.waves import Tote as ToteRow


@dataclass(frozen=True, slots=True)
class Scan:
    """A code as a device delivered it: `raw` as it came, `code` cleaned for looking up.

    (device, boot, seq) is never used twice: `boot` is drawn when the device is opened, `seq` counts from 1. `said` is
    what a GS1 code says besides the item; `grams` where it is a weight from the scale; `typed` when a person typed it.
    """

    raw: str
    code: str
    device: str
    boot: UUID
    seq: int
    said: Said = NOTHING_SAID
    grams: int | None = None
    typed: bool = False


PackedIn = aliased(Parcel)
_BARCODE = (
    select(Sku.id, Sku.code, SkuBarcode.quantity, Sku.name)
    .join(Sku, Sku.id == SkuBarcode.sku_id)
    .where(SkuBarcode.barcode == bindparam("code"))
)
# an open parcel of a station that has not scanned for so long is free
_claim = func.coalesce(
    select(PackingRules.claim_minutes).where(PackingRules.warehouse_id == Station.warehouse_id).scalar_subquery(),
    DEFAULT_RULES.claim_minutes,
)
_ORDERS = (
    select(
        Order.id, Order.source_id, Order.state, Order.cancel_requested_at, Station.name, Station.id, Station.active_at,
        _claim, Order.problem_location_id,
    )
    .outerjoin(Parcel, (Parcel.order_id == Order.id) & Parcel.station_id.is_not(None))
    .outerjoin(Station, Station.id == Parcel.station_id)
    .order_by(Order.ship_by.is_(None), Order.ship_by, Order.id)
)
_BY_SOURCE = _ORDERS.where(Order.source_id == bindparam("code"))
_BY_ID = _ORDERS.where(Order.id == bindparam("id"))
_ON_SHELF = _ORDERS.join(Location, Location.id == Order.problem_location_id).where(Location.code == bindparam("code"))
_IN_SLOT = _ORDERS.join(BatchOrder, BatchOrder.order_id == Order.id).where(
    BatchOrder.batch_id == bindparam("batch"), BatchOrder.slot == bindparam("slot"), BatchOrder.emptied_at.is_(None)
)
_IN_TOTE = (
    _ORDERS.add_columns(Batch.lane)
    .join(BatchOrder, BatchOrder.order_id == Order.id)
    .join(Batch, Batch.id == BatchOrder.batch_id)
    .where(BatchOrder.tote_id == bindparam("tote"), BatchOrder.emptied_at.is_(None))
)
_TOTE = select(ToteRow.id).where(ToteRow.code == bindparam("code"))
_packed = (
    select(func.coalesce(func.sum(ParcelItem.quantity), 0))
    .join(PackedIn, PackedIn.id == ParcelItem.parcel_id)
    .where(
        PackedIn.order_id == Order.id, PackedIn.state != ParcelState.VOIDED,
        ParcelItem.order_line_id == OrderLine.id,
    )
    .scalar_subquery()
)
_stopped = or_(
    Order.state == OrderState.CANCELLED, Order.cancel_requested_at.is_not(None), Parcel.station_id.is_not(None)
)
_FOR_ITEM = (
    _ORDERS.join(OrderLine, OrderLine.order_id == Order.id)
    .join(BatchOrder, BatchOrder.order_id == Order.id)
    .join(Batch, Batch.id == BatchOrder.batch_id)
    .where(
        OrderLine.sku_id == bindparam("sku"), Batch.lane == Lane.SINGLE, BatchOrder.emptied_at.is_(None),
        Order.state.in_((OrderState.PICKED, OrderState.PACKING, OrderState.CANCELLED)),
        OrderLine.quantity - OrderLine.backordered - _packed >= bindparam("pieces"),
    )
    .order_by(None)
    .order_by(_stopped, Order.ship_by.is_(None), Order.ship_by, Order.id)
    .limit(20)
)
_FOR_ITEM_IN_TOTE = _FOR_ITEM.where(BatchOrder.tote_id == bindparam("tote"))
_LABEL = (
    select(Label.parcel_id, Label.state, Parcel.state, Parcel.order_id, Parcel.series_of_id, Parcel.number)
    .join(Parcel, Parcel.id == Label.parcel_id)
    .where(Label.tracking == bindparam("tracking"))
)
_PARCEL = select(
    Parcel.id, Parcel.state, Parcel.order_id,
    select(Label.id).where(Label.parcel_id == Parcel.id, Label.state == LabelState.VALID).exists(),
    # copies are numbered by parcel: all up to the last of a voided label are void
    select(func.max(PrintJob.copy))
    .join(Label, Label.id == PrintJob.label_id)
    .where(Label.parcel_id == Parcel.id, Label.state == LabelState.VOIDED)
    .scalar_subquery(),
    select(func.max(PrintJob.copy))
    .join(Label, Label.id == PrintJob.label_id)
    .where(Label.parcel_id == Parcel.id, PrintJob.state != JobState.CANCELLED)
    .scalar_subquery(),
    Parcel.series_of_id, Parcel.number,
).where(Parcel.code == bindparam("code"))
_QUANTITY = re.compile(r"\*(\d{1,4})", re.ASCII)
_PERSON = select(Operator.id, Operator.name).where(Operator.id == bindparam("id"))
_CARTON = (
    select(Carton.id, func.coalesce(func.nullif(Carton.name, ""), Carton.code))
    .join(Station, Station.warehouse_id == Carton.warehouse_id)
    .where(Carton.id == bindparam("id"), Station.id == bindparam("station"), Carton.active)
)
_LOCATION = select(Location.id).where(Location.code == bindparam("code")).limit(1)
_SEEN = select(ScanEvent.id).where(
    ScanEvent.device == bindparam("device"), ScanEvent.boot == bindparam("boot"),
    ScanEvent.device_seq == bindparam("seq"),
)
_EVENT = insert(ScanEvent)
_NUMBER = (
    update(Station)
    .where(Station.id == bindparam("station"))
    .values(
        last_seq=Station.last_seq + 1, latch=bindparam("new_latch"), question=bindparam("new_question"),
        question_scan=bindparam("new_question_scan"), tote_id=bindparam("new_tote"), pending=bindparam("new_pending"),
        active_at=bindparam("now"),
    )
    .returning(Station.last_seq)
)
_COUNT = update(Station).where(Station.id == bindparam("station")).values(last_seq=Station.last_seq + 1).returning(
    Station.last_seq
)


def what_a_bench_scanned(tx: Tx, scan: Scan, *, item_first: bool, station_id: int) -> Found:
    """What a bench has before it: what a code stands for, besides it weights, typed quantities, badges and cartons."""
    if scan.grams is not None:
        return Weight(scan.grams)
    if (pieces := _QUANTITY.fullmatch(scan.code)) is not None and int(pieces[1]):
        return Quantity(int(pieces[1]))
    kind = kind_of(scan.code)
    if kind is Kind.PERSON:
        person = tx.connection.execute(_PERSON, {"id": number_of(scan.code)}).first()
        if person is not None:
            return Person(*person)
    elif kind is Kind.CARTON:
        carton = tx.connection.execute(_CARTON, {"id": number_of(scan.code), "station": station_id}).first()
        if carton is not None:
            return CartonFound(*carton)
    found = what_is(tx, scan.code, item_first=item_first, station_id=station_id)
    if scan.said is NOTHING_SAID:
        return found
    if isinstance(found, Item):
        return replace(found, said=scan.said, quantity=found.quantity * scan.said.quantity)
    return replace(found, said=scan.said) if isinstance(found, Unknown) else found


def what_is(tx: Tx, code: str, *, item_first: bool = True, station_id: int | None = None) -> Found:
    """What a scanned code stands for; `item_first` while a parcel is open, where an item is expected.

    An order that lies on another bench than `station_id` carries that bench's name.
    """
    kind = kind_of(code)
    if kind is Kind.COMMAND:
        return Command(code)
    label_code = read_label_code(code)
    own: Found | None = None
    if kind is Kind.TOTE:
        own = _tote(tx, code, station_id)
    elif kind is Kind.SLOT:
        own = _in_slot(tx, number_of(code), station_id)
    elif label_code is not None:
        own = _label_by_parcel(tx, label_code[0], label_code[1], station_id)
    elif kind is Kind.PARCEL:
        own = _label_by_parcel(tx, code, None, station_id)
    if own is not None:
        return own
    # one in 36 of a supplier's codes that begin like ours has the right check character by chance
    look_ups = [_item, _order] if item_first else [_order, _item]
    for look_up in look_ups:
        found = look_up(tx, code, station_id)
        if found is not None:
            return found
    label = tx.connection.execute(_LABEL, {"tracking": code.upper()}).first()
    if label is None and (number := tracking_within(tx.connection, code)) is not None:
        label = tx.connection.execute(_LABEL, {"tracking": number}).first()
    if label is not None:
        parcel_id, state, parcel_state, order_id, series_of, box = label
        voided = state is LabelState.VOIDED or parcel_state is ParcelState.VOIDED
        order = order_found(tx, order_id, station_id)
        return LabelFound(parcel_id, None, voided, order, series_of=series_of, box=box)
    if tx.connection.execute(_LOCATION, {"code": code}).first() is not None:
        shelved = tx.connection.execute(_ON_SHELF, {"code": code}).first()
        return OtherKind("location") if shelved is None else _as_order(tx, tuple(shelved), station_id)
    if label_code is not None or kind is Kind.PARCEL:
        return OtherKind("label")
    if kind is not None:
        return OtherKind(kind.name.lower())
    if code.startswith(Kind.COMMAND.value) and code.isalpha():
        return OtherKind("command")
    return Unknown(gtin_expected(code))


def _item(tx: Tx, code: str, _station_id: int | None) -> Item | None:
    row = tx.connection.execute(_BARCODE, {"code": code}).first()
    if row is None and (same := same_gtin(code)) is not None:
        row = tx.connection.execute(_BARCODE, {"code": same}).first()
    return None if row is None else Item(row[0], row[1], row[2], row[3])


def _order(tx: Tx, code: str, station_id: int | None) -> OrderFound | SeveralOrders | None:
    rows = tx.connection.execute(_BY_SOURCE, {"code": code}).all()
    orders = [_as_order(tx, tuple(row), station_id) for row in rows]
    if len(orders) > 1:
        waiting = [order for order in orders if order.pickable]
        return waiting[0] if len(waiting) == 1 else SeveralOrders(code)
    return orders[0] if orders else None


def _as_order(tx: Tx, row: tuple[Any, ...], station_id: int | None) -> OrderFound:
    order_id, source_id, state, cancel_requested_at, holder, holder_id, active_at, minutes, shelved = row[:9]
    if active_at is not None and tx.at - active_at >= timedelta(minutes=minutes):
        holder = None
    return OrderFound(
        order_id=order_id,
        order=source_id,
        pickable=state in (OrderState.PICKED, OrderState.PACKING)
        or (state is OrderState.PROBLEM and shelved is not None),
        shipped=state is OrderState.SHIPPED,
        cancelled=state is OrderState.CANCELLED
        or (cancel_requested_at is not None and state is not OrderState.SHIPPED),
        held_by=holder if holder_id != station_id else None,
    )


def order_found(tx: Tx, order_id: int, station_id: int | None) -> OrderFound:
    """An order by its id, as the bench sees it."""
    return _as_order(tx, tuple(tx.connection.execute(_BY_ID, {"id": order_id}).one()), station_id)


def orders_for_item(tx: Tx, item: Item, tote_id: int | None, station_id: int | None) -> list[OrderFound]:
    """Orders of the single-item lane that still lack as many pieces of the SKU, the most urgent first.

    Those that cannot be packed, because they are cancelled or on another table, come last.
    """
    query = _FOR_ITEM if tote_id is None else _FOR_ITEM_IN_TOTE
    parameters = {"sku": item.sku_id, "pieces": item.quantity, "tote": tote_id}
    return [_as_order(tx, tuple(row), station_id) for row in tx.connection.execute(query, parameters)]


def _tote(tx: Tx, code: str, station_id: int | None) -> Tote | None:
    tote_id = tx.connection.execute(_TOTE, {"code": code}).scalar()
    if tote_id is None:
        return None
    rows: list[tuple[Any, ...]] = [tuple(row) for row in tx.connection.execute(_IN_TOTE, {"tote": tote_id})]
    bulk = any(row[-1] is Lane.SINGLE for row in rows)
    orders = [_as_order(tx, row, station_id) for row in rows]
    if bulk:
        orders = [order for order in orders if order.pickable and not order.cancelled]
    return Tote(tote_id, code, bulk, tuple(orders))


def _in_slot(tx: Tx, number: int, station_id: int | None) -> OrderFound | None:
    batch, slot = slot_of(number)
    row = tx.connection.execute(_IN_SLOT, {"batch": batch, "slot": slot}).first()
    return None if row is None else _as_order(tx, tuple(row), station_id)


def _label_by_parcel(tx: Tx, parcel_code: str, copy: int | None, station_id: int | None) -> LabelFound | None:
    row = tx.connection.execute(_PARCEL, {"code": parcel_code}).first()
    if row is None:
        return None
    parcel_id, state, order_id, valid, last_void, newest, series_of, box = row
    order = order_found(tx, order_id, station_id)
    voided = state is ParcelState.VOIDED or (
        last_void is not None and (not valid or (copy is not None and copy <= last_void))
    )
    return LabelFound(parcel_id, copy, voided, order, newest or 0, series_of, box)


def scan_event(tx: Tx, scan: Scan) -> ScanEvent | None:
    """The event of a scan that was delivered before."""
    event_id = tx.connection.execute(_SEEN, {"device": scan.device, "boot": scan.boot, "seq": scan.seq}).scalar()
    return None if event_id is None else tx.session.get_one(ScanEvent, event_id)


def record_scan(
    tx: Tx,
    actor: Actor,
    scan: Scan,
    outcome: Outcome,
    code: str,
    facts: Mapping[str, Fact],
    *,
    order_id: int | None = None,
    parcel_id: int | None = None,
    line_id: int | None = None,
    counted: int = 0,
    remember: Mapping[str, object] | None = None,
) -> int:
    """Write the scan's event; returns its number in the station's sequence.

    `remember` are the station's new latch, question, tote and pending (`new_latch` …); None leaves them as they are.
    """
    if remember is None:
        seq: int = tx.connection.execute(_COUNT, {"station": actor.station}).scalar_one()
    else:
        seq = tx.connection.execute(_NUMBER, {"station": actor.station, "now": tx.at, **remember}).scalar_one()
    tx.connection.execute(
        _EVENT,
        {
            "uuid": new_uuid(), "station_id": actor.station, "seq": seq, "device": scan.device, "boot": scan.boot,
            "device_seq": scan.seq, "operator_id": actor.operator, "at": tx.at, "raw": scan.raw, "outcome": outcome,
            "code": code, "facts": json.dumps(dict(facts)), "order_id": order_id, "parcel_id": parcel_id,
            "order_line_id": line_id, "counted": counted,
        },
    )
    return seq
