"""Orders that cannot go on at the bench: to the problem shelf, or sent without what is missing."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import bindparam, func, insert, select, update

from app.domain.states import ORDER, OrderState, advance
from app.domain.verdict import Verdict
from app.operations.deeds import Deed
from app.operations.stock import Move, apply_moves, staging_stock
from db.base import new_uuid
from db.journal import record
from db.orders import Order, OrderLine
from db.parcels import Parcel
from db.places import Location, LocationKind
from db.stock import Allocation, AllocationState, MoveKind, Stock
from db.store import Tx
from db.waves import BatchOrder

_EMPTY = update(BatchOrder).where(BatchOrder.order_id == bindparam("order")).values(emptied_at=bindparam("now"))


def shelve(deed: Deed) -> Verdict:
    """The order leaves the table for a slot of the problem shelf, with all that is in its boxes and its tote."""
    tx, parcel = deed.tx, deed.parcel
    order = tx.session.get_one(Order, parcel.order_id, populate_existing=True)
    slot = _free_slot(tx, order.warehouse_id)
    order.state = advance(ORDER, order.state, OrderState.PROBLEM)
    order.reason, order.problem_location_id = deed.verdict.reason, slot.id
    order.version += 1
    order.updated_at = tx.at
    tx.session.execute(update(Parcel).where(Parcel.order_id == order.id).values(station_id=None))
    tx.connection.execute(_EMPTY, {"order": order.id, "now": tx.at})
    ids = {"order": order.id, "parcel": parcel.parcel_id, "slot": slot.code, "line": deed.verdict.line_id}
    record(tx, deed.actor, "shelve", ids, reason=deed.verdict.reason)
    tx.session.flush()
    return replace(deed.verdict, facts={**deed.verdict.facts, "slot": slot.code})


def unshelve(tx: Tx, order_id: int) -> None:
    """The order is taken from its slot of the problem shelf, to be packed."""
    taken = update(Order).where(Order.id == order_id).values(problem_location_id=None, reason=None)
    tx.session.execute(taken.execution_options(synchronize_session="fetch"))


def _free_slot(tx: Tx, warehouse_id: int) -> Location:
    """The first slot of the problem shelf in which nothing lies; the shelf grows where all are taken."""
    taken = select(Order.id).where(Order.problem_location_id == Location.id)
    free = tx.session.scalars(
        select(Location)
        .where(
            Location.warehouse_id == warehouse_id, Location.kind == LocationKind.PROBLEM, ~taken.exists()
        )
        .order_by(Location.id)
        .limit(1)
    ).first()
    if free is not None:
        return free
    number: int = tx.session.execute(
        select(func.count(Location.id)).where(
            Location.warehouse_id == warehouse_id, Location.kind == LocationKind.PROBLEM
        )
    ).scalar_one()
    while True:
        number += 1
        code = f"P-{number:02d}"
        used = select(Location.id).where(Location.warehouse_id == warehouse_id, Location.code == code)
        if tx.session.execute(used).first() is None:
            break
    made = Location(warehouse_id=warehouse_id, code=code, kind=LocationKind.PROBLEM)
    tx.session.add(made)
    tx.session.flush()
    return made


def split_off(deed: Deed) -> Verdict:
    """What is missing of the order is sent with another order later; the rest of it is complete now."""
    tx, parcel = deed.tx, deed.parcel
    order = tx.session.get_one(Order, parcel.order_id, populate_existing=True)
    later = _order_for_the_rest(tx, order)
    missing = [(line.line_id, line.open) for line in parcel.lines if line.open]
    for position, (line_id, pieces) in enumerate(missing, 1):
        line = tx.session.get_one(OrderLine, line_id, populate_existing=True)
        line.backordered += pieces
        tx.session.add(
            OrderLine(
                order_id=later.id, position=position, sku_id=line.sku_id, quantity=pieces,
                price_minor=line.price_minor, kit_sku_id=line.kit_sku_id, kit_number=line.kit_number,
                per_kit=line.per_kit,
            )
        )
        _write_off(tx, order, line_id, pieces)
    total = sum(pieces for _, pieces in missing)
    later.pieces = total
    order.version += 1
    order.updated_at = tx.at
    tx.session.flush()
    ids = {"order": order.id, "later": later.id, "pieces": total}
    record(tx, deed.actor, "split_off", ids, reason=deed.verdict.reason)
    record(tx, deed.actor, "split_from", {"order": later.id, "from": order.id}, reason=deed.verdict.reason)
    return replace(deed.verdict, facts={**deed.verdict.facts, "later": later.source_id})


_COPIED = (
    "warehouse_id", "backend_id", "shop_id", "payload", "placed_at", "ship_by", "service", "recipient_name",
    "recipient_phone", "street", "postcode", "city", "region", "country", "language", "carrier", "currency",
    "hide_prices", "incoterm", "ioss", "recipient_vat", "recipient_eori", "vip", "allow_split", "allow_substitutes",
    "address_version",
)  # fmt: skip


def _order_for_the_rest(tx: Tx, order: Order) -> Order:
    """An order like this one, without lines; its number is the order's with how many times it was split."""
    before: int = tx.session.execute(select(func.count(Order.id)).where(Order.split_from_id == order.id)).scalar_one()
    source_id = f"{order.source_id}-R{before + 1}"
    later = Order(
        uuid=new_uuid(), source_id=source_id, fingerprint=f"{order.fingerprint}-R{before + 1}",
        state=OrderState.READY, split_from_id=order.id, created_at=tx.at, updated_at=tx.at,
        **{name: getattr(order, name) for name in _COPIED},
    )
    tx.session.add(later)
    tx.session.flush()
    return later


def _write_off(tx: Tx, order: Order, line_id: int, pieces: int) -> None:
    """Pieces that the picker is said to have put into the tote are not there: they leave the staging area as short."""
    for promise, stock in tx.session.execute(
        select(Allocation, Stock)
        .join(Stock, Stock.id == Allocation.stock_id)
        .where(Allocation.order_line_id == line_id, Allocation.state == AllocationState.PICKED)
        .order_by(Allocation.id.desc())
    ).all():
        gone = min(pieces, promise.quantity)
        if not gone:
            break
        staging = staging_stock(tx, order.warehouse_id, stock.sku_id, stock.lot_id)
        apply_moves(tx, [Move(staging, MoveKind.SHORT, -gone, 0, line_id)])
        if gone == promise.quantity:
            promise.state = AllocationState.FREED
        else:
            promise.quantity -= gone
            tx.session.execute(
                insert(Allocation).values(
                    order_line_id=line_id, stock_id=stock.id, quantity=gone, state=AllocationState.FREED
                )
            )
        pieces -= gone
    tx.session.flush()
