"""Reports of HID-POS barcode scanners, usage page 0x8C, and the codes in them.

A report of 64 bytes: [0] report number 2, [1] bytes of data in this report, [2..4] AIM identifier (zeros if unknown),
[5..60] data, [61] the maker's own symbology, [62] reserved, [63] bit 0: the code goes on in the next report. From the
manuals of Access-IS LSR118 and ATR110 and public drivers of Honeywell scanners; not verified with a device.
"""

from __future__ import annotations

from typing import Final

from hardware.framing import LOST_END, NO_END, Frame

REPORT: Final = 2
LENGTH: Final = 64
ROOM: Final = 56
_GOES_ON: Final = 63
_GIVE_UP_SECONDS: Final = 1.0
_LONGEST: Final = 4096
NO_REPORT: Final = "devices_scan_report"


class ReportReader:
    """One scanner's reports on their way to codes, with the interface of `framing.Framer`; a code keeps its AIM
    identifier in front, and loses the CR, LF or TAB that the scanner may add."""

    def __init__(self) -> None:
        self._begun = bytearray()
        self._last: float | None = None  # when the report came whose code goes on

    @property
    def deadline(self) -> float | None:
        """When `expire` has something to do; None while nothing is under way."""
        return None if self._last is None else self._last + _GIVE_UP_SECONDS

    def feed(self, report: bytes, at: float) -> list[Frame]:
        """Take one report; other reports than those with codes are passed over."""
        frames = self.expire(at)
        if not report or report[0] != REPORT:
            return frames
        size = report[1] if len(report) > 1 else 0
        if len(report) != LENGTH or size > ROOM:
            self._forget()
            return [*frames, Frame(report, at, NO_REPORT)]
        aim = report[2:5]
        if not self._begun and aim[:1] == b"]" and aim[1:].isalnum():
            self._begun += aim
        self._begun += report[5 : 5 + size]
        goes_on = bool(report[_GOES_ON] & 1)
        if goes_on and len(self._begun) <= _LONGEST:
            self._last = at
            return frames
        code = bytes(self._begun).rstrip(b"\r\n\t\0")
        self._forget()
        if goes_on:
            return [*frames, Frame(code, at, NO_END)]
        # an identifier alone is an empty code
        empty = len(code) == 3 and code.startswith(b"]")
        return frames if empty or not code else [*frames, Frame(code, at)]

    def expire(self, now: float) -> list[Frame]:
        """Half a code and silence until `now` are dropped."""
        return self.abandon() if self.deadline is not None and now >= self.deadline else []

    def abandon(self) -> list[Frame]:
        """The connection has ended: half a code is dropped."""
        if self._last is None:
            return []
        frames = [Frame(bytes(self._begun), self._last, LOST_END)]
        self._forget()
        return frames

    def _forget(self) -> None:
        self._begun.clear()
        self._last = None


def reports_of(code: bytes, aim: bytes = b"]C0") -> list[bytes]:
    """The reports in which a scanner sends a code."""
    parts = [code[at : at + ROOM] for at in range(0, len(code), ROOM)] or [b""]
    return [
        bytes((REPORT, len(part))) + aim + part.ljust(ROOM, b"\0") + bytes((0, 0, part is not parts[-1]))
        for part in parts
    ]
