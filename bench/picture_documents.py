"""The states of the documents page."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt

from bench.picture_stage import Stage
from bench.picture_state import States
from ui.pages.documents import DocumentsPage

Key = Qt.Key
documents = States("documents")


async def _subject(on: Stage, name: str) -> DocumentsPage:
    page = await on.go("documents")
    assert isinstance(page, DocumentsPage)
    page.tabs.choose(name)
    await on.settle()
    return page


@documents("slip")
async def _(on: Stage) -> None:
    await _subject(on, "order")


@documents("invoice")
async def _(on: Stage) -> None:
    await _subject(on, "order")
    await on.key(Key.Key_F6)
    await on.settle()


@documents("customs_form")
async def _(on: Stage) -> None:
    await _subject(on, "order")
    await on.key(Key.Key_F6)
    await on.key(Key.Key_F6)
    await on.settle()


@documents("find_nothing")
async def _(on: Stage) -> None:
    page = await _subject(on, "order")
    page.box.setText("ZZ-0")
    page.box.finish()
    await on.settle()


@documents("pick_list")
async def _(on: Stage) -> None:
    await _subject(on, "cart")


@documents("wave_sheet")
async def _(on: Stage) -> None:
    await _subject(on, "wave")


@documents("manifest_waits")
async def _(on: Stage) -> None:
    await _subject(on, "manifest")


@documents("manifest_question")
async def _(on: Stage) -> None:
    await _subject(on, "manifest")
    await on.key(Key.Key_F4)
    await on.hands.until(lambda: on.work.dialogs.is_open)


@documents("locations")
async def _(on: Stage) -> None:
    await _subject(on, "codes")


@documents("paper")
async def _(on: Stage) -> None:
    await _subject(on, "codes")
    await on.key(Key.Key_F8)
    await on.hands.until(lambda: on.work.dialogs.is_open)


@documents("no_printer")
async def _(on: Stage) -> None:
    await _subject(on, "order")
    await on.key(Key.Key_F4)
    await on.hands.until(lambda: on.work.dialogs.notice)




@documents("large")
async def _(on: Stage) -> None:
    await _subject(on, "cart")
    await on.key(Key.Key_Return)
    await on.settle()


@documents("large_form")
async def _(on: Stage) -> None:
    await _subject(on, "order")
    await on.key(Key.Key_F6)
    await on.key(Key.Key_F6)
    await on.key(Key.Key_Return)
    await on.settle()


@documents("again")
async def _(on: Stage) -> None:
    page = await _subject(on, "cart")
    before = on.work.settings
    on.work.settings = replace(before, document_printer="cups://office")
    try:
        await on.key(Key.Key_F4)
        await on.hands.until(lambda: on.work.dialogs.notice)
        await on.key(Key.Key_F4)
        await on.hands.until(lambda: on.work.dialogs.is_open)
    finally:
        on.work.settings = before
    assert page.pane.made is not None


@documents("in_labels")
async def _(on: Stage) -> None:
    await _subject(on, "order")
    before = on.work.settings
    on.work.settings = replace(before, document_printer="cups://office")
    try:
        await on.key(Key.Key_F4)
        await on.hands.until(lambda: on.work.dialogs.notice)
    finally:
        on.work.settings = before
    await on.go("labels")
    await on.settle()
