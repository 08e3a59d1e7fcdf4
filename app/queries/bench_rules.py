"""How strict the benches of a warehouse are, what people may do there, and what is put into parcels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.orm import Session

from app.domain.bench_rules import BenchRules, CartonRule, SlipRule, Weigh
from app.domain.people import Role
from app.domain.policy import ANY, Act, Allowance
from app.queries.cartons import CartonRow, cartons
from app.queries.people import OperatorRow, operators
from db.bench import InsertRule, PackingPolicy, PackingRules
from db.journal import JournalEntry
from db.orders import Sku
from db.places import Operator

NEVER = 0  # the version of rules that nobody has saved yet
GROUPS = tuple(role.value for role in Role if role is not Role.SYSTEM)  # whoever has no group of his own
RULE_COLUMNS = (
    PackingRules.weigh, PackingRules.tolerance_g, PackingRules.tolerance_percent, PackingRules.filler_g,
    PackingRules.carton, PackingRules.slip, PackingRules.photo, PackingRules.claim_minutes,
    PackingRules.min_shelf_days, PackingRules.check_percent, PackingRules.check_value_minor,
    PackingRules.check_new_orders, PackingRules.release_by_scan,
)
_RULES = select(PackingRules.version, *RULE_COLUMNS).where(PackingRules.warehouse_id == bindparam("warehouse"))
_POLICIES = select(
    PackingPolicy.handling_class, PackingPolicy.operator_group, PackingPolicy.act, PackingPolicy.allowed
).order_by(PackingPolicy.id)


@dataclass(frozen=True, slots=True)
class Insert:
    """Something that is put into parcels, and the conditions that all must hold; a condition that is "", None or
    False is none.

    `barcode` "" for what is ticked and not scanned, `country` ISO 3166-1 alpha-2, `sku` a SKU's code, `vip` a tier or
    "*" for any, `min_value_minor` in minor units of whatever currency the order is in.
    """

    name: str
    barcode: str = ""
    may_tick: bool = True
    first_order: bool = False
    channel: str = ""
    country: str = ""
    sku: str = ""
    vip: str = ""
    min_value_minor: int | None = None


@dataclass(frozen=True, slots=True)
class InsertRow:
    """An insert rule by its id; one that is not `active` has been retired."""

    insert_id: int
    insert: Insert
    active: bool


@dataclass(frozen=True, slots=True)
class PolicyTable:
    """The cells that say something, and the rows and columns of the table, ANY first in both."""

    cells: tuple[Allowance, ...]
    classes: tuple[str, ...]
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Saved:
    """When something was changed last, and by whom (None for nobody in particular)."""

    at: datetime
    by: str | None


def read_rules(connection: Connection, warehouse_id: int) -> BenchRules:
    """The rules of a warehouse, the defaults where nobody has saved any; one statement, for the way of a scan."""
    return versioned_rules(connection, warehouse_id)[0]


def versioned_rules(connection: Connection, warehouse_id: int) -> tuple[BenchRules, int]:
    """The rules of a warehouse and their version, NEVER for the defaults."""
    row = connection.execute(_RULES, {"warehouse": warehouse_id}).first()
    if row is None:
        return BenchRules(), NEVER
    version, *values = row
    return as_rules(*values), version


def as_rules(
    weigh: str, tolerance_g: int, tolerance_percent: int, filler_g: int, carton: str, slip: str, photo: bool,
    claim_minutes: int, min_shelf_days: int, check_percent: int, check_value_minor: int | None, check_new_orders: int,
    release_by_scan: str,
) -> BenchRules:
    """The rules from the RULE_COLUMNS of their row."""
    return BenchRules(
        Weigh(weigh), tolerance_g, tolerance_percent, filler_g, CartonRule(carton), SlipRule(slip), photo,
        claim_minutes, min_shelf_days, check_percent, check_value_minor, check_new_orders,
        frozenset(release_by_scan.split(",")) - {""},
    )


def read_policies(connection: Connection) -> tuple[Allowance, ...]:
    """Every cell of the policy table that says something; one statement, for the way of a scan."""
    return tuple(Allowance(*row[:2], Act(row[2]), row[3]) for row in connection.execute(_POLICIES))


def policy_table(session: Session) -> PolicyTable:
    """The policy table with every class and group that there is, and those that its cells name."""
    cells = read_policies(session.connection())
    classes = set(session.scalars(select(Sku.handling_class).distinct())) | {cell.handling_class for cell in cells}
    named = set(session.scalars(select(Operator.group).distinct())) | {cell.group for cell in cells}
    return PolicyTable(
        cells, (ANY, *sorted(classes - {"", ANY})), (ANY, *GROUPS, *sorted(named - {"", ANY, *GROUPS}))
    )


def insert_rules(session: Session, warehouse_id: int) -> list[InsertRow]:
    """Every insert rule of a warehouse, those in use first, by name."""
    rows = session.execute(
        select(InsertRule, Sku.code)
        .outerjoin(Sku, Sku.id == InsertRule.sku_id)
        .where(InsertRule.warehouse_id == warehouse_id)
        .order_by(InsertRule.active.desc(), InsertRule.name, InsertRule.id)
    )
    return [InsertRow(rule.id, insert_of(rule, sku), rule.active) for rule, sku in rows]


def insert_of(rule: InsertRule, sku: str | None) -> Insert:
    """What a row says; `sku` is its SKU's code."""
    return Insert(
        rule.name, rule.barcode, rule.may_tick, rule.first_order, rule.channel, rule.country, sku or "", rule.vip,
        rule.min_value_minor,
    )


def last_saved(session: Session, names: Sequence[str]) -> Saved | None:
    """When one of these operations was last done, None for never."""
    row = session.execute(
        select(JournalEntry.at, Operator.name)
        .outerjoin(Operator, Operator.id == JournalEntry.operator_id)
        .where(JournalEntry.name.in_(names))
        .order_by(JournalEntry.at.desc(), JournalEntry.id.desc())
        .limit(1)
    ).first()
    return None if row is None else Saved(row.at, row.name)


@dataclass(frozen=True, slots=True)
class BenchRulesView:
    """All that a lead sets for the benches of a warehouse; `saved` by section, None for what nobody has changed."""

    rules: BenchRules
    version: int
    policy: PolicyTable
    inserts: tuple[InsertRow, ...]
    cartons: tuple[CartonRow, ...]
    people: tuple[OperatorRow, ...]
    saved: Mapping[str, Saved | None]


# the operations of which each section says when they were done last
SECTIONS: Mapping[str, tuple[str, ...]] = {
    "rules": ("save_rules",),
    "policy": ("set_policy",),
    "inserts": ("save_insert_rule", "retire_insert_rule"),
    "cartons": ("save_carton", "retire_carton", "import_cartons"),
    "people": ("add_operator", "save_operator"),
}


def bench_rules_view(session: Session, warehouse_id: int) -> BenchRulesView:
    """What the page of the bench rules shows."""
    rules, version = versioned_rules(session.connection(), warehouse_id)
    return BenchRulesView(
        rules, version, policy_table(session), tuple(insert_rules(session, warehouse_id)),
        cartons(session, warehouse_id), tuple(operators(session)),
        {section: last_saved(session, names) for section, names in SECTIONS.items()},
    )
