"""What lies on a bench, and what a scanned code may turn out to be."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.barcode import Command
from app.domain.states import JobState, ParcelState


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the open order: pieces ordered and pieces verified into the parcel."""

    line_id: int
    sku_id: int
    sku: str
    ordered: int
    packed: int
    name: str = ""

    @property
    def open(self) -> int:
        """Pieces still to be verified."""
        return self.ordered - self.packed

    @property
    def called(self) -> str:
        """What a packer calls it: its name, else its SKU."""
        return self.name or self.sku


@dataclass(frozen=True, slots=True)
class OpenParcel:
    """The parcel on the table.

    `copy` is the number of its newest label copy and `job` the state of that print job, 0 and None before there is
    one; `older_copies` when an earlier copy may lie around, `ahead` when one was printed before the order was packed,
    and not `marked` when it bears the carrier's codes alone; `last_line_id` is the line of the last verified
    piece, None when there is nothing to undo.
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

    @property
    def remaining(self) -> int:
        """Pieces still to be verified."""
        return sum(line.open for line in self.lines)


@dataclass(frozen=True, slots=True)
class Bench:
    """All that a station remembers between two scans."""

    latch: str | None = None
    question: str | None = None
    question_scan: str | None = None
    tote_id: int | None = None
    parcel: OpenParcel | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A SKU's barcode; `quantity` pieces at one scan."""

    sku_id: int
    sku: str
    quantity: int
    name: str = ""

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

    `newest` is the number of the parcel's newest copy.
    """

    parcel_id: int
    copy: int | None
    voided: bool
    order: OrderFound
    newest: int = 0


@dataclass(frozen=True, slots=True)
class OtherKind:
    """A code of a known kind that means nothing at the bench, such as a location."""

    kind: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """A code that nothing has; `expected` is what it would be with a right check digit, if that is what is wrong."""

    expected: str | None = None


Found = Item | OrderFound | SeveralOrders | Tote | LabelFound | OtherKind | Unknown | Command
