"""The rule of the bench: every code once in a table, and what must never happen on any bench with any scan."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import settings as example_settings
from hypothesis import strategies as st

from app.domain.barcode import Command
from app.domain.bench import (
    Bench,
    Found,
    Item,
    LabelFound,
    Line,
    OpenParcel,
    OrderFound,
    OtherKind,
    SeveralOrders,
    Tote,
    Unknown,
)
from app.domain.needs import Need
from app.domain.packing import as_opened, choose_order, judge
from app.domain.states import JobState, ParcelState
from app.domain.verdict import MAY_LIE_THERE, REPRINT_REASONS, Code, Effect, Outcome, Verdict
from app.domain.verifying import verify
from app.sentences import SENTENCES
from app.texts import placeholders
from tests.app.domain.box_table import BOXES
from tests.app.domain.requirement_table import REQUIREMENTS
from tests.app.domain.test_verifying import TABLE as VERIFYING

ORDER = OrderFound(1, "S-1", pickable=True, shipped=False, cancelled=False)
OTHER = OrderFound(2, "S-2", pickable=True, shipped=False, cancelled=False)
LINES = (Line(11, 101, "TEA", 3, 1), Line(12, 102, "CUP", 1, 0))
DONE = (Line(11, 101, "TEA", 3, 3), Line(12, 102, "CUP", 1, 1))
OPEN = OpenParcel(7, "PB00000007X", ParcelState.OPEN, 1, "S-1", cancel_requested=False, lines=LINES)
LABELLING = replace(OPEN, state=ParcelState.LABELLING, lines=DONE, tracking="LX1", copy=1, job=JobState.PRINTED)
TEA = Item(101, "TEA", 1)
CUP = Item(102, "CUP", 1)
SQUARE = LabelFound(7, 1, False, ORDER)
BARS = LabelFound(7, None, False, ORDER)

# facts that the operation adds after it has carried out the verdict
ADDED = {
    Code.OPENED: {"pieces"}, Code.CARTON_CHOSEN: {"carton"}, Code.BOX_OPENED: {"box", "order"},
    Code.BOX_TAKEN: {"box", "order"},
    Code.ITEM_MOVED: {"box"}, Code.SHELVED: {"slot", "why"}, Code.SPLIT_OFF: {"later"},
}  # fmt: skip


def latched(parcel: OpenParcel | None = None) -> Bench:
    return Bench(latch="wrong_item", parcel=parcel)


def asked(parcel: OpenParcel, **values: object) -> Bench:
    return Bench(question=Code.REASON_NEEDED, question_scan="XXREPRINT", parcel=replace(parcel, **values))  # type: ignore[arg-type]


def on_table(parcel: OpenParcel, **values: object) -> Bench:
    return Bench(parcel=replace(parcel, **values))  # type: ignore[arg-type]


TAKEN = Bench(question=Code.TAKE_OVER, question_scan="S-1")
HELD = replace(ORDER, held_by="BENCH-2")
CANCELLED = replace(ORDER, cancelled=True)
P, F, A = Outcome.PASS, Outcome.FAIL, Outcome.ATTENTION

TABLE: list[tuple[str, Bench, Found, Outcome, Code, Effect]] = [
    ("an order opens", Bench(), ORDER, P, Code.OPENED, Effect.OPEN),
    ("a tote opens its order", Bench(), Tote(1, "T", False, (ORDER,)), P, Code.OPENED, Effect.OPEN),
    ("a label opens its order", Bench(), SQUARE, P, Code.OPENED, Effect.OPEN),
    ("a bulk tote is remembered", Bench(), Tote(1, "T", True, (ORDER, OTHER)), P, Code.TOTE_OPENED, Effect.OPEN_TOTE),
    ("a bulk tote with one order left", Bench(), Tote(1, "T", True, (ORDER,)), P, Code.TOTE_OPENED, Effect.OPEN_TOTE),
    ("an empty tote", Bench(), Tote(1, "T", False, ()), A, Code.TOTE_EMPTY, Effect.NONE),
    ("an empty bulk tote", Bench(), Tote(1, "T", True, ()), A, Code.TOTE_EMPTY, Effect.NONE),
    ("a number of several shops", Bench(), SeveralOrders("77"), A, Code.SEVERAL_ORDERS, Effect.NONE),
    ("gate: opened", Bench(), CANCELLED, F, Code.ORDER_CANCELLED, Effect.CANCEL),
    ("gate: opened, though held elsewhere", Bench(), replace(CANCELLED, held_by="B"), F, Code.ORDER_CANCELLED,
     Effect.CANCEL),
    ("closed already", Bench(), replace(ORDER, shipped=True, pickable=False), A, Code.ALREADY_CLOSED, Effect.NONE),
    ("not picked", Bench(), replace(ORDER, pickable=False), F, Code.NOT_PICKED, Effect.NONE),
    ("on another table", Bench(), HELD, A, Code.TAKE_OVER, Effect.ASK),
    ("taken over", TAKEN, HELD, P, Code.OPENED, Effect.OPEN),
    ("taken over, but cancelled", TAKEN, replace(CANCELLED, held_by="B"), F, Code.ORDER_CANCELLED, Effect.CANCEL),
    ("the label of a void parcel", Bench(), replace(SQUARE, voided=True), F, Code.LABEL_VOIDED, Effect.NONE),
    ("an item that nobody waits for", Bench(), TEA, F, Code.NO_ORDER_FOR_ITEM, Effect.NONE),
    ("nothing open: next", Bench(), Command.NEXT, A, Code.NEXT_SCAN_TOTE, Effect.NONE),
    ("nothing open, a bulk tote is: next", Bench(tote_id=1), Command.NEXT, A, Code.NEXT_SCAN_BULK, Effect.NONE),
    ("nothing open: undo", Bench(), Command.UNDO, A, Code.NOTHING_TO_UNDO, Effect.NONE),
    ("nothing open: hold", Bench(), Command.HOLD, A, Code.NO_PARCEL_OPEN, Effect.NONE),
    ("nothing open: printed", Bench(), Command.PRINTED, A, Code.NO_PARCEL_OPEN, Effect.NONE),
    ("nothing open: torn", Bench(), Command.TORN, A, Code.NO_PARCEL_OPEN, Effect.NONE),
    ("the parcel went while the reason was asked", replace(asked(LABELLING), parcel=None), Command.TORN, A,
     Code.NO_PARCEL_OPEN, Effect.NONE),
    ("a piece", on_table(OPEN), TEA, P, Code.ITEM, Effect.COUNT),
    ("the last piece", on_table(OPEN, lines=(Line(11, 101, "TEA", 3, 2),)), TEA, P, Code.COMPLETE, Effect.COUNT),
    ("a case", on_table(OPEN), Item(101, "TEA", 2), P, Code.ITEM, Effect.COUNT),
    ("a case with too many", on_table(OPEN), Item(101, "TEA", 3), F, Code.OVER_SCAN, Effect.NONE),
    ("one too many", on_table(OPEN, lines=(*LINES[1:], Line(11, 101, "TEA", 3, 3))), TEA, F, Code.OVER_SCAN,
     Effect.NONE),
    ("a piece after the last", on_table(LABELLING), TEA, F, Code.OVER_SCAN, Effect.NONE),
    ("another SKU", on_table(OPEN), Item(999, "MUG", 1), F, Code.WRONG_ITEM, Effect.NONE),
    ("another SKU after the last", on_table(LABELLING), Item(999, "MUG", 1), F, Code.WRONG_ITEM, Effect.NONE),
    ("gate: last item", on_table(OPEN, lines=(Line(11, 101, "TEA", 3, 2),), cancel_requested=True), TEA, F,
     Code.ORDER_CANCELLED, Effect.CANCEL),
    ("a good item of a cancelled order", on_table(OPEN, cancel_requested=True), TEA, F, Code.ORDER_CANCELLED,
     Effect.CANCEL),
    ("a wrong item when the order is cancelled", on_table(OPEN, cancel_requested=True), Item(999, "MUG", 1), F,
     Code.ORDER_CANCELLED, Effect.CANCEL),
    ("the next tote when the order is cancelled half way", on_table(OPEN, cancel_requested=True),
     Tote(2, "U", False, (OTHER,)), F, Code.ORDER_CANCELLED, Effect.CANCEL),
    ("its own tote when the order is cancelled", on_table(OPEN, cancel_requested=True), Tote(1, "T", False, (ORDER,)),
     F, Code.ORDER_CANCELLED, Effect.CANCEL),
    ("put aside though it is cancelled", on_table(OPEN, cancel_requested=True), Command.HOLD, P, Code.HELD,
     Effect.HOLD),
    ("unknown", on_table(OPEN), Unknown(), F, Code.UNKNOWN_CODE, Effect.NONE),
    ("misread", on_table(OPEN), Unknown("4006381333931"), F, Code.MISREAD, Effect.NONE),
    ("a location", on_table(OPEN), OtherKind("location"), F, Code.WRONG_KIND, Effect.NONE),
    ("its own order again", on_table(OPEN), ORDER, A, Code.ALREADY_OPEN, Effect.NONE),
    ("its own tote again", on_table(OPEN), Tote(1, "T", False, (ORDER,)), A, Code.ALREADY_OPEN, Effect.NONE),
    ("the next tote too early", on_table(OPEN), Tote(2, "U", False, (OTHER,)), F, Code.PARCEL_UNFINISHED, Effect.NONE),
    ("the next order too early", on_table(OPEN), OTHER, F, Code.PARCEL_UNFINISHED, Effect.NONE),
    ("the next tote before the label", on_table(LABELLING), Tote(2, "U", False, (OTHER,)), F, Code.LABEL_NOT_SCANNED,
     Effect.NONE),
    ("the next tote when the order is cancelled", on_table(LABELLING, cancel_requested=True, job=None, copy=0),
     Tote(2, "U", False, (OTHER,)), F, Code.ORDER_CANCELLED, Effect.CANCEL),
    ("the square of its label", on_table(LABELLING), SQUARE, P, Code.CLOSED, Effect.CLOSE),
    ("the bars of its label", on_table(LABELLING), BARS, P, Code.CLOSED, Effect.CLOSE),
    ("the label before the printer's proof", on_table(LABELLING, job=JobState.SENDING), SQUARE, P, Code.CLOSED,
     Effect.CLOSE),
    ("the label settles what was uncertain", on_table(LABELLING, job=JobState.UNCERTAIN), SQUARE, P, Code.CLOSED,
     Effect.CLOSE),
    ("a label that nobody has sent", on_table(LABELLING, job=JobState.QUEUED), SQUARE, A, Code.LABEL_NOT_PRINTED,
     Effect.NONE),
    ("a label of which a person said that it did not come", on_table(LABELLING, job=JobState.FAILED), SQUARE, A,
     Code.LABEL_NOT_PRINTED, Effect.NONE),
    ("gate: label", on_table(LABELLING, cancel_requested=True), SQUARE, F, Code.ORDER_CANCELLED, Effect.CANCEL),
    ("another parcel's label", on_table(LABELLING), LabelFound(8, 1, False, OTHER), F, Code.WRONG_LABEL, Effect.NONE),
    ("another parcel's void label", on_table(LABELLING), LabelFound(8, 1, True, OTHER), F, Code.WRONG_LABEL,
     Effect.NONE),
    ("its void label", on_table(LABELLING), replace(SQUARE, voided=True), F, Code.LABEL_VOIDED, Effect.NONE),
    ("its label while items are missing", on_table(OPEN), SQUARE, F, Code.PARCEL_UNFINISHED, Effect.NONE),
    ("a copy that was replaced", on_table(LABELLING, copy=2, older_copies=True), SQUARE, F, Code.SUPERSEDED_COPY,
     Effect.NONE),
    ("a copy that does not exist", on_table(LABELLING), replace(SQUARE, copy=2), F, Code.WRONG_LABEL, Effect.NONE),
    ("the bars when two copies exist", on_table(LABELLING, copy=2, older_copies=True), BARS, A, Code.SCAN_SQUARE,
     Effect.NONE),
    ("undo", on_table(OPEN, last_line_id=11), Command.UNDO, P, Code.UNDONE, Effect.UNDO),
    ("undo of nothing", on_table(OPEN), Command.UNDO, A, Code.NOTHING_TO_UNDO, Effect.NONE),
    ("undo before the label is sent", on_table(LABELLING, last_line_id=12, job=JobState.QUEUED), Command.UNDO, P,
     Code.UNDONE, Effect.UNDO),
    ("undo when the label was taken back", on_table(LABELLING, last_line_id=12, job=None, copy=0), Command.UNDO, P,
     Code.UNDONE, Effect.UNDO),
    ("undo when the label is printed", on_table(LABELLING, last_line_id=12), Command.UNDO, A, Code.UNDO_LABEL_PRINTED,
     Effect.NONE),
    ("undo when the first copy is printed and the second waits",
     on_table(LABELLING, last_line_id=12, job=JobState.QUEUED, copy=2, older_copies=True), Command.UNDO, A,
     Code.UNDO_LABEL_PRINTED, Effect.NONE),
    ("hold", on_table(OPEN), Command.HOLD, P, Code.HELD, Effect.HOLD),
    ("hold before the label", on_table(LABELLING), Command.HOLD, P, Code.HELD, Effect.HOLD),
    ("printed", on_table(LABELLING, job=JobState.UNCERTAIN), Command.PRINTED, P, Code.SETTLED_PRINTED,
     Effect.SETTLE_PRINTED),
    ("not out", on_table(LABELLING, job=JobState.UNCERTAIN), Command.NOT_OUT, P, Code.SETTLED_NOT_OUT,
     Effect.SETTLE_NOT_OUT),
    ("not out, but it is proven", on_table(LABELLING), Command.NOT_OUT, A, Code.NOTHING_UNCERTAIN, Effect.NONE),
    ("reprint", on_table(LABELLING), Command.REPRINT, A, Code.REASON_NEEDED, Effect.ASK),
    ("reprint without a label", on_table(OPEN), Command.REPRINT, A, Code.LABEL_NOT_PRINTED, Effect.NONE),
    ("reprint of what is uncertain", on_table(LABELLING, job=JobState.UNCERTAIN), Command.REPRINT, A,
     Code.SETTLE_FIRST, Effect.NONE),
    ("reprint of what waits", on_table(LABELLING, job=JobState.QUEUED), Command.REPRINT, A, Code.STILL_PRINTING,
     Effect.NONE),
    ("reprint of a cancelled order", on_table(LABELLING, cancel_requested=True), Command.REPRINT, F,
     Code.ORDER_CANCELLED, Effect.CANCEL),
    ("a reason", asked(LABELLING), Command.TORN, P, Code.REPRINTED, Effect.REPRINT),
    ("a reason after the desk has reprinted", asked(LABELLING, job=JobState.QUEUED, copy=2), Command.LOST, A,
     Code.STILL_PRINTING, Effect.NONE),
    ("a reason that nobody asked for", on_table(LABELLING), Command.TORN, A, Code.UNKNOWN_COMMAND, Effect.NONE),
    ("a command that means nothing here", on_table(OPEN), Command.LOST, A, Code.UNKNOWN_COMMAND, Effect.NONE),
    ("next: an item", on_table(OPEN), Command.NEXT, A, Code.NEXT_SCAN_ITEM, Effect.NONE),
    ("next: an item, by OK", on_table(OPEN), Command.OK, A, Code.NEXT_SCAN_ITEM, Effect.NONE),
    ("next: wait", on_table(LABELLING, job=JobState.SENDING), Command.NEXT, A, Code.NEXT_WAIT_LABEL, Effect.NONE),
    ("next: scan", on_table(LABELLING), Command.NEXT, A, Code.NEXT_SCAN_LABEL, Effect.NONE),
    ("next: its label was voided", on_table(LABELLING, job=None, copy=0), Command.NEXT, A, Code.NEXT_NEEDS_LABEL,
     Effect.NONE),
    ("no reprint of a voided label", on_table(LABELLING, job=None, copy=0), Command.REPRINT, A,
     Code.NEXT_NEEDS_LABEL, Effect.NONE),
    ("next: settle", on_table(LABELLING, job=JobState.UNCERTAIN), Command.NEXT, A, Code.NEXT_SETTLE_LABEL,
     Effect.NONE),
    ("next: cancelled", on_table(LABELLING, job=None, copy=0, cancel_requested=True), Command.NEXT, F,
     Code.ORDER_CANCELLED, Effect.CANCEL),
    ("latched", latched(OPEN), TEA, F, Code.LATCHED, Effect.NONE),
    ("latched: a command", latched(OPEN), Command.HOLD, F, Code.LATCHED, Effect.NONE),
    ("acknowledged", latched(OPEN), Command.OK, P, Code.ACKNOWLEDGED, Effect.NONE),
    *REQUIREMENTS, *BOXES,
]  # fmt: skip


@pytest.mark.parametrize(
    ("bench", "found", "outcome", "code", "effect"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_judge(bench: Bench, found: Found, outcome: Outcome, code: Code, effect: Effect) -> None:
    verdict = judge(bench, "S-1", found)
    assert (verdict.outcome, verdict.code, verdict.effect) == (outcome, code, effect)
    lacking = placeholders(SENTENCES[code]) - set(verdict.facts) - ADDED.get(code, set())
    assert not lacking, f"the sentence of {code} would show a dash for {lacking}"


def test_every_code_of_the_rule_is_in_the_table() -> None:
    # made by the operation, not by the rule
    by_operation = {Code.LABEL_REFUSED, Code.OPENED_VERIFIED, Code.COPY_CONFIRMED, Code.NO_CARTON}
    by_operation |= {Code(f"verified_{need}") for need in Need if need is not Need.ITEMS}
    by_operation |= {Code.BOX_CLOSED, Code.SERIES_CLOSED, Code.NOTHING_IDENTICAL, Code.DUPLICATE_SERIAL}
    assert set(Code) - {row[4] for row in TABLE} - {row[5] for row in VERIFYING} == by_operation


def test_an_order_opened_again_has_nothing_left_to_scan_when_all_is_verified() -> None:
    opened = judge(Bench(), "S-1", ORDER)
    half = as_opened(opened, OPEN)
    assert (half.code, half.effect, half.facts) == (Code.OPENED, Effect.OPEN, {"order": "S-1", "pieces": 3, "lines": 2})
    done = as_opened(opened, LABELLING)
    assert (done.code, done.effect, done.facts) == (Code.OPENED_VERIFIED, Effect.OPEN, {"order": "S-1"})
    assert placeholders(SENTENCES[done.code]) <= set(done.facts)


def test_nothing_belongs_into_the_parcel_of_a_cancelled_order() -> None:
    assert verify(Bench(), OPEN, TEA).code is Code.ITEM
    assert verify(Bench(), replace(OPEN, cancel_requested=True), TEA).code is Code.ORDER_CANCELLED


def test_the_facts_of_an_over_scan_say_how_many_to_take_out() -> None:
    verdict = judge(on_table(OPEN), "", Item(101, "TEA", 6))
    assert verdict.facts == {"sku": "TEA", "name": "TEA", "over": 4, "ordered": 3}


def test_a_question_is_answered_by_the_same_scan_only() -> None:
    assert judge(TAKEN, "S-1", HELD).effect is Effect.OPEN
    assert judge(TAKEN, "TT00001X", HELD).effect is Effect.ASK
    # a question that was left behind moves no second parcel onto the table
    busy = replace(TAKEN, parcel=OPEN)
    assert judge(busy, "S-1", OTHER).effect is Effect.NONE


def test_choose_order_takes_the_first_that_can_be_packed() -> None:
    free = replace(ORDER, order_id=9)
    assert choose_order([]) is None
    assert choose_order([HELD, CANCELLED, replace(ORDER, pickable=False), free, ORDER]) is free


# Any bench, any scan.

FEW = st.integers(1, 4)
ORDERS = st.builds(
    OrderFound,
    order_id=FEW,
    order=st.sampled_from(["S-1", "S-2"]),
    pickable=st.booleans(),
    shipped=st.booleans(),
    cancelled=st.booleans(),
    held_by=st.none() | st.just("BENCH-2"),
)


@st.composite
def parcels(draw: st.DrawFn) -> OpenParcel:
    state = draw(st.sampled_from([ParcelState.OPEN, ParcelState.LABELLING]))
    lines = []
    for line_id in range(1, draw(st.integers(1, 4)) + 1):
        ordered = draw(st.integers(1, 5))
        packed = ordered if state is ParcelState.LABELLING else draw(st.integers(0, ordered))
        lines.append(Line(line_id, draw(FEW), "SKU", ordered, packed))
    if state is ParcelState.OPEN and all(line.open == 0 for line in lines):
        lines[0] = replace(lines[0], packed=lines[0].ordered - 1)
    copy = draw(st.integers(0, 3)) if state is ParcelState.LABELLING else 0
    return OpenParcel(
        parcel_id=draw(FEW),
        code="PB1",
        state=state,
        order_id=draw(FEW),
        order="S-1",
        cancel_requested=draw(st.booleans()),
        lines=tuple(lines),
        tracking="LX1" if copy else None,
        copy=copy,
        job=draw(st.sampled_from([s for s in JobState if s is not JobState.CANCELLED])) if copy else None,
        older_copies=copy > 1 and draw(st.booleans()),
        last_line_id=draw(st.none() | st.sampled_from([line.line_id for line in lines])),
    )


BENCHES = st.builds(
    Bench,
    latch=st.none() | st.sampled_from(["wrong_item", "unknown_code"]),
    question=st.none() | st.sampled_from([Code.TAKE_OVER.value, Code.REASON_NEEDED.value]),
    question_scan=st.none() | st.just("SCAN"),
    tote_id=st.none() | FEW,
    parcel=st.none() | parcels(),
)
FOUND: st.SearchStrategy[Found] = st.one_of(
    st.builds(Item, FEW, st.just("SKU"), st.integers(1, 6)),
    ORDERS,
    st.builds(Tote, FEW, st.just("T"), st.booleans(), st.lists(ORDERS, max_size=3).map(tuple)),
    st.builds(LabelFound, FEW, st.none() | st.integers(1, 4), st.booleans(), ORDERS),
    st.just(SeveralOrders("X")),
    st.just(OtherKind("location")),
    st.builds(Unknown, st.none() | st.just("123")),
    st.sampled_from(list(Command)),
)
MANY = example_settings(max_examples=250)


@MANY
@given(BENCHES, FOUND)
def test_while_latched_only_the_acknowledgement_passes(bench: Bench, found: Found) -> None:
    verdict = judge(replace(bench, latch="wrong_item"), "SCAN", found)
    if found is Command.OK:
        assert (verdict.outcome, verdict.code, verdict.effect) == (P, Code.ACKNOWLEDGED, Effect.NONE)
    else:
        assert (verdict.outcome, verdict.code, verdict.effect) == (F, Code.LATCHED, Effect.NONE)


@MANY
@given(BENCHES, FOUND)
def test_only_items_that_are_ordered_and_missing_are_counted(bench: Bench, found: Found) -> None:
    verdict = judge(bench, "SCAN", found)
    if verdict.effect is not Effect.COUNT:
        assert verdict.code not in (Code.ITEM, Code.COMPLETE)
        return
    assert isinstance(found, Item)
    assert bench.parcel is not None
    assert bench.latch is None
    assert verdict.outcome is Outcome.PASS
    (line,) = (line for line in bench.parcel.lines if line.line_id == verdict.line_id)
    assert line.sku_id == found.sku_id
    assert line.packed + found.quantity <= line.ordered
    assert bench.parcel.state is ParcelState.OPEN
    assert (verdict.code is Code.COMPLETE) is (bench.parcel.remaining == found.quantity)


@MANY
@given(BENCHES, FOUND)
def test_a_cancelled_order_is_neither_opened_nor_completed_nor_closed(bench: Bench, found: Found) -> None:
    verdict = judge(bench, "SCAN", found)
    if bench.parcel is not None and bench.parcel.cancel_requested:
        assert verdict.code not in (Code.ITEM, Code.COMPLETE, Code.CLOSED, Code.REPRINTED)
    if verdict.effect is Effect.OPEN:
        orders = [found] if isinstance(found, OrderFound) else []
        orders += [found.order] if isinstance(found, LabelFound) else []
        orders += found.orders if isinstance(found, Tote) else []
        (order,) = (o for o in orders if o.order_id == verdict.order_id)
        assert order.pickable
        assert not order.cancelled
        assert not order.shipped
        assert order.held_by is None or bench.question == Code.TAKE_OVER


@MANY
@given(BENCHES, FOUND)
def test_a_parcel_closes_only_by_its_own_newest_label(bench: Bench, found: Found) -> None:
    verdict = judge(bench, "SCAN", found)
    if verdict.effect is not Effect.CLOSE:
        assert verdict.code is not Code.CLOSED
        return
    parcel = bench.parcel
    assert parcel is not None
    assert isinstance(found, LabelFound)
    assert bench.latch is None
    assert found.parcel_id == parcel.parcel_id
    assert not found.voided
    assert found.copy == parcel.copy or (found.copy is None and not parcel.older_copies)
    assert parcel.job in {JobState.SENDING, JobState.PRINTED, JobState.UNCERTAIN} == MAY_LIE_THERE
    assert parcel.remaining == 0
    assert parcel.state is ParcelState.LABELLING


@MANY
@given(BENCHES, FOUND)
def test_a_parcel_on_the_table_is_never_pushed_aside_by_another(bench: Bench, found: Found) -> None:
    verdict = judge(bench, "SCAN", found)
    if bench.parcel is not None:
        assert verdict.effect not in (Effect.OPEN, Effect.OPEN_TOTE, Effect.OPEN_AND_COUNT)
    else:
        assert verdict.effect in (Effect.NONE, Effect.OPEN, Effect.OPEN_TOTE, Effect.ASK, Effect.CANCEL)


@MANY
@given(BENCHES, FOUND)
def test_a_new_copy_is_made_only_when_the_last_is_at_rest(bench: Bench, found: Found) -> None:
    verdict = judge(bench, "SCAN", found)
    if verdict.effect is Effect.REPRINT:
        assert bench.parcel is not None
        assert bench.parcel.job in (JobState.PRINTED, JobState.CONFIRMED, JobState.FAILED)
        assert bench.question == Code.REASON_NEEDED
        assert verdict.reason in REPRINT_REASONS.values()
        assert verdict.facts["copy"] == bench.parcel.copy + 1
    if verdict.effect in (Effect.SETTLE_PRINTED, Effect.SETTLE_NOT_OUT):
        assert bench.parcel is not None
        assert bench.parcel.job is JobState.UNCERTAIN


@MANY
@given(BENCHES, FOUND)
def test_every_verdict_can_be_said_and_nothing_passes_or_fails_by_halves(bench: Bench, found: Found) -> None:
    verdict: Verdict = judge(bench, "SCAN", found)
    assert placeholders(SENTENCES[verdict.code]) <= set(verdict.facts) | ADDED.get(verdict.code, set())
    if verdict.outcome is Outcome.FAIL:
        assert verdict.effect in (Effect.NONE, Effect.CANCEL)
    if verdict.effect is Effect.CANCEL:
        assert verdict.code is Code.ORDER_CANCELLED
