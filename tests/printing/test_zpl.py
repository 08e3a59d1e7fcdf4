import base64
import binascii
import io
import re
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from app.domain.errors import Refusal
from printing import symbols
from printing.fonts import draw, shape
from printing.label import Align, Box, Element, Label, Line, Paragraph, Symbol, SymbolKind, Text
from printing.layout import PlacedSymbol, PlacedText, lay_out
from printing.templates import load_template
from printing.zpl import to_zpl

FIELDS = {
    "sender": "Packbench Demo\n88 Xihu Road\n310013 Hangzhou\nCHINA",
    "recipient": "Jürgen Müller\nGroße Straße 112\n10115 Berlin\nGERMANY",
    "service": "Express",
    "tracking": "LX000000015CN",
    "tracking_text": "LX 000 000 015 CN",
    "label_code": "PB00000042KC01X",
    "parcel": "PB00000042K",
    "copy": "1",
    "weight": "0.480 kg",
    "order": "SO-2024-000183",
    "slot": "A-03",
}
HOSTILE = [
    "O'Brien ^XZ^XA~JR",
    "<img src=x>",
    "王小明",
    "Ольга",
    "محمد",
    "ไทย",
    "😀",
    "a" * 300,
    "300 characters of an address, wrapped. " * 8,
    "_5E_7E_",
    "\x1b@\x10\x04\x01",
    "line one\r\nline two",
    "^CC!",
    "^PQ999",
    "\\&>;>:~DG",
    "' OR 1=1--",
    "=HYPERLINK(1)",
]

# the whole grammar of what may be written: a field's text is in ^FD and holds no prefix and no control character
_DATA = rb"(?:\^FH_\^FD[^\x00-\x1f\x7f^~]*|\^FD[^\x00-\x1f\x7f^~_]*)\^FS"
_LINE = re.compile(
    rb"\^XA\^CI28\^JZY\^PW\d+\^LL\d+\^LH0,0\^PON\^LRN\^FWN"
    rb"|\^FX-\^FS"
    rb"|\^FO\d+,\d+\^A0N,\d+,\d+" + _DATA + rb"|\^FT\d+,\d+\^A0[RIB],\d+,\d+" + _DATA + rb""
    rb"|\^FO\d+,\d+\^GB\d+,\d+,\d+\^FS"
    rb"|\^FO\d+,\d+\^GFA,(\d+),\1,\d+,:Z64:[A-Za-z0-9+/=]+:[0-9A-F]{4}\^FS"
    rb"|\^BY\d+,[23],\d+\^FO\d+,\d+\^B(?:[CAE8U2][NRIB],\d+,N(?:,N)*|3[NRIB],N,\d+,N,N|QN,2,\d+,M|7[NRIB](?:,\d+){4},N)"
    + _DATA + rb"|\^FO\d+,\d+\^BXN,\d+,200,\d+,\d+(,,[\\|`@#])?" + _DATA + rb"|\^FO\d+,\d+\^BON,\d+,N,[12]\d\d" + _DATA
    + rb"|\^PQ1\^XZ"
)  # fmt: skip


def _shown(data: bytes) -> str:
    """Field data as a printer reads it under ^FH_."""
    return re.sub(rb"_([0-9A-F]{2})", lambda found: bytes.fromhex(found[1].decode()), data).decode()


def _assert_harmless(label: Label, zpl: bytes) -> None:
    lines = zpl.removesuffix(b"\n").split(b"\n")
    assert all(_LINE.fullmatch(line) for line in lines), lines
    assert (zpl.count(b"^XA"), zpl.count(b"^XZ"), zpl.count(b"^PQ")) == (1, 1, 1)
    placed = lay_out(label).items
    texts = [item for item in placed if isinstance(item, PlacedText)]
    written = [_shown(line[line.index(b"^FD") + 3 : -3]) for line in lines if b"^A0N" in line]
    assert written == [item.text for item in texts if item.shaped is None]
    assert zpl.count(b"^FX") == bool(label.fixed)
    assert zpl.count(b"^FD") == len(written) + sum(isinstance(item, PlacedSymbol) for item in placed)
    assert zpl.count(b"^GF") <= sum(item.shaped is not None for item in texts)


def _tried(changes: dict[str, str]) -> tuple[Label, Refusal | None]:
    """The parcel's label with these fields and what it is refused for, if it is."""
    label = Label(0, 0, ())
    try:
        label = load_template("parcel_4x6").fill(FIELDS | changes)
        to_zpl(label)
    except Refusal as refused:
        return label, refused
    return label, None


def _label(*elements: Element) -> Label:
    return Label(50, 25, elements)


def _text(text: str, **changes: Any) -> Text:
    values: dict[str, Any] = {"x_mm": 1, "y_mm": 1, "width_mm": 48, "height_mm": 5, "size_mm": 4, "min_size_mm": 2}
    return Text(text=text, name="order", **values | changes)


def test_the_bytes_of_a_small_label() -> None:
    label = _label(
        Box(0.5, 0.5, 49, 24, 0.25),
        Line(1, 8, 48, 0.5),
        _text("Zoë ^_~", y_mm=1.5),
        Symbol(1, 9, 30, 14, SymbolKind.CODE128, "AB12>", 0.25, 0.25, name="tracking"),
        Symbol(33, 9, 14, 14, SymbolKind.DATAMATRIX, "PB1_C", 0.5, 0.5, name="label_code"),
    )
    assert to_zpl(label).decode() == (
        "^XA^CI28^JZY^PW400^LL200^LH0,0^PON^LRN^FWN\n"
        "^FO4,4^GB392,192,2^FS\n"
        "^FO8,64^GB384,4,4^FS\n"
        "^FO8,13^A0N,32,32^FH_^FDZoë _5E_5F_7E^FS\n"
        "^BY2,3,112^FO38,72^BCN,112,N,N,N,N^FD>:AB12>0^FS\n"
        "^FO296,104^BXN,4,200,12,12,,\\^FH_^FDPB1_5FC^FS\n"
        "^PQ1^XZ\n"
    )


def test_code_sets_of_code_128_are_stated() -> None:
    symbol = Symbol(1, 1, 48, 20, SymbolKind.CODE128, "LX000000015CN", 0.25, 0.25, name="tracking")
    assert b"^FD>:LX0>500000015>6CN^FS" in to_zpl(_label(symbol))
    symbol = Symbol(1, 1, 48, 20, SymbolKind.CODE128, "123456", 0.25, 0.25, name="tracking")
    assert b"^FD>;123456^FS" in to_zpl(_label(symbol))


def test_text_that_font_0_lacks_becomes_a_graphic_whose_pixels_are_the_text() -> None:
    zpl = to_zpl(_label(_text("王小明"))).decode()
    found = re.search(r"\^FO(\d+),(\d+)\^GFA,(\d+),\d+,(\d+),:Z64:([^:]+):([0-9A-F]{4})\^FS", zpl)
    assert found
    assert "^FD" not in zpl
    total, row = int(found[3]), int(found[4])
    assert f"{binascii.crc_hqx(found[5].encode(), 0):04X}" == found[6]
    pixels = zlib.decompress(base64.b64decode(found[5]))
    assert len(pixels) == total
    image = Image.frombytes("1", (row * 8, total // row), pixels)
    drawn = draw(shape("王小明"), 32)
    assert drawn is not None
    ink = ImageOps.invert(drawn.image.convert("L"))  # a set bit is a black dot
    assert image.convert("L").crop((0, 0, ink.width, ink.height)).tobytes() == ink.tobytes()
    assert image.getbbox() == ink.getbbox() == (0, 0, ink.width, ink.height)
    assert 80 < ink.width <= 3 * 34


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("field", sorted(FIELDS))
def test_a_hostile_field_is_shown_or_refused_with_its_name(field: str, text: str) -> None:
    label, refused = _tried({field: text})
    if refused:
        assert refused.facts["field"] == field
        assert refused.code in ("label_text_too_long", "symbol_data_invalid", "label_symbol_too_dense")
        assert text not in str(refused)
    else:
        _assert_harmless(label, to_zpl(label))


@pytest.mark.parametrize("text", [text for text in HOSTILE if text != "a" * 300])
def test_every_hostile_recipient_but_one_endless_word_prints(text: str) -> None:
    label = load_template("parcel_4x6").fill(FIELDS | {"recipient": text})
    _assert_harmless(label, to_zpl(label))


@settings(max_examples=200, deadline=None)
@given(recipient=st.text(max_size=120), order=st.text(max_size=20))
def test_no_text_at_all_adds_a_command(recipient: str, order: str) -> None:
    label, refused = _tried({"recipient": recipient, "order": order})
    if refused:
        assert refused.facts["field"] in ("recipient", "order")
    else:
        _assert_harmless(label, to_zpl(label))


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="^~_\\>;:, \r\nXAZ5E王é", max_size=60))
def test_no_text_made_of_prefixes_adds_a_command(text: str) -> None:
    label, refused = _tried({"recipient": text, "slot": text[:8]})
    if not refused:
        _assert_harmless(label, to_zpl(label))


_ASCII = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=20)


def _oracle(zpl: bytes, width: int, height: int) -> Image.Image:
    """The label as zplkit, an independent reader made from captures of a ZD621, renders it."""
    zplkit = pytest.importorskip("zplkit", reason="zplkit, a development dependency, is not installed")
    options = zplkit.Options(profile="zd621", width=width, height=height, dpi=203)
    known = zpl.replace(b"^PQ1", b"").replace(b"^JZY", b"")  # it does not know these two
    document = zplkit.render(known, options)
    assert len(document.labels) == 1
    raster = document.labels[0].rasterize()
    return Image.frombytes("L", (raster.width, raster.height), raster.pixels)


@settings(max_examples=60, deadline=None)
@given(data=_ASCII)
def test_an_independent_reader_prints_symbols_with_the_data_and_the_size_that_were_meant(data: str) -> None:
    label = Label(
        100,
        50,
        (
            Symbol(1, 1, 98, 18, SymbolKind.CODE128, data, 0.375, 0.25, name="tracking"),
            Symbol(1, 20, 28, 28, SymbolKind.DATAMATRIX, data, 0.5, 0.5, name="label_code"),
        ),
    )
    page = _oracle(to_zpl(label), 800, 400)
    placed = [item for item in lay_out(label).items if isinstance(item, PlacedSymbol)]
    read = symbols.decode(page, lay_out(label).symbol_boxes())
    assert [found.text for found in read] == [data, data]
    for item in placed:
        right, bottom = item.x + item.columns * item.module, item.y + item.rows * item.row_height
        black = page.point(lambda v: 255 - v)
        assert black.crop((item.x, item.y, right, bottom)).getbbox() == (0, 0, right - item.x, bottom - item.y)


def test_an_independent_reader_keeps_every_line_inside_of_what_was_reserved() -> None:
    lines = ["WWWW MMMM", "Will-o'-the-wisp", "0123456789", "SHIP TO <+=>", "jqy [] {} | ~ @ %"]
    elements = tuple(_text(line, y_mm=1 + 9 * i, height_mm=8, width_mm=98) for i, line in enumerate(lines))
    label = Label(100, 50, elements)
    page = _oracle(to_zpl(label), 800, 400).point(lambda v: 255 - v)
    for item in lay_out(label).items:
        assert isinstance(item, PlacedText)
        left, top, right, bottom = item.bounds
        ink = page.crop((0, int(top) - 12, 800, int(bottom) + 12)).getbbox()
        assert ink is not None
        assert ink[0] >= left
        assert ink[2] <= right
        assert ink[1] >= 12 - 1
        assert ink[3] <= int(bottom) - int(top) + 12 + 1


@pytest.mark.parametrize(
    "recipient",
    ["王小明\n浙江省杭州市余杭区文一西路969号\nCHINA", "محمد عبد الله\n15 شارع النيل\nEGYPT", "ไทย\nที่อยู่\nTHAILAND"],
)
def test_an_independent_reader_accepts_the_graphics_and_reads_every_symbol(recipient: str) -> None:
    label = load_template("parcel_4x6").fill(FIELDS | {"recipient": recipient})
    page = _oracle(to_zpl(label), 812, 1219)
    assert [found.text for found in symbols.decode(page, lay_out(label).symbol_boxes())] == [
        FIELDS["tracking"],
        FIELDS["label_code"],
    ]


@pytest.mark.parametrize("text", ["王小明 12", "محمد عبد الله", "ที่อยู่ปั่น", "नमस्ते", "Łódź", "😀"])
def test_an_independent_reader_prints_a_graphic_where_it_was_placed(text: str) -> None:
    label = _label(_text(text, y_mm=5, height_mm=9))
    (item,) = lay_out(label).items
    assert isinstance(item, PlacedText)
    left, top, right, bottom = item.bounds
    ink = _oracle(to_zpl(label), 400, 200).point(lambda v: 255 - v).getbbox()
    assert ink is not None
    assert all(abs(a - b) <= 4 for a, b in zip(ink, (left, top, right, bottom), strict=True))
    assert (ink[0] >= left - 1, ink[1] >= top - 1, ink[2] <= right + 1, ink[3] <= bottom + 1) == (True,) * 4


def test_symbols_of_the_shipped_template_have_room_to_be_scanned() -> None:
    label = load_template("parcel_4x6").fill(FIELDS)
    code128, datamatrix = (item for item in lay_out(label).items if isinstance(item, PlacedSymbol))
    assert code128.module >= 3
    assert datamatrix.module >= 4
    assert code128.row_height >= 13 * 8  # at least half an inch


def test_alignment_moves_the_line() -> None:
    places = []
    for align in (Align.LEFT, Align.CENTER, Align.RIGHT):
        found = re.search(rb"\^FO(\d+),\d+\^A0N", to_zpl(_label(_text("Hello", align=align))))
        assert found
        places.append(int(found[1]))
    assert places[0] == 8
    assert 8 < places[1] < places[2] < 392 - 40
    assert abs((places[0] + places[2]) / 2 - places[1]) <= 1


def test_a_paragraph_is_written_as_lines_not_as_a_block() -> None:
    paragraph = Paragraph(1, 1, 40, 20, "one two three four five six seven", 4, 2, name="recipient")
    zpl = to_zpl(_label(paragraph))
    assert b"^FB" not in zpl
    assert zpl.count(b"^A0N") > 1
    assert io.BytesIO(zpl).read().count(b"\n") == zpl.count(b"^FS") + 2
