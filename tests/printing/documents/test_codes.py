"""Sheets of codes: each label in its place, every symbol read, nothing over the edge of a label."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.domain.barcode import Kind, make_code
from app.domain.errors import Refusal
from printing.documents.codes import STOCKS, Arrow, CodeLabel, Stock, code_sheet, lay_out
from printing.documents.page import Page
from printing.documents.write import to_pdf
from tests.printing.documents.reading import assert_apart, assert_symbols, hostile, ink, texts, thorough

_CODES = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-", min_size=1, max_size=14)
_LABELS = st.builds(CodeLabel, _CODES, st.just("") | hostile, hostile, st.none() | st.sampled_from(list(Arrow)))


def _assert_in_labels(pages: list[Page], stock: Stock) -> None:
    """All that is placed lies in a label, a millimetre from its edges at least."""
    for page in pages:
        for item in page.placed:
            left, top, right, bottom = ink(item)
            column = int(((left + right) / 2 - stock.left_mm) // stock.across_mm)
            row = int(((top + bottom) / 2 - stock.top_mm) // stock.down_mm)
            x, y = stock.left_mm + column * stock.across_mm, stock.top_mm + row * stock.down_mm
            room = 0.0 if stock.cut else 1.0
            assert x + room <= left + 0.01, item
            assert right <= x + stock.width_mm - room + 0.01, item
            assert y + room <= top + 0.01, item
            assert bottom <= y + stock.height_mm - room + 0.01, item


@thorough
@given(
    st.lists(_LABELS, min_size=1, max_size=12), st.sampled_from(sorted(STOCKS)), st.booleans(),
    st.sampled_from([203, 300]), st.data(),
)  # fmt: skip
def test_every_label_is_read_and_stays_in_its_place(
    labels: list[CodeLabel], name: str, square: bool, dpi: int, data: st.DataObject
) -> None:
    stock = STOCKS[name]
    start = data.draw(st.integers(1, stock.count))
    try:
        pages = lay_out(labels, stock, start=start, square=square)
    except Refusal as refused:
        assume(refused.code != "documents_code_unscannable")
        raise
    _assert_in_labels(pages, stock)
    assert_apart(pages)
    assert [symbol.data for page in pages for symbol in page.symbols] == [label.code for label in labels]
    assert len(pages) == -(-(start - 1 + len(labels)) // stock.count)
    assert_symbols(pages, to_pdf(pages, "a"), dpi)


@pytest.mark.parametrize("name", sorted(STOCKS))
@pytest.mark.parametrize("square", [False, True])
def test_our_own_codes_fit_on_every_stock(name: str, square: bool) -> None:
    labels = [CodeLabel(make_code(kind, 42), "", kind.name, Arrow.UP) for kind in Kind]
    pages = lay_out(labels, STOCKS[name], square=square)
    assert sum(len(page.symbols) for page in pages) == len(labels)


@pytest.mark.parametrize("name", sorted(STOCKS))
def test_the_labels_of_a_stock_lie_on_its_paper(name: str) -> None:
    stock = STOCKS[name]
    assert stock.left_mm + (stock.columns - 1) * stock.across_mm + stock.width_mm <= stock.paper.width_mm + 0.01
    assert stock.top_mm + (stock.rows - 1) * stock.down_mm + stock.height_mm <= stock.paper.height_mm + 0.01
    assert stock.width_mm <= stock.across_mm
    assert stock.height_mm <= stock.down_mm


def test_a_half_used_sheet_goes_on_where_it_was_left() -> None:
    stock = STOCKS["a4_3x8"]
    first, second = lay_out([CodeLabel("A-1")] * 20, stock, start=6)
    assert (len(first.symbols), len(second.symbols)) == (19, 1)
    left, top, *_ = first.symbols[0].box
    assert left > 2 * stock.across_mm
    assert stock.down_mm < top < 2 * stock.down_mm
    assert second.symbols[0].box[0] < stock.across_mm


@pytest.mark.parametrize("start", [0, 25, -1])
def test_a_place_that_the_sheet_does_not_have_is_refused(start: int) -> None:
    with pytest.raises(Refusal) as refused:
        code_sheet([CodeLabel("A-1")], STOCKS["a4_3x8"], "Locations", start=start)
    assert (refused.value.code, refused.value.facts) == ("documents_start_outside", {"count": 24})


@pytest.mark.parametrize("code", ["", "库位", "A" * 300, "a\tb"])
def test_a_code_that_no_label_can_carry_is_refused_by_its_name(code: str) -> None:
    with pytest.raises(Refusal) as refused:
        lay_out([CodeLabel("A-1"), CodeLabel(code)], STOCKS["letter_3x10"])
    assert (refused.value.code, refused.value.facts) == ("documents_code_unscannable", {"barcode": code})


def test_a_code_that_is_too_long_for_bars_becomes_a_square() -> None:
    (page,) = lay_out([CodeLabel("LOCATION-IN-HALL-7-AISLE-12-34")], STOCKS["a4_3x8"])
    assert [symbol.kind for symbol in page.symbols] == ["datamatrix"]


def test_no_codes_are_no_sheet() -> None:
    with pytest.raises(Refusal, match="documents_no_codes"):
        lay_out([], STOCKS["a4_3x8"])


def test_people_can_read_what_is_scanned() -> None:
    labels = [CodeLabel("A-01-1", arrow=Arrow.LEFT), CodeLabel("TT000000175", "T-017", "Hall 2")]
    (told,) = texts(code_sheet(labels, STOCKS["a4_3x8"], "Locations"))
    for word in ("A-01-1", "←", "T-017", "Hall2"):
        assert word in told
    (told,) = texts(code_sheet(labels, STOCKS["a4_list"], "Locations", hint="Scan here"))
    assert "Locations" in told
    assert "Scanhere" in told
