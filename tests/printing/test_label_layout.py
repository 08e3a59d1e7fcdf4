from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from app.domain.errors import KnownError, Refusal
from printing.label import Align, Box, Element, Label, Line, Paragraph, Symbol, SymbolKind, Text
from printing.layout import PlacedSymbol, PlacedText, check, lay_out
from printing.pdf import to_pdf
from printing.zpl import to_zpl


def _label(*elements: Element) -> Label:
    return Label(50, 25, elements)


def _text(text: str, **changes: Any) -> Text:
    values: dict[str, Any] = {"x_mm": 1, "y_mm": 1, "width_mm": 20, "height_mm": 5, "size_mm": 4, "min_size_mm": 2}
    return Text(text=text, **{"name": "order"} | values | changes)


def _paragraph(text: str, **changes: Any) -> Paragraph:
    values: dict[str, Any] = {"x_mm": 1, "y_mm": 1, "width_mm": 20, "height_mm": 12, "size_mm": 4, "min_size_mm": 2}
    return Paragraph(text=text, **{"name": "recipient"} | values | changes)


def _symbol(data: str, **changes: Any) -> Symbol:
    values: dict[str, Any] = {"x_mm": 1, "y_mm": 8, "width_mm": 48, "height_mm": 14, "module_mm": 0.375}
    values |= {"min_module_mm": 0.25, "kind": SymbolKind.CODE128, "name": "tracking"}
    return Symbol(data=data, **values | changes)


def _refused(label: Label, dpi: int = 203) -> Refusal:
    with pytest.raises(Refusal) as refused:
        check(label, dpi)
    return refused.value


def _lines(label: Label) -> list[PlacedText]:
    return [item for item in lay_out(label).items if isinstance(item, PlacedText)]


def test_a_text_keeps_its_size_shrinks_or_is_refused() -> None:
    assert _lines(_label(_text("short")))[0].size == 32
    (line,) = _lines(_label(_text("a rather longer text")))
    assert 16 <= line.size < 32
    assert line.width <= 160
    refusal = _refused(_label(_text("far too long for twenty millimetres of paper")))
    assert (refusal.code, refusal.facts) == ("label_text_too_long", {"field": "order"})


def test_a_paragraph_wraps_shrinks_and_is_refused() -> None:
    lines = _lines(_label(_paragraph("one two three four")))
    assert len(lines) > 1
    assert {line.size for line in lines} == {32}
    assert " ".join(line.text for line in lines) == "one two three four"
    smaller = _lines(_label(_paragraph("one two three four five " * 4)))
    assert 16 <= smaller[0].size < 32
    assert _refused(_label(_paragraph("one two three four five " * 40))).facts == {"field": "recipient"}


def test_a_word_is_broken_only_at_the_smallest_size() -> None:
    lines = _lines(_label(_paragraph("Donaudampfschifffahrt")))
    assert len(lines) == 1
    assert lines[0].size < 32
    lines = _lines(_label(_paragraph("x" * 60)))
    assert len(lines) > 1
    assert lines[0].size == 16


def test_the_first_line_may_be_larger() -> None:
    name, street = _lines(_label(_paragraph("Ada\nStreet 1", size_mm=3, first_line_scale=1.5)))
    assert (name.size, street.size) == (36, 24)


def test_lines_of_every_script_stay_apart() -> None:
    lines = _lines(_label(_paragraph("ÅÄ gjy\nที่ปั่นกู้\nक्षत्रिय ृ\nمحمد\nÅ 杭州", height_mm=23, size_mm=3)))
    assert len(lines) == 5
    for above, below in pairwise(lines):
        assert above.bounds[3] <= below.bounds[1] + 1
    assert lines[0].bounds[1] >= 7
    assert lines[-1].bounds[3] <= 8 * 24 + 1


def test_empty_text_prints_nothing() -> None:
    assert lay_out(_label(_text(" \x1b"), _paragraph("\n"))).items == ()


@pytest.mark.parametrize(
    ("text", "named"), [("a\ud800", "U+D800"), ("\ue000", "U+E000"), ("x\u0378\U000f0001", "U+0378 U+F0001")]
)
def test_what_no_font_has_is_refused_with_the_field_and_the_code_points(text: str, named: str) -> None:
    for write in (check, to_zpl, lambda label: to_pdf([label])):
        run: Callable[[Label], object] = write
        with pytest.raises(Refusal) as refused:
            run(_label(_text(text)))
        assert refused.value.code == "label_text_unprintable"
        assert refused.value.facts == {"field": "order", "characters": named}


@pytest.mark.parametrize(
    "element",
    [
        _text("x", x_mm=-1),
        _text("x", x_mm=48, width_mm=5, align=Align.RIGHT),
        _text("x", y_mm=24),
        _symbol("123", y_mm=12),
        Line(10, 24.9, 10, 1),
        Box(30, 1, 21, 5, 0.5),
    ],
)
def test_what_would_be_clipped_is_refused(element: Element) -> None:
    refusal = _refused(_label(element))
    assert refusal.code == "label_outside"
    assert refusal.facts["field"] == getattr(element, "name", "")


@pytest.mark.parametrize(
    ("other", "named"),
    [
        (_text("other", name="slot", y_mm=2), "slot"),
        (_text("same field twice", y_mm=2), "order"),
        (_symbol("12345678", y_mm=2), "tracking"),
        (Line(1, 2, 10, 0.5), ""),
        (Box(0.5, 2, 10, 10, 0.25), ""),
    ],
)
def test_what_would_be_overprinted_is_refused(other: Element, named: str) -> None:
    refusal = _refused(_label(_text("Order 1"), other))
    assert (refusal.code, refusal.facts) == ("label_overprint", {"field": "order", "other": named})


def test_a_rule_in_the_quiet_zone_of_a_symbol_is_refused() -> None:
    symbol = _symbol("1234567890", width_mm=40, x_mm=5)
    (placed,) = lay_out(_label(symbol)).items
    assert isinstance(placed, PlacedSymbol)
    beside = Line(placed.x / 8 - 2, 8, 0.25, 14)
    assert _refused(_label(symbol, beside)).code == "label_overprint"
    check(_label(symbol, Line(placed.x / 8 - 4.5, 8, 0.25, 14)))


def test_a_symbol_takes_the_largest_module_that_fits_and_below_the_smallest_is_refused() -> None:
    modules = []
    for digits in (4, 20, 24):
        (placed,) = lay_out(_label(_symbol("1" * digits))).items
        assert isinstance(placed, PlacedSymbol)
        assert placed.bounds[2] - placed.bounds[0] <= 48 * 8
        modules.append(placed.module)
    assert modules == [3, 2, 2]
    refusal = _refused(_label(_symbol("A1" * 12)))
    assert (refusal.code, refusal.facts) == ("label_symbol_too_dense", {"field": "tracking"})
    check(_label(_symbol("A1" * 12, min_module_mm=0.125)))


def test_a_data_matrix_that_is_too_low_is_refused() -> None:
    small = _symbol("PB00000042KC01X", kind=SymbolKind.DATAMATRIX, height_mm=4, min_module_mm=0.5, module_mm=1)
    assert _refused(_label(small)).code == "label_symbol_too_dense"


def test_wrong_data_of_a_symbol_is_refused_by_field() -> None:
    assert _refused(_label(_symbol("王小明"))).code == "symbol_data_invalid"


def test_the_text_of_a_symbol_stands_beneath_it_inside_the_rectangle() -> None:
    symbol, caption = lay_out(_label(_symbol("123456", human_readable="12 34 56", size_mm=3))).items
    long = _symbol("123456", human_readable="12 34 56" * 20, human_readable_name="tracking_text")
    assert _refused(_label(long)).facts == {"field": "tracking_text"}
    assert isinstance(symbol, PlacedSymbol)
    assert isinstance(caption, PlacedText)
    assert symbol.y == 64
    assert symbol.bounds[3] < caption.bounds[1]
    assert caption.bounds[3] <= 22 * 8


@pytest.mark.parametrize(("dpi", "width", "module"), [(203, 400, 3), (300, 590, 4), (600, 1181, 8)])
def test_the_same_label_in_other_resolutions(dpi: int, width: int, module: int) -> None:
    placed = lay_out(_label(_symbol("123456")), dpi)
    (symbol,) = placed.items
    assert isinstance(symbol, PlacedSymbol)
    assert (placed.width, symbol.module) == (width, module)


def test_an_unknown_resolution() -> None:
    with pytest.raises(KnownError, match="label_dpi_unknown"):
        check(_label(), 96)
