"""Label batches: their states, the order of labels, what keeps an order out, and what a label in the hand says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.domain.carriers import CarrierProfile, refusals
from app.domain.errors import Refusal
from app.domain.shipping import missing_for_label, needs_postcode
from app.domain.states import JobState


class LabelBatchState(StrEnum):
    """A label batch: checked and not begun, printing, paused by a person, done, or taken back."""

    CHECKED = "checked"
    PRINTING = "printing"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"


# one that is done goes on when labels of it are printed again, or an order that was set aside has been mended
LABEL_BATCH: Mapping[LabelBatchState, frozenset[LabelBatchState]] = {
    LabelBatchState.CHECKED: frozenset({LabelBatchState.PRINTING, LabelBatchState.CANCELLED}),
    LabelBatchState.PRINTING: frozenset({LabelBatchState.PAUSED, LabelBatchState.DONE, LabelBatchState.CANCELLED}),
    LabelBatchState.PAUSED: frozenset({LabelBatchState.PRINTING, LabelBatchState.CANCELLED}),
    LabelBatchState.DONE: frozenset({LabelBatchState.PRINTING, LabelBatchState.PAUSED}),
    LabelBatchState.CANCELLED: frozenset(),
}
OPEN_BATCH = (LabelBatchState.CHECKED, LabelBatchState.PRINTING, LabelBatchState.PAUSED)


class Sequence(StrEnum):
    """What the order of the labels follows."""

    TOTE = "tote"  # cart by cart, slot by slot
    PICK = "pick"  # the walk: whose first pick task comes first


class ChosenBy(StrEnum):
    """By what the orders of a label batch are chosen."""

    WAVE = "wave"
    CART = "cart"  # the batch of one cart
    CARRIER = "carrier"
    PICKED = "picked"  # all that is picked
    ORDERS = "orders"  # these, by their ids


@dataclass(frozen=True, slots=True)
class Media:
    """Width and height in millimetres."""

    width_mm: int
    height_mm: int

    def __str__(self) -> str:
        return f"{self.width_mm} × {self.height_mm} mm"


LABEL_MEDIA = Media(100, 150)  # of Packbench's own label; printers call 4 × 6 inches so


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the check before printing needs to know of an order; grams.

    `unweighed` is a SKU of it that nobody has weighed, `goods` and `batteries` are the classes of what is in it,
    `lacks` the SKU and the field that customs will ask for and nobody has said, `media` the size of its label.
    """

    order_id: int
    recipient_name: str
    street: str
    city: str
    country: str
    service: str
    weight_g: int
    unweighed: str = ""
    goods: frozenset[str] = frozenset()
    batteries: frozenset[str] = frozenset()
    lacks: tuple[str, str] | None = None
    media: Media = LABEL_MEDIA
    postcode: str | None = None  # None: nobody has looked


def check(order: Candidate, carrier: CarrierProfile, media: Media | None) -> Refusal | None:
    """What keeps an order's label from being printed or its parcel from being sent, None when nothing does.

    `carrier` is the order's; `media` is what lies in the printer, None where nobody has said. Codes: `batches_address`
    (field), those of `app.domain.carriers.refusals`, `batches_unweighed` (sku) where the carrier weighs,
    `batches_customs` (sku, field) and `batches_media` (needs, has).
    """
    missing = missing_for_label(order.recipient_name, order.street, order.city, order.country)
    if missing:
        return Refusal("batches_address", field=missing[0])
    if order.postcode is not None and not order.postcode.strip() and needs_postcode(order.country):
        return Refusal("batches_address", field="postcode")
    weight = None if order.unweighed else order.weight_g
    for refusal in refusals(carrier, order.service, order.country, weight, None, order.goods, order.batteries):
        return refusal
    service = carrier.service(order.service)
    if order.unweighed and service is not None and service.max_weight_g is not None:
        return Refusal("batches_unweighed", sku=order.unweighed)
    if order.lacks is not None:
        return Refusal("batches_customs", sku=order.lacks[0], field=order.lacks[1])
    if media is not None and not _fits(order.media, media):
        return Refusal("batches_media", needs=str(order.media), has=str(media))
    return None


def _fits(label: Media, media: Media) -> bool:
    """A millimetre is no difference: 4 inches are cut as 100 and as 102 mm."""
    return label.width_mm <= media.width_mm + 1 and label.height_mm <= media.height_mm + 1


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a label comes in its batch: by its order's number, a separator before the label."""

    number: int
    is_label: bool = True


@dataclass(frozen=True, slots=True)
class Copy:
    """The newest copy of a label or separator of a label batch."""

    place: Place
    job_id: int
    state: JobState


@dataclass(frozen=True, slots=True)
class Follows:
    """What follows from a label in the hand, as ids of print jobs in the order of their places.

    `out` were uncertain and have come out, `lost` were uncertain and have not; of `again` (the lost ones among them)
    another copy is printed, in their places. `good` came after the hand's and counts as printed.
    """

    out: tuple[int, ...] = ()
    lost: tuple[int, ...] = ()
    again: tuple[int, ...] = ()
    good: tuple[int, ...] = ()


def from_hand(copies: Iterable[Copy], hand: Place, *, again: bool) -> Follows:
    """What follows when `hand` is the last good label that a person holds.

    A printer prints in the order of sending: whatever is uncertain up to the hand's has come out, whatever is uncertain
    after it has not. What is said to be printed after it lies there in good order, or is spoilt and printed `again`.
    What has failed is printed again wherever it stood, what is confirmed is on its box, and what waits goes on waiting.
    """
    out: list[int] = []
    lost: list[int] = []
    more: list[int] = []
    good: list[int] = []
    for copy in sorted(copies, key=lambda each: each.place):
        after = copy.place > hand
        if copy.state is JobState.UNCERTAIN:
            (lost if after else out).append(copy.job_id)
            if after:
                more.append(copy.job_id)
        elif copy.state is JobState.FAILED:
            more.append(copy.job_id)
        elif copy.state is JobState.PRINTED and after:
            (more if again else good).append(copy.job_id)
    return Follows(tuple(out), tuple(lost), tuple(more), tuple(good))


def minutes_left(left: int, seconds: float, printed: int) -> float | None:
    """How many minutes so many labels take at the pace of `printed` labels in `seconds`; None without a pace."""
    if printed < 2 or seconds <= 0:
        return None
    return left * seconds / (printed - 1) / 60
