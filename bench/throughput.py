"""How fast are labels printed and proven? Labels an hour against what printer and line could do at best.

Run: python -m bench.throughput [--labels 60] [--ips 6] [--only tcp]

The product's spooler on SQLite prints the product's own parcel label on a simulated printer that counts, in real time:
over TCP, the fake USB bus, and a pseudo-terminal at 115200 baud. *Ours* runs from the first claim to the last label
that is durably *printed*; *at best* is the slower one of the mechanics and the line. The exit code is 1 below 97 %.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast

from rich.console import Console
from rich.table import Table
from sqlalchemy import select
from sqlalchemy.orm import Session

import hardware.transports.usb
from app.domain.people import SYSTEM
from app.domain.states import JobState
from app.operations.label_content import Sent, label_fields, lay_out
from app.operations.print_queue import queue_file
from app.queries.labels import open_jobs
from app.spooling import running_spooler
from db.engine import parse_url
from db.parcels import PrintAttempt
from db.store import Store
from hardware.printer import Proof
from hardware.simulator.mechanics import Drawing
from hardware.simulator.port import Port, TcpPort
from hardware.simulator.printer_twin import PrinterTwin
from hardware.simulator.pty_port import PtyPort
from hardware.simulator.serve import make_language
from hardware.simulator.usb_backend import FakeUsbBackend
from hardware.simulator.usb_port import UsbPort
from printing.zpl import to_zpl

BAUD = 115200
BITS_A_BYTE = 10
MM_PER_INCH = 25.4
LENGTH_MM = 152.4
GOAL = 0.97


@dataclass(frozen=True)
class Measured:
    """One transport: labels an hour, and how long a label's proof took on average after its printing, in seconds."""

    port: str
    payload: int
    ours: float
    at_best: float
    proof: float
    not_printed: int

    @property
    def ratio(self) -> float:
        """Of what is possible."""
        return self.ours / self.at_best


def parcel_label(number: int) -> bytes:
    """The product's own label as ZPL, with a copy number and a tracking number of its own."""
    sent = Sent(
        "Northwind Goods\nHafenstrasse 12\n20457 HAMBURG\nGERMANY", "DE", f"A-{number:05d}", "PACKET TRACKED",
        "Erika Musterfrau", "Sonnenallee 141", "12059", "Berlin", "", "DE",
    )  # fmt: skip
    fields = label_fields(
        sent, tracking=f"LX{number:09d}DE", parcel_code=f"PB{number:08d}P", weight_g=1250, slot=number % 12 + 1
    )
    return to_zpl(lay_out(fields, 1))


async def measure(folder: Path, name: str, count: int, ips: float) -> Measured:
    """Print so many labels over one transport."""
    port: Port
    if name == "tcp":
        port = TcpPort()
    elif name == "usb":
        bus = FakeUsbBackend()
        port = UsbPort(bus)
        setattr(hardware.transports.usb, "libusb", lambda: bus)  # noqa: B010 (the spooler makes its own transport)
    else:
        port = PtyPort(folder / "port", BAUD)
    link = BAUD / BITS_A_BYTE if name == "pty" else None
    twin = PrinterTwin(
        folder / "tray", make_language("zpl"), port, lambda data: Drawing(b"", LENGTH_MM), proof=Proof.COUNTS, ips=ips,
        link=link,
    )  # fmt: skip
    payloads = [parcel_label(number) for number in range(1, count + 1)]
    with Store(parse_url(str(folder / "speed.db"))) as store:
        for payload in payloads:
            store.write(queue_file, SYSTEM, name, payload)
        await twin.start()
        try:
            async with running_spooler(store, name, twin.url):
                while await asyncio.to_thread(store.read, open_jobs, name):  # noqa: ASYNC110 (the store is another's)
                    await asyncio.sleep(0.5)
        finally:
            await twin.stop()
        attempts = store.read(_attempts)
    out = [(folder / "tray" / f"{number:06d}.zpl").stat().st_mtime for number in range(1, count + 1)]
    ended = [cast(datetime, one.ended_at) for one in attempts]
    seconds = (max(ended) - min(one.started_at for one in attempts)).total_seconds()
    size = sum(map(len, payloads)) / count
    a_label = max(LENGTH_MM / MM_PER_INCH / ips, size / link if link else 0.0)
    return Measured(
        name,
        round(size),
        count / seconds * 3600,
        3600 / a_label,
        sum(end.timestamp() - came for end, came in zip(ended, out, strict=True)) / count,
        sum(one.outcome is not JobState.PRINTED for one in attempts),
    )


def _attempts(session: Session) -> list[PrintAttempt]:
    return list(session.scalars(select(PrintAttempt).order_by(PrintAttempt.id)))


def show(found: list[Measured]) -> None:
    """The table."""
    table = Table(title="labels an hour, each of them proven")
    for head in ("port", "bytes", "ours", "at best", "ratio", "proof after, ms", "not printed"):
        table.add_column(head, justify="left" if head == "port" else "right")
    for one in found:
        numbers = (f"{one.payload}", f"{one.ours:,.0f}", f"{one.at_best:,.0f}", f"{one.ratio:.1%}")
        table.add_row(one.port, *numbers, f"{one.proof * 1000:.0f}", str(one.not_printed))
    Console(width=100).print(table)


async def all_of(folder: Path, names: list[str], count: int, ips: float) -> list[Measured]:
    """One after the other: they would take the processor from each other."""
    found = []
    for name in names:
        place = folder / name
        place.mkdir()
        found.append(await measure(place, name, count, ips))
    return found


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labels", type=int, default=60)
    parser.add_argument("--ips", type=float, default=6.0)
    parser.add_argument("--only", choices=("tcp", "usb", "pty"))
    wanted = parser.parse_args()
    names = [wanted.only] if wanted.only else ["tcp", "usb", *(["pty"] if sys.platform != "win32" else [])]
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_DATA_HOME"] = folder  # where the leases of the printers lie
        found = asyncio.run(all_of(Path(folder), names, wanted.labels, wanted.ips))
    show(found)
    print(f"{time.monotonic() - begun:.0f} s")
    return 0 if all(one.ratio >= GOAL and not one.not_printed for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
