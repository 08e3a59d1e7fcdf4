"""The form in which somebody types the numbers that a carrier has given: the first, the last, and when to warn."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QGridLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from app.domain.errors import Refusal
from app.domain.numbers import NumberForm, NumberRange, read_range
from ui.theme import SPACE
from ui.widgets.text import text_label
from ui.workspace import Workspace

_TYPED = ("carrier", "service", "form", "low", "first", "last")  # two beside each other
_WIDTH = 900  # px at normal size
_FEW = 50  # numbers from which a warning is proposed
# fields that a refusal is about, where its code tells
_WRONG = {
    "numbers_low_water": "low", "numbers_add_low_wrong": "low", "numbers_other_form": "form",
    "carrier_no_service": "service", "carrier_file_wrong": "carrier", "carrier_file_unreadable": "carrier",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class NewNumbers:
    """What was typed, understood."""

    carrier: str
    service: str
    numbers: NumberRange
    low_water: int


class AddNumbers(QWidget):
    """Two fields a line; below the last number stands what they come to, or what is wrong with them."""

    changed = Signal()

    def __init__(self, work: Workspace) -> None:
        super().__init__()
        self._work = work
        self._refusal: Refusal | None = None
        self._warned = False  # somebody has typed when to warn
        card = QFrame()
        card.setProperty("role", "raised")
        grid = QGridLayout(card)
        grid.setContentsMargins(*[SPACE[4]] * 4)
        grid.setHorizontalSpacing(SPACE[4])
        grid.setVerticalSpacing(SPACE[1])
        title = text_label("title")
        work.words.show(title.setText, "numbers_add_title")
        grid.addWidget(title, 0, 0, 1, 2)
        labels = {
            "carrier": "numbers_add_carrier", "service": "numbers_add_service", "form": "numbers_form",
            "first": "numbers_first", "last": "numbers_last", "low": "numbers_add_low",
        }  # fmt: skip
        self._form = QComboBox()
        self._edits = {name: QLineEdit() for name in _TYPED if name != "form"}
        self._hints = {}
        for number, name in enumerate(_TYPED):
            row, side = 3 * (number // 2) + 1, number % 2
            label, hint = text_label(), text_label("caption", wrap=True)
            widget: QWidget = self._form if name == "form" else self._edits[name]
            work.words.show(label.setText, labels[name])
            work.words.show(widget.setAccessibleName, labels[name])
            label.setBuddy(widget)
            hint.setContentsMargins(0, 0, 0, SPACE[2])
            self._hints[name] = hint
            grid.addWidget(label, row, side)
            grid.addWidget(widget, row + 1, side)
            grid.addWidget(hint, row + 2, side)
        for side in range(2):
            grid.setColumnStretch(side, 1)
            grid.setColumnMinimumWidth(side, 1)
        for form in NumberForm:
            self._form.addItem("", form)
        self._form.currentIndexChanged.connect(self._typed)
        for name, edit in self._edits.items():
            edit.textEdited.connect(lambda _, name=name: self._typed(name))
        self._card = card
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(*[SPACE[4]] * 4)
        column.addWidget(card, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        area = QScrollArea()  # large text on a small screen
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(body)
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(area)
        for signal in (work.words.switched, work.look_changed):
            signal.connect(self.draw)
        self.draw()

    def begin(self) -> None:
        """An empty form."""
        for edit in self._edits.values():
            edit.clear()
        self._refusal, self._warned = None, False
        self.draw()

    def focus_first(self) -> None:
        """The field that is wrong, else the carrier."""
        wrong = self._wrong_field()
        (self._form if wrong == "form" else self._edits[wrong or "carrier"]).setFocus()

    @property
    def begun(self) -> bool:
        """Whether anything was typed."""
        return any(self._edits[name].text() for name in ("carrier", "service", "first", "last"))

    def read(self) -> NewNumbers:
        """What was typed; raises what `read_range` raises, and `numbers_add_low_wrong`."""
        low = self._edits["low"].text().strip()
        numbers = read_range(NumberForm(self._form.currentData()), self._text("first"), self._text("last"))
        if not (low.isascii() and low.isdecimal()):
            raise Refusal("numbers_add_low_wrong")
        return NewNumbers(self._text("carrier"), self._text("service"), numbers, int(low))

    def refuse(self, refusal: Refusal) -> None:
        """Say what is wrong at its field, and go there."""
        self._refusal = refusal
        self.draw()
        self.focus_first()

    def scan(self, code: str) -> None:
        """A scanned number is the first one, and the last where that is being filled in."""
        name = "last" if self._edits["last"].hasFocus() else "first"
        self._edits[name].setText(code.strip())
        self._typed(name)
        self._edits["last"].setFocus()

    def _text(self, name: str) -> str:
        return self._edits[name].text().strip()

    def _typed(self, name: object) -> None:
        self._refusal = None
        if name == "low":
            self._warned = True
        self.draw()
        self.changed.emit()

    def _wrong_field(self) -> str:
        if self._refusal is None:
            return ""
        known = _WRONG.get(self._refusal.code)
        if known is not None:
            return known
        number = self._refusal.facts.get("number")
        first = "".join(self._text("first").split()).upper()
        return "first" if number == first else "last"

    def draw(self) -> None:
        """Say the hints, what the numbers come to, and what is wrong."""
        say, words = self._work.words.say, self._work.words
        self._card.setFixedWidth(round(min(_WIDTH * self._work.scale, max(320, self.width() - 2 * SPACE[4]))))
        for place, form in enumerate(NumberForm):
            self._form.setItemText(place, say(f"numbers_form_{form}"))
        told = {name: say(f"numbers_add_{name}_hint") for name in _TYPED}
        numbers = None
        if self._text("first") and self._text("last"):
            try:
                numbers = read_range(NumberForm(self._form.currentData()), self._text("first"), self._text("last"))
            except Refusal:
                numbers = None  # said when it is to be added: somebody still types
        if numbers is not None:
            second = numbers.number(numbers.first + 1) if numbers.count > 1 else ""
            told["last"] = (
                say("numbers_add_count", count=f"{numbers.count:,}", second=second) if second
                else say("numbers_add_one")
            )
            if not self._warned:
                self._edits["low"].setText(str(numbers.count // 10 if numbers.count >= _FEW else 0))
        wrong = self._wrong_field()
        if wrong and self._refusal is not None:
            told[wrong] = f"✗ {words.explain(self._refusal)}"
        for name, hint in self._hints.items():
            hint.setText(told[name])
            outcome = "fail" if name == wrong else ""
            for widget in (hint, self._form if name == "form" else self._edits[name]):
                _mark(widget, outcome)

    def resizeEvent(self, event: object) -> None:
        """As wide as there is room."""
        super().resizeEvent(event)  # type: ignore[arg-type]
        self.draw()


def _mark(widget: QObject, outcome: str) -> None:
    if isinstance(widget, QWidget) and (widget.property("outcome") or "") != outcome:
        widget.setProperty("outcome", outcome)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
