"""One printer's queue: every label is sent at most once, and what is not proven to be printed is called uncertain.

The recipe: the job is durably *sending* before its first byte leaves; nothing is sent into a printer that is faulty,
paused or has two labels to print already; *printed* is said only by the device's own acknowledgement, or when its
odometer and its buffer together account for exactly what was sent (`printing.in_flight`); anything else is *uncertain*,
and nothing is ever sent again by itself.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from app.domain.errors import KnownError
from app.domain.states import JobState
from hardware.printer import Condition, Printer, Progress, Proof
from printing.in_flight import InFlight, Settled, reason_of

T = TypeVar("T")
log = logging.getLogger(__name__)

UNSETTLED_BLIND = 25
HANDED_OVER = "handed_over"  # why a document counts as printed


@dataclass(frozen=True, slots=True)
class Work:
    """A job that may be sent now: its bytes, and how many physical labels they make.

    `document`: a PDF for whatever prints documents. It is done once it is handed over, and failed where it is not: no
    parcel depends on it, so that nobody is asked what became of it.
    """

    attempt_id: int
    payload: bytes
    labels: int = 1
    document: bool = False


class Journal(Protocol):
    """Where the spooler reads its queue and writes down, durably, what it does."""

    async def recover(self) -> None:
        """Call what was being sent when the program died uncertain."""

    async def waiting(self) -> bool:
        """Whether a job is queued."""

    async def has_proven(self, printer: str) -> bool:
        """Whether this printer has ever counted or acknowledged: then its silence is a fault, not its nature."""

    async def note(self, reason: str | None) -> None:
        """Say what the head of the queue waits for; None when it waits for nothing."""

    async def claim(self, printer: str, odometer: int | None, unsettled_limit: int) -> Work | None:
        """The next job, durably *sending*; None when there is none or too many are unsettled."""

    async def finish(self, attempt_id: int, outcome: JobState, odometer: int | None, reason: str | None) -> None:
        """What became of it."""


class Lease(Protocol):
    """The right to be the only program that prints on a printer: its count proves nothing while others print too."""

    def acquire(self) -> bool:
        """Take it if nobody has it; does not wait."""

    def release(self) -> None:
        """Give it back; may be called without having it."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the spooler waits, in seconds.

    `poll` between two questions; `idle` until it looks for work unasked; `reopen` after a failed connection; `send`
    for handing over the bytes; `proof` until a printer that says it is ready and empty must have counted the label;
    `silence` until a printer that does not answer while a label is in it is given up; `farewell` for the proof of what
    is in the printer when the program ends; `stray` until a label that vanished on its way no longer comes out late,
    where it would be counted as another one.
    """

    poll: float = 0.05
    idle: float = 1.0
    reopen: float = 1.0
    send: float = 30.0
    proof: float = 5.0
    silence: float = 20.0
    farewell: float = 3.0
    stray: float = 30.0


class Spooler:
    """The task of one printer; `run` until `stop`, `wake` when a job may have been queued.

    `unsettled_limit` says how many uncertain jobs may pile up before the queue stops; by default two for a printer
    that counts, one for a printer that only tells its state, and 25 for a blind one.
    """

    def __init__(
        self,
        journal: Journal,
        make_printer: Callable[[], Printer],
        *,
        patience: Patience | None = None,
        unsettled_limit: int | None = None,
        on_status: Callable[[str], None] | None = None,
        lease: Lease | None = None,
    ) -> None:
        self._journal = journal
        self._lease = lease
        self._make = make_printer
        self._patience = patience or Patience()
        self._limit = unsettled_limit
        self._on_status = on_status
        self._printer: Printer | None = None
        self._best = Proof.BLIND  # the best class this printer has shown on any connection
        self._thread = ThreadPoolExecutor(1, "printer")
        self._wake = asyncio.Event()
        self._stopping = asyncio.Event()
        self._said: str | None = None
        self._recovered = False
        self._end_by: float | None = None
        self._stray_until = 0.0
        self._stray_counted: int | None = None  # the odometer once all that was sent has come out
        self._flight = InFlight(Proof.BLIND, 0, 0)  # of the open connection
        self._stood = False  # too much was unsettled since the last label
        self._less_since: float | None = None  # since when the printer has shown less than it can

    def wake(self) -> None:
        """Look for work now; call it on the event loop's thread."""
        self._wake.set()

    async def stop(self) -> None:
        """End `run`; a label whose proof does not come in time becomes uncertain."""
        self._stopping.set()
        self._wake.set()

    async def run(self) -> None:
        """Print the queue until stopped; a journal that cannot be written now is tried again, and nothing is sent."""
        try:
            while not (self._stopping.is_set() and await self._may_end()):
                self._wake.clear()
                try:
                    if not await self._turn():
                        await self._pause(self._patience.poll)
                except KnownError as error:
                    self._recovered = False  # what is *sending* and not in flight was claimed in vain
                    self._tell(error.code)
                    await self._pause(self._patience.reopen)
                except Exception:
                    # a mistake of ours with one label must not take the printer from the bench
                    log.exception("the spooler stumbled")
                    self._recovered = False
                    self._tell("internal_error")
                    await self._close()
                    await self._pause(self._patience.reopen)
        finally:
            await self._close()
            self._thread.shutdown(wait=False)

    async def _may_end(self) -> bool:
        """After `stop`: whether nothing is in flight any more, or has become uncertain by the end of the patience."""
        if not self._in_flight:
            return True
        now = asyncio.get_running_loop().time()
        self._end_by = now + self._patience.farewell if self._end_by is None else self._end_by
        if now < self._end_by:
            return False
        await self._settle(self._flight.lost("stopped"))
        return True

    async def _turn(self) -> bool:
        """Look for work, or for what the printer says of the work it has; False when there is nothing to be done now.

        What was being sent when an earlier program died is called uncertain before anything else.
        """
        if not self._in_flight:
            if not self._recovered:
                await self._journal.recover()
                self._recovered = True
            if not await self._journal.waiting():
                await self._pause(self._patience.idle, until_woken=True)
                if not self._wake.is_set():
                    await self._close()  # many printers take one client: others may have it meanwhile
                return True
        try:
            printer = await self._connect()
            if printer is None:
                return False
            progress = await self._call(printer.progress) if self._flight.proof is not Proof.BLIND else None
        except KnownError as error:
            await self._lost(error)
            return False
        self._rise(printer.proof)
        if progress is not None:
            await self._settle(self._flight.observe(progress, asyncio.get_running_loop().time()))
            if self._printer is None or not await self._fit(progress):
                return False
        if self._stopping.is_set() or not self._recovered:
            return False
        return await self._send_next(printer, progress)

    async def _fit(self, progress: Progress) -> bool:
        """The preflight: whether the next label may be sent, and what it waits for, noted."""
        hindrance = self._flight.hindrance(progress)
        if hindrance is None and not self._in_flight and self._shows_less:
            hindrance = "silent"
        if hindrance is None and self._stray_may_come(progress):
            hindrance = "late_label"
        if hindrance is None:
            if self._in_flight:
                await self._note(None)
            return True
        if self._in_flight:
            await self._note(None if progress.status.accepts else reason_of(progress.status))
            return False
        await self._note(hindrance)
        if progress.status.condition is Condition.SILENT:
            await self._close()  # it has answered before: silence is a fault, not its nature
            await self._pause(self._patience.reopen)
        elif self._shows_less:
            now = asyncio.get_running_loop().time()
            self._less_since = now if self._less_since is None else self._less_since
            if now - self._less_since >= self._patience.silence:
                await self._close()  # what was asked for its class may have got lost, and is asked but once
        return False

    @property
    def _shows_less(self) -> bool:
        """Whether the printer has not yet shown on this connection what it has shown on others."""
        return self._printer is not None and _RANK[self._printer.proof] < _RANK[self._flight.proof]

    def _rise(self, proof: Proof) -> None:
        """A printer that was busy or faulty when it was probed may show its class later."""
        if not self._in_flight and _RANK[proof] > _RANK[self._flight.proof]:
            self._best = proof
            self._flight = InFlight(proof, self._patience.proof, self._patience.silence)

    async def _send_next(self, printer: Printer, progress: Progress | None) -> bool:
        flight = self._flight
        before = flight.before(progress)
        work = await self._journal.claim(printer.url, before, self._limit or _LIMITS[flight.proof])
        if work is None:
            if not flight:
                self._stood = await self._journal.waiting()
                await self._note("too_many_unsettled" if self._stood else None)
                await self._pause(self._patience.idle, until_woken=True)
            return False
        self._said = None
        flight.send(work.attempt_id, work.labels, progress)
        stood, self._stood = self._stood, False
        try:
            if stood and flight.proof is Proof.BLIND:
                await self._call(printer.close)  # nobody has noticed if that connection is dead
                await self._call(printer.open)
            await self._call(lambda: printer.send(work.payload, self._patience.send))
        except KnownError as error:
            nothing_left = error.facts.get("written") == 0 or error.code == "device_open_failed"
            if nothing_left:
                flight.take_back()
            lost = flight.lost(error.code)
            await self._close()
            await self._settle([_as_document(one) for one in lost] if work.document else lost)
            if nothing_left:  # not one byte has left: nothing can have been printed
                await self._finish(Settled(work.attempt_id, JobState.QUEUED, before, error.code))
                await self._pause(self._patience.reopen)
            return True
        settled = flight.sent()
        await self._settle([_as_document(one) for one in settled] if work.document else settled)
        return True

    async def _settle(self, settled: list[Settled]) -> None:
        for one in settled:
            await self._finish(one)
        lost = {one.reason for one in settled if one.outcome is JobState.UNCERTAIN} - _EXPECTED
        if "not_counted" in lost:
            self._stray_until = asyncio.get_running_loop().time() + self._patience.stray
            self._stray_counted = self._flight.expected
        if lost:
            await self._close()  # a fresh connection, so that no late answer is taken for a new one

    def _stray_may_come(self, progress: Progress) -> bool:
        """Whether a label that vanished on a sound line may come out yet, and be counted in place of the next one."""
        if self._flight.proof is not Proof.COUNTS or asyncio.get_running_loop().time() >= self._stray_until:
            return False
        counted, told = self._stray_counted, progress.odometer
        return counted is None or told is None or told < counted

    async def _finish(self, one: Settled) -> None:
        while True:
            try:
                await self._journal.finish(one.attempt_id, one.outcome, one.odometer, one.reason)
            except KnownError as error:
                self._tell(error.code)
                if self._stopping.is_set():
                    return  # it stays *sending*, which the next start calls uncertain
                await self._pause(self._patience.reopen)
            else:
                return

    @property
    def _in_flight(self) -> bool:
        return self._printer is not None and len(self._flight) > 0

    async def _connect(self) -> Printer | None:
        if self._printer is None:
            if self._lease is not None and not self._lease.acquire():
                await self._note("printer_in_use")
                return None
            self._printer = self._make()  # known before it is open: whatever happens, it will be closed
            await self._call(self._printer.open)
            if self._best is Proof.BLIND and await self._journal.has_proven(self._printer.url):
                self._best = Proof.COUNTS
            proof = await self._call(self._printer.probe)
            if _RANK[proof] > _RANK[self._best]:
                self._best = proof
            self._flight = InFlight(self._best, self._patience.proof, self._patience.silence)
            self._less_since = None
        return self._printer

    async def _lost(self, error: KnownError) -> None:
        lost = self._flight.lost(error.code) if self._in_flight else []
        await self._close()
        await self._settle(lost)
        await self._note(error.code)
        await self._pause(self._patience.reopen)

    async def _note(self, reason: str | None) -> None:
        if reason == self._said:
            return
        try:
            await self._journal.note(reason)
        except KnownError as error:
            log.warning("not noted: %s, because of %s", reason, error)  # it decides nothing, so it stops nothing
            return
        self._said = reason
        if reason is not None:
            self._tell(reason)

    def _tell(self, code: str) -> None:
        if self._on_status is not None:
            self._on_status(code)

    async def _close(self) -> None:
        if self._printer is not None:
            await self._call(self._printer.close)
            self._printer = None  # not before: who is cancelled while it closes tries again
        if self._lease is not None:
            self._lease.release()

    async def _pause(self, seconds: float, *, until_woken: bool = False) -> None:
        """Wait, but not longer than until `stop` (or `wake`)."""
        event = self._wake if until_woken else self._stopping
        try:
            await asyncio.wait_for(event.wait(), seconds)
        except TimeoutError:
            return

    async def _call(self, blocking: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, blocking)


def _as_document(one: Settled) -> Settled:
    """What became of a document: nobody proves that it came out, and it is enough that it was handed over."""
    if one.reason == "no_proof":
        return replace(one, outcome=JobState.PRINTED, reason=HANDED_OVER)
    return replace(one, outcome=JobState.FAILED)


_RANK = {Proof.BLIND: 0, Proof.STATE_ONLY: 1, Proof.COUNTS: 2, Proof.ACKNOWLEDGES: 3}
_LIMITS = {Proof.BLIND: UNSETTLED_BLIND, Proof.STATE_ONLY: 1, Proof.COUNTS: 2, Proof.ACKNOWLEDGES: 2}
# no sign of trouble: it can prove nothing, or its paper ended
_EXPECTED = frozenset({"no_proof", "no_counter", "paper_ended"})
