"""A wave as it is proposed: open orders and free stock in, batches with their walks out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from app.domain.allocation import Need, Shelf, StockRow, Take
from app.domain.states import Lane
from app.waves.batching import Candidate, Cart, SetAside, plan_batches
from app.waves.layout import Survey
from app.waves.routing import shortest_walk, walk_length


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """An order that can be planned; `weight_g` and `volume_mm3` of all its pieces (0: unknown)."""

    order_id: int
    version: int
    weight_g: int
    volume_mm3: int
    needs: tuple[Need, ...]
    urgency: str = ""

    @property
    def pieces(self) -> int:
        """Pieces in all its lines."""
        return sum(need.quantity for need in self.needs)


@dataclass(frozen=True, slots=True)
class PlannedBatch:
    """One cart: its orders in slot order, its takes in walking order, the walk in millimetres.

    `file_walk_mm` is the walk with the same takes in the order in which the orders came.
    """

    lane: Lane
    orders: tuple[int, ...]
    takes: tuple[Take, ...]
    walk_mm: int
    file_walk_mm: int


@dataclass(frozen=True, slots=True)
class Refused:
    """An order that cannot be planned as it is: the reason's code, or what it lacks as `Order.missing` names it."""

    order_id: int
    version: int
    reason: str | None = None
    missing: tuple[str, ...] = ("label",)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Batches, and what was left out: orders without stock, orders too big for a cart, orders refused for good.

    `versions` are the orders' versions that the plan relies on.
    """

    batches: tuple[PlannedBatch, ...]
    versions: Mapping[int, int] = field(default_factory=dict)
    short: tuple[int, ...] = ()
    too_big: tuple[SetAside, ...] = ()
    refused: tuple[Refused, ...] = ()


def propose(
    orders: Sequence[OpenOrder], stock: Iterable[StockRow], survey: Survey, cart: Cart, refused: Iterable[Refused] = ()
) -> Proposal:
    """Promise stock to the orders in their sequence (most urgent first), and put those that have it on carts."""
    shelf = Shelf(stock)
    takes: dict[int, tuple[Take, ...]] = {}
    short: list[int] = []
    for order in orders:
        promised = shelf.allocate(order.needs)
        if promised is None:
            short.append(order.order_id)
        else:
            takes[order.order_id] = promised
    plan = plan_batches(
        [
            Candidate(
                order_id=order.order_id,
                pieces=order.pieces,
                weight_g=order.weight_g,
                volume_mm3=order.volume_mm3,
                urgency=order.urgency,
                spots=tuple(survey.spots[take.location_id] for take in takes[order.order_id]),
                sequence=sequence,
            )
            for sequence, order in enumerate(orders)
            if order.order_id in takes
        ],
        cart,
        survey.layout,
    )
    batches = []
    for batch in plan.batches:
        filed = [take for order in batch.order_ids for take in sorted(takes[order], key=lambda take: take.line_id)]
        spots = [survey.spots[take.location_id] for take in filed]
        walk = shortest_walk(survey.layout, spots)
        batches.append(
            PlannedBatch(
                lane=batch.lane,
                orders=batch.order_ids,
                takes=tuple(filed[index] for index in walk.order),
                walk_mm=walk.length_mm,
                file_walk_mm=walk_length(survey.layout, spots),
            )
        )
    planned = {order_id for batch in batches for order_id in batch.orders}
    return Proposal(
        batches=tuple(batches),
        versions={order.order_id: order.version for order in orders if order.order_id in planned},
        short=tuple(short),
        too_big=plan.set_aside,
        refused=tuple(refused),
    )
