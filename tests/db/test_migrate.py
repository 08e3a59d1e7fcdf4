"""Migrations end where the models are, and an upgrade loses nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from app.domain.errors import KnownError
from db import migrate
from db.engine import open_engine, parse_url
from db.models import metadata
from db.store import Store

EXPRESSION_INDEX = pytest.mark.filterwarnings(
    "ignore:.* expression-based index '?uq_stock_place"
)
NEXT = '''
"""A revision that only this test knows."""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{head}"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("skus") as batch:
        batch.add_column(sa.Column("colour", sa.String(), nullable=True))
    {more}
'''


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(parse_url(str(tmp_path / "a.db")), writer=True)
    yield engine
    engine.dispose()


def revision_of(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def fill(path: Path) -> None:
    """A SKU with a barcode that hangs on it."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO skus (id, code, name, version) VALUES (1, 'TEA', 'Tea', 1)")
        connection.execute("INSERT INTO sku_barcodes (id, barcode, sku_id, quantity) VALUES (1, '123', 1, 1)")
        connection.commit()


def rows(path: Path) -> list[Any]:
    with closing(sqlite3.connect(path)) as connection:
        return [
            connection.execute("SELECT id, code FROM skus").fetchall(),
            connection.execute("SELECT barcode, sku_id FROM sku_barcodes").fetchall(),
        ]


def test_the_newest_revision_is_the_one_that_the_program_knows() -> None:
    config = Config()
    config.set_main_option("script_location", "db:migrations")
    script = ScriptDirectory.from_config(config)
    assert script.get_heads() == [migrate.HEAD]


@EXPRESSION_INDEX
def test_the_migrated_tables_are_those_of_the_models(engine: Engine) -> None:
    migrate.upgrade(engine)
    with engine.connect() as connection:
        # the index on an expression is skipped, SQLAlchemy cannot read it back; it is compared below
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


@EXPRESSION_INDEX
def test_checks_and_the_index_on_an_expression_are_those_of_the_models(engine: Engine, tmp_path: Path) -> None:
    migrate.upgrade(engine)
    other = open_engine(parse_url(str(tmp_path / "models.db")), writer=True)
    with other.begin() as connection:
        metadata.create_all(connection)

    def shape(of: Engine) -> dict[str, Any]:
        with of.connect() as connection:
            found = inspect(connection)
            tables = set(found.get_table_names()) - {"alembic_version"}
            return {
                table: (
                    sorted((check["name"], check["sqltext"]) for check in found.get_check_constraints(table)),
                    sorted(str(unique["name"]) for unique in found.get_unique_constraints(table)),
                    # not by name: SQLAlchemy does not read that of a column's own constraint
                    sorted((key["referred_table"], *key["constrained_columns"])
                           for key in found.get_foreign_keys(table)),
                    sorted((str(column["name"]), str(column["type"]), column["nullable"])
                           for column in found.get_columns(table)),
                    found.get_pk_constraint(table),
                )
                for table in tables
            }  # fmt: skip

    assert shape(engine) == shape(other)
    wanted = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"
    with engine.connect() as migrated, other.connect() as made:
        indexes = [tuple(row) for row in migrated.execute(text(wanted))]
        assert indexes == [tuple(row) for row in made.execute(text(wanted))]
    assert any("coalesce(lot_id, 0)" in sql for _, sql in indexes)
    other.dispose()


def test_a_second_start_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    migrate.upgrade(engine)
    fill(tmp_path / "a.db")
    migrate.upgrade(engine)
    assert rows(tmp_path / "a.db") == [[(1, "TEA")], [("123", 1)]]
    assert [path.name for path in tmp_path.iterdir() if "before" in path.name] == []


def test_a_database_of_a_newer_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    Store(parse_url(str(path))).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '7777'")
        connection.commit()
    with pytest.raises(KnownError) as refused:
        Store(parse_url(str(path)))
    assert (refused.value.code, refused.value.facts) == ("database_newer", {"revision": "7777"})
    assert revision_of(path) == "7777"


@pytest.mark.parametrize(
    "script",
    ["CREATE TABLE customers (id INTEGER)",
     "CREATE TABLE customers (id INTEGER); CREATE TABLE alembic_version (version_num TEXT);"
     "INSERT INTO alembic_version VALUES ('0001')"],
)  # fmt: skip
def test_a_database_of_another_program_is_refused_and_left_alone(tmp_path: Path, script: str) -> None:
    path = tmp_path / "a.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
    with pytest.raises(KnownError) as refused:
        Store(parse_url(str(path)))
    assert refused.value.code == "database_foreign"
    with closing(sqlite3.connect(path)) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert tables <= {"customers", "alembic_version"}


# An upgrade, to a revision that is planted beside the shipped ones.


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A database of today with rows in it."""
    Store(parse_url(str(tmp_path / "a.db"))).close()
    fill(tmp_path / "a.db")
    return tmp_path / "a.db"


def plant(monkeypatch: pytest.MonkeyPatch, folder: Path, more: str) -> None:
    """A newer program: it knows one revision more."""
    versions = folder / "versions"
    versions.mkdir()
    (versions / "v9999_planted.py").write_text(NEXT.format(head=migrate.HEAD, more=more))
    with_planted = Config.set_main_option

    def set_main_option(config: Config, name: str, value: str) -> None:
        with_planted(config, name, value)
        if name == "script_location":
            shipped = Path(migrate.__file__).parent / "migrations" / "versions"
            with_planted(config, "path_separator", "newline")
            with_planted(config, "version_locations", f"{shipped}\n{versions}")

    monkeypatch.setattr(Config, "set_main_option", set_main_option)


def upgrade(path: Path) -> None:
    engine = open_engine(parse_url(str(path)), writer=True)
    try:
        migrate.upgrade(engine, "9999")
    finally:
        engine.dispose()


def test_an_upgrade_keeps_the_rows_and_leaves_a_copy_beside(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch, tmp_path, "")
    before = rows(old)
    upgrade(old)
    assert revision_of(old) == "9999"
    # the batch recreates the table that barcodes hang on
    assert rows(old) == before
    copy = tmp_path / "a.db.before-9999"
    assert (revision_of(copy), rows(copy)) == (migrate.HEAD, before)
    with closing(sqlite3.connect(old)) as connection:
        assert "colour" in [row[1] for row in connection.execute("PRAGMA table_info(skus)")]


@pytest.mark.parametrize("more", ['raise ZeroDivisionError', 'op.execute("DELETE FROM skus")'])
def test_an_upgrade_that_fails_or_breaks_a_link_leaves_the_database_as_it_was(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: str
) -> None:
    plant(monkeypatch, tmp_path, more)
    before = rows(old)
    with pytest.raises((ZeroDivisionError, KnownError)):
        upgrade(old)
    assert (revision_of(old), rows(old)) == (migrate.HEAD, before)
    with closing(sqlite3.connect(old)) as connection:
        assert "colour" not in [row[1] for row in connection.execute("PRAGMA table_info(skus)")]


def test_an_upgrade_without_room_for_its_copy_is_not_begun(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch, tmp_path, "")
    (tmp_path / "a.db.before-9999").mkdir()
    with pytest.raises(KnownError) as refused:
        upgrade(old)
    assert refused.value.code == "database_unreachable"
    assert revision_of(old) == migrate.HEAD


def test_foreign_keys_are_on_again_after_an_upgrade(engine: Engine) -> None:
    migrate.upgrade(engine)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
