"""The bridge between engine and window: Changes on the window's thread, work on others, and what is not reached."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.change import NOTHING, Change, changed
from app.domain.errors import KnownError, Refusal
from db.store import Priority, Tx
from tests.factories import House
from ui.feed import Feed

Run = Callable[[Coroutine[Any, Any, Any]], Any]


@pytest.fixture
def run(loop: asyncio.AbstractEventLoop, qtbot: QtBot) -> Run:
    """Wait for a coroutine while the window works."""

    def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
        task = loop.create_task(coroutine)
        qtbot.waitUntil(task.done, timeout=5_000)
        return task.result()

    return run


@pytest.fixture
def feed(house: House, loop: asyncio.AbstractEventLoop) -> Iterator[Feed]:
    feed = Feed()
    feed.open(house.store)
    yield feed
    feed.close()


def touch(tx: Tx, number: int) -> tuple[int, Change]:
    """Does nothing but say that it was done."""
    return number, changed("orders", ids=[("order", number)])


def refuse(tx: Tx) -> tuple[None, Change]:
    raise Refusal("batch_not_released")


def fail(code: str) -> Callable[[Any], Any]:
    def query(_: Any) -> Any:
        raise KnownError(code)

    return query


def test_changes_come_in_order_on_the_windows_thread(feed: Feed, house: House, qtbot: QtBot) -> None:
    heard: list[tuple[Any, int]] = []
    feed.changed.connect(lambda change: heard.append((change, threading.get_ident())))
    for number in range(50):
        house.store.submit(Priority.BULK, touch, number)
    qtbot.waitUntil(lambda: len(heard) >= 50, timeout=5_000)
    assert [change for change, _ in heard] == [changed("orders", ids=[("order", n)]) for n in range(50)]
    assert {thread for _, thread in heard} == {threading.get_ident()}
    qtbot.wait(20)
    assert len(heard) == 50


def test_what_was_refused_or_changed_nothing_is_not_told(feed: Feed, house: House, qtbot: QtBot) -> None:
    heard: list[Change] = []
    feed.changed.connect(heard.append)
    with pytest.raises(Refusal):
        house.store.write(refuse)
    house.store.write(lambda tx: (None, NOTHING))
    house.store.write(touch, 1)
    qtbot.waitUntil(lambda: bool(heard), timeout=5_000)
    assert heard == [changed("orders", ids=[("order", 1)])]


def test_nothing_is_told_after_close_not_even_what_was_on_its_way(feed: Feed, house: House, qtbot: QtBot) -> None:
    heard: list[Change] = []
    feed.changed.connect(heard.append)
    house.store.write(touch, 1)  # published, and waiting in the queue of the window's thread
    house.store.submit(Priority.PERSON, lambda tx: (None, NOTHING)).result()
    feed.close()
    house.store.write(touch, 2)
    qtbot.wait(20)
    assert heard == []
    feed.close()  # a second time is no fault


def test_a_read_runs_on_another_thread(feed: Feed, run: Run) -> None:
    def query(_: Any, more: int) -> tuple[int, int]:
        return threading.get_ident(), more

    thread, more = run(feed.read(query, more=7))
    assert thread != threading.get_ident()
    assert more == 7


def test_the_window_works_while_something_is_read(feed: Feed, qtbot: QtBot, loop: asyncio.AbstractEventLoop) -> None:
    gate = threading.Event()
    task = loop.create_task(feed.read(lambda _: gate.wait(5)))
    worked: list[bool] = []
    loop.call_later(0.01, lambda: worked.append(True))
    qtbot.waitUntil(lambda: bool(worked), timeout=5_000)
    assert not task.done()
    gate.set()
    qtbot.waitUntil(task.done, timeout=5_000)


def test_a_write_runs_on_the_writers_thread_and_gives_its_result(feed: Feed, house: House, run: Run) -> None:
    def operation(tx: Tx, *, more: int) -> tuple[tuple[str, int], Change]:
        return (threading.current_thread().name, more), NOTHING

    assert run(feed.write(operation, more=7)) == ("writer", 7)


def test_a_refusal_comes_back_to_who_asked(feed: Feed, run: Run) -> None:
    with pytest.raises(Refusal, match="batch_not_released"):
        run(feed.write(refuse))
    assert feed.offline is None


def test_what_is_asked_before_the_database_is_open_waits(
    house: House, qtbot: QtBot, loop: asyncio.AbstractEventLoop
) -> None:
    feed = Feed()
    tasks = [loop.create_task(feed.read(lambda _: 3)), loop.create_task(feed.write(touch, 4))]
    qtbot.wait(20)
    assert not any(task.done() for task in tasks)
    feed.open(house.store)
    qtbot.waitUntil(lambda: all(task.done() for task in tasks), timeout=5_000)
    assert [task.result() for task in tasks] == [3, 4]
    feed.close()


def test_a_database_that_does_not_answer_is_offline_until_it_does(feed: Feed, run: Run) -> None:
    told: list[KnownError | None] = []
    feed.reached.connect(lambda: told.append(feed.offline))
    with pytest.raises(KnownError, match="database_locked"):
        run(feed.read(fail("database_locked")))
    assert feed.offline is not None
    assert feed.offline.code == "database_locked"
    run(feed.read(lambda _: None))
    assert feed.offline is None
    run(feed.read(lambda _: None))
    assert [error and error.code for error in told] == ["database_locked", None]


def test_a_refusal_is_an_answer_and_ends_being_offline(feed: Feed, run: Run) -> None:
    with pytest.raises(KnownError):
        run(feed.read(fail("database_unreachable")))
    with pytest.raises(Refusal):
        run(feed.write(refuse))
    assert feed.offline is None


def test_another_fault_tells_nothing_of_the_database(feed: Feed, run: Run) -> None:
    with pytest.raises(KnownError):
        run(feed.read(fail("file_unwritable")))
    assert feed.offline is None
    with pytest.raises(KnownError):
        run(feed.read(fail("database_locked")))
    with pytest.raises(KnownError):
        run(feed.read(fail("file_unwritable")))
    assert feed.offline is not None


def test_a_mistake_or_an_end_tells_nothing_of_the_database(
    feed: Feed, run: Run, qtbot: QtBot, loop: asyncio.AbstractEventLoop
) -> None:
    def mistake(_: Any) -> None:
        raise ZeroDivisionError

    with pytest.raises(KnownError):
        run(feed.read(fail("database_locked")))
    with pytest.raises(ZeroDivisionError):
        run(feed.read(mistake))
    gate = threading.Event()
    task = loop.create_task(feed.read(lambda _: gate.wait(5)))
    qtbot.wait(5)
    task.cancel()
    qtbot.waitUntil(task.done, timeout=5_000)
    gate.set()
    assert feed.offline is not None
