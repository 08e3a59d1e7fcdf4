"""Codes into sentences, in English and Chinese: the one place that knows how Packbench speaks.

The English sentence is the key of the gettext catalogue in `resources/i18n`; placeholders are the facts of a refusal
or verdict.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from string import Formatter

from babel.messages.pofile import read_po

from app.domain.errors import Fact, Refusal

SENTENCES: dict[str, str] = {
    # the bench: pass
    "opened": "Order {order}: scan {pieces} pieces",
    "tote_opened": "Tote {tote}: {orders} single-item orders, scan an item",
    "item": "{sku}: {left} to go",
    "complete": "All items verified: label is printing",
    "closed": "Parcel closed, next order",
    "acknowledged": "Go on",
    "undone": "Taken back: {sku}, take it out of the box",
    "held": "Order {order} is put aside",
    "settled_printed": "Noted as printed: scan the label",
    "settled_not_out": "Noted as not printed: copy {copy} is printing",
    "reprinted": "Copy {copy} is printing: throw the old label away",
    # the bench: fail
    "wrong_item": "Wrong item: {sku} is not in order {order}",
    "over_scan": "Take {over} out: only {ordered} × {sku} ordered",
    "unknown_code": "Unknown code: scan the item again or put it aside",
    "misread": "Code misread: expected {expected}, scan it again",
    "wrong_kind": "That is a {kind}, an item or tote is expected",
    "wrong_label": "Wrong label: it belongs to order {belongs_to}, not {order}",
    "superseded_copy": "Old label: copy {copy} was replaced by copy {newest}, throw it away",
    "label_voided": "This label is void: throw it away",
    "order_cancelled": "Order {order} is cancelled: put everything aside",
    "not_picked": "Order {order} is not picked completely: take it to the shift lead",
    "no_order_for_item": "No order waits for {sku}: put it aside",
    "parcel_unfinished": "Order {order} first: {remaining} pieces are missing",
    "label_not_scanned": "Order {order} first: scan the label on its box",
    "label_refused": "Label cannot be made: {why}. Put order {order} aside",
    "latched": "Not accepted: acknowledge the failure first",
    # the bench: attention
    "already_open": "Order {order} is on the table already",
    "already_closed": "Order {order} is packed and closed already",
    "several_orders": "Several shops use this number: scan the tote",
    "tote_empty": "Nothing to pack in tote {tote}",
    "take_over": "{station} has order {order} on its table: scan again to take it over",
    "label_not_printed": "Label is not printed yet: wait for the printer",
    "scan_square": "Two copies exist: scan the square code, it must say copy {newest}",
    "reason_needed": "Why a new copy? Scan torn, blurred or lost",
    "reprint_reason_needed": "A reprint needs a reason",
    "settle_first": "Did the last copy come out? Settle it first: printed or not out",
    "still_printing": "The last copy is still being printed: wait for it",
    "nothing_to_undo": "Nothing to take back",
    "nothing_uncertain": "No label of this parcel is uncertain",
    "no_parcel_open": "No order is on the table: scan a tote or order",
    "undo_label_printed": "The label of order {order} is printed: items cannot be taken back any more",
    "unknown_command": "{command} means nothing here",
    "next_scan_tote": "Scan tote or order",
    "next_scan_item": "Scan {sku}: {left} to go",
    "next_wait_label": "Wait for the label",
    "next_scan_label": "Stick copy {copy} on the box and scan it",
    "next_settle_label": "Did the label come out? Scan it, or say printed or not out",
    "not_saved": "NOT SAVED: {why}. Scan it again when this is mended",
    # picking
    "at_location": "Take {quantity} × {sku} into tote {tote}",
    "picked": "{quantity} × {sku} is in tote {tote}",
    "batch_picked": "Batch is picked: bring the cart to the bench",
    "short": "Noted as missing: {sku} at {location}",
    "wrong_location": "Wrong location {location}: go to {expected}",
    "wrong_pick": "Wrong item {sku}: take {expected}",
    "location_first": "Scan location {expected} first",
    "nothing_to_pick": "Nothing left to pick on this cart",
    "pick_unknown_code": "Unknown code: expected location {expected} or its item",
    "task_not_open": "This pick is done already",
    "found_too_many": "{found} found of {quantity} is no short pick",
    # waves and orders
    "plan_outdated": "Orders or stock have changed since the plan was made: plan again",
    "wave_unknown": "There is no wave {wave}",
    "wave_in_work": "Wave {wave} is being picked already: kick single orders out instead",
    "order_not_in_wave": "Order {order} is in no wave that is planned or being picked",
    "nothing_to_put_back": "Order {order} has nothing to be put back",
    "order_unknown": "There is no order {order}",
    "order_ambiguous": "Several shops have an order {order}: give its parcel or tracking number",
    "order_shipped": "Order {order} is packed and closed: it cannot be cancelled here any more",
    "order_is_cancelled": "Order {order} is cancelled already",
    "state_not_allowed": "{entity}: {current} cannot become {wanted}",
    "no_orders_to_plan": "No order is ready to be planned",
    # labels
    "no_label": "Parcel {parcel} has no label yet",
    "label_is_voided": "The label of parcel {parcel} is void",
    "nothing_to_reprint": "Nothing has the number {number}: give an order, tracking or parcel number",
    "tracking_numbers_used_up": "The number range {service} is used up: enter a new one",
    # stations and database
    "station_unknown": "This station is not known",
    "station_name": "A station needs a name of at most 40 characters",
    "database_url": "{url} is no database that Packbench can use: give a file, sqlite:///… or postgresql://…",
    "database_driver_missing": "The database driver {driver} is not installed",
    "database_full": "The disk is full: free space, nothing is saved until then",
    "database_locked": "Another program holds the database: close it and try again",
    "database_io": "The disk does not take the data: check it, nothing is saved until then",
    "database_corrupt": "The database is damaged: keep the file and restore the last copy",
    "database_readonly": "The database cannot be written: check the permissions of its file",
    "database_unreachable": "The database cannot be opened: check the path and its permissions",
    "database_foreign": "This database belongs to another program",
    "database_newer": "This database was made by a newer Packbench (revision {revision}): update this one",
}


@cache
def _catalogue(language: str) -> Mapping[str, str]:
    found = resources.files("resources").joinpath("i18n", f"{language}.po")
    if not found.is_file():
        return {}
    with found.open("rb") as stream:
        return {str(m.id): str(m.string) for m in read_po(stream, locale=language) if m.id and m.string}


def translate(sentence: str, language: str = "en") -> str:
    """The sentence in the language, itself where the catalogue lacks it."""
    return sentence if language == "en" else _catalogue(language).get(sentence, sentence)


def placeholders(sentence: str) -> frozenset[str]:
    """The names of the facts that a sentence needs."""
    return frozenset(name for _, name, _, _ in Formatter().parse(sentence) if name)


def say(code: str, facts: Mapping[str, Fact] | None = None, language: str = "en") -> str:
    """The sentence of a code with its facts filled in; a fact that is missing shows as a dash.

    A code without a sentence is shown as it is: better a bare word than nothing.
    """
    sentence = translate(SENTENCES.get(code, code), language)
    given = facts or {}
    filled = {name: given.get(name) if given.get(name) is not None else "–" for name in placeholders(sentence)}
    return sentence.format_map(filled)


def explain(refusal: Refusal, language: str = "en") -> str:
    """The sentence of a refusal."""
    return say(refusal.code, refusal.facts, language)
