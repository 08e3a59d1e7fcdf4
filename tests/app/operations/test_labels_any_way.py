"""Whoever prints, voids, packs, cancels and moves in any sequence: one label a box, and every box can be closed."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.barcode import Command, make_label_code
from app.domain.errors import Refusal
from app.domain.label_batches import ChosenBy, LabelBatchState
from app.domain.label_batches import Sequence as LabelSequence
from app.domain.numbers import NumberForm
from app.domain.states import JobState, LabelState, OrderState, ParcelState
from app.domain.verdict import Outcome
from app.operations import label_batches as acts
from app.operations.label_copies import reprint, settle
from app.operations.label_files import receive_label
from app.operations.labels import IN_WORK, Takes
from app.operations.numbers import add_pool
from app.operations.orders import request_cancel
from app.operations.print_queue import (
    cancel_job,
    claim_job,
    finish_attempt,
    move_queue,
    note_printer,
    recover_queue,
    settle_by_last,
)
from app.operations.voiding import relabel, void
from app.operations.waves import kick_out, put_back, release_wave
from app.planning import plan_wave
from app.queries.label_choices import Choice, checked
from db.label_batches import LabelBatch, LabelBatchOrder
from db.numbers import IssuedNumber, NumberPool
from db.orders import Order
from db.parcels import Label, Parcel, PrintAttempt, PrintJob
from db.waves import BatchOrder, Tote
from tests.books import check_orders, check_stock, check_waves
from tests.factories import LEAD, Hands, House, open_house
from tests.printing.received import made

BENCHES = ("BENCH-1", "BENCH-2")
ROOM = "ROOM"  # a printer that only label batches use
QUEUES = (*BENCHES, ROOM)
ANY = st.integers(0, 2**16)  # of what there is at that moment
OUTCOMES = [JobState.PRINTED, JobState.PRINTED, JobState.PRINTED, JobState.UNCERTAIN, JobState.QUEUED, JobState.FAILED]
PRINTERS = [Takes("zpl", 203), Takes("zpl", 300), Takes("tspl", 203)]
ALIVE = (JobState.QUEUED, JobState.SENDING, JobState.UNCERTAIN, JobState.PRINTED, JobState.CONFIRMED)


class LabelFloor(RuleBasedStateMachine):
    """Two benches with printers, a printer for label batches, a cart, a lead and a desk."""

    def __init__(self) -> None:
        super().__init__()
        self._open = ExitStack()
        folder = self._open.enter_context(tempfile.TemporaryDirectory())
        self.house: House = self._open.enter_context(open_house(Path(folder)))
        self.write = self.house.store.write
        self.sending: dict[str, int] = {}
        self.takes = dict.fromkeys(QUEUES, PRINTERS[0])
        self.left_cart: set[int] = set()  # orders: their labels may be made anew
        self.received = 0
        self.hands: dict[str, Hands] = {}
        self.doings: list[str] = []

    @initialize()
    def open_up(self) -> None:
        self.house.stock("MUG", 60)
        self.house.stock("PEN", 40)
        self.hands = {name: self.house.hands(name) for name in BENCHES}
        for carrier, prefix in (("", "LC"), ("POST", "LD")):
            self.write(
                add_pool, LEAD, carrier=carrier, service="", form=NumberForm.S10, prefix=prefix, country="CN", first=1,
                last=60, low_water=0,
            )
        self.more_orders(4, 3, "POST")
        self.house.pick_all()
        self.more_orders(3, 2, "")

    # the floor

    @rule(mugs=st.integers(0, 3), pens=st.integers(0, 2), carrier=st.sampled_from(["", "POST"]))
    def more_orders(self, mugs: int, pens: int, carrier: str) -> None:
        if self.house.count(Order) > 24:
            return
        for lines in [[("MUG", 2)]] * mugs + [[("PEN", 1)]] * pens:
            self.house.order(*lines, carrier=carrier)
        self._try(self._release)

    def _release(self) -> None:
        wave = plan_wave(self.house.store, LEAD, self.house.warehouse).wave_id
        if wave is not None:
            self.write(release_wave, LEAD, wave)

    @rule(which=ANY, steps=st.integers(1, 8))
    def pick(self, which: int, steps: int) -> None:
        for _ in range(steps):
            if batches := self.house.batches():
                self.house.pick_one(Random(which).choice(batches))

    @rule(which=ANY)
    def kick_out(self, which: int) -> None:
        order = self._one_of(Order.id, which)
        if self._try(lambda: self.write(kick_out, LEAD, order, "later")):
            self.left_cart.add(order)

    @rule(which=ANY)
    def put_back(self, which: int) -> None:
        self._try(lambda: self.write(put_back, LEAD, self._one_of(Order.id, which)))

    @rule(which=ANY)
    def cancel(self, which: int) -> None:
        self._try(lambda: self.write(request_cancel, LEAD, self._one_of(Order.id, which), "buyer"))

    @rule(which=ANY, room=st.booleans())
    def receive(self, which: int, room: bool) -> None:
        """A channel sends an order's label, with room for the square code or without."""
        if self.received >= 3:
            return
        number = f"RR{self.received:09}DE"
        content = made.zpl(tracking=number, bottom=900 if room else 1180)
        order = self._one_of(Order.id, which)
        done = self._try(
            lambda: self.write(
                receive_label, LEAD, order, content, tracking=number, carrier="", service="", source="x"
            )
        )
        self.received += done

    # label batches

    @rule(queue=st.sampled_from([ROOM, ROOM, *BENCHES]), separators=st.booleans(), walk=st.booleans())
    def print_ahead(self, queue: str, separators: bool, walk: bool) -> None:
        sequence = LabelSequence.PICK if walk else LabelSequence.TOTE
        found = self.house.store.read(checked, self.house.warehouse, Choice(ChosenBy.PICKED), sequence, queue)
        if not found.good:
            return
        batch = self.write(
            acts.plan_labels, LEAD, self.house.warehouse, found.members, queue=queue, sequence=sequence,
            separators=separators,
        )
        self._try(lambda: self.write(acts.start_labels, LEAD, batch))

    @rule(which=ANY, what=st.sampled_from(["start", "pause", "go", "go", "hand", "range", "check", "cancel"]))
    def tend_a_batch(self, which: int, what: str) -> None:
        chance = Random(which)
        batches = self.house.all(select(LabelBatch.id).order_by(LabelBatch.id))
        if not batches:
            return
        batch, first = chance.choice(batches), chance.randint(1, 5)
        doing: dict[str, Callable[[], object]] = {
            "start": lambda: self.write(acts.start_labels, LEAD, batch),
            "pause": lambda: self.write(acts.pause_labels, LEAD, batch),
            "go": lambda: self.write(acts.go_on, LEAD, batch),
            "hand": lambda: self.write(
                acts.resume_from, LEAD, batch, chance.choice(self._codes()), again=chance.random() < 0.3
            ),
            "range": lambda: self.write(acts.reprint_range, LEAD, batch, first, first + 1, "torn"),
            "check": lambda: self.write(acts.check_again, LEAD, batch),
            "cancel": lambda: self.write(acts.cancel_labels, LEAD, batch),
        }
        self._try(doing[what])

    # printers

    @rule(queue=st.sampled_from([*QUEUES, ROOM]), outcome=st.sampled_from(OUTCOMES), steps=st.integers(1, 4))
    def print(self, queue: str, outcome: JobState, steps: int) -> None:
        for _ in range(steps):
            self.claim(queue)
            self.finish(queue, outcome)

    @rule(queue=st.sampled_from(QUEUES))
    def claim(self, queue: str) -> None:
        if queue in self.sending:
            return
        takes = self.takes[queue]
        claimed = self.write(claim_job, queue, f"sim:{queue}", None, 25, takes.language, takes)
        if claimed is not None:
            self.sending[queue] = claimed.attempt_id
            self.house.store.read(self._check_claimed, claimed.job_id, takes)

    @rule(queue=st.sampled_from(QUEUES), outcome=st.sampled_from(OUTCOMES))
    def finish(self, queue: str, outcome: JobState) -> None:
        attempt = self.sending.pop(queue, None)
        if attempt is not None:
            self.write(finish_attempt, attempt, outcome, None, "device_gone")

    @rule(queue=st.sampled_from(QUEUES), takes=st.sampled_from(PRINTERS))
    def exchange_the_printer(self, queue: str, takes: Takes) -> None:
        self.sending.pop(queue, None)
        self.takes[queue] = takes
        self.write(recover_queue, queue)
        self.write(note_printer, queue, takes.language, takes.dpi, None, None)

    @rule(queue=st.sampled_from(QUEUES), to=st.sampled_from(QUEUES))
    def move(self, queue: str, to: str) -> None:
        self._try(lambda: self.write(move_queue, LEAD, queue, to))

    # the desk

    @rule(which=ANY, what=st.sampled_from(["void", "relabel", "reprint"]), queue=st.sampled_from(QUEUES))
    def at_the_desk(self, which: int, what: str, queue: str) -> None:
        parcels = self.house.all(select(Parcel.id).order_by(Parcel.id))
        if not parcels:
            return
        parcel = Random(which).choice(parcels)
        doing: dict[str, Callable[[], object]] = {
            "void": lambda: self.write(void, LEAD, parcel, "x"),
            "relabel": lambda: self.write(relabel, LEAD, parcel, "x", queue),
            "reprint": lambda: self.write(reprint, LEAD, parcel, "desk", queue),
        }
        self._try(doing[what])

    @rule(which=ANY, came_out=st.booleans(), by_last=st.booleans())
    def settle(self, which: int, came_out: bool, by_last: bool) -> None:
        jobs = self.house.all(select(PrintJob.id).where(PrintJob.state == JobState.UNCERTAIN).order_by(PrintJob.id))
        if not jobs:
            return
        job = Random(which).choice(jobs)
        if by_last:
            self._try(lambda: self.write(settle_by_last, LEAD, job))
        else:
            self.write(settle, LEAD, job, came_out=came_out)

    @rule(which=ANY)
    def take_a_job_back(self, which: int) -> None:
        jobs = self.house.all(select(PrintJob.id).where(PrintJob.state == JobState.QUEUED).order_by(PrintJob.id))
        if jobs:
            self._try(lambda: self.write(cancel_job, LEAD, Random(which).choice(jobs)))

    # the benches

    @rule(bench=st.sampled_from(BENCHES), which=ANY)
    def scan_what_lies_around(self, bench: str, which: int) -> None:
        codes = [*self.house.all(select(Tote.code)), *self._codes(), "MUG-EAN", "PEN-EAN", *Command, Command.OK]
        self.hands[bench].scan(Random(which).choice(codes))

    @rule(bench=st.sampled_from(BENCHES), commands=st.sampled_from([
        [Command.UNDO], [Command.HOLD], [Command.PRINTED], [Command.NOT_OUT], [Command.REPRINT, Command.TORN],
    ]))  # fmt: skip
    def scan_a_command(self, bench: str, commands: list[str]) -> None:
        self.hands[bench].scan(Command.OK, *commands)

    @rule(bench=st.sampled_from(BENCHES), which=ANY, steps=st.integers(1, 8))
    def pack(self, bench: str, which: int, steps: int) -> None:
        hands, chance = self.hands[bench], Random(which)
        for _ in range(steps):
            table = hands.bench
            if table.latch is not None:
                hands.scan(Command.OK)
            elif table.question_scan is not None:
                hands.scan(table.question_scan)
            elif table.parcel is None:
                waiting = self.house.all(
                    select(Order.source_id).where(Order.state.in_((OrderState.PICKED, OrderState.PACKING)))
                )
                if not waiting:
                    return
                hands.scan(chance.choice(waiting))
            else:
                self._go_on(hands, know=chance.random() < 0.75)

    def _go_on(self, hands: Hands, *, know: bool) -> None:
        """What is right next with the parcel on the table; `know`: the printer does its part first."""
        parcel = hands.parcel
        if parcel.state is ParcelState.OPEN:
            line = next(line for line in parcel.lines if line.open)
            hands.scan(f"{line.sku}-EAN")
        elif parcel.job is None:
            hands.scan(Command.UNDO)
        elif parcel.job in (JobState.QUEUED, JobState.SENDING):
            if know:
                job = self.house.get(PrintJob, self._newest(parcel.parcel_id))
                self.finish(job.queue, JobState.PRINTED)
                self.print(job.queue, JobState.PRINTED, 1)
            else:
                hands.scan(hands.square)
        elif parcel.job is JobState.UNCERTAIN:
            hands.scan(Command.PRINTED if know else Command.NOT_OUT)
        elif parcel.job is JobState.FAILED:
            hands.scan(Command.REPRINT, Command.LOST)
        elif parcel.marked:
            hands.scan(hands.square)
        else:
            assert parcel.tracking is not None
            hands.scan(parcel.tracking)

    # in common

    def _codes(self) -> list[str]:
        codes = self.house.all(select(Label.tracking).order_by(Label.id))
        for code in self.house.all(select(Parcel.code).order_by(Parcel.id)):
            codes += [make_label_code(code, copy) for copy in (1, 2, 3)]
        return codes or ["none"]

    def _one_of(self, column: Any, which: int) -> int:
        return int(Random(which).choice(self.house.all(select(column).order_by(column))))

    def _newest(self, parcel: int) -> int:
        return int(
            self.house.all(
                select(PrintJob.id)
                .join(Label, Label.id == PrintJob.label_id)
                .where(Label.parcel_id == parcel, PrintJob.state != JobState.CANCELLED)
                .order_by(PrintJob.copy.desc())
            )[0]
        )

    def _try(self, step: Callable[[], object]) -> bool:
        try:
            step()
        except Refusal:
            return False
        return True

    # what must hold

    def _check_claimed(self, session: Session, job_id: int, takes: Takes) -> None:
        """What goes onto paper is the newest copy of a label that counts, for the printer that there is."""
        job = session.get_one(PrintJob, job_id)
        assert (job.language, job.dpi) == (takes.language, takes.dpi)
        if job.label_id is None:
            return
        label = session.get_one(Label, job.label_id)
        parcel = session.get_one(Parcel, label.parcel_id)
        order = session.get_one(Order, parcel.order_id)
        assert label.state is LabelState.VALID
        assert order.state is not OrderState.CANCELLED
        assert order.cancel_requested_at is None or order.state is OrderState.SHIPPED
        copies = session.scalars(
            select(PrintJob.copy).join(Label).where(
                Label.parcel_id == parcel.id, PrintJob.state != JobState.CANCELLED
            )
        ).all()
        assert job.copy == max(copies)
        if job.label_batch_id is not None and job.reprint_of_id is None:
            place = session.get(BatchOrder, order.id)
            assert order.state in (*IN_WORK, OrderState.SHIPPED)
            assert place is not None
            assert parcel.state is not ParcelState.OPEN or json.loads(label.fields)["slot"] == str(place.slot)

    @invariant()
    def the_books_are_straight(self) -> None:
        self.house.store.read(self._check)

    def _check(self, session: Session) -> None:
        check_orders(session)
        check_stock(session)
        check_waves(session)
        parcels = {parcel.id: parcel for parcel in session.scalars(select(Parcel))}
        orders = {order.id: order for order in session.scalars(select(Order))}
        labels = {label.id: label for label in session.scalars(select(Label))}
        attempts = session.scalars(select(PrintAttempt)).all()
        jobs = session.scalars(select(PrintJob).order_by(PrintJob.id)).all()
        valid = Counter(label.parcel_id for label in labels.values() if label.state is LabelState.VALID)
        assert set(valid.values()) <= {1}
        numbers = Counter(label.tracking for label in labels.values())
        assert set(numbers.values()) <= {1}
        issued = session.scalars(select(IssuedNumber.number)).all()
        assert set(issued) <= numbers.keys()  # what was given back is not noted as used
        for pool in session.scalars(select(NumberPool)):
            taken = session.scalar(select(func.count()).where(IssuedNumber.pool_id == pool.id))
            assert pool.next == pool.first + (taken or 0)
        sent = Counter(attempt.job_id for attempt in attempts)
        returned = Counter(attempt.job_id for attempt in attempts if attempt.outcome is JobState.QUEUED)
        copies: dict[int, list[PrintJob]] = {parcel: [] for parcel in parcels}
        for job in jobs:
            assert sent[job.id] <= 1 + returned[job.id]
            if job.state in (JobState.SENDING, JobState.UNCERTAIN, JobState.PRINTED, JobState.CONFIRMED):
                assert sent[job.id] == 1 + returned[job.id]
            if job.label_id is not None:
                copies[labels[job.label_id].parcel_id].append(job)
        assert set(Counter(job.queue for job in jobs if job.state is JobState.SENDING).values()) <= {1}
        for parcel_id, made_of_it in copies.items():
            parcel = parcels[parcel_id]
            self._check_copies(parcel, orders[parcel.order_id], labels, made_of_it, sent)
            place = session.get(BatchOrder, parcel.order_id)
            if parcel.state is ParcelState.CLOSED and place is not None:
                on_it = next(label for label in labels.values() if label.parcel_id == parcel_id and valid_label(label))
                assert json.loads(on_it.fields)["slot"] == str(place.slot)
        for order in orders.values():
            if order.state is OrderState.CANCELLED:
                assert all(p.state is ParcelState.VOIDED for p in parcels.values() if p.order_id == order.id)
            counted = [p for p in parcels.values() if p.order_id == order.id and p.state is not ParcelState.VOIDED]
            assert len(counted) <= 1
        for batch in session.scalars(select(LabelBatch).where(LabelBatch.state == LabelBatchState.PRINTING)):
            unmade = session.scalar(
                select(func.count()).where(
                    LabelBatchOrder.label_batch_id == batch.id, LabelBatchOrder.job_id.is_(None),
                    LabelBatchOrder.reason.is_(None),
                )
            )
            waits = [job for job in jobs if job.label_batch_id == batch.id and job.state is JobState.QUEUED]
            assert waits or not unmade, "a label batch stands still"

    def _check_copies(
        self, parcel: Parcel, order: Order, labels: dict[int, Label], jobs: Sequence[PrintJob], sent: Counter[int]
    ) -> None:
        assert len({job.copy for job in jobs}) == len(jobs)
        made_of_it = sorted((job for job in jobs if job.state is not JobState.CANCELLED), key=lambda job: job.copy)
        ids = [job.label_id for job in made_of_it]
        assert ids == sorted(ids, key=lambda label: label or 0)
        waiting = [job for job in made_of_it if job.state is JobState.QUEUED and not sent[job.id]]
        assert len(waiting) <= 1
        if parcel.state is ParcelState.VOIDED:
            assert all(labels[job.label_id].state is LabelState.VOIDED for job in jobs if job.label_id)
            assert not waiting
        for job in waiting:
            assert job.label_id is not None
            assert labels[job.label_id].state is LabelState.VALID
        for before, job in pairwise(made_of_it):
            # nothing is printed twice unless somebody wanted that, or the first is worthless
            worthless = before.label_id != job.label_id or before.state is JobState.FAILED
            assert job.reprint_reason or worthless or order.id in self.left_cart
        if parcel.state is ParcelState.CLOSED:
            assert order.state is OrderState.SHIPPED
            on_box = [job for job in made_of_it if job.state is JobState.CONFIRMED]
            assert on_box
            assert on_box[-1].label_id is not None
            assert labels[on_box[-1].label_id].state is LabelState.VALID
            later = [job for job in made_of_it if job.copy > on_box[-1].copy]
            assert all(job.reprint_reason for job in later)

    # everything comes to an end

    def teardown(self) -> None:
        try:
            if self.hands:
                self.finish_the_day()
        finally:
            self._open.close()

    def finish_the_day(self) -> None:
        """Whatever has happened: every order that is picked and wanted can be packed and closed at any bench."""
        for hands in self.hands.values():
            hands.scan(Command.OK, Command.HOLD, Command.OK)
        hands = self.hands["BENCH-1"]
        self.house.pick_all()
        for order_id in self.house.all(select(Order.id).order_by(Order.id)):
            order = self.house.get(Order, order_id)
            if order.state not in (OrderState.PICKED, OrderState.PACKING) or order.cancel_requested_at is not None:
                continue
            hands.scan(order.source_id)
            for _ in range(25):
                if hands.bench.parcel is None:
                    break
                self._go_on(hands, know=True)
                if hands.judged.outcome is Outcome.FAIL:
                    hands.scan(Command.OK)
            assert self.house.state(order_id) is OrderState.SHIPPED, "a box can never be closed"
            self.the_books_are_straight()


def valid_label(label: Label) -> bool:
    return label.state is LabelState.VALID


TestLabelFloor = LabelFloor.TestCase
TestLabelFloor.settings = settings(
    max_examples=3,
    stateful_step_count=25,
    phases=[Phase.explicit, Phase.generate],  # shrinking takes longer than a test may
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def work_a_day(seed: int, steps: int) -> Counter[str]:
    """The same with chances more like those of a hall; counts the verdicts at the benches."""
    chance, floor, done = Random(seed), LabelFloor(), []

    def queue() -> str:
        return chance.choice([*QUEUES, ROOM])

    def doings_of(which: int, bench: str) -> dict[str, tuple[int, Callable[[], object]]]:
        return {
            "pack": (30, lambda: floor.pack(bench, which, chance.randint(1, 8))),
            "print": (20, lambda: floor.print(queue(), chance.choice(OUTCOMES), chance.randint(1, 4))),
            "claim": (6, lambda: floor.claim(queue())),
            "finish": (6, lambda: floor.finish(queue(), chance.choice(OUTCOMES))),
            "ahead": (8, lambda: floor.print_ahead(queue(), chance.random() < 0.3, chance.random() < 0.5)),
            "tend": (10, lambda: floor.tend_a_batch(
                which, chance.choice(["start", "pause", "go", "go", "hand", "hand", "range", "check", "cancel"])
            )),
            "orders": (4, lambda: floor.more_orders(chance.randint(0, 3), chance.randint(0, 2), "POST")),
            "pick": (6, lambda: floor.pick(which, chance.randint(1, 8))),
            "kick": (4, lambda: floor.kick_out(which)),
            "back": (3, lambda: floor.put_back(which)),
            "cancel": (2, lambda: floor.cancel(which)),
            "receive": (1, lambda: floor.receive(which, chance.random() < 0.5)),
            "exchange": (2, lambda: floor.exchange_the_printer(queue(), chance.choice(PRINTERS))),
            "move": (2, lambda: floor.move(queue(), queue())),
            "desk": (6, lambda: floor.at_the_desk(which, chance.choice(["void", "relabel", "reprint"]), queue())),
            "settle": (6, lambda: floor.settle(which, chance.random() < 0.5, chance.random() < 0.3)),
            "take": (2, lambda: floor.take_a_job_back(which)),
            "around": (8, lambda: floor.scan_what_lies_around(bench, which)),
            "command": (8, lambda: floor.scan_a_command(bench, chance.choice(
                [[Command.UNDO], [Command.HOLD], [Command.NOT_OUT], [Command.REPRINT, Command.TORN]]
            ))),
        }  # fmt: skip

    try:
        floor.open_up()
        for _ in range(steps):
            which, bench = chance.randrange(2**16), chance.choice(BENCHES)
            doings = doings_of(which, bench)
            (what,) = chance.choices(list(doings), [weight for weight, _ in doings.values()])
            done.append(f"{what}({bench}, {which})")
            doings[what][1]()
            floor.the_books_are_straight()
        done.append("the day ends")
        floor.finish_the_day()
        return Counter(str(judged.code) for hands in floor.hands.values() for _, judged in hands.done)
    except BaseException as error:
        error.add_note(f"seed {seed}: " + ", ".join(done))
        raise
    finally:
        floor.hands = {}
        floor.teardown()


@pytest.mark.parametrize("seed", range(2))
def test_a_day_with_labels(seed: int) -> None:
    assert work_a_day(seed, 80)["closed"] >= 3
