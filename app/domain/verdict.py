"""How a scan is judged: the outcome that is shown, its code, and what is to be done about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.barcode import Command
from app.domain.bench import Pending
from app.domain.capture import Said
from app.domain.errors import Fact
from app.domain.states import JobState


class Outcome(StrEnum):
    """How a scan is shown: a tick, a latched failure, or something to look at."""

    PASS = "pass"
    FAIL = "fail"
    ATTENTION = "attention"


class Code(StrEnum):
    """Why a scan was judged as it was; each has its sentence in `app.texts`."""

    # pass
    OPENED = "opened"
    OPENED_VERIFIED = "opened_verified"
    TOTE_OPENED = "tote_opened"
    ITEM = "item"
    COMPLETE = "complete"
    CLOSED = "closed"
    ACKNOWLEDGED = "acknowledged"
    UNDONE = "undone"
    LEFT_OUT = "left_out"
    HELD = "held"
    SETTLED_PRINTED = "settled_printed"
    SETTLED_NOT_OUT = "settled_not_out"
    REPRINTED = "reprinted"
    COPY_CONFIRMED = "copy_confirmed"
    # all items are verified, and something else is needed before the label
    VERIFIED_NOTE = "verified_note"
    VERIFIED_INSERTS = "verified_inserts"
    VERIFIED_CHECK = "verified_check"
    VERIFIED_CARTON = "verified_carton"
    VERIFIED_WEIGHT = "verified_weight"
    NOTE_CONFIRMED = "note_confirmed"
    INSERT_DONE = "insert_done"
    CARTON_CHOSEN = "carton_chosen"
    WEIGHED = "weighed"
    WEIGHED_ONLY = "weighed_only"
    CHECK_BEGUN = "check_begun"
    CHECK_AGAIN = "check_again"
    CHECKED_ITEM = "checked_item"
    CHECKED = "checked"
    OVERRIDDEN = "overridden"
    SKIPPED = "skipped"
    QUANTITY_SET = "quantity_set"
    BADGED_IN = "badged_in"
    BADGED_OUT = "badged_out"
    BOX_OPENED = "box_opened"
    BOX_TAKEN = "box_taken"
    BOX_CLOSED = "box_closed"
    BOX_SEALED = "box_sealed"
    ITEM_MOVED = "item_moved"
    LINE_UNDONE = "line_undone"
    BOX_UNDONE = "box_undone"
    REOPENED = "reopened"
    SHELVED = "shelved"
    SPLIT_OFF = "split_off"
    SERIES_BEGUN = "series_begun"
    SERIES_CLOSED = "series_closed"
    # fail: the bench latches
    WRONG_ITEM = "wrong_item"
    OVER_SCAN = "over_scan"
    UNKNOWN_CODE = "unknown_code"
    MISREAD = "misread"
    WRONG_KIND = "wrong_kind"
    WRONG_LABEL = "wrong_label"
    SUPERSEDED_COPY = "superseded_copy"
    LABEL_VOIDED = "label_voided"
    ORDER_CANCELLED = "order_cancelled"
    NOT_PICKED = "not_picked"
    NO_ORDER_FOR_ITEM = "no_order_for_item"
    PARCEL_UNFINISHED = "parcel_unfinished"
    LABEL_NOT_SCANNED = "label_not_scanned"
    LABEL_REFUSED = "label_refused"
    LATCHED = "latched"
    EXPIRED = "expired"
    SHELF_LIFE_SHORT = "shelf_life_short"
    DUPLICATE_SERIAL = "duplicate_serial"
    SERIAL_EACH = "serial_each"
    KIT_UNFINISHED = "kit_unfinished"
    KIT_BY_PARENT = "kit_by_parent"
    KIT_BY_COMPONENTS = "kit_by_components"
    NOT_ALLOWED = "not_allowed"
    WEIGHT_OFF = "weight_off"
    ADDRESS_CHANGED = "address_changed"
    CHECK_BY_ANOTHER = "check_by_another"
    # attention: look, nothing is stopped
    ALREADY_OPEN = "already_open"
    ALREADY_CLOSED = "already_closed"
    SEVERAL_ORDERS = "several_orders"
    TOTE_EMPTY = "tote_empty"
    TAKE_OVER = "take_over"
    LABEL_NOT_PRINTED = "label_not_printed"
    SCAN_SQUARE = "scan_square"
    REASON_NEEDED = "reason_needed"
    SETTLE_FIRST = "settle_first"
    STILL_PRINTING = "still_printing"
    NOTHING_TO_UNDO = "nothing_to_undo"
    NOTHING_UNCERTAIN = "nothing_uncertain"
    NO_PARCEL_OPEN = "no_parcel_open"
    UNDO_LABEL_PRINTED = "undo_label_printed"
    UNKNOWN_COMMAND = "unknown_command"
    SERIAL_NEEDED = "serial_needed"
    LOT_NEEDED = "lot_needed"
    EXPIRY_NEEDED = "expiry_needed"
    SUBSTITUTE = "substitute"
    UNDO_WHOLE_BOX = "undo_whole_box"
    MOVE_WHICH = "move_which"
    SHORT_HOW = "short_how"
    NOTHING_TO_MOVE = "nothing_to_move"
    NOTHING_TO_SPLIT = "nothing_to_split"
    NOTHING_SHORT = "nothing_short"
    HELP_ASKED = "help_asked"
    BOX_EMPTY = "box_empty"
    REOPEN_WHICH = "reopen_which"
    REOPEN_NOT_ALLOWED = "reopen_not_allowed"
    NO_OTHER_BOX = "no_other_box"
    NOTHING_TO_SKIP = "nothing_to_skip"
    NOTHING_TO_OVERRIDE = "nothing_to_override"
    NOTHING_IDENTICAL = "nothing_identical"
    SERIES_WEIGHED = "series_weighed"
    SERIES_ALONE = "series_alone"
    NOT_NEEDED = "not_needed"
    BADGE_NEEDED = "badge_needed"
    NOBODY_THERE = "nobody_there"
    NO_CARTON = "no_carton"
    NOT_YET = "not_yet"
    # answers to "what next"
    NEXT_SCAN_TOTE = "next_scan_tote"
    NEXT_SCAN_BULK = "next_scan_bulk"
    NEXT_SCAN_ITEM = "next_scan_item"
    NEXT_WAIT_LABEL = "next_wait_label"
    NEXT_SCAN_LABEL = "next_scan_label"
    NEXT_SETTLE_LABEL = "next_settle_label"
    NEXT_NEEDS_LABEL = "next_needs_label"
    NEXT_NOTE = "next_note"
    NEXT_INSERTS = "next_inserts"
    NEXT_CHECK = "next_check"
    NEXT_CHECK_ITEM = "next_check_item"
    NEXT_CARTON = "next_carton"
    NEXT_WEIGHT = "next_weight"
    NEXT_CLOSE = "next_close"


# a label whose job is in one of these states can be in somebody's hand, so that its scan is proof
MAY_LIE_THERE = frozenset({JobState.SENDING, JobState.PRINTED, JobState.UNCERTAIN})
REPRINT_REASONS = {Command.TORN: "torn", Command.BLURRED: "blurred", Command.LOST: "lost"}


class Effect(StrEnum):
    """What the operation must do about a scan."""

    NONE = "none"
    OPEN = "open"
    OPEN_TOTE = "open_tote"
    OPEN_AND_COUNT = "open_and_count"
    COUNT = "count"
    CLOSE = "close"
    CONFIRM = "confirm"
    CANCEL = "cancel"
    ASK = "ask"
    UNDO = "undo"
    HOLD = "hold"
    SETTLE_PRINTED = "settle_printed"
    SETTLE_NOT_OUT = "settle_not_out"
    REPRINT = "reprint"
    # what a parcel needs besides its items
    CONFIRM_NOTE = "confirm_note"
    TICK_INSERT = "tick_insert"
    CHOOSE_CARTON = "choose_carton"
    WEIGH = "weigh"
    BEGIN_CHECK = "begin_check"
    CHECK = "check"
    SKIP = "skip"
    OVERRIDE = "override"
    SET_QUANTITY = "set_quantity"
    BADGE_IN = "badge_in"
    BADGE_OUT = "badge_out"
    # boxes
    OPEN_BOX = "open_box"
    TAKE_BOX = "take_box"
    SEAL = "seal"
    MOVE_ITEM = "move_item"
    UNDO_LINE = "undo_line"
    UNDO_BOX = "undo_box"
    REOPEN = "reopen"
    # what goes wrong
    SHELVE = "shelve"
    SPLIT_OFF = "split_off"
    TAKE_ADDRESS = "take_address"
    RELABEL = "relabel"
    # identical orders
    BEGIN_SERIES = "begin_series"
    CLOSE_SERIES = "close_series"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a scan was judged and what is to be done.

    `line_id` is the line it counted for; `counts` the lines and pieces where it counted for several, as a kit's own
    code does. `said` is what is to be captured of the pieces, and `pending` what the bench must remember until the next
    scan.
    """

    outcome: Outcome
    code: Code
    effect: Effect = Effect.NONE
    facts: dict[str, Fact] = field(default_factory=dict)
    line_id: int | None = None
    sku: str | None = None
    order_id: int | None = None
    reason: str | None = None
    counts: tuple[tuple[int, int], ...] = ()
    said: Said | None = None
    pending: Pending | None = None


def fail(code: Code, effect: Effect = Effect.NONE, **facts: Fact) -> Verdict:
    """A failure: the bench latches."""
    return Verdict(Outcome.FAIL, code, effect, facts)


def look(code: Code, effect: Effect = Effect.NONE, **facts: Fact) -> Verdict:
    """Something to look at; nothing is stopped."""
    return Verdict(Outcome.ATTENTION, code, effect, facts)


def passed(code: Code, effect: Effect = Effect.NONE, **facts: Fact) -> Verdict:
    """A pass."""
    return Verdict(Outcome.PASS, code, effect, facts)
