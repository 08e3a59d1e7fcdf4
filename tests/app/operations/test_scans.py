"""What a code stands for, and the events that remember every scan."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import insert, select

from app.domain.barcode import Command, Kind, check_character, make_code, make_label_code
from app.domain.bench import Found, Item, LabelFound, OrderFound, OtherKind, SeveralOrders, Tote, Unknown
from app.domain.states import OrderState
from app.operations.orders import request_cancel
from app.operations.scans import orders_for_item, what_is
from db.journal import ScanEvent
from db.orders import SkuBarcode
from tests.factories import LEAD, Hands, House, make_sku


def look_up(house: House, code: str, **values: Any) -> Found:
    return house.write(lambda tx: what_is(tx, code, **values))


def with_right_check(body: str) -> str:
    return body + check_character(body)


def test_each_kind_of_code(house: House, hands: Hands) -> None:
    order = house.picked("TEA")
    number = house.source_id(order)
    hands.scan(number, "TEA-EAN")
    parcel = hands.parcel
    assert look_up(house, "TEA-EAN") == Item(house.skus["TEA"], "TEA", 1)
    mine = OrderFound(order, number, pickable=True, shipped=False, cancelled=False, held_by=None)
    held = replace(mine, held_by="BENCH-1")
    assert look_up(house, number) == held
    assert look_up(house, number, station_id=hands.actor.station) == mine
    assert look_up(house, parcel.tracking or "") == LabelFound(parcel.parcel_id, None, False, held)
    assert look_up(house, parcel.code) == LabelFound(parcel.parcel_id, None, False, held, newest=1)
    assert look_up(house, make_label_code(parcel.code, 3)) == LabelFound(parcel.parcel_id, 3, False, held, newest=1)
    tote = look_up(house, house.tote_of(order))
    assert isinstance(tote, Tote)
    assert tote.bulk
    assert tote.orders == (held,)
    assert look_up(house, "P-0") == OtherKind("location")
    assert look_up(house, "XXHOLD") is Command.HOLD
    assert look_up(house, "XXNONSENSE") == OtherKind("command")
    assert look_up(house, make_code(Kind.PERSON, 1)) == OtherKind("person")
    assert look_up(house, make_code(Kind.TOTE, 99_999, 5)) == OtherKind("tote")
    assert look_up(house, make_label_code(make_code(Kind.PARCEL, 99), 1)) == OtherKind("label")
    assert look_up(house, "4006381333930") == Unknown("4006381333931")
    assert look_up(house, "") == Unknown()


@pytest.mark.parametrize("prefix", [kind.value for kind in Kind if kind is not Kind.COMMAND])
def test_a_suppliers_code_that_looks_like_ours_is_found(house: House, prefix: str) -> None:
    barcode = with_right_check(f"{prefix}00012345")
    sku = house.write(lambda tx: make_sku(tx, "ODD", [(barcode, 1)]).id)
    assert look_up(house, barcode) == Item(sku, "ODD", 1)


def test_a_suppliers_code_in_letters_that_looks_like_a_command_is_found(house: House) -> None:
    sku = house.write(lambda tx: make_sku(tx, "XXLBLACK", [("XXLBLACK", 1)]).id)
    assert look_up(house, "XXLBLACK") == Item(sku, "XXLBLACK", 1)


def test_an_order_number_that_looks_like_ours_is_found(house: House) -> None:
    house.stock("TEA", 1)
    order = house.order("TEA", source_id=with_right_check("OR20260301"))
    found = look_up(house, with_right_check("OR20260301"))
    assert isinstance(found, OrderFound)
    assert found.order_id == order


def test_items_come_first_only_while_an_item_is_expected(house: House) -> None:
    house.stock("TEA", 1)
    order = house.order("TEA", source_id="12345")
    house.write(lambda tx: tx.session.add(SkuBarcode(barcode="12345", sku_id=house.skus["TEA"])))
    assert isinstance(look_up(house, "12345", item_first=True), Item)
    found = look_up(house, "12345", item_first=False)
    assert isinstance(found, OrderFound)
    assert found.order_id == order


def test_one_number_in_several_shops(house: House) -> None:
    house.stock("TEA", 9)
    first = house.order("TEA", source_id="77", shop="north")
    house.order("TEA", source_id="77", shop="south")
    assert look_up(house, "77") == SeveralOrders("77")
    house.release()
    batch = house.batches()[0]
    house.pick_one(batch)
    only_one_waits = look_up(house, "77")
    assert isinstance(only_one_waits, OrderFound)
    assert only_one_waits.order_id == first
    house.pick_all()
    assert look_up(house, "77") == SeveralOrders("77")


def test_the_single_lane_serves_the_urgent_and_passes_over_what_cannot_be_packed(house: House) -> None:
    house.stock("TEA", 60)
    # more than any limit of the look-up
    blocked = [house.order("TEA") for _ in range(25)]
    waits = house.order("TEA")
    house.release()
    house.pick_all()
    for order in blocked:
        house.store.write(request_cancel, LEAD, order, "")
    tea = Item(house.skus["TEA"], "TEA", 1)
    found = house.write(lambda tx: orders_for_item(tx, tea, None, None))
    assert found[0].order_id == waits
    assert all(order.cancelled for order in found[1:])


def test_a_case_opens_no_order_that_wants_one_piece(house: House, hands: Hands) -> None:
    house.stock("TEA", 5)
    house.write(lambda tx: tx.session.add(SkuBarcode(barcode="CASE", sku_id=house.skus["TEA"], quantity=12)))
    order = house.order("TEA")
    house.release()
    house.pick_all()
    assert hands.scan("CASE") == "no_order_for_item"
    assert hands.bench.parcel is None
    assert house.state(order) is OrderState.PICKED


def test_a_held_order_that_has_its_piece_does_not_swallow_the_next_one(house: House, hands: Hands) -> None:
    house.stock("TEA", 5)
    first, second = house.order("TEA"), house.order("TEA")
    house.release()
    house.pick_all()
    assert hands.scan("TEA-EAN", "XXHOLD") == "held"
    assert hands.scan("TEA-EAN") == "complete"
    assert hands.parcel.order_id == second
    hands.scan("XXHOLD")
    assert hands.scan("TEA-EAN") == "no_order_for_item"
    assert house.state(first) is OrderState.PACKING


def test_every_scan_is_an_event_whatever_became_of_it(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 2))
    codes = [house.tote_of(order), "TEA-EAN", "no such code", "TEA-EAN", "XXOK", "\x07 \t", "TEA-EAN", "XXFOO"]
    for code in codes:
        hands.scan(code)
    events = house.all(select(ScanEvent).where(ScanEvent.station_id == hands.actor.station).order_by(ScanEvent.id))
    assert [event.raw for event in events] == codes
    assert [event.seq for event in events] == list(range(1, len(codes) + 1))
    assert [event.device_seq for event in events] == list(range(1, len(codes) + 1))
    assert [event.code for event in events] == [
        "opened", "item", "unknown_code", "latched", "acknowledged", "unknown_code", "latched", "latched",
    ]  # fmt: skip
    assert [event.counted for event in events] == [0, 1, 0, 0, 0, 0, 0, 0]
    assert {event.order_id for event in events} == {order}
    assert json.loads(events[1].facts) == {"sku": "TEA", "name": "TEA", "left": 1, "remaining": 1}


def test_two_scans_with_one_number_cannot_both_be_stored(house: House, hands: Hands) -> None:
    hands.scan("nothing")
    scan, _ = hands.done[0]
    row = {
        "station_id": hands.actor.station, "seq": 99, "device": scan.device, "boot": scan.boot, "device_seq": scan.seq,
        "at": house.one(select(ScanEvent.at)), "raw": "", "outcome": "fail", "code": "", "facts": "",
    }  # fmt: skip
    with pytest.raises(Exception, match="UNIQUE"):
        house.write(lambda tx: tx.connection.execute(insert(ScanEvent), row))
