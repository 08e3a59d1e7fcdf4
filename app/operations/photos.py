"""The photo of a closed parcel, or why there is none."""

from __future__ import annotations

import hashlib
from datetime import datetime

from app.change import Change, changed
from app.domain.errors import Refusal
from app.domain.people import Actor
from db.journal import record
from db.parcels import Parcel, ParcelPhoto
from db.store import Tx


def store_photo(
    tx: Tx, actor: Actor, parcel_id: int, content: bytes, width: int, height: int, taken_at: datetime
) -> tuple[int, Change]:
    """Keep a JPEG of `width` by `height` pixels with the parcel that it shows; returns the photo's id.

    A parcel that is closed again gets another one; none is ever taken away. Raises Refusal `photos_parcel_unknown`.
    """
    parcel = _parcel(tx, parcel_id)
    photo = ParcelPhoto(
        parcel_id=parcel_id, station_id=actor.station, taken_at=taken_at, width_px=width, height_px=height,
        content=content, sha256=hashlib.sha256(content).hexdigest(),
    )
    tx.session.add(photo)
    tx.session.flush()
    ids = {"order": parcel.order_id, "parcel": parcel_id, "photo": photo.id, "sha256": photo.sha256}
    record(tx, actor, "store_photo", ids)
    return photo.id, changed("parcels", ids=[("parcel", parcel_id), ("order", parcel.order_id)])


def note_missing_photo(tx: Tx, actor: Actor, parcel_id: int, trouble: Refusal) -> tuple[None, Change]:
    """Write down why a parcel that was to have a photo has none.

    Raises Refusal `photos_parcel_unknown`.
    """
    parcel = _parcel(tx, parcel_id)
    ids = {"order": parcel.order_id, "facts": trouble.facts, "parcel": parcel_id}
    record(tx, actor, "miss_photo", ids, reason=trouble.code)
    return None, changed("parcels", ids=[("parcel", parcel_id), ("order", parcel.order_id)])


def _parcel(tx: Tx, parcel_id: int) -> Parcel:
    parcel = tx.session.get(Parcel, parcel_id)
    if parcel is None:
        raise Refusal("photos_parcel_unknown", parcel=parcel_id)
    return parcel
