"""Somebody at the orders page, as support uses it: by keys and scans alone."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from app.domain.states import JobState
from tests.factories import Hands, House
from tests.ui.conftest import Person
from ui.pages.import_report import ImportReport
from ui.pages.order_detail import OrderDetailView
from ui.pages.orders import OrdersPage


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

    def open(self, order: int) -> None:
        """Open an order and wait for it."""
        self.page.show_order(order)
        self.person.wait(lambda: self.is_open() and self.person.settled())


def packed(house: House, *, outcome: JobState = JobState.PRINTED, **values: object) -> tuple[int, Hands]:
    """An order whose label was sent to the printer of BENCH-1, and who packed it."""
    order = house.picked(("MUG", 2), **values)
    hands = house.hands()
    hands.scan(house.tote_of(order), "MUG-EAN", "MUG-EAN")
    house.printed(outcome=outcome, reason="not_counted" if outcome is JobState.UNCERTAIN else None)
    return order, hands
