"""A long list is paged: only what is looked at is asked for, and what is chosen stays chosen."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.errors import KnownError
from app.settings import Settings
from ui.application import dress
from ui.models.paged import CHUNK, KEPT, Column, PagedModel
from ui.widgets.paged_table import PagedTable
from ui.workspace import Workspace

MANY = 100_000
Key = Qt.Key


@dataclass(frozen=True)
class Row:
    """A row with its key and a word."""

    key: int
    word: str


class Source(QObject):
    """A query that remembers what it was asked."""

    answered = Signal()

    def __init__(self, total: int = MANY) -> None:
        super().__init__()
        self.keys: Sequence[int] = range(total)
        self.asked: list[tuple[str, bool, int, int]] = []
        self.refusal: KnownError | None = None
        self.gate: asyncio.Event | None = None  # the next answers wait for it

    async def count(self) -> int:
        return len(self.keys)

    async def load(self, sort: str, descending: bool, offset: int, limit: int) -> Sequence[Row]:
        self.asked.append((sort, descending, offset, limit))
        keys = self.keys[::-1] if descending else self.keys
        if (gate := self.gate) is not None:
            await gate.wait()
        await asyncio.sleep(0)
        if self.refusal is not None:
            raise self.refusal
        return [Row(key, f"word {key}") for key in keys[offset : offset + limit]]

    @property
    def chunks(self) -> list[int]:
        return [offset // CHUNK for _, _, offset, _ in self.asked]


@pytest.fixture
def bare(qapp: QApplication, qtbot: QtBot, loop: asyncio.AbstractEventLoop) -> Iterator[Workspace]:
    work = Workspace(Settings(sound=False), "en")
    dress(qapp, work)
    yield work
    ended = loop.create_task(work.end())
    qtbot.waitUntil(ended.done)


class Shown:
    """A table over a source, in a window of its own."""

    def __init__(self, work: Workspace, source: Source, qtbot: QtBot, height: int = 500) -> None:
        self.work, self.source, self._qtbot = work, source, qtbot
        columns: tuple[Column[Row], ...] = (
            Column("orders_number", lambda row: str(row.key), "number", width=10),
            Column("orders_name", lambda row: row.word, stretch=True, width=10),
            Column("orders_age", lambda row: "x", "updated", width=10, spare=1),
        )
        self.model: PagedModel[Row] = PagedModel(
            work, columns, source.load, source.count, sort="number", key=lambda row: row.key
        )
        self.table = PagedTable(work, self.model, "orders_table")
        self.picked: list[object] = []
        self.table.picked.connect(self.picked.append)
        qtbot.addWidget(self.table)
        self.table.resize(700, height)
        self.table.show()
        self.reload()

    def until(self, condition: object) -> None:
        assert callable(condition)
        self._qtbot.waitUntil(lambda: bool(condition()))

    def reload(self) -> None:
        done = asyncio.get_running_loop().create_task(self.model.reload())
        self.until(done.done)
        done.result()
        self.rest()

    def rest(self) -> None:
        self.table.viewport().repaint()
        self.until(lambda: self.model.at_rest)

    def press(self, key: Qt.Key) -> None:
        QTest.keyClick(self.table, key)
        self.rest()

    def row(self) -> int | None:
        return None if self.table.current is None else self.table.current.key

    def top(self) -> str:
        return str(self.model.index(self.table.rowAt(0), 0).data())


@pytest.fixture
def shown(bare: Workspace, qtbot: QtBot) -> Shown:
    return Shown(bare, Source(), qtbot)


def test_only_what_is_seen_is_asked_for(shown: Shown) -> None:
    assert shown.model.rowCount() == MANY
    assert shown.source.chunks == [0]
    assert shown.top() == "0"


def test_the_end_is_reached_at_once(shown: Shown) -> None:
    shown.press(Key.Key_End)
    assert shown.row() == MANY - 1
    assert shown.source.chunks[0] == 0
    assert set(shown.source.chunks) <= {0, MANY // CHUNK - 1}
    assert str(shown.model.index(shown.table.rowAt(shown.table.viewport().height() - 2), 0).data()) == str(MANY - 1)
    shown.press(Key.Key_Home)
    assert shown.row() == 0


def test_of_a_quick_scroll_only_the_end_is_asked_for(shown: Shown) -> None:
    shown.source.gate = asyncio.Event()
    bar = shown.table.verticalScrollBar()
    for place in range(10_000, 90_000, 1_000):
        bar.setValue(place)
        shown.table.viewport().repaint()
    shown.source.gate.set()
    shown.until(lambda: shown.model.at_rest)
    assert len(shown.source.asked) <= 4
    assert shown.top() == "89000"


def test_not_more_than_some_chunks_are_kept(shown: Shown) -> None:
    for chunk in range(40):
        shown.table.verticalScrollBar().setValue(chunk * CHUNK + 20)
        shown.rest()
    assert shown.model.in_memory <= KEPT * CHUNK
    assert shown.top() == str(39 * CHUNK + 20)


def test_sorting_asks_sql_anew_and_begins_at_the_top(shown: Shown) -> None:
    shown.press(Key.Key_End)
    shown.source.asked.clear()
    shown.table.sort_by(0, True)
    shown.until(lambda: shown.top() == str(MANY - 1))
    assert shown.source.asked == [("number", True, 0, CHUNK)]
    assert shown.row() == MANY - 1
    assert shown.model.headerData(0, Qt.Orientation.Horizontal) == "Order ▼"
    shown.source.asked.clear()
    shown.table.horizontalHeader().sectionClicked.emit(1)  # has no order
    shown.rest()
    assert shown.source.asked == []
    shown.table.horizontalHeader().sectionClicked.emit(2)
    shown.until(lambda: shown.source.asked[:1] == [("updated", False, 0, CHUNK)])


def test_the_old_rows_stay_until_the_sorted_ones_are_there(shown: Shown) -> None:
    shown.source.gate = asyncio.Event()
    shown.table.sort_by(0, True)
    shown.until(lambda: shown.source.asked[-1][1])
    assert shown.top() == "0"
    shown.source.gate.set()
    shown.until(lambda: shown.top() == str(MANY - 1))


def test_a_row_is_followed_when_others_come_before_it(shown: Shown) -> None:
    shown.source.keys = list(range(50, 150))
    shown.reload()
    shown.press(Key.Key_Home)
    for _ in range(5):
        shown.press(Key.Key_Down)
    assert shown.row() == 55
    shown.picked.clear()
    shown.source.keys = list(range(40, 150))
    shown.reload()
    assert shown.row() == 55
    assert shown.table.currentIndex().row() == 15
    assert shown.picked == []  # nobody has gone anywhere


def test_rows_that_come_above_do_not_move_what_is_read(shown: Shown) -> None:
    shown.source.keys = list(range(1_000, 2_000))
    shown.reload()
    shown.table.verticalScrollBar().setValue(100)
    shown.table.setCurrentIndex(shown.model.index(103, 0))
    shown.rest()
    assert shown.top() == "1100"
    shown.source.keys = list(range(995, 2_000))
    shown.reload()
    assert (shown.row(), shown.top()) == (1_103, "1100")


def test_a_row_that_has_left_is_chosen_no_more_and_the_next_key_goes_on_from_there(shown: Shown) -> None:
    shown.source.keys = [1, 2, 3, 4]
    shown.reload()
    shown.press(Key.Key_Home)
    shown.press(Key.Key_Down)
    assert shown.row() == 2
    shown.source.keys = [1, 3, 4]
    shown.reload()
    assert shown.row() is None
    assert shown.picked[-1] == 2
    shown.press(Key.Key_Down)
    assert shown.row() == 3
    shown.source.keys = [1]
    shown.reload()
    assert shown.row() is None
    shown.press(Key.Key_Up)
    assert shown.row() == 1


def test_a_list_that_grows_shrinks_and_is_empty(shown: Shown) -> None:
    for keys in ([1, 2], [], [5, 6, 7], range(5_000), [9]):
        shown.source.keys = list(keys)
        shown.reload()
        assert shown.model.rowCount() == len(keys)
        assert [shown.model.index(at, 0).data() for at in range(min(3, len(keys)))] == [str(k) for k in list(keys)[:3]]


def test_the_end_of_a_list_that_has_become_short(shown: Shown) -> None:
    shown.press(Key.Key_End)
    shown.source.keys = range(3_000)
    shown.reload()
    shown.press(Key.Key_End)
    assert shown.row() == 2_999


def test_enter_opens_and_a_letter_is_passed_on(shown: Shown, qtbot: QtBot) -> None:
    with qtbot.waitSignal(shown.table.opened):
        shown.press(Key.Key_Return)
    with qtbot.waitSignal(shown.table.typed) as typed:
        QTest.keyClicks(shown.table, "p")
    assert typed.args == ["p"]
    assert shown.source.chunks == [0]  # Qt's own search by letters would have walked through everything


def test_an_answer_to_an_old_question_is_not_shown(shown: Shown) -> None:
    old = shown.source.gate = asyncio.Event()
    shown.table.verticalScrollBar().setValue(50_000)
    shown.table.viewport().repaint()
    shown.until(lambda: len(shown.source.asked) == 2)
    shown.source.gate = None
    shown.source.keys = range(MANY, 2 * MANY)
    reloaded = asyncio.get_running_loop().create_task(shown.model.reload())
    shown.until(reloaded.done)
    old.set()
    shown.rest()
    assert shown.top() == str(MANY + 50_000)


def test_a_query_that_fails_says_so_and_is_asked_again(shown: Shown, qtbot: QtBot) -> None:
    shown.source.refusal = KnownError("database_io")
    with qtbot.waitSignal(shown.model.failed) as failed:
        shown.table.verticalScrollBar().setValue(50_000)
        shown.table.viewport().repaint()
    assert failed.args[0].code == "database_io"
    assert shown.top() == "…"
    shown.source.refusal = None
    shown.rest()
    assert shown.top() == "50000"


def test_what_can_be_spared_goes_where_there_is_no_room(shown: Shown) -> None:
    assert not shown.table.isColumnHidden(2)
    shown.table.resize(230, 500)
    assert shown.table.isColumnHidden(2)
    assert not shown.table.isColumnHidden(0)
    shown.table.resize(700, 500)
    assert not shown.table.isColumnHidden(2)


def test_headings_are_said_again_in_another_language(shown: Shown) -> None:
    shown.work.words.switch("zh")
    assert shown.model.headerData(1, Qt.Orientation.Horizontal) == "名称"
