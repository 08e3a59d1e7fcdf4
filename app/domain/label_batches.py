"""Label batches: the states of one, and the order in which labels are printed."""

from __future__ import annotations

from enum import StrEnum


class LabelBatchState(StrEnum):
    """A label batch: checked and not begun, printing, paused by a person, done, or taken back."""

    CHECKED = "checked"
    PRINTING = "printing"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"


class Sequence(StrEnum):
    """What the order of the labels follows."""

    TOTE = "tote"  # cart by cart, slot by slot
    PICK = "pick"  # the walk: whose first pick task comes first
