"""What the picking page shows: the carts to choose from, and one walk with what is next, done and missing."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import NoResultFound

from app.domain.states import BatchState, Lane
from app.operations.picking import claim_batch, short_pick
from app.operations.waves import kick_out
from app.queries.picking_view import BatchView, PickingView, TaskView, batches_to_pick, claimed_batch, picking_view
from app.queries.waves import next_task
from tests.factories import LEAD, House, make_warehouse


@pytest.fixture
def walk(house: House) -> int:
    """A cart with two orders: TEA, then two CUPs for the first and one for the second, then POT."""
    for sku in ("TEA", "CUP", "POT"):
        house.stock(sku, 9)
    house.order("TEA", ("CUP", 2))
    house.order("CUP", "POT")
    house.release()
    (batch,) = house.batches()
    return batch


def carts(house: House) -> list[BatchView]:
    return house.store.read(batches_to_pick, house.warehouse)


def see(house: House, batch: int) -> PickingView:
    return house.store.read(picking_view, batch)


def task_of(house: House, batch: int) -> TaskView:
    task = see(house, batch).task
    assert task is not None
    return task


def progress(house: House, batch: int) -> tuple[int, int, int, int]:
    view = see(house, batch)
    return view.done, view.tasks, view.pieces_done, view.pieces


def test_a_cart_that_waits(house: House, walk: int) -> None:
    (cart,) = carts(house)
    assert (cart.batch_id, cart.number, cart.lane, cart.orders) == (walk, 1, Lane.CART, 2)
    assert (cart.open_tasks, cart.tasks, cart.pieces_left, cart.station_id, cart.station) == (4, 4, 5, None, None)
    assert cart.walk_mm > 0
    house.pick_one(walk)
    (cart,) = carts(house)
    assert (cart.open_tasks, cart.tasks, cart.pieces_left) == (3, 4, 4)
    house.store.write(claim_batch, house.picker, walk)
    (cart,) = carts(house)
    assert (cart.station_id, cart.station) == (house.picker.station, "CART")


def test_carts_in_wave_order_until_they_are_picked(house: House, walk: int) -> None:
    first_wave = carts(house)[0].wave_id
    house.order("TEA")
    house.order("TEA", "POT")
    second_wave = house.release()
    house.order("POT")
    house.plan()  # not released: nobody may pick it
    assert [(cart.wave_id, cart.number, cart.lane) for cart in carts(house)] == [
        (first_wave, 1, Lane.CART), (second_wave, 1, Lane.SINGLE), (second_wave, 2, Lane.CART),
    ]  # fmt: skip
    for _ in range(4):
        house.pick_one(walk)
    assert walk not in [cart.batch_id for cart in carts(house)]
    other = house.write(lambda tx: make_warehouse(tx, code="SECOND").id)
    assert house.store.read(batches_to_pick, other) == []


def test_the_task_that_is_next_and_the_two_after_it(house: House, walk: int) -> None:
    view = see(house, walk)
    assert (view.batch_id, view.number, view.lane, view.state) == (walk, 1, Lane.CART, BatchState.RELEASED)
    assert (view.station_id, view.station, view.shorts) == (None, None, ())
    rule = house.store.read(next_task, walk)
    task = task_of(house, walk)
    assert rule is not None
    assert (task.task_id, task.location_id, task.location, task.sku_id, task.sku, task.quantity, task.tote) == (
        rule.task_id, rule.location_id, rule.location, rule.sku_id, rule.sku, rule.quantity, rule.tote,
    )  # fmt: skip
    assert (task.slot, task.aisle, task.barcode, task.called, task.at_location) == (1, "A", "TEA-EAN", "TEA", False)
    assert [(later.sku, later.quantity, later.slot) for later in view.upcoming] == [("CUP", 2, 1), ("CUP", 1, 2)]
    house.pick(walk, "L-TEA")
    assert task_of(house, walk).at_location
    for _ in range(3):
        house.pick_one(walk)
    assert (task_of(house, walk).sku, see(house, walk).upcoming) == ("POT", ())


def test_progress_in_tasks_and_pieces(house: House, walk: int) -> None:
    assert progress(house, walk) == (0, 4, 0, 5)
    house.pick_one(walk)
    house.pick_one(walk)
    assert progress(house, walk) == (2, 4, 3, 5)
    house.pick_one(walk)
    house.pick_one(walk)
    assert progress(house, walk) == (4, 4, 5, 5)
    view = see(house, walk)
    assert (view.state, view.task, view.upcoming) == (BatchState.PICKED, None, ())


def test_what_was_missing_is_told_and_taken_elsewhere(house: House, walk: int) -> None:
    house.pick_one(walk)
    house.stock("CUP", 5, location="RESERVE")
    house.store.write(short_pick, house.picker, task_of(house, walk).task_id, 1)
    view = see(house, walk)
    (short,) = view.shorts
    assert (short.sku, short.location, short.quantity, short.picked, short.missing) == ("CUP", "L-CUP", 2, 1, 1)
    assert (short.slot, short.tote, short.order) == (1, house.tote_of(1), house.source_id(1))
    # the short task is done with one piece, a new one has the other: the pieces of the walk are the same
    assert progress(house, walk) == (2, 5, 2, 5)
    assert [later.location for later in view.upcoming] == ["L-POT", "RESERVE"]


def test_an_order_that_leaves_the_wave_takes_its_tasks_along(house: House, walk: int) -> None:
    house.store.write(kick_out, LEAD, 2, "test")
    assert progress(house, walk) == (0, 2, 0, 3)
    (cart,) = carts(house)
    assert (cart.orders, cart.tasks, cart.pieces_left) == (1, 2, 3)


def test_what_was_missing_is_told_after_its_order_has_left_the_cart(house: House, walk: int) -> None:
    house.store.write(short_pick, house.picker, task_of(house, walk).task_id, 0)
    (short,) = see(house, walk).shorts
    assert (short.sku, short.missing, short.slot, short.tote) == ("TEA", 1, 0, "")
    assert progress(house, walk) == (1, 3, 0, 2)
    assert task_of(house, walk).slot == 2


def test_what_is_left_for_the_bench_and_what_goes_to_the_problem_shelf(house: House, walk: int) -> None:
    view = see(house, walk)
    assert (view.aside, view.for_bench) == ((), 2)
    while see(house, walk).upcoming:
        house.pick_one(walk)
    last = see(house, walk).task
    assert last is not None
    house.store.write(short_pick, house.picker, last.task_id, 0)
    view = see(house, walk)
    assert (view.state, view.aside, view.for_bench) == (BatchState.PICKED, (last.tote,), 1)


def test_nothing_is_left_for_the_bench_when_every_order_has_left(house: House, walk: int) -> None:
    while (task := see(house, walk).task) is not None:
        house.store.write(short_pick, house.picker, task.task_id, 0)
    view = see(house, walk)
    assert (view.aside, view.for_bench, view.task) == ((), 0, None)


def test_a_planned_cart_has_no_next_task(house: House) -> None:
    house.stock("TEA", 1)
    house.order("TEA")
    house.plan()
    view = see(house, 1)
    assert (view.state, view.task, view.upcoming, view.tasks, view.pieces) == (BatchState.PLANNED, None, (), 1, 1)


def test_a_batch_that_was_never_there(house: House) -> None:
    with pytest.raises(NoResultFound):
        see(house, 99)


def test_the_batch_that_a_station_comes_back_to(house: House, walk: int) -> None:
    assert house.picker.station is not None
    assert house.store.read(claimed_batch, house.picker.station) is None
    house.store.write(claim_batch, house.picker, walk)
    assert house.store.read(claimed_batch, house.picker.station) == walk
    other = house.hands("CART-2").actor.station
    assert other is not None
    assert house.store.read(claimed_batch, other) is None
    for _ in range(4):
        house.pick_one(walk)
    assert house.store.read(claimed_batch, house.picker.station) is None
