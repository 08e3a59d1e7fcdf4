"""Every shipped template with whatever a buyer may be called: printed as it was meant, or refused by the field's name.

PACKBENCH_EXAMPLES sets how many cases are tried.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from app.sentences import WORDS
from printing.interpreter import render
from printing.label import ROTATIONS, Box, Element, Label, Line, Picture
from printing.layout import lay_out
from printing.templates import Value, load_template, template_names
from printing.zpl import to_zpl
from tests.examples import examples
from tests.printing.symbol_data import refusal_of
from tests.printing.test_every_symbol import assert_printed

_NAMES = template_names()
_SCRIPTS = (
    "ABCDEFGhijklmno ÄÖÜßéñçø", "Ольга Жукова", "王小明浙江省杭州市余杭区", "日本東京都とうきょうト",
    "서울특별시 강남구", "محمد عبد الله شارع", "שלום רחוב הרצל", "ที่อยู่กรุงเทพ", "नमस्ते मुंबई क्ष", "Αθήνα Ελλάδα",
)  # fmt: skip
_HOSTILE = "^~_\\>;:,&#`|@<>'\"=%()[]{} \r\n\t\x00\x1b\x1d\x7f\u200f\u202e\ufeff^XZ^XA~JR0123456789"
TEXT = st.one_of(
    *(st.text(script + _HOSTILE, max_size=60) for script in _SCRIPTS),
    st.text("".join(_SCRIPTS) + _HOSTILE, max_size=500),
    st.sampled_from(["", "a" * 500, "^XZ^XA~JR^XZ", "^FD_5E_7E", "王" * 300, "\n" * 50]),
)
_CODE = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-", min_size=1, max_size=14)
_SYMBOLS = {"tracking", "label_code", "code"}


def _photo() -> bytes:
    made = BytesIO()
    Image.linear_gradient("L").save(made, "PNG")
    return made.getvalue()


def values(name: str, of: Mapping[str, str], rows: Sequence[Mapping[str, str]] = ()) -> dict[str, Value]:
    """Plain fields of a template, changed by `of`."""
    known: dict[str, Value] = dict.fromkeys(load_template(name).fields, "AB 12")
    known |= {"photo": _photo(), "lines": rows, "tracking": "LX000000015CN", "code": "TT00000012K"}
    return {**known, "label_code": "PB00000042KC01X", **of}


def turned(label: Label, rotation: int) -> Label:
    """The whole label turned clockwise."""

    def turn(element: Element) -> Element:
        x, y, wide, deep = element.x_mm, element.y_mm, element.width_mm, element.height_mm
        if rotation == 90:
            x, y, wide, deep = label.height_mm - y - deep, x, deep, wide
        elif rotation == 180:
            x, y = label.width_mm - x - wide, label.height_mm - y - deep
        elif rotation == 270:
            x, y, wide, deep = y, label.width_mm - x - wide, deep, wide
        placed = replace(element, x_mm=x, y_mm=y, width_mm=wide, height_mm=deep)
        if isinstance(placed, Line | Box):
            return placed
        return replace(placed, rotation=(placed.rotation + rotation) % 360)

    size = (label.height_mm, label.width_mm) if rotation in (90, 270) else (label.width_mm, label.height_mm)
    return Label(*size, tuple(map(turn, label.elements)), label.fixed)


@pytest.mark.parametrize(
    ("dpi", "rotation"), [*((203, rotation) for rotation in ROTATIONS), (300, 0), (300, 90), (600, 0), (600, 270)]
)
@pytest.mark.parametrize("name", _NAMES)
def test_every_symbol_of_every_template_is_read(name: str, dpi: int, rotation: int) -> None:
    rows = [{"count": "12", "sku": "SKU-0012", "description": "保温杯 450 ml"}] * 7
    label = turned(load_template(name).fill(values(name, {}, rows)), rotation)
    assert lay_out(label, dpi).symbols()
    assert_printed(label, dpi)


@pytest.mark.parametrize("name", _NAMES)
@settings(max_examples=examples(12), deadline=None, suppress_health_check=tuple(HealthCheck))
@given(case=st.data())
def test_any_text_is_printed_or_refused_by_its_field(name: str, case: st.DataObject) -> None:
    template = load_template(name)
    plain = [field for field in template.fields if field not in (*_SYMBOLS, "photo", "lines")]
    given_texts = {field: case.draw(TEXT, field) for field in case.draw(st.sets(st.sampled_from(plain)), "fields")}
    given_texts |= {field: case.draw(_CODE, field) for field in _SYMBOLS if field in template.fields}
    row = st.fixed_dictionaries(dict.fromkeys(("count", "sku", "description"), TEXT))
    rows = case.draw(st.lists(row, max_size=8)) if "lines" in template.fields else []
    dpi, rotation = case.draw(st.sampled_from((203, 300))), case.draw(st.sampled_from(ROTATIONS))
    refused = refusal_of(lambda: lay_out(turned(template.fill(values(name, given_texts, rows)), rotation), dpi))
    if refused:
        named = {*given_texts, "lines", "count", "sku", "description"}
        assert refused.facts["field"] in named
        longest = max((text for text in (*given_texts.values(), "") if len(text) > 12), default=None)
        assert longest is None or longest not in str(refused)
        return
    label = turned(template.fill(values(name, given_texts, rows)), rotation)
    zpl = to_zpl(label, dpi)
    assert (zpl.count(b"^XA"), zpl.count(b"^XZ"), zpl.count(b"^PQ"), zpl.count(b"~")) == (1, 1, 1, 0)
    assert zpl.count(b"^FX-^FS") == bool(label.fixed)
    (page,) = render(zpl, dpi)  # one page and no report: nothing of a field became a command
    assert page.reports == ()
    assert [symbol.data for symbol in page.symbols] == [item.data for item in lay_out(label, dpi).symbols()]
    assert_printed(label, dpi)


@pytest.mark.parametrize("name", _NAMES)
def test_what_comes_again_is_the_same_on_every_label_and_stands_first(name: str) -> None:
    template = load_template(name)
    one, two = (template.fill(values(name, {"order": text, "text": text, "group": text})) for text in ("1", "2"))
    assert (one.fixed > 0) == (name != "carton")  # which has no frame
    assert one.elements[: one.fixed] == two.elements[: two.fixed]
    first, second = (to_zpl(label).partition(b"^FX-^FS\n") for label in (one, two))
    assert first[0] == second[0] or not one.fixed


@pytest.mark.parametrize("name", _NAMES)
def test_each_field_has_words_for_a_refusal(name: str) -> None:
    template = load_template(name)
    fields = {*template.fields, *(field for repeat in template.repeats for field in repeat.fields)}
    assert {f"field_{field}" for field in fields} - set(WORDS) == set()


def test_optional_fields_leave_their_symbol_and_picture_out() -> None:
    label = load_template("separator").fill(values("separator", {"code": "", "title": "", "count": ""}))
    assert lay_out(label).symbols() == []
    badge = load_template("badge").fill(values("badge", {}) | {"photo": b""})
    assert not any(isinstance(element, Picture) for element in badge.elements)


def test_a_five_line_address_costs_few_bytes() -> None:
    """What is sent for each label, when the fixed part is in the printer: at 203 dpi, with a name and four lines."""
    sizes = {}
    for language, recipient in {
        "latin": "Jürgen Müller\nGroße Straße 112\nHinterhaus links\n10115 Berlin\nGERMANY",
        "chinese": "王小明\n余杭区文一西路969号3幢502室\n杭州市\n浙江省 310013\nCHINA",
        "arabic": "محمد عبد الله\n15 شارع النيل\nالزمالك\nالقاهرة 11511\nEGYPT",
    }.items():
        changes = {"recipient": recipient, "tracking_text": "LX 000 000 015 CN", "order": "SO-2024-000183"}
        label = load_template("parcel_4x6").fill(values("parcel_4x6", changes | {"parcel": "PB00000042K"}))
        sizes[language] = len(to_zpl(label).partition(b"^FX-^FS\n")[2])
    assert sizes["latin"] <= 590  # 620 with the head and the name of the stored format
    assert sizes["chinese"] <= 2_470
    assert sizes["arabic"] <= 2_470
