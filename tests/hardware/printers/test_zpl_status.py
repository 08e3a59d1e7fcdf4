"""`~HS`, `~HQES` and the odometer as bytes: every flag, and replies that come split, merged, late or damaged."""

from __future__ import annotations

import dataclasses
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.printers.zpl_status import (
    ERROR_WORDS,
    WARNING_WORDS,
    HostErrors,
    HostStatus,
    cut_errors,
    cut_odometer,
    cut_status,
    words,
    write_errors,
    write_status,
)

# as the programming guide prints them
STATUS = (
    b"\x02030,0,0,1245,000,0,0,0,000,0,0,0\x03\r\n"
    b"\x02000,0,0,0,0,2,4,0,00000000,1,000\x03\r\n"
    b"\x021234,0\x03\r\n"
)
ERRORS = (
    b"\x02\r\n\r\n  PRINTER STATUS                             \r\n"
    b"   ERRORS:         1 00000000 00000005          \r\n"
    b"   WARNINGS:       1 00000000 00000002          \r\n\x03"
)
READY = HostStatus(
    paper_out=False, paused=False, label_length=1245, formats_in_buffer=0, buffer_full=False, partial_format=False,
    under_temperature=False, over_temperature=False, head_open=False, ribbon_out=False, label_waiting=False,
    labels_remaining=0,
)  # fmt: skip


def with_field(line: int, field: int, value: bytes) -> bytearray:
    lines = STATUS.split(b"\r\n")
    fields = lines[line].strip(b"\x02\x03").split(b",")
    fields[field] = value
    lines[line] = b"\x02" + b",".join(fields) + b"\x03"
    return bytearray(b"\r\n".join(lines))


def test_a_ready_printer() -> None:
    buffer = bytearray(STATUS)
    assert cut_status(buffer) == READY
    assert buffer == b"\r\n"


@pytest.mark.parametrize(
    ("line", "field", "value", "changed"),
    [
        (0, 1, b"1", {"paper_out": True}),
        (0, 2, b"1", {"paused": True}),
        (0, 3, b"0812", {"label_length": 812}),
        (0, 4, b"017", {"formats_in_buffer": 17}),
        (0, 5, b"1", {"buffer_full": True}),
        (0, 6, b"1", {}),  # diagnostic mode
        (0, 7, b"1", {"partial_format": True}),
        (0, 9, b"1", {}),  # settings lost
        (0, 10, b"1", {"under_temperature": True}),
        (0, 11, b"1", {"over_temperature": True}),
        (1, 2, b"1", {"head_open": True}),
        (1, 3, b"1", {"ribbon_out": True}),
        (1, 4, b"1", {}),  # thermal transfer
        (1, 7, b"1", {"label_waiting": True}),
        (1, 8, b"00000499", {"labels_remaining": 499}),
        (2, 0, b"pa,ss"[:2], {}),
        (2, 1, b"1", {}),
    ],
)
def test_every_field(line: int, field: int, value: bytes, changed: dict[str, Any]) -> None:
    assert cut_status(with_field(line, field, value)) == dataclasses.replace(READY, **changed)


@pytest.mark.parametrize("whole", [STATUS.rstrip(), ERRORS[:-3].rstrip(), b'"123456"'])
def test_a_reply_is_taken_only_when_it_is_whole(whole: bytes) -> None:
    cut = {STATUS.rstrip(): cut_status, b'"123456"': cut_odometer}.get(whole, cut_errors)
    for end in range(len(whole)):
        buffer = bytearray(whole[:end])
        assert cut(buffer) is None
        assert buffer == whole[:end]
    assert cut(bytearray(whole)) is not None


def test_merged_replies_come_one_by_one() -> None:
    buffer = with_field(0, 4, b"002") + with_field(0, 4, b"001") + bytearray(STATUS)
    found = [cut_status(buffer) for _ in range(4)]
    assert [status and status.formats_in_buffer for status in found] == [2, 1, 0, None]
    buffer = bytearray(b'"17""18"\r\n"?"')
    assert [cut_odometer(buffer) for _ in range(4)] == [17, 18, "?", None]
    buffer = bytearray(ERRORS + write_errors(HostErrors(0, 0, False)))
    assert cut_errors(buffer) == HostErrors(5, 2, False)
    assert cut_errors(buffer) == HostErrors(0, 0, False)


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00\xff\r\n",
        b"^XA^XZ",
        STATUS[:20],  # the first line breaks off
        STATUS[40:],  # its beginning was lost
        STATUS[: STATUS.rindex(b"\x02")],  # its end was lost
        ERRORS,
        b'"12345"',
        b"\x02030,0,0,1245,000,0,0,0,000,0,x,0\x03",
        b"\x02PAPER OUT\x03",  # an alert that nobody asked for
    ],
)
def test_garbage_before_a_reply_is_thrown_away(garbage: bytes) -> None:
    assert cut_status(bytearray(garbage + STATUS)) == READY
    assert cut_status(bytearray(garbage)) is None


def test_damaged_lines_are_no_reply() -> None:
    assert cut_status(with_field(1, 8, b"1e5")) is None
    assert cut_status(with_field(0, 4, b"")) is None
    assert cut_status(bytearray(STATUS.replace(b",1,000\x03", b",1\x03"))) is None


@given(garbage=st.binary(max_size=60).filter(lambda data: b"\x02" not in data), cuts=st.lists(st.integers(0, 140)))
def test_any_split_gives_the_same(garbage: bytes, cuts: list[int]) -> None:
    stream, buffer, found = garbage + STATUS, bytearray(), []
    edges = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    for begin, end in pairwise(edges):
        buffer += stream[begin:end]
        found += [cut_status(buffer)]
    assert [status for status in found if status] == [READY]


@given(
    st.builds(
        HostStatus, paper_out=st.booleans(), paused=st.booleans(), label_length=st.integers(0, 9999),
        formats_in_buffer=st.integers(0, 9999), buffer_full=st.booleans(), partial_format=st.booleans(),
        under_temperature=st.booleans(), over_temperature=st.booleans(), head_open=st.booleans(),
        ribbon_out=st.booleans(), label_waiting=st.booleans(), labels_remaining=st.integers(0, 10**9),
    )
)  # fmt: skip
def test_what_the_simulator_says_is_what_the_driver_reads(status: HostStatus) -> None:
    assert cut_status(bytearray(write_status(status))) == status


@pytest.mark.parametrize(("bit", "word"), [*ERROR_WORDS.items()])
def test_every_error_bit(bit: int, word: str) -> None:
    errors = cut_errors(bytearray(write_errors(HostErrors(bit, 0, False))))
    assert errors == HostErrors(bit, 0, False)
    assert words(bit, ERROR_WORDS) == [word]


def test_bits_beside_the_table() -> None:
    assert words(0x5, ERROR_WORDS) == ["paper_out", "head_open"]
    assert words(0x80002, ERROR_WORDS) == ["ribbon_out", "bit_80000"]
    assert words(0xA, WARNING_WORDS) == ["clean_head", "paper_near_end"]
    other_group = ERRORS.replace(b"1 00000000 00000005", b"1 00000040 00000000")
    assert cut_errors(bytearray(other_group)) == HostErrors(0, 2, True)
    only_the_flag = ERRORS.replace(b"1 00000000 00000005", b"1 00000000 00000000")
    assert cut_errors(bytearray(only_the_flag)) == HostErrors(0, 2, True)


def test_a_broken_error_reply_is_skipped() -> None:
    assert cut_errors(bytearray(ERRORS[:90] + ERRORS)) == HostErrors(5, 2, False)
    assert cut_errors(bytearray(ERRORS.replace(b"00000005", b"0000000G"))) is None


@pytest.mark.parametrize("reply", [b"", b'"', b'"12', b'""', b'"12a"', b'"-1"', b'"1234567890123"', b"12"])
def test_what_is_no_odometer(reply: bytes) -> None:
    assert cut_odometer(bytearray(reply)) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"030,0,0,1245,000", b"030,0,0,1245,0"),  # no leading zeros
        (b"030,0,0,1245,000", b" 30, 0, 0,1245,  0"),  # blanks instead
        (b"030,0,0,1245,000", b"1B0,0,0,1245,000"),  # flags in hex
        (b"000,0,0,0,0,2,4,0,00000000,1,000", b"00F,0,0,0,0,2,4,0,       0,1,0"),
    ],
)
def test_how_firmware_pads(old: bytes, new: bytes) -> None:
    assert old in STATUS
    assert cut_status(bytearray(STATUS.replace(old, new))) == READY


@pytest.mark.parametrize("new", [b"030,0,0,04DD,000", b"030,0,0,1245,0F0", b"030,0,0,1245,", b"030,0,0,1 245,000"])
def test_what_is_used_is_decimal(new: bytes) -> None:
    assert cut_status(bytearray(STATUS.replace(b"030,0,0,1245,000", new))) is None
