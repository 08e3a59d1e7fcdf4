"""The board as a shift lead uses it: by keys alone, and every number against the database."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QLabel, QWidget
from sqlalchemy import func, select

from app.change import Change, changed
from app.domain.states import JobState, OrderState, TaskState, WaveState
from app.operations.waves import kick_out, release_wave
from db.orders import Order
from db.store import Tx
from db.waves import Batch, PickTask, Wave
from tests.factories import LEAD, House
from tests.ui.conftest import Person
from ui.pages import board as board_module
from ui.pages import page as page_module
from ui.pages.board import BoardPage

Key = Qt.Key


_SECTIONS = ("Benches and people", "Printers", "Problem shelf", "Shorts today")


@pytest.fixture
def page_names() -> tuple[str, ...]:
    """Only what is tested here, for speed."""
    return ("board", "orders")


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board_module, "THROTTLE_MS", 5)


class Lead:
    """A shift lead at the board."""

    def __init__(self, person: Person, house: House) -> None:
        page = person.go("board")
        assert isinstance(page, BoardPage)
        self.page, self.person, self.house, self.work = page, person, house, person.work

    def press(self, *keys: Key) -> None:
        for key in keys:
            self.person.press(key)
        self.person.wait(self.person.settled)

    def ask(self, *keys: Key) -> str:
        """Press keys until a question stands there; its words."""
        self.press(*keys)
        self.person.wait(lambda: self.work.dialogs.is_open)
        questions = [w for w in self.person.window.findChildren(QWidget) if w.objectName() == "question"]
        labels = [label for label in questions[-1].findChildren(QLabel) if label.text()]
        return " | ".join(label.text() for label in labels)

    def told(self, *keys: Key, then: str) -> None:
        """Press keys and wait for the notice that says `then`."""
        self.press(*keys)
        self.person.wait(lambda: re.search(then, self.work.dialogs.notice))
        self.person.wait(self.person.settled)

    def stages(self) -> dict[str, int]:
        """The numbers that are read from five metres."""
        return {card.face.name: card.face.number for card in self.page.stages.cards if card.face is not None}

    def cutoffs(self) -> list[str]:
        return [card.accessibleName() for card in self.page.cutoffs.cards if card.face is not None]

    def waves(self) -> list[list[str]]:
        return rows_of(self.page.waves.rows)

    def orders(self) -> list[list[str]]:
        return rows_of(self.page.orders.rows)

    def side(self) -> list[str]:
        return [" ".join(cell for cell in row.cells if cell) for row in self.page.side_rows.rows]

    def wave(self, number: int) -> WaveState:
        return self.house.get(Wave, number).state


def rows_of(model: object) -> list[list[str]]:
    assert hasattr(model, "index")
    assert hasattr(model, "rowCount")
    assert hasattr(model, "columnCount")
    return [
        [str(model.index(row, column).data()) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


@pytest.fixture
def shelf(house: House) -> House:
    for sku in ("MUG", "PEN", "CAP"):
        house.stock(sku, 50)
    return house


@pytest.fixture
def lead(person: Person, shelf: House) -> Lead:
    return Lead(person, shelf)


# planning and releasing


def test_a_warehouse_without_orders_says_what_to_do(person: Person, house: House) -> None:
    lead = Lead(person, house)
    said = [label.text() for label in lead.page.findChildren(QLabel) if label.isVisible()]
    assert "No orders yet" in said
    assert "Import a file on the page Orders" in said
    lead.told(Key.Key_F2, then="No order is ready")
    lead.told(Key.Key_F3, then="plan one first")
    lead.told(Key.Key_F4, then="No wave yet")


def test_a_wave_is_planned_and_released_by_keys(lead: Lead) -> None:
    for _ in range(5):
        lead.house.order("MUG", "PEN")
    lead.page.refresh()
    lead.person.wait(lambda: lead.stages() and lead.stages()["ready"] == 5)
    assert lead.page.prompt() == "Orders ready: 5, plan a wave (F2)"
    assert "Orders ready: 5" in lead.ask(Key.Key_F2)
    lead.person.type("3")
    result = lead.ask(Key.Key_Return)
    assert "Wave 1 is planned | Orders 3, batches 1\nWalk " in result
    assert "Left out" not in result
    assert lead.wave(1) is WaveState.PLANNED
    lead.told(Key.Key_1, then="Wave 1 is released")
    assert lead.wave(1) is WaveState.RELEASED
    assert lead.stages() == {
        "ready": 2, "planned": 0, "picking": 3, "picked": 0, "packing": 0, "problem": 0, "shipped": 0,
    }  # fmt: skip
    assert [row[:3] for row in lead.waves()] == [["1", "released", "3"]]


def test_a_plan_says_what_was_left_out_and_can_stay_planned(lead: Lead) -> None:
    lead.house.order("MUG")
    lead.house.order(("MUG", 60))
    lead.page.refresh()
    lead.ask(Key.Key_F2)
    assert "Left out, no stock: 1" in lead.ask(Key.Key_Return)
    lead.press(Key.Key_2)
    lead.person.wait(lambda: not lead.work.dialogs.is_open)
    assert lead.wave(1) is WaveState.PLANNED
    assert lead.page.prompt() == "Planned waves: 1, release the next (F3)"


def test_a_limit_that_is_no_number_is_asked_again_and_esc_plans_nothing(lead: Lead) -> None:
    lead.house.order("MUG")
    lead.page.refresh()
    lead.ask(Key.Key_F2)
    lead.person.type("0")
    lead.person.press(Key.Key_Return)
    lead.person.wait(lambda: "0 is no number of orders" in lead.ask())
    lead.press(Key.Key_Escape)
    lead.person.wait(lambda: not lead.work.dialogs.is_open)
    assert lead.house.count(Wave) == 0


def test_when_nothing_fits_the_reason_is_told(lead: Lead) -> None:
    lead.house.order(("MUG", 60))
    lead.page.refresh()
    lead.ask(Key.Key_F2)
    lead.told(Key.Key_Return, then="No order could be planned: no stock 1")


def test_of_several_planned_waves_a_person_says_which(lead: Lead) -> None:
    for _ in range(3):
        lead.house.order("MUG")
        lead.house.plan()
    lead.person.wait(lambda: len(lead.waves()) == 3)
    question = lead.ask(Key.Key_F3)
    assert question.startswith("Release which wave?")
    lead.told(Key.Key_2, then="Wave 2 is released")
    assert [lead.wave(number) for number in (1, 2, 3)] == [
        WaveState.PLANNED, WaveState.RELEASED, WaveState.PLANNED
    ]  # fmt: skip
    # the newest stands above; one that is chosen needs no question
    lead.press(Key.Key_Down)
    lead.told(Key.Key_F3, then="Wave 3 is released")
    # and neither does the only one that is left, whatever is chosen
    lead.told(Key.Key_F3, then="Wave 1 is released")
    lead.told(Key.Key_F3, then="No wave is planned")


# orders of a wave


def opened(lead: Lead, *lines: str, pick: int = 0) -> int:
    """A released wave of one order, `pick` of it picked, with its orders open; the order."""
    order = lead.house.order(*lines)
    lead.house.release()
    for _ in range(pick):
        lead.house.pick_one(lead.house.batches()[0])
    lead.person.wait(lambda: lead.waves() and lead.person.settled())
    lead.press(Key.Key_Down, Key.Key_Return)
    lead.person.wait(lambda: lead.page.orders.isVisible() and lead.orders())
    return order


def test_an_order_without_picked_goods_is_kicked_out_and_ready_again(lead: Lead) -> None:
    lead.house.order("PEN", "CAP")
    order = opened(lead, "MUG", "PEN")
    number = lead.house.source_id(order)
    lead.person.wait(lambda: len(lead.orders()) == 2)
    lead.press(*([Key.Key_Down] if number in lead.orders()[1] else []))
    question = lead.ask(Key.Key_F5)
    assert question.startswith(f"Kick order {number} out of its wave? | Nothing of it is picked")
    lead.person.press(Key.Key_Return)
    assert lead.work.dialogs.is_open  # not without a reason
    lead.person.type("buyer wrote")
    lead.told(Key.Key_Return, then=f"Order {number} has left its wave and is ready again")
    assert lead.house.state(order) is OrderState.READY
    assert [row[0] for row in lead.orders()] != [number]
    assert len(lead.orders()) == 1
    lead.press(Key.Key_Escape)
    assert not lead.page.orders.isVisible()
    assert lead.page.waves.hasFocus()
    assert lead.stages()["ready"] == 1


def test_an_order_with_picked_goods_is_a_problem_until_they_are_put_back(lead: Lead) -> None:
    order = opened(lead, "MUG", "PEN", pick=1)
    number = lead.house.source_id(order)
    assert lead.orders()[0][6] == "1 / 2"
    assert "Pieces in its tote: 1" in lead.ask(Key.Key_F5)
    lead.person.type("torn")
    lead.told(Key.Key_Return, then="put its goods back")
    assert lead.house.state(order) is OrderState.PROBLEM
    assert lead.orders()[0][1] == "problem"
    assert lead.stages()["problem"] == 1
    assert lead.waves()[0][6] == "! 1"
    assert number in lead.ask(Key.Key_F6)
    lead.told(Key.Key_Return, then="are back on their locations")
    assert lead.house.state(order) is OrderState.READY


def test_the_problem_shelf_is_reached_by_tab_and_headings_are_passed_over(lead: Lead) -> None:
    order = opened(lead, "MUG", "PEN", pick=1)
    lead.house.store.write(kick_out, LEAD, order, "damaged")
    lead.press(Key.Key_Escape)
    lead.person.wait(lambda: any("damaged" in row for row in lead.side()))
    lead.told(Key.Key_F6, then="Choose an order on the problem shelf")
    lead.press(Key.Key_Tab)
    assert lead.page.side.hasFocus()
    for _ in lead.side():
        lead.press(Key.Key_Down)
        row = lead.page.side_rows.row(lead.page.side.number() or 0)
        assert row is not None
        assert not row.heading
        if row.order_id is not None:
            break
    found: list[int] = []
    lead.work.found.connect(found.append)
    lead.page.work.found.disconnect(lead.person.window._show_order)
    lead.press(Key.Key_Return)
    assert found == [order]
    assert lead.house.source_id(order) in lead.ask(Key.Key_F6)
    lead.press(Key.Key_Escape)
    lead.person.wait(lambda: not lead.work.dialogs.is_open)
    assert lead.house.state(order) is OrderState.PROBLEM
    lead.ask(Key.Key_F6)
    lead.told(Key.Key_Return, then="are back on their locations")
    assert lead.house.state(order) is OrderState.READY
    assert "Problem shelf: none" in lead.side()


def test_what_cannot_be_kicked_out_or_put_back_is_refused_before_anything_is_asked(lead: Lead) -> None:
    lead.told(Key.Key_F5, then="Open a wave")
    order = opened(lead, "MUG", pick=1)
    assert lead.house.state(order) is OrderState.PICKED
    lead.told(Key.Key_F5, then="is in no wave that is planned or being picked")
    lead.told(Key.Key_F6, then="has nothing to be put back")
    assert not lead.work.dialogs.is_open


def test_enter_on_an_order_of_a_wave_asks_the_window_to_show_it(lead: Lead) -> None:
    order = opened(lead, "MUG")
    found: list[int] = []
    lead.work.found.connect(found.append)
    lead.person.press(Key.Key_Return)
    assert found == [order]


def test_esc_in_an_order_asked_for_by_the_board_comes_back_to_its_list(lead: Lead) -> None:
    opened(lead, "MUG")
    lead.person.press(Key.Key_Return)
    lead.person.wait(lambda: lead.person.window.page is lead.person.window.pages["orders"])
    assert lead.work.came_from == "board"
    lead.work.back.emit()
    assert lead.person.window.page is lead.page
    assert lead.page.orders.table.hasFocus()
    assert lead.work.came_from == ""


def test_home_end_and_the_pages_go_through_the_orders_of_a_wave(lead: Lead) -> None:
    for _ in range(30):
        lead.house.order("MUG", "PEN")
    opened(lead, "MUG")
    lead.person.wait(lambda: len(lead.orders()) == 31)
    table = lead.page.orders.table
    lead.press(Key.Key_End)
    assert table.number() == 30
    lead.press(Key.Key_PageUp)
    above = table.number()
    assert above is not None
    assert 0 < above < 30
    lead.press(Key.Key_Home)
    assert table.number() == 0
    lead.press(Key.Key_PageDown)
    assert (table.number() or 0) > 1
    found: list[int] = []
    lead.work.found.connect(found.append)
    lead.press(Key.Key_End)
    chosen = lead.page.orders.order()
    lead.press(Key.Key_Return)
    assert chosen is not None
    assert found == [chosen.order_id]


def test_home_and_end_choose_the_first_and_last_of_a_short_table(lead: Lead) -> None:
    for _ in range(3):
        lead.house.order("MUG")
        lead.house.plan()
    lead.person.wait(lambda: len(lead.waves()) == 3)
    lead.press(Key.Key_End)
    assert lead.page.waves.number() == 2
    lead.press(Key.Key_Home)
    assert lead.page.waves.number() == 0
    order = lead.house.order("MUG", "PEN")
    lead.house.release()
    lead.house.store.write(kick_out, LEAD, order, "damaged")
    lead.press(Key.Key_Tab, Key.Key_Home)
    row = lead.page.side_rows.row(lead.page.side.number() or 0)
    assert row is not None
    assert not row.heading  # which cannot be chosen


def test_f4_opens_the_newest_wave_and_goes_back(lead: Lead) -> None:
    lead.house.order("MUG")
    lead.house.release()
    lead.person.wait(lead.waves)
    lead.press(Key.Key_F4)
    lead.person.wait(lead.page.orders.isVisible)
    assert lead.page.orders.table.hasFocus()
    lead.press(Key.Key_F4)
    assert not lead.page.orders.isVisible()


# taking waves back


def test_a_wave_is_cancelled_with_a_reason_and_enter_keeps_it(lead: Lead) -> None:
    order = lead.house.order("MUG")
    lead.house.release()
    lead.person.wait(lead.waves)
    lead.told(Key.Key_F8, then="Choose a wave first")
    lead.press(Key.Key_Down)
    for last in (Key.Key_Return, Key.Key_2):
        assert "Why is wave 1 to be cancelled?" in lead.ask(Key.Key_F8)
        lead.person.type("too early")
        lead.person.press(Key.Key_Return)
        lead.person.wait(lambda: "Cancel wave 1?" in lead.ask())
        assert lead.wave(1) is WaveState.RELEASED
        lead.press(last)
        lead.person.wait(lambda: not lead.work.dialogs.is_open)
    lead.person.wait(lambda: not lead.waves())
    assert lead.wave(1) is WaveState.CANCELLED
    assert lead.house.state(order) is OrderState.READY
    assert lead.work.dialogs.notice == "Wave 1 is cancelled: its orders are ready again"


def test_a_wave_that_is_being_picked_is_not_cancelled(lead: Lead) -> None:
    lead.house.order("MUG", "PEN")
    lead.house.release()
    lead.house.pick_one(lead.house.batches()[0])
    lead.person.wait(lambda: lead.waves() and lead.person.settled())
    lead.press(Key.Key_Down)
    lead.told(Key.Key_F8, then="Wave 1 is being picked already")
    assert not lead.work.dialogs.is_open
    assert lead.wave(1) is WaveState.RELEASED


def test_a_pick_of_which_the_page_has_not_heard_stops_the_cancel_too(lead: Lead) -> None:
    lead.house.order("MUG", "PEN")
    lead.house.release()
    lead.person.wait(lambda: lead.waves() and lead.person.settled())
    lead.press(Key.Key_Down)
    lead.ask(Key.Key_F8)
    lead.house.pick_one(lead.house.batches()[0])
    lead.person.type("late")
    lead.person.press(Key.Key_Return)
    lead.person.wait(lambda: "Cancel wave 1?" in lead.ask())
    lead.told(Key.Key_2, then="Wave 1 is being picked already")
    assert lead.wave(1) is WaveState.RELEASED


def test_the_orders_of_a_wave_close_when_it_is_cancelled(lead: Lead) -> None:
    opened(lead, "MUG")
    lead.ask(Key.Key_F8)
    lead.person.type("x")
    lead.person.press(Key.Key_Return)
    lead.person.wait(lambda: "Cancel wave 1?" in lead.ask())
    lead.told(Key.Key_2, then="is cancelled")
    lead.person.wait(lambda: not lead.page.orders.isVisible())


# what is seen


def test_every_number_is_what_the_database_says(lead: Lead) -> None:
    house, hands = lead.house, lead.house.hands("BENCH-7")
    for lines in (("MUG",), ("PEN", "CAP"), ("MUG", "PEN")):
        house.order(*lines)
    house.release()
    house.pick_all()
    packed = house.all(select(Order.id).order_by(Order.id))[1]
    hands.scan(house.tote_of(packed), "PEN-EAN", "CAP-EAN")
    house.printed("BENCH-7")
    assert hands.scan(hands.square) == "closed"
    open_parcel = house.all(select(Order.id).order_by(Order.id))[2]
    hands.scan(house.tote_of(open_parcel), "MUG-EAN")
    for _ in range(2):
        house.order("MUG")
    house.plan()
    house.order("CAP")
    house.order("CAP", state=OrderState.INCOMPLETE)
    lead.person.wait(lambda: lead.stages() and lead.stages()["shipped"] == 1 and lead.person.settled())
    lead.page.refresh()
    lead.person.wait(lambda: "incomplete" in lead.stages() and lead.person.settled())
    states = {state: house.one(select(func.count()).where(Order.state == state)) for state in OrderState}
    assert lead.stages() == {
        "incomplete": states[OrderState.INCOMPLETE], "ready": states[OrderState.READY],
        "planned": states[OrderState.PLANNED], "picking": states[OrderState.RELEASED],
        "picked": states[OrderState.PICKED], "packing": states[OrderState.PACKING],
        "problem": states[OrderState.PROBLEM], "shipped": states[OrderState.SHIPPED],
    }  # fmt: skip
    assert list(states.values()) == [1, 1, 2, 0, 1, 1, 1, 0, 0]
    shares = {card.face.name: card.face.share for card in lead.page.stages.cards if card.face is not None}
    assert shares["planned"] == pytest.approx(2 / 6)
    assert shares["shipped"] == pytest.approx(1 / 7)
    newest, first = lead.waves()
    assert newest[:8] == ["2", "planned", "2", "–", "–", "–", "–", "0 / 1"]
    assert first[:8] == ["1", "picked", "3", "1", "1", "1", "–", "2 / 2"]
    for row, wave in ((newest, 2), (first, 1)):
        walks = select(func.sum(Batch.walk_mm)).where(Batch.wave_id == wave)
        files = select(func.sum(Batch.file_walk_mm)).where(Batch.wave_id == wave)
        assert row[8] == f"{round(house.one(walks) / 1000)} ({round(house.one(files) / 1000)})"
    bench = next(row for row in lead.side() if row.startswith("BENCH-7"))
    assert re.search(r"1 /h open \d+ s$", bench)


def test_a_column_says_how_long_the_oldest_has_waited_and_trouble_has_a_sign(lead: Lead) -> None:
    old = datetime.now(UTC) - timedelta(minutes=42)
    lead.house.order("MUG", updated_at=old)
    lead.house.order("MUG", updated_at=old, state=OrderState.INCOMPLETE)
    lead.page.refresh()
    lead.person.wait(lambda: lead.stages() and lead.stages()["ready"] == 1)
    faces = {card.face.name: card.face for card in lead.page.stages.cards if card.face is not None}
    assert faces["ready"].detail == "oldest 42 min"
    assert (faces["ready"].fault, faces["ready"].sign) == (None, "")
    assert faces["incomplete"].fault == lead.work.theme.attention
    assert faces["incomplete"].sign
    assert faces["problem"].fault is None
    assert faces["problem"].detail == ""


def test_deadlines_say_what_is_late_and_what_will_be(lead: Lead) -> None:
    now = datetime.now(UTC)
    lead.house.order("MUG", ship_by=now - timedelta(hours=1, minutes=30))
    for _ in range(3):
        lead.house.order("MUG", ship_by=now + timedelta(minutes=30, seconds=50))
    lead.page.refresh()
    lead.person.wait(lambda: len(lead.cutoffs()) == 2)
    assert lead.cutoffs()[0].endswith(", 1 h late, 1 open, missed: 1")
    assert lead.cutoffs()[1].endswith(", in 30 min, 3 open, no pace yet")
    assert re.fullmatch(r"1 late since \d\d:\d\d", lead.page.prompt())
    assert lead.page.cutoffs.cards[0].face is not None
    assert lead.page.cutoffs.cards[0].face.fault == lead.work.theme.fail
    # one parcel in the last ten minutes is a pace of six an hour: three until then, and the late one comes first
    hands = lead.house.hands()
    order = lead.house.picked("CAP")
    hands.scan(lead.house.tote_of(order), "CAP-EAN")
    lead.house.printed()
    assert hands.scan(hands.square) == "closed"
    lead.person.wait(lambda: lead.cutoffs()[1].endswith("3 open, will miss: 1"))
    card = lead.page.cutoffs.cards[1].face
    assert card is not None
    assert card.fault == lead.work.theme.fail


def test_what_will_miss_its_deadline_is_what_matters_most(lead: Lead) -> None:
    hands, order = lead.house.hands(), lead.house.picked("CAP")
    hands.scan(lead.house.tote_of(order), "CAP-EAN")
    lead.house.printed()
    assert hands.scan(hands.square) == "closed"
    due = datetime.now(UTC) + timedelta(minutes=10, seconds=50)
    for _ in range(2):
        lead.house.order("MUG", ship_by=due)
    lead.page.refresh()
    lead.person.wait(lambda: lead.cutoffs() and lead.cutoffs()[0].endswith("2 open, will miss: 1"))
    assert re.fullmatch(r"1 will miss \d\d:\d\d at the present pace", lead.page.prompt())


def test_the_keys_go_to_the_waves_as_soon_as_there_are_any(lead: Lead) -> None:
    assert not lead.page.waves.isVisible()
    lead.house.order("MUG")
    lead.house.plan()
    lead.person.wait(lambda: lead.waves() and lead.page.waves.hasFocus())
    # who types elsewhere is not interrupted
    lead.press(Key.Key_Tab)
    lead.house.order("MUG")
    lead.house.plan()
    lead.person.wait(lambda: len(lead.waves()) == 2 and lead.person.settled())
    assert lead.page.side.hasFocus()


def test_without_deadlines_their_place_says_so_and_stays_as_high(lead: Lead) -> None:
    lead.house.order("MUG")
    lead.page.refresh()
    lead.person.wait(lambda: lead.page.cutoffs.nothing.isVisible())
    high = lead.page.cutoffs.height()
    assert lead.page.cutoffs.nothing.text() == "No open order has a deadline"
    lead.house.order("MUG", ship_by=datetime.now(UTC) + timedelta(hours=3))
    lead.page.refresh()
    lead.person.wait(lead.cutoffs)
    assert not lead.page.cutoffs.nothing.isVisible()
    assert lead.page.cutoffs.height() == high


def test_the_chosen_wave_stays_chosen_when_others_come(lead: Lead) -> None:
    for _ in range(2):
        lead.house.order("MUG")
        lead.house.plan()
    lead.person.wait(lambda: len(lead.waves()) == 2)
    lead.press(Key.Key_Down, Key.Key_Down)
    lead.house.order("MUG")
    lead.house.plan()
    lead.person.wait(lambda: len(lead.waves()) == 3)
    assert [row[0] for row in lead.waves()] == ["3", "2", "1"]
    lead.told(Key.Key_F3, then="Wave 1 is released")


def test_what_others_do_is_seen_at_once(lead: Lead) -> None:
    lead.house.order("MUG")
    wave = lead.house.plan()
    lead.person.wait(lambda: lead.waves() and lead.waves()[0][1] == "planned")
    lead.house.store.write(release_wave, LEAD, wave)
    lead.person.wait(lambda: lead.waves()[0][1] == "released")
    lead.house.pick_all()
    lead.person.wait(lambda: lead.waves()[0][1] == "picked")
    assert lead.stages()["picked"] == 1


def test_scans_in_a_row_do_not_make_the_board_read_again_for_each(
    lead: Lead, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    fetch = lead.page.fetch

    async def counted() -> object:
        read.append(1)
        return await fetch()

    monkeypatch.setattr(lead.page, "fetch", counted)
    lead.page._throttle.setInterval(200)
    for _ in range(10):
        lead.house.store.write(_touch)
    lead.person.wait(lambda: read and lead.person.settled())
    assert len(read) == 1


def _touch(tx: Tx) -> tuple[None, Change]:
    return None, changed("scans")


def test_everything_is_said_again_in_the_other_language(lead: Lead) -> None:
    opened(lead, "MUG", "PEN", pick=1)
    lead.press(Key.Key_Escape)
    lead.work.words.switch("zh")
    said = [card.face.title for card in lead.page.stages.cards if card.face is not None]
    assert said == ["就绪", "已计划", "拣货", "已拣齐", "打包", "问题单", "今日出库"]
    assert lead.waves()[0][1] == "已下发"
    assert lead.side()[0].startswith("工作台与人员")
    lead.press(Key.Key_Return)
    lead.person.wait(lead.page.orders.isVisible)
    assert lead.orders()[0][1] == "待拣货"
    lead.work.words.switch("en")
    assert lead.orders()[0][1] == "to be picked"
    assert lead.waves()[0][1] == "released"


def test_shorts_printers_and_problems_stand_at_the_side(lead: Lead) -> None:
    house = lead.house
    order = house.order("MUG", "PEN")
    house.release()
    batch = house.batches()[0]
    house.pick_one(batch)
    task = house.all(select(PickTask).where(PickTask.state == TaskState.OPEN))[0]
    location = next(code for code, key in house.locations.items() if key == task.location_id)
    house.pick(batch, location, "XXSHORT")
    hands = house.hands("BENCH-3")
    packed = house.picked("CAP")
    hands.scan(house.tote_of(packed), "CAP-EAN")
    house.printed("BENCH-3", JobState.UNCERTAIN, "connection_lost")
    hands.scan("nonsense")
    lead.person.wait(lambda: any("uncertain" in row for row in lead.side()) and lead.person.settled())
    side = lead.side()
    at = {title: next(number for number, row in enumerate(side) if row.startswith(title)) for title in _SECTIONS}
    assert list(at.values()) == sorted(at.values())
    assert any(re.fullmatch(r"BENCH-3 – 0 /h stopped \d+ s", row) for row in side)
    assert any(re.search(r"^BENCH-3 .*1 uncertain", row) for row in side[at["Printers"] :])
    assert any(row.startswith(house.source_id(order)) and "short pick" in row for row in side)
    assert any(re.search(r"1 missing · .* · 1 order · \d+ s$", row) for row in side[at["Shorts today"] :])
    assert lead.stages()["packing"] == 1  # its parcel waits for its label


def test_ages_grow_while_the_board_is_seen(lead: Lead, monkeypatch: pytest.MonkeyPatch) -> None:
    lead.house.order("MUG", updated_at=datetime.now(UTC) - timedelta(minutes=5, seconds=30))
    lead.page.refresh()
    lead.person.wait(lambda: lead.stages() and lead.stages()["ready"] == 1)
    card = lead.page.stages.cards[0]
    assert card.face is not None
    assert card.face.detail == "oldest 5 min"
    read = lead.page._fetched_at
    assert read is not None
    monkeypatch.setattr(page_module, "monotonic", lambda: read + 60)
    lead.person.wait(lambda: card.face is not None and card.face.detail == "oldest 6 min")


def test_a_printer_for_which_nothing_waits_is_there_all_the_same(lead: Lead) -> None:
    lead.house.order("MUG")
    lead.page.refresh()
    lead.person.wait(lambda: "Printers: nothing waits" in lead.side())
    lead.work.printer.url, lead.work.printer.code = "sim:zpl", "ready"
    lead.page.repaint_data()
    side = lead.side()
    assert side[side.index("Printers") + 1] == "BENCH-1 ready · 0 waiting"
    lead.work.printer.code = "paper_out"
    lead.page.repaint_data()
    row = next(row for row in lead.page.side_rows.rows if row.key == "printer BENCH-1")
    assert row.outcome == "system"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_number_at_the_side_is_cut_on_the_smallest_screen(lead: Lead, language: str) -> None:
    lead.person.window.resize(1366, 768)
    house = lead.house
    order = house.order("MUG", "PEN", source_id="302-7711020-4418722")
    house.release()
    house.pick_one(house.batches()[0])
    house.store.write(kick_out, LEAD, order, "torn")
    house.hands("BENCH-3").scan(house.tote_of(house.picked("CAP")), "CAP-EAN")
    lead.person.wait(lambda: any("torn" in row for row in lead.side()) and lead.person.settled())
    lead.work.words.switch(language)
    side, metrics = lead.page.side, QFontMetrics(lead.page.side.font())
    for at, row in enumerate(lead.page.side_rows.rows):
        spans = dict(row.spans)
        for column, text in enumerate(row.cells):
            room = sum(side.columnWidth(column + more) for more in range(spans.get(column, 1)))
            icon = side.iconSize().width() + 6 if row.outcome and column == row.told_in else 0
            assert not text or metrics.horizontalAdvance(text) + icon + 10 <= room, (at, text)


def test_esc_lets_go_of_the_chosen_wave(lead: Lead) -> None:
    lead.house.order("MUG")
    lead.house.plan()
    lead.person.wait(lead.waves)
    lead.press(Key.Key_Down)
    assert lead.page.waves.number() == 0
    lead.press(Key.Key_Escape)
    assert lead.page.waves.number() is None


def test_numbers_are_as_large_as_the_screen_lets_them_be(lead: Lead) -> None:
    for _ in range(2):
        lead.house.order("MUG")
    lead.page.refresh()
    lead.person.wait(lambda: lead.stages() and lead.stages()["ready"] == 2)
    for width, height in ((1366, 768), (1920, 1080)):
        lead.person.window.resize(width, height)
        lead.press()
        sizes = {card.digit_px for card in lead.page.stages.cards}
        assert len(sizes) == 1
        assert sizes.pop() >= (60 if width == 1366 else 100)
        for card in lead.page.stages.cards:
            assert card.width() > 90


def test_every_part_has_a_name_for_those_who_hear_the_screen(lead: Lead) -> None:
    lead.house.order("MUG", ship_by=datetime.now(UTC) + timedelta(hours=3))
    lead.page.refresh()
    lead.person.wait(lambda: lead.cutoffs() and lead.stages())
    for table in (lead.page.waves, lead.page.side, lead.page.orders.table):
        assert table.accessibleName()
    assert "Ready 1 oldest" in lead.page.stages.cards[0].accessibleName()
