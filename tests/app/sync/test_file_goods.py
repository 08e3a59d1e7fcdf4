"""SKUs, locations and stock from files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.change import Change
from app.domain.incoming import Problem
from app.sync.files import Counts, Report, import_file
from db.store import Store
from tests.app.sync.taking import moves, order, stock, store, take
from tests.intake import (
    order_row,
    rows,
    run,
    write_csv,
)

__all__ = ["store", "take"]  # fixtures


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
