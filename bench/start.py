"""The start of the window against that of a bare Qt window: seconds until there is something to see and to scan into,
and the most memory that the process ever had.

    python -m bench.start [--runs 15] [--orders 400]

Both are processes of their own, without a display, started in turn; bytecode is cached as in an installed program, and
the first run of each, which fills that cache, is not counted. Times count from the moment at which the process is
started. Ours is `packbench window` on a database with picked orders:

- frame: the first paint of the window, which says that the database is being opened;
- usable: the first paint of the packing page with what lies on the table; from here on a scan is judged;
- first verdict: a tote is scanned at that moment, and its verdict is painted.

The bare window is a QApplication and a QMainWindow of the same size with one QLabel, until it is painted.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from app.domain.states import Lane
from app.queries.packing import waiting_orders
from bench.warehouse import percentile, prepare
from db.engine import parse_url
from db.store import Store

GOAL = 2.5
# What a process tells: moments of the monotonic clock, which all processes share, and kilobytes.
BARE = """
import json, resource, sys, time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow

class Window(QMainWindow):
    def paintEvent(self, event):
        QTimer.singleShot(0, application.quit)

application = QApplication(sys.argv)
window = Window()
window.setCentralWidget(QLabel("Ready"))
window.resize(1366, 768)
window.show()
application.exec()
kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"painted": time.monotonic(), "kilobytes": kilobytes}))
"""
OURS = """
import json, resource, sys, time
from contextlib import asynccontextmanager
from PySide6.QtCore import QEvent, QObject, QTimer
import app.main

seen = {}

class Eyes(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            QTimer.singleShot(0, self, self.look)
        return False

    def look(self):
        seen.setdefault("frame", time.monotonic())
        page = window.page
        if "usable" not in seen and page is not None and page.data is not None:
            from ui.keys import type_scan
            seen["usable"] = time.monotonic()
            page.judged.connect(self.judged)
            type_scan(window.windowHandle(), tote)

    def judged(self, shown):
        assert shown.code == "opened", shown
        seen["verdict"] = time.monotonic()
        seen["kilobytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        QTimer.singleShot(0, window.close)

@asynccontextmanager
async def beside(opened):
    global window
    window, eyes = opened, Eyes()
    window.installEventFilter(eyes)
    window.work.settled.connect(lambda: window.page.content.installEventFilter(eyes))
    yield

tote, database = sys.argv[1:]
run_window = app.main.run_window
app.main.run_window = lambda wanted: run_window(wanted, beside)
from app.cli import main
code = main(["window", "--db", database, "--station", "BENCH"])
print(json.dumps(seen))
sys.exit(code)
"""


def start(folder: Path, code: str, *arguments: str) -> dict[str, float]:
    """Run a process; returns the seconds after its start by moment, and its `kilobytes`."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PACKBENCH_", "XDG_"))}
    environment |= {
        "HOME": str(folder / "home"), "QT_QPA_PLATFORM": "offscreen", "PYTHONPYCACHEPREFIX": str(folder / "bytecode")
    }  # fmt: skip
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return {name: value if name == "kilobytes" else value - started for name, value in told.items()}


def main() -> int:
    """Measure and print the table; exit code 1 when the goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--orders", type=int, default=400)
    wanted = parser.parse_args()
    ours: list[dict[str, float]] = []
    bare: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with Store(parse_url(str(folder / "prepared.db"))) as store:
            warehouse = prepare(store, folder, wanted.orders)
            waiting = [order for order in store.read(waiting_orders, warehouse) if order.lane is Lane.CART]
        for run in range(wanted.runs + 1):
            database = folder / f"run{run}" / "packbench.db"
            database.parent.mkdir()
            shutil.copy(folder / "prepared.db", database)
            told = start(folder, BARE), start(folder, OURS, waiting[0].tote, str(database))
            if run:
                bare.append(told[0])
                ours.append(told[1])
            shutil.rmtree(database.parent)
    print(f"{wanted.runs} runs, {len(waiting)} open orders")
    print(f"{'seconds after the start':<34}{'p50':>8}{'p95':>8}{'ratio':>8}")
    peer = median(run["painted"] for run in bare)
    ratio = median(run["usable"] for run in ours) / peer
    for title, runs, moment in (
        ("bare Qt window, painted", bare, "painted"), ("ours: frame painted", ours, "frame"),
        ("ours: packing page usable", ours, "usable"), ("ours: first verdict painted", ours, "verdict"),
    ):  # fmt: skip
        times = [run[moment] for run in runs]
        print(f"{title:<34}{median(times):>8.3f}{percentile(times, 0.95):>8.3f}{median(times) / peer:>8.2f}")
    print(f"the goal is a usable page within {GOAL} times the bare window: {ratio:.2f}")
    sizes = [median(run["kilobytes"] for run in runs) / 1024 for runs in (bare, ours)]
    print(f"{'peak memory in MB':<34}{'p50':>8}")
    print(f"{'bare Qt window':<34}{sizes[0]:>8.0f}")
    print(f"{'ours, after the first verdict':<34}{sizes[1]:>8.0f}{sizes[1] / sizes[0]:>16.2f}")
    return 0 if ratio <= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
