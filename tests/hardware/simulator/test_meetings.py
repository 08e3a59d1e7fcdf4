"""Every driver with the twin of its language, as each class, at each port: what is printed, told and proved."""

from __future__ import annotations

import pytest

from app.domain.errors import Refusal
from hardware.printer import Condition, Proof
from hardware.printers import open_printer
from hardware.simulator.faults import Trouble
from hardware.simulator.port import TcpPort
from hardware.simulator.printer_twin import CLASSES, PrinterTwin
from hardware.simulator.serve import make_language
from tests.hardware.simulator.meeting import ANSWERING, LANGUAGES, PORTS, Meeting, Pair
from tests.hardware.waiting import until

COMBINATIONS = [(language, proof, port) for language, proofs in CLASSES.items() for proof in proofs for port in PORTS]


async def proven(pair: Pair, count: int) -> bool:
    progress = await pair.call(pair.driver.progress)
    match pair.driver.proof:
        case Proof.ACKNOWLEDGES:
            return progress.acknowledged == count
        case Proof.COUNTS:
            return progress.odometer == count and progress.status.idle
        case _:
            return pair.twin.odometer == count


@pytest.mark.parametrize(("language", "proof", "port"), COMBINATIONS)
async def test_labels_come_out_in_order_and_are_proved(
    meeting: Meeting, language: str, proof: Proof, port: str
) -> None:
    pair = await meeting.pair(language, port, proof=proof)
    assert await pair.opened() is proof
    for number in range(1, 6):
        await pair.send(number, size=300)
        await until(lambda: proven(pair, number))  # noqa: B023 (awaited here)
    assert pair.printed() == ["001", "002", "003", "004", "005"]
    progress = await pair.call(pair.driver.progress)
    assert progress.acknowledged == (5 if proof is Proof.ACKNOWLEDGES else 0)
    assert progress.odometer == (5 if proof is Proof.COUNTS else None)
    assert progress.status.accepts is (proof is not Proof.BLIND)


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_large_label_passes_whole(meeting: Meeting, language: str, port: str) -> None:
    pair = await meeting.pair(language, port)
    await pair.opened()
    await pair.send(1, size=200_000)
    await pair.send(2)
    await until(lambda: pair.twin.odometer == 2)
    assert pair.printed() == ["001", "002"]


TOLD = {
    Trouble.PAPER_OUT: Condition.PAPER_OUT,
    Trouble.RIBBON_OUT: Condition.RIBBON_OUT,
    Trouble.HEAD_OPEN: Condition.HEAD_OPEN,
    Trouble.PAUSED: Condition.PAUSED,
}


@pytest.mark.parametrize("trouble", TOLD)
@pytest.mark.parametrize(("language", "proof"), ANSWERING)
async def test_trouble_has_one_name_in_all_languages(
    meeting: Meeting, language: str, proof: Proof, trouble: Trouble
) -> None:
    pair = await meeting.pair(language, "tcp", f"{trouble}@2", proof=proof)
    await pair.opened()
    await pair.send(1)
    await pair.send(2)
    expected = TOLD[trouble]
    if language == "escpos" and trouble in (Trouble.RIBBON_OUT, Trouble.PAUSED):
        expected = Condition.FAULT  # it has no word for either, and says "offline"

    async def told() -> bool:
        return (await pair.call(pair.driver.status)).condition is expected

    await until(told)
    progress = await pair.call(pair.driver.progress)
    assert not progress.status.accepts
    assert progress.odometer == (1 if proof is Proof.COUNTS else None)
    assert progress.acknowledged == (1 if proof is Proof.ACKNOWLEDGES else 0)
    pair.twin.clear()
    await until(lambda: pair.twin.odometer == 2)
    assert (await pair.call(pair.driver.status)).accepts
    assert pair.printed() == ["001", "002"]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_silence_while_faulty_is_a_fault_or_silence_and_never_ready(meeting: Meeting, language: str) -> None:
    pair = await meeting.pair(language, "tcp", "paper_out@1", mute_when_faulty=True)
    proof = await pair.opened()
    await pair.send(1)
    await until(lambda: pair.twin.taken == 1)
    status = await pair.call(pair.driver.status)
    assert status.condition is (Condition.PAPER_OUT if language == "zpl" else Condition.SILENT)
    assert pair.driver.proof is proof
    pair.twin.clear()
    await until(lambda: pair.twin.odometer == 1)

    async def ready() -> bool:  # once the answers that it owes are given up
        return (await pair.call(pair.driver.status)).accepts

    await until(ready)


@pytest.mark.parametrize("trouble", ["split", "merged", "stale", "noise"])
@pytest.mark.parametrize(("language", "proof"), ANSWERING)
async def test_how_answers_are_said_changes_nothing(
    meeting: Meeting, language: str, proof: Proof, trouble: str
) -> None:
    pair = await meeting.pair(language, "tcp", proof=proof)
    assert await pair.opened() is proof
    pair.twin.strike(Trouble(trouble))
    await pair.send(1)
    for _ in range(6):
        status = await pair.call(pair.driver.status)
        assert status.accepts or status.condition is Condition.SILENT
    pair.twin.strike(Trouble.HEAD_OPEN)
    await pair.send(2)
    for _ in range(6):
        status = await pair.call(pair.driver.status)
        assert not status.accepts, "an answer from before the head was opened"
    pair.twin.clear()
    await until(lambda: proven(pair, 2))

    async def ready() -> bool:
        return (await pair.call(pair.driver.status)).accepts

    await until(ready)


@pytest.mark.parametrize(("language", "proof"), ANSWERING)
async def test_answers_in_hex_are_understood_or_silence(meeting: Meeting, language: str, proof: Proof) -> None:
    pair = await meeting.pair(language, "tcp", proof=proof)
    await pair.opened()
    pair.twin.strike(Trouble.HEX)
    pair.twin.strike(Trouble.HEAD_OPEN)
    status = await pair.call(pair.driver.status)
    assert status.condition is (Condition.HEAD_OPEN if language == "tspl" else Condition.SILENT)
    pair.twin.clear()

    async def ready() -> bool:
        return (await pair.call(pair.driver.status)).accepts

    await until(ready)


async def test_a_lying_printer_says_ready_while_the_paper_is_out_and_its_count_does_not_move(meeting: Meeting) -> None:
    pair = await meeting.pair("zpl", "tcp", "lies@1", "paper_out@1")
    await pair.opened()
    await pair.send(1)
    await until(lambda: pair.twin.taken == 1)
    progress = await pair.call(pair.driver.progress)
    assert progress.status.idle
    assert progress.status.accepts
    assert progress.odometer == 0
    assert pair.printed() == []


async def test_a_lying_printer_does_not_acknowledge_what_is_not_out(meeting: Meeting) -> None:
    pair = await meeting.pair("escpos", "tcp", "lies@1", "paper_out@1")
    await pair.opened()
    await pair.send(1)
    await until(lambda: pair.twin.taken == 1)
    progress = await pair.call(pair.driver.progress)
    assert progress.status.accepts
    assert not progress.status.idle
    assert progress.acknowledged == 0


async def test_a_count_that_comes_late(meeting: Meeting) -> None:
    pair = await meeting.pair("zpl", "tcp", "counts_late@2")
    await pair.opened()
    for number in (1, 2, 3):
        await pair.send(number)
    await until(lambda: pair.twin.odometer == 3)
    assert (await pair.call(pair.driver.progress)).odometer == 1
    pair.twin.clear()
    assert (await pair.call(pair.driver.progress)).odometer == 3


@pytest.mark.parametrize("port", PORTS)
async def test_an_acknowledgement_of_an_earlier_connection_is_nobodys(meeting: Meeting, port: str) -> None:
    pair = await meeting.pair("escpos", port, "paper_out@1")
    await pair.opened()
    await pair.send(1)
    await until(lambda: pair.twin.taken == 1)
    await pair.call(pair.driver.close)
    await pair.call(pair.driver.open)
    assert await pair.call(pair.driver.probe) is Proof.STATE_ONLY  # its id stands behind the label
    pair.twin.clear()
    await until(lambda: pair.twin.odometer == 1)

    async def risen() -> bool:
        return (await pair.call(pair.driver.progress)).acknowledged == 0 and pair.driver.proof is Proof.ACKNOWLEDGES

    await until(risen)
    await pair.send(2)
    await until(lambda: proven(pair, 1))
    assert pair.printed() == ["001", "002"]


async def test_a_printer_that_is_faulty_when_it_is_probed_acknowledges_later(meeting: Meeting) -> None:
    pair = await meeting.pair("escpos")
    pair.twin.strike(Trouble.PAPER_OUT)
    assert await pair.opened() is Proof.STATE_ONLY
    pair.twin.clear()

    async def risen() -> bool:
        return (await pair.call(pair.driver.status)).accepts and pair.driver.proof is Proof.ACKNOWLEDGES

    await until(risen)
    await pair.send(1)
    await until(lambda: proven(pair, 1))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_class_that_a_language_cannot_be(meeting: Meeting, language: str) -> None:
    other = Proof.COUNTS if language != "zpl" else Proof.ACKNOWLEDGES
    with pytest.raises(Refusal) as refused:
        PrinterTwin(meeting.folder, make_language(language), TcpPort(), lambda data: b"", proof=other)
    assert refused.value.code == "twin_class_unknown"


@pytest.mark.parametrize(("language", "proof", "port"), [one for one in COMBINATIONS if one[2] != "usb"])
async def test_the_url_that_a_twin_tells_makes_the_driver(
    meeting: Meeting, language: str, proof: Proof, port: str
) -> None:
    pair = await meeting.pair(language, port, proof=proof)
    printer = open_printer(pair.twin.url)
    assert type(printer) is type(pair.driver)
    await pair.call(printer.open)
    try:
        assert await pair.call(printer.probe) is proof
    finally:
        printer.close()
