"""A USB bus without USB: devices with printer interfaces behind pyusb's backend interface, for twins and tests.

    bus = FakeUsbBackend()
    device = FakeUsbDevice(twin, vendor=0x0A5F, product=0x0166, serial="D1", device_id="MFG:Zebra;CMD:ZPL;")
    bus.plug(device)
    UsbTransport("usb://0a5f:0166/D1", bus).open()

A twin is any object with `receive` and `take` (`UsbPeer`). Both are called in the thread of whoever writes and reads,
under the device's lock, so they must return at once; a twin that lives on an asyncio loop keeps two `bytearray`s behind
a lock of its own and calls `device.wake()` whenever it has made room or has something to say (waiting transfers look
again by themselves every two milliseconds).
"""

from __future__ import annotations

import errno
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, Protocol

import usb.backend
from usb.core import USBError, USBTimeoutError

_LOOK_AGAIN_SECONDS = 0.002
_OUT, _IN = 0x01, 0x82
_BULK = 2
_STRING = 3
_GET_STATUS, _GET_DESCRIPTOR = 0, 6
_PRINTER_DEVICE_ID, _PRINTER_PORT_STATUS = 0, 1

PORT_GOOD = 0x18  # selected, no error
PORT_PAPER_EMPTY = 0x30


class UsbPeer(Protocol):
    """What the device does with the bytes of its bulk endpoints; neither call may wait."""

    def receive(self, data: bytes) -> int | None:
        """Take bytes from the host; returns how many of them, the first ones, were taken (None: all).

        Fewer than all is a printer with a full buffer: the rest is offered again until the host's time is over.
        """

    def take(self, size: int) -> bytes:
        """At most `size` bytes for the host, b"" when there are none."""


class FakeUsbDevice:
    """One device. Its faults are plain attributes, to be changed at any time and from any thread.

    `denied`: opening fails with EACCES. `busy`: claiming fails with EBUSY. `driver`: a kernel driver sits on the
    interface (it is taken off and put back by the host; `driver_stays`: it cannot be). `stalled`: bulk transfers fail
    with EPIPE until the host clears the halt. `stopped`: takes nothing, the transfer times out. `port_status`: the
    byte of GET_PORT_STATUS, None for a device that does not know the request. `device_id`: text, framed properly, or
    bytes, given as they are. `broken`: an errno with which transfers fail. `claimed`, `altsetting` and
    `configuration` tell what the host has done.
    """

    def __init__(
        self,
        peer: UsbPeer,
        *,
        vendor: int = 0x0A5F,
        product: int = 0x0166,
        serial: str = "",
        maker: str = "",
        name: str = "",
        device_id: str | bytes = "",
        bidirectional: bool = True,
        protocols: tuple[int, ...] = (),
        interface: int = 0,
        interface_class: int = 7,
        packet: int = 64,
    ) -> None:
        self.peer = peer
        self.vendor, self.product = vendor, product
        self.strings = ("", maker, name, serial)  # by index; 0 is the list of languages
        self.device_id = device_id
        self.port_status: int | None = PORT_GOOD
        # alternate settings by their bInterfaceProtocol: 1 one way, 2 both ways
        self.protocols = protocols or ((2,) if bidirectional else (1,))
        self.interface, self.interface_class, self.packet = interface, interface_class, packet
        self.denied = self.busy = self.stalled = self.stopped = self.driver_stays = False
        self.driver = False
        self.broken: int | None = None
        self.configuration = 1
        self.altsetting = 0
        self._claimed_by: _Handle | None = None
        self.received = 0  # bytes that the peer took, in the device's life
        self.connection = 0  # how often it was plugged in
        self._unplug_at: int | None = None
        self._unplug: Callable[[], None] = lambda: None
        self.changed = threading.Condition(threading.RLock())

    @property
    def claimed(self) -> bool:
        """Whether a host holds the interface."""
        return self._claimed_by is not None

    def wake(self) -> None:
        """Let waiting transfers look again, because the peer has made room or has something to say."""
        with self.changed:
            self.changed.notify_all()

    def unplug_after(self, count: int) -> None:
        """Pull the cable once `count` more bytes were received, in the middle of whatever transfer that is."""
        with self.changed:
            self._unplug_at = self.received + count

    def framed_id(self) -> bytes:
        """The bytes of GET_DEVICE_ID."""
        if isinstance(self.device_id, bytes):
            return self.device_id
        text = self.device_id.encode("latin-1")
        return (len(text) + 2).to_bytes(2, "big") + text

    def _feed(self, data: bytes) -> int:
        """Give the peer what it takes; unplugs where that was planned."""
        if self._unplug_at is not None:
            data = data[: max(self._unplug_at - self.received, 0)]
        taken = self.peer.receive(data) if data else 0
        taken = len(data) if taken is None else taken
        self.received += taken
        if self._unplug_at is not None and self.received >= self._unplug_at:
            self._unplug_at = None
            self._unplug()
        return taken


class _Handle:
    """An opened device; dead once that device has been unplugged, even after it is plugged in again."""

    def __init__(self, device: FakeUsbDevice) -> None:
        self.device = device
        self.connection = device.connection


class FakeUsbBackend(usb.backend.IBackend):  # type: ignore[misc]
    """The bus: what `usb.core.find(backend=…)` and `UsbTransport(url, backend)` take in the place of libusb.

    Errors are those of libusb on Linux. All calls may be made from any thread.
    """

    def __init__(self) -> None:
        self._devices: list[FakeUsbDevice] = []
        self._lock = threading.Lock()

    def plug(self, device: FakeUsbDevice) -> None:
        """Attach a device; one that was unplugged comes back with a new address and nothing claimed."""
        with device.changed:
            device.connection += 1
            device._claimed_by, device.altsetting = None, 0
            device._unplug = lambda: self.unplug(device)
        with self._lock:
            self._devices.append(device)

    def unplug(self, device: FakeUsbDevice) -> None:
        """Pull the cable: transfers under way fail with ENODEV; of a device that is not attached, nothing."""
        with self._lock:
            if device in self._devices:
                self._devices.remove(device)
        with device.changed:
            device.connection += 1
            device._claimed_by = None
            device.changed.notify_all()

    # usb.backend.IBackend, in its order and words

    def enumerate_devices(self) -> list[FakeUsbDevice]:
        with self._lock:
            return list(self._devices)

    def get_parent(self, dev: FakeUsbDevice) -> None:
        return None

    def get_device_descriptor(self, dev: FakeUsbDevice) -> SimpleNamespace:
        return SimpleNamespace(
            bLength=18,
            bDescriptorType=1,
            bcdUSB=0x0200,
            bDeviceClass=0,
            bDeviceSubClass=0,
            bDeviceProtocol=0,
            bMaxPacketSize0=64,
            idVendor=dev.vendor,
            idProduct=dev.product,
            bcdDevice=0x0100,
            iManufacturer=1 if dev.strings[1] else 0,
            iProduct=2 if dev.strings[2] else 0,
            iSerialNumber=3 if dev.strings[3] else 0,
            bNumConfigurations=1,
            address=dev.connection,
            bus=1,
            port_number=1,
            port_numbers=(1,),
            speed=3,
        )

    def get_configuration_descriptor(self, dev: FakeUsbDevice, config: int) -> SimpleNamespace:
        if config:
            raise IndexError("Invalid configuration index")
        return SimpleNamespace(
            bLength=9,
            bDescriptorType=2,
            wTotalLength=32,
            bNumInterfaces=1,
            bConfigurationValue=1,
            iConfiguration=0,
            bmAttributes=0xC0,
            bMaxPower=1,
            extra_descriptors=[],
        )

    def get_interface_descriptor(self, dev: FakeUsbDevice, intf: int, alt: int, config: int) -> SimpleNamespace:
        if intf or alt >= len(dev.protocols):
            raise IndexError("Invalid interface index")
        return SimpleNamespace(
            bLength=9,
            bDescriptorType=4,
            bInterfaceNumber=dev.interface,
            bAlternateSetting=alt,
            bNumEndpoints=1 if dev.protocols[alt] == 1 else 2,
            bInterfaceClass=dev.interface_class,
            bInterfaceSubClass=1,
            bInterfaceProtocol=dev.protocols[alt],
            iInterface=0,
            extra_descriptors=[],
        )

    def get_endpoint_descriptor(
        self, dev: FakeUsbDevice, ep: int, intf: int, alt: int, config: int
    ) -> SimpleNamespace:
        return SimpleNamespace(
            bLength=7,
            bDescriptorType=5,
            bEndpointAddress=(_OUT, _IN)[ep],
            bmAttributes=_BULK,
            wMaxPacketSize=dev.packet,
            bInterval=0,
            bRefresh=0,
            bSynchAddress=0,
            extra_descriptors=[],
        )

    def open_device(self, dev: FakeUsbDevice) -> _Handle:
        with self._lock:
            if dev not in self._devices:
                raise _error(errno.ENODEV)
        if dev.denied:
            raise _error(errno.EACCES)
        return _Handle(dev)

    def close_device(self, dev_handle: _Handle) -> None:
        device = dev_handle.device
        with device.changed:
            if device._claimed_by is dev_handle:
                device._claimed_by = None

    def set_configuration(self, dev_handle: _Handle, config_value: int) -> None:
        self._alive(dev_handle).configuration = config_value

    def get_configuration(self, dev_handle: _Handle) -> int:
        return self._alive(dev_handle).configuration

    def set_interface_altsetting(self, dev_handle: _Handle, intf: int, altsetting: int) -> None:
        self._alive(dev_handle).altsetting = altsetting

    def claim_interface(self, dev_handle: _Handle, intf: int) -> None:
        device = self._alive(dev_handle)
        with device.changed:
            if intf != device.interface:
                raise _error(errno.ENOENT)
            if device.busy or device.driver or device.claimed:
                raise _error(errno.EBUSY)
            device._claimed_by = dev_handle

    def release_interface(self, dev_handle: _Handle, intf: int) -> None:
        device = self._alive(dev_handle)
        with device.changed:
            if device._claimed_by is not dev_handle:
                raise _error(errno.ENOENT)
            device._claimed_by = None

    def bulk_write(self, dev_handle: _Handle, ep: int, intf: int, data: Any, timeout: int) -> int:
        offered, taken = bytes(data), 0

        def take() -> bool:
            nonlocal taken
            device = self._ready(dev_handle)
            if not device.stopped:
                taken += device._feed(offered[taken:])
            if taken < len(offered):
                self._ready(dev_handle)  # the planned unplug may just have happened
            return taken == len(offered)

        if not _waited(dev_handle.device, take, timeout) and not taken:
            raise USBTimeoutError("Operation timed out", -7, errno.ETIMEDOUT)
        return taken

    def bulk_read(self, dev_handle: _Handle, ep: int, intf: int, buff: Any, timeout: int) -> int:
        got = b""

        def take() -> bool:
            nonlocal got
            got = self._ready(dev_handle).peer.take(len(buff))
            return bool(got)

        if not _waited(dev_handle.device, take, timeout):
            raise USBTimeoutError("Operation timed out", -7, errno.ETIMEDOUT)
        assert len(got) <= len(buff), "the peer gave more than it was asked for"
        for place, byte in enumerate(got):
            buff[place] = byte
        return len(got)

    def ctrl_transfer(
        self, dev_handle: _Handle, bmRequestType: int, bRequest: int, wValue: int, wIndex: int, data: Any, timeout: int
    ) -> int:
        device = self._alive(dev_handle)
        answer: bytes | None = None
        if bmRequestType == 0x80 and bRequest == _GET_DESCRIPTOR and wValue >> 8 == _STRING:
            text = device.strings[wValue & 0xFF].encode("utf-16-le") if wValue & 0xFF else b"\x09\x04"  # English
            answer = bytes((len(text) + 2, _STRING)) + text
        elif bmRequestType == 0x80 and bRequest == _GET_STATUS:
            answer = b"\x01\x00"
        elif bmRequestType == 0xA1 and bRequest == _PRINTER_DEVICE_ID and wIndex >> 8 == device.interface:
            answer = device.framed_id() or None
        elif bmRequestType == 0xA1 and bRequest == _PRINTER_PORT_STATUS and wIndex == device.interface:
            answer = None if device.port_status is None else bytes((device.port_status,))
        if answer is None:
            raise _error(errno.EPIPE)
        answer = answer[: len(data)]
        for place, byte in enumerate(answer):
            data[place] = byte
        return len(answer)

    def clear_halt(self, dev_handle: _Handle, ep: int) -> None:
        self._alive(dev_handle).stalled = False

    def reset_device(self, dev_handle: _Handle) -> None:
        self._alive(dev_handle)

    def is_kernel_driver_active(self, dev_handle: _Handle, intf: int) -> bool:
        return self._alive(dev_handle).driver

    def detach_kernel_driver(self, dev_handle: _Handle, intf: int) -> None:
        device = self._alive(dev_handle)
        if device.driver_stays:
            raise _error(errno.EBUSY)
        device.driver = False

    def attach_kernel_driver(self, dev_handle: _Handle, intf: int) -> None:
        self._alive(dev_handle).driver = True

    def _alive(self, handle: _Handle) -> FakeUsbDevice:
        if handle.connection != handle.device.connection:
            raise _error(errno.ENODEV)
        return handle.device

    def _ready(self, handle: _Handle) -> FakeUsbDevice:
        """The device, if bulk transfers can go on."""
        device = self._alive(handle)
        if device.stalled:
            raise _error(errno.EPIPE)
        if device.broken is not None:
            raise _error(device.broken)
        if device._claimed_by is not handle:
            raise _error(errno.ENOENT)
        return device


_LIBUSB_CODES = {
    errno.EIO: -1,
    errno.EACCES: -3,
    errno.ENODEV: -4,
    errno.ENOENT: -5,
    errno.EBUSY: -6,
    errno.EPIPE: -9,
}
_LIBUSB_WORDS = {
    errno.EIO: "Input/Output Error",
    errno.EACCES: "Access denied (insufficient permissions)",
    errno.ENODEV: "No such device (it may have been disconnected)",
    errno.ENOENT: "Entity not found",
    errno.EBUSY: "Resource busy",
    errno.EPIPE: "Pipe error",
}


def _error(number: int) -> USBError:
    return USBError(_LIBUSB_WORDS.get(number, "Other error"), _LIBUSB_CODES.get(number, -99), number)


def _waited(device: FakeUsbDevice, done: Callable[[], bool], milliseconds: int) -> bool:
    """Whether `done` came true in time, asked under the device's lock; as in libusb, 0 milliseconds are for ever."""
    end = time.monotonic() + milliseconds / 1000 if milliseconds else float("inf")
    with device.changed:
        while not done():
            if time.monotonic() >= end:
                return False
            device.changed.wait(_LOOK_AGAIN_SECONDS)
    return True
