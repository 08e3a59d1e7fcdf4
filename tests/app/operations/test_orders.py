"""A cancel request: at once where nothing is at stake, else at the next gate."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.domain.errors import Refusal
from app.domain.states import BatchState, OrderState, ParcelState, WaveState
from app.operations.orders import request_cancel
from app.operations.waves import kick_out, put_back
from db.journal import JournalEntry
from db.orders import Order
from db.parcels import Parcel
from db.places import LocationKind
from db.waves import Batch, BatchOrder, Wave
from tests.books import check_stock, check_waves
from tests.factories import LEAD, Hands, House


def cancel(house: House, order: int, reason: str = "buyer asked") -> OrderState:
    return house.store.write(request_cancel, LEAD, order, reason)


def books(house: House) -> None:
    house.store.read(check_stock)
    house.store.read(check_waves)


def refused(code: str, step: Callable[[], object]) -> None:
    with pytest.raises(Refusal) as caught:
        step()
    assert caught.value.code == code


@pytest.mark.parametrize("state", [OrderState.READY, OrderState.INCOMPLETE])
def test_what_is_in_no_wave_is_cancelled_at_once(house: House, state: OrderState) -> None:
    house.stock("TEA", 1)
    order = house.order("TEA", state=state)
    assert cancel(house, order) is OrderState.CANCELLED
    row = house.get(Order, order)
    assert (row.reason, row.version) == ("buyer asked", 2)
    assert row.cancel_requested_at is not None
    entry = house.all(select(JournalEntry).order_by(JournalEntry.id))[-1]
    assert (entry.name, entry.reason) == ("request_cancel", "buyer asked")


@pytest.mark.parametrize("release", [False, True])
def test_what_is_planned_or_released_leaves_its_wave(house: House, release: bool) -> None:
    house.stock("TEA", 5)
    stays, goes = house.order("TEA"), house.order("TEA")
    if release:
        house.release()
    else:
        house.plan()
    assert cancel(house, goes) is OrderState.CANCELLED
    assert house.on_hand("TEA") == (5, 1)
    assert house.count(BatchOrder) == 1
    assert house.state(stays) in (OrderState.PLANNED, OrderState.RELEASED)
    books(house)
    assert cancel(house, stays) is OrderState.CANCELLED
    assert house.all(select(Batch.state)) == [BatchState.CANCELLED]
    assert house.one(select(Wave.state)) in (WaveState.CANCELLED, WaveState.DONE)
    books(house)


def test_what_is_half_picked_keeps_its_tote_until_the_goods_are_back(house: House, hands: Hands) -> None:
    house.stock("TEA", 5)
    house.stock("CUP", 5)
    order = house.order("TEA", "CUP")
    house.release()
    house.pick_one(house.batches()[0])
    assert cancel(house, order) is OrderState.CANCELLED
    assert (house.on_hand("TEA"), house.on_hand("CUP")) == ((4, 0), (5, 0))
    assert house.on_hand("TEA", LocationKind.STAGING) == (1, 0)
    assert house.one(select(Wave.state)) is WaveState.DONE
    assert hands.scan(house.tote_of(order)) == "order_cancelled"
    books(house)
    house.store.write(put_back, LEAD, order)
    assert house.on_hand("TEA") == (5, 0)
    assert house.state(order) is OrderState.CANCELLED
    books(house)


def test_what_is_picked_or_packed_waits_for_its_gate(house: House, hands: Hands) -> None:
    picked, packing = house.picked("TEA", "CUP"), house.picked("POT", "MUG")
    hands.scan(house.tote_of(packing))
    assert cancel(house, picked) is OrderState.PICKED
    assert cancel(house, packing) is OrderState.PACKING
    for order in (picked, packing):
        assert house.get(Order, order).cancel_requested_at is not None
    assert hands.scan("POT-EAN") == "order_cancelled"
    assert hands.scan("XXOK", house.tote_of(picked)) == "order_cancelled"
    assert {house.state(picked), house.state(packing)} == {OrderState.CANCELLED}
    assert house.all(select(Parcel.state)) == [ParcelState.VOIDED]


def test_a_problem_order_is_cancelled_and_its_goods_go_back(house: House) -> None:
    house.stock("TEA", 5)
    house.stock("CUP", 5)
    order = house.order("TEA", "CUP")
    house.release()
    house.pick_one(house.batches()[0])
    house.store.write(kick_out, LEAD, order, "damaged")
    assert cancel(house, order) is OrderState.CANCELLED
    house.store.write(put_back, LEAD, order)
    assert house.state(order) is OrderState.CANCELLED
    books(house)


def test_a_second_request_keeps_the_moment_of_the_first(house: House) -> None:
    order = house.picked("TEA")
    cancel(house, order)
    first = house.get(Order, order).cancel_requested_at
    assert cancel(house, order, "again") is OrderState.PICKED
    assert house.get(Order, order).cancel_requested_at == first
    assert house.get(Order, order).reason == "again"


def test_what_cannot_be_cancelled(house: House) -> None:
    house.stock("TEA", 1)
    order = house.order("TEA")
    cancel(house, order)
    refused("order_is_cancelled", lambda: cancel(house, order))
    refused("order_unknown", lambda: cancel(house, 999))


def test_a_cancelled_order_is_planned_no_more(house: House) -> None:
    house.stock("TEA", 5)
    gone, stays = house.order("TEA"), house.order("TEA")
    cancel(house, gone)
    house.plan()
    assert (house.state(gone), house.state(stays)) == (OrderState.CANCELLED, OrderState.PLANNED)
