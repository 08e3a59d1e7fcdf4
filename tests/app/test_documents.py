"""Documents from the command line: each is written as PDF, in its language, on its paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest

from app.cli import main
from app.domain.documents import PAPERS, Document
from db.label_files import Manifest
from tests.factories import House, open_house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as house:
        yield house


@pytest.fixture
def order(house: House) -> int:
    return house.picked("TEA", ("CUP", 2), source_id="A-1", currency="EUR", country="US")


def write(house: House, out: Path, *words: str) -> int:
    return main(["document", *words, "--out", str(out), "--db", str(out.parent / "house.db")])


def text(pdf: Path) -> list[str]:
    """What each page says."""
    document = pypdfium2.PdfDocument(pdf.read_bytes())
    try:
        return [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()


def size(pdf: Path) -> tuple[int, int]:
    """Width and height of the first page in millimetres."""
    document = pypdfium2.PdfDocument(pdf.read_bytes())
    try:
        width, height = document.get_page_size(0)
        return round(width / 72 * 25.4), round(height / 72 * 25.4)
    finally:
        document.close()


OF_ORDER = (Document.PACKING_SLIP, Document.INVOICE, Document.CN22, Document.CN23, Document.RETURN_LABEL)


@pytest.mark.parametrize("document", OF_ORDER)
def test_every_document_of_an_order_on_every_paper(
    house: House, order: int, tmp_path: Path, document: Document
) -> None:
    for paper in PAPERS[document]:
        out = tmp_path / "papers" / f"{paper}.pdf"
        out.parent.mkdir(exist_ok=True)
        assert main(
            ["document", document.value, "A-1", "--paper", paper, "--out", str(out), "--db",
             str(tmp_path / "house.db")]
        ) == 0  # fmt: skip
        assert "".join(text(out)).strip()
    assert len({size(out) for out in (tmp_path / "papers").iterdir()}) == len(PAPERS[document])


@pytest.mark.parametrize(("language", "said"), [("en", "Pick list"), ("zh", "拣货单")])
def test_carts_and_waves_are_named_by_their_numbers_in_both_languages(
    house: House, order: int, tmp_path: Path, language: str, said: str
) -> None:
    out = tmp_path / "list.pdf"
    assert write(house, out, "pick_list", "1-1", "--language", language) == 0
    assert said in text(out)[0]
    assert write(house, out, "wave_sheet", "1", "--language", language) == 0
    assert said not in text(out)[0]


def test_a_sheet_begins_where_it_is_asked_to(house: House, order: int, tmp_path: Path) -> None:
    out = tmp_path / "carts.pdf"
    assert write(house, out, "carts", "--from", "7", "--count", "3", "--start", "8", "--paper", "a4_2x4") == 0
    pages = text(out)
    assert len(pages) == 2  # one label is left of the first sheet
    assert "7" in pages[0]
    assert "9" in pages[1]


def test_what_there_is_not_is_said(
    house: House, order: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "none.pdf"
    for words in (
        ("packing_slip", "A-2"), ("wave_sheet", "99"), ("wave_sheet", "x"), ("pick_list", "1-99"), ("pick_list", "1"),
        ("manifest", "post"), ("packing_slip", "A-1", "--paper", "a3"), ("cn22", "A-1", "--close"),
        ("carts", "--count", "6000"), ("locations", "--start", "99"),
    ):  # fmt: skip
        assert write(house, out, *words) != 0, words
        assert capsys.readouterr().err, words
    assert not out.exists()


def test_an_order_that_needs_no_customs_papers_says_so(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from db.places import Warehouse

    house.write(lambda tx: setattr(tx.session.get_one(Warehouse, house.warehouse), "country", "DE"))
    house.picked("TEA", source_id="A-3", country="DE", currency="EUR")
    assert write(house, tmp_path / "cn22.pdf", "cn22", "A-3") != 0
    assert "A-3" in capsys.readouterr().err
    assert write(house, tmp_path / "slip.pdf", "packing_slip", "A-3") == 0


def test_one_that_lacks_data_says_which_sku_and_what(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from db.orders import Sku

    house.picked("TEA", source_id="A-4", country="US", currency="EUR")
    house.write(lambda tx: setattr(tx.session.get_one(Sku, house.skus["TEA"]), "hs_code", ""))
    assert write(house, tmp_path / "cn23.pdf", "cn23", "A-4") != 0
    said = capsys.readouterr().err
    assert "TEA" in said
    assert "HS" in said


def test_a_manifest_is_made_and_written_in_one_go(
    house: House, order: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hands = house.hands("BENCH-2")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN", "CUP-EAN")
    house.printed("BENCH-2")
    assert hands.scan(hands.square) == "closed"
    out = tmp_path / "manifest.pdf"
    assert write(house, out, "manifest", "") != 0  # there is none yet
    assert write(house, out, "manifest", "", "--close") == 0
    assert "A-1" in "".join(text(out))
    assert house.count(Manifest) == 1
    before = out.read_bytes()
    assert write(house, out, "manifest", "", "--close") != 0  # nothing is left to hand over
    assert "manifest" in capsys.readouterr().err
    assert out.read_bytes() == before
    out.unlink()
    assert write(house, out, "manifest", "") == 0  # the newest, once more
    assert out.read_bytes() == before
    assert house.count(Manifest) == 1
