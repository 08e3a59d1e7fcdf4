from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.change import Change, changed
from app.domain.errors import Refusal
from app.domain.incoming import Problem
from app.operations import importing_rows
from app.sync import files
from app.sync.file_readers import ImportFile
from app.sync.files import Counts, Report, import_file
from db.store import Store, Tx
from tests.intake import (
    LINES,
    dump,
    fresh_store,
    needs_lines,
    order_row,
    rows,
    run,
    write_csv,
    write_json,
    write_xlsx,
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with fresh_store(tmp_path / "db") as opened:
        yield opened


@pytest.fixture
def take(store: Store, tmp_path: Path) -> Callable[..., Report]:
    """Write rows to a CSV file and import it."""

    def imported(*records: dict[str, object], **named: Any) -> Report:
        return import_file(store, write_csv(tmp_path / "in.csv", records), **named)

    return imported


def order(store: Store, source_id: str = "1") -> dict[str, Any]:
    names = (
        "id", "state", "missing", "reason", "version", "recipient_name", "street", "city", "country", "service",
        "ship_by", "source_version", "cancel_requested_at", "fingerprint",
    )  # fmt: skip
    (found,) = rows(store, f"SELECT {', '.join(names)} FROM orders WHERE source_id = :id", id=source_id)
    return dict(zip(names, found, strict=True))


def lines(store: Store, source_id: str = "1") -> list[tuple[Any, ...]]:
    return rows(
        store,
        "SELECT position, code, quantity FROM order_lines l JOIN orders o ON o.id = l.order_id "
        "JOIN skus s ON s.id = l.sku_id WHERE source_id = :id ORDER BY position",
        id=source_id,
    )


def stock(store: Store) -> list[tuple[Any, ...]]:
    return rows(
        store,
        "SELECT l.code, k.code, t.code, on_hand, allocated FROM stock s JOIN locations l ON l.id = s.location_id "
        "JOIN skus k ON k.id = s.sku_id LEFT JOIN lots t ON t.id = s.lot_id ORDER BY s.id",
    )


def moves(store: Store) -> list[tuple[Any, ...]]:
    return rows(store, "SELECT stock_id, kind, on_hand_delta, allocated_delta FROM stock_moves ORDER BY id")


def weigh(store: Store, *codes: str) -> None:
    for code in codes:
        run(store, "UPDATE skus SET weight_g = 100 WHERE code = :code", code=code)


# orders


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
    assert report.problems == (Problem(2, "order_in_work", {"order": "1", "state": state, "fields": "lines"}),)
    assert report.counts["orders"] == Counts(new=1, refused=1)
    after = dump(store)
    assert after["orders"][:1] == before["orders"]
    assert after["order_lines"][:1] == before["order_lines"]
    # the address is free until there is a label
    assert take(order_row("1", "S1", 1, city="Paris")).changes[0].fields == ("city",)
    assert (order(store)["city"], order(store)["state"]) == ("Paris", state)


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


@pytest.mark.parametrize("changed_cell", [{"city": "Paris"}, {"service": "express"}, {"ship_by": "2026-02-02"}])
def test_a_label_fixes_the_address(store: Store, take: Callable[..., Report], changed_cell: dict[str, object]) -> None:
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


def test_a_shipped_order_is_not_cancelled(store: Store, take: Callable[..., Report]) -> None:
    take(order_row("1"))
    run(store, "UPDATE orders SET state = 'shipped'")
    before = dump(store)
    assert take(order_row("1", status="cancelled")).problems == (Problem(2, "order_shipped", {"order": "1"}),)
    assert dump(store) == before


def test_an_order_that_comes_cancelled_is_kept_so(store: Store, take: Callable[..., Report]) -> None:
    take(order_row("1", status="cancelled"), {"order": "2", "shop": "web", "status": "cancelled"})
    assert [order(store, n)["state"] for n in "12"] == ["cancelled", "cancelled"]
    assert take(order_row("1")).problems[0].code == "order_was_cancelled"


# SKUs


def test_skus_and_barcodes(store: Store, take: Callable[..., Report]) -> None:
    report = take(
        {"sku": "S1", "name": "Cup", "barcodes": "0012345678905|99*12", "weight_g": 100},
        {"sku": "S2"},
        {"sku": "S3", "barcodes": "77"},
    )
    assert report.counts == {"skus": Counts(new=3)}
    found = "SELECT code, barcode, quantity FROM sku_barcodes b JOIN skus s ON s.id = b.sku_id ORDER BY b.id"
    assert rows(store, found) == [("S1", "0012345678905", 1), ("S1", "99", 12), ("S2", "S2", 1), ("S3", "77", 1)]
    report = take(
        {"sku": "S1", "name": "Mug", "barcodes": "99*24", "weight_g": ""},
        {"sku": "S2", "weight_g": 5},
        {"sku": "S3", "barcodes": "78"},
        {"sku": "S4", "barcodes": "S2"},
        {"sku": "99"},
    )
    assert report.counts == {"skus": Counts(changed=3, refused=2)}
    assert report.problems == (
        Problem(5, "barcode_taken", {"barcode": "S2", "sku": "S2"}),
        Problem(6, "barcode_taken", {"barcode": "99", "sku": "S1"}),
    )
    assert rows(store, found)[1:] == [("S1", "99", 24), ("S2", "S2", 1), ("S3", "77", 1), ("S3", "78", 1)]
    assert rows(store, "SELECT code, name, weight_g, version FROM skus ORDER BY id") == [
        ("S1", "Mug", 100, 2), ("S2", "", 5, 2), ("S3", "", None, 2),
    ]  # fmt: skip


def test_a_weight_makes_waiting_orders_ready(store: Store, take: Callable[..., Report]) -> None:
    mixed = [order_row("2", "S1"), order_row("2", "S2")]
    take(order_row("1", "S1"), *mixed, order_row("3", "S1", city=""), order_row("4", "S2"))
    heard: list[Change] = []
    store.listen(heard.append)
    report = take({"sku": "S1", "weight_g": 50})
    assert report.readied == 1
    assert [(order(store, n)["state"], order(store, n)["missing"]) for n in "1234"] == [
        ("ready", ""), ("incomplete", "weight"), ("incomplete", "city"), ("incomplete", "weight"),
    ]  # fmt: skip
    assert [order(store, n)["version"] for n in "1234"] == [2, 1, 2, 1]
    assert len(heard) == 1  # one transaction
    assert ("order", order(store)["id"]) in heard[0].ids
    assert take({"sku": "S2", "weight_g": 50}).readied == 2


def test_an_order_of_a_sku_that_cannot_be_made_is_refused(store: Store, tmp_path: Path) -> None:
    import_file(store, write_csv(tmp_path / "s.csv", [{"sku": "S1", "barcodes": "TAKEN"}]))
    records = [order_row("1", "TAKEN"), order_row("1"), order_row("2")]
    report = import_file(store, write_csv(tmp_path / "o.csv", records))
    assert [(p.line, p.code) for p in report.problems] == [(2, "barcode_taken"), (2, "sku_refused")]
    assert report.counts["orders"] == Counts(new=1, refused=1)
    assert rows(store, "SELECT source_id FROM orders") == [("2",)]


def test_an_order_whose_sku_the_same_file_could_not_bring_is_refused(store: Store, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        'kinds = ["skus", "orders"]\n[columns]\norder = "order"\nsku = "sku"\nquantity = "quantity"\nbarcodes = "ean"\n'
        '[constants]\nshop = "web"\n',
        encoding="utf-8",
    )
    import_file(store, write_csv(tmp_path / "s.csv", [{"sku": "S1", "barcodes": "111"}]))
    records = [order_row("1", "S2", ean="111"), order_row("2", "S3", ean="333")]
    report = import_file(store, write_csv(tmp_path / "o.csv", records), profile=tmp_path / "mine.toml")
    assert report.problems == (
        Problem(2, "barcode_taken", {"barcode": "111", "sku": "S1"}),
        Problem(2, "sku_refused", {"order": "1", "sku": "S2"}),
    )
    assert rows(store, "SELECT code FROM skus") == [("S1",), ("S3",)]
    assert rows(store, "SELECT source_id FROM orders") == [("2",)]


# locations and stock


def test_locations(store: Store, take: Callable[..., Report]) -> None:
    take({"location": "A1", "aisle": "A", "bay": 2, "position": "07", "x_mm": 1, "y_mm": 2}, {"location": "A2"})
    report = take({"location": "A1", "bay": 3}, {"location": "A2", "aisle": ""})
    assert report.counts == {"locations": Counts(changed=1, unchanged=1)}
    assert rows(store, "SELECT code, kind, aisle, bay, position, x_mm, y_mm FROM locations") == [
        ("A1", "pick", "A", 3, "07", 1, 2), ("A2", "pick", "", 1, "", None, None),
    ]  # fmt: skip


def test_the_staging_area_is_no_bin(store: Store, take: Callable[..., Report]) -> None:
    take({"location": "A1", "aisle": "A"})
    run(store, "UPDATE locations SET kind = 'staging'")
    assert take({"location": "A1", "aisle": "B"}).problems == (Problem(2, "location_reserved", {"location": "A1"}),)


def test_stock_is_set_by_moves(store: Store, take: Callable[..., Report]) -> None:
    take({"location": "A1", "aisle": "A"})
    take({"sku": "S1", "name": "x"}, {"sku": "S2", "name": "x"})
    first = {"location": "A1", "sku": "S1", "quantity": 5}
    lot = {"location": "A1", "sku": "S2", "lot": "L", "expires": "2030-01-01", "quantity": 4}
    report = take(first, lot, {"location": "A1", "sku": "S2", "quantity": 0})
    assert report.counts == {"stock": Counts(new=2, unchanged=1)}
    assert stock(store) == [("A1", "S1", None, 5, 0), ("A1", "S2", "L", 4, 0)]
    assert moves(store) == [(1, "receive", 5, 0), (2, "receive", 4, 0)]
    report = take(first | {"quantity": 3}, lot | {"quantity": 9, "expires": "2031-01-01"})
    assert report.counts == {"stock": Counts(changed=2)}
    assert stock(store) == [("A1", "S1", None, 3, 0), ("A1", "S2", "L", 9, 0)]
    assert moves(store)[2:] == [(1, "adjust", -2, 0), (2, "adjust", 5, 0)]
    assert rows(store, "SELECT code, expires_on FROM lots") == [("L", "2031-01-01")]
    sums = rows(store, "SELECT stock_id, sum(on_hand_delta) FROM stock_moves GROUP BY 1")
    assert sums == rows(store, "SELECT id, on_hand FROM stock")


def test_stock_does_not_fall_below_what_is_promised(store: Store, take: Callable[..., Report]) -> None:
    take({"location": "A1", "aisle": "A"})
    take({"sku": "S1", "name": "x"}, {"sku": "S2", "name": "x"})
    first, second = ({"location": "A1", "sku": sku, "quantity": 5} for sku in ("S1", "S2"))
    take(first, second)
    run(store, "UPDATE stock SET allocated = 3")
    nowhere = {"location": "A9", "sku": "S9", "quantity": 5}
    report = take(first | {"quantity": 2}, second | {"quantity": 3}, nowhere)
    assert report.problems == (
        Problem(2, "stock_below_allocated", {"location": "A1", "sku": "S1", "allocated": 3}),
        Problem(4, "location_unknown", {"location": "A9"}),
        Problem(4, "sku_unknown", {"sku": "S9"}),
    )
    assert [row[3] for row in stock(store)] == [5, 3]


def test_a_place_is_known_before_anything_is_counted_there(store: Store, tmp_path: Path) -> None:
    bare = {"OrderNumber": "1", "SKU": "S1", "PCS": 1, "Location": "A0101001", "Alley_Number": "A01", "DATE": ""}
    path = write_csv(tmp_path / "l.csv", [bare | {"Cellule": 1, "Coord": "[1, 2]"}])
    assert import_file(store, path).counts["places"] == Counts(new=1)
    assert (stock(store), moves(store)) == ([("A0101001", "S1", None, 0, 0)], [])
    counted: dict[str, object] = {"location": "A0101001", "sku": "S1", "quantity": 7}
    import_file(store, write_csv(tmp_path / "s.csv", [counted]))
    assert (stock(store), moves(store)) == ([("A0101001", "S1", None, 7, 0)], [(1, "receive", 7, 0)])
    assert import_file(store, path).counts["places"] == Counts(unchanged=1)
    assert stock(store) == [("A0101001", "S1", None, 7, 0)]


# whole files


def test_an_interrupted_import_leaves_whole_orders(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "CHUNK_ORDERS", 7)
    monkeypatch.setattr(files, "CHUNK_LINES", 15)
    records = [order_row(str(n), f"S{line}", line) for line in (1, 2, 3) for n in range(40)]
    path = write_csv(tmp_path / "o.csv", records)
    chunks = 0

    def pull_the_plug(done: int, total: int) -> None:
        nonlocal chunks
        chunks += 1
        if chunks == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_file(store, path, progress=pull_the_plug)
    half = rows(store, "SELECT count(*) FROM orders")[0][0]
    assert half == 20  # four chunks of five orders with three lines
    assert rows(store, "SELECT DISTINCT n FROM (SELECT count(*) n FROM order_lines GROUP BY order_id)") == [(3,)]
    report = import_file(store, path)
    assert report.counts["orders"] == Counts(new=20, unchanged=20)
    assert all(lines(store, str(n)) == [(1, "S1", 1), (2, "S2", 2), (3, "S3", 3)] for n in range(40))


def test_a_failing_chunk_leaves_nothing_of_itself(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "CHUNK_ORDERS", 2)
    import_file(store, write_csv(tmp_path / "first.csv", [order_row("0")]))
    run(
        store,
        "CREATE TRIGGER plug BEFORE INSERT ON order_lines WHEN new.quantity = 13 "
        "BEGIN SELECT RAISE(ABORT, 'pulled'); END",
    )
    records = [order_row("1"), order_row("2"), order_row("3"), order_row("4", quantity=13)]
    with pytest.raises(Exception, match="pulled"):
        import_file(store, write_csv(tmp_path / "o.csv", records))
    assert rows(store, "SELECT source_id FROM orders ORDER BY id") == [("0",), ("1",), ("2",)]


def test_progress_and_scans_in_between(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "CHUNK_ORDERS", 3)
    seen: list[tuple[int, int]] = []
    between: list[int] = []

    def scan(tx: Tx) -> tuple[int, Change]:
        return threading.get_ident(), changed()

    def progress(done: int, total: int) -> None:
        seen.append((done, total))
        between.append(store.write(scan))

    records = [order_row(str(n // 2), f"S{n % 2}") for n in range(20)]
    import_file(store, write_csv(tmp_path / "o.csv", records), progress=progress)
    assert seen == [(0, 20), (6, 20), (12, 20), (18, 20), (20, 20)]
    assert len(set(between)) == 1


def test_the_first_orders_only(store: Store, take: Callable[..., Report]) -> None:
    report = take(order_row("1"), order_row("2", quantity=0), order_row("3"), order_row("4"), limit_orders=2)
    assert report.counts["orders"] == Counts(new=2, refused=1)
    assert rows(store, "SELECT source_id FROM orders") == [("1",), ("3",)]


def test_a_refused_file_writes_nothing(store: Store, tmp_path: Path) -> None:
    before = dump(store)
    (tmp_path / "a.xlsx").write_bytes(b"no zip")
    (tmp_path / "a.csv").write_bytes(b"order,sku,quantity\n1,\xff\xfe,1\n")
    for name, code in (("a.xlsx", "xlsx_not_workbook"), ("a.csv", "file_encoding")):
        with pytest.raises(Refusal) as caught:
            import_file(store, tmp_path / name)
        assert caught.value.code == code
    assert dump(store) == before


def test_a_gbk_file(store: Store, tmp_path: Path) -> None:
    (tmp_path / "gbk.toml").write_text(
        'base = "packbench-orders"\nencoding = "gbk"\n[columns]\norder = "订单号"\nrecipient_name = "收件人"\n',
        encoding="utf-8",
    )
    row = order_row("x") | {"订单号": "0071", "收件人": "王小明"}
    path = write_csv(tmp_path / "a.csv", [row], encoding="gbk")
    import_file(store, path, profile=tmp_path / "gbk.toml")
    assert order(store, "0071")["recipient_name"] == "王小明"
    with pytest.raises(Refusal, match="file_encoding"):
        import_file(store, path, profile="packbench-orders")


def test_leading_zeros_and_formulas_come_through_a_workbook(store: Store, tmp_path: Path) -> None:
    name = '=HYPERLINK("http://x","O\'Brien")'
    records = [order_row("00071", "007", 2, recipient_name=name), order_row("72") | {"sku": 6901234567892}]
    import_file(store, write_xlsx(tmp_path / "a.xlsx", records))
    assert order(store, "00071")["recipient_name"] == name
    assert lines(store, "00071") == [(1, "007", 2)]
    assert lines(store, "72") == [(1, "6901234567892", 1)]


# warehouses and profiles


def test_warehouses(store: Store, take: Callable[..., Report]) -> None:
    take(order_row("1"), warehouse="SZX")
    assert rows(store, "SELECT code FROM warehouses") == [("SZX",)]
    with pytest.raises(Refusal) as caught:
        take(order_row("2"), warehouse="LGG")
    assert (caught.value.code, caught.value.facts) == ("warehouse_unknown", {"warehouse": "LGG", "warehouses": "SZX"})
    run(
        store,
        "INSERT INTO warehouses (code, name, zone, sender, country, aisle_pitch_mm, bay_pitch_mm, cross_aisle_mm, "
        "cart_totes, cart_weight_g, tote_pieces) SELECT 'LGG', 'LGG', 'Europe/Brussels', '', 'BE', 1, 1, 1, 1, 1, 1",
    )
    with pytest.raises(Refusal, match="warehouse_needed"):
        take(order_row("2"))
    take(order_row("2", ship_by="2026-07-01"), warehouse="LGG")
    assert order(store, "2")["ship_by"] == "2026-07-01 21:59:59.000000"  # the day ends in Brussels
    assert rows(store, "SELECT warehouse_id FROM orders ORDER BY id") == [(1,), (2,)]


def test_a_file_without_a_good_row_leaves_the_database_alone(store: Store, take: Callable[..., Report]) -> None:
    before = dump(store)
    report = take(order_row("1", quantity=0))
    assert report.counts == {"orders": Counts(refused=1)}
    assert dump(store) == before


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("order,sku,quantity", "packbench-orders"),
        ("Order,SKU,Quantity,recipient_name,my_note", "packbench-orders"),
        ("sku,barcodes", "packbench-skus"),
        ("sku,weight_g", "packbench-skus"),
        ("location,aisle,bay", "packbench-locations"),
        ("location,sku,quantity", "packbench-stock"),
        (",DATE,OrderNumber,SKU,PCS,ReferenceID,Location,Alley_Number,Cellule,Coord,AlleyCell", "warehouse-lines"),
    ],
)
def test_the_profile_is_found_by_the_header(tmp_path: Path, header: str, found: str) -> None:
    (tmp_path / "a.csv").write_text(header + "\n", encoding="utf-8")
    assert files.find_profile(ImportFile(tmp_path / "a.csv")).name == found


@pytest.mark.parametrize("header", ["a,b,c", "sku", "sku,a,b,c,d", "order,sku", "order,sku,quantity,location"])
def test_no_profile_or_several(tmp_path: Path, header: str) -> None:
    (tmp_path / "a.csv").write_text(header + "\n", encoding="utf-8")
    with pytest.raises(Refusal) as caught:
        files.find_profile(ImportFile(tmp_path / "a.csv"))
    ambiguous = "location" in header
    assert caught.value.code == ("profile_ambiguous" if ambiguous else "profile_not_found")
    assert "packbench-orders" in str(caught.value.facts["profiles"])
    assert ("warehouse-lines" in str(caught.value.facts["profiles"])) is not ambiguous


@pytest.mark.parametrize(
    ("named", "code", "facts"),
    [
        (
            {"kind": "wishes"},
            "import_kind_unknown",
            {"kind": "wishes", "kinds": "skus, locations, places, stock, orders"},
        ),
        (
            {"profile": "packbench-orders", "kind": "skus"},
            "profile_lacks_kind",
            {"profile": "packbench-orders", "kind": "skus"},
        ),
        (
            {"profile": "packbench-stock"},
            "columns_missing",
            {"file": "a.csv", "profile": "packbench-stock", "columns": "location"},
        ),
        ({"kind": "locations"}, "profile_not_found", None),
    ],
)
def test_wrong_wishes(tmp_path: Path, named: dict[str, str], code: str, facts: dict[str, str] | None) -> None:
    with pytest.raises(Refusal) as caught:
        files.read_file(write_csv(tmp_path / "a.csv", [order_row("1")]), **named)  # type: ignore[arg-type]
    assert caught.value.code == code
    assert facts is None or caught.value.facts == facts


def test_a_profile_for_another_format(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as caught:
        files.read_file(write_json(tmp_path / "a.json", []), profile="warehouse-lines")
    assert caught.value.code == "profile_format"
    assert caught.value.facts == {"profile": "warehouse-lines", "format": "json"}


# the real export


@needs_lines
def test_the_real_export(store: Store) -> None:
    report = import_file(store, LINES)
    assert report.profile == "warehouse-lines"
    assert report.counts == {
        "skus": Counts(new=1050), "locations": Counts(new=1050), "places": Counts(new=1050), "orders": Counts(new=3584),
    }  # fmt: skip
    assert (report.lines, report.incomplete, report.problems) == (5000, 3584, ())
    assert rows(store, "SELECT sum(quantity) FROM order_lines") == [(5425,)]
    assert rows(store, "SELECT DISTINCT state, missing FROM orders") == [
        ("incomplete", "recipient_name,street,city,country,weight")
    ]
    assert rows(store, "SELECT min(placed_at), max(placed_at) FROM orders") == [
        ("2018-12-01 00:00:00.000000", "2018-12-16 00:00:00.000000")
    ]
    assert rows(store, "SELECT aisle, bay, position, x_mm, y_mm FROM locations WHERE code = 'A1119504'") == [
        ("A11", 19, "504", 19_500, 21_000)
    ]
    assert rows(store, "SELECT count(DISTINCT aisle) FROM locations") == [(11,)]
    before = dump(store)
    again = import_file(store, LINES)
    assert again.counts["orders"] == Counts(unchanged=3584)
    assert dump(store) == before
