"""What lies on a bench, and what waits to be packed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from app.domain.bench import (
    DEFAULT_RULES,
    NOTHING_PENDING,
    Bench,
    Insert,
    KitPart,
    Line,
    OpenParcel,
    StandIn,
    read_pending,
)
from app.domain.capture import captures
from app.domain.kits import KitMode
from app.domain.people import Role
from app.domain.states import JobState, LabelState, Lane, OrderState, ParcelState
from app.queries.bench_rules import RULE_COLUMNS, as_rules
from db.bench import InsertRule, PackingRules
from db.journal import ScanEvent
from db.orders import Order, OrderLine, Sku, Substitute
from db.parcels import Captured, Label, Parcel, ParcelInsert, ParcelItem, PrintJob
from db.places import Operator, Station, Warehouse
from db.waves import Batch, BatchOrder, Tote

_Kit = aliased(Sku)
_Elsewhere = aliased(ParcelItem)
_Other = aliased(Parcel)
_STATION = (
    Station.name, Station.latch, Station.question, Station.question_scan, Station.tote_id, Station.pending,
    Station.operator_id, Operator.role, Operator.group, Warehouse.zone,
)
_TABLE = (
    Parcel.id, Parcel.code, Parcel.state, Order.id, Order.source_id, Order.cancel_requested_at, Order.state,
    Parcel.number, Parcel.sealed, Parcel.carton_id, Parcel.carton_skipped, Parcel.weighed_g, Parcel.weight_overridden,
    Order.gift_message, Order.buyer_message, Parcel.note_confirmed_at, Parcel.check_needed, Parcel.checked_at,
    Parcel.packer_id, Parcel.address_version, Order.address_version, Order.allow_split, Order.allow_substitutes,
    # most orders have one parcel and no insert: only the others are asked about theirs
    select(func.count(ParcelInsert.insert_rule_id)).where(ParcelInsert.parcel_id == Parcel.id).scalar_subquery(),
    select(func.count(_Other.id))
    .where(_Other.order_id == Order.id, _Other.id != Parcel.id, _Other.state != ParcelState.VOIDED)
    .scalar_subquery(),
)
_BENCH = (
    select(
        *_STATION, *RULE_COLUMNS, *_TABLE,
        # asked along: a statement of its own would cost every scan a tenth of a millisecond
        select(ScanEvent.id)
        .where(
            ScanEvent.device == bindparam("device"), ScanEvent.boot == bindparam("boot"),
            ScanEvent.device_seq == bindparam("device_seq"),
        )
        .scalar_subquery(),
    )
    .join(Warehouse, Warehouse.id == Station.warehouse_id)
    .outerjoin(Operator, Operator.id == Station.operator_id)
    .outerjoin(PackingRules, PackingRules.warehouse_id == Station.warehouse_id)
    .outerjoin(Parcel, Parcel.station_id == Station.id)
    .outerjoin(Order, Order.id == Parcel.order_id)
    .where(Station.id == bindparam("station"))
)
_LINES = (
    select(
        OrderLine.id, OrderLine.sku_id, Sku.code, OrderLine.quantity - OrderLine.backordered, ParcelItem.quantity,
        Sku.name, ParcelItem.checked, Sku.handling_class, Sku.captures, Sku.min_shelf_days, OrderLine.kit_number,
        OrderLine.per_kit, OrderLine.kit_sku_id, _Kit.code, _Kit.name, _Kit.kit_mode,
    )
    .join(Sku, Sku.id == OrderLine.sku_id)
    .join(ParcelItem, ParcelItem.order_line_id == OrderLine.id)
    .outerjoin(_Kit, _Kit.id == OrderLine.kit_sku_id)
    .where(ParcelItem.parcel_id == bindparam("parcel"))
    .order_by(OrderLine.position)
)
_ALONE = select(*_TABLE).select_from(Parcel).join(Order, Order.id == Parcel.order_id).where(
    Parcel.id == bindparam("parcel")
)
_SUBSTITUTES = (
    select(
        Substitute.sku_id, Sku.id, Sku.code, Sku.name, Sku.handling_class, Sku.captures, Sku.min_shelf_days,
        select(Captured.id)
        .where(
            Captured.parcel_id == bindparam("parcel"), Captured.sku_id == Sku.id, Captured.released_at.is_(None)
        )
        .exists(),
    )
    .join(Sku, Sku.id == Substitute.substitute_id)
    .where(
        Substitute.sku_id.in_(select(OrderLine.sku_id).where(OrderLine.order_id == bindparam("order"))),
        Sku.id.not_in(select(OrderLine.sku_id).where(OrderLine.order_id == bindparam("order"))),
    )
    .order_by(Substitute.sku_id, Sku.id)
)
_ELSEWHERE = (
    select(_Elsewhere.order_line_id, func.sum(_Elsewhere.quantity))
    .join(_Other, _Other.id == _Elsewhere.parcel_id)
    .where(
        _Other.order_id == bindparam("order"), _Other.id != bindparam("parcel"), _Other.state != ParcelState.VOIDED
    )
    .group_by(_Elsewhere.order_line_id)
)
_OPEN_BOXES = select(func.count(Parcel.id)).where(
    Parcel.order_id == bindparam("order"), Parcel.id != bindparam("parcel"),
    Parcel.state.in_((ParcelState.OPEN, ParcelState.LABELLING)),
)
_INSERTS = (
    select(InsertRule.id, InsertRule.name, InsertRule.barcode, InsertRule.may_tick, ParcelInsert.done_at.is_not(None))
    .join(ParcelInsert, ParcelInsert.insert_rule_id == InsertRule.id)
    .where(ParcelInsert.parcel_id == bindparam("parcel"))
    .order_by(InsertRule.id)
)
_LABEL = (
    select(Label.tracking, PrintJob.copy, PrintJob.state, PrintJob.label_batch_id, PrintJob.marked)
    .join(PrintJob, PrintJob.label_id == Label.id)
    .where(Label.parcel_id == bindparam("parcel"), Label.state == LabelState.VALID)
    .order_by(PrintJob.copy.desc())
)


def see_bench(
    connection: Connection, station_id: int, scan: tuple[str, UUID, int] | None = None
) -> tuple[str, Bench, int | None]:
    """The station's name, all that lies on its table, and the id of the event if `scan` was delivered before.

    `scan` is its device, boot and number. The policies and the day are left to whoever needs them.
    """
    device, boot, device_seq = scan or (None, None, None)
    row: Sequence[Any] = connection.execute(
        _BENCH, {"station": station_id, "device": device, "boot": boot, "device_seq": device_seq}
    ).one()
    station, rest = row[: len(_STATION)], row[len(_STATION) :]
    rules, on_table, seen = rest[: len(RULE_COLUMNS)], rest[len(RULE_COLUMNS) : -1], rest[-1]
    name, latch, question, question_scan, tote_id, pending, operator_id, role, group, _zone = station
    there = Bench(
        latch, question, question_scan, tote_id,
        pending=NOTHING_PENDING if pending is None else read_pending(pending),
        rules=DEFAULT_RULES if rules[0] is None else as_rules(*rules),
        operator_id=operator_id, group=group or (Role.PACKER if role is None else role).value, role=role,
    )
    if on_table[0] is None:
        return name, there, seen
    return name, replace(there, parcel=_on_table(connection, *on_table)), seen


def see_parcel(connection: Connection, parcel_id: int) -> OpenParcel:
    """A parcel as it would lie on a table."""
    return _on_table(connection, *connection.execute(_ALONE, {"parcel": parcel_id}).one())


def _on_table(connection: Connection, *table: Any) -> OpenParcel:
    (
        parcel_id, code, state, order_id, order, cancel_requested_at, order_state, number, sealed, carton_id,
        carton_skipped, weighed_g, weight_overridden, gift_message, buyer_message, note_confirmed_at, check_needed,
        checked_at, packer_id, address_seen, address_version, allow_split, allow_substitutes, inserts, other_parcels,
    ) = table  # fmt: skip
    elsewhere: dict[int, int] = {}
    other_boxes = 0
    if other_parcels:
        at = {"order": order_id, "parcel": parcel_id}
        elsewhere = dict(connection.execute(_ELSEWHERE, at).all())
        other_boxes = connection.execute(_OPEN_BOXES, at).scalar_one()
    rows: Iterable[Sequence[Any]] = connection.execute(_LINES, {"parcel": parcel_id})
    lines = tuple(_line(elsewhere, *row) for row in rows)
    parcel = OpenParcel(
        parcel_id, code, state, order_id, order,
        cancel_requested_at is not None or order_state is OrderState.CANCELLED, lines,
        number=number, other_boxes=other_boxes, sealed=sealed, carton_id=carton_id,
        carton_skipped=carton_skipped, weighed_g=weighed_g,
        weight_accepted=weight_overridden, has_note=bool(gift_message or buyer_message),
        note_confirmed=note_confirmed_at is not None, check_needed=check_needed, checked=checked_at is not None,
        packer_id=packer_id, address_changed=address_version > address_seen, allow_split=allow_split,
        allow_substitutes=allow_substitutes,
    )
    if allow_substitutes:
        others = connection.execute(_SUBSTITUTES, {"parcel": parcel_id, "order": order_id})
        parcel = replace(parcel, substitutes=tuple(_stand_in(*other) for other in others))
    if inserts:
        asked = connection.execute(_INSERTS, {"parcel": parcel_id})
        parcel = replace(parcel, inserts=tuple(Insert(*insert) for insert in asked))
    if state is not ParcelState.OPEN:
        labels = connection.execute(_LABEL, {"parcel": parcel_id})
        copies = [label for label in labels if label[2] is not JobState.CANCELLED]
        if copies:
            tracking, copy, job, _, marked = copies[0]
            parcel = replace(
                parcel, tracking=tracking, copy=copy, job=job, older_copies=len(copies) > 1,
                ahead=any(label[3] is not None for label in copies), marked=marked,
            )
    return parcel


def _line(
    elsewhere: Mapping[int, int], line_id: int, sku_id: int, sku: str, ordered: int, packed: int, name: str,
    checked: int, handling_class: str, captured: str, min_shelf_days: int | None, kit_number: int | None,
    per_kit: int | None, kit_sku_id: int | None, kit_sku: str | None, kit_name: str | None, kit_mode: str | None,
) -> Line:
    kit = None
    if kit_number is not None and per_kit is not None and kit_sku_id is not None and kit_sku is not None:
        kit = KitPart(kit_number, per_kit, kit_sku_id, kit_sku, kit_name or "", KitMode(kit_mode or ""))
    return Line(
        line_id, sku_id, sku, ordered, packed, name, elsewhere.get(line_id, 0), checked, handling_class,
        captures(captured) if captured else frozenset(), min_shelf_days, kit,
    )


def _stand_in(
    instead_id: int, sku_id: int, sku: str, name: str, handling_class: str, captured: str,
    min_shelf_days: int | None, used: bool,
) -> StandIn:
    return StandIn(
        instead_id, sku_id, sku, name, handling_class, captures(captured) if captured else frozenset(),
        min_shelf_days, used,
    )


def today(session: Session, station_id: int, at: datetime) -> date:
    """The day it is where the station stands."""
    zone = session.execute(
        select(Warehouse.zone).join(Station, Station.warehouse_id == Warehouse.id).where(Station.id == station_id)
    ).scalar_one()
    return at.astimezone(ZoneInfo(zone)).date()


def bench(session: Session, station_id: int) -> Bench:
    """All that lies on a station's table."""
    return see_bench(session.connection(), station_id)[1]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A picked order that waits for a packer: its tote, and the SKU of its only line in the single-item lane.

    `started` when a packer has put it aside half done.
    """

    order_id: int
    order: str
    tote_id: int
    tote: str
    lane: Lane
    sku_id: int
    started: bool


def waiting_orders(session: Session, warehouse_id: int) -> list[Waiting]:
    """Picked orders that lie on no bench, in cart and slot order."""
    started = Order.state == OrderState.PACKING
    on_table = select(Parcel.id).where(Parcel.order_id == Order.id, Parcel.station_id.is_not(None)).exists()
    rows = session.execute(
        select(Order.id, Order.source_id, Tote.id, Tote.code, Batch.lane, func.min(OrderLine.sku_id), started)
        .join(BatchOrder, BatchOrder.order_id == Order.id)
        .join(Batch, Batch.id == BatchOrder.batch_id)
        .join(Tote, Tote.id == BatchOrder.tote_id)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .where(
            Order.warehouse_id == warehouse_id, Order.state.in_((OrderState.PICKED, OrderState.PACKING)), ~on_table
        )
        .group_by(Order.id, Order.source_id, Order.state, Tote.id, Tote.code, Batch.lane, Batch.id, BatchOrder.slot)
        .order_by(Batch.id, BatchOrder.slot)
    )
    return [Waiting(*row) for row in rows]


def counts(session: Session) -> dict[str, dict[str, int]]:
    """How many scans by verdict, parcels by state and label jobs by state there are."""
    return {
        "scans": {
            outcome.value: n
            for outcome, n in session.execute(select(ScanEvent.outcome, func.count()).group_by(ScanEvent.outcome))
        },
        "parcels": {
            state.value: n for state, n in session.execute(select(Parcel.state, func.count()).group_by(Parcel.state))
        },
        "labels": {
            state.value: n
            for state, n in session.execute(
                select(PrintJob.state, func.count()).where(PrintJob.label_id.is_not(None)).group_by(PrintJob.state)
            )
        },
    }
