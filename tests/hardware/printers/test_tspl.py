"""The TSPL driver as byte pairs: what it writes, what comes back, what it makes of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from app.domain.errors import KnownError
from hardware.printer import Condition, PrinterStatus, Progress, Proof
from hardware.printers.tspl import TsplPrinter
from hardware.printers.tspl_status import read_answers, status_of
from hardware.transports.memory import MemoryTransport

ASK = b"\x1b!?"
READY = PrinterStatus(Condition.READY, labels_remaining=0)
PRINTING = PrinterStatus(Condition.READY, labels_remaining=1)


class Bed:
    """A driver on a scripted transport; leftovers fail the test."""

    def __init__(self) -> None:
        self.transport = MemoryTransport()

    def __call__(self, *script: tuple[bytes, Sequence[bytes | None]], asks: bool = True) -> TsplPrinter:
        self.transport = MemoryTransport(script)
        printer = TsplPrinter(self.transport, asks=asks)
        printer.open()
        return printer


@pytest.fixture
def bed() -> Iterator[Bed]:
    made = Bed()
    yield made
    made.transport.finish()


@pytest.mark.parametrize(
    ("value", "condition", "reason"),
    [
        (0x00, Condition.READY, ""),
        (0x01, Condition.HEAD_OPEN, ""),
        (0x02, Condition.FAULT, "paper_jam"),
        (0x03, Condition.HEAD_OPEN, "paper_jam"),
        (0x04, Condition.PAPER_OUT, ""),
        (0x05, Condition.HEAD_OPEN, "paper_out"),
        (0x07, Condition.HEAD_OPEN, "paper_jam paper_out"),  # what some clones say of an open lid
        (0x08, Condition.RIBBON_OUT, ""),
        (0x09, Condition.HEAD_OPEN, "ribbon_out"),
        (0x0A, Condition.RIBBON_OUT, "paper_jam"),
        (0x0B, Condition.HEAD_OPEN, "paper_jam ribbon_out"),
        (0x0C, Condition.PAPER_OUT, "ribbon_out"),
        (0x0D, Condition.HEAD_OPEN, "paper_out ribbon_out"),
        (0x10, Condition.PAUSED, ""),
        (0x20, Condition.READY, ""),
        (0x80, Condition.FAULT, "other_error"),
        (0xBF, Condition.HEAD_OPEN, "paper_jam other_error paper_out ribbon_out paused"),
    ],
)
def test_the_byte_table(value: int, condition: Condition, reason: str) -> None:
    assert status_of(value) == PrinterStatus(condition, labels_remaining=int(bool(value & 0x20)), reason=reason)
    assert not status_of(value).idle  # it does not tell its buffer


@pytest.mark.parametrize(
    ("said", "asked", "answers"),
    [
        (b"", 1, []),
        (b"\x00", 1, [0]),
        (b"\x20\x00", 2, [0x20, 0]),
        (b"00", 1, [0]),
        (b"0A\r\n", 1, [0x0A]),
        (b"\r\n80\r\n", 1, [0x80]),
        (b"0", 1, [0x30]),  # paused while printing
        (b"00", 2, [0x30, 0x30]),
        (b"0020", 2, [0, 0x20]),
        (b"00\r\n20\r\n", 2, [0, 0x20]),
        (b"00 20", 2, [0, 0x20]),
        (b"\xff@\x04TWIN", 1, [0x04]),  # bit 6 is no answer's
        (b"0@", 1, [0x30]),
        (b"40", 1, []),  # nor in hex
    ],
)
def test_plain_and_hex_answers_are_told_apart(said: bytes, asked: int, answers: list[int]) -> None:
    assert read_answers(said, asked) == answers


@pytest.mark.parametrize(
    ("replies", "status"),
    [
        ([b"\x00"], READY),
        ([b"\x20"], PRINTING),
        ([b"00"], READY),
        ([b"0", b"0"], READY),
        ([b"0", b"4", b"\r", b"\n"], PrinterStatus(Condition.PAPER_OUT, labels_remaining=0)),
        ([b"0", b""], PrinterStatus(Condition.PAUSED, labels_remaining=1)),
        ([b"\xff\x7f", b"\x04"], PrinterStatus(Condition.PAPER_OUT, labels_remaining=0)),
        ([], PrinterStatus(Condition.SILENT, reason="no_answer")),
        ([b"\xff"], PrinterStatus(Condition.SILENT, reason="no_answer")),
    ],
)
def test_status(bed: Bed, replies: list[bytes], status: PrinterStatus) -> None:
    printer = bed((ASK, replies))
    assert printer.progress() == Progress(status)
    assert printer.proof is (Proof.BLIND if status.condition is Condition.SILENT else Proof.STATE_ONLY)


def test_what_was_said_before_the_question_answers_nothing(bed: Bed) -> None:
    printer = bed((ASK, [b"\x00"]))
    bed.transport.inject(b"\x04", b"\x04")
    assert printer.status() == READY


def test_a_late_answer_is_never_taken_for_the_new_one(bed: Bed) -> None:
    printer = bed((ASK, []), (ASK * 2, [b"\x04", b"\x20\x00"]), (ASK, [b"\x20"]))
    assert printer.status().condition is Condition.SILENT
    assert printer.status() == READY  # the last of three, of which one was late
    assert printer.status() == PRINTING


def test_fewer_answers_than_questions_are_all_late(bed: Bed) -> None:
    printer = bed((ASK, []), (ASK * 2, [b"\x04"]), (ASK * 3, [b"\x00\x00\x01"]))
    printer.status()
    assert printer.status().condition is Condition.SILENT
    assert printer.status().condition is Condition.HEAD_OPEN


def test_a_late_answer_that_came_meanwhile_is_thrown_away(bed: Bed) -> None:
    printer = bed((ASK, []), (ASK, [b"\x20"]))
    printer.status()
    bed.transport.inject(b"\x04")
    assert printer.status() == PRINTING


def test_late_answers_in_hex(bed: Bed) -> None:
    printer = bed((ASK, []), (ASK * 2, [b"04", b"2000"]), (ASK, [b"20"]))
    printer.status()
    assert printer.status() == READY
    assert printer.status() == PRINTING


def test_a_long_silence_is_listened_to_and_then_forgotten(bed: Bed, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("hardware.printers.conversation.time.monotonic", lambda: now)
    printer = bed((ASK, []), (ASK * 2, []), (ASK * 4, []), (ASK, [b"\x00"]), (ASK, [b"\x01"]))
    for _ in range(6):
        assert printer.status().condition is Condition.SILENT  # after the third nothing is asked
    now += 7
    assert printer.status() == READY
    assert printer.status().condition is Condition.HEAD_OPEN


def test_a_blind_printer_is_never_asked(bed: Bed) -> None:
    printer = bed((b"CLS\r\nPRINT 1\r\n", []), asks=False)
    assert printer.probe() is Proof.BLIND
    assert printer.status() == PrinterStatus(Condition.SILENT, reason="not_asked")
    printer.send(b"CLS\r\nPRINT 1\r\n", 1.0)


def test_a_lost_connection_is_no_silence(bed: Bed) -> None:
    printer = bed((ASK, [None]))
    with pytest.raises(KnownError) as lost:
        printer.status()
    assert lost.value.code == "device_gone"


def test_a_printer_that_takes_no_question_is_silent() -> None:
    class Stuck(MemoryTransport):
        def write(self, data: bytes, timeout: float) -> None:
            raise KnownError("device_write_failed", url=self.url, reason="timeout", written=0)

    printer = TsplPrinter(Stuck())
    printer.open()
    assert printer.probe() is Proof.BLIND


def test_a_new_connection_forgets_what_the_old_one_showed(bed: Bed) -> None:
    printer = bed((ASK, [b"\x00"]), (ASK, []), (ASK, [b"\x00"]))
    assert printer.probe() is Proof.STATE_ONLY
    printer.status()
    printer.close()
    printer.open()
    assert printer.proof is Proof.BLIND
    assert printer.status() == READY  # asked once: what the old connection owed is of no use
