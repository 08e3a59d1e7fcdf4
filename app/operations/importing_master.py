"""Taking over SKUs and locations: what is new or different is written, all else is left alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, select, update

from app.change import NOTHING, Change, changed
from app.domain.errors import Refusal
from app.domain.incoming import Problem, check_barcode
from app.domain.master import CUSTOMS, BarcodeDraft, LocationDraft, SkuDraft, changed_fields, compared
from app.domain.people import Actor
from app.operations.importing_review import review_skus
from app.operations.importing_rows import RowInserter, portions, take_ids
from db.journal import record
from db.orders import KitComponent, Sku, SkuBarcode
from db.places import Location, LocationKind
from db.store import Tx


@dataclass(slots=True)
class Taken:
    """What became of one chunk of a file.

    `problems` are of what was left out, `told` of what was taken all the same; `refused_skus` are those that were not
    made, `readied` the orders that have become ready.
    """

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)
    told: list[Problem] = field(default_factory=list)
    refused_skus: set[str] = field(default_factory=set)
    readied: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a barcode is, and for how many pieces it stands."""

    sku_id: int
    sku: str
    quantity: int


def find_owners(tx: Tx, barcodes: Iterable[str]) -> dict[str, Owner]:
    """The owners of those of the barcodes that exist."""
    found: dict[str, Owner] = {}
    for portion in portions(barcodes):
        rows = tx.connection.execute(
            select(SkuBarcode.barcode, SkuBarcode.sku_id, Sku.code, SkuBarcode.quantity)
            .join(Sku, Sku.id == SkuBarcode.sku_id)
            .where(SkuBarcode.barcode.in_(portion))
        )
        found.update({barcode: Owner(sku_id, sku, pieces) for barcode, sku_id, sku, pieces in rows})
    return found


def import_skus(tx: Tx, actor: Actor, file: str, drafts: Sequence[SkuDraft]) -> tuple[Taken, Change]:
    """Take over SKUs with their barcodes; orders that only waited for a weight or for customs data become ready.

    A SKU for which neither the file nor the database has a barcode gets its own code as one. What the file does not
    mention stays. Problems: `barcode_taken` (facts `barcode`, `sku`), `barcode_reserved`; such a SKU is left as it
    was. Told: `kit_mode_without_components` (fact `sku`) of one that is no kit yet.
    """
    taken = Taken()
    names = compared(SkuDraft(code="", line=0))
    columns = [getattr(Sku, name) for name in names]
    stored: dict[str, tuple[int, tuple[object, ...]]] = {}
    with_barcode: set[int] = set()
    for portion in portions(draft.code for draft in drafts):
        rows = tx.connection.execute(select(Sku.code, Sku.id, *columns).where(Sku.code.in_(portion)))
        for code, sku_id, *row in rows:
            stored[code] = (sku_id, tuple(row))
        with_barcode.update(
            tx.connection.execute(
                select(SkuBarcode.sku_id).join(Sku, Sku.id == SkuBarcode.sku_id).where(Sku.code.in_(portion))
            ).scalars()
        )
    owners = find_owners(tx, {b.barcode for d in drafts for b in d.barcodes} | {d.code for d in drafts})
    fresh_ids = iter(take_ids(tx.connection, Sku, sum(draft.code not in stored for draft in drafts)))
    new: list[tuple[object, ...]] = []
    updates: list[dict[str, object]] = []
    barcodes: list[tuple[object, ...]] = []
    repacked: list[dict[str, object]] = []
    learned: list[int] = []  # SKUs of which something has become known that orders wait for
    for draft in drafts:
        sku_id, values = stored.get(draft.code, (None, ()))
        own = not draft.barcodes and sku_id not in with_barcode
        wanted = (BarcodeDraft(draft.code, 1, draft.line),) if own else draft.barcodes
        problem = _barcode_problem(draft, wanted, owners)
        if problem is not None:
            taken.problems.append(problem)
            if sku_id is None:
                taken.refused_skus.add(draft.code)
            continue
        fresh = sku_id is None
        if sku_id is None:
            sku_id = next(fresh_ids)
            measures = (draft.weight_g, draft.length_mm, draft.width_mm, draft.height_mm)
            stated = (
                draft.hs_code or "", draft.origin or "", draft.customs_description or "", draft.value_minor,
                draft.value_currency or "", draft.battery or "", draft.restricted or "", draft.handling_class or "",
                draft.captures or "", draft.min_shelf_days, draft.kit_mode or "",
            )
            new.append((sku_id, draft.code, draft.name or "", *measures, *stated, 1))
        otherwise = False
        for one in wanted:
            owner = owners.get(one.barcode)
            if owner is None:
                barcodes.append((one.barcode, sku_id, one.quantity))
            elif owner.quantity != one.quantity:
                repacked.append({"code": one.barcode, "pieces": one.quantity})
            else:
                continue
            owners[one.barcode] = Owner(sku_id, draft.code, one.quantity)
            otherwise = True
        if fresh:
            continue
        fields = changed_fields(draft, values)
        if not fields.keys().isdisjoint(("weight_g", *CUSTOMS)):
            learned.append(sku_id)
        if fields or otherwise:  # a SKU's version counts its barcodes too
            whole = dict(zip(names, values, strict=True)) | fields
            updates.append({"sku": sku_id, **{f"new_{name}": value for name, value in whole.items()}})
        else:
            taken.unchanged += 1
    taken.told = _modes_without_kit(tx, drafts, taken.refused_skus)
    taken.new, taken.changed = len(new), len(updates)
    RowInserter(tx.connection, Sku, ("id", "code", *names, "version")).insert(new)
    RowInserter(tx.connection, SkuBarcode, ("barcode", "sku_id", "quantity")).insert(barcodes)
    if updates:
        values_now: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
        statement = update(Sku).where(Sku.id == bindparam("sku")).values(**values_now, version=Sku.version + 1)
        tx.connection.execute(statement, updates)
    if repacked:
        statement = update(SkuBarcode).where(SkuBarcode.barcode == bindparam("code"))
        tx.connection.execute(statement.values(quantity=bindparam("pieces")), repacked)
    if not (new or updates):
        return taken, NOTHING
    taken.readied = sorted(review_skus(tx, learned)) if learned else []
    ids = {"file": file, "new": taken.new, "changed": [u["sku"] for u in updates], "ready": taken.readied}
    record(tx, actor, "import_skus", ids)
    return taken, changed("stock", "orders", ids=[("order", order_id) for order_id in taken.readied])


def _modes_without_kit(tx: Tx, drafts: Sequence[SkuDraft], refused: set[str]) -> list[Problem]:
    named = {draft.code: draft.line for draft in drafts if draft.kit_mode and draft.code not in refused}
    kits: set[str] = set()
    for portion in portions(named):
        statement = select(Sku.code).join(KitComponent, KitComponent.kit_sku_id == Sku.id).where(Sku.code.in_(portion))
        kits.update(tx.connection.execute(statement).scalars())
    lines = ((line, code) for code, line in named.items() if code not in kits)
    return [Problem(line, "kit_mode_without_components", {"sku": code}) for line, code in lines]


def _barcode_problem(draft: SkuDraft, wanted: Sequence[BarcodeDraft], owners: dict[str, Owner]) -> Problem | None:
    for one in wanted:
        owner = owners.get(one.barcode)
        if owner is not None and owner.sku != draft.code:
            return Problem(one.line, "barcode_taken", {"barcode": one.barcode, "sku": owner.sku})
        try:
            check_barcode(one.barcode)
        except Refusal as refusal:
            return Problem(one.line, refusal.code, refusal.facts)
    return None


def import_locations(
    tx: Tx, actor: Actor, file: str, warehouse_id: int, drafts: Sequence[LocationDraft]
) -> tuple[Taken, Change]:
    """Take over bins; what the file does not mention of one stays. Problem: `location_reserved` (fact `location`) for
    a code that is not a bin's here."""
    taken = Taken()
    names = compared(LocationDraft(code="", line=0))
    columns = [getattr(Location, name) for name in names]
    stored: dict[str, tuple[int, str, tuple[object, ...]]] = {}
    for portion in portions(draft.code for draft in drafts):
        for code, location_id, kind, *row in tx.connection.execute(
            select(Location.code, Location.id, Location.kind, *columns)
            .where(Location.warehouse_id == warehouse_id, Location.code.in_(portion))
        ):
            stored[code] = (location_id, kind, tuple(row))
    new: list[tuple[object, ...]] = []
    updates: list[dict[str, object]] = []
    for draft in drafts:
        if draft.code not in stored:
            place = (draft.aisle or "", 1 if draft.bay is None else draft.bay, draft.position or "")
            new.append((warehouse_id, draft.code, LocationKind.PICK, *place, draft.x_mm, draft.y_mm))
            continue
        location_id, kind, values = stored[draft.code]
        if kind != LocationKind.PICK:
            taken.problems.append(Problem(draft.line, "location_reserved", {"location": draft.code}))
            continue
        fields = changed_fields(draft, values)
        if fields:
            whole = dict(zip(names, values, strict=True)) | fields
            updates.append({"location": location_id, **{f"new_{name}": value for name, value in whole.items()}})
        else:
            taken.unchanged += 1
    taken.new, taken.changed = len(new), len(updates)
    RowInserter(
        tx.connection, Location, ("warehouse_id", "code", "kind", "aisle", "bay", "position", "x_mm", "y_mm")
    ).insert(new)
    if updates:
        values_now: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
        statement = update(Location).where(Location.id == bindparam("location")).values(**values_now)
        tx.connection.execute(statement, updates)
    if not (new or updates):
        return taken, NOTHING
    ids = {"file": file, "new": taken.new, "changed": [u["location"] for u in updates]}
    record(tx, actor, "import_locations", ids)
    return taken, changed("stock")
