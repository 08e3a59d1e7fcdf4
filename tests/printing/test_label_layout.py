from collections.abc import Callable
from io import BytesIO
from itertools import pairwise
from typing import Any

import pytest
from PIL import Image, ImageOps

from app.domain.errors import KnownError, Refusal
from printing.ink import ink
from printing.interpreter import render
from printing.label import ROTATIONS, Align, Box, Element, Label, Line, Paragraph, Picture, Symbol, SymbolKind, Text
from printing.layout import PlacedPicture, PlacedSymbol, PlacedText, check, lay_out
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
    # what a template allows is not enough: one dot of a printer bleeds
    assert _refused(_label(_symbol("A1" * 12, min_module_mm=0.125))).code == "label_symbol_too_dense"


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


def _png(image: Image.Image) -> bytes:
    written = BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


def _picture(content: bytes, **changes: Any) -> Picture:
    values: dict[str, Any] = {"x_mm": 5, "y_mm": 5, "width_mm": 20, "height_mm": 10, "name": "logo"}
    return Picture(content=content, **values | changes)


def _placed_picture(element: Picture) -> tuple[PlacedPicture, Image.Image]:
    (placed,) = lay_out(_label(element)).items
    assert isinstance(placed, PlacedPicture)
    drawn = ink(placed)
    assert drawn is not None
    assert (drawn.left, drawn.top, *drawn.image.size) == (placed.x, placed.y, placed.width, placed.height)
    return placed, drawn.image


def test_a_picture_is_as_large_as_its_place_allows_and_stands_as_it_is_aligned() -> None:
    half = Image.new("L", (30, 30), 255)
    half.paste(0, (0, 0, 15, 30))  # black on the left
    for align, left in ((Align.LEFT, 40), (Align.CENTER, 80), (Align.RIGHT, 120)):
        placed, image = _placed_picture(_picture(_png(half), align=align))
        assert (placed.x, placed.y, placed.width, placed.height) == (left, 40, 80, 80)
        assert (image.getpixel((2, 40)), image.getpixel((77, 40))) == (0, 255)


@pytest.mark.parametrize(("rotation", "black"), [(0, (2, 40)), (90, (40, 2)), (180, (77, 40)), (270, (40, 77))])
def test_a_picture_turns_clockwise(rotation: int, black: tuple[int, int]) -> None:
    half = Image.new("RGBA", (30, 30), (255, 255, 255, 0))  # what is transparent is paper
    half.paste((0, 0, 0, 255), (0, 0, 15, 30))
    _, image = _placed_picture(_picture(_png(half), rotation=rotation))
    assert image.getpixel(black) == 0
    assert image.getpixel((79 - black[0], 79 - black[1])) == 255


def test_grey_is_dithered_or_cut_at_the_threshold() -> None:
    grey = _png(Image.new("L", (80, 80), 100))
    counts = [
        _placed_picture(_picture(grey, **how))[1].histogram()[0] / 6400
        for how in ({"dither": True}, {"threshold": 0.5}, {"threshold": 0.3})
    ]
    assert counts[0] == pytest.approx(155 / 255, abs=0.02)
    assert counts[1:] == [1.0, 0.0]


def test_a_picture_is_printed_in_zpl_as_its_dots() -> None:
    noise = Image.effect_noise((160, 80), 90)
    placed, image = _placed_picture(_picture(_png(noise), threshold=0.5))
    (page,) = render(to_zpl(_label(_picture(_png(noise), threshold=0.5))), 203)
    box = (placed.x, placed.y, placed.x + placed.width, placed.y + placed.height)
    assert page.image.convert("L").crop(box).tobytes() == image.convert("L").tobytes()


@pytest.mark.parametrize("content", [b"no picture", b"\x89PNG\r\n\x1a\n", _png(Image.new("1", (5000, 4000)))])
def test_what_is_no_picture_or_far_too_large_is_refused(content: bytes) -> None:
    refusal = _refused(_label(_picture(content)))
    assert (refusal.code, refusal.facts) == ("label_picture_invalid", {"field": "logo"})
    truncated = _png(Image.effect_noise((100, 100), 50))[:800]
    assert _refused(_label(_picture(truncated))).code == "label_picture_invalid"


def test_a_picture_must_not_be_printed_over() -> None:
    picture = _picture(_png(Image.new("1", (10, 10))))
    assert _refused(_label(picture, _text("x", x_mm=12, y_mm=8))).facts == {"field": "logo", "other": "order"}
    assert _refused(_label(_picture(_png(Image.new("1", (10, 10))), x_mm=-7))).code == "label_outside"
    assert lay_out(_label(_picture(b""))).items == ()


@pytest.mark.parametrize("rotation", ROTATIONS)
@pytest.mark.parametrize("text", ["Hello Åg", "محمد عبد", "ที่อยู่"])
def test_a_turned_text_has_its_ink_where_it_was_reserved_in_every_language(text: str, rotation: int) -> None:
    element = _text(text, x_mm=5, y_mm=3, width_mm=15, height_mm=15, rotation=rotation, align=Align.CENTER)
    (item,) = lay_out(_label(element)).items
    assert isinstance(item, PlacedText)
    left, top, right, bottom = item.bounds
    assert (left >= 39, top >= 23, right <= 161, bottom <= 145) == (True,) * 4
    assert (right - left > bottom - top) == (rotation in (0, 180))
    (page,) = render(to_zpl(_label(element)), 203)
    drawn = ink(item)
    assert drawn is not None
    own = (drawn.left, drawn.top, drawn.left + drawn.image.width, drawn.top + drawn.image.height)
    for box in (own, ImageOps.invert(page.image.convert("L")).getbbox()):
        assert box is not None
        assert (box[0] >= left - 2, box[1] >= top - 2, box[2] <= right + 2, box[3] <= bottom + 2) == (True,) * 4


def test_text_reads_downwards_at_90_and_upwards_at_270() -> None:
    starts = {}
    for rotation in ROTATIONS:
        (item,) = lay_out(_label(_text("Hello", width_mm=20, height_mm=20, rotation=rotation))).items
        assert isinstance(item, PlacedText)
        starts[rotation] = (item.x, item.y)
    assert starts[0][0] == 8
    assert starts[90][1] == 8
    assert starts[180][0] == 168
    assert starts[270][1] == 168


def test_a_text_in_the_middle() -> None:
    (top,), (middle,) = (_lines(_label(_text("Hx", height_mm=20, middle=middle))) for middle in (False, True))
    assert middle.y > top.y
    assert abs((middle.bounds[1] + middle.bounds[3]) / 2 - (8 + 80)) <= 1


@pytest.mark.parametrize(("name", "size"), [("王小明", 24), ("Grace", 32)])
def test_lines_that_are_sent_as_pictures_have_a_size_of_their_own_and_those_beside_them(name: str, size: int) -> None:
    lines = _lines(_label(_paragraph(f"Ada\n{name}\nBerlin", size_mm=4, graphic_size_mm=3, width_mm=40, height_mm=16)))
    assert [line.size for line in lines] == [size] * 3


@pytest.mark.parametrize("rotation", ROTATIONS)
def test_the_text_of_a_turned_symbol_stands_beneath_it_as_it_is_read(rotation: int) -> None:
    place = {"x_mm": 1, "y_mm": 1, "width_mm": 48, "height_mm": 23}
    if rotation in (90, 270):
        place = {"x_mm": 1, "y_mm": 1, "width_mm": 23, "height_mm": 48}
    label = Label(50, 50, (_symbol("123456", human_readable="12 34 56", size_mm=3, rotation=rotation, **place),))
    symbol, caption = lay_out(label).items
    assert isinstance(symbol, PlacedSymbol)
    box, text = symbol.box, caption.bounds
    beneath = {0: text[1] > box[3], 90: text[2] < box[0], 180: text[3] < box[1], 270: text[0] > box[2]}
    assert beneath[rotation]
    assert (symbol.rotation, caption.rotation if isinstance(caption, PlacedText) else 0) == (rotation, rotation)


def test_the_quiet_zone_of_a_turned_symbol_turns_with_it() -> None:
    symbol = _symbol("123456", x_mm=5, y_mm=5, width_mm=12, height_mm=40, rotation=90)
    (placed,) = lay_out(Label(60, 60, (symbol,))).items
    assert isinstance(placed, PlacedSymbol)
    above = placed.y / 8
    close, beside = Line(5, above - 2, 12, 0.25), Line(placed.x / 8 - 0.5, 10, 0.25, 20)
    assert _refused(Label(60, 60, (symbol, close))).code == "label_overprint"
    check(Label(60, 60, (symbol, beside)))


def test_a_square_needs_white_on_all_sides() -> None:
    symbol = _symbol("hello", kind=SymbolKind.QRCODE, x_mm=2, y_mm=2, width_mm=20, height_mm=20)
    (placed,) = lay_out(_label(symbol)).items
    assert isinstance(placed, PlacedSymbol)
    beneath = placed.box[3] / 8
    assert _refused(_label(symbol, Line(2, beneath + 1, 20, 0.25))).code == "label_overprint"
    check(_label(symbol, Line(2, beneath + 4 * placed.module / 8 + 0.25, 20, 0.25)))


def test_an_itf_14_has_bearer_bars_over_its_quiet_zones() -> None:
    symbol = _symbol("00012345678905", kind=SymbolKind.ITF14)
    placed, above, below = lay_out(_label(symbol)).items
    assert isinstance(placed, PlacedSymbol)
    assert above.bounds[3] == placed.y
    assert below.bounds[1] == placed.box[3]
    assert (above.bounds[0], above.bounds[2]) == (placed.bounds[0], placed.bounds[2])


def test_what_comes_again_is_checked_with_each_label() -> None:
    rule = Line(1, 10, 40, 0.5)
    check(Label(50, 25, (rule, _text("x")), fixed=1))
    refusal = _refused(Label(50, 25, (rule, _text("x", y_mm=8)), fixed=1))
    assert (refusal.code, refusal.facts["field"]) == ("label_overprint", "order")
    assert _refused(Label(50, 25, (rule, _text("x", y_mm=23)), fixed=1)).code == "label_outside"
    # two rectangles that lie over each other, in which the texts do not
    wide = (_text("a", width_mm=40), _text("bbbb", width_mm=40, align=Align.RIGHT, name="slot"))
    check(Label(50, 25, (rule, *wide), fixed=1))
    longer = (_text("aaaaaaaaaaaaaaaaaaa", width_mm=40), wide[1])
    assert _refused(Label(50, 25, (rule, *longer), fixed=1)).facts == {"field": "order", "other": "slot"}
