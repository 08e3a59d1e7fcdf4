"""What a lead sets for the bench: the rules of a warehouse, who may do what there, and what is put into parcels.

Everything holds from the next scan on: the bench reads the rules anew with each. What another window has changed
meanwhile is never written over unseen: each operation is given what its window showed, and refuses when that is old.
"""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from typing import Any

from sqlalchemy import select

from app.change import Change, changed
from app.domain.barcode import clean_scan, kind_of, read_label_code
from app.domain.bench_rules import BenchRules, CartonRule, SlipRule, Weigh
from app.domain.errors import Refusal
from app.domain.incoming import country
from app.domain.people import Actor
from app.domain.policy import Act
from app.queries.bench_rules import NEVER, Insert, insert_of, versioned_rules
from db.bench import InsertRule, PackingPolicy, PackingRules
from db.journal import record
from db.orders import Sku, SkuBarcode
from db.store import Tx

# failures that are over when the right thing is scanned: nothing that is wrong with the order itself is among them
RELEASABLE = (
    "wrong_item", "over_scan", "unknown_code", "misread", "wrong_kind", "wrong_label", "kit_by_parent",
    "kit_by_components",
)  # fmt: skip
# what a number of the rules may be, from and to; grams, percent, minutes, days, orders
LIMITS: dict[str, tuple[int, int]] = {
    "tolerance_g": (0, 30_000), "tolerance_percent": (0, 100), "filler_g": (0, 30_000), "claim_minutes": (0, 1_440),
    "min_shelf_days": (0, 3_650), "check_percent": (0, 100), "check_new_orders": (0, 10_000),
}  # fmt: skip
MOST_VALUE = 10**12  # minor units, as money has it
_LONGEST = {"name": 80, "barcode": 80, "channel": 40, "vip": 40}


def save_rules(tx: Tx, actor: Actor, warehouse_id: int, rules: BenchRules, version: int) -> tuple[int, Change]:
    """Set the rules of a warehouse; their new version.

    `version` is that of the rules which these replace, NEVER for the defaults. Raises Refusal `bench_rules_newer` when
    there are others by now, and what `check_rules` raises.
    """
    check_rules(rules)
    row = tx.session.get(PackingRules, warehouse_id, with_for_update=True)
    before, current = versioned_rules(tx.connection, warehouse_id)
    if current != version:
        raise Refusal("bench_rules_newer")
    if row is None:
        row = PackingRules(warehouse_id=warehouse_id, version=NEVER)
        tx.session.add(row)
    new, old = _stored(rules), _stored(before)
    for name, value in new.items():
        setattr(row, name, value)
    row.version = version + 1
    tx.session.flush()
    said = {name: value for name, value in new.items() if value != old[name]}
    record(
        tx, actor, "save_rules", {"warehouse": warehouse_id, "version": row.version, "rules": said},
        undo={name: old[name] for name in said},
    )
    return row.version, changed("rules", ids=[("warehouse", warehouse_id)])


def check_rules(rules: BenchRules) -> None:
    """Raises Refusal `bench_rules_number` or `bench_rules_amount` (rule) for what is out of its limits,
    `bench_rules_choice` (rule) for a word that the rule does not know, and `bench_rules_release` (failure)."""
    for name, (low, high) in LIMITS.items():
        if not low <= getattr(rules, name) <= high:
            raise Refusal("bench_rules_number", rule=name, low=low, high=f"{high:,}")
    for name, words in (("weigh", tuple(Weigh)), ("carton", tuple(CartonRule)), ("slip", tuple(SlipRule))):
        if getattr(rules, name) not in words:
            raise Refusal("bench_rules_choice", rule=name, value=str(getattr(rules, name)))
    _check_value(rules.check_value_minor, "check_value_minor")
    for code in sorted(rules.release_by_scan):
        if code not in RELEASABLE:
            raise Refusal("bench_rules_release", rule="release_by_scan", failure=code)


def set_policy(
    tx: Tx, actor: Actor, handling_class: str, group: str, act: Act, allowed: bool | None, before: bool | None
) -> tuple[None, Change]:
    """Say whether a group may do something with SKUs of a class, None for what holds by default; ANY is any of them.

    `before` is what the cell says until now, None for nothing. Raises Refusal `bench_rules_newer` when it says
    something else by now, `bench_rules_no_cell` for a class or group without a name.
    """
    handling_class, group = handling_class.strip(), group.strip()
    if not handling_class or not group:
        raise Refusal("bench_rules_no_cell")
    row = tx.session.scalars(
        select(PackingPolicy)
        .where(
            PackingPolicy.handling_class == handling_class, PackingPolicy.operator_group == group,
            PackingPolicy.act == act.value,
        )
        .with_for_update()
    ).first()
    if (None if row is None else row.allowed) != before:
        raise Refusal("bench_rules_newer")
    if allowed is None:
        if row is not None:
            tx.session.delete(row)
    elif row is None:
        tx.session.add(
            PackingPolicy(handling_class=handling_class, operator_group=group, act=act.value, allowed=allowed)
        )
    else:
        row.allowed = allowed
    tx.session.flush()
    cell = {"class": handling_class, "group": group, "act": act.value}
    record(tx, actor, "set_policy", cell | {"allowed": allowed}, undo={"allowed": before})
    return None, changed("rules")


def save_insert_rule(
    tx: Tx, actor: Actor, warehouse_id: int, insert: Insert, insert_id: int | None = None, before: Insert | None = None
) -> tuple[int, Change]:
    """Put something into the parcels of certain orders from now on, or change what is put in; the rule's id.

    `before` is what the rule `insert_id` says until now. Raises Refusal `bench_rules_newer`, `bench_rules_no_insert`,
    and what `check_insert` raises.
    """
    insert, sku_id = check_insert(tx, warehouse_id, insert, insert_id)
    row = InsertRule(warehouse_id=warehouse_id) if insert_id is None else _insert(tx, insert_id, before)
    for name, value in asdict(insert).items():
        if name != "sku":
            setattr(row, name, value)
    row.sku_id = sku_id
    tx.session.add(row)
    tx.session.flush()
    record(
        tx, actor, "save_insert_rule", {"insert": row.id, "rule": asdict(insert)},
        undo=None if before is None else asdict(before),
    )
    return row.id, changed("rules", ids=[("insert", row.id)])


def check_insert(
    tx: Tx, warehouse_id: int, insert: Insert, insert_id: int | None = None
) -> tuple[Insert, int | None]:
    """The insert as it is stored, and the id of its SKU, which may be given by a barcode too.

    Raises Refusal `bench_rules_insert_name`, `bench_rules_long`, `country_unknown`, `bench_rules_insert_never` for one
    that is neither scanned nor ticked, `bench_rules_no_sku`, `bench_rules_amount`, `bench_rules_barcode_own` and
    `bench_rules_barcode_taken` for a barcode that means something else at the bench.
    """
    texts: dict[str, Any] = {
        field.name: " ".join(getattr(insert, field.name).split())
        for field in fields(Insert) if isinstance(getattr(insert, field.name), str)
    }  # fmt: skip
    if not texts["name"]:
        raise Refusal("bench_rules_insert_name", rule="name")
    for name, longest in _LONGEST.items():
        if len(texts[name]) > longest:
            raise Refusal("bench_rules_long", rule=name, most=longest)
    texts["country"] = country(texts["country"])
    texts["barcode"] = clean_scan(texts["barcode"])
    if not texts["barcode"] and not insert.may_tick:
        raise Refusal("bench_rules_insert_never", rule="barcode")
    _check_value(insert.min_value_minor, "min_value_minor")
    _check_barcode(tx, warehouse_id, texts["barcode"], insert_id)
    sku = _sku(tx, texts["sku"]) if texts["sku"] else None
    return replace(insert, **texts | {"sku": sku.code if sku else ""}), sku.id if sku else None


def retire_insert_rule(
    tx: Tx, actor: Actor, insert_id: int, before: Insert, active: bool = False
) -> tuple[None, Change]:
    """Put something into no parcel that is opened from now on, or (`active`) into parcels again.

    Raises Refusal `bench_rules_no_insert`, `bench_rules_newer`, and, where it is put in again, what `check_insert`
    raises.
    """
    row = _insert(tx, insert_id, before)
    if active:
        check_insert(tx, row.warehouse_id, before, insert_id)
    row.active = active
    record(tx, actor, "retire_insert_rule", {"insert": insert_id, "active": active}, undo={"active": not active})
    return None, changed("rules", ids=[("insert", insert_id)])


def _stored(rules: BenchRules) -> dict[str, Any]:
    """The values of the rules' row."""
    values = {field.name: getattr(rules, field.name) for field in fields(BenchRules)}
    values |= {name: str(values[name]) for name in ("weigh", "carton", "slip")}
    return values | {"release_by_scan": ",".join(sorted(rules.release_by_scan))}


def _check_value(value: int | None, rule: str) -> None:
    if value is not None and not 0 <= value <= MOST_VALUE:
        raise Refusal("bench_rules_amount", rule=rule)


def _insert(tx: Tx, insert_id: int, before: Insert | None) -> InsertRule:
    """The row of an insert rule that still says what was seen of it."""
    row = tx.session.get(InsertRule, insert_id, with_for_update=True)
    if row is None:
        raise Refusal("bench_rules_no_insert", insert=insert_id)
    sku = tx.session.get(Sku, row.sku_id) if row.sku_id is not None else None
    if insert_of(row, sku.code if sku else None) != before:
        raise Refusal("bench_rules_newer")
    return row


def _sku(tx: Tx, code: str) -> Sku:
    found = tx.session.scalars(select(Sku).where(Sku.code == code)).first() or tx.session.scalars(
        select(Sku).join(SkuBarcode, SkuBarcode.sku_id == Sku.id).where(SkuBarcode.barcode == code)
    ).first()
    if found is None:
        raise Refusal("bench_rules_no_sku", rule="sku", sku=code)
    return found


def _check_barcode(tx: Tx, warehouse_id: int, barcode: str, insert_id: int | None) -> None:
    """A scan of it must mean this insert and nothing else."""
    if not barcode:
        return
    if kind_of(barcode) is not None or read_label_code(barcode) is not None:
        raise Refusal("bench_rules_barcode_own", rule="barcode", barcode=barcode)
    sku = tx.session.scalar(
        select(Sku.code).join(SkuBarcode, SkuBarcode.sku_id == Sku.id).where(SkuBarcode.barcode == barcode)
    )
    other = tx.session.scalar(
        select(InsertRule.name).where(
            InsertRule.warehouse_id == warehouse_id, InsertRule.barcode == barcode, InsertRule.active,
            InsertRule.id != (insert_id or 0),
        )
    )
    if sku or other:
        raise Refusal("bench_rules_barcode_taken", rule="barcode", barcode=barcode, name=sku or other)
