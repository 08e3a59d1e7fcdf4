"""What the bench says of items: captures, kits, substitutes, what is taken back, series of identical orders."""

from __future__ import annotations

SENTENCES: dict[str, str] = {
    "expired": "{name} expired on {expires}: put it aside",
    "shelf_life_short": "{name} expires on {expires}, in {days} days: {least} must be left, put it aside",
    "duplicate_serial": "Serial {serial} of {name} is in parcel {parcel} of order {order} already: take another piece",
    "serial_each": "Each {name} has its own serial number: scan piece by piece",
    "kit_unfinished": "Kit {kit} first, it lacks: {missing}",
    "kit_by_parent": "{name} is part of a kit: scan the code of {kit}",
    "kit_by_components": "{name} is a kit: scan its parts, {missing}",
    "not_allowed": "Not allowed here: {act}. Ask the shift lead",
    "serial_needed": "{name}: scan its serial number",
    "lot_needed": "{name}: scan its lot",
    "expiry_needed": "{name}: scan its expiry or type it, such as 2027-03-31",
    "left_out": "Left out: put {name} aside",
    "substitute": "{name} instead of {instead}? Scan XXOK to pack it, XXUNDO to leave it out",
    "quantity_set": "{pieces} pieces of the next item: scan it",
    "overridden": "Accepted all the same: it is noted who has done it",
    "skipped": "Left out: it is noted who has done it",
    "nothing_to_skip": "Nothing here can be left out",
    "nothing_to_override": "There is no failure that could be accepted",
    "undo_whole_box": "Take all {pieces} pieces out of the box? Scan XXOK",
    "line_undone": "Taken back: take all {pieces} × {name} out of the box",
    "box_undone": "Taken back: take all {pieces} pieces out of the box",
    "series_begun": "{parcels} identical orders: scan each label once it is on its box",
    "series_closed": "Order {order}: the parcel of the series is closed",
    "series_weighed": "Parcels are weighed here: pack each order by itself",
    "series_alone": "Order {order} has something of its own: pack each order by itself",
    "nothing_identical": "No identical order waits",
}
# what somebody may not do at the bench (`act`)
WORDS: dict[str, str] = {
    "act_type_code": "typing a code",
    "act_type_quantity": "typing a quantity",
    "act_skip_serial": "leaving out a serial number",
    "act_skip_lot": "leaving out lot or expiry",
    "act_accept_expiry": "accepting a short shelf life",
    "act_accept_weight": "accepting another weight",
    "act_skip_insert": "leaving out an insert",
    "act_skip_carton": "leaving out the carton",
    "act_skip_check": "leaving out the second check",
    "act_substitute": "packing a substitute",
    "act_series": "a series of identical orders",
    "act_reopen": "opening a closed parcel again",
}
