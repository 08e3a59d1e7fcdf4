"""Labels of carriers, label batches, pools of numbers, manifests; what customs and documents ask of SKUs and orders."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from db.base import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TEXTS = {
    "skus": ("hs_code", "origin", "customs_description", "value_currency", "battery", "restricted"),
    "orders": (
        "language", "carrier", "currency", "gift_message", "incoterm", "ioss", "recipient_vat", "recipient_eori",
    ),
    "warehouses": ("eori", "vat", "ioss", "phone"),
    "labels": ("carrier",),
}  # fmt: skip
# SQLite adds a column with its foreign key, and a constraint to a table that is there not at all: no batch recreate
REFERENCES = {
    "labels": (("file_id", "label_files"), ("manifest_id", "manifests")),
    "print_jobs": (("order_id", "orders"), ("label_batch_id", "label_batches")),
}


def upgrade() -> None:
    _tables()
    for table, names in TEXTS.items():
        for name in names:
            op.add_column(table, sa.Column(name, sa.String(), nullable=False, server_default=""))
    op.add_column("skus", sa.Column("value_minor", sa.Integer(), nullable=True))
    op.add_column("orders", sa.Column("freight_minor", sa.Integer(), nullable=True))
    op.add_column("orders", sa.Column("hide_prices", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("order_lines", sa.Column("price_minor", sa.Integer(), nullable=True))
    op.add_column("labels", sa.Column("void_by", UtcDateTime(), nullable=True))
    op.add_column("labels", sa.Column("voided_at", UtcDateTime(), nullable=True))
    op.add_column("labels", sa.Column("void_reason", sa.String(), nullable=True))
    op.add_column("print_jobs", sa.Column("marked", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("print_jobs", sa.Column("document", sa.String(), nullable=True))
    op.add_column("print_queues", sa.Column("language", sa.String(), nullable=False, server_default="zpl"))
    op.add_column("print_queues", sa.Column("dpi", sa.Integer(), nullable=False, server_default="203"))
    op.add_column("print_queues", sa.Column("width_mm", sa.Integer(), nullable=True))
    op.add_column("print_queues", sa.Column("height_mm", sa.Integer(), nullable=True))
    for table, columns in REFERENCES.items():
        for name, other in columns:
            op.execute(
                f"ALTER TABLE {table} ADD COLUMN {name} INTEGER CONSTRAINT fk_{table}_{name} REFERENCES {other} (id)"
            )
    op.create_index("ix_labels_carrier", "labels", ["carrier", "manifest_id"], unique=False)
    op.create_index("ix_print_jobs_label_batch_id", "print_jobs", ["label_batch_id", "state"], unique=False)
    op.create_index("ix_print_jobs_order_id", "print_jobs", ["order_id"], unique=False)
    _label_batch_orders()


def _tables() -> None:
    op.create_table(
        "sku_pictures",
        sa.Column("sku_id", sa.Integer(), nullable=False),
        sa.Column("media", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["sku_id"], ["skus.id"], name=op.f("fk_sku_pictures_sku_id")),
        sa.PrimaryKeyConstraint("sku_id", name=op.f("pk_sku_pictures")),
    )
    op.create_table(
        "label_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("media", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("dpi", sa.Integer(), nullable=True),
        sa.Column("width_mm", sa.Integer(), nullable=True),
        sa.Column("height_mm", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_files")),
        sa.UniqueConstraint("sha256", name=op.f("uq_label_files_sha256")),
        sa.UniqueConstraint("uuid", name=op.f("uq_label_files_uuid")),
    )
    op.create_table(
        "manifests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("warehouse_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("carrier", sa.String(), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name=op.f("fk_manifests_operator_id")),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouses.id"], name=op.f("fk_manifests_warehouse_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manifests")),
        sa.UniqueConstraint("uuid", name=op.f("uq_manifests_uuid")),
        sa.UniqueConstraint("warehouse_id", "number", name=op.f("uq_manifests_warehouse_id_number")),
    )
    op.create_table(
        "number_pools",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("carrier", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("form", sa.String(length=32), nullable=False),
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("next", sa.BigInteger(), nullable=False),
        sa.Column("low_water", sa.Integer(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_pools")),
    )
    op.create_index("ix_number_pools_carrier", "number_pools", ["carrier", "service"], unique=False)
    op.create_table(
        "issued_numbers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("pool_id", sa.Integer(), nullable=False),
        sa.Column("issued_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["pool_id"], ["number_pools.id"], name=op.f("fk_issued_numbers_pool_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issued_numbers")),
        sa.UniqueConstraint("number", name=op.f("uq_issued_numbers_number")),
    )
    op.create_index("ix_issued_numbers_pool_id", "issued_numbers", ["pool_id", "issued_at"], unique=False)
    op.create_table(
        "label_batches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("warehouse_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("sequence", sa.String(), nullable=False),
        sa.Column("separators", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name=op.f("fk_label_batches_operator_id")),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouses.id"], name=op.f("fk_label_batches_warehouse_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_batches")),
        sa.UniqueConstraint("uuid", name=op.f("uq_label_batches_uuid")),
        sa.UniqueConstraint("warehouse_id", "number", name=op.f("uq_label_batches_warehouse_id_number")),
    )
    op.create_index("ix_label_batches_state", "label_batches", ["state"], unique=False)


def _label_batch_orders() -> None:
    op.create_table(
        "label_batch_orders",
        sa.Column("label_batch_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("group", sa.String(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("field", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["label_batch_id"], ["label_batches.id"], name=op.f("fk_label_batch_orders_label_batch_id")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_label_batch_orders_order_id")),
        sa.ForeignKeyConstraint(["job_id"], ["print_jobs.id"], name=op.f("fk_label_batch_orders_job_id")),
        sa.PrimaryKeyConstraint("label_batch_id", "order_id", name=op.f("pk_label_batch_orders")),
        sa.UniqueConstraint(
            "label_batch_id", "position", name=op.f("uq_label_batch_orders_label_batch_id_position")
        ),
    )
    op.create_index("ix_label_batch_orders_order_id", "label_batch_orders", ["order_id"], unique=False)
    op.create_index("ix_label_batch_orders_job_id", "label_batch_orders", ["job_id"], unique=False)
