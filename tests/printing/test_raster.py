"""Labels as pixels."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from app.domain.errors import Refusal
from printing import symbols
from printing.label import Box, Element, Label, Line, Symbol, SymbolKind, Text
from printing.layout import lay_out
from printing.raster import draw, ink_box, to_image, to_png
from printing.templates import load_template
from tests.printing.parcel import FIELDS, SCRIPTS

BOX = Box(0.5, 0.5, 49, 24, 0.25)
LINE = Line(1, 8, 48, 0.5)


def _label(*elements: Element, fixed: int = 0) -> Label:
    return Label(50, 25, elements, fixed)


def _black(page: Image.Image) -> int:
    return page.histogram()[0]


def test_rules_are_the_dots_that_were_laid_out() -> None:
    page = to_image(_label(BOX, LINE))
    assert (page.mode, page.size) == ("1", (400, 200))
    assert _black(page) == 2 * 392 * 2 + 2 * (192 - 4) * 2 + 384 * 4
    assert page.getpixel((4, 4)) == page.getpixel((395, 195)) == page.getpixel((8, 64)) == 0
    assert page.getpixel((3, 4)) == page.getpixel((396, 195)) == page.getpixel((8, 68)) == 255


@pytest.mark.parametrize(("dpi", "metre", "width"), [(203, 8000, 400), (300, 11811, 590), (600, 23622, 1181)])
def test_a_png_states_its_resolution(dpi: int, metre: int, width: int) -> None:
    png = to_png(_label(BOX), dpi)
    place = png.index(b"pHYs") + 4
    assert png[place : place + 9] == metre.to_bytes(4, "big") * 2 + b"\1"
    with Image.open(io.BytesIO(png)) as opened:
        assert (opened.mode, opened.width) == ("1", width)
        assert opened.tobytes() == to_image(_label(BOX), dpi).tobytes()


def test_what_labels_have_in_common_is_drawn_once_and_never_painted_over() -> None:
    one, other = (_label(BOX, LINE, Text(2, 10, 40, 10, text, 5, 2), fixed=2) for text in ("one", "other"))
    first = to_image(one)
    assert to_image(other).tobytes() != first.tobytes()
    assert to_image(one).tobytes() == first.tobytes()
    assert to_image(_label(*one.elements)).tobytes() == first.tobytes(), "the same as without anything fixed"


def test_the_text_of_a_line_stays_inside_of_what_was_reserved() -> None:
    for text in ("Hello (World)", "王小明", "محمد", "Ååg"):
        (item,) = lay_out(_label(Text(2, 5, 46, 12, text, 6, 2))).items
        page = Image.new("1", (400, 200), 255)
        drawn, ink = draw(page, item), ink_box(page)
        left, top, right, bottom = item.bounds
        assert drawn is not None
        assert ink == drawn
        assert (ink[0] >= left - 1, ink[1] >= top - 1, ink[2] <= right + 1, ink[3] <= bottom + 1) == (True,) * 4


def test_an_empty_page_has_no_ink() -> None:
    assert ink_box(to_image(_label())) is None


def test_what_cannot_be_laid_out_is_refused() -> None:
    with pytest.raises(Refusal, match="label_text_too_long"):
        to_image(_label(Text(2, 2, 10, 5, "much too long for that", 4, 3, name="order")))


@pytest.mark.parametrize("dpi", [203, 300, 600])
@settings(max_examples=20, deadline=None)
@given(recipient=st.sampled_from(SCRIPTS), order=st.text(st.characters(codec="ascii"), max_size=12))
def test_every_symbol_reads_as_its_data(dpi: int, recipient: str, order: str) -> None:
    label = load_template("parcel_4x6").fill(FIELDS | {"recipient": recipient, "order": f"#{order}"})
    page = to_image(label, dpi)
    read = [found.text for found in symbols.decode(page, lay_out(label, dpi).symbol_boxes())]
    assert read == [FIELDS["tracking"], FIELDS["label_code"]]


def test_a_symbol_is_its_modules() -> None:
    symbol = Symbol(1, 1, 20, 20, SymbolKind.DATAMATRIX, "PB1", 0.5, 0.5, name="label_code")
    page = to_image(_label(symbol))
    (item,) = lay_out(_label(symbol)).symbols()
    cut = page.crop(item.box).resize((item.columns, item.rows), Image.Resampling.NEAREST)
    rows = symbols.modules(SymbolKind.DATAMATRIX, "PB1")
    assert [[int(cut.getpixel((x, y)) == 0) for x in range(cut.width)] for y in range(cut.height)] == [
        list(row) for row in rows
    ]
    assert ImageChops.invert(page).getbbox() == item.box
