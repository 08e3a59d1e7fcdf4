from __future__ import annotations

from itertools import permutations
from random import Random

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from app.waves.layout import Layout, Spot
from app.waves.routing import shortest_length, shortest_walk, walk_length
from tests.examples import examples

Case = tuple[Layout, list[Spot]]


@st.composite
def cases(draw: st.DrawFn, most_spots: int) -> Case:
    """A layout whose aisles may coincide or lie next to the depot, and spots that may repeat or lie at an end.

    Aisles are drawn as patterns, because each move of the dynamic programme is the best one only where some aisles
    are full and others are picked near one end or both.
    """
    length = draw(st.sampled_from([0, 3, 40, 40, 40]))
    widest = draw(st.sampled_from([0, 6, 6, 30]))
    aisles = tuple(sorted(draw(st.lists(st.integers(0, widest), min_size=1, max_size=6))))
    depot = draw(st.none() | st.integers(-5, widest + 5) | st.sampled_from(aisles))
    near, far = min(length, 2), max(length - 2, 0)
    patterns = [
        (near,), (far,), (near, far), (length // 2,), (length // 3, length * 2 // 3), (0,), (length,), (0, length), (),
    ]  # fmt: skip
    spots = [Spot(aisle, depth) for aisle in range(len(aisles)) for depth in draw(st.sampled_from(patterns))]
    spots += draw(st.lists(st.builds(Spot, st.integers(0, len(aisles) - 1), st.integers(0, length)), max_size=3))
    if most_spots > 10:
        spots += spots[::2] + draw(
            st.lists(st.builds(Spot, st.integers(0, len(aisles) - 1), st.integers(0, length)), max_size=most_spots)
        )
    return Layout(aisles, length, depot), draw(st.permutations(spots))[:most_spots]


def held_karp(layout: Layout, spots: list[Spot]) -> int:
    """The shortest closed walk by dynamic programming over subsets (Held, Karp 1962)."""
    if not spots:
        return 0
    count = len(spots)
    ways = [[layout.distance(a, b) for b in spots] for a in spots]
    ends = [layout.depot_distance(spot) for spot in spots]
    far = 10**9
    least = [[far] * count for _ in range(1 << count)]
    for i in range(count):
        least[1 << i][i] = ends[i]
    for visited in range(1, 1 << count):
        for i, so_far in enumerate(least[visited]):
            if so_far < far:
                for j in range(count):
                    if not visited >> j & 1:
                        longer = least[visited | 1 << j]
                        longer[j] = min(longer[j], so_far + ways[i][j])
    return min(so_far + end for so_far, end in zip(least[-1], ends, strict=True))


def check(layout: Layout, spots: list[Spot], expected: int) -> None:
    walk = shortest_walk(layout, spots)
    assert walk.length_mm == expected == shortest_length(layout, spots)
    assert sorted(walk.order) == list(range(len(spots)))
    assert walk_length(layout, [spots[i] for i in walk.order]) == expected


@settings(max_examples=examples(75), derandomize=True, deadline=None)
@given(cases(most_spots=6))
def test_no_order_of_visits_is_shorter(case: Case) -> None:
    layout, spots = case
    check(layout, spots, min(walk_length(layout, tour) for tour in permutations(spots)))


@settings(max_examples=examples(150), derandomize=True, deadline=None)
@given(cases(most_spots=10))
def test_walk_is_as_short_as_held_karp(case: Case) -> None:
    layout, spots = case
    event(f"{len({spot.aisle for spot in spots})} aisles")
    check(layout, spots, held_karp(layout, spots))


@settings(max_examples=100, derandomize=True, deadline=None)
@given(cases(most_spots=40), st.randoms(use_true_random=False))
def test_walk_does_not_depend_on_the_given_order(case: Case, random: Random) -> None:
    layout, spots = case
    shuffled = random.sample(spots, len(spots))
    walk, other = shortest_walk(layout, spots), shortest_walk(layout, shuffled)
    assert [spots[i] for i in walk.order] == [shuffled[i] for i in other.order]
    assert walk.length_mm == other.length_mm == walk_length(layout, [spots[i] for i in walk.order])


FULL = tuple(range(10, 100, 10))


@pytest.mark.parametrize(
    ("depths", "depot", "expected"),
    [
        # a loop, and out and back by the front alone
        ([(99,), (99,)], 0, 2 * 100 + 2),
        ([(9,), (9,)], 0, 4 * 9 + 2),
        # two aisles make the loop; behind it an aisle is entered from both ends
        ([FULL, FULL, (1, 99)], 0, 2 * 100 + 4 + 2 + 4),
        ([(1, 99), FULL, FULL], 2, 2 * 100 + 4 + 2 + 4),
        # before it, an aisle hangs on the back cross aisle
        ([(95,), FULL, FULL], 2, 2 * 100 + 2 * 5 + 2 + 2),
        ([(95,), FULL, FULL], 1, 2 * 100 + 2 * 5 + 2 + 2),
        # two such aisles in a row, before and behind the loop
        ([(1, 99), (1, 99), FULL, FULL], 3, 2 * 100 + 2 * 4 + 4 + 4 + 2),
        ([FULL, FULL, (1, 99), (1, 99)], 0, 2 * 100 + 2 * 4 + 4 + 4 + 2),
        # the first hangs on the back, the second on both, and the loop joins them
        ([(99,), (1, 99), FULL, FULL], 3, 2 * 100 + 2 + 4 + 2 + 4 + 2),
        # two loops side by side
        ([FULL, FULL, FULL, FULL], 0, 4 * 100 + 6),
    ],
)
def test_walks_that_can_be_followed_on_paper(depths: list[tuple[int, ...]], depot: int, expected: int) -> None:
    layout = Layout(tuple(range(len(depths))), 100, depot)
    check(layout, [Spot(aisle, depth) for aisle, some in enumerate(depths) for depth in some], expected)


def test_out_and_back_is_picked_on_the_way_in() -> None:
    spots = [Spot(0, 30), Spot(0, 10), Spot(0, 20)]
    assert shortest_walk(Layout((0,), 100), spots).order == (1, 2, 0)


def test_equal_spots_are_visited_together_in_their_order() -> None:
    spots = [Spot(1, 50), Spot(0, 20), Spot(1, 50), Spot(0, 20), Spot(1, 50)]
    assert shortest_walk(Layout((0, 30), 100), spots).order == (1, 3, 0, 2, 4)


@pytest.mark.parametrize(("depot", "first"), [(0, 0), (40, 2), (15, 1)])
def test_walk_begins_in_the_aisle_nearer_to_the_depot(depot: int, first: int) -> None:
    spots = [Spot(aisle, depth) for aisle in range(3) for depth in (40, 60, 80)]
    layout = Layout((0, 20, 40), 100, depot)
    order = shortest_walk(layout, spots).order
    ends = {spots[order[0]].aisle, spots[order[-1]].aisle}
    assert spots[order[0]].aisle == first or first not in ends
    assert abs(layout.aisle_x_mm[spots[order[0]].aisle] - depot) == min(
        abs(layout.aisle_x_mm[aisle] - depot) for aisle in ends
    )


def test_nothing_to_pick_is_no_walk() -> None:
    assert shortest_walk(Layout((0,), 100), []).order == ()
    assert shortest_walk(Layout((0,), 100), []).length_mm == walk_length(Layout((0,), 100), []) == 0


@pytest.mark.parametrize("spot", [Spot(2, 0), Spot(-1, 0), Spot(0, 101), Spot(0, -1)])
def test_a_spot_outside_the_layout_is_a_bug(spot: Spot) -> None:
    with pytest.raises(ValueError, match="not in the layout"):
        shortest_walk(Layout((0, 10), 100), [Spot(0, 5), spot])
