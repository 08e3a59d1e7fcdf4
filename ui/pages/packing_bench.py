"""A bench in the window: every scan is judged, painted and sounded; what lies on the table is painted after it."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout

from app.change import Change
from app.domain.barcode import Command as Barcode
from app.domain.states import JobState
from app.domain.verdict import Code, Outcome
from app.queries.packing_view import PackingView, packing_view
from app.texts import say
from ui.pages import packing_box as boxes
from ui.pages import packing_stops as stops
from ui.pages import packing_texts as texts
from ui.pages.packing_beside import Beside, midnight
from ui.pages.packing_scale import ScaleWatch
from ui.pages.packing_stops import Held
from ui.pages.page import Page
from ui.widgets.table import Table
from ui.widgets.verdict import ROOM_KEPT, Flash, StopPanel
from ui.workspace import Workspace

if TYPE_CHECKING:
    from app.station import Shown, Station

CLOCK_MS = 15_000  # how often the time that is left is said anew
_VERIFIED = frozenset(code for code in Code if code.startswith("verified_"))
_COMPLETE = frozenset({Code.COMPLETE, Code.CLOSED, Code.BOX_CLOSED, Code.SERIES_CLOSED, Code.CHECKED}) | _VERIFIED
_QUESTIONS = frozenset({Code.TAKE_OVER, Code.SUBSTITUTE, *stops.CHOICES})
# verdicts that are true only while a label is on its way
_UNTIL_PRINTED = frozenset({Code.COMPLETE, Code.REPRINTED, Code.SETTLED_NOT_OUT, Code.NEXT_WAIT_LABEL})
# verdicts whose sentence says already what comes next
_SAY_NEXT = frozenset({Code.TOTE_OPENED, Code.SETTLED_PRINTED}) | _UNTIL_PRINTED
# answers to "what next": the page knows more of the bench than the rule
_NEXT = frozenset(
    code for code in Code
    if code.startswith("next_") and code not in (Code.NEXT_WAIT_LABEL, Code.NEXT_SETTLE_LABEL, Code.NEXT_NEEDS_LABEL)
)
# what the page says shorter than the engine, because the next step stands below it
_SHORTER = {
    Code.CLOSED: "packing_closed", Code.HELD: "packing_held", Code.BOX_OPENED: "packing_box_opened",
    Code.BOX_TAKEN: "packing_box_taken",
}  # fmt: skip
_PICTURES = 12  # of an order are read at once


class PackingBench(Page):
    """One order on the table; `judged` carries each verdict (`app.station.Shown`) once it is painted.

    A scan never waits for what is being fetched, and none is refused here: the engine judges them all, in their order.
    """

    name = "packing"
    topics: ClassVar[frozenset[str]] = frozenset(
        {"scans", "parcels", "labels", "orders", "stations", "rules", "cartons"}
    )
    takes_scans = True
    judged = Signal(object)
    _answered = Signal(object, object)

    def __init__(self, work: Workspace) -> None:
        super().__init__(work)
        self._view: PackingView | None = None
        self._seq = 0  # the newest scan that was judged here
        self._waiting = 0  # scans that were not judged yet
        self._verdict: Shown | None = None
        self._judged_at: tuple[object, ...] | None = None  # the situation to which the verdict led
        self._latch: Held | None = None
        self._question: Held | None = None
        self._unsaved: Held | None = None
        self._chooser = ""  # the command whose choices are shown
        self._follow = False
        self._followed = 0  # own scans whose Change is still to come: they were fetched already
        self._prompt = ""
        self._typed_at = 0.0
        self._here: Station | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        work.words.show(self.setAccessibleName, "packing_bench")
        self.table = Table(work)
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.table)
        self.panel = StopPanel(work, self)
        self.panel.pictures = self.table.pictures
        self.table.pictures.ready.connect(self.panel.update)
        self.scale_watch = ScaleWatch(work, self)
        self.scale_watch.judged.connect(self._weighed)
        self.scale_watch.moved.connect(self._paint_box)
        self.beside = Beside(work, self)
        self.beside.changed.connect(self._paint_beside)
        self._flash: Flash | None = None
        self._answered.connect(self._judge, Qt.ConnectionType.QueuedConnection)
        self._clock = QTimer(self, interval=CLOCK_MS)
        self._clock.timeout.connect(self._tell_time)
        work.settled.connect(self._moved)
        work.devices_changed.connect(self._paint_box)

    # a scan, from the code to the tone

    @property
    def at_rest(self) -> bool:
        """Whether every scan is judged, and the page shows what came of it."""
        beside = self.beside.at_rest and self.table.pictures.at_rest
        return super().at_rest and not self._waiting and not self._follow and beside

    @property
    def latched(self) -> bool:
        """Whether a failure waits for its acknowledgement."""
        return self._latch is not None

    @property
    def takes_keys(self) -> bool:
        """Nothing goes on before a failure is acknowledged."""
        return super().takes_keys and self._latch is None and self._unsaved is None

    def scan(self, code: str, *, typed: bool = False) -> None:
        """Submit a scan; its verdict comes back by itself."""
        station = self.work.place.station
        assert station is not None
        self._waiting += 1
        self._chooser = ""
        station.submit(code, self.work.origin, typed=typed).add_done_callback(lambda done: self._pass_on(station, done))

    def _weighed(self, station: object, shown: Shown) -> None:
        """The scale has spoken, in the order of the scans."""
        self._waiting += 1
        self._judge(station, shown)

    def _pass_on(self, station: object, done: Future[Shown]) -> None:
        """Carry a verdict over from the writer's thread."""
        if not done.cancelled():
            self._answered.emit(station, done.result())

    def _judge(self, station: object, shown: Shown) -> None:
        self._waiting -= 1
        if station is not self.work.place.station:
            return  # the bench has moved since
        self._verdict, self._judged_at = shown, None
        if shown.seq is None:
            count = self._unsaved.count if self._unsaved else 0
            self._unsaved = Held("not_saved", shown.scan, dict(shown.facts), count=count + 1)
        else:
            self._seq = shown.seq
            self._followed += 1
            self._take(shown)
        self._sound(shown)
        self._say_verdict()
        self._show_stop()
        # at once, before anything else that waits for the window's thread
        self.table.banner.repaint()
        if self.panel.isVisible():
            self.panel.repaint()
        self.judged.emit(shown)
        self._fetch_now()

    def _take(self, shown: Shown) -> None:
        """What a verdict holds up, before the view tells the same."""
        facts = dict(shown.facts)
        if shown.code == Code.LATCHED:
            if self._latch is not None:
                self._latch = replace(self._latch, count=self._latch.count + 1)
            else:
                self._latch = Held(str(facts.get("was", Code.LATCHED)), shown.scan, count=1)
        elif shown.verdict == Outcome.FAIL:
            self._latch = Held(shown.code, shown.scan, facts)
        else:
            self._latch = None
        sku = facts.get("sku")
        if shown.verdict != Outcome.PASS and isinstance(sku, str):
            self.table.pictures.want([sku])
        if shown.scan.strip().upper() == Barcode.OK:
            self._unsaved = None
        self._question = Held(shown.code, shown.scan, facts) if shown.code in _QUESTIONS else None

    def _sound(self, shown: Shown) -> None:
        sounds = self.work.sounds
        if shown.verdict == Outcome.FAIL:
            if sounds.alarming:
                sounds.play("fail")
            self._flash_once()
        elif shown.verdict == Outcome.ATTENTION:
            sounds.play("attention")
        else:
            sounds.play("complete" if shown.code in _COMPLETE else "pass")

    def _flash_once(self) -> None:
        if self._flash is None or self._flash.parentWidget() is not self.window():
            self._flash = Flash(self.work, self.window())
        self._flash.flash("fail")

    def _fetch_now(self) -> None:
        """Fetch without waiting for the throttle: one on its way at most, and one to follow."""
        self._throttle.stop()
        if self._fetching is not None:
            self._follow = True
        else:
            self.refresh()

    def _on_change(self, change: Change) -> None:
        if "cartons" in change.topics:
            self.beside.forget()
        station = self.work.place.station
        own = station is not None and ("station", station.actor.station) in change.ids and "scans" in change.topics
        if own and self._followed:
            self._followed -= 1
        else:
            super()._on_change(change)

    # what lies on the table

    async def fetch(self) -> object:
        """The bench as the database has it."""
        station = self.work.place.station
        assert station is not None
        assert station.actor.station is not None
        return await self.work.feed.read(packing_view, station.actor.station, midnight())

    def show_data(self, data: PackingView) -> None:
        """Paint the bench; what a newer scan has told already is not taken back."""
        before, self._view = self._view, data
        if self._follow:
            self._follow, self._stale = False, True
            QTimer.singleShot(0, self, self.refresh)
        seen = data.last.seq if data.last is not None else 0
        if seen >= self._seq:
            self._seq = seen
            self._adopt(data, before)
        self._paint_state()
        self._say_verdict()
        self._show_stop()
        self._look_beside(data)

    def _look_beside(self, view: PackingView) -> None:
        """Have what no scan waits for."""
        self.beside.follow(view)
        if view.parcel is not None:
            skus = [line.sku for line in view.parcel.lines if line.open]
            self.table.pictures.want(skus[:_PICTURES])
        if view.latch is not None and view.latch.sku is not None:
            self.table.pictures.want([view.latch.sku])

    def _adopt(self, view: PackingView, before: PackingView | None) -> None:
        """Take latch and question from the view, and drop a verdict that is not true any more."""
        latch, question = view.latch, view.question
        self._latch = None
        if latch is not None:
            self._latch = Held(latch.code, latch.raw, latch.facts, latch.name, latch.refused)
        self._question = None
        if question is not None and question.code in _QUESTIONS:
            self._question = Held(question.code, question.raw, question.facts)
        now = texts.situation(view)
        changed = self._judged_at is not None and now != self._judged_at
        self._judged_at = now
        if self._verdict is not None and not self._still_true(self._verdict, changed):
            self._verdict = None
        if before is not None and texts.situation(before) != now and self._verdict is None:
            tone = self._step().outcome
            if tone:
                self.work.sounds.play("attention" if tone == "attention" else "system")

    def _still_true(self, verdict: Shown, changed: bool) -> bool:
        """Whether the last verdict still says what is so; `changed` when the bench has changed by itself since."""
        if verdict.code not in _UNTIL_PRINTED:
            return not changed
        return not self._step().outcome and (not self._is_printed() or verdict.verdict == Outcome.PASS)

    def _step(self) -> texts.Said:
        assert self._view is not None
        return texts.next_step(self.work.words, self._view, has_printer=bool(self.work.printer.url))

    def _paint_state(self) -> None:
        view = self._view
        if view is None:
            return
        words, table, has_printer = self.work.words, self.table, bool(self.work.printer.url)
        there = view.parcel is not None and not texts.is_left(view)
        note = boxes.note(words, view) if there else None
        if view.parcel is not None and there:
            self._tell_time()
            table.current.show_text(texts.current(words, view, has_printer=has_printer))
            table.lines.show_rows(texts.rows(words, view))
            if note is not None:
                table.note.show_text(note)
        self._paint_beside()
        table.show_parcel(there, note=note is not None)
        table.facts.show_text(texts.facts(words, view, has_printer=has_printer))
        self._tell_prompt()

    def _paint_beside(self) -> None:
        """What was read after the view: the cartons, the counts, the problem shelf."""
        view, words = self._view, self.work.words
        if view is None:
            return
        self._paint_box()
        counts = boxes.tally(words, self.beside.counts, view)
        self.table.tally.show_text(counts)
        self.table.counts.show_text(counts)
        has_printer = bool(self.work.printer.url)
        self.table.idle.show_text(texts.idle(words, view, has_printer=has_printer, shelved=self.beside.shelved))

    def _paint_box(self) -> None:
        """The panel beside the table; its weight follows the scale."""
        view = self._view
        if view is not None and view.parcel is not None:
            self.table.box.show_text(boxes.box(self.work.words, view, self.beside.cartons, self._on_scale()))

    def _on_scale(self) -> boxes.OnScale:
        attached = self.work.attached
        if attached is not None and attached.scale is not None:
            seen = attached.weight
            if seen is None:
                return boxes.OnScale(there=attached.scale.well)
            return boxes.OnScale(there=True, grams=seen.grams, stable=seen.stable)
        station = self.work.place.station
        grams = station.weight() if station is not None else None
        return boxes.OnScale(there=grams is not None, grams=grams, stable=True)

    def _tell_prompt(self) -> None:
        """Say in the head of the window what is to be done now; a failure comes first, then an open question."""
        prompt, words = self._prompt, self.work.words
        if self._unsaved is not None or self._latch is not None:
            prompt = words.say("packing_acknowledge_first")
        elif self._question is not None:
            prompt = words.say(f"packing_answer_{self._question.code}")
        elif self._chooser:
            prompt = words.say("packing_answer_choose")
        elif self._view is not None:
            prompt = self._step().sentence
        if prompt != self._prompt:
            self._prompt = prompt
            self.prompted.emit()

    def _say_verdict(self) -> None:
        banner, shown = self.table.banner, self._verdict
        step = self._step() if self._view is not None else None
        if shown is None:
            if step is not None:
                banner.show_verdict(step.outcome, step.sentence, sign=step.sign)
            return
        outcome = "system" if shown.seq is None else shown.verdict
        sentence = self._sentence(shown)
        following = self._following(shown)
        if step is not None and shown.code in _NEXT and not self._is_behind:
            sentence = step.sentence
        if step is not None and shown.code in _UNTIL_PRINTED and self._is_printed() and not self._is_behind:
            sentence, following = step.sentence, self.work.words.say("packing_all_verified")
        banner.show_verdict(outcome, sentence, following if following != sentence else "")

    def _sentence(self, shown: Shown) -> str:
        name = shown.facts.get("name")
        if shown.code == Code.ITEM and shown.facts.get("left") == 0 and isinstance(name, str):
            return self.work.words.say("packing_item_done", name=name)
        if shown.code in _SHORTER:
            facts = shown.facts
            return self.work.words.say(_SHORTER[Code(shown.code)], order=facts.get("order"), box=facts.get("box"))
        return say(shown.code, shown.facts, self.work.words.language)

    def _following(self, shown: Shown) -> str:
        """What comes next, where the verdict does not say so itself and the view is as new as the verdict."""
        view = self._view
        if view is None or shown.verdict != Outcome.PASS or shown.code in _SAY_NEXT:
            return ""
        if self._is_behind:
            return "" if shown.code == Code.ITEM and shown.facts.get("left") else ROOM_KEPT
        line = view.parcel.line if view.parcel is not None else None
        if shown.code == Code.ITEM and line is not None and line.sku == shown.sku:
            return ""
        return self._step().sentence

    @property
    def _is_behind(self) -> bool:
        """Whether the view is older than the newest verdict."""
        last = self._view.last if self._view is not None else None
        return (last.seq if last is not None else 0) < self._seq

    def _is_printed(self) -> bool:
        parcel = self._view.parcel if self._view is not None else None
        return parcel is not None and parcel.job_state is JobState.PRINTED

    def _tell_time(self) -> None:
        view = self._view
        if view is not None and view.parcel is not None:
            number = view.table.number if view.table is not None else 1
            self.table.head.show_text(texts.head(self.work.words, view.parcel, number=number))

    def prompt(self) -> str:
        """What is to be scanned now."""
        return self._prompt

    def _show_stop(self) -> None:
        """Cover the page with what waits for somebody, or with nothing: whoever knows the keys does it."""
        raise NotImplementedError

    # places and moments

    def _moved(self) -> None:
        """Another station, or another printer: what was known of the old one is forgotten."""
        station = self.work.place.station
        if station is not self._here:
            self._here = station
            self.scale_watch.follow(station)
            self._view, self._verdict, self._judged_at, self._seq, self._followed = None, None, None, 0, 0
            self._latch = self._question = self._unsaved = None
            self._chooser = ""
            self._show_stop()
            self._stale = True
        if self._view is not None:
            self._paint_state()
            self._say_verdict()
        self.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        """Count the time that is left."""
        super().showEvent(event)
        self._here = self.work.place.station
        self.scale_watch.follow(self._here)
        self._clock.start()
        self._tell_time()

    def hideEvent(self, event: QHideEvent) -> None:
        """Count no time while another page is in front; a failure goes on sounding."""
        super().hideEvent(event)
        self._clock.stop()
