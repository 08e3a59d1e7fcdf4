"""The ZPL driver as byte pairs: what it writes, what comes back, what it makes of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from app.domain.errors import KnownError
from hardware.printer import Condition, PrinterStatus, Progress, Proof
from hardware.printers.zpl import ZplPrinter
from hardware.printers.zpl_formats import ASK_STORED, StoredFormat, cut, write_stored
from hardware.printers.zpl_status import HostErrors, HostStatus, write_errors, write_status
from hardware.transports.memory import MemoryTransport

HS, HQES = b"~HS", b"~HQES"
ODOMETER = b'! U1 getvar "odometer.total_label_count"\r\n'
IDLE = HostStatus(
    paper_out=False, paused=False, label_length=1218, formats_in_buffer=0, buffer_full=False, partial_format=False,
    under_temperature=False, over_temperature=False, head_open=False, ribbon_out=False, label_waiting=False,
    labels_remaining=0,
)  # fmt: skip
READY = PrinterStatus(Condition.READY, 0, 0)
Script = Sequence[tuple[bytes, Sequence[bytes | None]]]


def says(**changed: Any) -> bytes:
    return write_status(dataclasses.replace(IDLE, **changed))


def errors(bits: int, warnings: int = 0) -> bytes:
    return write_errors(HostErrors(bits, warnings, False))


class Bed:
    """A driver on a scripted transport; leftovers fail the test."""

    def __init__(self) -> None:
        self.transport = MemoryTransport()

    def __call__(self, *script: tuple[bytes, Sequence[bytes | None]], asks: bool = True) -> ZplPrinter:
        self.transport = MemoryTransport(script)
        printer = ZplPrinter(self.transport, asks=asks)
        printer.open()
        return printer


@pytest.fixture
def bed() -> Iterator[Bed]:
    made = Bed()
    yield made
    made.transport.finish()


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({}, READY),
        ({"paper_out": 1}, PrinterStatus(Condition.PAPER_OUT, 0, 0)),
        ({"ribbon_out": 1}, PrinterStatus(Condition.RIBBON_OUT, 0, 0)),
        ({"head_open": 1}, PrinterStatus(Condition.HEAD_OPEN, 0, 0)),
        ({"paused": 1}, PrinterStatus(Condition.PAUSED, 0, 0)),
        ({"buffer_full": 1, "formats_in_buffer": 9}, PrinterStatus(Condition.BUFFER_FULL, 9, 0)),
        ({"over_temperature": 1}, PrinterStatus(Condition.OVERHEATED, 0, 0)),
        ({"under_temperature": 1}, PrinterStatus(Condition.FAULT, 0, 0, "under_temperature")),
        ({"label_waiting": 1}, PrinterStatus(Condition.LABEL_WAITING, 0, 0)),
        ({"partial_format": 1}, PrinterStatus(Condition.READY, 1, 0)),
        ({"formats_in_buffer": 2, "labels_remaining": 3}, PrinterStatus(Condition.READY, 2, 3)),
        ({"paper_out": 1, "head_open": 1, "paused": 1}, PrinterStatus(Condition.HEAD_OPEN, 0, 0, "paper_out paused")),
    ],
)
def test_status(bed: Bed, changed: dict[str, int], status: PrinterStatus) -> None:
    assert bed((HS, [says(**changed)])).status() == status


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        (errors(0x1), PrinterStatus(Condition.PAPER_OUT)),
        (errors(0x2), PrinterStatus(Condition.RIBBON_OUT)),
        (errors(0x4), PrinterStatus(Condition.HEAD_OPEN)),
        (errors(0x8), PrinterStatus(Condition.FAULT, reason="cutter")),
        (errors(0x10), PrinterStatus(Condition.OVERHEATED)),
        (errors(0x20), PrinterStatus(Condition.FAULT, reason="motor")),
        (errors(0x40), PrinterStatus(Condition.FAULT, reason="head_element")),
        (errors(0x10000), PrinterStatus(Condition.PAUSED)),
        (errors(0x80), PrinterStatus(Condition.FAULT, reason="bit_80")),
        (errors(0x10005), PrinterStatus(Condition.HEAD_OPEN, reason="paper_out paused")),
        (errors(0x1, 0x2), PrinterStatus(Condition.PAPER_OUT, reason="clean_head")),
        (errors(0), PrinterStatus(Condition.READY, reason="no_host_status")),
        (errors(0, 0x8), PrinterStatus(Condition.READY, reason="paper_near_end no_host_status")),
        (
            errors(0).replace(b"ERRORS:         0 00000000", b"ERRORS:         1 00000400"),
            PrinterStatus(Condition.FAULT, reason="other_error"),
        ),
    ],
)
def test_a_printer_that_is_mute_while_it_is_faulty_is_asked_for_its_errors(
    bed: Bed, reply: bytes, status: PrinterStatus
) -> None:
    printer = bed((HS, []), (HQES, [reply]))
    assert printer.status() == status
    assert not status.idle  # it has not told its buffer
    assert printer.proof is Proof.STATE_ONLY


def test_silence_is_an_answer(bed: Bed) -> None:
    printer = bed((HS, []), (HQES, []))
    assert printer.status() == PrinterStatus(Condition.SILENT, reason="no_answer")
    assert printer.proof is Proof.BLIND


@pytest.mark.parametrize("size", [1, 2, 7, 50])
def test_split_replies(bed: Bed, size: int) -> None:
    reply = says(formats_in_buffer=1)
    printer = bed((HS, [reply[i : i + size] for i in range(0, len(reply), size)]), (ODOMETER, [b'"1', b'7"']))
    assert printer.status().formats_in_buffer == 1
    assert printer.odometer() == 17


def test_garbage_around_replies(bed: Bed) -> None:
    printer = bed((HS, [b"\x00\xff", b"\x02ALERT\x03" + says()]), (ODOMETER, [b'\r\n"17"\r\n']))
    bed.transport.inject(says(paper_out=1), b"noise")  # said before the question: it does not answer it
    assert printer.status() == READY
    assert printer.odometer() == 17


def test_a_reply_that_breaks_off_is_silence_and_its_rest_answers_nothing(bed: Bed) -> None:
    stale, fresh = says(formats_in_buffer=5), says()
    printer = bed((HS, [stale[:60]]), (HQES, []), (HS + HS, [stale[60:], fresh, fresh]), (HS, [fresh]))
    assert printer.status().condition is Condition.SILENT
    assert printer.status() == READY
    assert printer.status() == READY


def test_a_late_reply_that_came_meanwhile_is_thrown_away(bed: Bed) -> None:
    printer = bed((HS, []), (HQES, [errors(0)]), (HS, [says(formats_in_buffer=2)]))
    printer.status()
    bed.transport.inject(says())
    assert printer.status().formats_in_buffer == 2


def test_a_late_reply_is_never_taken_for_the_new_one(bed: Bed) -> None:
    late, now = says(), says(formats_in_buffer=2)
    printer = bed((HS, []), (HQES, [errors(0)]), (HS + HS, [late + now, now]), (HS, [says(labels_remaining=1)]))
    printer.status()
    assert printer.status().formats_in_buffer == 2
    assert printer.status().labels_remaining == 1  # the second answer of the pair does not answer this question


def test_the_rest_of_a_burst_is_waited_for(bed: Bed) -> None:
    late, now = says(), says(formats_in_buffer=2)

    class Slow(MemoryTransport):
        """Its answer to the second of two questions takes 50 ms more: who asks again before gets it first."""

        last = b""

        def read(self, timeout: float) -> bytes:
            got = super().read(timeout)
            if not got and timeout >= 0.05:
                got, self.last = self.last, b""
            return got

        def write(self, data: bytes, timeout: float) -> None:
            if self.last:
                self.inject(self.last)
            self.last = now if data == HS + HS else b""
            super().write(data, timeout)

    transport = Slow([(HS, []), (HQES, []), (HS + HS, [late, now]), (HS, [says(labels_remaining=1)])])
    printer = ZplPrinter(transport)
    printer.open()
    printer.status()
    assert printer.status().formats_in_buffer == 2
    assert printer.status().labels_remaining == 1


def test_a_late_count_is_never_taken_for_the_new_one(bed: Bed) -> None:
    printer = bed((ODOMETER, []), (ODOMETER * 2, [b'"17"', b'"18""18"']), (ODOMETER, [b'"19"']))
    assert printer.odometer() is None
    assert printer.odometer() == 18
    assert printer.odometer() == 19


def test_after_a_lost_reply_the_newest_answer_counts(bed: Bed) -> None:
    printer = bed((HS, []), (HQES, []), (HS + HS, [says(), says(formats_in_buffer=1)]), (HS, [says()]))
    printer.status()
    assert printer.status().formats_in_buffer == 1
    assert printer.status() == READY


def test_a_long_silence_is_listened_to_and_then_forgotten(bed: Bed, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("hardware.printers.conversation.time.monotonic", lambda: now)
    script: list[tuple[bytes, Sequence[bytes | None]]] = []
    for times in (1, 2, 4, 0, 0, 1):  # ~HS; ~HQES is answered each time
        script += [(HS * times, [])] if times else []
        script += [(HQES, [errors(0x1)])]
    printer = bed(*script, (HS * 2, [says()] * 2), (HS, [says()]))
    for _ in range(5):
        assert printer.status().condition is Condition.PAPER_OUT
    now += 7
    assert printer.status().condition is Condition.PAPER_OUT
    assert printer.status() == READY
    assert printer.status() == READY


def test_an_endless_chatter_is_silence() -> None:
    class Chatter(MemoryTransport):
        def write(self, data: bytes, timeout: float) -> None:
            self.inject(b"noise")

        def read(self, timeout: float) -> bytes:
            return b"noise"

    printer = ZplPrinter(Chatter(), silence=0.01)
    printer.open()
    assert printer.status().condition is Condition.SILENT


def test_a_printer_that_takes_no_question_is_silent() -> None:
    class Stuck(MemoryTransport):
        def write(self, data: bytes, timeout: float) -> None:
            raise KnownError("device_write_failed", url=self.url, reason="timeout", written=0)

    printer = ZplPrinter(Stuck())
    printer.open()
    assert printer.status().condition is Condition.SILENT
    assert printer.odometer() is None


@pytest.mark.parametrize("replies", [[None], [b"\x02030,0", None]])
def test_a_lost_connection_is_no_silence(bed: Bed, replies: list[bytes | None]) -> None:
    printer = bed((HS, replies))
    with pytest.raises(KnownError) as lost:
        printer.status()
    assert lost.value.code == "device_gone"
    with pytest.raises(KnownError) as lost:
        printer.send(b"^XA^XZ", 1.0)
    assert lost.value.code == "device_not_open"


@pytest.mark.parametrize(
    ("script", "proof"),
    [
        ([(HS, [says()]), (ODOMETER, [b'"1234"'])], Proof.COUNTS),
        ([(HS, [says(paper_out=1)]), (ODOMETER, [b'"0"'])], Proof.COUNTS),
        ([(HS, [says()]), (ODOMETER, [b'"?"'])], Proof.STATE_ONLY),
        ([(HS, [says()]), (ODOMETER, [])], Proof.STATE_ONLY),
        ([(HS, []), (HQES, [errors(0)]), (ODOMETER, [])], Proof.STATE_ONLY),
        # without its buffer told, a count proves nothing
        ([(HS, []), (HQES, []), (ODOMETER, [b'"1234"'])], Proof.STATE_ONLY),
        ([(HS, []), (HQES, []), (ODOMETER, [])], Proof.BLIND),
    ],
)
def test_probe_tells_the_class(bed: Bed, script: Script, proof: Proof) -> None:
    printer = bed(*script)
    assert printer.probe() is proof
    assert printer.proof is proof


def test_a_blind_printer_is_never_asked(bed: Bed) -> None:
    printer = bed((b"^XA^XZ", []), asks=False)
    assert printer.probe() is Proof.BLIND
    assert printer.status() == PrinterStatus(Condition.SILENT, reason="not_asked")
    assert printer.odometer() is None
    printer.send(b"^XA^XZ", 1.0)


def test_a_class_rises_when_the_fault_is_mended(bed: Bed) -> None:
    printer = bed((HS, []), (HQES, [errors(0x4)]), (ODOMETER, [b'"7"']), (HS + HS, [says(), says()]))
    assert printer.probe() is Proof.STATE_ONLY
    assert printer.status() == READY
    assert printer.proof is Proof.COUNTS


def test_an_unknown_odometer_is_not_asked_for_again_until_the_next_connection(bed: Bed) -> None:
    printer = bed((ODOMETER, [b'"?"']), (ODOMETER, [b'"5"']))
    assert printer.odometer() is None
    assert printer.odometer() is None
    printer.close()
    printer.open()
    assert printer.odometer() == 5


def test_a_new_connection_forgets_what_the_old_one_showed(bed: Bed) -> None:
    printer = bed((HS, [says()]), (ODOMETER, [b'"5"']))
    assert printer.probe() is Proof.COUNTS
    printer.close()
    printer.open()
    assert printer.proof is Proof.BLIND


def test_progress_is_state_and_count_of_one_moment(bed: Bed) -> None:
    printer = bed((HS, [says()]), (ODOMETER, [b'"17"']), (HS, [says()]))
    assert printer.progress() == Progress(READY, odometer=17)


def test_a_count_that_may_be_of_another_moment_is_asked_again(bed: Bed) -> None:
    before, after = says(labels_remaining=1), says()
    printer = bed((HS, [before]), (ODOMETER, [b'"17"']), (HS, [after]), (ODOMETER, [b'"18"']), (HS, [after]))
    assert printer.progress() == Progress(READY, odometer=18)


def test_a_count_of_a_printer_that_never_holds_still_is_not_told(bed: Bed) -> None:
    steps: list[tuple[bytes, Sequence[bytes | None]]] = [(HS, [says(formats_in_buffer=9)])]
    for left in (8, 7, 6):
        steps += [(ODOMETER, [b'"17"']), (HS, [says(formats_in_buffer=left)])]
    progress = bed(*steps).progress()
    assert (progress.odometer, progress.status.formats_in_buffer) == (None, 6)


@pytest.mark.parametrize(
    ("script", "condition"),
    [
        ([(HS, []), (HQES, [errors(0x1)])], Condition.PAPER_OUT),
        ([(HS, []), (HQES, [])], Condition.SILENT),
        ([(HS, [says()]), (ODOMETER, [])], Condition.READY),
        ([(HS, [says()]), (ODOMETER, [b'"?"'])], Condition.READY),
        ([(HS, [says()]), (ODOMETER, [b'"17"']), (HS, []), (HQES, [errors(0x4)])], Condition.HEAD_OPEN),
    ],
)
def test_progress_without_a_count(bed: Bed, script: Script, condition: Condition) -> None:
    progress = bed(*script).progress()
    assert (progress.status.condition, progress.odometer, progress.acknowledged) == (condition, None, 0)


def test_alerts_in_between_answer_nothing(bed: Bed) -> None:
    """What ^SX makes a printer say unasked, at any place."""
    alert = b"\r\nERROR CONDITION: PAPER OUT [J]\r\n\x02PQ JOB COMPLETED [K]\x03\r\n"
    lines = says(formats_in_buffer=1).split(b"\r\n")
    mixed = [alert, lines[0], b"\r\nMEDIA LOW [L]\r\n", b"\r\n".join(lines[1:]), alert]
    printer = bed((HS, mixed), (ODOMETER, [alert, b'"17"', alert]), (HS, [alert + says(formats_in_buffer=1)]))
    progress = printer.progress()
    assert (progress.odometer, progress.status.formats_in_buffer) == (17, 1)


def test_an_alert_between_the_lines_that_has_a_frame_of_its_own_is_silence(bed: Bed) -> None:
    """Three frames must follow each other: anything else could be of two answers."""
    lines = says().split(b"\r\n")
    broken = lines[0] + b"\x02ALERT\x03" + b"".join(lines[1:])
    printer = bed((HS, [broken]), (HQES, [errors(0)]), (HS + HS, [says(), says()]))
    assert printer.status().reason == "no_host_status"
    assert printer.status() == READY


def test_half_a_label_of_an_earlier_connection_is_ended_first() -> None:
    transport = MemoryTransport([(b"^XZ", []), (HS, [says()])])
    printer = ZplPrinter(transport, lasting=True)
    printer.open()
    assert printer.status() == READY
    transport.finish()


# what repeats is stored once; see `zpl_formats`

_RULES = b"".join(b"^FO%d,260^GB757,4,4^FS\n" % x for x in range(30))
LABELS = [
    b"^XA^CI28^JZY^PW812^LL1219^LH0,0^PON^LRN^FWN\n" + _RULES + b"^FX-^FS\n^FO44,10^A0N,44,44^FDA-%d^FS\n^PQ1^XZ\n" % n
    for n in range(9)
]


def _format() -> StoredFormat:
    one = cut(LABELS[0])
    assert one is not None
    return StoredFormat(one.fixed, one.places)


FORMAT = _format()
LISTED: tuple[bytes, list[bytes]] = (ASK_STORED, [write_stored([FORMAT.name + b".ZPL"])])
ASKED = ((HS, [says()]), (ODOMETER, [b'"1"']), (HS, [says()]))
FIRST: Script = (*ASKED, (LABELS[0], []))


def called(number: int) -> bytes:
    label = cut(LABELS[number])
    assert label is not None
    return FORMAT.call(label)


def _send(printer: ZplPrinter, *numbers: int) -> None:
    for number in numbers:
        printer.progress()
        printer.send(LABELS[number], 1.0)


def test_a_printer_that_counts_stores_what_repeats(bed: Bed) -> None:
    printer = bed(*FIRST, *ASKED, (FORMAT.store, []), LISTED, (called(1), []), *ASKED, (called(2), []))
    _send(printer, 0, 1, 2)


def test_after_a_reconnect_everything_is_sent_again(bed: Bed) -> None:
    second: Script = (*ASKED, (FORMAT.store, []), LISTED, (called(1), []))
    printer = bed(*FIRST, *second, *FIRST, *second)
    _send(printer, 0, 1)
    printer.open()
    _send(printer, 0, 1)


@pytest.mark.parametrize("answer", [[], [write_stored([])], [write_stored([b"PBAAAAAA.ZPL"])]])
def test_a_printer_that_does_not_list_the_format_gets_whole_labels(bed: Bed, answer: list[bytes]) -> None:
    tried: Script = [(FORMAT.store, []), (ASK_STORED, answer)]
    again: Script = ((FORMAT.store, []), (ASK_STORED * 2, [*answer, *answer])) if not answer else tried
    printer = bed(
        *FIRST, *ASKED, *tried, (LABELS[1], []), *ASKED, *again, (LABELS[2], []), *ASKED, (LABELS[3], [])
    )
    _send(printer, 0, 1, 2, 3)


def test_formats_of_an_earlier_connection_are_deleted(bed: Bed) -> None:
    old = write_stored([b"PBAAAAAA.ZPL", FORMAT.name + b".ZPL", b"LOGO.ZPL"])
    deleting: tuple[bytes, list[bytes]] = (b"^XA^IDR:PBAAAAAA.ZPL^FS^XZ\n", [])
    printer = bed(*FIRST, *ASKED, (FORMAT.store, []), (ASK_STORED, [old]), deleting, (called(1), []))
    _send(printer, 0, 1)


def test_a_question_without_an_answer_makes_what_was_stored_doubtful(bed: Bed) -> None:
    printer = bed(
        *FIRST, *ASKED, (FORMAT.store, []), LISTED, (called(1), []),
        (HS, []), (HQES, [errors(0)]),  # switched off and on meanwhile, maybe
        (HS * 2, [says(), says()]), *ASKED[1:], (FORMAT.store, []), LISTED, (called(2), []),
    )  # fmt: skip
    _send(printer, 0, 1)
    printer.status()
    _send(printer, 2)


def test_a_printer_that_was_not_asked_for_long_may_have_been_switched_off(
    bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    printer = bed(
        *FIRST, *ASKED, (FORMAT.store, []), LISTED, (called(1), []), (FORMAT.store, []), LISTED, (called(2), [])
    )
    _send(printer, 0, 1)
    monkeypatch.setattr("hardware.printers.zpl._BOOT_SILENCES", -1)
    printer.send(LABELS[2], 1.0)


def test_storing_can_be_switched_off() -> None:
    transport = MemoryTransport([*FIRST, *ASKED, (LABELS[1], []), *ASKED, (LABELS[2], [])])
    printer = ZplPrinter(transport, stores=False)
    printer.open()
    _send(printer, 0, 1, 2)
    transport.finish()


def test_a_printer_that_does_not_count_stores_nothing(bed: Bed) -> None:
    told = (HS, [says()])
    unknown = (told, (ODOMETER, [b'"?"']))
    printer = bed(*unknown, (LABELS[0], []), told, (LABELS[1], []), told, (LABELS[2], []))
    _send(printer, 0, 1, 2)


def test_a_connection_lost_while_storing_has_taken_nothing_of_the_label(bed: Bed) -> None:
    printer = bed(*FIRST, *ASKED, (FORMAT.store, [None]))
    _send(printer, 0)
    printer.progress()
    with pytest.raises(KnownError, match="device_gone") as raised:
        printer.send(LABELS[1], 1.0)
    assert raised.value.facts["written"] == 0
