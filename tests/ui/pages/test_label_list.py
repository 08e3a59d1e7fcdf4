"""The queue of labels: its rows and groups, their order and their room, and what comes by itself."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QLabel

from app.domain.barcode import group
from app.domain.errors import KnownError
from app.domain.states import JobState
from app.operations.print_queue import note_wait, queue_file
from db.parcels import PrintJob
from tests.factories import LEAD
from tests.ui.pages.label_desk import Desk, tracking_of
from ui.fonts import mono_font, ui_font
from ui.pages.label_columns import _SHORT
from ui.pages.order_detail import OrderDetailView
from ui.theme import px
from ui.widgets.paged_table import PADDING

Key = Qt.Key
PAGES = ("labels", "orders")


def test_without_labels_it_says_when_there_will_be_one(desk: Desk) -> None:
    desk.open()
    said = [label.text() for label in desk.page.findChildren(QLabel) if label.isVisible()]
    assert "No labels yet" in said
    assert not desk.page.detail.isVisible()
    assert desk.told(Key.Key_F6) == "Choose a label in the list first"


def test_a_row_says_state_reason_and_queue_and_what_is_uncertain_stands_out(desk: Desk) -> None:
    desk.label(JobState.FAILED, "printer_silent", number="ORD-1")
    desk.label(JobState.UNCERTAIN, "not_counted", number="ORD-2")
    desk.label(None, number="ORD-3")
    desk.open()
    rows = desk.rows()
    assert [row[0] for row in rows] == ["ORD-3", "ORD-2", "ORD-1"]
    heading = desk.page.model.headerData(7, Qt.Orientation.Horizontal)
    assert heading == "Age ▲"  # the youngest stands first
    assert rows[1][1] == group(desk.house.one(tracking_of("ORD-2")))
    assert [row[3] for row in rows] == ["To print", "! Uncertain", "✗ Not printed"]
    assert rows[1][4] == "not counted"
    assert rows[1][5] == "BENCH-1"
    cells = desk.page.model.cells(1)
    assert cells is not None
    assert cells[3].chip == desk.work.theme.attention
    tabs = desk.page.tabs
    assert [tabs.shown_count(name) for name in ("all", "waiting", "uncertain", "failed")] == ["3", "1", "! 1", "✗ 1"]


def test_every_reason_of_a_row_is_short_enough_for_it(desk: Desk) -> None:
    for row, reason in enumerate(_SHORT):
        desk.house.store.write(queue_file, LEAD, f"Q{row}", b"^XA^XZ")
        desk.house.store.write(note_wait, f"Q{row}", reason)
    desk.open()
    metrics = QFontMetrics(ui_font(px("body", 1.0)))
    for language in ("en", "zh"):
        desk.work.words.switch(language)
        said = {row[4] for row in desk.rows()}
        assert len(said) == len(_SHORT)
        assert not any(code in said for code in _SHORT.values())
        assert [text for text in said if metrics.horizontalAdvance(text) > 20 * 8.6 + 16 - 2 * PADDING] == []


def test_f3_goes_through_the_groups(desk: Desk) -> None:
    desk.label(JobState.UNCERTAIN, number="ORD-2")
    desk.label(None, number="ORD-1")
    desk.open()
    seen = []
    for _ in range(4):
        desk.press(Key.Key_F3)
        seen.append((desk.page.tabs.current, [row[0] for row in desk.rows()]))
    assert seen == [("waiting", ["ORD-1"]), ("uncertain", ["ORD-2"]), ("failed", []), ("all", ["ORD-1", "ORD-2"])]


def test_an_empty_group_shows_no_label(desk: Desk) -> None:
    desk.label(number="ORD-1")
    desk.open()
    assert desk.shown == ("ORD-1", 1)
    desk.press(Key.Key_F3)
    assert desk.rows() == []
    assert not desk.page.detail.isVisible()


@pytest.mark.parametrize(("width", "height", "scale"), [(1366, 768, 1.0), (1920, 1080, 1.0), (1366, 768, 1.5)])
def test_the_longest_numbers_are_read_in_every_size(desk: Desk, width: int, height: int, scale: float) -> None:
    desk.label(number="302-1002368-2005824")
    desk.open()
    desk.person.window.resize(width, height)
    desk.work.use_settings(replace(desk.work.settings, text_scale=scale))
    desk.person.wait(lambda: desk.page.width() > width - 120 * scale and desk.person.settled())
    table = desk.page.table
    metrics = QFontMetrics(mono_font(px("body", scale)))
    wide = metrics.horizontalAdvance("302-1002368-2005824")
    # the list has all that its label leaves
    desk.person.wait(lambda: table.width() + desk.page.detail.width() > desk.page.width() - 100)
    assert table.columnWidth(0) - 2 * PADDING >= wide
    assert table.isColumnHidden(4) is (scale > 1.0)  # what waits or failed says why
    assert not any(table.isColumnHidden(number) for number in (0, 2, 3, 7))
    widths = sum(table.columnWidth(at) for at in range(table.model().columnCount()) if not table.isColumnHidden(at))
    assert widths <= table.viewport().width() + 1
    view = desk.page.detail
    assert view._copy.isVisible() is (scale == 1.0)  # the picture is below where there is little room
    inside = view.preview.mapTo(view, QPoint(0, 0))
    assert (inside.y() < 50) is (scale == 1.0)
    # nothing is cut: the chip of the state has the room it asks for, and the numbers are whole
    numbers = (view._title, view._tracking)
    assert scale > 1.0 or [line.text() for line in numbers] == [line.whole() for line in numbers]
    assert view._state.width() >= view._state.sizeHint().width()


def test_a_view_above_its_picture_says_which_copy_it_shows(desk: Desk) -> None:
    desk.label()
    desk.open()
    view = desk.page.detail
    view.show_beside(False)
    view.setFixedWidth(460)
    desk.person.wait(lambda: view.width() == 460)
    assert view._copy.isVisible()
    view.setFixedWidth(270)
    desk.person.wait(lambda: not view._copy.isVisible())


def test_an_old_list_says_from_when_it_is(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.label()
    desk.open()
    assert desk.page.prompt() == "Scan a label, order or tote"

    async def fail() -> None:
        raise KnownError("database_locked")

    monkeypatch.setattr(desk.page, "fetch", fail)
    desk.page.refresh()
    desk.person.wait(lambda: desk.page.failed)
    assert re.fullmatch(r"As of \d\d:\d\d, not updated", desk.page.as_of)


def test_f5_sorts_by_what_a_person_must_look_at(desk: Desk) -> None:
    desk.label(number="ORD-1")
    desk.label(JobState.UNCERTAIN, number="ORD-2")
    desk.label(number="ORD-3")
    desk.open()
    desk.ask(Key.Key_F5)
    desk.press(Key.Key_1)
    desk.person.wait(lambda: [row[0] for row in desk.rows()] == ["ORD-2", "ORD-1", "ORD-3"])


def test_a_new_label_comes_by_itself(desk: Desk) -> None:
    desk.label(number="ORD-1")
    desk.open()
    desk.label(number="ORD-2")
    desk.person.wait(lambda: [row[0] for row in desk.rows()] == ["ORD-2", "ORD-1"])
    assert desk.shown == ("ORD-1", 1)
    assert desk.house.count(PrintJob) == 2


def test_enter_opens_the_order(desk: Desk) -> None:
    desk.label(number="ORD-1")
    desk.open()
    desk.press(Key.Key_Return)
    desk.person.wait(lambda: desk.person.window.page is desk.person.window.pages["orders"])
    view = desk.person.window.findChild(OrderDetailView)
    assert isinstance(view, OrderDetailView)
    desk.person.wait(view.isVisible)
    assert "ORD-1" in view.texts()


def test_everything_is_said_in_chinese_too(desk: Desk) -> None:
    desk.label(JobState.UNCERTAIN, "not_counted", number="ORD-1")
    desk.open()
    assert desk.shown == ("ORD-1", 1)
    desk.work.words.switch("zh")
    assert desk.rows()[0][3] == "! 待确认"
    assert desk.page.detail.situation == "请查看打印机：第 1 份打出来了吗？F7\u00a0是，F8\u00a0否"
    assert "第 1 份" in desk.page.detail.texts()
    assert desk.page.detail.preview.text() == "102 × 153 毫米，203 dpi"
    assert desk.page.prompt() == "扫描面单、订单或周转箱"
