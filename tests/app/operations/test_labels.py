"""Labels and their jobs: made once, claimed once, settled by people, reprinted with a reason."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.domain.barcode import make_label_code
from app.domain.errors import Refusal
from app.domain.states import JobState, LabelState, OrderState, ParcelState
from app.operations.labels import (
    cancel_job,
    check_label,
    claim_job,
    finish_attempt,
    lay_out,
    note_wait,
    queue_file,
    recover_queue,
    reprint,
    settle,
)
from app.operations.orders import request_cancel
from db.journal import Counter, JournalEntry
from db.orders import Order
from db.parcels import JobKind, Label, Parcel, PrintAttempt, PrintJob
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
    assert hands.scan(house.source_id(order)) == "opened"


def test_a_label_holds_all_that_a_carrier_needs(house: House, hands: Hands) -> None:
    order = labelled(house, hands)
    label = house.get(Label, 1)
    fields = json.loads(label.fields)
    row = house.get(Order, order)
    assert fields["recipient"].splitlines() == [
        "Ada Lovelace", "12 St James's Square", "SW1Y 4JH London", "UNITED KINGDOM",
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


def test_a_claim_is_durable_before_the_first_byte(house: House, hands: Hands) -> None:
    order = labelled(house, hands)
    claimed = house.store.write(claim_job, "BENCH-1", "tcp://printer", 41, 2)
    assert claimed is not None
    (job,) = house.jobs(order)
    assert (job.state, claimed.job_id, claimed.payload, claimed.labels) == (
        JobState.SENDING, job.id, job.payload, 1,
    )  # fmt: skip
    (attempt,) = house.attempts(job.id)
    assert (attempt.printer, attempt.odometer_before, attempt.sha256) == ("tcp://printer", 41, job.sha256)
    assert (attempt.outcome, attempt.ended_at) == (None, None)
    assert house.claim() is None
    house.store.write(finish_attempt, claimed.attempt_id, JobState.PRINTED, 42, None)
    (attempt,) = house.attempts(job.id)
    assert (attempt.outcome, attempt.odometer_after) == (JobState.PRINTED, 42)
    assert house.jobs(order)[0].state is JobState.PRINTED


def test_labels_are_claimed_in_the_order_in_which_they_were_made(house: House, hands: Hands) -> None:
    orders = [labelled(house, hands, f"S{n}") for n in range(3)]
    jobs = [house.jobs(order)[0].id for order in orders]
    assert [house.printed() for _ in orders] == jobs


def test_each_queue_has_its_own_jobs(house: House, hands: Hands) -> None:
    labelled(house, hands)
    assert house.claim("BENCH-2") is None
    assert house.claim("BENCH-1") is not None


def test_what_not_a_byte_has_left_of_is_claimed_again(house: House, hands: Hands) -> None:
    order = labelled(house, hands)
    job = house.printed(outcome=JobState.QUEUED, reason="device_gone")
    assert house.jobs(order)[0].reason == "device_gone"
    assert house.printed() == job
    assert [attempt.outcome for attempt in house.attempts(job)] == [JobState.QUEUED, JobState.PRINTED]


def test_nothing_is_sent_while_too_much_is_unsettled(house: House, hands: Hands) -> None:
    first, second, third = (labelled(house, hands, f"S{n}") for n in range(3))
    house.printed(outcome=JobState.UNCERTAIN)
    assert house.claim(limit=1) is None
    assert house.claim("BENCH-2", limit=1) is None
    house.printed(outcome=JobState.UNCERTAIN)
    assert house.claim(limit=2) is None
    put_on_table(house, hands, first)
    assert hands.scan("XXPRINTED", "XXHOLD") == "held"
    assert house.claim(limit=1) is None
    assert house.claim(limit=2) is not None
    assert house.jobs(second)[0].state is JobState.UNCERTAIN
    assert house.jobs(third)[0].state is JobState.SENDING


def test_an_uncertain_label_that_is_void_blocks_no_printer(house: House, hands: Hands) -> None:
    order, following = labelled(house, hands, "A"), labelled(house, hands, "B")
    house.printed(outcome=JobState.UNCERTAIN)
    house.store.write(request_cancel, LEAD, order, "")
    assert hands.scan(house.source_id(order)) == "order_cancelled"
    # nobody can settle it any more: its parcel is on no table and never will be
    assert hands.scan("XXOK", house.source_id(order)) == "order_cancelled"
    assert house.claim(limit=1) is not None
    assert house.jobs(following)[0].state is JobState.SENDING


def test_the_label_of_a_cancelled_order_never_leaves(house: House, hands: Hands) -> None:
    cancelled, good = labelled(house, hands, "A"), labelled(house, hands, "B")
    house.store.write(request_cancel, LEAD, cancelled, "")
    claimed = house.claim()
    assert claimed is not None
    assert claimed.job_id == house.jobs(good)[0].id
    (stopped,) = house.jobs(cancelled)
    assert (stopped.state, stopped.reason) == (JobState.CANCELLED, "order_cancelled")


def test_an_order_cancelled_while_its_label_is_in_the_printer(house: House, hands: Hands) -> None:
    order = labelled(house, hands)
    claimed = house.claim()
    assert claimed is not None
    house.store.write(request_cancel, LEAD, order, "")
    assert hands.scan(house.source_id(order)) == "order_cancelled"
    house.store.write(finish_attempt, claimed.attempt_id, JobState.QUEUED, None, "device_gone")
    assert house.claim() is None
    assert house.jobs(order)[0].state is JobState.CANCELLED
    assert len(house.attempts(claimed.job_id)) == 1


def test_after_a_crash_what_was_being_sent_is_uncertain(house: House, hands: Hands) -> None:
    sent, waits = labelled(house, hands, "A"), labelled(house, hands, "B")
    claimed = house.claim()
    assert claimed is not None
    assert house.store.write(recover_queue, "BENCH-2") == 0
    assert house.store.write(recover_queue, "BENCH-1") == 1
    assert (house.jobs(sent)[0].state, house.jobs(sent)[0].reason) == (JobState.UNCERTAIN, "interrupted")
    assert house.attempts(claimed.job_id)[0].outcome is JobState.UNCERTAIN
    assert house.jobs(waits)[0].state is JobState.QUEUED
    assert house.store.write(recover_queue, "BENCH-1") == 0


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


def test_the_head_of_the_queue_says_what_it_waits_for(house: House, hands: Hands) -> None:
    first, second = labelled(house, hands, "A"), labelled(house, hands, "B")
    house.store.write(note_wait, "BENCH-1", "paper_out")
    assert [house.jobs(order)[0].reason for order in (first, second)] == ["paper_out", None]
    house.claim()
    assert house.jobs(first)[0].reason is None
    house.store.write(note_wait, "BENCH-1", "head_open")
    assert [house.jobs(order)[0].reason for order in (first, second)] == ["head_open", None]
    house.store.write(note_wait, "NOBODY", "paper_out")


def test_a_file_is_printed_as_it_is(house: House) -> None:
    job = house.store.write(queue_file, LEAD, "print 1", b"^XA^FDx^XZ")
    row = house.get(PrintJob, job)
    assert (row.kind, row.payload, row.label_id) == (JobKind.FILE, b"^XA^FDx^XZ", None)
    claimed = house.claim("print 1")
    assert claimed is not None
    assert (claimed.payload, claimed.labels) == (b"^XA^FDx^XZ", 1)


def test_only_what_is_queued_is_taken_back(house: House) -> None:
    waits = house.store.write(queue_file, LEAD, "print 1", b"^XA^XZ")
    assert house.store.write(cancel_job, LEAD, waits) is JobState.CANCELLED
    assert house.claim("print 1") is None
    sent = house.store.write(queue_file, LEAD, "print 2", b"^XA^XZ")
    house.claim("print 2")
    assert house.store.write(cancel_job, LEAD, sent) is JobState.SENDING
    assert house.count(PrintAttempt) == 1
