"""Amounts, dates and weights as a document's language writes them (CLDR, through Babel)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal, get_currency_precision

from app.texts import LANGUAGES


def document_language(language: str) -> str:
    """The language a document is written in: the wanted one (ISO 639-1, with or without a region), else English."""
    wanted = language.replace("_", "-").split("-")[0].lower()
    return wanted if wanted in LANGUAGES else "en"


def money(minor: int, currency: str, language: str) -> str:
    """An amount in minor units of an ISO 4217 currency, in the digits that the currency has: ¥1,200 or $12.00."""
    currency = currency.upper()
    amount = Decimal(minor).scaleb(-get_currency_precision(currency))
    return str(format_currency(amount, currency, locale=document_language(language)))


def number(value: int | Decimal, language: str) -> str:
    return str(format_decimal(value, locale=document_language(language)))


def kilograms(grams: int, language: str) -> str:
    """A weight in kilograms with three digits: 0.480 kg."""
    value = format_decimal(Decimal(grams).scaleb(-3), "#,##0.000", locale=document_language(language))
    return f"{value}\u00a0kg"


def day(value: date, language: str) -> str:
    return str(format_date(value, "medium", locale=document_language(language)))


def moment(value: datetime, language: str) -> str:
    """Day, hour and minute, in the zone that the value has."""
    return str(format_datetime(value, "d MMM y, HH:mm" if document_language(language) == "en" else "y年M月d日 HH:mm",
                               locale=document_language(language)))  # fmt: skip


def clock(value: datetime, language: str) -> str:
    """Hour and minute, for what is all on one day."""
    return str(format_datetime(value, "HH:mm", locale=document_language(language)))
