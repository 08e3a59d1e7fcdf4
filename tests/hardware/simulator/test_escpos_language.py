"""The byte stream of an ESC/POS printer, cut into labels, questions and process ids however the packets fall."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.printers.escpos_status import answer_process_id, ask_process_id, ask_status
from hardware.simulator.escpos_language import EscposLanguage
from hardware.simulator.escpos_stream import command_length, is_cut, is_printed
from hardware.simulator.language import Event, Label, Mark, Panel, Question

CUT = b"\x1dV\x00"
TEXT = b"\x1b@\x1ba\x01Hello\nWorld\n" + CUT
PICTURE = b"\x1dv0\x00\x02\x00\x03\x00" + CUT + b"\x1bi\x0c" + CUT  # six bytes of picture
ID = ask_process_id(b"@ABC")
MARK = Mark(answer_process_id(b"@ABC"))


def label(data: bytes) -> Label:
    return Label(data, 1, False)


@pytest.mark.parametrize(
    ("data", "events"),
    [
        (TEXT, [label(TEXT)]),
        (PICTURE, [label(PICTURE)]),
        (TEXT + PICTURE, [label(TEXT), label(PICTURE)]),
        (TEXT + ID, [label(TEXT), MARK]),
        (b"not cut\n" + ID, [label(b"not cut\n"), MARK]),
        (ID, [MARK]),
        (b"page\x0c", [label(b"page\x0c")]),
        (b"\x1b@\x1dV\x41\x00\n\n" + TEXT, [label(b"\x1b@\x1dV\x41\x00\n\n" + TEXT)]),  # nothing to cut off yet
        (ask_status(1) + ask_status(4), [Question(b"\x01"), Question(b"\x04")]),
        (b"\x10\x05\x01\x10\x14\x01\x00\x01" + TEXT, [label(TEXT)]),
        (b"\x1bD\x08\x10\x00x" + CUT, [label(b"\x1bD\x08\x10\x00x" + CUT)]),
        (b"\x1dk\x04{A\x1dV0\x00" + CUT, [label(b"\x1dk\x04{A\x1dV0\x00" + CUT)]),
        (b"\x1dkI\x04{A\x1dV" + CUT, [label(b"\x1dkI\x04{A\x1dV" + CUT)]),
        (b"\x1b*\x21\x01\x00\x1dV0" + CUT, [label(b"\x1b*\x21\x01\x00\x1dV0" + CUT)]),
        (b"\x1d(k\x03\x001Q0" + CUT, [label(b"\x1d(k\x03\x001Q0" + CUT)]),
        (b"\x1d8L\x03\x00\x00\x00\x1dV0" + CUT, [label(b"\x1d8L\x03\x00\x00\x00\x1dV0" + CUT)]),
    ],
)
def test_whole_and_byte_by_byte(data: bytes, events: list[Event]) -> None:
    assert EscposLanguage().feed(data) == events
    language, found = EscposLanguage(), []
    for value in data:
        found += language.feed(bytes([value]))
    assert found == events
    assert not language.in_label


def test_a_question_in_a_picture_is_answered_and_drawn() -> None:
    picture = b"\x1dv0\x00\x04\x00\x01\x00\x10\x04\x02\x00" + CUT
    language, found = EscposLanguage(), []
    for value in picture:
        found += language.feed(bytes([value]))
    assert found == [Question(b"\x02"), label(picture)]


@given(st.lists(st.sampled_from([TEXT, PICTURE, ID, ask_status(2)])), st.integers(1, 40))
def test_any_packets_give_the_same_but_for_when_questions_are_answered(parts: list[bytes], size: int) -> None:
    data = b"".join(parts)
    language, found = EscposLanguage(), []
    for begin in range(0, len(data), size):
        found += language.feed(data[begin : begin + size])
    whole = EscposLanguage().feed(data)
    assert Counter(map(repr, found)) == Counter(map(repr, whole))
    in_order = [event for event in found if not isinstance(event, Question)]
    assert in_order == [event for event in whole if not isinstance(event, Question)]


@pytest.mark.parametrize(
    ("panel", "answers"),
    [
        (Panel(), b"\x12\x12\x12\x12"),
        (Panel(paper_out=True, paused=True), b"\x1a\x32\x12\x72"),
        (Panel(head_open=True, paused=True), b"\x1a\x16\x12\x12"),
        (Panel(paused=True), b"\x1a\x12\x12\x12"),
    ],
)
def test_its_status(panel: Panel, answers: bytes) -> None:
    language = EscposLanguage()
    assert b"".join(language.answer(Question(bytes((number,))), panel) for number in (1, 2, 3, 4)) == answers


def test_half_a_label_is_seen_and_forgotten() -> None:
    language = EscposLanguage()
    assert not language.in_label
    assert language.feed(PICTURE[:10]) == []
    assert language.in_label
    language.begin()
    assert not language.in_label
    assert language.feed(TEXT) == [label(TEXT)]


@pytest.mark.parametrize("length", range(1, 9))
def test_a_command_that_is_not_whole_yet(length: int) -> None:
    assert (command_length(PICTURE[:length]) or 99) > length


def test_what_prints_and_what_cuts() -> None:
    assert [is_printed(one) for one in (b"A", b"\n", b"\x1ba\x01", b"\x1dk\x04A\x00", b"\x1d(k\x03\x00123")] == [
        True, False, False, True, True
    ]  # fmt: skip
    assert [is_cut(one) for one in (b"\x1dV\x00", b"\x0c", b"\x1bi", b"\x1bm", b"\n", b"A")] == [True] * 4 + [False] * 2
