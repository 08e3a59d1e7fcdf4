"""A ZPL printer in software: TCP in, labels into a folder, status and odometer like a device, faults on schedule."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import struct
from collections.abc import Iterable
from pathlib import Path

from app.domain.errors import KnownError
from hardware import zpl_status
from hardware.printer import Proof
from hardware.simulator.faults import Fault, Trouble
from hardware.simulator.mechanics import Draw, Drawing, Mechanics
from hardware.simulator.memory import Memory
from hardware.simulator.tray import Tray
from hardware.simulator.zpl_stream import Download, Event, Format, Immediate, Sgd, ZplStream

__all__ = ["Draw", "Drawing", "ZplTwin"]

_RECEIVE = 65536
_BACKLOG = 4
_ERROR_BITS = {Trouble.PAPER_OUT: 0x1, Trouble.RIBBON_OUT: 0x2, Trouble.HEAD_OPEN: 0x4, Trouble.PAUSED: 0x10000}
# the states in which newer firmware does not answer ~HS
_MUTE = (Trouble.PAPER_OUT, Trouble.RIBBON_OUT, Trouble.HEAD_OPEN)


class ZplTwin:
    """One simulated printer; made and used on one asyncio loop.

    `draw` turns the self-contained ZPL of a label into its picture; it runs in one worker thread, so it may be slow
    but must not touch the loop; when it fails the label comes out blank, and the log says so. `ips`: inches a second;
    `time_factor` stretches every duration (0: no waiting at all). `mute_when_faulty`: firmware that leaves ~HS
    unanswered while media, ribbon or head need a person. `proof`: which class it plays: COUNTS answers everything,
    STATE_ONLY does not know the odometer, BLIND never answers. `buffer_formats`: from so many waiting formats on it
    says "buffer full", at twice as many it stops reading. `lock_patience`: seconds to wait for the folder.
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
        self._address = (host, port)
        self._mute_when_faulty = mute_when_faulty
        self._proof = proof
        self._buffer_formats = buffer_formats
        self._lock_patience = lock_patience
        self._tray = Tray(out)
        self._mechanics = Mechanics(
            self._tray, draw, ips=ips, time_factor=time_factor, faults=faults, switch=self._switch
        )
        self._memory = Memory()
        self._listener: socket.socket | None = None
        self._client: socket.socket | None = None
        self._stream = ZplStream()
        self._serving: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """The TCP port it listens on; known after `start`."""
        return self._address[1]

    @property
    def odometer(self) -> int:
        """Labels that have come out into this folder."""
        return self._mechanics.odometer

    async def start(self) -> int:
        """Claim the folder, listen, and return the port.

        Raises KnownError `tray_taken`, `tray_unusable` or `listen_failed`.
        """
        await asyncio.to_thread(self._tray.claim, self._lock_patience)
        try:
            self._bind()
            self._mechanics.start()
        except BaseException:
            self._tray.release()
            raise
        self._listen()
        return self.port

    async def stop(self, finish: bool = True) -> None:
        """Take what has arrived, print it (unless `finish` is False or only a person could mend it), and end."""
        try:
            await self._hang_up(drain=finish)
            if finish:
                await self._mechanics.finish()
        finally:
            await self._mechanics.stop()
            self._tray.release()

    async def broken(self) -> None:
        """Never returns; raises KnownError `tray_unusable` once its folder takes no more labels."""
        try:
            await self._mechanics.broken()
        except OSError as error:
            raise KnownError("tray_unusable", folder=str(self._tray.folder), reason=error.strerror or "") from error

    def clear(self) -> None:
        """A person mends whatever stands: paper in, head closed, power on, pause off."""
        self._mechanics.mend_all()

    async def _switch(self, on: bool) -> None:
        """The power goes, or comes back."""
        if on:
            self._listen()
            return
        await self._hang_up(drain=False)
        self._memory = Memory()
        self._bind()  # so that nobody else gets the port meanwhile; who connects is refused

    def _bind(self) -> None:
        family = socket.AF_INET6 if ":" in self._address[0] else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        try:
            if os.name != "nt":  # there it would let two printers share the port
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(self._address)
            listener.setblocking(False)
        except OSError as error:
            listener.close()
            host, port = self._address
            raise KnownError("listen_failed", host=host, port=port, reason=error.strerror or "") from error
        self._address = (self._address[0], listener.getsockname()[1])
        self._listener = listener

    def _listen(self) -> None:
        assert self._listener is not None
        self._listener.listen(_BACKLOG)
        self._serving = asyncio.create_task(self._serve(self._listener))

    async def _hang_up(self, drain: bool) -> None:
        """Stop listening and talking; with `drain` take what clients have sent already."""
        if self._serving is not None:
            self._serving.cancel()
            await asyncio.wait({self._serving})
        if self._listener is None:
            return
        if drain:
            self._read_out(self._listener)
        if self._client is not None:
            _reset(self._client)
            self._client.close()
            self._client = None
        self._listener.close()
        self._listener = None

    def _read_out(self, listener: socket.socket) -> None:
        """Take the labels that were sent and not read yet, those of clients that wait for their turn included."""
        with contextlib.suppress(OSError):  # nobody waits any more
            while True:
                if self._client is None:
                    self._client, _ = listener.accept()
                    self._client.setblocking(False)
                    self._stream = ZplStream()
                with contextlib.suppress(OSError):  # nothing more has arrived
                    while data := self._client.recv(_RECEIVE):
                        for event in self._stream.feed(data):
                            self._store(event)
                self._client.close()
                self._client = None

    async def _serve(self, listener: socket.socket) -> None:
        """One client after the other, as most printers do; the others wait in the kernel's queue."""
        loop = asyncio.get_running_loop()
        while True:
            client, _ = await loop.sock_accept(listener)
            client.setblocking(False)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._client, self._stream = client, ZplStream()
            with contextlib.suppress(OSError):
                await self._talk(client)
            client.close()
            self._client = None

    async def _talk(self, client: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._mechanics.until(lambda: self._mechanics.formats_waiting < 2 * self._buffer_formats)
            data = await loop.sock_recv(client, _RECEIVE)
            if not data:
                return
            for event in self._stream.feed(data):
                if not await self._take(event, client):
                    _reset(client)
                    return
            if self._stream.in_format and self._mechanics.due(Trouble.CUT, 1):
                _reset(client)
                return

    async def _take(self, event: Event, client: socket.socket) -> bool:
        """Do what one event asks for; False when the connection is to be cut."""
        match event:
            case Format() | Download():
                return self._store(event)
            case Sgd() | Immediate.STATUS | Immediate.ERRORS:
                answer = self._answer(event)
                if answer and self._proof is not Proof.BLIND and not self._mechanics.stands(Trouble.SILENT):
                    await asyncio.get_running_loop().sock_sendall(client, answer)
            case Immediate.CANCEL_ALL:
                self._mechanics.forget()
            case Immediate.RESET:
                self._mechanics.forget()
                self._memory = Memory()
                return False
            case Immediate.PAUSE:
                self._mechanics.strike(Trouble.PAUSED, None)
            case Immediate.RESUME:
                self._mechanics.mend(Trouble.PAUSED)
        return True

    def _store(self, event: Event) -> bool:
        """Keep a format or download and pass on what it prints; False when the connection is to be cut."""
        if isinstance(event, Download):
            self._memory.download(event.zpl)
        if not isinstance(event, Format):
            return True
        batch = self._memory.receive(event.zpl)
        if batch is None:
            return True
        if self._mechanics.due(Trouble.CUT, batch.quantity):
            return False
        self._mechanics.add(batch.zpl, batch.quantity)
        return not self._mechanics.due(Trouble.CUT_AFTER, 0)

    def _answer(self, event: Sgd | Immediate) -> bytes:
        mechanics = self._mechanics
        if isinstance(event, Sgd):
            return self._sgd(event)
        if event is Immediate.ERRORS:
            bits = sum(bit for trouble, bit in _ERROR_BITS.items() if mechanics.stands(trouble))
            return zpl_status.write_errors(zpl_status.HostErrors(errors=bits, warnings=0, more=False))
        if self._mute_when_faulty and mechanics.stands(*_MUTE):
            return b""
        return zpl_status.write_status(
            zpl_status.HostStatus(
                paper_out=mechanics.stands(Trouble.PAPER_OUT),
                paused=mechanics.stands(*_ERROR_BITS),  # any fault pauses the mechanics
                label_length=mechanics.length_dots,
                formats_in_buffer=mechanics.formats_waiting,
                buffer_full=mechanics.formats_waiting >= self._buffer_formats,
                partial_format=self._stream.in_format,
                under_temperature=False,
                over_temperature=False,
                head_open=mechanics.stands(Trouble.HEAD_OPEN),
                ribbon_out=mechanics.stands(Trouble.RIBBON_OUT),
                label_waiting=False,
                labels_remaining=mechanics.labels_remaining,
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
            value = str(self.odometer) if self._proof is Proof.COUNTS else "?"
        return f'"{value}"'.encode("latin-1", "replace")


def _reset(client: socket.socket) -> None:
    """Make the coming close an RST, as after a pulled plug."""
    with contextlib.suppress(OSError):
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
