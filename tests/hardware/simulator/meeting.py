"""Drivers and twins: each language, class and port, over real sockets, real pseudo-terminals and the fake bus."""

from __future__ import annotations

import asyncio
import dataclasses
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeVar

import pytest

from hardware.device import Transport, parse_url
from hardware.printer import Printer, Proof
from hardware.printers.escpos import EscposPrinter
from hardware.printers.tspl import TsplPrinter
from hardware.printers.zpl import ZplPrinter
from hardware.simulator.faults import Schedule, parse_faults
from hardware.simulator.port import Port, TcpPort
from hardware.simulator.printer_twin import CLASSES, PrinterTwin
from hardware.simulator.serve import make_language
from hardware.transports import make_transport

A = TypeVar("A")

SILENCE = 0.05
LANGUAGES = tuple(CLASSES)
PORTS = ("tcp", *(() if sys.platform == "win32" else ("pty",)), "usb")
ANSWERING = [(language, proof) for language, proofs in CLASSES.items() for proof in proofs if proof is not Proof.BLIND]


def job(language: str, number: int, size: int = 0) -> bytes:
    """A label that says its number and is at least so many bytes long."""
    text = b"label-%03d" % number
    rows = size // 8 + 1
    if language == "zpl":
        return b"^XA^FO0,0^FD%s^FS^GFA,%d,%d,8,%s^FS^XZ" % (text, rows * 8, rows * 8, b"FF00FF00FF00FF00" * rows)
    if language == "tspl":  # what stands in a picture is no command
        setup = b'SIZE 100 mm,150 mm\r\nCLS\r\nTEXT 9,9,"3",0,1,1,"%s"\r\n' % text
        return setup + b"BITMAP 0,0,8,%d,0,%s\r\nPRINT 1\r\n" % (rows, b"PRINT 1\n" * rows)
    picture = b"\x1dv0\x00\x08\x00" + rows.to_bytes(2, "little") + b"\x55\x1dV\x00\x1bi\n\x0c" * rows
    return b"\x1b@" + text + b"\n" + picture + b"\x1dV\x00"


@dataclasses.dataclass
class Pair:
    """A twin and a driver that is not open yet."""

    twin: PrinterTwin
    driver: Printer
    folder: Path
    language: str

    async def call(self, blocking: Callable[[], A]) -> A:
        return await asyncio.to_thread(blocking)

    async def opened(self) -> Proof:
        await self.call(self.driver.open)
        return await self.call(self.driver.probe)

    async def send(self, number: int, size: int = 0, timeout: float = 5.0) -> None:
        await self.call(lambda: self.driver.send(job(self.language, number, size), timeout))

    def printed(self) -> list[str]:
        """What lies in the tray, in its order: `003` for a label, `003 torn` for scrap."""
        found = []
        for path in sorted(self.folder.glob("*.*")):
            kind = path.suffix[1:]
            if kind in (self.language, "torn", "piece", "feed"):
                data = path.read_bytes()
                at = data.find(b"label-")
                number = data[at + 6 : at + 9].decode() if at >= 0 else "---"
                found.append(number if kind == self.language else f"{number} {kind}")
        return found


class Meeting:
    """Makes pairs; everything ends with the test."""

    def __init__(self, folder: Path, stack: AsyncExitStack) -> None:
        self.folder = folder
        self._stack = stack

    async def pair(
        self, language: str = "zpl", port: str = "tcp", *faults: str, proof: Proof | None = None, **options: Any
    ) -> Pair:
        options = {"time_factor": 0.0, "lock_patience": 0.0, "late": 3 * SILENCE, **options}
        options.setdefault("schedule", Schedule(parse_faults(faults)))
        made, connect = self._port(port, language)
        twin = PrinterTwin(
            self.folder, make_language(language), made, lambda data: b"", proof=proof, **options
        )
        await twin.start()
        self._stack.push_async_callback(twin.stop, finish=False)
        driver = make_driver(language, connect(twin.url), port != "tcp", asks=proof is not Proof.BLIND)
        self._stack.callback(driver.close)
        return Pair(twin, driver, self.folder, language)

    def _port(self, port: str, language: str) -> tuple[Port, Callable[[str], Transport]]:
        if port == "pty":
            from hardware.simulator.pty_port import PtyPort

            link = self.folder.parent / "port"
            return PtyPort(link, 115200), lambda url: make_transport(parse_url(url))
        if port == "usb":
            pytest.importorskip("usb")
            from hardware.simulator.usb_backend import FakeUsbBackend
            from hardware.simulator.usb_port import UsbPort
            from hardware.transports.usb import UsbTransport

            bus = FakeUsbBackend()
            return UsbPort(bus, language), lambda url: UsbTransport(url, bus)
        return TcpPort(), lambda url: make_transport(parse_url(url))


def make_driver(language: str, transport: Transport, lasting: bool, *, asks: bool = True) -> Printer:
    if language == "zpl":
        return ZplPrinter(transport, asks=asks, lasting=lasting, silence=SILENCE)
    drivers: dict[str, Callable[..., Printer]] = {"tspl": TsplPrinter, "escpos": EscposPrinter}
    return drivers[language](transport, asks=asks, silence=SILENCE)
