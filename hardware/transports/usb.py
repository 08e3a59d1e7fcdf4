"""Bytes over USB: the bulk endpoints of a printer interface (class 7), by libusb."""

from __future__ import annotations

import contextlib
import errno
import functools
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import usb.core
import usb.util

from app.domain.errors import KnownError, Refusal
from hardware.device import parse_url
from hardware.ieee1284 import DeviceId, parse_device_id
from hardware.permission import Cause

PRINTER_CLASS = 7
_VENDOR_CLASS = 0xFF
_UNIDIRECTIONAL, _BIDIRECTIONAL = 1, 2  # bInterfaceProtocol; 3 and 4 are packet protocols
_GET_DEVICE_ID, _GET_PORT_STATUS = 0, 1
_CLASS_IN = 0xA1  # class request to an interface, device to host

_CHUNK = 16384  # what libusb hands to the kernel at once
_CONTROL_MS = 500
_ALIVE_MS = 100
_STALE_MS = 5
_MOST_STALE = 65536
_EMPTY_PAUSE = 0.005

_GONE = (errno.ENODEV, errno.EIO, errno.ENOENT, errno.ESHUTDOWN, errno.EPROTO, errno.ENXIO)


@dataclass(frozen=True, slots=True)
class PortStatus:
    """The answer to GET_PORT_STATUS: one byte of the parallel port that the printer plays."""

    paper_empty: bool
    selected: bool
    error: bool


class UsbTransport:
    """The printer interface of a USB device; see `hardware.device.Transport`.

    `usb://0a5f:0166/SERIAL?interface=0`: without a serial number the first device with these ids, without `interface`
    the first of printer class; where there is none of that class (cheap printers), the first vendor-specific one with
    a bulk OUT endpoint. `backend`: a usb.backend.IBackend, libusb if None.
    """

    def __init__(self, url: str, backend: Any = None) -> None:
        parts = parse_url(url)
        vendor, product = parts.host.split(":")
        self._vendor, self._product = int(vendor, 16), int(product, 16)
        self._serial = parts.path
        number = parts.options.get("interface", "")
        if number and not (number.isascii() and number.isdigit()):
            raise Refusal("device_url_unknown", url=url)
        self._wanted = int(number) if number else None
        self._url = url
        self._backend = backend
        self._device: Any = None
        self._interface: Any = None
        self._out: Any = None
        self._in: Any = None
        self._detached = False
        self._tells_port = True  # whether GET_PORT_STATUS has not failed yet

    @property
    def url(self) -> str:
        """The URL it was made from."""
        return self._url

    def open(self) -> None:
        """Find, take off the kernel's driver, claim, drop what was left to read.

        Raises KnownError `device_open_failed`, whose `cause` tells permission, another program and a driver apart.
        """
        self.close()
        backend = self._backend or libusb()
        if backend is None:
            raise self._not_opened("libusb is missing", Cause.PROGRAM, program="libusb")
        try:
            self._device = self._found(backend)
            if self._device is None:
                raise self._not_opened("not attached")
            self._take()
        except usb.core.USBError as error:
            node = node_of(self._device)
            self.close()
            raise self._not_opened(_words(error), Cause.of_errno(error.errno), node=node) from error
        except KnownError:
            self.close()
            raise

    def close(self) -> None:
        """Give the interface back, and to the kernel's driver if it had it; never raises."""
        device, interface, detached = self._device, self._interface, self._detached
        self._device = self._interface = self._out = self._in = None
        self._detached, self._tells_port = False, True
        if device is None:
            return
        with contextlib.suppress(usb.core.USBError, NotImplementedError):
            if interface is not None:
                usb.util.release_interface(device, interface.bInterfaceNumber)
                if detached:
                    device.attach_kernel_driver(interface.bInterfaceNumber)
        with contextlib.suppress(usb.core.USBError, NotImplementedError):
            usb.util.dispose_resources(device)

    def write(self, data: bytes, timeout: float) -> None:
        """Hand over all of `data`; raises KnownError `device_gone` or `device_write_failed` with `written`.

        `written` is exact after a time-out, at least that many after anything else, None where it may be any number.
        """
        self._check_open()
        self._check_alive()
        written, end = 0, time.monotonic() + timeout
        try:
            for size in _transfers(len(data), self._out.wMaxPacketSize):
                sent = 0
                while sent < size:
                    left = end - time.monotonic()
                    if left <= 0:
                        raise usb.core.USBTimeoutError("timeout", None, errno.ETIMEDOUT)
                    taken = self._out.write(data[written : written + size - sent], _milliseconds(left))
                    written, sent = written + taken, sent + taken
        except usb.core.USBTimeoutError as error:
            # elsewhere the count of a transfer that was broken off can be lost
            known = written or (0 if sys.platform == "linux" else None)
            raise KnownError("device_write_failed", url=self._url, reason="timeout", written=known) from error
        except usb.core.USBError as error:
            # the transfer that failed may have carried any part of its chunk
            if error.errno in _GONE:
                raise self._gone(error, written or None) from error
            with contextlib.suppress(usb.core.USBError):
                self._out.clear_halt()
            raise KnownError(
                "device_write_failed", url=self._url, reason=_words(error), written=written or None
            ) from error

    def read(self, timeout: float) -> bytes:
        """The next bytes, or b"" if none came within `timeout` seconds, at once from a printer without a way back.

        Raises KnownError `device_gone`.
        """
        self._check_open()
        if self._in is None:
            return b""
        end = time.monotonic() + timeout
        while True:
            try:
                got = bytes(self._in.read(_read_size(self._in), _milliseconds(end - time.monotonic())))
            except usb.core.USBTimeoutError:
                return b""
            except usb.core.USBError as error:
                if error.errno in _GONE:
                    raise self._gone(error, None) from error
                with contextlib.suppress(usb.core.USBError):
                    self._in.clear_halt()  # a stall, or more than was asked for: the endpoint goes on after this
                got = b""
            if got or time.monotonic() >= end:
                return got
            time.sleep(_EMPTY_PAUSE)  # some answer with empty packets for as long as they have nothing to say

    def device_id(self) -> DeviceId:
        """What the device says it is (GET_DEVICE_ID); empty where it does not. Raises KnownError `device_gone`."""
        self._check_open()
        return parse_device_id(self._asked(_GET_DEVICE_ID, 1024) or b"")

    def port_status(self) -> PortStatus | None:
        """Paper, selection and error (GET_PORT_STATUS); None where it does not say. Raises KnownError `device_gone`.

        Source: USB Device Class Definition for Printing Devices 1.1, 4.2.2: bit 5 paper empty, 4 selected, 3 no error.
        """
        self._check_open()
        answer = self._asked(_GET_PORT_STATUS, 1)
        if not answer:
            return None
        return PortStatus(bool(answer[0] & 0x20), bool(answer[0] & 0x10), not answer[0] & 0x08)

    def _found(self, backend: Any) -> Any:
        first_error: usb.core.USBError | None = None
        for device in usb.core.find(
            find_all=True, backend=backend, idVendor=self._vendor, idProduct=self._product
        ):
            if not self._serial:
                return device
            try:
                if serial_of(device) == self._serial:
                    return device
            except usb.core.USBError as error:  # not to be read without permission: it may be the one
                self._device = device
                first_error = first_error or error
        if first_error is not None:
            raise first_error
        return None

    def _take(self) -> None:
        """Detach, configure, claim, select the alternate setting."""
        device = self._device
        candidates = [one for one in interfaces_of(device) if self._wanted in (None, one.bInterfaceNumber)]
        chosen = min(candidates, key=_rank, default=None)
        if chosen is None or _endpoint(chosen, usb.util.ENDPOINT_OUT) is None:
            raise self._not_opened("has no printer interface")
        number = chosen.bInterfaceNumber
        self._interface = chosen
        self._detach(number)
        configuration = device[chosen.configuration].bConfigurationValue
        if _active_configuration(device) != configuration:
            device.set_configuration(configuration)  # resets the device, so only when it must be
        usb.util.claim_interface(device, number)
        if sum(one.bInterfaceNumber == number for one in candidates) > 1:
            chosen.set_altsetting()
        self._out = _endpoint(chosen, usb.util.ENDPOINT_OUT)
        self._in = _endpoint(chosen, usb.util.ENDPOINT_IN)
        self._drop_stale()

    def _detach(self, number: int) -> None:
        try:
            if not self._device.is_kernel_driver_active(number):
                return
        except NotImplementedError:  # Windows and macOS have other ways
            return
        try:
            self._device.detach_kernel_driver(number)
        except usb.core.USBError as error:
            cause = Cause.of_errno(error.errno)
            cause = Cause.PERMISSION if cause == Cause.PERMISSION else Cause.DRIVER
            node = node_of(self._device)
            raise self._not_opened(_words(error), cause, node=node, driver="usblp") from error
        self._detached = True

    def _drop_stale(self) -> None:
        """Read away what the device still had to say to whoever was connected before."""
        dropped = 0
        with contextlib.suppress(usb.core.USBError):
            while self._in is not None and dropped < _MOST_STALE:
                got = len(self._in.read(_read_size(self._in), _STALE_MS))
                if not got:
                    return
                dropped += got

    def _asked(self, request: int, size: int) -> bytes | None:
        """The answer to a class request, None when the device does not know it; raises KnownError `device_gone`."""
        index = self._interface.bInterfaceNumber << 8 | self._interface.bAlternateSetting
        number = self._interface.configuration
        if request == _GET_PORT_STATUS:
            number, index = 0, self._interface.bInterfaceNumber
        try:
            return self._control(request, number, index, size, _CONTROL_MS)
        except usb.core.USBError as error:
            if error.errno == errno.ENODEV:
                raise self._gone(error, None) from error
            return None

    def _control(self, request: int, value: int, index: int, size: int, milliseconds: int) -> bytes:
        # Device.ctrl_transfer claims the interface wIndex & 0xFF first, and in GET_DEVICE_ID that is another one
        context = self._device._ctx
        answer = usb.util.create_buffer(size)
        got = context.backend.ctrl_transfer(
            context.managed_open(), _CLASS_IN, request, value, index, answer, milliseconds
        )
        return bytes(answer[:got])

    def _check_alive(self) -> None:
        """Find out before the first byte whether the device is still there, so that "nothing has left" can be said."""
        if not self._tells_port:
            return
        try:
            self._control(_GET_PORT_STATUS, 0, self._interface.bInterfaceNumber, 1, _ALIVE_MS)
        except usb.core.USBError as error:
            if error.errno == errno.ENODEV:
                raise self._gone(error, written=0) from error
            self._tells_port = False  # does not know the request: not asked again on this connection

    def _check_open(self) -> None:
        if self._device is None:
            raise KnownError("device_not_open", url=self._url)

    def _gone(self, error: usb.core.USBError, written: int | None) -> KnownError:
        self.close()
        return KnownError("device_gone", url=self._url, reason=_words(error), written=written)

    def _not_opened(self, reason: str, cause: str = "", **facts: str) -> KnownError:
        return KnownError("device_open_failed", url=self._url, reason=reason, cause=cause, **facts)


@functools.cache
def libusb() -> Any:
    """The libusb that comes with the package, else the system's; None where there is neither."""
    import libusb_package
    import usb.backend.libusb1

    return libusb_package.get_libusb1_backend() or usb.backend.libusb1.get_backend()


def interfaces_of(device: Any) -> list[Any]:
    """Interfaces of a device that may be a printer's, alternate settings apart, those of printer class first."""
    able = [
        interface
        for configuration in device
        for interface in configuration
        if interface.bInterfaceClass in (PRINTER_CLASS, _VENDOR_CLASS)
        and _endpoint(interface, usb.util.ENDPOINT_OUT) is not None
    ]
    return sorted(able, key=_rank)


def serial_of(device: Any) -> str:
    """The serial number of a device, "" if it has none; raises usb.core.USBError when it cannot be asked."""
    return string_of(device, device.iSerialNumber)


def string_of(device: Any, index: int) -> str:
    """A string descriptor, "" if there is none; raises usb.core.USBError when the device cannot be asked."""
    if not index:
        return ""
    try:
        device.get_active_configuration()  # opens it, and says what pyusb's reading of strings keeps to itself
    except usb.core.USBError as error:
        if error.errno in (errno.EACCES, errno.EPERM, *_GONE):
            raise
    try:
        return str(usb.util.get_string(device, index) or "").strip("\0 ")
    except ValueError:  # gives no languages, or no text
        return ""


def node_of(device: Any) -> str:
    """The device file of Linux, "" elsewhere or when the device is not known."""
    if device is None or not device.bus or not device.address or not sys.platform.startswith("linux"):
        return ""
    return f"/dev/bus/usb/{device.bus:03d}/{device.address:03d}"


def _rank(interface: Any) -> tuple[bool, bool, int]:
    """Printer class first, then both ways, one way, and what only speaks packets."""
    order = (_BIDIRECTIONAL, _UNIDIRECTIONAL)
    protocol = interface.bInterfaceProtocol
    return (
        interface.bInterfaceClass != PRINTER_CLASS,
        _endpoint(interface, usb.util.ENDPOINT_OUT) is None,
        order.index(protocol) if protocol in order else len(order),
    )


def _endpoint(interface: Any, direction: int) -> Any:
    """The interface's bulk endpoint of a direction, or None."""
    return next(_bulk_endpoints(interface, direction), None)


def _bulk_endpoints(interface: Any, direction: int) -> Iterator[Any]:
    for endpoint in interface:
        is_bulk = usb.util.endpoint_type(endpoint.bmAttributes) == usb.util.ENDPOINT_TYPE_BULK
        if is_bulk and usb.util.endpoint_direction(endpoint.bEndpointAddress) == direction:
            yield endpoint


def _active_configuration(device: Any) -> int | None:
    try:
        return int(device.get_active_configuration().bConfigurationValue)
    except usb.core.USBError:  # not configured yet
        return None


def _transfers(length: int, packet: int) -> Iterator[int]:
    """Sizes of the transfers that carry `length` bytes, so that the last packet is a short one.

    Some firmwares hold a full packet back until a shorter one follows, and choke on an empty one: so where the end
    would be a full packet, its last byte goes by itself.
    """
    alone = 1 if length > 1 and packet > 0 and length % packet == 0 else 0
    rest = length - alone
    while rest > 0:
        yield min(rest, _CHUNK)
        rest -= _CHUNK
    if alone:
        yield 1


def _read_size(endpoint: Any) -> int:
    """A multiple of the packet size: a packet that does not fit is an error of the bus."""
    packet = int(endpoint.wMaxPacketSize)
    return max(_CHUNK // packet, 1) * packet


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))  # 0 would wait for ever


def _words(error: usb.core.USBError) -> str:
    return error.strerror or str(error)
