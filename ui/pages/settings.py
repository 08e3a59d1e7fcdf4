"""Settings: look and sounds follow at once, station and devices when they are saved (F2)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, QStandardPaths, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QCheckBox,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSlider,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.domain.errors import Refusal
from app.settings import KEYS, Settings, check_settings
from ui.dialogs import Option
from ui.pages.numbers import Numbers
from ui.pages.page import Page
from ui.sound import NAMES
from ui.theme import SPACE
from ui.widgets.text import text_label
from ui.workspace import Workspace

if TYPE_CHECKING:
    from app.domain.declaration import SenderNumbers

_AT_ONCE = frozenset({"language", "theme", "text_scale", "reduce_motion", "sound", "volume"})
_GROUPS = (
    ("place", ("station", "operator", "cart", "role")),
    ("look", ("language", "theme", "text_scale", "reduce_motion")),
    ("sender", (
        "sender_name", "sender_street", "sender_postcode", "sender_city", "sender_country", "sender_phone",
        "sender_eori", "sender_vat", "sender_ioss", "sdr_rates",
    )),
    ("devices", (
        "printer", "printer_fallback", "document_printer", "scanners", "scale", "camera", "wedge_prefix",
        "wedge_gap_ms", "wedge_jitter_ms", "wedge_total_ms", "wedge_shortest",
    )),
    ("sounds", ("sound", "volume")),
)
_SENDER = ("sender_name", "sender_street", "sender_postcode", "sender_city", "sender_country")
_NO_DEVICE = frozenset({"settings_device_here", "device_url_unknown", "device_not_supported_yet"})
CARD = 500  # px at normal size that a card needs


class SettingsPage(Page):
    """A card a subject; every field has its words and a hint of what it may be."""

    name = "settings"
    fills = True

    def __init__(self, work: Workspace) -> None:
        super().__init__(work)
        self.commands = {
            "settings_save": self.save, "settings_sheet": self.write_sheet, "settings_numbers": self.show_numbers,
            "settings_pool_add": self.add_numbers, "settings_pool_close": self.close_pool,
            "settings_training": self.train,
        }  # fmt: skip
        self._keys = {key.field: key for key in KEYS}
        self._fields: dict[str, QWidget] = {}
        self._hints: dict[str, QLabel] = {}
        self._wrong: dict[str, Refusal] = {}  # fields that could not be saved as they are
        self._showing = False
        self._shown: Settings | None = None
        body = QWidget()
        columns = self._columns = QHBoxLayout(body)
        columns.setContentsMargins(*[SPACE[4]] * 4)
        columns.setSpacing(SPACE[4])
        sides = (QVBoxLayout(), QVBoxLayout())
        for number, (group, names) in enumerate(_GROUPS):
            sides[number % 2].addWidget(self._card(group, names))
        for side in sides:
            side.setSpacing(SPACE[4])
            columns.addLayout(side, 1)
            columns.setAlignment(side, Qt.AlignmentFlag.AlignTop)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(body)
        self._area = area
        self._numbers = Numbers(work)
        self._numbers.wanted.connect(self.run)
        self._numbers.form.changed.connect(self.prompted)
        self._views = QStackedWidget()
        self._views.addWidget(area)
        self._views.addWidget(self._numbers)
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._views)
        work.settings_changed.connect(self.refresh)
        work.look_changed.connect(self._stack_cards)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where two cards do not fit side by side, they stand one below the other."""
        super().resizeEvent(event)
        self._stack_cards()

    def _stack_cards(self) -> None:
        room = self.width() - 4 * SPACE[4]
        two = room >= 2 * round(CARD * self.work.scale)
        self._columns.setDirection(QBoxLayout.Direction.LeftToRight if two else QBoxLayout.Direction.TopToBottom)

    async def fetch(self) -> Settings:
        """The settings in use."""
        return self.work.settings

    def show_data(self, data: Settings) -> None:
        """Fill the fields; those that were typed into and not saved yet keep what was typed."""
        self._showing = True
        for name, widget in self._fields.items():
            if isinstance(widget, QComboBox):
                for place in range(widget.count()):
                    widget.setItemText(place, self._choice(name, widget.itemData(place)))
            # what was typed and not saved stays
            typed = self._shown is not None and _value(widget, getattr(self._shown, name)) != getattr(self._shown, name)
            if not typed or name in _AT_ONCE:
                _put(widget, getattr(data, name))
        self._shown = data
        self._showing = False
        self._say_hints()

    def prompt(self) -> str:
        """What is not saved yet, and what has to be corrected before it can be."""
        if self._numbers_shown:
            return self._numbers.prompt()
        if self._wrong:
            return self.work.words.say("settings_correct")
        return self.work.words.say("settings_unsaved") if self._changed() else ""

    def focus_first(self) -> None:
        """The station's name, or the pools of numbers."""
        if self._numbers_shown:
            self._numbers.focus_first()
        else:
            self._fields["station"].setFocus()

    # the pools of numbers, over the form

    @property
    def _numbers_shown(self) -> bool:
        return self._views.currentWidget() is self._numbers

    async def show_numbers(self) -> None:
        """The list of pools, or back from it."""
        if self._numbers_shown:
            self._leave_numbers()
            return
        await self._numbers.load()
        self._views.setCurrentWidget(self._numbers)
        self._numbers.focus_first()
        self.prompted.emit()

    async def add_numbers(self) -> None:
        """The form that adds numbers."""
        if not self._numbers_shown:
            await self.show_numbers()
        if not self._numbers.adding:
            self._numbers.begin()
            self.prompted.emit()

    async def close_pool(self) -> None:
        """Close the pool that is chosen; the list first, where it is not seen."""
        if not self._numbers_shown or self._numbers.back():
            if not self._numbers_shown:
                await self.show_numbers()
            raise Refusal("numbers_choose")
        await self._numbers.close_chosen()

    def _leave_numbers(self) -> None:
        if not self._numbers.back():
            self._views.setCurrentWidget(self._area)
            self.focus_first()
        self.prompted.emit()

    def scan(self, code: str) -> None:
        """A number may be scanned into its field."""
        if self._numbers_shown and self._numbers.adding:
            self._numbers.form.scan(code)
        else:
            super().scan(code)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc goes back to where the numbers were opened; Enter in their form adds them."""
        if event.key() == Qt.Key.Key_Escape and self._numbers_shown:
            self._leave_numbers()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._numbers_shown and self._numbers.adding:
            self.run("settings_save")
        else:
            super().keyPressEvent(event)

    async def save(self) -> None:
        """Check and save everything that was typed; where numbers are added, add them."""
        if self._numbers_shown:
            if self._numbers.adding:
                await self._numbers.add()
                self.prompted.emit()
            return
        await self._save()

    async def _save(self) -> None:
        wanted = self._typed()
        self._wrong = self._problems(wanted)
        sender = await self._sender(wanted)
        self._say_hints()
        if self._wrong:
            self.prompted.emit()
            field = next(name for name in self._fields if name in self._wrong)
            self._fields[field].setFocus()
            self._area.ensureWidgetVisible(self._hints[field])
            raise self._wrong[field]
        named = any(getattr(self.work.settings, name) for name in _SENDER)
        self.work.change_settings(wanted)
        self.prompted.emit()
        if sender or named:  # who never named one here leaves what the database says
            await self._name_sender(sender, wanted)
        self.work.dialogs.tell("settings_saved")

    async def _sender(self, wanted: Settings) -> str:
        """The sender as it will be printed; what keeps it from being printed is noted at its field."""
        from app.operations.label_content import sender_lines

        parts = {name: getattr(wanted, name) for name in _SENDER}
        try:
            return await asyncio.to_thread(sender_lines, *parts.values())
        except Refusal as refusal:
            field = f"sender_{refusal.facts['field']}" if refusal.code == "labels_sender_lacks" else "sender_name"
            self._wrong.setdefault("sender_country" if refusal.code == "country_unknown" else field, refusal)
            return ""

    async def _name_sender(self, sender: str, wanted: Settings) -> None:
        from app.operations.label_content import name_sender

        place, numbers = self.work.place, _numbers(wanted)
        await self.work.feed.write(name_sender, place.person, place.warehouse, sender, wanted.sender_country, numbers)

    async def train(self) -> None:
        """Open the training in a window of its own; in the training, begin it anew."""
        say = self.work.words.say
        if self.work.twin is None:
            await asyncio.to_thread(self.work.train)
            self.work.dialogs.tell("training_started")
            return
        again = Option("again", say("training_again_yes"), kind="primary")
        if await self.work.dialogs.ask(say("training_again_ask"), say("training_again_detail"), [again]) is not None:
            self.work.train()

    async def write_sheet(self) -> None:
        """The command barcodes as a PDF, to be printed and fixed to the bench."""
        from ui.command_sheet import write_command_sheet  # what writes PDF is loaded by those who want one

        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        path = Path(folder or Path.home()) / f"packbench-commands-{self.work.words.language}.pdf"
        await asyncio.to_thread(write_command_sheet, path, self.work.words.language)
        self.work.dialogs.tell("settings_sheet_written", file=str(path))

    def _problems(self, wanted: Settings) -> dict[str, Refusal]:
        """What is wrong with which field, for somebody in front of the page, who sees no file."""
        from app.devices import check_devices
        from app.domain.customs import read_rates
        from app.domain.declaration import sender_numbers
        from app.photos import read_source
        from ui.main_window import wedge_timing

        found = {}
        for refusal in check_settings(wanted):
            key = next(key for key in KEYS if key.path == refusal.facts["key"])
            facts = {name: value for name, value in refusal.facts.items() if name != "file"}
            facts["key"] = self.work.words.say(f"settings_field_{key.field}")
            found[key.field] = Refusal(f"{refusal.code}_here", **facts)
        checks: dict[str, Callable[[], object]] = {}
        if not any(self._keys[name].kind is int for name in found):  # what is no number has no order
            checks["wedge_prefix"] = lambda: wedge_timing(wanted)
        checks |= {
            "sender_eori": lambda: sender_numbers("", wanted.sender_eori, "", ""),
            "sender_vat": lambda: sender_numbers("", "", wanted.sender_vat, ""),
            "sender_ioss": lambda: sender_numbers("", "", "", wanted.sender_ioss),
            "sdr_rates": lambda: read_rates(wanted.sdr_rates),
            "camera": lambda: read_source(wanted.camera),
        }
        for name, check in checks.items():
            try:
                check()
            except Refusal as refusal:
                found.setdefault(name, refusal)
        found = check_devices(wanted) | found
        for name in ("scanners", "scale"):  # what is proposed otherwise is a printer's address
            wrong = found.get(name)
            if wrong is not None and wrong.code in _NO_DEVICE:
                found[name] = Refusal(f"settings_no_{name}", url=getattr(wanted, name))
        return found

    def _say_hints(self) -> None:
        """Below each field stands what it may be, or what is wrong with what was typed."""
        for name, hint in self._hints.items():
            wrong = self._wrong.get(name)
            allowed = self._keys[name].allowed
            hint.setText(
                f"✗ {self.work.words.explain(wrong)}" if wrong
                else self._percent() + self.work.words.say(f"settings_hint_{name}", allowed=allowed) if name == "volume"
                else self.work.words.say(f"settings_hint_{name}", allowed=allowed)
            )
            outcome = "fail" if wrong else ""
            for widget in (hint, self._fields[name]):
                if (widget.property("outcome") or "") != outcome:
                    widget.setProperty("outcome", outcome)
                    widget.style().unpolish(widget)
                    widget.style().polish(widget)

    def _percent(self) -> str:
        return f"{round(self.work.settings.volume * 100)}\u00a0% · "

    # the form

    def _card(self, group: str, names: tuple[str, ...]) -> QFrame:
        card = QFrame()
        card.setProperty("role", "raised")
        grid = QGridLayout(card)
        grid.setContentsMargins(*[SPACE[4]] * 4)
        grid.setHorizontalSpacing(SPACE[4])
        grid.setVerticalSpacing(SPACE[1])
        title = text_label("title")
        self.show_text(title.setText, f"settings_group_{group}")
        grid.addWidget(title, 0, 0, 1, 2)
        row = 1
        for name in names:
            label = text_label()
            self.show_text(label.setText, f"settings_field_{name}")
            widget = self._field(name)
            widget.installEventFilter(self)
            label.setBuddy(widget)
            self._fields[name] = widget
            self.show_text(widget.setAccessibleName, f"settings_field_{name}")
            hint = text_label("caption", wrap=True)
            hint.setContentsMargins(0, 0, 0, SPACE[2])  # it belongs to the field above it
            self._hints[name] = hint
            grid.addWidget(label, row, 0)
            grid.addWidget(widget, row, 1)
            grid.addWidget(hint, row + 1, 1)
            row += 2
        if group == "sounds":
            grid.addLayout(self._tones(), row, 0, 1, 2)
        grid.setColumnStretch(1, 1)
        return card

    def _field(self, name: str) -> QWidget:
        key = self._keys[name]
        if key.kind is bool:
            box = QCheckBox()
            self.show_text(box.setText, f"settings_on_{name}")
            box.toggled.connect(lambda _: self._edited(name))
            return box
        if key.choices:
            combo = QComboBox()
            for choice in key.choices:
                combo.addItem(self._choice(name, choice), choice)
            combo.currentIndexChanged.connect(lambda _: self._edited(name))
            return combo
        if name == "volume":
            slider = QSlider(Qt.Orientation.Horizontal)
            slider.setRange(0, 100)
            slider.setSingleStep(5)
            slider.setTracking(False)  # saved when it is let go, not at each step on its way
            slider.valueChanged.connect(lambda _: self._edited(name))
            return slider
        line = QLineEdit()
        # a number may be typed wrongly, and is told so: a field that corrects it by itself would be believed
        line.setMaxLength(len(str(int(key.high))) + 2 if key.kind is int else int(key.high))
        line.textEdited.connect(lambda _: self._edited(name))
        line.returnPressed.connect(lambda: self.run("settings_save"))
        return line

    def _tones(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(SPACE[1])
        label: QLabel = text_label("caption")
        self.show_text(label.setText, "settings_try_tones")
        row.addWidget(label)
        for tone in NAMES:
            button = QPushButton()
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, tone=tone: self.work.sounds.play(tone))
            self.show_text(button.setText, f"settings_tone_{tone}")
            self.show_text(button.setAccessibleName, f"settings_tone_{tone}")
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _choice(self, name: str, value: object) -> str:
        if name == "text_scale":
            return f"{round(float(str(value)) * 100)}\u00a0%"
        return self.work.words.say(f"settings_{name}_{value or 'system'}")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The wheel scrolls the page; over a field it would change what is not meant."""
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return super().eventFilter(watched, event)

    # what was typed

    def _typed(self) -> Settings:
        values = {name: _value(widget, getattr(self.work.settings, name)) for name, widget in self._fields.items()}
        return replace(self.work.settings, **values)

    def _changed(self) -> bool:
        return self._typed() != self.work.settings

    def _edited(self, name: str) -> None:
        if self._showing:
            return
        if self._wrong.pop(name, None) is not None:
            self._say_hints()
        if name in _AT_ONCE:
            value = _value(self._fields[name], getattr(self.work.settings, name))
            self._now(lambda: self.work.change_settings(replace(self.work.settings, **{name: value})))
        self.prompted.emit()

    def _now(self, change: Callable[[], None]) -> None:
        try:
            change()
        except Refusal as refusal:
            self.work.dialogs.tell_refusal(refusal)
            self.repaint_data()  # the field shows again what is true


def _numbers(wanted: Settings) -> SenderNumbers:
    """The sender's numbers for customs papers, which have been checked."""
    from app.domain.declaration import sender_numbers

    return sender_numbers(wanted.sender_phone, wanted.sender_eori, wanted.sender_vat, wanted.sender_ioss)


def _put(widget: QWidget, value: Any) -> None:
    if isinstance(widget, QCheckBox):
        widget.setChecked(value)
    elif isinstance(widget, QComboBox):
        widget.setCurrentIndex(widget.findData(value))
    elif isinstance(widget, QSlider):
        widget.setValue(round(value * 100))
    elif isinstance(widget, QLineEdit) and widget.text() != str(value):
        widget.setText(str(value))


def _value(widget: QWidget, before: Any) -> Any:
    if isinstance(widget, QCheckBox):
        return widget.isChecked()
    if isinstance(widget, QComboBox):
        return widget.currentData()
    if isinstance(widget, QSlider):
        # a slider knows whole steps only: what stood between two stays until it is moved
        same = before is not None and round(before * 100) == widget.value()
        return before if same else widget.value() / 100
    if not isinstance(widget, QLineEdit):
        return before
    text = widget.text().strip()
    # what is no number stays what was typed, and is refused when it is saved
    return int(text) if isinstance(before, int) and text.isascii() and text.isdecimal() else text
