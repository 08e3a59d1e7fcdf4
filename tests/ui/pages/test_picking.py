"""The picking page: a cart is chosen, walked, and left, by keys and scans alone; a wrong scan is not missed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from sqlalchemy import select

from app.domain.barcode import Command
from app.domain.errors import KnownError
from app.domain.picking import PickCode
from app.domain.states import BatchState, OrderState
from app.operations.picking import claim_batch
from app.operations.waves import cancel_wave, kick_out
from app.queries.picking_view import PickingView
from app.sentences import SENTENCES
from db.orders import Order
from db.waves import Batch
from tests.factories import LEAD, House
from tests.ui.conftest import Person
from tests.ui.pages.cart_picker import Picker, other, picker, walking, wave
from ui.keys import type_scan, type_text
from ui.pages.picking import GUARD_S, PickingPage

__all__ = ["picker", "walking", "wave"]  # fixtures

PAGES = ("picking", "devices")


def test_nothing_to_pick_is_said(person: Person, house: House) -> None:
    picker = Picker(person, house)
    assert picker.shows == "empty"
    house.stock("MUG", 1, "A-01")
    house.order("MUG")
    house.release()
    person.wait(lambda: picker.shows == "carts")


def test_a_scan_before_a_cart_is_chosen_is_refused(picker: Picker) -> None:
    assert picker.scan("A-01") == ""
    assert picker.person.work.dialogs.notice == "Choose a cart first"
    assert picker.heard == ["attention"]


@pytest.mark.parametrize("key", [Qt.Key.Key_1, Qt.Key.Key_Return])
def test_a_cart_is_chosen_by_digit_or_enter(picker: Picker, wave: list[int], key: Qt.Key) -> None:
    assert picker.shows == "carts"
    assert picker.page.prompt() == "Choose a cart: digit or Enter"
    picker.press(key)
    assert picker.shows == "walk"
    assert picker.view.batch_id == wave[0]
    held = picker.house.get(Batch, wave[0]).station_id
    assert held == picker.person.work.place.picker.station


def test_a_digit_beyond_the_carts_means_nothing(picker: Picker) -> None:
    for key in (Qt.Key.Key_2, Qt.Key.Key_9, Qt.Key.Key_0):
        picker.press(key)
    assert picker.shows == "carts"


def test_a_whole_cart_by_scans(walking: Picker, wave: list[int]) -> None:
    said = []
    tasks = walking.view.tasks
    for done in range(tasks):
        assert walking.view.done == done
        task = walking.view.task
        assert task is not None
        said.append(walking.page.prompt())
        if not task.at_location:
            assert walking.page.prompt() == "Go to the location and scan it"
            walking.scan(task.location)
            task = walking.view.task
            assert task is not None
        assert walking.page.prompt() == "Scan the item"
        assert walking.page._pick.accessibleName() == (
            f"Location {task.location}: take {task.quantity} × {task.called} into tote {task.tote}"
        )
        walking.scan(walking.item())
    assert walking.judged[-1].code == PickCode.BATCH_PICKED
    assert walking.heard[-1] == "complete"
    assert set(walking.heard[:-1]) == {"pass"}
    assert walking.view.state is BatchState.PICKED
    assert walking.house.get(Batch, wave[0]).state is BatchState.PICKED
    assert walking.banner == ("pass", "Enter chooses the next cart")
    assert walking.scan("A-01") == ""  # there is nothing to be picked any more
    walking.press(Qt.Key.Key_Return)
    assert walking.shows == "empty"


def test_the_next_cart_comes_after_enter(picker: Picker, house: House, person: Person) -> None:
    for _ in range(5):
        house.order("MUG")
    house.stock("MUG", 9, "A-03")
    house.release()
    person.wait(lambda: isinstance(picker.page.data, list) and len(picker.page.data) > 1)
    batches = [cart.batch_id for cart in picker.page.data]  # type: ignore[attr-defined]
    picker.press(Qt.Key.Key_Down)
    picker.press(Qt.Key.Key_Return)
    assert picker.view.batch_id == batches[1]
    while picker.view.task is not None:
        picker.pick_one()
    picker.press(Qt.Key.Key_Return)
    assert picker.shows == "carts"
    assert batches[1] not in [cart.batch_id for cart in picker.page.data]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("scanned", "word"),
    [
        ("A-02", "WRONG LOCATION"), ("MUG-EAN", "LOCATION FIRST"), ("HAT-EAN", "LOCATION FIRST"),
        ("4006381333931", "UNKNOWN CODE"), (Command.UNDO, "UNKNOWN CODE"),
    ],
)  # fmt: skip
def test_a_wrong_scan_covers_the_page_until_enter(walking: Picker, scanned: str, word: str) -> None:
    assert walking.location() == "A-01"
    walking.scan(scanned)
    assert walking.stop == word
    assert walking.person.work.sounds.alarming
    assert walking.heard == ["fail"]
    stop = walking.page._stop.stop
    assert stop is not None
    scanned_side, expected = stop.sides
    assert scanned in f"{scanned_side.title} {scanned_side.code}".replace(" ", "")
    assert expected.title == "A-01"
    assert walking.page.prompt() == "Enter, or scan the right one"
    walking.press(Qt.Key.Key_Return)
    assert walking.stop == ""
    assert not walking.person.work.sounds.alarming
    assert walking.banner == ("", "Go to the location and scan it")
    assert walking.view.done == 0
    # the answer is a scan of the evidence, whether it was pressed or scanned
    assert [code for _, code in walking.events()][1:] == ["acknowledged"]


def test_a_wrong_item_shows_what_was_expected(walking: Picker) -> None:
    walking.scan("A-01")
    assert walking.scan("HAT-EAN") == PickCode.WRONG_PICK
    assert walking.stop == "WRONG ITEM"
    stop = walking.page._stop.stop
    assert stop is not None
    assert [(side.title, side.code) for side in stop.sides] == [("HAT", "HAT-EAN"), ("MUG", "MUG-EAN")]
    assert walking.view.done == 0


@pytest.mark.parametrize("code", [Command.OK, " xxok "])
def test_a_wrong_scan_is_acknowledged_by_scan(walking: Picker, code: str) -> None:
    walking.scan("A-02")
    assert walking.scan(code) == PickCode.ACKNOWLEDGED
    assert walking.stop == ""
    assert walking.banner == ("", "Go to the location and scan it")
    assert walking.events() == [("A-02", "wrong_location"), (code, "acknowledged")]
    assert not walking.person.work.sounds.alarming


def test_the_right_scan_ends_a_stop_by_itself(walking: Picker) -> None:
    walking.scan("A-02")
    assert walking.scan("A-01") == PickCode.AT_LOCATION
    assert walking.stop == ""
    assert not walking.person.work.sounds.alarming
    assert walking.heard == ["fail", "pass"]
    assert walking.banner[0] == "pass"


def test_a_second_wrong_scan_keeps_the_page_covered(walking: Picker) -> None:
    walking.scan("A-02")
    walking.scan("4006381333931")
    assert walking.stop == "UNKNOWN CODE"
    assert walking.person.work.sounds.alarming


def test_a_failure_of_a_cart_that_is_gone_is_shown_all_the_same(
    walking: Picker, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    walking.scan("A-02")
    house.store.write(cancel_wave, LEAD, walking.view.wave_id, "no longer wanted")
    walking.page.refresh()
    walking.person.wait(walking.person.settled)
    assert walking.stop == "WRONG LOCATION"
    walking.press(Qt.Key.Key_Return)
    assert walking.stop == ""
    assert not walking.person.work.sounds.alarming


def test_every_failure_has_its_word() -> None:
    wrong = {PickCode.WRONG_LOCATION, PickCode.WRONG_PICK, PickCode.LOCATION_FIRST, PickCode.PICK_UNKNOWN_CODE}
    for code in (*wrong, PickCode.CART_TAKEN, "not_saved"):
        assert f"picking_word_{code}" in SENTENCES
        assert str(code) in SENTENCES


def test_ten_scans_in_a_row_are_ten_verdicts(walking: Picker) -> None:
    handle = walking.person.window.windowHandle()
    for code in ("A-01", "HAT-EAN", "MUG-EAN", "A-01", "MUG-EAN"):
        type_scan(handle, code)
    walking.person.wait(lambda: len(walking.judged) == 5)
    walking.person.wait(walking.person.settled)
    assert [(shown.scan, shown.code) for shown in walking.judged[:3]] == [
        ("A-01", "at_location"), ("HAT-EAN", "wrong_pick"), ("MUG-EAN", "picked"),
    ]  # fmt: skip
    assert [shown.scan for shown in walking.judged[3:]] == ["A-01", "MUG-EAN"]
@pytest.mark.parametrize("how", ["typed", "scanned"])
def test_a_code_is_typed(walking: Picker, how: str) -> None:
    walking.ask(Qt.Key.Key_F9)
    if how == "typed":
        walking.answer("a-01")
    else:
        walking.scan("A-01")
    walking.person.wait(lambda: walking.judged)
    assert walking.judged[-1].code == PickCode.AT_LOCATION


def test_f2_gives_the_cart_back(walking: Picker, wave: list[int]) -> None:
    walking.pick_one()
    walking.press(Qt.Key.Key_F2)
    assert walking.shows == "carts"
    assert walking.house.get(Batch, wave[0]).station_id is None
    assert walking.page._carts._carts[0].open_tasks == walking.page._carts._carts[0].tasks - 1


def test_f2_ends_an_alarm(walking: Picker) -> None:
    walking.scan("A-02")
    walking.press(Qt.Key.Key_F2)
    assert walking.shows == "carts"
    assert walking.stop == ""
    assert not walking.person.work.sounds.alarming


def test_f2_after_the_last_pick_goes_on(walking: Picker) -> None:
    while walking.view.task is not None:
        walking.pick_one()
    walking.press(Qt.Key.Key_F2)
    assert walking.shows == "empty"


@pytest.mark.parametrize("takes", [True, False])
def test_a_cart_of_somebody_else_is_taken_over_on_purpose_only(
    picker: Picker, house: House, wave: list[int], takes: bool
) -> None:
    pia = other(house)
    house.store.write(claim_batch, pia, wave[0])
    picker.page.refresh()
    picker.person.wait(lambda: picker.page._carts._carts[0].station == "CART-2")
    assert picker.ask(Qt.Key.Key_1) == "CART-2 is picking this cart: take it over or choose another"
    picker.press(Qt.Key.Key_2 if takes else Qt.Key.Key_Return)
    assert picker.shows == ("walk" if takes else "carts")
    held = house.get(Batch, wave[0]).station_id
    assert held == (picker.person.work.place.picker.station if takes else pia.station)


def test_a_cart_that_was_taken_away_is_gone_from_the_page(walking: Picker, house: House, wave: list[int]) -> None:
    walking.scan("A-01")
    house.store.write(claim_batch, other(house), wave[0], True)
    walking.person.wait(lambda: walking.shows == "carts")
    assert walking.page._carts._carts[0].station == "CART-2"


def test_the_cart_that_was_begun_is_there_after_a_restart(walking: Picker, house: House, wave: list[int]) -> None:
    walking.pick_one()
    again = PickingPage(walking.person.work)
    again.show()
    walking.person.wait(lambda: again.data is not None)
    assert isinstance(again.data, PickingView)
    assert (again.data.batch_id, again.data.done) == (wave[0], 1)
    again.hide()
    again.deleteLater()


def test_what_is_not_saved_is_a_failure(walking: Picker, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise KnownError("database_full")

    with monkeypatch.context() as patch:
        patch.setattr("ui.pages.picking.scan_pick", fail)
        walking.scan("A-01")
    assert walking.stop == "NOT SAVED"
    assert walking.person.work.sounds.alarming
    said = walking.page._stop.accessibleName()
    assert walking.person.work.words.say("database_full") in said
    assert "Scan it again when this is mended" in said
    task = walking.view.task
    assert task is not None
    assert not task.at_location
    assert walking.scan("A-01") == PickCode.AT_LOCATION
    assert walking.stop == ""


def test_a_mistake_of_ours_is_not_saved_either(walking: Picker, monkeypatch: pytest.MonkeyPatch) -> None:
    mistakes: list[BaseException] = []
    monkeypatch.setattr(walking.person.work, "on_mistake", mistakes.append)

    def fail(*_: Any) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr("ui.pages.picking.scan_pick", fail)
        walking.scan("A-01")
    assert walking.stop == "NOT SAVED"
    assert [type(mistake) for mistake in mistakes] == [ZeroDivisionError]


def test_an_order_that_is_cancelled_leaves_the_walk(walking: Picker, house: House) -> None:
    before = walking.view.tasks
    (order, *_) = house.all(select(Order.id).where(Order.state == OrderState.RELEASED))
    house.store.write(kick_out, LEAD, order, "too late")
    walking.person.wait(lambda: walking.view.tasks < before)


def test_a_code_that_was_too_short_for_a_scan_acknowledges_nothing(walking: Picker) -> None:
    walking.scan("A-02")
    handle = walking.person.window.windowHandle()
    type_text(handle, "A1\n", gap_ms=1)
    walking.person.wait(lambda: walking.person.window.wedge.idle)
    assert walking.stop == "WRONG LOCATION"
    assert walking.person.work.sounds.alarming
    assert walking.heard[-1] == "attention"
    walking.page._typed_at -= GUARD_S
    walking.press(Qt.Key.Key_Return)
    assert walking.stop == ""


def test_language_and_theme_paint_the_stop_anew(walking: Picker) -> None:
    walking.scan("A-02")
    walking.person.work.words.switch("zh")
    assert walking.stop
    assert walking.stop != "WRONG LOCATION"
    stop = walking.page._stop.stop
    assert stop is not None
    assert not any(letter.isascii() and letter.isalpha() for letter in stop.how.replace("Enter", ""))
    walking.person.work.words.switch("en")
    assert walking.stop == "WRONG LOCATION"


def test_a_finger_chooses_a_cart(picker: Picker, wave: list[int]) -> None:
    QTest.mouseClick(picker.page._carts, Qt.MouseButton.LeftButton, pos=QPointF(100, 60).toPoint())
    picker.person.wait(lambda: picker.shows == "walk")
    assert picker.view.batch_id == wave[0]


def test_more_carts_than_fit_scroll_with_the_choice_and_digits_mean_what_is_seen(
    picker: Picker, house: House
) -> None:
    carts = picker.page._carts
    one = carts._carts[0]
    carts.show_carts([replace(one, batch_id=100 + n, number=n) for n in range(30)], "CART-1")
    chosen: list[int] = []
    carts.chosen.disconnect()
    carts.chosen.connect(chosen.append)
    for _ in range(12):
        picker.person.press(Qt.Key.Key_Down)
    first = carts._first
    assert 0 < first <= 12 < first + carts._seen
    picker.person.press(Qt.Key.Key_1)
    assert chosen == [100 + first]
    picker.person.press(Qt.Key.Key_Return)
    assert chosen[-1] == 112
