"""One device as a card: sign and word, what to do about it, and what is known of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout

from ui.fonts import mono_font, ui_font
from ui.icons import pixmap
from ui.theme import SPACE, Pair, px
from ui.widgets.text import Elided, text_label
from ui.workspace import Workspace

PAIR = 560  # the least width of a card for two facts in a row, at a scale of 1
_SIGNS = {"well": "✓", "fault": "!", "look": "!", "absent": "✗", "busy": "⟳", "none": "–", "off": "–", "waits": "…"}


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that is known of a device: its name and value, both said already."""

    name: str
    value: str
    code: bool = False  # read letter by letter
    short: bool = False  # stands beside the one before it
    lacks: bool = False  # somebody has to see to it


class Card(QFrame):
    """One device: sign, state, what to do, facts; `name` ends the code of its title (`devices_card_…`)."""

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
        # a command that mends it can be copied
        self._hint.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(self._hint)
        self._facts = QGridLayout()
        self._facts.setHorizontalSpacing(SPACE[3])
        self._facts.setVerticalSpacing(SPACE[1])
        self._facts.setColumnStretch(1, 2)
        self._facts.setColumnStretch(3, 1)
        column.addLayout(self._facts)
        column.addStretch(1)
        self._cells: list[tuple[QLabel, Elided]] = []
        self._told: Sequence[Fact] = ()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Two facts stand in a row only where both can be read."""
        super().resizeEvent(event)
        self._lay_out()

    def show_state(self, state: str, title: str, hint: str, facts: Sequence[Fact]) -> None:
        """`well`, `busy`, `none`, `off`, `absent`, `look`, `waits` or `fault`, with sentences that are said already."""
        work, theme = self._work, self._work.theme
        pair = {
            "well": theme.passed, "fault": theme.system, "busy": theme.system, "absent": theme.system,
            "look": theme.attention,
        }.get(state, Pair(theme.secondary, theme.surface))  # fmt: skip
        self._icon.setPixmap(pixmap(self._picture, theme.secondary, px("bench", work.scale)))
        self._chip.setFixedHeight(round(34 * work.scale))  # whatever font its sign comes from
        self._chip.setText(f"{_SIGNS[state]}  {work.words.say(f'devices_state_{state}')}")
        dress(
            self._chip,
            f"background: {pair.paper}; color: {pair.ink}; border: 1px solid {pair.ink}; border-radius: 6px;",
        )
        self._state.setText(title)
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
        while len(self._cells) < len(facts):
            self._cells.append((text_label("caption"), Elided()))
        if facts != self._told or any(not name.text() for name, _ in self._cells[: len(facts)]):
            self._told = facts
            self._lay_out()
        for fact, (name, value) in zip(facts, self._cells, strict=False):
            name.setText(fact.name)
            value.setText(fact.value)
            dress(value, f"color: {theme.attention.ink};" if fact.lacks else "")
            value.setFont(mono_font(px("body", work.scale)) if fact.code else ui_font(px("body", work.scale)))
        for number, cell in enumerate(self._cells):
            for widget in cell:
                widget.setVisible(number < len(facts))

    def height_for(self, width: int) -> int:
        """What it needs in this width."""
        layout = self.layout()
        assert layout is not None
        return layout.totalHeightForWidth(width)

    def _lay_out(self) -> None:
        facts, row = self._told, -1
        pairs = self.width() >= PAIR * self._work.scale
        short = [fact.short and pairs for fact in facts]
        for number, (name, value) in enumerate(self._cells[: len(facts)]):
            row += not short[number]
            half = short[number] or (number + 1 < len(facts) and short[number + 1])
            for widget in (name, value):
                self._facts.removeWidget(widget)
            self._facts.addWidget(name, row, 2 if short[number] else 0)
            self._facts.addWidget(value, row, 3 if short[number] else 1, 1, 1 if half else 3)


def dress(label: QLabel, sheet: str) -> None:
    """Give a label a style sheet; Qt works as long on one that is there already."""
    if label.styleSheet() != sheet:
        label.setStyleSheet(sheet)
