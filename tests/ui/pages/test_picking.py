"""The picking page: a cart is chosen, walked, and left, by keys and scans alone; a wrong scan is not missed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit
from sqlalchemy import select

from app.domain.barcode import Command
from app.domain.errors import KnownError
from app.domain.people import Actor, Role
from app.domain.picking import PickCode
from app.domain.states import BatchState, OrderState
from app.operations.picking import claim_batch
from app.operations.stations import ensure_station
from app.operations.waves import cancel_wave, kick_out
from app.queries.picking_view import PickingView
from app.queries.waves import barcode_of
from app.sentences import SENTENCES
from db.journal import ScanEvent
from db.orders import Order
from db.stock import StockMove
from db.waves import Batch
from tests.factories import LEAD, House
from tests.ui.conftest import Person
from ui.keys import type_scan, type_text
from ui.pages.picking import GUARD_S, PickingPage, PickShown
from ui.widgets.pick import Pick


@pytest.fixture
def page_names() -> Sequence[str]:
    return ("picking", "devices")


class Picker:
    """Somebody with a cart, in front of the page; `heard` is every sound."""

    def __init__(self, person: Person, house: House) -> None:
        self.person, self.house = person, house
        page = person.window.pages["picking"]
        assert isinstance(page, PickingPage)
        self.page: PickingPage = page
        self.judged: list[PickShown] = []
        self.heard: list[str] = []
        self.page.judged.connect(self.judged.append)
        person.work.sounds.played.connect(self.heard.append)
        self.page.refresh()
        person.wait(person.settled)

    # what it does

    def press(self, key: Qt.Key) -> None:
        self.person.press(key)
        self.person.wait(self.person.settled)

    def scan(self, code: str) -> str:
        """The code of the verdict."""
        before = len(self.judged)
        self.person.scan(code)
        return self.judged[-1].code if len(self.judged) > before else ""

    def ask(self, key: Qt.Key) -> str:
        """Press a key that asks something; what is asked."""
        self.person.press(key)
        self.person.wait(lambda: self.person.work.dialogs.is_open)
        question = self.person.work.dialogs._question
        assert question is not None
        return question.accessibleName()

    def answer(self, text: str) -> None:
        self.person.type(text)
        self.press(Qt.Key.Key_Return)

    # what it sees

    @property
    def view(self) -> PickingView:
        assert isinstance(self.page.data, PickingView)
        return self.page.data

    @property
    def shows(self) -> str:
        """`carts`, `walk`, or what stands in their place."""
        if self.page._panel.isVisible():
            return self.page._panel._kind
        return "carts" if self.page._carts.isVisible() else "walk"

    @property
    def stop(self) -> str:
        """The word that covers the page, "" for none."""
        stop = self.page._stop.stop if self.page._stop.isVisible() else None
        return stop.word if stop is not None else ""

    @property
    def banner(self) -> tuple[str, str]:
        return self.page._banner.outcome, self.page._banner.sentence

    def item(self) -> str:
        """The barcode of what is to be taken next."""
        assert self.view.task is not None
        return self.house.store.read(barcode_of, self.view.task.sku_id)

    def location(self) -> str:
        assert self.view.task is not None
        return self.view.task.location

    def events(self) -> list[tuple[str, str]]:
        """(raw, code) of every scan of this cart's station, the oldest first."""
        station = self.person.work.place.picker.station
        wanted = select(ScanEvent).where(ScanEvent.station_id == station).order_by(ScanEvent.seq)
        return [(event.raw, event.code) for event in self.house.all(wanted)]

    def pick_one(self) -> None:
        assert self.view.task is not None
        if not self.view.task.at_location:
            assert self.scan(self.location()) == PickCode.AT_LOCATION
        assert self.scan(self.item()) in (PickCode.PICKED, PickCode.BATCH_PICKED)


@pytest.fixture
def wave(house: House) -> list[int]:
    """A released wave of two orders on one cart: a mug and a hat; two hats. The batches."""
    house.stock("MUG", 5, "A-01")
    house.stock("HAT", 5, "A-02")
    house.order("MUG", "HAT")
    house.order(("HAT", 2), ("MUG", 1))
    house.release()
    return house.batches()


@pytest.fixture
def picker(person: Person, house: House, wave: list[int]) -> Picker:
    return Picker(person, house)


@pytest.fixture
def walking(picker: Picker) -> Picker:
    """Has chosen the only cart."""
    picker.press(Qt.Key.Key_Return)
    assert picker.shows == "walk"
    return picker


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
    assert walking.page.prompt() == "Acknowledge first: Enter"
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
    assert walking.page._pick.accessibleName().endswith(f"To the problem shelf: {task.tote}")
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
    assert stop.sentence == f"CART-2 is picking cart 1 of wave {number}: choose another cart"
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


def other(house: House) -> Actor:
    return house.store.write(ensure_station, "CART-2", None, Role.PICKER)


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
