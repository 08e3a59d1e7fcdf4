"""Reports of HID devices: scales (usage page 0x8D) and barcode scanners (0x8C), by hidapi."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from app.domain.errors import KnownError
from hardware.device import parse_url, words_of
from hardware.permission import Cause

SCALE_PAGE = 0x8D
SCANNER_PAGE = 0x8C
_VENDOR_PAGES = 0xFF00  # and above
DESKTOP_PAGE = 0x01  # keyboards and mice: what the system reads itself
_LONGEST_REPORT = 4096
_READ_SLICE = 0.1


class HidHandle(Protocol):
    """An opened HID device, as `hid.device` of hidapi is one."""

    def read(self, max_length: int, timeout_ms: int) -> Sequence[int] | None:
        """One report, empty when none came in time; raises OSError when the device has gone."""

    def write(self, data: bytes) -> int:
        """Bytes of the report that left, negative when it failed."""

    def close(self) -> None:
        """Give the device back."""


class HidBackend(Protocol):
    """The two calls of hidapi that are used; a test gives its own."""

    def enumerate(self, vendor: int, product: int) -> Sequence[Mapping[str, Any]]:
        """All HID collections with these ids (0 for any): path, usage_page, usage, serial_number and more."""

    def open_path(self, path: bytes) -> HidHandle:
        """The device of a path; raises OSError."""


class HidTransport:
    """One collection of a HID device; see `hardware.device.Transport`.

    `hid://0922:8003/SERIAL`; of several collections with these ids it takes the scale's or the scanner's, then one
    that the vendor defines, a keyboard's last. Each `read` gives one report: where the device numbers its reports,
    the first byte is the number.
    """

    def __init__(self, url: str, backend: HidBackend | None = None) -> None:
        parts = parse_url(url)
        vendor, product = parts.host.split(":")
        self._vendor, self._product = int(vendor, 16), int(product, 16)
        self._serial = parts.path
        self._url = url
        self._backend = backend
        self._handle: HidHandle | None = None

    @property
    def url(self) -> str:
        """The URL it was made from."""
        return self._url

    def open(self) -> None:
        """Find and open; raises KnownError `device_open_failed`."""
        self.close()
        try:
            backend = self._backend or hidapi()
            found = [
                one
                for one in backend.enumerate(self._vendor, self._product)
                if self._serial in ("", one.get("serial_number") or "")
            ]
        except OSError as error:
            raise KnownError("device_open_failed", url=self._url, reason=words_of(error)) from error
        if not found:
            raise KnownError("device_open_failed", url=self._url, reason="not attached", cause="")
        path = bytes(min(found, key=_rank)["path"])
        try:
            self._handle = backend.open_path(path)
        except OSError as error:
            node = path.decode("utf-8", "replace")
            # hidapi only says "open failed"
            denied = node.startswith("/") and os.path.exists(node) and not os.access(node, os.R_OK | os.W_OK)
            cause = Cause.PERMISSION if denied else Cause.of_errno(error.errno)
            raise KnownError(
                "device_open_failed", url=self._url, reason=words_of(error), cause=cause, node=node
            ) from error

    def close(self) -> None:
        """Give the device back; never raises."""
        if self._handle is not None:
            with contextlib.suppress(OSError, ValueError):
                self._handle.close()
        self._handle = None

    def write(self, data: bytes, timeout: float) -> None:
        """Send one output report, its number (or 0) first.

        Raises KnownError `device_write_failed` with `written` None: a report that was not confirmed may have arrived.
        """
        handle = self._opened()
        try:
            sent = handle.write(data)
        except (OSError, ValueError) as error:
            raise self._gone(error) from error
        if sent < 0:
            raise KnownError("device_write_failed", url=self._url, reason="not accepted", written=None)

    def read(self, timeout: float) -> bytes:
        """The next report, or b"" if none came within `timeout` seconds; raises KnownError `device_gone`."""
        handle = self._opened()
        end = time.monotonic() + timeout
        try:
            while True:
                # 0 would wait for ever, and a long wait would sleep through an unplug on some systems
                left = min(max(end - time.monotonic(), 0.001), _READ_SLICE)
                report = handle.read(_LONGEST_REPORT, max(1, round(left * 1000)))
                if report or time.monotonic() >= end:
                    return bytes(report or ())
        except (OSError, ValueError) as error:  # ValueError: hidapi's word for a handle that is closed
            raise self._gone(error) from error

    def _opened(self) -> HidHandle:
        if self._handle is None:
            raise KnownError("device_not_open", url=self._url)
        return self._handle

    def _gone(self, error: OSError | ValueError) -> KnownError:
        self.close()
        reason = words_of(error) if isinstance(error, OSError) else str(error)
        return KnownError("device_gone", url=self._url, reason=reason, written=None)


class _HidApi:
    """hidapi itself."""

    def __init__(self, module: Any) -> None:
        self._module = module

    def enumerate(self, vendor: int, product: int) -> Sequence[Mapping[str, Any]]:
        found: Sequence[Mapping[str, Any]] = self._module.enumerate(vendor, product)
        return found

    def open_path(self, path: bytes) -> HidHandle:
        device = self._module.device()
        device.open_path(path)
        opened: HidHandle = device
        return opened


def hidapi() -> HidBackend:
    """hidapi over hidraw on Linux, over the system's own elsewhere."""
    if sys.platform.startswith("linux"):
        # the module `hid` is built on libusb there: it tells no usage pages and takes the device from the kernel
        import hidraw

        return _HidApi(hidraw)
    import hid

    return _HidApi(hid)


def _rank(collection: Mapping[str, Any]) -> int:
    page = int(collection.get("usage_page") or 0)
    if page in (SCALE_PAGE, SCANNER_PAGE):
        return 0
    if page >= _VENDOR_PAGES:
        return 1
    return 3 if page == DESKTOP_PAGE else 2
