"""The states of the pages for leads, support and whoever sets a station up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from PySide6.QtCore import Qt
from sqlalchemy import update

from app.change import Change
from app.domain.states import JobState
from app.operations.print_queue import claim_job, finish_attempt, pause_queue, queue_file
from bench import picture_day as day
from bench.picture_stage import Stage
from bench.picture_state import States
from db.parcels import Label
from db.store import Tx

Key = Qt.Key
labels, orders, board = States("labels"), States("orders"), States("board")
SHAPES = b"^XA^FO60,60^GB500,300,12^FS^FO120,120^GB300,120,60^FS^XZ"


def _deadline(tx: Tx) -> tuple[None, Change]:
    """Every label can be voided for three hours more."""
    tx.session.execute(update(Label).values(void_by=tx.at + timedelta(hours=3, minutes=5)))
    return None, Change()


async def _choose(on: Stage, digit: str) -> None:
    """Answer by a digit, and wait for the next question."""
    before = on.work.dialogs.question_id
    await on.hands.type(digit)
    await on.hands.until(lambda: on.work.dialogs.question_id > before)


# labels


async def _label(on: Stage, number: str) -> None:
    page = await on.go("labels")
    page.scan(on.label_of(number))
    await on.hands.until(lambda: page.detail.job is not None and page.detail.job.job.order == number)
    await on.settle()


@labels("busy")
async def _(on: Stage) -> None:
    await on.go("labels")


@labels("uncertain")
async def _(on: Stage) -> None:
    page = await on.go("labels")
    page.tabs.choose("uncertain")
    await on.settle()


@labels("failed")
async def _(on: Stage) -> None:
    await _label(on, day.FAILED)


@labels("two_copies")
async def _(on: Stage) -> None:
    await _label(on, day.TWICE)


@labels("find_nothing")
async def _(on: Stage) -> None:
    page = await on.go("labels")
    await on.key(Key.Key_F2)
    await on.hands.type("8-4711")
    page.box.finish()
    await on.settle()


@labels("not_out")
async def _(on: Stage) -> None:
    await _label(on, day.UNCERTAIN)
    await on.command("labels_not_out")


@labels("reprint")
async def _(on: Stage) -> None:
    await _label(on, day.TWICE)
    await on.command("labels_reprint")


@labels("paused")
async def _(on: Stage) -> None:
    on.store.write(pause_queue, on.work.place.person, day.BENCH)
    on.store.write(queue_file, on.work.place.person, day.BENCH, SHAPES)
    await on.go("labels")


@labels("paused_two")
async def _(on: Stage) -> None:
    on.store.write(pause_queue, on.work.place.person, day.BENCH)
    on.store.write(pause_queue, on.work.place.person, "BENCH-3")
    page = await on.go("labels")
    page.tabs.choose("waiting")
    await on.settle()


@labels("queue")
async def _(on: Stage) -> None:
    await _waiting(on)
    await on.command("labels_queue")


@labels("queue_move")
async def _(on: Stage) -> None:
    await _waiting(on)
    await on.command("labels_queue")
    await _choose(on, "1")


@labels("queue_move_sure")
async def _(on: Stage) -> None:
    await _waiting(on)
    await on.command("labels_queue")
    await _choose(on, "1")
    await _choose(on, "1")


async def _waiting(on: Stage) -> None:
    page = await on.go("labels")
    page.tabs.choose("waiting")
    await on.settle()
    await on.hands.until(lambda: page.detail.job is not None)


@labels("which_was_last")
async def _(on: Stage) -> None:
    for _ in range(3):
        claimed = on.store.write(claim_job, "BENCH-3", day.PRINTER, None, 25)
        assert claimed is not None
        on.store.write(finish_attempt, claimed.attempt_id, JobState.UNCERTAIN, None, "no_proof")
    page = await on.go("labels")
    page.tabs.choose("uncertain")
    await on.settle()
    await on.key(Key.Key_Down)
    await on.settle()
    await on.command("labels_printed")


@labels("sort")
async def _(on: Stage) -> None:
    await on.go("labels")
    await on.command("labels_sort")


# orders


async def _order(on: Stage, number: str) -> None:
    await on.go("orders")
    on.work.found.emit(on.order(number))
    await on.settle()


@orders("busy")
async def _(on: Stage) -> None:
    await on.go("orders")


@orders("group")
async def _(on: Stage) -> None:
    page = await on.go("orders")
    page.tabs.choose("shipped")
    await on.settle()


@orders("find_nothing")
async def _(on: Stage) -> None:
    page = await on.go("orders")
    await on.key(Key.Key_F2)
    await on.hands.type("8-4711")
    page.box.finish()
    await on.settle()


@orders("detail")
async def _(on: Stage) -> None:
    await _order(on, day.TWICE)


@orders("detail_many")
async def _(on: Stage) -> None:
    await _order(on, day.MANY)


@orders("detail_problem")
async def _(on: Stage) -> None:
    await _order(on, day.PROBLEM)


@orders("detail_incomplete")
async def _(on: Stage) -> None:
    await _order(on, day.INCOMPLETE)


@orders("detail_uncertain")
async def _(on: Stage) -> None:
    await _order(on, day.UNCERTAIN)


@orders("import")
async def _(on: Stage) -> None:
    await on.go("orders")
    await on.command("orders_import")


@orders("importing")
async def _(on: Stage) -> None:
    await on.go("orders")
    await on.hold_import(1_240, 5_000)
    await on.settle()


@orders("imported")
async def _(on: Stage) -> None:
    await on.load("orders.csv", "order,sku,quantity,country\nNEW-1,SKU-0001,1,DE\nNEW-2,SKU-0002,2,FR\n")


@orders("imported_bad_rows")
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


@orders("import_what")
async def _(on: Stage) -> None:
    await on.begin_load("holidays.csv", "day,name\n2026-12-25,Christmas\n")


@orders("import_refused")
async def _(on: Stage) -> None:
    await on.begin_load("holidays.csv", "day,name\n2026-12-25,Christmas\n")
    await on.hands.type("1")
    await on.hands.until(lambda: not on.work.dialogs.is_open)
    await on.settle()


@orders("import_no_file")
async def _(on: Stage) -> None:
    await on.go("orders")
    await on.command("orders_import")
    before = on.work.dialogs.question_id
    await on.hands.type("march.csv")
    await on.key(Key.Key_Return)
    await on.hands.until(lambda: on.work.dialogs.question_id > before and on.work.dialogs.is_open)
    await on.settle()


@orders("search_name")
async def _(on: Stage) -> None:
    await on.go("orders")
    on.window.search.begin()
    await on.hands.type("mussig")
    await on.key(Key.Key_Return)
    await on.settle()


@orders("cancel_why")
async def _(on: Stage) -> None:
    await _order(on, day.HALF)
    await on.command("orders_cancel")


@orders("cancel_sure")
async def _(on: Stage) -> None:
    await _order(on, day.HALF)
    await on.command("orders_cancel")
    before = on.work.dialogs.question_id
    await on.hands.type("1")
    await on.hands.until(lambda: on.work.dialogs.question_id > before)


@orders("void")
async def _(on: Stage) -> None:
    page = await on.go("orders")
    page.show_order(on.order(day.TWICE))
    await on.settle()
    on.store.write(_deadline)
    await on.command("orders_void")


@orders("void_why")
async def _(on: Stage) -> None:
    page = await on.go("orders")
    page.show_order(on.order(day.TWICE))
    await on.settle()
    await on.command("orders_void")
    await _choose(on, "2")


@orders("cancel_refused")
async def _(on: Stage) -> None:
    await _order(on, day.TWICE)
    on.window.page.run("orders_cancel")  # type: ignore[union-attr]
    await on.hands.until(lambda: on.work.dialogs.notice)


@orders("sort")
async def _(on: Stage) -> None:
    await on.go("orders")
    await on.command("orders_sort")


# the board


@board("busy")
async def _(on: Stage) -> None:
    await on.go("board")


@board("no_wave", world="ready")
async def _(on: Stage) -> None:
    await on.go("board")


async def _wave(on: Stage, wave: int) -> Any:
    page = await on.go("board")
    page.waves.choose(next(number for number, row in enumerate(page.waves.rows.rows) if row.wave_id == wave))
    return page


@board("orders")
async def _(on: Stage) -> None:
    await _wave(on, 3)
    await on.key(Key.Key_F4)
    await on.settle()


@board("plan")
async def _(on: Stage) -> None:
    await on.go("board")
    await on.command("board_plan")


@board("planned")
async def _(on: Stage) -> None:
    await on.go("board")
    await on.command("board_plan")
    await on.answer("5")


@board("kick")
async def _(on: Stage) -> None:
    page = await _wave(on, 3)
    await on.key(Key.Key_F4)
    await on.settle()
    rows = page.orders.rows
    page.orders.table.choose(next(number for number in range(rows.rowCount()) if rows.row(number).kickable))
    await on.command("board_kick")
    await on.answer("x")


@board("cancel")
async def _(on: Stage) -> None:
    await _wave(on, 4)
    await on.command("board_cancel")
    await on.answer("x")
