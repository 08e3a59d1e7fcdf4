"""Labels that carriers and channels have made: kept as they came, and never bought again for a reprint."""

from __future__ import annotations

import hashlib
import re

from sqlalchemy import select

from app.carriers.profiles import void_deadline
from app.change import NOTHING, Change, changed
from app.domain.barcode import kind_of, read_label_code
from app.domain.errors import Refusal
from app.domain.people import Actor
from app.domain.states import LabelState, OrderState, ParcelState
from app.operations.labels import make_label
from app.operations.parcels import begin_parcel, begun_parcel
from db.journal import record
from db.label_files import LabelFile
from db.orders import Order
from db.parcels import Label, Parcel, PrintJob
from db.places import Station
from db.store import Tx
from printing.received import ReceivedLabel, inspect

_NUMBER = re.compile(r"[0-9A-Z][0-9A-Z.\-]{3,39}", re.ASCII)


def receive_label(
    tx: Tx, actor: Actor, order_id: int, content: bytes, *, tracking: str, carrier: str, service: str, source: str,
    unread: bool = False,
) -> tuple[int, Change]:
    """An order's label is this file, from `source`; the label's id. The same file and number again change nothing.

    `unread`: also when the file has symbols of which none holds the tracking number. Inspect the file before: what is
    no label is then refused outside of the transaction. Raises what `printing.received.inspect` raises, and Refusal:
    `order_is_cancelled`, `received_order_shipped`, `received_tracking_invalid`, `received_tracking_taken`,
    `received_tracking_void`, `received_file_taken`, `received_has_label` (tracking) and `received_tracking_unread`.
    """
    found = inspect(content)
    number = tracking_number(tracking)
    order = tx.session.get_one(Order, order_id)
    if order.state is OrderState.CANCELLED or order.cancel_requested_at is not None:
        raise Refusal("order_is_cancelled", order=order.source_id)
    sha256 = hashlib.sha256(content).hexdigest()
    same = _same_number(tx, order_id, number, sha256)
    if same is not None:
        return same, NOTHING
    # a box whose label was voided after closing waits for another one
    if order.state is OrderState.SHIPPED and begun_parcel(tx, order_id) is None:
        raise Refusal("received_order_shipped", order=order.source_id)
    if not unread and not is_read(found, number):
        raise Refusal("received_tracking_unread", tracking=number)
    file_id = _keep(tx, content, sha256, found, source)
    parcel_id = begin_parcel(tx, order_id)
    valid = tx.session.scalars(
        select(Label.tracking).where(Label.parcel_id == parcel_id, Label.state == LabelState.VALID)
    ).first()
    if valid is not None:
        raise Refusal("received_has_label", order=order.source_id, tracking=valid)
    label = Label(
        parcel_id=parcel_id, tracking=number, carrier=carrier, service=service, template="", fields="{}",
        file_id=file_id, created_at=tx.at, void_by=void_deadline(carrier, tx.at),
        address_version=order.address_version,
    )
    tx.session.add(label)
    tx.session.flush()
    record(
        tx, actor, "receive_label",
        {"order": order_id, "parcel": parcel_id, "label": label.id, "file": file_id, "tracking": number},
    )
    _print_where_it_is_waited_for(tx, actor, parcel_id)
    return label.id, changed("labels", "orders", "parcels", ids=[("order", order_id), ("parcel", parcel_id)])


def _print_where_it_is_waited_for(tx: Tx, actor: Actor, parcel_id: int) -> None:
    """A packed box whose label was voided waits for this one: at its bench, or where the last one was printed."""
    parcel = tx.session.get_one(Parcel, parcel_id)
    if parcel.state is not ParcelState.LABELLING:
        return
    station = None if parcel.station_id is None else tx.session.get_one(Station, parcel.station_id).name
    last = tx.session.scalars(
        select(PrintJob.queue)
        .join(Label, Label.id == PrintJob.label_id)
        .where(Label.parcel_id == parcel_id)
        .order_by(PrintJob.id.desc())
    ).first()
    queue = station or last
    if queue is not None:
        make_label(tx, actor, parcel_id, weight_g=parcel.weight_g or 0, queue=queue)


def tracking_number(text: str) -> str:
    """A tracking number as it is kept: capitals, without blanks.

    Raises Refusal `received_tracking_invalid` for what is none, and for codes that mean something else here.
    """
    number = "".join(text.split()).upper()
    if not _NUMBER.fullmatch(number) or kind_of(number) is not None or read_label_code(number) is not None:
        raise Refusal("received_tracking_invalid", tracking=number[:40])
    return number


def is_read(found: ReceivedLabel, number: str) -> bool:
    """Whether a scanner finds the number on the label; also where it would find nothing at all."""
    return not found.symbols or any(number in "".join(text.split()).upper() for _, text in found.symbols)


def _same_number(tx: Tx, order_id: int, number: str, sha256: str) -> int | None:
    """The label that is this one already; refused when the number is that of any other."""
    known = tx.session.execute(
        select(Label.id, Label.state, Parcel.order_id, LabelFile.sha256)
        .join(Parcel, Parcel.id == Label.parcel_id)
        .outerjoin(LabelFile, LabelFile.id == Label.file_id)
        .where(Label.tracking == number)
    ).first()
    if known is None:
        return None
    label_id, state, labelled, its_file = known
    if state is LabelState.VOIDED:
        raise Refusal("received_tracking_void", tracking=number)
    if labelled != order_id or its_file != sha256:
        raise Refusal("received_tracking_taken", tracking=number)
    return int(label_id)


def _keep(tx: Tx, content: bytes, sha256: str, found: ReceivedLabel, source: str) -> int:
    """The file's row; a file is the label of one parcel alone."""
    known = tx.session.scalars(select(LabelFile.id).where(LabelFile.sha256 == sha256)).first()
    if known is not None:
        tracking = tx.session.scalars(select(Label.tracking).where(Label.file_id == known)).first()
        if tracking is not None:
            raise Refusal("received_file_taken", tracking=tracking)
        return known
    row = LabelFile(
        sha256=sha256, media=found.media, content=content, dpi=found.dpi, width_mm=found.width_mm,
        height_mm=found.height_mm, source=source, received_at=tx.at,
    )
    tx.session.add(row)
    tx.session.flush()
    return row.id
