"""How answers are said under each trouble, write by write."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from hardware.simulator.faults import Trouble
from hardware.simulator.voice import Voice
from tests.hardware.waiting import until

LATE = 0.03


class Written:
    """A line that keeps each write apart."""

    def __init__(self) -> None:
        self.writes: list[bytes] = []
        self.broken = False

    async def read(self, most: int) -> bytes:
        raise NotImplementedError

    async def write(self, data: bytes) -> None:
        if self.broken:
            raise BrokenPipeError
        self.writes.append(data)

    def close(self, *, reset: bool) -> None:
        raise NotImplementedError


class Bed:
    def __init__(self) -> None:
        self.line = Written()
        self.troubles: set[Trouble] = set()
        self.voice = Voice(self.line, self.troubles.__contains__, b"<>", LATE)

    async def says(self, *writes: bytes) -> None:
        await until(lambda: len(self.line.writes) >= len(writes))
        assert self.line.writes == list(writes)
        self.line.writes.clear()


@pytest.fixture
async def bed() -> AsyncIterator[Bed]:
    made = Bed()
    yield made
    made.voice.end()


async def test_an_answer_is_one_write(bed: Bed) -> None:
    bed.voice.say(b"one")
    bed.voice.say(b"")
    bed.voice.say(b"two")
    await bed.says(b"one", b"two")


@pytest.mark.parametrize(
    ("trouble", "writes"),
    [
        (Trouble.SPLIT, [b"A", b"n"]),
        (Trouble.HEX, [b"416E"]),
        (Trouble.NOISE, [b"<>An<>"]),
    ],
)
async def test_one_trouble(bed: Bed, trouble: Trouble, writes: list[bytes]) -> None:
    bed.troubles.add(trouble)
    bed.voice.say(b"An")
    await bed.says(*writes)


async def test_silence(bed: Bed) -> None:
    bed.troubles.add(Trouble.SILENT)
    bed.voice.say(b"one")
    bed.troubles.clear()
    bed.voice.say(b"two")
    await bed.says(b"two")


async def test_every_other_answer_waits_for_the_next_one(bed: Bed) -> None:
    bed.troubles.add(Trouble.MERGED)
    for answer in (b"1", b"2", b"3", b"4"):
        bed.voice.say(answer)
    await bed.says(b"12", b"34")


async def test_but_not_for_ever(bed: Bed) -> None:
    begin = asyncio.get_running_loop().time()
    bed.troubles.add(Trouble.MERGED)
    bed.voice.say(b"1")
    await bed.says(b"1")
    assert asyncio.get_running_loop().time() - begin >= LATE * 0.9


async def test_late_answers_keep_their_order(bed: Bed) -> None:
    begin = asyncio.get_running_loop().time()
    bed.troubles.add(Trouble.STALE)
    bed.voice.say(b"1")
    bed.troubles.clear()
    bed.voice.say(b"2")
    await bed.says(b"1", b"2")
    assert asyncio.get_running_loop().time() - begin >= LATE * 0.9


async def test_a_line_that_is_gone_hears_nothing_more(bed: Bed) -> None:
    bed.line.broken = True
    bed.voice.say(b"1")
    await asyncio.sleep(0)
    bed.voice.end()
    assert bed.line.writes == []
