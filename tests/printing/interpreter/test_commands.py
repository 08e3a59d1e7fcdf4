"""Commands that change what others print: copies and serial numbers, kept and stored labels, character sets, media."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops

from printing.interpreter import Printer, render, serial
from tests.printing.interpreter.reading import black, ink, inked, page, read

BOX = "^FO{},{}^GB20,10,10^FS"


def same(one: str | bytes, other: str | bytes) -> bool:
    return ImageChops.difference(page(one).image, page(other).image).getbbox() is None


def test_a_graphic_without_an_end_is_drawn_before_the_next_place() -> None:
    assert same(
        "^FO10,10^GFA,2,2,1,FFFF^FT50,90^A0N,30,30^FDA^FS", "^FO10,10^GFA,2,2,1,FFFF^FS^FT50,90^A0N,30,30^FDA^FS"
    )


def test_a_reversed_white_box_turns_what_is_beneath_it() -> None:
    assert same("^FR^FO20,20^GB40,40,40,W^FS", "^FO20,20^GB40,40,40,B^FS")
    assert inked("^FO20,20^GB40,40,40,B^FS^FR^FO20,20^GB40,40,40,W^FS") is None


def test_blanks_before_an_orientation() -> None:
    assert same("^FO 20.4 , 30^A0 R,30, 40 ^FDAb^FS", "^FO20,30^A0R,30,40^FDAb^FS")


# serial numbers


def _texts(zpl: str) -> list[str]:
    """What Code 128 says on each page."""
    return [found.symbols[0].data for found in render(zpl.encode())]


def test_serial_numbers_count_from_copy_to_copy() -> None:
    label = "^XA^FO9,9^BY2^BCN,50,N^SN{}^FS^PQ{}^XZ"
    assert _texts(label.format("A098,1,Y", "3")) == ["A098", "A099", "A100"]
    assert _texts(label.format("A099,1,Y", "2")) == ["A099", "A100"]
    assert _texts(label.format("008B,-3,Y", "3")) == ["008B", "005B", "002B"]
    assert _texts(label.format("008,1,N", "2")) == ["8", "9"]
    assert _texts(label.format("7,1,Y", "4,0,2")) == ["7", "7", "8", "8"]


def test_serial_fields_by_mask() -> None:
    label = "^XA^FO9,9^BY2^BCN,50,N^FD{}^SF{}^FS^PQ3^XZ"
    assert _texts(label.format("BL08-8", "AAdd%d,1%1")) == ["BL08-8", "BL09-9", "BL11-0"]
    assert _texts(label.format("BL0000", "AADDDD,%%%%%1")) == ["BL0000", "BL0001", "BL0002"]
    assert _texts(label.format("AZ9", "AAD,1")) == ["AZ9", "BA0", "BA1"]
    assert _texts(label.format("K8F", "HHH,1")) == ["K8F", "K90", "K91"]


def test_pages_without_serial_numbers_are_the_same_page() -> None:
    first, second = render(b"^XA^FO9,9^FDx^FS^PQ2^XZ")
    assert first is second


@given(
    st.text("aZ09-%", max_size=12), st.text("DHOAN%x", max_size=14), st.text("0123Z%", max_size=14), st.integers(0, 999)
)
def test_serial_masks_keep_the_length_and_a_step_of_nothing_changes_nothing(
    value: str, mask: str, step: str, copy: int
) -> None:
    assert len(serial.masked(value, mask, step, copy)) == len(value)
    assert serial.masked(value, mask, step, 0) == value
    assert serial.masked(value, mask, "", copy) == value


@given(st.integers(0, 10**6), st.integers(0, 999), st.integers(0, 500))
def test_serial_numbers_are_sums(start: int, step: int, copy: int) -> None:
    assert serial.counted(f"P{start:09d}X", step, True, copy) == f"P{start + step * copy:09d}X"


# kept and stored


def test_fields_of_a_stored_format_may_have_prompts() -> None:
    stored = b'^XA^DFR:A^FS^FO10,10^A0N,30,30^FN1"Name?"^FS^XZ'
    (found,) = render(stored + b'^XA^XFR:A.ZPL^FS^FN1"Name?"^FDAbc^FS^XZ')
    assert ink(found.image) == inked("^FO10,10^A0N,30,30^FDAbc^FS")


def test_a_label_that_is_not_cleared_is_printed_beneath_the_next_one_without_its_variables() -> None:
    box, variable, added = BOX.format(10, 10), "^FO10,50^GB9,9,9^FS^FO200,10^A0N,30,30^FVA^FS", BOX.format(300, 300)
    pages = render(f"^XA^MCN{box}{variable}^XZ^XA^MCY{added}^XZ^XA{added}^XZ".encode())
    assert len(pages) == 3
    assert black(pages[0].image, 205, 25)
    kept = ink(pages[1].image)
    assert kept == (10, 10, 320, 310)
    assert not black(pages[1].image, 205, 25)
    assert ink(pages[2].image) == (300, 300, 320, 310)


def test_a_label_stored_as_a_picture() -> None:
    stored = f"^XA{BOX.format(10, 10)}^ISR:FORM.GRF,N^XZ"
    (found,) = render(f"{stored}^XA^ILR:FORM.GRF^FS{BOX.format(50, 50)}^XZ".encode())
    assert ink(found.image) == (10, 10, 70, 60)
    first, second = render(f"{stored.replace(',N', ',Y')}^XA^FO0,100^XGR:FORM.GRF,1,1^FS^XZ".encode())
    assert ink(first.image) == (10, 10, 30, 20)
    assert ink(second.image) == (10, 110, 30, 120)


def test_stored_pictures_are_copied_and_erased() -> None:
    printer = Printer()
    list(printer.pages(b"~DGR:A.GRF,1,1,FF"))
    list(printer.pages(b"^XA^TOR:A.GRF,E:B.GRF^FS^XZ"))
    (found,) = printer.pages(b"^XA^FO0,0^XGE:B.GRF,1,1^FS^XZ")
    assert ink(found.image) == (0, 0, 8, 1)
    list(printer.pages(b"~EG"))
    assert list(printer.pages(b"^XA^FO0,0^XGE:B.GRF,1,1^FS^XZ")) == []


@pytest.mark.parametrize("hexadecimal", [True, False])
def test_a_png_is_downloaded_in_bytes_or_in_hexadecimal(hexadecimal: bool) -> None:
    buffer = io.BytesIO()
    Image.new("L", (9, 5), 0).save(buffer, "PNG")
    content = buffer.getvalue()
    sent = content.hex().upper().encode() if hexadecimal else content
    (found,) = render(b"~DYR:P,P,P,%d,,%s^XA^FO4,4^IMR:P.PNG^FS^XZ" % (len(content), sent))
    assert ink(found.image) == (4, 4, 13, 9)


# characters


@pytest.mark.parametrize(
    ("charset", "sent", "shown"),
    [
        (2, b"#", "£"),
        (6, b"@[\\]{|}", "§ÄÖÜäöü"),
        (5, b"#@", "ÜÉ"),
        (12, b"\\", "¥"),
        (13, b"#\\", "#\\"),
        (0, b"\x84", "ä"),
    ],
)
def test_national_characters(charset: int, sent: bytes, shown: str) -> None:
    text = b"^FO9,9^A0N,40,40^CI%d^FD%s^FS"
    assert same(text % (charset, sent), text % (28, shown.encode()))


def test_national_characters_are_not_those_of_symbols() -> None:
    found = page("^CI2^FO40,40^BY2^BCN,60,N^FDA#1^FS")
    assert read(found.image, found.symbols[0].rectangle)[0][1] == "A#1"


def test_text_downwards_and_backwards() -> None:
    down = inked("^FO10,10^A0N,30,30^FPV^FDMMMM^FS")
    assert down is not None
    assert down[3] - down[1] > 100
    assert down[2] - down[0] < 40
    assert same("^FO10,10^A0N,30,30^FPR^FDabc^FS", "^FO10,10^A0N,30,30^FDcba^FS")


# media


def test_what_is_narrower_than_the_media_is_in_its_middle() -> None:
    (found,) = render(b"^XA^PW400^FO40,40^BY2^BCN,50,N^FDABC^FS^XZ", width_mm=100, height_mm=100)
    assert found.image.size == (800, 800)
    left, top, _, _ = found.symbols[0].rectangle
    assert (left, top) == (240, 40)
    assert ink(found.image) == found.symbols[0].rectangle
    (turned,) = render(b"^XA^PW400^POI^FO40,40^BY2^BCN,50,N^FDABC^FS^XZ", width_mm=100, height_mm=100)
    assert ink(turned.image) == turned.symbols[0].rectangle
    assert turned.symbols[0].rectangle[2] == 560


def test_an_orientation_after_the_font_turns_the_field() -> None:
    assert same("^FO40,40^A0N,30,30^FWB^FDAbc^FS", "^FO40,40^A0B,30,30^FDAbc^FS")


def test_a_font_that_is_not_there_is_replaced_by_the_usual_one() -> None:
    assert same("^CFD^FO9,9^A1N,36,20^FDAbc^FS", "^FO9,9^ADN,36,20^FDAbc^FS")


def test_code_39_takes_signs_that_it_lacks_as_two() -> None:
    found = page("^FO40,40^BY2^B3N,N,80,N^FDaB{0}@^FS")
    assert read(found.image, found.symbols[0].rectangle)[0][1] == "aB{0}@" == found.symbols[0].data


def test_a_qr_code_of_no_known_level_is_of_level_m() -> None:
    assert same("^FO40,40^BQN,2,4^FDEXAMPLE CODE^FS", "^FO40,40^BQN,2,4^FDMA,MPLE CODE^FS")
