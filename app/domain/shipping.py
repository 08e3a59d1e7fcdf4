"""What a shipping label needs to know of an order."""

from __future__ import annotations

UNSHIPPABLE = "missing:"
# where the postcode does not come first, by the country's name in English (UPU S42: addressing systems of its members)
_PLACE = {
    "united states": "{city} {region} {postcode}", "canada": "{city} {region} {postcode}",
    "australia": "{city} {region} {postcode}", "new zealand": "{city} {postcode}",
    "united kingdom": "{city}\n{postcode}", "ireland": "{city}\n{region}\n{postcode}",
    "india": "{city} {postcode}\n{region}", "singapore": "{city} {postcode}",
}  # fmt: skip


def recipient_lines(name: str, street: str, postcode: str, city: str, region: str, country: str) -> list[str]:
    """The recipient as printed: name, street lines, postcode, city and region as its country writes them, country.

    Empty parts are left out. The country's name stands alone on the last line, in capitals (UPU S42: addresses of
    international mail).
    """
    place = _PLACE.get(country.strip().lower(), "{postcode} {city} {region}")
    filled = place.format(postcode=postcode.strip(), city=city.strip(), region=region.strip())
    lines = [name, *street.splitlines(), *(" ".join(line.split()) for line in filled.splitlines()), country.upper()]
    return [line.strip() for line in lines if line.strip()]

# where no parcel is delivered without a postcode; many other countries have none, or do without
# (Universal Postal Union: postal addressing systems in member countries)
_POSTCODE = (
    "AT AU BE BG BR CA CH CN CY CZ DE DK EE ES FI FR GB GR HR HU IN IT JP KR LI LT LU LV MC MT MX MY NL NO NZ PL PT RO"
    " RU SE SG SI SK TH TR TW UA US"
)


def needs_postcode(country: str) -> bool:
    """Whether an address in this country (two letters) is none without a postcode."""
    return country.strip().upper() in _POSTCODE.split()


def missing_for_label(name: str, street: str, city: str, country: str) -> tuple[str, ...]:
    """Which parts of a recipient a carrier cannot do without are empty."""
    parts = {"recipient_name": name, "street": street, "city": city, "country": country}
    return tuple(part for part, value in parts.items() if not value.strip())
