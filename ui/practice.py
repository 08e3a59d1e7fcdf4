"""Scans for somebody who has no scanner: F12 what is right on the page in front, Shift+F12 something wrong."""

from __future__ import annotations

from itertools import count

from PySide6.QtCore import QTimer

from app.domain.barcode import Command, make_label_code
from app.domain.bench import Bench
from app.domain.errors import Refusal
from app.domain.states import JobState, Lane, ParcelState
from app.queries.packing import bench, waiting_orders
from app.queries.picking_view import claimed_batch
from app.queries.waves import barcode_of, next_task
from ui.keys import type_scan
from ui.main_window import MainWindow


class Practice:
    """Types into a window what a scanner would, as long as it is open."""

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
        try:
            code = await (self._bench_code(right) if page == "packing" else self._cart_code(right))
        except Refusal as refusal:
            self._work.dialogs.tell_refusal(refusal)
            return
        if code is None:
            carts = page == "picking" and isinstance(self._window.pages[page].data, list)
            self._work.dialogs.tell("picking_choose_first" if carts else "frame_practice_done")
        else:
            # keys let Qt work in between, which must not happen inside a task
            QTimer.singleShot(0, lambda: type_scan(self._window.windowHandle(), code))

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
            # an order of several items shows more than a single one
            first = next((order for order in waiting if order.lane is Lane.CART), waiting[0])
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
