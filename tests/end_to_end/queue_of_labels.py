"""A queue of numbered labels on the real spooler and journal, a printer twin that fails, and the people at it."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.people import SYSTEM
from app.domain.states import JobState
from app.operations.label_copies import settle
from app.operations.print_queue import queue_file
from app.spooling import StoreJournal
from bench.print_once_paper import payload, tray
from db.engine import parse_url
from db.parcels import PrintAttempt, PrintJob
from db.store import Store
from hardware.simulator.faults import Trouble
from hardware.simulator.printer_twin import PrinterTwin
from printing.spooler import Patience, Spooler
from tests.hardware.simulator.meeting import Pair

PATIENCE = Patience(
    poll=0.002, idle=0.02, reopen=0.01, send=2.0, proof=0.15, silence=0.6, farewell=0.5, stray=0.1
)  # fmt: skip
BY_HAND = (Trouble.PAPER_OUT, Trouble.HEAD_OPEN, Trouble.PAUSED, Trouble.POWER_CYCLE, Trouble.UNPLUG)
OPEN = (JobState.QUEUED, JobState.SENDING)


@dataclass
class Queue:
    """What became of it: `paper` in the order of the tray, `states` by number, `told` by the trouble that stood."""

    count: int
    paper: list[int] = field(default_factory=list)
    states: dict[int, JobState] = field(default_factory=dict)
    told: dict[Trouble, set[str]] = field(default_factory=dict)
    reasons: Counter[str] = field(default_factory=Counter)
    asked: int = 0  # labels that a person had to look for

    def among(self, *states: JobState) -> set[int]:
        """The numbers of the jobs in these states."""
        return {number for number, state in self.states.items() if state in states}

    def check(self) -> None:
        """Each label once and in order; what is not on paper is known not to be."""
        assert self.paper == sorted(set(self.paper)), "once, in the order of the queue"
        assert self.among(JobState.PRINTED) == set(self.paper)
        assert self.among(JobState.PRINTED, JobState.FAILED) == set(range(1, self.count + 1))

    @property
    def missing(self) -> set[int]:
        """The numbers that are known not to have come out."""
        return self.among(JobState.FAILED)


async def print_all(pair: Pair, folder: Path, count: int, *, blind_window: int | None = None) -> Queue:
    """Print so many labels; whatever stands in the way is mended once the screen has told of it.

    `blind_window`: how many may be unsettled of a printer that never tells anything.
    """
    found = Queue(count)
    with Store(parse_url(str(folder / "queue.db"))) as store:
        rows = await asyncio.to_thread(_fill, store, pair.language, count)
        journal = StoreJournal(store, "station")
        spooler = Spooler(journal, lambda: pair.driver, patience=PATIENCE, unsettled_limit=blind_window)
        running = asyncio.create_task(spooler.run())
        mending = asyncio.create_task(_mend(pair.twin, store, found, blind_window is None))
        try:
            while open_jobs := await asyncio.to_thread(_look, store, found, rows):
                assert not running.done(), running.result()
                if found.among(JobState.UNCERTAIN) and not found.among(JobState.SENDING):
                    await _settle(pair, store, found, rows)
                    spooler.wake()
                elif open_jobs:
                    await asyncio.sleep(0.01)
        finally:
            await spooler.stop()
            await running
            mending.cancel()
            await asyncio.wait({mending})
        found.reasons = await asyncio.to_thread(store.read, _reasons)
    found.paper = [number for number, _ in tray(pair.folder, pair.language)]
    return found


def _fill(store: Store, language: str, count: int) -> dict[int, int]:
    return {
        store.write(queue_file, SYSTEM, "station", payload(language, number)): number
        for number in range(1, count + 1)
    }


def _look(store: Store, found: Queue, rows: dict[int, int]) -> bool:
    """Whether anything is left to be done."""
    jobs = store.read(lambda session: session.execute(select(PrintJob.id, PrintJob.state)).all())
    found.states = {rows[job.id]: job.state for job in jobs}
    return bool(found.among(*OPEN, JobState.UNCERTAIN))


def _head(session: Session) -> str | None:
    """What the queue page says of the job that is the next to come out."""
    first = PrintJob.state != JobState.SENDING
    found = select(PrintJob.reason).where(PrintJob.state.in_(OPEN)).order_by(first, PrintJob.id)
    return session.scalars(found.limit(1)).first()


def _reasons(session: Session) -> Counter[str]:
    rows = session.execute(select(PrintAttempt.outcome, PrintAttempt.reason))
    return Counter(reason or str(outcome) for outcome, reason in rows)


async def _settle(pair: Pair, store: Store, found: Queue, rows: dict[int, int]) -> None:
    """A person waits until nothing moves and looks what lies in the tray."""
    stood = 0
    while stood < 3:
        await asyncio.sleep(0.01)
        stood = 0 if pair.twin.taken or _standing(pair.twin) else stood + 1
    out = {number for number, _ in tray(pair.folder, pair.language)}
    for row, number in rows.items():
        if found.states[number] is JobState.UNCERTAIN:
            found.asked += 1
            await asyncio.to_thread(store.write, settle, SYSTEM, row, came_out=number in out)


def _standing(twin: PrinterTwin) -> list[Trouble]:
    return [trouble for trouble in BY_HAND if twin._mechanics.stands(trouble)]


async def _mend(twin: PrinterTwin, store: Store, found: Queue, tells: bool) -> None:
    """A person mends what stands, once the head of the queue tells of it; of a blind printer, when it is noticed."""
    loop = asyncio.get_running_loop()
    since = loop.time()
    while True:
        await asyncio.sleep(0.005)
        standing = _standing(twin)
        if not standing:
            since = loop.time()
            continue
        told = found.told.setdefault(standing[0], set())
        reason = await asyncio.to_thread(store.read, _head)
        if reason not in (None, "busy", "too_many_unsettled"):
            told.add(str(reason))
        if told or loop.time() - since > (5.0 if tells else 0.05):
            twin.clear()
