"""Several conditions at once."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from hardware.printer import Condition
from hardware.printers.conditions import SEVERITY, worst


@pytest.mark.parametrize(
    ("conditions", "words", "said"),
    [
        ((), (), (Condition.READY, "")),
        ((), ("paper_near_end",), (Condition.READY, "paper_near_end")),
        ((Condition.PAUSED, Condition.PAPER_OUT), (), (Condition.PAPER_OUT, "paused")),
        ((Condition.FAULT, Condition.HEAD_OPEN), ("cutter",), (Condition.HEAD_OPEN, "cutter")),
        ((Condition.FAULT,), ("motor", "clean_head"), (Condition.FAULT, "motor clean_head")),
    ],
)
def test_what_a_person_mends_first_stands_first(
    conditions: Iterable[Condition], words: Iterable[str], said: tuple[Condition, str]
) -> None:
    assert worst(conditions, words) == said


def test_every_condition_that_can_be_told_has_its_place() -> None:
    assert set(SEVERITY) == set(Condition) - {Condition.READY, Condition.SILENT}
