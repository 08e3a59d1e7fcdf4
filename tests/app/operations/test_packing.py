"""The bench on a real database: what each scan leaves behind, and where a killed station goes on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.barcode import make_label_code
from app.domain.errors import Refusal
from app.domain.packing import Outcome
from app.domain.states import JobState, LabelState, OrderState, ParcelState
from app.operations.labels import finish_attempt, reprint
from app.operations.orders import request_cancel
from app.operations.packing import scan_item
from db.journal import ScanEvent
from db.orders import Order, OrderLine, Sku, SkuBarcode
from db.parcels import Label, Parcel, ParcelItem, PrintJob, Shipment
from db.places import LocationKind, Station
from db.stock import MoveKind, StockMove
from db.waves import BatchOrder
from tests.factories import LEAD, NOON, Hands, HeldClock, House, open_house
from tests.intake import fresh_store


def verified(house: House) -> dict[str, int]:
    """Pieces verified into parcels, by SKU code."""

    def sums(session: Session) -> dict[str, int]:
        return dict(
            session.execute(
                select(Sku.code, func.sum(ParcelItem.quantity))
                .join(OrderLine, OrderLine.sku_id == Sku.id)
                .join(ParcelItem, ParcelItem.order_line_id == OrderLine.id)
                .group_by(Sku.code)
            ).all()
        )

    return house.store.read(sums)


def events_of(house: House, hands: Hands) -> list[ScanEvent]:
    """The scans of a station, the oldest first."""
    return house.all(select(ScanEvent).where(ScanEvent.station_id == hands.actor.station).order_by(ScanEvent.seq))


def cancel(house: House, order: int) -> OrderState:
    return house.store.write(request_cancel, LEAD, order, "buyer asked")


def test_a_parcel_from_the_tote_to_the_closed_box(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 2), "CUP")
    assert hands.scan(house.tote_of(order)) == "opened"
    assert hands.judged.facts == {"order": house.source_id(order), "pieces": 3, "lines": 2}
    assert house.state(order) is OrderState.PACKING
    assert hands.scan("TEA-EAN", "CUP-EAN") == "item"
    assert hands.judged.remaining == 1
    assert not house.jobs(order)
    assert hands.scan("TEA-EAN") == "complete"
    (job,) = house.jobs(order)
    assert (job.state, job.copy, job.queue) == (JobState.QUEUED, 1, "BENCH-1")
    parcel = house.get(Parcel, hands.parcel.parcel_id)
    assert (parcel.state, parcel.weight_g) == (ParcelState.LABELLING, 300)
    house.printed()
    assert hands.scan(hands.square) == "closed"
    assert hands.bench.parcel is None
    assert house.state(order) is OrderState.SHIPPED
    assert house.get(Parcel, parcel.id).state is ParcelState.CLOSED
    assert house.jobs(order)[0].state is JobState.CONFIRMED
    assert house.get(BatchOrder, order).emptied_at is not None
    assert (house.on_hand("TEA", LocationKind.STAGING), house.on_hand("TEA")) == ((0, 0), (0, 0))
    shipped = house.all(select(StockMove.on_hand_delta).where(StockMove.kind == MoveKind.SHIP))
    assert sorted(shipped) == [-2, -1]
    assert house.count(Shipment) == 1


def test_a_verdict_names_order_parcel_label_and_what_is_left(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 2))
    number = house.source_id(order)
    hands.scan(house.tote_of(order), "TEA-EAN")
    code = hands.parcel.code
    judged = hands.judged
    assert (judged.seq, judged.scan, judged.outcome) == (2, "TEA-EAN", Outcome.PASS)
    assert (judged.order, judged.sku, judged.remaining, judged.parcel, judged.label) == (number, "TEA", 1, code, None)
    hands.scan("TEA-EAN")
    tracking = hands.parcel.tracking
    assert (hands.judged.remaining, hands.judged.label) == (0, tracking)
    house.printed()
    hands.scan(hands.square)
    judged = hands.judged
    assert (judged.order, judged.remaining, judged.parcel, judged.label) == (number, None, code, tracking)


def test_a_failure_latches_until_it_is_acknowledged(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    house.stock("MUG", 1)
    hands.scan(house.tote_of(order))
    assert hands.scan("MUG-EAN") == "wrong_item"
    assert hands.bench.latch == "wrong_item"
    assert hands.scan("TEA-EAN", "XXHOLD", "no such code", "TEA-EAN") == "latched"
    assert hands.bench.latch == "wrong_item"
    assert verified(house) == {"TEA": 0, "CUP": 0}
    assert hands.scan("XXOK") == "acknowledged"
    assert hands.judged.facts == {"was": "wrong_item"}
    assert hands.bench.latch is None
    assert hands.scan("TEA-EAN") == "item"


def test_the_same_item_scanned_twice_is_two_pieces(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 5), "CUP")
    hands.scan(house.tote_of(order), *["TEA-EAN"] * 5)
    assert verified(house) == {"TEA": 5, "CUP": 0}
    assert hands.scan("TEA-EAN") == "over_scan"
    assert hands.judged.facts == {"sku": "TEA", "over": 1, "ordered": 5}
    assert verified(house)["TEA"] == 5


def test_a_case_counts_its_pieces(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 4), "CUP")
    house.write(lambda tx: tx.session.add(SkuBarcode(barcode="CASE", sku_id=house.skus["TEA"], quantity=3)))
    assert hands.scan(house.tote_of(order), "CASE") == "item"
    assert hands.judged.facts == {"sku": "TEA", "left": 1, "remaining": 2}
    assert hands.scan("CASE") == "over_scan"
    assert hands.scan("XXOK", "XXUNDO") == "undone"
    assert verified(house)["TEA"] == 0


def test_undo_takes_back_one_scan_after_the_other(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 2), "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    assert hands.scan("XXUNDO") == "undone"
    assert hands.judged.sku == "CUP"
    assert hands.scan("XXUNDO") == "undone"
    assert hands.judged.sku == "TEA"
    assert hands.scan("XXUNDO") == "nothing_to_undo"
    assert verified(house) == {"TEA": 0, "CUP": 0}
    events = events_of(house, hands)
    undone = {event.raw: event.undone_by for event in events if event.counted}
    assert undone == {"CUP-EAN": events[3].id, "TEA-EAN": events[4].id}


def test_undo_of_the_last_piece_takes_the_label_back_that_nobody_has_sent(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    tracking = hands.parcel.tracking
    assert hands.scan("XXUNDO") == "undone"
    assert [job.state for job in house.jobs(order)] == [JobState.CANCELLED]
    assert house.claim() is None
    assert hands.parcel.state is ParcelState.OPEN
    assert hands.scan("CUP-EAN") == "complete"
    first, second = house.jobs(order)
    assert (first.copy, second.copy, second.state) == (1, 2, JobState.QUEUED)
    assert hands.parcel.tracking == tracking
    assert house.count(Label) == 1
    house.printed()
    assert hands.scan(make_label_code(hands.parcel.code, 1)) == "superseded_copy"
    assert hands.scan("XXOK", hands.square) == "closed"


@pytest.mark.parametrize("outcome", [JobState.PRINTED, JobState.UNCERTAIN])
def test_undo_is_refused_once_the_label_may_be_out(house: House, hands: Hands, outcome: JobState) -> None:
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    claimed = house.claim()
    assert claimed is not None
    assert hands.scan("XXUNDO") == "undo_label_printed"
    assert verified(house) == {"TEA": 1, "CUP": 1}


def test_a_label_that_is_refused_leaves_the_last_piece_uncounted(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    house.write(lambda tx: setattr(tx.session.get_one(Order, order), "recipient_name", " "))
    hands.scan(house.tote_of(order), "TEA-EAN")
    assert hands.scan("CUP-EAN") == "label_refused"
    assert hands.judged.outcome is Outcome.FAIL
    assert hands.judged.order == house.source_id(order)
    assert verified(house) == {"TEA": 1, "CUP": 0}
    assert hands.parcel.state is ParcelState.OPEN
    assert (house.count(Label), house.count(PrintJob)) == (0, 0)
    # mended, and no tracking number is lost
    house.write(lambda tx: setattr(tx.session.get_one(Order, order), "recipient_name", "Ada"))
    assert hands.scan("XXOK", "CUP-EAN") == "complete"
    assert hands.parcel.tracking == "LX000000014CN"


def test_a_single_item_opens_its_order_and_completes_it(house: House, hands: Hands) -> None:
    order = house.picked("TEA")
    assert hands.scan("TEA-EAN") == "complete"
    assert hands.parcel.order_id == order
    house.printed()
    assert hands.scan(hands.parcel.tracking or "") == "closed"
    assert hands.scan("TEA-EAN") == "no_order_for_item"


def test_a_single_item_of_an_order_that_cannot_be_labelled_leaves_it_on_the_table(house: House, hands: Hands) -> None:
    order = house.picked("TEA")
    house.write(lambda tx: setattr(tx.session.get_one(Order, order), "city", ""))
    changes = []
    forget = house.store.listen(changes.append)
    assert hands.scan("TEA-EAN") == "label_refused"
    forget()
    assert hands.parcel.order_id == order
    assert verified(house) == {"TEA": 0}
    # a view that shows the table must hear of it
    assert {"parcels", "orders"} <= set().union(*(change.topics for change in changes))


def test_a_bulk_tote_limits_what_an_item_opens(house: House, hands: Hands) -> None:
    house.stock("TEA", 9)
    first = house.order("TEA")
    house.release()
    second = house.order("TEA")
    house.release()
    house.pick_all()
    assert hands.scan(house.tote_of(second)) == "tote_opened"
    assert hands.scan("TEA-EAN") == "complete"
    assert hands.parcel.order_id == second
    assert hands.scan("XXHOLD", "TEA-EAN") == "no_order_for_item"
    assert hands.scan("XXOK", house.tote_of(first), "TEA-EAN") == "complete"
    assert hands.parcel.order_id == first


def test_hold_frees_the_table_and_keeps_what_is_packed(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN")
    assert hands.scan("XXHOLD") == "held"
    assert hands.bench.parcel is None
    other = house.hands("BENCH-2")
    assert other.scan(house.tote_of(order)) == "opened"
    assert other.judged.remaining == 1
    assert other.scan("CUP-EAN") == "complete"
    assert house.jobs(order)[0].queue == "BENCH-2"


def test_a_parcel_on_another_table_is_taken_over_by_the_same_scan_again(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    tote = house.tote_of(order)
    hands.scan(tote, "TEA-EAN")
    other = house.hands("BENCH-2")
    assert other.scan(tote) == "take_over"
    assert other.judged.facts == {"order": house.source_id(order), "station": "BENCH-1"}
    assert hands.parcel.order_id == order
    assert other.scan("XXNEXT", tote) == "take_over"
    assert other.scan(tote) == "opened"
    assert hands.bench.parcel is None
    assert hands.scan("CUP-EAN") == "no_order_for_item"
    assert other.scan("CUP-EAN") == "complete"


def test_the_number_instead_of_the_tote_does_not_confirm_a_take_over(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order))
    other = house.hands("BENCH-2")
    other.scan(house.tote_of(order))
    assert other.scan(house.source_id(order)) == "take_over"


def test_a_waiting_label_follows_its_parcel_to_the_other_bench(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    other = house.hands("BENCH-2")
    assert other.scan(house.tote_of(order), house.tote_of(order)) == "opened"
    assert house.claim("BENCH-1") is None
    house.printed("BENCH-2")
    assert other.scan(other.square) == "closed"


def test_what_did_not_come_out_there_is_printed_here(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    house.printed(outcome=JobState.UNCERTAIN, reason="stopped")
    other = house.hands("BENCH-2")
    assert other.scan(house.tote_of(order), house.tote_of(order), "XXNOTOUT") == "settled_not_out"
    first, second = house.jobs(order)
    assert (first.state, second.state, second.copy, second.queue) == (JobState.FAILED, JobState.QUEUED, 2, "BENCH-2")


def test_a_reprint_at_the_bench_asks_for_the_reason(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    house.printed()
    old = hands.square
    assert hands.scan("XXREPRINT") == "reason_needed"
    assert hands.scan("XXTORN") == "reprinted"
    first, second = house.jobs(order)
    assert (second.copy, second.reprint_of_id, second.reprint_reason) == (2, first.id, "torn")
    assert hands.scan("XXUNDO") == "undo_label_printed"
    assert hands.scan(old) == "superseded_copy"
    house.printed()
    assert hands.scan("XXOK", hands.parcel.tracking or "") == "scan_square"
    assert hands.scan(hands.square) == "closed"
    assert [job.state for job in house.jobs(order)] == [JobState.PRINTED, JobState.CONFIRMED]


def test_a_reason_is_forgotten_by_any_other_scan(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    house.printed()
    assert hands.scan("XXREPRINT", "XXNEXT", "XXTORN") == "unknown_command"
    assert len(house.jobs(order)) == 1


def test_a_reason_given_after_the_desk_has_reprinted_is_stored_and_makes_no_third_copy(
    house: House, hands: Hands
) -> None:
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    house.printed()
    hands.scan("XXREPRINT")
    house.store.write(reprint, LEAD, hands.parcel.parcel_id, "desk")
    assert hands.scan("XXTORN") == "still_printing"
    assert len(house.jobs(order)) == 2


def test_a_reason_given_after_the_parcel_was_taken_over_does_nothing(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    house.printed()
    hands.scan("XXREPRINT")
    house.hands("BENCH-2").scan(house.tote_of(order), house.tote_of(order))
    assert hands.scan("XXTORN") == "no_parcel_open"
    assert len(house.jobs(order)) == 1


def test_uncertain_labels_are_settled_by_a_person_or_by_the_label_itself(house: House, hands: Hands) -> None:
    first, second, third = (house.picked(f"A{n}", f"B{n}") for n in range(3))
    hands.scan(house.tote_of(first), "A0-EAN", "B0-EAN")
    house.printed(outcome=JobState.UNCERTAIN, reason="no_proof")
    assert hands.scan("XXREPRINT") == "settle_first"
    assert hands.scan("XXPRINTED") == "settled_printed"
    assert house.jobs(first)[0].state is JobState.PRINTED
    assert hands.scan(hands.square) == "closed"

    hands.scan(house.tote_of(second), "A1-EAN", "B1-EAN")
    house.printed(outcome=JobState.UNCERTAIN, reason="no_proof")
    assert hands.scan(hands.square) == "closed"
    assert house.jobs(second)[0].state is JobState.CONFIRMED

    hands.scan(house.tote_of(third), "A2-EAN", "B2-EAN")
    house.printed(outcome=JobState.UNCERTAIN, reason="no_proof")
    late = hands.square
    assert hands.scan("XXNOTOUT") == "settled_not_out"
    assert hands.scan(late) == "superseded_copy"
    house.printed()
    assert hands.scan("XXOK", hands.square) == "closed"
    assert [job.state for job in house.jobs(third)] == [JobState.FAILED, JobState.CONFIRMED]


def test_the_label_in_the_hand_may_be_faster_than_the_printers_proof(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    claimed = house.claim()
    assert claimed is not None
    assert hands.scan(hands.square) == "closed"
    state = house.store.write(finish_attempt, claimed.attempt_id, JobState.UNCERTAIN, None, "stopped")
    assert state is JobState.CONFIRMED
    assert house.attempts(claimed.job_id)[0].outcome is JobState.UNCERTAIN


# A cancelled order is caught at every gate.


def test_cancelled_before_it_is_opened(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    assert cancel(house, order) is OrderState.PICKED
    assert hands.scan(house.tote_of(order)) == "order_cancelled"
    assert house.state(order) is OrderState.CANCELLED
    assert house.count(Parcel) == 0
    assert hands.scan("XXOK", house.tote_of(order)) == "order_cancelled"


def test_a_cancelled_single_item_is_named_when_it_is_scanned(house: House, hands: Hands) -> None:
    order = house.picked("TEA")
    cancel(house, order)
    assert hands.scan("TEA-EAN") == "order_cancelled"
    assert hands.judged.order == house.source_id(order)
    assert house.state(order) is OrderState.CANCELLED


def test_cancelled_before_the_last_item(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order))
    cancel(house, order)
    assert hands.scan("TEA-EAN") == "item"
    assert hands.scan("CUP-EAN") == "order_cancelled"
    assert hands.bench.parcel is None
    assert house.state(order) is OrderState.CANCELLED
    assert house.one(select(Parcel.state)) is ParcelState.VOIDED
    assert not house.jobs(order)
    assert verified(house) == {"TEA": 1, "CUP": 0}


def test_cancelled_before_the_label_leaves(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    cancel(house, order)
    assert house.claim() is None
    (job,) = house.jobs(order)
    assert (job.state, job.reason) == (JobState.CANCELLED, "order_cancelled")
    assert not house.attempts(job.id)
    # nothing will ever come out that could be scanned back: whatever he scans next says so
    assert hands.scan("XXNEXT") == "order_cancelled"
    assert hands.bench.parcel is None
    assert house.state(order) is OrderState.CANCELLED


def test_the_next_tote_ends_a_cancelled_order_whose_label_never_came(house: House, hands: Hands) -> None:
    order, following = house.picked("TEA", "CUP"), house.picked("MUG", "POT")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    cancel(house, order)
    house.claim()
    assert hands.scan(house.tote_of(following)) == "order_cancelled"
    assert hands.judged.order == house.source_id(order)
    assert hands.scan("XXOK", house.tote_of(following)) == "opened"


def test_cancelled_before_the_label_is_scanned_back(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    house.printed()
    square = hands.square
    cancel(house, order)
    assert hands.scan(square) == "order_cancelled"
    assert house.state(order) is OrderState.CANCELLED
    assert house.one(select(Label.state)) is LabelState.VOIDED
    assert hands.scan("XXOK", square) == "label_voided"
    with pytest.raises(Refusal) as refused:
        house.store.write(reprint, LEAD, house.one(select(Parcel.id)), "lost")
    assert refused.value.code == "label_is_voided"


def test_a_shipped_order_is_not_cancelled_any_more(house: House, hands: Hands) -> None:
    order = house.picked("TEA")
    hands.scan("TEA-EAN")
    house.printed()
    hands.scan(hands.square)
    with pytest.raises(Refusal) as refused:
        cancel(house, order)
    assert refused.value.code == "order_shipped"


# A scan that comes twice, a station that dies.


def test_a_scan_delivered_again_changes_nothing_and_says_the_same(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 3), "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "nonsense", "TEA-EAN", "XXOK", "TEA-EAN", "XXUNDO")
    before = (verified(house), hands.bench, house.count(ScanEvent))
    for scan, judged in hands.done:
        again = house.store.write(scan_item, hands.actor, scan)
        assert replace(again, remaining=judged.remaining, label=judged.label) == judged
    assert (verified(house), hands.bench, house.count(ScanEvent)) == before


def test_a_scan_without_a_station_is_refused(house: House, hands: Hands) -> None:
    with pytest.raises(Refusal) as refused:
        house.store.write(scan_item, LEAD, hands.source.scan("TEA-EAN"))
    assert refused.value.code == "station_unknown"


def test_a_killed_station_goes_on_at_the_same_line(tmp_path: Path) -> None:
    with open_house(tmp_path) as house:
        order = house.picked(("TEA", 3), "CUP")
        hands = house.hands()
        hands.scan(house.tote_of(order), "TEA-EAN", "TEA-EAN", "no such code")
        before, seq = hands.bench, hands.judged.seq
    assert before.latch == "unknown_code"
    with fresh_store(tmp_path, "house.db") as store:
        again = Hands(store, "BENCH-1")
        assert again.bench == before
        assert again.scan("TEA-EAN") == "latched"
        assert again.judged.seq == seq + 1
        assert again.scan("XXOK", "TEA-EAN") == "item"
        assert again.judged.remaining == 1
        assert again.scan("XXUNDO") == "undone"


def test_a_killed_station_keeps_its_question_and_its_tote(tmp_path: Path) -> None:
    with open_house(tmp_path) as house:
        order, single = house.picked("TEA", "CUP"), house.picked("MUG")
        tote, bulk = house.tote_of(order), house.tote_of(single)
        house.hands("BENCH-2").scan(tote)
        hands = house.hands()
        hands.scan(bulk, tote)
        before = hands.bench
    assert (before.question, before.question_scan) == ("take_over", tote)
    assert before.tote_id is not None
    with fresh_store(tmp_path, "house.db") as store:
        again = Hands(store, "BENCH-1")
        assert again.bench == before
        assert again.scan(tote) == "opened"


def test_the_clock_of_the_store_dates_what_happens(tmp_path: Path) -> None:
    clock = HeldClock()
    with open_house(tmp_path) as house:
        house.store._clock = clock
        order = house.picked("TEA", "CUP")
        hands = house.hands()
        clock.pass_(-7200)  # set back in mid-work: the order of events is that of their numbers
        hands.scan(house.tote_of(order), "TEA-EAN")
        clock.pass_(10)
        assert hands.scan("XXUNDO") == "undone"
        events = events_of(house, hands)
        assert [(NOON - event.at).total_seconds() for event in events] == [7200, 7200, 7190]
        assert house.one(select(Station.last_seq).where(Station.name == "BENCH-1")) == 3
