"""A device that is kept open: states, unplug and replug on a real pseudo-terminal, commands, polls, the end."""

from __future__ import annotations

import queue
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("has no pseudo-terminals", allow_module_level=True)

from app.domain.errors import KnownError
from hardware.attachment import Attachment
from hardware.device import DeviceState, Transport
from hardware.transports.serial_port import SerialTransport
from tests.hardware.lines import Line
from tests.hardware.waiting import until

ABSENT, CONNECTING, READY, FAULT = DeviceState.ABSENT, DeviceState.CONNECTING, DeviceState.READY, DeviceState.FAULT


class Told:
    """What an attachment told, in its order."""

    def __init__(self) -> None:
        self.states: list[tuple[DeviceState, str]] = []
        self.chunks: list[tuple[bytes, float]] = []
        self.threads: set[int] = set()

    def state(self, state: DeviceState, reason: str) -> None:
        self.threads.add(threading.get_ident())
        self.states.append((state, reason))

    def took(self, data: bytes, at: float) -> None:
        self.threads.add(threading.get_ident())
        self.chunks.append((data, at))

    @property
    def text(self) -> bytes:
        return b"".join(data for data, _ in self.chunks)

    def count(self, state: DeviceState) -> int:
        return sum(told is state for told, _ in self.states)


class Scripted:
    """A transport whose opening, reading and writing the test decides; reads wait on a queue."""

    url = "serial:/dev/scripted"

    def __init__(self) -> None:
        self.opening: list[KnownError] = []  # raised one by one
        self.reading: queue.Queue[bytes | KnownError] = queue.Queue()
        self.written: list[bytes] = []
        self.write_error: KnownError | None = None
        self.is_open = False
        self.opened = 0

    def open(self) -> None:
        self.opened += 1
        if self.opening:
            raise self.opening.pop(0)
        self.is_open = True

    def close(self) -> None:
        self.is_open = False

    def write(self, data: bytes, timeout: float) -> None:
        if self.write_error is not None:
            raise self.write_error
        self.written.append(data)

    def read(self, timeout: float) -> bytes:
        try:
            got = self.reading.get(timeout=timeout) if timeout > 0 else self.reading.get_nowait()
        except queue.Empty:
            return b""
        if isinstance(got, KnownError):
            raise got
        return got


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    with Line(tmp_path) as one:
        yield one


@pytest.fixture
def scripted(told: Told) -> Iterator[tuple[Scripted, Attachment]]:
    transport = Scripted()
    attachment = Attachment(transport, on_bytes=told.took, on_state=told.state, retry_seconds=0.001)
    yield transport, attachment
    attachment.stop()


async def test_bytes_come_with_the_moment_of_their_arrival(line: Line, told: Told) -> None:
    attachment = Attachment(SerialTransport(line.url), on_bytes=told.took, on_state=told.state)
    assert attachment.state is ABSENT
    attachment.start()
    await until(lambda: attachment.state is READY)
    before = time.monotonic()
    line.say(b"4006381333931\r")
    await until(lambda: told.text == b"4006381333931\r")
    assert all(before <= at <= time.monotonic() for _, at in told.chunks)
    attachment.stop()
    assert told.states == [(CONNECTING, ""), (READY, "")]
    assert told.threads == {*told.threads} - {threading.get_ident()}
    assert len(told.threads) == 1


async def test_unplug_and_replug_within_two_seconds_and_every_code_once(line: Line, told: Told) -> None:
    attachment = Attachment(SerialTransport(line.url), on_bytes=told.took, on_state=told.state)
    attachment.start()
    await until(lambda: attachment.state is READY)
    expected = b""
    for plugged in range(1, 4):
        codes = b"".join(b"A%02d%04d\r" % (plugged, number) for number in range(200))
        line.say(codes)
        expected += codes
        await until(lambda: told.text == expected)  # noqa: B023 — awaited at once
        line.unplug()
        await until(lambda: attachment.state is ABSENT)
        assert attachment.trouble is not None
        line.plug()
        line.say(b"at once\r")  # before anybody can have noticed
        expected += b"at once\r"
        back_at = time.monotonic()
        await until(lambda: told.count(READY) == plugged + 1, seconds=2.0)  # noqa: B023
        assert time.monotonic() - back_at < 2.0
        assert attachment.trouble is None
    await until(lambda: told.text == expected)
    attachment.stop()
    assert told.text == expected
    assert told.states[:4] == [(CONNECTING, ""), (READY, ""), (ABSENT, "device_gone"), (READY, "")] or (
        told.states[2:4] == [(ABSENT, "device_gone"), (ABSENT, "device_open_failed")]
    )


async def test_a_device_that_is_not_there_yet(line: Line, told: Told) -> None:
    line.unplug()
    attachment = Attachment(SerialTransport(line.url), on_bytes=told.took, on_state=told.state, retry_seconds=60.0)
    attachment.start()
    await until(lambda: attachment.state is ABSENT)
    assert told.states == [(CONNECTING, ""), (ABSENT, "device_open_failed")]
    line.plug()
    attachment.retry()  # does not wait for the minute
    await until(lambda: attachment.state is READY)
    attachment.stop()


def test_stopping_is_quick_and_final(line: Line, told: Told) -> None:
    attachment = Attachment(SerialTransport(line.url), on_bytes=told.took, on_state=told.state, retry_seconds=60.0)
    attachment.start()
    started = time.monotonic()
    attachment.stop()
    attachment.stop()
    assert time.monotonic() - started < 1.0
    assert not any("attachment" in thread.name for thread in threading.enumerate())
    other = SerialTransport(line.url)
    other.open()  # the port is free again
    other.close()


def test_stopping_before_starting(told: Told) -> None:
    Attachment(Scripted(), on_bytes=told.took, on_state=told.state).stop()
    assert told.states == []


async def test_stopping_an_absent_device_does_not_wait_for_it(told: Told, tmp_path: Path) -> None:
    transport = SerialTransport(f"serial://{tmp_path}/none")
    attachment = Attachment(transport, on_bytes=told.took, on_state=told.state, retry_seconds=60.0)
    attachment.start()
    await until(lambda: attachment.state is ABSENT)
    started = time.monotonic()
    attachment.stop()
    assert time.monotonic() - started < 1.0


async def test_stopping_from_a_callback(line: Line) -> None:
    stopped = threading.Event()

    def stop(data: bytes, at: float) -> None:
        attachment.stop()
        stopped.set()

    attachment = Attachment(SerialTransport(line.url), on_bytes=stop, on_state=lambda state, reason: None)
    attachment.start()
    await until(lambda: attachment.state is READY)
    line.say(b"x")
    await until(stopped.is_set)
    await until(lambda: not any("attachment" in thread.name for thread in threading.enumerate()))


async def test_nothing_is_told_once_it_was_stopped(scripted: tuple[Scripted, Attachment], told: Told) -> None:
    transport, attachment = scripted
    attachment.start()
    await until(lambda: attachment.state is READY)
    attachment.stop()
    transport.reading.put(b"late")
    assert told.chunks == []
    assert told.states[-1] == (READY, "")
    assert not transport.is_open


async def test_the_same_state_is_told_once(scripted: tuple[Scripted, Attachment], told: Told) -> None:
    transport, attachment = scripted
    transport.opening = [KnownError("device_open_failed", url=transport.url, reason="x") for _ in range(20)]
    attachment.start()
    await until(lambda: attachment.state is READY)
    assert told.states == [(CONNECTING, ""), (ABSENT, "device_open_failed"), (READY, "")]


async def test_what_a_person_can_mend_is_a_fault(scripted: tuple[Scripted, Attachment], told: Told) -> None:
    transport, attachment = scripted
    transport.opening = [
        KnownError("device_open_failed", url=transport.url, reason="busy", cause="busy", node="/dev/scripted"),
        KnownError("device_open_failed", url=transport.url, reason="no program", cause="program", program="lp"),
    ]
    attachment.start()
    await until(lambda: attachment.state is READY)
    assert told.states == [
        (CONNECTING, ""),
        (FAULT, "device_in_use"),
        (FAULT, "device_program_missing"),
        (READY, ""),
    ]


async def test_commands_are_written_in_order(scripted: tuple[Scripted, Attachment]) -> None:
    transport, attachment = scripted
    with pytest.raises(KnownError, match="device_not_open"):
        attachment.write(b"Z\r\n")
    attachment.start()
    await until(lambda: attachment.state is READY)
    for command in (b"Z\r\n", b"T\r\n", b"S\r\n"):
        attachment.write(command)
    await until(lambda: len(transport.written) == 3)
    assert transport.written == [b"Z\r\n", b"T\r\n", b"S\r\n"]


async def test_a_command_is_not_kept_for_the_next_device(scripted: tuple[Scripted, Attachment], told: Told) -> None:
    transport, attachment = scripted
    lost, ready_again = threading.Event(), threading.Event()

    def state(state: DeviceState, reason: str) -> None:
        told.state(state, reason)
        if state is ABSENT:
            lost.set()
            ready_again.wait(5.0)

    attachment._on_state = state
    attachment.start()
    await until(lambda: attachment.state is READY)
    transport.write_error = KnownError("device_gone", url=transport.url, reason="x", written=0)
    attachment.write(b"first")
    attachment.write(b"second")
    await until(lost.is_set)
    transport.write_error = None
    with pytest.raises(KnownError, match="device_not_open"):
        attachment.write(b"third")
    ready_again.set()
    await until(lambda: told.count(READY) == 2)
    attachment.write(b"fourth")
    await until(lambda: bool(transport.written))
    assert transport.written == [b"fourth"]


async def test_a_device_that_must_be_asked_is_asked(told: Told) -> None:
    transport = Scripted()
    attachment = Attachment(transport, on_bytes=told.took, on_state=told.state, poll=(b"W", 0.001))
    attachment.start()
    await until(lambda: len(transport.written) >= 5)
    attachment.stop()
    assert set(transport.written) == {b"W"}


async def test_a_rare_question_is_asked_at_once_and_not_twice(told: Told) -> None:
    transport = Scripted()
    attachment = Attachment(transport, on_bytes=told.took, on_state=told.state, poll=(b"W", 60.0))
    attachment.start()
    await until(lambda: bool(transport.written))
    for number in range(20):
        transport.reading.put(b"%d" % number)
    await until(lambda: len(told.chunks) == 20)
    attachment.stop()
    assert transport.written == [b"W"]


async def test_it_is_greeted_before_it_is_ready_and_after_each_unplug(told: Told) -> None:
    transport = Scripted()
    greeted: list[int] = []

    def greet(device: Transport) -> None:
        greeted.append(told.count(READY))
        device.write(b"hello", 1.0)
        if len(greeted) == 2:
            raise KnownError("device_gone", url=device.url, reason="x", written=None)

    attachment = Attachment(
        transport, on_bytes=told.took, on_state=told.state, greet=greet, retry_seconds=0.001
    )
    attachment.start()
    await until(lambda: attachment.state is READY)
    transport.reading.put(KnownError("device_gone", url=transport.url, reason="x", written=None))
    await until(lambda: told.count(READY) == 2)
    attachment.stop()
    assert greeted == [0, 1, 1]
    assert transport.written == [b"hello"] * 3
    assert told.states == [(CONNECTING, ""), (READY, ""), (ABSENT, "device_gone"), (READY, "")]


async def test_a_bug_is_not_a_listening_device(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    crashed: list[BaseException | None] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: crashed.append(args.exc_value))
    transport = Scripted()

    def breaks(data: bytes, at: float) -> None:
        raise ZeroDivisionError

    attachment = Attachment(transport, on_bytes=breaks, on_state=told.state)
    attachment.start()
    transport.reading.put(b"x")
    await until(lambda: bool(crashed))
    assert isinstance(crashed[0], ZeroDivisionError)
    assert told.states[-1] == (FAULT, "device_reader_ended")
    assert not transport.is_open
