"""Orders are sorted by their pieces and found by names without accents; a bench counts what it closed by an index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.domain.folding import folded

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ROWS = 5_000  # names that are folded at a time


def upgrade() -> None:
    op.add_column("orders", sa.Column("pieces", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("orders", sa.Column("folded_name", sa.String(), nullable=False, server_default=""))
    _count()
    _fold()
    op.drop_index("ix_orders_recipient_name", "orders")
    op.create_index("ix_orders_pieces", "orders", ["pieces", "id", "state", "warehouse_id"], unique=False)
    op.create_index("ix_orders_folded_name", "orders", ["folded_name"], unique=False)
    op.create_index("ix_scan_events_station_id", "scan_events", ["station_id", "code", "seq"], unique=False)


def _count() -> None:
    orders = sa.table("orders", sa.column("id"), sa.column("pieces"))
    lines = sa.table("order_lines", sa.column("order_id"), sa.column("quantity"))
    pieces = sa.select(sa.func.coalesce(sa.func.sum(lines.c.quantity), 0)).where(lines.c.order_id == orders.c.id)
    op.get_bind().execute(sa.update(orders).values(pieces=pieces.scalar_subquery()))


def _fold() -> None:
    connection = op.get_bind()
    orders = sa.table("orders", sa.column("id"), sa.column("recipient_name"), sa.column("folded_name"))
    after = 0
    while rows := connection.execute(
        sa.select(orders.c.id, orders.c.recipient_name).where(orders.c.id > after).order_by(orders.c.id).limit(ROWS)
    ).all():
        connection.execute(
            sa.update(orders).where(orders.c.id == sa.bindparam("order")).values(folded_name=sa.bindparam("name")),
            [{"order": order_id, "name": folded(name)} for order_id, name in rows],
        )
        after = rows[-1][0]
