from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import customs, money
from app.domain.customs import (
    Battery,
    CustomsForm,
    CustomsLine,
    Goods,
    GoodsClass,
    Lack,
    apportion,
    declared_currency,
    form_for,
    goods_classes,
    ioss_applies,
    missing_by_sku,
    missing_customs,
    needs_customs,
    read_rates,
    unit_value,
)
from app.domain.declaration import SenderNumbers, sender_numbers
from app.domain.errors import Refusal
from app.domain.incoming import COUNTRIES

MUG = Goods("MUG", "691200", "CN", "Ceramic mug", 450, "EUR")


def code_of(rule: object, *arguments: object) -> str:
    with pytest.raises(Refusal) as caught:
        rule(*arguments)  # type: ignore[operator]
    return caught.value.code


@pytest.mark.parametrize(
    ("here", "country", "postcode", "needed"),
    [
        ("CN", "CN", "310000", False), ("CN", "HK", "", True), ("CN", "DE", "10115", True),
        ("DE", "FR", "75001", False),
        ("DE", "MC", "98000", False), ("FR", "FR", "98000", False), ("DE", "GB", "SW1Y 4JH", True),
        ("DE", "GB", "BT1 5GS", False), ("GB", "GB", "bt1 5gs", False), ("CN", "GB", "BT1 5GS", True),
        ("GB", "IM", "IM1 1AA", False), ("GB", "GB", "JE2 3AB", True), ("ES", "ES", "28013", False),
        ("ES", "ES", "35001", True), ("DE", "ES", "38001", True), ("DE", "ES", "51001", True),
        ("IT", "IT", "23041", True),
        ("DE", "DE", "78266", True), ("DE", "DE", "27498", True), ("DE", "GR", "63086", True),
        ("FR", "FR", "97400", True),
        ("FR", "RE", "97400", True), ("DE", "FI", "22100", True),
        ("CH", "LI", "9490", False),
        ("DE", "CH", "8000", True), ("US", "PR", "00901", False), ("US", "US", "09012-1234", True),
        ("US", "US", "94105", False), ("", "DE", "", False), ("CN", "", "", False), ("DE", "AX", "22100", True),
    ],
)  # fmt: skip
def test_where_a_declaration_is_needed(here: str, country: str, postcode: str, needed: bool) -> None:
    assert needs_customs(here, country, postcode) is needed
    assert needs_customs(here.lower(), country.lower(), postcode) is needed


@given(st.sampled_from(sorted(COUNTRIES)), st.text(max_size=10))
def test_a_country_is_at_home_in_itself(country: str, postcode: str) -> None:
    assert not needs_customs(country, country, "")
    needs_customs(country, "DE", postcode)  # whatever the postcode is


@pytest.mark.parametrize(
    ("said", "kept"),
    [("6109.10.00", "61091000"), ("6109 10", "610910"), (610910, "610910"), (6109100010.0, "6109100010"), ("", ""),
     (None, ""), ("\u00a0 9701.21", "970121")],
)  # fmt: skip
def test_hs_codes_lose_their_dots(said: object, kept: str) -> None:
    assert customs.hs_code(said) == kept


@pytest.mark.parametrize(
    "said", ["61091", "61091000101", "6109-10", "abcdef", "990000", "770000", "000100", "٦١٠٩١٠", 90121]
)
def test_no_other_hs_codes(said: object) -> None:
    assert code_of(customs.hs_code, said) == "customs_hs_invalid"


def test_a_code_that_a_spreadsheet_spoilt_is_told_as_such() -> None:
    assert code_of(customs.hs_code, "6.1E+09") == "code_scientific"


@given(st.from_regex(r"[0-9]{6,10}", fullmatch=True))
def test_hs_codes_are_read_as_they_are_shown(code: str) -> None:
    assert customs.hs_text(code).replace(".", "") == code


@pytest.mark.parametrize(
    "said", ["Ceramic mug", "T-shirt, cotton", "Puzzle", "Jouet en bois", "USB cable 1 m", "Ski", "café filter", ""]
)
def test_descriptions_that_say_something(said: str) -> None:
    assert customs.description(f"  {said} ") == said


@pytest.mark.parametrize(
    "said",
    ["gift", "Gifts", "GOODS", "spare parts", "Various items", "accessories", "electronics", "clothes", "toys", "a",
     "12345", "--", "sample of product", "New set", "daily necessities", "household appliances", "food"],
)  # fmt: skip
def test_empty_words_are_no_description(said: str) -> None:
    assert code_of(customs.description, said) == "customs_description_empty"


@pytest.mark.parametrize("said", ["陶瓷杯", "Чашка", "Mug 杯"])
def test_a_description_is_in_latin_letters(said: str) -> None:
    assert code_of(customs.description, said) == "customs_description_script"
    assert code_of(customs.description, "x" * 201) == "text_too_long"


@pytest.mark.parametrize(
    ("said", "battery"),
    [
        ("none", Battery.NONE), ("No", Battery.NONE), ("", Battery.UNKNOWN), ("unknown", Battery.UNKNOWN),
        ("UN3481 PI966", Battery.ION_WITH), ("pi967", Battery.ION_IN), ("UN3480", Battery.ION_ALONE),
        ("UN 3090, PI 968", Battery.METAL_ALONE), ("969", Battery.METAL_WITH), (970, Battery.METAL_IN),
    ],
)  # fmt: skip
def test_battery_classes(said: object, battery: Battery) -> None:
    assert customs.battery(said) is battery


def test_a_battery_class_is_one_of_six() -> None:
    for said in ("UN3481", "UN3091", "yes", "PI971", "UN3480 PI967"):
        assert code_of(customs.battery, said) == "customs_battery_unknown"
    assert [each.words for each in (Battery.ION_IN, Battery.METAL_ALONE, Battery.NONE)] == [
        "UN3481 PI967", "UN3090 PI968", "",
    ]  # fmt: skip


def test_restricted_classes() -> None:
    assert customs.restricted("Liquids, blade;magnet") == "blade,liquid,magnet"
    assert customs.restricted("none") == customs.restricted(None) == ""
    assert code_of(customs.restricted, "bomb") == "customs_class_unknown"
    assert goods_classes("pi967", "blade,liquid") == {"pi967", "battery", "blade", "liquid"}
    assert goods_classes("", "") == {"battery_unknown"}
    assert goods_classes("none", GoodsClass.FOOD) == {"food"}


def test_numbers_of_sender_and_recipient() -> None:
    assert customs.ioss_number("im 276 000 0001") == "IM2760000001"
    assert code_of(customs.ioss_number, "IM12") == "customs_ioss_invalid"
    assert customs.customs_number("DE 123.456-789", "vat") == "DE123456789"
    assert code_of(customs.customs_number, "DE", "vat") == "customs_number_invalid"
    assert customs.incoterm("ddu") == "DAP"
    assert customs.incoterm("DDP") == "DDP"
    assert code_of(customs.incoterm, "FREE") == "customs_incoterm_unknown"
    assert sender_numbers(" +86 1 ", "cn 91330", "", "") == SenderNumbers("+86 1", "CN91330")


@pytest.mark.parametrize(
    ("said", "currency", "minor"),
    [("12.34", "EUR", 1234), ("1200", "JPY", 1200), ("1.234", "KWD", 1234), (0.1 + 0.2, "EUR", 30), (5, "USD", 500),
     ("", "", None)],
)  # fmt: skip
def test_amounts_in_minor_units(said: object, currency: str, minor: int | None) -> None:
    assert money.amount(said, currency, "value") == minor


@pytest.mark.parametrize(
    ("said", "currency", "code"),
    [("12.345", "EUR", "customs_amount_invalid"), ("1.5", "JPY", "customs_amount_invalid"),
     ("-1", "EUR", "customs_amount_invalid"), ("1", "", "customs_amount_without_currency"),
     ("1,5", "EUR", "number_invalid"), ("99999999999999", "EUR", "customs_amount_invalid")],
)  # fmt: skip
def test_amounts_that_are_none(said: str, currency: str, code: str) -> None:
    assert code_of(money.amount, said, currency, "value") == code


@given(st.integers(0, 10**12), st.sampled_from(sorted(money.DECIMALS)))
def test_an_amount_is_read_as_it_is_written(minor: int, currency: str) -> None:
    assert money.amount(money.amount_text(minor, currency), currency, "value") == minor


def test_currencies() -> None:
    assert money.currency(" eur ") == "EUR"
    assert code_of(money.currency, "EUX") == "customs_currency_unknown"
    assert money.amount_text(-5, "EUR") == "-0.05"


def test_what_goods_lack_is_told_by_sku_and_field() -> None:
    assert missing_by_sku([CustomsLine(MUG)], "") == ()
    bare = Goods("POT")
    assert missing_by_sku([CustomsLine(MUG), CustomsLine(bare), CustomsLine(bare)], "EUR") == tuple(
        Lack("POT", name) for name in ("hs_code", "origin", "customs_description", "value")
    )
    priced = CustomsLine(Goods("POT", "691200", "CN", "Pot"), 900)
    assert missing_by_sku([priced], "EUR") == ()
    assert missing_by_sku([priced], "") == (Lack("POT", "value"),)  # a price without a currency is none
    assert missing_by_sku([CustomsLine(MUG), priced], "USD") == (Lack("MUG", "customs_currency"),)


def test_only_what_crosses_a_border_lacks_anything() -> None:
    bare = [CustomsLine(Goods("POT"))]
    assert missing_customs("CN", "DE", "10115", bare, "") == ("hs_code", "origin", "customs_description", "value")
    assert missing_customs("DE", "FR", "75001", bare, "") == ()
    assert missing_customs("", "FR", "75001", bare, "") == ()  # nobody has named the sender
    assert missing_customs("CN", "DE", "10115", [CustomsLine(MUG)], "") == ()


def test_the_price_paid_is_the_value_and_a_present_has_one_too() -> None:
    assert unit_value(CustomsLine(MUG, 900), "USD") == (900, "USD")
    assert unit_value(CustomsLine(MUG, 0), "USD") == (450, "EUR")
    assert unit_value(CustomsLine(Goods("X"), 0), "USD") is None
    assert declared_currency([CustomsLine(MUG, 0)], "USD") == "EUR"
    assert declared_currency([CustomsLine(MUG, 5), CustomsLine(MUG)], "USD") == "USD"
    assert declared_currency([], "USD") == "USD"


@pytest.mark.parametrize(
    ("minor", "currency", "weight", "lines", "form"),
    [
        (35_100, "EUR", 500, 1, CustomsForm.CN22), (35_101, "EUR", 500, 1, CustomsForm.CN23),
        (100, "EUR", 2_001, 1, CustomsForm.CN23), (100, "EUR", 1, 9, CustomsForm.CN23),
        (1, "XPF", 1, 1, CustomsForm.CN23), (61_800, "JPY", 1, 1, CustomsForm.CN22),
        (61_801, "JPY", 1, 1, CustomsForm.CN23),
    ],
)  # fmt: skip
def test_the_form_follows_the_value(minor: int, currency: str, weight: int, lines: int, form: CustomsForm) -> None:
    assert form_for(minor, currency, weight, lines=lines) is form


def test_rates_may_be_set() -> None:
    rates = read_rates("eur 2, XPF=140")
    assert (rates["EUR"], rates["XPF"], rates["USD"]) == (Decimal(2), Decimal(140), customs.SDR_RATES["USD"])
    assert form_for(60_000, "EUR", 1, rates) is CustomsForm.CN22
    assert read_rates("") == dict(customs.SDR_RATES)
    for said in ("EUR", "EUR 0", "EUX 1", "EUR 1,17"):
        assert code_of(read_rates, said) == "customs_rates_invalid"


@pytest.mark.parametrize(
    ("here", "country", "postcode", "minor", "currency", "holds"),
    [
        ("CN", "DE", "10115", 15_000, "EUR", True), ("CN", "DE", "10115", 15_001, "EUR", False),
        ("CN", "US", "94105", 100, "EUR", False), ("DE", "FR", "75001", 100, "EUR", False),
        ("CN", "GB", "BT1 5GS", 100, "EUR", True), ("CN", "ES", "35001", 100, "EUR", False),
        ("CN", "DE", "10115", 17_400, "USD", True), ("CN", "DE", "10115", 17_500, "USD", False),
        ("CN", "DE", "10115", 1, "XPF", False),
    ],
)  # fmt: skip
def test_ioss_is_for_small_consignments_into_the_union(
    here: str, country: str, postcode: str, minor: int, currency: str, holds: bool
) -> None:
    assert ioss_applies(here, country, postcode, minor, currency) is holds


@given(st.none() | st.integers(0, 10**6), st.lists(st.integers(0, 10**5), max_size=12))
def test_net_weights_never_exceed_the_parcel(gross: int | None, nets: list[int]) -> None:
    found = apportion(gross, nets)
    assert len(found) == len(nets)
    assert min(found, default=0) >= 0
    if gross is None or sum(nets) <= gross:
        assert list(found) == nets
    else:
        assert sum(found) == gross
        assert gross < len(nets) or all(share for share, net in zip(found, nets, strict=True) if net)
        assert all(share <= net + 1 or share == 1 for share, net in zip(found, nets, strict=True))
