"""Where hosts are connected to a simulated printer, and the TCP port."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import struct
from collections.abc import Callable, Iterator
from typing import Protocol

from app.domain.errors import KnownError

_BACKLOG = 4
_RECEIVE = 65536


class Line(Protocol):
    """One host at the port."""

    async def read(self, most: int) -> bytes:
        """What it sends next; b"" when it has gone; raises OSError."""

    async def write(self, data: bytes) -> None:
        """Send all of it; raises OSError."""

    def close(self, *, reset: bool) -> None:
        """Let go of it; `reset`: as a pulled plug does, so that it loses what it has not read."""


class Port(Protocol):
    """A port of a simulated printer; used on one asyncio loop.

    `outlives_power`: the host does not notice that the printer is off, as on RS-232.
    `software_flow`: the printer says XOFF and XON. `half_opens`: a host may hold a dead connection while others come.
    """

    outlives_power: bool
    software_flow: bool
    half_opens: bool

    @property
    def url(self) -> str:
        """The URL that hosts use, without the language; known after `claim`."""

    def claim(self) -> None:
        """Take the address, refusing everybody; raises KnownError `listen_failed`."""

    def plug(self) -> None:
        """Let hosts connect; may be called twice."""

    def unplug(self) -> None:
        """Refuse everybody and lose who waits; may be called twice."""

    def release(self) -> None:
        """Give the address back."""

    async def line(self) -> Line:
        """The next host, when there is one."""

    def left(self, current: Line | None) -> Iterator[tuple[Line, bytes]]:
        """What hosts have sent and nobody has read, the present one and those that wait; does not wait."""


class TcpLine:
    """A host over TCP."""

    def __init__(self, client: socket.socket) -> None:
        client.setblocking(False)
        with contextlib.suppress(OSError):  # it has already gone again, which the first read tells
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.client = client

    async def read(self, most: int) -> bytes:
        """What it sends next."""
        while True:
            with contextlib.suppress(BlockingIOError):
                return self.client.recv(most)
            try:
                await _readable(self.client)
            except NotImplementedError:
                return await asyncio.get_running_loop().sock_recv(self.client, most)

    async def write(self, data: bytes) -> None:
        """Send all of it."""
        await asyncio.get_running_loop().sock_sendall(self.client, data)

    def close(self, *, reset: bool) -> None:
        """Let go of it, by RST or by FIN."""
        if reset:
            with contextlib.suppress(OSError):
                self.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.client.close()


class TcpPort:
    """A TCP port with one host at a time, as most printers have; the others wait in the kernel's queue."""

    outlives_power = False
    software_flow = False
    half_opens = True

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self.address = (host, port)
        self._listener: socket.socket | None = None
        self._listening = False

    @property
    def url(self) -> str:
        """`tcp://host:port`."""
        host, port = self.address
        return f"tcp://[{host}]:{port}" if ":" in host else f"tcp://{host}:{port}"

    def claim(self) -> None:
        """Bind, so that nobody else gets the port; who connects is refused."""
        family = socket.AF_INET6 if ":" in self.address[0] else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        try:
            if os.name != "nt":  # there it would let two printers share the port
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(self.address)
            listener.setblocking(False)
        except OSError as error:
            listener.close()
            host, port = self.address
            raise KnownError("listen_failed", host=host, port=port, reason=error.strerror or "") from error
        self.address = (self.address[0], listener.getsockname()[1])
        self._listener = listener

    def plug(self) -> None:
        """Listen."""
        assert self._listener is not None
        if not self._listening:
            self._listener.listen(_BACKLOG)
        self._listening = True

    def unplug(self) -> None:
        """Close the listener and bind anew."""
        if self._listening:
            self.release()
            self.claim()

    def release(self) -> None:
        """Close the listener."""
        if self._listener is not None:
            self._listener.close()
        self._listener = None
        self._listening = False

    async def line(self) -> TcpLine:
        """The next host in the kernel's queue."""
        assert self._listener is not None
        while True:
            with contextlib.suppress(BlockingIOError, ConnectionAbortedError):
                return TcpLine(self._listener.accept()[0])
            try:
                await _readable(self._listener)
            except NotImplementedError:
                return TcpLine((await asyncio.get_running_loop().sock_accept(self._listener))[0])

    def left(self, current: Line | None) -> Iterator[tuple[Line, bytes]]:
        """The rest of the host that is connected, and all of those that wait."""
        if isinstance(current, TcpLine):
            yield from _rest(current)
        with contextlib.suppress(OSError):  # nobody waits any more
            while self._listener is not None and self._listening:
                client, _ = self._listener.accept()
                line = TcpLine(client)
                try:
                    yield from _rest(line)
                finally:
                    line.close(reset=False)


async def ready(file: int, add: Callable[[int, Callable[[], None]], None], remove: Callable[[int], object]) -> None:
    """Wait for a file, by the loop's `add_reader` and `remove_reader` or those of writers.

    What came is taken after it. `loop.sock_accept` and `loop.sock_recv` take it before the task wakes, and lose it with
    a task that is cancelled in between: an open connection or a label.
    """
    waiting = asyncio.Event()
    add(file, waiting.set)
    try:
        await waiting.wait()
    finally:
        remove(file)


async def _readable(client: socket.socket) -> None:
    """Wait until there is something to take; raises NotImplementedError on Windows' own loop."""
    loop = asyncio.get_running_loop()
    await ready(client.fileno(), loop.add_reader, loop.remove_reader)


def _rest(line: TcpLine) -> Iterator[tuple[Line, bytes]]:
    with contextlib.suppress(OSError):  # nothing more has arrived
        while data := line.client.recv(_RECEIVE):
            yield line, data
