"""Promises of stock: never more than there is, whole orders only, first expiring first."""

from __future__ import annotations

from collections import Counter
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from app.domain.allocation import Need, Shelf, StockRow, Take

SKUS = st.integers(1, 3)
STOCK = st.lists(st.tuples(SKUS, st.integers(0, 6), st.none() | st.integers(1, 5)), max_size=8).map(
    lambda rows: [
        StockRow(number, 100 + number, sku, pieces, None if day is None else date(2026, 1, day))
        for number, (sku, pieces, day) in enumerate(rows, 1)
    ]
)
ORDERS = st.lists(st.lists(st.tuples(SKUS, st.integers(1, 5)), min_size=1, max_size=4), max_size=6)


@given(STOCK, ORDERS)
def test_never_more_than_there_is_and_whole_orders_only(
    stock: list[StockRow], orders: list[list[tuple[int, int]]]
) -> None:
    shelf = Shelf(stock)
    free = {row.stock_id: row.available for row in stock}
    rows = {row.stock_id: row for row in stock}
    for wanted in orders:
        needs = [Need(line, sku, pieces) for line, (sku, pieces) in enumerate(wanted)]
        could = shelf.can_allocate(needs)
        takes = shelf.allocate(needs)
        enough = all(
            sum(free[row.stock_id] for row in stock if row.sku_id == sku)
            >= sum(pieces for s, pieces in wanted if s == sku)
            for sku, _ in wanted
        )
        assert (takes is not None) is enough is could
        if takes is None:
            continue
        given_to: Counter[int] = Counter()
        for take in takes:
            assert take.quantity > 0
            assert (take.location_id, take.sku_id) == (rows[take.stock_id].location_id, rows[take.stock_id].sku_id)
            assert take.sku_id == needs[take.line_id].sku_id
            given_to[take.line_id] += take.quantity
            free[take.stock_id] -= take.quantity
        assert given_to == {need.line_id: need.quantity for need in needs}
        assert min(free.values()) >= 0


def test_what_expires_first_goes_first() -> None:
    late, soon, never = (
        StockRow(1, 1, 1, 5, date(2027, 1, 1)), StockRow(2, 2, 1, 1, date(2026, 1, 1)), StockRow(3, 3, 1, 9),
    )  # fmt: skip
    assert Shelf([never, late, soon]).allocate([Need(1, 1, 3)]) == (Take(1, 2, 2, 1, 1), Take(1, 1, 1, 1, 2))


def test_one_location_that_has_it_all_comes_before_several() -> None:
    shelf = Shelf([StockRow(1, 1, 1, 2), StockRow(2, 2, 1, 3)])
    assert shelf.allocate([Need(1, 1, 3)]) == (Take(1, 2, 2, 1, 3),)
    assert shelf.allocate([Need(2, 1, 2)]) == (Take(2, 1, 1, 1, 2),)


def test_an_order_that_cannot_be_served_leaves_nothing_promised() -> None:
    shelf = Shelf([StockRow(1, 1, 1, 2), StockRow(2, 2, 2, 1)])
    assert shelf.allocate([Need(1, 1, 2), Need(2, 2, 2)]) is None
    assert shelf.allocate([Need(3, 1, 2), Need(4, 2, 1)]) is not None
