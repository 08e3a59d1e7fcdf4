"""What a verdict leads to at a bench, and what follows of it: the label, once a parcel needs nothing more."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import bindparam, func, select, update

from app.domain.bench import Bench, Found, OpenParcel
from app.domain.errors import Refusal
from app.domain.needs import Need, needs
from app.domain.people import Actor
from app.domain.states import PARCEL, ParcelState, advance
from app.domain.verdict import Code, Effect, Verdict
from app.operations import labels
from app.operations.label_feed import go_on_without
from app.operations.papers import ask_papers
from app.operations.parcel_inserts import take_inserts
from app.operations.scans import Scan
from app.operations.second_check import follow_content
from app.queries.packing import see_bench, see_parcel
from db.bench import Carton
from db.orders import OrderLine, Sku
from db.parcels import Parcel, ParcelItem
from db.store import Tx

# after these the packer goes on by hand: a label is made only when he says that the box is full
_UNFINISHED = frozenset({Effect.REOPEN, Effect.MOVE_ITEM, Effect.OPEN_BOX})
COUNTING = frozenset({Effect.COUNT, Effect.OPEN_AND_COUNT})


@dataclass(frozen=True, slots=True)
class Deed:
    """A verdict that is carried out at a station (by name), and all that it was judged by."""

    tx: Tx
    actor: Actor
    station: str
    bench: Bench
    verdict: Verdict
    found: Found
    scan: Scan

    @property
    def parcel(self) -> OpenParcel:
        """The parcel on the table."""
        assert self.bench.parcel is not None
        return self.bench.parcel


_LABELLING = update(Parcel).where(Parcel.id == bindparam("parcel")).values(
    state=bindparam("to"), weight_g=bindparam("grams"), packer_id=bindparam("packer")
)
_CONTENT_G = (
    select(func.coalesce(func.sum(func.coalesce(Sku.weight_g, 0) * ParcelItem.quantity), 0))
    .select_from(ParcelItem)
    .join(OrderLine, OrderLine.id == ParcelItem.order_line_id)
    .join(Sku, Sku.id == OrderLine.sku_id)
    .where(ParcelItem.parcel_id == bindparam("parcel"))
)
_CARTON_G = select(Carton.weight_g).where(Carton.id == bindparam("carton"))


def is_plain(verdict: Verdict) -> bool:
    """Whether it is the good scan of an item that is not the last one and of which nothing is captured."""
    return (
        verdict.effect is Effect.COUNT and verdict.code is Code.ITEM and verdict.said is None and not verdict.counts
    )


def is_untouched(parcel: OpenParcel) -> bool:
    """Whether nobody has weighed or checked a parcel, so that one more item in it changes nothing else."""
    return parcel.check_needed is None and parcel.weighed_g is None and not parcel.weight_accepted


def finish(deed: Deed, verdict: Verdict) -> tuple[Verdict, OpenParcel | None]:
    """What lies on the table after the deed; a parcel that needs nothing more gets its label.

    Raises Refusal when the label cannot be made, unless a box was closed and it is that of the next one.
    """
    tx, actor = deed.tx, deed.actor
    assert actor.station is not None
    parcel = see_bench(tx.connection, actor.station)[1].parcel
    if parcel is None or parcel.state is not ParcelState.OPEN or verdict.effect in _UNFINISHED:
        return verdict, parcel
    if parcel.other_boxes and parcel.packed and not parcel.remaining and take_inserts(tx, parcel):
        parcel = see_parcel(tx.connection, parcel.parcel_id)
    parcel = follow_content(tx, actor, deed.bench, parcel)
    left = needs(parcel, deed.bench.rules)
    if left:
        if verdict.code is Code.COMPLETE and left[0] is not Need.ITEMS:
            verdict = replace(verdict, code=Code(f"verified_{left[0]}"))
        return verdict, parcel
    try:
        with tx.session.begin_nested():
            tx.session.connection()  # only then is the savepoint set for what bypasses the session
            _label(deed, parcel)
    except Refusal:
        if verdict.effect is not Effect.CLOSE:
            raise
        return verdict, parcel  # the closed box has its label on; the packer closes this one by hand, and is told why
    return verdict, see_bench(tx.connection, actor.station)[1].parcel


def _label(deed: Deed, parcel: OpenParcel) -> None:
    tx, actor = deed.tx, deed.actor
    grams = parcel.weighed_g or expected_g(tx, deed.bench, parcel)
    labelling = advance(PARCEL, parcel.state, ParcelState.LABELLING)
    tx.connection.execute(
        _LABELLING,
        {"parcel": parcel.parcel_id, "to": labelling, "grams": grams, "packer": parcel.packer_id or actor.operator},
    )
    labels.make_label(tx, actor, parcel.parcel_id, weight_g=grams, queue=deed.station)
    ask_papers(tx, deed.bench.rules, parcel.parcel_id, deed.station)
    go_on_without(tx)


def expected_g(tx: Tx, bench: Bench, parcel: OpenParcel) -> int:
    """What a parcel should weigh, in grams: its items, its carton and what it is filled with."""
    grams: int = tx.connection.execute(_CONTENT_G, {"parcel": parcel.parcel_id}).scalar_one()
    if parcel.carton_id is not None:
        grams += tx.connection.execute(_CARTON_G, {"carton": parcel.carton_id}).scalar_one()
    return grams + bench.rules.filler_g
