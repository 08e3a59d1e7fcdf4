from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import Refusal
from app.domain.states import Lane
from app.waves.batching import Candidate, Cart, Plan, SetAside, plan_batches
from app.waves.layout import Layout, Spot, survey
from app.waves.routing import shortest_length
from tests.examples import examples

LAYOUT = Layout((0, 3_000, 6_000, 9_000), 20_000)
CART = Cart(totes=3, weight_g=1_000, volume_mm3=500, pieces_per_tote=4)


def order(
    order_id: int,
    *spots: Spot,
    pieces: int = 2,
    weight_g: int = 10,
    volume_mm3: int = 0,
    urgency: str = "green",
    sequence: int | None = None,
) -> Candidate:
    return Candidate(order_id, pieces, weight_g, volume_mm3, urgency, spots, order_id if sequence is None else sequence)


def in_sequence(orders: Iterable[Candidate], cart: Cart, layout: Layout) -> int:
    """The walks in mm of carts that are filled in order of arrival, by urgency and lane, as their room allows."""
    groups: dict[tuple[str, bool], list[Candidate]] = {}
    for candidate in sorted(orders, key=lambda c: (c.sequence, c.order_id)):
        groups.setdefault((candidate.urgency, candidate.pieces == 1), []).append(candidate)
    total = 0
    for (_, single), group in groups.items():
        load: list[Candidate] = []
        for candidate in group:
            longer = [*load, candidate]
            if len(longer) > (cart.pieces_per_tote if single else cart.totes) or too_much(longer, cart):
                total += shortest_length(layout, [spot for c in load for spot in c.spots])
                longer = [candidate]
            load = longer
        total += shortest_length(layout, [spot for c in load for spot in c.spots])
    return total


def too_much(load: Iterable[Candidate], cart: Cart) -> bool:
    load = list(load)
    return sum(c.weight_g for c in load) > cart.weight_g or (
        cart.volume_mm3 is not None and sum(c.volume_mm3 for c in load) > cart.volume_mm3
    )


def walked(plan: Plan) -> int:
    return sum(batch.length_mm for batch in plan.batches)


spots = st.builds(Spot, st.integers(0, 3), st.integers(0, 4).map(lambda bay: bay * 5_000))
candidates = st.lists(
    st.builds(
        Candidate,
        order_id=st.integers(0, 10_000),
        pieces=st.integers(1, 3),
        weight_g=st.integers(0, 1_100) | st.integers(0, 300),
        volume_mm3=st.integers(0, 550) | st.just(0),
        urgency=st.sampled_from(["green", "red", "yellow", "soon", "later"]),
        spots=st.lists(spots, min_size=1, max_size=4).map(tuple),
        sequence=st.integers(0, 5),
    ),
    max_size=40,
    unique_by=lambda candidate: candidate.order_id,
)
carts = st.builds(
    Cart,
    totes=st.integers(1, 5),
    weight_g=st.just(1_000),
    volume_mm3=st.sampled_from([None, 500]),
    pieces_per_tote=st.integers(1, 6),
)


@settings(max_examples=examples(100), derandomize=True, deadline=None)
@given(candidates, carts, st.randoms(use_true_random=False))
def test_every_plan_keeps_its_promises(orders: list[Candidate], cart: Cart, random: Random) -> None:
    plan = plan_batches(orders, cart, LAYOUT)
    by_id = {candidate.order_id: candidate for candidate in orders}

    placed = [order_id for batch in plan.batches for order_id in batch.order_ids]
    aside = [found.order_id for found in plan.set_aside]
    assert Counter(placed + aside) == Counter(by_id.keys()), "every order once, in a batch or set aside"
    assert set(aside) == {c.order_id for c in orders if too_much([c], cart)}

    for batch in plan.batches:
        load = [by_id[order_id] for order_id in batch.order_ids]
        assert len(load) <= (cart.totes if batch.lane == Lane.CART else cart.pieces_per_tote)
        assert not too_much(load, cart)
        assert len({c.urgency for c in load}) == 1
        assert {c.pieces == 1 for c in load} == {batch.lane == Lane.SINGLE}
        assert batch.length_mm == shortest_length(LAYOUT, [spot for c in load for spot in c.spots])
        assert [(c.sequence, c.order_id) for c in load] == sorted((c.sequence, c.order_id) for c in load)

    firsts: dict[tuple[str, Lane], list[int]] = {}
    for batch in plan.batches:
        first = by_id[batch.order_ids[0]]
        firsts.setdefault((first.urgency, batch.lane), []).append(first.sequence)
    assert all(sequences == sorted(sequences) for sequences in firsts.values())

    assert walked(plan) <= in_sequence((by_id[order_id] for order_id in placed), cart, LAYOUT)
    assert plan_batches(random.sample(orders, len(orders)), cart, LAYOUT) == plan, "the given order does not matter"


def test_urgent_batches_come_first_then_single_items_then_the_earliest() -> None:
    here = Spot(0, 1_000)
    plan = plan_batches(
        [
            order(1, here, urgency="green"),
            order(2, here, urgency="green", pieces=1),
            order(3, here, urgency="other"),
            order(4, here, urgency="yellow"),
            order(5, here, urgency="red"),
            *(order(number, here, urgency="red") for number in (8, 7, 6)),
        ],
        CART,
        LAYOUT,
    )
    assert [batch.order_ids for batch in plan.batches] == [(5, 6, 7), (8,), (4,), (2,), (1,), (3,)]
    assert [batch.lane for batch in plan.batches] == [Lane.CART] * 3 + [Lane.SINGLE] + [Lane.CART] * 2


def test_orders_of_one_corner_share_a_cart() -> None:
    near, far = Spot(0, 1_000), Spot(3, 19_000)
    plan = plan_batches([order(i, near if i % 2 else far) for i in range(6)], CART, LAYOUT)
    assert {batch.order_ids for batch in plan.batches} == {(1, 3, 5), (0, 2, 4)}


def test_what_no_cart_can_carry_is_set_aside_and_the_rest_is_planned() -> None:
    here = Spot(1, 5_000)
    plan = plan_batches(
        [
            order(1, here, weight_g=1_001),
            order(2, here, volume_mm3=501),
            order(3, here, pieces=1, weight_g=1_001),
            order(4, here, weight_g=1_000, volume_mm3=500),
        ],
        CART,
        LAYOUT,
    )
    assert plan.set_aside == (
        SetAside(1, "order_too_heavy_for_cart", 1_001, 1_000),
        SetAside(2, "order_too_large_for_cart", 501, 500),
        SetAside(3, "order_too_heavy_for_cart", 1_001, 1_000),
    )
    assert [batch.order_ids for batch in plan.batches] == [(4,)]


def test_without_a_volume_limit_any_volume_goes() -> None:
    cart = Cart(totes=2, weight_g=1_000, volume_mm3=None, pieces_per_tote=1)
    plan = plan_batches([order(i, Spot(0, 0), volume_mm3=10**12) for i in range(2)], cart, LAYOUT)
    assert [batch.order_ids for batch in plan.batches] == [(0, 1)]


def test_a_light_order_behind_a_heavy_one_of_the_same_spot_still_fits() -> None:
    weights = {1: 700, 2: 700, 3: 300, 4: 300}
    plan = plan_batches([order(i, Spot(1, 5_000), weight_g=grams) for i, grams in weights.items()], CART, LAYOUT)
    assert [batch.order_ids for batch in plan.batches] == [(1, 3), (2, 4)]


def test_nothing_to_plan() -> None:
    assert plan_batches([], CART, LAYOUT) == Plan((), ())


@pytest.mark.parametrize("room", [(0, 1, None, 1), (1, 0, None, 1), (1, 1, 0, 1), (1, 1, None, 0)])
def test_a_cart_without_room_is_refused(room: tuple[int, int, int | None, int]) -> None:
    with pytest.raises(Refusal) as refused:
        Cart(*room)
    assert refused.value.code == "cart_without_room"
    assert tuple(refused.value.facts.values()) == room


def test_savings_halve_the_walk_of_a_made_up_day() -> None:
    random = Random(5)
    layout = Layout(tuple(5_000 * i for i in range(10)), 46_000)
    orders = [
        order(i, *(Spot(random.randrange(10), 1_500 + 1_000 * random.randrange(44)) for _ in range(1 + i % 3)))
        for i in range(300)
    ]
    cart = Cart(totes=12, weight_g=10**6, volume_mm3=None, pieces_per_tote=30)
    assert walked(plan_batches(orders, cart, layout)) < 0.62 * in_sequence(orders, cart, layout)


def test_a_real_fortnight_takes_a_third_of_the_walk_of_carts_in_order_of_arrival(real_day: Any) -> None:
    ground = survey(list(real_day.places.values()), aisle_pitch_mm=3_250, bay_pitch_mm=1_500, cross_aisle_mm=1_500)
    orders = [
        order(number, *(ground.spots[i] for i in ids), pieces=pieces, sequence=sequence)
        for sequence, (number, (pieces, ids)) in enumerate(real_day.orders.items())
    ]
    cart = Cart(totes=20, weight_g=10**6, volume_mm3=None, pieces_per_tote=40)
    plan = plan_batches(orders, cart, ground.layout)
    assert sum(len(batch.order_ids) for batch in plan.batches) == len(orders) == 3_584
    assert walked(plan) < 0.33 * in_sequence(orders, cart, ground.layout)
