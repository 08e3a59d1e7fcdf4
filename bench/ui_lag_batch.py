"""How late the window's event loop comes to what is due while a label batch is printed, and what memory it takes.

    python -m bench.ui_lag_batch [--labels 5000]

A batch of so many labels goes to a simulated printer (a process of its own) that takes no time. Meanwhile somebody uses
the window: every second another page comes to the front. The timer is that of `bench.ui_lag`. Memory is the resident
set of the process (Linux) at a tenth of the labels and at the end. The orders are set to picked behind the program's
back: a label batch needs no more of them.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from sqlalchemy import update

from app.change import NOTHING, Change
from app.demo_input import sender, write_made_up
from app.demo_printer import own_printer
from app.desk import import_to
from app.domain.label_batches import ChosenBy
from app.domain.label_batches import Sequence as LabelSequence
from app.domain.people import SYSTEM
from app.domain.states import OrderState
from app.main import MainWindow, Wanted, in_window, make_application, opened_window
from app.operations.label_batches import plan_labels, start_labels
from app.operations.stations import ensure_warehouse
from app.operations.waves import release_wave
from app.planning import plan_wave
from app.queries.label_batches import BatchRow, batch_view
from app.queries.label_choices import Choice, checked
from bench.ui_lag import GOAL_MS, STATION, Probe
from bench.warehouse import percentile
from db.engine import parse_url
from db.orders import Order
from db.store import Store, Tx

PAGES = ("batches", "packing", "labels", "board", "orders")
GROWTH_MB = 20.0  # of caches that fill once


def resident_mb() -> float:
    """The resident set of this process in megabytes, 0 where the system does not tell."""
    with suppress(OSError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    return 0.0


def _picked(tx: Tx) -> tuple[None, Change]:
    tx.session.execute(update(Order).where(Order.state == OrderState.RELEASED).values(state=OrderState.PICKED))
    return None, NOTHING


def fill(store: Store, folder: Path, labels: int) -> int:
    """A label batch of at most so many picked orders; how many labels it has."""
    warehouse = store.write(ensure_warehouse, "DEMO", "Bench", sender())
    for path in write_made_up(folder, labels, seed=7):
        import_to(store, path, warehouse="DEMO")
    planned = plan_wave(store, SYSTEM, warehouse)
    assert planned.wave_id is not None
    store.write(release_wave, SYSTEM, planned.wave_id)
    store.write(_picked)
    started = time.perf_counter()
    found = store.read(checked, warehouse, Choice(ChosenBy.PICKED), LabelSequence.TOTE, STATION)
    print(f"{len(found.members)} orders checked in {time.perf_counter() - started:.2f} s, {found.good} can be printed")
    started = time.perf_counter()
    store.write(plan_labels, SYSTEM, warehouse, found.members, queue=STATION, sequence=LabelSequence.TOTE)
    print(f"noted as a label batch in {1000 * (time.perf_counter() - started):.0f} ms of the writer")
    return found.good


class Measured:
    """Lags in seconds, seconds of printing, megabytes at a tenth and at the end."""

    def __init__(self) -> None:
        self.lags: list[float] = []
        self.seconds = self.early_mb = self.late_mb = 0.0


async def measure(window: MainWindow, labels: int, tray: Path) -> Measured:
    """Print the label batch while pages come and go."""
    found, work = Measured(), window.work
    while not set(PAGES) <= window.pages.keys():  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    async with own_printer(tray, 0.0) as url:
        work.use_settings(replace(work.settings, printer=url))
        await asyncio.sleep(2.0)
        for page in PAGES:  # what is loaded once is loaded
            window.go(page)
            await asyncio.sleep(0.5)
        probe, started, turn = Probe(), time.perf_counter(), 0
        await work.feed.write(start_labels, SYSTEM, 1)
        while True:
            window.go(PAGES[turn % len(PAGES)])
            turn += 1
            await asyncio.sleep(1.0)
            row: BatchRow = (await work.feed.read(batch_view, 1)).row
            if not found.early_mb and row.printed >= labels // 10:
                found.early_mb = resident_mb()
            if row.printed >= row.orders:
                break
        found.lags, found.seconds, found.late_mb = probe.take(), time.perf_counter() - started, resident_mb()
        probe.deleteLater()
    return found


def main() -> int:
    """Measure and print; exit code 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labels", type=int, default=5_000)
    wanted = parser.parse_args()
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    found = Measured()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        os.environ |= {"HOME": str(folder), "PACKBENCH_SETTINGS": str(folder / "settings.toml")}
        database = folder / "packbench.db"
        with Store(parse_url(str(database))) as store:
            labels = fill(store, folder, wanted.labels)
        application = make_application(sys.argv[:1])

        async def run() -> int:
            nonlocal found
            async with opened_window(application, Wanted(db=str(database), station=STATION, printer="")) as window:
                window.show()
                found = await measure(window, labels, folder / "tray")
            return 0

        in_window(application, run())
    figures = [1000 * percentile(found.lags, share) for share in (0.5, 0.95, 0.99, 1.0)]
    print(f"{labels} labels in {found.seconds:.1f} s: {labels / found.seconds:.1f} a second")
    print("milliseconds later than due: p50 {:.2f}, p95 {:.2f}, p99 {:.2f}, max {:.2f}".format(*figures))
    growth = found.late_mb - found.early_mb
    print(f"resident {found.early_mb:.0f} MB at a tenth, {found.late_mb:.0f} MB at the end: {growth:+.1f} MB")
    print(f"goals: p99 at most {GOAL_MS} ms, at most {GROWTH_MB:.0f} MB more")
    return 0 if figures[2] <= GOAL_MS and growth <= GROWTH_MB else 1


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(main())
