"""USB printers on a bus without USB: what is claimed, what has left, and who stands in the way."""

from __future__ import annotations

import errno
import threading
import time
from collections.abc import Iterator

import pytest
import usb.core

from app.domain.errors import KnownError, Refusal
from hardware.simulator.usb_backend import PORT_PAPER_EMPTY, FakeUsbBackend, FakeUsbDevice
from hardware.transports.usb import PortStatus, UsbTransport, libusb

ZEBRA_ID = "MFG:Zebra Technologies;CMD:ZPL;MDL:ZTC ZD421;"
LABEL = b"^XA^FDhello^FS^XZ"


class Buffer:
    """A twin of nothing: keeps what it gets up to `room`, and says what it is told to."""

    def __init__(self, room: int = 1 << 30) -> None:
        self.room = room
        self.got = bytearray()
        self.says = bytearray()
        self.calls: list[int] = []

    def receive(self, data: bytes) -> int | None:
        taken = data[: max(self.room - len(self.got), 0)]
        self.calls.append(len(taken))
        self.got += taken
        return None if len(taken) == len(data) else len(taken)

    def take(self, size: int) -> bytes:
        taken = bytes(self.says[:size])
        del self.says[:size]
        return taken


@pytest.fixture
def peer() -> Buffer:
    return Buffer()


@pytest.fixture
def bus() -> FakeUsbBackend:
    return FakeUsbBackend()


@pytest.fixture
def device(bus: FakeUsbBackend, peer: Buffer) -> FakeUsbDevice:
    one = FakeUsbDevice(peer, serial="D1", device_id=ZEBRA_ID)
    bus.plug(one)
    return one


@pytest.fixture
def port(bus: FakeUsbBackend, device: FakeUsbDevice) -> Iterator[UsbTransport]:
    transport = UsbTransport("usb://0a5f:0166", bus)
    transport.open()
    yield transport
    transport.close()


def refused(transport: UsbTransport) -> KnownError:
    with pytest.raises(KnownError) as failed:
        transport.open()
    assert failed.value.code == "device_open_failed"
    with pytest.raises(KnownError, match="device_not_open"):
        transport.write(LABEL, 1.0)
    return failed.value


def test_bytes_go_both_ways(port: UsbTransport, peer: Buffer) -> None:
    port.write(b"~HS", 1.0)
    assert peer.got == b"~HS"
    peer.says += b"\x02answer\x03"
    assert port.read(1.0) == b"\x02answer\x03"
    assert port.read(0) == b""
    assert port.read(0.001) == b""


def test_an_answer_of_another_thread_ends_the_wait(port: UsbTransport, device: FakeUsbDevice, peer: Buffer) -> None:
    def answer() -> None:
        peer.says += b"late"
        device.wake()

    timer = threading.Timer(0.01, answer)
    timer.start()
    assert port.read(30.0) == b"late"
    timer.join()


def test_long_answers_come_whole(port: UsbTransport, peer: Buffer) -> None:
    said = bytes(range(256)) * 200
    peer.says += said
    got = b""
    while chunk := port.read(0):
        got += chunk
    assert got == said


@pytest.mark.parametrize("length", [0, 1, 63, 64, 65, 128, 16383, 16384, 16385, 100_000, 16384 * 3])
def test_every_length_goes_out_whole_and_ends_with_a_short_packet(
    port: UsbTransport, peer: Buffer, length: int
) -> None:
    data = (bytes(range(251)) * (length // 251 + 1))[:length]
    port.write(data, 5.0)
    assert peer.got == data
    if length:
        assert peer.calls[-1] % 64 != 0
    assert 0 not in peer.calls


def test_a_full_printer_is_waited_for(port: UsbTransport, device: FakeUsbDevice, peer: Buffer) -> None:
    peer.room = 10

    def make_room() -> None:
        peer.room = 1 << 30
        device.wake()

    timer = threading.Timer(0.01, make_room)
    timer.start()
    port.write(b"x" * 5000, 30.0)
    timer.join()
    assert len(peer.got) == 5000


@pytest.mark.parametrize("room", [0, 1, 100, 16384, 20000])
def test_a_printer_that_stays_full_has_exactly_what_is_said(port: UsbTransport, peer: Buffer, room: int) -> None:
    peer.room = room
    with pytest.raises(KnownError) as failed:
        port.write(b"x" * 50_000, 0.02)
    assert failed.value.code == "device_write_failed"
    assert failed.value.facts["written"] == len(peer.got) == room


def test_a_printer_that_was_unplugged_before_has_nothing(
    port: UsbTransport, bus: FakeUsbBackend, device: FakeUsbDevice, peer: Buffer
) -> None:
    bus.unplug(device)
    with pytest.raises(KnownError) as lost:
        port.write(LABEL, 1.0)
    assert lost.value.code == "device_gone"
    assert lost.value.facts["written"] == 0
    with pytest.raises(KnownError, match="device_not_open"):
        port.read(1.0)


@pytest.mark.parametrize("after", [1, 5, 16383, 16384, 16385, 40_000])
def test_an_unplug_in_mid_transfer_is_never_called_nothing(
    port: UsbTransport, device: FakeUsbDevice, peer: Buffer, after: int
) -> None:
    device.unplug_after(after)
    with pytest.raises(KnownError) as lost:
        port.write(b"x" * 50_000, 5.0)
    assert lost.value.code == "device_gone"
    assert len(peer.got) == after
    written = lost.value.facts["written"]
    assert written is None or (isinstance(written, int) and 0 < written <= after)


def test_one_that_does_not_tell_its_port_cannot_prove_that_nothing_left(
    port: UsbTransport, bus: FakeUsbBackend, device: FakeUsbDevice, peer: Buffer
) -> None:
    device.port_status = None
    port.write(b"one", 1.0)
    assert port.port_status() is None
    bus.unplug(device)
    with pytest.raises(KnownError) as lost:
        port.write(b"two", 1.0)
    assert lost.value.facts["written"] is None


def test_an_unplug_ends_a_read(port: UsbTransport, bus: FakeUsbBackend, device: FakeUsbDevice) -> None:
    timer = threading.Timer(0.01, bus.unplug, [device])
    timer.start()
    with pytest.raises(KnownError) as lost:
        port.read(30.0)
    timer.join()
    assert lost.value.code == "device_gone"
    assert lost.value.facts["written"] is None


def test_it_comes_back_under_the_same_url(
    port: UsbTransport, bus: FakeUsbBackend, device: FakeUsbDevice, peer: Buffer
) -> None:
    bus.unplug(device)
    with pytest.raises(KnownError, match="device_gone"):
        port.read(0.01)
    assert refused(port).facts["reason"] == "not attached"
    bus.plug(device)
    port.open()
    port.write(LABEL, 1.0)
    assert peer.got == LABEL


def test_what_was_left_unread_is_gone_with_its_connection(port: UsbTransport, peer: Buffer) -> None:
    port.close()
    peer.says += b"stale" * 10_000
    port.open()
    assert port.read(0) == b""


def test_a_stall_is_cleared_and_its_bytes_are_not_called_lost(
    port: UsbTransport, device: FakeUsbDevice, peer: Buffer
) -> None:
    device.stalled = True
    with pytest.raises(KnownError) as failed:
        port.write(LABEL, 1.0)
    assert failed.value.code == "device_write_failed"
    assert failed.value.facts["written"] is None
    port.write(LABEL, 1.0)
    assert peer.got == LABEL
    device.stalled = True
    assert port.read(0) == b""
    peer.says += b"again"
    assert port.read(1.0) == b"again"


@pytest.mark.parametrize("number", [errno.EIO, errno.EPROTO, errno.ENODEV])
def test_errors_of_the_cable_are_an_unplug(port: UsbTransport, device: FakeUsbDevice, number: int) -> None:
    device.broken = number
    with pytest.raises(KnownError) as lost:
        port.write(LABEL, 1.0)
    assert lost.value.code == "device_gone"
    assert lost.value.facts["written"] is None


def test_empty_packets_are_a_silence_with_an_end(
    port: UsbTransport, bus: FakeUsbBackend, peer: Buffer, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[int] = []

    def empty(*_: object) -> int:
        reads.append(1)
        return 0

    monkeypatch.setattr(bus, "bulk_read", empty)
    assert port.read(0.05) == b""
    assert 1 <= len(reads) < 50  # and the processor rests in between


def test_a_printer_without_a_way_back(bus: FakeUsbBackend, peer: Buffer) -> None:
    bus.plug(FakeUsbDevice(peer, bidirectional=False))
    port = UsbTransport("usb://0a5f:0166", bus)
    port.open()
    peer.says += b"never heard"
    started = time.monotonic()
    assert port.read(30.0) == b""
    assert time.monotonic() - started < 5.0
    port.write(LABEL, 1.0)
    assert peer.got == LABEL


@pytest.mark.parametrize(
    ("protocols", "chosen"), [((1, 2), 1), ((2, 1), 0), ((3, 1), 1), ((1, 3, 2), 2), ((4,), 0), ((1,), 0)]
)
def test_the_setting_that_goes_both_ways_is_chosen(
    bus: FakeUsbBackend, peer: Buffer, protocols: tuple[int, ...], chosen: int
) -> None:
    device = FakeUsbDevice(peer, protocols=protocols)
    bus.plug(device)
    port = UsbTransport("usb://0a5f:0166", bus)
    port.open()
    assert device.altsetting == chosen
    port.write(LABEL, 1.0)
    port.close()
    assert peer.got == LABEL


def test_a_vendor_specific_interface_is_better_than_none(bus: FakeUsbBackend, peer: Buffer) -> None:
    bus.plug(FakeUsbDevice(peer, interface_class=0xFF))
    port = UsbTransport("usb://0a5f:0166", bus)
    port.open()
    port.write(LABEL, 1.0)
    assert peer.got == LABEL


def test_a_device_that_is_no_printer(bus: FakeUsbBackend, peer: Buffer) -> None:
    bus.plug(FakeUsbDevice(peer, interface_class=8))
    assert refused(UsbTransport("usb://0a5f:0166", bus)).facts["reason"] == "has no printer interface"


def test_the_interface_of_the_url(bus: FakeUsbBackend, peer: Buffer) -> None:
    bus.plug(FakeUsbDevice(peer, interface=1, device_id=ZEBRA_ID))
    refused(UsbTransport("usb://0a5f:0166?interface=0", bus))
    port = UsbTransport("usb://0a5f:0166?interface=1", bus)
    port.open()
    assert port.device_id().language == "zpl"  # of interface 1, and not of 0
    assert port.port_status() == PortStatus(paper_empty=False, selected=True, error=False)
    with pytest.raises(Refusal, match="device_url_unknown"):
        UsbTransport("usb://0a5f:0166?interface=first", bus)


def test_two_of_a_kind_are_told_apart_by_their_serial_numbers(bus: FakeUsbBackend) -> None:
    first, second = Buffer(), Buffer()
    bus.plug(FakeUsbDevice(first, serial="D1"))
    bus.plug(FakeUsbDevice(second, serial="D2"))
    port = UsbTransport("usb://0a5f:0166/D2", bus)
    port.open()
    port.write(LABEL, 1.0)
    assert (bytes(first.got), bytes(second.got)) == (b"", LABEL)
    refused(UsbTransport("usb://0a5f:0166/D3", bus))


@pytest.mark.parametrize("url", ["usb://0a5f:0166", "usb://0a5f:0166/D1"])
def test_no_permission(bus: FakeUsbBackend, device: FakeUsbDevice, url: str) -> None:
    device.denied = True
    failed = refused(UsbTransport(url, bus))
    assert failed.facts["cause"] == "permission"
    assert str(failed.facts["node"]).startswith("/dev/bus/usb/001/") or failed.facts["node"] == ""


def test_another_program_has_it(bus: FakeUsbBackend, device: FakeUsbDevice, port: UsbTransport) -> None:
    assert refused(UsbTransport("usb://0a5f:0166", bus)).facts["cause"] == "busy"
    port.write(LABEL, 1.0)  # and keeps it
    port.close()
    UsbTransport("usb://0a5f:0166", bus).open()


def test_the_kernel_driver_is_taken_off_and_put_back(bus: FakeUsbBackend, device: FakeUsbDevice) -> None:
    device.driver = True
    port = UsbTransport("usb://0a5f:0166", bus)
    port.open()
    assert not device.driver
    port.close()
    assert device.driver
    assert not device.claimed


def test_no_driver_is_put_where_none_was(port: UsbTransport, device: FakeUsbDevice) -> None:
    port.close()
    assert not device.driver
    assert not device.claimed


def test_the_driver_is_put_back_when_the_claim_fails(bus: FakeUsbBackend, device: FakeUsbDevice) -> None:
    device.driver = device.busy = True
    refused(UsbTransport("usb://0a5f:0166", bus))
    assert device.driver


def test_a_driver_that_stays(bus: FakeUsbBackend, device: FakeUsbDevice) -> None:
    device.driver = device.driver_stays = True
    failed = refused(UsbTransport("usb://0a5f:0166", bus))
    assert (failed.facts["cause"], failed.facts["driver"]) == ("driver", "usblp")


def test_a_device_without_a_configuration_gets_one(bus: FakeUsbBackend, device: FakeUsbDevice) -> None:
    device.configuration = 0
    UsbTransport("usb://0a5f:0166", bus).open()
    assert device.configuration == 1


@pytest.mark.parametrize(
    ("byte", "status"),
    [
        (0x18, PortStatus(False, True, False)),
        (0x10, PortStatus(False, True, True)),
        (0x08, PortStatus(False, False, False)),
        (PORT_PAPER_EMPTY, PortStatus(True, True, True)),
        (0x38, PortStatus(True, True, False)),
        (0xFF, PortStatus(True, True, False)),
    ],
)
def test_port_status(port: UsbTransport, device: FakeUsbDevice, byte: int, status: PortStatus) -> None:
    device.port_status = byte
    assert port.port_status() == status


def test_device_id(port: UsbTransport, device: FakeUsbDevice) -> None:
    assert port.device_id().model == "ZTC ZD421"
    device.device_id = b""
    assert port.device_id().model == ""  # a device that stalls the request
    device.device_id = b"\x00\x00MDL:x;"
    assert port.device_id().model == "x"


def test_questions_to_a_device_that_is_gone(port: UsbTransport, bus: FakeUsbBackend, device: FakeUsbDevice) -> None:
    bus.unplug(device)
    with pytest.raises(KnownError, match="device_gone"):
        port.device_id()
    with pytest.raises(KnownError, match="device_not_open"):
        port.port_status()


def test_libusb_is_there() -> None:
    assert libusb() is not None
    assert list(usb.core.find(find_all=True, backend=libusb())) is not None
    with pytest.raises(KnownError) as failed:
        UsbTransport("usb://ffff:fffe").open()
    assert failed.value.facts["reason"] == "not attached"
