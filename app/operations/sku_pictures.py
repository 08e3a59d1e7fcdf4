"""Pictures of goods, for the packing slip and the bench."""

from __future__ import annotations

import hashlib

from app.change import NOTHING, Change, changed
from app.domain.people import Actor
from db.journal import record
from db.orders import SkuPicture
from db.store import Tx


def keep_picture(tx: Tx, actor: Actor, sku_id: int, picture: bytes) -> tuple[bool, Change]:
    """From now on this small JPEG is how a SKU looks; whether it is another one than before."""
    sha256 = hashlib.sha256(picture).hexdigest()
    row = tx.session.get(SkuPicture, sku_id)
    if row is None:
        tx.session.add(SkuPicture(sku_id=sku_id, media="jpeg", content=picture, sha256=sha256))
    elif row.sha256 == sha256:
        return False, NOTHING
    else:
        row.media, row.content, row.sha256 = "jpeg", picture, sha256
    record(tx, actor, "keep_picture", {"sku": sku_id})
    return True, changed("orders", ids=[("sku", sku_id)])
