"""Nothing is cut in mid-line at the lower edge of what scrolls."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.settings import Settings
from ui.application import dress
from ui.widgets.board_table import BoardTable
from ui.widgets.text import text_label
from ui.widgets.whole_lines import WholeLines
from ui.workspace import Workspace


@pytest.fixture
def work(qapp: QApplication) -> Workspace:
    work = Workspace(Settings(sound=False), "en")
    dress(qapp, work)
    return work


@pytest.mark.parametrize(("rows", "cut"), [(30, True), (3, False)])
def test_the_last_row_of_a_table_is_seen_whole_or_not_at_all(
    rows: int, cut: bool, qtbot: QtBot, work: Workspace
) -> None:
    model = QStandardItemModel()
    for number in range(rows):
        model.appendRow(QStandardItem(f"Wave {number}"))
    table = BoardTable(work, model, lambda: ("Wave 88",), 0)
    qtbot.addWidget(table)
    table.horizontalHeader().hide()
    table.resize(300, 33 * 5 + 20)
    table.show()
    covered = table._curtain
    qtbot.waitUntil(lambda: covered.isVisible() is cut)
    if cut:
        top = covered.mapTo(table, QPoint(0, 0)).y() - table.viewport().y()
        assert top == table.rowViewportPosition(table.rowAt(top))
        assert top + covered.height() == table.viewport().height()
        table.scrollToBottom()
        # now the first is cut
        assert covered.y() == table.viewport().y()
        assert covered.height() == table.visualRect(model.index(table.rowAt(0), 0)).bottom() + 1
        assert table.visualRect(model.index(rows - 1, 0)).bottom() < table.viewport().height()


@pytest.mark.parametrize("over", [0, 20])
def test_a_heading_is_not_seen_without_what_it_is_the_heading_of(over: int, qtbot: QtBot, work: Workspace) -> None:
    model = QStandardItemModel()
    for number in range(9):
        item = QStandardItem(f"Row {number}")
        item.setEnabled(number != 4)
        model.appendRow(item)
    table = BoardTable(work, model, lambda: ("Row 88",), 0)
    qtbot.addWidget(table)
    table.horizontalHeader().hide()
    table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    table.resize(300, 33 * 5 + over)
    table.show()
    covered = table._curtain
    qtbot.waitUntil(lambda: covered.isVisible())
    assert covered.y() - table.viewport().y() == table.rowViewportPosition(4)
    assert covered.geometry().bottom() == table.viewport().geometry().bottom()


def test_no_line_of_a_label_is_cut_wherever_it_is_scrolled(qtbot: QtBot, work: Workspace) -> None:
    inner = QWidget()
    column = QVBoxLayout(inner)
    for number in range(8):
        label = text_label(wrap=True)
        label.setText("\n".join(f"Line {number}.{line}" for line in range(5)))
        column.addWidget(label)
    area = WholeLines(work)
    qtbot.addWidget(area)
    area.setWidget(inner)
    area.setWidgetResizable(True)
    area.resize(300, 205)
    area.show()
    bar, covered = area.verticalScrollBar(), 0
    assert bar.maximum() > 100
    for place in range(0, bar.maximum() + 1, 3):
        bar.setValue(place)
        low = area._curtain.y()
        covered += area._curtain.isVisible()
        for label in inner.findChildren(QLabel):
            top, line = label.mapTo(area.viewport(), QPoint(0, 0)).y(), label.height() / 5
            tops = [round(top + line * number) for number in range(5)]
            assert not any(start < low < start + round(line) - 1 for start in tops), (place, low)
    assert covered
