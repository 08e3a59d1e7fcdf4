"""The upgrade that stores what orders are sorted and found by: every order of before has it afterwards."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text

from app.domain.folding import folded
from db import migrate
from db.engine import open_engine, parse_url

ORDERS = 5_010  # more than are folded at a time
NAMES = ("Ada Lovelace", "Jürgen Müßig", "王小明", "", "O'Neil")
FILL = f"""
    INSERT INTO warehouses VALUES (1, 'MAIN', 'Main', 'UTC', '', '', 0, 0, 0, 4, 0, 0);
    INSERT INTO backends (id, code) VALUES (1, 'file');
    INSERT INTO shops (id, backend_id, code, channel) VALUES (1, 1, 'web', '');
    INSERT INTO skus (id, code, name, version) VALUES (1, 'TEA', 'Tea', 1);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ORDERS})
    INSERT INTO orders (
        id, uuid, warehouse_id, backend_id, shop_id, source_id, payload, fingerprint, state, missing, service,
        recipient_name, recipient_phone, street, postcode, city, region, country, version, created_at, updated_at
    ) SELECT i, i, 1, 1, 1, i, '', '', 'ready', '', '', '', '', '', '', '', '', '', 1, '2026-03-01', '2026-03-01'
    FROM n;
    INSERT INTO order_lines (order_id, position, sku_id, quantity) SELECT id, 1, 1, 1 + id % 3 FROM orders;
    INSERT INTO order_lines (order_id, position, sku_id, quantity) SELECT id, 2, 1, 5 FROM orders WHERE id % 2 = 0;
    DELETE FROM order_lines WHERE order_id = 7
"""


def test_pieces_are_counted_and_names_folded_for_every_order_that_is_there(tmp_path: Path) -> None:
    engine = open_engine(parse_url(str(tmp_path / "a.db")), writer=True)
    migrate.upgrade(engine, "0002")
    with engine.begin() as connection:
        columns = {row[1] for row in connection.exec_driver_sql("PRAGMA table_info(orders)")}
        assert not columns & {"pieces", "folded_name"}
        for statement in FILL.split(";"):
            connection.exec_driver_sql(statement)
        for number, name in enumerate(NAMES):
            named = text(f"UPDATE orders SET recipient_name = :name WHERE id % {len(NAMES)} = :number")
            connection.execute(named, {"name": name, "number": number})
    migrate.upgrade(engine, "0003")
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT id, pieces, recipient_name, folded_name FROM orders ORDER BY id")
        ).all()
        indexes = {row[1] for row in connection.exec_driver_sql("PRAGMA index_list(orders)")}
    assert len(rows) == ORDERS
    for order, pieces, name, found_by in rows:
        assert pieces == (0 if order == 7 else 1 + order % 3 + (5 if order % 2 == 0 else 0))
        assert found_by == folded(name)
    assert {name for _, _, name, _ in rows} == set(NAMES)
    assert {"ix_orders_pieces", "ix_orders_folded_name"} <= indexes
    assert "ix_orders_recipient_name" not in indexes
    engine.dispose()
