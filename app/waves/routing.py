"""The exactly shortest walk of one cart through one block of aisles.

Source: H. D. Ratliff, A. S. Rosenthal, "Order-picking in a rectangular warehouse: a solvable case of the traveling
salesman problem", Operations Research 31 (1983) 507-521: a dynamic programme over the aisles from left to right,
whose states are the seven classes of partial tours. A tour is a connected multigraph in which every vertex has an
even degree; of what lies left of a gap between two aisles only this matters:

    state   edges over the gap         class in the paper
    LOOP    one in front, one behind   (U, U, 1C)
    FRONT   two in front               (E, 0, 1C)
    BACK    two behind                 (0, E, 1C)
    JOINED  two and two, connected     (E, E, 1C)
    SPLIT   two and two, not yet       (E, E, 2C)

The two others, (0, 0, 0C) and (0, 0, 1C), are the start before the first aisle and the end behind the last. Aisles
without a spot are left out, as no shortest way between two spots runs through a third aisle. An aisle is walked

    THROUGH once from end to end, or out and back: FROM_FRONT to its deepest spot, FROM_BACK to its first,
    FROM_BOTH as far as the largest gap between its spots.

The paper's sixth way, through and back again, is never needed: two such aisles leave a loop that can be taken away,
and one alone can pass one of its two edges and one of those in the cross aisle to its neighbour (P. Revenant,
H. Cambazard, N. Catusse, "A note about a transition of Ratliff and Rosenthal's order picking algorithm for rectangular
warehouses", Operations Research Letters 62 (2025) 107325). The depot is a column of its own with a spot in the front
cross aisle and no aisle behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from app.waves.layout import Layout, Spot

_NEVER = 10**15  # mm; beyond any sum of real ways, and still an exact integer

_LOOP, _FRONT, _BACK, _JOINED, _SPLIT, _END = range(6)
_FRONT_EDGES = (1, 2, 0, 2, 2)
_BACK_EDGES = (1, 0, 2, 2, 2)
_THROUGH, _FROM_FRONT, _FROM_BACK, _FROM_BOTH = range(4)

# What may lead to a state: (state left of the aisle, way of the aisle), in the order in which ties are settled.
# JOINED, then THROUGH gives LOOP too, but FRONT, then THROUGH is never longer.
_OUT_AND_BACK = (_FROM_FRONT, _FROM_BACK, _FROM_BOTH)
_BEFORE: tuple[tuple[tuple[int, int], ...], ...] = (
    (
        *((_LOOP, way) for way in _OUT_AND_BACK),
        (_FRONT, _THROUGH), (_BACK, _THROUGH), (_SPLIT, _THROUGH),
    ),
    ((_FRONT, _FROM_FRONT), (_LOOP, _THROUGH), *((_JOINED, way) for way in _OUT_AND_BACK)),
    ((_BACK, _FROM_BACK), (_LOOP, _THROUGH), *((_JOINED, way) for way in _OUT_AND_BACK)),
    ((_LOOP, _THROUGH), *((_JOINED, way) for way in _OUT_AND_BACK)),
    (
        (_FRONT, _FROM_BOTH), (_FRONT, _FROM_BACK), (_BACK, _FROM_BOTH), (_BACK, _FROM_FRONT),
        *((_SPLIT, way) for way in _OUT_AND_BACK),
    ),
    (
        (_FRONT, _FROM_FRONT), (_LOOP, _THROUGH), (_BACK, _FROM_BACK),
        *((_JOINED, way) for way in _OUT_AND_BACK),
    ),
)  # fmt: skip
# With nothing to its left, the first aisle's way decides the state behind it.
# JOINED cannot follow it, and END does only when the depot is alone.
_FIRST_WAY = {
    _LOOP: _THROUGH,
    _FRONT: _FROM_FRONT,
    _BACK: _FROM_BACK,
    _SPLIT: _FROM_BOTH,
    _END: _FROM_FRONT,
}


@dataclass(frozen=True, slots=True)
class Walk:
    """A closed walk from the depot: `order` are indices into the given spots as they are visited."""

    order: tuple[int, ...]
    length_mm: int


class _Column(NamedTuple):
    """The depot (aisle -1) or an aisle: its x, the depths of its spots in rising order, what each way of it costs."""

    aisle: int
    x: int
    depths: list[int]
    costs: tuple[int, int, int, int]  # through, from front, from back, from both


def walk_length(layout: Layout, spots: Iterable[Spot]) -> int:
    """The length in mm of the closed walk depot → spots in the given order → depot, each leg the shortest."""
    legs = list(spots)
    if not legs:
        return 0
    ends = layout.depot_distance(legs[0]) + layout.depot_distance(legs[-1])
    return ends + sum(layout.distance(a, b) for a, b in pairwise(legs))


def shortest_length(layout: Layout, spots: Iterable[Spot]) -> int:
    """The length in mm of the shortest closed walk depot → all spots → depot; raises as `shortest_walk` does."""
    length, _ = _solve(_columns(layout, spots))
    return length


def shortest_walk(layout: Layout, spots: Sequence[Spot]) -> Walk:
    """The shortest closed walk depot → all spots → depot, and the order in which it visits them.

    Equal spots follow each other in their given order. The same spots always give the same walk; of its two
    directions it takes the one that begins in the aisle nearer to the depot. Raises ValueError for a spot that is not
    in the layout.
    """
    here: dict[tuple[int, int], list[int]] = {}
    for index, spot in enumerate(spots):
        here.setdefault((spot.aisle, spot.depth_mm), []).append(index)
    columns = _columns(layout, spots)
    length, values = _solve(columns)
    ways, gaps = _decisions(columns, length, values)
    circuit = _circuit(columns, ways, gaps)
    stops = _stops(columns, ways, circuit)
    back = _stops(columns, ways, circuit[::-1])
    depot_x = layout.depot_x

    def towards(stops: list[tuple[int, int]]) -> tuple[int, int]:
        aisle, depth = stops[0]
        return abs(layout.aisle_x_mm[aisle] - depot_x), depth

    if stops and towards(back) < towards(stops):
        stops = back
    return Walk(tuple(index for stop in stops for index in here[stop]), length)


def _columns(layout: Layout, spots: Iterable[Spot]) -> list[_Column]:
    """The aisles that have a spot and the depot, from left to right."""
    aisles: dict[int, set[int]] = {}
    for spot in spots:
        depths = aisles.get(spot.aisle)
        if depths is None:
            aisles[spot.aisle] = {spot.depth_mm}
        else:
            depths.add(spot.depth_mm)
    length, xs = layout.length_mm, layout.aisle_x_mm
    columns = [_Column(-1, layout.depot_x, [], (_NEVER, 0, _NEVER, _NEVER))]
    for aisle, depths in aisles.items():
        rising = sorted(depths)
        first, last = rising[0], rising[-1]
        if not (0 <= aisle < len(xs) and first >= 0 and last <= length):
            raise ValueError(f"a spot of aisle {aisle} at {first} to {last} mm is not in the layout")
        both = _NEVER
        if first != last:
            both = 2 * (length - max([b - a for a, b in pairwise(rising)]))
        columns.append(_Column(aisle, xs[aisle], rising, (length, 2 * last, 2 * (length - first), both)))
    columns.sort(key=lambda column: (column.x, column.aisle))
    return columns


_Values = tuple[int, int, int, int, int]


def _solve(columns: list[_Column]) -> tuple[int, list[_Values]]:
    """The shortest length, and for each gap the least length of what lies left of it and over it, by state.

    The same moves as in `_BEFORE`, written out, because batching asks for tens of thousands of lengths.
    """
    through, front, back, both = columns[0].costs
    if len(columns) == 1:
        return front, []
    x = columns[0].x
    gap = columns[1].x - x
    loop, fronts, backs, joined, split = through + 2 * gap, front + 2 * gap, back + 2 * gap, _NEVER, both + 4 * gap
    values = [(loop, fronts, backs, joined, split)]
    for at in range(1, len(columns) - 1):
        x = columns[at].x
        through, front, back, both = columns[at].costs
        gap = columns[at + 1].x - x
        out_and_back = min(front, back, both)
        even = min(loop + through, joined + out_and_back)
        loop, fronts, backs, joined, split = (
            min(loop + out_and_back, min(fronts, backs, split) + through) + 2 * gap,
            min(fronts + front, even) + 2 * gap,
            min(backs + back, even) + 2 * gap,
            even + 4 * gap,
            min(split + out_and_back, fronts + min(back, both), backs + min(front, both)) + 4 * gap,
        )
        values.append((loop, fronts, backs, joined, split))
    through, front, back, both = columns[-1].costs
    return min(loop + through, fronts + front, backs + back, joined + min(front, back, both)), values


def _decisions(columns: list[_Column], length: int, values: list[_Values]) -> tuple[list[int], list[int]]:
    """The way of each column and the state of each gap of a shortest tour, found backwards from its length."""
    ways, gaps = [0] * len(columns), [0] * len(values)
    state, value = _END, length
    for at in range(len(columns) - 1, 0, -1):
        costs, left = columns[at].costs, values[at - 1]
        state, ways[at] = next((old, way) for old, way in _BEFORE[state] if left[old] + costs[way] == value)
        gaps[at - 1] = state
        edges = _FRONT_EDGES[state] + _BACK_EDGES[state]
        value = left[state] - edges * (columns[at].x - columns[at - 1].x)
    ways[0] = _FIRST_WAY[state]
    return ways, gaps


def _circuit(columns: list[_Column], ways: list[int], gaps: list[int]) -> list[int]:
    """An Eulerian circuit from the depot over the cross aisles and the aisles walked through (Hierholzer 1873).

    Vertex 2 i is the front end of column i, 2 i + 1 its back end.
    """
    nexts: list[list[int]] = [[] for _ in range(2 * len(columns))]
    for at, way in enumerate(ways):
        edges = [(2 * at, 2 * at + 1)] if way == _THROUGH else []
        if at < len(gaps):
            edges += [(2 * at, 2 * at + 2)] * _FRONT_EDGES[gaps[at]]
            edges += [(2 * at + 1, 2 * at + 3)] * _BACK_EDGES[gaps[at]]
        for a, b in edges:
            nexts[a].append(b)
            nexts[b].append(a)
    depot = next(2 * at for at, column in enumerate(columns) if column.aisle < 0)
    trail, circuit = [depot], []
    while trail:
        here = trail[-1]
        if nexts[here]:
            there = nexts[here].pop()
            nexts[there].remove(here)
            trail.append(there)
        else:
            circuit.append(trail.pop())
    return circuit


def _stops(columns: list[_Column], ways: list[int], circuit: list[int]) -> list[tuple[int, int]]:
    """The (aisle, depth) of every spot as a circuit passes them; out and back is walked on the first visit."""
    stops: list[tuple[int, int]] = []
    seen: set[int] = set()
    last = -1
    for vertex in circuit:
        at, at_back = vertex // 2, vertex % 2 == 1
        aisle, _, depths, _ = columns[at]
        if ways[at] == _THROUGH:
            passed = depths if last == vertex ^ 1 else []
            rising = at_back
        else:
            passed = [] if vertex in seen else _reached(depths, ways[at], at_back)
            rising = not at_back
        seen.add(vertex)
        stops += [(aisle, depth) for depth in (passed if rising else reversed(passed))]
        last = vertex
    return stops


def _reached(depths: list[int], way: int, from_back: bool) -> list[int]:
    """The depths that an out-and-back way visits from one of the aisle's ends."""
    if way == _FROM_BOTH:
        widest = max(range(1, len(depths)), key=lambda i: depths[i] - depths[i - 1])
        return depths[widest:] if from_back else depths[:widest]
    return depths if (way == _FROM_BACK) == from_back else []
