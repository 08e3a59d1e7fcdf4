"""Practice without a scanner: F12 does the whole job, Shift+F12 makes the mistakes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from PySide6.QtCore import Qt

from app.domain.errors import KnownError
from app.domain.states import JobState, OrderState
from tests.factories import House
from tests.ui.conftest import Person
from ui import practice
from ui.practice import Practice

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def page_names() -> Sequence[str]:
    return ("picking", "packing", "devices")


class Apprentice:
    """Somebody with no scanner; `judged` are the codes of all verdicts."""

    def __init__(self, person: Person, page: str) -> None:
        self.person = person
        self._practice = Practice(person.window)
        self.page: Any
        self.page = person.go(page)
        self.judged: list[str] = []
        self.page.judged.connect(lambda shown: self.judged.append(str(shown.code)))

    def f12(self, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> str:
        """What came of it: the code of a verdict, else the notice."""
        before, notice = len(self.judged), self.person.work.dialogs._notice
        notice.hide()
        self.person.press(Qt.Key.Key_F12, modifier)
        self.person.wait(lambda: len(self.judged) > before or notice.text())
        self.person.wait(self.person.settled)
        return self.judged[-1] if len(self.judged) > before else notice.text()


def test_a_cart_is_walked(person: Person, house: House) -> None:
    house.stock("MUG", 5)
    house.stock("HAT", 5)
    house.order("MUG", "HAT")
    apprentice = Apprentice(person, "picking")
    assert apprentice.f12() == "Nothing is left to practise on this page"
    house.release()
    person.wait(lambda: isinstance(apprentice.page.data, list))
    assert apprentice.f12() == "Choose a cart first"
    person.press(Qt.Key.Key_Return)
    person.wait(lambda: not isinstance(apprentice.page.data, list) and person.settled())
    assert apprentice.f12() == "at_location"
    assert apprentice.f12(SHIFT) == "wrong_pick"
    assert apprentice.f12() == "picked"
    assert apprentice.f12(SHIFT) == "location_first"
    assert [apprentice.f12(), apprentice.f12()] == ["at_location", "batch_picked"]
    assert apprentice.f12() == "Nothing is left to practise on this page"


def test_an_order_is_packed(person: Person, house: House) -> None:
    order = house.picked(("MUG", 2), "HAT")
    house.stock("CAP", 1)
    apprentice = Apprentice(person, "packing")
    assert apprentice.f12() in ("opened", "tote_opened")
    assert apprentice.f12(SHIFT) == "wrong_item"
    assert apprentice.f12() == "acknowledged"
    assert [apprentice.f12() for _ in range(3)][-1] == "complete"
    house.printed(outcome=JobState.UNCERTAIN, reason="no_answer")
    person.wait(person.settled)
    assert apprentice.f12() == "settled_printed"
    assert apprentice.f12() == "closed"
    assert house.state(order) is OrderState.SHIPPED
    assert apprentice.f12() == "Nothing is left to practise on this page"


def test_pages_without_scans_are_no_place_for_it(person: Person) -> None:
    Practice(person.window)
    person.go("devices")
    person.press(Qt.Key.Key_F12)
    person.wait(person.settled)
    assert person.work.scanner.at is None


def test_what_is_no_real_work_says_so_all_the_time(person: Person) -> None:
    Practice(person.window)
    ribbon = person.window._ribbon
    assert ribbon.isVisible()
    assert ribbon.text() == "Practice: F12 scans what is right, Shift+F12 something wrong"
    person.work.words.switch("zh")
    assert "F12" in ribbon.text()
    assert "Practice" not in ribbon.text()


def test_a_database_that_does_not_answer_is_said(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise KnownError("database_locked")

    apprentice = Apprentice(person, "packing")
    monkeypatch.setattr(practice, "bench", fail)
    assert apprentice.f12() == person.work.words.say("database_locked")
