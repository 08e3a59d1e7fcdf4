"""What lies on a bench, what waits, and the counts of a day."""

from __future__ import annotations

from app.domain.states import JobState, Lane, ParcelState
from app.queries.packing import counts, waiting_orders
from tests.factories import Hands, House


def waiting(house: House) -> list[int]:
    return [row.order_id for row in house.store.read(waiting_orders, house.warehouse)]


def test_an_empty_table(hands: Hands) -> None:
    assert hands.bench.parcel is None
    assert (hands.bench.latch, hands.bench.question, hands.bench.tote_id) == (None, None, None)


def test_the_parcel_with_its_lines_in_the_order_of_the_source(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 2), "CUP", "TEA")
    hands.scan(house.tote_of(order), "TEA-EAN")
    parcel = hands.parcel
    assert [(line.sku, line.ordered, line.packed) for line in parcel.lines] == [
        ("TEA", 2, 1), ("CUP", 1, 0), ("TEA", 1, 0),
    ]  # fmt: skip
    assert (parcel.remaining, parcel.tracking, parcel.copy, parcel.job) == (3, None, 0, None)
    hands.scan("TEA-EAN", "TEA-EAN", "CUP-EAN")
    parcel = hands.parcel
    assert (parcel.state, parcel.copy, parcel.job, parcel.older_copies) == (
        ParcelState.LABELLING, 1, JobState.QUEUED, False,
    )  # fmt: skip
    assert parcel.tracking == "LX000000014CN"


def test_the_newest_copy_is_the_one_that_counts(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    house.printed()
    hands.scan("XXREPRINT", "XXTORN")
    assert (hands.parcel.copy, hands.parcel.job, hands.parcel.older_copies) == (2, JobState.QUEUED, True)


def test_waiting_orders_come_cart_by_cart_and_slot_by_slot(house: House, hands: Hands) -> None:
    house.stock("TEA", 9)
    house.stock("CUP", 9)
    first, second = house.order("TEA", "CUP"), house.order("CUP", "TEA")
    single = house.order("TEA")
    unpicked = house.order("TEA", "TEA")
    house.release()
    assert waiting(house) == []
    house.pick_all()
    rows = house.store.read(waiting_orders, house.warehouse)
    assert [row.order_id for row in rows if row.lane is Lane.CART] == [first, second, unpicked]
    (one,) = (row for row in rows if row.lane is Lane.SINGLE)
    assert (one.order_id, one.sku_id, one.tote) == (single, house.skus["TEA"], house.tote_of(single))
    hands.scan(house.tote_of(first))
    assert first not in waiting(house)
    hands.scan("XXHOLD")
    rows = house.store.read(waiting_orders, house.warehouse)
    assert {row.order_id: row.started for row in rows} == {
        first: True, second: False, unpicked: False, single: False,
    }  # fmt: skip


def test_counts(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    before = house.store.read(counts)["scans"]["pass"]
    hands.scan(house.tote_of(order), "nonsense", "XXOK", "TEA-EAN", "CUP-EAN", "XXNEXT")
    house.printed()
    found = house.store.read(counts)
    assert found["scans"] == {"pass": before + 4, "fail": 1, "attention": 1}
    assert found["parcels"] == {"labelling": 1}
    assert found["labels"] == {"printed": 1}


def test_the_table_of_each_station_is_its_own(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order))
    assert house.hands("BENCH-2").bench.parcel is None
