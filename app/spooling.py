"""The spooler's journal on the database, and a station's printer as a running task."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from filelock import FileLock, Timeout

from app.change import Change
from app.domain.errors import KnownError, Refusal
from app.domain.states import JobState
from app.operations.labels import Takes
from app.operations.print_queue import (
    claim_job,
    finish_attempt,
    note_other_language,
    note_printer,
    note_wait,
    recover_queue,
)
from app.queries.labels import has_proven
from app.queries.print_queues import what_waits
from app.settings import Settings, data_directory
from db.store import Priority, Store
from hardware.device import parse_url
from hardware.permission import explain
from hardware.printers import open_printer, takes
from printing.spooler import Patience, Spooler, Work


class StoreJournal:
    """Reads and writes one queue (the name of a station) of print jobs for a printer.

    `language` is what the printer speaks (None: it takes any), `takes` for what a label is written (None: as it is),
    `on_status` hears what keeps the queue from printing: it
    is paused, or written for another printer.
    """

    def __init__(
        self, store: Store, queue: str, on_status: Callable[[str], None] | None = None, language: str | None = None,
        takes: Takes | None = None,
    ) -> None:
        self._store = store
        self._queue = queue
        self._on_status = on_status
        self._language = language
        self._takes = takes
        self._held: str | None = None

    async def recover(self) -> None:
        """Call what was being sent when the program died uncertain."""
        await asyncio.wrap_future(self._store.submit(Priority.PRINTER, recover_queue, self._queue))

    async def waiting(self) -> bool:
        """Whether a job is queued that may be sent."""
        waits, held = await asyncio.to_thread(self._store.read, what_waits, self._queue, self._language)
        if held == "other_language" != self._held:
            assert self._language is not None
            await asyncio.wrap_future(
                self._store.submit(Priority.PRINTER, note_other_language, self._queue, self._language)
            )
        if held is not None and held != self._held and not waits and self._on_status is not None:
            self._on_status(held)
        self._held = held
        return waits

    async def has_proven(self, printer: str) -> bool:
        """Whether this printer has ever counted or acknowledged a label."""
        return await asyncio.to_thread(self._store.read, has_proven, printer)

    async def note(self, reason: str | None) -> None:
        """Say what the head of the queue waits for."""
        await asyncio.wrap_future(self._store.submit(Priority.PRINTER, note_wait, self._queue, reason))

    async def claim(self, printer: str, odometer: int | None, unsettled_limit: int) -> Work | None:
        """The next job, durably *sending*."""
        claimed = await asyncio.wrap_future(
            self._store.submit(
                Priority.PRINTER, claim_job, self._queue, printer, odometer, unsettled_limit, self._language,
                self._takes,
            )
        )
        if claimed is None:
            return None
        return Work(claimed.attempt_id, claimed.payload, claimed.labels, claimed.document)

    async def finish(self, attempt_id: int, outcome: JobState, odometer: int | None, reason: str | None) -> None:
        """What became of an attempt."""
        await asyncio.wrap_future(
            self._store.submit(Priority.PRINTER, finish_attempt, attempt_id, outcome, odometer, reason)
        )


class PrinterLease:
    """One program of this computer at a time on one printer, whatever database and station it prints for."""

    def __init__(self, url: str) -> None:
        parts = parse_url(url)
        name = f"{parts.scheme} {parts.host.lower()} {parts.port} {parts.path}"
        folder = data_directory() / "locks"
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(folder / f"printer-{hashlib.sha256(name.encode()).hexdigest()[:16]}", thread_local=False)

    def acquire(self) -> bool:
        """Take it if nobody has it; does not wait."""
        if self._lock.is_locked:
            return True
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            return False
        return True

    def release(self) -> None:
        """Give it back; the system does so for a program that was killed."""
        self._lock.release()


def printer_url(use: str, url: str) -> str:
    """The URL of a station's printer for its use (a field of the settings): the document printer takes PDF.

    One whose URL names a language speaks that. Raises Refusal for a URL that names no printer.
    """
    parts = parse_url(url)
    if use != "document_printer" or "language" in parts.options or parts.scheme == "file":
        return url
    return f"{url}{'&' if '?' in url else '?'}language=pdf"


def language_of(url: str) -> str | None:
    """What the printer of a URL speaks; None for a file, which takes anything. Raises Refusal."""
    parts = parse_url(url)
    return None if parts.scheme == "file" else parts.options.get("language", "zpl")


def dpi_of(url: str) -> int:
    """The dots an inch of the printer of a URL, 203 where it does not tell. Raises Refusal."""
    return takes(url).dpi


def media_of(url: str) -> tuple[int, int] | None:
    """Width and height in millimetres of the media in the printer of a URL; None where it does not tell.

    Raises Refusal.
    """
    found = takes(url)
    return None if found.width_mm is None or found.height_mm is None else (found.width_mm, found.height_mm)


def speak_alike(settings: Settings) -> bool:
    """Whether the label printer and its fallback understand the same, dots included; a file takes anything."""
    try:
        urls = [url for url in (settings.printer, settings.printer_fallback) if language_of(url) is not None]
        return len({(language_of(url), dpi_of(url)) for url in urls}) <= 1
    except Refusal:
        return False


def check_printer(url: str) -> None:
    """Raises Refusal for a URL that names no printer; opens nothing."""
    open_printer(url)


def ask_printer(url: str) -> str:
    """What a printer says of itself now, as codes of `app.texts`; blocks for some seconds at most.

    `printer_in_use` while a program prints on it. Raises Refusal for a URL that names no printer.
    """
    return answer_of(url).code


def answer_of(url: str) -> Refusal:
    """As `ask_printer`, with the facts of the sentence, and what mends it where the system is in the way."""
    printer, lease = open_printer(url), PrinterLease(url)
    if not lease.acquire():
        return Refusal("printer_in_use")
    try:
        printer.open()
        printer.probe()
        status = printer.status()
        return Refusal((status.reason or status.condition.value).split()[0])
    except KnownError as error:
        return explain(error) or error
    finally:
        printer.close()
        lease.release()


@asynccontextmanager
async def running_spooler(
    store: Store,
    queue: str,
    url: str,
    *,
    patience: Patience | None = None,
    unsettled_limit: int | None = None,
    on_status: Callable[[str], None] | None = None,
) -> AsyncIterator[Spooler]:
    """A station's printer, printing as long as the block runs.

    Raises Refusal for a URL that names no printer. On leaving, a label whose proof is still missing becomes uncertain.
    """
    open_printer(url)  # a wrong URL is refused here, before anything is queued for it
    language, found = language_of(url), takes(url)
    wanted = None if language is None else Takes(found.language, found.dpi, found.width_mm, found.height_mm)
    spooler = Spooler(
        StoreJournal(store, queue, on_status, language, wanted),
        lambda: open_printer(url),
        patience=patience,
        unsettled_limit=unsettled_limit,
        on_status=on_status,
        lease=PrinterLease(url),
    )
    loop = asyncio.get_running_loop()
    await asyncio.wrap_future(
        store.submit(Priority.PRINTER, note_printer, queue, found.language, found.dpi, found.width_mm, found.height_mm)
    )

    def wake(change: Change) -> None:
        if "labels" in change.topics and not loop.is_closed():
            loop.call_soon_threadsafe(spooler.wake)

    forget = store.listen(wake)
    task = asyncio.create_task(spooler.run(), name=f"spooler {queue}")
    try:
        yield spooler
    finally:
        forget()
        await spooler.stop()
        try:
            # not the task itself: that would hand a cancellation on to it, and be lost with it if it ends by itself
            await asyncio.wait([task])
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.wait([task])
            raise
        task.result()
