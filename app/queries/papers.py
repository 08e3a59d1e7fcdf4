"""Parcels whose papers a station still has to make."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.bench_rules import SlipRule
from app.domain.states import ParcelState
from app.queries.bench_rules import read_rules
from db.orders import Order
from db.parcels import Parcel


@dataclass(frozen=True, slots=True)
class PapersDue:
    """A parcel whose papers are to be made: which ones its warehouse wants; none for one that is not sent."""

    parcel_id: int
    order_id: int
    warehouse_id: int
    packer_id: int | None
    slip: SlipRule


def papers_due(session: Session, station: str) -> list[PapersDue]:
    """The parcels that a station has labelled and whose papers it has not made, the oldest first."""
    rows = session.execute(
        select(Parcel.id, Parcel.order_id, Order.warehouse_id, Parcel.packer_id, Parcel.state)
        .join(Order, Order.id == Parcel.order_id)
        .where(Parcel.papers_due == station, Parcel.state != ParcelState.OPEN)
        .order_by(Parcel.id)
    )
    found = []
    for parcel, order, warehouse, packer, state in rows:
        sent = state is not ParcelState.VOIDED
        slip = read_rules(session.connection(), warehouse).slip if sent else SlipRule.OFF
        found.append(PapersDue(parcel, order, warehouse, packer, slip))
    return found
