"""Voiding a label on the orders page, with or without another one for the box."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from PySide6.QtCore import Qt
from sqlalchemy import select, update

from app.domain.states import JobState, LabelState, ParcelState
from db.parcels import Label, Parcel
from tests.factories import House
from tests.ui.pages.support import Support, packed

Key = Qt.Key
PAGES = ("orders",)


def labels(house: House) -> list[Label]:
    return house.all(select(Label).order_by(Label.id))


def limit(house: House, by: datetime) -> None:
    house.write(lambda tx: tx.session.execute(update(Label).values(void_by=by, carrier="POST")))


def test_a_label_is_voided_with_a_reason(support: Support, shelf: House) -> None:
    order, _ = packed(shelf, source_id="A-1")
    support.open(order)
    asked = support.ask(Key.Key_F9)
    assert "Void the label of order A-1?" in asked
    assert "LX 000 000 014 CN: can be voided as long as it is on no manifest" in asked
    support.ask(Key.Key_3)
    support.person.wait(lambda: "Why is it voided?" in support.ask())
    assert support.told(Key.Key_1) == "LX 000 000 014 CN is void: take the label off the box"
    (label,) = labels(shelf)
    assert (label.state, label.void_reason) == (LabelState.VOIDED, "void_why_address")
    assert "Label LX 000 000 014 CN was voided" in support.view.timeline.sentences()
    # later the box gets another one
    assert "LX 000 000 014 CN is void: the box waits for another label" in support.ask(Key.Key_F9)
    support.ask(Key.Key_2)
    support.person.wait(lambda: "Why is it voided?" in support.ask())
    support.told(Key.Key_4)
    assert [each.state for each in labels(shelf)] == [LabelState.VOIDED, LabelState.VALID]


def test_a_box_gets_another_label(support: Support, shelf: House) -> None:
    order, hands = packed(shelf, source_id="A-1")
    hands.scan(hands.square)
    support.open(order)
    support.ask(Key.Key_F9)
    support.ask(Key.Key_2)
    support.person.wait(lambda: "Why is it voided?" in support.ask())
    told = support.told(Key.Key_2)
    assert told == "LX 000 000 028 CN waits: BENCH-1 has no printer, set one up"
    assert [job.state for job in shelf.jobs(order)] == [JobState.CONFIRMED, JobState.QUEUED]
    assert shelf.get(Parcel, 1).state is ParcelState.LABELLING


def test_the_deadline_is_shown_and_kept(support: Support, shelf: House) -> None:
    order, _ = packed(shelf, source_id="A-1")
    now = datetime.now(UTC)
    limit(shelf, now + timedelta(hours=3, seconds=30))
    support.open(order)
    until = (now + timedelta(hours=3, seconds=30)).strftime("%Y-%m-%d %H:%M")
    assert f"can be voided until {until}, 3 h left" in support.ask(Key.Key_F9)
    support.press(Key.Key_Return)  # Enter keeps it
    support.person.wait(lambda: not support.work.dialogs.is_open)
    limit(shelf, now - timedelta(hours=1))
    told = support.told(Key.Key_F9)
    until = (now - timedelta(hours=1)).strftime("%Y-%m-%d %H:%M")
    assert told == f"LX 000 000 014 CN could be voided until {until}: reprint it (F6), or claim it back from POST"
    assert labels(shelf)[0].state is LabelState.VALID


def test_without_a_label_nothing_is_voided(support: Support, shelf: House) -> None:
    order = shelf.order("MUG", source_id="A-1")
    support.open(order)
    assert support.told(Key.Key_F9) == "Order A-1 has no label to void"


def test_leaving_the_question_changes_nothing(support: Support, shelf: House) -> None:
    order, _ = packed(shelf)
    support.open(order)
    support.ask(Key.Key_F9)
    support.ask(Key.Key_3)
    support.person.wait(lambda: "Why is it voided?" in support.ask())
    support.press(Key.Key_Escape)
    support.person.wait(lambda: not support.work.dialogs.is_open)
    assert labels(shelf)[0].state is LabelState.VALID
