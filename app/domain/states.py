"""The states of everything that moves, and which state may follow which."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from app.domain.errors import Refusal


class OrderState(StrEnum):
    """Where an order stands in this warehouse."""

    INCOMPLETE = "incomplete"  # lacks something a parcel needs; never planned
    READY = "ready"
    PLANNED = "planned"  # stock allocated, in a wave that is not released
    RELEASED = "released"  # somebody may be picking it
    PICKED = "picked"  # everything is in its tote
    PACKING = "packing"
    SHIPPED = "shipped"  # every parcel closed
    PROBLEM = "problem"  # goods of it are off their shelf and it cannot go on
    CANCELLED = "cancelled"


class WaveState(StrEnum):
    """A wave: planned, released to the pickers, done, or taken back."""

    PLANNED = "planned"
    RELEASED = "released"
    DONE = "done"
    CANCELLED = "cancelled"


class BatchState(StrEnum):
    """One cart's walk."""

    PLANNED = "planned"
    RELEASED = "released"
    PICKED = "picked"
    CANCELLED = "cancelled"


class Lane(StrEnum):
    """How a batch is picked: single-item orders together in one bulk tote, or one tote an order on a cart."""

    SINGLE = "single"
    CART = "cart"


class TaskState(StrEnum):
    """Take n of a SKU at a location."""

    OPEN = "open"
    PICKED = "picked"
    SHORT = "short"
    CANCELLED = "cancelled"


class ParcelState(StrEnum):
    """One box: being filled, waiting for its label to be scanned back, closed, or voided."""

    OPEN = "open"
    LABELLING = "labelling"
    CLOSED = "closed"
    VOIDED = "voided"


class LabelState(StrEnum):
    """One tracking number."""

    VALID = "valid"
    VOIDED = "voided"


class JobState(StrEnum):
    """One print job; see the way of a label in the architecture."""

    QUEUED = "queued"
    SENDING = "sending"
    PRINTED = "printed"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    CANCELLED = "cancelled"


ORDER: Mapping[OrderState, frozenset[OrderState]] = {
    OrderState.INCOMPLETE: frozenset({OrderState.READY, OrderState.CANCELLED}),
    OrderState.READY: frozenset({OrderState.INCOMPLETE, OrderState.PLANNED, OrderState.CANCELLED}),
    OrderState.PLANNED: frozenset({OrderState.RELEASED, OrderState.READY, OrderState.CANCELLED}),
    OrderState.RELEASED: frozenset(
        {OrderState.PICKED, OrderState.READY, OrderState.PROBLEM, OrderState.CANCELLED, OrderState.RELEASED}
    ),
    OrderState.PICKED: frozenset({OrderState.PACKING, OrderState.PROBLEM, OrderState.CANCELLED}),
    OrderState.PACKING: frozenset({OrderState.SHIPPED, OrderState.PICKED, OrderState.PROBLEM, OrderState.CANCELLED}),
    # from the problem shelf back to a bench
    OrderState.PROBLEM: frozenset(
        {OrderState.READY, OrderState.PICKED, OrderState.PACKING, OrderState.CANCELLED}
    ),
    # a closed box may be opened again, and a cancelled order taken out of the cage, until the carrier has it
    OrderState.SHIPPED: frozenset({OrderState.PACKING, OrderState.CANCELLED}),
    OrderState.CANCELLED: frozenset(),
}
WAVE: Mapping[WaveState, frozenset[WaveState]] = {
    WaveState.PLANNED: frozenset({WaveState.RELEASED, WaveState.CANCELLED}),
    WaveState.RELEASED: frozenset({WaveState.DONE, WaveState.CANCELLED}),
    WaveState.DONE: frozenset(),
    WaveState.CANCELLED: frozenset(),
}
BATCH: Mapping[BatchState, frozenset[BatchState]] = {
    BatchState.PLANNED: frozenset({BatchState.RELEASED, BatchState.CANCELLED}),
    BatchState.RELEASED: frozenset({BatchState.PICKED, BatchState.CANCELLED}),
    BatchState.PICKED: frozenset(),
    BatchState.CANCELLED: frozenset(),
}
TASK: Mapping[TaskState, frozenset[TaskState]] = {
    TaskState.OPEN: frozenset({TaskState.PICKED, TaskState.SHORT, TaskState.CANCELLED}),
    TaskState.PICKED: frozenset(),
    TaskState.SHORT: frozenset(),
    TaskState.CANCELLED: frozenset(),
}
PARCEL: Mapping[ParcelState, frozenset[ParcelState]] = {
    ParcelState.OPEN: frozenset({ParcelState.LABELLING, ParcelState.VOIDED}),
    ParcelState.LABELLING: frozenset({ParcelState.CLOSED, ParcelState.OPEN, ParcelState.VOIDED}),
    # a closed box whose label was voided waits for the scan-back of another one
    ParcelState.CLOSED: frozenset({ParcelState.VOIDED, ParcelState.LABELLING}),
    ParcelState.VOIDED: frozenset(),
}
JOB: Mapping[JobState, frozenset[JobState]] = {
    # failed before it was sent: no printer of its queue can be given it
    JobState.QUEUED: frozenset({JobState.SENDING, JobState.CANCELLED, JobState.FAILED}),
    # the scan-back may overtake the printer's own proof; back to the queue only when no byte has left
    JobState.SENDING: frozenset(
        {JobState.PRINTED, JobState.FAILED, JobState.UNCERTAIN, JobState.CONFIRMED, JobState.QUEUED}
    ),
    JobState.UNCERTAIN: frozenset({JobState.PRINTED, JobState.FAILED, JobState.CONFIRMED}),
    JobState.PRINTED: frozenset({JobState.CONFIRMED}),
    JobState.CONFIRMED: frozenset(),
    JobState.FAILED: frozenset(),
    JobState.CANCELLED: frozenset(),
}

S = TypeVar("S", bound=StrEnum)


def advance(table: Mapping[S, frozenset[S]], current: S, to: S) -> S:
    """The state `to`, if the table lets it follow `current`; raises Refusal `state_not_allowed` otherwise."""
    if to not in table[current]:
        raise Refusal("state_not_allowed", entity=type(current).__name__, current=current.value, wanted=to.value)
    return to
