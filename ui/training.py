"""The window of the training: the band over it, what to scan next, and beginning again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from threading import Event

from app.domain.barcode import Command, Kind, kind_of, read_label_code
from app.domain.bench import Bench, OpenParcel
from app.domain.states import JobState, Lane, ParcelState
from app.queries.packing import Waiting, bench, waiting_orders
from app.queries.training import has_slipped
from app.queries.waves import barcode_of
from app.training_orders import LESSONS, Lesson, barcode, lesson_of
from ui.main_window import MainWindow
from ui.practice import Practice
from ui.widgets.band import Band


def begin_training(window: MainWindow, printer: str, tray: Path, again: Event) -> Trainer:
    """Mark the window, take the printer's twin and no other, and tell what to scan.

    `again` is set, and the window closed, when the lessons are to be made anew.
    """
    work = window.work
    work.twin = printer
    work.use_settings(replace(work.settings, printer=printer))
    window.setProperty("tray", str(tray))
    return Trainer(window, again)


class Trainer(Practice):
    """Knows the lessons: what to scan next stands in the band, and F12 scans it."""

    def __init__(self, window: MainWindow, again: Event) -> None:
        super().__init__(window, ribbon=False)  # the band says it
        self.band = Band(self._work)
        window.put_on_top(self.band)
        self._work.words.show(window.setWindowTitle, "training_title")
        self._again = again
        self._last: tuple[int, Lesson] | None = None
        self._asked = self._asking = False
        work = self._work
        work.feed.changed.connect(self.refresh)
        work.settled.connect(self.refresh)
        work.words.switched.connect(self.refresh)
        work.train = self.begin_again
        window.went.connect(self.refresh)
        self.refresh()

    @property
    def at_rest(self) -> bool:
        """Whether the band says the newest."""
        return not self._asking

    def refresh(self, *_: object) -> None:
        """Say anew what to do; what changes while it is looked up is looked up once more."""
        self._asked = True
        if not self._asking:
            self._asking = True
            self._work.spawn(self._say_next())

    def begin_again(self) -> None:
        """Close the window; the lessons are made anew and it opens once more."""
        self._again.set()
        self._window.close()

    async def _say_next(self) -> None:
        try:
            while self._asked:
                self._asked = False
                if self._work.place.station is not None:
                    await self._say_once()
        finally:
            self._asking = False

    async def _say_once(self) -> None:
        say = self._work.words.say
        page = self._window.page
        table, waiting = await self._look()
        parcel = table.parcel
        order = parcel.order if parcel is not None else waiting[0].order if waiting else ""
        found = lesson_of(order)
        if table.latch is not None and parcel is None:
            found = self._last  # what has failed is no longer on the table
        self._last = found
        if found is None:
            lesson = say("training_all_done" if not order else "training_other_order")
            self.band.show_next(lesson, say("training_again_hint") if not order else "")
            return
        number, about = found
        at = say("training_lesson", number=number, count=len(LESSONS))
        lesson = f"{at} · {say(f'training_lesson_{about.name}')}"
        if page is None or page.name != "packing":
            self.band.show_next(lesson, say("training_go_to_bench"))
            return
        code = await self._bench_code(True)
        if code is None:
            self.band.show_next(lesson, "")
        elif code == Command.NEXT:
            self.band.show_next(lesson, say("training_wait_label"))
        else:
            self.band.show_next(lesson, self._todo(code, table), code)

    def _todo(self, code: str, table: Bench) -> str:
        say = self._work.words.say
        kind = kind_of(code)
        if code == Command.OK:
            return say("training_acknowledge" if table.latch is not None else "training_confirm")
        if kind is Kind.TOTE:
            return say("training_scan_tote")
        if read_label_code(code) is not None:
            return say("training_scan_label")
        if table.parcel is not None and table.pending.sku_id is not None:
            return say("training_scan_serial")
        found = lesson_of(table.parcel.order) if table.parcel is not None else None
        if found is not None and found[1].slip and code == barcode(found[1].slip):
            return say("training_scan_slip")
        return say("training_scan_item" if kind is None else "training_scan_command")

    async def _look(self) -> tuple[Bench, list[Waiting]]:
        place, read = self._work.place, self._work.feed.read
        assert place.station is not None
        assert place.station.actor.station is not None
        table = await read(bench, place.station.actor.station)
        waiting = await read(waiting_orders, place.warehouse)
        return table, sorted(waiting, key=lambda order: (lesson_of(order.order) or (99, None))[0])

    async def _bench_code(self, right: bool) -> str | None:
        table, waiting = await self._look()
        parcel = table.parcel
        if not right or table.latch is not None:
            return await super()._bench_code(right)
        if parcel is None:
            return await self._opening(table, waiting[0]) if waiting else None
        if parcel.state is ParcelState.OPEN:
            return await self._open_code(table, parcel)
        if parcel.job is JobState.QUEUED:
            return Command.NEXT
        return await super()._bench_code(True)

    async def _opening(self, table: Bench, first: Waiting) -> str:
        """What opens the order of the next lesson."""
        if first.lane is Lane.CART or table.tote_id != first.tote_id:
            return first.tote
        return first.order if first.started else await self._work.feed.read(barcode_of, first.sku_id)

    async def _open_code(self, table: Bench, parcel: OpenParcel) -> str:
        found = lesson_of(parcel.order)
        if found is not None and found[1].slip and not await self._work.feed.read(has_slipped, parcel.parcel_id):
            return barcode(found[1].slip)
        return await super()._open_code(table, parcel)
