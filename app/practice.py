"""The window to try everything in: made-up orders in every stage, a simulated printer, and F12 for a scanner."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path

from app.demo_input import sender, write_made_up
from app.demo_people import HeadlessCart, pick_all
from app.demo_printer import own_printer
from app.desk import import_to
from app.domain.barcode import Command, make_label_code
from app.domain.bench import Bench
from app.domain.errors import KnownError
from app.domain.people import Actor, Role
from app.domain.states import JobState, Lane, ParcelState
from app.main import Wanted, run_window
from app.opening import open_store
from app.operations.stations import ensure_warehouse, mark_demo
from app.operations.waves import release_wave
from app.planning import plan_wave
from app.queries.orders import order_counts
from app.queries.packing import bench, waiting_orders
from app.queries.picking_view import claimed_batch
from app.queries.waves import barcode_of, next_task
from db.store import Store
from ui.keys import type_scan
from ui.main_window import MainWindow

DATABASE, STATION = "try.db", "BENCH-1"
_LEAD = Actor(None, None, Role.LEAD)


def run_practice(folder: Path, orders: int, seed: int, language: str) -> int:
    """Make the folder ready (an existing one goes on where it was left), open the window; returns the exit code."""
    try:
        (folder / "tray").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise KnownError("file_unwritable", file=str(folder), why=error.strerror or "") from None
    with open_store(str(folder / DATABASE)) as store:
        asyncio.run(_make_ready(store, folder, orders, seed))

    @asynccontextmanager
    async def beside(window: MainWindow) -> AsyncIterator[None]:
        async with own_printer(folder / "tray", 1.0) as url:
            window.work.use_settings(replace(window.work.settings, printer=url))
            Practice(window)
            yield

    return run_window(Wanted(str(folder / DATABASE), language, STATION, "", "packing"), beside)


async def _make_ready(store: Store, folder: Path, orders: int, seed: int) -> None:
    """Half of the orders picked, a quarter released to be picked, an eighth in a planned wave, the rest ready."""
    warehouse = store.write(ensure_warehouse, "DEMO", "Demo warehouse", sender())
    if store.read(order_counts):
        return
    store.write(mark_demo, orders, seed)
    for path in write_made_up(folder / "input", orders, seed):
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


class Practice:
    """Scans for somebody who has no scanner: what is right on the page in front, or something wrong."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._work = window.work
        window.practise.connect(self._scan)
        window.show_ribbon("frame_practice")

    def _scan(self, right: bool) -> None:
        page = self._window.page
        if page is not None and page.takes_scans:
            self._work.spawn(self._scan_on(page.name, right))

    async def _scan_on(self, page: str, right: bool) -> None:
        code = await (self._bench_code(right) if page == "packing" else self._cart_code(right))
        if code is None:
            self._work.dialogs.tell("frame_practice_done")
        else:
            type_scan(self._window.windowHandle(), code)

    async def _bench_code(self, right: bool) -> str | None:
        place, read = self._work.place, self._work.feed.read
        assert place.station is not None
        assert place.station.actor.station is not None
        table: Bench = await read(bench, place.station.actor.station)
        if not right:
            lines = table.parcel.lines if table.parcel else ()
            return await read(barcode_of, next(n for n in count(1) if n not in {line.sku_id for line in lines}))
        if table.latch is not None:
            return Command.OK
        if table.parcel is None:
            waiting = await read(waiting_orders, place.warehouse)
            if not waiting:
                return None
            first = waiting[0]
            if first.lane is Lane.CART or table.tote_id != first.tote_id:
                return first.tote
            return first.order if first.started else await read(barcode_of, first.sku_id)
        parcel = table.parcel
        if parcel.state is ParcelState.OPEN:
            return await read(barcode_of, next(line.sku_id for line in parcel.lines if line.open))
        if parcel.job is JobState.PRINTED:
            return make_label_code(parcel.code, parcel.copy)
        return Command.PRINTED if parcel.job is JobState.UNCERTAIN else Command.NEXT

    async def _cart_code(self, right: bool) -> str | None:
        place, read = self._work.place, self._work.feed.read
        assert place.picker.station is not None
        batch = await read(claimed_batch, place.picker.station)
        task = None if batch is None else await read(next_task, batch)
        if task is None:
            return None
        if not right:
            return await read(barcode_of, 2 if task.sku_id == 1 else 1)
        return await read(barcode_of, task.sku_id) if task.at_location else task.location
