"""Codes: what is ours, what a check character notices, and that no scan can break the reading of codes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.barcode import (
    Command,
    Kind,
    barcode_text,
    check_character,
    clean_scan,
    group,
    gtin_check_digit,
    gtin_expected,
    kind_of,
    make_code,
    make_label_code,
    read_label_code,
    s10,
    same_gtin,
)
from app.domain.errors import Refusal

BODIES = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=20)
NUMBERED = st.sampled_from([kind for kind in Kind if kind is not Kind.COMMAND])


@given(BODIES, st.data())
def test_one_wrong_character_is_noticed(body: str, data: st.DataObject) -> None:
    code = body + check_character(body)
    at = data.draw(st.integers(0, len(code) - 1))
    other = data.draw(st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ").filter(lambda c: c != code[at]))
    wrong = code[:at] + other + code[at + 1 :]
    assert check_character(wrong[:-1]) != wrong[-1]


def test_two_swapped_neighbours_are_noticed_but_for_the_first_and_last_of_the_alphabet() -> None:
    # as with Luhn's digits 0 and 9, of all pairs only the two ends of the alphabet are not told apart
    missed = set()
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    for a in alphabet:
        for b in alphabet:
            if a != b and check_character(f"TT{a}{b}1") == check_character(f"TT{b}{a}1"):
                missed.add(a + b)
    assert missed == {"0Z", "Z0"}


@given(NUMBERED, st.integers(0, 10**12))
def test_own_codes_name_their_kind(kind: Kind, number: int) -> None:
    code = make_code(kind, number)
    assert kind_of(code) is kind
    assert len(code) >= 2 + 8 + 1
    assert clean_scan(f" {code.lower()}\r\n") == code


@given(st.integers(0, 10**9), st.integers(1, 500))
def test_label_codes_carry_parcel_and_copy(number: int, copy: int) -> None:
    parcel = make_code(Kind.PARCEL, number)
    code = make_label_code(parcel, copy)
    assert read_label_code(code) == (parcel, copy)
    assert kind_of(code) is None
    assert clean_scan(code.lower()) == code


def test_a_label_code_with_a_wrong_check_is_none() -> None:
    code = make_label_code(make_code(Kind.PARCEL, 7), 2)
    for wrong in (code[:-1] + ("A" if code[-1] != "A" else "B"), code[1:], code + "0", code.replace("C02", "C03")):
        assert read_label_code(wrong) is None


@pytest.mark.parametrize("command", list(Command))
def test_commands_are_letters_that_every_layout_keeps(command: Command) -> None:
    assert set(command.value) <= set("BCDEFGHIJKLNOPRSTUVX")
    assert kind_of(command.value) is Kind.COMMAND
    assert clean_scan(command.value.lower()) == command.value


@given(st.text())
def test_no_scan_breaks_the_reading_of_codes(raw: str) -> None:
    code = clean_scan(raw)
    kind_of(code)
    read_label_code(code)
    gtin_expected(code)
    assert clean_scan(code) == code


@pytest.mark.parametrize(
    "raw",
    ["TT٣٣٣٣٣٣A", "PB１２３４５６７８9", "PB١٢٣٤٥٦٧٨NC٠١X", "tt٣٣٣٣a", "OR१२३४५", "XX", "", "\x1d", "PB",
     "TT\u0660" * 9],
)  # fmt: skip
def test_digits_of_other_scripts_are_no_code_of_ours(raw: str) -> None:
    code = clean_scan(raw)
    assert kind_of(code) in (None, Kind.COMMAND)
    assert read_label_code(code) is None


def test_suppliers_codes_keep_their_case_and_their_separators() -> None:
    assert clean_scan("abc-Def") == "abc-Def"
    assert clean_scan("xxl-Shirt 4") == "xxl-Shirt 4"
    assert clean_scan("0104012345678901\x1d10ABC\r") == "0104012345678901\x1d10ABC"
    assert clean_scan("\x02\x00 12\x7f34\t") == "1234"


@pytest.mark.parametrize(
    ("body", "digit"), [("400638133393", "1"), ("03600029145", "2"), ("1234567", "0"), ("1061414100041", "5")]
)
def test_gtin_check_digits(body: str, digit: str) -> None:
    assert gtin_check_digit(body) == digit
    assert gtin_expected(body + digit) is None


def test_a_misread_gtin_says_what_it_should_be() -> None:
    assert gtin_expected("4006381333930") == "4006381333931"
    assert gtin_expected("036000291453") == "036000291452"
    for no_gtin in ("40063813339", "4006381333930 ", "400638133393O", "12345678", "٤٠٠٦٣٨١٣٣٣٩٣٠"):
        assert gtin_expected(no_gtin) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [("0012345", "0012345"), (12345, "12345"), (6901234567892.0, "6901234567892"),
     ("  4006381333931\n", "4006381333931"), ("1E5X", "1E5X"), ("E12", "E12")],
)  # fmt: skip
def test_barcodes_are_text(value: object, text: str) -> None:
    assert barcode_text(value) == text


@pytest.mark.parametrize(
    ("value", "code"),
    [("6.9E+12", "barcode_scientific"), ("69E11", "barcode_scientific"), ("1e5", "barcode_scientific"),
     (12.5, "barcode_not_text")],
)  # fmt: skip
def test_barcodes_that_a_spreadsheet_destroyed_are_refused(value: object, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        barcode_text(value)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("serial", "number"),
    # 47312482 is the worked example of UPU S10
    [(47312482, "RR473124829CN"), (1, "RR000000014CN"), (0, "RR000000005CN")],
)
def test_s10_numbers(serial: int, number: str) -> None:
    assert s10("RR", serial, "CN") == number


@given(st.integers(0, 99_999_999))
def test_s10_has_always_thirteen_places(serial: int) -> None:
    assert len(s10("LX", serial, "CN")) == 13


def test_a_used_up_number_range_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        s10("LX", 100_000_000, "CN")
    assert refused.value.code == "tracking_numbers_used_up"


def test_tracking_numbers_are_grouped_for_reading() -> None:
    assert group("LX000000015CN") == "LX 000 000 015 CN"
    assert group("ABC") == "ABC"


@pytest.mark.parametrize(
    ("scanned", "same"),
    [
        ("0012345678905", "012345678905"), ("012345678905", "0012345678905"), ("4006381333931", None), ("12345", None),
        ("٠٠١٢٣٤٥٦٧٨٩٠٥", None),
    ],
)  # fmt: skip
def test_a_upc_and_the_ean_with_a_zero_in_front_are_the_same(scanned: str, same: str | None) -> None:
    assert same_gtin(scanned) == same
