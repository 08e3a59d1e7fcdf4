from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import incoming
from app.domain.errors import Refusal
from app.domain.incoming import Exponent, Spoilt

G, KG, CM = Decimal(1), Decimal(1000), Decimal(10)


def refused(rule: object, *arguments: object, **named: object) -> str:
    with pytest.raises(Refusal) as caught:
        rule(*arguments, **named)  # type: ignore[operator]
    return caught.value.code


@given(st.text())
def test_clean_text_is_nfc_without_controls_and_stays_as_it_is(raw: str) -> None:
    cleaned = incoming.clean_text(raw)
    assert unicodedata.is_normalized("NFC", cleaned)
    assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in cleaned)
    assert incoming.clean_text(cleaned) == cleaned == cleaned.strip()
    cleaned.encode()


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])))
def test_nothing_printable_is_lost(raw: str) -> None:
    assert incoming.clean_text(raw) == unicodedata.normalize("NFC", raw).strip()


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("a\x00b\x1bc", "abc"),
        ("Zoe\u0308", "Zoë"),
        ("e\x00\u0301", "é"),
        ("a\tb\r\nc", "a b  c"),
        ("\ud83d half", "half"),
        ("=HYPERLINK(\"http://x\")", "=HYPERLINK(\"http://x\")"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d🔬", "👩\u200d🔬"),
    ],
)
def test_text(raw: str, kept: str) -> None:
    assert incoming.text(raw, "name") == kept


def test_a_street_keeps_its_lines() -> None:
    assert incoming.text("Flat 2\r\n\r\n 1 Main\x07 St \n", "street", lines=True) == "Flat 2\n1 Main St"


def test_text_of_other_cells() -> None:
    assert incoming.text(None, "x") == ""
    assert incoming.text(12, "x") == incoming.text(12.0, "x") == "12"
    assert refused(incoming.text, datetime(2026, 1, 2), "x") == "cell_is_date"  # noqa: DTZ001
    assert refused(incoming.text, True, "x") == "cell_not_text"
    assert refused(incoming.text, {"a": 1}, "x") == "cell_not_text"
    assert refused(incoming.text, Spoilt.NUMBER_TOO_LONG, "x") == "number_too_long"
    assert refused(incoming.text, Spoilt.ERROR, "x") == "cell_error"
    assert refused(incoming.text, "x" * 1001, "x") == "text_too_long"
    assert incoming.text("x" * 1000, "x") == "x" * 1000


def test_codes_lose_what_nobody_can_scan() -> None:
    assert incoming.code("\ufeff00\u200b12 ", "sku") == "0012"
    assert incoming.code(12.0, "sku") == "12"
    assert incoming.code(6901234567892, "sku") == "6901234567892"
    assert incoming.code("12E4", "sku") == "12E4"


@pytest.mark.parametrize("value", ["6.9E+12", "6E+12", "6.90123e+12", Exponent("6.9E+12")])
def test_a_code_that_a_spreadsheet_has_spoilt_is_refused(value: object) -> None:
    assert refused(incoming.code, value, "sku") == "code_scientific"
    assert refused(incoming.barcodes, value) == "barcode_scientific"


def test_other_codes_that_are_refused() -> None:
    assert refused(incoming.code, 1.5, "sku") == "code_not_text"
    assert refused(incoming.code, "x" * 101, "sku") == "text_too_long"


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        (None, ()),
        ("", ()),
        ("0012345678905", (("0012345678905", 1),)),
        (" 0012 | 99*12 |", (("0012", 1), ("99", 12))),
        (["0012", 99, None], (("0012", 1), ("99", 1))),
        (6901234567892, (("6901234567892", 1),)),
        (6901234567892.0, (("6901234567892", 1),)),
        ("*A*B", (("*A*B", 1),)),
        ("12*", (("12*", 1),)),
        ("*12", (("*12", 1),)),
        ("7|7", (("7", 1),)),
    ],
)
def test_barcodes(cell: object, found: tuple[tuple[str, int], ...]) -> None:
    assert incoming.barcodes(cell) == found


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("99*0", "case_quantity_invalid"),
        ("99*99999999999999999999", "case_quantity_invalid"),
        (1.5, "barcode_not_text"),
        (True, "cell_not_text"),
        ([["99"]], "cell_not_text"),
        ("XXOK", "barcode_reserved"),
        ("TT00000001" + "X", None),
        ("9" * 101, "text_too_long"),
    ],
)
def test_barcodes_that_are_refused(cell: object, code: str | None) -> None:
    if code is None:  # only a right check character makes it ours
        assert incoming.barcodes(cell) == ((cell, 1),)
    else:
        assert refused(incoming.barcodes, cell) == code


def test_our_own_codes_are_no_barcodes() -> None:
    from app.domain.barcode import Kind, make_code, make_label_code

    tote, parcel = make_code(Kind.TOTE, 1), make_code(Kind.PARCEL, 42)
    for code in (tote, tote.lower(), parcel, make_label_code(parcel, 1)):
        assert refused(incoming.barcodes, code) == "barcode_reserved"


@pytest.mark.parametrize("value", ["2", " 2 ", 2, 2.0, "2.0", "+2"])
def test_quantity(value: object) -> None:
    assert incoming.quantity(value, "quantity") == 2


@pytest.mark.parametrize(
    "value", ["0", "-1", "1.5", "1,000", "two", "２", "1e3", True, 0, 1.5, float("nan"), "1000001", [], "0x10", "1_0"]
)
def test_a_quantity_that_is_refused(value: object) -> None:
    assert refused(incoming.quantity, value, "quantity") == "quantity_invalid"


def test_quantity_of_stock_and_none() -> None:
    assert incoming.quantity("0", "quantity", least=0) == 0
    assert refused(incoming.quantity, "", "quantity") == refused(incoming.quantity, None, "q") == "quantity_missing"
    assert incoming.quantity("2,0", "quantity", ",") == 2
    assert refused(incoming.quantity, "2.0", "quantity", ",") == "quantity_invalid"


@given(st.integers(1, incoming.MAX_QUANTITY))
def test_every_whole_number_is_taken_as_it_is(value: int) -> None:
    assert incoming.quantity(str(value), "q") == incoming.quantity(float(value), "q") == value


@pytest.mark.parametrize(
    ("value", "factor", "mark", "grams"),
    [
        ("250", G, ".", 250), ("0.25", KG, ".", 250), ("0,25", KG, ",", 250), ("0.2505", KG, ".", 251),
        (0.25, KG, ".", 250), ("0.0001", KG, ".", 1), ("12.5", CM, ".", 125), ("0", G, ".", None), ("", G, ".", None),
        (None, G, ".", None),
    ],
)  # fmt: skip
def test_measures(value: object, factor: Decimal, mark: str, grams: int | None) -> None:
    assert incoming.measure(value, "weight", factor, mark) == grams


@pytest.mark.parametrize(
    ("value", "code"),
    [("-1", "measure_invalid"), ("1000.1", "measure_invalid"), ("12 kg", "number_invalid"), ("1,5", "number_invalid"),
     (float("inf"), "number_invalid"), (Spoilt.ERROR, "cell_error")],
)  # fmt: skip
def test_measures_that_are_refused(value: object, code: str) -> None:
    assert refused(incoming.measure, value, "weight", KG) == code


@pytest.mark.parametrize("value", ["[19.5, 21.0]", "19.5;21", "(19.5,21)", [19.5, 21], ("19.5", "21")])
def test_coordinates(value: object) -> None:
    assert incoming.coordinates(value, "coordinates", KG) == (19_500, 21_000)


@pytest.mark.parametrize("value", ["19.5", "[a, b]", [1], [1, 2, 3], 19.5, "[,]"])
def test_coordinates_that_are_refused(value: object) -> None:
    assert refused(incoming.coordinates, value, "coordinates", KG) == "coordinates_invalid"


def test_moments() -> None:
    shanghai = ZoneInfo("Asia/Shanghai")
    assert incoming.moment("12/11/2018", "d", ["%m/%d/%Y"], UTC) == datetime(2018, 12, 11, tzinfo=UTC)
    assert incoming.moment("2018-12-11", "d", ["iso"], shanghai) == datetime(2018, 12, 10, 16, tzinfo=UTC)
    end = datetime(2018, 12, 11, 15, 59, 59, tzinfo=UTC)
    for value in ("2018-12-11", date(2018, 12, 11), datetime(2018, 12, 11)):  # noqa: DTZ001
        assert incoming.moment(value, "d", ["iso"], shanghai, end_of_day=True) == end
    exact = datetime(2018, 12, 11, 8, 30, tzinfo=UTC)
    assert incoming.moment("2018-12-11T09:30:00+01:00", "d", ["iso"], shanghai, end_of_day=True) == exact
    assert incoming.moment("11.12.2018 16:30", "d", ["iso", "%d.%m.%Y %H:%M"], shanghai, end_of_day=True) == exact
    assert incoming.moment("", "d", ["iso"], UTC) is None
    assert incoming.moment(None, "d", ["iso"], UTC) is None
    assert incoming.day("2027-01-31", "d", ["iso"]) == date(2027, 1, 31)


@pytest.mark.parametrize("value", ["2018-13-01", "31/12/2018", "0001-01-01", "9999-12-31", 43445, True, "soon"])
def test_moments_that_are_refused(value: object) -> None:
    assert refused(incoming.moment, value, "d", ["%m/%d/%Y", "iso"], UTC) == "date_invalid"


def test_countries() -> None:
    assert len(incoming.COUNTRIES) == 249
    assert incoming.country("de") == "DE"
    assert incoming.country("") == ""
    assert refused(incoming.country, "UK") == refused(incoming.country, "Germany") == "country_unknown"


def test_a_wrong_value_is_shown_only_if_it_cannot_be_a_name() -> None:
    assert incoming.shown("1,5") == "1,5"
    assert incoming.shown("Ada Lovelace") is None
    assert incoming.shown(1.5) == "1.5"
    with pytest.raises(Refusal) as caught:
        incoming.quantity("Ada Lovelace", "quantity")
    assert "Ada" not in str(caught.value)
    with pytest.raises(Refusal) as caught:
        incoming.country("Ada Lovelace")
    assert "ADA" not in str(caught.value)
