"""The simulated ZPL printer over real sockets: what it prints, what it says, and how it fails."""

from __future__ import annotations

import asyncio
import io
import logging
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeVar

import pytest
from PIL import Image

from app.domain.errors import KnownError
from hardware import zpl_status
from hardware.printer import Proof
from hardware.simulator.faults import parse_faults
from hardware.simulator.zpl_printer import Drawing, ZplTwin
from hardware.zpl_status import HostErrors, HostStatus
from tests.hardware.waiting import until

A = TypeVar("A")
ODOMETER = zpl_status.ASK_ODOMETER


def label(number: int, extra: bytes = b"") -> bytes:
    return b"^XA%s^FO0,0^FDlabel-%03d^FS^XZ" % (extra, number)


class Client:
    """One connection to a twin; every wait has an end."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def write(self, data: bytes) -> None:
        self._writer.write(data)

    async def read(self, seconds: float = 5.0) -> bytes:
        return await asyncio.wait_for(self._reader.read(4096), seconds)

    async def status(self) -> HostStatus:
        self.write(b"~HS")
        return await self._answer(zpl_status.cut_status)

    async def status_when(self, holds: Callable[[HostStatus], object]) -> HostStatus:
        end = time.monotonic() + 5.0
        while not holds(status := await self.status()):
            assert time.monotonic() < end, status
        return status

    async def errors(self) -> HostErrors:
        self.write(b"~HQES")
        return await self._answer(zpl_status.cut_errors)

    async def odometer(self) -> int | str:
        self.write(ODOMETER)
        return await self._answer(zpl_status.cut_odometer)

    async def _answer(self, cut: Callable[[bytearray], A | None]) -> A:
        buffer = bytearray()
        while (answer := cut(buffer)) is None:
            got = await self.read()
            assert got, "closed"
            buffer += got
        return answer

    async def is_mute(self, question: bytes = b"~HS") -> bool:
        self.write(question)
        try:
            return not await self.read(0.02)
        except TimeoutError:
            return True

    async def is_cut(self) -> bool:
        try:
            return await self.read() == b""
        except ConnectionError:
            return True


class Bed:
    """Twins on one folder, and clients of them."""

    def __init__(self, folder: Path, stack: AsyncExitStack) -> None:
        self.folder = folder
        self._stack = stack

    async def twin(self, *faults: str, **options: Any) -> ZplTwin:
        settings = {"time_factor": 0.0, "lock_patience": 0.0, **options}
        made = ZplTwin(self.folder, settings.pop("draw", lambda zpl: b""), faults=parse_faults(faults), **settings)
        await made.start()
        self._stack.push_async_callback(made.stop, finish=False)
        return made

    async def client(self, twin: ZplTwin) -> Client:
        reader, writer = await asyncio.open_connection("127.0.0.1", twin.port)
        self._stack.callback(writer.close)
        return Client(reader, writer)

    def printed(self) -> list[bytes]:
        """The labels in the tray, in the order of their numbers, which have no gap."""
        files = sorted(self.folder.glob("*.zpl"))
        assert [path.name for path in files] == [f"{number:06d}.zpl" for number in range(1, len(files) + 1)]
        return [path.read_bytes() for path in files]


@pytest.fixture
async def bed(tmp_path: Path) -> AsyncIterator[Bed]:
    async with AsyncExitStack() as stack:
        yield Bed(tmp_path / "tray", stack)


async def test_labels_come_out_in_order_with_their_pictures(bed: Bed) -> None:
    twin = await bed.twin(draw=lambda zpl: b"picture of " + zpl)
    client = await bed.client(twin)
    for number in range(1, 21):
        client.write(label(number))
    await until(lambda: twin.odometer == 20)
    assert bed.printed() == [label(number) for number in range(1, 21)]
    assert (bed.folder / "000020.png").read_bytes() == b"picture of " + label(20)
    assert await client.odometer() == 20
    status = await client.status()
    assert (status.formats_in_buffer, status.labels_remaining) == (0, 0)


async def test_formats_split_over_packets_and_several_in_one(bed: Bed) -> None:
    twin = await bed.twin()
    client = await bed.client(twin)
    for value in label(1):
        client.write(bytes([value]))
        await asyncio.sleep(0)
    client.write(label(2)[:-5])
    status = await client.status()  # in the middle of a format, at once
    assert status.partial_format
    assert twin.odometer == 1
    client.write(label(2)[-5:] + b"\r\n" + label(3) + b"~HS" + label(4))
    await until(lambda: twin.odometer == 4)
    assert bed.printed() == [label(number) for number in range(1, 5)]


async def test_every_piece_of_a_quantity_counts(bed: Bed) -> None:
    twin = await bed.twin()
    client = await bed.client(twin)
    client.write(label(1, b"^PQ3") + label(2))
    await until(lambda: twin.odometer == 4)
    assert bed.printed() == [label(1, b"^PQ3")] * 3 + [label(2)]


async def test_stored_formats_are_called_until_the_power_goes(bed: Bed) -> None:
    stored, call = b"^XA^DFR:BOX.ZPL^FO0,0^FN1^FS^XZ", b"^XA^XFR:BOX.ZPL^FN1^FDx^FS^XZ"
    twin = await bed.twin("power_cycle@2:1")
    client = await bed.client(twin)
    client.write(stored + call)
    await until(lambda: twin.odometer == 1)
    client.write(call)
    assert await client.is_cut()
    client = await bed.client(twin)
    client.write(call)
    await until(lambda: twin.odometer == 2)
    assert bed.printed() == [stored + call, call]


async def test_it_answers_while_it_prints(bed: Bed) -> None:
    twin = await bed.twin(ips=0.001, time_factor=1.0, draw=lambda zpl: Drawing(b"", 100.0))
    client = await bed.client(twin)
    client.write(label(1, b"^PQ2") + label(2) + label(3))

    async def printing() -> bool:
        return (await client.status()).label_length == 800

    await until(printing)
    status = await client.status()
    assert (status.formats_in_buffer, status.labels_remaining) == (2, 2)
    assert await client.odometer() == 0
    await twin.stop(finish=False)
    assert bed.printed() == []


async def test_it_prints_in_real_time(bed: Bed) -> None:
    twin = await bed.twin(ips=100.0, time_factor=1.0, draw=lambda zpl: Drawing(b"", 25.4))  # 10 ms each
    client = await bed.client(twin)
    begin = time.monotonic()
    client.write(label(1) + label(2) + label(3))
    await until(lambda: twin.odometer == 3)
    assert time.monotonic() - begin >= 0.0299 - 0.02  # a late start may be made good by 20 ms


async def test_the_odometer_survives_a_restart(bed: Bed) -> None:
    twin = await bed.twin()
    (await bed.client(twin)).write(label(1) + label(2))
    await until(lambda: twin.odometer == 2)
    await twin.stop()
    twin = await bed.twin("head_open@2", "paper_out@3:0")  # that of label 2 is past
    assert twin.odometer == 2
    client = await bed.client(twin)
    assert await client.odometer() == 2
    client.write(label(3))
    await until(lambda: twin.odometer == 3)
    assert bed.printed() == [label(1), label(2), label(3)]


async def test_one_client_at_a_time(bed: Bed) -> None:
    twin = await bed.twin()
    first, second = await bed.client(twin), await bed.client(twin)
    assert await first.odometer() == 0
    assert await second.is_mute(ODOMETER)
    first.write(label(1))
    await until(lambda: twin.odometer == 1)
    first._writer.close()
    assert await second.read() == b'"1"'


async def test_two_printers_do_not_share_a_folder_or_a_port(bed: Bed, tmp_path: Path) -> None:
    twin = await bed.twin()
    with pytest.raises(KnownError) as taken:
        await bed.twin()
    assert taken.value.code == "tray_taken"
    other = ZplTwin(tmp_path / "other", lambda zpl: b"", port=twin.port)
    with pytest.raises(KnownError) as failed:
        await other.start()
    assert failed.value.code == "listen_failed"
    await twin.stop()
    again = await bed.twin()
    assert again.port


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


async def test_cancel_all_loses_what_waits_but_not_what_is_under_the_head(bed: Bed) -> None:
    twin = await bed.twin("paper_out@1")
    client = await bed.client(twin)
    client.write(label(1, b"^PQ5") + label(2))
    await client.status_when(lambda status: status.labels_remaining == 5)
    client.write(b"~JA")
    status = await client.status()
    assert (status.formats_in_buffer, status.labels_remaining) == (0, 1)
    twin.clear()
    client.write(label(3))
    await until(lambda: twin.odometer == 2)
    assert bed.printed() == [label(1, b"^PQ5"), label(3)]


async def test_a_reset_by_command_cuts_the_connection(bed: Bed) -> None:
    twin = await bed.twin("paper_out@1")
    client = await bed.client(twin)
    client.write(label(1) + label(2))
    await client.status_when(lambda status: status.labels_remaining == 1)
    client.write(b"~JR")
    assert await client.is_cut()
    twin.clear()
    await until(lambda: twin.odometer == 1)
    assert bed.printed() == [label(1)]


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


@pytest.mark.parametrize(
    ("proof", "odometer"), [(Proof.COUNTS, b'"0"'), (Proof.STATE_ONLY, b'"?"'), (Proof.BLIND, None)]
)
async def test_it_plays_each_class(bed: Bed, proof: Proof, odometer: bytes | None) -> None:
    twin = await bed.twin(proof=proof)
    client = await bed.client(twin)
    if odometer is None:
        assert await client.is_mute(b"~HS~HQES" + ODOMETER)
    else:
        client.write(ODOMETER)
        assert await client.read() == odometer
        assert not await client.is_mute()
    client.write(label(1))
    await until(lambda: twin.odometer == 1)


async def test_variables(bed: Bed) -> None:
    client = await bed.client(await bed.twin())
    client.write(b'! U1 setvar "device.friendly_name" "bench 7"\r\n! U1 getvar "device.friendly_name"\r\n')
    assert await client.read() == b'"bench 7"'
    client.write(b'! U1 getvar "no.such"\r\n! U1 do "device.reset" ""\r\n')
    assert await client.read() == b'"?"'


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


async def test_stop_prints_what_has_arrived_even_of_clients_that_wait(bed: Bed) -> None:
    twin = await bed.twin("paper_out@1:30", time_factor=0.001, ips=1e6)
    first, second = await bed.client(twin), await bed.client(twin)
    first.write(label(1))
    await first.status_when(lambda status: status.paper_out)
    first.write(label(2))
    second.write(label(3) + label(4)[:-3])
    await asyncio.sleep(0.001)  # into the kernel
    await twin.stop()
    assert bed.printed() == [label(1), label(2), label(3)]
    assert await second.is_cut()


async def test_stop_does_not_wait_for_a_person(bed: Bed) -> None:
    twin = await bed.twin("paper_out@2")
    client = await bed.client(twin)
    client.write(label(1) + label(2))
    await until(lambda: twin.odometer == 1)
    await asyncio.wait_for(twin.stop(), 5.0)
    assert bed.printed() == [label(1)]


async def test_stop_without_finishing_drops_what_is_left(bed: Bed) -> None:
    twin = await bed.twin("paper_out@2:1000", time_factor=1.0, ips=1e6)
    client = await bed.client(twin)
    client.write(label(1) + label(2))
    await until(lambda: twin.odometer == 1)
    await twin.stop(finish=False)
    await twin.stop(finish=False)
    assert await client.is_cut()
    assert bed.printed() == [label(1)]


async def test_stop_while_the_power_is_off(bed: Bed) -> None:
    twin = await bed.twin("power_cycle@1")
    client = await bed.client(twin)
    client.write(label(1))
    assert await client.is_cut()
    await asyncio.wait_for(twin.stop(), 5.0)
    with pytest.raises(ConnectionRefusedError):
        await bed.client(twin)


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
