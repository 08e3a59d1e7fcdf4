"""What comes out of printers of TSPL and ESC/POS."""

from __future__ import annotations

import pytest
from PIL import Image

from hardware.simulator.language import Label as Printed
from hardware.simulator.tspl_language import TsplLanguage
from printing import symbols
from printing.paper import escpos_page, tspl_page


def black(page: Image.Image) -> set[tuple[int, int]]:
    return {(x, y) for x in range(page.width) for y in range(page.height) if page.getpixel((x, y)) == 0}


def test_a_tspl_label() -> None:
    page = tspl_page(b"SIZE 4 mm,2 mm\r\nCLS\r\nBITMAP 8,3,1,2,0,\x7f\xfe\r\nBITMAP 0,0,1,1,1,\xbf\r\nPRINT 1\r\n")
    assert page.size == (32, 16)
    assert black(page) == {(8, 3), (15, 4), (1, 0)}, "a set bit is white"


def test_a_bitmap_begins_at_any_dot_and_overwrites_unless_it_is_told_to_add() -> None:
    bar = b"SIZE 16 dot,2 dot\r\nCLS\r\nBAR 0,0,16,2\r\n"
    assert black(tspl_page(bar + b"BITMAP 3,0,1,1,0,\xff\r\nPRINT 1\r\n")) == {
        (x, y) for x in range(16) for y in range(2) if y or not 3 <= x < 11
    }
    assert len(black(tspl_page(bar + b"BITMAP 3,0,1,1,1,\xff\r\nPRINT 1\r\n"))) == 32


def test_what_lies_beyond_the_edge_is_cut_off() -> None:
    assert black(tspl_page(b"SIZE 16 dot,2 dot\r\nCLS\r\nBITMAP 8,1,2,9,0,%s\r\nPRINT 1\r\n" % (b"\0" * 18))) == {
        (x, 1) for x in range(8, 16)
    }
    assert black(tspl_page(b"SIZE 16 dot,2 dot\r\nCLS\r\nBITMAP 99,99,1,1,0,\0\r\nPRINT 1\r\n")) == set()


@pytest.mark.parametrize(
    ("command", "dpi", "pixels"),
    [
        (b"SIZE 4,6", 203, (812, 1218)), (b"SIZE 100 mm,150 mm", 203, (800, 1200)), (b"SIZE 8 dot,9 dot", 203, (8, 9)),
        (b"SIZE 101.6 mm,152.4 mm", 300, (1200, 1800)), (b"", 203, (812, 1218)),
    ],
)  # fmt: skip
def test_sizes(command: bytes, dpi: int, pixels: tuple[int, int]) -> None:
    assert tspl_page(command + b"\r\nCLS\r\nPRINT 1\r\n", dpi).size == pixels


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_text_takes_its_cells(rotation: int) -> None:
    page = tspl_page(b'SIZE 400 dot,400 dot\r\nCLS\r\nTEXT 200,200,"3",%d,2,1,"MMMM"\r\nPRINT 1\r\n' % rotation)
    across, down = 4 * 32, 24
    cell = {
        0: (200, 200, 200 + across, 200 + down),
        90: (200 - down, 200, 200, 200 + across),
        180: (200 - across, 200 - down, 200, 200),
        270: (200, 200 - across, 200 + down, 200),
    }[rotation]
    dots = black(page)
    assert dots
    assert all(cell[0] <= x < cell[2] and cell[1] <= y < cell[3] for x, y in dots)
    assert max(x for x, _ in dots) - min(x for x, _ in dots) > (80 if rotation in (0, 180) else 8)


@pytest.mark.parametrize(
    ("command", "data"),
    [
        (b'BARCODE 40,40,"128",80,0,0,2,2,"AB1234"', "AB1234"),
        (b'BARCODE 40,40,"128M",80,0,0,2,2,"!104AB!0991234!100>c"', "AB1234>c"),
        (b'BARCODE 140,40,"128M",80,0,90,2,2,"!1051234"', "1234"),
        (b'DMATRIX 40,40,400,400,x4,"Hello"', "Hello"),
        (b'DMATRIX 40,40,64,64,c126,x4,r0,16,16,"Hello"', "Hello"),
        (b'DMATRIX 40,40,64,64,x4,"say \\["]hi\\["]"', 'say "hi"'),
    ],
)
def test_symbols(command: bytes, data: str) -> None:
    page = tspl_page(b"SIZE 50 mm,50 mm\r\nCLS\r\n" + command + b"\r\nPRINT 1,1\r\n")
    assert [found.text for found in symbols.decode(page)] == [data]


@pytest.mark.parametrize(
    "line",
    [
        b"BAR 1,2,3", b"BAR a,b,c,d", b'TEXT 1,1,"9",0,1,1,"x"', b'TEXT 1,1,"3",0,1,1',
        b'BARCODE 1,1,"EAN13",9,0,0,2,2,"1"', b'BARCODE 1,1,"128M",9,0,0,2,2,"!999"', b'DMATRIX 1,1,9,9,xx,"A"',
        b'DMATRIX 1,1,9,9,x4,""', b"SOUND 5,100", b"BITMAP 1,1,9,9,0,\0\0", b'TEXT 1,1,"3",0,1,1,"no end',
        b"BOX 1,1", b"\xff\x00",
    ],
)  # fmt: skip
def test_what_is_wrong_draws_nothing(line: bytes) -> None:
    assert black(tspl_page(b"SIZE 16 dot,16 dot\r\nCLS\r\n" + line + b"\r\nPRINT 1\r\n")) == set()


def test_a_label_with_native_commands_is_one_event_of_the_twin() -> None:
    data = b'SIZE 4,6\r\nCLS\r\nTEXT 9,9,"3",0,1,1,"PRINT 1"\r\nBOX 1,1,90,90,2\r\nPRINT 1,1\r\n'
    assert TsplLanguage().feed(data) == [Printed(data, reprints=False)]
    assert tspl_page(data).getpixel((1, 50)) == 0


def test_an_escpos_label() -> None:
    page = escpos_page(b"\x1b@\x1dv0\x00\x01\x00\x02\x00\x80\x01\x1dv0\x00\x01\x00\x28\x00\x80" + b"\0" * 39)
    assert page.size == (8, 42)
    assert black(page) == {(0, 0), (7, 1), (0, 2)}
    assert escpos_page(b"Hello\n").height == 30
    assert escpos_page(b"Hello\nWorld\n\n").height == 90
    assert escpos_page(b"").size == (8, 30)
