import pytest

from printing import fonts
from tests.printing.interpreter.reading import black, ink, inked, page


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("^FO50,50^A0N,100", (50, 125)),
        ("^FO50,50^A0N,100,50", (50, 125)),
        ("^FT50,150^A0N,100", (75, 150)),
        ("^FO50,50^AAN,9,5", (50, 57)),
        ("^FO50,50^AAN,18,10", (50, 64)),
        ("^FO50,50^ABN,11,7", (50, 61)),
        ("^FO50,50^ADN,36,20", (50, 78)),
        ("^FO50,50^AGN,60,40", (50, 98)),
        ("^CF0,100^FO50,50", (50, 125)),
        ("^CFD,18^FO50,50", (50, 64)),
    ],
)
def test_heights_of_capitals(command: str, expected: tuple[int, int]) -> None:
    box = inked(f"{command}^FDHHHH^FS")
    assert box is not None
    assert all(abs(a - b) <= 1 for a, b in zip((box[1], box[3]), expected, strict=True))


@pytest.mark.parametrize(
    ("command", "expected"),  # as a ZD621 prints them
    [
        ("^FO50,50^A0R,100,100", (74, 56, 149, 294)),
        ("^FO50,50^A0I,100,100", (55, 74, 293, 149)),
        ("^FO50,50^A0B,100,100", (50, 55, 125, 293)),
        ("^FT300,300^A0N,100,100", (306, 225, 544, 300)),
        ("^FT300,300^A0R,100,100", (300, 306, 375, 544)),
        ("^FT300,300^A0I,100,100", (56, 300, 294, 375)),
        ("^FT300,300^A0B,100,100", (225, 56, 300, 294)),
        ("^FO50,50^ADR,18,10", (54, 50, 68, 96)),
        ("^FO50,50^AGN,60,40", (51, 50, 232, 98)),
    ],
)
def test_turned_text(command: str, expected: tuple[int, int, int, int]) -> None:
    box = inked(f"{command}^FDHHHH^FS")
    assert box is not None
    assert all(abs(a - b) <= 2 for a, b in zip(box, expected, strict=True)), box


def test_width_scales_across_alone() -> None:
    narrow, wide = inked("^FO0,0^A0N,80,40^FDHHHH^FS"), inked("^FO0,0^A0N,80,80^FDHHHH^FS")
    assert narrow is not None
    assert wide is not None
    assert narrow[1::2] == wide[1::2]
    assert abs(2 * narrow[2] - wide[2]) <= 6


@pytest.mark.parametrize("text", ["Hello, World 123", "ÄÖÜäöüß éèê", "WWWW MMMM", "+-=<>@%&{}[]|_"])
def test_text_stays_within_what_the_layout_reserves(text: str) -> None:
    box = inked(f"^CI28^FO20,20^A0N,60^FD{text}^FS")
    assert box is not None
    assert box[2] - 20 <= fonts.native_width(text.replace("^", "")) * 60 + 1


def test_other_scripts_come_from_the_other_fonts_and_the_rest_is_a_box() -> None:
    for text in ("王小明", "Ольга", "محمد", "ไทย", "😀", "\U000e0001x"):
        box = inked(f"^CI28^FO50,50^A0N,60^FD{text}^FS")
        assert box is not None
        assert box[2] - box[0] > 20
    assert inked("^CI28^FO50,50^A0N,60^FD\U00012345^FS") is not None


def test_character_sets() -> None:
    expected = page("^CI28^FO9,9^A0N,40^FDéü£^FS").image.tobytes()
    assert page(b"^CI27^FO9,9^A0N,40^FD\xe9\xfc\xa3^FS").image.tobytes() == expected
    assert page(b"^CI0^FO9,9^A0N,40^FD\x82\x81\x9c^FS").image.tobytes() == expected
    assert page(b"^CI28^FO9,9^A0N,40^FH^FD_C3_A9_c3_bc_C2_A3^FS").image.tobytes() == expected
    assert page(b"^CI28^FO9,9^A0N,40^FH\\^FD\\C3\\A9\\c3\\bc\\C2\\A3^FS").image.tobytes() == expected


def test_line_ends_in_data_are_not_printed() -> None:
    assert inked("^FO9,9^A0N,40^FD\r\nHel\r\nlo\n^FS") == inked("^FO9,9^A0N,40^FDHello^FS")


def _lines(body: str) -> list[tuple[int, int]]:
    """Left and right of the ink in each row of text, 40 dots apart."""
    image = page(body).image
    found = []
    for top in range(0, 400, 40):
        box = ink(image.crop((0, top, 812, top + 40)))
        if box:
            found.append((box[0], box[2]))
    return found


def test_blocks_are_broken_at_blanks_and_at_line_ends() -> None:
    words = "aaaa bbbb cccc dddd"
    assert len(_lines(f"^FO10,0^A0N,40^FB200,9^FD{words}^FS")) == 2
    assert len(_lines("^FO10,0^A0N,40^FB400,9^FDaa\\&bb\\&cc^FS")) == 3
    assert len(_lines("^FO10,0^A0N,40^FB100,9^FDaaaaaaaaaaaaaaaa^FS")) > 2
    assert all(right <= 212 for _, right in _lines(f"^FO10,0^A0N,40^FB200,9^FD{words}^FS"))


def test_blocks_are_aligned() -> None:
    (left,), (centre,), (right,) = (_lines(f"^FO10,0^A0N,40^FB400,1,0,{align}^FDHello^FS") for align in "LCR")
    assert left[0] < 20
    assert 402 <= right[1] <= 410
    assert abs(sum(centre) - (10 + 410)) <= 6
    justified = _lines("^FO10,0^A0N,40^FB400,3,0,J^FDaaaa bbbb cccc dddd eeee ffff gggg^FS")
    assert 402 <= justified[0][1] <= 410


def test_a_block_with_too_many_lines_prints_over_its_last() -> None:
    assert len(_lines("^FO10,0^A0N,40^FB200,2^FDaaaa bbbb cccc dddd eeee ffff^FS")) == 2
    box = inked("^FT10,200^A0N,40^FB200,3^FDHHHH^FS")
    assert box is not None
    assert box[3] == 120  # ^FT is the baseline of the last line there may be
    assert len(_lines("^FO10,0^A0N,40^TBN,200,90^FDaaaa bbbb cccc dddd eeee ffff^FS")) == 2


def test_field_rotation_and_justification_by_default() -> None:
    assert inked("^FWR^FO50,50^A0,40^FDHHH^FS^FWN") == inked("^FO50,50^A0R,40^FDHHH^FS")
    right = inked("^FO400,50,1^A0N,40^FDHHH^FS")
    assert right is not None
    assert 394 <= right[2] <= 400


def test_a_field_may_follow_the_field_before() -> None:
    together = inked("^FT50,200^A0N,40^FDHHHHHH^FS")
    apart = inked("^FT50,200^A0N,40^FDHHH^FS^FT^A0N,40^FDHHH^FS")
    assert together == apart


def test_signs() -> None:
    for sign in "ABCDE":
        assert inked(f"^FO50,50^GSN,48,48^FD{sign}^FS") is not None
    assert inked("^FO50,50^GSN,48,48^FDZ^FS") is None


def test_a_font_sent_to_the_printer_is_used() -> None:
    content = fonts.face(5).path.read_bytes()
    sent = b"~DUR:OWN.TTF,%d,%s" % (len(content), content.hex().encode())
    text = "^CI28^FO50,50^AZN,60^FDԲարեւ^FS"
    own = page(sent + b"^CWZ,R:OWN.TTF" + text.encode()).image
    named = page(sent + text.replace("^AZN,60", "^A@N,60,60,R:OWN.TTF").encode()).image
    assert ink(own) is not None
    assert own.tobytes() == named.tobytes() != page(text).image.tobytes()
    assert page(b"~DUR:BAD.TTF,4,00010203^FO1,1^GB9,9^FS").reports == ("~DU: the font cannot be used",)


def test_letters_of_font_b_are_capitals() -> None:
    assert page("^FO9,9^ABN,22^FDabc^FS").image.tobytes() == page("^FO9,9^ABN,22^FDABC^FS").image.tobytes()
    assert not black(page("^FO9,9^ABN,22^FD^FS^FO1,1^GB1,1^FS").image, 20, 20)
