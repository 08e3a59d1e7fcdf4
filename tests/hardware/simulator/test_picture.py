"""Rasters of TSPL and ESC/POS as pictures."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from hardware.simulator.mechanics import Drawing
from hardware.simulator.picture import draw_escpos, draw_tspl


def black(drawing: Drawing) -> set[tuple[int, int]]:
    image = Image.open(io.BytesIO(drawing.png)).convert("L")
    return {(x, y) for x in range(image.width) for y in range(image.height) if image.getpixel((x, y)) == 0}


def size(drawing: Drawing) -> tuple[int, int]:
    return Image.open(io.BytesIO(drawing.png)).size


def test_a_tspl_label() -> None:
    drawing = draw_tspl(b"SIZE 4 mm,2 mm\r\nCLS\r\nBITMAP 8,3,1,2,0,\x7f\xfe\r\nBITMAP 0,0,1,1,1,\xbf\r\nPRINT 1\r\n")
    assert size(drawing) == (32, 16)
    assert drawing.length_mm == pytest.approx(2.0, abs=0.01)
    assert black(drawing) == {(8, 3), (15, 4), (1, 0)}  # a set bit is white


def test_what_lies_beyond_the_edge_is_cut_off() -> None:
    assert black(draw_tspl(b"SIZE 16 dot,2 dot\r\nCLS\r\nBITMAP 8,1,2,9,0,%s\r\nPRINT 1\r\n" % (b"\0" * 18))) == {
        (x, 1) for x in range(8, 16)
    }
    assert black(draw_tspl(b"SIZE 16 dot,2 dot\r\nCLS\r\nBITMAP 99,99,1,1,0,\0\r\nPRINT 1\r\n")) == set()


@pytest.mark.parametrize(
    ("command", "pixels"),
    [
        (b"SIZE 4,6", (812, 1218)), (b"SIZE 100 mm,150 mm", (799, 1199)), (b"SIZE 8 dot,9 dot", (8, 9)),
        (b"", (812, 1218)),
    ],
)  # fmt: skip
def test_sizes(command: bytes, pixels: tuple[int, int]) -> None:
    assert size(draw_tspl(command + b"\r\nCLS\r\nPRINT 1\r\n")) == pixels


def test_an_escpos_label() -> None:
    drawing = draw_escpos(b"\x1b@\x1dv0\x00\x01\x00\x02\x00\x80\x01\x1dv0\x00\x01\x00\x28\x00\x80" + b"\0" * 39)
    assert size(drawing) == (8, 42)
    assert black(drawing) == {(0, 0), (7, 1), (0, 2)}
    assert draw_escpos(b"Hello\n").length_mm == pytest.approx(3.75, abs=0.1)
    assert draw_escpos(b"Hello\nWorld\n\n").length_mm == pytest.approx(11.25, abs=0.2)
