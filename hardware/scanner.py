"""Scanners that send bytes: serial ports, HID reports, networks; each scan knows its device and its number."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID, uuid4

from app.domain.errors import KnownError, Refusal
from hardware import gs1
from hardware.alarm import Alarm
from hardware.attachment import Attachment
from hardware.device import DeviceState, DeviceUrl, Transport, parse_url
from hardware.framing import Frame, Framer, framing_of
from hardware.hid_pos import ReportReader
from hardware.transports import make_transport


@dataclass(frozen=True, slots=True)
class ReceivedScan:
    """A code as a scanner sent it, without the marks of its framing; `raw` may begin with an AIM identifier.

    (`device`, `boot`, `seq`) is never used twice: `boot` is made anew when the device is opened by this process,
    `seq` counts from 1. `at` is `time.monotonic()` of its last byte.
    """

    raw: str
    device: str
    boot: UUID
    seq: int
    at: float


OnScan = Callable[[ReceivedScan], None]
OnState = Callable[[DeviceState, str], None]


class Scanner(Protocol):
    """An open scanner."""

    @property
    def url(self) -> str:
        """The URL it was opened with."""

    @property
    def state(self) -> DeviceState:
        """The state last told."""

    @property
    def trouble(self) -> KnownError | None:
        """Why it is not there, with the facts of the sentence; None while it is."""

    def stop(self) -> None:
        """Close it; nothing is called any more. May be called twice."""


class Cutter(Protocol):
    """Makes codes of what arrives: `framing.Framer` of bytes, `hid_pos.ReportReader` of reports."""

    @property
    def deadline(self) -> float | None:
        """When `expire` has something to do."""

    def feed(self, data: bytes, at: float) -> list[Frame]:
        """Take what arrived."""

    def expire(self, now: float) -> list[Frame]:
        """What silence means."""

    def abandon(self) -> list[Frame]:
        """The connection has ended."""


def open_scanner(url: str, on_scan: OnScan, on_state: OnState, *, transport: Transport | None = None) -> Scanner:
    """Open the scanner of a URL and keep it open until `stop`; returns at once.

    `serial:///dev/ttyACM0?baud=9600&suffix=cr`, `hid://0c2e:0b81`, `tcp://scanner-3:4001`, and
    `listen://0.0.0.0:4001` for scanners that connect to us. Framing: see `framing.framing_of`.

    `on_scan(scan)` and `on_state(state, reason)` are called in threads of the scanner, one at a time. Beside the
    states of `Attachment`, ATTENTION with a code `devices_scan_…` is told each time that bytes were no code, and READY
    at the next one that is. `transport` is used instead of the URL's own, by tests. Raises Refusal
    `device_url_unknown`, `device_not_supported_yet` or `framing_unknown`.
    """
    parts = parse_url(url)
    match parts.scheme:
        case "serial" | "tcp" | "hid":
            return AttachedScanner(parts, transport or make_transport(parts), on_scan, on_state)
        case "listen":
            from hardware.scanner_listener import ListeningScanner

            return ListeningScanner(parts, on_scan, on_state)
        case _:
            raise Refusal("device_not_supported_yet", url=url, scheme=parts.scheme)


def device_name(url: DeviceUrl) -> str:
    """The name of a scanner that stays when its options change: `serial:/dev/ttyACM0`, `hid:0c2e:0b81/SERIAL`."""
    place = f"{url.host}:{url.port}" if url.scheme in ("tcp", "listen") else url.host
    path = "" if url.path == "/" else url.path
    return f"{url.scheme}:{'/'.join(part for part in (place, path) if part)}"


class Numbering:
    """Numbers the scans of one device since it was opened."""

    def __init__(self, device: str) -> None:
        self._device = device
        self._boot = uuid4()
        self._seq = 0

    def scan(self, frame: Frame) -> ReceivedScan:
        """The next scan; bytes that are no UTF-8 are Latin-1."""
        self._seq += 1
        try:
            raw = frame.code.decode()
        except UnicodeDecodeError:
            raw = frame.code.decode("latin-1")
        return ReceivedScan(raw, self._device, self._boot, self._seq, frame.at)


class AttachedScanner:
    """A scanner behind a transport: a serial port, a HID device, or a server that it runs itself."""

    def __init__(self, url: DeviceUrl, transport: Transport, on_scan: OnScan, on_state: OnState) -> None:
        self._numbering = Numbering(device_name(url))
        self._cutter: Cutter = ReportReader() if url.scheme == "hid" else Framer(framing_of(url.options))
        self._on_scan = on_scan
        self._on_state = on_state
        self._told: DeviceState = DeviceState.ABSENT
        # the attachment's thread and the alarm's, one at a time; a callback may stop the scanner
        self._one = threading.RLock()
        self._stopped = False
        self._alarm = Alarm(url.text, self._silence)
        self._attachment = Attachment(transport, on_bytes=self._arrived, on_state=self._changed)
        self._attachment.start()

    @property
    def url(self) -> str:
        """The URL it was opened with."""
        return self._attachment.url

    @property
    def state(self) -> DeviceState:
        """The state last told."""
        return self._told

    @property
    def trouble(self) -> KnownError | None:
        """Why it is not there, with the facts of the sentence; None while it is."""
        return self._attachment.trouble

    def stop(self) -> None:
        """Close it; nothing is called any more. May be called twice."""
        with self._one:
            self._stopped = True
        self._alarm.stop()
        self._attachment.stop()

    def _arrived(self, data: bytes, at: float) -> None:
        with self._one:
            self._pass_on(self._cutter.feed(data, at))
            deadline = self._cutter.deadline
        self._alarm.set(deadline)

    def _silence(self, now: float) -> float | None:
        with self._one:
            self._pass_on(self._cutter.expire(now))
            return self._cutter.deadline

    def _changed(self, state: DeviceState, reason: str) -> None:
        if state is DeviceState.READY:
            gs1.prepare()  # here it keeps nobody waiting
        with self._one:
            self._pass_on(self._cutter.abandon())
            self._tell(state, reason)

    def _pass_on(self, frames: list[Frame]) -> None:
        for frame in frames:
            if self._stopped:
                return
            if frame.dropped:
                self._tell(DeviceState.ATTENTION, frame.dropped)
                continue
            if self._told is DeviceState.ATTENTION:
                self._tell(DeviceState.READY, "")
            self._on_scan(self._numbering.scan(frame))

    def _tell(self, state: DeviceState, reason: str) -> None:
        if not self._stopped:
            self._told = state
            self._on_state(state, reason)
