"""The USB port of a simulated printer, on the bus of `hardware.simulator.usb_backend`."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

from hardware.simulator.port import Line
from hardware.simulator.usb_backend import FakeUsbBackend, FakeUsbDevice

_ROOM = 65536  # bytes that the printer's receive buffer holds
_CLASSES = {"zpl": "ZPL", "tspl": "TSPL", "escpos": "ESC/POS"}


class UsbLine:
    """The two bulk endpoints between two plugs; the host's side is called from threads of its own."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._lock = threading.Lock()
        self._in = bytearray()  # from the host
        self._out = bytearray()  # to the host
        self._arrived = asyncio.Event()
        self.is_open = True
        self.wake: Any = lambda: None

    def receive(self, data: bytes) -> int:
        """From the host, as far as there is room."""
        with self._lock:
            taken = max(0, min(len(data), _ROOM - len(self._in))) if self.is_open else 0
            self._in += data[:taken]
        if taken:
            self._loop.call_soon_threadsafe(self._arrived.set)
        return taken

    def take(self, size: int) -> bytes:
        """For the host."""
        with self._lock:
            said = bytes(self._out[:size])
            del self._out[:size]
        return said

    def now(self, most: int) -> bytes:
        """What the host has sent until now."""
        with self._lock:
            data = bytes(self._in[:most])
            del self._in[:most]
        if data:
            self.wake()
        return data

    async def read(self, most: int) -> bytes:
        """What the host sends next; b"" when the cable was pulled."""
        while True:
            self._arrived.clear()
            if data := self.now(most):
                return data
            if not self.is_open:
                return b""
            await self._arrived.wait()

    async def write(self, data: bytes) -> None:
        """Lay it ready for the host."""
        with self._lock:
            self._out += data
        self.wake()

    def close(self, *, reset: bool) -> None:
        """Nothing passes any more."""
        with self._lock:
            self.is_open = False
            self._out.clear()
        self._arrived.set()


class UsbPort:
    """A device on a fake bus; it is plugged in as long as the printer has power."""

    outlives_power = False
    software_flow = False
    half_opens = False

    def __init__(self, bus: FakeUsbBackend, language: str = "zpl", serial: str = "TWIN") -> None:
        self._bus = bus
        name = _CLASSES[language]
        self.device = FakeUsbDevice(
            self, maker="Packbench", name="Twin", serial=serial,
            device_id=f"MFG:Packbench;CMD:{name};MDL:Twin;CLS:PRINTER;",
        )  # fmt: skip
        self._line: UsbLine | None = None
        self._plugged = False

    @property
    def url(self) -> str:
        """`usb://vendor:product/serial`."""
        return f"usb://{self.device.vendor:04x}:{self.device.product:04x}/{self.device.strings[3]}"

    def receive(self, data: bytes) -> int:
        """From the host: `hardware.simulator.usb_backend.UsbPeer`."""
        return self._line.receive(data) if self._line is not None else 0

    def take(self, size: int) -> bytes:
        """For the host."""
        return self._line.take(size) if self._line is not None else b""

    def claim(self) -> None:
        """A bus has room for everybody."""

    def plug(self) -> None:
        """Attach the device."""
        if self._plugged and self._line is not None and self._line.is_open:
            return
        self.unplug()
        self._line = UsbLine(asyncio.get_running_loop())
        self._line.wake = self.device.wake
        self._bus.plug(self.device)
        self._plugged = True

    def unplug(self) -> None:
        """Pull the cable."""
        if self._plugged:
            self._plugged = False
            self._bus.unplug(self.device)
        if self._line is not None:
            self._line.close(reset=True)

    def release(self) -> None:
        """Pull the cable."""
        self.unplug()

    async def line(self) -> UsbLine:
        """The endpoints."""
        assert self._line is not None
        return self._line

    def left(self, current: Line | None) -> Iterator[tuple[Line, bytes]]:
        """What stands in the receive buffer."""
        while self._line is not None and (data := self._line.now(_ROOM)):
            yield self._line, data
