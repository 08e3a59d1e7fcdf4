"""Which orders share a cart, so that little is walked: a greedy plan that later planners have to beat."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop

from app.domain.errors import Refusal
from app.domain.states import Lane
from app.waves.layout import Layout, Spot
from app.waves.routing import shortest_length


@dataclass(frozen=True, slots=True)
class Candidate:
    """An order that may be planned: its pieces, weight, volume (0 is unknown) and the spots to visit for it.

    Orders of different `urgency` never share a batch. `sequence` is its place in the order of arrival.
    """

    order_id: int
    pieces: int
    weight_g: int
    volume_mm3: int
    urgency: str
    spots: tuple[Spot, ...]
    sequence: int


@dataclass(frozen=True, slots=True)
class Cart:
    """What one batch may hold: `totes` orders on a cart or `pieces_per_tote` single items, g, and mm³ (None: any).

    Raises Refusal `cart_without_room` if nothing would fit.
    """

    totes: int
    weight_g: int
    volume_mm3: int | None
    pieces_per_tote: int

    def __post_init__(self) -> None:
        volume = 1 if self.volume_mm3 is None else self.volume_mm3
        if min(self.totes, self.weight_g, volume, self.pieces_per_tote) < 1:
            raise Refusal(
                "cart_without_room",
                totes=self.totes,
                weight_g=self.weight_g,
                volume_mm3=self.volume_mm3,
                pieces_per_tote=self.pieces_per_tote,
            )


@dataclass(frozen=True, slots=True)
class PlannedBatch:
    """Orders of one walk in order of arrival, which is the order of their totes, and its shortest length in mm."""

    lane: Lane
    order_ids: tuple[int, ...]
    length_mm: int


@dataclass(frozen=True, slots=True)
class SetAside:
    """An order that no cart can carry: `code` is `order_too_heavy_for_cart` (g) or `order_too_large_for_cart` (mm³).

    `amount` is what the order brings and `limit` what the cart takes.
    """

    order_id: int
    code: str
    amount: int
    limit: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The batches, the more urgent first, and the orders that are in none of them."""

    batches: tuple[PlannedBatch, ...]
    set_aside: tuple[SetAside, ...]


_URGENCIES = ("red", "yellow", "green")
_FAR = 10**12  # mm
_SHORTLIST = 8  # more of them cost time and save no distance to speak of


def plan_batches(candidates: Iterable[Candidate], cart: Cart, layout: Layout) -> Plan:
    """Batches that hold every order once and never more than `cart` does, but for those that are set aside.

    Orders of one piece go to the single lane. The plan does not depend on the order in which candidates are given,
    only on their `sequence`, and walks no further than batches filled in that sequence would. Raises as
    `shortest_length` does for a spot that is not in the layout.
    """
    set_aside: list[SetAside] = []
    groups: dict[tuple[int, str, Lane], list[Candidate]] = {}
    for order in sorted(candidates, key=lambda order: (order.sequence, order.order_id)):
        if order.weight_g > cart.weight_g:
            set_aside.append(SetAside(order.order_id, "order_too_heavy_for_cart", order.weight_g, cart.weight_g))
        elif cart.volume_mm3 is not None and order.volume_mm3 > cart.volume_mm3:
            set_aside.append(SetAside(order.order_id, "order_too_large_for_cart", order.volume_mm3, cart.volume_mm3))
        else:
            rank = _URGENCIES.index(order.urgency) if order.urgency in _URGENCIES else len(_URGENCIES)
            lane = Lane.SINGLE if order.pieces == 1 else Lane.CART
            groups.setdefault((rank, order.urgency, lane), []).append(order)
    batches: list[PlannedBatch] = []
    for (_, _, lane), orders in sorted(groups.items(), key=lambda group: (group[0][:2], group[0][2] == Lane.CART)):
        batches += _plan_group(lane, orders, cart, layout)
    return Plan(tuple(batches), tuple(set_aside))


class _Load:
    """The orders of a batch that is being filled, and the room that is left for more."""

    def __init__(self, lane: Lane, cart: Cart) -> None:
        self.orders: list[Candidate] = []
        self._places = cart.totes if lane == Lane.CART else cart.pieces_per_tote
        self._weight_g = cart.weight_g
        self._volume_mm3 = cart.volume_mm3

    @property
    def full(self) -> bool:
        return self._places == 0

    def takes(self, order: Candidate) -> bool:
        return (
            self._places > 0
            and order.weight_g <= self._weight_g
            and (self._volume_mm3 is None or order.volume_mm3 <= self._volume_mm3)
        )

    def add(self, order: Candidate) -> None:
        self.orders.append(order)
        self._places -= 1
        self._weight_g -= order.weight_g
        if self._volume_mm3 is not None:
            self._volume_mm3 -= order.volume_mm3


_Stand = tuple[int, ...]  # the numbers of an order's distinct spots, rising


class _Ground:
    """The distinct spots of some orders under numbers, the ways between them, and the orders that share all spots."""

    def __init__(self, layout: Layout, orders: Sequence[Candidate]) -> None:
        self._layout = layout
        self._spots = sorted({spot for order in orders for spot in order.spots}, key=lambda s: (s.aisle, s.depth_mm))
        number = {spot: i for i, spot in enumerate(self._spots)}
        self.piles: dict[_Stand, list[Candidate]] = {}
        for order in orders:
            self.piles.setdefault(tuple(sorted({number[spot] for spot in order.spots})), []).append(order)
        self.own = {stand: self.length(stand) for stand in self.piles}
        self.ways = [[layout.distance(a, b) for b in self._spots] for a in self._spots]

    def length(self, stand: Iterable[int]) -> int:
        """The shortest closed walk by these spots, mm."""
        return shortest_length(self._layout, [self._spots[i] for i in stand])


def _plan_group(lane: Lane, orders: list[Candidate], cart: Cart, layout: Layout) -> list[PlannedBatch]:
    """The shorter of two plans for orders, in their sequence, that may share a batch."""
    plans = _fill_in_sequence(lane, orders, cart), _fill_by_savings(lane, orders, cart, layout)
    measured = [[_measure(lane, load, layout) for load in plan] for plan in plans]
    best = min(measured, key=lambda plan: (sum(batch.length_mm for _, batch in plan), len(plan)))
    return [batch for _, batch in sorted(best, key=lambda found: found[0])]


def _measure(lane: Lane, load: _Load, layout: Layout) -> tuple[tuple[int, int], PlannedBatch]:
    """The batch of a load, behind what it is sorted by: its earliest order."""
    orders = sorted(load.orders, key=lambda order: (order.sequence, order.order_id))
    length = shortest_length(layout, {spot for order in orders for spot in order.spots})
    return (
        (orders[0].sequence, orders[0].order_id),
        PlannedBatch(lane, tuple(order.order_id for order in orders), length),
    )


def _fill_in_sequence(lane: Lane, orders: list[Candidate], cart: Cart) -> list[_Load]:
    """Loads in order of arrival: what every better plan is measured by."""
    loads = [_Load(lane, cart)]
    for order in orders:
        if not loads[-1].takes(order):
            loads.append(_Load(lane, cart))
        loads[-1].add(order)
    return loads


def _fill_by_savings(lane: Lane, orders: list[Candidate], cart: Cart, layout: Layout) -> list[_Load]:
    """Loads that start with one of the orders left and grow by the order that fits in best.

    Fitting in best is the least of: what it adds to the walk, less a share of the walk that it would be on its own,
    so that orders far out are not left for the end. Seeds and savings: R. de Koster, E. van der Poort, M. Wolters,
    "Efficient orderbatching methods in warehouses", Int. J. Production Research 37 (1999) 1479-1504.
    """
    ground = _Ground(layout, orders)
    left = {stand: list(orders) for stand, orders in ground.piles.items()}
    # Of the seeds and shares tried on one real and several made-up days, these walked least in nearly all: single
    # items from the far end inwards, carts from the earliest order on.
    if lane == Lane.SINGLE:
        left = dict(sorted(left.items(), key=lambda pile: -ground.own[pile[0]]))
    tenths = 7 if lane == Lane.SINGLE else 3
    gains = {stand: own * tenths // 10 for stand, own in ground.own.items()}
    loads: list[_Load] = []
    while left:
        load = _Load(lane, cart)
        loads.append(load)
        visited: set[int] = set()
        nearest = [_FAR] * len(ground.ways)  # from each spot to the closest one that is visited
        stand: _Stand | None = next(iter(left))
        while stand is not None:
            waiting = []
            for order in left[stand]:
                if load.takes(order):
                    load.add(order)
                else:
                    waiting.append(order)
            if waiting:
                left[stand] = waiting
            else:
                del left[stand]
            new = set(stand) - visited
            if new:
                nearest = list(map(min, nearest, *(ground.ways[number] for number in new)))
                visited |= new
            stand = None if load.full else _best_next(left, load, visited, nearest, ground, gains)
    return loads


def _best_next(
    left: dict[_Stand, list[Candidate]],
    load: _Load,
    visited: set[int],
    nearest: list[int],
    ground: _Ground,
    gains: dict[_Stand, int],
) -> _Stand | None:
    """Where the order that fits in best has its spots; None if no order left fits the load.

    Distances to the closest visited spots make a short list, the exact router decides.
    """
    way = nearest.__getitem__
    queue = [(sum(map(way, stand)) - gains[stand], stand) for stand in left]
    heapify(queue)
    length = ground.length(visited)
    found: list[tuple[int, _Stand]] = []
    while queue and len(found) < _SHORTLIST:
        _, stand = heappop(queue)
        if any(load.takes(order) for order in left[stand]):
            added = 0 if visited.issuperset(stand) else ground.length(visited.union(stand)) - length
            found.append((added - gains[stand], stand))
    return min(found)[1] if found else None
