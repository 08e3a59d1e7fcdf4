"""A shift at two benches, done line by line as its script says; each answer is compared at once and written down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import zip_longest
from random import Random
from typing import Any

from sqlalchemy import select

from app.domain.barcode import Kind, make_code
from app.domain.bench_rules import BenchRules
from app.operations.bench_rules import save_rules
from db.bench import Carton
from db.orders import Order
from db.parcels import Parcel
from db.places import Location
from tests.app.operations.hands_and_boxes import INTO_THE_BOX, Floor, Packer
from tests.end_to_end.shift_floor import CARTONS, GOODS, LEAD, barcode, pieces_of
from tests.end_to_end.shift_hall import Done, Hall, Noted, Table
from tests.end_to_end.shift_script import SERIES_LINES, Told

OPENS = frozenset({"opened", "opened_verified", "reopened"})
LEAVES = frozenset({"closed", "held", "shelved", "order_cancelled"})
# what is scanned at an empty bench is about an order only here
OF_AN_ORDER = frozenset({
    "order_cancelled", "superseded_copy", "label_voided", "series_closed", "reopened", "copy_confirmed",
})  # fmt: skip
ASKED = {"lot": "lot_needed", "exp": "expiry_needed"}


@dataclass
class Shift(Hall):
    """The shift: the benches, and what should have come of all that was done at them."""

    floor: Floor = field(default_factory=Floor)
    noted: list[Noted] = field(default_factory=list)
    weights: dict[str, int] = field(default_factory=dict)
    journal: dict[str, list[tuple[str, str | None]]] = field(default_factory=dict)
    cartons: dict[str, int] = field(default_factory=dict)  # the carton's weight, by parcel
    serials: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)  # serial numbers of boxes that are closed
    closed: set[str] = field(default_factory=set)  # boxes of orders that have others
    squares: list[str] = field(default_factory=list)  # of closed boxes
    singles: dict[str, list[str]] = field(default_factory=dict)
    wants: dict[str, Counter[str]] = field(default_factory=dict)  # pieces to be packed by SKU, of each order
    short: Counter[str] = field(default_factory=Counter)  # pieces that were in no tote
    last_grams: int = 0
    rules: int = 0  # the version of those that hold

    def __post_init__(self) -> None:
        self._random = Random(self.seed)
        self.today: date = self.store.clock.now().date()

    # the script

    def begin(self) -> None:
        """Both packers come."""
        for table in self.tables.values():
            self.scan(table, self.badges[table.person], "badged_in", None)

    def set_rules(self, rules: BenchRules) -> None:
        """The lead changes what is asked of parcels, from the next scan on."""
        self.rules = self.store.write(save_rules, LEAD, self.warehouse, rules, self.rules)

    def pack(self, orders: Iterable[Told]) -> None:
        """Pack these, at both benches at the same time: a step here, a step there."""
        rows: dict[str, list[Told]] = {name: [] for name in self.tables}
        for told in orders:
            if told.name.startswith("one "):
                self.singles.setdefault(told.wanted.lines[0][0], []).append(told.wanted.number)
            least = min(rows, key=lambda name: len(rows[name]))
            rows[told.story.bench or least].append(told)
        alone = [told for row in rows.values() for told in row if self._needs_both(told)]
        for row in rows.values():
            row[:] = [told for told in row if told not in alone]
        for both in zip_longest(*(self._steps(self.tables[name], row) for name, row in rows.items())):
            for step in filter(None, both):
                step()
        for told in alone:
            for step in self._steps(self.tables[told.story.bench], [told]):
                step()

    @staticmethod
    def _needs_both(told: Told) -> bool:
        return any(f"{name}: " in told.story.script for name in ("P-01", "P-02"))

    def _steps(self, table: Table, orders: Sequence[Told]) -> Iterable[Callable[[], None]]:
        for told in orders:
            for line in filter(None, map(str.strip, told.story.script.splitlines())):
                yield lambda told=told, line=line: self.step(table, told, line)  # type: ignore[misc]

    def step(self, table: Table, told: Told, line: str) -> None:
        """One line of a script."""
        doing, _, journal = line.partition(" | ")
        for entry in filter(None, journal.split(", ")):
            name, _, reason = entry.partition(":")
            self.journal.setdefault(told.wanted.number, []).append((name.strip(), reason.strip() or None))
        if doing.startswith("P-"):
            name, doing = doing.split(": ")
            table = self.tables[name]
        what, *wanted = doing.split()
        number = told.wanted.number
        try:
            if what.startswith("@"):
                getattr(self, f"do_{what[1:]}")(table, number, *wanted)
            elif what.startswith("weight"):
                self.weigh(table, number, int(what.partition("+")[2] or 0), *wanted)
            else:
                single = told.name.startswith("one ")
                self.scan(table, what, wanted[0], self._single(table, what) if single else number)
        except AssertionError as error:
            raise AssertionError(f"{table.name}, {told.name} ({number}), {line}: {error}") from error

    def _single(self, table: Table, what: str) -> str:
        """The order of the single-item lane that an item opens: the oldest that waits; then the one on the table."""
        return table.order or self.singles[what].pop(0)

    # scans

    def scan(self, table: Table, what: str, code: str, order: str | None) -> None:
        """Scan something; the verdict must be as the script has it."""
        raw, item = self._code(table, what, order)
        self._judged(table, what, raw, item, code, order, table.desk.scan(raw))

    def weigh(self, table: Table, order: str, more: int, code: str) -> None:
        """Put the box on the scale, and take it off again once the bench has seen it."""
        assert table.parcel is not None
        content = self.floor.boxes[table.parcel].content
        grams = sum(GOODS[sku].weight * count for sku, count in content.items()) + self.cartons.get(table.parcel, 0)
        # a little off as boxes are, and otherwise than the last one, so that the scale sees another box
        grams += more + next(off for off in (0, 8, -8) if abs(grams + more + off - self.last_grams) > 6)
        self.last_grams = grams
        self.scale(grams)
        answer = table.desk.answer()
        self.scale(0)
        if code == "weighed" or more:
            self.weights[table.parcel] = grams
        self._judged(table, "weight", f"{grams} g", None, code, order, answer)

    def _judged(
        self, table: Table, what: str, raw: str, item: tuple[tuple[str, int], ...] | None, code: str,
        order: str | None, answer: dict[str, Any],
    ) -> None:
        assert (answer["scan"], answer["code"]) == (raw, code), answer
        assert answer["seq"] == len(table.done) + 1, answer
        before, lay = table.order, table.parcel
        if code in OPENS or (before is None and code in INTO_THE_BOX):
            table.order = order
            for other in self.tables.values():
                if other is not table and other.order == order:
                    other.order = other.parcel = None  # taken over
        parcel = answer["parcel"]
        about = before or table.order or (order if code in OF_AN_ORDER else None)
        if code == "series_closed":
            about = order
        if parcel is not None and about is not None and parcel not in self.parcels.setdefault(about, []):
            self.parcels[about].append(parcel)
        if code in LEAVES:
            table.order = table.parcel = None
        elif code == "box_closed":
            self.closed.add(parcel)
            assert table.order is not None
            table.parcel = next((box for box in self.parcels[table.order] if box not in self.closed), None)
        elif table.order is not None and code != "series_closed":
            table.parcel = parcel
        if what == "XXBOXED":
            self._carton("SMALL", table)  # nothing is known of the sizes: the smaller one
        if code == "split_off":
            self._split(about or "")
        counted = self._into_boxes(table, what, raw, item, code, parcel, answer["sku"])
        named = {about, order, None} if before is None else {about}
        assert answer["order"] in named, answer
        if table.order is not None and parcel is not None and code != "series_closed":
            assert answer["remaining"] == self._remaining(table.order), answer
        table.done.append(Done(raw, answer["verdict"], code, about, counted))
        if code in ("closed", "box_closed", "series_closed"):
            closed = parcel if code == "series_closed" else lay
            assert closed is not None
            self.sent += [row.serial for row in self.noted if row.parcel == closed and row.serial]
            if what in ("label", "bars"):
                self.squares.append(self._square(closed, 0))

    def _into_boxes(
        self, table: Table, what: str, raw: str, item: tuple[tuple[str, int], ...] | None, code: str,
        parcel: str | None, sku: str | None,
    ) -> int:
        """What the hands do, and what is noted of it; how many pieces the scan has counted."""
        floor = self.floor
        if code == "quantity_set":
            floor.packers[table.name].typed = int(raw[1:])
            return 0
        if code == "item_moved":
            assert parcel is not None
            assert sku is not None
            boxes = self.parcels[table.order or ""]
            source = next(box for box in boxes if box != parcel and floor.boxes[box].content[sku])
            floor.moved(source, parcel, sku, 1)
            return 1
        if code in ("checked_item", "checked"):
            return 0
        box = floor.boxes.get(parcel or "")
        before = sum(box.content.values()) if box else 0
        taken = code in INTO_THE_BOX or (code == "overridden" and bool(floor.packers[table.name].hand))
        if item is not None:
            table.said = [what.partition("*")[0]]
        if what.startswith(("sn", "gs1", "lot", "exp")):
            table.said = ["PHONE"] if what.startswith("gs1") else table.said
            table.said.append(raw.rpartition("\x1d21")[2][-9:] if what.startswith("gs1") else raw)
        packer = floor.packers.setdefault(table.name, Packer())
        if code == "undone" and packer.hand is not None:
            packer.hand = None  # it is not in the box yet
            return 0
        of_line = box.content[sku] if box and sku else 0  # no order of the shift has two lines of a SKU
        floor.scanned(table.name, item, code, parcel, sku, of_line)
        if code in ("undone", "line_undone", "box_undone"):
            self._released(parcel, before - sum(floor.boxes[parcel or ""].content.values()))
        if not taken:
            return 0
        assert parcel is not None
        counted = sum(floor.boxes[parcel].content.values()) - before
        self._note(table, parcel, counted)
        return counted

    def _note(self, table: Table, parcel: str, pieces: int) -> None:
        sku, *said = table.said or [""]
        if sku == "PHONE":
            self.noted.append(Noted(parcel, sku, pieces, serial=said[-1]))
        elif sku == "MILK":
            self.noted.append(Noted(parcel, sku, pieces, lot=said[0], expires=said[1]))
        elif sku == "CRIMSON":
            self.noted.append(Noted(parcel, sku, pieces))
        table.said = []

    def _released(self, parcel: str | None, pieces: int) -> None:
        """The last of a box were taken out again; in this shift only phones of what is noted are."""
        mine = [row for row in self.noted if row.parcel == parcel]
        for row in mine[len(mine) - pieces :] if mine else []:
            self.noted.remove(row)

    def _remaining(self, order: str) -> int:
        return (self.wants[order] - self._packed(order)).total()

    def _packed(self, order: str) -> Counter[str]:
        """What lies in the boxes of an order."""
        lying = [box for box in self.parcels.get(order, []) if box in self.floor.boxes and box not in self.gone]
        boxes = [self.floor.boxes[box].content for box in lying]
        return sum(boxes, Counter())

    def _split(self, order: str) -> None:
        """What is missing will be sent by another order."""
        missing = self.wants[order] - self._packed(order)
        self.wants[order] -= missing
        self.wants[f"{order}-R1"] = missing
        self.short += missing

    def _code(
        self, table: Table, what: str, order: str | None
    ) -> tuple[str, tuple[tuple[str, int], ...] | None]:
        """What the scanner reads, and the pieces that are held up to it."""
        sku, _, case = what.partition("*")
        if sku in GOODS:
            return barcode(sku, int(case or 1)), pieces_of(sku, int(case or 1))
        if what.startswith(("XX", "*", "PE")):
            return what, None
        if what.startswith("!"):
            return what[1:], None
        if what in ("sn", "gs1"):
            self.serials.append(f"SN-{len(self.serials) + 1:06d}")
        match what.partition(":")[0]:
            case "order":
                return order or "", None
            case "tote" | "slot":
                return self._place(order or "", what), None
            case "shelf":
                on_shelf = select(Location.code).join(Order, Order.problem_location_id == Location.id)
                return self._one(on_shelf.where(Order.source_id == order)), None
            case "me":
                return self.badges[table.person], None
            case "label":
                return self._square(table.parcel or self.parcels[order or ""][-1], 0), None
            case "label-of":
                return self._square(self.parcels[order or ""][-1], 0), None
            case "bars":
                return self._paper(table.parcel or "", 0)[1], None
            case "old":
                return self._square(table.parcel or self.parcels[order or ""][-1], 1), None
            case "stranger":
                return self._random.choice(self.squares), None
            case "sn" | "sn-last":
                return self.serials[-1], None
            case "gs1":
                return f"010{barcode('PHONE')}21{self.serials[-1]}", pieces_of("PHONE")
            case "gs1-sent":
                return f"010{barcode('PHONE')}21{self.sent[0] if self.sent else self.serials[0]}", pieces_of("PHONE")
            case "lot":
                return what[4:], None
            case "exp":
                return (self.today + timedelta(days=int(what[4:]))).isoformat(), None
            case "misread":
                right = barcode("TEA")
                return right[:-1] + str((int(right[-1]) + 1) % 10), None
        if what in CARTONS:
            return self._carton(what, table), None
        return self.badges[what], None

    def _carton(self, code: str, table: Table) -> str:
        assert table.parcel is not None
        self.cartons[table.parcel] = CARTONS[code][3]
        return make_code(Kind.CARTON, self._one(select(Carton.id).where(Carton.code == code)))

    # identical orders

    def pack_series(self, table: Table, numbers: Sequence[str]) -> None:
        """One is verified; the labels of all come out, and each is scanned onto its box."""
        first, *others = numbers
        self.scan(table, "tote", "opened", first)
        for sku, code in zip((sku for sku, _ in SERIES_LINES), ("item", "item", "complete"), strict=True):
            self.scan(table, sku, code, first)
        self.scan(table, "XXSERIES", "series_begun", first)
        self.journal.setdefault(first, []).append(("series", None))
        made: list[tuple[str, str]] = self.store.read(
            lambda session: [
                (row[0], row[1])
                for row in session.execute(
                    select(Order.source_id, Parcel.code)
                    .join(Order, Order.id == Parcel.order_id)
                    .where(Parcel.series_of_id.is_not(None))
                )
            ]
        )
        assert sorted(order for order, _ in made) == others
        for order, parcel in made:
            self.parcels[order] = [parcel]
            self.floor.scanned("series", SERIES_LINES, "item", parcel, None)
        closing = self._random.sample(made, len(made))
        for order, _ in closing[:3]:
            self.scan(table, "label-of", "series_closed", order)
        self.scan(table, "label", "closed", first)
        for order, _ in closing[3:]:
            self.scan(table, "label-of", "series_closed", order)
