"""Works in the window as people do, by keys and scans alone: the demonstration's hands."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QBuffer, QByteArray, Qt, QTimer
from PySide6.QtGui import QImage, QImageWriter

from app.domain.errors import KnownError
from ui.keys import press_key, type_scan, type_text
from ui.main_window import MainWindow, pages_of
from ui.theme import THEMES
from ui.widgets.rail import DIGITS

if TYPE_CHECKING:
    from ui.pages.order_import import Imported

PATIENCE = 60.0  # seconds for a page to show what it must
LANGUAGES = ("en", "zh")
_LOOK = 0.005


class Hands:
    """One person at one window; `pace` are the seconds that a scan takes, for people who watch."""

    def __init__(self, window: MainWindow, pace: float = 0.0) -> None:
        self.window = window
        self.work = window.work
        self._pace = pace

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something is to be seen; raises TimeoutError when it never is."""
        async with asyncio.timeout(PATIENCE):
            while not condition():  # noqa: ASYNC110 (what is on a screen has no event)
                await asyncio.sleep(_LOOK)

    async def settled(self) -> None:
        """Wait until the page in front shows the newest."""

        def at_rest() -> bool:
            page = self.window.page
            return page is not None and page.data is not None and page.at_rest

        await self.until(at_rest)

    async def _do(self, act: Callable[[], object]) -> None:
        """Deliver keys from the event loop itself: they let Qt work in between, which must not happen in a task."""
        done = asyncio.get_running_loop().create_future()

        def now() -> None:
            act()
            if not done.done():  # who is interrupted no longer waits
                done.set_result(None)

        QTimer.singleShot(0, now)
        await done

    async def press(self, key: Qt.Key, text: str = "") -> None:
        """Press a key."""
        await self._do(lambda: press_key(self.window.windowHandle(), key, text=text))
        await self.until(lambda: self.window.wedge.idle)

    async def type(self, text: str) -> None:
        """Type as a person does."""
        await self._do(lambda: type_text(self.window.windowHandle(), text))
        await self.until(lambda: self.window.wedge.idle)

    async def enter(self) -> None:
        """Press Enter."""
        await self.press(Qt.Key.Key_Return, "\r")

    async def go(self, page: str) -> Any:
        """F10 and the digit of a page."""
        names = [name for name, _ in pages_of(self.work.settings.role)]
        await self.until(lambda: page in self.window.pages)  # the first ones are shown before the others are made
        await self.press(Qt.Key.Key_F10)
        await self.type(DIGITS[names.index(page)])
        await self.until(lambda: self.window.page is self.window.pages[page])
        await self.settled()
        return self.window.page

    async def scan(self, code: str) -> Any:
        """Scan on the page in front; returns what it shows of it, once it is painted."""
        page: Any = self.window.page
        shown: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        def see(what: object) -> None:
            if not shown.done():
                shown.set_result(what)

        page.judged.connect(see)
        try:
            await self._do(lambda: type_scan(self.window.windowHandle(), code))
            async with asyncio.timeout(PATIENCE):
                what = await shown
        finally:
            page.judged.disconnect(see)
        if self._pace:
            await asyncio.sleep(self._pace)
        return what

    async def load(self, path: Path) -> Imported:
        """Import a file on the orders page."""
        from ui.pages.order_import import Import

        await self.go("orders")
        await self.press(Qt.Key.Key_F4)
        await self.question()
        await self.type(str(path))
        imports = self.work.findChild(Import)
        assert imports is not None
        done: asyncio.Future[Imported] = asyncio.get_running_loop().create_future()
        imports.done.connect(done.set_result)
        await self.enter()
        try:
            async with asyncio.timeout(PATIENCE * 10):
                result = await done
        finally:
            imports.done.disconnect(done.set_result)
        await self.settled()
        await self.press(Qt.Key.Key_Escape)
        return result

    async def plan_and_release(self, limit: int) -> bool:
        """One wave on the board, released at once; False when none could be planned."""
        await self.go("board")
        await self.press(Qt.Key.Key_F2)
        await self.question()
        await self.type(str(limit))
        first = self.work.dialogs.question_id
        await self.enter()
        notice = self.work.dialogs.notice
        await self.until(lambda: self.work.dialogs.question_id > first or self.work.dialogs.notice != notice)
        if self.work.dialogs.question_id == first:
            return False
        await self.enter()  # release it now
        await self.until(lambda: not self.work.dialogs.is_open)
        await self.settled()
        return True

    async def choose_cart(self, page: Any, batch_id: int) -> None:
        """Move to a cart in the list with the arrows, and take it; the page may show it already."""
        await self.settled()
        if not isinstance(page.data, list):
            if getattr(page.data, "batch_id", None) == batch_id:
                return
            await self.enter()  # the cart before is done
            await self.until(lambda: isinstance(page.data, list) and page.at_rest)
        number = next(n for n, cart in enumerate(page.data) if cart.batch_id == batch_id)
        for _ in range(number):
            await self.press(Qt.Key.Key_Down)
        await self.enter()
        await self.until(lambda: getattr(page.data, "batch_id", None) == batch_id and page.at_rest)

    async def question(self) -> None:
        """Wait for a question."""
        await self.until(lambda: self.work.dialogs.is_open)

    async def pictures(self, folder: Path, pages: tuple[str, ...]) -> None:
        """`<page>-<language>-<theme>.png` of these pages; then everything is as it was.

        Raises KnownError `file_unwritable`.
        """
        before, front = self.work.settings, self.window.page
        saved = []
        # another theme takes far longer than another language; the one that stays comes last
        for theme in sorted(THEMES, key=lambda name: name == before.theme):
            for language in LANGUAGES:
                self.work.use_settings(replace(before, language=language, theme=theme))
                for page in pages:
                    self.window.go(page)
                    await self.settled()
                    await asyncio.sleep(_LOOK)
                    image = self.window.grab().toImage()
                    saving = asyncio.to_thread(_save, image, folder / f"{page}-{language}-{theme}.png")
                    saved.append(asyncio.create_task(saving))
        await asyncio.gather(*saved)
        self.work.use_settings(before)
        if front is not None:
            self.window.go(front.name)
            await self.settled()


def _save(image: QImage, path: Path) -> None:
    memory = QBuffer()
    QImageWriter(memory, QByteArray(b"png")).write(image)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(memory.data().data())
    except OSError as error:
        raise KnownError("file_unwritable", file=str(path), why=error.strerror or "") from None
