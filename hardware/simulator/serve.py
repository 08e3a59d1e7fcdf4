"""Runs a simulated printer until it is told to stop: for the composition root."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from app.domain.errors import Refusal
from hardware.device import parse_url
from hardware.printer import Proof
from hardware.simulator.escpos_language import EscposLanguage
from hardware.simulator.faults import Chance, Fault, Schedule
from hardware.simulator.language import Language
from hardware.simulator.mechanics import Draw
from hardware.simulator.port import Port, TcpPort
from hardware.simulator.printer_twin import PrinterTwin
from hardware.simulator.tspl_language import TsplLanguage
from hardware.simulator.zpl_language import ZplLanguage

LANGUAGES = ("zpl", "tspl", "escpos")  # that a twin speaks
_PTY = "pty"
_BITS_A_BYTE = 10  # with start and stop bit


async def serve(
    listen_url: str,
    out: Path,
    draw: Draw,
    *,
    language: str = "zpl",
    proof: Proof | None = None,
    ips: float = 6.0,
    time_factor: float = 1.0,
    faults: Iterable[Fault] = (),
    chance: Chance | None = None,
    baud: int | None = None,
    mute_when_faulty: bool = False,
    ready: Callable[[str], None] = lambda url: None,
    until_stdin_closes: bool = False,
) -> None:
    """Print from `listen_url` into `out` until stopped.

    `tcp://127.0.0.1:0` takes any free port; `pty` is a pseudo-terminal that `out/port` names, `pty:/dev/shm/printer`
    one with another name. `baud`: the speed of the line, as fast as it goes by default.

    `ready` is called once with the URL that a driver uses. SIGINT and SIGTERM switch it off at once, as a plug would.
    With `until_stdin_closes` the end of standard input ends it too, after everything it has received is printed: the
    parent process is gone. Raises Refusal `device_url_unknown`, `device_not_supported_yet`, `printer_language_unknown`
    and what `PrinterTwin`, its `start` and its `broken` raise.
    """
    twin = PrinterTwin(
        out,
        make_language(language),
        _make_port(listen_url, out, baud),
        draw,
        proof=proof,
        ips=ips,
        time_factor=time_factor,
        schedule=Schedule(faults, chance),
        link=baud / _BITS_A_BYTE if baud else None,
        mute_when_faulty=mute_when_faulty,
    )
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[bool] = loop.create_future()  # its value: whether to print what is left

    def end(finish: bool) -> None:
        if not ended.done():
            ended.set_result(finish)

    await twin.start()
    broken = asyncio.create_task(twin.broken())
    finish = False
    try:
        for name in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):  # Windows, or not the main thread
                loop.add_signal_handler(name, end, False)
        if until_stdin_closes:
            threading.Thread(target=_watch_stdin, args=(loop, end), daemon=True).start()
        ready(twin.url)
        both: list[asyncio.Future[Any]] = [ended, broken]
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if broken.done():
            broken.result()
        finish = ended.result()
    finally:
        broken.cancel()
        await twin.stop(finish=finish)


def make_language(name: str) -> Language:
    """A printer's language by its name in URLs; raises Refusal `printer_language_unknown`."""
    match name:
        case "zpl":
            return ZplLanguage()
        case "tspl":
            return TsplLanguage()
        case "escpos":
            return EscposLanguage()
        case _:
            raise Refusal("printer_language_unknown", language=name, known=", ".join(LANGUAGES))


def _make_port(listen: str, out: Path, baud: int | None) -> Port:
    if listen.partition(":")[0] == _PTY:
        if sys.platform == "win32":
            raise Refusal("device_not_supported_yet", url=listen, scheme=_PTY)
        from hardware.simulator.pty_port import PtyPort

        return PtyPort(Path(listen.partition(":")[2] or out / "port"), baud)
    url = parse_url(listen)
    if url.scheme != "tcp":
        raise Refusal("device_url_unknown", url=listen)
    return TcpPort(url.host, url.port)


def _watch_stdin(loop: asyncio.AbstractEventLoop, end: Callable[[bool], None]) -> None:
    # not sys.stdin.read: a thread in it at the end of the program holds its lock, which kills the interpreter
    with contextlib.suppress(OSError, ValueError, AttributeError):  # closed under us, or absent, counts as ended
        while os.read(sys.stdin.fileno(), 4096):
            pass
    with contextlib.suppress(RuntimeError):  # the loop has already ended
        loop.call_soon_threadsafe(end, True)
