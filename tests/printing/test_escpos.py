"""Labels as ESC/POS: one picture, no command in it, and the simulated printer prints what was meant."""

from __future__ import annotations

import io
import re

import pytest
from escpos import printer as independent
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from app.domain.errors import Refusal
from hardware.simulator.escpos_language import EscposLanguage
from hardware.simulator.language import Label as Printed
from printing import symbols
from printing.escpos import to_escpos
from printing.label import Label, Line, Picture, Symbol, SymbolKind
from printing.layout import lay_out
from printing.paper import escpos_page
from printing.raster import to_image
from printing.templates import load_template
from tests.printing.parcel import FIELDS, SCRIPTS, tried

BAND = re.compile(rb"\x1dv0\x00(..)(..)", re.DOTALL)
REAL_TIME = re.compile(rb"\x10[\x04\x05\x14]")


def _bands(escpos: bytes) -> list[tuple[int, int, bytes]]:
    """Bytes a row, rows and pixels of every band; nothing else may be there."""
    assert escpos.startswith(b"\x1b@")
    assert escpos.endswith(b"\x1dVB\x00")
    rest, found = escpos[2:-4], []
    while rest:
        head = BAND.match(rest)
        assert head
        row, rows = int.from_bytes(head[1], "little"), int.from_bytes(head[2], "little")
        found.append((row, rows, rest[8 : 8 + row * rows]))
        rest = rest[8 + row * rows :]
    return found


def _same(page: Image.Image, meant: Image.Image) -> int:
    """How many dots differ; where the paper's picture ends there is white."""
    whole = Image.new("1", meant.size, 255)
    whole.paste(page, (0, 0))
    return ImageChops.logical_xor(whole, meant).histogram()[255]


def test_the_bytes_of_a_small_label() -> None:
    label = Label(10, 2, (Line(0.5, 0.5, 1, 0.125),))
    rows = b"\0\0" * 4 + b"\x0f\xf0" + b"\0\0" * 11
    assert to_escpos(label) == b"\x1b@" + b"\x1dv0\x00\x02\x00\x10\x00" + rows + b"\x1dVB\x00"


def test_an_empty_label_feeds_its_length() -> None:
    assert to_escpos(Label(10, 2, ())) == b"\x1b@\x1dv0\x00\x01\x00\x10\x00" + bytes(16) + b"\x1dVB\x00"


def test_a_long_label_comes_in_bands() -> None:
    bands = _bands(to_escpos(load_template("parcel_4x6").fill(FIELDS)))
    assert [rows for _, rows, _ in bands] == [255, 255, 255, 255, 1219 - 4 * 255]
    assert len({row for row, _, _ in bands}) == 1


@pytest.mark.parametrize("dpi", [203, 300, 600])
@pytest.mark.parametrize("recipient", SCRIPTS)
def test_the_paper_is_the_label(recipient: str, dpi: int) -> None:
    label = load_template("parcel_4x6").fill(FIELDS | {"recipient": recipient})
    escpos, meant = to_escpos(label, dpi), to_image(label, dpi)
    page = escpos_page(escpos, dpi)
    assert page.height == meant.height, "as long as the label"
    assert _same(page, meant) <= 3, "dots that keep a picture from being a command"
    assert not REAL_TIME.search(escpos)


@settings(max_examples=60, deadline=None)
@given(
    recipient=st.text(max_size=80),
    tracking=st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=14),
    script=st.sampled_from(SCRIPTS),
)
def test_no_text_at_all_adds_a_command_and_every_symbol_reads_as_its_data(
    recipient: str, tracking: str, script: str
) -> None:
    label = tried({"recipient": f"{script}\n{recipient}", "tracking": tracking, "tracking_text": tracking})
    if label is None:
        return
    escpos = to_escpos(label)
    assert _bands(escpos)
    assert not REAL_TIME.search(escpos)
    assert [type(event) for event in EscposLanguage().feed(escpos)] == [Printed], "one label and no question"
    page = Image.new("1", (812, 1219), 255)
    page.paste(escpos_page(escpos), (0, 0))
    read = symbols.decode(page, lay_out(label).symbol_boxes())
    assert [found.text for found in read] == [tracking, FIELDS["label_code"]]


@pytest.mark.parametrize("command", [b"\x10\x04", b"\x10\x05", b"\x10\x14"])
def test_a_picture_that_looks_like_a_real_time_command_gets_one_dot_more(command: bytes) -> None:
    image = Image.frombytes("1", (16, 16), (command + command[::-1]) * 8)
    shown = ImageChops.invert(image)
    written = _png(shown)
    label = Label(2, 2, (Picture(0, 0, 2, 2, written),))
    meant = to_image(label)
    assert REAL_TIME.search(ImageChops.invert(meant).tobytes()), "the picture is what it should be"
    escpos = to_escpos(label)
    ((_, _, data),) = _bands(escpos)
    assert not REAL_TIME.search(escpos)
    assert data == REAL_TIME.sub(lambda found: bytes((0x10, found[0][1] | 8)), ImageChops.invert(meant).tobytes())
    assert EscposLanguage().feed(escpos)[0] == Printed(escpos, reprints=False)


def test_a_label_wider_than_the_head_is_turned_if_that_fits() -> None:
    label = Label(90, 40, (Symbol(2, 2, 80, 36, SymbolKind.CODE128, "AB12", 0.25, 0.25, name="tracking"),))
    page = escpos_page(to_escpos(label, width=576))
    assert page.height == 720
    turned = page.transpose(Image.Transpose.ROTATE_90)
    assert [found.text for found in symbols.decode(turned)] == ["AB12"]
    upright = to_image(label).transpose(Image.Transpose.ROTATE_270)
    assert _same(page, upright) == 0


def test_a_label_that_fits_neither_way_is_refused() -> None:
    with pytest.raises(Refusal, match="label_wider_than_head") as refused:
        to_escpos(load_template("parcel_4x6").fill(FIELDS), width=576)
    assert refused.value.facts == {"label_mm": 102, "head_mm": 72}


def test_an_independent_writer_sends_the_same_pictures() -> None:
    label = Label(100, 60, (Symbol(2, 2, 90, 50, SymbolKind.CODE128, "AB12", 0.25, 0.25, name="tracking"),))
    page = to_image(label)
    right = ImageChops.invert(page).getbbox()
    assert right is not None
    width = (right[2] + 7) // 8 * 8
    writer = independent.Dummy()
    writer.image(page.crop((0, 0, width, page.height)), impl="bitImageRaster", fragment_height=255)
    assert _bands_among_others(writer.output) == _bands(to_escpos(label))


def _bands_among_others(escpos: bytes) -> list[tuple[int, int, bytes]]:
    found, at = [], 0
    while head := BAND.search(escpos, at):
        row, rows = int.from_bytes(head[1], "little"), int.from_bytes(head[2], "little")
        found.append((row, rows, escpos[head.end() : head.end() + row * rows]))
        at = head.end() + row * rows
    return found


def _png(image: Image.Image) -> bytes:
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue()
