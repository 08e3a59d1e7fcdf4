"""What papers for customs say of an order or a parcel; `app.queries.customs` fills it, `printing.documents` draws."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.domain.customs import CustomsForm, Lack, customs_number, ioss_number
from app.domain.incoming import text


@dataclass(frozen=True, slots=True)
class SenderNumbers:
    """A sender's telephone and its numbers for customs, "" where it has none."""

    phone: str = ""
    eori: str = ""
    vat: str = ""
    ioss: str = ""


def sender_numbers(phone: str, eori: str, vat: str, ioss: str) -> SenderNumbers:
    """The numbers as they are printed, without blanks and dots in those for customs.

    Raises Refusal `customs_number_invalid` (fact `field`: sender_eori, sender_vat), `customs_ioss_invalid`.
    """
    return SenderNumbers(
        text(phone, "sender_phone", limit=40), customs_number(eori, "sender_eori"),
        customs_number(vat, "sender_vat"), ioss_number(ioss, "sender_ioss"),
    )  # fmt: skip


class Category(StrEnum):
    """Why goods are sent, as the forms of the Universal Postal Union list it."""

    GIFT = "gift"
    DOCUMENTS = "documents"
    SAMPLE = "sample"
    SALE = "sale"
    RETURNED = "returned"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class DeclaredLine:
    """Goods of one order line as declared; the weight in grams of all pieces, the value of one in minor units."""

    sku: str
    description: str
    quantity: int
    net_weight_g: int
    unit_value_minor: int
    hs_code: str
    origin: str
    battery: str = ""

    @property
    def value_minor(self) -> int:
        """The value of all pieces."""
        return self.quantity * self.unit_value_minor


@dataclass(frozen=True, slots=True)
class DeclaredParcel:
    """A parcel of the order: its code, tracking number ("" as long as it has none) and weight, None for not weighed."""

    code: str
    tracking: str = ""
    weight_g: int | None = None


@dataclass(frozen=True, slots=True)
class Addressee:
    """A person on a paper; the street may have several lines, the country is ISO 3166-1 alpha-2."""

    name: str
    street: str = ""
    postcode: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What papers for customs say of an order, or of one parcel of it.

    `sender` are the warehouse's lines as printed, `sender_country` is "" as long as it is not named. `ioss` stands only
    where it may be used. `form` is the postal declaration that value and weight ask for. `customs` is false where no
    border is crossed; `missing` is not empty where the papers would have gaps. Weights in grams, amounts in minor units
    of `currency`.
    """

    order: str
    sender: str
    recipient: Addressee
    lines: tuple[DeclaredLine, ...]
    currency: str
    gross_weight_g: int
    parcels: tuple[DeclaredParcel, ...] = ()
    placed_on: date | None = None
    service: str = ""
    carrier: str = ""
    sender_country: str = ""
    sender_phone: str = ""
    sender_eori: str = ""
    sender_vat: str = ""
    recipient_vat: str = ""
    recipient_eori: str = ""
    ioss: str = ""
    incoterm: str = ""
    freight_minor: int | None = None
    form: CustomsForm = CustomsForm.CN22
    customs: bool = True
    missing: tuple[Lack, ...] = ()

    @property
    def goods_minor(self) -> int:
        """The value of all goods, without freight."""
        return sum(line.value_minor for line in self.lines)

    @property
    def net_weight_g(self) -> int:
        """The weight of all goods without their packing."""
        return sum(line.net_weight_g for line in self.lines)

    @property
    def batteries(self) -> tuple[str, ...]:
        """The classes of batteries in it, as stored."""
        return tuple(sorted({line.battery for line in self.lines} - {"", "none"}))
