"""What is attached: every source on its own, then all of them with some that fail."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app.domain.errors import KnownError
from hardware.device import parse_url
from hardware.discovery import (
    Found,
    Kind,
    cups_queues,
    discover,
    hid_devices,
    known_device,
    known_devices,
    serial_ports,
    usb_printers,
)
from hardware.simulator.usb_backend import FakeUsbBackend, FakeUsbDevice
from hardware.transports import cups
from hardware.transports.cups import Queue
from hardware.transports.hid import HidHandle
from hardware.transports.usb import UsbTransport

ZEBRA_URL = "usb://0a5f:0166/D1?language=zpl"
CH340 = "QinHeng CH340"


class Silent:
    """A USB device that takes everything and says nothing."""

    def receive(self, data: bytes) -> int | None:
        return None

    def take(self, size: int) -> bytes:
        return b""


def port(device: str, ids: str = "", maker: str | None = None, product: str | None = None) -> SimpleNamespace:
    vendor, _, number = ids.partition(":")
    return SimpleNamespace(
        device=device,
        vid=int(vendor, 16) if vendor else None,
        pid=int(number, 16) if number else None,
        manufacturer=maker,
        product=product,
    )


def one(found: list[Found]) -> Found:
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("port", "kind", "url", "language", "title", "why"),
    [
        (port("/dev/ttyACM0", "05e0:1701"), Kind.SCANNER, "serial:///dev/ttyACM0", "", "Zebra", "found_by_ids"),
        (
            port("/dev/ttyACM0", "0c2e:0b6a", "Honeywell", "Voyager 1472g"),
            Kind.SCANNER,
            "serial:///dev/ttyACM0",
            "",
            "Honeywell Voyager 1472g",
            "found_by_ids",
        ),
        (
            port("/dev/ttyACM1", "0a5f:0166"),
            Kind.PRINTER,
            "serial:///dev/ttyACM1?language=zpl",
            "zpl",
            "Zebra",
            "found_by_ids",
        ),
        (port("COM3", "0eb8:f000"), Kind.SCALE, "serial:COM3", "", "Mettler Toledo BC60", "found_by_ids"),
        (port("/dev/ttyUSB0", "1a86:7523"), Kind.UNKNOWN, "serial:///dev/ttyUSB0", "", CH340, "found_adapter"),
        (
            port("/dev/ttyUSB0", "0403:6001", "FTDI", "FT232R USB UART"),
            Kind.UNKNOWN,
            "serial:///dev/ttyUSB0",
            "",
            "FTDI FT232R USB UART",
            "found_adapter",
        ),
        (port("/dev/ttyACM0", "ffff:0001"), Kind.UNKNOWN, "serial:///dev/ttyACM0", "", "ffff:0001", "found_port"),
        (port("/dev/ttyS0"), Kind.UNKNOWN, "serial:///dev/ttyS0", "", "/dev/ttyS0", "found_port"),
        (port("/dev/tty.x y#1"), Kind.UNKNOWN, "serial:///dev/tty.x%20y%231", "", "/dev/tty.x y#1", "found_port"),
    ],
)
def test_serial_ports(port: Any, kind: Kind, url: str, language: str, title: str, why: str) -> None:
    found = one(serial_ports(lambda: [port]))
    assert (found.kind, found.url, found.language, found.title, found.why) == (kind, url, language, title, why)
    assert parse_url(found.url).path == port.device


def test_a_port_that_may_not_be_opened_is_found_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    node = tmp_path / "ttyACM0"
    node.touch()
    monkeypatch.setattr(os, "access", lambda path, mode: str(path) != str(node))
    found = one(serial_ports(lambda: [port(str(node), "05e0:1701")]))
    assert found.kind is Kind.SCANNER
    assert found.trouble is not None
    assert found.trouble.code.startswith("device_permission")


@pytest.fixture
def bus() -> FakeUsbBackend:
    return FakeUsbBackend()


def zebra(**more: Any) -> FakeUsbDevice:
    said = "MFG:Zebra Technologies;CMD:ZPL;MDL:ZTC ZD421;"
    return FakeUsbDevice(Silent(), **{"serial": "D1", "device_id": said, **more})


@pytest.mark.parametrize(
    ("device", "url", "language", "title", "why"),
    [
        (zebra(), ZEBRA_URL, "zpl", "Zebra Technologies ZTC ZD421", "found_by_device_id"),
        (
            zebra(vendor=0x2D37, product=0x8012, device_id="MFG:Xprinter;CMD:TSPL,XPP;MDL:Xprinter XP-420B;"),
            "usb://2d37:8012/D1?language=tspl",
            "tspl",
            "Xprinter XP-420B",
            "found_by_device_id",
        ),
        (
            zebra(vendor=0x04B8, product=0x0E28, serial="", device_id="MFG:EPSON;CMD:ESC/POS;MDL:TM-T20III;"),
            "usb://04b8:0e28?language=escpos",
            "escpos",
            "EPSON TM-T20III",
            "found_by_device_id",
        ),
        (zebra(device_id=""), ZEBRA_URL, "zpl", "Zebra", "found_by_class"),
        (zebra(device_id="", maker="ZTC", name="ZD421"), ZEBRA_URL, "zpl", "ZTC ZD421", "found_by_class"),
        (zebra(vendor=0x6868, product=0x0200, device_id=""), "usb://6868:0200/D1", "", "6868:0200", "found_by_class"),
        (
            zebra(vendor=0x6868, product=0x0200, device_id=b"\xff\xff\x00garbage", name="USB Printer"),
            "usb://6868:0200/D1",
            "",
            "USB Printer",
            "found_by_class",
        ),
        (zebra(interface_class=0xFF), ZEBRA_URL, "zpl", "Zebra Technologies ZTC ZD421", "found_by_device_id"),
    ],
)
def test_usb_printers(
    bus: FakeUsbBackend, device: FakeUsbDevice, url: str, language: str, title: str, why: str
) -> None:
    bus.plug(device)
    found = one(usb_printers(bus))
    assert (found.kind, found.url, found.language, found.title, found.why) == (Kind.PRINTER, url, language, title, why)
    assert found.trouble is None
    assert not device.claimed
    UsbTransport(found.url, bus).open()  # the proposal works


def test_a_printer_of_a_language_without_a_driver_is_not_proposed(bus: FakeUsbBackend) -> None:
    bus.plug(zebra(device_id="MFG:Zebra;CMD:EPL;MDL:LP2844;"))
    found = one(usb_printers(bus))
    assert (found.kind, found.url, found.language, found.title) == (Kind.PRINTER, "", "epl", "Zebra LP2844")
    assert found.trouble is not None
    assert found.trouble.code == "printer_language_unspoken"
    assert found.trouble.facts == {"language": "EPL", "known": "ZPL, TSPL, ESCPOS"}


def test_other_usb_devices_are_no_printers(bus: FakeUsbBackend) -> None:
    bus.plug(zebra(vendor=0x1234, interface_class=0xFF))
    bus.plug(zebra(interface_class=3))
    assert usb_printers(bus) == []


def test_a_usb_printer_of_others_is_found_all_the_same(bus: FakeUsbBackend) -> None:
    device = zebra()
    device.denied = True
    bus.plug(device)
    found = one(usb_printers(bus))
    assert (found.kind, found.url) == (Kind.PRINTER, "usb://0a5f:0166?language=zpl")
    assert found.trouble is not None
    assert found.trouble.code.startswith("device_permission")


def test_a_usb_printer_in_use_is_left_alone(bus: FakeUsbBackend) -> None:
    device = zebra()
    bus.plug(device)
    owner = UsbTransport("usb://0a5f:0166", bus)
    owner.open()
    found = one(usb_printers(bus))
    assert found.trouble is not None
    assert found.trouble.code == "device_in_use"
    owner.write(b"still mine", 1.0)


def test_a_usb_printer_that_goes_while_it_is_asked(bus: FakeUsbBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    device = zebra()
    bus.plug(device)
    real = UsbTransport.open

    def unplugged(self: UsbTransport) -> None:
        bus.unplug(device)
        real(self)

    monkeypatch.setattr(UsbTransport, "open", unplugged)
    trouble = one(usb_printers(bus)).trouble
    assert trouble is not None
    assert trouble.code == "device_open_failed"


class Hid:
    """A HID backend that only lists."""

    def __init__(self, *collections: Mapping[str, Any]) -> None:
        self.collections = collections

    def enumerate(self, vendor: int, product: int) -> Sequence[Mapping[str, Any]]:
        return self.collections

    def open_path(self, path: bytes) -> HidHandle:
        raise AssertionError("nothing is opened")


def collection(ids: str, page: int, serial: str | None = None, name: str = "") -> dict[str, Any]:
    vendor, _, product = ids.partition(":")
    return {
        "vendor_id": int(vendor, 16),
        "product_id": int(product, 16),
        "usage_page": page,
        "serial_number": serial,
        "manufacturer_string": None,
        "product_string": name,
        "path": b"none",
    }


@pytest.mark.parametrize(
    ("collections", "expected"),
    [
        (
            [collection("0922:8003", 0x8D, "7", "M10 10 lb Scale")],
            (Kind.SCALE, "hid://0922:8003/7", "M10 10 lb Scale", "found_by_usage"),
        ),
        ([collection("1234:5678", 0x8D)], (Kind.SCALE, "hid://1234:5678", "1234:5678", "found_by_usage")),
        (
            [collection("0c2e:0b6a", 0x01), collection("0c2e:0b6a", 0x8C)],
            (Kind.SCANNER, "hid://0c2e:0b6a", "Honeywell", "found_by_usage"),
        ),
        ([collection("0922:8004", 0x00)], (Kind.SCALE, "hid://0922:8004", "Dymo M25", "found_by_ids")),
        ([collection("05e0:1200", 0x01)], (Kind.SCANNER, "wedge:", "Zebra", "found_by_ids")),
        ([collection("05e0:1900", 0xFF45)], None),
        ([collection("046d:c31c", 0x01, name="Keyboard")], None),
    ],
)
def test_hid_devices(collections: list[dict[str, Any]], expected: tuple[Kind, str, str, str] | None) -> None:
    found = hid_devices(Hid(*collections))
    assert [(device.kind, device.url, device.title, device.why) for device in found] == ([expected] if expected else [])
    for device in found:
        parse_url(device.url)


def test_two_scales_of_a_kind() -> None:
    found = hid_devices(Hid(collection("0922:8003", 0x8D, "7"), collection("0922:8003", 0x8D, "8")))
    assert [device.url for device in found] == ["hid://0922:8003/7", "hid://0922:8003/8"]


@pytest.fixture
def policies(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    said: dict[str, str] = {}
    monkeypatch.setattr(cups, "error_policy", lambda queue, server="": said.get(queue, "abort-job"))
    return said


def test_cups_queues(policies: dict[str, str]) -> None:
    policies["Zebra_2"] = "retry-job"
    found = cups_queues(
        lambda: [
            Queue("Zebra_2", "idle", True, "usb://Zebra%20Technologies/ZTC%20ZD421?serial=D1"),
            Queue("fine", "printing", True, "socket://127.0.0.1"),
            Queue("stopped", "stopped", True, "usb://TSC/TE210"),
            Queue("closed", "idle", False),
        ]
    )
    assert [(queue.url, queue.language, queue.trouble.code if queue.trouble else None) for queue in found] == [
        ("cups://Zebra_2?language=zpl", "zpl", "queue_prints_again"),
        ("cups://fine", "", None),
        ("cups://stopped?language=tspl", "tspl", "queue_stopped"),
        ("cups://closed", "", "queue_stopped"),
    ]
    assert found[0].title == "Zebra 2"
    assert parse_url(found[0].url).path == "Zebra_2"


def test_no_cups_is_no_trouble(policies: dict[str, str]) -> None:
    def absent() -> list[Queue]:
        raise FileNotFoundError("lpstat")

    assert cups_queues(absent) == []


def test_a_source_that_fails_does_not_hide_the_others() -> None:
    printer = Found(Kind.PRINTER, "usb://0a5f:0166", "zpl", "Zebra", "found_by_class")
    scanner = Found(Kind.SCANNER, "serial:COM3", "", "Zebra", "found_by_ids")
    unknown = Found(Kind.UNKNOWN, "serial:COM1", "", "COM1", "found_port")

    def raises(error: Exception) -> Any:
        def source() -> list[Found]:
            raise error

        return source

    no_libusb = KnownError("device_open_failed", url="usb:", reason="x", cause="program", program="libusb")
    found = discover(
        [
            ("cups", raises(OSError("lpstat: Scheduler is not running."))),
            ("serial", lambda: [unknown, scanner]),
            ("hid", raises(ImportError("no hidapi"))),
            ("usb", lambda: [printer]),
            ("more", raises(no_libusb)),
        ]
    )
    assert found[:3] == [printer, scanner, unknown]
    troubles = [(one.title, one.trouble.code) for one in found[3:] if one.trouble]
    assert troubles == [
        ("cups", "device_source_failed"),
        ("hid", "device_source_failed"),
        ("more", "device_program_missing"),
    ]


def test_this_computer_can_be_asked() -> None:
    for found in discover():
        assert found.url or found.trouble
        if found.url:
            parse_url(found.url)


def test_the_table() -> None:
    for (vendor, product), row in known_devices().items():
        assert len(vendor) == 4
        assert len(product) in (0, 4)
        assert f"{vendor}{product}" == f"{int(vendor + product, 16):0{len(vendor + product)}x}"
        assert row.kind in ("scanner", "scale", "printer", "adapter")
        assert row.language in ("", "zpl", "tspl", "escpos", "epl")
        assert not row.language or row.kind == "printer"
    for ids, kind in (
        ("05e0:1701", "scanner"),
        ("0C2E:0001", "scanner"),
        ("05f9:4204", "scanner"),
        ("1eab:0c10", "scanner"),
        ("0922:8003", "scale"),
        ("0eb8:f000", "scale"),
    ):
        known = known_device(*ids.split(":"))
        assert known is not None
        assert known.kind == kind
    assert known_device("0922", "0020") is None  # Dymo makes label writers too
    assert known_device("ffff", "ffff") is None
