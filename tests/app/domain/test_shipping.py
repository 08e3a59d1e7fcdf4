"""The recipient on a label."""

from __future__ import annotations

import pytest

from app.domain.shipping import missing_for_label, recipient_lines


def test_the_recipient_as_printed() -> None:
    assert recipient_lines("王小明", "1 Main St\nFlat 2", "E1 6AN", "London", "Greater London", "Norway") == [
        "王小明", "1 Main St", "Flat 2", "E1 6AN London Greater London", "NORWAY",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("country", "place"),
    [
        ("United States", ["Los Angeles CA 90001"]),
        ("Germany", ["90001 Los Angeles CA"]),
        ("United Kingdom", ["Los Angeles", "90001"]),
        ("New Zealand", ["Los Angeles 90001"]),
        ("India", ["Los Angeles 90001", "CA"]),
    ],
)
def test_the_postcode_stands_where_its_country_has_it(country: str, place: list[str]) -> None:
    lines = recipient_lines("Ada", "1 Main St", "90001", "Los Angeles", "CA", country)
    assert lines == ["Ada", "1 Main St", *place, country.upper()]


def test_empty_parts_leave_no_empty_lines() -> None:
    assert recipient_lines(" Ada ", "1 Main St\n \n", "", "London", "", "GB") == ["Ada", "1 Main St", "London", "GB"]
    assert recipient_lines("", "", "", "", "", "") == []


@pytest.mark.parametrize(
    ("parts", "missing"),
    [
        (("Ada", "1 Main St", "London", "GB"), ()),
        ((" ", "1 Main St", "London", "GB"), ("recipient_name",)),
        (("", "\n", "\t", ""), ("recipient_name", "street", "city", "country")),
    ],
)
def test_what_a_carrier_cannot_do_without(parts: tuple[str, str, str, str], missing: tuple[str, ...]) -> None:
    assert missing_for_label(*parts) == missing
