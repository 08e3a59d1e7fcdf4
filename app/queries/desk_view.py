"""What the pages of orders and labels read at once: counts by group, an order with its story, a scanned label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.domain.barcode import read_label_code
from app.queries.label_queue import JobFilter, QueueHead, job_page, job_total, queue_heads
from app.queries.order_detail import OrderDetail, order_detail
from app.queries.order_list import OrderFilter, order_total
from app.queries.order_timeline import TimelineEntry, timeline
from app.queries.station_view import search


@dataclass(frozen=True, slots=True)
class OrderSeen:
    """An order and everything that happened to it, as they were at one moment."""

    order: OrderDetail
    entries: Sequence[TimelineEntry]


def order_seen(session: Session, order_id: int) -> OrderSeen:
    """An order with its timeline; raises Refusal `order_unknown`."""
    return OrderSeen(order_detail(session, order_id), timeline(session, order_id))


def order_totals(session: Session, filters: Mapping[str, OrderFilter]) -> dict[str, int]:
    """How many orders each filter lets through, by the filters' names."""
    return {name: order_total(session, filter) for name, filter in filters.items()}


def job_totals(session: Session, filters: Mapping[str, JobFilter]) -> tuple[dict[str, int], Sequence[QueueHead]]:
    """How many print jobs each filter lets through, by the filters' names; and where the queues stand."""
    return {name: job_total(session, filter) for name, filter in filters.items()}, queue_heads(session)


def find_label(session: Session, code: str) -> tuple[str, int | None]:
    """The text that finds a scanned code's labels in the queue, and the print job that it means.

    That is the copy whose square code it is, else the newest job of the label, order or tote; None when there is none.
    """
    own = read_label_code(code.upper())
    named = (hit.title for hit in search(session, code, 2, names=False) if hit.kind in ("order", "parcel"))
    for text in (code, *named):
        for row in job_page(session, filter=JobFilter(text=text)):
            if own is None or row.copy == own[1]:
                return text, row.job_id
    return code, None
