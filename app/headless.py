"""The engine without a window: a bench on standard input and output, one-off prints, simulated devices."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import BinaryIO, TextIO

from app.domain.bench import OpenParcel
from app.domain.errors import KnownError, Refusal
from app.domain.people import Actor, Role
from app.domain.states import JobState, ParcelState
from app.opening import station_lock
from app.operations.labels import cancel_job, queue_file, reprint
from app.queries.labels import find_parcel, job_state, newest_job_of, open_jobs
from app.queries.packing import bench
from app.spooling import running_spooler
from app.station import Shown, Station
from app.texts import say
from db.base import new_uuid
from db.store import Store
from hardware.printer import Proof
from hardware.simulator.faults import parse_faults
from hardware.simulator.serve import serve
from hardware.simulator.zpl_printer import Drawing
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
    as_json: bool,
    language: str,
    stdin: BinaryIO,
    stdout: TextIO,
    stderr: TextIO,
    patience: Patience | None = None,
) -> None:
    """A bench without a window: a scan a line in, a verdict a line out after its commit.

    Ends with the input, after the labels that are on their way are done (at most DRAIN_SECONDS). What happens
    besides the scans (the printer's troubles, where the station resumed) goes to `stderr`.
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
            await stack.enter_async_context(
                running_spooler(
                    store, station.name, printer, patience=patience,
                    on_status=lambda code: tell(say("printer_waits", {"why": say(code, language=language)}, language)),
                )
            )
        tell(_where(store.read(bench, station.actor.station).parcel, language))
        while line := await loop.run_in_executor(None, stdin.readline):
            raw = line.decode("utf-8", "backslashreplace").rstrip("\r\n")
            if not raw.strip():
                continue
            shown = await asyncio.wrap_future(station.submit(raw))
            answer = json.dumps(shown.as_dict(), ensure_ascii=True) if as_json else _line(shown)
            try:
                print(answer, file=stdout, flush=True)
            except OSError:
                # a scan whose verdict nobody can see must be the last one
                raise KnownError("output_gone") from None
        if printer is not None:
            await wait_until(lambda: store.read(open_jobs, station.name) == 0, DRAIN_SECONDS)


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


def read_label_file(path: Path) -> bytes:
    """The bytes of a ZPL file; raises Refusal when it cannot be read or holds no label."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Refusal("file_unreadable", file=path.name, why=error.strerror or "") from None
    if b"^XA" not in data.upper():
        raise Refusal("file_holds_no_label", file=path.name)
    return data


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


async def run_sim_printer(
    listen: str, out: Path, *, dpi: int, ips: float, time_factor: float, faults: Sequence[str], proof: str,
    mute_when_faulty: bool, until_stdin_closes: bool,
) -> None:
    """A simulated ZPL printer that prints into a folder until it is stopped."""

    def draw(zpl: bytes) -> Drawing:
        pages = render(zpl, dpi)
        picture = io.BytesIO()
        pages[0].image.save(picture, "PNG", compress_level=1)
        return Drawing(picture.getvalue(), pages[0].image.height / dpi * 25.4)

    await serve(
        listen, out, draw, ips=ips, time_factor=time_factor, faults=parse_faults(faults), proof=Proof(proof),
        mute_when_faulty=mute_when_faulty, until_stdin_closes=until_stdin_closes,
        ready=lambda url: print(f"listening on {url}", flush=True),  # noqa: T201 (its output is its interface)
    )
