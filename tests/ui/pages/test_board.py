"""What the board shows: every number against the database."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from sqlalchemy import func, select

from app.change import Change, changed
from app.domain.errors import KnownError
from app.domain.states import OrderState
from app.operations.waves import release_wave
from app.queries.board_view import BoardView
from db.orders import Order
from db.store import Tx
from db.waves import Batch
from tests.factories import LEAD
from tests.ui.pages.lead import Lead, opened

Key = Qt.Key
PAGES = ("board",)


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


def test_old_numbers_say_from_when_they_are(lead: Lead, monkeypatch: pytest.MonkeyPatch) -> None:
    lead.house.order("MUG")
    lead.page.refresh()
    lead.person.wait(lambda: lead.stages() and lead.stages()["ready"] == 1)

    async def fail() -> None:
        raise KnownError("database_locked")

    monkeypatch.setattr(lead.page, "fetch", fail)
    lead.page.refresh()
    lead.person.wait(lambda: lead.page.failed)
    read = lead.page.data
    assert isinstance(read, BoardView)
    assert re.fullmatch(r"As of \d\d:\d\d, not updated", lead.page.as_of)


def test_everything_is_said_again_in_the_other_language(lead: Lead) -> None:
    opened(lead, "MUG", "PEN", pick=1)
    lead.press(Key.Key_Escape)
    lead.work.words.switch("zh")
    said = [card.face.title for card in lead.page.stages.cards if card.face is not None]
    assert said == ["资料不全", "就绪", "已计划", "拣货", "已拣齐", "打包", "问题单", "今日出库"]
    assert lead.waves()[0][1] == "已下发"
    assert lead.side()[0].startswith("工作台与人员")
    lead.press(Key.Key_Return)
    lead.person.wait(lead.page.orders.isVisible)
    assert lead.orders()[0][1] == "待拣货"
    lead.work.words.switch("en")
    assert lead.orders()[0][1] == "to be picked"
    assert lead.waves()[0][1] == "released"
