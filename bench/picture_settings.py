"""The states of the settings page: what is typed, refused, saved and heard."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from sqlalchemy import update

from app.change import Change
from app.domain.numbers import NumberForm
from app.operations.numbers import add_pool, close_pool, take_many
from bench.picture_stage import Stage
from bench.picture_state import States
from db.numbers import IssuedNumber
from db.store import Tx

Key = Qt.Key
settings = States("settings")


@settings("busy")
async def _(on: Stage) -> None:
    await on.go("settings")


@settings("devices_shown")
async def _(on: Stage) -> None:
    page = await on.go("settings")
    page._fields["wedge_shortest"].setFocus()
    page._area.ensureWidgetVisible(page._fields["printer_fallback"])
    await on.settle()


@settings("volume")
async def _(on: Stage) -> None:
    page = await on.go("settings")
    page._fields["sound"].setChecked(True)
    page._fields["volume"].setFocus()
    page._fields["volume"].setValue(45)
    page._area.ensureWidgetVisible(page._area.findChildren(QPushButton)[0])
    await on.settle()


@settings("unsaved")
async def _(on: Stage) -> None:
    await on.go("settings")
    await on.hands.type(" 2")
    await on.settle()


@settings("saved")
async def _(on: Stage) -> None:
    page = await on.go("settings")
    page._fields["operator"].setText("Pia Berg")
    page.run("settings_save")
    await on.hands.until(lambda: on.work.dialogs.notice)
    await on.settle()


@settings("bad_address")
async def _(on: Stage) -> None:
    page = await on.go("settings")
    page._fields["scale"].setText("lpt1://scale")
    page.run("settings_save")
    await on.hands.until(lambda: on.work.dialogs.notice)
    await on.settle()


@settings("wrong")
async def _(on: Stage) -> None:
    page = await on.go("settings")
    for name, text in (("station", ""), ("printer", "printer-3")):
        page._fields[name].setText(text)
    page.run("settings_save")
    await on.hands.until(lambda: on.work.dialogs.notice)
    await on.settle()


_POOLS = (  # carrier, service, form, prefix, country, first, last, warning, numbers taken
    ("EXAMPLE-POST", "PACKET", NumberForm.S10, "LX", "CN", 4_700_000, 4_701_999, 200, 2_000),
    ("EXAMPLE-POST", "PACKET", NumberForm.S10, "LX", "CN", 8_100_000, 8_104_999, 500, 4_630),
    ("EXAMPLE-POST", "PARCEL", NumberForm.S10, "CX", "CN", 120_000, 129_999, 500, 812),
    ("EXAMPLE-POST", "PARCEL", NumberForm.S10, "CX", "CN", 300_000, 309_999, 500, 0),
    ("EXAMPLE-EXPRESS", "", NumberForm.SSCC, "340123450", "", 1, 200, 20, 200),
    ("", "", NumberForm.PLAIN, "HZ-", "", 100_000, 199_999, 1_000, 0),
)


async def _pools(on: Stage) -> Any:
    page = await on.go("settings")
    for carrier, service, form, prefix, country, first, last, low_water, count in _POOLS:
        on.store.write(
            add_pool, on.work.place.person, carrier=carrier, service=service, form=form, prefix=prefix,
            country=country, first=first, last=last, low_water=low_water,
        )
        if count:
            on.store.write(_take, carrier, service, count)
    on.store.write(close_pool, on.work.place.person, 1)
    page.run("settings_numbers")
    await on.hands.until(lambda: page._numbers_shown)
    await on.settle()
    return page


def _take(tx: Tx, carrier: str, service: str, count: int) -> tuple[None, Change]:
    take_many(tx, carrier, service, count)
    tx.session.execute(update(IssuedNumber).values(issued_at=tx.at - timedelta(days=3)))
    return None, Change()


@settings("numbers")
async def _(on: Stage) -> None:
    await _pools(on)


@settings("numbers_none")
async def _(on: Stage) -> None:
    page = await on.go("settings")
    page.run("settings_numbers")
    await on.hands.until(lambda: page._numbers_shown)
    await on.settle()


@settings("numbers_add")
async def _(on: Stage) -> None:
    page = await _pools(on)
    page.run("settings_pool_add")
    form = page._numbers.form
    await on.hands.until(lambda: page._numbers.adding)
    for name, text in (("carrier", "EXAMPLE-POST"), ("first", "RR 473 124 829 GB"), ("last", "RR473125824GB")):
        form._edits[name].setFocus()
        await on.hands.type(text)
    await on.settle()


@settings("numbers_wrong")
async def _(on: Stage) -> None:
    page = await _pools(on)
    page.run("settings_pool_add")
    form = page._numbers.form
    await on.hands.until(lambda: page._numbers.adding)
    for name, text in (("carrier", "EXAMPLE-POST"), ("first", "RR473124829GB"), ("last", "RR473125825GB")):
        form._edits[name].setFocus()
        await on.hands.type(text)
    page.run("settings_save")
    await on.hands.until(lambda: on.work.dialogs.notice)
    await on.settle()


@settings("numbers_close")
async def _(on: Stage) -> None:
    page = await _pools(on)
    page._numbers.table.choose(2)
    await on.command("settings_pool_close")


@settings("help")
async def _(on: Stage) -> None:
    await on.go("settings")
    await on.key(Key.Key_F1)
