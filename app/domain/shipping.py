"""What a shipping label needs to know of an order."""

from __future__ import annotations

UNSHIPPABLE = "missing:"


def recipient_lines(name: str, street: str, postcode: str, city: str, region: str, country: str) -> list[str]:
    """The recipient as printed: name, street lines, postcode with city and region, country; empty parts left out.

    The country's name stands alone on the last line, in capitals (UPU S42: addresses of international mail).
    """
    place = " ".join(part.strip() for part in (postcode, city, region) if part.strip())
    lines = [name, *street.splitlines(), place, country.upper()]
    return [line.strip() for line in lines if line.strip()]


def missing_for_label(name: str, street: str, city: str, country: str) -> tuple[str, ...]:
    """Which parts of a recipient a carrier cannot do without are empty."""
    parts = {"recipient_name": name, "street": street, "city": city, "country": country}
    return tuple(part for part, value in parts.items() if not value.strip())
