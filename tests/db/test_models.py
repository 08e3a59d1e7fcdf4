"""What the tables themselves refuse, and how moments and keys are stored."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, StatementError

from app.domain.states import OrderState
from db.models import metadata
from db.orders import Order, OrderLine
from db.parcels import Parcel, ParcelItem, Shipment
from db.places import Station
from db.stock import Stock
from db.store import Tx
from tests.factories import House, make_lot, make_order, make_sku, open_house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as house:
        yield house


def refused(house: House, *rows: Any) -> None:
    with pytest.raises(IntegrityError):
        house.write(lambda tx: tx.session.add_all(rows))


def test_stock_is_never_negative_nor_promised_twice(house: House) -> None:
    row = house.stock("TEA", 3)
    for values in ("allocated = 4", "on_hand = -1", "allocated = -1", "on_hand = 0, allocated = 1"):
        statement = text(f"UPDATE stock SET {values}")
        with pytest.raises(IntegrityError):
            house.write(lambda tx: tx.connection.execute(statement))  # noqa: B023 (called at once)
    assert (house.get(Stock, row).on_hand, house.get(Stock, row).allocated) == (3, 0)


def test_a_place_has_one_stock_row_for_each_lot_and_one_without(house: House) -> None:
    house.stock("TEA", 3)
    place, sku = house.locations["L-TEA"], house.skus["TEA"]
    lot = house.write(lambda tx: make_lot(tx, sku, "L1").id)
    house.write(lambda tx: tx.session.add(Stock(location_id=place, sku_id=sku, lot_id=lot)))
    refused(house, Stock(location_id=place, sku_id=sku))
    refused(house, Stock(location_id=place, sku_id=sku, lot_id=lot))


def test_an_order_is_unique_by_backend_shop_and_number(house: House) -> None:
    house.stock("TEA", 3)
    house.order("TEA", source_id="1")
    house.order("TEA", source_id="1", shop="other")
    with pytest.raises(IntegrityError):
        house.order("TEA", source_id="1")


def test_one_parcel_on_a_table_at_a_time(house: House) -> None:
    house.stock("TEA", 3)
    order = house.order("TEA")
    shipment = house.write(lambda tx: _id(tx, Shipment(order_id=order, created_at=tx.at)))
    station = house.one(text("SELECT id FROM stations"))
    now = datetime.now(UTC)

    def parcel(code: str, at: int | None) -> Parcel:
        return Parcel(code=code, shipment_id=shipment, order_id=order, opened_at=now, station_id=at)

    house.write(lambda tx: tx.session.add_all([parcel("A", station), parcel("B", None), parcel("C", None)]))
    refused(house, parcel("D", station))


def _id(tx: Tx, row: Any) -> int:
    tx.session.add(row)
    tx.session.flush()
    return int(row.id)


def test_quantities_are_positive(house: House) -> None:
    house.stock("TEA", 3)
    order = house.order("TEA")
    refused(house, OrderLine(order_id=order, position=2, sku_id=house.skus["TEA"], quantity=0))
    refused(house, ParcelItem(parcel_id=1, order_line_id=1, quantity=-1))


def test_links_to_nothing_are_refused(house: House) -> None:
    refused(house, OrderLine(order_id=999, position=1, sku_id=999, quantity=1))


def test_moments_are_stored_in_utc_and_come_back_so(house: House) -> None:
    house.stock("TEA", 1)
    shanghai = timezone(timedelta(hours=8))
    order = house.order("TEA", ship_by=datetime(2026, 3, 2, 1, 30, 0, 123456, tzinfo=shanghai))
    stored = house.one(text("SELECT ship_by FROM orders"))
    assert stored == "2026-03-01 17:30:00.123456"
    found = house.get(Order, order).ship_by
    assert found == datetime(2026, 3, 1, 17, 30, 0, 123456, tzinfo=UTC)
    assert found is not None
    assert found.tzinfo is UTC
    with pytest.raises(StatementError, match="time zone"):
        house.order("TEA", ship_by=datetime(2026, 3, 2))  # noqa: DTZ001 (it must be refused)


def test_states_are_stored_as_their_words_and_nothing_else_is_read(house: House) -> None:
    house.stock("TEA", 1)
    order = house.order("TEA", state=OrderState.PROBLEM)
    assert house.one(text("SELECT state FROM orders")) == "problem"
    house.write(lambda tx: tx.connection.execute(text("UPDATE orders SET state = 'nonsense'")))
    with pytest.raises(LookupError):
        house.get(Order, order)


def test_keys_that_leave_the_process_sort_by_the_time_of_their_making(house: House) -> None:
    house.stock("TEA", 1)
    orders = [house.get(Order, house.order("TEA")).uuid for _ in range(3)]
    assert orders == sorted(orders)
    assert {key.version for key in orders} == {7}


def test_every_link_has_an_index_or_a_small_table_behind_it() -> None:
    """A foreign key without an index is a full scan of its table whenever its other end is asked for."""
    asked = {
        ("order_lines", "order_id"), ("parcels", "order_id"), ("parcel_items", "parcel_id"), ("labels", "parcel_id"),
        ("print_jobs", "label_id"), ("print_attempts", "job_id"), ("stock_moves", "stock_id"), ("stock", "sku_id"),
        ("allocations", "order_line_id"), ("allocations", "stock_id"), ("batch_orders", "batch_id"),
        ("batch_orders", "tote_id"), ("pick_tasks", "batch_id"), ("pick_tasks", "order_line_id"),
        ("scan_events", "parcel_id"), ("scan_events", "order_id"), ("scan_events", "station_id"),
        ("sku_barcodes", "sku_id"), ("batches", "wave_id"), ("order_lines", "sku_id"), ("shipments", "order_id"),
    }  # fmt: skip
    found = set()
    for table in metadata.tables.values():
        for index in table.indexes:
            found.add((table.name, next(iter(index.columns)).name))
        for constraint in table.constraints:
            columns = list(getattr(constraint, "columns", []))
            if columns and type(constraint).__name__ in ("UniqueConstraint", "PrimaryKeyConstraint"):
                found.add((table.name, columns[0].name))
    assert asked <= found, sorted(asked - found)


def test_a_station_remembers_nothing_at_first(house: House) -> None:
    made = house.get(Station, house.picker.station)
    assert (made.latch, made.question, made.question_scan, made.tote_id, made.last_seq) == (None, None, None, None, 0)


def test_a_rows_own_version_begins_at_one(house: House) -> None:
    sku = house.write(lambda tx: make_sku(tx, "X").version)
    order = house.write(lambda tx: make_order(tx, house.warehouse, []).version)
    assert (sku, order) == (1, 1)
