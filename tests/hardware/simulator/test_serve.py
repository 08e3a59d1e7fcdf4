"""A simulated printer as a process: how it starts, and the three ways in which it ends."""

from __future__ import annotations

import asyncio
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from app.domain.errors import KnownError, Refusal
from hardware.printer import Proof
from hardware.printers import open_printer
from hardware.simulator.serve import serve
from tests.hardware.waiting import until

ROOT = Path(__file__).resolve().parents[3]
LABELS = b"^XA^FDone^FS^XZ^XA^FDtwo^FS^XZ"
PROGRAM = """
import asyncio, sys
from pathlib import Path
from hardware.simulator.serve import serve
asyncio.run(serve(
    "tcp://127.0.0.1:0", Path(sys.argv[1]), lambda zpl: b"", time_factor=0.01, until_stdin_closes=True,
    ready=lambda url: print(url, flush=True),
))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGTERM to catch")
@pytest.mark.parametrize("end", ["stdin", "SIGTERM", "SIGINT"])
def test_it_ends_with_its_parent_or_when_told_to(tmp_path: Path, end: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path)], cwd=ROOT,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        host, _, port = process.stdout.readline().decode().strip().removeprefix("tcp://").partition(":")
        with socket.create_connection((host, int(port)), timeout=5.0) as client:
            client.sendall(LABELS + b"~HS")
            assert client.recv(1) == b"\x02"  # it has taken them
            if end == "stdin":
                process.stdin.close()
            else:
                process.send_signal(getattr(signal, end))
            assert process.wait(10.0) == 0
        assert process.stderr.read() == b""
    printed = [path.name for path in sorted(tmp_path.glob("*.zpl"))]
    if end == "stdin":
        assert printed == ["000001.zpl", "000002.zpl"]
    else:  # as a plug that is pulled: what is in the buffer is lost
        assert "000002.zpl" not in printed


@pytest.mark.parametrize("url", ["file:x", "printer", "tcp://", "usb://0a5f:0166"])
async def test_what_cannot_be_listened_at(tmp_path: Path, url: str) -> None:
    with pytest.raises(Refusal) as refused:
        await serve(url, tmp_path, lambda zpl: b"")
    assert refused.value.code == "device_url_unknown"


@pytest.mark.parametrize(
    ("options", "code"),
    [({"language": "epl"}, "printer_language_unknown"), ({"proof": Proof.ACKNOWLEDGES}, "twin_class_unknown")],
)
async def test_what_cannot_be_played(tmp_path: Path, options: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        await serve("tcp://127.0.0.1:0", tmp_path, lambda zpl: b"", **options)
    assert refused.value.code == code


@pytest.mark.skipif(sys.platform == "win32", reason="has no pseudo-terminals")
@pytest.mark.parametrize("named", [False, True])
async def test_a_serial_port(tmp_path: Path, named: bool) -> None:
    url: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    link = tmp_path / "else where" if named else tmp_path / "tray" / "port"
    serving = asyncio.create_task(
        serve(
            f"pty:{link}" if named else "pty", tmp_path / "tray", lambda data: b"", language="tspl", baud=115200,
            time_factor=0.0, ready=url.set_result,
        )
    )  # fmt: skip
    told = await asyncio.wait_for(url, 5.0)
    assert told == f"serial://{quote(str(link))}?baud=115200&language=tspl"
    printer = open_printer(told)
    await asyncio.to_thread(printer.open)
    try:
        assert await asyncio.to_thread(printer.probe) is Proof.STATE_ONLY
        await asyncio.to_thread(printer.send, b"CLS\r\nPRINT 1\r\n", 1.0)
        await until(lambda: (tmp_path / "tray" / "000001.tspl").exists())
    finally:
        printer.close()
        serving.cancel()
        await asyncio.wait({serving})
    assert not link.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="has no pseudo-terminals")
async def test_a_name_that_is_taken(tmp_path: Path) -> None:
    (tmp_path / "port").write_bytes(b"somebody's")
    with pytest.raises(KnownError) as failed:
        await serve("pty", tmp_path, lambda data: b"")
    assert failed.value.code == "listen_failed"
    assert (tmp_path / "port").read_bytes() == b"somebody's"


async def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(KnownError) as failed:
            await serve(url, tmp_path, lambda zpl: b"")
    assert failed.value.code == "listen_failed"


async def test_it_ends_when_its_folder_takes_no_more(tmp_path: Path) -> None:
    url: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(
        serve("tcp://127.0.0.1:0", tmp_path, lambda zpl: b"", time_factor=0.0, ready=url.set_result)
    )
    port = int((await asyncio.wait_for(url, 5.0)).rpartition(":")[2])
    (tmp_path / "000001.part").mkdir()  # in the way of the first label
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(LABELS)
    with pytest.raises(KnownError) as failed:
        await asyncio.wait_for(serving, 5.0)
    assert failed.value.code == "tray_unusable"
    writer.close()
