"""Records into drafts: every value judged, the lines of an order brought together wherever they stand in the file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from functools import partial
from typing import Any

from app.domain import customs, incoming, money
from app.domain.errors import Refusal
from app.domain.incoming import Problem
from app.domain.master import CountDraft, KitDraft, LocationDraft, SkuDraft, SubstitutesDraft
from app.domain.orders import ADDRESS, LineDraft, OrderDraft
from app.sync.file_judge import Judge
from app.sync.file_masters import MAX_WORD, Masters
from app.sync.file_profiles import ORDER_FIELDS, Profile
from app.sync.file_readers import Record
from app.sync.file_sets import Sets

MAX_MESSAGE = 4_000
# how the fields of an order for its papers and its packer are read, the currency before what is an amount of it
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
    "buyer_message": partial(incoming.text, lines=True, limit=MAX_MESSAGE),
    "vip": partial(incoming.text, limit=MAX_WORD),
    "first_order": incoming.yes_no,
    "allow_split": incoming.yes_no,
    "allow_substitutes": incoming.yes_no,
}
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Intake:
    """What of a file can be taken over, and what cannot and why.

    `refused` counts each kind's bad records; of orders it counts orders, and no row that names none, of kits and
    substitutes their SKUs, and rows that name none.
    """

    orders: tuple[OrderDraft, ...]
    skus: tuple[SkuDraft, ...]
    kits: tuple[KitDraft, ...]
    substitutes: tuple[SubstitutesDraft, ...]
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
        self.judge = Judge(self.problems)
        self.masters = Masters(profile, self.judge)
        sets = partial(Sets, self.judge, self.problems, decimal=profile.decimal)
        self.kits = sets("kit", "component", counted=True)
        self.substitutes = sets("sku", "substitute", counted=False)
        self.orders: dict[Key, _Group] = {}
        self.refused = dict.fromkeys(profile.kinds, 0)
        self.last_order: Key | None = None
        self.unreadable_before: int | None = None

    def read(self, records: Iterable[Record]) -> Intake:
        kinds = self.profile.kinds
        masters = {
            "skus": self.masters.sku, "locations": self.masters.location, "stock": self.masters.count,
            "places": self.masters.place,
        }  # fmt: skip
        reads = [(kind, masters[kind]) for kind in kinds if kind in masters]
        sets = [one for kind, one in (("kits", self.kits), ("substitutes", self.substitutes)) if kind in kinds]
        for record in records:
            self.judge.start(record.line)
            key = self.order_key(record) if "orders" in kinds else None
            if record.shifted:
                self.judge.tell("row_cells")
                for one in sets:
                    one.lost(record.line)
            else:
                for kind, read in reads:
                    self.each(kind, read, record)
                for one in sets:
                    row_bad, self.judge.bad = self.judge.bad, False
                    one.row(record)
                    self.judge.bad = self.judge.bad or row_bad
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
        kits, substitutes, masters = self.kits.kits(), self.substitutes.substitutes(), self.masters
        for kind, one in (("kits", self.kits), ("substitutes", self.substitutes)):
            if kind in self.refused:
                self.refused[kind] = one.refused
        return Intake(
            tuple(orders), tuple(masters.skus.values()), kits, substitutes, tuple(masters.locations.values()),
            tuple(masters.counts.values()), tuple(masters.places.values()), tuple(self.problems), self.refused,
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
