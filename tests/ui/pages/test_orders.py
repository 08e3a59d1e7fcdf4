"""The orders page as support uses it: by keys and scans alone."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QLineEdit, QWidget

from app.domain.states import JobState, OrderState
from app.operations.orders import request_cancel
from db.orders import Order
from db.parcels import PrintJob
from tests.factories import LEAD, Hands, House
from tests.ui.conftest import Person
from ui.pages import order_import
from ui.pages import page as page_module
from ui.pages.import_report import ImportReport
from ui.pages.order_detail import OrderDetailView
from ui.pages.orders import OrdersPage

Key = Qt.Key


@pytest.fixture
def page_names() -> tuple[str, ...]:
    """Only what is tested here, for speed."""
    return ("orders",)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_module, "THROTTLE_MS", 5)


class Support:
    """Somebody at the orders page."""

    def __init__(self, person: Person, house: House) -> None:
        page = person.go("orders")
        assert isinstance(page, OrdersPage)
        self.page, self.person, self.house, self.work = page, person, house, person.work

    def press(self, *keys: Qt.Key) -> None:
        for key in keys:
            self.person.press(key)
            self.person.wait(lambda: self.person.settled() or self.work.dialogs.is_open)

    def type(self, text: str) -> None:
        self.person.type(text)
        self.person.wait(lambda: self.person.settled() or self.work.dialogs.is_open)

    def ask(self, *keys: Qt.Key) -> str:
        """Press keys until a question stands there; its words."""
        for key in keys:
            self.person.press(key)
        self.person.wait(lambda: self.work.dialogs.is_open)
        question = self.question()
        return " | ".join(label.text() for label in question.findChildren(QLabel) if label.text())

    def question(self) -> QWidget:
        """The question that is on the screen."""
        return [w for w in self.person.window.findChildren(QWidget) if w.objectName() == "question"][-1]

    def told(self, *keys: Qt.Key) -> str:
        """Press keys and wait for a notice."""
        self.work.dialogs._notice.hide()
        for key in keys:
            self.person.press(key)
        self.person.wait(lambda: self.work.dialogs.notice and not self.work.dialogs.is_open)
        self.person.wait(self.person.settled)
        return self.work.dialogs.notice

    def rows(self) -> list[str]:
        """The order numbers that the list shows."""
        model = self.page.model
        return [str(model.index(row, 0).data()) for row in range(model.rowCount())]

    def row(self, number: int) -> list[str]:
        """All that a row of the list says."""
        model = self.page.model
        return [str(model.index(number, column).data()) for column in range(model.columnCount())]

    def is_open(self) -> bool:
        """Whether an order is open."""
        view = self.page.findChild(OrderDetailView)
        return isinstance(view, OrderDetailView) and view.isVisible()

    @property
    def view(self) -> OrderDetailView:
        """The order that is open."""
        view = self.page.findChild(OrderDetailView)
        assert isinstance(view, OrderDetailView)
        assert view.isVisible()
        return view

    @property
    def report(self) -> ImportReport:
        """The report that is open."""
        report = self.page.findChild(ImportReport)
        assert report is not None
        self.person.wait(report.isVisible)
        return report

    def has_focus(self, widget: QWidget) -> bool:
        """Whether the keys go to a widget."""
        return bool(widget is self.person.window.focusWidget())


@pytest.fixture
def shelf(house: House) -> House:
    for sku in ("MUG", "PEN", "CAP"):
        house.stock(sku, 50)
    return house


@pytest.fixture
def support(person: Person, shelf: House) -> Support:
    return Support(person, shelf)


def packed(house: House, *, outcome: JobState = JobState.PRINTED, **values: object) -> tuple[int, Hands]:
    """An order whose label was sent to the printer of BENCH-1, and who packed it."""
    order = house.picked(("MUG", 2), **values)
    hands = house.hands()
    hands.scan(house.tote_of(order), "MUG-EAN", "MUG-EAN")
    house.printed(outcome=outcome, reason="not_counted" if outcome is JobState.UNCERTAIN else None)
    return order, hands


# the list


def test_without_orders_it_says_what_to_do(support: Support) -> None:
    said = [label.text() for label in support.page.findChildren(QLabel) if label.isVisible()]
    assert "No orders yet" in said
    assert "Import a file of orders with F4, or drop it here" in said
    assert "Import a file" in support.ask(Key.Key_F4)


def test_a_row_says_state_pieces_country_and_how_much_time_is_left(support: Support, shelf: House) -> None:
    now = support.work.feed.store.clock.now()
    shelf.order(("MUG", 2), "PEN", source_id="A-1", ship_by=now + timedelta(minutes=30, seconds=30))
    support.page.refresh()
    support.person.wait(lambda: support.rows() == ["A-1"])
    number, state, pieces, country, shop, due, _, _ = support.row(0)
    assert (number, state, pieces, country, shop) == ("A-1", "Ready", "3", "GB  United Kingdom", "shop")
    assert due.startswith("R ")


def test_the_tabs_count_and_f3_goes_through_them(support: Support, shelf: House) -> None:
    ready = [shelf.order("MUG", source_id=f"R-{number}") for number in range(3)]
    shelf.order("PEN", source_id="I-1", state=OrderState.INCOMPLETE, missing="street,weight")
    shelf.store.write(request_cancel, LEAD, ready[2], "twice")
    tabs = support.page.tabs
    support.person.wait(lambda: tabs.shown_count("cancelled") == "1")
    counts = [tabs.shown_count(name) for name in ("all", "incomplete", "ready", "work", "shipped")]
    assert counts == ["4", "! 1", "2", "0", "0"]
    support.press(Key.Key_F3)
    assert (tabs.current, support.rows()) == ("incomplete", ["I-1"])
    support.press(Key.Key_F3)
    assert (tabs.current, support.rows()) == ("ready", ["R-0", "R-1"])
    for _ in range(5):
        support.press(Key.Key_F3)
    assert (tabs.current, len(support.rows())) == ("all", 4)


def test_an_order_is_found_by_number_name_and_tracking(support: Support, shelf: House) -> None:
    labelled, hands = packed(shelf, recipient_name="Grace Hopper", source_id="B-77")
    shelf.order("PEN", source_id="A-12")
    support.page.refresh()
    for text in ("B-7", "hopp", hands.parcel.tracking or "", hands.parcel.code):
        support.press(Key.Key_F2)
        assert support.has_focus(support.page.box)
        support.type(text)
        support.person.wait(lambda: support.rows() == ["B-77"])
        support.press(Key.Key_Return)
        assert support.has_focus(support.page.table)
    support.press(Key.Key_F2, Key.Key_Escape)
    assert sorted(support.rows()) == ["A-12", "B-77"]
    assert labelled


def test_what_is_found_is_what_is_chosen(support: Support, shelf: House) -> None:
    """F6 and F8 act on the chosen row: it must never be that of the list before the search."""
    orders = {number: shelf.order("MUG", source_id=number) for number in ("a-1", "b-1", "c-1")}
    support.page.refresh()
    support.person.wait(lambda: len(support.rows()) == 3)
    for number, order in orders.items():
        for wait_first in (True, False):
            support.press(Key.Key_F2)
            support.type(number)
            if wait_first:
                support.person.wait(partial(_shows, support, number))
            support.press(Key.Key_Return)
            support.person.wait(partial(_shows, support, number))
            support.person.wait(support.person.settled)
            assert support.page.table.key == order
            support.press(Key.Key_F2, Key.Key_Escape)
            support.person.wait(lambda: len(support.rows()) == 3)


def _shows(support: Support, number: str) -> bool:
    return support.rows() == [number]


def test_a_letter_typed_in_the_list_begins_to_find(support: Support, shelf: House) -> None:
    shelf.order("MUG", source_id="a-1")
    shelf.order("MUG", source_id="b-1")
    support.page.refresh()
    support.person.wait(lambda: len(support.rows()) == 2)
    support.page.focus_first()
    support.type("b-1")
    support.person.wait(lambda: support.rows() == ["b-1"])


def test_nothing_found_says_so_and_enter_shows_all(support: Support, shelf: House) -> None:
    shelf.order("MUG", source_id="A-1")
    support.page.refresh()
    support.press(Key.Key_F2)
    support.type("Z-9")
    support.person.wait(lambda: support.rows() == [])
    assert "No order matches" in [label.text() for label in support.page.findChildren(QLabel) if label.isVisible()]
    support.page.show_all()
    support.person.wait(lambda: support.rows() == ["A-1"])
    assert support.has_focus(support.page.table)


def test_f5_sorts_by_the_digit_of_a_column(support: Support, shelf: House) -> None:
    for number, pieces in (("A-2", 1), ("A-1", 3), ("A-3", 2)):
        shelf.order(("MUG", pieces), source_id=number)
    support.page.refresh()
    assert "Sort by" in support.ask(Key.Key_F5)
    support.press(Key.Key_1)
    support.person.wait(lambda: support.rows() == ["A-1", "A-2", "A-3"])
    support.ask(Key.Key_F5)
    support.press(Key.Key_1)
    support.person.wait(lambda: support.rows() == ["A-3", "A-2", "A-1"])
    support.ask(Key.Key_F5)
    support.press(Key.Key_3)
    support.person.wait(lambda: support.rows() == ["A-2", "A-3", "A-1"])


# one order


def test_enter_opens_an_order_and_esc_goes_back_to_its_row(support: Support, shelf: House) -> None:
    for number in range(3):
        shelf.order(("MUG", number + 1), source_id=f"A-{number}")
    support.page.refresh()
    # the rows are there before the table is, and until then the keys belong to the box
    support.person.wait(lambda: len(support.rows()) == 3 and support.person.settled())
    support.press(Key.Key_Down, Key.Key_Return)
    support.person.wait(support.is_open)
    texts = support.view.texts()
    for text in ("A-1", "MUG", "Ada Lovelace\n12 St James's Square\nSW1Y 4JH London\nUnited Kingdom", "Lines: 1"):
        assert text in texts
    assert support.view.situation == "Waits to be planned into a wave"
    support.press(Key.Key_Escape)
    assert support.page.table.isVisible()
    assert support.page.table.current.source_id == "A-1"
    assert support.has_focus(support.page.table)


def test_a_scan_opens_the_order_that_lies_in_the_tote(support: Support, shelf: House) -> None:
    order = shelf.picked(("MUG", 2), source_id="T-1")
    support.press(Key.Key_F3)  # a group in which it is not
    support.person.scan(shelf.tote_of(order))
    support.person.wait(support.is_open)
    assert "T-1" in support.view.texts()
    assert support.view.situation == f"Waits for a packer in tote {shelf.tote_of(order)}"


def test_a_code_that_nobody_knows_opens_nothing(support: Support) -> None:
    support.person.scan("NOBODY-KNOWS-THIS")
    support.person.wait(lambda: support.work.dialogs.notice)
    assert support.work.dialogs.notice == "Nothing here has the code NOBODY-KNOWS-THIS"


def test_the_timeline_tells_everything_in_words(support: Support, shelf: House) -> None:
    order, hands = packed(shelf)
    hands.scan("XXREPRINT", "XXTORN")
    shelf.printed()
    hands.scan(hands.square)
    support.page.show_order(order)
    support.person.wait(support.is_open)
    said = support.view.timeline.sentences()
    assert said[-1].startswith("Came in from shop")
    for sentence in (
        "Planned into wave 1", "Wave 1 was released to the pickers", "Opened for packing: 2 to scan",
        "Verified: MUG, 1 to go", "The last item was verified", "Copy 1 was printed", "Copy 2 was printed",
        "The label was scanned back and the parcel closed",
    ):
        assert sentence in said, sentence
    assert not [sentence for sentence in said if "_" in sentence or "–" in sentence]
    support.work.words.switch("zh")
    assert "第 2 份已打印" in support.view.timeline.sentences()
    assert "已打包封箱" in support.view.texts()
    assert "第 2 份" in support.view.texts()


def test_what_is_missing_is_said_in_words(support: Support, shelf: House) -> None:
    order = shelf.order("MUG", state=OrderState.INCOMPLETE, missing="street,weight")
    support.page.show_order(order)
    support.person.wait(support.is_open)
    assert support.view.situation == "Cannot be planned, it lacks: street, weight"
    support.work.words.switch("zh")
    assert support.view.situation == "无法排单，缺少：街道地址、重量"


def test_an_open_order_follows_what_happens_to_it(support: Support, shelf: House) -> None:
    order = shelf.order("MUG", source_id="A-1")
    support.page.show_order(order)
    support.person.wait(support.is_open)
    shelf.store.write(request_cancel, LEAD, order, "typed by a person_here")
    support.person.wait(lambda: support.view.situation == "Cancelled: typed by a person_here")


# cancelling


def open_order(support: Support, order: int) -> None:
    support.page.show_order(order)
    support.person.wait(lambda: support.is_open() and support.person.settled())


def test_an_order_is_cancelled_at_once_with_a_reason(support: Support, shelf: House) -> None:
    order = shelf.order("MUG", source_id="A-1")
    open_order(support, order)
    assert "Why is it cancelled?" in support.ask(Key.Key_F8)
    support.ask(Key.Key_1)
    support.person.wait(lambda: "Reason: The buyer asked for it" in support.ask())
    assert "It is cancelled at once" in support.ask()
    assert support.told(Key.Key_2) == "Order A-1 is cancelled"
    assert shelf.state(order) is OrderState.CANCELLED
    assert shelf.get(Order, order).reason == "orders_why_buyer"
    assert support.view.situation == "Cancelled: The buyer asked for it"
    assert support.told(Key.Key_F8) == "Order A-1 is cancelled already"


def test_enter_never_cancels(support: Support, shelf: House) -> None:
    order = shelf.order("MUG")
    open_order(support, order)
    support.ask(Key.Key_F8)
    support.ask(Key.Key_4)
    support.person.wait(lambda: "Reason: Ordered twice" in support.ask())
    support.press(Key.Key_Return)
    support.person.wait(lambda: not support.work.dialogs.is_open)
    support.ask(Key.Key_F8)
    support.press(Key.Key_Escape)
    support.person.wait(lambda: not support.work.dialogs.is_open)
    assert shelf.state(order) is OrderState.READY


def test_a_reason_may_be_typed(support: Support, shelf: House) -> None:
    order = shelf.order("MUG")
    open_order(support, order)
    support.ask(Key.Key_F8)
    support.ask(Key.Key_5)
    support.person.wait(lambda: "Reason in your own words" in support.ask())
    support.press(Key.Key_Return)
    assert "Reason in your own words is needed" in support.ask()
    support.type("lost parcel before")
    support.press(Key.Key_Return)
    support.person.wait(lambda: "Reason: lost parcel before" in support.ask())
    support.told(Key.Key_2)
    assert shelf.get(Order, order).reason == "lost parcel before"


def test_an_order_in_work_is_stopped_at_the_next_gate(support: Support, shelf: House) -> None:
    order = shelf.picked(("MUG", 2), source_id="A-1")
    open_order(support, order)
    support.ask(Key.Key_F8)
    support.ask(Key.Key_2)
    support.person.wait(lambda: "the bench stops it when it is opened" in support.ask())
    assert support.told(Key.Key_2) == "Order A-1 is in work: the next gate stops it"
    assert shelf.state(order) is OrderState.PICKED
    assert support.view.situation == "A cancel was asked for, the next gate stops it: The address is wrong"
    assert "!  Cancel requested" in support.view.texts()
    support.press(Key.Key_Escape)
    assert support.row(0)[1] == "! Cancel requested"


def test_a_shipped_order_is_not_cancelled(support: Support, shelf: House) -> None:
    order, hands = packed(shelf, source_id="A-1")
    hands.scan(hands.square)
    open_order(support, order)
    assert support.told(Key.Key_F8) == "Order A-1 is packed and closed: it cannot be cancelled here any more"


def test_without_an_order_nothing_can_be_done(support: Support) -> None:
    assert support.told(Key.Key_F8) == "Choose an order in the list first"


# reprinting


def newest(house: House, order: int) -> PrintJob:
    return house.jobs(order)[-1]


def test_a_label_is_reprinted_at_this_station_with_a_reason(support: Support, shelf: House) -> None:
    order, _ = packed(shelf, source_id="A-1")
    open_order(support, order)
    assert "Reprint the label of order A-1" in support.ask(Key.Key_F6)
    assert support.told(Key.Key_2) == "Copy 2 waits: BENCH-1 has no printer, set one up"
    job = newest(shelf, order)
    assert (job.copy, job.queue, job.reprint_reason) == (2, "BENCH-1", "blurred")
    assert "○  To print · blurred" in support.view.texts()
    assert support.told(Key.Key_F6).startswith("The last copy is still being printed")


def test_a_label_of_another_bench_is_reprinted_here(support: Support, shelf: House) -> None:
    order = shelf.picked("PEN", source_id="A-1")
    shelf.hands("BENCH-2").scan(shelf.tote_of(order), "PEN-EAN")
    shelf.printed("BENCH-2")
    open_order(support, order)
    assert "comes out at BENCH-1" in support.ask(Key.Key_F6)
    support.told(Key.Key_1)
    assert [job.queue for job in shelf.jobs(order)] == ["BENCH-2", "BENCH-1"]


def test_a_reason_for_a_reprint_may_be_scanned_or_typed(support: Support, shelf: House) -> None:
    order, _ = packed(shelf)
    support.page.refresh()
    support.person.wait(lambda: len(support.rows()) == 1)
    support.ask(Key.Key_F6)  # of the row that is chosen in the list
    support.person.scan("XXLOST")
    support.person.wait(lambda: len(shelf.jobs(order)) == 2)
    assert newest(shelf, order).reprint_reason == "lost"
    shelf.printed()
    support.person.wait(support.person.settled)
    support.ask(Key.Key_F6)
    support.ask(Key.Key_4)
    support.person.wait(lambda: "Reason in your own words" in support.ask())
    support.type("wet")
    support.press(Key.Key_Return)
    support.person.wait(lambda: len(shelf.jobs(order)) == 3)
    assert newest(shelf, order).reprint_reason == "wet"


def test_an_uncertain_label_is_settled_before_it_is_reprinted(support: Support, shelf: House) -> None:
    order, _ = packed(shelf, outcome=JobState.UNCERTAIN)
    open_order(support, order)
    assert support.told(Key.Key_F6).startswith("Did the last copy come out?")
    assert len(shelf.jobs(order)) == 1


def test_an_order_without_a_label_has_none_to_reprint(support: Support, shelf: House) -> None:
    open_order(support, shelf.order("MUG", source_id="A-1"))
    assert support.told(Key.Key_F6) == "Order A-1 has no label yet"


# files that come in


def write_orders(path: Path, orders: int, bad: int = 0) -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        rows = csv.writer(stream)
        rows.writerow(("order", "sku", "quantity", "recipient_name", "street", "postcode", "city", "country"))
        for number in range(orders):
            quantity = "two" if number < bad else "2"
            rows.writerow((f"N-{number}", "MUG", quantity, "Ada", "Street 1", "1", "London", "GB"))
    return path


def import_file(support: Support, path: Path | str) -> None:
    support.ask(Key.Key_F4)
    support.question().findChildren(QLineEdit)[0].setText(str(path))
    support.person.press(Key.Key_Return)


def test_a_good_file_is_imported_and_reported(support: Support, shelf: House, tmp_path: Path) -> None:
    import_file(support, write_orders(tmp_path / "new.csv", 30))
    report = support.report
    assert "new.csv is imported" in report.text()
    assert "Orders: 30 new, 0 changed, 0 unchanged, 0 refused" in report.text()
    assert "Lines of the new orders: 30" in report.text()
    assert report.problems == []
    assert shelf.count(Order) == 30
    support.press(Key.Key_Escape)
    support.person.wait(lambda: len(support.rows()) == 30)


def test_every_bad_row_is_shown_with_its_reason(support: Support, shelf: House, tmp_path: Path) -> None:
    import_file(support, write_orders(tmp_path / "new.csv", 5, bad=2))
    report = support.report
    assert "new.csv is imported, rows left out: 2" in report.text()
    assert [row for row, _ in report.problems] == ["2", "3"]
    assert "quantity" in report.problems[0][1]
    support.person.press(Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text().splitlines()[0].startswith("2\tThe quantity")
    support.work.words.switch("zh")
    assert "数量" in report.problems[0][1]
    assert shelf.count(Order) == 3


def test_a_file_that_fits_nothing_is_refused_for_good(support: Support, shelf: House, tmp_path: Path) -> None:
    (tmp_path / "odd.csv").write_text("a,b\n1,2\n")
    import_file(support, tmp_path / "odd.csv")
    report = support.report
    assert "odd.csv was not imported" in report.text()
    assert "Nothing was taken from it" in report.text()
    assert shelf.count(Order) == 0


def test_a_path_that_leads_nowhere_is_asked_again(support: Support, tmp_path: Path) -> None:
    import_file(support, tmp_path / "no.csv")
    support.person.wait(lambda: "There is no file" in support.ask())
    assert support.question().findChildren(QLineEdit)[0].text() == str(tmp_path / "no.csv")


@pytest.fixture
def slow_import(monkeypatch: pytest.MonkeyPatch) -> Iterator[asyncio.Event]:
    """Imports that wait for this event before they begin."""
    gate, real = asyncio.Event(), order_import.Import._once

    async def waiting(self: order_import.Import, *given: object) -> order_import.Imported:
        self.file = "slow.csv"
        self._look.start()
        self._note(1_000, 4_000)
        self.moved.emit()
        await gate.wait()
        return await real(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(order_import.Import, "_once", waiting)
    yield gate
    gate.set()


def test_the_page_goes_on_while_a_file_is_imported(
    support: Support, shelf: House, tmp_path: Path, slow_import: asyncio.Event
) -> None:
    order = shelf.order("MUG", source_id="A-1")
    import_file(support, write_orders(tmp_path / "slow.csv", 3))
    line = support.page._line
    support.person.wait(lambda: "Importing slow.csv: 1,000 of 4,000 rows" in line.text())
    support.person.press(Key.Key_F4)
    support.person.wait(lambda: support.work.dialogs.notice == "slow.csv is still being imported: wait for it")
    support.page.show_order(order)
    support.person.wait(support.is_open)
    slow_import.set()
    support.person.wait(lambda: shelf.count(Order) == 4)
    support.person.wait(lambda: line.text() == "✓ slow.csv is imported")
    assert support.view.isVisible()  # nobody is taken away from what they read


def test_a_dropped_file_is_imported_after_the_question(support: Support, shelf: House, tmp_path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(write_orders(tmp_path / "new.csv", 2)))])
    action, button = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    event = QDropEvent(QPointF(9, 9), action, data, button, Qt.KeyboardModifier.NoModifier)
    support.page.dropEvent(event)
    assert "Import a file" in support.ask()
    assert support.question().findChildren(QLineEdit)[0].text().endswith("new.csv")
    assert shelf.count(Order) == 0
    support.person.press(Key.Key_Return)
    support.person.wait(lambda: shelf.count(Order) == 2)


def test_a_file_can_be_chosen_in_a_dialog(support: Support, shelf: House, tmp_path: Path) -> None:
    path = write_orders(tmp_path / "new.csv", 2)
    support.ask(Key.Key_F4)
    support.person.press(Key.Key_Tab)
    support.person.press(Key.Key_Tab)
    support.person.press(Key.Key_Return)
    support.person.wait(lambda: support.person.window.findChildren(QFileDialog))
    (dialog,) = support.person.window.findChildren(QFileDialog)
    support.person.wait(dialog.isVisible)
    name = dialog.findChild(QLineEdit, "fileNameEdit")
    assert isinstance(name, QLineEdit)
    name.setText(str(path))
    QTest.keyClick(dialog.windowHandle(), Key.Key_Return)
    support.person.wait(lambda: support.work.dialogs.is_open)
    support.person.wait(lambda: support.question().findChildren(QLineEdit)[0].text() == str(path))
    support.person.press(Key.Key_Return)
    support.person.wait(lambda: shelf.count(Order) == 2)
