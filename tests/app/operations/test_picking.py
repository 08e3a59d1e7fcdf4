"""Picking by scan on a real database: right and wrong scans, short picks, and where the goods are afterwards."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.domain.errors import Refusal
from app.domain.people import Actor, Role
from app.domain.picking import Task
from app.domain.states import OrderState, TaskState, WaveState
from app.domain.verdict import Outcome
from app.operations.orders import request_cancel
from app.operations.picking import claim_batch, scan_pick, short_pick
from app.operations.stations import ensure_station
from app.operations.waves import kick_out
from app.planning import plan_wave
from app.queries.waves import next_task
from app.sentences import SENTENCES
from app.texts import placeholders
from db.journal import ScanEvent
from db.places import LocationKind, Station
from db.stock import Allocation, AllocationState, MoveKind, StockMove
from db.waves import PickTask, Wave
from tests.books import check_stock, check_waves
from tests.factories import LEAD, House


def books(house: House) -> None:
    house.store.read(check_stock)
    house.store.read(check_waves)


def refused(code: str, step: Callable[[], object]) -> None:
    with pytest.raises(Refusal) as caught:
        step()
    assert caught.value.code == code


def task_of(house: House, batch: int | None = None) -> Task:
    task = house.store.read(next_task, batch if batch is not None else house.batches()[0])
    assert task is not None
    return task


def test_location_then_item(house: House) -> None:
    house.stock("TEA", 5)
    house.stock("CUP", 5)
    order = house.order(("TEA", 2), "CUP")
    house.release()
    (batch,) = house.batches()
    task = task_of(house, batch)
    assert (task.sku, task.quantity, task.location, task.tote) == ("TEA", 2, "L-TEA", house.tote_of(order))
    assert house.pick(batch, "TEA-EAN").verdict.code == "location_first"
    assert house.pick(batch, "L-CUP").verdict.code == "wrong_location"
    assert house.pick(batch, "nonsense").verdict.code == "pick_unknown_code"
    picked = house.pick(batch, "L-TEA")
    assert picked.verdict.code == "at_location"
    assert picked.task is not None
    assert picked.task.at_location
    assert house.pick(batch, "CUP-EAN").verdict.code == "wrong_pick"
    assert house.pick(batch, "L-CUP").verdict.code == "wrong_location"
    assert house.on_hand("TEA") == (5, 2)
    done = house.pick(batch, "TEA-EAN")
    assert (done.verdict.code, done.seq) == ("picked", 7)
    assert (house.on_hand("TEA"), house.on_hand("TEA", LocationKind.STAGING)) == ((3, 0), (2, 0))
    assert house.state(order) is OrderState.RELEASED
    last = house.pick(batch, "L-CUP", "CUP-EAN")
    assert (last.verdict.outcome, last.verdict.code, last.task) == (Outcome.PASS, "batch_picked", None)
    assert house.state(order) is OrderState.PICKED
    assert house.pick(batch, "L-CUP").verdict.code == "nothing_to_pick"
    books(house)


def test_the_next_pick_at_the_same_location_needs_no_second_walk(house: House) -> None:
    house.stock("TEA", 5)
    house.order("TEA")
    house.order("TEA")
    house.release()
    (batch,) = house.batches()
    assert house.pick(batch, "L-TEA", "TEA-EAN").task is not None
    assert house.pick(batch, "TEA-EAN").verdict.code == "batch_picked"


def test_a_plan_that_is_not_released_is_not_picked(house: House) -> None:
    house.stock("TEA", 5)
    order = house.order("TEA")
    house.plan()
    task = house.one(select(PickTask.id))
    batch = house.one(select(PickTask.batch_id))
    assert house.pick(batch, "L-TEA").verdict.code == "nothing_to_pick"
    assert house.pick(batch, "TEA-EAN").verdict.code == "nothing_to_pick"
    refused("task_not_open", lambda: house.store.write(short_pick, LEAD, task, 0))
    assert house.on_hand("TEA") == (5, 1)
    assert house.state(order) is OrderState.PLANNED


def test_a_pick_delivered_again_takes_nothing_twice(house: House) -> None:
    house.stock("TEA", 5)
    house.order("TEA")
    house.order("TEA")
    house.release()
    (batch,) = house.batches()
    house.pick(batch, "L-TEA")
    scan = house._picker.scan("TEA-EAN")
    first = house.store.write(scan_pick, house.picker, batch, scan)
    again = house.store.write(scan_pick, house.picker, batch, scan)
    assert again == first
    assert house.on_hand("TEA") == (4, 1)
    assert house.count(ScanEvent) == 2


def test_every_scan_of_a_picker_is_an_event(house: House) -> None:
    house.stock("TEA", 5)
    house.order(("TEA", 3))
    house.release()
    (batch,) = house.batches()
    house.pick(batch, "nonsense", "L-TEA", "TEA-EAN", "TEA-EAN")
    events = house.all(select(ScanEvent).order_by(ScanEvent.seq))
    assert [(event.code, event.counted) for event in events] == [
        ("pick_unknown_code", 0), ("at_location", 0), ("batch_picked", 3), ("nothing_to_pick", 0),
    ]  # fmt: skip
    assert house.one(select(Station.last_seq).where(Station.id == house.picker.station)) == 4
    refused("station_unknown", lambda: house.store.write(scan_pick, LEAD, batch, house._picker.scan("x")))


def test_short_with_another_location(house: House) -> None:
    house.stock("TEA", 5)
    house.stock("TEA", 4, location="L-2")
    order = house.order(("TEA", 3))
    house.release()
    task = task_of(house)
    verdict = house.store.write(short_pick, LEAD, task.task_id, 1)
    assert (verdict.outcome, verdict.code) == (Outcome.ATTENTION, "short")
    assert house.state(order) is OrderState.RELEASED
    assert house.get(PickTask, task.task_id).state is TaskState.SHORT
    books(house)
    rest = task_of(house)
    assert (rest.location, rest.quantity) == ("L-2", 2)
    house.pick_all()
    assert house.state(order) is OrderState.PICKED
    assert house.on_hand("TEA", LocationKind.STAGING) == (3, 0)
    # two pieces that the books said were there are not, nor are the other two: he took all that he found
    assert house.on_hand("TEA") == (2, 0)
    assert house.all(select(StockMove.on_hand_delta).where(StockMove.kind == MoveKind.SHORT)) == [-2, -2]
    books(house)


def test_short_by_scan_means_that_nothing_is_there(house: House) -> None:
    house.stock("TEA", 5)
    house.stock("CUP", 5)
    order = house.order("TEA", "CUP")
    house.release()
    (batch,) = house.batches()
    house.pick_one(batch)
    gone = task_of(house, batch)
    short = house.pick(batch, gone.location, "XXSHORT")
    assert (short.verdict.outcome, short.verdict.code, short.task) == (Outcome.ATTENTION, "short_leaves", None)
    assert short.verdict.facts == {
        "sku": gone.sku, "location": gone.location, "order": house.source_id(order), "tote": house.tote_of(order),
    }  # fmt: skip
    assert placeholders(SENTENCES["short_leaves"]) <= set(short.verdict.facts)
    assert house.state(order) is OrderState.PROBLEM
    assert house.one(select(Wave.state)) is WaveState.DONE
    books(house)


def test_short_without_another_location_and_nothing_picked(house: House) -> None:
    house.stock("TEA", 2)
    house.stock("CUP", 3)
    order, other = house.order("TEA", "CUP"), house.order("CUP", "CUP")
    house.release()
    (batch,) = house.batches()
    task = task_of(house, batch)
    assert task.sku == "TEA"
    verdict = house.store.write(short_pick, LEAD, task.task_id, 0)
    assert (verdict.code, verdict.facts["order"]) == ("short_gone", house.source_id(order))
    assert placeholders(SENTENCES["short_gone"]) <= set(verdict.facts)
    assert house.state(order) is OrderState.READY
    assert (house.on_hand("TEA"), house.on_hand("CUP")) == ((0, 0), (3, 2))
    books(house)
    house.pick_all()
    assert (house.state(order), house.state(other)) == (OrderState.READY, OrderState.PICKED)
    books(house)


def test_short_where_the_others_have_too_little_leaves_no_promise(house: House) -> None:
    house.stock("TEA", 3)
    house.stock("TEA", 1, location="L-2")
    order = house.order(("TEA", 3))
    house.release()
    task = task_of(house)
    assert house.store.write(short_pick, LEAD, task.task_id, 1).code == "short_leaves"
    assert house.on_hand("TEA") == (1, 0)
    assert house.on_hand("TEA", LocationKind.STAGING) == (1, 0)
    assert house.all(select(Allocation.state)) == [AllocationState.PICKED]
    assert house.state(order) is OrderState.PROBLEM
    books(house)


def test_nobody_is_sent_to_a_short_location_before_it_is_counted(house: House) -> None:
    house.stock("TEA", 9)
    house.order(("TEA", 3))
    house.release()
    house.store.write(short_pick, LEAD, task_of(house).task_id, 1)
    books(house)
    house.order("TEA")
    planned = plan_wave(house.store, LEAD, house.warehouse)
    assert planned.wave_id is None
    # counted: there are some after all
    house.stock("TEA", 4, location="L-2")
    assert plan_wave(house.store, LEAD, house.warehouse).wave_id is not None


def test_what_others_were_promised_at_a_short_location_stays_theirs_to_see(house: House) -> None:
    house.stock("TEA", 9)
    first, second = house.order(("TEA", 3)), house.order(("TEA", 2))
    house.release()
    (batch,) = house.batches()
    task = task_of(house, batch)
    house.store.write(short_pick, LEAD, task.task_id, 0)
    left = 2 if task.quantity == 3 else 3
    assert house.on_hand("TEA") == (left, left)
    books(house)
    house.pick_all()
    assert house.on_hand("TEA") == (0, 0)
    assert {house.state(first), house.state(second)} == {OrderState.READY, OrderState.PICKED}
    books(house)


def test_what_the_order_gives_back_at_the_location_is_not_there_either(house: House) -> None:
    house.stock("TEA", 9)
    house.order("TEA", "TEA")
    house.release()
    house.store.write(short_pick, LEAD, task_of(house).task_id, 0)
    assert house.on_hand("TEA") == (0, 0)
    books(house)


def other_cart(house: House) -> Actor:
    return house.store.write(ensure_station, "CART-2", None, Role.PICKER)


def test_two_pickers_do_not_pick_one_cart(house: House) -> None:
    house.stock("TEA", 5)
    house.order(("TEA", 2))
    house.release()
    (batch,) = house.batches()
    task = task_of(house, batch)
    house.store.write(claim_batch, other_cart(house), batch)
    wave = house.one(select(Wave.id))
    for code in ("L-TEA", "TEA-EAN", "XXSHORT"):
        seen = house.pick(batch, code).verdict
        assert (seen.outcome, seen.code) == (Outcome.FAIL, "cart_taken")
        assert seen.facts == {"station": "CART-2", "wave": wave, "cart": 1}
    refused("cart_taken", lambda: house.store.write(short_pick, house.picker, task.task_id, 0))
    assert house.pick(batch, "XXOK").verdict.code == "acknowledged"
    assert house.get(PickTask, task.task_id).at_location is False
    assert house.on_hand("TEA") == (5, 2)
    assert house.count(ScanEvent) == 4
    # taken over on purpose it is his
    house.store.write(claim_batch, house.picker, batch, True)
    assert house.pick(batch, "L-TEA", "TEA-EAN").verdict.code == "batch_picked"


def test_an_acknowledgement_is_an_event_and_moves_nothing(house: House) -> None:
    house.stock("TEA", 5)
    house.order("TEA")
    house.release()
    (batch,) = house.batches()
    house.pick(batch, "nonsense")
    done = house.pick(batch, "XXOK")
    assert (done.verdict.outcome, done.verdict.code, done.seq) == (Outcome.PASS, "acknowledged", 2)
    assert done.task == task_of(house, batch)


@pytest.mark.parametrize(("found", "code"), [(3, "found_too_many"), (4, "found_too_many"), (-1, "found_too_many")])
def test_a_short_pick_is_short(house: House, found: int, code: str) -> None:
    house.stock("TEA", 5)
    house.order(("TEA", 3))
    house.release()
    task = task_of(house)
    refused(code, lambda: house.store.write(short_pick, LEAD, task.task_id, found))
    assert house.on_hand("TEA") == (5, 3)


def test_what_is_done_is_not_short_any_more(house: House) -> None:
    house.stock("TEA", 5)
    house.order("TEA")
    house.release()
    task = task_of(house)
    house.pick_all()
    refused("task_not_open", lambda: house.store.write(short_pick, LEAD, task.task_id, 0))
    refused("task_not_open", lambda: house.store.write(short_pick, LEAD, 999, 0))


@pytest.mark.parametrize("how", ["kick_out", "cancel"])
def test_an_order_that_leaves_takes_its_picks_off_the_walk(house: House, how: str) -> None:
    house.stock("TEA", 5)
    house.stock("CUP", 5)
    goes, stays = house.order("TEA", "CUP"), house.order("TEA", "CUP")
    house.release()
    (batch,) = house.batches()
    if how == "kick_out":
        house.store.write(kick_out, LEAD, goes, "")
    else:
        assert house.store.write(request_cancel, LEAD, goes, "") is OrderState.CANCELLED
    books(house)
    while house.store.read(next_task, batch) is not None:
        house.pick_one(batch)
    assert house.on_hand("TEA", LocationKind.STAGING) == (1, 0)
    assert house.state(stays) is OrderState.PICKED
    books(house)


def test_a_location_may_look_like_a_code_of_goods(house: House) -> None:
    house.stock("TEA", 5, location="CUP-EAN")
    house.stock("CUP", 5, location="TEA-EAN")
    house.order("TEA", "CUP")
    house.release()
    (batch,) = house.batches()
    for _ in range(2):
        task = task_of(house, batch)
        assert house.pick(batch, task.location).verdict.code == "at_location"
        assert house.pick(batch, f"{task.sku}-EAN").verdict.code in ("picked", "batch_picked")
    books(house)
