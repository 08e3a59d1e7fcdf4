"""Every state of which there is a picture: those that all pages have, those of the frame, and each page's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import Qt

from app.domain.errors import KnownError, Refusal
from bench import picture_day as day
from bench.picture_batches import batches
from bench.picture_bench import packing, picking
from bench.picture_desk import board, labels, orders
from bench.picture_devices import devices
from bench.picture_documents import documents
from bench.picture_packing import boxes
from bench.picture_rules import rules
from bench.picture_settings import settings
from bench.picture_stage import Stage
from bench.picture_state import Enter, State, States

Key = Qt.Key
FRAME = "frame"  # what belongs to no page
READING = (
    "board", "picking", "packing", "labels", "batches", "orders", "documents", "devices", "bench_rules",
)  # pages that show a database
frame = States(FRAME)


def states() -> tuple[State, ...]:
    """Every state, those that all pages have first."""
    return (
        *_common(), *frame, *packing, *boxes, *picking, *labels, *batches, *orders, *board, *documents, *devices,
        *settings, *rules,
    )



def _common() -> Iterator[State]:
    for page in READING:
        yield State(page, "empty", _go(page), "empty")
        yield State(page, "loading", _with(page, Stage.hold_database))
        yield State(page, "offline", _with(page, Stage.lose_database))
        yield State(page, "offline_with_data", _with(page, Stage.lose_database, first=True))
        yield State(page, "error", _with(page, _newer))
        yield State(page, "error_with_data", _with(page, _mistake, first=True))
        yield State(page, "help", _help(page))


def _go(page: str) -> Enter:
    async def enter(on: Stage) -> None:
        await on.go(page)

    return enter


def _with(page: str, fault: Callable[[Stage], None], *, first: bool = False) -> Enter:
    async def enter(on: Stage) -> None:
        if first:
            await on.go(page)
            fault(on)
            await on.refresh()
        else:
            fault(on)
            await on.go(page)

    return enter


def _newer(on: Stage) -> None:
    on.break_database(Refusal("database_newer", revision="0042"))


def _mistake(on: Stage) -> None:
    on.break_database(ZeroDivisionError("a mistake"))


def _help(page: str) -> Enter:
    async def enter(on: Stage) -> None:
        await on.go(page)
        await on.key(Key.Key_F1)

    return enter


# the frame


@frame("opening", engine=False)
async def _(on: Stage) -> None:
    await on.settle()


@frame("trouble", engine=False)
async def _(on: Stage) -> None:
    on.trouble("offline", KnownError("database_locked"))
    await on.settle()


@frame("station_in_use")
async def _(on: Stage) -> None:
    await on.go("packing")
    on.trouble("error", KnownError("station_in_use", station="BENCH-1"))
    await on.settle()


@frame("pages")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.key(Key.Key_F10)


@frame("search")
async def _(on: Stage) -> None:
    await on.go("orders")
    await on.search("AE-8140")


@frame("search_sku")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.search("SKU-0015")


@frame("search_nothing")
async def _(on: Stage) -> None:
    await on.go("orders")
    await on.search("8-4711-0815")


@frame("crash")
async def _(on: Stage) -> None:
    await on.go("settings")
    on.window.tell_crash("crash-20260302-101500.txt")


@frame("practice")
async def _(on: Stage) -> None:
    on.window.show_ribbon("frame_practice")
    await on.go("packing")
    await on.scan(on.tote(day.HALF))
