"""Any sequence of scans, picks, cancels, prints, deaths and replays on a real database keeps the books straight."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.barcode import Command, make_label_code
from app.domain.errors import Refusal
from app.domain.states import JobState, ParcelState, WaveState
from app.domain.verdict import Outcome
from app.operations.label_copies import reprint
from app.operations.orders import request_cancel
from app.operations.packing import Judged, scan_item
from app.operations.print_queue import claim_job, finish_attempt, recover_queue
from app.operations.scans import Scan
from app.operations.waves import cancel_wave, kick_out, put_back, release_wave
from app.planning import plan_wave
from app.queries.waves import next_task
from db.journal import ScanEvent
from db.orders import Order, SkuBarcode
from db.parcels import Label, Parcel, ParcelItem, PrintAttempt, PrintJob
from db.places import Station
from db.stock import Allocation, StockMove
from db.store import Store
from db.waves import PickTask, Tote, Wave
from tests.books import check_books
from tests.factories import LEAD, Hands, House, hurry
from tests.intake import fresh_store

OUTCOMES = [JobState.PRINTED, JobState.PRINTED, JobState.UNCERTAIN, JobState.QUEUED]
ANY = st.integers(0, 2**16)  # of what there is at that moment
BENCHES = st.sampled_from(["BENCH-1", "BENCH-2"])
CODES = [
    "TEA-EAN", "TEA-EAN", "CUP-EAN", "POT-EAN", "TEA-CASE", "MUG-EAN", "L-TEA", "4006381333930", "no such code", "",
    *Command, Command.OK, Command.OK,
]  # fmt: skip
ORDERS: list[list[tuple[str, int] | str]] = [
    ["TEA"], ["TEA"], ["CUP"], [("TEA", 3), "CUP"], ["TEA", "TEA"], ["CUP", "POT"],
]  # fmt: skip


class Floor(RuleBasedStateMachine):
    """Two benches, a cart, two printers and a desk; every rule is something that a person or a device may do."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self._open = ExitStack()
        self.house = House(self._start())
        self.scans: list[tuple[Hands, Scan, Judged]] = []
        self.claimed: dict[str, int] = {}
        self.hands: dict[str, Hands] = {}

    @initialize()
    def open_up(self) -> None:
        """Stock that does not quite suffice, and a first wave that is picked."""
        for sku, pieces in (("TEA", 14), ("CUP", 8), ("POT", 4), ("MUG", 2)):
            self.house.stock(sku, pieces)
        self.house.stock("TEA", 3, location="L-TEA-2")
        self.house.write(
            lambda tx: tx.session.add(SkuBarcode(barcode="TEA-CASE", sku_id=self.house.skus["TEA"], quantity=2))
        )
        self.hands = {name: self.house.hands(name) for name in ("BENCH-1", "BENCH-2")}
        for lines in ORDERS:
            self.house.order(*lines)
        self.house.release()
        self.house.pick_all()

    def _start(self) -> Store:
        store = self._open.enter_context(fresh_store(Path(self._folder.name)))
        hurry(store)
        return store

    def teardown(self) -> None:
        self._open.close()
        self._folder.cleanup()

    # at the bench

    def _scan(self, bench: str, code: str) -> None:
        hands = self.hands[bench]
        latch, question = hands.bench.latch, hands.bench.question
        hands.scan(code)
        scan, judged = hands.done[-1]
        self.scans.append((hands, scan, judged))
        if latch is not None:
            assert judged.code == ("acknowledged" if scan.code == "XXOK" else "latched")
        assert (hands.bench.latch is not None) is (judged.outcome is Outcome.FAIL)
        if judged.code == "reprinted":
            assert question == "reason_needed"

    @rule(bench=BENCHES, code=st.sampled_from(CODES))
    def scan_anything(self, bench: str, code: str) -> None:
        self._scan(bench, code)

    @rule(bench=BENCHES, which=ANY)
    def scan_what_lies_around(self, bench: str, which: int) -> None:
        """A tote, an order, or any copy of any label."""
        codes = [*self.house.all(select(Tote.code)), *self.house.all(select(Order.source_id))]
        for parcel in self.house.all(select(Parcel.code)):
            codes += [parcel, *(make_label_code(parcel, copy) for copy in (1, 2, 3))]
        codes += self.house.all(select(Label.tracking))
        self._scan(bench, Random(which).choice(codes))

    @rule(bench=BENCHES, again=st.booleans(), steps=st.integers(1, 8), which=ANY)
    def do_what_is_right(self, bench: str, again: bool, steps: int, which: int) -> None:
        hands, chance = self.hands[bench], Random(which)
        for _ in range(steps):
            table = hands.bench
            if table.latch is not None:
                self._scan(bench, "XXOK")
            elif table.question_scan is not None and again:
                self._scan(bench, table.question_scan)
            elif table.parcel is None:
                totes = self.house.all(select(Tote.code).order_by(Tote.id))
                self._scan(bench, chance.choice([*totes, "TEA-EAN", "CUP-EAN"]))
            elif table.parcel.state is ParcelState.OPEN:
                line = next(line for line in table.parcel.lines if line.open)
                self._scan(bench, f"{line.sku}-EAN")
            elif table.parcel.job in (JobState.QUEUED, JobState.SENDING) and chance.random() < 0.6:
                self.claim(bench, 25)
                self.finish(bench, JobState.PRINTED)
            else:
                self._scan(bench, hands.square)

    @rule(which=ANY)
    def a_scan_comes_again(self, which: int) -> None:
        if not self.scans:
            return
        hands, scan, judged = Random(which).choice(self.scans)
        before = self._counts()
        again = self.house.store.write(scan_item, hands.actor, scan)
        assert replace(again, remaining=judged.remaining, label=judged.label, sku=judged.sku) == judged
        assert self._counts() == before

    # at the printers

    @rule(queue=BENCHES, limit=st.sampled_from([1, 25]))
    def claim(self, queue: str, limit: int) -> None:
        if queue in self.claimed:
            return
        found = self.house.store.write(claim_job, queue, "sim:", None, limit)
        if found is not None:
            self.claimed[queue] = found.attempt_id

    @rule(queue=BENCHES, outcome=st.sampled_from(OUTCOMES))
    def finish(self, queue: str, outcome: JobState) -> None:
        attempt = self.claimed.pop(queue, None)
        if attempt is not None:
            self.house.store.write(finish_attempt, attempt, outcome, None, None)

    @rule(queue=BENCHES)
    def the_spooler_starts_again(self, queue: str) -> None:
        self.claimed.pop(queue, None)
        self.house.store.write(recover_queue, queue)

    # at the desk

    @rule(which=ANY)
    def cancel(self, which: int) -> None:
        self._try(lambda order: self.house.store.write(request_cancel, LEAD, order, "buyer"), which)

    @rule(which=ANY)
    def kick_out(self, which: int) -> None:
        self._try(lambda order: self.house.store.write(kick_out, LEAD, order, "damaged"), which)

    @rule(which=ANY)
    def put_back(self, which: int) -> None:
        self._try(lambda order: self.house.store.write(put_back, LEAD, order), which)

    @rule(which=ANY, queue=BENCHES)
    def reprint(self, which: int, queue: str) -> None:
        parcels = self.house.all(select(Parcel.id).where(Parcel.state != ParcelState.CLOSED).order_by(Parcel.id))
        if parcels:
            self._allowed(lambda: self.house.store.write(reprint, LEAD, Random(which).choice(parcels), "desk", queue))

    def _try(self, step: Callable[[int], object], which: int) -> None:
        orders = self.house.all(select(Order.id).order_by(Order.id))
        self._allowed(lambda: step(Random(which).choice(orders)))

    def _allowed(self, step: Callable[[], object]) -> None:
        """Do it; a refusal leaves everything as it was."""
        before = self._counts()
        try:
            step()
        except Refusal:
            assert self._counts() == before

    # on the floor

    @rule(kind=st.integers(0, len(ORDERS) - 1), release=st.booleans())
    def another_wave(self, kind: int, release: bool) -> None:
        if self.house.count(Order) > 14:
            return
        self.house.order(*ORDERS[kind])
        wave = plan_wave(self.house.store, LEAD, self.house.warehouse).wave_id
        if wave is not None and release:
            self.house.store.write(release_wave, LEAD, wave)

    @rule(which=ANY)
    def release_what_is_planned(self, which: int) -> None:
        found = self.house.all(select(Wave.id).where(Wave.state == WaveState.PLANNED).order_by(Wave.id))
        if found:
            self.house.store.write(release_wave, LEAD, Random(which).choice(found))

    @rule(which=ANY)
    def cancel_wave(self, which: int) -> None:
        found = self.house.all(select(Wave.id).order_by(Wave.id))
        self._allowed(lambda: self.house.store.write(cancel_wave, LEAD, Random(which).choice(found), "late"))

    @rule(which=ANY, steps=st.integers(1, 6), short=st.booleans())
    def pick(self, which: int, steps: int, short: bool) -> None:
        for _ in range(steps):
            if batches := self.house.batches():
                self.house.pick_one(Random(which).choice(batches))
        if short and (batches := self.house.batches()):
            batch = Random(which).choice(batches)
            task = self.house.store.read(next_task, batch)
            assert task is not None
            self.house.pick(batch, task.location, "XXSHORT")

    @rule()
    def the_program_dies_and_starts_again(self) -> None:
        """Whatever was not finished stays as it was; the benches find their tables as they left them."""
        before = {name: hands.bench for name, hands in self.hands.items()}
        self._open.close()
        self.house.store = self._start()
        for name, hands in self.hands.items():
            hands.restart(self.house.store)
            assert hands.bench == before[name]

    # the books

    def _counts(self) -> dict[str, object]:
        def read(session: Session) -> dict[str, object]:
            found: dict[str, object] = {
                model.__name__: session.execute(select(func.count()).select_from(model)).scalar_one()
                for model in (ScanEvent, StockMove, Parcel, PrintJob, PrintAttempt, Allocation, PickTask)
            }
            found["orders"] = [tuple(row) for row in session.execute(select(Order.id, Order.state, Order.version))]
            found["items"] = [tuple(row) for row in session.execute(select(ParcelItem.parcel_id, ParcelItem.quantity))]
            found["stations"] = [tuple(row) for row in session.execute(select(Station.name, Station.last_seq))]
            return found

        return self.house.store.read(read)

    @invariant()
    def the_books_are_straight(self) -> None:
        self.house.store.read(check_books)


TestFloor = Floor.TestCase
TestFloor.settings = settings(
    max_examples=4,
    stateful_step_count=30,
    phases=[Phase.explicit, Phase.generate],  # shrinking takes longer than a test may
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def work_a_day(seed: int, steps: int) -> Counter[str]:
    """The same with chances more like those of a hall, so that work gets done; counts the verdicts."""
    chance, floor = Random(seed), Floor()
    done: list[str] = []
    doings: dict[str, int] = {
        "right": 40, "around": 12, "anything": 12, "again": 6, "claim": 6, "finish": 6, "crash": 1, "die": 1,
        "undo": 6, "hold": 3, "settle": 6, "torn": 4,
        "cancel": 3, "kick": 3, "back": 3, "reprint": 4, "wave": 6, "release": 3, "unwave": 1, "pick": 10,
    }  # fmt: skip
    try:
        floor.open_up()
        for _ in range(steps):
            (what,) = chance.choices(list(doings), list(doings.values()))
            bench, which = chance.choice(["BENCH-1", "BENCH-2"]), chance.randrange(2**16)
            done.append(f"{what}({bench}, {which})")
            match what:
                case "right":
                    floor.do_what_is_right(bench, chance.random() < 0.5, chance.randint(1, 6), which)
                case "around":
                    floor.scan_what_lies_around(bench, which)
                case "anything":
                    floor.scan_anything(bench, chance.choice(CODES))
                case "undo":
                    floor.scan_anything(bench, Command.UNDO)
                case "hold":
                    floor.scan_anything(bench, Command.HOLD)
                case "settle":
                    floor.scan_anything(bench, chance.choice([Command.PRINTED, Command.NOT_OUT]))
                case "torn":
                    floor.scan_anything(bench, Command.REPRINT)
                    floor.scan_anything(bench, chance.choice([Command.TORN, Command.LOST, Command.NEXT]))
                case "again":
                    floor.a_scan_comes_again(which)
                case "claim":
                    floor.claim(bench, chance.choice([1, 25]))
                case "finish":
                    floor.finish(bench, chance.choice(OUTCOMES))
                case "crash":
                    floor.the_spooler_starts_again(bench)
                case "die":
                    floor.the_program_dies_and_starts_again()
                case "cancel":
                    floor.cancel(which)
                case "kick":
                    floor.kick_out(which)
                case "back":
                    floor.put_back(which)
                case "reprint":
                    floor.reprint(which, bench)
                case "wave":
                    floor.another_wave(chance.randrange(len(ORDERS)), chance.random() < 0.7)
                case "release":
                    floor.release_what_is_planned(which)
                case "unwave":
                    floor.cancel_wave(which)
                case "pick":
                    floor.pick(which, chance.randint(1, 6), chance.random() < 0.2)
            floor.the_books_are_straight()
    except BaseException as error:
        error.add_note(f"seed {seed}: " + ", ".join(done))
        raise
    finally:
        floor.teardown()
    return Counter(str(judged.code) for _, _, judged in floor.scans)


@pytest.mark.parametrize("seed", range(3))
def test_a_day_on_the_floor(seed: int) -> None:
    assert work_a_day(seed, 120)["closed"] >= 3
