"""The simulated ZPL printer on a TCP port: the twin that the program itself and most tests use."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hardware.simulator.faults import Fault, Schedule
from hardware.simulator.mechanics import Draw, Drawing
from hardware.simulator.port import TcpPort
from hardware.simulator.printer_twin import PrinterTwin
from hardware.simulator.zpl_language import ZplLanguage

__all__ = ["Draw", "Drawing", "ZplTwin"]


class ZplTwin(PrinterTwin):
    """A `PrinterTwin` of ZPL on TCP; `options` are those of `PrinterTwin`."""

    def __init__(
        self,
        out: Path,
        draw: Draw,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        faults: Iterable[Fault] = (),
        **options: Any,
    ) -> None:
        self._tcp = TcpPort(host, port)
        options.setdefault("schedule", Schedule(faults))
        super().__init__(out, ZplLanguage(), self._tcp, draw, **options)

    @property
    def port(self) -> int:
        """The TCP port it listens on; known after `start`."""
        return self._tcp.address[1]
