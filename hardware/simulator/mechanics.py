"""Paper, head and motor of a simulated printer: what is printed, when, and what keeps it from being printed."""

from __future__ import annotations

import asyncio
import base64
import functools
import logging
import traceback
from collections import deque
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from hardware.simulator.faults import HOLDS, Fault, Schedule, Trouble
from hardware.simulator.language import Label
from hardware.simulator.tray import Scrap, Tray

log = logging.getLogger(__name__)

_MM_PER_INCH = 25.4
_DOTS_PER_MM = 8
_CATCH_UP = 0.02  # seconds by which a late timer may be made good at the next label
# one white dot: the picture of a label that could not be drawn
_BLANK = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABAQAAAAA3bvkkAAAACklEQVR42mP4DwABAQEAHLCMmQAAAABJRU5ErkJggg=="
)


@dataclass(frozen=True, slots=True)
class Drawing:
    """How one label looks and how long it is: PNG bytes (none: no picture is kept) and millimetres."""

    png: bytes
    length_mm: float = 152.4


Draw = Callable[[bytes], Drawing | bytes]


@dataclass(slots=True)
class _Batch:
    label: Label
    arrived: float  # loop time
    drawing: asyncio.Future[Drawing]


class Mechanics:
    """Prints batches in the order of their arrival, label by label, into a tray, with trouble on schedule.

    `switch` is awaited with False when a power cycle begins and with True when it ends. Durations are multiplied by
    `time_factor`. `torn_counts`: the odometer counts a label that was broken off and is printed again, twice. Made
    anywhere, used on one asyncio loop.
    """

    def __init__(
        self,
        tray: Tray,
        draw: Draw,
        *,
        ips: float,
        time_factor: float,
        schedule: Schedule,
        switch: Callable[[bool], Awaitable[None]],
        torn_counts: bool = True,
    ) -> None:
        self.odometer = 0
        self.length_dots = 0  # of the last label
        self._tray = tray
        self._draw = draw
        self._inches_per_second = ips
        self._time_factor = time_factor
        self._schedule = schedule
        self._switch = switch
        self._torn_counts = torn_counts
        self._waiting: deque[_Batch | Callable[[], None]] = deque()  # batches, and whom to call between them
        self._batches = 0  # of those
        self._remaining = 0  # labels of the batch in print that are not out yet
        self._standing: dict[Trouble, asyncio.TimerHandle | None] = {}  # None: it stands until somebody mends it
        self._count_stood_at = 0
        self._last_out = 0.0

    def start(self) -> None:
        """Begin to print; the tray is claimed. Faults of labels that are out already are forgotten."""
        self.odometer = self._tray.count()
        self._schedule.forget(self.odometer)
        self._changed = asyncio.Event()  # set at every change that somebody may wait for
        self._painter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="twin")
        self._printing = asyncio.create_task(self._print())
        self._printing.add_done_callback(self._ended)

    async def finish(self) -> None:
        """Until everything is out, or what is left waits for a person."""
        await self.until(lambda: self._beyond_help or self._printing.done() or not (self._waiting or self._remaining))

    async def stop(self) -> None:
        """End; what is not out is lost."""
        self._printing.cancel()
        await asyncio.wait({self._printing})
        self.mend_all()
        self.forget()
        await asyncio.to_thread(functools.partial(self._painter.shutdown, cancel_futures=True))

    async def broken(self) -> None:
        """Never returns; raises OSError once labels can no longer be put into the tray."""
        await asyncio.shield(self._printing)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Until `holds`, which is asked at every change of what this object knows."""
        while not holds():
            self._changed.clear()
            await self._changed.wait()

    @property
    def formats_waiting(self) -> int:
        """Batches that have arrived and are not begun."""
        return self._batches

    @property
    def labels_remaining(self) -> int:
        """Labels of the batch in print that are not out yet, as the printer knows it."""
        return 0 if self.stands(Trouble.LATE) else self._remaining

    @property
    def told_odometer(self) -> int:
        """The odometer as the printer tells it."""
        return self._count_stood_at if self.stands(Trouble.COUNTS_LATE) else self.odometer

    def add(self, label: Label) -> None:
        """A label has arrived."""
        loop = asyncio.get_running_loop()
        drawing = loop.run_in_executor(self._painter, self._picture, label.data)
        self._waiting.append(_Batch(label, loop.time(), drawing))
        self._batches += 1
        self._changed.set()

    def add_mark(self, passed: Callable[[], None]) -> None:
        """Call `passed` when everything that has arrived so far is out; not at all if that is lost."""
        self._waiting.append(passed)
        self._changed.set()

    def forget(self) -> None:
        """Lose what waits, and of the batch in print all but the label under the head."""
        for batch in self._waiting:
            if isinstance(batch, _Batch):
                batch.drawing.cancel()
        self._waiting.clear()
        self._batches = 0
        self._remaining = min(self._remaining, 1)
        self._changed.set()

    def due(self, trouble: Trouble, more: int) -> Fault | None:
        """The trouble that is planned for a label up to the last one in the buffer and `more`; then it is past."""
        waiting = sum(batch.label.quantity for batch in self._waiting if isinstance(batch, _Batch))
        return self._schedule.due(trouble, self.odometer + self._remaining + waiting + more)

    def stands(self, *troubles: Trouble) -> bool:
        """Whether one of these troubles stands now."""
        return any(trouble in self._standing for trouble in troubles)

    def strike(self, trouble: Trouble, seconds: float | None) -> None:
        """Let trouble begin; it ends by itself after so many seconds, None: only by `mend`."""
        if trouble is Trouble.COUNTS_LATE:
            self._count_stood_at = self.told_odometer
        self.mend(trouble)
        timer = None
        if seconds is not None:
            timer = asyncio.get_running_loop().call_later(seconds * self._time_factor, self.mend, trouble)
        self._standing[trouble] = timer
        self._changed.set()

    def mend(self, trouble: Trouble) -> None:
        """Let trouble end, if it stands."""
        timer = self._standing.pop(trouble, None)
        if timer is not None:
            timer.cancel()
        self._changed.set()

    def mend_all(self) -> None:
        """A person mends whatever stands."""
        for trouble in list(self._standing):
            self.mend(trouble)

    @property
    def _held(self) -> bool:
        return bool(self._standing.keys() & HOLDS)

    @property
    def _beyond_help(self) -> bool:
        return any(timer is None for trouble, timer in self._standing.items() if trouble in HOLDS)

    async def _print(self) -> None:
        while True:
            await self.until(lambda: bool(self._waiting))
            if not isinstance(self._waiting[0], _Batch):
                await self.until(lambda: not self._held)
                if self._waiting and not isinstance(self._waiting[0], _Batch):
                    self._waiting.popleft()()  # type: ignore[operator]
                continue
            batch = self._waiting.popleft()
            assert isinstance(batch, _Batch)
            self._batches -= 1
            self._remaining = batch.label.quantity
            while self._remaining:
                await self._print_one(batch)

    async def _print_one(self, batch: _Batch) -> None:
        """One label out, or none left to print when the power went."""
        loop = asyncio.get_running_loop()
        begin = max(batch.arrived, self._last_out)
        torn = None
        for fault in self._schedule.strike(self.odometer + 1):
            if fault.trouble is Trouble.FEED:
                self._feed()
            elif fault.trouble is Trouble.PAPER_OUT_MID:
                torn = fault
            else:
                self.strike(fault.trouble, fault.seconds)
        if self.stands(Trouble.POWER_CYCLE):
            await self._power_cycle()
            return
        if self._held:
            await self.until(lambda: not self._held)
            begin = loop.time()
        drawing = await batch.drawing
        self.length_dots = round(drawing.length_mm * _DOTS_PER_MM)
        seconds = drawing.length_mm / _MM_PER_INCH / self._inches_per_second * self._time_factor
        if torn is not None:
            await _sleep_until(begin + seconds / 2)
            if not await self._break_off(batch.label, torn):
                return
            begin = loop.time()
        await _sleep_until(begin + seconds)
        self._tray.drop(self.odometer + 1, batch.label.data, drawing.png)
        self._come_out()
        self._last_out = max(begin + seconds, loop.time() - _CATCH_UP)

    async def _break_off(self, label: Label, fault: Fault) -> bool:
        """The paper ends in the middle of a label; True when it is to be printed whole once there is paper again."""
        counts = self._torn_counts or not label.reprints
        self._tray.drop_scrap(self.odometer + 1, Scrap.TORN if counts else Scrap.PIECE, label.data)
        self.odometer += counts
        self.strike(Trouble.PAPER_OUT, fault.seconds)
        await self.until(lambda: not self._held)
        if not label.reprints:
            self._remaining -= 1
            self._changed.set()
        return label.reprints

    def _feed(self) -> None:
        self._tray.drop_scrap(self.odometer + 1, Scrap.FEED)
        self.odometer += 1

    def _come_out(self) -> None:
        self.odometer += 1
        self._remaining -= 1
        self._changed.set()

    async def _power_cycle(self) -> None:
        self.forget()
        self._remaining = 0
        await self._switch(False)
        await self.until(lambda: not self.stands(Trouble.POWER_CYCLE))
        for trouble in (Trouble.PAUSED, Trouble.SILENT, Trouble.LATE):  # paper and head stay as they are
            self.mend(trouble)
        await self._switch(True)

    def _picture(self, data: bytes) -> Drawing:
        try:
            drawn = self._draw(data)
        except Exception as error:  # noqa: BLE001 (paper comes out of a printer whatever it makes of the format)
            # without the message of the error: it may quote the label, and a label names its buyer
            place = "".join(traceback.format_tb(error.__traceback__))
            what = type(error).__name__
            log.error("a label of %d bytes could not be drawn and comes out blank: %s\n%s", len(data), what, place)
            return Drawing(_BLANK)
        return drawn if isinstance(drawn, Drawing) else Drawing(drawn)

    def _ended(self, printing: asyncio.Task[None]) -> None:
        self._changed.set()
        if not printing.cancelled() and (error := printing.exception()) is not None:
            log.error("the simulated printer prints no more", exc_info=error)


async def _sleep_until(moment: float) -> None:
    left = moment - asyncio.get_running_loop().time()
    if left > 0:
        await asyncio.sleep(left)
