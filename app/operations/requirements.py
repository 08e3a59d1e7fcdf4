"""What a parcel needs besides its items, done: the note, inserts, the carton, the weight, the second check."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace

from sqlalchemy import bindparam, delete, func, select, update

from app.domain import inserts
from app.domain.barcode import Command
from app.domain.bench import Bench, CartonFound, OpenParcel, Person, Weight
from app.domain.policy import Act
from app.domain.verdict import Code, Verdict, look
from app.operations.deeds import Deed, expected_g
from app.queries.cartons import suggestions
from db.journal import ScanEvent, record
from db.orders import OrderLine, Sku
from db.parcels import Parcel, ParcelInsert, ParcelItem
from db.places import Operator, Station
from db.store import Tx

_NOTE = update(Parcel).where(Parcel.id == bindparam("parcel")).values(note_confirmed_at=bindparam("now"))
_INSERT = (
    update(ParcelInsert)
    .where(ParcelInsert.parcel_id == bindparam("parcel"), ParcelInsert.insert_rule_id == bindparam("rule"))
    .values(done_at=bindparam("now"))
)
_NO_INSERT = delete(ParcelInsert).where(
    ParcelInsert.parcel_id == bindparam("parcel"), ParcelInsert.insert_rule_id == bindparam("rule")
)
_CARTON = (
    update(Parcel)
    .where(Parcel.id == bindparam("parcel"))
    .values(carton_id=bindparam("carton"), weighed_g=None, weighed_at=None, weight_overridden=False)
)
_NO_CARTON = update(Parcel).where(Parcel.id == bindparam("parcel")).values(carton_skipped=True)
_WEIGHT = (
    update(Parcel)
    .where(Parcel.id == bindparam("parcel"))
    .values(weighed_g=bindparam("grams"), weighed_at=bindparam("now"), weight_overridden=bindparam("accepted"))
)
_UNKNOWN_WEIGHT = (
    select(func.count())
    .select_from(ParcelItem)
    .join(OrderLine, OrderLine.id == ParcelItem.order_line_id)
    .join(Sku, Sku.id == OrderLine.sku_id)
    .where(ParcelItem.parcel_id == bindparam("parcel"), ParcelItem.quantity > 0, Sku.weight_g.is_(None))
)
_WEIGHT_OFF = (
    select(ScanEvent.facts)
    .where(ScanEvent.parcel_id == bindparam("parcel"), ScanEvent.code == Code.WEIGHT_OFF)
    .order_by(ScanEvent.id.desc())
    .limit(1)
)
_CHECKER = select(Parcel.check_operator_id).where(Parcel.id == bindparam("parcel"))
_BEGIN_CHECK = update(Parcel).where(Parcel.id == bindparam("parcel")).values(check_operator_id=bindparam("operator"))
_UNCHECK = update(ParcelItem).where(ParcelItem.parcel_id == bindparam("parcel")).values(checked=0)
_CHECK = (
    update(ParcelItem)
    .where(ParcelItem.parcel_id == bindparam("parcel"), ParcelItem.order_line_id == bindparam("line"))
    .values(checked=ParcelItem.checked + bindparam("pieces"))
)
_CHECKED = (
    update(Parcel)
    .where(Parcel.id == bindparam("parcel"))
    .values(check_operator_id=bindparam("operator"), checked_at=bindparam("now"))
)
_NO_CHECK = update(Parcel).where(Parcel.id == bindparam("parcel")).values(check_needed=False)
_STATION = update(Station).where(Station.id == bindparam("station")).values(operator_id=bindparam("operator"))
_NAME = select(Operator.name).where(Operator.id == bindparam("operator"))


def known_weight(tx: Tx, bench: Bench, parcel: OpenParcel) -> int | None:
    """What the parcel on the table should weigh, in grams; None when nobody has weighed one of its items alone."""
    if tx.connection.execute(_UNKNOWN_WEIGHT, {"parcel": parcel.parcel_id}).scalar_one():
        return None
    return expected_g(tx, bench, parcel)


def confirm_note(deed: Deed) -> None:
    """The packer has read what the buyer wrote."""
    deed.tx.connection.execute(_NOTE, {"parcel": deed.parcel.parcel_id, "now": deed.tx.at})


def tick_insert(deed: Deed) -> None:
    """The insert of the verdict is in the parcel."""
    at = {"parcel": deed.parcel.parcel_id, "rule": deed.verdict.facts["rule"], "now": deed.tx.at}
    deed.tx.connection.execute(_INSERT, at)


def choose_carton(deed: Deed) -> Verdict | None:
    """The parcel goes into the scanned carton, or into the best for it; what was weighed in another one is void."""
    parcel, found = deed.parcel, deed.found
    if found is Command.BOXED:
        best = next(iter(suggestions(deed.tx.session, parcel.parcel_id)), None)
        if best is None:
            return look(Code.NO_CARTON)
        found = CartonFound(best.box.carton_id, best.box.name or best.box.code)
    assert isinstance(found, CartonFound)
    if found.carton_id != parcel.carton_id:
        deed.tx.connection.execute(_CARTON, {"parcel": parcel.parcel_id, "carton": found.carton_id})
    return replace(deed.verdict, facts={"carton": found.name})


def weigh(deed: Deed) -> None:
    """The weight is the parcel's."""
    assert isinstance(deed.found, Weight)
    _weighed(deed, deed.found.grams, accepted=False)


def _weighed(deed: Deed, grams: int | None, *, accepted: bool) -> None:
    at = {"parcel": deed.parcel.parcel_id, "grams": grams, "now": deed.tx.at, "accepted": accepted}
    deed.tx.connection.execute(_WEIGHT, at)


def accept_weight(deed: Deed) -> None:
    """The last weight is taken though it is off; the journal says by whom."""
    facts = json.loads(deed.tx.connection.execute(_WEIGHT_OFF, {"parcel": deed.parcel.parcel_id}).scalar_one())
    _weighed(deed, facts["grams"], accepted=True)
    note_override(deed, Act.ACCEPT_WEIGHT, grams=facts["grams"], expected=facts["expected"])


def note_override(deed: Deed, act: Act, **more: object) -> None:
    """Write down that somebody went on without something, or in spite of it."""
    ids = {"order": deed.parcel.order_id, "parcel": deed.parcel.parcel_id, **more}
    record(deed.tx, deed.actor, "override", ids, reason=act.value)


def begin_check(deed: Deed) -> None:
    """The second check begins: by whoever has scanned a badge, or anew; it goes on where the same person had left."""
    tx, parcel = deed.tx, deed.parcel.parcel_id
    if isinstance(deed.found, Person):
        operator = deed.found.operator_id
        tx.connection.execute(_STATION, {"station": deed.actor.station, "operator": operator})
        if tx.connection.execute(_CHECKER, {"parcel": parcel}).scalar_one() == operator:
            return
        tx.connection.execute(_BEGIN_CHECK, {"parcel": parcel, "operator": operator})
    tx.connection.execute(_UNCHECK, {"parcel": parcel})


def check(deed: Deed) -> Verdict | None:
    """The pieces were seen again; after the last the bench is the packer's again, if the check was begun by a badge."""
    tx, parcel = deed.tx, deed.parcel
    for line, pieces in deed.verdict.counts:
        tx.connection.execute(_CHECK, {"parcel": parcel.parcel_id, "line": line, "pieces": pieces})
    if deed.verdict.code is not Code.CHECKED:
        return None
    came = tx.connection.execute(_CHECKER, {"parcel": parcel.parcel_id}).scalar_one() == deed.actor.operator
    at = {"parcel": parcel.parcel_id, "operator": deed.actor.operator, "now": tx.at}
    tx.connection.execute(_CHECKED, at)
    if not came:
        return None
    tx.connection.execute(_STATION, {"station": deed.actor.station, "operator": parcel.packer_id})
    packer = tx.connection.execute(_NAME, {"operator": parcel.packer_id}).scalar()
    return replace(deed.verdict, facts={**deed.verdict.facts, "operator": packer})


def override(deed: Deed) -> None:
    """Go on in spite of the failure that the bench shows; the journal says by whom."""
    OVERRIDES[deed.verdict.reason or ""](deed)


def skip(deed: Deed) -> None:
    """Go on without what the parcel needs next; the journal says by whom."""
    act = Act(deed.verdict.reason or "")
    SKIPS[act](deed)


def _skip_insert(deed: Deed) -> None:
    insert = inserts.left(deed.parcel)[0]
    deed.tx.connection.execute(_NO_INSERT, {"parcel": deed.parcel.parcel_id, "rule": insert.rule_id})
    note_override(deed, Act.SKIP_INSERT, insert=insert.name)


def _skip_carton(deed: Deed) -> None:
    deed.tx.connection.execute(_NO_CARTON, {"parcel": deed.parcel.parcel_id})
    note_override(deed, Act.SKIP_CARTON)


def _skip_check(deed: Deed) -> None:
    deed.tx.connection.execute(_NO_CHECK, {"parcel": deed.parcel.parcel_id})
    note_override(deed, Act.SKIP_CHECK)


def _skip_weight(deed: Deed) -> None:
    _weighed(deed, None, accepted=True)
    note_override(deed, Act.ACCEPT_WEIGHT)


SKIPS: Mapping[Act, Callable[[Deed], None]] = {
    Act.SKIP_INSERT: _skip_insert, Act.SKIP_CARTON: _skip_carton, Act.SKIP_CHECK: _skip_check,
    Act.ACCEPT_WEIGHT: _skip_weight,
}  # fmt: skip
# by the code of the failure
OVERRIDES: Mapping[str, Callable[[Deed], None]] = {Code.WEIGHT_OFF: accept_weight}
