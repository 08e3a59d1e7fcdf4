"""Queues of print jobs: each job is claimed once; what people do with a queue, and what follows from its last label."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.change import NOTHING, Change
from app.domain.errors import Refusal
from app.domain.states import JobState, LabelState
from app.operations.label_copies import reprint, settle
from app.operations.labels import Takes
from app.operations.orders import request_cancel
from app.operations.print_queue import (
    ByLast,
    cancel_job,
    claim_job,
    finish_attempt,
    move_queue,
    note_printer,
    note_wait,
    pause_queue,
    queue_file,
    recover_queue,
    resume_queue,
    settle_by_last,
)
from app.queries.label_queue import queue_heads
from app.queries.labels import newest_job_of
from app.queries.print_queues import (
    Beside,
    has_queued,
    paused_queues,
    printing_queues,
    uncertain_beside,
    what_waits,
)
from db.journal import JournalEntry
from db.parcels import JobKind, Label, Parcel, PrintAttempt, PrintJob, PrintQueue
from db.store import Tx
from tests.factories import LEAD, Hands, House, open_house

PRINTED, UNCERTAIN, FAILED = JobState.PRINTED, JobState.UNCERTAIN, JobState.FAILED


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


def put_on_table(house: House, hands: Hands, order: int) -> None:
    assert hands.scan(house.source_id(order)) in ("opened", "opened_verified")


def file(house: House, queue: str = "BENCH-1") -> int:
    """A file that waits in a queue."""
    return house.store.write(queue_file, LEAD, queue, b"^XA^FDx^XZ")


def state(house: House, job: int) -> JobState:
    return house.get(PrintJob, job).state


def journal(house: House) -> list[str]:
    return house.all(select(JournalEntry.name).order_by(JournalEntry.id))


# what the spooler writes down


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


# pause


def test_nothing_leaves_a_paused_queue_until_it_goes_on(house: House, hands: Hands) -> None:
    labelled(house, hands)
    assert house.store.read(has_queued, "BENCH-1")
    assert house.store.write(pause_queue, hands.actor, "BENCH-1")
    assert not house.store.read(has_queued, "BENCH-1")
    assert house.store.read(what_waits, "BENCH-1", None)[1]
    assert house.claim() is None
    assert not house.store.write(pause_queue, LEAD, "BENCH-1")  # it is paused already, by somebody else
    (paused,) = house.store.read(paused_queues)
    assert (paused.queue, paused.by, paused.waiting) == ("BENCH-1", None, 1)
    assert house.store.write(resume_queue, LEAD, "BENCH-1")
    assert house.store.read(has_queued, "BENCH-1")
    assert not house.store.read(what_waits, "BENCH-1", None)[1]
    assert house.store.read(paused_queues) == []
    assert not house.store.write(resume_queue, LEAD, "BENCH-1")
    assert house.claim() is not None
    assert journal(house)[-2:] == ["pause_queue", "resume_queue"]


def test_who_has_paused_a_queue_is_named(house: House) -> None:
    house.store.write(pause_queue, house.picker, "BENCH-1")
    assert [(paused.by, paused.waiting) for paused in house.store.read(paused_queues)] == [("Pia", 0)]
    assert not house.store.read(what_waits, "BENCH-1", None)[1]  # nothing waits


def _taken(session: Session) -> tuple[object, ...]:
    found = session.get_one(PrintQueue, "BENCH-1")
    return found.language, found.dpi, found.width_mm, found.height_mm, found.paused_at is not None


def test_what_the_printer_of_a_queue_takes_is_written_down_and_pauses_nothing(house: House) -> None:
    assert house.store.write(note_printer, "BENCH-1", "tspl", 300, 100, 150)
    assert house.store.read(_taken) == ("tspl", 300, 100, 150, False)
    house.store.write(pause_queue, LEAD, "BENCH-1")
    assert not house.store.write(note_printer, "BENCH-1", "tspl", 300, 100, 150), "nothing new"
    assert house.store.write(note_printer, "BENCH-1", "zpl", 203, None, None)
    assert house.store.read(_taken) == ("zpl", 203, None, None, True)


def test_another_queue_goes_on(house: House) -> None:
    file(house, "BENCH-1"), file(house, "BENCH-2")
    house.store.write(pause_queue, LEAD, "BENCH-1")
    assert house.claim("BENCH-2") is not None
    assert house.store.read(paused_queues)[0].waiting == 1


def test_what_waits_in_a_paused_queue_says_so(house: House, hands: Hands) -> None:
    order = labelled(house, hands)
    parcel = int(house.one(select(Parcel.id).where(Parcel.order_id == order)))
    house.store.write(note_wait, "BENCH-1", "paper_out")
    house.store.write(pause_queue, LEAD, "BENCH-1")
    later = labelled(house, hands, "CUP")  # it comes while the queue is paused
    house.store.write(note_wait, "BENCH-1", None)  # and what the spooler says does not hide it

    def reasons() -> list[str | None]:
        found = [house.store.read(newest_job_of, parcel), house.store.read(newest_job_of, parcel + 1)]
        return [job.reason for job in found if job is not None]

    assert reasons() == ["queue_paused", "queue_paused"]
    assert [head.reason for head in house.store.read(queue_heads)] == ["queue_paused"]
    house.store.write(resume_queue, LEAD, "BENCH-1")
    assert reasons() == [None, None]
    assert [head.reason for head in house.store.read(queue_heads)] == [None]
    assert later


def test_what_the_printer_has_already_is_not_paused(house: House) -> None:
    first, second = file(house), file(house)
    claimed = house.claim()
    assert claimed is not None
    house.store.write(pause_queue, LEAD, "BENCH-1")
    house.store.write(note_wait, "BENCH-1", "paper_out")
    assert [head.reason for head in house.store.read(queue_heads)] == ["paper_out"]
    house.store.write(finish_attempt, claimed.attempt_id, PRINTED, None, None)
    assert (state(house, first), state(house, second)) == (PRINTED, JobState.QUEUED)
    assert [head.reason for head in house.store.read(queue_heads)] == ["queue_paused"]


# move


def test_what_waits_is_moved_in_its_order_and_what_is_unsettled_stays(house: House) -> None:
    older = file(house, "BENCH-2")
    jobs = [file(house) for _ in range(5)]
    newer = file(house, "BENCH-2")
    house.printed(outcome=UNCERTAIN)
    house.claim()
    house.store.write(note_wait, "BENCH-1", "paper_out")  # at what is being sent
    house.write(lambda tx: setattr(tx.session.get_one(PrintJob, jobs[2]), "reason", "device_gone"))
    assert house.store.write(move_queue, LEAD, "BENCH-1", "BENCH-2") == 3
    assert [house.get(PrintJob, job).queue for job in jobs] == ["BENCH-1"] * 2 + ["BENCH-2"] * 3
    assert [state(house, job) for job in jobs[:2]] == [UNCERTAIN, JobState.SENDING]
    assert house.get(PrintJob, jobs[1]).reason == "paper_out"
    assert house.get(PrintJob, jobs[2]).reason is None  # that was the other printer's
    assert house.claim() is None
    assert [house.printed("BENCH-2") for _ in range(5)] == [older, *jobs[2:], newer]
    entry = house.all(select(JournalEntry).order_by(JournalEntry.id))[-1]
    assert (entry.name, json.loads(entry.ids)) == ("move_queue", {"queue": "BENCH-1", "to": "BENCH-2", "jobs": 3})


def test_a_queue_is_not_moved_to_itself_and_an_empty_one_is_no_news(house: House) -> None:
    file(house)
    refused("queue_same", lambda: house.store.write(move_queue, LEAD, "BENCH-1", "BENCH-1"))
    before = journal(house)
    assert house.store.write(move_queue, LEAD, "BENCH-2", "BENCH-1") == 0
    assert journal(house) == before
    assert state(house, 1) is JobState.QUEUED


def test_what_is_moved_into_a_paused_queue_waits_there(house: House) -> None:
    file(house)
    house.store.write(pause_queue, LEAD, "BENCH-2")
    house.store.write(move_queue, LEAD, "BENCH-1", "BENCH-2")
    assert house.claim("BENCH-2") is None
    house.store.write(resume_queue, LEAD, "BENCH-2")
    assert house.claim("BENCH-2") is not None


def test_the_printers_that_there_are_have_been_sent_a_label(house: House) -> None:
    house.hands("BENCH-2"), house.hands("BENCH-3")
    for queue in ("BENCH-2", "BENCH-3 fallback", "print 1", "BENCH-3"):
        file(house, queue)
    assert house.store.read(printing_queues, house.warehouse) == []
    for queue in ("BENCH-2", "BENCH-3 fallback", "print 1"):  # the last is no station's
        house.claim(queue)
    assert house.store.read(printing_queues, house.warehouse) == ["BENCH-2", "BENCH-3 fallback"]
    assert house.store.read(printing_queues, house.warehouse + 1) == []


# cancel


@pytest.mark.parametrize("outcome", [PRINTED, UNCERTAIN, FAILED, None])
def test_a_job_is_taken_back_before_its_first_byte_only(house: House, outcome: JobState | None) -> None:
    job = file(house)
    claimed = house.claim()
    assert claimed is not None
    if outcome is not None:
        house.store.write(finish_attempt, claimed.attempt_id, outcome, None, None)
    left = JobState.SENDING if outcome is None else outcome
    assert house.store.write(cancel_job, LEAD, job) is left
    assert state(house, job) is left
    assert "cancel_job" not in journal(house)


def test_a_job_of_which_no_byte_has_left_is_taken_back(house: House) -> None:
    job = file(house)
    house.printed(outcome=JobState.QUEUED, reason="device_gone")
    assert house.store.write(cancel_job, LEAD, job) is JobState.CANCELLED
    assert house.get(PrintJob, job).reason == "taken_back"  # not what it waited for
    assert house.claim() is None
    assert journal(house)[-1] == "cancel_job"


def test_a_box_is_not_left_without_a_label(house: House, hands: Hands) -> None:
    order = labelled(house, hands)
    (only,) = house.jobs(order)
    refused("labels_only_copy", lambda: house.store.write(cancel_job, LEAD, only.id))
    assert state(house, only.id) is JobState.QUEUED
    house.printed()
    parcel = int(house.one(select(Parcel.id).where(Parcel.order_id == order)))
    house.store.write(reprint, LEAD, parcel, "torn")
    assert house.store.write(cancel_job, LEAD, house.jobs(order)[1].id) is JobState.CANCELLED
    assert house.store.write(reprint, LEAD, parcel, "lost") == 3  # the number is not used again


# the last label that came out


def test_what_was_sent_before_the_last_came_out_and_what_was_sent_after_is_copied(house: House, hands: Hands) -> None:
    orders = [labelled(house, hands, f"S{n}") for n in range(5)]
    jobs = [house.printed(outcome=UNCERTAIN, reason="no_proof") for _ in orders]
    assert house.store.read(uncertain_beside, jobs[2]) == Beside(
        tuple(jobs[:3]), tuple(jobs[3:]), None, (("BENCH-1", 5),)
    )
    assert house.store.write(settle_by_last, LEAD, jobs[2]) == ByLast(3, 2, 0)
    assert [state(house, job) for job in jobs] == [PRINTED] * 3 + [FAILED] * 2
    assert {house.get(PrintJob, job).reason for job in jobs} == {"settled_by_last"}
    copies = [house.jobs(order)[1:] for order in orders]
    assert [len(found) for found in copies] == [0, 0, 0, 1, 1]
    for (copy,), before in zip(copies[3:], jobs[3:], strict=True):
        assert (copy.copy, copy.state, copy.reprint_of_id, copy.reprint_reason, copy.queue) == (
            2, JobState.QUEUED, before, "not_out", "BENCH-1",
        )  # fmt: skip
    assert [house.printed(), house.printed()] == [copies[3][0].id, copies[4][0].id]
    refused("nothing_uncertain", lambda: house.store.write(settle_by_last, LEAD, jobs[4]))
    assert journal(house)[-1] == "settle_by_last"


def test_the_order_is_that_of_sending_not_that_of_making(house: House) -> None:
    first, second = file(house, "A"), file(house, "B")
    house.printed("B", UNCERTAIN)
    house.printed("A", UNCERTAIN)  # of the same printer: another station's queue
    assert house.store.read(uncertain_beside, second) == Beside((second,), (first,), None, (("A", 1), ("B", 1)))
    assert house.store.write(settle_by_last, LEAD, second) == ByLast(1, 0, 1)
    assert (state(house, first), state(house, second)) == (FAILED, PRINTED)


def test_the_same_port_of_two_computers_is_two_printers(house: House) -> None:
    jobs = []
    for queue in ("A", "B"):
        jobs.append(file(house, queue))
        claimed = house.store.write(claim_job, queue, "serial:///dev/ttyACM0", None, 25)
        assert claimed is not None
        house.store.write(finish_attempt, claimed.attempt_id, UNCERTAIN, None, None)
    assert house.store.read(uncertain_beside, jobs[0]) == Beside((jobs[0],), (), None, (("A", 1),))


def test_a_label_belongs_to_the_printer_that_has_its_bytes(house: House) -> None:
    """It was tried at one printer, of which no byte had left, and sent to another one."""
    there, moved = file(house), file(house)
    house.printed(outcome=UNCERTAIN)
    house.printed(outcome=JobState.QUEUED)
    claimed = house.store.write(claim_job, "BENCH-1", "tcp://other", None, 25)
    assert claimed is not None
    house.store.write(finish_attempt, claimed.attempt_id, UNCERTAIN, None, None)
    assert house.store.read(uncertain_beside, there) == Beside((there,), (), None, (("BENCH-1", 1),))
    assert house.store.read(uncertain_beside, moved) == Beside((moved,), (), None, (("BENCH-1", 1),))


def test_a_label_after_which_another_came_out_is_not_the_last(house: House) -> None:
    jobs = [file(house) for _ in range(3)]
    for outcome in (UNCERTAIN, PRINTED, UNCERTAIN):
        house.printed(outcome=outcome)
    assert house.store.read(uncertain_beside, jobs[0]) == Beside((jobs[0],), (jobs[2],), jobs[1], (("BENCH-1", 2),))
    refused("labels_not_the_last", lambda: house.store.write(settle_by_last, LEAD, jobs[0]))
    assert state(house, jobs[0]) is UNCERTAIN
    assert house.store.write(settle_by_last, LEAD, jobs[1]) == ByLast(1, 0, 1)  # though nobody doubts it


def test_nothing_follows_from_what_was_never_sent(house: House) -> None:
    sent, waits = file(house), file(house)
    house.printed(outcome=UNCERTAIN)
    house.printed(outcome=JobState.QUEUED)
    refused("nothing_uncertain", lambda: house.store.write(settle_by_last, LEAD, waits))
    assert state(house, sent) is UNCERTAIN


def test_a_copy_that_did_not_come_out_again_has_its_next_number(house: House, hands: Hands) -> None:
    first, second = labelled(house, hands, "A"), labelled(house, hands, "B")
    one, two = (house.printed(outcome=UNCERTAIN) for _ in range(2))
    house.store.write(settle, LEAD, two, came_out=False)
    assert house.store.read(uncertain_beside, one) == Beside((one,), (), None, (("BENCH-1", 1),))
    again = house.printed(outcome=UNCERTAIN)
    assert house.store.write(settle_by_last, LEAD, one) == ByLast(1, 1, 0)
    assert [(job.copy, job.state) for job in house.jobs(second)] == [
        (1, FAILED), (2, FAILED), (3, JobState.QUEUED),
    ]  # fmt: skip
    assert house.jobs(second)[2].reprint_of_id == again
    parcel = int(house.one(select(Parcel.id).where(Parcel.order_id == first)))
    assert house.store.write(reprint, LEAD, parcel, "torn") == 2


@dataclass(frozen=True, slots=True)
class Sent:
    """A job as it was sent to one of the printers, and what is known of it now."""

    printer: int
    kind: str  # label, void, file
    state: JobState
    tried_at: int | None = None  # a printer that had not a byte of it


@dataclass
class Floor:
    """A house with one label, of which as many more are made as an example needs."""

    house: House
    fields: str
    parcel: int
    examples: int = field(default=0)


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    folder: Path = tmp_path_factory.mktemp("floor")
    with open_house(folder) as house:
        hands = house.hands()
        labelled(house, hands)
        label = house.get(Label, 1)
        yield Floor(house, label.fields, label.parcel_id)


_sent = st.builds(
    Sent,
    printer=st.integers(0, 1),
    kind=st.sampled_from(["label", "label", "void", "file"]),
    state=st.sampled_from([UNCERTAIN, UNCERTAIN, UNCERTAIN, PRINTED, FAILED, JobState.CONFIRMED, JobState.SENDING]),
    tried_at=st.none() | st.integers(0, 1),
)


@given(sent=st.lists(_sent, min_size=1, max_size=9), pick=st.integers(0, 8))
def test_of_any_mixture_the_uncertain_before_came_out_and_those_after_are_copied(
    floor: Floor, sent: list[Sent], pick: int
) -> None:
    house, last = floor.house, pick % len(sent)
    floor.examples += 1
    base = floor.examples
    # attempts that left nothing come first, in the opposite order: they must not count
    jobs: list[int] = house.store.write(_make, floor, sent)
    chosen = sent[last]
    mine = [n for n, each in enumerate(sent) if each.printer == chosen.printer]
    uncertain = [n for n in mine if sent[n].state is UNCERTAIN]
    before, after = [n for n in uncertain if n <= last], [n for n in uncertain if n > last]
    later = [n for n in mine if n > last and sent[n].state in (PRINTED, JobState.CONFIRMED)]

    def states() -> list[JobState]:
        return [state(house, job) for job in jobs]

    made = house.count(PrintJob)
    if later or not uncertain:
        refused(
            "labels_not_the_last" if uncertain else "nothing_uncertain",
            lambda: house.store.write(settle_by_last, LEAD, jobs[last]),
        )
        assert states() == [each.state for each in sent]
        assert house.count(PrintJob) == made
        return
    done = house.store.write(settle_by_last, LEAD, jobs[last])
    wanted = [PRINTED if n in before else FAILED if n in after else each.state for n, each in enumerate(sent)]
    assert states() == wanted
    copied = [n for n in after if sent[n].kind == "label"]
    assert done == ByLast(len(before), len(copied), sum(sent[n].kind == "file" for n in after))
    copies = house.all(select(PrintJob).where(PrintJob.reprint_of_id.in_(jobs)).order_by(PrintJob.id))
    assert [copy.reprint_of_id for copy in copies] == [jobs[n] for n in copied]  # in the order of sending
    assert {(copy.state, copy.queue) for copy in copies} <= {(JobState.QUEUED, f"Q{base}")}
    numbers = [copy.copy for copy in copies]  # counted by parcel, which is the same one here
    assert numbers == sorted(set(numbers))
    assert house.count(PrintJob) == made + len(copied)


def _make(tx: Tx, floor: Floor, sent: list[Sent]) -> tuple[list[int], Change]:
    base = floor.examples
    jobs = []
    for number, each in enumerate(sent):
        label = None
        if each.kind != "file":
            label = Label(
                parcel_id=floor.parcel, tracking=f"T{base}-{number}", service="X", template="parcel_4x6",
                fields=floor.fields, state=LabelState.VOIDED if each.kind == "void" else LabelState.VALID,
                created_at=tx.at,
            )
            tx.session.add(label)
            tx.session.flush()
        job = PrintJob(
            queue=f"Q{base}", kind=JobKind.FILE if label is None else JobKind.LABEL,
            label_id=None if label is None else label.id, payload=b"^XA^XZ", sha256="0", state=each.state,
            created_at=tx.at, updated_at=tx.at,
        )
        tx.session.add(job)
        tx.session.flush()
        jobs.append(job.id)

    def attempt(number: int, printer: int, outcome: JobState | None) -> None:
        tx.session.add(
            PrintAttempt(
                job_id=jobs[number], printer=f"p{base}-{printer}", sha256="0", started_at=tx.at, outcome=outcome
            )
        )
        tx.session.flush()

    for number, each in reversed(list(enumerate(sent))):
        if each.tried_at is not None:
            attempt(number, each.tried_at, JobState.QUEUED)
    for number, each in enumerate(sent):
        attempt(number, each.printer, None if each.state is JobState.SENDING else UNCERTAIN)
    return jobs, NOTHING


def test_a_label_is_written_anew_for_the_printer_that_takes_it(house: House, hands: Hands) -> None:
    order = labelled(house, hands)
    (job,) = house.jobs(order)
    before = job.payload
    takes = Takes("tspl", 300)
    assert house.store.read(has_queued, "BENCH-1", "tspl")
    claimed = house.store.write(claim_job, "BENCH-1", "usb://1:2", None, 25, "tspl", takes)
    (job,) = house.jobs(order)
    assert claimed is not None
    assert claimed.payload == job.payload != before
    assert job.payload.startswith(b"SIZE ")
    assert (job.language, job.dpi, job.copy, job.sha256) == ("tspl", 300, 1, sha256(job.payload).hexdigest())
    entry = house.one(select(JournalEntry).where(JournalEntry.name == "write_label_anew"))
    assert (entry.job_id, json.loads(entry.ids)["from"]) == (job.id, "zpl 203")


def test_another_resolution_is_another_writing(house: House, hands: Hands) -> None:
    order = labelled(house, hands)
    house.store.write(claim_job, "BENCH-1", "tcp://printer", None, 25, "zpl", Takes("zpl", 300))
    (job,) = house.jobs(order)
    assert job.dpi == 300
    assert b"^PW1200" in job.payload


def test_what_cannot_be_written_for_a_printer_has_failed_and_holds_nothing_up(house: House, hands: Hands) -> None:
    first, second = labelled(house, hands, "A"), labelled(house, hands, "B")
    narrow, wide = Takes("escpos", 203, 48), Takes("escpos", 203, 104)
    assert house.store.write(claim_job, "BENCH-1", "tcp://receipts", None, 25, "escpos", narrow) is None
    assert [(job.state, job.reason) for each in (first, second) for job in house.jobs(each)] == [
        (FAILED, "label_wider_than_head"), (FAILED, "label_wider_than_head"),
    ]  # fmt: skip
    third = labelled(house, hands, "C")
    claimed = house.store.write(claim_job, "BENCH-1", "tcp://receipts", None, 25, "escpos", wide)
    assert claimed is not None
    assert claimed.job_id == house.jobs(third)[0].id


def test_a_file_is_sent_as_it_is_or_waits(house: House) -> None:
    job = file(house)
    assert house.store.write(claim_job, "BENCH-1", "usb://1:2", None, 25, "tspl", Takes("tspl", 300)) is None
    assert state(house, job) is JobState.QUEUED
