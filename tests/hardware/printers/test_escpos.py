"""The ESC/POS driver as byte pairs: what it writes, what comes back, what it makes of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from app.domain.errors import KnownError
from hardware.printer import Condition, PrinterStatus, Proof
from hardware.printers.escpos import EscposPrinter
from hardware.printers.escpos_status import answer_process_id, ask_process_id, ask_status, process_id
from hardware.transports.memory import MemoryTransport

EOT1, EOT2, EOT3, EOT4 = (ask_status(number) for number in (1, 2, 3, 4))
ALL = EOT1 + EOT2 + EOT3 + EOT4
OK = b"\x12"
READY = b"\x12\x12\x12\x12"
AUTOMATIC = b"\x14\x00\x00\x0f"
JOB = b"\x1b@Label\n\x1dV\x00"
Step = tuple[bytes, Sequence[bytes | None]]


def asked(number: int) -> bytes:
    return ask_process_id(process_id(number))


def done(number: int) -> bytes:
    return answer_process_id(process_id(number))


SPEAKS: list[Step] = [(EOT1, [OK]), (EOT2, [OK]), (EOT3, [OK]), (EOT4, [OK])]
ACKNOWLEDGES: list[Step] = [*SPEAKS, (asked(1), [done(1)])]


class Bed:
    """A driver on a scripted transport whose ids begin at 1; leftovers fail the test."""

    def __init__(self) -> None:
        self.transport = MemoryTransport()

    def __call__(self, *script: Step, asks: bool = True, asks_ids: bool = True) -> EscposPrinter:
        self.transport = MemoryTransport(script)
        printer = EscposPrinter(self.transport, asks=asks, asks_ids=asks_ids)
        printer.open()
        return printer


@pytest.fixture
def bed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bed]:
    monkeypatch.setattr("hardware.printers.escpos.random.randrange", lambda end: 0)
    made = Bed()
    yield made
    made.transport.finish()


@pytest.mark.parametrize(
    ("script", "proof"),
    [
        (ACKNOWLEDGES, Proof.ACKNOWLEDGES),
        ([*SPEAKS, (asked(1), [done(1)[:3], done(1)[3:]])], Proof.ACKNOWLEDGES),
        ([*SPEAKS, (asked(1), [AUTOMATIC + done(1)])], Proof.ACKNOWLEDGES),
        ([*SPEAKS, (asked(1), [done(7)])], Proof.STATE_ONLY),
        ([*SPEAKS, (asked(1), [])], Proof.STATE_ONLY),
        ([(EOT1, []), (asked(1), [done(1)])], Proof.ACKNOWLEDGES),
        ([(EOT1, []), (asked(1), [])], Proof.BLIND),
    ],
)
def test_probe_tells_the_class(bed: Bed, script: list[Step], proof: Proof) -> None:
    printer = bed(*script)
    assert printer.probe() is proof
    assert printer.proof is proof


def test_jobs_are_acknowledged_in_their_order(bed: Bed) -> None:
    printer = bed(
        *ACKNOWLEDGES,
        (JOB + asked(2), []),
        (ALL, [READY]),
        (JOB + asked(3), [done(2)]),
        (ALL, [OK + AUTOMATIC, OK + done(3), b"\x12\x12"]),
    )
    printer.probe()
    printer.send(JOB, 1.0)
    progress = printer.progress()
    assert (progress.acknowledged, progress.status.formats_in_buffer) == (0, 1)
    assert not progress.status.idle
    printer.send(JOB, 1.0)
    progress = printer.progress()
    assert progress.acknowledged == 2
    assert progress.status == PrinterStatus(Condition.READY, 0, 0)
    assert progress.status.idle


def test_an_acknowledgement_that_was_lost_is_not_made_up_by_a_later_one(bed: Bed) -> None:
    """Printer off and on over a serial line: the first job is gone, the second is out."""
    printer = bed(*ACKNOWLEDGES, (JOB + asked(2), []), (JOB + asked(3), [done(3)]), (ALL, [READY]))
    printer.probe()
    printer.send(JOB, 1.0)
    printer.send(JOB, 1.0)
    progress = printer.progress()
    assert progress.acknowledged == 0
    assert not progress.status.idle


def test_an_acknowledgement_counts_once(bed: Bed) -> None:
    printer = bed(*ACKNOWLEDGES, (JOB + asked(2), [done(2) + done(2)]), (ALL, [READY]))
    printer.probe()
    printer.send(JOB, 1.0)
    assert printer.progress().acknowledged == 1


def test_an_answer_to_an_earlier_connection_means_nothing(bed: Bed, monkeypatch: pytest.MonkeyPatch) -> None:
    printer = bed(*ACKNOWLEDGES, (JOB + asked(2), []), (EOT1, [OK]), (EOT2, [OK]), (EOT3, [OK]), (EOT4, [OK]),
                  (asked(1001), [done(2), done(1001)]), (JOB + asked(1002), [done(2)]), (ALL, [READY]))  # fmt: skip
    printer.probe()
    printer.send(JOB, 1.0)
    printer.close()
    monkeypatch.setattr("hardware.printers.escpos.random.randrange", lambda end: 1000)
    printer.open()
    assert printer.probe() is Proof.ACKNOWLEDGES
    printer.send(JOB, 1.0)
    assert printer.progress().acknowledged == 0


def test_the_class_rises_when_the_first_id_comes_back(bed: Bed) -> None:
    printer = bed(*SPEAKS, (asked(1), []), (ALL, [b"\x1a\x32\x12\x72"]), (ALL, [done(1) + READY]), (JOB + asked(2), []))
    assert printer.probe() is Proof.STATE_ONLY
    assert printer.status().condition is Condition.PAPER_OUT
    assert printer.status().condition is Condition.READY
    assert printer.proof is Proof.ACKNOWLEDGES
    printer.send(JOB, 1.0)


def test_a_job_without_an_id_of_its_own_is_never_acknowledged(bed: Bed) -> None:
    steps: list[Step] = [(JOB, [done(1)]), (ALL, [READY]), (JOB + asked(2), [done(2)]), (ALL, [READY])]
    printer = bed(*SPEAKS, (asked(1), []), *steps)
    printer.probe()
    printer.send(JOB, 1.0)
    assert printer.progress().acknowledged == 0
    printer.send(JOB, 1.0)
    assert printer.progress().acknowledged == 0


def test_ids_are_not_sent_to_a_printer_that_would_print_them(bed: Bed) -> None:
    printer = bed(*SPEAKS, (JOB, []), (ALL, [READY]), asks_ids=False)
    assert printer.probe() is Proof.STATE_ONLY
    printer.send(JOB, 1.0)
    assert printer.progress().acknowledged == 0


def test_a_blind_printer_is_never_asked(bed: Bed) -> None:
    printer = bed((JOB, []), asks=False)
    assert printer.probe() is Proof.BLIND
    assert printer.progress().status == PrinterStatus(Condition.SILENT, reason="not_asked")
    printer.send(JOB, 1.0)


@pytest.mark.parametrize(
    ("replies", "condition", "reason"),
    [
        (b"\x12\x12\x12\x12", Condition.READY, ""),
        (b"\x16\x12\x12\x12", Condition.READY, ""),  # the drawer's pin
        (b"\x1a\x16\x12\x12", Condition.HEAD_OPEN, ""),
        (b"\x1a\x32\x12\x12", Condition.PAPER_OUT, ""),
        (b"\x1a\x12\x12\x72", Condition.PAPER_OUT, ""),
        (b"\x12\x12\x12\x1e", Condition.READY, "paper_near_end"),
        (b"\x1a\x52\x1a\x12", Condition.FAULT, "cutter"),
        (b"\x1a\x52\x32\x12", Condition.FAULT, "unrecoverable"),
        (b"\x1a\x52\x52\x12", Condition.FAULT, "recovering"),
        (b"\x1a\x52\x12\x12", Condition.FAULT, "other_error"),
        (b"\x1a\x12\x12\x12", Condition.FAULT, "offline"),
        (b"\x1a\x36\x1a\x1e", Condition.HEAD_OPEN, "cutter paper_near_end paper_out"),
    ],
)
def test_the_byte_tables(bed: Bed, replies: bytes, condition: Condition, reason: str) -> None:
    printer = bed(*[(ask, [replies[at : at + 1]]) for at, ask in enumerate((EOT1, EOT2, EOT3, EOT4))], (ALL, [replies]))
    expected = PrinterStatus(condition, reason=reason)
    assert printer.status() == expected  # asked one by one
    assert printer.status() == expected  # and in one go


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_split_and_garbled_replies(bed: Bed, cut: int) -> None:
    reply = b"\x1a\x32\x12\x72"
    printer = bed(*SPEAKS, (ALL, [b"\xff\x00", reply[:cut], AUTOMATIC, reply[cut:]]))
    printer.status()
    assert printer.status().condition is Condition.PAPER_OUT


def test_a_printer_that_answers_only_some_questions(bed: Bed) -> None:
    printer = bed((EOT1, [OK]), (EOT2, []), (EOT3, [OK]), (EOT4, [OK]), (EOT1 + EOT3 + EOT4, [b"\x12\x12\x72"]))
    assert printer.status().condition is Condition.READY
    assert printer.status().condition is Condition.PAPER_OUT


def test_what_was_said_before_the_question_answers_nothing(bed: Bed) -> None:
    printer = bed(*SPEAKS, (ALL, [READY]))
    printer.status()
    bed.transport.inject(b"\x1a\x32", b"\x12\x72")
    assert printer.status().condition is Condition.READY


def test_while_replies_may_still_come_nothing_is_asked(bed: Bed) -> None:
    late = b"\x1a\x32\x12\x72"
    printer = bed(*SPEAKS, (ALL, [late[:2]]), (ALL, [READY]))
    printer.status()
    assert printer.status().condition is Condition.SILENT
    assert printer.status().condition is Condition.SILENT
    bed.transport.inject(late[2:3])
    assert printer.status().condition is Condition.SILENT
    bed.transport.inject(late[3:])
    assert printer.status() == PrinterStatus(Condition.READY)


def test_replies_that_never_come_are_given_up(bed: Bed, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("hardware.printers.conversation.time.monotonic", lambda: now)
    printer = bed(*SPEAKS, (ALL, [OK]), (ALL, [READY]))
    printer.status()
    for _ in range(3):
        assert printer.status().condition is Condition.SILENT
        now += 1.9
    assert printer.status().condition is Condition.SILENT
    now += 1.9
    assert printer.status() == PrinterStatus(Condition.READY)


def test_a_question_inside_a_picture_is_answered_too(bed: Bed) -> None:
    """Those bytes stand in the raster by chance; the printer sends a status byte that nobody asked for."""
    picture = b"\x1dv0\x00\x04\x00\x01\x00\x10\x04\x01\x00"
    printer = bed(*SPEAKS, (picture, [b"", b"\x1a"]), (ALL, [READY]), asks_ids=False)
    printer.probe()
    printer.send(picture, 1.0)
    assert printer.status() == PrinterStatus(Condition.READY)


def test_silence_is_an_answer(bed: Bed) -> None:
    printer = bed(*SPEAKS, (ALL, []))
    printer.status()
    assert printer.status() == PrinterStatus(Condition.SILENT, reason="no_answer")
    assert printer.proof is Proof.STATE_ONLY


def test_a_lost_connection_is_no_silence(bed: Bed) -> None:
    printer = bed(*SPEAKS, (ALL, [b"\x12", None]))
    printer.status()
    with pytest.raises(KnownError) as lost:
        printer.status()
    assert lost.value.code == "device_gone"
