"""Label batches: orders are checked, printed in the order of their totes, paused, and continued from a label."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from app.domain.errors import Refusal
from app.domain.label_batches import ChosenBy, LabelBatchState, Sequence
from app.domain.states import JobState
from app.operations import label_batches as acts
from app.operations.labels import print_ahead
from app.operations.orders import request_cancel
from app.operations.print_queue import move_queue
from app.queries.orders import find_order
from db.orders import Order, OrderLine, Sku
from db.parcels import Label, PrintQueue
from db.waves import BatchOrder, PickTask
from tests.app.operations.label_roll import QUEUE, Roll
from tests.factories import LEAD, House

PRINTED, UNCERTAIN, FAILED, QUEUED = JobState.PRINTED, JobState.UNCERTAIN, JobState.FAILED, JobState.QUEUED


@pytest.fixture
def roll(house: House) -> Roll:
    return Roll(house)


def refused(code: str, act: object, *args: object, **more: object) -> Refusal:
    with pytest.raises(Refusal) as told:
        act(*args, **more)  # type: ignore[operator]
    assert told.value.code == code, told.value
    return told.value


def test_labels_come_out_in_the_order_of_the_totes(roll: Roll) -> None:
    orders = roll.orders(6)
    roll.start()
    slots = [roll.house.tote_of(order) for order in roll.print_all()]
    assert len(slots) == 6
    by_tote = {roll.house.tote_of(order): order for order in orders}
    assert sorted(by_tote) == sorted(slots)
    assert roll.state is LabelBatchState.DONE


def test_few_labels_are_made_ahead_and_no_order_is_begun_before(roll: Roll) -> None:
    orders = roll.orders(8)
    roll.start()
    assert [len(roll.house.jobs(order)) for order in orders].count(1) == 4
    first = roll.print()
    assert len([order for order in orders if roll.house.jobs(order)]) == 5
    assert roll.view.row.printed == 1
    assert roll.view.row.left == 7
    following = roll.view.next
    assert following is not None
    assert following.number == 2
    assert following.order != roll.house.source_id(first[0])


def test_a_separator_lies_before_each_cart(roll: Roll) -> None:
    roll.orders(6)  # a cart has four totes
    roll.start(separators=True)
    came = roll.print_all()
    assert len(came) == 8
    assert [order < 0 for order in came] == [True, False, False, False, False, True, False, False]
    assert came[1] == -came[0]
    assert came[6] == -came[5]
    assert roll.state is LabelBatchState.DONE


def test_in_pick_order_labels_go_along_on_the_walk(roll: Roll) -> None:
    house = roll.house
    for sku in ("MUG", "PEN", "CAP"):
        house.stock(sku, 10)
    orders = {house.order((sku, 2)) for sku in ("CAP", "MUG", "PEN")}
    house.release()
    assert roll.check().members == ()
    found = roll.check(sequence=Sequence.PICK)
    walk = house.all(
        select(OrderLine.order_id)
        .join(PickTask, PickTask.order_line_id == OrderLine.id)
        .order_by(PickTask.batch_id, PickTask.sequence)
    )
    assert [member.order_id for member in found.members] == walk
    assert set(walk) == orders
    # the cart is loaded the other way round
    slots = [
        update(BatchOrder).where(BatchOrder.order_id == order).values(slot=slot)
        for slot, order in enumerate(reversed(walk), 1)
    ]
    house.write(lambda tx: [tx.session.execute(slot) for slot in slots])
    assert [member.order_id for member in roll.check(sequence=Sequence.PICK).members] == walk
    house.pick_all()
    assert [member.order_id for member in roll.check().members] == walk[::-1]


def test_who_has_a_label_or_is_in_another_batch_is_left_out(roll: Roll) -> None:
    (first,) = roll.orders(1)
    roll.start()
    assert roll.print_all() == [first]
    roll.orders(3)
    found = roll.check()
    assert (found.good, found.left_out) == (3, 1)
    roll.plan(found=found)
    assert (roll.check().good, roll.check().left_out) == (0, 4)
    roll.house.store.write(acts.cancel_labels, LEAD, roll.batch)
    assert roll.check().good == 3
    refused("batches_nothing", roll.plan, found=roll.check(ChosenBy.CARRIER, carrier="nobody"))


def test_orders_are_chosen_by_wave_cart_carrier_and_one_by_one(roll: Roll) -> None:
    _, second = roll.orders(5, carrier="POST", service="A"), roll.orders(2, carrier="POST", service="B")
    assert roll.check(ChosenBy.WAVE, id=1).good == 5
    assert roll.check(ChosenBy.CARRIER, carrier="POST").good == 7
    assert roll.check(ChosenBy.CARRIER, carrier="POST", service="B").good == 2
    assert roll.check(ChosenBy.CART, id=1).good == 4
    assert [m.order_id for m in roll.check(ChosenBy.ORDERS, orders=(second[1],)).members] == [second[1]]


def test_a_bad_order_is_set_aside_and_stops_no_other(roll: Roll) -> None:
    orders = roll.orders(5)

    def spoil(order: int, **values: object) -> None:
        spoilt = update(Order).where(Order.id == order).values(**values)
        roll.house.write(lambda tx: tx.session.execute(spoilt))

    spoil(orders[0], city="")
    found = roll.check()
    (bad,) = [member for member in found.members if member.reason is not None]
    assert (bad.order_id, bad.reason, bad.facts) == (orders[0], "batches_address", '{"field": "city"}')
    roll.plan(found=found)
    spoil(orders[1], street="12 St James's Square " * 40)  # was good when it was checked
    roll.house.store.write(acts.start_labels, LEAD, roll.batch)
    came = roll.print_all()
    assert set(came) == set(orders[2:])
    assert roll.reasons() == {orders[0]: "batches_address", orders[1]: "label_text_too_long"}
    assert roll.state is LabelBatchState.DONE
    # mended, it comes after all
    spoil(orders[0], city="London")
    assert roll.house.store.write(acts.check_again, LEAD, roll.batch) == 2
    assert roll.print_all() == [orders[0]]
    assert roll.reasons() == {orders[1]: "label_text_too_long"}
    assert roll.state is LabelBatchState.DONE


def test_the_printer_must_take_the_size_and_the_carrier_the_goods(roll: Roll) -> None:
    orders = roll.orders(2)
    roll.house.write(lambda tx: tx.session.add(PrintQueue(name=QUEUE, width_mm=62, height_mm=100)))
    assert {member.reason for member in roll.check().members} == {"batches_media"}
    roll.house.write(lambda tx: setattr(tx.session.get_one(PrintQueue, QUEUE), "width_mm", 102))
    roll.house.write(lambda tx: setattr(tx.session.get_one(PrintQueue, QUEUE), "height_mm", 152))
    assert roll.check().good == 2

    def heavy(tx: object) -> None:
        tx.session.get_one(Sku, roll.house.skus["MUG"]).weight_g = 40_000  # type: ignore[attr-defined]
        for order in orders:
            tx.session.get_one(Order, order).carrier = "EXAMPLE-POST"  # type: ignore[attr-defined]

    roll.house.write(heavy)
    assert {member.reason for member in roll.check().members} == {"carrier_too_heavy"}


def test_a_cancelled_order_drops_out_at_the_gate(roll: Roll) -> None:
    roll.orders(3)
    roll.start()
    first = roll.print()
    rest = roll.view.next
    assert rest is not None
    gone = roll.house.store.read(find_order, rest.order)
    roll.house.store.write(request_cancel, LEAD, gone, "changed their mind")
    came = roll.print_all()
    assert gone not in came
    assert len({*came, *first}) == 2
    assert roll.reasons()[gone] == "batches_cancelled"
    assert roll.state is LabelBatchState.DONE


def test_paused_nothing_leaves_and_other_labels_do(roll: Roll) -> None:
    orders = roll.orders(6)
    roll.start()
    roll.print()
    roll.pause()
    assert roll.house.claim(QUEUE) is None
    hands = roll.house.hands("BENCH-1")
    free = next(order for order in orders if not roll.house.jobs(order))
    hands.scan(roll.house.tote_of(free), "MUG-EAN", "MUG-EAN")
    assert roll.print() == [free]
    assert roll.house.claim(QUEUE) is None
    refused("batches_is_paused", roll.pause)
    roll.go_on()
    assert len(roll.print_all()) == 4
    assert roll.reasons() == {free: "labels_printed_before"}


def test_from_the_label_in_the_hand(roll: Roll) -> None:
    roll.orders(8)
    roll.start()
    came = roll.print(2) + roll.print(1, UNCERTAIN) + roll.print(1) + roll.print(2, UNCERTAIN)
    roll.pause()
    done = roll.resume(came[3])
    assert (done.number, done.out, done.again) == (4, 1, 2)
    assert roll.copies(came[2]) == [(1, PRINTED, None)]
    assert roll.copies(came[4]) == [(1, FAILED, None), (2, QUEUED, "not_out")]
    rest = roll.print_all()
    # what is printed again comes out in its own place, before what has not been printed
    assert rest[:2] == came[4:]
    assert len(set(came + rest)) == 8
    assert roll.state is LabelBatchState.DONE
    assert roll.view.row.printed == 8


def test_after_a_jam_the_spoilt_ones_are_printed_again(roll: Roll) -> None:
    roll.orders(30)
    roll.start(separators=True)
    came = roll.print(25)
    labels = [order for order in came if order > 0]
    roll.pause()
    done = roll.resume(labels[4], again=True)
    assert done.number == 5
    rest = roll.print_all()
    assert [order for order in rest if order > 0] == [*labels[5:], *[o for o in rest if o not in labels and o > 0]]
    assert roll.copies(labels[5]) == [(1, PRINTED, None), (2, PRINTED, "batches_spoilt")]
    assert roll.copies(labels[4]) == [(1, PRINTED, None)]
    # their separators too
    assert next(order for order in rest if order < 0) == came[came.index(labels[8]) - 1]


def test_what_a_scan_is_refused_for(roll: Roll) -> None:
    roll.orders(4)
    roll.start()
    came = roll.print(2)
    claimed = roll.house.claim(QUEUE)
    assert claimed is not None
    assert refused("batches_in_printer", roll.resume, came[0]).facts == {"count": 1}
    roll.finish(claimed.attempt_id, UNCERTAIN)
    lost = roll.order_of(claimed.job_id)
    old = roll.square(lost)
    roll.resume(came[1])
    write = roll.house.store.write
    refused("superseded_copy", write, acts.resume_from, LEAD, roll.batch, old)
    refused("label_not_printed", write, acts.resume_from, LEAD, roll.batch, roll.square(lost))
    refused("batches_no_label", write, acts.resume_from, LEAD, roll.batch, "MUG-EAN")
    tracking = roll.house.get(Label, roll.house.jobs(lost)[0].label_id).tracking
    refused("scan_square", write, acts.resume_from, LEAD, roll.batch, tracking)


def test_a_range_is_printed_again_with_a_reason(roll: Roll) -> None:
    roll.orders(14)
    roll.start()
    came = roll.print_all()
    write = roll.house.store.write
    refused("reprint_reason_needed", write, acts.reprint_range, LEAD, roll.batch, 1, 3, " ")
    refused("batches_range", write, acts.reprint_range, LEAD, roll.batch, 20, 30, "torn")
    made = write(acts.reprint_range, LEAD, roll.batch, 2, 13, "torn")
    assert (made.made, made.next) == (10, 12)
    assert roll.view.row.state is LabelBatchState.PRINTING
    assert write(acts.reprint_range, LEAD, roll.batch, 12, 13, "torn").next is None
    assert roll.print_all() == came[1:13]
    assert roll.copies(came[1]) == [(1, PRINTED, None), (2, PRINTED, "torn")]
    assert roll.state is LabelBatchState.DONE


def test_two_batches_never_print_at_one_queue_at_a_time(roll: Roll) -> None:
    roll.orders(3)
    first = roll.start()
    roll.orders(3)
    second = roll.plan()
    refused("batches_queue_busy", roll.house.store.write, acts.start_labels, LEAD, second)
    roll.batch = first
    roll.print_all()
    roll.house.store.write(acts.start_labels, LEAD, second)
    assert len(roll.print_all()) == 3


def test_taken_back_the_rest_is_printed_at_the_bench(roll: Roll) -> None:
    orders = roll.orders(6)
    roll.start()
    roll.print()
    assert roll.house.store.write(acts.cancel_labels, LEAD, roll.batch) == 5
    assert roll.house.claim(QUEUE) is None
    hands = roll.house.hands("BENCH-1")
    waiting = next(order for order in orders if roll.copies(order)[-1:] and roll.copies(order)[-1][1] is not PRINTED)
    assert hands.scan(roll.house.tote_of(waiting), "MUG-EAN", "MUG-EAN") == "complete"
    assert roll.print() == [waiting]
    assert hands.scan(hands.square) == "closed"


def test_when_ten_orders_in_a_row_are_refused_the_batch_stops(roll: Roll, monkeypatch: pytest.MonkeyPatch) -> None:
    roll.orders(12)

    def refuse(*_: object, **__: object) -> int:
        raise Refusal("tracking_numbers_used_up", service="LX")

    monkeypatch.setattr("app.operations.label_feed.print_ahead", refuse)
    roll.start()
    assert roll.state is LabelBatchState.PAUSED
    assert len(roll.reasons()) == 10
    monkeypatch.undo()
    roll.house.store.write(acts.check_again, LEAD, roll.batch)
    roll.go_on()
    assert len(roll.print_all()) == 12


def test_a_mistake_of_ours_with_one_order_does_not_stop_the_printer(
    roll: Roll, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    orders = roll.orders(3)

    def stumble(tx: object, actor: object, order_id: int, **more: object) -> int:
        if order_id == orders[0]:
            raise ZeroDivisionError
        return print_ahead(tx, actor, order_id, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("app.operations.label_feed.print_ahead", stumble)
    roll.start()
    assert set(roll.print_all()) == set(orders[1:])
    assert roll.reasons() == {orders[0]: "internal_error"}
    assert "Ada" not in caplog.text


def test_moved_to_another_printer_the_batch_goes_on_there(roll: Roll) -> None:
    roll.orders(8)
    roll.start()
    roll.print()
    roll.house.store.write(move_queue, LEAD, QUEUE, "BENCH-2")
    assert roll.house.claim(QUEUE) is None
    while roll.house.claim("BENCH-2", 1_000) is not None:
        pass
    assert roll.view.row.queue == "BENCH-2"
    assert roll.view.row.sending == 7
