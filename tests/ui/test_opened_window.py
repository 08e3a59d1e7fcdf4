"""The window as the program opens it: one a database, patient with what is in its way, and clean at its end."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QLockFile
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from sqlalchemy import select

from app import main as main_module
from app.domain.errors import KnownError, Refusal
from app.domain.people import Role
from app.domain.states import JobState, OrderState
from app.main import Wanted, in_window, opened_window
from app.opening import open_store, station_lock
from app.queries.waves import barcode_of
from app.settings import Settings, load_settings, settings_path
from db.orders import Order
from db.store import Store
from tests.factories import House, open_house
from ui.keys import type_scan
from ui.main_window import MainWindow, pages_of

SECONDS = 15.0
CHECKOUT = Path(__file__).parents[2]
Body = Callable[["Desk"], Awaitable[None]]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing waits for seconds."""
    monkeypatch.setattr(main_module, "RETRY_SECONDS", 0.05)
    monkeypatch.setattr("app.printers.ASK_SECONDS", 0.05)
    monkeypatch.setattr("ui.pages.page.THROTTLE_MS", 5)


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """A database with one order that waits for a packer in its tote."""
    with open_house(tmp_path) as house:
        house.picked("MUG", source_id="A-1")
    return tmp_path / "house.db"


class Desk:
    """Somebody in front of an opened window, inside its event loop."""

    def __init__(self, window: MainWindow) -> None:
        self.window, self.work = window, window.work

    async def until(self, condition: Callable[[], object]) -> None:
        try:
            async with asyncio.timeout(SECONDS):
                while not condition():  # noqa: ASYNC110 (widgets set no asyncio.Event)
                    await asyncio.sleep(0.005)
        except TimeoutError:
            raise AssertionError(f"the window says {self.said}; notice {self.work.dialogs.notice}") from None

    async def ready(self) -> None:
        """The first page shows something, the others are made."""
        await self.until(lambda: len(self.window.pages) == len(pages_of(self.work.settings.role)))
        await self.settled()

    async def settled(self) -> None:
        page = self.window.page
        await self.until(lambda: page is not None and page.data is not None and page.at_rest)

    async def scan(self, code: str) -> str:
        """The verdict's code."""
        page: Any = self.window.page
        shown: list[Any] = []
        page.judged.connect(shown.append)
        # keys make Qt process events: not inside a task
        asyncio.get_running_loop().call_soon(type_scan, self.window.windowHandle(), code)
        await self.until(lambda: shown)
        page.judged.disconnect(shown.append)
        return str(shown[0].code)

    @property
    def said(self) -> list[str]:
        """What stands before the pages."""
        labels = self.window.opening.findChildren(QLabel)
        return [label.text() for label in labels if label.isVisible() and label.text()]

    def try_now(self) -> None:
        self.window.opening.findChildren(QPushButton)[0].click()


@dataclass
class Opener:
    """Opens windows on a database, one after the other."""

    application: QApplication
    db: Path
    role: str = "picker"  # who has the fewest pages

    def run(self, body: Body, **wanted: Any) -> None:
        """Open the window, do something in it, close it."""

        async def inside() -> int:
            chosen = Wanted(str(self.db), **({"station": "BENCH-1", "language": "en"} | wanted))
            def mine(found: Settings) -> Settings:
                return replace(found, sound=False, role=self.role)

            async with opened_window(self.application, chosen, configure=mine) as window:
                window.show()
                await body(Desk(window))
            return 0

        assert in_window(self.application, inside()) == 0


def _threads() -> set[threading.Thread]:
    # Python remembers a thread of Qt that it has once seen as a dummy, also when it has ended
    return {thread for thread in threading.enumerate() if not isinstance(thread, threading._DummyThread)}


@pytest.fixture
def opener(qapp: QApplication, db: Path) -> Iterator[Opener]:
    threads = _threads()
    qapp.setQuitOnLastWindowClosed(False)  # as the program's own
    yield Opener(qapp, db)
    deadline = time.monotonic() + 5
    while (left := _threads() - threads) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert left == set()


def orders_are(db: Path) -> list[OrderState]:
    with open_store(str(db)) as store:
        return store.read(lambda session: list(session.scalars(select(Order.state).order_by(Order.id))))


def test_one_order_is_packed_and_its_label_printed(opener: Opener, tmp_path: Path) -> None:
    labels = tmp_path / "labels.zpl"
    opener.role = "packer"
    with open_store(str(opener.db)) as store:
        house = _visit(store)
        tote, barcode = house.tote_of(1), store.read(barcode_of, 1)

    async def pack(desk: Desk) -> None:
        await desk.ready()
        assert desk.window.page is desk.window.pages["packing"]
        assert await desk.scan(tote) == "tote_opened"
        assert await desk.scan(barcode) == "complete"
        hands = _visit(desk.work.feed.store).hands()
        await desk.until(lambda: hands.parcel.job is JobState.PRINTED)
        assert await desk.scan(hands.square) == "closed"

    opener.run(pack, printer=f"file:{labels}")
    assert orders_are(opener.db) == [OrderState.SHIPPED]
    assert labels.read_bytes().count(b"^XZ") == 1


def _visit(store: Store) -> House:
    """The house of a store that is open already."""
    house = object.__new__(House)
    house.store = store
    return house


def test_nothing_is_left_when_it_is_closed(opener: Opener) -> None:
    async def look(desk: Desk) -> None:
        await desk.ready()

    async def twice() -> int:
        before = asyncio.all_tasks()
        for _ in range(2):
            async with opened_window(opener.application, Wanted(str(opener.db))) as window:
                window.show()
                await look(Desk(window))
            assert asyncio.all_tasks() == before
        return 0

    hook = sys.excepthook
    assert in_window(opener.application, twice()) == 0
    assert sys.excepthook is hook
    lock = QLockFile(f"{opener.db}.window.lock")
    assert lock.tryLock(0)
    lock.unlock()
    # the station is free as well
    with open_store(str(opener.db)) as store, station_lock(store, "BENCH-1"):
        pass


# one window a database


def test_a_second_window_on_the_same_database_is_refused(opener: Opener) -> None:
    async def second(desk: Desk) -> None:
        with pytest.raises(KnownError, match="frame_second_window"):
            async with opened_window(opener.application, Wanted(str(opener.db))):
                pass
        with pytest.raises(KnownError, match="frame_second_window"):
            async with opened_window(opener.application, Wanted(f"sqlite:///{opener.db}")):
                pass

    async def nothing(_: Desk) -> None:
        pass

    opener.run(second)
    opener.run(nothing)  # the first is closed: another one may open


def test_another_database_may_have_a_window_of_its_own(opener: Opener, tmp_path: Path) -> None:
    first = main_module._only_window(str(opener.db))
    second = main_module._only_window(str(tmp_path / "other.db"))
    third = main_module._only_window("postgresql://host/base")
    with pytest.raises(KnownError):
        main_module._only_window("postgresql://host/base")
    for lock in (first, second, third):
        lock.unlock()


def test_the_lock_of_a_program_that_was_killed_is_no_obstacle(opener: Opener) -> None:
    path = f"{opener.db}.window.lock"
    program = (
        "import os, sys; from PySide6.QtCore import QLockFile; lock = QLockFile(sys.argv[1]); "
        "lock.setStaleLockTime(0); assert lock.tryLock(0); os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", program, path], check=False, timeout=30).returncode == 9
    assert Path(path).exists()
    main_module._only_window(str(opener.db)).unlock()


def test_a_folder_that_cannot_be_made_is_said_in_the_window(opener: Opener, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    opener.db = tmp_path / "file" / "folder" / "x.db"

    async def look(desk: Desk) -> None:
        await desk.until(lambda: desk.said and desk.said[0] == desk.work.words.say("database_unreachable"))

    opener.run(look)


# what is in its way


async def _mended(desk: Desk, code: str, mend: Callable[[], object]) -> None:
    say = desk.work.words.say
    await desk.until(lambda: desk.said == [say(code), say("frame_tries_again")])
    assert desk.window.page is None
    button = desk.window.opening.findChildren(QPushButton)[0]
    assert button.text() == "Try now"
    mend()
    desk.try_now()
    await desk.ready()


@pytest.mark.parametrize("patience", [0.05, 60.0], ids=["by itself", "try now"])
def test_a_database_that_another_program_holds_is_waited_for(
    opener: Opener, patience: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(main_module, "RETRY_SECONDS", patience)
    monkeypatch.setattr("db.engine.BUSY_MS", 20)
    with closing(sqlite3.connect(opener.db, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")

        async def wait(desk: Desk) -> None:
            say = desk.work.words.say
            await desk.until(lambda: desk.said == [say("database_locked"), say("frame_tries_again")])
            other.execute("ROLLBACK")
            if patience > 1:
                desk.try_now()
            await desk.ready()

        opener.run(wait)


@pytest.mark.parametrize("content", [b"this is no database at all" * 50, b"SQLite format 3\0" + b"\xff" * 4096])
def test_a_file_that_is_no_database_is_said_until_it_is_mended(opener: Opener, content: bytes) -> None:
    good = opener.db.read_bytes()
    opener.db.write_bytes(content)

    async def mend(desk: Desk) -> None:
        await _mended(desk, "database_corrupt", lambda: opener.db.write_bytes(good))

    opener.run(mend)


def test_a_database_of_a_newer_program_is_said(opener: Opener) -> None:
    with closing(sqlite3.connect(opener.db, isolation_level=None)) as connection:
        (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        connection.execute("UPDATE alembic_version SET version_num = 'v9999'")

        async def mend(desk: Desk) -> None:
            await desk.until(lambda: desk.said and "older here" in desk.said[0])
            connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
            desk.try_now()
            await desk.ready()

        opener.run(mend)


def test_a_station_that_another_program_has_is_waited_for(opener: Opener) -> None:
    with open_store(str(opener.db)) as store:
        held = station_lock(store, "BENCH-1")
        held.__enter__()

        async def wait(desk: Desk) -> None:
            await desk.until(lambda: desk.said[:1] == ["BENCH-1 is open in another program: close that one first"])
            assert desk.work.place.station is None
            held.__exit__(None, None, None)
            await desk.ready()

        opener.run(wait)


def test_a_database_that_fails_while_the_place_is_taken_is_tried_again(
    opener: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, fails = main_module._place, [KnownError("database_locked")]

    def fragile(*arguments: Any) -> Any:
        if fails:
            raise fails.pop()
        return place(*arguments)

    monkeypatch.setattr(main_module, "_place", fragile)

    async def look(desk: Desk) -> None:
        await desk.until(lambda: desk.said and desk.said[0] == desk.work.words.say("database_locked"))
        await desk.ready()  # and not "open in another program", which would be this one

    opener.run(look)


def test_a_mistake_in_the_engine_is_said_and_reported(opener: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(main_module, "_place", broken)

    async def look(desk: Desk) -> None:
        await desk.until(lambda: desk.said and desk.said[0] == desk.work.words.say("internal_error"))
        await desk.until(lambda: desk.work.dialogs.notice.startswith("Packbench made a mistake and goes on"))

    opener.run(look)


# it follows the settings


def test_another_station_is_taken_and_the_one_before_given_back(opener: Opener) -> None:
    async def move(desk: Desk) -> None:
        await desk.ready()
        before = desk.work.place.station
        desk.work.change_settings(replace(desk.work.settings, station="BENCH-2", cart="CART-2", operator="Pia"))
        await desk.until(lambda: desk.work.place.station is not before)
        assert desk.work.place.station is not None
        assert desk.work.place.station.name == "BENCH-2"
        assert desk.work.place.picker.role is Role.PICKER
        await desk.settled()
        store = desk.work.feed.store
        with station_lock(store, "BENCH-1"):
            pass
        with pytest.raises(KnownError), station_lock(store, "BENCH-2"):
            pass
        assert desk.window.status.text("station") == "Station BENCH-2"
        assert desk.window.status.text("operator") == "Pia"

    opener.run(move)
    assert load_settings()[0].station == "BENCH-2"


def test_a_station_that_is_in_use_covers_the_pages_until_another_is_chosen(opener: Opener) -> None:
    async def move(desk: Desk) -> None:
        await desk.ready()
        with station_lock(desk.work.feed.store, "BENCH-2"):
            desk.work.change_settings(replace(desk.work.settings, station="BENCH-2"))
            await desk.until(lambda: desk.said[:1] == ["BENCH-2 is open in another program: close that one first"])
            assert desk.window.page is None
            desk.window.go("settings")
            assert desk.window.page is desk.window.pages["settings"]
            desk.work.change_settings(replace(desk.work.settings, station="BENCH-3"))
            await desk.until(lambda: desk.work.place.station and desk.work.place.station.name == "BENCH-3")
            await desk.until(lambda: desk.window.page is not None)
        desk.window.go("picking")
        assert desk.window.page is desk.window.pages["picking"]

    opener.run(move)


def test_another_printer_prints_what_waits(opener: Opener, tmp_path: Path) -> None:
    with open_store(str(opener.db)) as store:
        _visit(store).hands().scan(_visit(store).tote_of(1), store.read(barcode_of, 1))

    async def name(desk: Desk) -> None:
        await desk.ready()
        desk.work.change_settings(replace(desk.work.settings, printer=f"file:{tmp_path / 'out.zpl'}"))
        hands = _visit(desk.work.feed.store).hands()
        await desk.until(lambda: hands.parcel.job is JobState.PRINTED)
        await desk.until(lambda: desk.work.printer.code == "ready")

    opener.run(name)
    assert (tmp_path / "out.zpl").read_bytes().count(b"^XZ") == 1


def test_a_printer_that_is_none_is_said_and_the_rest_works(opener: Opener) -> None:
    async def look(desk: Desk) -> None:
        await desk.ready()
        await desk.until(lambda: desk.work.printer.code == "device_url_unknown")

    opener.run(look, printer="abc:1")


def test_a_mistake_while_printing_is_reported_and_the_rest_works(
    opener: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: str) -> str:
        raise ZeroDivisionError

    monkeypatch.setattr("app.printers.ask_printer", broken)

    async def look(desk: Desk) -> None:
        await desk.ready()
        await desk.until(lambda: desk.work.dialogs.notice.startswith("Packbench made a mistake and goes on"))
        desk.work.change_settings(replace(desk.work.settings, station="BENCH-2"))
        await desk.until(lambda: desk.work.place.station and desk.work.place.station.name == "BENCH-2")

    opener.run(look, printer=f"file:{tmp_path / 'x.zpl'}")


def test_what_is_wrong_in_the_settings_file_is_told(opener: Opener) -> None:
    settings_path().parent.mkdir(parents=True)
    settings_path().write_text('version = 1\n[look]\ntheme = "pink"\n', encoding="utf-8")

    async def look(desk: Desk) -> None:
        assert desk.work.dialogs.notice.startswith("Correct look.theme in")
        await desk.ready()

    opener.run(look)


def test_the_page_that_is_wanted_comes_first(opener: Opener) -> None:
    async def look(desk: Desk) -> None:
        await desk.until(lambda: desk.window.page)
        assert list(desk.window.pages) == ["devices"]
        await desk.ready()
        assert desk.window.page is desk.window.pages["devices"]

    opener.run(look, page="devices")


def test_a_role_has_its_pages_alone(opener: Opener) -> None:
    async def look(desk: Desk) -> None:
        await desk.ready()
        assert set(desk.window.pages) == {"picking", "devices", "settings"}
        assert desk.window.page is desk.window.pages["picking"]

    opener.run(look, page="packing")


def test_another_role_has_its_pages_without_a_new_start(opener: Opener) -> None:
    async def change(desk: Desk) -> None:
        await desk.ready()
        desk.work.use_settings(replace(desk.work.settings, role="support"))
        assert list(desk.window.rail._buttons) == [name for name, _ in pages_of("support")]
        await desk.until(lambda: {"labels", "orders"} <= set(desk.window.pages))
        desk.window.go("orders")
        await desk.settled()
        assert desk.window.page is desk.window.pages["orders"]

    opener.run(change)


# as a process


def run_program(body: str, db: Path, platform: str | None = "offscreen", **more: Any) -> subprocess.Popen[str]:
    """The window as the command line opens it, with something done in it."""
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    known = ("PySide6.QtCore import QTimer", "app.main import Wanted, run_window", "ui.main_window import PAGES")
    program = "\n".join(["import sys", *(f"from {each}" for each in known), body])
    return subprocess.Popen(
        [sys.executable, "-c", program, str(db)],
        cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=environment | ({"QT_QPA_PLATFORM": platform} if platform else {}), **more,
    )  # fmt: skip


BESIDE = """
from contextlib import asynccontextmanager
@asynccontextmanager
async def beside(window):
    def look():
        page = window.page
        if page is not None and page.data is not None and len(window.pages) == len(PAGES):
            timer.stop()
            print("ready", flush=True)
            END
    timer = QTimer(window, interval=10)
    timer.timeout.connect(look)
    timer.start()
    yield
sys.exit(run_window(Wanted(sys.argv[1], "en", "BENCH-1", ""), beside))
"""


def test_closed_by_its_person_it_ends_with_zero_and_says_nothing(db: Path) -> None:
    process = run_program(BESIDE.replace("END", "window.close()"), db)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (0, "ready\n", "")


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="always has a display")
def test_where_there_is_no_display_it_says_so(db: Path) -> None:
    process = run_program(BESIDE.replace("END", "window.close()"), db, None)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, "ready\n")
    assert err.startswith("There is no display: the window is drawn into memory")
    assert err.count("\n") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="has no such signals")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_ends_it_cleanly(db: Path, name: str) -> None:
    process = run_program(BESIDE.replace("END", "pass"), db)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(getattr(signal, name))
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, "")
    with closing(sqlite3.connect(db)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_second_program_says_why_it_does_not_open(opener: Opener) -> None:
    lock = main_module._only_window(str(opener.db))
    process = run_program('sys.exit(run_window(Wanted(sys.argv[1], "en", "BENCH-1", "")))', opener.db)
    _, err = process.communicate(timeout=60)
    lock.unlock()
    assert process.returncode == 2
    assert err == "Packbench is open already for this database: use that window\n"


def test_what_a_coroutine_returns_is_the_exit_code(qapp: QApplication) -> None:
    async def give(code: int) -> int:
        await asyncio.sleep(0)
        return code

    def run(work: Coroutine[Any, Any, int]) -> int:
        return in_window(qapp, work)

    assert run(give(0)) == 0
    assert run(give(3)) == 3

    async def refuse() -> int:
        raise Refusal("database_url", url="x")

    with pytest.raises(Refusal):
        run(refuse())
