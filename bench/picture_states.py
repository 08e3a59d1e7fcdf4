"""The states of every page of which there is a picture, and how somebody comes into each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import Qt

from app.domain.barcode import Command
from app.domain.errors import KnownError, Refusal
from app.domain.states import JobState
from app.operations.labels import note_wait
from app.operations.orders import request_cancel
from app.operations.picking import claim_batch
from bench import picture_day as day
from bench.picture_stage import Stage

Enter = Callable[[Stage], Awaitable[object]]
Key = Qt.Key
FRAME = "frame"  # what belongs to no page
READING = ("board", "picking", "packing", "labels", "orders", "devices")  # pages that show a database


@dataclass(frozen=True, slots=True)
class State:
    """A page in a state; `world` names the database, `enter` does what leads to it.

    `other_language`: the window begins in the other language and is switched at the end. `engine` is False where the
    window has no database yet.
    """

    page: str
    name: str
    enter: Enter
    world: str = "day"
    other_language: bool = False
    engine: bool = True


_found: list[State] = []


def _state(page: str, name: str, **more: Any) -> Callable[[Enter], Enter]:
    def note(enter: Enter) -> Enter:
        _found.append(State(page, name, enter, **more))
        return enter

    return note


def states() -> tuple[State, ...]:
    """Every state, those that all pages have first."""
    return (*_common(), *_found)


# what every page can be


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


@_state(FRAME, "opening", engine=False)
async def _(on: Stage) -> None:
    await on.settle()


@_state(FRAME, "trouble", engine=False)
async def _(on: Stage) -> None:
    on.window.show_trouble("offline", KnownError("database_locked"), lambda: None)
    await on.settle()


@_state(FRAME, "station_in_use")
async def _(on: Stage) -> None:
    await on.go("packing")
    on.window.show_trouble("error", KnownError("station_in_use", station="BENCH-1"), lambda: None)
    await on.settle()


@_state(FRAME, "pages")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.key(Key.Key_F10)


@_state(FRAME, "search")
async def _(on: Stage) -> None:
    await on.go("orders")
    await on.search("AE-8140")


@_state(FRAME, "search_sku")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.search("SKU-0015")


@_state(FRAME, "search_nothing")
async def _(on: Stage) -> None:
    await on.go("orders")
    await on.search("8-4711-0815")


@_state(FRAME, "crash")
async def _(on: Stage) -> None:
    await on.go("orders")
    on.window.tell_crash("crash-20260302-101500.txt")


@_state(FRAME, "practice")
async def _(on: Stage) -> None:
    on.window.show_ribbon("frame_practice")
    await on.go("packing")
    await on.scan(on.tote(day.HALF))


# packing


@_state("packing", "idle")
async def _(on: Stage) -> None:
    await on.go("packing")


@_state("packing", "opened")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.scan(on.tote(day.HALF))


@_state("packing", "half")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.scan(on.tote(day.HALF))
    await on.scan(*on.items(3))


@_state("packing", "many")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.scan(on.tote(day.MANY))
    await on.scan(*on.items(8))


@_state("packing", "late")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.scan(on.tote(day.LATE))


@_state("packing", "bulk")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.scan(on.bulk_tote()[0])


@_state("packing", "complete")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.complete(day.SMALL)


@_state("packing", "complete_paper_out")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.complete(day.SMALL)
    on.store.write(note_wait, day.BENCH, "paper_out")
    on.work.note_printer("paper_out")
    await on.refresh()


@_state("packing", "complete_no_printer")
async def _(on: Stage) -> None:
    on.work.use_settings(replace(on.work.settings, printer=""))
    on.work.printer.url = ""
    await on.go("packing")
    await on.complete(day.SMALL)


@_state("packing", "printed")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.complete(day.SMALL, JobState.PRINTED)


@_state("packing", "closed")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.complete(day.SMALL, JobState.PRINTED)
    await on.scan(on.square())


@_state("packing", "uncertain")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.complete(day.SMALL, JobState.UNCERTAIN, "printer_silent")


@_state("packing", "label_failed")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.complete(day.SMALL, JobState.FAILED, "head_element")


@_state("packing", "reprinted")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.complete(day.SMALL, JobState.PRINTED)
    await on.scan(Command.REPRINT, Command.BLURRED)


@_state("packing", "reason_needed")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.complete(day.SMALL, JobState.PRINTED)
    await on.scan(Command.REPRINT)


@_state("packing", "wrong_item")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.scan(on.tote(day.HALF))
    await on.scan(on.foreign())


@_state("packing", "wrong_item_again")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.scan(on.tote(day.HALF))
    await on.scan(on.foreign(), on.items(1)[0], on.items(1)[0])


@_state("packing", "wrong_item_switched", other_language=True)
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.scan(on.tote(day.HALF))
    await on.scan(on.foreign())


@_state("packing", "over_scan")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.scan(on.tote(day.HALF))
    first = on.items(1)[0]
    await on.scan(*[first] * (on.items().count(first) + 1))


@_state("packing", "unknown_code")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.scan(on.tote(day.HALF))
    await on.scan("WWW.EXAMPLE.COM/PROMOTION?CAMPAIGN=SPRING-2026&ID=0123456789")


@_state("packing", "unknown_code_idle")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.scan("4006381333931")


@_state("packing", "wrong_label")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.complete(day.SMALL, JobState.PRINTED)
    await on.scan(on.label_of(day.TWICE))


@_state("packing", "superseded_copy")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.complete(day.UNCERTAIN)
    await on.scan(Command.NOT_OUT)
    await on.scan(on.square(1))


@_state("packing", "label_not_scanned")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.complete(day.SMALL, JobState.PRINTED)
    await on.scan(on.tote(day.OTHER))


@_state("packing", "parcel_unfinished")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.scan(on.tote(day.HALF))
    await on.scan(on.tote(day.OTHER))


@_state("packing", "cancelled")
async def _(on: Stage) -> None:
    await on.go("packing")
    on.store.write(request_cancel, on.work.place.person, on.order(day.STOPPED), "orders_why_buyer")
    await on.scan(on.tote(day.STOPPED))


@_state("packing", "cancel_asked")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.scan(on.tote(day.STOPPED))
    await on.scan(*on.items(1))
    on.store.write(request_cancel, on.work.place.person, on.order(day.STOPPED), "orders_why_buyer")
    await on.refresh()


@_state("packing", "not_picked")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.scan(day.READY)


@_state("packing", "take_over")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.scan(day.TAKEN)


@_state("packing", "tote_empty")
async def _(on: Stage) -> None:
    await on.go("packing")
    tote = on.tote(day.SMALL)
    await on.complete(day.SMALL, JobState.PRINTED)
    await on.scan(on.square(), tote)


@_state("packing", "not_saved")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.scan(on.tote(day.HALF))
    on.refuse_scans(KnownError("database_full"))
    await on.scan(on.items(1)[0], on.items(1)[0])


@_state("packing", "type")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.scan(on.tote(day.HALF))
    await on.command("packing_type")


# picking


async def _cart(on: Stage, number: int = 0) -> int:
    """Take a cart of several orders that nobody has begun."""
    await on.go("picking")
    free = [cart for cart in on.batches() if cart.station is None and cart.lane.value == "cart"]
    batch: int = free[number].batch_id
    on.store.write(claim_batch, on.work.place.picker, batch)
    await on.refresh()
    return batch


@_state("picking", "carts")
async def _(on: Stage) -> None:
    await on.go("picking")


@_state("picking", "taken")
async def _(on: Stage) -> None:
    await on.go("picking")
    at = next(number for number, cart in enumerate(on.batches()) if cart.station is not None)
    await on.key(Key.Key_Down, at)
    await on.answer()


@_state("picking", "go")
async def _(on: Stage) -> None:
    await _cart(on)


@_state("picking", "there")
async def _(on: Stage) -> None:
    batch = await _cart(on)
    await on.scan(on.task(batch).location)


@_state("picking", "picked")
async def _(on: Stage) -> None:
    batch = await _cart(on)
    await on.scan(on.task(batch).location)
    await on.scan(on.barcode(on.task(batch).sku_id))


@_state("picking", "wrong_location")
async def _(on: Stage) -> None:
    await _cart(on)
    await on.scan("A-99-99")


@_state("picking", "wrong_item")
async def _(on: Stage) -> None:
    batch = await _cart(on)
    await on.scan(on.task(batch).location)
    await on.scan(on.barcode(1 if on.task(batch).sku_id != 1 else 2))


@_state("picking", "not_saved")
async def _(on: Stage) -> None:
    batch = await _cart(on)
    on.refuse_writes(KnownError("database_full"))
    await on.scan(on.task(batch).location)


@_state("picking", "done")
async def _(on: Stage) -> None:
    batch = await _cart(on)
    while (task := on.task(batch)) is not None:
        await on.scan(on.barcode(task.sku_id) if task.at_location else task.location)


@_state("picking", "single")
async def _(on: Stage) -> None:
    await on.go("picking")
    batch = next(cart.batch_id for cart in on.batches() if cart.lane.value == "single")
    on.store.write(claim_batch, on.work.place.picker, batch, True)
    await on.refresh()


@_state("picking", "short")
async def _(on: Stage) -> None:
    await _cart(on)
    await on.command("picking_short")


@_state("picking", "short_done")
async def _(on: Stage) -> None:
    await _cart(on)
    await on.command("picking_short")
    await on.hands.type("0")
    await on.hands.enter()
    await on.hands.until(lambda: not on.work.dialogs.is_open)
    await on.settle()


@_state("picking", "type")
async def _(on: Stage) -> None:
    await _cart(on)
    await on.command("picking_type")


# labels


async def _label(on: Stage, number: str) -> None:
    page = await on.go("labels")
    page.scan(on.label_of(number))
    await on.hands.until(lambda: page.detail.job is not None and page.detail.job.job.order == number)
    await on.settle()


@_state("labels", "busy")
async def _(on: Stage) -> None:
    await on.go("labels")


@_state("labels", "uncertain")
async def _(on: Stage) -> None:
    page = await on.go("labels")
    page.tabs.choose("uncertain")
    await on.settle()


@_state("labels", "failed")
async def _(on: Stage) -> None:
    await _label(on, day.FAILED)


@_state("labels", "two_copies")
async def _(on: Stage) -> None:
    await _label(on, day.TWICE)


@_state("labels", "find_nothing")
async def _(on: Stage) -> None:
    page = await on.go("labels")
    await on.key(Key.Key_F2)
    await on.hands.type("8-4711")
    page.box.finish()
    await on.settle()


@_state("labels", "not_out")
async def _(on: Stage) -> None:
    await _label(on, day.UNCERTAIN)
    await on.command("labels_not_out")


@_state("labels", "reprint")
async def _(on: Stage) -> None:
    await _label(on, day.TWICE)
    await on.command("labels_reprint")


@_state("labels", "sort")
async def _(on: Stage) -> None:
    await on.go("labels")
    await on.command("labels_sort")


# orders


async def _order(on: Stage, number: str) -> None:
    await on.go("orders")
    on.work.found.emit(on.order(number))
    await on.settle()


@_state("orders", "busy")
async def _(on: Stage) -> None:
    await on.go("orders")


@_state("orders", "group")
async def _(on: Stage) -> None:
    page = await on.go("orders")
    page.tabs.choose("shipped")
    await on.settle()


@_state("orders", "find_nothing")
async def _(on: Stage) -> None:
    page = await on.go("orders")
    await on.key(Key.Key_F2)
    await on.hands.type("8-4711")
    page.box.finish()
    await on.settle()


@_state("orders", "detail")
async def _(on: Stage) -> None:
    await _order(on, day.TWICE)


@_state("orders", "detail_many")
async def _(on: Stage) -> None:
    await _order(on, day.MANY)


@_state("orders", "detail_problem")
async def _(on: Stage) -> None:
    await _order(on, day.PROBLEM)


@_state("orders", "detail_incomplete")
async def _(on: Stage) -> None:
    await _order(on, day.INCOMPLETE)


@_state("orders", "detail_uncertain")
async def _(on: Stage) -> None:
    await _order(on, day.UNCERTAIN)


@_state("orders", "import")
async def _(on: Stage) -> None:
    await on.go("orders")
    await on.command("orders_import")


@_state("orders", "importing")
async def _(on: Stage) -> None:
    await on.go("orders")
    await on.hold_import(1_240, 5_000)
    await on.settle()


@_state("orders", "imported")
async def _(on: Stage) -> None:
    await on.load("orders.csv", "order,sku,quantity,country\nNEW-1,SKU-0001,1,DE\nNEW-2,SKU-0002,2,FR\n")


@_state("orders", "imported_bad_rows")
async def _(on: Stage) -> None:
    rows = ["order,sku,quantity,recipient_name,street,city,country,ship_by"]
    rows += [f"NEW-{n},SKU-{n:04d},1,Ada Example,12 Sample Square,London,GB,2026-03-0{n}" for n in range(1, 6)]
    rows += [
        f"{bad},GB," for bad in (
            "NEW-6,SKU-0006,0,A,B,C", "NEW-7,,1,A,B,C", ",SKU-0001,1,A,B,C", "NEW-9,SKU-0009,two,A,B,C",
            "6.9E+12,SKU-0010,1,A,B,C",
        )
    ]  # fmt: skip
    rows += ["NEW-8,SKU-0008,1,A,B,C,Atlantis,", "NEW-10,SKU-0010,1,A,B,C,GB,tomorrow"]
    await on.load("march-orders.csv", "\n".join(rows) + "\n")


@_state("orders", "import_refused")
async def _(on: Stage) -> None:
    await on.load("holidays.csv", "day,name\n2026-12-25,Christmas\n")


@_state("orders", "cancel_why")
async def _(on: Stage) -> None:
    await _order(on, day.HALF)
    await on.command("orders_cancel")


@_state("orders", "cancel_sure")
async def _(on: Stage) -> None:
    await _order(on, day.HALF)
    await on.command("orders_cancel")
    before = on.work.dialogs.question_id
    await on.hands.type("1")
    await on.hands.until(lambda: on.work.dialogs.question_id > before)


@_state("orders", "cancel_refused")
async def _(on: Stage) -> None:
    await _order(on, day.TWICE)
    on.window.page.run("orders_cancel")  # type: ignore[union-attr]
    await on.hands.until(lambda: on.work.dialogs.notice)


@_state("orders", "sort")
async def _(on: Stage) -> None:
    await on.go("orders")
    await on.command("orders_sort")


# the board


@_state("board", "busy")
async def _(on: Stage) -> None:
    await on.go("board")


@_state("board", "no_wave", world="ready")
async def _(on: Stage) -> None:
    await on.go("board")


async def _wave(on: Stage, wave: int) -> Any:
    page = await on.go("board")
    page.waves.choose(next(number for number, row in enumerate(page.waves.rows.rows) if row.wave_id == wave))
    return page


@_state("board", "orders")
async def _(on: Stage) -> None:
    await _wave(on, 3)
    await on.key(Key.Key_F4)
    await on.settle()


@_state("board", "plan")
async def _(on: Stage) -> None:
    await on.go("board")
    await on.command("board_plan")


@_state("board", "planned")
async def _(on: Stage) -> None:
    await on.go("board")
    await on.command("board_plan")
    await on.answer("5")


@_state("board", "kick")
async def _(on: Stage) -> None:
    page = await _wave(on, 3)
    await on.key(Key.Key_F4)
    await on.settle()
    rows = page.orders.rows
    page.orders.table.choose(next(number for number in range(rows.rowCount()) if rows.row(number).kickable))
    await on.command("board_kick")


@_state("board", "cancel")
async def _(on: Stage) -> None:
    await _wave(on, 4)
    await on.command("board_cancel")
    await on.answer("x")


# devices


@_state("devices", "none")
async def _(on: Stage) -> None:
    on.work.use_settings(replace(on.work.settings, printer=""))
    on.work.printer.url = ""
    await on.go("devices")


@_state("devices", "ready")
async def _(on: Stage) -> None:
    on.work.use_settings(replace(on.work.settings, sound=True))
    page = await on.go("devices")
    page.scan("6900070000158")
    on.work.note_scan("6900070000158")
    await on.settle()


@_state("devices", "fault")
async def _(on: Stage) -> None:
    on.work.note_printer("device_open_failed")
    await on.go("devices")


@_state("devices", "paper_out")
async def _(on: Stage) -> None:
    on.work.note_printer("paper_out")
    await on.go("devices")


@_state("devices", "asked")
async def _(on: Stage) -> None:
    on.work.note_printer("")
    await on.go("devices")


@_state("devices", "test_label")
async def _(on: Stage) -> None:
    page = await on.go("devices")
    await on.key(Key.Key_F3)
    await on.hands.until(lambda: page._expected)
    on.window.scan(page._expected)
    await on.settle()


@_state("devices", "change")
async def _(on: Stage) -> None:
    await on.go("devices")
    await on.command("devices_change")


# settings


@_state("settings", "busy")
async def _(on: Stage) -> None:
    await on.go("settings")


@_state("settings", "wrong")
async def _(on: Stage) -> None:
    page = await on.go("settings")
    for name, text in (("station", ""), ("printer", "printer-3")):
        page._fields[name].setText(text)
    page.run("settings_save")
    await on.hands.until(lambda: on.work.dialogs.notice)
    await on.settle()


@_state("settings", "help")
async def _(on: Stage) -> None:
    await on.go("settings")
    await on.key(Key.Key_F1)
