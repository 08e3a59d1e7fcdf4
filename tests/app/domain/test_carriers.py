"""What a carrier takes and refuses, and until when it takes a label back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.carriers import OWN, CarrierProfile, CarrierService, Forbidden, refusals

POST = CarrierProfile(
    "POST", "Post",
    (
        CarrierService(
            "PACKET", "Packet tracked", max_weight_g=2_000, excluded=frozenset({"KP"}),
            max_value={"EUR": 15_000, "JPY": 20_000},
            forbidden=(
                Forbidden(goods=frozenset({"aerosol", "blade"}), batteries=frozenset({"pi965"})),
                Forbidden(goods=frozenset({"food", "blade"}), countries=frozenset({"AU"})),
            ),
        ),
        CarrierService("LOCAL", "Local", countries=frozenset({"CN", "HK"})),
    ),
)  # fmt: skip


def codes(service: str = "PACKET", country: str = "DE", weight_g: int | None = 500, **more: Any) -> list[str]:
    return [refusal.code for refusal in refusals(POST, service, country, weight_g, **more)]


@pytest.mark.parametrize("service", ["PACKET", "packet", " Packet Tracked ", ""])
def test_a_service_is_known_by_code_or_name_and_the_first_is_meant(service: str) -> None:
    assert codes(service) == []
    assert codes(service, weight_g=2_001) == ["carrier_too_heavy"]


def test_limits_are_inclusive() -> None:
    assert codes(weight_g=2_000, value=(15_000, "EUR")) == []
    assert codes(weight_g=None, value=None) == []
    assert codes(value=(15_001, "eur")) == ["carrier_too_valuable"]


def test_a_limit_is_told_in_its_own_currency() -> None:
    (refusal,) = refusals(POST, "PACKET", "JP", 1, (20_001, "JPY"))
    assert (refusal.facts["limit"], refusal.facts["currency"]) == ("20000", "JPY")
    (refusal,) = refusals(POST, "PACKET", "DE", 1, (15_001, "EUR"))
    assert refusal.facts["limit"] == "150.00"
    assert codes(value=(1, "USD")) == ["carrier_value_currency"]  # never converted, never passed over


def test_countries_that_are_left_out_and_those_that_are_named() -> None:
    assert codes(country="kp") == ["carrier_country"]
    assert codes("LOCAL", "hk") == []
    assert codes("LOCAL", "DE") == ["carrier_country"]
    assert codes("SEA") == ["carrier_no_service"]


def test_goods_and_batteries_by_country_are_told_once_each() -> None:
    assert codes(goods={"food", "liquid"}, batteries={"pi967"}) == []
    assert codes(goods={"blade"}, batteries={"pi965"}) == ["carrier_goods", "carrier_battery"]
    assert codes(country="AU", goods={"food", "blade"}) == ["carrier_goods", "carrier_goods"]


def test_a_battery_is_told_as_carriers_write_it() -> None:
    (refusal,) = refusals(POST, "PACKET", "DE", 500, batteries={"pi965"})
    assert refusal.facts["what"] == "PI965"


def test_everything_that_is_wrong_is_told_at_once() -> None:
    told = codes(country="KP", weight_g=3_000, value=(99_999, "EUR"), goods=["aerosol"])
    assert told == ["carrier_country", "carrier_too_heavy", "carrier_too_valuable", "carrier_goods"]


def test_packbenchs_own_takes_everything() -> None:
    assert refusals(OWN, "whatever", "KP", 10**6, (10**9, "USD"), ["aerosol"], ["pi965"]) == ()


def test_until_when_a_label_is_taken_back() -> None:
    at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert OWN.void_by(at) is None
    assert CarrierProfile("A", "A", void_hours=24).void_by(at) == at + timedelta(days=1)
