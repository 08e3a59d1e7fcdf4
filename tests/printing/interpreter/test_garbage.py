"""Nothing that is sent makes the interpreter fail, or work without end."""

import base64
import time
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from printing.interpreter import Printer, machine, render
from printing.interpreter.machine import COMMANDS

LABEL = (
    b"^XA^CI28^PW400^LL300^LH0,0^PON^LRN^FWN^FO4,4^GB392,192,2^FS^FO8,13^A0N,32,32^FH_^FDZo_C3_AB^FS"
    b"^BY2,3,112^FO38,72^BCN,112,Y,N,N,N^FH_^FD>:AB12>0^FS^FO9,9^GFA,8,8,1,FF,!8J01:^FS^FO1,1^FB90,3,0,J^FDa b c^FS"
    b"^FO296,104^BXN,4,200,12,12,,\\^FH_^FDPB1_5FC^FS^FO9,9^BQN,2,3^FDQA,abc^FS^FN1^FDx^FS^XFR:A^FS^PQ1^XZ"
)
_VALUE = st.sampled_from(
    [b"", b"0", b"-1", b"99999", b"99999999999999", b"1.5", b"Y", b"N", b"R", b"I", b"B", b"\xff", b":Z64:abcd:12",
     b"ABC123", b"200", b"3", b"R:X.GRF", b"E:*.*", b">;12>6a", b"\\&", b"_5E~1", b"A0"]
)  # fmt: skip
_COMMAND = st.tuples(st.sampled_from(sorted(COMMANDS)), st.lists(_VALUE, max_size=7)).map(
    lambda parts: parts[0].encode() + b",".join(parts[1])
)
_FIELD = st.tuples(st.lists(_COMMAND, max_size=4), st.binary(max_size=30)).map(
    lambda parts: b"".join(parts[0]) + b"^FD" + parts[1] + b"^FS"
)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes(zpl: bytes) -> None:
    render(zpl)
    render(b"^XA" + zpl)


@settings(max_examples=150, deadline=None)
@given(st.lists(_FIELD, max_size=6))
def test_random_commands(fields: list[bytes]) -> None:
    for page in render(b"^XA" + b"".join(fields) + b"^XZ"):
        assert page.image.mode == "L"
        assert set(page.image.histogram()[1:255]) == {0}


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damaged_labels(data: st.DataObject) -> None:
    damaged = bytearray(LABEL)
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        damaged[at : at + data.draw(st.integers(0, 6))] = data.draw(st.one_of(st.binary(max_size=4), _VALUE, _COMMAND))
        damaged = damaged or bytearray(b"^XA")
    render(bytes(damaged))


_MANY = b"^FO0,0^GB99999,99999,3,B,5^FS"
_BOMB = base64.b64encode(zlib.compress(b"\xff" * 50_000_000, 9))
TOO_MUCH = {
    "boxes": b"^XA" + _MANY * 3000 + b"^XZ",
    "serial numbers": b"^XA^FO0,0^SN1,1,Y^FS^PQ99999999^XZ",
    "labels over labels": b"^XA^MCN^FO1,1^GB9,9^FS^XZ" * 900,
    "labels stored": b"^XA^FO1,1^GB9,9^FS" + b"^ISR:A.GRF,Y" * 2000 + b"^XZ",
    "copies": b"^XA^FO0,0^GB9,9^FS^PQ99999999^XZ",
    "labels": b"^XA^FO0,0^GB9,9^FS^XZ" * 1500,
    "run lengths": b"^XA^FO0,0^GFA,100000000,100000000,100," + b"zzzzzzzzFF:" * 50_000 + b"^FS^XZ",
    "deflated": b"^XA^FO0,0^GFA,100000000,100000000,100,:Z64:" + _BOMB + b":0000^FS^XZ",
    "large text": b"^XA" + b"^FO0,0^A0N,30000,30000^FDHello World long text^FS" * 500 + b"^XZ",
    "long block": b"^XA^FO0,0^A0N,10,10^FB1,9999,0^FD" + b"Hello" * 3000 + b"^FS^XZ",
    "symbols": b"^XA" + b"".join(b"^BQN,2,9^FDQA,%d%s^FS" % (n, b"A" * 1500) for n in range(300)) + b"^XZ",
    "a huge label": b"^XA^PW32000^LL32000^FO0,0^GB9,9^FS^XZ",
    "pictures": b"~DGR:A.GRF,500000,100," + b"F" * 1_000_000 + b"^XA" + b"^FO0,0^XGR:A,9,9^FS" * 900 + b"^XZ",
    "a format that calls itself": b"^XA^DFR:A^FS^XFR:A^FS^GB9,9^FS^XZ" + b"^XA^XFR:A^FS^XFR:A^FS^XZ",
}


_FORTY = 40_000_000
FORTY_MEGABYTES = {
    "carets": b"^",
    "empty labels": b"^XA",
    "fields of one label": b"^FO9,9^A0N,30,30^FDhello^FS",
    "labels": b"^XA^FO9,9^FDhello^FS^XZ",
    "a picture": b"F",
    "a symbol": b"1",
}
_OPENED = {
    "fields of one label": b"^XA",
    "a picture": b"^XA^FO0,0^GFA,20000000,20000000,100,",
    "a symbol": b"^XA^BCN,99999^FD",
}


@pytest.mark.parametrize("case", sorted(FORTY_MEGABYTES))
def test_forty_megabytes_end_soon(case: str) -> None:
    repeated = FORTY_MEGABYTES[case]
    zpl = _OPENED.get(case, b"") + repeated * (_FORTY // len(repeated))
    started = time.process_time()
    pages = render(zpl)
    assert time.process_time() - started < 6  # seconds; measured: about one
    assert sum(page.image.width * page.image.height for page in pages) <= 500_000_000


def test_a_job_that_is_too_long_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_MOST_COMMANDS", 1000)
    (page,) = render(b"^XA^FO9,9^GB9,9^FS" + b"^FO9,9" * 1000 + b"^XZ")
    assert "the job is too long: the rest is left out" in page.reports


def test_commands_of_a_long_job_are_counted_from_label_to_label(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_MOST_COMMANDS", 1000)
    assert sum(1 for _ in Printer().pages(b"^XA^FO1,1^GB3,3^FS^XZ" * 500)) == 500


@pytest.mark.parametrize("case", sorted(TOO_MUCH))
def test_too_much_ends_soon(case: str) -> None:
    started = time.process_time()
    pages = render(TOO_MUCH[case])
    assert time.process_time() - started < 5  # seconds; measured: below one
    assert pages
    assert all(page.image.width * page.image.height <= 40_000_000 for page in pages)


def test_the_rest_of_a_label_on_which_too_much_is_drawn_is_left_out_and_reported() -> None:
    (page,) = render(TOO_MUCH["boxes"])
    assert "too much is drawn on this label: the rest is left out" in page.reports
