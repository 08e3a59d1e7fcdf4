"""The demo's printer twin: a process of its own, as a printer is."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from app.domain.errors import KnownError


@asynccontextmanager
async def own_printer(tray: Path, time_factor: float) -> AsyncIterator[str]:
    """The URL of a simulated printer that prints into a folder; it ends with the block.

    Raises KnownError `demo_printer_failed`.
    """
    process = await asyncio.to_thread(_start, tray, time_factor)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        said = await asyncio.to_thread(process.stdout.readline)
        if not said.startswith("listening on "):
            raise KnownError("demo_printer_failed")
        yield said.removeprefix("listening on ").strip()
    finally:
        process.stdin.close()
        await asyncio.to_thread(process.wait)
        process.stdout.close()


def _start(tray: Path, time_factor: float) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            sys.executable, "-m", "app", "sim", "printer", "--listen", "tcp://127.0.0.1:0", "--out", str(tray),
            "--time-factor", str(time_factor), "--until-stdin-closes",
        ],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
