"""The rule of the pick: location first, then the item."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.barcode import Command
from app.domain.bench import Found, Item, OtherKind, Unknown
from app.domain.picking import Holder, LocationFound, PickCode, Task, judge_pick
from app.domain.verdict import Outcome
from app.sentences import SENTENCES
from app.texts import placeholders

GO = Task(1, 5, "A-01", 101, "TEA", 3, "TT00001X", 1, at_location=False)
THERE = replace(GO, at_location=True)
TEA = Item(101, "TEA", 1)
P, F, A = Outcome.PASS, Outcome.FAIL, Outcome.ATTENTION

TABLE: list[tuple[str, Task | None, Found | LocationFound, Outcome, PickCode]] = [
    ("its location", GO, LocationFound(5, "A-01"), P, PickCode.AT_LOCATION),
    ("its location again", THERE, LocationFound(5, "A-01"), P, PickCode.AT_LOCATION),
    ("another location", GO, LocationFound(6, "A-02"), F, PickCode.WRONG_LOCATION),
    ("another location, though it is at its own", THERE, LocationFound(6, "A-02"), F, PickCode.WRONG_LOCATION),
    ("the item before the location", GO, TEA, F, PickCode.LOCATION_FIRST),
    ("the item", THERE, TEA, P, PickCode.PICKED),
    ("another item", THERE, Item(102, "CUP", 1), F, PickCode.WRONG_PICK),
    ("another item before the location", GO, Item(102, "CUP", 1), F, PickCode.LOCATION_FIRST),
    ("short", THERE, Command.SHORT, A, PickCode.SHORT),
    ("another command", THERE, Command.UNDO, F, PickCode.PICK_UNKNOWN_CODE),
    ("the acknowledgement", THERE, Command.OK, P, PickCode.ACKNOWLEDGED),
    ("the acknowledgement when nothing is left", None, Command.OK, P, PickCode.ACKNOWLEDGED),
    ("unknown", THERE, Unknown(), F, PickCode.PICK_UNKNOWN_CODE),
    ("a tote", THERE, OtherKind("tote"), F, PickCode.PICK_UNKNOWN_CODE),
    ("nothing left", None, TEA, A, PickCode.NOTHING_TO_PICK),
    ("nothing left to be short of", None, Command.SHORT, A, PickCode.NOTHING_TO_PICK),
]


@pytest.mark.parametrize(("task", "found", "outcome", "code"), [row[1:] for row in TABLE], ids=[r[0] for r in TABLE])
def test_judge_pick(task: Task | None, found: Found | LocationFound, outcome: Outcome, code: PickCode) -> None:
    verdict = judge_pick(task, found)
    assert (verdict.outcome, verdict.code) == (outcome, code)
    assert placeholders(SENTENCES[code]) <= set(verdict.facts)


def test_every_code_of_the_rule_is_in_the_table() -> None:
    # said by the operation, which knows what is left, and of `CART_TAKEN` below
    assert set(PickCode) - {row[4] for row in TABLE} == {
        PickCode.BATCH_PICKED, PickCode.SHORT_LEAVES, PickCode.SHORT_GONE, PickCode.CART_TAKEN,
    }  # fmt: skip


@pytest.mark.parametrize("found", [TEA, LocationFound(5, "A-01"), Command.SHORT, Unknown()])
@pytest.mark.parametrize("task", [THERE, None])
def test_nothing_is_picked_where_somebody_else_picks(task: Task | None, found: Found | LocationFound) -> None:
    verdict = judge_pick(task, found, Holder("CART-2", 3, 1))
    assert (verdict.outcome, verdict.code) == (F, PickCode.CART_TAKEN)
    assert verdict.facts == {"station": "CART-2", "wave": 3, "cart": 1}
    assert placeholders(SENTENCES[verdict.code]) <= set(verdict.facts)


def test_a_failure_on_a_cart_that_was_taken_is_acknowledged_all_the_same() -> None:
    assert judge_pick(THERE, Command.OK, Holder("CART-2", 3, 1)).code is PickCode.ACKNOWLEDGED
