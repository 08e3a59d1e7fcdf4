"""Bytes over the network: a raw TCP stream."""

from __future__ import annotations

import contextlib
import socket
import time

from app.domain.errors import KnownError
from hardware.device import parse_url, words_of

_CONNECT_SECONDS = 3.0
_VANISHED_MS = 30_000
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
            raise KnownError("device_open_failed", url=self._url, reason=words_of(error)) from error
        self._socket = opened
        with contextlib.suppress(OSError):  # some systems refuse it once the peer has gone, which `write` tells
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            if hasattr(socket, "TCP_USER_TIMEOUT"):  # a peer that vanished without a word is noticed in half a minute
                opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _VANISHED_MS)

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
            raise self._gone(words_of(error), written) from error

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
            raise self._gone(words_of(error)) from error
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
