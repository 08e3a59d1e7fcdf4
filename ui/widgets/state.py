"""What a page shows instead of its content: nothing there yet, loading, or a failure; always with the next step."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from ui.icons import pixmap
from ui.theme import SPACE, px
from ui.widgets.text import text_label
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
