"""Taking over orders: whole orders, many in one transaction; the same record again changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import insert, select

from app.change import NOTHING, Change, changed
from app.domain.customs import CustomsLine, Goods, missing_customs, needs_customs
from app.domain.folding import folded
from app.domain.incoming import Problem
from app.domain.kits import Component, explode
from app.domain.master import SkuDraft
from app.domain.orders import ADDRESS, BENCH, PAPERS, SOURCE_CANCELLED, LineDraft, OrderDraft, lacking, reviewed
from app.domain.people import Actor
from app.domain.states import OrderState
from app.operations.importing_kits import kits_of
from app.operations.importing_lines import NEW_LINE
from app.operations.importing_master import import_skus
from app.operations.importing_rows import RowInserter, among, portions, take_ids
from app.operations.importing_updates import OrderChange, update_orders
from app.queries.customs import dispatch_country, goods_of
from db.base import new_uuid
from db.journal import record
from db.orders import Backend, Order, OrderLine, Shop, Sku
from db.store import Tx


@dataclass(slots=True)
class TakenOrders:
    """What became of one chunk of orders; `lines` counts those of new orders."""

    new: int = 0
    unchanged: int = 0
    lines: int = 0
    incomplete: int = 0
    new_skus: int = 0
    changes: list[OrderChange] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Origin:
    """Where orders come from and go to; `file` is the file's name, for the journal."""

    warehouse_id: int
    backend: str
    file: str


@dataclass(slots=True)
class Known:
    """Keys that one import has met, so that each chunk asks for new ones only: a key once given stays.

    `refused_skus` could not be made from the same file. An import whose chunk fails ends there, and this with it.
    """

    refused_skus: set[str] = field(default_factory=set)
    backend_id: int | None = None
    shops: dict[str, int] = field(default_factory=dict)
    skus: dict[str, int] = field(default_factory=dict)


def import_orders(
    tx: Tx, actor: Actor, origin: Origin, known: Known, drafts: Sequence[OrderDraft]
) -> tuple[TakenOrders, Change]:
    """Take over these orders, whole or not at all.

    A SKU that nobody knows is made with its code alone, so that no order is lost; its order is incomplete for want of
    a weight. Problems of an order, which then stays as it was: `sku_refused` (fact `sku`; it is one of the
    refused SKUs, or its code is another SKU's barcode), `order_in_work`, `order_was_cancelled`, `order_shipped`.
    A line of a kit becomes lines of its components, as the kit is defined when its order comes.
    """
    taken = TakenOrders()
    _find_shops(tx, origin.backend, known, drafts)
    stored = _find_orders(tx, known, drafts)
    news: list[OrderDraft] = []
    others: dict[int, OrderDraft] = {}
    for draft in drafts:
        there = stored.get((draft.shop, draft.source_id))
        if there is None:
            news.append(draft)
        elif there[1] == draft.fingerprint:
            taken.unchanged += 1
        else:
            others[there[0]] = draft
    if not news and not others:
        return taken, NOTHING
    _make_skus(tx, actor, origin, known, (*news, *others.values()), taken)
    news = [draft for draft in news if not _refused(draft, known, taken)]
    others = {order_id: draft for order_id, draft in others.items() if not _refused(draft, known, taken)}
    kits = kits_of(tx, known.skus, {line.sku for draft in (*news, *others.values()) for line in draft.lines})
    first = 0
    if news:
        _make_shops(tx, origin.backend, known, news)
        first = _insert(tx, origin.warehouse_id, known, news, kits, taken)
    updated = update_orders(tx, actor, others, known.skus, kits)
    taken.changes, taken.unchanged = updated.changes, taken.unchanged + updated.unchanged
    taken.problems += [*updated.problems, *updated.told]
    taken.refused += len(updated.problems)
    touched = [change.order_id for change in taken.changes]
    if not (news or touched):
        return taken, changed("stock") if taken.new_skus else NOTHING
    ids: dict[str, object] = {"file": origin.file}
    if news:
        ids["new"] = [first, len(news)]
    if touched:
        ids["changed"] = {str(change.order_id): change.fields for change in taken.changes}
    record(tx, actor, "import_orders", ids)
    return taken, changed("orders", "stock", "waves", ids=[("order", order_id) for order_id in touched])


def _find_shops(tx: Tx, backend: str, known: Known, drafts: Sequence[OrderDraft]) -> None:
    if known.backend_id is None:
        known.backend_id = tx.connection.execute(select(Backend.id).where(Backend.code == backend)).scalar()
    if known.backend_id is not None and any(draft.shop not in known.shops for draft in drafts):
        rows = tx.connection.execute(select(Shop.code, Shop.id).where(Shop.backend_id == known.backend_id))
        known.shops.update(rows.all())


def _make_shops(tx: Tx, backend: str, known: Known, drafts: Sequence[OrderDraft]) -> None:
    if known.backend_id is None:
        statement = insert(Backend).values(code=backend).returning(Backend.id)
        known.backend_id = tx.connection.execute(statement).scalar_one()
    for shop in sorted({draft.shop for draft in drafts} - known.shops.keys()):
        made = insert(Shop).values(backend_id=known.backend_id, code=shop, channel="").returning(Shop.id)
        known.shops[shop] = tx.connection.execute(made).scalar_one()


def _find_orders(tx: Tx, known: Known, drafts: Sequence[OrderDraft]) -> dict[tuple[str, str], tuple[int, str]]:
    """(order, fingerprint) by (shop, source id)."""
    found: dict[tuple[str, str], tuple[int, str]] = {}
    for shop in {draft.shop for draft in drafts} & known.shops.keys():
        for portion in portions(draft.source_id for draft in drafts if draft.shop == shop):
            same = among(tx.connection, Order.source_id, portion)
            rows = tx.connection.execute(
                select(Order.source_id, Order.id, Order.fingerprint)
                .where(Order.backend_id == known.backend_id, Order.shop_id == known.shops[shop], same)
            ).all()
            found.update({(shop, source_id): (order_id, said) for source_id, order_id, said in rows})
    return found


def _find_skus(tx: Tx, known: Known, codes: Iterable[str]) -> None:
    for portion in portions(codes):
        rows = tx.connection.execute(select(Sku.code, Sku.id).where(among(tx.connection, Sku.code, portion)))
        known.skus.update(rows.all())


def _make_skus(
    tx: Tx, actor: Actor, origin: Origin, known: Known, drafts: Sequence[OrderDraft], taken: TakenOrders
) -> None:
    """Meet all SKUs of the drafts, making those that nobody has heard of."""
    wanted = {line.sku: line.line for draft in drafts for line in draft.lines if line.sku not in known.skus}
    if not wanted:
        return
    _find_skus(tx, known, wanted)
    unknown = [
        SkuDraft(code=code, line=line)
        for code, line in wanted.items()
        if code not in known.skus and code not in known.refused_skus
    ]
    if unknown:
        made, _ = import_skus(tx, actor, origin.file, unknown)
        taken.problems += made.problems
        taken.new_skus = made.new
        _find_skus(tx, known, [draft.code for draft in unknown])


def _unweighed(tx: Tx, sku_ids: Iterable[int]) -> set[int]:
    """Those of the SKUs whose weight nobody knows."""
    found: set[int] = set()
    for portion in portions(sku_ids):
        statement = select(Sku.id).where(among(tx.connection, Sku.id, portion), Sku.weight_g.is_(None))
        found.update(tx.connection.execute(statement).scalars())
    return found


def _refused(draft: OrderDraft, known: Known, taken: TakenOrders) -> bool:
    wrong = [line for line in draft.lines if line.sku not in known.skus]
    if not wrong:
        return False
    for line in wrong:
        taken.problems.append(Problem(line.line, "sku_refused", {"order": draft.source_id, "sku": line.sku}))
    taken.refused += 1
    return True


_NEW_ORDER = (
    "id", "uuid", "warehouse_id", "backend_id", "shop_id", "source_id", "source_version", "payload", "fingerprint",
    "state", "missing", "reason", "placed_at", "ship_by", "service", *ADDRESS, "carrier", *PAPERS, *BENCH,
    "pieces", "folded_name", "version", "created_at", "updated_at",
)  # fmt: skip


def _insert(
    tx: Tx, warehouse_id: int, known: Known, news: Sequence[OrderDraft], kits: Mapping[str, Sequence[Component]],
    taken: TakenOrders,
) -> int:
    """Insert the new orders with their lines; returns the first id."""
    orders = RowInserter(tx.connection, Order, _NEW_ORDER)
    key, moment = orders.stored("uuid"), orders.stored("placed_at")
    states = {state: orders.stored("state")(state) for state in OrderState}
    now = orders.stored("created_at")(tx.at)
    skus = known.skus
    packed = [explode(draft.lines, kits) if kits else draft.lines for draft in news]
    unweighed = _unweighed(tx, {skus[line.sku] for draft_lines in packed for line in draft_lines})
    dispatch = dispatch_country(tx.connection, warehouse_id)
    abroad = [
        draft_lines for draft, draft_lines in zip(news, packed, strict=True)
        if needs_customs(dispatch, draft.country or "", draft.postcode or "")
    ]
    goods = goods_of(tx.connection, {skus[line.sku] for draft_lines in abroad for line in draft_lines})
    days: dict[datetime | None, object] = {None: None}
    ids = take_ids(tx.connection, Order, len(news))
    rows: list[tuple[object, ...]] = []
    lines: list[tuple[object, ...]] = []
    for order_id, draft, draft_lines in zip(ids, news, packed, strict=True):
        weighed, pieces = True, 0
        for position, line in enumerate(draft_lines, start=1):
            sku_id = skus[line.sku]
            pieces += line.quantity
            weighed = weighed and sku_id not in unweighed
            kit = None if line.kit is None else skus[line.kit]
            lines.append(
                (order_id, position, sku_id, line.quantity, line.price_minor, kit, line.kit_number, line.per_kit)
            )
        missing = lacking(
            recipient_name=draft.recipient_name, street=draft.street, city=draft.city, country=draft.country,
            weighed=weighed, customs=_missing_customs(draft, draft_lines, dispatch, skus, goods),
        )  # fmt: skip
        state = OrderState.CANCELLED if draft.cancelled else reviewed(missing)
        taken.incomplete += state is OrderState.INCOMPLETE
        for day in (draft.placed_at, draft.ship_by):
            if day not in days:
                days[day] = moment(day)
        rows.append(
            (
                order_id, key(new_uuid()), warehouse_id, known.backend_id, known.shops[draft.shop], draft.source_id,
                draft.source_version, draft.payload, draft.fingerprint, states[state], ",".join(missing),
                SOURCE_CANCELLED if draft.cancelled else None, days[draft.placed_at], days[draft.ship_by],
                draft.service or "", draft.recipient_name or "", draft.recipient_phone or "", draft.street or "",
                draft.postcode or "", draft.city or "", draft.region or "", draft.country or "", draft.carrier or "",
                draft.language or "", draft.currency or "", draft.freight_minor, draft.gift_message or "",
                bool(draft.hide_prices), draft.incoterm or "", draft.ioss or "", draft.recipient_vat or "",
                draft.recipient_eori or "", draft.buyer_message or "", draft.vip or "", bool(draft.first_order),
                bool(draft.allow_split), bool(draft.allow_substitutes), pieces,
                folded(draft.recipient_name or ""), 1, now, now,
            )
        )  # fmt: skip
    orders.insert(rows)
    RowInserter(tx.connection, OrderLine, NEW_LINE).insert(lines)
    taken.new += len(rows)
    taken.lines += len(lines)
    return ids[0]


def _missing_customs(
    draft: OrderDraft, packed: Sequence[LineDraft], dispatch: str, skus: Mapping[str, int], goods: Mapping[int, Goods]
) -> tuple[str, ...]:
    """What a new order lacks for customs; `goods` are those of all orders that cross a border."""
    if not goods:
        return ()
    lines = [CustomsLine(goods[skus[line.sku]], line.price_minor) for line in packed if skus[line.sku] in goods]
    return missing_customs(dispatch, draft.country or "", draft.postcode or "", lines, draft.currency or "")
