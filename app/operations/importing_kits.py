"""Taking over kits and substitutes: what a file says of a SKU is the whole of it, what it does not name stays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import aliased

from app.change import NOTHING, Change, changed
from app.domain.errors import Refusal
from app.domain.incoming import Problem
from app.domain.kits import Component
from app.domain.master import KitDraft, SubstitutesDraft, check_kit
from app.domain.people import Actor
from app.operations.importing_master import Taken
from app.operations.importing_rows import RowInserter, among, portions
from db.journal import record
from db.orders import KitComponent, Sku, Substitute
from db.store import Tx

Draft = KitDraft | SubstitutesDraft


def kits_of(tx: Tx, known: dict[str, int], skus: Iterable[str]) -> dict[str, tuple[Component, ...]]:
    """What those of the SKUs (codes) that are kits are made of; the ids of their components go into `known`."""
    if not tx.connection.execute(select(exists().where(KitComponent.quantity > 0))).scalar():
        return {}
    kit = aliased(Sku)
    found: dict[str, list[Component]] = {}
    for portion in portions(skus):
        rows = tx.connection.execute(
            select(kit.code, Sku.id, Sku.code, KitComponent.quantity, Sku.value_minor, Sku.value_currency)
            .join(Sku, Sku.id == KitComponent.sku_id)
            .join(kit, kit.id == KitComponent.kit_sku_id)
            .where(among(tx.connection, kit.code, portion))
            .order_by(KitComponent.kit_sku_id, KitComponent.sku_id)
        )
        for code, sku_id, sku, pieces, value, currency in rows:
            found.setdefault(code, []).append(Component(sku, pieces, value, currency))
            known[sku] = sku_id
    return {code: tuple(parts) for code, parts in found.items()}


@dataclass(frozen=True, slots=True)
class _Stored:
    """What is known of a SKU of the file."""

    id: int
    kit_mode: str


def import_kits(tx: Tx, actor: Actor, file: str, drafts: Sequence[KitDraft]) -> tuple[Taken, Change]:
    """Take over what kits are made of; orders that came before stay as they are.

    Problems, each of which leaves its kit as it was: `sku_unknown` (fact `sku`), `kit_component_unknown`,
    `kit_in_itself`, `kit_in_kit` (facts `kit`, `component`), `kit_is_component`; `kit_mode_without_components` of one
    that is a kit no more.
    """
    taken = Taken()
    skus = _skus(tx, drafts)
    kit_ids = [skus[draft.sku].id for draft in drafts if draft.sku in skus]
    stored: dict[int, dict[int, int]] = {}
    for portion in portions(kit_ids):
        for kit_id, sku_id, pieces in tx.connection.execute(
            select(KitComponent.kit_sku_id, KitComponent.sku_id, KitComponent.quantity)
            .where(KitComponent.kit_sku_id.in_(portion))
        ):
            stored.setdefault(kit_id, {})[sku_id] = pieces
    kits, components = _others(tx, skus, {draft.sku for draft in drafts})
    for draft in drafts:
        if draft.parts:
            kits.add(draft.sku)
    wanted: list[tuple[int, dict[int, int], str]] = []
    for draft in drafts:
        problem = _unknown(draft, skus, "kit_component_unknown", "kit", "component")
        try:
            if problem is None:
                check_kit(draft, kits, components)
        except Refusal as refusal:
            problem = Problem(_line_of(draft, refusal), refusal.code, refusal.facts)
        if problem is None and not draft.parts and draft.mode:
            problem = Problem(draft.line, "kit_mode_without_components", {"sku": draft.sku})
        if problem is not None:
            taken.problems.append(problem)
            continue
        components.update(part.sku for part in draft.parts)
        kit = skus[draft.sku]
        mode = ("" if not draft.parts else kit.kit_mode) if draft.mode is None else draft.mode
        parts = {skus[part.sku].id: part.quantity for part in draft.parts}
        there = stored.get(kit.id, {})
        if parts == there and mode == kit.kit_mode:
            taken.unchanged += 1
            continue
        taken.new, taken.changed = taken.new + (not there), taken.changed + bool(there)
        wanted.append((kit.id, parts, mode))
    if not wanted:
        return taken, NOTHING
    ids = [kit_id for kit_id, _, _ in wanted]
    for portion in portions(ids):
        tx.connection.execute(delete(KitComponent).where(KitComponent.kit_sku_id.in_(portion)))
    RowInserter(tx.connection, KitComponent, ("kit_sku_id", "sku_id", "quantity")).insert(
        [(kit_id, sku_id, pieces) for kit_id, parts, _ in wanted for sku_id, pieces in parts.items()]
    )
    for kit_id, _, mode in wanted:
        statement = update(Sku).where(Sku.id == kit_id).values(kit_mode=mode, version=Sku.version + 1)
        tx.connection.execute(statement)
    record(tx, actor, "import_kits", {"file": file, "kits": ids})
    return taken, changed("stock")


def import_substitutes(tx: Tx, actor: Actor, file: str, drafts: Sequence[SubstitutesDraft]) -> tuple[Taken, Change]:
    """Take over what may be sent in place of SKUs.

    Problems, each of which leaves its SKU as it was: `sku_unknown` (fact `sku`), `substitute_unknown`,
    `substitute_is_itself`, `substitute_is_kit` (facts `sku`, `substitute`).
    """
    taken = Taken()
    skus = _skus(tx, drafts)
    stored: dict[int, set[int]] = {}
    for portion in portions(skus[draft.sku].id for draft in drafts if draft.sku in skus):
        statement = select(Substitute.sku_id, Substitute.substitute_id).where(Substitute.sku_id.in_(portion))
        for sku_id, other in tx.connection.execute(statement):
            stored.setdefault(sku_id, set()).add(other)
    kits = set(kits_of(tx, {}, skus))
    wanted: list[tuple[int, set[int]]] = []
    for draft in drafts:
        problem = _unknown(draft, skus, "substitute_unknown", "sku", "substitute")
        for part in draft.parts if problem is None else ():
            facts = {"sku": draft.sku, "substitute": part.sku}
            if part.sku == draft.sku:
                problem = Problem(part.line, "substitute_is_itself", facts)
            elif not kits.isdisjoint((part.sku, draft.sku)):
                problem = Problem(part.line, "substitute_is_kit", facts)
        if problem is not None:
            taken.problems.append(problem)
            continue
        sku_id, others = skus[draft.sku].id, {skus[part.sku].id for part in draft.parts}
        there = stored.get(sku_id, set())
        if others == there:
            taken.unchanged += 1
            continue
        taken.new, taken.changed = taken.new + (not there), taken.changed + bool(there)
        wanted.append((sku_id, others))
    if not wanted:
        return taken, NOTHING
    ids = [sku_id for sku_id, _ in wanted]
    for portion in portions(ids):
        tx.connection.execute(delete(Substitute).where(Substitute.sku_id.in_(portion)))
    RowInserter(tx.connection, Substitute, ("sku_id", "substitute_id")).insert(
        [(sku_id, other) for sku_id, others in wanted for other in sorted(others)]
    )
    record(tx, actor, "import_substitutes", {"file": file, "skus": ids})
    return taken, changed("stock")


def _skus(tx: Tx, drafts: Sequence[Draft]) -> dict[str, _Stored]:
    """All SKUs that the drafts name, as far as they are known."""
    named = dict.fromkeys(code for draft in drafts for code in (draft.sku, *(part.sku for part in draft.parts)))
    found: dict[str, _Stored] = {}
    for portion in portions(named):
        rows = tx.connection.execute(select(Sku.code, Sku.id, Sku.kit_mode).where(Sku.code.in_(portion)))
        found.update({code: _Stored(sku_id, mode) for code, sku_id, mode in rows})
    return found


def _others(tx: Tx, skus: dict[str, _Stored], kits_here: set[str]) -> tuple[set[str], set[str]]:
    """Those of the SKUs that are kits, and that are components, by other kits than these."""
    codes = {stored.id: code for code, stored in skus.items()}
    here = {stored.id for code, stored in skus.items() if code in kits_here}
    kits: set[str] = set()
    components: set[str] = set()
    for portion in portions(codes):
        kit_rows = select(KitComponent.kit_sku_id).where(KitComponent.kit_sku_id.in_(portion)).distinct()
        kits.update(codes[kit_id] for kit_id in tx.connection.execute(kit_rows).scalars() if kit_id not in here)
        part_rows = select(KitComponent.kit_sku_id, KitComponent.sku_id).where(KitComponent.sku_id.in_(portion))
        components.update(codes[sku_id] for kit_id, sku_id in tx.connection.execute(part_rows) if kit_id not in here)
    return kits, components


def _unknown(draft: Draft, skus: dict[str, _Stored], code: str, whole: str, part: str) -> Problem | None:
    if draft.sku not in skus:
        return Problem(draft.line, "sku_unknown", {"sku": draft.sku})
    for one in draft.parts:
        if one.sku not in skus:
            return Problem(one.line, code, {whole: draft.sku, part: one.sku})
    return None


def _line_of(draft: KitDraft, refusal: Refusal) -> int:
    component = refusal.facts.get("component", refusal.facts.get("kit"))
    return next((part.line for part in draft.parts if part.sku == component), draft.line)
