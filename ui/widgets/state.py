"""What a page shows instead of its content: nothing there yet, loading, or a failure; always with the next step."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from ui.icons import pixmap
from ui.theme import SPACE, px
from ui.widgets.text import Elided, text_label
from ui.workspace import Workspace

# px of the strip, and with large text: a line of it, more would be taken from what a picker reads from afar
_STRIP, _STRIP_LARGE = 28, 34
_ICONS = {"empty": "inbox", "loading": "loader", "error": "triangle-alert", "offline": "database"}


class StatePanel(QWidget):
    """One state in the middle of a page: picture, sentence, what to do, and perhaps a button that does it."""

    def __init__(self, work: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._work = work
        self._kind = "loading"
        self._act: Callable[[], object] | None = None
        column = QVBoxLayout(self)
        column.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.setSpacing(SPACE[3])
        self._picture = text_label()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._title = text_label("bench", wrap=True)
        self._title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint = text_label("secondary", wrap=True)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._button = QPushButton()
        self._button.setProperty("kind", "primary")
        self._button.setAutoDefault(False)
        self._button.clicked.connect(self.press)
        self._button.hide()
        for label in (self._picture, self._title, self._hint):
            column.addWidget(label, 0, Qt.AlignmentFlag.AlignCenter)
        column.addSpacing(SPACE[1])
        column.addWidget(self._button, 0, Qt.AlignmentFlag.AlignCenter)
        work.look_changed.connect(self._draw)

    def keep_keyboard_out(self) -> None:
        """On a page for scans no button has the keyboard; the page calls `press` for Enter."""
        self._button.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def show_state(
        self, kind: str, title: str, hint: str = "", *, action: str = "", act: Callable[[], object] | None = None
    ) -> None:
        """Show `empty`, `loading`, `error` or `offline`; all texts are sentences already."""
        self._kind, self._act = kind, act
        self._title.setText(title)
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
        self._button.setText(action)
        self._button.setAccessibleName(action)
        if not action and self._button.hasFocus():
            self.setFocus()  # else Qt would give the keys to whatever comes next
        self._button.setVisible(bool(action))
        if self.hasFocus():
            self._point()
        self._draw()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The button that Enter presses shows that it does."""
        super().focusInEvent(event)
        self._point()

    def _point(self) -> None:
        if self._button.isVisibleTo(self) and self._button.focusPolicy() != Qt.FocusPolicy.NoFocus:
            self._button.setFocus()

    def press(self) -> None:
        """Do what the state offers, if it offers anything."""
        if self._act is not None:
            self._act()

    def _draw(self) -> None:
        theme = self._work.theme
        for label in (self._title, self._hint):
            # a label that may break its lines would be as narrow as it can
            label.setMinimumWidth(min(px("bench", self._work.scale) * 24, max(400, self.width() - 2 * SPACE[5])))
        colour = {"error": theme.fail.ink, "offline": theme.system.ink}.get(self._kind, theme.secondary)
        self._picture.setPixmap(pixmap(_ICONS[self._kind], colour, px("remaining", self._work.scale)))


class StaleStrip(QWidget):
    """Says below a page that what is seen there is old; its room is kept while it says nothing."""

    def __init__(self, work: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._work = work
        self._folded = False
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)  # the whole width, not the words alone
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE[4], 0, SPACE[4], 0)
        row.setSpacing(SPACE[2])
        self._icon = text_label()
        self._text = Elided("caption")
        row.addWidget(self._icon)
        row.addWidget(self._text, 1)
        work.look_changed.connect(self._fit)
        self._fit()

    @property
    def text(self) -> str:
        """What it says, "" while it is hidden."""
        return self._text.whole() if self.isVisible() else ""


    def _fit(self) -> None:
        high = _STRIP if self._work.scale <= 1 else _STRIP_LARGE
        self.setFixedHeight(0 if self._folded else high)

    def fold(self, folded: bool) -> None:
        """Leave its room to a page that scrolls down to the foot."""
        if folded != self._folded:
            self._folded = folded
            self._fit()

    def show_text(self, text: str) -> None:
        """Say this in the colours of the system; "" leaves the row empty."""
        pair, side = self._work.theme.system, px("caption", self._work.scale)
        sheet = f"background: {pair.paper}; color: {pair.ink};" if text else ""
        if sheet != self.styleSheet():
            self.setStyleSheet(sheet)
        self._icon.setVisible(bool(text))
        if text:
            self._icon.setPixmap(pixmap("database", pair.ink, side))
        if text != self._text.whole():
            self._text.setText(text)
            self.setAccessibleName(text)
