"""kill -9 at random points of a headless run: nothing acknowledged is lost, nothing is printed twice unmarked.

Run: python -m bench.kill [--kills 120] [--orders 150] [--seed 1]

A bench (`packbench station --headless --json`) packs a picked wave; its printer is a simulated one in a process of its
own, which lives on as a real one would. The bench is killed at random moments, before or after its answer, and started
again; then the run is finished. The table says what was found; the exit code is 1 if anything was lost, doubled or left
open.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.demo_people import Tray
from app.domain.barcode import make_label_code
from app.domain.bench import Bench
from app.domain.states import JobState, Lane, ParcelState
from app.queries.labels import newest_job_of
from app.queries.packing import bench, counts, waiting_orders
from app.queries.waves import barcode_of
from db.engine import parse_url
from db.journal import ScanEvent
from db.parcels import PrintAttempt
from db.places import Station
from db.store import Store

NAME = "KILLED"
GIVE_UP = 60.0  # seconds for one answer or one label


@dataclass
class Found:
    """What the campaign has seen."""

    kills: int = 0
    scans: int = 0
    acknowledged: dict[int, str] = field(default_factory=dict)  # seq → code


class Killed(Exception):
    """The bench has just been killed."""


class Bencher:
    """A running bench process, and a packer who kills it when his dice say so."""

    def __init__(self, db: str, printer: str, rng: random.Random, found: Found, kills: int) -> None:
        self._command = [
            sys.executable, "-m", "app", "station", "--headless", "--station", NAME, "--json", "--db", db,
            "--printer", printer,
        ]  # fmt: skip
        self._rng, self._found, self._kills = rng, found, kills
        self._process = self._start()

    def _start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def scan(self, code: str) -> str:
        """The code of the verdict; raises Killed when the bench was killed instead."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(code + "\n")
        self._process.stdin.flush()
        dice = self._rng.random() if self._found.kills < self._kills else 1.0
        if dice < 0.15:  # anywhere between the scan and its answer
            time.sleep(self._rng.random() * 0.012)
            self.kill()
        answer = json.loads(self._process.stdout.readline())
        self._found.scans += 1
        self._found.acknowledged[answer["seq"]] = answer["code"]
        if dice < 0.4:  # anywhere in the printing that follows
            time.sleep(self._rng.random() * 0.25)
            self.kill()
        return str(answer["code"])

    def kill(self) -> None:
        """kill -9, read what it had still said, start anew."""
        assert self._process.stdout is not None
        self._process.kill()
        for line in self._process.stdout.read().splitlines():
            if line.endswith("}"):
                answer = json.loads(line)
                self._found.acknowledged[answer["seq"]] = answer["code"]
        self._process.wait()
        self._found.kills += 1
        self._process = self._start()
        raise Killed

    def finish(self) -> int:
        """End its input and wait for it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        return self._process.wait()


@contextmanager
def printer(tray: Path) -> Iterator[str]:
    """A simulated printer that outlives every kill; its URL."""
    process = subprocess.Popen(
        [
            sys.executable, "-m", "app", "sim", "printer", "--listen", "tcp://127.0.0.1:0", "--out", str(tray),
            "--time-factor", "0.05", "--until-stdin-closes",
        ],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield process.stdout.readline().removeprefix("listening on ").strip()
    finally:
        process.stdin.close()
        process.wait()


def on_table(session: Session) -> Bench:
    """What lies on the bench's table."""
    station = session.scalars(select(Station.id).where(Station.name == NAME)).first()
    return Bench() if station is None else bench(session, station)


def step(store: Store, bencher: Bencher, tray: Tray, warehouse: int) -> bool:
    """The packer's next scan; False when there is nothing left to pack."""
    table = store.read(on_table)
    if table.latch is not None:
        bencher.scan("XXOK")
    elif table.parcel is None:
        waiting = store.read(waiting_orders, warehouse)
        if not waiting:
            return False
        order = waiting[0]
        if order.lane is Lane.CART:
            bencher.scan(order.tote)
        else:
            bencher.scan(order.order if order.started else store.read(barcode_of, order.sku_id))
    elif table.parcel.state is ParcelState.OPEN:
        line = next(line for line in table.parcel.lines if line.open)
        bencher.scan(store.read(barcode_of, line.sku_id))
    else:
        parcel = table.parcel
        end = time.monotonic() + GIVE_UP
        while True:
            tray.look()
            job = store.read(newest_job_of, parcel.parcel_id)
            assert job is not None
            if (parcel.code, job.copy) in tray.labels and job.state is not JobState.QUEUED:
                bencher.scan(make_label_code(parcel.code, job.copy))
                return True
            if job.state is JobState.UNCERTAIN:
                time.sleep(1.5)  # a label may be on its way out of the printer
                tray.look()
                if (parcel.code, job.copy) not in tray.labels:
                    bencher.scan("XXNOTOUT")
                return True
            if time.monotonic() > end:
                raise SystemExit(f"no label for {parcel.code}: {job}")
            time.sleep(0.01)
    return True


def main() -> int:
    """Run the campaign and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=120)
    parser.add_argument("--orders", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    rng = random.Random(wanted.seed)
    found = Found()
    with tempfile.TemporaryDirectory() as folder:
        db, out = f"{folder}/kill.db", Path(folder)
        subprocess.run(
            [
                sys.executable, "-m", "app", "demo", "--headless", "--orders", str(wanted.orders), "--seed",
                str(wanted.seed), "--until", "pick", "--db", db, "--out", folder,
            ],
            check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        tray = Tray(out / "paper")
        with Store(parse_url(db)) as store, printer(tray.folder) as url:
            bencher = Bencher(db, url, rng, found, wanted.kills)
            left = True
            while left:
                try:
                    left = step(store, bencher, tray, 1)
                except Killed:
                    continue
            code = bencher.finish()
            stored = dict(
                store.read(
                    lambda session: session.execute(
                        select(ScanEvent.seq, ScanEvent.code).join(Station).where(Station.name == NAME)
                    ).all()
                )
            )
            totals = store.read(counts)
            cut = store.read(
                lambda session: session.scalar(
                    select(func.count()).select_from(PrintAttempt).where(PrintAttempt.reason == "interrupted")
                )
            )
        tray.look()
        printed = Counter(
            label for path in sorted(tray.folder.glob("*.zpl")) for label in [path.read_bytes()]
        )
        twice = sum(1 for n in printed.values() if n > 1)
        lost = sum(1 for seq, verdict in found.acknowledged.items() if stored.get(seq) != verdict)
        gaps = max(stored) - len(stored)
        left_open = sum(n for state, n in totals["parcels"].items() if state != "closed")
    for title, value in (
        ("orders", wanted.orders), ("kills", found.kills), ("scans acknowledged", len(found.acknowledged)),
        ("acknowledged and not on disk", lost), ("gaps in the station's sequence", gaps),
        ("labels being printed at a kill", cut), ("labels on paper", sum(printed.values())),
        ("the same copy on paper twice", twice),
        ("parcels left open", left_open), ("label jobs", totals["labels"]), ("exit code of the last run", code),
    ):
        print(f"{title:<34}{value}")
    return 1 if lost or gaps or twice or left_open or code or found.kills < wanted.kills else 0


if __name__ == "__main__":
    sys.exit(main())
