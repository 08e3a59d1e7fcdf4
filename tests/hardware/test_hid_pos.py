"""Reports of HID-POS scanners, byte for byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.framing import LOST_END, NO_END, Frame
from hardware.hid_pos import NO_REPORT, ReportReader, reports_of


def report(data: bytes, aim: bytes = b"]E0", goes_on: int = 0, size: int | None = None) -> bytes:
    """By the table: number, length, AIM identifier, 56 bytes of data, two of the maker, goes on."""
    return bytes((2, len(data) if size is None else size)) + aim + data.ljust(56, b"\0") + b"s\0" + bytes((goes_on,))


@pytest.mark.parametrize(
    ("reports", "codes"),
    [
        ([report(b"4006381333931")], [b"]E04006381333931"]),
        ([report(b"A" * 56, b"]Q1", 1), report(b"B" * 4, b"]Q1")], [b"]Q1" + b"A" * 56 + b"BBBB"]),
        ([report(b"4006381333931\r", b"\0\0\0")], [b"4006381333931"]),  # no identifier, and a suffix
        ([report(b"]C1X", b"\0\0\0")], [b"]C1X"]),
        ([report(b"A\x1dB\0", b"]d2")], [b"]d2A\x1dB"]),
        ([report(b"")], []),
        ([b"\x01\x0d" + bytes(62)], []),  # another report
        ([b""], []),
    ],
)
def test_codes_in_reports(reports: list[bytes], codes: list[bytes]) -> None:
    reader = ReportReader()
    frames = [frame for one in reports for frame in reader.feed(one, 1.0)]
    assert frames == [Frame(code, 1.0) for code in codes]
    assert reader.deadline is None


@pytest.mark.parametrize("broken", [report(b"X", size=57), b"\x02", report(b"X")[:63], report(b"X") + b"\0"])
def test_broken_reports_are_told(broken: bytes) -> None:
    reader = ReportReader()
    assert [frame.dropped for frame in reader.feed(broken, 1.0)] == [NO_REPORT]
    assert reader.feed(report(b"A"), 2.0) == [Frame(b"]E0A", 2.0)]


def test_half_a_code_is_dropped_and_never_glued_to_the_next() -> None:
    reader = ReportReader()
    assert reader.feed(report(b"A" * 56, goes_on=1), 1.0) == []
    assert reader.deadline == 2.0
    assert reader.expire(1.9) == []
    assert reader.feed(report(b"B"), 2.5) == [Frame(b"]E0" + b"A" * 56, 1.0, LOST_END), Frame(b"]E0B", 2.5)]
    reader.feed(report(b"C", goes_on=1), 3.0)
    assert [frame.dropped for frame in reader.abandon()] == [LOST_END]
    assert reader.abandon() == []


def test_a_code_without_end_is_dropped() -> None:
    reader = ReportReader()
    frames = [frame for _ in range(80) for frame in reader.feed(report(b"A" * 56, goes_on=1), 1.0)]
    assert [frame.dropped for frame in frames] == [NO_END]


@given(st.binary(min_size=1, max_size=300).filter(lambda code: code == code.rstrip(b"\r\n\t\0")))
def test_every_code_comes_out_of_its_reports(code: bytes) -> None:
    reader = ReportReader()
    reports = reports_of(code, b"]d1")
    assert {len(one) for one in reports} == {64}
    assert [frame for one in reports for frame in reader.feed(one, 1.0)] == [Frame(b"]d1" + code, 1.0)]
