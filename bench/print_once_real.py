"""Is every label printed exactly once on real sockets and pseudo-terminals, with kill -9? The campaign beside
`bench.print_once`, in real time.

Run: nice python -m bench.print_once_real [--jobs 2080] [--share 0.1] [--lives 12] [--seed 1]

The spooler is the product's, on SQLite, one process a printer (`bench.print_once_child`), killed in every state: with a
label claimed and not sent, half sent, sent, in flight, proven and not written down, written down, and at any moment.
The printers are twins in this process, each class over TCP and over a pseudo-terminal, with trouble from a seed; their
trays are the truth. A person settles what is uncertain by looking into the tray once the printer stands still.

The table says what that of `bench.print_once` says. *Ambiguous* are the jobs that were in flight when what is known of
them was destroyed: at a kill, at a lost connection, when the power went, when a sheet was counted that nobody sent, and
while something held the answer up for longer than the spooler's patience. The exit code is 1 if a label was doubled
under the same copy number, called printed and nowhere in the tray, or more than 1.2 times the ambiguous ones were sent
to a person.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ParamSpec, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.errors import KnownError
from app.domain.people import SYSTEM
from app.domain.states import JobState
from app.operations.label_copies import settle
from app.operations.print_queue import queue_file
from bench.print_once import Result, show, words
from bench.print_once_child import FACTOR, PATIENCE, POINTS
from bench.print_once_paper import payload, tray
from db.engine import parse_url
from db.parcels import PrintAttempt, PrintJob
from db.store import Operation, Store
from hardware.printer import Proof
from hardware.simulator.faults import Chance, Fault, Schedule, Trouble
from hardware.simulator.port import Port, TcpPort
from hardware.simulator.printer_twin import PrinterTwin
from hardware.simulator.pty_port import PtyPort
from hardware.simulator.serve import make_language

P = ParamSpec("P")
R = TypeVar("R")

CLASSES = {
    "acknowledges": ("escpos", Proof.ACKNOWLEDGES),
    "counts": ("zpl", Proof.COUNTS),
    "state only": ("tspl", Proof.STATE_ONLY),
    "blind": ("zpl", Proof.BLIND),
}
PORTS = ("tcp", "pty")
DESTROYS = frozenset({
    Trouble.CUT, Trouble.CUT_AFTER, Trouble.HALF_OPEN, Trouble.UNPLUG, Trouble.POWER_CYCLE, Trouble.PAPER_OUT_MID,
})  # fmt: skip
# from how many seconds on nobody can know what became of a label meanwhile
HOLDS_UP = {
    Proof.COUNTS: {Trouble.COUNTS_LATE: PATIENCE.proof, Trouble.LATE: PATIENCE.proof},
    # an acknowledgement is said once
    Proof.ACKNOWLEDGES: {Trouble.LATE: PATIENCE.silence, Trouble.SILENT: 0.0, Trouble.HEX: 0.0},
}
ALWAYS_HOLDS_UP = {Trouble.XOFF: PATIENCE.send} | dict.fromkeys(
    (Trouble.SILENT, Trouble.STALE, Trouble.MERGED, Trouble.HEX, Trouble.NOISE), PATIENCE.silence
)
WINDOW_OF_BLIND = 25
LONGEST = 60.0  # seconds of trouble, in the printer's time
STUCK = 60.0  # seconds without progress after which the campaign is broken


class Witness(Schedule):
    """A schedule that remembers what struck when."""

    def __init__(self, chance: Chance) -> None:
        super().__init__((), chance)
        self.seen: list[tuple[datetime, Fault]] = []

    def strike(self, label: int) -> list[Fault]:
        """See `Schedule`."""
        struck = super().strike(label)
        self.seen += [(datetime.now(UTC), fault) for fault in struck]
        return struck

    def due(self, trouble: Trouble, last: int) -> Fault | None:
        """See `Schedule`."""
        fault = super().due(trouble, last)
        if fault is not None:
            self.seen.append((datetime.now(UTC), fault))
        return fault


@dataclass
class Printer:
    """One printer, its queue and what befell it."""

    name: str
    language: str
    proof: Proof
    folder: Path
    twin: PrinterTwin
    witness: Witness
    jobs: dict[int, tuple[int, int]] = field(default_factory=dict)  # row of the queue → number, copy
    newest: dict[int, int] = field(default_factory=dict)  # number → copy
    interrupted: set[int] = field(default_factory=set)  # rows
    by_person: set[int] = field(default_factory=set)
    to_person: int = 0
    kills: Counter[str] = field(default_factory=Counter)

    @property
    def came_out(self) -> Counter[tuple[int, int]]:
        """What lies in the tray, whole."""
        return Counter(tray(self.folder, self.language))

    async def add(self, store: Store, number: int) -> None:
        """Queue the next copy of a label."""
        copy = self.newest.get(number, 0) + 1
        self.newest[number] = copy
        data = payload(self.language, number, copy)
        row = await write(store, queue_file, SYSTEM, self.name, data, language=self.language)
        self.jobs[row] = (number, copy)


async def write(
    store: Store, operation: Operation[P, R], /, *args: P.args, **kwargs: P.kwargs
) -> R:
    """Run an operation; where the many spoolers have the database, once more."""
    while True:
        try:
            return await asyncio.to_thread(store.write, operation, *args, **kwargs)
        except KnownError as error:
            if error.code != "database_locked":
                raise


def states(session: Session, queue: str) -> dict[int, JobState]:
    """The jobs of a queue."""
    rows = select(PrintJob.id, PrintJob.state).where(PrintJob.queue == queue).order_by(PrintJob.id)
    return {row.id: row.state for row in session.execute(rows)}


def reasons_waiting(session: Session, queue: str) -> Counter[str | None]:
    """What the jobs of a queue wait for."""
    return Counter(
        session.scalars(select(PrintJob.reason).where(PrintJob.queue == queue, PrintJob.state == JobState.QUEUED))
    )


async def live(printer: Printer, store: Store, point: str, dice: random.Random) -> bool:
    """One life of the spooler's process; False when it ended with nothing left to do."""
    label = dice.randrange(1, 20)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.print_once_child", str(store.url.database), printer.name, printer.twin.url, point,
        str(label), stdin=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    end = time.monotonic() + dice.uniform(2.0, 10.0)
    seen: dict[int, JobState] = {}
    moved = time.monotonic()
    while process.returncode is None:
        await asyncio.sleep(0.2)
        found = await asyncio.to_thread(store.read, states, printer.name)
        if found != seen:
            seen, moved = found, time.monotonic()
        if time.monotonic() - moved > STUCK:
            process.kill()
            head = await asyncio.to_thread(store.read, reasons_waiting, printer.name)
            raise SystemExit(f"{printer.name} is stuck: {Counter(found.values())}, it waits for {head}")
        if point == "any" and time.monotonic() > end:
            process.kill()
            break
        if not await person(printer, store, found):
            process.stdin.close()
            break
    code = await process.wait()
    found = await asyncio.to_thread(store.read, states, printer.name)
    if code:
        printer.kills[point if code == -signal.SIGKILL else "ended by itself"] += 1
        printer.interrupted |= {row for row, state in found.items() if state is JobState.SENDING}
    return any(state in (JobState.QUEUED, JobState.SENDING, JobState.UNCERTAIN) for state in found.values())


async def person(printer: Printer, store: Store, found: dict[int, JobState]) -> bool:
    """Settle what is uncertain, if it is time to look; False when everything is at rest."""
    uncertain = [row for row, state in found.items() if state is JobState.UNCERTAIN]
    waiting = JobState.QUEUED in found.values()
    if JobState.SENDING in found.values() or not uncertain:
        return waiting or bool(uncertain) or JobState.SENDING in found.values()
    if printer.proof is Proof.BLIND and waiting and len(uncertain) < WINDOW_OF_BLIND:
        return True
    stood = 0
    while stood < 4:  # so long nothing has moved
        await asyncio.sleep(0.15)
        stood = 0 if printer.twin.taken else stood + 1
    printer.to_person += 1 if printer.proof is Proof.BLIND else len(uncertain)
    out = printer.came_out
    for row in uncertain:
        printer.by_person.add(row)
        number, copy = printer.jobs[row]
        came_out = (number, copy) in out
        await write(store, settle, SYSTEM, row, came_out=came_out)
        if not came_out:
            await printer.add(store, number)
    return True


async def day(printer: Printer, store: Store, jobs: int, lives: int, seed: int) -> None:
    """The whole queue of one printer."""
    dice = random.Random(f"{seed} {printer.name}")
    for number in range(1, jobs + 1):
        await printer.add(store, number)
    proves = printer.proof in (Proof.ACKNOWLEDGES, Proof.COUNTS)
    possible = [point for point in POINTS if proves or "printed" not in point]
    points = [possible[turn % len(possible)] for turn in range(lives)]
    dice.shuffle(points)
    while await live(printer, store, points.pop() if points else "never", dice):
        pass


def ambiguous(printer: Printer, store: Store) -> set[int]:
    """Rows of which nobody could have known."""
    if printer.proof in (Proof.STATE_ONLY, Proof.BLIND):
        return set(printer.jobs)  # they prove nothing
    found = set(printer.interrupted)

    def attempts(session: Session) -> list[PrintAttempt]:
        return list(session.scalars(select(PrintAttempt).where(PrintAttempt.job_id.in_(printer.jobs))))

    for one in store.read(attempts):
        if one.outcome is JobState.QUEUED or one.ended_at is None:
            continue
        begin, end = one.started_at.replace(tzinfo=UTC), one.ended_at.replace(tzinfo=UTC)
        for at, fault in printer.witness.seen:
            span = (fault.seconds or 0.0) * FACTOR
            meanwhile = span >= HOLDS_UP[printer.proof].get(
                fault.trouble, ALWAYS_HOLDS_UP.get(fault.trouble, LONGEST)
            )
            # one that acknowledges says the same whether the paper ended between two labels or in one
            ends = Trouble.FEED if printer.proof is Proof.COUNTS else Trouble.PAPER_OUT
            at_once = fault.trouble in DESTROYS or fault.trouble is ends
            inside = begin <= at <= end
            if (inside and (at_once or meanwhile)) or (meanwhile and at <= begin <= at + timedelta(seconds=span)):
                found.add(one.job_id)
    return found


def judge(printer: Printer, store: Store) -> Result:
    """Compare what the journal says with the tray."""
    out = printer.came_out
    found = store.read(states, printer.name)
    proven = {row for row, state in found.items() if state is JobState.PRINTED} - printer.by_person
    copies_out = Counter(number for number, _ in out)

    def reasons(session: Session) -> Counter[str]:
        rows = session.execute(
            select(PrintAttempt.outcome, PrintAttempt.reason).where(PrintAttempt.job_id.in_(printer.jobs))
        )
        return Counter(reason or str(outcome) for outcome, reason in rows)

    result = Result(
        jobs=len(printer.newest),
        doubled=sum(times - 1 for times in out.values()),
        lost=sum(printer.jobs[row] not in out for row in proven),
        late_copies=sum(times - 1 for times in copies_out.values()),
        to_person=printer.to_person,
        ambiguous=len(ambiguous(printer, store)),
        reasons=store.read(reasons),
        troubles=Counter({trouble.value: count for trouble, count in Counter(
            fault.trouble for _, fault in printer.witness.seen
        ).items()}),
    )  # fmt: skip
    # whatever the journal says: a number of which no copy lies in the tray has been lost by somebody
    result.lost += len(set(printer.newest) - set(copies_out) - {printer.jobs[row][0] for row in proven})
    return result


def make_printer(folder: Path, name: str, port: str, share: float, seed: int) -> Printer:
    """A twin that is not started yet."""
    language, proof = CLASSES[name]
    kinds = [trouble for trouble in Trouble if port != "pty" or trouble is not Trouble.HALF_OPEN]
    place = folder / f"{name} {port}".replace(" ", "-")
    made: Port = TcpPort() if port == "tcp" else PtyPort(place / "port", 115200)
    witness = Witness(Chance(share, seed, kinds, (0.5, LONGEST)))
    twin = PrinterTwin(
        place, make_language(language), made, lambda data: b"", proof=proof, time_factor=FACTOR, schedule=witness
    )
    return Printer(f"{name}, {port}", language, proof, place, twin, witness)


async def campaign(
    folder: Path, jobs: int, share: float, lives: int, seed: int, only: str
) -> tuple[dict[tuple[str, str], Result], Counter[str]]:
    """All printers at once, each with its share of the jobs; returns what became of them, and the kills by moment."""
    printers = [
        make_printer(folder, name, port, share, seed * 100 + turn)
        for turn, (name, port) in enumerate((name, port) for name in CLASSES for port in PORTS)
        if only in f"{name}, {port}"
    ]
    with Store(parse_url(str(folder / "real.db"))) as store:
        for printer in printers:
            await printer.twin.start()
        try:
            await asyncio.gather(
                *(day(printer, store, jobs // len(printers), lives, seed) for printer in printers)
            )
            for printer in printers:  # what is late comes out now: a day has passed
                printer.twin.clear()
            await asyncio.sleep(1.0)
        finally:
            for printer in printers:
                await printer.twin.stop()
        found = {(printer.name, "right"): judge(printer, store) for printer in printers}
    return found, sum((printer.kills for printer in printers), Counter[str]())


def is_proven(found: Iterable[tuple[tuple[str, str], Result]]) -> bool:
    """Whether no label was doubled or lost, and, of printers that prove, no more sent to a person than had to be."""
    found = list(found)
    proving = sum((result for (name, _), result in found if name.startswith(("acknowledges", "counts"))), Result())
    whole = sum((result for _, result in found), Result())
    return not (whole.doubled or whole.lost) and proving.to_person <= 1.2 * proving.ambiguous


def run(jobs: int, share: float = 0.1, lives: int = 12, seed: int = 1, only: str = "") -> int:
    """Run the campaign and print the table; 1 if it is not proven."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.environ["XDG_DATA_HOME"] = folder  # where the leases of the printers lie
        found, kills = asyncio.run(campaign(Path(folder), jobs, share, lives, seed, only))
    show(found, time.monotonic() - begun)
    print(f"killed {kills.total()} times: {words(kills)}")
    return 0 if is_proven(found.items()) else 1


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=2080)
    parser.add_argument("--share", type=float, default=0.1, help="of the labels that trouble strikes at")
    parser.add_argument("--lives", type=int, default=12, help="of each printer's spooler that end with kill -9")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="printers with this in their name")
    wanted = parser.parse_args()
    return run(wanted.jobs, wanted.share, wanted.lives, wanted.seed, wanted.only)


if __name__ == "__main__":
    sys.exit(main())
