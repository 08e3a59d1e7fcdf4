"""What the packing page shows: the table with its order, the latch that comes back, what waits and what is done."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from app.domain.states import JobState, Lane, ParcelState
from app.domain.verdict import Outcome
from app.operations.orders import request_cancel
from app.operations.picking import short_pick
from app.queries.packing import waiting_orders
from app.queries.packing_view import LatchView, PackingView, ParcelView, packing_view
from app.queries.waves import next_task
from app.texts import say
from db.orders import Shop
from db.store import Tx
from db.waves import BatchOrder
from tests.factories import LEAD, NOON, Hands, House

LONG_AGO = NOON - timedelta(days=9_000)


def see(house: House, hands: Hands, since: datetime = LONG_AGO) -> PackingView:
    assert hands.actor.station is not None
    return house.store.read(packing_view, hands.actor.station, since)


def parcel_of(house: House, hands: Hands) -> ParcelView:
    parcel = see(house, hands).parcel
    assert parcel is not None
    return parcel


def latch_of(house: House, hands: Hands) -> LatchView:
    latch = see(house, hands).latch
    assert latch is not None
    return latch


def current_sku(house: House, hands: Hands) -> str:
    line = parcel_of(house, hands).line
    assert line is not None
    return line.sku


def test_an_empty_table_of_a_new_station(house: House, hands: Hands) -> None:
    view = see(house, hands)
    assert view == PackingView(
        hands.actor.station or 0, house.warehouse, "BENCH-1", None, None, None, None, None, None, 0, 0, 0,
        bench=hands.bench,
    )


def test_the_operator_is_who_last_came_to_the_station(house: House) -> None:
    assert see(house, Hands(house.store, "BENCH-1", "Mei")).operator == "Mei"


def test_the_order_on_the_table(house: House, hands: Hands) -> None:
    order = house.picked(("TEA", 2), "CUP", country="ES", ship_by=NOON + timedelta(hours=4))

    def name_it(tx: Tx) -> None:
        tx.session.get_one(Shop, 1).channel = "AliExpress"

    house.write(name_it)
    hands.scan(house.tote_of(order))
    parcel = parcel_of(house, hands)
    assert (parcel.order_id, parcel.order, parcel.channel, parcel.shop, parcel.country, parcel.ship_by) == (
        order, house.source_id(order), "AliExpress", "shop", "ES", NOON + timedelta(hours=4),
    )  # fmt: skip
    assert (parcel.lane, parcel.tote, parcel.slot, parcel.left_in_tote) == (Lane.CART, house.tote_of(order), 1, 0)
    assert (parcel.state, parcel.pieces, parcel.remaining, parcel.cancel_requested) == (ParcelState.OPEN, 3, 3, False)
    assert (parcel.tracking, parcel.copy, parcel.job_state, parcel.job_reason) == (None, 0, None, None)
    tea, cup = parcel.lines
    assert (tea.sku, tea.barcode, tea.location, tea.ordered, tea.packed, tea.open) == ("TEA", "TEA-EAN", "P-0", 2, 0, 2)
    assert (cup.sku, cup.location, cup.ordered) == ("CUP", "P-1", 1)
    hands.scan("TEA-EAN")
    parcel = parcel_of(house, hands)
    assert (parcel.remaining, parcel.pieces, parcel.lines[0].packed) == (2, 3, 1)


def test_no_barcode_is_shown_where_only_a_case_has_one(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")

    def only_cases(tx: Tx) -> None:
        tx.connection.exec_driver_sql("UPDATE sku_barcodes SET quantity = 12 WHERE barcode = 'TEA-EAN'")

    house.write(only_cases)
    hands.scan(house.tote_of(order))
    assert [line.barcode for line in parcel_of(house, hands).lines] == [None, "CUP-EAN"]


def test_a_line_was_picked_where_pieces_of_it_were_found(house: House, hands: Hands) -> None:
    house.stock("TEA", 2, location="L-1")
    house.stock("TEA", 2, location="L-2")
    order = house.order(("TEA", 2))
    house.release()
    (batch,) = house.batches()
    task = house.store.read(next_task, batch)
    assert task is not None
    house.store.write(short_pick, house.picker, task.task_id, 0)
    house.pick_all()
    hands.scan(house.source_id(order))
    (line,) = parcel_of(house, hands).lines
    assert line.location == ({"L-1", "L-2"} - {task.location}).pop()


def test_the_big_line_is_the_one_in_hand_and_then_the_next_that_lacks_pieces(house: House, hands: Hands) -> None:
    order = house.picked("TEA", ("CUP", 2), "POT")
    hands.scan(house.tote_of(order))
    assert current_sku(house, hands) == "TEA"
    hands.scan("CUP-EAN")
    assert current_sku(house, hands) == "CUP"  # it lacks one more
    hands.scan("CUP-EAN")
    assert current_sku(house, hands) == "TEA"  # the first that lacks a piece
    hands.scan("POT-EAN")
    assert current_sku(house, hands) == "TEA"
    hands.scan("XXUNDO", "TEA-EAN", "POT-EAN")
    assert parcel_of(house, hands).remaining == 0
    assert current_sku(house, hands) == "POT"  # the last one, when nothing is lacking


def test_a_piece_that_was_taken_back_was_not_the_last(house: House, hands: Hands) -> None:
    order = house.picked("TEA", ("CUP", 2), "POT")
    hands.scan(house.tote_of(order), "CUP-EAN", "XXUNDO")
    assert current_sku(house, hands) == "TEA"


def test_the_label_from_the_queue_to_the_second_copy(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN")
    parcel = parcel_of(house, hands)
    assert (parcel.state, parcel.copy, parcel.job_state, parcel.older_copies) == (
        ParcelState.LABELLING, 1, JobState.QUEUED, False,
    )  # fmt: skip
    assert parcel.tracking == "LX000000014CN"
    house.printed(outcome=JobState.UNCERTAIN, reason="no_proof")
    assert parcel_of(house, hands).job_reason == "no_proof"
    hands.scan("XXNOTOUT")
    parcel = parcel_of(house, hands)
    assert (parcel.copy, parcel.job_state, parcel.job_reason, parcel.older_copies) == (2, JobState.QUEUED, None, True)


def test_a_job_that_was_taken_back_is_no_copy(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order), "TEA-EAN", "CUP-EAN", "XXUNDO")
    parcel = parcel_of(house, hands)
    assert (parcel.state, parcel.copy, parcel.tracking) == (ParcelState.OPEN, 0, None)
    hands.scan("CUP-EAN")
    parcel = parcel_of(house, hands)
    assert (parcel.copy, parcel.older_copies) == (2, False)


def test_a_cancel_request_is_seen_before_the_gate(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    hands.scan(house.tote_of(order))
    house.store.write(request_cancel, LEAD, order, "buyer")
    assert parcel_of(house, hands).cancel_requested


def test_a_latch_comes_back_with_its_sentence_and_counts_what_it_refused(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    house.stock("POT", 1)

    def name_it(tx: Tx) -> None:
        tx.connection.exec_driver_sql("UPDATE skus SET name = 'Teapot' WHERE code = 'POT'")

    house.write(name_it)
    hands.scan(house.tote_of(order), "POT-EAN")
    latch = latch_of(house, hands)
    assert (latch.code, latch.raw, latch.sku, latch.name, latch.refused) == (
        "wrong_item", "POT-EAN", "POT", "Teapot", 0,
    )  # fmt: skip
    assert say(latch.code, latch.facts) == f"Wrong item: Teapot is not in order {house.source_id(order)}"
    hands.scan("TEA-EAN", "XXUNDO")
    view = see(house, hands)
    assert view.latch is not None
    assert view.last is not None
    assert (view.latch.seq, view.latch.code, view.latch.refused) == (latch.seq, "wrong_item", 2)
    assert (view.last.code, view.last.outcome) == ("latched", Outcome.FAIL)
    hands.scan("XXOK")
    assert see(house, hands).latch is None


def test_the_same_failure_again_is_a_latch_of_its_own(house: House, hands: Hands) -> None:
    hands.scan("first", "second", "XXOK", "third", "fourth", "fifth")
    latch = latch_of(house, hands)
    assert (latch.raw, latch.sku, latch.name, latch.refused) == ("third", None, None, 2)


def test_a_question_comes_back_with_what_raised_it(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    tote = house.tote_of(order)
    house.hands("BENCH-2").scan(tote)
    hands.scan(tote)
    view = see(house, hands)
    assert view.question is not None
    assert (view.question.code, view.question.raw) == ("take_over", tote)
    assert view.question.facts == {"order": house.source_id(order), "station": "BENCH-2"}
    hands.scan("XXNEXT")
    assert see(house, hands).question is None


def test_the_last_scan_of_the_station_itself(house: House, hands: Hands) -> None:
    hands.scan("nonsense")
    other = house.hands("BENCH-2")
    other.scan("XXNEXT")
    here, there = see(house, hands).last, see(house, other).last
    assert here is not None
    assert there is not None
    (event,) = hands.events()
    assert (here.seq, here.at, here.code, here.outcome, here.facts) == (1, event.at, "unknown_code", "fail", {})
    assert (there.seq, there.code) == (1, "next_scan_tote")


@pytest.fixture
def singles(house: House) -> list[int]:
    house.stock("TEA", 9)
    orders = [house.order("TEA") for _ in range(4)]
    house.release()
    house.pick_all()
    return orders


def test_the_open_tote_of_the_single_item_lane(house: House, hands: Hands, singles: list[int]) -> None:
    tote = house.tote_of(singles[0])
    hands.scan(tote)
    view = see(house, hands)
    assert (view.bulk_tote, view.bulk_waiting, view.parcel) == (tote, 4, None)
    hands.scan("TEA-EAN")
    view = see(house, hands)
    assert view.parcel is not None
    assert (view.bulk_tote, view.bulk_waiting, view.parcel.left_in_tote, view.parcel.tote) == (tote, 3, 3, tote)
    house.store.write(request_cancel, LEAD, singles[3], "buyer")
    assert see(house, hands).bulk_waiting == 2


def test_what_is_left_on_the_cart_is_what_can_still_be_packed(house: House, hands: Hands) -> None:
    house.stock("TEA", 9)
    house.stock("CUP", 9)
    orders = [house.order("TEA", "CUP") for _ in range(4)]
    house.release()
    house.pick_all()
    hands.scan(house.tote_of(orders[0]))
    assert parcel_of(house, hands).left_in_tote == 3
    house.hands("BENCH-2").scan(house.tote_of(orders[1]))
    assert parcel_of(house, hands).left_in_tote == 2  # one lies on another table
    house.store.write(request_cancel, LEAD, orders[2], "buyer")
    assert parcel_of(house, hands).left_in_tote == 1


def test_an_order_that_was_never_on_a_cart_can_lie_on_the_table(house: House, hands: Hands) -> None:
    order = house.picked("TEA", "CUP")
    house.write(lambda tx: tx.session.delete(tx.session.get_one(BatchOrder, order)))
    hands.scan(house.source_id(order))
    parcel = parcel_of(house, hands)
    assert (parcel.lane, parcel.tote, parcel.slot, parcel.left_in_tote) == (None, None, None, 0)


def test_what_waits_is_what_lies_on_no_table(house: House, hands: Hands, singles: list[int]) -> None:
    other = house.hands("BENCH-2")
    assert see(house, hands).waiting == 4
    hands.scan("TEA-EAN")
    for bench in (hands, other):
        assert see(house, bench).waiting == len(house.store.read(waiting_orders, house.warehouse)) == 3
    hands.scan("XXHOLD")
    assert see(house, other).waiting == 4


def test_done_are_the_parcels_closed_here_since_then(house: House, singles: list[int]) -> None:
    hands, other = house.hands("BENCH-1"), house.hands("BENCH-2")
    for bench in (hands, hands, other):
        bench.scan("TEA-EAN")
        house.printed(bench.name)
        bench.scan(bench.square)
        assert bench.judged.code == "closed"
    assert (see(house, hands).done, see(house, other).done) == (2, 1)
    first_closed = hands.events()[1].at
    assert see(house, hands, since=first_closed).done == 2
    assert see(house, hands, since=first_closed + timedelta(microseconds=1)).done == 1


def test_the_parcel_that_was_closed_last_is_remembered_past_other_scans(house: House, singles: list[int]) -> None:
    hands, other = house.hands("BENCH-1"), house.hands("BENCH-2")
    assert see(house, hands).closed is None
    for bench in (hands, hands, other):
        bench.scan("TEA-EAN")
        house.printed(bench.name)
        bench.scan(bench.square)
    hands.scan("nonsense", "XXOK")
    closed = see(house, hands).closed
    assert closed is not None
    assert (closed.seq, closed.code, closed.facts) == (4, "closed", {"order": house.source_id(singles[1])})
    assert see(house, hands, since=closed.at + timedelta(microseconds=1)).closed is None
