"""The bench without a window takes the scans of its scanners beside the lines of its input, in one order."""

from __future__ import annotations

import asyncio
import io
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.errors import Refusal
from app.headless import run_station
from db.journal import ScanEvent
from hardware.simulator.cable import PtyCable
from hardware.simulator.scanner import ScannerTwin
from tests.factories import House, open_house

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as house:
        yield house


async def until(said: io.StringIO, text: str) -> None:
    async with asyncio.timeout(10):
        while text not in said.getvalue():  # noqa: ASYNC110 (a stream sets no event)
            await asyncio.sleep(0.005)


async def test_scans_of_a_scanner_and_lines_are_judged_alike(house: House) -> None:
    cable, out, err = PtyCable(), io.StringIO(), io.StringIO()
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as stdin:
        bench = asyncio.create_task(
            run_station(
                house.store, "BENCH-7", None, scanners=[cable.url], as_json=True, language="en", stdin=stdin,
                stdout=out, stderr=err,
            )
        )
        await until(err, f"{cable.url}: ready")
        ScannerTwin(cable).scan("FROM-SCANNER")
        await until(out, "FROM-SCANNER")
        os.write(writing, b"XXOK\nFROM-INPUT\n")
        await until(out, "FROM-INPUT")
        cable.unplug()
        await until(err, f"{cable.url}: not there")
        os.close(writing)
        await bench
    cable.close()
    told = [json.loads(line)["scan"] for line in out.getvalue().splitlines()]
    assert told == ["FROM-SCANNER", "XXOK", "FROM-INPUT"]
    devices = house.store.read(
        lambda session: [
            event.device for event in session.query(ScanEvent).filter(ScanEvent.raw.like("FROM-%")).order_by("seq")
        ]
    )
    assert devices == [f"serial:{cable.path}", "stdin"]


async def test_a_url_that_is_no_scanner_is_refused_before_anything_is_opened(house: House) -> None:
    with pytest.raises(Refusal) as refused:
        await run_station(
            house.store, "BENCH-7", None, scanners=["file:x"], as_json=True, language="en", stdin=io.BytesIO(),
            stdout=io.StringIO(), stderr=io.StringIO(),
        )
    assert refused.value.code == "device_not_supported_yet"
