"""A placement that is found is real, and what is said to be impossible is."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations, permutations
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.filling import Kind, Placed, Size, cannot_fill, fill, fill_quickly

sides = st.integers(1, 60)
sizes = st.tuples(sides, sides, sides)
kinds_of = st.lists(st.tuples(sizes, st.integers(0, 6)), max_size=6)
boxes = st.tuples(st.integers(20, 150), st.integers(20, 150), st.integers(20, 150))


def check(inside: Size, kinds: Iterable[Kind], placed: Sequence[Placed]) -> None:
    """Every piece is there once, inside the box, and no two share any room."""
    wanted = Counter[tuple[int, ...]]()
    for size, count in kinds:
        wanted[tuple(sorted(size))] += count
    assert Counter(tuple(sorted(piece[3:])) for piece in placed) == +wanted
    for piece in placed:
        assert all(piece[axis] >= 0 and piece[axis] + piece[axis + 3] <= inside[axis] for axis in range(3)), piece
    for one, other in combinations(placed, 2):
        apart = [
            one[axis] + one[axis + 3] <= other[axis] or other[axis] + other[axis + 3] <= one[axis] for axis in range(3)
        ]
        assert any(apart), (one, other)


@given(boxes, kinds_of)
def test_a_placement_holds_every_piece_apart_and_inside(inside: Size, kinds: list[Kind]) -> None:
    for placed in (fill_quickly(inside, kinds), fill(inside, kinds)[0]):
        if placed is not None:
            check(inside, kinds, placed)


@given(boxes, kinds_of, st.randoms(use_true_random=False))
def test_neither_sequence_nor_turning_changes_the_answer(
    inside: Size, kinds: list[Kind], any_way: random.Random
) -> None:
    def turned(size: Size) -> Size:
        return any_way.choice(list(permutations(size)))  # type: ignore[return-value]

    other = [(turned(size), count) for size, count in kinds]
    any_way.shuffle(other)
    assert fill_quickly(inside, kinds) == fill_quickly(inside, other)
    assert fill(inside, kinds)[0] == fill(inside, other)[0]
    assert cannot_fill(inside, kinds) == cannot_fill(turned(inside), other)


@given(boxes, kinds_of)
def test_what_is_proved_impossible_is_never_found(inside: Size, kinds: list[Kind]) -> None:
    if cannot_fill(inside, kinds):
        assert fill_quickly(inside, kinds) is None
        assert fill(inside, kinds)[0] is None


@given(boxes, kinds_of, sizes)
def test_one_piece_more_makes_nothing_possible_that_was_proved_impossible(
    inside: Size, kinds: list[Kind], more: Size
) -> None:
    assert cannot_fill(inside, [*kinds, (more, 1)]) or not cannot_fill(inside, kinds)


@given(st.lists(st.integers(2, 5), min_size=3, max_size=3), sizes)
def test_equal_pieces_that_fill_a_box_to_the_brim_are_found(numbers: list[int], size: Size) -> None:
    inside = tuple(number * side for number, side in zip(numbers, size, strict=True))
    assert len(inside) == 3
    kinds = [(size, prod(numbers))]
    placed = fill_quickly(inside, kinds) or fill(inside, kinds)[0]
    assert placed is not None
    check(inside, kinds, placed)
    assert cannot_fill(inside, [(size, prod(numbers) + 1)])


@pytest.mark.parametrize(
    ("inside", "kinds"),
    [
        ((100, 50, 50), [((101, 1, 1), 1)]),  # too long
        ((100, 100, 100), [((100, 100, 50), 2), ((1, 1, 1), 1)]),  # too much
        ((100, 100, 100), [((51, 51, 51), 2)]),  # no two cubes beside each other, though there is room for seven
        ((100, 100, 100), [((60, 60, 60), 1), ((55, 99, 52), 1)]),
    ],
)
def test_these_are_proved_impossible(inside: Size, kinds: list[Kind]) -> None:
    assert cannot_fill(inside, kinds)


def test_pieces_that_must_be_turned_are() -> None:
    # five pieces around a hole: no straight cut divides the box
    kinds = [((20, 10, 30), 4), ((10, 10, 30), 1)]
    placed, _ = fill((30, 30, 30), kinds)
    assert placed is not None
    check((30, 30, 30), kinds, placed)


def cut(some: random.Random, pieces: int, play: float) -> tuple[Size, list[Kind]]:
    """A box cut into pieces, each of which is then made a little smaller."""
    inside: Size = (some.randrange(200, 600), some.randrange(200, 600), some.randrange(200, 600))
    parts = [list(inside)]
    while len(parts) < pieces:
        parts.sort(key=prod)
        part = parts.pop()
        axis, other = some.randrange(3), list(part)
        other[axis] = int(part[axis] * some.uniform(0.3, 0.7))
        part[axis] -= other[axis]
        parts += [part, other]
    shrunk = [sorted(int(side * some.uniform(play, 1)) for side in part) for part in parts]
    return inside, [((a, b, c), 1) for a, b, c in shrunk]


# of a hundred boxes that are known to hold their pieces; how full they are follows from the play
@pytest.mark.parametrize(("pieces", "play", "found"), [(3, 0.93, 96), (5, 0.93, 83), (5, 0.85, 94), (10, 0.8, 50)])
def test_most_placements_that_exist_are_found(pieces: int, play: float, found: int) -> None:
    some = random.Random(5)
    answers = 0
    for _ in range(100):
        inside, kinds = cut(some, pieces, play)
        assert not cannot_fill(inside, kinds)
        placed = fill_quickly(inside, kinds) or fill(inside, kinds)[0]
        if placed is not None:
            check(inside, kinds, placed)
            answers += 1
    assert answers >= found


def test_effort_is_a_bound_and_not_a_clock() -> None:
    inside, kinds = cut(random.Random(1), 30, 0.99)
    assert fill(inside, kinds, 300) == (None, 0)
    assert fill(inside, kinds, 3_000) == fill(inside, kinds, 3_000)
