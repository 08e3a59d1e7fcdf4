"""The start of the window against that of a bare Qt window: seconds until there is something to see and to scan into,
and the most memory that the process ever had.

    python -m bench.start [--runs 15] [--orders 400]

All are processes of their own, without a display, started in turn; bytecode is cached as in an installed program, and
the first run of each, which fills that cache, is not counted. Times count from the moment at which the process is
started; processor seconds are given as well, because they hardly change with what else the machine does.

Ours is `packbench window` on a database with picked orders:

- frame: the first paint of the window, which says that the database is being opened;
- usable: the first paint of the packing page with what lies on the table; from here on a scan is judged;
- first verdict: a tote is scanned at that moment, and its verdict is painted.

The bare window is a QApplication and a QMainWindow of the same size with one QLabel, until it is painted. What a bare
window with a database needs is told beside it: the same, then SQLAlchemy is loaded and one SELECT is made.
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
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from app.domain.states import Lane
from app.queries.packing import waiting_orders
from bench.warehouse import percentile, prepare
from db.engine import parse_url
from db.store import Store

GOAL = 2.5  # the window's first paint against the bare window's
# A process tells moments of the monotonic clock, which all processes share, with its processor seconds, and kilobytes.
TELL = """
import json, resource, sys, time
def moment():
    return [time.monotonic(), time.process_time()]
def tell(seen):
    seen["kilobytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps(seen))
"""
BARE = """
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
seen = {"painted": moment()}
if len(sys.argv) > 1:
    from sqlalchemy import create_engine, text
    from sqlalchemy.orm import Session
    with Session(create_engine("sqlite:///" + sys.argv[1])) as session:
        session.scalars(text("SELECT count(*) FROM orders")).one()
    seen["loaded"] = moment()
tell(seen)
"""
OURS = """
from app.cli import main
import app.main
from contextlib import asynccontextmanager
from PySide6.QtCore import QEvent, QObject, QTimer
from ui.main_window import PAGES

seen = {}

class Eyes(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            QTimer.singleShot(0, self, self.look)
        return False

    def look(self):
        seen.setdefault("frame", moment())
        page = window.page
        if "usable" not in seen and page is not None and page.data is not None:
            from ui.keys import type_scan
            seen["usable"] = moment()
            page.judged.connect(self.judged)
            type_scan(window.windowHandle(), tote)

    def judged(self, shown):
        assert shown.code == "opened", shown
        seen["verdict"] = moment()
        self.wait()

    def wait(self):
        whole = len(window.pages) == len(PAGES) and window.work.sounds.silent_reason != "devices_sound_unasked"
        QTimer.singleShot(100, window.close if whole else self.wait)

@asynccontextmanager
async def beside(opened):
    global window
    window, eyes = opened, Eyes()
    window.installEventFilter(eyes)
    window.work.settled.connect(lambda: window.page.content.installEventFilter(eyes))
    yield

database, tote = sys.argv[1:]
run_window = app.main.run_window
app.main.run_window = lambda wanted: run_window(wanted, beside)
code = main(["window", "--db", database, "--station", "BENCH"])
tell(seen)
sys.exit(code)
"""


@dataclass(frozen=True, slots=True)
class Start:
    """What one process told: seconds and processor seconds by moment, and megabytes."""

    seconds: dict[str, float]
    worked: dict[str, float]
    megabytes: float


def start(folder: Path, code: str, *arguments: str) -> Start:
    """Run one process to its end."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PACKBENCH_", "XDG_"))}
    environment |= {
        "HOME": str(folder / "home"), "QT_QPA_PLATFORM": "offscreen", "PYTHONPYCACHEPREFIX": str(folder / "bytecode")
    }  # fmt: skip
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", TELL + code, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    told = json.loads(done.stdout.splitlines()[-1])
    megabytes = told.pop("kilobytes") / 1024
    seconds = {name: at - started for name, (at, _) in told.items()}
    return Start(seconds, {name: worked for name, (_, worked) in told.items()}, megabytes)


def main() -> int:
    """Measure and print the table; exit code 1 when the goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--orders", type=int, default=400)
    wanted = parser.parse_args()
    kinds: dict[str, list[Start]] = {"bare": [], "ours": [], "sql": []}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with Store(parse_url(str(folder / "prepared.db"))) as store:
            warehouse = prepare(store, folder, wanted.orders)
            waiting = [order for order in store.read(waiting_orders, warehouse) if order.lane is Lane.CART]
        for run in range(wanted.runs + 1):
            database = folder / f"run{run}" / "packbench.db"
            database.parent.mkdir()
            shutil.copy(folder / "prepared.db", database)
            starts = {
                "bare": start(folder, BARE), "ours": start(folder, OURS, str(database), waiting[0].tote),
                "sql": start(folder, BARE, str(database)),
            }  # fmt: skip
            for kind, told in starts.items():
                if run:
                    kinds[kind].append(told)
            shutil.rmtree(database.parent)
    print(f"{wanted.runs} runs each, {len(waiting)} open orders")
    print(f"{'from the start of the process to':<38}{'p50 s':>8}{'p95 s':>8}{'ratio':>8}{'CPU s':>8}{'ratio':>8}")
    peer = median(told.seconds["painted"] for told in kinds["bare"])
    peer_worked = median(told.worked["painted"] for told in kinds["bare"])
    ratios = {}
    for title, kind, moment in (
        ("bare Qt window painted", "bare", "painted"), ("bare Qt window, SQLAlchemy loaded", "sql", "loaded"),
        ("ours: window painted", "ours", "frame"), ("ours: packing page usable", "ours", "usable"),
        ("ours: first verdict painted", "ours", "verdict"),
    ):  # fmt: skip
        times = [told.seconds[moment] for told in kinds[kind]]
        worked = median(told.worked[moment] for told in kinds[kind])
        ratios[moment] = median(times) / peer
        print(
            f"{title:<38}{median(times):>8.3f}{percentile(times, 0.95):>8.3f}{ratios[moment]:>8.2f}"
            f"{worked:>8.3f}{worked / peer_worked:>8.2f}"
        )
    print(f"{'peak memory':<38}{'MB':>8}{'':>8}{'ratio':>8}")
    lean = median(told.megabytes for told in kinds["bare"])
    for title, kind in (
        ("bare Qt window", "bare"), ("bare Qt window, SQLAlchemy loaded", "sql"), ("ours, all pages made", "ours")
    ):  # fmt: skip
        size = median(told.megabytes for told in kinds[kind])
        print(f"{title:<38}{size:>8.0f}{'':>8}{size / lean:>8.2f}")
    print(f"window painted: {ratios['frame']:.2f} times the bare window (goal: at most {GOAL})")
    return 0 if ratios["frame"] <= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
