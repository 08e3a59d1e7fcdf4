"""Simulated ZPL printers on one folder, and clients of them over real sockets."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeVar

from hardware.printers import zpl_status
from hardware.printers.zpl_status import HostErrors, HostStatus
from hardware.simulator.faults import parse_faults
from hardware.simulator.zpl_printer import ZplTwin

A = TypeVar("A")
ODOMETER = zpl_status.ASK_ODOMETER


def label(number: int, extra: bytes = b"") -> bytes:
    return b"^XA%s^FO0,0^FDlabel-%03d^FS^XZ" % (extra, number)


class Client:
    """One connection to a twin; every wait has an end."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def write(self, data: bytes) -> None:
        self._writer.write(data)

    def close(self) -> None:
        self._writer.close()

    async def read(self, seconds: float = 5.0) -> bytes:
        return await asyncio.wait_for(self._reader.read(4096), seconds)

    async def status(self) -> HostStatus:
        self.write(b"~HS")
        return await self._answer(zpl_status.cut_status)

    async def status_when(self, holds: Callable[[HostStatus], object]) -> HostStatus:
        end = time.monotonic() + 5.0
        while not holds(status := await self.status()):
            assert time.monotonic() < end, status
        return status

    async def errors(self) -> HostErrors:
        self.write(b"~HQES")
        return await self._answer(zpl_status.cut_errors)

    async def odometer(self) -> int | str:
        self.write(ODOMETER)
        return await self._answer(zpl_status.cut_odometer)

    async def _answer(self, cut: Callable[[bytearray], A | None]) -> A:
        buffer = bytearray()
        while (answer := cut(buffer)) is None:
            got = await self.read()
            assert got, "closed"
            buffer += got
        return answer

    async def is_mute(self, question: bytes = b"~HS") -> bool:
        self.write(question)
        try:
            return not await self.read(0.02)
        except TimeoutError:
            return True

    async def is_cut(self) -> bool:
        try:
            return await self.read() == b""
        except ConnectionError:
            return True


class Bed:
    """Twins on one folder, and clients of them."""

    def __init__(self, folder: Path, stack: AsyncExitStack) -> None:
        self.folder = folder
        self._stack = stack

    async def twin(self, *faults: str, **options: Any) -> ZplTwin:
        settings = {"time_factor": 0.0, "lock_patience": 0.0, **options}
        made = ZplTwin(self.folder, settings.pop("draw", lambda zpl: b""), faults=parse_faults(faults), **settings)
        await made.start()
        self._stack.push_async_callback(made.stop, finish=False)
        return made

    async def client(self, twin: ZplTwin) -> Client:
        reader, writer = await asyncio.open_connection("127.0.0.1", twin.port)
        self._stack.callback(writer.close)
        return Client(reader, writer)

    def printed(self) -> list[bytes]:
        """The labels in the tray, in the order of their numbers, which have no gap."""
        files = sorted(self.folder.glob("*.zpl"))
        assert [path.name for path in files] == [f"{number:06d}.zpl" for number in range(1, len(files) + 1)]
        return [path.read_bytes() for path in files]
