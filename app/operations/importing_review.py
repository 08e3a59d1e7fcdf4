"""Whether an order that waits has all that a parcel needs, asked again when something of it has come."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import bindparam, select, update

from app.domain.customs import CUSTOMS_FIELDS
from app.domain.orders import lacking, reviewed
from app.domain.states import OrderState
from app.operations.importing_rows import portions
from app.queries.customs import lacking_fields, lacks_of
from db.orders import Order, OrderLine, Sku
from db.store import Tx

_WAITING = (OrderState.INCOMPLETE, OrderState.READY)


def review_orders(tx: Tx, order_ids: Iterable[int], *, count: bool = True) -> dict[int, OrderState]:
    """Judge these orders anew as far as they are in no wave; returns the states that have changed.

    `missing`, state and version of an order are written only where they change; the version stays when the caller has
    counted the change already (`count`).
    """
    changed: dict[int, OrderState] = {}
    for portion in portions(sorted(set(order_ids))):
        unweighed = set(
            tx.connection.execute(
                select(OrderLine.order_id)
                .join(Sku, Sku.id == OrderLine.sku_id)
                .where(OrderLine.order_id.in_(portion), Sku.weight_g.is_(None))
            ).scalars()
        )
        customs = lacks_of(tx.connection, portion)
        rows = tx.connection.execute(
            select(
                Order.id, Order.state, Order.missing, Order.recipient_name, Order.street, Order.city, Order.country
            ).where(Order.id.in_(portion), Order.state.in_(_WAITING))
        )
        updates = []
        for row in rows:
            missing = lacking(
                recipient_name=row.recipient_name, street=row.street, city=row.city, country=row.country,
                weighed=row.id not in unweighed, customs=lacking_fields(customs.get(row.id, ())),
            )  # fmt: skip
            if ",".join(missing) == row.missing:
                continue
            state = reviewed(missing)
            updates.append({"order": row.id, "found": ",".join(missing), "next": state})
            if state is not row.state:
                changed[row.id] = state
        if updates:
            statement = update(Order).where(Order.id == bindparam("order"))
            values = {"missing": bindparam("found"), "state": bindparam("next"), "version": Order.version + count}
            tx.connection.execute(statement.values(**values, updated_at=tx.at), updates)
    return changed


def review_skus(tx: Tx, sku_ids: Iterable[int]) -> dict[int, OrderState]:
    """Judge anew the incomplete orders that hold one of these SKUs, of which something has become known."""
    waiting: set[int] = set()
    for portion in portions(sorted(set(sku_ids))):
        waiting.update(
            tx.connection.execute(
                select(OrderLine.order_id)
                .join(Order, Order.id == OrderLine.order_id)
                .where(OrderLine.sku_id.in_(portion), Order.state == OrderState.INCOMPLETE)
            ).scalars()
        )
    return review_orders(tx, waiting)


def review_customs(tx: Tx, warehouse_id: int) -> dict[int, OrderState]:
    """Judge anew the orders of a warehouse that lack something for customs: it sends from elsewhere now."""
    rows = tx.connection.execute(
        select(Order.id, Order.missing)
        .where(Order.warehouse_id == warehouse_id, Order.state == OrderState.INCOMPLETE)
    )
    return review_orders(tx, [row.id for row in rows if not set(CUSTOMS_FIELDS).isdisjoint(row.missing.split(","))])
