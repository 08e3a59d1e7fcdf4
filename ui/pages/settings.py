"""Settings: look and sounds follow at once, station and devices when they are saved (F2)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, QStandardPaths, Qt
from PySide6.QtWidgets import (
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
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.domain.errors import Refusal
from app.settings import KEYS, Settings, check_settings
from ui.pages.page import Page
from ui.sound import NAMES
from ui.theme import SPACE
from ui.widgets.text import text_label
from ui.workspace import Workspace

_AT_ONCE = frozenset({"language", "theme", "text_scale", "reduce_motion", "sound", "volume"})
_GROUPS = (
    ("place", ("station", "operator", "cart", "role")),
    ("look", ("language", "theme", "text_scale", "reduce_motion")),
    ("devices", ("printer", "wedge_prefix", "wedge_gap_ms", "wedge_total_ms", "wedge_shortest")),
    ("sounds", ("sound", "volume")),
)


class SettingsPage(Page):
    """A card a subject; every field has its words and a hint of what it may be."""

    name = "settings"

    def __init__(self, work: Workspace) -> None:
        super().__init__(work)
        self.commands = {"settings_save": self.save, "settings_sheet": self.write_sheet}
        self._keys = {key.field: key for key in KEYS}
        self._fields: dict[str, QWidget] = {}
        self._hints: dict[str, QLabel] = {}
        self._wrong: dict[str, Refusal] = {}  # fields that could not be saved as they are
        self._showing = False
        self._shown: Settings | None = None
        body = QWidget()
        columns = QHBoxLayout(body)
        columns.setContentsMargins(*[SPACE[4]] * 4)
        columns.setSpacing(SPACE[4])
        sides = (QVBoxLayout(), QVBoxLayout())
        for number, (group, names) in enumerate(_GROUPS):
            sides[number % 2].addWidget(self._card(group, names))
        for side in sides:
            side.setSpacing(SPACE[4])
            side.addStretch(1)
            columns.addLayout(side, 1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(body)
        self._area = area
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(area)
        work.settled.connect(self.refresh)

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
            typed = self._shown is not None and _value(widget, None) != getattr(self._shown, name)
            if not typed or name in _AT_ONCE:
                _put(widget, getattr(data, name))
        self._shown = data
        self._showing = False
        self._say_hints()

    def prompt(self) -> str:
        """What is not saved yet."""
        return self.work.words.say("settings_unsaved") if self._changed() else ""

    def focus_first(self) -> None:
        """The station's name."""
        self._fields["station"].setFocus()

    async def save(self) -> None:
        """Check and save everything that was typed."""
        wanted = self._typed()
        self._wrong = self._problems(wanted)
        self._say_hints()
        if self._wrong:
            field = next(iter(self._wrong))
            self._fields[field].setFocus()
            raise self._wrong[field]
        self.work.change_settings(wanted)
        self.prompted.emit()
        self.work.dialogs.tell("settings_saved")

    async def write_sheet(self) -> None:
        """The command barcodes as a PDF, to be printed and fixed to the bench."""
        from ui.command_sheet import write_command_sheet  # what writes PDF is loaded by those who want one

        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        path = Path(folder or Path.home()) / f"packbench-commands-{self.work.words.language}.pdf"
        await asyncio.to_thread(write_command_sheet, path, self.work.words.language)
        self.work.dialogs.tell("settings_sheet_written", file=str(path))

    def _problems(self, wanted: Settings) -> dict[str, Refusal]:
        """What is wrong with which field, for somebody in front of the page, who sees no file."""
        from app.spooling import check_printer
        from ui.main_window import wedge_timing

        found = {}
        for refusal in check_settings(wanted):
            key = next(key for key in KEYS if key.path == refusal.facts["key"])
            facts = {name: value for name, value in refusal.facts.items() if name != "file"}
            facts["key"] = self.work.words.say(f"settings_field_{key.field}")
            found[key.field] = Refusal(f"{refusal.code}_here", **facts)
        checks: dict[str, Callable[[], object]] = {"wedge_prefix": lambda: wedge_timing(wanted)}
        if wanted.printer:
            checks["printer"] = lambda: check_printer(wanted.printer)
        for name, check in checks.items():
            try:
                check()
            except Refusal as refusal:
                found.setdefault(name, refusal)
        return found

    def _say_hints(self) -> None:
        """Below each field stands what it may be, or what is wrong with what was typed."""
        for name, hint in self._hints.items():
            wrong = self._wrong.get(name)
            hint.setText(self.work.words.explain(wrong) if wrong else self.work.words.say(f"settings_hint_{name}"))
            outcome = "fail" if wrong else ""
            for widget in (hint, self._fields[name]):
                if (widget.property("outcome") or "") != outcome:
                    widget.setProperty("outcome", outcome)
                    widget.style().unpolish(widget)
                    widget.style().polish(widget)

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
        if key.kind is int:
            spin = QSpinBox()
            spin.setRange(int(key.low), int(key.high))
            spin.valueChanged.connect(lambda _: self._edited(name))
            return spin
        line = QLineEdit()
        line.setMaxLength(int(key.high))
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
            return f"{round(float(str(value)) * 100)} %"
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


def _put(widget: QWidget, value: Any) -> None:
    if isinstance(widget, QCheckBox):
        widget.setChecked(value)
    elif isinstance(widget, QComboBox):
        widget.setCurrentIndex(widget.findData(value))
    elif isinstance(widget, QSlider):
        widget.setValue(round(value * 100))
    elif isinstance(widget, QSpinBox):
        widget.setValue(value)
    elif isinstance(widget, QLineEdit) and widget.text() != value:
        widget.setText(value)


def _value(widget: QWidget, before: Any) -> Any:
    if isinstance(widget, QCheckBox):
        return widget.isChecked()
    if isinstance(widget, QComboBox):
        return widget.currentData()
    if isinstance(widget, QSlider):
        # a slider knows whole steps only: what stood between two stays until it is moved
        same = before is not None and round(before * 100) == widget.value()
        return before if same else widget.value() / 100
    if isinstance(widget, QSpinBox):
        return widget.value()
    return widget.text().strip() if isinstance(widget, QLineEdit) else before
