from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.incoming import Problem, clean_code, clean_text
from app.domain.master import BarcodeDraft
from app.domain.orders import ADDRESS
from app.sync.file_records import Intake
from app.sync.files import read_file
from tests.intake import order_row, write_csv, write_json, write_xlsx


def orders(folder: Path, *records: dict[str, object], kind: str | None = None) -> Intake:
    return read_file(write_csv(folder / "a.csv", records), profile="packbench-orders", kind=kind)[1]


def ids(intake: Intake) -> list[str]:
    return [order.source_id for order in intake.orders]


def told(intake: Intake) -> list[tuple[int, str]]:
    return [(problem.line, problem.code) for problem in intake.problems]


def test_scattered_lines_come_together_in_the_order_of_the_file(tmp_path: Path) -> None:
    rows = [order_row("1", "A"), order_row("2", "B"), order_row("1", "C", 3), order_row("2", "D"), order_row("1", "A")]
    intake = orders(tmp_path, *rows)
    assert ids(intake) == ["1", "2"]
    assert [order.wanted for order in intake.orders] == [(("A", 1), ("C", 3), ("A", 1)), (("B", 1), ("D", 1))]
    assert [line.line for line in intake.orders[0].lines] == [2, 4, 6]


def test_the_same_number_in_two_shops_is_two_orders(tmp_path: Path) -> None:
    intake = orders(tmp_path, order_row("1", shop="web"), order_row("1", shop="de"), order_row("1", shop=""))
    assert [(o.shop, o.source_id) for o in intake.orders] == [("web", "1"), ("de", "1"), ("file", "1")]


def test_the_payload_is_the_records_as_they_came(tmp_path: Path) -> None:
    rows = [order_row("1", "A", note=" as is "), order_row("1", "B")]
    intake = orders(tmp_path, *rows)
    first, second = json.loads(intake.orders[0].payload)
    assert first["note"] == " as is "
    assert (first["sku"], second["sku"]) == ("A", "B")


def test_every_reason_is_told_and_the_order_is_refused_whole(tmp_path: Path) -> None:
    intake = orders(
        tmp_path,
        order_row("1", "A"),
        order_row("2", "B"),
        order_row("1", "", 0, country="UK"),
        order_row("1", "6.9E+12", "x"),
        order_row("2", "C"),
    )
    assert ids(intake) == ["2"]
    assert intake.problems == (
        Problem(4, "country_unknown", {"value": "UK", "order": "1"}),
        Problem(4, "code_missing", {"field": "sku", "order": "1"}),
        Problem(4, "quantity_invalid", {"field": "quantity", "value": "0", "least": 1, "order": "1"}),
        Problem(5, "code_scientific", {"field": "sku", "value": "6.9E+12", "order": "1"}),
        Problem(5, "quantity_invalid", {"field": "quantity", "value": None, "least": 1, "order": "1"}),
    )
    assert intake.refused == {"orders": 1}


def test_a_row_that_names_no_order_is_no_order_that_was_left_out(tmp_path: Path) -> None:
    intake = orders(tmp_path, order_row("1", "A"), order_row("", "B"), order_row("2", "", 0), order_row("3", "C"))
    assert ids(intake) == ["3"]
    assert {problem.line for problem in intake.problems} == {2, 3, 4}
    assert intake.refused == {"orders": 2}


def test_a_bad_head_is_told_once(tmp_path: Path) -> None:
    rows = [order_row("1", "A", ship_by="soon"), order_row("1", "B", ship_by="soon")]
    assert told(orders(tmp_path, *rows)) == [(2, "date_invalid")]


def test_a_row_without_its_order_taints_its_neighbours(tmp_path: Path) -> None:
    rows = [order_row(n, "A") for n in ("1", "2", "", "", "3", "4")]
    intake = orders(tmp_path, *rows)
    assert ids(intake) == ["1", "4"]
    assert told(intake) == [
        (4, "code_missing"), (3, "order_beside_unreadable"), (5, "code_missing"), (6, "order_beside_unreadable"),
    ]  # fmt: skip
    assert intake.problems[1].facts == {"order": "2", "beside": 4}


def test_a_shifted_row_refuses_its_order(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("order,sku,quantity\n1,A,1\n1,B\n2,A,1,9\n3,A,1\n", encoding="utf-8")
    intake = read_file(path, profile="packbench-orders")[1]
    assert ids(intake) == ["3"]
    assert told(intake) == [(3, "row_cells"), (4, "row_cells")]


def test_rows_of_an_order_may_leave_out_the_head_but_not_contradict_it(tmp_path: Path) -> None:
    bare: dict[str, object] = {"order": "1", "shop": "web", "sku": "B", "quantity": 2}
    intake = orders(tmp_path, order_row("1", "A", city=""), bare, order_row("1", "C", city="London"))
    assert intake.orders[0].city == "London"
    assert intake.orders[0].recipient_name == "Ada Lovelace"
    assert len(intake.orders[0].lines) == 3
    intake = orders(tmp_path, order_row("1", "A"), order_row("1", "B", city="Paris", recipient_name="Bob"))
    assert ids(intake) == []
    assert [(p.line, p.code, p.facts["field"]) for p in intake.problems] == [(3, "order_rows_differ", "recipient_name")]


def test_silence_and_blank(tmp_path: Path) -> None:
    row = order_row("1")
    del row["city"]
    order = orders(tmp_path, row | {"region": ""}).orders[0]
    assert (order.city, order.region, order.service) == (None, "", None)


def test_status(tmp_path: Path) -> None:
    rows = [order_row(n, status=s) for n, s in (("1", "open"), ("2", "Cancelled"), ("3", ""), ("4", "cancelado"))]
    bare: dict[str, object] = {"order": "5", "status": "cancelled"}
    intake = orders(tmp_path, *rows, bare)
    assert [(o.source_id, o.cancelled) for o in intake.orders] == [("1", False), ("2", True), ("3", False), ("5", True)]
    assert told(intake) == [(5, "status_unknown")]


def test_nested_orders(tmp_path: Path) -> None:
    lines = [{"sku": "A", "quantity": 1}, {"sku": "B", "quantity": 2}]
    good = {"order": "1", "recipient_name": "Ada", "lines": lines}
    bad = [{"order": "2", "lines": []}, {"order": "3", "lines": [*lines, {"sku": "C"}]}, {"lines": lines}, good]
    path = write_json(tmp_path / "a.json", {"orders": [good, *bad, {"order": "4", "sku": "A", "quantity": "2"}]})
    intake = read_file(path)[1]
    assert ids(intake) == ["4"]
    assert sorted(told(intake)) == [
        (2, "order_without_lines"), (3, "quantity_missing"), (4, "code_missing"), (5, "order_twice"),
    ]  # fmt: skip
    path = write_json(tmp_path / "a.json", [good])
    (order,) = read_file(path, profile="packbench-orders")[1].orders
    assert order.wanted == (("A", 1), ("B", 2))
    assert json.loads(order.payload) == good


def test_formats_agree(tmp_path: Path) -> None:
    rows = [order_row("0012", "007", 2, ship_by="2026-01-05"), order_row("0012", "B", 1, ship_by="2026-01-05")]
    line_fields = ("sku", "quantity")
    nested = {k: v for k, v in rows[0].items() if k not in line_fields}
    nested["lines"] = [{k: row[k] for k in line_fields} for row in rows]
    files = [
        write_csv(tmp_path / "a.csv", rows), write_xlsx(tmp_path / "a.xlsx", rows),
        write_json(tmp_path / "flat.json", rows), write_json(tmp_path / "nested.json", {"orders": [nested]}),
    ]  # fmt: skip
    prints = {read_file(file)[1].orders[0].fingerprint for file in files}
    assert len(prints) == 1


HOSTILE = st.one_of(
    st.sampled_from([
        "O'Brien ^XZ^XA~JR", "<img src=x>", "王小明", "Ольга", "محمد", "ไทย", "😀", '=HYPERLINK("http://x")', "+1",
        "@SUM", "' OR 1=1--", '"', "NEAR(", "../../x", "CON", "a,b;c", "line\nbreak", "\x1b@", "x" * 300,
        "\ud800", "Zoe\u0308",
    ]),
    st.text(max_size=40),
)  # fmt: skip


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(HOSTILE, min_size=7, max_size=7), sku=HOSTILE)
def test_hostile_text_arrives_literally(tmp_path: Path, values: list[str], sku: str) -> None:
    said: dict[str, Any] = dict(zip(ADDRESS, values, strict=True)) | {"country": "de"}
    record = {"order": "1", "lines": [{"sku": sku, "quantity": 1}], **said}
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"orders": [record]}), encoding="utf-8")
    intake = read_file(path, profile="packbench-orders")[1]
    if not 0 < len(clean_code(sku)) <= 100:
        assert told(intake) == [(1, "text_too_long" if sku.startswith("xxx") else "code_missing")]
        return
    (order,) = intake.orders
    assert json.loads(order.payload) == record
    assert order.country == "DE"
    assert order.lines[0].sku == clean_code(sku)
    for name in ("recipient_name", "recipient_phone", "postcode", "city", "region"):
        assert getattr(order, name) == clean_text(said[name])
    assert order.street == clean_text(said["street"], lines=True)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=HOSTILE.filter(str.isprintable), code=st.text("0123456789", min_size=5, max_size=13).map("0".__add__))
def test_tables_carry_text_as_it_is(tmp_path: Path, name: str, code: str) -> None:
    row = order_row("1", code, recipient_name=name)
    for path in (write_csv(tmp_path / "a.csv", [row]), write_xlsx(tmp_path / "a.xlsx", [row])):
        (order,) = read_file(path, profile="packbench-orders")[1].orders
        assert order.recipient_name == clean_text(name)
        assert order.lines[0].sku == code


def test_problems_never_hold_what_a_buyer_wrote(tmp_path: Path) -> None:
    secret = "Ada-Lovelace " * 100
    rows = [
        order_row("1", recipient_name=secret),
        order_row("2", quantity="Ada Lovelace"),
        order_row("3", country="Ada Lovelace"),
        order_row("4", ship_by="Ada Lovelace"),
        order_row("5"),
        order_row("5", recipient_name="Ada Byron"),
    ]
    intake = orders(tmp_path, *rows)
    assert [problem.line for problem in intake.problems] == [2, 3, 4, 5, 7]
    assert "Ada" not in repr(intake.problems)
    assert "Lovelace" not in repr(intake.problems)


def skus(folder: Path, *records: dict[str, object]) -> Intake:
    return read_file(write_csv(folder / "s.csv", records), profile="packbench-skus")[1]


def test_skus(tmp_path: Path) -> None:
    intake = skus(
        tmp_path,
        {"sku": "S1", "name": "Cup", "barcodes": "0012|99*12", "weight_g": "250", "length_mm": "10.4"},
        {"sku": "S1", "barcodes": "77"},
        {"sku": "S2"},
        {"sku": "S3", "barcodes": "99"},
        {"sku": "S4", "barcodes": "6.9E+12"},
        {"sku": "S1", "weight_g": "251"},
        {"sku": "S5", "weight_g": "heavy"},
        {"sku": "S1", "barcodes": "99*13"},
        {"name": "nameless"},
    )
    first, second = intake.skus
    barcodes = (BarcodeDraft("0012", 1, 2), BarcodeDraft("99", 12, 2), BarcodeDraft("77", 1, 3))
    assert (first.code, first.name, first.weight_g, first.length_mm, first.barcodes) == ("S1", "Cup", 250, 10, barcodes)
    assert (second.code, second.name, second.weight_g, second.barcodes) == ("S2", None, None, ())
    assert told(intake) == [
        (5, "barcode_taken"), (6, "barcode_scientific"), (7, "sku_rows_differ"), (8, "number_invalid"),
        (9, "sku_rows_differ"), (10, "code_missing"),
    ]  # fmt: skip
    assert intake.problems[0].facts == {"barcode": "99", "sku": "S1"}
    assert intake.refused == {"skus": 6}


def test_units_and_decimal_sign(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        'base = "packbench-skus"\ndecimal = ","\ndelimiter = ";"\n[units]\nweight = "kg"\nsize = "cm"\n',
        encoding="utf-8",
    )
    path = write_csv(tmp_path / "s.csv", [{"sku": "S1", "weight_g": "0,25", "length_mm": "10,4"}], delimiter=";")
    (sku,) = read_file(path, profile=tmp_path / "mine.toml")[1].skus
    assert (sku.weight_g, sku.length_mm) == (250, 104)


def test_locations(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"location": "A1", "aisle": "A", "bay": "3", "position": "07", "x_mm": "1500", "y_mm": "-20"},
        {"location": "A2", "aisle": "A"},
        {"location": "A3", "bay": "-1"},
        {"location": "A4", "x_mm": "1"},
        {"location": "A1", "bay": "4"},
    ]
    intake = read_file(write_csv(tmp_path / "l.csv", rows))[1]
    first, second = intake.locations
    assert (first.aisle, first.bay, first.position, first.x_mm, first.y_mm) == ("A", 3, "07", 1500, -20)
    assert (second.bay, second.x_mm) == (None, None)
    assert told(intake) == [(4, "quantity_invalid"), (5, "coordinates_invalid"), (6, "location_rows_differ")]


def test_stock(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"location": "A1", "sku": "S1", "quantity": "0"},
        {"location": "A1", "sku": "S1", "lot": "L1", "expires": "2027-01-31", "quantity": "5"},
        {"location": "A1", "sku": "S1", "quantity": "6"},
        {"location": "A1", "sku": "S2", "quantity": "-1"},
        {"location": "A1", "sku": "S2", "expires": "2027-01-31", "quantity": "1"},
        {"sku": "S2", "quantity": "1"},
    ]
    intake = read_file(write_csv(tmp_path / "l.csv", rows))[1]
    assert [(c.quantity, c.lot, str(c.expires_on)) for c in intake.counts] == [(0, "", "None"), (5, "L1", "2027-01-31")]
    assert told(intake) == [
        (4, "stock_twice"), (5, "quantity_invalid"), (6, "expiry_without_lot"), (7, "code_missing")
    ]  # fmt: skip


LINE = {
    "": 0, "DATE": "12/31/2018", "OrderNumber": "1", "SKU": "007", "PCS": 2, "ReferenceID": "007",
    "Location": "A1119504", "Alley_Number": "A11", "Cellule": "19", "Coord": "[19.5, 21.0]", "AlleyCell": "A1119",
}  # fmt: skip


def test_a_line_export_fills_orders_skus_bins_and_what_lies_where(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        LINE, LINE | {"OrderNumber": "2"}, LINE | {"SKU": "8", "PCS": "x"},
        LINE | {"SKU": "6.9E+12", "OrderNumber": "3"},
    ]  # fmt: skip
    profile, intake = read_file(write_csv(tmp_path / "l.csv", rows))
    assert profile.name == "warehouse-lines"
    assert [o.source_id for o in intake.orders] == ["2"]
    assert str(intake.orders[0].placed_at) == "2018-12-31 00:00:00+00:00"
    assert [s.code for s in intake.skus] == ["007", "8"]
    assert intake.skus[0].barcodes == (BarcodeDraft("007", 1, 2),)
    (location,) = intake.locations
    assert (location.code, location.aisle, location.bay, location.position) == ("A1119504", "A11", 19, "504")
    assert (location.x_mm, location.y_mm) == (19_500, 21_000)
    assert [(p.location, p.sku) for p in intake.places] == [("A1119504", "007"), ("A1119504", "8")]
    assert told(intake) == [(4, "quantity_invalid"), (5, "code_scientific"), (5, "barcode_scientific")]


@pytest.mark.parametrize("kind", ["orders", "skus", "locations", "places"])
def test_one_kind_of_several(tmp_path: Path, kind: str) -> None:
    profile, intake = read_file(write_csv(tmp_path / "l.csv", [LINE]), kind=kind)
    assert profile.kinds == (kind,)
    found = {
        "orders": intake.orders, "skus": intake.skus, "locations": intake.locations, "places": intake.places,
    }  # fmt: skip
    assert [name for name, drafts in found.items() if drafts] == [kind]
