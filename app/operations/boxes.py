"""The boxes of an order: another one opened, one taken, sealed, closed, opened again; pieces moved between them."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import bindparam, delete, select, update

from app.domain.errors import Fact, Refusal
from app.domain.states import ORDER, PARCEL, LabelState, OrderState, ParcelState, advance
from app.domain.verdict import Code, Verdict
from app.operations import label_copies, labels
from app.operations.cartons import note_carton
from app.operations.deeds import Deed
from app.operations.exceptions import unshelve
from app.operations.label_feed import note_taken_back
from app.operations.parcels import add_box
from app.operations.second_check import forget_checked
from app.operations.stock import apply_moves
from app.operations.substitutes import ship_moves, unship_moves
from app.operations.voiding import void
from db.journal import ScanEvent, record
from db.orders import Order
from db.parcels import Captured, Label, Parcel, ParcelInsert, ParcelItem
from db.places import Station
from db.store import Tx
from db.waves import BatchOrder

_ON_TABLE = update(Parcel).where(Parcel.id == bindparam("parcel")).values(station_id=bindparam("to"))
_OTHERS = (
    select(Parcel.id, Parcel.number)
    .where(
        Parcel.order_id == bindparam("order"), Parcel.id != bindparam("parcel"),
        Parcel.state.in_((ParcelState.OPEN, ParcelState.LABELLING)),
    )
    .order_by(Parcel.number)
)
_CLOSE = (
    update(Parcel)
    .where(Parcel.id == bindparam("parcel"))
    .values(state=bindparam("to"), closed_at=bindparam("now"), station_id=None)
)
_SHIP = (
    update(Order)
    .where(Order.id == bindparam("order"))
    .values(state=bindparam("to"), updated_at=bindparam("now"))
    .returning(Order.warehouse_id)
)
_STATE = select(Order.state).where(Order.id == bindparam("order"))
_EMPTY = update(BatchOrder).where(BatchOrder.order_id == bindparam("order")).values(emptied_at=bindparam("now"))
_SCANNED = (
    select(ScanEvent.id, Parcel.id, Parcel.number, ScanEvent.counted)
    .join(Parcel, Parcel.id == ScanEvent.parcel_id)
    .where(
        Parcel.order_id == bindparam("order"), Parcel.id != bindparam("parcel"), Parcel.state == ParcelState.OPEN,
        ScanEvent.order_line_id == bindparam("line"), ScanEvent.counted > 0, ScanEvent.undone_by.is_(None),
    )
    .order_by(ScanEvent.id.desc())
    .limit(1)
)
_UNWEIGH = (
    update(Parcel)
    .where(Parcel.id == bindparam("parcel"))
    .values(weighed_g=None, weighed_at=None, weight_overridden=False)
)
_PIECES = (
    update(ParcelItem)
    .where(ParcelItem.parcel_id == bindparam("parcel"), ParcelItem.order_line_id == bindparam("line"))
    .values(quantity=ParcelItem.quantity + bindparam("pieces"))
)


def open_box(deed: Deed) -> Verdict:
    """Another box of the order takes the table; this one stands aside, open.

    Raises Refusal `box_needs_carrier_label` for an order whose label came from its carrier: there is one box for it.
    """
    _check_splits(deed)
    assert deed.actor.station is not None
    deed.tx.connection.execute(_ON_TABLE, {"parcel": deed.parcel.parcel_id, "to": None})
    number = add_box(deed.tx, deed.parcel.order_id, deed.actor.station)[1]
    return replace(deed.verdict, facts={"box": number, "order": deed.parcel.order})


def _check_splits(deed: Deed) -> None:
    received = select(Label.id).where(
        Label.parcel_id == deed.parcel.parcel_id, Label.file_id.is_not(None), Label.state == LabelState.VALID
    )
    if deed.tx.session.execute(received.limit(1)).first() is not None:
        raise Refusal("box_needs_carrier_label")


def take_box(deed: Deed) -> Verdict:
    """The order's next open box takes the table."""
    parcel = deed.parcel
    others = _others(deed)
    box, number = next((other for other in others if other[1] > parcel.number), others[0])
    deed.tx.connection.execute(_ON_TABLE, {"parcel": parcel.parcel_id, "to": None})
    _to_table(deed, box)
    return replace(deed.verdict, facts={"box": number, "order": parcel.order})


def _to_table(deed: Deed, box: int) -> None:
    """The box lies here; a label of it that waits at another bench comes out here."""
    deed.tx.connection.execute(_ON_TABLE, {"parcel": box, "to": deed.actor.station})
    labels.move_queued(deed.tx, box, deed.station)


def _others(deed: Deed) -> list[tuple[int, int]]:
    """The order's other boxes that are not closed: their ids and numbers."""
    at = {"order": deed.parcel.order_id, "parcel": deed.parcel.parcel_id}
    return [(box, number) for box, number in deed.tx.connection.execute(_OTHERS, at)]


def move_item(deed: Deed) -> Verdict:
    """What was scanned together of a line comes over from another open box.

    Raises Refusal `nothing_to_move` (name) where no other open box holds any of it.
    """
    tx, parcel = deed.tx, deed.parcel
    line = deed.verdict.line_id
    at = {"order": parcel.order_id, "parcel": parcel.parcel_id, "line": line}
    found = tx.connection.execute(_SCANNED, at).first()
    if found is None:
        raise Refusal("nothing_to_move", name=deed.verdict.facts.get("name"))
    _, box, number, pieces = found
    tx.connection.execute(_PIECES, {"parcel": box, "pieces": -pieces, "line": line})
    tx.connection.execute(_PIECES, {"parcel": parcel.parcel_id, "pieces": pieces, "line": line})
    for changed in (box, parcel.parcel_id):
        tx.connection.execute(_UNWEIGH, {"parcel": changed})
        forget_checked(tx, changed)
    return replace(deed.verdict, facts={**deed.verdict.facts, "box": number, "pieces": pieces})


def note_move(deed: Deed, seq: int) -> None:
    """The scan that moved pieces, whose event is there now, stands for the one that had counted them elsewhere."""
    tx, parcel = deed.tx, deed.parcel
    at = {"order": parcel.order_id, "parcel": parcel.parcel_id, "line": deed.verdict.line_id}
    before = tx.connection.execute(_SCANNED, at).one()[0]
    event = tx.connection.execute(
        select(ScanEvent.id).where(ScanEvent.station_id == deed.actor.station, ScanEvent.seq == seq)
    ).scalar_one()
    tx.connection.execute(update(ScanEvent).where(ScanEvent.id == before).values(undone_by=event))
    tx.connection.execute(
        update(Captured)
        .where(Captured.event_id == before, Captured.released_at.is_(None))
        .values(parcel_id=parcel.parcel_id, event_id=event)
    )


def seal(deed: Deed) -> None:
    """What is in the box is sent; the rest of the order goes into another one.

    Raises Refusal `box_needs_carrier_label` as `open_box` does.
    """
    if deed.parcel.remaining:
        _check_splits(deed)
        deed.tx.connection.execute(update(Parcel).where(Parcel.id == deed.parcel.parcel_id).values(sealed=True))


def close(deed: Deed) -> Verdict:
    """The box is closed: the order's next one takes the table, or the order is shipped."""
    tx, parcel = deed.tx, deed.parcel
    label_copies.confirm_newest(tx, parcel.parcel_id)
    closed = advance(PARCEL, parcel.state, ParcelState.CLOSED)
    tx.connection.execute(_CLOSE, {"parcel": parcel.parcel_id, "to": closed, "now": tx.at})
    if parcel.carton_id is not None:
        note_carton(tx, parcel.parcel_id, parcel.carton_id)
    following = _following(deed)
    if following is not None:
        left: dict[str, Fact] = {"box": parcel.number, "next": following, "remaining": parcel.remaining}
        return replace(deed.verdict, code=Code.BOX_CLOSED, facts=left)
    ship(tx, parcel.order_id)
    return deed.verdict


def _following(deed: Deed) -> int | None:
    """The number of the box that takes the table now, None when the order is whole; empty boxes are dropped."""
    tx, parcel = deed.tx, deed.parcel
    for box, number in _others(deed):
        held = select(ParcelItem.quantity).where(ParcelItem.parcel_id == box, ParcelItem.quantity > 0).limit(1)
        if not parcel.remaining and tx.session.execute(held).first() is None:
            drop_box(tx, box)
            continue
        _to_table(deed, box)
        return number
    if parcel.remaining:
        assert deed.actor.station is not None
        return add_box(tx, parcel.order_id, deed.actor.station)[1]
    return None


def drop_box(tx: Tx, parcel_id: int) -> None:
    """A box into which nothing came is none; nor is a label that came for it ahead."""
    tx.session.execute(delete(ParcelInsert).where(ParcelInsert.parcel_id == parcel_id))
    parcel = tx.session.get_one(Parcel, parcel_id, populate_existing=True)
    labels.void_label(tx, parcel, "box_empty", "label_voided")
    note_taken_back(tx, parcel.order_id)


def ship(tx: Tx, order_id: int) -> None:
    """Every box of the order is closed: its goods leave the stock."""
    before = tx.connection.execute(_STATE, {"order": order_id}).scalar_one()
    shipped = advance(ORDER, before, OrderState.SHIPPED)
    warehouse: int = tx.connection.execute(_SHIP, {"order": order_id, "to": shipped, "now": tx.at}).scalar_one()
    tx.connection.execute(_EMPTY, {"order": order_id, "now": tx.at})
    apply_moves(tx, ship_moves(tx, order_id, warehouse))


def unship(tx: Tx, order_id: int) -> None:
    """The goods of a shipped order have not left: they are in the staging area again."""
    apply_moves(tx, unship_moves(tx, order_id, tx.session.get_one(Order, order_id).warehouse_id))


def reopen(deed: Deed) -> None:
    """A closed box lies on the table again, open; its label is void, and its carrier will not see it.

    Raises Refusal: what `void` raises, `reopen_not_closed` (order) for a box that is not closed, `reopen_handed_over`
    (order) for one that the carrier has, `reopen_elsewhere` (order, station) while another table has the order,
    `order_is_cancelled` (order).
    """
    tx, found = deed.tx, deed.found
    parcel_id: int = getattr(found, "parcel_id")  # noqa: B009 (only a label leads here)
    parcel = tx.session.get_one(Parcel, parcel_id, populate_existing=True)
    order = tx.session.get_one(Order, parcel.order_id, populate_existing=True)
    if order.state is OrderState.CANCELLED or order.cancel_requested_at is not None:
        raise Refusal("order_is_cancelled", order=order.source_id)
    if parcel.state is not ParcelState.CLOSED:
        raise Refusal("reopen_not_closed", order=order.source_id)
    if parcel.handed_over_at is not None:
        raise Refusal("reopen_handed_over", order=order.source_id)
    holder = tx.session.scalars(
        select(Station.name).join(Parcel, Parcel.station_id == Station.id).where(Parcel.order_id == order.id)
    ).first()
    if holder is not None:
        raise Refusal("reopen_elsewhere", order=order.source_id, station=holder)
    void(tx, deed.actor, parcel_id, "reopened")
    parcel.state = advance(PARCEL, parcel.state, ParcelState.OPEN)
    parcel.station_id, parcel.sealed = deed.actor.station, False
    parcel.weighed_g = parcel.weighed_at = None
    parcel.weight_overridden = False
    tx.session.flush()
    forget_checked(tx, parcel_id)
    shipped = order.state is OrderState.SHIPPED
    if order.state is OrderState.PROBLEM:
        unshelve(tx, order.id)
    if order.state is not OrderState.PACKING:
        order.state, order.updated_at = advance(ORDER, order.state, OrderState.PACKING), tx.at
        tx.session.flush()
    if shipped:
        unship(tx, order.id)
    record(tx, deed.actor, "reopen_parcel", {"order": order.id, "parcel": parcel_id})
    tx.session.flush()
