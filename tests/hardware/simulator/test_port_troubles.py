"""What goes wrong between host and twin, at each port: what the driver is told, and what comes out."""

from __future__ import annotations

import asyncio

import pytest

from app.domain.errors import KnownError
from hardware.printer import Condition, Proof
from hardware.simulator.faults import Trouble
from tests.hardware.simulator.meeting import LANGUAGES, PORTS, Meeting, Pair, job
from tests.hardware.waiting import until


async def lost(pair: Pair) -> KnownError:
    """The error by which the driver notices that the connection is gone."""
    noticed: list[KnownError] = []

    async def notices() -> bool:
        try:
            await pair.call(pair.driver.status)
        except KnownError as error:
            noticed.append(error)
        return bool(noticed)

    await until(notices)
    return noticed[0]


async def sent(pair: Pair, number: int, size: int = 0) -> str:
    """The code with which sending failed, "" if it did not."""
    try:
        await pair.send(number, size)
    except KnownError as error:
        return error.code
    return ""


async def reopened(pair: Pair) -> Proof:
    """Open and probe again, as soon as that is possible."""
    proofs: list[Proof] = []

    async def opens() -> bool:
        try:
            proofs.append(await pair.opened())
        except KnownError:
            return False
        return True

    await until(opens)
    return proofs[0]


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("trouble", "comes_out"), [("cut", False), ("cut_after", True)])
async def test_a_connection_that_is_cut(
    meeting: Meeting, language: str, port: str, trouble: str, comes_out: bool
) -> None:
    pair = await meeting.pair(language, port, f"{trouble}@2")
    await pair.opened()
    await pair.send(1)
    code = await sent(pair, 2, size=100_000)
    assert code in ("", "device_gone", "device_write_failed")
    if code != "device_gone":
        assert (await lost(pair)).code == "device_gone"
    await reopened(pair)
    await pair.send(3)
    await until(lambda: pair.twin.odometer == 2 + comes_out)
    assert pair.printed() == ["001", *(["002"] if comes_out else []), "003"]


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_cable_pulled_in_mid_transfer(meeting: Meeting, language: str, port: str) -> None:
    pair = await meeting.pair(language, port, "unplug@2")
    await pair.opened()
    await pair.send(1)
    if await sent(pair, 2, size=100_000) != "device_gone":
        await lost(pair)
    await until(lambda: pair.twin.odometer == 1)
    with pytest.raises(KnownError) as refused:
        await pair.opened()
    assert refused.value.code == "device_open_failed"
    pair.twin.clear()
    await reopened(pair)
    await pair.send(3)
    await until(lambda: pair.twin.odometer == 2)
    assert pair.printed() == ["001", "003"]


@pytest.mark.parametrize("port", PORTS)
async def test_a_line_that_takes_no_more_bytes(meeting: Meeting, port: str) -> None:
    pair = await meeting.pair("zpl", port, "xoff@2")
    await pair.opened()
    await pair.send(1)
    with pytest.raises(KnownError) as stalled:
        await pair.send(2, size=8_000_000, timeout=0.2)
    assert stalled.value.code == "device_write_failed"
    assert stalled.value.facts["reason"] == "timeout"
    assert stalled.value.facts["written"] != 0
    assert pair.printed() == ["001"]
    await pair.call(pair.driver.close)
    pair.twin.clear()
    await reopened(pair)
    await pair.send(3)
    half = [] if port == "tcp" else ["002"]  # comes out as far as it got, and the next one not into it
    await until(lambda: pair.twin.odometer == 2 + len(half))
    assert pair.printed() == ["001", *half, "003"]
    last = max(pair.folder.glob("*.zpl")).read_bytes()
    assert b"label-002" not in last


async def test_xon_lets_a_stalled_serial_line_go_on(meeting: Meeting) -> None:
    if "pty" not in PORTS:
        pytest.skip("no pseudo-terminals here")
    pair = await meeting.pair("zpl", "pty", "xoff@1")
    await pair.opened()
    sending = asyncio.create_task(pair.send(1, size=50_000, timeout=10.0))
    await asyncio.sleep(0.05)
    assert not sending.done()
    pair.twin.clear()
    await sending
    await until(lambda: pair.twin.odometer == 1)


async def test_a_half_open_connection_is_silent_and_the_next_one_works(meeting: Meeting) -> None:
    pair = await meeting.pair("zpl", "tcp", "half_open@2")
    await pair.opened()
    await pair.send(1)
    await pair.send(2)
    await pair.send(3)  # nobody says that it goes nowhere
    assert (await pair.call(pair.driver.status)).condition is Condition.SILENT
    await pair.call(pair.driver.close)
    assert await pair.opened() is Proof.COUNTS
    await pair.send(4)
    await until(lambda: pair.twin.odometer == 2)
    assert pair.printed() == ["001", "004"]
    await pair.twin.stop()  # not even then
    assert pair.printed() == ["001", "004"]


@pytest.mark.parametrize("port", PORTS)
async def test_a_power_cycle(meeting: Meeting, port: str) -> None:
    pair = await meeting.pair("escpos", port, "power_cycle@2")
    await pair.opened()
    await pair.send(1)
    await until(lambda: pair.twin.odometer == 1)
    await sent(pair, 2)
    if port == "pty":  # a serial line does not show it: the printer is silent, and what it had is gone

        async def silent() -> bool:
            return (await pair.call(pair.driver.status)).condition is Condition.SILENT

        await until(silent)
        assert pair.twin.taken == 0
        await pair.send(3)  # into a printer without power
        pair.twin.clear()

        async def ready() -> bool:
            return (await pair.call(pair.driver.status)).accepts

        await until(ready)
    else:
        await lost(pair)
        pair.twin.clear()
        await reopened(pair)
    before = (await pair.call(pair.driver.progress)).acknowledged
    await pair.send(4)
    await until(lambda: pair.twin.odometer == 2)
    assert pair.printed() == ["001", "004"]
    if port == "pty":
        progress = await pair.call(pair.driver.progress)
        assert (progress.acknowledged, before) == (1, 1)  # the lost one holds up all later ones


@pytest.mark.parametrize("language", LANGUAGES)
async def test_half_a_label_of_another_host_is_forgotten(meeting: Meeting, language: str) -> None:
    pair = await meeting.pair(language, "tcp")
    await pair.opened()
    await pair.call(lambda: pair.driver.send(job(language, 1, 500)[:-40], 1.0))
    await pair.call(pair.driver.close)
    await pair.opened()
    await pair.send(2)
    await until(lambda: pair.twin.odometer == 1)
    assert pair.printed() == ["002"]


async def test_a_slow_line_takes_its_time(meeting: Meeting) -> None:
    pair = await meeting.pair("zpl", "tcp", link=100_000.0, time_factor=1.0, ips=1e6)
    await pair.opened()
    begin = asyncio.get_running_loop().time()
    await pair.send(1, size=10_000)
    await until(lambda: pair.twin.odometer == 1)
    assert asyncio.get_running_loop().time() - begin >= 0.2  # 20,000 bytes in hex


@pytest.mark.parametrize("trouble", [Trouble.XOFF, Trouble.UNPLUG])
async def test_stop_while_the_line_is_in_trouble(meeting: Meeting, trouble: Trouble) -> None:
    pair = await meeting.pair("zpl", "tcp", f"{trouble}@1")
    await pair.opened()
    await sent(pair, 1)
    await asyncio.wait_for(pair.twin.stop(), 5.0)
