"""Taking over orders: whole orders, many in one transaction; the same record again changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import insert, select

from app.change import NOTHING, Change, changed
from app.domain.incoming import Problem
from app.domain.master import SkuDraft
from app.domain.orders import ADDRESS, SOURCE_CANCELLED, OrderDraft, lacking, reviewed
from app.domain.people import Actor
from app.domain.states import OrderState
from app.operations.importing_master import import_skus
from app.operations.importing_rows import RowInserter, among, portions, take_ids
from app.operations.importing_updates import OrderChange, update_orders
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


def import_orders(
    tx: Tx, actor: Actor, origin: Origin, drafts: Sequence[OrderDraft], refused_skus: frozenset[str] = frozenset()
) -> tuple[TakenOrders, Change]:
    """Take over these orders, whole or not at all.

    A SKU that nobody knows is made with its code alone, so that no order is lost; its order is incomplete for want of
    a weight. Problems of an order, which then stays as it was: `sku_refused` (fact `sku`; it is in `refused_skus`, or
    its code is another SKU's barcode), `order_in_work`, `order_was_cancelled`, `order_shipped`.
    """
    taken = TakenOrders()
    backend_id, shops = _find_shops(tx, origin.backend)
    stored = _find_orders(tx, backend_id, shops, drafts)
    news: list[OrderDraft] = []
    others: dict[int, OrderDraft] = {}
    for draft in drafts:
        known = stored.get((shops.get(draft.shop, 0), draft.source_id))
        if known is None:
            news.append(draft)
        elif known[1] == draft.fingerprint:
            taken.unchanged += 1
        else:
            others[known[0]] = draft
    if not news and not others:
        return taken, NOTHING
    wanted = {line.sku: line for draft in (*news, *others.values()) for line in draft.lines}
    skus = _find_skus(tx, set(wanted))
    unknown = [
        SkuDraft(code=code, line=line.line)
        for code, line in wanted.items()
        if code not in skus and code not in refused_skus
    ]
    if unknown:
        made, _ = import_skus(tx, actor, origin.file, unknown)
        taken.problems += made.problems
        taken.new_skus = made.new
        skus |= _find_skus(tx, {draft.code for draft in unknown})
    news = [draft for draft in news if not _refused(draft, skus, taken)]
    others = {order_id: draft for order_id, draft in others.items() if not _refused(draft, skus, taken)}
    first = 0
    if news:
        if backend_id is None:
            statement = insert(Backend).values(code=origin.backend).returning(Backend.id)
            backend_id = tx.connection.execute(statement).scalar_one()
        for shop in sorted({draft.shop for draft in news} - shops.keys()):
            made_shop = insert(Shop).values(backend_id=backend_id, code=shop, channel="").returning(Shop.id)
            shops[shop] = tx.connection.execute(made_shop).scalar_one()
        first = _insert(tx, origin.warehouse_id, backend_id, shops, skus, news, taken)
    updated = update_orders(tx, actor, others, {code: sku[0] for code, sku in skus.items()})
    taken.changes, taken.unchanged = updated.changes, taken.unchanged + updated.unchanged
    taken.problems += updated.problems
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


def _find_shops(tx: Tx, backend: str) -> tuple[int | None, dict[str, int]]:
    backend_id = tx.connection.execute(select(Backend.id).where(Backend.code == backend)).scalar()
    if backend_id is None:
        return None, {}
    rows = tx.connection.execute(select(Shop.code, Shop.id).where(Shop.backend_id == backend_id))
    return backend_id, dict(rows.all())


def _find_orders(
    tx: Tx, backend_id: int | None, shops: dict[str, int], drafts: Sequence[OrderDraft]
) -> dict[tuple[int, str], tuple[int, str]]:
    """(order, fingerprint) by (shop, source id)."""
    found: dict[tuple[int, str], tuple[int, str]] = {}
    if backend_id is None:
        return found
    for shop_id in {shops[draft.shop] for draft in drafts if draft.shop in shops}:
        for portion in portions(draft.source_id for draft in drafts if shops.get(draft.shop) == shop_id):
            same = among(tx.connection, Order.source_id, portion)
            rows = tx.connection.execute(
                select(Order.source_id, Order.id, Order.fingerprint)
                .where(Order.backend_id == backend_id, Order.shop_id == shop_id, same)
            ).all()
            found.update({(shop_id, source_id): (order_id, said) for source_id, order_id, said in rows})
    return found


def _find_skus(tx: Tx, codes: set[str]) -> dict[str, tuple[int, bool]]:
    """(SKU, whether its weight is known) by code."""
    found: dict[str, tuple[int, bool]] = {}
    for portion in portions(codes):
        statement = select(Sku.code, Sku.id, Sku.weight_g).where(among(tx.connection, Sku.code, portion))
        rows = tx.connection.execute(statement).all()
        found.update({code: (sku_id, weight is not None) for code, sku_id, weight in rows})
    return found


def _refused(draft: OrderDraft, skus: dict[str, tuple[int, bool]], taken: TakenOrders) -> bool:
    wrong = [line for line in draft.lines if line.sku not in skus]
    if not wrong:
        return False
    for line in wrong:
        taken.problems.append(Problem(line.line, "sku_refused", {"order": draft.source_id, "sku": line.sku}))
    taken.refused += 1
    return True


_NEW_ORDER = (
    "id", "uuid", "warehouse_id", "backend_id", "shop_id", "source_id", "source_version", "payload", "fingerprint",
    "state", "missing", "reason", "placed_at", "ship_by", "service", *ADDRESS, "version", "created_at", "updated_at",
)  # fmt: skip


def _insert(
    tx: Tx, warehouse_id: int, backend_id: int, shops: dict[str, int], skus: dict[str, tuple[int, bool]],
    news: Sequence[OrderDraft], taken: TakenOrders,
) -> int:
    """Insert the new orders with their lines; returns the first id."""
    if not news:
        return 0
    orders = RowInserter(tx.connection, Order, _NEW_ORDER)
    key, moment = orders.stored("uuid"), orders.stored("placed_at")
    states = {state: orders.stored("state")(state) for state in OrderState}
    now = orders.stored("created_at")(tx.at)
    days: dict[datetime | None, object] = {None: None}
    ids = take_ids(tx.connection, Order, len(news))
    rows: list[tuple[object, ...]] = []
    lines: list[tuple[object, ...]] = []
    for order_id, draft in zip(ids, news, strict=True):
        weighed = True
        for position, line in enumerate(draft.lines, start=1):
            sku_id, known = skus[line.sku]
            weighed = weighed and known
            lines.append((order_id, position, sku_id, line.quantity))
        missing = lacking(
            recipient_name=draft.recipient_name, street=draft.street, city=draft.city, country=draft.country,
            weighed=weighed,
        )  # fmt: skip
        state = OrderState.CANCELLED if draft.cancelled else reviewed(missing)
        taken.incomplete += state is OrderState.INCOMPLETE
        for day in (draft.placed_at, draft.ship_by):
            if day not in days:
                days[day] = moment(day)
        rows.append(
            (
                order_id, key(new_uuid()), warehouse_id, backend_id, shops[draft.shop], draft.source_id,
                draft.source_version, draft.payload, draft.fingerprint, states[state], ",".join(missing),
                SOURCE_CANCELLED if draft.cancelled else None, days[draft.placed_at], days[draft.ship_by],
                draft.service or "", draft.recipient_name or "", draft.recipient_phone or "", draft.street or "",
                draft.postcode or "", draft.city or "", draft.region or "", draft.country or "", 1, now, now,
            )
        )  # fmt: skip
    orders.insert(rows)
    RowInserter(tx.connection, OrderLine, ("order_id", "position", "sku_id", "quantity")).insert(lines)
    taken.new += len(rows)
    taken.lines += len(lines)
    return ids[0]
