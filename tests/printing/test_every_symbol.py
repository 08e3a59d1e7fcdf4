"""Every symbology at every resolution and rotation: what is printed reads as the data that was given.

The readers: our interpreter of our ZPL, the PDF rasterised by PDFium, our own pixels, and zplkit, which knows nothing
of this program. PACKBENCH_EXAMPLES sets how many cases are tried.
"""

import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from app.domain.errors import Refusal
from printing import symbols
from printing.ink import ink
from printing.interpreter import render
from printing.label import ROTATIONS, Label, Symbol, SymbolKind
from printing.layout import Layout, PlacedRule, lay_out
from printing.linter import read_back
from printing.pdf import to_pdf
from printing.zpl import to_zpl
from tests.examples import examples
from tests.printing.symbol_data import DATA, refusal_of

_DPI = st.sampled_from((203, 300, 600))
_ROTATION = st.sampled_from(ROTATIONS)
_GS1_DATA = "(01)09521234543213(10)A1(21)7"
_SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)


def _label(kind: SymbolKind, data: str, rotation: int = 0) -> Label:
    wide, deep = (140, 8) if symbols.is_linear(kind) else (60, 60)
    if rotation in (90, 270):
        wide, deep = deep, wide
    symbol = Symbol(2, 2, wide, deep, kind, data, 0.5, 0.19, name="code", rotation=rotation)
    return Label(wide + 4, deep + 4, (symbol,))


def pixels(layout: Layout) -> Image.Image:
    page = Image.new("L", (layout.width, layout.height), 255)
    for item in layout.items:
        if isinstance(item, PlacedRule):
            for left, top, right, bottom in item.strokes:
                page.paste(0, (int(left), int(top), int(right), int(bottom)))
            continue
        drawn = ink(item)
        if drawn:
            page.paste(0, (drawn.left, drawn.top), ImageOps.invert(drawn.image.convert("L")))
    return page


def assert_pdf_reads(label: Label, layout: Layout) -> None:
    """The page of the label's PDF, two pixels a dot, since PDFium smooths the edges of bars."""
    document = pypdfium2.PdfDocument(to_pdf([label], layout.dpi))
    try:
        page = document[0].render(scale=2 * layout.dots_per_mm * 25.4 / 72).to_pil()
    finally:
        document.close()
    for item, box in zip(layout.symbols(), layout.symbol_boxes(), strict=True):
        left, top, right, bottom = (2 * edge for edge in box)
        found = symbols.decode(page, [(left, top, right, bottom)])
        assert [read.text for read in found[:1]] == [symbols.read_as(item.kind, item.data)]


def assert_printed(label: Label, dpi: int) -> None:
    """Each symbol reads as its data from the interpreter's page, the PDF's and our own pixels, at the same place."""
    layout = lay_out(label, dpi)
    (printed,) = render(to_zpl(label, dpi), dpi)
    assert printed.reports == ()
    own = pixels(layout)
    read_back(own, layout)
    read_back(printed.image, layout)
    assert_pdf_reads(label, layout)
    for item in layout.symbols():
        left, top, right, bottom = item.box
        whole = (0, 0, right - left, bottom - top)
        for page in (own, printed.image.convert("L")):
            assert ImageOps.invert(page.crop(item.box)).getbbox() == whole, item
        if symbols.is_linear(item.kind) or item.kind is SymbolKind.PDF417:  # which read the same upside down
            assert printed.image.convert("L").crop(item.box).tobytes() == own.crop(item.box).tobytes(), item


@pytest.mark.parametrize("kind", SymbolKind)
@settings(max_examples=examples(5), deadline=None, suppress_health_check=_SLOW)
@given(case=st.data())
def test_a_symbol_is_read_as_its_data(kind: SymbolKind, case: st.DataObject) -> None:
    data, dpi, rotation = case.draw(DATA[kind]), case.draw(_DPI), case.draw(_ROTATION)
    label = _label(kind, data, rotation)
    refused = refusal_of(lambda: lay_out(label, dpi))
    if refused:  # what scanners would misread, or what needs more room
        assert refused.code in ("symbol_data_invalid", "label_symbol_too_dense")
        return
    assert_printed(label, dpi)


@pytest.mark.parametrize("kind", SymbolKind)
@settings(max_examples=examples(4), deadline=None, suppress_health_check=_SLOW)
@given(case=st.data())
def test_an_independent_reader_prints_the_same_symbol(kind: SymbolKind, case: st.DataObject) -> None:
    zplkit = pytest.importorskip("zplkit", reason="zplkit, a development dependency, is not installed")
    data, rotation = case.draw(DATA[kind].filter(str.isascii)), case.draw(_ROTATION)
    label = _label(kind, data, rotation)
    if refusal_of(lambda: lay_out(label)):
        return
    layout = lay_out(label)
    zpl = to_zpl(label).replace(b"^PQ1", b"").replace(b"^JZY", b"")  # it does not know these two
    if b"^GF" in zpl:  # nothing for it to encode
        return
    options = zplkit.Options(profile="zd621", width=layout.width, height=layout.height, dpi=203)
    raster = zplkit.render(zpl, options).labels[0].rasterize()
    page = Image.frombytes("L", (raster.width, raster.height), raster.pixels)
    read_back(page, layout)
    (item,) = layout.symbols()
    left, top, right, bottom = item.box
    below = max(4, symbols.guard_modules(kind) * item.module)
    box = ImageOps.invert(page.crop((left - 4, top - 4, right + 4, bottom + below))).getbbox()
    assert box is not None
    wanted = [4, 4, right - left + 4, bottom - top + 4]
    if symbols.guard_modules(kind):  # which it lets reach down
        assert wanted[3] <= box[3] <= wanted[3] + 5 * item.module
        box = (*box[:3], wanted[3])
    if kind is not SymbolKind.ITF14:  # whose bearer bars are there too
        assert all(abs(a - b) <= 2 for a, b in zip(box, wanted, strict=True))


@pytest.mark.parametrize(
    ("kind", "data", "command"),
    [
        (SymbolKind.CODE128, "LX000000015CN", "^BCN,64,N,N,N,N^FD>:LX0>500000015>6CN"),
        (SymbolKind.GS1_128, _GS1_DATA, "^BCN,64,N,N,N,N^FD>;>8010952123454321310>6A1>8217"),
        (SymbolKind.EAN13, "4006381333931", "^BEN,44,N,N^FD400638133393"),
        (SymbolKind.EAN8, "96385074", "^B8N,44,N,N^FD9638507"),
        (SymbolKind.UPCA, "036000291452", "^BUN,44,N,N^FD03600029145"),
        (SymbolKind.ITF, "123456", "^B2N,64,N,N,N^FD123456"),
        (SymbolKind.ITF14, "00012345678905", "^B2N,48,N,N,N^FD00012345678905"),
        (SymbolKind.CODE39, "A-1 $", "^B3N,N,64,N,N^FDA-1 $"),
        (SymbolKind.CODE93, "A-1 $", "^BAN,64,N,N,N^FDA-1 $"),
        (SymbolKind.QRCODE, "https://example.com/~a", "^BQN,2,4,M^FH_^FDMA,https://example.com/_7Ea"),
        (SymbolKind.DATAMATRIX, "PB1_C", "^BXN,4,200,12,12,,\\^FH_^FDPB1_5FC"),
        (SymbolKind.GS1_DATAMATRIX, _GS1_DATA, "^BXN,4,200,18,18,,\\^FD\\1010952123454321310A1\\1217"),
        (SymbolKind.PDF417, "Packbench parcel 42", "^B7N,12,2,"),
        (SymbolKind.AZTEC, "Packbench parcel 42", "^BON,4,N,102^FDPackbench parcel 42"),
    ],
)
def test_the_command_of_each_symbology(kind: SymbolKind, data: str, command: str) -> None:
    zpl = to_zpl(_label(kind, data)).decode()
    assert command in zpl
    assert "^GF" not in zpl


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (SymbolKind.QRCODE, "王小明 969"),
        (SymbolKind.AZTEC, "Łódź"),
        (SymbolKind.PDF417, "a\\&b"),
        (SymbolKind.CODE93, "abc"),
    ],
)
def test_what_no_command_states_is_a_graphic(kind: SymbolKind, data: str) -> None:
    zpl = to_zpl(_label(kind, data))
    assert b"^GFA" in zpl
    assert b"^FD" not in zpl
    assert_printed(_label(kind, data), 203)


def test_a_small_by_comes_before_a_qr_code_which_printers_move_down_by_its_height() -> None:
    zpl = to_zpl(_label(SymbolKind.QRCODE, "hello")).decode()
    (item,) = lay_out(_label(SymbolKind.QRCODE, "hello")).symbols()
    assert f"^BY1,2,1^FO{item.x},{item.y - 1}^BQN" in zpl


@pytest.mark.parametrize("kind", [SymbolKind.QRCODE, SymbolKind.DATAMATRIX, SymbolKind.AZTEC])
def test_a_square_is_printed_upright_in_every_rotation(kind: SymbolKind) -> None:
    places = {lay_out(_label(kind, "hello", rotation)).symbols()[0].rotation for rotation in ROTATIONS}
    assert places == {0}


def test_a_symbol_that_is_not_there_is_missed_when_read_back() -> None:
    layout = lay_out(_label(SymbolKind.CODE128, "LX000000015CN"))
    with pytest.raises(Refusal, match="label_symbol_unreadable") as refused:
        read_back(Image.new("L", (layout.width, layout.height), 255), layout)
    assert refused.value.facts == {"field": "code"}
    other = pixels(lay_out(_label(SymbolKind.CODE128, "LX000000016CN")))
    with pytest.raises(Refusal, match="label_symbol_unreadable"):
        read_back(other, layout)


def test_a_upc_a_is_read_as_the_ean_13_that_it_is() -> None:
    assert symbols.read_as(SymbolKind.UPCA, "036000291452") == "0036000291452"
