"""Pieces verified at a bench: quantities, kits, captures, substitutes; and how each is taken back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from app.domain.states import JobState, OrderState, ParcelState
from app.operations.orders import request_cancel
from app.operations.packing import scan_item
from app.station import Station
from db.bench import PackingPolicy, PackingRules
from db.journal import JournalEntry, ScanEvent
from db.orders import Order, OrderLine, Sku, SkuBarcode, Substitute
from db.parcels import Captured, Parcel, ParcelItem
from db.places import LocationKind, Operator
from db.stock import Stock, StockMove
from tests.factories import LEAD, Hands, House, make_lot, make_sku

GTIN = "04006381333931"


def sku(house: House, code: str, **values: Any) -> None:
    """A SKU that is not plain."""
    if code not in house.skus:
        house.skus[code] = house.write(lambda tx: make_sku(tx, code).id)
    house.write(lambda tx: tx.session.execute(update(Sku).where(Sku.id == house.skus[code]).values(**values)))


def rules(house: House, **values: Any) -> None:
    house.write(lambda tx: tx.session.add(PackingRules(warehouse_id=house.warehouse, **values)))


def lead(house: House, hands: Hands, group: str = "lead") -> None:
    """Whoever stands at the bench is of this group."""

    def change(tx: Any) -> None:
        tx.session.execute(update(Operator).where(Operator.id == hands.actor.operator).values(group=group))

    house.write(change)


@pytest.fixture
def hands(house: House) -> Hands:
    return Hands(house.store, "BENCH-1", "Ada")


def kit(house: House, order: int, mode: str = "", per_kit: dict[str, int] | None = None) -> None:
    """The lines of an order become parts of a kit SET with the barcode SET-EAN."""
    sku(house, "SET", kit_mode=mode, name="Tea set")

    def change(tx: Any) -> None:
        for line in tx.session.scalars(select(OrderLine).where(OrderLine.order_id == order)):
            code = tx.session.get_one(Sku, line.sku_id).code
            if per_kit is None or code in per_kit:
                line.kit_sku_id, line.kit_number = house.skus["SET"], 1
                line.per_kit = (per_kit or {}).get(code, 1)

    house.write(change)


def captured(house: House, *, released: bool = False) -> list[tuple[str | None, str | None, date | None, int]]:
    found = house.all(select(Captured).order_by(Captured.id))
    return [
        (row.serial, row.lot, row.expires_on, row.quantity) for row in found
        if (row.released_at is not None) is released
    ]


def journal(house: House, name: str) -> list[tuple[str | None, dict[str, Any]]]:
    found = house.all(select(JournalEntry).where(JournalEntry.name == name).order_by(JournalEntry.id))
    return [(row.reason, json.loads(row.ids)) for row in found]


def books_agree(house: House) -> None:
    """Every stock row is the sum of its moves."""
    for row in house.all(select(Stock)):
        moves = select(func.coalesce(func.sum(StockMove.on_hand_delta), 0)).where(StockMove.stock_id == row.id)
        assert house.one(moves) == row.on_hand


# quantities


def test_a_typed_quantity_counts_the_next_item_so_often(house: House, hands: Hands) -> None:
    lead(house, hands)
    order = house.picked(("TEA", 14), "CUP")
    house.write(lambda tx: tx.session.add(SkuBarcode(barcode="CASE", sku_id=house.skus["TEA"], quantity=6)))
    assert hands.scan(house.tote_of(order), "*5", "*2") == "quantity_set"
    assert hands.judged.facts == {"pieces": 2}
    hands.restart(house.store)
    assert hands.scan("XXNEXT", "CASE") == "item"
    assert hands.events()[-1].counted == 12
    assert house.packed() == {"TEA": 12, "CUP": 0}
    assert hands.scan("TEA-EAN") == "item"
    assert house.packed()["TEA"] == 13
    assert hands.scan("XXUNDO", "XXUNDO") == "undone"
    assert hands.judged.facts["pieces"] == 12
    assert house.packed() == {"TEA": 0, "CUP": 0}


def test_a_typed_quantity_is_forgotten_by_any_other_scan(house: House, hands: Hands) -> None:
    lead(house, hands)
    order = house.picked(("TEA", 5))
    hands.scan(house.tote_of(order), "*3", "no such code", "XXOK", "TEA-EAN")
    assert house.packed() == {"TEA": 1}
    assert hands.scan("*9", "TEA-EAN") == "over_scan"
    assert hands.judged.facts["over"] == 5
    assert hands.scan("XXOK", "TEA-EAN") == "item"
    assert house.packed() == {"TEA": 2}


def test_who_may_not_type_a_quantity_is_stopped(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 5), "CUP")
    sku(house, "TEA", handling_class="dear")
    house.write(
        lambda tx: tx.session.add(
            PackingPolicy(handling_class="", operator_group="packer", act="type_quantity", allowed=True)
        )
    )
    assert hands.scan(house.tote_of(order), "*2") == "quantity_set"
    assert hands.scan("TEA-EAN") == "not_allowed"
    assert hands.judged.facts == {"act": "type_quantity"}
    assert hands.bench.latch == "not_allowed"
    assert hands.scan("XXOK", "TEA-EAN") == "item"
    assert house.packed() == {"TEA": 1, "CUP": 0}


# codes


def test_every_barcode_of_a_sku_counts_in_each_of_its_forms(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 6))

    def codes(tx: Any) -> None:
        for code in ("036000291452", GTIN[1:], "TEA/OLD"):
            tx.session.add(SkuBarcode(barcode=code, sku_id=house.skus["TEA"]))

    house.write(codes)
    hands.scan(house.tote_of(order))
    assert hands.scan("036000291452", "0036000291452", "]E04006381333931", "TEA/OLD", f"]d201{GTIN}10L1") == "item"
    assert house.packed() == {"TEA": 5}


def test_a_gs1_code_counts_as_many_as_it_says(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 8), "CUP")
    house.write(lambda tx: tx.session.add(SkuBarcode(barcode=GTIN[1:], sku_id=house.skus["TEA"])))
    assert hands.scan(house.tote_of(order), f"]C101{GTIN}3006") == "item"
    assert house.packed()["TEA"] == 6


def test_a_code_that_is_typed_can_be_forbidden(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order))
    typed = hands.source.scan("TEA-EAN", typed=True)
    house.write(
        lambda tx: tx.session.add(
            PackingPolicy(handling_class="*", operator_group="packer", act="type_code", allowed=False)
        )
    )
    judged = house.store.write(scan_item, hands.actor, typed)
    assert (judged.code, judged.facts) == ("not_allowed", {"act": "type_code"})
    command = house.store.write(scan_item, hands.actor, hands.source.scan("XXOK", typed=True))
    assert command.code == "acknowledged"
    assert hands.scan("TEA-EAN") == "item"


def test_a_station_says_what_was_typed(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    house.write(
        lambda tx: tx.session.add(
            PackingPolicy(handling_class="*", operator_group="packer", act="type_code", allowed=False)
        )
    )
    station = Station(house.store, "BENCH-1")
    station.scan(house.tote_of(order))
    shown = station.submit("TEA-EAN", typed=True).result()
    assert shown.message == "Not allowed here: typing a code. Ask the shift lead"


# serial numbers, lots, expiry


def test_a_serial_number_is_asked_for_and_kept(house: House, hands: Hands) -> None:
    order = house.picked(("PHONE", 2), "TEA")
    sku(house, "PHONE", captures="serial")
    assert hands.scan(house.tote_of(order), "PHONE-EAN") == "serial_needed"
    assert house.packed() == {"PHONE": 0, "TEA": 0}
    # a power cut later the question still stands; the next item is no answer, nor is the same one
    hands.restart(house.store)
    assert hands.scan("TEA-EAN") == "serial_needed"
    assert hands.scan("PHONE-EAN") == "serial_needed"
    assert hands.scan("sn-1") == "item"
    (event,) = [event for event in hands.events() if event.counted]
    (row,) = house.all(select(Captured))
    assert (row.event_id, row.serial, row.quantity, row.sku_id) == (event.id, "sn-1", 1, house.skus["PHONE"])
    assert event.order_line_id == row.order_line_id
    assert hands.scan("TEA-EAN", "PHONE-EAN", "sn-2") == "complete"
    house.printed()
    assert hands.scan(hands.square) == "closed"
    assert [serial for serial, *_ in captured(house)] == ["sn-1", "sn-2"]


def test_a_serial_number_is_never_packed_twice(house: House, hands: Hands) -> None:
    first = house.picked("PHONE", "TEA")
    sku(house, "PHONE", captures="serial")
    hands.scan(house.tote_of(first), "PHONE-EAN", "sn-1", "TEA-EAN")
    code = hands.parcel.code
    house.printed()
    hands.scan(hands.square)
    second = house.picked(("PHONE", 2))
    assert hands.scan(house.source_id(second), "PHONE-EAN", "sn-1") == "duplicate_serial"
    assert hands.judged.facts == {
        "sku": "PHONE", "name": "PHONE", "serial": "sn-1", "order": house.source_id(first), "parcel": code,
    }  # fmt: skip
    assert hands.bench.latch == "duplicate_serial"
    assert hands.scan("XXOK", "sn-2") == "unknown_code"
    assert hands.scan("XXOK", "PHONE-EAN", "sn-2") == "item"
    # another SKU may have the same number
    third = house.picked("RADIO", "TEA")
    sku(house, "RADIO", captures="serial")
    assert hands.scan("XXHOLD", house.tote_of(third), "RADIO-EAN", "sn-1") == "item"


def test_what_a_code_says_is_not_asked(house: House, hands: Hands) -> None:
    order = house.picked(("PHONE", 2))
    sku(house, "PHONE", captures="serial,lot,expiry")
    house.write(lambda tx: tx.session.add(SkuBarcode(barcode=GTIN[1:], sku_id=house.skus["PHONE"])))
    hands.scan(house.source_id(order))
    assert hands.scan(f"]d201{GTIN}17600331\x1d10L-1\x1d21SN-1") == "item"
    assert captured(house) == [("SN-1", "L-1", date(2060, 3, 31), 1)]
    assert hands.scan(f"]d201{GTIN}10L-2") == "serial_needed"
    assert hands.scan("]d221SN-1") == "duplicate_serial"
    assert hands.scan("XXOK", f"]d201{GTIN}10L-2", "]d221SN-2") == "expiry_needed"
    assert hands.scan("31.12.2060") == "complete"
    assert captured(house)[1] == ("SN-2", "L-2", date(2060, 12, 31), 1)


def test_another_lot_than_the_picked_one_is_told_and_stops_nobody(house: House, hands: Hands) -> None:
    sku(house, "MILK", captures="lot")
    lot = house.write(lambda tx: make_lot(tx, house.skus["MILK"], "L-1").id)
    house.stock("MILK", 2, lot=lot)
    order = house.order(("MILK", 2))
    house.release()
    house.pick_all()
    assert hands.scan(house.source_id(order), "MILK-EAN", "L-2") == "item"
    assert (hands.judged.facts["lot"], hands.judged.facts["picked_lot"]) == ("L-2", "L-1")
    assert hands.scan("MILK-EAN", "L-1") == "complete"
    assert "picked_lot" not in hands.judged.facts
    assert [lot for _, lot, *_ in captured(house)] == ["L-2", "L-1"]


def test_a_serial_number_is_left_out_by_whoever_may(house: House, hands: Hands) -> None:
    order = house.picked("PHONE", "TEA")
    sku(house, "PHONE", captures="serial")
    assert hands.scan(house.tote_of(order), "PHONE-EAN", "XXSKIP") == "not_allowed"
    lead(house, hands)
    assert hands.scan("XXOK", "XXSKIP") == "nothing_to_skip"
    assert hands.scan("PHONE-EAN", "XXSKIP") == "skipped"
    assert house.packed()["PHONE"] == 1
    assert captured(house) == []
    ((reason, ids),) = journal(house, "skip")
    assert (reason, ids["sku"], ids["skipped"], ids["order"]) == ("skip_serial", "PHONE", "serial", order)
    assert house.one(select(JournalEntry.operator_id).where(JournalEntry.name == "skip")) == hands.actor.operator
    assert hands.scan("TEA-EAN") == "complete"


def test_an_expired_item_stops_the_bench_until_somebody_accepts_it(house: House, hands: Hands) -> None:
    order = house.picked("MILK", "TEA")
    sku(house, "MILK", captures="expiry", min_shelf_days=30)
    hands.scan(house.tote_of(order), "MILK-EAN")
    assert hands.scan("2026-03-01") == "expired"
    days = hands.judged.facts.pop("days")
    assert isinstance(days, int)
    assert days < 0
    assert hands.judged.facts == {"sku": "MILK", "name": "MILK", "expires": "2026-03-01", "least": 30}
    assert hands.scan("XXOVERRIDE") == "not_allowed"
    assert hands.scan("MILK-EAN") == "latched"
    lead(house, hands)
    assert hands.scan("XXOVERRIDE") == "overridden"
    assert hands.bench.latch is None
    assert house.packed()["MILK"] == 1
    assert captured(house) == [(None, None, date(2026, 3, 1), 1)]
    ((reason, ids),) = journal(house, "override")
    assert (reason, ids["failure"], ids["sku"]) == ("accept_expiry", "expired", "MILK")
    assert (ids["order"], ids["expires"], ids["pieces"]) == (order, "2026-03-01", 1)
    (event,) = [event for event in hands.events() if event.counted]
    assert (event.raw, event.counted) == ("XXOVERRIDE", 1)
    assert hands.scan("XXUNDO") == "undone"
    assert (house.packed()["MILK"], captured(house)) == (0, [])


def test_a_short_shelf_life_is_acknowledged_and_the_item_put_aside(house: House, hands: Hands) -> None:
    rules(house, min_shelf_days=21)
    order = house.picked("MILK", "TEA")
    sku(house, "MILK", captures="expiry")
    soon = datetime.now(UTC).date() + timedelta(days=9)
    assert hands.scan(house.tote_of(order), "MILK-EAN", soon.strftime("%y%m%d")) == "shelf_life_short"
    assert hands.scan("XXOK") == "acknowledged"
    lead(house, hands)
    assert hands.scan("XXOVERRIDE") == "nothing_to_override"
    assert hands.scan("MILK-EAN", "2060-12-31") == "item"


def test_a_single_item_with_a_serial_number_opens_its_order_and_is_asked(house: House, hands: Hands) -> None:
    order = house.picked("PHONE")
    sku(house, "PHONE", captures="serial")
    assert hands.scan("PHONE-EAN") == "serial_needed"
    assert hands.parcel.order_id == order
    assert hands.scan("sn-1") == "complete"
    assert captured(house) == [("sn-1", None, None, 1)]


def test_a_single_item_that_has_expired_leaves_its_order_on_the_table(house: House, hands: Hands) -> None:
    house.picked("MILK")
    house.write(lambda tx: tx.session.add(SkuBarcode(barcode=GTIN[1:], sku_id=house.skus["MILK"])))
    assert hands.scan(f"]d201{GTIN}17260228") == "expired"
    assert house.packed() == {"MILK": 0}
    assert hands.scan("XXOK", "MILK-EAN") == "complete"


def test_the_right_item_acknowledges_a_wrong_one_where_the_rules_say_so(house: House, hands: Hands) -> None:
    rules(house, release_by_scan="wrong_item")
    order = house.picked("TEA", "CUP")
    house.stock("MUG", 1)
    assert hands.scan(house.tote_of(order), "MUG-EAN", "MUG-EAN") == "latched"
    assert hands.scan("TEA-EAN") == "item"
    assert hands.bench.latch is None
    assert house.packed() == {"TEA": 1, "CUP": 0}
    assert hands.scan("MUG-EAN", "CUP-EAN") == "complete"


def test_a_serial_number_is_free_again_when_the_order_is_cancelled(house: House, hands: Hands) -> None:
    order = house.picked("PHONE", "TEA")
    sku(house, "PHONE", captures="serial")
    hands.scan(house.tote_of(order), "PHONE-EAN", "sn-1")
    house.store.write(request_cancel, LEAD, order, "changed_mind")
    assert hands.scan("TEA-EAN") == "order_cancelled"
    assert captured(house) == []
    assert [serial for serial, *_ in captured(house, released=True)] == ["sn-1"]


# kits


def test_a_kits_own_code_counts_its_parts_and_is_taken_back_whole(house: House, hands: Hands) -> None:
    order = house.picked(("POT", 2), ("CUP", 4), "TEA")
    kit(house, order, per_kit={"POT": 1, "CUP": 2})
    assert hands.scan(house.tote_of(order), "SET-EAN") == "item"
    assert hands.judged.facts["left"] == 1
    assert house.packed() == {"POT": 1, "CUP": 2, "TEA": 0}
    event = hands.events()[-1]
    assert (event.counted, event.order_line_id) == (3, None)
    assert hands.scan("POT-EAN", "CUP-EAN", "CUP-EAN", "TEA-EAN") == "complete"
    assert hands.scan("XXUNDO", "XXUNDO", "XXUNDO", "XXUNDO") == "undone"
    assert hands.scan("XXUNDO") == "undone"
    assert (hands.judged.facts["name"], hands.judged.facts["pieces"]) == ("Tea set", 3)
    assert house.packed() == {"POT": 0, "CUP": 0, "TEA": 0}
    assert hands.scan("XXUNDO") == "nothing_to_undo"


def test_strict_kits_are_packed_one_after_the_other(house: House, hands: Hands) -> None:
    order = house.picked(("POT", 2), ("CUP", 4))
    kit(house, order, "strict", {"POT": 1, "CUP": 2})
    assert hands.scan(house.tote_of(order), "POT-EAN", "POT-EAN") == "kit_unfinished"
    assert hands.judged.facts == {"sku": "POT", "kit": "Tea set", "missing": "2 × CUP"}
    assert hands.scan("XXOK", "CUP-EAN", "CUP-EAN", "POT-EAN", "CUP-EAN", "CUP-EAN") == "complete"


def test_kits_by_their_code_alone_and_by_their_parts_alone(house: House, hands: Hands) -> None:
    by_code = house.picked("POT", "CUP")
    kit(house, by_code, "parent")
    assert hands.scan(house.tote_of(by_code), "POT-EAN") == "kit_by_parent"
    assert hands.scan("XXOK", "SET-EAN") == "complete"
    assert house.packed() == {"POT": 1, "CUP": 1}
    house.printed()
    assert hands.scan(hands.square) == "closed"
    sku(house, "SET", kit_mode="components")
    by_parts = house.picked("POT", "CUP")
    kit(house, by_parts, "components")
    assert hands.scan(house.tote_of(by_parts), "SET-EAN") == "kit_by_components"
    assert hands.judged.facts["missing"] == "1 × POT, 1 × CUP"
    assert hands.scan("XXOK", "POT-EAN", "CUP-EAN") == "complete"


# substitutes


def allow(house: House, order: int, instead: str, other: str, **values: Any) -> None:
    sku(house, other, name="Coffee", **values)

    def change(tx: Any) -> None:
        tx.session.add(Substitute(sku_id=house.skus[instead], substitute_id=house.skus[other]))
        tx.session.execute(update(Order).where(Order.id == order).values(allow_substitutes=True))

    house.write(change)


def test_a_substitute_is_confirmed_once_and_leaves_the_stock_in_place_of_the_other(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 3), "CUP")
    house.stock("COFFEE", 5)
    allow(house, order, "TEA", "COFFEE")
    assert hands.scan(house.tote_of(order), "COFFEE-EAN") == "substitute"
    assert hands.judged.facts == {"sku": "COFFEE", "name": "Coffee", "instead": "TEA"}
    assert hands.scan("XXUNDO", "XXOK") == "next_scan_item"
    assert hands.scan("COFFEE-EAN", "XXOK") == "item"
    assert hands.scan("COFFEE-EAN") == "item"
    assert hands.scan("XXUNDO") == "undone"
    assert hands.judged.facts["name"] == "Coffee"
    assert hands.scan("COFFEE-EAN", "TEA-EAN", "COFFEE-EAN") == "over_scan"
    assert hands.scan("XXOK", "CUP-EAN") == "complete"
    house.printed()
    assert hands.scan(hands.square) == "closed"
    assert house.state(order) is OrderState.SHIPPED
    assert (house.on_hand("TEA"), house.on_hand("COFFEE")) == ((2, 0), (3, 0))
    for code in ("TEA", "COFFEE", "CUP"):
        assert house.on_hand(code, LocationKind.STAGING) == (0, 0)
    books_agree(house)


def test_substitutes_that_the_books_do_not_know_of_are_found(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 2))
    allow(house, order, "TEA", "COFFEE", captures="lot")
    house.write(lambda tx: make_lot(tx, house.skus["COFFEE"], "C-1"))
    hands.scan(house.source_id(order))
    assert hands.scan("COFFEE-EAN", "XXOK") == "lot_needed"
    assert hands.scan("C-1", "COFFEE-EAN", "C-1") == "complete"
    house.printed()
    square = hands.square
    assert hands.scan(square) == "closed"
    assert (house.on_hand("TEA"), house.on_hand("COFFEE", LocationKind.STAGING)) == ((2, 0), (0, 0))
    books_agree(house)
    # opened again and closed again, nothing leaves twice
    assert hands.scan("XXREOPEN", square) == "reopened"
    assert house.on_hand("COFFEE", LocationKind.STAGING) == (0, 0)  # the books know nothing of them again
    books_agree(house)
    hands.scan("XXCLOSE")
    house.printed()
    assert hands.scan(hands.square) == "closed"
    assert (house.on_hand("TEA"), house.on_hand("COFFEE", LocationKind.STAGING)) == ((2, 0), (0, 0))
    books_agree(house)


def test_a_substitute_is_a_wrong_item_where_the_order_does_not_allow_it(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    house.stock("COFFEE", 5)
    allow(house, order, "TEA", "COFFEE")
    house.write(lambda tx: tx.session.execute(update(Order).values(allow_substitutes=False)))
    assert hands.scan(house.tote_of(order), "COFFEE-EAN") == "wrong_item"


# taken back


def test_a_line_is_taken_back_with_all_that_hangs_on_it(house: House, hands: Hands) -> None:
    order = house.picked(("PHONE", 2), "TEA")
    sku(house, "PHONE", captures="serial")
    hands.scan(house.tote_of(order), "PHONE-EAN", "sn-1", "TEA-EAN", "PHONE-EAN", "sn-2")
    assert len(house.jobs(order)) == 1
    assert hands.scan("XXUNDOLINE") == "line_undone"
    assert hands.judged.facts == {"sku": "PHONE", "name": "PHONE", "pieces": 2}
    assert house.packed() == {"PHONE": 0, "TEA": 1}
    assert captured(house) == []
    assert hands.parcel.state is ParcelState.OPEN
    assert [job.state for job in house.jobs(order)] == [JobState.CANCELLED]
    undone = hands.events()[-1].id
    assert {event.raw for event in hands.events() if event.undone_by == undone} == {"sn-1", "sn-2"}
    assert hands.scan("PHONE-EAN", "sn-2", "PHONE-EAN", "sn-1") == "complete"


def test_all_of_a_box_is_taken_back_when_that_is_confirmed(house: House, hands: Hands) -> None:
    order = house.picked(("POT", 1), ("CUP", 1), "TEA")
    kit(house, order, per_kit={"POT": 1, "CUP": 1})
    hands.scan(house.tote_of(order), "SET-EAN", "TEA-EAN")
    assert hands.scan("XXUNDOBOX") == "undo_whole_box"
    assert hands.scan("XXNEXT", "XXOK") == "next_scan_label" or hands.judged.code == "next_wait_label"
    assert house.packed() == {"POT": 1, "CUP": 1, "TEA": 1}
    assert hands.scan("XXUNDOBOX", "XXOK") == "box_undone"
    assert house.packed() == {"POT": 0, "CUP": 0, "TEA": 0}
    assert all(event.undone_by for event in hands.events() if event.counted)
    assert hands.scan("XXUNDO") == "nothing_to_undo"
    assert hands.scan("SET-EAN", "TEA-EAN") == "complete"


def test_a_sealed_box_that_is_taken_back_is_open_again(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 3))
    hands.scan(house.source_id(order), "TEA-EAN", "TEA-EAN")
    hands.scan("XXCLOSE")
    assert len(house.jobs(order)) == 1
    assert hands.scan("XXUNDO") == "undone"
    assert (hands.parcel.state, hands.parcel.sealed) == (ParcelState.OPEN, False)
    assert hands.scan("TEA-EAN", "TEA-EAN") == "complete"


def test_pieces_over_two_lines_are_taken_back_from_both(house: House, hands: Hands) -> None:
    lead(house, hands)
    order = house.picked(("TEA", 2), ("CUP", 1))
    house.stock("TEA", 2)
    house.write(
        lambda tx: tx.session.execute(
            update(OrderLine).where(OrderLine.sku_id == house.skus["CUP"]).values(sku_id=house.skus["TEA"])
        )
    )
    hands.scan(house.tote_of(order))
    assert hands.scan("*3", "TEA-EAN") == "complete"
    assert sorted(house.all(select(ParcelItem.quantity))) == [1, 2]
    assert hands.scan("XXUNDOLINE") == "line_undone"
    assert sorted(house.all(select(ParcelItem.quantity))) == [0, 0]


def test_a_scan_that_comes_twice_captures_once(house: House, hands: Hands) -> None:
    order = house.picked("PHONE", "TEA")
    sku(house, "PHONE", captures="serial")
    hands.scan(house.tote_of(order), "PHONE-EAN", "sn-1")
    again = replace(hands.done[-1][0])
    assert house.store.write(scan_item, hands.actor, again).code == "item"
    assert (house.count(Captured), house.packed()["PHONE"]) == (1, 1)
    assert house.count(ScanEvent) == len(house.all(select(ScanEvent.id)))
    assert house.count(Parcel) == 1
