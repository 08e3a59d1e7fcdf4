"""What the window tells while a queue of labels meets five troubles, and what came out.

    python -m bench.troubles [OUT] [--labels 500] [--languages zpl,tspl] [--ports tcp,pty] [--ips 60]

The paper ends at label 137 of 500, the head is opened, somebody presses pause, the power goes, the cable is pulled in
the middle of a label. The simulated printers are those of the tests; the window is the real one, drawn without a
display. A person stands in front of it who does nothing before the window has told of the trouble: then a picture of
the Labels page is taken (OUT/<language>-<class>-<port>-<trouble>.png), the trouble is mended, and what is uncertain is
settled with the keys of that page, by looking what lies in the tray. ZPL labels are those of packed orders; other
languages print numbered files. A row of the table: the class of the printer, the port, the trouble, and the sentences
in the status bar and at the head of the queue. The last line of each says what came out: how often each label, whether
in order.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo_input import write_made_up
from app.domain.people import SYSTEM
from app.domain.routing import label_queue
from app.domain.states import JobState
from app.main import Hands, MainWindow, Wanted, in_window, make_application, opened_window
from app.operations.print_queue import queue_file
from bench.print_once_paper import payload
from bench.ui_lag import pack
from bench.warehouse import prepare
from db.engine import parse_url
from db.parcels import PrintJob
from db.store import Store
from hardware.printer import Proof
from hardware.simulator.faults import Schedule, Trouble, parse_faults
from hardware.simulator.port import Port, TcpPort
from hardware.simulator.printer_twin import PrinterTwin
from hardware.simulator.serve import make_language
from printing.spooler import Patience
from ui.main_window import PAGES

STATION = "BENCH"
AT = {
    Trouble.PAPER_OUT: 137,
    Trouble.HEAD_OPEN: 200,
    Trouble.PAUSED: 275,
    Trouble.POWER_CYCLE: 350,
    Trouble.UNPLUG: 430,
}
CLASSES = [
    ("zpl", Proof.COUNTS), ("zpl", Proof.BLIND), ("tspl", Proof.STATE_ONLY), ("escpos", Proof.ACKNOWLEDGES)
]  # fmt: skip
# short, since the troubles are mended in no time; the order of the times is that of the product
PATIENCE = Patience(
    poll=0.005, idle=0.05, reopen=0.1, send=3.0, proof=0.5, silence=1.0, farewell=1.0, stray=0.3
)  # fmt: skip
NOTICED = 6.0  # seconds after which a person sees for himself that a printer stands
NOTHING_TOLD = frozenset({"ready", "busy", "printer_in_use", ""})


@dataclass
class Told:
    """What the window said of a trouble."""

    trouble: Trouble
    status: str
    head: str


@dataclass
class Outcome:
    """What became of a queue."""

    told: list[Told] = field(default_factory=list)
    paper: list[int] = field(default_factory=list)  # ids of jobs, in the order of the tray
    jobs: dict[int, JobState] = field(default_factory=dict)
    settled: int = 0


class Person:
    """Somebody who prints a queue at the window and mends what stands in its way."""

    def __init__(self, window: MainWindow, twin: PrinterTwin, tray: Path, language: str, out: Path, name: str) -> None:
        self._window, self._twin, self._tray, self._language = window, twin, tray, language
        self._out, self._name = out, name
        self._hands = Hands(window)
        self._read: dict[Path, int] = {}
        self.outcome = Outcome()

    async def work(self, store: Store) -> Outcome:
        """Until every label is printed, or known not to be."""
        await self._hands.go("labels")
        stood: tuple[Trouble, float] | None = None
        loop = asyncio.get_running_loop()
        mended = 0.0
        while True:
            jobs = await asyncio.to_thread(store.read, _states)
            self.outcome.jobs = {number: state for number, state, _ in jobs}
            standing = next((trouble for trouble in AT if self._twin._mechanics.stands(trouble)), None)
            if standing is None:
                stood = None
                states = set(self.outcome.jobs.values())
                if not states & {JobState.QUEUED, JobState.SENDING, JobState.UNCERTAIN}:
                    break
                if JobState.UNCERTAIN in states and JobState.SENDING not in states and not self._twin.taken:
                    await self._settle(jobs)
            else:
                stood = stood if stood is not None and stood[0] is standing else (standing, loop.time())
                seen = self._window.work.printer
                tells = seen.at > mended and seen.code not in NOTHING_TOLD
                if tells or loop.time() - stood[1] > NOTICED:
                    await self._look(standing, store)
                    self._twin.clear()
                    mended = loop.time()
            await asyncio.sleep(0.01)
        self.outcome.paper = [self._read[path] for path in self._papers(jobs)]
        return self.outcome

    async def _look(self, trouble: Trouble, store: Store) -> None:
        """Read the window, and take a picture of it."""
        await self._hands.settled()
        await asyncio.sleep(0.2)  # the page follows the newest change
        await self._hands.settled()
        page = self._window.page
        head = await asyncio.to_thread(store.read, _head)
        assert page is not None
        self.outcome.told.append(Told(trouble, self._window.status.text("printer"), head))
        image = self._window.grab().toImage()
        image.save(str(self._out / f"{self._name}-{trouble}.png"))

    def _papers(self, jobs: list[tuple[int, JobState, bytes]]) -> list[Path]:
        """The whole labels in the tray, in their order; which job each is, is read once."""
        whole = []
        for path in sorted(self._tray.glob(f"*.{self._language}")):
            if path not in self._read:
                data = path.read_bytes().strip()
                self._read[path] = next((number for number, _, sent in jobs if data.endswith(sent.strip())), 0)
            if self._read[path]:
                whole.append(path)
        return whole

    async def _settle(self, jobs: list[tuple[int, JobState, bytes]]) -> None:
        """Look what lies in the tray, and say so of the first label that is uncertain."""
        out = {self._read[path] for path in self._papers(jobs)}
        uncertain = {number for number, state, _ in jobs if state is JobState.UNCERTAIN}
        page: Any = self._window.page
        page.tabs.choose("uncertain")
        await self._hands.settled()
        page.focus_first()
        await self._hands.press(Qt.Key.Key_End)  # the newest stands above
        await self._hands.until(lambda: page.table.current is not None and page.table.current.job_id in uncertain)
        number = page.table.current.job_id
        await self._hands.until(lambda: page._job == number)
        dialogs = self._window.work.dialogs
        before, notice = dialogs.question_id, dialogs.notice
        await self._hands.press(Qt.Key.Key_F7 if number in out else Qt.Key.Key_F8)
        await self._hands.until(lambda: dialogs.question_id > before or dialogs.notice != notice)
        if dialogs.is_open:
            await self._hands.type("1" if number in out else "2")
            await self._hands.until(lambda: not dialogs.is_open)
        self.outcome.settled += 1
        page.tabs.choose("all")
        await self._hands.settled()


def _states(session: Session) -> list[tuple[int, JobState, bytes]]:
    rows = session.execute(select(PrintJob.id, PrintJob.state, PrintJob.payload).order_by(PrintJob.id))
    return [(row.id, row.state, row.payload) for row in rows]


def _head(session: Session) -> str:
    """What the queue says of the label that is the next to come out."""
    waits = PrintJob.state.in_((JobState.QUEUED, JobState.SENDING))
    order = PrintJob.state != JobState.SENDING, PrintJob.id
    return session.scalars(select(PrintJob.reason).where(waits).order_by(*order).limit(1)).first() or ""


async def print_at_window(
    application: QApplication, database: Path, folder: Path, out: Path, language: str, proof: Proof, port: str,
    labels: int, ips: float,
) -> Outcome:
    """Open the window at a printer that will meet the troubles, and print its queue."""
    faults = [f"{trouble}@{max(1, at * labels // 500)}" for trouble, at in AT.items()]
    made: Port = TcpPort()
    if port == "pty":
        from hardware.simulator.pty_port import PtyPort

        made = PtyPort(folder / "port", 115200)
    tray = folder / "tray"
    twin = PrinterTwin(
        tray, make_language(language), made, lambda data: b"", proof=proof, ips=ips, time_factor=0.1,
        schedule=Schedule(parse_faults(faults)),
    )
    await twin.start()
    url = twin.url + ("&" if "?" in twin.url else "?") + f"language={language}" * ("language=" not in twin.url)
    url += "&stored=off"  # a label in the tray is told by its bytes
    if proof is Proof.BLIND:
        url += "&status=none"
    wanted = Wanted(db=str(database), station=STATION, printer=url, page="labels")
    try:
        async with opened_window(
            application, wanted, patience=PATIENCE,
            unsettled_limit=max(2, labels // 20) if proof is Proof.BLIND else None,
        ) as window:
            window.resize(1366, 768)
            window.show()
            hands = Hands(window)
            await hands.until(lambda: len(window.pages) == len(PAGES))
            store = window.work.feed.store
            name = f"{language}-{proof}-{port}"
            return await Person(window, twin, tray, language, out, name).work(store)
    finally:
        await twin.stop(finish=False)


def fill(database: Path, folder: Path, language: str, labels: int) -> None:
    """So many labels in the station's queue."""
    with Store(parse_url(str(database))) as store:
        if language == "zpl":
            # somewhat more than half of made-up orders are picked to a cart
            pack(store, prepare(store, folder, 3 * labels), labels)
            return
        write_made_up(folder, 1, 1)
        for number in range(1, labels + 1):
            data = payload(language, number)
            store.write(queue_file, SYSTEM, label_queue(STATION), data, language=language)


def meet(
    application: QApplication, out: Path, language: str, proof: Proof, port: str, labels: int, ips: float
) -> Outcome:
    """One printer class at one port, on a database of its own."""
    found = Outcome()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        os.environ |= {"HOME": str(folder), "PACKBENCH_SETTINGS": str(folder / "settings.toml")}
        database = folder / "packbench.db"
        fill(database, folder, language, labels)

        async def run() -> int:
            nonlocal found
            found = await print_at_window(application, database, folder, out, language, proof, port, labels, ips)
            return 0

        in_window(application, run())
    return found


def main() -> int:
    """Print the table; exit code 1 when a label came out twice, or is lost without anybody knowing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", nargs="?", type=Path, default=Path("troubles"))
    parser.add_argument("--labels", type=int, default=500)
    parser.add_argument("--languages", default="zpl,tspl,escpos")
    parser.add_argument("--ports", default="tcp,pty")
    parser.add_argument("--ips", type=float, default=60.0)
    wanted = parser.parse_args()
    wanted.out.mkdir(parents=True, exist_ok=True)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    application = make_application(sys.argv[:1])
    wrong = 0
    for language, proof in CLASSES:
        for port in wanted.ports.split(","):
            if language in wanted.languages.split(","):
                found = meet(application, wanted.out, language, proof, port, wanted.labels, wanted.ips)
                wrong += show(found, language, proof, port)
    return 1 if wrong else 0


def show(found: Outcome, language: str, proof: Proof, port: str) -> int:
    """Print what the window told and what came out; returns how many labels are wrong."""
    for told in found.told:
        print(f"{language:<7}{proof:<13}{port:<5}{told.trouble:<13}{told.status:<40}{told.head}")
    times = Counter(found.paper)
    printed = {number for number, state in found.jobs.items() if state is JobState.PRINTED}
    doubled = sum(count - 1 for count in times.values())
    lost, unsaid = len(printed - set(times)), len(set(times) - printed)
    in_order = found.paper == sorted(found.paper)
    said = ", ".join(f"{count} {state}" for state, count in Counter(found.jobs.values()).items())
    print(
        f"{language:<7}{proof:<13}{port:<5}{said}; on paper {len(found.paper)}, doubled {doubled}, called printed and "
        f"not there {lost}, there and not called so {unsaid}, {'in order' if in_order else 'NOT IN ORDER'}, "
        f"settled by a person {found.settled}"
    )
    unfinished = not found.jobs or len(found.told) < len(AT)
    return doubled + lost + unsaid + (not in_order) + unfinished


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(main())
