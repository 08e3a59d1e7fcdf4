"""What goes wrong with the paper: labels that are broken off, FEED, and trouble at random."""

from __future__ import annotations

import pytest

from app.domain.errors import KnownError
from hardware.printer import Condition
from hardware.simulator.faults import HOLDS, ON_ARRIVAL, Chance, Fault, Schedule, Trouble
from tests.hardware.simulator.meeting import LANGUAGES, Meeting, Pair
from tests.hardware.waiting import until

REPRINTS = {"zpl": (b"", b"^XA^JZN^XZ"), "tspl": (b"SET REPRINT ON\r\n", b"SET REPRINT OFF\r\n")}


async def paper_out(pair: Pair) -> None:
    async def told() -> bool:
        return (await pair.call(pair.driver.status)).condition is Condition.PAPER_OUT

    await until(told)


@pytest.mark.parametrize(
    ("language", "reprints", "torn_counts", "paper", "odometer"),
    [
        ("zpl", True, True, ["001", "002 torn", "002", "003"], 4),
        ("zpl", True, False, ["001", "002 piece", "002", "003"], 3),
        ("zpl", False, True, ["001", "002 torn", "003"], 3),
        ("zpl", False, False, ["001", "002 torn", "003"], 3),
        ("tspl", True, True, ["001", "002 torn", "002", "003"], 4),
        ("tspl", False, True, ["001", "002 torn", "003"], 3),
        ("escpos", False, True, ["001", "002 torn", "003"], 3),
    ],
)
async def test_paper_out_in_mid_label(
    meeting: Meeting, language: str, reprints: bool, torn_counts: bool, paper: list[str], odometer: int
) -> None:
    pair = await meeting.pair(language, "tcp", "paper_out_mid@2", torn_counts=torn_counts)
    await pair.opened()
    if language in REPRINTS:
        await pair.call(lambda: pair.driver.send(REPRINTS[language][not reprints], 1.0))
    for number in (1, 2, 3):
        await pair.send(number)
    await paper_out(pair)
    assert pair.printed() == paper[:2]
    assert pair.twin.taken == 2
    pair.twin.clear()
    await until(lambda: pair.twin.taken == 0)
    assert pair.printed() == paper
    assert pair.twin.odometer == odometer


async def test_feed_moves_the_count_and_prints_nothing(meeting: Meeting) -> None:
    pair = await meeting.pair("zpl", "tcp", "feed@2")
    await pair.opened()
    await pair.send(1)
    await until(lambda: pair.twin.odometer == 1)
    await pair.send(2)
    await until(lambda: pair.twin.odometer == 3)
    assert pair.printed() == ["001", "--- feed", "002"]
    assert (await pair.call(pair.driver.progress)).odometer == 3


async def test_the_count_survives_with_the_scrap(meeting: Meeting) -> None:
    pair = await meeting.pair("zpl", "tcp", "feed@1", "paper_out_mid@3:0")
    await pair.opened()
    await pair.send(1)
    await pair.send(2)
    await until(lambda: pair.twin.odometer == 4)
    await pair.twin.stop()
    again = await meeting.pair("zpl", "tcp")
    assert again.twin.odometer == 4
    assert again.printed() == ["--- feed", "001", "002 torn", "002"]


async def test_a_full_buffer_is_told(meeting: Meeting) -> None:
    pair = await meeting.pair("zpl", "tcp", "buffer_full@1")
    await pair.opened()
    await pair.send(1)
    await until(lambda: pair.twin.odometer == 1)
    assert (await pair.call(pair.driver.status)).condition is Condition.BUFFER_FULL
    pair.twin.clear()
    assert (await pair.call(pair.driver.status)).accepts


def test_chance_follows_from_seed_and_label_alone() -> None:
    chance = Chance(0.2, seed=7)
    fates = [chance.fate(label) for label in range(1, 2001)]
    assert fates == [Chance(0.2, seed=7).fate(label) for label in range(1, 2001)]
    assert fates != [Chance(0.2, seed=8).fate(label) for label in range(1, 2001)]
    struck = [fate for fate in fates if fate]
    assert 320 < len(struck) < 480
    assert {fate.trouble for fate in struck} == set(Trouble)
    assert all(0.5 <= fate.seconds <= 10.0 for fate in struck if fate.seconds is not None)
    assert [fate.label for fate in struck] == sorted({fate.label for fate in struck})


def test_a_schedule_takes_each_fault_once() -> None:
    schedule = Schedule([Fault(Trouble.CUT, 2), Fault(Trouble.CUT, 2), Fault(Trouble.FEED, 2), Fault(Trouble.LATE, 4)])
    assert schedule.due(Trouble.CUT, 1) is None
    assert schedule.strike(1) == []
    assert schedule.due(Trouble.CUT, 3) == Fault(Trouble.CUT, 2)
    assert schedule.due(Trouble.CUT, 3) == Fault(Trouble.CUT, 2)
    assert schedule.due(Trouble.CUT, 3) is None
    assert schedule.strike(3) == [Fault(Trouble.FEED, 2)]
    schedule.forget(4)
    assert schedule.strike(9) == []


def test_random_trouble_is_drawn_once_for_each_label() -> None:
    always = Chance(1.0, kinds=[Trouble.FEED])
    schedule = Schedule(chance=always)
    schedule.forget(2)
    assert [fault.label for fault in schedule.strike(4)] == [3, 4]
    assert schedule.strike(4) == []
    assert [fault.label for fault in schedule.strike(5)] == [5]


def test_every_trouble_is_either_of_the_paper_or_of_the_line() -> None:
    assert not HOLDS & ON_ARRIVAL


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_printer_with_trouble_at_random_prints_on(meeting: Meeting, language: str) -> None:
    """Nobody proves anything here: each label is sent once, on a fresh connection after each trouble."""
    kinds = sorted(set(Trouble) - {Trouble.XOFF})
    pair = await meeting.pair(
        language, "tcp", schedule=Schedule(chance=Chance(0.4, 3, kinds)), time_factor=0.001, ips=1e6
    )
    for number in range(1, 41):
        try:
            await pair.call(pair.driver.open)
            await pair.send(number)
            await pair.call(pair.driver.close)
        except KnownError as error:
            assert error.code in ("device_open_failed", "device_gone", "device_write_failed")  # noqa: PT017
    await pair.twin.stop()
    labels = [int(name) for name in pair.printed() if name.isdecimal()]
    assert labels == sorted(set(labels)), "in order, none twice"
    assert len(labels) >= 15
    assert any("feed" in name or "torn" in name for name in pair.printed())
