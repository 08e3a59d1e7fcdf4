"""The tables of states: complete, closed in themselves, and without a way out of the ends."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import pytest

from app.domain.errors import Refusal
from app.domain.states import (
    BATCH,
    JOB,
    ORDER,
    PARCEL,
    TASK,
    WAVE,
    BatchState,
    JobState,
    OrderState,
    ParcelState,
    TaskState,
    WaveState,
    advance,
)

TABLES: list[tuple[Mapping[Any, frozenset[Any]], type[StrEnum], set[StrEnum]]] = [
    (ORDER, OrderState, {OrderState.CANCELLED}),
    (WAVE, WaveState, {WaveState.DONE, WaveState.CANCELLED}),
    (BATCH, BatchState, {BatchState.PICKED, BatchState.CANCELLED}),
    (TASK, TaskState, {TaskState.PICKED, TaskState.SHORT, TaskState.CANCELLED}),
    (PARCEL, ParcelState, {ParcelState.VOIDED}),
    (JOB, JobState, {JobState.CONFIRMED, JobState.FAILED, JobState.CANCELLED}),
]


@pytest.mark.parametrize(("table", "states", "ends"), TABLES, ids=lambda value: getattr(value, "__name__", ""))
def test_every_state_stands_in_its_table_and_only_the_ends_end(
    table: Mapping[Any, frozenset[Any]], states: type[StrEnum], ends: set[StrEnum]
) -> None:
    assert set(table) == set(states)
    assert {state for state in states if not table[state]} == ends


@pytest.mark.parametrize(("table", "states", "_ends"), TABLES, ids=lambda value: getattr(value, "__name__", ""))
def test_every_state_but_the_first_can_be_reached(
    table: Mapping[Any, frozenset[Any]], states: type[StrEnum], _ends: set[StrEnum]
) -> None:
    reached = {next(iter(states))}
    while more := {to for state in reached for to in table[state]} - reached:
        reached |= more
    assert reached == set(states)


def test_what_the_table_lacks_is_refused_with_both_states() -> None:
    assert advance(JOB, JobState.QUEUED, JobState.SENDING) is JobState.SENDING
    with pytest.raises(Refusal) as refused:
        advance(JOB, JobState.UNCERTAIN, JobState.QUEUED)
    assert refused.value.code == "state_not_allowed"
    assert refused.value.facts == {"entity": "JobState", "current": "uncertain", "wanted": "queued"}


@pytest.mark.parametrize(
    ("state", "to"),
    [
        # never sent again by itself: only what no byte of has left may go back to the queue
        (JobState.UNCERTAIN, JobState.QUEUED),
        (JobState.UNCERTAIN, JobState.SENDING),
        (JobState.PRINTED, JobState.QUEUED),
        (JobState.PRINTED, JobState.SENDING),
        (JobState.CONFIRMED, JobState.QUEUED),
        (JobState.FAILED, JobState.QUEUED),
        (JobState.CANCELLED, JobState.SENDING),
        # a label that nobody has sent is on no box
        (JobState.QUEUED, JobState.CONFIRMED),
        (JobState.QUEUED, JobState.PRINTED),
    ],
)
def test_no_label_is_printed_twice_by_a_change_of_state(state: JobState, to: JobState) -> None:
    with pytest.raises(Refusal):
        advance(JOB, state, to)


def test_a_cancelled_order_goes_nowhere_and_a_closed_parcel_is_voided_or_labelled_anew() -> None:
    assert not ORDER[OrderState.CANCELLED]
    assert PARCEL[ParcelState.CLOSED] == {ParcelState.VOIDED, ParcelState.LABELLING}
    assert {state for state in OrderState if OrderState.SHIPPED in ORDER[state]} == {OrderState.PACKING}
