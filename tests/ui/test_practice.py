"""Practice without a scanner: F12 does the whole job, Shift+F12 makes the mistakes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from sqlalchemy import Update, select, update

from app.change import Change
from app.domain.barcode import make_label_code
from app.domain.bench_rules import BenchRules, Weigh
from app.domain.errors import KnownError
from app.domain.states import JobState, OrderState
from app.operations.bench_rules import save_rules
from app.operations.label_copies import reprint
from db.orders import Order
from db.parcels import Parcel
from db.store import Tx
from printing.interpreter import render
from tests.factories import LEAD, NOON, House
from tests.ui.conftest import Person
from ui import practice
from ui.practice import Practice, PrintedLabels
from ui.trial_label import trial_zpl

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def page_names() -> Sequence[str]:
    return ("board", "picking", "packing", "labels", "devices")


@pytest.fixture
def tray(tmp_path: Path) -> Path:
    """The folder into which the printer's twin prints."""
    folder = tmp_path / "tray"
    folder.mkdir()
    return folder


def come_out(tray: Path, code: str) -> None:
    """A label with this code comes out of the printer."""
    number = len(list(tray.glob("*.zpl"))) + 1
    (page,) = render(trial_zpl("Test", "BENCH-1", NOON, code), 203)
    page.image.save(tray / f"{number:06d}.png")
    (tray / f"{number:06d}.zpl").write_bytes(b"^XA^XZ")


class Apprentice:
    """Somebody with no scanner; `judged` are the codes of all verdicts."""

    def __init__(self, person: Person, page: str, tray: Path | None = None) -> None:
        self.person = person
        self._practice = Practice(person.window)
        if tray is not None:
            person.window.setProperty("tray", str(tray))
        self.page: Any
        self.page = person.go(page)
        self.judged: list[str] = []
        if hasattr(self.page, "judged"):
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


@pytest.mark.parametrize("came_out", [True, False])
def test_an_order_is_packed(person: Person, house: House, tray: Path, came_out: bool) -> None:
    order = house.picked(("MUG", 2), "HAT")
    house.stock("CAP", 1)
    apprentice = Apprentice(person, "packing", tray)
    assert apprentice.f12() in ("opened", "tote_opened")
    assert apprentice.f12(SHIFT) == "wrong_item"
    assert apprentice.f12() == "acknowledged"
    assert [apprentice.f12() for _ in range(3)][-1] == "complete"
    house.printed(outcome=JobState.UNCERTAIN, reason="no_answer")
    person.wait(person.settled)
    code, copy = house.one(select(Parcel.code)), 1
    if came_out:
        come_out(tray, make_label_code(code, copy))
        assert apprentice.f12() == "settled_printed"
    else:  # nobody says that what is not there has come out
        assert apprentice.f12() == "settled_not_out"
        assert apprentice.f12() == "next_wait_label"
        house.printed()
        person.wait(person.settled)
    assert apprentice.f12() == "closed"
    assert house.state(order) is OrderState.SHIPPED
    assert apprentice.f12() == "Nothing is left to practise on this page"


def test_without_a_tray_nobody_says_what_came_out(person: Person, house: House) -> None:
    order = house.picked("MUG")
    house.hands().scan(house.tote_of(order), "MUG-EAN")
    house.printed(outcome=JobState.UNCERTAIN, reason="no_answer")
    apprentice = Apprentice(person, "packing")
    asked = "Look at the printer: did copy 1 come out? F7\N{NO-BREAK SPACE}yes, F8\N{NO-BREAK SPACE}no"
    assert apprentice.f12() == asked
    assert [job.state for job in house.jobs(order)] == [JobState.UNCERTAIN]


def test_other_pages_are_no_place_for_it(person: Person) -> None:
    apprentice = Apprentice(person, "board")
    assert apprentice.f12() == "Nothing is left to practise on this page"
    assert person.work.scanner.at is None


def test_the_test_label_is_scanned_once_it_has_come_out(person: Person, house: House, tray: Path) -> None:
    house.stock("MUG", 1)
    apprentice = Apprentice(person, "devices", tray)
    person.press(Qt.Key.Key_F12)  # anything tries a scanner
    person.wait(lambda: person.work.scanner.code == "MUG-EAN")
    person.work.printer.url = "tcp://nobody:9100"
    person.work.settings = replace(person.work.settings, printer="tcp://nobody:9100")
    person.press(Qt.Key.Key_F3)
    person.wait(lambda: apprentice.page.asks_for)
    assert apprentice.page.prompt() == "A test label is on its way: scan it"
    assert apprentice.f12().startswith("The test label has not come out yet")
    come_out(tray, apprentice.page.asks_for)
    person.press(Qt.Key.Key_F12, SHIFT)
    person.wait(lambda: apprentice.page._tested == "devices_label_other")
    person.press(Qt.Key.Key_F12)
    person.wait(lambda: apprentice.page._tested == "devices_label_read")
    assert apprentice.page.asks_for == ""
    assert apprentice.page.prompt() == ""


def test_labels_are_settled_and_confirmed(person: Person, house: House, tray: Path) -> None:
    order = house.picked("MUG")
    hands = house.hands()
    hands.scan(house.tote_of(order), "MUG-EAN")
    house.printed()
    parcel = hands.parcel
    assert hands.scan(hands.square) == "closed"
    house.store.write(reprint, LEAD, parcel.parcel_id, "torn")
    house.printed(outcome=JobState.UNCERTAIN, reason="no_answer")
    apprentice = Apprentice(person, "labels", tray)
    come_out(tray, make_label_code(parcel.code, 2))
    assert apprentice.f12().endswith("is noted as printed")
    assert apprentice.f12(SHIFT).startswith("Nothing here has the code")  # the label of a copy that there is not
    assert "is on its box" in apprentice.f12()
    assert [job.state for job in house.jobs(order)] == [JobState.CONFIRMED, JobState.CONFIRMED]


def test_the_tray_is_looked_into(tmp_path: Path) -> None:
    tray = PrintedLabels(tmp_path)
    assert not tray.holds("PBTEST000001")
    (page,) = render(trial_zpl("Test", "BENCH-1", NOON, "PBTEST000001"), 203)
    page.image.save(tmp_path / "000001.png")
    assert not tray.holds("PBTEST000001")  # it is still in the printer
    (tmp_path / "000001.zpl").write_bytes(b"^XA^XZ")
    (tmp_path / "000002.zpl").write_bytes(b"^XA^XZ")  # blank paper
    assert tray.holds("PBTEST000001")
    assert not tray.holds("PBTEST000002")


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


def changed(tx: Tx, statement: Update) -> tuple[None, Change]:
    """What no operation does."""
    tx.connection.execute(statement)
    return None, Change(frozenset())


def test_what_a_box_needs_is_practised_too(person: Person, house: House) -> None:
    house.store.write(save_rules, LEAD, house.warehouse, BenchRules(weigh=Weigh.NOTED), 0)
    order = house.picked("MUG", "HAT")
    house.store.write(changed, update(Order).where(Order.id == order).values(buyer_message="Please knock"))
    apprentice = Apprentice(person, "packing")
    assert apprentice.f12() in ("opened", "tote_opened")
    assert apprentice.f12() == "note_confirmed"
    assert [apprentice.f12(), apprentice.f12()][0] == "item"
    # nobody but a scale can weigh
    assert apprentice.f12() == "No scan does this: do as the page says"
