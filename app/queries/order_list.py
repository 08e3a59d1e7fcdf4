"""The list of orders, filtered, sorted and paged in SQL; it holds nothing of the buyer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, select, union
from sqlalchemy.orm import Session

from app.domain.barcode import read_label_code
from app.domain.states import OrderState
from app.queries.board import OPEN
from app.queries.search import begins, has_inside, is_named
from db.orders import Order, OrderLine, Shop, Sku
from db.parcels import Label, Parcel
from db.waves import Batch, BatchOrder, Tote


class OrderGroup(StrEnum):
    """Which orders are shown."""

    ALL = "all"
    OPEN = "open"  # neither shipped nor cancelled
    WORK = "work"  # in a wave: planned until packed
    STUCK = "stuck"  # incomplete, or a problem


class OrderSort(StrEnum):
    """By what the orders are sorted; what is equal stands as it came."""

    NUMBER = "number"
    STATE = "state"  # in the order in which an order passes them
    SHIP_BY = "ship_by"  # those without a moment last, whichever way
    COUNTRY = "country"
    UPDATED = "updated"
    PIECES = "pieces"


# the way of an order; the list is sorted by it, since the words' own order means nothing to a reader
STATES = (
    OrderState.PROBLEM, OrderState.INCOMPLETE, OrderState.READY, OrderState.PLANNED, OrderState.RELEASED,
    OrderState.PICKED, OrderState.PACKING, OrderState.SHIPPED, OrderState.CANCELLED,
)  # fmt: skip
_GROUPS = {
    OrderGroup.ALL: STATES,
    OrderGroup.OPEN: OPEN,
    OrderGroup.WORK: (OrderState.PLANNED, OrderState.RELEASED, OrderState.PICKED, OrderState.PACKING),
    OrderGroup.STUCK: (OrderState.INCOMPLETE, OrderState.PROBLEM),
}


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Which orders are wanted: a state or a group of them, of one warehouse or of all.

    `text` finds order and tracking numbers and SKU codes by their beginning, order numbers by any part of some length
    too, the buyer by the beginnings of names, and a tote, a parcel or a label by its code.
    """

    group: OrderGroup = OrderGroup.ALL
    state: OrderState | None = None
    text: str = ""
    warehouse_id: int | None = None

    @property
    def states(self) -> Sequence[OrderState]:
        """The states that are wanted, in the order of `STATES`."""
        wanted = _GROUPS[self.group] if self.state is None else (self.state,)
        return [state for state in STATES if state in wanted]


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order in the list; `missing` lists, comma-separated, what keeps it from being planned.

    `tote` is where its goods lie now, `wave` the wave that it is in.
    """

    order_id: int
    source_id: str
    shop: str
    channel: str
    country: str
    state: OrderState
    missing: str
    reason: str | None
    pieces: int
    lines: int
    ship_by: datetime | None
    updated_at: datetime
    tote: str | None
    wave: int | None
    cancel_requested: bool


def order_total(session: Session, filter: OrderFilter) -> int:
    """How many orders the filter lets through."""
    conditions = _conditions(session, filter, walk=bool(filter.text))
    return session.execute(select(func.count()).select_from(Order).where(*conditions)).scalar_one()


def order_counts(session: Session, filter: OrderFilter) -> dict[OrderState, int]:
    """How many orders of each state the filter lets through."""
    conditions = _conditions(session, filter, walk=bool(filter.text))
    return dict(session.execute(select(Order.state, func.count()).where(*conditions).group_by(Order.state)).all())


def order_page(
    session: Session, *, filter: OrderFilter, sort: str = OrderSort.SHIP_BY, descending: bool = False,
    offset: int = 0, limit: int = 200,
) -> tuple[OrderRow, ...]:
    """`limit` orders from the `offset`-th on; `sort` is one of `OrderSort`.

    Any offset is reached by walking an index that holds all that is asked (see `db.orders.Order`): only the rows of
    the page itself are read.
    """
    wanted = OrderSort(sort)
    if wanted is OrderSort.STATE:
        ids = list(_ids_by_state(session, filter, descending, offset, limit))
    else:
        conditions = _conditions(session, filter, walk=True)
        statement = select(Order.id).where(*conditions).order_by(*_ways(wanted, descending))
        ids = list(session.scalars(statement.offset(offset).limit(limit)))
    rows = {row.order_id: row for row in _rows(session, ids)}
    return tuple(rows[order_id] for order_id in ids)


def _ways(sort: OrderSort, descending: bool) -> list[ColumnElement[Any]]:
    firsts: dict[OrderSort, ColumnElement[Any]] = {
        OrderSort.NUMBER: Order.source_id.expression,
        OrderSort.COUNTRY: Order.country.expression,
        OrderSort.UPDATED: Order.updated_at.expression,
        OrderSort.SHIP_BY: Order.ship_by.expression,
        OrderSort.PIECES: Order.pieces.expression,
    }
    by = [firsts[sort], Order.id.expression]
    ways = _directed(by, descending)
    if sort is OrderSort.SHIP_BY:
        ways[0] = ways[0].nulls_last()
    return ways


def _directed(by: Sequence[ColumnElement[Any]], descending: bool) -> list[ColumnElement[Any]]:
    return [column.desc() if descending else column.asc() for column in by]


def _ids_by_state(
    session: Session, filter: OrderFilter, descending: bool, offset: int, limit: int
) -> Iterator[int]:
    """State by state, so that each of them is a slice of an index."""
    counts = order_counts(session, filter)
    rest = _conditions(session, replace(filter, group=OrderGroup.ALL, state=None), walk=True)
    ways = _directed((Order.ship_by.expression, Order.id.expression), descending)
    ways[0] = ways[0].nulls_last()
    states = list(filter.states)
    for state in reversed(states) if descending else states:
        there = counts.get(state, 0)
        if offset >= there:
            offset -= there
            continue
        statement = select(Order.id).where(Order.state == state, *rest).order_by(*ways)
        found = session.scalars(statement.offset(offset).limit(limit)).all()
        yield from found
        offset, limit = 0, limit - len(found)
        if not limit:
            return


def _conditions(session: Session, filter: OrderFilter, *, walk: bool) -> list[ColumnElement[bool]]:
    """What the filter asks; `walk` says it so that the index of the sort is walked.

    What SQLite can look up by another index it would, and sort what it finds; so states are said by those that are
    not wanted, and ids by a sum.
    """
    found: list[ColumnElement[bool]] = []
    if filter.warehouse_id is not None:
        found.append(Order.warehouse_id == filter.warehouse_id)
    if len(filter.states) < len(STATES):
        others = [state for state in STATES if state not in filter.states]
        found.append(Order.state.not_in(others) if walk else Order.state.in_(filter.states))
    text = filter.text.strip()
    if text:
        found.append((Order.id + 0 if walk else Order.id).in_(_found_by(session, text)))
    return found


def _found_by(session: Session, text: str) -> Any:
    """Ids of the orders that a text may mean."""
    code = text.upper()
    label_code = read_label_code(code)
    found: list[Any] = [
        select(Order.id).where(begins(Order.source_id.expression, text)),
        select(Parcel.order_id)
        .join(Label, Label.parcel_id == Parcel.id)
        .where(begins(Label.tracking.expression, code.replace(" ", ""))),
        select(Parcel.order_id).where(Parcel.code == (label_code[0] if label_code else code)),
        select(BatchOrder.order_id)
        .join(Tote, Tote.id == BatchOrder.tote_id)
        .where(Tote.code == code, BatchOrder.emptied_at.is_(None)),
        select(OrderLine.order_id)
        .join(Sku, Sku.id == OrderLine.sku_id)
        .where(begins(Sku.code.expression, text)),
    ]
    found += [
        select(Order.id).where(meant)
        for meant in (is_named(text), has_inside(session, text))
        if meant is not None
    ]
    return union(*found)


def _rows(session: Session, ids: Sequence[int]) -> Iterator[OrderRow]:
    lines = select(func.count()).where(OrderLine.order_id == Order.id)
    rows = session.execute(
        select(
            Order.id, Order.source_id, Shop.code, Shop.channel, Order.country, Order.state, Order.missing,
            Order.reason, Order.pieces, lines.scalar_subquery(), Order.ship_by, Order.updated_at,
            Tote.code, Batch.wave_id, Order.cancel_requested_at.is_not(None),
        )
        .join(Shop, Shop.id == Order.shop_id)
        .outerjoin(BatchOrder, BatchOrder.order_id == Order.id)
        .outerjoin(Tote, (Tote.id == BatchOrder.tote_id) & BatchOrder.emptied_at.is_(None))
        .outerjoin(Batch, Batch.id == BatchOrder.batch_id)
        .where(Order.id.in_(ids))
    )
    return (OrderRow(*tuple(row)) for row in rows)
