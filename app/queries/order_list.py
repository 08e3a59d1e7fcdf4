"""The list of orders, filtered, sorted and paged in SQL; it holds nothing of the buyer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, union
from sqlalchemy.orm import Session

from app.domain.barcode import read_label_code
from app.domain.states import OrderState
from app.queries.board import OPEN
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
    """By what the orders are sorted; what is equal stands in the order of states, then as it came."""

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

    `text` finds order and tracking numbers and SKU codes by their beginning, the buyer by the beginning of any of the
    names, and a tote, a parcel or a label by its code.
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
    return session.execute(select(func.count()).select_from(Order).where(*_conditions(filter))).scalar_one()


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
        statement = _sorted(select(Order.id).where(*_conditions(filter)), wanted, descending)
        ids = list(session.scalars(statement.offset(offset).limit(limit)))
    rows = {row.order_id: row for row in _rows(session, ids)}
    return tuple(rows[order_id] for order_id in ids)


def _sorted(statement: Select[int], sort: OrderSort, descending: bool) -> Select[int]:
    first: ColumnElement[Any]
    if sort is OrderSort.PIECES:
        pieces = (
            select(OrderLine.order_id, func.sum(OrderLine.quantity).label("pieces"))
            .group_by(OrderLine.order_id)
            .subquery()
        )
        statement = statement.outerjoin(pieces, pieces.c.order_id == Order.id)
        by: list[ColumnElement[Any]] = [func.coalesce(pieces.c.pieces, 0), Order.id.expression]
        return statement.order_by(*(column.desc() if descending else column.asc() for column in by))
    if sort is OrderSort.NUMBER:
        first = Order.source_id.expression
    elif sort is OrderSort.COUNTRY:
        first = Order.country.expression
    elif sort is OrderSort.UPDATED:
        first = Order.updated_at.expression
    else:
        first = Order.ship_by.expression
    # the rest of the index's columns, so that it serves the whole order
    rest = (Order.state, Order.warehouse_id, Order.id)
    ways = [column.desc() if descending else column.asc() for column in (first, *rest)]
    if sort is OrderSort.SHIP_BY:
        ways[0] = ways[0].nulls_last()
    return statement.order_by(*ways)


def _ids_by_state(
    session: Session, filter: OrderFilter, descending: bool, offset: int, limit: int
) -> Iterator[int]:
    """State by state, so that each of them is a slice of an index."""
    counts = dict(
        session.execute(select(Order.state, func.count()).where(*_conditions(filter)).group_by(Order.state)).all()
    )
    states = list(filter.states)
    for state in reversed(states) if descending else states:
        there = counts.get(state, 0)
        if offset >= there:
            offset -= there
            continue
        statement = select(Order.id).where(*_conditions(replace(filter, state=state)))
        ways = (Order.ship_by.desc().nulls_last(), Order.id.desc()) if descending else (
            Order.ship_by.asc().nulls_last(), Order.id.asc()
        )
        found = session.scalars(statement.order_by(*ways).offset(offset).limit(limit)).all()
        yield from found
        offset, limit = 0, limit - len(found)
        if not limit:
            return


def _conditions(filter: OrderFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filter.warehouse_id is not None:
        found.append(Order.warehouse_id == filter.warehouse_id)
    if filter.state is not None:
        found.append(Order.state == filter.state)
    elif filter.group is not OrderGroup.ALL:
        found.append(Order.state.in_(filter.states))
    text = filter.text.strip()
    if text:
        found.append(Order.id.in_(_found_by(text)))
    return found


def begins(column: ColumnElement[str], text: str) -> ColumnElement[bool]:
    """Whether a column begins with the text, in a form that an index serves."""
    return (column >= text) & (column < text + "\U0010ffff")


def _found_by(text: str) -> Any:
    """Ids of the orders that a text may mean."""
    code = text.upper()
    label_code = read_label_code(code)
    parcel = label_code[0] if label_code else code
    name = func.lower(Order.recipient_name)
    typed = text.lower()
    return union(
        select(Order.id).where(begins(Order.source_id.expression, text)),
        select(Order.id).where(
            or_(name.startswith(typed, autoescape=True), name.contains(f" {typed}", autoescape=True))
        ),
        select(Parcel.order_id)
        .join(Label, Label.parcel_id == Parcel.id)
        .where(begins(Label.tracking.expression, code.replace(" ", ""))),
        select(Parcel.order_id).where(Parcel.code == parcel),
        select(BatchOrder.order_id)
        .join(Tote, Tote.id == BatchOrder.tote_id)
        .where(Tote.code == code, BatchOrder.emptied_at.is_(None)),
        select(OrderLine.order_id)
        .join(Sku, Sku.id == OrderLine.sku_id)
        .where(begins(Sku.code.expression, text)),
    )


def _rows(session: Session, ids: Sequence[int]) -> Iterator[OrderRow]:
    pieces = select(func.coalesce(func.sum(OrderLine.quantity), 0)).where(OrderLine.order_id == Order.id)
    lines = select(func.count()).where(OrderLine.order_id == Order.id)
    rows = session.execute(
        select(
            Order.id, Order.source_id, Shop.code, Shop.channel, Order.country, Order.state, Order.missing,
            Order.reason, pieces.scalar_subquery(), lines.scalar_subquery(), Order.ship_by, Order.updated_at,
            Tote.code, Batch.wave_id, Order.cancel_requested_at.is_not(None),
        )
        .join(Shop, Shop.id == Order.shop_id)
        .outerjoin(BatchOrder, BatchOrder.order_id == Order.id)
        .outerjoin(Tote, (Tote.id == BatchOrder.tote_id) & BatchOrder.emptied_at.is_(None))
        .outerjoin(Batch, Batch.id == BatchOrder.batch_id)
        .where(Order.id.in_(ids))
    )
    return (OrderRow(*tuple(row)) for row in rows)
