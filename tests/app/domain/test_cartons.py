"""The cartons that are suggested hold what is to be sent, the cheapest first, and custom goes before all."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from itertools import permutations
from math import prod
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.cartons import (
    Box,
    CartonDraft,
    Piece,
    content_key,
    fits,
    learned_carton,
    placement,
    suggest,
)
from app.domain.errors import Refusal

SHARED = Path(__file__).parents[4] / "shared" / "data" / "cartons"

SMALL = Box(1, "S", "Small", 200, 150, 100, 50, 3_000, 30)
MEDIUM = Box(2, "M", "Medium", 300, 200, 150, 100, 10_000, 60)
LARGE = Box(3, "L", "Large", 400, 300, 200, 200, 20_000, 90)
FLAT = Box(4, "F", "Flat", 350, 250, 20, 20, None, 30)
ALL = (LARGE, FLAT, SMALL, MEDIUM)
MUG = Piece(90, 90, 95, 300)


def ids(pieces: list[Piece], used: Mapping[int, int] | None = None, most: int = 4) -> list[int]:
    return [each.box.carton_id for each in suggest(ALL, pieces, used=used or {}, most=most)]


def test_what_fits_comes_cheapest_first_and_of_equal_cost_the_smallest() -> None:
    assert ids([MUG]) == [1, 2, 3]
    assert ids([replace(MUG, quantity=3)]) == [2, 3]
    assert ids([Piece(240, 180, 8, 50)]) == [4, 2, 3]
    assert ids([Piece(140, 90, 15, 50)]) == [4, 1, 2, 3]  # both cost 30
    assert ids([Piece(140, 90, 15, 50)], most=2) == [4, 1]
    assert ids([Piece(500, 10, 10, 50)]) == []
    assert ids([]) == []
    assert all(each.fits for each in suggest(ALL, [MUG], used={}))


def test_a_carton_that_gets_too_heavy_is_none() -> None:
    assert ids([replace(MUG, weight_g=2_950)]) == [1, 2, 3]  # with its own 50 g just what it may weigh
    assert ids([replace(MUG, weight_g=2_951)]) == [2, 3]
    assert ids([replace(MUG, weight_g=2_951)], {1: 5}) == [2, 3]  # and custom does not make it lighter
    assert not fits(SMALL, [replace(MUG, weight_g=2_951)])
    assert ids([replace(MUG, weight_g=None)]) == [1, 2, 3]


def test_what_was_used_for_the_same_content_goes_first_and_says_so() -> None:
    best, *others = suggest(ALL, [MUG], used={3: 2, 1: 1})
    assert (best.box, best.learned, best.fits) == (LARGE, True, True)
    assert [(each.box.carton_id, each.learned) for each in others] == [(1, False), (2, False)]
    # a coat goes into the flat one, whatever was measured
    best, *others = suggest(ALL, [Piece(300, 200, 50, 900)], used={4: 3})
    assert (best.box, best.learned, best.fits) == (FLAT, True, None)
    assert [each.box.carton_id for each in others] == [2, 3]
    assert len(suggest(ALL, [MUG], used={4: 9}, most=1)) == 1


@pytest.mark.parametrize(
    ("used", "learned"),
    [({}, None), ({1: 1}, None), ({1: 2}, 1), ({1: 2, 2: 2}, None), ({1: 3, 2: 2}, 1), ({1: 2, 2: 1, 3: 1}, None)],
)
def test_custom_is_two_uses_and_more_than_half(used: dict[int, int], learned: int | None) -> None:
    assert learned_carton(used) == learned


def test_a_retired_carton_is_not_suggested_by_custom() -> None:
    assert ids([MUG], {99: 12}) == [1, 2, 3]


def test_of_pieces_that_nobody_has_measured_only_the_certain_is_said() -> None:
    known = Piece(240, 180, 30, 50)
    found = suggest(ALL, [known, Piece(None, 100, 100, 50)], used={})
    assert [(each.box.carton_id, each.fits) for each in found] == [(2, None), (3, None)]  # the known one rules out two
    assert ids([Piece(None, None, None, None)]) == [4, 1, 2, 3]
    assert ids([Piece(None, None, None, None)], {3: 2}) == [3, 4, 1, 2]
    assert placement(LARGE, [Piece(None, 1, 1, 1)]) is None
    assert not fits(LARGE, [Piece(None, 1, 1, 1)])


def test_of_very_many_pieces_the_volume_decides() -> None:
    cube = Piece(30, 30, 30, 5, 60)
    assert [each.fits for each in suggest(ALL, [cube], used={})] == [True, True, True]
    more = suggest(ALL, [replace(cube, quantity=61)], used={})
    # 1.65 of 3 litres: the small one will do; the flat one has too little room for certain
    assert [(each.box.carton_id, each.fits) for each in more] == [(1, None), (2, None), (3, None)]
    # 2.5 of 3 litres is more than pieces ever fill: the small one comes last
    assert ids([replace(cube, quantity=72), Piece(10, 10, 10, 1, 500)]) == [2, 3, 1]


def test_what_goes_into_a_box_goes_into_every_larger_one() -> None:
    nested = [Box(n, f"{n}", "", 100 + 20 * n, 80 + 15 * n, 60 + 10 * n, cost_minor=n) for n in range(12)]
    found = suggest(nested, [Piece(40, 35, 30, 10, 9), Piece(70, 20, 20, 10, 5)], used={}, most=12)
    first = found[0].box.carton_id
    assert [each.box.carton_id for each in found] == list(range(first, 12))
    assert 0 < first < 11


pieces_of = st.lists(
    st.builds(
        Piece, st.integers(10, 200), st.integers(10, 150), st.integers(5, 100), st.integers(1, 900), st.integers(1, 5)
    ),
    min_size=1, max_size=6,
)  # fmt: skip


@given(pieces_of, st.randoms(use_true_random=False), st.dictionaries(st.integers(1, 4), st.integers(1, 5)))
def test_no_sequence_of_boxes_or_pieces_changes_the_suggestions(
    pieces: list[Piece], any_way: Any, used: dict[int, int]
) -> None:
    boxes, others = list(ALL), list(pieces)
    any_way.shuffle(boxes)
    any_way.shuffle(others)
    found = suggest(boxes, others, used=used)
    assert found == suggest(ALL, pieces, used=used)
    assert len({each.box.carton_id for each in found}) == len(found) <= 4


@given(pieces_of)
def test_every_carton_that_is_said_to_fit_has_room_and_strength(pieces: list[Piece]) -> None:
    volume = sum(prod(each.size or ()) * each.quantity for each in pieces)
    weight = sum((each.weight_g or 0) * each.quantity for each in pieces)
    for each in suggest(ALL, pieces, used={}):
        assert each.fits
        assert volume <= prod(each.box.inside)
        assert each.box.max_weight_g is None or weight + each.box.weight_g <= each.box.max_weight_g


def two_fit(inside: tuple[int, ...], one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether two pieces go into a box: only if they lie one behind the other along one of its sides."""
    return any(
        a[axis] + b[axis] <= inside[axis] and all(max(a[n], b[n]) <= inside[n] for n in range(3) if n != axis)
        for a in permutations(one)
        for b in permutations(other)
        for axis in range(3)
    )


sides = st.tuples(st.integers(3, 11), st.integers(3, 11), st.integers(3, 11))


@given(st.lists(sides, min_size=1, max_size=8), sides, sides)
def test_two_pieces_fit_where_they_fit_and_nowhere_else(
    insides: list[tuple[int, int, int]], one: tuple[int, int, int], other: tuple[int, int, int]
) -> None:
    boxes = [Box(n, f"{n}", "", *inside, cost_minor=n) for n, inside in enumerate(insides)]
    found = suggest(boxes, [Piece(*one, 1), Piece(*other, 1)], used={}, most=8)
    wanted = [box.carton_id for box in boxes if two_fit(box.inside, one, other)]
    assert [each.box.carton_id for each in found] == wanted


def test_a_content_is_the_same_in_any_sequence() -> None:
    assert content_key([(1, 2), (7, 1)]) == content_key([(7, 1), (1, 1), (1, 1), (9, 0)])
    assert content_key([(1, 2)]) != content_key([(1, 1)])
    assert content_key([(1, 23)]) != content_key([(12, 3)])
    # it stands in the database: another key would forget what was learned
    assert content_key([(1, 2), (7, 1)]) == "79a7f3abb5b91e6ec09ef3ad7fafe915"


GOOD = CartonDraft("S", 200, 150, 100, "Small", 50, 3_000, 30)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"code": ""}, "carton_code"), ({"length_mm": 0}, "carton_sizes"), ({"height_mm": 10_001}, "carton_sizes"),
        ({"weight_g": -1}, "carton_weights"), ({"max_weight_g": 50}, "carton_weights"),
        ({"max_weight_g": 1_000_001}, "carton_weights"), ({"cost_minor": -1}, "carton_cost"),
    ],
)  # fmt: skip
def test_an_impossible_carton_is_refused(change: dict[str, Any], code: str) -> None:
    GOOD.check()
    replace(GOOD, max_weight_g=None).check()
    with pytest.raises(Refusal) as refusal:
        replace(GOOD, **change).check()
    assert refusal.value.code == code


def real_orders() -> tuple[list[Box], dict[str, list[Piece]], dict[str, Box]]:
    """Four boxes, 4,288 real orders, and which box another packer used for those that it put into one.

    Which one follows from how full it was: no two of them have the same room.
    """
    if not SHARED.is_dir():
        pytest.skip("the shared data of real orders is not here")
    with (SHARED / "boxes.csv").open(newline="", encoding="utf-8") as file:
        boxes = []
        for number, (name, *sizes) in enumerate(csv.reader(file)):
            _, _, _, empty, length, width, height, most = map(int, sizes)
            boxes.append(Box(number, name, name, length, width, height, empty, most, length * width * height))
    orders: dict[str, list[Piece]] = defaultdict(list)
    with (SHARED / "items.csv").open(newline="", encoding="utf-8") as file:
        for order, quantity, _, *measures in csv.reader(file):
            length, width, height, weight = map(int, measures)
            orders[order].append(Piece(length, width, height, weight, int(quantity)))
    theirs: dict[str, Box] = {}
    with (SHARED / "expected.csv").open(newline="", encoding="utf-8") as file:
        for order, _, _, _, count, _, fullness in csv.reader(file):
            if count == "1":
                volume = sum(prod(each.size or ()) * each.quantity for each in orders[order])
                theirs[order] = min(boxes, key=lambda box: abs(100 * volume / prod(box.inside) - float(fullness)))
    return boxes, orders, theirs


def test_real_orders_go_into_the_box_of_another_packer_or_a_cheaper_one() -> None:
    boxes, orders, theirs = real_orders()
    assert (len(orders), len(theirs)) == (4_288, 4_084)
    same = cheaper = dearer = without = unsure = 0
    for order, reference in list(theirs.items())[::4]:  # of all of them tells bench/cartons.py
        found = suggest(boxes, orders[order], used={}, most=1)
        if not found:
            without += 1
        elif found[0].fits is None:
            unsure += 1
        elif found[0].box == reference:
            same += 1
        elif found[0].box.cost_minor < reference.cost_minor:
            cheaper += 1
        else:
            dearer += 1
    assert dearer <= 1
    assert (without, same + cheaper + dearer + unsure) == (0, 1_021)
    assert cheaper >= 5
    assert unsure < 20


def test_fewer_pieces_of_a_real_order_fit_where_all_do() -> None:
    """A search that gives up may find the more and not the fewer; it does so once in a thousand."""
    _, orders, theirs = real_orders()
    lost = tried = 0
    for order in list(theirs)[::8]:
        pieces = orders[order]
        if sum(each.quantity for each in pieces) > 60 or not fits(theirs[order], pieces):
            continue
        for number, piece in enumerate(pieces):
            fewer = [*pieces[:number], replace(piece, quantity=piece.quantity - 1), *pieces[number + 1 :]]
            tried += 1
            lost += not fits(theirs[order], fewer)
    assert tried > 1_000
    assert lost <= 1
