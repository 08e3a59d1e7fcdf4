from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from app.domain.errors import KnownError, Refusal
from app.domain.incoming import Exponent, Spoilt
from app.sync import file_readers
from app.sync.file_profiles import Profile, load
from app.sync.file_readers import ImportFile
from tests.intake import write_csv, write_json, write_xlsx

ORDERS = load("packbench-orders")


def profile(folder: Path, text: str) -> Profile:
    path = folder / "mine.toml"
    path.write_text('base = "packbench-orders"\n' + text, encoding="utf-8")
    return load(path)


def refusal(path: Path, chosen: Profile = ORDERS) -> tuple[str, dict[str, Any]]:
    with pytest.raises(Refusal) as caught:
        list(ImportFile(path).records(chosen))
    facts = dict(caught.value.facts)
    assert facts.pop("file") == path.name
    return caught.value.code, facts


def put(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.csv", b"", ("file_empty", {})),
        ("a.csv", b" \r\n\n", ("file_empty", {})),
        ("a.csv", b"\xef\xbb\xbf\n", ("file_empty", {})),
        ("a.xlsx", b"", ("file_empty", {})),
        ("a.csv", PNG, ("file_binary", {"format": "csv"})),
        ("a.csv", b"PK\x03\x04rest", ("file_binary", {"format": "csv"})),
        ("a.csv", b"order,sku\n1,\x00\x01\n", ("file_binary", {"format": "csv"})),
        ("a.json", PNG, ("file_binary", {"format": "json"})),
        ("a.csv", "order,sku\n1,王\n2,小\n".encode("gbk"), ("file_encoding", {"encoding": "utf-8-sig", "line": 2})),
        ("a.csv", b'order,sku\n1,a\n2,"b\n3,c\n', ("csv_broken", {"line": 3})),
        ("a.csv", b'order,sku\n1,"a" b\n', ("csv_broken", {"line": 2})),
        ("a.csv", b"order,sku\n1," + b"x" * 200_000, ("csv_broken", {"line": 2})),
        ("a.csv", b"order,sku,SKU\n1,a,b\n", ("columns_repeated", {"column": "SKU"})),
        ("a.json", b'{"orders": [\n{"order": 1,}]}', ("json_broken", {"line": 2})),
        ("a.json", b'{"orders": [{"order": NaN}]}', ("json_broken", {"line": 1})),
        ("a.json", b'{"orders": [{"order": 1e999}]}', ("json_broken", {"line": 1})),
        ("a.json", b"[" * 100_000, ("json_broken", {"line": 1})),
        ("a.json", b"1" * 5_000, ("json_broken", {"line": 1})),
        ("a.json", b'{"order": 1}', ("json_no_records", {"path": "orders"})),
        ("a.json", b'{"orders": [1]}', ("json_no_records", {"path": "orders"})),
        ("a.xlsx", b"order,sku\n1,2\n", ("xlsx_not_workbook", {})),
        ("a.xlsx", PNG, ("xlsx_not_workbook", {})),
        ("a.pdf", b"%PDF", ("file_kind_unknown", {})),
        ("a", b"x", ("file_kind_unknown", {})),
    ],
)
def test_a_file_that_is_not_what_it_claims(
    tmp_path: Path, name: str, content: bytes, expected: tuple[str, dict[str, Any]]
) -> None:
    assert refusal(put(tmp_path / name, content)) == expected


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(KnownError) as caught:
        ImportFile(tmp_path / "none.csv")
    assert (caught.value.code, caught.value.facts) == ("file_unreadable", {"file": "none.csv"})
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(KnownError, match="file_unreadable"):
        ImportFile(tmp_path / "folder.csv")


def test_a_file_that_is_too_big(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_readers, "MAX_BYTES", 10)
    assert refusal(put(tmp_path / "a.csv", b"x" * 11))[0] == "file_too_big"


def archive(path: Path, **parts: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name.replace("__", "/") + ".xml", content)
    return path


def test_archives_that_are_no_workbooks(tmp_path: Path) -> None:
    assert refusal(archive(tmp_path / "a.xlsx", hello=b"<a/>")) == ("xlsx_not_workbook", {})
    assert refusal(archive(tmp_path / "b.xlsx", xl__workbook=b"<a/>")) == ("xlsx_not_workbook", {})
    whole = write_xlsx(tmp_path / "c.xlsx", [{"order": "1"}]).read_bytes()
    assert refusal(put(tmp_path / "d.xlsx", whole[: len(whole) // 2])) == ("xlsx_not_workbook", {})
    renamed = whole.replace(b"xl/worksheets", b"xl/worksheetz")
    assert refusal(put(tmp_path / "e.xlsx", renamed)) == ("xlsx_not_workbook", {})


def test_a_zip_bomb_is_refused_unopened(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.xlsx", xl__workbook=b"<a/>", xl__worksheets__sheet1=b"<row/>" * 2_000_000)
    assert path.stat().st_size < 60_000
    assert refusal(path) == ("xlsx_too_big", {})


def doctored(folder: Path, *changes: tuple[bytes, bytes]) -> Path:
    """A workbook of one order whose sheet was changed behind the back of every spreadsheet program."""
    whole = write_xlsx(folder / "whole.xlsx", [{"order": "1"}])
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(folder / "a.xlsx", "w") as new:
        for part in old.namelist():
            content = old.read(part)
            if part.endswith("sheet1.xml"):
                for before, after in changes:
                    assert before in content
                    content = content.replace(before, after, 1)
            new.writestr(part, content)
    return folder / "a.xlsx"


def test_a_sheet_that_claims_endless_rows_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_readers, "MAX_ROWS", 1_000)
    path = doctored(tmp_path, (b'<row r="2"', b'<row r="99999"'), (b'r="A2"', b'r="A99999"'))
    assert refusal(path) == ("xlsx_too_big", {})


def test_entities_are_refused(tmp_path: Path) -> None:
    assert list(ImportFile(doctored(tmp_path)).records(ORDERS))
    path = doctored(tmp_path, (b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet'))
    assert refusal(path) == ("xlsx_not_workbook", {})


def test_rows_of_a_csv(tmp_path: Path) -> None:
    path = put(
        tmp_path / "a.csv",
        b'\xef\xbb\xbf Order ,sku,street,note\r\n1,007,"a\r\nb",=1+1\r\n\r\n,,,\r\n'
        b"2,\xe7\x8e\x8b,c\r\n3,x,y,z,\r\n4,x,y,z,!\r\n",
    )
    file = ImportFile(path)
    assert file.names(ORDERS) == ("Order", "sku", "street", "note")
    found = list(file.records(ORDERS))
    assert [(r.line, r.fields, r.shifted) for r in found] == [
        (2, {"order": "1", "sku": "007", "street": "a\r\nb"}, False),
        (6, {"order": "2", "sku": "王", "street": "c"}, True),
        (7, {"order": "3", "sku": "x", "street": "y"}, False),
        (8, {"order": "4", "sku": "x", "street": "y"}, True),
    ]
    assert found[0].raw == {"Order": "1", "sku": "007", "street": "a\r\nb", "note": "=1+1"}


def test_encoding_delimiter_and_parts_of_cells(tmp_path: Path) -> None:
    chosen = profile(
        tmp_path, 'encoding = "gbk"\ndelimiter = ";"\n[columns]\ncity = { column = "sku", start = 1, end = 3 }\n'
    )
    row: dict[str, object] = {"order": "1", "sku": "王小明!", "street": "a", "street2": "b"}
    path = write_csv(tmp_path / "a.csv", [row], encoding="gbk", delimiter=";")
    (record,) = ImportFile(path).records(chosen)
    assert record.fields == {"order": "1", "sku": "王小明!", "street": "a\nb", "city": "小明"}


def test_utf_16_is_no_binary_file(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [{"order": "1", "sku": "ж"}], encoding="utf-16")
    (record,) = ImportFile(path).records(profile(tmp_path, 'encoding = "utf-16"'))
    assert record.fields == {"order": "1", "sku": "ж"}


def test_repeated_columns_that_nobody_asks_for_are_kept(tmp_path: Path) -> None:
    path = put(tmp_path / "a.csv", b"order,x,x,\n1,a,b,c\n")
    (record,) = ImportFile(path).records(ORDERS)
    assert record.raw == {"order": "1", "x": "a", "x#2": "b", "": "c"}


def test_cells_of_a_workbook(tmp_path: Path) -> None:
    path = write_xlsx(
        tmp_path / "a.xlsx",
        [
            {"order": 7, "sku": "007", "quantity": 2, "street": '=HYPERLINK("http://x")', "city": "#N/A"},
            {"order": 7.5, "sku": 6901234567892, "quantity": None},
            {"order": 12345678901234567890},
        ],
    )
    first, second, third = ImportFile(path).records(ORDERS)
    assert first.fields == {
        "order": 7, "sku": "007", "quantity": 2, "street": '=HYPERLINK("http://x")', "city": Spoilt.ERROR,
    }  # fmt: skip
    assert (second.line, second.shifted) == (3, False)
    assert (second.fields["sku"], second.fields["quantity"]) == (6901234567892, None)
    assert third.fields["order"] is Spoilt.NUMBER_TOO_LONG


def test_a_sheet_by_its_name(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    other = book.create_sheet("Data")
    other.append(["order", "sku"])
    other.append(["1", "x"])
    book.save(tmp_path / "a.xlsx")
    (record,) = ImportFile(tmp_path / "a.xlsx").records(profile(tmp_path, 'sheet = "Data"'))
    assert record.fields == {"order": "1", "sku": "x"}
    assert refusal(tmp_path / "a.xlsx", profile(tmp_path, 'sheet = "Nope"')) == ("sheet_unknown", {"sheet": "Nope"})
    assert refusal(tmp_path / "a.xlsx") == ("file_empty", {})


def test_objects_of_a_json_file(tmp_path: Path) -> None:
    nested = {"order": 1, "city": None, "street": "a", "lines": [{"sku": "007", "quantity": 2, "x": 1}, "odd"]}
    path = write_json(tmp_path / "a.json", {"orders": [nested, {"order": 2, "sku": "x", "quantity": 1}]})
    file = ImportFile(path)
    assert set(file.names(ORDERS)) == {"order", "city", "street", "lines", "sku", "quantity", "x"}
    whole, flat = file.records(ORDERS)
    assert (whole.line, whole.whole, whole.fields, whole.raw) == (1, True, {"order": 1, "street": "a"}, nested)
    assert list(whole.lines) == [{"sku": "007", "quantity": 2}, {}]
    assert (flat.line, flat.whole, flat.fields) == (2, False, {"order": 2, "sku": "x", "quantity": 1})


def test_a_list_alone_and_numbers_as_they_were_written(tmp_path: Path) -> None:
    path = put(tmp_path / "a.json", b'[{"order": 690123456789012345678, "sku": 6.9E+12}]')
    (record,) = ImportFile(path).records(ORDERS)
    assert record.fields["order"] == 690123456789012345678
    assert isinstance(record.fields["sku"], Exponent)
    assert record.fields["sku"].literal == "6.9E+12"


def test_paths_into_json(tmp_path: Path) -> None:
    chosen = profile(
        tmp_path,
        '[json]\nrecords = "data.list"\nlines = "cart.items"\n[columns]\ncity = "ship.city"\nsku = "item.code"\n',
    )
    path = write_json(
        tmp_path / "a.json",
        {"data": {"list": [{"order": "1", "ship": {"city": "Rom"}, "cart": {"items": [{"item": {"code": "x"}}]}}]}},
    )
    file = ImportFile(path)
    (record,) = file.records(chosen)
    assert record.fields == {"order": "1", "city": "Rom"}
    assert list(record.lines) == [{"sku": "x"}]
    assert {"ship.city", "item.code", "order"} <= set(file.names(chosen))
