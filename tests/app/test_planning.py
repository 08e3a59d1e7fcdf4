"""Planning decides outside of any transaction, and again when the world has moved meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from app import planning
from app.domain.errors import Refusal
from app.domain.states import OrderState
from app.operations.orders import request_cancel
from app.planning import Planned, plan_wave
from app.queries.proposals import propose_wave
from db.orders import Sku
from db.waves import Wave
from tests.factories import LEAD, House


def test_what_a_plan_came_to(house: House) -> None:
    house.stock("TEA", 9)
    house.stock("CUP", 0)
    house.stock("ANVIL", 9)
    house.write(lambda tx: setattr(tx.session.get_one(Sku, house.skus["ANVIL"]), "weight_g", 10**6))
    for lines in (["TEA"], ["TEA", "TEA"], ["CUP"]):
        house.order(*lines)
    anvil = house.order("ANVIL")
    house.order("TEA", city="")
    planned = plan_wave(house.store, LEAD, house.warehouse)
    assert planned == Planned(planned.wave_id, orders=2, batches=2, short=1, too_big=planned.too_big, refused=1)
    assert [(aside.order_id, aside.code) for aside in planned.too_big] == [(anvil, "order_too_heavy_for_cart")]
    assert planned.wave_id is not None


def test_nothing_that_can_be_planned_makes_no_wave(house: House) -> None:
    house.stock("TEA", 0)
    house.order("TEA")
    assert plan_wave(house.store, LEAD, house.warehouse) == Planned(None, 0, 0, short=1, too_big=(), refused=0)
    assert house.count(Wave) == 0


def test_nothing_to_plan_is_refused(house: House) -> None:
    house.stock("TEA", 1)
    with pytest.raises(Refusal) as refused:
        plan_wave(house.store, LEAD, house.warehouse)
    assert refused.value.code == "no_orders_to_plan"


def test_a_plan_that_was_overtaken_is_made_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.stock("TEA", 2)
    orders = [house.order("TEA") for _ in range(3)]
    plans = 0

    def overtaken(*arguments: Any) -> Any:
        nonlocal plans
        proposal = propose_wave(*arguments)
        if plans == 0:
            house.store.write(request_cancel, LEAD, orders[0], "")
        plans += 1
        return proposal

    monkeypatch.setattr(planning, "propose_wave", overtaken)
    assert plan_wave(house.store, LEAD, house.warehouse).orders == 2
    assert plans == 2
    assert [house.state(order) for order in orders] == [
        OrderState.CANCELLED, OrderState.PLANNED, OrderState.PLANNED,
    ]  # fmt: skip
    assert house.on_hand("TEA") == (2, 2)


def test_others_that_never_stop_are_given_way_to(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.stock("TEA", 9)
    for _ in range(9):
        house.order("TEA")
    plans = 0

    def overtaken(*arguments: Any) -> Any:
        nonlocal plans
        proposal = propose_wave(*arguments)
        plans += 1
        house.store.write(request_cancel, LEAD, proposal.batches[0].orders[0], "")
        return proposal

    monkeypatch.setattr(planning, "propose_wave", overtaken)
    with pytest.raises(Refusal) as refused:
        plan_wave(house.store, LEAD, house.warehouse)
    assert refused.value.code == "plan_outdated"
    assert plans == 3
    assert house.on_hand("TEA") == (9, 0)
