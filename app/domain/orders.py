"""Orders as a source sends them: the draft, what a parcel needs of it, and what a newer record may still change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.errors import Refusal
from app.domain.states import OrderState

ADDRESS = ("recipient_name", "recipient_phone", "street", "postcode", "city", "region", "country")
NEEDED = ("recipient_name", "street", "city", "country")  # for a label
# what the label is made of, and when it must be gone
SHIPPING = (*ADDRESS, "service", "carrier", "ship_by")
# what the papers in and on the parcel are made of
PAPERS = (
    "language", "currency", "freight_minor", "gift_message", "hide_prices", "incoterm", "ioss", "recipient_vat",
    "recipient_eori",
)  # fmt: skip
# what the bench is told of it
BENCH = ("buyer_message", "vip", "first_order", "allow_split", "allow_substitutes")
# facts about the record itself; nothing here depends on them
ABOUT = ("placed_at", "source_version")

SOURCE_CANCELLED = "source_cancelled"


@dataclass(frozen=True, slots=True)
class LineDraft:
    """A quantity of one SKU, and the file's line that says so; the price of a piece in the order's currency.

    What a kit is packed as has the kit's SKU, the position of the source's line and the pieces in each kit.
    """

    sku: str
    quantity: int
    line: int
    price_minor: int | None = None
    kit: str | None = None
    kit_number: int | None = None
    per_kit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDraft:
    """An order as a source's record says it; a field is None when the source says nothing about it.

    `payload` is the source's own record as JSON text, `line` where it begins in the file. `fingerprint` is a sha256
    (hex) over all that the draft says, without these two.
    """

    shop: str
    source_id: str
    lines: tuple[LineDraft, ...]
    payload: str
    line: int
    cancelled: bool = False
    source_version: str | None = None
    placed_at: datetime | None = None
    ship_by: datetime | None = None
    service: str | None = None
    recipient_name: str | None = None
    recipient_phone: str | None = None
    street: str | None = None
    postcode: str | None = None
    city: str | None = None
    region: str | None = None
    country: str | None = None
    carrier: str | None = None
    language: str | None = None
    currency: str | None = None
    freight_minor: int | None = None
    gift_message: str | None = None
    hide_prices: bool | None = None
    incoterm: str | None = None
    ioss: str | None = None
    recipient_vat: str | None = None
    recipient_eori: str | None = None
    buyer_message: str | None = None
    vip: str | None = None
    first_order: bool | None = None
    allow_split: bool | None = None
    allow_substitutes: bool | None = None
    fingerprint: str = field(init=False)

    def __post_init__(self) -> None:
        """Prints itself: the draft never changes, and it is compared on the way of every import."""
        object.__setattr__(self, "fingerprint", _fingerprint(self))

    @property
    def wanted(self) -> tuple[tuple[str, int], ...]:
        """(SKU, quantity) of each line."""
        return tuple((line.sku, line.quantity) for line in self.lines)

    @property
    def prices(self) -> tuple[int | None, ...]:
        """The price of each line's piece in minor units."""
        return tuple(line.price_minor for line in self.lines)


def _fingerprint(draft: OrderDraft) -> str:
    said: list[object] = [
        draft.cancelled,
        draft.source_version,
        None if draft.placed_at is None else draft.placed_at.isoformat(),
        None if draft.ship_by is None else draft.ship_by.isoformat(),
        draft.service,
        [getattr(draft, name) for name in ADDRESS],
        draft.wanted,
    ]
    later = [draft.carrier, *(getattr(draft, name) for name in PAPERS), *draft.prices]
    bench = [getattr(draft, name) for name in BENCH]
    # a record without any of it has the fingerprint that it had before there was such a thing
    if any(value is not None for value in (*later, *bench)):
        said.append(later)
    if any(value is not None for value in bench):
        said.append(bench)
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def lacking(
    *, recipient_name: str | None, street: str | None, city: str | None, country: str | None, weighed: bool,
    customs: Sequence[str] = (),
) -> tuple[str, ...]:
    """What a parcel needs and the order does not have; `weighed` when every SKU's weight is known.

    The codes, in this order: recipient_name, street, city, country, weight, and `customs`: what
    `customs.missing_customs` says.
    """
    if recipient_name and street and city and country and weighed:
        return tuple(customs)
    have = {"recipient_name": recipient_name, "street": street, "city": city, "country": country, "weight": weighed}
    return (*(name for name, value in have.items() if not value), *customs)


def reviewed(missing: Sequence[str]) -> OrderState:
    """The state of an order that is in no wave."""
    return OrderState.INCOMPLETE if missing else OrderState.READY


def differences(
    draft: OrderDraft, stored: Mapping[str, object], wanted: Sequence[tuple[str, int]],
    prices: Sequence[int | None] = (),
) -> tuple[str, ...]:
    """The names of the fields in which the draft says something else than the stored order.

    `stored` holds the fields of SHIPPING, PAPERS, BENCH and ABOUT, `wanted` the (SKU, quantity) of its lines as they
    were sold, by position, and `prices` theirs.
    """
    fields = tuple(
        name
        for name in (*SHIPPING, *PAPERS, *BENCH, *ABOUT)
        if (said := getattr(draft, name)) is not None and said != stored[name]
    )
    if draft.wanted != tuple(wanted):
        return (*fields, "lines")
    other = any(said is not None and said != old for said, old in zip(draft.prices, prices, strict=False))
    return (*fields, "prices") if other else fields


def check_update(
    draft: OrderDraft, state: OrderState, *, cancelled: bool, labelled: bool, fields: Sequence[str]
) -> None:
    """Whether an order in this state may still take over these changed fields.

    `cancelled` when it is cancelled or a cancel is asked for, `labelled` when a valid label of it exists. An address
    changes until the order is shipped, also under a label: the gates stop what bears the old one. Raises Refusal
    `order_was_cancelled` or `order_in_work` (facts `order`, `state`, `fields`).
    """
    if cancelled:
        raise Refusal("order_was_cancelled", order=draft.source_id)
    waiting = state in (OrderState.INCOMPLETE, OrderState.READY)
    if state is OrderState.SHIPPED:
        late = [name for name in fields if name not in ABOUT]
    else:
        printed = ("service", "carrier", "ship_by", *PAPERS, "prices") if labelled else ()
        late = [name for name in fields if (name == "lines" and not waiting) or name in printed]
    if not waiting:
        # a walk or a parcel is under way that nobody would take back for it
        late += [name for name in fields if name in NEEDED and not getattr(draft, name) and name not in late]
    if late:
        raise Refusal("order_in_work", order=draft.source_id, state=state.value, fields=", ".join(late))


def counts_as_new_address(state: OrderState, *, labelled: bool, fields: Iterable[str]) -> bool:
    """Whether these changed fields make what is in work, or bears a label, stale: `Order.address_version` goes up."""
    in_work = labelled or state not in (OrderState.INCOMPLETE, OrderState.READY)
    return in_work and not set(ADDRESS).isdisjoint(fields)
