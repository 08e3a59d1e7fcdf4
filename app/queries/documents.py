"""What documents say, read from the database, and the lists of what there are documents of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.domain.barcode import Kind, make_code
from app.domain.customs import SDR_RATES
from app.domain.declaration import Declaration
from app.domain.documents import DOCUMENTS, MOST_CODES, Document, Subject, Wanted
from app.domain.errors import Refusal
from app.domain.shipping import recipient_lines
from app.domain.states import BatchState, LabelState, Lane, ParcelState, TaskState, WaveState
from app.queries.cartons import carton_names
from app.queries.customs import declaration
from app.queries.order_list import OrderFilter, OrderSort, order_page, order_total
from app.queries.orders import find_order
from app.queries.search import search
from app.queries.slip_lines import slip_lines
from app.texts import country_name
from db.label_files import Manifest
from db.orders import Order, OrderLine, Shop, Sku
from db.parcels import Label, Parcel, PrintQueue
from db.places import Location, LocationKind, Operator, Warehouse
from db.waves import Batch, BatchOrder, PickTask, Tote, Wave
from printing.documents.codes import CodeLabel
from printing.documents.manifest import Manifest as ManifestSheet
from printing.documents.manifest import ManifestParcel
from printing.documents.packing_slip import PackingSlip
from printing.documents.pick_list import PickLine, PickList, PickTote
from printing.documents.wave_sheet import CutOff, WaveBatch, WaveSheet


@dataclass(frozen=True, slots=True)
class Paper:
    """Something there are documents of: its subject and key, what it is called, and what is said of it.

    `kind` is a state or a lane, `detail` a country, a wave or a day, "" where there is none; a `key` below zero is a
    carrier whose parcels are on no manifest yet.
    """

    subject: Subject
    key: int
    name: str
    kind: str
    detail: str
    count: int
    at: datetime | None


def paper_total(session: Session, subject: Subject, text: str, warehouse_id: int) -> int:
    """How many there are of a subject whose name holds `text`."""
    if subject is Subject.ORDER:
        return order_total(session, OrderFilter(text=text, warehouse_id=warehouse_id))
    return len(_papers(session, subject, text, warehouse_id))


def paper_page(
    session: Session, subject: Subject, text: str, warehouse_id: int, *, offset: int = 0, limit: int = 200
) -> Sequence[Paper]:
    """`limit` of them from the `offset`-th on, the newest first."""
    if subject is Subject.ORDER:
        rows = order_page(
            session, filter=OrderFilter(text=text, warehouse_id=warehouse_id), sort=OrderSort.UPDATED, descending=True,
            offset=offset, limit=limit,
        )
        return [
            Paper(
                subject, row.order_id, row.source_id, row.state.value, row.country, row.pieces, row.updated_at
            )
            for row in rows
        ]
    return _papers(session, subject, text, warehouse_id)[offset : offset + limit]


def _papers(session: Session, subject: Subject, text: str, warehouse_id: int) -> list[Paper]:
    found = {
        Subject.WAVE: _waves, Subject.CART: _carts, Subject.MANIFEST: _manifests, Subject.CODES: _codes,
    }[subject](session, warehouse_id)  # fmt: skip
    return [paper for paper in found if text.casefold() in paper.name.casefold()]


def _waves(session: Session, warehouse_id: int) -> list[Paper]:
    orders = (
        select(func.count()).select_from(BatchOrder).join(Batch, Batch.id == BatchOrder.batch_id)
        .where(Batch.wave_id == Wave.id).scalar_subquery()
    )  # fmt: skip
    rows = session.execute(
        select(Wave.id, Wave.state, orders, Wave.created_at)
        .where(Wave.warehouse_id == warehouse_id, Wave.state != WaveState.CANCELLED)
        .order_by(Wave.id.desc())
    )
    return [Paper(Subject.WAVE, wave, str(wave), state.value, "", count, at) for wave, state, count, at in rows]


def _carts(session: Session, warehouse_id: int) -> list[Paper]:
    orders = select(func.count()).where(BatchOrder.batch_id == Batch.id).scalar_subquery()
    rows = session.execute(
        select(Batch.id, Wave.id, Batch.number, Batch.lane, orders, Wave.created_at)
        .join(Wave, Wave.id == Batch.wave_id)
        .where(Wave.warehouse_id == warehouse_id, Batch.state != BatchState.CANCELLED)
        .order_by(Wave.id.desc(), Batch.number)
    )
    return [
        Paper(Subject.CART, batch, f"{wave} - {number}", lane.value, str(wave), count, at)
        for batch, wave, number, lane, count, at in rows
    ]


def _manifests(session: Session, warehouse_id: int) -> list[Paper]:
    """First the carriers whose parcels stand there, then the manifests, the newest first."""
    waiting = session.execute(
        waiting_parcels(warehouse_id)
        .with_only_columns(Label.carrier, func.count(), func.max(Parcel.closed_at))
        .group_by(Label.carrier)
        .order_by(Label.carrier)
    ).all()
    labels = select(func.count()).where(Label.manifest_id == Manifest.id).scalar_subquery()
    made = session.execute(
        select(Manifest.id, Manifest.carrier, Manifest.number, labels, Manifest.created_at)
        .where(Manifest.warehouse_id == warehouse_id)
        .order_by(Manifest.id.desc())
    )
    return [
        *(
            Paper(Subject.MANIFEST, -1 - at, carrier, "waiting", "", count, last)
            for at, (carrier, count, last) in enumerate(waiting)
        ),
        *(
            Paper(Subject.MANIFEST, key, carrier, "made", str(number), count, at)
            for key, carrier, number, count, at in made
        ),
    ]


def waiting_carriers(session: Session, warehouse_id: int) -> int:
    """How many carriers have parcels standing there that are on no manifest."""
    waiting = waiting_parcels(warehouse_id).with_only_columns(Label.carrier).order_by(None).distinct().subquery()
    return session.execute(select(func.count()).select_from(waiting)).scalar_one()


def order_named(session: Session, code: str) -> tuple[str, int]:
    """Number and id of the one order that a scanned code names: order, tracking, label, tote.

    Raises Refusal `frame_found_nothing`, `frame_found_several` (text).
    """
    orders = {hit.order_id for hit in search(session, code)} - {None}
    if len(orders) != 1:
        raise Refusal("frame_found_several" if orders else "frame_found_nothing", text=code)
    order = session.get_one(Order, orders.pop())
    return order.source_id, order.id


def waiting_parcels(warehouse_id: int) -> Select[int]:
    """The valid labels of closed parcels that are on no manifest, in the order in which the parcels were closed."""
    return (
        select(Label.id)
        .join(Parcel, Parcel.id == Label.parcel_id)
        .join(Order, Order.id == Parcel.order_id)
        .where(
            Order.warehouse_id == warehouse_id, Parcel.state == ParcelState.CLOSED, Label.state == LabelState.VALID,
            Label.manifest_id.is_(None),
        )
        .order_by(Parcel.closed_at, Label.id)
    )


def _codes(session: Session, warehouse_id: int) -> list[Paper]:
    counts = {
        Document.LOCATIONS: select(func.count()).where(
            Location.warehouse_id == warehouse_id, Location.kind == LocationKind.PICK
        ),
        Document.TOTES: select(func.count()).where(Tote.warehouse_id == warehouse_id),
        Document.BADGES: select(func.count()).select_from(Operator),
    }
    return [
        Paper(
            Subject.CODES, key, document.value, "", "",
            session.execute(counts[document]).scalar_one() if document in counts else 0, None,
        )
        for key, document in enumerate(DOCUMENTS[Subject.CODES])
    ]  # fmt: skip


def sheet_of(key: int) -> Document:
    """The sheet of codes with this key."""
    return DOCUMENTS[Subject.CODES][key]


_CHINESE = frozenset({"CN", "HK", "MO", "TW"})
UNNAMED_SHOP = "file"  # the shop of an order whose file names none, as the profiles have it

Content: TypeAlias = PackingSlip | Declaration | PickList | WaveSheet | ManifestSheet | Sequence[CodeLabel]


def content_of(
    session: Session, wanted: Wanted, rates: Mapping[str, Decimal] = SDR_RATES
) -> tuple[Content, str]:
    """What a document says, and in which language; raises Refusal for what is not there.

    `rates` are units of a currency for one special drawing right: by them customs' limits are told.
    """
    match wanted.document:
        case Document.PACKING_SLIP:
            return packing_slip_of(session, wanted.key, wanted.parcel_id), _language(session, wanted)
        case Document.CN22 | Document.CN23 | Document.INVOICE | Document.RETURN_LABEL:
            declared = declaration(session, order_id=wanted.key, parcel_id=wanted.parcel_id, rates=rates)
            return declared, _language(session, wanted)
        case Document.PICK_LIST:
            return pick_list_of(session, wanted.key), wanted.language
        case Document.WAVE_SHEET:
            return wave_sheet_of(session, wanted.key), wanted.language
        case Document.MANIFEST:
            return manifest_of(session, wanted.key), wanted.language
        case _:
            codes = codes_of(session, wanted.document, wanted.warehouse_id, wanted.first, wanted.count)
            return codes, wanted.language


def _language(session: Session, wanted: Wanted) -> str:
    """The buyer's, unless another is wanted; of one who has not said it the likelier of the house's languages."""
    if wanted.own:
        return wanted.language
    order = _order(session, wanted.key)
    return order.language or ("zh" if order.country in _CHINESE else "en")


@dataclass(frozen=True, slots=True)
class QueuePrinter:
    """What the printer of a queue takes; the media in millimetres, None where nobody has told."""

    language: str
    dpi: int
    width_mm: int | None
    height_mm: int | None


def printer_of(session: Session, queue: str) -> QueuePrinter:
    """What the printer of a queue takes; ZPL at 203 dpi where none has ever printed."""
    row = session.get(PrintQueue, queue)
    return QueuePrinter("zpl", 203, None, None) if row is None else QueuePrinter(
        row.language, row.dpi, row.width_mm, row.height_mm
    )  # fmt: skip


def packing_slip_of(session: Session, order_id: int, parcel_id: int | None = None) -> PackingSlip:
    """An order's packing slip with what its parcels hold, or one of them, or all that was ordered while they are empty.

    Raises Refusal `order_unknown`.
    """
    order = _order(session, order_id)
    warehouse = session.get_one(Warehouse, order.warehouse_id)
    shop = session.get_one(Shop, order.shop_id)
    parcels = session.execute(
        select(Parcel.id, Label.tracking, Parcel.number)
        .outerjoin(Label, (Label.parcel_id == Parcel.id) & (Label.state == LabelState.VALID))
        .where(Parcel.order_id == order_id, Parcel.state != ParcelState.VOIDED)
        .order_by(Parcel.id.desc())
    ).all()
    parcel = next((each for each in parcels if each.id == parcel_id), None) or next(iter(parcels), None)
    zone = ZoneInfo(warehouse.zone)
    return PackingSlip(
        order=order.source_id,
        recipient="\n".join(
            recipient_lines(
                order.recipient_name, order.street, order.postcode, order.city, order.region,
                country_name(order.country),
            )
        ),
        lines=slip_lines(session, order_id, parcel_id),
        shop="" if shop.code == UNNAMED_SHOP else shop.code,
        sender=warehouse.sender,
        placed_on=None if order.placed_at is None else order.placed_at.astimezone(zone).date(),
        service=order.service,
        tracking="" if parcel is None else parcel.tracking or "",
        parcel=1 if parcel is None or parcel_id is None else parcel.number,
        parcels=1 if parcel_id is None else len(parcels),
        currency=order.currency,
        freight_minor=order.freight_minor,
        hide_prices=order.hide_prices,
        gift_message=order.gift_message,
        returns=warehouse.sender,
    )


def _order(session: Session, order_id: int) -> Order:
    order = session.get(Order, order_id)
    if order is None:
        raise Refusal("order_unknown", order=order_id)
    return order


def pick_list_of(session: Session, batch_id: int) -> PickList:
    """One cart's walk; raises Refusal `batch_unknown`."""
    batch = session.get(Batch, batch_id)
    if batch is None:
        raise Refusal("batch_unknown", batch=batch_id)
    wave = session.get_one(Wave, batch.wave_id)
    zone = ZoneInfo(session.get_one(Warehouse, wave.warehouse_id).zone)
    rows = session.execute(
        select(BatchOrder.slot, Tote.code, Order.source_id, Order.pieces)
        .join(Order, Order.id == BatchOrder.order_id)
        .outerjoin(Tote, Tote.id == BatchOrder.tote_id)
        .where(BatchOrder.batch_id == batch_id)
        .order_by(BatchOrder.slot)
    ).all()
    totes = [PickTote(_slot(batch.lane, slot), tote or "", order, pieces) for slot, tote, order, pieces in rows]
    if batch.lane is Lane.SINGLE:  # all orders lie in one tote
        codes = dict.fromkeys(each.tote for each in totes if each.tote)
        # before the wave is released it has none
        totes = [PickTote("", code, "", sum(each.pieces for each in totes if each.tote == code)) for code in codes]
    lines = session.execute(
        select(Location.code, Sku.code, Sku.name, PickTask.quantity, BatchOrder.slot, Tote.code)
        .join(Location, Location.id == PickTask.location_id)
        .join(Sku, Sku.id == PickTask.sku_id)
        .join(OrderLine, OrderLine.id == PickTask.order_line_id)
        .outerjoin(BatchOrder, BatchOrder.order_id == OrderLine.order_id)
        .outerjoin(Tote, Tote.id == BatchOrder.tote_id)
        .where(PickTask.batch_id == batch_id, PickTask.state != TaskState.CANCELLED)
        .order_by(PickTask.sequence)
    )
    due = session.execute(
        select(func.min(Order.ship_by)).join(BatchOrder, BatchOrder.order_id == Order.id)
        .where(BatchOrder.batch_id == batch_id)
    ).scalar()  # fmt: skip
    return PickList(
        wave=str(wave.id),
        batch=f"{wave.id} - {batch.number}",
        lines=tuple(
            PickLine(place, sku, name, pieces, _slot(batch.lane, slot), tote or "")
            for place, sku, name, pieces, slot, tote in lines
        ),
        totes=tuple(totes),
        lane=batch.lane.value,
        walk_mm=batch.walk_mm,
        cut_off=None if due is None else due.astimezone(zone),
    )


def _slot(lane: Lane, slot: int | None) -> str:
    return "" if slot is None or lane is Lane.SINGLE else str(slot)


def wave_sheet_of(session: Session, wave_id: int) -> WaveSheet:
    """A wave and its carts; raises Refusal `wave_unknown`."""
    wave = session.get(Wave, wave_id)
    if wave is None:
        raise Refusal("wave_unknown", wave=wave_id)
    zone = ZoneInfo(session.get_one(Warehouse, wave.warehouse_id).zone)
    of_batch = (
        select(BatchOrder.batch_id, func.count(BatchOrder.order_id), func.min(Order.ship_by))
        .join(Order, Order.id == BatchOrder.order_id)
        .join(Batch, Batch.id == BatchOrder.batch_id)
        .where(Batch.wave_id == wave_id)
        .group_by(BatchOrder.batch_id)
    )
    orders = {batch: (count, due) for batch, count, due in session.execute(of_batch)}
    tasks = {
        batch: (lines, pieces)
        for batch, lines, pieces in session.execute(
            select(PickTask.batch_id, func.count(), func.sum(PickTask.quantity))
            .join(Batch, Batch.id == PickTask.batch_id)
            .where(Batch.wave_id == wave_id, PickTask.state != TaskState.CANCELLED)
            .group_by(PickTask.batch_id)
        )
    }
    batches = []
    for batch in session.scalars(
        select(Batch).where(Batch.wave_id == wave_id, Batch.state != BatchState.CANCELLED).order_by(Batch.number)
    ):
        count, due = orders.get(batch.id, (0, None))
        lines, pieces = tasks.get(batch.id, (0, 0))
        batches.append(
            WaveBatch(
                str(batch.number), batch.lane.value, count, lines, pieces, batch.walk_mm,
                cut_off=None if due is None else due.astimezone(zone),
            )
        )
    cut_offs = session.execute(
        select(Order.service, Order.ship_by, func.count())
        .join(BatchOrder, BatchOrder.order_id == Order.id)
        .join(Batch, Batch.id == BatchOrder.batch_id)
        .where(Batch.wave_id == wave_id, Order.ship_by.is_not(None))
        .group_by(Order.service, Order.ship_by)
        .order_by(Order.ship_by, Order.service)
        .limit(12)
    )
    return WaveSheet(
        wave=str(wave.id),
        batches=tuple(batches),
        cut_offs=tuple(CutOff(service, at.astimezone(zone), count) for service, at, count in cut_offs if at),
        released_at=None if wave.released_at is None else wave.released_at.astimezone(zone),
    )


def manifest_of(session: Session, manifest_id: int) -> ManifestSheet:
    """A carrier's manifest with its parcels, as they were closed; raises Refusal `manifest_unknown`."""
    manifest = session.get(Manifest, manifest_id)
    if manifest is None:
        raise Refusal("manifest_unknown", manifest=manifest_id)
    warehouse = session.get_one(Warehouse, manifest.warehouse_id)
    rows = session.execute(
        select(Label.tracking, Order.source_id, Label.service, Order.country, Parcel.weight_g)
        .join(Parcel, Parcel.id == Label.parcel_id)
        .join(Order, Order.id == Parcel.order_id)
        .where(Label.manifest_id == manifest_id)
        .order_by(Parcel.closed_at, Label.id)
    )
    return ManifestSheet(
        number=manifest_number(warehouse.code, manifest.number),
        carrier=manifest.carrier or warehouse.name,
        parcels=tuple(ManifestParcel(*row) for row in rows),
        made_at=manifest.created_at.astimezone(ZoneInfo(warehouse.zone)),
        warehouse=warehouse.name,
        sender=warehouse.sender,
    )


def first_warehouse(session: Session) -> int:
    """The warehouse that a command without a window works for; raises Refusal `papers_no_warehouse`."""
    found: int | None = session.scalar(select(func.min(Warehouse.id)))
    if found is None:
        raise Refusal("papers_no_warehouse")
    return found


def paper_key(session: Session, document: Document, what: str, warehouse_id: int) -> int:
    """The key of what a document is about, by its number: an order, a wave, a cart (`4-1`), a carrier's manifest.

    Raises Refusal `order_unknown`, `order_ambiguous`, `wave_unknown`, `batch_unknown`, `manifest_unknown`.
    """
    if document in DOCUMENTS[Subject.ORDER]:
        return find_order(session, what)
    if document in DOCUMENTS[Subject.CODES]:
        return DOCUMENTS[Subject.CODES].index(document)
    unknown = {
        Document.WAVE_SHEET: Refusal("wave_unknown", wave=what),
        Document.PICK_LIST: Refusal("batch_unknown", batch=what),
    }.get(document, Refusal("manifest_unknown", manifest=what))  # fmt: skip
    wave, _, number = what.partition("-")
    if document is Document.MANIFEST:
        key = session.scalar(
            select(func.max(Manifest.id)).where(Manifest.warehouse_id == warehouse_id, Manifest.carrier == what)
        )
    elif not (wave.isdecimal() and (number.isdecimal() or document is Document.WAVE_SHEET)):
        raise unknown
    elif document is Document.WAVE_SHEET:
        key = session.scalar(select(Wave.id).where(Wave.id == int(wave)))
    else:
        key = session.scalar(select(Batch.id).where(Batch.wave_id == int(wave), Batch.number == int(number)))
    if key is None:
        raise unknown
    return key


def manifest_number(warehouse: str, number: int) -> str:
    """How a manifest is called: `MAIN-000012`."""
    return f"{warehouse}-{number:06d}"


def codes_of(session: Session, document: Document, warehouse_id: int, first: int, count: int) -> list[CodeLabel]:
    """The codes of a sheet: all locations, totes, people or cartons, or `count` numbered ones from `first` on.

    Cartons are numbered in a warehouse that has none. Raises Refusal `papers_too_many_codes` (most).
    """
    if count > MOST_CODES:
        raise Refusal("papers_too_many_codes", most=MOST_CODES)
    match document:
        case Document.LOCATIONS:
            rows = session.execute(
                select(Location.code, Location.aisle)
                .where(Location.warehouse_id == warehouse_id, Location.kind == LocationKind.PICK)
                .order_by(Location.aisle, Location.bay, Location.code)
                .limit(MOST_CODES)
            )
            return [CodeLabel(code, code, aisle) for code, aisle in rows]
        case Document.TOTES:
            rows = session.execute(
                select(Tote.code, Tote.number)
                .where(Tote.warehouse_id == warehouse_id)
                .order_by(Tote.number)
                .limit(MOST_CODES)
            )
            return [CodeLabel(code, str(number), code) for code, number in rows]
        case Document.BADGES:
            people = session.execute(select(Operator.id, Operator.name).order_by(Operator.name))
            return [CodeLabel(make_code(Kind.PERSON, key), name, make_code(Kind.PERSON, key)) for key, name in people]
        case Document.CARTONS if known := carton_names(session, warehouse_id):
            return [CodeLabel(code, name, f"{code} {sizes}") for code, name, sizes in known[:MOST_CODES]]
        case Document.CARTS | Document.CARTONS:
            kind = Kind.CART if document is Document.CARTS else Kind.CARTON
            numbers = range(first, first + count)
            return [CodeLabel(make_code(kind, n), str(n), make_code(kind, n)) for n in numbers]
        case _:
            raise ValueError(f"{document} is no sheet of codes")
