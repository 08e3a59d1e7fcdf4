"""The simulated ZPL printer over real sockets: what it prints, what it says, and how it ends."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from app.domain.errors import KnownError
from hardware.printer import Proof
from hardware.simulator.zpl_printer import Drawing, ZplTwin
from tests.hardware.simulator.bed import ODOMETER, Bed, label
from tests.hardware.waiting import until


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
    first.close()
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
