"""What is captured of pieces: written with the scan that counts them, released when they leave the parcel again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import bindparam, insert, select, update

from app.domain.bench import OpenParcel
from app.domain.verdict import Code, Verdict, fail
from db.base import new_uuid
from db.orders import Lot, Order, Sku
from db.parcels import Captured, Parcel
from db.stock import Allocation, AllocationState, Stock
from db.store import Tx

_SERIAL = (
    select(Order.source_id, Parcel.code)
    .select_from(Captured)
    .join(Sku, Sku.id == Captured.sku_id)
    .join(Parcel, Parcel.id == Captured.parcel_id)
    .join(Order, Order.id == Parcel.order_id)
    .where(Sku.code == bindparam("sku"), Captured.serial == bindparam("serial"), Captured.released_at.is_(None))
)
_PICKED_LOTS = (
    select(Lot.code)
    .join(Stock, Stock.lot_id == Lot.id)
    .join(Allocation, Allocation.stock_id == Stock.id)
    .where(
        Allocation.order_line_id.in_(bindparam("lines", expanding=True)), Allocation.state == AllocationState.PICKED
    )
    .distinct()
    .order_by(Lot.code)
)
_NOTE = insert(Captured)


def compared(tx: Tx, verdict: Verdict) -> Verdict:
    """The verdict with what the books know of the pieces.

    The failure that their serial number is in a parcel already, this one or one sent years ago; or as a fact
    `picked_lot` the lots that were picked, where they are of another one, which stops nobody.
    """
    said = verdict.said or (verdict.pending.said if verdict.pending else None)
    if said is None or verdict.sku is None:
        return verdict
    if said.serial is not None:
        verdict = _told_apart(tx, verdict, said.serial)
    if verdict.said is None or verdict.said.lot is None:
        return verdict
    lines = [line for line, _ in verdict.counts]
    picked = list(tx.connection.execute(_PICKED_LOTS, {"lines": lines}).scalars())
    if not picked or verdict.said.lot in picked:
        return verdict
    return replace(verdict, facts={**verdict.facts, "lot": verdict.said.lot, "picked_lot": ", ".join(picked)})


def _told_apart(tx: Tx, verdict: Verdict, serial: str) -> Verdict:
    found = tx.connection.execute(_SERIAL, {"sku": verdict.sku, "serial": serial}).first()
    if found is None:
        return verdict
    order, parcel = found
    name = verdict.facts.get("name")
    duplicate = fail(
        Code.DUPLICATE_SERIAL, sku=verdict.sku, name=name, serial=serial, order=order, parcel=parcel
    )
    return replace(duplicate, sku=verdict.sku)


def note(tx: Tx, parcel: OpenParcel, verdict: Verdict, event_id: int) -> None:
    """Write down what a verdict that counted has captured of its pieces; a substitute also where that is nothing."""
    said = verdict.said
    assert said is not None
    skus = {line.sku: line.sku_id for line in parcel.lines} | {other.sku: other.sku_id for other in parcel.substitutes}
    sku_id = skus[verdict.sku or ""]
    of_line = {line.line_id: line.sku_id for line in parcel.lines}
    if not (said.serial or said.lot or said.expires_on or sku_id not in of_line.values()):
        return
    tx.connection.execute(
        _NOTE,
        [
            {
                "uuid": new_uuid(), "parcel_id": parcel.parcel_id, "order_line_id": line, "sku_id": sku_id,
                "event_id": event_id, "quantity": pieces, "serial": said.serial, "lot": said.lot,
                "expires_on": said.expires_on, "captured_at": tx.at,
            }
            for line, pieces in verdict.counts
        ],
    )


def release(tx: Tx, parcel_id: int, events: Iterable[int] | None = None) -> None:
    """Pieces have left a parcel: those that these scans had counted, or all. Their serial numbers are free again."""
    gone = update(Captured).where(Captured.parcel_id == parcel_id, Captured.released_at.is_(None))
    if events is not None:
        gone = gone.where(Captured.event_id.in_(list(events)))
    tx.connection.execute(gone.values(released_at=tx.at))
