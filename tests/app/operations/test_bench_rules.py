"""What a lead sets for the bench: kept as it was said, with its limits, and never written over unseen."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select

from app.change import NOTHING
from app.domain.bench_rules import BenchRules, CartonRule, SlipRule, Weigh
from app.domain.errors import Refusal
from app.domain.policy import ANY, Act, Allowance
from app.domain.verdict import Code
from app.operations.bench_rules import (
    LIMITS,
    MOST_VALUE,
    RELEASABLE,
    check_rules,
    retire_insert_rule,
    save_insert_rule,
    save_rules,
    set_policy,
)
from app.operations.people import add_operator
from app.queries.bench_rules import (
    Insert,
    InsertRow,
    bench_rules_view,
    insert_rules,
    policy_table,
    read_policies,
    read_rules,
)
from app.queries.people import Person
from db.bench import InsertRule, PackingPolicy, PackingRules
from db.journal import JournalEntry
from db.orders import Sku
from tests.factories import LEAD, House

CARD = Insert("Thank-you card", "CARD-1", first_order=True)


def refused(code: str, step: Callable[[], object], **facts: object) -> None:
    with pytest.raises(Refusal) as caught:
        step()
    assert caught.value.code == code
    assert facts.items() <= caught.value.facts.items()


def rules(house: House) -> BenchRules:
    return house.store.read(lambda session: read_rules(session.connection(), house.warehouse))


def save(house: House, wanted: BenchRules, version: int) -> int:
    return house.store.write(save_rules, LEAD, house.warehouse, wanted, version)


def put(
    house: House, allowed: bool | None, before: bool | None, group: str = "packer", handling_class: str = ANY,
    act: Act = Act.TYPE_QUANTITY,
) -> None:
    house.store.write(set_policy, LEAD, handling_class, group, act, allowed, before)


def insert(house: House, wanted: Insert = CARD, *args: Any) -> int:
    return house.store.write(save_insert_rule, LEAD, house.warehouse, wanted, *args)


def inserts(house: House) -> list[InsertRow]:
    return house.store.read(insert_rules, house.warehouse)


def journal(house: House, name: str) -> list[tuple[dict[str, Any], dict[str, Any] | None]]:
    rows = house.all(select(JournalEntry).where(JournalEntry.name == name).order_by(JournalEntry.id))
    return [(json.loads(row.ids), None if row.undo is None else json.loads(row.undo)) for row in rows]


# the rules


def test_without_a_row_the_defaults_hold(house: House) -> None:
    assert rules(house) == BenchRules()


ANY_RULES = st.builds(
    BenchRules, weigh=st.sampled_from(Weigh), carton=st.sampled_from(CartonRule), slip=st.sampled_from(SlipRule),
    photo=st.booleans(), check_value_minor=st.none() | st.integers(0, MOST_VALUE),
    release_by_scan=st.frozensets(st.sampled_from(RELEASABLE)),
    **{name: st.integers(low, high) for name, (low, high) in LIMITS.items()},
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ANY_RULES)
def test_rules_are_read_as_they_were_saved(house: House, wanted: BenchRules) -> None:
    row = house.all(select(PackingRules.version))
    assert save(house, wanted, row[0] if row else 0) == (row[0] if row else 0) + 1
    assert rules(house) == wanted


def test_a_bench_reads_the_rules_and_the_policies_with_one_statement_each(house: House) -> None:
    save(house, BenchRules(weigh=Weigh.NOTED), 0)
    put(house, True, None)
    said: list[str] = []
    with house.store._reader.connect() as connection:

        def heard(conn: object, cursor: object, statement: str, *_: object) -> None:
            said.append(statement)

        event.listen(connection, "before_cursor_execute", heard)
        assert read_rules(connection, house.warehouse).weigh is Weigh.NOTED
        assert read_policies(connection) == (Allowance(ANY, "packer", Act.TYPE_QUANTITY, True),)
    assert [statement.split()[0] for statement in said if statement != "BEGIN"] == ["SELECT", "SELECT"]


def test_rules_of_another_warehouse_are_not_these(house: House) -> None:
    save(house, BenchRules(filler_g=30), 0)
    assert house.store.read(lambda session: read_rules(session.connection(), house.warehouse + 1)) == BenchRules()


def test_what_another_window_has_saved_is_not_written_over_unseen(house: House) -> None:
    save(house, BenchRules(tolerance_g=20), 0)
    refused("bench_rules_newer", lambda: save(house, BenchRules(tolerance_g=30), 0))
    assert rules(house).tolerance_g == 20
    assert save(house, BenchRules(tolerance_g=30), 1) == 2


def test_the_journal_says_what_was_changed_and_what_it_was(house: House) -> None:
    save(house, BenchRules(weigh=Weigh.CHECKED, release_by_scan=frozenset({"wrong_item"})), 0)
    save(house, BenchRules(weigh=Weigh.CHECKED, release_by_scan=frozenset({"wrong_item"}), filler_g=5), 1)
    (first, was), (second, before) = journal(house, "save_rules")
    assert (first["rules"], was) == (
        {"weigh": "checked", "release_by_scan": "wrong_item"}, {"weigh": "off", "release_by_scan": ""},
    )  # fmt: skip
    assert (second["rules"], second["version"], before) == ({"filler_g": 5}, 2, {"filler_g": 0})


@pytest.mark.parametrize("name", LIMITS)
def test_a_number_out_of_its_limits_is_refused(name: str) -> None:
    def with_value(value: Any) -> BenchRules:
        return replace(BenchRules(), **{name: value})

    low, high = LIMITS[name]
    for value in (low - 1, high + 1):
        refused("bench_rules_number", partial(check_rules, with_value(value)), rule=name)
    for value in (low, high):
        check_rules(with_value(value))


def test_a_word_that_a_rule_does_not_know_is_refused(house: House) -> None:
    wrong = replace(BenchRules(), weigh="sometimes")  # type: ignore[arg-type]
    refused("bench_rules_choice", lambda: save(house, wrong, 0), rule="weigh", value="sometimes")
    assert house.count(PackingRules) == 0


def test_a_negative_value_is_refused() -> None:
    refused("bench_rules_amount", lambda: check_rules(BenchRules(check_value_minor=-1)), rule="check_value_minor")


@pytest.mark.parametrize("code", ["order_cancelled", "nonsense"])
def test_what_is_wrong_with_an_order_is_never_over_by_a_scan(code: str) -> None:
    wrong = BenchRules(release_by_scan=frozenset({"wrong_item", code}))
    refused("bench_rules_release", lambda: check_rules(wrong), failure=code)


def test_failures_that_a_scan_releases_are_codes_of_the_bench() -> None:
    assert set(RELEASABLE) <= {code.value for code in Code}


# the policy table


def test_a_cell_is_allowed_refused_and_left_to_the_default(house: House) -> None:
    def cells() -> tuple[Allowance, ...]:
        return house.store.read(lambda session: read_policies(session.connection()))

    put(house, True, None)
    assert cells() == (Allowance(ANY, "packer", Act.TYPE_QUANTITY, True),)
    put(house, False, True)
    assert cells() == (Allowance(ANY, "packer", Act.TYPE_QUANTITY, False),)
    put(house, None, False)
    assert cells() == ()
    assert house.count(PackingPolicy) == 0
    assert [(ids["allowed"], undo) for ids, undo in journal(house, "set_policy")] == [
        (True, {"allowed": None}), (False, {"allowed": True}), (None, {"allowed": False}),
    ]  # fmt: skip


def test_a_cell_that_somebody_else_has_changed_is_not_written_over_unseen(house: House) -> None:
    put(house, True, None)
    for before in (None, False):
        refused("bench_rules_newer", partial(put, house, False, before))
    put(house, True, None, group="picker")


def test_a_cell_without_a_class_or_a_group_is_refused(house: House) -> None:
    refused("bench_rules_no_cell", lambda: put(house, True, None, group=" "))
    refused("bench_rules_no_cell", lambda: put(house, True, None, handling_class=""))


def test_the_table_has_every_class_and_group_that_there_is(house: House) -> None:
    house.stock("MUG", 1)
    house.stock("VASE", 1)
    house.write(lambda tx: setattr(tx.session.get_one(Sku, house.skus["VASE"]), "handling_class", "fragile"))
    house.store.write(add_operator, LEAD, Person("Ada", group="night"))
    put(house, True, None, group="former", handling_class="valuable")
    table = house.store.read(policy_table)
    assert table.classes == (ANY, "fragile", "valuable")
    assert table.groups == (
        ANY, "packer", "picker", "lead", "support", "administrator", "former", "night",
    )  # fmt: skip


# inserts


def test_an_insert_is_read_as_it_was_saved(house: House) -> None:
    house.stock("MUG", 1)
    wanted = Insert("Box", "BOX-1", False, True, "shop", "ES", "MUG", "*", 15_000)
    key = insert(house, wanted)
    assert inserts(house) == [InsertRow(key, wanted, True)]
    assert house.get(InsertRule, key).sku_id == house.skus["MUG"]


def test_an_insert_is_tidied(house: House) -> None:
    house.stock("MUG", 1)
    insert(house, Insert("  Thank-you   card ", " card-1\n", country="es", sku="MUG-EAN", vip=" gold "))
    assert inserts(house)[0].insert == Insert("Thank-you card", "card-1", country="ES", sku="MUG", vip="gold")


def test_an_insert_is_changed_only_by_who_has_seen_it(house: House) -> None:
    key = insert(house)
    other = replace(CARD, country="ES")
    insert(house, other, key, CARD)
    refused("bench_rules_newer", lambda: insert(house, replace(CARD, country="DE"), key, CARD))
    refused("bench_rules_newer", lambda: house.store.write(retire_insert_rule, LEAD, key, CARD))
    refused("bench_rules_no_insert", lambda: insert(house, Insert("None"), key + 1, CARD))
    assert [row.insert for row in inserts(house)] == [other]
    assert journal(house, "save_insert_rule")[1][1] == {**vars_of(CARD)}


def vars_of(insert: Insert) -> dict[str, Any]:
    return {name: getattr(insert, name) for name in Insert.__dataclass_fields__}


def test_a_retired_insert_stands_last_and_comes_back(house: House) -> None:
    first = insert(house, Insert("A card"))
    second = insert(house, Insert("B card"))
    house.store.write(retire_insert_rule, LEAD, first, Insert("A card"))
    assert [(row.insert_id, row.active) for row in inserts(house)] == [(second, True), (first, False)]
    house.store.write(retire_insert_rule, LEAD, first, Insert("A card"), True)
    assert [row.active for row in inserts(house)] == [True, True]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (Insert(" "), "bench_rules_insert_name"),
        (Insert("x" * 81), "bench_rules_long"),
        (Insert("Card", may_tick=False), "bench_rules_insert_never"),
        (Insert("Card", country="XX"), "country_unknown"),
        (Insert("Card", sku="NONE"), "bench_rules_no_sku"),
        (Insert("Card", min_value_minor=-1), "bench_rules_amount"),
        (Insert("Card", "XXOK"), "bench_rules_barcode_own"),
        (Insert("Card", "MUG-EAN"), "bench_rules_barcode_taken"),
        (Insert("Other", "CARD-1"), "bench_rules_barcode_taken"),
    ],
)
def test_an_insert_that_cannot_be_is_refused(house: House, wrong: Insert, code: str) -> None:
    house.stock("MUG", 1)
    insert(house)
    refused(code, lambda: insert(house, wrong))
    assert len(inserts(house)) == 1


def test_a_retired_insert_does_not_come_back_with_a_barcode_that_is_taken(house: House) -> None:
    key = insert(house)
    house.store.write(retire_insert_rule, LEAD, key, CARD)
    insert(house, Insert("Other card", "CARD-1"))
    refused("bench_rules_barcode_taken", lambda: house.store.write(retire_insert_rule, LEAD, key, CARD, True))


def test_an_insert_keeps_its_own_barcode(house: House) -> None:
    key = insert(house)
    insert(house, replace(CARD, country="ES"), key, CARD)


# all of it


def test_the_page_sees_when_each_section_was_saved_and_by_whom(house: House) -> None:
    view = house.store.read(bench_rules_view, house.warehouse)
    assert set(view.saved.values()) == {None}
    ada = house.store.write(add_operator, LEAD, Person("Ada"))
    house.store.write(save_rules, replace(LEAD, operator=ada), house.warehouse, BenchRules(photo=True), 0)
    view = house.store.read(bench_rules_view, house.warehouse)
    assert view.rules.photo
    assert view.version == 1
    saved = view.saved["rules"]
    assert saved is not None
    assert saved.by == "Ada"
    assert view.saved["policy"] is None


def test_a_change_is_published(house: House) -> None:
    heard: list[Any] = []
    house.store.listen(heard.append)
    save(house, BenchRules(photo=True), 0)
    put(house, True, None)
    insert(house)
    assert [change.topics for change in heard] == [frozenset({"rules"})] * 3
    assert NOTHING not in heard
