"""What makes a database one of the training."""

from __future__ import annotations

from sqlalchemy import insert

from app.change import Change
from db.journal import Counter, Setting
from db.store import Tx

MARK = "training"
# far from the numbers of any real warehouse: no code of a training parcel is ever that of a real one
FIRST = 90_000_001
_SERIES = ("parcel", "tracking", "tote")


def mark_training(tx: Tx) -> tuple[None, Change]:
    """Remember that nothing in this new database is real, and number its parcels apart from real ones."""
    tx.session.add(Setting(name=MARK, value="1"))
    for series in _SERIES:
        tx.connection.execute(insert(Counter), {"name": series, "next": FIRST})
    return None, Change()
