"""Paper out at label 137 of 500, head open, pause, power cycle, cable pulled: each class over each transport.

The labels come out once and in order, or are known not to have come out, and the head of the queue tells what to do.
`PACKBENCH_LABELS=500` prints all 500; by default a shorter queue meets the same troubles.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from hardware.printer import Proof
from hardware.simulator.faults import Trouble
from tests.end_to_end.queue_of_labels import Queue, print_all
from tests.hardware.simulator.meeting import PORTS, Meeting

COUNT = int(os.environ.get("PACKBENCH_LABELS", "24"))
AT = {
    Trouble.PAPER_OUT: 137,
    Trouble.HEAD_OPEN: 200,
    Trouble.PAUSED: 275,
    Trouble.POWER_CYCLE: 350,
    Trouble.UNPLUG: 430,  # in the middle of the label's bytes
}
CLASSES = [
    ("escpos", Proof.ACKNOWLEDGES), ("zpl", Proof.COUNTS), ("tspl", Proof.STATE_ONLY), ("zpl", Proof.BLIND)
]  # fmt: skip
GONE = {"device_gone", "device_open_failed"}
TELLS = {
    Trouble.PAPER_OUT: {"paper_out"},
    Trouble.HEAD_OPEN: {"head_open"},
    Trouble.PAUSED: {"paused"},
    Trouble.POWER_CYCLE: GONE,
    Trouble.UNPLUG: GONE,
}


@pytest.fixture
async def meeting(tmp_path: Path) -> AsyncIterator[Meeting]:
    async with AsyncExitStack() as stack:
        yield Meeting(tmp_path / "tray", stack)


def expected(trouble: Trouble, language: str, port: str) -> set[str]:
    """What the head of the queue may say of it."""
    if trouble is Trouble.PAUSED and language == "escpos":
        return {"offline"}  # all that it says
    if trouble is Trouble.POWER_CYCLE and port == "pty":
        return {"silent"}  # a serial line does not tell that the power is off
    return TELLS[trouble]


async def queue(meeting: Meeting, folder: Path, language: str, proof: Proof, port: str, *troubles: Trouble) -> Queue:
    faults = [f"{trouble}@{max(1, AT[trouble] * COUNT // 500)}" for trouble in troubles]
    pair = await meeting.pair(language, port, *faults, proof=proof, ips=60.0, time_factor=0.02)
    window = max(2, COUNT // 20) if proof is Proof.BLIND else None
    found = await print_all(pair, folder, COUNT, blind_window=window)
    found.check()
    return found


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize(("language", "proof"), CLASSES)
async def test_all_of_them_come_out_once_or_are_known_not_to(
    meeting: Meeting, tmp_path: Path, language: str, proof: Proof, port: str
) -> None:
    found = await queue(meeting, tmp_path, language, proof, port, *AT)
    if proof is Proof.BLIND:
        assert len(found.missing) <= 2 * max(2, COUNT // 20)
        return
    # the power and the cable may take two labels each with them; nothing else takes any
    assert len(found.missing) <= 4
    assert set(found.told) == set(AT)
    for trouble, told in found.told.items():
        assert told
        assert told <= expected(trouble, language, port)
    if proof is not Proof.STATE_ONLY:
        assert found.asked <= 5
