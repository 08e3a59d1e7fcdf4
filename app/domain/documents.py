"""The documents there are, what each is about, and on which paper it may stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Subject(StrEnum):
    """What a document is about."""

    ORDER = "order"
    CART = "cart"
    WAVE = "wave"
    MANIFEST = "manifest"
    CODES = "codes"


class Document(StrEnum):
    """A document; its name is that of its print jobs."""

    PACKING_SLIP = "packing_slip"
    INVOICE = "invoice"
    CN22 = "cn22"
    CN23 = "cn23"
    RETURN_LABEL = "return_label"
    PICK_LIST = "pick_list"
    WAVE_SHEET = "wave_sheet"
    MANIFEST = "manifest"
    LOCATIONS = "locations"
    TOTES = "totes"
    CARTS = "carts"
    BADGES = "badges"
    CARTONS = "cartons"
    COMMANDS = "commands"


DOCUMENTS: Mapping[Subject, tuple[Document, ...]] = {
    Subject.ORDER: (
        Document.PACKING_SLIP, Document.INVOICE, Document.CN22, Document.CN23, Document.RETURN_LABEL,
    ),
    Subject.CART: (Document.PICK_LIST,),
    Subject.WAVE: (Document.WAVE_SHEET,),
    Subject.MANIFEST: (Document.MANIFEST,),
    Subject.CODES: (
        Document.LOCATIONS, Document.TOTES, Document.CARTS, Document.BADGES, Document.CARTONS, Document.COMMANDS,
    ),
}  # fmt: skip
# the first is the usual one; sheets of codes name a label stock
PAPERS: Mapping[Document, tuple[str, ...]] = {
    Document.PACKING_SLIP: ("a4", "a5", "letter", "label"),
    Document.INVOICE: ("a4", "letter"),
    Document.CN22: ("label", "cn22"),
    Document.CN23: ("a5", "a4"),
    Document.RETURN_LABEL: ("a4", "label"),
    Document.PICK_LIST: ("a4", "letter"),
    Document.WAVE_SHEET: ("a4", "letter"),
    Document.MANIFEST: ("a4", "letter"),
    Document.LOCATIONS: ("a4_2x7", "a4_3x8", "a4_3x7", "a4_2x4", "a4_large", "letter_3x10", "roll_100x50"),
    Document.TOTES: ("a4_2x7", "a4_3x8", "a4_2x4", "a4_large", "letter_3x10", "roll_100x50"),
    Document.CARTS: ("a4_2x4", "a4_large", "roll_100x150"),
    Document.BADGES: ("cards",),
    Document.CARTONS: ("a4_3x8", "a4_2x7", "letter_3x10", "roll_100x50"),
    Document.COMMANDS: ("a4_list",),
}
ON_LABEL_STOCK = frozenset({"label", "cn22", "roll_100x50", "roll_100x150"})
MOST_CODES = 5_000  # of one sheet


@dataclass(frozen=True, slots=True)
class Wanted:
    """A document: of what (the key of an order, a cart, a wave, a manifest), in which language, on which paper.

    `language` is the house's; what goes to the buyer is in the buyer's where that is known, unless `own` says
    otherwise. Sheets of codes begin at the place `start` of a half-used sheet; those of carts and cartons have `count`
    codes from `first` on. `parcel_id` where it is of one parcel of the order alone.
    """

    document: Document
    key: int
    language: str
    paper: str
    warehouse_id: int
    own: bool = False
    start: int = 1
    first: int = 1
    count: int = 24
    parcel_id: int | None = None
