"""Which addresses lie in the same customs territory: where goods cross no border that asks for papers."""

from __future__ import annotations

import re
from collections.abc import Mapping

EU = frozenset(
    re.findall("[A-Z]{2}", "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK")
)
# customs unions that a parcel crosses without a declaration (Monaco: Regulation (EU) 952/2013 art. 4; Isle of Man:
# customs and excise agreement of 1979; Liechtenstein: customs treaty of 1923; Puerto Rico: United States customs)
_PART_OF: Mapping[str, str] = {**dict.fromkeys(EU, "EU"), "MC": "EU", "IM": "GB", "LI": "CH", "PR": "US"}
NORTHERN_IRELAND = "XI"
# parts of a country for whose parcels a declaration is asked: outside of the customs territory (Büsingen, Helgoland,
# Livigno, Ceuta, Melilla) or of the area of value added tax (Campione, Canary Islands, Åland, Mount Athos, the
# French departments overseas), Directive 2006/112/EC art. 6; forces' post offices (USPS 608.2.4.1)
_APART: Mapping[str, re.Pattern[str]] = {
    "DE": re.compile(r"78266|27498"),
    "IT": re.compile(r"23041|23030|22061"),
    "ES": re.compile(r"(35|38|51|52)\d{3}"),
    "FI": re.compile(r"22\d{3}"),
    "GR": re.compile(r"6308[67]"),
    "FR": re.compile(r"97\d{3}|98[678]\d{2}"),
    "US": re.compile(r"(09\d|340|96[2-6])\d{2}(\d{4})?"),
}
# French addresses that other countries' systems write as France's
_MONACO = re.compile(r"980\d{2}")


def territory(country: str, postcode: str = "") -> str:
    """The customs territory of an address (ISO 3166-1 alpha-2 country): `EU`, `XI`, a country, or `ES-38` for a part.

    Goods between two addresses of one territory need no declaration.
    """
    country = country.strip().upper()
    code = re.sub(r"[^0-9A-Z]", "", postcode.upper())
    if country == "GB" and re.match(r"BT\d", code):
        return NORTHERN_IRELAND
    if country == "GB" and re.match(r"(JE|GY)\d", code):
        return {"J": "JE", "G": "GG"}[code[0]]
    apart = _APART.get(country)
    if apart is not None and apart.fullmatch(code) and not (country == "FR" and _MONACO.fullmatch(code)):
        return f"{country}-{code[:2]}"
    return _PART_OF.get(country, country)


def needs_customs(sender_country: str, country: str, postcode: str = "") -> bool:
    """Whether a parcel from a country's main part to this address needs a customs declaration.

    Where one of the countries is not known, nothing is said: the address itself is incomplete then. Northern Ireland
    is one territory with the European Union, and no foreign country for the rest of the United Kingdom (Windsor
    Framework).
    """
    if not sender_country.strip() or not country.strip():
        return False
    here, there = territory(sender_country), territory(country, postcode)
    if there == NORTHERN_IRELAND:
        return here not in ("EU", "GB", NORTHERN_IRELAND)
    return here != there


def in_eu(country: str, postcode: str = "") -> bool:
    """Whether goods to this address are imported into the European Union with its value added tax."""
    return territory(country, postcode) in ("EU", NORTHERN_IRELAND)
