"""The simulated ZPL printer over real sockets: how it fails, and how it goes on."""

from __future__ import annotations

import asyncio
import io
import logging
import os
import time
from pathlib import Path

import pytest
from PIL import Image

from app.domain.errors import KnownError
from hardware.printers.zpl_status import HostErrors
from hardware.simulator.zpl_printer import ZplTwin
from tests.hardware.simulator.bed import ODOMETER, Bed, Client, label
from tests.hardware.waiting import until


@pytest.mark.parametrize("mute", [False, True])
@pytest.mark.parametrize(
    ("trouble", "flag", "bit"), [("paper_out", "paper_out", 1), ("ribbon_out", "ribbon_out", 2),
                                 ("head_open", "head_open", 4), ("paused", "paused", 0x10000)]
)  # fmt: skip
async def test_what_a_person_must_mend(bed: Bed, trouble: str, flag: str, bit: int, mute: bool) -> None:
    twin = await bed.twin(f"{trouble}@2", mute_when_faulty=mute)
    client = await bed.client(twin)
    client.write(label(1) + label(2) + label(3))

    async def stands() -> bool:
        return (await client.errors()).errors == bit

    await until(stands)
    assert twin.odometer == 1
    assert await client.odometer() == 1
    if mute and trouble != "paused":
        assert await client.is_mute()
    else:
        status = await client.status()
        assert getattr(status, flag)
        assert status.paused
        assert (status.formats_in_buffer, status.labels_remaining) == (1, 1)
    twin.clear()
    await until(lambda: twin.odometer == 3)
    assert await client.errors() == HostErrors(0, 0, False)
    assert not getattr(await client.status(), flag)
    assert bed.printed() == [label(1), label(2), label(3)]


@pytest.mark.parametrize("trouble", ["paper_out", "ribbon_out", "head_open", "paused", "late", "silent"])
async def test_what_mends_itself(bed: Bed, trouble: str) -> None:
    twin = await bed.twin(f"{trouble}@2:2", time_factor=0.001, ips=1000)
    client = await bed.client(twin)
    client.write(label(1) + label(2) + label(3))
    await until(lambda: twin.odometer == 3)
    assert bed.printed() == [label(1), label(2), label(3)]

    async def ready() -> bool:
        return not await client.is_mute() and not (await client.status()).paused

    await until(ready)


async def test_resume_ends_a_pause_and_mends_nothing_else(bed: Bed) -> None:
    twin = await bed.twin("paper_out@2")
    client = await bed.client(twin)
    client.write(b"~PP" + label(1) + label(2))
    await client.status_when(lambda status: status.paused and status.labels_remaining)
    assert twin.odometer == 0
    client.write(b"~PS")
    await until(lambda: twin.odometer == 1)
    client.write(b"~PS~PS")
    await client.status_when(lambda status: status.paper_out)
    client.write(b"~PS")
    assert (await client.status()).paper_out
    assert twin.odometer == 1
    twin.clear()
    await until(lambda: twin.odometer == 2)


async def test_a_mended_fault_does_not_mend_the_next_one(bed: Bed) -> None:
    # the first would mend itself at a time when the second, which must not, stands
    twin = await bed.twin("paper_out@1:20", "paper_out@2", time_factor=0.001, ips=1e6)
    client = await bed.client(twin)
    client.write(label(1) + label(2))
    await client.status_when(lambda status: status.paper_out)
    twin.clear()
    await until(lambda: twin.odometer == 1)
    await asyncio.sleep(0.03)
    assert (await client.status()).paper_out
    assert twin.odometer == 1


async def test_silence_prints_on(bed: Bed) -> None:
    twin = await bed.twin("silent@2")
    client = await bed.client(twin)
    client.write(label(1))
    await until(lambda: twin.odometer == 1)
    assert await client.odometer() == 1
    client.write(label(2) + label(3))
    await until(lambda: twin.odometer == 3)
    assert await client.is_mute()
    assert await client.is_mute(b"~HQES")
    assert await client.is_mute(ODOMETER)
    twin.clear()
    assert await client.odometer() == 3


async def test_a_late_label_is_not_seen_until_it_comes(bed: Bed) -> None:
    twin = await bed.twin("late@1")
    client = await bed.client(twin)
    client.write(label(1))
    status = await client.status_when(lambda status: status.formats_in_buffer == 0)
    assert (status.labels_remaining, status.paused) == (0, False)
    assert await client.odometer() == 0
    client.write(label(2))
    assert (await client.status()).formats_in_buffer == 1
    twin.clear()
    await until(lambda: twin.odometer == 2)
    assert bed.printed() == [label(1), label(2)]


@pytest.mark.parametrize("whole", [True, False])
async def test_a_cut_label_is_not_there(bed: Bed, whole: bool) -> None:
    twin = await bed.twin("cut@2")
    client = await bed.client(twin)
    client.write(label(1))
    await until(lambda: twin.odometer == 1)
    client.write(label(2) if whole else label(2)[:9])
    assert await client.is_cut()
    client = await bed.client(twin)
    client.write(label(3))
    await until(lambda: twin.odometer == 2)
    assert bed.printed() == [label(1), label(3)]


async def test_what_is_planned_twice_happens_to_the_next_try_too(bed: Bed) -> None:
    twin = await bed.twin("cut@1", "cut@1")
    for number in (1, 2):
        client = await bed.client(twin)
        client.write(label(number))
        assert await client.is_cut()
    (await bed.client(twin)).write(label(3))
    await until(lambda: twin.odometer == 1)
    assert bed.printed() == [label(3)]


async def test_a_label_that_was_taken_before_the_cut_comes_out(bed: Bed) -> None:
    twin = await bed.twin("cut_after@2")
    client = await bed.client(twin)
    client.write(label(1) + label(2) + label(3))
    assert await client.is_cut()
    client = await bed.client(twin)
    await until(lambda: twin.odometer == 2)
    assert bed.printed() == [label(1), label(2)]
    assert await client.odometer() == 2


async def test_a_power_cycle_loses_everything_and_refuses_until_it_is_back(bed: Bed) -> None:
    twin = await bed.twin("power_cycle@2")
    port = twin.port
    client = await bed.client(twin)
    client.write(b"~PP" + label(1) + label(2) + label(3))
    assert (await client.status()).paused
    client.write(b"~PS")
    assert await client.is_cut()
    assert bed.printed() == [label(1)]
    with pytest.raises(ConnectionRefusedError):
        await bed.client(twin)
    twin.clear()
    client = await _reconnected(bed, twin)
    assert twin.port == port
    status = await client.status()
    assert (status.formats_in_buffer, status.labels_remaining, status.paused) == (0, 0, False)
    client.write(label(4))
    await until(lambda: twin.odometer == 2)
    assert bed.printed() == [label(1), label(4)]


async def _reconnected(bed: Bed, twin: ZplTwin) -> Client:
    end = time.monotonic() + 5.0
    while True:
        try:
            return await bed.client(twin)
        except ConnectionRefusedError:
            assert time.monotonic() < end, "never"
            await asyncio.sleep(0.001)


async def test_a_full_buffer_says_so_and_then_stops_reading(bed: Bed) -> None:
    twin = await bed.twin("paper_out@1", buffer_formats=2)
    client = await bed.client(twin)
    client.write(label(1) + label(2))
    assert not (await client.status_when(lambda status: status.paper_out)).buffer_full
    client.write(label(3))
    status = await client.status()
    assert status.buffer_full
    assert status.formats_in_buffer == 2
    client.write(label(4) + label(5))
    await until(client.is_mute)
    twin.clear()
    await until(lambda: twin.odometer == 5)
    assert bed.printed() == [label(number) for number in range(1, 6)]


async def test_a_label_that_cannot_be_drawn_comes_out_blank(bed: Bed, caplog: pytest.LogCaptureFixture) -> None:
    def draw(zpl: bytes) -> bytes:
        if b"label-002" in zpl:
            raise ValueError(f"no glyph for {zpl!r}")
        return b"picture"

    twin = await bed.twin(draw=draw)
    client = await bed.client(twin)
    with caplog.at_level(logging.ERROR):
        client.write(label(1) + label(2) + label(3))
        await until(lambda: twin.odometer == 3)
    assert bed.printed() == [label(1), label(2), label(3)]
    picture = Image.open(io.BytesIO((bed.folder / "000002.png").read_bytes())).convert("L")
    assert picture.getextrema() == (255, 255)
    assert "comes out blank: ValueError" in caplog.text
    assert "in draw" in caplog.text  # where it failed
    assert "label-002" not in caplog.text  # what stands on a label is a buyer's


async def test_a_folder_that_takes_no_more_labels_is_told(
    bed: Bed, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    twin = await bed.twin()

    def full(source: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    (await bed.client(twin)).write(label(1))
    with pytest.raises(KnownError) as failed:
        await asyncio.wait_for(twin.broken(), 5.0)
    assert failed.value.code == "tray_unusable"
    assert "prints no more" in caplog.text
    await asyncio.wait_for(twin.stop(), 5.0)
    assert bed.printed() == []
