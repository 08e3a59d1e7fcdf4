"""Bytes of a scanner are cut into the same codes however they arrive, and half a code is never a code."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import Refusal
from hardware.framing import LOST_END, NO_END, NO_PREFIX, Frame, Framer, Framing, framing_of

STX, ETX, CRLF = b"\x02", b"\x03", b"\r\n"


def codes(frames: Iterable[Frame]) -> list[bytes]:
    return [frame.code for frame in frames if not frame.dropped]


def drops(frames: Iterable[Frame]) -> list[tuple[bytes, str]]:
    return [(frame.code, frame.dropped) for frame in frames if frame.dropped]


@pytest.mark.parametrize(
    ("framing", "chunks", "expected"),
    [
        pytest.param(Framing(), [b"4006381333931\r"], [b"4006381333931"], id="cr"),
        pytest.param(Framing(), [b"4006381333931\n"], [b"4006381333931"], id="lf"),
        pytest.param(Framing(), [b"A1\r\nB2\r\n"], [b"A1", b"B2"], id="merged, CR LF counts once"),
        pytest.param(Framing(), [b"A1\r", b"\nB2\r", b"\n"], [b"A1", b"B2"], id="CR LF cut in two"),
        pytest.param(Framing(), [b"4", b"006", b"", b"381\r"], [b"4006381"], id="split"),
        pytest.param(Framing(), [b"\r\r\n\n\r"], [], id="empty codes"),
        pytest.param(Framing(), [b"0104\x1d10A\r"], [b"0104\x1d10A"], id="GS is part of a code"),
        pytest.param(Framing((CRLF,)), [b"a\rb\nc\r\n"], [b"a\rb\nc"], id="only CR LF together"),
        pytest.param(Framing((b"\t",)), [b"line\r\nline\t"], [b"line\r\nline"], id="tab"),
        pytest.param(Framing((ETX,), STX), [b"\x02A\x03\x02B\x03"], [b"A", b"B"], id="STX and ETX"),
        pytest.param(Framing((ETX,), b"~~"), [b"~", b"~A~~B\x03"], [b"A~~B"], id="a printable prefix may be in a code"),
        pytest.param(Framing(prefix=STX), [b"\x02A\r\n", b"\x02B\r\n"], [b"A", b"B"], id="LF after CR is no noise"),
    ],
)
def test_codes_are_cut_at_their_marks(framing: Framing, chunks: list[bytes], expected: list[bytes]) -> None:
    framer = Framer(framing)
    frames = [frame for chunk in chunks for frame in framer.feed(chunk, 1.0)] + framer.expire(9.0)
    assert codes(frames) == expected
    assert drops(frames) == []


def test_half_a_code_and_silence_is_dropped_and_never_glued_to_the_next() -> None:
    framer = Framer(Framing(give_up=1.0))
    assert framer.feed(b"40063", 10.0) == []
    assert framer.deadline == 11.0
    assert framer.expire(10.99) == []
    assert framer.expire(11.0) == [Frame(b"40063", 10.0, LOST_END)]
    assert framer.deadline is None
    assert framer.feed(b"81333931\r", 12.0) == [Frame(b"81333931", 12.0)]


def test_silence_is_noticed_by_the_next_bytes_if_nobody_asked_before() -> None:
    framer = Framer(Framing(give_up=1.0))
    framer.feed(b"40063", 10.0)
    assert framer.feed(b"X1\r", 11.5) == [Frame(b"40063", 10.0, LOST_END), Frame(b"X1", 11.5)]


def test_the_end_of_a_connection_ends_half_a_code() -> None:
    framer = Framer(Framing((), idle=0.05))
    framer.feed(b"400", 1.0)
    assert framer.abandon() == [Frame(b"400", 1.0, LOST_END)]
    assert framer.abandon() == []


def test_silence_ends_a_code_without_suffix() -> None:
    framer = Framer(Framing(()))
    assert framer.feed(b"4006", 1.0) == []
    assert framer.feed(b"381", 1.04) == []
    assert framer.expire(1.08) == []
    assert framer.expire(1.09) == [Frame(b"4006381", 1.04)]
    assert framer.feed(b"X", 3.0) == []
    assert framer.feed(b"Y", 4.0) == [Frame(b"X", 3.0)]


def test_a_suffix_ends_a_code_before_the_silence_does() -> None:
    framer = Framer(Framing(idle=0.05))
    assert codes(framer.feed(b"A\rB", 1.0)) == [b"A"]
    assert codes(framer.expire(1.05)) == [b"B"]


@pytest.mark.parametrize("size", [1, 3, 100])
def test_a_code_without_end_is_dropped_with_all_that_belongs_to_it(size: int) -> None:
    framer = Framer(Framing(longest=10))
    noise = b"x" * 35 + b"\r" + b"A1\r"
    frames = [frame for at in range(0, len(noise), size) for frame in framer.feed(noise[at : at + size], 1.0)]
    assert frames == [Frame(b"x" * 10, 1.0, NO_END), Frame(b"A1", 1.0)]


def test_silence_ends_a_code_that_was_too_long() -> None:
    framer = Framer(Framing(longest=4))
    assert drops(framer.feed(b"xxxxxxxx", 1.0)) == [(b"xxxx", NO_END)]
    assert framer.expire(2.0) == []
    assert codes(framer.feed(b"A\r", 2.1)) == [b"A"]


def test_a_code_of_the_greatest_length_may_have_its_suffix_cut_in_two() -> None:
    framer = Framer(Framing((CRLF,), longest=4))
    assert framer.feed(b"abcd\r", 1.0) == []
    assert codes(framer.feed(b"\n", 1.0)) == [b"abcd"]


def test_noise_before_a_prefix_is_told_once_and_is_no_code() -> None:
    framer = Framer(Framing(prefix=STX))
    assert framer.feed(b"no", 1.0) == []
    assert framer.feed(b"ise\x02A\r", 1.0) == [Frame(b"noise", 1.0, NO_PREFIX), Frame(b"A", 1.0)]
    framer.feed(b"B\r", 2.0)
    assert framer.expire(3.0) == [Frame(b"B\r", 2.0, NO_PREFIX)]


def test_noise_does_not_pile_up() -> None:
    framer = Framer(Framing(prefix=STX, longest=10))
    assert sum(len(frame.code) for _ in range(100) for frame in framer.feed(b"zzzz", 1.0)) > 380


def test_a_prefix_in_the_middle_says_that_the_code_before_lost_its_end() -> None:
    framer = Framer(Framing(prefix=STX))
    assert framer.feed(b"\x02400\x02A\r", 1.0) == [Frame(b"400", 1.0, LOST_END), Frame(b"A", 1.0)]


FRAMINGS = [
    Framing(), Framing((CRLF,)), Framing((ETX,), STX), Framing((b"\t",), b"~~"), Framing(longest=5),
    Framing((CRLF,), b"\x02\x02", longest=5), Framing((b"\r",), idle=0.05),
]  # fmt: skip
PIECES = st.sampled_from([b"\r", b"\n", CRLF, b"\t", STX, ETX, b"~", b"~~", b"A", b"4006381333931", b"\x00\xff"])


@given(
    framing=st.sampled_from(FRAMINGS),
    data=st.lists(PIECES, max_size=30).map(b"".join),
    cuts=st.lists(st.integers(0, 120), max_size=20),
)
def test_any_split_of_the_same_bytes_gives_the_same_codes(framing: Framing, data: bytes, cuts: list[int]) -> None:
    whole, parts = Framer(framing), Framer(framing)
    expected = codes(whole.feed(data, 1.0)) + codes(whole.expire(99.0))
    edges = [0, *sorted(cuts), len(data)]
    found = [code for a, b in pairwise(edges) for code in codes(parts.feed(data[a:b], 1.0))]
    assert found + codes(parts.expire(99.0)) == expected


@given(st.lists(st.text("ABC123\x1d ", min_size=1, max_size=40), max_size=20), st.sampled_from([b"\r", b"\n", CRLF]))
def test_every_code_that_ends_arrives_once_and_in_order(texts: list[str], suffix: bytes) -> None:
    framer = Framer(Framing())
    data = b"".join(text.encode() + suffix for text in texts)
    assert codes(framer.feed(data, 1.0)) == [text.encode() for text in texts]
    assert framer.deadline is None


def test_a_long_code_byte_by_byte_costs_as_little_as_in_one_piece() -> None:
    framer = Framer(Framing(longest=100_000))
    for _ in range(50_000):
        framer.feed(b"x", 1.0)
    assert framer._searched == 50_000  # each byte is looked at once
    assert len(codes(framer.feed(b"\r", 1.0))[0]) == 50_000


def test_options_of_a_url() -> None:
    assert framing_of({}) == Framing((b"\r", b"\n"))
    assert framing_of({"suffix": "crlf", "prefix": "STX", "idle": "50", "gap": "300"}) == Framing(
        (CRLF,), STX, idle=0.05, give_up=0.3
    )
    assert framing_of({"suffix": "0x1E04"}).suffixes == (b"\x1e\x04",)
    assert framing_of({"suffix": "none"}) == Framing((), idle=0.05)


@pytest.mark.parametrize(
    "options",
    [{"suffix": "return"}, {"suffix": "0x"}, {"suffix": "0xZZ"}, {"prefix": "0x0"}, {"idle": "0"}, {"idle": "-5"},
     {"idle": "٣"}, {"gap": "1e3"}, {"gap": ""}, {"idle": "9" * 5000}],
)  # fmt: skip
def test_options_that_mean_nothing_are_refused(options: dict[str, str]) -> None:
    with pytest.raises(Refusal) as refused:
        framing_of(options)
    assert refused.value.code == "framing_unknown"
