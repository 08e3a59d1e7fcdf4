"""The orders of a label batch before it is made: which there are, in which sequence, and which cannot be printed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.carriers.profiles import profile
from app.domain.carriers import CarrierProfile
from app.domain.customs import Battery, goods_classes
from app.domain.errors import Fact, KnownError, Refusal
from app.domain.label_batches import LABEL_MEDIA, OPEN_BATCH, Candidate, ChosenBy, Media, check
from app.domain.label_batches import Sequence as LabelSequence
from app.domain.states import JobState, LabelState, Lane, OrderState
from app.queries.order_list import OrderFilter, order_page
from db.label_batches import LabelBatch, LabelBatchOrder
from db.label_files import LabelFile
from db.orders import Order, OrderLine, Sku
from db.parcels import Label, Parcel, PrintJob, PrintQueue
from db.waves import Batch, BatchOrder, PickTask, Tote

AT_ONCE = 500  # ids in one statement
MOST_FOUND = 10_000


@dataclass(frozen=True, slots=True)
class Choice:
    """Which orders: `id` is that of the wave or of the cart's batch; a carrier's `service` is "" for all of it."""

    by: ChosenBy
    id: int = 0
    carrier: str = ""
    service: str = ""
    orders: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """An order in the sequence of its labels; `group` is what a separator announces.

    `reason` is the code of why it is set aside and `facts` (JSON) fill its sentence, None and "" while nothing does.
    """

    order_id: int
    group: str
    reason: str | None = None
    facts: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """What was chosen, in the sequence of its labels; `left_out` have their label, or are in another label batch."""

    members: tuple[Member, ...]
    left_out: int

    @property
    def good(self) -> int:
        """How many can be printed."""
        return sum(member.reason is None for member in self.members)


def states_for(sequence: LabelSequence) -> tuple[OrderState, ...]:
    """Which orders have labels printed: by totes those that lie in one, by picks those that are on the walk too."""
    picked = (OrderState.PICKED,)
    return (OrderState.RELEASED, *picked) if sequence is LabelSequence.PICK else picked


_live = (
    select(PrintJob.id)
    .join(Label, Label.id == PrintJob.label_id)
    .join(Parcel, Parcel.id == Label.parcel_id)
    .where(
        Parcel.order_id == Order.id, Label.state == LabelState.VALID,
        PrintJob.state.not_in((JobState.FAILED, JobState.CANCELLED)),
    )
    .exists()
)
_elsewhere = (
    select(LabelBatchOrder.order_id)
    .join(LabelBatch, LabelBatch.id == LabelBatchOrder.label_batch_id)
    .where(
        LabelBatchOrder.order_id == Order.id, LabelBatchOrder.reason.is_(None), LabelBatch.state.in_(OPEN_BATCH),
    )
    .exists()
)  # fmt: skip
_first_pick = (
    select(func.min(PickTask.sequence))
    .join(OrderLine, OrderLine.id == PickTask.order_line_id)
    .where(OrderLine.order_id == Order.id)
    .scalar_subquery()
)


def checked(
    session: Session, warehouse_id: int, choice: Choice, sequence: LabelSequence, queue: str
) -> Checked:
    """The chosen orders in the sequence of their labels, each with the reason why it cannot be printed at the queue."""
    conditions = [Order.warehouse_id == warehouse_id, *_chosen(choice)]
    everything = _in_place(select(func.count()).where(Order.state.in_(states_for(sequence)), *conditions))
    found = list(_sequence(session, conditions, sequence))
    reasons = why_not(session, [order_id for order_id, _ in found], queue)
    members = tuple(Member(order_id, group, *reasons.get(order_id, (None, ""))) for order_id, group in found)
    return Checked(members, session.execute(everything).scalar_one() - len(found))


def _in_place(statement: Any) -> Any:
    return (
        statement.select_from(Order)
        .join(BatchOrder, BatchOrder.order_id == Order.id)
        .join(Batch, Batch.id == BatchOrder.batch_id)
    )


def _chosen(choice: Choice) -> list[ColumnElement[bool]]:
    match choice.by:
        case ChosenBy.WAVE:
            return [Batch.wave_id == choice.id]
        case ChosenBy.CART:
            return [Batch.id == choice.id]
        case ChosenBy.CARRIER:
            service = [Order.service == choice.service] if choice.service else []
            return [Order.carrier == choice.carrier, *service]
        case ChosenBy.ORDERS:
            return [Order.id.in_(choice.orders)]
        case ChosenBy.PICKED:
            return []


def _sequence(
    session: Session, conditions: Sequence[ColumnElement[bool]], sequence: LabelSequence
) -> Iterator[tuple[int, str]]:
    """(order, group) in the sequence of the labels."""
    by: list[Any] = [Batch.wave_id, Batch.number]
    if sequence is LabelSequence.PICK:
        by.append(_first_pick)
    by += [BatchOrder.slot, Order.id]
    columns = select(Order.id, Batch.wave_id, Batch.number, Batch.lane, Tote.code)
    rows = session.execute(
        _in_place(columns)
        .outerjoin(Tote, Tote.id == BatchOrder.tote_id)
        .where(Order.state.in_(states_for(sequence)), ~_live, ~_elsewhere, *conditions)
        .order_by(*by)
    )
    for order_id, wave, cart, lane, tote in rows:
        group = f"W{wave} C{cart}"
        yield order_id, f"{group} {tote}" if lane is Lane.SINGLE and tote else group


# the check


@dataclass(slots=True)
class _Contents:
    weight_g: int = 0
    unweighed: str = ""
    goods: set[str] = field(default_factory=set)
    batteries: set[str] = field(default_factory=set)


def why_not(session: Session, order_ids: Iterable[int], queue: str) -> dict[int, tuple[str, str]]:
    """Code and facts (JSON) of what keeps orders' labels from being printed at a queue; good orders are left out."""
    media = _media(session, queue)
    carrier_of = cache(_carrier)
    found: dict[int, tuple[str, str]] = {}
    wanted = list(order_ids)
    for start in range(0, len(wanted), AT_ONCE):
        ids = wanted[start : start + AT_ONCE]
        for candidate, carrier in _candidates(session, ids):
            known = carrier_of(carrier)
            refusal = known if isinstance(known, KnownError) else check(candidate, known, media)
            if refusal is not None:
                found[candidate.order_id] = refusal.code, facts_of(refusal)
    return found


def facts_of(refusal: Refusal) -> str:
    """The facts of a refusal as they are stored with a set-aside order, "" for none."""
    return json.dumps(refusal.facts, ensure_ascii=False) if refusal.facts else ""


def facts_from(stored: str) -> dict[str, Fact]:
    """The facts that `facts_of` has stored."""
    facts: dict[str, Fact] = json.loads(stored) if stored else {}
    return facts


def _carrier(code: str) -> CarrierProfile | KnownError:
    try:
        return profile(code)
    except KnownError as error:
        return error


def _media(session: Session, queue: str) -> Media | None:
    row = session.get(PrintQueue, queue)
    if row is None or row.width_mm is None or row.height_mm is None:
        return None
    return Media(row.width_mm, row.height_mm)


def _candidates(session: Session, ids: Sequence[int]) -> Iterator[tuple[Candidate, str]]:
    contents = {order_id: _Contents() for order_id in ids}
    rows = session.execute(
        select(OrderLine.order_id, OrderLine.quantity, Sku.code, Sku.weight_g, Sku.battery, Sku.restricted)
        .join(Sku, Sku.id == OrderLine.sku_id)
        .where(OrderLine.order_id.in_(ids))
    )
    for order_id, quantity, sku, weight_g, battery, restricted in rows:
        inside = contents[order_id]
        inside.weight_g += quantity * (weight_g or 0)
        if weight_g is None:
            inside.unweighed = inside.unweighed or sku
        inside.goods |= goods_classes(battery, restricted)
        if battery not in (Battery.UNKNOWN, Battery.NONE):
            inside.batteries.add(battery)
    sizes = _file_sizes(session, ids)
    lacks = _lacks(session, ids)
    for order_id, name, street, postcode, city, country, service, carrier in session.execute(
        select(
            Order.id, Order.recipient_name, Order.street, Order.postcode, Order.city, Order.country, Order.service,
            Order.carrier,
        ).where(Order.id.in_(ids))
    ):
        inside = contents[order_id]
        yield Candidate(
            order_id, name, street, city, country, service, inside.weight_g, inside.unweighed,
            frozenset(inside.goods), frozenset(inside.batteries), lacks.get(order_id),
            sizes.get(order_id, LABEL_MEDIA), postcode,
        ), carrier


def _lacks(session: Session, ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """The first SKU and field of each order that customs will ask for and nobody has said."""
    from app.queries.customs import missing_customs_of

    missing = missing_customs_of(session, ids)
    return {order_id: (lack[0].sku, lack[0].field) for order_id, lack in missing.items() if lack}


def _file_sizes(session: Session, ids: Sequence[int]) -> dict[int, Media]:
    """The size of the labels that carriers and channels have sent, by order."""
    rows = session.execute(
        select(Parcel.order_id, LabelFile.width_mm, LabelFile.height_mm)
        .join(Label, Label.parcel_id == Parcel.id)
        .join(LabelFile, LabelFile.id == Label.file_id)
        .where(Parcel.order_id.in_(ids), Label.state == LabelState.VALID)
    )
    return {order_id: Media(width, height) for order_id, width, height in rows if width and height}


# what can be chosen


def found_by(session: Session, warehouse_id: int, text: str, *states: OrderState) -> tuple[int, ...]:
    """The orders in one of these states that a text finds, as the list of orders does."""
    filters = [OrderFilter(state=state, text=text, warehouse_id=warehouse_id) for state in states]
    return tuple(row.order_id for each in filters for row in order_page(session, filter=each, limit=MOST_FOUND))


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that a label batch can be made of, and how many labels it lacks; a cart is told by its wave too."""

    choice: Choice
    orders: int
    wave: int = 0
    cart: int = 0


def offers(session: Session, warehouse_id: int, by: ChosenBy, sequence: LabelSequence) -> list[Offer]:
    """Waves, carts, or carriers with their services that have orders without a label, the newest or largest first."""
    what: tuple[Any, ...] = {
        ChosenBy.WAVE: (Batch.wave_id,), ChosenBy.CART: (Batch.wave_id, Batch.number, Batch.id),
        ChosenBy.CARRIER: (Order.carrier, Order.service), ChosenBy.PICKED: (Order.warehouse_id,),
    }[by]  # fmt: skip
    rows = session.execute(
        _in_place(select(func.count(), *what))
        .where(Order.warehouse_id == warehouse_id, Order.state.in_(states_for(sequence)), ~_live, ~_elsewhere)
        .group_by(*what)
        .order_by(*(func.count().desc(),) if by is ChosenBy.CARRIER else tuple(column.desc() for column in what))
    )
    return [_offer(by, *row) for row in rows]


def _offer(by: ChosenBy, count: int, *row: Any) -> Offer:
    match by:
        case ChosenBy.WAVE:
            return Offer(Choice(by, row[0]), count, row[0])
        case ChosenBy.CART:
            return Offer(Choice(by, row[2]), count, row[0], row[1])
        case ChosenBy.CARRIER:
            return Offer(Choice(by, carrier=row[0], service=row[1]), count)
        case _:
            return Offer(Choice(by), count)
