"""Labels and their jobs: made once, claimed once, settled by people, reprinted with a reason."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.carriers.profiles import void_deadline
from app.domain.barcode import make_label_code, s10
from app.domain.errors import Refusal
from app.domain.numbers import NumberForm
from app.domain.states import JobState, LabelState, OrderState, ParcelState
from app.operations.label_content import check_label, lay_out, name_sender, sender_lines
from app.operations.label_copies import confirm_copy, reprint, settle
from app.operations.numbers import add_pool, take_many
from app.operations.orders import request_cancel
from db.journal import Counter, JournalEntry
from db.orders import Order
from db.parcels import Label, Parcel, PrintJob
from db.places import Warehouse
from printing.zpl import to_zpl
from tests.factories import LEAD, Hands, House


def refused(code: str, step: Callable[[], object]) -> None:
    with pytest.raises(Refusal) as caught:
        step()
    assert caught.value.code == code


def labelled(house: House, hands: Hands, sku: str = "TEA") -> int:
    """An order whose label waits to be printed; its parcel is put aside."""
    order = house.picked(f"{sku}-1", f"{sku}-2")
    assert hands.scan(house.tote_of(order), f"{sku}-1-EAN", f"{sku}-2-EAN") == "complete"
    hands.scan("XXHOLD")
    return order


def parcel_of(house: House, order: int) -> int:
    return int(house.one(select(Parcel.id).where(Parcel.order_id == order)))


def put_on_table(house: House, hands: Hands, order: int) -> None:
    assert hands.scan(house.source_id(order)) in ("opened", "opened_verified")


def test_a_label_holds_all_that_a_carrier_needs(house: House, hands: Hands) -> None:
    order = labelled(house, hands)
    label = house.get(Label, 1)
    fields = json.loads(label.fields)
    row = house.get(Order, order)
    assert fields["recipient"].splitlines() == [
        "Ada Lovelace", "12 St James's Square", "London", "SW1Y 4JH", "UNITED KINGDOM",
    ]  # fmt: skip
    assert fields["sender"] == "Packbench Ltd\nShenzhen"
    assert fields["tracking"] == label.tracking == "LX000000014CN"
    assert fields["tracking_text"] == "LX 000 000 014 CN"
    assert (fields["weight"], fields["order"], fields["slot"]) == ("0.200 kg", row.source_id, "1")
    (job,) = house.jobs(order)
    assert job.payload == to_zpl(lay_out(fields, 1), 203)
    assert job.sha256 == hashlib.sha256(job.payload).hexdigest()
    assert make_label_code(fields["parcel"], 1).encode() in job.payload


def test_the_label_of_an_order_that_nothing_is_missing_from_can_be_made(house: House) -> None:
    house.stock("TEA", 1)
    order = house.order("TEA")
    assert house.store.read(lambda session: check_label(session, session.get_one(Order, order), 400)) is None


@pytest.mark.parametrize("field", ["recipient_name", "street", "city", "country"])
def test_what_a_carrier_cannot_do_without_is_named(house: House, field: str) -> None:
    house.stock("TEA", 1)
    order = house.order("TEA", **{field: " "})
    found = house.store.read(lambda session: check_label(session, session.get_one(Order, order), 400))
    assert found == f"missing:{field}"


def test_a_person_settles_once(house: House, hands: Hands) -> None:
    order = labelled(house, hands)
    job = house.printed(outcome=JobState.UNCERTAIN)
    assert house.store.write(settle, LEAD, job, came_out=False) == 2
    refused("nothing_uncertain", lambda: house.store.write(settle, LEAD, job, came_out=True))
    first, second = house.jobs(order)
    assert (first.state, first.reason) == (JobState.FAILED, "settled_by_person")
    assert (second.state, second.copy, second.reprint_of_id, second.reprint_reason) == (
        JobState.QUEUED, 2, first.id, "not_out",
    )  # fmt: skip
    assert house.all(select(JournalEntry.name).order_by(JournalEntry.id))[-1] == "settle_label"


def test_a_reprint_is_the_same_label_with_the_next_copy_number(house: House, hands: Hands) -> None:
    order = labelled(house, hands)
    house.printed()
    # what was ordered since then changes nothing: the label is made of what it was made of
    house.write(lambda tx: setattr(tx.session.get_one(Order, order), "street", "elsewhere"))
    assert house.store.write(reprint, LEAD, parcel_of(house, order), "torn") == 2
    first, second = house.jobs(order)
    fields = json.loads(house.get(Label, 1).fields)
    assert second.payload == to_zpl(lay_out(fields, 2), 203) != first.payload
    assert (second.label_id, second.reprint_of_id, second.reprint_reason) == (first.label_id, first.id, "torn")
    entry = house.all(select(JournalEntry).order_by(JournalEntry.id))[-1]
    assert (entry.name, entry.reason) == ("reprint", "torn")
    assert json.loads(entry.ids) == {"parcel": 1, "job": second.id, "of": first.id, "copy": 2}


def test_a_closed_parcel_may_get_another_copy(house: House, hands: Hands) -> None:
    order = labelled(house, hands)
    house.printed()
    put_on_table(house, hands, order)
    assert hands.scan(hands.square) == "closed"
    assert house.store.write(reprint, LEAD, parcel_of(house, order), "torn", "DESK") == 2
    assert house.jobs(order)[1].queue == "DESK"
    assert house.get(Parcel, 1).state is ParcelState.CLOSED
    assert house.printed("DESK") == house.jobs(order)[1].id


def test_a_copy_for_a_closed_parcel_is_confirmed_by_its_scan(house: House, hands: Hands) -> None:
    order = labelled(house, hands)
    house.printed()
    put_on_table(house, hands, order)
    code = hands.parcel.code
    assert hands.scan(hands.square) == "closed"
    refused("labels_confirmed_before", lambda: house.store.write(confirm_copy, LEAD, code, 1))
    house.store.write(reprint, LEAD, parcel_of(house, order), "torn")
    refused("superseded_copy", lambda: house.store.write(confirm_copy, LEAD, code, 1))
    refused("label_not_printed", lambda: house.store.write(confirm_copy, LEAD, code, 2))  # it waits to be printed
    house.printed()
    refused("label_not_printed", lambda: house.store.write(confirm_copy, LEAD, code, 3))
    assert house.store.write(confirm_copy, LEAD, code, 2) == house.jobs(order)[1].id
    assert [job.state for job in house.jobs(order)] == [JobState.CONFIRMED, JobState.CONFIRMED]
    assert house.get(Parcel, 1).state is ParcelState.CLOSED
    refused("labels_confirmed_before", lambda: house.store.write(confirm_copy, LEAD, code, 2))


def test_a_scan_proves_what_the_printer_did_not(house: House, hands: Hands) -> None:
    order = labelled(house, hands)
    house.printed()
    put_on_table(house, hands, order)
    code = hands.parcel.code
    hands.scan(hands.square)
    house.store.write(reprint, LEAD, parcel_of(house, order), "torn")
    house.printed(outcome=JobState.UNCERTAIN, reason="not_counted")
    house.store.write(confirm_copy, LEAD, code, 2)
    assert (house.jobs(order)[1].state, house.jobs(order)[1].reason) == (JobState.CONFIRMED, None)


@pytest.mark.parametrize("outcome", [JobState.PRINTED, JobState.UNCERTAIN, None])
def test_the_bench_confirms_a_copy_for_a_closed_parcel(house: House, hands: Hands, outcome: JobState | None) -> None:
    order = labelled(house, hands)
    house.printed()
    put_on_table(house, hands, order)
    first = hands.square
    assert hands.scan(first) == "closed"
    assert hands.scan(first) == "already_closed"
    house.store.write(reprint, LEAD, parcel_of(house, order), "torn")
    second = make_label_code(house.get(Parcel, parcel_of(house, order)).code, 2)
    assert hands.scan(second) == "already_closed"  # it has not been printed
    assert hands.scan(first) == "superseded_copy"
    assert hands.events()[-1].order_id == order, "the alarm stands in the order's history"
    hands.scan("XXOK")
    if outcome is None:
        house.claim()  # the label in the hand may be faster than the printer's proof
    else:
        house.printed(outcome=outcome)
    assert hands.scan(house.get(Label, 1).tracking) == "already_closed"  # which copy this is nobody can tell
    topics: list[str] = []
    forget = house.store.listen(lambda change: topics.extend(change.topics))
    assert hands.scan(second) == "copy_confirmed"
    forget()
    assert {"labels", "orders", "scans"} <= set(topics)
    assert (hands.judged.outcome, hands.judged.order) == ("pass", house.source_id(order))
    assert hands.judged.facts == {"order": house.source_id(order), "copy": 2}
    assert [job.state for job in house.jobs(order)] == [JobState.CONFIRMED, JobState.CONFIRMED]
    assert hands.events()[-1].order_id == order
    assert hands.scan(second) == "already_closed"
    other = house.picked("MUG", "POT")
    assert hands.scan(house.tote_of(other)) == "opened"  # nothing is latched


def test_what_is_not_closed_is_confirmed_at_the_bench(house: House, hands: Hands) -> None:
    order = labelled(house, hands)
    house.printed()
    parcel = house.get(Parcel, parcel_of(house, order))
    refused("labels_close_at_bench", lambda: house.store.write(confirm_copy, LEAD, parcel.code, 1))
    refused("no_label", lambda: house.store.write(confirm_copy, LEAD, "PB00000099X", 1))
    house.store.write(request_cancel, LEAD, order, "")
    hands.scan(house.source_id(order))
    refused("label_voided", lambda: house.store.write(confirm_copy, LEAD, parcel.code, 1))


SENDER = ("Müßig Handel GmbH", "Musterstraße 7a", "10115", "Berlin", "de")


def test_a_sender_stands_on_the_labels_that_are_made_afterwards(house: House, hands: Hands) -> None:
    labelled(house, hands, "TEA")
    text = sender_lines(*SENDER)
    assert text == "Müßig Handel GmbH\nMusterstraße 7a\n10115 Berlin\nGERMANY"
    assert house.store.write(name_sender, LEAD, house.warehouse, text, "de")
    assert not house.store.write(name_sender, LEAD, house.warehouse, text, "DE")  # nothing is new
    labelled(house, hands, "CUP")
    before, after = (json.loads(house.get(Label, number).fields) for number in (1, 2))
    assert before["sender"] == "Packbench Ltd\nShenzhen"
    assert (after["sender"], after["tracking"][-2:]) == (text, "DE")
    assert house.store.write(name_sender, LEAD, house.warehouse, "", "")
    assert house.get(Warehouse, house.warehouse).country == "DE"  # numbers go on as they were


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({0: ""}, "labels_sender_lacks", "name"), ({1: ""}, "labels_sender_lacks", "street"),
        ({3: ""}, "labels_sender_lacks", "city"), ({4: ""}, "labels_sender_lacks", "country"),
        ({4: "QQ"}, "country_unknown", None),
        ({0: "王" * 60, 1: "路" * 60, 3: "市" * 60}, "label_text_too_long", "sender"),
        ({0: "\U0001d4d0 Ltd"}, "label_text_unprintable", "sender"),
    ],
)  # fmt: skip
def test_no_sender_that_cannot_be_printed(changes: dict[int, str], code: str, field: str | None) -> None:
    parts = [changes.get(number, part) for number, part in enumerate(SENDER)]
    with pytest.raises(Refusal) as refusal:
        sender_lines(*parts)
    assert (refusal.value.code, refusal.value.facts.get("field")) == (code, field)


def test_no_sender_and_one_without_a_postcode(house: House) -> None:
    assert sender_lines("", "", "", "", "") == ""
    assert sender_lines("A", "B", "", "C", "HK").splitlines() == ["A", "B", "C", "HONG KONG SAR CHINA"]


@pytest.mark.parametrize(
    ("outcome", "code"), [(None, "still_printing"), (JobState.UNCERTAIN, "settle_first"), (JobState.PRINTED, None)]
)
def test_no_reprint_of_what_is_on_its_way(
    house: House, hands: Hands, outcome: JobState | None, code: str | None
) -> None:
    order = labelled(house, hands)

    def again() -> int:
        return house.store.write(reprint, LEAD, parcel_of(house, order), "torn")

    refused("still_printing", again)
    if outcome is None:
        house.claim()
    else:
        house.printed(outcome=outcome)
    if code is None:
        assert again() == 2
    else:
        refused(code, again)


def test_a_reprint_needs_a_reason_and_a_label(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN")
    parcel = parcel_of(house, order)
    refused("no_label", lambda: house.store.write(reprint, LEAD, parcel, "torn"))
    refused("reprint_reason_needed", lambda: house.store.write(reprint, LEAD, parcel, "  "))
    assert house.count(PrintJob) == 0


def test_a_void_label_is_not_reprinted(house: House, hands: Hands) -> None:
    order = labelled(house, hands)
    house.printed()
    house.store.write(request_cancel, LEAD, order, "")
    hands.scan(house.source_id(order))
    assert house.get(Label, 1).state is LabelState.VOIDED
    refused("label_is_voided", lambda: house.store.write(reprint, LEAD, parcel_of(house, order), "torn"))
    assert house.state(order) is OrderState.CANCELLED


def test_every_parcel_has_its_own_tracking_number(house: House, hands: Hands) -> None:
    for n in range(3):
        labelled(house, hands, f"S{n}")
    assert house.all(select(Label.tracking).order_by(Label.id)) == ["LX000000014CN", "LX000000028CN", "LX000000031CN"]


def test_a_used_up_number_range_stops_the_label_and_nothing_else(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    house.write(lambda tx: tx.session.add(Counter(name="tracking", next=100_000_000)))
    assert hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN") == "label_refused"
    assert hands.judged.facts["why_code"] == "tracking_numbers_used_up"
    assert house.count(Label) == 0
    assert hands.scan("XXOK", "XXHOLD") == "held"


def test_the_houses_own_series_passes_over_what_a_carriers_pool_has_given_out(house: House) -> None:
    house.store.write(
        add_pool, LEAD, carrier="post", form=NumberForm.S10, prefix="LX", country="CN", first=1, last=2, low_water=0
    )
    house.write(lambda tx: take_many(tx, "post", "", 2))
    order = house.picked("TEA")
    hands = house.hands()
    hands.scan(house.tote_of(order), "TEA-EAN")
    assert hands.parcel.tracking == s10("LX", 3, "CN")


def test_a_carriers_label_has_a_number_of_its_pool_and_its_deadline(house: House) -> None:
    house.store.write(
        add_pool, LEAD, carrier="EXAMPLE-POST", form=NumberForm.S10, prefix="RE", country="CN", first=7, last=9,
        low_water=0,
    )
    order = house.picked("TEA", carrier="EXAMPLE-POST")
    hands = house.hands()
    hands.scan(house.tote_of(order), "TEA-EAN")
    assert hands.parcel.tracking == s10("RE", 7, "CN")
    label = house.one(select(Label))
    assert label.carrier == "EXAMPLE-POST"
    assert label.void_by == void_deadline("EXAMPLE-POST", label.created_at)
