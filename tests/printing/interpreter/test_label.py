"""What holds for the whole label: media, places, copies, orientation, stored formats."""

import pytest

from printing.interpreter import Printer, render
from tests.printing.interpreter.reading import black, ink, inked, page

BOX = "^FO10,20^GB30,40,30^FS"


def test_media() -> None:
    assert page(BOX).image.size == (812, 1219)
    assert page(BOX, 300).image.size == (1200, 1800)
    assert page("^PW400^LL300" + BOX).image.size == (400, 300)
    assert page(BOX + "^LL300^PW400").image.size == (400, 300)
    (found,) = render(b"^XA^PW400^LL300^FO1,1^GB9,9^FS^XZ", width_mm=50, height_mm=25)
    assert found.image.size == (400, 200)


def test_a_label_that_does_not_tell_its_length_shows_all_that_is_on_it() -> None:
    found = page("^FO10,1500^GB30,40,30^FS")
    assert found.image.size == (812, 1540)
    assert found.reports == ("the label is 1540 dots long: ^LL does not tell",)
    assert inked("^LL300" + BOX + "^FO10,290^GB30,40,30^FS") == (10, 20, 40, 300)


def test_a_format_without_fields_prints_nothing() -> None:
    assert render(b"^XA^PW812^CI28^XZ") == []
    assert render(b"") == []
    assert render(b"^XA^DFR:A^FO1,1^GB9,9^FS^XZ") == []


def test_copies() -> None:
    assert len(render(f"^XA{BOX}^PQ3^XZ^XA{BOX}^XZ".encode())) == 4
    many = render(f"^XA{BOX}^PQ99999999^XZ".encode())
    assert len(many) == 1000
    assert many[0].reports == ("^PQ: only 1000 copies are shown",)


def test_a_job_too_long_for_memory_is_cut_and_says_so() -> None:
    pages = render(b"^XA^PW12000^LL3000^FO1,1^GB9,9^FS^XZ" * 20)
    assert 5 < len(pages) < 20
    assert pages[-1].reports == ("the job has more labels, they are left out",)
    assert len(list(Printer().pages(b"^XA^FO1,1^GB9,9^FS^XZ" * 20))) == 20


@pytest.mark.parametrize(
    ("commands", "expected"),
    [
        ("^LH100,200", (110, 220, 140, 260)),
        ("^LS5", (5, 20, 35, 60)),
        ("^LT7", (10, 27, 40, 67)),
        ("^LT-7", (10, 13, 40, 53)),
        ("^PW400^LL300^POI", (360, 240, 390, 280)),
        ("^PW400^LL300^PMY", (360, 20, 390, 60)),
        ("^PW400^LL300^JMB", (20, 40, 80, 120)),
        ("^MUM^FO10,20^GB5,5,5^FS^MUD", (10, 20, 120, 200)),
    ],
)
def test_places(commands: str, expected: tuple[int, int, int, int]) -> None:
    assert inked(commands + BOX) == expected


def test_settings_stay_for_the_next_label_and_fields_do_not() -> None:
    pages = render(f"^XA^LH100,0{BOX}^XZ^XA^FO0,0^FR{BOX}^XZ".encode())
    assert [ink(found.image) for found in pages] == [(110, 20, 140, 60)] * 2


def test_reversal() -> None:
    found = page("^FO10,10^GB100,100,100^FS^FO50,50^FR^GB100,100,100^FS").image
    assert black(found, 20, 20)
    assert not black(found, 80, 80)
    assert black(found, 130, 130)
    both = page("^LRY^FO10,10^GB100,100,100^FS^FO50,50^GB100,100,100^FS^LRN").image
    assert both.tobytes() == found.tobytes()


def test_reversal_of_text_on_black() -> None:
    plain = page("^FO50,50^A0N,60^FDHello^FS").image
    found = page("^FO0,0^GB400,200,200^FS^FO50,50^FR^A0N,60^FDHello^FS").image
    area = (0, 0, 400, 200)
    assert found.crop(area).tobytes() == plain.crop(area).point(lambda shade: 255 - shade).tobytes()


def test_a_stored_format_is_filled_by_the_label_that_calls_it() -> None:
    stored = (
        b"^XA^DFE:ADDR.ZPL^FS^PW400^LL300^CI28^FO10,20^GB30,40,30^FS"
        b"^FO100,100^A0N,40^FN1^FS^FO100,200^BY2^BCN,50,N^FN2^FS^XZ"
    )
    called = b"^XA^XFE:ADDR.ZPL^FS^FN1^FH_^FDZo\xc3\xab_5E^FS^FN2^FD>;1234^FS^XZ"
    plain = (
        b"^XA^PW400^LL300^CI28^FO10,20^GB30,40,30^FS"
        b"^FO100,100^A0N,40^FH_^FDZo\xc3\xab_5E^FS^FO100,200^BY2^BCN,50,N^FD>;1234^FS^XZ"
    )
    printer = Printer()
    assert list(printer.pages(stored)) == []
    (filled,) = printer.pages(called)
    (expected,) = render(plain)
    assert filled == expected
    assert [symbol.data for symbol in filled.symbols] == ["1234"]
    list(printer.pages(b"^XA^IDE:*.ZPL^FS^XZ"))
    (gone,) = printer.pages(b"^XA^XFE:ADDR.ZPL^FS" + BOX.encode() + b"^XZ")
    assert gone.reports == ("^XF: no format of that name is stored",)


def test_a_numbered_field_with_data_prints_without_a_stored_format() -> None:
    assert inked("^FO10,20^FN3^A0N,40^FDHHH^FS") == inked("^FO10,20^A0N,40^FDHHH^FS") is not None


def test_what_is_sent_before_the_label_is_kept() -> None:
    zpl = b"~DGR:LOGO.GRF,2,1,FF81^XA^FO10,20^XGR:LOGO.GRF,2,3^FS^FO100,20^IMLOGO^FS^XZ"
    (found,) = render(zpl)
    assert ink(found.image.crop((0, 0, 50, 50))) == (10, 20, 26, 26)
    assert ink(found.image.crop((50, 0, 150, 50))) == (50, 20, 58, 22)
    assert page("^XGR:NONE^FS" + BOX).reports == ("^XG: no picture of that name is stored",)
