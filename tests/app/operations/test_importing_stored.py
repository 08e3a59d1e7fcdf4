"""What is stored of an order to sort and find by never says anything else than its lines and its buyer's name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.sync.files import import_file
from db.orders import Order, OrderLine
from tests.books import check_orders
from tests.factories import House, open_house
from tests.intake import order_row, write_csv

ORDERS = ("1", "2", "3")
LINE = st.tuples(st.sampled_from(("TEA", "CUP", "MUG")), st.integers(1, 4))
RECORD = st.fixed_dictionaries({
    "lines": st.lists(LINE, min_size=1, max_size=4),
    "name": st.sampled_from(("Ada", "Jürgen Müßig", "O'Neil", "王小明")),
    "status": st.sampled_from(("open", "open", "open", "cancelled")),
})  # fmt: skip
FILES = st.lists(st.dictionaries(st.sampled_from(ORDERS), RECORD, min_size=1), min_size=1, max_size=4)


def _rows(file: dict[str, Any]) -> list[dict[str, object]]:
    return [
        order_row(order, sku, pieces, recipient_name=record["name"], status=record["status"])
        for order, record in file.items()
        for sku, pieces in record["lines"]
    ]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=FILES)
def test_pieces_and_names_follow_every_file(tmp_path_factory: pytest.TempPathFactory, files: list[Any]) -> None:
    folder = tmp_path_factory.mktemp("stored")
    with open_house(folder) as house:
        for number, file in enumerate(files):
            import_file(house.store, write_csv(folder / f"{number}.csv", _rows(file)))
            house.store.read(check_orders)


def _pieces(session: Session) -> dict[str, tuple[int, int]]:
    counted = select(func.sum(OrderLine.quantity)).where(OrderLine.order_id == Order.id).scalar_subquery()
    rows = session.execute(select(Order.source_id, Order.pieces, counted))
    return {number: (stored, lines) for number, stored, lines in rows}


def test_a_refused_change_leaves_both_as_they_were(house: House, tmp_path: Path) -> None:
    import_file(house.store, write_csv(tmp_path / "1.csv", [order_row("1", "TEA", 2), order_row("2", "TEA", 1)]))
    house.write(lambda tx: setattr(tx.session.get_one(Order, 1), "state", "picked"))
    later = [order_row("1", "TEA", 9, recipient_name="Grace"), order_row("2", "TEA", 4), order_row("2", "CUP", 3)]
    import_file(house.store, write_csv(tmp_path / "2.csv", later))
    assert house.store.read(_pieces) == {"1": (2, 2), "2": (7, 7)}
    house.store.read(check_orders)


def test_a_name_that_is_assigned_is_folded(house: House) -> None:
    house.stock("TEA", 1)
    order = house.order("TEA")
    house.write(lambda tx: setattr(tx.session.get_one(Order, order), "recipient_name", "Zoë"))
    assert house.get(Order, order).folded_name == " zoe"
