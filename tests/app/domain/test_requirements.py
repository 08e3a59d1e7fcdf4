"""What a parcel needs besides its items: inserts by rule, tolerances, who checks what, one weight a placement."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.bench import Bench, Insert, Item, Pending, Person, read_pending, write_pending
from app.domain.bench_rules import BenchRules
from app.domain.inserts import InsertCondition, OrderFacts, scanned, wanted
from app.domain.needs import Need, needs
from app.domain.packing import judge
from app.domain.requirements import SKIPPING, next_step
from app.domain.second_check import check, is_wanted
from app.domain.verdict import Code
from app.domain.weights import CHANGED_G, EMPTY_G, LYING_SECONDS, Placements, tolerance_g
from app.sentences import SENTENCES
from app.texts import placeholders
from tests.app.domain.requirement_table import BOXING, GIFT, HALF_CHECKED, NOTE, SET, UNCHECKED, VERIFIED, WEIGHING, at

ORDER = OrderFacts(False, "amazon", "DE", "", 5_000, frozenset({1, 2}))


@pytest.mark.parametrize(
    ("rule", "order", "holds"),
    [
        (InsertCondition(1), ORDER, True),
        (InsertCondition(1, first_order=True), ORDER, False),
        (InsertCondition(1, first_order=True), OrderFacts(True, "", "", "", 0, frozenset()), True),
        (InsertCondition(1, channel="Amazon"), ORDER, True),
        (InsertCondition(1, channel="ebay"), ORDER, False),
        (InsertCondition(1, country="DE"), ORDER, True),
        (InsertCondition(1, country="FR"), ORDER, False),
        (InsertCondition(1, sku_id=2), ORDER, True),
        (InsertCondition(1, sku_id=3), ORDER, False),
        (InsertCondition(1, vip="*"), ORDER, False),
        (InsertCondition(1, vip="*"), OrderFacts(False, "", "", "gold", 0, frozenset()), True),
        (InsertCondition(1, vip="Gold"), OrderFacts(False, "", "", "gold", 0, frozenset()), True),
        (InsertCondition(1, vip="silver"), OrderFacts(False, "", "", "gold", 0, frozenset()), False),
        (InsertCondition(1, min_value_minor=5_000), ORDER, True),
        (InsertCondition(1, min_value_minor=5_001), ORDER, False),
        (InsertCondition(1, country="DE", sku_id=3), ORDER, False),
    ],
)
def test_every_condition_that_is_given_must_hold(rule: InsertCondition, order: OrderFacts, holds: bool) -> None:
    assert wanted([rule], order) == ([1] if holds else [])


def test_an_insert_is_known_by_either_form_of_its_barcode_and_one_without_by_none() -> None:
    both = (Insert(1, "card", "012345678905", True, False), Insert(2, "tick", "", True, False))
    with_upc = replace(VERIFIED, inserts=both)
    found = scanned(with_upc, "0012345678905")
    assert found is not None
    assert found.rule_id == 1
    assert scanned(with_upc, "") is None


def test_the_tolerance_is_the_larger_of_grams_and_percent() -> None:
    assert tolerance_g(BenchRules(tolerance_g=10, tolerance_percent=3), 100) == 10
    assert tolerance_g(BenchRules(tolerance_g=10, tolerance_percent=3), 1_000) == 30
    assert tolerance_g(BenchRules(tolerance_g=0, tolerance_percent=0), 1_000) == 0


@pytest.mark.parametrize("percent", [0, 5, 50, 100])
def test_so_many_percent_are_checked_and_the_same_parcel_always_or_never(percent: int) -> None:
    parcels = [UUID(int=number * 7_919) for number in range(2_000)]
    drawn = [is_wanted(BenchRules(check_percent=percent), parcel, 0, None) for parcel in parcels]
    assert drawn == [is_wanted(BenchRules(check_percent=percent), parcel, 0, None) for parcel in parcels]
    assert abs(sum(drawn) - 20 * percent) <= 60
    assert percent not in (0, 100) or set(drawn) == {percent == 100}


def test_what_is_dear_and_what_a_new_person_packs_is_checked() -> None:
    rules = BenchRules(check_value_minor=10_000, check_new_orders=3)
    assert is_wanted(rules, UUID(int=1), 10_000, None)
    assert not is_wanted(rules, UUID(int=1), 9_999, None)
    assert is_wanted(rules, UUID(int=1), 0, 2)
    assert not is_wanted(rules, UUID(int=1), 0, 3)


@given(st.lists(st.sampled_from([101, 102, 900, 999]), max_size=12))
def test_a_check_is_done_exactly_when_every_piece_was_seen_once(scans: list[int]) -> None:
    parcel = SET
    for sku in scans:
        if not parcel.unchecked:
            break
        verdict = check(parcel, Item(sku, "?", 1))
        seen = dict(verdict.counts)
        lines = tuple(replace(line, checked=line.checked + seen.get(line.line_id, 0)) for line in parcel.lines)
        assert all(0 <= line.checked <= line.packed for line in lines)
        assert bool(seen) is (verdict.code in (Code.CHECKED, Code.CHECKED_ITEM))
        parcel = replace(parcel, lines=lines)
        assert (verdict.code is Code.CHECKED) is (parcel.unchecked == 0)


def test_a_check_says_which_lines_it_has_seen_and_what_is_left() -> None:
    verdict = check(SET, Item(900, "SET", 1))
    assert (verdict.counts, verdict.facts) == (((11, 2), (12, 1)), {"order": "S-1"})
    verdict = check(UNCHECKED, Item(101, "TEA", 1))
    assert (verdict.counts, verdict.facts["left"], verdict.facts["remaining"]) == (((11, 1),), 1, 2)
    assert check(UNCHECKED, Item(101, "TEA", 3)).facts["over"] == 1
    assert check(HALF_CHECKED, Item(101, "TEA", 1)).facts == {"sku": "TEA", "name": "TEA", "over": 1, "ordered": 2}


def test_a_log_out_is_remembered_over_a_power_cut() -> None:
    out = Pending(out=True)
    assert read_pending(write_pending(out) or "") == out
    assert write_pending(Pending()) is None


def test_a_badge_forgets_what_the_last_person_was_asked() -> None:
    asked = Bench(pending=Pending(quantity=12), operator_id=1)
    assert judge(asked, "", Person(2, "Ben")).pending == Pending()


@pytest.mark.parametrize("need", [need for need in Need if need is not Need.ITEMS])
def test_what_comes_next_is_said_with_all_its_facts(need: Need) -> None:
    parcel = replace(UNCHECKED, has_note=True, inserts=(GIFT,))
    for operator in (1, 2):
        step = next_step(at(parcel, operator_id=operator), parcel, need)
        assert placeholders(SENTENCES[step.code]) <= set(step.facts)
    assert need in SKIPPING or need is Need.NOTE


def test_the_needs_are_asked_in_their_order() -> None:
    all_of_it = replace(UNCHECKED, has_note=True, inserts=(GIFT,))
    rules = replace(WEIGHING, carton=BOXING.carton)
    assert needs(all_of_it, rules) == (Need.NOTE, Need.INSERTS, Need.CHECK, Need.CARTON, Need.WEIGHT)
    assert needs(replace(VERIFIED, carton_skipped=True), BOXING) == ()
    assert needs(replace(NOTE, note_confirmed=True), BenchRules()) == ()


READINGS = st.lists(st.none() | st.integers(-20, 40) | st.integers(400, 460), max_size=60)


@given(READINGS, st.lists(st.booleans(), min_size=60, max_size=60))
def test_every_placement_counts_once(readings: list[int | None], waits: list[bool]) -> None:
    placements = Placements()
    taken: int | None = None  # the weight that was taken of what lies there now
    for grams, waiting in zip(readings, waits, strict=False):
        found = placements.see(grams, 0.0)
        if grams is not None and grams <= EMPTY_G:
            taken = None
        fresh = grams is not None and grams > EMPTY_G and (taken is None or abs(grams - taken) > CHANGED_G)
        assert found == (grams if fresh else None)
        if found is not None and waiting:
            placements.take(found)
            taken = found


def test_a_recount_is_weighed_anew_and_what_just_lies_there_is_not() -> None:
    scale = Placements()
    assert scale.see(412, 0.0) == 412
    assert scale.see(412, 0.0) == 412  # the bench did not wait yet
    scale.take(412)
    assert [scale.see(grams, 0.0) for grams in (412, 414, None, 412, 407)] == [None] * 5
    assert scale.see(512, 0.0) == 512  # something was put in
    scale.take(512)
    assert scale.see(None, 0.0) is None
    assert scale.see(512, 0.0) is None
    assert scale.see(0, 0.0) is None
    assert scale.see(512, 0.0) == 512  # lifted and put back


def test_what_lay_on_the_scale_before_the_last_scan_is_given_time() -> None:
    scale = Placements()
    scale.see(300, 10.0)
    assert not scale.is_new(12.0, 12.1)  # the last item is scanned and not in yet
    scale.see(None, 12.5)
    scale.see(400, 12.9)
    assert scale.is_new(12.0, 12.9)
    lies = Placements()
    lies.see(300, 10.0)
    assert not lies.is_new(12.0, 12.0 + LYING_SECONDS - 0.1)
    assert lies.is_new(12.0, 12.0 + LYING_SECONDS)
    lies.see(302, 14.0)  # the scale itself
    assert lies.since == 10.0
