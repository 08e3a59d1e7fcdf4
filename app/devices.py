"""The devices of a station as running services, for the window and for the station without one.

Scanners and the scale are kept open in threads of their own; printers are `app.spooling`'s. Here is also what finds
devices, and what says of a URL whether it can be what it is wanted for.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from app.domain.errors import Fact, KnownError, Refusal
from app.settings import Settings
from app.spooling import speak_alike
from app.station import Origin
from hardware.device import DeviceState, DeviceUrl, parse_url

if TYPE_CHECKING:  # the drivers are loaded when there is something to drive
    from hardware.scale import Scale
    from hardware.scale_talk import Weight
    from hardware.scanner import ReceivedScan, Scanner

WEDGE = "wedge:"
PRINTERS = ("printer", "printer_fallback", "document_printer")
USES = (*PRINTERS, "scanners", "scale")  # what a device can be here, by the field of the settings
_SCANNER_SCHEMES = frozenset({"serial", "tcp", "hid", "listen"})
_SCALE_SCHEMES = frozenset({"serial", "tcp", "hid"})

OnScan = Callable[[str, Origin], None]
OnChange = Callable[[], None]


@dataclass(frozen=True, slots=True)
class DeviceSeen:
    """A device of the station as it is now: what for (one of USES), its URL, its state and what is to be said of it.

    `state` is a value of `hardware.device.DeviceState`; `trouble` has the code and facts of a sentence, None while
    there is nothing to say. `at` is when this began, in seconds of the monotonic clock.
    """

    use: str
    url: str
    state: str
    trouble: Refusal | None = None
    at: float = 0.0

    @property
    def well(self) -> bool:
        """Whether nobody has to do anything."""
        return self.state in (DeviceState.READY, DeviceState.BUSY, DeviceState.CONNECTING)


@dataclass(frozen=True, slots=True)
class WeightSeen:
    """What lies on the scale: grams (None where the scale gives no weight), whether it may be used, and its state."""

    grams: int | None
    stable: bool
    state: str


class StationDevices:
    """The scanners and the scale of these URLs, kept open until `stop`; `wedge:` needs nothing and is passed over.

    `follow` takes other URLs: what is among them already stays open, so that no scan of it is lost.

    `on_scan(raw, origin)` for each scan of any scanner, one at a time, so that the scans of all are in one order;
    `on_change()` when a state or the weight has changed. Both are called in threads of the devices and must only pass
    on. A URL that names no such device is a device in fault, which says why.
    """

    def __init__(self, scanners: Sequence[str], scale: str, on_scan: OnScan, on_change: OnChange) -> None:
        self._on_scan, self._on_change = on_scan, on_change
        self._one = threading.RLock()
        self._stopped = False
        self._seen: dict[tuple[str, str], DeviceSeen] = {}
        self._scanners: dict[str, Scanner] = {}
        self._scale: Scale | None = None
        self._weight: WeightSeen | None = None
        self.follow(scanners, scale)

    def follow(self, scanners: Sequence[str], scale: str) -> None:
        """Have these open and no others; blocks while others are closed, a second at most for each."""
        wanted = [("scanners", url) for url in dict.fromkeys(scanners) if url != WEDGE]
        wanted += [("scale", scale)] if scale else []
        gone: list[Scanner | Scale | None] = []
        with self._one:
            for use, url in self._seen.keys() - set(wanted):
                del self._seen[use, url]
                gone.append(self._scanners.pop(url, None) if use == "scanners" else self._scale)
                if use == "scale":
                    self._scale = self._weight = None
        for device in gone:  # first: another URL may name the same device
            if device is not None:
                device.stop()
        for use, url in wanted:
            self._open(use, url)
        with self._one:
            self._seen = {key: self._seen[key] for key in wanted}

    @property
    def scanners(self) -> tuple[DeviceSeen, ...]:
        """The scanners, in the order of the settings."""
        return tuple(seen for seen in self._all() if seen.use == "scanners")

    @property
    def scale(self) -> DeviceSeen | None:
        """The scale, None where there is none."""
        return next((seen for seen in self._all() if seen.use == "scale"), None)

    @property
    def weight(self) -> WeightSeen | None:
        """The newest weight, stable or not; None when there is none that can be believed."""
        return self._weight

    def stable_grams(self) -> int | None:
        """What the scale says that may be used now; None while nothing lies still on it."""
        weight = None if self._scale is None else self._scale.weight()
        return weight.grams if weight is not None and weight.stable else None

    def zero(self) -> None:
        """Zero the empty scale; blocks at most five seconds. Raises `no_scale`, and what `hardware.scale` raises."""
        self._needed().zero()

    def tare(self) -> None:
        """Make what lies on the scale its zero; as `zero`."""
        self._needed().tare()

    def stop(self) -> None:
        """Close them all; nothing is called any more. May be called twice; takes a second at most for each device."""
        with self._one:
            self._stopped = True
            devices = [*self._scanners.values(), *([self._scale] if self._scale is not None else [])]
        for device in devices:
            device.stop()

    def _needed(self) -> Scale:
        if self._scale is None:
            raise Refusal("devices_no_scale")
        return self._scale

    def _all(self) -> tuple[DeviceSeen, ...]:
        with self._one:
            return tuple(self._seen.values())

    def _open(self, use: str, url: str) -> None:
        if (use, url) in self._seen:
            return
        self._seen[use, url] = DeviceSeen(use, url, DeviceState.CONNECTING, None, time.monotonic())
        try:
            # the first states may be told before the driver is at hand here: they wait for the lock
            with self._one:
                if use == "scale":
                    from hardware.scale import open_scale

                    self._scale = open_scale(url, self._weighed, self._teller(use, url))
                else:
                    from hardware.scanner import open_scanner

                    self._scanners[url] = open_scanner(url, self._scanned, self._teller(use, url))
        except Refusal as refusal:
            self._seen[use, url] = DeviceSeen(use, url, DeviceState.FAULT, refusal, time.monotonic())

    def _teller(self, use: str, url: str) -> Callable[[DeviceState, str], None]:
        def tell(state: DeviceState, reason: str) -> None:
            with self._one:
                if self._stopped or (use, url) not in self._seen:
                    return
                device = self._scale if use == "scale" else self._scanners.get(url)
                trouble: Refusal | None = None
                if reason:
                    told = device.trouble if device is not None else None
                    trouble = told if told is not None and told.code == reason else Refusal(reason)
                self._seen[use, url] = DeviceSeen(use, url, state.value, trouble, time.monotonic())
            self._on_change()

        return tell

    def _scanned(self, scan: ReceivedScan) -> None:
        with self._one:
            if not self._stopped:
                self._on_scan(scan.raw, Origin(scan.device, scan.boot, scan.seq))

    def _weighed(self, weight: Weight | None) -> None:
        self._weight = None if weight is None else WeightSeen(weight.grams, weight.stable, weight.state.value)
        if not self._stopped:
            self._on_change()


def scanner_urls(settings: Settings) -> list[str]:
    """The attached scanners of the settings, each once."""
    return [url for url in dict.fromkeys(settings.scanners.split()) if url != WEDGE]


def is_same_device(one: str, other: str) -> bool:
    """Whether two URLs name one device, whatever their options."""
    try:
        return _same_place(other, _place(parse_url(one)))
    except Refusal:
        return False


def is_device_of(url: str, device: str) -> bool:
    """Whether scans of this `Origin.device` come from the scanner of the URL."""
    from hardware.scanner import device_name

    try:
        return device_name(parse_url(url)) == device
    except Refusal:
        return False


def check_device(use: str, url: str) -> None:
    """Raises Refusal for a URL that cannot be this (one of USES); opens nothing."""
    parts = parse_url(url)
    if use in PRINTERS:
        from hardware.printers import open_printer

        open_printer(url)
    elif use == "scale":
        if parts.scheme not in _SCALE_SCHEMES:
            raise Refusal("device_not_supported_yet", url=url, scheme=parts.scheme)
        from hardware.scale_protocols import protocol

        protocol(parts.options.get("protocol", "hid" if parts.scheme == "hid" else ""))
    elif url != WEDGE:
        if parts.scheme not in _SCANNER_SCHEMES:
            raise Refusal("device_not_supported_yet", url=url, scheme=parts.scheme)
        from hardware.framing import framing_of

        framing_of(parts.options)


def check_devices(settings: Settings) -> dict[str, Refusal]:
    """What keeps the device URLs of the settings from being used, by field."""
    found: dict[str, Refusal] = {}
    for use in USES:
        value: str = getattr(settings, use)
        try:
            for url in value.split() if use == "scanners" else [value] if value else []:
                check_device(use, url)
        except Refusal as refusal:
            found[use] = refusal
    if settings.printer and settings.printer_fallback == settings.printer:
        found.setdefault("printer_fallback", Refusal("devices_same_printer"))
    elif settings.printer and settings.printer_fallback and "printer" not in found and not speak_alike(settings):
        found.setdefault("printer_fallback", Refusal("devices_other_language"))
    return found


def with_device(settings: Settings, use: str, url: str) -> Settings:
    """The settings with a device for this use: instead of the one before, but one scanner more."""
    if use != "scanners":
        changes: dict[str, Any] = {use: url}
        return replace(settings, **changes)
    place = _place(parse_url(url))
    others = [other for other in scanner_urls(settings) if not _same_place(other, place)]
    return replace(settings, scanners=" ".join([*others, url]))


def without_device(settings: Settings, use: str, url: str) -> Settings:
    """The settings without it."""
    if use != "scanners":
        changes: dict[str, Any] = {use: ""}
        return replace(settings, **changes)
    return replace(settings, scanners=" ".join(other for other in scanner_urls(settings) if other != url))


def _place(url: DeviceUrl) -> tuple[str, str, int, str]:
    return url.scheme, url.host, url.port, url.path


def _same_place(other: str, place: tuple[str, str, int, str]) -> bool:
    try:
        return _place(parse_url(other)) == place
    except Refusal:
        return False


@dataclass(frozen=True, slots=True)
class Found:
    """What is attached, or a source that could not be asked (`url` ""); as `hardware.discovery.Found`."""

    kind: str
    url: str
    language: str
    title: str
    why: str
    trouble: KnownError | None = None


def find_devices() -> list[Found]:
    """What is attached to this computer; may take a second or two, so not in a window's thread."""
    from hardware.discovery import discover

    return [Found(one.kind.value, one.url, one.language, one.title, one.why, one.trouble) for one in discover()]


def uses_of(kind: str, url: str) -> tuple[str, ...]:
    """What a found device can be, the likely first: a printer's queue is no scanner, a serial port may be anything."""
    scheme = url.partition(":")[0]
    if kind == "scanner":
        return ("scanners",)
    if kind == "scale":
        return ("scale",)
    if kind == "printer":
        return PRINTERS
    able = ["scanners"] if scheme in _SCANNER_SCHEMES else []
    able += [*PRINTERS] if scheme not in ("hid", "listen", "wedge") else []
    return (*able, *(["scale"] if scheme in _SCALE_SCHEMES else []))


def open_questions(use: str, url: str) -> tuple[str, tuple[str, ...]]:
    """What a URL leaves open for this use: the option (`language`, `protocol`) and its values; ("", ()) for nothing."""
    parts = parse_url(url)
    if use == "document_printer":
        return "", ()  # it takes PDF
    if use in PRINTERS and "language" not in parts.options and parts.scheme != "file":
        from hardware.printers import LANGUAGES

        return "language", LANGUAGES
    if use == "scale" and "protocol" not in parts.options and parts.scheme != "hid":
        from hardware.scale_protocols import protocols

        return "protocol", tuple(spoken.name for spoken in protocols() if spoken.name != "hid")
    return "", ()


def printer_language(url: str) -> str:
    """What a printer's URL says that it speaks; "zpl" where it says nothing, or is none."""
    try:
        return parse_url(url).options.get("language", "zpl")
    except Refusal:
        return "zpl"


def with_option(url: str, option: str, value: str) -> str:
    """The URL with an option more."""
    return f"{url}{'&' if '?' in url else '?'}{urlencode({option: value})}"


def look_at(scanners: Sequence[str], scale: str, seconds: float = 2.0) -> list[DeviceSeen]:
    """How these devices are: each is opened and let go again; blocks until all have answered, or for `seconds`."""
    changed = threading.Event()
    devices = StationDevices(scanners, scale, lambda *_: None, changed.set)
    try:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            seen = devices._all()
            if all(one.state != DeviceState.CONNECTING for one in seen):
                break
            changed.wait(left)
            changed.clear()
        return list(devices._all())
    finally:
        devices.stop()


def read_calibration(received: str, typing: bool) -> list[tuple[str, Mapping[str, Fact]]]:
    """What a scan of the calibration barcode tells: codes with facts, the most important first."""
    from hardware.calibration import read_calibration as read

    return [(finding.code, finding.facts) for finding in read(received, typing).findings]


def calibration_text() -> str:
    """What the calibration barcode holds."""
    from hardware.calibration import CALIBRATION

    return CALIBRATION


def command_for(trouble: Refusal | None) -> str:
    """What is to be typed into a terminal to mend it, "" for nothing."""
    return "" if trouble is None else str(trouble.facts.get("command") or "")
