"""The documents page by keys: what is chosen is shown as it will be printed, printed, kept and handed over."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton
from sqlalchemy import select

from app.domain.documents import Document, Subject
from db.label_files import Manifest
from db.parcels import JobKind, PrintJob
from printing.preview import page_sizes
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


def test_a_pick_list_is_in_the_houses_language_or_the_other(person: Person, order: int) -> None:
    page = opened(person)
    press(person, Key.Key_F3)
    assert of(page)[1] == "en"
    press(person, Key.Key_F7)
    assert of(page)[1] == "zh"
    press(person, Key.Key_F7)
    assert of(page)[1] == "en"


def grey(person: Person) -> set[str]:
    """The keys at the foot that would do nothing."""
    foot = person.window.foot
    return {button.text().partition(" ")[0] for button in foot.findChildren(QPushButton) if not button.isEnabled()}


def test_keys_that_mean_nothing_on_a_tab_are_grey(person: Person, order: int) -> None:
    page = opened(person)
    assert grey(person) == {"F9"}
    press(person, Key.Key_F3)
    assert grey(person) == {"F6", "F9"}
    press(person, *[Key.Key_F3] * 3)
    assert page.subject is Subject.CODES
    assert grey(person) == {"F6", "F7"}
    press(person, Key.Key_End)  # the command sheet
    assert grey(person) == {"F5", "F6", "F7", "F8", "F9"}
    press(person, Key.Key_F3)
    assert grey(person) == {"F9"}


def test_columns_say_what_the_rows_of_a_tab_are(person: Person, order: int) -> None:
    page = opened(person)

    def headings() -> list[str]:
        across = Qt.Orientation.Horizontal
        return [page.model.headerData(at, across) for at in range(page.model.columnCount())]

    assert headings() == ["Order", "State", "Country", "Pieces", "Changed"]
    press(person, Key.Key_F3)
    assert headings() == ["Cart", "Lane", "Wave", "Orders", "Age"]
    press(person, *[Key.Key_F3] * 3)
    assert headings() == ["Sheet", "Count"]


def test_enter_shows_it_large_and_keys_read_it(person: Person, house: House, order: int) -> None:
    page = opened(person)
    press(person, *[Key.Key_F3] * 4, Key.Key_Down, Key.Key_Down)  # codes of carts: two sheets
    pages = page.reader.pages
    press(person, Key.Key_Return)
    assert page.is_reading
    assert pages.hasFocus()
    assert pages.count == 3
    bar = pages.verticalScrollBar()
    press(person, Key.Key_Down)
    assert 0 < bar.value() < pages.height()
    press(person, Key.Key_PageDown)
    assert bar.value() > pages.height() // 2
    press(person, Key.Key_Right)
    assert pages.page == 1
    press(person, Key.Key_End)
    assert (pages.page, bar.value()) == (2, bar.maximum())
    press(person, Key.Key_Left, Key.Key_Home)
    assert (pages.page, bar.value()) == (0, 0)
    press(person, Key.Key_Escape)
    assert not page.is_reading
    assert page.table.hasFocus()
    press(person, Key.Key_Return, Key.Key_Return)
    assert not page.is_reading


def test_what_is_read_large_turns_with_f6_and_closes_for_another_tab(person: Person, order: int) -> None:
    page = opened(person)
    press(person, Key.Key_Return, Key.Key_F6)
    assert page.is_reading
    assert of(page)[0] is Document.INVOICE
    assert page.reader.pages.hasFocus()
    press(person, Key.Key_F3)
    assert not page.is_reading
    press(person, Key.Key_Return)
    assert page.is_reading
    press(person, Key.Key_F2)
    assert not page.is_reading
    assert page.box.hasFocus()


def test_a_scan_finds_the_order(person: Person, house: House, order: int) -> None:
    other = house.picked("POT", source_id="B-7")
    page = opened(person)

    def chosen(key: int) -> bool:
        return page.row is not None and page.row.key == key and person.settled()

    press(person, Key.Key_F3)
    for code, found in ((house.tote_of(order), order), ("B-7", other), (house.tote_of(other), other)):
        person.scan(code)
        person.wait(partial(chosen, found))
        made = page.pane.made
        assert made is not None
        assert made.wanted.key == found
    told_before = page.pane.made
    person.work.dialogs._notice.hide()
    person.scan("NOBODY-KNOWS")
    person.wait(lambda: person.work.dialogs.notice)
    assert page.pane.made == told_before


def test_a_second_press_asks_before_it_prints_again(person: Person, house: House, order: int) -> None:
    page = opened(person)
    person.work.settings = replace(person.work.settings, document_printer="cups://office")
    told(person, Key.Key_F4)
    assert house.count(PrintJob) == 1
    person.press(Key.Key_F4)
    person.wait(lambda: person.work.dialogs.is_open)
    assert house.count(PrintJob) == 1
    person.press(Key.Key_Escape)
    person.wait(lambda: not person.work.dialogs.is_open and person.settled())
    assert house.count(PrintJob) == 1
    person.press(Key.Key_F4)
    person.wait(lambda: person.work.dialogs.is_open)
    person.type("3")
    person.press(Key.Key_Return)
    person.wait(lambda: house.count(PrintJob) == 4)
    press(person, Key.Key_F6)  # another document is no second press
    assert of(page)[0] is Document.INVOICE
    told(person, Key.Key_F4)
    person.wait(lambda: house.count(PrintJob) == 5)
    person.press(Key.Key_F4)
    person.wait(lambda: person.work.dialogs.is_open)
    person.type("many")
    assert "50" in told(person, Key.Key_Return)
    assert house.count(PrintJob) == 5


def test_of_a_long_sheet_the_beginning_is_shown_and_all_is_printed(
    person: Person, house: House, order: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.pages.documents.SHOWN_CODES", 8)
    page = opened(person)
    person.work.settings = replace(person.work.settings, document_printer="cups://office")
    press(person, *[Key.Key_F3] * 4, Key.Key_Down, Key.Key_Down)
    made = page.pane.made
    assert made is not None
    assert (made.left_out, len(made.sizes)) == (16, 1)
    assert "16" in page.pane.about
    told(person, Key.Key_F4)
    job = house.one(select(PrintJob))
    assert len(page_sizes(job.payload)) == 3


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
    assert page.tabs.shown_count("manifest") == "! 1"
    assert grey(person) == {"F5", "F6", "F7", "F8", "F9"}
    person.press(Key.Key_F4)
    person.wait(lambda: person.work.dialogs.is_open)
    assert house.count(Manifest) == 0
    person.press(Key.Key_Return)
    person.wait(lambda: house.count(Manifest) == 1 and page.pane.made is not None and person.settled())
    assert of(page)[0] is Document.MANIFEST
    assert page.data is not None
    assert page.model.rowCount() == 1  # nothing waits any more
    assert page.tabs.shown_count("manifest") == "1"


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


def test_one_that_needs_no_customs_papers_says_so(person: Person, house: House) -> None:
    from db.places import Warehouse

    house.write(lambda tx: setattr(tx.session.get_one(Warehouse, house.warehouse), "country", "DE"))
    house.picked("TEA", country="DE", source_id="B-8", currency="EUR")
    page = opened(person)
    press(person, Key.Key_F6, Key.Key_F6)
    assert page.pane.made is None
    assert any("B-8" in label.text() for label in page.pane.findChildren(QLabel))
