"""MaxiCode in all modes, read back."""

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from printing.interpreter import maxicode, reed_solomon
from tests.printing.interpreter.reading import black, ink, page

UPS = "001840152382802[)>_1E01_1D961Z00004951_1DUPSN_1D_06X610_1D159_1D1234567_1D1/1_1D_1DY_1D634 ALPHA DR_1DPA_1E_04"


def _read(mask: Image.Image) -> str:
    (found,) = zxingcpp.read_barcodes(ImageOps.invert(ImageOps.expand(mask, 40, 0)))
    assert found.format == zxingcpp.BarcodeFormat.MaxiCode
    return found.bytes.decode("latin-1")


@pytest.mark.parametrize("dots_per_mm", [6, 8, 300 / 25.4, 600 / 25.4])
def test_a_carriers_symbol(dots_per_mm: float) -> None:
    sent = UPS.replace("_1E", "\x1e").replace("_1D", "\x1d").replace("_06", "\x06").replace("_04", "\x04")
    made = maxicode.encode(sent, 2)
    assert made
    assert made.data.startswith("[)>\x1e01\x1d96152382802\x1d840\x1d001\x1d1Z00004951\x1dUPSN")
    assert _read(maxicode.draw(made.dark, dots_per_mm)) == made.data


def test_letters_in_the_postal_code() -> None:
    made = maxicode.encode("066826ABC123[)>\x1e01\x1d96INTL\x1d\x1e\x04", 3)
    assert made
    assert _read(maxicode.draw(made.dark, 8)) == made.data == "[)>\x1e01\x1d96ABC123\x1d826\x1d066\x1dINTL\x1d\x1e\x04"
    assert maxicode.encode("066826ABC123[)>\x1e01\x1d96INTL\x1d\x1e\x04", 2) == made


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(max_codepoint=255), min_size=1, max_size=40), st.sampled_from([4, 5]))
def test_any_text(text: str, mode: int) -> None:
    made = maxicode.encode(text, mode)
    assert made
    assert _read(maxicode.draw(made.dark, 8)) == text


@settings(max_examples=25, deadline=None)
@given(st.from_regex(r"[0-9]{1,9}", fullmatch=True), st.from_regex(r"[A-Za-z0-9 ,.]{0,50}", fullmatch=True))
def test_any_postal_code(postal: str, text: str) -> None:
    made = maxicode.encode(f"001840{postal}[)>\x1e01\x1d96{text}", 2)
    assert made
    assert _read(maxicode.draw(made.dark, 8)) == f"[)>\x1e01\x1d96{postal}\x1d840\x1d001\x1d{text}"


def test_what_cannot_be_made_is_hatched_and_reported() -> None:
    for mode, data in ((2, "no carrier"), (4, "9a" * 200), (3, "")):
        found = page(f"^FO50,50^BD{mode}^FD{data}^FS")
        assert found.reports
        assert "hatched" in found.reports[0]
        assert not found.symbols


def test_its_place() -> None:
    found = page(f"^FO60,60^BD^FH^FD{UPS}^FS")
    assert found.symbols[0].rectangle == (60, 60, 271, 262)
    box = ink(found.image)
    assert box is not None
    assert all(abs(edge - told) <= 3 for edge, told in zip(box, (60, 60, 271, 262), strict=True))
    middle = (162, 161)  # of the fifteenth column and the seventeenth row: white, and six dots from it a dark ring
    assert not black(found.image, *middle)
    for x, y in ((6, 0), (-6, 0), (0, 6), (0, -6)):
        assert black(found.image, middle[0] + x, middle[1] + y)
    typeset = page(f"^FT60,400^BD^FH^FD{UPS}^FS")
    assert typeset.symbols[0].rectangle == (60, 185, 271, 387)


def test_checks_are_those_of_the_standards() -> None:
    # the example of ISO/IEC 16022, annex O: "123456" in a symbol of 10 by 10 modules
    assert reed_solomon.checks([142, 164, 186], 5, 0x12D) == [114, 25, 5, 88, 102]
