"""What is wrong with the records of a file, told record by record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from app.domain.errors import Fact, Refusal
from app.domain.incoming import Problem

R = TypeVar("R")


class Judge:
    """Collects what is wrong with one record, so that all of it is told at once."""

    def __init__(self, problems: list[Problem]) -> None:
        self._problems = problems
        self.line = 0
        self.order: str | None = None
        self.bad = False

    def start(self, line: int) -> None:
        self.line, self.order, self.bad = line, None, False

    def tell(self, code: str, **facts: Fact) -> None:
        self.bad = True
        if self.order is not None:
            facts.setdefault("order", self.order)
        problem = Problem(self.line, code, facts)
        if problem not in self._problems[-8:]:  # two kinds may stumble over the same cell
            self._problems.append(problem)

    def take(self, rule: Callable[..., R], *arguments: Any, **named: Any) -> R | None:
        """What the rule makes of the value, None when it refuses."""
        try:
            return rule(*arguments, **named)
        except Refusal as refusal:
            self.tell(refusal.code, **refusal.facts)
            return None

    def take_or_leave(self, rule: Callable[..., R], *arguments: Any, **named: Any) -> R | None:
        """Like `take`, but a value that is refused is told and left out, and the record is good without it."""
        bad = self.bad
        found = self.take(rule, *arguments, **named)
        self.bad = bad
        return found
