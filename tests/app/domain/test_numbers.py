"""Tracking numbers: check digits, ranges as carriers write them, overlaps, and how long they last."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.domain.errors import Refusal
from app.domain.numbers import NumberForm, NumberRange, days_left, read_range, sscc

S10, SSCC, PLAIN = NumberForm.S10, NumberForm.SSCC, NumberForm.PLAIN


def refused(made: NumberRange) -> str:
    with pytest.raises(Refusal) as caught:
        made.check()
    return caught.value.code


def test_the_check_digit_of_an_sscc() -> None:
    assert sscc("10614141234567890") == "106141412345678908"  # GS1 US, SSCC executive summary
    assert sscc("00614141123456789") == "006141411234567890"
    with pytest.raises(Refusal, match="numbers_sscc_body"):
        sscc("3401234512345678X")


@pytest.mark.parametrize(
    ("made", "numbers"),
    [
        (NumberRange(S10, "RR", "GB", 47312482, 47312483), ("RR473124829GB", "RR473124832GB")),
        (NumberRange(SSCC, "3401234", "", 5123456789, 5123456790), ("340123451234567895", "340123451234567901")),
        (NumberRange(PLAIN, "AB", "", 5, 120), ("AB005", "AB120")),
        (NumberRange(PLAIN, "", "", 10, 10), ("10", "10")),
    ],
)
def test_a_range_gives_whole_numbers(made: NumberRange, numbers: tuple[str, str]) -> None:
    made.check()
    assert (made.number(made.first), made.number(made.last)) == numbers
    assert [made.serial(number) for number in numbers] == [made.first, made.last]


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (NumberRange(S10, "LX", "CN", 2, 1), "numbers_empty_range"),
        (NumberRange(S10, "LX", "CN", -1, 1), "numbers_empty_range"),
        (NumberRange(S10, "L1", "CN", 1, 2), "numbers_s10_prefix"),
        (NumberRange(S10, "LXX", "CN", 1, 2), "numbers_s10_prefix"),
        (NumberRange(S10, "LX", "C", 1, 2), "numbers_s10_country"),
        (NumberRange(S10, "LX", "CN", 1, 100_000_000), "numbers_too_large"),
        (NumberRange(SSCC, "", "", 1, 2), "numbers_sscc_prefix"),
        (NumberRange(SSCC, "34٠1", "", 1, 2), "numbers_sscc_prefix"),
        (NumberRange(SSCC, "12345678901234567", "", 0, 0), "numbers_sscc_prefix"),
        (NumberRange(SSCC, "1234567890123456", "", 1, 10), "numbers_too_large"),
        (NumberRange(PLAIN, "AB^XA", "", 1, 2), "numbers_plain_prefix"),
        (NumberRange(PLAIN, "ab", "", 1, 2), "numbers_plain_prefix"),
        (NumberRange(PLAIN, "A" * 30, "", 1, 2), "numbers_plain_prefix"),
        (NumberRange(PLAIN, "", "", 1, 10**15), "numbers_too_large"),
        (NumberRange(PLAIN, "PB", "", 1, 9_999), "numbers_plain_ours"),
    ],
)
def test_what_no_number_can_be_made_of_is_refused(made: NumberRange, code: str) -> None:
    assert refused(made) == code


@pytest.mark.parametrize(
    ("form", "first", "last", "expected"),
    [
        (S10, "rr 473 124 829 gb", "RR473124832GB", NumberRange(S10, "RR", "GB", 47312482, 47312483)),
        (SSCC, "(00)340123451234567895", "340123451234567901", NumberRange(SSCC, "340123451234567", "", 89, 90)),
        (PLAIN, "AB0000100", "AB0000999", NumberRange(PLAIN, "AB0000", "", 100, 999)),
        (PLAIN, "0099", "0101", NumberRange(PLAIN, "0", "", 99, 101)),
        (PLAIN, "X7", "X7", NumberRange(PLAIN, "X", "", 7, 7)),
    ],
)
def test_a_range_is_read_from_its_first_and_last_number(
    form: NumberForm, first: str, last: str, expected: NumberRange
) -> None:
    assert read_range(form, first, last) == expected


@pytest.mark.parametrize(
    ("form", "first", "last", "code"),
    [
        (S10, "RR473124829GB", "RR473124833GB", "numbers_check_digit"),
        (S10, "RR473124829GB", "RA473124832GB", "numbers_two_series"),
        (S10, "RR473124832GB", "RR473124829GB", "numbers_empty_range"),
        (S10, "RR47312482GB", "RR473124832GB", "numbers_unreadable"),
        (SSCC, "340123451234567895", "34012345123456790", "numbers_unreadable"),
        (SSCC, "340123451234567894", "340123451234567901", "numbers_check_digit"),
        (SSCC, "340123451234567895", "006141411234567890", "numbers_two_series"),
        (PLAIN, "AB100", "AC200", "numbers_two_series"),
        (PLAIN, "AB100", "AB0200", "numbers_two_series"),
        (PLAIN, "AB200", "AB100", "numbers_empty_range"),
        (PLAIN, "AB19", "AB10", "numbers_empty_range"),
        (PLAIN, "ABC", "ABD", "numbers_unreadable"),
        (PLAIN, "", "", "numbers_unreadable"),
        (PLAIN, "TT00001", "TT00009", "numbers_plain_ours"),
    ],
)
def test_numbers_that_make_no_range_are_refused(form: NumberForm, first: str, last: str, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        read_range(form, first, last)
    assert caught.value.code == code


@st.composite
def ranges(draw: st.DrawFn) -> NumberRange:
    """Small ranges near each other, with the border between prefix and serial anywhere."""
    form = draw(st.sampled_from(NumberForm))
    if form is S10:
        prefix, country, most = draw(st.sampled_from(["LX", "RR"])), draw(st.sampled_from(["CN", "GB"])), 40
    elif form is SSCC:
        prefix, country = "34012345678901"[: draw(st.integers(12, 14))], ""
        most = 40
    else:
        prefix, country, most = draw(st.sampled_from(["", "A", "A1", "A10", "1"])), "", 130
    first = draw(st.integers(0, most))
    return NumberRange(form, prefix, country, first, draw(st.integers(first, most + 10)))


@given(ranges(), ranges())
def test_ranges_overlap_when_a_number_is_in_both(one: NumberRange, other: NumberRange) -> None:
    mine = {one.number(serial) for serial in range(one.first, one.last + 1)}
    theirs = {other.number(serial) for serial in range(other.first, other.last + 1)}
    assert len(mine) == one.count
    assert one.overlaps(other) == other.overlaps(one)
    # a number of another form that looks the same is another number's business: see the operation
    if one.form is other.form:
        assert one.overlaps(other) == bool(mine & theirs)


@given(ranges())
def test_what_is_written_is_read_again(made: NumberRange) -> None:
    assume(made.form is not PLAIN or len(str(made.last)) == len(str(made.first)))
    read = read_range(made.form, made.number(made.first), made.number(made.last))
    assert read.count == made.count
    assert read.overlaps(made)
    assert {read.number(read.first), read.number(read.last)} == {made.number(made.first), made.number(made.last)}


def test_how_long_numbers_last() -> None:
    assert days_left(100, 70, 7) == 10
    assert days_left(100, 0, 7) is None
    assert days_left(0, 7, 7) == 0
