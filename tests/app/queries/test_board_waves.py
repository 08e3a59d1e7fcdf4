"""Waves on the board, and the orders in them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.domain.states import Lane, OrderState, WaveState
from app.operations.orders import request_cancel
from app.operations.picking import short_pick
from app.operations.waves import cancel_wave, kick_out, release_wave
from app.queries.board_waves import wave_order_total, wave_orders, wave_rows
from app.queries.waves import next_task
from tests.factories import LEAD, NOON, Hands, HeldClock, House, make_warehouse


def test_a_wave_counts_its_orders_batches_and_picks(house: House, clock: HeldClock, hands: Hands) -> None:
    for sku in ("TEA", "CUP"):
        house.stock(sku, 50)
    singles = [house.order("TEA") for _ in range(2)]
    pairs = [house.order("TEA", "CUP") for _ in range(6)]  # a cart has four totes
    wave = house.plan()
    clock.pass_(60)
    (row,) = house.store.read(wave_rows, house.warehouse)
    assert (row.wave_id, row.state, row.created_at, row.released_at) == (wave, WaveState.PLANNED, NOON, None)
    assert (row.orders, row.to_pick, row.picked, row.batches, row.batches_picked) == (8, 8, 0, 3, 0)
    assert (row.tasks, row.done, row.shorts) == (14, 0, 0)
    assert 0 < row.walk_mm <= row.file_walk_mm

    house.store.write(release_wave, LEAD, wave)
    first, second, _ = house.batches()
    for batch in (first, first, second):
        house.pick_one(batch)
    (row,) = house.store.read(wave_rows, house.warehouse)
    assert row.released_at == NOON + timedelta(seconds=60)
    assert (row.batches_picked, row.tasks, row.done) == (1, 14, 3)
    assert (row.picked, row.to_pick) == (2, 6)

    while house.batches():
        house.pick_one(house.batches()[0])
    hands.scan(house.source_id(pairs[0]), "TEA-EAN", "CUP-EAN")
    house.printed()
    hands.scan(hands.square)
    hands.scan(house.source_id(pairs[1]))
    (row,) = house.store.read(wave_rows, house.warehouse)
    assert (row.state, row.batches_picked, row.done) == (WaveState.DONE, 3, 14)
    assert (row.orders, row.to_pick, row.picked, row.packing, row.shipped) == (8, 0, 6, 1, 1)
    assert singles


def test_shorts_problems_and_cancelled_orders_are_told_apart(house: House, clock: HeldClock) -> None:
    for sku in ("TEA", "CUP", "POT"):
        house.stock(sku, 2)
    stuck, cancelled = house.order("TEA", "CUP"), house.order("POT", ("CUP", 1))
    house.release()
    (batch,) = house.batches()
    seen: set[str] = set()
    while (task := house.store.read(next_task, batch)) is not None:
        if task.tote == house.tote_of(stuck) and task.tote in seen:
            house.store.write(short_pick, house.picker, task.task_id, 0)
        elif task.tote in seen:
            house.store.write(request_cancel, LEAD, cancelled, "buyer asked")
        else:
            seen.add(task.tote)
            house.pick_one(batch)
    (row,) = house.store.read(wave_rows, house.warehouse)
    assert (row.orders, row.to_pick, row.problem, row.cancelled) == (2, 0, 1, 1)
    # the pick that was cancelled counts no more
    assert (row.tasks, row.done, row.shorts, row.state) == (3, 3, 1, WaveState.DONE)
    rows = {row.order_id: row for row in house.store.read(wave_orders, row.wave_id)}
    assert {key: (r.short, r.kickable, r.cancel_requested, r.picked, r.pieces) for key, r in rows.items()} == {
        stuck: (True, False, False, 1, 2),
        cancelled: (False, False, True, 1, 2),
    }


def test_a_batch_that_nobody_is_left_in_counts_no_more(house: House) -> None:
    house.stock("TEA", 9)
    house.stock("CUP", 9)
    single = house.order("TEA")
    house.order("TEA", "CUP")
    house.release()
    (before,) = house.store.read(wave_rows, house.warehouse)
    house.store.write(kick_out, LEAD, single, "damaged")
    (row,) = house.store.read(wave_rows, house.warehouse)
    assert (before.batches, row.batches, row.orders, row.tasks) == (2, 1, 1, 2)
    assert row.walk_mm < before.walk_mm


def test_waves_come_newest_first_without_those_taken_back(house: House) -> None:
    house.stock("TEA", 9)
    made = []
    for _ in range(4):
        house.order("TEA")
        made.append(house.plan())
    house.store.write(cancel_wave, LEAD, made[2], "wrong")
    assert [row.wave_id for row in house.store.read(wave_rows, house.warehouse)] == [made[3], made[1], made[0]]
    assert [row.wave_id for row in house.store.read(wave_rows, house.warehouse, 2)] == [made[3], made[1]]
    other = house.write(lambda tx: make_warehouse(tx, code="SECOND").id)
    assert house.store.read(wave_rows, other) == []


def test_orders_of_a_wave_are_paged_in_each_order(house: House) -> None:
    house.stock("TEA", 50)
    house.stock("CUP", 50)
    for number in ("B", "D", "A", "C", "F"):
        house.order(("TEA", 2), "CUP", source_id=number)
    wave = house.plan()
    house.store.write(release_wave, LEAD, wave)
    house.order("TEA")
    house.plan()  # another wave's orders are not in it
    batch = house.batches()[0]
    pieces = 0
    for _ in range(3):
        task = house.store.read(next_task, batch)
        assert task is not None
        pieces += task.quantity
        house.pick_one(batch)
    assert house.store.read(wave_order_total, wave) == 5
    rows = house.store.read(wave_orders, wave)
    assert [(row.batch, row.slot) for row in rows] == sorted((row.batch, row.slot) for row in rows)
    assert {row.lane for row in rows} == {Lane.CART}
    assert all((row.lines, row.pieces, row.tote) == (2, 3, house.tote_of(row.order_id)) for row in rows)
    assert sum(row.picked for row in rows) == pieces
    for sort, key in (("number", lambda r: r.order), ("slot", lambda r: (r.batch, r.slot))):
        for descending in (False, True):
            found = house.store.read(wave_orders, wave, sort=sort, descending=descending)
            assert list(found) == sorted(rows, key=key, reverse=descending)
            page = house.store.read(wave_orders, wave, sort=sort, descending=descending, offset=2, limit=2)
            assert page == found[2:4]
    while house.state(rows[0].order_id) is not OrderState.PICKED:
        house.pick_one(batch)
    by_state = house.store.read(wave_orders, wave, sort="state")
    assert by_state[0].state is OrderState.RELEASED
    assert by_state[-1].state is OrderState.PICKED
    assert [row.kickable for row in by_state] == [row.state is OrderState.RELEASED for row in by_state]
    with pytest.raises(ValueError, match="weight"):
        house.store.read(wave_orders, wave, sort="weight")
