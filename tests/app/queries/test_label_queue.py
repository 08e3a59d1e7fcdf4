"""The label queue: jobs by state, queue and text, in each order; heads of queues; one job with its copies."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.barcode import make_label_code
from app.domain.people import Actor, Role
from app.domain.states import JobState, LabelState, ParcelState
from app.operations.label_copies import reprint, settle
from app.operations.orders import request_cancel
from app.operations.print_queue import cancel_job, claim_job, finish_attempt, note_wait, pause_queue, queue_file
from app.operations.stations import ensure_station
from app.queries.label_queue import (
    STATES,
    JobFilter,
    JobGroup,
    JobRow,
    JobSort,
    job_counts,
    job_detail,
    job_page,
    job_total,
    queue_heads,
)
from db.parcels import JobKind, Parcel, PrintJob
from tests.app.queries.walks import plans
from tests.factories import LEAD, NOON, Hands, HeldClock, House

ALL = JobFilter()


def page(house: House, filter: JobFilter = ALL, **how: Any) -> tuple[JobRow, ...]:
    return house.store.read(job_page, filter=filter, **how)


def ids(house: House, filter: JobFilter = ALL, **how: Any) -> list[int]:
    found = [row.job_id for row in page(house, filter, **how)]
    if not how:
        assert house.store.read(job_total, filter) == len(found)
    return found


def packed(house: House, hands: Hands, sku: str, **values: Any) -> int:
    order = house.picked(sku, **values)
    hands.scan(house.source_id(order), f"{sku}-EAN")
    return order


@pytest.fixture
def six(house: House, clock: HeldClock) -> House:
    """Six files in two queues, a minute apart, one in each state but cancelled."""
    for queue in ("B", "A", "B", "A", "B", "A"):
        house.store.write(queue_file, LEAD, queue, f"^XA{queue}^XZ".encode())
        clock.pass_(60)
    for outcome, queue in (
        (JobState.PRINTED, "A"), (JobState.UNCERTAIN, "B"), (JobState.FAILED, "A"),
    ):  # fmt: skip
        house.printed(queue, outcome, "because")
        clock.pass_(60)
    house.claim("B")  # being sent
    return house


def test_states_have_their_places() -> None:
    assert set(STATES) == set(JobState)


def test_each_way_to_sort(six: House) -> None:
    wanted = {
        # 2 printed, 1 uncertain, 4 failed, 3 sending, 5 and 6 queued
        JobSort.AGE: [6, 5, 4, 3, 2, 1],
        JobSort.STATE: [1, 4, 3, 6, 5, 2],
        JobSort.QUEUE: [2, 4, 6, 1, 3, 5],
    }
    assert set(wanted) == set(JobSort)
    for sort, order in wanted.items():
        assert ids(six, sort=sort, descending=False) == order, sort
        assert ids(six, sort=sort, descending=True) == order[::-1], sort
        for offset in range(7):
            assert ids(six, sort=sort, descending=False, offset=offset, limit=2) == order[offset : offset + 2]
    assert ids(six) == [6, 5, 4, 3, 2, 1]  # the newest first, unless asked


def test_groups_states_queues_and_today(six: House) -> None:
    assert sorted(ids(six, JobFilter(group=JobGroup.WAITING))) == [3, 5, 6]
    assert ids(six, JobFilter(group=JobGroup.UNCERTAIN)) == [1]
    assert ids(six, JobFilter(group=JobGroup.FAILED)) == [4]
    assert ids(six, JobFilter(state=JobState.PRINTED)) == [2]
    assert ids(six, JobFilter(queue="A")) == [6, 4, 2]
    assert ids(six, JobFilter(queue="A", group=JobGroup.WAITING)) == [6]
    assert ids(six, JobFilter(group=JobGroup.TODAY, since=NOON + timedelta(minutes=4))) == [6, 5]
    assert ids(six, JobFilter(queue="B", since=NOON + timedelta(minutes=2))) == [5, 3]
    for sort in JobSort:
        assert sorted(ids(six, JobFilter(queue="B", group=JobGroup.WAITING), sort=sort)) == [3, 5]
    with pytest.raises(ValueError, match="since when"):
        JobFilter(group=JobGroup.TODAY)


def test_counts_name_every_state(six: House) -> None:
    assert six.store.read(job_counts) == {
        JobState.QUEUED: 2, JobState.SENDING: 1, JobState.PRINTED: 1, JobState.CONFIRMED: 0, JobState.FAILED: 1,
        JobState.UNCERTAIN: 1, JobState.CANCELLED: 0,
    }  # fmt: skip
    in_a = six.store.read(job_counts, "A")
    assert (in_a[JobState.QUEUED], in_a[JobState.PRINTED], in_a[JobState.SENDING]) == (1, 1, 0)


def test_the_head_of_a_queue_is_what_is_being_sent_or_else_the_oldest(six: House, clock: HeldClock) -> None:
    six.store.write(note_wait, "B", "paper_out")
    six.store.write(note_wait, "A", "device_gone")
    heads = six.store.read(queue_heads)
    assert [(h.queue, h.job_id, h.state, h.reason, h.since, h.waiting) for h in heads] == [
        ("A", 6, JobState.QUEUED, "device_gone", clock.now(), 1),
        ("B", 3, JobState.SENDING, "paper_out", clock.now(), 2),
    ]
    # a job that was moved here from another bench may be older than the one that is being sent
    six.write(lambda tx: setattr(tx.session.get_one(PrintJob, 3), "state", JobState.QUEUED))
    six.write(lambda tx: setattr(tx.session.get_one(PrintJob, 5), "state", JobState.SENDING))
    assert [h.job_id for h in six.store.read(queue_heads)] == [6, 5]
    for job in (3, 6):
        six.store.write(cancel_job, LEAD, job)
    assert [(h.queue, h.waiting) for h in six.store.read(queue_heads)] == [("B", 1)]


def test_every_job_that_waits_says_what_holds_its_queue_up(six: House) -> None:
    """The spooler writes it down at the head alone: job 3 is being sent, and 5 waits behind it."""
    def why() -> dict[int, str | None]:
        return {row.job_id: row.reason for row in page(six)}

    assert (why()[5], why()[6]) == (None, None)
    six.store.write(note_wait, "B", "paper_out")
    six.store.write(note_wait, "A", "head_open")
    assert why() == {1: "because", 2: "because", 3: "paper_out", 4: "because", 5: "paper_out", 6: "head_open"}
    later = six.store.write(queue_file, LEAD, "A", b"^XA^XZ")
    assert why()[later] == "head_open"
    six.store.write(pause_queue, LEAD, "A")
    assert (why()[6], why()[later], why()[5]) == ("queue_paused", "queue_paused", "paper_out")
    # its printer would not print even so
    held = [(detail.paused, detail.held_by) for detail in (six.store.read(job_detail, job) for job in (later, 5))]
    assert held == [(True, "head_open"), (False, "paper_out")]


def test_what_a_row_says_of_a_file(six: House) -> None:
    (row,) = page(six, JobFilter(group=JobGroup.UNCERTAIN))
    assert row == JobRow(
        1, JobKind.FILE, None, None, None, None, None, 1, True, False, JobState.UNCERTAIN, "because", None, "B", 1,
        NOON, NOON + timedelta(minutes=7),
    )


def test_copies_of_a_label_know_which_is_the_newest(house: House, clock: HeldClock, hands: Hands) -> None:
    order = packed(house, hands, "TEA", source_id="AE-1")
    parcel = hands.parcel
    first = house.printed(outcome=JobState.UNCERTAIN, reason="no_proof")
    house.store.write(settle, LEAD, first, came_out=False)
    second = house.printed()
    house.store.write(reprint, LEAD, parcel.parcel_id, "torn", "OTHER")
    rows = page(house, sort="age", descending=True)
    assert [(r.copy, r.newest_copy, r.state, r.reason, r.reprint_reason, r.queue, r.attempts) for r in rows] == [
        (1, False, JobState.FAILED, "settled_by_person", None, "BENCH-1", 1),
        (2, False, JobState.PRINTED, None, "not_out", "BENCH-1", 1),
        (3, True, JobState.QUEUED, None, "torn", "OTHER", 0),
    ]
    assert {(r.kind, r.parcel_id, r.order_id, r.order, r.tracking, r.parcel, r.voided) for r in rows} == {
        (JobKind.LABEL, parcel.parcel_id, order, "AE-1", parcel.tracking, parcel.code, False)
    }
    house.store.write(cancel_job, LEAD, rows[2].job_id)
    # a copy that never came out takes nobody's place
    assert [r.newest_copy for r in page(house, sort="age", descending=True)] == [False, True, False]
    assert second == rows[1].job_id
    copies = house.store.read(job_detail, second).copies
    assert [copy.replaces for copy in copies] == [None, 1, 2]


def test_a_copy_says_whether_it_counts_and_whether_it_waits_for_its_scan(house: House, hands: Hands) -> None:
    packed(house, hands, "TEA", source_id="AE-1")
    parcel = hands.parcel

    def told() -> list[tuple[bool, bool, ParcelState | None]]:
        return [(r.replaced, r.to_scan, r.parcel_state) for r in page(house, sort="age", descending=True)]

    assert told() == [(False, False, ParcelState.LABELLING)]
    house.printed()
    assert told() == [(False, True, ParcelState.LABELLING)]
    hands.scan(hands.square)
    assert told() == [(False, False, ParcelState.CLOSED)]
    house.store.write(reprint, LEAD, parcel.parcel_id, "torn")
    assert told() == [(True, False, ParcelState.CLOSED), (False, False, ParcelState.CLOSED)]
    house.printed()
    assert told() == [(True, False, ParcelState.CLOSED), (False, True, ParcelState.CLOSED)]
    house.store.write(queue_file, LEAD, "BENCH-1", b"^XA^XZ")
    house.printed()
    assert told()[-1] == (False, False, None)


def test_text_finds_jobs_by_order_tracking_parcel_and_square_code(house: House, hands: Hands) -> None:
    packed(house, hands, "TEA", source_id="AE-1")
    parcel = hands.parcel
    house.printed()
    hands.scan(hands.square)
    packed(house, hands, "CUP", source_id="AE-2")
    house.store.write(queue_file, LEAD, "BENCH-1", b"^XA^XZ")
    assert ids(house, JobFilter(text="AE-1")) == [1]
    assert ids(house, JobFilter(text="AE-")) == [2, 1]
    assert ids(house, JobFilter(text=parcel.code.lower())) == [1]
    assert ids(house, JobFilter(text=make_label_code(parcel.code, 9))) == [1]
    assert parcel.tracking is not None
    assert ids(house, JobFilter(text=parcel.tracking.lower())) == [1]
    assert ids(house, JobFilter(text="LX 000 000")) == [2, 1]
    assert ids(house, JobFilter(text="X00")) == []
    for sort in JobSort:
        assert ids(house, JobFilter(text="AE-", group=JobGroup.WAITING), sort=sort) == [2]
        assert sorted(ids(house, JobFilter(text="AE-"), sort=sort)) == [1, 2]


def test_a_job_in_detail(house: House, clock: HeldClock, hands: Hands) -> None:
    packed(house, hands, "TEA")
    parcel = hands.parcel
    claimed = house.store.write(claim_job, "BENCH-1", "tcp://printer", 100, 25)
    assert claimed is not None
    clock.pass_(2)
    house.store.write(finish_attempt, claimed.attempt_id, JobState.PRINTED, 101, None)
    asker: Actor = house.store.write(ensure_station, "DESK", "Sam", Role.SUPPORT)
    clock.pass_(60)
    house.store.write(reprint, asker, parcel.parcel_id, "torn")
    detail = house.store.read(job_detail, claimed.job_id)
    assert detail.job == page(house, sort="age", descending=True)[0]
    assert (detail.service, detail.label_state, detail.parcel_state) == (
        "PACKET TRACKED", LabelState.VALID, ParcelState.LABELLING,
    )  # fmt: skip
    assert (detail.language, detail.dpi, detail.labels, detail.payload) == ("zpl", 203, 1, claimed.payload)
    assert len(detail.sha256) == 64
    assert [(c.copy, c.state, c.operator, c.reprint_reason, c.newest) for c in detail.copies] == [
        (1, JobState.PRINTED, None, None, False), (2, JobState.QUEUED, "Sam", "torn", True),
    ]  # fmt: skip
    (attempt,) = detail.attempts
    assert (attempt.printer, attempt.outcome, attempt.odometer_before, attempt.odometer_after) == (
        "tcp://printer", JobState.PRINTED, 100, 101,
    )  # fmt: skip
    assert (attempt.started_at, attempt.ended_at) == (NOON, NOON + timedelta(seconds=2))
    newest = house.store.read(job_detail, detail.copies[1].job_id)
    assert (newest.copies, newest.attempts) == (detail.copies, ())


def test_a_file_in_detail_and_a_label_that_is_void(house: House, hands: Hands) -> None:
    job = house.store.write(queue_file, LEAD, "BENCH-1", b"^XA^XZ^XA^XZ", 2, 300)
    detail = house.store.read(job_detail, job)
    assert (detail.service, detail.label_state, detail.parcel_state) == (None, None, None)
    assert (detail.dpi, detail.labels, detail.payload, len(detail.copies)) == (300, 2, b"^XA^XZ^XA^XZ", 1)
    order = packed(house, hands, "TEA")
    house.store.write(request_cancel, LEAD, order, "buyer asked")
    hands.scan("XXNEXT")
    voided = house.store.read(job_detail, house.jobs(order)[0].id)
    assert (voided.label_state, voided.job.voided, voided.job.state) == (
        LabelState.VOIDED, True, JobState.CANCELLED,
    )  # fmt: skip


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", list(JobSort))
@pytest.mark.parametrize(
    "narrow", [{}, {"queue": "A"}, {"queue": "A", "state": JobState.PRINTED}], ids=["all", "queue", "state"]
)
def test_a_page_is_reached_by_an_index_alone(
    six: House, sort: str, descending: bool, narrow: dict[str, Any]
) -> None:
    *walks, rows = plans(six, job_page, filter=JobFilter(**narrow), sort=sort, descending=descending, limit=1)
    for walk in walks:
        assert " USING COVERING INDEX ix_print_jobs_" in walk[0]
        assert "USE TEMP B-TREE FOR ORDER BY" not in walk
    assert rows[0] == "SEARCH print_jobs USING INTEGER PRIMARY KEY (rowid=?)"


def test_a_failure_that_was_seen_to_is_not_counted_any_more(house: House, hands: Hands) -> None:
    """What stands in red needs somebody."""
    failed = JobFilter(group=JobGroup.FAILED)
    order = house.picked("MUG")
    hands.scan(house.tote_of(order), "MUG-EAN")
    house.printed(outcome=JobState.FAILED, reason="head_open")
    assert len(ids(house, failed)) == 1
    parcel = house.all(select(Parcel.id))[0]
    house.store.write(reprint, LEAD, parcel, "torn")
    assert ids(house, failed) == []
    assert len(ids(house, JobFilter(state=JobState.FAILED))) == 1, "it is still there to be found"
    house.store.write(queue_file, LEAD, "BENCH-9", b"^XA^XZ")
    house.printed("BENCH-9", JobState.UNCERTAIN, "no_answer")
    (job,) = ids(house, JobFilter(queue="BENCH-9"))
    house.store.write(settle, LEAD, job, came_out=False)
    assert ids(house, failed) == []
