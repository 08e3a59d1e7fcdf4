"""Short picks on the picking page, and orders that leave the cart."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit

from app.domain.barcode import Command
from app.domain.picking import PickCode
from app.operations.picking import claim_batch
from db.stock import StockMove
from tests.factories import House
from tests.ui.pages.cart_picker import Picker, other, picker, walking, wave
from ui.pages.picking import PickingPage
from ui.widgets.pick import Pick

__all__ = ["picker", "walking", "wave"]  # fixtures

PAGES = ("picking", "devices")


def test_short_by_barcode_takes_none(walking: Picker, house: House) -> None:
    assert walking.scan(Command.SHORT) == PickCode.SHORT_GONE
    assert walking.heard[-1] == "attention"
    assert walking.banner[0] == "attention"
    assert len(walking.view.shorts) == 1
    assert (walking.view.done, walking.view.picked) == (1, 0)
    assert walking.stop == ""


def test_short_with_a_number_takes_what_is_there(walking: Picker, house: House) -> None:
    while walking.view.task is not None and walking.view.task.quantity < 2:
        walking.pick_one()
    task = walking.view.task
    assert task is not None
    asked = walking.ask(Qt.Key.Key_F5)
    assert asked == f"{task.called}: 2 needed. How many are at {task.location}?"
    walking.answer("1")
    assert [short.picked for short in walking.view.shorts] == [1]
    assert walking.heard[-1] == "attention"
    assert walking.house.on_hand("HAT") != (5, 3)


def test_an_order_that_leaves_the_cart_is_named_with_where_its_tote_goes(
    walking: Picker, monkeypatch: pytest.MonkeyPatch
) -> None:
    while walking.view.upcoming:
        walking.pick_one()
    task = walking.view.task
    assert task is not None
    walking.ask(Qt.Key.Key_F5)
    walking.answer("0")
    said = f"Order {task.order} leaves the cart: put tote {task.tote} on the problem shelf"
    assert walking.banner == ("attention", said)
    assert walking.page._banner.next_step == "Enter chooses the next cart"
    assert walking.heard[-1] == "attention"
    assert (walking.view.aside, walking.view.for_bench) == ((task.tote,), 1)
    assert walking.page._pick.accessibleName().endswith(f"To the problem shelf · {task.tote}")
    assert task.tote in sizes_painted(walking.page._pick, monkeypatch)
    # the other one is brought to the bench
    assert walking.page.prompt() == "The cart is picked"


def test_an_item_is_called_by_its_name(walking: Picker, monkeypatch: pytest.MonkeyPatch) -> None:
    task = walking.view.task
    assert task is not None
    monkeypatch.setattr(walking.page, "data", replace(walking.view, task=replace(task, name="Mug, blue")))
    said = []
    show = walking.page._banner.show_verdict

    def heard(*shown: Any, **more: Any) -> None:
        said.append(shown[1])
        show(*shown, **more)

    monkeypatch.setattr(walking.page._banner, "show_verdict", heard)
    walking.scan("A-01")
    assert said[0] == f"Take 1 × Mug, blue into tote {task.tote}"


def test_an_order_that_was_not_begun_leaves_without_a_tote(walking: Picker, house: House) -> None:
    task = walking.view.task
    assert task is not None
    walking.ask(Qt.Key.Key_F5)
    walking.answer("0")
    assert walking.banner == ("attention", f"Order {task.order} leaves the cart: nothing of it was picked")
    assert walking.page._banner.next_step == walking.page.prompt()
    assert walking.view.aside == ()


def test_the_last_order_that_leaves_is_still_told(walking: Picker, house: House) -> None:
    for _ in range(2):
        walking.scan(Command.SHORT)
    assert walking.view.task is None
    assert walking.view.for_bench == 0
    outcome, said = walking.banner
    assert outcome == "attention"
    assert said.endswith("leaves the cart: nothing of it was picked")
    assert walking.page._banner.next_step == "Enter chooses the next cart"
    assert walking.page.prompt() == "Nothing of this cart goes to the bench"
    assert walking.page._pick.accessibleName() == "Nothing of this cart goes to the bench"
    walking.page._pick.grab()
    walking.press(Qt.Key.Key_Return)
    assert walking.shows == "empty"


def test_a_cart_that_somebody_else_took_meanwhile_is_not_picked(
    walking: Picker, house: House, wave: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    task, number = walking.view.task, walking.view.wave_id
    assert task is not None
    monkeypatch.setattr(PickingPage, "topics", frozenset())  # the page does not hear of it before he scans
    house.store.write(claim_batch, other(house), wave[0], True)
    assert walking.scan(task.location) == PickCode.CART_TAKEN
    assert walking.stop == "CART TAKEN"
    stop = walking.page._stop.stop
    assert stop is not None
    assert stop.sentence == f"CART-2 is picking cart 1 of wave {number}: choose another"
    assert stop.sides == ()  # the location that was scanned is no cart
    assert walking.person.work.sounds.alarming
    walking.press(Qt.Key.Key_Return)
    assert (walking.stop, walking.shows) == ("", "carts")


def test_a_short_pick_on_a_cart_that_somebody_else_took_is_refused(
    walking: Picker, house: House, wave: list[int]
) -> None:
    walking.ask(Qt.Key.Key_F5)
    moves = house.count(StockMove)
    house.store.write(claim_batch, other(house), wave[0], True)
    walking.answer("0")
    assert walking.person.work.dialogs.notice.startswith("CART-2 is picking cart 1 of wave")
    assert house.count(StockMove) == moves


def sizes_painted(pick: Pick, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """The lines that are painted, with their size of type."""
    sizes: dict[str, int] = {}
    draw = Pick.draw_line

    def line(self: Pick, painter: Any, room: Any, text: str, size: int, *more: Any, **how: Any) -> float:
        sizes[text] = size
        return draw(self, painter, room, text, size, *more, **how)

    with monkeypatch.context() as patched:
        patched.setattr(Pick, "draw_line", line)
        pick.grab()
    return sizes


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080)])
@pytest.mark.parametrize("there", [False, True])
def test_large_text_makes_no_location_smaller(
    walking: Picker, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], there: bool
) -> None:
    work = walking.person.work
    if there:
        walking.scan("A-01")
    walking.person.window.resize(*size)
    found = []
    for scale in (1.0, 1.5):
        work.use_settings(replace(work.settings, text_scale=scale))
        walking.person.wait(walking.person.settled)
        sizes = sizes_painted(walking.page._pick, monkeypatch)
        # nothing else on the page is as large
        assert sizes["A-01"] == max(sizes.values())
        assert sizes["A-01"] >= 120
        found.append(sizes["A-01"])
    assert found[1] >= found[0]


@pytest.mark.parametrize(
    ("typed", "said"),
    [("two", "two is no number of pieces"), ("-1", "-1 is no number"), ("9", "9 found of 1 is no short pick")],
)
def test_a_wrong_number_is_asked_again(walking: Picker, typed: str, said: str) -> None:
    walking.ask(Qt.Key.Key_F5)
    walking.person.type(typed)
    first = walking.person.work.dialogs._question
    walking.person.press(Qt.Key.Key_Return)
    walking.person.wait(lambda: walking.person.work.dialogs._question not in (None, first))
    question = walking.person.work.dialogs._question
    assert question is not None
    assert any(label.text().startswith(said) for label in question.findChildren(QLabel))
    assert question.findChildren(QLineEdit)[0].text() == typed
    assert walking.view.shorts == ()
    walking.press(Qt.Key.Key_Escape)
    assert not walking.person.work.dialogs.is_open
    assert walking.view.shorts == ()


def test_a_scan_does_not_answer_how_many(walking: Picker) -> None:
    walking.ask(Qt.Key.Key_F5)
    walking.scan("MUG-EAN")
    assert walking.person.work.dialogs.is_open
    assert walking.judged == []
    walking.press(Qt.Key.Key_Escape)


def test_short_without_a_cart_is_refused(picker: Picker) -> None:
    picker.press(Qt.Key.Key_F5)
    assert picker.person.work.dialogs.notice == "Choose a cart first"
    assert not picker.person.work.dialogs.is_open
