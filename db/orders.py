"""Orders as they came and what we made of them; SKUs and the codes printed on the goods."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, validates

from app.domain.folding import folded
from app.domain.states import OrderState
from db.base import Base, new_uuid, words


class Backend(Base):
    """A system that sends orders; a file drop is one too."""

    __tablename__ = "backends"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)


class Shop(Base):
    """A shop on a channel, as its backend names it."""

    __tablename__ = "shops"
    __table_args__ = (UniqueConstraint("backend_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    backend_id: Mapped[int] = mapped_column(ForeignKey("backends.id"))
    code: Mapped[str]
    channel: Mapped[str] = mapped_column(default="")


class Sku(Base):
    """A kind of item; sizes in millimetres, weight in grams, None where nobody has measured."""

    __tablename__ = "skus"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(default="")
    weight_g: Mapped[int | None]
    length_mm: Mapped[int | None]
    width_mm: Mapped[int | None]
    height_mm: Mapped[int | None]
    # what customs ask of an item; a value is of one piece, in minor units of its ISO 4217 currency
    hs_code: Mapped[str] = mapped_column(default="", server_default="")
    origin: Mapped[str] = mapped_column(default="", server_default="")  # ISO 3166-1 alpha-2
    customs_description: Mapped[str] = mapped_column(default="", server_default="")  # in English
    value_minor: Mapped[int | None]
    value_currency: Mapped[str] = mapped_column(default="", server_default="")
    battery: Mapped[str] = mapped_column(default="", server_default="")  # `app.domain.customs.Battery`; "" for unknown
    restricted: Mapped[str] = mapped_column(default="", server_default="")  # classes of goods, comma-separated
    # how it is verified at the bench
    handling_class: Mapped[str] = mapped_column(default="", server_default="")  # a row of the policy table
    captures: Mapped[str] = mapped_column(default="", server_default="")  # `Capture`s, comma-separated
    min_shelf_days: Mapped[int | None]  # days that must be left until it expires; None for the warehouse's own rule
    kit_mode: Mapped[str] = mapped_column(default="", server_default="")  # `app.domain.kits.KitMode` of a kit
    version: Mapped[int] = mapped_column(default=1)


class SkuPicture(Base):
    """What an item looks like: a small picture (PNG or JPEG), for the bench and the packing slip."""

    __tablename__ = "sku_pictures"

    sku_id: Mapped[int] = mapped_column(ForeignKey("skus.id"), primary_key=True)
    media: Mapped[str]  # `png`, `jpeg`
    content: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str]


class SkuBarcode(Base):
    """A code on the goods; `quantity` pieces at one scan (a case barcode has more than one)."""

    __tablename__ = "sku_barcodes"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity"), Index("ix_sku_barcodes_sku_id", "sku_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    barcode: Mapped[str] = mapped_column(unique=True)
    sku_id: Mapped[int] = mapped_column(ForeignKey("skus.id"))
    quantity: Mapped[int] = mapped_column(default=1)


class KitComponent(Base):
    """What a kit is made of: `quantity` pieces of a SKU in each."""

    __tablename__ = "kit_components"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity"),)

    kit_sku_id: Mapped[int] = mapped_column(ForeignKey("skus.id"), primary_key=True)
    sku_id: Mapped[int] = mapped_column(ForeignKey("skus.id"), primary_key=True)
    quantity: Mapped[int]


class Substitute(Base):
    """A SKU that may be sent in place of another where the order allows it."""

    __tablename__ = "substitutes"

    sku_id: Mapped[int] = mapped_column(ForeignKey("skus.id"), primary_key=True)
    substitute_id: Mapped[int] = mapped_column(ForeignKey("skus.id"), primary_key=True)


class Lot(Base):
    """A production lot of a SKU and the day it expires."""

    __tablename__ = "lots"
    __table_args__ = (UniqueConstraint("sku_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sku_id: Mapped[int] = mapped_column(ForeignKey("skus.id"))
    code: Mapped[str]
    expires_on: Mapped[date | None]


class Order(Base):
    """An order of one shop, unique by (backend, shop, source id).

    `payload` is the source's own record, untouched; `fingerprint` tells whether a new record says anything new;
    `missing` lists, comma-separated, what keeps it from being planned. `pieces` is the sum of its lines, stored so that
    a hundred thousand orders are sorted by it; who writes lines writes it. `folded_name` is `recipient_name` as it is
    looked for (`app.domain.folding`): it follows an assignment, and who writes past the session writes both.
    """

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("backend_id", "shop_id", "source_id"),
        # each serves one way to sort the long list, filtered by state and warehouse, without a look at the rows
        Index("ix_orders_source_id", "source_id", "id", "state", "warehouse_id"),
        Index("ix_orders_state", "state", "ship_by", "id", "updated_at", "warehouse_id"),
        Index("ix_orders_ship_by", "ship_by", "id", "state", "warehouse_id"),
        Index("ix_orders_country", "country", "id", "state", "warehouse_id"),
        Index("ix_orders_updated_at", "updated_at", "id", "state", "warehouse_id"),
        Index("ix_orders_pieces", "pieces", "id", "state", "warehouse_id"),
        # names are looked for inside: what is walked is this index, not the rows with their payloads
        Index("ix_orders_folded_name", "folded_name"),
        Index("ix_orders_problem_location_id", "problem_location_id"),
        Index("ix_orders_split_from_id", "split_from_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[UUID] = mapped_column(default=new_uuid, unique=True)
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouses.id"))
    backend_id: Mapped[int] = mapped_column(ForeignKey("backends.id"))
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"))
    source_id: Mapped[str]
    source_version: Mapped[str | None]
    payload: Mapped[str]
    fingerprint: Mapped[str]
    state: Mapped[OrderState] = mapped_column(words(OrderState))
    missing: Mapped[str] = mapped_column(default="")
    reason: Mapped[str | None]  # why it is a problem or cancelled
    placed_at: Mapped[datetime | None]
    ship_by: Mapped[datetime | None]
    service: Mapped[str] = mapped_column(default="")
    recipient_name: Mapped[str] = mapped_column(default="")
    recipient_phone: Mapped[str] = mapped_column(default="")
    street: Mapped[str] = mapped_column(default="")  # lines as printed
    postcode: Mapped[str] = mapped_column(default="")
    city: Mapped[str] = mapped_column(default="")
    region: Mapped[str] = mapped_column(default="")
    country: Mapped[str] = mapped_column(default="")  # ISO 3166-1 alpha-2
    pieces: Mapped[int] = mapped_column(default=0, server_default="0")
    folded_name: Mapped[str] = mapped_column(default="", server_default="")
    language: Mapped[str] = mapped_column(default="", server_default="")  # the buyer's, ISO 639-1; "" for unknown
    carrier: Mapped[str] = mapped_column(default="", server_default="")  # "": Packbench's own label and numbers
    currency: Mapped[str] = mapped_column(default="", server_default="")  # ISO 4217, of its lines' prices
    freight_minor: Mapped[int | None]  # what the buyer paid for the shipping
    gift_message: Mapped[str] = mapped_column(default="", server_default="")
    hide_prices: Mapped[bool] = mapped_column(default=False, server_default=false())
    incoterm: Mapped[str] = mapped_column(default="", server_default="")  # DDP, DAP
    ioss: Mapped[str] = mapped_column(default="", server_default="")  # a marketplace's; "" for the sender's own
    recipient_vat: Mapped[str] = mapped_column(default="", server_default="")
    recipient_eori: Mapped[str] = mapped_column(default="", server_default="")
    buyer_message: Mapped[str] = mapped_column(default="", server_default="")  # shown to the packer once
    vip: Mapped[str] = mapped_column(default="", server_default="")  # the buyer's tier; "" for none
    first_order: Mapped[bool] = mapped_column(default=False, server_default=false())  # the buyer's first
    allow_split: Mapped[bool] = mapped_column(default=False, server_default=false())  # may be sent in two shipments
    allow_substitutes: Mapped[bool] = mapped_column(default=False, server_default=false())
    # counts the changes of the address while it is in work; the gates compare
    address_version: Mapped[int] = mapped_column(default=1, server_default="1")
    split_from_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"))  # the order whose rest it sends
    problem_location_id: Mapped[int | None] = mapped_column(ForeignKey("locations.id"))  # its slot on the problem shelf
    cancel_requested_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    @validates("recipient_name")
    def _fold(self, _name: str, value: str) -> str:
        self.folded_name = folded(value)
        return value


class OrderLine(Base):
    """A quantity of one SKU in an order, in the order of the source."""

    __tablename__ = "order_lines"
    __table_args__ = (
        UniqueConstraint("order_id", "position"),
        CheckConstraint("quantity > 0", name="quantity"),
        Index("ix_order_lines_sku_id", "sku_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    position: Mapped[int]
    sku_id: Mapped[int] = mapped_column(ForeignKey("skus.id"))
    quantity: Mapped[int]
    price_minor: Mapped[int | None]  # of one piece, in the order's currency
    backordered: Mapped[int] = mapped_column(default=0, server_default="0")  # pieces that another order sends later
    # a component of a kit: lines of the same `kit_number` are one kit line of the source, `per_kit` pieces in each kit
    kit_sku_id: Mapped[int | None] = mapped_column(ForeignKey("skus.id"))
    kit_number: Mapped[int | None]
    per_kit: Mapped[int | None]
