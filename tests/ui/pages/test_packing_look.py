"""The packing page for everybody: a name on every widget, room for a finger, and nothing cut in large text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QAbstractButton, QWidget

from tests.factories import House
from tests.ui.conftest import Person
from tests.ui.pages import bench_setup as setup
from tests.ui.pages.packer import Key, label_of, page, refetched
from ui.pages.packing import PackingPage
from ui.theme import TOUCH
from ui.widgets.painted import Painted

__all__ = ["page"]  # fixtures

PAGES = ("packing",)
State = Callable[[Person, PackingPage, House], None]


def _full(person: Person, page: PackingPage, house: House) -> int:
    """An order on a bench that asks for everything."""
    setup.rules(house, carton="required", weigh="checked")
    for number, name in enumerate("SMLX"):
        setup.carton(house, name, 200 + 50 * number, 150, 100, cost=number)
    setup.insert(house, "Thank-you card")
    order = house.picked("CASE", ("MUG", 2), source_id="8140221700012345")
    setup.sizes(house, "CASE", "MUG")
    return order


def idle(person: Person, page: PackingPage, house: House) -> None:
    refetched(person, page)


def opened(person: Person, page: PackingPage, house: House) -> None:
    person.scan(house.tote_of(_full(person, page, house)))


def gift(person: Person, page: PackingPage, house: House) -> None:
    order = _full(person, page, house)
    setup.of_order(house, order, gift_message="Happy birthday", buyer_message="Leave it with the neighbour. " * 8)
    person.scan(house.tote_of(order))


def kit(person: Person, page: PackingPage, house: House) -> None:
    order = _full(person, page, house)
    setup.kit(house, order, "Gift set of a case and two mugs")
    person.scan(house.tote_of(order))


def serial(person: Person, page: PackingPage, house: House) -> None:
    order = _full(person, page, house)
    setup.of_sku(house, "CASE", captures="serial")
    person.scan(house.tote_of(order))
    person.scan("CASE-EAN")


def asked(person: Person, page: PackingPage, house: House) -> None:
    opened(person, page, house)
    for code in ("CASE-EAN", "MUG-EAN", "MUG-EAN"):
        person.scan(code)


def boxed(person: Person, page: PackingPage, house: House) -> None:
    asked(person, page, house)
    person.scan("XXINSERT")


def scale(person: Person, page: PackingPage, house: House) -> None:
    boxed(person, page, house)
    person.press(Key.Key_1)
    person.wait(person.settled)


def weight_off(person: Person, page: PackingPage, house: House) -> None:
    scale(person, page, house)
    station = person.work.place.station
    assert station is not None
    on_it = [0]
    station.read_scale = lambda: on_it[0]
    for on_it[0] in (0, 12_345):
        for _ in range(2):
            page.scale_watch.look()
            person.wait(person.settled)
    assert page.panel.isVisible()


def wrong_item(person: Person, page: PackingPage, house: House) -> None:
    opened(person, page, house)
    house.stock("POT", 1)
    person.scan("POT-EAN")


def problem(person: Person, page: PackingPage, house: House) -> None:
    opened(person, page, house)
    person.press(Key.Key_F5)


def more(person: Person, page: PackingPage, house: House) -> None:
    opened(person, page, house)
    person.press(Key.Key_F8, Qt.KeyboardModifier.ShiftModifier)


def two_boxes(person: Person, page: PackingPage, house: House) -> None:
    opened(person, page, house)
    person.scan("CASE-EAN")
    person.scan("XXSPLIT")


def labelled(person: Person, page: PackingPage, house: House) -> None:
    label_of(person, house, "TEA", "CUP")
    house.printed()
    person.wait(lambda: page.prompt() == "Stick copy 1 on the box and scan it")


STATES: tuple[State, ...] = (
    idle, opened, gift, kit, serial, asked, boxed, scale, weight_off, wrong_item, problem, more, two_boxes, labelled,
)  # fmt: skip


def parts(page: PackingPage) -> Iterator[QWidget]:
    """Everything that can be seen and is not the ground of something else."""
    for widget in page.findChildren(QWidget):
        if widget.isVisible() and (isinstance(widget, Painted | QAbstractButton) or widget is page.table.lines):
            yield widget


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_everything_is_named_and_leaves_the_keyboard_to_the_page(
    person: Person, page: PackingPage, house: House, state: State
) -> None:
    state(person, page, house)
    nameless = [type(part).__name__ for part in parts(page) if not part.accessibleName().strip()]
    assert nameless == []
    assert page.hasFocus()
    for widget in page.findChildren(QWidget):
        assert widget.focusPolicy() == Qt.FocusPolicy.NoFocus or not widget.isVisible(), widget


@pytest.mark.parametrize("scale", [1.0, 1.5])
@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080)])
@pytest.mark.parametrize("state", [opened, problem, more, weight_off], ids=lambda state: state.__name__)
def test_a_finger_has_room(
    person: Person, page: PackingPage, house: House, state: State, size: tuple[int, int], scale: float
) -> None:
    look(person, size, scale)
    state(person, page, house)
    person.wait(person.settled)
    buttons = [button for button in page.findChildren(QAbstractButton) if button.isVisible()]
    assert buttons
    small = [(b.accessibleName(), b.width(), b.height()) for b in buttons if min(b.width(), b.height()) < TOUCH]
    assert small == []


def look(person: Person, size: tuple[int, int], scale: float) -> None:
    person.work.use_settings(replace(person.work.settings, text_scale=scale))
    person.window.resize(*size)
    person.wait(person.settled)


# what may be shortened: names of goods and of orders are as long as somebody has made them
_MAY_BE_CUT = "Gift set of"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080)])
@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_nothing_is_cut_short_or_falls_outside_in_large_text(
    person: Person, page: PackingPage, house: House, state: State, size: tuple[int, int], language: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    state(person, page, house)
    person.work.words.switch(language)
    look(person, size, 1.5)
    cut: list[str] = []
    for part in parts(page):
        if not isinstance(part, Painted):
            continue
        watch(part, cut, monkeypatch)
        part.grab()
        assert page.rect().contains(QRect(part.mapTo(page, QPoint(0, 0)), part.size()))
    for button in page.panel.findChildren(QAbstractButton):
        if button.isVisible() and button.fontMetrics().horizontalAdvance(button.text()) > button.width() - 8:
            cut.append(button.text())
    assert [text for text in cut if _MAY_BE_CUT not in text] == []


def watch(part: Painted, cut: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Note what is cut short, and what is drawn outside of the widget."""
    draw_line, draw_fitted = part.draw_line, part.draw_fitted
    inside = QRectF(part.rect()).adjusted(-3, -3, 3, 3)

    def line(painter: Any, room: QRectF, text: str, size: int, *more: Any, **how: Any) -> float:
        metrics = QFontMetricsF(part.face(size, bold=how.get("bold", False), mono=how.get("mono", False)))
        if metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width()) != text:
            cut.append(text)
        if part.size() == painter.device().size() and not inside.contains(room.center()):
            cut.append(f"outside: {text}")
        return draw_line(painter, room, text, size, *more, **how)

    def fitted(painter: Any, room: QRectF, text: Any, *more: Any, **how: Any) -> float:
        cut.extend(found for found in text.lines if found.endswith("…"))
        if text.height > room.height() + 4 and room.bottom() + 1 >= inside.bottom():
            cut.append(f"too high: {text.lines}")
        return draw_fitted(painter, room, text, *more, **how)

    monkeypatch.setattr(part, "draw_line", line)
    monkeypatch.setattr(part, "draw_fitted", fitted)
