"""What a scan says of itself: symbology, GTIN, lot, expiry, serial, SSCC; whatever it holds, it never raises."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.barcode import Kind, clean_scan, gtin_check_digit, make_code
from app.domain.capture import Said
from hardware.gs1 import Symbology, gs1_date, item_code, look_up_code, said_of, short_gtin, split_aim, symbology_of

GS = "\x1d"
GTIN = "07032069804988"
EAN = GTIN[1:]
SSCC = "340123450000000000"


@pytest.mark.parametrize(
    ("aim", "symbology"),
    [
        ("]C0", Symbology.CODE_128), ("]C1", Symbology.GS1_128), ("]d1", Symbology.DATA_MATRIX),
        ("]d2", Symbology.GS1_DATA_MATRIX), ("]Q1", Symbology.QR), ("]Q3", Symbology.GS1_QR),
        ("]E0", Symbology.EAN_UPC), ("]E4", Symbology.EAN_8), ("]A0", Symbology.CODE_39), ("]I1", Symbology.ITF),
        ("]e0", Symbology.GS1_DATABAR), ("]L2", Symbology.PDF417), ("]z0", Symbology.AZTEC),
        ("]U1", Symbology.MAXICODE),
        ("]X0", Symbology.OTHER), ("", None),
    ],
)  # fmt: skip
def test_an_aim_identifier_names_the_symbology(aim: str, symbology: Symbology | None) -> None:
    assert symbology_of(aim) is symbology
    assert split_aim(aim + "ABC") == (aim, "ABC")


@pytest.mark.parametrize("text", ["]", "]C", "]C1", "] A-1", "]b0X", "[C1X", "x]C1", "]é0X", "]C٣X"])
def test_what_only_looks_like_an_aim_identifier_is_part_of_the_code(text: str) -> None:
    assert split_aim(text) == ("", text)


@pytest.mark.parametrize(
    ("scanned", "look_up", "facts"),
    [
        (f"]C101{GTIN}", EAN, {"gtin": GTIN}),
        (f"]d201{GTIN}10LOT7{GS}17270331{GS}21S-1", EAN,
         {"gtin": GTIN, "lot": "LOT7", "expiry": datetime.date(2027, 3, 31), "serial": "S-1"}),
        (f"]Q317270200{GS}01{GTIN}", EAN, {"gtin": GTIN, "expiry": datetime.date(2027, 2, 28)}),
        (f"]d2{GS}01{GTIN}{GS}{GS}10A{GS}", EAN, {"gtin": GTIN, "lot": "A"}),  # separators more than needed
        (f"]C100{SSCC}", "00" + SSCC, {"sscc": SSCC}),
        (f"]C102{GTIN}3712{GS}00{SSCC}", f"02{GTIN}3712{GS}00{SSCC}", {"content": GTIN, "count": 12, "sscc": SSCC}),
        (f"]e001{GTIN}3103000500", EAN, {"gtin": GTIN}),  # weights are passed over
        (f"]C101{GTIN}15261231", EAN, {"gtin": GTIN, "best_before": datetime.date(2026, 12, 31)}),
        # without an AIM identifier
        (f"01{GTIN}10LOT7{GS}17270331", EAN, {"gtin": GTIN, "lot": "LOT7", "expiry": datetime.date(2027, 3, 31)}),
        (f"01{GTIN}", EAN, {"gtin": GTIN}),
        (f"10LOT7{GS}01{GTIN}", EAN, {"gtin": GTIN, "lot": "LOT7"}),
        # other symbols
        ("]E04006381333931", "4006381333931", {}),
        ("]E3977147396801202", "9771473968012", {}),
        ("]E00614141999996", "0614141999996", {}),
        ("]I1" + "10614141999993", "10614141999993", {}),
        ("]A0SHELF-7", "SHELF-7", {}),
        ("]d1" + "01" + GTIN, "01" + GTIN, {}),  # a Data Matrix that says it is not GS1
    ],
)  # fmt: skip
def test_what_is_read(scanned: str, look_up: str, facts: dict[str, Any]) -> None:
    code = item_code(scanned)
    assert code.look_up == look_up
    assert code.refusals == ()
    names = ("gtin", "sscc", "lot", "expiry", "best_before", "serial", "content", "count")
    assert {name: value for name in names if (value := getattr(code, name)) is not None} == facts


@pytest.mark.parametrize(
    ("scanned", "refusal", "still"),
    [
        (f"]d201{GTIN}1727133121S1", ("gs1_date", {"ai": "17", "date": "271331"}), {"gtin": GTIN, "serial": "S1"}),
        (f"]d201{GTIN}1727023121S1", ("gs1_date", {"ai": "17", "date": "270231"}), {"serial": "S1", "expiry": None}),
        (f"]d201{GTIN}17270099", ("gs1_date", {"ai": "17", "date": "270099"}), {"gtin": GTIN}),
        (f"]d201{GTIN}10{'A' * 21}", ("gs1_separator_missing", {"ai": "10"}), {"gtin": GTIN, "lot": None}),
        (f"]d201{GTIN}10A{GS}10B", ("gs1_twice", {"ai": "10"}), {"lot": "A"}),
        (f"]d201{GTIN[:-1]}9", ("gs1_gtin_check", {"gtin": GTIN[:-1] + "9"}), {"gtin": None}),
        ("]d201" + "0" * 14, ("gs1_gtin_check", {"gtin": "0" * 14}), {"gtin": None}),
        (f"]C100{SSCC[:-1]}1", ("gs1_sscc_check", {"sscc": SSCC[:-1] + "1"}), {"sscc": None}),
        ("]d2HELLO", ("gs1_unreadable", {"at": 1}), {"look_up": "HELLO"}),
        (f"]d201{GTIN}ZZ", ("gs1_unreadable", {"at": 17}), {"look_up": EAN}),
        ("]d20107032069804９88", ("gs1_unreadable", {"at": 1}), {"gtin": None}),
        (f"]d201{GTIN}10", ("gs1_unreadable", {"at": 17}), {"gtin": GTIN}),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_and_the_rest_stands(
    scanned: str, refusal: tuple[str, dict[str, object]], still: dict[str, object]
) -> None:
    code = item_code(scanned)
    assert [(found.code, found.facts) for found in code.refusals] == [refusal]
    assert {name: getattr(code, name) for name in still} == still


@pytest.mark.parametrize(
    "text",
    [
        "0107032069804989",  # the check digit is wrong
        f"01{GTIN}1",  # not GS1 to its end
        f"01{GTIN}17271399",
        "01070320698", "1Z999AA10123456784", "420941039205590100000000000000",
        "[)>\x1e06\x1d1JUN123\x1e\x04", "A\x1dB", "4006381333931", "", " ",
    ],
)  # fmt: skip
def test_codes_that_are_not_gs1_are_looked_up_as_they_are(text: str) -> None:
    assert (item_code(text).look_up, item_code(text).refusals) == (text, ())


def test_our_own_codes_are_found_behind_an_aim_identifier() -> None:
    own = make_code(Kind.PARCEL, 42)
    assert clean_scan(look_up_code(clean_scan(f"]C0{own.lower()}\r"))) == own


def test_a_gtin_is_looked_up_as_its_owner_writes_it() -> None:
    assert short_gtin("04006381333931") == "4006381333931"
    assert short_gtin("00614141999996") == "0614141999996"  # a UPC-A, which the look-up finds with and without the zero
    assert short_gtin("00000096385074") == "96385074"
    assert short_gtin("10614141999993") == "10614141999993"


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("260229", None), ("280229", (2028, 2, 29)), ("280200", (2028, 2, 29)), ("271200", (2027, 12, 31)),
        ("260000", None), ("261300", None), ("260431", None), ("750101", (2075, 1, 1)), ("770101", (1977, 1, 1)),
        ("76010", None), ("٢٦٠١٠١", None), ("+60101", None),
    ],
)  # fmt: skip
def test_dates(text: str, date: tuple[int, int, int] | None) -> None:
    today = datetime.date(2026, 6, 1)
    assert gs1_date(text, today) == (datetime.date(*date) if date else None)


def test_the_century_follows_the_present() -> None:
    assert gs1_date("000101", datetime.date(2060, 1, 1)) == datetime.date(2100, 1, 1)
    assert gs1_date("200101", datetime.date(2060, 1, 1)) == datetime.date(2020, 1, 1)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60), st.sampled_from(["", "]C1", "]d2", "]E0", "01"]))
def test_hostile_text_is_a_code_that_nobody_knows(text: str, before: str) -> None:
    code = item_code(before + text)
    assert code.look_up in (before + text, text) or code.gtin is not None or code.aim == "]E3"


@given(
    body=st.text("0123456789", min_size=13, max_size=13).filter(lambda body: body.strip("0")),
    lot=st.text("ABCabc012-/", min_size=1, max_size=20),
    serial=st.text("XYZ789", min_size=1, max_size=20),
    aim=st.sampled_from(["]C1", "]d2", "]Q3", ""]),
)
def test_every_message_that_is_well_formed_is_read(body: str, lot: str, serial: str, aim: str) -> None:
    gtin = body + gtin_check_digit(body)
    code = item_code(f"{aim}01{gtin}10{lot}{GS}17281100{GS}21{serial}")
    assert (code.gtin, code.lot, code.serial, code.refusals) == (gtin, lot, serial, ())
    assert code.expiry == datetime.date(2028, 11, 30)
    assert code.look_up == short_gtin(gtin)


def test_what_a_scan_says_of_the_piece() -> None:
    day = datetime.date(2027, 3, 31)
    assert said_of(item_code(f"]d201{GTIN}10LOT7{GS}17270331{GS}21S-1")) == Said("S-1", "LOT7", day)
    assert said_of(item_code(f"]d201{GTIN}15270331")).expires_on == day
    assert said_of(item_code(f"]d201{GTIN}1527033117280101")).expires_on == datetime.date(2028, 1, 1)
    assert said_of(item_code(f"]d201{GTIN}3012")).quantity == 12
    assert said_of(item_code(f"]d201{GTIN}300")).quantity == 1
    assert said_of(item_code(EAN)) == Said()
