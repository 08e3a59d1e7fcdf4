"""What the bench says of what a parcel needs besides its items, and of who stands there."""

from __future__ import annotations

SENTENCES: dict[str, str] = {
    # all items are verified, and something else comes before the label
    "verified_note": "All items verified: read the note, then press Enter",
    "verified_inserts": "All items verified: put in the inserts",
    "verified_check": "All items verified: another person checks them",
    "verified_carton": "All items verified: choose the carton",
    "verified_weight": "All items verified: put the parcel on the scale",
    # done
    "note_confirmed": "The note was read",
    "insert_done": "In the box: {insert}",
    "carton_chosen": "Carton {carton}",
    "weighed": "Weight {grams}\u00a0g: right",
    "weighed_only": "Weight {grams}\u00a0g is noted: not compared, as an item has no weight",
    "check_begun": "{operator} checks: scan all {pieces} pieces again",
    "check_again": "The check begins anew: scan all {pieces} pieces",
    "checked_item": "{name} is right: {left} more of it, {remaining} in all",
    "checked": "Order {order} is checked: all pieces are right",
    "badged_in": "Welcome, {operator}",
    "badged_out": "Logged out: what is on the table stays there for a while",
    # what stops the bench
    "weight_off": "{grams}\u00a0g instead of {expected}\u00a0g (±{tolerance}\u00a0g): open the box and count again",
    "check_by_another": "Order {order} is checked by another person: ask one to scan a badge",
    # look
    "not_needed": "This is not needed here now",
    "badge_needed": "Nobody is logged in: scan your badge",
    "nobody_there": "Nobody is logged in here: to begin, scan a badge",
    "no_carton": "No carton is known to fit: scan the one you take",
    # what comes next
    "next_note": "Read the note of the buyer, then press Enter",
    "next_inserts": "Put in: {insert}",
    "next_check": "Another person scans a badge and checks the items",
    "next_check_item": "Check {name}: {left} to scan again",
    "next_carton": "Choose the carton: 1 to 4, or scan its barcode",
    "next_weight": "Put the parcel on the empty scale and let go",
    # an order's history
    "orders_scan_verified_note": "The last item was verified, the note was still to be read",
    "orders_scan_verified_inserts": "The last item was verified, inserts were still to be put in",
    "orders_scan_verified_check": "The last item was verified, a second check was due",
    "orders_scan_verified_carton": "The last item was verified, the carton was still to be chosen",
    "orders_scan_verified_weight": "The last item was verified, the parcel was still to be weighed",
    "orders_scan_note_confirmed": "The packer has read the note",
    "orders_scan_insert_done": "This was put in: {insert}",
    "orders_scan_carton_chosen": "Carton {carton} was chosen",
    "orders_scan_weighed": "Weighed: {grams}\u00a0g",
    "orders_scan_weighed_only": "Weighed: {grams}\u00a0g, with nothing to compare it with",
    "orders_scan_check_begun": "{operator} began the second check",
    "orders_scan_check_again": "The second check began anew",
    "orders_scan_checked_item": "Checked: {name}",
    "orders_scan_checked": "The second check found all pieces right",
    "orders_scan_badged_in": "{operator} came to the bench",
    "orders_scan_badged_out": "The packer logged out",
    "orders_scan_weight_off": "Weighed: {grams}\u00a0g instead of {expected}\u00a0g",
    "orders_scan_check_by_another": "Who had packed it wanted to check it",
    "orders_scan_not_needed": "Something was scanned that was not needed",
    "orders_scan_badge_needed": "Something was scanned while nobody was logged in",
    "orders_scan_nobody_there": "A log-out was scanned while nobody was logged in",
    "orders_scan_no_carton": "No carton was known to fit",
    "orders_log_override": "Somebody has taken it upon himself to go on all the same",
    "orders_log_papers_not_made": "The papers that come with its label were not made",
}
