"""The states of the packing page that ask for more than items: cartons, weight, notes, boxes, and what goes wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from PySide6.QtCore import Qt

from app.domain.barcode import Command, Kind, make_code
from app.domain.bench_rules import CartonRule, Weigh
from bench import picture_day as day
from bench import picture_goods as goods
from bench.picture_stage import Stage
from bench.picture_state import States

Key = Qt.Key
boxes = States("packing")
_GIFT = "Happy birthday, dear Aunt.\nThe flask is for your walks; the earbuds are from all of us. See you in May."
_WISH = "Please no plastic in the box if you can help it, and leave it with the neighbour at number 14."


async def _open(on: Stage, number: str = day.HALF, **rules: Any) -> Any:
    """The page with an order on the table, at a bench that has everything."""
    goods.complete(on.store, on.work.place.warehouse, **rules)
    page = await on.go("packing")
    await on.scan(on.tote(number))
    return page


def _scale(on: Stage, grams: int | None) -> None:
    """What lies still on the scale."""
    station = on.work.place.station
    assert station is not None
    station.read_scale = lambda: grams


async def _weigh(on: Stage, grams: int) -> None:
    """Put the box on the scale, and wait until it was judged."""
    page: Any = on.window.page
    _scale(on, 0)
    page.scale_watch.look()
    await on.settle()
    _scale(on, grams)
    for _ in range(3):
        page.scale_watch.look()
        await on.settle()


@boxes("goods")
async def _(on: Stage) -> None:
    await _open(on)
    await on.scan(*on.items(1))


@boxes("gift")
async def _(on: Stage) -> None:
    goods.change_order(on.store, on.order(day.HALF), gift_message=_GIFT, buyer_message=_WISH)
    await _open(on, weigh=Weigh.CHECKED)


@boxes("gift_read")
async def _(on: Stage) -> None:
    goods.change_order(on.store, on.order(day.HALF), gift_message=_GIFT)
    goods.add_insert(on.store, on.work.place.warehouse, "Thank-you card")
    await _open(on, weigh=Weigh.CHECKED)
    await on.scan(Command.OK, *on.items(2))


@boxes("insert")
async def _(on: Stage) -> None:
    goods.add_insert(on.store, on.work.place.warehouse, "Thank-you card", "4006381333931")
    goods.add_insert(on.store, on.work.place.warehouse, "Catalogue, spring")
    await _open(on, day.SMALL, weigh=Weigh.CHECKED)
    await on.scan(*on.items())


@boxes("carton")
async def _(on: Stage) -> None:
    await _open(on, day.SMALL, carton=CartonRule.REQUIRED, weigh=Weigh.CHECKED)
    await on.scan(*on.items())


@boxes("weight")
async def _(on: Stage) -> None:
    await _open(on, day.SMALL, weigh=Weigh.CHECKED)
    await on.scan(*on.items())
    _scale(on, 0)
    await on.key(Key.Key_2)
    await on.settle()


@boxes("weight_off")
async def _(on: Stage) -> None:
    await _open(on, day.SMALL, weigh=Weigh.CHECKED)
    await on.scan(*on.items(), make_code(Kind.CARTON, 2))
    await _weigh(on, 1240)


@boxes("weighed")
async def _(on: Stage) -> None:
    await _open(on, day.SMALL, weigh=Weigh.NOTED)
    await on.scan(*on.items(), make_code(Kind.CARTON, 2))
    await _weigh(on, 412)


@boxes("second_check")
async def _(on: Stage) -> None:
    goods.set_rules(on.store, on.work.place.warehouse, check_percent=100)
    await on.go("packing")
    await on.scan(make_code(Kind.PERSON, goods.operator(on.store, "Maria Sánchez")))
    await _open(on)
    await on.scan(*on.items())


@boxes("second_check_begun")
async def _(on: Stage) -> None:
    goods.set_rules(on.store, on.work.place.warehouse, check_percent=100)
    await on.go("packing")
    await on.scan(make_code(Kind.PERSON, goods.operator(on.store, "Maria Sánchez")))
    await _open(on)
    pieces = on.items()
    await on.scan(*pieces)
    await on.scan(make_code(Kind.PERSON, goods.operator(on.store, "Wei Chen")), pieces[0])


@boxes("kit")
async def _(on: Stage) -> None:
    goods.make_kit(on.store, on.order(day.OTHER), "Gift set, two mugs and a case", "components", 2)
    await _open(on, day.OTHER)
    await on.scan(*on.items(1))


@boxes("serial")
async def _(on: Stage) -> None:
    goods.change_sku(on.store, "SKU-0003", captures="serial")
    await _open(on)
    await on.scan(on.items()[0])


@boxes("expired")
async def _(on: Stage) -> None:
    goods.change_sku(on.store, "SKU-0003", captures="expiry")
    await _open(on)
    gone = datetime.now(UTC).date() - timedelta(days=40)
    await on.scan(on.items()[0], gone.isoformat())


@boxes("quantity")
async def _(on: Stage) -> None:
    page = await _open(on)
    page.scan("*2")
    await on.settle()


@boxes("two_boxes")
async def _(on: Stage) -> None:
    await _open(on)
    await on.scan(*on.items(2), Command.SPLIT)
    await on.scan(on.items(1)[0])


@boxes("move_which")
async def _(on: Stage) -> None:
    await _open(on)
    await on.scan(*on.items(2), Command.SPLIT, Command.SHIFT)


@boxes("short_how")
async def _(on: Stage) -> None:
    goods.change_order(on.store, on.order(day.HALF), allow_split=True)
    await _open(on)
    await on.scan(*on.items(3), Command.SHORT)


@boxes("split_off")
async def _(on: Stage) -> None:
    goods.change_order(on.store, on.order(day.HALF), allow_split=True)
    await _open(on, day.HALF, carton=CartonRule.REQUIRED)
    await on.scan(*on.items(4), Command.SHORT, Command.SPLIT)


@boxes("shelved")
async def _(on: Stage) -> None:
    await _open(on)
    await on.scan(*on.items(2), Command.BROKEN)


@boxes("problem")
async def _(on: Stage) -> None:
    await _open(on)
    await on.key(Key.Key_F5)


@boxes("more")
async def _(on: Stage) -> None:
    await _open(on)
    on.window.page.run("packing_more")  # type: ignore[union-attr]
    await on.settle()


@boxes("keys")
async def _(on: Stage) -> None:
    await _open(on)
    on.window.page.run("packing_keys")  # type: ignore[union-attr]
    await on.settle()


@boxes("wrong_item_goods")
async def _(on: Stage) -> None:
    await _open(on)
    await on.scan(on.foreign())


@boxes("belongs_to_slot")
async def _(on: Stage) -> None:
    numbers = (day.HALF, day.OTHER, day.SMALL, day.LATE, day.MANY)
    number, sku = next((number, sku) for number in numbers if (sku := goods.beside(on.store, on.order(number))))
    await _open(on, number)
    await on.scan(on.barcode(sku))


@boxes("new_address")
async def _(on: Stage) -> None:
    await _open(on)
    goods.change_order(on.store, on.order(day.HALF), address_version=2)
    await on.scan(on.items(1)[0])


@boxes("logged_out")
async def _(on: Stage) -> None:
    await _open(on)
    await on.scan(make_code(Kind.PERSON, goods.operator(on.store, "Maria Sánchez")), Command.LOG_OUT)


@boxes("reopen_which")
async def _(on: Stage) -> None:
    await on.go("packing")
    await on.scan(Command.REOPEN)

