"""Scans for somebody who has no scanner: F12 what is right on the page in front, Shift+F12 something wrong."""

from __future__ import annotations

import asyncio
from itertools import count
from pathlib import Path

from PySide6.QtCore import QTimer

from app.domain.barcode import Command, make_label_code, read_label_code
from app.domain.bench import Bench, OpenParcel
from app.domain.capture import Capture
from app.domain.errors import Refusal
from app.domain.needs import Need, needs
from app.domain.states import JobState, Lane, ParcelState
from app.queries.packing import bench, waiting_orders
from app.queries.picking_view import claimed_batch
from app.queries.waves import barcode_of, next_task
from ui.keys import type_scan
from ui.main_window import MainWindow
from ui.pages.page import Page
from ui.trial_label import PREFIX

# what does it, without anything being scanned
_ANSWERS = {Need.INSERTS: Command.INSERT, Need.CARTON: Command.BOXED}


class PrintedLabels:
    """What the printer's twin has printed into its tray: the codes that can be read on its labels."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, frozenset[str]] = {}

    def holds(self, code: str) -> bool:
        """Whether a label with this code lies there, the newest looked at first; blocks while pictures are read."""
        markers = sorted(self._folder.glob("*.zpl"), reverse=True)  # a label is out when its .zpl is there
        return any(code in self._codes(marker) for marker in markers)

    def _codes(self, marker: Path) -> frozenset[str]:
        if marker.name not in self._read:
            from PIL import Image

            from printing.symbols import decode  # who has a scanner does without

            try:
                with Image.open(marker.with_suffix(".png")) as image:
                    self._read[marker.name] = frozenset(symbol.text for symbol in decode(image))
            except OSError:
                self._read[marker.name] = frozenset()  # blank paper: nothing can be scanned on it
        return self._read[marker.name]


class Practice:
    """Types into a window what a scanner would, as long as it is open.

    The window's property `tray` names the folder into which the printer's twin prints: without it nobody can say
    whether an uncertain label came out.
    """

    def __init__(self, window: MainWindow, *, ribbon: bool = True) -> None:
        self._window = window
        self._work = window.work
        self._tray: PrintedLabels | None = None
        window.practise.connect(self._scan)
        if ribbon:
            window.show_ribbon("frame_practice")

    def _scan(self, right: bool) -> None:
        page = self._window.page
        if page is not None and not self._work.dialogs.is_open:
            self._work.spawn(self._scan_on(page.name, right))

    async def _scan_on(self, page: str, right: bool) -> None:
        ways = {
            "packing": self._bench_code, "picking": self._cart_code, "labels": self._label_code,
            "devices": self._test_code,
        }  # fmt: skip
        try:
            code = await ways[page](right) if page in ways else None
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
            return await self._open_code(table, parcel)
        if parcel.job is JobState.PRINTED:
            return make_label_code(parcel.code, parcel.copy)
        if parcel.job is JobState.UNCERTAIN:
            return await self._settle(make_label_code(parcel.code, parcel.copy), parcel.copy)
        return Command.NEXT

    async def _open_code(self, table: Bench, parcel: OpenParcel) -> str:
        """What the bench asks for: the note as soon as it is shown, items and their numbers, then what else is needed.

        Raises Refusal where no scan does it, as a second check.
        """
        if parcel.has_note and not parcel.note_confirmed and table.pending.sku_id is None:
            return Command.OK
        line = next((line for line in parcel.lines if line.sku_id == table.pending.sku_id), None)
        if line is not None and Capture.SERIAL in line.captures:
            return f"SN-{parcel.parcel_id:04d}-{line.packed + 1:02d}"
        wanted = needs(parcel, table.rules)
        if wanted and wanted[0] is Need.ITEMS:
            return await self._work.feed.read(barcode_of, next(line.sku_id for line in parcel.lines if line.open))
        if wanted and wanted[0] in _ANSWERS:
            return _ANSWERS[wanted[0]]
        raise Refusal("frame_practice_yourself")

    async def _settle(self, code: str, copy: int) -> str:
        """What somebody at the tray says of an uncertain label."""
        came_out = await self._came_out(code)
        if came_out is None:
            raise Refusal("labels_settle_hint", copy=copy)
        return Command.PRINTED if came_out else Command.NOT_OUT

    async def _came_out(self, code: str) -> bool | None:
        """Whether a label with this code lies in the tray; None where there is none to look into."""
        folder: str | None = self._window.property("tray")
        if folder is None:
            return None
        if self._tray is None:
            self._tray = PrintedLabels(Path(folder))
        return await asyncio.to_thread(self._tray.holds, code)

    async def _label_code(self, right: bool) -> str | None:
        page = self._page("labels")
        wanted, code = page.asks_for  # type: ignore[attr-defined]
        if not code:
            return None
        copy = read_label_code(code)
        assert copy is not None
        if not right:
            return make_label_code(copy[0], copy[1] + 1)
        return await self._settle(code, copy[1]) if wanted == "settle" else code

    async def _test_code(self, right: bool) -> str | None:
        wanted: str = self._page("devices").asks_for  # type: ignore[attr-defined]
        if not wanted:  # anything tries a scanner
            return await self._work.feed.read(barcode_of, 1)
        if not right:
            return f"{PREFIX}{(int(wanted.removeprefix(PREFIX)) + 1) % 1_000_000:06d}"
        if await self._came_out(wanted) is False:
            raise Refusal("devices_label_on_its_way")
        return wanted

    def _page(self, name: str) -> Page:
        return self._window.pages[name]

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
