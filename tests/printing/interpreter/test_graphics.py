import base64
import binascii
import zlib

import pytest
from PIL import Image

from tests.printing.interpreter.reading import black, inked, page


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("^GB100,60,4", (50, 40, 150, 100)),
        ("^GB100,0,4", (50, 40, 150, 44)),
        ("^GB0,60,4", (50, 40, 54, 100)),
        ("^GB,,9", (50, 40, 59, 49)),
        ("^GB", (50, 40, 51, 41)),
        ("^GB100,60,4,B,8", (50, 40, 150, 100)),
        ("^GC60,3", (50, 40, 110, 100)),
        ("^GE90,60,3", (50, 40, 140, 100)),
        ("^GD100,60,10,B,R", (50, 40, 160, 100)),
        ("^GD100,60,10,B,L", (50, 40, 160, 100)),
    ],
)
def test_extents(command: str, expected: tuple[int, int, int, int]) -> None:
    assert inked(f"^FO50,40{command}^FS") == expected


def test_a_frame_is_as_thick_as_told_on_every_side() -> None:
    image = page("^FO50,40^GB100,60,4^FS").image
    hollow = image.crop((54, 44, 146, 96))
    assert hollow.getextrema() == (255, 255)
    assert image.histogram()[0] == 100 * 60 - 92 * 52


def test_white_boxes_and_reversed_frames() -> None:
    image = page("^FO0,0^GB100,100,100^FS^FO10,10^GB50,50,50,W^FS^FO5,5^FR^GB90,90,2^FS").image
    assert not black(image, 30, 30)
    assert not black(image, 5, 5)
    assert not black(image, 94, 94)
    assert black(image, 8, 8)
    assert image.crop((0, 0, 100, 100)).histogram()[255] == 50 * 50 + 90 * 90 - 86 * 86


def test_rounded_corners_and_hollow_rings() -> None:
    image = page("^FO0,0^GB100,60,5,B,8^FS").image
    assert not black(image, 0, 0)
    assert black(image, 50, 2)
    assert not black(image, 50, 30)
    ring = page("^FO0,0^GC61,5^FS").image
    assert not black(ring, 30, 30)
    assert black(ring, 30, 2)


def test_diagonals_lean_as_told() -> None:
    right = page("^FO0,0^GD100,100,10,B,R^FS").image
    left = page("^FO0,0^GD100,100,10,B,L^FS").image
    assert black(right, 104, 1)
    assert not black(right, 5, 1)
    assert black(left, 5, 1)
    assert not black(left, 104, 1)


def test_typeset_boxes_stand_on_their_lower_edge() -> None:
    assert inked("^FT50,100^GB30,40,30^FS") == (50, 60, 80, 100)


ROWS = bytes.fromhex("ffffff 800001 800001 800001 ff00ff 000000 ffffff f0f0f0")
ROW, TOTAL = 3, 24


def _z64(raw: bytes, kind: bytes) -> bytes:
    encoded = base64.b64encode(zlib.compress(raw) if kind == b"Z" else raw)
    return b":%s64:%s:%04X" % (kind, encoded, binascii.crc_hqx(encoded, 0))


ENCODINGS = {
    "hexadecimal": b"A,24,24,3," + ROWS.hex().encode(),
    "lines": b"A,24,24,3," + b"\r\n".join(ROWS[at : at + 3].hex().upper().encode() for at in range(0, 24, 3)),
    "run lengths": b"A,24,24,3,!8J01::FFH0FF,!F0F0F0",
    "run over rows": b"A,24,24,3,LF8J01::FFH0FF,LFF0F0F0",
    "base64": b"A,24,24,3," + _z64(ROWS, b"B"),
    "deflated": b"A,24,24,3," + _z64(ROWS, b"Z"),
    "deflated, wrong checksum": b"A,24,24,3," + _z64(ROWS, b"Z")[:-4] + b"0000",
    "deflated, no checksum": b"A,24,24,3," + _z64(ROWS, b"Z")[:-5],
    "binary": b"B,24,24,3," + ROWS,
}


@pytest.mark.parametrize("encoding", sorted(ENCODINGS))
def test_pictures(encoding: str) -> None:
    body = b"^FO40,30^GF" + ENCODINGS[encoding] + b"^FS"
    image = page(body).image.crop((40, 30, 64, 38))
    expected = Image.frombytes("1", (24, 8), ROWS).convert("L").point(lambda shade: 255 - shade)
    assert image.tobytes() == expected.tobytes()


def test_long_run_lengths() -> None:
    image = page(b"^FO0,0^GFA,20,20,10,gFHF^FS").image  # g is 20 digits, H is 2
    assert [black(image, x, 0) for x in (0, 79, 80)] == [True, True, False]
    assert [black(image, x, 1) for x in (7, 8)] == [True, False]


def test_a_picture_that_cannot_be_read_is_reported() -> None:
    assert page("^FO1,1^GB9,9^FS^FO0,0^GFA,10,10,0,FF^FS").reports == ("^GF: its data cannot be read",)
    assert page("^FO1,1^GB9,9^FS^FO0,0^GFA,10,10,1,:Z64:!!^FS").reports == ("^GF: its data cannot be read",)
