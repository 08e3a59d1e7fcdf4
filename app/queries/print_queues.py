"""Queues of print jobs: which are paused, where labels can come out, and what follows from the last one that did."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from app.domain.label_batches import LabelBatchState
from app.domain.routing import fallback_queue, label_queue
from app.domain.states import JobState
from db.label_batches import LabelBatch
from db.parcels import JobKind, PrintAttempt, PrintJob, PrintQueue
from db.places import Operator, Station

_PAUSED = select(PrintQueue.name).where(PrintQueue.paused_at.is_not(None))
_LOCAL = ("serial:%", "usb:%", "hid:%", "windows:%", "file:%")  # on another computer it means another printer
_head = aliased(PrintJob)


def _of_head(state: JobState) -> ColumnElement[str | None]:
    """What the first job of a job's queue in this state waits for; one that waits for another printer holds none up."""
    return (
        select(_head.reason)
        .where(
            _head.state == state, _head.queue == PrintJob.queue, _head.reason.is_distinct_from("other_language")
        )
        .order_by(_head.id)
        .limit(1)
        .correlate(PrintJob)
        .scalar_subquery()
    )


# whether a job waits in a queue that a person has stopped
HELD: ColumnElement[bool] = and_(PrintJob.state == JobState.QUEUED, PrintJob.queue.in_(_PAUSED))
# what holds a job up or ended it, its queue set aside: it waits for what the head of its queue waits for, which is all
# that the spooler writes down
HELD_BY: ColumnElement[str | None] = case(
    (
        PrintJob.state == JobState.QUEUED,
        func.coalesce(PrintJob.reason, _of_head(JobState.SENDING), _of_head(JobState.QUEUED)),
    ),
    else_=PrintJob.reason,
)
# whether a job belongs to a label batch that a person has paused; what was printed elsewhere of it is not held
BATCH_PAUSED: ColumnElement[bool] = (
    select(LabelBatch.id)
    .where(
        LabelBatch.id == PrintJob.label_batch_id, LabelBatch.queue == PrintJob.queue,
        LabelBatch.state == LabelBatchState.PAUSED,
    )
    .correlate(PrintJob)
    .exists()
)
_BATCH_HELD = and_(PrintJob.state == JobState.QUEUED, BATCH_PAUSED)
# what waits in a paused queue, or in a paused label batch, is told to wait for that first
WAITS_FOR: ColumnElement[str | None] = case(
    (HELD, "queue_paused"), (_BATCH_HELD, "label_batch_paused"), else_=HELD_BY
)


def is_paused(session: Session, queue: str) -> bool:
    """Whether a person has stopped a queue."""
    return session.connection().execute(_PAUSED.where(PrintQueue.name == queue)).first() is not None


def written_in(language: str | None) -> ColumnElement[bool]:
    """Which jobs a printer that speaks this language can be given, None: all.

    A label and what separates labels are written anew for it.
    """
    if language is None:
        return true()
    own = or_(PrintJob.label_id.is_not(None), PrintJob.kind == JobKind.SEPARATOR)
    return or_(PrintJob.language == language, own)


def has_queued(session: Session, queue: str, language: str | None = None) -> bool:
    """Whether a queue has a job that may be sent to a printer of this language: what waits in a paused one may not."""
    found = select(PrintJob.id).where(
        PrintJob.state == JobState.QUEUED, PrintJob.queue == queue, PrintJob.queue.not_in(_PAUSED), ~BATCH_PAUSED,
        written_in(language),
    )
    return session.connection().execute(found.limit(1)).first() is not None


def what_waits(session: Session, queue: str, language: str | None) -> tuple[bool, str | None]:
    """Whether a job may be sent to a printer of this language, and what holds others up: a code, None for nothing."""
    waits = has_queued(session, queue, language)
    if not waits and is_paused(session, queue) and queued(session, queue):
        return waits, "queue_paused"
    if language is not None:
        other = select(PrintJob.id).where(
            PrintJob.state == JobState.QUEUED, PrintJob.queue == queue, ~written_in(language)
        )
        if session.connection().execute(other.limit(1)).first() is not None:
            return waits, "other_language"
    return waits, None


def queued(session: Session, queue: str) -> int:
    """How many jobs of a queue have not been sent yet."""
    found = select(func.count()).where(PrintJob.state == JobState.QUEUED, PrintJob.queue == queue)
    return session.connection().execute(found).scalar_one()


@dataclass(frozen=True, slots=True)
class Paused:
    """A queue that a person has stopped: since when, who (None where nobody is named), and how many jobs it holds."""

    queue: str
    since: datetime
    by: str | None
    waiting: int


def paused_queues(session: Session) -> list[Paused]:
    """Every paused queue, by name."""
    rows = session.execute(
        select(PrintQueue.name, PrintQueue.paused_at, Operator.name)
        .outerjoin(Operator, Operator.id == PrintQueue.paused_by)
        .where(PrintQueue.paused_at.is_not(None))
        .order_by(PrintQueue.name)
    ).all()
    return [Paused(queue, since, by, queued(session, queue)) for queue, since, by in rows if since is not None]


def printing_queues(session: Session, warehouse_id: int) -> list[str]:
    """The queues of a warehouse's label printers that have been sent a label before, by name."""
    stations = session.scalars(select(Station.name).where(Station.warehouse_id == warehouse_id)).all()
    names = sorted(queue(station) for station in stations for queue in (label_queue, fallback_queue))
    sent = select(PrintAttempt.id).join(PrintJob, PrintJob.id == PrintAttempt.job_id).limit(1)
    return [name for name in names if session.execute(sent.where(PrintJob.queue == name)).first() is not None]


@dataclass(frozen=True, slots=True)
class Beside:
    """The uncertain jobs of a job's printer, in the order of sending: up to it and with it, and after it.

    `later` is a job that was sent after it and has come out, None when there is none: then it was not the last.
    `queues` are the names of theirs, with how many each has: several stations may print at one printer.
    """

    out: tuple[int, ...]
    lost: tuple[int, ...]
    later: int | None
    queues: tuple[tuple[str, int], ...]


def uncertain_beside(session: Session, job_id: int) -> Beside:
    """What follows if this job was the last that came out of its printer; all empty for what was never sent.

    One address is one printer, whichever station prints at it; a port of a computer is one for its own station alone.
    """
    # an attempt of which no byte has left says nothing about what comes out where
    left = or_(PrintAttempt.outcome.is_(None), PrintAttempt.outcome != JobState.QUEUED)
    last = session.execute(
        select(
            PrintAttempt.id, PrintAttempt.printer, PrintJob.queue,
            or_(*(PrintAttempt.printer.like(scheme) for scheme in _LOCAL)).label("local"),
        )
        .join(PrintJob, PrintJob.id == PrintAttempt.job_id)
        .where(PrintAttempt.job_id == job_id, left)
        .order_by(PrintAttempt.id.desc())
        .limit(1)
    ).first()
    if last is None:
        return Beside((), (), None, ())
    same = and_(PrintAttempt.printer == last.printer, PrintJob.queue == last.queue if last.local else true())
    newest = (
        select(func.max(PrintAttempt.id).label("attempt"))
        .join(PrintJob, PrintJob.id == PrintAttempt.job_id)
        .where(PrintJob.state == JobState.UNCERTAIN, left)
        .group_by(PrintAttempt.job_id)
        .subquery()
    )
    rows = session.execute(
        select(PrintAttempt.job_id, PrintAttempt.id, PrintJob.queue)
        .join(newest, newest.c.attempt == PrintAttempt.id)
        .join(PrintJob, PrintJob.id == PrintAttempt.job_id)
        .where(same)
        .order_by(PrintAttempt.id)
    ).all()
    later = session.scalars(
        select(PrintJob.id)
        .join(PrintAttempt, PrintAttempt.job_id == PrintJob.id)
        .where(
            PrintAttempt.id > last.id, same, left,
            PrintJob.state.in_((JobState.PRINTED, JobState.CONFIRMED)),
        )
        .order_by(PrintAttempt.id.desc())
        .limit(1)
    ).first()
    out = tuple(job for job, attempt, _ in rows if attempt <= last.id)
    lost = tuple(job for job, attempt, _ in rows if attempt > last.id)
    return Beside(out, lost, later, tuple(sorted(Counter(queue for _, _, queue in rows).items())))
