"""The rail at the left: the pages this person has, each an icon with its word and the digit that goes to it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QToolButton, QVBoxLayout

from ui.icons import icon
from ui.theme import SPACE, px
from ui.workspace import Workspace

WIDE = 96  # px at normal size
DIGITS = "1234567890"  # of the pages, in their order, as the keys stand on a keyboard
BESIDE = 9  # … of a word: the bar of the open page and the padding


class Rail(QFrame):
    """Emits `chosen` with the name of a page; while it has the focus (F10) a digit chooses, K is the search."""

    chosen = Signal(str)
    search = Signal()
    left = Signal()

    def __init__(self, work: Workspace, pages: Sequence[tuple[str, str]]) -> None:
        """`pages` are (name, icon) in their order."""
        super().__init__()
        self._work = work
        self.setProperty("role", "rail")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # F10 gives it the keyboard, a press beside a button does not
        work.words.show(self.setAccessibleName, "frame_pages")
        self._icons: dict[str, str] = {}
        self._buttons: dict[str, QToolButton] = {}
        self._current = ""
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, SPACE[2], 0, SPACE[2])
        self._column.setSpacing(SPACE[0])
        self._column.addStretch(1)
        self.show_pages(pages)
        work.look_changed.connect(self._draw)
        work.words.switched.connect(self._draw)

    def show_pages(self, pages: Sequence[tuple[str, str]]) -> None:
        """Offer these pages and no others: (name, icon) in their order."""
        for button in self._buttons.values():
            self._column.removeWidget(button)
            button.setParent(None)
            button.deleteLater()
        self._icons, self._buttons = dict(pages), {}
        for number, name in enumerate(self._icons):
            button = QToolButton()
            button.setCheckable(True)
            button.setAutoRaise(True)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setProperty("role", "rail")
            button.clicked.connect(lambda _=False, page=name: self.chosen.emit(page))
            self._buttons[name] = button
            self._column.insertWidget(number, button)
        self._draw()

    def set_current(self, page: str) -> None:
        """Mark the page that is in front."""
        self._current = page
        self._draw()

    def _draw(self) -> None:
        theme, scale = self._work.theme, self._work.scale
        choosing = self.hasFocus()
        # large text in a low window: the icons give way, the words stay
        room = self.height() - 2 * SPACE[2] - (len(self._buttons) - 1) * SPACE[0]
        least = px("caption", scale) * 3
        high = max(least, min(round(76 * scale), room // max(len(self._buttons), 1)))
        side = max(16, min(px("bench", scale), high - round(px("caption", scale) * 1.6) - SPACE[1]))
        words = {name: self._work.words.say(f"frame_page_{name}") for name in self._buttons}
        wide = round((WIDE - 2 * SPACE[0]) * scale) + 2 * SPACE[0]  # the same with and without the digits
        for digit, (name, button) in zip(DIGITS, self._buttons.items(), strict=False):
            button.ensurePolished()
            wide = max(wide, button.fontMetrics().horizontalAdvance(f"{digit} {words[name]}") + BESIDE)
        for digit, (name, button) in zip(DIGITS, self._buttons.items(), strict=False):
            here = name == self._current
            button.setChecked(here)
            button.setIcon(icon(self._icons[name], theme.accent if here else theme.secondary, side))
            button.setIconSize(QSize(side, side))
            button.setFixedSize(wide, high)
            word = words[name]
            button.setText(f"{digit} {word}" if choosing else word)
            button.setAccessibleName(word)
            button.setToolTip(f"{word}  (F10 {digit})")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A digit goes to a page, K to the search, anything else back."""
        text = event.text()
        names = list(self._buttons)
        if text and text in DIGITS[: len(names)]:
            self.chosen.emit(names[DIGITS.index(text)])
        elif event.key() == Qt.Key.Key_K:
            self.search.emit()
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down) and self._current in names:
            step = 1 if event.key() == Qt.Key.Key_Down else -1
            self.chosen.emit(names[(names.index(self._current) + step) % len(names)])
            self.setFocus()
        elif event.key() in (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt):
            event.accept()
        else:
            self.left.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the height."""
        super().resizeEvent(event)
        self._draw()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the digits."""
        super().focusInEvent(event)
        self._draw()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the digits."""
        super().focusOutEvent(event)
        self._draw()
