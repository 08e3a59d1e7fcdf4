"""A shift lead at the board, who uses keys alone."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from app.domain.states import WaveState
from db.waves import Wave
from tests.factories import House
from tests.ui.conftest import Person
from ui.pages.board import BoardPage

Key = Qt.Key


class Lead:
    """A shift lead at the board."""

    def __init__(self, person: Person, house: House) -> None:
        page = person.go("board")
        assert isinstance(page, BoardPage)
        self.page, self.person, self.house, self.work = page, person, house, person.work

    def press(self, *keys: Key) -> None:
        for key in keys:
            self.person.press(key)
        self.person.wait(self.person.settled)

    def ask(self, *keys: Key) -> str:
        """Press keys until a question stands there; its words."""
        self.press(*keys)
        self.person.wait(lambda: self.work.dialogs.is_open)
        questions = [w for w in self.person.window.findChildren(QWidget) if w.objectName() == "question"]
        labels = [label for label in questions[-1].findChildren(QLabel) if label.text()]
        return " | ".join(label.text() for label in labels)

    def told(self, *keys: Key, then: str) -> None:
        """Press keys and wait for the notice that says `then`."""
        self.press(*keys)
        self.person.wait(lambda: re.search(then, self.work.dialogs.notice))
        self.person.wait(self.person.settled)

    def stages(self) -> dict[str, int]:
        """The numbers that are read from five metres."""
        return {card.face.name: card.face.number for card in self.page.stages.cards if card.face is not None}

    def cutoffs(self) -> list[str]:
        return [card.accessibleName() for card in self.page.cutoffs.cards if card.face is not None]

    def waves(self) -> list[list[str]]:
        return rows_of(self.page.waves.rows)

    def orders(self) -> list[list[str]]:
        return rows_of(self.page.orders.rows)

    def side(self) -> list[str]:
        return [" ".join(cell for cell in row.cells if cell) for row in self.page.side_rows.rows]

    def wave(self, number: int) -> WaveState:
        return self.house.get(Wave, number).state


def rows_of(model: object) -> list[list[str]]:
    assert hasattr(model, "index")
    assert hasattr(model, "rowCount")
    assert hasattr(model, "columnCount")
    return [
        [str(model.index(row, column).data()) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def opened(lead: Lead, *lines: str, pick: int = 0) -> int:
    """A released wave of one order, `pick` of it picked, with its orders open; the order."""
    order = lead.house.order(*lines)
    lead.house.release()
    for _ in range(pick):
        lead.house.pick_one(lead.house.batches()[0])
    lead.person.wait(lambda: lead.waves() and lead.person.settled())
    lead.press(Key.Key_Down, Key.Key_Return)
    lead.person.wait(lambda: lead.page.orders.isVisible() and lead.orders())
    return order
