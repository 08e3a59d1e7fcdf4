"""Plans a wave: reads, decides outside of any transaction, writes; again when the world has moved meanwhile."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.errors import Refusal
from app.domain.people import Actor
from app.operations.waves import create_wave
from app.queries.proposals import propose_wave
from app.waves.batching import SetAside
from db.store import Store

_TRIES = 3


@dataclass(frozen=True, slots=True)
class Planned:
    """What a plan came to: the wave (None when no order could be planned) and how many orders were left out, why."""

    wave_id: int | None
    orders: int
    batches: int
    short: int
    too_big: tuple[SetAside, ...]
    refused: int


def plan_wave(store: Store, actor: Actor, warehouse_id: int, limit: int | None = None) -> Planned:
    """Plan at most `limit` ready orders of a warehouse into one wave.

    Labels are checked here, before anything is picked for them. Raises Refusal `no_orders_to_plan`, or
    `plan_outdated` when others kept changing the same orders.
    """
    for attempt in range(_TRIES):
        proposal = store.read(propose_wave, warehouse_id, limit, store.clock.now().date())
        try:
            wave_id = store.write(create_wave, actor, warehouse_id, proposal)
        except Refusal as refusal:
            if refusal.code != "plan_outdated" or attempt == _TRIES - 1:
                raise
            continue
        return Planned(
            wave_id,
            orders=sum(len(batch.orders) for batch in proposal.batches),
            batches=len(proposal.batches),
            short=len(proposal.short),
            too_big=proposal.too_big,
            refused=len(proposal.refused),
        )
    raise Refusal("plan_outdated")
