"""The scale of the bench, looked at by a timer: its weight is judged like a scan, and shown while it moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.domain.errors import KnownError
from app.weighing import LOOK_SECONDS, Weighing
from ui.workspace import Workspace

if TYPE_CHECKING:
    from app.station import Station


class ScaleWatch(QObject):
    """Looks at the scale of the station; `judged` carries (station, verdict), `moved` tells of another weight.

    Without a scale nothing is ever asked of the database.
    """

    judged = Signal(object, object)
    moved = Signal()

    def __init__(self, work: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work = work
        self._station: Station | None = None
        self._weighing: Weighing | None = None
        self._looking = False
        self._grams: int | None = None
        self._timer = QTimer(self, interval=round(LOOK_SECONDS * 1000))
        self._timer.timeout.connect(self.look)

    def follow(self, station: Station | None) -> None:
        """Look at the scale of this station from now on."""
        if station is self._station:
            return
        if self._weighing is not None:
            self._weighing.stop()
        self._station = station
        self._weighing = None if station is None else Weighing(self._work.feed.store, station)
        self._timer.start()

    def look(self) -> None:
        """One look, unless the last one is not done yet."""
        station = self._station
        if station is None or self._weighing is None or self._looking:
            return
        grams = station.weight()
        if grams != self._grams:
            self._grams = grams
            self.moved.emit()
        if grams is not None or self._work.settings.scale:
            self._looking = self._work.spawn(self._look(station, self._weighing)) is not None

    async def _look(self, station: Station, weighing: Weighing) -> None:
        try:
            shown = await weighing.look()
        except KnownError:
            return  # the page says that the database is gone; the next look asks again
        finally:
            self._looking = False
        if shown is not None:
            self.judged.emit(station, shown)
