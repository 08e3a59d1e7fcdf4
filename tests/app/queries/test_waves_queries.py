"""What the planner and the board read."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.domain.allocation import Need
from app.domain.errors import Refusal
from app.domain.states import Lane, OrderState, WaveState
from app.queries.proposals import propose_wave
from app.queries.waves import (
    barcode_of,
    cart,
    free_stock,
    next_task,
    open_orders,
    released_batches,
    warehouse_ids,
    warehouse_survey,
    waves,
)
from tests.factories import NOON, House, make_location, make_lot, make_sku, make_warehouse


def test_open_orders_are_urgent_first_then_in_order_of_arrival(house: House) -> None:
    house.stock("TEA", 9)
    late = house.order("TEA", ship_by=NOON + timedelta(days=2))
    never = house.order(("TEA", 2))
    soon = house.order("TEA", ship_by=NOON)
    house.order("TEA", state=OrderState.INCOMPLETE)
    also_never = house.order("TEA")
    found = house.store.read(open_orders, house.warehouse)
    assert [order.order_id for order in found] == [soon, late, never, also_never]
    two = found[2]
    assert (two.pieces, two.weight_g, two.volume_mm3) == (2, 200, 0)
    assert [(need.sku_id, need.quantity) for need in two.needs] == [(house.skus["TEA"], 2)]
    assert isinstance(two.needs[0], Need)


def test_orders_and_stock_of_another_warehouse_are_its_own(house: House) -> None:
    other = house.write(lambda tx: make_warehouse(tx, code="SECOND").id)
    house.stock("TEA", 9)
    house.order("TEA")
    assert house.store.read(open_orders, other) == []
    assert house.store.read(free_stock, other, NOON.date()) == []
    assert house.store.read(warehouse_ids) == [house.warehouse, other]
    with pytest.raises(Refusal) as refused:
        house.store.read(propose_wave, other, None, NOON.date())
    assert refused.value.code == "no_orders_to_plan"


def test_free_stock_is_what_nobody_was_promised(house: House) -> None:
    house.stock("TEA", 5)
    house.stock("CUP", 1)
    lot = house.write(lambda tx: make_lot(tx, house.skus["TEA"], "L1", expires_on=date(2100, 1, 1)).id)
    house.stock("TEA", 2, location="L-2", lot=lot)
    house.order(("TEA", 3), "CUP")
    house.release()
    house.pick_all()
    rows = house.store.read(free_stock, house.warehouse, NOON.date())
    found = {(row.location_id, row.available, row.expires_on) for row in rows}
    # what expires first went first; what is staged is not free
    assert found == {(house.locations["L-TEA"], 4, None)}


def test_a_lot_that_has_expired_is_not_free(house: House) -> None:
    house.stock("TEA", 5)
    lot = house.write(lambda tx: make_lot(tx, house.skus["TEA"], "L1", expires_on=NOON.date()).id)
    house.stock("TEA", 2, location="L-2", lot=lot)
    pieces = [
        sum(row.available for row in house.store.read(free_stock, house.warehouse, day))
        for day in (NOON.date(), NOON.date() + timedelta(days=1))
    ]
    assert pieces == [7, 5]


def test_the_survey_and_the_cart_are_the_warehouses(house: House) -> None:
    house.stock("TEA", 1)
    house.stock("CUP", 1)
    surveyed = house.store.read(warehouse_survey, house.warehouse)
    assert set(surveyed.spots) == set(house.locations.values())
    assert house.store.read(cart, house.warehouse).totes == 4


def test_a_warehouse_without_locations_cannot_be_planned(house: House) -> None:
    sku = house.write(lambda tx: make_sku(tx, "TEA").id)
    house.skus["TEA"] = sku
    house.order("TEA")
    with pytest.raises(Refusal):
        house.store.read(propose_wave, house.warehouse, None, NOON.date())


def test_waves_on_the_board(house: House) -> None:
    house.stock("TEA", 9)
    house.stock("CUP", 9)
    house.order("TEA", "CUP")
    house.order("TEA")
    first = house.release()
    house.order("CUP")
    second = house.plan()
    rows = house.store.read(waves)
    assert [(row.wave_id, row.state, row.batches, row.orders) for row in rows] == [
        (first, WaveState.RELEASED, 2, 2), (second, WaveState.PLANNED, 1, 1),
    ]  # fmt: skip
    assert all(0 < row.walk_mm <= row.file_walk_mm for row in rows)
    assert [row.wave_id for row in house.store.read(waves, WaveState.PLANNED)] == [second]
    assert house.store.read(waves, WaveState.DONE) == []


def test_batches_that_wait_for_a_picker(house: House) -> None:
    house.stock("TEA", 9)
    house.order("TEA")
    house.order("TEA", ("TEA", 2))
    house.plan()
    assert house.store.read(released_batches, house.warehouse) == []
    house.order("TEA")
    wave = house.release()
    (row,) = house.store.read(released_batches, house.warehouse)
    assert (row.wave_id, row.lane, row.open_tasks) == (wave, Lane.SINGLE, 1)
    house.pick_all()
    assert house.store.read(next_task, row.batch_id) is None
    assert house.store.read(released_batches, house.warehouse) == []


def test_the_barcode_on_the_goods_is_that_of_one_piece(house: House) -> None:
    both = house.write(lambda tx: make_sku(tx, "A", [("CASE", 12), ("PIECE", 1)]).id)
    none = house.write(lambda tx: make_sku(tx, "B", [("ONLY CASES", 12)]).id)
    assert house.store.read(barcode_of, both) == "PIECE"
    assert house.store.read(barcode_of, none) == "B"


def test_locations_without_a_plan_of_the_hall_are_no_pick_locations(house: House) -> None:
    house.stock("TEA", 1)
    house.write(lambda tx: make_location(tx, house.warehouse, "STAGING", kind="staging"))
    assert len(house.store.read(warehouse_survey, house.warehouse).spots) == 1
