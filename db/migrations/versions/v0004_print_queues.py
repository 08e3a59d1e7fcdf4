"""A queue of print jobs can be paused."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from db.base import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "print_queues",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("paused_at", UtcDateTime(), nullable=True),
        sa.Column("paused_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["paused_by"], ["operators.id"], name=op.f("fk_print_queues_paused_by")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_print_queues")),
    )
