"""The one writer thread: scans first, whole transactions or nothing, and nobody's fault stops it."""

from __future__ import annotations

import logging
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.change import NOTHING, Change, changed
from app.domain.errors import KnownError, Refusal
from db import engine as engines
from db.engine import parse_url
from db.journal import Setting
from db.store import Priority, Store, Tx
from tests.factories import NOON, HeldClock
from tests.intake import fresh_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with fresh_store(tmp_path) as store:
        yield store


def note(tx: Tx, name: str, value: str = "") -> tuple[str, Change]:
    """An operation that leaves a row."""
    tx.session.add(Setting(name=name, value=value))
    return name, changed("settings", ids=[(name, 1)])


def names(session: Session) -> list[str]:
    return list(session.scalars(select(Setting.name).order_by(Setting.name)))


def fail(tx: Tx, error: BaseException) -> tuple[None, Change]:
    note(tx, "half done")
    tx.session.flush()
    raise error


class Gate:
    """An operation that holds the writer until it is opened."""

    def __init__(self) -> None:
        self.entered, self.opened = threading.Event(), threading.Event()

    def __call__(self, tx: Tx) -> tuple[None, Change]:
        self.entered.set()
        assert self.opened.wait(10)
        return None, NOTHING


def test_what_is_written_can_be_read(store: Store) -> None:
    assert store.write(note, "a", value="1") == "a"
    assert store.read(names) == ["a"]


def test_scans_go_before_persons_before_printers_before_bulk(store: Store) -> None:
    gate, done = Gate(), []

    def step(tx: Tx, name: str) -> tuple[None, Change]:
        done.append(name)
        return None, NOTHING

    held = store.submit(Priority.BULK, gate)
    assert gate.entered.wait(10)
    waiting = [
        store.submit(priority, step, f"{priority.name} {number}")
        for number in range(3)
        for priority in (Priority.BULK, Priority.PRINTER, Priority.PERSON, Priority.SCAN)
    ]
    gate.opened.set()
    for future in [held, *waiting]:
        future.result(10)
    assert done == [f"{name} {number}" for name in ("SCAN", "PERSON", "PRINTER", "BULK") for number in range(3)]


def test_a_failing_operation_leaves_nothing_and_the_writer_lives_on(store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        store.write(fail, ZeroDivisionError())
    with pytest.raises(Refusal) as refused:
        store.write(fail, Refusal("order_unknown", order=7))
    assert (refused.value.code, refused.value.facts) == ("order_unknown", {"order": 7})
    with pytest.raises(IntegrityError):
        store.write(lambda tx: (tx.connection.execute(text("INSERT INTO settings (name) VALUES ('x')")), NOTHING))
    assert store.write(note, "after") == "after"
    assert store.read(names) == ["after"]


def test_a_failing_operation_publishes_nothing(store: Store) -> None:
    seen: list[Change] = []
    store.listen(seen.append)
    with pytest.raises(ZeroDivisionError):
        store.write(fail, ZeroDivisionError())
    store.write(note, "a")
    store.write(lambda tx: (None, NOTHING))
    assert [change.ids for change in seen] == [{("a", 1)}]


def test_a_change_is_published_after_its_commit(store: Store) -> None:
    seen: list[list[str]] = []
    store.listen(lambda change: seen.append(store.read(names)))
    store.write(note, "a")
    store.write(note, "b")
    # the publication of the last one may still be under way when its result is there
    store.write(lambda tx: (None, NOTHING))
    assert seen == [["a"], ["a", "b"]]


def test_a_listener_that_fails_stops_nobody(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    seen: list[Change] = []

    def bad(change: Change) -> None:
        raise ZeroDivisionError

    forget = store.listen(bad)
    store.listen(seen.append)
    with caplog.at_level(logging.ERROR):
        store.write(note, "a")
        store.write(note, "b")
    assert len(seen) >= 1
    assert "a listener failed on ['settings']" in caplog.text
    forget()
    store.write(note, "c")
    assert store.read(names) == ["a", "b", "c"]


def test_who_has_left_hears_nothing(store: Store) -> None:
    seen: list[Change] = []
    forget = store.listen(seen.append)
    forget()
    store.write(note, "a")
    assert not seen


def test_a_cancelled_operation_is_not_done(store: Store) -> None:
    gate = Gate()
    store.submit(Priority.PERSON, gate)
    assert gate.entered.wait(10)
    future: Future[str] = store.submit(Priority.PERSON, note, "never")
    assert future.cancel()
    gate.opened.set()
    store.write(note, "after")
    assert store.read(names) == ["after"]


def test_closing_finishes_what_is_queued_and_refuses_what_comes_later(tmp_path: Path) -> None:
    gate = Gate()
    with fresh_store(tmp_path) as store:
        store.submit(Priority.SCAN, gate)
        assert gate.entered.wait(10)
        queued = [store.submit(Priority.BULK, note, name) for name in "abc"]
        closing_thread = threading.Thread(target=store.close)
        closing_thread.start()
        gate.opened.set()
        closing_thread.join(10)
        assert [future.result(0) for future in queued] == ["a", "b", "c"]
        with pytest.raises(RuntimeError, match="closed"):
            store.submit(Priority.SCAN, note, "late")
        store.close()
    with fresh_store(tmp_path) as again:
        assert again.read(names) == ["a", "b", "c"]


def test_readers_see_a_snapshot_and_never_write(store: Store) -> None:
    def read(session: Session) -> tuple[list[str], list[str]]:
        before = names(session)
        store.write(note, "meanwhile")
        return before, names(session)

    assert store.read(read) == ([], [])
    assert store.read(names) == ["meanwhile"]
    with pytest.raises(KnownError) as refused:
        store.read(lambda session: session.execute(text("DELETE FROM settings")))
    assert refused.value.code == "database_readonly"


def test_readers_do_not_wait_for_a_writer(store: Store) -> None:
    store.write(note, "a")
    gate = Gate()
    held = store.submit(Priority.BULK, gate)
    assert gate.entered.wait(10)
    assert store.read(names) == ["a"]
    gate.opened.set()
    held.result(10)


def test_many_threads_may_write(store: Store) -> None:
    def work(number: int) -> None:
        for step in range(10):
            store.write(note, f"{number:02}-{step}")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(store.read(names)) == 60


def test_the_moment_of_a_transaction_is_the_clocks(tmp_path: Path) -> None:
    clock = HeldClock()
    with fresh_store(tmp_path) as made:
        url = made.url
    with Store(url, clock) as store:
        assert store.write(lambda tx: (tx.at, NOTHING)) == NOON
        clock.pass_(60)
        assert (store.write(lambda tx: (tx.at, NOTHING)) - NOON).total_seconds() == 60


# What the environment does.


def test_the_disk_is_full_and_then_it_is_not(store: Store) -> None:
    def limit(pages: int) -> None:
        def operation(tx: Tx) -> tuple[None, Change]:
            tx.connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
            return None, NOTHING

        store.write(operation)

    store.write(note, "before")
    limit(1)  # never below what there is
    with pytest.raises(KnownError) as refused:
        store.write(note, "big", value="x" * 500_000)
    assert refused.value.code == "database_full"
    assert store.read(names) == ["before"]
    limit(2**30)
    store.write(note, "big", value="x" * 500_000)
    assert store.read(names) == ["before", "big"]


_HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
"""


def test_another_process_holds_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "BUSY_MS", 50)
    with fresh_store(tmp_path) as store:
        path = str(store.url.database)
        with subprocess.Popen(
            [sys.executable, "-c", _HOLD, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as other:
            assert other.stdin is not None
            assert other.stdout is not None
            assert other.stdout.readline() == b"held\n"
            with pytest.raises(KnownError) as refused:
                store.write(note, "a")
            assert refused.value.code == "database_locked"
            assert store.read(names) == []
            other.stdin.write(b"\n")
        assert store.write(note, "a") == "a"
        assert store.read(names) == ["a"]


def test_a_lock_that_is_short_is_waited_for(store: Store) -> None:
    with closing(sqlite3.connect(str(store.url.database), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        future = store.submit(Priority.PERSON, note, "a")
        other.execute("COMMIT")
        assert future.result(10) == "a"


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"no database at all, but long enough to be taken for one" * 100, "database_corrupt")],
)
def test_what_cannot_be_opened_says_why_and_leaves_it_as_it_is(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "bad.db"
    path.write_bytes(content)
    with pytest.raises(KnownError) as refused:
        Store(parse_url(str(path)))
    assert refused.value.code == code
    assert path.read_bytes() == content


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(KnownError) as refused:
        Store(parse_url(str(tmp_path)))
    assert refused.value.code == "database_unreachable"


def test_a_place_where_no_folder_can_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(KnownError) as refused:
        Store(parse_url(str(tmp_path / "file" / "x.db")))
    assert refused.value.code == "database_unreachable"


def test_a_page_that_rots_while_it_is_open(tmp_path: Path) -> None:
    with fresh_store(tmp_path) as store:
        path = Path(str(store.url.database))
        for number in range(40):
            store.write(note, f"{number}", value="x" * 2000)
    rotten = bytearray(path.read_bytes())
    for at in range(len(rotten) - 10 * 4096, len(rotten), 4096):
        rotten[at : at + 256] = b"\xa5" * 256
    path.write_bytes(rotten)
    with fresh_store(tmp_path) as store:
        with pytest.raises(KnownError) as refused:
            store.read(lambda session: session.execute(text("SELECT sum(length(value)) FROM settings")).scalar())
        assert refused.value.code == "database_corrupt"
    assert path.exists()
