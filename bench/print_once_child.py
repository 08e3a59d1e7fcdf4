"""The spooler in a process of its own, which kills itself at a given point of a given label.

Run by `bench.print_once_real`: python -m bench.print_once_child DB QUEUE URL POINT LABEL. It ends when its standard
input does.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import time
from typing import Any

import app.spooling
import hardware.printers
from app.domain.states import JobState
from app.spooling import StoreJournal, running_spooler
from db.engine import parse_url
from db.store import Store
from hardware.device import DeviceUrl, Transport
from hardware.transports import make_transport
from printing.spooler import Patience, Work

FACTOR = 0.1  # of the printers' time; the patience with them shrinks as much
PATIENCE = Patience(
    poll=0.03, idle=0.3, reopen=0.2, send=3.0, proof=1.5, silence=6.0, farewell=3.0, stray=30.0 * FACTOR
)  # fmt: skip
POINTS = ("claimed", "half_sent", "sent", "in_flight", "before_printed", "printed", "any")
_LABEL_BYTES = 400  # what is shorter is a question


class Doom:
    """The point at which this process dies: `point` of its label number `label`."""

    def __init__(self, point: str, label: int) -> None:
        self._point, self._label = point, label
        self._claimed = 0

    def claim(self) -> None:
        """Another label is claimed."""
        self._claimed += 1

    def at(self, point: str) -> bool:
        """Whether the end has come."""
        return point == self._point and self._claimed >= self._label

    def die(self) -> None:
        """kill -9."""
        os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(10)


DOOM = Doom("never", 0)


class DyingJournal(StoreJournal):
    """Dies right after a claim is durable, or before or after an outcome is."""

    async def claim(self, printer: str, odometer: int | None, unsettled_limit: int) -> Work | None:
        """See `StoreJournal`."""
        work = await super().claim(printer, odometer, unsettled_limit)
        if work is not None:
            DOOM.claim()
            if DOOM.at("claimed"):
                DOOM.die()
        return work

    async def finish(self, attempt_id: int, outcome: JobState, odometer: int | None, reason: str | None) -> None:
        """See `StoreJournal`."""
        if outcome is JobState.PRINTED and DOOM.at("before_printed"):
            DOOM.die()
        await super().finish(attempt_id, outcome, odometer, reason)
        if outcome is JobState.PRINTED and DOOM.at("printed"):
            DOOM.die()


class DyingTransport:
    """Dies in the middle of a label, right after it, or a little later."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes, timeout: float) -> None:
        """See `hardware.device.Transport`."""
        if len(data) < _LABEL_BYTES:
            self._transport.write(data, timeout)
            return
        if DOOM.at("half_sent"):
            self._transport.write(data[: len(data) // 2], timeout)
            DOOM.die()
        self._transport.write(data, timeout)
        if DOOM.at("sent"):
            DOOM.die()
        if DOOM.at("in_flight"):
            threading.Timer(0.02 + (os.getpid() % 10) / 100, DOOM.die).start()


def _make_transport(url: DeviceUrl) -> Transport:
    dying: Any = DyingTransport(make_transport(url))
    return dying  # type: ignore[no-any-return]


async def spool(db: str, queue: str, url: str) -> None:
    """Print the queue until standard input ends."""
    with Store(parse_url(db)) as store:
        async with running_spooler(store, queue, url, patience=PATIENCE):
            await asyncio.to_thread(sys.stdin.read)


def main() -> None:
    """The command line."""
    global DOOM
    db, queue, url, point, label = sys.argv[1:]
    DOOM = Doom(point, int(label))
    setattr(app.spooling, "StoreJournal", DyingJournal)  # noqa: B010 (mypy knows it as a class)
    setattr(hardware.printers, "make_transport", _make_transport)  # noqa: B010
    asyncio.run(spool(db, queue, url))


if __name__ == "__main__":
    main()
