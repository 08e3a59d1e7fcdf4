"""The training: the same window on twins and made-up orders, in a database of its own beside the real one.

The real database is never opened here. Whatever stands in a training database is refused by everything else
(`app.opening.open_store`), and its window takes no printer but the twin's.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event

from filelock import FileLock, Timeout

from app.demo_people import HeadlessCart, pick_all
from app.demo_printer import own_printer
from app.domain.errors import KnownError, Refusal
from app.domain.people import Actor, Role
from app.main import Beside, MainWindow, Wanted, begin_training, run_window
from app.operations.orders import request_cancel
from app.operations.stations import ensure_warehouse
from app.operations.training import mark_training
from app.operations.waves import release_wave
from app.planning import plan_wave
from app.queries.orders import find_order, order_counts
from app.queries.training import is_training
from app.settings import Settings, data_directory, database_url, load_settings, save_settings
from app.sync.files import import_file
from app.training_orders import LESSONS, SENDER, order_number, write_goods, write_order
from db.engine import parse_url
from db.store import Store

STATION, WAREHOUSE = "TRAINING", "TRAINING"
_LEAD = Actor(None, None, Role.LEAD)
# of the bench's own settings: what a person sees, hears and scans with is the same here
_SAME = (
    "language", "theme", "text_scale", "reduce_motion", "sound", "volume", "wedge_gap_ms", "wedge_total_ms",
    "wedge_shortest", "wedge_prefix", "wedge_jitter_ms",
)  # fmt: skip


def training_folder(given: Path | None = None) -> Path:
    """Where `training.db` lies: the folder that is given, else that of the real database, else the data folder."""
    if given is not None:
        return given
    real = database_url()
    return data_directory() if "://" in real else Path(real).expanduser().absolute().parent


def run_training(given: Path | None, language: str | None, *, again: bool = False) -> int:
    """Make the lessons ready (those of the last time go on, unless `again`), open the window; the exit code.

    Raises Refusal `training_own_database`, KnownError `training_open_already`, `file_unwritable`.
    """
    folder = training_folder(given)
    database = folder / "training.db"
    if Path(database_url()).expanduser().absolute() == database:
        raise Refusal("training_own_database", file=str(database))
    with _only_training_in(folder):
        # nothing that is opened without a name may be the real one
        os.environ["PACKBENCH_DB"] = str(database)
        _set_up(folder / "training.toml")
        while True:
            make_ready(folder, again=again)
            code, again = _open_window(folder, language)
            if not again:
                return code


@contextmanager
def _only_training_in(folder: Path) -> Iterator[None]:
    """One training a folder: another would take the lessons away that the first works on."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / "training.lock")
        lock.acquire(timeout=0)
    except Timeout:
        raise KnownError("training_open_already") from None
    except OSError as error:
        raise KnownError("file_unwritable", file=str(folder), why=error.strerror or "") from None
    try:
        yield
    finally:
        lock.release()


def _set_up(path: Path) -> None:
    """Settings of its own: what is tried here must not change how the real bench is set up."""
    found = load_settings()[0]
    os.environ["PACKBENCH_SETTINGS"] = str(path)
    if not path.exists():
        save_settings(replace(Settings(station=STATION), **{name: getattr(found, name) for name in _SAME}))


def make_ready(folder: Path, *, again: bool = False) -> None:
    """A database with the lessons' orders picked and in their totes; one that is there goes on, unless `again`.

    Raises Refusal `training_own_database` for a database that is no training's.
    """
    database, tray = folder / "training.db", folder / "training-labels"
    if again and database.exists():
        with Store(parse_url(str(database))) as store:
            if not store.read(is_training):
                raise Refusal("training_own_database", file=str(database))
        for path in folder.glob("training.db*"):
            if not path.name.endswith(".lock"):
                path.unlink(missing_ok=True)
        shutil.rmtree(tray, ignore_errors=True)
    tray.mkdir(parents=True, exist_ok=True)
    fresh = not database.exists()
    with Store(parse_url(str(database))) as store:
        if fresh:
            store.write(mark_training)
        elif not store.read(is_training):
            raise Refusal("training_own_database", file=str(database))
        asyncio.run(_fill(store))


async def _fill(store: Store) -> None:
    """The orders of the lessons, those that are there left as they are."""
    warehouse = store.write(ensure_warehouse, WAREHOUSE, "Training", SENDER)
    there = sum(store.read(order_counts).values())
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        if not there:
            for path in write_goods(folder):
                import_file(store, path, warehouse=WAREHOUSE)
        for number in range(there + 1, len(LESSONS) + 1):  # also what an interrupted beginning has left out
            import_file(store, write_order(folder, number, store.clock.now()), warehouse=WAREHOUSE)
            planned = plan_wave(store, _LEAD, warehouse)
            if planned.wave_id is not None:
                store.write(release_wave, _LEAD, planned.wave_id)
            await pick_all(store, warehouse, HeadlessCart(store), lambda _: None)
            if LESSONS[number - 1].cancelled:
                store.write(request_cancel, _LEAD, store.read(find_order, order_number(number)), "buyer")


def window_of(folder: Path, language: str | None, again: Event, *, time_factor: float = 1.0) -> tuple[Wanted, Beside]:
    """The window on the lessons, and what runs beside it: the printer's twin, the band and its hints.

    `again` is set when somebody has closed it to begin again.
    """

    @asynccontextmanager
    async def beside(window: MainWindow) -> AsyncIterator[None]:
        tray = folder / "training-labels"
        async with own_printer(tray, time_factor) as url:
            begin_training(window, url, tray, again)
            yield

    return Wanted(str(folder / "training.db"), language, STATION, "", training=True), beside


def _open_window(folder: Path, language: str | None) -> tuple[int, bool]:
    """The window on the lessons; the exit code, and whether somebody wants to begin again."""
    again = Event()
    wanted, beside = window_of(folder, language, again)
    return run_window(wanted, beside), again.is_set()
