"""Brings a database to the version of this program, with a copy of it kept beside."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import cast

from sqlalchemy import Connection, Engine, inspect, text

from app.domain.errors import KnownError
from db.engine import known_words

HEAD = "0006"  # the newest revision; known here so that a start does not load Alembic for nothing


def current(connection: Connection) -> str | None:
    """The database's revision, None when it is empty; raises KnownError for a database that is not Packbench's."""
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    # other programs use Alembic too, and number from 0001
    if not {"alembic_version", "scan_events"} <= set(tables):
        raise KnownError("database_foreign")
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision


def upgrade(engine: Engine, target: str = HEAD) -> None:
    """Run the missing migrations; an existing SQLite file is copied to `<file>.before-<revision>` first.

    Raises KnownError `database_newer` when the database knows a revision that this program does not.
    """
    with engine.connect() as connection:
        found = current(connection)
    if found == target:
        return
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", "db:migrations")
    known_revisions = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known_revisions:
        raise KnownError("database_newer", revision=found)
    if found is not None and engine.dialect.name == "sqlite":
        _copy(engine, f"before-{target}")
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # a batch recreate with cascades would delete child rows silently; inside a transaction this is ignored
            raw = cast(sqlite3.Connection, connection.connection.driver_connection)
            raw.execute("PRAGMA foreign_keys=OFF")
        with connection.begin():
            config.attributes["connection"] = connection
            command.upgrade(config, target)
            if engine.dialect.name == "sqlite" and raw.execute("PRAGMA foreign_key_check").fetchone():
                raise KnownError("database_corrupt")  # before the commit: the database stays as it was
        if engine.dialect.name == "sqlite":
            raw.execute("PRAGMA foreign_keys=ON")


def _copy(engine: Engine, suffix: str) -> None:
    path = Path(str(engine.url.database))
    try:
        with (
            closing(sqlite3.connect(path)) as source,
            closing(sqlite3.connect(path.with_name(f"{path.name}.{suffix}"))) as target,
        ):
            source.backup(target)
    except sqlite3.Error as error:
        raise (known_words(str(error)) or error) from error
