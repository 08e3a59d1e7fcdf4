"""One window over a scratch database, and the hands that bring it into a state of which a picture is wanted."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from app.domain.barcode import make_label_code
from app.domain.errors import KnownError, Refusal
from app.domain.people import Role
from app.domain.states import JobState
from app.operations.print_queue import claim_job, finish_attempt
from app.operations.stations import ensure_station
from app.queries.order_detail import order_detail
from app.queries.orders import find_order
from app.queries.packing import bench, waiting_orders
from app.queries.picking_view import batches_to_pick
from app.queries.waves import barcode_of, next_task, warehouse_ids
from app.settings import Settings
from app.station import Station
from bench.picture_day import BENCH, PRINTER
from db.engine import parse_url
from db.store import Priority, Store
from ui.application import dress
from ui.hands import Hands
from ui.main_window import MainWindow, pages_of
from ui.pages import make_pages
from ui.workspace import Place, Workspace

TURN = 0.015  # seconds of the event loop between two looks
REST = 0.3  # … and for what never comes to rest: a page that waits for the database
CHOSEN = Settings(
    station=BENCH, cart="CART-1", operator="Maria Sánchez", language="en", sound=False, reduce_motion=True,
    printer=PRINTER,
)  # fmt: skip


class Look(Protocol):
    """How a window looks."""

    @property
    def language(self) -> str: ...
    @property
    def theme(self) -> str: ...
    @property
    def scale(self) -> float: ...
    @property
    def pixels(self) -> tuple[int, int]: ...


class Stage:
    """Somebody in front of one window; what is wrong with the database or the station is arranged here too."""

    def __init__(self, application: QApplication, store: Store, settings: Settings, folder: Path) -> None:
        self.store, self.folder = store, folder
        self.rests = True  # False: the page waits for something that will never come
        self._gate = threading.Event()
        self.work = Workspace(settings, settings.language)
        dress(application, self.work)
        self.window = MainWindow(self.work)
        self.window.wedge.install(application)
        self.hands = Hands(self.window)
        self.work.on_mistake = lambda error: self.window.tell_crash("crash-20260302-101500.txt")

    # the frame

    def open(self) -> None:
        """The engine is there."""
        work, chosen = self.work, self.work.settings
        work.feed.open(self.store)
        station = Station(
            self.store, chosen.station, operator=chosen.operator or None, device="wedge", language=work.words.language
        )
        picker = self.store.write(ensure_station, chosen.cart, "Pia Nowak", Role.PICKER)
        person = replace(station.actor, role=Role.LEAD)
        work.place = Place(self.store.read(warehouse_ids)[0], station, picker, person)
        names = [name for name, _ in pages_of("all")]
        self.window.add_pages(make_pages(work, names), "settings")
        self.window.status.begin()
        if chosen.printer:
            work.note_printer("ready")

    async def go(self, page: str) -> Any:
        """Bring a page to the front."""
        self.window.go(page)
        await self.settle()
        return self.window.page

    async def settle(self) -> None:
        """Wait until the page shows the newest, and everything is painted."""
        for _ in range(3):
            await asyncio.sleep(TURN)
        if self.rests and self.window.page is not None:
            await self.hands.settled()
        else:
            await asyncio.sleep(REST)
        await asyncio.sleep(TURN)

    async def key(self, key: Qt.Key, times: int = 1) -> None:
        """Press a key."""
        for _ in range(times):
            await self.hands.press(key)
        await asyncio.sleep(TURN)

    async def command(self, name: str) -> None:
        """A command of the page that asks something."""
        before = self.work.dialogs.question_id
        self.window.page.run(name)  # type: ignore[union-attr]
        await self.hands.until(lambda: self.work.dialogs.question_id > before)

    async def answer(self, text: str = "") -> None:
        """Type into a question and press Enter, until the next one is there."""
        before = self.work.dialogs.question_id
        if text:
            await self.hands.type(text)
        await self.hands.enter()
        await self.hands.until(lambda: self.work.dialogs.question_id > before)

    async def search(self, text: str) -> None:
        """Type into the one box for search, and press Enter."""
        self.window.search.begin()
        await self.hands.type(text)
        await self.hands.enter()
        await asyncio.sleep(REST)

    # what is scanned

    async def scan(self, *codes: str) -> None:
        """Scan on a page for scans."""
        for code in codes:
            await self.hands.scan(code)
        await self.settle()

    def tote(self, number: str) -> str:
        """The tote in which an order lies."""
        waiting = self.store.read(waiting_orders, self.work.place.warehouse)
        return next(order.tote for order in waiting if order.order == number)

    def bulk_tote(self) -> tuple[str, str]:
        """A tote of orders with a single piece, and the barcode of one."""
        waiting = self.store.read(waiting_orders, self.work.place.warehouse)
        order = next(order for order in waiting if order.lane.value == "single" and not order.started)
        return order.tote, self.store.read(barcode_of, order.sku_id)

    def order(self, number: str) -> int:
        """An order's id."""
        return self.store.read(find_order, number)

    def items(self, most: int = 1_000) -> list[str]:
        """Barcodes of the pieces that the order on the table still wants."""
        assert self._table.parcel is not None
        found: list[str] = []
        for line in self._table.parcel.lines:
            found += [self.store.read(barcode_of, line.sku_id)] * line.open
        return found[:most]

    def foreign(self) -> str:
        """The barcode of something that does not belong to the order on the table."""
        parcel = self._table.parcel
        own = {line.sku_id for line in parcel.lines} if parcel is not None else set()
        return self.store.read(barcode_of, next(number for number in range(1, 99) if number not in own))

    def square(self, copy: int | None = None) -> str:
        """The square code of the label on the table."""
        parcel = self._table.parcel
        assert parcel is not None
        return make_label_code(parcel.code, copy or parcel.copy)

    def label_of(self, number: str) -> str:
        """The tracking number of another order's label."""
        detail = self.store.read(order_detail, self.order(number))
        return detail.parcels[0].labels[0].tracking

    @property
    def _table(self) -> Any:
        station = self.work.place.station
        assert station is not None
        assert station.actor.station is not None
        return self.store.read(bench, station.actor.station)

    async def complete(self, number: str, outcome: JobState | None = None, reason: str | None = None) -> None:
        """Verify all of an order; its label waits, or had an outcome."""
        await self.scan(self.tote(number))
        await self.scan(*self.items())
        if outcome is not None:
            claimed = self.store.write(claim_job, BENCH, PRINTER, 41_000, 25)
            assert claimed is not None
            self.store.write(finish_attempt, claimed.attempt_id, outcome, None, reason)
            await self.refresh()

    async def refresh(self) -> None:
        """See what changed behind the page's back."""
        assert self.window.page is not None
        self.window.page.refresh()
        await self.settle()

    def barcode(self, sku_id: int) -> str:
        """What stands on the goods."""
        return self.store.read(barcode_of, sku_id)

    # picking

    def batches(self) -> list[Any]:
        """Carts that wait."""
        return self.store.read(batches_to_pick, self.work.place.warehouse)

    def task(self, batch: int) -> Any:
        """The pick that is next."""
        return self.store.read(next_task, batch)

    # what goes wrong

    def break_database(self, error: Exception) -> None:
        """Every query fails from now on."""

        def broken(*_: object, **__: object) -> Any:
            raise error

        self.store.read = broken  # type: ignore[method-assign]
        self.rests = False

    def lose_database(self) -> None:
        """The database is gone."""
        self.break_database(KnownError("database_unreachable"))

    def hold_database(self) -> None:
        """No query is answered."""

        def held(*_: object, **__: object) -> Any:
            self._gate.wait()
            raise KnownError("database_unreachable")

        self.store.read = held  # type: ignore[method-assign]
        self.rests = False

    def trouble(self, kind: str, refusal: Refusal) -> None:
        """The engine cannot work, and finds so again whenever the settings have changed."""

        def say() -> None:
            self.window.show_trouble(kind, refusal, lambda: None)

        say()
        self.work.settled.connect(say)

    def refuse_scans(self, refusal: Refusal) -> None:
        """No scan can be saved."""
        submit = self.store.submit

        def refused(priority: Priority, *arguments: Any, **more: Any) -> Any:
            if priority is not Priority.SCAN:
                return submit(priority, *arguments, **more)
            future: Future[Any] = Future()
            future.set_exception(refusal)
            return future

        self.store.submit = refused  # type: ignore[method-assign,assignment]

    def refuse_writes(self, refusal: Refusal) -> None:
        """Nothing can be saved."""

        def refused(*_: Any, **__: Any) -> Any:
            future: Future[Any] = Future()
            future.set_exception(refusal)
            return future

        self.store.submit = refused  # type: ignore[method-assign]

    # files

    async def load(self, name: str, text: str) -> None:
        """Import a file, until its report is there."""
        from ui.pages.order_import import Import

        page = await self.go("orders")
        path = self.folder / name
        await asyncio.to_thread(path.write_text, text, encoding="utf-8")
        imports = self.work.findChild(Import)
        assert imports is not None
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        imports.done.connect(done.set_result)
        self.work.spawn(imports.run(path))
        await done
        imports.done.disconnect(done.set_result)
        await self.hands.until(lambda: page.at_rest)
        await self.settle()

    async def begin_load(self, name: str, text: str) -> None:
        """Import a file, until it is asked what it holds."""
        from ui.pages.order_import import Import

        await self.go("orders")
        path = self.folder / name
        await asyncio.to_thread(path.write_text, text, encoding="utf-8")
        imports = self.work.findChild(Import)
        assert imports is not None
        self.work.spawn(imports.run(path))
        await self.hands.until(lambda: self.work.dialogs.is_open)
        await self.settle()

    async def hold_import(self, done: int, total: int) -> None:
        """An import that has come so far and goes no further."""
        import app.sync.files
        from ui.pages.order_import import Import

        def held(*_: Any, progress: Callable[[int, int], None], **__: Any) -> Any:
            progress(done // 2, total)
            progress(done, total)
            self._gate.wait()
            raise KnownError("database_unreachable")

        imports = self.work.findChild(Import)
        assert imports is not None
        before = app.sync.files.import_file
        app.sync.files.import_file = held  # type: ignore[assignment]
        try:
            self.work.spawn(imports.run(self.folder / "march-orders.csv"))
            await self.hands.until(lambda: imports.progress is not None)
        finally:
            app.sync.files.import_file = before

    # pictures

    @property
    def is_passing(self) -> bool:
        """Whether what is to be seen is said once only: it does not follow another language or size."""
        found = self.window.search.hasFocus()
        return found or self.work.dialogs.is_open or bool(self.work.dialogs.notice)

    def put_on(self, look: Look) -> None:
        """Another language, theme, size and text size."""
        new = replace(
            self.work.settings, language=look.language, theme=look.theme, text_scale=look.scale
        )  # fmt: skip
        if new != self.work.settings:
            self.work.use_settings(new)
        if self.window.size() != QSize(*look.pixels):
            self.window.resize(*look.pixels)

    async def close(self) -> None:
        """Leave no task, thread or file behind."""
        self._gate.set()
        await self.work.end()
        self.work.sounds.stop_alarm()
        self.window.wedge.uninstall()
        self.window.close()
        self.window.deleteLater()


@asynccontextmanager
async def stage(application: QApplication, database: Path, folder: Path) -> AsyncIterator[Stage]:
    """A window over a copy of a database."""
    with Store(parse_url(str(await asyncio.to_thread(_copied, database, folder)))) as store:
        held = Stage(application, store, CHOSEN, folder)
        held.window.show()
        try:
            yield held
        finally:
            await held.close()


def _copied(database: Path, folder: Path) -> Path:
    copy = folder / "packbench.db"
    for old in folder.glob("packbench.db*"):
        old.unlink()
    shutil.copy(database, copy)
    return copy


def save(image: QImage, path: Path) -> None:
    """Write a picture; raises OSError."""
    if not image.save(str(path)):
        raise OSError(f"{path.name} cannot be written")

