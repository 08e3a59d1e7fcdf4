"""One function per model that makes a valid row, and a small warehouse in which a test can work."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from app.change import NOTHING, Change
from app.domain.barcode import make_label_code
from app.domain.bench import Bench, OpenParcel
from app.domain.people import Actor, Role
from app.domain.states import JobState, OrderState
from app.operations.packing import Judged, scan_item
from app.operations.picking import Pick, scan_pick
from app.operations.print_queue import Claimed, claim_job, finish_attempt
from app.operations.scans import Scan
from app.operations.stations import ensure_station
from app.operations.stock import Move, apply_moves
from app.operations.waves import release_wave
from app.planning import Planned, plan_wave
from app.queries.packing import bench
from app.queries.waves import barcode_of, next_task, released_batches
from app.station import ScanSource
from db.journal import ScanEvent
from db.orders import Backend, Lot, Order, OrderLine, Shop, Sku, SkuBarcode
from db.parcels import Label, Parcel, ParcelItem, PrintAttempt, PrintJob
from db.places import Location, LocationKind, Warehouse
from db.stock import MoveKind, Stock
from db.store import Store, Tx
from db.waves import BatchOrder, Tote
from tests.intake import fresh_store

P = ParamSpec("P")
R = TypeVar("R")

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LEAD = Actor(None, None, Role.LEAD)
RECIPIENT = {
    "recipient_name": "Ada Lovelace", "street": "12 St James's Square", "postcode": "SW1Y 4JH", "city": "London",
    "country": "GB",
}

CUSTOMS = {
    "hs_code": "691200", "origin": "CN", "customs_description": "Ceramic coffee mug", "value_minor": 450,
    "value_currency": "EUR", "battery": "none",
}  # fmt: skip
_number = itertools.count(1)


def make_warehouse(tx: Tx, /, **values: Any) -> Warehouse:
    """A building with a sender's address; carts of four totes."""
    row = Warehouse(**{"code": "MAIN", "name": "Main", "sender": "Packbench Ltd\nShenzhen", "cart_totes": 4} | values)
    return _added(tx, row)


def make_location(tx: Tx, /, warehouse: int, code: str, aisle: str = "A", bay: int = 1, **values: Any) -> Location:
    """A pick location."""
    return _added(
        tx, Location(**{"warehouse_id": warehouse, "code": code, "aisle": aisle, "bay": bay, "position": "1"} | values)
    )


def make_sku(tx: Tx, /, code: str, barcodes: Sequence[tuple[str, int]] = (), **values: Any) -> Sku:
    """A SKU of 100 g, known to customs, with a barcode `<code>-EAN` for one piece.

    Unless others are given as (barcode, pieces).
    """
    row = _added(tx, Sku(**{"code": code, "weight_g": 100} | CUSTOMS | values))
    for barcode, quantity in barcodes or [(f"{code}-EAN", 1)]:
        tx.session.add(SkuBarcode(barcode=barcode, sku_id=row.id, quantity=quantity))
    tx.session.flush()
    return row


def make_lot(tx: Tx, /, sku: int, code: str, **values: Any) -> Lot:
    """A lot that never expires, unless `expires_on` says when."""
    return _added(tx, Lot(sku_id=sku, code=code, **values))


def make_stock(tx: Tx, /, location: int, sku: int, pieces: int, lot: int | None = None) -> Stock:
    """A stock row with the move that received it."""
    row = _added(tx, Stock(location_id=location, sku_id=sku, lot_id=lot))
    apply_moves(tx, [Move(row.id, MoveKind.RECEIVE, pieces, 0, None)])
    tx.session.refresh(row)
    return row


def make_shop(tx: Tx, /, code: str = "shop", backend: str = "files") -> Shop:
    """A shop, with its backend where that is new; the one that is there already otherwise."""
    sender = tx.session.scalars(select(Backend).where(Backend.code == backend)).first()
    if sender is None:
        sender = _added(tx, Backend(code=backend))
    found = tx.session.scalars(select(Shop).where(Shop.code == code, Shop.backend_id == sender.id)).first()
    return found or _added(tx, Shop(backend_id=sender.id, code=code))


def make_order(
    tx: Tx, /, warehouse: int, lines: Sequence[tuple[int, int]], shop: str = "shop", **values: Any
) -> Order:
    """An order that is ready, with lines of (SKU id, quantity), to a full address."""
    at_shop = make_shop(tx, shop)
    row = Order(
        **{
            "warehouse_id": warehouse, "backend_id": at_shop.backend_id, "shop_id": at_shop.id,
            "source_id": f"S-{next(_number)}", "payload": "{}", "fingerprint": "", "state": OrderState.READY,
            "pieces": sum(quantity for _, quantity in lines), "created_at": tx.at, "updated_at": tx.at,
        }
        | RECIPIENT
        | values
    )
    _added(tx, row)
    for position, (sku, quantity) in enumerate(lines, 1):
        tx.session.add(OrderLine(order_id=row.id, position=position, sku_id=sku, quantity=quantity))
    tx.session.flush()
    return row


def _added(tx: Tx, row: R) -> R:
    tx.session.add(row)
    tx.session.flush()
    return row


class HeldClock:
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def now(self) -> datetime:
        """The moment at which it was left."""
        return self.at

    def pass_(self, seconds: float) -> None:
        """Move on."""
        self.at += timedelta(seconds=seconds)


class Hands:
    """Somebody with a scanner at a station; `judged` is the last verdict, `done` every scan with what came of it."""

    def __init__(self, store: Store, name: str, operator: str | None = None) -> None:
        self._store = store
        self.name = name
        self.actor: Actor = store.write(ensure_station, name, operator)
        self.source = ScanSource(f"scanner of {name}")
        self.done: list[tuple[Scan, Judged]] = []

    @property
    def judged(self) -> Judged:
        """How the last scan was judged."""
        return self.done[-1][1]

    def restart(self, store: Store) -> None:
        """The same station after its program has started again."""
        self._store = store
        self.source = ScanSource(self.source.device)

    def scan(self, *codes: str) -> str:
        """Scan these one after the other; the code of the last verdict."""
        for code in codes:
            scan = self.source.scan(code)
            self.done.append((scan, self._store.write(scan_item, self.actor, scan)))
        return str(self.judged.code)

    def events(self) -> list[ScanEvent]:
        """Every scan that this station remembers, the oldest first."""
        wanted = select(ScanEvent).where(ScanEvent.station_id == self.actor.station).order_by(ScanEvent.seq)
        return self._store.read(lambda session: list(session.scalars(wanted)))

    @property
    def bench(self) -> Bench:
        """What lies on the table."""
        assert self.actor.station is not None
        return self._store.read(bench, self.actor.station)

    @property
    def parcel(self) -> OpenParcel:
        """The parcel on the table, which there must be."""
        parcel = self.bench.parcel
        assert parcel is not None
        return parcel

    @property
    def square(self) -> str:
        """The square code of the newest label of the parcel on the table."""
        return make_label_code(self.parcel.code, self.parcel.copy)


class House:
    """A small warehouse with a database: SKUs, stock and orders by name, and the steps of the job in one call each."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.skus: dict[str, int] = {}
        self.locations: dict[str, int] = {}
        self.warehouse: int = store.write(returning_id(make_warehouse))
        self._picker = ScanSource("picker")
        self.picker: Actor = store.write(ensure_station, "CART", "Pia", Role.PICKER)

    def stock(self, sku: str, pieces: int, location: str | None = None, **values: Any) -> int:
        """Pieces of a SKU at a location (by default one of its own); both are made when new. The stock row's id."""
        place = location or f"L-{sku}"
        if sku not in self.skus:
            self.skus[sku] = self.store.write(returning_id(make_sku), sku)
        if place not in self.locations:
            self.locations[place] = self.store.write(
                returning_id(make_location), self.warehouse, place, bay=len(self.locations) + 1
            )
        return self.store.write(returning_id(make_stock), self.locations[place], self.skus[sku], pieces, **values)

    def order(self, *lines: tuple[str, int] | str, **values: Any) -> int:
        """A ready order of these SKUs (a bare name: one piece); its id."""
        wanted = [(line, 1) if isinstance(line, str) else line for line in lines]
        return self.store.write(
            returning_id(make_order), self.warehouse, [(self.skus[sku], pieces) for sku, pieces in wanted], **values
        )

    def plan(self, limit: int | None = None) -> int:
        """A planned wave of all that is ready."""
        planned: Planned = plan_wave(self.store, LEAD, self.warehouse, limit)
        assert planned.wave_id is not None
        return planned.wave_id

    def release(self) -> int:
        """A released wave of all that is ready."""
        wave = self.plan()
        self.store.write(release_wave, LEAD, wave)
        return wave

    def pick(self, batch: int, *codes: str) -> Pick:
        """Scan these codes on a cart; what came of the last."""
        for code in codes:
            picked = self.store.write(scan_pick, self.picker, batch, self._picker.scan(code))
        return picked

    def batches(self) -> list[int]:
        """Batches that wait for a picker."""
        return [row.batch_id for row in self.store.read(released_batches, self.warehouse)]

    def pick_one(self, batch: int) -> Pick:
        """The next pick of a cart, by scanning."""
        task = self.store.read(next_task, batch)
        assert task is not None
        if not task.at_location:
            self.pick(batch, task.location)
        return self.pick(batch, self.store.read(barcode_of, task.sku_id))

    def pick_all(self) -> None:
        """Walk every released batch to its end."""
        for batch in self.batches():
            while self.store.read(next_task, batch) is not None:
                self.pick_one(batch)

    def picked(self, *lines: tuple[str, int] | str, **values: Any) -> int:
        """An order that is picked and waits for a packer; stock for it is made."""
        for line in lines:
            sku, pieces = (line, 1) if isinstance(line, str) else line
            self.stock(sku, pieces, location=f"P-{len(self.locations)}")
        order = self.order(*lines, **values)
        self.release()
        self.pick_all()
        return order

    def hands(self, name: str = "BENCH-1") -> Hands:
        """Somebody at a bench."""
        return Hands(self.store, name)

    def printed(self, queue: str = "BENCH-1", outcome: JobState = JobState.PRINTED, reason: str | None = None) -> int:
        """The spooler's part for one label; the job's id."""
        claimed = self.claim(queue)
        assert claimed is not None
        self.store.write(finish_attempt, claimed.attempt_id, outcome, None, reason)
        return claimed.job_id

    def claim(self, queue: str = "BENCH-1", limit: int = 25) -> Claimed | None:
        """What the spooler may send now."""
        return self.store.write(claim_job, queue, "sim:", None, limit)

    def source_id(self, order: int) -> str:
        """The number that stands on an order's papers."""
        return self.get(Order, order).source_id

    def tote_of(self, order: int) -> str:
        """The code of the tote that an order lies in."""
        code: str = self.one(
            select(Tote.code).join(BatchOrder, BatchOrder.tote_id == Tote.id).where(BatchOrder.order_id == order)
        )
        return code

    def jobs(self, order: int) -> list[PrintJob]:
        """Every print job of an order's labels, the oldest first."""
        return self.all(
            select(PrintJob)
            .join(Label, Label.id == PrintJob.label_id)
            .join(Parcel, Parcel.id == Label.parcel_id)
            .where(Parcel.order_id == order)
            .order_by(PrintJob.id)
        )

    def attempts(self, job: int) -> list[PrintAttempt]:
        """Every attempt to print a job."""
        return self.all(select(PrintAttempt).where(PrintAttempt.job_id == job).order_by(PrintAttempt.id))

    def state(self, order: int) -> OrderState:
        """An order's state."""
        return self.get(Order, order).state

    def get(self, model: type[R], key: object) -> R:
        """A row by its key."""
        return self.store.read(lambda session: session.get_one(model, key))

    def one(self, statement: Any) -> Any:
        """The only value of a SELECT."""
        return self.store.read(lambda session: session.execute(statement).scalar_one())

    def all(self, statement: Any) -> list[Any]:
        """The first column of a SELECT."""
        return self.store.read(lambda session: list(session.execute(statement).scalars()))

    def count(self, model: type[Any]) -> int:
        """How many rows of a model there are."""
        return int(self.one(select(func.count()).select_from(model)))

    def on_hand(self, sku: str, kind: str = LocationKind.PICK) -> tuple[int, int]:
        """(on hand, allocated) of a SKU at locations of a kind."""

        def sums(session: Session) -> tuple[int, int]:
            row = session.execute(
                select(func.coalesce(func.sum(Stock.on_hand), 0), func.coalesce(func.sum(Stock.allocated), 0))
                .join(Location, Location.id == Stock.location_id)
                .where(Stock.sku_id == self.skus[sku], Location.kind == kind)
            ).one()
            return int(row[0]), int(row[1])

        return self.store.read(sums)

    def packed(self) -> dict[str, int]:
        """Pieces verified into parcels, by SKU code."""
        wanted = (
            select(Sku.code, func.sum(ParcelItem.quantity))
            .join(OrderLine, OrderLine.sku_id == Sku.id)
            .join(ParcelItem, ParcelItem.order_line_id == OrderLine.id)
            .group_by(Sku.code)
        )
        return self.store.read(lambda session: dict(session.execute(wanted).all()))

    def write(self, step: Callable[[Tx], R]) -> R:
        """Change anything in one transaction."""
        return self.store.write(lambda tx: (step(tx), NOTHING))


def returning_id(make: Callable[Concatenate[Tx, P], Any]) -> Callable[Concatenate[Tx, P], tuple[int, Change]]:
    """A factory as an operation whose result is the row's id."""

    def operation(tx: Tx, /, *args: P.args, **kwargs: P.kwargs) -> tuple[int, Change]:
        return make(tx, *args, **kwargs).id, NOTHING

    return operation


@contextmanager
def open_house(folder: Path) -> Iterator[House]:
    """A house in a new database."""
    with fresh_store(folder, "house.db") as store:
        hurry(store)
        yield House(store)


_first: dict[bool, Engine] = {}


def hurry(store: Store) -> None:
    """Let the disk take its time, and compile every statement once for all tests: together most of a test's cost.

    That commits are durable is tested where the store is.
    """
    for writer, engine in ((True, store._writer), (False, store._reader)):
        with engine.connect() as connection:
            raw: Any = connection.connection.driver_connection
            raw.execute("PRAGMA synchronous=OFF")
        # compiled statements are kept by dialect
        first = _first.setdefault(writer, engine)
        engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache
