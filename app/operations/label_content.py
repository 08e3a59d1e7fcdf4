"""What Packbench's own label says: its fields, the sender's address, and whether it can be printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass

from sqlalchemy.orm import Session

from app.change import Change, changed
from app.domain.barcode import group, make_label_code, s10
from app.domain.declaration import SenderNumbers
from app.domain.errors import Refusal
from app.domain.incoming import country as country_code
from app.domain.people import Actor
from app.domain.shipping import UNSHIPPABLE, missing_for_label, recipient_lines
from app.operations.importing_review import review_customs
from app.texts import country_name
from db.journal import record
from db.orders import Order
from db.places import Warehouse
from db.store import Tx
from printing.label import Label as LabelLayout
from printing.templates import load_template

TEMPLATE = "parcel_4x6"
SERVICE = "LX"  # UPU S10 service indicator of the built-in number series: LA-LZ, tracked packets
DEFAULT_SERVICE = "PACKET TRACKED"


@dataclass(frozen=True, slots=True)
class Sent:
    """What a label says of its order: from where, to whom and how it is sent."""

    sender: str
    sender_country: str
    order: str
    service: str
    recipient_name: str
    street: str
    postcode: str
    city: str
    region: str
    country: str
    carrier: str = ""

    @property
    def missing(self) -> tuple[str, ...]:
        """The fields without which nothing can be sent."""
        return missing_for_label(self.recipient_name, self.street, self.city, self.country)


def weight_text(weight_g: int) -> str:
    """A weight as a label says it."""
    return f"{weight_g / 1000:.3f} kg"


def label_fields(sent: Sent, *, tracking: str, parcel_code: str, weight_g: int, slot: int | None) -> dict[str, str]:
    """Everything that the label's template is filled with, except for the copy number."""
    return {
        "sender": sent.sender,
        "recipient": "\n".join(
            recipient_lines(
                sent.recipient_name, sent.street, sent.postcode, sent.city, sent.region, country_name(sent.country)
            )
        ),
        "service": sent.service or DEFAULT_SERVICE,
        "tracking": tracking,
        "tracking_text": group(tracking),
        "parcel": parcel_code,
        "weight": weight_text(weight_g),
        "order": sent.order,
        "slot": "" if slot is None else str(slot),
    }


def sender_lines(name: str, street: str, postcode: str, city: str, country: str) -> str:
    """The sender's address as it is printed, "" when every part is empty.

    Raises Refusal `labels_sender_lacks` (field) for an incomplete one, `country_unknown`, and what keeps it from being
    printed (`label_text_too_long`, `label_text_unprintable`).
    """
    if not any((name, street, postcode, city, country)):
        return ""
    for field, value in (("name", name), ("street", street), ("city", city), ("country", country)):
        if not value:
            raise Refusal("labels_sender_lacks", field=field)
    text = "\n".join(recipient_lines(name, street, postcode, city, "", country_name(country_code(country))))
    fields = dict.fromkeys(("recipient", "service", "tracking_text", "parcel", "weight", "order", "slot"), "0")
    rendered(lay_out({**fields, "sender": text, "tracking": "0", "parcel": "PB00000000P"}, 1), "zpl", 203)
    return text


def name_sender(
    tx: Tx, actor: Actor, warehouse_id: int, sender: str, country: str, numbers: SenderNumbers | None = None
) -> tuple[bool, Change]:
    """From now on new labels of a warehouse carry this sender (`sender_lines`); whether it is another one.

    Its tracking numbers end with the sender's country; without a sender they go on as before. `numbers` are those for
    customs papers, None for those that it has. Orders that lacked customs data are looked at again.
    """
    warehouse = tx.session.get_one(Warehouse, warehouse_id)
    country = country_code(country) or warehouse.country
    known = SenderNumbers(warehouse.phone, warehouse.eori, warehouse.vat, warehouse.ioss)
    numbers = numbers or known
    if (warehouse.sender, warehouse.country, known) == (sender, country, numbers):
        return False, Change()
    warehouse.sender, warehouse.country = sender, country
    warehouse.phone, warehouse.eori, warehouse.vat, warehouse.ioss = astuple(numbers)
    record(tx, actor, "name_sender", {"warehouse": warehouse_id})
    tx.session.flush()
    judged = review_customs(tx, warehouse_id)
    return True, changed("stations", *(["orders"] if judged else []), ids=[("order", order_id) for order_id in judged])


def lay_out(fields: Mapping[str, str], copy: int) -> LabelLayout:
    """A copy of a label as elements in millimetres; raises Refusal for what cannot be printed."""
    return load_template(TEMPLATE).fill(
        {**fields, "copy": str(copy), "label_code": make_label_code(fields["parcel"], copy)}
    )


def rendered(layout: LabelLayout, language: str, dpi: int, head_mm: int | None = None) -> bytes:
    """A label in the language of a printer, whose head is so wide (None: nobody has told); raises Refusal."""
    from printing.render import render  # fonts and pictures: the window can be seen before they are loaded

    return render(layout, language, dpi, head_mm=head_mm)


def check_label(session: Session, order: Order, weight_g: int) -> str | None:
    """The code and field of what would keep the order's label from being printed, None when nothing does."""
    warehouse = session.get_one(Warehouse, order.warehouse_id)
    sent = Sent(
        warehouse.sender, warehouse.country, order.source_id, order.service, order.recipient_name, order.street,
        order.postcode, order.city, order.region, order.country,
    )
    if sent.missing:
        return UNSHIPPABLE + sent.missing[0]
    tracking = s10(SERVICE, 0, warehouse.country)
    fields = label_fields(sent, tracking=tracking, parcel_code="PB00000000P", weight_g=weight_g, slot=99)
    try:
        rendered(lay_out(fields, 1), "zpl", 203)
    except Refusal as refusal:
        return f"{refusal.code}:{refusal.facts.get('field', '')}"
    return None
