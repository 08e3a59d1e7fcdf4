"""What people do with the queues of labels: pause, let go on, take back, move."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QPushButton

from app.domain.states import JobState
from app.operations.print_queue import pause_queue, queue_file, resume_queue
from app.queries.print_queues import paused_queues
from tests.factories import LEAD
from tests.ui.pages.label_desk import Desk, states

Key = Qt.Key
PAGES = ("labels",)
PRINTED, QUEUED = JobState.PRINTED, JobState.QUEUED


def test_the_queue_says_what_its_printer_waits_for(desk: Desk) -> None:
    from app.operations.print_queue import note_wait

    desk.label(None)
    desk.house.store.write(note_wait, "BENCH-1", "paper_out")
    desk.open()
    assert desk.page.queues.heads == "BENCH-1: 1 waiting, paper is out, load a roll"
    assert "paper is out, load a roll" in desk.page.detail.situation
    desk.told(Key.Key_F4)
    both = "Paused: F4 lets it go on\nPrinter: paper is out, load a roll"  # F4 alone would print nothing
    desk.person.wait(lambda: desk.page.detail.situation == both)
    desk.told(Key.Key_F4)
    desk.person.wait(lambda: desk.page.queues.heads and desk.person.settled())
    desk.work.words.switch("zh")
    assert "等待 1 张" in desk.page.queues.heads


def test_f4_pauses_the_queue_loudly_and_lets_it_go_on(desk: Desk) -> None:
    desk.label(None, number="ORD-1")
    desk.open()
    banner, top = desk.page.queues, desk.page.table.mapTo(desk.page, QPoint(0, 0))
    assert banner.property("role") in (None, "")
    assert banner.key == "F4 pauses BENCH-1"
    assert desk.told(Key.Key_F4) == "BENCH-1 is paused: what the printer has already is still printed"
    desk.person.wait(lambda: banner.property("outcome") == "attention")
    desk.person.wait(desk.person.settled)
    since = desk.house.store.read(paused_queues)[0].since
    assert banner.paused == f"BENCH-1 paused since {desk.work.words.time(since)}, 1 waiting"
    assert banner.key == "F4 lets BENCH-1 go on"
    assert banner.y() < top.y()
    assert desk.page.table.mapTo(desk.page, QPoint(0, 0)) == top  # nothing has moved
    assert desk.page.queues.heads == ""
    assert desk.rows()[0][4] == "queue paused"
    assert desk.house.claim() is None
    assert desk.told(Key.Key_F4) == "BENCH-1 prints again"
    desk.person.wait(lambda: not banner.paused)
    assert desk.page.queues.heads == "BENCH-1: 1 waiting"
    assert desk.page.total.isVisible()
    assert desk.house.claim() is not None


def test_f4_means_this_station_where_no_label_is_chosen(desk: Desk) -> None:
    desk.open()
    desk.told(Key.Key_F4)
    assert [paused.queue for paused in desk.house.store.read(paused_queues)] == ["BENCH-1"]
    desk.person.wait(lambda: "BENCH-1 paused" in desk.page.queues.paused)


def test_f4_means_the_queue_of_the_chosen_label(desk: Desk) -> None:
    desk.house.store.write(queue_file, LEAD, "BENCH-2", b"^XA^FO50,50^GB9,9,9^FS^XZ")
    desk.house.store.write(pause_queue, desk.house.picker, "BENCH-3")
    desk.open()
    desk.told(Key.Key_F4)
    desk.person.wait(lambda: "BENCH-2" in desk.page.queues.paused)
    assert desk.page.queues.paused.endswith("1 waiting · also paused: BENCH-3")
    assert desk.page.queues.key == "F4 lets BENCH-2 go on"
    desk.house.store.write(resume_queue, LEAD, "BENCH-2")
    desk.person.wait(lambda: desk.page.queues.paused.endswith("by Pia, 0 waiting"))  # F9 lets it go on


def test_a_queue_that_was_paused_elsewhere_goes_on_from_here(desk: Desk) -> None:
    desk.label(number="ORD-1")
    desk.house.store.write(pause_queue, LEAD, "BENCH-3")
    desk.open()
    asked = desk.ask(Key.Key_F9)
    assert "The queue of BENCH-1" in asked
    assert desk.told(Key.Key_Return) == "BENCH-3 prints again"
    assert desk.house.store.read(paused_queues) == []


def test_f9_takes_a_copy_back_after_a_question(desk: Desk) -> None:
    order = desk.label(number="ORD-1")
    desk.open()
    desk.ask(Key.Key_F6)
    desk.told(Key.Key_1)
    desk.press(Key.Key_Up)
    assert desk.shown == ("ORD-1", 2)
    assert "The queue of BENCH-1" in desk.ask(Key.Key_F9)
    before = desk.work.dialogs.question_id
    desk.person.press(Key.Key_1)
    desk.person.wait(lambda: desk.work.dialogs.question_id > before)
    assert "1 job is taken out of the queue of BENCH-1" in desk.ask()
    desk.person.press(Key.Key_Return)  # leaves it
    desk.person.wait(lambda: not desk.work.dialogs.is_open)
    assert states(desk, order) == [[PRINTED, QUEUED]]
    desk.ask(Key.Key_F9)
    before = desk.work.dialogs.question_id
    desk.person.press(Key.Key_1)
    desk.person.wait(lambda: desk.work.dialogs.question_id > before)
    assert desk.told(Key.Key_2) == "Copy 2 of order ORD-1 is not printed"
    assert states(desk, order) == [[PRINTED, JobState.CANCELLED]]
    assert desk.told(Key.Key_F9) == "Nothing waits at BENCH-1"


def test_f9_lets_another_station_print_what_waits(desk: Desk) -> None:
    desk.house.store.write(queue_file, LEAD, "BENCH-2", b"^XA^XZ")
    desk.house.printed("BENCH-2")
    desk.house.hands("BENCH-2"), desk.house.hands("BENCH-3")  # of which one has printed before
    orders = [desk.label(None, number=f"ORD-{n}") for n in (1, 2, 3)]
    desk.open()
    desk.ask(Key.Key_F9)  # the first copies of their labels cannot be taken back
    before = desk.work.dialogs.question_id
    desk.person.press(Key.Key_1)
    desk.person.wait(lambda: desk.work.dialogs.question_id > before)
    assert "Where are the labels of BENCH-1 to come out?" in desk.ask()
    said = [button.accessibleName() for button in desk.person.window.findChildren(QPushButton) if button.isVisible()]
    assert [text for text in said if text.startswith("BENCH")] == ["BENCH-2: 0 waiting"]
    before = desk.work.dialogs.question_id
    desk.person.press(Key.Key_1)
    desk.person.wait(lambda: desk.work.dialogs.question_id > before)
    assert "Move 3 to BENCH-2?" in desk.ask()
    assert desk.told(Key.Key_2) == "3 come out at BENCH-2"
    assert [desk.house.jobs(order)[0].queue for order in orders] == ["BENCH-2"] * 3
    assert [desk.house.printed("BENCH-2") for _ in orders] == [desk.house.jobs(order)[0].id for order in orders]


def test_what_waits_stays_where_no_other_station_prints(desk: Desk) -> None:
    desk.label(None, number="ORD-1")
    desk.open()
    said = desk.told(Key.Key_F9)
    assert said == "Nothing can be moved from BENCH-1: no other station has printed yet"


def test_among_many_stations_every_one_has_a_digit(desk: Desk) -> None:
    for number in range(2, 13):
        desk.house.hands(f"BENCH-{number:02}")
        desk.house.store.write(queue_file, LEAD, f"BENCH-{number:02}", b"^XA^XZ")
        desk.house.printed(f"BENCH-{number:02}")
    order = desk.label(None, number="ORD-1")
    desk.open()
    desk.ask(Key.Key_F9)
    for key in (Key.Key_1, Key.Key_9, Key.Key_3):  # move, more stations, the eleventh
        before = desk.work.dialogs.question_id
        desk.person.press(key)
        desk.person.wait(partial(asked_again, desk, before))
    assert desk.told(Key.Key_2) == "1 come out at BENCH-12"
    assert desk.house.jobs(order)[0].queue == "BENCH-12"


def asked_again(desk: Desk, before: int) -> bool:
    return desk.work.dialogs.question_id > before
