"""Windows for tests: the program's own, in this process, with somebody in front of it."""

from __future__ import annotations

import asyncio
import gc
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit

from app.main import Wanted, in_window, opened_window
from app.texts import say
from printing.symbols import decode
from tests.end_to_end.conftest import SECONDS, Paper
from ui.hands import Hands
from ui.keys import type_scan
from ui.main_window import PAGES, MainWindow
from ui.widgets.verdict import Banner, StopPanel

CHECKOUT = Path(__file__).parents[2]
KEYS = {f"F{number}": getattr(Qt.Key, f"Key_F{number}") for number in range(1, 13)} | {
    "Enter": Qt.Key.Key_Return, "Esc": Qt.Key.Key_Escape, "Down": Qt.Key.Key_Down, "Home": Qt.Key.Key_Home,
}  # fmt: skip
TEXT = {"Enter": "\r", "Esc": "\x1b"}


class Worker(Hands):
    """Packer, picker, lead and support in one: everything by keys and scans, and what the window says of it."""

    def __init__(self, window: MainWindow, language: str) -> None:
        super().__init__(window)
        self.language = language

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something is to be seen."""
        try:
            async with asyncio.timeout(SECONDS):
                await super().until(condition)
        except TimeoutError:
            raise AssertionError(f"still waiting; the window says {self.texts()}") from None

    async def key(self, *names: str) -> None:
        """Press keys by their names on the keyboard."""
        for name in names:
            if name in KEYS:
                await self.press(KEYS[name], TEXT.get(name, ""))
            else:
                await self.type(name)

    async def answer(self, *keys: str, text: str = "") -> None:
        """Wait for a question, answer it by keys, and wait until it is gone or followed by another."""
        await self.question()
        dialogs = self.work.dialogs
        asked = dialogs.question_id
        if text:
            await self.type(text)
        await self.key(*keys)
        await self.until(lambda: dialogs.question_id > asked or not dialogs.is_open)

    async def judged(self, act: Callable[[], Awaitable[None]]) -> Any:
        """What the page in front shows of something that is judged like a scan."""
        page: Any = self.window.page
        shown: list[Any] = []
        page.judged.connect(shown.append)
        try:
            await act()
            await self.until(lambda: shown)
        finally:
            page.judged.disconnect(shown.append)
        (verdict,) = shown
        return verdict

    def settled_now(self) -> bool:
        """Whether the page in front shows the newest."""
        page = self.window.page
        return page is not None and page.data is not None and page.at_rest

    async def scan_quietly(self, code: str) -> None:
        """Scan what has no verdict of its own."""
        await self._do(lambda: type_scan(self.window.windowHandle(), code))
        await self.settled()

    def said(self, code: str, **facts: Any) -> str:
        """A sentence in the language of the window."""
        return say(code, facts, self.language)

    def texts(self) -> list[str]:
        """Every text that can be seen, but most of what pages paint themselves."""
        seen = [label.text() for label in self.window.findChildren(QLabel) if label.isVisible()]
        seen += [edit.text() for edit in self.window.findChildren(QLineEdit) if edit.isVisible()]
        seen += [banner.sentence for banner in self.window.findChildren(Banner) if banner.isVisible()]
        return [text for text in seen if text]

    @property
    def banner(self) -> str:
        """What the banner of the page in front says."""
        assert self.window.page is not None
        (banner,) = self.window.page.findChildren(Banner)
        return banner.sentence

    @property
    def stop(self) -> str:
        """The word that covers the page in front, "" when none does."""
        assert self.window.page is not None
        (panel,) = self.window.page.findChildren(StopPanel)
        return panel.stop.word if panel.stop is not None and panel.isVisible() else ""


class PipedWindow:
    """A window in a process of its own, without a display; its scanner is a pipe (see `piped_window`)."""

    def __init__(self, db: Path, printer: str = "", station: str = "P-01") -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.end_to_end.piped_window", str(db), station, *([printer] if printer else [])],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=CHECKOUT,
        )  # fmt: skip

    def opened(self) -> dict[str, Any]:
        """What the window shows once it is open."""
        return self._read()

    def scan(self, code: str) -> dict[str, Any]:
        """Scan, and what the window shows then."""
        assert self.process.stdin is not None
        self.process.stdin.write(code + "\n")
        self.process.stdin.flush()
        return self._read()

    def until(self, code: str, wanted: str) -> dict[str, Any]:
        """Scan `code` again and again until the verdict's code is the one that is wanted."""
        end = time.monotonic() + SECONDS
        while (answer := self.scan(code))["code"] != wanted:
            assert time.monotonic() < end, answer
        return answer

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.communicate()

    def close(self) -> tuple[int, str]:
        """Close the window; its exit code and what it said on standard error."""
        _, said = self.process.communicate(timeout=SECONDS)
        return self.process.returncode, said

    def _read(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.process.communicate(timeout=SECONDS)[1]
        answer: dict[str, Any] = json.loads(line)
        return answer


def read_label(paper: Paper, number: int) -> frozenset[str]:
    """What can be scanned on the label that came out as number `number` of a simulated printer, counted from 1."""
    with Image.open(paper.folder / f"{number:06d}.png") as image:
        return frozenset(symbol.text for symbol in decode(image))


def work_in_window(
    application: QApplication, db: Path, language: str, printer: str, job: Callable[[Worker], Awaitable[None]]
) -> None:
    """Open the program's own window in this process, let somebody do a job in it, and close it."""
    wanted = Wanted(str(db), language, "BENCH-1", printer)
    application.setQuitOnLastWindowClosed(False)  # as in the program: the engine ends it

    async def run() -> int:
        async with opened_window(
            application, wanted,
            configure=lambda found: replace(found, operator="Ada", role="all", sound=False, reduce_motion=True),
        ) as window:
            window.show()
            worker = Worker(window, language)
            await worker.until(lambda: len(window.pages) == len(PAGES))
            await worker.settled()
            await job(worker)
        return 0

    try:
        assert in_window(application, run()) == 0
    finally:
        gc.unfreeze()  # the program keeps what it has loaded; here other tests follow
