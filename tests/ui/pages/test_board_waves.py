"""Waves are planned, released and taken back on the board, by keys alone."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.domain.states import OrderState, WaveState
from db.waves import Wave
from tests.ui.pages.lead import Lead, opened

Key = Qt.Key
PAGES = ("board",)


# planning and releasing


def test_a_warehouse_without_orders_says_what_to_do(lead: Lead) -> None:
    said = [label.text() for label in lead.page.findChildren(QLabel) if label.isVisible()]
    assert "No orders yet" in said
    assert "Import a file on the Orders page" in said
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
        "incomplete": 0, "ready": 2, "planned": 0, "picking": 3, "picked": 0, "packing": 0, "problem": 0, "shipped": 0,
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
