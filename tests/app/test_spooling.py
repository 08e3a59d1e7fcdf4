"""A queue as the spooler sees it, and one program at a time on one printer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from app.domain.states import JobState
from app.operations.print_queue import move_queue, pause_queue, queue_file, resume_queue
from app.settings import Settings
from app.spooling import PrinterLease, StoreJournal, dpi_of, media_of, running_spooler, speak_alike
from db.parcels import PrintJob, PrintQueue
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


def test_what_labels_for_a_printer_are_made_for() -> None:
    assert (dpi_of("tcp://printer-3"), media_of("tcp://printer-3")) == (203, None)
    url = "tcp://printer-3?dpi=300&media=100x150"
    assert (dpi_of(url), media_of(url)) == (300, (100, 150))


@pytest.mark.parametrize(
    ("printer", "fallback", "alike"),
    [
        ("tcp://a", "tcp://b", True),
        ("tcp://a?dpi=203", "tcp://b", True),
        ("tcp://a?dpi=300", "tcp://b", False),
        ("tcp://a?language=tspl", "tcp://b", False),
        ("tcp://a?dpi=300", "file:labels.zpl", True),
        ("tcp://a?dpi=9", "tcp://b", False),
    ],
)
def test_a_fallback_prints_what_was_made_for_the_label_printer(printer: str, fallback: str, alike: bool) -> None:
    assert speak_alike(Settings(printer=printer, printer_fallback=fallback)) is alike


async def test_who_prints_writes_down_what_the_printer_takes(house: House, tmp_path: Path) -> None:
    url = (tmp_path / "labels.bin").as_uri() + "?language=tspl&dpi=300&media=100x150"
    async with running_spooler(house.store, QUEUE, url):
        pass

    def taken(session: Session) -> tuple[object, ...]:
        row = session.get_one(PrintQueue, QUEUE)
        return row.language, row.dpi, row.width_mm, row.height_mm

    assert house.store.read(taken) == ("tspl", 300, 100, 150)
