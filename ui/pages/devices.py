"""Devices: the printer, the scanner and the sounds of this station, how each is now, and a test for each."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication, QHideEvent, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QScrollArea, QStackedLayout, QWidget

from app.devices import PRINTERS, WEDGE, command_for, printer_language, scanner_urls
from app.domain.errors import Refusal
from app.operations.print_queue import TEST, queue_file
from app.queries.print_queues import queued
from app.queries.station_view import PrinterSeen, StationStatus, devices_view, sender_of, station_view
from app.spooling import answer_of
from ui.pages.devices_assign import QUEUES, Assistant
from ui.pages.devices_attached import WELL, remedy, said_by, show_printer, show_scale, show_scanner
from ui.pages.devices_calibration import CalibrationView
from ui.pages.devices_camera import CameraCard
from ui.pages.devices_card import PAIR, Card, Fact
from ui.pages.devices_naming import name_device
from ui.pages.page import Page
from ui.sound import NAMES
from ui.theme import SPACE
from ui.trial_label import PREFIX, trial_code, trial_payload
from ui.widgets.painted import one_line
from ui.widgets.status import BARRED
from ui.workspace import Workspace

TONE_MS = 700
CARD = 240  # the least height of a card, at a scale of 1


@dataclass(frozen=True, slots=True)
class _Seen:
    status: StationStatus
    printers: list[PrinterSeen]
    sender: str
    queued: dict[str, int]  # by use, of the printers beside the label printer
    barred: dict[str, Refusal]  # by URL of a printer: why the system does not let it be used, and what mends that


class DevicesPage(Page):
    """A card a device: its state with sign and word, what to do about it, and what came of the last test."""

    name = "devices"
    topics = frozenset({"labels", "stations"})

    def __init__(self, work: Workspace) -> None:
        super().__init__(work)
        self.commands = {
            "devices_check": self.check, "devices_test_label": self.test_label, "devices_test_sound": self.test_sound,
            "devices_change": self.change, "devices_find": self.look, "devices_calibrate": self.calibrate,
            "devices_zero": self.zero, "devices_tare": self.tare,
        }
        self._expected = ""
        self._tested = ""  # the code of what came of the test label
        self._scanned = ""
        self._tones: list[str] = []
        self._printer = Card(work, "printer", "printer")
        self._scanner = Card(work, "scanner", "scan-barcode")
        self._sounds = Card(work, "sounds", "volume-2")
        self._scale = Card(work, "scale", "scale")
        self._camera = CameraCard(work)
        body = QWidget()
        grid = QGridLayout(body)
        grid.setContentsMargins(SPACE[4], SPACE[3], SPACE[4], SPACE[3])
        grid.setSpacing(SPACE[3])
        self._others = {use: Card(work, use, "printer") for use in PRINTERS[1:]}
        for card in self._others.values():
            card.setParent(body)  # one that is never laid would outlive the page
            card.hide()
        self._attached: list[Card] = []  # a scanner each; one that is not needed now is hidden
        self._laid: list[Card] = []
        self._columns = 2
        for side in (0, 1):
            grid.setColumnStretch(side, 1)
        self._grid, self._body = grid, body
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidget(body)
        self._camera.setParent(body)
        self._camera.hide()
        self._lay([self._printer, self._scanner, self._scale, self._sounds])
        self._assistant = Assistant(work)
        self._assistant.left.connect(self._show_cards)
        self._calibration: CalibrationView | None = None
        self._views = QStackedLayout(self.content)
        self._views.setContentsMargins(0, 0, 0, 0)
        self._views.addWidget(self._area)
        self._views.addWidget(self._assistant)
        work.look_changed.connect(self._size)
        self._size()
        self._next_tone = QTimer(self, interval=TONE_MS)
        self._next_tone.timeout.connect(self._play_next)
        work.devices_changed.connect(self._seen_anew)
        for signal in (work.settled, work.settings_changed):
            signal.connect(self.refresh)

    def _lay(self, cards: list[Card]) -> None:
        """These cards, two in a row, or three of many where there is room."""
        wide = self._area.contentsRect().width() >= 3 * (PAIR * self.work.scale + SPACE[3])
        columns = 3 if wide and len(cards) > 4 else 2
        if cards == self._laid and columns == self._columns:
            return
        self._columns = columns
        for card in self._laid:
            self._grid.removeWidget(card)
            card.setVisible(card in cards)
        for place, card in enumerate(cards):
            self._grid.addWidget(card, place // columns, place % columns)
            card.setVisible(True)
        for row in range(self._grid.rowCount()):
            self._grid.setRowStretch(row, 0)
        self._grid.setRowStretch(-(-len(cards) // columns), 1)
        self._grid.setColumnStretch(2, columns - 2)
        self._laid = cards
        self._size()

    def _size(self) -> None:
        rows = (len(self._laid) + 1) // 2
        least = round(CARD * self.work.scale) if rows <= 2 and self._have_room() else 0
        for row in range(self._grid.rowCount()):
            self._grid.setRowMinimumHeight(row, least if row < rows else 0)

    def _have_room(self) -> bool:
        """Whether no card has to give way to another one; else they take what they need."""
        least, room = round(CARD * self.work.scale), self._area.contentsRect().height()
        width = (self._area.contentsRect().width() - 2 * SPACE[4] - SPACE[3]) // 2
        pairs = [self._laid[at : at + 2] for at in range(0, len(self._laid), 2)]
        rows = [max(least, *(card.height_for(width) for card in pair)) for pair in pairs]
        return sum(rows) + SPACE[3] * (len(rows) + 1) <= room

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another size has another room for the cards."""
        super().resizeEvent(event)
        self._lay(self._laid)
        self._size()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """With large text the cards may need more than the window: the arrows scroll."""
        if self._views.currentWidget() is self._assistant:
            if not self._assistant.key(event):
                super().keyPressEvent(event)
            return
        if self._calibrating is not None:
            if event.key() == Qt.Key.Key_Escape:
                self._show_cards()
            else:
                self._calibrating.key(event)
            return
        if event.matches(QKeySequence.StandardKey.Copy):
            self._copy_command()
            return
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -4, Qt.Key.Key_PageDown: 4}.get(
            Qt.Key(event.key())
        )
        if step is None:
            super().keyPressEvent(event)
        else:
            bar = self._area.verticalScrollBar()
            bar.setValue(bar.value() + step * round(CARD * self.work.scale / 4))

    def _copy_command(self) -> None:
        """What is to be typed into a terminal to mend the first device that needs it."""
        if not isinstance(self.data, _Seen):
            return
        devices = self.work.attached
        seen = [] if devices is None else [*devices.scanners, *([devices.scale] if devices.scale else [])]
        troubles = [*self.data.barred.values(), *(one.trouble for one in seen)]
        command = next((found for trouble in troubles if (found := command_for(trouble))), "")
        if command:
            QGuiApplication.clipboard().setText(command)
            self.work.dialogs.tell("devices_copied", command=command)

    def focus_first(self) -> None:
        """The page itself, for its keys; where there is trouble, the button that tries again shows that it is meant."""
        (self if self._stack.currentWidget() is self.content else self._panel).setFocus()

    def _show_failure(self, refusal: Refusal) -> None:
        super()._show_failure(refusal)
        if self.hasFocus():
            self.focus_first()

    async def fetch(self) -> _Seen:
        """The station's queue, and the printers that it has used."""
        place, now = self.work.place, datetime.now(UTC)
        assert place.station is not None
        station = place.station.actor.station
        assert station is not None
        return _Seen(
            await self.work.feed.read(station_view, station, now),
            await self.work.feed.read(devices_view, station),
            await self.work.feed.read(sender_of, place.warehouse),
            {
                use: await self.work.feed.read(queued, QUEUES[use](self.work.settings.station))
                for use in PRINTERS[1:] if getattr(self.work.settings, use)
            },
            {url: await asyncio.to_thread(answer_of, url) for url in self._barred()},
        )

    def _barred(self) -> set[str]:
        return {seen.url for seen in self.work.printers.values() if seen.url and seen.code in BARRED}

    def _seen_anew(self) -> None:
        """A device was seen; why one may not be used is asked anew."""
        if isinstance(self.data, _Seen) and self._barred() != self.data.barred.keys():
            self.refresh()
        self.repaint_data()

    def show_data(self, data: _Seen) -> None:
        """Say how each device is."""
        cards = [self._printer]
        for use, card in self._others.items():
            if getattr(self.work.settings, use):
                show_printer(self.work, use, card, data.queued.get(use, 0), data.barred)
                cards.append(card)
        cards.append(self._scanner)
        urls = scanner_urls(self.work.settings)
        while len(self._attached) < len(urls):
            self._attached.append(Card(self.work, "attached", "scan-barcode"))
        for url, card in zip(urls, self._attached, strict=False):
            show_scanner(self.work, url, card)
            cards.append(card)
        self._show_printer(data)
        self._show_scanner()
        self._show_sounds()
        show_scale(self.work, self._scale)
        self._camera.draw()
        camera = [self._camera] if self.work.settings.camera else []
        self._lay([*cards, self._scale, *camera, self._sounds])
        self._size()
        self._assistant.draw()
        if self._calibrating is not None:
            self._calibrating.draw()

    def tick(self) -> None:
        """Ages grow."""
        super().tick()
        if isinstance(self.data, _Seen):
            self.show_data(self.data)

    def prompt(self) -> str:
        """The test label that is to be scanned."""
        if self._calibrating is not None:
            return self.work.words.say("devices_calibrate_scan")
        return self.work.words.say("devices_label_sent") if self.asks_for else ""

    @property
    def asks_for(self) -> str:
        """The code of the test label that is to be scanned, "" for none."""
        if self._assistant.step:
            return self._assistant.asks_for
        return self._expected if self._tested in ("devices_label_sent", "devices_label_other") else ""

    def scan(self, code: str) -> None:
        """Any scan is a test of the scanner; that of the test label ends its test."""
        self._scanned = code
        if self._calibrating is not None:
            typed = self.work.origin is None
            # a scanner that does not type has its codes cut by their end, which was there
            good = self._calibrating.take(self.work.raw if typed else f"{code}\r", typed)
            self.work.sounds.play("pass" if good else "attention")
        elif self._assistant.step:
            self._assistant.scan(code)
        elif self._expected and code.strip().upper().startswith(PREFIX):
            self._tested = "devices_label_read" if code.strip().upper() == self._expected else "devices_label_other"
            self.work.sounds.play("complete" if self._tested == "devices_label_read" else "attention")
        else:
            self.work.sounds.play("pass")
        self.repaint_data()

    # commands

    async def check(self) -> None:
        """Ask the printer how it is."""
        url = self._url()
        self.work.dialogs.tell("devices_asking")
        said = await asyncio.to_thread(answer_of, url)
        if said.code == "printer_in_use":
            self.work.dialogs.tell("devices_printing_now")
        else:
            self.work.note_printer(said.code)
            if said.code in BARRED:
                self.work.dialogs.tell_refusal(said)
            else:
                self.work.dialogs.tell("devices_printer_said", why=said_by(self.work.words, said.code, url))

    async def test_label(self) -> None:
        """Print a label with a number, to be scanned back."""
        self._url()
        now = datetime.now(UTC)
        code = trial_code(int(now.timestamp()) % 1_000_000)
        title = self.work.words.say("devices_test_title")
        language = printer_language(self.work.settings.printer)
        payload = trial_payload(language, title, self.work.settings.station, now.astimezone(), code)
        actor, queue = self.work.place.person, self.work.settings.station
        await self.work.feed.write(queue_file, actor, queue, payload, what_for=TEST, language=language)
        self._expected, self._tested = code, "devices_label_sent"
        self.repaint_data()

    def test_sound(self) -> None:
        """Play all tones, one after the other."""
        self._tones = list(NAMES)
        self._next_tone.start()
        self._play_next()

    async def change(self) -> None:
        """Name a device by hand."""
        self._refuse_in_training()
        await name_device(self.work)

    async def look(self) -> None:
        """What is attached to this computer, and what it could be for."""
        self._refuse_in_training()
        self._show_cards()
        self._views.setCurrentWidget(self._assistant)
        self.setFocus()
        await self._assistant.look()

    def _refuse_in_training(self) -> None:
        """A training label never comes out of a real printer, not even as a test of one."""
        if self.work.twin is not None:
            raise Refusal("training_printers")

    def calibrate(self) -> None:
        """The calibration barcode, large."""
        self._show_cards()
        if self._calibration is None:
            self._calibration = CalibrationView(self.work)
            self._views.addWidget(self._calibration)
        self._calibration.begin()
        self._views.setCurrentWidget(self._calibration)
        self.setFocus()
        self.prompted.emit()

    async def zero(self) -> None:
        """Zero the empty scale."""
        await self._order_scale("zero")

    async def tare(self) -> None:
        """Make what lies on the scale its zero."""
        await self._order_scale("tare")

    async def _order_scale(self, order: str) -> None:
        devices = self.work.attached
        if devices is None or devices.scale is None:
            raise Refusal("devices_no_scale")
        await asyncio.to_thread(devices.zero if order == "zero" else devices.tare)
        self.work.dialogs.tell("devices_scale_zeroed")

    @property
    def _calibrating(self) -> CalibrationView | None:
        here = self._calibration is not None and self._views.currentWidget() is self._calibration
        return self._calibration if here else None

    def _show_cards(self) -> None:
        """Back from the assistant or the calibration."""
        self._assistant.end()
        self._views.setCurrentWidget(self._area)
        self.setFocus()
        self.refresh()
        self.prompted.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        """Another page is in front: what was opened for a test is let go."""
        super().hideEvent(event)
        self._assistant.end()
        self._views.setCurrentWidget(self._area)

    def _url(self) -> str:
        if not self.work.settings.printer:
            raise Refusal("devices_no_printer")
        return self.work.settings.printer

    def _play_next(self) -> None:
        if not self._tones:
            self._next_tone.stop()
        else:
            self.work.sounds.play(self._tones.pop(0))  # type: ignore[arg-type]
        self.repaint_data()

    # cards

    def _show_printer(self, data: _Seen) -> None:
        say, words = self.work.words.say, self.work.words
        url, code = self.work.printer.url, self.work.printer.code
        queue = say("devices_queue", queued=data.status.queued, uncertain=data.status.uncertain)
        last = next((seen for seen in data.printers if seen.url == url), None)
        facts = [Fact(say("devices_fact_url"), url, code=True), Fact(say("devices_fact_queue"), queue)]
        if last is not None:
            age = words.age((datetime.now(UTC) - last.at).total_seconds())
            outcome = say(f"devices_outcome_{last.outcome}") if last.outcome else say("busy")
            facts.append(Fact(say("devices_fact_last"), say("devices_last", outcome=outcome, age=age)))
            if last.odometer is not None:
                facts.insert(2, Fact(say("devices_fact_count"), f"{last.odometer:,}", short=True))
        first = data.sender.partition("\n")[0]
        facts.append(Fact(say("settings_group_sender"), first or f"!  {say('devices_no_sender')}", lacks=not first))
        hint = say(self._tested, code=self._expected) if self._tested else ""
        if not url:
            self._printer.show_state("none", say("devices_none"), say("devices_no_printer"), [facts[1], facts[-1]])
        elif not code:
            self._printer.show_state("busy", say("devices_asking"), hint, facts)
        elif code in WELL:
            self._printer.show_state("well", said_by(words, code, url, alone=True), hint, facts)
        elif code in BARRED:
            self._printer.show_state("fault", say("devices_barred"), remedy(words, data.barred.get(url)), facts)
        else:
            said = said_by(words, code, url, alone=True)
            self._printer.show_state("fault", said, say("devices_waiting_for_it"), facts)

    def _show_scanner(self) -> None:
        say, seen = self.work.words.say, self.work.scanner
        at = seen.at if seen.device == WEDGE else None  # attached scanners have cards of their own
        facts = []
        if self._scanned:
            facts.append(Fact(say("devices_fact_code"), one_line(self._scanned), code=True))
        else:
            facts.append(Fact(say("devices_fact_kind"), say("devices_wedge")))
        if at is not None:
            age = self.work.words.age(monotonic() - at)
            facts.append(Fact(say("devices_fact_scan"), say("devices_ago", age=age)))
        if self._scanned:
            facts.append(Fact(say("devices_fact_length"), str(len(self._scanned)), short=True))
        state = "well" if at is not None else "waits"  # one that types may always come
        title = say("devices_scanner_works") if at is not None else say("devices_scanner_unseen")
        self._scanner.show_state(state, title, say("devices_scan_anything"), facts)

    def _show_sounds(self) -> None:
        say, sounds = self.work.words.say, self.work.sounds
        percent = f"{round(self.work.settings.volume * 100)}\u00a0%"
        facts = [Fact(say("settings_field_volume"), percent)]
        if self._next_tone.isActive():
            playing = NAMES[len(NAMES) - len(self._tones) - 1]
            facts.append(Fact(say("devices_playing"), say(f"settings_tone_{playing}")))
        if not self.work.settings.sound:
            self._sounds.show_state("off", say("devices_sound_off"), say("devices_sound_off_hint"), facts)
        elif sounds.available:
            self._sounds.show_state("well", say("devices_sound_works"), say("settings_hint_volume"), facts)
        else:
            self._sounds.show_state("none", say("devices_sound_bell"), say("devices_sound_bell_hint"), facts)
