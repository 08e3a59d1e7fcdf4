"""Money as integer minor units of an ISO 4217 currency: read, written, compared."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from app.domain.errors import Refusal
from app.domain.incoming import number, shown, text

_TWO_DECIMALS = """AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF
CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR
JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK
NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT
TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD XCG YER ZAR ZMW ZWG"""
_NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
# ISO 4217: how many digits of a currency stand behind its decimal sign
DECIMALS: Mapping[str, int] = {
    **dict.fromkeys(re.findall("[A-Z]{3}", _TWO_DECIMALS), 2),
    **dict.fromkeys(re.findall("[A-Z]{3}", _NO_DECIMALS), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
_MOST = 10**12  # minor units: what fits into 64 bits even a million times


def currency(value: object, name: str = "currency") -> str:
    """ISO 4217 in capitals, "" for none; raises Refusal `customs_currency_unknown`."""
    found = text(value, name).upper()
    if found and found not in DECIMALS:
        raise Refusal("customs_currency_unknown", value=found if len(found) <= 3 else None)
    return found


def amount(value: object, currency: str, name: str, mark: str = ".") -> int | None:
    """An amount in minor units of its currency, None for a blank cell.

    Raises Refusal `number_invalid`, `customs_amount_without_currency` where no currency is given, and
    `customs_amount_invalid` for one that is negative, too big, or has more decimals than its currency.
    """
    found = number(value, name, mark)
    if found is None:
        return None
    if not currency:
        raise Refusal("customs_amount_without_currency", field=name)
    minor = found.scaleb(DECIMALS[currency])
    # a spreadsheet may hold 0.1 + 0.2, which is 0.30000000000000004
    whole = minor.to_integral_value()
    near = isinstance(value, float) and abs(minor - whole) < Decimal("0.00001")
    if (minor != whole and not near) or not 0 <= whole <= _MOST:
        raise Refusal("customs_amount_invalid", field=name, value=shown(value), currency=currency)
    return int(whole)


def amount_text(minor: int, currency: str) -> str:
    """An amount as papers for abroad write it: a point, the currency's decimals, no separators."""
    places = DECIMALS.get(currency, 2)
    whole, rest = divmod(abs(minor), 10**places)
    sign = "-" if minor < 0 else ""
    return f"{sign}{whole}.{rest:0{places}d}" if places else f"{sign}{whole}"


def major(minor: int, currency: str) -> Decimal:
    """An amount in the currency's own unit."""
    return Decimal(minor).scaleb(-DECIMALS.get(currency, 2))
