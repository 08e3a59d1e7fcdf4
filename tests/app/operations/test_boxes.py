"""Several boxes of one order: split, taken in turn, pieces moved, closed as they are, opened again."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain.states import LabelState, OrderState, ParcelState
from app.operations.gates import hand_over
from app.operations.label_files import receive_label
from db.bench import PackingPolicy
from db.parcels import Label, Parcel, ParcelItem, Shipment
from db.places import LocationKind
from tests.books import check_books
from tests.factories import LEAD, Hands, House


def boxes(house: House, order: int) -> list[tuple[int, ParcelState, int]]:
    """The order's boxes that count: number, state, pieces."""
    pieces = select(ParcelItem.quantity).where(ParcelItem.parcel_id == Parcel.id)
    found = house.all(select(Parcel).where(Parcel.order_id == order, Parcel.state != ParcelState.VOIDED))
    return [
        (box.number, box.state, sum(house.all(pieces.where(Parcel.id == box.id)))) for box in
        sorted(found, key=lambda box: box.number)
    ]


def allow_reopening(house: House, *, allowed: bool = True) -> None:
    house.write(
        lambda tx: tx.session.add(
            PackingPolicy(handling_class="*", operator_group="*", act="reopen", allowed=allowed)
        )
    )


def close(house: House, hands: Hands) -> str:
    house.printed()
    return hands.scan(hands.square)


def test_two_boxes_are_filled_in_turn_and_the_last_ships_the_order(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 2), "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN")
    assert hands.scan("XXSPLIT") == "box_opened"
    assert hands.judged.facts["box"] == 2
    assert hands.scan("TEA-EAN") == "item"
    assert hands.scan("CUP-EAN") == "complete"  # nothing of the order is missing: the label of this box
    assert boxes(house, order) == [(1, ParcelState.OPEN, 1), (2, ParcelState.LABELLING, 2)]
    assert close(house, hands) == "box_closed"
    assert hands.judged.facts == {"box": 2, "next": 1, "remaining": 0}
    # the first box lacked nothing but its label
    assert boxes(house, order) == [(1, ParcelState.LABELLING, 1), (2, ParcelState.CLOSED, 2)]
    assert house.state(order) is OrderState.PACKING
    assert close(house, hands) == "closed"
    assert house.state(order) is OrderState.SHIPPED
    assert house.count(Shipment) == 1
    assert len(set(house.all(select(Label.tracking)))) == 2
    assert house.on_hand("TEA", LocationKind.STAGING) == (0, 0)
    house.store.read(check_books)


def test_an_item_that_lies_in_another_box_is_one_too_many_here(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "XXSPLIT")
    assert hands.scan("TEA-EAN") == "over_scan"


def test_the_next_box_is_taken_round_and_round(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 4))
    hands.scan(house.tote_of(order), "TEA-EAN", "XXSPLIT", "TEA-EAN", "XXSPLIT", "TEA-EAN")
    seen = []
    for _ in range(4):
        assert hands.scan("XXNEXTBOX") == "box_taken"
        seen.append(hands.judged.facts["box"])
    assert seen == [1, 2, 3, 1]
    assert hands.parcel.number == 1


def test_a_box_is_closed_as_it_is_and_the_rest_goes_into_another(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 3))
    hands.scan(house.tote_of(order))
    assert hands.scan("XXCLOSE") == "box_empty"
    hands.scan("TEA-EAN", "TEA-EAN")
    assert hands.scan("XXCLOSE") == "box_sealed"
    assert hands.parcel.state is ParcelState.LABELLING
    assert hands.scan("TEA-EAN") != "item"
    hands.scan("XXOK")
    assert close(house, hands) == "box_closed"
    assert hands.judged.facts == {"box": 1, "next": 2, "remaining": 1}
    assert hands.scan("TEA-EAN") == "complete"
    assert close(house, hands) == "closed"
    assert boxes(house, order) == [(1, ParcelState.CLOSED, 2), (2, ParcelState.CLOSED, 1)]
    house.store.read(check_books)


def test_a_label_bears_the_weight_of_what_is_in_its_own_box(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 3))
    hands.scan(house.tote_of(order), "TEA-EAN", "XXCLOSE")
    one = hands.parcel
    close(house, hands)
    hands.scan("TEA-EAN", "TEA-EAN")
    first, second = house.all(select(Parcel.weight_g).order_by(Parcel.number))
    assert one.number == 1
    assert first * 2 == second


def test_a_piece_comes_over_from_another_box_and_can_be_taken_back_there(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 2), "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "TEA-EAN")
    assert hands.scan("XXSHIFT") == "no_other_box"
    hands.scan("XXSPLIT")
    assert hands.scan("XXSHIFT") == "move_which"
    assert hands.scan("CUP-EAN") == "nothing_to_move"
    assert hands.scan("XXSHIFT") == "move_which"
    assert hands.scan("TEA-EAN") == "item_moved"
    assert boxes(house, order) == [(1, ParcelState.OPEN, 1), (2, ParcelState.OPEN, 1)]
    house.store.read(check_books)
    assert hands.scan("XXUNDO") == "undone"
    assert boxes(house, order) == [(1, ParcelState.OPEN, 1), (2, ParcelState.OPEN, 0)]
    assert hands.scan("TEA-EAN", "CUP-EAN") == "complete"
    house.store.read(check_books)


def test_moving_all_of_it_leaves_an_empty_box_that_is_none(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 2))
    hands.scan(house.tote_of(order), "TEA-EAN", "XXSPLIT", "XXSHIFT", "TEA-EAN")
    assert hands.scan("TEA-EAN") == "complete"
    assert close(house, hands) == "closed"
    assert boxes(house, order) == [(2, ParcelState.CLOSED, 2)]
    house.store.read(check_books)


def test_after_moving_the_packer_says_when_the_box_is_full(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 2))
    hands.scan(house.tote_of(order), "TEA-EAN", "XXSPLIT", "XXSHIFT", "TEA-EAN", "XXNEXTBOX", "TEA-EAN", "XXUNDO")
    hands.scan("XXNEXTBOX", "TEA-EAN")
    assert boxes(house, order)[1] == (2, ParcelState.LABELLING, 2)


def test_the_label_of_the_other_box_is_the_wrong_one(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 2))
    hands.scan(house.tote_of(order), "TEA-EAN", "XXCLOSE")
    house.printed()
    first = hands.square
    hands.scan(first, "TEA-EAN")
    house.printed()
    assert hands.scan(first) == "wrong_label"
    number = hands.judged.order
    assert (hands.judged.facts["belongs_to"], hands.judged.facts["order"]) == (f"{number} (1)", f"{number} (2)")


def test_boxes_stay_together_over_a_break_and_a_take_over(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 3))
    tote = house.tote_of(order)
    hands.scan(tote, "TEA-EAN", "XXSPLIT", "TEA-EAN")
    other = house.hands("BENCH-2")
    assert other.scan(tote) == "take_over"
    assert other.scan(tote) == "opened"
    assert other.parcel.number == 2  # the one that lay there
    assert other.parcel.remaining == 1
    assert other.scan("TEA-EAN") == "complete"
    house.printed("BENCH-2")
    assert other.scan(other.square) == "box_closed"
    house.printed("BENCH-2")
    assert other.scan(other.square) == "closed"
    house.store.read(check_books)


def test_a_cancel_stops_all_boxes_that_are_open(house: House, hands: Hands) -> None:
    from tests.app.operations.test_packing_gates import cancel

    order = house.picked(("TEA", 3))
    hands.scan(house.tote_of(order), "TEA-EAN", "XXSPLIT", "TEA-EAN")
    cancel(house, order)
    assert hands.scan("XXNEXTBOX") == "order_cancelled"
    assert boxes(house, order) == []
    assert hands.bench.parcel is None


def test_a_label_of_the_carrier_is_for_one_box(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 2))
    hands.scan(house.tote_of(order))
    label = b"^XA^FO50,50^BY3^BCN,100,Y^FDRR123456785DE^FS^XZ"
    house.store.write(
        receive_label, LEAD, order, label, tracking="RR123456785DE", carrier="", service="", source="carrier"
    )
    hands.scan("TEA-EAN")
    assert hands.scan("XXSPLIT") == "label_refused"
    assert hands.judged.facts["why_code"] == "box_needs_carrier_label"
    assert boxes(house, order) == [(1, ParcelState.OPEN, 1)]


# a closed box


def closed(house: House, hands: Hands) -> tuple[int, str]:
    order = house.picked(("TEA", 2))
    hands.scan(house.tote_of(order), "TEA-EAN", "TEA-EAN")
    house.printed()
    square = hands.square
    assert hands.scan(square) == "closed"
    return order, square


def test_a_closed_box_is_opened_again_and_its_label_is_void(house: House, hands: Hands) -> None:
    order, square = closed(house, hands)
    allow_reopening(house)
    assert hands.scan("XXREOPEN") == "reopen_which"
    assert hands.scan(square) == "reopened"
    assert house.state(order) is OrderState.PACKING
    assert house.on_hand("TEA", LocationKind.STAGING) == (2, 0)
    assert house.all(select(Label.state)) == [LabelState.VOIDED]
    assert hands.scan("XXUNDO") == "undone"
    assert hands.scan("TEA-EAN") == "complete"
    house.printed()
    assert hands.scan(square) == "label_voided"
    assert hands.scan("XXOK", hands.square) == "closed"
    assert house.on_hand("TEA", LocationKind.STAGING) == (0, 0)
    house.store.read(check_books)


def test_a_box_that_was_opened_for_nothing_is_closed_by_a_command(house: House, hands: Hands) -> None:
    _, square = closed(house, hands)
    allow_reopening(house)
    hands.scan("XXREOPEN", square)
    assert hands.scan("XXNEXT") == "next_close"
    assert hands.scan("XXCLOSE") == "box_sealed"
    assert close(house, hands) == "closed"
    house.store.read(check_books)


def test_who_may_not_open_a_closed_box(house: House, hands: Hands) -> None:
    order, square = closed(house, hands)
    allow_reopening(house, allowed=False)
    hands.scan("XXREOPEN")
    assert hands.scan(square) == "reopen_not_allowed"
    assert house.state(order) is OrderState.SHIPPED


def test_what_the_carrier_has_is_not_opened_again(house: House, hands: Hands) -> None:
    order, square = closed(house, hands)
    allow_reopening(house)
    house.store.write(hand_over, LEAD, square)
    hands.scan("XXREOPEN")
    assert hands.scan(square) == "label_refused"
    assert hands.judged.facts["why_code"] == "reopen_handed_over"
    assert house.state(order) is OrderState.SHIPPED


def test_opening_again_waits_for_an_empty_table(house: House, hands: Hands) -> None:
    closed(house, hands)
    order = house.picked("CUP", "TEA")
    hands.scan(house.tote_of(order))
    assert hands.scan("XXREOPEN") == "not_yet"


@pytest.mark.parametrize("command", ["XXSPLIT", "XXNEXTBOX", "XXSHIFT", "XXCLOSE"])
def test_boxes_need_an_order_on_the_table_and_no_label_in_the_hand(house: House, hands: Hands, command: str) -> None:
    order = house.picked("TEA")
    assert hands.scan(command) == "no_parcel_open"
    hands.scan(house.tote_of(order), "TEA-EAN")
    assert hands.scan(command) == "label_not_scanned"
