"""SKUs, locations and counted stock as a source sends them."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import date

from app.domain.errors import Refusal

MEASURES = ("weight_g", "length_mm", "width_mm", "height_mm")
CUSTOMS = ("hs_code", "origin", "customs_description", "value_minor", "value_currency", "battery", "restricted")
BENCH = ("handling_class", "captures", "min_shelf_days", "kit_mode")
PLACE = ("aisle", "bay", "position", "x_mm", "y_mm")


@dataclass(frozen=True, slots=True)
class BarcodeDraft:
    """A code on the goods, the pieces that one scan of it means, and the file's line that says so."""

    barcode: str
    quantity: int
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SkuDraft:
    """A kind of item; weight in grams, sizes in millimetres; None where the source says nothing.

    What customs ask is as `app.domain.customs` has it; a value is of one piece in minor units of its currency. How the
    bench verifies it is as a SKU's columns hold it.
    """

    code: str
    line: int
    name: str | None = None
    weight_g: int | None = None
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    hs_code: str | None = None
    origin: str | None = None
    customs_description: str | None = None
    value_minor: int | None = None
    value_currency: str | None = None
    battery: str | None = None
    restricted: str | None = None
    handling_class: str | None = None
    captures: str | None = None
    min_shelf_days: int | None = None
    kit_mode: str | None = None
    barcodes: tuple[BarcodeDraft, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationDraft:
    """A bin; its place on the floor in millimetres; None where the source says nothing."""

    code: str
    line: int
    aisle: str | None = None
    bay: int | None = None
    position: str | None = None
    x_mm: int | None = None
    y_mm: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CountDraft:
    """Pieces of a SKU counted at a location; `quantity` None when it is only known that the SKU lies there."""

    location: str
    sku: str
    line: int
    quantity: int | None = None
    lot: str = ""
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class PartDraft:
    """What belongs to a SKU (a component of a kit, a substitute), how many of it, and the file's line that says so."""

    sku: str
    quantity: int
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KitDraft:
    """All that a kit is made of; no parts: it is a kit no more. `mode` None where the source says nothing."""

    sku: str
    line: int
    parts: tuple[PartDraft, ...]
    mode: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubstitutesDraft:
    """All that may be sent in place of a SKU; no parts: nothing may."""

    sku: str
    line: int
    parts: tuple[PartDraft, ...]


def check_kit(draft: KitDraft, kits: Container[str], components: Container[str]) -> None:
    """Whether a kit may be so; `kits` are the SKUs that are kits besides it, `components` those that are in another.

    Raises Refusal `kit_in_itself`, `kit_in_kit` (facts `kit`, `component`), `kit_is_component`.
    """
    for part in draft.parts:
        if part.sku == draft.sku:
            raise Refusal("kit_in_itself", kit=draft.sku)
        if part.sku in kits:
            raise Refusal("kit_in_kit", kit=draft.sku, component=part.sku)
    if draft.parts and draft.sku in components:
        raise Refusal("kit_is_component", kit=draft.sku)


def combine_skus(one: SkuDraft, other: SkuDraft) -> SkuDraft:
    """Two rows about the same SKU as one: barcodes together, what only one says from that one.

    Raises Refusal `sku_rows_differ` (facts `sku`, `field`) when they say different things.
    """
    said: dict[str, str | int | None] = {}
    for name in ("name", *MEASURES, *CUSTOMS, *BENCH):
        left, right = getattr(one, name), getattr(other, name)
        if left is not None and right is not None and left != right:
            raise Refusal("sku_rows_differ", sku=one.code, field=name)
        said[name] = right if left is None else left
    known = {b.barcode for b in one.barcodes}
    both = one.barcodes + tuple(b for b in other.barcodes if b.barcode not in known)
    return SkuDraft(code=one.code, line=one.line, barcodes=both, **said)  # type: ignore[arg-type]


def combine_locations(one: LocationDraft, other: LocationDraft) -> LocationDraft:
    """Two rows about the same location as one; raises Refusal `location_rows_differ` (facts `location`, `field`)."""
    said: dict[str, str | int | None] = {}
    for name in PLACE:
        left, right = getattr(one, name), getattr(other, name)
        if left is not None and right is not None and left != right:
            raise Refusal("location_rows_differ", location=one.code, field=name)
        said[name] = right if left is None else left
    return LocationDraft(code=one.code, line=one.line, **said)  # type: ignore[arg-type]


def changed_fields(draft: SkuDraft | LocationDraft, stored: Sequence[object]) -> dict[str, object]:
    """What the draft says otherwise than the stored row, whose values come as `compared(draft)` names them."""
    names = compared(draft)
    return {
        name: getattr(draft, name)
        for name, old in zip(names, stored, strict=True)
        if getattr(draft, name) is not None and getattr(draft, name) != old
    }


def compared(draft: SkuDraft | LocationDraft) -> tuple[str, ...]:
    """The fields of a draft that a file may change."""
    return ("name", *MEASURES, *CUSTOMS, *BENCH) if isinstance(draft, SkuDraft) else PLACE
