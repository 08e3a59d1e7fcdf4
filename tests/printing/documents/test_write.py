"""The PDF: equal bytes, embedded fonts, text that can be copied and is drawn, symbols that are read."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import Refusal
from printing.documents.page import A4, LABEL, Page
from printing.documents.typeface import Style
from printing.documents.write import to_pdf
from printing.label import Align, SymbolKind
from printing.text import clean_line
from tests.printing.documents.reading import SCRIPTS, assert_symbols, ink, plain, render, texts, thorough


def _page(text: str, style: Style) -> Page:
    page = Page(A4)
    page.text(20, 20, 170, text, style)
    return page


@pytest.mark.parametrize("text", SCRIPTS[:-2])
@pytest.mark.parametrize("style", [Style(12), Style(12, bold=True), Style(12, mono=True)])
def test_the_text_of_the_page_is_the_text_that_was_set(text: str, style: Style) -> None:
    (found,) = texts(to_pdf([_page(text, style)], "a"))
    wanted = re.sub(r"\s", "", clean_line(text)).replace("\ud800", "□").replace("\ue000", "□")
    # a viewer's order of mixed directions is its own
    assert sorted(found) == sorted(wanted)


@pytest.mark.parametrize("text", SCRIPTS[:-2])
def test_the_text_is_drawn_where_it_was_placed(text: str) -> None:
    page = _page(text, Style(14))
    (image,) = render(to_pdf([page], "a"), 203)
    (line,) = page.placed
    box = image.point(lambda tone: 255 if tone < 128 else 0).getbbox()
    assert box is not None
    left, top, right, bottom = (side * 203 / 25.4 for side in ink(line))
    assert left - 2 <= box[0]
    assert top - 2 <= box[1] <= top + 8
    assert box[2] <= right + 2
    assert bottom - 8 <= box[3] <= bottom + 2


def test_equal_pages_give_equal_bytes() -> None:
    def made() -> bytes:
        page = _page("".join(SCRIPTS[:6]), Style(9))
        page.symbol(20, 60, 60, 12, SymbolKind.CODE128, "A-1", "order")
        return to_pdf([page], "a")

    first = made()
    to_pdf([_page("another document in between", Style(9))], "b")
    assert made() == first


def test_fonts_are_embedded_and_small() -> None:
    pdf = to_pdf([_page("装箱单 Packing slip", Style(9))], "a")
    assert pdf.count(b"/FontFile2") == 2
    assert len(pdf) < 20_000


@thorough
@given(st.lists(plain, min_size=1, max_size=8), st.sampled_from([203, 300]), st.sampled_from(list(Align)))
def test_symbols_are_read_as_their_data_or_are_not_there(codes: list[str], dpi: int, align: Align) -> None:
    page = Page(A4)
    left = 15 if align is Align.LEFT else 75
    drawn = [page.code(left, 15 + 30 * place, 120, 12, code, align) for place, code in enumerate(codes)]
    assert len(page.symbols) == sum(drawn)
    assert all(symbol.data in codes for symbol in page.symbols)
    if len(codes[0]) in range(1, 25) and codes[0].strip() == codes[0]:
        assert drawn[0]
    assert_symbols([page], to_pdf([page], "a"), dpi)


@pytest.mark.parametrize("data", ["", "Ω", "a\nb", "x" * 300, "\x1d"])
def test_a_symbol_that_cannot_carry_its_data_is_refused(data: str) -> None:
    page = Page(LABEL)
    with pytest.raises(Refusal, match="symbol_data_invalid"):
        page.symbol(5, 5, 90, 20, SymbolKind.CODE128, data, "order")
    assert not page.code(5, 5, 90, 20, data)
    assert page.placed == []


def test_a_symbol_that_would_not_scan_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        Page(LABEL).symbol(5, 5, 30, 20, SymbolKind.CODE128, "SO-2024-000183", "order")
    assert refused.value.code == "documents_symbol_too_dense"
    assert refused.value.facts == {"field": "order"}
