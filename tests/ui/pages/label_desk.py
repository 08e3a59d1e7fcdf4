"""Somebody at the labels page, and a bench that makes labels."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from app.domain.states import JobState
from tests.factories import Hands, House
from tests.ui.conftest import Person
from ui.pages.labels import LabelsPage


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


def states(desk: Desk, *orders: int) -> list[list[JobState]]:
    return [[state for _, state, _ in desk.jobs(order)] for order in orders]


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
