"""What counts for which line: quantities, kits, captures, substitutes; what is overridden and what is taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.barcode import Command, Kind, make_code
from app.domain.bench import (
    NOTHING_PENDING,
    Bench,
    CartonFound,
    Found,
    Item,
    KitPart,
    LabelFound,
    Line,
    OpenParcel,
    OrderFound,
    OtherKind,
    Pending,
    Person,
    Quantity,
    StandIn,
    Unknown,
    Weight,
    read_pending,
    write_pending,
)
from app.domain.bench_rules import BenchRules, Weigh
from app.domain.capture import Capture, Said
from app.domain.capturing import left_pending
from app.domain.kits import KitMode
from app.domain.packing import judge
from app.domain.policy import ANY, Act, Allowance
from app.domain.series import closing, content
from app.domain.states import JobState, ParcelState
from app.domain.verdict import Code, Effect, Outcome, Verdict
from app.domain.verifying import typed_by_hand, verify
from app.sentences import SENTENCES
from app.texts import placeholders

TODAY = date(2026, 3, 2)
ORDER = OrderFound(1, "S-1", pickable=True, shipped=False, cancelled=False)
ALL, SERIAL = frozenset(Capture), frozenset({Capture.SERIAL})
PHONE = Line(21, 201, "PHONE", 2, 0, name="Phone", captures=SERIAL)
MILK = Line(22, 202, "MILK", 3, 0, captures=ALL - SERIAL, min_shelf_days=30)
TEA = Line(11, 101, "TEA", 5, 0)
CUP = Line(12, 102, "CUP", 1, 0)
DEAR = replace(TEA, handling_class="dear")
LEAD = "lead"
P, F, A = Outcome.PASS, Outcome.FAIL, Outcome.ATTENTION


def box(*lines: Line, **values: object) -> OpenParcel:
    parcel = OpenParcel(7, "PB00000007X", ParcelState.OPEN, 1, "S-1", cancel_requested=False, lines=lines)
    return replace(parcel, **values)  # type: ignore[arg-type]


def at(parcel: OpenParcel | None, group: str = "packer", **values: object) -> Bench:
    return Bench(parcel=parcel, group=group, today=TODAY, **values)  # type: ignore[arg-type]


def asks(code: Code, parcel: OpenParcel, pending: Pending, group: str = "packer") -> Bench:
    return at(parcel, group, question=code, question_scan="X", pending=pending)


def part(number: int, per_kit: int, mode: KitMode) -> KitPart:
    return KitPart(number, per_kit, 900, "SET", "Tea set", mode)


def kit(mode: KitMode, kits: int = 2, pots: int = 0, cups: int = 0, number: int = 1, first: int = 31) -> list[Line]:
    """A set of one pot and two cups."""
    return [
        Line(first, 301, "POT", kits, pots, kit=part(number, 1, mode)),
        Line(first + 1, 302, "CUP-2", 2 * kits, cups, kit=part(number, 2, mode)),
    ]


POT, KCUP, SET = Item(301, "POT", 1), Item(302, "CUP-2", 1), Item(900, "SET", 1, "Tea set")
EITHER, PARENT, PARTS, STRICT = KitMode.EITHER, KitMode.PARENT, KitMode.COMPONENTS, KitMode.STRICT
OTHER_KIT = [replace(line, sku_id=line.sku_id + 10) for line in kit(STRICT, number=2, first=41)]
COFFEE = StandIn(101, 111, "COFFEE", "Coffee")
SWAP = box(TEA, allow_substitutes=True, substitutes=(COFFEE,))
INSTEAD = Item(111, "COFFEE", 1, "Coffee")
WAITS = Pending(1, 201)
FRESH, STALE, OLD = (TODAY + timedelta(days=n) for n in (30, 29, -1))
DONE = box(
    replace(TEA, packed=5), state=ParcelState.LABELLING, tracking="LX1", copy=1, job=JobState.QUEUED, last_line_id=11
)
LATE = Pending(1, 202, Said(lot="L1", expires_on=STALE))


def forbid(act: Act, handling_class: str = ANY) -> tuple[Allowance, ...]:
    return (Allowance(handling_class, ANY, act, False),)


TABLE: list[tuple[str, Bench, str, Found, Outcome, Code, Effect]] = [
    # a typed quantity
    ("a quantity by a lead", at(box(TEA), LEAD), "*3", Quantity(3), P, Code.QUANTITY_SET, Effect.NONE),
    ("a quantity by a packer", at(box(TEA)), "*3", Quantity(3), F, Code.NOT_ALLOWED, Effect.NONE),
    ("a quantity without an order", at(None, LEAD), "*3", Quantity(3), A, Code.NO_PARCEL_OPEN, Effect.NONE),
    ("a quantity when all is in", at(DONE, LEAD), "*3", Quantity(3), A, Code.NOT_NEEDED, Effect.NONE),
    ("the item of a quantity", at(box(TEA), LEAD, pending=Pending(3)), "", Item(101, "TEA", 1), P, Code.ITEM,
     Effect.COUNT),
    ("a case of a quantity", at(box(TEA), LEAD, pending=Pending(2)), "", Item(101, "TEA", 3), F, Code.OVER_SCAN,
     Effect.NONE),
    ("the quantity of a class that he may not type",
     at(box(DEAR, CUP), LEAD, pending=Pending(2), policies=forbid(Act.TYPE_QUANTITY, "dear")),
     "", Item(101, "TEA", 1), F, Code.NOT_ALLOWED, Effect.NONE),
    ("a quantity of phones", at(box(PHONE), LEAD, pending=Pending(2)), "", Item(201, "PHONE", 1), F, Code.SERIAL_EACH,
     Effect.NONE),
    ("a case of phones", at(box(PHONE)), "", Item(201, "PHONE", 2), F, Code.SERIAL_EACH, Effect.NONE),
    ("pieces over two lines", at(box(replace(TEA, ordered=2), replace(TEA, line_id=13, ordered=2))), "",
     Item(101, "TEA", 3), P, Code.ITEM, Effect.COUNT),
    # captures
    ("a phone", at(box(PHONE)), "", Item(201, "PHONE", 1), A, Code.SERIAL_NEEDED, Effect.ASK),
    ("a phone that says who it is", at(box(PHONE)), "", Item(201, "PHONE", 1, said=Said("A1")), P, Code.ITEM,
     Effect.COUNT),
    ("the serial number", asks(Code.SERIAL_NEEDED, box(PHONE), WAITS), "A1", Unknown(), P, Code.ITEM, Effect.COUNT),
    ("a serial number like another SKU's barcode", asks(Code.SERIAL_NEEDED, box(PHONE), WAITS), "4006381333931",
     Item(999, "MUG", 1), P, Code.ITEM, Effect.COUNT),
    ("a serial number like a location", asks(Code.SERIAL_NEEDED, box(PHONE), WAITS), "A-01", OtherKind("location"), P,
     Code.ITEM, Effect.COUNT),
    ("a serial number like an order's", asks(Code.SERIAL_NEEDED, box(PHONE), WAITS), "1001", ORDER, P, Code.ITEM,
     Effect.COUNT),
    ("the phone again is no serial number", asks(Code.SERIAL_NEEDED, box(PHONE), WAITS), "PHONE-EAN",
     Item(201, "PHONE", 1), A, Code.SERIAL_NEEDED, Effect.ASK),
    ("the next item is no serial number", asks(Code.SERIAL_NEEDED, box(PHONE, TEA), WAITS), "TEA-EAN",
     Item(101, "TEA", 1), A, Code.SERIAL_NEEDED, Effect.ASK),
    ("its GS1 code is the answer", asks(Code.SERIAL_NEEDED, box(PHONE), WAITS), "X",
     Item(201, "PHONE", 1, said=Said("A1")), P, Code.ITEM, Effect.COUNT),
    ("a GS1 code with a serial number alone", asks(Code.SERIAL_NEEDED, box(PHONE), WAITS), "21A1",
     Unknown(said=Said("A1")), P, Code.ITEM, Effect.COUNT),
    ("a tote is no serial number", asks(Code.SERIAL_NEEDED, box(PHONE), WAITS), make_code(Kind.TOTE, 1),
     OtherKind("tote"), A, Code.SERIAL_NEEDED, Effect.ASK),
    ("a label is no serial number", asks(Code.SERIAL_NEEDED, box(PHONE), WAITS), "LX1",
     LabelFound(7, None, False, ORDER), A, Code.SERIAL_NEEDED, Effect.ASK),
    ("what next, when a serial number is asked", asks(Code.SERIAL_NEEDED, box(PHONE), WAITS), "", Command.NEXT, A,
     Code.SERIAL_NEEDED, Effect.ASK),
    ("the scale when a serial number is asked", asks(Code.SERIAL_NEEDED, box(PHONE), WAITS), "", Weight(300), A,
     Code.SERIAL_NEEDED, Effect.ASK),
    ("no serial number, by a lead", asks(Code.SERIAL_NEEDED, box(PHONE), WAITS, LEAD), "", Command.SKIP, P,
     Code.SKIPPED, Effect.COUNT),
    ("no serial number, by a packer", asks(Code.SERIAL_NEEDED, box(PHONE), WAITS), "", Command.SKIP, F,
     Code.NOT_ALLOWED, Effect.NONE),
    ("the phone goes back", asks(Code.SERIAL_NEEDED, box(PHONE), WAITS), "", Command.UNDO, P, Code.LEFT_OUT,
     Effect.NONE),
    ("put aside when a serial number is asked", asks(Code.SERIAL_NEEDED, box(PHONE), WAITS), "", Command.HOLD, P,
     Code.HELD, Effect.HOLD),
    ("cancelled when a serial number is asked", asks(Code.SERIAL_NEEDED, box(PHONE, cancel_requested=True), WAITS),
     "A1", Unknown(), F, Code.ORDER_CANCELLED, Effect.CANCEL),
    ("milk", at(box(MILK)), "", Item(202, "MILK", 2), A, Code.LOT_NEEDED, Effect.ASK),
    ("its lot", asks(Code.LOT_NEEDED, box(MILK), Pending(2, 202)), "L1", Unknown(), A, Code.EXPIRY_NEEDED, Effect.ASK),
    ("its expiry", asks(Code.EXPIRY_NEEDED, box(MILK), Pending(2, 202, Said(lot="L1"))), "01.04.2026", Unknown(), P,
     Code.ITEM, Effect.COUNT),
    ("no date", asks(Code.EXPIRY_NEEDED, box(MILK), Pending(2, 202, Said(lot="L1"))), "soon", Unknown(), A,
     Code.EXPIRY_NEEDED, Effect.ASK),
    ("no lot, by a lead", asks(Code.LOT_NEEDED, box(MILK), Pending(1, 202), LEAD), "", Command.SKIP, A,
     Code.EXPIRY_NEEDED, Effect.ASK),
    # expiry
    ("long enough", at(box(MILK)), "", Item(202, "MILK", 1, said=Said(None, "L", FRESH)), P, Code.ITEM, Effect.COUNT),
    ("a day too short", at(box(MILK)), "", Item(202, "MILK", 1, said=Said(None, "L", STALE)), F, Code.SHELF_LIFE_SHORT,
     Effect.NONE),
    ("expired", at(box(MILK)), "", Item(202, "MILK", 1, said=Said(None, "L", OLD)), F, Code.EXPIRED, Effect.NONE),
    ("expired, though nobody asks for it", at(box(TEA)), "", Item(101, "TEA", 1, said=Said(expires_on=OLD)), F,
     Code.EXPIRED, Effect.NONE),
    ("the last day", at(box(TEA)), "", Item(101, "TEA", 1, said=Said(expires_on=TODAY)), P, Code.ITEM, Effect.COUNT),
    ("too short for the warehouse", at(box(TEA), rules=BenchRules(min_shelf_days=1)), "",
     Item(101, "TEA", 1, said=Said(expires_on=TODAY)), F, Code.SHELF_LIFE_SHORT, Effect.NONE),
    ("accepted by a lead", at(box(MILK), LEAD, latch=Code.SHELF_LIFE_SHORT, pending=LATE), "", Command.OVERRIDE, P,
     Code.OVERRIDDEN, Effect.COUNT),
    ("accepted by a packer", at(box(MILK), latch=Code.SHELF_LIFE_SHORT, pending=LATE), "", Command.OVERRIDE, F,
     Code.NOT_ALLOWED, Effect.NONE),
    ("accepted when nothing waits", at(box(MILK), LEAD, latch=Code.EXPIRED), "", Command.OVERRIDE, F, Code.LATCHED,
     Effect.NONE),
    ("accepted when the order is cancelled",
     at(box(MILK, cancel_requested=True), LEAD, latch=Code.EXPIRED, pending=LATE), "", Command.OVERRIDE, F,
     Code.ORDER_CANCELLED, Effect.CANCEL),
    ("a wrong item cannot be accepted", at(box(MILK), LEAD, latch=Code.WRONG_ITEM), "", Command.OVERRIDE, F,
     Code.LATCHED, Effect.NONE),
    ("another weight is accepted", at(box(replace(TEA, packed=5)), LEAD, latch=Code.WEIGHT_OFF), "", Command.OVERRIDE,
     P, Code.OVERRIDDEN, Effect.OVERRIDE),
    ("another weight is not accepted by a packer", at(box(replace(TEA, packed=5)), latch=Code.WEIGHT_OFF), "",
     Command.OVERRIDE, F, Code.NOT_ALLOWED, Effect.NONE),
    ("nothing to accept", at(box(TEA), LEAD), "", Command.OVERRIDE, A, Code.NOTHING_TO_OVERRIDE, Effect.NONE),
    ("nothing to leave out", at(box(TEA), LEAD), "", Command.SKIP, A, Code.NOTHING_TO_SKIP, Effect.NONE),
    # the right thing acknowledges where the rules let it
    ("the right item after a wrong one",
     at(box(TEA), latch=Code.WRONG_ITEM, rules=BenchRules(release_by_scan=frozenset({"wrong_item"}))), "",
     Item(101, "TEA", 1), P, Code.ITEM, Effect.COUNT),
    ("the right item after another failure",
     at(box(TEA), latch=Code.EXPIRED, rules=BenchRules(release_by_scan=frozenset({"wrong_item"}))), "",
     Item(101, "TEA", 1), F, Code.LATCHED, Effect.NONE),
    ("a second wrong item",
     at(box(TEA), latch=Code.WRONG_ITEM, rules=BenchRules(release_by_scan=frozenset({"wrong_item"}))), "",
     Item(999, "MUG", 1), F, Code.LATCHED, Effect.NONE),
    ("a carton is not the right thing",
     at(box(TEA), latch=Code.WRONG_ITEM, rules=BenchRules(release_by_scan=frozenset({"wrong_item"}))), "",
     CartonFound(1, "S"), F, Code.LATCHED, Effect.NONE),
    ("a command is not the right thing",
     at(box(TEA), latch=Code.WRONG_ITEM, rules=BenchRules(release_by_scan=frozenset({"wrong_item"}))), "",
     Command.HOLD, F, Code.LATCHED, Effect.NONE),
    # kits
    ("a part of a kit", at(box(*kit(EITHER))), "", POT, P, Code.ITEM, Effect.COUNT),
    ("a kit by its code", at(box(*kit(EITHER))), "", SET, P, Code.ITEM, Effect.COUNT),
    ("the last kit by its code", at(box(*kit(EITHER, pots=1, cups=2))), "", SET, P, Code.COMPLETE, Effect.COUNT),
    ("both kits by a case", at(box(*kit(EITHER))), "", replace(SET, quantity=2), P, Code.COMPLETE, Effect.COUNT),
    ("a kit by its code when one is begun", at(box(*kit(EITHER, kits=1, pots=1))), "", SET, F, Code.KIT_UNFINISHED,
     Effect.NONE),
    ("one kit too many", at(box(*kit(EITHER, pots=2, cups=4), CUP)), "", SET, F, Code.OVER_SCAN, Effect.NONE),
    ("a part of a kit that has a code", at(box(*kit(PARENT))), "", POT, F, Code.KIT_BY_PARENT, Effect.NONE),
    ("a kit that has a code", at(box(*kit(PARENT))), "", SET, P, Code.ITEM, Effect.COUNT),
    ("a part with a serial number of a kit that has a code",
     at(box(*(replace(line, captures=SERIAL) for line in kit(PARENT)))), "", POT, A, Code.SERIAL_NEEDED, Effect.ASK),
    ("a kit that has a code and serial numbers", at(box(*(replace(line, captures=SERIAL) for line in kit(PARENT)))), "",
     SET, F, Code.KIT_BY_COMPONENTS, Effect.NONE),
    ("a kit by its code that is packed by parts", at(box(*kit(PARTS))), "", SET, F, Code.KIT_BY_COMPONENTS,
     Effect.NONE),
    ("a part of a kit that is packed by parts", at(box(*kit(PARTS))), "", POT, P, Code.ITEM, Effect.COUNT),
    ("strict: the first part", at(box(*kit(STRICT))), "", POT, P, Code.ITEM, Effect.COUNT),
    ("strict: the second pot before the cups", at(box(*kit(STRICT, pots=1))), "", POT, F, Code.KIT_UNFINISHED,
     Effect.NONE),
    ("strict: the cups of the first", at(box(*kit(STRICT, pots=1))), "", replace(KCUP, quantity=2), P, Code.ITEM,
     Effect.COUNT),
    ("strict: four cups at once", at(box(*kit(STRICT))), "", replace(KCUP, quantity=4), F, Code.KIT_UNFINISHED,
     Effect.NONE),
    ("strict: the second kit", at(box(*kit(STRICT, pots=1, cups=2))), "", POT, P, Code.ITEM, Effect.COUNT),
    ("strict: another kit before the first is whole",
     at(box(*kit(STRICT, kits=1, pots=1), *OTHER_KIT)),
     "", Item(311, "POT-B", 1), F, Code.KIT_UNFINISHED, Effect.NONE),
    ("strict: something else meanwhile", at(box(*kit(STRICT, pots=1), CUP)), "", Item(102, "CUP", 1), P, Code.ITEM,
     Effect.COUNT),
    ("strict: a pot that is short keeps no kit waiting",
     at(box(*(replace(line, ordered=1) if line.sku == "POT" else line for line in kit(STRICT, 3, pots=1, cups=4)))), "",
     KCUP, P, Code.ITEM, Effect.COUNT),
    # substitutes
    ("a substitute", at(SWAP), "", INSTEAD, A, Code.SUBSTITUTE, Effect.ASK),
    ("a substitute that the order does not allow", at(box(TEA)), "", INSTEAD, F, Code.WRONG_ITEM, Effect.NONE),
    ("a substitute that he may not pack", at(SWAP, policies=forbid(Act.SUBSTITUTE)), "", INSTEAD, F, Code.NOT_ALLOWED,
     Effect.NONE),
    ("a substitute for what is complete", at(replace(SWAP, lines=(replace(TEA, packed=5), CUP))), "", INSTEAD, F,
     Code.OVER_SCAN, Effect.NONE),
    ("a substitute is confirmed", asks(Code.SUBSTITUTE, SWAP, Pending(1, 111)), "", Command.OK, P, Code.ITEM,
     Effect.COUNT),
    ("a substitute again is no confirmation", asks(Code.SUBSTITUTE, SWAP, Pending(1, 111)), "X", INSTEAD, A,
     Code.SUBSTITUTE, Effect.ASK),
    ("a substitute is left out", asks(Code.SUBSTITUTE, SWAP, Pending(1, 111)), "", Command.UNDO, P, Code.LEFT_OUT,
     Effect.NONE),
    ("a second substitute is not asked", at(replace(SWAP, substitutes=(replace(COFFEE, used=True),))), "", INSTEAD, P,
     Code.ITEM, Effect.COUNT),
    ("a substitute with a serial number",
     asks(Code.SUBSTITUTE, replace(SWAP, substitutes=(replace(COFFEE, captures=SERIAL),)), Pending(1, 111)), "",
     Command.OK, A, Code.SERIAL_NEEDED, Effect.ASK),
    # taking back
    ("a line is taken back", at(box(replace(TEA, packed=2), last_line_id=11)), "", Command.UNDO_LINE, P,
     Code.LINE_UNDONE, Effect.UNDO_LINE),
    ("no line to take back", at(box(TEA)), "", Command.UNDO_LINE, A, Code.NOTHING_TO_UNDO, Effect.NONE),
    ("a line when the label is out", at(replace(DONE, job=JobState.PRINTED)), "", Command.UNDO_LINE, A,
     Code.UNDO_LABEL_PRINTED, Effect.NONE),
    ("a line without an order", at(None), "", Command.UNDO_LINE, A, Code.NOTHING_TO_UNDO, Effect.NONE),
    ("all of the box is asked", at(box(replace(TEA, packed=2))), "", Command.UNDO_BOX, A, Code.UNDO_WHOLE_BOX,
     Effect.ASK),
    ("nothing in the box", at(box(TEA)), "", Command.UNDO_BOX, A, Code.NOTHING_TO_UNDO, Effect.NONE),
    ("all of the box", at(box(replace(TEA, packed=2)), question=Code.UNDO_WHOLE_BOX), "", Command.OK, P,
     Code.BOX_UNDONE, Effect.UNDO_BOX),
    ("the box again is no confirmation", at(box(replace(TEA, packed=2)), question=Code.UNDO_WHOLE_BOX), "",
     Command.UNDO_BOX, A, Code.UNDO_WHOLE_BOX, Effect.ASK),
    ("the label came out while it was asked", at(replace(DONE, job=JobState.SENDING), question=Code.UNDO_WHOLE_BOX), "",
     Command.OK, A, Code.UNDO_LABEL_PRINTED, Effect.NONE),
    # one of N
    ("a series", at(DONE), "", Command.SERIES, P, Code.SERIES_BEGUN, Effect.BEGIN_SERIES),
    ("a series before all is in", at(box(TEA)), "", Command.SERIES, A, Code.NOT_YET, Effect.NONE),
    ("a series without an order", at(None), "", Command.SERIES, A, Code.NO_PARCEL_OPEN, Effect.NONE),
    ("a series that he may not begin", at(DONE, policies=forbid(Act.SERIES)), "", Command.SERIES, F, Code.NOT_ALLOWED,
     Effect.NONE),
    ("a series where parcels are weighed", at(DONE, rules=BenchRules(weigh=Weigh.NOTED)), "", Command.SERIES, A,
     Code.SERIES_WEIGHED, Effect.NONE),
    ("a series of what has a note", at(replace(DONE, has_note=True, note_confirmed=True)), "", Command.SERIES, A,
     Code.SERIES_ALONE, Effect.NONE),
    ("a series of phones", at(replace(DONE, lines=(replace(PHONE, packed=2),))), "", Command.SERIES, A,
     Code.SERIES_ALONE, Effect.NONE),
    ("a series of a cancelled order", at(replace(DONE, cancel_requested=True)), "", Command.SERIES, F,
     Code.ORDER_CANCELLED, Effect.CANCEL),
]  # fmt: skip


@pytest.mark.parametrize(
    ("bench", "scan", "found", "outcome", "code", "effect"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_judge(bench: Bench, scan: str, found: Found, outcome: Outcome, code: Code, effect: Effect) -> None:
    verdict = judge(bench, scan, found)
    assert (verdict.outcome, verdict.code, verdict.effect) == (outcome, code, effect)
    added = {"parcels"} if code is Code.SERIES_BEGUN else set()
    assert not placeholders(SENTENCES[code]) - set(verdict.facts) - added


def test_a_kits_own_code_counts_all_its_parts() -> None:
    verdict = verify(at(box(*kit(EITHER, pots=1, cups=2), CUP)), box(*kit(EITHER, pots=1, cups=2), CUP), SET)
    assert verdict.counts == ((31, 1), (32, 2))
    assert verdict.line_id is None
    assert verdict.facts == {"sku": "SET", "name": "Tea set", "left": 0, "remaining": 1, "counts": "31:1,32:2"}


def test_what_the_kit_in_work_lacks_is_named() -> None:
    parcel = box(*kit(STRICT, pots=1, cups=1))
    assert verify(at(parcel), parcel, POT).facts == {"sku": "POT", "kit": "Tea set", "missing": "1 × CUP-2"}


def test_the_facts_of_a_short_shelf_life() -> None:
    verdict = judge(at(box(MILK)), "", Item(202, "MILK", 1, said=Said(None, "L", STALE)))
    assert verdict.facts == {"sku": "MILK", "name": "MILK", "expires": "2026-03-31", "days": 29, "least": 30}
    assert verdict.pending == Pending(1, 202, Said(None, "L", STALE))


def test_only_what_the_sku_asks_for_is_captured() -> None:
    verdict = judge(at(box(PHONE)), "", Item(201, "PHONE", 1, said=Said("A1", "L", FRESH)))
    assert verdict.said == Said("A1")
    plain = judge(at(box(TEA)), "", Item(101, "TEA", 1, said=Said("A1", "L", FRESH)))
    assert (plain.said, plain.counts) == (None, ())


def test_a_plain_item_is_counted_the_short_way() -> None:
    verdict = judge(at(box(TEA, CUP)), "", Item(101, "TEA", 2))
    assert (verdict.line_id, verdict.counts, verdict.said, verdict.pending) == (11, (), None, None)
    typed = judge(at(box(TEA, CUP), LEAD, pending=Pending(3)), "", Item(101, "TEA", 1))
    assert (typed.line_id, typed.counts) == (11, ((11, 3),))


def test_what_is_left_out_is_remembered_to_the_end() -> None:
    first = judge(asks(Code.LOT_NEEDED, box(MILK), Pending(1, 202), LEAD), "", Command.SKIP)
    assert first.pending == Pending(1, 202, skipped=frozenset({Capture.LOT}))
    last = judge(asks(Code.EXPIRY_NEEDED, box(MILK), first.pending, LEAD), "2027-01-31", Unknown())
    assert (last.code, last.facts["skipped"], last.said) == (
        Code.SKIPPED, "lot", Said(expires_on=date(2027, 1, 31))
    )  # fmt: skip


@pytest.mark.parametrize(
    ("found", "verdict", "kept"),
    [
        (Item(101, "TEA", 1), Verdict(P, Code.ITEM, Effect.COUNT), False),
        (Unknown(), Verdict(F, Code.UNKNOWN_CODE), False),
        (Command.OK, Verdict(A, Code.NEXT_SCAN_ITEM), True),
        (Command.OK, Verdict(P, Code.NOTE_CONFIRMED, Effect.CONFIRM_NOTE), False),
        (Command.UNDO, Verdict(A, Code.NOTHING_TO_UNDO), False),
        (Weight(1), Verdict(A, Code.NOT_YET), True),
        (Unknown(), Verdict(F, Code.LATCHED), True),
    ],
)
def test_a_quantity_is_forgotten_by_any_other_scan(found: Found, verdict: Verdict, kept: bool) -> None:
    assert left_pending(at(box(TEA), pending=Pending(3)), found, verdict) == (Pending(3) if kept else NOTHING_PENDING)


def test_an_acknowledged_expiry_is_forgotten() -> None:
    bench = at(box(MILK), latch=Code.EXPIRED, pending=LATE)
    assert left_pending(bench, Command.OK, judge(bench, "", Command.OK)) == NOTHING_PENDING
    refused = judge(bench, "", Command.OVERRIDE)
    assert left_pending(bench, Command.OVERRIDE, refused) == LATE
    out = at(None, pending=Pending(out=True))
    assert left_pending(out, Unknown(), Verdict(A, Code.BADGE_NEEDED)) == Pending(out=True)


def test_a_second_quantity_replaces_the_first() -> None:
    verdict = judge(at(box(TEA), LEAD, pending=Pending(3)), "*2", Quantity(2))
    assert verdict.pending == Pending(2)


@pytest.mark.parametrize(
    ("bench", "found", "refused"),
    [
        (at(box(TEA)), Item(101, "TEA", 1), True),
        (at(box(TEA)), Command.OK, False),
        (at(box(TEA)), Quantity(2), False),
        (at(None), ORDER, False),
        (at(DONE), LabelFound(7, None, False, ORDER), True),
        (asks(Code.SERIAL_NEEDED, box(PHONE), WAITS), Unknown(), True),
        (at(box(TEA), latch="wrong_item"), Item(101, "TEA", 1), False),
        (at(box(TEA)), Person(1, "Ada"), False),
    ],
)
def test_who_may_not_type_codes_scans_them(bench: Bench, found: Found, refused: bool) -> None:
    assert typed_by_hand(bench, found) is None
    strict = replace(bench, policies=forbid(Act.TYPE_CODE))
    verdict = typed_by_hand(strict, found)
    assert (verdict is not None and verdict.code is Code.NOT_ALLOWED) is refused


def test_a_label_of_a_series_closes_its_own_parcel() -> None:
    label = LabelFound(8, 1, False, replace(ORDER, order_id=2, order="S-2"), series_of=7)
    closed = closing(Verdict(P, Code.CLOSED, Effect.CLOSE, {"order": "S-2"}), label)
    assert closed is not None
    assert (closed.code, closed.effect, closed.order_id) == (Code.SERIES_CLOSED, Effect.CLOSE_SERIES, 2)
    cancelled = closing(Verdict(F, Code.ORDER_CANCELLED, Effect.CANCEL, {"order": "S-2"}), label)
    assert cancelled is not None
    assert (cancelled.effect, cancelled.order_id) == (Effect.CANCEL, 2)
    assert closing(Verdict(F, Code.ADDRESS_CHANGED), label) is None


def test_orders_are_identical_by_what_is_packed() -> None:
    assert content([(1, None, 2), (2, None, 1)]) == content([(2, None, 1), (1, None, 1), (1, None, 1)])
    assert content([(1, None, 2)]) != content([(1, None, 3)])
    assert content([(1, None, 2)]) != content([(1, 9, 2)])
    assert content([(1, None, 2), (2, None, 0)]) == content([(1, None, 2)])


# any order with kits, any items

SAIDS = st.builds(
    Said, st.none() | st.text(min_size=1, max_size=5), st.none() | st.text(min_size=1, max_size=5),
    st.none() | st.dates(),
)  # fmt: skip


@given(
    st.none() | st.integers(1, 9999), st.none() | st.integers(1, 9), SAIDS, st.booleans(),
    st.frozensets(st.sampled_from(Capture)),
)
def test_what_a_bench_remembers_survives_a_power_cut(
    quantity: int | None, sku: int | None, said: Said, out: bool, skipped: frozenset[Capture]
) -> None:
    pending = Pending(quantity, sku, said, out, skipped)
    text = write_pending(pending)
    assert (NOTHING_PENDING if text is None else read_pending(text)) == pending


@st.composite
def orders(draw: st.DrawFn) -> OpenParcel:
    lines: list[Line] = []
    modes = {900: draw(st.sampled_from(KitMode)), 901: draw(st.sampled_from(KitMode))}
    for number in range(1, draw(st.integers(1, 3)) + 1):
        kits = draw(st.integers(1, 3))
        kit_sku = 900 + draw(st.integers(0, 1))
        for sku in draw(st.lists(st.integers(1, 3), min_size=1, max_size=3)):
            per_kit = draw(st.integers(1, 3))
            lines.append(
                Line(
                    len(lines) + 1, sku, f"K{sku}", kits * per_kit, 0,
                    kit=KitPart(number, per_kit, kit_sku, f"SET{kit_sku}", "", modes[kit_sku]),
                )
            )
    for sku in draw(st.lists(st.integers(1, 4), max_size=2)):
        lines.append(Line(len(lines) + 1, sku, f"K{sku}", draw(st.integers(1, 4)), 0))
    return box(*lines)


ITEMS = st.builds(Item, st.sampled_from([1, 2, 3, 4, 900, 901]), st.just("X"), st.integers(1, 4))


def packed(parcel: OpenParcel, verdict: Verdict, item: Item) -> OpenParcel:
    counts = dict(verdict.counts or ((verdict.line_id, item.quantity),))
    lines = tuple(replace(line, packed=line.packed + counts.get(line.line_id, 0)) for line in parcel.lines)
    return replace(parcel, lines=lines)


@given(orders(), st.lists(ITEMS, max_size=30))
def test_nothing_is_counted_twice_or_too_often_and_strict_kits_come_one_by_one(
    parcel: OpenParcel, items: list[Item]
) -> None:
    for item in items:
        verdict = verify(Bench(parcel=parcel), parcel, item)
        assert verdict.outcome in (P, F)
        if verdict.effect is not Effect.COUNT:
            continue
        counts = verdict.counts or ((verdict.line_id, item.quantity),)
        after = packed(parcel, verdict, item)
        assert after.remaining == parcel.remaining - sum(pieces for _, pieces in counts)
        assert (verdict.code is Code.COMPLETE) is (after.remaining == 0)
        for line in after.lines:
            assert 0 <= line.packed <= line.ordered
        if item.sku_id < 900:
            assert sum(pieces for _, pieces in counts) == item.quantity
            touched = [line for line in after.lines if line.line_id in dict(counts)]
            assert all(line.sku_id == item.sku_id for line in touched)
            assert all(line.kit is None or line.kit.mode is not PARENT for line in touched)
        else:
            kits = [line.kit for line in after.lines if line.line_id in dict(counts) and line.kit]
            assert all(k.sku_id == item.sku_id and k.mode in (EITHER, PARENT) for k in kits)
        parcel = after
        begun = set()
        for line in parcel.lines:
            if line.kit is not None and line.kit.mode is STRICT:
                group = [other for other in parcel.lines if other.kit and other.kit.number == line.kit.number]
                whole = {other.packed // other.kit.per_kit for other in group if other.kit}
                rest = any(other.packed % other.kit.per_kit for other in group if other.kit)
                assert max(whole) - min(whole) <= 1
                if rest or len(whole) > 1:
                    begun.add(line.kit.number)
        assert len(begun) <= 1


@given(orders())
def test_every_order_can_be_packed_to_its_end(parcel: OpenParcel) -> None:
    for _ in range(parcel.remaining):
        if not parcel.remaining:
            break
        tries = [Item(line.sku_id, line.sku, 1) for line in parcel.lines if line.open]
        tries += [Item(line.kit.sku_id, line.kit.sku, 1) for line in parcel.lines if line.open and line.kit]
        verdicts = [(verify(Bench(parcel=parcel), parcel, item), item) for item in tries]
        counted = next((pair for pair in verdicts if pair[0].effect is Effect.COUNT), None)
        assert counted is not None, "a dead end"
        parcel = packed(parcel, *counted)
    assert parcel.remaining == 0
