"""The gates: a changed address at the bench, the hand-over to the carrier, a wrong item's own place, claims."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain.barcode import make_label_code, make_slot_code
from app.domain.errors import Refusal
from app.domain.states import JobState, LabelState, OrderState, ParcelState
from app.operations.addresses import change_address
from app.operations.gates import HandOver, hand_over
from app.operations.label_copies import reprint
from app.operations.orders import request_cancel
from app.operations.voiding import relabel
from app.operations.waves import put_back
from db.bench import PackingRules
from db.journal import JournalEntry
from db.orders import Order
from db.parcels import Label, Parcel
from db.places import LocationKind
from db.waves import BatchOrder
from tests.books import check_books
from tests.factories import LEAD, Hands, HeldClock, House


def move_house(house: House, order: int) -> None:
    house.store.write(change_address, LEAD, order, {"street": "Calle Nueva 7"}, "buyer asked")


def to_carrier(house: House, code: str) -> HandOver:
    told: HandOver = house.store.write(hand_over, LEAD, code)
    return told


def closed(house: House, hands: Hands) -> tuple[int, str]:
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    house.printed()
    square = hands.square
    assert hands.scan(square) == "closed"
    return order, square


# the address


def test_an_address_that_changed_before_the_order_was_opened_is_simply_the_address(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    move_house(house, order)
    assert hands.scan(house.tote_of(order)) == "opened"
    assert hands.scan("TEA-EAN", "CUP-EAN") == "complete"
    assert "Calle Nueva 7" in house.one(select(Label.fields))


def test_gate_open(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "XXHOLD")
    move_house(house, order)
    assert hands.scan(house.tote_of(order)) == "address_changed"
    assert hands.scan("CUP-EAN") == "latched"
    assert hands.scan("XXOK") == "acknowledged"
    assert hands.scan("CUP-EAN") == "complete"


def test_gate_last_item(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN")
    move_house(house, order)
    assert hands.scan("CUP-EAN") == "address_changed"
    assert house.packed() == {"TEA": 1, "CUP": 0}
    hands.scan("XXOK")
    assert hands.scan("CUP-EAN") == "complete"
    assert "Calle Nueva 7" in house.one(select(Label.fields))
    assert house.one(select(JournalEntry.order_id).where(JournalEntry.name == "take_address")) == order


def test_gate_label(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    house.printed()
    old = hands.square
    move_house(house, order)
    assert hands.scan(old) == "address_changed"
    assert house.state(order) is OrderState.PACKING
    assert hands.scan("XXOK") == "acknowledged"
    first, second = house.all(select(Label).order_by(Label.id))
    assert (first.state, second.state) == (LabelState.VOIDED, LabelState.VALID)
    assert "Calle Nueva 7" in second.fields
    house.printed()
    assert hands.scan(old) == "label_voided"
    assert hands.scan("XXOK", hands.square) == "closed"
    house.store.read(check_books)


def test_a_label_with_the_old_address_that_still_waits_is_never_printed(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    move_house(house, order)
    assert house.claim() is None
    assert [(job.state, job.reason) for job in house.jobs(order)] == [(JobState.CANCELLED, "labels_old_address")]


# the hand-over


def test_gate_hand_over(house: House, hands: Hands) -> None:
    order, square = closed(house, hands)
    told = to_carrier(house, square)
    assert (told.code, told.passed, told.order) == ("handover_done", True, house.source_id(order))
    assert house.one(select(Parcel.handed_over_at)) is not None
    assert to_carrier(house, told.tracking).code == "handover_before"


def test_a_cancelled_order_does_not_leave(house: House, hands: Hands) -> None:
    order, square = closed(house, hands)
    assert house.store.write(request_cancel, LEAD, order, "buyer asked") is OrderState.SHIPPED
    assert to_carrier(house, square).code == "handover_cancelled"
    assert house.state(order) is OrderState.CANCELLED
    assert house.one(select(Parcel.state)) is ParcelState.VOIDED
    assert house.one(select(Label.state)) is LabelState.VOIDED
    assert to_carrier(house, square).code == "handover_cancelled"
    assert house.on_hand("TEA", LocationKind.STAGING) == (1, 0)
    house.store.write(put_back, LEAD, order)
    assert house.on_hand("TEA", LocationKind.STAGING) == (0, 0)
    house.store.read(check_books)


def test_a_box_with_the_old_address_does_not_leave(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 2))
    hands.scan(house.tote_of(order), "TEA-EAN", "XXCLOSE")
    house.printed()
    first = hands.square
    assert hands.scan(first) == "box_closed"
    move_house(house, order)
    assert to_carrier(house, first).code == "handover_address"
    assert house.all(select(Parcel.handed_over_at).where(Parcel.handed_over_at.is_not(None))) == []


def test_a_closed_order_that_has_moved_leaves_with_a_new_label(house: House, hands: Hands) -> None:
    order, square = closed(house, hands)
    move_house(house, order)
    assert to_carrier(house, square).code == "handover_address"
    parcel: int = house.one(select(Parcel.id))
    house.store.write(relabel, LEAD, parcel, "another address", hands.name)
    house.printed()
    told = house.one(select(Label).where(Label.state == LabelState.VALID))
    assert "Calle Nueva 7" in told.fields
    assert to_carrier(house, told.tracking).code == "handover_not_closed"
    assert hands.scan(make_label_code(house.get(Parcel, parcel).code, 2)) == "copy_confirmed"
    assert to_carrier(house, square).code == "handover_superseded"
    assert to_carrier(house, told.tracking).passed


def test_an_old_copy_and_an_open_box_do_not_leave(house: House, hands: Hands) -> None:
    order, square = closed(house, hands)
    house.store.write(reprint, LEAD, house.one(select(Parcel.id)), "torn")
    assert to_carrier(house, square).code == "handover_superseded"
    assert to_carrier(house, house.one(select(Label.tracking))).code == "handover_not_closed"
    other = house.picked("POT", "CUP")
    hands.scan(house.tote_of(other), "POT-EAN", "CUP-EAN")
    assert to_carrier(house, hands.square).code == "handover_not_closed"
    assert house.state(order) is OrderState.SHIPPED


def test_a_code_that_is_no_label_is_refused(house: House) -> None:
    with pytest.raises(Refusal) as refused:
        to_carrier(house, "TEA-EAN")
    assert refused.value.code == "handover_unknown"


# claims


def test_what_lies_on_a_table_that_nobody_works_at_is_free_after_a_while(
    house: House, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = HeldClock()
    monkeypatch.setattr(house.store, "clock", clock)
    order = house.picked("TEA", "CUP")
    tote = house.tote_of(order)
    hands.scan(tote, "TEA-EAN")
    other = house.hands("BENCH-2")
    clock.pass_(299)
    assert other.scan(tote) == "take_over"
    clock.pass_(1)
    assert other.scan(tote) == "opened"
    assert other.parcel.remaining == 1
    assert hands.bench.parcel is None


def test_how_long_a_claim_lasts_is_a_rule(house: House, hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = HeldClock()
    monkeypatch.setattr(house.store, "clock", clock)
    house.write(lambda tx: tx.session.add(PackingRules(warehouse_id=house.warehouse, claim_minutes=30)))
    order = house.picked("TEA", "CUP")
    tote = house.tote_of(order)
    hands.scan(tote, "TEA-EAN")
    clock.pass_(29 * 60)
    other = house.hands("BENCH-2")
    assert other.scan(tote) == "take_over"
    clock.pass_(60)
    assert other.scan(tote) == "opened"


# where things are


def test_a_wrong_item_is_sent_to_the_slot_that_lacks_it(house: House, hands: Hands) -> None:
    house.stock("TEA", 5)
    house.stock("CUP", 5)
    house.stock("POT", 5)
    first, second = house.order("TEA", "CUP"), house.order("POT", "CUP")
    house.release()
    house.pick_all()
    hands.scan(house.tote_of(first))
    assert hands.scan("POT-EAN") == "wrong_item"
    facts = hands.judged.facts
    assert facts["belongs_order"] == house.source_id(second)
    assert facts["belongs_slot"] == house.get(BatchOrder, second).slot
    assert facts["belongs_tote"] == house.tote_of(second)


def test_a_wrong_item_that_nobody_on_the_cart_waits_for_has_no_slot(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    house.stock("POT", 1)
    hands.scan(house.tote_of(order))
    assert hands.scan("POT-EAN") == "wrong_item"
    assert "belongs_slot" not in hands.judged.facts


def test_a_slot_of_the_cart_opens_its_order(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    place = house.get(BatchOrder, order)
    assert hands.scan(make_slot_code(place.batch_id, place.slot)) == "opened"
    assert hands.parcel.order == house.get(Order, order).source_id
    hands.scan("XXHOLD")
    assert hands.scan(make_slot_code(place.batch_id, 999)) == "wrong_kind"
