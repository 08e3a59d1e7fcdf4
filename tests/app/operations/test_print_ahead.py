"""A label that is printed before its order is packed: printed once, waited for at the bench, worthless elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from app.change import NOTHING, Change
from app.domain.barcode import Command, make_label_code
from app.domain.errors import Refusal
from app.domain.label_batches import LabelBatchState
from app.domain.states import JobState, LabelState, OrderState, ParcelState
from app.operations.labels import print_ahead
from app.operations.orders import request_cancel
from app.operations.waves import kick_out
from db.label_batches import LabelBatch
from db.parcels import Label, Parcel, PrintJob
from db.store import Tx
from tests.factories import LEAD, Hands, House, open_house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as house:
        yield house


@pytest.fixture
def label_batch(house: House) -> int:
    row = LabelBatch(
        warehouse_id=house.warehouse, number=1, queue="PACK-ROOM", sequence="tote", separators=False,
        state=LabelBatchState.PRINTING,
    )  # fmt: skip

    def add(tx: Tx) -> int:
        row.created_at = tx.at
        tx.session.add(row)
        tx.session.flush()
        return row.id

    return house.write(add)


def ahead(house: House, label_batch: int, order: int, queue: str = "PACK-ROOM") -> int:
    def operation(tx: Tx) -> tuple[int, Change]:
        return print_ahead(tx, LEAD, order, queue=queue, label_batch_id=label_batch), NOTHING

    return house.store.write(operation)


def refused(code: str, house: House, label_batch: int, order: int) -> None:
    with pytest.raises(Refusal) as refusal:
        ahead(house, label_batch, order)
    assert refusal.value.code == code


def parcel_of(house: House, order: int) -> Parcel:
    found: Parcel = house.one(select(Parcel).where(Parcel.order_id == order))
    return found


def pack(house: House, hands: Hands, order: int) -> str:
    """Open the order by its tote and scan its only item."""
    return hands.scan(house.tote_of(order), "TEA-EAN")


@pytest.fixture
def order(house: House) -> int:
    """An order of two SKUs on a cart, all but the tea packed by nobody yet."""
    house.stock("TEA", 9)
    house.stock("CUP", 9)
    made = house.order("TEA", "CUP")
    house.release()
    return made


def test_a_label_is_made_while_its_order_is_still_picked(house: House, label_batch: int, order: int) -> None:
    job = house.get(PrintJob, ahead(house, label_batch, order))
    assert (job.queue, job.state, job.copy, job.label_batch_id) == ("PACK-ROOM", JobState.QUEUED, 1, label_batch)
    parcel = parcel_of(house, order)
    assert (parcel.state, parcel.station_id) == (ParcelState.OPEN, None)
    assert house.state(order) is OrderState.RELEASED
    refused("labels_printed_before", house, label_batch, order)
    house.printed("PACK-ROOM")
    refused("labels_printed_before", house, label_batch, order)
    assert house.count(PrintJob) == 1


def test_the_bench_prints_no_second_label_and_closes_by_the_first(house: House, label_batch: int, order: int) -> None:
    ahead(house, label_batch, order)
    house.printed("PACK-ROOM")
    house.pick_all()
    hands = house.hands()
    assert hands.scan(house.tote_of(order), "TEA-EAN") == "item"
    square = make_label_code(hands.parcel.code, 1)
    assert hands.scan(square) == "parcel_unfinished"  # the label lies there already, and the box is not full
    assert hands.scan("XXOK", "CUP-EAN") == "complete"
    assert hands.square == square
    assert hands.scan(square) == "closed"
    assert [(job.copy, job.state) for job in house.jobs(order)] == [(1, JobState.CONFIRMED)]
    assert house.state(order) is OrderState.SHIPPED


def test_the_label_itself_opens_its_order(house: House, label_batch: int, order: int) -> None:
    ahead(house, label_batch, order)
    house.printed("PACK-ROOM")
    house.pick_all()
    hands = house.hands()
    assert hands.scan(make_label_code(parcel_of(house, order).code, 1)) == "opened"
    assert hands.parcel.order_id == order


def test_what_still_waits_elsewhere_comes_out_at_the_bench(house: House, label_batch: int, order: int) -> None:
    job = ahead(house, label_batch, order)
    house.pick_all()
    hands = house.hands()
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    assert house.get(PrintJob, job).queue == "BENCH-1"
    assert house.count(PrintJob) == 1
    house.printed("BENCH-1")
    assert hands.scan(hands.square) == "closed"


def test_an_item_is_taken_back_although_the_label_is_there(house: House, label_batch: int, order: int) -> None:
    ahead(house, label_batch, order)
    house.printed("PACK-ROOM")
    house.pick_all()
    hands = house.hands()
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    assert hands.scan(Command.UNDO) == "undone"
    assert hands.parcel.state is ParcelState.OPEN
    assert hands.scan("CUP-EAN") == "complete"
    assert [(job.copy, job.state) for job in house.jobs(order)] == [(1, JobState.PRINTED)]
    assert hands.scan(hands.square) == "closed"


def test_a_label_for_an_earlier_place_is_superseded(house: House, label_batch: int, order: int) -> None:
    other = house.order("TEA", "CUP")
    house.release()
    ahead(house, label_batch, other)
    house.printed("PACK-ROOM")
    house.store.write(kick_out, LEAD, other, "later")
    house.release()
    house.pick_all()
    again = house.get(PrintJob, ahead(house, label_batch, other))
    assert again.copy == 2
    assert house.count(Label) == 1  # the same tracking number
    house.printed("PACK-ROOM")
    hands = house.hands()
    hands.scan(house.tote_of(other), "TEA-EAN", "CUP-EAN")
    assert len(house.jobs(other)) == 2
    assert hands.scan(make_label_code(hands.parcel.code, 1)) == "superseded_copy"
    assert hands.scan("XXOK", hands.square) == "closed"


def test_what_did_not_come_out_is_printed_with_the_next_number(house: House, label_batch: int, order: int) -> None:
    ahead(house, label_batch, order)
    house.printed("PACK-ROOM", JobState.FAILED)
    assert house.get(PrintJob, ahead(house, label_batch, order)).copy == 2


def test_a_cancelled_order_takes_its_label_with_it(house: House, label_batch: int, order: int) -> None:
    job = ahead(house, label_batch, order)
    assert house.store.write(request_cancel, LEAD, order, "changed his mind") is OrderState.CANCELLED
    assert house.get(PrintJob, job).state is JobState.CANCELLED
    assert house.one(select(Label.state)) is LabelState.VOIDED
    assert house.hands().scan(make_label_code(parcel_of(house, order).code, 1)) == "label_voided"
    refused("order_is_cancelled", house, label_batch, order)


def test_only_what_is_in_work_is_printed_ahead(house: House, label_batch: int, order: int) -> None:
    waits = house.order("TEA")
    refused("labels_not_in_work", house, label_batch, waits)
    assert house.count(Parcel) == 0
