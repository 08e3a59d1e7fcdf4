"""The byte stream of a TSPL printer, cut into labels and questions however the packets fall."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.simulator.language import Act, Event, Label, Panel, Question
from hardware.simulator.tspl_language import TsplLanguage

STATUS = Question(b"\x1b!?")
TEXT = b'SIZE 4,6\r\nGAP 3 mm,0\r\nCLS\r\nTEXT 9,9,"3",0,1,1,"PRINT 9"\r\nPRINT 1\r\n'
PICTURE = b"CLS\r\nBITMAP 0,0,4,3,0,PRINT 1\r\n\x1b!?\r\nPRINT 1,1\r\n"  # twelve bytes of picture
STORED = b'DOWNLOAD F,"A.BMP",12,PRINT 1\r\n\x1b!?' + TEXT


@pytest.mark.parametrize(
    ("data", "events"),
    [
        (TEXT, [Label(TEXT, 1, False)]),
        (PICTURE, [Label(PICTURE, 1, False)]),
        (STORED, [Label(STORED, 1, False)]),
        (TEXT + PICTURE, [Label(TEXT, 1, False), Label(PICTURE, 1, False)]),
        (b"CLS\nPRINT 2,3\n", [Label(b"CLS\nPRINT 2,3\n", 6, False)]),
        (b"CLS\nPRINT 1\nPRINT 1\n", [Label(b"CLS\nPRINT 1\n", 1, False), Label(b"CLS\nPRINT 1\nPRINT 1\n", 1, False)]),
        (b"CLS\nPRINT 0\n", []),
        (b"\x1b!?", [STATUS]),
        (b"CLS\r\nTE\x1b!?XT\r\nPRINT 1\r\n", [STATUS, Label(b"CLS\r\nTEXT\r\nPRINT 1\r\n", 1, False)]),
        (b"\x1b!P\x1b!O\x1b!.\x1b!R\x1b!C", [Act.PAUSE, Act.RESUME, Act.CANCEL_ALL, Act.RESET]),
        (b"set reprint on\ncls\nprint 1\n", [Label(b"set reprint on\ncls\nprint 1\n", 1, True)]),
        (
            b"CLS\nBITMAP 0,0,99,9,3,12,PRINT 1\r\n\x1b!?\nPRINT 1\n",
            [Label(b"CLS\nBITMAP 0,0,99,9,3,12,PRINT 1\r\n\x1b!?\nPRINT 1\n", 1, False)],
        ),
        (b"\x1bxCLS\r\n\x1b!?", [STATUS]),
    ],
)
def test_whole_and_byte_by_byte(data: bytes, events: list[Event]) -> None:
    assert TsplLanguage().feed(data) == events
    language, found = TsplLanguage(), []
    for value in data:
        found += language.feed(bytes([value]))
    assert found == events


@given(st.lists(st.sampled_from([TEXT, PICTURE, STORED, b"\x1b!?"])), st.integers(1, 60))
def test_any_packets_give_the_same(parts: list[bytes], size: int) -> None:
    data = b"".join(parts)
    language, found = TsplLanguage(), []
    for begin in range(0, len(data), size):
        found += language.feed(data[begin : begin + size])
    assert found == TsplLanguage().feed(data)
    assert not language.in_label


def test_a_label_that_has_begun_is_seen_and_forgotten() -> None:
    language = TsplLanguage()
    language.feed(b"SIZE 4,6\r\n")
    assert not language.in_label
    language.feed(PICTURE[:30])
    assert language.in_label
    language.begin()
    assert not language.in_label
    assert language.feed(TEXT) == [Label(TEXT, 1, False)]


@pytest.mark.parametrize(
    ("panel", "value"),
    [
        (Panel(), 0x00),
        (Panel(head_open=True, paused=True), 0x01),
        (Panel(paper_out=True, paused=True), 0x04),
        (Panel(ribbon_out=True, paused=True), 0x08),
        (Panel(paused=True), 0x10),
        (Panel(printing=True), 0x20),
        (Panel(head_open=True, paper_out=True, ribbon_out=True), 0x0D),
    ],
)
def test_its_status(panel: Panel, value: int) -> None:
    assert TsplLanguage().answer(STATUS, panel) == bytes((value,))


def test_a_label_without_end_is_thrown_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hardware.simulator.tspl_language._LONGEST", 1000)
    language = TsplLanguage()
    for _ in range(30):
        language.feed(b"x" * 50)
    assert language.feed(b"\r\n" + TEXT)[0] == Label(b"x" * 450 + b"\r\n" + TEXT, 1, False)
