"""Labels as TSPL: nothing from a field adds a command, and the simulated printer prints what was meant."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from hardware.simulator.language import Label as Printed
from hardware.simulator.tspl_language import TsplLanguage
from printing import symbols
from printing.label import Box, Element, Label, Line, Symbol, SymbolKind, Text
from printing.layout import lay_out
from printing.paper import tspl_page
from printing.raster import to_image
from printing.templates import load_template
from printing.tspl import to_tspl
from tests.printing.parcel import FIELDS, SCRIPTS, tried

HEAD = b"SIZE 50 mm,25 mm\r\nGAP 3 mm,0 mm\r\nDIRECTION 0\r\nREFERENCE 0,0\r\nCLS\r\n"
_COMMAND = re.compile(
    rb'BAR \d+,\d+,\d+,\d+|TEXT \d+,\d+,"[1-5]",0,\d+,\d+,"[ !#-\[\]-~]+"'
    rb'|BARCODE \d+,\d+,"128M",\d+,0,0,\d+,\d+,"![ !#-\[\]-~]+"'
    rb'|DMATRIX \d+,\d+,\d+,\d+,x\d+,r0,\d+,\d+,"[ !#-\[\]-}]+"|PRINT 1,1'
)
_PICTURE = re.compile(rb"BITMAP (\d+),(\d+),(\d+),(\d+),0,")


def _label(*elements: Element) -> Label:
    return Label(50, 25, elements)


def _commands(tspl: bytes) -> list[bytes]:
    """All commands after the head; each is one of the grammar, or the test fails."""
    head, _, rest = tspl.partition(b"CLS\r\n")
    assert re.fullmatch(rb"SIZE [\d.]+ mm,[\d.]+ mm\r\nGAP 3 mm,0 mm\r\nDIRECTION 0\r\nREFERENCE 0,0\r\n", head)
    found = []
    while rest:
        if picture := _PICTURE.match(rest):
            end = picture.end() + int(picture[3]) * int(picture[4])
            found.append(b"BITMAP")
            assert rest[end : end + 2] == b"\r\n"
            rest = rest[end + 2 :]
            continue
        line, end_of_line, rest = rest.partition(b"\r\n")
        assert end_of_line
        assert _COMMAND.fullmatch(line), line
        found.append(line)
    assert found[-1:] == [b"PRINT 1,1"]
    assert found.count(b"PRINT 1,1") == 1
    return found


def test_the_commands_of_a_small_label() -> None:
    label = _label(
        Box(0.5, 0.5, 49, 24, 0.25),
        Line(1, 8, 48, 0.5),
        Text(1, 1.5, 48, 5, "SHIP TO", 4, 2),
        Symbol(1, 9, 30, 14, SymbolKind.CODE128, "AB1234", 0.25, 0.25, name="tracking"),
        Symbol(33, 9, 14, 14, SymbolKind.DATAMATRIX, "PB1_C", 0.5, 0.5, name="label_code"),
    )
    assert to_tspl(label, native=True) == HEAD + (
        b"BAR 4,4,392,2\r\nBAR 4,194,392,2\r\nBAR 4,4,2,192\r\nBAR 394,4,2,192\r\nBAR 8,64,384,4\r\n"
        b'TEXT 8,15,"3",0,1,1,"SHIP TO"\r\n'
        b'BARCODE 38,72,"128M",112,0,0,2,2,"!104AB!0991234"\r\n'
        b'DMATRIX 296,104,48,48,x4,r0,12,12,"PB1_C"\r\nPRINT 1,1\r\n'
    )


def test_a_picture_is_cut_to_its_ink() -> None:
    tspl = to_tspl(_label(Line(1, 8, 10, 0.5)))
    assert tspl == HEAD + b"BITMAP 8,64,10,4,0," + b"\0" * 40 + b"\r\nPRINT 1,1\r\n"
    assert to_tspl(_label()) == HEAD + b"PRINT 1,1\r\n"


@pytest.mark.parametrize("dpi", [203, 300, 600])
@pytest.mark.parametrize("recipient", SCRIPTS)
def test_as_a_picture_the_paper_is_the_label_dot_for_dot(recipient: str, dpi: int) -> None:
    label = load_template("parcel_4x6").fill(FIELDS | {"recipient": recipient})
    tspl = to_tspl(label, dpi)
    assert _commands(tspl) == [b"BITMAP", b"PRINT 1,1"]
    assert tspl_page(tspl, dpi).tobytes() == to_image(label, dpi).tobytes()


@pytest.mark.parametrize("dpi", [203, 300, 600])
@pytest.mark.parametrize("recipient", SCRIPTS)
def test_with_native_commands_all_but_its_letters_is_the_same(recipient: str, dpi: int) -> None:
    label = load_template("parcel_4x6").fill(FIELDS | {"recipient": recipient})
    placed = lay_out(label, dpi)
    page, meant = tspl_page(to_tspl(label, dpi, native=True), dpi), to_image(label, dpi)
    for symbol in placed.symbols():
        assert page.crop(symbol.box).tobytes() == meant.crop(symbol.box).tobytes()
    native = [item for item in placed.items if getattr(item, "shaped", 0) is None]
    for item in native:
        left, top, right, bottom = item.bounds
        ink = ImageChops.invert(page.crop((int(left), int(top), int(right) + 1, int(bottom) + 1))).getbbox()
        assert ink is not None, "the text is where it was laid out"
        for image in (page, meant):
            image.paste(255, (int(left) - 2, int(top) - 2, int(right) + 3, int(bottom) + 3))
    assert page.tobytes() == meant.tobytes(), "and nowhere else"


@settings(max_examples=60, deadline=None)
@given(
    recipient=st.one_of(st.text(max_size=80), st.text(alphabet='"\\[]!~\r\nPRINT,CLS19 \x1b@王é', max_size=60)),
    tracking=st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=14),
    script=st.sampled_from(SCRIPTS),
)
def test_no_text_at_all_adds_a_command_and_every_symbol_reads_as_its_data(
    recipient: str, tracking: str, script: str
) -> None:
    label = tried({"recipient": f"{script}\n{recipient}", "tracking": tracking, "tracking_text": tracking})
    if label is None:
        return
    for tspl in (to_tspl(label), to_tspl(label, native=True)):
        assert _commands(tspl)
        events = TsplLanguage().feed(tspl)
        assert [type(event) for event in events] == [Printed], "one label, no question and nothing else"
        read = symbols.decode(tspl_page(tspl), lay_out(label).symbol_boxes())
        assert [found.text for found in read] == [tracking, FIELDS["label_code"]]


@pytest.mark.parametrize("text", ['say "hi"', "back\\slash", "\\[R]", "Zoë", "王"])
def test_what_a_firmware_could_take_for_something_else_is_drawn(text: str) -> None:
    label = _label(Text(1, 1, 48, 8, text, 6, 3))
    assert _commands(to_tspl(label, native=True)) == [b"BITMAP", b"PRINT 1,1"]
    assert tspl_page(to_tspl(label, native=True)).tobytes() == to_image(label).tobytes()


@pytest.mark.parametrize(
    ("kind", "data", "command"),
    [
        (SymbolKind.CODE128, "A!104B", b"BITMAP"),
        (SymbolKind.CODE128, 'A"B', b"BITMAP"),
        (SymbolKind.DATAMATRIX, "A~1B", b"BITMAP"),
        (SymbolKind.QRCODE, "A1", b"BITMAP"),
        (SymbolKind.CODE128, "A~B", b"BARCODE"),
        (SymbolKind.DATAMATRIX, "A!104B", b"DMATRIX"),
    ],
)
def test_symbols_whose_data_or_size_a_printer_might_change_are_drawn(
    kind: SymbolKind, data: str, command: bytes
) -> None:
    label = _label(Symbol(1, 1, 46, 22, kind, data, 0.5, 0.25, name="code"))
    tspl = to_tspl(label, native=True)
    assert _commands(tspl)[0].startswith(command)
    assert tspl_page(tspl).tobytes() == to_image(label).tobytes()
    assert [found.text for found in symbols.decode(tspl_page(tspl))] == [data]


def test_a_picture_takes_nothing_of_its_neighbour_in_the_same_byte() -> None:
    label = _label(Text(1, 1, 5, 8, "王", 4, 4), Text(5.4, 1, 8, 8, "明", 4, 4))
    assert _commands(to_tspl(label, native=True)) == [b"BITMAP", b"BITMAP", b"PRINT 1,1"]
    assert tspl_page(to_tspl(label, native=True)).tobytes() == to_image(label).tobytes()
    beside = _label(Text(1, 1, 5, 8, "王", 4, 4), Line(5.5, 1, 0.25, 8))
    assert _commands(to_tspl(beside, native=True)) == [b"BITMAP", b"BAR 44,8,2,64", b"PRINT 1,1"]
    assert tspl_page(to_tspl(beside, native=True)).tobytes() == to_image(beside).tobytes()


def test_turned_text_and_symbols_are_drawn() -> None:
    label = Label(50, 50, (
        Text(2, 2, 6, 40, "Turned", 5, 3, rotation=90),
        Symbol(10, 2, 30, 46, SymbolKind.CODE128, "AB12", 0.25, 0.25, name="tracking", rotation=90),
    ))  # fmt: skip
    tspl = to_tspl(label, native=True)
    assert _commands(tspl) == [b"BITMAP", b"BITMAP", b"PRINT 1,1"]
    assert tspl_page(tspl).tobytes() == to_image(label).tobytes()
    turned = tspl_page(tspl).transpose(Image.Transpose.ROTATE_90)
    assert [found.text for found in symbols.decode(turned)] == ["AB12"]


def test_native_commands_take_a_small_part_of_the_bytes() -> None:
    label = load_template("parcel_4x6").fill(FIELDS | {"recipient": "Ana Lopez\nSample Street 1\nMadrid"})
    assert len(to_tspl(label, native=True)) < 2000 < 100_000 < len(to_tspl(label))
