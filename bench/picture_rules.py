"""The states of the bench rules: each section, what is typed, refused and saved."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from sqlalchemy import select

from app.change import NOTHING, Change
from app.domain.bench_rules import BenchRules, CartonRule, SlipRule, Weigh
from app.domain.cartons import CartonDraft
from app.domain.people import Role
from app.domain.policy import ANY, Act
from app.operations.bench_rules import retire_insert_rule, save_insert_rule, save_rules, set_policy
from app.operations.cartons import retire_carton, save_carton
from app.operations.people import add_operator
from app.queries.bench_rules import Insert, insert_rules
from app.queries.cartons import cartons
from app.queries.people import Person
from bench.picture_stage import Stage
from bench.picture_state import States
from db.orders import Sku
from db.store import Tx

Key = Qt.Key
rules = States("bench_rules")

_CELLS = (  # class, group, act, allowed
    (ANY, "trainees", Act.TYPE_CODE, False), (ANY, "trainees", Act.SUBSTITUTE, False),
    (ANY, "trainees", Act.REOPEN, False), (ANY, "packer", Act.TYPE_QUANTITY, True),
    (ANY, "packer", Act.ACCEPT_WEIGHT, False), (ANY, "support", Act.REOPEN, True),
    (ANY, ANY, Act.SKIP_SERIAL, False), ("valuable", ANY, Act.TYPE_QUANTITY, False),
    ("valuable", "lead", Act.TYPE_QUANTITY, True), ("valuable", ANY, Act.TYPE_CODE, False),
)
_INSERTS = (
    Insert("Thank-you card", "CARD-2026", first_order=True),
    Insert("Spring leaflet", channel="aliexpress", country="ES"),
    Insert("Gift box", "GIFT-01", may_tick=False, vip="gold", min_value_minor=15_000),
    Insert("Battery note", country="DE", sku="SKU-0015"),
    Insert("Winter leaflet"),
)
_PEOPLE = (
    Person("Maya Lindqvist", Role.LEAD), Person("Chen Wei", Role.PACKER, language="zh"),
    Person("Tomasz Zieliński", Role.PACKER, "trainees", large_text=True), Person("Amina Diallo", Role.SUPPORT),
)
_CARTONS = (
    CartonDraft("XS", 120, 80, 40, "Letter box", 22, 1_000, 11),
    CartonDraft("S-200", 200, 150, 100, "Small", 78, None, 19),
    CartonDraft("M-300", 300, 200, 150, "Medium", 152, 10_000, 34),
    CartonDraft("L-400", 400, 300, 250, "Large", 340, 20_000, 68),
)
RULES = BenchRules(
    weigh=Weigh.CHECKED, tolerance_g=12, filler_g=8, carton=CartonRule.REQUIRED, slip=SlipRule.SLIP, photo=True,
    check_percent=5, check_value_minor=15_000, check_new_orders=50,
    release_by_scan=frozenset({"wrong_item", "over_scan", "unknown_code"}),
)


def _classes(tx: Tx) -> tuple[None, Change]:
    for sku, name in zip(tx.session.scalars(select(Sku).order_by(Sku.id)), ("fragile", "valuable", ""), strict=False):
        sku.handling_class = name
    return None, NOTHING


async def _set(on: Stage, section: str = "rules") -> Any:
    """A warehouse that has rules of its own, seen in one section."""
    store, actor, place = on.store, on.work.place.person, on.work.place.warehouse
    store.write(_classes)
    store.write(save_rules, actor, place, RULES, 0)
    for handling_class, group, act, allowed in _CELLS:
        store.write(set_policy, actor, handling_class, group, act, allowed, None)
    for insert in _INSERTS:
        store.write(save_insert_rule, actor, place, insert)
    for carton in _CARTONS:
        store.write(save_carton, actor, place, carton)
    store.write(retire_carton, actor, store.read(cartons, place)[0].box.carton_id)
    for person in _PEOPLE:
        store.write(add_operator, actor, person)
    last = store.read(insert_rules, place)[-1]
    store.write(retire_insert_rule, actor, last.insert_id, last.insert)
    return await _section(on, section)


async def _section(on: Stage, section: str) -> Any:
    page = await on.go("bench_rules")
    while page.section != section:
        await on.key(Key.Key_F3)
    await on.settle()
    return page


@rules("rules")
async def _(on: Stage) -> None:
    await _set(on)


@rules("rules_unsaved")
async def _(on: Stage) -> None:
    page = await _set(on)
    page.form._widgets["tolerance_g"].setFocus()
    page.form._widgets["tolerance_g"].selectAll()
    await on.hands.type("25")
    await on.settle()


@rules("rules_wrong")
async def _(on: Stage) -> None:
    page = await _set(on)
    page.form._widgets["check_percent"].setFocus()
    page.form._widgets["check_percent"].selectAll()
    await on.hands.type("250")
    await on.key(Key.Key_F2)
    await on.hands.until(lambda: on.work.dialogs.notice)
    await on.settle()


@rules("rules_saved")
async def _(on: Stage) -> None:
    page = await _set(on)
    page.form._widgets["filler_g"].setFocus()
    await on.hands.type("0")
    await on.key(Key.Key_F2)
    await on.hands.until(lambda: on.work.dialogs.notice)
    await on.settle()


@rules("policy")
async def _(on: Stage) -> None:
    page = await _set(on, "policy")
    page.policy.matrix.setCurrentIndex(page.policy.model.index(1, 1))
    await on.settle()


@rules("policy_of_a_class")
async def _(on: Stage) -> None:
    page = await _set(on, "policy")
    page.policy.classes.setCurrentRow(2)
    page.policy.matrix.setCurrentIndex(page.policy.model.index(1, 4))
    await on.settle()


@rules("policy_saved")
async def _(on: Stage) -> None:
    page = await _set(on, "policy")
    page.policy.matrix.setCurrentIndex(page.policy.model.index(5, 1))
    await on.key(Key.Key_3)
    await on.hands.until(lambda: on.work.dialogs.notice)
    await on.settle()


@rules("inserts")
async def _(on: Stage) -> None:
    await _set(on, "inserts")


@rules("inserts_none")
async def _(on: Stage) -> None:
    await _section(on, "inserts")


@rules("inserts_change")
async def _(on: Stage) -> None:
    page = await _set(on, "inserts")
    page.inserts.table.choose(1)
    await on.hands.enter()
    await on.settle()


@rules("inserts_wrong")
async def _(on: Stage) -> None:
    page = await _set(on, "inserts")
    await on.key(Key.Key_F4)
    for name, text in (("name", "Warranty card"), ("sku", "SKU-9999")):
        page.inserts.form._widgets[name].setFocus()
        await on.hands.type(text)
    await on.key(Key.Key_F2)
    await on.hands.until(lambda: on.work.dialogs.notice)
    await on.settle()


@rules("cartons")
async def _(on: Stage) -> None:
    await _set(on, "cartons")


@rules("cartons_change")
async def _(on: Stage) -> None:
    page = await _set(on, "cartons")
    page.cartons.table.choose(2)
    await on.hands.enter()
    await on.settle()


@rules("people")
async def _(on: Stage) -> None:
    await _set(on, "people")


@rules("people_add")
async def _(on: Stage) -> None:
    await _set(on, "people")
    await on.key(Key.Key_F4)
    await on.hands.type("Lena Fischer")
    await on.settle()
