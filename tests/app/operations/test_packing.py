"""The bench on a real database: what each scan leaves behind, label by label."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.change import Change
from app.domain.barcode import make_label_code
from app.domain.states import JobState, OrderState, ParcelState
from app.domain.verdict import Outcome
from app.operations.label_copies import reprint
from app.operations.print_queue import finish_attempt
from db.orders import Order, SkuBarcode
from db.parcels import Label, Parcel, PrintJob, Shipment
from db.places import LocationKind
from db.stock import MoveKind, StockMove
from db.waves import BatchOrder
from tests.factories import LEAD, Hands, House


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
    assert house.packed() == {"TEA": 0, "CUP": 0}
    assert hands.scan("XXOK") == "acknowledged"
    assert hands.judged.facts == {"was": "wrong_item"}
    assert hands.bench.latch is None
    assert hands.scan("TEA-EAN") == "item"


def test_the_same_item_scanned_twice_is_two_pieces(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 5), "CUP")
    hands.scan(house.tote_of(order), *["TEA-EAN"] * 5)
    assert house.packed() == {"TEA": 5, "CUP": 0}
    assert hands.scan("TEA-EAN") == "over_scan"
    assert hands.judged.facts == {"sku": "TEA", "name": "TEA", "over": 1, "ordered": 5}
    assert house.packed()["TEA"] == 5


def test_a_case_counts_its_pieces(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 4), "CUP")
    house.write(lambda tx: tx.session.add(SkuBarcode(barcode="CASE", sku_id=house.skus["TEA"], quantity=3)))
    assert hands.scan(house.tote_of(order), "CASE") == "item"
    assert hands.judged.facts == {"sku": "TEA", "name": "TEA", "left": 1, "remaining": 2}
    assert hands.scan("CASE") == "over_scan"
    assert hands.scan("XXOK", "XXUNDO") == "undone"
    assert house.packed()["TEA"] == 0


def test_undo_takes_back_one_scan_after_the_other(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 2), "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    assert hands.scan("XXUNDO") == "undone"
    assert hands.judged.sku == "CUP"
    assert hands.scan("XXUNDO") == "undone"
    assert hands.judged.sku == "TEA"
    assert hands.scan("XXUNDO") == "nothing_to_undo"
    assert house.packed() == {"TEA": 0, "CUP": 0}
    events = hands.events()
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
    assert house.packed() == {"TEA": 1, "CUP": 1}


def test_a_label_that_is_refused_leaves_the_last_piece_uncounted(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    house.write(lambda tx: setattr(tx.session.get_one(Order, order), "recipient_name", " "))
    hands.scan(house.tote_of(order), "TEA-EAN")
    assert hands.scan("CUP-EAN") == "label_refused"
    assert hands.judged.outcome is Outcome.FAIL
    assert hands.judged.order == house.source_id(order)
    assert house.packed() == {"TEA": 1, "CUP": 0}
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
    changes: list[Change] = []
    forget = house.store.listen(changes.append)
    assert hands.scan("TEA-EAN") == "label_refused"
    forget()
    assert hands.parcel.order_id == order
    assert house.packed() == {"TEA": 0}
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


def test_a_verified_parcel_that_was_put_aside_has_nothing_to_scan_but_its_label(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    single, also = house.picked("MUG"), house.picked("MUG")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    house.printed()
    hands.scan("XXHOLD", house.tote_of(single))
    assert hands.bench.tote_id is not None
    assert hands.scan(house.tote_of(order)) == "opened_verified"
    # the bulk tote is not on the bench any more
    assert hands.bench.tote_id is None
    assert hands.scan("XXNEXT") == "next_scan_label"
    assert hands.scan(hands.square) == "closed"
    assert house.state(also) is OrderState.PICKED


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
    assert other.scan(house.tote_of(order), house.tote_of(order)) == "opened_verified"
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
