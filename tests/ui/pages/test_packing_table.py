"""What the packing page shows of the table, and that it stays in its place."""

from __future__ import annotations

import re
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QKeyEvent
from PySide6.QtWidgets import QPushButton, QWidget

from app.station import Station
from tests.factories import House, make_sku, returning_id
from tests.ui.conftest import Person
from tests.ui.pages.packer import Key, page, refetched, scans, shown, square
from ui.pages.packing import PackingPage
from ui.widgets.painted import Painted
from ui.widgets.parcel import HeadText, IdleText
from ui.widgets.text import Elided

__all__ = ["page"]  # fixtures

PAGES = ("packing",)


def test_head_middle_and_banner_say_the_same_of_an_empty_table(
    person: Person, page: PackingPage, house: House
) -> None:
    def said() -> set[str]:
        refetched(person, page)
        assert page.table.idle.text is not None
        return {page.prompt(), page.table.idle.text.title, page.table.banner.next_step or shown(page)[1]}

    assert said() == {"Nothing waits to be packed"}
    house.stock("TEA", 3)
    first, _, _ = house.order("TEA"), house.order("TEA"), house.order("TEA")
    house.release()
    house.pick_all()
    assert said() == {"Scan tote or order"}
    tote = house.tote_of(first)
    person.scan(tote)
    person.press(Key.Key_F2)
    person.wait(person.settled)
    assert scans(house)[-1] == ("XXNEXT", "next_scan_bulk")
    assert said() == {f"Tote {tote}: scan an item, 3 left"}
    # put aside and closed, the open tote goes on being asked for
    person.scan("TEA-EAN")
    person.scan("XXHOLD")
    assert said() == {f"Tote {tote}: scan an item, 3 left"}
    person.scan("TEA-EAN")
    for _ in range(2):
        house.printed()
    person.wait(lambda: shown(page) == ("pass", "Stick copy 1 on the box and scan it"))
    person.scan(square(house))
    assert said() == {f"Tote {tote}: scan an item, 2 left"}


def drawn(widget: Painted, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The lines that a widget paints, each as (text, more lines …)."""
    lines: list[tuple[str, ...]] = []
    draw_line, draw_fitted = widget.draw_line, widget.draw_fitted

    def line(painter: Any, room: QRectF, text: str, size: int, *more: Any, **how: Any) -> float:
        metrics = QFontMetricsF(widget.face(size, bold=how.get("bold", False), mono=how.get("mono", False)))
        lines.append((metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width()),))
        return draw_line(painter, room, text, size, *more, **how)

    def fitted(painter: Any, room: QRectF, text: Any, *more: Any, **how: Any) -> float:
        lines.append(text.lines)
        return draw_fitted(painter, room, text, *more, **how)

    monkeypatch.setattr(widget, "draw_line", line)
    monkeypatch.setattr(widget, "draw_fitted", fitted)
    widget.grab()
    return lines


def test_an_open_tote_is_said_on_one_line_where_a_smaller_size_allows_it(
    page: PackingPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    idle = page.table.idle
    idle.resize(800, 394)
    idle.show_text(IdleText("scan-barcode", "Tote TT00001I: scan an item, 4 left", "Waiting to be packed: 14"))
    assert ("Tote TT00001I: scan an item, 4 left",) in drawn(idle, monkeypatch)


@pytest.mark.parametrize(("wide", "about"), [(1100, "shop · Spain · 2 more"), (700, "shop · Spain"), (600, "shop")])
def test_the_head_shows_whole_parts_only(
    page: PackingPage, monkeypatch: pytest.MonkeyPatch, wide: int, about: str
) -> None:
    head = page.table.head
    head.resize(wide, 48)
    head.show_text(HeadText("Order AE-8140-2240", "shop · Spain", stop="CANCELLED", left="2 more"))
    assert (about,) in drawn(head, monkeypatch)


def test_nothing_to_do_orders_that_wait_and_an_open_tote(person: Person, page: PackingPage, house: House) -> None:
    assert page.table.idle.text is not None
    assert page.table.idle.text.title == "Nothing waits to be packed"
    assert page.table.idle.text.hint
    house.stock("TEA", 3)
    first, _ = house.order("TEA"), house.order("TEA")
    house.release()
    house.pick_all()
    refetched(person, page)
    assert (page.table.idle.text.title, page.table.idle.text.hint) == ("Scan tote or order", "Waiting to be packed: 2")
    tote = house.tote_of(first)
    person.scan(tote)
    assert page.table.idle.text.title == f"Tote {tote}: scan an item, 2 left"


def test_an_unknown_code_latches_an_empty_table_too(person: Person, page: PackingPage) -> None:
    person.scan("whatever")
    assert not page.panel.isHidden()
    assert page.panel.stop is not None
    assert [side.title for side in page.panel.stop.sides] == ["whatever", "A tote or an order"]
    assert page.panel.stop.sentence == "Unknown code: scan a tote or an order"


def test_the_current_line_of_a_long_order_is_always_to_be_seen(
    person: Person, page: PackingPage, house: House
) -> None:
    names = [f"S{number:02d}" for number in range(26)]
    order = house.picked(*names)
    person.scan(house.tote_of(order))
    lines = page.table.lines
    places = [row.key for row in lines.rows]
    for name in names[:-1]:
        person.scan(f"{name}-EAN")
        now = next(number for number, row in enumerate(lines.rows) if row.current)
        assert lines.rows[now].name == names[names.index(name) + 1]
        assert lines.viewport().rect().contains(lines.visualRect(lines.model().index(now, 0)))
    assert [row.key for row in lines.rows] == places  # no line has moved


def test_names_of_data_are_never_markup_and_may_be_long(person: Person, page: PackingPage, house: House) -> None:
    name = "<b>Light</b> & <img src=x>\n" + "very long " * 30
    house.skus["LAMP"] = house.store.write(returning_id(make_sku), "LAMP", name=name)
    order = house.picked("LAMP", "CUP")
    person.scan(house.tote_of(order))
    page.grab()
    assert page.table.current.text is not None
    assert page.table.current.text.title == name
    assert "<img" in page.table.current.accessibleName()


def test_the_head_of_the_window_shows_the_count_of_a_long_name(
    person: Person, page: PackingPage, house: House
) -> None:
    name = "Bike light, brushed steel, with a strap and two spare seals, large"
    house.skus["LAMP"] = house.store.write(returning_id(make_sku), "LAMP", name=name)
    order = house.picked("LAMP", "CUP")
    person.scan(house.tote_of(order))
    assert page.prompt() == f"Scan {name}: 1 to go"
    person.window.resize(1100, 768)
    person.wait(person.settled)
    seen = next(label for label in person.window.findChildren(Elided) if label.whole() == page.prompt()).text()
    assert re.fullmatch(r"Scan Bike light.*…(.*: )?1 to go", seen)


def test_places_stay_where_they_are(person: Person, page: PackingPage, house: House) -> None:
    order = house.picked(("TEA", 2), "CUP")
    parts: list[QWidget] = [page.table.banner, page.table.facts, page.table.current, page.table.lines, page.table.head]
    before = [part.geometry() for part in parts]
    for code in (house.tote_of(order), "TEA-EAN", "TEA-EAN", "nonsense", "XXOK", "CUP-EAN"):
        person.scan(code)
        assert [part.geometry() for part in parts] == before


def test_the_page_alone_holds_the_keyboard(person: Person, page: PackingPage) -> None:
    assert page.hasFocus()
    person.scan("whatever")
    assert page.hasFocus()
    for widget in page.findChildren(QWidget):
        assert widget.focusPolicy() == Qt.FocusPolicy.NoFocus or not widget.isVisible(), widget
    for button in page.findChildren(QPushButton):
        assert button.accessibleName() or not button.isVisible()
    assert page.panel.accessibleName().startswith("UNKNOWN CODE. Unknown code")


def test_a_held_enter_acknowledges_once(person: Person, page: PackingPage, house: House) -> None:
    person.scan("whatever")
    event = QKeyEvent(QEvent.Type.KeyPress, Key.Key_Return, Qt.KeyboardModifier.NoModifier, "\r", True)
    page.keyPressEvent(event)
    assert len(scans(house)) == 1


def test_arrows_scroll_a_long_order_and_a_key_that_has_no_name_does_nothing(
    person: Person, page: PackingPage, house: House
) -> None:
    order = house.picked(*(f"S{number:02d}" for number in range(26)))
    person.scan(house.tote_of(order))
    bar = page.table.lines.verticalScrollBar()
    person.press(Key.Key_PageDown)
    assert bar.value() == 5
    person.press(Key.Key_Up)
    assert bar.value() == 4
    page.keyPressEvent(QKeyEvent(QEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier))
    assert bar.value() == 4


def test_another_station_forgets_what_was_known_of_the_old_one(
    person: Person, page: PackingPage, house: House
) -> None:
    person.scan("whatever")
    assert page.latched
    person.work.place.station = Station(house.store, "BENCH-9", device="wedge")
    person.work.settled.emit()
    person.wait(person.settled)
    assert not page.latched
    assert page.panel.isHidden()
    assert not page.work.sounds.alarming
    person.scan("XXNEXT")
    assert shown(page) == ("attention", "Nothing waits to be packed")


def test_a_verdict_of_the_station_that_was_left_stops_nothing_here(
    person: Person, page: PackingPage, house: House
) -> None:
    page.scan("whatever")
    person.work.place.station = Station(house.store, "BENCH-9", device="wedge")
    person.work.settled.emit()
    person.wait(person.settled)
    assert [code for _, code in scans(house)] == ["unknown_code"]
    assert not page.latched
    assert page.panel.isHidden()
