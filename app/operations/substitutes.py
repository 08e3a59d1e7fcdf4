"""What leaves the stock with an order: the SKUs that were packed, which with substitutes are not those picked."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, bindparam, func, insert, select

from app.operations.stock import Move, staging_stock
from app.operations.waves import picked_lots
from db.orders import Lot, OrderLine
from db.parcels import Captured, Parcel
from db.places import Location, LocationKind
from db.stock import Allocation, AllocationState, MoveKind, Stock, StockMove
from db.store import Tx

_PACKED_INSTEAD = (
    select(Captured.order_line_id, Captured.sku_id, Lot.id, func.sum(Captured.quantity))
    .join(Parcel, Parcel.id == Captured.parcel_id)
    .join(OrderLine, OrderLine.id == Captured.order_line_id)
    .outerjoin(Lot, (Lot.sku_id == Captured.sku_id) & (Lot.code == Captured.lot))
    .where(
        Parcel.order_id == bindparam("order"), Captured.released_at.is_(None), Captured.sku_id != OrderLine.sku_id
    )
    .group_by(Captured.order_line_id, Captured.sku_id, Lot.id)
    .order_by(Captured.order_line_id, Captured.sku_id, Lot.id)
)

_BROUGHT = (
    select(Stock.id, func.sum(StockMove.on_hand_delta))
    .join(StockMove, StockMove.stock_id == Stock.id)
    .where(
        Stock.sku_id == bindparam("sku"), StockMove.order_line_id == bindparam("line"),
        StockMove.kind == MoveKind.ADJUST,
    )
    .group_by(Stock.id)
    .order_by(Stock.id)
)


def ship_moves(tx: Tx, order_id: int, warehouse_id: int) -> list[Move]:
    """The moves by which the goods of an order leave, all its boxes being closed.

    What was picked and replaced by a substitute goes back to the shelf that it came from, and its promise is freed.
    The substitute comes from the shelves, as far as their stock is not promised to others; what the books know nothing
    of is found.
    """
    instead = tx.connection.execute(_PACKED_INSTEAD, {"order": order_id}).all()
    moves = []
    if instead:
        moves = _given_back(tx, order_id, warehouse_id, {line for line, *_ in instead})
    moves += [
        Move(staging_stock(tx, warehouse_id, sku, lot), MoveKind.SHIP, -quantity, 0, line)
        for line, _, sku, lot, quantity in picked_lots(tx, order_id)
    ]
    for line, sku, lot, pieces in instead:
        staging = staging_stock(tx, warehouse_id, sku, lot)
        _bring(tx, moves, warehouse_id, (line, sku, lot), staging, pieces - _there(tx, staging, line))
        moves.append(Move(staging, MoveKind.SHIP, -pieces, 0, line))
    return moves


def unship_moves(tx: Tx, order_id: int, warehouse_id: int) -> list[Move]:
    """The moves by which the goods of a shipped order are in the staging area again.

    Its substitutes count where they came from, as they did before they left.
    """
    out = [(line, sku, lot, quantity) for line, _, sku, lot, quantity in picked_lots(tx, order_id)]
    instead = [tuple(row) for row in tx.connection.execute(_PACKED_INSTEAD, {"order": order_id})]
    moves = [
        Move(staging_stock(tx, warehouse_id, sku, lot), MoveKind.SHIP, quantity, 0, line)
        for line, sku, lot, quantity in out + instead
    ]
    for line, sku in sorted({(line, sku) for line, sku, _, _ in instead}):
        for stock, brought in tx.connection.execute(_BROUGHT, {"line": line, "sku": sku}):
            moves.append(Move(stock, MoveKind.ADJUST, -brought, 0, line))
    return moves


def _given_back(tx: Tx, order_id: int, warehouse_id: int, lines: Iterable[int]) -> list[Move]:
    """Picked pieces of these lines that are in no box go back to their shelves."""
    moves: list[Move] = []
    for line in lines:
        wanted = tx.session.get_one(OrderLine, line, populate_existing=True)
        replaced = _sum(tx, _of_line(line))
        rows = tx.session.execute(
            select(Allocation, Stock)
            .join(Stock, Stock.id == Allocation.stock_id)
            .where(Allocation.order_line_id == line, Allocation.state == AllocationState.PICKED)
            .order_by(Allocation.id.desc())
        ).all()
        left = sum(promise.quantity for promise, _ in rows) - (wanted.quantity - wanted.backordered - replaced)
        for promise, stock in rows:
            back = min(left, promise.quantity)
            if back <= 0:
                break
            left -= back
            staging = staging_stock(tx, warehouse_id, stock.sku_id, stock.lot_id)
            moves += [
                Move(staging, MoveKind.RETURN, -back, 0, line), Move(stock.id, MoveKind.RETURN, back, 0, line)
            ]
            if back == promise.quantity:
                promise.state = AllocationState.FREED
            else:
                promise.quantity -= back
                tx.session.execute(
                    insert(Allocation).values(
                        order_line_id=line, stock_id=stock.id, quantity=back, state=AllocationState.FREED
                    )
                )
    tx.session.flush()
    return moves


def _bring(
    tx: Tx, moves: list[Move], warehouse_id: int, of: tuple[int, int, int | None], staging: int, pieces: int
) -> None:
    """Add the moves that bring pieces of a substitute, `of` (line, SKU, lot), to the staging area.

    From the shelves: those of its lot first, then the first to expire.
    """
    line, sku, lot = of
    rows = tx.connection.execute(
        select(Stock.id, Stock.on_hand - Stock.allocated)
        .join(Location, Location.id == Stock.location_id)
        .outerjoin(Lot, Lot.id == Stock.lot_id)
        .where(
            Location.warehouse_id == warehouse_id, Location.kind == LocationKind.PICK, Stock.sku_id == sku,
            Stock.on_hand > Stock.allocated,
        )
        .order_by(Stock.lot_id.is_not_distinct_from(lot).desc(), Lot.expires_on.is_(None), Lot.expires_on, Stock.id)
    ).all()
    for shelf, on_hand in rows:
        free = on_hand + sum(move.on_hand for move in moves if move.stock_id == shelf and move.on_hand < 0)
        taken = min(free, pieces)
        if taken > 0:
            pieces -= taken
            moves += [Move(shelf, MoveKind.ADJUST, -taken, 0, line), Move(staging, MoveKind.ADJUST, taken, 0, line)]
    if pieces > 0:
        moves.append(Move(staging, MoveKind.ADJUST, pieces, 0, line))


def _there(tx: Tx, stock: int, line: int) -> int:
    """What lies at a stock row for a line already."""
    moved = select(func.coalesce(func.sum(StockMove.on_hand_delta), 0)).where(
        StockMove.stock_id == stock, StockMove.order_line_id == line
    )
    there: int = tx.connection.execute(moved).scalar_one()
    return there


def _of_line(line: int) -> ColumnElement[bool]:
    own = select(OrderLine.sku_id).where(OrderLine.id == line).scalar_subquery()
    return (Captured.order_line_id == line) & (Captured.sku_id != own)


def _sum(tx: Tx, of: ColumnElement[bool]) -> int:
    packed: int = tx.connection.execute(
        select(func.coalesce(func.sum(Captured.quantity), 0)).where(of, Captured.released_at.is_(None))
    ).scalar_one()
    return packed
