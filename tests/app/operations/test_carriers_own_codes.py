"""Labels that bear the carrier's codes alone: they close their box, and no other, however the number stands in them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain.states import JobState, ParcelState
from app.operations import label_batches as acts
from app.operations.label_copies import reprint
from app.operations.label_files import receive_label
from app.operations.print_queue import move_queue
from app.operations.voiding import void
from db.orders import SkuBarcode
from db.parcels import Label, Parcel, PrintQueue
from tests.app.operations.label_roll import QUEUE, Roll
from tests.factories import LEAD, Hands, House
from tests.printing.received import made

NUMBER = "0123456789"


def receive(house: House, order: int, tracking: str = NUMBER, said: str | None = None) -> int:
    """A label without room for the square code, whose barcode says the number, or `said`, which holds it."""
    return house.store.write(
        receive_label, LEAD, order, made.zpl(tracking=said or tracking), tracking=tracking, carrier="post",
        service="", source="label.zpl",
    )  # fmt: skip


def packed(house: House, hands: Hands, tracking: str = NUMBER, said: str | None = None) -> int:
    """A parcel whose received label has come out."""
    order = house.picked("TEA")
    receive(house, order, tracking, said)
    assert hands.scan(house.tote_of(order), "TEA-EAN") == "complete"
    house.printed()
    assert not house.jobs(order)[-1].marked
    return hands.parcel.parcel_id


@pytest.mark.parametrize(
    "said",
    [
        NUMBER, "420100017" + NUMBER, "42010001\x1d92" + NUMBER, "]C142010001\x1d92" + NUMBER,
        "%0067000" + NUMBER + "120276", "JJD " + NUMBER, "003400" + NUMBER + "7",
    ],
)  # fmt: skip
def test_the_number_is_found_wherever_it_stands_in_the_barcode(house: House, hands: Hands, said: str) -> None:
    packed(house, hands)
    assert hands.scan(said) == "closed"


def test_of_two_numbers_the_longer_one_is_meant(house: House, hands: Hands) -> None:
    short = packed(house, hands, NUMBER)
    hands.scan("XXHOLD")
    long = packed(house, hands, "77" + NUMBER)
    hands.scan("XXHOLD")
    assert hands.scan("42010001" + "77" + NUMBER) == "opened_verified"
    assert hands.parcel.parcel_id == long
    assert hands.scan("42010001" + "99" + NUMBER) == "wrong_label"
    hands.scan("XXOK")
    assert hands.scan("42010001" + "77" + NUMBER) == "closed"
    assert house.get(Parcel, short).state is ParcelState.LABELLING


def test_the_box_with_the_shorter_number_is_not_closed_by_the_longer(house: House, hands: Hands) -> None:
    packed(house, hands, "77" + NUMBER)
    hands.scan("XXHOLD")
    packed(house, hands, NUMBER)
    for said in ("77" + NUMBER, "420" + "77" + NUMBER, "%0067" + "77" + NUMBER + "120276"):
        assert hands.scan(said) in ("wrong_label", "unknown_code"), said
        hands.scan("XXOK")
    assert hands.scan("420" + NUMBER) == "closed"


def test_an_item_is_an_item_though_its_barcode_ends_like_a_number(house: House, hands: Hands) -> None:
    parcel = packed(house, hands, "0381333931")
    barcode = SkuBarcode(barcode="4000381333931", sku_id=house.skus["TEA"], quantity=1)
    house.write(lambda tx: tx.session.add(barcode))
    assert hands.scan("4000381333931") != "closed"
    hands.scan("XXOK")
    assert house.get(Parcel, parcel).state is ParcelState.LABELLING


def test_a_trade_item_that_nobody_knows_closes_no_box(house: House, hands: Hands) -> None:
    parcel = packed(house, hands, "6381333931")
    assert hands.scan("4006381333931") == "unknown_code"  # an EAN with its right check digit
    assert house.get(Parcel, parcel).state is ParcelState.LABELLING
    hands.scan("XXOK", "XXHOLD")
    assert hands.scan("4006381333931") == "unknown_code"


def test_a_closed_box_is_closed_again_by_the_carriers_code_of_its_new_label(house: House, hands: Hands) -> None:
    parcel = packed(house, hands)
    assert hands.scan(NUMBER) == "closed"
    house.store.write(void, LEAD, parcel, "wrong address")
    order = house.get(Parcel, parcel).order_id
    receive(house, order, "9876543210")
    house.printed()
    assert hands.scan(NUMBER) == "label_voided"
    assert hands.scan("XXOK", "9876543210") == "copy_confirmed"
    assert house.get(Parcel, parcel).state is ParcelState.CLOSED
    assert house.jobs(order)[-1].state is JobState.CONFIRMED


def test_a_copy_for_a_closed_box_is_confirmed_by_the_carriers_code(house: House, hands: Hands) -> None:
    parcel = packed(house, hands)
    hands.scan(NUMBER)
    house.store.write(reprint, LEAD, parcel, "torn", "BENCH-1")
    assert hands.scan(NUMBER) == "already_closed"
    house.printed()
    assert hands.scan("420" + NUMBER) == "copy_confirmed"
    assert hands.scan("420" + NUMBER) == "already_closed"


def test_a_batch_goes_on_from_a_label_that_bears_the_carriers_codes_alone(house: House) -> None:
    roll = Roll(house)
    orders = roll.orders(3)
    for number, order in enumerate(orders):
        receive(house, order, f"{NUMBER}{number}")
    roll.start()
    came = roll.print(2)
    roll.pause()
    said = "42010001" + house.one(
        select(Label.tracking).join(Parcel, Parcel.id == Label.parcel_id).where(Parcel.order_id == came[0])
    )
    house.store.write(acts.resume_from, LEAD, roll.batch, said, again=True)
    assert roll.print() == [came[1]]
    roll.pause()
    last = house.one(
        select(Label.tracking).join(Parcel, Parcel.id == Label.parcel_id).where(Parcel.order_id == came[1])
    )
    # the second copy bears no square code either: its number is all that can be scanned
    assert house.store.write(acts.resume_from, LEAD, roll.batch, last).number == 2


def test_a_copy_that_the_printer_cannot_take_is_said_at_the_bench(house: House, hands: Hands) -> None:
    parcel = packed(house, hands)
    house.write(lambda tx: tx.session.add(PrintQueue(name="BENCH-1", width_mm=40, height_mm=30)))
    assert hands.scan("XXREPRINT", "XXTORN") == "label_refused"
    assert hands.scan("XXOK", NUMBER) == "closed"
    assert house.get(Parcel, parcel).state is ParcelState.CLOSED


def test_what_did_not_come_out_stays_unsettled_where_it_cannot_be_printed_anew(house: House, hands: Hands) -> None:
    order = house.picked("TEA")
    receive(house, order)
    hands.scan(house.tote_of(order), "TEA-EAN")
    house.printed(outcome=JobState.UNCERTAIN)
    house.write(lambda tx: tx.session.add(PrintQueue(name="BENCH-1", width_mm=40, height_mm=30)))
    assert hands.scan("XXNOTOUT") == "label_refused"
    assert [job.state for job in house.jobs(order)] == [JobState.UNCERTAIN]


@pytest.mark.parametrize("by", ["bench", "lead"])
def test_where_another_size_lies_in_the_printer_the_label_is_made_for_that(house: House, by: str) -> None:
    roll = Roll(house)
    (order,) = roll.orders(1)
    receive(house, order)
    house.write(lambda tx: tx.session.add(PrintQueue(name="BENCH-2", width_mm=110, height_mm=170)))
    roll.start()
    before = house.jobs(order)[0]
    if by == "bench":
        house.hands("BENCH-2").scan(house.tote_of(order), "MUG-EAN", "MUG-EAN")
    else:
        house.store.write(move_queue, LEAD, QUEUE, "BENCH-2")
    (job,) = house.jobs(order)
    assert (job.queue, job.marked) == ("BENCH-2", True)
    assert not before.marked  # there was no room for the square code
    house.printed("BENCH-2")


def test_where_it_does_not_fit_the_bench_says_so(house: House) -> None:
    roll = Roll(house)
    (order,) = roll.orders(1)
    receive(house, order)
    house.write(lambda tx: tx.session.add(PrintQueue(name="BENCH-2", width_mm=40, height_mm=30)))
    roll.start()
    hands = house.hands("BENCH-2")
    assert hands.scan(house.tote_of(order), "MUG-EAN", "MUG-EAN") == "label_refused"
    assert [(job.queue, job.state) for job in house.jobs(order)] == [(QUEUE, JobState.QUEUED)]
    assert roll.print_all() == [order]
    assert hands.scan("XXOK", "MUG-EAN") == "complete"
    assert hands.scan(NUMBER) == "closed"
