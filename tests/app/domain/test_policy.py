"""The table of who may type, skip and override: the cell that names most decides."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.bench import Bench
from app.domain.people import Role
from app.domain.policy import ANY, Act, Allowance, may

CLASSES, GROUPS = ("", "fragile", "serial"), ("packer", "trainee", "lead")
CELLS = st.lists(
    st.builds(
        Allowance, st.sampled_from([*CLASSES, ANY]), st.sampled_from([*GROUPS, ANY]), st.sampled_from(list(Act)),
        st.booleans(),
    ),
    max_size=12,
    unique_by=lambda cell: (cell.handling_class, cell.group, cell.act),
)


@pytest.mark.parametrize(
    ("act", "group", "allowed"),
    [
        (Act.TYPE_QUANTITY, "packer", False), (Act.SKIP_SERIAL, "trainee", False), (Act.ACCEPT_WEIGHT, "packer", False),
        (Act.TYPE_CODE, "packer", True), (Act.SUBSTITUTE, "packer", True), (Act.REOPEN, "packer", True),
        *((act, "lead", True) for act in Act), *((act, "administrator", True) for act in Act),
    ],
)
def test_what_holds_where_the_table_says_nothing(act: Act, group: str, allowed: bool) -> None:
    assert may((), act, "", group) is allowed


def test_the_cell_that_names_most_decides_the_class_before_the_group() -> None:
    act = Act.TYPE_QUANTITY
    cells = [Allowance(ANY, ANY, act, True)]
    assert may(cells, act, "fragile", "trainee")
    cells.append(Allowance(ANY, "trainee", act, False))
    assert not may(cells, act, "fragile", "trainee")
    cells.append(Allowance("fragile", ANY, act, True))
    assert may(cells, act, "fragile", "trainee")
    cells.append(Allowance("fragile", "trainee", act, False))
    assert not may(cells, act, "fragile", "trainee")
    assert may(cells, act, "fragile", "packer")
    assert not may(cells, act, "", "trainee")


def test_a_lead_with_a_group_of_his_own_is_a_lead_all_the_same() -> None:
    assert Bench(group="night shift", role=Role.LEAD).may(Act.ACCEPT_WEIGHT)
    assert not Bench(group="night shift", role=Role.PACKER).may(Act.ACCEPT_WEIGHT)
    refused = (Allowance(ANY, "night shift", Act.ACCEPT_WEIGHT, False),)
    assert not Bench(group="night shift", role=Role.LEAD, policies=refused).may(Act.ACCEPT_WEIGHT)


@given(CELLS, st.sampled_from(list(Act)), st.sampled_from(CLASSES), st.sampled_from(GROUPS), st.randoms())
def test_the_order_of_the_cells_says_nothing(
    cells: list[Allowance], act: Act, handling_class: str, group: str, random: object
) -> None:
    shuffled = list(cells)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert may(cells, act, handling_class, group) is may(shuffled, act, handling_class, group)
    others = [cell for cell in cells if cell.act is not act]
    assert may(others, act, handling_class, group) is may((), act, handling_class, group)
