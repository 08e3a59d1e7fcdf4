"""Whether cuboids go into a box: a fast search for a placement, and proofs that there is none.

The search puts block after block of equal pieces into the corners of empty spaces (Parreño and others 2008). The quick
one cuts the rest of a space into three and does it once. The thorough one keeps all maximal empty spaces (Lai and Chan
1997) and follows one plan after the other until everything is in or the effort is spent; a plan that fails is tried
again with what found no place put in first. A placement that is found is real; that none is found proves nothing.
`cannot_fill` proves, but seldom.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum
from math import prod
from typing import Any, NamedTuple, TypeAlias

Size: TypeAlias = tuple[int, int, int]
Space: TypeAlias = tuple[int, int, int, int, int, int]  # x, y, z of its nearest corner, then of its farthest
Kind: TypeAlias = tuple[Size, int]  # equal pieces, and how many

EFFORT = 2_500  # spaces looked at: some five milliseconds


class Placed(NamedTuple):
    """Where one piece lies: the corner nearest to the box's own, and its sizes as it is turned; millimetres."""

    x: int
    y: int
    z: int
    length: int
    width: int
    height: int


class _Where(Enum):
    """Which space and orientation a block is given."""

    LOWEST = 1  # the lowest space, there the largest block
    TIGHTEST = 2  # the least play on one side
    LARGEST = 3  # the largest block of all, there the least play


class _Shape(Enum):
    """How equal pieces are put together."""

    SINGLE = 1
    LAYER = 2  # rows, then layers
    TOWER = 3  # upwards first


_Order: TypeAlias = Callable[[Kind], Any]


def _by_length(kind: Kind) -> Any:
    return -kind[0][2], -prod(kind[0]), kind


def _by_volume(kind: Kind) -> Any:
    return -prod(kind[0]), kind


def _by_face(kind: Kind) -> Any:
    return -kind[0][1] * kind[0][2], kind


def _by_all(kind: Kind) -> Any:
    return -prod(kind[0]) * kind[1], kind


class _Plan(NamedTuple):
    """What goes first, where to, and in which blocks.

    `height` tells which side of the box is its height: 0 the shortest. With `cut` the spaces do not overlap.
    """

    order: _Order
    where: _Where
    shape: _Shape
    height: int
    cut: bool = False


_QUICK = _Plan(_by_volume, _Where.LOWEST, _Shape.TOWER, 0, cut=True)
# each solves what those before it do not
_PLANS = (
    _Plan(_by_length, _Where.LOWEST, _Shape.TOWER, 0),
    _Plan(_by_volume, _Where.LARGEST, _Shape.LAYER, 1),
    _Plan(_by_volume, _Where.LOWEST, _Shape.SINGLE, 0),
    _Plan(_by_face, _Where.TIGHTEST, _Shape.SINGLE, 0),
    _Plan(_by_volume, _Where.LOWEST, _Shape.TOWER, 1),
    _Plan(_by_all, _Where.TIGHTEST, _Shape.SINGLE, 0),
    _Plan(_by_face, _Where.LARGEST, _Shape.LAYER, 2),
    _Plan(_by_length, _Where.LARGEST, _Shape.LAYER, 1),
    _Plan(_by_volume, _Where.LOWEST, _Shape.TOWER, 2),
)
_ROUNDS = 10  # times that every plan is tried, each time with another kind first
_ENDLESS = 1 << 60


def cannot_fill(inside: Size, kinds: Iterable[Kind]) -> bool:
    """Whether it is certain that the pieces do not go into the box, however they are turned.

    A piece may be too long, the volume too small, or the box has room for fewer cubes of one edge than can be cut out
    of the pieces.
    """
    room = sorted(inside)
    wanted = [(sorted(size), count) for size, count in kinds if count > 0]
    if any(side > most for size, _ in wanted for side, most in zip(size, room, strict=True)):
        return True
    if sum(prod(size) * count for size, count in wanted) > prod(room):
        return True
    edges = {side for size, _ in wanted for side in size} | {side // parts + 1 for side in room for parts in (1, 2, 3)}
    for edge in edges:
        cubes = sum((a // edge) * (b // edge) * (c // edge) * count for (a, b, c), count in wanted)
        if cubes > (room[0] // edge) * (room[1] // edge) * (room[2] // edge):
            return True
    return False


def fill_quickly(inside: Size, kinds: Iterable[Kind]) -> tuple[Placed, ...] | None:
    """Where every piece lies in a box of these inside sizes (mm), None when no placement was found at first glance.

    All six orientations are allowed; the order of `kinds` does not matter.
    """
    frame, axes = _laid(inside, _QUICK)
    blocks, stuck, _ = _pack(frame, sorted(_merged(kinds), key=_QUICK.order), _QUICK, _ENDLESS)
    return _placed(blocks, axes) if stuck is None else None


def fill(inside: Size, kinds: Iterable[Kind], effort: int = EFFORT) -> tuple[tuple[Placed, ...] | None, int]:
    """As `fill_quickly`, but thoroughly; and the effort that is left.

    `effort` counts spaces that are looked at, so that the answer does not depend on the speed of the computer.
    """
    wanted = _merged(kinds)
    queues = [(plan, *_laid(inside, plan), sorted(wanted, key=plan.order)) for plan in _PLANS]
    tried: set[object] = set()
    for _ in range(_ROUNDS):
        for plan, frame, axes, queue in queues:
            again = (tuple(queue), frame, plan.where, plan.shape)
            if again in tried:
                continue
            tried.add(again)
            blocks, stuck, effort = _pack(frame, queue, plan, effort)
            if stuck is None:
                return _placed(blocks, axes), effort
            if effort <= 0:
                return None, 0
            queue.insert(0, queue.pop(stuck))
    return None, effort


def _merged(kinds: Iterable[Kind]) -> list[Kind]:
    merged: dict[Size, int] = {}
    for (a, b, c), count in kinds:
        if count > 0:
            size = _sorted(a, b, c)
            merged[size] = merged.get(size, 0) + count
    return list(merged.items())


def _laid(inside: Size, plan: _Plan) -> tuple[Size, list[int]]:
    """The box as it lies for a plan, its longest other side first, and which side of the box each axis is."""
    sides = sorted(range(3), key=lambda side: -inside[side])
    axes = [side for side in sides if side != sides[2 - plan.height]] + [sides[2 - plan.height]]
    return (inside[axes[0]], inside[axes[1]], inside[axes[2]]), axes


def _placed(blocks: Iterable[Iterable[Placed]], axes: Sequence[int]) -> tuple[Placed, ...]:
    x, y, z = axes.index(0), axes.index(1), axes.index(2)
    return tuple(
        Placed(piece[x], piece[y], piece[z], piece[3 + x], piece[3 + y], piece[3 + z])
        for block in blocks for piece in block
    )  # fmt: skip


def _corner(space: Space) -> Size:
    return space[2], space[1], space[0]


def _thinnest(space: Space) -> int:
    return min(space[3] - space[0], space[4] - space[1], space[5] - space[2])


def _sorted(a: int, b: int, c: int) -> Size:
    a, b = (a, b) if a <= b else (b, a)
    b, c = (b, c) if b <= c else (c, b)
    return (a, b, c) if a <= b else (b, a, c)


def _pack(
    inside: Size, queue: Sequence[Kind], plan: _Plan, effort: int
) -> tuple[list[list[Placed]], int | None, int]:
    """The blocks that found a place, which kind of the queue first found none, and the effort that is left."""
    spaces: list[Space] = [(0, 0, 0, *inside)]
    blocks: list[list[Placed]] = []
    for number, (size, count) in enumerate(queue):
        a, b, c = size
        turns = sorted({(a, b, c), (a, c, b), (b, a, c), (b, c, a), (c, a, b), (c, b, a)})
        while count:
            best, looked = _best(spaces, turns, count, plan)
            effort -= looked
            if best is None or effort <= 0:
                return blocks, number, effort
            space, (long, wide, high), (i, j, k) = best
            x, y, z = space[:3]
            blocks.append(
                [
                    Placed(x + along * long, y + across * wide, z + up * high, long, wide, high)
                    for up in range(k) for across in range(j) for along in range(i)
                ]
            )  # fmt: skip
            count -= i * j * k
            rest = queue[number:] if count else queue[number + 1 :]
            if rest:
                end = (x + long * i, y + wide * j, z + high * k)
                if plan.cut:
                    spaces.remove(space)
                    least = min(each[0] for each, _ in rest)
                    spaces += [each for each in _cut(space, end) if _thinnest(each) >= least]
                else:
                    spaces = _without(spaces, (x, y, z, *end), min(each[0] for each, _ in rest))
                    effort -= len(spaces)
                if plan.where is _Where.LOWEST:
                    spaces.sort(key=_corner)
    return blocks, None, effort


def _best(
    spaces: Sequence[Space], turns: Sequence[Size], count: int, plan: _Plan
) -> tuple[tuple[Space, Size, Size] | None, int]:
    """The space, the orientation and the numbers along each axis of the next block of at most `count` pieces.

    And how many spaces were looked at; of `LOWEST` they come sorted.
    """
    best: tuple[Space, Size, Size] | None = None
    best_rank: tuple[int, ...] = ()
    one = count == 1 or plan.shape is _Shape.SINGLE
    lowest, tower = plan.where is _Where.LOWEST, plan.shape is _Shape.TOWER
    for looked, space in enumerate(spaces):
        x, y, z, far_x, far_y, far_z = space
        if lowest and best is not None and best[0][:3] != (x, y, z):
            return best, looked
        a, b, c = far_x - x, far_y - y, far_z - z
        for turn in turns:
            long, wide, high = turn
            if long > a or wide > b or high > c:
                continue
            if one:
                i = j = k = 1
            elif tower:
                k = min(count, c // high)
                i = min(count // k, a // long)
                j = min(count // (k * i), b // wide)
            else:
                i = min(count, a // long)
                j = min(count // i, b // wide)
                k = min(count // (i * j), c // high)
            play = _sorted(a - long * i, b - wide * j, c - high * k)
            rank: tuple[int, ...]
            if lowest:
                rank = (-i * j * k, *play)
            elif plan.where is _Where.TIGHTEST:
                rank = (*play, -i * j * k, z, y, x)
            else:
                rank = (-i * j * k, *play, z, y, x)
            if best is None or rank < best_rank:
                best_rank, best = rank, (space, turn, (i, j, k))
    return best, len(spaces)


def _cut(space: Space, end: Size) -> Iterator[Space]:
    """What is left of a space when a block that ends there is put into its corner: three spaces, the largest whole."""
    x, y, z, far_x, far_y, far_z = space
    a, b, c = far_x - x, far_y - y, far_z - z
    rests = (((far_x - end[0]) * b * c, 0), ((far_y - end[1]) * a * c, 1), ((far_z - end[2]) * a * b, 2))
    for rest, side in sorted(rests, reverse=True):
        if not rest:
            continue
        if side == 0:
            yield end[0], y, z, far_x, far_y, far_z
            far_x = end[0]
        elif side == 1:
            yield x, end[1], z, far_x, far_y, far_z
            far_y = end[1]
        else:
            yield x, y, end[2], far_x, far_y, far_z
            far_z = end[2]


def _without(spaces: Iterable[Space], block: Space, least: int) -> list[Space]:
    """The maximal empty spaces when a block is put in; without those that are thinner than `least`."""
    x, y, z, far_x, far_y, far_z = block
    kept: list[Space] = []
    cut: dict[Space, None] = {}
    for space in spaces:
        a, b, c, far_a, far_b, far_c = space
        if a >= far_x or far_a <= x or b >= far_y or far_b <= y or c >= far_z or far_c <= z:
            kept.append(space)
            continue
        if x - a >= least:
            cut[a, b, c, x, far_b, far_c] = None
        if far_a - far_x >= least:
            cut[far_x, b, c, far_a, far_b, far_c] = None
        if y - b >= least:
            cut[a, b, c, far_a, y, far_c] = None
        if far_b - far_y >= least:
            cut[a, far_y, c, far_a, far_b, far_c] = None
        if z - c >= least:
            cut[a, b, c, far_a, far_b, z] = None
        if far_c - far_z >= least:
            cut[a, b, far_z, far_a, far_b, far_c] = None
    others = [*kept, *cut]
    for space in cut:
        a, b, c, far_a, far_b, far_c = space
        for other in others:
            if (
                other[0] <= a and other[1] <= b and other[2] <= c
                and other[3] >= far_a and other[4] >= far_b and other[5] >= far_c and other is not space
            ):  # fmt: skip
                break
        else:
            kept.append(space)
    return kept
