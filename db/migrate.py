"""Brings a database to the version of this program, with a copy of it kept beside."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import cast

from sqlalchemy import Connection, Engine, inspect, text

from app.domain.errors import KnownError

HEAD = "0001"  # the newest revision; known here so that a start does not load Alembic for nothing


def current(connection: Connection) -> str | None:
    """The database's revision, None when it is empty; raises KnownError for a database that is not Packbench's."""
    tables = inspect(connection).get_table_names()
    if "alembic_version" not in tables:
        if tables:
            raise KnownError("database_foreign")
        return None
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
        if engine.dialect.name == "sqlite":
            raw.execute("PRAGMA foreign_keys=ON")
            broken = raw.execute("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise KnownError("database_corrupt")


def _copy(engine: Engine, suffix: str) -> None:
    path = Path(str(engine.url.database))
    with sqlite3.connect(path) as source, sqlite3.connect(path.with_name(f"{path.name}.{suffix}")) as target:
        source.backup(target)
    source.close()
    target.close()
