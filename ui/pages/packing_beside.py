"""What the packing page reads after a verdict, so that no scan waits for it: cartons, counts, the problem shelf."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QObject, Signal

from app.domain.bench_rules import CartonRule
from app.domain.cartons import Suggestion
from app.domain.errors import Refusal
from app.queries.cartons import suggestions
from app.queries.packing_extras import Tally, shelved, tally
from app.queries.packing_view import PackingView
from ui.workspace import Workspace

_UNREAD = object()


def midnight() -> datetime:
    """When the day began on this computer's clock."""
    return datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)


class Beside(QObject):
    """Follows the views of a bench; `changed` when something of it is new."""

    changed = Signal()

    def __init__(self, work: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work = work
        self.cartons: tuple[Suggestion, ...] = ()
        self.counts = Tally()
        self.shelved = 0
        self._view: PackingView | None = None
        self._cartons_of: object = None  # for what the suggestions are
        self._counts_of: object = _UNREAD
        self._reading = False

    @property
    def at_rest(self) -> bool:
        """Whether it is as new as the view."""
        return not self._reading

    def forget(self) -> None:
        """The cartons of the warehouse are others now."""
        self._cartons_of = _UNREAD

    def follow(self, view: PackingView) -> None:
        """See what is to be read for a view, and read it."""
        self._view = view
        if _cartons_key(view) != self._cartons_of:
            self.cartons = ()  # those of another order would be taken for this one's
        if self._is_new(view) and not self._reading:
            self._reading = self._work.spawn(self._read()) is not None

    def _is_new(self, view: PackingView) -> bool:
        return _cartons_key(view) != self._cartons_of or _counts_key(view) != self._counts_of

    async def _read(self) -> None:
        read = self._work.feed.read
        try:
            while (view := self._view) is not None and self._is_new(view):
                key, counted = _cartons_key(view), _counts_key(view)
                if key != self._cartons_of:
                    found = await read(suggestions, key[0]) if key is not None else ()
                    self._cartons_of = key
                    self.cartons = found if self._view is not None and _cartons_key(self._view) == key else ()
                if counted != self._counts_of:
                    self.counts = await read(tally, view.station_id, midnight())
                    self.shelved = await read(shelved, view.warehouse_id)
                    self._counts_of = counted
                self.changed.emit()
        except Refusal:
            pass  # the page says that the database is gone; the next view asks again
        finally:
            self._reading = False


def _cartons_key(view: PackingView) -> tuple[int, object] | None:
    """The parcel, and what goes into it; None where no carton is asked for."""
    parcel, table = view.parcel, view.table
    if parcel is None or table is None or not view.cartons or view.bench.rules.carton is CartonRule.OFF:
        return None
    packed = tuple(line.packed for line in parcel.lines) if table.sealed else ()
    return parcel.parcel_id, (tuple(line.ordered - line.elsewhere for line in parcel.lines), packed)


def _counts_key(view: PackingView) -> object:
    return view.station_id, view.operator, view.done, view.parcel.parcel_id if view.parcel is not None else None
