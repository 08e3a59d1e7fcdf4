"""The warehouse as a walker sees it: parallel aisles between a front and a back cross aisle, in whole millimetres.

`Layout` is the only thing that knows the geometry; `survey` makes one from the locations of a warehouse.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.domain.errors import Refusal


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a walker stands to pick: `aisle` is the index from the left, `depth_mm` the way from the front."""

    aisle: int
    depth_mm: int


@dataclass(frozen=True, slots=True)
class Layout:
    """One block of parallel aisles: `aisle_x_mm` from left to right, each `length_mm` from front to back cross aisle.

    The depot lies on the front cross aisle at `depot_x_mm`; None is the front of the first aisle. Raises ValueError
    for aisles that are missing or not in order.
    """

    aisle_x_mm: tuple[int, ...]
    length_mm: int
    depot_x_mm: int | None = None

    def __post_init__(self) -> None:
        if not self.aisle_x_mm or self.length_mm < 0 or any(b < a for a, b in pairwise(self.aisle_x_mm)):
            raise ValueError("a layout needs aisles from left to right")

    @property
    def depot_x(self) -> int:
        """The depot's place on the front cross aisle, mm."""
        return self.aisle_x_mm[0] if self.depot_x_mm is None else self.depot_x_mm

    def distance(self, a: Spot, b: Spot) -> int:
        """The shortest walk between two spots, mm: inside their aisle, or by the better of the two cross aisles."""
        if a.aisle == b.aisle:
            return abs(a.depth_mm - b.depth_mm)
        down_and_up = a.depth_mm + b.depth_mm
        if down_and_up > self.length_mm:
            down_and_up = 2 * self.length_mm - down_and_up
        return abs(self.aisle_x_mm[a.aisle] - self.aisle_x_mm[b.aisle]) + down_and_up

    def depot_distance(self, spot: Spot) -> int:
        """The shortest walk between the depot and a spot, mm."""
        return abs(self.aisle_x_mm[spot.aisle] - self.depot_x) + spot.depth_mm


@dataclass(frozen=True, slots=True)
class Place:
    """A location as the warehouse keeps it; `x_mm` runs across the aisles, `y_mm` along them, None if not measured."""

    location_id: int
    aisle: str
    bay: int
    x_mm: int | None
    y_mm: int | None


@dataclass(frozen=True, slots=True)
class Survey:
    """A layout and the spot of every location by its id."""

    layout: Layout
    spots: dict[int, Spot]


def survey(places: Sequence[Place], *, aisle_pitch_mm: int, bay_pitch_mm: int, cross_aisle_mm: int) -> Survey:
    """The layout in which `places` lie, by their coordinates if all have them, else by their aisles and bays.

    Measured: an aisle's x is the mean of its places; the front cross aisle runs `cross_aisle_mm` before the smallest
    y, the back one as far behind the largest. Numbered: the aisles follow each other in natural order (A2 before A10)
    every `aisle_pitch_mm`; bays 1 and 2, 3 and 4 … face each other, every `bay_pitch_mm`, and the first pair and the
    last pair lie `cross_aisle_mm` from their cross aisle.

    Raises Refusal `layout_without_places`, `layout_bay_not_possible` (location, aisle, bay) and
    `layout_pitch_not_possible`.
    """
    if not places:
        raise Refusal("layout_without_places")
    if aisle_pitch_mm <= 0 or bay_pitch_mm <= 0 or cross_aisle_mm < 0:
        raise Refusal(
            "layout_pitch_not_possible",
            aisle_pitch_mm=aisle_pitch_mm,
            bay_pitch_mm=bay_pitch_mm,
            cross_aisle_mm=cross_aisle_mm,
        )
    for place in places:
        if place.bay < 1:
            raise Refusal("layout_bay_not_possible", location=place.location_id, aisle=place.aisle, bay=place.bay)
    measured = _measured(places, cross_aisle_mm)
    return measured or _numbered(places, aisle_pitch_mm, bay_pitch_mm, cross_aisle_mm)


def _measured(places: Sequence[Place], cross_aisle_mm: int) -> Survey | None:
    """The survey by coordinates, or None if a place has none."""
    across: dict[str, list[int]] = {}
    along: dict[int, int] = {}
    for place in places:
        if place.x_mm is None or place.y_mm is None:
            return None
        across.setdefault(place.aisle, []).append(place.x_mm)
        along[place.location_id] = place.y_mm
    x_of = {aisle: round(sum(xs) / len(xs)) for aisle, xs in across.items()}
    aisles = sorted(x_of, key=lambda aisle: (x_of[aisle], _natural(aisle)))
    index = {aisle: i for i, aisle in enumerate(aisles)}
    front = min(along.values()) - cross_aisle_mm
    back = max(along.values()) + cross_aisle_mm
    spots = {p.location_id: Spot(index[p.aisle], along[p.location_id] - front) for p in places}
    return Survey(Layout(tuple(x_of[aisle] for aisle in aisles), back - front), spots)


def _numbered(places: Sequence[Place], aisle_pitch_mm: int, bay_pitch_mm: int, cross_aisle_mm: int) -> Survey:
    """The survey by aisle names and bay numbers."""
    aisles = sorted({place.aisle for place in places}, key=_natural)
    index = {aisle: i for i, aisle in enumerate(aisles)}
    spots = {p.location_id: Spot(index[p.aisle], cross_aisle_mm + (p.bay - 1) // 2 * bay_pitch_mm) for p in places}
    length = max(spot.depth_mm for spot in spots.values()) + cross_aisle_mm
    return Survey(Layout(tuple(i * aisle_pitch_mm for i in range(len(aisles))), length), spots)


def _natural(name: str) -> tuple[list[tuple[int, int, str]], str]:
    """A sort key by which numbers inside a name count as numbers; the name itself settles A1 against A01."""
    parts = re.findall(r"[0-9]+|[^0-9]+", name)
    return [(0, int(part), "") if part.isdigit() and part.isascii() else (1, 0, part) for part in parts], name
