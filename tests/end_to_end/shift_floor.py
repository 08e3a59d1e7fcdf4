"""The hall in which a shift is packed: goods and orders from files, two benches, their printers, a scale."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import os
import threading
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

from app.demo_people import HeadlessCart, Tray, pick_all
from app.domain.barcode import Kind, gtin_check_digit, make_code
from app.domain.people import Actor, Role
from app.headless import run_station
from app.opening import open_store
from app.operations.people import add_operator
from app.operations.waves import release_wave
from app.planning import plan_wave
from app.queries.people import Person
from app.queries.waves import warehouse_ids
from app.sync.carton_files import take_cartons
from app.sync.files import import_file
from db.store import Store
from hardware.simulator.cable import open_cable
from hardware.simulator.faults import Fault, Schedule, Trouble
from hardware.simulator.mechanics import Drawing
from hardware.simulator.port import TcpPort
from hardware.simulator.printer_twin import PrinterTwin
from hardware.simulator.scale import ScaleTwin
from hardware.simulator.serve import make_language
from printing.interpreter import render
from printing.spooler import Patience
from tests.end_to_end.conftest import SECONDS, Bench, Site

R = TypeVar("R")
LEAD = Actor(None, None, Role.LEAD)
# waits for what a twin will never do are short here; what a person mends may take as long as it does
PATIENCE = Patience(poll=0.01, idle=0.05, reopen=0.02, send=5.0, proof=0.3, silence=0.6, farewell=1.0, stray=0.3)


@dataclass(frozen=True)
class Goods:
    """A SKU as the files have it; `cases` are its further barcodes by their pieces, `parts` what a kit is made of."""

    weight: int = 100
    captures: str = ""
    mode: str = ""
    cases: tuple[int, ...] = ()
    parts: Mapping[str, int] = field(default_factory=dict)
    instead: str = ""  # the SKU that it may be sent for


GOODS: dict[str, Goods] = {
    "TEA": Goods(cases=(6,)), "CUP": Goods(250, cases=(3, 12)), "MUG": Goods(320), "SOCK": Goods(60),
    "BOOK": Goods(700), "LAMP": Goods(900), "PEN": Goods(20), "BAG": Goods(150), "GAME": Goods(1200), "SOAP": Goods(90),
    "PHONE": Goods(400, captures="serial"), "MILK": Goods(1000, captures="lot,expiry"),
    "RED": Goods(210), "CRIMSON": Goods(215, instead="RED"),
    "KIT-ANY": Goods(mode="", parts={"TEA": 2, "CUP": 1}),
    "KIT-WHOLE": Goods(mode="parent", parts={"BOOK": 1, "SOCK": 2}),
    "KIT-PARTS": Goods(mode="components", parts={"MUG": 1, "SOAP": 2}),
    "KIT-STRICT": Goods(mode="strict", parts={"PEN": 1, "BAG": 1}),
}  # fmt: skip
CARTONS = {"SMALL": (300, 200, 150, 80), "LARGE": (500, 400, 300, 210)}
PEOPLE = {"Ann": Role.PACKER, "Ben": Role.PACKER, "Lea": Role.LEAD}
STOCK = 400


def barcode(sku: str, pieces: int = 1) -> str:
    """The code on a piece of a SKU, or on a case of it."""
    body = f"6900{list(GOODS).index(sku):04d}{pieces:04d}"
    return body + gtin_check_digit(body)


def pieces_of(sku: str, count: int = 1) -> tuple[tuple[str, int], ...]:
    """What lies in the hand with so many of it, as lines of an order have it: a kit's parts, the SKU replaced."""
    goods = GOODS[sku]
    if goods.parts:
        return tuple((part, each * count) for part, each in goods.parts.items())
    return ((goods.instead or sku, count),)


@dataclass(frozen=True)
class Wanted:
    """An order of the shift: its lines as (SKU, pieces), and what else its file says."""

    number: str
    lines: tuple[tuple[str, int], ...]
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def content(self) -> dict[str, int]:
        """Pieces by SKU, kits as their parts."""
        found: dict[str, int] = {}
        for sku, count in self.lines:
            for part, pieces in pieces_of(sku, count):
                found[part] = found.get(part, 0) + pieces
        return found


ADDRESS = {
    "recipient_name": "Ada Muster", "street": "12 Made Up Street", "postcode": "200000", "city": "Shanghai",
    "country": "CN",
}  # fmt: skip
MORE = ("gift_message", "buyer_message", "first_order", "allow_split", "allow_substitutes", "price", "currency")


def write_files(folder: Path, orders: Iterable[Wanted]) -> list[Path]:
    """All that is imported before the shift, in this order."""
    folder.mkdir()
    plain = [sku for sku, goods in GOODS.items() if not goods.parts]
    skus = [
        (sku, f"{sku.title()} of the hall", "|".join([barcode(sku), *(f"{barcode(sku, n)}*{n}" for n in goods.cases)]),
         goods.weight, goods.captures)
        for sku, goods in GOODS.items()
    ]  # fmt: skip
    kits = [(sku, part, n, goods.mode) for sku, goods in GOODS.items() for part, n in goods.parts.items()]
    lines = [
        (order.number, sku, count, *ADDRESS.values(), *(order.more.get(name, "") for name in MORE))
        for order in orders for sku, count in order.lines
    ]  # fmt: skip
    return [
        _write(
            folder / "locations.csv", ("location", "aisle", "bay"),
            [(f"A-{sku}", "ABC"[number % 3], number // 3 + 1) for number, sku in enumerate(plain)],
        ),
        _write(folder / "skus.csv", ("sku", "name", "barcodes", "weight_g", "captures"), skus),
        _write(folder / "kits.csv", ("kit", "component", "quantity", "kit_mode"), kits),
        _write(
            folder / "substitutes.csv", ("sku", "substitute"),
            [(goods.instead, sku) for sku, goods in GOODS.items() if goods.instead],
        ),
        _write(folder / "stock.csv", ("location", "sku", "quantity"), [(f"A-{sku}", sku, STOCK) for sku in plain]),
        _write(folder / "orders.csv", ("order", "sku", "quantity", *ADDRESS, *MORE), lines),
    ]


def _write(path: Path, header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])
    return path


def take_in(store: Store, folder: Path, orders: Iterable[Wanted]) -> None:
    """Import everything; nothing of it is refused."""
    for path in write_files(folder, orders):
        report = import_file(store, path)
        assert not report.problems, (path.name, report.problems)
    cartons = _write(
        folder / "cartons.csv", ("code", "length_mm", "width_mm", "height_mm", "weight_g"),
        [(code, *sizes) for code, sizes in CARTONS.items()],
    )
    assert not take_cartons(store, cartons, None).problems


def bring_to_benches(store: Store) -> int:
    """Plan, release and pick all that is ready; how many orders."""
    warehouse = store.read(warehouse_ids)[0]
    planned = plan_wave(store, LEAD, warehouse)
    assert planned.wave_id is not None
    assert not planned.short
    assert not planned.refused
    store.write(release_wave, LEAD, planned.wave_id)
    asyncio.run(pick_all(store, warehouse, HeadlessCart(store), lambda picks: None))
    return planned.orders


def hire(store: Store) -> dict[str, str]:
    """The badges of the people."""
    return {
        name: make_code(Kind.PERSON, store.write(add_operator, LEAD, Person(name, role)))
        for name, role in PEOPLE.items()
    }


# devices


class Planned(Schedule):
    """Trouble that is decided while the printer runs."""

    def add(self, fault: Fault) -> None:
        """This will happen."""
        self._faults.append(fault)


class LabelPrinter:
    """A simulated printer, and a person who mends it."""

    def __init__(self, folder: Path, loop: asyncio.AbstractEventLoop) -> None:
        self.tray = Tray(folder)
        self._loop = loop
        self._schedule = Planned()
        self._twin = PrinterTwin(
            folder, make_language("zpl"), TcpPort("127.0.0.1", 0), _draw, time_factor=0.0, schedule=self._schedule
        )

    def start(self) -> str:
        """Its URL."""
        self._do(self._twin.start())
        return self._twin.url

    def stop(self) -> None:
        """Switch it off."""
        self._do(self._twin.stop(finish=False))

    def fails(self, trouble: Trouble, seconds: float | None) -> None:
        """Something will go wrong with its next label."""

        async def plan() -> None:
            self._schedule.add(Fault(trouble, self._twin.odometer + 1, seconds))

        self._do(plan())

    def mend(self) -> None:
        """Whatever stands is put right."""

        async def clear() -> None:
            self._twin.clear()

        self._do(clear())

    @property
    def papers(self) -> int:
        """How many labels have come out."""
        return len(list(self.tray.folder.glob("*.zpl")))

    def _do(self, step: Coroutine[Any, Any, R]) -> R:
        return asyncio.run_coroutine_threadsafe(step, self._loop).result(SECONDS)


def _draw(zpl: bytes) -> Drawing:
    picture = io.BytesIO()
    render(zpl, 203)[0].image.save(picture, "PNG", compress_level=1)
    return Drawing(picture.getvalue())


class Desk(Protocol):
    """A bench as its scanner and its screen have it."""

    def scan(self, code: str) -> dict[str, Any]:
        """The verdict of a scan."""

    def answer(self) -> dict[str, Any]:
        """The next verdict that comes by itself."""

    def end(self) -> str:
        """End its input; what it said on standard error."""


class ProcessBench(Bench):
    """A bench in a process of its own."""

    def answer(self) -> dict[str, Any]:
        """The next verdict that comes by itself."""
        assert self.process.stdout is not None
        found: dict[str, Any] = json.loads(self.process.stdout.readline())
        return found

    def end(self) -> str:
        """End its input; what it said on standard error."""
        code, said = self.close()
        assert code == 0, said
        return said


class ThreadBench:
    """A bench in this process, between two pipes, whose spooler does not wait long."""

    def __init__(self, site: Site, printer: str, name: str) -> None:
        read_in, self._scans = os.pipe()
        answers, write_out = os.pipe()
        self._answers = os.fdopen(answers, encoding="ascii")
        self._said = io.StringIO()
        self._failed: list[BaseException] = []

        def work() -> None:
            with (
                os.fdopen(read_in, "rb") as stdin, os.fdopen(write_out, "w", encoding="ascii") as stdout,
                open_store(str(site.db)) as store,
            ):
                try:
                    asyncio.run(
                        run_station(
                            store, name, printer, as_json=True, language="en", stdin=stdin, stdout=stdout,
                            stderr=self._said, patience=PATIENCE,
                        )
                    )
                except BaseException as error:
                    self._failed.append(error)
                    raise

        self._thread = threading.Thread(target=work, name=name, daemon=True)
        self._thread.start()

    def scan(self, code: str) -> dict[str, Any]:
        """The verdict of a scan."""
        os.write(self._scans, code.encode() + b"\n")
        return self.answer()

    def answer(self) -> dict[str, Any]:
        """The next verdict that comes by itself."""
        line = self._answers.readline()
        assert line, self._failed
        found: dict[str, Any] = json.loads(line)
        return found

    def end(self) -> str:
        """End its input; what it said on standard error."""
        os.close(self._scans)
        self._thread.join(SECONDS)
        assert not self._thread.is_alive()
        assert not self._failed
        self._answers.close()
        return self._said.getvalue()


@contextmanager
def label_printers(folder: Path, names: Iterable[str]) -> Iterator[dict[str, LabelPrinter]]:
    """A printer for each bench."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="printers", daemon=True)
    thread.start()
    with ExitStack() as stack:
        stack.callback(loop.close)
        stack.callback(thread.join)
        stack.callback(loop.call_soon_threadsafe, loop.stop)
        yield {name: LabelPrinter(folder / f"tray-{name}", loop) for name in names}


@contextmanager
def bench_scale() -> Iterator[tuple[str, Callable[[int], None]]]:
    """A scale that is at rest at once: its URL, and what puts so many grams on it."""
    cable = open_cable("tcp://127.0.0.1:0")
    twin = ScaleTwin(cable, "mt_sics")
    twin.start()
    try:
        yield f"{cable.url}?protocol=mt_sics", twin.load
    finally:
        twin.stop()
