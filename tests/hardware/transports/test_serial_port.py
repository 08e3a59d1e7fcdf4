"""Serial ports on real pseudo-terminals."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("has no pseudo-terminals", allow_module_level=True)

import termios

from app.domain.errors import KnownError, Refusal
from hardware.transports.serial_port import SerialTransport
from tests.hardware.lines import Line

BIG = bytes(range(256)) * 4000  # more than the kernel buffers for a pseudo-terminal


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    with Line(tmp_path) as one:
        yield one


@pytest.fixture
def port(line: Line) -> Iterator[SerialTransport]:
    transport = SerialTransport(line.url + "?baud=115200&flow=xon")
    transport.open()
    yield transport
    transport.close()


def read(port: SerialTransport, count: int) -> bytes:
    """`count` bytes, in however many parts they come."""
    got, end = b"", time.monotonic() + 5.0
    while len(got) < count:
        assert time.monotonic() < end, got
        got += port.read(1.0)
    return got


def test_bytes_go_both_ways(line: Line, port: SerialTransport) -> None:
    port.write(b"~HS\x00\xff\r", 1.0)
    assert line.hear(6) == b"~HS\x00\xff\r"
    line.say(b"\x02answer\x03\r\n")
    assert read(port, 10) == b"\x02answer\x03\r\n"
    assert port.read(0) == b""
    assert port.read(0.001) == b""


def test_a_read_does_not_wait_for_more_than_there_is(line: Line, port: SerialTransport) -> None:
    line.say(b"x")
    started = time.monotonic()
    assert port.read(30.0) == b"x"
    assert time.monotonic() - started < 5.0


def test_a_large_label_goes_out_whole(line: Line, port: SerialTransport) -> None:
    heard: list[bytes] = []
    reader = threading.Thread(target=lambda: heard.append(line.hear(len(BIG))))
    reader.start()
    port.write(BIG, 10.0)
    reader.join(10.0)
    assert heard == [BIG]


def test_closing_lets_the_last_bytes_leave(line: Line, port: SerialTransport) -> None:
    port.write(b"^XA^XZ", 1.0)
    port.close()
    port.close()
    assert line.hear(6) == b"^XA^XZ"


def attributes(line: Line) -> list[int]:
    assert line._slave is not None
    return [value for value in termios.tcgetattr(line._slave) if isinstance(value, int)]


@pytest.mark.parametrize(
    ("options", "speed", "size", "stops", "odd_parity", "xon", "rts"),
    [
        ("", termios.B9600, termios.CS8, False, None, False, False),
        ("?baud=9600&bits=7&parity=E&stop=1", termios.B9600, termios.CS7, False, False, False, False),
        ("?baud=115200&parity=O&stop=2&flow=xon", termios.B115200, termios.CS8, True, True, True, False),
        ("?baud=38400&parity=n&flow=rts", termios.B38400, termios.CS8, False, None, False, True),
    ],
)
def test_the_line_is_set_as_the_url_says(
    line: Line,
    options: str,
    speed: int,
    size: int,
    stops: bool,
    odd_parity: bool | None,
    xon: bool,
    rts: bool,
) -> None:
    transport = SerialTransport(line.url + options)
    transport.open()
    iflag, _, cflag, _, ispeed, ospeed = attributes(line)
    transport.close()
    assert (ispeed, ospeed) == (speed, speed)
    # a pseudo-terminal keeps to eight bits without parity, whatever is asked
    assert cflag & termios.CSIZE in (size, termios.CS8)
    assert bool(cflag & termios.CSTOPB) == stops
    if cflag & termios.PARENB:
        assert bool(cflag & termios.PARODD) == odd_parity
    assert bool(iflag & termios.IXON) == xon
    assert bool(cflag & termios.CRTSCTS) == rts


@pytest.mark.parametrize(
    "options",
    [
        *("baud=fast", "baud=0", "baud=1", "baud=99999999", "baud=-9600", "baud=٩٦٠٠"),
        *("bits=9", "parity=X", "parity=", "parity=NE", "stop=3", "flow=maybe", "flow=", "speed=9600"),
    ],
)
def test_options_that_are_none(options: str) -> None:
    with pytest.raises(Refusal) as refused:
        SerialTransport(f"serial:///dev/ttyACM0?{options}")
    assert refused.value.code == "device_url_unknown"


def test_a_port_that_is_not_there(tmp_path: Path) -> None:
    transport = SerialTransport(f"serial://{tmp_path}/ttyUSB7")
    with pytest.raises(KnownError) as failed:
        transport.open()
    assert failed.value.code == "device_open_failed"
    assert failed.value.facts["cause"] == ""
    assert failed.value.facts["reason"] == "No such file or directory"
    with pytest.raises(KnownError, match="device_not_open"):
        transport.read(0)


def test_a_file_is_no_port(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(KnownError, match="device_open_failed"):
        SerialTransport(f"serial://{tmp_path}/file").open()


def test_one_port_has_one_owner(line: Line, port: SerialTransport) -> None:
    with pytest.raises(KnownError) as failed:
        SerialTransport(line.url).open()
    assert failed.value.facts["cause"] == "busy"
    port.close()
    second = SerialTransport(line.url)
    second.open()
    second.close()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may open everything")
def test_a_port_of_others_for_real(line: Line) -> None:
    line.path.chmod(0)
    with pytest.raises(KnownError) as failed:
        SerialTransport(line.url).open()
    assert failed.value.facts["cause"] == "permission"


def test_a_port_of_others(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(path: str, flags: int, mode: int = 0o777) -> int:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "open", denied)
    with pytest.raises(KnownError) as failed:
        SerialTransport(line.url).open()
    assert failed.value.facts["cause"] == "permission"
    assert failed.value.facts["reason"] == "Permission denied"
    assert failed.value.facts["node"] == str(line.path)


def test_an_unplug_is_no_silence(line: Line, port: SerialTransport) -> None:
    line.say(b"last words")
    assert read(port, 10) == b"last words"
    line.unplug()
    with pytest.raises(KnownError) as lost:
        port.read(1.0)
    assert lost.value.code == "device_gone"
    assert lost.value.facts["written"] is None
    with pytest.raises(KnownError, match="device_not_open"):
        port.read(1.0)


def test_a_port_whose_name_has_gone_is_gone(line: Line, port: SerialTransport) -> None:
    line.path.unlink()  # and the descriptor is silent as ever
    with pytest.raises(KnownError, match="device_gone"):
        port.read(0.01)


def test_nothing_has_left_when_it_was_unplugged_before(line: Line, port: SerialTransport) -> None:
    line.unplug()
    with pytest.raises(KnownError) as lost:
        port.write(b"^XA^XZ", 1.0)
    assert lost.value.code == "device_gone"
    assert lost.value.facts["written"] == 0


def test_an_unplug_in_mid_transfer_is_never_called_nothing(line: Line, port: SerialTransport) -> None:
    def hear_some_and_leave() -> None:
        line.hear(1000)
        line.unplug()

    breaker = threading.Thread(target=hear_some_and_leave)
    breaker.start()
    with pytest.raises(KnownError) as lost:
        port.write(BIG, 10.0)
    breaker.join(10.0)
    assert lost.value.code == "device_gone"
    assert lost.value.facts["written"] is None


def test_a_stopped_line_that_took_nothing(line: Line, port: SerialTransport) -> None:
    line.say(b"\x13")  # XOFF
    until_stopped(port)
    with pytest.raises(KnownError) as failed:
        port.write(b"^XA^XZ", 0.02)
    assert failed.value.code == "device_write_failed"
    assert failed.value.facts["written"] == 0
    line.say(b"\x11")
    port.write(b"next", 5.0)
    assert line.hear(4) == b"next"


def test_a_line_that_stops_in_the_middle(line: Line, port: SerialTransport) -> None:
    with pytest.raises(KnownError) as failed:
        port.write(BIG, 0.02)  # which nobody reads
    assert failed.value.code == "device_write_failed"
    assert failed.value.facts["written"] is None  # some of it is on its way
    late = line.hear(len(BIG), seconds=0.02)
    assert len(late) <= 4096  # what was only in the buffer never comes out later, in front of the next label
    started = time.monotonic()
    port.close()
    assert time.monotonic() - started < 2.0  # not the half minute for which the kernel would wait


def test_only_a_port_that_was_lost_keeps_what_came_before_it_was_opened(line: Line, port: SerialTransport) -> None:
    port.close()
    line.say(b"stale")
    port.open()
    assert port.read(0.02) == b""
    line.unplug()
    with pytest.raises(KnownError, match="device_gone"):
        port.read(1.0)
    line.plug()
    line.say(b"4006381333931\r")  # scanned before anybody had noticed that the scanner is back
    port.open()
    assert read(port, 14) == b"4006381333931\r"
    port.close()
    line.say(b"stale")
    port.open()  # nothing was lost this time
    assert port.read(0.02) == b""


def until_stopped(port: SerialTransport) -> None:
    """Until XOFF has arrived, which the line discipline acts upon in its own time."""
    import select

    assert port._port is not None
    end = time.monotonic() + 5.0
    while select.select([], [port._port.fileno()], [], 0)[1]:
        assert time.monotonic() < end, "never stopped"
