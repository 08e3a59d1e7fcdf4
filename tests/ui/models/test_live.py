from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication

from app.settings import Settings
from ui.models.live import LiveModel
from ui.models.paged import Column
from ui.workspace import Workspace


@dataclass(frozen=True)
class Row:
    key: str
    count: int = 0
    heading: bool = False


@pytest.fixture
def model(qapp: QApplication) -> LiveModel[Row]:
    work = Workspace(Settings(sound=False), "en")
    columns: tuple[Column[Row], ...] = (
        Column("", lambda row: row.key), Column("", lambda row: str(row.count), right=True)
    )
    return LiveModel(work, columns, lambda row: row.key, heading=lambda row: row.heading)


def shown(model: LiveModel[Row]) -> list[str]:
    return [f"{model.index(at, 0).data()}{model.index(at, 1).data()}" for at in range(model.rowCount())]


def rows(text: str) -> list[Row]:
    return [Row(letter, number) for number, letter in enumerate(text)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.permutations("abcdef").flatmap(lambda all_: st.integers(0, 6).map(lambda n: all_[:n])), max_size=5))
def test_a_row_stays_the_same_row_wherever_it_goes(model: LiveModel[Row], pictures: list[list[str]]) -> None:
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for letters in pictures:
        held = {row.key: QPersistentModelIndex(model.index(at, 0)) for at, row in enumerate(model.rows)}
        wanted = rows("".join(letters))
        model.set_rows(wanted)
        assert shown(model) == [f"{row.key}{row.count}" for row in wanted]
        for key, index in held.items():
            assert index.isValid() == (key in letters)
            assert not index.isValid() or letters[index.row()] == key
    del tester


def test_rows_that_stay_are_changed_and_neither_removed_nor_inserted(model: LiveModel[Row]) -> None:
    model.set_rows(rows("abc"))
    moves: list[str] = []
    for name in ("rowsRemoved", "rowsInserted", "rowsMoved", "modelReset", "layoutChanged"):
        getattr(model, name).connect(lambda *_, name=name: moves.append(name))
    changes: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last, _: changes.append((first.row(), last.row())))
    model.set_rows([Row("a", 7), Row("b", 8), Row("c", 9)])
    assert (moves, changes) == ([], [(0, 0), (1, 1), (2, 2)])
    assert shown(model) == ["a7", "b8", "c9"]


def test_what_looks_the_same_is_not_painted_again(model: LiveModel[Row]) -> None:
    model.set_rows(rows("abc"))
    changes: list[int] = []
    model.dataChanged.connect(lambda first, *_: changes.append(first.row()))
    model.headerDataChanged.connect(lambda *_: changes.append(-1))
    model.set_rows([Row("a", 0), Row("b", 9), Row("c", 2)])
    assert changes == [1]


def test_headings_are_bold_and_cannot_be_chosen(model: LiveModel[Row]) -> None:
    model.set_rows([Row("title", heading=True), Row("a")])
    title, row = model.index(0, 0), model.index(1, 0)
    assert not model.flags(title)
    assert model.flags(row) & Qt.ItemFlag.ItemIsSelectable
    assert title.data(Qt.ItemDataRole.FontRole).bold()
    assert row.data(Qt.ItemDataRole.FontRole) is None
    assert model.index(1, 1).data(Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight


def test_rows_are_found_by_key(model: LiveModel[Row]) -> None:
    model.set_rows(rows("abc"))
    assert (model.number_of("c"), model.number_of("x")) == (2, None)
    found = model.row(2)
    assert found is not None
    assert found.key == "c"
    assert model.row(3) is None
    assert model.data(QModelIndex()) is None
