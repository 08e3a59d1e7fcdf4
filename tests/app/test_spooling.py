"""One program at a time on one printer, and another printer when one is out."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.states import JobState
from app.operations.print_queue import pause_queue, queue_file, resume_queue
from app.spooling import PrinterLease, StoreJournal, TakeOver
from db.parcels import PrintJob
from tests.factories import LEAD, House, open_house

QUEUES = ("BENCH-1", "BENCH-1 fallback")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as house:
        yield house


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def queues(house: House) -> list[str]:
    """Where each job is, in the order of the jobs."""
    return house.store.read(lambda session: [job.queue for job in session.query(PrintJob).order_by(PrintJob.id)])


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def take_over(house: House, clock: Clock) -> TakeOver:
    """Two labels wait at the label printer, and a third one is uncertain there."""
    for _ in range(3):
        house.store.write(queue_file, LEAD, QUEUES[0], b"^XA^XZ")

    def doubt(tx: object) -> object:
        from app.change import Change

        job = tx.session.query(PrintJob).order_by(PrintJob.id).first()  # type: ignore[attr-defined]
        job.state = JobState.UNCERTAIN
        return None, Change()

    house.store.write(doubt)  # type: ignore[arg-type]
    return TakeOver(house.store, LEAD, QUEUES, clock=clock)


def test_what_waits_goes_to_the_other_printer_after_ten_seconds_and_what_is_uncertain_stays(
    house: House, take_over: TakeOver, clock: Clock
) -> None:
    take_over.note(QUEUES[0], "device_open_failed")
    take_over.note(QUEUES[1], "ready")
    clock.now += 9.9
    take_over.note(QUEUES[0], "device_open_failed")
    assert take_over.look() is None
    clock.now += 0.1
    assert take_over.look() == (QUEUES[1], 2)
    assert queues(house) == [QUEUES[0], QUEUES[1], QUEUES[1]]
    assert take_over.look() is None


def test_a_printer_that_comes_back_in_time_keeps_its_labels(
    house: House, take_over: TakeOver, clock: Clock
) -> None:
    take_over.note(QUEUES[0], "paper_out")
    clock.now += 8
    take_over.note(QUEUES[0], "printer_in_use")  # says nothing of how it is
    take_over.note(QUEUES[0], "busy")
    clock.now += 8
    assert take_over.look() is None
    assert set(queues(house)) == {QUEUES[0]}


def test_a_printer_that_is_out_itself_takes_nothing(house: House, take_over: TakeOver, clock: Clock) -> None:
    for queue in QUEUES:
        take_over.note(queue, "device_open_failed")
    clock.now += 30
    assert take_over.look() is None
    take_over.note(QUEUES[1], "ready")
    assert take_over.look() == (QUEUES[1], 2)


def test_what_a_person_has_paused_stays(house: House, take_over: TakeOver, clock: Clock) -> None:
    house.store.write(pause_queue, LEAD, QUEUES[0])
    take_over.note(QUEUES[0], "device_open_failed")
    clock.now += 30
    assert take_over.look() is None


def test_back_again_when_the_other_one_is_out(house: House, take_over: TakeOver, clock: Clock) -> None:
    take_over.note(QUEUES[0], "device_open_failed")
    clock.now += 10
    assert take_over.look() == (QUEUES[1], 2)
    take_over.note(QUEUES[0], "ready")
    take_over.note(QUEUES[1], "head_open")
    clock.now += 10
    assert take_over.look() == (QUEUES[0], 2)
    assert set(queues(house)) == {QUEUES[0]}


def test_who_prints_hears_once_that_a_person_has_stopped_the_queue(house: House) -> None:
    told: list[str] = []
    journal = StoreJournal(house.store, QUEUES[0], told.append)

    def look() -> bool:
        return asyncio.run(journal.waiting())

    house.store.write(pause_queue, LEAD, QUEUES[0])
    assert not look()
    assert told == []  # nothing waits
    house.store.write(queue_file, LEAD, QUEUES[0], b"^XA^XZ")
    assert not look()
    assert not look()
    assert told == ["queue_paused"]
    house.store.write(resume_queue, LEAD, QUEUES[0])
    assert look()
    house.store.write(pause_queue, LEAD, QUEUES[0])
    assert not look()
    assert told == ["queue_paused"] * 2


def test_a_printer_is_leased_once_under_whatever_url() -> None:
    first, second = PrinterLease("tcp://Printer-3:9100"), PrinterLease("tcp://printer-3:9100?status=none")
    assert first.acquire()
    assert first.acquire()
    assert not second.acquire()
    first.release()
    assert second.acquire()
    second.release()
    second.release()


def test_two_printers_are_two_leases() -> None:
    first, second = PrinterLease("tcp://printer-3:9100"), PrinterLease("tcp://printer-3:9101")
    assert first.acquire()
    assert second.acquire()
    first.release()
    second.release()


@pytest.mark.parametrize(
    ("odometer", "outcome", "remembered"),
    [
        (100, JobState.UNCERTAIN, True),
        (None, JobState.PRINTED, True),  # it has acknowledged
        (None, JobState.UNCERTAIN, False),
    ],
)
async def test_what_a_printer_has_proven_is_remembered(
    house: House, odometer: int | None, outcome: JobState, remembered: bool
) -> None:
    journal = StoreJournal(house.store, "BENCH-1")
    house.store.write(queue_file, LEAD, "BENCH-1", b"^XA^XZ")
    assert not await journal.has_proven("tcp://printer-3:9100")
    work = await journal.claim("tcp://printer-3:9100", odometer, 2)
    assert work is not None
    await journal.finish(work.attempt_id, outcome, odometer, None)
    assert await journal.has_proven("tcp://printer-3:9100") is remembered
    assert not await journal.has_proven("tcp://printer-4:9100")
