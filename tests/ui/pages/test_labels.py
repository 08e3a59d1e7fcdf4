"""The labels page: the queue, the picture of what is printed, reprints, and what nobody knows until somebody looks."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from app.domain.barcode import group, make_label_code
from app.domain.states import JobState
from app.operations.orders import request_cancel
from app.operations.print_queue import TEST, pause_queue, queue_file, resume_queue
from app.queries.print_queues import paused_queues
from db.parcels import PrintJob
from printing.interpreter import render
from tests.factories import LEAD, Hands, House
from tests.ui.conftest import Person
from ui.fonts import mono_font
from ui.pages import page as page_module
from ui.pages.labels import LabelsPage
from ui.pages.order_detail import OrderDetailView
from ui.theme import px
from ui.widgets.paged_table import PADDING
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
    from app.operations.print_queue import note_wait

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


def test_an_empty_group_shows_no_label(desk: Desk) -> None:
    desk.label(number="ORD-1")
    desk.open()
    assert desk.shown == ("ORD-1", 1)
    desk.press(Key.Key_F3)
    assert desk.rows() == []
    assert not desk.page.detail.isVisible()


@pytest.mark.parametrize(("width", "height", "scale"), [(1366, 768, 1.0), (1920, 1080, 1.0), (1366, 768, 1.5)])
def test_the_longest_numbers_are_read_in_every_size(desk: Desk, width: int, height: int, scale: float) -> None:
    desk.label(number="302-1002368-2005824")
    desk.open()
    desk.person.window.resize(width, height)
    desk.work.use_settings(replace(desk.work.settings, text_scale=scale))
    desk.person.wait(lambda: desk.page.width() > width - 100 * scale and desk.person.settled())
    table = desk.page.table
    metrics = QFontMetrics(mono_font(px("body", scale)))
    wide = metrics.horizontalAdvance("302-1002368-2005824")
    desk.person.wait(lambda: table.columnWidth(0) - 2 * PADDING >= wide)
    assert not any(table.isColumnHidden(number) for number in (0, 2, 3, 7))
    widths = sum(table.columnWidth(at) for at in range(table.model().columnCount()) if not table.isColumnHidden(at))
    assert widths <= table.viewport().width() + 1
    view = desk.page.detail
    assert view._copy.isVisible() is (scale == 1.0)  # the picture is below where there is little room
    inside = view.preview.mapTo(view, QPoint(0, 0))
    assert (inside.y() < 50) is (scale == 1.0)
    # nothing is cut: the chip of the state has the room it asks for
    assert view._state.width() >= view._state.sizeHint().width()


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
    assert min(greys) <= 1
    assert max(greys) == 7


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


def test_a_test_label_is_called_one(desk: Desk) -> None:
    desk.house.store.write(queue_file, LEAD, "BENCH-1", b"^XA^FO50,50^GB9,9,9^FS^XZ", what_for=TEST)
    desk.open()
    assert desk.rows()[0][0] == "Test label"
    assert desk.rows()[0][6] == ""  # it is no reprint
    assert desk.shown == ("", 1)
    assert "Test label" in desk.page.detail.texts()
    assert "Printed to try the printer" in desk.page.detail.texts()


# the box is closed already


@pytest.fixture
def second_copy(desk: Desk) -> str:
    """A closed parcel whose label was reprinted and has come out; its code."""
    order = desk.house.picked("MUG", source_id="ORD-1")
    desk.hands.scan(desk.house.tote_of(order), "MUG-EAN")
    desk.house.printed()
    code = desk.hands.parcel.code
    assert desk.hands.scan(desk.hands.square) == "closed"
    desk.open()
    assert desk.rows()[0][3] == "On the box"
    desk.ask(Key.Key_F6)
    desk.told(Key.Key_3)
    desk.house.printed()
    desk.person.wait(lambda: desk.rows()[0][3] == "Printed, scan it")
    assert desk.rows()[1][3] == "Replaced"
    return code


def test_a_reprint_for_a_closed_box_is_confirmed_by_its_scan(desk: Desk, second_copy: str) -> None:
    heard: list[str] = []
    desk.work.sounds.played.connect(heard.append)
    desk.scan(make_label_code(second_copy, 2))
    desk.person.wait(lambda: desk.rows()[0][3] == "On the box")
    assert desk.work.dialogs.notice == "Copy 2 of order ORD-1 is on its box"
    assert heard == ["complete"]
    assert desk.shown == ("ORD-1", 2)
    assert desk.page.detail.situation == "Printed and scanned back from its box"


def test_the_page_says_that_it_waits_for_the_scan(desk: Desk, second_copy: str) -> None:
    desk.press(Key.Key_Up)
    assert desk.shown == ("ORD-1", 2)
    assert desk.page.detail.situation == (
        "Printed: put copy 2 on its box and scan its square code here to confirm it"
    )
    assert desk.page.asks_for == ("scan", make_label_code(second_copy, 2))


def test_what_does_not_tell_copies_apart_confirms_none(desk: Desk, second_copy: str) -> None:
    desk.scan(desk.house.one(tracking_of("ORD-1")))
    assert desk.work.dialogs.notice == "Two copies exist: scan the square code, it must say copy 2"
    desk.scan(make_label_code(second_copy, 1))
    assert desk.work.dialogs.notice == "Old label: copy 1 was replaced by copy 2, throw it away"
    assert desk.rows()[0][3] == "Printed, scan it"


def test_a_label_of_an_open_parcel_is_the_benchs(desk: Desk) -> None:
    order = desk.label(number="ORD-1")
    desk.open()
    desk.scan(make_label_code(desk.code, 1))
    assert desk.page.detail.situation == "Printed: scan it at the bench to close its parcel"
    assert desk.jobs(order) == [(1, JobState.PRINTED, None)]


def test_all_copies_and_attempts_are_told(desk: Desk) -> None:
    order = desk.label(JobState.UNCERTAIN, "not_counted", number="ORD-1")
    desk.open()
    desk.told(Key.Key_F7)
    desk.ask(Key.Key_F6)
    desk.told(Key.Key_3)
    desk.house.printed()
    desk.person.wait(lambda: any("Copy 2  ■  Printed" in text for text in desk.page.detail.texts()))
    texts = desk.page.detail.texts()
    assert "Copy 1  –  Replaced" in texts
    assert "Replaces copy 1: lost" in texts
    assert "lost" not in texts
    assert "settled by a person" in texts
    assert "!  Uncertain" in texts  # the attempt stays what it was
    assert "it did not count the label, look whether it came out" in texts
    assert desk.page.detail.situation == "Copy 2 has replaced this one: throw it away"
    assert [row[3] for row in desk.rows()] == ["Printed, scan it", "Replaced"]
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


def test_enter_takes_no_reason_that_nobody_has_read(desk: Desk) -> None:
    order = desk.label()
    desk.open()
    desk.ask(Key.Key_F6)
    desk.person.press(Key.Key_Return)
    assert "Choose by its digit" in desk.ask()
    assert len(desk.jobs(order)) == 1
    desk.told(Key.Key_2)
    assert desk.jobs(order)[1][2] == "blurred"


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
    desk.label(number="ORD-2")
    desk.label(JobState.UNCERTAIN, "not_counted", number="ORD-3")
    desk.open()
    desk.press(Key.Key_F3, Key.Key_F3, Key.Key_Down)
    assert desk.shown == ("ORD-1", 1)
    assert desk.page.detail.situation == "Look at the printer: did copy 1 come out? F7 yes, F8 no"
    assert desk.told(Key.Key_F7) == "Copy 1 of order ORD-1 is noted as printed"
    assert desk.jobs(order) == [(1, JobState.PRINTED, None)]
    # it has left the group, and is shown all the same
    desk.person.wait(lambda: [row[0] for row in desk.rows()] == ["ORD-3"])
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
    assert desk.told(Key.Key_2) == "Copy 1 of order ORD-1: copy 2 comes out at BENCH-1"
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


# which was the last


def states(desk: Desk, *orders: int) -> list[list[JobState]]:
    return [[state for _, state, _ in desk.jobs(order)] for order in orders]


PRINTED, UNCERTAIN, FAILED, QUEUED = JobState.PRINTED, JobState.UNCERTAIN, JobState.FAILED, JobState.QUEUED


@pytest.fixture
def doubtful(desk: Desk) -> list[int]:
    """Four orders whose labels are uncertain at one printer; the second is shown."""
    orders = [desk.label(UNCERTAIN, "no_proof", number=f"ORD-{n}") for n in (1, 2, 3, 4)]
    desk.open()
    desk.press(Key.Key_Down, Key.Key_Down)
    assert desk.shown == ("ORD-2", 1)
    return orders


def test_f7_asks_whether_it_was_the_last(desk: Desk, doubtful: list[int]) -> None:
    asked = desk.ask(Key.Key_F7)
    assert "Copy 1 of order ORD-2 came out. Was it the last?" in asked
    assert "4 labels of this printer are uncertain" in asked
    said = [button.accessibleName() for button in desk.person.window.findChildren(QPushButton) if button.isVisible()]
    assert "Only this one came out, as far as I know" in said
    assert "The last: 1 before it too, 2 after it get another copy" in said
    assert desk.told(Key.Key_2) == "Noted as printed: 2, another copy comes out: 2"
    assert states(desk, *doubtful) == [[PRINTED], [PRINTED], [FAILED, QUEUED], [FAILED, QUEUED]]


def test_enter_never_says_that_it_was_the_last(desk: Desk, doubtful: list[int]) -> None:
    desk.ask(Key.Key_F7)
    for _ in range(4):
        desk.person.press(Key.Key_Tab)
        focus = desk.person.window.focusWidget()
        assert focus is not None
        assert not focus.accessibleName().startswith("The last")
    desk.person.press(Key.Key_Escape)
    desk.person.wait(lambda: not desk.work.dialogs.is_open)
    desk.ask(Key.Key_F7)
    assert desk.told(Key.Key_Return) == "Copy 1 of order ORD-2 is noted as printed"
    assert states(desk, *doubtful) == [[UNCERTAIN], [PRINTED], [UNCERTAIN], [UNCERTAIN]]


def test_the_square_code_of_a_doubtful_label_asks_the_same(desk: Desk, doubtful: list[int]) -> None:
    code = desk.house.one(parcel_code("ORD-4"))
    desk.person.scan(make_label_code(code, 1))
    assert "Copy 1 of order ORD-4 came out" in desk.ask()
    desk.person.scan(make_label_code(code, 1))  # a trigger pulled twice answers nothing
    assert "Answer this question first" in desk.ask()
    desk.told(Key.Key_2)
    assert states(desk, *doubtful) == [[PRINTED]] * 4
    assert desk.shown == ("ORD-4", 1)


def test_the_barcode_says_that_this_one_came_out(desk: Desk, doubtful: list[int]) -> None:
    desk.person.scan("XXPRINTED")
    desk.ask()
    desk.person.scan("XXPRINTED")
    desk.person.wait(lambda: states(desk, *doubtful) == [[UNCERTAIN], [PRINTED], [UNCERTAIN], [UNCERTAIN]])


def test_the_scan_of_the_only_doubtful_label_proves_it(desk: Desk) -> None:
    order = desk.label(UNCERTAIN, "no_proof", number="ORD-1")
    code = desk.code
    desk.open()
    desk.scan(make_label_code(code, 1))
    assert states(desk, order) == [[PRINTED]]
    assert desk.work.dialogs.notice == "Copy 1 of order ORD-1 is noted as printed"
    assert desk.page.detail.situation == "Printed: scan it at the bench to close its parcel"


def test_files_are_told_apart_from_labels_that_are_copied(desk: Desk) -> None:
    order = desk.label(UNCERTAIN, number="ORD-1")
    desk.house.store.write(queue_file, LEAD, "BENCH-1", b"^XA^FDx^XZ")
    desk.house.printed(outcome=UNCERTAIN)
    desk.open()
    desk.press(Key.Key_Down)
    assert desk.shown == ("ORD-1", 1)
    desk.ask(Key.Key_F7)
    assert desk.told(Key.Key_2) == "Noted as printed: 1, another copy comes out: 0, files to print again: 1"
    assert states(desk, order) == [[PRINTED]]


def parcel_code(order: str) -> object:
    from sqlalchemy import select

    from db.orders import Order
    from db.parcels import Parcel

    return select(Parcel.code).join(Order, Order.id == Parcel.order_id).where(Order.source_id == order)


# the queue


def test_f4_pauses_the_queue_loudly_and_lets_it_go_on(desk: Desk) -> None:
    desk.label(None, number="ORD-1")
    desk.open()
    banner, top = desk.page._banner, desk.page.table.mapTo(desk.page, QPoint(0, 0))
    assert banner.property("role") in (None, "")
    assert desk.told(Key.Key_F4) == "BENCH-1 is paused: what the printer has already is still printed"
    desk.person.wait(lambda: banner.property("outcome") == "attention")
    desk.person.wait(desk.person.settled)
    since = desk.house.store.read(paused_queues)[0].since
    said = desk.page._paused.whole()
    assert said == f"BENCH-1 is paused since {desk.work.words.time(since)}, 1 waiting: F4 lets it go on"
    assert banner.y() < top.y()
    assert desk.page.table.mapTo(desk.page, QPoint(0, 0)) == top  # nothing has moved
    assert desk.page._heads.whole() == ""
    assert desk.rows()[0][4] == "the queue is paused: let it go on"
    assert desk.house.claim() is None
    assert desk.told(Key.Key_F4) == "BENCH-1 prints again"
    desk.person.wait(lambda: not desk.page._paused.isVisible())
    assert desk.page._heads.whole() == "BENCH-1: 1 waiting"
    assert desk.page.total.isVisible()
    assert desk.house.claim() is not None


def test_f4_means_this_station_where_no_label_is_chosen(desk: Desk) -> None:
    desk.open()
    desk.told(Key.Key_F4)
    assert [paused.queue for paused in desk.house.store.read(paused_queues)] == ["BENCH-1"]
    desk.person.wait(lambda: "BENCH-1 is paused" in desk.page._paused.whole())


def test_f4_means_the_queue_of_the_chosen_label(desk: Desk) -> None:
    desk.house.store.write(queue_file, LEAD, "BENCH-2", b"^XA^FO50,50^GB9,9,9^FS^XZ")
    desk.house.store.write(pause_queue, desk.house.picker, "BENCH-3")
    desk.open()
    desk.told(Key.Key_F4)
    desk.person.wait(lambda: "BENCH-2" in desk.page._paused.whole())
    assert desk.page._paused.whole().endswith("1 waiting: F4 lets it go on · also paused: BENCH-3")
    desk.house.store.write(resume_queue, LEAD, "BENCH-2")
    desk.person.wait(lambda: desk.page._paused.whole().endswith("by Pia, 0 waiting"))  # F9 lets it go on


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
    assert "Print 3 at BENCH-2?" in desk.ask()
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
    assert desk.page.prompt() == "扫描面单、订单或周转箱"


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
