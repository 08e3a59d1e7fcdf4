"""Mapping profiles: which column of somebody's file is which of our fields, and how its values are written (TOML)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.domain.errors import KnownError, Refusal
from app.domain.incoming import COUNTRIES, LENGTH_UNITS, WEIGHT_UNITS
from app.domain.money import DECIMALS

FORMATS = ("csv", "xlsx", "json")
# what a file can hold, with the fields it cannot do without; "places" says only which SKU lies at which location
KINDS: Mapping[str, tuple[str, ...]] = {
    "skus": ("sku",),
    "kits": ("kit", "component", "quantity"),
    "substitutes": ("sku", "substitute"),
    "locations": ("location",),
    "places": ("location", "sku"),
    "stock": ("location", "sku", "on_hand"),
    "orders": ("order", "sku", "quantity"),
}
LINE_FIELDS = ("sku", "quantity", "price")
ORDER_FIELDS = (
    "order", "shop", "status", "source_version", "placed_at", "ship_by", "service", "recipient_name",
    "recipient_phone", "street", "postcode", "city", "region", "country", "carrier", "language", "currency", "freight",
    "gift_message", "hide_prices", "incoterm", "ioss", "recipient_vat", "recipient_eori", "buyer_message", "vip",
    "first_order", "allow_split", "allow_substitutes",
)  # fmt: skip
SKU_FIELDS = (
    "sku_name", "barcodes", "weight", "length", "width", "height", "hs_code", "origin", "customs_description", "value",
    "value_currency", "battery", "restricted", "handling_class", "captures", "min_shelf_days", "kit_mode",
)  # fmt: skip
SET_FIELDS = ("kit", "component", "substitute")
LOCATION_FIELDS = ("location", "aisle", "bay", "position", "x", "y", "coordinates")
FIELDS = (
    *ORDER_FIELDS, *LINE_FIELDS, *SKU_FIELDS, *SET_FIELDS, *LOCATION_FIELDS, "lot", "expires", "on_hand",
)  # fmt: skip
CONSTANTS = ("shop", "service", "country", "location", "carrier", "currency", "value_currency")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a field comes from: columns, joined as lines if several; or characters `start` to `end` of one."""

    columns: tuple[str, ...]
    start: int = 0
    end: int | None = None

    @property
    def cut(self) -> bool:
        """Whether only a part of the cell is meant."""
        return self.start > 0 or self.end is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How to read one sort of file; `zone` None means the warehouse's zone, `records` and `lines` are JSON paths."""

    name: str
    kinds: tuple[str, ...]
    columns: Mapping[str, Source]
    formats: tuple[str, ...] = FORMATS
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    decimal: str = "."
    dates: tuple[str, ...] = ("iso",)
    zone: tzinfo | None = None
    backend: str = "file"
    sheet: str | None = None
    weight: Decimal = WEIGHT_UNITS["g"]
    size: Decimal = LENGTH_UNITS["mm"]
    place: Decimal = LENGTH_UNITS["mm"]
    records: str = ""
    lines: str | None = None
    open: tuple[str, ...] = ()
    cancelled: tuple[str, ...] = ()
    constants: Mapping[str, str] = field(default_factory=dict)

    @property
    def required(self) -> tuple[str, ...]:
        """The fields without which its kinds cannot be read."""
        return tuple(dict.fromkeys(name for kind in self.kinds for name in KINDS[kind] if name not in self.constants))


def shipped() -> tuple[str, ...]:
    """The names of the profiles that come with Packbench."""
    folder = resources.files("resources") / "profiles"
    return tuple(sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml")))


def load(profile: str | Path) -> Profile:
    """A shipped profile by its name, or one of the user's by its path.

    Raises Refusal `profile_unknown` (facts `profile`, `profiles`), `profile_syntax` (`file`), `profile_key_unknown`,
    `profile_key_missing` and `profile_key_invalid` (`file`, `key`), KnownError `file_unreadable`.
    """
    text, name = _text(profile)
    return _read(name, _parse(name, text))


def load_shipped() -> tuple[Profile, ...]:
    """All shipped profiles."""
    return tuple(load(name) for name in shipped())


def _text(profile: str | Path) -> tuple[str, str]:
    if isinstance(profile, str) and re.fullmatch(r"[\w-]+", profile):
        if profile not in shipped():
            raise Refusal("profile_unknown", profile=profile, profiles=", ".join(shipped()))
        file = resources.files("resources") / "profiles" / f"{profile}.toml"
        return file.read_text(encoding="utf-8"), profile
    path = Path(profile)
    try:
        return path.read_text(encoding="utf-8"), path.name
    except OSError:
        raise KnownError("file_unreadable", file=path.name) from None
    except UnicodeDecodeError:
        raise Refusal("profile_syntax", file=path.name) from None


def _parse(name: str, text: str) -> dict[str, Any]:
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise Refusal("profile_syntax", file=name) from None
    base = found.pop("base", None)
    if base is None:
        return found
    if not isinstance(base, str) or base not in shipped():
        raise Refusal("profile_key_invalid", file=name, key="base")
    # a user's profile may be one of ours with another encoding or a few other columns
    whole = _parse(base, _text(base)[0])
    for key, value in found.items():
        both = isinstance(value, dict) and isinstance(whole.get(key), dict)
        whole[key] = {**whole[key], **value} if both else value
    return whole


def _read(name: str, keys: dict[str, Any]) -> Profile:
    reader = _Keys(name, keys)
    kinds = reader.words("kinds", tuple(KINDS), needed=True)
    profile = Profile(
        name=name.removesuffix(".toml"),
        kinds=tuple(kind for kind in KINDS if kind in kinds),
        formats=reader.words("formats", FORMATS) or FORMATS,
        encoding=reader.encoding(),
        delimiter=reader.character("delimiter", ","),
        decimal=reader.character("decimal", "."),
        dates=reader.dates(),
        zone=reader.zone(),
        backend=reader.string("backend", "file"),
        sheet=reader.string("sheet", "") or None,
        open=reader.words("open"),
        cancelled=reader.words("cancelled"),
        weight=reader.unit("weight", WEIGHT_UNITS, "g"),
        size=reader.unit("size", LENGTH_UNITS, "mm"),
        place=reader.unit("place", LENGTH_UNITS, "mm"),
        records=reader.string("records", "", "json"),
        lines=reader.string("lines", "", "json") or None,
        columns=reader.columns(),
        constants=reader.constants(),
    )
    reader.end()
    for needed in profile.required:
        if needed not in profile.columns:
            raise Refusal("profile_key_missing", file=name, key=f"columns.{needed}")
    if "status" in profile.columns and not profile.cancelled:
        raise Refusal("profile_key_missing", file=name, key="cancelled")
    return profile


class _Keys:
    """Takes the keys of a profile one by one, so that those left over are known."""

    def __init__(self, file: str, keys: dict[str, Any]) -> None:
        self._file = file
        self._left: dict[str, Any] = {}
        for key, value in keys.items():
            if key in ("units", "json", "columns", "constants"):
                if not isinstance(value, dict):
                    raise self._wrong(key)
                self._left.update({f"{key}.{inner}": part for inner, part in value.items()})
            else:
                self._left[key] = value

    def _wrong(self, key: str) -> Refusal:
        return Refusal("profile_key_invalid", file=self._file, key=key)

    def string(self, key: str, default: str, table: str = "") -> str:
        key = f"{table}.{key}" if table else key
        value = self._left.pop(key, default)
        if not isinstance(value, str):
            raise self._wrong(key)
        return value

    def words(self, key: str, allowed: tuple[str, ...] | None = None, *, needed: bool = False) -> tuple[str, ...]:
        if needed and key not in self._left:
            raise Refusal("profile_key_missing", file=self._file, key=key)
        value = self._left.pop(key, [])
        good = isinstance(value, list) and all(isinstance(word, str) for word in value) and (value or not needed)
        if not good or (allowed is not None and not set(value) <= set(allowed)):
            raise self._wrong(key)
        return tuple(value)

    def character(self, key: str, default: str) -> str:
        value = self.string(key, default)
        if len(value) != 1 or value in "0123456789+-\r\n\"":
            raise self._wrong(key)
        return value

    def encoding(self) -> str:
        value = self.string("encoding", "utf-8-sig")
        try:
            b"".decode(value)
            known = bool("a".encode(value))
        except (LookupError, ValueError):
            known = False
        if not known:
            raise self._wrong("encoding")
        return value

    def dates(self) -> tuple[str, ...]:
        formats = self.words("dates") or ("iso",)
        for form in formats:
            try:
                if form != "iso" and datetime.strptime(datetime(2001, 2, 3).strftime(form), form).year != 2001:  # noqa: DTZ001, DTZ007
                    raise self._wrong("dates")
            except (ValueError, re.error):
                raise self._wrong("dates") from None
        return formats

    def zone(self) -> tzinfo | None:
        value = self.string("zone", "")
        if not value:
            return None
        found = find_zone(value)
        if found is None:
            raise self._wrong("zone")
        return found

    def unit(self, key: str, units: Mapping[str, Decimal], default: str) -> Decimal:
        value = self.string(key, default, "units")
        if value not in units:
            raise self._wrong(f"units.{key}")
        return units[value]

    def columns(self) -> dict[str, Source]:
        found: dict[str, Source] = {}
        for name in FIELDS:
            key = f"columns.{name}"
            value = self._left.pop(key, None)
            if isinstance(value, dict):
                parts = [value.pop("column", None)]
                start, end = value.pop("start", 0), value.pop("end", None)
                good_end = end is None or (type(end) is int and type(start) is int and end > start)
                if value or type(start) is not int or start < 0 or not good_end:
                    raise self._wrong(key)
            else:
                parts, start, end = value if isinstance(value, list) else [value], 0, None
            if parts == [None]:
                if value is not None:
                    raise self._wrong(key)
                continue
            if not parts or not all(isinstance(part, str) and part.strip() for part in parts):
                raise self._wrong(key)
            if len(parts) > 1 and name != "street":
                raise self._wrong(key)
            found[name] = Source(tuple(parts), start, end)
        return found

    def constants(self) -> dict[str, str]:
        """What holds where the file says nothing, or has no such column."""
        names = [key for key in self._left if key.startswith("constants.")]
        found = {key.removeprefix("constants."): self.string(key, "") for key in names}
        for name, value in found.items():
            known = {"country": COUNTRIES, "currency": DECIMALS, "value_currency": DECIMALS}.get(name)
            if name not in CONSTANTS or not value.strip() or (known is not None and value not in known):
                raise self._wrong(f"constants.{name}")
        return found

    def end(self) -> None:
        for key in self._left:
            raise Refusal("profile_key_unknown", file=self._file, key=key)


def find_zone(name: str) -> tzinfo | None:
    """The IANA zone of that name, None if there is none."""
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
