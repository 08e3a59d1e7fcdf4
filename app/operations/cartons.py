"""Cartons: described, retired, recognised when they are scanned, and what was sent in them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, insert, select, update

from app.change import NOTHING, Change, changed
from app.domain.barcode import Kind, kind_of
from app.domain.cartons import CartonDraft, content_key
from app.domain.errors import Refusal
from app.domain.incoming import Problem
from app.domain.people import Actor
from app.operations.importing_master import Taken
from db.bench import Carton, CartonUse
from db.journal import record
from db.orders import OrderLine
from db.parcels import ParcelItem
from db.store import Tx

_SIZES = ("length_mm", "width_mm", "height_mm")
_FIELDS = (*_SIZES, "name", "weight_g", "max_weight_g", "cost_minor")
_HELD = (
    select(OrderLine.sku_id, ParcelItem.quantity)
    .join(OrderLine, OrderLine.id == ParcelItem.order_line_id)
    .where(ParcelItem.parcel_id == bindparam("parcel"))
)
_USED_AGAIN = (
    update(CartonUse)
    .where(CartonUse.content == bindparam("key"), CartonUse.carton_id == bindparam("carton"))
    .values(uses=CartonUse.uses + 1)
)
_USED_FIRST = insert(CartonUse)


def save_carton(tx: Tx, actor: Actor, warehouse_id: int, draft: CartonDraft) -> tuple[int, Change]:
    """Keep a carton as it is described now, known by its code; its id. One that was retired is in use again.

    Other inside sizes make it another carton: what was learned of the old one is forgotten. Raises what
    `CartonDraft.check` raises.
    """
    draft.check()
    row = tx.session.scalars(
        select(Carton).where(Carton.warehouse_id == warehouse_id, Carton.code == draft.code)
    ).first()
    carton_id, how = _keep(tx, warehouse_id, row, draft)
    if not how:
        return carton_id, NOTHING
    record(tx, actor, "save_carton", {"carton": carton_id})
    return carton_id, changed("cartons", ids=[("carton", carton_id)])


def import_cartons(tx: Tx, actor: Actor, warehouse_id: int, drafts: Sequence[CartonDraft]) -> tuple[Taken, Change]:
    """Take over the cartons of a file; those that it does not name stay.

    Problems: what `CartonDraft.check` raises, and `carton_twice` (carton, first) for a code that stood in an earlier
    row; such a row is left out.
    """
    taken = Taken()
    known = {row.code: row for row in tx.session.scalars(select(Carton).where(Carton.warehouse_id == warehouse_id))}
    seen: dict[str, int] = {}
    ids: list[int] = []
    for draft in drafts:
        try:
            if draft.code in seen:
                raise Refusal("carton_twice", carton=draft.code, first=seen[draft.code])
            draft.check()
        except Refusal as refusal:
            taken.problems.append(Problem(draft.line, refusal.code, refusal.facts))
            continue
        seen[draft.code] = draft.line
        carton_id, how = _keep(tx, warehouse_id, known.get(draft.code), draft)
        taken.new += how == "new"
        taken.changed += how == "changed"
        taken.unchanged += not how
        if how:
            ids.append(carton_id)
    if not ids:
        return taken, NOTHING
    record(tx, actor, "import_cartons", {"cartons": ids})
    return taken, changed("cartons", ids=[("carton", each) for each in ids])


def _keep(tx: Tx, warehouse_id: int, row: Carton | None, draft: CartonDraft) -> tuple[int, str]:
    """The id of the carton, and whether it is `new`, `changed` or "" as it was."""
    wanted = {name: getattr(draft, name) for name in _FIELDS}
    if row is None:
        row = Carton(warehouse_id=warehouse_id, code=draft.code, **wanted)
        tx.session.add(row)
        tx.session.flush()
        return row.id, "new"
    other = {name for name, value in wanted.items() if getattr(row, name) != value}
    if not other and row.active:
        return row.id, ""
    if sorted(getattr(row, name) for name in _SIZES) != sorted(wanted[name] for name in _SIZES):
        tx.session.execute(delete(CartonUse).where(CartonUse.carton_id == row.id))
    for name in other:
        setattr(row, name, wanted[name])
    row.active = True
    return row.id, "changed"


def retire_carton(tx: Tx, actor: Actor, carton_id: int) -> tuple[str, Change]:
    """Use a carton no more; its code. The parcels that were sent in it keep it. Raises Refusal `carton_unknown`."""
    row = tx.session.get(Carton, carton_id)
    if row is None:
        raise Refusal("carton_unknown", carton=carton_id)
    if not row.active:
        return row.code, NOTHING
    row.active = False
    record(tx, actor, "retire_carton", {"carton": carton_id})
    return row.code, changed("cartons", ids=[("carton", carton_id)])


def note_carton(tx: Tx, parcel_id: int, carton_id: int) -> None:
    """Remember that what a parcel holds was sent in this carton; called when the parcel is closed."""
    connection = tx.session.connection()  # asked anew: only then does a session set the savepoint that it is in
    tx.session.flush()  # the last piece may not be written yet
    held = connection.execute(_HELD, {"parcel": parcel_id}).all()
    content = content_key((sku, quantity) for sku, quantity in held)
    if not connection.execute(_USED_AGAIN, {"key": content, "carton": carton_id}).rowcount:
        connection.execute(_USED_FIRST, {"content": content, "carton_id": carton_id, "uses": 1})


def carton_by_code(tx: Tx, warehouse_id: int, scanned: str) -> Carton | None:
    """The carton whose code (`make_code(Kind.CARTON, id)`) was scanned, None when none of this warehouse has it.

    A retired one has none.
    """
    if kind_of(scanned) is not Kind.CARTON:
        return None
    row = tx.session.get(Carton, int(scanned[2:-1]))
    return row if row is not None and row.warehouse_id == warehouse_id and row.active else None
