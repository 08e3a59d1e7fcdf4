"""The demo in the window: its people press keys and scan, and the pages are kept as pictures."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path

from app.demo_people import Cart
from app.desk import import_to
from app.domain.incoming import Problem
from app.main import Hands, MainWindow, Wanted, has_display, in_window, make_application, opened_window
from app.station import Shown
from db.store import Store
from printing.spooler import Patience

PACE = 0.12  # seconds a scan, where somebody watches
_SCREEN = (1920, 1080)
_MIDDLE = ("board", "packing", "labels", "batches", "orders", "documents", "devices", "settings", "bench_rules")


def in_demo_window(
    job: Callable[[InWindow], Awaitable[int]], database: str, station: str,
    printer: AbstractAsyncContextManager[str], language: str, pictures: Path, patience: Patience,
    unsettled_limit: int | None,
) -> int:
    """Open the window on a database, let `job` work in it, close it; returns what `job` returned."""
    application = make_application()

    async def run() -> int:
        async with printer as url:
            wanted = Wanted(database, language, station, url, "orders")
            async with opened_window(
                application, wanted, patience=patience, unsettled_limit=unsettled_limit,
                configure=lambda found: replace(
                    found, operator="Demo packer", role="all", theme="light", text_scale=1.0, wedge_prefix=""
                ),
            ) as window:
                return await job(await _ready(window, pictures))

    return in_window(application, run())


async def _ready(window: MainWindow, pictures: Path) -> InWindow:
    if has_display():
        window.showMaximized()
        hands = Hands(window, PACE)
    else:
        window.resize(*_SCREEN)
        window.show()
        hands = Hands(window)
    await hands.until(lambda: window.pages)
    await hands.settled()
    return InWindow(hands, pictures)


class InWindow:
    """The demo's people at the window; the pages' pictures are taken in the middle of the work."""

    def __init__(self, hands: Hands, pictures: Path) -> None:
        self._hands = hands
        self._work = hands.work
        self._pictures = pictures
        self._taken = False
        self._closed = 0

    @property
    def store(self) -> Store:
        """The database that the window works on."""
        return self._work.feed.store

    async def load(self, path: Path, limit: int | None) -> Sequence[Problem]:
        """Import a file on the orders page; a part of one, which the page does not offer, beside it."""
        if limit is not None:
            report = await asyncio.to_thread(import_to, self.store, path, warehouse="DEMO", limit_orders=limit)
            return report.problems
        done = await self._hands.load(path)
        if done.refusal is not None:
            raise done.refusal
        assert done.report is not None
        return done.report.problems

    async def plan_and_release(self, limit: int) -> bool:
        """F2 and F3 of the board."""
        return await self._hands.plan_and_release(limit)

    @property
    def cart(self) -> Cart:
        """The picking page."""
        return _PageCart(self._hands, self._pictures)

    @asynccontextmanager
    async def bench(self) -> AsyncIterator[int]:
        """The packing page."""
        await self._hands.go("packing")
        station = self._work.place.station
        assert station is not None
        assert station.actor.station is not None
        yield station.actor.station

    async def scan(self, code: str) -> Shown:
        """Scan on the packing page."""
        shown: Shown = await self._hands.scan(code)
        self._closed += shown.code == "closed"
        if shown.code == "item" and not self._taken and self._closed > 2:
            self._taken = True
            await self._hands.pictures(self._pictures, _MIDDLE)
        return shown

    async def finish(self) -> None:
        """Pictures that had no better moment."""
        if not self._taken:
            await self._hands.pictures(self._pictures, _MIDDLE)
        if not list(self._pictures.glob("picking-*.png")):
            await self._hands.pictures(self._pictures, ("picking",))


class _PageCart:
    """The picking page as the picker uses it."""

    def __init__(self, hands: Hands, pictures: Path) -> None:
        self._hands = hands
        self._pictures = pictures
        self._taken = False

    async def take(self, batch_id: int) -> None:
        """Bring the page to the front and choose the cart."""
        page = await self._hands.go("picking")
        await self._hands.choose_cart(page, batch_id)

    async def scan(self, code: str) -> None:
        """Scan on the page."""
        shown = await self._hands.scan(code)
        if not self._taken and shown.code == "at_location":
            self._taken = True
            await self._hands.pictures(self._pictures, ("picking",))
