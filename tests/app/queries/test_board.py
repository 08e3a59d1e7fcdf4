"""The board's columns, cut-offs, shorts and problem shelf, on a house whose numbers are known."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.domain.states import JobState, OrderState
from app.operations.label_copies import settle
from app.operations.orders import request_cancel
from app.operations.picking import short_pick
from app.operations.waves import kick_out, put_back
from app.queries.board import (
    CutOff,
    StageName,
    current_pace,
    cutoffs,
    day_start,
    problem_orders,
    shorts,
    stages,
)
from app.queries.waves import next_task
from db.places import Warehouse
from tests.factories import LEAD, NOON, Hands, HeldClock, House, make_warehouse

HOUR = timedelta(hours=1)


def counts(house: House, clock: HeldClock) -> dict[str, int]:
    return {stage.name.value: stage.orders for stage in house.store.read(stages, house.warehouse, clock.now())
            if stage.orders}  # fmt: skip


def since(house: House, clock: HeldClock, name: StageName) -> Any:
    (found,) = (s.since for s in house.store.read(stages, house.warehouse, clock.now()) if s.name is name)
    return found


def ship(house: House, hands: Hands, order: int, *codes: str) -> None:
    """Pack an order to its end."""
    hands.scan(house.source_id(order), *codes)
    house.printed()
    assert hands.scan(hands.square) == "closed"


def test_every_stage_is_there_and_empty_at_first(house: House, clock: HeldClock) -> None:
    found = house.store.read(stages, house.warehouse, clock.now())
    assert [(stage.name, stage.orders, stage.since) for stage in found] == [(name, 0, None) for name in StageName]


def test_an_order_moves_from_stage_to_stage(house: House, clock: HeldClock, hands: Hands) -> None:
    house.stock("TEA", 9)
    house.order("TEA", state=OrderState.INCOMPLETE)
    clock.pass_(60)
    order = house.order("TEA")
    assert counts(house, clock) == {"incomplete": 1, "ready": 1}
    assert since(house, clock, StageName.READY) == NOON + timedelta(seconds=60)
    clock.pass_(60)
    house.plan()
    assert counts(house, clock) == {"incomplete": 1, "planned": 1}
    house.order("TEA")
    house.release()
    assert counts(house, clock) == {"incomplete": 1, "planned": 1, "picking": 1}
    clock.pass_(60)
    house.pick_all()
    assert counts(house, clock) == {"incomplete": 1, "planned": 1, "picked": 1}
    assert since(house, clock, StageName.PLANNED) == NOON + timedelta(seconds=120)
    assert order


def test_a_packed_order_waits_for_its_label_in_a_stage_of_its_own(
    house: House, clock: HeldClock, hands: Hands
) -> None:
    first, second = house.picked(("TEA", 2)), house.picked("CUP")
    hands.scan(house.source_id(first), "TEA-EAN")
    assert counts(house, clock) == {"packing": 1, "picked": 1}
    opened = clock.now()
    clock.pass_(30)
    hands.scan("TEA-EAN")
    other = house.hands("BENCH-2")
    clock.pass_(30)
    other.scan(house.source_id(second))
    assert counts(house, clock) == {"packing": 1, "labelling": 1}
    # an uncertain copy and its successor do not make it younger
    job = house.printed(outcome=JobState.UNCERTAIN)
    house.store.write(settle, LEAD, job, came_out=False)
    assert since(house, clock, StageName.LABELLING) == opened + timedelta(seconds=30)
    assert since(house, clock, StageName.PACKING) == opened + timedelta(seconds=60)


def test_shipped_are_those_of_the_warehouses_own_day(house: House, clock: HeldClock, hands: Hands) -> None:
    house.write(lambda tx: setattr(tx.session.get_one(Warehouse, house.warehouse), "zone", "Asia/Shanghai"))
    orders = [house.picked("TEA"), house.picked("CUP")]
    clock.at = NOON + timedelta(hours=3, minutes=59)
    ship(house, hands, orders[0], "TEA-EAN")
    assert counts(house, clock) == {"picked": 1, "shipped": 1}
    clock.pass_(120)  # midnight in Shanghai
    assert house.store.read(day_start, house.warehouse, clock.now()) == NOON + timedelta(hours=4)
    assert counts(house, clock) == {"picked": 1}
    ship(house, hands, orders[1], "CUP-EAN")
    assert counts(house, clock) == {"shipped": 1}
    assert since(house, clock, StageName.SHIPPED) == clock.now()


def test_another_warehouses_orders_are_its_own(house: House, clock: HeldClock, hands: Hands) -> None:
    order = house.picked("TEA", ship_by=NOON + HOUR)
    house.picked("CUP", ship_by=NOON + HOUR)
    house.picked("POT")
    ship(house, hands, order, "TEA-EAN")
    batch = house.batches()
    assert batch == []
    other = house.write(lambda tx: make_warehouse(tx, code="SECOND").id)
    assert all(stage.orders == 0 for stage in house.store.read(stages, other, clock.now()))
    assert house.store.read(cutoffs, other, clock.now()) == []
    assert house.store.read(current_pace, other, clock.now()) is None
    assert house.store.read(problem_orders, other) == []


def test_cut_offs_hold_their_open_orders_by_stage(house: House, clock: HeldClock) -> None:
    house.stock("TEA", 9)
    for hours in (2, 2, 1, 0, -3, 30, 4, 5, 6):
        house.order("TEA", ship_by=NOON + hours * HOUR)
    house.order("TEA")  # no cut-off, never late
    house.order("TEA", ship_by=NOON + 2 * HOUR, state=OrderState.INCOMPLETE)
    house.order("TEA", ship_by=NOON + 2 * HOUR, state=OrderState.CANCELLED)
    house.order("TEA", ship_by=NOON + 2 * HOUR, state=OrderState.SHIPPED)
    ready, incomplete = StageName.READY, StageName.INCOMPLETE
    assert house.store.read(cutoffs, house.warehouse, clock.now(), 3) == [
        CutOff(NOON - 3 * HOUR, True, 2, {ready: 2}, 2),
        CutOff(NOON + HOUR, False, 1, {ready: 1}, None),
        CutOff(NOON + 2 * HOUR, False, 3, {ready: 2, incomplete: 1}, None),
        CutOff(NOON + 4 * HOUR, False, 1, {ready: 1}, None),
    ]


def test_a_cut_off_says_how_many_will_miss_it_at_the_pace_of_the_last_hour(
    house: House, clock: HeldClock, hands: Hands
) -> None:
    done = [house.picked(sku) for sku in ("TEA", "CUP", "POT")]
    house.stock("JAR", 9)
    for _ in range(5):
        house.order("JAR", ship_by=NOON + 2 * HOUR)
    clock.at = NOON - timedelta(minutes=90)
    ship(house, hands, done[0], "TEA-EAN")
    clock.at = NOON - timedelta(minutes=60)
    ship(house, hands, done[1], "CUP-EAN")
    clock.at = NOON
    ship(house, hands, done[2], "POT-EAN")
    # two in the last hour, two hours are left: four of five
    (cut_off,) = house.store.read(cutoffs, house.warehouse, NOON)
    assert (cut_off.orders, cut_off.will_miss) == (5, 1)
    (cut_off,) = house.store.read(cutoffs, house.warehouse, NOON + timedelta(minutes=30))
    assert cut_off.will_miss == 4  # one in the last hour, an hour and a half is left
    (cut_off,) = house.store.read(cutoffs, house.warehouse, NOON + timedelta(minutes=70))
    assert cut_off.will_miss == 5  # a break
    found = house.store.read(current_pace, house.warehouse, NOON)
    assert found is not None
    assert found.per_hour == 2


def test_shorts_are_todays_by_sku_and_place(house: House, clock: HeldClock) -> None:
    house.stock("TEA", 4)
    house.stock("CUP", 2)
    house.stock("CUP", 1, location="L-CUP-2")
    orders = [house.order(("TEA", 2)), house.order(("TEA", 2), ("CUP", 2))]
    assert orders
    house.release()

    def short(sku: str, found: int) -> None:
        for batch in house.batches():
            while (task := house.store.read(next_task, batch)) is not None:
                if task.sku == sku:
                    house.store.write(short_pick, house.picker, task.task_id, found)
                    return
                house.pick_one(batch)
        raise AssertionError(f"no pick of {sku}")

    short("TEA", 1)
    clock.pass_(60)
    short("TEA", 0)
    rows = house.store.read(shorts, house.warehouse, clock.now())
    assert [(r.sku, r.location, r.times, r.missing, r.orders) for r in rows] == [("TEA", "L-TEA", 2, 3, 2)]
    assert rows[0].last_at == NOON + timedelta(seconds=60)
    assert rows[0].sku_id == house.skus["TEA"]
    assert house.store.read(shorts, house.warehouse, NOON + timedelta(hours=12)) == []
    other = house.write(lambda tx: make_warehouse(tx, code="SECOND").id)
    assert house.store.read(shorts, other, clock.now()) == []


def test_the_problem_shelf_holds_what_is_off_its_place_and_cannot_go_on(
    house: House, clock: HeldClock, hands: Hands
) -> None:
    house.stock("TEA", 9)
    house.stock("CUP", 9)
    orders = []
    for lines in (("TEA", "CUP"), ("CUP", "TEA"), ("TEA",)):
        orders.append(house.order(*lines))
        house.release()
    stuck, cancelled, untouched = orders
    for batch in house.batches()[:2]:
        house.pick_one(batch)
    clock.pass_(60)
    house.store.write(kick_out, LEAD, stuck, "damaged")
    clock.pass_(60)
    house.store.write(request_cancel, LEAD, cancelled, "buyer asked")
    house.store.write(request_cancel, LEAD, untouched, "buyer asked")
    rows = house.store.read(problem_orders, house.warehouse)
    assert [(r.order_id, r.order, r.state, r.reason, r.tote, r.since) for r in rows] == [
        (stuck, house.source_id(stuck), OrderState.PROBLEM, "damaged", house.tote_of(stuck),
         NOON + timedelta(seconds=60)),
        (cancelled, house.source_id(cancelled), OrderState.CANCELLED, "buyer asked", house.tote_of(cancelled),
         NOON + timedelta(seconds=120)),
    ]  # fmt: skip
    assert house.store.read(problem_orders, house.warehouse, 1) == rows[:1]
    assert counts(house, clock)["problem"] == 2
    assert since(house, clock, StageName.PROBLEM) == NOON + timedelta(seconds=60)
    house.store.write(put_back, LEAD, cancelled)
    assert house.store.read(problem_orders, house.warehouse) == rows[:1]

