"""What goes wrong at the bench: one scan to the problem shelf, a short order sent without what is missing."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain.states import OrderState, ParcelState
from app.operations.orders import request_cancel
from app.operations.waves import put_back
from db.journal import JournalEntry
from db.orders import Order, OrderLine
from db.parcels import Parcel, ParcelItem
from db.places import Location, LocationKind
from db.waves import BatchOrder
from tests.books import check_books
from tests.factories import LEAD, Hands, House

REASONS = {
    "XXSHORT": "bench_short", "XXBROKEN": "bench_broken", "XXNOCODE": "bench_no_code", "XXOTHER": "bench_other_item",
    "XXHELP": "bench_help",
}  # fmt: skip


@pytest.mark.parametrize("command", REASONS)
def test_one_scan_and_the_next_order_can_be_opened(house: House, hands: Hands, command: str) -> None:
    order, following = house.picked("TEA", "CUP"), house.picked("POT", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN")
    assert hands.scan(command) == "shelved"
    facts = hands.judged.facts
    assert (facts["slot"], facts["why_code"]) == ("P-01", REASONS[command])
    row = house.get(Order, order)
    assert (row.state, row.reason) == (OrderState.PROBLEM, REASONS[command])
    assert house.get(Location, row.problem_location_id).kind == LocationKind.PROBLEM
    entry = house.one(select(JournalEntry).where(JournalEntry.name == "shelve"))
    assert (entry.order_id, entry.reason) == (order, REASONS[command])
    assert hands.bench.parcel is None
    assert hands.scan(house.tote_of(following)) == "opened"
    house.store.read(check_books)


def test_the_item_that_the_packer_has_before_him_is_named(house: House, hands: Hands) -> None:
    order = house.picked(("CUP", 1), ("TEA", 2))
    hands.scan(house.tote_of(order), "TEA-EAN")
    hands.scan("XXSHORT")
    assert hands.judged.facts["sku"] == "TEA"


def test_each_order_has_a_slot_of_its_own_and_a_free_one_is_used_again(house: House, hands: Hands) -> None:
    slots = []
    orders = [house.picked("TEA", "CUP") for _ in range(3)]
    for order in orders:
        hands.scan(house.tote_of(order), "XXHELP")
        slots.append(hands.judged.facts["slot"])
    assert slots == ["P-01", "P-02", "P-03"]
    assert hands.scan("P-02") == "opened"
    assert hands.judged.order == house.source_id(orders[1])
    hands.scan("XXHELP")
    assert hands.judged.facts["slot"] == "P-02"
    house.store.read(check_books)


def test_a_slot_is_not_a_bin_of_the_same_name(house: House, hands: Hands) -> None:
    house.stock("TEA", 1, location="P-01")
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "XXHELP")
    assert hands.judged.facts["slot"] != "P-01"


def test_the_order_goes_on_where_it_stood_when_its_slot_is_scanned(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "XXNOCODE")
    assert hands.scan("P-01") == "opened"
    assert hands.parcel.remaining == 1
    row = house.get(Order, order)
    assert (row.state, row.reason, row.problem_location_id) == (OrderState.PACKING, None, None)
    assert hands.scan("CUP-EAN") == "complete"
    house.printed()
    assert hands.scan(hands.square) == "closed"
    house.store.read(check_books)


def test_the_number_of_the_order_opens_it_too_and_an_empty_slot_is_a_location(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "XXHELP")
    assert hands.scan(house.source_id(order)) == "opened"
    hands.scan("TEA-EAN", "CUP-EAN")
    house.printed()
    hands.scan(hands.square)
    assert hands.scan("P-01") == "wrong_kind"


def test_its_tote_is_free_for_the_next_wave(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    tote = house.tote_of(order)
    hands.scan(tote, "XXSHORT")
    assert house.get(BatchOrder, order).emptied_at is not None
    following = house.picked("POT", "CUP")
    assert house.tote_of(following) == tote


def test_a_label_that_waits_for_its_scan_can_be_put_aside_too(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    assert hands.scan("XXBROKEN") == "shelved"
    assert hands.scan("P-01") == "opened_verified"
    house.printed()
    assert hands.scan(hands.square) == "closed"


def test_without_an_order_there_is_nothing_to_put_aside(house: House, hands: Hands) -> None:
    assert hands.scan("XXSHORT") == "no_parcel_open"
    assert hands.scan("XXHELP") == "help_asked"


def test_nothing_is_short_when_all_is_there(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 2))
    hands.scan(house.tote_of(order), "TEA-EAN", "XXSPLIT", "TEA-EAN")
    assert hands.parcel.state is ParcelState.LABELLING
    hands.scan("XXOK")
    assert hands.scan("XXSHORT") == "shelved"  # the printed label, not the items


def test_put_back_to_their_shelves_the_goods_are_no_longer_in_a_box(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "XXBROKEN")
    house.store.write(put_back, LEAD, order)
    row = house.get(Order, order)
    assert (row.state, row.problem_location_id) == (OrderState.READY, None)
    assert house.all(select(Parcel.state)) == [ParcelState.VOIDED]
    house.store.read(check_books)


def test_a_cancelled_order_leaves_the_shelf_by_being_put_back(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "XXHELP")
    assert house.store.write(request_cancel, LEAD, order, "buyer asked") is OrderState.CANCELLED
    assert hands.scan("P-01") == "order_cancelled"
    house.store.write(put_back, LEAD, order)
    assert house.get(Order, order).problem_location_id is None
    house.store.read(check_books)


# a short order that may be split


def short(house: House, hands: Hands) -> int:
    order = house.picked(("TEA", 3), "CUP", allow_split=True)
    hands.scan(house.tote_of(order), "TEA-EAN")
    assert hands.scan("XXSHORT") == "short_how"
    return order


def test_what_is_there_is_sent_and_the_rest_follows_with_another_order(house: House, hands: Hands) -> None:
    order = short(house, hands)
    assert hands.scan("XXSPLIT") == "split_off"
    assert hands.parcel.state is ParcelState.LABELLING
    later = house.one(select(Order).where(Order.split_from_id == order))
    assert hands.judged.facts == {"order": house.source_id(order), "pieces": 3, "later": later.source_id}
    assert (later.state, later.pieces, later.street) == (OrderState.READY, 3, house.get(Order, order).street)
    lines = house.all(select(OrderLine).where(OrderLine.order_id == later.id).order_by(OrderLine.position))
    assert [line.quantity for line in lines] == [2, 1]
    assert house.all(select(OrderLine.backordered).where(OrderLine.order_id == order)) == [2, 1]
    house.printed()
    assert hands.scan(hands.square) == "closed"
    assert house.state(order) is OrderState.SHIPPED
    assert house.on_hand("TEA", LocationKind.STAGING) == (0, 0)
    house.store.read(check_books)


def test_the_order_for_the_rest_is_planned_picked_and_packed_like_any_other(house: House, hands: Hands) -> None:
    order = short(house, hands)
    hands.scan("XXSPLIT")
    house.printed()
    hands.scan(hands.square)
    house.stock("TEA", 2, location="A-1")
    house.stock("CUP", 1, location="A-2")
    house.release()
    house.pick_all()
    later: int = house.one(select(Order.id).where(Order.split_from_id == order))
    assert hands.scan(house.tote_of(later), "TEA-EAN", "TEA-EAN", "CUP-EAN") == "complete"
    house.printed()
    assert hands.scan(hands.square) == "closed"
    house.store.read(check_books)


def test_a_short_order_that_may_be_split_can_be_put_aside_all_the_same(house: House, hands: Hands) -> None:
    order = short(house, hands)
    assert hands.scan("XXHOLD") == "shelved"
    assert house.get(Order, order).reason == "bench_short"
    assert house.count(Order) == 1


def test_anything_else_answers_the_question_with_no(house: House, hands: Hands) -> None:
    order = short(house, hands)
    assert hands.scan("TEA-EAN") == "item"
    assert hands.scan("XXSPLIT") == "box_opened"  # the plain command again
    assert house.count(Order) == 1
    assert house.state(order) is OrderState.PACKING


def test_nothing_is_split_off_before_anything_is_there(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 3), "CUP", allow_split=True)
    hands.scan(house.tote_of(order))
    assert hands.scan("XXSHORT") == "shelved"


def test_a_cancel_comes_before_the_split(house: House, hands: Hands) -> None:
    order = short(house, hands)
    house.store.write(request_cancel, LEAD, order, "buyer asked")
    assert hands.scan("XXSPLIT") == "order_cancelled"
    assert house.count(Order) == 1
    assert house.all(select(ParcelItem.quantity).join(Parcel).where(Parcel.state != ParcelState.VOIDED)) == []
