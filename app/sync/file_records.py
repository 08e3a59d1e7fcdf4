"""Records into drafts: every value judged, the lines of an order brought together wherever they stand in the file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from functools import partial
from typing import Any, TypeVar

from app.domain import customs, incoming, money
from app.domain.errors import Fact, Refusal
from app.domain.incoming import Problem
from app.domain.master import (
    MEASURES,
    BarcodeDraft,
    CountDraft,
    LocationDraft,
    SkuDraft,
    combine_locations,
    combine_skus,
)
from app.domain.orders import ADDRESS, LineDraft, OrderDraft
from app.sync.file_profiles import ORDER_FIELDS, Profile
from app.sync.file_readers import Record

# how the fields of an order for its papers are read, the currency before what is an amount of it
_PAPERS: Mapping[str, Callable[[object, str], object]] = {
    "carrier": incoming.code,
    "language": incoming.language,
    "currency": money.currency,
    "gift_message": partial(incoming.text, lines=True),
    "hide_prices": incoming.yes_no,
    "incoterm": customs.incoterm,
    "ioss": customs.ioss_number,
    "recipient_vat": customs.customs_number,
    "recipient_eori": customs.customs_number,
}
_CUSTOMS: Mapping[str, Callable[[object, str], str]] = {
    "hs_code": customs.hs_code,
    "origin": customs.customs_origin,
    "customs_description": customs.description,
    "value_currency": money.currency,
    "battery": customs.battery,
    "restricted": customs.restricted,
}
R = TypeVar("R")
D = TypeVar("D", SkuDraft, LocationDraft)
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Intake:
    """What of a file can be taken over, and what cannot and why.

    `refused` counts each kind's bad records; of orders it counts orders, and no row that names none.
    """

    orders: tuple[OrderDraft, ...]
    skus: tuple[SkuDraft, ...]
    locations: tuple[LocationDraft, ...]
    counts: tuple[CountDraft, ...]
    places: tuple[CountDraft, ...]
    problems: tuple[Problem, ...]
    refused: Mapping[str, int]


@dataclass(slots=True)
class _Group:
    """An order while its rows are being read."""

    line: int
    raw_head: dict[str, object]
    head: dict[str, Any]
    whole: bool
    bad: bool = False
    cancelled: bool = False
    lines: list[LineDraft] = field(default_factory=list)
    records: list[object] = field(default_factory=list)


class _Judge:
    """Collects what is wrong with one record, so that all of it is told at once."""

    def __init__(self, problems: list[Problem]) -> None:
        self._problems = problems
        self.line = 0
        self.order: str | None = None
        self.bad = False

    def start(self, line: int) -> None:
        self.line, self.order, self.bad = line, None, False

    def tell(self, code: str, **facts: Fact) -> None:
        self.bad = True
        if self.order is not None:
            facts.setdefault("order", self.order)
        problem = Problem(self.line, code, facts)
        if problem not in self._problems[-8:]:  # two kinds may stumble over the same cell
            self._problems.append(problem)

    def take(self, rule: Callable[..., R], *arguments: Any, **named: Any) -> R | None:
        """What the rule makes of the value, None when it refuses."""
        try:
            return rule(*arguments, **named)
        except Refusal as refusal:
            self.tell(refusal.code, **refusal.facts)
            return None

    def take_or_leave(self, rule: Callable[..., R], *arguments: Any, **named: Any) -> R | None:
        """Like `take`, but a value that is refused is told and left out, and the record is good without it."""
        bad = self.bad
        found = self.take(rule, *arguments, **named)
        self.bad = bad
        return found


def read_records(records: Iterable[Record], profile: Profile, *, zone: tzinfo = UTC) -> Intake:
    """Judge all records; `zone` holds for dates when the profile names none.

    An order with a bad line is refused whole. A row whose order cannot be read may belong to the order before or
    after it: both are refused.
    """
    return _Reading(profile, profile.zone or zone).read(records)


class _Reading:
    def __init__(self, profile: Profile, zone: tzinfo) -> None:
        self.profile = profile
        self.zone = zone
        self.problems: list[Problem] = []
        self.judge = _Judge(self.problems)
        self.orders: dict[Key, _Group] = {}
        self.skus: dict[str, SkuDraft] = {}
        self.locations: dict[str, LocationDraft] = {}
        self.counts: dict[tuple[str, str, str], CountDraft] = {}
        self.places: dict[tuple[str, str], CountDraft] = {}
        self.owners: dict[str, tuple[str, int]] = {}  # barcode → SKU and pieces, within the file
        self.refused = dict.fromkeys(profile.kinds, 0)
        self.last_order: Key | None = None
        self.unreadable_before: int | None = None

    def read(self, records: Iterable[Record]) -> Intake:
        kinds = self.profile.kinds
        masters = {
            "skus": self.sku, "locations": self.location, "stock": self.count, "places": self.place,
        }  # fmt: skip
        reads = [(kind, masters[kind]) for kind in kinds if kind in masters]
        for record in records:
            self.judge.start(record.line)
            key = self.order_key(record) if "orders" in kinds else None
            if record.shifted:
                self.judge.tell("row_cells")
            else:
                for kind, read in reads:
                    self.each(kind, read, record)
            if "orders" in kinds:
                self.order(key, record)
        return self.finish()

    def each(self, kind: str, read: Callable[[Record], bool], record: Record) -> None:
        """Each kind by itself: a SKU is known although the quantity beside it is wrong."""
        lines = [{**record.fields, **line} for line in record.lines] if record.whole else [record.fields]
        row_bad = self.judge.bad
        for fields in lines:
            self.judge.bad = False
            if not read(Record(record.line, fields, None)):
                self.refused[kind] += 1
            row_bad = row_bad or self.judge.bad
        self.judge.bad = row_bad

    # masters

    def text(self, record: Record, name: str, **named: Any) -> str | None:
        """The text of a field, None when the record says nothing or nothing that is accepted."""
        value = record.fields.get(name)
        return self.judge.take(incoming.text, value, name, **named) or None

    def code(self, record: Record, name: str, *, needed: bool = False) -> str | None:
        value = record.fields.get(name)
        found = self.judge.take(incoming.code, value, name) or self.profile.constants.get(name)
        if needed and not found and not self.judge.bad:
            self.judge.tell("code_missing", field=name)
        return found

    def sku(self, record: Record) -> bool:
        fields, profile, take = record.fields, self.profile, self.judge.take
        code = self.code(record, "sku", needed=True)
        draft_barcodes = take(incoming.barcodes, fields["barcodes"]) if "barcodes" in fields else ()
        measures: dict[str, Any] = {}
        for measure in MEASURES:
            what = measure.partition("_")[0]
            unit = profile.weight if what == "weight" else profile.size
            measures[measure] = take(incoming.measure, fields.get(what), what, unit, profile.decimal)
        name = self.text(record, "sku_name") if "sku_name" in fields else None
        if self.judge.bad or code is None:
            return False
        said = self.customs(fields)
        found = tuple(BarcodeDraft(barcode, pieces, record.line) for barcode, pieces in draft_barcodes or ())
        for one in found:
            owner = self.owners.get(one.barcode, (code, one.quantity))
            if owner[0] != code:
                self.judge.tell("barcode_taken", barcode=one.barcode, sku=owner[0])
            elif owner[1] != one.quantity:
                self.judge.tell("sku_rows_differ", sku=code, field="barcodes")
        if self.judge.bad:
            return False
        draft = SkuDraft(code=code, line=record.line, name=name, barcodes=found, **measures, **said)
        if not self.merge(self.skus, draft, combine_skus):
            return False
        self.owners.update({one.barcode: (code, one.quantity) for one in found})
        return True

    def customs(self, fields: Mapping[str, object]) -> dict[str, Any]:
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

    def merge(self, known: dict[str, D], draft: D, combine: Callable[[D, D], D]) -> bool:
        old = known.get(draft.code)
        merged = draft if old is None else self.judge.take(combine, old, draft)
        if merged is None:
            return False
        known[draft.code] = merged
        return True

    def location(self, record: Record) -> bool:
        fields, profile, take = record.fields, self.profile, self.judge.take
        code = self.code(record, "location", needed=True)
        aisle = self.text(record, "aisle", limit=incoming.MAX_CODE) if "aisle" in fields else None
        position = self.text(record, "position", limit=incoming.MAX_CODE) if "position" in fields else None
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
        return self.merge(self.locations, draft, combine_locations)

    def count(self, record: Record) -> bool:
        fields, profile, take = record.fields, self.profile, self.judge.take
        location = self.code(record, "location", needed=True)
        sku = self.code(record, "sku", needed=True)
        pieces = take(incoming.quantity, fields.get("on_hand"), "quantity", profile.decimal, least=0)
        lot = self.code(record, "lot") or ""
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
        # the location and the SKU of the record are judged as such
        location, sku = self.code(record, "location"), self.code(record, "sku")
        if self.judge.bad or not location or not sku:
            return False
        if (location, sku) not in self.places:
            self.places[location, sku] = CountDraft(location=location, sku=sku, line=record.line)
        return True

    # orders

    def order(self, key: Key | None, record: Record) -> None:
        if key is None:
            if not record.whole:
                # an export may name an order on its first row only: half an order must never ship
                if self.last_order is not None and not self.orders[self.last_order].bad:
                    self.taint(self.orders[self.last_order], self.last_order, record.line)
                self.unreadable_before = record.line
            return
        group = self.orders.get(key)
        if group is None:
            group = self.orders[key] = _Group(record.line, dict(record.fields), self.head(record), record.whole)
            group.cancelled = bool(group.head.pop("cancelled"))
        elif record.whole or group.whole:
            self.judge.tell("order_twice", first=group.line)
        else:
            self.compare(group, record)
        if self.unreadable_before is not None:
            if not group.bad:
                self.taint(group, key, self.unreadable_before)
            self.unreadable_before = None
        if not record.shifted:
            for line in record.lines if record.whole else (record.fields,):
                self.line(group, line)
        group.records.append(record.raw)
        group.bad = group.bad or self.judge.bad
        self.last_order = key

    def taint(self, group: _Group, key: Key, line: int) -> None:
        group.bad = True
        self.problems.append(Problem(group.line, "order_beside_unreadable", {"order": key[1], "beside": line}))

    def order_key(self, record: Record) -> Key | None:
        try:
            source_id = incoming.code(record.fields.get("order"), "order")
            shop = incoming.code(record.fields.get("shop"), "shop") or self.profile.constants.get("shop", "")
        except Refusal as refusal:
            self.judge.tell(refusal.code, **refusal.facts)
            return None
        if not source_id or not shop:
            self.judge.tell("code_missing", field="order" if not source_id else "shop")
            return None
        self.judge.order = source_id
        return shop, source_id

    def head(self, record: Record) -> dict[str, Any]:
        """The fields of the order itself; blank is "" where the source has the field, None where it has not."""
        fields, profile, take = record.fields, self.profile, self.judge.take
        head: dict[str, Any] = {"cancelled": False}
        if "status" in fields:
            head["cancelled"] = take(self.status, fields["status"])
        if "source_version" in fields:
            head["source_version"] = take(incoming.code, fields["source_version"], "source_version") or None
        for name in ("placed_at", "ship_by"):
            if name in fields:
                end = name == "ship_by"
                head[name] = take(incoming.moment, fields[name], name, profile.dates, self.zone, end_of_day=end)
        for name in ("service", *ADDRESS):
            if name not in fields and name not in profile.constants:
                continue
            if name == "country":
                found = take(incoming.country, fields.get(name))
            else:
                found = take(incoming.text, fields.get(name), name, lines=name == "street")
            head[name] = found or profile.constants.get(name, found)
        for name, rule in _PAPERS.items():
            if name in fields or name in profile.constants:
                said = take(rule, fields.get(name), name)
                head[name] = profile.constants.get(name, said) if said in ("", None) else said
        if "freight" in fields:
            currency = head.get("currency") or ""
            head["freight_minor"] = take(money.amount, fields["freight"], currency, "freight", profile.decimal)
        return head

    def status(self, value: object) -> bool:
        word = incoming.text(value, "status").casefold()
        if word in (w.casefold() for w in self.profile.cancelled):
            return True
        if word and self.profile.open and word not in (w.casefold() for w in self.profile.open):
            raise Refusal("status_unknown", field="status")
        return False

    def compare(self, group: _Group, record: Record) -> None:
        """A further row of an order may repeat what the first says, or leave it out."""
        said = record.fields
        if all(said.get(name) == group.raw_head.get(name) for name in ORDER_FIELDS if name in said):
            return
        here = self.head(record)
        if bool(here.pop("cancelled")) != group.cancelled and said.get("status") not in (None, ""):
            self.judge.tell("order_rows_differ", field="status")
        for name, value in here.items():
            old = group.head.get(name)
            if value and old and value != old and not self.judge.bad:
                self.judge.tell("order_rows_differ", field=name)
            elif value and not old:
                group.head[name] = value

    def line(self, group: _Group, fields: Mapping[str, object]) -> None:
        sku_cell, quantity_cell = fields.get("sku"), fields.get("quantity")
        if group.cancelled and sku_cell in (None, "") and quantity_cell in (None, ""):
            return  # a cancellation need not repeat the lines
        sku = self.judge.take(incoming.code, sku_cell, "sku")
        if sku == "":
            self.judge.tell("code_missing", field="sku")
        pieces = self.judge.take(incoming.quantity, quantity_cell, "quantity", self.profile.decimal)
        currency = group.head.get("currency") or ""
        price = self.judge.take(money.amount, fields.get("price"), currency, "price", self.profile.decimal)
        if sku and pieces is not None:
            group.lines.append(LineDraft(sku, pieces, self.judge.line, price))

    def finish(self) -> Intake:
        orders = []
        for (shop, source_id), group in self.orders.items():
            if not group.bad and not group.lines and not group.cancelled:
                self.problems.append(Problem(group.line, "order_without_lines", {"order": source_id}))
                group.bad = True
            if group.bad:
                self.refused["orders"] += 1
                continue
            payload = group.records[0] if group.whole else group.records
            orders.append(
                OrderDraft(
                    shop=shop, source_id=source_id, lines=tuple(group.lines), payload=_json_text(payload),
                    line=group.line, cancelled=group.cancelled, **group.head,
                )
            )  # fmt: skip
        return Intake(
            tuple(orders), tuple(self.skus.values()), tuple(self.locations.values()), tuple(self.counts.values()),
            tuple(self.places.values()), tuple(self.problems), self.refused,
        )  # fmt: skip


def _json_text(payload: object) -> str:
    text = json.dumps(payload, ensure_ascii=False, default=str)
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        # half a surrogate pair cannot be stored; as an escape it can
        return json.dumps(payload, default=str)
    return text
