"""A ZPL printer in software: TCP in, labels into a folder, status and odometer like a device, faults on schedule."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import os
import socket
import struct
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from app.domain.errors import KnownError
from hardware import zpl_status
from hardware.printer import Condition, Proof
from hardware.simulator.faults import Fault, Trouble
from hardware.simulator.memory import Memory
from hardware.simulator.tray import Tray
from hardware.simulator.zpl_stream import Download, Event, Format, Immediate, Sgd, ZplStream

log = logging.getLogger(__name__)

_MM_PER_INCH = 25.4
_DOTS_PER_MM = 8
_RECEIVE = 65536
_CATCH_UP = 0.02  # seconds by which a late timer may be made good at the next label
_ERROR_BITS = {
    Condition.PAPER_OUT: 0x1,
    Condition.RIBBON_OUT: 0x2,
    Condition.HEAD_OPEN: 0x4,
    Condition.PAUSED: 0x10000,
}
_STANDING = {
    Trouble.PAPER_OUT: Condition.PAPER_OUT,
    Trouble.RIBBON_OUT: Condition.RIBBON_OUT,
    Trouble.HEAD_OPEN: Condition.HEAD_OPEN,
    Trouble.PAUSED: Condition.PAUSED,
}
# the states in which newer firmware does not answer ~HS
_MUTE = frozenset({Condition.PAPER_OUT, Condition.RIBBON_OUT, Condition.HEAD_OPEN})


@dataclass(frozen=True, slots=True)
class Drawing:
    """How one label looks and how long it is: PNG bytes and millimetres."""

    png: bytes
    length_mm: float = 152.4


Draw = Callable[[bytes], Drawing | bytes]


@dataclass(slots=True)
class _Pending:
    zpl: bytes
    quantity: int
    arrived: float  # loop time
    drawing: asyncio.Future[Drawing]


class ZplTwin:
    """One simulated printer; made and used on one asyncio loop.

    `draw` turns the self-contained ZPL of a label into its picture; it runs in one worker thread, so it may be slow
    but must not touch the loop. `ips`: inches a second; `time_factor` stretches every duration (0: no waiting at
    all). `mute_when_faulty`: firmware that leaves ~HS unanswered while media, ribbon or head need a person.
    `proof`: which class it plays: COUNTS answers everything, STATE_ONLY does not know the odometer, BLIND never
    answers. `buffer_formats`: from so many waiting formats on it says "buffer full", at twice as many it stops
    reading.
    """

    def __init__(
        self,
        out: Path,
        draw: Draw,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        ips: float = 6.0,
        time_factor: float = 1.0,
        faults: Iterable[Fault] = (),
        mute_when_faulty: bool = False,
        proof: Proof = Proof.COUNTS,
        buffer_formats: int = 64,
        lock_patience: float = 10.0,
    ) -> None:
        self._draw = draw
        self._address = (host, port)
        self._inches_per_second = ips
        self._time_factor = time_factor
        self._faults = list(faults)
        self._mute_when_faulty = mute_when_faulty
        self._proof = proof
        self._buffer_formats = buffer_formats
        self._lock_patience = lock_patience
        self._tray = Tray(out)
        self._memory = Memory()
        self._waiting: deque[_Pending] = deque()
        self._remaining = 0  # labels of the format in print that are not out yet
        self._standing: set[Condition] = set()
        self._silent = False
        self._beyond_help = False  # stands in trouble that only `clear` ends
        self._length_dots = 0
        self._odometer = 0
        self._last_out = 0.0
        self._listener: socket.socket | None = None
        self._client: socket.socket | None = None
        self._stream = ZplStream()

    @property
    def port(self) -> int:
        """The TCP port it listens on; known after `start`."""
        return self._address[1]

    @property
    def odometer(self) -> int:
        """Labels that have come out into this folder."""
        return self._odometer

    async def start(self) -> int:
        """Claim the folder, listen, and return the port.

        Raises KnownError `tray_taken`, `tray_unusable` or `listen_failed`.
        """
        await asyncio.to_thread(self._tray.claim, self._lock_patience)
        try:
            self._odometer = await asyncio.to_thread(self._tray.count)
            self._faults = [fault for fault in self._faults if fault.label > self._odometer]
            self._changed = asyncio.Event()  # set at every change that somebody may wait for
            self._mended = asyncio.Event()
            self._painter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="twin")
            self._listen()
        except BaseException:
            self._tray.release()
            raise
        self._serving = asyncio.create_task(self._serve())
        self._printing = asyncio.create_task(self._print())
        self._printing.add_done_callback(lambda _: self._changed.set())
        return self.port

    async def stop(self, finish: bool = True) -> None:
        """Take what has arrived, print it (unless `finish` is False or only a person could mend it), and end."""
        await self._hang_up(drain=finish)
        if finish:
            await self._until(
                lambda: self._beyond_help or self._printing.done() or not (self._waiting or self._remaining)
            )
        self._printing.cancel()
        try:
            with contextlib.suppress(asyncio.CancelledError):
                await self._printing
        finally:
            for pending in self._waiting:
                pending.drawing.cancel()
            await asyncio.to_thread(functools.partial(self._painter.shutdown, cancel_futures=True))
            self._tray.release()

    def clear(self) -> None:
        """A person mends whatever stands: paper in, head closed, power on, pause off."""
        self._silent = False
        self._standing.clear()
        self._mended.set()

    # -- the network side

    def _listen(self) -> None:
        family = socket.AF_INET6 if ":" in self._address[0] else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        try:
            if os.name != "nt":  # there it would let two printers share the port
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(self._address)
            listener.listen(4)
            listener.setblocking(False)
        except OSError as error:
            listener.close()
            host, port = self._address
            raise KnownError("listen_failed", host=host, port=port, reason=str(error.strerror)) from error
        self._address = (self._address[0], listener.getsockname()[1])
        self._listener = listener

    async def _serve(self) -> None:
        """One client after the other, as most printers do; the others wait in the kernel's queue."""
        loop = asyncio.get_running_loop()
        assert self._listener is not None
        while True:
            self._client, _ = await loop.sock_accept(self._listener)
            self._client.setblocking(False)
            self._client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._stream = ZplStream()
            with contextlib.suppress(OSError):
                await self._talk(self._client)
            self._client.close()
            self._client = None

    async def _talk(self, client: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._until(lambda: len(self._waiting) < 2 * self._buffer_formats)
            data = await loop.sock_recv(client, _RECEIVE)
            if not data:
                return
            for event in self._stream.feed(data):
                if not await self._take(event, client):
                    _reset(client)
                    return
            if self._stream.in_format and self._due(Trouble.CUT, 1):
                _reset(client)
                return

    async def _take(self, event: Event, client: socket.socket) -> bool:
        """Do what one event asks for; False when the connection is to be cut."""
        loop = asyncio.get_running_loop()
        match event:
            case Format(zpl):
                return self._receive(zpl)
            case Download(zpl):
                self._memory.download(zpl)
            case Sgd() | Immediate.STATUS | Immediate.ERRORS:
                answer = self._answer(event)
                if answer and not self._silent and self._proof is not Proof.BLIND:
                    await loop.sock_sendall(client, answer)
            case Immediate.CANCEL_ALL:
                self._forget(stored=False)
            case Immediate.RESET:
                self._forget(stored=True)
                return False
            case Immediate.PAUSE:
                self._standing.add(Condition.PAUSED)
            case Immediate.RESUME:
                self._standing.discard(Condition.PAUSED)
                self._mended.set()
        return True

    def _receive(self, zpl: bytes) -> bool:
        batch = self._memory.receive(zpl)
        if batch is None:
            return True
        if self._due(Trouble.CUT, batch.quantity):
            return False
        loop = asyncio.get_running_loop()
        drawing = loop.run_in_executor(self._painter, self._picture, batch.zpl)
        self._waiting.append(_Pending(batch.zpl, batch.quantity, loop.time(), drawing))
        self._changed.set()
        return not self._due(Trouble.CUT_AFTER, 0)

    def _picture(self, zpl: bytes) -> Drawing:
        try:
            drawn = self._draw(zpl)
        except Exception:
            log.exception("the twin could not draw a label of %d bytes", len(zpl))
            return Drawing(b"")
        return drawn if isinstance(drawn, Drawing) else Drawing(drawn)

    def _due(self, trouble: Trouble, more: int) -> bool:
        """Whether this trouble is planned for a label not beyond the last one in the buffer and `more`."""
        last = self._odometer + self._remaining + sum(pending.quantity for pending in self._waiting) + more
        for fault in self._faults:
            if fault.trouble is trouble and fault.label <= last:
                self._faults.remove(fault)
                return True
        return False

    def _answer(self, event: Sgd | Immediate) -> bytes:
        if isinstance(event, Sgd):
            return self._sgd(event)
        if event is Immediate.ERRORS:
            bits = sum(_ERROR_BITS.get(condition, 0) for condition in self._standing)
            return zpl_status.write_errors(zpl_status.HostErrors(errors=bits, warnings=0, more=False))
        if self._mute_when_faulty and self._standing & _MUTE:
            return b""
        return zpl_status.write_status(
            zpl_status.HostStatus(
                paper_out=Condition.PAPER_OUT in self._standing,
                paused=bool(self._standing),  # any fault pauses the mechanics
                label_length=self._length_dots,
                formats_in_buffer=len(self._waiting),
                buffer_full=len(self._waiting) >= self._buffer_formats,
                partial_format=self._stream.in_format,
                under_temperature=False,
                over_temperature=False,
                head_open=Condition.HEAD_OPEN in self._standing,
                ribbon_out=Condition.RIBBON_OUT in self._standing,
                label_waiting=False,
                labels_remaining=self._remaining,
            )
        )

    def _sgd(self, line: Sgd) -> bytes:
        if line.verb == "setvar":
            self._memory.settings[line.name] = line.value
            return b""
        if line.verb != "getvar":
            return b""
        value = self._memory.settings.get(line.name, "?")
        if line.name == "odometer.total_label_count":
            value = str(self._odometer) if self._proof is Proof.COUNTS else "?"
        return f'"{value}"'.encode("latin-1", "replace")

    def _forget(self, stored: bool) -> None:
        """Lose the formats that wait, and with `stored` everything that is kept until power off."""
        for pending in self._waiting:
            pending.drawing.cancel()
        self._waiting.clear()
        if stored:
            self._memory = Memory()
        self._changed.set()

    async def _hang_up(self, drain: bool) -> None:
        """Stop listening and talking; with `drain` take what the client had already sent."""
        self._serving.cancel()
        with contextlib.suppress(asyncio.CancelledError, OSError):
            await self._serving
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        if self._client is not None:
            with contextlib.suppress(OSError):  # including "nothing there"
                while drain and (data := self._client.recv(_RECEIVE)):
                    for event in self._stream.feed(data):
                        if isinstance(event, Format):
                            self._receive(event.zpl)
            if not drain:
                _reset(self._client)
            self._client.close()
            self._client = None

    # -- the mechanics

    async def _print(self) -> None:
        """Print what waits, in order, label by label, as fast as the mechanics go."""
        while True:
            await self._until(lambda: bool(self._waiting))
            pending = self._waiting.popleft()
            self._remaining = pending.quantity
            self._changed.set()
            while self._remaining:
                if not await self._print_one(pending):
                    self._remaining = 0
                self._changed.set()

    async def _print_one(self, pending: _Pending) -> bool:
        """One label out, or False when it was lost with the power."""
        loop = asyncio.get_running_loop()
        begin = max(pending.arrived, self._last_out)
        number = self._odometer + 1
        for fault in [fault for fault in self._faults if fault.label <= number and fault.trouble not in _ON_ARRIVAL]:
            self._faults.remove(fault)
            if fault.trouble is Trouble.POWER_CYCLE:
                await self._power_cycle(fault.seconds)
                return False
            await self._strike(fault)
            begin = loop.time()
        while self._standing:  # paused by command
            await self._mend(None)
            begin = loop.time()
        drawing = await pending.drawing
        self._length_dots = round(drawing.length_mm * _DOTS_PER_MM)
        await asyncio.to_thread(self._tray.prepare, number, pending.zpl, drawing.png)
        seconds = drawing.length_mm / _MM_PER_INCH / self._inches_per_second * self._time_factor
        if (left := begin + seconds - loop.time()) > 0:
            await asyncio.sleep(left)
        self._tray.drop(number)
        self._odometer = number
        self._remaining -= 1
        self._last_out = max(begin + seconds, loop.time() - _CATCH_UP)
        return True

    async def _strike(self, fault: Fault) -> None:
        """Let a fault happen; returns when printing may go on."""
        if fault.trouble is Trouble.SILENT:
            self._silent = True
            if fault.seconds is not None:
                loop = asyncio.get_running_loop()
                loop.call_later(fault.seconds * self._time_factor, setattr, self, "_silent", False)
            return
        if fault.trouble in _STANDING:
            self._standing.add(_STANDING[fault.trouble])
        await self._mend(fault.seconds)
        self._standing.discard(_STANDING.get(fault.trouble, Condition.READY))

    async def _mend(self, seconds: float | None) -> None:
        """Wait until the trouble has passed, or for `clear`."""
        self._mended.clear()
        self._beyond_help = seconds is None
        self._changed.set()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._mended.wait(), None if seconds is None else seconds * self._time_factor)
        self._beyond_help = False

    async def _power_cycle(self, seconds: float | None) -> None:
        await self._hang_up(drain=False)
        self._remaining = 0
        self._forget(stored=True)
        await self._mend(seconds)
        self._standing.clear()
        self._listen()
        self._serving = asyncio.create_task(self._serve())

    async def _until(self, holds: Callable[[], bool]) -> None:
        while not holds():
            self._changed.clear()
            await self._changed.wait()


_ON_ARRIVAL = frozenset({Trouble.CUT, Trouble.CUT_AFTER})


def _reset(client: socket.socket) -> None:
    """Make the coming close an RST, as after a pulled plug."""
    with contextlib.suppress(OSError):
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
