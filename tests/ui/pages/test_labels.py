"""The labels page: the queue, the picture of what is printed, reprints, and what nobody knows until somebody looks."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from app.domain.barcode import group, make_label_code
from app.domain.states import JobState
from app.operations.labels import queue_file
from app.operations.orders import request_cancel
from db.parcels import PrintJob
from printing.interpreter import render
from tests.factories import LEAD, Hands, House
from tests.ui.conftest import Person
from ui.pages import page as page_module
from ui.pages.labels import LabelsPage
from ui.pages.order_detail import OrderDetailView
from ui.widgets.preview import Preview

Key = Qt.Key


@pytest.fixture
def page_names() -> tuple[str, ...]:
    """Only what is tested here, for speed."""
    return ("labels", "orders")


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_module, "THROTTLE_MS", 5)


class Desk:
    """Somebody at the labels page, and a bench that makes labels."""

    def __init__(self, person: Person, house: House) -> None:
        self.person, self.house, self.work = person, house, person.work
        self.hands: Hands = house.hands()
        page = person.window.pages["labels"]
        assert isinstance(page, LabelsPage)
        self.page = page

    def label(self, outcome: JobState | None = JobState.PRINTED, reason: str | None = None, number: str = "") -> int:
        """A label of a new order that the printer of BENCH-1 has dealt with (None: not yet); the order."""
        order = self.house.picked("MUG", **({"source_id": number} if number else {}))
        self.hands.scan(self.house.tote_of(order), "MUG-EAN")
        if outcome is not None:
            self.house.printed(outcome=outcome, reason=reason)
        self.code, self.tracking = self.hands.parcel.code, self.hands.parcel.tracking or ""
        self.hands.scan("XXHOLD")
        return order

    def open(self) -> None:
        self.person.go("labels")

    def press(self, *keys: Qt.Key) -> None:
        for key in keys:
            self.person.press(key)
            self.person.wait(lambda: self.person.settled() or self.work.dialogs.is_open)

    def ask(self, *keys: Qt.Key) -> str:
        """Press keys until a question stands there; its words."""
        for key in keys:
            self.person.press(key)
        self.person.wait(lambda: self.work.dialogs.is_open)
        question = [w for w in self.person.window.findChildren(QWidget) if w.objectName() == "question"][-1]
        return " | ".join(label.text() for label in question.findChildren(QLabel) if label.text())

    def told(self, *keys: Qt.Key) -> str:
        """Press keys and wait for a notice."""
        self.work.dialogs._notice.hide()
        for key in keys:
            self.person.press(key)
        self.person.wait(lambda: self.work.dialogs.notice and not self.work.dialogs.is_open)
        self.person.wait(self.person.settled)
        return self.work.dialogs.notice

    def scan(self, code: str) -> None:
        self.person.scan(code)
        self.person.wait(self.person.settled)

    def rows(self) -> list[list[str]]:
        """What the list says, by columns."""
        model = self.page.model
        columns = range(model.columnCount())
        return [[str(model.index(row, at).data()) for at in columns] for row in range(model.rowCount())]

    @property
    def shown(self) -> tuple[str, int]:
        """Order and copy of the label that is shown."""
        self.person.wait(self.person.settled)
        job = self.page.detail.job
        assert job is not None
        assert self.page.detail.isVisible()
        return job.job.order or "", job.job.copy

    def jobs(self, order: int) -> list[tuple[int, JobState, str | None]]:
        return [(job.copy, job.state, job.reprint_reason) for job in self.house.jobs(order)]


@pytest.fixture
def desk(person: Person, house: House) -> Desk:
    return Desk(person, house)


# the queue


def test_without_labels_it_says_when_there_will_be_one(desk: Desk) -> None:
    desk.open()
    said = [label.text() for label in desk.page.findChildren(QLabel) if label.isVisible()]
    assert "No labels yet" in said
    assert not desk.page.detail.isVisible()
    assert desk.told(Key.Key_F6) == "Choose a label in the list first"


def test_a_row_says_state_reason_and_queue_and_what_is_uncertain_stands_out(desk: Desk) -> None:
    desk.label(JobState.FAILED, "printer_silent", number="ORD-1")
    desk.label(JobState.UNCERTAIN, "not_counted", number="ORD-2")
    desk.label(None, number="ORD-3")
    desk.open()
    rows = desk.rows()
    assert [row[0] for row in rows] == ["ORD-3", "ORD-2", "ORD-1"]
    assert rows[1][1] == group(desk.house.one(tracking_of("ORD-2")))
    assert [row[3] for row in rows] == ["To print", "! Uncertain", "✗ Not printed"]
    assert rows[1][4] == "it did not count the label, look whether it came out"
    assert rows[1][5] == "BENCH-1"
    cells = desk.page.model.cells(1)
    assert cells is not None
    assert cells[3].chip == desk.work.theme.attention
    tabs = desk.page.tabs
    assert [tabs.shown_count(name) for name in ("all", "waiting", "uncertain", "failed")] == ["3", "1", "! 1", "! 1"]


def tracking_of(order: str) -> object:
    from sqlalchemy import select

    from db.orders import Order
    from db.parcels import Label, Parcel

    return (
        select(Label.tracking)
        .join(Parcel, Parcel.id == Label.parcel_id)
        .join(Order, Order.id == Parcel.order_id)
        .where(Order.source_id == order)
    )


def test_f3_goes_through_the_groups(desk: Desk) -> None:
    desk.label(JobState.UNCERTAIN, number="ORD-2")
    desk.label(None, number="ORD-1")
    desk.open()
    seen = []
    for _ in range(4):
        desk.press(Key.Key_F3)
        seen.append((desk.page.tabs.current, [row[0] for row in desk.rows()]))
    assert seen == [("waiting", ["ORD-1"]), ("uncertain", ["ORD-2"]), ("failed", []), ("all", ["ORD-1", "ORD-2"])]


def test_the_queue_says_what_its_printer_waits_for(desk: Desk) -> None:
    from app.operations.labels import note_wait

    desk.label(None)
    desk.house.store.write(note_wait, "BENCH-1", "paper_out")
    desk.open()
    assert desk.page._heads.whole() == "BENCH-1: 1 waiting, paper is out, load a roll"
    assert "paper is out, load a roll" in desk.page.detail.situation
    desk.work.words.switch("zh")
    assert "等待 1 张" in desk.page._heads.whole()


def test_f2_finds_by_order_tracking_and_parcel(desk: Desk) -> None:
    desk.label(number="ORD-1")
    code, tracking = desk.code, desk.tracking
    desk.label(number="ORD-2")
    desk.open()
    for text in ("ORD-1", tracking[:-3], code):
        desk.press(Key.Key_F2)
        desk.person.type(text)
        desk.person.wait(lambda: [row[0] for row in desk.rows()] == ["ORD-1"])
        desk.press(Key.Key_Return)
        assert desk.shown == ("ORD-1", 1)


def test_when_nothing_is_found_nothing_can_be_reprinted(desk: Desk) -> None:
    desk.label(number="ORD-1")
    desk.open()
    desk.press(Key.Key_F2)
    desk.person.type("Z-9")
    desk.person.wait(lambda: desk.rows() == [])
    desk.person.wait(desk.person.settled)
    assert not desk.page.detail.isVisible()
    assert desk.told(Key.Key_F6) == "Choose a label in the list first"


# what is printed


def test_the_preview_is_what_the_printer_prints(desk: Desk) -> None:
    order = desk.label(number="ORD-1")
    desk.open()
    assert desk.shown == ("ORD-1", 1)
    (job,) = desk.house.jobs(order)
    (page,) = render(job.payload, job.dpi)
    (image,) = desk.page.detail.preview.images
    assert (image.width(), image.height()) == page.image.size
    assert dots(image) == page.image.convert("L").tobytes()
    assert desk.page.detail.preview.text() == "102 × 153 mm, 203 dpi"
    assert "Copy 1" in desk.page.detail.texts()
    # and it is painted: dark bars on white paper
    paper = desk.page.detail.preview.paper.grab().toImage()
    greys = {QImage.pixelColor(paper, x, paper.height() // 2).lightness() // 32 for x in range(paper.width())}
    assert greys >= {0, 7}


def dots(image: QImage) -> bytes:
    lines: list[memoryview] = [image.constScanLine(line) for line in range(image.height())]  # type: ignore[misc]
    return b"".join(bytes(line[: image.width()]) for line in lines)


def test_the_picture_follows_the_row(desk: Desk) -> None:
    desk.label(number="ORD-1")
    desk.label(number="ORD-2")
    desk.open()
    assert desk.shown == ("ORD-2", 1)
    before = desk.page.detail.preview.images[0]
    desk.press(Key.Key_Down)
    assert desk.shown == ("ORD-1", 1)
    assert dots(desk.page.detail.preview.images[0]) != dots(before)


def preview_says(preview: Preview, text: str) -> bool:
    return preview.text().startswith(text)


def test_a_file_with_several_labels_is_looked_through(desk: Desk) -> None:
    zpl = b"".join(b"^XA^FO50,50^GB%d,100,10^FS^XZ" % width for width in (100, 200, 300))
    desk.house.store.write(queue_file, LEAD, "BENCH-1", zpl, 3)
    desk.open()
    preview = desk.page.detail.preview
    assert desk.rows()[0][0] == "File"
    assert desk.shown == ("", 1)
    assert preview.text().startswith("Label 1 of 3 · ")
    preview.setFocus()
    for page in ("2", "3", "3"):
        QTest.keyClick(desk.person.window.windowHandle(), Key.Key_Right)
        desk.person.wait(partial(preview_says, preview, f"Label {page} of 3"))
    assert desk.told(Key.Key_F6).startswith("A file has no label of its own")


def test_all_copies_and_attempts_are_told(desk: Desk) -> None:
    order = desk.label(JobState.UNCERTAIN, "not_counted", number="ORD-1")
    desk.open()
    desk.told(Key.Key_F7)
    desk.ask(Key.Key_F6)
    desk.told(Key.Key_3)
    desk.house.printed()
    desk.person.wait(lambda: any("Copy 2  ■  Printed" in text for text in desk.page.detail.texts()))
    texts = desk.page.detail.texts()
    assert any("Copy 1  ■  Printed" in text for text in texts)
    assert "lost" in texts
    assert "settled by a person" in texts
    assert "!  Uncertain" in texts  # the attempt stays what it was
    assert "it did not count the label, look whether it came out" in texts
    assert desk.page.detail.situation == "Copy 2 has replaced this one"
    assert order


# reprinting


def test_a_reprint_has_a_reason_and_the_label_stays_chosen(desk: Desk) -> None:
    desk.label(number="ORD-1")
    order = desk.label(number="ORD-2")
    desk.label(number="ORD-3")
    desk.open()
    desk.press(Key.Key_Down)
    assert desk.shown == ("ORD-2", 1)
    assert group(desk.house.one(tracking_of("ORD-2"))) in desk.ask(Key.Key_F6)
    desk.told(Key.Key_1)
    assert desk.jobs(order) == [(1, JobState.PRINTED, None), (2, JobState.QUEUED, "torn")]
    assert desk.house.jobs(order)[1].queue == "BENCH-1"
    desk.person.wait(lambda: len(desk.rows()) == 4)
    assert desk.rows()[0][0] == "ORD-2"
    assert desk.rows()[0][6] == "torn"
    assert desk.shown == ("ORD-2", 1)
    assert desk.page.table.current.order == "ORD-2"


def test_a_reason_may_be_scanned_or_typed_and_none_is_no_reprint(desk: Desk) -> None:
    order = desk.label()
    desk.open()
    desk.person.scan("XXREPRINT")
    desk.person.wait(lambda: desk.work.dialogs.is_open)
    desk.person.scan("XXBLURRED")
    desk.person.wait(lambda: len(desk.jobs(order)) == 2)
    assert desk.jobs(order)[1] == (2, JobState.QUEUED, "blurred")
    desk.house.printed()
    desk.person.wait(desk.person.settled)
    desk.ask(Key.Key_F6)
    desk.ask(Key.Key_4)
    desk.person.wait(lambda: "Reason in your own words" in desk.ask())
    desk.person.type("wet")
    desk.press(Key.Key_Return)
    desk.person.wait(lambda: len(desk.jobs(order)) == 3)
    assert desk.jobs(order)[2] == (3, JobState.QUEUED, "wet")
    desk.house.printed()
    desk.person.wait(desk.person.settled)
    desk.ask(Key.Key_F6)
    desk.press(Key.Key_Escape)
    desk.person.wait(lambda: not desk.work.dialogs.is_open)
    assert len(desk.jobs(order)) == 3


def test_a_void_label_is_told_and_not_reprinted(desk: Desk) -> None:
    order = desk.label(number="ORD-1")
    desk.house.store.write(request_cancel, LEAD, order, "")
    desk.hands.scan("ORD-1")
    desk.open()
    assert "⊘  Void" in desk.page.detail.texts()
    desk.ask(Key.Key_F6)
    assert desk.told(Key.Key_1).startswith("The label of parcel")


# settling


def test_f7_says_that_it_came_out(desk: Desk) -> None:
    order = desk.label(JobState.UNCERTAIN, "not_counted", number="ORD-1")
    desk.label(JobState.UNCERTAIN, "not_counted", number="ORD-2")
    desk.open()
    desk.press(Key.Key_F3, Key.Key_F3, Key.Key_Down)
    assert desk.shown == ("ORD-1", 1)
    assert desk.page.detail.situation == "Look at the printer: did copy 1 come out? F7 yes, F8 no"
    assert desk.told(Key.Key_F7) == "Copy 1 of order ORD-1 is noted as printed"
    assert desk.jobs(order) == [(1, JobState.PRINTED, None)]
    # it has left the group, and is shown all the same
    desk.person.wait(lambda: [row[0] for row in desk.rows()] == ["ORD-2"])
    assert desk.shown == ("ORD-1", 1)
    assert desk.told(Key.Key_F7) == "No label of this parcel is uncertain"


def test_f8_prints_the_next_copy_after_a_question(desk: Desk) -> None:
    order = desk.label(JobState.UNCERTAIN, "not_counted", number="ORD-1")
    desk.open()
    asked = desk.ask(Key.Key_F8)
    assert "Copy 1 of order ORD-1 did not come out?" in asked
    assert "The next copy is printed at BENCH-1 at once" in asked
    desk.press(Key.Key_Return)  # the first answer
    desk.person.wait(lambda: not desk.work.dialogs.is_open)
    assert desk.jobs(order) == [(1, JobState.UNCERTAIN, None)]
    desk.ask(Key.Key_F8)
    assert desk.told(Key.Key_2) == "Copy 2 of order ORD-1 comes out at BENCH-1"
    assert desk.jobs(order) == [(1, JobState.FAILED, None), (2, JobState.QUEUED, "not_out")]
    assert desk.shown == ("ORD-1", 1)


def test_settling_by_scan(desk: Desk) -> None:
    first = desk.label(JobState.UNCERTAIN, number="ORD-1")
    desk.open()
    desk.person.scan("XXPRINTED")
    desk.person.wait(lambda: desk.jobs(first) == [(1, JobState.PRINTED, None)])
    second = desk.label(JobState.UNCERTAIN, number="ORD-2")
    desk.scan("ORD-2")
    desk.person.scan("xxnotout")
    desk.person.wait(lambda: desk.work.dialogs.is_open)
    desk.press(Key.Key_2)
    desk.person.wait(lambda: len(desk.jobs(second)) == 2)


def test_the_uncertain_copy_is_settled_whichever_copy_is_shown(desk: Desk) -> None:
    order = desk.label(number="ORD-1")
    desk.open()
    desk.ask(Key.Key_F6)
    desk.told(Key.Key_1)
    desk.house.printed(outcome=JobState.UNCERTAIN, reason="not_counted")
    desk.person.wait(lambda: desk.page.tabs.shown_count("uncertain") == "! 1")
    assert desk.shown == ("ORD-1", 1)
    assert desk.told(Key.Key_F7) == "Copy 2 of order ORD-1 is noted as printed"
    assert desk.jobs(order)[1][1] is JobState.PRINTED


# scans


def test_a_scan_finds_its_label(desk: Desk) -> None:
    desk.label(number="ORD-1")
    code, tracking = desk.code, desk.tracking
    desk.label(number="ORD-2")
    desk.open()
    desk.press(Key.Key_F3)  # a group in which it is not
    for scanned in (tracking, code, make_label_code(code, 1), "ORD-1"):
        desk.scan(scanned)
        assert desk.shown == ("ORD-1", 1)
        assert desk.page.tabs.current == "all"
        desk.scan("ORD-2")
        assert desk.shown == ("ORD-2", 1)


def test_a_square_code_finds_its_own_copy(desk: Desk) -> None:
    desk.label(number="ORD-1")
    code = desk.code
    desk.open()
    desk.ask(Key.Key_F6)
    desk.told(Key.Key_1)
    desk.scan(make_label_code(code, 2))
    assert desk.shown == ("ORD-1", 2)
    assert desk.page.table.current.copy == 2
    desk.scan(make_label_code(code, 1))
    assert desk.shown == ("ORD-1", 1)


def test_a_tote_finds_the_label_of_its_order(desk: Desk) -> None:
    desk.label(number="ORD-1")
    order = desk.house.picked("PEN", source_id="ORD-2")
    desk.label(number="ORD-3")
    desk.open()
    tote = desk.house.tote_of(order)
    desk.hands.scan(tote, "PEN-EAN")
    desk.scan(tote)
    assert desk.shown == ("ORD-2", 1)


def test_a_code_that_nobody_knows_changes_nothing(desk: Desk) -> None:
    desk.label(number="ORD-1")
    desk.open()
    desk.work.dialogs._notice.hide()
    desk.person.scan("NOBODY-KNOWS-THIS")
    desk.person.wait(lambda: desk.work.dialogs.notice)
    assert desk.work.dialogs.notice == "Nothing here has the code NOBODY-KNOWS-THIS"
    assert desk.shown == ("ORD-1", 1)
    assert len(desk.rows()) == 1


# the rest


def test_enter_opens_the_order(desk: Desk) -> None:
    desk.label(number="ORD-1")
    desk.open()
    desk.press(Key.Key_Return)
    desk.person.wait(lambda: desk.person.window.page is desk.person.window.pages["orders"])
    view = desk.person.window.findChild(OrderDetailView)
    assert isinstance(view, OrderDetailView)
    desk.person.wait(view.isVisible)
    assert "ORD-1" in view.texts()


def test_everything_is_said_in_chinese_too(desk: Desk) -> None:
    desk.label(JobState.UNCERTAIN, "not_counted", number="ORD-1")
    desk.open()
    assert desk.shown == ("ORD-1", 1)
    desk.work.words.switch("zh")
    assert desk.rows()[0][3] == "! 待确认"
    assert desk.page.detail.situation == "请查看打印机：第 1 份打出来了吗？F7 是，F8 否"
    assert "第 1 份" in desk.page.detail.texts()
    assert desk.page.detail.preview.text() == "102 × 153 毫米，203 dpi"
    assert desk.page.prompt() == "扫描面单、订单或周转箱，即可找到面单"


def test_f5_sorts_by_what_a_person_must_look_at(desk: Desk) -> None:
    desk.label(number="ORD-1")
    desk.label(JobState.UNCERTAIN, number="ORD-2")
    desk.label(number="ORD-3")
    desk.open()
    desk.ask(Key.Key_F5)
    desk.press(Key.Key_1)
    desk.person.wait(lambda: [row[0] for row in desk.rows()] == ["ORD-2", "ORD-1", "ORD-3"])


def test_a_new_label_comes_by_itself(desk: Desk) -> None:
    desk.label(number="ORD-1")
    desk.open()
    desk.label(number="ORD-2")
    desk.person.wait(lambda: [row[0] for row in desk.rows()] == ["ORD-2", "ORD-1"])
    assert desk.shown == ("ORD-1", 1)
    assert desk.house.count(PrintJob) == 2
