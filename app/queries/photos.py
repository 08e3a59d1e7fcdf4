"""The photos of parcels, for the support desk; and whether a parcel is to have one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.errors import Refusal
from db.bench import PackingRules
from db.journal import JournalEntry
from db.orders import Order
from db.parcels import Parcel, ParcelPhoto


@dataclass(frozen=True, slots=True)
class Photo:
    """The newest photo of a parcel: a JPEG of `width` by `height` pixels, and how many there are."""

    content: bytes
    width: int
    height: int
    taken_at: datetime
    sha256: str
    count: int


def photo_wanted(session: Session, parcel_code: str) -> int | None:
    """The id of a parcel whose warehouse wants a photo at its close, None where none is wanted."""
    return session.scalars(
        select(Parcel.id)
        .join(Order, Order.id == Parcel.order_id)
        .join(PackingRules, PackingRules.warehouse_id == Order.warehouse_id)
        .where(Parcel.code == parcel_code, PackingRules.photo)
    ).first()


def photo_of(session: Session, parcel_id: int) -> Photo | Refusal | None:
    """The newest photo of a parcel; else why it was not taken; None when nobody wanted one."""
    rows = session.execute(
        select(ParcelPhoto.id, ParcelPhoto.taken_at)
        .where(ParcelPhoto.parcel_id == parcel_id)
        .order_by(ParcelPhoto.taken_at.desc(), ParcelPhoto.id.desc())
    ).all()
    if rows:
        photo = session.get_one(ParcelPhoto, rows[0].id)
        return Photo(photo.content, photo.width_px, photo.height_px, photo.taken_at, photo.sha256, len(rows))
    missed = session.execute(
        select(JournalEntry.reason, JournalEntry.ids)
        .join(Parcel, Parcel.order_id == JournalEntry.order_id)
        .where(
            Parcel.id == parcel_id, JournalEntry.name == "miss_photo",
            JournalEntry.ids.endswith(f'"parcel": {parcel_id}}}'),
        )
        .order_by(JournalEntry.id.desc())
    ).first()
    return None if missed is None else Refusal(missed.reason, **json.loads(missed.ids)["facts"])
