"""Moves of stock: the one place where a stock row's numbers change after it was imported."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import bindparam, insert, select, update

from db.base import new_uuid
from db.places import Location, LocationKind
from db.stock import MoveKind, Stock, StockMove
from db.store import Tx


@dataclass(frozen=True, slots=True)
class Move:
    """One change of one stock row, in pieces."""

    stock_id: int
    kind: MoveKind
    on_hand: int
    allocated: int
    order_line_id: int | None


# written out once: put together anew, they would cost a scan that closes a parcel a third of its time
_MOVES = insert(StockMove)
_CARRY = (
    update(Stock)
    .where(Stock.id == bindparam("stock"))
    .values(on_hand=Stock.on_hand + bindparam("more"), allocated=Stock.allocated + bindparam("promised"))
)
_STAGING = select(Location.id).where(
    Location.warehouse_id == bindparam("warehouse"), Location.kind == LocationKind.STAGING
)
_STOCK = select(Stock.id).where(
    Stock.location_id == bindparam("location"), Stock.sku_id == bindparam("sku"),
    Stock.lot_id.is_not_distinct_from(bindparam("lot")),
)


def apply_moves(tx: Tx, moves: Iterable[Move]) -> None:
    """Write the moves and carry them into their stock rows.

    A move that would promise or take more than there is fails the transaction (the table's constraints).
    """
    moves = list(moves)
    if not moves:
        return
    tx.connection.execute(
        _MOVES,
        [
            {
                "uuid": new_uuid(), "stock_id": m.stock_id, "kind": m.kind, "on_hand_delta": m.on_hand,
                "allocated_delta": m.allocated, "order_line_id": m.order_line_id, "at": tx.at,
            }
            for m in moves
        ],
    )
    sums: dict[int, list[int]] = {}
    for move in moves:
        both = sums.setdefault(move.stock_id, [0, 0])
        both[0] += move.on_hand
        both[1] += move.allocated
    for stock_id, (on_hand, allocated) in sorted(sums.items()):
        tx.connection.execute(_CARRY, {"stock": stock_id, "more": on_hand, "promised": allocated})


def staging_stock(tx: Tx, warehouse_id: int, sku_id: int, lot_id: int | None) -> int:
    """The id of the stock row for goods that are off their shelf and not yet shipped; made when missing."""
    location = tx.connection.execute(_STAGING, {"warehouse": warehouse_id}).scalar()
    if location is None:
        location = tx.connection.execute(
            insert(Location)
            .values(warehouse_id=warehouse_id, code="STAGING", kind=LocationKind.STAGING, aisle="", bay=1, position="")
            .returning(Location.id)
        ).scalar_one()
    found = tx.connection.execute(_STOCK, {"location": location, "sku": sku_id, "lot": lot_id}).scalar()
    if found is not None:
        return found
    made: int = tx.connection.execute(
        insert(Stock)
        .values(location_id=location, sku_id=sku_id, lot_id=lot_id, on_hand=0, allocated=0)
        .returning(Stock.id)
    ).scalar_one()
    return made


