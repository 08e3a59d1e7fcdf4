"""Scanners in software: bytes on a cable with their framing, their speed and their faults; keys of a wedge; reports."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.domain.errors import Refusal
from hardware.calibration import CapsLock, typed
from hardware.hid_pos import reports_of
from hardware.simulator.cable import Cable
from hardware.simulator.hid import HidTwin

_FAULT: Final = re.compile(r"([a-z_]+)@([1-9]\d*)", re.ASCII)
_PIECE_SECONDS: Final = 0.001  # a slow line delivers what fits into this time in one piece
_AWAY_SECONDS: Final = 0.5
_HALF_SECONDS: Final = 1.2  # the silence after half a code, longer than any patience
NOISE: Final = b"\x00\xfe\x1b~"


class ScanFault(StrEnum):
    """What can go wrong with one scan."""

    HALF = "half"  # the first half of the code, and silence
    NO_SUFFIX = "no_suffix"
    DOUBLE_SUFFIX = "double_suffix"
    TWICE = "twice"  # a good scan, sent twice
    NOISE = "noise"  # bytes of no meaning before the code
    UNPLUG = "unplug"  # pulled out in the middle of the code, and plugged in again


def parse_scan_faults(texts: Iterable[str]) -> dict[int, ScanFault]:
    """`half@3`: the fault of each scan by its number from 1; raises Refusal `twin_fault_unknown`."""
    faults = {}
    for text in texts:
        found = _FAULT.fullmatch(text.strip())
        if not found or found[1] not in set(ScanFault):
            raise Refusal("twin_fault_unknown", fault=text)
        faults[int(found[2])] = ScanFault(found[1])
    return faults


class ScannerTwin:
    """A scanner at a cable.

    `speed`: characters a second, None: as fast as the cable takes them. `faults`: by the number of the scan from 1.
    `sleep` is waited with: tests give their own.
    """

    def __init__(
        self,
        cable: Cable,
        *,
        prefix: bytes = b"",
        suffix: bytes = b"\r",
        aim: str = "",
        speed: float | None = None,
        faults: dict[int, ScanFault] | None = None,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self.cable = cable
        self._prefix, self._suffix, self._aim = prefix, suffix, aim
        self._speed = speed
        self._faults = faults or {}
        self._sleep = sleep
        self.scans = 0

    def scan(self, code: str) -> ScanFault | None:
        """Read a symbol and send it; gives the fault that struck."""
        self.scans += 1
        fault = self._faults.get(self.scans)
        body = f"{self._aim}{code}".encode()
        half = self._prefix + body[: len(body) // 2]
        whole = self._prefix + body + self._suffix
        match fault:
            case ScanFault.HALF:
                self._send(half)
                self._sleep(_HALF_SECONDS)
            case ScanFault.NO_SUFFIX:
                self._send(self._prefix + body)
            case ScanFault.DOUBLE_SUFFIX:
                self._send(whole + self._suffix)
            case ScanFault.TWICE:
                self._send(whole + whole)
            case ScanFault.NOISE:
                self._send(NOISE + whole)
            case ScanFault.UNPLUG:
                self._send(half)
                self.cable.unplug()
                self._sleep(_AWAY_SECONDS)
                self.cable.plug()
            case None:
                self._send(whole)
        return fault

    def _send(self, data: bytes) -> None:
        if self._speed is None:
            self.cable.send(data)
            return
        piece = max(1, round(self._speed * _PIECE_SECONDS))
        for at in range(0, len(data), piece):
            self.cable.send(data[at : at + piece])
            self._sleep(len(data[at : at + piece]) / self._speed)


def scan_reports(twin: HidTwin, code: str, aim: str = "]C0") -> None:
    """Send a code as a HID-POS scanner does."""
    for report in reports_of(code.encode(), aim.encode()):
        twin.report(report)


@dataclass(frozen=True, slots=True)
class KeyStroke:
    """A key at a keyboard wedge goes down or up: `text` is what the computer makes of it, `at` in milliseconds."""

    at: float
    text: str
    down: bool


def keystrokes(
    code: str,
    *,
    gap_ms: float = 5.0,
    jitter_ms: float = 0.0,
    seed: int = 0,
    hold: float = 0.5,
    prefix: str = "",
    suffix: str = "\r",
    layout: str = "US",
    caps: CapsLock = CapsLock.OFF,
) -> Iterator[KeyStroke]:
    """The keys of one scan of a keyboard wedge in the order of time, the first at 0.

    `gap_ms` lies between two presses, give or take `jitter_ms`; a key is held for the share `hold` of it (above 1 the
    keys overlap). `layout` and `caps` are the computer's: the scanner types as on a US keyboard.
    """
    chance = random.Random(seed)
    strokes, at = [], 0.0
    for text in prefix + typed(code, layout, caps) + suffix:
        strokes += [KeyStroke(at, text, True), KeyStroke(at + gap_ms * hold, text, False)]
        at += max(gap_ms + chance.uniform(-jitter_ms, jitter_ms), 0.0)
    return iter(sorted(strokes, key=lambda stroke: stroke.at))
