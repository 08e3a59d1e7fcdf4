"""What the pages of orders and labels read at once: counts by group, an order with its story, a scanned label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from app.domain.barcode import read_label_code
from app.domain.states import OrderState
from app.queries.label_queue import JobFilter, QueueHead, job_page, job_total, queue_heads
from app.queries.order_detail import OrderDetail, order_detail
from app.queries.order_list import OrderFilter, OrderGroup, order_counts
from app.queries.order_timeline import TimelineEntry, timeline
from app.queries.print_queues import Paused, paused_queues, printing_queues, queued
from app.queries.search import search


@dataclass(frozen=True, slots=True)
class OrderSeen:
    """An order and everything that happened to it, as they were at one moment."""

    order: OrderDetail
    entries: Sequence[TimelineEntry]


def order_seen(session: Session, order_id: int) -> OrderSeen:
    """An order with its timeline; raises Refusal `order_unknown`."""
    return OrderSeen(order_detail(session, order_id), timeline(session, order_id))


def order_totals(session: Session, filters: Mapping[str, OrderFilter]) -> dict[str, int]:
    """How many orders each filter lets through, by the filters' names; what differs in states alone is counted once."""
    counted: dict[OrderFilter, Mapping[OrderState, int]] = {}
    totals = {}
    for name, filter in filters.items():
        every = replace(filter, group=OrderGroup.ALL, state=None)
        if every not in counted:
            counted[every] = order_counts(session, every)
        totals[name] = sum(counted[every].get(state, 0) for state in filter.states)
    return totals


@dataclass(frozen=True, slots=True)
class JobsSeen:
    """Print jobs by the names of filters, where each queue stands, and which of them are paused."""

    counts: Mapping[str, int]
    heads: Sequence[QueueHead]
    paused: Sequence[Paused]


def jobs_seen(session: Session, filters: Mapping[str, JobFilter]) -> JobsSeen:
    """How many print jobs each filter lets through, and the queues."""
    counts = {name: job_total(session, filter) for name, filter in filters.items()}
    return JobsSeen(counts, queue_heads(session), paused_queues(session))


@dataclass(frozen=True, slots=True)
class OtherQueue:
    """A queue to which labels can be moved: how many jobs it has, and the code of what it waits for."""

    queue: str
    waiting: int
    reason: str | None


@dataclass(frozen=True, slots=True)
class QueueStands:
    """What can be done with a queue: `waiting` jobs of it can be moved to one of the `others`; `paused` are names."""

    waiting: int
    others: Sequence[OtherQueue]
    paused: Sequence[str]


def queue_stands(session: Session, warehouse_id: int, queue: str, own: str) -> QueueStands:
    """Where a queue stands; the others are those that have printed, and `own` where a printer was just set up."""
    heads = {head.queue: head for head in queue_heads(session)}
    paused = [each.queue for each in paused_queues(session)]
    names = {*printing_queues(session, warehouse_id), *([own] if own else [])} - {queue}
    others = []
    for name in sorted(names):
        head = heads.get(name)
        reason = "queue_paused" if name in paused else head.reason if head else None
        others.append(OtherQueue(name, head.waiting if head else 0, reason))
    return QueueStands(queued(session, queue), others, paused)


def find_label(session: Session, code: str) -> tuple[str, int | None]:
    """The text that finds a scanned code's labels in the queue, and the print job that it means.

    That is the copy whose square code it is, else the newest job of the label, order or tote; None when there is none.
    """
    own = read_label_code(code.upper())
    named = (hit.title for hit in search(session, code, 2) if hit.kind in ("order", "parcel"))
    for text in (code, *named):
        for row in job_page(session, filter=JobFilter(text=text)):
            if own is None or row.copy == own[1]:
                return text, row.job_id
    return code, None
