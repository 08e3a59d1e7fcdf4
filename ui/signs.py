"""The sign and the colour of every state, and reasons in words: the same wherever an order or a label is shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from app.domain.errors import Fact
from app.domain.states import JobState, LabelState, OrderState, ParcelState
from app.domain.urgency import urgency as how_urgent
from ui.theme import Pair, Theme
from ui.words import Words

# sign, and the outcome whose colour it has: "" is the text's, "quiet" the secondary one
ORDER_SIGNS: Mapping[OrderState, tuple[str, str]] = {
    OrderState.INCOMPLETE: ("!", "attention"),
    OrderState.READY: ("○", ""),
    OrderState.PLANNED: ("◇", ""),
    OrderState.RELEASED: ("◆", ""),
    OrderState.PICKED: ("□", ""),
    OrderState.PACKING: ("■", ""),
    OrderState.SHIPPED: ("✓", "pass"),
    OrderState.PROBLEM: ("✗", "fail"),
    OrderState.CANCELLED: ("⊘", "quiet"),
}
JOB_SIGNS: Mapping[JobState, tuple[str, str]] = {
    JobState.QUEUED: ("○", ""),
    JobState.SENDING: ("↻", "system"),
    JobState.PRINTED: ("■", ""),
    JobState.CONFIRMED: ("✓", "pass"),
    JobState.FAILED: ("✗", "fail"),
    JobState.UNCERTAIN: ("!", "attention"),
    JobState.CANCELLED: ("⊘", "quiet"),
}
PARCEL_SIGNS: Mapping[ParcelState, tuple[str, str]] = {
    ParcelState.OPEN: ("■", ""),
    ParcelState.LABELLING: ("□", ""),
    ParcelState.CLOSED: ("✓", "pass"),
    ParcelState.VOIDED: ("⊘", "quiet"),
}
NOTHING = "–"
FILE = "file"  # the shop of an order whose file names none, as the profiles have it
# why a printer was waited for, or a label was not known of: what to do about it was said then, in other words
PAST = frozenset({
    "no_proof", "no_counter", "odometer_ahead", "odometer_behind", "not_counted", "printer_silent", "stopped",
    "interrupted", "paused", "paper_out", "ribbon_out", "head_open", "buffer_full", "overheated", "under_temperature",
    "label_waiting", "fault", "other_error", "cutter", "motor", "head_element", "silent", "no_answer",
    "device_open_failed", "device_gone", "device_not_open", "device_write_failed",
})  # fmt: skip
_CODE = re.compile(r"torn|blurred|lost|[a-z0-9]+(_[a-z0-9]+)+")
# what the engine says to a packer at that moment is not what stands in a list afterwards
_JOB_REASONS = {"order_cancelled": "labels_why_cancelled", "undone": "labels_why_undone", "label_voided": "void_job"}


def ink(theme: Theme, outcome: str) -> str:
    """The colour of a sign."""
    if outcome in ("", "quiet"):
        return theme.secondary if outcome else theme.text
    return theme.verdict(outcome).ink


def loud(theme: Theme, outcome: str) -> Pair | None:
    """The chip of a state that a person must see to, None for any other."""
    return theme.verdict(outcome) if outcome in ("attention", "fail") else None


def order_word(words: Words, state: OrderState) -> str:
    """An order's state as a word."""
    return words.say(f"orders_state_{state.value}")


def job_word(words: Words, state: JobState) -> str:
    """A print job's state as a word."""
    return words.say(f"labels_state_{state.value}")


def order_state(words: Words, state: OrderState) -> str:
    """An order's state as a sign and a word."""
    return f"{ORDER_SIGNS[state][0]}  {order_word(words, state)}"


def job_state(words: Words, state: JobState) -> str:
    """A print job's state as a sign and a word."""
    return f"{JOB_SIGNS[state][0]}  {job_word(words, state)}"


def parcel_state(words: Words, state: ParcelState) -> str:
    """A parcel's state as a sign and a word."""
    return f"{PARCEL_SIGNS[state][0]}  {words.say(f'orders_parcel_{state.value}')}"


def label_is_void(state: LabelState | None, parcel: ParcelState | None) -> bool:
    """Whether nobody may use a label any more."""
    return LabelState.VOIDED is state or ParcelState.VOIDED is parcel


def urgency(ship_by: datetime, now: datetime) -> str:
    """`red`, `yellow` or `green`, as the rule says."""
    level = how_urgent(ship_by, now)
    return level.value if level is not None else ""


def urgency_text(words: Words, ship_by: datetime, now: datetime) -> str:
    """The letter of the urgency, and the time that is left or that it is late by."""
    left = (ship_by - now).total_seconds()
    letter, time = urgency(ship_by, now)[0].upper(), words.age(abs(left))
    return words.say("orders_late", letter=letter, time=time) if left < 0 else f"{letter} {time}"


def reason_text(words: Words, reason: str | None, **facts: Fact) -> str:
    """A reason in words: a code that the program gave is said, what a person typed stands as it is."""
    if not reason:
        return ""
    if reason == "short":
        return words.say("orders_why_stock")  # to a picker the code says more, and needs to know of what
    code, _, field = reason.partition(":")
    if code == "missing" and field:
        return words.say("code_missing", field=field)
    return words.say(code, **{**facts, "field": field or None}) if _CODE.fullmatch(code) else reason


def job_reason(words: Words, reason: str | None, **facts: Fact) -> str:
    """Why a print job is where it is, in words; several codes are said one after the other."""
    if not reason:
        return ""
    return words.say(_JOB_REASONS.get(reason, reason), **facts)


def sold_at(words: Words, channel: str, shop: str) -> str:
    """Where an order was sold: its channel, else its shop; one whose file names none came by the file alone."""
    return channel or (words.say("orders_channel_file") if shop == FILE else shop)


def past_reason(words: Words, reason: str | None, **facts: Fact) -> str:
    """A reason in words as it is told afterwards, shorter: what was to be done about it is over."""
    parts = (reason or "").split()
    if parts and PAST.issuperset(parts):
        return " · ".join(words.say(f"orders_past_{part}") for part in parts)
    return reason_text(words, reason, **facts)
