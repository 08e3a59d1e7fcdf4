"""Whole files: interrupted, refused, in other encodings, with warehouses and profiles; and the real export."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from app.change import Change, changed
from app.domain.errors import Refusal
from app.sync import files
from app.sync.file_readers import ImportFile
from app.sync.files import Counts, Report, import_file
from db.store import Store, Tx
from tests.app.sync.taking import lines, order, store, take
from tests.intake import (
    LINES,
    dump,
    needs_lines,
    order_row,
    rows,
    run,
    write_csv,
    write_json,
    write_xlsx,
)

__all__ = ["store", "take"]  # fixtures


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
            {"kind": "wishes", "kinds": "skus, kits, substitutes, locations, places, stock, orders"},
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
