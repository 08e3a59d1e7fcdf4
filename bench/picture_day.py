"""The made-up day behind the pictures of the window: orders in every stage, written by the operations of the job."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path

from sqlalchemy import update

from app.change import NOTHING, Change
from app.demo_input import sender, write_made_up
from app.desk import LEAD, import_to
from app.domain.barcode import Command, make_label_code
from app.domain.bench import Bench
from app.domain.errors import Refusal
from app.domain.people import Actor, Role
from app.domain.states import JobState, Lane, ParcelState
from app.operations.label_copies import reprint
from app.operations.orders import request_cancel
from app.operations.picking import claim_batch, scan_pick, short_pick
from app.operations.print_queue import claim_job, finish_attempt, note_wait
from app.operations.stations import ensure_station, ensure_warehouse
from app.operations.waves import cancel_wave, kick_out, release_wave
from app.planning import plan_wave
from app.queries.board_waves import WaveOrderSort, wave_orders
from app.queries.orders import find_order
from app.queries.packing import Waiting, bench, waiting_orders
from app.queries.waves import barcode_of, next_task, released_batches
from app.station import ScanSource, Station
from db.engine import parse_url
from db.places import Warehouse
from db.store import Store, Tx

BENCH, PRINTER = "BENCH-1", "tcp://192.168.10.31:9100"
SEED = 7
HOURS = 6.5  # how long the day has gone on
# orders that a picture needs: many lines, half verified, put on the table, cancelled in the tote, held elsewhere …
MANY, HALF, SMALL, OTHER = "8140221700012345", "AE-8140-2217", "302-7711020-4418722", "#1042"
STOPPED, TAKEN, LATE = "AE-8140-2240", "302-5540981-0093316", "#1017"
# … and after the scans of the day: a label nobody knows of, one that failed, one that was printed twice
UNCERTAIN, FAILED, TWICE = "AE-8140-2251", "AE-8140-2252", "AE-8140-2253"
PROBLEM, INCOMPLETE, READY = "#1060", "AE-8140-2290", "#1099"
_LONG = "Vacuum flask with double wall, 750 ml, leak-proof lid, brushed steel, with a strap and a spare seal"
_NAMES = {
    "SKU-0003": _LONG, "SKU-0005": "无线蓝牙耳机 降噪版 黑色（含充电盒）", "SKU-0008": "<b>Mug</b> & saucer, “blue”",
}  # fmt: skip
_SHOPS = ("aliexpress-es", "amazon-de", "shopify")
_PEOPLE = (
    ("Ana García López", "Calle Inventada 12, 3º B", "28013", "Madrid", "ES"),
    ("Jürgen Müßig", "Musterstraße 7a", "10115", "Berlin", "DE"),
    ("王小明", "虚构路88号 幸福小区3栋502室", "200000", "上海", "CN"),
    ("Ольга Примерова", "ул. Вымышленная, д. 5, кв. 17", "190000", "Санкт-Петербург", "RU"),
    ("Ada Example", "12 Sample Square", "SW1Y 4JH", "London", "GB"),
    ("Maria Exemplo", "Rua Inventada 40", "1100-048", "Lisboa", "PT"),
)
Lines = Sequence[tuple[int, int]]  # (number of the SKU, pieces)


class Shift:
    """A clock that the day moves on."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """The moment of the day."""
        return self.at

    def pass_(self, seconds: float) -> None:
        """Time goes by."""
        self.at += timedelta(seconds=seconds)

    def until(self, moment: datetime) -> None:
        """A break, unless it is later already."""
        self.at = max(self.at, moment)


@dataclass(frozen=True, slots=True)
class _Wanted:
    number: str
    lines: Lines
    ship_by: datetime | None
    street: bool = True


def write_empty(path: Path) -> None:
    """A database in which nobody has imported anything."""
    with Store(parse_url(str(path))) as store:
        store.write(ensure_warehouse, "MAIN", "Main warehouse", sender())


def write_ready(path: Path, folder: Path) -> None:
    """A warehouse with orders of which none is planned."""
    now = datetime.now(UTC)
    with Store(parse_url(str(path))) as store:
        day = _Day(store, Shift(now), now, folder)
        day.import_orders([*_usual(day, 1, 8), _Wanted(READY, ((1, 1),), day.dues[2])])


def write_day(path: Path, folder: Path) -> None:
    """A warehouse in the middle of its day."""
    now = datetime.now(UTC)
    clock = Shift(now - timedelta(hours=HOURS))
    with Store(parse_url(str(path)), clock) as store:
        day = _Day(store, clock, now, folder)
        day.first_wave()
        day.second_wave()
        day.rest()
        clock.until(now - timedelta(seconds=20))


def _usual(day: _Day, first: int, count: int, hour: int = 0) -> list[_Wanted]:
    """Orders as they come: half of them with a single piece."""
    found = []
    for number in range(first, first + count):
        shop = number % 3
        amazon = f"302-{1_000_000 + number * 37}-{2_000_000 + number * 91}"
        called = (f"AE-8140-{3000 + number}", amazon, f"#{2000 + number}")
        lines = [((number * 7 + n * 13) % 90 + 20, 1 + (number + n) % 5 // 4) for n in range((1, 2, 1, 3)[number % 4])]
        found.append(_Wanted(called[shop], lines, day.dues[hour] if hour else day.dues[1 + number % 3]))
    return found


class _Day:
    def __init__(self, store: Store, clock: Shift, now: datetime, folder: Path) -> None:
        self.store, self.clock, self._now, self._folder = store, clock, now, folder
        self._files, self._people = 0, cycle(_PEOPLE)
        self._waves = 0
        self._odometer = 40_210
        self.warehouse = store.write(ensure_warehouse, "MAIN", "Main warehouse", sender())
        store.write(_small_carts)
        half = (now + timedelta(minutes=40)).replace(minute=30, second=0, microsecond=0)
        if half < now + timedelta(minutes=25):
            half += timedelta(minutes=30)
        self.dues = (  # passed, red, yellow, green
            now - timedelta(minutes=35), half, half + timedelta(hours=4, minutes=30), half + timedelta(hours=26),
        )  # fmt: skip
        for path in write_made_up(folder / "master", 1, SEED)[:3]:
            import_to(store, path, warehouse="MAIN")
        names = folder / "names.csv"
        _write(names, ("sku", "name"), _NAMES.items())
        import_to(store, names, warehouse="MAIN")

    # the day

    def first_wave(self) -> None:
        """Picked, and packed but for what the pictures need."""
        many = [(number, 3 if number == 44 else 1) for number in range(40, 60)]
        self.import_orders(
            [
                _Wanted(MANY, many, self.dues[2]),
                _Wanted(HALF, ((3, 2), (0, 3), (2, 1)), self.dues[1]),
                _Wanted(SMALL, ((5, 1), (6, 1)), self.dues[2]),
                _Wanted(OTHER, ((7, 1), (8, 2)), self.dues[3]),
                _Wanted(STOPPED, ((9, 1), (10, 1)), self.dues[1]),
                _Wanted(TAKEN, ((11, 2), (12, 1)), self.dues[1]),
                _Wanted(LATE, ((13, 1), (14, 1)), self.dues[0]),
                _Wanted(UNCERTAIN, ((15, 1), (16, 1)), self.dues[1]),
                _Wanted(FAILED, ((15, 1), (17, 1)), self.dues[2]),
                _Wanted(TWICE, ((15, 2), (18, 1)), self.dues[2]),
                _Wanted(PROBLEM, ((61, 1), (62, 1), (63, 2)), self.dues[1]),
                *_usual(self, 1, 34),
            ]
        )
        self.clock.pass_(300)
        self.wave()
        short = {63}  # of which one of two is there: a problem
        for batch in self.store.read(released_batches, self.warehouse):
            self.pick(batch.batch_id, "CART-2", "Lena Vogel", short=short)
        self.pack()

    def pack(self) -> None:
        """Two benches at work; the last quarter of an hour fills the pace."""
        self.clock.until(self._now - timedelta(minutes=75))
        kept = {MANY, HALF, SMALL, OTHER, STOPPED, LATE}
        mine = _Bench(self, BENCH, "Maria Sánchez")
        other = _Bench(self, "BENCH-2", "Tom Becker")
        waiting = [order for order in self.store.read(waiting_orders, self.warehouse) if order.order not in kept]
        special = {UNCERTAIN: JobState.UNCERTAIN, FAILED: JobState.FAILED}
        singles = sum(order.lane is Lane.SINGLE for order in waiting)
        for number, order in enumerate(waiting):
            at = mine if number % 3 else other
            if order.order == TAKEN or (order.lane is Lane.SINGLE and singles <= 4):
                continue
            singles -= order.lane is Lane.SINGLE
            at.open(order)
            if order.order in special:
                at.verify()
                at.print(special[order.order], "printer_silent" if order.order == UNCERTAIN else "head_element")
                at.scan(Command.HOLD)
            else:
                at.finish(twice=order.order == TWICE)
            self.clock.pass_(55)
        other.open(next(order for order in waiting if order.order == TAKEN))
        other.verify(1)

    def second_wave(self) -> None:
        """One cart finished, one half done, the others wait; and a wave that was cancelled."""
        self.import_orders(_usual(self, 40, 6, hour=3))
        cancelled = self.plan()
        self.store.write(cancel_wave, LEAD, cancelled, "wrong carrier file")
        self.import_orders(_usual(self, 50, 34))
        self.wave(24)
        batches = self.store.read(released_batches, self.warehouse)
        self.pick(batches[-1].batch_id, "CART-2", "Lena Vogel")
        self.pick(batches[-2].batch_id, "CART-3", "Ahmed Yilmaz", most=3)
        wave = batches[-2].wave_id
        orders = self.store.read(wave_orders, wave, sort=WaveOrderSort.SLOT, descending=False, offset=0, limit=99)
        begun = next(order for order in orders if order.kickable and order.picked)
        self.store.write(kick_out, LEAD, begun.order_id, "orders_why_stock")

    def rest(self) -> None:
        """A planned wave, orders that are ready, that lack something, that were cancelled."""
        self.wave(9, release=False)
        lacking = [
            _Wanted(INCOMPLETE, ((20, 1),), self.dues[2], street=False),
            _Wanted("AE-8140-2291", ((21, 1),), self.dues[3], street=False),
        ]
        self.import_orders([*_usual(self, 90, 14, hour=3), *lacking, _Wanted(READY, ((1, 1),), None)])
        self.import_orders([_Wanted("AE-8140-2301", ((22, 1),), self.dues[3])])
        self.store.write(request_cancel, LEAD, self.store.read(find_order, "AE-8140-2301"), "orders_why_buyer")
        third = _Bench(self, "BENCH-3", "Wei Chen")
        for order in self.store.read(waiting_orders, self.warehouse)[-3:]:
            if not order.started:
                third.open(order)
                third.verify()
                third.scan(Command.HOLD)  # its label waits for paper
        self.store.write(note_wait, "BENCH-3", "paper_out")

    # steps

    def import_orders(self, orders: Iterable[_Wanted]) -> None:
        """By way of a file, as they all come."""
        rows: list[tuple[object, ...]] = []
        for order in orders:
            name, street, postcode, city, country = next(self._people)
            shop = _SHOPS[0 if order.number.startswith(("AE", "8")) else 1 if order.number.startswith("302") else 2]
            due = "" if order.ship_by is None else order.ship_by.isoformat()
            person = (name, street if order.street else "", postcode, city, country)
            rows += [(order.number, shop, due, f"SKU-{sku:04d}", pieces, *person) for sku, pieces in order.lines]
        self._files += 1
        path = self._folder / f"orders-{self._files}.csv"
        person_columns = ("recipient_name", "street", "postcode", "city", "country")
        _write(path, ("order", "shop", "ship_by", "sku", "quantity", *person_columns), rows)
        import_to(self.store, path, warehouse="MAIN")

    def plan(self, limit: int | None = None) -> int:
        """A planned wave."""
        planned = plan_wave(self.store, LEAD, self.warehouse, limit)
        assert planned.wave_id is not None
        return planned.wave_id

    def wave(self, limit: int | None = None, *, release: bool = True) -> None:
        """A wave, handed to the pickers."""
        wave = self.plan(limit)
        if release:
            self.store.write(release_wave, LEAD, wave)

    def pick(
        self, batch: int, cart: str, picker: str, *, most: int | None = None, short: Iterable[int] = ()
    ) -> None:
        """Walk a batch, some seconds a pick; `short` are numbers of SKUs of which one is missing."""
        actor = self.store.write(ensure_station, cart, picker, Role.PICKER)
        source = ScanSource(f"scanner of {cart}")
        self.store.write(claim_batch, actor, batch)
        lacking = {f"SKU-{number:04d}" for number in short}
        done = 0
        while (task := self.store.read(next_task, batch)) is not None and done != most:
            self.clock.pass_(9)
            if task.sku in lacking:
                self.store.write(short_pick, actor, task.task_id, task.quantity - 1)
                continue
            code = self.store.read(barcode_of, task.sku_id) if task.at_location else task.location
            done += task.at_location
            self.store.write(scan_pick, actor, batch, source.scan(code))

    def print(self, queue: str, outcome: JobState, reason: str | None = None) -> None:
        """The printer's part for one label."""
        claimed = self.store.write(claim_job, queue, PRINTER, self._odometer, 25)
        if claimed is None:
            raise Refusal("still_printing")
        self._odometer += 152
        self.clock.pass_(2)
        after = self._odometer if outcome is JobState.PRINTED else None
        self.store.write(finish_attempt, claimed.attempt_id, outcome, after, reason)


class _Bench:
    """A packer at a bench."""

    def __init__(self, day: _Day, name: str, packer: str) -> None:
        self._day, self._name = day, name
        self._station = Station(day.store, name, operator=packer, device=f"scanner of {name}")

    @property
    def actor(self) -> Actor:
        """Who packs here."""
        return self._station.actor

    def scan(self, code: str) -> str:
        """Scan; what came of it."""
        self._day.clock.pass_(4)
        return self._station.scan(code).code

    def open(self, order: Waiting) -> None:
        """Put an order on the table."""
        if order.lane is Lane.CART:
            self.scan(order.tote)
            return
        if self._table.tote_id != order.tote_id:
            self.scan(order.tote)
        self.scan(self._day.store.read(barcode_of, order.sku_id))

    def verify(self, most: int = 1_000) -> None:
        """Scan the pieces."""
        for _ in range(most):
            parcel = self._table.parcel
            if parcel is None or parcel.state is not ParcelState.OPEN:
                return
            line = next(line for line in parcel.lines if line.open)
            self.scan(self._day.store.read(barcode_of, line.sku_id))

    def print(self, outcome: JobState = JobState.PRINTED, reason: str | None = None) -> None:
        """Its printer prints."""
        self._day.print(self._name, outcome, reason)

    def finish(self, *, twice: bool = False) -> None:
        """All the rest of a parcel, with a second copy of its label if it came out blurred."""
        self.verify()
        self.print()
        parcel = self._table.parcel
        assert parcel is not None
        if twice:
            self._day.store.write(reprint, self.actor, parcel.parcel_id, "blurred", self._name)
            self.print()
        self.scan(make_label_code(parcel.code, 2 if twice else 1))

    @property
    def _table(self) -> Bench:
        assert self.actor.station is not None
        return self._day.store.read(bench, self.actor.station)


def _small_carts(tx: Tx) -> tuple[None, Change]:
    """Carts of six totes: a small wave has several."""
    tx.session.execute(update(Warehouse).values(cart_totes=6))
    return None, NOTHING


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(header)
        writer.writerows(rows)
