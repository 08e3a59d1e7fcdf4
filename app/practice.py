"""The window to try everything in: made-up orders in every stage, a simulated printer, and F12 for a scanner."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from app.demo_input import sender, write_made_up
from app.demo_people import HeadlessCart, pick_all
from app.demo_printer import own_printer
from app.desk import import_to
from app.domain.errors import KnownError
from app.domain.people import Actor, Role
from app.main import MainWindow, Wanted, run_window
from app.opening import open_store
from app.operations.stations import ensure_warehouse, mark_demo
from app.operations.waves import release_wave
from app.planning import plan_wave
from app.queries.orders import order_counts
from db.store import Store

DATABASE, STATION = "try.db", "BENCH-1"
_LEAD = Actor(None, None, Role.LEAD)


def run_practice(folder: Path, orders: int, seed: int, language: str) -> int:
    """Make the folder ready (an existing one goes on where it was left), open the window; returns the exit code."""
    try:
        (folder / "tray").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise KnownError("file_unwritable", file=str(folder), why=error.strerror or "") from None
    # what is tried here must not change how the real bench is set up
    os.environ["PACKBENCH_SETTINGS"] = str(folder / "settings.toml")
    with open_store(str(folder / DATABASE)) as store:
        asyncio.run(_make_ready(store, folder, orders, seed))

    @asynccontextmanager
    async def beside(window: MainWindow) -> AsyncIterator[None]:
        async with own_printer(folder / "tray", 1.0) as url:
            window.work.use_settings(replace(window.work.settings, printer=url))
            window.setProperty("tray", str(folder / "tray"))  # where F12 looks for what came out, see `ui.practice`
            yield

    return run_window(Wanted(str(folder / DATABASE), language, STATION, "", practice=True), beside)


async def _make_ready(store: Store, folder: Path, orders: int, seed: int) -> None:
    """Half of the orders picked, a quarter released to be picked, an eighth in a planned wave, the rest ready."""
    warehouse = store.write(ensure_warehouse, "DEMO", "Demo warehouse", sender())
    if store.read(order_counts):
        return
    store.write(mark_demo, orders, seed)
    for path in write_made_up(folder / "input", orders, seed, store.clock.now()):
        import_to(store, path, warehouse="DEMO")
    for part, last in ((2, "picked"), (4, "released"), (8, "planned")):
        if orders // part == 0:
            continue
        planned = plan_wave(store, _LEAD, warehouse, orders // part)
        if planned.wave_id is None or last == "planned":
            continue
        store.write(release_wave, _LEAD, planned.wave_id)
        if last == "picked":
            await pick_all(store, warehouse, HeadlessCart(store), lambda _: None)
