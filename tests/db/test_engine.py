"""Connections keep the engine's rules, whoever opens them; what the environment does wrong has a name."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.domain.errors import KnownError, Refusal
from db import engine as engines
from db.engine import known, open_engine, parse_url


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        connection.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)")
    return tmp_path / "a.db"


@pytest.fixture
def opened() -> Iterator[list[Engine]]:
    engines: list[Engine] = []
    yield engines
    for engine in engines:
        engine.dispose()


def pragma(connection: Connection, name: str) -> object:
    return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


@pytest.mark.parametrize("writer", [True, False])
def test_every_connection_is_durable_and_keeps_its_foreign_keys(path: Path, opened: list[Engine], writer: bool) -> None:
    engine = open_engine(parse_url(str(path)), writer=writer)
    opened.append(engine)
    connections = [engine.connect() for _ in range(1 if writer else 6)]
    for connection in connections:
        assert pragma(connection, "journal_mode") == "wal"
        assert pragma(connection, "synchronous") == 2  # FULL
        assert pragma(connection, "foreign_keys") == 1
        assert pragma(connection, "busy_timeout") == engines.BUSY_MS
        assert pragma(connection, "query_only") == (0 if writer else 1)
        connection.close()


def test_the_writer_begins_immediately(path: Path, opened: list[Engine]) -> None:
    engine = open_engine(parse_url(str(path)), writer=True)
    opened.append(engine)
    said: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _cursor, statement, *_: said.append(statement))
    with engine.begin() as connection:
        connection.execute(text("SELECT 1"))
        # although it has only read, nobody else may write
        with closing(sqlite3.connect(path, timeout=0)) as other, pytest.raises(sqlite3.Error, match="locked"):
            other.execute("INSERT INTO t (b) VALUES ('x')")
    assert said[0] == "BEGIN IMMEDIATE"


def test_a_reader_may_not_write_and_holds_nobody_up(path: Path, opened: list[Engine]) -> None:
    engine = open_engine(parse_url(str(path)), writer=False)
    opened.append(engine)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM t")).scalar() == 0
        with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as other:
            other.execute("INSERT INTO t (b) VALUES ('x')")
        # a reader keeps its snapshot
        assert connection.execute(text("SELECT count(*) FROM t")).scalar() == 0
        with pytest.raises(DBAPIError) as refused:
            connection.execute(text("INSERT INTO t (b) VALUES ('y')"))
    meant = known(refused.value)
    assert meant is not None
    assert meant.code == "database_readonly"


# What is the environment's fault.


def fault(engine: Engine, statement: str = "INSERT INTO t (b) VALUES (zeroblob(100000))") -> KnownError:
    with pytest.raises(DBAPIError) as caught, engine.begin() as connection:
        connection.execute(text(statement))
    meant = known(caught.value)
    assert meant is not None, caught.value
    return meant


def test_a_full_disk(path: Path, opened: list[Engine]) -> None:
    engine = open_engine(parse_url(str(path)), writer=True)
    opened.append(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count={pragma(connection, 'page_count')}")
    assert fault(engine).code == "database_full"


def test_a_database_that_another_program_holds(
    path: Path, opened: list[Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "BUSY_MS", 20)
    engine = open_engine(parse_url(str(path)), writer=True)
    opened.append(engine)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert fault(engine).code == "database_locked"
        other.execute("ROLLBACK")
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO t (b) VALUES ('x')"))


def test_a_database_that_may_only_be_read(
    path: Path, opened: list[Engine], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    open_engine(parse_url(str(path)), writer=True).connect().close()
    engine = open_engine(parse_url(f"sqlite:///file:{path}?mode=ro&uri=true"), writer=True)
    opened.append(engine)
    assert fault(engine, "INSERT INTO t (b) VALUES ('x')").code == "database_readonly"
    assert not (tmp_path / "file:").exists(), "no folder of that name"


def test_a_damaged_database(path: Path, opened: list[Engine]) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executemany("INSERT INTO t (b) VALUES (?)", [("x" * 900,)] * 200)
        connection.commit()
    damaged = bytearray(path.read_bytes())
    for at in range(4096, len(damaged), 4096):
        damaged[at : at + 512] = b"\xa5" * 512
    path.write_bytes(damaged)
    engine = open_engine(parse_url(str(path)), writer=True)
    opened.append(engine)
    assert fault(engine, "SELECT sum(length(b)) FROM t").code == "database_corrupt"


def test_a_file_that_is_no_database(path: Path, opened: list[Engine]) -> None:
    path.write_bytes(b"orders;lines\n" * 1000)
    engine = open_engine(parse_url(str(path)), writer=True)
    opened.append(engine)
    assert fault(engine, "SELECT 1").code == "database_corrupt"


def test_a_database_that_cannot_be_opened(tmp_path: Path, opened: list[Engine]) -> None:
    engine = open_engine(parse_url(str(tmp_path)), writer=True)
    opened.append(engine)
    assert fault(engine, "SELECT 1").code == "database_unreachable"


def test_a_broken_rule_of_ours_is_no_fault_of_the_environment(path: Path, opened: list[Engine]) -> None:
    engine = open_engine(parse_url(str(path)), writer=True)
    opened.append(engine)
    with pytest.raises(IntegrityError) as caught, engine.begin() as connection:
        connection.execute(text("INSERT INTO t (a) VALUES (1), (1)"))
    assert known(caught.value) is None


# Which databases there are.


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("/var/lib/x.db", "sqlite:////var/lib/x.db"),
        ("x.db", "sqlite:///x.db"),
        ("sqlite:///x.db", "sqlite:///x.db"),
        ("postgresql://me:secret@host/packs", "postgresql://me:***@host/packs"),
        ("postgresql+psycopg://host/packs", "postgresql+psycopg://host/packs"),
    ],
)
def test_databases_that_are_known(given: str, shown: str) -> None:
    assert parse_url(given).render_as_string(hide_password=True) == shown


def test_a_path_may_begin_at_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert parse_url("~/x.db").database == str(tmp_path / "x.db")


@pytest.mark.parametrize(
    "given",
    ["mysql://host/db", "sqlite://", "sqlite:///", ":memory:", "sqlite:///:memory:", "sqlite:///file::memory:?uri=true",
     "sqlite+aiosqlite:///x.db", "postgresql://host", "http://host/db", "://",
     "postgresql://me:secret@host:port/db", "x y://me:secret@host/db"],
)  # fmt: skip
def test_databases_that_are_not_known(given: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse_url(given)
    assert refused.value.code == "database_url"
    assert "secret" not in str(refused.value)


def test_a_driver_that_is_not_there() -> None:
    with pytest.raises(KnownError) as refused:
        open_engine(parse_url("postgresql+nonsense://host/db"), writer=True)
    assert refused.value.code == "database_driver_missing"
    assert refused.value.facts == {"driver": "postgresql+nonsense"}


def test_the_folder_of_a_new_database_is_made(tmp_path: Path, opened: list[Engine]) -> None:
    opened.append(open_engine(parse_url(str(tmp_path / "new" / "deep" / "x.db")), writer=True))
    assert (tmp_path / "new" / "deep").is_dir()
