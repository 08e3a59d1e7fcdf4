"""A weight is taken by itself, once a placement, while the bench waits for it: headless, with a scale of software."""

from __future__ import annotations

import asyncio
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.states import JobState
from app.domain.weights import LYING_SECONDS
from app.headless import run_station
from app.station import Shown, Station
from app.weighing import Weighing
from db.bench import PackingRules
from db.journal import ScanEvent
from db.orders import Order
from hardware.simulator.cable import PtyCable
from hardware.simulator.scale import ScaleTwin
from tests.factories import House


class Scale:
    """A station whose scale shows what it is told to, and time that passes when it is told to."""

    def __init__(self, house: House, **rules: Any) -> None:
        row = {"warehouse_id": house.warehouse, "weigh": "checked", "tolerance_g": 10} | rules
        house.write(lambda tx: tx.session.merge(PackingRules(**row)))
        self.grams: int | None = 0
        self.now = 100.0
        self.station = Station(house.store, "BENCH-1")
        self.station.read_scale = lambda: self.grams
        self.weighing = Weighing(house.store, self.station, clock=lambda: self.now)
        order = house.picked(("TEA", 2), "CUP")
        self.order = order
        for code in (house.tote_of(order), "TEA-EAN", "TEA-EAN"):
            self.station.scan(code)

    async def shows(self, *readings: int | None) -> list[str]:
        """The codes of the verdicts while it shows these, a tenth of a second each."""
        said: list[str] = []
        for self.grams in readings:
            self.now += 0.1
            verdict: Shown | None = await self.weighing.look()
            if verdict is not None:
                said.append(verdict.code)
        return said

    def scan(self, *codes: str) -> str:
        for code in codes:
            self.now += 0.01
            shown = self.station.scan(code)
        return shown.code


@pytest.fixture
def scale(house: House) -> Any:
    made = Scale(house)
    yield made
    made.weighing.stop()


async def test_a_parcel_on_the_scale_is_weighed_once_and_gets_its_label(scale: Scale, house: House) -> None:
    assert await scale.shows(0, None, 300, 300) == []  # the last item is missing
    assert scale.scan("CUP-EAN") == "verified_weight"
    assert await scale.shows(0, 0, None, None, 300, 300, 301, 300) == ["weighed"]
    assert [job.state for job in house.jobs(scale.order)] == [JobState.QUEUED]


async def test_a_parcel_that_is_filled_on_the_scale_is_not_weighed_before_its_last_item_is_in(scale: Scale) -> None:
    assert await scale.shows(200, 200) == []
    assert scale.scan("CUP-EAN") == "verified_weight"
    assert await scale.shows(200, 200, 200, None, 300) == ["weighed"]


async def test_what_just_lies_there_after_the_last_scan_is_weighed_in_the_end(scale: Scale) -> None:
    assert await scale.shows(300) == []
    scale.scan("CUP-EAN")
    assert await scale.shows(*[300] * 15) == []
    scale.now += LYING_SECONDS
    assert await scale.shows(300) == ["weighed"]


async def test_a_failed_check_is_not_repeated_for_what_just_lies_there(scale: Scale) -> None:
    scale.scan("CUP-EAN")
    assert await scale.shows(0, 200) == ["weight_off"]
    assert await scale.shows(*[200] * 40) == []  # latched
    assert scale.scan("XXOK") == "acknowledged"
    assert await scale.shows(*[200] * 40) == []
    assert await scale.shows(None, 204, None, 0) == []
    assert await scale.shows(200) == ["weight_off"]  # lifted, counted, put back: still wrong
    assert scale.scan("XXOK") == "acknowledged"
    assert await scale.shows(None, 300) == ["weighed"]  # what was missing is put in where it stands


async def test_what_is_put_right_while_the_failure_still_shows_counts_after_it(scale: Scale) -> None:
    scale.scan("CUP-EAN")
    assert await scale.shows(0, 200) == ["weight_off"]
    assert await scale.shows(None, 300, 300) == []
    scale.scan("XXOK")
    scale.now += LYING_SECONDS
    assert await scale.shows(300) == ["weighed"]


async def test_the_last_parcel_left_on_the_scale_is_not_the_next_one(scale: Scale, house: House) -> None:
    scale.scan("CUP-EAN")
    assert await scale.shows(0, 300) == ["weighed"]
    house.printed()
    parcel = scale.station.scan("XXNEXT")
    assert scale.scan(parcel.label or "") == "closed"
    second = house.picked("TEA", "CUP")
    scale.scan(house.tote_of(second), "TEA-EAN", "CUP-EAN")
    scale.now += LYING_SECONDS
    assert await scale.shows(*[300] * 5) == []
    assert await scale.shows(0, 200) == ["weighed"]


async def test_a_label_that_is_refused_is_tried_again_with_the_same_weight(scale: Scale, house: House) -> None:
    scale.scan("CUP-EAN")
    house.write(lambda tx: setattr(tx.session.get_one(Order, scale.order), "city", ""))
    assert await scale.shows(0, 300, 300) == ["label_refused"]
    house.write(lambda tx: setattr(tx.session.get_one(Order, scale.order), "city", "London"))
    scale.scan("XXOK")
    scale.now += LYING_SECONDS
    assert await scale.shows(300, 300) == ["weighed"]


async def test_nothing_is_weighed_at_a_bench_that_does_not_wait(house: House) -> None:
    scale = Scale(house, weigh="off")
    scale.scan("CUP-EAN")
    scale.now += LYING_SECONDS
    assert await scale.shows(0, 300, 300, None, 0, 300) == []
    scale.weighing.stop()
    assert not house.all(select(ScanEvent).where(ScanEvent.device == "scale"))


async def test_a_weight_has_its_place_among_the_scans(scale: Scale, house: House) -> None:
    scale.scan("CUP-EAN")
    await scale.shows(0, 300)
    event = house.all(select(ScanEvent).where(ScanEvent.device == "scale"))[0]
    assert (event.raw, event.seq, event.order_id) == ("300 g", 5, scale.order)


@pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")
async def test_from_the_pan_to_the_printed_label(house: House, tmp_path: Path) -> None:
    house.write(
        lambda tx: tx.session.merge(PackingRules(warehouse_id=house.warehouse, weigh="checked", tolerance_g=10))
    )
    order = house.picked(("TEA", 2), "CUP")
    cable, out, err = PtyCable(), io.StringIO(), io.StringIO()
    twin = ScaleTwin(cable, "mt_sics", settle=0.15, every=0.04)
    twin.start()
    paper = tmp_path / "labels.zpl"
    reading, writing = os.pipe()

    async def until(text: str, times: int = 1) -> None:
        async with asyncio.timeout(20):
            while out.getvalue().count(text) < times:  # noqa: ASYNC110 (a stream sets no event)
                await asyncio.sleep(0.005)

    with os.fdopen(reading, "rb") as stdin:
        bench = asyncio.create_task(
            run_station(
                house.store, "BENCH-1", f"file:{paper}", scale=f"{cable.url}?protocol=mt_sics", as_json=True,
                language="en", stdin=stdin, stdout=out, stderr=err,
            )
        )
        os.write(writing, f"{house.tote_of(order)}\nTEA-EAN\nTEA-EAN\nCUP-EAN\n".encode())
        await until("verified_weight")
        twin.load(200)  # one is missing
        await until("weight_off")
        os.write(writing, b"XXOK\n")
        await until("acknowledged")
        twin.load(300)
        await until('"weighed"')
        twin.load(0)
        os.close(writing)
        await bench
    twin.stop()
    told = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["code"] for line in told[-4:]] == ["verified_weight", "weight_off", "acknowledged", "weighed"]
    assert [line["scan"] for line in told if line["scan"].endswith(" g")] == ["200 g", "300 g"]
    assert b"0.300 kg" in paper.read_bytes()
    assert told[-1]["label"]
