"""Orders as a source sends them: the draft, what a parcel needs of it, and what a newer record may still change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.errors import Refusal
from app.domain.states import OrderState

ADDRESS = ("recipient_name", "recipient_phone", "street", "postcode", "city", "region", "country")
# what the label is made of, and when it must be gone
SHIPPING = (*ADDRESS, "service", "ship_by")
# facts about the record itself; nothing here depends on them
ABOUT = ("placed_at", "source_version")

SOURCE_CANCELLED = "source_cancelled"


@dataclass(frozen=True, slots=True)
class LineDraft:
    """A quantity of one SKU, and the file's line that says so."""

    sku: str
    quantity: int
    line: int


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
    fingerprint: str = field(init=False)

    def __post_init__(self) -> None:
        """Prints itself: the draft never changes, and it is compared on the way of every import."""
        object.__setattr__(self, "fingerprint", _fingerprint(self))

    @property
    def wanted(self) -> tuple[tuple[str, int], ...]:
        """(SKU, quantity) of each line."""
        return tuple((line.sku, line.quantity) for line in self.lines)


def _fingerprint(draft: OrderDraft) -> str:
    said = [
        draft.cancelled,
        draft.source_version,
        None if draft.placed_at is None else draft.placed_at.isoformat(),
        None if draft.ship_by is None else draft.ship_by.isoformat(),
        draft.service,
        [getattr(draft, name) for name in ADDRESS],
        draft.wanted,
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def lacking(
    *, recipient_name: str | None, street: str | None, city: str | None, country: str | None, weighed: bool
) -> tuple[str, ...]:
    """What a parcel needs and the order does not have; `weighed` when every SKU's weight is known.

    The codes, in this order: recipient_name, street, city, country, weight.
    """
    if recipient_name and street and city and country and weighed:
        return ()
    have = {"recipient_name": recipient_name, "street": street, "city": city, "country": country, "weight": weighed}
    return tuple(name for name, value in have.items() if not value)


def reviewed(missing: Sequence[str]) -> OrderState:
    """The state of an order that is in no wave."""
    return OrderState.INCOMPLETE if missing else OrderState.READY


def differences(draft: OrderDraft, stored: Mapping[str, object], wanted: Sequence[tuple[str, int]]) -> tuple[str, ...]:
    """The names of the fields in which the draft says something else than the stored order.

    `stored` holds the fields of SHIPPING and ABOUT, `wanted` the (SKU, quantity) of its lines by position.
    """
    fields = tuple(
        name for name in (*SHIPPING, *ABOUT) if (said := getattr(draft, name)) is not None and said != stored[name]
    )
    return (*fields, "lines") if draft.wanted != tuple(wanted) else fields


def check_update(
    draft: OrderDraft, state: OrderState, *, cancelled: bool, labelled: bool, fields: Sequence[str]
) -> None:
    """Whether an order in this state may still take over these changed fields.

    `cancelled` when it is cancelled or a cancel is asked for, `labelled` when a valid label of it exists. Raises
    Refusal `order_was_cancelled` or `order_in_work` (facts `order`, `state`, `fields`).
    """
    if cancelled:
        raise Refusal("order_was_cancelled", order=draft.source_id)
    waiting = state in (OrderState.INCOMPLETE, OrderState.READY)
    late = [name for name in fields if (name == "lines" and not waiting) or (name in SHIPPING and labelled)]
    if not waiting:
        # a walk or a parcel is under way that nobody would take back for it
        needed = ("recipient_name", "street", "city", "country")
        late += [name for name in fields if name in needed and not getattr(draft, name) and name not in late]
    if late:
        raise Refusal("order_in_work", order=draft.source_id, state=state.value, fields=", ".join(late))
