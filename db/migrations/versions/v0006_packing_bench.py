"""The packing bench: what is captured and needed of parcels, kits, cartons, inserts, rules and policies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from db.base import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# SQLite adds a column with its foreign key, and a constraint to a table that is there not at all: no batch recreate
REFERENCES = (
    ("order_lines", "kit_sku_id", "skus"),
    ("orders", "split_from_id", "orders"),
    ("orders", "problem_location_id", "locations"),
    ("parcels", "carton_id", "cartons"),
    ("parcels", "check_operator_id", "operators"),
    ("parcels", "packer_id", "operators"),
    ("parcels", "series_of_id", "parcels"),
)


def upgrade() -> None:
    _rules()
    _parcels()
    op.add_column("labels", sa.Column("address_version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("operators", sa.Column("group", sa.String(), server_default="", nullable=False))
    op.add_column("operators", sa.Column("language", sa.String(), server_default="", nullable=False))
    op.add_column("operators", sa.Column("large_text", sa.Boolean(), nullable=True))
    op.add_column("order_lines", sa.Column("backordered", sa.Integer(), server_default="0", nullable=False))
    op.add_column("order_lines", sa.Column("kit_number", sa.Integer(), nullable=True))
    op.add_column("order_lines", sa.Column("per_kit", sa.Integer(), nullable=True))
    op.add_column("orders", sa.Column("buyer_message", sa.String(), server_default="", nullable=False))
    op.add_column("orders", sa.Column("vip", sa.String(), server_default="", nullable=False))
    op.add_column("orders", sa.Column("first_order", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("orders", sa.Column("allow_split", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("orders", sa.Column("allow_substitutes", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("orders", sa.Column("address_version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("parcel_items", sa.Column("checked", sa.Integer(), server_default="0", nullable=False))
    op.add_column("parcels", sa.Column("number", sa.Integer(), server_default="1", nullable=False))
    op.add_column("parcels", sa.Column("sealed", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("parcels", sa.Column("carton_skipped", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("parcels", sa.Column("papers_due", sa.String(), nullable=True))
    op.add_column("parcels", sa.Column("weighed_g", sa.Integer(), nullable=True))
    op.add_column("parcels", sa.Column("weighed_at", UtcDateTime(), nullable=True))
    op.add_column("parcels", sa.Column("weight_overridden", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("parcels", sa.Column("note_confirmed_at", UtcDateTime(), nullable=True))
    op.add_column("parcels", sa.Column("check_needed", sa.Boolean(), nullable=True))
    op.add_column("parcels", sa.Column("checked_at", UtcDateTime(), nullable=True))
    op.add_column("parcels", sa.Column("address_version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("parcels", sa.Column("handed_over_at", UtcDateTime(), nullable=True))
    op.add_column("skus", sa.Column("handling_class", sa.String(), server_default="", nullable=False))
    op.add_column("skus", sa.Column("captures", sa.String(), server_default="", nullable=False))
    op.add_column("skus", sa.Column("min_shelf_days", sa.Integer(), nullable=True))
    op.add_column("skus", sa.Column("kit_mode", sa.String(), server_default="", nullable=False))
    op.add_column("stations", sa.Column("pending", sa.String(), nullable=True))
    op.add_column("stations", sa.Column("active_at", UtcDateTime(), nullable=True))
    for table, name, other in REFERENCES:
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN {name} INTEGER CONSTRAINT fk_{table}_{name} REFERENCES {other} (id)"
        )
    op.create_index("ix_orders_problem_location_id", "orders", ["problem_location_id"], unique=False)
    op.create_index("ix_orders_split_from_id", "orders", ["split_from_id"], unique=False)
    op.create_index("ix_parcels_series_of_id", "parcels", ["series_of_id"], unique=False)
    op.create_index("ix_parcels_packer_id", "parcels", ["packer_id", "state"], unique=False)
    op.create_index(
        "ix_parcels_papers_due", "parcels", ["papers_due"], unique=False,
        sqlite_where=sa.text("papers_due is not null"), postgresql_where=sa.text("papers_due is not null"),
    )


def _rules() -> None:
    op.create_table(
        "packing_policies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("handling_class", sa.String(), nullable=False),
        sa.Column("operator_group", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_packing_policies")),
        sa.UniqueConstraint(
            "handling_class", "operator_group", "act",
            name=op.f("uq_packing_policies_handling_class_operator_group_act"),
        ),
    )
    op.create_table(
        "cartons",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("warehouse_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), server_default="", nullable=False),
        sa.Column("length_mm", sa.Integer(), nullable=False),
        sa.Column("width_mm", sa.Integer(), nullable=False),
        sa.Column("height_mm", sa.Integer(), nullable=False),
        sa.Column("weight_g", sa.Integer(), server_default="0", nullable=False),
        sa.Column("max_weight_g", sa.Integer(), nullable=True),
        sa.Column("cost_minor", sa.Integer(), server_default="0", nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.CheckConstraint("length_mm > 0", name=op.f("ck_cartons_length")),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouses.id"], name=op.f("fk_cartons_warehouse_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cartons")),
        sa.UniqueConstraint("warehouse_id", "code", name=op.f("uq_cartons_warehouse_id_code")),
    )
    op.create_table(
        "insert_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("warehouse_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("barcode", sa.String(), server_default="", nullable=False),
        sa.Column("may_tick", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("first_order", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("channel", sa.String(), server_default="", nullable=False),
        sa.Column("country", sa.String(), server_default="", nullable=False),
        sa.Column("sku_id", sa.Integer(), nullable=True),
        sa.Column("vip", sa.String(), server_default="", nullable=False),
        sa.Column("min_value_minor", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.ForeignKeyConstraint(["sku_id"], ["skus.id"], name=op.f("fk_insert_rules_sku_id")),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouses.id"], name=op.f("fk_insert_rules_warehouse_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insert_rules")),
    )
    op.create_table(
        "kit_components",
        sa.Column("kit_sku_id", sa.Integer(), nullable=False),
        sa.Column("sku_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_kit_components_quantity")),
        sa.ForeignKeyConstraint(["kit_sku_id"], ["skus.id"], name=op.f("fk_kit_components_kit_sku_id")),
        sa.ForeignKeyConstraint(["sku_id"], ["skus.id"], name=op.f("fk_kit_components_sku_id")),
        sa.PrimaryKeyConstraint("kit_sku_id", "sku_id", name=op.f("pk_kit_components")),
    )
    op.create_table(
        "packing_rules",
        sa.Column("warehouse_id", sa.Integer(), nullable=False),
        sa.Column("weigh", sa.String(), server_default="off", nullable=False),
        sa.Column("tolerance_g", sa.Integer(), server_default="10", nullable=False),
        sa.Column("tolerance_percent", sa.Integer(), server_default="3", nullable=False),
        sa.Column("filler_g", sa.Integer(), server_default="0", nullable=False),
        sa.Column("carton", sa.String(), server_default="suggest", nullable=False),
        sa.Column("slip", sa.String(), server_default="off", nullable=False),
        sa.Column("photo", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("claim_minutes", sa.Integer(), server_default="5", nullable=False),
        sa.Column("min_shelf_days", sa.Integer(), server_default="0", nullable=False),
        sa.Column("check_percent", sa.Integer(), server_default="0", nullable=False),
        sa.Column("check_value_minor", sa.Integer(), nullable=True),
        sa.Column("check_new_orders", sa.Integer(), server_default="0", nullable=False),
        sa.Column("release_by_scan", sa.String(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouses.id"], name=op.f("fk_packing_rules_warehouse_id")),
        sa.PrimaryKeyConstraint("warehouse_id", name=op.f("pk_packing_rules")),
    )
    op.create_table(
        "substitutes",
        sa.Column("sku_id", sa.Integer(), nullable=False),
        sa.Column("substitute_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["sku_id"], ["skus.id"], name=op.f("fk_substitutes_sku_id")),
        sa.ForeignKeyConstraint(["substitute_id"], ["skus.id"], name=op.f("fk_substitutes_substitute_id")),
        sa.PrimaryKeyConstraint("sku_id", "substitute_id", name=op.f("pk_substitutes")),
    )
    op.create_table(
        "carton_uses",
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("carton_id", sa.Integer(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["carton_id"], ["cartons.id"], name=op.f("fk_carton_uses_carton_id")),
        sa.PrimaryKeyConstraint("content", "carton_id", name=op.f("pk_carton_uses")),
    )


def _parcels() -> None:
    op.create_table(
        "parcel_inserts",
        sa.Column("parcel_id", sa.Integer(), nullable=False),
        sa.Column("insert_rule_id", sa.Integer(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["insert_rule_id"], ["insert_rules.id"], name=op.f("fk_parcel_inserts_insert_rule_id")),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcels.id"], name=op.f("fk_parcel_inserts_parcel_id")),
        sa.PrimaryKeyConstraint("parcel_id", "insert_rule_id", name=op.f("pk_parcel_inserts")),
    )
    op.create_table(
        "parcel_photos",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("parcel_id", sa.Integer(), nullable=False),
        sa.Column("station_id", sa.Integer(), nullable=True),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.Column("width_px", sa.Integer(), nullable=False),
        sa.Column("height_px", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcels.id"], name=op.f("fk_parcel_photos_parcel_id")),
        sa.ForeignKeyConstraint(["station_id"], ["stations.id"], name=op.f("fk_parcel_photos_station_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parcel_photos")),
        sa.UniqueConstraint("uuid", name=op.f("uq_parcel_photos_uuid")),
    )
    op.create_index("ix_parcel_photos_parcel_id", "parcel_photos", ["parcel_id"], unique=False)
    op.create_table(
        "captured",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("parcel_id", sa.Integer(), nullable=False),
        sa.Column("order_line_id", sa.Integer(), nullable=False),
        sa.Column("sku_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("serial", sa.String(), nullable=True),
        sa.Column("lot", sa.String(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("captured_at", UtcDateTime(), nullable=False),
        sa.Column("released_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["scan_events.id"], name=op.f("fk_captured_event_id")),
        sa.ForeignKeyConstraint(["order_line_id"], ["order_lines.id"], name=op.f("fk_captured_order_line_id")),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcels.id"], name=op.f("fk_captured_parcel_id")),
        sa.ForeignKeyConstraint(["sku_id"], ["skus.id"], name=op.f("fk_captured_sku_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_captured")),
        sa.UniqueConstraint("uuid", name=op.f("uq_captured_uuid")),
    )
    op.create_index("ix_captured_parcel_id", "captured", ["parcel_id"], unique=False)
    kept = sa.text("released_at is null")
    op.create_index(
        "uq_captured_serial", "captured", ["sku_id", "serial"], unique=True, sqlite_where=kept, postgresql_where=kept
    )
