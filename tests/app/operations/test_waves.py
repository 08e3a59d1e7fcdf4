"""Waves: made, released, taken back; orders kicked out and goods put back; nothing is ever promised twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.change import Change
from app.domain.errors import Refusal
from app.domain.states import BatchState, JobState, Lane, OrderState, TaskState, WaveState
from app.operations.orders import request_cancel
from app.operations.picking import short_pick
from app.operations.waves import cancel_wave, create_wave, kick_out, put_back, release_wave
from app.queries.proposals import propose_wave
from app.queries.waves import next_task
from app.waves.proposal import Proposal, Refused
from db.journal import JournalEntry
from db.orders import Order, Sku
from db.places import LocationKind
from db.stock import Allocation, AllocationState
from db.waves import Batch, BatchOrder, PickTask, Tote, Wave
from tests.books import check_stock, check_waves
from tests.factories import LEAD, NOON, House


def refused(code: str, step: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        step()
    assert caught.value.code == code
    return caught.value


def books(house: House) -> None:
    house.store.read(check_stock)
    house.store.read(check_waves)


def propose(house: House, limit: int | None = None) -> Proposal:
    return house.store.read(propose_wave, house.warehouse, limit, NOON.date())


def create(house: House, proposal: Proposal) -> int | None:
    return house.store.write(create_wave, LEAD, house.warehouse, proposal)


def wave_states(house: House) -> list[WaveState]:
    return house.all(select(Wave.state).order_by(Wave.id))


def batch_states(house: House) -> list[BatchState]:
    return house.all(select(Batch.state).order_by(Batch.id))


def test_a_plan_promises_stock_and_plans_picks(house: House) -> None:
    house.stock("TEA", 5)
    house.stock("CUP", 5)
    cart, single = house.order(("TEA", 2), "CUP"), house.order("TEA")
    wave = house.plan()
    assert (house.on_hand("TEA"), house.on_hand("CUP")) == ((5, 3), (5, 1))
    assert house.state(cart) is house.state(single) is OrderState.PLANNED
    assert set(house.all(select(Batch.lane))) == {Lane.CART, Lane.SINGLE}
    assert sum(house.all(select(PickTask.quantity))) == 4
    assert house.get(Wave, wave).state is WaveState.PLANNED
    assert house.all(select(JournalEntry.name).order_by(JournalEntry.id))[-1] == "create_wave"
    books(house)


def test_orders_without_stock_or_with_bad_labels_do_not_hold_up_the_others(house: House) -> None:
    house.stock("TEA", 1)
    house.stock("CUP", 0)
    nothing = house.order("CUP")
    unprintable = house.order("TEA", recipient_name="")
    good = house.order("TEA")
    house.plan()
    assert house.state(good) is OrderState.PLANNED
    assert house.state(nothing) is OrderState.READY
    refused_order = house.get(Order, unprintable)
    assert (refused_order.state, refused_order.missing) == (OrderState.INCOMPLETE, "label")
    assert refused_order.reason == "missing:recipient_name"


@pytest.mark.parametrize("blocked", ["CUP", "ANVIL"])
def test_a_limit_counts_only_what_can_be_picked(house: House, blocked: str) -> None:
    house.stock("TEA", 5)
    house.stock("CUP", 0)
    house.stock("ANVIL", 9)
    house.write(lambda tx: setattr(tx.session.get_one(Sku, house.skus["ANVIL"]), "weight_g", 10**6))
    for _ in range(3):
        house.order(blocked)
    good = [house.order("TEA") for _ in range(3)]
    house.plan(limit=2)
    assert [house.state(order) for order in good] == [OrderState.PLANNED, OrderState.PLANNED, OrderState.READY]


def test_nothing_to_plan_is_refused(house: House) -> None:
    house.stock("TEA", 1)
    refused("no_orders_to_plan", lambda: propose(house))


def test_two_plans_of_one_snapshot_never_oversell(house: House) -> None:
    house.stock("TEA", 3)
    first, second = house.order(("TEA", 2)), house.order(("TEA", 2))
    one = propose(house, limit=1)
    house.write(lambda tx: setattr(tx.session.get_one(Order, first), "state", OrderState.INCOMPLETE))
    other = propose(house, limit=1)
    house.write(lambda tx: setattr(tx.session.get_one(Order, first), "state", OrderState.READY))
    assert create(house, other) is not None
    assert house.state(second) is OrderState.PLANNED
    refused("plan_outdated", lambda: create(house, one))
    assert house.on_hand("TEA") == (3, 2)
    assert house.state(first) is OrderState.READY
    books(house)


def test_the_same_plan_twice_is_outdated(house: House) -> None:
    house.stock("TEA", 9)
    house.order("TEA")
    plan = propose(house)
    create(house, plan)
    refused("plan_outdated", lambda: create(house, plan))
    assert house.on_hand("TEA") == (9, 1)


def test_an_order_that_changed_since_the_plan_is_not_taken(house: House) -> None:
    house.stock("TEA", 9)
    order = house.order("TEA")
    plan = propose(house)
    house.write(lambda tx: setattr(tx.session.get_one(Order, order), "version", 2))
    refused("plan_outdated", lambda: create(house, plan))
    assert house.count(Wave) == 0
    assert house.count(Allocation) == 0


def test_a_plan_without_orders_makes_no_wave(house: House) -> None:
    order_id = house.stock("TEA", 1) and house.order("TEA")
    assert create(house, Proposal((), refused=(Refused(order_id, 1, "missing:city"),))) is None
    assert house.state(order_id) is OrderState.INCOMPLETE
    assert house.count(Wave) == 0


def test_an_order_that_was_mended_since_the_plan_is_not_refused(house: House) -> None:
    order_id = house.stock("TEA", 1) and house.order("TEA")
    assert create(house, Proposal((), refused=(Refused(order_id, 0, "missing:city"),))) is None
    assert house.state(order_id) is OrderState.READY


def test_every_order_of_a_cart_gets_a_tote_and_the_single_ones_share(house: House) -> None:
    house.stock("TEA", 9)
    house.stock("CUP", 9)
    carts = [house.order("TEA", "CUP") for _ in range(3)]
    singles = [house.order("TEA") for _ in range(3)]
    house.release()
    assert len({house.tote_of(order) for order in carts}) == 3
    assert len({house.tote_of(order) for order in singles}) == 1
    assert {house.state(order) for order in carts + singles} == {OrderState.RELEASED}
    assert set(batch_states(house)) == {BatchState.RELEASED}
    books(house)


def test_totes_are_used_again_once_they_are_empty(house: House) -> None:
    hands = house.hands()
    first = house.picked("TEA")
    tote = house.tote_of(first)
    second = house.picked("TEA")
    assert house.tote_of(second) != tote
    hands.scan(tote, "TEA-EAN")
    house.printed()
    assert hands.scan(hands.square) == "closed"
    third = house.picked("CUP")
    assert house.tote_of(third) == tote
    assert house.count(Tote) == 2


def test_a_tote_with_goods_of_a_cancelled_order_is_not_used_again(house: House) -> None:
    order = house.picked("TEA")
    tote = house.tote_of(order)
    house.store.write(request_cancel, LEAD, order, "")
    house.hands().scan("TEA-EAN")
    assert house.tote_of(house.picked("CUP")) != tote
    house.store.write(put_back, LEAD, order)
    assert house.tote_of(house.picked("POT")) == tote


def test_a_wave_is_released_once(house: House) -> None:
    house.stock("TEA", 1)
    house.order("TEA")
    wave = house.release()
    refused("state_not_allowed", lambda: house.store.write(release_wave, LEAD, wave))
    refused("wave_unknown", lambda: house.store.write(release_wave, LEAD, 999))


@pytest.mark.parametrize("release", [False, True])
def test_a_cancelled_wave_leaves_nothing_behind(house: House, release: bool) -> None:
    house.stock("TEA", 9)
    house.stock("CUP", 9)
    orders = [house.order("TEA", "CUP"), house.order("TEA")]
    wave = house.release() if release else house.plan()
    house.store.write(cancel_wave, LEAD, wave, "late")
    assert {house.state(order) for order in orders} == {OrderState.READY}
    assert house.on_hand("TEA") == (9, 0)
    assert wave_states(house) == [WaveState.CANCELLED]
    assert set(batch_states(house)) == {BatchState.CANCELLED}
    assert house.count(BatchOrder) == 0
    assert set(house.all(select(PickTask.state))) == {TaskState.CANCELLED}
    refused("state_not_allowed", lambda: house.store.write(cancel_wave, LEAD, wave, "again"))
    books(house)
    assert house.release() != wave


def test_a_wave_in_work_is_not_cancelled(house: House) -> None:
    house.stock("TEA", 9)
    house.order("TEA")
    house.order("TEA")
    wave = house.release()
    house.pick_one(house.batches()[0])
    refused("wave_in_work", lambda: house.store.write(cancel_wave, LEAD, wave, "late"))
    house.pick_all()
    refused("wave_picked", lambda: house.store.write(cancel_wave, LEAD, wave, "late"))
    refused("wave_unknown", lambda: house.store.write(cancel_wave, LEAD, 999, ""))
    books(house)


def test_a_wave_is_done_with_its_last_pick(house: House) -> None:
    house.stock("TEA", 9)
    house.stock("CUP", 9)
    house.order("TEA")
    house.order("TEA", "CUP")
    house.release()
    first, second = house.batches()
    house.pick_one(first)
    assert wave_states(house) == [WaveState.RELEASED]
    house.pick_one(second)
    house.pick_one(second)
    assert wave_states(house) == [WaveState.DONE]
    assert set(batch_states(house)) == {BatchState.PICKED}


# One order out.


@pytest.mark.parametrize("release", [False, True])
def test_kicked_out_before_anything_is_picked(house: House, release: bool) -> None:
    house.stock("TEA", 9)
    stays, goes = house.order("TEA"), house.order("TEA")
    if release:
        house.release()
    else:
        house.plan()
    assert house.store.write(kick_out, LEAD, goes, "damaged") is OrderState.READY
    assert house.on_hand("TEA") == (9, 1)
    assert house.state(stays) in (OrderState.PLANNED, OrderState.RELEASED)
    assert house.count(BatchOrder) == 1
    books(house)


def test_kicked_out_with_goods_on_the_cart(house: House) -> None:
    house.stock("TEA", 9)
    house.stock("CUP", 9)
    order = house.order("TEA", "CUP")
    house.release()
    house.pick_one(house.batches()[0])
    assert house.store.write(kick_out, LEAD, order, "damaged") is OrderState.PROBLEM
    assert house.get(Order, order).reason == "damaged"
    assert wave_states(house) == [WaveState.DONE]
    assert house.get(BatchOrder, order).tote_id is not None
    assert house.hands().scan(house.tote_of(order)) == "not_picked"
    books(house)
    house.store.write(put_back, LEAD, order)
    assert house.state(order) is OrderState.READY
    assert (house.on_hand("TEA"), house.on_hand("TEA", LocationKind.STAGING)) == ((9, 0), (0, 0))
    books(house)
    house.release()
    house.pick_all()
    assert house.state(order) is OrderState.PICKED
    books(house)


def test_the_last_order_out_ends_the_wave(house: House) -> None:
    house.stock("TEA", 9)
    first, second = house.order("TEA"), house.order("TEA")
    house.plan()
    for order in (first, second):
        house.store.write(kick_out, LEAD, order, "")
    assert (wave_states(house), batch_states(house)) == ([WaveState.CANCELLED], [BatchState.CANCELLED])


def test_no_order_is_kicked_out_of_what_it_is_not_in(house: House) -> None:
    house.stock("TEA", 9)
    ready = house.order("TEA")
    refused("order_not_in_wave", lambda: house.store.write(kick_out, LEAD, ready, ""))
    refused("order_not_in_wave", lambda: house.store.write(kick_out, LEAD, 999, ""))
    house.release()
    house.pick_all()
    refused("order_picked_already", lambda: house.store.write(kick_out, LEAD, ready, ""))
    hands = house.hands()
    hands.scan("TEA-EAN")
    refused("order_picked_already", lambda: house.store.write(kick_out, LEAD, ready, ""))
    house.printed()
    hands.scan(hands.square)
    refused("order_not_in_wave", lambda: house.store.write(kick_out, LEAD, ready, ""))
    refused("nothing_to_put_back", lambda: house.store.write(put_back, LEAD, ready))
    assert house.jobs(ready)[0].state is JobState.CONFIRMED


def test_goods_of_a_cancelled_order_go_back_once(house: House) -> None:
    house.stock("TEA", 9)
    order = house.order(("TEA", 2))
    house.release()
    house.pick_all()
    house.store.write(request_cancel, LEAD, order, "")
    house.hands().scan(house.tote_of(order))
    assert house.on_hand("TEA", LocationKind.STAGING) == (2, 0)
    house.store.write(put_back, LEAD, order)
    assert house.on_hand("TEA") == (9, 0)
    assert house.state(order) is OrderState.CANCELLED
    house.store.write(put_back, LEAD, order)
    assert house.on_hand("TEA") == (9, 0)
    books(house)


def test_a_short_pick_at_the_end_of_a_wave_settles_it(house: House) -> None:
    house.stock("TEA", 1)
    order = house.order("TEA")
    house.release()
    task = house.store.read(next_task, house.batches()[0])
    assert task is not None
    assert house.store.write(short_pick, LEAD, task.task_id, 0).code == "short_gone"
    assert wave_states(house) in ([WaveState.DONE], [WaveState.CANCELLED])
    assert house.on_hand("TEA") == (0, 0)
    assert house.all(select(Allocation.state)) == [AllocationState.FREED]
    assert house.state(order) is OrderState.READY
    books(house)


def test_what_a_change_names(house: House) -> None:
    house.stock("TEA", 1)
    house.order("TEA")
    seen: list[Change] = []
    house.store.listen(seen.append)
    wave = house.plan()
    assert seen[-1].topics == {"waves", "orders", "stock"}
    assert seen[-1].ids == {("wave", wave)}
    assert seen[-1].undo == "cancel_wave"
