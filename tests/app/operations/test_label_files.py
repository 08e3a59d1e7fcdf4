"""Labels that were received: kept as they came, one file and one number for one parcel."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.domain.errors import Refusal
from app.domain.states import LabelState, OrderState
from app.operations.label_files import receive_label
from app.operations.labels import make_label
from app.operations.orders import request_cancel
from app.operations.voiding import void
from app.queries.label_files import labelling, stored_file
from db.journal import JournalEntry
from db.label_files import LabelFile
from db.orders import Order
from db.parcels import Label, Parcel
from tests.factories import LEAD, House
from tests.printing.received import made


def receive(house: House, order: int, content: bytes | None = None, tracking: str = made.TRACKING, **more: bool) -> int:
    return house.store.write(
        receive_label, LEAD, order, made.zpl(tracking=tracking) if content is None else content, tracking=tracking,
        carrier="post", service="TRACKED", source="label.zpl", **more,
    )  # fmt: skip


def refused(code: str, step: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        step()
    assert caught.value.code == code
    return caught.value


@pytest.fixture
def order(house: House) -> int:
    house.stock("TEA", 9)
    return house.order("TEA")


@pytest.mark.parametrize("make", [made.zpl, made.pdf, made.png])
def test_a_label_is_kept_byte_for_byte(house: House, order: int, make: Callable[[], bytes]) -> None:
    content = make()
    label_id = receive(house, order, content)
    file = house.get(LabelFile, 1)
    assert (file.content, file.sha256) == (content, hashlib.sha256(content).hexdigest())
    assert (file.media, file.width_mm, file.height_mm, file.source) == (make.__name__, 102, 152, "label.zpl")
    label = house.get(Label, label_id)
    assert (label.tracking, label.carrier, label.service, label.template) == (made.TRACKING, "post", "TRACKED", "")
    assert (label.file_id, label.state, json.loads(label.fields)) == (file.id, LabelState.VALID, {})
    assert house.get(Parcel, label.parcel_id).order_id == order
    stored = house.store.read(stored_file, label_id)
    assert stored is not None
    assert (stored.content, stored.media) == (content, make.__name__)
    assert house.store.read(labelling, order).tracking == made.TRACKING
    entry = house.all(select(JournalEntry).order_by(JournalEntry.id))[-1]
    assert entry.name == "receive_label"
    assert json.loads(entry.ids) == {"order": order, "parcel": label.parcel_id, "label": label_id, "file": 1,
        "tracking": made.TRACKING,
    }


def test_the_same_file_again_changes_nothing(house: House, order: int) -> None:
    once = receive(house, order)
    changes: list[object] = []
    house.store.listen(changes.append)
    assert receive(house, order, tracking=made.TRACKING) == once
    assert changes == []
    assert (house.count(Label), house.count(LabelFile), house.count(Parcel)) == (1, 1, 1)


def test_a_number_and_a_file_belong_to_one_parcel(house: House, order: int) -> None:
    receive(house, order)
    other = house.order("TEA")
    refusal = refused("received_tracking_taken", lambda: receive(house, other))
    assert refusal.facts == {"tracking": made.TRACKING}
    # another number for the same file, and another file for the same number
    refused(
        "received_file_taken", lambda: receive(house, other, made.zpl(), "AA111111111AA", unread=True)
    )
    refused("received_tracking_taken", lambda: receive(house, order, made.pdf()))
    assert house.count(Parcel) == 1  # what was refused has left nothing behind


def test_a_second_label_needs_the_first_to_be_void(house: House, order: int) -> None:
    first = receive(house, order)
    refusal = refused("received_has_label", lambda: receive(house, order, tracking="BB222222222BB"))
    assert refusal.facts["tracking"] == made.TRACKING
    house.write(lambda tx: setattr(tx.session.get_one(Label, first), "state", LabelState.VOIDED))
    second = receive(house, order, tracking="BB222222222BB")
    assert house.get(Label, second).parcel_id == house.get(Label, first).parcel_id
    refused("received_tracking_void", lambda: receive(house, order))


def test_a_parcel_has_one_label_whoever_made_the_first(house: House) -> None:
    order = house.picked("TEA")
    hands = house.hands()
    hands.scan(house.tote_of(order), "TEA-EAN")
    tracking = house.one(select(Label.tracking))
    refusal = refused("received_has_label", lambda: receive(house, order, tracking="BB222222222BB"))
    assert refusal.facts["tracking"] == tracking


def test_the_number_must_stand_on_the_label_if_any_does(house: House, order: int) -> None:
    refused(
        "received_tracking_unread", lambda: receive(house, order, made.zpl(), "AA111111111AA")
    )
    assert house.count(LabelFile) == 0
    # a label without a symbol says nothing against it
    receive(house, order, b"^XA^FO50,50^A0N,40,40^FDBY HAND^FS^XZ", "AA111111111AA")


def test_a_number_is_taken_although_no_barcode_holds_it_if_a_person_says_so(house: House, order: int) -> None:
    receive(house, order, made.zpl(), "AA111111111AA", unread=True)
    assert house.one(select(Label.tracking)) == "AA111111111AA"


def test_a_number_is_kept_as_it_is_scanned(house: House, order: int) -> None:
    house.store.write(
        receive_label, LEAD, order, made.zpl(), tracking=" lx 000 000 014 cn ", carrier="", service="", source=""
    )
    assert house.one(select(Label.tracking)) == made.TRACKING


@pytest.mark.parametrize("tracking", ["", "A", "X" * 41, "AB CD; DROP", "运单12345", "XXOK", "PB00000042HC028"])
def test_what_is_no_tracking_number_is_refused(house: House, order: int, tracking: str) -> None:
    refused("received_tracking_invalid", lambda: receive(house, order, made.zpl(), tracking))


def test_an_order_that_is_over_takes_no_label(house: House, order: int) -> None:
    house.store.write(request_cancel, LEAD, order, "test")
    refused("order_is_cancelled", lambda: receive(house, order))
    shipped = house.order("TEA", state=OrderState.SHIPPED)
    refused("received_order_shipped", lambda: receive(house, shipped))


def test_a_closed_box_whose_label_was_voided_takes_another(house: House) -> None:
    order = house.picked("TEA")
    receive(house, order)
    hands = house.hands()
    hands.scan(house.tote_of(order), "TEA-EAN")
    house.printed()
    assert hands.scan(made.TRACKING) == "closed"
    house.store.write(void, LEAD, 1, "void_why_address")
    assert house.get(Order, order).state is OrderState.SHIPPED
    receive(house, order, tracking="BB222222222BB")
    assert b"BB222222222BB" in house.jobs(order)[-1].payload


def test_what_is_no_label_is_not_kept(house: House, order: int) -> None:
    refused("received_is_html", lambda: receive(house, order, b"<html>not found</html>"))
    assert (house.count(LabelFile), house.count(Parcel)) == (0, 0)


def test_the_label_that_came_first_is_the_one_that_is_printed(house: House) -> None:
    order = house.picked("TEA")
    receive(house, order)
    hands = house.hands()
    assert hands.scan(house.tote_of(order), "TEA-EAN") == "complete"
    (job,) = house.jobs(order)
    assert made.TRACKING.encode() in job.payload
    assert b"EXAMPLE POST" in job.payload
    assert house.count(Label) == 1


def test_bought_once_and_copied_from_the_file(house: House) -> None:
    order = house.picked("TEA")
    receive(house, order, made.zpl(bottom=900))
    parcel = house.one(select(Parcel.id))
    house.write(lambda tx: make_label(tx, LEAD, parcel, weight_g=100, queue="BENCH-1"))
    (job,) = house.jobs(order)
    code = house.get(Parcel, parcel).code
    assert f"{code}C01".encode() in job.payload
    assert (house.count(Label), house.count(LabelFile)) == (1, 1)
