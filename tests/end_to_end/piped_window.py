"""A window whose scanner is a pipe: a scan a line on standard input, what the window shows of it a line on the output.

Run: python -m tests.end_to_end.piped_window DATABASE STATION [PRINTER]
The first line tells what the window shows when it has opened. With the end of the input the window is closed.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Any

from app.main import Hands, MainWindow, Wanted, run_window
from ui.widgets.verdict import StopPanel


def seen(window: MainWindow) -> dict[str, Any]:
    """What the packing page shows."""
    page: Any = window.page
    parcel = page.data.parcel
    (panel,) = page.findChildren(StopPanel)
    return {
        "order": parcel and parcel.order,
        "remaining": parcel and parcel.remaining,
        "job": parcel and parcel.job_state,
        "stop": panel.stop.word if panel.stop is not None and panel.isVisible() else "",
    }


def _is_new(page: Any, seq: int) -> bool:
    return page.at_rest and page.data.last is not None and page.data.last.seq >= seq


@asynccontextmanager
async def pipe(window: MainWindow) -> AsyncIterator[None]:
    """Scan what comes in, as long as the window is open."""
    loop = asyncio.get_running_loop()
    codes: asyncio.Queue[str | None] = asyncio.Queue()
    window.work.use_settings(replace(window.work.settings, sound=False, reduce_motion=True))

    def read() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(codes.put_nowait, line.rstrip("\n"))
        loop.call_soon_threadsafe(codes.put_nowait, None)

    def tell(**found: Any) -> None:
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()

    async def work() -> None:
        hands = Hands(window)
        await hands.until(lambda: window.pages)
        await hands.settled()
        tell(**seen(window))
        while (code := await codes.get()) is not None:
            page: Any = window.page
            shown = await hands.scan(code)
            await hands.until(partial(_is_new, page, shown.seq))
            tell(seq=shown.seq, scan=shown.scan, code=shown.code, label=shown.label, **seen(window))
        window.close()

    threading.Thread(target=read, daemon=True).start()
    working = loop.create_task(work())
    yield
    working.cancel()


if __name__ == "__main__":
    database, station, *printer = sys.argv[1:]
    sys.exit(run_window(Wanted(database, "en", station, printer[0] if printer else ""), pipe))
