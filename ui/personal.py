"""Whoever badges in at the station finds the window in that person's language and text size."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import QObject

from app.change import Change
from app.domain.errors import Refusal
from ui.workspace import Workspace


class PersonalLook(QObject):
    """Follows who works at the window's station; at the end of a badge the station's own look is back."""

    def __init__(self, work: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work = work
        self._again = False
        self._looking: asyncio.Task[None] | None = None
        work.settled.connect(self.look)
        work.feed.changed.connect(self._on_change)

    def look(self) -> None:
        """See who works here now."""
        if self._looking is not None:
            self._again = True
            return
        self._looking = self._work.spawn(self._follow())

    def _on_change(self, change: Change) -> None:
        if "stations" in change.topics:
            self.look()

    async def _follow(self) -> None:
        from app.queries.people import wearer

        try:
            station = self._work.place.station
            if station is not None and station.actor.station is not None:
                person = await self._work.feed.read(wearer, station.actor.station)
                self._work.wear(person.operator_id, person.language, person.large_text)
        except Refusal:
            pass  # the status bar says that the database is gone; the look stays until it is back
        finally:
            self._looking = None
            if self._again:
                self._again = False
                self.look()
