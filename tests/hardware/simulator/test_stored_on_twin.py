"""Stored formats between driver, spooler and twin: counted once, whole, and sent again when the printer forgot them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from app.domain.states import JobState
from hardware.device import parse_url
from hardware.printer import Proof
from hardware.printers.zpl import ZplPrinter
from hardware.simulator.faults import Schedule, Trouble, parse_faults
from hardware.transports import make_transport
from printing.interpreter import render
from printing.spooler import Spooler, Work
from tests.hardware.simulator.meeting import PORTS, SILENCE, Meeting
from tests.hardware.test_print_once import PATIENCE, MemoryJournal
from tests.hardware.waiting import until

RULES = b"".join(b"^FO%d,%d^GB300,4,4^FS\n" % (x, 4 * x) for x in range(40))


def label(job: int) -> bytes:
    return (
        b"^XA^CI28^JZY^PW400^LL200^LH0,0^PON^LRN^FWN\n" + RULES + b"^FX-^FS\n"
        b"^FO5,170^A0N,20,20^FDjob-%d^FS\n^PQ1^XZ\n" % job
    )


class LabelJournal(MemoryJournal):
    """A queue of labels that have something in common."""

    async def claim(self, printer: str, odometer: int | None, unsettled_limit: int) -> Work | None:
        work = await super().claim(printer, odometer, unsettled_limit)
        return None if work is None else Work(work.attempt_id, label(work.attempt_id))


async def campaign(meeting: Meeting, jobs: int, port: str, *troubles: str) -> LabelJournal:
    """Print so many labels by the spooler."""
    schedule = Schedule(parse_faults(troubles))
    pair = await meeting.pair("zpl", port, proof=Proof.COUNTS, schedule=schedule, time_factor=0.005, ips=60.0)
    journal = LabelJournal(jobs)
    spooler = Spooler(journal, lambda: pair.driver, patience=PATIENCE, unsettled_limit=1_000_000)
    running = asyncio.create_task(spooler.run())
    await until(lambda: not journal.among(JobState.QUEUED, JobState.SENDING))
    await spooler.stop()
    await asyncio.wait({running})
    running.result()
    return journal


def tray(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(folder.glob("*.zpl"))]


def job_of(zpl: bytes) -> int:
    """The number on a label, whose dots must be those of the whole label, what it has in common included."""
    job = int(zpl.rpartition(b"job-")[2].partition(b"^")[0])
    assert render(zpl)[-1].image.tobytes() == render(label(job))[0].image.tobytes()
    return job


@pytest.mark.parametrize("port", PORTS)
async def test_every_label_is_counted_once_and_comes_out_whole(meeting: Meeting, port: str) -> None:
    journal = await campaign(meeting, 8, port)
    assert journal.among(JobState.PRINTED) == list(range(1, 9))
    out = tray(meeting.folder)
    assert [job_of(zpl) for zpl in out] == list(range(1, 9)), "a format that is stored is no label"
    assert sum(b"^XFR:PB" in zpl for zpl in out) == 7, "all but the first were calls"


@pytest.mark.parametrize("trouble", ["power_cycle@4:2", "cut@4", "cut_after@4", "half_open@4", "paper_out_mid@4:2"])
async def test_after_trouble_no_label_lacks_what_was_stored(meeting: Meeting, trouble: str) -> None:
    journal = await campaign(meeting, 12, "tcp", trouble)
    out = tray(meeting.folder)
    numbers = [job_of(zpl) for zpl in out]
    assert numbers == sorted(set(numbers)), "none twice"
    assert set(journal.among(JobState.PRINTED)) <= set(numbers), "none called printed that is not there"
    assert len(numbers) >= 10
    assert sum(b"^XFR:PB" in zpl for zpl in out) >= 6


@pytest.mark.skipif("pty" not in PORTS, reason="this system has no pseudo-terminals")
@pytest.mark.parametrize("asked", [True, False])
async def test_a_printer_that_was_off_and_on_behind_a_serial_line_is_sent_everything_again(
    meeting: Meeting, asked: bool
) -> None:
    """It answers nothing for longer than the driver waits, or nobody has asked it for that long."""
    pair = await meeting.pair("zpl", "pty", proof=Proof.COUNTS)
    assert await pair.opened() is Proof.COUNTS

    async def send(job: int) -> None:
        await pair.call(pair.driver.progress)
        await pair.call(lambda: pair.driver.send(label(job), 5.0))
        await until(lambda: pair.twin.odometer == job)

    for job in (1, 2, 3):
        await send(job)
    pair.twin._language.forget()  # what a power cycle does to its memory
    pair.twin.strike(Trouble.SILENT)
    if asked:
        await pair.call(pair.driver.status)
    else:
        await asyncio.sleep(3 * SILENCE)
    pair.twin.clear()
    for job in (4, 5):
        await send(job)
    out = tray(meeting.folder)
    assert [job_of(zpl) for zpl in out] == [1, 2, 3, 4, 5]
    assert b"^XFR:PB" in out[-1]


async def test_a_printer_whose_directory_cannot_be_read_gets_whole_labels(
    meeting: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hardware.simulator.zpl_language._LIST", b"nothing that is ever asked")
    journal = await campaign(meeting, 5, "tcp")
    assert journal.among(JobState.PRINTED) == [1, 2, 3, 4, 5]
    assert tray(meeting.folder) == [label(job).rstrip() for job in range(1, 6)]


async def test_a_url_switches_it_off(meeting: Meeting) -> None:
    pair = await meeting.pair("zpl", "tcp", proof=Proof.COUNTS)
    pair.driver = ZplPrinter(make_transport(parse_url(pair.twin.url)), stores=False, silence=SILENCE)
    assert await pair.opened() is Proof.COUNTS
    for job in (1, 2, 3):
        await pair.call(pair.driver.progress)
        await pair.call(lambda number=job: pair.driver.send(label(number), 5.0))  # type: ignore[misc]
    await until(lambda: pair.twin.odometer == 3)
    pair.driver.close()
    assert tray(meeting.folder) == [label(job).rstrip() for job in (1, 2, 3)]
