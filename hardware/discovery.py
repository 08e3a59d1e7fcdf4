"""What is attached to this computer: serial ports, USB printers, HID scanners and scales, CUPS queues."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote

import usb.core
import usb.util

from app.domain.errors import KnownError
from hardware.ieee1284 import DeviceId
from hardware.permission import Cause, explain, node_trouble
from hardware.printers import LANGUAGES
from hardware.transports import cups
from hardware.transports.hid import DESKTOP_PAGE, SCALE_PAGE, SCANNER_PAGE, HidBackend, hidapi
from hardware.transports.usb import (
    PRINTER_CLASS,
    UsbTransport,
    interfaces_of,
    libusb,
    node_of,
    serial_of,
    string_of,
)

_SPOKEN = ", ".join(language.upper() for language in LANGUAGES if language != "pdf")  # of labels


class Kind(StrEnum):
    """What a found device is."""

    PRINTER = "printer"
    SCANNER = "scanner"
    SCALE = "scale"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Found:
    """One device, or (`url` "") a printer that nobody here can speak to, or a source that could not be asked.

    `url`: the proposal for the settings, with its language if that is known; `language`: zpl, tspl, escpos, epl or "";
    `title`: maker and model as the device or the table of ids names them; `why`: how the kind is known, a code
    (`found_by_ids`, `found_by_class`, `found_by_device_id`, `found_by_usage`, `found_queue`, `found_port`,
    `found_adapter`, `found_nothing` for a source that failed); `trouble`: what keeps it from being used, else None.
    """

    kind: Kind
    url: str
    language: str
    title: str
    why: str
    trouble: KnownError | None = None


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """A row of `resources/devices/known.toml`; `product` "" for all of the vendor."""

    vendor: str
    kind: str
    maker: str
    product: str = ""
    model: str = ""
    language: str = ""

    @property
    def title(self) -> str:
        """Maker and model."""
        return f"{self.maker} {self.model}".strip()


Source = Callable[[], Iterable[Found]]


def discover(sources: Sequence[tuple[str, Source]] | None = None) -> list[Found]:
    """Everything that is attached: printers, scanners, scales, then what may be any of them; troubles of sources last.

    `sources`: (name, function) pairs, those of this computer if None. Opens USB printers for a moment to ask what
    they are, except those in use. May take a second: not for the thread of the window.
    """
    found: list[Found] = []
    for name, source in ALL_SOURCES if sources is None else sources:
        try:
            found.extend(source())
        except KnownError as error:
            trouble = explain(error) or error
            found.append(Found(Kind.UNKNOWN, "", "", name, "found_nothing", trouble))
        except (OSError, ImportError) as error:
            trouble = KnownError("device_source_failed", source=name, reason=str(error))
            found.append(Found(Kind.UNKNOWN, "", "", name, "found_nothing", trouble))
    order = list(Kind)
    return sorted(found, key=lambda one: (not one.url, order.index(one.kind), one.url))


def serial_ports(ports: Callable[[], Iterable[Any]] | None = None) -> list[Found]:
    """Serial ports that are somebody's: of known USB ids, then of others; bare ports of the mainboard last.

    `ports`: gives objects as serial.tools.list_ports.comports does.
    """
    if ports is None:
        from serial.tools.list_ports import comports

        ports = comports
    return [_serial_port(port) for port in ports()]


def _serial_port(port: Any) -> Found:
    path = str(port.device)
    url = f"serial://{quote(path)}" if path.startswith("/") else f"serial:{quote(path)}"
    trouble = node_trouble(url, path)
    if port.vid is None:
        return Found(Kind.UNKNOWN, url, "", path, "found_port", trouble)
    ids = f"{port.vid:04x}", f"{port.pid:04x}"
    known = known_device(*ids)
    said = " ".join(part for part in (port.manufacturer, port.product) if part)
    if known is None or known.kind == "adapter":
        title = said or (known.title if known else ":".join(ids))
        return Found(Kind.UNKNOWN, url, "", title, "found_adapter" if known else "found_port", trouble)
    url = _speaking(url, known.language)
    return Found(Kind(known.kind), url, known.language, said or known.title, "found_by_ids", trouble)


def usb_printers(backend: Any = None) -> list[Found]:
    """USB devices with a printer interface, and what they say they are; raises KnownError without libusb."""
    backend = backend or libusb()
    if backend is None:
        raise KnownError(
            "device_open_failed", url="usb:", reason="libusb is missing", cause=Cause.PROGRAM, program="libusb"
        )
    attached = usb.core.find(find_all=True, backend=backend)
    return [_usb_printer(device, backend) for device in attached if _prints(device)]


def _prints(device: Any) -> bool:
    try:
        able = interfaces_of(device)
    except usb.core.USBError:  # gone while it was looked at
        return False
    if any(interface.bInterfaceClass == PRINTER_CLASS for interface in able):
        return True
    known = known_device(f"{device.idVendor:04x}", f"{device.idProduct:04x}")
    return bool(able) and known is not None and known.kind == Kind.PRINTER


def _usb_printer(device: Any, backend: Any) -> Found:
    ids = f"{device.idVendor:04x}", f"{device.idProduct:04x}"
    known = known_device(*ids)
    url = "usb://" + ":".join(ids)
    title, trouble = known.title if known else ":".join(ids), None
    said = DeviceId({})
    try:
        serial = serial_of(device)
        url += f"/{quote(serial)}" if serial else ""
        told = f"{string_of(device, device.iManufacturer)} {string_of(device, device.iProduct)}".strip()
        title = told or title
    except usb.core.USBError as error:
        cause = Cause.of_errno(error.errno)
        trouble = KnownError(
            "device_open_failed", url=url, reason=error.strerror or "", cause=cause, node=node_of(device)
        )
    finally:
        usb.util.dispose_resources(device)
    if trouble is None:
        said, trouble = _device_id(url, backend)
    if said.model:
        # many models are told with their maker in front, and makers in full words
        repeats = said.maker and said.model.lower().startswith(said.maker.lower())
        title = said.model if repeats else f"{said.maker} {said.model}".strip()
    language = said.language or (known.language if known else "")
    why = "found_by_device_id" if said.language else "found_by_class"
    if trouble is not None:
        trouble = explain(trouble) or trouble
    if language and language not in LANGUAGES:
        return Found(Kind.PRINTER, "", language, title, why, _unspoken(language))
    return Found(Kind.PRINTER, _speaking(url, language), language, title, why, trouble)


def _unspoken(language: str) -> KnownError:
    return KnownError("printer_language_unspoken", language=language.upper(), known=_SPOKEN)


def _device_id(url: str, backend: Any) -> tuple[DeviceId, KnownError | None]:
    transport = UsbTransport(url, backend)
    try:
        transport.open()
        return transport.device_id(), None
    except KnownError as error:
        return DeviceId({}), error
    finally:
        transport.close()


def hid_devices(backend: HidBackend | None = None) -> list[Found]:
    """HID scales and scanners by their usage page, and keyboards-only devices of known ids as scanners (wedges)."""
    collections: dict[tuple[int, int, str], list[Any]] = {}
    for one in (backend or hidapi()).enumerate(0, 0):
        key = (int(one["vendor_id"]), int(one["product_id"]), str(one.get("serial_number") or ""))
        collections.setdefault(key, []).append(one)
    found = []
    for (vendor, product, serial), parts in collections.items():
        known = known_device(f"{vendor:04x}", f"{product:04x}")
        pages = {int(part.get("usage_page") or 0): part for part in parts}
        if SCALE_PAGE in pages:
            kind, part, why = Kind.SCALE, pages[SCALE_PAGE], "found_by_usage"
        elif SCANNER_PAGE in pages:
            kind, part, why = Kind.SCANNER, pages[SCANNER_PAGE], "found_by_usage"
        elif known is not None and known.kind == Kind.SCALE:
            kind, part, why = Kind.SCALE, parts[0], "found_by_ids"
        elif known is not None and known.kind == Kind.SCANNER and DESKTOP_PAGE in pages:
            kind, part, why = Kind.SCANNER, pages[DESKTOP_PAGE], "found_by_ids"
        else:
            continue
        said = " ".join(text for text in (part.get("manufacturer_string"), part.get("product_string")) if text)
        title = said or (known.title if known else f"{vendor:04x}:{product:04x}")
        if kind == Kind.SCANNER and why == "found_by_ids":
            # it types: the system reads it as a keyboard, and no permission is needed
            found.append(Found(kind, "wedge:", "", title, why))
            continue
        url = f"hid://{vendor:04x}:{product:04x}" + (f"/{quote(serial)}" if serial else "")
        trouble = node_trouble(url, bytes(part["path"]).decode("utf-8", "replace"))
        found.append(Found(kind, url, "", title, why, trouble))
    return found


def cups_queues(queues: Callable[[], Sequence[cups.Queue]] = cups.queues) -> list[Found]:
    """The CUPS queues of this computer, each with what it may do to a label; none where CUPS is not installed."""
    try:
        listed = queues()
    except FileNotFoundError:
        return []
    found = []
    for queue in listed:
        url = f"cups://{quote(queue.name)}"
        trouble = cups.queue_hazard(queue.name)
        if not queue.accepts or queue.state == "stopped":
            trouble = KnownError("queue_stopped", queue=queue.name, command=f"sudo cupsenable {queue.name}")
        language = _language_in(queue.device)
        title = queue.name.replace("_", " ")
        found.append(Found(Kind.PRINTER, _speaking(url, language), language, title, "found_queue", trouble))
    return found


ALL_SOURCES: tuple[tuple[str, Source], ...] = (
    ("usb", usb_printers),
    ("serial", serial_ports),
    ("hid", hid_devices),
    ("cups", cups_queues),
)


def known_device(vendor: str, product: str) -> KnownDevice | None:
    """What the table says of USB ids (four hex digits each); the row of the product, else that of the vendor."""
    table = known_devices()
    return table.get((vendor.lower(), product.lower())) or table.get((vendor.lower(), ""))


@cache
def known_devices() -> dict[tuple[str, str], KnownDevice]:
    """The table of `resources/devices/known.toml` by (vendor, product)."""
    text = (files("resources") / "devices" / "known.toml").read_text("utf-8")
    rows = [KnownDevice(**row) for row in tomllib.loads(text)["device"]]
    return {(row.vendor, row.product): row for row in rows}


def _language_in(device_uri: str) -> str:
    """The language that a queue's device tells: usb://Zebra%20Technologies/ZTC%20ZD421?serial=…"""
    match = re.match(r"usb://([^/]+)/", device_uri)
    maker = match[1].lower() if match else ""
    return "zpl" if maker.startswith("zebra") else "tspl" if maker.startswith("tsc") else ""


def _speaking(url: str, language: str) -> str:
    return f"{url}?language={language}" if language else url
