"""Which language a document is in, and its amounts, dates and weights as that language writes them (CLDR, by Babel).

Papers of the house are in one of its own languages, those that go to a buyer in the buyer's.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal, get_currency_precision

from app.texts import BUYERS_LANGUAGES, LANGUAGES
from printing.bidi import is_right_to_left

# ISO 639: what is still written for Hebrew and Indonesian, and both kinds of Norwegian
_SAME = {"iw": "he", "in": "id", "no": "nb", "nn": "nb"}
_FROM_RIGHT = frozenset({"ar", "he"})
# in Arabic, CLDR's medium date is of figures alone, and those are read from either side
_DATES = {"ar": "d MMMM y"}


def document_language(language: str) -> str:
    """The language a paper of the house is in: the wanted one (ISO 639-1, with or without a region), else English."""
    return _known(language, LANGUAGES)


def buyers_language(language: str) -> str:
    """The language a paper for a buyer is in: the wanted one (ISO 639-1, with or without a region), else English."""
    return _known(language, BUYERS_LANGUAGES)


def _known(language: str, known: Collection[str]) -> str:
    wanted = language.replace("_", "-").partition("-")[0].lower()
    wanted = _SAME.get(wanted, wanted)
    return wanted if wanted in known else "en"


def runs_from_right(language: str) -> bool:
    """Whether a paper in a language known to documents begins at the right."""
    return language in _FROM_RIGHT


def with_code(name: str, code: str) -> str:
    """A code beside its name on one line. What runs from the right has the code first: after an Arabic letter, figures
    that a hyphen joins would change places (Unicode Standard Annex 9, rule W2)."""
    return f"{code} · {name}" if is_right_to_left(name) else f"{name} {code}"


def money(minor: int, currency: str, language: str) -> str:
    """An amount in minor units of an ISO 4217 currency, in the digits that the currency has: ¥1,200 or $12.00."""
    currency = currency.upper()
    amount = Decimal(minor).scaleb(-get_currency_precision(currency))
    return str(format_currency(amount, currency, locale=buyers_language(language)))


def number(value: int | Decimal, language: str) -> str:
    return str(format_decimal(value, locale=buyers_language(language)))


def kilograms(grams: int, language: str) -> str:
    """A weight in kilograms with three digits: 0.480 kg."""
    value = format_decimal(Decimal(grams).scaleb(-3), "#,##0.000", locale=buyers_language(language))
    return f"{value}\u00a0kg"


def day(value: date, language: str) -> str:
    known = buyers_language(language)
    return str(format_date(value, _DATES.get(known, "medium"), locale=known))


def moment(value: datetime, language: str) -> str:
    """Day, hour and minute, in the zone that the value has."""
    return str(format_datetime(value, "d MMM y, HH:mm" if document_language(language) == "en" else "y年M月d日 HH:mm",
                               locale=document_language(language)))  # fmt: skip


def clock(value: datetime, language: str) -> str:
    """Hour and minute, for what is all on one day."""
    return str(format_datetime(value, "HH:mm", locale=document_language(language)))
