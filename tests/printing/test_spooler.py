"""The recipe of printing, played against printers that do what a script says; nothing is ever sent twice."""

from __future__ import annotations

import asyncio
from collections import deque

import pytest

from app.domain.errors import KnownError
from app.domain.states import JobState
from hardware.printer import Condition, PrinterStatus, Proof
from printing.spooler import Patience, Spooler
from tests.fakes import (
    BUSY,
    HEAD_OPEN,
    PAPER_OUT,
    PRINTING,
    READY,
    SILENT,
    Books,
    Job,
    Scripted,
    gone,
    labels,
    raising,
    run,
    until,
)

# What counts as printed.


async def test_the_odometer_proves_it() -> None:
    printer = Scripted()
    books, _ = await run(printer, labels(3))
    assert books.states == [JobState.PRINTED] * 3
    assert [job.odometer for job in books.jobs] == [101, 102, 103]
    assert [odometer for odometer, _ in books.claims[:3]] == [100, 101, 102]
    assert printer.sent == [b"^XA0^XZ", b"^XA1^XZ", b"^XA2^XZ"]
    assert printer.opened == 1


async def test_a_file_that_holds_several_labels_must_count_them_all() -> None:
    printer = Scripted()
    printer.on_send = printer.then(READY, count=3)
    books, _ = await run(printer, [Job(b"three", labels=3)])
    assert books.states == [JobState.PRINTED]
    printer = Scripted()
    printer.on_send = printer.then(READY, count=2)
    books, _ = await run(printer, [Job(b"three", labels=3)])
    assert (books.states, books.jobs[0].reason) == ([JobState.UNCERTAIN], "not_counted")


async def test_a_label_still_in_the_printer_is_waited_for() -> None:
    printer = Scripted()
    printer.on_send = printer.then(BUSY, BUSY, PRINTING, READY, count=1)
    books, _ = await run(printer, labels())
    assert books.states == [JobState.PRINTED]


@pytest.mark.parametrize("trouble", [PAPER_OUT, HEAD_OPEN, PrinterStatus(Condition.PAUSED)])
async def test_paper_out_in_the_middle_is_waited_for_as_long_as_it_takes(trouble: PrinterStatus) -> None:
    printer = Scripted()
    printer.on_send = printer.then(BUSY, *[trouble] * 60, PRINTING, READY, count=1)
    books, said = await run(printer, labels(2), lambda books: len(books.outcomes) > 0)
    assert books.states[0] is JobState.PRINTED
    assert trouble.condition.value in said
    # the note is taken away when it is mended
    assert books.notes[:2] == [trouble.condition.value, None]


async def test_the_time_for_the_proof_begins_anew_when_the_paper_is_mended() -> None:
    printer = Scripted()
    printer.on_send = printer.then(READY, *[PAPER_OUT] * 60, READY)
    told = iter([100, 100, 100])
    printer.odometer = lambda: next(told, 101)  # type: ignore[method-assign]
    books, _ = await run(printer, labels())
    assert books.states == [JobState.PRINTED]


async def test_what_is_out_but_not_counted_is_uncertain() -> None:
    printer = Scripted()
    printer.on_send = printer.then(READY)
    books, _ = await run(printer, labels())
    assert (books.states, books.jobs[0].reason, books.jobs[0].odometer) == ([JobState.UNCERTAIN], "not_counted", 100)


@pytest.mark.parametrize(("count", "reason"), [(2, "odometer_ahead"), (-5, "odometer_behind")])
async def test_an_odometer_that_tells_something_else(count: int, reason: str) -> None:
    printer = Scripted()
    printer.on_send = printer.then(READY, count=count)
    books, _ = await run(printer, labels())
    assert (books.states, books.jobs[0].reason) == ([JobState.UNCERTAIN], reason)


async def test_an_odometer_that_is_mute_for_a_moment_is_asked_again() -> None:
    printer = Scripted()

    def act(data: bytes) -> None:
        printer.counting = None
        printer.states = deque([READY, READY, READY])

    printer.on_send = act
    told = iter([100, None, None])

    def odometer() -> int | None:
        return next(told, 101)

    printer.odometer = odometer  # type: ignore[method-assign]
    books, _ = await run(printer, labels())
    assert books.states == [JobState.PRINTED]


async def test_an_acknowledging_printer_needs_no_other_proof() -> None:
    printer = Scripted(Proof.ACKNOWLEDGES)
    books, _ = await run(printer, labels(2))
    assert books.states == [JobState.PRINTED] * 2
    assert [odometer for odometer, _ in books.claims[:2]] == [None, None]


async def test_a_file_that_took_nothing_is_tried_again() -> None:
    printer = Scripted(Proof.ACKNOWLEDGES)
    errors = deque([KnownError("device_write_failed", written=0)])

    def act(data: bytes) -> None:
        if errors:
            raise errors.popleft()

    printer.on_send = act
    books, _ = await run(printer, labels())
    assert books.states == [JobState.PRINTED]
    assert len(books.attempts) == 2


# What is never sent again.


@pytest.mark.parametrize("proof", [Proof.COUNTS, Proof.STATE_ONLY, Proof.BLIND, Proof.ACKNOWLEDGES])
@pytest.mark.parametrize("written", [None, 1, 7])
async def test_a_connection_cut_after_the_first_byte_is_uncertain(proof: Proof, written: int | None) -> None:
    printer = Scripted(proof)
    printer.on_send = raising(gone(written))
    books, _ = await run(printer, labels())
    assert (books.states, books.jobs[0].reason) == ([JobState.UNCERTAIN], "device_gone")
    assert len(printer.sent) == 1


async def test_a_connection_cut_before_the_first_byte_is_tried_again() -> None:
    printer = Scripted()
    cuts = deque([gone(0), gone(0)])

    def act(data: bytes) -> None:
        if cuts:
            raise cuts.popleft()
        printer.print_it(data)

    printer.on_send = act
    books, _ = await run(printer, labels())
    assert books.states == [JobState.PRINTED]
    assert len(books.attempts) == 3
    assert printer.opened == 3


async def test_a_printer_that_takes_nothing_is_not_tried_in_a_storm() -> None:
    printer = Scripted()
    printer.on_send = raising(gone(0))
    patient = Patience(poll=0.001, idle=0.02, reopen=0.05, proof=0.02, silence=0.02)

    async def meanwhile(books: Books, _spooler: Spooler) -> None:
        await until(lambda: len(books.attempts) > 0)
        await asyncio.sleep(0.02)

    books, _ = await run(printer, labels(), lambda books: True, patience=patient, meanwhile=meanwhile)
    assert len(books.attempts) == 1


async def test_a_connection_cut_while_the_proof_is_awaited_is_uncertain() -> None:
    printer = Scripted()
    printer.on_send = printer.then(BUSY, gone(None), READY, count=1)
    books, _ = await run(printer, labels())
    assert (books.states, books.jobs[0].reason) == ([JobState.UNCERTAIN], "device_gone")


async def test_a_printer_that_falls_silent_with_a_label_in_it_is_given_up_after_a_while() -> None:
    printer = Scripted()
    printer.on_send = printer.then(BUSY, SILENT)
    books, said = await run(printer, labels())
    assert (books.states, books.jobs[0].reason) == ([JobState.UNCERTAIN], "printer_silent")
    assert "silent" in said


async def test_silence_that_ends_in_time_costs_nothing() -> None:
    printer = Scripted()
    printer.on_send = printer.then(BUSY, SILENT, SILENT, READY, count=1)
    books, _ = await run(printer, labels())
    assert books.states == [JobState.PRINTED]


@pytest.mark.parametrize("state", [BUSY, PAPER_OUT, SILENT])
async def test_stopped_while_the_proof_is_awaited(state: PrinterStatus) -> None:
    printer = Scripted()
    printer.on_send = printer.then(state)
    patient = Patience(poll=0.001, silence=60, proof=60, farewell=0)
    books, _ = await run(printer, labels(2), lambda books: bool(printer.sent), patience=patient)
    assert (books.states[0], books.jobs[0].reason) == (JobState.UNCERTAIN, "stopped")
    # the next one is in the printer as well, if that was ready when the first had arrived
    assert (books.states[1], books.jobs[1].reason) in [(JobState.QUEUED, None), (JobState.UNCERTAIN, "stopped")]
    assert state is BUSY or books.states[1] is JobState.QUEUED


async def test_what_was_being_sent_when_the_program_died_is_not_sent_again() -> None:
    printer = Scripted()
    books = Books([Job(b"old", state=JobState.SENDING), Job(b"new")])
    await run(printer, books)
    assert books.states == [JobState.UNCERTAIN, JobState.PRINTED]
    assert printer.sent == [b"new"]


async def test_a_printer_that_has_counted_in_an_earlier_life_is_not_blind_when_it_is_silent() -> None:
    printer = Scripted(Proof.BLIND)
    printer.states.clear()
    printer.states.append(SILENT)
    books, said = await run(printer, Books(labels(), has_proven_before=True), lambda books: "silent" in books.notes)
    assert printer.sent == []
    assert books.states == [JobState.QUEUED]
    assert "silent" in said


class Turn:
    """A lease that somebody else has at first."""

    def __init__(self, *, free: bool) -> None:
        self.free, self.taken, self.given_back = free, False, 0

    def acquire(self) -> bool:
        self.taken = self.free
        return self.free

    def release(self) -> None:
        self.given_back += self.taken
        self.taken = False


async def test_nothing_is_sent_while_another_program_has_the_printer() -> None:
    printer, turn = Scripted(), Turn(free=False)

    async def wait_for_the_turn(books: Books, _spooler: Spooler) -> None:
        await until(lambda: "printer_in_use" in books.notes)
        assert (printer.opened, printer.sent) == (0, [])
        turn.free = True

    books, said = await run(printer, labels(), meanwhile=wait_for_the_turn, lease=turn)
    assert books.states == [JobState.PRINTED]
    assert "printer_in_use" in said
    assert not turn.taken


async def test_an_idle_spooler_lets_others_have_the_printer() -> None:
    printer, turn = Scripted(), Turn(free=True)
    quick = Patience(poll=0.001, idle=0.001)
    await run(printer, labels(), lambda _: turn.given_back > 0, patience=quick, lease=turn)
    assert len(printer.sent) == 1
    assert not printer.is_open


async def test_where_a_label_vanished_the_next_one_waits_until_it_can_no_longer_come_late() -> None:
    patient = Patience(poll=0.001, idle=0.02, reopen=0.001, proof=0.02, farewell=0, stray=60)
    printer = Scripted()
    printer.on_send = printer.then(READY)
    books, said = await run(printer, labels(2), lambda books: "late_label" in books.notes, patience=patient)
    assert (books.states, said[-1]) == ([JobState.UNCERTAIN, JobState.QUEUED], "late_label")

    async def comes_late(books: Books, spooler: Spooler) -> None:
        await until(lambda: "late_label" in books.notes)
        printer.counting = 101
        printer.on_send = printer.print_it

    printer = Scripted()
    printer.on_send = printer.then(READY)
    books, _ = await run(printer, labels(2), patience=patient, meanwhile=comes_late)
    assert books.states == [JobState.UNCERTAIN, JobState.PRINTED]
