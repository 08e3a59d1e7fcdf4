"""One printer's queue: every label is sent at most once, and what is not proven to be printed is called uncertain.

The recipe: the job is durably *sending* before its first byte leaves; nothing is sent into a printer that is faulty,
paused or still busy; *printed* is said only by the device's own acknowledgement, or when its buffer is empty and its
odometer has moved by exactly what was sent; anything else is *uncertain*, and nothing is ever sent again by itself.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol, TypeVar

from app.domain.errors import KnownError
from app.domain.states import JobState
from hardware.printer import Condition, Printer, PrinterStatus, Proof

T = TypeVar("T")
log = logging.getLogger(__name__)

UNSETTLED_BLIND = 25


@dataclass(frozen=True, slots=True)
class Work:
    """A job that may be sent now: its bytes, and how many physical labels they make."""

    attempt_id: int
    payload: bytes
    labels: int = 1


class Journal(Protocol):
    """Where the spooler reads its queue and writes down, durably, what it does."""

    async def recover(self) -> None:
        """Call what was being sent when the program died uncertain."""

    async def waiting(self) -> bool:
        """Whether a job is queued."""

    async def has_counted(self, printer: str) -> bool:
        """Whether this printer has ever told its odometer: then its silence is a fault, not its nature."""

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
    `silence` until a printer that does not answer while a label is in it is given up.
    """

    poll: float = 0.05
    idle: float = 1.0
    reopen: float = 1.0
    send: float = 30.0
    proof: float = 5.0
    silence: float = 20.0


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

    def wake(self) -> None:
        """Look for work now; call it on the event loop's thread."""
        self._wake.set()

    async def stop(self) -> None:
        """End `run`: a label whose proof is being waited for becomes uncertain."""
        self._stopping.set()
        self._wake.set()

    async def run(self) -> None:
        """Print the queue until stopped; a journal that cannot be written now is tried again, and nothing is sent."""
        recovered = False
        try:
            while not self._stopping.is_set():
                self._wake.clear()
                try:
                    if not recovered:
                        await self._journal.recover()
                        recovered = True
                    if not await self._journal.waiting():
                        await self._pause(self._patience.idle, until_woken=True)
                        if not self._wake.is_set():
                            await self._close()  # many printers take one client: others may have it meanwhile
                    elif not await self._print_next():
                        await self._pause(self._patience.poll)
                except KnownError as error:
                    recovered = False  # nothing is in the printer: what is *sending* now was claimed in vain
                    self._tell(error.code)
                    await self._pause(self._patience.reopen)
                except Exception:
                    # a mistake of ours with one label must not take the printer from the bench
                    log.exception("the spooler stumbled")
                    recovered = False
                    self._tell("internal_error")
                    await self._close()
                    await self._pause(self._patience.reopen)
        finally:
            await self._close()
            self._thread.shutdown(wait=False)

    async def _print_next(self) -> bool:
        """One step: connect, preflight, claim, send, prove; False when there was nothing to be done now."""
        try:
            printer = await self._connect()
            if printer is None:
                return False
            status = await self._call(printer.status) if self._talks(printer) else None
            counts = Proof.COUNTS in (printer.proof, self._best)
            if status is not None and not _clear(status, counts):
                await self._note(_reason(status))
                if status.condition is Condition.SILENT:
                    await self._close()  # it has answered before: silence is a fault, not its nature
                    await self._pause(self._patience.reopen)
                return False
            odometer = await self._call(printer.odometer) if counts else None
        except KnownError as error:
            await self._lost(error)
            return False
        if counts and odometer is None:
            await self._note("no_counter")
            return False
        if self._stopping.is_set():
            return False
        work = await self._journal.claim(printer.url, odometer, self._limit or _LIMITS[printer.proof])
        if work is None:
            await self._note("too_many_unsettled" if await self._journal.waiting() else None)
            await self._pause(self._patience.idle, until_woken=True)
            return True
        self._said = None
        outcome, after, reason = await self._attempt(printer, work, odometer)
        await self._finish(work, outcome, after, reason)
        if outcome is JobState.UNCERTAIN:
            await self._close()  # a fresh connection, so that no late answer is taken for a new one
        elif outcome is JobState.QUEUED:
            await self._pause(self._patience.reopen)
        return True

    async def _finish(self, work: Work, outcome: JobState, odometer: int | None, reason: str | None) -> None:
        while True:
            try:
                await self._journal.finish(work.attempt_id, outcome, odometer, reason)
            except KnownError as error:
                self._tell(error.code)
                if self._stopping.is_set():
                    return  # it stays *sending*, which the next start calls uncertain
                await self._pause(self._patience.reopen)
            else:
                return

    async def _attempt(
        self, printer: Printer, work: Work, before: int | None
    ) -> tuple[JobState, int | None, str | None]:
        try:
            await self._call(lambda: printer.send(work.payload, self._patience.send))
        except KnownError as error:
            await self._close()
            if error.facts.get("written") == 0:
                return JobState.QUEUED, before, error.code  # not one byte has left: nothing can have been printed
            return JobState.UNCERTAIN, None, error.code
        if printer.proof is Proof.ACKNOWLEDGES:
            return JobState.PRINTED, None, None
        if printer.proof is Proof.BLIND:
            return JobState.UNCERTAIN, None, "no_proof"
        try:
            return await self._await_proof(printer, work, before)
        except KnownError as error:
            await self._close()
            return JobState.UNCERTAIN, None, error.code

    async def _await_proof(
        self, printer: Printer, work: Work, before: int | None
    ) -> tuple[JobState, int | None, str | None]:
        loop = asyncio.get_running_loop()
        quiet_since = settled_since = None
        while True:
            status = await self._call(printer.status)
            now = loop.time()
            # what a printer says is of no use where it counts but leaves out its buffer
            no_use = before is not None and status.accepts and status.formats_in_buffer is None
            if no_use or status.condition is Condition.SILENT:
                settled_since = None
                quiet_since = now if quiet_since is None else quiet_since
                await self._note(Condition.SILENT)
                if now - quiet_since >= self._patience.silence:
                    return JobState.UNCERTAIN, None, "printer_silent"
            else:
                quiet_since = None
                await self._note(None if status.accepts else _reason(status))
                if _clear(status, before is not None):
                    settled_since = now if settled_since is None else settled_since
                    if before is None:
                        return JobState.UNCERTAIN, None, "no_counter"
                    after = await self._call(printer.odometer)
                    if after is not None and after == before + work.labels:
                        return JobState.PRINTED, after, None
                    if after is not None and after > before + work.labels:
                        return JobState.UNCERTAIN, after, "odometer_ahead"
                    if after is not None and after < before:
                        return JobState.UNCERTAIN, after, "odometer_behind"
                    if now - settled_since >= self._patience.proof:
                        return JobState.UNCERTAIN, after, "not_counted"
                else:
                    settled_since = None  # paper out, head open, still printing: the label is in the printer
            if self._stopping.is_set():
                return JobState.UNCERTAIN, None, "stopped"
            await self._pause(self._patience.poll)

    async def _connect(self) -> Printer | None:
        if self._printer is None:
            if self._lease is not None and not self._lease.acquire():
                await self._note("printer_in_use")
                return None
            self._printer = self._make()  # known before it is open: whatever happens, it will be closed
            await self._call(self._printer.open)
            if self._best is Proof.BLIND and await self._journal.has_counted(self._printer.url):
                self._best = Proof.COUNTS
            proof = await self._call(self._printer.probe)
            if _RANK[proof] > _RANK[self._best]:
                self._best = proof
        return self._printer

    def _talks(self, printer: Printer) -> bool:
        return printer.proof is not Proof.BLIND or self._best is not Proof.BLIND

    async def _lost(self, error: KnownError) -> None:
        await self._close()
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


_RANK = {Proof.BLIND: 0, Proof.STATE_ONLY: 1, Proof.COUNTS: 2, Proof.ACKNOWLEDGES: 3}
_LIMITS = {Proof.BLIND: UNSETTLED_BLIND, Proof.STATE_ONLY: 1, Proof.COUNTS: 2, Proof.ACKNOWLEDGES: 2}


def _clear(status: PrinterStatus, counts: bool) -> bool:
    """Whether a label may be sent: a printer that counts has told of its buffer before, and must tell again."""
    return status.accepts and (status.idle or (status.formats_in_buffer is None and not counts))


def _reason(status: PrinterStatus) -> str:
    if status.accepts:
        return "busy"
    return status.reason if status.condition is Condition.FAULT and status.reason else status.condition.value
