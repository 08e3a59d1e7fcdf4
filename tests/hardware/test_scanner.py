"""Scans arrive once, in order, with device and number, over every kind of line, through unplugs and bursts."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.errors import KnownError, Refusal
from hardware.device import DeviceState, parse_url
from hardware.framing import LOST_END, NO_END
from hardware.scanner import AttachedScanner, ReceivedScan, Scanner, device_name, open_scanner
from hardware.scanner_listener import NOBODY, ListeningScanner
from hardware.simulator.cable import CallingCable, PtyCable, TcpCable
from hardware.simulator.hid import HidTwin
from hardware.simulator.scanner import ScanFault, ScannerTwin, scan_reports
from hardware.transports.hid import SCANNER_PAGE, HidTransport
from tests.hardware.waiting import until

ABSENT, READY, ATTENTION, FAULT = DeviceState.ABSENT, DeviceState.READY, DeviceState.ATTENTION, DeviceState.FAULT


class Bench:
    """What scanners told."""

    def __init__(self) -> None:
        self.scans: list[ReceivedScan] = []
        self.states: list[tuple[DeviceState, str]] = []
        self.scanners: list[Scanner] = []

    def open(self, url: str, **options: HidTransport) -> Scanner:
        scanner = open_scanner(url, self.scans.append, lambda *told: self.states.append(told), **options)
        self.scanners.append(scanner)
        return scanner

    @property
    def codes(self) -> list[str]:
        return [scan.raw for scan in self.scans]


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    for scanner in made.scanners:
        scanner.stop()


@pytest.fixture
def cable(tmp_path: Path) -> Iterator[PtyCable]:
    if sys.platform == "win32":
        pytest.skip("has no pseudo-terminals")
    made = PtyCable(tmp_path / "tty")
    yield made
    made.close()


def no_wait(_: float) -> None:
    """A scanner in a test waits for nothing."""


async def test_scans_of_a_serial_scanner(bench: Bench, cable: PtyCable) -> None:
    scanner = bench.open(f"{cable.url}?suffix=crlf&prefix=stx")
    await until(lambda: scanner.state is READY)
    before = time.monotonic()
    twin = ScannerTwin(cable, prefix=b"\x02", suffix=b"\r\n", aim="]d2")
    for code in ("4006381333931", "A B", "ÄÖ", "0104\x1d21"):
        twin.scan(code)
    await until(lambda: len(bench.scans) == 4)
    assert bench.codes == ["]d24006381333931", "]d2A B", "]d2ÄÖ", "]d20104\x1d21"]
    assert [scan.seq for scan in bench.scans] == [1, 2, 3, 4]
    assert len({scan.boot for scan in bench.scans}) == 1
    assert {scan.device for scan in bench.scans} == {f"serial:{cable.path}"}
    assert before <= bench.scans[0].at <= time.monotonic()
    assert bench.states == [(DeviceState.CONNECTING, ""), (READY, "")]


async def test_a_new_opening_has_a_new_boot(bench: Bench, cable: PtyCable) -> None:
    for number in (1, 2):
        scanner = bench.open(cable.url)
        await until(lambda opened=scanner: opened.state is READY)
        cable.send(b"A\r")
        await until(lambda so_far=number: len(bench.scans) == so_far)
        scanner.stop()
    assert len({(scan.boot, scan.seq) for scan in bench.scans}) == 2


async def test_bytes_that_are_no_utf8_are_kept(bench: Bench, cable: PtyCable) -> None:
    scanner = bench.open(cable.url)
    await until(lambda: scanner.state is READY)
    cable.send(b"\xc4\xd6\r")
    await until(lambda: bench.codes == ["ÄÖ"])


async def test_an_unplug_in_the_middle_of_a_code_loses_that_code_alone(bench: Bench, cable: PtyCable) -> None:
    scanner = bench.open(cable.url)
    await until(lambda: scanner.state is READY)
    twin = ScannerTwin(cable, faults={2: ScanFault.UNPLUG}, sleep=no_wait)
    twin.scan("BEFORE")
    await until(lambda: bench.codes == ["BEFORE"])
    cable.send(b"HALF")
    cable.unplug()
    await until(lambda: scanner.state is ABSENT)
    assert scanner.trouble is not None
    started = time.monotonic()
    cable.plug()
    await until(lambda: scanner.state is READY)
    assert time.monotonic() - started < 2
    cable.send(b"AFTER\r")
    await until(lambda: len(bench.scans) == 2)
    assert bench.codes == ["BEFORE", "AFTER"]
    assert [scan.seq for scan in bench.scans] == [1, 2]


async def test_half_a_code_and_silence_is_told_and_the_next_scan_is_whole(bench: Bench, cable: PtyCable) -> None:
    scanner = bench.open(f"{cable.url}?gap=30")
    await until(lambda: scanner.state is READY)
    twin = ScannerTwin(cable, faults={1: ScanFault.HALF, 2: ScanFault.HALF}, sleep=no_wait)
    for number in (1, 2):
        twin.scan("4006381333931")
        await until(lambda so_far=number: bench.states.count((ATTENTION, LOST_END)) == so_far)
    twin.scan("4006381333931")
    await until(lambda: bench.codes == ["4006381333931"])
    assert bench.states[-1] == (READY, "")
    assert scanner.state is READY


async def test_silence_ends_the_codes_of_a_scanner_without_suffix(bench: Bench, cable: PtyCable) -> None:
    scanner = bench.open(f"{cable.url}?suffix=none&idle=20")
    await until(lambda: scanner.state is READY)
    twin = ScannerTwin(cable, suffix=b"")
    for number, code in enumerate(("A\rB", "C"), 1):
        twin.scan(code)
        await until(lambda so_far=number: len(bench.scans) == so_far)
    assert bench.codes == ["A\rB", "C"]


async def test_faults_of_a_scanner(bench: Bench, cable: PtyCable) -> None:
    scanner = bench.open(cable.url)
    await until(lambda: scanner.state is READY)
    faults = {1: ScanFault.DOUBLE_SUFFIX, 2: ScanFault.TWICE, 3: ScanFault.NOISE}
    twin = ScannerTwin(cable, faults=faults, sleep=no_wait)
    for code in ("A", "B", "C", "D"):
        twin.scan(code)
    await until(lambda: len(bench.scans) == 5)
    assert bench.codes == ["A", "B", "B", "\x00þ\x1b~C", "D"]
    cable.send(b"x" * 5000 + b"\r")
    await until(lambda: bench.states[-1] == (ATTENTION, NO_END))


async def test_two_scanners_at_ten_thousand_characters_a_second(bench: Bench, tmp_path: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("has no pseudo-terminals")
    cables = [PtyCable(tmp_path / name) for name in ("left", "right")]
    scanners = [bench.open(cable.url) for cable in cables]
    await until(lambda: all(scanner.state is READY for scanner in scanners))
    codes = [f"{number:019d}" for number in range(500)]  # 10,000 characters with their suffixes

    def burst(cable: PtyCable) -> None:
        twin = ScannerTwin(cable)
        for code in codes:
            twin.scan(code)

    threads = [threading.Thread(target=burst, args=(cable,)) for cable in cables]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    await until(lambda: len(bench.scans) == 1000)
    for cable in cables:
        mine = [scan for scan in bench.scans if scan.device == f"serial:{cable.path}"]
        assert [scan.raw for scan in mine] == codes
        assert [scan.seq for scan in mine] == list(range(1, 501))
        cable.close()
    assert not any(state is ATTENTION for state, _ in bench.states)


async def test_a_callback_may_stop_its_scanner(cable: PtyCable) -> None:
    scans: list[str] = []
    scanner: AttachedScanner

    def stop(scan: ReceivedScan) -> None:
        scans.append(scan.raw)
        scanner.stop()

    opened = open_scanner(cable.url, stop, lambda *_: None)
    assert isinstance(opened, AttachedScanner)
    scanner = opened
    await until(lambda: scanner.state is READY)
    cable.send(b"A\rB\r")
    await until(lambda: scans == ["A"])
    scanner.stop()
    assert scans == ["A"]


async def test_a_scanner_that_is_a_server(bench: Bench) -> None:
    cable = TcpCable()
    scanner = bench.open(cable.url)
    await until(lambda: scanner.state is READY)
    ScannerTwin(cable).scan("A1")
    await until(lambda: bench.codes == ["A1"])
    cable.send(b"HALF")
    cable.unplug()
    await until(lambda: scanner.state is ABSENT)
    cable.plug()
    await until(lambda: scanner.state is READY)
    ScannerTwin(cable).scan("A2")
    await until(lambda: bench.codes == ["A1", "A2"])
    cable.close()


# HID


REPORT = b"\x02\x0d]E04006381333931".ljust(64, b"\0")


async def test_a_hid_scanner(bench: Bench) -> None:
    twin = HidTwin(0x0C2E, 0x0B81, SCANNER_PAGE)
    scanner = bench.open(twin.url, transport=HidTransport(twin.url, twin))
    await until(lambda: scanner.state is READY)
    twin.report(REPORT)
    scan_reports(twin, "M" * 130, "]Q1")
    await until(lambda: len(bench.scans) == 2)
    assert bench.codes == ["]E04006381333931", "]Q1" + "M" * 130]
    assert bench.scans[0].device == "hid:0c2e:0b81/TWIN"
    twin.report(b"\x02\x38]Q0" + b"x" * 58 + b"\1")
    twin.unplug()
    await until(lambda: scanner.state is ABSENT)
    twin.plug()
    await until(lambda: scanner.state is READY)
    twin.report(REPORT)
    await until(lambda: len(bench.scans) == 3)
    assert bench.codes[2] == "]E04006381333931"


# Scanners that connect to us


async def listening(bench: Bench) -> ListeningScanner:
    scanner = bench.open("listen://127.0.0.1:0")
    assert isinstance(scanner, ListeningScanner)
    await until(lambda: bench.states == [(DeviceState.CONNECTING, NOBODY)])
    return scanner


async def test_scanners_that_connect_to_us(bench: Bench) -> None:
    scanner = await listening(bench)
    first, second = (CallingCable("127.0.0.1", scanner.port) for _ in range(2))
    await until(lambda: scanner.state is READY)
    first.send(b"FIR")
    second.send(b"SECOND\r")
    await until(lambda: bench.codes == ["SECOND"])
    first.send(b"ST\r")
    await until(lambda: bench.codes == ["SECOND", "FIRST"])
    assert [scan.seq for scan in bench.scans] == [1, 2]
    assert {scan.device for scan in bench.scans} == {f"listen:{scanner.port}/127.0.0.1"}
    first.send(b"HALF")
    first.close()
    await until(lambda: (ATTENTION, LOST_END) in bench.states)
    second.unplug()
    await until(lambda: scanner.state is ABSENT)
    third = CallingCable("127.0.0.1", scanner.port)
    third.send(b"THIRD\r")
    await until(lambda: bench.codes[2:] == ["THIRD"])
    assert bench.scans[2].seq == 3
    assert scanner.state is READY
    third.close()


async def test_half_a_code_of_a_connected_scanner_is_dropped_after_silence(bench: Bench) -> None:
    scanner = bench.open("listen://127.0.0.1:0?gap=30")
    assert isinstance(scanner, ListeningScanner)
    await until(lambda: bench.states[-1:] == [(DeviceState.CONNECTING, NOBODY)])
    cable = CallingCable("127.0.0.1", scanner.port)
    cable.send(b"HALF")
    await until(lambda: bench.states[-1:] == [(ATTENTION, LOST_END)])
    cable.send(b"WHOLE\r")
    await until(lambda: bench.codes == ["WHOLE"])
    cable.close()


async def test_a_port_that_is_taken_is_a_fault_until_it_is_free(bench: Bench) -> None:
    taken = TcpCable()
    port = parse_url(taken.url).port
    scanner = bench.open(f"listen://127.0.0.1:{port}")
    await until(lambda: scanner.state is FAULT)
    assert isinstance(scanner.trouble, KnownError)
    assert (scanner.trouble.code, scanner.trouble.facts["port"]) == ("listen_failed", port)
    taken.close()
    await until(lambda: scanner.state is DeviceState.CONNECTING)
    scanner.stop()
    scanner.stop()


# URLs


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("serial:///dev/ttyACM0?baud=9600&suffix=cr", "serial:/dev/ttyACM0"), ("serial:COM3", "serial:COM3"),
        ("hid://0c2e:0b81", "hid:0c2e:0b81"), ("hid://0C2E:0B81/S1", "hid:0c2e:0b81/S1"),
        ("tcp://scanner-3:4001/?suffix=lf", "tcp:scanner-3:4001"),
    ],
)  # fmt: skip
def test_a_scanner_keeps_its_name_when_its_options_change(url: str, name: str) -> None:
    assert device_name(parse_url(url)) == name


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("usb://0a5f:0166", "device_not_supported_yet"), ("wedge:", "device_not_supported_yet"),
        ("listen://0.0.0.0", "device_url_unknown"), ("listen:4001", "device_url_unknown"),
        ("serial:COM3?suffix=return", "framing_unknown"), ("tcp://", "device_url_unknown"),
    ],
)  # fmt: skip
def test_what_cannot_be_opened_is_refused(bench: Bench, url: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        bench.open(url)
    assert refused.value.code == code


def test_an_alarm_rings_when_it_is_set_for_and_not_after_stop() -> None:
    from hardware.alarm import Alarm

    rung: list[float] = []
    done = threading.Event()

    def ring(now: float) -> float | None:
        rung.append(now)
        done.set()
        return None

    alarm = Alarm("test", ring)
    start = time.monotonic()
    alarm.set(start + 60)
    alarm.set(start + 0.02)
    assert done.wait(10)
    assert rung[0] - start >= 0.02
    alarm.set(time.monotonic() + 60)
    alarm.set(None)
    alarm.stop()
    alarm.stop()
    assert len(rung) == 1


