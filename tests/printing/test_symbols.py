from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from app.domain.errors import Refusal
from printing import symbols
from printing.label import SymbolKind

_ASCII = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=24)


def _picture(kind: SymbolKind, data: str, module: int) -> Image.Image:
    rows = symbols.modules(kind, data)
    image = Image.new("L", (len(rows[0]), len(rows)), 255)
    image.putdata([0 if module else 255 for row in rows for module in row])
    deep = 60 if kind is SymbolKind.CODE128 else module
    return image.resize((image.width * module, image.height * deep), Image.Resampling.NEAREST)


@pytest.mark.parametrize("kind", SymbolKind)
@settings(max_examples=60, deadline=None)
@given(data=_ASCII)
def test_what_is_made_reads_back_and_has_the_size_that_was_promised(kind: SymbolKind, data: str) -> None:
    symbols.validate(kind, data, "tracking")
    columns, rows = symbols.size(kind, data)
    made = symbols.modules(kind, data)
    assert len(made) == rows
    # the encoder may find a denser Code 128; it must never need more room than the printer's, which is stated here
    assert len(made[0]) == columns if kind is SymbolKind.DATAMATRIX else len(made[0]) <= columns
    assert [read.text for read in symbols.decode(_picture(kind, data, 4))] == [data]


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
@pytest.mark.parametrize("data", ["", "é", "王小明", "a\x1db", "a\nb", "\ud800", "a" * 300])
def test_refused_before_it_is_made(kind: SymbolKind, data: str) -> None:
    with pytest.raises(Refusal) as refused:
        symbols.validate(kind, data, "tracking")
    assert refused.value.code == "symbol_data_invalid"
    assert refused.value.facts["field"] == "tracking"
    assert data == "" or data not in str(refused.value)


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
