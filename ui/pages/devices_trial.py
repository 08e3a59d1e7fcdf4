"""The test of a device before it is the station's: a label printed and scanned back, a scan, a weight at rest."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from PySide6.QtCore import QObject, Signal

from app.devices import PRINTERS, WEDGE, StationDevices, is_same_device, printer_language, scanner_urls
from app.domain.errors import Refusal
from app.operations.print_queue import TEST, cancel_job, queue_file
from app.spooling import printer_url, running_spooler
from app.station import Origin
from ui.trial_label import PREFIX, trial_code, trial_payload
from ui.widgets.painted import one_line
from ui.workspace import Workspace


class Trial(QObject):
    """One test; `changed` when there is something else to say. A device that is the station's already is not opened."""

    changed = Signal()

    def __init__(self, work: Workspace, use: str, url: str, queue_of: Callable[[str], str] | None) -> None:
        super().__init__()
        self._work, self._use, self._url = work, use, url
        self._queue_of = queue_of
        self.passed = False
        self.trouble: Refusal | None = None
        self.other = False  # whether another test label was scanned
        self.expected = ""  # the test label's code
        self._came = ""
        self._own: StationDevices | None = None
        self._task: asyncio.Task[Any] | None = None
        self._ended = False

    def begin(self) -> None:
        """Open the device, or print the label; returns at once."""
        if self._use in PRINTERS:
            self._task = self._work.spawn(self._print())
        elif self._url != WEDGE and not self._is_ours():
            self._task = self._work.spawn(self._open())
        self._work.devices_changed.connect(self._look)
        self._look()

    def end(self) -> None:
        """Let everything go."""
        if not self._ended:
            self._ended = True
            self._work.devices_changed.disconnect(self._look)
            if self._task is not None:
                self._task.cancel()

    def scan(self, code: str) -> None:
        """A scan that came through the window: of the keyboard, or of a scanner that is the station's already."""
        if self._use in PRINTERS:
            text = code.strip().upper()
            if self.expected and text.startswith(PREFIX):
                self._pass(text == self.expected, one_line(code))
        elif self._use == "scanners" and (self._url == WEDGE) == (self._work.origin is None):
            self._pass(True, one_line(code))

    def say(self) -> str:
        """How it stands, in the language of now."""
        say, words = self._work.words.say, self._work.words
        if self.passed:
            if self._use == "scale":
                return say("devices_test_weight", weight=self._came)
            return say("devices_label_read", code=self._came) if self._use in PRINTERS else say(
                "devices_test_scan", code=self._came
            )
        if self.other:
            return say("devices_label_other", code=self.expected)
        if self.trouble is not None:
            return words.explain(self.trouble)
        if self._use in PRINTERS:
            return say("devices_label_sent")
        return say("devices_test_scale" if self._use == "scale" else "devices_test_scanner")

    def _pass(self, good: bool, came: str) -> None:
        self._work.sounds.play("complete" if good else "attention")
        if good:
            self.passed, self.trouble, self._came = True, None, came
        self.other = not good
        self.changed.emit()

    def _is_ours(self) -> bool:
        settings = self._work.settings
        urls = scanner_urls(settings) if self._use == "scanners" else [settings.scale] if settings.scale else []
        return any(is_same_device(self._url, url) for url in urls)

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()

        def scanned(raw: str, _: Origin) -> None:
            loop.call_soon_threadsafe(self._scanned, raw)

        def changed() -> None:
            loop.call_soon_threadsafe(self._look)

        scanners, scale = ([self._url], "") if self._use == "scanners" else ([], self._url)
        opening = asyncio.ensure_future(asyncio.to_thread(StationDevices, scanners, scale, scanned, changed))
        try:
            await asyncio.shield(opening)
            self._own = opening.result()
            self._look()
            await asyncio.Event().wait()
        finally:
            self._own = None
            await asyncio.to_thread((await opening).stop)

    def _scanned(self, raw: str) -> None:
        if not self._ended:
            self._pass(True, one_line(raw))

    def _look(self) -> None:
        """Something of the device may have changed."""
        devices = self._own or (self._work.attached if self._is_ours() else None)
        if self._ended or self._use in PRINTERS or devices is None:
            return
        seen = devices.scale if self._use == "scale" else next(
            (one for one in devices.scanners if is_same_device(one.url, self._url)), None
        )
        self.trouble = None if seen is None or self.passed else seen.trouble
        weight = devices.weight if self._use == "scale" else None
        if not self.passed and weight is not None and weight.stable and weight.grams:
            self._pass(True, self._work.words.say("devices_kilograms", kilograms=f"{weight.grams / 1000:.3f}"))
        self.changed.emit()

    async def _print(self) -> None:
        """A label on the queue that has this printer already, else on one of its own as long as the test lasts."""
        work = self._work
        station = work.settings.station
        ours = self._queue_of is not None and getattr(work.settings, self._use) == self._url
        queue = self._queue_of(station) if ours and self._queue_of is not None else f"print {uuid4()}"
        now = datetime.now(UTC)
        code = trial_code(int(now.timestamp()) % 1_000_000)
        title = work.words.say("devices_test_title")
        url = printer_url(self._use, self._url)
        language = printer_language(url)
        payload = trial_payload(language, title, station, now.astimezone(), code)
        try:
            job = await work.feed.write(
                queue_file, work.place.person, queue, payload, what_for=TEST, language=language
            )
            self.expected = code
            self.changed.emit()
            if ours:
                return
            try:
                async with running_spooler(work.feed.store, queue, url, on_status=self._told):
                    await asyncio.Event().wait()
            finally:
                # it must not come out some other day, unasked
                await asyncio.shield(asyncio.ensure_future(self._take_back(job)))
        except Refusal as refusal:
            self.trouble = refusal
            self.changed.emit()

    async def _take_back(self, job: int) -> None:
        await self._work.feed.write(cancel_job, self._work.place.person, job)

    def _told(self, code: str) -> None:
        if self._ended or self.passed:
            return
        self.trouble = None if code in ("ready", "busy", "label_waiting") else Refusal(code)
        self.changed.emit()
