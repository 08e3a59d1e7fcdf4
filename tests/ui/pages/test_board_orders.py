"""The orders of a wave on the board, and the problem shelf beside it."""

from __future__ import annotations

from PySide6.QtCore import Qt

from app.domain.states import OrderState
from app.operations.waves import kick_out
from tests.factories import LEAD
from tests.ui.pages.lead import Lead, opened

Key = Qt.Key
PAGES = ("board", "orders")


def _give_reason(lead: Lead, reason: str) -> str:
    """Answer why an order is to be kicked out; returns the question that follows."""
    before = lead.work.dialogs.question_id
    lead.person.type(reason)
    lead.person.press(Key.Key_Return)
    lead.person.wait(lambda: lead.work.dialogs.question_id > before)
    return lead.ask()


def test_an_order_without_picked_goods_is_kicked_out_and_ready_again(lead: Lead) -> None:
    lead.house.order("PEN", "CAP")
    order = opened(lead, "MUG", "PEN")
    number = lead.house.source_id(order)
    lead.person.wait(lambda: len(lead.orders()) == 2)
    lead.press(*([Key.Key_Down] if number in lead.orders()[1] else []))
    lead.ask(Key.Key_F5)
    lead.person.press(Key.Key_Return)
    assert lead.work.dialogs.is_open  # not without a reason
    question = _give_reason(lead, "buyer wrote")
    assert question.startswith(f"Kick order {number} out of its wave? | Nothing of it is picked")
    lead.press(Key.Key_Return)  # leaves it
    assert lead.house.state(order) is OrderState.PLANNED or lead.house.state(order) is OrderState.RELEASED
    lead.ask(Key.Key_F5)
    _give_reason(lead, "buyer wrote")
    lead.told(Key.Key_2, then=f"Order {number} has left its wave and is ready again")
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
    lead.ask(Key.Key_F5)
    assert "Pieces in its tote: 1" in _give_reason(lead, "torn")
    lead.told(Key.Key_2, then="put its goods back")
    assert lead.house.state(order) is OrderState.PROBLEM
    assert lead.orders()[0][1] == "problem"
    assert lead.stages()["problem"] == 1
    assert lead.waves()[0][6] == "! 1"
    assert number in lead.ask(Key.Key_F6)
    lead.told(Key.Key_Return, then="are back on their locations")
    assert lead.house.state(order) is OrderState.READY


def test_goods_put_back_finds_the_problem_shelf_by_itself(lead: Lead) -> None:
    lead.told(Key.Key_F6, then="The problem shelf is empty")
    first = opened(lead, "MUG", "PEN", pick=1)
    lead.house.store.write(kick_out, LEAD, first, "damaged")
    lead.press(Key.Key_Escape)
    lead.person.wait(lambda: any("damaged" in row for row in lead.side()))
    assert lead.house.source_id(first) in lead.ask(Key.Key_F6), "it is the only one"
    lead.press(Key.Key_Escape)
    lead.person.wait(lambda: not lead.work.dialogs.is_open)
    second = lead.house.order("MUG", "CAP")
    lead.house.release()
    lead.house.pick_one(lead.house.batches()[-1])
    lead.house.store.write(kick_out, LEAD, second, "torn")
    lead.person.wait(lambda: any("torn" in row for row in lead.side()))
    lead.page.side.choose(None)
    lead.told(Key.Key_F6, then="choose one with the arrow keys, then F6")
    assert lead.page.side.hasFocus()
    chosen = lead.page.side.row()
    assert chosen is not None
    assert chosen.to_put_back


def test_the_problem_shelf_is_reached_by_tab_and_headings_are_passed_over(lead: Lead) -> None:
    order = opened(lead, "MUG", "PEN", pick=1)
    lead.house.store.write(kick_out, LEAD, order, "damaged")
    lead.press(Key.Key_Escape)
    lead.person.wait(lambda: any("damaged" in row for row in lead.side()))
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
    lead.told(Key.Key_F5, then="is picked already: cancel it on the Orders page")
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
