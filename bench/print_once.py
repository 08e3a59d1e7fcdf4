"""Is every label printed exactly once? A campaign of printers that fail, against the real spooler.

Run: python -m bench.print_once [--jobs 1000000] [--share 0.08] [--seed 1] [--processes 2] [--real 2080]

The spooler is the product's; printers are models in virtual time (`bench.print_once_model`), the tray is the truth. A
person settles what the spooler calls uncertain by looking into the tray, as soon as the printer stands still. The table
says for each class of printer: jobs, labels that came out twice without another copy number, labels called printed that
never came out, copies that a person had made of a label that then came out late (they carry the next copy number), jobs
sent to a person (of a blind printer: looks into the tray), jobs of which nobody could have known, and the ratio of the
two. Two wrong policies stand below: what is uncertain is sent again, and what was handed over is called printed. The
exit code is 1 if a label was doubled or lost by the right policy, or none by the wrong ones.

`--real` prints so many labels on real sockets and pseudo-terminals with kill -9 instead: `bench.print_once_real`.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import random
import sys
import time
from collections import Counter, deque
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table

from app.domain.states import JobState
from bench.print_once_model import A_LATE_ONE, OF_SILENCE, TO_COUNT, ModelPrinter
from bench.virtual_time import VirtualLoop
from hardware.printer import Proof
from printing.spooler import Patience, Spooler, Work

PATIENCE = Patience(
    poll=0.2, idle=1.0, reopen=0.5, send=30.0, proof=TO_COUNT, silence=OF_SILENCE, farewell=0.0, stray=A_LATE_ONE
)  # fmt: skip
A_DAY = 86_400.0
BATCH = 500  # jobs at a time: the queue of one bench


@dataclass
class Journal:
    """A queue in memory that keeps the rules of the database's; `policy` is right, or one of the wrong ones."""

    policy: str = "right"
    queued: deque[int] = field(default_factory=deque)
    states: dict[int, JobState] = field(default_factory=dict)
    by_person: set[int] = field(default_factory=set)
    to_person: int = 0
    uncertain: set[int] = field(default_factory=set)
    reasons: Counter[str] = field(default_factory=Counter)
    sending: set[int] = field(default_factory=set)
    has_seen_count: bool = False

    async def recover(self) -> None:
        """Call what was being sent when the program died uncertain."""
        interrupted = sorted(self.sending)
        for job in interrupted:
            await self.finish(job, JobState.UNCERTAIN, None, "interrupted")

    async def waiting(self) -> bool:
        """Whether a job is queued."""
        return bool(self.queued)

    async def has_proven(self, printer: str) -> bool:
        """Whether the printer has counted or acknowledged before."""
        return self.has_seen_count

    async def note(self, reason: str | None) -> None:
        """Nobody reads it here."""

    async def claim(self, printer: str, odometer: int | None, unsettled_limit: int) -> Work | None:
        """The next job, *sending*."""
        self.has_seen_count |= odometer is not None
        if not self.queued or len(self.uncertain) + len(self.sending) >= unsettled_limit:
            return None
        job = self.queued.popleft()
        self.sending.add(job)
        return Work(job, b"%d" % job)

    async def finish(self, attempt_id: int, outcome: JobState, odometer: int | None, reason: str | None) -> None:
        """What became of it."""
        self.sending.discard(attempt_id)
        if outcome is JobState.QUEUED:
            self.queued.appendleft(attempt_id)
            return
        self.reasons[reason or outcome.value] += 1
        if outcome is JobState.UNCERTAIN and self.policy == "sent again":
            self.queued.appendleft(attempt_id)
            return
        if outcome is JobState.UNCERTAIN and self.policy == "sent is printed":
            outcome = JobState.PRINTED
        self.states[attempt_id] = outcome
        if outcome is JobState.UNCERTAIN:
            self.uncertain.add(attempt_id)


@dataclass
class Result:
    """What one class of printers did; sums up with `+`."""

    jobs: int = 0
    doubled: int = 0
    lost: int = 0
    late_copies: int = 0
    to_person: int = 0
    ambiguous: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    troubles: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: Result) -> Result:
        return Result(
            self.jobs + other.jobs, self.doubled + other.doubled, self.lost + other.lost,
            self.late_copies + other.late_copies, self.to_person + other.to_person, self.ambiguous + other.ambiguous,
            self.reasons + other.reasons, self.troubles + other.troubles,
        )  # fmt: skip


CLASSES: dict[str, tuple[Proof, bool]] = {
    "acknowledges": (Proof.ACKNOWLEDGES, False),
    "counts": (Proof.COUNTS, False),
    "counts, mute while faulty": (Proof.COUNTS, True),
    "state only": (Proof.STATE_ONLY, False),
    "blind": (Proof.BLIND, False),
}


async def queue_of_jobs(proof: Proof, mute: bool, jobs: int, share: float, seed: int, policy: str) -> Result:
    """Print so many jobs on one printer, settle what is uncertain, wait a day, and compare with the tray."""
    dice = random.Random(seed)
    loop = asyncio.get_running_loop()
    journal = Journal(policy, deque(range(1, jobs + 1)))
    copies: dict[int, int] = {}
    tasks: list[asyncio.Task[None]] = []

    def die() -> None:
        tasks[-1].cancel()

    printer = ModelPrinter(proof, dice, share, loop.time, die, mute_when_faulty=mute)
    following = jobs
    while journal.queued or journal.sending or journal.uncertain:
        spooler = Spooler(journal, lambda: printer, patience=PATIENCE)
        tasks.append(asyncio.create_task(spooler.run()))
        while not tasks[-1].done():
            await asyncio.sleep(2.0)
            still = not journal.queued and not journal.sending
            if journal.uncertain and not journal.sending:
                # a person looks what has come out; the newest one settles the earlier ones of a printer without proof
                await asyncio.sleep(5.0)
                while not printer.stands_still:  # noqa: ASYNC110 (it is a model: nothing tells when it stops)
                    await asyncio.sleep(5.0)
                journal.to_person += 1 if proof is Proof.BLIND else len(journal.uncertain)
                out = printer.look(journal.uncertain)
                for job in sorted(journal.uncertain):
                    journal.by_person.add(job)
                    if job in out:
                        journal.states[job] = JobState.PRINTED
                        continue
                    journal.states[job] = JobState.FAILED
                    following += 1
                    copies[following] = job
                    journal.queued.append(following)
                journal.uncertain.clear()
                spooler.wake()
            elif still and not journal.uncertain:
                await spooler.stop()
        await asyncio.wait({tasks[-1]})
        printer.close()
    printer.drain(A_DAY)
    return judge(jobs, journal, printer, copies)


def judge(jobs: int, journal: Journal, printer: ModelPrinter, copies: dict[int, int]) -> Result:
    """Compare what the journal says with the tray."""
    out = Counter(printer.tray)
    said = {job for job, state in journal.states.items() if state is JobState.PRINTED}
    proven = said - journal.by_person
    return Result(
        jobs=jobs,
        doubled=sum(count - 1 for count in out.values()),
        lost=sum(job not in out for job in proven),
        late_copies=sum(original in out for original in copies.values()),
        to_person=journal.to_person,
        # of what can prove nothing, everything is
        ambiguous=len(printer.ambiguous) if printer.proof in (Proof.COUNTS, Proof.ACKNOWLEDGES) else jobs,
        reasons=journal.reasons,
        troubles=Counter({trouble.name: count for trouble, count in printer.struck.items()}),
    )


def campaign(name: str, policy: str, share: float, jobs: int, seed: int) -> Result:
    """One class of printers, in batches of BATCH jobs, in a loop of virtual time."""
    proof, mute = CLASSES[name]
    total = Result()
    for batch in range(0, jobs, BATCH):
        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            work = queue_of_jobs(proof, mute, min(BATCH, jobs - batch), share, seed * 1_000_003 + batch, policy)
            total += runner.run(work)
    return total


def run(jobs: int, share: float, seed: int, processes: int) -> dict[tuple[str, str], Result]:
    """All classes with the right policy, a few with each wrong one; results by (class, policy)."""
    each = max(jobs // len(CLASSES), BATCH)
    pieces = [(name, "right", each // 8 + 1, part) for part in range(8) for name in CLASSES]
    pieces += [("counts", policy, max(each // 20, BATCH), 0) for policy in ("sent again", "sent is printed")]
    found: dict[tuple[str, str], Result] = {}
    with ProcessPoolExecutor(processes) as pool:
        makers = [
            (name, policy, pool.submit(functools.partial(campaign, name, policy, share), count, seed * 100 + part))
            for name, policy, count, part in pieces
        ]  # fmt: skip
        for name, policy, future in makers:
            found[name, policy] = found.get((name, policy), Result()) + future.result()
    return found


def show(found: dict[tuple[str, str], Result], seconds: float) -> None:
    """The table."""
    table = Table(title=f"printed exactly once? {seconds:.0f} s")
    heads = ("printer", "policy", "jobs", "doubled", "lost", "late, as a copy", "to a person", "ambiguous", "ratio")
    for head in heads:
        table.add_column(head, justify="left" if head in ("printer", "policy") else "right")
    for (name, policy), result in found.items():
        numbers = (result.jobs, result.doubled, result.lost, result.late_copies, result.to_person, result.ambiguous)
        ratio = f"{result.to_person / result.ambiguous:.2f}" if result.ambiguous else "-"
        table.add_row(name, policy, *(f"{number:,}" for number in numbers), ratio)
    console = Console(width=140)
    console.print(table)
    for (name, policy), result in found.items():
        console.print(f"{name} ({policy}): {words(result.reasons)}; struck: {words(result.troubles)}")


def words(counts: Counter[str]) -> str:
    """`printed 12, device_gone 3`."""
    return ", ".join(f"{word} {count:,}" for word, count in counts.most_common())


def is_proven(found: Iterable[tuple[tuple[str, str], Result]]) -> bool:
    """Whether the right policy neither doubled nor lost a label, and each wrong one did."""
    return all(
        not (result.doubled or result.lost) if policy == "right" else bool(result.doubled + result.lost)
        for (_, policy), result in found
    )


def main() -> int:
    """The command line; 1 if a label was doubled or lost, or the harness would not have noticed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=1_000_000)
    parser.add_argument("--share", type=float, default=0.08, help="of the labels that trouble strikes at")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--real", type=int, metavar="JOBS", help="in real time, see bench.print_once_real")
    wanted = parser.parse_args()
    if wanted.real:
        from bench import print_once_real  # which needs this module

        return print_once_real.run(wanted.real, seed=wanted.seed)
    begun = time.monotonic()
    found = run(wanted.jobs, wanted.share, wanted.seed, wanted.processes)
    show(found, time.monotonic() - begun)
    return 0 if is_proven(found.items()) else 1


if __name__ == "__main__":
    sys.exit(main())
