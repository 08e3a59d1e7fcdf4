"""Carriers' files: those that are shipped, those of a person, and what is said of one that cannot be used."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.carriers.profiles import carriers, profile, user_folder, void_deadline
from app.domain.carriers import OWN, refusals
from app.domain.errors import KnownError
from app.domain.numbers import NumberForm
from app.texts import explain

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
WELL = 'code = "ACME"\nname = "Acme"\n'
SERVICE = '[[service]]\ncode = "A"\nname = "A"\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PACKBENCH_SETTINGS", str(tmp_path / "settings.toml"))
    made = user_folder()
    made.mkdir()
    assert made == tmp_path / "carriers"
    return made


def write(folder: Path, text: str, name: str = "acme.toml") -> None:
    path = folder / name
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(before + 1_000, before + 1_000))


def wrong(folder: Path, text: str, name: str = "acme.toml") -> KnownError:
    write(folder, text, name)
    with pytest.raises(KnownError) as caught:
        profile(name.removesuffix(".toml"))
    assert explain(caught.value).startswith(f"The carrier's file {folder / name}")
    return caught.value


def test_the_shipped_ones_are_examples_and_usable() -> None:
    found, faults = carriers()
    assert faults == ()
    assert [each.code for each in found] == ["EXAMPLE-EXPRESS", "EXAMPLE-POST"]
    for each in found:
        assert each.example
        assert "Example" in each.name
        assert each.services
        assert (each.label_width_mm or 0) > 0 < (each.label_height_mm or 0)
    assert refusals(profile("example-post"), "PACKET", "DE", 500) == ()


@pytest.mark.parametrize("carrier", ["", "ACME", "../example-post", "EXAMPLE-POST.toml", "a" * 99, "пост"])
def test_an_unknown_carrier_is_packbenchs_own(folder: Path, carrier: str) -> None:
    assert profile(carrier) is OWN
    assert void_deadline(carrier, AT) is None


def test_a_file_of_a_person_adds_a_carrier_and_replaces_a_shipped_one(folder: Path) -> None:
    assert void_deadline("EXAMPLE-POST", AT) == AT + timedelta(hours=24)
    write(folder, WELL + 'void_hours = 2\nnumber_form = "sscc"\n')
    assert void_deadline("acme", AT) == AT + timedelta(hours=2)
    assert profile("ACME").number_form is NumberForm.SSCC
    write(folder, 'code = "EXAMPLE-POST"\nname = "Ours"\n', "example-post.toml")
    assert profile("Example-Post").name == "Ours"
    assert [each.name for each in carriers()[0]] == ["Acme", "Example Express", "Ours"]
    write(folder, WELL + "void_hours = 5\n")  # followed without a new start
    assert void_deadline("ACME", AT) == AT + timedelta(hours=5)


@pytest.mark.parametrize(
    ("text", "key", "why"),
    [
        ("", "code", "carrier_key_text"),
        ('code = "AC ME"\nname = "x"', "code", "carrier_key_code"),
        ('code = "OTHER"\nname = "x"', "code", "carrier_key_file_name"),
        ('code = "ACME"\nname = 7', "name", "carrier_key_text"),
        (WELL + "void_hour = 3", "void_hour", "carrier_key_unknown"),
        (WELL + "void_hours = 0", "void_hours", "carrier_key_number"),
        (WELL + "void_hours = true", "void_hours", "carrier_key_number"),
        (WELL + 'label_width_mm = "100"', "label_width_mm", "carrier_key_number"),
        (WELL + "example = 1", "example", "carrier_key_flag"),
        (WELL + 'number_form = "S10"', "number_form", "carrier_key_form"),
        (WELL + 'service = "A"', "service", "carrier_key_tables"),
        (WELL + '[[service]]\nname = "A"', "service 1: code", "carrier_key_text"),
        (WELL + SERVICE + SERVICE, "service", "carrier_key_twice"),
        (WELL + SERVICE + "max_weight = 3", "service 1: max_weight", "carrier_key_unknown"),
        (WELL + SERVICE + 'countries = ["de"]', "service 1: countries", "carrier_key_countries"),
        (WELL + SERVICE + 'countries = ["DE"]\nexcluded = ["FR"]', "service 1: excluded", "carrier_key_either"),
        (WELL + SERVICE + "max_value = 3", "service 1: max_value", "carrier_key_amounts"),
        (WELL + SERVICE + "max_value = { EURO = 3 }", "service 1: max_value.EURO", "carrier_key_amounts"),
        (WELL + SERVICE + "max_value = { EUR = 1.5 }", "service 1: max_value.EUR", "carrier_key_number"),
        (WELL + SERVICE + "[[service.forbidden]]", "service 1: forbidden 1: goods", "carrier_key_nothing"),
        (WELL + SERVICE + '[[service.forbidden]]\ngoods = ["knifes"]', "service 1: forbidden 1: goods",
         "carrier_key_goods"),
        (WELL + SERVICE + '[[service.forbidden]]\nbatteries = ["lithium"]', "service 1: forbidden 1: batteries",
         "carrier_key_batteries"),
    ],
)
def test_what_is_wrong_in_a_file_is_told_with_its_place(folder: Path, text: str, key: str, why: str) -> None:
    facts = wrong(folder, text).facts
    assert (facts["key"], facts["why_code"]) == (key, why)


def test_a_file_that_cannot_be_read_stops_its_own_carrier_alone(folder: Path) -> None:
    assert wrong(folder, "code = ").code == "carrier_file_unreadable"
    (folder / "utf.toml").write_bytes(b'name = "\xff"')
    with pytest.raises(KnownError, match="carrier_file_unreadable"):
        profile("UTF")
    assert profile("EXAMPLE-POST").name == "Example Post"
    found, faults = carriers()
    assert [each.code for each in found] == ["EXAMPLE-EXPRESS", "EXAMPLE-POST"]
    assert len(faults) == 2
