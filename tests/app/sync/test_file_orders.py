"""Orders from files: new, changed, completed and cancelled ones."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.change import Change
from app.domain.incoming import Problem
from app.operations import importing_rows
from app.sync.files import Counts, Report, import_file
from db.store import Store
from tests.app.sync.taking import lines, order, store, take, weigh
from tests.intake import (
    dump,
    fresh_store,
    order_row,
    rows,
    run,
    write_csv,
    write_json,
    write_xlsx,
)

__all__ = ["store", "take"]  # fixtures


def test_a_new_database_gets_a_warehouse_and_the_orders(store: Store, take: Callable[..., Report]) -> None:
    report = take(order_row("1", "S1", 2), order_row("1", "S2"), order_row("2", "S1"))
    assert (report.profile, report.kinds, report.file) == ("packbench-orders", ("orders",), "in.csv")
    assert report.counts == {"orders": Counts(new=2)}
    assert (report.lines, report.incomplete, report.new_skus, report.problems) == (3, 2, 2, ())
    assert rows(store, "SELECT code, zone FROM warehouses") == [("MAIN", "UTC")]
    assert rows(store, "SELECT b.code, s.code FROM shops s JOIN backends b ON b.id = s.backend_id") == [("file", "web")]
    assert lines(store) == [(1, "S1", 2), (2, "S2", 1)]
    one = order(store)
    assert (one["state"], one["missing"], one["recipient_name"]) == ("incomplete", "weight", "Ada Lovelace")
    (payload,) = rows(store, "SELECT payload FROM orders WHERE source_id = '1'")[0]
    assert [record["quantity"] for record in json.loads(payload)] == ["2", "1"]
    assert rows(store, "SELECT barcode, quantity FROM sku_barcodes ORDER BY 1") == [("S1", 1), ("S2", 1)]


def test_what_is_missing_is_named(store: Store, take: Callable[..., Report]) -> None:
    take({"order": "1", "sku": "S1", "quantity": 1, "city": ""})
    assert order(store)["missing"] == "recipient_name,street,city,country,weight"
    weigh(store, "S1")
    take(order_row("2", "S1"), order_row("3", "S1", country=""))
    assert (order(store, "2")["state"], order(store, "2")["missing"]) == ("ready", "")
    assert (order(store, "3")["state"], order(store, "3")["missing"]) == ("incomplete", "country")


def everything(folder: Path) -> list[tuple[Path, str]]:
    """One file of every kind, with good and bad rows."""
    sku_rows: list[dict[str, object]] = [
        {"sku": "S1", "barcodes": "0012|99*12", "weight_g": 100},
        {"sku": "S2", "name": "王"},
        {"sku": "S3", "barcodes": "S1"},
    ]
    bin_rows: list[dict[str, object]] = [{"location": "A1", "aisle": "A", "bay": 1}, {"location": "A2", "bay": "x"}]
    stock_rows: list[dict[str, object]] = [
        {"location": "A1", "sku": "S1", "quantity": 5},
        {"location": "A1", "sku": "S2", "lot": "L", "expires": "2030-01-01", "quantity": 5},
        {"location": "A1", "sku": "S2", "quantity": 0},
        {"location": "A9", "sku": "S1", "quantity": 5},
    ]
    order_rows = [order_row("1"), order_row("2", "S9"), order_row("3", quantity=0), order_row("4", status="cancelled")]
    return [
        (write_csv(folder / "skus.csv", sku_rows), "packbench-skus"),
        (write_csv(folder / "locations.csv", bin_rows), "packbench-locations"),
        (write_csv(folder / "stock.csv", stock_rows), "packbench-stock"),
        (write_xlsx(folder / "orders.xlsx", order_rows), "packbench-orders"),
    ]


def test_the_same_files_again_change_nothing_at_all(store: Store, tmp_path: Path) -> None:
    first = [import_file(store, path, profile=profile) for path, profile in everything(tmp_path)]
    before = dump(store)
    assert {name for name, found in before.items() if found} >= {
        "orders", "order_lines", "skus", "sku_barcodes", "locations", "stock", "stock_moves", "lots", "journal"
    }  # fmt: skip
    heard: list[Change] = []
    store.listen(heard.append)
    again = [import_file(store, path, profile=profile) for path, profile in everything(tmp_path)]
    assert dump(store) == before
    assert heard == []
    for one, other in zip(first, again, strict=True):
        assert one.problems == other.problems
        for kind, counts in other.counts.items():
            assert (counts.new, counts.changed) == (0, 0)
            assert counts.refused == one.counts[kind].refused
            assert counts.unchanged == one.counts[kind].new + one.counts[kind].unchanged


def test_the_same_orders_in_another_format_change_nothing(store: Store, tmp_path: Path) -> None:
    records = [order_row("1", "007", 2), order_row("1", "008"), order_row("2", "007")]
    import_file(store, write_csv(tmp_path / "a.csv", records))
    before = dump(store)
    import_file(store, write_xlsx(tmp_path / "a.xlsx", records))
    import_file(store, write_json(tmp_path / "a.json", {"orders": records}))
    assert dump(store) == before


def test_a_changed_order_is_updated_and_says_what_changed(store: Store, take: Callable[..., Report]) -> None:
    take(order_row("1", "S1", 2), order_row("2"))
    weigh(store, "S1")
    before = order(store)
    head = {"city": "Paris", "country": "fr", "ship_by": "2026-05-01"}
    report = take(order_row("1", "S2", 1, **head), order_row("1", "S1", 3, **head), order_row("2"))
    assert report.counts["orders"] == Counts(changed=1, unchanged=1)
    (change,) = report.changes
    assert (change.order, change.order_id) == ("1", before["id"])
    assert change.fields == ("city", "country", "ship_by", "lines")
    after = order(store)
    assert (after["city"], after["country"], after["version"]) == ("Paris", "FR", before["version"] + 1)
    assert after["ship_by"] == "2026-05-01 23:59:59.000000"
    assert lines(store) == [(1, "S2", 1), (2, "S1", 3)]
    journal = rows(store, "SELECT ids FROM journal WHERE name = 'import_orders' ORDER BY id DESC LIMIT 1")[0][0]
    assert json.loads(journal)["changed"] == {str(before["id"]): list(change.fields)}
    assert "Paris" not in journal


def test_a_change_completes_an_order(store: Store, take: Callable[..., Report]) -> None:
    take(order_row("1", street=""), order_row("2", "S2"))
    weigh(store, "S1", "S2")
    assert order(store)["missing"] == "street,weight"
    take(order_row("1"))
    assert (order(store)["state"], order(store)["missing"], order(store)["version"]) == ("ready", "", 2)
    take(order_row("1", street=""))
    assert (order(store)["state"], order(store)["missing"]) == ("incomplete", "street")


def test_what_a_file_does_not_speak_of_stays(store: Store, take: Callable[..., Report]) -> None:
    take(order_row("1", "S1", 1))
    bare: dict[str, object] = {"order": "1", "shop": "web", "sku": "S1", "quantity": 2}
    assert take(bare).changes[0].fields == ("lines",)
    assert order(store)["recipient_name"] == "Ada Lovelace"
    assert take(bare | {"recipient_phone": ""}).changes[0].fields == ("recipient_phone",)
    # a record that only leaves something out is noted, so that it is not looked at again
    report = take(bare)
    assert (report.changes[0].fields, report.counts["orders"].changed) == (("record",), 1)
    before = dump(store)
    assert take(bare).counts["orders"] == Counts(unchanged=1)
    assert dump(store) == before


WAITING = ("incomplete", "ready")
IN_WORK = ("planned", "released", "picked", "packing", "problem", "shipped")


@pytest.mark.parametrize("state", IN_WORK)
def test_lines_of_an_order_in_work_do_not_change(store: Store, take: Callable[..., Report], state: str) -> None:
    take(order_row("1", "S1", 1))
    run(store, "UPDATE orders SET state = :state", state=state)
    before = dump(store)
    report = take(order_row("1", "S1", 2, city="Paris"), order_row("2", "S1"))
    late = "city, lines" if state == "shipped" else "lines"
    assert report.problems == (Problem(2, "order_in_work", {"order": "1", "state": state, "fields": late}),)
    assert report.counts["orders"] == Counts(new=1, refused=1)
    after = dump(store)
    assert after["orders"][:1] == before["orders"]
    assert after["order_lines"][:1] == before["order_lines"]
    report = take(order_row("1", "S1", 1, city="Paris"))
    if state == "shipped":
        assert (report.problems[0].facts["fields"], order(store)["city"]) == ("city", "London")
        return
    assert report.changes[0].fields == ("city",)
    assert (order(store)["city"], order(store)["state"]) == ("Paris", state)
    assert rows(store, "SELECT address_version FROM orders WHERE source_id = '1'") == [(2,)]


def put_label(store: Store, state: str) -> None:
    at = "2026-01-01 00:00:00.000000"
    run(store, "INSERT INTO shipments (id, uuid, order_id, created_at) SELECT 1, 'a', id, :at FROM orders", at=at)
    run(
        store,
        "INSERT INTO parcels (id, uuid, code, shipment_id, order_id, state, opened_at) "
        "SELECT 1, 'b', 'PB1', 1, id, 'labelling', :at FROM orders",
        at=at,
    )
    run(
        store,
        "INSERT INTO labels (uuid, parcel_id, tracking, service, template, fields, state, created_at) "
        "VALUES ('c', 1, 'T1', 's', 't', '{}', :state, :at)",
        state=state, at=at,
    )  # fmt: skip


@pytest.mark.parametrize("state", ["ready", "planned", "packing", "problem"])
def test_an_address_changes_under_its_label(store: Store, take: Callable[..., Report], state: str) -> None:
    take(order_row("1"))
    run(store, "UPDATE orders SET state = :state", state=state)
    put_label(store, "valid")
    weigh(store, "S1")
    assert take(order_row("1", city="Paris", country="FR")).changes[0].fields == ("city", "country")
    found = "SELECT city, state, address_version, version FROM orders"
    assert rows(store, found) == [("Paris", state, 2, 2)]
    # what is the same, or is no address, makes no label stale
    assert take(order_row("1", city="Paris", country="FR", version="7")).changes[0].fields == ("source_version",)
    assert take(order_row("1", city="Paris", country="FR", version="7", vip="gold")).changes[0].fields == ("vip",)
    assert rows(store, "SELECT address_version FROM orders") == [(2,)]
    late = take(order_row("1", city="", country="FR", version="7", vip="gold"))
    fields = () if state == "ready" else ({"order": "1", "state": state, "fields": "city"},)
    assert tuple(problem.facts for problem in late.problems) == fields


@pytest.mark.parametrize("changed_cell", [{"service": "express"}, {"ship_by": "2026-02-02"}, {"carrier": "EXAMPLE"}])
def test_a_label_fixes_how_it_goes(store: Store, take: Callable[..., Report], changed_cell: dict[str, object]) -> None:
    take(order_row("1"))
    run(store, "UPDATE orders SET state = 'packing'")
    put_label(store, "valid")
    before = dump(store)
    report = take(order_row("1", **changed_cell))  # type: ignore[arg-type]
    (name,) = changed_cell
    assert report.problems == (Problem(2, "order_in_work", {"order": "1", "state": "packing", "fields": name}),)
    assert dump(store) == before
    assert take(order_row("1", version="7")).changes[0].fields == ("source_version",)
    run(store, "UPDATE labels SET state = 'voided'")
    assert take(order_row("1", **changed_cell)).changes  # type: ignore[arg-type]


def test_lines_with_a_past_stay_in_place(store: Store, take: Callable[..., Report]) -> None:
    take(order_row("1", "S1", 1), order_row("1", "S2", 1))
    ids = [r[0] for r in rows(store, "SELECT id FROM order_lines ORDER BY position")]
    place = "(warehouse_id, code, kind, aisle, bay, position) VALUES (1, 'A', 'pick', '', 1, '')"
    run(store, f"INSERT INTO locations {place}")
    run(store, "INSERT INTO stock (location_id, sku_id, on_hand, allocated) VALUES (1, 1, 5, 0)")
    promise = "(order_line_id, stock_id, quantity, state) VALUES (:id, 1, 1, 'freed')"
    run(store, f"INSERT INTO allocations {promise}", id=ids[0])
    report = take(order_row("1", "S2", 1))
    assert report.problems[0].code == "order_in_work"
    assert lines(store) == [(1, "S1", 1), (2, "S2", 1)]
    take(order_row("1", "S3", 4), order_row("1", "S1", 2))
    assert lines(store) == [(1, "S3", 4), (2, "S1", 2)]
    found = rows(store, "SELECT id FROM order_lines ORDER BY position")
    assert found == [(ids[1],), (ids[0],)]
    take(order_row("1", "S1", 2))
    assert rows(store, "SELECT id, position FROM order_lines") == [(ids[0], 1)]


def test_both_ways_of_inserting_write_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def taken(name: str) -> dict[str, list[tuple[Any, ...]]]:
        with fresh_store(tmp_path, name) as store:
            for path, profile in everything(tmp_path):
                import_file(store, path, profile=profile)
            return dump(store)

    direct = taken("direct.db")
    monkeypatch.setattr(importing_rows, "_driver_takes_rows", lambda connection: False)
    core = taken("core.db")
    # but for keys and times, which differ from run to run
    strip = re.compile(r"[0-9a-f]{32}|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}")
    found, wanted = (
        {t: [tuple(strip.sub("~", c) if isinstance(c, str) else c for c in r) for r in rs] for t, rs in d.items()}
        for d in (core, direct)
    )
    assert found == wanted
    assert any("~" in row for row in found["orders"])


# cancelling


@pytest.mark.parametrize("state", WAITING)
def test_a_cancel_in_the_file(store: Store, take: Callable[..., Report], state: str) -> None:
    take(order_row("1"))
    run(store, "UPDATE orders SET state = :state", state=state)
    report = take(order_row("1", status="cancelled"))
    assert report.changes[0].fields == ("status",)
    found = order(store)
    assert (found["state"], found["reason"], found["version"]) == ("cancelled", "source_cancelled", 2)
    before = dump(store)
    assert take(order_row("1", status="cancelled")).counts["orders"] == Counts(unchanged=1)
    bare: dict[str, object] = {"order": "1", "shop": "web", "status": "cancelled", "sku": "", "quantity": ""}
    assert take(bare).counts["orders"] == Counts(unchanged=1)
    assert dump(store) == before
    # and it stays cancelled
    report = take(order_row("1"))
    assert report.problems == (Problem(2, "order_was_cancelled", {"order": "1"}),)
    assert dump(store) == before


@pytest.mark.parametrize("state", ["picked", "packing"])
def test_an_order_in_work_is_marked_for_the_gates(store: Store, take: Callable[..., Report], state: str) -> None:
    take(order_row("1"))
    run(store, "UPDATE orders SET state = :state", state=state)
    assert take(order_row("1", status="cancelled")).changes[0].fields == ("status",)
    assert (order(store)["state"], order(store)["cancel_requested_at"] is not None) == (state, True)
    before = dump(store)
    assert take(order_row("1", status="cancelled")).counts["orders"] == Counts(unchanged=1)
    assert take(order_row("1")).problems[0].code == "order_was_cancelled"
    assert dump(store) == before


def test_an_order_that_has_left_is_not_cancelled(store: Store, take: Callable[..., Report]) -> None:
    take(order_row("1"))
    run(store, "UPDATE orders SET state = 'shipped'")
    put_label(store, "valid")
    run(store, "UPDATE parcels SET handed_over_at = '2026-01-01 00:00:00.000000'")
    before = dump(store)
    assert take(order_row("1", status="cancelled")).problems == (Problem(2, "order_shipped", {"order": "1"}),)
    assert dump(store) == before


def test_an_order_that_comes_cancelled_is_kept_so(store: Store, take: Callable[..., Report]) -> None:
    take(order_row("1", status="cancelled"), {"order": "2", "shop": "web", "status": "cancelled"})
    assert [order(store, n)["state"] for n in "12"] == ["cancelled", "cancelled"]
    assert take(order_row("1")).problems[0].code == "order_was_cancelled"
