"""Everything that the packing page shows, read anew after every change and after a restart."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Executable, ScalarSelect, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from app.domain.bench import Bench, KitPart, Line, OpenParcel
from app.domain.capture import Capture
from app.domain.errors import Fact
from app.domain.overrides import OVERRIDABLE
from app.domain.states import JobState, LabelState, Lane, OrderState, ParcelState
from app.domain.verdict import Outcome
from app.queries.bench_rules import read_policies
from app.queries.packing import see_bench
from app.queries.packing_extras import ENDS, PARCEL_ENDS
from app.queries.print_queues import WAITS_FOR
from db.bench import Carton
from db.journal import ScanEvent
from db.orders import Order, OrderLine, Shop, Sku, SkuBarcode
from db.parcels import Label, Parcel, ParcelItem, PrintJob
from db.places import Location, Operator, Station
from db.waves import Batch, BatchOrder, PickTask, Tote

_NO_BENCH = Bench()


@dataclass(frozen=True, slots=True)
class LineView:
    """One line of the open order, as the bench sees it (`app.domain.bench.Line`) and as its page shows it.

    `barcode` is one that stands on a single piece, None when none is known; `location` is where the line was picked;
    `weight_g` of one piece. `ordered` pieces go with this order, `backordered` ones with a later one; `boxes` are the
    order's other boxes that hold pieces of it, each with how many.
    """

    line_id: int
    sku_id: int
    sku: str
    name: str
    barcode: str | None
    location: str | None
    ordered: int
    packed: int
    elsewhere: int = 0
    backordered: int = 0
    checked: int = 0
    captures: frozenset[Capture] = frozenset()
    kit: KitPart | None = None
    weight_g: int | None = None
    boxes: tuple[tuple[int, int], ...] = ()

    @property
    def open(self) -> int:
        """Pieces still to be verified."""
        return self.ordered - self.packed - self.elsewhere

    @property
    def called(self) -> str:
        """What a packer calls it: its name, else its SKU."""
        return self.name or self.sku


@dataclass(frozen=True, slots=True)
class ParcelView:
    """The parcel on the table with its order.

    `pieces` are ordered in all, `remaining` still to be verified; `left_in_tote` counts the other orders of the same
    cart (in the single-item lane: of the same tote) that wait to be packed; `current` is the line to show big. `copy`
    is the number of the newest label copy, 0 before there is one; `older_copies` when an earlier one may lie around;
    `job_reason` is the code of what holds the print job up or ended it. `boxes` counts the order's parcels that are not
    void; `gift_message` and `buyer_message` are the buyer's own words; `carton` is the name of the chosen one and
    `carton_g` its weight.
    """

    parcel_id: int
    code: str
    state: ParcelState
    order_id: int
    order: str
    channel: str
    shop: str
    country: str
    ship_by: datetime | None
    cancel_requested: bool
    lane: Lane | None
    tote: str | None
    slot: int | None
    left_in_tote: int
    pieces: int
    remaining: int
    lines: tuple[LineView, ...]
    current: int | None
    tracking: str | None = None
    copy: int = 0
    job_state: JobState | None = None
    job_reason: str | None = None
    older_copies: bool = False
    ahead: bool = False  # its label is printed, or waits to be, before its items are verified
    boxes: int = 1
    gift_message: str = ""
    buyer_message: str = ""
    carton: str = ""
    carton_g: int = 0
    vip: str = ""

    @property
    def line(self) -> LineView | None:
        """The line to show big."""
        return next((line for line in self.lines if line.line_id == self.current), None)


@dataclass(frozen=True, slots=True)
class LastScan:
    """A scan of this station with its verdict; `app.texts.say(code, facts)` is its sentence."""

    seq: int
    at: datetime
    raw: str
    code: str
    outcome: Outcome
    facts: dict[str, Fact]


@dataclass(frozen=True, slots=True)
class LatchView:
    """The failure that waits for its acknowledgement.

    `sku` and `name` are those of the item that was scanned, None when it was none; `refused` counts the scans that
    have been refused since.
    """

    seq: int
    at: datetime
    raw: str
    code: str
    facts: dict[str, Fact]
    sku: str | None
    name: str | None
    refused: int


@dataclass(frozen=True, slots=True)
class QuestionView:
    """The question that the next scan answers, and the scan that raised it."""

    code: str
    raw: str
    facts: dict[str, Fact]


@dataclass(frozen=True, slots=True)
class PackingView:
    """A bench as its page shows it.

    `bulk_tote` is the open tote of the single-item lane and `bulk_waiting` the orders that wait in it; `waiting` are
    all orders of the warehouse that wait to be packed and lie on no table, `done` the parcels closed at this station
    and `closed` the scan that closed the last of them; `bench` is what the rule is asked with, `cartons` whether the
    warehouse has any.
    """

    station_id: int
    warehouse_id: int
    station: str
    operator: str | None
    parcel: ParcelView | None
    latch: LatchView | None
    question: QuestionView | None
    last: LastScan | None
    bulk_tote: str | None
    bulk_waiting: int
    waiting: int
    done: int
    closed: LastScan | None = None
    bench: Bench = _NO_BENCH
    cartons: bool = False

    @property
    def table(self) -> OpenParcel | None:
        """The parcel on the table as the rule sees it."""
        return self.bench.parcel


_PACKABLE = (OrderState.PICKED, OrderState.PACKING)
_Beside = aliased(BatchOrder)  # the places of the other orders
_Waits = aliased(Order)
_Table = aliased(Parcel)
_Box = aliased(Parcel)  # of the same order


def _left(*of: ColumnElement[bool]) -> ScalarSelect[int]:
    """How many orders of a cart or tote wait to be packed and lie on no table."""
    on_table = select(_Table.id).where(_Table.order_id == _Beside.order_id, _Table.station_id.is_not(None))
    return (
        select(func.count())
        .select_from(_Beside)
        .join(_Waits, _Waits.id == _Beside.order_id)
        .where(*of, _Waits.state.in_(_PACKABLE), _Waits.cancel_requested_at.is_(None), ~on_table.exists())
        .correlate(Station, BatchOrder)
        .scalar_subquery()
    )


_STATION = (
    select(
        Station.warehouse_id, Station.name, Station.latch, Station.question, Station.last_seq, Operator.name, Tote.code,
        _left(_Beside.tote_id == Station.tote_id),
        select(Carton.id).where(Carton.warehouse_id == Station.warehouse_id, Carton.active).exists(),
    )
    .outerjoin(Operator, Operator.id == Station.operator_id)
    .outerjoin(Tote, Tote.id == Station.tote_id)
    .where(Station.id == bindparam("station"))
)
# two counts, because asking each order whether it lies on a table would cost several times as much
_WAITING = select(func.count()).where(Order.warehouse_id == bindparam("warehouse"), Order.state.in_(_PACKABLE))
# stations are counted: on a table lies one parcel at most, and there are few tables
_ON_TABLES = select(func.count(Station.id)).where(
    select(Parcel.id)
    .join(Order, Order.id == Parcel.order_id)
    .where(
        Parcel.station_id == Station.id, Order.warehouse_id == bindparam("warehouse"), Order.state.in_(_PACKABLE)
    )
    .exists()
)
_Before = aliased(ScanEvent)
# the newest scan before that moment is found from the newest backwards: a day's scans are read, not all that there are
_DONE = select(func.count()).where(
    ScanEvent.station_id == bindparam("station"), ScanEvent.code.in_(PARCEL_ENDS),
    ScanEvent.seq > select(func.coalesce(func.max(_Before.seq), 0))
    .where(_Before.station_id == bindparam("station"), _Before.at < bindparam("since"))
    .scalar_subquery(),
)
_PARCEL = (
    select(
        Parcel.id, Parcel.code, Parcel.state, Order.id, Order.source_id, Shop.channel, Shop.code, Order.country,
        Order.ship_by, Order.cancel_requested_at, Batch.lane, Tote.code, BatchOrder.slot,
        _left(_Beside.batch_id == BatchOrder.batch_id),
        # the line of the last piece that was not taken back
        select(ScanEvent.order_line_id)
        .where(ScanEvent.parcel_id == Parcel.id, ScanEvent.counted > 0, ScanEvent.undone_by.is_(None))
        .order_by(ScanEvent.id.desc())
        .limit(1)
        .scalar_subquery(),
        Order.gift_message, Order.buyer_message, Order.vip, func.coalesce(func.nullif(Carton.name, ""), Carton.code),
        Carton.weight_g,
        select(func.count(_Box.id))
        .where(_Box.order_id == Order.id, _Box.state != ParcelState.VOIDED)
        .scalar_subquery(),
    )
    .join(Order, Order.id == Parcel.order_id)
    .join(Shop, Shop.id == Order.shop_id)
    .outerjoin(Carton, Carton.id == Parcel.carton_id)
    .outerjoin(BatchOrder, BatchOrder.order_id == Order.id)
    .outerjoin(Batch, Batch.id == BatchOrder.batch_id)
    .outerjoin(Tote, Tote.id == BatchOrder.tote_id)
    .where(Parcel.station_id == bindparam("station"))
)
# what the bench does not need to know of its lines
_LINES = (
    select(
        OrderLine.id,
        select(SkuBarcode.barcode)
        .where(SkuBarcode.sku_id == OrderLine.sku_id, SkuBarcode.quantity == 1)
        .order_by(SkuBarcode.id)
        .limit(1)
        .scalar_subquery(),
        select(Location.code)
        .join(PickTask, PickTask.location_id == Location.id)
        .where(PickTask.order_line_id == OrderLine.id, PickTask.picked > 0)
        .order_by(PickTask.sequence)
        .limit(1)
        .scalar_subquery(),
        Sku.weight_g, OrderLine.backordered,
    )
    .join(Sku, Sku.id == OrderLine.sku_id)
    .where(OrderLine.order_id == bindparam("order"))
)
_BOXES = (
    select(ParcelItem.order_line_id, _Box.number, ParcelItem.quantity)
    .join(_Box, _Box.id == ParcelItem.parcel_id)
    .where(
        _Box.order_id == bindparam("order"), _Box.id != bindparam("parcel"), _Box.state != ParcelState.VOIDED,
        ParcelItem.quantity > 0,
    )
    .order_by(_Box.number)
)
_COPIES = (
    select(Label.tracking, PrintJob.copy, PrintJob.state, WAITS_FOR)
    .join(PrintJob, PrintJob.label_id == Label.id)
    .where(
        Label.parcel_id == bindparam("parcel"), Label.state == LabelState.VALID, PrintJob.state != JobState.CANCELLED
    )
    .order_by(PrintJob.copy.desc())
    .limit(2)
)
_SCANS = (
    select(ScanEvent.seq, ScanEvent.at, ScanEvent.raw, ScanEvent.code, ScanEvent.outcome, ScanEvent.facts)
    .where(ScanEvent.station_id == bindparam("station"))
    .order_by(ScanEvent.seq.desc())
    .limit(1)
)
_RAISED = _SCANS.where(ScanEvent.code == bindparam("code"))
_ENDED = _SCANS.where(ScanEvent.code.in_(ENDS))
_NAME = select(Sku.name).where(Sku.code == bindparam("sku"))


def packing_view(session: Session, station_id: int, since: datetime) -> PackingView:
    """All that the packing page of a station shows; `since` is where its count of closed parcels begins."""
    connection = session.connection()
    bench = see_bench(connection, station_id)[1]
    if bench.latch in OVERRIDABLE:
        bench = replace(bench, policies=read_policies(connection))
    warehouse_id, station, latch, question, last_seq, operator, bulk_tote, bulk_waiting, cartons = connection.execute(
        _STATION, {"station": station_id}
    ).one()
    last = _scan(connection, _SCANS, station_id)
    raised = latch or question
    cause = last
    if raised is not None and (last is None or last.code != raised):
        cause = _scan(connection, _RAISED, station_id, code=raised)
    done = connection.execute(_DONE, {"station": station_id, "since": since}).scalar_one()
    return PackingView(
        station_id,
        warehouse_id,
        station,
        operator,
        _parcel(connection, station_id, bench.parcel, bench.pending.sku_id) if bench.parcel is not None else None,
        _latch(connection, cause, last_seq) if latch is not None and cause is not None else None,
        QuestionView(cause.code, cause.raw, cause.facts) if latch is None and question and cause else None,
        last,
        bulk_tote,
        bulk_waiting if bulk_tote is not None else 0,
        connection.execute(_WAITING, {"warehouse": warehouse_id}).scalar_one()
        - connection.execute(_ON_TABLES, {"warehouse": warehouse_id}).scalar_one(),
        done,
        # without a bound, a station that never closed a parcel would read all its scans
        _scan(connection, _ENDED, station_id) if done else None,
        bench,
        bool(cartons),
    )


def _scan(connection: Connection, scans: Executable, station_id: int, **more: str) -> LastScan | None:
    row = connection.execute(scans, {"station": station_id, **more}).first()
    if row is None:
        return None
    seq, at, raw, code, outcome, facts = row
    return LastScan(seq, at, raw, code, outcome, json.loads(facts))


def _latch(connection: Connection, cause: LastScan, last_seq: int) -> LatchView:
    sku, name = cause.facts.get("sku"), None
    if isinstance(sku, str):
        name = connection.execute(_NAME, {"sku": sku}).scalar()
    # a station's scans are numbered without a gap, and nothing but the acknowledgement ends a latch
    refused = last_seq - cause.seq
    return LatchView(
        cause.seq, cause.at, cause.raw, cause.code, cause.facts, sku if isinstance(sku, str) else None, name, refused
    )


def _parcel(connection: Connection, station_id: int, table: OpenParcel, pending: int | None) -> ParcelView:
    (
        parcel_id, code, state, order_id, order, channel, shop, country, ship_by, cancel_requested_at, lane, tote, slot,
        left, scanned, gift_message, buyer_message, vip, carton, carton_g, boxes,
    ) = connection.execute(_PARCEL, {"station": station_id}).one()  # fmt: skip
    lines = _lines(connection, table, alone=boxes == 1)
    copies = connection.execute(_COPIES, {"parcel": parcel_id}).all()
    ahead = bool(copies) and state is ParcelState.OPEN
    if ahead:
        copies = []
    tracking, copy, job_state, job_reason = copies[0] if copies else (None, 0, None, None)
    return ParcelView(
        parcel_id, code, state, order_id, order, channel, shop, country, ship_by, cancel_requested_at is not None,
        lane, tote, slot, left,
        pieces=sum(line.ordered - line.elsewhere for line in lines),
        remaining=sum(line.open for line in lines),
        lines=lines,
        current=_current(lines, scanned, pending),
        tracking=tracking,
        copy=copy,
        job_state=job_state,
        job_reason=job_reason,
        ahead=ahead,
        older_copies=len(copies) > 1,
        boxes=boxes,
        gift_message=gift_message,
        buyer_message=buyer_message,
        carton=carton or "",
        carton_g=carton_g or 0,
        vip=vip,
    )  # fmt: skip


def _lines(connection: Connection, table: OpenParcel, *, alone: bool) -> tuple[LineView, ...]:
    more = {row[0]: row[1:] for row in connection.execute(_LINES, {"order": table.order_id})}
    boxes: dict[int, tuple[tuple[int, int], ...]] = {}
    if not alone:
        at = {"order": table.order_id, "parcel": table.parcel_id}
        for line, number, pieces in connection.execute(_BOXES, at):
            boxes[line] = (*boxes.get(line, ()), (number, pieces))
    return tuple(_line(line, boxes.get(line.line_id, ()), *more[line.line_id]) for line in table.lines)


def _line(
    line: Line, boxes: tuple[tuple[int, int], ...], barcode: str | None, location: str | None, weight_g: int | None,
    backordered: int,
) -> LineView:
    return LineView(
        line.line_id, line.sku_id, line.sku, line.name, barcode, location, line.ordered, line.packed, line.elsewhere,
        backordered, line.checked, line.captures, line.kit, weight_g, boxes,
    )


def _current(lines: tuple[LineView, ...], scanned: int | None, pending: int | None) -> int | None:
    """The line scanned last while it lacks pieces, else the first that lacks some, else the one scanned last.

    An item (SKU) of which something is still to be captured comes first.
    """
    lacking = [line.line_id for line in lines if line.open]
    awaited = next((line.line_id for line in lines if line.open and line.sku_id == pending), None)
    if awaited is not None:
        return awaited
    return scanned if scanned in lacking or not lacking else lacking[0]
