"""The TCP port and its lines, whose waiting ends in any moment: nothing that has come is lost or left open."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Generator, Iterator
from contextlib import closing, suppress
from typing import cast

import pytest

from hardware.simulator.port import Line, TcpLine, TcpPort
from tests.hardware.simulator.bed import Bed, label

# of the loop, between what a host does and the end of the waiting; it takes what came in one and wakes in another
in_any_moment = pytest.mark.parametrize("turns", range(6))
watched = pytest.mark.skipif(sys.platform == "win32", reason="its loop takes what comes before the task wakes")


@pytest.fixture
def port() -> Iterator[TcpPort]:
    made = TcpPort()
    made.claim()
    made.plug()
    yield made
    made.release()


def connect(port: TcpPort) -> socket.socket:
    return socket.create_connection(port.address, timeout=5.0)


async def turn(times: int) -> None:
    for _ in range(times):
        await asyncio.sleep(0)


@watched
@in_any_moment
async def test_a_host_that_comes_as_the_waiting_ends_is_met_by_who_waits_next(port: TcpPort, turns: int) -> None:
    first = asyncio.create_task(port.line())
    await turn(1)
    with connect(port) as host:
        await turn(turns)
        first.cancel()
        await asyncio.wait([first])
        line = await asyncio.wait_for(port.line(), 5.0) if first.cancelled() else first.result()
        with closing(line.client):
            assert line.client.getpeername() == host.getsockname()


@watched
@in_any_moment
async def test_bytes_that_come_as_the_reading_ends_are_read_next(port: TcpPort, turns: int) -> None:
    with connect(port) as host:
        line = await port.line()
        with closing(line.client):
            first = asyncio.create_task(line.read(99))
            await turn(1)
            host.sendall(b"label")
            await turn(turns)
            first.cancel()
            await asyncio.wait([first])
            assert (await asyncio.wait_for(line.read(99), 5.0) if first.cancelled() else first.result()) == b"label"


@watched
@in_any_moment
async def test_a_printer_that_stops_prints_and_lets_go_of_the_host_that_has_just_come(bed: Bed, turns: int) -> None:
    twin = await bed.twin()
    await turn(2)
    with socket.create_connection(("127.0.0.1", twin.port), timeout=5.0) as host:
        host.sendall(label(1))
        await turn(turns)
        await twin.stop()
        host.setblocking(False)
        with suppress(ConnectionResetError):
            assert host.recv(99) == b""
    assert bed.printed() == [label(1)]


async def test_the_stop_lets_go_of_everybody_even_if_it_is_cancelled(bed: Bed) -> None:
    twin = await bed.twin()
    with socket.create_connection(("127.0.0.1", twin.port), timeout=5.0) as host:
        host.sendall(b"~HS")
        assert await asyncio.to_thread(host.recv, 1)
        stopping = asyncio.create_task(twin.stop())
        await turn(1)
        stopping.cancel()
        await asyncio.wait([stopping])
        with suppress(ConnectionResetError):
            while host.recv(99):
                pass
    assert stopping.cancelled()


async def test_whoever_waited_is_let_go_when_reading_what_is_left_ends_early(port: TcpPort) -> None:
    with connect(port) as host:
        host.sendall(b"label")
        with closing(cast(Generator[tuple[Line, bytes], None, None], port.left(None))) as left:
            assert next(left)[1] == b"label"
        assert host.recv(99) == b""


async def test_a_host_that_has_gone_before_it_is_met(port: TcpPort) -> None:
    host = connect(port)
    TcpLine(host).close(reset=True)
    line: Line = await asyncio.wait_for(port.line(), 5.0)
    with suppress(ConnectionResetError):
        assert await line.read(99) == b""
    line.close(reset=False)


async def test_on_a_loop_that_cannot_watch_sockets(port: TcpPort, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise NotImplementedError

    monkeypatch.setattr(asyncio.get_running_loop(), "add_reader", refuse)  # as that of Windows
    waiting = asyncio.create_task(port.line())
    await turn(2)
    with connect(port) as host:
        line = await asyncio.wait_for(waiting, 5.0)
        reading = asyncio.create_task(line.read(99))
        await turn(2)
        host.sendall(b"label")
        assert await asyncio.wait_for(reading, 5.0) == b"label"
        line.close(reset=False)
