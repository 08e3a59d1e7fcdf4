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
from hardware.simulator.faults import Fault
from hardware.simulator.zpl_printer import Draw, ZplTwin


async def serve(
    listen_url: str,
    out: Path,
    draw: Draw,
    *,
    ips: float = 6.0,
    time_factor: float = 1.0,
    faults: Iterable[Fault] = (),
    mute_when_faulty: bool = False,
    proof: Proof = Proof.COUNTS,
    ready: Callable[[str], None] = lambda url: None,
    until_stdin_closes: bool = False,
) -> None:
    """Print from `listen_url` (`tcp://127.0.0.1:0` takes any free port) into `out` until stopped.

    `ready` is called once with the real URL. SIGINT and SIGTERM switch it off at once, as a plug would. With
    `until_stdin_closes` the end of standard input ends it too, after everything it has received is printed: the
    parent process is gone. Raises Refusal `device_url_unknown` and what `ZplTwin.start` and `ZplTwin.broken` raise.
    """
    url = parse_url(listen_url)
    if url.scheme != "tcp":
        raise Refusal("device_url_unknown", url=listen_url)
    twin = ZplTwin(
        out,
        draw,
        host=url.host,
        port=url.port,
        ips=ips,
        time_factor=time_factor,
        faults=faults,
        mute_when_faulty=mute_when_faulty,
        proof=proof,
    )
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[bool] = loop.create_future()  # its value: whether to print what is left

    def end(finish: bool) -> None:
        if not ended.done():
            ended.set_result(finish)

    port = await twin.start()
    broken = asyncio.create_task(twin.broken())
    finish = False
    try:
        for name in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):  # Windows, or not the main thread
                loop.add_signal_handler(name, end, False)
        if until_stdin_closes:
            threading.Thread(target=_watch_stdin, args=(loop, end), daemon=True).start()
        ready(f"tcp://[{url.host}]:{port}" if ":" in url.host else f"tcp://{url.host}:{port}")
        both: list[asyncio.Future[Any]] = [ended, broken]
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if broken.done():
            broken.result()
        finish = ended.result()
    finally:
        broken.cancel()
        await twin.stop(finish=finish)


def _watch_stdin(loop: asyncio.AbstractEventLoop, end: Callable[[bool], None]) -> None:
    # not sys.stdin.read: a thread in it at the end of the program holds its lock, which kills the interpreter
    with contextlib.suppress(OSError, ValueError, AttributeError):  # closed under us, or absent, counts as ended
        while os.read(sys.stdin.fileno(), 4096):
            pass
    with contextlib.suppress(RuntimeError):  # the loop has already ended
        loop.call_soon_threadsafe(end, True)
