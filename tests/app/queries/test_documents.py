"""What documents say is what is in the database, and nothing of it is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.domain.documents import DOCUMENTS, Document, Subject, Wanted
from app.domain.errors import Refusal
from app.operations.documents import close_manifest
from app.queries.documents import (
    codes_of,
    content_of,
    manifest_of,
    packing_slip_of,
    paper_page,
    paper_total,
    pick_list_of,
    printer_of,
    sheet_of,
    wave_sheet_of,
)
from db.orders import Order, OrderLine, SkuPicture
from db.parcels import PrintQueue
from db.store import Tx
from printing.documents.packing_slip import SlipKit
from tests.factories import LEAD, Hands, House, open_house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as house:
        yield house


def test_a_packing_slip_says_what_was_ordered_and_then_what_was_packed(house: House) -> None:
    order = house.picked("TEA", ("CUP", 2), language="de", currency="EUR", gift_message="Alles Gute")

    def price(tx: Tx) -> None:
        for line in tx.session.query(OrderLine).filter_by(order_id=order):
            line.price_minor = 250 * line.position
        tx.session.add(SkuPicture(sku_id=house.skus["CUP"], media="png", content=b"picture", sha256="0"))

    house.write(price)
    slip = house.store.read(packing_slip_of, order)
    assert [(line.sku, line.quantity, line.price_minor, line.picture) for line in slip.lines] == [
        ("TEA", 1, 250, None), ("CUP", 2, 500, b"picture"),
    ]  # fmt: skip
    assert (slip.currency, slip.gift_message, slip.tracking, slip.priced) == ("EUR", "Alles Gute", "", True)
    assert slip.recipient.splitlines()[0] == "Ada Lovelace"
    house.hands().scan(house.tote_of(order), "CUP-EAN")
    packed = house.store.read(packing_slip_of, order)
    assert [(line.sku, line.quantity) for line in packed.lines] == [("CUP", 1)]


def test_components_are_told_under_their_kit(house: House) -> None:
    house.stock("SET", 0)
    order = house.picked(("TEA", 2), ("CUP", 4), "MUG")

    def into_a_kit(tx: Tx) -> None:
        for line in tx.session.query(OrderLine).filter(OrderLine.order_id == order, OrderLine.position < 3):
            line.kit_sku_id, line.kit_number, line.per_kit = house.skus["SET"], 1, line.quantity // 2

    house.write(into_a_kit)
    slip = house.store.read(packing_slip_of, order)
    kit = SlipKit(1, "SET", "", 2)
    assert [(line.sku, line.quantity, line.kit) for line in slip.lines] == [
        ("TEA", 2, kit), ("CUP", 4, kit), ("MUG", 1, None),
    ]  # fmt: skip
    # half of a kit is in the parcel: how many kits it holds cannot be said
    house.hands().scan(house.tote_of(order), "MUG-EAN", "TEA-EAN")
    packed = house.store.read(packing_slip_of, order)
    assert [(line.sku, line.kit and line.kit.quantity) for line in packed.lines] == [("TEA", None), ("MUG", None)]


def test_hidden_prices_stay_hidden(house: House) -> None:
    order = house.picked("TEA", currency="EUR", hide_prices=True)
    house.write(lambda tx: setattr(tx.session.query(OrderLine).filter_by(order_id=order).one(), "price_minor", 100))
    assert not house.store.read(packing_slip_of, order).priced


def test_a_pick_list_is_the_walk(house: House) -> None:
    for sku in ("TEA", "CUP", "POT"):
        house.stock(sku, 9)
    orders = [house.order("TEA", "CUP"), house.order(("POT", 2), "TEA")]
    house.release()
    (batch,) = house.batches()
    picks = house.store.read(pick_list_of, batch)
    assert sum(line.quantity for line in picks.lines) == 5
    assert {line.sku for line in picks.lines} == {"TEA", "CUP", "POT"}
    assert [tote.order for tote in picks.totes] == [house.source_id(order) for order in orders]
    assert {line.tote for line in picks.lines} == {house.tote_of(order) for order in orders}
    assert {line.slot for line in picks.lines} == {tote.slot for tote in picks.totes} == {"1", "2"}


def test_a_wave_sheet_adds_up(house: House) -> None:
    house.stock("TEA", 9)
    house.stock("CUP", 9)
    due = datetime(2026, 3, 3, 15, tzinfo=UTC)
    for _ in range(2):
        house.order("TEA", ship_by=due, service="POST")
    house.order("TEA", "CUP", ship_by=due, service="POST")
    wave = house.release()
    sheet = house.store.read(wave_sheet_of, wave)
    assert sum(batch.orders for batch in sheet.batches) == 3
    assert sum(batch.pieces for batch in sheet.batches) == 4
    assert {batch.lane for batch in sheet.batches} == {"single", "cart"}
    assert [(each.carrier, each.at, each.orders) for each in sheet.cut_offs] == [("POST", due, 3)]


def test_a_manifest_lists_its_parcels(house: House) -> None:
    order = house.picked("TEA")
    hands = house.hands()
    hands.scan(house.tote_of(order), "TEA-EAN")
    house.printed()
    tracking = hands.parcel.tracking
    hands.scan(hands.square)
    waiting = house.store.read(paper_page, Subject.MANIFEST, "", house.warehouse)
    assert [(row.key, row.kind, row.count) for row in waiting] == [(-1, "waiting", 1)]
    made = house.store.write(close_manifest, LEAD, house.warehouse, "")
    manifest = house.store.read(manifest_of, made)
    assert [(each.tracking, each.country, each.weight_g) for each in manifest.parcels] == [(tracking, "GB", 100)]
    assert manifest.number == "MAIN-000001"
    rows = house.store.read(paper_page, Subject.MANIFEST, "", house.warehouse)
    assert [(row.key, row.kind, row.count) for row in rows] == [(made, "made", 1)]


def test_codes_are_those_of_the_house(house: House) -> None:
    house.picked("TEA")
    place = house.warehouse
    assert [code.code for code in house.store.read(codes_of, Document.LOCATIONS, place, 1, 1)] == sorted(
        house.locations
    )
    assert house.store.read(codes_of, Document.TOTES, place, 1, 1)
    assert [code.text for code in house.store.read(codes_of, Document.BADGES, place, 1, 1)] == ["Pia"]
    carts = house.store.read(codes_of, Document.CARTS, place, 7, 3)
    assert [code.text for code in carts] == ["7", "8", "9"]
    assert all(code.code.startswith("CA") for code in carts)
    with pytest.raises(Refusal) as refusal:
        house.store.read(codes_of, Document.CARTONS, place, 1, 5_001)
    assert refusal.value.code == "papers_too_many_codes"


def test_rows_are_found_by_their_names_and_paged(house: House) -> None:
    for _ in range(3):
        house.picked("TEA")
    read, place = house.store.read, house.warehouse
    assert read(paper_total, Subject.ORDER, "", place) == 3
    assert read(paper_total, Subject.WAVE, "", place) == 3
    newest = [row.key for row in read(paper_page, Subject.WAVE, "", place)]
    assert newest == sorted(newest, reverse=True)
    assert [row.key for row in read(paper_page, Subject.WAVE, "", place, offset=1, limit=1)] == newest[1:2]
    assert read(paper_total, Subject.WAVE, "no such", place) == 0
    number = house.source_id(1)
    assert [row.name for row in read(paper_page, Subject.ORDER, number, place)] == [number]


def test_every_document_of_every_subject_has_its_content(house: House) -> None:
    order = house.picked("TEA", language="zh")
    house.hands()
    keys = {Subject.ORDER: order, Subject.CART: 1, Subject.WAVE: 1, Subject.CODES: 0}
    for subject, key in keys.items():
        for document in DOCUMENTS[subject]:
            if document is Document.COMMANDS:
                continue  # it is of the window's own commands
            wanted = Wanted(document, key, "en", "a4", house.warehouse)
            content, language = house.store.read(content_of, wanted)
            assert content
            assert language == ("zh" if subject is Subject.ORDER else "en"), document
    own = Wanted(Document.PACKING_SLIP, order, "en", "a4", house.warehouse, own=True)
    assert house.store.read(content_of, own)[1] == "en"
    assert [sheet_of(row.key).value for row in house.store.read(paper_page, Subject.CODES, "", house.warehouse)] == [
        document.value for document in DOCUMENTS[Subject.CODES]
    ]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (packing_slip_of, "order_unknown"), (pick_list_of, "batch_unknown"), (wave_sheet_of, "wave_unknown"),
        (manifest_of, "manifest_unknown"),
    ],
)  # fmt: skip
def test_what_is_not_there_has_no_document(house: House, query: object, code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        house.store.read(query, 99)  # type: ignore[arg-type]
    assert refusal.value.code == code


def test_a_queue_without_a_word_of_its_printer_is_zpl_at_203_dpi(house: House) -> None:
    before = house.store.read(printer_of, "BENCH-1")
    assert (before.language, before.dpi, before.width_mm) == ("zpl", 203, None)
    house.write(lambda tx: tx.session.add(PrintQueue(name="BENCH-1", language="tspl", dpi=300, width_mm=100)))
    after = house.store.read(printer_of, "BENCH-1")
    assert (after.language, after.dpi, after.width_mm) == ("tspl", 300, 100)
    assert house.count(Order) == 0


@pytest.mark.parametrize(("country", "language"), [("GB", "en"), ("CN", "zh")])
def test_a_buyer_who_has_not_said_a_language_does_not_get_that_of_the_station(
    house: House, country: str, language: str
) -> None:
    order = house.picked("TEA", country=country)
    for station in ("en", "zh"):
        wanted = Wanted(Document.PACKING_SLIP, order, station, "a4", house.warehouse)
        assert house.store.read(content_of, wanted)[1] == language


def test_the_slip_of_one_box_says_what_is_in_that_box(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 3), "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "XXCLOSE")
    first = hands.parcel
    house.printed()
    hands.scan(hands.square, "TEA-EAN", "TEA-EAN", "CUP-EAN")
    second = hands.parcel
    for parcel, wanted in ((first, [("TEA", 1)]), (second, [("TEA", 2), ("CUP", 1)])):
        slip = house.store.read(packing_slip_of, order, parcel.parcel_id)
        assert [(line.sku, line.quantity) for line in slip.lines] == wanted
        assert (slip.parcel, slip.parcels, slip.tracking) == (parcel.number, 2, parcel.tracking)
    whole = house.store.read(packing_slip_of, order)
    assert [(line.sku, line.quantity) for line in whole.lines] == [("TEA", 3), ("CUP", 1)]
