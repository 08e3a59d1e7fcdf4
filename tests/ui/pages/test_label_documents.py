"""Documents in the queue of labels: named, seen, printed again, and settled after a crash."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from sqlalchemy import select

from app.domain.documents import Document
from app.domain.routing import document_queue
from app.domain.states import JobState
from app.operations.documents import queue_document
from app.operations.print_queue import finish_attempt, recover_queue
from db.parcels import PrintJob
from printing.documents.codes import STOCKS, CodeLabel, code_sheet
from tests.factories import LEAD, House
from tests.ui.conftest import Person
from ui.pages.labels import LabelsPage

Key = Qt.Key
QUEUE = document_queue("BENCH-1")


@pytest.fixture
def page_names() -> tuple[str, ...]:
    return ("labels", "packing")


@pytest.fixture
def job(house: House) -> int:
    order = house.picked("TEA", source_id="A-1")
    pdf = code_sheet([CodeLabel("A-1")], STOCKS["a4_2x7"], "Sheet")
    return house.store.write(queue_document, LEAD, Document.PACKING_SLIP, pdf, queue=QUEUE, order_id=order)


def opened(person: Person) -> LabelsPage:
    page = person.go("labels")
    assert isinstance(page, LabelsPage)
    person.wait(lambda: page.detail.job is not None and person.settled())
    return page


def sent(house: House) -> int:
    claimed = house.claim(QUEUE)
    assert claimed is not None
    return claimed.attempt_id


def states(house: House) -> list[JobState]:
    return house.all(select(PrintJob.state).order_by(PrintJob.id))


def test_a_document_is_named_and_seen(person: Person, house: House, job: int) -> None:
    page = opened(person)
    assert page.model.data(page.model.index(0, 0)) == "A-1"
    assert "Packing slip" in [page.model.data(page.model.index(0, at)) for at in range(page.model.columnCount())]
    assert page.detail.preview.images[0].width() > page.detail.preview.images[0].height() // 2
    assert any("Packing slip" in text for text in page.detail.texts())


def test_one_that_was_handed_over_can_be_printed_again(person: Person, house: House, job: int) -> None:
    page = opened(person)
    house.store.write(finish_attempt, sent(house), JobState.PRINTED, None, "handed_over")
    person.wait(lambda: "own queue" in page.detail.situation)
    assert not any("scan" in label.text().lower() for label in page.detail.findChildren(QLabel))
    person.press(Key.Key_F6)
    person.wait(lambda: states(house) == [JobState.PRINTED, JobState.QUEUED])


def test_after_a_crash_a_person_settles_it(person: Person, house: House, job: int) -> None:
    sent(house)
    house.store.write(recover_queue, QUEUE)
    opened(person)
    assert states(house) == [JobState.UNCERTAIN]
    person.press(Key.Key_F6)
    person.wait(lambda: person.work.dialogs.notice)
    assert states(house) == [JobState.UNCERTAIN]  # nobody knows yet: it is not doubled
    person.press(Key.Key_F7)
    person.wait(lambda: states(house) == [JobState.PRINTED])
