"""Whether a database is one of the training."""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.domain.verdict import Code
from app.operations.training import MARK
from db.journal import ScanEvent, Setting


def is_training(session: Session) -> bool:
    """Whether nothing in this database is real."""
    return session.get(Setting, MARK) is not None


def has_slipped(session: Session, parcel_id: int) -> bool:
    """Whether somebody has scanned a wrong item for this parcel."""
    wrong = (ScanEvent.parcel_id == parcel_id) & (ScanEvent.code == Code.WRONG_ITEM)
    return bool(session.execute(select(exists().where(wrong))).scalar())
