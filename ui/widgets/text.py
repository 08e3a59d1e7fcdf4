"""Labels that show text as it is, never as markup."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget


def text_label(role: str = "", *, wrap: bool = False, parent: QWidget | None = None) -> QLabel:
    """An empty label in one of the theme's text roles (`title`, `caption`, `bench`, `secondary`, `mono` …)."""
    label = QLabel(parent)
    label.setTextFormat(Qt.TextFormat.PlainText)  # a name such as <img src=…> is a name
    label.setWordWrap(wrap)
    if role:
        label.setProperty("role", role)
    return label


class Elided(QLabel):
    """One line with … where it is cut instead of pushing its neighbours away; the whole text is its tooltip."""

    def __init__(
        self, role: str = "", parent: QWidget | None = None, cut: Qt.TextElideMode = Qt.TextElideMode.ElideRight
    ) -> None:
        super().__init__(parent)
        self._cut = cut
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._whole = ""
        if role:
            self.setProperty("role", role)

    def setText(self, text: str) -> None:
        """Show a text, shortened as the room demands."""
        self._whole = text
        self._fit()

    def whole(self) -> str:
        """The text without shortening."""
        return self._whole

    def resizeEvent(self, event: object) -> None:
        """Fit the text to the new width."""
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._fit()

    def _fit(self) -> None:
        shown = self.fontMetrics().elidedText(self._whole, self._cut, max(self.width(), 1))
        if shown != self.text():
            super().setText(shown)
        self.setToolTip(self._whole if shown != self._whole else "")
