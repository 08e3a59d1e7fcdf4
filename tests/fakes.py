"""Stand-ins that do what a script says: a printer, the spooler's journal, and the spooler played against both."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

from app.domain.errors import KnownError
from app.domain.states import JobState
from hardware.printer import Condition, Printer, PrinterStatus, Progress, Proof
from printing.spooler import Lease, Patience, Spooler, Work

QUICK = Patience(poll=0.001, idle=0.02, reopen=0.001, send=1.0, proof=0.02, silence=0.02, farewell=0.0, stray=0.0)

READY = PrinterStatus(Condition.READY, formats_in_buffer=0, labels_remaining=0)
BUSY = PrinterStatus(Condition.READY, formats_in_buffer=1, labels_remaining=0)
PRINTING = PrinterStatus(Condition.READY, formats_in_buffer=0, labels_remaining=1)
PAPER_OUT = PrinterStatus(Condition.PAPER_OUT, formats_in_buffer=1, labels_remaining=1)
HEAD_OPEN = PrinterStatus(Condition.HEAD_OPEN, formats_in_buffer=0, labels_remaining=0)
SILENT = PrinterStatus(Condition.SILENT, reason="no_answer")
WITHOUT_BUFFER = PrinterStatus(Condition.READY, reason="no_host_status")


class Scripted:
    """A printer whose answers are scripted; `sent` is every label that it was handed, on any connection.

    `states` are told one after the other, the last for ever; `counting` is the odometer. `on_send` decides what a
    label does to them.
    """

    def __init__(self, proof: Proof = Proof.COUNTS) -> None:
        self.url = "fake:"
        self.proof = proof
        self.probes: deque[Proof] = deque()
        self.states: deque[PrinterStatus | KnownError] = deque([READY])
        self.counting: int | None = 100 if proof is Proof.COUNTS else None
        self.sent: list[bytes] = []
        self.on_send: Callable[[bytes], None] = self.print_it
        self.open_errors: deque[KnownError] = deque()
        self.opened = 0
        self.is_open = False

    def print_it(self, data: bytes) -> None:
        """It comes out at once, and is counted."""
        if self.counting is not None:
            self.counting += 1

    def then(self, *states: PrinterStatus | KnownError, count: int = 0) -> Callable[[bytes], None]:
        """After the next label it tells these states; with the last it has counted `count` labels."""

        def act(data: bytes) -> None:
            self.states = deque(states)
            if self.counting is not None:
                self.counting += count

        return act

    def open(self) -> None:
        if self.open_errors:
            raise self.open_errors.popleft()
        self.is_open = True
        self.opened += 1
        if self.probes:
            self.proof = self.probes.popleft()

    def close(self) -> None:
        self.is_open = False

    def probe(self) -> Proof:
        assert self.is_open
        return self.proof

    def status(self) -> PrinterStatus:
        assert self.is_open
        told = self.states[0] if len(self.states) == 1 else self.states.popleft()
        if isinstance(told, KnownError):
            self.is_open = False
            raise told
        return told

    def odometer(self) -> int | None:
        return self.counting

    def progress(self) -> Progress:
        status = self.status()
        return Progress(status, self.odometer(), len(self.sent) if self.proof is Proof.ACKNOWLEDGES else 0)

    def send(self, data: bytes, timeout: float) -> None:
        assert self.is_open
        self.sent.append(data)
        self.on_send(data)


@dataclass
class Job:
    payload: bytes
    labels: int = 1
    state: JobState = JobState.QUEUED
    reason: str | None = None
    odometer: int | None = None


@dataclass
class Books:
    """A journal in memory; `faults` are raised by its next calls."""

    jobs: list[Job] = field(default_factory=list)
    attempts: list[int] = field(default_factory=list)
    notes: list[str | None] = field(default_factory=list)
    claims: list[tuple[int | None, int]] = field(default_factory=list)
    faults: dict[str, deque[Exception]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    outcomes: dict[int, JobState] = field(default_factory=dict)
    has_proven_before: bool = False

    def _call(self, name: str) -> None:
        self.calls.append(name)
        if self.faults.get(name):
            raise self.faults[name].popleft()

    async def recover(self) -> None:
        self._call("recover")
        interrupted = [job for job in self.jobs if job.state is JobState.SENDING]
        for job in interrupted:
            job.state, job.reason = JobState.UNCERTAIN, "interrupted"

    async def has_proven(self, printer: str) -> bool:
        return self.has_proven_before

    async def waiting(self) -> bool:
        self._call("waiting")
        return any(job.state is JobState.QUEUED for job in self.jobs)

    async def note(self, reason: str | None) -> None:
        self._call("note")
        self.notes.append(reason)

    async def claim(self, printer: str, odometer: int | None, unsettled_limit: int) -> Work | None:
        self._call("claim")
        self.claims.append((odometer, unsettled_limit))
        if sum(job.state is JobState.UNCERTAIN for job in self.jobs) >= unsettled_limit:
            return None
        for number, job in enumerate(self.jobs):
            if job.state is JobState.QUEUED:
                job.state, job.reason = JobState.SENDING, None
                self.attempts.append(number)
                return Work(len(self.attempts) - 1, job.payload, job.labels)
        return None

    async def finish(self, attempt_id: int, outcome: JobState, odometer: int | None, reason: str | None) -> None:
        self._call("finish")
        job = self.jobs[self.attempts[attempt_id]]
        assert job.state is JobState.SENDING
        job.state, job.reason, job.odometer = outcome, reason, odometer
        self.outcomes[attempt_id] = outcome

    @property
    def states(self) -> list[JobState]:
        return [job.state for job in self.jobs]


def gone(written: int | None) -> KnownError:
    return KnownError("device_gone", url="fake:", reason="cut", written=written)


def raising(error: Exception) -> Callable[[bytes], None]:
    def act(data: bytes) -> None:
        raise error

    return act


async def until(condition: Callable[[], bool]) -> None:
    """Give the spooler its turns until something holds, for two seconds at most."""
    async with asyncio.timeout(2):
        while not condition():  # noqa: ASYNC110 (the spooler must not know that it is watched)
            await asyncio.sleep(0.0005)


async def run(
    printer: Scripted,
    jobs: Iterable[Job] | Books,
    done: Callable[[Books], bool] | None = None,
    *,
    patience: Patience = QUICK,
    limit: int | None = None,
    meanwhile: Callable[[Books, Spooler], Awaitable[None]] | None = None,
    lease: Lease | None = None,
) -> tuple[Books, list[str]]:
    """Print until every job is at rest (or `done`); returns the journal and what the spooler said."""
    books = jobs if isinstance(jobs, Books) else Books(list(jobs))
    said: list[str] = []

    def make() -> Printer:
        return printer

    spooler = Spooler(books, make, patience=patience, unsettled_limit=limit, on_status=said.append, lease=lease)
    task = asyncio.create_task(spooler.run())
    at_rest = done or (lambda books: not {JobState.QUEUED, JobState.SENDING} & set(books.states))
    try:
        if meanwhile is not None:
            await meanwhile(books, spooler)
        await until(lambda: at_rest(books) or task.done())
    finally:
        await spooler.stop()
        await task
    assert not printer.is_open
    never_twice(printer, books)
    return books, said


def never_twice(printer: Scripted, books: Books) -> None:
    """An attempt is handed over once at most, and a job has another one only if not a byte of the first had left."""
    for number, job in enumerate(books.jobs):
        attempts = [attempt for attempt, of in enumerate(books.attempts) if of == number]
        assert printer.sent.count(job.payload) <= len(attempts)
        assert {books.outcomes.get(attempt) for attempt in attempts[:-1]} <= {JobState.QUEUED}


def labels(count: int = 1) -> list[Job]:
    return [Job(b"^XA%d^XZ" % number) for number in range(count)]
