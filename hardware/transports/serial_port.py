"""Bytes over a serial port: RS-232, USB CDC, USB adapters."""

from __future__ import annotations

import contextlib
import os
import re
import select
import sys
import time
from collections.abc import Mapping
from typing import Any

import serial

from app.domain.errors import KnownError, Refusal
from hardware.device import parse_url, words_of
from hardware.permission import Cause

if sys.platform == "win32":
    _TERMIOS_ERROR: type[Exception] = OSError
else:
    import termios

    _TERMIOS_ERROR = termios.error  # pyserial lets it through in places, and it is no OSError

_PORT_ERRORS = (OSError, _TERMIOS_ERROR)  # serial.SerialException is an OSError
_CHUNK = 4096
_WINDOWS_CHUNK = 256  # the driver says of a chunk that timed out only that it did
_MOST_BAUD = 4_000_000
_DRAIN_STALLED_SECONDS = 0.25  # a line that has moved nothing for so long is not going to

_BITS = {"5": serial.FIVEBITS, "6": serial.SIXBITS, "7": serial.SEVENBITS, "8": serial.EIGHTBITS}
_PARITY = {letter: letter for letter in "NEOMS"}
_STOP = {"1": serial.STOPBITS_ONE, "1.5": serial.STOPBITS_ONE_POINT_FIVE, "2": serial.STOPBITS_TWO}
_FLOW = ("none", "xon", "rts")


class _Port(serial.Serial):
    """pyserial's port, which may keep what arrived before it was opened."""

    def __init__(self, path: str, keeps: bool, **settings: Any) -> None:
        self._keeps = keeps
        super().__init__(path, timeout=0, write_timeout=0, exclusive=True, **settings)

    def _reset_input_buffer(self) -> None:
        if not self._keeps:
            super()._reset_input_buffer()  # type: ignore[misc]  # called by `open`, and not in the stubs


class SerialTransport:
    """A serial port, held for itself alone; see `hardware.device.Transport`.

    Options: `baud` 9600, `bits` 8 (5 to 8), `parity` N (N E O M S), `stop` 1 (1, 1.5, 2), `flow` none (none, xon, rts);
    anything else raises Refusal `device_url_unknown`. DTR and RTS are raised while it is open, as most devices expect,
    and RTS is the port's own with `flow=rts`.

    What the system has taken is in its buffer and may or may not have left: `written` is 0 or None, never between.
    """

    def __init__(self, url: str) -> None:
        parts = parse_url(url)
        self._path = parts.path
        self._url = url
        self._settings = _settings(url, parts.options)
        self._port: serial.Serial | None = None
        self._was_lost = False

    @property
    def url(self) -> str:
        """The URL it was made from."""
        return self._url

    def open(self) -> None:
        """Take the port; raises KnownError `device_open_failed`.

        What had arrived before is dropped, but not when the device had been unplugged: what it says on coming back,
        such as a scan in the half second before it is noticed, is for nobody else.
        """
        self.close()
        try:
            self._port = _Port(self._path, self._was_lost, **self._settings)
            self._was_lost = False
        except (*_PORT_ERRORS, ValueError) as error:  # ValueError: a speed that the port cannot do
            raise self._not_opened(error) from error

    def close(self) -> None:
        """Let what is under way leave as long as it moves, drop the rest, give the port back; never raises."""
        if self._port is None:
            return
        closing, self._port = self._port, None
        with contextlib.suppress(*_PORT_ERRORS):
            _drain(closing)
        with contextlib.suppress(*_PORT_ERRORS):
            closing.close()

    def write(self, data: bytes, timeout: float) -> None:
        """Hand over all of `data`; raises KnownError `device_gone` or `device_write_failed` with `written`.

        What a stalled line (XOFF, CTS) has not taken by then is dropped: it must not come out later.
        """
        port = self._opened()
        written, end = 0, time.monotonic() + timeout
        try:
            while written < len(data):
                taken = _push(port, data[written:], max(end - time.monotonic(), 0.0))
                if not taken:
                    raise TimeoutError
                written += taken
        except (TimeoutError, serial.SerialTimeoutException) as error:
            with contextlib.suppress(*_PORT_ERRORS):
                port.reset_output_buffer()
            # a timed-out chunk of Windows may have left in part
            unknown = written > 0 or sys.platform == "win32"
            raise KnownError(
                "device_write_failed", url=self._url, reason="timeout", written=None if unknown else 0
            ) from error
        except _PORT_ERRORS as error:
            raise self._gone(error, 0 if not written else None) from error

    def read(self, timeout: float) -> bytes:
        """The next bytes, or b"" if none came within `timeout` seconds; raises KnownError `device_gone`."""
        port = self._opened()
        try:
            wait = max(timeout, 0.0)
            if port.timeout != wait:
                port.timeout = wait
            # asking for more than one byte would wait for all of them
            data = port.read(max(1, port.in_waiting))
            if data:
                return data + port.read(port.in_waiting)
            if os.sep == "/" and not os.path.exists(self._path):
                raise OSError("the port has vanished")  # which some drivers never say themselves
        except _PORT_ERRORS as error:
            raise self._gone(error, None) from error
        return b""

    def _opened(self) -> serial.Serial:
        if self._port is None:
            raise KnownError("device_not_open", url=self._url)
        return self._port

    def _gone(self, error: Exception, written: int | None) -> KnownError:
        self.close()
        self._was_lost = True
        return KnownError("device_gone", url=self._url, reason=_words(error), written=written)

    def _not_opened(self, error: Exception) -> KnownError:
        number = error.errno if isinstance(error, OSError) else None
        text = str(error)
        cause = ""
        if "exclusively lock" in text:
            cause = Cause.BUSY
        elif sys.platform == "win32" and "PermissionError" in text:
            cause = Cause.BUSY  # Windows has no permissions on ports: "access is denied" means another program
        elif isinstance(error, OSError):
            cause = Cause.of_errno(number)
        return KnownError("device_open_failed", url=self._url, reason=_words(error), cause=cause, node=self._path)


def _settings(url: str, options: Mapping[str, str]) -> dict[str, Any]:
    """Keyword arguments of serial.Serial; raises Refusal `device_url_unknown`."""
    baud = options.get("baud", "9600")
    flow = options.get("flow", "none")
    if not (re.fullmatch(r"[0-9]{2,7}", baud) and int(baud) <= _MOST_BAUD and flow in _FLOW):
        raise Refusal("device_url_unknown", url=url)
    try:
        return {
            "baudrate": int(baud),
            "bytesize": _BITS[options.get("bits", "8")],
            "parity": _PARITY[options.get("parity", "N").upper()],
            "stopbits": _STOP[options.get("stop", "1")],
            "xonxoff": flow == "xon",
            "rtscts": flow == "rts",
        }
    except KeyError:
        raise Refusal("device_url_unknown", url=url) from None


def _push(port: serial.Serial, data: bytes, wait: float) -> int:
    """Bytes that the port took within `wait` seconds; 0 when it took none."""
    if sys.platform == "win32":
        port.write_timeout = wait
        return port.write(data[:_WINDOWS_CHUNK]) or 0
    # pyserial's own write forgets how much had gone out when it times out
    end = time.monotonic() + wait
    while True:
        _, writable, _ = select.select([], [port.fileno()], [], max(end - time.monotonic(), 0.0))
        if not writable:
            return 0
        with contextlib.suppress(BlockingIOError):
            return os.write(port.fileno(), data[:_CHUNK])


def _drain(port: serial.Serial) -> None:
    """Wait until the system's buffer is empty or no longer moves, then empty it."""
    waiting, moved = port.out_waiting, time.monotonic()
    while waiting and time.monotonic() - moved < _DRAIN_STALLED_SECONDS:
        time.sleep(0.002)
        left = port.out_waiting
        if left < waiting:
            waiting, moved = left, time.monotonic()
    if waiting:
        # the kernel would hold the close for half a minute on a line that is stopped
        port.reset_output_buffer()


def _words(error: Exception) -> str:
    """What the system says, without pyserial's frame around it."""
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    if found := re.search(r"\[Errno (\d+)\]", str(error)):
        return os.strerror(int(found[1]))
    return words_of(error) if isinstance(error, OSError) else str(error)
