"""What the packing page reads besides the table: the counts of a session, pictures, the problem shelf."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from app.domain.barcode import Kind, make_code
from app.domain.people import Role
from app.domain.states import OrderState
from app.queries.packing_extras import Tally, pictures, shelved, tally
from db.journal import ScanEvent
from db.orders import Order, SkuPicture
from db.places import Location, LocationKind, Operator
from db.store import Tx
from tests.factories import NOON, Hands, House

MIDNIGHT = NOON.replace(hour=0)


def counted(house: House, hands: Hands, midnight: datetime = MIDNIGHT - timedelta(days=9_000)) -> Tally:
    assert hands.actor.station is not None
    return house.store.read(tally, hands.actor.station, midnight)


def close(house: House, hands: Hands, *skus: str) -> int:
    order = house.picked(*skus)
    hands.scan(house.tote_of(order), *(f"{sku}-EAN" for sku in skus))
    house.printed()
    hands.scan(hands.square)
    return order


def at(house: House, minutes: list[float]) -> None:
    """Every close happened so many minutes after noon, and all else at noon."""

    def write(tx: Tx) -> None:
        events = tx.session.query(ScanEvent).order_by(ScanEvent.seq).all()
        left = iter(minutes)
        for event in events:
            event.at = NOON + timedelta(minutes=next(left) if event.code == "closed" else 0)

    house.write(write)


def test_a_new_bench_has_done_nothing(house: House) -> None:
    assert counted(house, Hands(house.store, "BENCH-1")) == Tally()


def test_orders_pieces_and_what_was_taken_back(house: House) -> None:
    hands = Hands(house.store, "BENCH-1")
    close(house, hands, "TEA", "CUP")
    order = house.picked(("TEA", 3), "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "TEA-EAN", "XXUNDO")
    found = counted(house, hands)
    assert (found.orders, found.pieces, found.pace, found.streak) == (1, 3, None, 3)
    other = Hands(house.store, "BENCH-2")
    assert counted(house, other) == Tally()


def test_a_streak_begins_anew_after_a_stop(house: House) -> None:
    hands = Hands(house.store, "BENCH-1")
    order = house.picked(("TEA", 3), "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "TEA-EAN", "whatever", "XXOK", "TEA-EAN")
    found = counted(house, hands)
    assert (found.pieces, found.streak) == (3, 1)


@pytest.mark.parametrize(
    ("minutes", "pace", "best"),
    [
        ([2, 4, 6], 30, 3),
        ([2, 4, 94], 13, 2),  # a break counts ten minutes at most: 2 + 2 + 10
        ([2, 61, 121], 8, 2),
    ],
)
def test_the_pace_leaves_breaks_out_and_the_best_hour_is_any_sixty_minutes(
    house: House, minutes: list[float], pace: int, best: int
) -> None:
    hands = Hands(house.store, "BENCH-1")
    for _ in range(3):
        close(house, hands, "TEA", "CUP")
    at(house, minutes)
    found = counted(house, hands, MIDNIGHT)
    assert (found.orders, found.pace, found.best) == (3, pace, best)


def test_a_session_begins_at_midnight_or_with_a_badge(house: House) -> None:
    hands = Hands(house.store, "BENCH-1")
    close(house, hands, "TEA", "CUP")
    assert counted(house, hands).orders == 1
    later = datetime.now(NOON.tzinfo) + timedelta(hours=1)
    assert counted(house, hands, later) == Tally()

    def hire(tx: Tx) -> int:
        row = Operator(name="Noor", role=Role.PACKER)
        tx.session.add(row)
        tx.session.flush()
        return row.id

    hands.scan(make_code(Kind.PERSON, house.write(hire)))
    assert counted(house, hands) == Tally()
    close(house, hands, "POT", "PAN")
    assert (counted(house, hands).orders, counted(house, hands).pieces) == (1, 2)


def test_only_skus_with_a_picture_have_one(house: House) -> None:
    house.stock("TEA", 1)
    house.stock("CUP", 1)
    house.write(
        lambda tx: tx.session.add(SkuPicture(sku_id=house.skus["TEA"], media="jpeg", content=b"tea", sha256="1"))
    )
    assert house.store.read(pictures, ["TEA", "CUP", "nothing"]) == {"TEA": b"tea"}
    assert house.store.read(pictures, []) == {}


def test_what_lies_on_the_problem_shelf_is_counted(house: House) -> None:
    house.stock("TEA", 5)
    first, second = house.order("TEA"), house.order("TEA")

    def shelve(tx: Tx) -> None:
        slot = Location(warehouse_id=house.warehouse, code="PS-01", kind=LocationKind.PROBLEM)
        tx.session.add(slot)
        tx.session.flush()
        for order, state in ((first, OrderState.PROBLEM), (second, OrderState.CANCELLED)):
            row = tx.session.get_one(Order, order)
            row.problem_location_id, row.state = slot.id, state

    house.write(shelve)
    assert house.store.read(shelved, house.warehouse) == 1
