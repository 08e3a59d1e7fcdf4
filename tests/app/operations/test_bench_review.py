"""Attempts to get something past the bench that should not pass, or to leave it in a state from which nothing leads."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from app.domain.barcode import Kind, check_character, make_code, make_label_code
from app.domain.errors import Refusal
from app.domain.label_batches import LabelBatchState
from app.domain.orders import LineDraft, OrderDraft
from app.domain.states import JobState, LabelState, OrderState, ParcelState
from app.operations.addresses import change_address
from app.operations.gates import hand_over
from app.operations.importing_updates import update_orders
from app.operations.label_files import receive_label
from app.operations.labels import print_ahead
from app.operations.orders import request_cancel
from app.operations.packing import scan_item
from app.operations.voiding import void
from app.operations.waves import put_back
from db.bench import InsertRule, PackingPolicy, PackingRules
from db.journal import ScanEvent
from db.label_batches import LabelBatch, LabelBatchOrder
from db.orders import Order, Sku, SkuBarcode, Substitute
from db.parcels import Label, Parcel, ParcelInsert, PrintJob
from db.places import LocationKind, Operator
from tests.books import check_books
from tests.factories import LEAD, Hands, House, make_sku


def rules(house: House, **values: Any) -> None:
    house.write(lambda tx: tx.session.add(PackingRules(warehouse_id=house.warehouse, **values)))


def policy(house: House, act: str, *, allowed: bool, handling_class: str = "*", group: str = "*") -> None:
    house.write(
        lambda tx: tx.session.add(
            PackingPolicy(handling_class=handling_class, operator_group=group, act=act, allowed=allowed)
        )
    )


def sku(house: House, code: str, **values: Any) -> None:
    if code not in house.skus:
        house.skus[code] = house.write(lambda tx: make_sku(tx, code).id)
    house.write(lambda tx: tx.session.execute(update(Sku).where(Sku.id == house.skus[code]).values(**values)))


def person(house: House, name: str) -> tuple[int, str]:
    """Somebody's id and badge."""

    def make(tx: Any) -> int:
        row = Operator(name=name, role="packer")
        tx.session.add(row)
        tx.session.flush()
        return row.id

    made: int = house.write(make)
    return made, make_code(Kind.PERSON, made)


def weigh(house: House, hands: Hands, grams: int) -> str:
    scan = replace(hands.source.scan(f"{grams} g"), grams=grams)
    hands.done.append((scan, house.store.write(scan_item, hands.actor, scan)))
    return str(hands.judged.code)


def types(house: House, hands: Hands, code: str) -> str:
    """The code comes from the keyboard."""
    scan = hands.source.scan(code, typed=True)
    hands.done.append((scan, house.store.write(scan_item, hands.actor, scan)))
    return str(hands.judged.code)


def close(house: House, hands: Hands) -> str:
    """The label comes out and is scanned."""
    house.printed(hands.name)
    return hands.scan(hands.square)


def box(house: House, order: int, number: int) -> Parcel:
    found: Parcel = house.one(
        select(Parcel).where(
            Parcel.order_id == order, Parcel.number == number, Parcel.state != ParcelState.VOIDED
        )
    )
    return found


def cancel(house: House, order: int) -> None:
    house.store.write(request_cancel, LEAD, order, "changed_mind")


def move_house(house: House, order: int) -> None:
    house.store.write(change_address, LEAD, order, {"street": "Calle Nueva 7"}, "buyer asked")


def ahead(house: House, order: int) -> None:
    """The order's label waits in a label batch of the pack room."""

    def make(tx: Any) -> None:
        batch = LabelBatch(
            warehouse_id=house.warehouse, number=1, queue="PACK-ROOM", sequence="tote", separators=False,
            state=LabelBatchState.PRINTING, created_at=tx.at,
        )
        tx.session.add(batch)
        tx.session.flush()
        job = print_ahead(tx, LEAD, order, queue="PACK-ROOM", label_batch_id=batch.id)
        tx.session.add(LabelBatchOrder(label_batch_id=batch.id, order_id=order, position=1, group="", job_id=job))

    house.write(make)


def label_of(house: House, parcel: int) -> str:
    """The square code of the parcel's newest copy."""
    copy = house.one(
        select(func.max(PrintJob.copy)).join(Label, Label.id == PrintJob.label_id).where(Label.parcel_id == parcel)
    )
    return make_label_code(house.get(Parcel, parcel).code, copy)


# what was weighed and checked


def test_a_piece_that_comes_over_into_a_checked_box_is_checked(house: House, hands: Hands) -> None:
    (_, ada), (_, ben) = person(house, "Ada"), person(house, "Ben")
    rules(house, check_percent=100, carton="required")
    order = house.picked(("TEA", 2))
    hands.scan(ada, house.tote_of(order), "TEA-EAN", "XXSPLIT", "TEA-EAN")
    assert hands.scan(ben, "TEA-EAN") == "checked"
    hands.scan("XXSHIFT")
    assert hands.scan("TEA-EAN") == "item_moved"
    assert hands.scan("XXNEXT") == "next_check"
    assert hands.scan(ben, "TEA-EAN", "TEA-EAN") == "checked"


def test_a_piece_that_is_put_into_a_checked_box_later_is_checked(house: House, hands: Hands) -> None:
    (_, ada), (_, ben) = person(house, "Ada"), person(house, "Ben")
    rules(house, check_percent=100, carton="required")
    order = house.picked(("TEA", 3))
    hands.scan(ada, house.tote_of(order), "TEA-EAN", "XXSPLIT", "TEA-EAN", "TEA-EAN")
    assert hands.scan("XXNEXTBOX", ben, "TEA-EAN") == "checked"
    hands.scan("XXNEXTBOX", "XXUNDO", "XXUNDO", "XXNEXTBOX")
    assert hands.parcel.number == 1
    assert hands.scan("TEA-EAN") == "item"
    hands.scan("XXCLOSE")
    assert hands.scan("XXNEXT") == "next_check"
    assert hands.scan(ben, "TEA-EAN", "TEA-EAN") == "checked"


def test_who_packed_a_box_does_not_check_it_after_taking_a_piece_out(house: House, hands: Hands) -> None:
    _, ada = person(house, "Ada")
    rules(house, check_percent=100)
    order = house.picked(("TEA", 3))
    hands.scan(ada, house.tote_of(order), "TEA-EAN", "TEA-EAN", "TEA-EAN")
    hands.scan("XXUNDO")
    assert hands.scan("XXCLOSE") == "box_sealed"
    assert hands.scan("TEA-EAN", "XXOK", "TEA-EAN") not in ("checked", "checked_item")
    assert hands.parcel.state is ParcelState.OPEN


def test_a_checked_box_that_is_opened_again_can_be_checked_again(house: House, hands: Hands) -> None:
    (_, ada), (_, ben) = person(house, "Ada"), person(house, "Ben")
    rules(house, check_percent=100)
    order = house.picked(("TEA", 2))
    hands.scan(ada, house.tote_of(order), "TEA-EAN", "TEA-EAN", ben, "TEA-EAN", "TEA-EAN")
    house.printed()
    square = hands.square
    assert hands.scan(square) == "closed"
    assert hands.scan("XXREOPEN", square) == "reopened"
    hands.scan(ben)
    assert hands.scan("XXNEXT") == "next_check_item"
    assert hands.scan("TEA-EAN", "TEA-EAN") == "checked"
    assert close(house, hands) == "closed"


def test_a_substitute_can_be_checked(house: House, hands: Hands) -> None:
    (_, ada), (_, ben) = person(house, "Ada"), person(house, "Ben")
    rules(house, check_percent=100)
    order = house.picked(("TEA", 2), allow_substitutes=True)
    house.stock("MATE", 5)
    house.write(
        lambda tx: tx.session.add(Substitute(sku_id=house.skus["TEA"], substitute_id=house.skus["MATE"]))
    )
    assert hands.scan(ada, house.tote_of(order), "TEA-EAN", "MATE-EAN") == "substitute"
    hands.scan("XXOK")
    assert hands.scan(ben, "MATE-EAN") == "checked_item"
    assert hands.scan("TEA-EAN") == "checked"


# inserts and boxes


def test_an_insert_is_not_lost_with_an_empty_first_box(house: House, hands: Hands) -> None:
    house.write(
        lambda tx: tx.session.add(InsertRule(warehouse_id=house.warehouse, name="Card", barcode="CARD"))
    )
    order = house.picked(("TEA", 2))
    hands.scan(house.tote_of(order), "TEA-EAN", "XXSPLIT", "XXSHIFT", "TEA-EAN")
    assert hands.scan("TEA-EAN") == "verified_inserts"
    assert hands.scan("CARD") == "insert_done"
    assert close(house, hands) == "closed"
    kept = house.all(select(ParcelInsert).join(Parcel, Parcel.id == ParcelInsert.parcel_id))
    assert [(row.parcel_id, row.done_at is not None) for row in kept] == [(box(house, order, 2).id, True)]


def test_the_label_of_an_empty_box_is_void(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 2))
    ahead(house, order)
    hands.scan(house.tote_of(order), "TEA-EAN", "XXSPLIT", "XXSHIFT", "TEA-EAN", "TEA-EAN")
    assert close(house, hands) == "closed"
    assert house.claim("PACK-ROOM") is None
    valid = house.all(
        select(Parcel.state).join(Label, Label.parcel_id == Parcel.id).where(Label.state == LabelState.VALID)
    )
    assert valid == [ParcelState.CLOSED]


def test_a_box_is_closed_though_the_label_of_the_next_cannot_be_made(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 2))
    hands.scan(house.tote_of(order), "TEA-EAN", "XXSPLIT", "TEA-EAN")
    house.printed()
    house.write(lambda tx: tx.session.execute(update(Order).values(street="")))
    assert hands.scan(hands.square) == "box_closed"
    assert hands.scan("XXCLOSE") == "label_refused"
    house.write(lambda tx: tx.session.execute(update(Order).values(street="Here 1")))
    assert hands.scan("XXOK", "XXCLOSE") == "box_sealed"
    assert close(house, hands) == "closed"


def test_a_carriers_label_goes_in_one_box_however_it_is_split(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 2))
    hands.scan(house.tote_of(order))
    label = b"^XA^FO50,50^BY3^BCN,100,Y^FDRR123456785DE^FS^XZ"
    house.store.write(
        receive_label, LEAD, order, label, tracking="RR123456785DE", carrier="", service="", source="carrier"
    )
    hands.scan("TEA-EAN")
    assert hands.scan("XXCLOSE") == "label_refused"
    assert hands.judged.facts["why_code"] == "box_needs_carrier_label"


def test_the_scan_that_closes_a_box_is_evidence_of_that_box(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 2))
    hands.scan(house.tote_of(order), "TEA-EAN", "XXSPLIT", "TEA-EAN")
    parcel = hands.parcel
    assert close(house, hands) == "box_closed"
    event = house.all(select(ScanEvent).order_by(ScanEvent.id.desc()).limit(1))[0]
    assert event.parcel_id == parcel.parcel_id
    assert (hands.judged.parcel, hands.judged.label) == (parcel.code, parcel.tracking)


def test_a_label_that_waits_at_another_bench_follows_its_box(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 2))
    hands.scan(house.tote_of(order), "TEA-EAN", "XXSPLIT", "TEA-EAN", "XXHOLD")
    other = house.hands("BENCH-2")
    other.scan(house.tote_of(order))
    assert other.parcel.number == 1
    other.scan("XXCLOSE")
    house.printed("BENCH-2")
    assert other.scan(other.square) == "box_closed"
    house.printed("BENCH-2")
    assert other.scan(other.square) == "closed"


# two benches


def test_a_box_is_not_opened_again_while_its_order_lies_on_another_table(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 3))
    hands.scan(house.tote_of(order), "TEA-EAN", "XXCLOSE")
    house.printed()
    square = hands.square
    assert hands.scan(square) == "box_closed"
    other = house.hands("BENCH-2")
    other.scan("XXREOPEN")
    assert other.scan(square) != "reopened"
    house.store.read(check_books)
    hands.scan("XXHOLD")
    other.scan("XXOK", "XXREOPEN")
    assert other.scan(square) == "reopened"
    house.store.read(check_books)


def test_a_box_of_an_order_on_the_problem_shelf_is_opened_again(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 2))
    hands.scan(house.tote_of(order), "TEA-EAN", "XXCLOSE")
    house.printed()
    square = hands.square
    assert hands.scan(square, "XXHELP") == "shelved"
    assert hands.scan("XXREOPEN", square) == "reopened"
    assert house.state(order) is OrderState.PACKING
    house.store.read(check_books)
    assert hands.scan("TEA-EAN") == "complete"
    assert close(house, hands) == "closed"
    house.store.read(check_books)


def test_a_series_label_of_an_order_with_more_boxes_closes_nothing_beside_another_order(
    house: House, hands: Hands
) -> None:
    house.stock("TEA", 2)
    house.stock("CUP", 2)
    first, other = house.order("TEA", "CUP"), house.order("TEA", "CUP")
    house.release()
    house.pick_all()
    hands.scan(house.source_id(first), "TEA-EAN", "CUP-EAN")
    assert hands.scan("XXSERIES") == "series_begun"
    house.printed()
    hands.scan("XXHOLD", house.source_id(other), "XXUNDOBOX", "XXOK", "TEA-EAN", "XXSPLIT", "CUP-EAN", "XXHOLD")
    hands.scan(house.source_id(other), "XXCLOSE")
    one = hands.parcel
    assert one.number == 1
    house.printed()
    house.printed()
    hands.scan("XXHOLD", house.source_id(first))
    assert hands.scan(label_of(house, one.parcel_id)) == "wrong_label"


# cancelled orders


def test_a_cancelled_order_gets_no_label_by_an_override(house: House, hands: Hands) -> None:
    rules(house, weigh="checked")
    policy(house, "accept_weight", allowed=True)
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    assert weigh(house, hands, 900) == "weight_off"
    cancel(house, order)
    assert hands.scan("XXOVERRIDE") == "order_cancelled"
    assert house.count(Label) == 0
    assert hands.scan("XXOK") == "acknowledged"


def test_closed_boxes_of_a_cancelled_order_are_void_too(house: House, hands: Hands) -> None:
    sku(house, "PHONE", captures="serial")
    order = house.picked(("PHONE", 2))
    hands.scan(house.tote_of(order), "PHONE-EAN", "SN-1", "XXCLOSE")
    house.printed()
    square = hands.square
    assert hands.scan(square) == "box_closed"
    cancel(house, order)
    assert hands.scan("PHONE-EAN") == "order_cancelled"
    assert house.all(select(Label.state)) == [LabelState.VOIDED]
    assert not house.store.write(hand_over, LEAD, square).passed
    house.store.write(put_back, LEAD, order)
    house.store.read(check_books)
    # the phone can be sold again
    again = house.picked("PHONE")
    assert hands.scan("XXOK", house.tote_of(again), "PHONE-EAN", "SN-1") == "complete"


def test_an_order_of_which_the_carrier_has_a_box_is_not_cancelled(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 2))
    hands.scan(house.tote_of(order), "TEA-EAN", "XXCLOSE")
    house.printed()
    square = hands.square
    hands.scan(square)
    assert house.store.write(hand_over, LEAD, square).passed
    with pytest.raises(Refusal, match="order_shipped"):
        cancel(house, order)


def test_goods_that_were_put_back_are_not_in_the_cage_as_well(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 2))
    hands.scan(house.tote_of(order), "TEA-EAN", "XXCLOSE")
    house.printed()
    square = hands.square
    hands.scan(square)
    assert hands.scan("XXBROKEN") == "shelved"
    house.store.write(put_back, LEAD, order)
    assert not house.store.write(hand_over, LEAD, square).passed
    house.release()
    house.pick_all()
    hands.scan(house.tote_of(order))
    assert hands.parcel.remaining == 2
    assert hands.scan("TEA-EAN", "TEA-EAN") == "complete"
    assert close(house, hands) == "closed"
    house.store.read(check_books)


def test_what_the_carrier_has_is_not_put_back(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 2))
    hands.scan(house.tote_of(order), "TEA-EAN", "XXCLOSE")
    house.printed()
    square = hands.square
    hands.scan(square)
    assert house.store.write(hand_over, LEAD, square).passed
    assert hands.scan("XXBROKEN") == "shelved"
    with pytest.raises(Refusal, match="put_back_handed_over"):
        house.store.write(put_back, LEAD, order)
    assert hands.scan(house.source_id(order), "TEA-EAN") == "complete"


def test_a_substitute_in_a_cancelled_order_comes_back_to_the_shelf(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 1), allow_substitutes=True)
    house.stock("MATE", 5)
    house.write(
        lambda tx: tx.session.add(Substitute(sku_id=house.skus["TEA"], substitute_id=house.skus["MATE"]))
    )
    assert hands.scan(house.source_id(order), "MATE-EAN", "XXOK") == "complete"
    house.printed()
    square = hands.square
    assert hands.scan(square) == "closed"
    assert (house.on_hand("MATE"), house.on_hand("TEA")) == ((4, 0), (1, 0))
    cancel(house, order)
    assert house.store.write(hand_over, LEAD, square).code == "handover_cancelled"
    house.store.write(put_back, LEAD, order)
    assert (house.on_hand("MATE"), house.on_hand("TEA")) == ((5, 0), (1, 0))
    assert house.on_hand("MATE", LocationKind.STAGING) == (0, 0)
    house.store.read(check_books)


def test_a_label_that_the_carrier_has_is_not_voided(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    house.printed()
    parcel, square = hands.parcel.parcel_id, hands.square
    hands.scan(square)
    assert house.store.write(hand_over, LEAD, square).passed
    with pytest.raises(Refusal):
        house.store.write(void, LEAD, parcel, "mistake")


# no dead end


def test_an_address_whose_old_label_cannot_be_voided_holds_no_bench(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    house.write(lambda tx: tx.session.execute(update(Label).values(void_by=tx.at - timedelta(hours=1))))
    move_house(house, order)
    assert hands.scan("TEA-EAN") == "address_changed"
    assert hands.scan("XXOK") == "label_refused"
    assert hands.scan("XXOK") == "acknowledged"
    assert hands.scan("XXHELP") == "shelved"


def test_the_way_to_a_new_label_is_told_when_the_address_has_changed(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    move_house(house, order)
    assert house.claim() is None  # the printer does not take it any more
    assert hands.scan("XXNEXT") == "address_changed"
    assert hands.scan("XXOK") == "acknowledged"
    assert close(house, hands) == "closed"
    house.store.read(check_books)


def test_an_old_address_on_a_label_that_came_ahead_is_asked_about(house: House, hands: Hands) -> None:
    rules(house, weigh="noted")
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    weigh(house, hands, 200)
    hands.scan("XXUNDO", "CUP-EAN")  # the label is there, the weight is not
    move_house(house, order)
    assert weigh(house, hands, 200) == "address_changed"
    assert hands.scan("XXOK") == "acknowledged"
    assert weigh(house, hands, 200) == "weighed"
    assert close(house, hands) == "closed"


@pytest.mark.parametrize("prefix", ["PE", "CN", "SL", "TT", "OR", "CA", "PB"])
@pytest.mark.parametrize("open_", [False, True])
def test_no_number_is_too_long_for_the_bench(house: House, hands: Hands, prefix: str, open_: bool) -> None:
    if open_:
        hands.scan(house.tote_of(house.picked("TEA", "CUP")))
    body = prefix + "9" * 300
    assert hands.scan(body + check_character(body)) in ("wrong_kind", "unknown_code")
    body = f"PB{'9' * 30}"
    body += check_character(body) + "C" + "9" * 40
    assert hands.scan("XXOK", body + check_character(body)) in ("wrong_kind", "unknown_code")


# policies


def test_typing_is_not_free_after_a_failure(house: House, hands: Hands) -> None:
    rules(house, release_by_scan="wrong_item")
    policy(house, "type_code", allowed=False)
    house.stock("MUG", 1)
    order = house.picked(("TEA", 2))
    hands.scan(house.tote_of(order))
    assert hands.scan("MUG-EAN") == "wrong_item"
    assert types(house, hands, "TEA-EAN") == "not_allowed"
    assert house.packed()["TEA"] == 0
    assert hands.scan("TEA-EAN") == "item"  # the right thing itself acknowledges


def test_a_substitute_is_typed_only_by_who_may_type_it(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 2), allow_substitutes=True)
    house.stock("MATE", 5)
    sku(house, "MATE", handling_class="dear")
    policy(house, "type_code", allowed=False, handling_class="dear")
    house.write(
        lambda tx: tx.session.add(Substitute(sku_id=house.skus["TEA"], substitute_id=house.skus["MATE"]))
    )
    hands.scan(house.tote_of(order))
    assert types(house, hands, "MATE-EAN") == "not_allowed"


def test_a_kit_is_typed_only_by_who_may_type_its_parts(house: House, hands: Hands) -> None:
    from tests.app.operations.test_verifying import kit

    order = house.picked(("TEA", 2))
    kit(house, order)
    sku(house, "TEA", handling_class="dear")
    policy(house, "type_code", allowed=False, handling_class="dear")
    hands.scan(house.tote_of(order))
    assert types(house, hands, "SET-EAN") == "not_allowed"


def test_an_insert_that_is_to_be_scanned_is_not_typed(house: House, hands: Hands) -> None:
    house.write(
        lambda tx: tx.session.add(InsertRule(warehouse_id=house.warehouse, name="Card", barcode="CARD"))
    )
    policy(house, "type_code", allowed=False)
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order))
    assert types(house, hands, "CARD") == "not_allowed"


def test_a_quantity_is_not_typed_as_a_code_that_says_it(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 14))
    house.write(lambda tx: tx.session.add(SkuBarcode(barcode="4006381333931", sku_id=house.skus["TEA"])))
    hands.scan(house.tote_of(order))
    assert types(house, hands, "]d2010400638133393130" + "12") == "not_allowed"
    assert house.packed()["TEA"] == 0


# the label


def test_a_label_that_is_made_anew_bears_the_weight_of_what_is_in_the_box_now(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 3))
    hands.scan(house.tote_of(order), "TEA-EAN", "TEA-EAN", "TEA-EAN")
    hands.scan("XXUNDO", "XXUNDO")
    assert hands.scan("XXCLOSE") == "box_sealed"
    assert '"weight": "0.100 kg"' in house.one(select(Label.fields))
    assert b"0.100 kg" in house.jobs(order)[-1].payload


def test_a_label_batch_goes_on_after_an_address_has_changed(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    ahead(house, order)
    move_house(house, order)
    assert house.claim("PACK-ROOM") is None
    assert [job.state for job in house.jobs(order)] == [JobState.CANCELLED]
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    house.store.read(check_books)


# evidence and lots


def test_packing_it_into_another_box_draws_no_other_lot(house: House, hands: Hands) -> None:
    rules(house, check_percent=50)
    orders = [house.picked(("TEA", 2)) for _ in range(8)]
    for order in orders:
        hands.scan(house.source_id(order), "TEA-EAN", "XXSPLIT", "TEA-EAN", "XXHOLD", house.source_id(order))
        hands.scan("XXCLOSE", "XXHOLD")
        first, second = box(house, order, 1), box(house, order, 2)
        assert first.check_needed is second.check_needed
        assert first.check_needed is not None


def test_an_old_copy_opens_no_box_again(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    house.printed()
    old = hands.square
    hands.scan("XXREPRINT", "XXTORN")
    house.printed()
    assert hands.scan(hands.square) == "closed"
    hands.scan("XXREOPEN")
    assert hands.scan(old) == "superseded_copy"


def test_a_cancelled_order_of_a_series_has_the_scan_that_found_it(house: House, hands: Hands) -> None:
    house.stock("TEA", 2)
    house.stock("CUP", 2)
    first, other = house.order("TEA", "CUP"), house.order("TEA", "CUP")
    house.release()
    house.pick_all()
    hands.scan(house.source_id(first), "TEA-EAN", "CUP-EAN", "XXSERIES")
    house.printed()
    house.printed()
    cancel(house, other)
    parcel = house.one(select(Parcel.id).where(Parcel.order_id == other))
    assert hands.scan(label_of(house, parcel)) == "order_cancelled"
    assert hands.events()[-1].order_id == other
    assert hands.judged.order == house.source_id(other)


def test_another_note_is_read_too(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP", buyer_message="Ring twice")
    hands.scan(house.tote_of(order), "XXOK")
    row = house.get(Order, order)
    draft = OrderDraft(
        shop="shop", source_id=row.source_id, line=1, payload="{}", buyer_message="Ring once",
        lines=(LineDraft("TEA", 1, 1), LineDraft("CUP", 1, 2)),
    )

    def update_it(tx: Any) -> None:
        assert not update_orders(tx, LEAD, {order: draft}, house.skus, {}).problems

    house.write(update_it)
    assert hands.scan("TEA-EAN", "CUP-EAN") == "verified_note"
    assert hands.scan("XXOK") == "note_confirmed"
    assert close(house, hands) == "closed"
