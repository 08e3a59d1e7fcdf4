"""A scroll area that shows lines of text whole or not at all at its lower edge."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QScrollArea, QWidget

from ui.widgets.curtain import Curtain
from ui.workspace import Workspace


class WholeLines(QScrollArea):
    """Scrolls the labels in its widget; below the last line that has room stands nothing."""

    def __init__(self, work: Workspace, ground: str = "surface") -> None:
        """`ground` is the role of the colour that it stands on."""
        super().__init__()
        self._curtain = Curtain(work, self.viewport(), ground)
        self.verticalScrollBar().valueChanged.connect(self.draw_curtain)
        self.verticalScrollBar().rangeChanged.connect(self.draw_curtain)
        # lines get their places a while after their texts
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.draw_curtain)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow what is inside; Qt has a scroll area listen to its widget already."""
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize) and watched is self.widget():
            self._soon.start()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Other lines are at the edge now."""
        super().resizeEvent(event)
        self.draw_curtain()

    def draw_curtain(self) -> None:
        """Cover what of a line would be cut."""
        low, width = self.viewport().height(), self.viewport().width()
        tops = [top for label in self.findChildren(QLabel) for top in _cut(label, self.viewport(), low)]
        top = min(tops, default=low)
        self._curtain.setGeometry(0, top, width, low - top)
        self._curtain.raise_()
        self._curtain.setVisible(top < low)


def _cut(label: QLabel, viewport: QWidget, low: int) -> list[int]:
    """Where the line of a label begins through which the lower edge goes; nothing when it goes through none."""
    if not label.isVisibleTo(viewport) or not label.text():
        return []
    above = label.mapTo(viewport, QPoint(0, 0)).y()
    lines = max(1, round(label.height() / label.fontMetrics().lineSpacing())) if label.wordWrap() else 1
    high = label.height() / lines
    if not above < low < above + label.height():
        return []
    return [round(above + high * int((low - above) / high))]
