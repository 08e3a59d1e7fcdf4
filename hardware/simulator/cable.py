"""Cables in software that can be pulled out and plugged in again: serial lines as ptys, network connections."""

from __future__ import annotations

import contextlib
import math
import os
import select
import socket
import struct
import sys
import tempfile
import time
from pathlib import Path
from typing import Final, Protocol

from app.domain.errors import KnownError, Refusal
from hardware.device import parse_url, words_of

if sys.platform != "win32":
    import fcntl
    import termios
    import tty

_CHUNK: Final = 4096
_CONNECT_SECONDS: Final = 3.0
_LOOK_SECONDS: Final = 0.005
_EMPTY_SECONDS: Final = 0.1


class Cable(Protocol):
    """The device's end of a line to one host."""

    @property
    def url(self) -> str:
        """What the host opens."""

    def plug(self) -> None:
        """Plug in; may be called twice. Raises KnownError `listen_failed` or `device_open_failed`."""

    def unplug(self) -> None:
        """Pull it out; what the host has not read is lost. May be called twice."""

    def send(self, data: bytes, timeout: float = 5.0) -> int:
        """Send to the host; gives the bytes that left before `timeout`: 0 when nobody is there."""

    def receive(self, timeout: float = 0.0) -> bytes:
        """What the host has sent, b"" when nothing came in time, or nobody is there."""

    def drain(self, timeout: float) -> None:
        """Give the host so many seconds to read what was sent."""

    def close(self) -> None:
        """Unplug for good; may be called twice."""


def open_cable(url: str) -> Cable:
    """The cable of a twin: `serial:///tmp/tty-scanner` makes a pty of that name, `tcp://127.0.0.1:0` waits for a host,
    `listen://127.0.0.1:4001` connects to a host that listens there; "" is a pty of any name.

    Raises Refusal `device_url_unknown`, KnownError `listen_failed`, `device_open_failed` or `twin_needs_pty`.
    """
    if not url:
        return PtyCable()
    parts = parse_url(url, default_port=0)
    match parts.scheme:
        case "serial":
            return PtyCable(Path(parts.path))
        case "tcp":
            return TcpCable(parts.host, parts.port)
        case "listen":
            return CallingCable(parts.host, parts.port)
        case _:
            raise Refusal("device_url_unknown", url=url)


class PtyCable:
    """A serial line: one end of a pseudo-terminal, the other under a name that comes and goes with the plug.

    The host sees an unplug as it sees that of a USB adapter: errno 5, and the name gone. Raises KnownError
    `twin_needs_pty` on Windows, `listen_failed` where something else has the name.
    """

    def __init__(self, path: Path | None = None) -> None:
        if sys.platform == "win32":
            raise KnownError("twin_needs_pty")
        self._folder = None if path else tempfile.TemporaryDirectory(prefix="packbench-")
        self.path = path.absolute() if path else Path(self._folder.name if self._folder else "") / "tty"
        self._device: int | None = None
        self._host: int | None = None
        self.plug()

    @property
    def url(self) -> str:
        """`serial:///…`."""
        return f"serial://{self.path}"

    def plug(self) -> None:
        """Plug in; may be called twice."""
        if self._device is not None:
            return
        assert sys.platform != "win32"
        device, host = os.openpty()
        tty.setraw(host)  # as a real device: nothing is echoed
        os.set_blocking(device, False)
        # held open: without a holder what is sent before the host opens it would be lost, and reading would fail
        self._device, self._host = device, host
        try:
            if self.path.is_symlink():
                self.path.unlink()
            self.path.symlink_to(os.ttyname(host))
        except OSError as error:
            self._let_go()
            raise KnownError("listen_failed", host=str(self.path), port="", reason=words_of(error)) from error

    def unplug(self) -> None:
        """Pull it out; what the host has not read is lost. May be called twice."""
        if self._device is not None:
            self.path.unlink(missing_ok=True)
        self._let_go()

    def send(self, data: bytes, timeout: float = 5.0) -> int:
        """Send to the host, whether or not one has opened it."""
        sent = 0
        while sent < len(data) and self._device is not None:
            if not select.select([], [self._device], [], timeout)[1]:
                break
            with contextlib.suppress(BlockingIOError):
                sent += os.write(self._device, data[sent : sent + _CHUNK])
        return sent

    def receive(self, timeout: float = 0.0) -> bytes:
        """What the host has sent."""
        if self._device is None or not select.select([self._device], [], [], timeout)[0]:
            return b""
        with contextlib.suppress(OSError):
            return os.read(self._device, _CHUNK)
        return b""

    def drain(self, timeout: float) -> None:
        """Wait until the pseudo-terminal is empty, at most so long."""
        assert sys.platform != "win32"
        end, empty_since = time.monotonic() + timeout, math.inf
        # the kernel carries bytes across in its own time: empty for a moment may be not yet there
        while self._host is not None and (now := time.monotonic()) < end and now - empty_since < _EMPTY_SECONDS:
            unread = struct.unpack("i", fcntl.ioctl(self._host, termios.FIONREAD, bytes(4)))[0]
            empty_since = math.inf if unread else min(empty_since, now)
            time.sleep(_LOOK_SECONDS)

    def close(self) -> None:
        """Unplug for good."""
        self.unplug()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _let_go(self) -> None:
        for end in (self._device, self._host):
            if end is not None:
                os.close(end)
        self._device = self._host = None


class _SocketCable:
    """What the two kinds of network cables have in common: one connection."""

    def __init__(self) -> None:
        self._connection: socket.socket | None = None

    def _connected(self) -> socket.socket | None:
        return self._connection

    def send(self, data: bytes, timeout: float = 5.0) -> int:
        """Send to the host."""
        connection = self._connected()
        sent = 0
        try:
            while connection is not None and sent < len(data):
                connection.settimeout(timeout)
                sent += connection.send(data[sent:])
        except TimeoutError:
            pass
        except OSError:
            self._hang_up()
        return sent

    def receive(self, timeout: float = 0.0) -> bytes:
        """What the host has sent."""
        connection = self._connected()
        if connection is None:
            return b""
        try:
            connection.settimeout(timeout)
            data = connection.recv(_CHUNK)
        except (BlockingIOError, TimeoutError):
            return b""
        except OSError:
            data = b""
        if not data:
            self._hang_up()
        return data

    def drain(self, timeout: float) -> None:
        """Nothing to wait for: what was sent arrives before the goodbye."""

    def _take(self, connection: socket.socket) -> None:
        self._connection = connection
        with contextlib.suppress(OSError):  # it has already gone again, which the next send or receive tells
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _hang_up(self, reset: bool = False) -> None:
        if self._connection is not None:
            if reset:
                with contextlib.suppress(OSError):
                    self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._connection.close()
        self._connection = None


class TcpCable(_SocketCable):
    """A device on the network that waits for its host; one at a time."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        super().__init__()
        self._address = (host, port)
        self._listener: socket.socket | None = None
        self.plug()

    @property
    def url(self) -> str:
        """`tcp://…`, with the real port."""
        host, port = self._address
        return f"tcp://[{host}]:{port}" if ":" in host else f"tcp://{host}:{port}"

    def plug(self) -> None:
        """Listen."""
        if self._listener is not None:
            return
        family = socket.AF_INET6 if ":" in self._address[0] else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        try:
            if os.name != "nt":  # there it would let two programs share the port
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(self._address)
            listener.listen(1)
            listener.setblocking(False)
        except OSError as error:
            listener.close()
            host, port = self._address
            raise KnownError("listen_failed", host=host, port=port, reason=words_of(error)) from error
        self._address = (self._address[0], listener.getsockname()[1])
        self._listener = listener

    def unplug(self) -> None:
        """Reset the connection and listen no more."""
        self._hang_up(reset=True)
        if self._listener is not None:
            self._listener.close()
        self._listener = None

    def close(self) -> None:
        """Say goodbye and listen no more."""
        self._hang_up()
        self.unplug()

    def _connected(self) -> socket.socket | None:
        if self._connection is None and self._listener is not None:
            with contextlib.suppress(OSError):
                self._take(self._listener.accept()[0])
        return self._connection


class CallingCable(_SocketCable):
    """A device on the network that connects to its host."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__()
        self._address = (host, port)
        self.plug()

    @property
    def url(self) -> str:
        """`listen://…`: where the host listens."""
        host, port = self._address
        return f"listen://[{host}]:{port}" if ":" in host else f"listen://{host}:{port}"

    def plug(self) -> None:
        """Connect; raises KnownError `device_open_failed`."""
        if self._connection is None:
            try:
                self._take(socket.create_connection(self._address, timeout=_CONNECT_SECONDS))
            except OSError as error:
                raise KnownError("device_open_failed", url=self.url, reason=words_of(error)) from error

    def unplug(self) -> None:
        """Reset the connection."""
        self._hang_up(reset=True)

    def close(self) -> None:
        """Say goodbye."""
        self._hang_up()
