"""What is said of kits, substitutes, what is noted of a piece, and addresses that change."""

from __future__ import annotations

SENTENCES: dict[str, str] = {
    # a file's values for the bench
    "capture_unknown": "Nobody can note {value} of a piece: choose from {captures}, or write none",
    "kit_mode_unknown": "That is no way to verify a kit: write one of {modes}",
    "shelf_days_invalid": "Days until the expiry are a whole number from 0 to {most}",
    "handling_class_invalid": "A handling class cannot be *, which stands for all of them: give it a word",
    # kits
    "kit_component_unknown": "Kit {kit} has {component} in it, which is no SKU here: import that SKU first",
    "kit_component_twice": "{component} is in kit {kit} already, see row {first}: give it once with all its pieces",
    "kit_in_itself": "Kit {kit} cannot be in itself",
    "kit_in_kit": "Kit {kit} cannot hold {component}, which is a kit: give what that one is made of",
    "kit_is_component": "{kit} is in another kit and cannot be one",
    "kit_mode_without_components": "{sku} has a way to verify its kit but no components: import what it is made of",
    "set_beside_unreadable": "{sku} is left out, because row {beside} beside it cannot be read and may belong to it",
    # substitutes
    "substitute_unknown": "{substitute}, in place of {sku}, is no SKU here: import that SKU first",
    "substitute_is_itself": "{sku} cannot be sent in place of itself",
    "substitute_is_kit": "{substitute} cannot be sent in place of {sku}: neither may be a kit",
    # what a file holds, in the question
    "orders_import_holds_kits": "Kits and their components",
    "orders_import_holds_substitutes": "Substitutes of SKUs",
    # what is said of a piece at the bench
    "serial_invalid": "That is no serial number: 1 to 100 characters",
    "lot_invalid": "That is no lot: 1 to 100 characters",
    "expiry_unreadable": "That is no expiry: scan or type it as 2027-03-31, or 270331",
    # an address that changes
    "address_by_hand": "The address of order {order} was changed by hand and stays: {fields} of the file left out",
    "address_shipped": "The carrier has the parcel of order {order}: its address does not change any more",
    "address_needs_reason": "Say why the address of order {order} changes",
    "address_what": "Say what of the address changes: give one of its parts",
    "address_done": "The address of order {order} is as you said",
    "address_done_in_work": "The address of order {order} is changed: a label with the old one is stopped at the bench",
    "address_lacks": "A label of order {order} needs: {fields}",
    "orders_log_change_address": "The address was changed by hand: {fields}",
}
WORDS: dict[str, str] = {
    "kind_kits": "kits",
    "kind_substitutes": "substitutes",
    "field_kit": "kit",
    "field_component": "component",
    "field_substitute": "substitute",
    "field_handling_class": "handling class",
    "field_captures": "what is noted of a piece",
    "field_min_shelf_days": "days until the expiry",
    "field_kit_mode": "way to verify the kit",
    "field_buyer_message": "buyer's message",
    "field_vip": "VIP tier",
    "field_first_order": "first order",
    "field_allow_split": "leave to split",
    "field_allow_substitutes": "leave to substitute",
}
