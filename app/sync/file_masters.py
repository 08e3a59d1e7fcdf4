"""Records into SKUs, locations and counted stock: every value judged, rows of the same thing brought together."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from app.domain import customs, incoming, money
from app.domain.capture import captures, captures_text
from app.domain.errors import Refusal
from app.domain.kits import KitMode
from app.domain.master import (
    MEASURES,
    BarcodeDraft,
    CountDraft,
    LocationDraft,
    SkuDraft,
    combine_locations,
    combine_skus,
)
from app.domain.policy import ANY
from app.sync.file_judge import Judge
from app.sync.file_profiles import Profile
from app.sync.file_readers import Record

MAX_SHELF_DAYS = 36_500
MAX_WORD = 40
_NONE = ("none", "-", "无")

_CUSTOMS: Mapping[str, Callable[[object, str], str]] = {
    "hs_code": customs.hs_code,
    "origin": customs.customs_origin,
    "customs_description": customs.description,
    "value_currency": money.currency,
    "battery": customs.battery,
    "restricted": customs.restricted,
}
D = TypeVar("D", SkuDraft, LocationDraft)


def read_captures(value: object, name: str) -> str | None:
    """Captures of a cell such as `serial, lot` as a SKU holds them, "" for `none`, None for a blank cell.

    Raises Refusal `capture_unknown` (facts `value`, `captures`).
    """
    said = incoming.text(value, name).lower()
    if not said or said in _NONE:
        return "" if said else None
    return captures_text(captures(re.sub(r"[\s;|+，、]+", ",", said)))


def read_kit_mode(value: object, name: str = "kit_mode") -> str | None:
    """How a kit is verified (`either`, `parent`, `components`, `strict`) as a SKU holds it, None for a blank cell.

    Raises Refusal `kit_mode_unknown` (fact `modes`).
    """
    said = incoming.text(value, name).lower()
    if not said:
        return None
    if said not in _MODES:
        raise Refusal("kit_mode_unknown", modes=", ".join(_MODES))
    return _MODES[said].value


_MODES = {mode.value or "either": mode for mode in KitMode}


def read_shelf_days(value: object, name: str) -> int | None:
    """Whole days that must be left until a piece expires, None for a blank cell.

    Raises Refusal `shelf_days_invalid` (fact `most`).
    """
    try:
        return None if value in (None, "") else incoming.whole(value, name, MAX_SHELF_DAYS)
    except Refusal:
        raise Refusal("shelf_days_invalid", most=MAX_SHELF_DAYS) from None


def read_handling_class(value: object, name: str) -> str | None:
    """The class by which the policy table knows a SKU, "" for `none`, None for a blank cell.

    Raises Refusal `handling_class_invalid` for `*`, which stands for every class there, and `text_too_long`.
    """
    said = incoming.text(value, name, limit=MAX_WORD)
    if not said or said.lower() in _NONE:
        return "" if said else None
    if said == ANY:
        raise Refusal("handling_class_invalid")
    return said


_BENCH: Mapping[str, Callable[[object, str], str | int | None]] = {
    "handling_class": read_handling_class,
    "captures": read_captures,
    "min_shelf_days": read_shelf_days,
    "kit_mode": read_kit_mode,
}


class Masters:
    """Takes the records of a file one by one, and keeps what can be taken over of them."""

    def __init__(self, profile: Profile, judge: Judge) -> None:
        self.profile, self.judge = profile, judge
        self.skus: dict[str, SkuDraft] = {}
        self.locations: dict[str, LocationDraft] = {}
        self.counts: dict[tuple[str, str, str], CountDraft] = {}
        self.places: dict[tuple[str, str], CountDraft] = {}
        self._owners: dict[str, tuple[str, int]] = {}  # barcode → SKU and pieces, within the file

    def _text(self, record: Record, name: str, **named: Any) -> str | None:
        """The text of a field, None when the record says nothing or nothing that is accepted."""
        value = record.fields.get(name)
        return self.judge.take(incoming.text, value, name, **named) or None

    def _code(self, record: Record, name: str, *, needed: bool = False) -> str | None:
        value = record.fields.get(name)
        found = self.judge.take(incoming.code, value, name) or self.profile.constants.get(name)
        if needed and not found and not self.judge.bad:
            self.judge.tell("code_missing", field=name)
        return found

    def sku(self, record: Record) -> bool:
        """A SKU with its barcodes; whether it is taken."""
        fields, profile, take = record.fields, self.profile, self.judge.take
        code = self._code(record, "sku", needed=True)
        draft_barcodes = take(incoming.barcodes, fields["barcodes"]) if "barcodes" in fields else ()
        measures: dict[str, Any] = {}
        for measure in MEASURES:
            what = measure.partition("_")[0]
            unit = profile.weight if what == "weight" else profile.size
            measures[measure] = take(incoming.measure, fields.get(what), what, unit, profile.decimal)
        name = self._text(record, "sku_name") if "sku_name" in fields else None
        if self.judge.bad or code is None:
            return False
        said = self._customs(fields) | self._bench(fields)
        found = tuple(BarcodeDraft(barcode, pieces, record.line) for barcode, pieces in draft_barcodes or ())
        for one in found:
            owner = self._owners.get(one.barcode, (code, one.quantity))
            if owner[0] != code:
                self.judge.tell("barcode_taken", barcode=one.barcode, sku=owner[0])
            elif owner[1] != one.quantity:
                self.judge.tell("sku_rows_differ", sku=code, field="barcodes")
        if self.judge.bad:
            return False
        draft = SkuDraft(code=code, line=record.line, name=name, barcodes=found, **measures, **said)
        if not self._merge(self.skus, draft, combine_skus):
            return False
        self._owners.update({one.barcode: (code, one.quantity) for one in found})
        return True

    def _customs(self, fields: Mapping[str, object]) -> dict[str, Any]:
        """What a SKU's record says for customs; what is wrong is told and left out: its weight still counts."""
        leave, constants = self.judge.take_or_leave, self.profile.constants
        said: dict[str, Any] = {
            name: leave(rule, fields[name], name) or None for name, rule in _CUSTOMS.items() if name in fields
        }
        currency = said.pop("value_currency", None) or constants.get("value_currency", "")
        value = leave(money.amount, fields.get("value"), currency, "value", self.profile.decimal)
        if value:  # 0 stands for unknown
            said |= {"value_minor": value, "value_currency": currency}
        return said

    def _bench(self, fields: Mapping[str, object]) -> dict[str, Any]:
        """How a SKU is verified; what is wrong is told and left out, as with customs."""
        return {
            name: self.judge.take_or_leave(rule, fields[name], name) for name, rule in _BENCH.items() if name in fields
        }

    def _merge(self, known: dict[str, D], draft: D, combine: Callable[[D, D], D]) -> bool:
        old = known.get(draft.code)
        merged = draft if old is None else self.judge.take(combine, old, draft)
        if merged is None:
            return False
        known[draft.code] = merged
        return True

    def location(self, record: Record) -> bool:
        """A bin; whether it is taken."""
        fields, profile, take = record.fields, self.profile, self.judge.take
        code = self._code(record, "location", needed=True)
        aisle = self._text(record, "aisle", limit=incoming.MAX_CODE) if "aisle" in fields else None
        position = self._text(record, "position", limit=incoming.MAX_CODE) if "position" in fields else None
        bay = None
        if fields.get("bay") not in (None, ""):
            bay = take(incoming.quantity, fields["bay"], "bay", profile.decimal, least=0)
        x = take(incoming.coordinate, fields.get("x"), "x", profile.place, profile.decimal)
        y = take(incoming.coordinate, fields.get("y"), "y", profile.place, profile.decimal)
        pair = take(incoming.coordinates, fields.get("coordinates"), "coordinates", profile.place)
        if pair is not None:
            x, y = pair
        if (x is None) != (y is None):
            self.judge.tell("coordinates_invalid", field="x" if x is None else "y")
        if self.judge.bad or code is None:
            return False
        draft = LocationDraft(code=code, line=record.line, aisle=aisle, bay=bay, position=position, x_mm=x, y_mm=y)
        return self._merge(self.locations, draft, combine_locations)

    def count(self, record: Record) -> bool:
        """Counted stock; whether it is taken."""
        fields, profile, take = record.fields, self.profile, self.judge.take
        location = self._code(record, "location", needed=True)
        sku = self._code(record, "sku", needed=True)
        pieces = take(incoming.quantity, fields.get("on_hand"), "quantity", profile.decimal, least=0)
        lot = self._code(record, "lot") or ""
        expires = take(incoming.day, fields.get("expires"), "expires", profile.dates)
        if expires is not None and not lot:
            self.judge.tell("expiry_without_lot")
        if self.judge.bad or location is None or sku is None:
            return False
        twin = self.counts.get((location, sku, lot))
        if twin is not None:
            self.judge.tell("stock_twice", location=location, sku=sku, first=twin.line)
            return False
        self.counts[location, sku, lot] = CountDraft(
            location=location, sku=sku, line=record.line, quantity=pieces, lot=lot, expires_on=expires
        )
        return True

    def place(self, record: Record) -> bool:
        """That a SKU lies at a location; whether it is taken."""
        # the location and the SKU of the record are judged as such
        location, sku = self._code(record, "location"), self._code(record, "sku")
        if self.judge.bad or not location or not sku:
            return False
        if (location, sku) not in self.places:
            self.places[location, sku] = CountDraft(location=location, sku=sku, line=record.line)
        return True
