"""What a parcel needs besides its items, at the bench: each scan, what it leaves behind, and that the label waits."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from app.domain.barcode import Kind, make_code
from app.domain.people import Role
from app.domain.states import JobState, ParcelState
from app.operations.packing import scan_item
from db.bench import Carton, InsertRule, PackingPolicy, PackingRules
from db.journal import JournalEntry, ScanEvent
from db.orders import Order, OrderLine, Sku
from db.parcels import Parcel, ParcelInsert
from db.places import Operator, Station
from tests.factories import Hands, House


def rules(house: House, **values: Any) -> None:
    """The rules of the warehouse from now on."""
    house.write(lambda tx: tx.session.merge(PackingRules(warehouse_id=house.warehouse, **values)))


def person(house: House, name: str, group: str = "") -> int:
    def make(tx: Any) -> int:
        row = Operator(name=name, role=Role.PACKER, group=group)
        tx.session.add(row)
        tx.session.flush()
        return int(row.id)

    return house.write(make)


def badge(operator: int) -> str:
    return make_code(Kind.PERSON, operator)


def carton(house: House, code: str, **values: Any) -> int:
    def make(tx: Any) -> int:
        sizes = {"length_mm": 300, "width_mm": 200, "height_mm": 100, "weight_g": 80, "name": code}
        row = Carton(**{"warehouse_id": house.warehouse, "code": code} | sizes | values)
        tx.session.add(row)
        tx.session.flush()
        return int(row.id)

    return house.write(make)


def insert(house: House, name: str, **values: Any) -> int:
    def make(tx: Any) -> int:
        row = InsertRule(warehouse_id=house.warehouse, name=name, **values)
        tx.session.add(row)
        tx.session.flush()
        return int(row.id)

    return house.write(make)


def weigh(house: House, hands: Hands, grams: int) -> str:
    """The scale says so much."""
    scan = replace(hands.source.scan(f"{grams} g"), grams=grams)
    hands.done.append((scan, house.store.write(scan_item, hands.actor, scan)))
    return str(hands.judged.code)


def overrides(house: House) -> list[tuple[str | None, dict[str, Any]]]:
    rows = house.all(select(JournalEntry).where(JournalEntry.name == "override").order_by(JournalEntry.id))
    return [(row.reason, json.loads(row.ids)) for row in rows]


def parcel_of(house: House, hands: Hands) -> Parcel:
    return house.get(Parcel, hands.parcel.parcel_id)


def labelled(hands: Hands) -> bool:
    return hands.parcel.state is ParcelState.LABELLING


# the note


def test_the_label_waits_until_the_note_was_read(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP", buyer_message="Ring twice")
    hands.scan(house.tote_of(order))
    assert hands.scan("TEA-EAN", "CUP-EAN") == "verified_note"
    assert not labelled(hands)
    assert not house.jobs(order)
    assert hands.scan("XXNEXT") == "next_note"
    assert hands.scan("XXOK") == "note_confirmed"
    assert labelled(hands)
    assert [job.state for job in house.jobs(order)] == [JobState.QUEUED]
    assert parcel_of(house, hands).note_confirmed_at is not None


def test_a_note_that_was_read_at_once_keeps_nothing_up(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP", gift_message="Happy birthday")
    assert hands.scan(house.tote_of(order), "XXOK") == "note_confirmed"
    assert hands.scan("XXOK") == "next_scan_item"
    assert hands.scan("TEA-EAN", "CUP-EAN") == "complete"
    assert labelled(hands)


def test_enter_on_a_failure_reads_no_note(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP", buyer_message="Ring twice")
    assert hands.scan(house.tote_of(order), "no such code", "XXOK") == "acknowledged"
    assert parcel_of(house, hands).note_confirmed_at is None


# inserts


def test_inserts_are_asked_by_the_rules_that_hold(house: House, hands: Hands) -> None:
    card = insert(house, "Card", barcode="CARD")
    insert(house, "Voucher", first_order=True)
    insert(house, "Old flyer", active=False)
    sample = insert(house, "Sample", min_value_minor=1_000)
    order = house.picked(("TEA", 2), "CUP")
    house.write(lambda tx: tx.session.execute(update(OrderLine).values(price_minor=400)))
    hands.scan(house.tote_of(order))
    assert [insert.rule_id for insert in hands.parcel.inserts] == [card, sample]


def test_the_label_waits_for_the_inserts(house: House, hands: Hands) -> None:
    insert(house, "Card", barcode="CARD", may_tick=False)
    flyer = insert(house, "Flyer")
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN")
    assert hands.scan("CARD") == "insert_done"  # at any time
    assert hands.judged.facts["insert"] == "Card"
    assert hands.scan("CUP-EAN") == "verified_inserts"
    assert hands.scan("XXNEXT") == "next_inserts"
    assert hands.judged.facts == {"insert": "Flyer"}
    assert hands.scan("CARD") == "not_needed"
    assert not labelled(hands)
    assert hands.scan("XXINSERT") == "insert_done"
    assert labelled(hands)
    assert house.get(ParcelInsert, (hands.parcel.parcel_id, flyer)).done_at is not None
    # what is put in is no item
    assert all(event.counted == 0 for event in hands.events() if event.raw in ("CARD", "XXINSERT"))


def test_an_insert_that_is_out_is_left_out_by_who_may(house: House, hands: Hands) -> None:
    insert(house, "Card", barcode="CARD", may_tick=False)
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    assert hands.scan("XXSKIP") == "not_allowed"
    lead = person(house, "Lea", "lead")
    assert hands.scan("XXOK", badge(lead), "XXSKIP") == "skipped"
    assert labelled(hands)
    assert not hands.parcel.inserts
    parcel = hands.parcel.parcel_id
    assert overrides(house) == [("skip_insert", {"order": order, "parcel": parcel, "insert": "Card"})]
    assert house.one(select(JournalEntry.operator_id).where(JournalEntry.name == "override")) == lead


def test_a_second_box_asks_for_no_inserts(house: House, hands: Hands) -> None:
    insert(house, "Flyer")
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN")
    assert hands.scan("XXSPLIT") == "box_opened"
    assert not hands.parcel.inserts


# the carton


def test_a_required_carton_is_scanned_or_the_best_is_taken(house: House, hands: Hands) -> None:
    rules(house, carton="required")
    small, large = carton(house, "S", cost_minor=10), carton(house, "L", cost_minor=90)
    house.picked("TEA", "CUP")
    house.write(lambda tx: tx.session.execute(update(Sku).values(length_mm=50, width_mm=50, height_mm=50)))
    first = house.all(select(Order.id))[0]
    hands.scan(house.tote_of(first), "TEA-EAN")
    assert hands.scan(make_code(Kind.CARTON, large)) == "carton_chosen"
    assert hands.judged.facts == {"carton": "L"}
    assert hands.scan("XXBOXED") == "carton_chosen"
    assert (hands.judged.facts, hands.parcel.carton_id) == ({"carton": "S"}, small)
    assert hands.scan("CUP-EAN") == "complete"
    assert labelled(hands)
    assert parcel_of(house, hands).weight_g == 280
    assert hands.scan(make_code(Kind.CARTON, large)) == "not_needed"


def test_without_a_carton_the_label_waits(house: House, hands: Hands) -> None:
    rules(house, carton="required")
    order = house.picked("TEA", "CUP")
    assert hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN") == "verified_carton"
    assert hands.scan("XXBOXED") == "no_carton"
    assert hands.scan("XXNEXT") == "next_carton"
    assert not labelled(hands)
    assert hands.scan("XXSKIP") == "skipped"
    assert labelled(hands)
    assert [reason for reason, _ in overrides(house)] == ["skip_carton"]


def test_another_carton_asks_for_the_weight_again(house: House, hands: Hands) -> None:
    rules(house, carton="suggest", weigh="noted")
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    house.write(lambda tx: setattr(tx.session.get_one(Order, order), "city", ""))
    # its label cannot be made: nothing of the weight is kept
    assert weigh(house, hands, 200) == "label_refused"
    assert parcel_of(house, hands).weighed_g is None
    house.write(lambda tx: setattr(tx.session.get_one(Parcel, hands.parcel.parcel_id), "weighed_g", 200))
    large = carton(house, "L")
    assert hands.scan("XXOK", make_code(Kind.CARTON, large)) == "carton_chosen"
    assert parcel_of(house, hands).weighed_g is None


# the weight


def test_a_weight_that_is_right_leads_to_the_label(house: House, hands: Hands) -> None:
    rules(house, weigh="checked", tolerance_g=10, filler_g=20)
    order = house.picked(("TEA", 2), "CUP")
    hands.scan(house.tote_of(order), *["TEA-EAN"] * 2)
    assert weigh(house, hands, 320) == "not_needed"
    assert hands.scan("CUP-EAN") == "verified_weight"
    assert hands.scan("XXNEXT") == "next_weight"
    assert weigh(house, hands, 326) == "weighed"
    parcel = parcel_of(house, hands)
    assert (parcel.weighed_g, parcel.weight_g, parcel.weight_overridden) == (326, 326, False)
    assert labelled(hands)
    assert hands.events()[-1].raw == "326 g"


def test_a_weight_that_is_off_stops_the_bench_until_a_recount(house: House, hands: Hands) -> None:
    rules(house, weigh="checked", tolerance_g=10)
    order = house.picked(("TEA", 2), "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "TEA-EAN", "CUP-EAN")
    assert weigh(house, hands, 200) == "weight_off"
    assert hands.judged.facts == {"grams": 200, "expected": 300, "tolerance": 10}
    assert weigh(house, hands, 300) == "latched"
    assert hands.scan("XXOK", "XXNEXT") == "next_weight"
    assert parcel_of(house, hands).weighed_g is None
    assert weigh(house, hands, 300) == "weighed"
    assert labelled(hands)
    assert overrides(house) == []


def test_a_weight_that_is_off_is_accepted_by_who_may(house: House, hands: Hands) -> None:
    rules(house, weigh="checked", tolerance_g=10)
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    weigh(house, hands, 250)
    assert hands.scan("XXOVERRIDE") in ("not_allowed", "latched")
    assert not labelled(hands)
    house.write(
        lambda tx: tx.session.add(
            PackingPolicy(handling_class="*", operator_group="packer", act="accept_weight", allowed=True)
        )
    )
    hands.scan("XXOK")
    assert weigh(house, hands, 251) == "weight_off"
    assert hands.scan("XXOVERRIDE") == "overridden"
    parcel = parcel_of(house, hands)
    assert (parcel.weighed_g, parcel.weight_overridden, parcel.weight_g) == (251, True, 251)
    assert labelled(hands)
    ((reason, told),) = overrides(house)
    assert (reason, told["grams"], told["expected"]) == ("accept_weight", 251, 200)


def test_an_item_that_nobody_has_weighed_alone_is_not_compared(house: House, hands: Hands) -> None:
    rules(house, weigh="checked")
    order = house.picked("TEA", "CUP")
    house.write(lambda tx: setattr(tx.session.get_one(Sku, house.skus["CUP"]), "weight_g", None))
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    assert weigh(house, hands, 900) == "weighed_only"
    assert labelled(hands)


def test_a_parcel_goes_without_a_weight_only_by_who_may(house: House, hands: Hands) -> None:
    rules(house, weigh="checked")
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    assert hands.scan("XXSKIP") == "not_allowed"
    assert not labelled(hands)
    lead = person(house, "Lea", "lead")
    assert hands.scan("XXOK", badge(lead), "XXSKIP") == "skipped"
    parcel = parcel_of(house, hands)
    assert (parcel.weighed_g, parcel.weight_overridden, parcel.weight_g) == (None, True, 200)
    assert [reason for reason, _ in overrides(house)] == ["accept_weight"]


def test_what_is_taken_out_again_takes_the_weight_with_it(house: House, hands: Hands) -> None:
    rules(house, weigh="checked", tolerance_g=10)
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    assert weigh(house, hands, 200) == "weighed"
    assert hands.scan("XXUNDO") == "undone"
    assert parcel_of(house, hands).weighed_g is None
    assert hands.scan("CUP-EAN") == "verified_weight"
    assert weigh(house, hands, 200) == "weighed"


# the second check


def checked_house(house: House, hands: Hands, **values: Any) -> tuple[int, int, int]:
    """An order that Ann has verified and that is to be checked; it, Ann and Ben."""
    rules(house, **({"check_percent": 100} | values))
    ann, ben = person(house, "Ann"), person(house, "Ben")
    order = house.picked(("TEA", 2), "CUP")
    hands.scan(badge(ann), house.tote_of(order), "TEA-EAN", "CUP-EAN")
    assert hands.scan("TEA-EAN") == "verified_check"
    return order, ann, ben


def test_another_person_verifies_again(house: House, hands: Hands) -> None:
    _, ann, ben = checked_house(house, hands)
    assert hands.scan("XXNEXT") == "next_check"
    assert hands.scan(badge(ann)) == "check_by_another"
    assert hands.scan("XXOK", badge(ben)) == "check_begun"
    assert hands.bench.operator_id == ben
    assert hands.scan("TEA-EAN", "CUP-EAN") == "checked_item"
    assert hands.scan("CUP-EAN") == "over_scan"
    assert hands.scan("XXOK", "XXNEXT") == "next_check_item"
    assert not labelled(hands)
    assert hands.scan("TEA-EAN") == "checked"
    assert labelled(hands)
    parcel = parcel_of(house, hands)
    assert (parcel.packer_id, parcel.check_operator_id, parcel.checked_at is not None) == (ann, ben, True)
    # the bench is the packer's again, with the packer's rights
    assert hands.bench.operator_id == ann
    house.printed()
    assert hands.scan(hands.square) == "closed"
    by = [event.operator_id for event in hands.events()]
    assert by == [ann] * 8 + [ben] * 7 + [ann]
    # nothing was counted twice
    assert house.packed() == {"TEA": 2, "CUP": 1}


def test_a_piece_that_was_scanned_twice_begins_the_check_anew(house: House, hands: Hands) -> None:
    _, _, ben = checked_house(house, hands)
    assert hands.scan(badge(ben), "TEA-EAN", "TEA-EAN", "XXUNDO") == "check_again"
    assert (hands.parcel.unchecked, hands.parcel.packed) == (3, 3)
    assert hands.scan("TEA-EAN", "TEA-EAN", "CUP-EAN") == "checked"


def test_a_check_goes_on_where_its_person_had_left(house: House, hands: Hands) -> None:
    _, ann, ben = checked_house(house, hands)
    hands.scan(badge(ben), "TEA-EAN", "TEA-EAN")
    assert hands.scan("XXLOGOUT", "CUP-EAN") == "badge_needed"
    assert hands.scan(badge(ann)) == "badged_in"
    assert hands.scan("CUP-EAN") == "over_scan"
    assert hands.scan("XXOK", badge(ben)) == "check_begun"
    assert hands.scan("CUP-EAN") == "checked"


def test_what_the_check_has_seen_holds_no_longer_once_something_is_taken_out(house: House, hands: Hands) -> None:
    _, _ann, ben = checked_house(house, hands)
    assert hands.scan(badge(ben), "XXUNDO") == "undone"  # nothing is checked yet: Ben takes a piece out
    assert hands.scan("TEA-EAN") == "verified_check"
    # now Ben has packed it
    assert hands.scan(badge(ben)) == "check_by_another"
    assert parcel_of(house, hands).packer_id == ben


def test_the_check_is_left_out_by_who_may(house: House, hands: Hands) -> None:
    checked_house(house, hands)
    assert hands.scan("XXSKIP") == "not_allowed"
    lead = person(house, "Lea", "lead")
    assert hands.scan("XXOK", badge(lead), "XXSKIP") == "skipped"
    assert labelled(hands)
    assert [reason for reason, _ in overrides(house)] == ["skip_check"]


def test_orders_of_value_and_those_of_a_new_person_are_checked(house: House, hands: Hands) -> None:
    rules(house, check_value_minor=900, check_new_orders=1)
    ann = person(house, "Ann")
    first, second, third = (house.picked("TEA", "CUP") for _ in range(3))
    hands.scan(badge(ann))
    ben = person(house, "Ben")
    assert hands.scan(house.tote_of(first), "TEA-EAN", "CUP-EAN") == "verified_check"
    hands.scan(badge(ben), "TEA-EAN", "CUP-EAN")
    house.printed()
    assert hands.scan(hands.square) == "closed"
    assert hands.scan(house.tote_of(second), "TEA-EAN", "CUP-EAN") == "complete"
    house.printed()
    hands.scan(hands.square)
    house.write(lambda tx: tx.session.execute(update(OrderLine).values(price_minor=450)))
    assert hands.scan(house.tote_of(third), "TEA-EAN", "CUP-EAN") == "verified_check"


def test_nobody_in_particular_has_packed_it_and_any_badge_checks_it(house: House, hands: Hands) -> None:
    rules(house, check_percent=100)
    ben = person(house, "Ben")
    order = house.picked("TEA", "CUP")
    assert hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN") == "verified_check"
    assert hands.scan("TEA-EAN") == "over_scan"
    assert hands.scan("XXOK", badge(ben), "TEA-EAN", "CUP-EAN") == "checked"
    assert hands.bench.operator_id is None


# badges


def test_a_badge_says_whose_doing_it_is_from_then_on(house: House, hands: Hands) -> None:
    ann, ben = person(house, "Ann"), person(house, "Ben")
    order = house.picked(("TEA", 3), "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN")
    assert hands.scan(badge(ann)) == "badged_in"
    assert hands.judged.facts == {"operator": "Ann"}
    assert hands.scan("TEA-EAN", badge(ann), badge(ben), "TEA-EAN") == "item"
    assert [event.operator_id for event in hands.events()] == [None, None, ann, ann, ann, ben, ben]
    assert house.packed()["TEA"] == 3
    assert house.one(select(Station.operator_id).where(Station.name == "BENCH-1")) == ben


def test_after_a_log_out_nothing_is_counted_until_a_badge(house: House, hands: Hands) -> None:
    ann = person(house, "Ann")
    order = house.picked(("TEA", 2), "CUP")
    hands.scan(badge(ann), house.tote_of(order), "TEA-EAN")
    assert hands.scan("XXLOGOUT") == "badged_out"
    assert hands.scan("TEA-EAN", "XXUNDO", "XXOK", house.tote_of(order), "no such code") == "badge_needed"
    assert house.packed() == {"TEA": 1, "CUP": 0}
    assert hands.parcel.order_id == order
    hands.restart(house.store)
    assert hands.scan("TEA-EAN") == "badge_needed"
    assert hands.scan(badge(ann), "TEA-EAN") == "item"
    assert house.packed()["TEA"] == 2


def test_nothing_is_opened_at_a_bench_that_somebody_has_left(house: House, hands: Hands) -> None:
    ann = person(house, "Ann")
    order = house.picked("TEA")
    assert hands.scan(badge(ann), "XXLOGOUT", "TEA-EAN", house.tote_of(order)) == "badge_needed"
    assert hands.bench.parcel is None


def test_a_bench_without_badges_works_on_without_them(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    assert hands.scan("XXLOGOUT") == "nobody_there"
    assert hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN") == "complete"


def test_a_badge_answers_no_failure(house: House, hands: Hands) -> None:
    ann = person(house, "Ann")
    assert hands.scan("no such code", badge(ann)) == "latched"
    assert hands.bench.operator_id is None


def test_all_of_it_in_its_order(house: House, hands: Hands) -> None:
    rules(house, check_percent=100, carton="required", weigh="checked", tolerance_g=5)
    box, ann, ben = carton(house, "S"), person(house, "Ann"), person(house, "Ben")
    insert(house, "Flyer")
    order = house.picked("TEA", "CUP", buyer_message="Ring twice")
    steps = ["verified_note", "next_note", "note_confirmed", "next_inserts", "insert_done", "next_check",
             "check_begun", "checked_item", "checked", "next_carton", "carton_chosen", "next_weight"]  # fmt: skip
    hands.scan(badge(ann), house.tote_of(order), "TEA-EAN")
    scans = ["CUP-EAN", "XXNEXT", "XXOK", "XXNEXT", "XXINSERT", "XXNEXT", badge(ben), "CUP-EAN", "TEA-EAN", "XXOK",
             make_code(Kind.CARTON, box), "XXOK"]  # fmt: skip
    assert [hands.scan(scan) for scan in scans] == steps
    assert not labelled(hands)
    assert weigh(house, hands, 280) == "weighed"
    assert labelled(hands)
    house.printed()
    assert hands.scan(hands.square) == "closed"
    assert overrides(house) == []


@pytest.mark.parametrize("again", [1, 3])
def test_a_weight_that_is_delivered_twice_is_judged_once(house: House, hands: Hands, again: int) -> None:
    rules(house, weigh="noted")
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    scan = replace(hands.source.scan("200 g"), grams=200)
    judged = [house.store.write(scan_item, hands.actor, scan) for _ in range(1 + again)]
    assert {str(each.code) for each in judged} == {"weighed"}
    assert len(house.all(select(ScanEvent).where(ScanEvent.code == "weighed"))) == 1
