"""Connections that keep the engine's rules: durable commits, immediate write transactions, foreign keys on."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError

from app.domain.errors import KnownError, Refusal

BUSY_MS = 2_000


def parse_url(text: str) -> URL:
    """The database URL in `text`; a plain path means an SQLite file.

    Raises Refusal `database_url` for what is neither, or a database that Packbench does not run on.
    """
    scheme, separator, _ = text.partition("://")
    try:
        url = make_url(text) if separator else URL.create("sqlite", database=str(Path(text).expanduser()))
    except (ArgumentError, ValueError):
        raise Refusal("database_url", url=f"{scheme}://…") from None  # what could not be read may hold a password
    # a database in memory would be another one for each connection
    in_memory = url.drivername == "sqlite" and ":memory:" in (url.database or "")
    known_kind = url.drivername == "sqlite" or url.get_backend_name() == "postgresql"
    if not known_kind or not url.database or in_memory:
        raise Refusal("database_url", url=url.render_as_string(hide_password=True))
    return url


def open_engine(url: URL, *, writer: bool) -> Engine:
    """An engine on `url`; the writer's transactions start with BEGIN IMMEDIATE, a reader may not write.

    SQLite runs with WAL and synchronous=FULL: of all settings measured, only that one lost no acknowledged row in a
    power cut. A deferred transaction that reads and then writes fails at once when another process writes, whatever
    the busy time-out says; hence IMMEDIATE.
    """
    if url.get_backend_name() != "sqlite":
        try:
            return create_engine(
                url, pool_size=1 if writer else 4, isolation_level="READ COMMITTED", hide_parameters=True
            )
        except (ImportError, NoSuchModuleError):
            raise KnownError("database_driver_missing", driver=url.drivername) from None
    if writer and url.database and not url.database.startswith("file:"):  # a URI names its file in its own way
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        connect_args={"isolation_level": None, "timeout": BUSY_MS / 1000, "check_same_thread": False},
        pool_size=1 if writer else 4,
        pool_reset_on_return="rollback",
        hide_parameters=True,  # names and addresses must not reach a log by way of an error
    )

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _record: Any) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        if not writer:
            connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")

    return engine


def known(error: DBAPIError) -> KnownError | None:
    """What a database error means, where it is the environment's fault and not a bug in the program."""
    meant = known_words(str(error.orig))
    if meant is not None:
        return meant
    if error.connection_invalidated or (isinstance(error, OperationalError) and "connect" in str(error.orig).lower()):
        return KnownError("database_unreachable")
    return None


def known_words(said: str) -> KnownError | None:
    """The same from SQLite's own words."""
    said = said.lower()
    for sign, code in (
        ("disk is full", "database_full"),
        ("database or disk", "database_full"),
        ("is locked", "database_locked"),
        ("disk i/o error", "database_io"),
        ("malformed", "database_corrupt"),
        ("not a database", "database_corrupt"),
        ("readonly", "database_readonly"),
        ("read-only", "database_readonly"),
        ("unable to open", "database_unreachable"),
    ):
        if sign in said:
            return KnownError(code)
    return None
