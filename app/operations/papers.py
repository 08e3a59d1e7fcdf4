"""The papers that come with a label: asked for in the label's own transaction, queued once they are made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import bindparam, update

from app.change import Change, changed
from app.domain.bench_rules import BenchRules, SlipRule
from app.domain.documents import Document
from app.domain.people import Actor
from app.operations.documents import queue_document
from db.journal import record
from db.parcels import Parcel
from db.store import Tx

DONE = ""  # what stands at a parcel whose papers were made
_ASK = (
    update(Parcel)
    .where(Parcel.id == bindparam("parcel"), Parcel.papers_due.is_(None))
    .values(papers_due=bindparam("queue"))
)


@dataclass(frozen=True, slots=True)
class Paper:
    """A document as its printer takes it: `pages` labels on label stock, 1 for sheets."""

    document: Document
    payload: bytes
    queue: str
    language: str = "pdf"
    dpi: int = 203
    pages: int = 1


@dataclass(frozen=True, slots=True)
class NotMade:
    """A document that could not be made, and the code of why."""

    document: Document
    why: str


def ask_papers(tx: Tx, rules: BenchRules, parcel_id: int, station: str) -> None:
    """A station is to make the papers of a parcel, if there are to be any; they come once, whatever its label does."""
    if rules.slip is not SlipRule.OFF:
        tx.connection.execute(_ASK, {"parcel": parcel_id, "queue": station})


def queue_papers(
    tx: Tx, actor: Actor, parcel_id: int, papers: Iterable[Paper], not_made: Iterable[NotMade] = ()
) -> tuple[int, Change]:
    """Print the papers of a parcel, which were made; how many: none when they were queued meanwhile."""
    parcel = tx.session.get_one(Parcel, parcel_id, with_for_update=True)
    if not parcel.papers_due:
        return 0, Change()
    parcel.papers_due = DONE
    count = 0
    for paper in papers:
        queue_document(
            tx, actor, paper.document, paper.payload, queue=paper.queue, order_id=parcel.order_id,
            language=paper.language, dpi=paper.dpi, pages=paper.pages,
        )
        count += 1
    for one in not_made:
        ids = {"order": parcel.order_id, "parcel": parcel_id, "document": one.document.value}
        record(tx, actor, "papers_not_made", ids, reason=one.why)
    return count, changed("labels", "orders", ids=[("parcel", parcel_id), ("order", parcel.order_id)])
