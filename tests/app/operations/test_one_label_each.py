"""One label a box, whoever else has a hand in it: batches, benches, the desk, and orders that leave their cart."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from app.domain.barcode import Command, make_label_code
from app.domain.errors import Refusal
from app.domain.label_batches import LabelBatchState
from app.domain.label_batches import Sequence as LabelSequence
from app.domain.numbers import NumberForm
from app.domain.orders import LineDraft, OrderDraft
from app.domain.states import JobState, LabelState
from app.operations import label_batches as acts
from app.operations.importing_updates import update_orders
from app.operations.label_copies import settle
from app.operations.label_files import receive_label
from app.operations.labels import Takes
from app.operations.numbers import add_pool
from app.operations.print_queue import claim_job, finish_attempt, move_queue
from app.operations.voiding import relabel, void
from app.operations.waves import kick_out
from db.label_batches import LabelBatch, LabelBatchOrder
from db.numbers import IssuedNumber
from db.orders import Order
from db.parcels import JobKind, Label, Parcel, PrintJob, PrintQueue
from db.store import Tx
from tests.app.operations.label_roll import QUEUE, Roll
from tests.factories import LEAD, Hands, House
from tests.printing.received import made

BENCH = "BENCH-2"


@pytest.fixture
def roll(house: House) -> Roll:
    return Roll(house)


@pytest.fixture
def bench(house: House) -> Hands:
    return house.hands(BENCH)


def refused(code: str, step: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        step()
    assert caught.value.code == code
    return caught.value


def pack(hands: Hands, order_tote: str) -> str:
    return hands.scan(order_tote, "MUG-EAN", "MUG-EAN")


def parcel_of(house: House, order: int) -> int:
    return int(house.one(select(Parcel.id).where(Parcel.order_id == order)))


# a bench and a batch


def test_a_bench_that_needs_a_label_takes_that_one_and_not_the_batch(roll: Roll, bench: Hands) -> None:
    roll.orders(8)
    roll.start()
    roll.print()
    following = roll.house.all(select(LabelBatchOrder.order_id).order_by(LabelBatchOrder.position))[1]
    assert pack(bench, roll.house.tote_of(following)) == "complete"
    assert roll.house.printed(BENCH) == roll.house.jobs(following)[0].id
    assert roll.view.row.queue == QUEUE
    rest = roll.print_all()
    assert len(rest) == 6
    assert following not in rest
    assert roll.house.claim(BENCH) is None
    assert roll.state is LabelBatchState.DONE
    assert bench.scan(bench.square) == "closed"


def test_labels_that_benches_have_taken_do_not_hold_up_the_batch(roll: Roll) -> None:
    roll.orders(8)
    roll.start()
    waiting = roll.house.all(select(LabelBatchOrder.order_id).order_by(LabelBatchOrder.position))[:4]
    for number, order in enumerate(waiting):  # whose printers stand still
        assert pack(roll.house.hands(f"BENCH-{number + 2}"), roll.house.tote_of(order)) == "complete"
    assert len(roll.print_all()) == 4
    assert roll.state is LabelBatchState.DONE


def test_what_a_bench_waits_for_comes_although_its_batch_is_paused(roll: Roll) -> None:
    orders = roll.orders(3)
    roll.start()
    roll.pause()
    bench = roll.house.hands(QUEUE)  # the only printer there is
    assert pack(bench, roll.house.tote_of(orders[0])) == "complete"
    assert roll.print() == [orders[0]]
    assert bench.scan(Command.REPRINT, Command.TORN) == "reprinted"
    assert roll.print() == [orders[0]]
    assert bench.scan(bench.square) == "closed"
    assert roll.house.claim(QUEUE) is None


def test_a_batch_that_is_taken_back_leaves_the_benches_their_labels(roll: Roll, bench: Hands) -> None:
    orders = roll.orders(3)
    roll.start()
    pack(bench, roll.house.tote_of(orders[0]))
    roll.house.store.write(acts.cancel_labels, LEAD, roll.batch)
    roll.house.printed(BENCH)
    assert bench.scan(bench.square) == "closed"


def test_a_label_in_the_hand_says_nothing_of_another_printers(roll: Roll, bench: Hands) -> None:
    roll.orders(4)
    roll.start()
    order = roll.house.all(select(LabelBatchOrder.order_id).order_by(LabelBatchOrder.position))[0]
    pack(bench, roll.house.tote_of(order))
    roll.house.printed(BENCH, JobState.UNCERTAIN, "no_proof")
    came = roll.print(2)
    roll.pause()
    roll.resume(came[1])
    assert [job.state for job in roll.house.jobs(order)] == [JobState.UNCERTAIN]


def test_printed_again_for_the_batch_it_is_not_printed_again_at_the_bench(roll: Roll, bench: Hands) -> None:
    orders = roll.orders(2)
    roll.start()
    roll.print_all()
    roll.house.store.write(acts.reprint_range, LEAD, roll.batch, 1, 2, "torn")
    roll.print_all()
    assert pack(bench, roll.house.tote_of(orders[0])) == "complete"
    assert [job.copy for job in roll.house.jobs(orders[0])] == [1, 2]
    assert bench.scan(make_label_code(bench.parcel.code, 1)) == "superseded_copy"
    assert bench.scan("XXOK", bench.square) == "closed"


def test_a_new_label_before_packing_is_the_one_that_the_bench_waits_for(roll: Roll, bench: Hands) -> None:
    orders = roll.orders(1)
    roll.start()
    roll.print_all()
    roll.house.store.write(relabel, LEAD, parcel_of(roll.house, orders[0]), "spoilt", QUEUE)
    roll.house.printed(QUEUE)
    assert pack(bench, roll.house.tote_of(orders[0])) == "complete"
    assert [job.copy for job in roll.house.jobs(orders[0])] == [1, 2]
    assert bench.scan(bench.square) == "closed"


def test_a_bench_reprint_ends_no_batch_and_holds_up_none(roll: Roll, bench: Hands) -> None:
    orders = roll.orders(1)
    roll.start()
    roll.print(1, JobState.UNCERTAIN)
    pack(bench, roll.house.tote_of(orders[0]))
    assert bench.scan(Command.NOT_OUT) == "settled_not_out"
    roll.house.printed(BENCH)
    assert bench.scan(bench.square) == "closed"
    roll.orders(2)
    other = roll.plan()
    roll.house.store.write(acts.start_labels, LEAD, other)
    assert len(roll.print_all()) == 2


def test_orders_that_are_cancelled_do_not_stop_the_batch(roll: Roll) -> None:
    roll.orders(8)
    roll.start()
    waiting = roll.house.all(select(LabelBatchOrder.order_id).order_by(LabelBatchOrder.position))[:4]
    for order in waiting:
        roll.house.store.write(void, LEAD, parcel_of(roll.house, order), "wrong address")
    assert len(roll.print_all()) == 4
    assert roll.state is LabelBatchState.DONE


# what may not be sent any more


def test_a_voided_label_does_not_come_out_because_the_printer_was_off(house: House, bench: Hands) -> None:
    house.picked(("MUG", 2))
    order = house.picked(("MUG", 2))
    pack(bench, house.tote_of(order))
    claimed = house.claim(BENCH)
    assert claimed is not None
    made_anew = house.store.write(relabel, LEAD, parcel_of(house, order), "wrong address", BENCH)
    house.store.write(finish_attempt, claimed.attempt_id, JobState.QUEUED, None, "device_open_failed")
    sent = house.claim(BENCH)
    assert sent is not None
    assert house.get(PrintJob, sent.job_id).copy == made_anew.copy
    assert house.get(PrintJob, claimed.job_id).state is JobState.CANCELLED


def test_an_order_that_left_its_cart_takes_its_waiting_label_with_it(roll: Roll) -> None:
    house = roll.house
    house.stock("MUG", 20)
    orders = [house.order(("MUG", 2)) for _ in range(3)]
    house.release()
    walk = roll.check(sequence=LabelSequence.PICK)
    roll.start(found=walk)
    gone = walk.members[1].order_id
    house.store.write(kick_out, LEAD, gone, "later")
    came = roll.print_all()
    assert gone not in came
    assert len(came) == 2
    assert set(came) | {gone} == set(orders)
    assert roll.state is LabelBatchState.DONE
    assert gone in roll.reasons()
    # on its next cart it gets its label, with the slot that it has there
    house.release()
    again = roll.check(sequence=LabelSequence.PICK)
    assert [member.order_id for member in again.members] == [gone]
    roll.start(found=again)
    assert roll.print_all() == [gone]
    house.pick_all()
    hands = house.hands()
    pack(hands, house.tote_of(gone))
    assert hands.scan(hands.square) == "closed"
    assert [(job.copy, job.state) for job in house.jobs(gone)] == [(1, JobState.CANCELLED), (2, JobState.CONFIRMED)]


def test_what_waits_for_an_earlier_place_never_comes(roll: Roll, bench: Hands) -> None:
    """Nobody has claimed it in between: the printer was out of paper all the time."""
    house = roll.house
    house.stock("MUG", 20)
    order = house.order(("MUG", 2))
    house.order(("MUG", 2))
    house.release()
    roll.start(found=roll.check(sequence=LabelSequence.PICK))
    house.store.write(kick_out, LEAD, order, "later")
    house.release()
    house.pick_all()
    pack(bench, house.tote_of(order))
    assert house.get(PrintJob, house.printed(BENCH)).copy == 2
    assert order not in roll.print_all()
    assert bench.scan(bench.square) == "closed"


def test_an_older_copy_that_did_not_come_out_is_not_printed_again(roll: Roll, bench: Hands) -> None:
    house = roll.house
    house.stock("MUG", 20)
    order = house.order(("MUG", 2))
    house.order(("MUG", 2))
    house.release()
    roll.start(found=roll.check(sequence=LabelSequence.PICK))
    came = roll.print(2, JobState.UNCERTAIN)
    assert order in came
    house.store.write(kick_out, LEAD, order, "later")
    house.release()
    house.pick_all()
    pack(bench, house.tote_of(order))
    house.printed(BENCH)
    assert bench.scan(bench.square) == "closed"
    old = house.jobs(order)[0]
    assert old.state is JobState.UNCERTAIN
    assert house.store.write(settle, LEAD, old.id, came_out=False) is None
    assert [job.state for job in house.jobs(order)] == [JobState.FAILED, JobState.CONFIRMED]


def test_a_label_of_a_batch_goes_on_where_one_cannot_be_written(roll: Roll, monkeypatch: pytest.MonkeyPatch) -> None:
    """The printer is exchanged for one that cannot be given what waits: the others do not wait for that."""
    roll.orders(7)
    roll.start()
    refuse = Refusal("received_dpi", made=203, printer=300)

    def cannot(*_: object) -> None:
        raise refuse

    monkeypatch.setattr("app.operations.print_queue.write_anew", cannot)
    roll.house.write(lambda tx: tx.session.add(PrintQueue(name=QUEUE, dpi=300)))
    takes = Takes("zpl", 300)
    came = []
    while (claimed := roll.house.store.write(claim_job, QUEUE, "sim:", None, 25, "zpl", takes)) is not None:
        came.append(roll.order_of(claimed.job_id))
        roll.finish(claimed.attempt_id)
    assert len(came) == 3
    assert roll.view.row.failed == 4


def test_one_label_that_cannot_be_made_does_not_keep_a_batch_from_going_on(
    roll: Roll, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = roll.orders(6)
    roll.start()
    bad, worse, *_ = roll.print(2, JobState.FAILED)
    roll.pause()
    parcel = parcel_of(roll.house, bad)
    label = roll.house.one(select(Label).where(Label.parcel_id == parcel))
    spoilt = label.fields.replace("London", "London " * 100)
    roll.house.write(lambda tx: tx.session.execute(update(Label).where(Label.id == label.id).values(fields=spoilt)))
    assert roll.go_on() == 1
    came = roll.print_all()
    assert set(came) == set(orders) - {bad}
    assert roll.reasons() == {bad: "label_text_too_long"}
    assert roll.state is LabelBatchState.DONE
    assert came[0] == worse


def test_separators_are_written_for_the_printer_too(roll: Roll) -> None:
    roll.orders(6)
    roll.start(separators=True)
    roll.house.write(lambda tx: tx.session.add(PrintQueue(name=QUEUE, language="tspl", dpi=203)))
    takes = Takes("tspl", 203)
    kinds = []
    while (claimed := roll.house.store.write(claim_job, QUEUE, "sim:", None, 25, "tspl", takes)) is not None:
        kinds.append(roll.house.get(PrintJob, claimed.job_id).kind)
        assert b"^XA" not in claimed.payload
        roll.finish(claimed.attempt_id)
    assert [kind is JobKind.SEPARATOR for kind in kinds] == [True, False, False, False, False, True, False, False]
    assert roll.state is LabelBatchState.DONE


# printers and queues


def test_a_paused_batch_stays_paused_where_it_is_moved_to(roll: Roll) -> None:
    roll.orders(5)
    roll.start()
    roll.print()
    roll.pause()
    roll.house.store.write(move_queue, LEAD, QUEUE, BENCH)
    assert roll.house.claim(BENCH) is None
    roll.go_on()
    assert roll.view.row.queue == BENCH
    assert roll.house.claim(QUEUE) is None
    assert roll.house.claim(BENCH) is not None


def test_a_batch_that_is_moved_to_where_another_prints_waits_for_a_person(roll: Roll) -> None:
    house = roll.house
    roll.orders(4)
    first = roll.start()
    roll.orders(4)
    second = roll.plan()
    house.write(lambda tx: tx.session.execute(update(LabelBatch).where(LabelBatch.id == second).values(queue=BENCH)))
    house.store.write(acts.start_labels, LEAD, second)
    house.store.write(move_queue, LEAD, BENCH, QUEUE)
    roll.batch = first
    assert len(roll.print_all()) == 4
    roll.batch = second
    assert roll.state is LabelBatchState.PAUSED
    roll.go_on()
    assert len(roll.print_all()) == 4


def test_a_label_goes_in_the_printers_language_wherever_it_is_taken(roll: Roll, bench: Hands) -> None:
    orders = roll.orders(1)
    roll.start()
    assert b"^XA" in roll.house.jobs(orders[0])[0].payload
    pack(bench, roll.house.tote_of(orders[0]))
    claimed = roll.house.store.write(claim_job, BENCH, "sim:", None, 25, "tspl", Takes("tspl", 203))
    assert claimed is not None
    assert b"^XA" not in claimed.payload
    (job,) = roll.house.jobs(orders[0])
    assert (job.copy, job.language) == (1, "tspl")
    roll.finish(claimed.attempt_id, JobState.QUEUED)  # switched off: nothing has left
    roll.house.store.write(relabel, LEAD, bench.parcel.parcel_id, "x", BENCH)
    assert roll.house.get(PrintJob, claimed.job_id).state is JobState.CANCELLED


# numbers


def pool(house: House, last: int = 5) -> int:
    return house.store.write(
        add_pool, LEAD, carrier="POST", service="", form=NumberForm.S10, prefix="LD", country="CN", first=1, last=last,
        low_water=0,
    )  # fmt: skip


def numbers(house: House) -> list[int]:
    return [int(number[2:10]) for number in house.all(select(Label.tracking).order_by(Label.id))]


def test_a_label_that_cannot_be_made_gives_its_number_back(roll: Roll) -> None:
    house = roll.house
    pool(house)
    orders = roll.orders(5, carrier="POST")
    found = roll.check()
    bad = found.members[1].order_id
    house.write(
        lambda tx: tx.session.execute(update(Order).where(Order.id == bad).values(street="12 Long Street " * 50))
    )
    roll.start(found=found)
    assert set(roll.print_all()) == set(orders) - {bad}
    assert numbers(house) == [1, 2, 3, 4]
    assert house.count(IssuedNumber) == 4
    # at the bench too, and then it has the fifth
    hands = house.hands(BENCH)
    assert pack(hands, house.tote_of(bad)) == "label_refused"
    assert house.count(IssuedNumber) == 4
    house.write(lambda tx: tx.session.execute(update(Order).where(Order.id == bad).values(street="12 Short Street")))
    assert hands.scan("XXOK", "MUG-EAN") == "complete"
    assert numbers(house) == [1, 2, 3, 4, 5]


def test_when_the_numbers_are_used_up_the_rest_is_set_aside_and_none_comes_twice(roll: Roll) -> None:
    house = roll.house
    pool(house, last=3)
    orders = roll.orders(5, carrier="POST")
    roll.start()
    came = roll.print_all()
    assert len(came) == 3
    assert set(roll.reasons().values()) == {"numbers_used_up"}
    order = came[0]
    refused("numbers_used_up", lambda: house.store.write(relabel, LEAD, parcel_of(house, order), "x", QUEUE))
    assert house.one(select(Label.state).where(Label.parcel_id == parcel_of(house, order))) is LabelState.VALID
    assert numbers(house) == [1, 2, 3]
    assert set(roll.reasons()) | set(came) == set(orders)


# orders that change before they are packed


def take_over(house: House, order: int, *lines: tuple[str, int]) -> None:
    """The backend sends the order again, with other lines."""
    row = house.get(Order, order)
    draft = OrderDraft(
        shop="shop", source_id=row.source_id, line=1, payload="{}",
        lines=tuple(LineDraft(sku, pieces, 1) for sku, pieces in lines),
    )  # fmt: skip

    def step(tx: Tx) -> None:
        updated = update_orders(tx, LEAD, {order: draft}, house.skus, {})
        assert not updated.problems

    house.write(step)


@pytest.mark.parametrize("lines", [[("PEN", 1)], [("MUG", 2), ("PEN", 1)], [("MUG", 1), ("PEN", 2), ("CAP", 1)]])
def test_a_box_that_was_begun_for_a_label_holds_what_the_order_has_now(
    house: House, lines: list[tuple[str, int]]
) -> None:
    for sku in ("MUG", "PEN", "CAP"):
        house.stock(sku, 9)
    order = house.order(("MUG", 1), ("CAP", 1))
    label = house.store.write(
        receive_label, LEAD, order, made.zpl(bottom=900), tracking=made.TRACKING, carrier="", service="", source="x"
    )
    house.store.write(void, LEAD, house.get(Label, label).parcel_id, "the buyer wants something else")
    take_over(house, order, *lines)
    house.release()
    house.pick_all()
    hands = house.hands()
    hands.scan(house.source_id(order))
    for sku, pieces in lines:
        hands.scan(*[f"{sku}-EAN"] * pieces)
    assert hands.judged.code == "complete"
    house.printed()
    assert hands.scan(hands.square) == "closed"
    assert house.packed() == dict(lines)
