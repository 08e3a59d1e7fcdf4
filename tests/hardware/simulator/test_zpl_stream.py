"""The byte stream of a ZPL printer, cut into formats, downloads and commands however the packets fall."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.simulator.zpl_stream import Download, Event, Format, Immediate, Sgd, ZplStream

LABEL = b"^XA^FO10,10^FH_^FDO'Brien _5EXZ ! _7E^FS^XZ"
BINARY = b"^XA^FO0,0^GFB,12,12,4,\x00^XZ~HS^XA~\xff^FS^XZ"


@pytest.mark.parametrize(
    ("data", "events"),
    [
        (LABEL, [Format(LABEL)]),
        (LABEL + LABEL, [Format(LABEL), Format(LABEL)]),
        (b"noise\r\n" + LABEL + b"\r\n~HS\r\n", [Format(LABEL), Immediate.STATUS]),
        (b"^xa^fdlow^xz", [Format(b"^xa^fdlow^xz")]),
        (b"~hs~HqEs", [Immediate.STATUS, Immediate.ERRORS]),
        (b"~JA~JR~PP~PS", [Immediate.CANCEL_ALL, Immediate.RESET, Immediate.PAUSE, Immediate.RESUME]),
        (b"^XA^FDa~HSb^FS^XZ", [Immediate.STATUS, Format(b"^XA^FDab^FS^XZ")]),
        (b"^XA^FDa^~HS^X^XZ", [Immediate.STATUS, Format(b"^XA^FDa^^X^XZ")]),
        (b"~~HS^~H~HQES^", [Immediate.STATUS, Immediate.ERRORS]),
        (b"~HQXX~HQ" + LABEL, [Format(LABEL)]),
        (b"~WC~ZZ^FDlost^XZ" + LABEL, [Format(LABEL)]),
        (BINARY + LABEL, [Format(BINARY), Format(LABEL)]),
        (b"^XA^GFA,3,3,1,FF00FF^XZ", [Format(b"^XA^GFA,3,3,1,FF00FF^XZ")]),
        (b"^XA^GB9,9^GFB,x^XZ", [Format(b"^XA^GB9,9^GFB,x^XZ")]),
        (b"~DGR:BOX.GRF,2,1,FFFF" + LABEL, [Download(b"~DGR:BOX.GRF,2,1,FFFF"), Format(LABEL)]),
        (b'! U1 getvar "odometer.total_label_count"\r\n', [Sgd("getvar", "odometer.total_label_count", "")]),
        (b'! U setvar "a.b" "c d"\r\n', [Sgd("setvar", "a.b", "c d")]),
        (b'!  u1 GETVAR "a"\n' + LABEL, [Sgd("getvar", "a", ""), Format(LABEL)]),
        (b"! nonsense\n! U1 getvar unquoted\n" + LABEL, [Format(LABEL)]),
        (b"wow!" + LABEL, [Format(LABEL)]),
        (b"!" + b"x" * 2000 + b'\n! U1 getvar "a"\n', [Sgd("getvar", "a", "")]),
    ],
)
def test_whole_and_byte_by_byte(data: bytes, events: list[Event]) -> None:
    assert ZplStream().feed(data) == events
    stream, found = ZplStream(), []
    for value in data:
        found += stream.feed(bytes([value]))
    assert found == events


PARTS = [LABEL, BINARY, b"~HS", b'! U1 getvar "a"\r\n', b"\r\n"]


@given(st.lists(st.sampled_from(PARTS)), st.lists(st.integers(0, 400)))
def test_any_packets_give_the_same(parts: list[bytes], cuts: list[int]) -> None:
    data = b"".join(parts)
    edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    stream, found = ZplStream(), []
    for begin, end in pairwise(edges):
        found += stream.feed(data[begin:end])
    assert found == ZplStream().feed(data)
    assert not stream.in_format


def test_a_format_that_has_begun_is_seen() -> None:
    stream = ZplStream()
    assert not stream.in_format
    assert stream.feed(LABEL[:20]) == []
    assert stream.in_format
    assert stream.feed(LABEL[20:]) == [Format(LABEL)]
    assert not stream.in_format


def test_a_format_without_end_is_thrown_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hardware.simulator.zpl_stream._LONGEST", 1000)
    stream = ZplStream()
    stream.feed(b"^XA^FD")
    for _ in range(30):
        stream.feed(b"x" * 50)
    assert stream.feed(LABEL) == [Format(LABEL)]
