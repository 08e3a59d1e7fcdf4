"""Who picks a cart: one station at a time, one cart a station, and nobody loses one without being asked."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from app.change import NOTHING, Change, changed
from app.domain.errors import Refusal
from app.domain.people import Actor, Role
from app.operations.picking import claim_batch, leave_picking
from app.operations.stations import ensure_station
from app.texts import explain
from db.journal import JournalEntry
from db.waves import Batch
from tests.factories import House


@pytest.fixture
def carts(house: House) -> tuple[int, int]:
    house.stock("TEA", 9)
    house.order("TEA")
    house.order("TEA", ("TEA", 2))
    house.release()
    first, second = house.batches()
    return first, second


@pytest.fixture
def other(house: House) -> Actor:
    return house.store.write(ensure_station, "CART-2", "Quin", Role.PICKER)


def holder(house: House, batch: int) -> int | None:
    return house.get(Batch, batch).station_id


def journal(house: House) -> list[tuple[str, int | None, dict[str, object]]]:
    rows: list[JournalEntry] = house.all(
        select(JournalEntry)
        .where(JournalEntry.name.in_(("claim_batch", "leave_picking")))
        .order_by(JournalEntry.id)
    )
    return [(row.name, row.station_id, json.loads(row.ids)) for row in rows]


def refused(house: House, actor: Actor, batch: int) -> Refusal:
    with pytest.raises(Refusal) as caught:
        house.store.write(claim_batch, actor, batch)
    return caught.value


def heard(house: House) -> list[Change]:
    changes: list[Change] = []
    house.store.listen(changes.append)
    return changes


def told(house: House) -> None:
    """Wait until the listeners have heard of the last operation: the next one begins after that."""
    house.store.write(lambda tx: (None, NOTHING))


def test_a_claim_is_told_once(house: House, carts: tuple[int, int]) -> None:
    changes = heard(house)
    house.store.write(claim_batch, house.picker, carts[0])
    house.store.write(claim_batch, house.picker, carts[0])
    told(house)
    assert holder(house, carts[0]) == house.picker.station
    assert journal(house) == [
        ("claim_batch", house.picker.station, {"batch": carts[0], "left": [], "taken_from": None})
    ]
    assert changes == [changed("waves", ids=[("batch", carts[0])])]


def test_a_cart_is_taken_from_another_only_when_that_is_meant(
    house: House, carts: tuple[int, int], other: Actor
) -> None:
    house.store.write(claim_batch, house.picker, carts[0])
    refusal = refused(house, other, carts[0])
    assert (refusal.code, refusal.facts) == ("batch_taken", {"station": "CART"})
    assert explain(refusal) == "CART is picking this cart: take it over or choose another"
    assert holder(house, carts[0]) == house.picker.station
    house.store.write(claim_batch, other, carts[0], take_over=True)
    assert holder(house, carts[0]) == other.station
    assert journal(house)[-1] == (
        "claim_batch", other.station, {"batch": carts[0], "left": [], "taken_from": house.picker.station},
    )  # fmt: skip


def test_who_takes_another_cart_gives_the_first_one_back(house: House, carts: tuple[int, int], other: Actor) -> None:
    house.store.write(claim_batch, house.picker, carts[0])
    changes = heard(house)
    house.store.write(claim_batch, house.picker, carts[1])
    told(house)
    assert (holder(house, carts[0]), holder(house, carts[1])) == (None, house.picker.station)
    assert changes[0].ids == {("batch", carts[0]), ("batch", carts[1])}
    assert journal(house)[-1][2] == {"batch": carts[1], "left": [carts[0]], "taken_from": None}
    house.store.write(claim_batch, other, carts[0])


def test_a_refused_claim_gives_nothing_back(house: House, carts: tuple[int, int], other: Actor) -> None:
    house.store.write(claim_batch, house.picker, carts[0])
    house.store.write(claim_batch, other, carts[1])
    assert refused(house, house.picker, carts[1]).code == "batch_taken"
    assert holder(house, carts[0]) == house.picker.station


def test_only_what_is_released_can_be_claimed(house: House, carts: tuple[int, int]) -> None:
    assert refused(house, house.picker, 99).code == "batch_not_released"
    house.order("TEA")
    wave = house.plan()
    (planned,) = house.all(select(Batch.id).where(Batch.wave_id == wave))
    assert refused(house, house.picker, planned).code == "batch_not_released"
    house.store.write(claim_batch, house.picker, carts[0])
    house.pick_all()
    refusal = refused(house, house.picker, carts[0])
    assert refusal.code == "batch_not_released"
    assert explain(refusal, "zh") == "这辆拣货车没有待拣任务：请另选一辆"
    assert holder(house, carts[0]) == house.picker.station  # who picked it is still told


def test_only_a_station_can_pick(house: House, carts: tuple[int, int]) -> None:
    nobody = Actor(None, None, Role.LEAD)
    assert refused(house, nobody, carts[0]).code == "station_unknown"
    with pytest.raises(Refusal, match="station_unknown"):
        house.store.write(leave_picking, nobody, carts[0])


def test_a_cart_that_is_left_is_free(house: House, carts: tuple[int, int], other: Actor) -> None:
    house.store.write(claim_batch, house.picker, carts[0])
    changes = heard(house)
    house.store.write(leave_picking, other, carts[0])  # not hers
    assert holder(house, carts[0]) == house.picker.station
    house.store.write(leave_picking, house.picker, carts[0])
    house.store.write(leave_picking, house.picker, carts[0])
    told(house)
    assert holder(house, carts[0]) is None
    assert [name for name, *_ in journal(house)] == ["claim_batch", "leave_picking"]
    assert changes == [changed("waves", ids=[("batch", carts[0])])]
    house.store.write(claim_batch, other, carts[0])


def test_a_finished_cart_keeps_who_picked_it(house: House, carts: tuple[int, int]) -> None:
    house.store.write(claim_batch, house.picker, carts[0])
    house.pick_all()
    house.store.write(leave_picking, house.picker, carts[0])
    assert holder(house, carts[0]) == house.picker.station
