"""How a warehouse packs: its rules, what people may do, cartons, inserts."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, false, true
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base


class PackingRules(Base):
    """What a parcel needs before its label, and how strict the bench is; one row for a warehouse.

    A warehouse without a row has the defaults. `weigh`, `carton` and `slip` hold the values of
    `app.domain.bench_rules`; the tolerance of a weight is the larger of grams and percent. `release_by_scan` lists the
    failures, comma-separated, that the right scan acknowledges too.
    """

    __tablename__ = "packing_rules"

    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouses.id"), primary_key=True)
    weigh: Mapped[str] = mapped_column(default="off", server_default="off")
    tolerance_g: Mapped[int] = mapped_column(default=10, server_default="10")
    tolerance_percent: Mapped[int] = mapped_column(default=3, server_default="3")
    filler_g: Mapped[int] = mapped_column(default=0, server_default="0")
    carton: Mapped[str] = mapped_column(default="suggest", server_default="suggest")
    slip: Mapped[str] = mapped_column(default="off", server_default="off")
    photo: Mapped[bool] = mapped_column(default=False, server_default=false())
    claim_minutes: Mapped[int] = mapped_column(default=5, server_default="5")
    min_shelf_days: Mapped[int] = mapped_column(default=0, server_default="0")
    check_percent: Mapped[int] = mapped_column(default=0, server_default="0")
    check_value_minor: Mapped[int | None]  # orders of this value and more, in whatever currency they are
    check_new_orders: Mapped[int] = mapped_column(default=0, server_default="0")  # the first n of a new operator
    release_by_scan: Mapped[str] = mapped_column(default="", server_default="")
    version: Mapped[int] = mapped_column(default=1, server_default="1")


class PackingPolicy(Base):
    """Whether operators of a group may do something with SKUs of a class; "*" stands for any."""

    __tablename__ = "packing_policies"
    __table_args__ = (UniqueConstraint("handling_class", "operator_group", "act"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    handling_class: Mapped[str]
    operator_group: Mapped[str]
    act: Mapped[str]  # `app.domain.policy.Act`
    allowed: Mapped[bool]


class Carton(Base):
    """A box that orders are sent in: inside measures in millimetres, weights in grams, cost in minor units."""

    __tablename__ = "cartons"
    __table_args__ = (UniqueConstraint("warehouse_id", "code"), CheckConstraint("length_mm > 0", name="length"))

    id: Mapped[int] = mapped_column(primary_key=True)
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouses.id"))
    code: Mapped[str]
    name: Mapped[str] = mapped_column(default="", server_default="")
    length_mm: Mapped[int]
    width_mm: Mapped[int]
    height_mm: Mapped[int]
    weight_g: Mapped[int] = mapped_column(default=0, server_default="0")
    max_weight_g: Mapped[int | None]
    cost_minor: Mapped[int] = mapped_column(default=0, server_default="0")
    active: Mapped[bool] = mapped_column(default=True, server_default=true())


class CartonUse(Base):
    """How often a carton was used for the same content; `content` is a hash of SKUs and quantities."""

    __tablename__ = "carton_uses"

    content: Mapped[str] = mapped_column(primary_key=True)
    carton_id: Mapped[int] = mapped_column(ForeignKey("cartons.id"), primary_key=True)
    uses: Mapped[int]


class InsertRule(Base):
    """Puts something into the parcels of certain orders: every condition that is given must hold."""

    __tablename__ = "insert_rules"

    id: Mapped[int] = mapped_column(primary_key=True)
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouses.id"))
    name: Mapped[str]  # what is put in, as the packer reads it
    barcode: Mapped[str] = mapped_column(default="", server_default="")  # "": it is ticked
    may_tick: Mapped[bool] = mapped_column(default=True, server_default=true())
    first_order: Mapped[bool] = mapped_column(default=False, server_default=false())
    channel: Mapped[str] = mapped_column(default="", server_default="")
    country: Mapped[str] = mapped_column(default="", server_default="")
    sku_id: Mapped[int | None] = mapped_column(ForeignKey("skus.id"))
    vip: Mapped[str] = mapped_column(default="", server_default="")  # a tier; "*" for any
    min_value_minor: Mapped[int | None]
    active: Mapped[bool] = mapped_column(default=True, server_default=true())
