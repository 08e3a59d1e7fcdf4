"""Long lists are paged by index, and the journal is found by the order, wave or print job that it is about."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SUBJECTS = ("order", "wave", "job")


def upgrade() -> None:
    for subject in SUBJECTS:
        op.add_column("journal", sa.Column(f"{subject}_id", sa.Integer(), nullable=True))
    _fill()
    for subject in SUBJECTS:
        op.create_index(f"ix_journal_{subject}_id", "journal", [f"{subject}_id"], unique=False)
    op.create_index("ix_journal_name", "journal", ["name", "at"], unique=False)

    op.drop_index("ix_orders_source_id", "orders")
    op.drop_index("ix_orders_state", "orders")
    for name in ("source_id", "ship_by", "country", "updated_at"):
        op.create_index(f"ix_orders_{name}", "orders", [name, "id", "state", "warehouse_id"], unique=False)
    op.create_index(
        "ix_orders_state", "orders", ["state", "ship_by", "id", "updated_at", "warehouse_id"], unique=False
    )
    op.create_index("ix_orders_recipient_name", "orders", ["recipient_name"], unique=False)

    op.drop_index("ix_print_jobs_state", "print_jobs")
    op.create_index("ix_print_jobs_state", "print_jobs", ["state", "queue", "id", "label_id"], unique=False)
    for name in ("created_at", "updated_at"):
        op.create_index(f"ix_print_jobs_{name}", "print_jobs", [name, "id", "state", "queue", "label_id"], unique=False)
    op.create_index(
        "ix_print_jobs_queue", "print_jobs", ["queue", "id", "state", "created_at", "label_id"], unique=False
    )

    op.create_index("ix_scan_events_code", "scan_events", ["code", "at", "station_id"], unique=False)
    op.create_index("ix_scan_events_order_line_id", "scan_events", ["order_line_id"], unique=False)


def _fill() -> None:
    """What the entries that are there are about, out of their JSON."""
    connection = op.get_bind()
    journal = sa.table("journal", sa.column("id"), sa.column("ids"), *(sa.column(f"{s}_id") for s in SUBJECTS))
    filled = [
        {"entry": entry, **{f"new_{subject}": found.get(subject) for subject in SUBJECTS}}
        for entry, ids in connection.execute(sa.select(journal.c.id, journal.c.ids)).all()
        if not set(SUBJECTS).isdisjoint(found := json.loads(ids))
    ]
    if filled:
        connection.execute(
            sa.update(journal)
            .where(journal.c.id == sa.bindparam("entry"))
            .values({f"{subject}_id": sa.bindparam(f"new_{subject}") for subject in SUBJECTS}),
            filled,
        )
