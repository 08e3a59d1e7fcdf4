"""What a job prints is seen, whatever the language of its bytes."""

from __future__ import annotations

import pytest
import zxingcpp

from app.domain.errors import Refusal
from printing.label import Label, Symbol, SymbolKind
from printing.pdf import to_pdf
from printing.preview import draw, draw_page, page_sizes
from printing.render import LANGUAGES, render
from tests.printing.received import made

LABEL = Label(60, 40, (Symbol(5, 5, 50, 20, SymbolKind.CODE128, "12345678", module_mm=0.5, min_module_mm=0.25),))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("dpi", [203, 300])
def test_a_label_is_seen_in_every_language(language: str, dpi: int) -> None:
    (image,) = draw(render(LABEL, language, dpi), language, dpi)
    assert image.mode == "L"
    assert [found.text for found in zxingcpp.read_barcodes(image)] == ["12345678"]


@pytest.mark.parametrize("language", ["zpl", "tspl", "escpos"])
def test_every_label_of_a_job_is_seen_up_to_a_number(language: str) -> None:
    payload = render(LABEL, language, 203) * 5
    assert len(draw(payload, language, 203)) == 5
    assert len(draw(payload, language, 203, most=3)) == 3


@pytest.mark.parametrize("language", ["zpl", "tspl", "escpos"])
def test_of_what_is_no_job_nothing_is_seen(language: str) -> None:
    assert draw(b"", language, 203) == []
    assert language == "escpos" or draw(b"nothing of the kind\n", language, 203) == []  # there it is a line of text


def test_a_file_that_cannot_be_opened_is_refused() -> None:
    with pytest.raises(Refusal, match="received_damaged"):
        draw(made.pdf()[:500], "file", 203)


def test_what_others_have_sent_is_never_opened_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pypdfium2.PdfDocument", lambda *_: pytest.fail("opened in this process"))
    assert [image.size for image in draw(made.pdf(pages=2), "file", 203)] == [(813, 1220)] * 2


def test_any_page_of_a_document_is_drawn_alone() -> None:
    small, large = Label(60, 40, LABEL.elements), Label(100, 150, LABEL.elements)
    pdf = to_pdf([small, large])
    assert [(round(width), round(height)) for width, height in page_sizes(pdf)] == [(60, 40), (100, 150)]
    image = draw_page(pdf, 1, 150)
    assert abs(image.width - 100 / 25.4 * 150) <= 2
    assert abs(image.height - 150 / 25.4 * 150) <= 2
    assert [found.text for found in zxingcpp.read_barcodes(image)] == ["12345678"]
    assert len(draw(pdf, "pdf", 203, most=1)) == 1
