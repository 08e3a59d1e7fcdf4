"""The page of label batches, by keys and scans alone."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from app.domain.label_batches import LabelBatchState
from app.domain.states import JobState
from app.operations import label_batches as acts
from db.orders import Order
from tests.app.operations.label_roll import QUEUE, Roll
from tests.factories import LEAD, House
from tests.ui.conftest import Person
from ui.pages.batches import BatchesPage

Key = Qt.Key
PAGES = ("batches",)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.pages.batches.THROTTLE_MS", 5)


class Lead:
    """A lead at the page, and the roll of the printer of BENCH-1."""

    def __init__(self, person: Person, house: House) -> None:
        self.person, self.work, self.roll = person, person.work, Roll(house)
        page = person.window.pages["batches"]
        assert isinstance(page, BatchesPage)
        self.page = page

    def open(self) -> None:
        self.person.go("batches")

    def press(self, *keys: Key) -> None:
        for key in keys:
            self.person.press(key)
            self.person.wait(self.person.settled)

    def ask(self, *keys: Key) -> str:
        """Press keys until a question stands there; its words."""
        for key in keys:
            before = self.work.dialogs.question_id
            self.person.press(key)
            self.person.wait(lambda before=before: self.work.dialogs.question_id > before)  # type: ignore[misc]
        return self.asked

    @property
    def asked(self) -> str:
        question = [w for w in self.person.window.findChildren(QWidget) if w.objectName() == "question"][-1]
        return " | ".join(label.text() for label in question.findChildren(QLabel) if label.text())

    def told(self, *keys: Key) -> str:
        """Press keys and wait for a notice."""
        self.work.dialogs._notice.hide()
        for key in keys:
            self.person.press(key)
        return self.notice()

    def notice(self) -> str:
        self.person.wait(lambda: self.work.dialogs.notice and not self.work.dialogs.is_open)
        self.person.wait(self.person.settled)
        return self.work.dialogs.notice

    def scanned(self, code: str) -> str:
        """Scan, and what is told then."""
        self.work.dialogs._notice.hide()
        self.person.scan(code)
        return self.notice()

    def rows(self) -> list[list[str]]:
        rows = self.page.list.rows
        return [[str(rows.index(at, column).data()) for column in range(5)] for at in range(rows.rowCount())]

    def asides(self) -> list[list[str]]:
        rows = self.page.detail.rows
        return [[str(rows.index(at, column).data()) for column in range(3)] for at in range(rows.rowCount())]

    def seen(self) -> str:
        self.person.wait(self.person.settled)
        return " | ".join(text for text in self.page.detail.texts() if text)


@pytest.fixture
def lead(person: Person, house: House) -> Lead:
    return Lead(person, house)


def test_a_label_batch_from_the_choice_to_the_last_label(lead: Lead, house: House) -> None:
    orders = lead.roll.orders(5)
    house.write(lambda tx: setattr(tx.session.get_one(Order, orders[1]), "city", ""))
    lead.roll.start(found=lead.roll.check())
    lead.roll.print_all()  # BENCH-1 has printed before, and is offered
    more = lead.roll.orders(4)
    house.write(lambda tx: setattr(tx.session.get_one(Order, more[0]), "city", ""))
    lead.open()
    assert "Orders that are picked and have no label yet: 5" in lead.ask(Key.Key_F2)
    assert "In which order" in lead.ask(Key.Key_1)
    assert "Which wave?" in lead.ask(Key.Key_1)
    assert lead.told(Key.Key_1) == "Label batch 2: 3 labels can be printed, 1 orders are set aside"
    assert [row[0] for row in lead.rows()] == ["2", "1"]
    assert lead.page.detail.situation == "3 labels can be printed, 1 orders are set aside: Enter starts"
    assert lead.asides() == [["1", house.source_id(more[0]), "The address lacks city: correct the order"]]
    assert lead.told(Key.Key_Return) == "Label batch 2 is printed at BENCH-1"
    lead.roll.batch = 2
    lead.roll.print(2)  # a separator, a label
    lead.person.wait(lambda: "1 | of 3 labels" in lead.seen())
    assert lead.rows()[0][3] == "1 / 3"
    lead.roll.print_all()
    lead.person.wait(lambda: lead.page.detail.situation.startswith("All labels but those set aside"))
    assert lead.page.prompt() == "Mend what is set aside, then F5"
    assert lead.told(Key.Key_F5) == "Label batch 2: what is set aside cannot be printed yet"
    house.write(lambda tx: setattr(tx.session.get_one(Order, more[0]), "city", "London"))
    assert lead.told(Key.Key_F5) == "Label batch 2: 1 orders are mended and come along"
    assert lead.roll.print_all() == [more[0]]
    lead.person.wait(lambda: lead.page.detail.situation == "All labels are printed")
    assert lead.page.prompt() == "F2 makes the next label batch"


def test_what_is_asked_for_follows_how_the_batch_stands(lead: Lead) -> None:
    lead.roll.orders(8)
    lead.roll.start()
    lead.roll.print(3)
    lead.open()
    assert lead.page.prompt() == "Labels come out, F4 pauses"
    assert "a minute" in lead.seen()
    came = lead.roll.print(1, JobState.UNCERTAIN)
    lead.person.wait(lambda: lead.page.detail.situation.startswith("Nobody knows"))
    assert lead.page.prompt() == "Scan the last good label to go on from it"
    assert "a minute" not in lead.seen(), "who waits for a scan does not wait for the printer"
    lead.told(Key.Key_F4)
    assert lead.told(Key.Key_F4) == "Label batch 1 goes on once the last good label is scanned"
    lead.scanned(lead.roll.square(came[0]))
    assert lead.page.prompt() == "Labels come out, F4 pauses"


def test_three_orders_set_aside_are_seen_on_a_small_screen(lead: Lead, house: House) -> None:
    for order in lead.roll.orders(5)[:3]:
        house.write(lambda tx, order=order: setattr(tx.session.get_one(Order, order), "city", ""))  # type: ignore[misc]
    lead.roll.plan(found=lead.roll.check())
    lead.person.window.resize(1366, 740)
    lead.open()
    table = lead.page.detail.table
    lead.person.wait(lambda: table.viewport().height() >= 2.5 * table.rowHeight(0))


def test_pause_and_go_on_from_the_label_in_the_hand(lead: Lead) -> None:
    lead.roll.orders(8)
    lead.roll.start()
    came = lead.roll.print(2) + lead.roll.print(1, JobState.UNCERTAIN)
    lead.open()
    assert lead.page.detail.situation == "Nobody knows whether 1 came out: scan the last good label"
    assert lead.scanned(lead.roll.square(came[1])) == (
        "Goes on after label 2: 0 came out after all, 1 are printed again"
    )
    assert lead.roll.print() == [came[2]]
    assert lead.told(Key.Key_F4).startswith("Label batch 1 is paused")
    assert lead.roll.house.claim(QUEUE) is None
    assert lead.told(Key.Key_F4) == "Label batch 1 goes on"
    assert lead.scanned(lead.roll.square(came[1])).startswith("Labels come out: pause the label batch")
    assert lead.scanned("4006381333931") == "4006381333931 is no label of a label batch"


def test_after_a_jam_it_is_asked_what_lies_there(lead: Lead) -> None:
    lead.roll.orders(8)
    lead.roll.start()
    came = lead.roll.print(5)
    lead.roll.pause()
    lead.open()
    lead.person.scan(lead.roll.square(came[2]))
    lead.person.wait(lambda: lead.work.dialogs.is_open)
    assert "After it 2 labels are noted as printed" in lead.asked
    lead.press(Key.Key_Return)  # nobody's answer
    assert lead.work.dialogs.is_open
    assert lead.told(Key.Key_2) == "Goes on after label 3: 0 came out after all, 2 are printed again"
    assert lead.roll.print(3)[:2] == came[3:]


def test_a_range_is_printed_again_by_number_and_by_scan(lead: Lead) -> None:
    lead.roll.orders(6)
    lead.roll.start()
    came = lead.roll.print_all()
    lead.open()
    assert "Labels have the numbers 1 to 6" in lead.ask(Key.Key_F6)
    lead.person.type("77")
    assert "Labels have the numbers 1 to 6" in lead.ask(Key.Key_Return)
    lead.person.type("2")
    lead.ask(Key.Key_Return)
    before = lead.work.dialogs.question_id
    lead.person.scan(lead.roll.square(came[3]))
    lead.person.wait(lambda: lead.work.dialogs.question_id > before)
    assert "Labels 2 to 4: why" in lead.asked
    assert lead.told(Key.Key_1) == "3 labels are printed again"
    assert lead.roll.print_all() == came[1:4]
    assert lead.roll.copies(came[1])[-1] == (2, JobState.PRINTED, "torn")


def test_a_worn_label_is_typed(lead: Lead) -> None:
    from sqlalchemy import select

    from db.parcels import Label, Parcel

    lead.roll.orders(4)
    lead.roll.start()
    came = lead.roll.print(2)
    lead.roll.pause()
    lead.open()
    tracking = lead.roll.house.one(
        select(Label.tracking).join(Parcel, Parcel.id == Label.parcel_id).where(Parcel.order_id == came[1])
    )
    lead.ask(Key.Key_F9)
    lead.person.type(tracking)
    assert lead.told(Key.Key_Return).startswith("Goes on after label 2")
    assert lead.roll.state is LabelBatchState.PRINTING


def test_taken_back_after_a_question(lead: Lead) -> None:
    lead.roll.orders(4)
    lead.roll.start()
    lead.roll.print()
    lead.open()
    assert "Take label batch 1 back?" in lead.ask(Key.Key_F8)
    lead.press(Key.Key_Return)
    assert lead.roll.view.row.state is LabelBatchState.PRINTING
    lead.ask(Key.Key_F8)
    assert lead.told(Key.Key_2) == "Label batch 1: 3 labels are not printed"
    assert lead.roll.state is LabelBatchState.CANCELLED


def test_the_manifest_is_saved(lead: Lead, tmp_path: Path) -> None:
    lead.roll.orders(3)
    lead.roll.start()
    lead.open()
    assert lead.told(Key.Key_F7) == "Nothing of label batch 1 is printed yet"
    came = lead.roll.print_all()
    file = tmp_path / "m.csv"
    lead.ask(Key.Key_F7)
    proposed = lead.person.window.findChildren(QLineEdit)[-1].text()
    assert proposed == str(Path.home() / "label-batch-1.pdf")
    lead.press(Key.Key_End)
    for _ in proposed:
        lead.person.press(Key.Key_Backspace)
    lead.person.type(str(file))
    lead.told(Key.Key_Return)
    rows = list(csv.reader(file.read_text(encoding="utf-8-sig").splitlines()))
    assert [row[2] for row in rows[1:]] == [lead.roll.house.source_id(order) for order in came]


def test_an_empty_page_offers_the_first_label_batch(lead: Lead) -> None:
    lead.open()
    assert "Orders that are picked and have no label yet: 0" in lead.ask(Key.Key_Return)


def test_the_chosen_batch_stays_chosen_and_its_orders_can_be_looked_at(lead: Lead, house: House) -> None:
    (bad, *_) = lead.roll.orders(3)
    house.write(lambda tx: setattr(tx.session.get_one(Order, bad), "city", ""))
    lead.roll.start(found=lead.roll.check())
    lead.roll.orders(2)
    lead.roll.plan()
    lead.open()
    lead.press(Key.Key_Down)
    assert "Label batch 1" in lead.seen()
    lead.roll.batch = 1
    lead.roll.print_all()
    lead.person.wait(lambda: lead.rows()[-1][0] == "1" and "Label batch 1" in lead.seen())
    found: list[int] = []
    lead.work.found.connect(found.append)
    lead.press(Key.Key_Return)
    assert lead.page.detail.table.hasFocus()
    lead.press(Key.Key_Return)
    assert found == [bad]
    house.store.write(acts.cancel_labels, LEAD, 2)
