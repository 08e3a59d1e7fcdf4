"""The documents page by keys: what is chosen is shown as it will be printed, printed, kept and handed over."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from sqlalchemy import select

from app.domain.documents import Document
from db.label_files import Manifest
from db.parcels import JobKind, PrintJob
from tests.factories import House
from tests.ui.conftest import Person
from ui.pages.documents import DocumentsPage

Key = Qt.Key


@pytest.fixture
def page_names() -> tuple[str, ...]:
    return ("documents", "packing")


@pytest.fixture
def order(house: House) -> int:
    return house.picked("TEA", ("CUP", 2), language="zh", currency="EUR")


def opened(person: Person) -> DocumentsPage:
    page = person.go("documents")
    assert isinstance(page, DocumentsPage)
    return page


def press(person: Person, *keys: Qt.Key) -> None:
    for key in keys:
        person.press(key)
        person.wait(lambda: person.settled() or person.work.dialogs.is_open)


def told(person: Person, key: Qt.Key) -> str:
    person.work.dialogs._notice.hide()
    person.press(key)
    person.wait(lambda: person.work.dialogs.notice)
    return person.work.dialogs.notice


def of(page: DocumentsPage) -> tuple[Document, str, str]:
    """Document, language and paper that are shown."""
    made = page.pane.made
    assert made is not None
    assert made.pdf.startswith(b"%PDF")
    assert page.pane.preview.images
    return made.wanted.document, made.language, made.wanted.paper


def test_an_orders_documents_are_turned_by_f6_in_the_buyers_language(person: Person, order: int) -> None:
    page = opened(person)
    assert of(page) == (Document.PACKING_SLIP, "zh", "a4")
    for document in (Document.INVOICE, Document.CN22, Document.CN23, Document.RETURN_LABEL, Document.PACKING_SLIP):
        press(person, Key.Key_F6)
        assert of(page)[0] is document
    press(person, Key.Key_F7)
    assert of(page)[1] == "en"
    press(person, Key.Key_F7, Key.Key_F7)
    assert of(page)[1] == "zh"


def test_paper_is_chosen_by_a_digit(person: Person, order: int) -> None:
    page = opened(person)
    press(person, Key.Key_F8, Key.Key_2)
    assert of(page)[2] == "a5"


def test_it_is_printed_on_the_document_printer(person: Person, house: House, order: int) -> None:
    opened(person)
    assert "F5" in told(person, Key.Key_F4)  # no printer is named: it can be kept
    assert house.count(PrintJob) == 0
    person.work.settings = replace(person.work.settings, document_printer="cups://office")
    told(person, Key.Key_F4)
    job = house.one(select(PrintJob))
    assert (job.kind, job.queue, job.language, job.order_id) == (
        JobKind.DOCUMENT, "BENCH-1 documents", "pdf", order,
    )  # fmt: skip
    assert job.payload.startswith(b"%PDF")


def test_label_stock_goes_to_the_label_printer(person: Person, house: House, order: int) -> None:
    page = opened(person)
    person.work.settings = replace(person.work.settings, printer="tcp://printer-3:9100")
    press(person, Key.Key_F6, Key.Key_F6)
    assert of(page) == (Document.CN22, "zh", "label")
    told(person, Key.Key_F4)
    job = house.one(select(PrintJob))
    assert (job.queue, job.language, job.document) == ("BENCH-1", "zpl", "cn22")
    assert job.payload.startswith(b"^XA")


def test_it_is_kept_as_a_file(person: Person, order: int, tmp_path: Path) -> None:
    opened(person)
    for name, kept in (("slip.pdf", True), ("no/such/place/slip.pdf", False)):
        person.press(Key.Key_F5)
        person.wait(lambda: person.work.dialogs.is_open)
        field = person.window.focusWidget()
        assert isinstance(field, QLineEdit)
        field.clear()
        person.type(str(tmp_path / name))
        told(person, Key.Key_Return)
        assert (tmp_path / name).exists() is kept
    assert (tmp_path / "slip.pdf").read_bytes().startswith(b"%PDF")


def test_carts_waves_and_codes_have_theirs(person: Person, order: int) -> None:
    page = opened(person)
    for document in (Document.PICK_LIST, Document.WAVE_SHEET):
        press(person, Key.Key_F3)
        assert of(page)[0] is document
    press(person, Key.Key_F3, Key.Key_F3)
    for document in (Document.LOCATIONS, Document.TOTES, Document.CARTS, Document.BADGES, Document.CARTONS):
        assert of(page)[0] is document
        press(person, Key.Key_Down)
    assert page.pane.made is None  # the command sheet is printed from the settings


def test_numbers_and_place_of_a_used_sheet_are_typed(person: Person, order: int) -> None:
    page = opened(person)
    press(person, *[Key.Key_F3] * 4, Key.Key_Down, Key.Key_Down)
    person.press(Key.Key_F9)
    person.wait(lambda: person.work.dialogs.is_open)
    field = person.window.focusWidget()
    assert isinstance(field, QLineEdit)
    assert field.text() == "1-24, 1"
    field.clear()
    person.type("7-9, 3")
    press(person, Key.Key_Return)
    person.wait(person.settled)
    made = page.pane.made
    assert made is not None
    assert (made.wanted.first, made.wanted.count, made.wanted.start) == (7, 3, 3)
    person.press(Key.Key_F9)
    person.wait(lambda: person.work.dialogs.is_open)
    field = person.window.focusWidget()
    assert isinstance(field, QLineEdit)
    field.clear()
    person.type("nine")
    assert told(person, Key.Key_Return)
    assert page.pane.made == made


def test_a_manifest_is_made_of_what_stands_there(person: Person, house: House, order: int) -> None:
    hands = house.hands("BENCH-2")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN", "CUP-EAN")
    house.printed("BENCH-2")
    assert hands.scan(hands.square) == "closed"
    page = opened(person)
    press(person, Key.Key_F3, Key.Key_F3, Key.Key_F3)
    assert page.pane.made is None  # there is none yet
    person.press(Key.Key_F4)
    person.wait(lambda: person.work.dialogs.is_open)
    assert house.count(Manifest) == 0
    person.press(Key.Key_Return)
    person.wait(lambda: house.count(Manifest) == 1 and page.pane.made is not None and person.settled())
    assert of(page)[0] is Document.MANIFEST
    assert page.data is not None
    assert page.model.rowCount() == 1  # nothing waits any more


def test_an_incomplete_document_says_what_is_missing(person: Person, house: House) -> None:
    from db.orders import Sku

    house.picked("TEA", country="US")
    house.write(lambda tx: setattr(tx.session.get_one(Sku, house.skus["TEA"]), "hs_code", ""))
    page = opened(person)
    press(person, Key.Key_F6)
    assert page.pane.made is None
    assert page.pane.title
    assert told(person, Key.Key_F4)
    assert house.count(PrintJob) == 0
