"""What lies on a bench, and what a scanned code may turn out to be."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

from app.domain.barcode import Command
from app.domain.bench_rules import BenchRules
from app.domain.capture import Capture, Said, captures, captures_text
from app.domain.kits import KitMode
from app.domain.people import Role
from app.domain.policy import Act, Allowance, may
from app.domain.states import JobState, ParcelState

NOTHING_SAID = Said()
DEFAULT_RULES = BenchRules()


@dataclass(frozen=True, slots=True)
class KitPart:
    """A line's place in a kit: lines of the same `number` are one kit, `per_kit` pieces of this one in each."""

    number: int
    per_kit: int
    sku_id: int
    sku: str
    name: str
    mode: KitMode


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the open order: pieces ordered, verified into this parcel, and into the order's other parcels.

    `checked` are the pieces of this parcel that the second check has seen. `handling_class` is the SKU's row of the
    policy table, `captures` what is to be captured of each piece, `min_shelf_days` how many days must be left until it
    expires (None: the warehouse's rule).
    """

    line_id: int
    sku_id: int
    sku: str
    ordered: int
    packed: int
    name: str = ""
    elsewhere: int = 0
    checked: int = 0
    handling_class: str = ""
    captures: frozenset[Capture] = frozenset()
    min_shelf_days: int | None = None
    kit: KitPart | None = None

    @property
    def open(self) -> int:
        """Pieces still to be verified."""
        return self.ordered - self.packed - self.elsewhere

    @property
    def called(self) -> str:
        """What a packer calls it: its name, else its SKU."""
        return self.name or self.sku


@dataclass(frozen=True, slots=True)
class StandIn:
    """A SKU that may be sent in place of another of the order (`instead_id`); `used` when this parcel holds one."""

    instead_id: int
    sku_id: int
    sku: str
    name: str = ""
    handling_class: str = ""
    captures: frozenset[Capture] = frozenset()
    min_shelf_days: int | None = None
    used: bool = False

    @property
    def called(self) -> str:
        """What a packer calls it: its name, else its SKU."""
        return self.name or self.sku


@dataclass(frozen=True, slots=True)
class Insert:
    """Something that a rule puts into the parcel; `barcode` is "" where it is ticked only."""

    rule_id: int
    name: str
    barcode: str
    may_tick: bool
    done: bool


@dataclass(frozen=True, slots=True)
class OpenParcel:
    """The parcel on the table.

    `copy` is the number of its newest label copy and `job` the state of that print job, 0 and None before there is
    one; `older_copies` when an earlier copy may lie around, `ahead` when one was printed before the order was packed,
    and not `marked` when it bears the carrier's codes alone; `last_line_id` is the line of the last verified
    piece, None when there is nothing to undo. `number` counts the boxes of the order and `other_boxes` those that are
    open besides this one; a `sealed` one is sent as it is. `check_needed` is None until it is decided. `weighed_g` is
    None until the scale has spoken, or `weight_accepted` without it.
    """

    parcel_id: int
    code: str
    state: ParcelState
    order_id: int
    order: str
    cancel_requested: bool
    lines: tuple[Line, ...]
    tracking: str | None = None
    copy: int = 0
    job: JobState | None = None
    older_copies: bool = False
    ahead: bool = False
    marked: bool = True
    last_line_id: int | None = None
    number: int = 1
    other_boxes: int = 0
    sealed: bool = False
    carton_id: int | None = None
    carton_skipped: bool = False
    weighed_g: int | None = None
    weight_accepted: bool = False
    has_note: bool = False
    note_confirmed: bool = False
    check_needed: bool | None = None
    checked: bool = False
    packer_id: int | None = None
    inserts: tuple[Insert, ...] = ()
    address_changed: bool = False
    allow_split: bool = False
    allow_substitutes: bool = False
    substitutes: tuple[StandIn, ...] = ()

    @property
    def remaining(self) -> int:
        """Pieces of the order still to be verified."""
        return sum(line.open for line in self.lines)

    @property
    def packed(self) -> int:
        """Pieces verified into this parcel."""
        return sum(line.packed for line in self.lines)

    @property
    def unchecked(self) -> int:
        """Pieces of this parcel that the second check has still to see."""
        return sum(line.packed - line.checked for line in self.lines)


@dataclass(frozen=True, slots=True)
class Pending:
    """What a bench remembers until the next scan: a typed quantity, an item of which something is to be captured.

    `said` is what is known of the item already, and `skipped` what nobody will say of it; `sku_id` None where no item
    waits. `out` once somebody has logged out:
    nothing is done there until a badge is scanned.
    """

    quantity: int | None = None
    sku_id: int | None = None
    said: Said = NOTHING_SAID
    out: bool = False
    skipped: frozenset[Capture] = frozenset()


NOTHING_PENDING = Pending()


def write_pending(pending: Pending) -> str | None:
    """What a station keeps of it over a power cut, as JSON; None for nothing."""
    said = pending.said
    kept = {
        "quantity": pending.quantity, "sku": pending.sku_id, "serial": said.serial, "lot": said.lot,
        "expires_on": said.expires_on.isoformat() if said.expires_on else None, "out": pending.out or None,
        "skipped": captures_text(pending.skipped) or None,
    }
    kept = {name: value for name, value in kept.items() if value is not None}
    return json.dumps(kept) if kept else None


def read_pending(text: str) -> Pending:
    """What `write_pending` has written."""
    kept = json.loads(text)
    expires_on = date.fromisoformat(kept["expires_on"]) if "expires_on" in kept else None
    said = Said(serial=kept.get("serial"), lot=kept.get("lot"), expires_on=expires_on)
    skipped = captures(kept.get("skipped", ""))
    return Pending(kept.get("quantity"), kept.get("sku"), said, kept.get("out", False), skipped)


@dataclass(frozen=True, slots=True)
class Bench:
    """All that a station remembers between two scans, its warehouse's rules, and who stands there.

    `policies` are read only where they can matter: not for the plain scan of an item; `expected_g` only for a weight,
    None when it cannot be known.
    """

    latch: str | None = None
    question: str | None = None
    question_scan: str | None = None
    tote_id: int | None = None
    parcel: OpenParcel | None = None
    pending: Pending = NOTHING_PENDING
    rules: BenchRules = DEFAULT_RULES
    policies: tuple[Allowance, ...] = ()
    operator_id: int | None = None
    group: str = ""
    role: Role | None = None
    today: date | None = None
    expected_g: int | None = None

    def may(self, act: Act, handling_class: str = "") -> bool:
        """Whether who stands there may do something with SKUs of a class."""
        return may(self.policies, act, handling_class, self.group, self.role)


@dataclass(frozen=True, slots=True)
class Item:
    """A SKU's barcode; `quantity` pieces at one scan, and what the code says of them besides."""

    sku_id: int
    sku: str
    quantity: int
    name: str = ""
    said: Said = NOTHING_SAID

    @property
    def called(self) -> str:
        """What a packer calls it: its name, else its SKU."""
        return self.name or self.sku


@dataclass(frozen=True, slots=True)
class OrderFound:
    """An order that can perhaps be opened; `held_by` is the name of another station that has it on the table."""

    order_id: int
    order: str
    pickable: bool  # everything of it is picked
    shipped: bool
    cancelled: bool
    held_by: str | None = None


@dataclass(frozen=True, slots=True)
class Tote:
    """A tote and the orders in it that wait to be packed; `bulk` for the single-item lane."""

    tote_id: int
    code: str
    bulk: bool
    orders: tuple[OrderFound, ...]


@dataclass(frozen=True, slots=True)
class SeveralOrders:
    """An order number that several shops use."""

    code: str


@dataclass(frozen=True, slots=True)
class LabelFound:
    """A shipping label: by its Data Matrix (`copy` known) or by its tracking number (`copy` None).

    `newest` is the number of the parcel's newest copy; `series_of` the identical one that it was
    verified with; `box` its number among the boxes of the order.
    """

    parcel_id: int
    copy: int | None
    voided: bool
    order: OrderFound
    newest: int = 0
    series_of: int | None = None
    box: int = 1


@dataclass(frozen=True, slots=True)
class OtherKind:
    """A code of a known kind that means nothing at the bench, such as a location."""

    kind: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """A code that nothing has; `expected` is what it would be with a right check digit, if that is what is wrong.

    `said` is what it says of a piece all the same, such as a GS1 code with a serial number alone.
    """

    expected: str | None = None
    said: Said = NOTHING_SAID


@dataclass(frozen=True, slots=True)
class Quantity:
    """A typed quantity, for the item that is scanned next."""

    pieces: int


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody's badge."""

    operator_id: int
    name: str


@dataclass(frozen=True, slots=True)
class CartonFound:
    """A carton's barcode, or the key of a suggested one."""

    carton_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Weight:
    """What the station's scale says, stable."""

    grams: int


Found = (
    Item | OrderFound | SeveralOrders | Tote | LabelFound | OtherKind | Unknown | Command | Quantity | Person
    | CartonFound | Weight
)
