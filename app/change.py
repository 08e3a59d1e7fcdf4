"""What a commit touched: the only thing that is ever published."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """Topics (`orders`, `stock`, `waves`, `parcels`, `labels`, `stations`) and the ids touched in them.

    `undo` names the operation that takes it back, where there is one.
    """

    topics: frozenset[str] = frozenset()
    ids: frozenset[tuple[str, int]] = frozenset()
    undo: str | None = None

    def __bool__(self) -> bool:
        return bool(self.topics)


NOTHING = Change()


def changed(*topics: str, ids: Iterable[tuple[str, int]] = (), undo: str | None = None) -> Change:
    """A Change of these topics."""
    return Change(frozenset(topics), frozenset(ids), undo)
