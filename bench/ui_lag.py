"""How late the window's event loop comes to what is due, at rest and while the engine works hard.

    python -m bench.ui_lag [--orders 5000] [--labels 500]

A timer of 5 ms is started anew each time it fires; its lag is how much later than due it came: what a key or a repaint
would have waited. Measured in the whole window, without a display: at rest; while a file of orders is imported as the
orders page does it and labels are printed on a simulated printer (a process of its own) at the same time; and while
the rest of the labels is printed. Half of the orders and labels comes with the packing page in front, half with the
board. The peer is the same timer in a bare Qt window, a process of its own, measured in turn with ours and never at
the same time. At last, what the window at rest costs: seconds of processor for a second of time.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.demo_input import write_made_up
from app.demo_printer import own_printer
from app.domain.states import JobState, Lane
from app.main import MainWindow, Wanted, in_window, make_application, opened_window
from app.queries.packing import bench, waiting_orders
from app.queries.waves import barcode_of
from app.station import Station
from bench.warehouse import percentile, prepare
from db.engine import parse_url
from db.parcels import PrintJob
from db.store import Store
from ui.main_window import PAGES
from ui.pages.order_import import Import, Imported

EVERY_MS = 5
GOAL_MS = 16.7  # a frame at 60 Hz
REST_S = 5.0
STATION = "BENCH"


class Probe(QObject):
    """The timer; `lags` are seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.lags: list[float] = []
        self._timer = QTimer(self, singleShot=True, interval=EVERY_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._fire)
        self._again()

    def take(self) -> list[float]:
        """The lags since the last time."""
        taken, self.lags = self.lags, []
        return taken

    def _again(self) -> None:
        self._due = time.perf_counter() + EVERY_MS / 1000
        self._timer.start()

    def _fire(self) -> None:
        self.lags.append(max(0.0, time.perf_counter() - self._due))
        self._again()


def serve() -> None:
    """The bare process: for each line in, the lags of some seconds out."""
    application = QApplication(sys.argv[:1])
    window = QMainWindow()
    window.setCentralWidget(QLabel("Ready"))
    window.resize(1366, 768)
    window.show()
    for _ in sys.stdin:
        probe = Probe()
        QTimer.singleShot(round(1000 * REST_S), application.quit)
        application.exec()
        sys.stdout.write(" ".join(map(str, probe.lags)) + "\n")
        sys.stdout.flush()
        probe.deleteLater()


class Bare:
    """The bare process, seen from here."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.ui_lag", "--bare"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.lags: list[float] = []

    async def measure(self) -> None:
        """Let it measure while ours is at rest."""
        await asyncio.to_thread(self._measure)

    def _measure(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        self.lags += map(float, self._process.stdout.readline().split())

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


def pack(store: Store, warehouse: int, labels: int) -> None:
    """Pack until so many labels are queued, which nobody prints yet."""
    station = Station(store, STATION)
    assert station.actor.station is not None
    done = 0
    for order in store.read(waiting_orders, warehouse):
        if order.lane is not Lane.CART:
            continue
        if done >= labels:
            return
        station.scan(order.tote)
        while (parcel := store.read(bench, station.actor.station).parcel) is not None and parcel.remaining:
            line = next(line for line in parcel.lines if line.open)
            station.scan(store.read(barcode_of, line.sku_id))
        station.scan("XXHOLD")
        done += 1
    raise SystemExit(f"only {done} orders could be packed")


def waiting_labels(session: Session) -> int:
    """How many labels are still to be printed."""
    left = (JobState.QUEUED, JobState.SENDING)
    return session.scalar(select(func.count()).where(PrintJob.state.in_(left))) or 0


class Lags:
    """What was measured, a list of lags by what went on."""

    def __init__(self) -> None:
        self.rest: list[float] = []
        self.importing: dict[str, list[float]] = {}
        self.printing: dict[str, list[float]] = {}
        self.seconds: dict[str, float] = {}
        self.worked: dict[str, float] = {}


async def measure(window: MainWindow, files: Sequence[Path], orders: int, labels: int, tray: Path, bare: Bare) -> Lags:
    """Rest, then import and print with the packing page in front, then with the board."""
    found, work = Lags(), window.work
    while len(window.pages) < len(PAGES):  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    await asyncio.sleep(REST_S)
    probe = Probe()
    for page in ("packing", "board"):
        window.go(page)
        await asyncio.sleep(1.0)
        probe.take()
        await asyncio.sleep(REST_S)
        found.rest += probe.take()
    async with own_printer(tray, 0.0) as url:
        for number, (page, file) in enumerate(zip(("packing", "board"), files, strict=True), 1):
            probe.deleteLater()
            await bare.measure()
            probe = Probe()
            window.go(page)
            work.use_settings(replace(work.settings, printer=url))
            await asyncio.sleep(1.0)
            probe.take()
            started, importing, done = time.perf_counter(), Import(work), list[Imported]()
            importing.done.connect(done.append)
            await importing.run(file)
            assert done[0].report is not None, done[0].refusal
            assert done[0].report.counts["orders"].new == orders, done[0].report.counts
            found.importing[page], found.seconds[page] = probe.take(), time.perf_counter() - started
            # the last one may be in the printer still when it is taken away
            while work.feed.store.read(waiting_labels) > labels * (2 - number) // 2:  # noqa: ASYNC110
                await asyncio.sleep(0.2)
            found.printing[page] = probe.take()
            work.use_settings(replace(work.settings, printer=""))
    probe.deleteLater()
    await bare.measure()
    for page in ("packing", "board"):
        window.go(page)
        await asyncio.sleep(2.0)
        worked, started = time.process_time(), time.perf_counter()
        await asyncio.sleep(2 * REST_S)
        found.worked[page] = (time.process_time() - worked) / (time.perf_counter() - started)
    return found


def main() -> int:
    """Measure and print the table; exit code 1 when the goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=5_000)
    parser.add_argument("--labels", type=int, default=500)
    parser.add_argument("--bare", action="store_true", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    if wanted.bare:
        serve()
        return 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        os.environ |= {"HOME": str(folder), "PACKBENCH_SETTINGS": str(folder / "settings.toml")}
        database = folder / "packbench.db"
        with Store(parse_url(str(database))) as store:
            # somewhat more than half of made-up orders are picked to a cart
            warehouse = prepare(store, folder, 3 * wanted.labels)
            pack(store, warehouse, wanted.labels)
        files = [write_made_up(folder / f"more{seed}", wanted.orders // 2, seed)[-1] for seed in (11, 12)]
        return report(database, files, wanted.orders // 2, wanted.labels, folder)


def report(database: Path, files: Sequence[Path], orders: int, labels: int, folder: Path) -> int:
    """Measure on a database with that many queued labels, and print."""
    found: Lags = Lags()
    bare = Bare()
    application = make_application(sys.argv[:1])

    async def run() -> int:
        nonlocal found
        async with opened_window(application, Wanted(db=str(database), station=STATION, printer="")) as window:
            window.show()
            found = await measure(window, files, orders, labels, folder / "tray", bare)
        return 0

    try:
        in_window(application, run())
    finally:
        bare.close()
    busy = [lag for lags in (*found.importing.values(), *found.printing.values()) for lag in lags]
    rows = [("bare Qt window, at rest", bare.lags), ("ours, at rest", found.rest)]
    for page in found.importing:
        rows.append((f"ours, {page} in front, import and print", found.importing[page]))
        rows.append((f"ours, {page} in front, print", found.printing[page]))
    rows.append(("ours, all that work", busy))
    print("milliseconds later than due")
    print(f"{'':<44}{'n':>7}{'p50':>8}{'p95':>8}{'p99':>8}{'max':>8}")
    for title, lags in rows:
        if not lags:  # all was printed before
            continue
        figures = [1000 * percentile(lags, share) for share in (0.5, 0.95, 0.99, 1.0)]
        print(f"{title:<44}{len(lags):>7}" + "".join(f"{figure:>8.2f}" for figure in figures))
    for page, seconds in found.seconds.items():
        print(f"{page} in front: the import took {seconds:.1f} s")
    for page, share in found.worked.items():
        print(f"{page} in front, at rest: {100 * share:.2f} % of a core")
    worst = 1000 * max(percentile(lags, 0.99) for lags in (*found.importing.values(), *found.printing.values()) if lags)
    print(f"worst p99 under work: {worst:.1f} ms (goal: at most {GOAL_MS})")
    return 0 if worst <= GOAL_MS else 1


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(main())
