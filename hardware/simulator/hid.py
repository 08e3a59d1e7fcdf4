"""A HID device in software, in place of hidapi: reports of scanners and scales, plugged in and pulled out."""

from __future__ import annotations

import queue
from collections.abc import Mapping, Sequence
from typing import Any, Final

_PATH: Final = b"twin"


class HidTwin:
    """One attached device with one collection; a backend of `hardware.transports.hid.HidTransport`.

    `report` queues an input report for whoever has opened it; `written` holds the output reports that came.
    """

    def __init__(self, vendor: int, product: int, usage_page: int, serial: str = "TWIN") -> None:
        self._facts = {
            "path": _PATH, "vendor_id": vendor, "product_id": product, "usage_page": usage_page, "usage": 1,
            "serial_number": serial,
        }  # fmt: skip
        self.url = f"hid://{vendor:04x}:{product:04x}/{serial}"
        self.plugged = True
        self.written: list[bytes] = []
        self._reports: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def report(self, report: bytes) -> None:
        """Send a report to the host; nothing when unplugged."""
        if self.plugged:
            self._reports.put(report)

    def plug(self) -> None:
        """Plug it in."""
        self._reports = queue.SimpleQueue()
        self.plugged = True

    def unplug(self) -> None:
        """Pull it out; what the host has not read is lost."""
        self.plugged = False

    def enumerate(self, vendor: int, product: int) -> Sequence[Mapping[str, Any]]:
        """What is attached of that vendor and product; 0 for any."""
        same = vendor in (0, self._facts["vendor_id"]) and product in (0, self._facts["product_id"])
        return [self._facts] if self.plugged and same else []

    def open_path(self, path: bytes) -> HidTwin:
        """The handle: the twin itself."""
        if not self.plugged or path != _PATH:
            raise OSError("open failed")
        return self

    def read(self, max_length: int, timeout_ms: int) -> Sequence[int] | None:
        """The next report; raises OSError when it has been pulled out."""
        try:
            report = self._reports.get(timeout=min(timeout_ms, 20) / 1000)
        except queue.Empty:
            report = b""
        if not self.plugged:
            raise OSError("read error")
        return list(report[:max_length])

    def write(self, data: bytes) -> int:
        """Take an output report."""
        if not self.plugged:
            return -1
        self.written.append(bytes(data))
        return len(data)

    def close(self) -> None:
        """Nothing to give back."""
