"""What a state of a page is, of which there is a picture."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bench.picture_stage import Stage

Enter = Callable[[Stage], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class State:
    """A page in a state; `world` names the database, `enter` does what leads to it.

    `engine` is False where the window has no database yet.
    """

    page: str
    name: str
    enter: Enter
    world: str = "day"
    engine: bool = True


class States(list[State]):
    """The states of a page, each noted by a call above what leads to it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self._page = page

    def __call__(self, name: str, **more: Any) -> Callable[[Enter], Enter]:
        """Note a state by its name."""

        def note(enter: Enter) -> Enter:
            self.append(State(self._page, name, enter, **more))
            return enter

        return note
