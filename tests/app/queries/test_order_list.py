"""The list of orders: who is let through, in which order, and that no page is reached by reading all rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import timedelta
from typing import Any

import pytest

from app.domain.barcode import make_label_code
from app.domain.states import OrderState
from app.operations.orders import request_cancel
from app.queries.desk_view import order_totals
from app.queries.order_list import STATES, OrderFilter, OrderGroup, OrderRow, OrderSort, order_page, order_total
from db.orders import Shop
from tests.app.queries.walks import plans
from tests.factories import LEAD, NOON, Hands, HeldClock, House, make_order, make_warehouse

HOUR = timedelta(hours=1)
ALL = OrderFilter()


def page(house: House, filter: OrderFilter = ALL, **how: Any) -> tuple[OrderRow, ...]:
    return house.store.read(order_page, filter=filter, **how)


def numbers(house: House, filter: OrderFilter = ALL, **how: Any) -> list[str]:
    found = [row.source_id for row in page(house, filter, **how)]
    if not how:
        assert house.store.read(order_total, filter) == len(found)
    return found


def found_by(house: House, text: str) -> Sequence[str]:
    return sorted(numbers(house, OrderFilter(text=text)))


@pytest.fixture
def five(house: House, clock: HeldClock) -> House:
    """Five orders that differ in everything that can be sorted by."""
    house.stock("TEA", 99)
    for number, state, country, ship_by, pieces in (
        ("C-1", OrderState.READY, "FR", 3, 2),
        ("B-2", OrderState.SHIPPED, "DE", None, 5),
        ("E-3", OrderState.PROBLEM, "GB", 1, 1),
        ("A-4", OrderState.READY, "DE", 2, 4),
        ("D-5", OrderState.INCOMPLETE, "ES", None, 3),
    ):
        clock.pass_(60)
        house.order(
            ("TEA", pieces), source_id=number, state=state, country=country,
            ship_by=None if ship_by is None else NOON + ship_by * HOUR,
        )  # fmt: skip
    return house


@pytest.mark.parametrize(
    ("sort", "ascending"),
    [
        ("number", "A-4 B-2 C-1 D-5 E-3"),
        ("state", "E-3 D-5 A-4 C-1 B-2"),
        ("ship_by", "E-3 A-4 C-1 B-2 D-5"),
        ("country", "B-2 A-4 D-5 C-1 E-3"),
        ("updated", "C-1 B-2 E-3 A-4 D-5"),
        ("pieces", "E-3 C-1 D-5 A-4 B-2"),
    ],
)
def test_each_way_to_sort(five: House, sort: str, ascending: str) -> None:
    wanted = ascending.split()
    assert numbers(five, sort=sort) == wanted
    backwards = wanted[::-1]
    if sort == "ship_by":  # those without a moment stay at the end
        backwards = [*backwards[2:], *backwards[:2]]
    assert numbers(five, sort=sort, descending=True) == backwards
    for offset in range(6):
        assert numbers(five, sort=sort, offset=offset, limit=2) == wanted[offset : offset + 2]
        assert numbers(five, sort=sort, descending=True, offset=offset, limit=3) == backwards[offset : offset + 3]


def test_every_state_has_its_place_and_every_sort_its_index() -> None:
    assert set(STATES) == set(OrderState)
    with pytest.raises(ValueError, match="weight"):
        order_page(None, filter=ALL, sort="weight")  # type: ignore[arg-type]


def test_states_and_groups_of_states(five: House) -> None:
    assert numbers(five, OrderFilter(state=OrderState.READY)) == ["A-4", "C-1"]
    assert sorted(numbers(five, OrderFilter(group=OrderGroup.OPEN))) == ["A-4", "C-1", "D-5", "E-3"]
    assert sorted(numbers(five, OrderFilter(group=OrderGroup.STUCK))) == ["D-5", "E-3"]
    assert numbers(five, OrderFilter(group=OrderGroup.WORK)) == []
    five.order("TEA", source_id="F-6", state=OrderState.PACKING)
    assert numbers(five, OrderFilter(group=OrderGroup.WORK)) == ["F-6"]
    assert numbers(five, OrderFilter(group=OrderGroup.OPEN), sort="state", offset=3, limit=9) == ["C-1", "F-6"]


def test_a_warehouse_sees_its_own_orders(five: House) -> None:
    other = five.write(lambda tx: make_warehouse(tx, code="SECOND").id)
    five.write(lambda tx: make_order(tx, other, [(five.skus["TEA"], 1)], source_id="X-1").id)
    for sort in OrderSort:
        assert numbers(five, OrderFilter(warehouse_id=other), sort=sort) == ["X-1"]
        assert len(numbers(five, OrderFilter(warehouse_id=five.warehouse), sort=sort)) == 5
    assert five.store.read(order_total, OrderFilter(warehouse_id=other)) == 1
    assert five.store.read(order_total, OrderFilter(warehouse_id=other, group=OrderGroup.STUCK)) == 0


def test_what_a_row_says(house: House, clock: HeldClock, hands: Hands) -> None:
    order = house.picked(("TEA", 2), "CUP", ship_by=NOON + HOUR, country="ES", source_id="AE-1")
    house.write(lambda tx: setattr(tx.session.get_one(Shop, 1), "channel", "AliExpress"))
    clock.pass_(60)
    house.store.write(request_cancel, LEAD, order, "buyer asked")
    (row,) = page(house)
    assert row == OrderRow(
        order, "AE-1", "shop", "AliExpress", "ES", OrderState.PICKED, "", "buyer asked", 3, 2, NOON + HOUR,
        clock.now(), house.tote_of(order), 1, True,
    )  # fmt: skip
    assert hands.scan("AE-1") == "order_cancelled"
    (row,) = page(house)
    assert (row.state, row.tote, row.wave) == (OrderState.CANCELLED, house.tote_of(order), 1)


def test_goods_that_left_their_tote_are_in_none(house: House, hands: Hands) -> None:
    order = house.picked("TEA")
    hands.scan(house.source_id(order), "TEA-EAN")
    house.printed()
    hands.scan(hands.square)
    (row,) = page(house)
    assert (row.state, row.tote, row.wave, row.cancel_requested) == (OrderState.SHIPPED, None, 1, False)


def test_nothing_of_the_buyer_is_in_the_list(five: House) -> None:
    shown = repr(page(five))
    assert not [word for word in ("Ada", "Lovelace", "St James", "SW1Y", "London") if word in shown]
    assert not {field.name for field in fields(OrderRow)} & {"recipient_name", "recipient_phone", "street", "payload"}


def test_text_finds_an_order_by_whatever_somebody_has_in_hand(house: House, hands: Hands) -> None:
    house.stock("TEA", 9)
    house.stock("TEA-XL", 9)
    house.order("TEA", source_id="AE-10", recipient_name="Grace Hopper")
    house.order("TEA-XL", source_id="AE-11", recipient_name="Adam Grant")
    packed = house.picked("CUP", source_id="SH-77", recipient_name="王 小明")
    hands.scan("SH-77", "CUP-EAN")
    tracking, parcel = hands.parcel.tracking, hands.parcel.code
    assert tracking is not None
    assert found_by(house, "AE-1") == ["AE-10", "AE-11"]
    assert found_by(house, " AE-10 ") == ["AE-10"]
    assert found_by(house, "E-1") == ["AE-10", "AE-11"]
    assert found_by(house, "E-") == []  # a part too short to tell anything
    assert found_by(house, "hop") == ["AE-10"]
    assert found_by(house, "GRA") == ["AE-10", "AE-11"]
    assert found_by(house, "grânt adam") == ["AE-11"]
    assert found_by(house, "opper") == []
    assert found_by(house, "王") == ["SH-77"]
    assert found_by(house, tracking) == ["SH-77"]
    spaced = f"{tracking[:2]} {tracking[2:5]} {tracking[5:8]}".lower()
    assert found_by(house, spaced) == ["SH-77"]
    assert found_by(house, parcel.lower()) == ["SH-77"]
    assert found_by(house, make_label_code(parcel, 7)) == ["SH-77"]
    assert "SH-77" in found_by(house, house.tote_of(packed))
    assert found_by(house, "CUP") == ["SH-77"]
    house.printed()
    hands.scan(hands.square)
    assert "SH-77" not in found_by(house, house.tote_of(packed))  # the tote is free for others
    assert found_by(house, "TEA") == ["AE-10", "AE-11"]
    assert found_by(house, "TEA-X") == ["AE-11"]
    assert found_by(house, "%") == []
    assert found_by(house, "_") == []
    assert found_by(house, "/") == []


@pytest.mark.parametrize("sort", list(OrderSort))
def test_text_and_state_and_sort_go_together(five: House, sort: str) -> None:
    filter = OrderFilter(text="lovelace", group=OrderGroup.OPEN, warehouse_id=five.warehouse)
    without = OrderFilter(group=OrderGroup.OPEN, warehouse_id=five.warehouse)
    assert numbers(five, filter, sort=sort) == numbers(five, without, sort=sort)
    assert five.store.read(order_total, filter) == 4
    assert numbers(five, OrderFilter(text="A-4", state=OrderState.SHIPPED), sort=sort) == []


@pytest.mark.parametrize("text", ["", "lovelace", "A-4"])
def test_the_totals_of_the_tabs_are_those_of_their_lists(five: House, text: str) -> None:
    filters = {state.value: OrderFilter(state=state, text=text) for state in OrderState}
    filters |= {group.value: OrderFilter(group=group, text=text, warehouse_id=five.warehouse) for group in OrderGroup}
    wanted = {name: len(page(five, filter)) for name, filter in filters.items()}
    assert five.store.read(order_totals, filters) == wanted
    # what differs in states alone is counted once: here with and without a warehouse
    assert len(plans(five, order_totals, filters)) == 2


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", list(OrderSort))
@pytest.mark.parametrize(
    "narrow",
    [{}, {"warehouse_id": 1}, {"warehouse_id": 1, "group": OrderGroup.OPEN}, {"state": OrderState.READY},
     {"text": "A-4"}, {"text": "ada", "warehouse_id": 1}],
    ids=["all", "warehouse", "open", "ready", "number", "name"],
)
def test_a_page_is_reached_by_an_index_alone(
    five: House, sort: str, descending: bool, narrow: dict[str, Any]
) -> None:
    *walks, rows = plans(
        five, order_page, filter=OrderFilter(**narrow), sort=sort, descending=descending, offset=1, limit=1
    )
    for walk in walks:
        assert " USING COVERING INDEX ix_orders_" in walk[0]
        assert "USE TEMP B-TREE FOR ORDER BY" not in walk
    assert rows[0] == "SEARCH orders USING INTEGER PRIMARY KEY (rowid=?)"
