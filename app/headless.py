"""The engine without a window: a bench on standard input and output, one-off prints."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import BinaryIO, TextIO

from app.devices import StationDevices, check_device
from app.domain.bench import OpenParcel
from app.domain.errors import KnownError, Refusal
from app.domain.people import Actor, Role
from app.domain.states import JobState, ParcelState
from app.label_files import read_label_file
from app.opening import station_lock
from app.operations.label_copies import reprint
from app.operations.print_queue import cancel_job, queue_file
from app.papers import LabelPapers
from app.queries.labels import find_parcel, job_state, newest_job_of, open_jobs
from app.queries.packing import bench
from app.spooling import running_spooler
from app.station import Origin, Shown, Station
from app.texts import explain, say
from app.weighing import Weighing
from db.base import new_uuid
from db.store import Store
from printing.interpreter import render
from printing.spooler import Patience

DRAIN_SECONDS = 15.0
_UNFINISHED = (JobState.QUEUED, JobState.SENDING)
_SUPPORT = Actor(None, None, Role.SUPPORT)


async def run_station(
    store: Store,
    name: str,
    printer: str | None,
    *,
    scanners: Sequence[str] = (),
    scale: str = "",
    as_json: bool,
    language: str,
    stdin: BinaryIO,
    stdout: TextIO,
    stderr: TextIO,
    patience: Patience | None = None,
) -> None:
    """A bench without a window: a scan a line in, a verdict a line out after its commit.

    Scans of `scanners` (device URLs) are judged in one order with the lines of the input. Ends with the input, after
    the labels that are on their way are done (at most DRAIN_SECONDS). What happens besides the scans (the printer's
    troubles, where the station resumed) goes to `stderr`.
    """

    def tell(text: str) -> None:
        print(f"{name}: {text}", file=stderr, flush=True)

    loop = asyncio.get_running_loop()
    async with AsyncExitStack() as stack:
        stack.enter_context(station_lock(store, name))
        station = Station(store, name, language=language)
        assert station.actor.station is not None
        if printer is None:
            tell(say("no_printer_given", language=language))
        else:
            papers = LabelPapers(store, station, sheets=False, labels=True)
            stack.push_async_callback(asyncio.to_thread, papers.stop)
            await stack.enter_async_context(
                running_spooler(
                    store, station.name, printer, patience=patience,
                    on_status=lambda code: tell(say("printer_waits", {"why": say(code, language=language)}, language)),
                )
            )
        tell(_where(store.read(bench, station.actor.station).parcel, language))
        scans: asyncio.Queue[tuple[str, Origin | None] | None] = asyncio.Queue()

        def arrived(scan: tuple[str, Origin | None] | None) -> None:
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(scans.put_nowait, scan)

        def answer(shown: Shown) -> None:
            text = json.dumps(shown.as_dict(), ensure_ascii=True) if as_json else _line(shown)
            try:
                print(text, file=stdout, flush=True)
            except OSError:
                # a scan whose verdict nobody can see must be the last one
                raise KnownError("output_gone") from None

        for use, urls in (("scanners", scanners), ("scale", [scale] if scale else [])):
            for url in urls:
                check_device(use, url)
        if scanners or scale:
            told = _Telling(tell, language)
            devices = StationDevices(scanners, scale, lambda raw, origin: arrived((raw, origin)), lambda: told.look())
            stack.callback(devices.stop)
            station.read_scale = devices.stable_grams
            told.watch(devices)
        if scale:
            weighing = Weighing(store, station)
            stack.callback(weighing.stop)
            stack.push_async_callback(_end, asyncio.create_task(weighing.run(answer), name="weighing"))
        _read_lines(stdin, arrived)
        while (scan := await scans.get()) is not None:
            raw, origin = scan
            if not raw.strip():
                continue
            answer(await asyncio.wrap_future(station.submit(raw, origin)))
        if printer is not None:
            await wait_until(lambda: store.read(open_jobs, station.name) == 0, DRAIN_SECONDS)


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def _read_lines(stdin: BinaryIO, arrived: Callable[[tuple[str, None] | None], None]) -> None:
    """Pass on each line, and None at the end of the input, from a thread that keeps nobody from ending.

    A thread that waits inside Python's buffer of the input would: the interpreter wants its lock at exit. So the file
    is read past the buffer, where the input is a file.
    """

    def lines() -> Iterator[bytes]:
        try:
            file = stdin.fileno()
        except (OSError, ValueError):
            yield from stdin
            return
        rest = b""
        while data := os.read(file, 65536):
            *whole, rest = (rest + data).split(b"\n")
            yield from whole
        yield rest

    def read() -> None:
        with suppress(OSError):  # the input has gone: its end
            for line in lines():
                arrived((line.decode("utf-8", "backslashreplace").rstrip("\r\n"), None))
        arrived(None)

    threading.Thread(target=read, name="standard input", daemon=True).start()


class _Telling:
    """Says once what is the matter with a device, and when it is well again."""

    def __init__(self, tell: Callable[[str], None], language: str) -> None:
        self._tell, self._language = tell, language
        self._devices: StationDevices | None = None
        self._told: dict[str, str] = {}
        self._one = threading.Lock()

    def watch(self, devices: StationDevices) -> None:
        """These devices, from now on."""
        self._devices = devices
        self.look()

    def look(self) -> None:
        """Something may have changed; comes from the devices' threads."""
        if self._devices is None:
            return
        with self._one:
            for seen in (*self._devices.scanners, *([self._devices.scale] if self._devices.scale else [])):
                why = "" if seen.trouble is None else explain(seen.trouble, self._language)
                if seen.state != "connecting" and self._told.get(seen.url) != f"{seen.state} {why}":
                    self._told[seen.url] = f"{seen.state} {why}"
                    state = say(f"device_{seen.state}", language=self._language)
                    self._tell(f"{seen.url}: {state}" + (f", {why}" if why else ""))


def _where(parcel: OpenParcel | None, language: str) -> str:
    if parcel is None:
        return say("next_scan_tote", language=language)
    if parcel.state is ParcelState.OPEN:
        return say("resumed_open", {"order": parcel.order, "remaining": parcel.remaining}, language)
    return say("resumed_label", {"order": parcel.order, "copy": parcel.copy}, language)


def _line(shown: Shown) -> str:
    sign = {"pass": "✓", "fail": "✕", "attention": "!"}[shown.verdict]
    return f"{sign} {shown.message}"


async def wait_until(condition: Callable[[], bool], seconds: float, poll: float = 0.05) -> bool:
    """Whether `condition` became true within `seconds`; it is asked off the event loop."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while not await asyncio.to_thread(condition):
        if loop.time() >= end:
            return False
        await asyncio.sleep(poll)
    return True


async def print_file(store: Store, path: Path, printer: str, seconds: float, tell: Callable[[str], None]) -> JobState:
    """Print a ZPL file through the spooler and wait at most `seconds`; returns what is known of it.

    What could not be sent until then is cancelled: it must not come out some other day, unasked. Raises Refusal
    `file_unreadable`, `file_holds_no_label`.
    """
    payload = read_label_file(path)
    labels = len(await asyncio.to_thread(render, payload))
    if not labels:
        raise Refusal("file_holds_no_label", file=path.name)
    queue = _own_queue()
    async with running_spooler(store, queue, printer, on_status=tell):
        job_id = store.write(queue_file, _SUPPORT, queue, payload, labels)
        await wait_until(lambda: store.read(job_state, job_id) not in _UNFINISHED, seconds)
    return store.write(cancel_job, _SUPPORT, job_id)


async def reprint_label(
    store: Store, code: str, reason: str, station: str | None, printer: str | None, seconds: float,
    tell: Callable[[str], None],
) -> tuple[int, JobState]:
    """Queue another copy of the label that `code` names, and print it when a printer is given.

    Returns the copy number and the state of its job. Without a printer the job waits in the queue of `station`, by
    default of the one that printed the last copy.
    """
    parcel_id = store.read(find_parcel, code)
    if printer is None:
        copy = store.write(reprint, _SUPPORT, parcel_id, reason, station)
        return copy, JobState.QUEUED
    queue = _own_queue()
    async with running_spooler(store, queue, printer, on_status=tell):
        copy = store.write(reprint, _SUPPORT, parcel_id, reason, queue)
        job = store.read(newest_job_of, parcel_id)
        assert job is not None
        await wait_until(lambda: store.read(job_state, job.job_id) not in _UNFINISHED, seconds)
    return copy, store.write(cancel_job, _SUPPORT, job.job_id)


def _own_queue() -> str:
    """A queue that no other process prints: whoever starts a spooler calls what lies in its queue interrupted."""
    return f"print {new_uuid()}"
