"""How the demo's people do their part: the protocol, and the engine alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Protocol

from app.demo_people import Cart, HeadlessCart
from app.desk import import_to
from app.domain.incoming import Problem
from app.domain.people import Actor, Role
from app.opening import station_lock
from app.operations.waves import release_wave
from app.planning import plan_wave
from app.spooling import running_spooler
from app.station import Shown, Station
from db.store import Store
from printing.spooler import Patience

_LEAD = Actor(None, None, Role.LEAD)


class Doing(Protocol):
    """What the demo asks of its people, in the order of the job."""

    async def load(self, path: Path, limit: int | None) -> Sequence[Problem]:
        """Import a file, of its orders at most `limit`; returns the rows that were refused."""

    async def plan_and_release(self, limit: int) -> bool:
        """Plan one wave of at most `limit` orders and release it; False when no order could be planned."""

    @property
    def cart(self) -> Cart:
        """What the picker works with."""

    def bench(self) -> AbstractAsyncContextManager[int]:
        """A bench whose printer prints as long as the block runs; the id of its station."""

    async def scan(self, code: str) -> Shown:
        """Scan at the bench."""

    async def finish(self) -> None:
        """Everything is done."""


class Headless:
    """Everything without a window."""

    def __init__(
        self, store: Store, warehouse: int, bench: str, printer: str, patience: Patience,
        unsettled_limit: int | None, language: str,
    ) -> None:
        self._store, self._warehouse, self._bench = store, warehouse, bench
        self._printer, self._patience, self._limit, self._language = printer, patience, unsettled_limit, language
        self._station: Station | None = None

    async def load(self, path: Path, limit: int | None) -> Sequence[Problem]:
        """Import a file with its progress on standard error."""
        report = await asyncio.to_thread(import_to, self._store, path, warehouse="DEMO", limit_orders=limit)
        return report.problems

    async def plan_and_release(self, limit: int) -> bool:
        """Plan and release a wave."""
        planned = await asyncio.to_thread(plan_wave, self._store, _LEAD, self._warehouse, limit)
        if planned.wave_id is None:
            return False
        await asyncio.to_thread(self._store.write, release_wave, _LEAD, planned.wave_id)
        return planned.orders > 0

    @property
    def cart(self) -> Cart:
        """A cart without a screen."""
        return HeadlessCart(self._store)

    @asynccontextmanager
    async def bench(self) -> AsyncIterator[int]:
        """The bench with its printer."""
        self._station = Station(
            self._store, self._bench, operator="Demo packer", device="demo-packer", language=self._language
        )
        assert self._station.actor.station is not None
        with station_lock(self._store, self._bench):
            async with running_spooler(
                self._store, self._bench, self._printer, patience=self._patience, unsettled_limit=self._limit
            ):
                yield self._station.actor.station

    async def scan(self, code: str) -> Shown:
        """Scan at the bench."""
        assert self._station is not None
        return await asyncio.wrap_future(self._station.submit(code))

    async def finish(self) -> None:
        """Nothing is left to do."""
