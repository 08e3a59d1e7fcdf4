"""The whole job on made-up or given orders, with simulated devices: import, wave, pick, pack."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from filelock import FileLock, Timeout
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from app.demo_doing import Doing, Headless
from app.demo_input import sender, write_fillings, write_made_up, write_work
from app.demo_people import Packer, Tray, pick_all
from app.demo_printer import own_printer
from app.domain.barcode import make_label_code
from app.domain.errors import KnownError, Refusal
from app.domain.people import Actor, Role
from app.domain.states import JobState, OrderState, WaveState
from app.headless import wait_until
from app.opening import station_lock
from app.operations.label_content import lay_out
from app.operations.stations import ensure_warehouse, mark_demo
from app.operations.waves import release_wave
from app.queries.labels import copies, open_jobs
from app.queries.orders import line_count, order_counts
from app.queries.packing import counts
from app.queries.waves import released_batches, waves
from app.settings import database_url
from app.texts import say
from db.engine import parse_url
from db.store import Store
from hardware.printers import open_printer
from printing.interpreter import render
from printing.pdf import to_pdf
from printing.spooler import UNSETTLED_BLIND, Patience

PHASES = ("import", "wave", "pick", "pack")
BENCH = "BENCH-1"
ORDERS = 40
WAVE_ORDERS = 500
_LEAD = Actor(None, None, Role.LEAD)


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo was asked to do; see docs/cli.md."""

    out: Path
    orders: int | None = None
    seed: int = 1
    source: Path | None = None
    printer: str | None = None
    until: str = "pack"
    db: str | None = None
    time_factor: float = 0.02
    patience: float = 30.0
    language: str = "en"


def run_demo(demo: Demo, *, headless: bool) -> int:
    """Do the job, in the window or without one; returns 0 only if every order's parcel is closed (or the phase that was
    asked for is done)."""
    try:
        demo.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise KnownError("file_unwritable", file=str(demo.out), why=error.strerror or "") from None
    database = demo.db or str(demo.out / "demo.db")
    url = parse_url(database)
    if url == parse_url(database_url()):
        raise Refusal("demo_on_own_database")
    if demo.printer is not None:
        open_printer(demo.printer)  # a wrong URL is refused before anything is done
    with ExitStack() as held:
        held.enter_context(_only_demo_in(demo.out))
        if demo.db is None:
            _start_anew(demo.out)
        with Store(url) as store:
            held.enter_context(station_lock(store, "demo"))
            warehouse = store.write(ensure_warehouse, "DEMO", "Demo warehouse", sender())
            made_up = store.write(mark_demo, demo.orders or ORDERS, demo.seed)
            if headless:
                return asyncio.run(_headless(demo, store, warehouse, made_up))
        return _in_window(demo, database, warehouse, made_up)


@contextmanager
def _only_demo_in(folder: Path) -> Iterator[None]:
    """One demo a folder: a second one would begin by deleting what the first works on.

    Raises KnownError `station_in_use`.
    """
    lock = FileLock(folder / "demo.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise KnownError("station_in_use", station=str(folder)) from None
    except OSError as error:
        raise KnownError("file_unwritable", file=str(folder), why=error.strerror or "") from None
    try:
        yield
    finally:
        lock.release()


async def _headless(demo: Demo, store: Store, warehouse: int, made_up: tuple[int, int]) -> int:
    async with _printer(demo) as printer:
        doing = Headless(store, warehouse, BENCH, printer, _patience(demo), _unsettled_limit(demo), demo.language)
        return await _Run(demo, store, warehouse, made_up, doing).job()


def _in_window(demo: Demo, database: str, warehouse: int, made_up: tuple[int, int]) -> int:
    from app.demo_window import InWindow, in_demo_window

    pictures = demo.out / "pages"

    async def job(doing: InWindow) -> int:
        return await _Run(demo, doing.store, warehouse, made_up, doing).job()

    code = in_demo_window(
        job, database, BENCH, _printer(demo), demo.language, pictures, _patience(demo), _unsettled_limit(demo)
    )
    if code in (0, 1):  # else it was interrupted
        sys.stderr.write(say("demo_pictures", {"folder": str(pictures)}, demo.language) + "\n")
    return code


def _patience(demo: Demo) -> Patience:
    return Patience(poll=0.01, silence=demo.patience)


def _unsettled_limit(demo: Demo) -> int | None:
    """Nobody stands at a printer that is not our own twin: uncertain labels pile up and are left as they are."""
    return None if demo.printer is None else UNSETTLED_BLIND


def _printer(demo: Demo) -> AbstractAsyncContextManager[str]:
    """The printer that was named, or one of the demo's own."""
    if demo.printer is not None:
        return nullcontext(demo.printer)
    return own_printer(demo.out / "tray", demo.time_factor)


def _start_anew(out: Path) -> None:
    """Without --db every run starts from nothing: what the last one left in its own folder goes."""
    labels = [f"labels/PB*-*.{ending}" for ending in ("zpl", "png", "pdf")]
    for pattern in ("demo.db*", *labels, "tray/[0-9]*.*", "pages/*-*-*.png", "summary.json", "work.txt"):
        for path in out.glob(pattern):
            path.unlink(missing_ok=True)


class _Run:
    """One run of the demo: its phases, and what they came to."""

    def __init__(
        self, demo: Demo, store: Store, warehouse: int, made_up: tuple[int, int], doing: Doing
    ) -> None:
        self._demo = demo
        self._made_up = made_up  # how many orders of which seed this database began with
        self._store = store
        self._warehouse = warehouse
        self._doing = doing
        self._seconds: dict[str, float] = {}
        self._tray = Tray(demo.out / "tray")
        self._console = Console(stderr=True)
        self._printed_on_twin = demo.printer is None

    async def job(self) -> int:
        """Do the phases up to the one that was asked for; returns the exit code."""
        for phase in PHASES[: PHASES.index(self._demo.until) + 1]:
            started = time.monotonic()
            await getattr(self, f"_{phase}")()
            self._seconds[phase] = round(time.monotonic() - started, 3)
        await self._doing.finish()
        return self.finish()

    async def _import(self) -> None:
        demo = self._demo
        folder = demo.out / "input"
        if demo.source is None:
            there, (orders, seed) = sum(self._orders().values()), self._made_up
            if there:
                self._tell(say("demo_goes_on", {"orders": orders}, demo.language))
            if there < orders:  # also what an interrupted import has left out
                for path in write_made_up(folder, orders, seed):
                    await self._load(path)
            return
        await self._load(demo.source, demo.orders)
        filled = await asyncio.to_thread(write_fillings, self._store, folder, demo.seed)
        if filled.files:
            facts = {
                "recipients": filled.recipients, "weights": filled.weights, "customs": filled.customs,
                "stock": filled.stock,
            }  # fmt: skip
            self._tell(say("demo_filled", facts, demo.language))
        for path in filled.files:
            await self._load(path)

    async def _load(self, path: Path, limit: int | None = None) -> None:
        for problem in await self._doing.load(path, limit):
            self._tell(f"{path.name}:{problem.line}: {say(problem.code, problem.facts, self._demo.language)}")

    async def _wave(self) -> None:
        while self._orders().get(OrderState.READY):
            if not await self._doing.plan_and_release(WAVE_ORDERS):
                break
        for row in self._store.read(waves, WaveState.PLANNED):
            self._store.write(release_wave, _LEAD, row.wave_id)

    async def _pick(self) -> None:
        tasks = sum(batch.open_tasks for batch in self._store.read(released_batches, self._warehouse))
        with self._progress("demo_picking", tasks) as step:
            await pick_all(self._store, self._warehouse, self._doing.cart, step)
        write_work(self._store, self._demo.out / "work.txt")

    async def _pack(self) -> None:
        demo = self._demo
        open_orders = sum(self._orders().get(state, 0) for state in (OrderState.PICKED, OrderState.PACKING))
        async with self._doing.bench() as station:
            with self._progress("demo_packing", open_orders) as step:
                tray = self._tray if self._printed_on_twin else None
                packer = Packer(self._store, station, self._doing.scan, self._warehouse, tray, demo.patience, step)
                await packer.pack_all()
                if self._orders().get(OrderState.PACKING):
                    await self._until_quiet(demo.patience)
                    await packer.settle_all()
        self._write_labels()

    async def _until_quiet(self, seconds: float) -> None:
        """Until the printer has nothing more to do, or has not got on for so long."""
        left = self._store.read(open_jobs, BENCH)
        while left and await wait_until(partial(self._fewer_jobs, left), seconds):
            left = self._store.read(open_jobs, BENCH)

    def _fewer_jobs(self, than: int) -> bool:
        return self._store.read(open_jobs, BENCH) < than

    def _write_labels(self) -> None:
        """Every copy as bytes, as a picture of what was printed, and as PDF."""
        folder = self._demo.out / "labels"
        folder.mkdir(exist_ok=True)
        self._tray.look()
        for copy in self._store.read(copies):
            if copy.state in (JobState.QUEUED, JobState.FAILED):
                continue
            name = folder / f"{copy.parcel}-{copy.copy}"
            name.with_suffix(".zpl").write_bytes(copy.payload)
            name.with_suffix(".pdf").write_bytes(to_pdf([lay_out(json.loads(copy.fields), copy.copy)]))
            printed = self._tray.labels.get((copy.parcel, copy.copy)) if self._printed_on_twin else None
            if printed is not None:
                name.with_suffix(".png").write_bytes(printed[0].read_bytes())
            else:
                render(copy.payload)[0].image.save(name.with_suffix(".png"))

    def _orders(self) -> dict[OrderState, int]:
        return self._store.read(order_counts)

    def misprinted(self) -> int:
        """Copies whose picture does not carry, to the letter, the two symbols that the database says."""
        if not self._printed_on_twin:
            return 0
        known = {(copy.parcel, copy.copy): copy for copy in self._store.read(copies)}
        return sum(
            1
            for key, (_, texts) in self._tray.labels.items()
            if key not in known or texts != {known[key].tracking, make_label_code(*key)}
        )

    def finish(self) -> int:
        """Write summary.json, print the table, and return the exit code."""
        demo = self._demo
        orders = self._orders()
        rows = [row for row in self._store.read(waves) if row.state is not WaveState.CANCELLED]
        summary = {
            "orders": sum(orders.values()),
            "lines": self._store.read(line_count),
            "waves": len(rows),
            "walk_m": round(sum(row.walk_mm for row in rows) / 1000, 3),
            "walk_file_order_m": round(sum(row.file_walk_mm for row in rows) / 1000, 3),
            **self._store.read(counts),
            "seconds": self._seconds,
        }
        (demo.out / "summary.json").write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
        table = Table(title=f"packbench demo: {demo.out}", title_justify="left", show_header=False)
        table.add_column("")
        table.add_column("", justify="right")
        for name, value in summary.items():
            if isinstance(value, dict):
                for key, number in value.items():
                    table.add_row(f"{name}: {key}", str(number))
            else:
                table.add_row(name.replace("_", " "), str(value))
        for state, number in orders.items():
            table.add_row(f"orders: {state.value}", str(number))
        Console().print(table)
        wrong = self.misprinted()
        if wrong:
            self._tell(say("demo_misprinted", {"count": wrong}, demo.language))
        if demo.until == "pack":
            done = set(orders) <= {OrderState.SHIPPED} and not wrong
        else:
            unfinished = {"import": None, "wave": OrderState.PLANNED, "pick": OrderState.RELEASED}[demo.until]
            done = unfinished not in orders
        if not done:
            self._tell(say("demo_unfinished", language=demo.language))
        return 0 if done else 1

    def _tell(self, text: str) -> None:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()

    def _progress(self, code: str, total: int) -> _Steps:
        return _Steps(self._console, say(code, language=self._demo.language), total)


class _Steps:
    """A progress bar on a terminal, nothing elsewhere."""

    def __init__(self, console: Console, title: str, total: int) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task(title, total=total)

    def __enter__(self) -> Callable[[int], None]:
        self._progress.start()
        return lambda done: self._progress.update(self._task, completed=done)

    def __exit__(self, *_: object) -> None:
        self._progress.stop()
