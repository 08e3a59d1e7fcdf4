"""The label queue: print jobs with their states and ages, filtered, sorted and paged in SQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, union
from sqlalchemy.orm import Session, aliased

from app.domain.barcode import read_label_code
from app.domain.states import JobState, LabelState, OrderState, ParcelState
from app.queries.print_queues import HELD, HELD_BY, WAITS_FOR
from app.queries.search import begins
from db.orders import Order
from db.parcels import JobKind, Label, Parcel, PrintAttempt, PrintJob
from db.places import Operator


class JobGroup(StrEnum):
    """Which jobs are shown."""

    ALL = "all"
    WAITING = "waiting"  # queued or being sent
    UNCERTAIN = "uncertain"
    FAILED = "failed"  # and nobody has had its label printed anew, or settled it
    TODAY = "today"  # made since the moment that the filter names


class JobSort(StrEnum):
    """By what the jobs are sorted; what is equal stands as it was made."""

    AGE = "age"  # the youngest first
    STATE = "state"  # what a person must look at first
    QUEUE = "queue"


STATES = (
    JobState.UNCERTAIN, JobState.FAILED, JobState.SENDING, JobState.QUEUED, JobState.PRINTED, JobState.CONFIRMED,
    JobState.CANCELLED,
)  # fmt: skip
_GROUPS = {
    JobGroup.ALL: STATES,
    JobGroup.WAITING: (JobState.QUEUED, JobState.SENDING),
    JobGroup.UNCERTAIN: (JobState.UNCERTAIN,),
    JobGroup.FAILED: (JobState.FAILED,),
    JobGroup.TODAY: STATES,
}


@dataclass(frozen=True, slots=True)
class JobFilter:
    """Which print jobs are wanted: of a state or a group of them, of one queue or of all, made since a moment or ever.

    `text` finds order and tracking numbers by their beginning, a parcel and a label's square code by the whole. The
    group `today` needs `since`: the page knows whose day it is (`app.queries.board.day_start`).
    """

    group: JobGroup = JobGroup.ALL
    state: JobState | None = None
    queue: str | None = None
    text: str = ""
    since: datetime | None = None

    def __post_init__(self) -> None:
        if self.group is JobGroup.TODAY and self.since is None:
            raise ValueError("today since when?")

    @property
    def states(self) -> Sequence[JobState]:
        """The states that are wanted, in the order of `STATES`."""
        wanted = _GROUPS[self.group] if self.state is None else (self.state,)
        return [state for state in STATES if state in wanted]


@dataclass(frozen=True, slots=True)
class JobRow:
    """A print job; what belongs to a label is None for a file.

    `newest_copy` when no later copy of its label was made that is still meant to be printed, or was. `reason` is the
    code of what holds it up or ended it, `reprint_reason` why this copy was wanted.
    """

    job_id: int
    kind: JobKind
    parcel_id: int | None
    order_id: int | None
    order: str | None
    tracking: str | None
    parcel: str | None
    copy: int
    newest_copy: bool
    voided: bool
    state: JobState
    reason: str | None
    reprint_reason: str | None
    queue: str
    attempts: int
    created_at: datetime
    updated_at: datetime
    parcel_state: ParcelState | None = None
    order_state: OrderState | None = None
    document: str | None = None  # what a document is, as `app.domain.documents.Document`

    @property
    def replaced(self) -> bool:
        """Whether a later copy counts instead of this one, which came out."""
        return self.of_label and not self.newest_copy and self.state in (JobState.PRINTED, JobState.CONFIRMED)

    @property
    def to_scan(self) -> bool:
        """Whether it has come out and waits to be scanned back from its box."""
        return self.of_label and self.newest_copy and not self.voided and self.state is JobState.PRINTED

    @property
    def box_closed(self) -> bool:
        """Whether its box is closed, or was before its label was voided: no bench waits for its scan."""
        return self.parcel_state is ParcelState.CLOSED or self.order_state is OrderState.SHIPPED

    @property
    def of_label(self) -> bool:
        """Whether it is the copy of a label, not a file."""
        return self.kind is JobKind.LABEL


def job_total(session: Session, filter: JobFilter) -> int:
    """How many jobs the filter lets through."""
    conditions = _conditions(filter, walk=bool(filter.text))
    return session.execute(select(func.count()).select_from(PrintJob).where(*conditions)).scalar_one()


def job_page(
    session: Session, *, filter: JobFilter, sort: str = JobSort.AGE, descending: bool = False, offset: int = 0,
    limit: int = 200,
) -> tuple[JobRow, ...]:
    """`limit` jobs from the `offset`-th on; `sort` is one of `JobSort`.

    Any offset is reached by walking an index, never the jobs themselves, whose payloads lie between them.
    """
    wanted = JobSort(sort)
    if wanted is JobSort.STATE:
        ids = list(_ids_by_state(session, filter, descending, offset, limit))
    else:
        by_age = wanted is JobSort.AGE
        first: ColumnElement[Any] = (PrintJob.created_at if by_age else PrintJob.queue).expression
        by = (first, PrintJob.id.expression)
        # those that ended well are many; the others are few, and looked up sooner than found on the way
        many = not {JobState.PRINTED, JobState.CONFIRMED}.isdisjoint(filter.states)
        statement = select(PrintJob.id).where(*_conditions(filter, walk=many))
        falls = descending is not by_age  # the youngest was made last
        ways = (column.desc() if falls else column.asc() for column in by)
        ids = list(session.scalars(statement.order_by(*ways).offset(offset).limit(limit)))
    rows = {row.job_id: row for row in _rows(session, ids)}
    return tuple(rows[job_id] for job_id in ids)


def _ids_by_state(session: Session, filter: JobFilter, descending: bool, offset: int, limit: int) -> Iterator[int]:
    """State by state, so that each of them is a slice of an index."""
    conditions = _conditions(filter, walk=bool(filter.text))
    counts = dict(
        session.execute(select(PrintJob.state, func.count()).where(*conditions).group_by(PrintJob.state)).all()
    )
    rest = _conditions(replace(filter, group=JobGroup.ALL, state=None), walk=True)
    states = list(filter.states)
    for state in reversed(states) if descending else states:
        there = counts.get(state, 0)
        if offset >= there:
            offset -= there
            continue
        statement = select(PrintJob.id).where(PrintJob.state == state, *rest)
        by = PrintJob.queue, PrintJob.id
        ways = (column.desc() if descending else column.asc() for column in by)
        found = session.scalars(statement.order_by(*ways).offset(offset).limit(limit)).all()
        yield from found
        offset, limit = 0, limit - len(found)
        if not limit:
            return


def _conditions(filter: JobFilter, *, walk: bool) -> list[ColumnElement[bool]]:
    """What the filter asks; `walk` says it so that the index of the sort is walked (see `app.queries.order_list`)."""
    found: list[ColumnElement[bool]] = []
    if len(filter.states) < len(STATES):
        others = [state for state in STATES if state not in filter.states]
        found.append(PrintJob.state.not_in(others) if walk else PrintJob.state.in_(filter.states))
    if filter.group is JobGroup.FAILED and filter.state is None:
        found.append(_LEFT)
    if filter.queue is not None:
        found.append((PrintJob.queue.concat("") if walk else PrintJob.queue) == filter.queue)
    if filter.since is not None:
        found.append(PrintJob.created_at >= filter.since)
    text = filter.text.strip()
    if text:
        found.append((PrintJob.label_id + 0 if walk else PrintJob.label_id).in_(_found_by(text)))
    return found


def _found_by(text: str) -> Any:
    """Ids of the labels that a text may mean."""
    code = text.upper()
    label_code = read_label_code(code)
    of_parcel = select(Label.id).join(Parcel, Parcel.id == Label.parcel_id)
    return union(
        select(Label.id).where(begins(Label.tracking.expression, code.replace(" ", ""))),
        of_parcel.where(Parcel.code == (label_code[0] if label_code else code)),
        of_parcel.join(Order, Order.id == Parcel.order_id).where(begins(Order.source_id.expression, text)),
    )


def _rows(session: Session, ids: Sequence[int]) -> Iterator[JobRow]:
    rows = session.execute(
        select(
            PrintJob.id, PrintJob.kind, Parcel.id, Order.id, Order.source_id, Label.tracking, Parcel.code,
            PrintJob.copy, _NEWEST, func.coalesce(Label.state == LabelState.VOIDED, False), PrintJob.state,
            WAITS_FOR, PrintJob.reprint_reason, PrintJob.queue, _ATTEMPTS, PrintJob.created_at,
            PrintJob.updated_at, Parcel.state, Order.state, PrintJob.document,
        )
        .outerjoin(Label, Label.id == PrintJob.label_id)
        .outerjoin(Parcel, Parcel.id == Label.parcel_id)
        .outerjoin(Order, Order.id == func.coalesce(Parcel.order_id, PrintJob.order_id))
        .where(PrintJob.id.in_(ids))
    )
    return (JobRow(*tuple(row)) for row in rows)


_later, _before = aliased(PrintJob), aliased(PrintJob)
_NEWEST = (PrintJob.state != JobState.CANCELLED) & ~(
    select(_later.id)
    .where(_later.label_id == PrintJob.label_id, _later.copy > PrintJob.copy, _later.state != JobState.CANCELLED)
    .exists()
)
# a failure that somebody still has to do something about: no later copy, not void, no file that a person has settled
_LEFT = and_(
    _NEWEST,
    ~select(Label.id).where(Label.id == PrintJob.label_id, Label.state == LabelState.VOIDED).exists(),
    or_(PrintJob.label_id.is_not(None), PrintJob.reason.is_(None), PrintJob.reason.not_like("settled%")),
)
_ATTEMPTS = select(func.count()).where(PrintAttempt.job_id == PrintJob.id).scalar_subquery()


def job_counts(session: Session, queue: str | None = None) -> dict[JobState, int]:
    """How many jobs of a queue (None: of all) are in each state; every state is there."""
    counts = dict.fromkeys(JobState, 0)
    statement = select(PrintJob.state, func.count()).group_by(PrintJob.state)
    if queue is not None:
        statement = statement.where(PrintJob.queue == queue)
    for state, count in session.execute(statement):
        counts[state] = count
    return counts


@dataclass(frozen=True, slots=True)
class QueueHead:
    """The job that a queue is at: being sent, or the next; `waiting` jobs in all, and the code of what it waits for."""

    queue: str
    job_id: int
    state: JobState
    reason: str | None
    since: datetime
    waiting: int


def queue_heads(session: Session) -> list[QueueHead]:
    """The heads of all queues that have something to print, by name."""
    open_jobs: dict[str, list[tuple[bool, int, int]]] = {}
    for queue, state, first, count in session.execute(
        select(PrintJob.queue, PrintJob.state, func.min(PrintJob.id), func.count())
        .where(PrintJob.state.in_((JobState.QUEUED, JobState.SENDING)))
        .group_by(PrintJob.queue, PrintJob.state)
    ):
        open_jobs.setdefault(queue, []).append((state is not JobState.SENDING, first, count))
    heads = []
    for queue in sorted(open_jobs):
        job = session.execute(
            select(PrintJob.id, PrintJob.state, WAITS_FOR, PrintJob.updated_at).where(
                PrintJob.id == min(open_jobs[queue])[1]
            )
        ).one()
        heads.append(QueueHead(queue, *job, sum(count for *_, count in open_jobs[queue])))
    return heads


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One sending of a job's bytes; odometers in the printer's own unit, `outcome` None while it goes on."""

    attempt_id: int
    job_id: int
    printer: str
    started_at: datetime
    ended_at: datetime | None
    outcome: JobState | None
    reason: str | None
    odometer_before: int | None
    odometer_after: int | None


@dataclass(frozen=True, slots=True)
class CopyRow:
    """A copy of a label: who wanted it, why, and what became of it; `replaces` is the copy it was printed for."""

    job_id: int
    copy: int
    state: JobState
    reason: str | None
    reprint_reason: str | None
    operator: str | None
    queue: str
    created_at: datetime
    updated_at: datetime
    newest: bool
    replaces: int | None = None


@dataclass(frozen=True, slots=True)
class JobDetail:
    """A print job with all copies of its label (its own among them), its attempts and the bytes that are sent.

    `paused` when it waits in a queue that a person has stopped; `held_by` is what would hold it up even so.
    """

    job: JobRow
    service: str | None
    label_state: LabelState | None
    parcel_state: ParcelState | None
    language: str
    dpi: int
    labels: int
    payload: bytes
    sha256: str
    copies: tuple[CopyRow, ...]
    attempts: tuple[AttemptRow, ...]
    paused: bool
    held_by: str | None


def job_detail(session: Session, job_id: int) -> JobDetail:
    """All there is to say about a print job."""
    (job,) = _rows(session, [job_id])
    label_id, service, label_state, parcel_state, language, dpi, labels, payload, sha256, *held = session.execute(
        select(
            PrintJob.label_id, Label.service, Label.state, Parcel.state, PrintJob.language, PrintJob.dpi,
            PrintJob.labels, PrintJob.payload, PrintJob.sha256, HELD, HELD_BY,
        )
        .outerjoin(Label, Label.id == PrintJob.label_id)
        .outerjoin(Parcel, Parcel.id == Label.parcel_id)
        .where(PrintJob.id == job_id)
    ).one()
    own = PrintJob.id == job_id if label_id is None else PrintJob.label_id == label_id
    return JobDetail(
        job, service, label_state, parcel_state, language, dpi, labels, payload, sha256,
        copies_of(session, own), attempts_of(session, PrintAttempt.job_id == job_id), *held,
    )


def copies_of(session: Session, condition: ColumnElement[bool]) -> tuple[CopyRow, ...]:
    """The jobs that a condition lets through, as copies of their label, the first copy first."""
    rows = session.execute(
        select(
            PrintJob.id, PrintJob.copy, PrintJob.state, WAITS_FOR, PrintJob.reprint_reason, Operator.name,
            PrintJob.queue, PrintJob.created_at, PrintJob.updated_at, _NEWEST, _before.copy,
        )
        .outerjoin(_before, _before.id == PrintJob.reprint_of_id)
        .outerjoin(Operator, Operator.id == PrintJob.operator_id)
        .where(condition)
        .order_by(PrintJob.copy, PrintJob.id)
    )
    return tuple(CopyRow(*tuple(row)) for row in rows)


def attempts_of(session: Session, condition: ColumnElement[bool]) -> tuple[AttemptRow, ...]:
    """The attempts that a condition lets through, the oldest first."""
    rows = session.execute(
        select(
            PrintAttempt.id, PrintAttempt.job_id, PrintAttempt.printer, PrintAttempt.started_at, PrintAttempt.ended_at,
            PrintAttempt.outcome, PrintAttempt.reason, PrintAttempt.odometer_before, PrintAttempt.odometer_after,
        )
        .where(condition)
        .order_by(PrintAttempt.id)
    )
    return tuple(AttemptRow(*row) for row in rows)
