"""Transports that exist: TCP, a file, and memory for tests."""

from __future__ import annotations

import contextlib
import os
import socket
import stat
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from app.domain.errors import KnownError
from hardware.device import parse_url

_CONNECT_SECONDS = 3.0
_CHUNK = 65536
_MOST_UNREAD = 1024 * 1024


class TcpTransport:
    """A raw TCP stream, such as a printer's port 9100; see `hardware.device.Transport`."""

    def __init__(self, url: str, connect_timeout: float = _CONNECT_SECONDS) -> None:
        parts = parse_url(url)
        self._address = (parts.host, parts.port)
        self._url = url
        self._connect_timeout = connect_timeout
        self._socket: socket.socket | None = None
        self._unread = b""  # arrived, looked at by `write`, still to be given by `read`

    @property
    def url(self) -> str:
        """The URL it was made from."""
        return self._url

    def open(self) -> None:
        """Connect; raises KnownError `device_open_failed`."""
        self.close()
        try:
            opened = socket.create_connection(self._address, timeout=self._connect_timeout)
        except (OSError, UnicodeError) as error:  # UnicodeError: a host that cannot be a name, such as "a..b"
            raise KnownError("device_open_failed", url=self._url, reason=_words(error)) from error
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self._socket = opened

    def close(self) -> None:
        """Disconnect so that bytes under way still arrive; never raises."""
        if self._socket is None:
            return
        closing, self._socket = self._socket, None
        self._unread = b""
        # A close with unread answers would send RST, and RST throws away what the printer has not read yet.
        with contextlib.suppress(OSError):
            closing.setblocking(False)
            closing.shutdown(socket.SHUT_WR)
            while closing.recv(_CHUNK):
                pass
        closing.close()

    def write(self, data: bytes, timeout: float) -> None:
        """Hand over all of `data`; raises KnownError `device_gone` or `device_write_failed` with `written`."""
        connection = self._connection()
        if self._peer_has_left(connection):
            raise self._gone("closed by the device", written=0)  # not one byte need be risked
        written, end = 0, time.monotonic() + timeout
        try:
            while written < len(data):
                connection.settimeout(max(end - time.monotonic(), 0.001))
                written += connection.send(data[written : written + _CHUNK])
        except TimeoutError as error:
            raise KnownError("device_write_failed", url=self._url, reason="timeout", written=written) from error
        except OSError as error:
            raise self._gone(_words(error), written) from error

    def read(self, timeout: float) -> bytes:
        """The next bytes, or b"" if none came within `timeout` seconds; raises KnownError `device_gone`."""
        connection = self._connection()
        if self._unread:
            unread, self._unread = self._unread, b""
            return unread
        try:
            connection.settimeout(max(timeout, 0.0))  # 0 polls
            got = connection.recv(_CHUNK)
        except (TimeoutError, BlockingIOError):
            return b""
        except OSError as error:
            raise self._gone(_words(error)) from error
        if not got:
            raise self._gone("closed by the device")
        return got

    def _connection(self) -> socket.socket:
        if self._socket is None:
            raise KnownError("device_not_open", url=self._url)
        return self._socket

    def _peer_has_left(self, connection: socket.socket) -> bool:
        """Whether the peer's FIN or RST is already here; it may stand behind answers that nobody has read yet."""
        try:
            connection.setblocking(False)
            while len(self._unread) < _MOST_UNREAD:
                got = connection.recv(_CHUNK)
                if not got:
                    return True
                self._unread += got
        except BlockingIOError:
            return False
        except OSError:
            return True
        return False

    def _gone(self, reason: str, written: int | None = None) -> KnownError:
        self.close()
        return KnownError("device_gone", url=self._url, reason=reason, written=written)


class FileTransport:
    """Appends to a file: what was written is on disk and whole, or not in the file at all."""

    def __init__(self, url: str) -> None:
        self._path = Path(parse_url(url).path)
        self._url = url
        self._file: int | None = None

    @property
    def url(self) -> str:
        """The URL it was made from."""
        return self._url

    def open(self) -> None:
        """Open for appending, made if absent; raises KnownError `device_open_failed`."""
        self.close()
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
        try:
            # O_NONBLOCK: a pipe that nobody reads is an error, not a wait without end
            self._file = os.open(self._path, flags | getattr(os, "O_NONBLOCK", 0), 0o644)
            ordinary = stat.S_ISREG(os.fstat(self._file).st_mode)
        except OSError as error:
            raise KnownError("device_open_failed", url=self._url, reason=_words(error)) from error
        if not ordinary:  # what a device node or a pipe takes is not on any disk
            self.close()
            raise KnownError("device_open_failed", url=self._url, reason="not an ordinary file")

    def close(self) -> None:
        """Close; never raises."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                os.close(self._file)
            self._file = None

    def write(self, data: bytes, timeout: float) -> None:
        """Append and fsync; after a failure the file is as long as it was.

        Raises KnownError `device_write_failed` with `written` 0, or None if even the way back failed.
        """
        if self._file is None:
            raise KnownError("device_not_open", url=self._url)
        before = os.fstat(self._file).st_size
        done = 0
        try:
            while done < len(data):
                done += os.write(self._file, memoryview(data)[done:])
            os.fsync(self._file)
        except OSError as error:
            written = 0 if self._take_back(before, done) else None
            raise KnownError("device_write_failed", url=self._url, reason=_words(error), written=written) from error

    def _take_back(self, before: int, done: int) -> bool:
        """Cut the last `done` bytes off again; False when that failed, or when others have appended meanwhile."""
        assert self._file is not None
        try:
            if os.fstat(self._file).st_size != before + done:
                return False
            os.ftruncate(self._file, before)
            os.fsync(self._file)
        except OSError:
            return False
        return True

    def read(self, timeout: float) -> bytes:
        """A file never answers: b"" at once."""
        return b""


class MemoryTransport:
    """A scripted device for tests: each expected write and what the device then sends.

    `script` holds (write, replies): the bytes that must be written next and the chunks that `read` then gives one by
    one; an empty chunk is a silence. None among the replies closes the connection there. A write that differs
    raises AssertionError, and `finish` fails on leftovers. Time does not pass: an empty script is an endless silence.
    """

    def __init__(self, script: Sequence[tuple[bytes, Sequence[bytes | None]]] = (), url: str = "memory:") -> None:
        self._script = deque(script)
        self._replies: deque[bytes | None] = deque()
        self._expected = b""
        self._url = url
        self.is_open = False

    @property
    def url(self) -> str:
        """The URL it was made from."""
        return self._url

    def open(self) -> None:
        """Start to answer."""
        self.is_open = True

    def close(self) -> None:
        """Stop to answer."""
        self.is_open = False

    def inject(self, *chunks: bytes | None) -> None:
        """Let the device speak without having been asked."""
        self._replies.extend(chunks)

    def write(self, data: bytes, timeout: float) -> None:
        """Compare with the script; its replies become readable once the whole expected write has come."""
        self._check_open()
        while data:
            if not self._expected:
                assert self._script, f"unexpected write {data!r}"
                self._expected = self._script[0][0]
            part = data[: len(self._expected)]
            assert self._expected.startswith(part), f"wrote {data!r} where the script has {self._expected!r}"
            data, self._expected = data[len(part) :], self._expected[len(part) :]
            if not self._expected:
                self._replies.extend(self._script.popleft()[1])

    def read(self, timeout: float) -> bytes:
        """The next chunk of the script, b"" when there is none; raises KnownError `device_gone` at a None."""
        self._check_open()
        chunk = self._replies.popleft() if self._replies else b""
        if chunk is None:
            self.close()
            raise KnownError("device_gone", url=self._url, reason="closed by the device", written=None)
        return chunk

    def finish(self) -> None:
        """Assert that everything expected was written and everything sent was read."""
        assert not self._script, f"never written: {list(self._script)!r}"
        left = [chunk for chunk in self._replies if chunk]
        assert not left, f"never read: {left!r}"

    def _check_open(self) -> None:
        if not self.is_open:
            raise KnownError("device_not_open", url=self._url)


def _words(error: OSError | UnicodeError) -> str:
    strerror = error.strerror if isinstance(error, OSError) else None
    return strerror or str(error) or type(error).__name__
