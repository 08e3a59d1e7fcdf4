import pytest

from printing.interpreter import Printer, render
from printing.interpreter.parser import Command, Syntax, commands
from tests.printing.interpreter.reading import inked, page


def _names(zpl: bytes) -> list[tuple[str, bytes]]:
    return [(command.name, command.body) for command in commands(zpl, Syntax())]


def test_commands_and_their_bodies() -> None:
    assert _names(b"x^XA\n^FO10, 20^A0N,30^fdHi, you^FS~JR^XZ") == [
        ("^XA", b"\n"), ("^FO", b"10, 20"), ("^A", b"0N,30"), ("^FD", b"Hi, you"), ("^FS", b""), ("~JR", b""),
        ("^XZ", b""),
    ]  # fmt: skip
    assert Command("^FO", b" 10, 20 ").parameters() == ["10", "20"]


def test_a_tilde_in_data_is_text_unless_a_known_command_follows() -> None:
    assert _names(b"^FDa~1b~zz^FS") == [("^FD", b"a~1b~zz"), ("^FS", b"")]
    assert _names(b"^FDa~JRb^FS") == [("^FD", b"a"), ("~JR", b"b"), ("^FS", b"")]
    assert _names(b"^PW800~QQ") == [("^PW", b"800"), ("~QQ", b"")]


def test_binary_graphics_may_hold_the_signs_of_commands() -> None:
    assert _names(b"^GFB,4,4,1,^FO~^FS") == [("^GF", b"B,4,4,1,^FO~"), ("^FS", b"")]


@pytest.mark.parametrize(
    "zpl",
    [
        b"\xef\xbb\xbf^XA^FO10,20^GB30,40,30^FS^XZ",
        b"noise\r\n^xa\r\n^fo 10 , 20 \r\n^gb30,40,30\n^fs\n^xz",
        b"^XA^FO10,20^GB30,40,30",
        b"^XA^FO10,20^GB30,40,30^FS",
        b"^XA^CC!!FO10,20!GB30,40,30!FS!XZ",
        b"^XA^CD;^FO10;20^GB30;40;30^FS^XZ",
        b"~CC+ +XA+FO10,20+GB30,40,30+FS+XZ",
        b"^XA^CT@@JR^FO10,20^GB30,40,30^FS^XZ",
        b"^XA^XA^FO10,20^GB30,40,30^FS^XZ^XZ",
        b"^XA^FXa comment ~JR, with signs^FS^FO10,20^GB30,40,30^FS^XZ",
        b"^XA^FO10,20^^GB30,40,30^FS^XZ",
        b"^XA^PR4^MMT^MNY^MTT^MD10~SD15^JUS^LRN^PQ1^FO10,20^GB30,40,30^FS^XZ",
    ],
)
def test_tolerance(zpl: bytes) -> None:
    (found,) = render(zpl)
    assert found.reports == ()
    box = found.image.point(lambda shade: 255 - shade).getbbox()
    assert box == (10, 20, 40, 60)


def test_an_unknown_command_is_skipped_and_reported() -> None:
    found = page("^QQ1,2^FO10,20^GB30,40,30^FS")
    assert found.reports == ("^QQ: not known, skipped",)
    assert inked("^QQ1,2^FO10,20^GB30,40,30^FS") == (10, 20, 40, 60)


def test_changed_prefixes_stay_for_the_next_job() -> None:
    printer = Printer()
    assert len(list(printer.pages(b"~CC+"))) == 0
    assert len(list(printer.pages(b"^XA^FO1,1^GB9,9^FS^XZ"))) == 0
    assert len(list(printer.pages(b"+XA+FO1,1+GB9,9+FS+XZ"))) == 1
