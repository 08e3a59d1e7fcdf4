"""What customs ask: columns of SKUs and orders, and orders that wait for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.domain.incoming import Problem
from app.domain.master import CUSTOMS
from app.domain.people import SYSTEM
from app.operations.label_content import name_sender
from app.operations.stations import ensure_warehouse
from app.sync.file_profiles import load
from app.sync.files import Counts, Report, import_file
from db.store import Store
from tests.app.sync.taking import lines, order, store, take
from tests.intake import order_row, rows, write_csv, write_json, write_xlsx

__all__ = ["store", "take"]  # fixtures

SKU: dict[str, object] = {
    "sku": "S1", "weight_g": 100, "hs_code": "6912.00", "origin": "cn", "customs_description": "Ceramic mug",
    "value": "4.50", "currency": "eur", "battery": "PI967", "restricted": "liquid, blade",
}  # fmt: skip
KEPT = ("691200", "CN", "Ceramic mug", 450, "EUR", "pi967", "blade,liquid")
_SKU = "SELECT hs_code, origin, customs_description, value_minor, value_currency, battery, restricted FROM skus"
PAPERS: dict[str, Any] = {
    "price": "12.50", "currency": "USD", "freight": 3, "incoterm": "ddp", "ioss": "IM 276 000 0001",
    "recipient_vat": "DE 123", "recipient_eori": "DE456", "carrier": "Example Post", "language": "de-AT",
    "gift_message": "All the best", "hide_prices": "yes",
}  # fmt: skip
_ORDER = (
    "SELECT currency, freight_minor, incoterm, ioss, recipient_vat, recipient_eori, carrier, language, gift_message, "
    "hide_prices, price_minor FROM orders o JOIN order_lines l ON l.order_id = o.id"
)
WRITTEN = (
    "USD", 300, "DDP", "IM2760000001", "DE123", "DE456", "Example Post", "de", "All the best", 1, 1250
)  # fmt: skip


def house(store: Store, sender: str = "Harbour\nHangzhou\nCHINA", country: str = "CN") -> int:
    warehouse = store.write(ensure_warehouse, "MAIN", "Main")
    store.write(name_sender, SYSTEM, warehouse, sender, country)
    return warehouse


@pytest.mark.parametrize("form", ["csv", "xlsx", "json"])
def test_what_customs_ask_of_a_sku(store: Store, tmp_path: Path, form: str) -> None:
    record = {**SKU, "value": 4.5} if form != "csv" else SKU
    path = tmp_path / f"s.{form}"
    if form == "json":
        write_json(path, {"skus": [record]})
    else:
        (write_csv if form == "csv" else write_xlsx)(path, [record])
    report = import_file(store, path)
    assert (report.profile, report.problems, report.counts) == ("packbench-skus", (), {"skus": Counts(new=1)})
    assert rows(store, _SKU) == [KEPT]
    assert import_file(store, path).counts == {"skus": Counts(unchanged=1)}


def test_blank_cells_and_an_old_file_leave_what_is_known(store: Store, take: Callable[..., Report]) -> None:
    take(SKU)
    blank = dict.fromkeys(SKU, "")
    assert take({**blank, "sku": "S1"}).counts == {"skus": Counts(unchanged=1)}
    assert take({"sku": "S1", "weight_g": 100}).counts == {"skus": Counts(unchanged=1)}
    assert take({**SKU, "hs_code": "691110"}).counts == {"skus": Counts(changed=1)}
    assert rows(store, _SKU) == [("691110", *KEPT[1:])]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("hs_code", "6912", "customs_hs_invalid"), ("origin", "QQ", "country_unknown"),
        ("customs_description", "gift", "customs_description_empty"), ("battery", "big", "customs_battery_unknown"),
        ("restricted", "bomb", "customs_class_unknown"), ("currency", "EUX", "customs_currency_unknown"),
        ("value", "4.555", "customs_amount_invalid"), ("value", "much", "number_invalid"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_told_and_the_rest_is_kept(
    store: Store, take: Callable[..., Report], field: str, value: str, code: str
) -> None:
    report = take({**SKU, field: value}, {"sku": "S2", "weight_g": 5})
    assert (report.problems[0].line, report.problems[0].code) == (2, code)
    assert report.counts == {"skus": Counts(new=2)}
    ((weight, *kept),) = rows(store, _SKU.replace("SELECT", "SELECT weight_g,") + " WHERE code = 'S1'")
    assert weight == 100
    lost = [name for name, one, other in zip(CUSTOMS, kept, KEPT, strict=True) if one != other]
    assert lost == (["value_minor", "value_currency"] if field in ("value", "currency") else [field])


def test_rows_of_a_sku_may_not_say_different_things(take: Callable[..., Report]) -> None:
    report = take(SKU, {**SKU, "origin": "VN"})
    assert report.problems == (Problem(3, "sku_rows_differ", {"sku": "S1", "field": "origin"}),)


@pytest.mark.parametrize("form", ["csv", "xlsx", "json"])
def test_what_papers_say_of_an_order(store: Store, tmp_path: Path, form: str) -> None:
    record = order_row("1", **PAPERS)
    if form == "json":
        line = {name: record.pop(name) for name in ("sku", "quantity", "price")}
        path = write_json(tmp_path / "o.json", {"orders": [{**record, "hide_prices": True, "lines": [line]}]})
    else:
        path = (write_csv if form == "csv" else write_xlsx)(tmp_path / f"o.{form}", [record])
    report = import_file(store, path)
    assert (report.profile, report.problems) == ("packbench-orders", ())
    assert rows(store, _ORDER) == [WRITTEN]
    assert import_file(store, path).counts["orders"] == Counts(unchanged=1)


def test_a_newer_record_names_what_it_changes(store: Store, take: Callable[..., Report]) -> None:
    take(order_row("1", **PAPERS))
    assert take(order_row("1")).changes[0].fields == ("record",)  # says nothing of it: nothing is lost
    assert rows(store, _ORDER) == [WRITTEN]
    newer: dict[str, Any] = {**PAPERS, "price": "13", "incoterm": "DAP", "hide_prices": "no", "carrier": "Express"}
    assert take(order_row("1", **newer)).changes[0].fields == ("carrier", "hide_prices", "incoterm", "prices")
    assert rows(store, "SELECT price_minor, incoterm, hide_prices, carrier FROM orders o JOIN order_lines l "
                       "ON l.order_id = o.id") == [(1300, "DAP", 0, "Express")]  # fmt: skip
    assert lines(store) == [(1, "S1", 1)]
    take(order_row("1", "S2", **newer), order_row("1", "S1"))
    assert rows(store, "SELECT price_minor FROM order_lines ORDER BY position") == [(1300,), (1300,)]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("currency", "EUX", "customs_currency_unknown"), ("price", "1.234", "customs_amount_invalid"),
        ("freight", "-1", "customs_amount_invalid"), ("incoterm", "FREE", "customs_incoterm_unknown"),
        ("ioss", "IM1", "customs_ioss_invalid"), ("recipient_vat", "X", "customs_number_invalid"),
        ("language", "german", "language_unknown"), ("hide_prices", "perhaps", "yes_no_invalid"),
        ("currency", "", "customs_amount_without_currency"),
    ],
)  # fmt: skip
def test_an_order_with_a_wrong_value_is_told_and_not_taken(
    take: Callable[..., Report], field: str, value: str, code: str
) -> None:
    report = take(order_row("1", **(PAPERS | {field: value})), order_row("2"))
    assert (report.problems[0].line, report.problems[0].code) == (2, code)
    assert report.counts["orders"] == Counts(new=1, refused=1)


def test_a_record_without_papers_has_the_fingerprint_it_always_had(store: Store, take: Callable[..., Report]) -> None:
    take(order_row("1"))
    assert order(store)["fingerprint"] == (
        "bf6b6ab78190ce0d1d68cdf27f1361ea07f4e85256ee91ecbe7f8459c4e5d8d5"
    )


def state(store: Store, source_id: str = "1") -> tuple[Any, Any]:
    found = order(store, source_id)
    return found["state"], found["missing"]


def test_an_order_that_crosses_a_border_waits_for_customs_data(store: Store, take: Callable[..., Report]) -> None:
    house(store)
    take({"sku": "S1", "weight_g": 100})
    report = take(order_row("1"), order_row("2", country="CN"), order_row("3", price="5", currency="EUR"))
    assert report.incomplete == 2
    assert state(store) == ("incomplete", "hs_code,origin,customs_description,value")
    assert state(store, "2") == ("ready", "")
    assert state(store, "3") == ("incomplete", "hs_code,origin,customs_description")
    assert take({"sku": "S1", "hs_code": "691200", "origin": "CN"}).readied == 0
    assert state(store) == ("incomplete", "customs_description,value")
    assert take({"sku": "S1", "customs_description": "Ceramic mug"}).readied == 1
    assert state(store, "3") == ("ready", "")
    assert take({"sku": "S1", "value": "4.5", "currency": "EUR"}).readied == 1
    assert state(store) == ("ready", "")


def test_without_a_named_sender_nothing_is_asked(store: Store, take: Callable[..., Report]) -> None:
    warehouse = house(store, "", "CN")
    take({"sku": "S1", "weight_g": 100})
    take(order_row("1"))
    assert state(store) == ("ready", "")
    store.write(name_sender, SYSTEM, warehouse, "Harbour\nHangzhou", "CN")
    take(order_row("1", city="Leeds"))
    assert state(store)[0] == "incomplete"
    # the same goods from a house in the recipient's country
    store.write(name_sender, SYSTEM, warehouse, "Harbour\nLeeds", "GB")
    assert state(store) == ("ready", "")


def test_an_address_within_the_country_needs_no_customs_data(store: Store, take: Callable[..., Report]) -> None:
    house(store)
    take({"sku": "S1", "weight_g": 100})
    take(order_row("1"))
    take(order_row("1", country="CN", postcode="310000"))
    assert state(store) == ("ready", "")


def test_constants_of_a_profile(store: Store, tmp_path: Path) -> None:
    profile = tmp_path / "own.toml"
    profile.write_text(
        'base = "packbench-orders"\n[constants]\nshop = "s"\ncurrency = "EUR"\ncarrier = "POST"\n', encoding="utf-8"
    )
    row = order_row("1", price="2.5")
    import_file(store, write_csv(tmp_path / "o.csv", [row]), profile=profile)
    assert rows(store, "SELECT currency, carrier, price_minor FROM orders o JOIN order_lines l ON l.order_id = o.id") \
        == [("EUR", "POST", 250)]  # fmt: skip
    assert load(profile).constants["currency"] == "EUR"
