"""Labels that are voided and made anew: their deadline, the gates that refuse them, and what goes on."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select, update

from app.domain.barcode import make_label_code
from app.domain.errors import Refusal
from app.domain.states import JobState, LabelState, OrderState, ParcelState
from app.operations.label_copies import confirm_copy, reprint, settle
from app.operations.orders import request_cancel
from app.operations.voiding import relabel, void
from db.journal import JournalEntry
from db.label_files import Manifest
from db.parcels import Label, Parcel, PrintJob
from db.store import Tx
from tests.factories import LEAD, Hands, HeldClock, House, open_house


def refused(code: str, step: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        step()
    assert caught.value.code == code
    return caught.value


def packed(house: House, hands: Hands, *, closed: bool = False, printed: bool = True) -> int:
    """The parcel of an order whose label has come out."""
    order = house.picked(("MUG", 1))
    assert hands.scan(house.tote_of(order), "MUG-EAN") == "complete"
    parcel = hands.parcel.parcel_id
    if printed:
        house.printed()
    if closed:
        assert hands.scan(hands.square) == "closed"
    return parcel


def squares(house: House, parcel: int, copy: int) -> str:
    return make_label_code(house.get(Parcel, parcel).code, copy)


def labels(house: House, parcel: int) -> list[Label]:
    return house.all(select(Label).where(Label.parcel_id == parcel).order_by(Label.id))


def test_a_voided_label_alarms_and_is_never_printed(house: House, hands: Hands) -> None:
    parcel = packed(house, hands, printed=False)
    (label,) = labels(house, parcel)
    assert house.store.write(void, LEAD, parcel, " wrong address ") == label.tracking
    (label,) = labels(house, parcel)
    assert (label.state, label.void_reason) == (LabelState.VOIDED, "wrong address")
    assert label.voided_at is not None
    (job,) = house.jobs(house.get(Parcel, parcel).order_id)
    assert (job.state, job.reason) == (JobState.CANCELLED, "label_voided")
    assert house.claim() is None
    entry = house.all(select(JournalEntry).order_by(JournalEntry.id))[-1]
    assert (entry.name, entry.reason) == ("void_label", "wrong address")
    assert json.loads(entry.ids)["tracking"] == label.tracking
    assert hands.scan(label.tracking) == "label_voided"


@pytest.mark.parametrize("on_table", [True, False])
def test_the_old_code_alarms_while_the_new_one_closes(house: House, hands: Hands, on_table: bool) -> None:
    parcel = packed(house, hands)
    if not on_table:
        hands.scan("XXHOLD")
    old = labels(house, parcel)[0].tracking
    made = house.store.write(relabel, LEAD, parcel, "torn", "BENCH-1")
    assert made.tracking != old
    assert made.copy == 2  # the square code names parcel and copy: the old one's is not used again
    assert [label.state for label in labels(house, parcel)] == [LabelState.VOIDED, LabelState.VALID]
    house.printed()
    for code in (old, old.lower(), squares(house, parcel, 1)):
        assert hands.scan(code) == "label_voided"
        hands.scan("XXOK")
    if not on_table:
        hands.scan(house.source_id(house.get(Parcel, parcel).order_id))
    assert hands.scan(made.tracking) == "closed"  # no other copy of this number lies around
    assert house.get(Parcel, parcel).state is ParcelState.CLOSED


def test_a_closed_box_waits_for_its_new_label(house: House, hands: Hands) -> None:
    parcel = packed(house, hands, closed=True)
    order = house.get(Parcel, parcel).order_id
    stock = house.on_hand("MUG", "staging")
    house.store.write(relabel, LEAD, parcel, "torn", "BENCH-1")
    row = house.get(Parcel, parcel)
    assert (row.state, row.closed_at, house.state(order)) == (ParcelState.LABELLING, None, OrderState.SHIPPED)
    assert hands.scan(squares(house, parcel, 2)) == "already_closed"  # it has not come out yet
    house.printed()
    assert hands.scan(squares(house, parcel, 1)) == "label_voided"
    hands.scan("XXOK")
    assert hands.scan(squares(house, parcel, 2)) == "copy_confirmed"
    row = house.get(Parcel, parcel)
    assert row.state is ParcelState.CLOSED
    assert row.closed_at is not None
    assert (house.state(order), house.on_hand("MUG", "staging")) == (OrderState.SHIPPED, stock)
    # and once more, at the desk
    house.store.write(relabel, LEAD, parcel, "torn", "BENCH-1")
    house.printed()
    refused("label_voided", lambda: house.store.write(confirm_copy, LEAD, row.code, 2))
    house.store.write(confirm_copy, LEAD, row.code, 3)
    assert house.get(Parcel, parcel).state is ParcelState.CLOSED


def test_a_box_whose_label_was_voided_gets_another_one_later(house: House, hands: Hands) -> None:
    parcel = packed(house, hands)
    house.store.write(void, LEAD, parcel, "x")
    refused("label_is_voided", lambda: house.store.write(void, LEAD, parcel, "x"))
    refused("label_is_voided", lambda: house.store.write(reprint, LEAD, parcel, "torn"))
    assert hands.scan("XXNEXT") == "next_needs_label"
    refused("void_reason_needed", lambda: house.store.write(relabel, LEAD, parcel, " ", "BENCH-1"))
    made = house.store.write(relabel, LEAD, parcel, "x", "BENCH-1")
    house.printed()
    assert hands.scan(made.tracking) == "closed"


def test_the_last_item_taken_back_makes_a_new_label_too(house: House, hands: Hands) -> None:
    parcel = packed(house, hands)
    house.store.write(void, LEAD, parcel, "x")
    assert hands.scan("XXUNDO") == "undone"
    assert hands.scan("MUG-EAN") == "complete"
    assert [label.state for label in labels(house, parcel)] == [LabelState.VOIDED, LabelState.VALID]
    assert hands.parcel.copy == 2


def test_after_the_deadline_nothing_is_voided(house: House, hands: Hands) -> None:
    house.store.clock = clock = HeldClock()
    parcel = packed(house, hands)
    by = clock.at + timedelta(hours=4)
    house.write(lambda tx: tx.session.execute(update(Label).values(void_by=by, carrier="POST")))
    clock.at = by
    late = refused("void_too_late", lambda: house.store.write(void, LEAD, parcel, "x"))
    assert late.facts["until"] == "2026-03-02 16:00"
    refused("void_too_late", lambda: house.store.write(relabel, LEAD, parcel, "x", "BENCH-1"))
    assert [label.state for label in labels(house, parcel)] == [LabelState.VALID]
    clock.at = by - timedelta(seconds=1)
    house.store.write(void, LEAD, parcel, "x")


def test_what_is_on_a_manifest_is_not_voided(house: House, hands: Hands) -> None:
    parcel = packed(house, hands, closed=True)

    def hand_over(tx: Tx) -> None:
        row = Manifest(warehouse_id=house.warehouse, number=7, carrier="", created_at=tx.at)
        tx.session.add(row)
        tx.session.flush()
        tx.session.execute(update(Label).values(manifest_id=row.id))

    house.write(hand_over)
    assert refused("void_on_manifest", lambda: house.store.write(void, LEAD, parcel, "x")).facts["manifest"] == 7
    assert house.get(Parcel, parcel).state is ParcelState.CLOSED


def test_why_it_is_voided_must_be_said(house: House, hands: Hands) -> None:
    parcel = packed(house, hands)
    refused("void_reason_needed", lambda: house.store.write(void, LEAD, parcel, "  "))
    refused("void_reason_needed", lambda: house.store.write(relabel, LEAD, parcel, "", "BENCH-1"))
    assert [label.state for label in labels(house, parcel)] == [LabelState.VALID]


def test_nothing_is_voided_where_there_is_no_label(house: House, hands: Hands) -> None:
    order = house.picked(("MUG", 2))
    hands.scan(house.tote_of(order), "MUG-EAN")
    parcel = hands.parcel.parcel_id
    refused("no_label", lambda: house.store.write(void, LEAD, parcel, "x"))
    refused("no_label", lambda: house.store.write(relabel, LEAD, parcel, "x", "BENCH-1"))


def test_an_order_that_is_cancelled_gets_no_other_label(house: House, hands: Hands) -> None:
    parcel = packed(house, hands)
    house.store.write(request_cancel, LEAD, house.get(Parcel, parcel).order_id, "buyer")
    refused("relabel_cancelled", lambda: house.store.write(relabel, LEAD, parcel, "x", "BENCH-1"))


def test_a_voided_label_that_did_not_come_out_is_not_copied(house: House, hands: Hands) -> None:
    parcel = packed(house, hands, printed=False)
    job = house.printed(outcome=JobState.UNCERTAIN, reason="no_proof")
    house.store.write(void, LEAD, parcel, "x")
    assert house.store.write(settle, LEAD, job, came_out=False) is None
    assert len(house.jobs(house.get(Parcel, parcel).order_id)) == 1


def test_another_bench_hears_of_a_voided_label_of_another_box(house: House, hands: Hands) -> None:
    parcel = packed(house, hands, closed=True)
    old = labels(house, parcel)[0].tracking
    house.store.write(void, LEAD, parcel, "x")
    second = packed(house, hands)
    assert hands.scan(old) in ("wrong_label", "label_voided")
    assert hands.judged.outcome == "fail"
    assert house.get(Parcel, second).state is ParcelState.LABELLING


class Desk(RuleBasedStateMachine):
    """Two boxes are packed, voided, re-labelled, reprinted and scanned, in any sequence.

    Whatever happens a box has at most one valid label, a number is on one label alone, and no code of a voided label
    passes: neither at a bench, whatever lies on it, nor at the desk.
    """

    folder: Path
    number = count()

    def __init__(self) -> None:
        super().__init__()
        self._open = open_house(Path(self.folder) / f"desk {next(Desk.number)}")
        self.house = self._open.__enter__()
        self.hands = self.house.hands()
        self.orders: list[int] = []

    def teardown(self) -> None:
        self._open.__exit__(None, None, None)

    @initialize()
    def pick(self) -> None:
        self.orders = [self.house.picked(("MUG", 1)), self.house.picked(("PEN", 1))]
        for which in range(2):
            self.pack(which, close=which == 0)

    def _parcels(self) -> list[Parcel]:
        return self.house.all(select(Parcel).order_by(Parcel.id))

    def _labels(self, state: LabelState) -> list[Label]:
        return self.house.all(select(Label).where(Label.state == state).order_by(Label.id))

    def _clear(self) -> None:
        """Whatever the bench says is acknowledged, and the table is free."""
        self.hands.scan("XXOK", "XXHOLD", "XXOK")

    @rule(which=st.integers(0, 1), close=st.booleans())
    def pack(self, which: int, close: bool) -> None:
        self._clear()
        self.hands.scan(self.house.source_id(self.orders[which]), ("MUG-EAN", "PEN-EAN")[which])
        self.print()
        self._clear()
        if close:
            self.hands.scan(self.house.source_id(self.orders[which]))
            if self.hands.bench.parcel is not None:
                self.hands.scan(self.hands.square)

    @rule()
    def print(self) -> None:
        if self.house.claim() is not None:
            self.house.write(lambda tx: _all_printed(tx))

    def _try(self, which: int, step: Callable[[int], object]) -> None:
        try:
            step(self._parcels()[which].id)
        except Refusal as refusal:
            assert refusal.code in ("label_is_voided", "no_label", "still_printing", "settle_first")  # noqa: PT017

    @rule(which=st.integers(0, 1))
    def void(self, which: int) -> None:
        self._try(which, lambda parcel: self.house.store.write(void, LEAD, parcel, "x"))

    @rule(which=st.integers(0, 1), printed=st.booleans())
    def relabel(self, which: int, printed: bool) -> None:
        self._try(which, lambda parcel: self.house.store.write(relabel, LEAD, parcel, "x", "BENCH-1"))
        if printed:
            self.print()

    @rule(which=st.integers(0, 1))
    def reprint(self, which: int) -> None:
        self._try(which, lambda parcel: self.house.store.write(reprint, LEAD, parcel, "torn"))

    @rule(which=st.integers(0, 1))
    def undo(self, which: int) -> None:
        """The last item of a box that is not closed is taken back, and verified again."""
        self.pack(which, close=False)
        self.hands.scan(self.house.source_id(self.orders[which]), "XXUNDO", ("MUG-EAN", "PEN-EAN")[which])

    @precondition(lambda self: self._labels(LabelState.VALID))
    @rule(data=st.data())
    def put_on_box(self, data: st.DataObject) -> None:
        """The newest label is scanned where its box is; then the box is closed."""
        label = data.draw(st.sampled_from(self._labels(LabelState.VALID)))
        self.print()
        order = self.house.get(Parcel, label.parcel_id).order_id
        job = self.house.jobs(order)[-1]
        self._clear()
        self.hands.scan(self.house.source_id(order))
        self.hands.scan("XXOK")
        told = self.hands.scan(make_label_code(self.house.get(Parcel, label.parcel_id).code, job.copy))
        if job.state is JobState.PRINTED and job.label_id == label.id and told in ("closed", "copy_confirmed"):
            assert self.house.get(Parcel, label.parcel_id).state is ParcelState.CLOSED

    @invariant()
    def no_code_of_a_voided_label_passes(self) -> None:
        for label in self._labels(LabelState.VOIDED):
            parcel = self.house.get(Parcel, label.parcel_id)
            jobs = self.house.jobs(parcel.order_id)
            copies = [job.copy for job in jobs if job.label_id == label.id]
            for code in (label.tracking, *(make_label_code(parcel.code, copy) for copy in copies)):
                self.hands.scan("XXOK", code)
                assert self.hands.judged.outcome == "fail"
                assert self.hands.judged.code in ("label_voided", "wrong_label")
            self.hands.scan("XXOK")
            for copy in copies:
                refused("label_voided", lambda: self.house.store.write(confirm_copy, LEAD, parcel.code, copy))  # noqa: B023
            assert [job.state for job in self.house.jobs(parcel.order_id)] == [job.state for job in jobs]
            assert self.house.get(Parcel, parcel.id).state is parcel.state

    @invariant()
    def one_label_counts(self) -> None:
        valid = [label.parcel_id for label in self._labels(LabelState.VALID)]
        assert len(set(valid)) == len(valid)
        numbers = self.house.all(select(Label.tracking))
        assert len(set(numbers)) == len(numbers)

    @invariant()
    def a_closed_box_has_its_label(self) -> None:
        valid = {label.parcel_id for label in self._labels(LabelState.VALID)}
        assert all(parcel.id in valid for parcel in self._parcels() if parcel.state is ParcelState.CLOSED)


def _all_printed(tx: Tx) -> None:
    """The printer of the house has proven all that it was sent."""
    tx.session.execute(update(PrintJob).where(PrintJob.state == JobState.SENDING).values(state=JobState.PRINTED))


def test_a_voided_label_passes_no_gate_whatever_happens(tmp_path: Path) -> None:
    Desk.folder = tmp_path
    case = Desk.TestCase
    case.settings = settings(max_examples=8, stateful_step_count=10)
    case("runTest").runTest()
