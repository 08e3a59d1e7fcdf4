"""A queue as the spooler sees it, and one program at a time on one printer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.states import JobState
from app.operations.print_queue import move_queue, pause_queue, queue_file, resume_queue
from app.spooling import PrinterLease, StoreJournal
from db.parcels import PrintJob
from tests.factories import LEAD, House, open_house

QUEUE = "BENCH-1"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as house:
        yield house


def test_who_prints_hears_once_that_a_person_has_stopped_the_queue(house: House) -> None:
    told: list[str] = []
    journal = StoreJournal(house.store, QUEUE, told.append)

    def look() -> bool:
        return asyncio.run(journal.waiting())

    house.store.write(pause_queue, LEAD, QUEUE)
    assert not look()
    assert told == []  # nothing waits
    house.store.write(queue_file, LEAD, QUEUE, b"^XA^XZ")
    assert not look()
    assert not look()
    assert told == ["queue_paused"]
    house.store.write(resume_queue, LEAD, QUEUE)
    assert look()
    house.store.write(pause_queue, LEAD, QUEUE)
    assert not look()
    assert told == ["queue_paused"] * 2


def test_a_label_in_another_language_waits_for_another_printer(house: House) -> None:
    """What one printer draws, another prints as pages of commands."""
    told: list[str] = []
    journal = StoreJournal(house.store, QUEUE, told.append, "tspl")
    zpl = house.store.write(queue_file, LEAD, QUEUE, b"^XA^XZ")

    def reasons() -> list[str | None]:
        return house.store.read(lambda session: [job.reason for job in session.query(PrintJob).order_by(PrintJob.id)])

    async def go() -> None:
        for _ in range(2):
            assert not await journal.waiting()
        assert told == ["other_language"]
        await journal.note("paper_out")
        assert reasons() == ["other_language"]
        house.store.write(queue_file, LEAD, QUEUE, b"CLS\r\nPRINT 1\r\n", language="tspl")
        assert await journal.waiting()
        await journal.note("paper_out")
        assert reasons() == ["other_language", "paper_out"]
        work = await journal.claim("tcp://printer-3:9100?language=tspl", None, 2)
        assert work is not None
        assert work.payload.startswith(b"CLS")
        assert await journal.claim("tcp://printer-3:9100?language=tspl", None, 2) is None
        assert house.store.write(move_queue, LEAD, QUEUE, "BENCH-2") == 1
        assert reasons()[0] is None
        other = await StoreJournal(house.store, "BENCH-2", None, "zpl").claim("tcp://printer-4:9100", None, 2)
        assert other is not None
        assert other.payload == b"^XA^XZ"

    asyncio.run(go())
    assert house.store.read(lambda session: session.get(PrintJob, zpl).state) is JobState.SENDING  # type: ignore[union-attr]


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
    journal = StoreJournal(house.store, QUEUE)
    house.store.write(queue_file, LEAD, QUEUE, b"^XA^XZ")
    assert not await journal.has_proven("tcp://printer-3:9100")
    work = await journal.claim("tcp://printer-3:9100", odometer, 2)
    assert work is not None
    await journal.finish(work.attempt_id, outcome, odometer, None)
    assert await journal.has_proven("tcp://printer-3:9100") is remembered
    assert not await journal.has_proven("tcp://printer-4:9100")
