from __future__ import annotations

from datetime import date

import pytest

from app.domain.capture import (
    Capture,
    Said,
    captures,
    captures_text,
    clean_lot,
    clean_serial,
    expiry_day,
)
from app.domain.errors import Refusal


def test_captures_of_a_sku() -> None:
    assert captures("") == frozenset()
    assert captures(" Lot, serial,lot,") == {Capture.LOT, Capture.SERIAL}
    assert captures_text(captures("expiry,serial")) == "serial,expiry"
    with pytest.raises(Refusal) as caught:
        captures("serial,batch")
    assert caught.value.code == "capture_unknown"
    assert caught.value.facts == {"value": "batch", "captures": "serial, lot, expiry"}


def test_a_scan_that_says_nothing_more_is_one_piece() -> None:
    assert Said() == Said(None, None, None, 1)


def test_serial_numbers_keep_their_capitals() -> None:
    assert clean_serial("  aB-1\u200b2\x1d ") == "aB-12"
    assert clean_serial("é") == clean_serial("e\u0301")
    assert clean_lot(" L 7 ") == "L 7"
    for wrong in ("", " \u200b", "x" * 101):
        with pytest.raises(Refusal, match="serial_invalid"):
            clean_serial(wrong)
        with pytest.raises(Refusal, match="lot_invalid"):
            clean_lot(wrong)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2027-03-31", date(2027, 3, 31)), ("20270331", date(2027, 3, 31)), ("270331", date(2027, 3, 31)),
        ("2027/03/31", date(2027, 3, 31)), ("270200", date(2027, 2, 28)), ("280200", date(2028, 2, 29)),
        ("31.3.2027", date(2027, 3, 31)), ("1.3.27", date(2027, 3, 1)), ("3/2027", date(2027, 3, 31)),
        ("12-2027", date(2027, 12, 31)), ("2027-12", date(2027, 12, 31)), (" 2027 - 03 - 31 ", date(2027, 3, 31)),
    ],
)  # fmt: skip
def test_expiries_as_people_say_them(text: str, day: date) -> None:
    assert expiry_day(text) == day


@pytest.mark.parametrize("text", ["", "3/4/2027", "2027-13-01", "2027-02-30", "soon", "271301", "٢٧٠٣٣١", "0/2027"])
def test_what_is_no_expiry(text: str) -> None:
    with pytest.raises(Refusal, match="expiry_unreadable"):
        expiry_day(text)
