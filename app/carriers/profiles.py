"""Carriers as files describe them: TOML in `resources/carriers`, and in the folder `carriers` beside the settings.

A file is named after its carrier's code in lower case; one in the user's folder replaces the shipped one. It says:

    code, name                          as a person reads them
    example                             true: made up, no real carrier
    number_form                         "s10", "sscc", "plain"; left out: any
    void_hours                          until a label can no longer be voided; left out: until it is on a manifest
    label_width_mm, label_height_mm     media of its labels
    [[service]]                         code, name, max_weight_g, countries or excluded, max_value by currency
    [[service.forbidden]]               goods, batteries, countries (left out: all)

A file that cannot be used stops its own carrier alone.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache, lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from app.domain.carriers import OWN, CarrierProfile, CarrierService, Forbidden
from app.domain.customs import Battery, GoodsClass
from app.domain.errors import KnownError
from app.domain.money import DECIMALS
from app.domain.numbers import NumberForm
from app.settings import settings_path

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", re.ASCII)
_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
_CLASS = re.compile(r"[a-z0-9_]{1,40}", re.ASCII)
_CARRIER_KEYS = frozenset({
    "code", "name", "example", "number_form", "void_hours", "label_width_mm", "label_height_mm", "service",
})  # fmt: skip
_SERVICE_KEYS = frozenset({"code", "name", "max_weight_g", "countries", "excluded", "max_value", "forbidden"})
_FORBIDDEN_KEYS = frozenset({"goods", "batteries", "countries"})
_MAX_HOURS = 24 * 366
_MAX_MM = 1_000
_MAX_G = 1_000_000
_MAX_MINOR = 10**12


def user_folder() -> Path:
    """Where a person puts files of own carriers; it may not exist."""
    return settings_path().parent / "carriers"


def profile(carrier: str) -> CarrierProfile:
    """The carrier with this code, whatever its case; Packbench's own, which takes everything, for "" or an unknown one.

    Raises KnownError `carrier_file_wrong` (file, key, why_code) or `carrier_file_unreadable` (file, why) when the
    carrier's file cannot be used.
    """
    if not _CODE.fullmatch(carrier):
        return OWN
    name = f"{carrier.lower()}.toml"
    own = user_folder() / name
    try:
        changed = own.stat().st_mtime_ns
    except OSError:
        return _shipped().get(name) or OWN
    return _read_own(own, changed)


def void_deadline(carrier: str, at: datetime) -> datetime | None:
    """Until when a label that is made now can be voided; None: as long as it is on no manifest."""
    return profile(carrier).void_by(at)


def carriers() -> tuple[tuple[CarrierProfile, ...], tuple[KnownError, ...]]:
    """Every carrier that there is a file of, by its code, and what is wrong with files that cannot be used."""
    found, wrong = dict(_shipped()), []
    for path in sorted(user_folder().glob("*.toml")):
        found.pop(path.name, None)
        try:
            found[path.name] = _read_own(path, path.stat().st_mtime_ns)
        except KnownError as error:
            wrong.append(error)
        except OSError as error:
            wrong.append(KnownError("carrier_file_unreadable", file=str(path), why=error.strerror or ""))
    return tuple(found[name] for name in sorted(found)), tuple(wrong)


@cache
def _shipped() -> Mapping[str, CarrierProfile]:
    folder = resources.files("resources").joinpath("carriers")
    return {each.name: _read(each, each.name) for each in folder.iterdir() if each.name.endswith(".toml")}


@lru_cache(maxsize=200)
def _read_own(path: Path, changed: int) -> CarrierProfile:
    """A file of the user's folder; `changed` tells when it is another one."""
    return _read(path, str(path))


def _read(file: Path | Traversable, name: str) -> CarrierProfile:
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise KnownError("carrier_file_unreadable", file=name, why=error.strerror or "") from None
    except UnicodeDecodeError:
        raise KnownError("carrier_file_unreadable", file=name, why="UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise KnownError("carrier_file_unreadable", file=name, why=str(error).rstrip(".")) from None
    return _carrier(_Table(name, "", content))


class _Table:
    """A table of a file, whose keys are read one by one; what is wrong is told with file and key."""

    def __init__(self, file: str, path: str, content: Mapping[str, Any]) -> None:
        self._file, self._path, self._content = file, path, content

    def wrong(self, key: str, why: str) -> KnownError:
        """What is told of a key."""
        facts = {"file": self._file, "key": f"{self._path}{key}", "why_code": why}
        return KnownError("carrier_file_wrong", **facts)

    def only(self, keys: frozenset[str]) -> None:
        """A key that nobody reads is a mistake in a name: its limit would be none."""
        for key in self._content:
            if key not in keys:
                raise self.wrong(key, "carrier_key_unknown")

    def text(self, key: str, pattern: re.Pattern[str] | None = None) -> str:
        value = self._content.get(key)
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            raise self.wrong(key, "carrier_key_text")
        if pattern is not None and not pattern.fullmatch(value):
            raise self.wrong(key, "carrier_key_code")
        return value.strip()

    def number(self, key: str, most: int) -> int | None:
        value = self._content.get(key)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= most:
            raise self.wrong(key, "carrier_key_number")
        return value

    def flag(self, key: str) -> bool:
        value = self._content.get(key, False)
        if not isinstance(value, bool):
            raise self.wrong(key, "carrier_key_flag")
        return value

    def words(self, key: str, pattern: re.Pattern[str], why: str) -> frozenset[str]:
        value = self._content.get(key, [])
        if not isinstance(value, list) or not all(isinstance(each, str) and pattern.fullmatch(each) for each in value):
            raise self.wrong(key, why)
        return frozenset(value)

    def countries(self, key: str) -> frozenset[str]:
        return self.words(key, _COUNTRY, "carrier_key_countries")

    def amounts(self, key: str) -> dict[str, int]:
        value = self._content.get(key, {})
        if not isinstance(value, dict):
            raise self.wrong(key, "carrier_key_amounts")
        inside = _Table(self._file, f"{self._path}{key}.", value)
        made = {}
        for currency in value:
            if currency not in DECIMALS:
                raise inside.wrong(currency, "carrier_key_amounts")
            made[currency] = inside.number(currency, _MAX_MINOR) or 0
        return made

    def form(self, key: str) -> NumberForm | None:
        value = self._content.get(key)
        if value is None:
            return None
        if value not in list(NumberForm):
            raise self.wrong(key, "carrier_key_form")
        return NumberForm(value)

    def tables(self, key: str) -> Iterator[_Table]:
        value = self._content.get(key, [])
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise self.wrong(key, "carrier_key_tables")
        for number, each in enumerate(value, 1):
            yield _Table(self._file, f"{self._path}{key} {number}: ", each)


def _carrier(table: _Table) -> CarrierProfile:
    table.only(_CARRIER_KEYS)
    made = CarrierProfile(
        code=table.text("code", _CODE), name=table.text("name"),
        services=tuple(_service(each) for each in table.tables("service")),
        label_width_mm=table.number("label_width_mm", _MAX_MM),
        label_height_mm=table.number("label_height_mm", _MAX_MM), void_hours=table.number("void_hours", _MAX_HOURS),
        number_form=table.form("number_form"), example=table.flag("example"),
    )
    if f"{made.code.lower()}.toml" != Path(table._file).name:
        raise table.wrong("code", "carrier_key_file_name")
    codes = [each.code.casefold() for each in made.services]
    if len(set(codes)) < len(codes):
        raise table.wrong("service", "carrier_key_twice")
    return made


def _service(table: _Table) -> CarrierService:
    table.only(_SERVICE_KEYS)
    made = CarrierService(
        code=table.text("code"), name=table.text("name"), max_weight_g=table.number("max_weight_g", _MAX_G),
        countries=table.countries("countries"), excluded=table.countries("excluded"),
        max_value=table.amounts("max_value"), forbidden=tuple(_forbidden(each) for each in table.tables("forbidden")),
    )
    if made.countries and made.excluded:
        raise table.wrong("excluded", "carrier_key_either")
    return made


def _forbidden(table: _Table) -> Forbidden:
    table.only(_FORBIDDEN_KEYS)
    made = Forbidden(
        goods=table.words("goods", _CLASS, "carrier_key_classes"),
        batteries=table.words("batteries", _CLASS, "carrier_key_classes"), countries=table.countries("countries"),
    )
    if not made.goods <= set(GoodsClass):
        raise table.wrong("goods", "carrier_key_goods")
    if not made.batteries <= set(Battery):
        raise table.wrong("batteries", "carrier_key_batteries")
    if not made.goods and not made.batteries:
        raise table.wrong("goods", "carrier_key_nothing")
    return made
