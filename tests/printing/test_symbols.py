from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from app.domain.errors import Refusal
from printing import gs1, symbols
from printing.label import SymbolKind
from tests.examples import examples
from tests.printing.symbol_data import DATA, refusal_of

_ASCII = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=24)
_OF_DIGITS = (SymbolKind.EAN13, SymbolKind.EAN8, SymbolKind.UPCA, SymbolKind.ITF, SymbolKind.ITF14)


def _picture(kind: SymbolKind, data: str, module: int) -> Image.Image:
    rows = symbols.modules(kind, data)
    image = Image.new("L", (len(rows[0]), len(rows)), 255)
    image.putdata([0 if module else 255 for row in rows for module in row])
    deep = 60 if symbols.is_linear(kind) else 3 * module if kind is SymbolKind.PDF417 else module
    return image.resize((image.width * module, image.height * deep), Image.Resampling.NEAREST)


@pytest.mark.parametrize("kind", SymbolKind)
@settings(max_examples=examples(30), deadline=None)
@given(case=st.data())
def test_what_is_made_reads_back_and_has_the_size_that_was_promised(kind: SymbolKind, case: st.DataObject) -> None:
    data = case.draw(DATA[kind].filter(str.isascii))
    refused = refusal_of(lambda: symbols.validate(kind, data, "tracking"))
    if refused:
        assert kind is SymbolKind.CODE39  # whose pairs some scanners read as other signs
        assert refused.code == "symbol_data_invalid"
        return
    for columns, rows in symbols.sizes(kind, data):
        made = symbols.modules(kind, data, (columns, rows))
        assert (len(made), {len(row) for row in made}) == (rows, {columns})
    read = symbols.decode(_picture(kind, data, 4))
    assert [found.text for found in read][:1] == [symbols.read_as(kind, data)]


@pytest.mark.parametrize(
    ("data", "parts"),
    [
        ("LX000000015CN", (("B", "LX0"), ("C", "00000015"), ("B", "CN"))),
        ("1234", (("C", "1234"),)),
        ("12345", (("C", "1234"), ("B", "5"))),
        ("A1234", (("B", "A"), ("C", "1234"))),
        ("A12345", (("B", "A1"), ("C", "2345"))),
        ("A1234B", (("B", "A1234B"),)),
        ("12", (("C", "12"),)),
        ("7", (("B", "7"),)),
        ("\x1d0109521234543213", (("C", "\x1d0109521234543213"),)),
        ("\x1d10A\x1d217", (("B", "\x1d10A\x1d217"),)),
    ],
)
def test_code_sets(data: str, parts: tuple[tuple[str, str], ...]) -> None:
    assert symbols.code128_parts(data) == parts


@given(_ASCII)
def test_code_sets_lose_nothing(data: str) -> None:
    parts = symbols.code128_parts(data)
    assert "".join(text for _, text in parts) == data
    assert all(len(text) % 2 == 0 and text.isdigit() for code_set, text in parts if code_set == "C")
    assert all(a[0] != b[0] for a, b in pairwise(parts))


@pytest.mark.parametrize("kind", SymbolKind)
@pytest.mark.parametrize("data", ["", "a\x1db", "a\nb", "a\x00", "\ud800", "a" * 3000])
def test_refused_before_it_is_made(kind: SymbolKind, data: str) -> None:
    with pytest.raises(Refusal) as refused:
        symbols.validate(kind, data, "tracking")
    assert refused.value.code == "symbol_data_invalid"
    assert refused.value.facts["field"] == "tracking"
    assert data == "" or data not in str(refused.value)


@pytest.mark.parametrize("kind", sorted(set(SymbolKind) - {SymbolKind.QRCODE, SymbolKind.PDF417, SymbolKind.AZTEC}))
@pytest.mark.parametrize("data", ["é", "王小明", "١٢٣٤٥٦٧٨"])
def test_letters_beyond_ascii_are_for_three_symbologies_alone(kind: SymbolKind, data: str) -> None:
    with pytest.raises(Refusal, match="symbol_data_invalid"):
        symbols.validate(kind, data, "tracking")


@pytest.mark.parametrize(
    ("kind", "data", "code", "reason"),
    [
        (SymbolKind.EAN13, "4006381333932", "symbol_check_digit_wrong", ""),
        (SymbolKind.EAN8, "96385075", "symbol_check_digit_wrong", ""),
        (SymbolKind.UPCA, "036000291453", "symbol_check_digit_wrong", ""),
        (SymbolKind.ITF14, "00012345678906", "symbol_check_digit_wrong", ""),
        (SymbolKind.GS1_128, "(01)09521234543214(10)A", "symbol_check_digit_wrong", ""),
        (SymbolKind.GS1_DATAMATRIX, "(00)395201234567891230", "symbol_check_digit_wrong", ""),
        (SymbolKind.EAN13, "400638133393", "symbol_data_invalid", "13 digits"),
        (SymbolKind.ITF, "12345", "symbol_data_invalid", "even number"),
        (SymbolKind.ITF, "1234", "symbol_data_invalid", "six"),
        (SymbolKind.CODE39, "abc", "symbol_data_invalid", "capitals"),
        (SymbolKind.CODE39, "A*B", "symbol_data_invalid", "capitals"),
        (SymbolKind.CODE39, "+A", "symbol_data_invalid", "before a letter"),
        (SymbolKind.CODE93, "A ", "symbol_data_invalid", "blank"),
        (SymbolKind.GS1_128, "0109521234543213", "symbol_data_invalid", "brackets"),
        (SymbolKind.GS1_128, "(05)1", "symbol_data_invalid", "(05)"),
        (SymbolKind.GS1_128, "(10)" + "x" * 21, "symbol_data_invalid", "(10)"),
        (SymbolKind.GS1_128, "(10)" + "x" * 20 + "(21)" + "x" * 20 + "(22)xx", "symbol_data_invalid", "longer"),
        (SymbolKind.QRCODE, "\u00c3\u00a9", "symbol_data_invalid", "read other signs"),
    ],
)
def test_what_a_symbology_cannot_carry_is_refused_with_the_reason(
    kind: SymbolKind, data: str, code: str, reason: str
) -> None:
    with pytest.raises(Refusal) as refused:
        symbols.validate(kind, data, "order")
    assert (refused.value.code, refused.value.facts["field"]) == (code, "order")
    assert reason in str(refused.value.facts.get("reason", ""))


@pytest.mark.parametrize("kind", _OF_DIGITS)
@given(st.text(max_size=20).filter(lambda text: not (text.isascii() and text.isdigit())))
def test_symbologies_of_digits_take_nothing_else(kind: SymbolKind, data: str) -> None:
    with pytest.raises(Refusal, match="symbol_data_invalid"):
        symbols.validate(kind, data, "order")


def test_an_element_string_is_joined_with_separators_after_variable_lengths() -> None:
    data = "(10)A1(01)09521234543213(21)B(3103)001234"
    assert gs1.joined(data) == "10A1\x1d010952123454321321B\x1d3103001234"
    assert symbols.gs1_data(data)[0] == symbols.FNC1
    (read,) = symbols.decode(_picture(SymbolKind.GS1_128, data, 3))
    assert read.text == data


def test_modules_are_never_smaller_than_two_dots_or_than_scanners_read() -> None:
    assert [symbols.least_module(SymbolKind.CODE128, dots) for dots in (8.0, 300 / 25.4, 600 / 25.4)] == [2, 3, 5]
    assert [symbols.least_module(SymbolKind.DATAMATRIX, dots) for dots in (8.0, 300 / 25.4, 600 / 25.4)] == [2, 3, 6]


def test_each_rectangle_is_read_by_itself_and_boxes_are_in_the_pictures_pixels() -> None:
    page = Image.new("1", (800, 400), 1)
    first, second = _picture(SymbolKind.CODE128, "LX000000015CN", 3), _picture(SymbolKind.DATAMATRIX, "PB1", 6)
    page.paste(first, (40, 20))
    page.paste(second, (600, 200))
    boxes = [(30, 10, 560, 90), (590, 190, 700, 300)]
    found = symbols.decode(page, boxes)
    assert [(read.format, read.text) for read in found] == [("Code 128", "LX000000015CN"), ("Data Matrix", "PB1")]
    left, top, _, _ = found[1].box
    assert abs(left - 600) <= 3
    assert abs(top - 200) <= 3
    assert symbols.decode(page, [(0, 100, 500, 400)]) == []
