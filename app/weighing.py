"""The scale of a bench: its weight is taken by itself, once a placement, when the parcel on the table waits for it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from app.change import Change
from app.domain.errors import KnownError
from app.domain.verdict import Code
from app.domain.weights import EMPTY_G, Placements
from app.queries.weighing import waits_for_weight
from app.station import Shown, Station
from db.store import Store

LOOK_SECONDS = 0.1  # between two looks at the scale
_CONCERNS = frozenset({"scans", "parcels", "orders", "rules", "stations", "labels"})
# what has become of a weight that was judged; after all else it is taken again, once something has changed
_TAKEN = frozenset({Code.WEIGHED, Code.WEIGHED_ONLY, Code.WEIGHT_OFF})


class Weighing:
    """Hands the weights of a station's scale to its bench, in the order of its scans.

    `look` is one look at the scale, to be repeated about every LOOK_SECONDS; `run` repeats it until it is cancelled.
    A weight is judged only while the bench waits for one, and a parcel that just lies there is judged once: after a
    failed check it must be lifted, or something put in or taken out. To be ended with `stop`.
    """

    def __init__(self, store: Store, station: Station, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._store, self._station, self._clock = store, station, clock
        self._placements = Placements()
        self._waits = False
        self._waits_since = clock()
        self._stale = True  # what was asked of the bench holds no longer
        self._changed_at = clock()
        self._forget = store.listen(self._changed)

    async def run(self, shown: Callable[[Shown], None]) -> None:
        """Look again and again; `shown` hears each verdict on a weight."""
        while True:
            try:
                verdict = await self.look()
            except KnownError:  # the database does not answer: the next look asks again
                verdict = None
            if verdict is not None:
                shown(verdict)
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> Shown | None:
        """The verdict on what lies on the scale, None where there is nothing to be judged.

        Raises KnownError while the database cannot be asked.
        """
        now, lying = self._clock(), self._station.weight()
        grams = self._placements.see(lying, now)
        if lying is not None and lying <= EMPTY_G:
            self._stale = True  # a new parcel is a new question, whatever became of the last one
        if grams is None or not await self._asked() or not self._placements.is_new(self._waits_since, now):
            return None
        verdict = await asyncio.wrap_future(self._station.submit_weight(grams))
        if verdict.code in _TAKEN:
            self._placements.take(grams)
        self._waits = False  # until something has changed: no weight is judged in a circle
        return verdict

    def stop(self) -> None:
        """Hear of nothing any more."""
        self._forget()

    def _changed(self, change: Change) -> None:
        if change.topics & _CONCERNS:
            self._changed_at = self._clock()
            self._stale = True

    async def _asked(self) -> bool:
        if self._stale:
            self._stale = False
            since, before = self._changed_at, self._waits
            assert self._station.actor.station is not None
            try:
                self._waits = await asyncio.to_thread(
                    self._store.read, waits_for_weight, self._station.actor.station
                )
            except BaseException:
                self._stale = True
                raise
            if self._waits and not before:
                self._waits_since = since
        return self._waits
