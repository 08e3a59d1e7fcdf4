"""What a page shows instead of its content: nothing there yet, loading, or a failure; always with the next step."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from ui.icons import pixmap
from ui.theme import SPACE, px
from ui.widgets.text import Elided, text_label
from ui.workspace import Workspace

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
        self._button.setVisible(bool(action))
        self._draw()

    def press(self) -> None:
        """Do what the state offers, if it offers anything."""
        if self._act is not None:
            self._act()

    def _draw(self) -> None:
        theme = self._work.theme
        for label in (self._title, self._hint):
            # a label that may break its lines would be as narrow as it can
            label.setMinimumWidth(px("bench", self._work.scale) * 18)
        colour = {"error": theme.fail.ink, "offline": theme.system.ink}.get(self._kind, theme.secondary)
        self._picture.setPixmap(pixmap(_ICONS[self._kind], colour, px("remaining", self._work.scale)))


class StaleStrip(QWidget):
    """Says over the lower edge of a page that what is seen there is old; it lies in the room between page and foot."""

    def __init__(self, work: Workspace, parent: QWidget) -> None:
        super().__init__(parent)
        self._work = work
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)  # the whole width, not the words alone
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE[4], 0, SPACE[4], 0)
        row.setSpacing(SPACE[2])
        self._icon = text_label()
        self._text = Elided("caption")
        row.addWidget(self._icon)
        row.addWidget(self._text, 1)
        self.hide()

    @property
    def text(self) -> str:
        """What it says, "" while it is hidden."""
        return self._text.whole() if self.isVisible() else ""

    def show_text(self, text: str) -> None:
        """Say this in the colours of the system; "" hides it."""
        if text:
            pair, side = self._work.theme.system, px("caption", self._work.scale)
            sheet = f"background: {pair.paper}; color: {pair.ink};"
            if sheet != self.styleSheet():
                self.setStyleSheet(sheet)
            self._icon.setPixmap(pixmap("database", pair.ink, side))
            self._text.setText(text)
            self.setAccessibleName(text)
            self.raise_()
        self.setVisible(bool(text))

    def lie_at(self, left: int, foot: int, width: int) -> None:
        """Lie above the foot, whose upper edge is here, and over its margin."""
        high = max(SPACE[3] + SPACE[1], self._text.fontMetrics().height() + SPACE[0])
        self.setGeometry(left, foot + SPACE[1] - high, width, high)
