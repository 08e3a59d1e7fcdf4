"""What the frame shows: the status bar's counts and deadlines, and the printers of a station."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from app.domain.states import JobState, OrderState
from app.operations.label_copies import settle
from app.operations.print_queue import claim_job, finish_attempt, note_wait, pause_queue
from app.queries.station_view import (
    Due,
    PrinterSeen,
    StationStatus,
    devices_view,
    late,
    next_due,
    station_view,
)
from db.journal import record
from db.store import Tx
from tests.factories import LEAD, NOON, Hands, House, make_warehouse

HOUR = timedelta(hours=1)


def see(house: House, hands: Hands, now: datetime = NOON) -> StationStatus:
    assert hands.actor.station is not None
    return house.store.read(station_view, hands.actor.station, now)


@pytest.fixture
def labelled(house: House, hands: Hands) -> int:
    """An order on the table whose label is queued at BENCH-1."""
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    return order


def test_a_new_station_in_an_empty_house(house: House, hands: Hands) -> None:
    assert see(house, hands) == StationStatus(
        hands.actor.station or 0, house.warehouse, "BENCH-1", None, 0, 0, 0, 0, None, None, None, None, None, None, 0
    )
    assert see(house, Hands(house.store, "BENCH-1", "Mei")).operator == "Mei"


def test_the_queue_of_its_own_printer(house: House, hands: Hands, labelled: int) -> None:
    (job,) = house.jobs(labelled)
    status = see(house, hands)
    assert (status.queued, status.sending, status.waiting_since, status.reason) == (1, 0, job.created_at, None)
    house.store.write(note_wait, "BENCH-1", "paper_out")
    assert see(house, hands).reason == "paper_out"
    other = see(house, house.hands("BENCH-2"))
    assert (other.queued, other.sending, other.waiting_since, other.reason) == (0, 0, None, None)
    claimed = house.claim()
    assert claimed is not None
    house.store.write(pause_queue, LEAD, "BENCH-1")
    assert (see(house, hands).paused, see(house, house.hands("BENCH-2")).paused) == (True, False)
    status = see(house, hands)
    assert (status.queued, status.sending, status.uncertain, status.waiting_since) == (0, 1, 0, job.created_at)
    house.store.write(finish_attempt, claimed.attempt_id, JobState.UNCERTAIN, None, "no_proof")
    status = see(house, hands)
    assert (status.queued, status.sending, status.uncertain, status.waiting_since) == (0, 0, 1, None)
    house.store.write(settle, LEAD, claimed.job_id, came_out=True)
    assert see(house, hands).uncertain == 0


def test_a_failed_label_is_told_until_another_copy_is_made(house: House, hands: Hands, labelled: int) -> None:
    house.printed(outcome=JobState.FAILED, reason="paper_out")
    assert see(house, hands).failed == 1
    hands.scan("XXREPRINT", "XXTORN")
    status = see(house, hands)
    assert (status.failed, status.queued) == (0, 1)


def test_the_last_scan_and_its_device(house: House, hands: Hands) -> None:
    hands.scan("nonsense", "XXOK")
    house.hands("BENCH-2").scan("XXNEXT")
    status = see(house, hands)
    assert (status.last_scan_at, status.last_scan_device) == (hands.events()[-1].at, "scanner of BENCH-1")


def test_the_last_import_is_not_the_last_step_of_the_work(house: House, hands: Hands) -> None:
    at: list[datetime] = []

    def imported(tx: Tx) -> None:
        at.append(tx.at)
        record(tx, LEAD, "import_orders", {"file": "a.csv"})

    house.write(imported)
    house.write(imported)
    house.write(lambda tx: record(tx, LEAD, "import_stock", {"file": "b.csv"}))
    house.picked("TEA", "CUP")
    assert see(house, hands).last_import_at == at[1]


def test_the_next_deadline_and_what_is_late(house: House, hands: Hands) -> None:
    house.stock("TEA", 99)
    house.order("TEA", ship_by=NOON - HOUR)
    house.order("TEA", ship_by=NOON)
    house.order("TEA", ship_by=NOON + 2 * HOUR)
    house.order("TEA", ship_by=NOON + 2 * HOUR, state=OrderState.PROBLEM)
    house.order("TEA", ship_by=NOON + 3 * HOUR)
    house.order("TEA")
    for closed in (OrderState.SHIPPED, OrderState.CANCELLED):
        house.order("TEA", ship_by=NOON - HOUR, state=closed)
        house.order("TEA", ship_by=NOON + HOUR, state=closed)
    status = see(house, hands)
    assert (status.next_due, status.late) == (Due(NOON + 2 * HOUR, 2), 2)
    assert house.store.read(next_due, house.warehouse, NOON + 2 * HOUR) == Due(NOON + 3 * HOUR, 1)
    assert house.store.read(late, house.warehouse, NOON + 2 * HOUR) == 4
    assert house.store.read(next_due, house.warehouse, NOON + 3 * HOUR) is None
    other = house.write(lambda tx: make_warehouse(tx, code="SECOND").id)
    assert house.store.read(next_due, other, NOON) is None
    assert house.store.read(late, other, NOON) == 0


def test_the_printers_of_a_station_the_last_used_first(house: House, hands: Hands, labelled: int) -> None:
    assert hands.actor.station is not None
    station = hands.actor.station
    assert house.store.read(devices_view, station) == []
    first = house.store.write(claim_job, "BENCH-1", "tcp://old:9100", 40, 25)
    assert first is not None
    house.store.write(finish_attempt, first.attempt_id, JobState.UNCERTAIN, None, "printer_silent")
    hands.scan("XXNOTOUT")
    second = house.store.write(claim_job, "BENCH-1", "tcp://new:9100", None, 25)
    assert second is not None
    (old,), (new,) = house.attempts(first.job_id), house.attempts(second.job_id)
    assert old.ended_at is not None
    assert house.store.read(devices_view, station) == [
        PrinterSeen("tcp://new:9100", 1, new.started_at, None, None, None),
        PrinterSeen("tcp://old:9100", 1, old.ended_at, JobState.UNCERTAIN, "printer_silent", 40),
    ]
    house.store.write(finish_attempt, second.attempt_id, JobState.PRINTED, 7, None)
    (now, *_) = house.store.read(devices_view, station)
    assert (now.outcome, now.odometer) == (JobState.PRINTED, 7)
    hands.scan("XXREPRINT", "XXTORN")
    third = house.store.write(claim_job, "BENCH-1", "tcp://old:9100", 41, 25)
    assert third is not None
    seen = house.store.read(devices_view, station)
    assert [(row.url, row.attempts, row.odometer) for row in seen] == [
        ("tcp://old:9100", 2, 41), ("tcp://new:9100", 1, 7),
    ]  # fmt: skip
    other = house.hands("BENCH-2").actor.station
    assert other is not None
    assert house.store.read(devices_view, other) == []
