"""Tracking numbers out of the pools that carriers have given: added, taken one after the other, closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, insert, select, union_all, update

from app.carriers.profiles import profile
from app.change import Change, changed
from app.domain.errors import Refusal
from app.domain.numbers import NumberForm, NumberRange
from app.domain.people import Actor
from db.journal import record, take_number
from db.numbers import IssuedNumber, NumberPool
from db.parcels import Label
from db.store import Tx

_AT_ONCE = 500  # numbers of one statement
_of_carrier = func.lower(NumberPool.carrier) == bindparam("carrier")
_of_service = func.lower(NumberPool.service).in_((bindparam("service"), ""))
_columns = NumberPool.__table__.c
# read for the update: on a server another station may take from the same pools at this moment
_POOLS = (
    select(*(_columns[name] for name in ("id", "form", "prefix", "country", "first", "last", "next")))
    .where(_of_carrier, _of_service, NumberPool.closed_at.is_(None), NumberPool.next <= NumberPool.last)
    .order_by(NumberPool.service == "", NumberPool.id)
    .with_for_update()
)
_ANY_POOL = select(NumberPool.id).where(_of_carrier, _of_service).limit(1)
_NEXT = update(NumberPool).where(NumberPool.id == bindparam("pool")).values(next=bindparam("next_serial"))
_USED = union_all(
    select(IssuedNumber.number).where(IssuedNumber.number.in_(bindparam("numbers", expanding=True))),
    select(Label.tracking).where(Label.tracking.in_(bindparam("numbers", expanding=True))),
)
_ISSUE = insert(IssuedNumber)


def range_of(pool: NumberPool) -> NumberRange:
    """The numbers of a pool."""
    return NumberRange(pool.form, pool.prefix, pool.country, pool.first, pool.last)


def add_pool(
    tx: Tx, actor: Actor, *, carrier: str, service: str = "", form: NumberForm, prefix: str = "", country: str = "",
    first: int, last: int, low_water: int,
) -> tuple[int, Change]:
    """Give out the serials `first` to `last` to labels of a carrier; the pool's id.

    `service` "" is for all services that have no pool of their own. With `low_water` numbers left somebody must ask for
    more. Raises Refusal: what `NumberRange.check` raises, `numbers_overlap` (pool, number) when some of them belong to
    another pool, be it closed or used up, `numbers_low_water`, `numbers_other_form` and `carrier_no_service` for what
    the carrier's file does not have.
    """
    carrier, service = carrier.strip(), service.strip()
    made = NumberRange(form, prefix.strip().upper(), country.strip().upper(), first, last)
    made.check()
    if not 0 <= low_water < made.count:
        raise Refusal("numbers_low_water", low_water=low_water, count=made.count)
    known = profile(carrier)
    if carrier and known.number_form not in (None, form) and known.code:
        raise Refusal("numbers_other_form", carrier=known.name, form=f"{known.number_form}")
    if service and known.services and known.service(service) is None:
        raise Refusal("carrier_no_service", carrier=known.name, service=service)
    take_number(tx, "number_pools")  # its row is held until the commit: nobody adds the same range meanwhile
    for other in tx.session.scalars(select(NumberPool).where(NumberPool.form == form)):
        others = range_of(other)
        if made.overlaps(others):
            raise Refusal(
                "numbers_overlap", pool=other.id, first=others.number(other.first), last=others.number(other.last)
            )
    row = NumberPool(
        carrier=carrier, service=service, form=form, prefix=made.prefix, country=made.country, first=first, last=last,
        next=first, low_water=low_water, created_at=tx.at,
    )
    tx.session.add(row)
    tx.session.flush()
    record(tx, actor, "add_pool", {"pool": row.id, "carrier": carrier, "service": service, "count": made.count})
    return row.id, changed("labels", ids=[("pool", row.id)])


def close_pool(tx: Tx, actor: Actor, pool_id: int) -> tuple[int, Change]:
    """Take no more numbers from a pool; how many are left in it unused, which nobody ever gets.

    Raises Refusal `numbers_no_pool`, `numbers_pool_closed`.
    """
    row = tx.session.get(NumberPool, pool_id, with_for_update=True)
    if row is None:
        raise Refusal("numbers_no_pool", pool=pool_id)
    if row.closed_at is not None:
        raise Refusal("numbers_pool_closed", pool=pool_id)
    row.closed_at = tx.at
    left = row.last - row.next + 1
    record(tx, actor, "close_pool", {"pool": pool_id, "left": left})
    return left, changed("labels", ids=[("pool", pool_id)])


def take_tracking(tx: Tx, carrier: str, service: str) -> str | None:
    """The next number of the carrier's pools for the service, None where it has none; see `take_many`."""
    taken = take_many(tx, carrier, service, 1)
    return None if taken is None else taken[0]


def take_many(tx: Tx, carrier: str, service: str, count: int) -> tuple[str, ...] | None:
    """The next `count` numbers for labels of a carrier and service, None where it has no pool.

    They come from the oldest open pool of that service, then from the oldest for all services. A number is taken in
    the transaction of its label: when that is not committed nobody has had the number, and when it is nobody gets it
    again. What is on a label already, wherever that came from, is passed over. Raises Refusal `numbers_used_up`
    (carrier, service) when so many are not left.
    """
    connection = tx.session.connection()  # asked anew: only then does a session set the savepoint that it is in
    wanted = {"carrier": carrier.strip().lower(), "service": service.strip().lower()}
    taken: list[str] = []
    for pool, form, prefix, country, first, last, following in connection.execute(_POOLS, wanted).all():
        made = NumberRange(form, prefix, country, first, last)
        while len(taken) < count and following <= last:
            after = min(following + min(count - len(taken), _AT_ONCE), last + 1)
            taken += _take(connection, pool, [made.number(serial) for serial in range(following, after)], tx.at)
            following = after
        connection.execute(_NEXT, {"pool": pool, "next_serial": following})
        if len(taken) == count:
            return tuple(taken)
    if connection.execute(_ANY_POOL, wanted).first() is None:
        return None
    raise Refusal("numbers_used_up", carrier=carrier, service=service)


def is_used(tx: Tx, number: str) -> bool:
    """Whether a number was taken from a pool, or stands on a label."""
    return tx.session.connection().execute(_USED, {"numbers": [number]}).first() is not None


def _take(connection: Connection, pool_id: int, numbers: Sequence[str], at: datetime) -> list[str]:
    """Those of a pool's next numbers that nobody has had."""
    used = set(connection.execute(_USED, {"numbers": numbers}).scalars())
    free = [number for number in numbers if number not in used]
    if free:
        connection.execute(_ISSUE, [{"number": each, "pool_id": pool_id, "issued_at": at} for each in free])
    return free
