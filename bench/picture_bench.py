"""The states of the pages for scans: packing and picking."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt

from app.domain.barcode import Command
from app.domain.errors import KnownError
from app.domain.people import Role
from app.domain.states import JobState
from app.operations.orders import request_cancel
from app.operations.picking import claim_batch
from app.operations.print_queue import note_wait
from app.operations.stations import ensure_station
from app.queries.picking_view import picking_view
from bench import picture_day as day
from bench import picture_goods as goods
from bench.picture_stage import Stage
from bench.picture_state import States

Key = Qt.Key
packing, picking = States("packing"), States("picking")


@packing("idle")
async def _(on: Stage) -> None:
    await on.go("packing")


@packing("opened")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.scan(on.tote(day.HALF))


@packing("half")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.scan(on.tote(day.HALF))
    await on.scan(*on.items(3))


@packing("many")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.scan(on.tote(day.MANY))
    await on.scan(*on.items(8))


@packing("late")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.scan(on.tote(day.LATE))


@packing("bulk")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.scan(on.bulk_tote()[0])


@packing("complete")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.complete(day.SMALL)


@packing("complete_paper_out")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.complete(day.SMALL)
    on.store.write(note_wait, day.BENCH, "paper_out")
    on.work.note_printer("paper_out")
    await on.refresh()


@packing("complete_no_printer")
async def _(on: Stage) -> None:
    on.work.use_settings(replace(on.work.settings, printer=""))
    on.work.printer.url = ""
    await on.go("packing")
    await on.complete(day.SMALL)


@packing("printed")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.complete(day.SMALL, JobState.PRINTED)


@packing("closed")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.complete(day.SMALL, JobState.PRINTED)
    await on.scan(on.square())


@packing("uncertain")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.complete(day.SMALL, JobState.UNCERTAIN, "printer_silent")


@packing("label_failed")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.complete(day.SMALL, JobState.FAILED, "head_element")


@packing("reprinted")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.complete(day.SMALL, JobState.PRINTED)
    await on.scan(Command.REPRINT, Command.BLURRED)


@packing("reason_needed")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.complete(day.SMALL, JobState.PRINTED)
    await on.scan(Command.REPRINT)


@packing("wrong_item")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.scan(on.tote(day.HALF))
    await on.scan(on.foreign())


@packing("wrong_item_again")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.scan(on.tote(day.HALF))
    await on.scan(on.foreign(), on.items(1)[0], on.items(1)[0])


@packing("over_scan")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.scan(on.tote(day.HALF))
    first = on.items(1)[0]
    await on.scan(*[first] * (on.items().count(first) + 1))


@packing("unknown_code")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.scan(on.tote(day.HALF))
    await on.scan("WWW.EXAMPLE.COM/PROMOTION?CAMPAIGN=SPRING-2026&ID=0123456789")


@packing("unknown_code_idle")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.scan("4006381333931")


@packing("opened_verified")
async def _(on: Stage) -> None:
    await on.go("packing")
    tote = on.tote(day.SMALL)
    await on.complete(day.SMALL, JobState.PRINTED)
    await on.scan(Command.HOLD, tote)


@packing("wrong_label")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.complete(day.SMALL, JobState.PRINTED)
    await on.scan(on.label_of(day.TWICE))


@packing("superseded_copy")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.complete(day.UNCERTAIN)
    await on.scan(Command.NOT_OUT)
    await on.scan(on.square(1))


@packing("label_not_scanned")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.complete(day.SMALL, JobState.PRINTED)
    await on.scan(on.tote(day.OTHER))


@packing("parcel_unfinished")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.scan(on.tote(day.HALF))
    await on.scan(on.tote(day.OTHER))


@packing("cancelled")
async def _(on: Stage) -> None:
    await on.go("packing")
    on.store.write(request_cancel, on.work.place.person, on.order(day.STOPPED), "orders_why_buyer")
    await on.scan(on.tote(day.STOPPED))


@packing("cancel_asked")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.scan(on.tote(day.STOPPED))
    await on.scan(*on.items(1))
    on.store.write(request_cancel, on.work.place.person, on.order(day.STOPPED), "orders_why_buyer")
    await on.refresh()


@packing("not_picked")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.scan(day.READY)


@packing("take_over")
async def _(on: Stage) -> None:
    await on.go("packing")
    goods.awake(on.store, "BENCH-2")
    await on.scan(day.TAKEN)


@packing("tote_empty")
async def _(on: Stage) -> None:
    await on.go("packing")
    tote = on.tote(day.SMALL)
    await on.complete(day.SMALL, JobState.PRINTED)
    await on.scan(on.square(), tote)


@packing("not_saved")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.scan(on.tote(day.HALF))
    on.refuse_scans(KnownError("database_full"))
    await on.scan(on.items(1)[0], on.items(1)[0])


@packing("type")
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


@picking("carts")
async def _(on: Stage) -> None:
    await on.go("picking")


@picking("taken")
async def _(on: Stage) -> None:
    await on.go("picking")
    at = next(number for number, cart in enumerate(on.batches()) if cart.station is not None)
    await on.key(Key.Key_Down, at)
    await on.answer()


@picking("go")
async def _(on: Stage) -> None:
    await _cart(on)


@picking("there")
async def _(on: Stage) -> None:
    batch = await _cart(on)
    await on.scan(on.task(batch).location)


@picking("picked")
async def _(on: Stage) -> None:
    batch = await _cart(on)
    await on.scan(on.task(batch).location)
    await on.scan(on.barcode(on.task(batch).sku_id))


@picking("wrong_location")
async def _(on: Stage) -> None:
    batch = await _cart(on)
    later = on.store.read(picking_view, batch).upcoming
    here = on.task(batch).location
    await on.scan(next(task.location for task in later if task.location != here))


@picking("wrong_item")
async def _(on: Stage) -> None:
    batch = await _cart(on)
    await on.scan(on.task(batch).location)
    await on.scan(on.barcode(1 if on.task(batch).sku_id != 1 else 2))


@picking("not_saved")
async def _(on: Stage) -> None:
    batch = await _cart(on)
    on.refuse_writes(KnownError("database_full"))
    await on.scan(on.task(batch).location)


@picking("done")
async def _(on: Stage) -> None:
    batch = await _cart(on)
    while (task := on.task(batch)) is not None:
        await on.scan(on.barcode(task.sku_id) if task.at_location else task.location)


@picking("single")
async def _(on: Stage) -> None:
    await on.go("picking")
    batch = next(cart.batch_id for cart in on.batches() if cart.lane.value == "single")
    on.store.write(claim_batch, on.work.place.picker, batch, True)
    await on.refresh()


@picking("short")
async def _(on: Stage) -> None:
    await _cart(on)
    await on.command("picking_short")


@picking("short_done")
async def _(on: Stage) -> None:
    await _cart(on)
    await on.command("picking_short")
    await on.hands.type("0")
    await on.hands.enter()
    await on.hands.until(lambda: not on.work.dialogs.is_open)
    await on.settle()


@picking("short_leaves")
async def _(on: Stage) -> None:
    batch = await _cart(on)
    begun: set[str] = set()
    while (task := on.store.read(picking_view, batch).task) is not None and task.order not in begun:
        begun.add(task.order)
        await on.scan(task.location)
        await on.scan(on.barcode(task.sku_id))
    await on.scan(Command.SHORT)


@picking("cart_taken")
async def _(on: Stage) -> None:
    batch = await _cart(on)
    place = on.task(batch).location
    page: Any = on.window.pages["picking"]
    page.topics = frozenset()  # the page does not hear of it before the scan
    other = on.store.write(ensure_station, "CART-9", None, Role.PICKER)
    on.store.write(claim_batch, other, batch, True)
    await on.scan(place)


@picking("type")
async def _(on: Stage) -> None:
    await _cart(on)
    await on.command("picking_type")
