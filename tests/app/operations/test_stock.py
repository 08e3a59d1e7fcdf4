"""Moves of stock: carried into their rows, guarded by the table."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.operations.stock import Move, apply_moves, staging_stock
from db.places import Location, LocationKind
from db.stock import MoveKind, Stock, StockMove
from db.store import Tx
from tests.books import check_stock
from tests.factories import House, make_lot, make_warehouse


def test_moves_are_written_and_carried_into_their_rows(house: House) -> None:
    tea, cup = house.stock("TEA", 5), house.stock("CUP", 5)
    house.write(
        lambda tx: apply_moves(
            tx,
            [
                Move(tea, MoveKind.ALLOCATE, 0, 2, None),
                Move(tea, MoveKind.PICK, -1, -1, None),
                Move(cup, MoveKind.ADJUST, 3, 0, None),
            ],
        )
    )
    assert (house.on_hand("TEA"), house.on_hand("CUP")) == ((4, 1), (8, 0))
    assert house.count(StockMove) == 5


def test_no_moves_are_no_statement(house: House) -> None:
    house.write(lambda tx: apply_moves(tx, []))
    assert house.count(StockMove) == 0


@pytest.mark.parametrize(("on_hand", "allocated"), [(-6, 0), (0, 6), (-3, 4), (0, -1)])
def test_more_than_there_is_fails_and_leaves_no_move(house: House, on_hand: int, allocated: int) -> None:
    tea, cup = house.stock("TEA", 5), house.stock("CUP", 5)
    moves = [Move(cup, MoveKind.ADJUST, 1, 0, None), Move(tea, MoveKind.ADJUST, on_hand, allocated, None)]
    with pytest.raises(IntegrityError):
        house.write(lambda tx: apply_moves(tx, moves))
    assert (house.on_hand("TEA"), house.on_hand("CUP")) == ((5, 0), (5, 0))
    assert house.count(StockMove) == 2


def test_staging_is_one_row_for_each_warehouse_sku_and_lot(house: House) -> None:
    house.stock("TEA", 1)
    sku = house.skus["TEA"]
    lot = house.write(lambda tx: make_lot(tx, sku, "L1").id)
    other = house.write(lambda tx: make_warehouse(tx, code="SECOND").id)
    places = [(house.warehouse, sku, None), (house.warehouse, sku, lot), (other, sku, None)]
    rows = [house.write(partial(_staging, place)) for place in places * 2]
    assert rows[:3] == rows[3:]
    assert len(set(rows)) == 3
    assert house.all(select(Location.kind).where(Location.code == "STAGING")) == [LocationKind.STAGING] * 2
    assert house.get(Stock, rows[1]).lot_id == lot


def _staging(place: tuple[int, int, int | None], tx: Tx) -> int:
    return staging_stock(tx, *place)


def test_goods_of_a_lot_stay_of_that_lot(house: House) -> None:
    house.stock("TEA", 0)
    lot = house.write(lambda tx: make_lot(tx, house.skus["TEA"], "L1").id)
    house.stock("TEA", 3, lot=lot)
    order = house.order(("TEA", 2))
    house.release()
    house.pick_all()
    hands = house.hands()
    hands.scan(house.tote_of(order), "TEA-EAN", "TEA-EAN")
    staged = select(Stock.on_hand).join(Location).where(Location.kind == LocationKind.STAGING, Stock.lot_id == lot)
    assert house.one(staged) == 2
    house.printed()
    hands.scan(hands.square)
    assert house.one(staged) == 0
    house.store.read(check_stock)
