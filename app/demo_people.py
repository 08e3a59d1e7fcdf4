"""The demo's automatic picker and packer: they know only what is on the screen, on the goods and in the tray."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol, TypeVar

from PIL import Image

from app.domain.barcode import Command, make_label_code, read_label_code
from app.domain.bench import Bench, OpenParcel
from app.domain.needs import Need, needs
from app.domain.people import Role
from app.domain.states import JobState, Lane, ParcelState
from app.operations.picking import scan_pick
from app.operations.stations import ensure_station
from app.queries.labels import Job, newest_job_of
from app.queries.packing import Waiting, bench, waiting_orders
from app.queries.waves import barcode_of, next_task, released_batches
from app.station import ScanSource, Shown
from db.store import Priority, Store
from printing.symbols import decode

T = TypeVar("T")

_LOOK = 0.01  # seconds between two looks at the tray
_LATE = 1.5  # seconds that a label may still need to come out of an idle printer


class Tray:
    """The simulated printer's output: what can be read on each label that has come out."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.labels: dict[tuple[str, int], tuple[Path, frozenset[str]]] = {}
        self._seen: set[str] = set()

    def look(self) -> None:
        """Read the labels that came out since the last look; a label is out when its .zpl is there."""
        for marker in sorted(self.folder.glob("*.zpl")):
            if marker.name in self._seen:
                continue
            self._seen.add(marker.name)
            picture = marker.with_suffix(".png")
            try:
                with Image.open(picture) as image:
                    texts = frozenset(symbol.text for symbol in decode(image))
            except OSError:
                continue  # blank or smeared paper: there is nothing to scan on it
            for text in texts:
                found = read_label_code(text)
                if found is not None:
                    self.labels[found] = (picture, texts)


class Cart(Protocol):
    """What a picker works with: takes a batch, and scans at it."""

    async def take(self, batch_id: int) -> None:
        """Begin with a batch."""

    async def scan(self, code: str) -> None:
        """Scan a location or an item; returns when the scan is on disk."""


class HeadlessCart:
    """A cart without a screen."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._actor = store.write(ensure_station, "CART-1", "Demo picker", Role.PICKER)
        self._source = ScanSource("demo-picker")
        self._batch = 0

    async def take(self, batch_id: int) -> None:
        """Begin with a batch."""
        self._batch = batch_id

    async def scan(self, code: str) -> None:
        """Scan at the batch."""
        await asyncio.wrap_future(
            self._store.submit(Priority.PERSON, scan_pick, self._actor, self._batch, self._source.scan(code))
        )


async def pick_all(store: Store, warehouse_id: int, cart: Cart, progress: Callable[[int], None]) -> int:
    """Walk every released batch to its end, by scanning; returns the number of picks."""
    picks = 0
    for batch in await asyncio.to_thread(store.read, released_batches, warehouse_id):
        await cart.take(batch.batch_id)
        task = await asyncio.to_thread(store.read, next_task, batch.batch_id)
        while task is not None:
            if task.at_location:
                code = await asyncio.to_thread(store.read, barcode_of, task.sku_id)
                picks += 1
            else:
                code = task.location
            await cart.scan(code)
            task = await asyncio.to_thread(store.read, next_task, batch.batch_id)
            progress(picks)
    return picks


class Packer:
    """Packs whatever waits, one scan after the other.

    `scan` scans at the station and returns what is shown of it. With a `tray` he takes the labels out of it and scans
    what is printed on them; without one he trusts the printer's proof, and leaves uncertain what the printer could not
    prove. `patience`: seconds that he waits for a sign of life of the printer, once; as long as none comes he then only
    starts parcels and puts them aside.
    """

    def __init__(
        self, store: Store, station_id: int, scan: Callable[[str], Awaitable[Shown]], warehouse_id: int,
        tray: Tray | None, patience: float, progress: Callable[[int], None],
    ) -> None:
        self._store = store
        self._station = station_id
        self._scan = scan
        self._warehouse = warehouse_id
        self._tray = tray
        self._patience = patience
        self._progress = progress
        self._stalled = False
        self._aside: set[int] = set()
        self.closed = 0

    async def pack_all(self) -> None:
        """Pack until nothing more can be closed."""
        while True:
            before = self.closed
            await self._clear_table()
            everything = await self._read(waiting_orders, self._warehouse)
            waiting = [order for order in everything if order.order_id not in self._aside]
            for order in waiting:
                if await self._open(order):
                    await self._clear_table()
            if not waiting or self.closed == before:
                return

    async def settle_all(self) -> None:
        """Once more through the parcels that were put aside: labels may have come out meanwhile."""
        self._aside.clear()
        self._stalled = True
        await self.pack_all()

    async def _open(self, order: Waiting) -> bool:
        if order.lane is Lane.CART:
            shown = await self._scan(order.tote)
        elif order.started:
            # its item is in a box already; the number stands on what lies in the box
            shown = await self._scan(order.order)
        else:
            if (await self._bench()).tote_id != order.tote_id:
                await self._scan(order.tote)
            shown = await self._scan(await self._read(barcode_of, order.sku_id))
        if shown.verdict == "fail":
            await self._scan(Command.OK)
        if (await self._bench()).parcel is None:
            self._aside.add(order.order_id)
            return False
        return True

    async def _clear_table(self) -> None:
        """Finish the parcel on the table, or put it aside."""
        while True:
            table = await self._bench()
            if table.latch is not None:
                await self._scan(Command.OK)
            elif table.parcel is None:
                return
            elif table.parcel.state is ParcelState.OPEN:
                if not await self._go_on(table, table.parcel):
                    self._aside.add(table.parcel.order_id)
                    await self._scan(Command.HOLD)
            elif not await self._label(table.parcel):
                self._aside.add(table.parcel.order_id)
                await self._scan(Command.HOLD)

    async def _go_on(self, table: Bench, parcel: OpenParcel) -> bool:
        """Do what the parcel needs next; False when he cannot, or when the bench does not take it."""
        needed = needs(parcel, table.rules)
        if needed[:1] == (Need.ITEMS,):
            line = next(line for line in parcel.lines if line.open)
            shown = await self._scan(await self._read(barcode_of, line.sku_id))
        elif needed[:1] == (Need.NOTE,):
            shown = await self._scan(Command.OK)
        else:
            return False
        return shown.verdict == "pass"

    async def _label(self, parcel: OpenParcel) -> bool:
        """Wait for the parcel's label and scan it; False when it does not come or nobody knows."""
        loop = asyncio.get_running_loop()
        seen: Job | None = None
        since = loop.time()
        while True:
            job = await self._read(newest_job_of, parcel.parcel_id)
            assert job is not None
            if job != seen:
                if seen is not None and (seen.job_id, seen.state) != (job.job_id, job.state):
                    self._stalled = False
                seen, since = job, loop.time()
            code = await self._code_on_label(parcel, job)
            if code is not None and job.state is not JobState.QUEUED:
                shown = await self._scan(code)
                if shown.code == "closed":
                    self._stalled = False
                    self.closed += 1
                    self._progress(self.closed)
                    return True
                if shown.verdict == "fail":
                    return False
            if job.state is JobState.UNCERTAIN:
                if self._tray is None:
                    return False
                if loop.time() - since > _LATE:
                    await self._scan(Command.NOT_OUT)
            elif loop.time() - since > (0 if self._stalled else self._patience):
                self._stalled = True
                return False
            await asyncio.sleep(_LOOK)

    async def _code_on_label(self, parcel: OpenParcel, job: Job) -> str | None:
        """What the packer can scan on the label in his hand, None when there is none."""
        square = make_label_code(parcel.code, job.copy)
        if self._tray is None:
            return square if job.state is JobState.PRINTED else None
        await asyncio.to_thread(self._tray.look)
        found = self._tray.labels.get((parcel.code, job.copy))
        if found is None:
            return None
        # by turns the bars and the square, as hands do; the bars alone do not tell copies apart
        bars = [text for text in found[1] if text == parcel.tracking]
        return bars[0] if bars and not parcel.older_copies and parcel.parcel_id % 2 else square

    async def _bench(self) -> Bench:
        return await self._read(bench, self._station)

    async def _read(self, query: Callable[..., T], *arguments: object) -> T:
        return await asyncio.to_thread(self._store.read, query, *arguments)
