"""What follows when the content of a parcel is complete, or changes: who packed it, and whether it is checked again."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import bindparam, func, select, update

from app.domain.bench import Bench, OpenParcel
from app.domain.needs import has_items
from app.domain.people import Actor
from app.domain.second_check import is_asked, is_wanted
from app.domain.states import ParcelState
from db.journal import ScanEvent
from db.orders import Order, OrderLine
from db.parcels import Parcel, ParcelItem
from db.store import Tx

_FORGET = (
    update(Parcel)
    .where(Parcel.id == bindparam("parcel"))
    .values(
        weighed_g=None, weighed_at=None, weight_overridden=False, check_operator_id=None, checked_at=None,
        packer_id=None,
    )
)
_NOT_CHECKED = (
    update(Parcel).where(Parcel.id == bindparam("parcel")).values(check_operator_id=None, checked_at=None)
)
_LAST_PACKER = (
    select(ScanEvent.operator_id)
    .where(ScanEvent.parcel_id == bindparam("parcel"), ScanEvent.counted > 0, ScanEvent.undone_by.is_(None))
    .order_by(ScanEvent.id.desc())
    .limit(1)
)
_UNCHECK = update(ParcelItem).where(ParcelItem.parcel_id == bindparam("parcel")).values(checked=0)
_PACKED = (
    update(Parcel)
    .where(Parcel.id == bindparam("parcel"))
    .values(packer_id=bindparam("packer"), check_needed=bindparam("wanted"))
)
_VALUE = select(func.coalesce(func.sum(OrderLine.price_minor * OrderLine.quantity), 0)).where(
    OrderLine.order_id == bindparam("order")
)
# the order's, not the parcel's: whoever packs it into another box draws no other lot
_UUID = select(Order.uuid).join(Parcel, Parcel.order_id == Order.id).where(Parcel.id == bindparam("parcel"))
# at most so many as matter: an old hand has closed thousands
_closed = (
    select(Parcel.id)
    .where(Parcel.packer_id == bindparam("operator"), Parcel.state == ParcelState.CLOSED)
    .limit(bindparam("most"))
    .subquery()
)
_CLOSED = select(func.count()).select_from(_closed)


def follow_content(tx: Tx, actor: Actor, bench: Bench, parcel: OpenParcel) -> OpenParcel:
    """The parcel on the table after its content may have changed; `bench` is what lay there before.

    What was weighed and checked holds no longer once anything was put in or taken out. Once all is in, it is noted who
    packed it, and decided whether it is checked again.
    """
    before, wanted = bench.parcel, parcel.check_needed
    same = before is not None and before.parcel_id == parcel.parcel_id and _content(before) == _content(parcel)
    if not same and before is not None and before.parcel_id == parcel.parcel_id:
        parcel = forget_measured(tx, parcel)
    known = same and wanted is not None and parcel.packer_id is not None
    if not is_asked(bench.rules) or not has_items(parcel) or known:
        return parcel
    if wanted is None:
        wanted = _is_wanted(tx, actor, bench, parcel)
    packer = parcel.packer_id
    if packer is None:
        # whose scan has put the last piece in, or had done so before this scan
        counted = before is None or (before.parcel_id == parcel.parcel_id and not same)
        last = {"parcel": parcel.parcel_id}
        packer = actor.operator if counted else tx.connection.execute(_LAST_PACKER, last).scalar()
    tx.connection.execute(_PACKED, {"parcel": parcel.parcel_id, "packer": packer, "wanted": wanted})
    return replace(parcel, check_needed=wanted, packer_id=packer)


def forget_measured(tx: Tx, parcel: OpenParcel) -> OpenParcel:
    """The parcel without its weight and its second check: it holds something else now."""
    measured = parcel.weighed_g is not None or parcel.weight_accepted or parcel.packer_id is not None
    checked = parcel.checked or any(line.checked for line in parcel.lines)
    if measured or checked:
        tx.connection.execute(_FORGET, {"parcel": parcel.parcel_id})
    if checked:
        tx.connection.execute(_UNCHECK, {"parcel": parcel.parcel_id})
    lines = tuple(replace(line, checked=0) for line in parcel.lines)
    return replace(parcel, weighed_g=None, weight_accepted=False, packer_id=None, checked=False, lines=lines)


def forget_checked(tx: Tx, parcel_id: int) -> None:
    """Nobody has checked a parcel any more; who packed it stays known."""
    tx.connection.execute(_NOT_CHECKED, {"parcel": parcel_id})
    tx.connection.execute(_UNCHECK, {"parcel": parcel_id})


def _content(parcel: OpenParcel) -> dict[int, int]:
    return {line.line_id: line.packed for line in parcel.lines if line.packed}


def _is_wanted(tx: Tx, actor: Actor, bench: Bench, parcel: OpenParcel) -> bool:
    rules, connection = bench.rules, tx.connection
    value = connection.execute(_VALUE, {"order": parcel.order_id}).scalar_one() or 0
    closed: int | None = None
    if actor.operator is not None and rules.check_new_orders:
        asked = {"operator": actor.operator, "most": rules.check_new_orders}
        closed = connection.execute(_CLOSED, asked).scalar_one()
    return is_wanted(rules, connection.execute(_UUID, {"parcel": parcel.parcel_id}).scalar_one(), value, closed)
