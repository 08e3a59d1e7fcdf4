"""Devices: the printer, the scanner and the sounds of this station, how each is now, and a test for each."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import monotonic

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.domain.errors import Refusal
from app.operations.labels import queue_file
from app.queries.station_view import PrinterSeen, StationStatus, devices_view, station_view
from app.spooling import ask_printer, check_printer
from ui.dialogs import Field, Option
from ui.fonts import mono_font, ui_font
from ui.icons import pixmap
from ui.pages.page import Page
from ui.sound import NAMES
from ui.theme import SPACE, Pair, px
from ui.trial_label import PREFIX, trial_code, trial_zpl
from ui.widgets.painted import one_line
from ui.widgets.text import Elided, text_label
from ui.workspace import Workspace

TONE_MS = 700
CARD = 250  # the least height of a card, at a scale of 1
WELL = frozenset({"ready", "busy", "label_waiting", "not_asked"})


@dataclass(frozen=True, slots=True)
class _Seen:
    status: StationStatus
    printers: list[PrinterSeen]
    now: datetime


@dataclass(frozen=True, slots=True)
class _Fact:
    name: str
    value: str
    code: bool = False  # read letter by letter
    short: bool = False  # stands beside the one before it


class DevicesPage(Page):
    """A card a device: its state with sign and word, what to do about it, and what came of the last test."""

    name = "devices"
    topics = frozenset({"labels", "stations"})

    def __init__(self, work: Workspace) -> None:
        super().__init__(work)
        self.commands = {
            "devices_check": self.check, "devices_test_label": self.test_label, "devices_test_sound": self.test_sound,
            "devices_change": self.change,
        }
        self._expected = ""
        self._tested = ""  # the code of what came of the test label
        self._scanned = ""
        self._tones: list[str] = []
        self._printer = _Card(work, "printer", "printer")
        self._scanner = _Card(work, "scanner", "scan-barcode")
        self._sounds = _Card(work, "sounds", "volume-2")
        self._scale = _Card(work, "scale", "scale")
        body = QWidget()
        grid = QGridLayout(body)
        grid.setContentsMargins(SPACE[4], SPACE[3], SPACE[4], SPACE[3])
        grid.setSpacing(SPACE[3])
        for place, card in enumerate((self._printer, self._scanner, self._sounds, self._scale)):
            grid.addWidget(card, place // 2, place % 2)
            grid.setColumnStretch(place % 2, 1)
        grid.setRowStretch(2, 1)
        self._grid = grid
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidget(body)
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._area)
        work.look_changed.connect(self._size)
        self._size()
        self._next_tone = QTimer(self, interval=TONE_MS)
        self._next_tone.timeout.connect(self._play_next)
        work.devices_changed.connect(self.repaint_data)
        work.settled.connect(self.refresh)

    def _size(self) -> None:
        for row in (0, 1):
            self._grid.setRowMinimumHeight(row, round(CARD * self.work.scale))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """With large text the cards may need more than the window: the arrows scroll."""
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -4, Qt.Key.Key_PageDown: 4}.get(
            Qt.Key(event.key())
        )
        if step is None:
            super().keyPressEvent(event)
        else:
            bar = self._area.verticalScrollBar()
            bar.setValue(bar.value() + step * round(CARD * self.work.scale / 4))

    async def fetch(self) -> _Seen:
        """The station's queue, and the printers that it has used."""
        place, now = self.work.place, datetime.now(UTC)
        assert place.station is not None
        station = place.station.actor.station
        assert station is not None
        return _Seen(
            await self.work.feed.read(station_view, station, now),
            await self.work.feed.read(devices_view, station), now,
        )

    def show_data(self, data: _Seen) -> None:
        """Say how each device is."""
        self._show_printer(data)
        self._show_scanner()
        self._show_sounds()
        say = self.work.words.say
        self._scale.show_state("none", say("devices_none"), say("devices_scale_later"), [])

    def scan(self, code: str) -> None:
        """Any scan is a test of the scanner; that of the test label ends its test."""
        self._scanned = code
        if self._expected and code.strip().upper().startswith(PREFIX):
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
        said = await asyncio.to_thread(ask_printer, url)
        if said == "printer_in_use":
            self.work.dialogs.tell("devices_printing_now")
        else:
            self.work.note_printer(said)
            self.work.dialogs.tell("devices_printer_said", why=self.work.words.say(said))

    async def test_label(self) -> None:
        """Print a label with a number, to be scanned back."""
        self._url()
        now = datetime.now(UTC)
        code = trial_code(int(now.timestamp()) % 1_000_000)
        title = self.work.words.say("devices_test_title")
        payload = trial_zpl(title, self.work.settings.station, now.astimezone(), code)
        actor, queue = self.work.place.person, self.work.settings.station
        await self.work.feed.write(queue_file, actor, queue, payload)
        self._expected, self._tested = code, "devices_label_sent"
        self.repaint_data()

    def test_sound(self) -> None:
        """Play all tones, one after the other."""
        self._tones = list(NAMES)
        self._next_tone.start()
        self._play_next()

    async def change(self) -> None:
        """Name another printer: its URL, then a question to it, then it is this station's."""
        say, url, detail = self.work.words.say, self.work.settings.printer, ""
        while True:
            answer = await self.work.dialogs.ask(
                say("devices_change_title"), detail or say("devices_change_detail"),
                [Option("take", say("devices_take"))],
                Field(say("settings_field_printer"), url, optional=True),
            )
            if answer is None:
                return
            url = answer.text
            try:
                if not url or await self._answers(url):
                    break
            except Refusal as refusal:
                detail = self.work.words.explain(refusal)
        self.work.change_settings(replace(self.work.settings, printer=url))
        self.work.dialogs.tell("devices_changed" if url else "devices_none_now", url=url)

    async def _answers(self, url: str) -> bool:
        """Whether a printer is as it should be, or is wanted all the same; raises Refusal for no printer's URL."""
        check_printer(url)
        self.work.dialogs.tell("devices_asking")
        said = await asyncio.to_thread(ask_printer, url)
        in_use_here = said == "printer_in_use" and url == self.work.settings.printer
        return said in WELL or in_use_here or await self._take_anyway(url, said)

    async def _take_anyway(self, url: str, said: str) -> bool:
        say = self.work.words.say
        answer = await self.work.dialogs.ask(
            say("devices_not_ready", url=url, why=say(said)), say("devices_not_ready_detail"),
            [Option("back", say("devices_choose_again")), Option("take", say("devices_take_anyway"))],
        )
        return answer is not None and answer.option == "take"

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
        facts = [_Fact(say("devices_fact_url"), url, code=True), _Fact(say("devices_fact_queue"), queue)]
        if last is not None:
            age = words.age((data.now - last.at).total_seconds())
            outcome = say(f"devices_outcome_{last.outcome}") if last.outcome else say("busy")
            facts.append(_Fact(say("devices_fact_last"), say("devices_last", outcome=outcome, age=age)))
            if last.odometer is not None:
                facts.insert(2, _Fact(say("devices_fact_count"), f"{last.odometer:,}", short=True))
        hint = say(self._tested, code=self._expected) if self._tested else ""
        if not url:
            self._printer.show_state("none", say("devices_none"), say("devices_no_printer"), [facts[1]])
        elif not code:
            self._printer.show_state("busy", say("devices_asking"), hint, facts)
        elif code in WELL:
            self._printer.show_state("well", say(code), hint, facts)
        else:
            self._printer.show_state("fault", say(code), say("devices_waiting_for_it"), facts)

    def _show_scanner(self) -> None:
        say, seen = self.work.words.say, self.work.scanner
        facts = []
        if self._scanned:
            facts.append(_Fact(say("devices_fact_code"), one_line(self._scanned), code=True))
        else:
            facts.append(_Fact(say("devices_fact_kind"), say("devices_wedge")))
        if seen.at is not None:
            age = self.work.words.age(monotonic() - seen.at)
            facts.append(_Fact(say("devices_fact_scan"), say("devices_ago", age=age)))
        if self._scanned:
            facts.append(_Fact(say("devices_fact_length"), str(len(self._scanned)), short=True))
        state = "well" if seen.at is not None else "none"
        title = say("devices_scanner_works") if seen.at is not None else say("devices_scanner_unseen")
        self._scanner.show_state(state, title, say("devices_scan_anything"), facts)

    def _show_sounds(self) -> None:
        say, sounds = self.work.words.say, self.work.sounds
        percent = f"{round(self.work.settings.volume * 100)} %"
        facts = [_Fact(say("settings_field_volume"), percent)]
        if self._next_tone.isActive():
            playing = NAMES[len(NAMES) - len(self._tones) - 1]
            facts.append(_Fact(say("devices_playing"), say(f"settings_tone_{playing}")))
        if not self.work.settings.sound:
            self._sounds.show_state("off", say("devices_sound_off"), say("devices_sound_off_hint"), facts)
        elif sounds.available:
            self._sounds.show_state("well", say("devices_sound_works"), say("settings_hint_volume"), facts)
        else:
            self._sounds.show_state("none", say("devices_sound_bell"), say("devices_sound_bell_hint"), facts)


class _Card(QFrame):
    """One device: sign, state, what to do, facts."""

    def __init__(self, work: Workspace, name: str, picture: str) -> None:
        super().__init__()
        self._work, self._picture = work, picture
        self.setProperty("role", "raised")
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE[4], SPACE[3], SPACE[4], SPACE[3])
        column.setSpacing(SPACE[1])
        head = QHBoxLayout()
        head.setSpacing(SPACE[2])
        self._icon = text_label()
        title = text_label("title")
        work.words.show(title.setText, f"devices_card_{name}")
        work.words.show(self.setAccessibleName, f"devices_card_{name}")
        self._chip = text_label()
        self._chip.setContentsMargins(SPACE[2], SPACE[0], SPACE[2], SPACE[0])
        head.addWidget(self._icon)
        head.addWidget(title, 1)
        head.addWidget(self._chip)
        column.addLayout(head)
        self._state = text_label("bench", wrap=True)
        column.addWidget(self._state)
        self._hint = text_label("secondary", wrap=True)
        column.addWidget(self._hint)
        self._facts = QGridLayout()
        self._facts.setHorizontalSpacing(SPACE[3])
        self._facts.setVerticalSpacing(SPACE[1])
        self._facts.setColumnStretch(1, 2)
        self._facts.setColumnStretch(3, 1)
        column.addLayout(self._facts)
        column.addStretch(1)
        self._cells: list[tuple[QLabel, Elided]] = []

    def show_state(self, state: str, title: str, hint: str, facts: Sequence[_Fact]) -> None:
        """`well`, `busy`, `none`, `off` or `fault`, with sentences that are said already."""
        work, theme = self._work, self._work.theme
        pair = {"well": theme.passed, "fault": theme.system, "busy": theme.system}.get(
            state, Pair(theme.secondary, theme.surface)
        )
        sign = {"well": "✓", "fault": "!", "busy": "⟳", "none": "–", "off": "–"}[state]
        self._icon.setPixmap(pixmap(self._picture, theme.secondary, px("bench", work.scale)))
        self._chip.setText(f"{sign}  {work.words.say(f'devices_state_{state}')}")
        self._chip.setStyleSheet(
            f"background: {pair.paper}; color: {pair.ink}; border: 1px solid {pair.ink}; border-radius: 6px;"
        )
        # what a device says of itself begins in the middle of other sentences, too
        self._state.setText(title[:1].upper() + title[1:])
        self._hint.setText(hint)
        while len(self._cells) < len(facts):
            self._cells.append((text_label("caption"), Elided()))
        row = -1
        for number, (fact, (name, value)) in enumerate(zip(facts, self._cells, strict=False)):
            row += not fact.short
            half = fact.short or (number + 1 < len(facts) and facts[number + 1].short)
            for widget in (name, value):
                self._facts.removeWidget(widget)
            self._facts.addWidget(name, row, 2 if fact.short else 0)
            self._facts.addWidget(value, row, 3 if fact.short else 1, 1, 1 if half else 3)
            name.setText(fact.name)
            value.setText(fact.value)
            value.setFont(mono_font(px("body", work.scale)) if fact.code else ui_font(px("body", work.scale)))
        for number, cell in enumerate(self._cells):
            for widget in cell:
                widget.setVisible(number < len(facts))
