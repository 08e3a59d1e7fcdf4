"""Picking: choose a cart, then one pick after the other: the location, the item, how many, into which tote."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from app.domain.barcode import Command
from app.domain.errors import Fact, Refusal
from app.domain.picking import PickCode
from app.domain.states import BatchState
from app.operations.picking import claim_batch, leave_picking, scan_pick, short_pick
from app.queries.picking_view import BatchView, PickingView, batches_to_pick, claimed_batch, picking_view
from app.station import Origin, ScanSource
from ui.dialogs import Field, Option
from ui.pages.page import Empty, Page
from ui.theme import SPACE
from ui.widgets.carts import Carts
from ui.widgets.painted import grouped, one_line
from ui.widgets.pick import Pick
from ui.widgets.verdict import ROOM_KEPT, Banner, Choice, Flash, Side, Stop, StopPanel
from ui.workspace import Workspace

GUARD_S = 0.4  # an Enter so soon after a letter is the end of a code that was too short for a scan, not an answer
# what the page says with the name of the item, which it knows and the rule does not
_NAMED: dict[str, str] = {
    PickCode.AT_LOCATION: "picking_take_called", PickCode.PICKED: "picking_called_is_in",
    PickCode.SHORT: "picking_called_missing", PickCode.WRONG_PICK: "picking_wrong_called",
}  # fmt: skip
# what the page says shorter, because its word stands above it
_SHORTER = {"not_saved": "picking_not_saved"}


@dataclass(frozen=True, slots=True)
class PickShown:
    """What the page shows of a scan: `verdict` is pass, fail or attention, `code` with `facts` its sentence."""

    scan: str
    verdict: str
    code: str
    facts: dict[str, Fact]


class PickingPage(Page):
    """A picker's screen; a wrong scan covers it until Enter, or until the right thing is scanned."""

    name = "picking"
    topics = frozenset({"waves", "stock"})
    takes_scans = True
    judged = Signal(object)  # PickShown, after it is painted

    def __init__(self, work: Workspace) -> None:
        super().__init__(work)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.commands = {
            "picking_batches": self.leave, "picking_short": self.short, "picking_type": self.type_code,
        }
        self._source = ScanSource("wedge picking")
        self._last: PickShown | None = None
        self._typed_at = 0.0
        self._wrong: PickShown | None = None
        self._batch = 0  # of the last scan
        self._carts = Carts(work)
        self._carts.chosen.connect(lambda batch: self.work.spawn(self._guarded(self.take(batch))))
        self._pick = Pick(work)
        self._banner = Banner(work)
        walk = QWidget()
        column = QVBoxLayout(walk)
        column.setContentsMargins(*[SPACE[4]] * 4)
        column.setSpacing(SPACE[3])
        column.addWidget(self._pick, 1)
        column.addWidget(self._banner)
        self._walk = walk
        self._views = QStackedLayout(self.content)
        self._views.addWidget(self._carts)
        self._views.addWidget(walk)
        self._stop = StopPanel(work, self)
        self._flash = Flash(work, self)
        work.settled.connect(self.refresh)
        work.look_changed.connect(self._size)
        self._size()

    def _size(self) -> None:
        self._banner.setFixedHeight(round(min(max(self.height() * 0.2, 96.0), 200.0 * self.work.scale)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The banner has a fifth of the page."""
        super().resizeEvent(event)
        self._size()

    # what is shown

    async def fetch(self) -> PickingView | list[BatchView] | Empty:
        """The cart of this terminal, else the carts that wait for somebody."""
        place, read = self.work.place, self.work.feed.read
        assert place.picker.station is not None
        batch = await read(claimed_batch, place.picker.station)
        if batch is not None:
            return await read(picking_view, batch)
        shown = self.data
        if isinstance(shown, PickingView):
            # the last pick is done, or the last order has left: say so, until Enter
            view = await read(picking_view, shown.batch_id)
            if view.state is not BatchState.RELEASED:
                return view
        carts = await read(batches_to_pick, place.warehouse)
        return carts or Empty("picking_nothing", "picking_nothing_hint")

    def show_data(self, data: PickingView | list[BatchView]) -> None:
        """The walk of a cart, or the choice of one."""
        if isinstance(data, PickingView):
            self._views.setCurrentWidget(self._walk)
            self._pick.show_view(data)
            self._show_banner(data)
        else:
            self._views.setCurrentWidget(self._carts)
            self._carts.show_carts(data, self.work.settings.cart)
        self._show_stop()

    @property
    def takes_keys(self) -> bool:
        """Nothing goes on before a failure is acknowledged."""
        return super().takes_keys and self._wrong is None

    def prompt(self) -> str:
        """What to do now."""
        say, data = self.work.words.say, self.data
        if self._wrong is not None:
            return say(_how(self._wrong))
        if isinstance(data, PickingView):
            if data.task is None:
                return say("picking_done_prompt" if data.for_bench else "picking_nothing_left")
            return say("picking_scan_item" if data.task.at_location else "picking_scan_location")
        return say("picking_choose") if isinstance(data, list) else ""

    def _show_banner(self, view: PickingView) -> None:
        say, last = self.work.words.say, self._last
        if view.task is None:
            after = say("picking_enter_for_next")
            if last is not None and last.verdict == "attention":
                self._banner.show_verdict(last.verdict, self._sentence(last), after)
            else:
                self._banner.show_verdict("pass" if view.for_bench else "", after)
        elif last is not None and self._wrong is None:
            self._banner.show_verdict(last.verdict, self._sentence(last), self.prompt())
        elif self._wrong is None:
            self._banner.show_verdict("", self.prompt())

    def _sentence(self, shown: PickShown) -> str:
        code = _NAMED.get(shown.code, shown.code) if "called" in shown.facts else shown.code
        return self.work.words.say(_SHORTER.get(code, code), **shown.facts)

    def _named(self, code: str, facts: dict[str, Fact]) -> dict[str, Fact]:
        """The facts of a verdict, with the name of what was to be taken: a picker reads names, not SKUs."""
        task = self.data.task if isinstance(self.data, PickingView) else None
        wanted = facts.get("expected" if code == PickCode.WRONG_PICK else "sku")
        return facts | {"called": task.called} if task is not None and task.sku == wanted else facts

    def _show_stop(self) -> None:
        wrong, view = self._wrong, self.data
        if wrong is None:
            self._stop.show_stop(None)
            return
        say, unsaved = self.work.words.say, wrong.code == "not_saved"
        title, code, detail = grouped(one_line(wrong.scan)), "", ""
        sku, name = wrong.facts.get("sku"), wrong.facts.get("name")
        if sku:
            title, code, detail = str(name or sku), title, str(sku) if name and name != sku else ""
        # a cart that is gone is about no scan: what came would stand beside its sentence as a contradiction
        gone = wrong.code == PickCode.CART_TAKEN
        came = Side(say("picking_scanned"), "package" if code else "scan-barcode", title, code, detail)
        sides = [] if gone else [came]
        # somebody else may have finished or cancelled the cart meanwhile: the failure is no less one
        task = view.task if isinstance(view, PickingView) and not unsaved and not gone else None
        if task is not None and task.at_location:
            barcode = grouped(task.barcode or task.sku)
            sides.append(Side(say("picking_expected"), "package", task.called, barcode, task.location))
        elif task is not None:
            sides.append(Side(say("picking_expected"), "map-pin", task.location))
        how = _how(wrong)
        self._stop.show_stop(
            Stop(
                "system" if unsaved else "fail", say(f"picking_word_{wrong.code}"), self._sentence(wrong),
                say(how), tuple(sides),
                choices=(Choice("Enter", say("command_packing_ok"), self._acknowledge, primary=True),),
            )
        )

    # scans and keys

    def scan(self, code: str) -> None:
        """Judge a scan on the cart."""
        if self._wrong is not None and code.strip().upper() == Command.OK:
            self.work.spawn(self._judge(self._batch, code, self.work.origin))
        elif isinstance(self.data, PickingView) and self.data.task is not None:
            self.work.spawn(self._judge(self.data.batch_id, code, self.work.origin))
        else:
            self.work.sounds.play("attention")
            self.work.dialogs.tell("picking_choose_first")

    async def _judge(self, batch: int, code: str, origin: Origin | None) -> None:
        self._batch = batch
        try:
            scan = self._source.scan(code, origin)
            pick = await self.work.feed.write(scan_pick, self.work.place.picker, batch, scan)
        except Refusal as refusal:
            self._show_pick(PickShown(code, "fail", "not_saved", {**refusal.facts, "why_code": refusal.code}))
        except Exception:
            # a mistake of ours, with a report of its own: the picker must not think that it was taken
            self._show_pick(PickShown(code, "fail", "not_saved", {"why_code": "internal_error"}))
            raise
        else:
            verdict = pick.verdict
            self._show_pick(PickShown(
                code, verdict.outcome.value, str(verdict.code), self._named(verdict.code, verdict.facts)
            ))

    def _show_pick(self, shown: PickShown) -> None:
        self._last = shown if shown.code != PickCode.ACKNOWLEDGED else None
        self._wrong = shown if shown.verdict == "fail" else None
        sounds = self.work.sounds
        if self._wrong is not None:
            sounds.start_alarm()
            self._flash.flash()
        else:
            sounds.stop_alarm()
            if shown.verdict != "pass":
                sounds.play("attention")
            else:
                sounds.play("complete" if shown.code == PickCode.BATCH_PICKED else "pass")
            if self._last is not None:
                self._banner.show_verdict(shown.verdict, self._sentence(shown), ROOM_KEPT)
            elif isinstance(self.data, PickingView):
                self._show_banner(self.data)
        self._show_stop()
        self.prompted.emit()
        self.refresh()
        self.judged.emit(shown)

    def _acknowledge(self) -> None:
        """Enter: the scan that says that a failure is read, or, where nothing can be saved, only that it is read."""
        if self._wrong is not None and self._wrong.code != "not_saved":
            self.scan(Command.OK.value)
        else:
            self._forget()
            self.repaint_data()

    def _forget(self) -> None:
        """What was scanned last is read, and over."""
        if self._wrong is not None:
            self.work.sounds.stop_alarm()
        self._last = self._wrong = None
        self._show_stop()
        self.prompted.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter acknowledges, or goes on to the next cart; digits and arrows choose a cart."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and monotonic() - self._typed_at < GUARD_S:
            self.work.sounds.play("attention")
            self.work.dialogs.tell("devices_scan_slow")
        elif enter and self._wrong is not None:
            self._acknowledge()
        elif enter and isinstance(self.data, PickingView) and self.data.task is None:
            self._last = None
            self.data = None
            self.refresh()
        elif isinstance(self.data, list) and self._carts.take_key(event):
            event.accept()
        else:
            if event.text().isprintable() and event.text():
                self._typed_at = monotonic()
            super().keyPressEvent(event)

    # commands

    async def take(self, batch: int, take_over: bool = False) -> None:
        """Begin or go on with a cart; asks before it is taken from somebody."""
        self._forget()
        try:
            await self.work.feed.write(claim_batch, self.work.place.picker, batch, take_over)
        except Refusal as refusal:
            if refusal.code != "batch_taken":
                raise
            say = self.work.words.say
            answer = await self.work.dialogs.ask(
                self.work.words.explain(refusal), "",
                [Option("back", say("picking_other_cart")), Option("take", say("picking_take_over"))],
            )
            if answer is None or answer.option != "take":
                return
            await self.work.feed.write(claim_batch, self.work.place.picker, batch, True)
        self.refresh()

    async def leave(self) -> None:
        """Give the cart back as it is and choose another."""
        data = self.data
        self._forget()
        if isinstance(data, PickingView):
            await self.work.feed.write(leave_picking, self.work.place.picker, data.batch_id)
            self.data = None
        self.refresh()

    async def short(self) -> None:
        """Fewer pieces than wanted are at the location: take those, the rest comes from elsewhere or not at all."""
        view, say = self.data, self.work.words.say
        if not isinstance(view, PickingView) or view.task is None:
            self.work.dialogs.tell("picking_choose_first")
            return
        task, typed, wrong = view.task, "0", ""
        while True:
            answer = await self.work.dialogs.ask(
                say("picking_short_title", quantity=task.quantity, name=task.called, location=task.location),
                say("picking_short_detail"), [Option("short", say("picking_short_take"))],
                Field(say("picking_short_found"), typed), wrong=wrong,
            )
            if answer is None:
                return
            try:
                found = _pieces(answer.text)
                verdict = await self.work.feed.write(short_pick, self.work.place.picker, task.task_id, found)
                break
            except Refusal as refusal:
                if refusal.code not in ("picking_number", "found_too_many"):
                    raise
                typed, wrong = answer.text, self.work.words.explain(refusal)
        self._forget()
        self._last = PickShown(
            "", verdict.outcome.value, str(verdict.code), self._named(verdict.code, verdict.facts)
        )
        self.work.sounds.play("attention")
        self.refresh()

    async def type_code(self) -> None:
        """A code that cannot be scanned, typed from what stands below its bars."""
        say = self.work.words.say
        answer = await self.work.dialogs.ask(
            say("picking_type_title"), say("picking_type_detail"), [Option("take", say("picking_type_take"))],
            Field(say("picking_type_field"), scans=True),
        )
        if answer is not None:
            task = self.data.task if isinstance(self.data, PickingView) else None
            here = task is not None and answer.text.upper() == task.location.upper()
            self.scan(task.location if task is not None and here else answer.text)


def _pieces(text: str) -> int:
    """A number of pieces as somebody types it; raises Refusal `picking_number`."""
    if not text.isdecimal() or len(text) > 5:
        raise Refusal("picking_number", text=text)
    return int(text)


def _how(wrong: PickShown) -> str:
    """The code of the sentence that says how a failure is ended."""
    if wrong.code == "not_saved":
        return "picking_how_not_saved"
    return "picking_how_taken" if wrong.code == PickCode.CART_TAKEN else "picking_how"
