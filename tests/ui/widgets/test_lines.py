"""The list of lines: lines keep their places, the current one is in sight, a screen reader hears each."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.settings import Settings
from ui.application import dress
from ui.widgets.lines import LineList, Row
from ui.workspace import Workspace


@pytest.fixture
def work(qapp: QApplication) -> Workspace:
    work = Workspace(Settings(sound=False), "en")
    dress(qapp, work)
    return work


@pytest.fixture
def lines(qtbot: QtBot, work: Workspace) -> LineList:
    lines = LineList(work)
    qtbot.addWidget(lines)
    lines.resize(900, 200)
    lines.show()
    return lines


def rows(count: int, current: int) -> tuple[Row, ...]:
    return tuple(
        Row(n, f"Item {n}", "A-01", "0 / 1", f"Item {n}: 0 of 1", done=n < current, current=n == current)
        for n in range(count)
    )


def in_sight(lines: LineList, number: int) -> bool:
    return lines.viewport().rect().contains(lines.visualRect(lines.model().index(number, 0)))


def test_the_current_line_comes_into_sight_with_its_neighbours(lines: LineList) -> None:
    for current in (0, 7, 29, 3):
        lines.show_rows(rows(30, current))
        assert in_sight(lines, current)
        for near in (current - 1, current + 1):
            assert in_sight(lines, near) or not 0 <= near < 30


def test_a_line_that_was_scrolled_to_by_hand_stays_until_another_is_current(lines: LineList) -> None:
    lines.show_rows(rows(30, 0))
    lines.scroll_by(12)
    shown = lines.verticalScrollBar().value()
    assert shown > 0
    same = rows(30, 0)
    lines.show_rows((replace(same[0], count="1 / 2"), *same[1:]))
    assert lines.verticalScrollBar().value() == shown
    lines.show_rows(rows(30, 1))
    assert in_sight(lines, 1)


def test_only_lines_that_differ_are_painted_anew(lines: LineList) -> None:
    lines.show_rows(rows(5, 0))
    changed: list[int] = []
    resets: list[int] = []
    lines.model().dataChanged.connect(lambda first, _: changed.append(first.row()))
    lines.model().modelReset.connect(lambda: resets.append(1))
    lines.show_rows(rows(5, 1))
    assert changed == [0, 1]
    lines.show_rows(rows(5, 1))
    assert changed == [0, 1]
    lines.show_rows(rows(6, 1))
    assert resets == [1]


def test_a_screen_reader_hears_a_whole_line(lines: LineList) -> None:
    lines.show_rows(rows(2, 0))
    index = lines.model().index(1, 0)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "Item 1: 0 of 1"
    assert index.data() == "Item 1"
    assert lines.accessibleName() == "Lines of the order"


@pytest.mark.parametrize("scale", [1.0, 1.5])
@pytest.mark.parametrize("height", [80, 135, 247, 400])
def test_whole_lines_fill_the_room(height: int, scale: float, lines: LineList, work: Workspace) -> None:
    work.use_settings(Settings(sound=False, text_scale=scale, language="en"))
    lines.resize(900, height)
    lines.show_rows(rows(30, 15))
    lines.grab()
    whole, rest = divmod(lines.viewport().height(), lines.row_height)
    assert whole >= 2
    assert rest < whole
    assert lines.text_size >= 18 * scale


def test_it_never_takes_a_key(lines: LineList) -> None:
    assert lines.focusPolicy() == Qt.FocusPolicy.NoFocus
    assert lines.viewport().focusPolicy() == Qt.FocusPolicy.NoFocus
