"""The bench when something comes between: a cancel request, a scan that comes twice, a station that dies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from app.domain.errors import Refusal
from app.domain.states import JobState, LabelState, OrderState, ParcelState
from app.operations.gates import hand_over
from app.operations.label_copies import reprint
from app.operations.orders import request_cancel
from app.operations.packing import scan_item
from db.journal import ScanEvent
from db.parcels import Label, Parcel
from db.places import Station
from tests.factories import LEAD, NOON, Hands, HeldClock, House, open_house
from tests.intake import fresh_store


def cancel(house: House, order: int) -> OrderState:
    return house.store.write(request_cancel, LEAD, order, "buyer asked")


# A cancelled order is caught at every gate.


def test_cancelled_before_it_is_opened(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    assert cancel(house, order) is OrderState.PICKED
    assert hands.scan(house.tote_of(order)) == "order_cancelled"
    assert house.state(order) is OrderState.CANCELLED
    assert house.count(Parcel) == 0
    assert hands.scan("XXOK", house.tote_of(order)) == "order_cancelled"


def test_a_cancelled_single_item_is_named_when_it_is_scanned(house: House, hands: Hands) -> None:
    order = house.picked("TEA")
    cancel(house, order)
    assert hands.scan("TEA-EAN") == "order_cancelled"
    assert hands.judged.order == house.source_id(order)
    assert house.state(order) is OrderState.CANCELLED


def test_cancelled_before_the_last_item(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order))
    hands.scan("TEA-EAN")
    cancel(house, order)
    assert hands.scan("CUP-EAN") == "order_cancelled"
    assert hands.bench.parcel is None
    assert house.state(order) is OrderState.CANCELLED
    assert house.one(select(Parcel.state)) is ParcelState.VOIDED
    assert not house.jobs(order)
    assert house.packed() == {"TEA": 1, "CUP": 0}


def test_no_good_item_passes_once_the_order_is_cancelled(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 3), "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN")
    cancel(house, order)
    assert hands.scan("TEA-EAN") == "order_cancelled"
    assert hands.bench.parcel is None
    assert house.state(order) is OrderState.CANCELLED
    assert house.packed() == {"TEA": 1, "CUP": 0}


def test_the_next_tote_says_that_the_half_packed_order_is_cancelled(house: House, hands: Hands) -> None:
    order, following = house.picked("TEA", "CUP"), house.picked("MUG", "POT")
    hands.scan(house.tote_of(order), "TEA-EAN")
    cancel(house, order)
    assert hands.scan(house.tote_of(following)) == "order_cancelled"
    assert hands.scan("XXOK", house.tote_of(following)) == "opened"


def test_cancelled_before_the_label_leaves(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    cancel(house, order)
    assert house.claim() is None
    (job,) = house.jobs(order)
    assert (job.state, job.reason) == (JobState.CANCELLED, "order_cancelled")
    assert not house.attempts(job.id)
    # nothing will ever come out that could be scanned back: whatever he scans next says so
    assert hands.scan("XXNEXT") == "order_cancelled"
    assert hands.bench.parcel is None
    assert house.state(order) is OrderState.CANCELLED


def test_the_next_tote_ends_a_cancelled_order_whose_label_never_came(house: House, hands: Hands) -> None:
    order, following = house.picked("TEA", "CUP"), house.picked("MUG", "POT")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    cancel(house, order)
    house.claim()
    assert hands.scan(house.tote_of(following)) == "order_cancelled"
    assert hands.judged.order == house.source_id(order)
    assert hands.scan("XXOK", house.tote_of(following)) == "opened"


def test_cancelled_before_the_label_is_scanned_back(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    house.printed()
    square = hands.square
    cancel(house, order)
    assert hands.scan(square) == "order_cancelled"
    assert house.state(order) is OrderState.CANCELLED
    assert house.one(select(Label.state)) is LabelState.VOIDED
    assert hands.scan("XXOK", square) == "label_voided"
    with pytest.raises(Refusal) as refused:
        house.store.write(reprint, LEAD, house.one(select(Parcel.id)), "lost")
    assert refused.value.code == "label_is_voided"


def test_an_order_that_the_carrier_has_is_not_cancelled_any_more(house: House, hands: Hands) -> None:
    order = house.picked("TEA")
    hands.scan("TEA-EAN")
    house.printed()
    square = hands.square
    hands.scan(square)
    house.store.write(hand_over, LEAD, square)
    with pytest.raises(Refusal) as refused:
        cancel(house, order)
    assert refused.value.code == "order_shipped"


# A scan that comes twice, a station that dies.


def test_a_scan_delivered_again_changes_nothing_and_says_the_same(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 3), "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "nonsense", "TEA-EAN", "XXOK", "TEA-EAN", "XXUNDO")
    before = (house.packed(), hands.bench, house.count(ScanEvent))
    for scan, judged in hands.done:
        again = house.store.write(scan_item, hands.actor, scan)
        assert replace(again, remaining=judged.remaining, label=judged.label) == judged
    assert (house.packed(), hands.bench, house.count(ScanEvent)) == before


def test_a_scan_without_a_station_is_refused(house: House, hands: Hands) -> None:
    with pytest.raises(Refusal) as refused:
        house.store.write(scan_item, LEAD, hands.source.scan("TEA-EAN"))
    assert refused.value.code == "station_unknown"


def test_a_killed_station_goes_on_at_the_same_line(tmp_path: Path) -> None:
    with open_house(tmp_path) as house:
        order = house.picked(("TEA", 3), "CUP")
        hands = house.hands()
        hands.scan(house.tote_of(order), "TEA-EAN", "TEA-EAN", "no such code")
        before, seq = hands.bench, hands.judged.seq
    assert before.latch == "unknown_code"
    with fresh_store(tmp_path, "house.db") as store:
        again = Hands(store, "BENCH-1")
        assert again.bench == before
        assert again.scan("TEA-EAN") == "latched"
        assert again.judged.seq == seq + 1
        assert again.scan("XXOK", "TEA-EAN") == "item"
        assert again.judged.remaining == 1
        assert again.scan("XXUNDO") == "undone"


def test_a_killed_station_keeps_its_question_and_its_tote(tmp_path: Path) -> None:
    with open_house(tmp_path) as house:
        order, single = house.picked("TEA", "CUP"), house.picked("MUG")
        tote, bulk = house.tote_of(order), house.tote_of(single)
        house.hands("BENCH-2").scan(tote)
        hands = house.hands()
        hands.scan(bulk, tote)
        before = hands.bench
    assert (before.question, before.question_scan) == ("take_over", tote)
    assert before.tote_id is not None
    with fresh_store(tmp_path, "house.db") as store:
        again = Hands(store, "BENCH-1")
        assert again.bench == before
        assert again.scan(tote) == "opened"


def test_the_clock_of_the_store_dates_what_happens(tmp_path: Path) -> None:
    clock = HeldClock()
    with open_house(tmp_path) as house:
        house.store.clock = clock
        order = house.picked("TEA", "CUP")
        hands = house.hands()
        clock.pass_(-7200)  # set back in mid-work: the order of events is that of their numbers
        hands.scan(house.tote_of(order), "TEA-EAN")
        clock.pass_(10)
        assert hands.scan("XXUNDO") == "undone"
        events = hands.events()
        assert [(NOON - event.at).total_seconds() for event in events] == [7200, 7200, 7190]
        assert house.one(select(Station.last_seq).where(Station.name == "BENCH-1")) == 3
