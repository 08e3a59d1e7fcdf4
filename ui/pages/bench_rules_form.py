"""A form of cards: each field has its words, a hint of what it may be, and says there what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QCheckBox,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.domain.errors import Refusal
from ui.theme import SPACE, TOUCH_SMALL
from ui.widgets.text import text_label
from ui.workspace import Workspace

CARD = 430  # px at normal size that a card needs
WIDEST = 900  # … and the most that it takes
CENTS = 2  # decimals of an amount whose currency is any
_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Field:
    """A field by its name: a `text`, a whole `number` from `low` to `high`, an `amount` in minor units (None for an
    empty one), a `choice` of values, or a `check`.

    Its words are the codes `<prefix>_<name>`, `…_hint`, and `…_<choice>`; a check's hint stands beside its box.
    """

    name: str
    kind: str = "text"
    low: int = 0
    high: int = 0
    choices: tuple[Any, ...] = ()
    optional: bool = False  # a number that may be left out: None


Group = tuple[str, Sequence[Field]]  # the code of a card's title, and its fields


class Form(QWidget):
    """Cards side by side where there is room; `changed` when a person has typed, `sent` when he has pressed Enter."""

    changed = Signal()
    sent = Signal()

    def __init__(
        self, work: Workspace, prefix: str, groups: Sequence[Group], wrong: Mapping[str, str] | None = None
    ) -> None:
        """`wrong` names the field that a refusal is about, by its code, where its fact `rule` does not."""
        super().__init__()
        self._work, self._prefix, self._about = work, prefix, wrong or {}
        self.fields = {field.name: field for _, fields in groups for field in fields}
        self._widgets: dict[str, QWidget] = {}
        self._hints: dict[str, Any] = {}
        self._base: dict[str, Any] = {}
        self._refusal: Refusal | None = None
        self._filling = False
        self._boxes: list[QCheckBox] = []
        body = QWidget()
        self._columns = QHBoxLayout(body)
        self._columns.setContentsMargins(SPACE[4], SPACE[2], SPACE[4], SPACE[2])
        self._columns.setSpacing(SPACE[4])
        sides = (QVBoxLayout(), QVBoxLayout())
        for number, (title, fields) in enumerate(groups):
            sides[number % 2].addWidget(self._card(title, fields))
        for side in sides:
            side.setSpacing(SPACE[3])
            self._columns.addLayout(side, 1)
            self._columns.setAlignment(side, Qt.AlignmentFlag.AlignTop)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidget(body)
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(self._area)
        for signal in (work.words.switched, work.look_changed):
            signal.connect(self.draw)
        self.draw()

    # what stands in it

    def fill(self, values: Mapping[str, Any]) -> None:
        """Show these values; what was typed before is gone."""
        self._base = dict(values)
        self._refusal = None
        self._put(values)

    def rebase(self, values: Mapping[str, Any]) -> None:
        """Show these values; fields that were typed into keep what was typed."""
        typed = {name: self._value(name) for name in self.fields if self._value(name) != self._base.get(name)}
        self._base = dict(values)
        self._put({**values, **typed})

    @property
    def dirty(self) -> bool:
        """Whether anything was typed that is not saved."""
        return bool(self._base) and any(self._value(name) != self._base.get(name) for name in self.fields)

    def read(self) -> dict[str, Any]:
        """What was typed, understood; raises Refusal `bench_rules_number` or `bench_rules_amount` (rule)."""
        found = {}
        for name, field in self.fields.items():
            value = self._value(name)
            if field.kind == "number" and (not isinstance(value, int) or not field.low <= value <= field.high):
                if not (field.optional and value is None):
                    raise Refusal("bench_rules_number", rule=name, low=field.low, high=f"{field.high:,}")
            elif field.kind == "amount" and isinstance(value, str):
                raise Refusal("bench_rules_amount", rule=name)
            found[name] = value
        return found

    def refuse(self, refusal: Refusal) -> None:
        """Say what is wrong at its field, and go there."""
        self._refusal = refusal
        self.draw()
        wrong = self._wrong
        if wrong:
            self._widgets[wrong].setFocus()
            self._area.ensureWidgetVisible(self._hints[wrong])

    @property
    def refused(self) -> bool:
        """Whether a field is marked as wrong."""
        return bool(self._wrong)

    def focus_first(self) -> None:
        """The field that is wrong, else the first."""
        self._widgets[self._wrong or next(iter(self.fields))].setFocus()

    def scan(self, name: str, code: str) -> None:
        """A scanned code fills a field."""
        widget = self._widgets[name]
        assert isinstance(widget, QLineEdit)
        widget.setText(code.strip())
        widget.setFocus()
        self._edited()

    @property
    def focused(self) -> str:
        """The name of the field that has the keyboard, "" for none."""
        return next((name for name, widget in self._widgets.items() if widget.hasFocus()), "")

    def first_widget(self) -> QWidget:
        """Where Tab comes in."""
        return self._widgets[next(iter(self.fields))]

    @property
    def _wrong(self) -> str:
        if self._refusal is None:
            return ""
        name = str(self._refusal.facts.get("rule", ""))
        return name if name in self.fields else self._about.get(self._refusal.code, "")

    # how it looks

    def draw(self) -> None:
        """Say the hints, the choices, and what is wrong."""
        self._filling = True
        for name, field in self.fields.items():
            widget = self._widgets[name]
            if isinstance(widget, QComboBox):
                for place, choice in enumerate(field.choices):
                    widget.setItemText(place, self._say(name, _word(choice)))
            wrong = name == self._wrong and self._refusal is not None
            hint = self._hints[name]
            if wrong and self._refusal is not None:
                hint.setText(f"✗ {self._work.words.explain(self._refusal)}")
            elif field.kind == "check":
                hint.setText("")
            else:
                hint.setText(self._say(name, "hint"))
            hint.setVisible(bool(hint.text()))
            for marked in (hint, widget):
                _mark(marked, "fail" if wrong else "")
        for box in self._boxes:
            box.setFixedHeight(round(TOUCH_SMALL * self._work.scale))
        self._filling = False
        self._stack()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where two cards do not fit side by side, they stand one below the other."""
        super().resizeEvent(event)
        self._stack()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The wheel scrolls the form; over a field it would change what is not meant."""
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return super().eventFilter(watched, event)

    def _stack(self) -> None:
        two = self.width() - 3 * SPACE[4] >= 2 * round(CARD * self._work.scale)
        self._columns.setDirection(QBoxLayout.Direction.LeftToRight if two else QBoxLayout.Direction.TopToBottom)
        body = self._area.widget()
        if body is not None:
            body.setMaximumWidth(2 * round(WIDEST * self._work.scale))

    def _say(self, name: str, what: str) -> str:
        return self._work.words.say(f"{self._prefix}_{name}_{what}")

    def _card(self, title: str, fields: Sequence[Field]) -> QFrame:
        card = QFrame()
        card.setProperty("role", "raised")
        grid = QGridLayout(card)
        grid.setContentsMargins(SPACE[4], SPACE[3], SPACE[4], SPACE[2])
        grid.setHorizontalSpacing(SPACE[4])
        grid.setVerticalSpacing(SPACE[1])
        heading = text_label("title")
        self._work.words.show(heading.setText, title)
        grid.addWidget(heading, 0, 0, 1, 2)
        for number, field in enumerate(fields):
            row, code = 2 * number + 1, f"{self._prefix}_{field.name}"
            widget, label = self._widget(field), text_label()
            widget.installEventFilter(self)
            self._work.words.show(widget.setAccessibleName, code)
            hint = text_label("caption", wrap=True)
            hint.setContentsMargins(0, 0, 0, SPACE[1])
            self._widgets[field.name], self._hints[field.name] = widget, hint
            if not isinstance(widget, QCheckBox):
                self._work.words.show(label.setText, code)
                label.setBuddy(widget)
                grid.addWidget(label, row, 0)
                grid.addWidget(widget, row, 1)
            else:
                self._work.words.show(widget.setText, code)
                grid.addWidget(widget, row, 0, 1, 2)
            grid.addWidget(hint, row + 1, 0 if isinstance(widget, QCheckBox) else 1)
        grid.setColumnStretch(1, 1)
        return card

    def _widget(self, field: Field) -> QWidget:
        if field.kind == "check":
            box = QCheckBox()
            self._boxes.append(box)
            box.toggled.connect(lambda _: self._edited())
            return box
        if field.kind == "choice":
            combo = QComboBox()
            combo.setProperty("touch", "small")
            for choice in field.choices:
                combo.addItem("", choice)
            combo.currentIndexChanged.connect(lambda _: self._edited())
            return combo
        line = QLineEdit()
        line.setProperty("touch", "small")
        line.setMaxLength(_DIGITS + 3 if field.kind in ("number", "amount") else 120)
        line.textEdited.connect(lambda _: self._edited())
        line.returnPressed.connect(self.sent.emit)
        return line

    def _edited(self) -> None:
        if self._filling:
            return
        if self._refusal is not None:
            self._refusal = None
            self.draw()
        self.changed.emit()

    # values

    def _put(self, values: Mapping[str, Any]) -> None:
        self._filling = True
        for name, value in values.items():
            widget, field = self._widgets[name], self.fields[name]
            if isinstance(widget, QCheckBox):
                widget.setChecked(bool(value))
            elif isinstance(widget, QComboBox):
                widget.setCurrentIndex(field.choices.index(value))
            elif isinstance(widget, QLineEdit):
                text = amount_words(value) if field.kind == "amount" else "" if value is None else str(value)
                if widget.text() != text:
                    widget.setText(text)
        self._filling = False
        self.draw()

    def _value(self, name: str) -> Any:
        """What stands in a field; what cannot be understood is the text itself."""
        widget, field = self._widgets[name], self.fields[name]
        if isinstance(widget, QCheckBox):
            return widget.isChecked()
        if isinstance(widget, QComboBox):
            return field.choices[widget.currentIndex()]
        assert isinstance(widget, QLineEdit)
        text = widget.text().strip()
        if field.kind == "number":
            if not text and field.optional:
                return None
            return int(text) if text.isascii() and text.isdecimal() else text
        return read_amount(text) if field.kind == "amount" else text


def read_amount(text: str) -> int | str | None:
    """Minor units of an amount such as `150` or `150.00`, None for nothing; itself where it is no amount."""
    if not text:
        return None
    whole, _, cents = text.replace(",", ".").partition(".")
    sound = whole.isascii() and whole.isdecimal() and len(whole) <= _DIGITS and len(cents) <= CENTS
    if not sound or (cents and not (cents.isascii() and cents.isdecimal())):
        return text
    return int(whole + cents.ljust(CENTS, "0"))


def amount_words(value: object) -> str:
    """An amount as it is typed: `150.00`, "" for None; a text stays what it is."""
    return f"{value // 100}.{value % 100:02d}" if isinstance(value, int) else str(value or "")


def _word(choice: object) -> str:
    return {"": "none", None: "none", True: "yes", False: "no"}.get(choice, str(choice))  # type: ignore[call-overload,no-any-return]


def _mark(widget: QWidget, outcome: str) -> None:
    if (widget.property("outcome") or "") != outcome:
        widget.setProperty("outcome", outcome)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
