"""Whether a bench waits for its scale."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.domain.badges import is_left
from app.domain.needs import Need, needs
from app.domain.states import ParcelState
from app.queries.packing import bench


def waits_for_weight(session: Session, station_id: int) -> bool:
    """Whether the next thing that the parcel on a station's table needs is its weight."""
    seen = bench(session, station_id)
    parcel = seen.parcel
    if parcel is None or seen.latch is not None or parcel.cancel_requested or is_left(seen):
        return False
    return parcel.state is ParcelState.OPEN and needs(parcel, seen.rules)[:1] == (Need.WEIGHT,)
