"""A scanner and a scale that are steered by lines of text, and their cables."""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.domain.errors import KnownError, Refusal
from hardware.device import DeviceState
from hardware.scale import open_scale
from hardware.scanner import ReceivedScan, open_scanner
from hardware.simulator.cable import CallingCable, PtyCable, TcpCable, open_cable
from hardware.simulator.scanner import ScanFault
from hardware.simulator.serve_bench import run_sim_scale, run_sim_scanner
from tests.hardware.waiting import until

needs_pty = pytest.mark.skipif(sys.platform == "win32", reason="has no pseudo-terminals")


class Lines:
    """Standard input: lines are given one by one, None ends it."""

    def __init__(self) -> None:
        self.given: queue.Queue[str | None] = queue.Queue()

    def __iter__(self) -> Iterator[str]:
        while (line := self.given.get()) is not None:
            yield line


@needs_pty
async def test_each_line_is_a_scan(tmp_path: Path) -> None:
    lines, urls, told = Lines(), list[str](), list[tuple[str, ScanFault | None]]()
    scans: list[ReceivedScan] = []
    thread = threading.Thread(
        target=run_sim_scanner,
        args=(f"serial://{tmp_path}/tty?suffix=crlf&prefix=stx", lines),
        kwargs={
            "aim": "]C0", "faults": ["twice@2"], "ready": urls.append, "tell": lambda *one: told.append(one),
        },
    )  # fmt: skip
    thread.start()
    await until(lambda: bool(urls))
    assert urls == [f"serial://{tmp_path}/tty?suffix=crlf&prefix=stx"]
    scanner = open_scanner(urls[0], scans.append, lambda *_: None)
    await until(lambda: scanner.state is DeviceState.READY)
    for line in ("A1\n", "\n", "B2\n", None):
        lines.given.put(line)
    await until(lambda: [scan.raw for scan in scans] == ["]C0A1", "]C0B2", "]C0B2"])
    thread.join()
    assert told == [("A1", None), ("B2", ScanFault.TWICE)]
    assert not (tmp_path / "tty").is_symlink()
    scanner.stop()


async def test_a_scale_is_loaded_by_lines() -> None:
    lines, urls = Lines(), list[str]()
    thread = threading.Thread(
        target=run_sim_scale,
        args=("tcp://127.0.0.1:0", lines),
        kwargs={"protocol": "mt_sics", "settle": 0.0, "ready": urls.append},
    )
    thread.start()
    await until(lambda: bool(urls))
    scale = open_scale(urls[0], lambda _: None, lambda *_: None)
    for line in ("stuck", "well", "", "342"):
        lines.given.put(line)

    def shows() -> bool:
        weight = scale.weight()
        return weight is not None and weight.stable and weight.grams == 342

    await until(shows)
    lines.given.put(None)
    thread.join()
    await until(lambda: scale.state is DeviceState.ABSENT)
    scale.stop()


@pytest.mark.parametrize("line", ["explode", "lying explode", "nan", "1e999"])
def test_a_line_that_is_neither_load_nor_fault_is_refused(line: str) -> None:
    with pytest.raises(Refusal) as refused:
        run_sim_scale("tcp://127.0.0.1:0", [line], protocol="ascii")
    assert refused.value.code == "twin_fault_unknown"


def test_what_cannot_be_simulated_is_refused() -> None:
    cases: list[tuple[Callable[[], None], str]] = [
        (lambda: run_sim_scanner("hid://0c2e:0b81", []), "device_url_unknown"),
        (lambda: run_sim_scanner("serial:x?suffix=return", []), "framing_unknown"),
        (lambda: run_sim_scanner("", [], faults=["explode@1"]), "twin_fault_unknown"),
        (lambda: run_sim_scale("tcp://127.0.0.1:0", [], protocol="bizerba"), "scale_protocol_unknown"),
    ]
    for run, code in cases:
        with pytest.raises(Refusal) as refused:
            run()
        assert refused.value.code == code


@needs_pty
def test_a_cable_never_takes_the_place_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("kept")
    with pytest.raises(KnownError) as failed:
        PtyCable(file)
    assert failed.value.code == "listen_failed"
    assert file.read_text() == "kept"


def test_a_cable_that_finds_nobody(tmp_path: Path) -> None:
    free = TcpCable()
    with pytest.raises(KnownError) as taken:
        open_cable(free.url)
    assert taken.value.code == "listen_failed"
    port = int(free.url.rpartition(":")[2])
    assert (free.send(b"x"), free.receive()) == (0, b"")
    free.close()
    with pytest.raises(KnownError) as nobody:
        CallingCable("127.0.0.1", port)
    assert nobody.value.code == "device_open_failed"


@needs_pty
def test_a_pty_lasts_from_plug_to_plug(tmp_path: Path) -> None:
    cable = PtyCable(tmp_path / "tty")
    cable.plug()
    with cable.path.open("r+b", buffering=0) as host:
        assert cable.send(b"hello") == 5
        assert host.read(5) == b"hello"
        host.write(b"W")
        assert cable.receive(5.0) == b"W"
        cable.unplug()
        cable.unplug()
        with pytest.raises(OSError, match="Input/output error"):
            host.write(b"W")
    assert (cable.send(b"x"), cable.receive(), cable.path.exists()) == (0, b"", False)
    cable.plug()
    assert cable.path.exists()
    cable.close()
    named = PtyCable()
    folder = named.path.parent
    named.close()
    assert not folder.exists()
