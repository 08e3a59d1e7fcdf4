import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printing.text import clean_line, clean_lines, clusters, pieces, wrap


def _measure(text: str) -> float:
    return float(len(text))


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("O'Brien ^XZ", "O'Brien ^XZ"),
        ("a\x1b@b\x00\x7f\x90c", "a@bc"),
        ("a\r\nb\tc  d ", "a b c d"),
        ("e\u0301", "é"),
        ("a\u00a0b\u3000c", "a b c"),
        ("ab\u202ecd\u2066\u200b\ufeff\u00ad", "abcd"),
        ("❤\ufe0f", "❤"),
        ("क्\u200dष", "क्\u200dष"),
        ("\u200d \x01", ""),
    ],
)
def test_cleaned(raw: str, cleaned: str) -> None:
    assert clean_line(raw) == cleaned


def test_lines_end_at_every_kind_of_break_and_empty_ones_go() -> None:
    assert clean_lines("a\r\nb\rc\n\n \u2028d\x0be") == ["a", "b", "c", "d", "e"]


@given(st.text())
def test_cleaning_is_idempotent_and_leaves_no_control(raw: str) -> None:
    cleaned = clean_line(raw)
    assert clean_line(cleaned) == cleaned
    assert not any(unicodedata.category(c) == "Cc" for c in cleaned)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("abc", ["a", "b", "c"]),
        ("ที่", ["ที่"]),
        ("👨‍👩‍👧x", ["👨‍👩‍👧", "x"]),
        ("🇨🇳🇩🇪", ["🇨🇳", "🇩🇪"]),
        ("👍🏽", ["👍🏽"]),
        ("1\u20e3", ["1\u20e3"]),
    ],
)
def test_clusters(text: str, expected: list[str]) -> None:
    assert clusters(text) == expected


def _wrap(text: str, width: float) -> list[str]:
    return wrap(pieces(text, _measure), width, 1.0, _measure)


def test_wraps_at_blanks_and_between_ideographs() -> None:
    assert _wrap("one two three", 7) == ["one two", "three"]
    assert _wrap("浙江省杭州市", 4) == ["浙江省杭", "州市"]
    assert _wrap("Room 5 杭州市", 8) == ["Room 5 杭", "州市"]


def test_closing_punctuation_never_starts_a_line() -> None:
    assert _wrap("浙江省，杭州（西）", 3) == ["浙江", "省，杭", "州", "（西）"]


def test_a_word_longer_than_the_line_is_cut_between_clusters() -> None:
    assert _wrap("abcdefgh", 3) == ["abc", "def", "gh"]


@given(st.text(alphabet="ab 王，ที่", max_size=60), st.integers(1, 20))
def test_nothing_is_lost_or_too_wide(text: str, width: int) -> None:
    text = clean_line(text)
    lines = _wrap(text, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    longest = max(map(len, clusters(text)), default=0)
    assert all(len(line) <= max(width, longest) for line in lines)
