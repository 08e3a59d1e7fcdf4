"""Opens what a program works on, with a window or without: the database, and a station for itself alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from app.clock import Clock
from app.domain.errors import KnownError
from app.queries.training import is_training
from app.settings import data_directory, database_url
from db.engine import parse_url
from db.store import Store


def open_store(url: str | None, clock: Clock | None = None, *, training: bool = False) -> Store:
    """The database that is named, or the user's own; raises Refusal or KnownError when it cannot be used.

    That of the training is opened for `training` alone, which opens no other: KnownError `training_database`,
    `training_no_database`.
    """
    store = Store(parse_url(database_url(url)), clock)
    try:
        if store.read(is_training) is not training:
            raise KnownError("training_no_database" if training else "training_database")
    except BaseException:
        store.close()
        raise
    return store


@contextmanager
def station_lock(store: Store, name: str) -> Iterator[None]:
    """One program per station: two would call each other's printing interrupted.

    Raises KnownError `station_in_use`; the system frees the lock of a program that was killed.
    """
    slug = hashlib.sha256(f"{store.url.render_as_string()} {name}".encode()).hexdigest()[:16]
    if store.url.get_backend_name() == "sqlite":
        path = Path(f"{store.url.database}.{slug}.lock")
    else:
        path = data_directory() / "locks" / slug
        path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise KnownError("station_in_use", station=name) from None
    try:
        yield
    finally:
        lock.release()
