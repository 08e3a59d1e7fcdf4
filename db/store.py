"""The one writer thread: everything that changes the database passes through it, scans first."""

from __future__ import annotations

import itertools
import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import URL, Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.change import Change
from app.clock import Clock, SystemClock
from app.domain.errors import KnownError
from db import migrate
from db.engine import known, open_engine

R = TypeVar("R")
P = ParamSpec("P")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tx:
    """One open transaction: its session, and the moment at which it began.

    `connection` is the session's own, for statements on the way of a scan, where mapped objects cost too much.
    """

    session: Session
    at: datetime
    connection: Connection


Operation = Callable[Concatenate[Tx, P], tuple[R, Change]]


class Priority(IntEnum):
    """Who goes first when several wait for the writer."""

    SCAN = 0
    PERSON = 1
    PRINTER = 2
    BULK = 3
    CLOSE = 9


class Store:
    """An open database: `write` runs an operation in one transaction on the writer thread, `read` runs a query.

    An operation's Change is published to the listeners after its commit. Raises KnownError when the database cannot
    be opened or was made by a newer version.
    """

    def __init__(self, url: URL, clock: Clock | None = None) -> None:
        self.url = url
        self.clock = clock or SystemClock()
        self._listeners: list[Callable[[Change], None]] = []
        self._queue: queue.PriorityQueue[tuple[int, int, Callable[[], None] | None]] = queue.PriorityQueue()
        self._turn = itertools.count()
        self._gate = threading.Lock()
        self._closed = False
        try:
            self._writer = open_engine(url, writer=True)
        except OSError as error:
            raise KnownError("database_unreachable") from error
        self._reader = open_engine(url, writer=False)
        try:
            migrate.upgrade(self._writer)
        except BaseException as error:
            self._writer.dispose()
            self._reader.dispose()
            if isinstance(error, DBAPIError):
                raise (known(error) or error) from error
            raise
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def listen(self, listener: Callable[[Change], None]) -> Callable[[], None]:
        """Call `listener` with every Change, on the writer thread, after the commit; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def submit(
        self, priority: Priority, operation: Operation[P, R], /, *args: P.args, **kwargs: P.kwargs
    ) -> Future[R]:
        """Queue an operation; the future has its result once it is committed, or what it raised.

        After `close` it raises RuntimeError: nobody would ever answer.
        """
        future: Future[R] = Future()

        def job() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result, change = self._transact(operation, *args, **kwargs)
            except BaseException as error:
                future.set_exception(error)
                if not isinstance(error, Exception):
                    raise
            else:
                future.set_result(result)
                self._publish(change)

        with self._gate:
            if self._closed:
                raise RuntimeError("the store is closed")
            self._queue.put((priority, next(self._turn), job))
        return future

    def write(self, operation: Operation[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run an operation for a person who waits for it; raises what it raises."""
        return self.submit(Priority.PERSON, operation, *args, **kwargs).result()

    def read(self, query: Callable[Concatenate[Session, P], R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a query on a snapshot, in the calling thread."""
        try:
            with Session(self._reader) as session:
                return query(session, *args, **kwargs)
        except DBAPIError as error:
            raise (known(error) or error) from error

    def close(self) -> None:
        """Finish what is queued and close the connections."""
        with self._gate:
            self._closed = True
            self._queue.put((Priority.CLOSE, next(self._turn), None))
        self._thread.join()
        self._writer.dispose()
        self._reader.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def _run(self) -> None:
        while (job := self._queue.get()[2]) is not None:
            job()

    def _transact(self, operation: Operation[P, R], /, *args: P.args, **kwargs: P.kwargs) -> tuple[R, Change]:
        try:
            with Session(self._writer, expire_on_commit=False) as session, session.begin():
                return operation(Tx(session, self.clock.now(), session.connection()), *args, **kwargs)
        except DBAPIError as error:
            raise (known(error) or error) from error

    def _publish(self, change: Change) -> None:
        if not change:
            return
        for listener in tuple(self._listeners):
            try:
                listener(change)
            except Exception:  # one listener's fault must not stop the writer that every bench waits for
                log.exception("a listener failed on %s", sorted(change.topics))
