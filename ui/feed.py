"""The bridge between the engine and Qt: Changes come in as one signal, queries and operations go out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from app.domain.errors import KnownError, Refusal

if TYPE_CHECKING:  # the window is painted before SQL is loaded
    from app.change import Change
    from db.store import Operation, Store

P = ParamSpec("P")
R = TypeVar("R")


class Feed(QObject):
    """What pages know of the engine; everything comes back on the window's thread.

    `changed` carries each Change after its commit. `offline` is why the database does not answer now, None while it
    does; `reached` tells that this has changed. Before `open` readers and writers wait.
    """

    changed = Signal(object)
    reached = Signal()
    _published = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.offline: KnownError | None = None
        self._store: Store | None = None
        self._forget: Callable[[], None] = lambda: None
        self._opened = asyncio.Event()
        self._open = False
        # the writer thread publishes; the queue of events carries it over
        self._published.connect(self._hear, Qt.ConnectionType.QueuedConnection)

    @property
    def store(self) -> Store:
        """The database; only after `open`."""
        assert self._store is not None
        return self._store

    def open(self, store: Store) -> None:
        """Work on this database from now on."""
        self._store, self._open = store, True
        self._forget = store.listen(self._published.emit)
        self._opened.set()

    def close(self) -> None:
        """Hear no more Changes; the store stays open."""
        self._forget()
        self._forget = lambda: None
        self._open = False

    async def read(self, query: Callable[Concatenate[Any, P], R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a query on a thread of its own; raises what it raises."""
        await self._opened.wait()
        return await self._answer(asyncio.to_thread(self.store.read, query, *args, **kwargs))

    async def write(self, operation: Operation[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run an operation for a person; raises what it raises."""
        from db.store import Priority

        await self._opened.wait()
        future = self.store.submit(Priority.PERSON, operation, *args, **kwargs)
        return await self._answer(asyncio.wrap_future(future))

    async def _answer(self, answer: Awaitable[R]) -> R:
        try:
            result = await answer
        except KnownError as error:
            if error.code.startswith("database_"):
                self._note(error)
            raise
        except Refusal:
            self._note(None)  # a "no" is an answer
            raise
        self._note(None)
        return result

    def _note(self, offline: KnownError | None) -> None:
        if offline is not self.offline:
            self.offline = offline
            self.reached.emit()

    def _hear(self, change: Change) -> None:
        if self._open:  # what was on its way when it was closed comes too late
            self.changed.emit(change)
