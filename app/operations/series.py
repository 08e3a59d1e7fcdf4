"""One of N: the orders that are identical to a verified one get their parcels and labels with it."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select, update

from app.domain.bench import Bench, LabelFound, OpenParcel
from app.domain.errors import Refusal
from app.domain.needs import needs
from app.domain.series import MOST, content
from app.domain.states import ORDER, PARCEL, OrderState, ParcelState, advance
from app.domain.verdict import Code, Verdict, look
from app.operations import boxes, labels
from app.operations.deeds import Deed
from app.operations.label_feed import go_on_without
from app.operations.papers import ask_papers
from app.operations.parcels import begin_parcel
from app.operations.second_check import follow_content
from app.queries.packing import see_parcel
from db.journal import record
from db.orders import Order, OrderLine
from db.parcels import Parcel, ParcelItem
from db.places import Station
from db.store import Tx
from db.waves import BatchOrder


def begin(deed: Deed) -> Verdict:
    """The identical orders that wait are verified with the parcel on the table, and their labels come out here.

    In the order of their totes: those of the same tote first, then of the same cart. An order whose label cannot be
    made, or whose parcel needs something of its own, is left waiting for a packer.
    """
    tx, first = deed.tx, deed.parcel
    of_series = tx.session.get_one(Parcel, first.parcel_id, populate_existing=True)
    if of_series.series_of_id is not None:
        return look(Code.SERIES_ALONE, order=first.order)
    made = []
    for order_id in _identical(tx, first):
        try:
            with tx.session.begin_nested():
                tx.session.connection()  # only then is the savepoint set for what bypasses the session
                made.append((order_id, _verified_with(deed, of_series, order_id)))
        except Refusal:
            continue
        if len(made) == MOST:
            break
    if not made:
        return look(Code.NOTHING_IDENTICAL, order=first.order)
    go_on_without(tx)
    record(
        tx, deed.actor, "series",
        {
            "order": first.order_id, "parcel": first.parcel_id, "orders": [order for order, _ in made],
            "parcels": [parcel for _, parcel in made],
        },
    )
    return replace(deed.verdict, facts={**deed.verdict.facts, "parcels": len(made)})


def scanned_back(tx: Tx, bench: Bench, station_id: int, label: LabelFound) -> OpenParcel | None:
    """The parcel of a series whose label was scanned at the bench where it came out; None for any other label.

    Nothing lies there, or the parcel that it was verified with.
    """
    if label.series_of is None or (bench.parcel is not None and bench.parcel.parcel_id != label.series_of):
        return None
    job = labels.newest_job(tx, label.parcel_id)
    if job is None or job.queue != tx.session.get_one(Station, station_id).name:
        return None
    parcel = see_parcel(tx.connection, label.parcel_id)
    # with more boxes it would bring the next one to the table
    return parcel if parcel.state is ParcelState.LABELLING and not parcel.other_boxes else None


def close(deed: Deed) -> None:
    """The label of a parcel of a series is on its box."""
    found = deed.found
    assert isinstance(found, LabelFound)
    parcel = see_parcel(deed.tx.connection, found.parcel_id)
    boxes.close(replace(deed, bench=replace(deed.bench, parcel=parcel)))


def _identical(tx: Tx, first: OpenParcel) -> list[int]:
    """Orders that wait with the same SKUs and quantities, the nearest first."""
    wanted = content(_content(tx, [first.order_id]).get(first.order_id, []))
    order = tx.session.get_one(Order, first.order_id)
    here = tx.session.get(BatchOrder, first.order_id)
    tote, batch = (here.tote_id, here.batch_id) if here is not None else (None, None)
    rows = tx.session.execute(
        select(Order.id, BatchOrder.tote_id, BatchOrder.batch_id, BatchOrder.slot)
        .outerjoin(BatchOrder, BatchOrder.order_id == Order.id)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .where(
            Order.warehouse_id == order.warehouse_id, Order.id != first.order_id, Order.state == OrderState.PICKED,
            Order.cancel_requested_at.is_(None), OrderLine.sku_id == first.lines[0].sku_id,
        )
        .distinct()
    ).all()
    contents = _content(tx, [row[0] for row in rows])
    same = [row for row in rows if content(contents[row[0]]) == wanted]

    near = sorted(
        (in_tote is None or in_tote != tote, in_batch != batch, in_batch or 0, slot or 0, order_id)
        for order_id, in_tote, in_batch, slot in same
    )
    return [row[-1] for row in near]


def _content(tx: Tx, orders: list[int]) -> dict[int, list[tuple[int, int | None, int]]]:
    found: dict[int, list[tuple[int, int | None, int]]] = {}
    for at in range(0, len(orders), 500):
        rows = tx.session.execute(
            select(
                OrderLine.order_id, OrderLine.sku_id, OrderLine.kit_sku_id, OrderLine.quantity - OrderLine.backordered
            ).where(OrderLine.order_id.in_(orders[at : at + 500]))
        )
        for order_id, sku, kit, pieces in rows:
            found.setdefault(order_id, []).append((sku, kit, pieces))
    return found


def _verified_with(deed: Deed, first: Parcel, order_id: int) -> int:
    """The parcel of an identical order, as full and as ready as the first one; raises Refusal where it cannot be."""
    tx = deed.tx
    order = tx.session.get_one(Order, order_id, populate_existing=True)
    order.state, order.updated_at = advance(ORDER, order.state, OrderState.PACKING), tx.at
    parcel_id = begin_parcel(tx, order_id)
    lines = select(OrderLine.quantity - OrderLine.backordered).where(OrderLine.id == ParcelItem.order_line_id)
    tx.connection.execute(
        update(ParcelItem).where(ParcelItem.parcel_id == parcel_id).values(quantity=lines.scalar_subquery())
    )
    row = tx.session.get_one(Parcel, parcel_id, populate_existing=True)
    row.series_of_id, row.packer_id = first.id, deed.actor.operator
    row.carton_id, row.carton_skipped = first.carton_id, first.carton_skipped
    tx.session.flush()
    parcel = follow_content(tx, deed.actor, deed.bench, see_parcel(tx.connection, parcel_id))
    if parcel.address_changed or needs(parcel, deed.bench.rules):
        raise Refusal("series_alone", order=order.source_id)
    row.state, row.weight_g = advance(PARCEL, row.state, ParcelState.LABELLING), first.weight_g
    tx.session.flush()
    labels.make_label(tx, deed.actor, parcel_id, weight_g=first.weight_g or 0, queue=deed.station)
    ask_papers(tx, deed.bench.rules, parcel_id, deed.station)
    return parcel_id


