"""A USB printer, a HID scanner and a HID scale at the opened window: pulled out, plugged in again, nothing lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from sqlalchemy import select

from app.domain.states import JobState
from app.operations.print_queue import queue_file
from db.parcels import PrintJob
from hardware.simulator.hid import HidTwin
from hardware.simulator.printer_twin import PrinterTwin
from hardware.simulator.scale import ScaleTwin
from hardware.simulator.scanner import scan_reports
from hardware.simulator.serve import make_language
from hardware.simulator.usb_backend import FakeUsbBackend
from hardware.simulator.usb_port import UsbPort
from hardware.transports.hid import SCALE_PAGE, SCANNER_PAGE
from tests.factories import LEAD, House
from tests.ui.test_attached import events, house, quick, ready, run
from tests.ui.test_opened_window import Desk

__all__ = ["house", "quick"]  # fixtures
SECONDS = 2.0  # within which a device is there again


class HidBus:
    """Several twins behind one backend."""

    def __init__(self, *twins: HidTwin) -> None:
        self._twins = {twin.url.encode(): twin for twin in twins}

    def enumerate(self, vendor: int, product: int) -> Sequence[Mapping[str, Any]]:
        return [dict(one) | {"path": path} for path, twin in self._twins.items()
                for one in twin.enumerate(vendor, product)]  # fmt: skip

    def open_path(self, path: bytes) -> HidTwin:
        return self._twins[path].open_path(b"twin")


class Attached:
    """The three devices of a bench."""

    def __init__(self, folder: Path) -> None:
        self.usb = FakeUsbBackend()
        self.port = UsbPort(self.usb, "zpl")
        self.printer = PrinterTwin(
            folder, make_language("zpl"), self.port, lambda data: b"", time_factor=0.0, lock_patience=0.0
        )
        self.scanner = HidTwin(0x0C2E, 0x0B81, SCANNER_PAGE)
        self.on_scale = HidTwin(0x0922, 0x8003, SCALE_PAGE)
        self.scale = ScaleTwin(self.on_scale, "hid", every=0.02)
        self.hid = HidBus(self.scanner, self.on_scale)
        self.folder = folder

    def unplug(self) -> None:
        self.usb.unplug(self.port.device)
        self.scanner.unplug()
        self.on_scale.unplug()

    def plug(self) -> None:
        self.usb.plug(self.port.device)
        self.scanner.plug()
        self.on_scale.plug()

    @property
    def printed(self) -> list[bytes]:
        return [path.read_bytes() for path in sorted(self.folder.glob("*.zpl"))]


@pytest.fixture
def attached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Attached:
    attached = Attached(tmp_path / "tray")
    monkeypatch.setattr("hardware.transports.usb.libusb", lambda: attached.usb)
    monkeypatch.setattr("hardware.transports.hid.hidapi", lambda: attached.hid)
    return attached


def test_pulled_out_and_plugged_in_again_nothing_is_lost_or_doubled(
    qapp: QApplication, tmp_path: Path, house: House, attached: Attached
) -> None:
    took: list[float] = []

    def label(number: int) -> None:
        house.store.write(queue_file, LEAD, "BENCH-1", b"^XA^FO10,10^FDlabel-%d^FS^XZ" % number)

    def done() -> int:
        return sum(job.state is JobState.PRINTED for job in house.all(select(PrintJob)))

    async def body(desk: Desk) -> None:
        page: Any = desk.window.pages["devices"]

        def said() -> tuple[str, ...]:
            return tuple(desk.window.status.text(name) for name in ("printer", "scanner", "scale"))

        def chips() -> list[str]:
            return [card._chip.text()[:1] for card in (page._printer, *page._attached[:1], page._scale)]

        def has_happened(number: int) -> bool:
            return len(events(house)) == 2 * number and done() == number

        def there() -> bool:
            printer, scanner, scale = said()
            return "ready" in printer and "not there" not in scanner and "0.412\u00a0kg" in scale

        for number in (1, 2):
            await desk.until(lambda: there() and ready(desk))
            desk.window.go("packing")
            scan_reports(attached.scanner, f"UNKNOWN-{number}")
            scan_reports(attached.scanner, "XXOK")
            label(number)
            await desk.until(partial(has_happened, number))
            desk.window.go("devices")
            await desk.until(lambda: chips() == ["✓"] * 3)
            if number == 2:
                return
            attached.unplug()
            await desk.until(lambda: ["no connection" in said()[0], "not there" in said()[1], "not there" in said()[2]]
                             == [True] * 3)  # fmt: skip
            await desk.until(lambda: chips() == ["!", "✗", "✗"])
            attached.plug()
            started = monotonic()
            await desk.until(lambda: there() and chips() == ["✓"] * 3)
            took.append(monotonic() - started)

    async def with_printer(desk: Desk) -> None:
        await attached.printer.start()
        try:
            await body(desk)
        finally:
            await attached.printer.stop(finish=False)

    attached.scale.start()
    attached.scale.load(412)
    run(
        qapp, tmp_path, with_printer, printer=f"{attached.port.url}?language=zpl",
        scanners=attached.scanner.url, scale=attached.on_scale.url,
    )  # fmt: skip
    attached.scale.stop()
    assert len(took) == 1
    assert took[0] < SECONDS
    codes = ["UNKNOWN-1", "XXOK", "UNKNOWN-2", "XXOK"]
    assert [event.raw.removeprefix("]C0") for event in events(house)] == codes
    assert [event.device_seq for event in events(house)] == [1, 2, 3, 4]
    assert [b"label-%d" % number in sheet for number, sheet in enumerate(attached.printed, 1)] == [True, True]
