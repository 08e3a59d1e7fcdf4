"""What is noted of a piece besides that it was packed: its serial number, its lot, the day it expires."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.domain.errors import Refusal

MAX_SERIAL = 100


class Capture(StrEnum):
    """Something that a SKU's pieces must say before they count."""

    SERIAL = "serial"
    LOT = "lot"
    EXPIRY = "expiry"


@dataclass(frozen=True, slots=True)
class Said:
    """What a scan says of a piece besides what it is; `quantity` pieces at once (GS1 AI 30), 1 unless it says more."""

    serial: str | None = None
    lot: str | None = None
    expires_on: date | None = None
    quantity: int = 1


def captures(text: str) -> frozenset[Capture]:
    """The captures of a text such as `serial,lot`, as `Sku.captures` holds it; blank for none.

    Raises Refusal `capture_unknown` (facts `value`, `captures`) for another word.
    """
    found = set()
    for part in text.split(","):
        word = part.strip().lower()
        if not word:
            continue
        if word not in _WORDS:
            raise Refusal("capture_unknown", value=word[:20], captures=", ".join(Capture))
        found.add(Capture(word))
    return frozenset(found)


_WORDS = frozenset(Capture)


def captures_text(found: frozenset[Capture]) -> str:
    """Captures as `Sku.captures` holds them, always in the same order."""
    return ",".join(capture for capture in Capture if capture in found)


def clean_serial(text: str) -> str:
    """A serial number as it is kept: without outer blanks and characters that nobody sees; capitals stay as they are.

    Its case tells serial numbers apart (GS1 General Specifications, AI 21). Raises Refusal `serial_invalid` for none,
    and for one of more than 100 characters.
    """
    return _clean(text, "serial_invalid")


def clean_lot(text: str) -> str:
    """A lot as it is kept, like a serial number; raises Refusal `lot_invalid`."""
    return _clean(text, "lot_invalid")


def _clean(text: str, code: str) -> str:
    kept = text
    if not (text.isascii() and text.isprintable()):
        kept = "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
        kept = unicodedata.normalize("NFC", kept)
    kept = kept.strip()
    if not kept or len(kept) > MAX_SERIAL:
        raise Refusal(code)
    return kept


# as goods say it; a day and a month that could be each other are no date
_FORMS = (
    re.compile(r"(?P<year>20\d{2})[-./]?(?P<month>\d{2})[-./]?(?P<day>\d{2})", re.ASCII),
    re.compile(r"(?P<year>20\d{2})[-./](?P<month>\d{2})(?P<day>)", re.ASCII),
    re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>20\d{2}|\d{2})", re.ASCII),
    re.compile(r"(?P<month>\d{1,2})[-./](?P<year>20\d{2})(?P<day>)", re.ASCII),
    re.compile(r"(?P<year>\d{2})(?P<month>\d{2})(?P<day>\d{2})", re.ASCII),
)


def expiry_day(text: str) -> date:
    """The day that somebody has scanned or typed as an expiry; without a day it is the last of its month.

    `2027-03-31`, `20270331`, `270331` (YYMMDD, as GS1 AI 17; day 00 is the last of the month), `31.3.2027`, `3/2027`,
    `2027-03`. Raises Refusal `expiry_unreadable`.
    """
    said = "".join(text.split())
    for form in _FORMS:
        found = form.fullmatch(said)
        if found is None:
            continue
        year, month, day = (int(found[name] or 0) for name in ("year", "month", "day"))
        year += 2000 if year < 100 else 0
        try:
            if day:
                return date(year, month, day)
            if 1 <= month <= 12:
                return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        except ValueError:
            continue
    raise Refusal("expiry_unreadable")
