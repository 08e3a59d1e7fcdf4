import pytest
import zxingcpp

from printing.interpreter import Drawn, Page, code128
from printing.interpreter.linear import gs1_check
from tests.printing.interpreter.reading import ink, page, read


def _symbol(body: str, dpi: int = 203) -> tuple[Page, Drawn]:
    found = page(body, dpi)
    (symbol,) = found.symbols
    return found, symbol


def _read(body: str) -> tuple[str, str]:
    """What a scanner sends of the page's one symbol, read from its own rectangle."""
    found, symbol = _symbol(body)
    (scanned,) = read(found.image, symbol.rectangle)
    return scanned


@pytest.mark.parametrize(
    ("command", "identifier", "text"),
    [
        ("^BCN,80,N^FDPackbench 42", "]C0", "Packbench 42"),
        ("^BCN,80,N^FD>;123456", "]C0", "123456"),
        ("^BCN,80,N^FD>:AB>51234>6z", "]C0", "AB1234z"),
        ("^BCN,80,N^FD>:a>0b><c>=d", "]C0", "a>b^c~d"),
        ("^BCN,80,N^FD>9AB>6cd", "]C0", "ABcd"),
        ("^BCN,80,N^FD>;382436>6CODE128>752375152", "]C0", "382436CODE128TEST"),
        ("^BCN,80,N^FD>;>80109501101530003", "]C1", "(01)09501101530003"),
        ("^BCN,80,N,N,N,A^FDLX000000015CN", "]C0", "LX000000015CN"),
        ("^BCN,80,N,N,N,A^FD00a1234567", "]C0", "00a1234567"),
        ("^BCN,80,N,N,N,D^FD(00)123456789012345675", "]C1", "(00)123456789012345675"),
        ("^BCN,80,N,N,N,D^FD(10)ABC>8(21)7", "]C1", "(10)ABC(21)7"),
        ("^BCN,80,N,N,N,U^FD0012345678901234567", "]C1", "(00)123456789012345675"),
        ("^B3N,N,80,N^FDAB-12", "]A0", "AB-12"),
        ("^B3N,Y,80,N^FDAB-12", "]A1", "AB-12H"),
        ("^B2N,80,N^FD12345", "]I0", "012345"),
        ("^B2N,80,N,N,Y^FD0950110153000", "]I1", "09501101530003"),
        ("^BAN,80,N^FDPACK-42", "]G0", "PACK-42"),
        ("^BKN,N,80,N,N,A,B^FD123-45", "]F0", "A123-45B"),
        ("^BEN,80,N^FD501234567890", "]E0", "5012345678900"),
        ("^BEN,80^FD501234567890", "]E0", "5012345678900"),
        ("^B8N,80,N^FD9638507", "]E4", "96385074"),
        ("^BUN,80,N^FD03600029145", "]E0", "0036000291452"),
        ("^B9N,80,N^FD1230000045", "]E0", "0012300000451"),
        ("^BXN,5,200^FDPB00000042KC01X", "]d1", "PB00000042KC01X"),
        ("^BXN,5,200,32,8^FDPB00000042", "]d1", "PB00000042"),
        ("^BXN,5,200,,,,_^FD_10109501101530003_1217", "]d2", "(01)09501101530003(21)7"),
        ("^BXN,5,200,,,,_^FDa__b_d065_Gc", "]d1", "a_bA<BEL>c"),
        ("^BXN,5,200,,,,\\^FDa_~b", "]d1", "a_~b"),
        ("^BQN,2,5^FDQA,https://example.com/?a=1,2", "]Q1", "https://example.com/?a=1,2"),
        ("^BQN,2,5^FDHM,N123456", "]Q1", "123456"),
        ("^BQN,2,5^FDLM,B0005ab,cd", "]Q1", "ab,cd"),
        ("^CI28^BQN,2,5^FDMA,王小明", "]Q1", "王小明"),
        ("^B7N,8,3^FDPackbench label of a parcel", "]L2", "Packbench label of a parcel"),
        ("^B7N,8,2,6^FDPackbench label of a parcel", "]L2", "Packbench label of a parcel"),
        ("^BFN,8^FDPackbench", "]L2", "Packbench"),
        ("^BON,6^FDPackbench", "]z0", "Packbench"),
        ("^B0N,6,N,50^FDPackbench", "]z0", "Packbench"),
        ("^BRN,1,4^FD0950110153000", "]e0", "(01)09501101530003"),
        ("^BRN,5,4^FD0950110153000", "]e0", "(01)09501101530003"),
        ("^BRN,6,4^FD(01)09501101530003(10)AB", "]e0", "(01)09501101530003(10)AB"),
        ("^BD4^FDPackbench", "]U0", "Packbench"),
    ],
)
def test_symbols_read_back(command: str, identifier: str, text: str) -> None:
    scanned = _read(f"^BY3^FO50,50{command}^FS")
    assert scanned[1] == text
    assert scanned[0] == identifier


@pytest.mark.parametrize("turn", "NRIB")
@pytest.mark.parametrize("command", ["^BC{},80,N,N,N^FD>:TURN", "^BX{},6,200,26,12^FDTURN", "^B7{},8,2,3^FDTURN ME"])
@pytest.mark.parametrize("place", ["^FO150,160", "^FT450,460"])
def test_a_turned_symbol_reads_and_lies_where_its_rectangle_says(command: str, turn: str, place: str) -> None:
    found, symbol = _symbol(f"{place}^BY2{command.format(turn)}^FS")
    assert ink(found.image) == symbol.rectangle
    if place == "^FO150,160":
        assert symbol.rectangle[:2] == (150, 160)
    else:
        left, top, right, bottom = symbol.rectangle
        assert {"N": (left, bottom), "R": (left, top), "I": (right, top), "B": (right, bottom)}[turn] == (450, 460)
    assert [text for _, text in read(found.image, symbol.rectangle)] == [symbol.data]


def test_bars_are_exact() -> None:
    found, symbol = _symbol("^FO40,30^BY3^BCN,70,N^FD>:AB^FS")
    made = zxingcpp.create_barcode("AB", zxingcpp.BarcodeFormat.Code128)
    view = memoryview(made.to_image(scale=3, add_quiet_zones=False))  # type: ignore[arg-type]
    assert view.shape is not None
    width = view.shape[1]
    assert symbol.rectangle == (40, 30, 40 + width, 100)
    row = bytes(view)[:width]
    for y in (30, 65, 99):
        assert found.image.crop((40, y, 40 + width, y + 1)).tobytes() == row
    assert ink(found.image) == symbol.rectangle


def test_modules_of_a_data_matrix_are_as_large_as_told() -> None:
    found, symbol = _symbol("^FO40,30^BXN,7,200,16,16^FDHELLO^FS")
    assert symbol == Drawn("datamatrix", "HELLO", (40, 30, 40 + 7 * 16, 30 + 7 * 16))
    small = found.image.crop(symbol.rectangle).resize((16, 16), 0)
    assert small.resize((112, 112), 0).tobytes() == found.image.crop(symbol.rectangle).tobytes()
    assert small.crop((0, 0, 1, 16)).getextrema() == (0, 0)


def test_defaults_of_bars() -> None:
    _, symbol = _symbol("^BY4,2,90^FO50,50^BC,,N^FDA^FS")
    assert symbol.rectangle == (50, 50, 50 + 4 * (11 * 3 + 13), 140)
    _, symbol = _symbol("^BY4,2,90^FO50,50^BC,40,N^FDA^FS")
    assert symbol.rectangle[3] == 90
    _, wide = _symbol("^BY2,3,90^FO50,50^B3,,,N^FDA^FS")
    _, narrow = _symbol("^BY2,2,90^FO50,50^B3,,,N^FDA^FS")
    assert wide.rectangle[2] - 50 == 3 * (6 * 2 + 3 * 6) + 2 * 2
    assert narrow.rectangle[2] - 50 == 3 * (6 * 2 + 3 * 4) + 2 * 2


def test_a_qr_code_is_lower_by_the_height_of_bars() -> None:
    _, symbol = _symbol("^BY2,3,100^FO50,50^BQN,2,5^FDQA,HELLO^FS")
    assert symbol.rectangle[:2] == (50, 150)
    _, symbol = _symbol("^BY2,3,100^FT50,450^BQN,2,5^FDQA,HELLO^FS")
    assert symbol.rectangle[3] == 450


def test_the_text_beside_bars() -> None:
    below, symbol = _symbol("^FO50,50^BY2^BCN,100,Y,N^FD12345^FS")
    assert symbol.rectangle == (50, 50, 230, 150)
    box = ink(below.image.crop((0, 150, 812, 400)))
    assert box is not None
    assert 4 <= box[1] <= 8
    assert 18 <= box[3] <= 22
    assert abs((box[0] + box[2]) / 2 - 140) <= 3
    above, _ = _symbol("^FO50,50^BY2^BCN,100,Y,Y^FD12345^FS")
    assert ink(above.image.crop((0, 150, 812, 400))) is None
    box = ink(above.image.crop((0, 0, 812, 50)))
    assert box is not None
    assert box[1] >= 20
    plain, _ = _symbol("^FO50,50^BY2^BCN,100,N^FD12345^FS")
    assert ink(plain.image) == (50, 50, 230, 150)


def test_a_turned_symbol_keeps_its_text_at_its_feet() -> None:
    found, symbol = _symbol("^FO150,150^BY2^BCR,100,Y,N^FD12345^FS")
    assert symbol.rectangle == (150, 150, 250, 330)
    box = ink(found.image)
    assert box is not None
    assert 125 <= box[0] <= 135
    assert box[1:] == (150, 250, 330)


@pytest.mark.parametrize(
    ("commands", "expected"),
    [
        ("^POI", (300, 190, 360, 250)),
        ("^PMY", (300, 50, 360, 110)),
        ("^POI^PMY", (40, 190, 100, 250)),
        ("^JMB", (80, 100, 200, 220)),
        ("^LH10,20", (50, 70, 110, 130)),
    ],
)
def test_the_rectangle_follows_what_is_done_to_the_label(commands: str, expected: tuple[int, int, int, int]) -> None:
    found, symbol = _symbol(f"^PW400^LL300{commands}^FO40,50^BXN,5,200^FDHELLO^FS")
    assert symbol.rectangle == ink(found.image) == expected


def test_reversed_symbols() -> None:
    found, symbol = _symbol("^FO0,0^GB400,300,300^FS^FO50,50^FR^BXN,6,200^FDHELLO^FS")
    inverted = found.image.point(lambda shade: 255 - shade)
    assert [text for _, text in read(inverted, symbol.rectangle)] == ["HELLO"]


@pytest.mark.parametrize("command", ["^BD2^FDx", "^BD3^FDx", "^BT^FDx", "^B4N,20^FDABC", "^BBN^FDABC"])
def test_a_symbol_that_cannot_be_made_is_a_hatched_box_and_reported(command: str) -> None:
    found = page(f"^FO50,50{command}^FS")
    assert found.symbols == ()
    assert ink(found.image) is not None
    assert "a hatched box is drawn" in found.reports[0]


@pytest.mark.parametrize("command", ["^BXN,5,200,10,10^FDtoo long for ten modules", "^BQN,2,5^FDQA,", "^BRN,9,4^FDab"])
def test_data_that_does_not_fit_is_reported(command: str) -> None:
    found = page(f"^FO50,50{command}^FS")
    assert found.symbols == ()
    assert len(found.reports) == 1


def test_a_symbol_outside_of_the_label_is_reported() -> None:
    assert page("^PW200^LL200^FO150,50^BCN,80,N^FDABC^FS").reports == ("a symbol reaches beyond the label: code128",)


def test_symbols_that_no_reader_knows_have_the_width_of_their_standard() -> None:
    _, msi = _symbol("^BY2,2,50^FO0,0^BMN,A,50,N^FD123^FS")
    assert msi.rectangle[2] == 2 * (3 + 12 * 3 + 4)  # start, digits, stop
    _, industrial = _symbol("^BY2,2,50^FO0,0^BIN,50,N^FD12^FS")
    assert industrial.rectangle[2] == 2 * (8 + 2 * 12 + 7)
    _, code11 = _symbol("^BY2,2,50^FO0,0^B1N,Y,50,N^FD123-4^FS")
    assert code11.data == "123-42"  # 4*1 + 10*2 + 3*3 + 2*4 + 1*5 = 46, modulo 11


def test_check_digits() -> None:
    assert gs1_check("950110153000") == "3"
    assert gs1_check("12345678901234567") == "5"


@pytest.mark.parametrize("text", ["", "ÄÖ", ">", ">9", ">;", ">5>6>7", "\x00\x01", "1" * 500, "(", ">8>8"])
@pytest.mark.parametrize("mode", "NUAD")
def test_no_data_breaks_code_128(text: str, mode: str) -> None:
    made = code128.encode(text, mode)
    if made:
        assert (sum(map(int, made.widths)) - 13) % 11 == 0


def test_pdf417_of_no_told_size_is_more_than_twice_as_wide_as_high() -> None:
    for length in (5, 60, 300):
        _, symbol = _symbol(f"^BY2^FO20,20^B7N,4,3^FD{('Packbench 42, ' * 30)[:length]}^FS")
        left, top, right, bottom = symbol.rectangle
        assert 2 < (right - left) / (bottom - top) < 6
