"""Where a received label goes on the media, and where on it Packbench may print something of its own: rules alone.

Lengths are in any one unit, the same for all arguments of a call, unless another is named.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Box: TypeAlias = tuple[int, int, int, int]  # left, top, right, bottom

LEAST_SCALE = 0.97  # by how much a label is made smaller to fit


@dataclass(frozen=True, slots=True)
class Page:
    """A page and the rectangle of its ink, None for a blank one."""

    width: float
    height: float
    ink: tuple[float, float, float, float] | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where the ink's upper left corner goes; `turned` by 90 degrees clockwise before that."""

    x: int
    y: int
    turned: bool = False


@dataclass(frozen=True, slots=True)
class Strip:
    """A blank rectangle; `turned` when what stands in it runs down instead of across."""

    left: int
    top: int
    right: int
    bottom: int
    turned: bool


def place(width: int, height: int, ink: Box, media: tuple[int, int], room: int, slack: int) -> Place | None:
    """Where a page of this size, in dots, goes at its own scale; None where it does not fit.

    The page is kept whole where it fits (it may overhang by `slack` where it is blank), else its ink alone; turned only
    where it does not fit upright. It is centred, but where `room` dots are left it moves aside, so that a strip of so
    many dots stays blank below it, or beside it.
    """
    for turned in (False, True):
        if turned:
            # clockwise: what was the left edge is the top, what was the bottom is the left
            ink = (height - ink[3], ink[0], height - ink[1], ink[2])
            width, height = height, width
        wide, high = ink[2] - ink[0], ink[3] - ink[1]
        if wide > media[0] or high > media[1]:
            continue
        if width <= media[0] + slack and height <= media[1] + slack:
            x, y = _aside(width, height, media, room)
            x, y = _inside(x + ink[0], wide, media[0]), _inside(y + ink[1], high, media[1])
            return Place(x, y, turned)
        return Place(*_aside(wide, high, media, room, slack), turned)
    return None


def _aside(width: int, height: int, media: tuple[int, int], room: int, edge: int = 0) -> tuple[int, int]:
    beside, below = media[0] - width, media[1] - height
    if below >= room:
        return beside // 2, min(edge, below - room)
    if beside >= room:
        return min(edge, beside - room), below // 2
    return beside // 2, below // 2


def _inside(at: int, length: int, most: int) -> int:
    return max(0, min(at, most - length))


def shrunk(width: float, height: float, ink: Box, media: tuple[int, int]) -> float | None:
    """The scale below 1 at which a page that does not fit does, or its ink; None below `LEAST_SCALE`."""
    wide, high = ink[2] - ink[0], ink[3] - ink[1]
    scales = [
        min(across / w, down / h)
        for w, h in ((width, height), (wide, high))
        for across, down in (media, media[::-1])
    ]
    fitting = [scale for scale in scales if LEAST_SCALE <= scale < 1]
    return max(fitting, default=None)


def blank_strip(ink: Box, media: tuple[int, int], thick: int, least_long: int, clear: int, edge: int) -> Strip | None:
    """A strip `thick` dots wide outside of the ink's rectangle: below, above, right or left of it.

    It keeps `clear` from the ink and `edge` from the edges of the media, and is at least `least_long`.
    """
    width, height = media
    need = thick + clear + edge
    if width - 2 * edge >= least_long:
        if height - ink[3] >= need:
            top = min(ink[3] + clear + (height - ink[3] - need) // 2, height - edge - thick)
            return Strip(edge, top, width - edge, top + thick, False)
        if ink[1] >= need:
            top = edge + (ink[1] - need) // 2
            return Strip(edge, top, width - edge, top + thick, False)
    if height - 2 * edge >= least_long:
        if width - ink[2] >= need:
            left = ink[2] + clear + (width - ink[2] - need) // 2
            return Strip(left, edge, left + thick, height - edge, True)
        if ink[0] >= need:
            left = edge + (ink[0] - need) // 2
            return Strip(left, edge, left + thick, height - edge, True)
    return None
