"""The devices of a station: scans of all scanners in one order, unplug and replug, the scale, what a URL can be."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from app.devices import (
    StationDevices,
    check_devices,
    is_device_of,
    look_at,
    open_questions,
    scanner_urls,
    uses_of,
    with_device,
    with_option,
    without_device,
)
from app.settings import Settings
from app.station import Origin
from hardware.simulator.cable import PtyCable
from hardware.simulator.scale import ScaleTwin
from hardware.simulator.scanner import ScannerTwin

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")


class Listener:
    """Hears scans and waits for what shall become so."""

    def __init__(self) -> None:
        self.scans: list[tuple[str, Origin]] = []
        self._news = threading.Condition()

    def scanned(self, raw: str, origin: Origin) -> None:
        with self._news:
            self.scans.append((raw, origin))
            self._news.notify_all()

    def changed(self) -> None:
        with self._news:
            self._news.notify_all()

    def wait(self, condition: Callable[[], object], seconds: float = 5.0) -> float:
        """Seconds that it took."""
        started = time.monotonic()
        with self._news:
            assert self._news.wait_for(lambda: bool(condition()), seconds)
        return time.monotonic() - started


@pytest.fixture
def cables() -> Iterator[tuple[PtyCable, PtyCable]]:
    pair = PtyCable(), PtyCable()
    for cable in pair:
        cable.plug()
    yield pair
    for cable in pair:
        cable.close()


def test_the_scans_of_two_scanners_keep_their_device_and_number(cables: tuple[PtyCable, PtyCable]) -> None:
    heard = Listener()
    devices = StationDevices([cable.url for cable in cables], "", heard.scanned, heard.changed)
    try:
        heard.wait(lambda: [seen.state for seen in devices.scanners] == ["ready", "ready"])
        for code in ("A-1", "A-2"):
            for cable in cables:
                ScannerTwin(cable).scan(code)
        heard.wait(lambda: len(heard.scans) == 4)
    finally:
        devices.stop()
    for cable in cables:
        mine = [(raw, origin.seq) for raw, origin in heard.scans if is_device_of(cable.url, origin.device)]
        assert mine == [("A-1", 1), ("A-2", 2)]
    assert len({origin.boot for _, origin in heard.scans}) == 2


def test_a_scanner_that_is_unplugged_is_taken_again_within_two_seconds(cables: tuple[PtyCable, PtyCable]) -> None:
    cable, heard = cables[0], Listener()
    devices = StationDevices([cable.url], "", heard.scanned, heard.changed)
    try:
        heard.wait(lambda: devices.scanners[0].state == "ready")
        ScannerTwin(cable).scan("FIRST")
        heard.wait(lambda: len(heard.scans) == 1)
        cable.send(b"HALF")  # a code that is never finished
        cable.drain(1.0)
        cable.unplug()
        heard.wait(lambda: devices.scanners[0].state == "absent")
        assert devices.scanners[0].trouble is not None
        assert not devices.scanners[0].well
        cable.plug()
        assert heard.wait(lambda: devices.scanners[0].state == "ready") < 2.0
        ScannerTwin(cable).scan("SECOND")
        heard.wait(lambda: len(heard.scans) == 2)
    finally:
        devices.stop()
    assert [raw for raw, _ in heard.scans] == ["FIRST", "SECOND"]
    assert len({(origin.device, origin.boot, origin.seq) for _, origin in heard.scans}) == 2


def test_other_settings_leave_open_what_they_name_still(cables: tuple[PtyCable, PtyCable]) -> None:
    heard, (stays, goes) = Listener(), cables
    devices = StationDevices([goes.url, stays.url], "", heard.scanned, heard.changed)
    try:
        heard.wait(lambda: [seen.state for seen in devices.scanners] == ["ready", "ready"])
        since = devices.scanners[1].at
        ScannerTwin(stays).scan("BEFORE")
        devices.follow([stays.url, "file:no-scanner"], f"{goes.url}?protocol=mt_sics")
        ScannerTwin(stays).scan("AFTER")
        heard.wait(lambda: len(heard.scans) == 2)
        assert [seen.url for seen in devices.scanners] == [stays.url, "file:no-scanner"]
        assert devices.scanners[0].at == since  # it was never closed
        assert devices.scale is not None
        devices.follow([f"{stays.url}?suffix=lf"], "")
        assert devices.scale is None
        heard.wait(lambda: devices.scanners[0].state == "ready")
    finally:
        devices.stop()
    assert [(raw, origin.seq) for raw, origin in heard.scans] == [("BEFORE", 1), ("AFTER", 2)]
    assert len({origin.boot for _, origin in heard.scans}) == 1


def test_after_stop_nothing_is_heard(cables: tuple[PtyCable, PtyCable]) -> None:
    heard = Listener()
    devices = StationDevices([cables[0].url], "", heard.scanned, heard.changed)
    heard.wait(lambda: devices.scanners[0].state == "ready")
    devices.stop()
    devices.stop()
    ScannerTwin(cables[0]).scan("LATE")
    assert heard.scans == []


def test_a_url_that_is_no_scanner_is_a_fault_that_says_why() -> None:
    devices = StationDevices(["file:labels.zpl", "wedge:"], "tcp://scale:4305", lambda *_: None, lambda: None)
    devices.stop()
    (scanner,), scale = devices.scanners, devices.scale
    assert scanner.state == "fault"
    assert scanner.trouble is not None
    assert scanner.trouble.code == "device_not_supported_yet"
    assert scale is not None
    assert scale.trouble is not None
    assert scale.trouble.code == "scale_protocol_unknown"
    assert devices.stable_grams() is None


def test_a_scale_tells_its_weight_and_takes_zero(cables: tuple[PtyCable, PtyCable]) -> None:
    cable, heard = cables[0], Listener()
    twin = ScaleTwin(cable, "mt_sics", every=0.04)
    twin.start()
    twin.load(412)
    devices = StationDevices([], f"{cable.url}?protocol=mt_sics", heard.scanned, heard.changed)
    try:
        heard.wait(lambda: devices.weight is not None and devices.weight.stable and devices.weight.grams == 412)
        assert devices.stable_grams() == 412
        devices.zero()
        assert devices.stable_grams() == 0
    finally:
        devices.stop()
        twin.stop()


def test_what_is_configured_is_looked_at_once(cables: tuple[PtyCable, PtyCable]) -> None:
    cables[1].unplug()
    seen = look_at([cable.url for cable in cables], "", 3.0)
    assert [one.state for one in seen] == ["ready", "absent"]


def test_each_url_is_checked_for_its_use() -> None:
    settings = Settings(
        printer="tcp://p:9100?language=epl", document_printer="tcp://p:9100", scanners="tcp://s:1?suffix=q",
        scale="serial:///dev/ttyUSB0",
    )  # fmt: skip
    assert {use: refusal.code for use, refusal in check_devices(settings).items()} == {
        "printer": "printer_language_unknown", "scanners": "framing_unknown", "scale": "scale_protocol_unknown",
    }  # fmt: skip
    assert check_devices(Settings()) == {}
    same = Settings(printer="tcp://p:9100", printer_fallback="tcp://p:9100")
    assert check_devices(same)["printer_fallback"].code == "devices_same_printer"
    other = Settings(printer="tcp://p:9100", printer_fallback="tcp://q:9100?language=tspl")
    assert check_devices(other)["printer_fallback"].code == "devices_other_language"
    assert check_devices(Settings(printer="tcp://p:9100", printer_fallback="file:labels.zpl")) == {}


def test_a_scanner_is_added_or_takes_the_place_of_the_same_device() -> None:
    one = with_device(Settings(), "scanners", "serial:///dev/ttyACM0")
    two = with_device(one, "scanners", "tcp://scanner-3:4001")
    assert scanner_urls(two) == ["serial:///dev/ttyACM0", "tcp://scanner-3:4001"]
    again = with_device(two, "scanners", "serial:///dev/ttyACM0?baud=115200")
    assert scanner_urls(again) == ["tcp://scanner-3:4001", "serial:///dev/ttyACM0?baud=115200"]
    assert scanner_urls(without_device(two, "scanners", "serial:///dev/ttyACM0")) == ["tcp://scanner-3:4001"]
    assert with_device(one, "scale", "hid://0922:8003").scale == "hid://0922:8003"


def test_what_a_found_device_can_be_and_what_is_still_to_be_asked() -> None:
    assert uses_of("scale", "hid://0922:8003") == ("scale",)
    assert uses_of("printer", "usb://0a5f:0166")[0] == "printer"
    assert set(uses_of("unknown", "serial:///dev/ttyUSB0")) >= {"scanners", "scale", "printer"}
    assert open_questions("printer", "usb://0a5f:0166")[0] == "language"
    assert open_questions("printer", "usb://0a5f:0166?language=tspl") == ("", ())
    assert open_questions("document_printer", "cups://office") == ("", ())  # it takes PDF
    option, values = open_questions("scale", "serial:///dev/ttyUSB0")
    assert option == "protocol"
    assert "mt_sics" in values
    assert with_option("tcp://s:1?gap=5", "protocol", "ascii") == "tcp://s:1?gap=5&protocol=ascii"
