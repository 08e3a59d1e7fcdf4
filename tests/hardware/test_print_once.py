"""The real spooler against simulated printers that fail: every label at most once, and nothing called printed is lost.

The faults come from a seed, the moments at which they strike from the machine's clock, so that the numbers differ from
run to run while what is asserted must hold in each.
"""

from __future__ import annotations

import asyncio
import random
import re
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.domain.states import JobState
from bench.print_once_paper import payload, tray
from hardware.printer import Proof
from hardware.printers.zpl import ZplPrinter
from hardware.simulator.faults import HANGS_UP, Fault, Trouble
from hardware.simulator.zpl_printer import ZplTwin
from hardware.transports.tcp import TcpTransport
from printing.in_flight import WINDOW
from printing.spooler import Patience, Spooler, Work
from tests.hardware.simulator.meeting import Meeting
from tests.hardware.waiting import until

PATIENCE = Patience(poll=0.001, idle=0.01, reopen=0.002, send=2.0, proof=0.02, silence=0.2, farewell=0, stray=0)
SERIAL = Patience(poll=0.002, idle=0.02, reopen=0.01, send=2.0, proof=0.1, silence=0.4, farewell=0.1, stray=0.05)
SILENCE = 0.02  # seconds after which the driver calls a question unanswered
TIME_FACTOR = 0.005
ON_LABEL = re.compile(rb"job-(\d+)")


@dataclass
class MemoryJournal:
    """A queue of numbered jobs that keeps the rules of the database's: what was interrupted is uncertain."""

    count: int
    window: int = 2
    states: dict[int, JobState] = field(default_factory=dict)
    reasons: Counter[str] = field(default_factory=Counter)
    notes: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.states = dict.fromkeys(range(1, self.count + 1), JobState.QUEUED)

    async def recover(self) -> None:
        interrupted = self.among(JobState.SENDING)
        for job in interrupted:
            await self.finish(job, JobState.UNCERTAIN, None, "interrupted")

    async def has_proven(self, printer: str) -> bool:
        return False

    async def waiting(self) -> bool:
        return bool(self.among(JobState.QUEUED))

    async def note(self, reason: str | None) -> None:
        if reason is not None:
            self.notes.add(str(reason))

    async def claim(self, printer: str, odometer: int | None, unsettled_limit: int) -> Work | None:
        assert len(self.among(JobState.SENDING)) < self.window, "too many labels in flight"
        if len(self.among(JobState.UNCERTAIN)) >= unsettled_limit or not await self.waiting():
            return None
        job = self.among(JobState.QUEUED)[0]
        self.states[job] = JobState.SENDING
        return Work(job, b"^XA^FO10,10^A0N,30^FDjob-%d^FS^XZ" % job)

    async def finish(self, attempt_id: int, outcome: JobState, odometer: int | None, reason: str | None) -> None:
        assert self.states[attempt_id] is JobState.SENDING
        self.states[attempt_id] = outcome
        self.reasons[reason or outcome.value] += 1

    def among(self, *states: JobState) -> list[int]:
        return [job for job, state in self.states.items() if state in states]


class BlindRetry(MemoryJournal):
    """The wrong policy that this is all about: what is uncertain is sent again."""

    async def finish(self, attempt_id: int, outcome: JobState, odometer: int | None, reason: str | None) -> None:
        again = JobState.QUEUED if outcome is JobState.UNCERTAIN else outcome
        await super().finish(attempt_id, again, odometer, reason)


class SentIsPrinted(MemoryJournal):
    """The other wrong policy: what was handed over is called printed."""

    async def finish(self, attempt_id: int, outcome: JobState, odometer: int | None, reason: str | None) -> None:
        hoped = JobState.PRINTED if outcome is JobState.UNCERTAIN else outcome
        await super().finish(attempt_id, hoped, odometer, reason)


@dataclass(frozen=True)
class Plan:
    """One printer and its fate."""

    labels: int = 40
    proof: Proof = Proof.COUNTS
    asks: bool = True
    mute: bool = False
    share: float = 0.3  # of the labels that trouble strikes at
    kills: int = 0
    limit: int = 1_000_000  # nobody settles anything here


@dataclass
class Outcome:
    """What the journal says and what lies in the tray."""

    journal: MemoryJournal
    paper: list[int]
    faults: Counter[Trouble]

    def check(self) -> None:
        printed, uncertain = self.journal.among(JobState.PRINTED), self.journal.among(JobState.UNCERTAIN)
        assert len(printed) + len(uncertain) == self.journal.count
        assert self.doubled == []
        assert self.lost == []
        assert set(self.paper) <= {*printed, *uncertain}
        assert self.paper == sorted(self.paper), "the order of the queue"

    @property
    def doubled(self) -> list[int]:
        return [job for job, times in Counter(self.paper).items() if times > 1]

    @property
    def lost(self) -> list[int]:
        """Called printed, and nowhere on paper."""
        return sorted({*self.journal.among(JobState.PRINTED)} - {*self.paper})


def make_faults(dice: random.Random, plan: Plan, kinds: Iterable[Trouble]) -> list[Fault]:
    return [
        Fault(dice.choice(list(kinds)), label, dice.uniform(0.5, 10.0))
        for label in range(1, plan.labels + 1)
        if dice.random() < plan.share
    ]


async def campaign(
    folder: Path, seed: int, plan: Plan, journal: MemoryJournal | None = None, kinds: Iterable[Trouble] = tuple(Trouble)
) -> Outcome:
    """Print all jobs of the plan and see what came out."""
    dice = random.Random(seed)
    journal = journal or MemoryJournal(plan.labels)
    journal.window = WINDOW[plan.proof]
    faults = make_faults(dice, plan, kinds)
    twin = ZplTwin(
        folder, lambda zpl: b"", ips=60.0, time_factor=TIME_FACTOR, faults=faults, mute_when_faulty=plan.mute,
        proof=plan.proof,
    )  # fmt: skip
    await twin.start()
    url = f"tcp://127.0.0.1:{twin.port}"
    kills = sorted(dice.sample(range(1, plan.labels), plan.kills))
    try:
        async with asyncio.timeout(60):
            while open_jobs := journal.among(JobState.QUEUED, JobState.SENDING):
                spooler = Spooler(
                    journal, lambda: ZplPrinter(TcpTransport(url), asks=plan.asks, silence=SILENCE),
                    patience=PATIENCE, unsettled_limit=plan.limit,
                )  # fmt: skip
                running = asyncio.create_task(spooler.run())
                target = plan.labels - kills.pop(0) if kills else 0
                while not running.done() and len(open_jobs) > target:
                    await asyncio.sleep(0.001)
                    open_jobs = journal.among(JobState.QUEUED, JobState.SENDING)
                if target:  # dies at any moment within a label
                    await asyncio.sleep(dice.uniform(0, 0.004))
                    running.cancel()
                else:
                    await spooler.stop()
                await asyncio.wait({running})
                if not running.cancelled():
                    running.result()
    finally:
        await twin.stop(finish=True)
    paper = read_tray(folder)
    return Outcome(journal, paper, Counter(fault.trouble for fault in faults if fault.label <= len(paper)))


def read_tray(folder: Path) -> list[int]:
    """The numbers of the jobs on paper, in the order in which they came out."""
    paper = []
    for path in sorted(folder.glob("*.zpl")):
        found = ON_LABEL.findall(path.read_bytes())
        assert len(found) == 1, "a label that nobody sent"
        paper.append(int(found[0]))
    return paper


PLANS = {
    "counts": Plan(),
    "counts, mute while faulty": Plan(mute=True),
    "counts, spooler killed": Plan(kills=6),
    "tells its state only": Plan(20, Proof.STATE_ONLY, mute=True, kills=2),
    "blind and known to be": Plan(30, Proof.BLIND, asks=False, kills=3),
    "blind and asked": Plan(12, Proof.BLIND),
}


@pytest.mark.parametrize("name", PLANS)
@pytest.mark.parametrize("seed", [1, 2])
async def test_every_label_at_most_once_and_nothing_called_printed_is_lost(
    tmp_path: Path, name: str, seed: int
) -> None:
    plan = PLANS[name]
    outcome = await campaign(tmp_path, seed, plan)
    outcome.check()
    assert outcome.paper
    printed = outcome.journal.among(JobState.PRINTED)
    if plan.proof is Proof.COUNTS:
        assert len(printed) >= plan.labels // 3  # a spooler that proves nothing would be safe too
    else:
        assert printed == []
        assert set(outcome.journal.reasons) <= {
            "no_proof", "no_counter", "device_gone", "printer_silent", "interrupted", "device_write_failed"
        }  # fmt: skip


HARMLESS = [Trouble.PAPER_OUT, Trouble.RIBBON_OUT, Trouble.HEAD_OPEN, Trouble.PAUSED]


@pytest.mark.parametrize("mute", [False, True])
async def test_what_a_person_mends_at_the_printer_leaves_nothing_uncertain(tmp_path: Path, mute: bool) -> None:
    outcome = await campaign(tmp_path, 3, Plan(mute=mute, share=0.5), kinds=HARMLESS)
    outcome.check()
    assert outcome.faults.total() >= 10
    assert outcome.journal.among(JobState.UNCERTAIN) == []
    assert outcome.paper == list(range(1, 41))
    assert outcome.journal.notes >= {"paper_out", "ribbon_out", "head_open", "paused"}


@pytest.mark.parametrize("trouble", sorted(HANGS_UP))
async def test_a_lost_connection_makes_what_is_in_flight_uncertain(tmp_path: Path, trouble: Trouble) -> None:
    outcome = await campaign(tmp_path, 4, Plan(labels=20, share=0.4), kinds=[trouble])
    outcome.check()
    uncertain = outcome.journal.among(JobState.UNCERTAIN)
    assert outcome.journal.reasons["device_gone"] >= len(uncertain) >= 5  # more, where not a byte had left
    out = {*uncertain} & {*outcome.paper}
    if trouble is Trouble.CUT_AFTER:
        assert out == {*uncertain}
    else:  # the last one is lost; the one before it may have come out, unproven
        assert len(uncertain) / 2 <= len({*uncertain} - out)


HARD = Plan(share=0.5)
HARD_KINDS = (Trouble.CUT, Trouble.CUT_AFTER, Trouble.POWER_CYCLE, Trouble.LATE)


async def test_the_policies_that_follow_are_wrong_and_this_one_is_right(tmp_path: Path) -> None:
    outcome = await campaign(tmp_path, 1, HARD, kinds=HARD_KINDS)
    outcome.check()
    assert outcome.faults[Trouble.CUT_AFTER]
    assert outcome.faults[Trouble.CUT]


async def test_sending_again_what_is_uncertain_prints_twice(tmp_path: Path) -> None:
    outcome = await campaign(tmp_path, 1, HARD, BlindRetry(HARD.labels), HARD_KINDS)
    assert outcome.doubled, "the harness would not notice"
    with pytest.raises(AssertionError):
        outcome.check()


async def test_calling_printed_what_was_sent_loses_labels(tmp_path: Path) -> None:
    outcome = await campaign(tmp_path, 1, HARD, SentIsPrinted(HARD.labels), HARD_KINDS)
    assert outcome.lost, "the harness would not notice"
    with pytest.raises(AssertionError):
        outcome.check()


async def test_the_queue_stops_when_too_much_is_uncertain(tmp_path: Path) -> None:
    plan = Plan(labels=10, proof=Proof.STATE_ONLY, share=0.0, limit=3)
    journal = MemoryJournal(plan.labels)
    running = asyncio.create_task(campaign(tmp_path, 1, plan, journal))
    await until(lambda: "too_many_unsettled" in journal.notes)
    assert journal.among(JobState.UNCERTAIN) == [1, 2, 3]
    for job in (1, 2):
        journal.states[job] = JobState.CONFIRMED  # scanned back at the bench
    await until(lambda: len(journal.among(JobState.UNCERTAIN)) == 3)
    assert journal.among(JobState.QUEUED) == [6, 7, 8, 9, 10]
    running.cancel()
    await asyncio.wait({running})

# Real drivers at a serial line, where neither a new connection nor the power cycle of the printer can be seen.

no_pty = pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")


@pytest.fixture
async def meeting(tmp_path: Path) -> AsyncIterator[Meeting]:
    async with AsyncExitStack() as stack:
        yield Meeting(tmp_path / "tray", stack)


async def on_serial(
    meeting: Meeting, language: str, count: int, *faults: str, half: float = 0.0
) -> tuple[MemoryJournal, list[tuple[int, int]]]:
    """Print so many labels on a pseudo-terminal; `half`: the share of another one that was sent before."""
    pair = await meeting.pair(language, "pty", *faults, ips=60.0, time_factor=TIME_FACTOR)
    if half:
        await pair.opened()
        whole = payload(language, 999)
        await pair.call(lambda: pair.driver.send(whole[: int(len(whole) * half)], 2.0))
        await pair.call(pair.driver.close)
    journal = NumberedJournal(count, language=language)
    spooler = Spooler(journal, lambda: pair.driver, patience=SERIAL, unsettled_limit=1_000_000)
    running = asyncio.create_task(spooler.run())
    try:
        await until(lambda: not journal.among(JobState.QUEUED, JobState.SENDING), 20.0)
    finally:
        await spooler.stop()
        await running
        await until(lambda: pair.twin.taken == 0)
    return journal, list(tray(meeting.folder, language))


@dataclass
class NumberedJournal(MemoryJournal):
    """Its payloads are the labels of `bench.print_once_paper`."""

    language: str = "zpl"

    async def claim(self, printer: str, odometer: int | None, unsettled_limit: int) -> Work | None:
        work = await super().claim(printer, odometer, unsettled_limit)
        return None if work is None else Work(work.attempt_id, payload(self.language, work.attempt_id))


@no_pty
@pytest.mark.parametrize("off", [0.2, 150.0])  # seconds: unnoticed, and as silence
@pytest.mark.parametrize("language", ["zpl", "escpos", "tspl"])
async def test_what_was_in_a_printer_whose_power_went_is_uncertain(
    meeting: Meeting, language: str, off: float
) -> None:
    journal, paper = await on_serial(meeting, language, 6, f"power_cycle@3:{off}")
    out, printed = [number for number, _ in paper], journal.among(JobState.PRINTED)
    assert 3 not in out
    assert out == sorted(set(out))
    assert set(printed) <= set(out)
    assert journal.states[3] is JobState.UNCERTAIN
    if language != "tspl":
        assert journal.reasons["printer_silent"] + journal.reasons["not_counted"] <= 2
        assert len(printed) >= 4


@no_pty
@pytest.mark.parametrize("half", [0.1, 0.5, 0.97])
@pytest.mark.parametrize("language", ["zpl", "escpos", "tspl"])
async def test_half_a_label_of_a_spooler_that_died_is_never_the_proof_of_another(
    meeting: Meeting, language: str, half: float
) -> None:
    journal, paper = await on_serial(meeting, language, 5, half=half)
    out, printed = [number for number, _ in paper], journal.among(JobState.PRINTED)
    assert 999 not in out
    assert out == sorted(set(out))
    assert set(printed) <= set(out)
    if language == "zpl":
        assert out == printed == [1, 2, 3, 4, 5], "the first bytes of a connection end what was begun"
