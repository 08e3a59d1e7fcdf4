"""The printers of a station as running tasks: a queue for each, and another printer for one that is out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from app.domain.errors import KnownError, Refusal
from app.domain.people import Actor
from app.domain.routing import (
    FALLBACK_SECONDS,
    Outage,
    Paper,
    Route,
    document_queue,
    fallback_queue,
    label_queue,
    queue_for,
)
from app.operations.print_queue import move_queue
from app.queries.print_queues import has_queued
from app.settings import Settings
from app.spooling import ask_printer, printer_url, running_spooler, speak_alike
from db.store import Store
from printing.spooler import Patience

ASK_SECONDS = 5.0  # between two questions to an idle printer
LOOK_SECONDS = 1.0  # between two looks whether another printer has to take over
# what says nothing against the printer itself: it works, or a person has stopped it, or has to settle something
_NO_OUTAGE = frozenset({
    "ready", "busy", "not_asked", "label_waiting", "paused", "buffer_full", "queue_paused", "too_many_unsettled",
    "no_proof", "no_counter", "not_counted", "internal_error", "other_language",
})  # fmt: skip


class StationPrinters:
    """The printers of a station's settings; `actor` is who moves labels from one to the other.

    `note(use, code)` hears what each printer says of itself (`use` is the field of the settings); `took_over(use,
    count)` that labels have gone to another one; `mistake` what nobody has foreseen: it is tried again, and the others
    print on.
    """

    def __init__(
        self, store: Store, settings: Settings, actor: Actor, *, note: Callable[[str, str], None],
        took_over: Callable[[str, int], None], mistake: Callable[[BaseException], object],
        patience: Patience | None = None, unsettled_limit: int | None = None,
    ) -> None:
        self._store, self._note, self._took_over, self._mistake = store, note, took_over, mistake
        self._patience, self._unsettled_limit = patience, unsettled_limit
        station = settings.station
        queues = {
            "printer": label_queue(station), "printer_fallback": fallback_queue(station),
            "document_printer": document_queue(station),
        }  # fmt: skip
        self._queues = {use: (queue, url) for use, queue in queues.items() if (url := getattr(settings, use))}
        if settings.printer_fallback == settings.printer:
            self._queues.pop("printer_fallback", None)
        self._take_over: TakeOver | None = None
        if "printer" in self._queues and "printer_fallback" in self._queues and speak_alike(settings):
            both = queues["printer"], queues["printer_fallback"]
            self._take_over = TakeOver(store, actor, both, seconds=FALLBACK_SECONDS)

    async def run(self) -> None:
        """Print until cancelled; returns at once where there is no printer."""
        async with asyncio.TaskGroup() as group:
            for use, (queue, url) in self._queues.items():
                group.create_task(self._print(use, queue, url))
            if self._take_over is not None:
                group.create_task(self._watch(self._take_over))

    async def _print(self, use: str, queue: str, url: str) -> None:
        """Print one queue, and ask an idle printer how it is."""
        note = partial(self._tell, use)
        while True:
            try:
                url = printer_url(use, url)
                async with running_spooler(
                    self._store, queue, url,
                    patience=self._patience, unsettled_limit=self._unsettled_limit, on_status=note,
                ):
                    while True:
                        seen = await asyncio.to_thread(ask_printer, url)
                        if seen != "printer_in_use":
                            note(seen)
                        await asyncio.sleep(ASK_SECONDS)
            except Refusal as refusal:
                note(refusal.code)
                return
            except Exception as error:  # noqa: BLE001 (a mistake with one printer must not stop the others)
                self._mistake(error)
                note("internal_error")
            await asyncio.sleep(ASK_SECONDS)

    def _tell(self, use: str, code: str) -> None:
        self._note(use, code)
        if self._take_over is not None and use != "document_printer":
            self._take_over.note(self._queues[use][0], code)

    async def _watch(self, take_over: TakeOver) -> None:
        """Let another printer take over."""
        uses = {queue: use for use, (queue, _) in self._queues.items()}
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            with suppress(KnownError):  # the database does not answer now: the next look moves them
                moved = await asyncio.to_thread(take_over.look)
                if moved is not None and moved[1]:
                    self._took_over(uses[moved[0]], moved[1])


class TakeOver:
    """Lets another printer print what waits for one that is out, and back again, should that one be out instead.

    `queues` are those of the label printer and of the one that takes over; `note` takes each code that a printer tells.
    What is being sent or uncertain stays where it is, and so does what waits in a queue that a person has paused.
    """

    def __init__(
        self, store: Store, actor: Actor, queues: tuple[str, str], *, seconds: float = FALLBACK_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store, self._actor, self._clock, self._seconds = store, actor, clock, seconds
        self._outages = dict.fromkeys(queues, Outage())

    def note(self, queue: str, code: str) -> None:
        """What a queue's printer has just said of itself; "" before it has been asked."""
        if code not in ("", "printer_in_use"):  # these say nothing of how it is
            self._outages[queue] = self._outages[queue].seen(code in _NO_OUTAGE, self._clock())

    def look(self) -> tuple[str, int] | None:
        """Move what has waited long enough; returns the queue that got it and how many jobs, None when nothing moved.

        Blocks until it is written.
        """
        now = self._clock()
        out = {queue: outage.is_long(now, self._seconds) for queue, outage in self._outages.items()}
        routes = [Route(queue, Paper.LABEL, usable=outage.since is None) for queue, outage in self._outages.items()]
        for queue in self._outages:
            to = queue_for(Paper.LABEL, "", routes)
            if out[queue] and to is not None and to != queue and self._store.read(has_queued, queue):
                return to, self._store.write(move_queue, self._actor, queue, to)
        return None
