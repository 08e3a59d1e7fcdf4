"""A device becomes the station's in three steps: which one, what for, and a test; all by digits and Enter."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.devices import (
    WEDGE,
    Found,
    find_devices,
    open_questions,
    uses_of,
    with_device,
    with_option,
)
from app.domain.errors import Refusal
from app.domain.routing import document_queue, fallback_queue, label_queue
from ui.fonts import mono_font
from ui.pages.devices_card import dress
from ui.pages.devices_trial import Trial
from ui.theme import SPACE, px
from ui.widgets.painted import one_line
from ui.widgets.state import StatePanel
from ui.widgets.text import Elided, text_label
from ui.workspace import Workspace

STEPS = ("choose", "use", "test")
MOST = 9  # digits
QUEUES: dict[str, Callable[[str], str]] = {
    "printer": label_queue, "printer_fallback": fallback_queue, "document_printer": document_queue,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One choice: a title, what stands beside it and below it, and what is in its way."""

    title: str
    beside: str = ""
    below: str = ""
    trouble: str = ""


class _RowView(QFrame):
    """A row with its digit; a press chooses it."""

    pressed = Signal()

    def __init__(self, work: Workspace, number: int) -> None:
        super().__init__()
        self._work = work
        self.setProperty("role", "raised")
        grid = QGridLayout(self)
        grid.setContentsMargins(SPACE[3], SPACE[2], SPACE[4], SPACE[2])
        grid.setHorizontalSpacing(SPACE[3])
        grid.setVerticalSpacing(SPACE[0])
        self._digit = text_label("title")
        self._digit.setText(str(number))
        self._title, self._beside = Elided("title"), text_label("secondary")
        self._below = Elided()
        self._trouble = text_label(wrap=True)
        # the command that mends it can be copied
        self._trouble.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        grid.addWidget(self._digit, 0, 0, 2, 1)
        grid.addWidget(self._title, 0, 1)
        grid.addWidget(self._beside, 0, 2)
        grid.addWidget(self._below, 1, 1, 1, 2)
        grid.addWidget(self._trouble, 2, 1, 1, 2)
        grid.setColumnStretch(1, 1)

    def show_row(self, row: Row, chosen: bool) -> None:
        theme, scale = self._work.theme, self._work.scale
        self._title.setText(row.title)
        self._beside.setText(row.beside)
        self._below.setText(row.below)
        self._below.setFont(mono_font(px("body", scale)))
        self._below.setVisible(bool(row.below))
        self._trouble.setText(f"!  {row.trouble}" if row.trouble else "")
        self._trouble.setVisible(bool(row.trouble))
        dress(self._trouble, f"color: {theme.attention.ink};")
        self.setAccessibleName(" · ".join(part for part in (row.title, row.beside, row.below, row.trouble) if part))
        line = f"2px solid {theme.accent}" if chosen else f"2px solid {theme.line}"
        sheet = f"_RowView {{ border: {line}; border-radius: 6px; background: {theme.raised}; }}"
        if self.styleSheet() != sheet:
            self.setStyleSheet(sheet)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.pressed.emit()


class Assistant(QWidget):
    """The three steps; `left` when it is done or was left. It begins with `look` or, for a typed address, `try_out`."""

    left = Signal()

    def __init__(self, work: Workspace) -> None:
        super().__init__()
        self._work = work
        self.step = ""  # "", looking, choose, use, option, test
        self._found: list[Found] = []
        self._device: Found | None = None
        self._url = self._use = self._option = ""
        self._values: tuple[str, ...] = ()
        self._at = 0
        self._trial: Trial | None = None
        self._round = 0  # what an older look finds is not shown any more
        self._acts: list[Callable[[], object]] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE[5], SPACE[3], SPACE[5], SPACE[3])
        column.setSpacing(SPACE[2])
        head = QHBoxLayout()
        head.setSpacing(SPACE[4])
        self._steps = [text_label("title") for _ in STEPS]
        for label in self._steps:
            head.addWidget(label)
        head.addStretch(1)
        self._title = text_label("bench", wrap=True)
        self._live = text_label("title", wrap=True)
        self._rows = [_RowView(work, number + 1) for number in range(MOST)]
        body = QWidget()
        lines = QVBoxLayout(body)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(SPACE[1])
        for number, row in enumerate(self._rows):
            row.pressed.connect(lambda number=number: self._choose(number))
            lines.addWidget(row)
        self._panel = StatePanel(work)
        self._panel.keep_keyboard_out()
        lines.addWidget(self._panel, 1)
        lines.addStretch(1)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidget(body)
        self._foot = text_label("secondary", wrap=True)
        column.addLayout(head)
        column.addWidget(self._title)
        column.addWidget(self._live)
        column.addWidget(self._area, 1)
        column.addWidget(self._foot)

    # the steps

    async def look(self) -> None:
        """Look at what is attached, and let somebody choose."""
        self._end_trial()
        self._round += 1
        mine, self.step = self._round, "looking"
        self._found, self._device = [], None
        self.draw()
        found = await asyncio.to_thread(find_devices)
        if mine == self._round and self.step == "looking":
            self._found, self.step, self._at = found[:MOST], "choose", 0
            self.draw()

    def end(self) -> None:
        """Nothing is changed; whatever was opened for a test is let go."""
        self._round += 1
        self._end_trial()
        self.step = ""

    def back(self) -> None:
        """One step back, or out of it."""
        self._end_trial()
        if self.step == "test" or self.step == "option":
            self.step = "use"
        elif self.step == "use":
            self.step = "choose"
        else:
            self.end()
            self.left.emit()
            return
        self._at = 0
        self.draw()

    def _take_device(self, number: int) -> None:
        self._device = self._found[number]
        if not self._device.url:
            return  # a source that could not be asked: its remedy stands in its row
        self._url = self._device.url
        self.step, self._at = "use", 0
        self.draw()

    def _take_use(self, use: str) -> None:
        assert self._device is not None
        self._use, self._url = use, self._device.url
        self._option, self._values = open_questions(use, self._url)
        self.step, self._at = ("option" if self._option else "test"), 0
        self._begin_test()

    def _take_option(self, value: str) -> None:
        self._url = with_option(self._url, self._option, value)
        self.step, self._at = "test", 0
        self._begin_test()

    def _begin_test(self) -> None:
        if self.step == "test":
            self._end_trial()
            self._trial = Trial(self._work, self._use, self._url, QUEUES.get(self._use))
            self._trial.changed.connect(self.draw)
            self._trial.begin()
        self.draw()

    def _save(self) -> None:
        """The device is the station's from now on."""
        url, use = self._url, self._use
        self._end_trial()
        self.step = ""
        if url == WEDGE:
            self._work.dialogs.tell("devices_wedge_always")
        else:
            try:
                self._work.change_settings(with_device(self._work.settings, use, url))
            except Refusal as refusal:
                self._work.dialogs.tell_refusal(refusal)
            else:
                self._work.dialogs.tell("devices_assigned", use=self._work.words.say(f"settings_field_{use}"), url=url)
        self.left.emit()

    def _end_trial(self) -> None:
        trial, self._trial = self._trial, None
        if trial is not None:
            trial.end()

    # keys and scans

    @property
    def asks_for(self) -> str:
        """The code of the test label that is to be scanned, "" for none."""
        return self._trial.expected if self._trial is not None and not self._trial.passed else ""

    def scan(self, code: str) -> None:
        """A scan while it is open: the test may wait for it."""
        if self._trial is not None:
            self._trial.scan(code)

    def key(self, event: QKeyEvent) -> bool:
        """Digits and Enter choose, arrows move, Esc goes back; whether the key was one of them."""
        key = Qt.Key(event.key())
        rows = len(self._acts)
        if key == Qt.Key.Key_Escape:
            self.back()
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and rows:
            self._at = (self._at + (1 if key == Qt.Key.Key_Down else -1)) % rows
            self.draw()
            self._area.ensureWidgetVisible(self._rows[self._at])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and rows:
            self._choose(self._at)
        elif event.text().isdecimal() and 0 < int(event.text()) <= rows:
            self._choose(int(event.text()) - 1)
        else:
            return False
        return True

    def _choose(self, number: int) -> None:
        if number < len(self._acts):
            self._acts[number]()

    # what is seen

    def draw(self) -> None:
        """Say everything anew."""
        if not self.step:
            return
        say, theme = self._work.words.say, self._work.theme
        now = {"looking": 0, "choose": 0, "use": 1, "option": 1, "test": 2}[self.step]
        for number, (label, name) in enumerate(zip(self._steps, STEPS, strict=True)):
            label.setText(f"{number + 1} / {len(STEPS)}  {say(f'devices_step_{name}')}")
            dress(label, f"color: {theme.accent if number == now else theme.secondary};")
        rows = self._say_rows()
        self._at = min(self._at, max(len(rows) - 1, 0))
        self._title.setText(self._say_title())
        self._say_live()
        for number, view in enumerate(self._rows):
            view.setVisible(number < len(rows))
            if number < len(rows):
                view.show_row(rows[number], number == self._at)
        busy, nothing = self.step == "looking", self.step == "choose" and not self._found
        self._panel.setVisible(busy or nothing)
        if busy:
            self._panel.show_state("loading", say("devices_find_looking"))
        elif nothing:
            self._panel.show_state("empty", say("devices_find_none"), say("devices_find_none_hint"))
        self._title.setHidden(nothing)
        self._foot.setText(say("devices_find_foot" if self.step in ("looking", "choose") else "devices_step_foot"))
        self._foot.setHidden(nothing)  # what stands in the middle says which keys there are
        self.setAccessibleName(self._title.text())

    def _say_title(self) -> str:
        say = self._work.words.say
        device = "" if self._device is None else one_line(self._device.title)
        match self.step:
            case "looking" | "choose":
                return say("devices_find_title")
            case "use":
                return say("devices_use_title", device=device)
            case "option":
                return say("devices_speaks_title", device=device)
            case _:
                return say("devices_test_of", use=say(f"settings_field_{self._use}"), device=device or self._url)

    def _say_rows(self) -> list[Row]:
        say = self._work.words.say
        rows: list[Row] = []
        self._acts = []
        if self.step == "choose":
            for number, found in enumerate(self._found):
                trouble = "" if found.trouble is None else self._work.words.explain(found.trouble)
                kind, language = say(f"devices_kind_{found.kind}"), found.language.upper()
                beside = f"{kind} · {language}" if language else kind
                below = f"{found.url} · {say(found.why)}" if found.url else say(found.why)
                rows.append(Row(found.title, beside, below, trouble))
                self._acts.append(lambda number=number: self._take_device(number))  # type: ignore[misc]
        elif self.step == "use":
            assert self._device is not None
            for use in uses_of(self._device.kind, self._device.url):
                now = getattr(self._work.settings, use)
                rows.append(Row(say(f"settings_field_{use}"), "", say("devices_use_now", url=now) if now else ""))
                self._acts.append(lambda use=use: self._take_use(use))  # type: ignore[misc]
        elif self.step == "option":
            for value in self._values:
                rows.append(Row(value.upper() if self._option == "language" else value))
                self._acts.append(lambda value=value: self._take_option(value))  # type: ignore[misc]
        elif self.step == "test" and self._trial is not None:
            rows.append(Row(say("devices_save" if self._trial.passed else "devices_take_anyway")))
            self._acts.append(self._save)
            rows.append(Row(say("devices_test_again")))
            self._acts.append(self._begin_test)
        return rows

    def _say_live(self) -> None:
        theme, trial = self._work.theme, self._trial
        self._live.setVisible(self.step == "test" and trial is not None)
        if self.step == "test" and trial is not None:
            pair = theme.passed if trial.passed else theme.attention if trial.trouble or trial.other else theme.system
            sign = "✓" if trial.passed else "!" if trial.trouble or trial.other else "⟳"
            self._live.setText(f"{sign}  {trial.say()}")
            dress(self._live, f"background: {pair.paper}; color: {pair.ink}; border-radius: 6px; padding: 12px;")
