"""The states of the settings page: what is typed, refused, saved and heard."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from bench.picture_stage import Stage
from bench.picture_state import States

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


@settings("help")
async def _(on: Stage) -> None:
    await on.go("settings")
    await on.key(Key.Key_F1)
