"""Taking over counted stock: the difference to what was on hand becomes a move."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update

from app.change import NOTHING, Change, changed
from app.domain.errors import Fact
from app.domain.incoming import Problem
from app.domain.master import CountDraft
from app.domain.people import Actor
from app.operations.importing_master import Taken
from app.operations.importing_rows import RowInserter, portions, take_ids
from app.operations.stock import Move, apply_moves
from db.base import new_uuid
from db.journal import record
from db.orders import Lot, Sku
from db.places import Location, LocationKind
from db.stock import MoveKind, Stock, StockMove
from db.store import Tx

Place = tuple[int, int, int | None]  # location, SKU, lot


def import_counts(
    tx: Tx, actor: Actor, file: str, warehouse_id: int, drafts: Sequence[CountDraft]
) -> tuple[Taken, Change]:
    """Set the counted quantities; a first count is received, a later one adjusts.

    A draft without a quantity says that the SKU lies at the location: an empty stock row is made where there is none.
    Problems: `location_unknown`, `sku_unknown`, `stock_below_allocated` (facts `location`, `sku`, `allocated`).
    """
    taken = Taken()
    locations = _locations(tx, warehouse_id, {draft.location for draft in drafts})
    skus = _skus(tx, {draft.sku for draft in drafts})
    known: list[tuple[CountDraft, int, int]] = []
    for draft in drafts:
        location_id, sku_id = locations.get(draft.location), skus.get(draft.sku)
        if location_id is None:
            taken.problems.append(Problem(draft.line, "location_unknown", {"location": draft.location}))
        if sku_id is None:
            taken.problems.append(Problem(draft.line, "sku_unknown", {"sku": draft.sku}))
        if location_id is not None and sku_id is not None:
            known.append((draft, location_id, sku_id))
    lots = _lots(tx, {sku_id for draft, _, sku_id in known if draft.lot})
    stored = _stock(tx, {location_id for _, location_id, _ in known})
    occupied = {(location_id, sku_id) for location_id, sku_id, _ in stored}
    fresh: list[tuple[CountDraft, Place]] = []
    counted: list[tuple[int, int]] = []  # stock row, difference
    for draft, location_id, sku_id in known:
        if draft.quantity is None:
            if (location_id, sku_id) in occupied:
                taken.unchanged += 1
            else:
                fresh.append((draft, (location_id, sku_id, None)))
            continue
        lot = lots.get((sku_id, draft.lot)) if draft.lot else None
        row = stored.get((location_id, sku_id, lot[0] if lot else None)) if lot or not draft.lot else None
        if row is not None and draft.quantity < row[2]:
            facts: dict[str, Fact] = {"location": draft.location, "sku": draft.sku, "allocated": row[2]}
            taken.problems.append(Problem(draft.line, "stock_below_allocated", facts))
            continue
        expiry = lot is not None and draft.expires_on is not None and draft.expires_on != lot[1]
        if lot is not None and expiry:
            tx.connection.execute(update(Lot).where(Lot.id == lot[0]).values(expires_on=draft.expires_on))
            lots[sku_id, draft.lot] = (lot[0], draft.expires_on)
        if row is None and draft.quantity:
            if draft.lot and lot is None:
                lot_id = take_ids(tx.connection, Lot, 1)[0]
                RowInserter(tx.connection, Lot, ("id", "sku_id", "code")).insert([(lot_id, sku_id, draft.lot)])
                if draft.expires_on is not None:
                    tx.connection.execute(update(Lot).where(Lot.id == lot_id).values(expires_on=draft.expires_on))
                lot = lots[sku_id, draft.lot] = (lot_id, draft.expires_on)
            fresh.append((draft, (location_id, sku_id, lot[0] if lot else None)))
        elif row is not None and draft.quantity != row[1]:
            counted.append((row[0], draft.quantity - row[1]))
            taken.changed += 1
        elif expiry:
            taken.changed += 1
        else:
            taken.unchanged += 1
    _insert(tx, fresh)
    taken.new = len(fresh)
    moved = _moved(tx, [stock_id for stock_id, _ in counted])
    apply_moves(
        tx,
        [
            Move(stock_id, MoveKind.ADJUST if stock_id in moved else MoveKind.RECEIVE, difference, 0, None)
            for stock_id, difference in counted
        ],
    )
    if not (taken.new or taken.changed):
        return taken, NOTHING
    record(tx, actor, "import_stock", {"file": file, "new": taken.new, "stock": [stock_id for stock_id, _ in counted]})
    return taken, changed("stock")


def _insert(tx: Tx, fresh: Sequence[tuple[CountDraft, Place]]) -> None:
    """New stock rows, and the moves that received what is on them."""
    ids = take_ids(tx.connection, Stock, len(fresh))
    columns = ("id", "location_id", "sku_id", "lot_id", "on_hand", "allocated")
    RowInserter(tx.connection, Stock, columns).insert(
        [(stock_id, *place, draft.quantity or 0, 0) for stock_id, (draft, place) in zip(ids, fresh, strict=True)]
    )
    moves = RowInserter(
        tx.connection, StockMove, ("uuid", "stock_id", "kind", "on_hand_delta", "allocated_delta", "at")
    )
    key, at = moves.stored("uuid"), moves.stored("at")(tx.at)
    kind = moves.stored("kind")(MoveKind.RECEIVE)
    moves.insert(
        [
            (key(new_uuid()), stock_id, kind, draft.quantity, 0, at)
            for stock_id, (draft, _) in zip(ids, fresh, strict=True)
            if draft.quantity
        ]
    )


def _locations(tx: Tx, warehouse_id: int, codes: set[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for portion in portions(codes):
        rows = tx.connection.execute(
            select(Location.code, Location.id).where(
                Location.warehouse_id == warehouse_id, Location.kind == LocationKind.PICK, Location.code.in_(portion)
            )
        )
        found.update(dict(rows.all()))
    return found


def _skus(tx: Tx, codes: set[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for portion in portions(codes):
        rows = tx.connection.execute(select(Sku.code, Sku.id).where(Sku.code.in_(portion)))
        found.update(dict(rows.all()))
    return found


def _lots(tx: Tx, sku_ids: set[int]) -> dict[tuple[int, str], tuple[int, object]]:
    found: dict[tuple[int, str], tuple[int, object]] = {}
    for portion in portions(sku_ids):
        rows = tx.connection.execute(
            select(Lot.sku_id, Lot.code, Lot.id, Lot.expires_on).where(Lot.sku_id.in_(portion))
        )
        found.update({(sku_id, code): (lot_id, expires_on) for sku_id, code, lot_id, expires_on in rows})
    return found


def _stock(tx: Tx, location_ids: set[int]) -> dict[Place, tuple[int, int, int]]:
    """(row, on hand, allocated) of all stock at these locations."""
    found: dict[Place, tuple[int, int, int]] = {}
    for portion in portions(location_ids):
        rows = tx.connection.execute(
            select(Stock.location_id, Stock.sku_id, Stock.lot_id, Stock.id, Stock.on_hand, Stock.allocated)
            .where(Stock.location_id.in_(portion))
        )
        found.update({(row.location_id, row.sku_id, row.lot_id): (row.id, row.on_hand, row.allocated) for row in rows})
    return found


def _moved(tx: Tx, stock_ids: Sequence[int]) -> set[int]:
    """Those of the stock rows that have moves."""
    found: set[int] = set()
    for portion in portions(stock_ids):
        statement = select(StockMove.stock_id).where(StockMove.stock_id.in_(portion)).distinct()
        found.update(tx.connection.execute(statement).scalars())
    return found
