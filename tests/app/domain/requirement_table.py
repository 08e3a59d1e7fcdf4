"""Verdicts on what a parcel needs besides its items, and on who stands there: the rows of the table of the rule."""

from __future__ import annotations

from dataclasses import replace

from app.domain.barcode import Command
from app.domain.bench import (
    Bench,
    CartonFound,
    Found,
    Insert,
    Item,
    KitPart,
    Line,
    OpenParcel,
    Pending,
    Person,
    Unknown,
    Weight,
)
from app.domain.bench_rules import BenchRules, CartonRule, Weigh
from app.domain.kits import KitMode
from app.domain.policy import ANY, Act, Allowance
from app.domain.states import JobState, ParcelState
from app.domain.verdict import Code, Effect, Outcome

P, F, A = Outcome.PASS, Outcome.FAIL, Outcome.ATTENTION
ANN, BEN = Person(1, "Ann"), Person(2, "Ben")
TEA, CUP = Item(101, "TEA", 1), Item(102, "CUP", 1)
HALF = (Line(11, 101, "TEA", 2, 1), Line(12, 102, "CUP", 1, 1))
FULL = (Line(11, 101, "TEA", 2, 2), Line(12, 102, "CUP", 1, 1))
CARD = Insert(1, "thank-you card", "CARD", True, False)
GIFT = Insert(2, "sample", "S-1", False, False)  # the table scans S-1
BOOK = Insert(3, "booklet", "BOOK", False, False)
VERIFIED = OpenParcel(
    7, "PB00000007X", ParcelState.OPEN, 1, "S-1", cancel_requested=False, lines=FULL, packer_id=1, number=1
)
SENT = replace(VERIFIED, state=ParcelState.LABELLING, tracking="LX1", copy=1, job=JobState.PRINTED)
WEIGHING = BenchRules(weigh=Weigh.CHECKED, tolerance_g=10, tolerance_percent=3)
NOTING = BenchRules(weigh=Weigh.NOTED)
BOXING = BenchRules(carton=CartonRule.REQUIRED)
EVERYBODY = tuple(Allowance(ANY, ANY, act, True) for act in Act)
NOBODY = tuple(Allowance(ANY, ANY, act, False) for act in Act)
CHECKING = BenchRules(check_percent=100)


def at(parcel: OpenParcel, rules: BenchRules = CHECKING, **values: object) -> Bench:
    """Ann's bench with the parcel on its table."""
    return Bench(parcel=parcel, **({"rules": rules, "operator_id": 1} | values))  # type: ignore[arg-type]


NOTE = replace(VERIFIED, has_note=True)
UNCHECKED = replace(VERIFIED, check_needed=True)
HALF_CHECKED = replace(UNCHECKED, lines=(replace(FULL[0], checked=2), FULL[1]))
KIT = KitPart(1, 2, 900, "SET", "Set", KitMode.EITHER)
SET = replace(UNCHECKED, lines=(replace(FULL[0], kit=KIT), replace(FULL[1], kit=replace(KIT, per_kit=1))))
STRICT = replace(
    UNCHECKED, lines=tuple(replace(line, kit=replace(KIT, mode=KitMode.STRICT)) for line in UNCHECKED.lines)
)

REQUIREMENTS: list[tuple[str, Bench, Found, Outcome, Code, Effect]] = [
    ("a note is confirmed", at(NOTE), Command.OK, P, Code.NOTE_CONFIRMED, Effect.CONFIRM_NOTE),
    ("a note is confirmed before the items", at(replace(NOTE, lines=HALF)), Command.OK, P, Code.NOTE_CONFIRMED,
     Effect.CONFIRM_NOTE),
    ("a note that was read is not asked again", at(replace(NOTE, lines=HALF, note_confirmed=True)), Command.OK, A,
     Code.NEXT_SCAN_ITEM, Effect.NONE),
    ("a note keeps no item out", at(replace(NOTE, lines=HALF)), TEA, P, Code.COMPLETE, Effect.COUNT),
    ("a note is not confirmed by what answers a question", at(NOTE, question="move_which"), Command.OK, A,
     Code.NEXT_NOTE, Effect.NONE),
    ("next: a note", at(NOTE), Command.NEXT, A, Code.NEXT_NOTE, Effect.NONE),
    ("a note cannot be skipped", at(NOTE, policies=EVERYBODY), Command.SKIP, A, Code.NOTHING_TO_SKIP, Effect.NONE),
    ("a note of a cancelled order", at(replace(NOTE, cancel_requested=True)), Command.OK, F, Code.ORDER_CANCELLED,
     Effect.CANCEL),
    ("an insert is scanned", at(replace(VERIFIED, inserts=(GIFT,))), Unknown(), P, Code.INSERT_DONE,
     Effect.TICK_INSERT),
    ("an insert is scanned before the items", at(replace(VERIFIED, lines=HALF, inserts=(GIFT,))), Unknown(), P,
     Code.INSERT_DONE, Effect.TICK_INSERT),
    ("an insert is scanned twice", at(replace(VERIFIED, inserts=(replace(GIFT, done=True), CARD))), Unknown(), A,
     Code.NOT_NEEDED, Effect.NONE),
    ("an insert is ticked", at(replace(VERIFIED, inserts=(BOOK, CARD))), Command.INSERT, P, Code.INSERT_DONE,
     Effect.TICK_INSERT),
    ("an insert that must be scanned is not ticked", at(replace(VERIFIED, inserts=(BOOK,))), Command.INSERT, A,
     Code.NEXT_INSERTS, Effect.NONE),
    ("no insert to tick", at(VERIFIED), Command.INSERT, A, Code.NOT_NEEDED, Effect.NONE),
    ("an insert of another order", at(replace(VERIFIED, inserts=(CARD,))), Unknown(), F, Code.UNKNOWN_CODE,
     Effect.NONE),
    ("next: an insert", at(replace(VERIFIED, inserts=(BOOK,))), Command.OK, A, Code.NEXT_INSERTS, Effect.NONE),
    ("an insert is skipped", at(replace(VERIFIED, inserts=(BOOK,)), policies=EVERYBODY), Command.SKIP, P, Code.SKIPPED,
     Effect.SKIP),
    ("an insert may not be skipped", at(replace(VERIFIED, inserts=(BOOK,))), Command.SKIP, F, Code.NOT_ALLOWED,
     Effect.NONE),
    ("a carton", at(VERIFIED, BOXING), CartonFound(3, "S"), P, Code.CARTON_CHOSEN, Effect.CHOOSE_CARTON),
    ("a carton before the items", at(replace(VERIFIED, lines=HALF)), CartonFound(3, "S"), P, Code.CARTON_CHOSEN,
     Effect.CHOOSE_CARTON),
    ("the best carton", at(VERIFIED, BOXING), Command.BOXED, P, Code.CARTON_CHOSEN, Effect.CHOOSE_CARTON),
    ("a carton once the label is there", at(SENT), CartonFound(3, "S"), A, Code.NOT_NEEDED, Effect.NONE),
    ("next: a carton", at(VERIFIED, BOXING), Command.NEXT, A, Code.NEXT_CARTON, Effect.NONE),
    ("a carton is skipped", at(VERIFIED, BOXING), Command.SKIP, P, Code.SKIPPED, Effect.SKIP),
    ("a carton may not be skipped", at(VERIFIED, BOXING, policies=NOBODY), Command.SKIP, F, Code.NOT_ALLOWED,
     Effect.NONE),
    ("a right weight", at(VERIFIED, WEIGHING, expected_g=500), Weight(515), P, Code.WEIGHED, Effect.WEIGH),
    ("too heavy", at(VERIFIED, WEIGHING, expected_g=500), Weight(516), F, Code.WEIGHT_OFF, Effect.NONE),
    ("too light", at(VERIFIED, WEIGHING, expected_g=500), Weight(484), F, Code.WEIGHT_OFF, Effect.NONE),
    ("light goods: the tolerance in grams", at(VERIFIED, WEIGHING, expected_g=50), Weight(60), P, Code.WEIGHED,
     Effect.WEIGH),
    ("an unknown weight", at(VERIFIED, WEIGHING), Weight(516), P, Code.WEIGHED_ONLY, Effect.WEIGH),
    ("any weight", at(VERIFIED, NOTING, expected_g=500), Weight(9_000), P, Code.WEIGHED, Effect.WEIGH),
    ("a weight while items are missing", at(replace(VERIFIED, lines=HALF), WEIGHING, expected_g=500), Weight(500), A,
     Code.NOT_NEEDED, Effect.NONE),
    ("a weight before the note was read", at(NOTE, WEIGHING, expected_g=500), Weight(500), A, Code.NEXT_NOTE,
     Effect.NONE),
    ("a weight that nobody asks for", at(VERIFIED), Weight(500), A, Code.NOT_NEEDED, Effect.NONE),
    ("a second weight", at(replace(VERIFIED, weighed_g=500, has_note=True), WEIGHING), Weight(500), A, Code.NOT_NEEDED,
     Effect.NONE),
    ("a weight with no order", Bench(rules=WEIGHING), Weight(500), A, Code.NO_PARCEL_OPEN, Effect.NONE),
    ("next: the weight", at(VERIFIED, WEIGHING), Command.NEXT, A, Code.NEXT_WEIGHT, Effect.NONE),
    ("not weighed", at(VERIFIED, WEIGHING, policies=EVERYBODY), Command.SKIP, P, Code.SKIPPED, Effect.SKIP),
    ("who may not leave the weight out", at(VERIFIED, WEIGHING), Command.SKIP, F, Code.NOT_ALLOWED, Effect.NONE),
    ("another person begins the check", at(UNCHECKED), BEN, P, Code.CHECK_BEGUN, Effect.BEGIN_CHECK),
    ("the packer does not", at(UNCHECKED), ANN, F, Code.CHECK_BY_ANOTHER, Effect.NONE),
    ("the packer comes back", at(UNCHECKED, operator_id=2), ANN, P, Code.BADGED_IN, Effect.BADGE_IN),
    ("the packer's piece is one too many", at(UNCHECKED), TEA, F, Code.OVER_SCAN, Effect.NONE),
    ("a piece is checked", at(UNCHECKED, operator_id=2), TEA, P, Code.CHECKED_ITEM, Effect.CHECK),
    ("the last piece is checked", at(HALF_CHECKED, operator_id=2), CUP, P, Code.CHECKED, Effect.CHECK),
    ("a piece that was checked", at(HALF_CHECKED, operator_id=2), TEA, F, Code.OVER_SCAN, Effect.NONE),
    ("a piece that is not of the order", at(UNCHECKED, operator_id=2), Item(999, "MUG", 1), F, Code.WRONG_ITEM,
     Effect.NONE),
    ("a kit is checked by its own code", at(SET, operator_id=2), Item(900, "SET", 1), P, Code.CHECKED, Effect.CHECK),
    ("a kit is checked by a component", at(SET, operator_id=2), TEA, P, Code.CHECKED_ITEM, Effect.CHECK),
    ("a kit that is verified by its components alone", at(STRICT, operator_id=2), Item(900, "SET", 1), F,
     Code.WRONG_ITEM, Effect.NONE),
    ("two kits where there is one", at(SET, operator_id=2), Item(900, "SET", 2), F, Code.OVER_SCAN, Effect.NONE),
    ("the check begins anew", at(HALF_CHECKED, operator_id=2), Command.UNDO, P, Code.CHECK_AGAIN, Effect.BEGIN_CHECK),
    ("next: another person", at(UNCHECKED), Command.NEXT, A, Code.NEXT_CHECK, Effect.NONE),
    ("next: a piece to check", at(HALF_CHECKED, operator_id=2), Command.NEXT, A, Code.NEXT_CHECK_ITEM, Effect.NONE),
    ("no check", at(UNCHECKED, policies=EVERYBODY), Command.SKIP, P, Code.SKIPPED, Effect.SKIP),
    ("who may not leave the check out", at(UNCHECKED), Command.SKIP, F, Code.NOT_ALLOWED, Effect.NONE),
    ("a badge", Bench(), BEN, P, Code.BADGED_IN, Effect.BADGE_IN),
    ("a badge over an order", at(replace(VERIFIED, lines=HALF)), BEN, P, Code.BADGED_IN, Effect.BADGE_IN),
    ("the same badge again", Bench(operator_id=1), ANN, P, Code.BADGED_IN, Effect.BADGE_IN),
    ("a badge while the label is awaited", at(SENT), BEN, P, Code.BADGED_IN, Effect.BADGE_IN),
    ("a log-out", at(VERIFIED), Command.LOG_OUT, P, Code.BADGED_OUT, Effect.BADGE_OUT),
    ("a log-out of nobody", Bench(), Command.LOG_OUT, A, Code.NOBODY_THERE, Effect.NONE),
    ("an item after the log-out", at(replace(VERIFIED, lines=HALF), operator_id=None, pending=Pending(out=True)), TEA,
     A, Code.BADGE_NEEDED, Effect.NONE),
    ("a command after the log-out", Bench(pending=Pending(out=True)), Command.OK, A, Code.BADGE_NEEDED, Effect.NONE),
    ("a badge after the log-out", Bench(pending=Pending(out=True)), ANN, P, Code.BADGED_IN, Effect.BADGE_IN),
    ("a person is there again without a badge", at(replace(VERIFIED, lines=HALF), pending=Pending(out=True)), TEA, P,
     Code.COMPLETE, Effect.COUNT),
]  # fmt: skip
