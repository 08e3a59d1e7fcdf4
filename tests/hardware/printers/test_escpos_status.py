"""What an ESC/POS printer says, taken apart however it is cut and mixed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.printers.escpos_status import IDS, Answers, answer_process_id, ask_process_id, process_id

STATUS = st.integers(0, 255).map(lambda value: value & ~0x93 | 0x12).map(lambda value: bytes((value,)))
AUTOMATIC = st.builds(
    lambda first, rest: bytes((first & ~0x93 | 0x10, *(value & ~0x90 for value in rest))),
    st.integers(0, 255), st.tuples(*[st.integers(0, 255)] * 3),
)  # fmt: skip
ACKNOWLEDGEMENT = st.integers(0, IDS - 1).map(process_id).map(answer_process_id)


def test_the_bytes_of_a_process_id() -> None:
    assert process_id(0) == b"@@@@"
    assert process_id(IDS - 1) == b"oooo"
    assert ask_process_id(b"@ABC") == b"\x1d(H\x06\x0000@ABC"
    assert answer_process_id(b"@ABC") == b"\x37\x22@ABC\x00"


@given(st.integers(0, IDS - 1), st.integers(0, IDS - 1))
def test_ids_are_printable_differ_and_hold_no_status_byte(one: int, other: int) -> None:
    assert all(0x20 <= value <= 0x7E for value in process_id(one))
    assert not any(value & 0x93 == 0x12 for value in answer_process_id(process_id(one)))
    assert (process_id(one) == process_id(other)) is (one == other)


@given(st.lists(st.one_of(STATUS, AUTOMATIC, ACKNOWLEDGEMENT)), st.integers(1, 9))
def test_mixed_and_cut_anywhere(parts: list[bytes], size: int) -> None:
    said = b"".join(parts)
    answers = Answers()
    for begin in range(0, len(said), size):
        answers.feed(said[begin : begin + size])
    assert bytes(answers.statuses) == b"".join(part for part in parts if len(part) == 1)
    assert answers.ids == [part[2:6] for part in parts if len(part) == 7]


@given(ACKNOWLEDGEMENT, st.integers(0, 7), STATUS)
def test_a_status_byte_in_the_middle_of_an_acknowledgement(block: bytes, at: int, status: bytes) -> None:
    answers = Answers()
    answers.feed(block[:at] + status + block[at:])
    assert answers.ids == [block[2:6]]
    assert bytes(answers.statuses) == status


@pytest.mark.parametrize(
    ("said", "ids"),
    [
        (b"\x37\x22@@@", []),
        (b"\x37\x22@@@@\x01", []),
        (b"\x37\x22@@\x00@\x00", []),
        (b"\x37\x37\x22@@@@\x00", [b"@@@@"]),
        (b"\x37\x22@@\x37\x22AAAA\x00", []),  # 7 and " may stand in an id, so this one is lost
        (b"\x11\x13\x37\x22@@@@\x00\x11", [b"@@@@"]),  # XON, XOFF
    ],
)
def test_damaged_acknowledgements(said: bytes, ids: list[bytes]) -> None:
    answers = Answers()
    answers.feed(said)
    assert answers.ids == ids
