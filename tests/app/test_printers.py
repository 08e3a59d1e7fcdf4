"""The printers of a station: another one when one is out, and one that fails alone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.states import JobState
from app.operations.print_queue import pause_queue, queue_file
from app.printers import StationPrinters, TakeOver
from app.settings import Settings
from db.parcels import PrintJob
from printing.spooler import Spooler
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


async def test_a_mistake_with_one_printer_is_told_and_the_other_prints_on(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody has foreseen it: it is reported, tried again, and no other queue stands still."""

    def ask(url: str) -> str:
        if url.endswith("a"):
            raise ZeroDivisionError
        return "ready"

    monkeypatch.setattr("app.printers.ask_printer", ask)
    monkeypatch.setattr("app.printers.ASK_SECONDS", 0.001)
    first, second = f"file:{tmp_path}/a", f"file:{tmp_path}/b"
    settings = replace(Settings(), station="BENCH-1", printer=first, document_printer=second)
    told: list[tuple[str, str]] = []
    mistakes: list[BaseException] = []
    twice = asyncio.Event()

    def note(use: str, code: str) -> None:
        told.append((use, code))
        if len(mistakes) >= 2 and told.count(("document_printer", "ready")) >= 2:
            twice.set()

    printers = StationPrinters(
        house.store, settings, LEAD, note=note, took_over=lambda *_: None, mistake=mistakes.append
    )
    running = asyncio.create_task(printers.run())
    await asyncio.wait_for(twice.wait(), 20)
    running.cancel()
    await asyncio.wait([running])
    assert ("printer", "internal_error") in told
    assert {type(mistake) for mistake in mistakes} == {ZeroDivisionError}


@pytest.mark.parametrize("turns", range(8))
async def test_who_is_cancelled_while_a_mistake_is_cleared_away_ends(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, turns: int
) -> None:
    """In the same turn of the loop the spooler may have stopped by itself: the cancellation must not end with it."""

    asked: list[str] = []

    def ask(url: str) -> str:
        asked.append(url)
        if len(asked) > 1:
            raise ZeroDivisionError
        return "ready"  # the spooler has time to come to rest

    stop = Spooler.stop
    loop = asyncio.get_running_loop()

    def cancel(after: int) -> None:
        if after:
            loop.call_soon(cancel, after - 1)
        else:
            running.cancel()

    async def stop_and_cancel(spooler: Spooler) -> None:
        await stop(spooler)
        loop.call_soon(cancel, turns)

    monkeypatch.setattr("app.printers.ask_printer", ask)
    monkeypatch.setattr("app.printers.ASK_SECONDS", 0.05)
    monkeypatch.setattr(Spooler, "stop", stop_and_cancel)
    settings = replace(Settings(), station="BENCH-1", printer=f"file:{tmp_path}/a")
    mistakes: list[BaseException] = []
    printers = StationPrinters(house.store, settings, LEAD, note=lambda *_: None, took_over=lambda *_: None,
                               mistake=mistakes.append)  # fmt: skip
    running = asyncio.create_task(printers.run())
    await asyncio.wait([running], timeout=20)
    assert running.cancelled()
    assert len(mistakes) <= 1
