"""Verdicts on the boxes of an order, on what goes wrong with it, and on its address: rows of the table of the rule."""

from __future__ import annotations

from dataclasses import replace

from app.domain.barcode import Command
from app.domain.bench import Bench, Found, Item, LabelFound, Line, OpenParcel, OrderFound
from app.domain.policy import ANY, Act, Allowance
from app.domain.states import JobState, ParcelState
from app.domain.verdict import Code, Effect, Outcome

P, F, A = Outcome.PASS, Outcome.FAIL, Outcome.ATTENTION
ORDER = OrderFound(1, "S-1", pickable=True, shipped=False, cancelled=False)
SHIPPED = replace(ORDER, pickable=False, shipped=True)
TEA, CUP = Item(101, "TEA", 1), Item(102, "CUP", 1)
HALF = (Line(11, 101, "TEA", 3, 1), Line(12, 102, "CUP", 1, 0))
FULL = (Line(11, 101, "TEA", 3, 3), Line(12, 102, "CUP", 1, 1))
BESIDE = (Line(11, 101, "TEA", 3, 1, elsewhere=1), Line(12, 102, "CUP", 1, 0))
OPEN = OpenParcel(7, "PB00000007X", ParcelState.OPEN, 1, "S-1", cancel_requested=False, lines=HALF)
EMPTY = replace(OPEN, lines=(Line(11, 101, "TEA", 3, 0), Line(12, 102, "CUP", 1, 0)))
SECOND = replace(OPEN, lines=BESIDE, number=2, other_boxes=1)
WAITS = replace(OPEN, state=ParcelState.LABELLING, lines=FULL, tracking="LX1", copy=1, job=JobState.PRINTED)
SEALED = replace(WAITS, lines=HALF, sealed=True)
CANCELLED = replace(OPEN, cancel_requested=True)
MOVED = replace(WAITS, address_changed=True)
SPLITTING = replace(OPEN, allow_split=True)
LABEL = LabelFound(8, 1, False, SHIPPED)
NOBODY = (Allowance(ANY, ANY, Act.REOPEN, False),)


def at(parcel: OpenParcel | None, question: Code | None = None, **values: object) -> Bench:
    """A bench with the parcel on its table and a question that waits."""
    return Bench(parcel=parcel, question=question, **values)  # type: ignore[arg-type]


Row = tuple[str, Bench, Found, Outcome, Code, Effect]
BOXES: list[Row] = [
    ("another box", at(OPEN), Command.SPLIT, P, Code.BOX_OPENED, Effect.OPEN_BOX),
    ("another box, and this one is empty", at(EMPTY), Command.SPLIT, A, Code.BOX_EMPTY, Effect.NONE),
    ("another box of a cancelled order", at(CANCELLED), Command.SPLIT, F, Code.ORDER_CANCELLED, Effect.CANCEL),
    ("another box, with a label in the hand", at(WAITS), Command.SPLIT, F, Code.LABEL_NOT_SCANNED, Effect.NONE),
    ("the next box", at(SECOND), Command.NEXT_BOX, P, Code.BOX_TAKEN, Effect.TAKE_BOX),
    ("the next box, and there is one", at(OPEN), Command.NEXT_BOX, A, Code.NO_OTHER_BOX, Effect.NONE),
    ("a box goes as it is", at(OPEN), Command.CLOSE, P, Code.BOX_SEALED, Effect.SEAL),
    ("what comes over", at(SECOND), Command.SHIFT, A, Code.MOVE_WHICH, Effect.ASK),
    ("nothing comes over from nowhere", at(OPEN), Command.SHIFT, A, Code.NO_OTHER_BOX, Effect.NONE),
    ("a piece comes over", at(SECOND, Code.MOVE_WHICH), TEA, P, Code.ITEM_MOVED, Effect.MOVE_ITEM),
    ("a piece that is in no other box", at(SECOND, Code.MOVE_WHICH), CUP, A, Code.NOTHING_TO_MOVE, Effect.NONE),
    ("an item for a sealed box", at(SEALED), TEA, F, Code.LABEL_NOT_SCANNED, Effect.NONE),
    ("which box is opened again", at(None), Command.REOPEN, A, Code.REOPEN_WHICH, Effect.ASK),
    ("a box is opened again", at(None, Code.REOPEN_WHICH), LABEL, P, Code.REOPENED, Effect.REOPEN),
    ("opened again by whom", at(None, Code.REOPEN_WHICH, policies=NOBODY), LABEL, A, Code.REOPEN_NOT_ALLOWED,
     Effect.NONE),
    ("a void label opens nothing again", at(None, Code.REOPEN_WHICH), replace(LABEL, voided=True), F, Code.LABEL_VOIDED,
     Effect.NONE),
    ("opened again, with an order on the table", at(OPEN), Command.REOPEN, A, Code.NOT_YET, Effect.NONE),
    ("all is in: next", at(replace(OPEN, lines=FULL)), Command.NEXT, A, Code.NEXT_CLOSE, Effect.NONE),
    # what goes wrong
    *(
        (f"to the problem shelf: {command}", at(OPEN), command, P, Code.SHELVED, Effect.SHELVE)
        for command in (Command.SHORT, Command.BROKEN, Command.NO_CODE, Command.OTHER, Command.HELP)
    ),
    ("the label is wrong, to the shelf", at(WAITS), Command.HELP, P, Code.SHELVED, Effect.SHELVE),
    ("help without an order", at(None), Command.HELP, A, Code.HELP_ASKED, Effect.NONE),
    ("damaged without an order", at(None), Command.BROKEN, A, Code.NO_PARCEL_OPEN, Effect.NONE),
    ("a cancelled order is not put aside", at(CANCELLED), Command.SHORT, F, Code.ORDER_CANCELLED, Effect.CANCEL),
    ("nothing is short", at(replace(OPEN, lines=FULL)), Command.SHORT, A, Code.NOTHING_SHORT, Effect.NONE),
    ("short, may be split", at(SPLITTING), Command.SHORT, A, Code.SHORT_HOW, Effect.ASK),
    ("short, and nothing is there", at(replace(EMPTY, allow_split=True)), Command.SHORT, P, Code.SHELVED,
     Effect.SHELVE),
    ("what is there is sent", at(SPLITTING, Code.SHORT_HOW), Command.SPLIT, P, Code.SPLIT_OFF, Effect.SPLIT_OFF),
    ("it has come meanwhile", at(replace(SPLITTING, lines=FULL), Code.SHORT_HOW), Command.SPLIT, A,
     Code.NOTHING_TO_SPLIT, Effect.NONE),
    ("rather to the shelf", at(SPLITTING, Code.SHORT_HOW), Command.HOLD, P, Code.SHELVED, Effect.SHELVE),
    ("cancelled meanwhile", at(CANCELLED, Code.SHORT_HOW), Command.SPLIT, F, Code.ORDER_CANCELLED, Effect.CANCEL),
    # the address
    ("gate: last item, another address", at(replace(OPEN, address_changed=True)), TEA, F, Code.ADDRESS_CHANGED,
     Effect.NONE),
    ("gate: label, another address", at(MOVED), LabelFound(7, 1, False, ORDER), F, Code.ADDRESS_CHANGED, Effect.NONE),
    ("the other address is seen", at(MOVED, latch=Code.ADDRESS_CHANGED), Command.OK, P, Code.ACKNOWLEDGED,
     Effect.TAKE_ADDRESS),
]  # fmt: skip
