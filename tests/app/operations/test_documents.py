"""Documents in the print queue, and manifests: every closed parcel is on one of them, once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from app.domain.documents import Document
from app.domain.errors import Refusal
from app.domain.states import JobState
from app.operations.documents import close_manifest, queue_document
from db.journal import JournalEntry
from db.label_files import Manifest
from db.parcels import JobKind, Label, Parcel, PrintJob
from db.store import Tx
from tests.factories import LEAD, House, open_house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as house:
        yield house


def closed(house: House, carrier: str = "") -> str:
    """A closed parcel of a carrier; its tracking number."""
    order = house.picked("TEA", carrier="")
    hands = house.hands()
    hands.scan(house.tote_of(order), "TEA-EAN")
    house.printed()
    tracking = hands.parcel.tracking or ""

    def give(tx: Tx) -> None:
        label = tx.session.scalars(select(Label).where(Label.tracking == tracking)).one()
        label.carrier = carrier

    house.write(give)
    assert hands.scan(hands.square) == "closed"
    return tracking


def on(house: House, manifest: int) -> list[str]:
    return house.all(select(Label.tracking).where(Label.manifest_id == manifest).order_by(Label.id))


def manifest(house: House, carrier: str = "") -> int:
    return house.store.write(close_manifest, LEAD, house.warehouse, carrier)


def test_a_document_waits_for_the_document_printer(house: House) -> None:
    order = house.picked("TEA")
    pdf = b"%PDF-1.4 made up"
    job = house.get(
        PrintJob,
        house.store.write(
            queue_document, LEAD, Document.PACKING_SLIP, pdf, queue="BENCH-1 documents", order_id=order, pages=2
        ),
    )
    assert (job.kind, job.document, job.language, job.state) == (
        JobKind.DOCUMENT, "packing_slip", "pdf", JobState.QUEUED,
    )  # fmt: skip
    assert (job.queue, job.order_id, job.labels, job.label_id) == ("BENCH-1 documents", order, 2, None)
    assert (job.payload, job.sha256) == (pdf, hashlib.sha256(pdf).hexdigest())
    entry = house.one(select(JournalEntry).where(JournalEntry.name == "print_document"))
    assert (entry.order_id, entry.job_id) == (order, job.id)


def test_a_manifest_holds_the_closed_parcels_of_its_carrier_alone(house: House) -> None:
    first, other, second = closed(house, "post"), closed(house, "express"), closed(house, "post")
    open_order = house.picked("TEA")
    house.hands("BENCH-2").scan(house.tote_of(open_order), "TEA-EAN")  # its label is printed, and its box is not closed
    made = manifest(house, "post")
    assert on(house, made) == [first, second]
    assert on(house, manifest(house, "express")) == [other]


def test_no_parcel_is_on_two_manifests(house: House) -> None:
    first = closed(house, "post")
    one = manifest(house, "post")
    with pytest.raises(Refusal) as refusal:
        manifest(house, "post")
    assert refusal.value.code == "papers_nothing_to_hand_over"
    later = closed(house, "post")
    two = manifest(house, "post")
    assert (on(house, one), on(house, two)) == ([first], [later])
    assert [house.get(Manifest, each).number for each in (one, two)] == [1, 2]


def test_a_voided_parcel_is_not_handed_over(house: House) -> None:
    kept, gone = closed(house), closed(house)

    def void(tx: Tx) -> None:
        label = tx.session.scalars(select(Label).where(Label.tracking == gone)).one()
        label.state = type(label.state)("voided")

    house.write(void)
    assert on(house, manifest(house)) == [kept]
    assert house.count(Parcel) == 2
