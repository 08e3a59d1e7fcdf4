"""Whoever scans whatever in whatever sequence at two benches: nothing wrong is ever closed, and the books add up.

PACKBENCH_EXAMPLES sets how many shifts are tried, PACKBENCH_STEPS how long each is: 1000 of 120 are a nightly run.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.barcode import Command, Kind, make_code, make_label_code
from app.domain.errors import Refusal
from app.domain.people import Role
from app.domain.states import JobState, LabelState, OrderState, ParcelState
from app.operations.addresses import change_address
from app.operations.gates import hand_over
from app.operations.label_copies import reprint, settle
from app.operations.orders import request_cancel
from app.operations.packing import Judged, scan_item
from app.operations.print_queue import claim_job, finish_attempt, recover_queue
from app.operations.scans import Scan
from app.operations.waves import put_back
from db.bench import Carton, InsertRule, PackingPolicy, PackingRules
from db.journal import JournalEntry, ScanEvent
from db.orders import Order, OrderLine, Sku, SkuBarcode, Substitute
from db.parcels import Captured, Label, Parcel, ParcelInsert, ParcelItem, PrintJob
from db.places import Operator
from db.waves import BatchOrder, Tote
from tests.app.operations.hands_and_boxes import Floor, Piece
from tests.books import check_books
from tests.factories import LEAD, Hands, HeldClock, House, make_order, make_sku, open_house, returning_id

BENCHES = ("BENCH-1", "BENCH-2")
ANY = st.integers(0, 2**16)  # of what there is at that moment
PLAIN = ("TEA", "CUP")
ORDERS = (
    (("TEA", 1),), (("TEA", 2), ("CUP", 1)), (("CUP", 3),), (("PHONE", 1), ("TEA", 1)), (("PHONE", 2),),
    (("MILK", 2),), (("MILK", 1), ("CUP", 1)), (("KIT", 1),), (("KIT", 2), ("CUP", 1)), (("TEA", 4),),
    (("TEA", 3), ("CUP", 3)), (("TEA", 2), ("CUP", 1)),
)  # fmt: skip
KIT = (("TEA", 2), ("CUP", 1))
OUTCOMES = (JobState.PRINTED, JobState.PRINTED, JobState.PRINTED, JobState.UNCERTAIN, JobState.FAILED)
COMMANDS = tuple(command.value for command in Command)
CLOSING = frozenset({"closed", "box_closed", "series_closed"})
EXAMPLES = int(os.environ.get("PACKBENCH_EXAMPLES", "0")) or 6
STEPS = int(os.environ.get("PACKBENCH_STEPS", "0")) or 40


class PackingFloor(RuleBasedStateMachine):
    """Two benches with their packers, a lead, a printer each, and everything that can come between."""

    def __init__(self) -> None:
        super().__init__()
        self._open = ExitStack()
        folder = self._open.enter_context(tempfile.TemporaryDirectory())
        self.house: House = self._open.enter_context(open_house(Path(folder)))
        self.write = self.house.store.write
        self.clock = HeldClock()
        self.house.store.clock = self.clock
        self.floor = Floor()
        self.hands: dict[str, Hands] = {}
        self.serials = 0
        self.cancelled: set[int] = set()
        self.doings: list[str] = []

    @initialize(
        weigh=st.sampled_from(["off", "checked", "noted"]), carton=st.sampled_from(["suggest", "required"]),
        check=st.sampled_from([0, 0, 100]), insert=st.booleans(),
        mode=st.sampled_from(["", "parent", "components", "strict"]), free=st.booleans(),
    )
    def open_up(self, weigh: str, carton: str, check: int, insert: bool, mode: str, free: bool) -> None:
        house = self.house
        for sku in PLAIN:
            house.stock(sku, 300)
        special: dict[str, dict[str, Any]] = {
            "PHONE": {"captures": "serial"}, "MILK": {"captures": "lot,expiry"}, "KIT": {"kit_mode": mode},
        }  # fmt: skip
        for sku, values in special.items():
            house.skus[sku] = house.store.write(returning_id(make_sku), sku, **values)
        house.stock("MUG", 10)
        house.stock("PHONE", 60)
        house.stock("MILK", 60)
        house.write(lambda tx: tx.session.add(SkuBarcode(barcode="CUP-CASE", sku_id=house.skus["CUP"], quantity=3)))

        def rules(tx: Any) -> None:
            tx.session.add(
                PackingRules(
                    warehouse_id=house.warehouse, weigh=weigh, carton=carton, check_percent=check, min_shelf_days=30,
                    release_by_scan="wrong_item",
                )
            )
            tx.session.add(
                Carton(warehouse_id=house.warehouse, code="S", length_mm=300, width_mm=200, height_mm=100, weight_g=50)
            )
            if insert:
                tx.session.add(InsertRule(warehouse_id=house.warehouse, name="card", barcode="CARD-1", country="GB"))
            for act in (
                "type_quantity", "skip_serial", "skip_lot", "accept_expiry", "accept_weight", "skip_insert",
                "skip_check",
            ):  # fmt: skip
                tx.session.add(PackingPolicy(handling_class="*", operator_group="*", act=act, allowed=free))
            tx.session.add(Substitute(sku_id=house.skus["CUP"], substitute_id=house.skus["MUG"]))
            for name in ("Ann", "Ben"):
                tx.session.add(Operator(name=name, role=Role.PACKER))

        house.write(rules)
        self.weigh, self.check, self.insert = weigh, bool(check), insert
        self.people: dict[str, int] = {
            name: house.one(select(Operator.id).where(Operator.name == name)) for name in ("Ann", "Ben")
        }
        self.hands = {name: house.hands(name) for name in BENCHES}
        for name, person in zip(BENCHES, ("Ann", "Ben"), strict=True):
            self._scan(name, make_code(Kind.PERSON, self.people[person]))
        self.more_orders(0)

    # the world outside

    @rule(seed=ANY)
    def more_orders(self, seed: int) -> None:
        """A wave of some orders, picked to the end."""
        if self.house.count(Order) > 60:
            return
        random = Random(seed)
        for _ in range(5):
            self._order(random)
        self._try(self.house.release)
        self._try(self.house.pick_all)

    def _order(self, random: Random) -> None:
        wanted = random.choice(ORDERS)
        lines: list[tuple[str, int, dict[str, int]]] = []
        for number, (sku, pieces) in enumerate(wanted, 1):
            if sku == "KIT":
                part = {"kit_sku_id": self.house.skus["KIT"], "kit_number": number}
                lines += [(code, pieces * each, {**part, "per_kit": each}) for code, each in KIT]
            else:
                lines.append((sku, pieces, {}))
        values: dict[str, Any] = {
            "buyer_message": random.choice(["", "", "happy birthday"]), "allow_split": random.random() < 0.3,
            "allow_substitutes": random.random() < 0.3,
        }  # fmt: skip

        def make(tx: Any) -> None:
            pieces_of = [(self.house.skus[sku], pieces) for sku, pieces, _ in lines]
            row = make_order(tx, self.house.warehouse, pieces_of, **values)
            of_order = select(OrderLine).where(OrderLine.order_id == row.id).order_by(OrderLine.position)
            stored = tx.session.scalars(of_order)
            for line, (_, _, part) in zip(stored, lines, strict=True):
                for name, value in part.items():
                    setattr(line, name, value)

        self.house.write(make)

    @rule(which=ANY)
    def cancel(self, which: int) -> None:
        order = self._one_of(Order.id, which)
        if order is not None and Random(which).random() < 0.3 and self._try(
            lambda: self.write(request_cancel, LEAD, order, "buyer")
        ):
            self.cancelled.add(order)

    @rule(which=ANY)
    def move_house(self, which: int) -> None:
        order = self._one_of(Order.id, which)
        if order is not None and Random(which).random() < 0.3:
            self._try(lambda: self.write(change_address, LEAD, order, {"street": f"New Street {which}"}, "buyer"))

    @rule(which=ANY)
    def put_back(self, which: int) -> None:
        order = self._one_of(Order.id, which, Order.state.in_((OrderState.PROBLEM, OrderState.CANCELLED)))
        if order is not None:
            self._try(lambda: self.write(put_back, LEAD, order))

    @rule(minutes=st.sampled_from([1, 6]))
    def time_passes(self, minutes: int) -> None:
        self.clock.at += timedelta(minutes=minutes)

    @rule(bench=st.sampled_from(BENCHES), outcome=st.sampled_from(OUTCOMES))
    def prints(self, bench: str, outcome: JobState) -> None:
        """The printer of a bench takes a label, if one waits."""
        claimed = self.write(claim_job, bench, "sim:", None, 25)
        if claimed is not None:
            self.write(finish_attempt, claimed.attempt_id, outcome, None, None)

    @rule(bench=st.sampled_from(BENCHES))
    def crashes(self, bench: str) -> None:
        """The program at a bench dies and comes back; a label that was being sent is uncertain."""
        self.write(recover_queue, bench)
        self.hands[bench].restart(self.house.store)

    @rule(which=ANY, came_out=st.booleans())
    def settles(self, which: int, came_out: bool) -> None:
        job = self._one_of(PrintJob.id, which, PrintJob.state == JobState.UNCERTAIN)
        if job is not None:
            self._try(lambda: self.write(settle, LEAD, job, came_out=came_out))

    @rule(which=ANY)
    def reprints(self, which: int) -> None:
        parcel = self._one_of(Parcel.id, which, Parcel.state != ParcelState.VOIDED)
        if parcel is not None and Random(which).random() < 0.3:
            self._try(lambda: self.write(reprint, LEAD, parcel, "torn"))

    @rule(which=ANY)
    def hands_over(self, which: int) -> None:
        """A label is scanned at the cage; nothing leaves that should not."""
        label = self._one_of(Label.tracking, which)
        if label is None:
            return
        told = self.write(hand_over, LEAD, label)
        if told.passed:
            parcel = self.house.get(Parcel, told.parcel_id)
            order = self.house.get(Order, parcel.order_id)
            assert parcel.state is ParcelState.CLOSED
            assert order.id not in self.cancelled
            valid = self.house.one(select(Label).where(Label.tracking == label))
            assert valid.state is LabelState.VALID
            assert valid.address_version == order.address_version

    # the benches

    @rule(bench=st.sampled_from(BENCHES), which=ANY)
    def opens_an_order(self, bench: str, which: int) -> None:
        """One of several items, by its number."""
        self._ready(bench)
        order = self._one_of(
            Order.source_id, which, Order.pieces > 1, Order.state.in_((OrderState.PICKED, OrderState.PACKING))
        )
        if order is not None and self.hands[bench].bench.parcel is None:
            self._scan(bench, order)

    @rule(
        bench=st.sampled_from(BENCHES), which=ANY,
        command=st.sampled_from(["XXSPLIT", "XXNEXTBOX", "XXSHIFT", "XXCLOSE", "XXUNDO", "XXUNDOBOX", "XXSERIES"]),
    )
    def changes_the_boxes(self, bench: str, which: int, command: str) -> None:
        """What a packer does with the boxes of the order on his table; a question is answered."""
        self._ready(bench)
        table = self.hands[bench].bench.parcel
        if table is None or not (table.packed or table.other_boxes):
            return
        verdict = self._scan(bench, command)
        if verdict == "undo_whole_box":
            self._scan(bench, "XXOK")
        elif verdict == "move_which":
            elsewhere = [line.sku for line in table.lines if line.elsewhere]
            if elsewhere:
                self._item(bench, elsewhere[which % len(elsewhere)])

    @rule(bench=st.sampled_from(BENCHES), which=ANY)
    def opens_a_box_again(self, bench: str, which: int) -> None:
        self._ready(bench)
        label = self._one_of(
            Label.tracking, which, Label.state == LabelState.VALID, Parcel.state == ParcelState.CLOSED,
            joined=(Parcel, Parcel.id == Label.parcel_id),
        )
        if label is not None and self._scan(bench, "XXREOPEN") == "reopen_which":
            self._scan(bench, label)

    @rule(bench=st.sampled_from(BENCHES), steps=st.integers(1, 5))
    def packs_on(self, bench: str, steps: int) -> None:
        """A packer who knows the job does what is next."""
        for _ in range(steps):
            self._helpful(bench)

    @rule(bench=st.sampled_from(BENCHES), command=st.sampled_from(COMMANDS))
    def commands(self, bench: str, command: str) -> None:
        self._ready(bench)
        self._scan(bench, command)

    @rule(bench=st.sampled_from(BENCHES), sku=st.sampled_from(["TEA", "CUP", "PHONE", "MILK", "KIT"]))
    def scans_an_item(self, bench: str, sku: str) -> None:
        self._ready(bench)
        self._item(bench, sku)

    @rule(bench=st.sampled_from(BENCHES))
    def scans_a_substitute(self, bench: str) -> None:
        """A mug, where the order may have one for a cup."""
        self._ready(bench)
        if self._scan(bench, "MUG-EAN", item=(("CUP", 1),)) == "substitute":
            self._scan(bench, "XXOK")

    @rule(bench=st.sampled_from(BENCHES))
    def scans_a_case(self, bench: str) -> None:
        self._ready(bench)
        self._scan(bench, "CUP-CASE", item=(("CUP", 3),))

    @rule(bench=st.sampled_from(BENCHES), pieces=st.integers(1, 3))
    def types_a_quantity(self, bench: str, pieces: int) -> None:
        self._ready(bench)
        if self._scan(bench, f"*{pieces}") == "quantity_set":
            self.floor.packers[bench].typed = pieces

    @rule(bench=st.sampled_from(BENCHES), which=ANY)
    def scans_a_tote(self, bench: str, which: int) -> None:
        self._ready(bench)
        tote = self._one_of(Tote.code, which)
        if tote is not None:
            self._scan(bench, tote)

    @rule(bench=st.sampled_from(BENCHES), which=ANY, copy=st.integers(0, 2))
    def scans_a_label(self, bench: str, which: int, copy: int) -> None:
        """Any label that was ever made, by its square code or its tracking number."""
        self._ready(bench)
        if copy:
            parcel = self._one_of(Parcel.code, which)
            if parcel is not None:
                self._scan(bench, make_label_code(parcel, copy))
        elif (tracking := self._one_of(Label.tracking, which)) is not None:
            self._scan(bench, tracking)

    @rule(
        bench=st.sampled_from(BENCHES),
        code=st.sampled_from(["nonsense", "L-TEA", "P-01", "CARD-1", "5901234123458", "SN-1"]),
    )
    def scans_anything(self, bench: str, code: str) -> None:
        self._ready(bench)
        self._scan(bench, code)

    @rule(bench=st.sampled_from(BENCHES), grams=st.sampled_from([0, 250, 5000]))
    def weighs(self, bench: str, grams: int) -> None:
        self._ready(bench)
        self._scan(bench, f"{grams} g", grams=grams)

    @rule(bench=st.sampled_from(BENCHES), name=st.sampled_from(["Ann", "Ben"]))
    def shows_a_badge(self, bench: str, name: str) -> None:
        self._scan(bench, make_code(Kind.PERSON, self.people[name]))

    @rule(bench=st.sampled_from(BENCHES))
    def delivers_a_scan_again(self, bench: str) -> None:
        """A device sends its last scan once more: it is not judged again."""
        hands = self.hands[bench]
        if hands.done:
            scan, judged = hands.done[-1]
            before = self.house.count(ScanEvent)
            again: Judged = self.write(scan_item, hands.actor, scan)
            assert (again.seq, again.code) == (judged.seq, judged.code)
            assert self.house.count(ScanEvent) == before

    # what the hands do

    def _helpful(self, bench: str) -> None:
        hands = self.hands[bench]
        there = hands.bench
        if there.latch is not None:
            self._scan(bench, "XXOK")
            return
        parcel = there.parcel
        if there.question in ("serial_needed", "lot_needed", "expiry_needed"):
            self._answer(bench, str(there.question))
        elif parcel is None:
            tote = self._one_of(
                Tote.code, hands.judged.seq if hands.done else 0, BatchOrder.emptied_at.is_(None),
                joined=(BatchOrder, BatchOrder.tote_id == Tote.id),
            )
            if tote is None:
                self.more_orders(len(self.doings))
            else:
                self._scan(bench, tote)
        elif parcel.state is ParcelState.LABELLING:
            self.prints(bench, JobState.PRINTED)
            self._scan(bench, make_label_code(parcel.code, max(parcel.copy, 1)))
        elif not parcel.packed and not parcel.remaining:
            self._scan(bench, "XXNEXTBOX")
        elif parcel.remaining and not parcel.sealed:
            line = next(line for line in parcel.lines if line.open)
            kit = line.kit is not None and line.kit.mode == "parent"
            self._item(bench, "KIT" if kit else line.sku)
        elif parcel.has_note and not parcel.note_confirmed:
            self._scan(bench, "XXOK")
        elif any(not insert.done for insert in parcel.inserts):
            self._scan(bench, "CARD-1")
        elif parcel.check_needed and not parcel.checked:
            unseen = next((line for line in parcel.lines if line.packed > line.checked), None)
            if unseen is None or there.operator_id == parcel.packer_id:
                other = next(person for person in self.people.values() if person != parcel.packer_id)
                self._scan(bench, make_code(Kind.PERSON, other))
            else:
                self._scan(bench, f"{unseen.sku}-EAN", item=((unseen.sku, 1),))
        elif parcel.carton_id is None and there.rules.carton == "required":
            self._scan(bench, make_code(Kind.CARTON, 1))
        elif parcel.weighed_g is None and not parcel.weight_accepted and self.weigh != "off":
            grams = sum(line.packed for line in parcel.lines) * 100 + (50 if parcel.carton_id else 0)
            self._scan(bench, f"{grams} g", grams=grams)
        else:
            self._scan(bench, "XXCLOSE")

    def _item(self, bench: str, sku: str) -> None:
        item: tuple[Piece, ...] = KIT if sku == "KIT" else ((sku, 1),)
        code = self._scan(bench, f"{sku}-EAN", item=item)
        for _ in range(3):
            if code not in ("serial_needed", "lot_needed", "expiry_needed"):
                break
            code = self._answer(bench, code)

    def _answer(self, bench: str, code: str) -> str:
        if code == "serial_needed":
            self.serials += 1
            return self._scan(bench, f"SN-{self.serials}")
        if code == "lot_needed":
            return self._scan(bench, "LOT-7")
        days = 10 if self.serials % 5 == 4 else 400
        self.serials += 1
        return self._scan(bench, (self.clock.at + timedelta(days=days)).strftime("%Y-%m-%d"))

    def _ready(self, bench: str) -> None:
        """Acknowledge what has stopped the bench; now and then it is forgotten."""
        if self.hands[bench].bench.latch is not None and len(self.doings) % 5:
            self._scan(bench, "XXOK")

    def _scan(self, bench: str, code: str, *, item: tuple[Piece, ...] | None = None, grams: int | None = None) -> str:
        hands = self.hands[bench]
        table = hands.bench.parcel
        scan: Scan = hands.source.scan(code)
        if grams is not None:
            scan = replace(scan, device=f"scale of {bench}", grams=grams)
        judged: Judged = self.write(scan_item, hands.actor, scan)
        hands.done.append((scan, judged))
        verdict = str(judged.code)
        self.doings.append(f"{bench} {code}: {verdict}")
        if verdict == "item_moved":
            self._moved(judged)
        elif verdict == "checked_item" or verdict == "checked" or (verdict == "series_begun"):
            if verdict == "series_begun":
                self._series_begun(judged)
        else:
            taken = judged.facts.get("pieces")
            taken = taken if isinstance(taken, int) else 0
            self.floor.scanned(bench, item, verdict, judged.parcel, judged.sku, taken)
        if verdict in CLOSING:
            self._closed(code, table.code if table is not None and verdict != "series_closed" else judged.parcel)
        return verdict

    def _moved(self, judged: Judged) -> None:
        assert judged.parcel is not None
        number, pieces, sku = judged.facts["box"], judged.facts["pieces"], judged.sku
        assert isinstance(pieces, int)
        assert sku is not None
        here = self.house.one(select(Parcel).where(Parcel.code == judged.parcel))
        source: str = self.house.one(
            select(Parcel.code).where(
                Parcel.order_id == here.order_id, Parcel.number == number, Parcel.state != ParcelState.VOIDED
            )
        )
        self.floor.moved(source, judged.parcel, sku, pieces)

    def _series_begun(self, judged: Judged) -> None:
        """For each identical order somebody takes the same items out of the tote."""
        first = self.house.one(select(Parcel).where(Parcel.code == judged.parcel))
        content = self.floor.boxes[first.code].content
        for parcel in self.house.all(select(Parcel).where(Parcel.series_of_id == first.id)):
            if parcel.code not in self.floor.boxes:
                self.floor.scanned("series", tuple(content.items()), "item", parcel.code, None)

    def _closed(self, code: str, parcel_code: str | None) -> None:
        """A box was closed: the right label, nothing wrong or missing in it, wanted, weighed, checked."""
        assert parcel_code is not None
        parcel = self.house.one(select(Parcel).where(Parcel.code == parcel_code))
        order = self.house.get(Order, parcel.order_id)
        overrides = set(
            self.house.all(
                select(JournalEntry.reason).where(
                    JournalEntry.order_id == order.id, JournalEntry.name.in_(("override", "skip"))
                )
            )
        )
        assert parcel.state is ParcelState.CLOSED
        assert order.id not in self.cancelled, "a cancelled order was closed"
        label = self.house.one(select(Label).where(Label.parcel_id == parcel.id, Label.state == LabelState.VALID))
        assert code.startswith(parcel.code) or code == label.tracking, "closed by another label"
        assert label.address_version == order.address_version
        wanted: Counter[str] = Counter()
        for sku, pieces in self._all(
            select(Sku.code, OrderLine.quantity - OrderLine.backordered)
            .join(Sku, Sku.id == OrderLine.sku_id)
            .where(OrderLine.order_id == order.id)
        ):
            wanted[sku] += pieces
        held: Counter[str] = Counter()
        for box in self.house.all(
            select(Parcel.code).where(Parcel.order_id == order.id, Parcel.state != ParcelState.VOIDED)
        ):
            held += self.floor.boxes[box].content if box in self.floor.boxes else Counter()
        assert not held - wanted, "something wrong is in a box"
        if order.state is OrderState.SHIPPED:
            assert held == +wanted, "something is missing"
        if self.weigh != "off" and parcel.series_of_id is None:
            assert parcel.weighed_g is not None or "accept_weight" in overrides, "closed without being weighed"
        if parcel.check_needed and parcel.series_of_id is None:
            assert parcel.checked_at is not None or "skip_check" in overrides
            if "skip_check" not in overrides:
                assert parcel.check_operator_id not in (None, parcel.packer_id)
        if self.insert and order.state is OrderState.SHIPPED and "skip_insert" not in overrides:
            put_in = self.house.all(
                select(ParcelInsert.done_at.is_not(None))
                .join(Parcel, Parcel.id == ParcelInsert.parcel_id)
                .where(Parcel.order_id == order.id, Parcel.state != ParcelState.VOIDED)
            )
            assert put_in == [True], "the card is missing"
        self._check_captured(parcel, overrides)

    def _check_captured(self, parcel: Parcel, overrides: set[str | None]) -> None:
        kept = self.house.all(
            select(Captured).where(Captured.parcel_id == parcel.id, Captured.released_at.is_(None))
        )
        content = self.floor.boxes[parcel.code].content
        serials = [row.serial for row in kept if row.sku_id == self.house.skus["PHONE"] and row.serial]
        if "skip_serial" not in overrides:
            assert len(set(serials)) == content["PHONE"], "a serial number is missing"
        milk = [row for row in kept if row.sku_id == self.house.skus["MILK"]]
        if "skip_lot" not in overrides:
            assert sum(row.quantity for row in milk if row.lot and row.expires_on) == content["MILK"]
        soon = (self.clock.at + timedelta(days=29)).date()
        if "accept_expiry" not in overrides:
            assert all(row.expires_on is None or row.expires_on >= soon for row in milk)

    # what always holds

    @invariant()
    def the_books_add_up(self) -> None:
        if self.hands:
            self.house.store.read(check_books)

    @invariant()
    def the_boxes_hold_what_was_put_in(self) -> None:
        """Undo really undoes: what the database says lies in each box is what the hands have put into it."""
        if not self.hands:
            return
        stored: dict[str, Counter[str]] = {}
        for code, sku, pieces in self._all(
            select(Parcel.code, Sku.code, ParcelItem.quantity)
            .join(ParcelItem, ParcelItem.parcel_id == Parcel.id)
            .join(OrderLine, OrderLine.id == ParcelItem.order_line_id)
            .join(Sku, Sku.id == OrderLine.sku_id)
            .where(Parcel.state != ParcelState.VOIDED)
        ):
            stored.setdefault(code, Counter())[sku] += pieces
        for code, content in stored.items():
            held = self.floor.boxes[code].content if code in self.floor.boxes else Counter()
            assert +content == +held, (code, content, held)

    @invariant()
    def no_serial_is_in_two_boxes(self) -> None:
        if self.hands:
            live = self.house.all(
                select(Captured.serial)
                .join(Parcel, Parcel.id == Captured.parcel_id)
                .where(Captured.released_at.is_(None), Captured.serial.is_not(None), Parcel.state != ParcelState.VOIDED)
            )
            assert len(live) == len(set(live))

    def teardown(self) -> None:
        self._open.close()

    # asking the database

    def _all(self, statement: Any) -> list[Any]:
        return self.house.store.read(lambda session: [tuple(row) for row in session.execute(statement)])

    def _one_of(self, column: Any, which: int, *where: Any, joined: tuple[Any, Any] | None = None) -> Any:
        def found(session: Session) -> Any:
            statement = select(column).where(*where)
            if joined is not None:
                statement = statement.join(*joined)
            count = session.execute(select(func.count()).select_from(statement.subquery())).scalar_one()
            return session.execute(statement.offset(which % count).limit(1)).scalar() if count else None

        return self.house.store.read(found)

    def _try(self, step: Any) -> bool:
        try:
            step()
        except Refusal as refusal:
            self.doings.append(f"refused: {refusal}")
            return False
        return True


SETTINGS = settings(
    max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, print_blob=False,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate, Phase.shrink) if EXAMPLES > 6 else (Phase.generate,),
    derandomize=EXAMPLES <= 6,
)
TestPackingFloor = PackingFloor.TestCase
TestPackingFloor.settings = SETTINGS
pytestmark = pytest.mark.filterwarnings("default::pytest.PytestWarning")
