from __future__ import annotations

from datetime import UTC
from decimal import Decimal
from pathlib import Path

import pytest

from app.domain.errors import KnownError, Refusal
from app.sync.file_profiles import KINDS, Source, load, load_shipped, shipped

MINIMAL = 'kinds = ["orders"]\n[columns]\norder = "No"\nsku = "Item"\nquantity = "Qty"\n'


def write(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_is_shipped() -> None:
    assert shipped() == (
        "packbench-kits", "packbench-locations", "packbench-orders", "packbench-skus", "packbench-stock",
        "packbench-substitutes", "warehouse-lines",
    )  # fmt: skip
    assert {kind for profile in load_shipped() for kind in profile.kinds} == set(KINDS)


def test_a_profile_of_ones_own(tmp_path: Path) -> None:
    profile = load(
        write(
            tmp_path,
            'encoding = "gbk"\ndelimiter = ";"\ndecimal = ","\ndates = ["%d.%m.%Y"]\nzone = "Asia/Shanghai"\n'
            'backend = "erp"\nsheet = "Data"\n'
            + MINIMAL
            + 'street = ["A1", "A2"]\nlocation = { column = "L", start = 2 }\n'
            '[units]\nweight = "kg"\nsize = "cm"\nplace = "m"\n[json]\nrecords = "data.orders"\nlines = "items"\n'
            '[constants]\nshop = "web"\ncountry = "DE"\n',
        )
    )
    assert (profile.name, profile.kinds, profile.encoding, profile.delimiter) == ("mine", ("orders",), "gbk", ";")
    assert (profile.decimal, profile.dates, str(profile.zone)) == (",", ("%d.%m.%Y",), "Asia/Shanghai")
    assert (profile.weight, profile.size, profile.place) == (Decimal(1000), Decimal(10), Decimal(1000))
    assert profile.columns["street"] == Source(("A1", "A2"))
    assert profile.columns["location"] == Source(("L",), start=2)
    assert (profile.records, profile.lines, profile.sheet, profile.backend) == ("data.orders", "items", "Data", "erp")
    assert profile.constants == {"shop": "web", "country": "DE"}


def test_what_holds_without_being_said(tmp_path: Path) -> None:
    profile = load(write(tmp_path, MINIMAL))
    assert (profile.encoding, profile.delimiter, profile.decimal, profile.dates) == ("utf-8-sig", ",", ".", ("iso",))
    assert (profile.zone, profile.backend, profile.formats) == (None, "file", ("csv", "xlsx", "json"))
    assert load(write(tmp_path, 'zone = "UTC"\n' + MINIMAL)).zone is UTC


def test_a_profile_can_stand_on_one_of_ours(tmp_path: Path) -> None:
    profile = load(write(tmp_path, 'base = "packbench-orders"\nencoding = "gbk"\n[columns]\norder = "订单号"\n'))
    assert profile.encoding == "gbk"
    assert profile.columns["order"] == Source(("订单号",))
    assert profile.columns["sku"] == Source(("sku",))
    assert profile.constants == {"shop": "file"}


@pytest.mark.parametrize(
    ("text", "code", "key"),
    [
        ("kinds = [", "profile_syntax", None),
        ('colour = "red"\n' + MINIMAL, "profile_key_unknown", "colour"),
        (MINIMAL + 'colour = "red"\n', "profile_key_unknown", "columns.colour"),
        ('units = { speed = "x" }\n' + MINIMAL, "profile_key_unknown", "units.speed"),
        ("[columns]\n", "profile_key_missing", "kinds"),
        ('kinds = []\n[columns]\n', "profile_key_invalid", "kinds"),
        ('kinds = ["sku"]\n[columns]\n', "profile_key_invalid", "kinds"),
        ('kinds = "orders"\n[columns]\n', "profile_key_invalid", "kinds"),
        ('kinds = ["orders"]\n[columns]\norder = "No"\nsku = "Item"\n', "profile_key_missing", "columns.quantity"),
        (MINIMAL + 'status = "S"\n', "profile_key_missing", "cancelled"),
        ('columns = "x"\nkinds = ["orders"]\n', "profile_key_invalid", "columns"),
        ('encoding = "utf-9"\n' + MINIMAL, "profile_key_invalid", "encoding"),
        ('encoding = "base64"\n' + MINIMAL, "profile_key_invalid", "encoding"),
        ("encoding = 8\n" + MINIMAL, "profile_key_invalid", "encoding"),
        ('delimiter = ";;"\n' + MINIMAL, "profile_key_invalid", "delimiter"),
        ('decimal = "1"\n' + MINIMAL, "profile_key_invalid", "decimal"),
        ('dates = ["%Q"]\n' + MINIMAL, "profile_key_invalid", "dates"),
        ('dates = ["%m/%d"]\n' + MINIMAL, "profile_key_invalid", "dates"),
        ("dates = [1]\n" + MINIMAL, "profile_key_invalid", "dates"),
        ('zone = "Mars/Olympus"\n' + MINIMAL, "profile_key_invalid", "zone"),
        ('zone = "../../etc/passwd"\n' + MINIMAL, "profile_key_invalid", "zone"),
        ('formats = ["xls"]\n' + MINIMAL, "profile_key_invalid", "formats"),
        ('units = { weight = "lb" }\n' + MINIMAL, "profile_key_invalid", "units.weight"),
        ('constants = { colour = "x" }\n' + MINIMAL, "profile_key_invalid", "constants.colour"),
        ('constants = { shop = "" }\n' + MINIMAL, "profile_key_invalid", "constants.shop"),
        ('constants = { country = "UK" }\n' + MINIMAL, "profile_key_invalid", "constants.country"),
        (MINIMAL + 'city = ["a", "b"]\n', "profile_key_invalid", "columns.city"),
        (MINIMAL + "city = 1\n", "profile_key_invalid", "columns.city"),
        (MINIMAL + 'city = ""\n', "profile_key_invalid", "columns.city"),
        (MINIMAL + 'city = { column = "a", start = -1 }\n', "profile_key_invalid", "columns.city"),
        (MINIMAL + 'city = { column = "a", start = 3, end = 2 }\n', "profile_key_invalid", "columns.city"),
        (MINIMAL + 'city = { column = "a", from = 3 }\n', "profile_key_invalid", "columns.city"),
        (MINIMAL + "city = { start = 3 }\n", "profile_key_invalid", "columns.city"),
        ('base = "nobody"\n' + MINIMAL, "profile_key_invalid", "base"),
    ],
)
def test_a_wrong_profile_is_refused_by_file_and_key(tmp_path: Path, text: str, code: str, key: str | None) -> None:
    with pytest.raises(Refusal) as caught:
        load(write(tmp_path, text))
    facts = {"file": "mine.toml"} if key is None else {"file": "mine.toml", "key": key}
    assert (caught.value.code, caught.value.facts) == (code, facts)


def test_a_profile_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as caught:
        load("shopify")
    assert caught.value.code == "profile_unknown"
    assert "warehouse-lines" in str(caught.value.facts["profiles"])
    with pytest.raises(KnownError, match="file_unreadable"):
        load(tmp_path / "none.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Refusal, match="profile_syntax"):
        load(str(tmp_path / "binary.toml"))
