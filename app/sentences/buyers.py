"""What papers say that go to the buyer, in the buyer's language: the packing slip and the return label."""

from __future__ import annotations

SENTENCES: dict[str, str] = {
    "documents_page": "Page {page} of {pages}",
    # the packing slip
    "documents_slip": "Packing slip",
    "documents_ship_to": "Ship to",
    "documents_ordered_on": "Ordered on",
    "documents_service": "Service",
    "documents_tracking": "Tracking",
    "documents_parcel": "Parcel",
    "documents_parcel_of": "{parcel} of {parcels}",
    "documents_item": "Item",
    "documents_quantity": "Quantity",
    "documents_price": "Price",
    "documents_amount": "Amount",
    "documents_pieces": "Pieces",
    "documents_goods": "Subtotal",
    "documents_freight": "Shipping",
    "documents_total": "Total",
    "documents_gift_message": "A message for you",
    "documents_returns": "Returns",
    "documents_order": "Order",
    # the return label; its steps are done one after the other, customs where a border is crossed
    "return_title": "Return",
    "return_from": "From",
    "return_to": "To",
    "return_number": "Return number",
    "return_stamp": "Postage",
    "return_cut": "Cut here",
    "return_step_1": "Pack the items well, if possible in the box they came in, and put this sheet's upper part inside",
    "return_step_2": "Cut off the lower part along the line",
    "return_step_3": "Cover or remove the old label and fix this one over it, flat and whole",
    "return_step_4": "Hand it in at the carrier's counter and keep the receipt until your refund has come",
    "return_customs": "Add a customs declaration (CN 22 or CN 23) and tick “Returned goods”",
}
