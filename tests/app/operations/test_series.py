"""One of N: identical orders are verified with one, and each is closed by its own label."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select, update

from app.domain.barcode import Kind, make_code, make_label_code
from app.domain.states import JobState, OrderState, ParcelState
from app.operations.orders import request_cancel
from db.bench import Carton, InsertRule, PackingRules
from db.journal import JournalEntry, ScanEvent
from db.orders import Order, Sku
from db.parcels import Label, Parcel, ParcelItem, PrintJob
from db.places import LocationKind
from tests.factories import LEAD, Hands, House


def make_carton(tx: Any, **values: Any) -> int:
    carton = Carton(**values)
    tx.session.add(carton)
    tx.session.flush()
    return carton.id


def waiting(house: House, count: int, **values: Any) -> list[int]:
    """So many picked orders of two TEA and a CUP."""
    house.stock("TEA", 2 * count, location=f"T-{len(house.locations)}")
    house.stock("CUP", count, location=f"C-{len(house.locations)}")
    orders = [house.order(("TEA", 2), "CUP", **values) for _ in range(count)]
    house.release()
    house.pick_all()
    return orders


def verify_one(house: House, hands: Hands, order: int) -> None:
    hands.scan(house.source_id(order), "TEA-EAN", "TEA-EAN", "CUP-EAN")


def change(house: House, order: int, **values: Any) -> None:
    house.write(lambda tx: tx.session.execute(update(Order).where(Order.id == order).values(**values)))


def parcel_of(house: House, order: int) -> Parcel:
    found: Parcel = house.one(select(Parcel).where(Parcel.order_id == order))
    return found


def square_of(house: House, order: int) -> str:
    return make_label_code(parcel_of(house, order).code, house.jobs(order)[-1].copy)


def print_all(house: House) -> list[int]:
    """The spooler's part; the orders in the order of their labels."""
    orders: list[int] = []
    while house.one(select(PrintJob.id).where(PrintJob.state == JobState.QUEUED).exists().select()):
        job = house.printed()
        orders.append(
            house.one(
                select(Parcel.order_id)
                .join(Label, Label.parcel_id == Parcel.id)
                .join(PrintJob, PrintJob.label_id == Label.id)
                .where(PrintJob.id == job)
            )
        )
    return orders


def test_identical_orders_are_verified_with_one_and_closed_label_by_label(house: House, hands: Hands) -> None:
    first, *others = waiting(house, 4)
    verify_one(house, hands, first)
    verified = hands.parcel
    assert hands.scan("XXSERIES") == "series_begun"
    assert hands.judged.facts["parcels"] == 3
    assert hands.parcel.parcel_id == verified.parcel_id
    for order in others:
        parcel = parcel_of(house, order)
        assert (parcel.state, parcel.series_of_id, parcel.station_id) == (
            ParcelState.LABELLING, verified.parcel_id, None
        )  # fmt: skip
        assert sorted(
            house.all(select(ParcelItem.quantity).where(ParcelItem.parcel_id == parcel.id))
        ) == [1, 2]
        assert house.state(order) is OrderState.PACKING
    (entry,) = house.all(select(JournalEntry).where(JournalEntry.name == "series"))
    said = json.loads(entry.ids)
    assert (entry.order_id, said["parcel"], said["orders"]) == (first, verified.parcel_id, others)
    assert print_all(house) == [first, *others]
    # with the first still on the table, then with nothing there
    assert hands.scan(square_of(house, others[1])) == "series_closed"
    assert hands.judged.order == house.source_id(others[1])
    assert hands.parcel.parcel_id == verified.parcel_id
    event = house.all(select(ScanEvent).order_by(ScanEvent.id.desc()).limit(1))[0]
    assert (event.order_id, event.parcel_id) == (others[1], parcel_of(house, others[1]).id)
    assert hands.scan(hands.square) == "closed"
    assert hands.scan(square_of(house, others[0])) == "series_closed"
    tracking = house.one(select(Label.tracking).where(Label.parcel_id == parcel_of(house, others[2]).id))
    assert hands.scan(tracking) == "series_closed"
    assert hands.bench.parcel is None
    assert {house.state(order) for order in (first, *others)} == {OrderState.SHIPPED}
    assert {job.state for order in others for job in house.jobs(order)} == {JobState.CONFIRMED}
    assert house.on_hand("TEA", LocationKind.STAGING) == (0, 0)
    assert hands.scan(square_of(house, others[0])) == "already_closed"


def test_the_labels_of_the_same_cart_come_first_in_the_order_of_its_totes(house: House, hands: Hands) -> None:
    far, further = waiting(house, 2)
    first, second, third = waiting(house, 3)
    verify_one(house, hands, second)
    assert hands.scan("XXSERIES") == "series_begun"
    assert print_all(house) == [second, first, third, far, further]


def test_only_orders_that_are_alike_and_wait_are_taken(house: House, hands: Hands) -> None:
    first, alike, more, noted, cancelled, half, elsewhere = waiting(house, 7)
    more_of_it, with_another = house.picked(("TEA", 3), "CUP"), house.picked(("TEA", 2), "CUP", "MUG")
    change(house, noted, buyer_message="Please hurry")
    house.store.write(request_cancel, LEAD, cancelled, "changed_mind")
    hands.scan(house.source_id(half), "TEA-EAN", "XXHOLD")
    house.hands("BENCH-2").scan(house.source_id(elsewhere))
    house.write(lambda tx: tx.session.execute(update(Order).where(Order.id == more).values(street="")))
    verify_one(house, hands, first)
    assert hands.scan("XXSERIES") == "series_begun"
    series = house.all(select(Parcel.order_id).where(Parcel.series_of_id.is_not(None)))
    # an order whose label cannot be made waits on, as if nothing had been tried
    assert series == [alike]
    assert {house.state(order) for order in (more, noted, more_of_it, with_another)} == {OrderState.PICKED}
    assert hands.scan("XXSERIES") == "nothing_identical"


def test_an_order_that_needs_something_of_its_own_is_packed_by_itself(house: House, hands: Hands) -> None:
    first, other, newcomer = waiting(house, 3)
    change(house, newcomer, first_order=True)
    house.write(lambda tx: tx.session.add(InsertRule(warehouse_id=house.warehouse, name="Card", first_order=True)))
    verify_one(house, hands, first)
    hands.scan("XXSERIES")
    assert house.all(select(Parcel.order_id).where(Parcel.series_of_id.is_not(None))) == [other]
    assert house.state(newcomer) is OrderState.PICKED
    assert house.count(Parcel) == 2


def test_the_carton_of_the_first_is_that_of_all(house: House, hands: Hands) -> None:
    house.write(lambda tx: tx.session.add(PackingRules(warehouse_id=house.warehouse, carton="required")))
    first, second = waiting(house, 2)
    verify_one(house, hands, first)
    assert hands.scan("XXSERIES") == "not_yet"
    assert hands.scan("XXSKIP", "XXSERIES") == "series_begun"
    third, fourth = waiting(house, 2)
    box = house.write(
        lambda tx: make_carton(tx, warehouse_id=house.warehouse, code="S", length_mm=200, width_mm=100, height_mm=90)
    )
    hands.scan("XXHOLD")
    verify_one(house, hands, third)
    assert hands.scan(make_code(Kind.CARTON, box), "XXSERIES") == "series_begun"
    cartons = {order: parcel_of(house, order).carton_id for order in (second, third, fourth)}
    assert cartons == {second: None, third: box, fourth: box}


def test_no_series_where_parcels_are_weighed_or_items_have_serial_numbers(house: House, hands: Hands) -> None:
    first, _ = waiting(house, 2)
    verify_one(house, hands, first)
    house.write(lambda tx: tx.session.add(PackingRules(warehouse_id=house.warehouse, weigh="noted")))
    assert hands.scan("XXSERIES") == "series_weighed"
    house.write(lambda tx: tx.session.execute(update(PackingRules).values(weigh="off")))
    house.write(lambda tx: tx.session.execute(update(Sku).values(captures="serial")))
    assert hands.scan("XXSERIES") == "series_alone"
    assert house.count(Parcel) == 1


def test_an_order_of_a_series_that_is_cancelled_is_not_closed(house: House, hands: Hands) -> None:
    first, second, third = waiting(house, 3)
    verify_one(house, hands, first)
    hands.scan("XXSERIES")
    print_all(house)
    for order in (second, third):
        house.store.write(request_cancel, LEAD, order, "changed_mind")
    assert hands.scan(square_of(house, second)) == "order_cancelled"
    assert house.state(second) is OrderState.CANCELLED
    assert house.state(first) is OrderState.PACKING
    assert hands.scan("XXOK", hands.square) == "closed"
    assert hands.scan(square_of(house, third)) == "order_cancelled"
    assert parcel_of(house, third).state is ParcelState.VOIDED


def test_an_order_of_a_series_with_a_new_address_is_looked_at(house: House, hands: Hands) -> None:
    first, second = waiting(house, 2)
    verify_one(house, hands, first)
    hands.scan("XXSERIES")
    print_all(house)
    change(house, second, address_version=2)
    assert hands.scan(square_of(house, second)) == "wrong_label"
    assert hands.scan("XXOK", hands.square) == "closed"
    assert hands.scan(square_of(house, second)) == "address_changed"
    assert hands.parcel.order_id == second


def test_a_label_of_a_series_is_no_other_benchs(house: House, hands: Hands) -> None:
    first, second, third = waiting(house, 3)
    verify_one(house, hands, first)
    hands.scan("XXSERIES")
    print_all(house)
    other = house.hands("BENCH-2")
    assert other.scan(square_of(house, second)) == "opened_verified"
    assert other.scan(square_of(house, second)) == "closed"
    # a stranger on the table: not while that is open
    stranger = house.picked("MUG", "PEN")
    hands.scan("XXHOLD", house.source_id(stranger))
    assert hands.scan(square_of(house, third)) == "wrong_label"


def test_an_old_copy_of_a_series_alarms(house: House, hands: Hands) -> None:
    first, second = waiting(house, 2)
    verify_one(house, hands, first)
    hands.scan("XXSERIES")
    assert hands.scan(square_of(house, second)) == "label_not_printed"
    assert parcel_of(house, second).state is ParcelState.LABELLING
    print_all(house)
    wrong = make_label_code(parcel_of(house, second).code, 2)
    assert hands.scan(wrong) == "wrong_label"
