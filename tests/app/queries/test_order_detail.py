"""One order with its lines, parcels, labels and copies."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.domain.errors import Refusal
from app.domain.states import JobState, LabelState, OrderState, ParcelState
from app.operations.label_copies import reprint
from app.operations.orders import request_cancel
from app.operations.picking import short_pick
from app.operations.waves import kick_out, put_back
from app.queries.order_detail import OrderDetail, Recipient, order_detail
from app.queries.waves import next_task
from tests.factories import LEAD, NOON, Hands, HeldClock, House


def detail_of(house: House, order: int) -> OrderDetail:
    return house.store.read(order_detail, order)


def test_an_order_that_has_not_begun(house: House, clock: HeldClock) -> None:
    house.stock("TEA", 9)
    order = house.order(
        ("TEA", 3), source_id="AE-1", ship_by=NOON + timedelta(hours=4), recipient_phone="+44 20 7946 0000",
        service="EXPRESS",
    )  # fmt: skip
    found = detail_of(house, order)
    assert (found.source_id, found.backend, found.shop, found.channel, found.warehouse) == (
        "AE-1", "files", "shop", "", "MAIN",
    )  # fmt: skip
    assert (found.state, found.service, found.ship_by, found.created_at) == (
        OrderState.READY, "EXPRESS", NOON + timedelta(hours=4), NOON,
    )  # fmt: skip
    assert found.recipient == Recipient(
        "Ada Lovelace", "+44 20 7946 0000", "12 St James's Square", "SW1Y 4JH", "London", "", "GB"
    )
    assert (found.wave, found.batch, found.slot, found.tote, found.parcels) == (None, None, None, None, ())
    assert [(line.sku, line.ordered, line.picked, line.packed, line.short) for line in found.lines] == [
        ("TEA", 3, 0, 0, False)
    ]
    assert (found.cancellable, found.kickable, found.to_put_back) == (True, False, False)


def test_an_order_on_its_way_to_the_carrier(house: House, clock: HeldClock, hands: Hands) -> None:
    order = house.picked(("TEA", 2), "CUP")
    found = detail_of(house, order)
    assert (found.wave, found.batch, found.slot, found.tote) == (1, 1, 1, house.tote_of(order))
    assert [(line.sku, line.ordered, line.picked, line.packed) for line in found.lines] == [
        ("TEA", 2, 2, 0), ("CUP", 1, 1, 0),
    ]  # fmt: skip
    hands.scan(house.source_id(order), "TEA-EAN")
    found = detail_of(house, order)
    assert [line.packed for line in found.lines] == [1, 0]
    (parcel,) = found.parcels
    assert (parcel.code, parcel.state, parcel.station, parcel.labels) == (
        hands.parcel.code, ParcelState.OPEN, "BENCH-1", (),
    )  # fmt: skip
    hands.scan("TEA-EAN", "CUP-EAN")
    house.printed()
    house.store.write(reprint, LEAD, parcel.parcel_id, "torn")
    house.printed()
    tracking = hands.parcel.tracking
    clock.pass_(60)
    assert hands.scan(hands.square) == "closed"
    found = detail_of(house, order)
    assert (found.state, found.tote, found.cancellable) == (OrderState.SHIPPED, None, False)
    assert [line.packed for line in found.lines] == [2, 1]
    (parcel,) = found.parcels
    assert (parcel.state, parcel.station, parcel.weight_g, parcel.closed_at) == (
        ParcelState.CLOSED, None, 300, clock.now(),
    )  # fmt: skip
    (label,) = parcel.labels
    assert (label.tracking, label.state, label.created_at) == (tracking, LabelState.VALID, NOON)
    assert [(copy.copy, copy.state, copy.reprint_reason) for copy in label.copies] == [
        (1, JobState.PRINTED, None), (2, JobState.CONFIRMED, "torn"),
    ]  # fmt: skip


def test_what_is_off_its_shelf_and_what_is_void_counts_no_more(house: House, hands: Hands) -> None:
    house.stock("TEA", 1)
    house.stock("CUP", 9)
    order = house.order("CUP", "TEA")
    house.release()
    (batch,) = house.batches()
    task = house.store.read(next_task, batch)
    assert task is not None
    house.store.write(short_pick, house.picker, task.task_id, 0)
    found = detail_of(house, order)
    assert [line.short for line in found.lines] == [line.sku == task.sku for line in found.lines]
    assert (found.state, found.to_put_back) == (OrderState.READY, False)

    stuck = house.picked("POT")
    hands.scan(house.source_id(stuck), "POT-EAN")
    found = detail_of(house, stuck)
    assert [(line.picked, line.packed) for line in found.lines] == [(1, 1)]
    house.store.write(request_cancel, LEAD, stuck, "buyer asked")
    found = detail_of(house, stuck)
    assert (found.state, found.cancellable, found.cancel_requested_at is None) == (OrderState.PACKING, False, False)
    hands.scan("XXNEXT")
    found = detail_of(house, stuck)
    assert (found.state, found.reason, found.to_put_back) == (OrderState.CANCELLED, "buyer asked", True)
    assert [(line.picked, line.packed) for line in found.lines] == [(1, 0)]
    assert (found.parcels[0].state, found.parcels[0].labels[0].state) == (ParcelState.VOIDED, LabelState.VOIDED)
    house.store.write(put_back, LEAD, stuck)
    found = detail_of(house, stuck)
    assert (found.to_put_back, found.tote, [line.picked for line in found.lines]) == (False, None, [0])


def test_an_order_can_be_kicked_out_while_it_is_planned_or_released(house: House) -> None:
    house.stock("TEA", 9)
    order = house.order("TEA")
    house.release()
    assert detail_of(house, order).kickable
    house.store.write(kick_out, LEAD, order, "damaged")
    assert not detail_of(house, order).kickable


def test_an_order_that_is_not_there(house: House) -> None:
    with pytest.raises(Refusal) as refused:
        detail_of(house, 99)
    assert (refused.value.code, refused.value.facts) == ("order_unknown", {"order": 99})
