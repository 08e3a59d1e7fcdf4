"""What the spooler asks of a printer before it sends, of which kinds they are, and how it lives with its journal."""

from __future__ import annotations

import asyncio
from collections import deque

import pytest

from app.domain.errors import KnownError
from app.domain.states import JobState
from hardware.printer import Condition, PrinterStatus, Progress, Proof
from printing.spooler import Patience, Spooler, Work
from tests.fakes import (
    BUSY,
    HEAD_OPEN,
    PAPER_OUT,
    PRINTING,
    READY,
    SILENT,
    WITHOUT_BUFFER,
    Books,
    Job,
    Scripted,
    gone,
    labels,
    raising,
    run,
    until,
)

# Before anything is sent.


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (PAPER_OUT, "paper_out"),
        (HEAD_OPEN, "head_open"),
        (BUSY, "busy"),
        (PRINTING, "busy"),
        (PrinterStatus(Condition.FAULT, reason="cutter"), "cutter"),
        (PrinterStatus(Condition.FAULT), "fault"),
        (PrinterStatus(Condition.PAUSED, formats_in_buffer=0, labels_remaining=0), "paused"),
    ],
)
async def test_nothing_is_sent_into_a_printer_that_is_not_ready(state: PrinterStatus, reason: str) -> None:
    printer = Scripted()
    printer.states = deque([state])

    async def meanwhile(books: Books, _spooler: Spooler) -> None:
        await until(lambda: reason in books.notes)
        assert not printer.sent
        assert books.states == [JobState.QUEUED]
        printer.states = deque([READY])

    books, said = await run(printer, labels(), meanwhile=meanwhile)
    assert books.states == [JobState.PRINTED]
    # said once, however often it is asked
    assert (said.count(reason), books.notes.count(reason)) == (1, 1)


async def test_firmware_that_does_not_tell_its_buffer_may_print_where_nothing_counts() -> None:
    printer = Scripted(Proof.STATE_ONLY)
    printer.states = deque([WITHOUT_BUFFER])
    books, _ = await run(printer, labels(), lambda books: bool(printer.sent))
    assert books.states == [JobState.UNCERTAIN]


async def test_a_printer_that_counts_must_tell_its_buffer_too() -> None:
    printer = Scripted()
    printer.states = deque([WITHOUT_BUFFER] * 5 + [READY])
    printer.on_send = printer.then(WITHOUT_BUFFER, WITHOUT_BUFFER, READY, count=1)
    books, _ = await run(printer, labels())
    assert books.states == [JobState.PRINTED]
    printer = Scripted()
    printer.on_send = printer.then(WITHOUT_BUFFER, count=1)
    books, _ = await run(printer, labels())
    assert (books.states, books.jobs[0].reason) == ([JobState.UNCERTAIN], "printer_silent")


async def test_a_printer_that_is_not_there_is_waited_for() -> None:
    printer = Scripted()
    printer.open_errors = deque(KnownError("device_open_failed", url="fake:") for _ in range(4))
    books, said = await run(printer, labels())
    assert books.states == [JobState.PRINTED]
    assert said == ["device_open_failed"]
    assert len(books.attempts) == 1


async def test_a_connection_cut_before_anything_was_claimed_leaves_the_job_queued() -> None:
    printer = Scripted()
    printer.states = deque([gone(None), READY])
    books, said = await run(printer, labels())
    assert books.states == [JobState.PRINTED]
    assert printer.opened == 2
    assert said == ["device_gone"]


async def test_a_counting_printer_that_does_not_tell_its_count_is_not_trusted_with_a_label() -> None:
    printer = Scripted()
    printer.counting = None

    async def meanwhile(books: Books, _spooler: Spooler) -> None:
        await until(lambda: "count_gone" in books.notes)
        assert not printer.sent
        printer.counting = 7

    books, _ = await run(printer, labels(), meanwhile=meanwhile)
    assert books.states == [JobState.PRINTED]


# What kinds of printers there are.


async def test_a_blind_printer_is_uncertain_and_goes_on_up_to_its_limit() -> None:
    printer = Scripted(Proof.BLIND)
    printer.states = deque([SILENT])
    books, said = await run(printer, labels(27), lambda books: "too_many_unsettled" in books.notes)
    assert books.states.count(JobState.UNCERTAIN) == 25
    assert books.states.count(JobState.QUEUED) == 2
    assert books.jobs[0].reason == "no_proof"
    assert said[-1] == "too_many_unsettled"


async def test_what_a_person_has_settled_of_a_blind_printer_is_followed_by_a_fresh_connection() -> None:
    printer = Scripted(Proof.BLIND)

    async def meanwhile(books: Books, _spooler: Spooler) -> None:
        await until(lambda: "too_many_unsettled" in books.notes)
        assert (printer.opened, len(printer.sent)) == (1, 2)
        printer.open_errors.append(KnownError("device_open_failed", url="fake:", reason="refused"))
        for job in books.jobs[:2]:
            job.state = JobState.FAILED

    books, _ = await run(printer, labels(4), meanwhile=meanwhile, limit=2)
    assert books.states == [JobState.FAILED, JobState.FAILED, JobState.UNCERTAIN, JobState.UNCERTAIN]
    assert printer.opened == 2
    assert len(printer.sent) == 4


@pytest.mark.parametrize(("proof", "limit"), [(Proof.STATE_ONLY, 1), (Proof.COUNTS, 2), (Proof.ACKNOWLEDGES, 2)])
async def test_how_many_unsettled_labels_stop_a_queue(proof: Proof, limit: int) -> None:
    printer = Scripted(proof)
    printer.on_send = raising(gone(3))
    books, _ = await run(printer, labels(5), lambda books: "too_many_unsettled" in books.notes)
    assert books.states.count(JobState.UNCERTAIN) == limit
    assert len(printer.sent) == limit


async def test_settling_one_lets_the_next_go() -> None:
    printer = Scripted(Proof.STATE_ONLY)

    async def meanwhile(books: Books, spooler: Spooler) -> None:
        for job in books.jobs[:2]:
            await until(lambda: books.notes[-1:] == ["too_many_unsettled"])
            assert job.state is JobState.UNCERTAIN
            books.notes.clear()
            job.state = JobState.PRINTED
            spooler.wake()

    books, _ = await run(printer, labels(3), lambda books: books.states[2] is JobState.UNCERTAIN, meanwhile=meanwhile)
    assert books.jobs[2].reason == "no_counter"


async def test_a_limit_that_is_given_counts() -> None:
    printer = Scripted(Proof.BLIND)
    await run(printer, labels(5), lambda books: "too_many_unsettled" in books.notes, limit=3)
    assert len(printer.sent) == 3


async def test_a_printer_that_has_counted_and_is_silent_now_is_held() -> None:
    printer = Scripted()
    printer.probes = deque([Proof.COUNTS, Proof.BLIND, Proof.BLIND])

    def lost_with_the_connection(data: bytes) -> None:
        printer.states = deque([SILENT])
        raise gone(None)

    printer.on_send = lost_with_the_connection

    async def meanwhile(books: Books, _spooler: Spooler) -> None:
        await until(lambda: books.states[0] is JobState.UNCERTAIN)
        await until(lambda: "silent" in books.notes and printer.opened > 3)
        assert books.states[1] is JobState.QUEUED
        assert len(printer.sent) == 1
        printer.states, printer.proof, printer.on_send = deque([READY]), Proof.COUNTS, printer.print_it

    books, _ = await run(printer, labels(2), meanwhile=meanwhile)
    assert books.states == [JobState.UNCERTAIN, JobState.PRINTED]


async def test_a_printer_that_has_counted_and_tells_only_its_state_now_is_held() -> None:
    printer = Scripted()
    printer.probes = deque([Proof.COUNTS, Proof.STATE_ONLY])

    def lost_with_the_connection(data: bytes) -> None:
        printer.counting = None
        raise gone(None)

    printer.on_send = lost_with_the_connection

    async def meanwhile(books: Books, _spooler: Spooler) -> None:
        await until(lambda: "count_gone" in books.notes)
        assert len(printer.sent) == 1
        printer.counting, printer.proof, printer.on_send = 5, Proof.COUNTS, printer.print_it

    books, _ = await run(printer, labels(2), meanwhile=meanwhile)
    assert books.states == [JobState.UNCERTAIN, JobState.PRINTED]


async def test_a_printer_that_has_acknowledged_and_does_not_now_is_held_and_asked_again() -> None:
    printer = Scripted(Proof.ACKNOWLEDGES)
    printer.probes = deque([Proof.ACKNOWLEDGES, *[Proof.STATE_ONLY] * 3, Proof.ACKNOWLEDGES])

    def lost_with_the_connection(data: bytes) -> None:
        printer.on_send = printer.print_it
        raise gone(None)

    printer.on_send = lost_with_the_connection
    books, said = await run(printer, labels(2))
    assert books.states == [JobState.UNCERTAIN, JobState.PRINTED]
    assert "silent" in said
    assert printer.opened == 5


async def test_a_printer_that_shows_its_class_late_is_of_that_class() -> None:
    printer = Scripted(Proof.STATE_ONLY)
    printer.states = deque([PAPER_OUT])

    async def meanwhile(books: Books, _spooler: Spooler) -> None:
        await until(lambda: "paper_out" in books.notes)
        printer.states, printer.proof = deque([READY]), Proof.ACKNOWLEDGES

    books, _ = await run(printer, labels(2), meanwhile=meanwhile)
    assert books.states == [JobState.PRINTED, JobState.PRINTED]
    assert printer.opened == 1


async def test_a_label_in_two_halves_leaves_the_one_behind_it_alone() -> None:
    printer = Scripted(Proof.ACKNOWLEDGES)
    acknowledged = 0

    def progress() -> Progress:
        return Progress(printer.status(), acknowledged=acknowledged)

    printer.progress = progress  # type: ignore[method-assign]

    async def meanwhile(books: Books, _spooler: Spooler) -> None:
        nonlocal acknowledged
        await until(lambda: len(printer.sent) == 2)
        printer.states = deque([PAPER_OUT])
        await until(lambda: "paper_out" in books.notes)
        printer.states, acknowledged = deque([READY]), 1
        await until(lambda: books.states[0] is JobState.UNCERTAIN)
        await until(lambda: books.notes[-1] is None)
        acknowledged = 2

    books, _ = await run(printer, labels(2), meanwhile=meanwhile)
    assert books.states == [JobState.UNCERTAIN, JobState.PRINTED]
    assert books.jobs[0].reason == "paper_ended"
    assert printer.opened == 1


async def test_after_an_uncertain_label_the_connection_is_a_fresh_one() -> None:
    printer = Scripted()
    printer.on_send = printer.then(READY)
    await run(printer, labels(2))
    assert printer.opened >= 2


# Its journal, its beginning and its end.


async def test_it_wakes_for_a_job_that_comes_later() -> None:
    printer = Scripted()
    slow = Patience(poll=0.001, idle=60, proof=0.02)

    async def meanwhile(books: Books, spooler: Spooler) -> None:
        await until(lambda: books.calls.count("waiting") == 1)
        books.jobs.append(Job(b"late"))
        spooler.wake()

    await run(printer, Books(), lambda books: books.states == [JobState.PRINTED], patience=slow, meanwhile=meanwhile)
    assert printer.sent == [b"late"]


async def test_it_looks_for_work_unasked_too() -> None:
    printer = Scripted()

    async def meanwhile(books: Books, _spooler: Spooler) -> None:
        await until(lambda: books.calls.count("waiting") == 1)
        books.jobs.append(Job(b"late"))

    await run(printer, Books(), lambda books: books.states == [JobState.PRINTED], meanwhile=meanwhile)


@pytest.mark.parametrize("call", ["recover", "waiting", "claim", "note"])
async def test_a_journal_that_cannot_be_written_stops_the_printing_and_not_the_spooler(call: str) -> None:
    printer = Scripted()
    if call == "note":
        printer.states = deque([PAPER_OUT, PAPER_OUT, READY])
    books = Books(labels(2), faults={call: deque([KnownError("database_locked"), KnownError("database_locked")])})
    _, said = await run(printer, books)
    assert books.states == [JobState.PRINTED] * 2
    assert len(printer.sent) == 2
    assert call == "note" or "database_locked" in said


async def test_a_claim_that_was_committed_and_not_heard_of_is_uncertain() -> None:
    printer = Scripted()
    books = Books(labels(2))
    claim = books.claim
    failed = False

    async def committed_but_lost(printer: str, odometer: int | None, unsettled_limit: int) -> Work | None:
        nonlocal failed
        work = await claim(printer, odometer, unsettled_limit)
        if not failed:
            failed = True
            raise KnownError("database_io")
        return work

    books.claim = committed_but_lost  # type: ignore[method-assign]
    await run(printer, books)
    assert books.states == [JobState.UNCERTAIN, JobState.PRINTED]
    assert printer.sent == [b"^XA1^XZ"]


async def test_a_mistake_of_ours_makes_one_label_uncertain_and_the_next_is_printed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    printer = Scripted()
    mistakes = deque([ZeroDivisionError()])

    def act(data: bytes) -> None:
        printer.print_it(data)
        if mistakes:
            raise mistakes.popleft()

    printer.on_send = act
    books, said = await run(printer, labels(2))
    assert books.states == [JobState.UNCERTAIN, JobState.PRINTED]
    assert said == ["internal_error"]
    assert "stumbled" in caplog.text


async def test_the_outcome_is_written_when_the_journal_can_be_written_again() -> None:
    printer = Scripted()
    books = Books(labels(2), faults={"finish": deque([KnownError("database_full")] * 3)})
    _, said = await run(printer, books)
    assert books.states == [JobState.PRINTED] * 2
    assert said.count("database_full") == 3
    assert len(printer.sent) == 2


async def test_stopped_with_a_journal_that_cannot_be_written() -> None:
    printer = Scripted()
    books = Books(labels(), faults={"finish": deque([KnownError("database_full")] * 1000)})
    await run(printer, books, lambda books: bool(printer.sent))
    assert books.states == [JobState.SENDING]  # and the next start calls it uncertain


async def test_stop_ends_it_at_once_when_there_is_nothing_to_do() -> None:
    spooler = Spooler(Books(), Scripted, patience=Patience(idle=60))
    task = asyncio.create_task(spooler.run())
    await asyncio.sleep(0)
    await spooler.stop()
    async with asyncio.timeout(1):
        await task
