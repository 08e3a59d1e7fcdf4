"""The composition root of the window: settings, crash hooks, the frame, then the engine behind it."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import subprocess
import sys
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack, ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QLockFile
from PySide6.QtWidgets import QApplication

from app import crash, settings
from app.domain.errors import KnownError, Refusal
from app.domain.people import Role
from app.texts import explain, say
from ui.application import dress, has_display, make_application, make_loop, no_display, speak
from ui.crash import install_qt
from ui.hands import Hands
from ui.main_window import MainWindow, pages_of
from ui.photographer import Photographer
from ui.workspace import PRINTERS, Place, Workspace

if TYPE_CHECKING:
    from app.devices import StationDevices
    from app.station import Origin
    from db.store import Store
    from printing.spooler import Patience
    from ui.pages.page import Page

__all__ = [
    "Beside", "Hands", "MainWindow", "Wanted", "begin_training", "has_display", "in_window", "make_application",
    "opened_window", "run_window",
]  # fmt: skip
T = TypeVar("T")
RETRY_SECONDS = 3.0  # between two tries to open a database
# how long a thread that computes (an import, a plan) keeps the window waiting; three turns of Python's own 5 ms would
# be a frame
TURN_SECONDS = 0.0002
FIRST_SECONDS = 2.0  # for the first page to show something, before the others are made
EXIT_DONE, EXIT_REFUSED = 0, 2
_USUAL_THRESHOLD = gc.get_threshold()
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line says over the settings; None where it says nothing."""

    db: str | None = None
    language: str | None = None
    station: str | None = None
    printer: str | None = None
    page: str = "packing"
    practice: bool = False
    training: bool = False


Beside = Callable[[MainWindow], AbstractAsyncContextManager[None]]


def run_window(wanted: Wanted, beside: Beside | None = None) -> int:
    """Open the window and stay until it is closed; returns the exit code.

    `beside` runs something of its own as long as the window is open.
    """
    # what is loaded now stays: to look for garbage in it takes a tenth of the start
    gc.set_threshold(100_000)
    if no_display():
        sys.stderr.write(say("frame_no_display", language=settings.language(wanted.language)) + "\n")
        sys.stderr.flush()
    application = make_application(sys.argv[:1])
    return in_window(application, _until_closed(application, wanted, beside))


def in_window(application: QApplication, work: Coroutine[Any, Any, int]) -> int:
    """Run a coroutine on the application's loop; returns its result, 130 when it was interrupted."""
    cut_short = suppress(KeyboardInterrupt, asyncio.CancelledError)
    before = sys.getswitchinterval()
    sys.setswitchinterval(TURN_SECONDS)
    try:
        with cut_short, asyncio.Runner(loop_factory=lambda: make_loop(application)) as runner:
            return runner.run(_until_terminated(work))
    finally:
        sys.setswitchinterval(before)
    return 130


async def _until_terminated(work: Coroutine[Any, Any, int]) -> int:
    """Whoever ends the session of the computer is heard like Ctrl-C: a label on its way is noted as uncertain."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    before = signal.signal(signal.SIGTERM, lambda *_: loop.call_soon_threadsafe(task.cancel))
    try:
        return await work
    finally:
        signal.signal(signal.SIGTERM, before)


async def _until_closed(application: QApplication, wanted: Wanted, beside: Beside | None) -> int:
    try:
        async with opened_window(application, wanted) as window, (beside or _nothing)(window):
            window.showMaximized() if has_display() else window.show()
            closed = asyncio.Event()
            window.closed.connect(closed.set)
            await closed.wait()
    except KnownError as error:
        sys.stderr.write(explain(error, settings.language(wanted.language)) + "\n")
        if has_display():
            await _show_refusal(explain(error, settings.language(wanted.language)))
        return EXIT_REFUSED
    return EXIT_DONE


@asynccontextmanager
async def opened_window(
    application: QApplication, wanted: Wanted, *, patience: Patience | None = None,
    unsettled_limit: int | None = None,
    configure: Callable[[settings.Settings], settings.Settings] = lambda found: found,
) -> AsyncIterator[MainWindow]:
    """The window with the engine behind it, which opens while the window can be seen already.

    Raises KnownError `frame_second_window` when another window works on the same database.
    """
    found, troubles = settings.load_settings()
    chosen = _chosen(configure(found), wanted)
    lock = _only_window(settings.database_url(wanted.db))
    hooks = crash.install()
    forget_qt = install_qt(hooks)
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(hooks.loop_handler)
    work = Workspace(chosen, settings.language(wanted.language, chosen.language))
    dress(application, work)
    speak(application, work.words)
    work.photographer = Photographer(work)
    work.train = partial(_start_training, wanted.db)
    window = MainWindow(work)
    window.wedge.install(application)
    running = _Engine(window, wanted, patience, unsettled_limit)
    engine = asyncio.create_task(_watched(running, work, window), name="engine")

    def tell_crash(report: Path) -> None:
        loop.call_soon_threadsafe(window.tell_crash, report.name)

    hooks.on_report = tell_crash
    work.on_mistake = lambda error: hooks.report("task", error, "page")
    for trouble in troubles[:1]:
        work.dialogs.tell_refusal(trouble)
    if (fault := hooks.previous_fault()) is not None:
        work.dialogs.tell("frame_crash_before", file=fault.name)
    try:
        yield window
    finally:
        engine.cancel()
        with suppress(asyncio.CancelledError):
            await engine
        window.wedge.uninstall()
        window.close()  # what is hidden begins nothing new
        await work.end()
        window.deleteLater()
        QCoreApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)
        forget_qt()
        hooks.uninstall()
        lock.unlock()


async def _watched(engine: _Engine, work: Workspace, window: MainWindow) -> None:
    """The engine must not end in silence: what ends it is reported, and the window says so."""
    try:
        await engine.run()
    except Exception as error:  # noqa: BLE001 (nothing is above it but the window that must say so)
        work.on_mistake(error)
        window.show_trouble("error", Refusal("internal_error"), None)


def begin_training(window: MainWindow, printer: str, tray: Path, again: Event) -> None:
    """Make the window that of the training, see `ui.training`."""
    from ui.training import begin_training as begin

    begin(window, printer, tray, again)


def _start_training(database: str | None) -> None:
    """The training in a process of its own, which goes on when this one ends."""
    folder = [] if database is None or "://" in database else ["--folder", str(Path(database).expanduser().parent)]
    subprocess.Popen(
        [sys.executable, "-m", "app", "training", *folder], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip


@asynccontextmanager
async def _nothing(_: MainWindow) -> AsyncIterator[None]:
    yield


def _chosen(found: settings.Settings, wanted: Wanted) -> settings.Settings:
    if wanted.training:  # whatever somebody has written into its file
        found = replace(found, printer="", printer_fallback="", document_printer="", scale="", camera="")
    return replace(
        found,
        station=found.station if wanted.station is None else wanted.station,
        printer=found.printer if wanted.printer is None else wanted.printer,
        language=found.language if wanted.language is None else wanted.language,
    )


def _only_window(database: str) -> QLockFile:
    """One window a database and computer: two would share the scanner's keys. Raises KnownError."""
    file = str(Path(database).expanduser())
    if "://" in database:
        from db.engine import parse_url  # loads SQL: a plain path, the usual case, does without before the first paint

        url = parse_url(database)
        file = url.database or "" if url.get_backend_name() == "sqlite" else ""
    if file:
        path = Path(f"{file}.window.lock")
    else:
        path = settings.data_directory() / "locks" / f"window-{url.host}-{url.database}"
    with suppress(OSError):  # then the database cannot be opened either, and the window says so
        path.parent.mkdir(parents=True, exist_ok=True)
    lock = QLockFile(str(path))
    lock.setStaleLockTime(0)  # only the death of its holder frees it
    if not lock.tryLock(0) and lock.error() == QLockFile.LockError.LockFailedError:
        raise KnownError("frame_second_window")
    return lock


async def _show_refusal(text: str) -> None:
    """A window that says why there is none; somebody who pressed an icon sees no terminal."""
    from PySide6.QtWidgets import QMessageBox

    closed = asyncio.Event()
    box = QMessageBox(QMessageBox.Icon.Information, "Packbench", text)
    box.finished.connect(lambda _: closed.set())
    box.open()
    await closed.wait()


class _Engine:
    """What runs behind the window: database, station, printer; it follows the settings."""

    def __init__(
        self, window: MainWindow, wanted: Wanted, patience: Patience | None, unsettled_limit: int | None
    ) -> None:
        self._window = window
        self._work = window.work
        self._wanted = wanted
        self._patience, self._unsettled_limit = patience, unsettled_limit
        self._moved = asyncio.Event()
        self._again = asyncio.Event()
        self._scans: deque[tuple[str, Origin]] = deque()
        self._devices: StationDevices | None = None
        self._work.moved.connect(self._moved.set)
        self._work.moved.connect(self._again.set)

    async def run(self) -> None:
        """Until cancelled."""
        store = await self._until(self._open)
        try:
            self._work.feed.open(store)
            while True:
                async with AsyncExitStack() as stack:
                    await self._until(lambda: self._take_place(store, stack))
                    chosen = self._work.settings
                    names = [name for name, _ in pages_of(chosen.role)]
                    if not self._window.pages:
                        from ui.pages import make_page

                        first = self._wanted.page if self._wanted.page in names else names[0]
                        self._window.add_pages([self._watched(make_page(self._work, first))], first)
                        self._work.spawn(self._load_rest([name for name in names if name != first]))
                        if self._wanted.practice:
                            from ui.practice import Practice

                            self._practice = Practice(self._window)
                    else:
                        self._work.spawn(self._add_pages(names))
                    self._work.settled.emit()
                    stack.push_async_callback(_end, self._work.spawn(self._attach()))
                    stack.push_async_callback(_end, self._work.spawn(self._print(store)))
                    await self._moved.wait()
        finally:
            await self._detach()
            await asyncio.to_thread(store.close)

    async def _load_rest(self, names: list[str]) -> None:
        """What the first page can do without, a piece at a time so that scans come between."""
        page = self._window.page
        if page is not None and page.data is None:
            shown = asyncio.Event()
            page.prompted.connect(shown.set)
            with suppress(TimeoutError):
                await asyncio.wait_for(shown.wait(), FIRST_SECONDS)
        self._window.status.begin()
        await asyncio.to_thread(_load_printing)
        await self._add_pages(names)
        await asyncio.sleep(0)
        self._work.sounds.load()
        assert self._work.photographer is not None
        self._work.photographer.begin()
        # all that is loaded now stays: no later search for garbage goes through it again
        gc.freeze()
        gc.set_threshold(*_USUAL_THRESHOLD)

    async def _add_pages(self, names: list[str]) -> None:
        """Make the pages of these names that are not there yet: another role may have others."""
        from ui.pages import make_page

        for name in names:
            await asyncio.sleep(0)
            if name not in self._window.pages:
                self._window.add_pages([self._watched(make_page(self._work, name))])

    def _watched(self, page: Page) -> Page:
        """A page as it goes into the window: what is closed on the bench is photographed."""
        if page.name == "packing":
            assert self._work.photographer is not None
            page.judged.connect(self._work.photographer.after)  # type: ignore[attr-defined]
        return page

    async def _until(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Try until it succeeds, and say in the window what is in the way."""
        while True:
            try:
                return await attempt()
            except (Refusal, KnownError) as refusal:
                self._again.clear()
                kind = "offline" if isinstance(refusal, KnownError) else "error"
                self._window.show_trouble(kind, refusal, self._again.set)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._again.wait(), RETRY_SECONDS)

    async def _open(self) -> Store:
        def open_it() -> Store:
            # loading SQL takes longer than painting the window
            from app.opening import open_store

            return open_store(self._wanted.db, training=self._wanted.training)

        return await asyncio.to_thread(open_it)

    async def _take_place(self, store: Store, stack: AsyncExitStack) -> None:
        """Become the one program at this station; raises KnownError `station_in_use`."""
        from app.opening import station_lock

        self._moved.clear()
        work, chosen = self._work, self._work.settings
        with ExitStack() as held:  # given back when the database does not answer: the next try takes it anew
            held.enter_context(station_lock(store, chosen.station))
            work.place, refusal = await asyncio.to_thread(_place, store, chosen, work.words.language)
            stack.enter_context(held.pop_all())
        if refusal is not None:
            work.dialogs.tell_refusal(refusal)
        for use, seen in work.printers.items():
            seen.url, seen.code = getattr(chosen, use), ""

    async def _attach(self) -> None:
        """Have the scanners and the scale of the settings open; what was open before stays so, and loses no scan."""
        work, chosen = self._work, self._work.settings
        if self._devices is None:
            if not (chosen.scanners or chosen.scale):
                return
            from app.devices import StationDevices

            loop = asyncio.get_running_loop()

            def scanned(raw: str, origin: Origin) -> None:
                self._scans.append((raw, origin))
                _soon(loop, self._take_scans)

            def changed() -> None:
                _soon(loop, work.devices_changed.emit)

            self._devices = StationDevices([], "", scanned, changed)
        from app.devices import scanner_urls

        devices = self._devices
        if work.place.station is not None and chosen.scale:
            work.place.station.read_scale = devices.stable_grams
        # loading the drivers takes longer than a frame
        following = asyncio.ensure_future(asyncio.to_thread(devices.follow, scanner_urls(chosen), chosen.scale))
        try:
            await asyncio.shield(following)
        finally:
            await following
        work.attached = devices if chosen.scanners or chosen.scale else None
        work.devices_changed.emit()

    async def _detach(self) -> None:
        """Close what is attached."""
        if self._devices is not None:
            self._work.attached = None
            await asyncio.to_thread(self._devices.stop)
            self._take_scans()  # what was scanned before is not lost

    def _take_scans(self) -> None:
        """The scans of all attached scanners, in the order in which they came."""
        while self._scans:
            self._window.scan(*self._scans.popleft())

    async def _print(self, store: Store) -> None:
        """Print the station's queues as long as it has printers for them."""
        work, chosen = self._work, self._work.settings
        if not any(getattr(chosen, use) for use in PRINTERS) or work.place.station is None:
            work.devices_changed.emit()
            return
        from app.domain.customs import read_rates
        from app.papers import LabelPapers
        from app.printers import StationPrinters

        def took_over(use: str, count: int) -> None:
            work.sounds.play("system")
            code = "devices_fallback_prints" if use == "printer_fallback" else "devices_printer_prints"
            work.dialogs.tell(code, count=count)

        papers = LabelPapers(
            store, work.place.station, sheets=bool(chosen.document_printer), labels=bool(chosen.printer),
            rates=read_rates(chosen.sdr_rates),
        )
        try:
            await StationPrinters(
                store, chosen, work.place.station.actor, note=lambda use, code: work.note_printer(code, use),
                took_over=took_over, mistake=work.on_mistake, patience=self._patience,
                unsettled_limit=self._unsettled_limit,
            ).run()
        finally:
            await asyncio.to_thread(papers.stop)


def _load_printing() -> None:
    """What the first label and the first GS1 code need, before somebody waits for it."""
    import printing.zpl  # noqa: F401
    from hardware.gs1 import prepare

    prepare()


def _soon(loop: asyncio.AbstractEventLoop, act: Callable[[], object]) -> None:
    """From a device's thread to the window's; a window that is closing hears no more."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(act)


def _place(store: Store, chosen: settings.Settings, language: str) -> tuple[Place, Refusal | None]:
    """Where this computer stands, and why the sender of its settings cannot stand on labels."""
    from app.operations.stations import ensure_station
    from app.queries.waves import warehouse_ids
    from app.station import Station

    # whoever has badged in is there still after a crash, unless the settings name somebody else
    named = chosen.operator or None
    station = Station(store, chosen.station, operator=named, device="wedge", language=language)
    picker = store.write(ensure_station, chosen.cart, named, Role.PICKER)
    role = Role.SUPPORT if chosen.role == "support" else Role.LEAD
    person = replace(station.actor, role=role)
    place = Place(store.read(warehouse_ids)[0], station, picker, person)
    try:
        _name_sender(store, chosen, place)
    except KnownError:
        raise
    except Refusal as refusal:
        return place, refusal
    return place, None


def _name_sender(store: Store, chosen: settings.Settings, place: Place) -> None:
    """A sender that was written into the file by hand counts, too; raises Refusal for one that cannot be printed."""
    parts = (
        chosen.sender_name, chosen.sender_street, chosen.sender_postcode, chosen.sender_city, chosen.sender_country,
    )  # fmt: skip
    if not any(parts):
        return  # what the database says stays
    from app.domain.declaration import sender_numbers
    from app.operations.label_content import name_sender, sender_lines

    numbers = sender_numbers(chosen.sender_phone, chosen.sender_eori, chosen.sender_vat, chosen.sender_ioss)
    store.write(name_sender, place.person, place.warehouse, sender_lines(*parts), chosen.sender_country, numbers)


async def _end(task: asyncio.Task[Any] | None) -> None:
    if task is None:
        return
    task.cancel()
    await asyncio.wait([task])  # what it raises is reported by whoever spawned it
