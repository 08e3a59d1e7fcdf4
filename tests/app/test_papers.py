"""The papers that come with a label: asked for in its transaction, made beside the bench, once, over a crash too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select, update

from app.domain.barcode import make_label_code
from app.domain.documents import Document
from app.operations.label_copies import reprint
from app.operations.papers import Paper, queue_papers
from app.operations.print_queue import note_printer
from app.papers import LabelPapers
from app.station import Station
from db.bench import PackingRules
from db.journal import JournalEntry
from db.orders import Order, OrderLine
from db.parcels import JobKind, Parcel, PrintJob
from tests.factories import LEAD, Hands, House


@pytest.fixture
def station(house: House) -> Station:
    house.store.write(note_printer, "BENCH-1", "zpl", 203, 100, 150)
    return Station(house.store, "BENCH-1")


@pytest.fixture
def papers(house: House, station: Station) -> Iterator[Any]:
    """Starts the maker of papers of BENCH-1, ended after the test."""
    made: list[LabelPapers] = []

    def start(sheets: bool = True, labels: bool = True) -> LabelPapers:
        made.append(LabelPapers(house.store, station, sheets=sheets, labels=labels))
        return made[-1]

    yield start
    for each in made:
        each.stop()


def rules(house: House, slip: str) -> None:
    house.write(lambda tx: tx.session.merge(PackingRules(warehouse_id=house.warehouse, slip=slip)))


def labelled(house: House, hands: Hands, **values: Any) -> int:
    order = house.picked("TEA", "CUP", **values)
    assert hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN") == "complete"
    return order


def documents(house: House) -> list[tuple[str | None, str, str]]:
    jobs = house.all(select(PrintJob).where(PrintJob.kind == JobKind.DOCUMENT).order_by(PrintJob.id))
    return [(job.document, job.queue, job.language) for job in jobs]


SLIP = ("packing_slip", "BENCH-1 documents", "pdf")


def test_a_slip_comes_with_the_label_to_the_document_printer(house: House, hands: Hands, papers: Any) -> None:
    rules(house, "slip")
    order = labelled(house, hands)
    assert documents(house) == []  # nothing is drawn in the transaction of a scan
    papers().stop()
    assert documents(house) == [SLIP]
    job = house.all(select(PrintJob).where(PrintJob.kind == JobKind.DOCUMENT))[0]
    assert (job.order_id, job.payload[:5]) == (order, b"%PDF-")


def test_what_a_killed_program_had_not_made_is_made_once_by_the_next_one(
    house: House, hands: Hands, papers: Any
) -> None:
    rules(house, "slip")
    labelled(house, hands)
    house.printed()
    assert hands.scan(hands.square) == "closed"
    assert house.all(select(Parcel.papers_due)) == ["BENCH-1"]
    for _ in range(3):
        papers().stop()
    assert documents(house) == [SLIP]
    assert house.all(select(Parcel.papers_due)) == [""]


def test_a_running_bench_makes_them_by_itself(house: House, hands: Hands, papers: Any) -> None:
    rules(house, "slip")
    maker = papers()
    for _ in range(3):
        labelled(house, hands)
        house.printed()
        hands.scan(hands.square)
    maker.stop()
    maker.make()
    assert documents(house) == [SLIP] * 3


def test_neither_a_reprint_nor_a_second_label_brings_a_second_slip(house: House, hands: Hands, papers: Any) -> None:
    rules(house, "slip")
    labelled(house, hands)
    papers().stop()
    assert hands.scan("XXUNDO", "CUP-EAN") == "complete"
    papers().stop()
    house.printed()
    house.store.write(reprint, LEAD, hands.parcel.parcel_id, "torn", "BENCH-1")
    papers().stop()
    assert documents(house) == [SLIP]
    assert hands.scan(make_label_code(hands.parcel.code, 1)) == "superseded_copy"


def test_nothing_is_asked_for_where_no_paper_is_wanted(house: House, hands: Hands, papers: Any) -> None:
    labelled(house, hands)
    assert house.all(select(Parcel.papers_due)) == [None]
    papers().stop()
    assert documents(house) == []


def test_a_parcel_that_is_open_again_gets_none_until_it_is_labelled_again(
    house: House, hands: Hands, papers: Any
) -> None:
    rules(house, "slip")
    labelled(house, hands)
    hands.scan("XXUNDO")
    papers().stop()
    assert documents(house) == []
    hands.scan("CUP-EAN")
    papers().stop()
    assert documents(house) == [SLIP]


def test_papers_that_two_have_made_are_queued_once(house: House, hands: Hands) -> None:
    rules(house, "slip")
    labelled(house, hands)
    paper = Paper(Document.PACKING_SLIP, b"%PDF-", "BENCH-1 documents")
    queued = [house.store.write(queue_papers, LEAD, hands.parcel.parcel_id, [paper]) for _ in range(2)]
    assert queued == [1, 0]
    assert documents(house) == [SLIP]


def test_without_a_document_printer_the_slip_comes_out_as_a_label(house: House, hands: Hands, papers: Any) -> None:
    rules(house, "slip")
    labelled(house, hands)
    papers(sheets=False).stop()
    assert documents(house) == [("packing_slip", "BENCH-1", "zpl")]
    jobs = house.all(select(PrintJob.document).order_by(PrintJob.id))
    assert jobs == [None, "packing_slip"]  # after the label


def test_without_any_printer_they_wait_for_one(house: House, hands: Hands, papers: Any) -> None:
    rules(house, "slip")
    labelled(house, hands)
    papers(sheets=False, labels=False).stop()
    assert house.all(select(Parcel.papers_due)) == ["BENCH-1"]
    papers().stop()
    assert documents(house) == [SLIP]


def price(house: House, minor: int) -> None:
    house.write(lambda tx: tx.session.execute(update(OrderLine).values(price_minor=minor)))
    house.write(lambda tx: tx.session.execute(update(Order).values(currency="EUR")))


@pytest.mark.parametrize(
    ("minor", "wanted"),
    [
        (1_000, [SLIP, ("cn22", "BENCH-1", "zpl")]),
        (90_000, [SLIP, ("cn23", "BENCH-1 documents", "pdf"), ("invoice", "BENCH-1 documents", "pdf")]),
    ],
)
def test_all_papers_are_those_that_customs_want(
    house: House, hands: Hands, papers: Any, minor: int, wanted: list[tuple[str, str, str]]
) -> None:
    rules(house, "all")
    order = house.picked("TEA", "CUP")
    price(house, minor)
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    papers().stop()
    assert documents(house) == wanted


def test_where_no_border_is_crossed_all_papers_are_the_slip(house: House, hands: Hands, papers: Any) -> None:
    rules(house, "all")
    labelled(house, hands, country="CN")
    papers().stop()
    assert documents(house) == [SLIP]


def test_a_paper_that_cannot_be_made_keeps_no_other_back_and_is_told(house: House, hands: Hands, papers: Any) -> None:
    rules(house, "all")
    order = house.picked("TEA", "CUP")
    price(house, 90_000)
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    papers(sheets=False).stop()
    assert documents(house) == [("packing_slip", "BENCH-1", "zpl")]
    told = house.all(select(JournalEntry).where(JournalEntry.name == "papers_not_made").order_by(JournalEntry.id))
    assert [(note.reason, note.order_id) for note in told] == [("papers_no_printer", order)] * 2
    assert house.all(select(Parcel.papers_due)) == [""]


def test_a_mistake_in_one_paper_is_not_made_at_every_label(
    house: House, hands: Hands, papers: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    import app.documents

    def broken(*_: Any) -> bytes:
        raise ZeroDivisionError

    rules(house, "slip")
    labelled(house, hands)
    monkeypatch.setattr(app.documents, "to_pdf", broken)
    papers().stop()
    assert documents(house) == []
    assert house.all(select(Parcel.papers_due)) == [""]
    assert "could not be made" in caplog.text
    caplog.clear()
